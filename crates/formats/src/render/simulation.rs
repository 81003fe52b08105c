//! Simulations: a plot of tasks over time as text and as a picture, JSON, and CSV.

use csv::{QuoteStyle, WriterBuilder};
use maud::{Markup, html};
use serde::Serialize;
use stackcost_model::estimate::{Estimate, Total};
use stackcost_model::exact::Ratio;
use stackcost_model::report::reason;
use stackcost_model::scaling::{Activity, Autoscaling, Load, LoadUnit, MISSING, Outcome, Run, needed};
use stackcost_model::simulation::{Course, Range, Simulation};

/// How high a plot is, in rows.
const ROWS: u32 = 10;

/// Running tasks and needed ones, in so many columns of equal time: the most of each.
fn columns(run: &Run, load: &Load, service: &Autoscaling, count: usize) -> Vec<(u32, u32)> {
    let count = count.max(1) as u64;
    let (steps, _) = run.running.pattern();
    let mut steps = steps.iter();
    let mut step = steps.next().copied().unwrap_or((run.seconds, 0));
    let mut end = step.0;
    let mut out = Vec::new();
    for column in 0..count {
        let (from, to) = (run.seconds * column / count, (run.seconds * (column + 1) / count).max(1));
        let mut running = step.1;
        while end < to {
            let Some(next) = steps.next() else { break };
            step = *next;
            end += step.0;
            running = running.max(step.1);
        }
        let place = |second: u64| usize::try_from(second / u64::from(load.step())).unwrap_or(usize::MAX);
        let values = load.values().get(place(from)..=place(to - 1).max(place(from))).unwrap_or(&[]);
        let most = values.iter().copied().filter(|&value| value != MISSING).max().unwrap_or(0);
        out.push((running, needed(load, service, most)));
    }
    out
}

/// Tasks over time as text of so many columns; `time` says when something is that many seconds from
/// the start.
#[must_use]
pub fn plot(run: &Run, load: &Load, service: &Autoscaling, width: usize, time: &dyn Fn(u64) -> String) -> String {
    let columns = columns(run, load, service, width.saturating_sub(8).clamp(10, 200));
    let most = columns.iter().map(|column| column.0.max(column.1)).max().unwrap_or(0).max(1);
    let mut out = String::from("tasks over time: █ running, ░ needed for the load to be at target, but not running\n");
    for row in (1..=ROWS).rev() {
        // A row is full from this count on.
        let level = |row: u32| (u64::from(most) * u64::from(row)).div_ceil(ROWS.into());
        let label = if row == ROWS || level(row) != level(row + 1) { level(row).to_string() } else { String::new() };
        let signs: String = columns
            .iter()
            .map(|&(running, needed)| match level(row) {
                level if u64::from(running) >= level => '█',
                level if u64::from(needed) >= level => '░',
                _ => ' ',
            })
            .collect();
        out.push_str(format!("{label:>5} |{signs}").trim_end());
        out.push('\n');
    }
    let (begin, end) = (time(0), time(run.seconds));
    let room = columns.len().saturating_sub(begin.len() + end.len());
    out.push_str(&format!("    0 +{}\n       {begin}{}{end}\n", "-".repeat(columns.len()), " ".repeat(room.max(2))));
    out
}

