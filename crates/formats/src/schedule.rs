//! Values that change with time, as a stack file writes them.
//!
//! A schedule is a plain value; or a table with `base` and
//!
//! | keys | meaning |
//! |---|---|
//! | `peak`, `peak_hours_per_day` | the peak for so many hours of every day |
//! | `peak`, `peak_hours_per_month` | the peak for so many hours of the horizon |
//! | `timezone`, `windows` | each window's own value on its weekdays between two clock times |
//! | `timeline` | a CSV file instead of all this, see [`crate::schedule`] in the manual |
//!
//! Windows that overlap are refused.

use crate::problem::Problem;
use crate::scalar;
use crate::tree::{Node, Reader, Value};
use stackcost_model::exact::Ratio;
use stackcost_model::time::{HOUR, Horizon};
use stackcost_model::timeline::{MOST_STEPS, Timeline, Window};

/// A file that a stack file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// Its path as it is written.
    pub path: &'a str,
    /// What it holds, which says how large it may be.
    pub kind: FileKind,
    /// Whether the path was given beside the stack file (on a command line), so that it is not
    /// relative to it.
    pub beside: bool,
}

/// What a file holds that a stack file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A timeline: some steps.
    Timeline,
    /// A load trace: a year of it may have many rows.
    Trace,
}

/// Reads a file that a stack file names, or says in a sentence why it cannot.
pub(crate) type Load<'a> = &'a dyn Fn(&Named<'_>) -> Result<Vec<u8>, String>;

/// What the text of paths is called that are given beside the stack file.
pub(crate) const BESIDE: &str = "--trace";

/// What reading a schedule needs from outside: the horizon, and what is in files.
pub(crate) struct Clock<'a> {
    pub horizon: Horizon,
    pub load: Load<'a>,
}

