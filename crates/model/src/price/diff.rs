//! What changed between two price books.

use super::{Price, PriceBook, Tariff};
use crate::exact::Ratio;
use crate::meter::{Region, ServiceCode};
use crate::time::Date;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use rust_decimal::Decimal;

/// Where a book has rates: a service in a region, `None` for what is billed once for all.
pub type Shelf = (ServiceCode, Option<Region>);

/// What is different in two books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookDiff<'a> {
    /// Rates that are new, gone or other, by service, region, usage type, operation and band.
    pub changes: Vec<Change<'a>>,
    /// How many rates are the same.
    pub same: usize,
    /// Services and regions that only the first has; their rates are not compared.
    pub only_before: Vec<Shelf>,
    /// Those that only the second has.
    pub only_after: Vec<Shelf>,
}

/// A band of a rate that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// Who bills it.
    pub service: ServiceCode,
    /// Where.
    pub region: Option<Region>,
    /// The usage type.
    pub usage_type: &'a str,
    /// The operation, or empty.
    pub operation: &'a str,
    /// Where the band begins.
    pub from: Decimal,
    /// What the first book says.
    pub before: Option<&'a Price>,
    /// What the second says.
    pub after: Option<&'a Price>,
}

impl Change<'_> {
    /// How much more it costs, in percent of before; `None` where there is nothing to compare.
    #[must_use]
    pub fn percent(&self) -> Option<Ratio> {
        let (before, after) = (self.before?, self.after?);
        if before.band.usd.is_zero() || before.unit != after.unit {
            return None;
        }
        let (from, to) = (Ratio::from(before.band.usd), Ratio::from(after.band.usd));
        Some((to - from) / from * Ratio::whole(100))
    }
}

/// Holds the rates of two books against each other: of each the newest that counts on a day.
#[must_use]
pub fn compare_books<'a>(before: &'a PriceBook, after: &'a PriceBook, as_of: Option<Date>) -> BookDiff<'a> {
    let shelves = |book: &PriceBook| -> BTreeSet<Shelf> {
        book.prices().iter().map(|price| (price.service, price.region)).collect()
    };
    let (theirs, ours) = (shelves(before), shelves(after));
    let both = |price: &&'a Price| {
        let shelf = (price.service, price.region);
        theirs.contains(&shelf) && ours.contains(&shelf)
    };
    type Key<'a> = (ServiceCode, Option<Region>, &'a str, &'a str, Decimal);
    let mut bands: BTreeMap<Key<'a>, [Option<&'a Price>; 2]> = BTreeMap::new();
    for (side, book) in [before, after].into_iter().enumerate() {
        for rows in book.prices().chunk_by(|a, b| a.key() == b.key()) {
            let Some(first) = rows.first().filter(both) else { continue };
            // Dates of effect that are still to come make no tariff: then there is no rate yet.
            let Ok(tariff) = Tariff::as_of(rows, first.unit, as_of, false) else { continue };
            for price in tariff.bands() {
                let key = (price.service, price.region, &*price.usage_type, &*price.operation, price.band.from);
                if let Some(slot) = bands.entry(key).or_default().get_mut(side) {
                    *slot = Some(price);
                }
            }
        }
    }
    let mut diff = BookDiff {
        changes: Vec::new(),
        same: 0,
        only_before: theirs.difference(&ours).copied().collect(),
        only_after: ours.difference(&theirs).copied().collect(),
    };
    for ((service, region, usage_type, operation, from), [before, after]) in bands {
        if let (Some(a), Some(b)) = (before, after)
            && (a.band, a.unit) == (b.band, b.unit)
        {
            diff.same += 1;
            continue;
        }
        diff.changes.push(Change { service, region, usage_type, operation, from, before, after });
    }
    diff
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::{Band, Basis, Source};
    use crate::unit::UnitKind;
    use alloc::format;
    use alloc::string::String;

    /// `region usage-type from to usd date` a rate.
    fn book(rates: &[&str]) -> PriceBook {
        let price = |text: &&str| {
            let words: Vec<&str> = text.split(' ').collect();
            let decimal = |text: &str| text.parse::<Decimal>().unwrap();
            Price {
                service: ServiceCode::DataTransfer,
                region: words[0].parse().ok(),
                usage_type: words[1].into(),
                operation: "".into(),
                unit: UnitKind::Gb,
                band: Band {
                    from: decimal(words[2]),
                    to: (words[3] != "-").then(|| decimal(words[3])),
                    usd: decimal(words[4]),
                },
                source: Source { date: words[5].parse().ok(), basis: Basis::Effective, ..Source::user("a test") },
            }
        };
        PriceBook::new("test", rates.iter().map(price))
    }

    #[track_caller]
    fn check(before: &[&str], after: &[&str], as_of: &str, want: &[&str]) {
        let (before, after) = (book(before), book(after));
        let diff = compare_books(&before, &after, as_of.parse().ok());
        let usd = |price: Option<&Price>| price.map_or("-".into(), |price| format!("{}", price.band.usd));
        let told: Vec<String> = diff
            .changes
            .iter()
            .map(|change| {
                let percent = change.percent().map_or(String::new(), |percent| format!(" {percent}%"));
                format!("{} {} {} > {}{percent}", change.usage_type, change.from, usd(change.before), usd(change.after))
            })
            .collect();
        assert_eq!(told, want);
    }

    #[test]
    fn new_gone_and_changed() {
        check(
            &[
                "us-east-1 Out 0 10 0.10 2026-01-01",
                "us-east-1 Out 10 - 0.08 2026-01-01",
                "us-east-1 Old 0 - 1 2026-01-01",
            ],
            &[
                "us-east-1 Out 0 10 0.1 2026-02-01",
                "us-east-1 Out 10 - 0.06 2026-02-01",
                "us-east-1 New 0 - 1 2026-02-01",
            ],
            "",
            &["New 0 - > 1", "Old 0 1 > -", "Out 10 0.08 > 0.06 -25%"],
        );
        check(&["us-east-1 Out 0 - 1 2026-01-01"], &["us-east-1 Out 0 - 1 2026-02-01"], "", &[]);
    }

    #[test]
    fn other_bounds_are_a_change() {
        check(
            &["us-east-1 Out 0 10 1 2026-01-01", "us-east-1 Out 10 - 0.5 2026-01-01"],
            &["us-east-1 Out 0 20 1 2026-01-01", "us-east-1 Out 20 - 0.5 2026-01-01"],
            "",
            &["Out 0 1 > 1 0%", "Out 10 0.5 > -", "Out 20 - > 0.5"],
        );
    }

    #[test]
    fn a_day_and_regions_that_one_lacks() {
        let before = &["us-east-1 Out 0 - 1 2026-01-01", "eu-west-1 Out 0 - 1 2026-01-01"];
        let after = &["us-east-1 Out 0 - 1 2026-01-01", "us-east-1 Out 0 - 2 2026-06-01"];
        check(before, after, "2026-05-31", &[]);
        check(before, after, "2026-06-01", &["Out 0 1 > 2 100%"]);
        let (a, b) = (book(before), book(after));
        let diff = compare_books(&a, &b, None);
        assert_eq!(diff.only_before, [(ServiceCode::DataTransfer, "eu-west-1".parse().ok())]);
        assert_eq!(diff.only_after, []);
    }
}
