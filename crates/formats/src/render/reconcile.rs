//! A reconciliation as CSV, JSON and NDJSON: all digits.

use super::{cell, number};
use serde::{Serialize, Serializer};
use serde_json::Value;
use stackcost_model::bill::Amount;
use stackcost_model::estimate::Unpriced;
use stackcost_model::reconcile::{Line, Part, Reconciliation, RerateLine, Rerated, Untagged};
use stackcost_model::spend::period_name;

/// The header of [`csv()`].
pub const HEADER: [&str; 19] = [
    "month",
    "part",
    "service",
    "usage_type",
    "operation",
    "components",
    "unit",
    "billed_quantity",
    "estimated_quantity",
    "billed_rate",
    "estimated_rate",
    "billed",
    "estimated",
    "difference",
    "usage_effect",
    "price_effect",
    "not_tagged",
    "currency",
    "causes",
];

/// One line a row, without totals: they are the sums of the columns. `part` is `both`,
/// `only-billed`, `only-estimated`, or the kind of a charge that is no usage; `no-price` for usage
/// of the stack without a price, and `not-tagged` for usage that is in no sum, whose cost has a
/// column of its own.
#[must_use]
pub fn csv(of: &Reconciliation) -> String {
    table(&HEADER, records(of))
}

/// Lines, then gaps, then what is not tagged.
fn records(of: &Reconciliation) -> impl Iterator<Item = Record> + '_ {
    let lines = of.lines.iter().map(|line| record(of, line));
    let gaps = of.unpriced.iter().map(|gap| gap_record(of, gap));
    lines.chain(gaps).chain(of.untagged.iter().map(|usage| untagged_record(of, usage)))
}

