//! Simulations as JSON: amounts and parts as strings, counts and seconds as numbers, in a stable order;
//! `schema` names the version.

use super::clock::Clock;
use crate::render::json::Horizon;
use crate::render::number;
use serde::Serialize;
use stackcost_model::estimate::{Estimate, Total};
use stackcost_model::exact::Ratio;
use stackcost_model::report::{Alarm, Stretch, Subject, alarm, difference, reason, service_words, stretches};
use stackcost_model::scaling::{Activity, Cause, LoadUnit, MISSING, Outcome};
use stackcost_model::simulation::{Course, Range, Simulation};

/// What lists NDJSON and tables are to have; a JSON document has all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// Every activity.
    pub activities: bool,
    /// Every time that tasks run, or are billed, in another number.
    pub steps: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    stack: &'a str,
    scenario: Option<&'a str>,
    region: &'a str,
    component: &'a str,
    horizon: Horizon,
    price_book: PriceBook<'a>,
    timezone: &'a str,
    load: LoadJson<'a>,
    service: ServiceJson,
    courses: Vec<CourseJson<'a>>,
    bounds: Vec<CourseJson<'a>>,
    without_deployments: Option<CourseJson<'a>>,
    range: Option<RangeJson>,
    launches: u64,
    interruptions: u64,
    latencies: Vec<LatencyJson>,
    steps: Vec<StepJson>,
    activities: Vec<ActivityJson<'a>>,
}

#[derive(Serialize)]
struct PriceBook<'a> {
    version: &'a str,
    as_of: String,
}

#[derive(Serialize)]
struct LoadJson<'a> {
    /// The key of the stack file that it is from.
    source: &'a str,
    unit: &'static str,
    from: String,
    to: String,
    seconds: u64,
    /// Seconds of a step of the grid.
    step: u32,
    /// Seconds that rows of the trace usually are apart, or steps of a generated load.
    usual_step: u64,
    steps: usize,
    missing: usize,
    mean: String,
    peak: String,
    remarks: &'a [String],
}

#[derive(Serialize)]
struct ServiceJson {
    min: u32,
    max: u32,
    start: u32,
    /// In units of the load.
    capacity_per_task: String,
    /// The part of its capacity above which a second is over target.
    over: String,
    because: String,
}

#[derive(Serialize)]
struct CourseJson<'a> {
    name: &'a str,
    remark: Option<&'a str>,
    total: TotalJson,
    /// Usage types that have no price.
    unpriced: Vec<&'a str>,
    difference: Option<DifferenceJson>,
    time_over: String,
    load_over: String,
    lost: String,
    task_hours: String,
    task_seconds: u64,
    spot_task_seconds: u64,
    launches: u64,
    peak: u32,
}

#[derive(Serialize)]
struct TotalJson {
    kind: &'static str,
    usd: String,
}

#[derive(Serialize)]
struct DifferenceJson {
    usd: String,
    percent: Option<String>,
}

/// The 5th percentile, the median and the 95th of each figure by itself.
#[derive(Serialize)]
struct RangeJson {
    runs: u32,
    usd: [String; 3],
    time_over: [String; 3],
    load_over: [String; 3],
}

/// Seconds from the start of the load.
#[derive(Serialize)]
struct LatencyJson {
    breach: u64,
    decided: u64,
    served: Option<u64>,
}

#[derive(Serialize)]
struct StepJson {
    second: u64,
    seconds: u64,
    running: u32,
    billed: u32,
}

#[derive(Serialize)]
struct ActivityJson<'a> {
    time: String,
    second: u64,
    cause: &'static str,
    alarm: Option<AlarmJson<'a>>,
    from: u32,
    to: u32,
    running: u32,
    successful: bool,
    reason: String,
}

#[derive(Serialize)]
struct AlarmJson<'a> {
    policy: &'a str,
    metric: &'static str,
    value: String,
    comparison: &'static str,
    threshold: String,
}

fn total(estimate: &Estimate) -> TotalJson {
    match estimate.total() {
        Total::Exactly(usd) => TotalJson { kind: "exactly", usd: usd.to_string() },
        Total::AtLeast(usd) => TotalJson { kind: "at_least", usd: usd.to_string() },
    }
}

fn course<'a>(simulation: &Simulation, course: &'a Course) -> CourseJson<'a> {
    let (totals, served) = (&course.totals, &course.totals.served);
    CourseJson {
        name: &course.name,
        remark: course.remark.as_deref(),
        total: total(&course.estimate),
        unpriced: course.estimate.unpriced.iter().map(|gap| &*gap.usage_type).collect(),
        difference: difference(simulation, course).map(|delta| DifferenceJson {
            usd: delta.usd.to_string(),
            percent: delta.percent.map(|percent| number(percent, 12)),
        }),
        time_over: number(served.time_over(), 12),
        load_over: number(served.requests_over(), 12),
        lost: number(served.lost(), 12),
        task_hours: number(Ratio::new(totals.task_seconds.into(), 3_600), 12),
        task_seconds: totals.task_seconds,
        spot_task_seconds: totals.spot_task_seconds,
        launches: totals.launches,
        peak: totals.peak,
    }
}

fn range(range: &Range) -> RangeJson {
    RangeJson {
        runs: range.runs,
        usd: range.cost.each_ref().map(|estimate| estimate.total().usd().to_string()),
        time_over: range.time_over.map(|part| number(part, 12)),
        load_over: range.requests_over.map(|part| number(part, 12)),
    }
}

