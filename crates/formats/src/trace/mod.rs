//! Load traces: rows of a time and a value, as CSV or JSON, to a [`Load`].
//!
//! A CSV has a header with a column of times (`timestamp`, `time`, `date`, `datetime`, or `seconds`
//! from the start) and one of values (`value`, `count`, `requests`, `sum`, `average`, `maximum`). JSON
//! is a list of `{"timestamp": ..., "value": ...}` or of `[time, value]`, or what the AWS CLI prints for
//! `cloudwatch get-metric-data` and `get-metric-statistics`, as it comes.
//!
//! | in the trace | what counts |
//! |---|---|
//! | a row | its rate holds until the next row, the last as long as rows usually do |
//! | rows that are not a minute, 30, 20, ... seconds apart | the mean of each minute, by time |
//! | several rows of the same time | their mean |
//! | a gap: the next row is more than half as far again as usual | see [`Gaps`] |
//! | an empty value | nothing is known until the next row |
//! | a time without offset | a time in `zone`, UTC if none is given; one that the clock skips is the same time later, one that it shows twice the first, unless time would go backwards: then the second |
//! | rows that go backwards in time | an error; from CloudWatch, whose order is not fixed, they are sorted |

mod csv;
mod json;
#[cfg(test)]
mod tests;
mod time;

use crate::problem::Problem;
use jiff::tz::TimeZone;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::{Gaps, Load, LoadUnit, usual_distance};

/// What the values of a trace are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadForm {
    /// Requests a minute.
    #[default]
    RequestsPerMinute,
    /// Requests a second.
    RequestsPerSecond,
    /// How many requests came until the next row, as `RequestCount` of a load balancer is.
    RequestsPerRow,
    /// How many tasks the load keeps busy.
    TaskUnits,
    /// CPU in percent of so many tasks, on which it was measured.
    CpuPercent {
        /// How many.
        tasks: u32,
    },
}

impl LoadForm {
    /// What its load is counted in.
    #[must_use]
    pub fn unit(self) -> LoadUnit {
        match self {
            LoadForm::TaskUnits | LoadForm::CpuPercent { .. } => LoadUnit::TaskUnits,
            _ => LoadUnit::RequestsPerMinute,
        }
    }
}

/// How a trace is to be read.
#[derive(Clone, Debug)]
pub struct TraceOptions {
    /// What its values are.
    pub form: LoadForm,
    /// What counts where rows are missing.
    pub gaps: Gaps,
    /// The zone of times that name none.
    pub zone: TimeZone,
    /// Which result of `get-metric-data`, by its `Id`.
    pub series: Option<String>,
}

impl Default for TraceOptions {
    fn default() -> TraceOptions {
        TraceOptions { form: LoadForm::default(), gaps: Gaps::default(), zone: TimeZone::UTC, series: None }
    }
}

/// A trace that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Its load.
    pub load: Load,
    /// What the rules above were needed for, in words.
    pub remarks: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
    /// How far they usually are apart, in seconds.
    pub usual_step: u64,
}

/// No trace has more rows: some years of minutes.
pub const MOST_ROWS: usize = 10_000_000;

/// A time in Unix seconds, and a value in millionths, if there is one.
type Row = (i64, Option<u64>);

/// The rows of a text, and what is to be said of them.
#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    remarks: Vec<String>,
    /// Whether they may come in any order.
    any_order: bool,
}

