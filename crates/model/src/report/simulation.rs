//! A simulation as tables: what each way to run a service costs and serves, and every activity.

use super::{Cell, Column, Report, Row, RowKind, number, text};
use crate::compare::Delta;
use crate::estimate::Total;
use crate::exact::Ratio;
use crate::scaling::{
    Activity, Autoscaling, Cause, Comparison, Direction, LaunchTime, Load, LoadUnit, Metric, Micro, NotScaled, Outcome,
    Policy, Run, TaskLife,
};
use crate::simulation::{Course, Range, Simulation};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// What a simulation was of.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The scenario of the stack.
    pub scenario: Option<&'a str>,
    /// The component that scales.
    pub component: &'a str,
    /// Its load.
    pub load: &'a Load,
    /// What scales it.
    pub service: &'a Autoscaling,
    /// The key of the stack file that the load is from: `trace`, `generate`.
    pub source: &'a str,
    /// How far rows of the trace usually are apart, or steps of a generated load, in seconds.
    pub usual_step: u64,
    /// What rules of reading the load needed.
    pub remarks: &'a [String],
    /// The zone by whose clock times are told.
    pub zone: &'a str,
}

/// A part as a percentage with two decimals, without its sign.
pub(super) fn hundredths(part: Ratio) -> String {
    (part * Ratio::whole(100)).to_fixed(2)
}

fn columns() -> Vec<Column> {
    vec![
        text(""),
        number("USD"),
        number("difference"),
        number("%"),
        number("time over, %"),
        number("load over, %"),
        number("lost, %"),
        number("task-h"),
        number("peak"),
    ]
}

/// How the cost of a course differs from that of the first; none for the first itself, and against or
/// of a lower bound.
#[must_use]
pub fn difference(simulation: &Simulation, course: &Course) -> Option<Delta> {
    match (simulation.courses.first()?.estimate.total(), course.estimate.total()) {
        (Total::Exactly(from), Total::Exactly(amount)) => Some(Delta::between(from, amount)),
        _ => None,
    }
}

/// What each way to run the service costs over the horizon of its stack, and serves.
#[must_use]
pub fn simulation(simulation: &Simulation, of: &Subject<'_>) -> Report {
    let mut rows: Vec<Row> = Vec::new();
    for (at, course) in simulation.courses.iter().enumerate() {
        rows.push(course_row(course, difference(simulation, course).filter(|_| at > 0)));
    }
    if !simulation.bounds.is_empty() {
        let words = Cell::Text("other rules".to_string());
        let empty = core::iter::repeat_n(Cell::Empty, columns().len() - 1);
        rows.push(Row {
            kind: RowKind::Heading,
            cells: core::iter::once(words).chain(empty).collect(),
            remark: Some("the same service, were AWS to do otherwise where it does not say what it does".to_string()),
        });
        rows.extend(simulation.bounds.iter().map(|course| course_row(course, difference(simulation, course))));
    }
    rows.extend(simulation.without_deployments.iter().map(|course| course_row(course, difference(simulation, course))));
    let title = simulation.courses.first().map_or_else(String::new, |first| {
        let (stack, horizon) = (&first.estimate, first.estimate.horizon);
        let scenario = of.scenario.map(|name| format!(", {name}")).unwrap_or_default();
        format!(
            "{}{scenario}: {}, {}, {} ({} h)",
            stack.stack,
            of.component,
            stack.region,
            horizon.label(),
            horizon.hours()
        )
    });
    Report { title, columns: columns(), rows, notes: notes(simulation, of) }
}

fn course_row(course: &Course, difference: Option<Delta>) -> Row {
    let served = &course.totals.served;
    let (usd, part) = difference.map_or((Cell::Empty, Cell::Empty), |delta| {
        let part = delta.percent.map_or_else(|| "-".to_string(), signed_hundredths);
        (Cell::Difference(delta.usd), Cell::Text(part))
    });
    Row {
        kind: RowKind::Figure,
        cells: vec![
            Cell::Text(course.name.clone()),
            Cell::total(course.estimate.total()),
            usd,
            part,
            Cell::Text(hundredths(served.time_over())),
            Cell::Text(hundredths(served.requests_over())),
            Cell::Text(hundredths(served.lost())),
            Cell::Text(hours(course.totals.task_seconds).to_fixed(1)),
            Cell::Number(Ratio::from(course.totals.peak)),
        ],
        remark: course.remark.clone(),
    }
}

