//! Somebody is told of errors, slowness and load: alarms of each service, with actions.
//!
//! Errors and slowness are seen by the load balancer, so a service without one has only the alarm
//! on its CPU. Source: ECS and Application Load Balancer guides, CloudWatch metrics.

use super::super::plan::{Finding, Step, Verdict};
use super::super::setting::Alarm;
use super::super::snapshot::{Place, SeenAlarm, Service, TargetGroup};
use super::seen_alarms::{free_name, make, mute, wire};
use super::{Spot, service_name, topic};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn look(spot: &Spot<'_>, place: &Place) -> Vec<Finding> {
    let wish = &spot.eyes.wish.alarms;
    if !wish.on {
        return Vec::new();
    }
    let services = match spot.services(place) {
        Ok(services) => services,
        Err(gap) => return vec![spot.unknown("services", &gap)],
    };
    let (seen, target_groups) = match (&place.alarms, &place.target_groups) {
        (Ok(seen), Ok(target_groups)) => (seen.as_slice(), target_groups.as_slice()),
        (Err(gap), _) | (_, Err(gap)) => return vec![spot.unknown("alarms of services", gap)],
    };
    if services.is_empty() {
        return Vec::new();
    }
    let arn = spot.arn("sns", &wish.topic);
    let mut wished: Vec<Wished> =
        services.into_iter().flat_map(|service| alarms(spot, service, target_groups, &arn)).collect();
    // What several services share, their load balancer, needs one alarm.
    let mut metrics = BTreeSet::new();
    wished.retain(|wished| metrics.insert((wished.alarm.metric.clone(), wished.alarm.dimensions.clone())));
    let same: Vec<Option<(&SeenAlarm, &Alarm)>> = wished.iter().map(|wished| there(seen, &wished.alarm)).collect();
    let lacking = same.iter().any(|same| same.is_none_or(|(_, alarm)| !mute(alarm).is_empty()));
    let used = same.iter().flatten().any(|(_, alarm)| alarm.alarm_actions.contains(&arn));
    let mut looked = topic::Looked { findings: Vec::new(), needs: Vec::new(), tells: true };
    if lacking || used {
        let emails = wish.emails.as_slice();
        looked = topic::look(spot, &place.topics, &topic::Wished { name: &wish.topic, emails });
    }
    let mut findings = core::mem::take(&mut looked.findings);
    let mut planned = BTreeSet::new();
    for (wished, same) in wished.into_iter().zip(same) {
        let service = wished.service.clone();
        let unwatched =
            if wished.alone { "; no Application Load Balancer measures its errors and latency" } else { "" };
        let (finding, step) = look_at(spot, seen, &mut planned, wished, same, &arn, &looked.needs);
        // An alarm that nobody would hear of is told, not made.
        let finding = match step {
            None => finding,
            Some(step) if looked.tells => finding.step(step),
            Some(_) => finding.remedy(topic::NOBODY),
        };
        let finding = Finding { says: finding.says + unwatched, ..finding };
        findings.push(finding.about(&service));
    }
    findings
}

/// An alarm that there should be.
struct Wished {
    /// Of which service.
    service: String,
    /// Whether it is all that can be watched of the service.
    alone: bool,
    subject: String,
    name: String,
    alarm: Alarm,
}

fn look_at(
    spot: &Spot<'_>,
    seen: &[SeenAlarm],
    planned: &mut BTreeSet<String>,
    wished: Wished,
    same: Option<(&SeenAlarm, &Alarm)>,
    arn: &str,
    needs: &[String],
) -> (Finding, Option<Step>) {
    let Some((there, alarm)) = same else {
        let name = free_name(seen, planned, &wished.name);
        let step = make(spot, &name, wished.alarm, needs.to_vec());
        return (spot.finding(&wished.subject, Verdict::Fail, "there is none"), Some(step));
    };
    let mute = mute(alarm);
    if mute.is_empty() {
        return (spot.finding(&wished.subject, Verdict::Pass, format!("alarm {}", there.name)), None);
    }
    let says = format!("alarm {}, but {}: it tells nobody", there.name, mute.join(" and "));
    let step = wire(spot, &there.name, alarm, arn, needs.to_vec());
    (spot.finding(&wished.subject, Verdict::Fail, says), Some(step))
}

/// An alarm on the same metric of the same thing, preferably one that tells somebody. Its
/// threshold is its owner's business.
fn there<'s>(seen: &'s [SeenAlarm], wished: &Alarm) -> Option<(&'s SeenAlarm, &'s Alarm)> {
    let same = |alarm: &Alarm| {
        let metric = alarm.namespace == wished.namespace && alarm.metric == wished.metric;
        let of = |key: &String| alarm.dimensions.get(key) == wished.dimensions.get(key);
        // An alarm on the load balancer as a whole covers its target groups; CPU has no such metric.
        let whole = alarm.dimensions.contains_key("LoadBalancer") || alarm.dimensions.len() == wished.dimensions.len();
        // A sum is not an average, and any percentile is about the slow ones.
        let statistic = alarm.statistic == wished.statistic
            || alarm.namespace == "AWS/ECS"
            || (wished.statistic.starts_with('p') && alarm.statistic.starts_with(['p', 't', 'M']));
        metric && whole && statistic && alarm.dimensions.keys().all(of) && upward(alarm)
    };
    let all = seen.iter().filter_map(|seen| Some((seen, seen.alarm.as_ref()?)));
    let all = all.filter(|(_, alarm)| same(alarm) && !is_of_scaling(alarm));
    all.min_by_key(|(_, alarm)| mute(alarm).len())
}

