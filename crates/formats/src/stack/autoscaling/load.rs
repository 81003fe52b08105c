//! The load that a service scales by: `trace`, and the keys that say how it is to be read.

use crate::problem::Problem;
use crate::scalar;
use crate::schedule::{Clock, FileKind};
use crate::trace::{self, LoadForm, Trace, TraceOptions};
use crate::tree::{Node, Reader};
use jiff::tz::TimeZone;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::{Gaps, Load};

const GAPS: [(&str, Gaps); 3] = [("hold", Gaps::Hold), ("zero", Gaps::Zero), ("missing", Gaps::Missing)];

/// Reads the trace of a service.
pub(super) fn read(table: &Reader<'_>, clock: &Clock<'_>, zone: &TimeZone) -> Result<(Trace, LoadForm), Problem> {
    let form = form(table)?;
    let options = TraceOptions { form, ..options(table, zone)? };
    let mut trace = file(table.need("trace", "\"load.csv\"")?, clock, &options)?;
    if let Some(node) = table.opt("scale") {
        let factor = factor(node)?;
        trace.load = trace.load.scaled(factor).map_err(|error| Problem::new(&node.at, error.to_string()))?;
        trace.remarks.push(format!("the load of the trace times {factor}"));
    }
    Ok((trace, form))
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

/// `1.5` or `"150%"`.
fn factor(node: &Node) -> Result<Ratio, Problem> {
    let text = super::metric::text(node)?;
    let (number, per) = text.strip_suffix('%').map_or((text, 1), |number| (number.trim_end(), 100));
    let factor = Ratio::parse(number)
        .filter(|factor| *factor > Ratio::ZERO)
        .ok_or_else(|| Problem::new(&node.at, "this is no factor for a load").help("write scale = 1.5, or \"150%\""))?;
    Ok(factor / Ratio::whole(per))
}