/// Reads a trace; `name` is what messages call it.
///
/// ```
/// use stackcost_formats::trace::{TraceOptions, read};
/// let trace = read("load.csv", b"timestamp,value\n2026-10-05T00:00Z,300\n2026-10-05T00:01Z,420\n", &TraceOptions::default())?;
/// assert_eq!(trace.load.seconds(), 120);
/// # Ok::<(), stackcost_formats::problem::Problem>(())
/// ```
///
/// # Errors
/// What is no trace, with the line of it.
pub fn read(name: &str, bytes: &[u8], options: &TraceOptions) -> Result<Trace, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Problem::of_text(format!("{name} is no text: byte {} is not UTF-8", error.valid_up_to()))
            .help("is it the right file?")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut read = match text.trim_start().chars().next() {
        None => {
            return Err(Problem::of_text(format!("{name} is empty")).help("a trace has a row for each minute or so"));
        }
        Some('{' | '[') => json::read(name, text, options)?,
        Some(_) => csv::read(name, text, options)?,
    };
    if read.rows.is_empty() {
        return Err(Problem::of_text(format!("{name} has no rows")).help("a trace has a row for each minute or so"));
    }
    if read.any_order {
        read.rows.sort_by_key(|row| row.0);
    }
    let count = read.rows.len() as u64;
    let same = merge(&mut read.rows);
    if same > 0 {
        read.remarks.push(format!("{same} rows have the time of the row before: their mean counts"));
    }
    rates(&mut read, options.form);
    let unit = options.form.unit();
    let (load, told) = Load::from_rows(unit, &read.rows, options.gaps).map_err(|error| {
        Problem::of_text(format!("{name}: {error}")).help("is it the right file, and the right column?")
    })?;
    let mut remarks = read.remarks;
    if told.gaps > 0 {
        let rule = match options.gaps {
            Gaps::Hold => "the value before goes on",
            Gaps::Zero => "there was no load",
            Gaps::Missing => "nothing is known of them",
        };
        remarks.push(format!("{} gaps, {} s in all: {rule}", told.gaps, told.gap_seconds));
    }
    if told.cut > 0 {
        remarks.push(format!("{} values have more decimals than a load holds and were cut", told.cut));
    }
    if told.usual > 60 {
        remarks.push(format!(
            "rows are {} s apart: what happens between them, and what alarms make of it, cannot be seen",
            told.usual
        ));
    }
    Ok(Trace { load, remarks, rows: count, usual_step: told.usual })
}

/// Makes one row of those with the same time; gives how many were too many.
fn merge(rows: &mut Vec<Row>) -> u64 {
    let before = rows.len();
    let mut known: Vec<u64> = Vec::new();
    let mut kept: usize = 0;
    let mut at = 0;
    while at < rows.len() {
        let time = rows[at].0;
        let end = at + rows[at..].iter().take_while(|row| row.0 == time).count();
        if end - at == 1 {
            rows[kept] = rows[at];
        } else {
            known.clear();
            known.extend(rows[at..end].iter().filter_map(|row| row.1));
            let sum: u128 = known.iter().map(|&value| u128::from(value)).sum();
            let mean = sum.checked_div(known.len() as u128).and_then(|mean| u64::try_from(mean).ok());
            rows[kept] = (time, mean);
        }
        kept += 1;
        at = end;
    }
    rows.truncate(kept);
    (before - kept) as u64
}

/// Values as rates in the unit of the load.
fn rates(read: &mut Rows, form: LoadForm) {
    match form {
        LoadForm::RequestsPerMinute | LoadForm::TaskUnits => {}
        LoadForm::RequestsPerSecond => {
            read.rows.iter_mut().for_each(|row| row.1 = row.1.map(|value| value.saturating_mul(60)));
        }
        LoadForm::CpuPercent { tasks } => {
            let full = read.rows.iter().filter(|row| row.1.is_some_and(|value| value >= 100_000_000)).count();
            if full > 0 {
                read.remarks
                    .push(format!("{full} rows are at 100 % CPU: what was asked of the tasks then may have been more"));
            }
            let busy = |value: u64| value.saturating_mul(u64::from(tasks)) / 100;
            read.rows.iter_mut().for_each(|row| row.1 = row.1.map(busy));
        }
        LoadForm::RequestsPerRow => {
            let usual = usual_distance(&read.rows);
            for at in 0..read.rows.len() {
                let next = read.rows.get(at + 1).map_or(usual, |next| next.0.abs_diff(read.rows[at].0));
                // A row before a gap is as long as rows usually are.
                let length = if next > usual + usual / 2 { usual } else { next }.max(1);
                let row = &mut read.rows[at];
                row.1 = row.1.map(|value| value.saturating_mul(60) / length);
            }
        }
    }
}

/// A number as a value in millionths, cut; or why it is none.
fn value(text: &str) -> Result<u64, &'static str> {
    // Mostly whole numbers.
    if let Ok(whole) = text.parse::<u64>() {
        return whole.checked_mul(1_000_000).ok_or("is too large");
    }
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().map_err(|_| "is no number")?),
        None => (text, 0),
    };
    let parsed = Ratio::parse(number).ok_or("is no number")?;
    if !(-18..=18).contains(&exponent) {
        return Err("is no number of a load");
    }
    let power = Ratio::whole(10_i64.pow(exponent.unsigned_abs()));
    let exact = if exponent < 0 { parsed / power } else { parsed * power };
    if exact.is_negative() {
        return Err("is negative");
    }
    let millionths = exact * Ratio::whole(1_000_000);
    if millionths.is_too_large() {
        return Err("is too large");
    }
    u64::try_from(millionths.ticks() / millionths.per_unit()).map_err(|_| "is too large")
}
