//! `[alb.NAME]` and `[nlb.NAME]`.

use super::Part;
use super::calibrate::{Form, Quantity};
use crate::problem::{At, Problem};
use crate::scalar;
use crate::tree::{Entry, Node, Reader, Value};
use stackcost_model::exact::Ratio;
use stackcost_model::services::Component;
use stackcost_model::services::alb::{Alb, Flows, Load, Nlb, Protocol, Traffic};
use stackcost_model::timeline::Timeline;

/// Keys that are quantities of a bill.
pub(super) const QUANTITIES: &[Quantity] = &[
    Quantity::new("LoadBalancerUsage", "running", Form::Hours),
    Quantity {
        instead_of: &[
            "new_connections",
            "active_connections",
            "processed",
            "processed_lambda",
            "rule_evaluations",
            "rules",
            "requests",
            "mutual_tls",
        ],
        ..Quantity::new("LCUUsage", "lcu", Form::LcuHours)
    },
];

/// Those of `[nlb.NAME]`.
pub(super) const NLB_QUANTITIES: &[Quantity] = &[
    Quantity::new("LoadBalancerUsage", "running", Form::Hours),
    Quantity { instead_of: &["tcp", "udp", "tls"], ..Quantity::new("LCUUsage", "lcu", Form::LcuHours) },
];

pub(super) fn read(part: &Part<'_>) -> Result<Component, Problem> {
    let table = &part.table;
    let running = part.clock.running(table.opt("running"))?;
    let public_zones = public_zones(part)?;
    let lcu = table.opt("lcu");
    let dimensions = [
        "new_connections",
        "active_connections",
        "processed",
        "processed_lambda",
        "rule_evaluations",
        "rules",
        "requests",
    ];
    let given = dimensions.iter().find_map(|key| table.opt(key));
    let mutual_tls_node = table.opt("mutual_tls");
    let mutual_tls = mutual_tls_node.map(scalar::boolean).transpose()?.unwrap_or(false);
    one_clock(dimensions.iter().chain(&["lcu", "running"]).filter_map(|key| table.opt(key)))?;
    let load = match (lcu, given) {
        (Some(_), None) if mutual_tls => {
            let at = mutual_tls_node.map_or(&table.at, |node| &node.at);
            return Err(Problem::new(at, "`mutual_tls` changes what an LCU holds; `lcu` says how many there are"));
        }
        (Some(node), None) => Load::Lcus(lcus(part, node)?),
        (Some(_), Some(other)) => {
            return Err(Problem::new(&other.at, "`lcu` is the sum of this: give one or the other"));
        }
        (None, None) => {
            return Err(Problem::new(&table.at, format!("{} needs its traffic", table.name))
                .help("lcu = 1, or the dimensions: new_connections = \"25/s\", active_connections = 3000, processed = \"1 GB/h\", rule_evaluations = \"0/s\""));
        }
        (None, Some(_)) => Load::Traffic { timeline: traffic(part)?, mutual_tls },
    };
    Ok(Alb { running, load, public_zones }.into())
}

/// Refuses two ways to say when beside each other (a peak of so many hours a day, and windows):
/// whether they fall together decides the bill, and nobody says.
fn one_clock<'a>(nodes: impl Iterator<Item = &'a Node>) -> Result<(), Problem> {
    const CLOCKS: [&str; 4] = ["windows", "timeline", "hours_per_day", "hours_per_month"];
    let mut first: Option<(&str, &Entry)> = None;
    for node in nodes {
        let Value::Table(table) = &node.value else { continue };
        let clock = |entry: &'a Entry| Some((*CLOCKS.iter().find(|clock| entry.key.ends_with(*clock))?, entry));
        for (clock, entry) in table.entries.iter().filter_map(clock) {
            match first {
                Some((known, other)) if known != clock => {
                    return Err(Problem::new(&entry.key_at, "do these hours fall together with the others?")
                        .and(&other.key_at)
                        .help("say in the same way when all values of a load balancer change: only windows, for one"));
                }
                _ => first = Some((clock, entry)),
            }
        }
    }
    Ok(())
}

fn too_fine(at: &At) -> Problem {
    Problem::new(at, "these timelines together have more than a million steps")
        .help("give files whose lengths are whole hours or days")
}

/// A number, which may change with time, or all LCU-hours of a month as a bill has them.
fn lcus(part: &Part<'_>, node: &Node) -> Result<Timeline<Ratio>, Problem> {
    let horizon = part.horizon();
    match &node.value {
        Value::String(text) if text.contains("LCU") => {
            let hours = scalar::unit_flow(node, "LCU-hours", horizon, "\"37.2 LCU-hours/month\"")?;
            Ok(Timeline::constant(hours / horizon.hours(), horizon.seconds()))
        }
        _ => part.clock.schedule(node, "lcu", |node| scalar::number(node, "1")),
    }
}