impl Clock<'_> {
    /// The path at a node, and what is in that file.
    pub fn file<'n>(&self, node: &'n Node, kind: FileKind) -> Result<(&'n str, Vec<u8>), Problem> {
        let path = scalar::string(node)?;
        let named = Named { path, kind, beside: node.at.text.name == BESIDE };
        let bytes = (self.load)(&named).map_err(|why| Problem::new(&node.at, why))?;
        Ok((path, bytes))
    }

    /// A value of `key` (`tasks`, `acu`, ...) that may change with time; `read` reads one value.
    pub fn schedule<T: Copy + PartialEq>(
        &self,
        node: &Node,
        key: &'static str,
        read: impl Fn(&Node) -> Result<T, Problem>,
    ) -> Result<Timeline<T>, Problem> {
        if !matches!(node.value, Value::Table(_)) {
            return read(node).map(|value| Timeline::constant(value, self.horizon.seconds()));
        }
        let table = Reader::new(node, format!("`{key}`"))?;
        if let Some(file) = table.opt("timeline") {
            table.finish()?;
            return self.timeline(file, |value| read(&as_value(file, value)));
        }
        let base = read(table.need("base", "2")?)?;
        let peak = table.read("peak", &read)?;
        let changes = Changes::read(&table, self.horizon)?;
        let (windows, zone_node) = windows_and_zone(&table)?;
        table.finish()?;
        match (changes, windows, peak) {
            (Some(changes), None, Some(peak)) => Ok(changes.timeline(base, peak, self.horizon)),
            (None, Some(windows), None) => self.windows(base, windows, zone_node, |window| {
                let value = window.opt(key).or_else(|| window.opt("value"));
                read(value.ok_or_else(|| Problem::new(&window.at, format!("a window needs `{key}`")))?)
            }),
            (None, None, None) => Ok(Timeline::constant(base, self.horizon.seconds())),
            (Some(_), Some(windows), _) | (None, Some(windows), Some(_)) => {
                Err(Problem::new(&windows.at, "`windows` and `peak` cannot be mixed").help("make the peak a window"))
            }
            (Some(_), None, None) => {
                Err(Problem::new(&node.at, "`peak` is missing").help(format!("write how many {key} the peak has")))
            }
            (None, None, Some(_)) => Err(Problem::new(&node.at, "when the peak is, is missing")
                .help("add `peak_hours_per_day = 4`, `peak_hours_per_month = 100`, or use `windows`")),
        }
    }

    /// When something runs: `hours_per_day`, `hours_per_month`, `windows` or a `timeline` of 1 and 0.
    pub fn running(&self, node: Option<&Node>) -> Result<Timeline<bool>, Problem> {
        let Some(node) = node else { return Ok(Timeline::constant(true, self.horizon.seconds())) };
        let table = Reader::new(node, "`running`")?;
        if let Some(file) = table.opt("timeline") {
            table.finish()?;
            return self.timeline(file, |value| match value {
                "1" => Ok(true),
                "0" => Ok(false),
                _ => Err(Problem::new(&file.at, format!("`{value}` in the timeline is neither 1 (running) nor 0"))),
            });
        }
        let a_day = table.read("hours_per_day", |node| hours(node, Ratio::whole(24)))?;
        let a_month = table.read("hours_per_month", |node| hours(node, self.horizon.hours()))?;
        let (windows, zone_node) = windows_and_zone(&table)?;
        table.finish()?;
        match (a_day, a_month, windows) {
            (Some(seconds), None, None) => Ok(Timeline::daily(false, true, seconds, self.horizon)),
            (None, Some(seconds), None) => Ok(Timeline::for_seconds(false, true, seconds, self.horizon)),
            (None, None, Some(windows)) => self.windows(false, windows, zone_node, |_| Ok(true)),
            _ => Err(Problem::new(&node.at, "`running` needs one way to say when")
                .help("one of hours_per_day, hours_per_month, windows, timeline")),
        }
    }

    fn windows<T: Copy + PartialEq>(
        &self,
        base: T,
        node: &Node,
        zone_node: Option<&Node>,
        read: impl Fn(&Reader<'_>) -> Result<T, Problem>,
    ) -> Result<Timeline<T>, Problem> {
        let Some(zone_node) = zone_node else {
            return Err(Problem::new(&node.at, "windows need a time zone").help("add timezone = \"America/New_York\""));
        };
        let zone = scalar::zone(zone_node)?;
        let Value::Array(items) = &node.value else {
            return Err(Problem::new(&node.at, format!("`windows` is a list, not {}", node.value.kind()))
                .help("windows = [{ days = \"mon-fri\", from = \"09:00\", to = \"17:00\", ... }]"));
        };
        let mut windows = Vec::with_capacity(items.len());
        for item in items {
            let table = Reader::new(item, "a window")?;
            let text = |key, example| -> Result<_, Problem> {
                let node = table.need(key, example)?;
                Ok((scalar::string(node)?, node))
            };
            let (days, days_node) = text("days", "\"mon-fri\"")?;
            let (from, from_node) = text("from", "\"09:00\"")?;
            let (to, to_node) = text("to", "\"17:00\"")?;
            let value = read(&table)?;
            table.finish()?;
            windows.push(Window {
                days: days.parse().map_err(|error| bad(days_node, &error))?,
                from: from.parse().map_err(|error| bad(from_node, &error))?,
                to: to.parse().map_err(|error| bad(to_node, &error))?,
                value,
            });
        }
        Timeline::windows(base, &windows, &zone, self.horizon).map_err(|overlap| {
            let problem = Problem::new(&items[overlap.second].at, "this window overlaps another").label("overlaps");
            let problem = if overlap.first == overlap.second { problem } else { problem.and(&items[overlap.first].at) };
            problem.help("make them apart: which of two values counts is not for us to guess")
        })
    }

    /// A CSV file of steps. See the manual: `seconds,value` rows say how long a value holds;
    /// `timestamp,value` rows say from when, the last as long as the one before it. What the file
    /// covers repeats over the horizon.
    fn timeline<T: Copy + PartialEq>(
        &self,
        file: &Node,
        read: impl Fn(&str) -> Result<T, Problem>,
    ) -> Result<Timeline<T>, Problem> {
        let (path, bytes) = self.file(file, FileKind::Timeline)?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Problem::new(&file.at, format!("{path} is no text: byte {at} is not UTF-8")).help("is it the right file?")
        })?;
        let (start, steps) = steps(path, &text).map_err(|problem| problem.and(&file.at))?;
        let steps: Vec<(u64, T)> =
            steps.into_iter().map(|(seconds, value)| Ok((seconds, read(&value)?))).collect::<Result<_, Problem>>()?;
        let dated = |timeline: Timeline<T>| match start {
            Some(start) => timeline.starting_at(start),
            None => timeline,
        };
        Timeline::steps(steps)
            .map(|timeline| dated(timeline).repeated_over(self.horizon))
            .ok_or_else(|| Problem::new(&file.at, format!("{path} holds no steps")))
    }
}

/// `windows`, and the `timezone` that only they need.
fn windows_and_zone<'a>(table: &Reader<'a>) -> Result<(Option<&'a Node>, Option<&'a Node>), Problem> {
    match (table.opt("windows"), table.opt("timezone")) {
        (None, Some(zone)) => Err(Problem::new(&zone.at, "`timezone` goes with `windows`").help("leave it out")),
        both => Ok(both),
    }
}

/// A number from a CSV file, dressed as the value the stack file would have.
fn as_value(file: &Node, value: &str) -> Node {
    let numeric = Ratio::parse(value).is_some();
    let value = if numeric { Value::Number(value.to_string()) } else { Value::String(value.to_string()) };
    Node { value, at: file.at.clone() }
}

