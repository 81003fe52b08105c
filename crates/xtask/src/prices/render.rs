//! The text of the generated files.

use std::fmt::Write as _;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::error::Error;
use super::rate::Rate;
use super::reserved::{PlanRate, Reserved};
use super::tree::Tree;
use super::{Book, Shelf};

/// The first line of every generated file of prices.
const TITLE: &str = "# stackcost price book 1";

/// Writes the files of prices.
pub(crate) fn book(book: &Book, tree: &mut Tree) -> Result<(), Error> {
    for (shelf, rates) in &book.rates {
        let header =
            ["usage_type", "operation", "unit", "from", "to", "usd", "date", "basis", "sku", "source", "confidence"];
        file(tree, "rates", shelf, &header, rates.iter().map(rate))?;
    }
    for (shelf, reserved) in &book.reserved {
        let header = [
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
        file(tree, "reserved", shelf, &header, reserved.iter().map(reservation))?;
    }
    for (shelf, plans) in &book.savings_plans {
        let header = [
            "usage_type",
            "operation",
            "unit",
            "term",
            "payment",
            "usd",
            "date",
            "basis",
            "sku",
            "source",
            "confidence",
        ];
        file(tree, "savings-plans", shelf, &header, plans.iter().map(plan))?;
    }
    Ok(())
}

fn file(
    tree: &mut Tree,
    folder: &str,
    shelf: &Shelf,
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<(), Error> {
    let path = format!("{folder}/{}/{}.csv", shelf.service, shelf.region);
    let title = format!("{TITLE}; {}; {}", shelf.service, shelf.region);
    let text = csv_text(&path, Some(&title), header, rows)?;
    tree.put(path, text);
    Ok(())
}

/// CSV with an optional comment before the header.
pub(crate) fn csv_text(
    name: &str,
    title: Option<&str>,
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<String, Error> {
    let fail = |cause: String| Error::Write { file: name.to_owned(), cause };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(|cause| fail(cause.to_string()))?;
    for row in rows {
        writer.write_record(&row).map_err(|cause| fail(cause.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|cause| fail(cause.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|cause| fail(cause.to_string()))?;
    Ok(title.map_or_else(|| text.clone(), |title| format!("{title}\n{text}")))
}

fn number(value: Decimal) -> String {
    value.normalize().to_string()
}

fn day(date: Option<Date>) -> String {
    date.map(|day| day.to_string()).unwrap_or_default()
}

fn rate(rate: &Rate) -> Vec<String> {
    vec![
        rate.usage_type.clone(),
        rate.operation.clone(),
        rate.unit.label().to_owned(),
        number(rate.from),
        rate.to.map(number).unwrap_or_default(),
        number(rate.usd),
        day(rate.date),
        rate.basis.label().to_owned(),
        rate.sku.clone(),
        rate.source.clone(),
        rate.confidence.label().to_owned(),
    ]
}

fn reservation(reserved: &Reserved) -> Vec<String> {
    vec![
        reserved.usage_type.clone(),
        reserved.operation.to_owned(),
        reserved.term.clone(),
        reserved.payment.label().to_owned(),
        number(reserved.hourly),
        number(reserved.upfront),
        day(reserved.date),
        reserved.basis.label().to_owned(),
        reserved.sku.clone(),
        reserved.source.clone(),
        reserved.confidence.label().to_owned(),
        reserved.amortised.to_string(),
    ]
}

fn plan(plan: &PlanRate) -> Vec<String> {
    vec![
        plan.rate.usage_type.clone(),
        plan.rate.operation.clone(),
        plan.rate.unit.label().to_owned(),
        plan.term.clone(),
        plan.payment.label().to_owned(),
        number(plan.rate.usd),
        day(plan.rate.date),
        plan.rate.basis.label().to_owned(),
        plan.rate.sku.clone(),
        plan.rate.source.clone(),
        plan.rate.confidence.label().to_owned(),
    ]
}

/// `src/index.rs`: the version, and every file with its text.
pub(crate) fn index(book: &Book, tree: &Tree) -> Result<String, Error> {
    let newest = book.rates.values().flatten().filter_map(|rate| rate.date).max();
    let mut text = String::from("// Written by `cargo run -p xtask -- prices`. Changes here are lost.\n");
    let lists = [
        ("RATES", "rates", "On-demand rates"),
        ("RESERVED", "reserved", "Reservations"),
        ("SAVINGS_PLANS", "savings-plans", "Savings Plans rates"),
    ];
    let mut write = || -> std::fmt::Result {
        writeln!(text, "\n/// The newest date of a rate in this book.")?;
        writeln!(text, "pub const VERSION: &str = \"{}\";", day(newest))?;
        for (name, folder, what) in lists {
            writeln!(text, "\n/// {what}: service, region and text, sorted.")?;
            writeln!(text, "pub(crate) static {name}: &[(&str, &str, &str)] = &[")?;
            for path in tree.paths(folder) {
                let inner = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path);
                let (service, region) = inner.split_once('/').unwrap_or((inner, ""));
                let region = region.strip_suffix(".csv").unwrap_or(region);
                writeln!(text, "    (\"{service}\", \"{region}\", include_str!(\"../{path}\")),")?;
            }
            writeln!(text, "];")?;
        }
        Ok(())
    };
    write().map_err(|cause| Error::Write { file: "src/index.rs".to_owned(), cause: cause.to_string() })?;
    Ok(text)
}
