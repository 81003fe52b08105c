//! Simulations as CSV: one fact a row, a constant header.

use super::clock::Clock;
use crate::render::{cell, number};
use csv::{QuoteStyle, WriterBuilder};
use stackcost_model::estimate::Total;
use stackcost_model::report::{Subject, alarm, difference, reason, stretches};
use stackcost_model::scaling::{Outcome, Run};
use stackcost_model::simulation::{Course, Simulation};

/// The header of [`courses_csv`].
pub const COURSES_HEADER: [&str; 17] = [
    "stack",
    "scenario",
    "region",
    "component",
    "kind",
    "name",
    "remark",
    "usd",
    "complete",
    "difference_usd",
    "difference_percent",
    "time_over",
    "load_over",
    "lost",
    "task_seconds",
    "launches",
    "peak",
];

/// The header of [`activities_csv`].
pub const ACTIVITIES_HEADER: [&str; 12] = [
    "time",
    "second",
    "from",
    "to",
    "running",
    "successful",
    "policy",
    "metric",
    "value",
    "comparison",
    "threshold",
    "reason",
];

/// The header of [`steps_csv`].
pub const STEPS_HEADER: [&str; 6] = ["from", "to", "second", "seconds", "running", "billed"];

fn written<const COLUMNS: usize>(header: [&str; COLUMNS], rows: impl IntoIterator<Item = [String; COLUMNS]>) -> String {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Necessary).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// What each way to run the service comes to: courses, bounds, and the percentiles of many runs, which
/// leave empty what they do not tell. Parts (of the time, of the load) are fractions of 1.
#[must_use]
pub fn courses_csv(simulation: &Simulation, of: &Subject<'_>) -> String {
    let Some(first) = simulation.courses.first().map(|course| &course.estimate) else { return String::new() };
    let head = |kind: &str, name: &str, remark: &str| {
        [
            cell(&first.stack),
            cell(of.scenario.unwrap_or("")),
            first.region.code().to_string(),
            cell(of.component),
            kind.to_string(),
            cell(name),
            cell(remark),
        ]
    };
    let course = |kind: &str, course: &Course| {
        let [stack, scenario, region, component, kind, name, remark] =
            head(kind, &course.name, course.remark.as_deref().unwrap_or(""));
        let total = course.estimate.total();
        let delta = difference(simulation, course);
        let (totals, served) = (&course.totals, &course.totals.served);
        [
            stack,
            scenario,
            region,
            component,
            kind,
            name,
            remark,
            total.usd().to_string(),
            matches!(total, Total::Exactly(_)).to_string(),
            delta.map(|delta| delta.usd.to_string()).unwrap_or_default(),
            delta.and_then(|delta| delta.percent).map(|percent| number(percent, 12)).unwrap_or_default(),
            number(served.time_over(), 12),
            number(served.requests_over(), 12),
            number(served.lost(), 12),
            totals.task_seconds.to_string(),
            totals.launches.to_string(),
            totals.peak.to_string(),
        ]
    };
    let mut rows: Vec<[String; 17]> = simulation.courses.iter().map(|of| course("course", of)).collect();
    rows.extend(simulation.bounds.iter().map(|of| course("bound", of)));
    rows.extend(simulation.without_deployments.iter().map(|of| course("bound", of)));
    if let Some(range) = &simulation.range {
        let names = ["5th percentile", "median", "95th percentile"];
        let remark = format!("of {} runs, each figure by itself", range.runs);
        let parts = range.cost.iter().zip(range.time_over).zip(range.requests_over);
        for (name, ((cost, time), load)) in names.into_iter().zip(parts) {
            let [stack, scenario, region, component, kind, name, remark] = head("range", name, &remark);
            let (total, none) = (cost.total(), String::new);
            rows.push([
                stack,
                scenario,
                region,
                component,
                kind,
                name,
                remark,
                total.usd().to_string(),
                matches!(total, Total::Exactly(_)).to_string(),
                none(),
                none(),
                number(time, 12),
                number(load, 12),
                none(),
                none(),
                none(),
                none(),
            ]);
        }
    }
    written(COURSES_HEADER, rows)
}

/// The activities, a row each; those that no policy caused have no alarm.
#[must_use]
pub fn activities_csv(simulation: &Simulation, of: &Subject<'_>, clock: &Clock) -> String {
    let rows = simulation.run.activities.iter().map(|one| {
        let alarm = alarm(&one.cause, of.service);
        let word = |word: Option<&str>| word.map(cell).unwrap_or_default();
        [
            clock.rfc3339(one.at),
            one.at.to_string(),
            one.from.to_string(),
            one.to.to_string(),
            one.running.to_string(),
            (one.outcome == Outcome::Successful).to_string(),
            word(alarm.as_ref().map(|alarm| alarm.policy)),
            word(alarm.as_ref().map(|alarm| alarm.metric)),
            word(alarm.as_ref().map(|alarm| &*alarm.value)),
            alarm.as_ref().map_or("", |alarm| alarm.sign).to_string(),
            word(alarm.as_ref().map(|alarm| &*alarm.threshold)),
            cell(&reason(one, of.service)),
        ]
    });
    written(ACTIVITIES_HEADER, rows)
}

/// Tasks that run and tasks that are billed, a row for each time one of them changes.
#[must_use]
pub fn steps_csv(run: &Run, clock: &Clock) -> String {
    let rows = stretches(run).into_iter().map(|step| {
        [
            clock.rfc3339(step.second),
            clock.rfc3339(step.second + step.seconds),
            step.second.to_string(),
            step.seconds.to_string(),
            step.running.to_string(),
            step.billed.to_string(),
        ]
    });
    written(STEPS_HEADER, rows)
}