fn traffic(part: &Part<'_>) -> Result<Timeline<Traffic>, Problem> {
    let horizon = part.horizon();
    let none = || Timeline::constant(Ratio::ZERO, horizon.seconds());
    let schedule = |key: &'static str, read: &dyn Fn(&Node) -> Result<Ratio, Problem>| match part.table.opt(key) {
        Some(node) => part.clock.schedule(node, key, read),
        None => Ok(none()),
    };
    let per_second = |node: &Node| scalar::per_second(node, horizon);
    let gb_per_hour = |node: &Node| scalar::gb_per_hour(node, horizon);
    let new = schedule("new_connections", &per_second)?;
    let active = schedule("active_connections", &|node| scalar::number(node, "3000"))?;
    let processed = schedule("processed", &gb_per_hour)?;
    let lambda = schedule("processed_lambda", &gb_per_hour)?;
    let evaluations = rule_evaluations(part, &schedule, &per_second)?;
    let all = new
        .zip(&active)
        .and_then(|all| all.zip(&processed))
        .and_then(|all| all.zip(&lambda))
        .and_then(|all| all.zip(&evaluations))
        .ok_or_else(|| too_fine(&part.table.at))?;
    Ok(all.map(|((((new_connections, active_connections), processed_gb), processed_lambda_gb), rule_evaluations)| {
        Traffic { new_connections, active_connections, processed_gb, processed_lambda_gb, rule_evaluations }
    }))
}

type ReadSchedule<'a> =
    dyn Fn(&'static str, &dyn Fn(&Node) -> Result<Ratio, Problem>) -> Result<Timeline<Ratio>, Problem> + 'a;

/// Billed evaluations, or rules and requests, of which ten rules are free.
fn rule_evaluations(
    part: &Part<'_>,
    schedule: &ReadSchedule<'_>,
    per_second: &dyn Fn(&Node) -> Result<Ratio, Problem>,
) -> Result<Timeline<Ratio>, Problem> {
    let (rules, requests) = (part.table.opt("rules"), part.table.opt("requests"));
    match (part.table.opt("rule_evaluations"), rules, requests) {
        (_, None, None) => schedule("rule_evaluations", per_second),
        (None, Some(rules), Some(_)) => {
            let rules = scalar::whole(rules, 0, 100_000)?;
            Ok(schedule("requests", per_second)?.map(|requests| Traffic::rule_evaluations(rules, requests)))
        }
        (Some(node), _, _) => Err(Problem::new(
            &node.at,
            "`rule_evaluations` are what `rules` and `requests` make: give one or the other",
        )),
        (None, Some(node), None) | (None, None, Some(node)) => {
            Err(Problem::new(&node.at, "rules are evaluated per request: give both `rules` and `requests`"))
        }
    }
}

/// Nodes with public addresses: in each zone one, when the balancer faces the internet.
fn public_zones(part: &Part<'_>) -> Result<u32, Problem> {
    let zones = part.table.read("zones", |node| scalar::whole(node, 1, 6))?.unwrap_or(2);
    let schemes = [("internet-facing", true), ("internal", false)];
    let public = part.table.read("scheme", |node| scalar::word(node, "scheme", &schemes))?.unwrap_or(true);
    Ok(if public { zones } else { 0 })
}

pub(super) fn read_nlb(part: &Part<'_>) -> Result<Component, Problem> {
    let table = &part.table;
    let running = part.clock.running(table.opt("running"))?;
    let public_zones = public_zones(part)?;
    one_clock(["lcu", "running"].iter().filter_map(|key| table.opt(key)))?;
    let lcus = table.read("lcu", |node| lcus(part, node))?;
    let mut protocols = Vec::new();
    for (key, protocol) in [("tcp", Protocol::Tcp), ("udp", Protocol::Udp), ("tls", Protocol::Tls)] {
        if let Some(node) = table.opt(key) {
            if lcus.is_some() {
                return Err(Problem::new(&node.at, "`lcu` is the sum of this: give one or the other"));
            }
            protocols.push((protocol, flows(part, node, key)?));
        }
    }
    if lcus.is_none() && protocols.is_empty() {
        return Err(Problem::new(&table.at, format!("{} needs its traffic", table.name)).help(
            "lcu = 1, or tcp = { new_connections = \"800/s\", active_connections = 100000, processed = \"1 GB/h\" }",
        ));
    }
    Ok(Nlb { running, lcus, protocols, public_zones }.into())
}

fn flows(part: &Part<'_>, node: &Node, name: &str) -> Result<Timeline<Flows>, Problem> {
    let horizon = part.horizon();
    let table = Reader::new(node, format!("`{name}`"))?;
    let dimensions = ["new_connections", "active_connections", "processed"];
    let changing = dimensions.iter().filter_map(|key| table.opt(key));
    one_clock(changing.chain(part.table.opt("running")))?;
    let schedule = |key: &'static str, read: &dyn Fn(&Node) -> Result<Ratio, Problem>| match table.opt(key) {
        Some(node) => part.clock.schedule(node, key, read),
        None => Ok(Timeline::constant(Ratio::ZERO, horizon.seconds())),
    };
    let new = schedule("new_connections", &|node| scalar::per_second(node, horizon))?;
    let active = schedule("active_connections", &|node| scalar::number(node, "3000"))?;
    let processed = schedule("processed", &|node| scalar::gb_per_hour(node, horizon))?;
    table.finish()?;
    let all = new.zip(&active).and_then(|all| all.zip(&processed)).ok_or_else(|| too_fine(&node.at))?;
    Ok(all.map(|((new_connections, active_connections), processed_gb)| Flows {
        new_connections,
        active_connections,
        processed_gb,
    }))
}
