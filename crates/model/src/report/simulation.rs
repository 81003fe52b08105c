//! A simulation as tables: what each way to run a service costs and serves, and every activity.

use super::{Cell, Column, Report, Row, RowKind, number, text};
use crate::estimate::Total;
use crate::exact::Ratio;
use crate::scaling::{Activity, Autoscaling, Cause, Direction, Load, LoadUnit, Metric, NotScaled, Outcome, Policy};
use crate::simulation::{Course, Simulation};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// A part as a percentage with two decimals.
fn percent(part: Ratio) -> String {
    format!("{} %", (part * Ratio::whole(100)).to_fixed(2))
}

fn columns() -> Vec<Column> {
    vec![
        text(""),
        number("task-h"),
        number("USD"),
        number("diff."),
        number("time over"),
        number("load over"),
        number("lost"),
        number("peak"),
    ]
}

/// What each way to run the service costs over the horizon of its stack, and serves.
#[must_use]
pub fn simulation(simulation: &Simulation, title: String, load: &Load, remarks: &[String]) -> Report {
    let first = simulation.courses.first().map(|course| course.estimate.total().usd());
    let row = |course: &Course| {
        let total = course.estimate.total();
        let difference = first.filter(|usd| *usd > crate::money::Usd::ZERO && total.usd() != *usd).map(|usd| {
            let part = (total.usd().to_ratio() - usd.to_ratio()) / usd.to_ratio() * Ratio::whole(100);
            Cell::Percent(Some(part))
        });
        Row {
            kind: RowKind::Figure,
            cells: vec![
                Cell::Text(course.name.clone()),
                Cell::Text(Ratio::new(course.totals.task_seconds.into(), 3_600).to_fixed(2)),
                match total {
                    Total::Exactly(usd) => Cell::Amount(usd),
                    Total::AtLeast(usd) => Cell::AtLeast(usd),
                },
                difference.unwrap_or(Cell::Empty),
                Cell::Text(percent(course.totals.served.time_over())),
                Cell::Text(percent(course.totals.served.requests_over())),
                Cell::Text(percent(course.totals.served.lost())),
                Cell::Number(Ratio::from(course.totals.peak)),
            ],
            remark: None,
        }
    };
    let mut rows: Vec<Row> = simulation.courses.iter().map(row).collect();
    if !simulation.bounds.is_empty() {
        let cells = vec![Cell::Text("if AWS, which does not say, does otherwise:".to_string())];
        let empty = core::iter::repeat_n(Cell::Empty, columns().len() - 1);
        rows.push(Row { kind: RowKind::Heading, cells: cells.into_iter().chain(empty).collect(), remark: None });
        rows.extend(simulation.bounds.iter().map(row));
    }
    Report { title, columns: columns(), rows, notes: notes(simulation, load, remarks) }
}

fn notes(simulation: &Simulation, load: &Load, remarks: &[String]) -> Vec<String> {
    let mut notes: Vec<String> = remarks.iter().map(|remark| format!("trace: {remark}")).collect();
    let run = &simulation.run;
    let mut decided: Vec<u64> = run.latencies.iter().map(|one| one.decided - one.breach).collect();
    let mut served: Vec<u64> = run.latencies.iter().filter_map(|one| Some(one.served? - one.breach)).collect();
    if !decided.is_empty() {
        decided.sort_unstable();
        served.sort_unstable();
        let told = |times: &[u64]| {
            let middle = times.get((times.len().max(1) - 1) / 2).copied().unwrap_or(0);
            format!("{middle} s in the median, {} s at most", times.last().copied().unwrap_or(0))
        };
        notes.push(format!(
            "scaling out, {} times from the first breach: decided after {}; served after {}",
            decided.len(),
            told(&decided),
            told(&served)
        ));
    }
    let interrupted = match run.interruptions {
        0 => String::new(),
        count => format!(", {count} taken back by Spot"),
    };
    notes.push(format!("{} tasks launched{interrupted}", run.launches));
    if let Some(seconds) = simulation.deployments {
        notes.push(format!("deployments add {} task-hours", Ratio::new(seconds, 3_600).to_fixed(2)));
    }
    if let Some(range) = &simulation.range {
        let cost = range.cost.each_ref().map(|estimate| estimate.total().usd().to_fixed(2));
        notes.push(format!(
            "{} runs, median and where nine tenths lie: {} USD ({} to {}); time over target {} ({} to {}); load over target {} ({} to {})",
            range.runs, cost[1], cost[0], cost[2],
            percent(range.time_over[1]), percent(range.time_over[0]), percent(range.time_over[2]),
            percent(range.requests_over[1]), percent(range.requests_over[0]), percent(range.requests_over[2]),
        ));
    }
    let hours = Ratio::new(load.seconds().into(), 3_600);
    notes.push(format!(
        "task-hours are those of the {} h of the load; USD are those of the horizon, over which it repeats",
        hours.to_fixed(2)
    ));
    notes.push(
        "billed from image pull to stop, the time to drain included, at least a minute each; load beyond the capacity of all tasks is lost, not queued"
            .to_string(),
    );
    notes
}

