//! The load that a service scales by: `trace`, and the keys that say how it is to be read, or `generate`.

use super::generate;
use crate::problem::Problem;
use crate::scalar;
use crate::schedule::{Clock, FileKind};
use crate::trace::{self, LoadForm, Trace, TraceOptions};
use crate::tree::{Node, Reader, Value};
use jiff::tz::TimeZone;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::{Gaps, Load};

const GAPS: [(&str, Gaps); 3] = [("hold", Gaps::Hold), ("zero", Gaps::Zero), ("missing", Gaps::Missing)];

/// What a service scales by.
pub(super) struct Source {
    pub load: Load,
    pub form: LoadForm,
    /// How far its rows usually are apart, or its steps, in seconds.
    pub usual_step: u64,
    pub remarks: Vec<String>,
    /// The key that it is from: `trace`, `generate`.
    pub key: &'static str,
}

/// Reads the load of a service.
pub(super) fn read(table: &Reader<'_>, clock: &Clock<'_>, zone: &TimeZone) -> Result<Source, Problem> {
    let form = form(table)?;
    let typed = |node: &Node| node.at.text.name.starts_with("--");
    let mut source = match (table.opt("trace"), table.opt("generate")) {
        // What the command line has is there instead of what the file has.
        (Some(trace), Some(generate)) if typed(trace) == typed(generate) => {
            let problem = Problem::new(&trace.at, "a load is read from a trace or generated, not both");
            return Err(problem.and(&generate.at).help("leave `trace` or `generate` out"));
        }
        (trace, Some(node)) if trace.is_none() || typed(node) => {
            of_traces_alone(table)?;
            let (load, remarks) = generate::read(node, generated_form(table, form)?, zone)?;
            Source { usual_step: load.step().into(), load, form, remarks, key: "generate" }
        }
        (None, None) if table.mistyped("trace").is_none() => {
            return Err(table.mistyped("generate").unwrap_or_else(|| {
                Problem::new(&table.at, "`tasks` needs `trace` or `generate`")
                    .label("in this table")
                    .help("for example: trace = \"load.csv\", or generate = { base = \"600/min\" }")
            }));
        }
        _ => {
            let options = TraceOptions { form, ..options(table, zone)? };
            let Trace { load, remarks, usual_step, .. } = file(table.need("trace", "\"load.csv\"")?, clock, &options)?;
            Source { load, form, usual_step, remarks, key: "trace" }
        }
    };
    if let Some(node) = table.opt("scale") {
        let factor = positive(node)?;
        source.load = source.load.scaled(factor).map_err(|error| Problem::new(&node.at, error.to_string()))?;
        source.remarks.push(match source.key {
            "trace" => format!("the load of the trace times {factor}"),
            _ => format!("the load times {factor}"),
        });
    }
    Ok(source)
}

/// Refuses keys that say how a trace is read, beside a load that is none.
fn of_traces_alone(table: &Reader<'_>) -> Result<(), Problem> {
    for key in ["gaps", "series"] {
        if let Some(node) = table.opt(key) {
            let problem =
                Problem::new(&node.at, format!("`{key}` says how a trace is read, but this load is generated"));
            return Err(problem.help("leave it out"));
        }
    }
    Ok(())
}

/// What the amounts of a generated load count.
fn generated_form(table: &Reader<'_>, form: LoadForm) -> Result<LoadForm, Problem> {
    match (form, table.opt("load_unit")) {
        (LoadForm::RequestsPerRow | LoadForm::CpuPercent { .. }, Some(node)) => {
            let problem = Problem::new(&node.at, "this unit is for rows of a trace, but this load is generated");
            Err(problem.help("one of: requests/min, requests/s, tasks"))
        }
        _ => Ok(form),
    }
}

/// The series of a metric of one's own, as long as the load.
pub(super) fn series(
    table: &Reader<'_>,
    clock: &Clock<'_>,
    load: &Load,
    zone: &TimeZone,
) -> Result<(Load, Vec<String>), Problem> {
    let node = table.need("trace", "\"queue.csv\"")?;
    let options = TraceOptions { form: LoadForm::TaskUnits, ..options(table, zone)? };
    let trace = file(node, clock, &options)?;
    if trace.load.start() != load.start() || trace.load.seconds() != load.seconds() {
        let message = "a metric of one's own begins and ends with the load";
        return Err(Problem::new(&node.at, message).help("cut both traces to the same time"));
    }
    Ok((trace.load, trace.remarks))
}

/// How any trace is read.
fn options(table: &Reader<'_>, zone: &TimeZone) -> Result<TraceOptions, Problem> {
    Ok(TraceOptions {
        form: LoadForm::default(),
        gaps: table.read("gaps", |node| scalar::word(node, "rule for gaps", &GAPS))?.unwrap_or_default(),
        zone: zone.clone(),
        series: table.read("series", |node| scalar::string(node).map(str::to_string))?,
    })
}

fn file(node: &Node, clock: &Clock<'_>, options: &TraceOptions) -> Result<Trace, Problem> {
    let (path, bytes) = clock.file(node, FileKind::Trace)?;
    trace::read(path, &bytes, options).map_err(|problem| problem.and(&node.at))
}

fn form(table: &Reader<'_>) -> Result<LoadForm, Problem> {
    let (unit, measured_at) = (table.opt("load_unit"), table.opt("measured_at"));
    let words = [
        ("requests/min", LoadForm::RequestsPerMinute),
        ("requests/s", LoadForm::RequestsPerSecond),
        ("requests/row", LoadForm::RequestsPerRow),
        ("tasks", LoadForm::TaskUnits),
        ("cpu%", LoadForm::CpuPercent { tasks: 0 }),
    ];
    let form = unit.map(|node| scalar::word(node, "unit of load", &words)).transpose()?.unwrap_or_default();
    match (form, measured_at) {
        (LoadForm::CpuPercent { .. }, Some(node)) => {
            Ok(LoadForm::CpuPercent { tasks: scalar::whole(node, 1, super::value::MOST_TASKS)? })
        }
        // A generated load refuses the unit itself.
        (LoadForm::CpuPercent { .. }, None) if table.opt("trace").is_none() => Ok(form),
        (LoadForm::CpuPercent { .. }, None) => {
            let at = unit.map_or(&table.at, |node| &node.at);
            Err(Problem::new(at, "a measured CPU says nothing without how many tasks it was measured on")
                .help("add measured_at = 4"))
        }
        (_, Some(node)) => {
            Err(Problem::new(&node.at, "`measured_at` goes with load_unit = \"cpu%\"").help("leave it out"))
        }
        (form, None) => Ok(form),
    }
}

/// `1.5` or `"150%"`, not 0.
fn positive(node: &Node) -> Result<Ratio, Problem> {
    let factor = factor(node, "scale = 1.5, or \"150%\"")?;
    if factor.is_zero() { Err(no_factor(node, "scale = 1.5, or \"150%\"")) } else { Ok(factor) }
}

/// A number, or percent, from 0 on.
pub(super) fn factor(node: &Node, example: &str) -> Result<Ratio, Problem> {
    let (Value::String(text) | Value::Number(text)) = &node.value else { return Err(no_factor(node, example)) };
    let text = text.trim();
    let (number, per) = text.strip_suffix('%').map_or((text, 1), |number| (number.trim_end(), 100));
    let factor = Ratio::parse(number).filter(|factor| !factor.is_negative());
    factor.map(|factor| factor / Ratio::whole(per)).ok_or_else(|| no_factor(node, example))
}

fn no_factor(node: &Node, example: &str) -> Problem {
    Problem::new(&node.at, "this is no factor for a load").help(format!("write {example}"))
}