/// Tasks over time as a picture that needs nothing else.
#[must_use]
pub fn picture(run: &Run, load: &Load, service: &Autoscaling, time: &dyn Fn(u64) -> String) -> Markup {
    const LEFT: u64 = 48;
    const TOP: u64 = 16;
    const WIDTH: u64 = 960;
    const HEIGHT: u64 = 320;
    let columns = columns(run, load, service, 960);
    let most = u64::from(columns.iter().map(|column| column.0.max(column.1)).max().unwrap_or(0).max(1));
    let y = |tasks: u32| TOP + HEIGHT - HEIGHT * u64::from(tasks) / most;
    let line = |of: &dyn Fn(&(u32, u32)) -> u32| {
        let points = columns.iter().zip(LEFT..).map(|(column, x)| format!("{x},{y} {},{y}", x + 1, y = y(of(column))));
        points.collect::<Vec<String>>().join(" ")
    };
    let bottom = TOP + HEIGHT;
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (LEFT + WIDTH + 16) " " (bottom + 64) } width=(LEFT + WIDTH + 16) role="img" aria-label="running and needed tasks over time" font-family="system-ui, sans-serif" font-size="12" {
            polyline points=(line(&|column| column.1)) fill="none" stroke="#d9a441" stroke-width="1" { title { "needed" } }
            polyline points=(line(&|column| column.0)) fill="none" stroke="#2b6cb0" stroke-width="2" { title { "running" } }
            line x1=(LEFT) y1=(bottom) x2=(LEFT + WIDTH) y2=(bottom) stroke="currentColor" {}
            line x1=(LEFT) y1=(TOP) x2=(LEFT) y2=(bottom) stroke="currentColor" {}
            text x=(LEFT - 8) y=(TOP + 4) text-anchor="end" fill="currentColor" { (most) }
            text x=(LEFT - 8) y=(bottom) text-anchor="end" fill="currentColor" { "0" }
            text x=(LEFT) y=(bottom + 18) fill="currentColor" { (time(0)) }
            text x=(LEFT + WIDTH) y=(bottom + 18) text-anchor="end" fill="currentColor" { (time(run.seconds)) }
            text x=(LEFT) y=(bottom + 40) fill="#2b6cb0" { "running tasks" }
            text x=(LEFT + 140) y=(bottom + 40) fill="#b7791f" { "needed for the load to be at target" }
        }
    }
}

/// What a simulation was of, for JSON.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    /// The scenario of the stack.
    pub scenario: Option<&'a str>,
    /// The component that scales.
    pub component: &'a str,
    /// Its load.
    pub load: &'a Load,
    /// What scales it.
    pub service: &'a Autoscaling,
    /// What rules of reading the trace needed.
    pub remarks: &'a [String],
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    stack: &'a str,
    scenario: Option<&'a str>,
    region: &'a str,
    component: &'a str,
    horizon: Horizon,
    load: LoadJson<'a>,
    courses: Vec<CourseJson<'a>>,
    bounds: Vec<CourseJson<'a>>,
    range: Option<RangeJson>,
    latencies: Vec<LatencyJson>,
    launches: u64,
    interruptions: u64,
    deployment_task_seconds: Option<String>,
    running: Vec<[u64; 2]>,
    billed: Vec<[u64; 2]>,
    activities: Vec<ActivityJson>,
}

#[derive(Serialize)]
struct Horizon {
    hours: String,
    label: String,
}

#[derive(Serialize)]
struct LoadJson<'a> {
    unit: &'static str,
    start: i64,
    seconds: u64,
    peak: String,
    mean: String,
    remarks: &'a [String],
}

#[derive(Serialize)]
struct CourseJson<'a> {
    name: &'a str,
    task_seconds: u64,
    spot_task_seconds: u64,
    launches: u64,
    peak: u32,
    time_over: String,
    load_over: String,
    lost: String,
    total: TotalJson,
}

#[derive(Serialize)]
struct TotalJson {
    kind: &'static str,
    usd: String,
}

#[derive(Serialize)]
struct RangeJson {
    runs: u32,
    usd: [String; 3],
    time_over: [String; 3],
    load_over: [String; 3],
}

#[derive(Serialize)]
struct LatencyJson {
    breach: u64,
    decided: u64,
    served: Option<u64>,
}

#[derive(Serialize)]
struct ActivityJson {
    second: u64,
    from: u32,
    to: u32,
    running: u32,
    successful: bool,
    reason: String,
}

fn total(estimate: &Estimate) -> TotalJson {
    match estimate.total() {
        Total::Exactly(usd) => TotalJson { kind: "exactly", usd: usd.to_string() },
        Total::AtLeast(usd) => TotalJson { kind: "at least", usd: usd.to_string() },
    }
}

fn course(course: &Course) -> CourseJson<'_> {
    let totals = &course.totals;
    CourseJson {
        name: &course.name,
        task_seconds: totals.task_seconds,
        spot_task_seconds: totals.spot_task_seconds,
        launches: totals.launches,
        peak: totals.peak,
        time_over: totals.served.time_over().to_string(),
        load_over: totals.served.requests_over().to_string(),
        lost: totals.served.lost().to_string(),
        total: total(&course.estimate),
    }
}

