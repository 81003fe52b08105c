//! Random plans and journals, with every kind of setting.

use jiff::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use stackcost_model::fixes::plan::PlanAccount;
use stackcost_model::fixes::setting::{
    Alarm, Budget, Deployment, DeploymentAlarms, Notification, State, Target, TargetTracking,
};
use stackcost_model::fixes::{Entry, Guard, Journal, Money, Outcome, Plan, Step, Undo};
use stackcost_model::meter::Region;
use stackcost_model::money::Usd;

const ACCOUNTS: [&str; 2] = ["123456789012", "210987654321"];

/// Words as AWS and people have them, with what JSON and UTF-8 make hard.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-z/.-]{1,12}", 1 => "\\PC{0,8}", 1 => "[\\x00-\\x1f\"\\\\é√\\u{7f}😀]{0,6}"]
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    vec(text(), 0..3)
}

fn usd() -> impl Strategy<Value = Usd> {
    (any::<i64>(), 0_u32..12).prop_map(|(whole, places)| {
        let text = format!("{}.{places:012}", whole / 100_000_000);
        Usd::parse(&text).expect("an amount")
    })
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_000_000_000, 0_i32..1_000_000_000)
        .prop_map(|(seconds, nanoseconds)| Timestamp::new(seconds, nanoseconds).expect("a time"))
}

fn alarm() -> impl Strategy<Value = Alarm> {
    let who = (option::of(text()), any::<bool>(), texts(), texts(), texts());
    let what = (text(), text(), text(), btree_map(text(), text(), 0..3), any::<u32>(), option::of(text()));
    let when = (any::<u32>(), option::of(any::<u32>()), text(), text(), option::of(text()), option::of(text()));
    (who, what, when).prop_map(|(who, what, when)| Alarm {
        description: who.0,
        actions_enabled: who.1,
        alarm_actions: who.2,
        ok_actions: who.3,
        insufficient_data_actions: who.4,
        namespace: what.0,
        metric: what.1,
        statistic: what.2,
        dimensions: what.3,
        period: what.4,
        unit: what.5,
        evaluation_periods: when.0,
        datapoints_to_alarm: when.1,
        threshold: when.2,
        comparison: when.3,
        treat_missing_data: when.4,
        evaluate_low_samples: when.5,
    })
}

fn budget() -> impl Strategy<Value = Budget> {
    let notification = (any::<bool>(), text(), texts());
    let notification =
        notification.prop_map(|(forecasted, percent, emails)| Notification { forecasted, percent, emails });
    (text(), vec(notification, 0..3)).prop_map(|(amount, notifications)| Budget { amount, notifications })
}

fn tracking() -> impl Strategy<Value = TargetTracking> {
    let parts = (text(), option::of(text()), text(), option::of(any::<u32>()), option::of(any::<u32>()), any::<bool>());
    parts.prop_map(|parts| TargetTracking {
        metric: parts.0,
        resource_label: parts.1,
        target: parts.2,
        scale_out_cooldown: parts.3,
        scale_in_cooldown: parts.4,
        disable_scale_in: parts.5,
    })
}

fn deployment() -> impl Strategy<Value = Deployment> {
    let alarms = (texts(), any::<bool>(), any::<bool>());
    let alarms = alarms.prop_map(|(names, enable, rollback)| DeploymentAlarms { names, enable, rollback });
    (any::<bool>(), any::<bool>(), any::<u32>(), any::<u32>(), option::of(alarms)).prop_map(|parts| Deployment {
        circuit_breaker: parts.0,
        rollback: parts.1,
        minimum_healthy: parts.2,
        maximum: parts.3,
        alarms: parts.4,
    })
}

/// A setting with the states before and after a change.
type Change = (Target, Option<State>, Option<State>);

fn change_of<T: Strategy<Value = Target>, S: Strategy<Value = State> + Clone>(
    target: T,
    state: S,
) -> impl Strategy<Value = Change> {
    (target, option::of(state.clone()), option::of(state))
}