fn bad(node: &Node, error: &dyn std::error::Error) -> Problem {
    Problem::new(&node.at, error.to_string())
}

enum Changes {
    PerDay(u64),
    PerHorizon(u64),
}

impl Changes {
    fn read(table: &Reader<'_>, horizon: Horizon) -> Result<Option<Changes>, Problem> {
        let a_day = table.read("peak_hours_per_day", |node| hours(node, Ratio::whole(24)))?;
        let a_month = table.read("peak_hours_per_month", |node| hours(node, horizon.hours()))?;
        match (a_day, a_month) {
            (Some(_), Some(_)) => {
                Err(Problem::new(&table.at, "`peak_hours_per_day` and `peak_hours_per_month` say the same thing twice"))
            }
            (Some(seconds), None) => Ok(Some(Changes::PerDay(seconds))),
            (None, Some(seconds)) => Ok(Some(Changes::PerHorizon(seconds))),
            (None, None) => Ok(None),
        }
    }

    fn timeline<T: Copy + PartialEq>(self, base: T, peak: T, horizon: Horizon) -> Timeline<T> {
        match self {
            Changes::PerDay(seconds) => Timeline::daily(base, peak, seconds, horizon),
            Changes::PerHorizon(seconds) => Timeline::for_seconds(base, peak, seconds, horizon),
        }
    }
}

/// Hours as whole seconds, at most `most` hours.
fn hours(node: &Node, most: Ratio) -> Result<u64, Problem> {
    let hours = scalar::number(node, "4")?;
    if hours > most {
        return Err(Problem::new(&node.at, format!("there are only {most} hours")));
    }
    (hours * Ratio::from(HOUR))
        .to_whole()
        .and_then(|seconds| u64::try_from(seconds).ok())
        .ok_or_else(|| Problem::new(&node.at, "this is no whole number of seconds"))
}

/// `(seconds, value)` of a CSV file, and the second since 1970 at which they begin, where it says that.
type Steps = (Option<i64>, Vec<(u64, String)>);

/// The steps of a CSV file with a header.
fn steps(path: &str, text: &str) -> Result<Steps, Problem> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(text.as_bytes());
    let broken = |error: csv::Error| Problem::of_text(format!("{path}: {error}"));
    let header: Vec<String> = reader.headers().map_err(broken)?.iter().map(str::to_lowercase).collect();
    let column = |name: &str| header.iter().position(|known| known == name);
    let value = column("value").ok_or_else(|| {
        Problem::of_text(format!("{path} has no column `value`"))
            .help("the header is `seconds,value` or `timestamp,value`")
    })?;
    let (by_length, at) = match (column("seconds"), column("timestamp")) {
        (Some(at), None) => (true, at),
        (None, Some(at)) => (false, at),
        _ => {
            return Err(Problem::of_text(format!("{path} needs a column `seconds` or a column `timestamp`")));
        }
    };
    let mut rows: Vec<(i64, String)> = Vec::new();
    for row in reader.records() {
        let row = row.map_err(broken)?;
        let line = row.position().map_or(0, csv::Position::line);
        let wrong = |what: &str| Problem::of_text(format!("{path}:{line}: {what}"));
        let field = row.get(at).unwrap_or("");
        let second = if by_length {
            field.parse::<i64>().ok().filter(|seconds| (0..=31_622_400).contains(seconds) && !field.starts_with('+'))
        } else {
            timestamp(field)
        };
        let second = second.ok_or_else(|| {
            wrong(&format!("`{field}` is no {}", if by_length { "number of seconds" } else { "timestamp" }))
        })?;
        let given = row.get(value).filter(|given| !given.is_empty()).ok_or_else(|| wrong("the value is missing"))?;
        if !by_length && rows.last().is_some_and(|last| last.0 >= second) {
            return Err(wrong("the timestamps do not go forward"));
        }
        if rows.len() as u64 >= MOST_STEPS {
            return Err(Problem::of_text(format!("{path} has more than a million steps")));
        }
        rows.push((second, given.to_string()));
    }
    if by_length {
        return Ok((None, rows.into_iter().map(|(seconds, value)| (seconds.unsigned_abs(), value)).collect()));
    }
    let starts: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let last_length = starts.windows(2).last().map_or(3_600, |pair| pair[1] - pair[0]);
    let ends = starts.iter().skip(1).copied().chain(starts.last().map(|last| last + last_length));
    let lengths = rows.into_iter().zip(ends).map(|((start, value), end)| ((end - start).unsigned_abs(), value));
    Ok((starts.first().copied(), lengths.collect()))
}

/// `2026-10-01T09:00:00Z`, with an offset, or without (then UTC); a space instead of the `T`.
fn timestamp(text: &str) -> Option<i64> {
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return Some(timestamp.as_second());
    }
    let datetime = text.parse::<jiff::civil::DateTime>().ok()?;
    datetime.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_second())
}
