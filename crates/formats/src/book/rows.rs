//! The rows of a book that is a folder, to text and back. The columns are those of the bundled book.

use crate::price_book::{Sources, file_of_region};
use crate::problem::{Problem, Problems};
use rust_decimal::Decimal;
use stackcost_model::meter::{Region, ServiceCode};
use stackcost_model::price::{Basis, Confidence, Payment, PlanKind, PlanRate, Price, Reservation, Source, Term};
use stackcost_model::unit::UnitKind;
use std::collections::BTreeMap;
use std::sync::Arc;

const RATES: [&str; 11] =
    ["usage_type", "operation", "unit", "from", "to", "usd", "date", "basis", "sku", "source", "confidence"];
const RESERVED: [&str; 12] = [
    "usage_type",
    "operation",
    "term",
    "payment",
    "hourly",
    "upfront",
    "date",
    "basis",
    "sku",
    "source",
    "confidence",
    "amortised",
];
/// Which plan a rate is under. Books of older versions lack it.
const KIND: &str = "kind";
const PLANS: [&str; 12] =
    [KIND, "usage_type", "operation", "unit", "term", "payment", "usd", "date", "basis", "sku", "source", "confidence"];

/// The ids of sources by what they stand for.
pub(super) type Ids = BTreeMap<Arc<str>, String>;