/// Whether it is one of those that scaling makes for itself: they tell nobody, and must not be
/// edited.
fn is_of_scaling(alarm: &Alarm) -> bool {
    let scales = |action: &String| action.contains(":autoscaling:");
    !alarm.alarm_actions.is_empty() && alarm.alarm_actions.iter().all(scales)
}

/// Whether it looks for too much: an alarm on too little is for something else.
fn upward(alarm: &Alarm) -> bool {
    alarm.comparison.starts_with("GreaterThan")
}

fn alarms(spot: &Spot<'_>, service: &Service, target_groups: &[TargetGroup], arn: &str) -> Vec<Wished> {
    let wish = &spot.eyes.wish.alarms;
    let name = service_name(service);
    let plain = format!("{}-{}", service.cluster, service.name);
    let balanced = balanced(service, target_groups);
    let one = |what: &str, word: &str, alarm: Alarm| Wished {
        service: name.clone(),
        alone: balanced.is_empty(),
        subject: format!("{name}: {what}"),
        name: format!("{plain}-{word}"),
        alarm,
    };
    let cpu = Alarm {
        description: Some(format!("{name} uses more than {} % of its CPU", wish.cpu_percent)),
        threshold: wish.cpu_percent.to_string(),
        ..alarm("AWS/ECS", "CPUUtilization", "Average", &cpu_dimensions(service), arn)
    };
    let mut all = vec![one("CPU", "cpu", cpu)];
    for (number, dimensions) in balanced.iter().enumerate() {
        let more = if number == 0 { String::new() } else { format!("-{}", number + 1) };
        let errors = |metric: &str, of: &BTreeMap<String, String>, who: &str| Alarm {
            description: Some(format!("{who} gave more than {} responses with 5xx in five minutes", wish.errors_5xx)),
            threshold: wish.errors_5xx.to_string(),
            period: 300,
            evaluation_periods: 1,
            ..alarm("AWS/ApplicationELB", metric, "Sum", of, arn)
        };
        all.push(one("5xx responses", &format!("5xx{more}"), errors("HTTPCode_Target_5XX_Count", dimensions, &name)));
        // Without a healthy task the load balancer itself answers, and the service counts nothing.
        let balancer: BTreeMap<String, String> = dimensions
            .iter()
            .filter(|(key, _)| *key == "LoadBalancer")
            .map(|(key, of)| (key.clone(), of.clone()))
            .collect();
        let who = format!("The load balancer of {name}");
        let elb = errors("HTTPCode_ELB_5XX_Count", &balancer, &who);
        all.push(one("5xx of its load balancer", &format!("elb-5xx{more}"), elb));
        let slow = Alarm {
            description: Some(format!("One in a hundred responses of {name} takes more than {} s", wish.p99_seconds)),
            threshold: wish.p99_seconds.clone(),
            ..alarm("AWS/ApplicationELB", "TargetResponseTime", "p99", dimensions, arn)
        };
        all.push(one("p99 latency", &format!("p99{more}"), slow));
    }
    all
}

pub(super) fn cpu_dimensions(service: &Service) -> BTreeMap<String, String> {
    let pairs = [("ClusterName", &service.cluster), ("ServiceName", &service.name)];
    pairs.into_iter().map(|(key, value)| (key.to_string(), value.clone())).collect()
}

/// The dimensions of the metrics that Application Load Balancers have of a service.
pub(super) fn balanced(service: &Service, target_groups: &[TargetGroup]) -> Vec<BTreeMap<String, String>> {
    let groups = target_groups.iter().filter(|group| service.target_groups.contains(&group.arn));
    let dimensions = |group: &TargetGroup| {
        let target_group = group.arn.rsplit(':').next()?.to_string();
        let names = group.load_balancers.iter().filter_map(|arn| Some(arn.split_once(":loadbalancer/")?.1));
        let balancer = names.filter(|name| name.starts_with("app/")).min()?.to_string();
        Some(BTreeMap::from([("LoadBalancer".to_string(), balancer), ("TargetGroup".to_string(), target_group)]))
    };
    groups.filter_map(dimensions).collect()
}

fn alarm(namespace: &str, metric: &str, statistic: &str, dimensions: &BTreeMap<String, String>, arn: &str) -> Alarm {
    Alarm {
        description: None,
        actions_enabled: true,
        alarm_actions: vec![arn.to_string()],
        ok_actions: Vec::new(),
        insufficient_data_actions: Vec::new(),
        namespace: namespace.to_string(),
        metric: metric.to_string(),
        statistic: statistic.to_string(),
        dimensions: dimensions.clone(),
        period: 60,
        unit: None,
        evaluation_periods: 5,
        datapoints_to_alarm: None,
        threshold: String::new(),
        comparison: "GreaterThanThreshold".to_string(),
        treat_missing_data: Some("notBreaching".to_string()),
        evaluate_low_samples: None,
    }
}
