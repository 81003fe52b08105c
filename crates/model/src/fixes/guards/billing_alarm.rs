//! Somebody is told what the month has cost: alarms on `EstimatedCharges` that really tell.
//!
//! The metric is in us-east-1 only, counts what the month has cost so far in all regions, has data
//! some times a day, and exists once "Receive CloudWatch billing alerts" is switched on. An alarm
//! without actions, on a topic that CloudWatch may not publish to, or with subscriptions that
//! nobody confirmed, tells nobody. Source: CloudWatch user guide, "Create a billing alarm".

use super::super::plan::{Finding, Step, Verdict};
use super::super::setting::Alarm;
use super::super::snapshot::{Billing, SeenAlarm};
use super::seen_alarms::{free_name, make, mute, sign, wire};
use super::{Spot, count, topic};
use crate::exact::Ratio;
use crate::money::Usd;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// The metric has a value some times a day; six hours hold at least one.
const PERIOD: u32 = 21_600;
/// Parts of what is expected that proposals are made of, in percent: half the month early, most of
/// it, all of it, and more.
const PROPOSED_PERCENT: [i64; 4] = [50, 80, 100, 120];

pub(super) fn look(spot: &Spot<'_>) -> Vec<Finding> {
    let billing = &spot.account.billing;
    let wish = &spot.eyes.wish.billing;
    let mut findings = vec![metric(spot, billing)];
    let wished = topic::Wished { name: &wish.topic, emails: &wish.emails };
    let seen = match &billing.alarms {
        Ok(seen) => seen.as_slice(),
        Err(gap) => {
            findings.push(spot.unknown("alarms on EstimatedCharges", gap));
            return findings;
        }
    };
    let there: Vec<(&SeenAlarm, &Alarm)> = on_charges(seen).collect();
    let thresholds = thresholds(spot);
    // The topic of the wish matters if an alarm is to use it.
    let missing: Vec<Usd> =
        thresholds.into_iter().filter(|usd| !there.iter().any(|(_, alarm)| at(alarm, *usd))).collect();
    let arn = spot.arn("sns", &wish.topic);
    let mut needs = Vec::new();
    let mut told = true;
    if !missing.is_empty() || there.iter().any(|(_, alarm)| !mute(alarm).is_empty()) {
        let looked = topic::look(spot, &billing.topics, &wished);
        findings.extend(looked.findings);
        (needs, told) = (looked.needs, looked.tells);
    }
    let ours = if needs.is_empty() && findings.len() == 1 { "" } else { wish.topic.as_str() };
    let acted_on = there.iter().flat_map(|(_, alarm)| &alarm.alarm_actions);
    for name in topic::names(spot, acted_on).into_iter().filter(|name| name != ours) {
        let emails = if name == wish.topic { wish.emails.as_slice() } else { &[] };
        findings.extend(topic::look(spot, &billing.topics, &topic::Wished { name: &name, emails }).findings);
    }
    // Alarms that nobody would hear of are told, not made.
    let of = |finding: Finding, step: Step| match told {
        true => finding.step(step),
        false => finding.remedy(topic::NOBODY),
    };
    for (seen, alarm) in &there {
        let (finding, step) = existing(spot, seen, alarm, &arn, &needs);
        findings.push(match step {
            Some(step) => of(finding, step),
            None => finding,
        });
    }
    let mut planned = BTreeSet::new();
    for usd in &missing {
        let name = free_name(seen, &mut planned, &format!("billing-{usd}-usd"));
        let step = make(spot, &name, alarm(*usd, &arn), needs.clone());
        findings.push(of(spot.finding(&format!("alarm at {usd} USD"), Verdict::Fail, "there is none"), step));
    }
    if there.is_empty() && missing.is_empty() {
        let says = "there is no alarm on EstimatedCharges";
        let remedy =
            "say when: [billing] thresholds = [50, 100] in the wish file, or --stack FILE to have them proposed";
        findings.push(spot.finding("alarms on EstimatedCharges", Verdict::Fail, says).remedy(remedy));
    }
    findings
}