fn range(range: &Range) -> RangeJson {
    RangeJson {
        runs: range.runs,
        usd: range.cost.each_ref().map(|estimate| estimate.total().usd().to_string()),
        time_over: range.time_over.map(|part| part.to_string()),
        load_over: range.requests_over.map(|part| part.to_string()),
    }
}

fn activity(of: &Activity, service: &Autoscaling) -> ActivityJson {
    ActivityJson {
        second: of.at,
        from: of.from,
        to: of.to,
        running: of.running,
        successful: of.outcome == Outcome::Successful,
        reason: reason(of, service),
    }
}

/// One document; amounts and parts are strings, times are seconds from the start of the load.
#[must_use]
pub fn json(simulation: &Simulation, of: &Of<'_>) -> String {
    let Some(first) = simulation.courses.first() else { return String::new() };
    let estimate = &first.estimate;
    let (known, sum) = of.load.known();
    let ticks = Ratio::from(of.load.ticks());
    let mean = Ratio::new(i128::try_from(sum).unwrap_or(i128::MAX), i128::from(known.max(1))) / ticks;
    let steps = |timeline: &stackcost_model::timeline::Timeline<u32>| {
        timeline.pattern().0.iter().map(|&(seconds, tasks)| [seconds, tasks.into()]).collect()
    };
    let latency = |one: &stackcost_model::scaling::Latency| LatencyJson {
        breach: one.breach,
        decided: one.decided,
        served: one.served,
    };
    let document = Document {
        schema: "stackcost.simulation/1",
        stack: &estimate.stack,
        scenario: of.scenario,
        region: estimate.region.code(),
        component: of.component,
        horizon: Horizon { hours: estimate.horizon.hours().to_string(), label: estimate.horizon.label() },
        load: LoadJson {
            unit: match of.load.unit() {
                LoadUnit::RequestsPerMinute => "requests/min",
                LoadUnit::TaskUnits => "tasks",
            },
            start: of.load.start(),
            seconds: of.load.seconds(),
            peak: (Ratio::from(of.load.peak()) / ticks).to_string(),
            mean: mean.to_string(),
            remarks: of.remarks,
        },
        courses: simulation.courses.iter().map(course).collect(),
        bounds: simulation.bounds.iter().map(course).collect(),
        range: simulation.range.as_ref().map(range),
        latencies: simulation.run.latencies.iter().map(latency).collect(),
        launches: simulation.run.launches,
        interruptions: simulation.run.interruptions,
        deployment_task_seconds: simulation.deployments.map(|seconds| seconds.to_string()),
        running: steps(&simulation.run.running),
        billed: steps(&simulation.run.billed),
        activities: simulation.run.activities.iter().map(|one| activity(one, of.service)).collect(),
    };
    // What is serialised here has string keys alone.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// One activity a line.
#[must_use]
pub fn ndjson(simulation: &Simulation, service: &Autoscaling) -> String {
    let line = |one| serde_json::to_string(&activity(one, service)).unwrap_or_default() + "\n";
    simulation.run.activities.iter().map(line).collect()
}

/// The activities, a row each.
#[must_use]
pub fn activities_csv(simulation: &Simulation, service: &Autoscaling, time: &dyn Fn(u64) -> String) -> String {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Necessary).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(["time", "second", "from", "to", "running", "successful", "reason"]);
    for one in &simulation.run.activities {
        let _ = writer.write_record([
            time(one.at),
            one.at.to_string(),
            one.from.to_string(),
            one.to.to_string(),
            one.running.to_string(),
            (one.outcome == Outcome::Successful).to_string(),
            super::cell(&reason(one, service)),
        ]);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Tasks that run and tasks that are billed, a row for each time one of them changes.
#[must_use]
pub fn tasks_csv(simulation: &Simulation, time: &dyn Fn(u64) -> String) -> String {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Necessary).from_writer(Vec::new());
    let _ = writer.write_record(["time", "second", "seconds", "running", "billed"]);
    if let Some(both) = simulation.run.running.zip(&simulation.run.billed) {
        let mut now = 0;
        for &(seconds, (running, billed)) in both.pattern().0 {
            let _ = writer.write_record([
                time(now),
                now.to_string(),
                seconds.to_string(),
                running.to_string(),
                billed.to_string(),
            ]);
            now += seconds;
        }
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}