fn signed_hundredths(percent: Ratio) -> String {
    let text = percent.to_fixed(2);
    if percent.is_negative() { text } else { format!("+{text}") }
}

fn hours(seconds: u64) -> Ratio {
    Ratio::new(seconds.into(), 3_600)
}

/// What a simulation was of, a line each: the load, the service, the life of its tasks, what was needed
/// to read the trace; `when` says when something is that many seconds from the start of the load.
#[must_use]
pub fn subject(of: &Subject<'_>, when: &dyn Fn(u64) -> String) -> Vec<String> {
    let mut lines = vec![
        format!("load: {}", load_words(of.load, of.zone, when)),
        format!("service: {}", service_words(of.service, of.load.unit())),
        format!("tasks: {}", life_words(&of.service.tasks)),
    ];
    lines.extend(load_remarks(of.source, of.remarks, of.usual_step, of.service));
    lines
}

/// What to know of a load, a line each, which begin with the key that it is from.
#[must_use]
pub fn load_remarks(source: &str, remarks: &[String], usual_step: u64, service: &Autoscaling) -> Vec<String> {
    let mut lines: Vec<String> = remarks.iter().map(|remark| format!("{source}: {remark}")).collect();
    let shortest = service.policies.iter().map(|policy| policy.metric().1.period).min();
    // Of rows that are more than a minute apart the reader of the trace says it, whatever the metric.
    if let Some(period) = shortest.filter(|&period| (u64::from(period) + 1..=60).contains(&usual_step)) {
        let apart = match source {
            "trace" => format!("its rows are {usual_step} s apart"),
            _ => format!("its steps are of {usual_step} s"),
        };
        lines.push(format!(
            "{source}: {apart}: what a metric of {period} s shows of a load that moves in between is not in it"
        ));
    }
    lines
}

/// The load in words: how long, from when, how much.
fn load_words(load: &Load, zone: &str, when: &dyn Fn(u64) -> String) -> String {
    let (known, sum) = load.known();
    let ticks = Ratio::from(load.ticks());
    let sum = i128::try_from(sum).map_or(Ratio::TOO_LARGE, |sum| Ratio::new(sum, 1));
    let mean = sum / Ratio::from(known.max(1)) / ticks;
    let peak = Ratio::from(load.peak()) / ticks;
    let steps = load.values().len() as u64;
    let missing = match steps - known.min(steps) {
        0 => String::new(),
        missing => format!(" ({missing} missing)"),
    };
    // So many seconds of a unit in all.
    let area = sum / ticks * Ratio::from(load.step());
    let (unit, all) = match load.unit() {
        LoadUnit::RequestsPerMinute => {
            ("requests a minute", format!("{} requests", (area / Ratio::whole(60)).to_fixed(0)))
        }
        LoadUnit::TaskUnits => {
            ("tasks kept busy", format!("{} task-hours of work", (area / Ratio::whole(3_600)).to_fixed(2)))
        }
    };
    format!(
        "{steps} steps of {} s{missing}, {} to {} ({zone}); {} {unit} in the mean, {} at the peak; {all}",
        load.step(),
        when(0),
        when(load.seconds()),
        short(mean),
        short(peak)
    )
}

fn life_words(life: &TaskLife) -> String {
    let launch = match &life.launch {
        LaunchTime::Fixed(seconds) => format!("{seconds} s"),
        LaunchTime::Between(least, most) => format!("{least} to {most} s"),
        LaunchTime::Measured(times) => {
            let (least, most) = (times.iter().min(), times.iter().max());
            let bound = |bound: Option<&u32>| bound.copied().unwrap_or(0);
            format!("one of {} measured times, {} to {} s,", times.len(), bound(least), bound(most))
        }
    };
    format!(
        "running {launch} after their launch, healthy {} s later; they drain for {} s and stop within {} s",
        life.health_check, life.deregistration, life.stop
    )
}

