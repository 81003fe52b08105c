//! What two price books say otherwise, as JSON and CSV.

use crate::price_book::file_of_region;
use serde::Serialize;
use stackcost_model::estimate::{Estimate, Total};
use stackcost_model::price::{BookDiff, Change, Committed, CommittedChange, CommittedDiff, Price, Shelf};

#[derive(Serialize)]
struct Rate {
    usd: String,
    to: Option<String>,
    unit: &'static str,
    date: Option<String>,
    source: String,
}

fn rate(price: &Price) -> Rate {
    Rate {
        usd: price.band.usd.normalize().to_string(),
        to: price.band.to.map(|to| to.normalize().to_string()),
        unit: price.unit.label(),
        date: price.source.date_text(),
        source: price.source.from.to_string(),
    }
}

#[derive(Serialize)]
struct Row<'a> {
    service: &'static str,
    region: &'static str,
    usage_type: &'a str,
    operation: &'a str,
    from: String,
    /// `new`, `gone` or `changed`.
    kind: &'static str,
    before: Option<Rate>,
    after: Option<Rate>,
    percent: Option<String>,
}

/// What a change is, by which of the two books have the rate.
fn kind(before: bool, after: bool) -> &'static str {
    match (before, after) {
        (false, _) => "new",
        (_, false) => "gone",
        _ => "changed",
    }
}

fn row<'a>(change: &Change<'a>) -> Row<'a> {
    Row {
        service: change.service.code(),
        region: file_of_region(change.region),
        usage_type: change.usage_type,
        operation: change.operation,
        from: change.from.normalize().to_string(),
        kind: kind(change.before.is_some(), change.after.is_some()),
        before: change.before.map(rate),
        after: change.after.map(rate),
        percent: change.percent().map(|percent| percent.to_fixed(4)),
    }
}

/// A price under a commitment: dollars a unit as it is used, and dollars at once.
#[derive(Serialize)]
struct CommittedRate {
    usd: String,
    upfront: String,
    unit: &'static str,
    date: Option<String>,
    source: String,
}

fn committed_rate(of: Committed<'_>) -> CommittedRate {
    CommittedRate {
        usd: of.usd.normalize().to_string(),
        upfront: of.upfront.normalize().to_string(),
        unit: of.unit.label(),
        date: of.source.date_text(),
        source: of.source.from.to_string(),
    }
}

#[derive(Serialize)]
struct CommittedRow<'a> {
    service: &'static str,
    region: &'static str,
    usage_type: &'a str,
    operation: &'a str,
    /// `ComputeSavingsPlans 1yr no`, `reserved 3yr all`.
    under: String,
    kind: &'static str,
    before: Option<CommittedRate>,
    after: Option<CommittedRate>,
    /// What is paid at once spread over the term.
    percent: Option<String>,
}

fn committed_row<'a>(change: &CommittedChange<'a>) -> CommittedRow<'a> {
    CommittedRow {
        service: change.service.code(),
        region: change.region.code(),
        usage_type: change.usage_type,
        operation: change.operation,
        under: change.under(),
        kind: kind(change.before.is_some(), change.after.is_some()),
        before: change.before.map(committed_rate),
        after: change.after.map(committed_rate),
        percent: change.percent().map(|percent| percent.to_fixed(4)),
    }
}

/// Two books held against each other: rates on demand, and under commitments.
#[derive(Clone, Copy, Debug)]
pub struct Books<'a> {
    /// On demand.
    pub on_demand: &'a BookDiff<'a>,
    /// Under commitments.
    pub committed: &'a CommittedDiff<'a>,
}

#[derive(Serialize)]
struct Sum {
    kind: &'static str,
    usd: String,
}

fn sum(total: Total) -> Sum {
    match total {
        Total::Exactly(usd) => Sum { kind: "exactly", usd: usd.to_string() },
        Total::AtLeast(usd) => Sum { kind: "at_least", usd: usd.to_string() },
    }
}