/// Rows of the values that records have under these names; a list is joined, null is empty.
fn table(header: &[&str], records: impl Iterator<Item = Record>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(header);
    for record in records {
        let row = header.iter().map(|name| match record.get(name) {
            Some(Value::String(text)) if is_number(text) => text.clone(),
            Some(Value::String(text)) => cell(text),
            Some(Value::Array(items)) => cell(&items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")),
            _ => String::new(),
        });
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// A negative amount begins as a formula does, and is none.
fn is_number(text: &str) -> bool {
    text.starts_with('-') && Amount::parse(text.as_bytes()).is_some()
}

/// `stackcost.reconciliation/1`.
#[must_use]
pub fn json(of: &Reconciliation, source: &str, missing: &[String]) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        stack: &'a str,
        scenario: Option<&'a str>,
        source: &'a str,
        month: Value,
        /// Whether its bill can still change.
        open: bool,
        price_book: Record,
        currency: &'static str,
        lines: Vec<Record>,
        unpriced: Vec<Record>,
        not_tagged: Vec<Record>,
        missing: &'a [String],
        total: Record,
    }
    let totals = &of.totals;
    let partial = !of.unpriced.is_empty() || !missing.is_empty();
    pretty(&Document {
        schema: "stackcost.reconciliation/1",
        stack: &of.stack,
        scenario: of.scenario.as_deref(),
        source,
        month: month(of),
        open: of.open,
        price_book: Record(vec![
            ("version", of.book.0.as_str().into()),
            ("as_of", of.book.1.map(|day| day.to_string()).into()),
        ]),
        currency: "USD",
        lines: of.lines.iter().map(|line| record(of, line)).collect(),
        unpriced: of.unpriced.iter().map(|gap| gap_record(of, gap)).collect(),
        not_tagged: of.untagged.iter().map(|usage| untagged_record(of, usage)).collect(),
        missing,
        total: Record(vec![
            ("kind", if partial { "at-least" } else { "exactly" }.into()),
            ("billed", text(totals.billed)),
            ("estimated", text(totals.estimated)),
            ("difference", text(totals.difference)),
            ("usage_effects", text(totals.usage_effects)),
            ("price_effects", text(totals.price_effects)),
            ("only_billed", text(totals.only_billed)),
            ("apart", text(totals.apart)),
            ("only_estimated", text(totals.only_estimated)),
            ("residual", text(totals.residual)),
            ("unexplained", text(totals.unexplained)),
        ]),
    })
}

/// One record a line, as in the JSON document; `part` says what it is.
#[must_use]
pub fn ndjson(of: &Reconciliation) -> String {
    lines(records(of))
}

fn lines(records: impl Iterator<Item = Record>) -> String {
    records.map(|record| serde_json::to_string(&record).unwrap_or_default() + "\n").collect()
}

fn pretty(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// Names and values, in the order in which JSON has them.
struct Record(Vec<(&'static str, Value)>);

impl Record {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|field| field.0 == name).map(|field| &field.1)
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

fn text(amount: Amount) -> Value {
    amount.to_string().into()
}

fn month(of: &Reconciliation) -> Value {
    period_name(of.month, stackcost_model::bill::Step::Month).into()
}

fn record(of: &Reconciliation, line: &Line) -> Record {
    let on_bill = line.part != Part::OnlyEstimated;
    let in_estimate = matches!(line.part, Part::Both | Part::OnlyEstimated);
    let quantities = !matches!(line.part, Part::Apart(_));
    let when = |there: bool, value: Value| if there { value } else { Value::Null };
    let both = line.part == Part::Both;
    Record(vec![
        ("month", month(of)),
        ("part", line.part.word().into()),
        ("service", line.service.as_str().into()),
        ("usage_type", line.usage_type.as_str().into()),
        ("operation", line.operation.as_str().into()),
        ("components", line.components.iter().map(|name| name.to_string()).collect()),
        ("unit", line.unit.as_str().into()),
        ("billed_quantity", when(on_bill && quantities, text(line.billed_quantity))),
        ("estimated_quantity", when(in_estimate, number(line.estimated_quantity, 12).into())),
        ("billed_rate", when(quantities, line.billed_rate().map_or(Value::Null, text))),
        ("estimated_rate", line.estimated_rate().map_or(Value::Null, text)),
        ("billed", when(on_bill, text(line.billed))),
        ("estimated", when(in_estimate, text(line.estimated))),
        ("difference", line.difference().map_or(Value::Null, text)),
        ("usage_effect", when(both, text(line.usage_effect))),
        ("price_effect", when(both, text(line.price_effect))),
        ("currency", "USD".into()),
        ("causes", line.causes.iter().map(ToString::to_string).collect()),
    ])
}

fn gap_record(of: &Reconciliation, gap: &Unpriced) -> Record {
    Record(vec![
        ("month", month(of)),
        ("part", "no-price".into()),
        ("service", gap.service.code().into()),
        ("usage_type", gap.usage_type.as_ref().into()),
        ("operation", gap.operation.as_ref().into()),
        ("components", vec![gap.component.to_string()].into()),
        ("unit", gap.quantity.unit.label().into()),
        ("estimated_quantity", number(gap.quantity.value, 12).into()),
        ("currency", "USD".into()),
        ("causes", vec![gap.gap.to_string()].into()),
    ])
}

fn untagged_record(of: &Reconciliation, usage: &Untagged) -> Record {
    Record(vec![
        ("month", month(of)),
        ("part", "not-tagged".into()),
        ("service", usage.service.as_str().into()),
        ("usage_type", usage.usage_type.as_str().into()),
        ("unit", usage.unit.as_str().into()),
        ("billed_quantity", text(usage.quantity)),
        ("not_tagged", text(usage.billed)),
        ("currency", "USD".into()),
    ])
}

/// The header of [`rerated_csv`].
pub const RERATED_HEADER: [&str; 13] = [
    "month",
    "service",
    "usage_type",
    "operation",
    "region",
    "unit",
    "quantity",
    "bill_list_cost",
    "book_cost",
    "difference",
    "currency",
    "verdict",
    "reason",
];

/// One usage type a row, those that agree too.
#[must_use]
pub fn rerated_csv(of: &Rerated) -> String {
    table(&RERATED_HEADER, of.lines.iter().map(rerated_record))
}

/// One usage type a line.
#[must_use]
pub fn rerated_ndjson(of: &Rerated) -> String {
    lines(of.lines.iter().map(rerated_record))
}

/// `stackcost.rerate/1`.
#[must_use]
pub fn rerated_json(of: &Rerated, source: &str, book: &str) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        source: &'a str,
        price_book: &'a str,
        currency: &'static str,
        lines: Vec<Record>,
        /// How many lines there are of each verdict.
        agree: usize,
        differ: usize,
        gaps: usize,
        not_compared: usize,
        difference: String,
        others: Record,
    }
    let count = |word: &str| of.lines.iter().filter(|line| line.verdict.word() == word).count();
    pretty(&Document {
        schema: "stackcost.rerate/1",
        source,
        price_book: book,
        currency: "USD",
        lines: of.lines.iter().map(rerated_record).collect(),
        agree: count("agrees"),
        differ: count("differs"),
        gaps: count("no-price"),
        not_compared: count("unit") + count("no-list"),
        difference: of.difference.to_string(),
        others: Record(vec![("usage_types", of.others.0.into()), ("billed", text(of.others.1))]),
    })
}

fn rerated_record(line: &RerateLine) -> Record {
    let compared = line.list.is_some() && line.book.is_some();
    Record(vec![
        ("month", period_name(line.month, stackcost_model::bill::Step::Month).into()),
        ("service", line.service.as_str().into()),
        ("usage_type", line.usage_type.as_str().into()),
        ("operation", line.operation.as_str().into()),
        ("region", line.region.code().into()),
        ("unit", line.unit.as_str().into()),
        ("quantity", text(line.quantity)),
        ("bill_list_cost", line.list.map_or(Value::Null, text)),
        ("book_cost", line.book.map_or(Value::Null, text)),
        ("difference", if compared { text(line.difference()) } else { Value::Null }),
        ("currency", "USD".into()),
        ("verdict", line.verdict.word().into()),
        ("reason", line.verdict.reason().into()),
    ])
}
