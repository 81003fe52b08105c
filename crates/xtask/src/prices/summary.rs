//! What the task says when it is done.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Book;
use super::input::Row;

/// What was read, written and left out.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub rows_read: usize,
    /// Rates written into further regions because AWS states one price for all.
    pub spread: usize,
    /// Rates taken from the supplement.
    pub supplemented: usize,
    /// Supplement rows that were not needed.
    pub superseded: Vec<String>,
    /// Tiered rates that do not cover every quantity.
    pub partial: Vec<String>,
    pub files_changed: usize,
    pub bytes: usize,
    dropped: BTreeMap<&'static str, Vec<u64>>,
    services: BTreeMap<String, (usize, BTreeSet<String>)>,
    repriced: Vec<String>,
    reserved: usize,
    savings_plans: usize,
}

impl Summary {
    /// Notes a row that was left out.
    pub(crate) fn drop(&mut self, why: &'static str, row: &Row) {
        self.dropped.entry(why).or_default().push(row.line);
    }

    /// Counts what the book holds.
    pub(crate) fn count(&mut self, book: &Book) {
        for (shelf, rates) in &book.rates {
            let (count, regions) = self.services.entry(shelf.service.clone()).or_default();
            *count += rates.len();
            regions.insert(shelf.region.clone());
            for pair in rates.windows(2) {
                if let [older, newer] = pair
                    && older.band() == newer.band()
                {
                    let day = |date: Option<jiff::civil::Date>| date.map_or("?".to_owned(), |day| day.to_string());
                    self.repriced.push(format!(
                        "{} {} {} {}: {} ({}, {}) then {} ({}, {})",
                        shelf.service,
                        shelf.region,
                        newer.usage_type,
                        newer.operation,
                        older.usd.normalize(),
                        day(older.date),
                        older.source,
                        newer.usd.normalize(),
                        day(newer.date),
                        newer.source,
                    ));
                }
            }
        }
        self.reserved = book.reserved.values().map(Vec::len).sum();
        self.savings_plans = book.savings_plans.values().map(Vec::len).sum();
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} rows read", self.rows_read)?;
        for (service, (rates, regions)) in &self.services {
            writeln!(out, "  {service}: {rates} rates in {} regions", regions.len())?;
        }
        writeln!(out, "{} reservations, {} Savings Plans rates", self.reserved, self.savings_plans)?;
        writeln!(out, "{} rates from the supplement", self.supplemented)?;
        writeln!(out, "{} rates written into further regions: AWS states one price for all", self.spread)?;
        for (title, lines) in [
            ("supplement rows not needed", &self.superseded),
            ("tiers that do not cover every quantity", &self.partial),
            ("rates with more than one price over time", &self.repriced),
        ] {
            writeln!(out, "{title}: {}", lines.len())?;
            for line in lines {
                writeln!(out, "  {line}")?;
            }
        }
        for (why, rows) in &self.dropped {
            writeln!(out, "left out, {} rows: {why}", rows.len())?;
            let rows: Vec<String> = rows.iter().map(u64::to_string).collect();
            writeln!(out, "  lines {}", rows.join(", "))?;
        }
        writeln!(out, "{} bytes, {} files changed", self.bytes, self.files_changed)
    }
}
