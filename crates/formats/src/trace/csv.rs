//! Traces in CSV: line by line, of which two cells are looked at where they stand.

use super::moment::{BadMoment, Clock, of_cut};
use super::number::{self, BadNumber};
use super::source::{Source, short};
use super::{EXAMPLE, FEWER, Rows, TIMES, TraceOptions, VALUES, counted};
use crate::problem::{Problem, did_you_mean};
use jiff::tz::TimeZone;
use memchr::{memchr, memchr_iter};
use rust_decimal::Decimal;
use stackcost_model::scaling::{MOST_ROWS, Point};
use std::borrow::Cow;

/// Columns of seconds from the start.
const SECONDS: [&str; 3] = ["seconds", "second", "elapsed"];

/// A cell where it stands, or without its quotes.
type Cell<'a> = Cow<'a, [u8]>;

/// Reads a trace in CSV.
pub(super) fn read(source: &Source<'_>, options: &TraceOptions) -> Result<Rows, Problem> {
    let mut lines = Lines { left: source.bytes }.filter(|line| !is_blank(line));
    let header = lines.next().ok_or_else(|| Problem::of_text(format!("{} has no rows", source.name)).help(EXAMPLE))?;
    let columns = Columns::new(source, header, options)?;
    let mut reader = Reader { source, columns, clock: Clock::new(&options.zone), cut: 0 };
    let most = memchr_iter(b'\n', source.bytes).count().min(MOST_ROWS);
    let mut points: Vec<Point> = Vec::with_capacity(most);
    for line in lines {
        let [time, value] = reader.cells(line)?;
        let at = reader.moment(&time, line)?;
        let last = points.last().map(|point| point.at);
        if last.is_some_and(|last| at < last || (at == last && reader.columns.relative)) {
            return Err(reader.backwards(&time, line, last.unwrap_or(at) - at));
        }
        if points.len() == MOST_ROWS {
            return Err(source.problem(line, "a trace has at most 10,000,000 rows").help(FEWER));
        }
        points.push(Point { at, value: reader.value(&value, line)? });
    }
    let mut remarks = reader.clock.remarks();
    remarks.extend(of_cut(reader.cut));
    remarks.extend(reader.columns.remark);
    Ok(Rows { points, remarks, counts: counted(&reader.columns.name) })
}

/// Lines of a text, without their ends.
struct Lines<'a> {
    left: &'a [u8],
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.left.is_empty() {
            return None;
        }
        let (line, left) = match memchr(b'\n', self.left) {
            Some(end) => (&self.left[..end], &self.left[end + 1..]),
            None => (self.left, &self.left[self.left.len()..]),
        };
        self.left = left;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// Empty lines, lines of empty cells as spreadsheets leave them, and comments.
fn is_blank(line: &[u8]) -> bool {
    let sign = line.iter().find(|sign| !matches!(sign, b',' | b' ' | b'\t'));
    sign.is_none_or(|sign| *sign == b'#')
}

/// The cells of a line.
fn split<'a>(source: &Source<'_>, line: &'a [u8]) -> Result<Vec<Cell<'a>>, Problem> {
    if memchr(b'"', line).is_none() {
        return Ok(line.split(|sign| *sign == b',').map(|cell| Cow::Borrowed(cell.trim_ascii())).collect());
    }
    if !memchr_iter(b'"', line).count().is_multiple_of(2) {
        return Err(source.problem(line, "a quote on this line is not closed").help("a row is one line"));
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(line);
    let mut record = csv::ByteRecord::new();
    reader.read_byte_record(&mut record).map_err(|error| source.problem(line, error.to_string()))?;
    Ok(record.iter().map(|cell| Cow::Owned(cell.to_vec())).collect())
}

/// Where the cells stand that are read.
struct Columns {
    time: usize,
    value: usize,
    width: usize,
    /// Whether times are seconds from the start.
    relative: bool,
    /// What the values are called.
    name: String,
    remark: Option<String>,
}

impl Columns {
    fn new(source: &Source<'_>, header: &[u8], options: &TraceOptions) -> Result<Columns, Problem> {
        let cells = split(source, header)?;
        for (sign, name) in [(b';', "semicolons"), (b'\t', "tabs")] {
            if cells.len() == 1 && header.contains(&sign) {
                let problem = source.problem(header, format!("columns are separated by {name}"));
                return Err(problem.help("save it with commas between columns, and points in numbers"));
            }
        }
        if cells.iter().any(|cell| Clock::new(&TimeZone::UTC).read(cell).is_ok()) {
            let problem = source.problem(header, "there is no header: the first line is a row");
            return Err(problem.help("write `timestamp,value` above it"));
        }
        let names: Vec<String> = cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        let first = |known: &[&str]| lower.iter().position(|name| known.contains(&&**name));
        let lacks = |what: &str, known: &[&str]| {
            let problem = source.problem(header, format!("there is no column of {what}"));
            let guess = lower.iter().find_map(|name| did_you_mean(name, known.iter().copied()));
            problem.help(guess.unwrap_or_else(|| format!("it is called one of: {}", known.join(", "))))
        };
        let (time, relative) = match (first(&TIMES), first(&SECONDS)) {
            (Some(time), _) => (time, false),
            (None, Some(time)) => (time, true),
            (None, None) => return Err(lacks("times", &[&TIMES[..], &SECONDS].concat())),
        };
        let others_of = |known: &[&str], at: usize, what: &str| {
            let others = lower.iter().zip(&names).skip(at + 1).filter(|(name, _)| known.contains(&&***name));
            let others: Vec<&str> = others.map(|(_, name)| &**name).collect();
            (!others.is_empty()).then(|| format!("{what} are from `{}`, not from `{}`", names[at], others.join("`, `")))
        };
        // A date and a time in two columns would be days alone.
        let mut remark = if relative { None } else { others_of(&TIMES, time, "times") };
        let value = match &options.series {
            Some(wanted) => lower.iter().position(|name| *name == wanted.to_lowercase()).ok_or_else(|| {
                let problem = source.problem(header, format!("there is no column `{wanted}`"));
                let guess = did_you_mean(wanted, names.iter().map(String::as_str));
                problem.help(guess.unwrap_or_else(|| format!("the columns are: {}", names.join(", "))))
            })?,
            None => {
                let value = first(&VALUES).ok_or_else(|| lacks("values", &VALUES))?;
                let values = others_of(&VALUES, value, "values");
                remark = match (remark, values) {
                    (Some(times), Some(values)) => Some(format!("{times}; {values}")),
                    (times, values) => times.or(values),
                };
                value
            }
        };
        let name = names.get(value).cloned().unwrap_or_default();
        Ok(Columns { time, value, width: names.len(), relative, name, remark })
    }
}

struct Reader<'a> {
    source: &'a Source<'a>,
    columns: Columns,
    clock: Clock<'a>,
    /// How many seconds from the start had fractions.
    cut: u64,
}