/// Whether there are data at all.
fn metric(spot: &Spot<'_>, billing: &Billing) -> Finding {
    let subject = "metric EstimatedCharges";
    match &billing.last_charge {
        Ok(Some(last)) => spot.finding(subject, Verdict::Pass, format!("last data of {last}")),
        Ok(None) => {
            spot.finding(subject, Verdict::Fail, "no data in the last three days: no alarm on it can fire").remedy(
                "switch on \"Receive CloudWatch billing alerts\" in the Billing preferences of the payer account; data \
             come within a day",
            )
        }
        Err(gap) => spot.unknown(subject, gap),
    }
}

/// The thresholds that are wished, or proposed from what the stack is estimated to cost.
fn thresholds(spot: &Spot<'_>) -> Vec<Usd> {
    let wish = &spot.eyes.wish.billing;
    let Some(expected) = wish.expected.filter(|_| wish.thresholds.is_empty()) else { return wish.thresholds.clone() };
    let of = |percent: i64| Usd::round((expected.to_ratio() * Ratio::new(i128::from(percent), 100)).ceil());
    let mut proposed: Vec<Usd> = PROPOSED_PERCENT.into_iter().filter_map(of).filter(|usd| *usd > Usd::ZERO).collect();
    proposed.dedup();
    proposed
}

/// Alarms on what the whole account costs.
fn on_charges(seen: &[SeenAlarm]) -> impl Iterator<Item = (&SeenAlarm, &Alarm)> {
    seen.iter().filter_map(|seen| {
        let alarm = seen.alarm.as_ref()?;
        // Without its dimension the metric has no data, and below a threshold nobody asks.
        let whole = alarm.dimensions.len() == 1 && alarm.dimensions.get("Currency").is_some_and(|of| of == "USD");
        let more = alarm.comparison.starts_with("GreaterThan") && alarm.statistic == "Maximum";
        let charges = alarm.namespace == "AWS/Billing" && alarm.metric == "EstimatedCharges";
        (charges && whole && more).then_some((seen, alarm))
    })
}

fn at(alarm: &Alarm, usd: Usd) -> bool {
    Ratio::parse(&alarm.threshold) == Some(usd.to_ratio())
}

/// An alarm that is there, and the step that wires its actions if it has none.
fn existing(spot: &Spot<'_>, seen: &SeenAlarm, alarm: &Alarm, arn: &str, needs: &[String]) -> (Finding, Option<Step>) {
    let subject = format!("alarm {}", seen.name);
    let mute = mute(alarm);
    if !mute.is_empty() {
        let says = format!("at {} USD, but {}: it tells nobody", alarm.threshold, mute.join(" and "));
        let step = wire(spot, &seen.name, alarm, arn, needs.to_vec());
        return (spot.finding(&subject, Verdict::Fail, says), Some(step));
    }
    let told = count(alarm.alarm_actions.len(), "action");
    let says = format!("{} {} USD, {told}", sign(&alarm.comparison), alarm.threshold);
    (spot.finding(&subject, Verdict::Pass, says), None)
}

fn alarm(usd: Usd, topic_arn: &str) -> Alarm {
    Alarm {
        description: Some(format!("The month has cost more than {usd} USD")),
        actions_enabled: true,
        alarm_actions: vec![topic_arn.to_string()],
        ok_actions: Vec::new(),
        insufficient_data_actions: Vec::new(),
        namespace: "AWS/Billing".to_string(),
        metric: "EstimatedCharges".to_string(),
        statistic: "Maximum".to_string(),
        dimensions: BTreeMap::from([("Currency".to_string(), String::from("USD"))]),
        period: PERIOD,
        unit: None,
        evaluation_periods: 1,
        datapoints_to_alarm: None,
        threshold: usd.to_string(),
        comparison: "GreaterThanThreshold".to_string(),
        treat_missing_data: Some("notBreaching".to_string()),
        evaluate_low_samples: None,
    }
}