/// A file of a service and region: a line that names it, the header, the rows.
fn file(
    service: ServiceCode,
    region: Option<Region>,
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> String {
    let text = csv_of(header, rows);
    format!("# stackcost price book 1; {service}; {}\n{text}", file_of_region(region))
}

/// A header and rows.
pub(super) fn csv_of(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn tail(source: &Source, ids: &Ids) -> [String; 5] {
    [
        source.date_text().unwrap_or_default(),
        source.basis.word().to_string(),
        source.sku.as_deref().unwrap_or("").to_string(),
        ids.get(&source.from).cloned().unwrap_or_default(),
        source.confidence.word().to_string(),
    ]
}

fn number(value: Decimal) -> String {
    value.normalize().to_string()
}

pub(super) fn write_rates(service: ServiceCode, region: Option<Region>, rates: &[Price], ids: &Ids) -> String {
    let row = |rate: &Price| {
        let mut row = vec![
            rate.usage_type.to_string(),
            rate.operation.to_string(),
            rate.unit.label().to_string(),
            number(rate.band.from),
            rate.band.to.map(number).unwrap_or_default(),
            number(rate.band.usd),
        ];
        row.extend(tail(&rate.source, ids));
        row
    };
    file(service, region, &RATES, rates.iter().map(row))
}

pub(super) fn write_reserved(service: ServiceCode, region: Region, all: &[Reservation], ids: &Ids) -> String {
    let row = |of: &Reservation| {
        let mut row = vec![
            of.usage_type.to_string(),
            of.operation.to_string(),
            of.term.to_string(),
            of.payment.to_string(),
            number(of.hourly),
            number(of.upfront),
        ];
        row.extend(tail(&of.source, ids));
        row.push(of.amortised.to_string());
        row
    };
    file(service, Some(region), &RESERVED, all.iter().map(row))
}

pub(super) fn write_plans(service: ServiceCode, region: Region, all: &[PlanRate], ids: &Ids) -> String {
    let row = |plan: &PlanRate| {
        let mut row = vec![
            plan.kind.to_string(),
            plan.usage_type.to_string(),
            plan.operation.to_string(),
            plan.unit.label().to_string(),
            plan.term.to_string(),
            plan.payment.to_string(),
            number(plan.usd),
        ];
        row.extend(tail(&plan.source, ids));
        row
    };
    file(service, Some(region), &PLANS, all.iter().map(row))
}

/// Reads a file of reservations of a service in a region.
///
/// # Errors
/// The first row that is no reservation, with its line.
pub fn reservations(
    name: &str,
    text: &str,
    service: ServiceCode,
    region: Region,
    sources: &Sources,
) -> Result<Vec<Reservation>, Problems> {
    rows(name, text, &RESERVED, |get| {
        Ok(Reservation {
            service,
            region,
            usage_type: get("usage_type").into(),
            operation: get("operation").into(),
            term: word(Term::from_word, get("term"), "term")?,
            payment: word(Payment::from_word, get("payment"), "payment")?,
            hourly: decimal(get("hourly"), "hourly")?,
            upfront: decimal(get("upfront"), "upfront")?,
            amortised: get("amortised") == "true",
            source: source(get, sources)?,
        })
    })
}

/// Reads a file of rates under Savings Plans, of a service in a region.
///
/// # Errors
/// The first row that is no such rate, with its line.
pub fn plans(
    name: &str,
    text: &str,
    service: ServiceCode,
    region: Region,
    sources: &Sources,
) -> Result<Vec<PlanRate>, Problems> {
    let columns: Vec<&str> = PLANS.into_iter().filter(|column| *column != KIND).collect();
    let says_kind = reader(text).headers().is_ok_and(|header| header.iter().any(|column| column == KIND));
    // What older books were made of had one kind of plan for a service.
    let of_service = if service == ServiceCode::Ecs { PlanKind::Compute } else { PlanKind::Database };
    rows(name, text, &columns, |get| {
        let kind = if says_kind { word(PlanKind::from_word, get(KIND), KIND)? } else { of_service };
        Ok(PlanRate {
            kind,
            service,
            region,
            usage_type: get("usage_type").into(),
            operation: get("operation").into(),
            unit: word(UnitKind::from_label, get("unit"), "unit")?,
            term: word(Term::from_word, get("term"), "term")?,
            payment: word(Payment::from_word, get("payment"), "payment")?,
            usd: decimal(get("usd"), "usd")?,
            source: source(get, sources)?,
        })
    })
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes())
}

fn rows<T>(
    name: &str,
    text: &str,
    columns: &[&str],
    read: impl Fn(&dyn Fn(&str) -> String) -> Result<T, String>,
) -> Result<Vec<T>, Problems> {
    let mut reader = reader(text);
    let broken = |error: csv::Error| Problem::of_text(format!("{name}: {error}"));
    let header = reader.headers().map_err(broken)?.clone();
    let at = |column: &str| header.iter().position(|known| known == column);
    if let Some(lacking) = columns.iter().find(|column| at(column).is_none()) {
        let problem = Problem::of_text(format!("{name} has no column `{lacking}`"));
        return Err(problem.help(format!("the header is {}", columns.join(","))).into());
    }
    let mut found = Vec::new();
    for row in reader.records() {
        let row = row.map_err(broken)?;
        let get = |column: &str| at(column).and_then(|at| row.get(at)).unwrap_or("").to_string();
        let line = row.position().map_or(0, csv::Position::line);
        found.push(read(&get).map_err(|what| Problem::of_text(format!("{name}:{line}: {what}")))?);
    }
    Ok(found)
}

fn word<T>(read: impl Fn(&str) -> Option<T>, text: String, column: &str) -> Result<T, String> {
    read(&text).ok_or_else(|| format!("`{text}` is no {column}"))
}

fn decimal(text: String, column: &str) -> Result<Decimal, String> {
    let value = Decimal::from_str_exact(&text).ok().filter(|value| !value.is_sign_negative());
    value.ok_or_else(|| format!("`{text}` in column {column} is no decimal from 0 up"))
}

fn source(get: &dyn Fn(&str) -> String, sources: &Sources) -> Result<Source, String> {
    let id = get("source");
    let date = match &*get("date") {
        "" => None,
        date => Some(date.parse().map_err(|_| format!("`{date}` is no date such as 2026-09-01"))?),
    };
    Ok(Source {
        sku: Some(get("sku")).filter(|sku| !sku.is_empty()).map(Arc::from),
        date,
        basis: word(Basis::from_word, get("basis"), "basis")?,
        from: sources.get(&id).cloned().ok_or_else(|| format!("the source `{id}` is not in the list"))?,
        confidence: word(Confidence::from_word, get("confidence"), "confidence")?,
    })
}
