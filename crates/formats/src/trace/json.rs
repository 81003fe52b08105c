//! Traces in JSON: plain lists, and what the AWS CLI prints of CloudWatch.

use super::time::Times;
use super::{MOST_ROWS, Row, Rows, TraceOptions, value};
use crate::problem::{self, Problem, did_you_mean};
use serde::Deserialize;
use serde_json::value::RawValue;

/// What the AWS CLI prints; numbers stay text, since a float would round.
#[derive(Deserialize)]
struct Printed<'a> {
    #[serde(borrow, rename = "MetricDataResults")]
    results: Option<Vec<MetricResult<'a>>>,
    #[serde(rename = "NextToken")]
    next: Option<String>,
    #[serde(borrow, rename = "Datapoints")]
    points: Option<Vec<Datapoint<'a>>>,
}

#[derive(Deserialize)]
struct MetricResult<'a> {
    #[serde(rename = "Id")]
    id: String,
    #[serde(borrow, rename = "Timestamps")]
    timestamps: Vec<&'a RawValue>,
    #[serde(borrow, rename = "Values")]
    values: Vec<&'a RawValue>,
    #[serde(rename = "StatusCode")]
    status: Option<String>,
}

#[derive(Deserialize)]
struct Datapoint<'a> {
    #[serde(borrow, rename = "Timestamp")]
    timestamp: &'a RawValue,
    #[serde(borrow, rename = "Sum")]
    sum: Option<&'a RawValue>,
    #[serde(borrow, rename = "Average")]
    average: Option<&'a RawValue>,
    #[serde(borrow, rename = "Maximum")]
    maximum: Option<&'a RawValue>,
}

/// A row of a plain list.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, alias = "time", alias = "Timestamp")]
    timestamp: &'a RawValue,
    #[serde(borrow, alias = "count", alias = "Value")]
    value: &'a RawValue,
}

pub(super) fn read(name: &str, text: &str, options: &TraceOptions) -> Result<Rows, Problem> {
    let not_json = |error: &serde_json::Error| problem::json(name, text, "this is no trace in JSON", error);
    let mut times = Times::new(&options.zone);
    let mut read = Rows { any_order: true, ..Rows::default() };
    if text.trim_start().starts_with('[') {
        let list: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        for (at, item) in list.iter().enumerate() {
            let pair = match item.get().trim_start().starts_with('[') {
                true => serde_json::from_str::<(&RawValue, &RawValue)>(item.get()),
                false => serde_json::from_str::<Named<'_>>(item.get()).map(|row| (row.timestamp, row.value)),
            };
            let (time, value) = pair.map_err(|error| {
                let error = error.to_string();
                let error = error.split(" at line ").next().unwrap_or("");
                Problem::of_text(format!("{name}: item {}: {error}", at + 1))
                    .help("rows are {\"timestamp\": \"2026-10-05T14:00:00Z\", \"value\": 300} or [time, value]")
            })?;
            add(&mut read, &mut times, name, at, (time, value))?;
        }
        read.any_order = false;
        if let Some(at) = read.rows.windows(2).position(|pair| pair[1].0 < pair[0].0) {
            return Err(Problem::of_text(format!("{name}: item {} is before the time of the one above", at + 2))
                .help("sort the rows by time"));
        }
        times.remarks(&mut read.remarks);
        return Ok(read);
    }
    let printed: Printed<'_> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    match (&printed.results, &printed.points) {
        (Some(results), _) => {
            let result = chosen(name, results, options)?;
            if printed.next.is_some() || result.status.as_deref() == Some("PartialData") {
                read.remarks.push("CloudWatch has more data than this: it is partial".to_string());
            }
            if result.timestamps.len() != result.values.len() {
                return Err(Problem::of_text(format!("{name}: result {} has not as many times as values", result.id)));
            }
            for (at, (time, value)) in result.timestamps.iter().zip(&result.values).enumerate() {
                add(&mut read, &mut times, name, at, (time, value))?;
            }
        }
        (None, Some(points)) => {
            for (at, point) in points.iter().enumerate() {
                let value = point.sum.or(point.average).or(point.maximum).ok_or_else(|| {
                    Problem::of_text(format!("{name}: datapoint {} has no value", at + 1))
                        .help("ask with --statistics Sum, Average or Maximum")
                })?;
                add(&mut read, &mut times, name, at, (point.timestamp, value))?;
            }
        }
        (None, None) => {
            return Err(Problem::of_text(format!("{name} is JSON, but no trace")).help(
                "what `aws cloudwatch get-metric-data` or `get-metric-statistics` prints, or a list of times and values",
            ));
        }
    }
    Ok(read)
}

/// The result that is asked for, or the only one.
fn chosen<'a, 'b>(
    name: &str,
    results: &'b [MetricResult<'a>],
    options: &TraceOptions,
) -> Result<&'b MetricResult<'a>, Problem> {
    let ids: Vec<&str> = results.iter().map(|result| result.id.as_str()).collect();
    match (&options.series, results) {
        (None, [only]) => Ok(only),
        (None, []) => Err(Problem::of_text(format!("{name} has no results"))),
        (None, _) => Err(Problem::of_text(format!("{name} has several results: {}", ids.join(", ")))
            .help(format!("choose one: series = \"{}\"", ids[0]))),
        (Some(series), results) => results.iter().find(|result| result.id == *series).ok_or_else(|| {
            Problem::of_text(format!("{name} has no result \"{series}\"")).help(
                did_you_mean(series, ids.iter().copied()).unwrap_or_else(|| format!("it has: {}", ids.join(", "))),
            )
        }),
    }
}

fn add(
    read: &mut Rows,
    times: &mut Times<'_>,
    name: &str,
    at: usize,
    (time, given): (&RawValue, &RawValue),
) -> Result<(), Problem> {
    let plain = |raw: &RawValue| raw.get().trim_matches('"').to_string();
    let wrong = |what: String| Problem::of_text(format!("{name}: item {}: {what}", at + 1));
    let time_text = plain(time);
    // A time with a fraction, as the AWS CLI may print Unix seconds.
    let whole = time_text.split_once('.').filter(|_| !time_text.contains('-')).map_or(&*time_text, |parts| parts.0);
    let second = times.read(whole).ok_or_else(|| wrong(format!("`{time_text}` is no time")))?;
    let value = match given.get() {
        "null" => None,
        number => Some(value(number).map_err(|why| wrong(format!("`{number}` {why}")))?),
    };
    if read.rows.len() >= MOST_ROWS {
        return Err(Problem::of_text(format!("{name} has more than ten million rows")));
    }
    let row: Row = (second, value);
    read.rows.push(row);
    Ok(())
}