fn activity<'a>(one: &Activity, of: &Subject<'a>, clock: &Clock) -> ActivityJson<'a> {
    let told = |alarm: Alarm<'a>| {
        let Alarm { policy, metric, value, sign, threshold } = alarm;
        AlarmJson { policy, metric, value, comparison: sign, threshold }
    };
    ActivityJson {
        time: clock.rfc3339(one.at),
        second: one.at,
        cause: match one.cause {
            Cause::Policy { .. } => "policy",
            Cause::Scheduled { .. } => "scheduled_action",
            Cause::Forecast { .. } => "forecast",
            Cause::Deployment { .. } => "deployment",
            Cause::SpotInterruption { .. } => "spot_interruption",
        },
        alarm: alarm(&one.cause, of.service).map(told),
        from: one.from,
        to: one.to,
        running: one.running,
        successful: one.outcome == Outcome::Successful,
        reason: reason(one, of.service),
    }
}

fn steps_json(simulation: &Simulation) -> impl Iterator<Item = StepJson> {
    let step = |Stretch { second, seconds, running, billed }| StepJson { second, seconds, running, billed };
    stretches(&simulation.run).into_iter().map(step)
}

fn load_json<'a>(of: &Subject<'a>, clock: &Clock) -> LoadJson<'a> {
    let load = of.load;
    let (known, sum) = load.known();
    let ticks = Ratio::from(load.ticks());
    let sum = i128::try_from(sum).map_or(Ratio::TOO_LARGE, |sum| Ratio::new(sum, 1));
    LoadJson {
        source: of.source,
        unit: match load.unit() {
            LoadUnit::RequestsPerMinute => "requests/min",
            LoadUnit::TaskUnits => "tasks",
        },
        from: clock.rfc3339(0),
        to: clock.rfc3339(load.seconds()),
        seconds: load.seconds(),
        step: load.step(),
        usual_step: of.usual_step,
        steps: load.values().len(),
        missing: load.values().iter().filter(|&&value| value == MISSING).count(),
        mean: number(sum / Ratio::from(known.max(1)) / ticks, 12),
        peak: number(Ratio::from(load.peak()) / ticks, 12),
        remarks: of.remarks,
    }
}

/// `stackcost.simulation/1`.
#[must_use]
pub fn json(simulation: &Simulation, of: &Subject<'_>, clock: &Clock) -> String {
    let Some(first) = simulation.courses.first() else { return String::new() };
    let estimate = &first.estimate;
    let (version, as_of) = &estimate.book;
    let (run, service) = (&simulation.run, of.service);
    let document = Document {
        schema: "stackcost.simulation/1",
        stack: &estimate.stack,
        scenario: of.scenario,
        region: estimate.region.code(),
        component: of.component,
        horizon: Horizon { hours: estimate.horizon.hours().to_string(), label: estimate.horizon.label() },
        price_book: PriceBook { version, as_of: as_of.map_or_else(|| version.clone(), |date| date.to_string()) },
        timezone: of.zone,
        load: load_json(of, clock),
        service: ServiceJson {
            min: service.min,
            max: service.max,
            start: service.start,
            capacity_per_task: number(service.capacity, 12),
            over: number(service.over, 12),
            because: service_words(service, of.load.unit()),
        },
        courses: simulation.courses.iter().map(|one| course(simulation, one)).collect(),
        bounds: simulation.bounds.iter().map(|one| course(simulation, one)).collect(),
        without_deployments: simulation.without_deployments.as_ref().map(|one| course(simulation, one)),
        range: simulation.range.as_ref().map(range),
        launches: run.launches,
        interruptions: run.interruptions,
        latencies: run
            .latencies
            .iter()
            .map(|one| LatencyJson { breach: one.breach, decided: one.decided, served: one.served })
            .collect(),
        steps: steps_json(simulation).collect(),
        activities: run.activities.iter().map(|one| activity(one, of, clock)).collect(),
    };
    // What is serialised here has string keys alone.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// One object a line, each with a `type`: courses, bounds and the range, then the lists asked for.
#[must_use]
pub fn ndjson(simulation: &Simulation, of: &Subject<'_>, clock: &Clock, lists: Lists) -> String {
    let mut out = String::new();
    for one in &simulation.courses {
        push(&mut out, "course", of, course(simulation, one));
    }
    for one in simulation.bounds.iter().chain(&simulation.without_deployments) {
        push(&mut out, "bound", of, course(simulation, one));
    }
    if let Some(one) = &simulation.range {
        push(&mut out, "range", of, range(one));
    }
    if lists.activities {
        for one in &simulation.run.activities {
            push(&mut out, "activity", of, activity(one, of, clock));
        }
    }
    if lists.steps {
        for step in steps_json(simulation) {
            push(&mut out, "step", of, step);
        }
    }
    out
}

#[derive(Serialize)]
struct Record<'a, T> {
    r#type: &'static str,
    scenario: Option<&'a str>,
    component: &'a str,
    #[serde(flatten)]
    value: T,
}

fn push(out: &mut String, kind: &'static str, of: &Subject<'_>, value: impl Serialize) {
    let record = Record { r#type: kind, scenario: of.scenario, component: of.component, value };
    // Only strings, numbers and lists of them: this does not fail.
    out.push_str(&serde_json::to_string(&record).unwrap_or_default());
    out.push('\n');
}