/// A service in words: bounds, policies, the life of tasks.
#[must_use]
pub fn service_words(service: &Autoscaling, unit: LoadUnit) -> String {
    let policies: Vec<String> = service.policies.iter().map(policy_words).collect();
    let each = match unit {
        LoadUnit::RequestsPerMinute => format!(", {} requests a minute each", service.capacity),
        LoadUnit::TaskUnits => String::new(),
    };
    format!("{} to {} tasks{each}; {}", service.min, service.max, policies.join("; "))
}

fn policy_words(policy: &Policy) -> String {
    match policy {
        Policy::TargetTracking(policy) => format!(
            "target tracking {} at {}, cooldowns {} s out and {} s in, datapoints of {} s seen {} s later",
            metric_name(policy.metric),
            level(policy.metric, policy.target),
            policy.scale_out_cooldown,
            policy.scale_in_cooldown,
            policy.sampling.period,
            policy.sampling.delay
        ),
        Policy::StepScaling(policy) => format!(
            "step scaling on {} from {} on, {} steps, cooldown {} s",
            metric_name(policy.metric),
            level(policy.metric, policy.threshold),
            policy.steps.len(),
            policy.cooldown
        ),
    }
}

fn metric_name(metric: Metric) -> &'static str {
    match metric {
        Metric::Cpu => "CPUUtilization",
        Metric::Memory { .. } => "MemoryUtilization",
        Metric::AlbRequestCountPerTarget => "RequestCountPerTarget",
        Metric::Custom { .. } => "a metric of its own",
    }
}

fn level(metric: Metric, value: u64) -> String {
    match metric {
        Metric::Cpu | Metric::Memory { .. } => format!("{} %", short(Ratio::new(value.into(), 10_000))),
        _ => short(Ratio::new(value.into(), 1_000_000)),
    }
}

/// Two decimals at most.
fn short(value: Ratio) -> String {
    crate::exact::trim(&value.to_fixed(2)).to_string()
}

/// Every activity, with its reason; `time` says when something is that many seconds from the start.
#[must_use]
pub fn activities(
    activities: &[Activity],
    service: &Autoscaling,
    title: String,
    time: &dyn Fn(u64) -> String,
) -> Report {
    let row = |activity: &Activity| Row {
        kind: RowKind::Figure,
        cells: vec![
            Cell::Text(time(activity.at)),
            Cell::Number(Ratio::from(activity.from)),
            Cell::Number(Ratio::from(activity.to)),
            Cell::Number(Ratio::from(activity.running)),
            Cell::Text(reason(activity, service)),
        ],
        remark: None,
    };
    Report {
        title,
        columns: vec![text("time"), number("from"), number("to"), number("running"), text("reason")],
        rows: activities.iter().map(row).collect(),
        notes: Vec::new(),
    }
}

/// Why an activity was, or was not, in AWS's words where it has some.
#[must_use]
pub fn reason(activity: &Activity, service: &Autoscaling) -> String {
    let cause = match &activity.cause {
        Cause::Policy { policy, direction, metric } => {
            let of = service.policies.get(*policy);
            let name = of.map_or("", Policy::name);
            let kind = of.map_or(Metric::Cpu, |policy| policy.metric().0);
            let alarm = match direction {
                Direction::Out => "alarm high",
                Direction::In => "alarm low",
            };
            format!("{name}: {alarm}, {} {}", metric_name(kind), level(kind, *metric))
        }
        Cause::Scheduled { name, min, max } => format!("scheduled action {name}: {min} to {max} tasks"),
        Cause::Forecast { tasks } => format!("forecast of {tasks} tasks"),
        Cause::Deployment { begins: true } => "a deployment begins".to_string(),
        Cause::Deployment { begins: false } => "a deployment is done".to_string(),
        Cause::SpotInterruption { tasks } => format!("{tasks} Spot tasks are taken back"),
    };
    match activity.outcome {
        Outcome::Successful => cause,
        Outcome::NotScaled(why) => format!("{cause}; not scaled: {}", not_scaled(why)),
    }
}

/// The word for why nothing was done: AWS's reason code where it has one.
#[must_use]
pub fn not_scaled(why: NotScaled) -> &'static str {
    match why {
        NotScaled::AlreadyAtMaxCapacity => "AlreadyAtMaxCapacity",
        NotScaled::AlreadyAtMinCapacity => "AlreadyAtMinCapacity",
        NotScaled::AlreadyAtDesiredCapacity => "AlreadyAtDesiredCapacity",
        NotScaled::AnticipatedFlapping => "AutoScalingAnticipatedFlapping",
        NotScaled::Cooldown => "cooldown",
        NotScaled::OtherPolicies => "another policy does not scale in",
        NotScaled::Deployment => "a deployment goes on",
        NotScaled::Suspended => "scaling is suspended",
        NotScaled::Rejected => "the least would be above the most",
    }
}