fn notes(simulation: &Simulation, of: &Subject<'_>) -> Vec<String> {
    let mut notes: Vec<String> = latency(simulation).into_iter().collect();
    let run = &simulation.run;
    let interrupted = match run.interruptions {
        0 => String::new(),
        count => format!(", {count} taken back by Spot"),
    };
    let tasks = if run.launches == 1 { "task" } else { "tasks" };
    notes.push(format!("{} {tasks} launched{interrupted}", run.launches));
    if let (Some(with), Some(without)) = (simulation.courses.first(), &simulation.without_deployments) {
        notes.push(format!(
            "deployments: {} task-seconds are billed with them, {} without",
            with.totals.task_seconds, without.totals.task_seconds
        ));
    }
    notes.extend(simulation.range.as_ref().map(range));
    notes.push(format!(
        "over target: more than {} % of what healthy tasks can do; task-hours are those of the {} h of the load, USD those of the horizon, over which the load repeats, for {} alone",
        short(of.service.over * Ratio::whole(100)),
        short(hours(of.load.seconds())),
        of.component
    ));
    notes.push(format!(
        "tasks are billed from image pull to stop, draining included, rounded up to seconds, each for at least {} s; load beyond the capacity of all tasks is lost, not queued",
        of.service.tasks.minimum
    ));
    notes.extend(simulation.courses.first().map(|first| super::notes(&[&first.estimate])).unwrap_or_default());
    notes
}

/// How long scaling out took.
fn latency(simulation: &Simulation) -> Option<String> {
    let latencies = &simulation.run.latencies;
    let mut decided: Vec<u64> = latencies.iter().map(|one| one.decided.saturating_sub(one.breach)).collect();
    let mut served: Vec<u64> =
        latencies.iter().filter_map(|one| Some(one.served?.saturating_sub(one.breach))).collect();
    decided.sort_unstable();
    served.sort_unstable();
    let told = |times: &[u64]| {
        let middle = times.get(times.len().saturating_sub(1) / 2)?;
        Some(format!("{middle} s in the median, {} s at most", times.last()?))
    };
    let decided_words = told(&decided)?;
    let served_words = match (told(&served), decided.len() - served.len()) {
        (Some(words), 0) => format!("served {words}"),
        (Some(words), lacking) => format!("served {words} ({lacking} never: not needed any more, or the load ended)"),
        (None, _) => "never served: not needed any more, or the load ended".to_string(),
    };
    let times = if decided.len() == 1 { "once".to_string() } else { format!("{} times", decided.len()) };
    Some(format!("scaling out, {times}, from the first breach: decided {decided_words}; {served_words}"))
}

fn range(range: &Range) -> String {
    let cost = range.cost.each_ref().map(|estimate| estimate.total().usd().to_fixed(2));
    let parts = |parts: [Ratio; 3]| {
        let [low, middle, high] = parts.map(hundredths);
        format!("{middle} % ({low} to {high} %)")
    };
    format!(
        "{} runs, the median and between what nine tenths lie: {} USD ({} to {}); time over target {}; load over target {}",
        range.runs,
        cost[1],
        cost[0],
        cost[2],
        parts(range.time_over),
        parts(range.requests_over)
    )
}

/// A service in words: bounds, policies, what else moves it.
#[must_use]
pub fn service_words(service: &Autoscaling, unit: LoadUnit) -> String {
    let mut all: Vec<String> = service.policies.iter().map(policy_words).collect();
    let mut count = |count: usize, one: &str, more: &str| match count {
        0 => {}
        1 => all.push(format!("one {one}")),
        _ => all.push(format!("{count} {more}")),
    };
    count(service.scheduled.len(), "scheduled action", "scheduled actions");
    count(service.floors.len(), "forecast floor", "forecast floors");
    count(service.suspended.len(), "suspension", "suspensions");
    count(service.deployments.len(), "deployment", "deployments");
    if all.is_empty() {
        all.push("nothing scales it".to_string());
    }
    let each = match unit {
        LoadUnit::RequestsPerMinute => format!(", {} requests a minute each", service.capacity),
        LoadUnit::TaskUnits => String::new(),
    };
    let start = if service.start == service.min { String::new() } else { format!(", {} at first", service.start) };
    format!("{} to {} tasks{start}{each}; {}", service.min, service.max, all.join("; "))
}

fn policy_words(policy: &Policy) -> String {
    match policy {
        Policy::TargetTracking(policy) => {
            let (metric, target) = (policy.metric, policy.target);
            let scale_in = if policy.disable_scale_in {
                "never in".to_string()
            } else {
                format!("in below {} for {}", level(metric, nine_tenths(target)), policy.low_periods)
            };
            format!(
                "target tracking {} at {}: out above it for {} datapoints of {} s, {scale_in}, each seen {} s after its end; cooldowns {} s out, {} s in",
                metric_name(metric),
                level(metric, target.into()),
                policy.high_periods,
                policy.sampling.period,
                policy.sampling.delay,
                policy.scale_out_cooldown,
                policy.scale_in_cooldown
            )
        }
        Policy::StepScaling(policy) => format!(
            "step scaling {} {} {} for {} datapoints of {} s, each seen {} s after its end: {} steps, cooldown {} s",
            metric_name(policy.metric),
            sign(policy.comparison),
            level(policy.metric, policy.threshold.into()),
            policy.periods,
            policy.sampling.period,
            policy.sampling.delay,
            policy.steps.len(),
            policy.cooldown
        ),
    }
}

