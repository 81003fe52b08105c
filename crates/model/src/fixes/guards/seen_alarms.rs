//! Alarms that are there, and what it takes that they tell somebody.

use super::super::plan::{Money, Step, Undo};
use super::super::setting::{Alarm, State, Target};
use super::super::snapshot::SeenAlarm;
use super::{Change, Spot};
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// What keeps an alarm from telling anybody, in words; empty when nothing does.
pub(super) fn mute(alarm: &Alarm) -> Vec<String> {
    let mut why = Vec::new();
    if alarm.alarm_actions.is_empty() {
        why.push("it has no alarm actions".to_string());
    }
    if !alarm.actions_enabled {
        why.push("its actions are disabled".to_string());
    }
    why
}

/// The step that makes an alarm tell a topic, and nothing else of it.
pub(super) fn wire(spot: &Spot<'_>, name: &str, alarm: &Alarm, topic_arn: &str, needs: Vec<String>) -> Step {
    let mut after = alarm.clone();
    let mut then = Vec::new();
    if after.alarm_actions.is_empty() {
        after.alarm_actions.push(topic_arn.to_string());
        then.push(format!("+ alarm action {topic_arn}, from its next change to ALARM on"));
    }
    if !after.actions_enabled {
        after.actions_enabled = true;
        then.push("+ actions enabled".to_string());
    }
    spot.step(Change {
        target: Target::Alarm { name: name.to_string() },
        before: Some(State::Alarm(Box::new(alarm.clone()))),
        after: Some(State::Alarm(Box::new(after))),
        now: mute(alarm).join(", "),
        then,
        loses: Vec::new(),
        money: Money::none("an alarm costs the same with actions"),
        undo: Undo::Wholly,
        needs,
    })
}

/// The step that makes an alarm. What it costs depends on how many there are: it is said when the
/// whole plan is known.
pub(super) fn make(spot: &Spot<'_>, name: &str, alarm: Alarm, needs: Vec<String>) -> Step {
    let then = vec![format!(
        "alarm when {} {} of {} {} {} over {} x {} s, {} if data are missing, tells {}",
        alarm.statistic,
        alarm.metric,
        dimensions(&alarm),
        sign(&alarm.comparison),
        alarm.threshold,
        alarm.evaluation_periods,
        alarm.period,
        alarm.treat_missing_data.as_deref().unwrap_or("missing"),
        alarm.alarm_actions.join(", "),
    )];
    spot.step(Change {
        target: Target::Alarm { name: name.to_string() },
        before: None,
        after: Some(State::Alarm(Box::new(alarm))),
        now: "there is none".to_string(),
        then,
        loses: Vec::new(),
        money: Money::unknown("not priced"),
        undo: Undo::Wholly,
        needs,
    })
}

/// `ClusterName=prod ServiceName=api`.
fn dimensions(alarm: &Alarm) -> String {
    let parts: Vec<String> = alarm.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
    parts.join(" ")
}

/// `>` for `GreaterThanThreshold`.
pub(super) fn sign(comparison: &str) -> &str {
    match comparison {
        "GreaterThanThreshold" => ">",
        "GreaterThanOrEqualToThreshold" => ">=",
        "LessThanThreshold" => "<",
        "LessThanOrEqualToThreshold" => "<=",
        other => other,
    }
}

/// A name that no alarm has or will have: the wished one, or the first of its numbered forms that is
/// free. It is taken then.
pub(super) fn free_name(seen: &[SeenAlarm], planned: &mut BTreeSet<String>, wished: &str) -> String {
    let name = first_free(seen, planned, wished);
    planned.insert(name.clone());
    name
}

fn first_free(seen: &[SeenAlarm], planned: &BTreeSet<String>, wished: &str) -> String {
    let taken = |name: &str| planned.contains(name) || seen.iter().any(|alarm| alarm.name == name);
    let numbered = (2_u32..).map(|number| format!("{wished}-{number}"));
    core::iter::once(wished.to_string()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}
