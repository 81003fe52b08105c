//! What a refresh of a price book took in, and what there is to download for one.

use crate::book::Pin;
use crate::offers::urls::Download;
use serde::Serialize;
use stackcost_model::exact::Ratio;
use stackcost_model::report::{Cell, Column, Report, Row, RowKind};

/// A row for each price list.
#[must_use]
pub fn report(pins: &[Pin], into: &str) -> Report {
    let text = |name: &str| Column { name: name.to_string(), numeric: false };
    let number = |name: &str| Column { name: name.to_string(), numeric: true };
    let count = |count: usize| Cell::Number(Ratio::from(count as u64));
    let rows = pins.iter().map(|pin| {
        let left_out: u64 = pin.left_out.values().sum();
        let reasons: Vec<String> = pin.reasons().map(|(why, count)| format!("{count} {why}")).collect();
        let remark = if reasons.is_empty() { String::new() } else { format!("; left out: {}", reasons.join(", ")) };
        Row {
            kind: RowKind::Line,
            cells: vec![
                Cell::Text(pin.offer.clone()),
                Cell::Text(pin.regions.join(" ")),
                Cell::Text(pin.published.clone()),
                count(pin.rates),
                count(pin.reservations),
                count(pin.plans),
                Cell::Number(Ratio::from(left_out)),
            ],
            remark: Some(format!("version {}, {}{remark}", pin.version, pin.file)),
        }
    });
    Report {
        title: format!("{} price {} in {into}", pins.len(), if pins.len() == 1 { "list" } else { "lists" }),
        columns: vec![
            text("offer"),
            text("region"),
            text("published"),
            number("rates"),
            number("reserved"),
            number("plans"),
            number("left out"),
        ],
        rows: rows.collect(),
        notes: vec![format!("it is used with --price-book {into}, and never by itself")],
    }
}

/// `stackcost.price-refresh/1`.
#[must_use]
pub fn json(pins: &[Pin], into: &str) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        book: &'a str,
        lists: &'a [Pin],
    }
    let document = Document { schema: "stackcost.price-refresh/1", book: into, lists: pins };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// One list a line.
#[must_use]
pub fn ndjson(pins: &[Pin]) -> String {
    pins.iter().map(|pin| serde_json::to_string(pin).unwrap_or_default() + "\n").collect()
}

/// One list a row.
#[must_use]
pub fn csv(pins: &[Pin]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record([
        "offer",
        "version",
        "published",
        "regions",
        "file",
        "url",
        "sha256",
        "rates",
        "reservations",
        "plans",
        "left_out",
    ]);
    for pin in pins {
        let left_out: u64 = pin.left_out.values().sum();
        let _ = writer.write_record([
            &pin.offer,
            &pin.version,
            &pin.published,
            &pin.regions.join(" "),
            &pin.file,
            pin.url.as_deref().unwrap_or(""),
            &pin.sha256,
            &pin.rates.to_string(),
            &pin.reservations.to_string(),
            &pin.plans.to_string(),
            &left_out.to_string(),
        ]);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Commands for a shell, with what to know of each list.
#[must_use]
pub fn downloads(wanted: &[Download]) -> String {
    let told = wanted.iter().map(|of| {
        let note = if of.note.is_empty() { String::new() } else { format!("# {}: {}\n", of.offer, of.note) };
        format!("{note}{}\n", of.command)
    });
    told.collect()
}

/// `stackcost.price-downloads/1`.
#[must_use]
pub fn downloads_json(wanted: &[Download]) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        downloads: &'a [Download],
    }
    let document = Document { schema: "stackcost.price-downloads/1", downloads: wanted };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}