impl Reader<'_> {
    /// The time and the value of a line.
    fn cells<'a>(&self, line: &'a [u8]) -> Result<[Cell<'a>; 2], Problem> {
        let Columns { time: time_at, value: value_at, width, .. } = self.columns;
        let (mut time, mut value, mut count) = (Cow::default(), Cow::default(), 0);
        let mut take = |cell: Cell<'a>| {
            if count == time_at {
                time = cell;
            } else if count == value_at {
                value = cell;
            }
            count += 1;
        };
        if memchr(b'"', line).is_none() {
            // Without a list of cells: this is what reading a trace takes its time with.
            line.split(|sign| *sign == b',').for_each(|cell| take(Cow::Borrowed(cell.trim_ascii())));
        } else {
            split(self.source, line)?.into_iter().for_each(take);
        }
        if count != width {
            let message = if count < width {
                format!("this row has {count} of {width} cells: is the file cut off?")
            } else {
                format!("this row has {count} cells instead of {width}")
            };
            return Err(self.source.problem(line, message));
        }
        Ok([time, value])
    }

    fn moment(&mut self, cell: &[u8], line: &[u8]) -> Result<i64, Problem> {
        let read = if self.columns.relative { self.seconds(cell) } else { self.clock.read(cell) };
        read.map_err(|bad| self.source.bad_moment(place(cell, line), cell, bad))
    }

    /// Seconds from the start, which is the beginning of 1970.
    fn seconds(&mut self, cell: &[u8]) -> Result<i64, BadMoment> {
        let seconds = number::value(cell).map_err(|bad| match bad {
            BadNumber::Negative => BadMoment::Negative,
            BadNumber::TooLarge => BadMoment::Far,
            BadNumber::Text => BadMoment::NoSeconds,
        })?;
        self.cut += u64::from(!seconds.is_integer());
        i64::try_from(seconds.trunc().mantissa()).map_err(|_| BadMoment::Far)
    }

    /// A value, or none where nothing is known.
    fn value(&self, cell: &[u8], line: &[u8]) -> Result<Option<Decimal>, Problem> {
        if cell.is_empty() {
            return Ok(None);
        }
        let value = number::value(cell);
        value.map(Some).map_err(|bad| self.source.bad_number(place(cell, line), cell, bad))
    }

    /// A row that is so many seconds before the one ahead of it.
    fn backwards(&self, cell: &[u8], line: &[u8], seconds: i64) -> Problem {
        let part = place(cell, line);
        if self.columns.relative {
            let problem = self.source.problem(part, "`seconds` do not go forward");
            return problem.help("in a trace they count from its start, and are not how long a value holds");
        }
        let problem = self.source.problem(part, format!("`{}` is before the time of the row above", short(cell)));
        // Clocks go back by an hour at most, or two.
        if self.clock.takes_utc() && seconds <= 7_200 {
            problem.help("if the clocks went back, name the time zone of the trace; else sort its rows by time")
        } else {
            problem.help("sort the rows by time")
        }
    }
}

/// Where a cell stands; one that was quoted stands somewhere in its line.
fn place<'a>(cell: &'a [u8], line: &'a [u8]) -> &'a [u8] {
    if line.as_ptr_range().contains(&cell.as_ptr()) { cell } else { line }
}