fn change() -> impl Strategy<Value = Change> {
    let name = || text();
    prop_oneof![
        change_of(
            name().prop_map(|repository| Target::LifecyclePolicy { repository }),
            text().prop_map(|text| State::LifecyclePolicy { text }).boxed()
        ),
        change_of(
            name().prop_map(|repository| Target::ScanOnPush { repository }),
            any::<bool>().prop_map(|enabled| State::ScanOnPush { enabled }).boxed()
        ),
        change_of(
            name().prop_map(|group| Target::LogRetention { group }),
            any::<u32>().prop_map(|days| State::LogRetention { days }).boxed()
        ),
        change_of(
            name().prop_map(|name| Target::Topic { name }),
            text().prop_map(|policy| State::Topic { policy, wished: Vec::new() }).boxed()
        ),
        change_of(
            (name(), name(), name()).prop_map(|(topic, protocol, endpoint)| Target::Subscription {
                topic,
                protocol,
                endpoint
            }),
            Just(State::Subscription)
        ),
        change_of(
            name().prop_map(|name| Target::Alarm { name }),
            alarm().prop_map(|alarm| State::Alarm(Box::new(alarm))).boxed()
        ),
        change_of(
            name().prop_map(|name| Target::Dashboard { name }),
            text().prop_map(|body| State::Dashboard { body }).boxed()
        ),
        change_of(name().prop_map(|name| Target::Budget { name }), budget().prop_map(State::Budget).boxed()),
        change_of(
            name().prop_map(|resource| Target::ScalableTarget { resource }),
            any::<(u32, u32)>().prop_map(|(min, max)| State::ScalableTarget { min, max }).boxed()
        ),
        change_of(
            (name(), name()).prop_map(|(resource, name)| Target::ScalingPolicy { resource, name }),
            tracking().prop_map(State::ScalingPolicy).boxed()
        ),
        change_of(
            (name(), name()).prop_map(|(cluster, service)| Target::Deployment { cluster, service }),
            deployment().prop_map(State::Deployment).boxed()
        ),
        change_of(
            name().prop_map(|cluster| Target::ContainerInsights { cluster }),
            text().prop_map(|value| State::ContainerInsights { value }).boxed()
        ),
        change_of(
            name().prop_map(|key| Target::CostTag { key }),
            any::<bool>().prop_map(|active| State::CostTag { active }).boxed()
        ),
    ]
}

fn undo() -> impl Strategy<Value = Undo> {
    prop_oneof![Just(Undo::Wholly), text().prop_map(Undo::Setting), text().prop_map(Undo::Not)]
}

fn money() -> impl Strategy<Value = Money> {
    (option::of(usd()), option::of(usd()), text()).prop_map(|(saves, in_a_year, formula)| Money {
        saves,
        in_a_year,
        formula,
    })
}

pub(super) fn region(code: &str) -> Region {
    code.parse().expect("a region")
}

fn step() -> impl Strategy<Value = Step> {
    let regions = proptest::sample::select(vec![region("us-east-1"), region("eu-west-1")]);
    let place = (proptest::sample::select(Guard::ALL.to_vec()), proptest::sample::select(ACCOUNTS.to_vec()), regions);
    (place, change(), text(), texts(), texts(), money(), undo()).prop_map(
        |(place, change, now, then, loses, money, undo)| {
            let (guard, account, region) = place;
            let (target, before, after) = change;
            let id = Step::name(account, region, &target);
            let account = account.to_string();
            Step {
                id,
                guard,
                about: String::new(),
                account,
                region,
                target,
                before,
                after,
                now,
                then,
                loses,
                money,
                undo,
                needs: Vec::new(),
            }
        },
    )
}

/// Plans that are plans: `Plan::check` finds nothing.
pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    let words = (time(), text(), option::of(text()), texts(), texts());
    (words, option::of(text()), vec((step(), any::<u8>()), 0..6)).prop_map(|(words, profile, drawn)| {
        let mut steps: Vec<Step> = Vec::new();
        for (mut step, needs) in drawn {
            if steps.iter().any(|known| known.id == step.id) {
                continue;
            }
            let needed = steps.iter().enumerate().filter(|(at, _)| needs & (1 << at) != 0);
            step.needs = needed.map(|(_, step)| step.id.clone()).collect();
            steps.push(step);
        }
        let accounts = ACCOUNTS.map(|id| PlanAccount {
            id: id.to_string(),
            profile: profile.clone(),
            regions: vec![Region::US_EAST_1],
        });
        let (made, tool, undoes, gaps, by_hand) = words;
        Plan { made, tool, undoes, accounts: accounts.to_vec(), steps, gaps, by_hand }
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Done),
        Just(Outcome::AlreadySo),
        change().prop_map(|(_, found, _)| Outcome::Stale { found }),
        (text(), any::<bool>()).prop_map(|(why, uncertain)| Outcome::Failed { why, uncertain }),
        text().prop_map(|needs| Outcome::NotReached { needs }),
    ]
}

/// Journals of plans, with entries in any order.
pub(crate) fn journal() -> impl Strategy<Value = Journal> {
    let entry = (any::<prop::sample::Index>(), time(), option::of(outcome()));
    (plan(), vec(entry, 0..8)).prop_map(|(plan, drawn)| {
        let mut entries = Vec::new();
        if !plan.steps.is_empty() {
            for (which, at, outcome) in drawn {
                let step = which.get(&plan.steps).id.clone();
                entries.push(match outcome {
                    None => Entry::Intent { at, step },
                    Some(outcome) => Entry::Outcome { at, step, outcome },
                });
            }
        }
        Journal { plan, entries }
    })
}