/// Where target tracking scales in: below nine tenths of its target.
fn nine_tenths(target: Micro) -> Ratio {
    Ratio::new(9 * i128::from(target), 10)
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Above => ">",
        Comparison::AtLeast => ">=",
        Comparison::Below => "<",
        Comparison::AtMost => "<=",
    }
}

pub(super) fn metric_name(metric: Metric) -> &'static str {
    match metric {
        Metric::Cpu => "CPUUtilization",
        Metric::Memory { .. } => "MemoryUtilization",
        Metric::AlbRequestCountPerTarget => "RequestCountPerTarget",
        Metric::Custom { .. } => "a metric of its own",
    }
}

/// Millionths of a metric in its own unit, all digits.
pub(super) fn level(metric: Metric, micro: Ratio) -> String {
    in_unit(metric, micro, |value| value.to_string())
}

fn in_unit(metric: Metric, micro: Ratio, written: fn(Ratio) -> String) -> String {
    match metric {
        Metric::Cpu | Metric::Memory { .. } => format!("{} %", written(micro / Ratio::whole(10_000))),
        _ => written(micro / Ratio::whole(1_000_000)),
    }
}

/// Two decimals at most.
fn short(value: Ratio) -> String {
    crate::exact::trim(&value.to_fixed(2)).to_string()
}

/// What an alarm saw, and what it holds that against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm<'a> {
    /// The policy of the alarm.
    pub policy: &'a str,
    /// The metric: `CPUUtilization`.
    pub metric: &'static str,
    /// Its value: `81.2 %`.
    pub value: String,
    /// How the two compare: `>`, `>=`, `<` or `<=`.
    pub sign: &'static str,
    /// The threshold: `70 %`.
    pub threshold: String,
}

/// The alarm that moved a service, or would have; none where no policy did.
#[must_use]
pub fn alarm<'a>(cause: &Cause, service: &'a Autoscaling) -> Option<Alarm<'a>> {
    let Cause::Policy { policy, direction, metric: value } = cause else { return None };
    let of = service.policies.get(*policy)?;
    let metric = of.metric().0;
    let (sign, threshold) = match (of, direction) {
        (Policy::TargetTracking(policy), Direction::Out) => (">", Ratio::from(policy.target)),
        (Policy::TargetTracking(policy), Direction::In) => ("<", nine_tenths(policy.target)),
        (Policy::StepScaling(policy), _) => (sign(policy.comparison), Ratio::from(policy.threshold)),
    };
    let (value, threshold) = (Ratio::from(*value), level(metric, threshold));
    let value = match in_unit(metric, value, short) {
        // Two decimals hide on which side of the threshold it is.
        rounded if rounded == threshold => level(metric, value),
        rounded => rounded,
    };
    Some(Alarm { policy: of.name(), metric: metric_name(metric), value, sign, threshold })
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

/// A stretch in which as many tasks run, and as many are billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// When it begins, in seconds from the start of the load.
    pub second: u64,
    /// How long it is.
    pub seconds: u64,
    /// How many tasks run.
    pub running: u32,
    /// How many are billed.
    pub billed: u32,
}

/// A run in stretches, one after another.
#[must_use]
pub fn stretches(run: &Run) -> Vec<Stretch> {
    let Some(both) = run.running.zip(&run.billed) else { return Vec::new() };
    let mut second = 0;
    let stretch = |&(seconds, (running, billed)): &(u64, (u32, u32))| {
        let stretch = Stretch { second, seconds, running, billed };
        second += seconds;
        stretch
    };
    both.pattern().0.iter().map(stretch).collect()
}

