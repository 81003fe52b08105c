//! Traces in JSON: lists of rows, and what CloudWatch answers. Numbers are read from their text.

use super::moment::Clock;
use super::number;
use super::source::Source;
use super::{Rows, TIMES, TraceOptions, VALUES, counted};
use crate::problem::{self, Problem, did_you_mean};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use stackcost_model::scaling::{LoadForm, Point};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// An object, of which not all is looked at.
type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// Reads a trace in JSON.
pub(super) fn read(source: &Source<'_>, options: &TraceOptions) -> Result<Rows, Problem> {
    let text = std::str::from_utf8(source.bytes)
        .map_err(|_| Problem::of_text(format!("{} is no JSON: it is no text in UTF-8", source.name)))?;
    let reader = Reader { source, options };
    let broken = |error: serde_json::Error| problem::json(source.name, text, "this is no trace", &error);
    if text.trim_start().starts_with('[') {
        return reader.list(serde_json::from_str(text).map_err(broken)?);
    }
    let answer: Answer<'_> = serde_json::from_str(text).map_err(broken)?;
    match (answer.results, answer.datapoints) {
        (Some(results), None) => reader.results(results, answer.next_token.is_some()),
        (None, Some(datapoints)) => reader.datapoints(datapoints),
        _ => Err(Problem::of_text(format!("{} has neither `MetricDataResults` nor `Datapoints`", source.name))
            .help("JSON is a list of rows, or from `aws cloudwatch get-metric-data` or `get-metric-statistics`")),
    }
}

/// What CloudWatch answers: `GetMetricData`, or `GetMetricStatistics`.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, rename = "MetricDataResults")]
    results: Option<Vec<Series<'a>>>,
    #[serde(borrow, rename = "Datapoints")]
    datapoints: Option<Vec<&'a RawValue>>,
    #[serde(rename = "NextToken")]
    next_token: Option<IgnoredAny>,
}

/// A page of a metric.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Series<'a> {
    #[serde(default)]
    id: String,
    #[serde(default)]
    label: String,
    #[serde(borrow)]
    timestamps: Vec<&'a RawValue>,
    #[serde(borrow)]
    values: Vec<&'a RawValue>,
    status_code: Option<String>,
}

struct Reader<'a> {
    source: &'a Source<'a>,
    options: &'a TraceOptions,
}

