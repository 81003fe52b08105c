//! Tables about price books: what two of them say otherwise, and what that does to a bill.

use super::{Cell, Report, Row, RowKind, number, text};
use crate::compare::Delta;
use crate::estimate::{Estimate, Total};
use crate::exact::Ratio;
use crate::price::{
    BookDiff, Change, Committed, CommittedChange, CommittedDiff, PlanRate, Price, Reservation, Shelf, Source,
};
use crate::unit::UnitKind;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// Rates that are new, gone or other.
#[must_use]
pub fn price_diff(diff: &BookDiff<'_>, before: &str, after: &str) -> Report {
    let mut rows = Vec::new();
    for shelf in diff.changes.chunk_by(|a, b| (a.service, a.region) == (b.service, b.region)) {
        let name = shelf.first().map_or(String::new(), |change| shelf_name((change.service, change.region)));
        let empty = (0..4).map(|_| Cell::Empty);
        let cells = core::iter::once(Cell::Text(name)).chain(empty).collect();
        rows.push(Row { kind: RowKind::Heading, cells, remark: None });
        rows.extend(shelf.iter().map(change_row));
    }
    let count = |of: fn(&Change<'_>) -> bool| diff.changes.iter().filter(|change| of(change)).count();
    let new = count(|change| change.before.is_none());
    let gone = count(|change| change.after.is_none());
    let other = diff.changes.len() - new - gone;
    let mut notes = vec![format!("{other} changed, {new} new, {gone} gone, {} the same", diff.same)];
    for (book, only) in [(before, &diff.only_before), (after, &diff.only_after)] {
        if !only.is_empty() {
            let what = if only.len() == 1 { "service and region" } else { "services and regions" };
            notes.push(format!("only {book} has rates of {} {what}: not compared", only.len()));
        }
    }
    Report {
        title: format!("rates of {before} and of {after}"),
        columns: vec![text("rate"), text("unit"), number("before"), number("after"), number("change")],
        rows,
        notes,
    }
}

/// What is new, gone or other under commitments; none where there is nothing to compare.
#[must_use]
pub fn committed_diff(diff: &CommittedDiff<'_>, before: &str, after: &str) -> Option<Report> {
    if diff.changes.is_empty() && diff.same == 0 {
        return None;
    }
    let mut rows = Vec::new();
    for shelf in diff.changes.chunk_by(|a, b| (a.service, a.region) == (b.service, b.region)) {
        let name = shelf.first().map_or(String::new(), |change| shelf_name((change.service, Some(change.region))));
        let cells = core::iter::once(Cell::Text(name)).chain((0..4).map(|_| Cell::Empty)).collect();
        rows.push(Row { kind: RowKind::Heading, cells, remark: None });
        rows.extend(shelf.iter().map(committed_row));
    }
    let count = |of: fn(&CommittedChange<'_>) -> bool| diff.changes.iter().filter(|change| of(change)).count();
    let new = count(|change| change.before.is_none());
    let gone = count(|change| change.after.is_none());
    let other = diff.changes.len() - new - gone;
    let mut notes = vec![format!("{other} changed, {new} new, {gone} gone, {} the same", diff.same)];
    for (book, only) in [(before, diff.only_before), (after, diff.only_after)] {
        if only > 0 {
            notes.push(format!("only {book} has {only} more, of plans, services or regions of its own: not compared"));
        }
    }
    if !rows.is_empty() {
        notes.push("USD a unit, what is paid at once spread over the term".to_string());
    }
    Some(Report {
        title: format!("under commitments: rates of {before} and of {after}"),
        columns: vec![text("rate"), text("under"), number("before"), number("after"), number("change")],
        rows,
        notes,
    })
}

fn committed_row(change: &CommittedChange<'_>) -> Row {
    let rate = |of: Option<Committed<'_>>| of.map_or(Cell::Empty, |of| Cell::Number(of.spread));
    let word = match (change.before, change.after) {
        (None, _) => Cell::Text("new".to_string()),
        (_, None) => Cell::Text("gone".to_string()),
        _ => Cell::Percent(change.percent()),
    };
    let operation = if change.operation.is_empty() { String::new() } else { format!("{}; ", change.operation) };
    let source = change.after.or(change.before).map_or(String::new(), |of| of.source.to_string());
    Row {
        kind: RowKind::Line,
        cells: vec![
            Cell::Text(change.usage_type.to_string()),
            Cell::Text(change.under()),
            rate(change.before),
            rate(change.after),
            word,
        ],
        remark: Some(format!("{operation}{source}")),
    }
}

/// What usage costs under commitments, with where that comes from.
#[must_use]
pub fn commitment_prices(title: &str, plans: &[PlanRate], reserved: &[Reservation], notes: Vec<String>) -> Report {
    let plans = plans.iter().map(|plan| Offered {
        of: (&plan.usage_type, &plan.operation, plan.unit),
        offer: format!("{}, {}, {}", plan.kind, plan.term, plan.payment),
        usd: Ratio::from(plan.usd),
        upfront: Ratio::ZERO,
        spread: Ratio::from(plan.usd),
        source: &plan.source,
    });
    let reserved = reserved.iter().map(|of| Offered {
        of: (&of.usage_type, &of.operation, UnitKind::Hour),
        offer: format!("reserved, {}, {}", of.term, of.payment),
        usd: Ratio::from(of.hourly),
        upfront: Ratio::from(of.upfront),
        spread: of.effective(),
        source: &of.source,
    });
    let all: Vec<Offered<'_>> = plans.chain(reserved).collect();
    let rows = all.chunk_by(|a, b| a.of == b.of).flat_map(of_usage).collect();
    let columns = vec![text("under"), number("USD"), number("upfront"), number("spread")];
    Report { title: title.to_string(), columns, rows, notes }
}

/// What a usage costs under one commitment.
struct Offered<'a> {
    /// Usage type, operation, unit.
    of: (&'a str, &'a str, UnitKind),
    offer: String,
    usd: Ratio,
    upfront: Ratio,
    spread: Ratio,
    source: &'a Source,
}

/// The rows of one usage. A source that all have is told once.
fn of_usage(offered: &[Offered<'_>]) -> Vec<Row> {
    let words = |source: &Source| format!("{source} [{}]", source.confidence);
    let Some(first) = offered.first() else { return Vec::new() };
    let one = offered.iter().all(|other| other.source == first.source);
    let (usage_type, operation, unit) = first.of;
    let operation = if operation.is_empty() { String::new() } else { format!(", {operation}") };
    let name = Cell::Text(format!("{usage_type}{operation}, {}", unit.short()));
    let heading = Row {
        kind: RowKind::Heading,
        cells: core::iter::once(name).chain((0..3).map(|_| Cell::Empty)).collect(),
        remark: one.then(|| words(first.source)),
    };
    let row = |of: &Offered<'_>| Row {
        kind: RowKind::Line,
        cells: vec![
            Cell::Text(of.offer.clone()),
            Cell::Number(of.usd),
            if of.upfront.is_zero() { Cell::Empty } else { Cell::Number(of.upfront) },
            Cell::Number(of.spread),
        ],
        remark: (!one).then(|| words(of.source)),
    };
    core::iter::once(heading).chain(offered.iter().map(row)).collect()
}

fn shelf_name((service, region): Shelf) -> String {
    match region {
        Some(region) => format!("{service} in {region}"),
        None => format!("{service} in all regions"),
    }
}

fn change_row(change: &Change<'_>) -> Row {
    let rate = |price: Option<&Price>| price.map_or(Cell::Empty, |price| Cell::Number(Ratio::from(price.band.usd)));
    let one = change.after.or(change.before);
    let end = one.and_then(|price| price.band.to);
    let band = match (change.from.is_zero(), end) {
        (true, None) => String::new(),
        (true, Some(to)) => format!(" to {to}"),
        (false, Some(to)) => format!(" {} to {to}", change.from),
        (false, None) => format!(" from {}", change.from),
    };
    let operation = if change.operation.is_empty() { String::new() } else { format!("{}; ", change.operation) };
    let word = match (change.before, change.after) {
        (None, _) => Cell::Text("new".to_string()),
        (_, None) => Cell::Text("gone".to_string()),
        _ => Cell::Percent(change.percent()),
    };
    let source = one.map_or(String::new(), |price| price.source.to_string());
    Row {
        kind: RowKind::Line,
        cells: vec![
            Cell::Text(format!("{}{band}", change.usage_type)),
            Cell::Text(one.map_or(String::new(), |price| price.unit.short().to_string())),
            rate(change.before),
            rate(change.after),
            word,
        ],
        remark: Some(format!("{operation}{source}")),
    }
}

/// What a stack and its scenarios cost at the rates of two books: `(name, before, after)`.
#[must_use]
pub fn price_effect(bills: &[(String, Estimate, Estimate)], before: &str, after: &str) -> Report {
    let rows = bills.iter().map(|(name, old, new)| {
        let (from, to) = (old.total(), new.total());
        let (change, percent) = match (from, to) {
            (Total::Exactly(from), Total::Exactly(to)) => {
                let delta = Delta::between(from, to);
                (Cell::Difference(delta.usd), Cell::Percent(delta.percent))
            }
            // Of a lower bound nothing is said.
            _ => (Cell::Text("unknown".to_string()), Cell::Empty),
        };
        let cells = vec![Cell::Text(name.clone()), Cell::total(from), Cell::total(to), change, percent];
        Row { kind: RowKind::Figure, cells, remark: None }
    });
    let what = bills.first().map_or(String::new(), |(_, one, _)| {
        format!("{}: {}, {} ({} h)", one.stack, one.region, one.horizon.label(), one.horizon.hours())
    });
    let credited = bills.iter().any(|(_, one, other)| !one.drawdown.is_empty() || !other.drawdown.is_empty());
    Report {
        title: what,
        columns: vec![text("scenario"), number("before"), number("after"), number("change"), number("%")],
        rows: rows.collect(),
        notes: [format!("before: rates of {before}, after: of {after}, each over those of the bundled book")]
            .into_iter()
            .chain(credited.then(|| "what credits pay is not taken off here".to_string()))
            .collect(),
    }
}