/// Tasks that run and tasks that are billed, a row for each time one of them changes; `time` as for
/// [`activities`].
#[must_use]
pub fn steps(run: &Run, title: String, time: &dyn Fn(u64) -> String) -> Report {
    let row = |stretch: Stretch| Row {
        kind: RowKind::Figure,
        cells: vec![
            Cell::Text(time(stretch.second)),
            Cell::Text(time(stretch.second + stretch.seconds)),
            Cell::Number(Ratio::from(stretch.running)),
            Cell::Number(Ratio::from(stretch.billed)),
        ],
        remark: None,
    };
    Report {
        title,
        columns: vec![text("from"), text("to"), number("running"), number("billed")],
        rows: stretches(run).into_iter().map(row).collect(),
        notes: Vec::new(),
    }
}

/// Why an activity was, or was not, in AWS's words where it has some.
#[must_use]
pub fn reason(activity: &Activity, service: &Autoscaling) -> String {
    let cause = match &activity.cause {
        Cause::Policy { direction, .. } => alarm(&activity.cause, service).map_or_else(String::new, |alarm| {
            let Alarm { policy, metric, value, sign, threshold } = alarm;
            // One policy needs no name.
            let whose = if service.policies.len() > 1 { format!("{policy}: ") } else { String::new() };
            let alarm = match direction {
                Direction::Out => "alarm high",
                Direction::In => "alarm low",
            };
            format!("{whose}{alarm}: {metric} {value} {sign} {threshold}")
        }),
        Cause::Scheduled { name, min, max } => format!("scheduled action {name}: {min} to {max} tasks"),
        Cause::Forecast { tasks } => format!("forecast of {tasks} tasks"),
        Cause::Deployment { begins: true } => "a deployment begins".to_string(),
        Cause::Deployment { begins: false } => "a deployment is done".to_string(),
        Cause::SpotInterruption { tasks: 1 } => "1 Spot task is taken back".to_string(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaling::{Latency, Sampling, Served, Statistic, StepScaling, TargetTracking};
    use crate::timeline::Timeline;

    fn service() -> Autoscaling {
        let policy = TargetTracking { scale_out_cooldown: 60, ..TargetTracking::new(Metric::Cpu, 700_000) };
        Autoscaling::between(2, 10, Ratio::whole(600)).with(Policy::TargetTracking(policy))
    }

    fn load() -> Load {
        let values = vec![900, crate::scaling::MISSING, 2_100];
        Load::new(LoadUnit::RequestsPerMinute, 0, 60, 1, values).unwrap()
    }

    fn of<'a>(load: &'a Load, service: &'a Autoscaling) -> Subject<'a> {
        let component = "fargate.api";
        Subject { scenario: None, component, load, service, source: "trace", usual_step: 60, remarks: &[], zone: "UTC" }
    }

    /// Two minutes of 2 tasks, one of 3; a task more is billed to the end.
    fn run() -> Run {
        Run {
            seconds: 180,
            billed: Timeline::steps([(90, 2), (90, 3)]).unwrap(),
            running: Timeline::steps([(120, 2), (60, 3)]).unwrap(),
            task_seconds: 450,
            spot_task_seconds: 0,
            launches: 1,
            interruptions: 0,
            peak: 3,
            served: Served::default(),
            latencies: Vec::new(),
            activities: Vec::new(),
        }
    }

    fn with(run: Run) -> Simulation {
        let (courses, bounds) = (Vec::new(), Vec::new());
        Simulation { run, courses, bounds, range: None, without_deployments: None }
    }

    #[track_caller]
    fn check(cause: Cause, outcome: Outcome, service: &Autoscaling, want: &str) {
        let activity = Activity { at: 0, cause, from: 2, to: 3, running: 2, outcome };
        assert_eq!(reason(&activity, service), want);
    }

    #[test]
    fn reasons_are_in_words_of_aws() {
        let tracking = service();
        let moved = |policy, direction, metric| Cause::Policy { policy, direction, metric };
        let done = Outcome::Successful;
        let not = |why| Outcome::NotScaled(why);
        check(moved(0, Direction::Out, 812_000), done, &tracking, "alarm high: CPUUtilization 81.2 % > 70 %");
        check(
            moved(0, Direction::Out, 1_000_000),
            not(NotScaled::AlreadyAtMaxCapacity),
            &tracking,
            "alarm high: CPUUtilization 100 % > 70 %; not scaled: AlreadyAtMaxCapacity",
        );
        check(
            moved(0, Direction::In, 629_999),
            not(NotScaled::AnticipatedFlapping),
            &tracking,
            "alarm low: CPUUtilization 62.9999 % < 63 %; not scaled: AutoScalingAnticipatedFlapping",
        );
        check(moved(0, Direction::In, 504_166), done, &tracking, "alarm low: CPUUtilization 50.42 % < 63 %");
        let step = StepScaling {
            name: "steps".to_string(),
            metric: Metric::AlbRequestCountPerTarget,
            sampling: Sampling::MINUTE,
            threshold: 1_000_000_000,
            comparison: Comparison::AtLeast,
            periods: 1,
            adjustment: crate::scaling::Adjustment::ChangeInCapacity,
            steps: Vec::new(),
            statistic: Statistic::Average,
            min_magnitude: 0,
            cooldown: 60,
        };
        let several = tracking.clone().with(Policy::StepScaling(step));
        check(
            moved(1, Direction::Out, 1_234_500_000),
            done,
            &several,
            "steps: alarm high: RequestCountPerTarget 1234.5 >= 1000",
        );
        check(
            moved(0, Direction::Out, 900_000),
            done,
            &several,
            "target tracking: alarm high: CPUUtilization 90 % > 70 %",
        );
        let name = "morning".to_string();
        check(Cause::Scheduled { name, min: 4, max: 10 }, done, &tracking, "scheduled action morning: 4 to 10 tasks");
        check(Cause::SpotInterruption { tasks: 2 }, done, &tracking, "2 Spot tasks are taken back");
        // A policy that is none has no alarm.
        assert_eq!(alarm(&moved(7, Direction::Out, 0), &tracking), None);
    }

    #[test]
    fn the_subject_is_told_before_its_figures() {
        let (load, service) = (load(), service());
        let mut fast = service.clone();
        if let Some(Policy::TargetTracking(policy)) = fast.policies.first_mut() {
            policy.sampling = Sampling::HIGH_RESOLUTION;
        }
        let remarks = ["2 gaps".to_string()];
        let coarse = Subject { remarks: &remarks, ..of(&load, &fast) };
        let when = |second: u64| format!("t+{second}");
        assert_eq!(
            subject(&coarse, &when),
            [
                "load: 3 steps of 60 s (1 missing), t+0 to t+180 (UTC); 1500 requests a minute in the mean, 2100 at the peak; 3000 requests",
                "service: 2 to 10 tasks, 600 requests a minute each; target tracking CPUUtilization at 70 %: out above it for 3 datapoints of 20 s, in below 63 % for 15, each seen 15 s after its end; cooldowns 60 s out, 300 s in",
                "tasks: running 30 s after their launch, healthy 0 s later; they drain for 300 s and stop within 0 s",
                "trace: 2 gaps",
                "trace: its rows are 60 s apart: what a metric of 20 s shows of a load that moves in between is not in it",
            ]
        );
        assert_eq!(
            load_remarks("generate", &[], 60, &fast),
            [
                "generate: its steps are of 60 s: what a metric of 20 s shows of a load that moves in between is not in it"
            ]
        );
        assert_eq!(subject(&of(&load, &service), &when).len(), 3);
    }

    #[test]
    fn latencies_are_told_by_median_and_most() {
        let (load, service) = (load(), service());
        let noted = |latencies: Vec<Latency>| notes(&with(Run { latencies, ..run() }), &of(&load, &service)).remove(0);
        let took = |decided: u64, served| Latency { breach: 60, decided: 60 + decided, served };
        assert_eq!(
            noted(vec![took(300, Some(390)), took(240, Some(330)), took(180, None)]),
            "scaling out, 3 times, from the first breach: decided 240 s in the median, 300 s at most; served 270 s in the median, 330 s at most (1 never: not needed any more, or the load ended)"
        );
        assert_eq!(
            noted(vec![took(180, None)]),
            "scaling out, once, from the first breach: decided 180 s in the median, 180 s at most; never served: not needed any more, or the load ended"
        );
        assert_eq!(noted(Vec::new()), "1 task launched");
    }

    #[test]
    fn stretches_add_up_to_what_is_billed() {
        let found = stretches(&run());
        let told: Vec<[u64; 4]> =
            found.iter().map(|one| [one.second, one.seconds, one.running.into(), one.billed.into()]).collect();
        assert_eq!(told, [[0, 90, 2, 2], [90, 30, 2, 3], [120, 60, 3, 3]]);
        assert_eq!(found.iter().map(|one| one.seconds * u64::from(one.billed)).sum::<u64>(), run().task_seconds);
        assert_eq!(steps(&run(), String::new(), &|second| second.to_string()).rows.len(), 3);
    }
}
