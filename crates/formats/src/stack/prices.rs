//! `[prices]`: the user's own rates, and the date whose prices count.
//!
//! ```toml
//! [prices]
//! as_of = "2026-09-01"
//! "Fargate-vCPU-Hours:perCPU" = "0.0364"
//! "TimedStorage-ByteHrs" = { service = "AmazonECR", rate = "0.09", note = "contract of May" }
//! ```

use crate::problem::{Problem, did_you_mean};
use crate::scalar;
use crate::tree::{Entry, Node, Reader, Value};
use rust_decimal::Decimal;
use stackcost_model::meter::{Meter, Region, ServiceCode, UsageType};
use stackcost_model::price::{Band, Price, Source};
use stackcost_model::services::Component;
use stackcost_model::time::Date;

pub(super) fn read(node: &Node, region: Region) -> Result<(Vec<Price>, Option<Date>), Problem> {
    let table = Reader::new(node, "[prices]")?;
    let mut as_of = None;
    let mut prices = Vec::new();
    for entry in &table.table.entries {
        match entry.key.as_str() {
            "as_of" => as_of = Some(date(&entry.node, "as_of")?),
            _ => prices.push(rate(entry, region)?),
        }
    }
    Ok((prices, as_of))
}

/// A day, of a key.
pub(super) fn date(node: &Node, key: &str) -> Result<Date, Problem> {
    let text = match &node.value {
        Value::String(text) | Value::Date(text) => text,
        other => return Err(Problem::new(&node.at, format!("a date is text, not {}", other.kind()))),
    };
    text.parse().map_err(|_| {
        Problem::new(&node.at, format!("`{text}` is no date")).help(format!("write {key} = \"2026-09-01\""))
    })
}

fn rate(entry: &Entry, stack_region: Region) -> Result<Price, Problem> {
    let parsed = UsageType::parse(&entry.key);
    let mut service = None;
    let mut operation = String::new();
    let mut place = format!("[prices] in {}", entry.key_at.text.name);
    let usd = match &entry.node.value {
        Value::Table(_) => {
            let table = Reader::new(&entry.node, format!("the rate of {}", entry.key))?;
            let usd = decimal(table.need("rate", "\"0.0364\"")?)?;
            service = table.read("service", service_code)?;
            operation = table.read("operation", |node| scalar::string(node).map(str::to_string))?.unwrap_or_default();
            if let Some(note) = table.read("note", |node| scalar::string(node).map(str::to_string))? {
                place = format!("{place}: {note}");
            }
            table.finish()?;
            usd
        }
        _ => decimal(&entry.node)?,
    };
    let meter = meter(entry, &parsed.rest, service, "", "rate")?;
    Ok(Price {
        service: meter.service,
        region: Some(parsed.region.unwrap_or(stack_region)),
        usage_type: parsed.rest.into(),
        operation: operation.into(),
        unit: meter.unit,
        band: Band::flat(usd),
        source: Source::user(&place),
    })
}

pub(super) fn decimal(node: &Node) -> Result<Decimal, Problem> {
    let text = match &node.value {
        Value::String(text) | Value::Number(text) => text,
        other => return Err(Problem::new(&node.at, format!("a rate is a decimal, not {}", other.kind()))),
    };
    Decimal::from_str_exact(text).ok().filter(|usd| !usd.is_sign_negative()).ok_or_else(|| {
        Problem::new(&node.at, format!("`{text}` is no rate")).help("write dollars for one unit, such as \"0.0364\"")
    })
}

pub(super) fn service_code(node: &Node) -> Result<ServiceCode, Problem> {
    let words: Vec<(&str, ServiceCode)> = ServiceCode::ALL.iter().map(|service| (service.code(), *service)).collect();
    scalar::word(node, "service code", &words)
}

/// The meter that a usage type names, for the value of a key: there must be exactly one service that has it.
/// With an operation it must be one that the service has; without, any will do for a rate.
pub(super) fn meter(
    entry: &Entry,
    usage_type: &str,
    service: Option<ServiceCode>,
    operation: &str,
    key: &str,
) -> Result<&'static Meter, Problem> {
    let mut found: Vec<&Meter> = Component::all_meters().filter(|meter| meter.stands_for(usage_type)).collect();
    if let Some(service) = service {
        found.retain(|meter| meter.service == service);
    }
    if usage_type.ends_with(':') {
        return Err(Problem::new(&entry.key_at, format!("`{}` does not say of which class", entry.key))
            .help("write the whole usage type, such as InstanceUsage:db.t4g.micro"));
    }
    let Some(first) = found.first() else {
        let problem = Problem::new(&entry.key_at, format!("no component is billed by `{}`", entry.key))
            .label("unknown usage type");
        return Err(match did_you_mean(usage_type, Component::all_meters().map(|meter| meter.usage_type.as_ref())) {
            Some(guess) => problem.help(guess),
            None => problem.help("`stackcost prices show` lists the usage types of a service"),
        });
    };
    if found.iter().any(|other| other.service != first.service) {
        let mut services: Vec<&str> = found.iter().map(|meter| meter.service.code()).collect();
        services.sort_unstable();
        services.dedup();
        return Err(Problem::new(
            &entry.key_at,
            format!("`{usage_type}` is billed by several services: {}", services.join(", ")),
        )
        .help(format!("write \"{usage_type}\" = {{ service = \"{}\", {key} = \"...\" }}", services[0])));
    }
    let mut operations: Vec<&str> = found.iter().map(|meter| &*meter.operation).collect();
    operations.sort_unstable();
    operations.dedup();
    if key == "rate" || (operations.len() == 1 && operation.is_empty()) {
        return Ok(first);
    }
    found.into_iter().find(|meter| *meter.operation == *operation).ok_or_else(|| {
        if !operation.is_empty() {
            let problem = Problem::new(&entry.key_at, format!("`{usage_type}` has no operation \"{operation}\" here"));
            return match operations[..] {
                [""] => problem.help("leave `operation` out"),
                _ => problem.help(format!("it has: {}", operations.join(", "))),
            };
        }
        Problem::new(
            &entry.key_at,
            format!("`{usage_type}` is billed by several operations: {}", operations.join(", ")),
        )
        .help(format!("write \"{usage_type}\" = {{ operation = \"{}\", {key} = \"...\" }}", operations[0]))
    })
}
