//! The golden signals on one page: latency, traffic, errors, saturation of each service.
//!
//! A dashboard that is there is never overwritten. What one costs beyond the three that are free
//! is said when the whole plan is known. Source: Site Reliability Engineering, chapter 6, for the
//! four signals; CloudWatch API reference, "Dashboard body structure and syntax".

use super::super::plan::{Finding, Money, Undo, Verdict};
use super::super::setting::{State, Target};
use super::super::snapshot::{Dashboard, Service, TargetGroup};
use super::service_alarms::{balanced, cpu_dimensions};
use super::{Change, Spot, count, service_name};
use crate::meter::Region;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use serde_json::{Value, json};

/// Widgets stand two in a row of 24 columns.
const WIDE: usize = 12;
const HIGH: usize = 6;

pub(super) fn look(spot: &Spot<'_>) -> Vec<Finding> {
    let wish = &spot.eyes.wish.dashboard;
    if !wish.on {
        return Vec::new();
    }
    let subject = format!("dashboard {}", wish.name);
    let mut shown: Vec<Shown<'_>> = Vec::new();
    for place in &spot.account.regions {
        let services = match spot.services(place) {
            Ok(services) => services,
            Err(gap) => return vec![spot.unknown(&subject, &gap)],
        };
        let target_groups = match &place.target_groups {
            Ok(target_groups) => target_groups.as_slice(),
            Err(gap) => return vec![spot.unknown(&subject, gap)],
        };
        let here = |service| Shown { service, target_groups, region: place.region };
        shown.extend(services.into_iter().map(here));
    }
    // Each region lists the same.
    let (Some(first), Some(place)) = (shown.first(), spot.account.regions.first()) else { return Vec::new() };
    let dashboards = match &place.dashboards {
        Ok(dashboards) => dashboards,
        Err(gap) => return vec![spot.unknown(&subject, gap)],
    };
    if let Some(there) = dashboards.iter().find(|one| one.name == wish.name) {
        return vec![existing(spot, there, &shown, &subject)];
    }
    let spot = Spot { region: first.region, ..*spot };
    let balanced = |one: &&Shown<'_>| !balanced(one.service, one.target_groups).is_empty();
    let names = |shown: Vec<&Shown<'_>>| -> String {
        shown.iter().map(|one| service_name(one.service)).collect::<Vec<_>>().join(", ")
    };
    let (whole, partly): (Vec<_>, Vec<_>) = shown.iter().partition(balanced);
    let mut then = Vec::new();
    if !whole.is_empty() {
        then.push(format!("latency, traffic, errors and saturation of {}", names(whole)));
    }
    if !partly.is_empty() {
        then.push(format!("saturation of {}, which no Application Load Balancer measures", names(partly)));
    }
    let step = spot.step(Change {
        target: Target::Dashboard { name: wish.name.clone() },
        before: None,
        after: Some(State::Dashboard { body: body(&shown) }),
        now: "there is none".to_string(),
        then,
        loses: Vec::new(),
        money: Money::unknown("not priced"),
        undo: Undo::Wholly,
        needs: Vec::new(),
    });
    vec![spot.finding(&subject, Verdict::Fail, "there is none").step(step)]
}

/// A service that is shown, and where it is: one dashboard shows all regions of an account.
struct Shown<'a> {
    service: &'a Service,
    target_groups: &'a [TargetGroup],
    region: Region,
}

fn existing(spot: &Spot<'_>, there: &Dashboard, shown: &[Shown<'_>], subject: &str) -> Finding {
    let body = match &there.body {
        Ok(body) => body,
        Err(gap) => return spot.unknown(subject, gap),
    };
    let absent = |one: &&Shown<'_>| !body.contains(&format!("\"{}\"", one.service.name));
    let missing: Vec<String> = shown.iter().filter(absent).map(|one| service_name(one.service)).collect();
    if missing.is_empty() {
        return spot.finding(subject, Verdict::Pass, format!("it shows {}", count(shown.len(), "service")));
    }
    let says = format!("it does not show {}", missing.join(", "));
    let remedy = "a dashboard that is there is not overwritten: give another name, or delete it";
    spot.finding(subject, Verdict::Fail, says).remedy(remedy)
}

fn body(shown: &[Shown<'_>]) -> String {
    let mut widgets: Vec<Value> = Vec::new();
    for Shown { service, target_groups, region } in shown {
        let name = service_name(service);
        let mut add = |what: &str, metrics: &[Value]| {
            let title = format!("{name}: {what}");
            widgets.push(widget(*region, widgets.len(), &title, metrics));
        };
        for dimensions in balanced(service, target_groups) {
            let elb = |metric: &str, statistic: &str| metric_of("AWS/ApplicationELB", metric, &dimensions, statistic);
            add("latency", &[elb("TargetResponseTime", "p50"), elb("TargetResponseTime", "p99")]);
            add("traffic", &[elb("RequestCount", "Sum")]);
            add("errors", &[elb("HTTPCode_Target_5XX_Count", "Sum"), elb("HTTPCode_Target_4XX_Count", "Sum")]);
        }
        let ecs = |metric: &str| metric_of("AWS/ECS", metric, &cpu_dimensions(service), "Average");
        add("saturation", &[ecs("CPUUtilization"), ecs("MemoryUtilization")]);
    }
    json!({ "widgets": widgets }).to_string()
}

fn metric_of(namespace: &str, metric: &str, dimensions: &BTreeMap<String, String>, statistic: &str) -> Value {
    let mut parts = vec![Value::from(namespace), Value::from(metric)];
    parts.extend(dimensions.iter().flat_map(|(key, value)| [Value::from(key.as_str()), Value::from(value.as_str())]));
    parts.push(json!({ "stat": statistic }));
    Value::Array(parts)
}

fn widget(region: Region, at: usize, title: &str, metrics: &[Value]) -> Value {
    json!({
        "type": "metric",
        "x": (at % 2) * WIDE,
        "y": (at / 2) * HIGH,
        "width": WIDE,
        "height": HIGH,
        "properties": {"title": title, "region": region.code(), "view": "timeSeries", "period": 60, "metrics": metrics},
    })
}