impl<'a> Reader<'a> {
    /// A row, or a part of it.
    fn parse<T: Deserialize<'a>>(&self, text: &'a str) -> Result<T, Problem> {
        serde_json::from_str(text).map_err(|_| self.source.problem(text.as_bytes(), "this is no row").help(ROW))
    }

    /// Rows in order of time: `[time, value]`, or objects.
    fn list(&self, items: Vec<&'a RawValue>) -> Result<Rows, Problem> {
        let mut clock = Clock::new(&self.options.zone);
        let mut points: Vec<Point> = Vec::with_capacity(items.len());
        let mut keys: Option<(String, String)> = None;
        for item in items {
            let (time, value) = if item.get().starts_with('[') {
                self.parse::<(&RawValue, &RawValue)>(item.get())?
            } else {
                let fields: Fields<'_> = self.parse(item.get())?;
                if keys.is_none() {
                    keys = Some(self.keys(item, &fields)?);
                }
                let (time, value) = keys.as_ref().map_or(("", ""), |(time, value)| (time, value));
                (self.field(item, &fields, time)?, self.field(item, &fields, value)?)
            };
            let at = self.moment(&mut clock, time)?;
            if points.last().is_some_and(|last| at < last.at) {
                let problem = self.source.problem(item.get().as_bytes(), "this row is before the row above");
                return Err(problem.help("sort the rows by time"));
            }
            points.push(Point { at, value: self.value(value)? });
        }
        let counts = keys.and_then(|(_, value)| counted(&value));
        Ok(Rows { points, remarks: clock.remarks(), counts })
    }

    /// What time and value are called in the objects of a list.
    fn keys(&self, item: &RawValue, fields: &Fields<'_>) -> Result<(String, String), Problem> {
        let find = |known: &[&str]| known.iter().find_map(|name| key(fields, name));
        let lacks = |what: &str, known: &[&str]| {
            let problem = self.source.problem(item.get().as_bytes(), format!("this row has no {what}"));
            problem.help(format!("it is called one of: {}", known.join(", ")))
        };
        let time = find(&TIMES).ok_or_else(|| lacks("time", &TIMES))?;
        let value = match &self.options.series {
            Some(wanted) => find(&[wanted]).ok_or_else(|| lacks("such value", &[wanted]))?,
            None => find(&VALUES).ok_or_else(|| lacks("value", &VALUES))?,
        };
        Ok((time, value))
    }

    fn field(&self, item: &RawValue, fields: &Fields<'a>, key: &str) -> Result<&'a RawValue, Problem> {
        let missing = || self.source.problem(item.get().as_bytes(), format!("this row has no `{key}`"));
        fields.get(key).copied().ok_or_else(missing)
    }

    /// `GetMetricData`: pages of metrics, newest or oldest first.
    fn results(&self, pages: Vec<Series<'a>>, more: bool) -> Result<Rows, Problem> {
        let mut ids: Vec<&str> = Vec::new();
        for page in &pages {
            if !ids.contains(&&*page.id) {
                ids.push(&page.id);
            }
        }
        let among = || format!("it is one of: {}", ids.join(", "));
        let id = match (&self.options.series, &*ids) {
            (Some(wanted), _) => {
                let page = pages.iter().find(|page| page.id == *wanted || page.label == *wanted);
                page.map(|page| page.id.clone()).ok_or_else(|| {
                    let problem = Problem::of_text(format!("{} has no metric `{wanted}`", self.source.name));
                    problem.help(did_you_mean(wanted, ids.iter().copied()).unwrap_or_else(among))
                })?
            }
            (None, [id]) => (*id).to_string(),
            (None, []) => String::new(),
            (None, _) => {
                let message =
                    format!("{} has {} metrics, and which is the load is not said", self.source.name, ids.len());
                return Err(Problem::of_text(message).help(among()));
            }
        };
        let mut rows: Vec<(&RawValue, &RawValue)> = Vec::new();
        let (mut label, mut last_is_partial) = (String::new(), false);
        for page in pages.iter().filter(|page| page.id == id) {
            if page.timestamps.len() != page.values.len() {
                let message =
                    format!("`{id}` has {} timestamps and {} values", page.timestamps.len(), page.values.len());
                return Err(Problem::of_text(format!("{}: {message}", self.source.name)).help("fetch it again"));
            }
            rows.extend(page.timestamps.iter().copied().zip(page.values.iter().copied()));
            label.clone_from(&page.label);
            // Of several pages each but the last is partial.
            last_is_partial = match page.status_code.as_deref().unwrap_or_default() {
                "" | "Complete" => false,
                "PartialData" => true,
                other => {
                    let problem = Problem::of_text(format!("{}: CloudWatch answered {other}", self.source.name));
                    return Err(problem.help("fetch it again"));
                }
            };
        }
        // A clock that goes back is understood in order of time only. Where it does, one step goes the other way.
        let utc = TimeZone::UTC;
        let mut shown = Clock::new(&utc);
        let times = rows.iter().map(|(time, _)| self.moment(&mut shown, time)).collect::<Result<Vec<_>, _>>()?;
        let steps = |way: Ordering| times.windows(2).filter(|pair| pair[0].cmp(&pair[1]) == way).count();
        if steps(Ordering::Greater) > steps(Ordering::Less) {
            rows.reverse();
        }
        let mut clock = Clock::new(&self.options.zone);
        let mut points = Vec::with_capacity(rows.len());
        for (time, value) in rows {
            points.push(Point { at: self.moment(&mut clock, time)?, value: self.value(value)? });
        }
        points.sort_by_key(|point| point.at);
        let mut remarks = clock.remarks();
        if more || last_is_partial {
            remarks.push("CloudWatch gave a part of the data only: there are more pages to fetch".to_string());
        }
        Ok(Rows { points, remarks, counts: counted(&label) })
    }

    /// `GetMetricStatistics`: datapoints in no order.
    fn datapoints(&self, items: Vec<&'a RawValue>) -> Result<Rows, Problem> {
        let mut clock = Clock::new(&self.options.zone);
        let mut points = Vec::with_capacity(items.len());
        let mut statistic: Option<String> = None;
        let mut percent = false;
        for item in items {
            let mut fields: Fields<'_> = self.parse(item.get())?;
            if let Some(extended) = fields.remove("ExtendedStatistics") {
                fields.extend(self.parse::<Fields<'_>>(extended.get())?);
            }
            if statistic.is_none() {
                statistic = Some(self.statistic(item, &fields)?);
            }
            let statistic = statistic.as_deref().unwrap_or_default();
            let at = self.moment(&mut clock, self.field(item, &fields, "Timestamp")?)?;
            if clock.has_double() {
                let problem = self.source.problem(item.get().as_bytes(), "the clocks show this time twice");
                return Err(problem.help("datapoints are in no order, so write their times with an offset"));
            }
            points.push(Point { at, value: self.value(self.field(item, &fields, statistic)?)? });
            percent |= fields.get("Unit").is_some_and(|unit| unit.get() == "\"Percent\"");
        }
        points.sort_by_key(|point| point.at);
        let mut remarks = clock.remarks();
        if percent && !matches!(self.options.form, LoadForm::CpuPercent { .. }) {
            remarks.push("the values are percent: they are no load unless it is said on how many tasks".to_string());
        }
        Ok(Rows { points, remarks, counts: statistic.as_deref().and_then(counted) })
    }

    /// Which statistic is read: the one that is named, or the only one.
    fn statistic(&self, item: &RawValue, fields: &Fields<'_>) -> Result<String, Problem> {
        let others = ["Timestamp", "Unit"];
        let there: Vec<&str> = fields.keys().map(String::as_str).filter(|key| !others.contains(key)).collect();
        let problem = |message: String| {
            let help = format!("it is one of: {}", there.join(", "));
            self.source.problem(item.get().as_bytes(), message).help(help)
        };
        match (&self.options.series, &*there) {
            (Some(wanted), _) => {
                key(fields, wanted).ok_or_else(|| problem(format!("there is no statistic `{wanted}`")))
            }
            (None, [one]) => Ok((*one).to_string()),
            (None, []) => Err(self.source.problem(item.get().as_bytes(), "this datapoint has no statistic")),
            (None, _) => Err(problem("there are several statistics, and which is the load is not said".to_string())),
        }
    }

    fn moment(&self, clock: &mut Clock<'_>, raw: &RawValue) -> Result<i64, Problem> {
        let text = plain(raw);
        clock
            .read(text.trim().as_bytes())
            .map_err(|bad| self.source.bad_moment(raw.get().as_bytes(), text.as_bytes(), bad))
    }

    /// A number, as one or in quotes; null where nothing is known.
    fn value(&self, raw: &RawValue) -> Result<Option<Decimal>, Problem> {
        if raw.get() == "null" {
            return Ok(None);
        }
        let text = plain(raw);
        let value = number::value(text.trim().as_bytes());
        value.map(Some).map_err(|bad| self.source.bad_number(raw.get().as_bytes(), text.as_bytes(), bad))
    }
}

const ROW: &str = "a row is {\"timestamp\": ..., \"value\": ...} or [time, value]";

/// The key that is this name, however it is capitalised.
fn key(fields: &Fields<'_>, name: &str) -> Option<String> {
    fields.keys().find(|key| key.to_lowercase() == name.to_lowercase()).cloned()
}

/// The text of a string, and of anything else as it stands.
fn plain(raw: &RawValue) -> String {
    serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().to_string())
}
