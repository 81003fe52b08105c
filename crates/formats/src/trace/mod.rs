//! Load traces: rows of a time and a value, in CSV or JSON, as the load that they tell of.
//!
//! | form | what it looks like |
//! |---|---|
//! | CSV | a header with a time column (`timestamp`, `time`, `date`, ...) and a value column (`value`, `requests`, `Sum`, ...) |
//! | CSV, relative | a column `seconds` from the start instead of the time |
//! | JSON | a list of `{"timestamp": ..., "value": ...}` or of `[time, value]` |
//! | CloudWatch | what `aws cloudwatch get-metric-data` or `get-metric-statistics` prints |
//!
//! Times are RFC 3339, `2026-10-01 09:00:00`, `2026-10-01T09:00`, a date, Unix seconds or milliseconds,
//! cut to the second; without an offset they are in [`TraceOptions::zone`]. Rows go forward in time;
//! only what CloudWatch gives is sorted, since it gives the newest first, or no order at all. A value
//! that is empty (in JSON, null) says that nothing is known. How rows become steps is told at
//! [`Load::from_points`].
//!
//! ```
//! use stackcost_formats::trace::{TraceOptions, read};
//!
//! let text = "timestamp,value\n2026-10-01T09:00:00Z,1200\n2026-10-01T09:01:00Z,1350\n";
//! let trace = read("load.csv", text.as_bytes(), &TraceOptions::default())?;
//! assert_eq!((trace.rows, trace.usual_step, trace.load.seconds()), (2, 60, 120));
//! # Ok::<(), stackcost_formats::problem::Problem>(())
//! ```

mod source;
mod number;
mod moment;
mod csv;
mod json;
#[cfg(test)]
mod tests;

use crate::problem::Problem;
use jiff::tz::TimeZone;
use source::Source;
use stackcost_model::scaling::{BadLoad, Gaps, Load, Point};

pub use stackcost_model::scaling::LoadForm;

/// A trace that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The load it tells of.
    pub load: Load,
    /// What to know of it: sentences without a full stop.
    pub remarks: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
    /// The usual distance of its rows in seconds: what happens within it cannot be seen.
    pub usual_step: u64,
}

/// What a trace does not say itself.
#[derive(Clone, Debug)]
pub struct TraceOptions {
    /// What its values count.
    pub form: LoadForm,
    /// What holds where rows are missing.
    pub gaps: Gaps,
    /// The zone of times without an offset. A time that the clocks show twice is the second one as soon as
    /// the first would be before the row above; or would be the row above again, and rows are as far apart
    /// as the clocks go back.
    pub zone: TimeZone,
    /// Which of several: the value column in CSV and JSON, the `Id` or `Label` of `get-metric-data`, the
    /// statistic of `get-metric-statistics`. None takes the first value column by name, or the only one.
    pub series: Option<String>,
}

impl Default for TraceOptions {
    /// Requests a minute, held over gaps; times in UTC.
    fn default() -> TraceOptions {
        TraceOptions { form: LoadForm::default(), gaps: Gaps::default(), zone: TimeZone::UTC, series: None }
    }
}

/// Reads a trace; `name` is what it is called in problems.
///
/// # Errors
/// What cannot be taken, with its line and column where it has one.
pub fn read(name: &str, bytes: &[u8], options: &TraceOptions) -> Result<Trace, Problem> {
    let source = Source { name, bytes: bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) };
    if memchr::memchr(0, source.bytes).is_some() {
        let problem = Problem::of_text(format!("{name} is no text in UTF-8: it has NUL bytes"));
        return Err(problem.help("save it as CSV in UTF-8"));
    }
    let rows = match source.bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => return Err(Problem::of_text(format!("{name} is empty")).help(EXAMPLE)),
        Some(b'{' | b'[') => json::read(&source, options)?,
        Some(_) => csv::read(&source, options)?,
    };
    if rows.points.is_empty() {
        return Err(Problem::of_text(format!("{name} has no rows")).help(EXAMPLE));
    }
    let made = Load::from_points(options.form, &rows.points, options.gaps);
    let made = made.map_err(|error| no_load(name, error))?;
    let mut remarks = rows.remarks;
    if let Some(column) = rows.counts.filter(|_| made.usual_step != 60 && a_minute(options.form)) {
        let every = made.usual_step;
        remarks.push(format!(
            "`{column}` often counts what came from one row to the next, here {every} s, and is read as so many a \
             minute: if it counts, say that values are requests per row"
        ));
    }
    remarks.extend(made.remarks.iter().map(ToString::to_string));
    Ok(Trace { load: made.load, remarks, rows: rows.points.len() as u64, usual_step: made.usual_step })
}

const EXAMPLE: &str = "a trace is CSV with a header `timestamp,value`, or JSON from `aws cloudwatch get-metric-data`";

/// Why rows that could be read are no load.
fn no_load(name: &str, error: BadLoad) -> Problem {
    let problem = Problem::of_text(format!("{name}: {error}"));
    match error {
        BadLoad::AllMissing => problem.help("is it the right file, and the right column?"),
        BadLoad::TooLarge => {
            problem.help("a load is at most 2,147,483,647: is it the right column, and the right unit?")
        }
        BadLoad::TooLong => problem.help("cut it to the time that matters, or give rows that are farther apart"),
        BadLoad::TooManyRows => problem.help(FEWER),
        _ => problem,
    }
}

/// What to do about too many rows.
const FEWER: &str = "cut it to the time that matters, or to a row for each minute";

fn a_minute(form: LoadForm) -> bool {
    form == LoadForm::RequestsPerMinute
}

/// What a reader found.
struct Rows {
    /// In order of time.
    points: Vec<Point>,
    remarks: Vec<String>,
    /// The name of the values, if they are usually counts of a row.
    counts: Option<String>,
}

/// Names of columns of time, in lower case.
const TIMES: [&str; 7] = ["timestamp", "time", "datetime", "date_time", "date time", "date", "ts"];
/// Names of columns of values, in lower case.
const VALUES: [&str; 18] = [
    "value",
    "values",
    "requests",
    "request_count",
    "request count",
    "requestcount",
    "count",
    "sum",
    "average",
    "maximum",
    "minimum",
    "load",
    "rpm",
    "rps",
    "rate",
    "cpu",
    "cpuutilization",
    "utilization",
];

/// The name, if values of that name are usually counts of a row.
fn counted(name: &str) -> Option<String> {
    let usually = ["sum", "count", "requestcount", "request_count", "request count"];
    usually.contains(&&*name.to_lowercase()).then(|| name.to_string())
}
