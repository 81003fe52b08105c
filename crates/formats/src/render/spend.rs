//! Spend as CSV, JSON and NDJSON: all digits, a row for each period and group.

use super::cell;
use serde::Serialize;
use serde_json::{Map, Value, json};
use stackcost_model::bill::{Amount, ChargeKind};
use stackcost_model::forecast::{CONFIDENCE, Expected, Forecast};
use stackcost_model::spend::{Group, Period, Spend, Split, period_name};

/// Who charged it, and what could not be had.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Context {
    /// Where the figures come from: `Cost Explorer`, or the names of files.
    pub source: String,
    /// What is missing from the figures, in words; with any of these the result is partial.
    pub missing: Vec<String>,
}

/// The columns after those of the groups.
const AMOUNTS: [&str; 9] = ["usage", "fees", "tax", "other", "discounts", "credits", "refunds", "gross", "net"];

/// One row for each period and group: `month` (or `day`), the groups, what was charged by kind,
/// gross, net, currency, metric, and whether the figures can still change. No totals: they are the
/// sums of the columns.
#[must_use]
pub fn csv(spend: &Spend) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let quantities = has_quantities(spend);
    let mut header = vec![period_column(spend).to_string()];
    header.extend(spend.by.iter().map(|dimension| cell(&dimension.column())));
    if quantities {
        header.extend(["quantity", "unit"].map(str::to_string));
    }
    header.extend(AMOUNTS.map(str::to_string));
    header.extend(["currency", "metric", "estimated"].map(str::to_string));
    // Writing to memory does not fail.
    let _ = writer.write_record(&header);
    for (period, group, split) in facts(spend) {
        let mut row = vec![period_name(period.start, spend.step)];
        row.extend(group.keys.iter().map(|key| cell(key)));
        if quantities {
            let (quantity, unit) = one_quantity(split);
            row.extend([quantity, cell(&unit)]);
        }
        row.extend(amounts(split).map(|(_, amount)| amount.to_string()));
        row.extend([cell(&spend.currency), spend.metric.name().to_string(), period.estimated.to_string()]);
        let _ = writer.write_record(&row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// `stackcost.spend/1`, with what a month will come to if that was asked for.
#[must_use]
pub fn json(spend: &Spend, context: &Context, forecast: Option<&Forecast>) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        source: &'a str,
        metric: &'static str,
        currency: &'a str,
        by: Vec<String>,
        periods: Vec<Value>,
        rows: Vec<Map<String, Value>>,
        missing: &'a [String],
        total: Map<String, Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        forecast: Option<Value>,
    }
    let periods = spend.periods.iter().enumerate().map(|(at, period)| {
        let mut value = Map::new();
        value.insert("start".into(), period.start.to_string().into());
        value.insert("end".into(), period.end.to_string().into());
        value.insert("estimated".into(), period.estimated.into());
        put_amounts(&mut value, &spend.total_of(at).unwrap_or_default());
        Value::Object(value)
    });
    let mut total = Map::new();
    let partial = !context.missing.is_empty() || spend.without_list > 0;
    total.insert("kind".into(), if partial { "at-least" } else { "exactly" }.into());
    put_amounts(&mut total, &spend.total().unwrap_or_default());
    let document = Document {
        schema: "stackcost.spend/1",
        source: &context.source,
        metric: spend.metric.name(),
        currency: &spend.currency,
        by: spend.by.iter().map(ToString::to_string).collect(),
        periods: periods.collect(),
        rows: facts(spend).map(|fact| record(spend, fact)).collect(),
        missing: &context.missing,
        total,
        forecast: forecast.map(forecast_value),
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// What was spent on the days that are over, and what the month comes to; `null` is what nobody
/// can say.
fn forecast_value(forecast: &Forecast) -> Value {
    let expected = |expected: Expected| {
        let (low, high) = expected.interval.unzip();
        let text = |amount: Option<Amount>| amount.map(|amount| amount.to_string());
        json!({"mean": expected.mean.to_string(), "low": text(low), "high": text(high), "confidence_percent": CONFIDENCE})
    };
    json!({
        "month": period_name(forecast.month, stackcost_model::bill::Step::Month),
        "days": forecast.days(),
        "days_over": forecast.days_over,
        "last_day": forecast.last_day().map(|day| day.to_string()),
        "spent": forecast.spent.to_string(),
        "run_rate": forecast.run_rate().map(|amount| amount.to_string()),
        "aws_rest": forecast.rest.map(expected),
        "aws_month": forecast.as_expected().map(expected),
    })
}

/// One row a line, as in the JSON document.
#[must_use]
pub fn ndjson(spend: &Spend) -> String {
    facts(spend).map(|fact| serde_json::to_string(&record(spend, fact)).unwrap_or_default() + "\n").collect()
}

fn record(spend: &Spend, (period, group, split): (&Period, &Group, &Split)) -> Map<String, Value> {
    let mut value = Map::new();
    value.insert(period_column(spend).into(), period_name(period.start, spend.step).into());
    let keys = spend.by.iter().zip(&group.keys).map(|(dimension, key)| (dimension.to_string(), key.as_str().into()));
    value.insert("keys".into(), Value::Object(keys.collect()));
    if let Some(others) = group.others {
        value.insert("others".into(), others.into());
    }
    if has_quantities(spend) {
        let quantities = split.quantities.iter().map(|(unit, quantity)| (unit.clone(), quantity.to_string().into()));
        value.insert("quantities".into(), Value::Object(quantities.collect()));
    }
    put_amounts(&mut value, split);
    value.insert("currency".into(), spend.currency.as_str().into());
    value.insert("estimated".into(), period.estimated.into());
    value
}

fn put_amounts(value: &mut Map<String, Value>, split: &Split) {
    for (name, amount) in amounts(split) {
        value.insert(name.into(), amount.to_string().into());
    }
}

/// What there is, period by period.
fn facts(spend: &Spend) -> impl Iterator<Item = (&Period, &Group, &Split)> {
    spend.periods.iter().enumerate().flat_map(move |(at, period)| {
        spend.groups.iter().filter_map(move |group| Some((period, group, group.periods.get(at)?.as_ref()?)))
    })
}

/// By kind, then gross and net. Sums left the range when the report was made, if ever.
fn amounts(split: &Split) -> [(&'static str, Amount); 9] {
    let of = |kind| split.of(kind);
    let [usage, fees, tax, other, discounts, credits, refunds, gross, net] = AMOUNTS;
    [
        (usage, of(ChargeKind::Usage)),
        (fees, of(ChargeKind::Fee)),
        (tax, of(ChargeKind::Tax)),
        (other, of(ChargeKind::Other)),
        (discounts, of(ChargeKind::Discount)),
        (credits, of(ChargeKind::Credit)),
        (refunds, of(ChargeKind::Refund)),
        (gross, split.gross().unwrap_or_default()),
        (net, split.net().unwrap_or_default()),
    ]
}

fn period_column(spend: &Spend) -> &'static str {
    match spend.step {
        stackcost_model::bill::Step::Month => "month",
        stackcost_model::bill::Step::Day => "day",
    }
}

fn has_quantities(spend: &Spend) -> bool {
    spend.groups.iter().flat_map(|group| group.periods.iter().flatten()).any(|split| !split.quantities.is_empty())
}

/// The quantity where all of it is in one unit; two units have no sum.
fn one_quantity(split: &Split) -> (String, String) {
    match split.quantities.iter().collect::<Vec<_>>()[..] {
        [(unit, quantity)] => (quantity.to_string(), unit.clone()),
        _ => (String::new(), String::new()),
    }
}