/// `stackcost.price-diff/1`.
#[must_use]
pub fn json(books: Books<'_>, before: &str, after: &str, bills: &[(String, Estimate, Estimate)]) -> String {
    let Books { on_demand: diff, committed } = books;
    #[derive(Serialize)]
    struct Commitments<'a> {
        same: usize,
        changes: Vec<CommittedRow<'a>>,
        /// How many are of plans, services or regions that only one has, and not compared.
        only_before: usize,
        only_after: usize,
    }
    #[derive(Serialize)]
    struct Only {
        service: &'static str,
        region: &'static str,
    }
    #[derive(Serialize)]
    struct Bill<'a> {
        scenario: &'a str,
        before: Sum,
        after: Sum,
        /// Null where one is only a lower bound.
        change: Option<String>,
    }
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        before: &'a str,
        after: &'a str,
        same: usize,
        changes: Vec<Row<'a>>,
        only_before: Vec<Only>,
        only_after: Vec<Only>,
        commitments: Commitments<'a>,
        bills: Vec<Bill<'a>>,
    }
    let only = |shelves: &[Shelf]| {
        let all =
            shelves.iter().map(|(service, region)| Only { service: service.code(), region: file_of_region(*region) });
        all.collect()
    };
    let bills = bills.iter().map(|(scenario, old, new)| {
        let change = match (old.total(), new.total()) {
            (Total::Exactly(from), Total::Exactly(to)) => Some((to - from).to_string()),
            _ => None,
        };
        Bill { scenario, before: sum(old.total()), after: sum(new.total()), change }
    });
    let document = Document {
        schema: "stackcost.price-diff/1",
        before,
        after,
        same: diff.same,
        changes: diff.changes.iter().map(row).collect(),
        only_before: only(&diff.only_before),
        only_after: only(&diff.only_after),
        commitments: Commitments {
            same: committed.same,
            changes: committed.changes.iter().map(committed_row).collect(),
            only_before: committed.only_before,
            only_after: committed.only_after,
        },
        bills: bills.collect(),
    };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// One change a line.
#[must_use]
pub fn ndjson(books: Books<'_>) -> String {
    let line = |text: serde_json::Result<String>| text.unwrap_or_default() + "\n";
    let rates = books.on_demand.changes.iter().map(|change| line(serde_json::to_string(&row(change))));
    let committed = books.committed.changes.iter().map(|change| line(serde_json::to_string(&committed_row(change))));
    rates.chain(committed).collect()
}

/// One change a row.
#[must_use]
pub fn csv(books: Books<'_>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record([
        "service",
        "region",
        "usage_type",
        "operation",
        "from",
        "kind",
        "unit",
        "before",
        "after",
        "percent",
        "before_date",
        "after_date",
        "source",
        "under",
        "upfront_before",
        "upfront_after",
    ]);
    for change in &books.on_demand.changes {
        let row = row(change);
        let get = |rate: &Option<Rate>, of: fn(&Rate) -> String| rate.as_ref().map(of).unwrap_or_default();
        let one = row.after.as_ref().or(row.before.as_ref());
        let _ = writer.write_record([
            row.service.to_string(),
            row.region.to_string(),
            row.usage_type.to_string(),
            row.operation.to_string(),
            row.from.clone(),
            row.kind.to_string(),
            one.map_or("", |rate| rate.unit).to_string(),
            get(&row.before, |rate| rate.usd.clone()),
            get(&row.after, |rate| rate.usd.clone()),
            row.percent.clone().unwrap_or_default(),
            get(&row.before, |rate| rate.date.clone().unwrap_or_default()),
            get(&row.after, |rate| rate.date.clone().unwrap_or_default()),
            one.map_or("", |rate| rate.source.as_str()).to_string(),
            String::new(),
            String::new(),
            String::new(),
        ]);
    }
    for change in &books.committed.changes {
        let row = committed_row(change);
        let get =
            |rate: &Option<CommittedRate>, of: fn(&CommittedRate) -> String| rate.as_ref().map(of).unwrap_or_default();
        let one = row.after.as_ref().or(row.before.as_ref());
        let _ = writer.write_record([
            row.service.to_string(),
            row.region.to_string(),
            row.usage_type.to_string(),
            row.operation.to_string(),
            String::new(),
            row.kind.to_string(),
            one.map_or("", |rate| rate.unit).to_string(),
            get(&row.before, |rate| rate.usd.clone()),
            get(&row.after, |rate| rate.usd.clone()),
            row.percent.clone().unwrap_or_default(),
            get(&row.before, |rate| rate.date.clone().unwrap_or_default()),
            get(&row.after, |rate| rate.date.clone().unwrap_or_default()),
            one.map_or("", |rate| rate.source.as_str()).to_string(),
            row.under,
            get(&row.before, |rate| rate.upfront.clone()),
            get(&row.after, |rate| rate.upfront.clone()),
        ]);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}
