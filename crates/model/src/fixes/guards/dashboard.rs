//! The golden signals on one page: latency, traffic, errors, saturation of each service.
//!
//! A dashboard that is there is never overwritten. What one costs beyond the three that are free
//! is said when the whole plan is known. Source: Site Reliability Engineering, chapter 6, for the
//! four signals; CloudWatch API reference, "Dashboard body structure and syntax".

use super::super::plan::{Finding, Money, Undo, Verdict};
use super::super::setting::{State, Target};
use super::super::snapshot::{Dashboard, Place, Service, TargetGroup};
use super::service_alarms::{balanced, cpu_dimensions};
use super::{Change, Spot, count, service_name};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use serde_json::{Value, json};

/// Widgets stand two in a row of 24 columns.
const WIDE: usize = 12;
const HIGH: usize = 6;

pub(super) fn look(spot: &Spot<'_>, place: &Place) -> Vec<Finding> {
    let wish = &spot.eyes.wish.dashboard;
    if !wish.on {
        return Vec::new();
    }
    let subject = format!("dashboard {}", wish.name);
    let services = match spot.services(place) {
        Ok(services) => services,
        Err(gap) => return vec![spot.unknown(&subject, &gap)],
    };
    if services.is_empty() {
        return Vec::new();
    }
    let (dashboards, target_groups) = match (&place.dashboards, &place.target_groups) {
        (Ok(dashboards), Ok(target_groups)) => (dashboards, target_groups),
        (Err(gap), _) | (_, Err(gap)) => return vec![spot.unknown(&subject, gap)],
    };
    if let Some(there) = dashboards.iter().find(|one| one.name == wish.name) {
        return vec![existing(spot, there, &services, &subject)];
    }
    let names: Vec<String> = services.iter().map(|service| service_name(service)).collect();
    let step = spot.step(Change {
        target: Target::Dashboard { name: wish.name.clone() },
        before: None,
        after: Some(State::Dashboard { body: body(spot, &services, target_groups) }),
        now: "there is none".to_string(),
        then: vec![format!("latency, traffic, errors and saturation of {}", names.join(", "))],
        loses: Vec::new(),
        money: Money::unknown("not priced"),
        undo: Undo::Wholly,
        needs: Vec::new(),
    });
    vec![spot.finding(&subject, Verdict::Fail, "there is none").step(step)]
}

fn existing(spot: &Spot<'_>, there: &Dashboard, services: &[&Service], subject: &str) -> Finding {
    let body = match &there.body {
        Ok(body) => body,
        Err(gap) => return spot.unknown(subject, gap),
    };
    let missing: Vec<String> = services
        .iter()
        .filter(|service| !body.contains(&format!("\"{}\"", service.name)))
        .map(|service| service_name(service))
        .collect();
    if missing.is_empty() {
        return spot.finding(subject, Verdict::Pass, format!("it shows {}", count(services.len(), "service")));
    }
    let says = format!("it does not show {}", missing.join(", "));
    let remedy = "a dashboard that is there is not overwritten: give another name, or delete it";
    spot.finding(subject, Verdict::Fail, says).remedy(remedy)
}

fn body(spot: &Spot<'_>, services: &[&Service], target_groups: &[TargetGroup]) -> String {
    let mut widgets: Vec<Value> = Vec::new();
    for service in services {
        let name = service_name(service);
        for dimensions in balanced(service, target_groups) {
            let elb = |metric: &str, statistic: &str| metric_of("AWS/ApplicationELB", metric, &dimensions, statistic);
            let latency = [elb("TargetResponseTime", "p50"), elb("TargetResponseTime", "p99")];
            let errors = [elb("HTTPCode_Target_5XX_Count", "Sum"), elb("HTTPCode_Target_4XX_Count", "Sum")];
            widgets.push(widget(spot, widgets.len(), &format!("{name}: latency"), &latency));
            widgets.push(widget(spot, widgets.len(), &format!("{name}: traffic"), &[elb("RequestCount", "Sum")]));
            widgets.push(widget(spot, widgets.len(), &format!("{name}: errors"), &errors));
        }
        let ecs = |metric: &str| metric_of("AWS/ECS", metric, &cpu_dimensions(service), "Average");
        let saturation = [ecs("CPUUtilization"), ecs("MemoryUtilization")];
        widgets.push(widget(spot, widgets.len(), &format!("{name}: saturation"), &saturation));
    }
    json!({ "widgets": widgets }).to_string()
}

fn metric_of(namespace: &str, metric: &str, dimensions: &BTreeMap<String, String>, statistic: &str) -> Value {
    let mut parts = vec![Value::from(namespace), Value::from(metric)];
    parts.extend(dimensions.iter().flat_map(|(key, value)| [Value::from(key.as_str()), Value::from(value.as_str())]));
    parts.push(json!({ "stat": statistic }));
    Value::Array(parts)
}

fn widget(spot: &Spot<'_>, at: usize, title: &str, metrics: &[Value]) -> Value {
    json!({
        "type": "metric",
        "x": (at % 2) * WIDE,
        "y": (at / 2) * HIGH,
        "width": WIDE,
        "height": HIGH,
        "properties": {"title": title, "region": spot.region.code(), "view": "timeSeries", "period": 60, "metrics": metrics},
    })
}
