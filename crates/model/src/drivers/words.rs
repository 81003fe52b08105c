//! Usage types in words, as far as the model knows them.

use super::{Group, Measured};
use crate::bill::{Amount, ChargeKind};
use crate::exact::Ratio;
use crate::meter::UsageType;
use crate::services::Component;
use crate::time::Date;
use crate::unit::UnitKind;
use alloc::format;
use alloc::string::{String, ToString};

/// What a usage type counts, one of them and several. Those that are counted by the hour are told
/// as averages. `{}` stands for the class after the colon.
const NOUNS: &[(&str, &str, &str)] = &[
    ("Fargate-vCPU-Hours:perCPU", "vCPU of Fargate tasks", "vCPUs of Fargate tasks"),
    ("Fargate-ARM-vCPU-Hours:perCPU", "vCPU of Fargate tasks on Arm", "vCPUs of Fargate tasks on Arm"),
    ("SpotUsage-Fargate-vCPU-Hours:perCPU", "vCPU of Fargate tasks on Spot", "vCPUs of Fargate tasks on Spot"),
    ("Fargate-GB-Hours", "GB of memory of Fargate tasks", "GB of memory of Fargate tasks"),
    ("Fargate-ARM-GB-Hours", "GB of memory of Fargate tasks on Arm", "GB of memory of Fargate tasks on Arm"),
    ("SpotUsage-Fargate-GB-Hours", "GB of memory of Fargate tasks on Spot", "GB of memory of Fargate tasks on Spot"),
    ("Fargate-EphemeralStorage-GB-Hours", "GB of disk of Fargate tasks", "GB of disk of Fargate tasks"),
    ("InstanceUsage:", "{} database instance", "{} database instances"),
    ("Multi-AZUsage:", "{} Multi-AZ database instance", "{} Multi-AZ database instances"),
    ("NodeUsage:", "{} cache node", "{} cache nodes"),
    ("LoadBalancerUsage", "load balancer", "load balancers"),
    ("LCUUsage", "load balancer capacity unit (LCU)", "load balancer capacity units (LCU)"),
    ("NatGateway-Hours", "NAT gateway", "NAT gateways"),
    ("NatGateway-Bytes", "GB through NAT gateways", "GB through NAT gateways"),
    ("PublicIPv4:InUseAddress", "public IPv4 address in use", "public IPv4 addresses in use"),
    ("PublicIPv4:IdleAddress", "idle public IPv4 address", "idle public IPv4 addresses"),
    ("DataProcessing-Bytes", "GB of logs taken in", "GB of logs taken in"),
    ("VendedLog-Bytes", "GB of logs of AWS services taken in", "GB of logs of AWS services taken in"),
    ("DataScanned-Bytes", "GB of logs searched", "GB of logs searched"),
    ("DataTransfer-Out-Bytes", "GB sent to the internet", "GB sent to the internet"),
    ("DataTransfer-Regional-Bytes", "GB between zones", "GB between zones"),
    ("CW:AlarmMonitorUsage", "alarm", "alarms"),
    ("CW:MetricMonitorUsage", "metric", "metrics"),
    ("AWSSecretsManager-Secrets", "secret", "secrets"),
    ("KMS-Keys", "key", "keys"),
];

/// Usage types of which one can take the place of another: the classes of instances and nodes,
/// regions, and of Fargate also Spot, Arm and Windows. Hours of these add up to something; hours
/// of databases and of gateways do not.
pub(super) fn family(usage_type: &str) -> String {
    let rest = UsageType::parse(usage_type).rest;
    let kind = rest.split(':').next().unwrap_or(&rest);
    if kind == "CW" {
        return rest;
    }
    ["SpotUsage-", "ARM-", "Windows-"].iter().fold(kind.to_string(), |name, variant| name.replace(variant, ""))
}

/// What changed, in words: how many of what on average, or how much of it in all.
pub(super) fn of(
    group: &Group,
    usage_type: &str,
    was: Option<Measured>,
    is: Option<Measured>,
    months: [Date; 2],
    task_vcpu: Option<Ratio>,
) -> String {
    if group.kind != ChargeKind::Usage {
        return String::new();
    }
    let quantity = |of: Option<Measured>| of.map_or(Amount::ZERO, |measured| measured.quantity);
    let quantities = [quantity(was), quantity(is)];
    if quantities.iter().all(|quantity| quantity.is_zero()) {
        return String::new();
    }
    let rest = UsageType::parse(usage_type).rest;
    let hourly = is_hourly(&rest, &group.unit);
    let mut values = quantities.map(Amount::to_ratio);
    if hourly {
        for (value, month) in values.iter_mut().zip(months) {
            *value = *value / Ratio::whole(i64::from(month.days_in_month()) * 24);
        }
    }
    let tasks = task_vcpu.filter(|_| rest.ends_with("vCPU-Hours:perCPU"));
    if let Some(size) = tasks {
        values = values.map(|value| value / size);
    }
    let noun = |value: Ratio| {
        let of_tasks = |noun: String| if tasks.is_some() { as_tasks(&noun) } else { noun };
        noun(&rest, value == Ratio::ONE).map_or_else(|| group.unit.clone(), of_tasks)
    };
    let [before, after] = values;
    let average = if hourly { " on average" } else { "" };
    let now = format!("{} {}{average}", short(after), noun(after));
    match (was.is_some(), is.is_some()) {
        (true, true) if short(before) == short(after) => format!("{now}, as before"),
        (true, true) => format!("{now} instead of {}", short(before)),
        (false, _) => format!("{now}, none before"),
        (true, false) => format!("no {}, {}{average} before", noun(Ratio::ZERO), short(before)),
    }
}

/// Tasks instead of their vCPUs.
fn as_tasks(noun: &str) -> String {
    noun.replace("vCPUs of Fargate tasks", "tasks").replace("vCPU of Fargate tasks", "task")
}

fn noun(rest: &str, one: bool) -> Option<String> {
    let fits = |pattern: &str| rest == pattern || (pattern.ends_with(':') && rest.starts_with(pattern));
    let (pattern, single, several) = NOUNS.iter().find(|(pattern, ..)| fits(pattern))?;
    let noun = if one { single } else { several };
    Some(noun.replace("{}", rest.strip_prefix(pattern).unwrap_or_default()))
}

/// Whether it is counted by the hour: as the model knows it, or else by the bill's unit.
fn is_hourly(rest: &str, unit: &str) -> bool {
    match Component::all_meters().find(|meter| meter.stands_for(rest)) {
        Some(meter) => matches!(
            meter.unit,
            UnitKind::Hour | UnitKind::VcpuHour | UnitKind::GbHour | UnitKind::LcuHour | UnitKind::AcuHour
        ),
        None => {
            let unit = unit.to_lowercase();
            unit.ends_with("hrs") || unit.ends_with("hours") || unit.ends_with("-hr")
        }
    }
}

/// A number to read: two decimals at most, four for small ones.
fn short(value: Ratio) -> String {
    let places = if value < Ratio::ONE { 4 } else { 2 };
    let text = value.to_fixed(places);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}
