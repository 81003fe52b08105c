//! Traces in CSV.

use super::time::Times;
use super::{MOST_ROWS, Rows, TraceOptions, value};
use crate::problem::{Problem, did_you_mean};

const TIMES: [&str; 5] = ["timestamp", "time", "datetime", "date", "seconds"];
const VALUES: [&str; 6] = ["value", "count", "requests", "sum", "average", "maximum"];

pub(super) fn read(name: &str, text: &str, options: &TraceOptions) -> Result<Rows, Problem> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .has_headers(false)
        .from_reader(text.as_bytes());
    let broken = |error: csv::Error| Problem::of_text(format!("{name}: {error}"));
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).map_err(broken)?;
    let header: Vec<String> = record.iter().map(str::to_lowercase).collect();
    if header.len() == 1 && header[0].contains([';', '\t']) {
        return Err(Problem::of_text(format!("{name} has no commas between its columns"))
            .help("write them with commas: timestamp,value"));
    }
    let column = |known: &[&str], what: &str| {
        known.iter().find_map(|known| header.iter().position(|name| name == known)).ok_or_else(|| {
            let problem =
                Problem::of_text(format!("{name} has no column of {what}: its header is `{}`", header.join(",")));
            let guess = header.iter().find_map(|name| did_you_mean(name, known.iter().copied()));
            problem.help(guess.unwrap_or_else(|| format!("call it one of: {}", known.join(", "))))
        })
    };
    let (time_at, value_at) = (column(&TIMES, "times")?, column(&VALUES, "values")?);
    let from_start = header[time_at] == "seconds";
    let mut times = Times::new(&options.zone);
    let mut rows: Vec<(i64, Option<u64>)> = Vec::new();
    while reader.read_record(&mut record).map_err(broken)? {
        let line = record.position().map_or(0, csv::Position::line);
        let wrong = |what: String| Problem::of_text(format!("{name}:{line}: {what}"));
        let field = record.get(time_at).unwrap_or("");
        let at = if from_start { field.parse::<u32>().ok().map(i64::from) } else { times.read(field) };
        let at = at.ok_or_else(|| {
            wrong(format!("`{field}` in column `{}` is no time", header[time_at]))
                .help("times are written like 2026-10-05T14:00:00Z, 2026-10-05 14:00, or as Unix seconds")
        })?;
        if rows.last().is_some_and(|last| last.0 > at) {
            return Err(wrong(format!("`{field}` is before the time of the row above")).help("sort the rows by time"));
        }
        let field = record.get(value_at).unwrap_or("");
        let value = match field {
            "" => None,
            field => Some(value(field).map_err(|why| {
                wrong(format!("`{field}` in column `{}` {why}", header[value_at])).help("a load is a number from 0 on")
            })?),
        };
        if rows.len() >= MOST_ROWS {
            return Err(Problem::of_text(format!("{name} has more than ten million rows"))
                .help("give rows of a minute, or a shorter time"));
        }
        rows.push((at, value));
    }
    let mut remarks = Vec::new();
    times.remarks(&mut remarks);
    Ok(Rows { rows, remarks, any_order: false })
}
