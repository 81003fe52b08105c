//! What changed between two price books of what usage costs under commitments.

use super::{Basis, Payment, PlanKind, PlanRate, Reservation, Source, Term};
use crate::exact::Ratio;
use crate::meter::{Region, ServiceCode};
use crate::time::Date;
use crate::unit::UnitKind;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use rust_decimal::Decimal;

/// What a book says of commitments.
pub type Committing = (Vec<PlanRate>, Vec<Reservation>);

/// What is different under commitments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommittedDiff<'a> {
    /// What is new, gone or other, by service, region, usage type, operation, plan, term and payment.
    pub changes: Vec<CommittedChange<'a>>,
    /// How many are the same.
    pub same: usize,
    /// How many only the first has where the second has none of that plan, service and region: not compared.
    pub only_before: usize,
    /// How many only the second has likewise.
    pub only_after: usize,
}

/// What a usage costs under a commitment that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedChange<'a> {
    /// Who bills it.
    pub service: ServiceCode,
    /// Where.
    pub region: Region,
    /// The usage type.
    pub usage_type: &'a str,
    /// The operation, or empty.
    pub operation: &'a str,
    /// Under which plan; none of a reservation.
    pub plan: Option<PlanKind>,
    /// For how long.
    pub term: Term,
    /// How it is paid.
    pub payment: Payment,
    /// What the first book says.
    pub before: Option<Committed<'a>>,
    /// What the second says.
    pub after: Option<Committed<'a>>,
}

/// A price under a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed<'a> {
    /// Dollars a unit; of a reservation, for each hour as it passes.
    pub usd: Decimal,
    /// Dollars at once.
    pub upfront: Decimal,
    /// Both together, the upfront payment spread over the term.
    pub spread: Ratio,
    /// What is counted.
    pub unit: UnitKind,
    /// Whose word it is.
    pub source: &'a Source,
}

impl CommittedChange<'_> {
    /// In words: `ComputeSavingsPlans 1yr no`, `reserved 3yr all`.
    #[must_use]
    pub fn under(&self) -> String {
        let (term, payment) = (self.term, self.payment);
        self.plan.map_or_else(|| format!("reserved {term} {payment}"), |plan| format!("{plan} {term} {payment}"))
    }

    /// How much more it costs over the term, in percent of before; `None` where there is nothing to compare.
    #[must_use]
    pub fn percent(&self) -> Option<Ratio> {
        let (before, after) = (self.before?, self.after?);
        let comparable = !before.spread.is_zero() && before.unit == after.unit;
        comparable.then(|| (after.spread - before.spread) / before.spread * Ratio::whole(100))
    }
}

type Key<'a> = (ServiceCode, Region, &'a str, &'a str, Option<PlanKind>, Term, Payment);
type Shelf = (ServiceCode, Region, Option<PlanKind>);

/// Holds what two books say of commitments against each other: of each the newest that counts on a day.
#[must_use]
pub fn compare_commitments<'a>(
    before: &'a Committing,
    after: &'a Committing,
    as_of: Option<Date>,
) -> CommittedDiff<'a> {
    let (theirs, ours) = (newest(before, as_of), newest(after, as_of));
    let shelf = |key: &Key<'a>| -> Shelf { (key.0, key.1, key.4) };
    let shelves = [&theirs, &ours].map(|book| book.keys().map(shelf).collect::<BTreeSet<Shelf>>());
    let mut diff = CommittedDiff::default();
    let keys: BTreeSet<Key<'a>> = theirs.keys().chain(ours.keys()).copied().collect();
    for key in keys {
        let known = shelves.each_ref().map(|shelves| shelves.contains(&shelf(&key)));
        let (before, after) = (theirs.get(&key).copied(), ours.get(&key).copied());
        let price = |of: Committed<'_>| (of.usd, of.upfront, of.unit);
        match known {
            [true, false] => diff.only_before += 1,
            [false, _] => diff.only_after += 1,
            _ if before.map(price) == after.map(price) => diff.same += 1,
            _ => {
                let (service, region, usage_type, operation, plan, term, payment) = key;
                let of = CommittedChange { service, region, usage_type, operation, plan, term, payment, before, after };
                diff.changes.push(of);
            }
        }
    }
    diff
}

/// Of each the newest price that is old enough. Only a date of effect says that a price did not apply before it:
/// without one the oldest counts.
fn newest(book: &Committing, as_of: Option<Date>) -> BTreeMap<Key<'_>, Committed<'_>> {
    let plans = book.0.iter().map(|of| {
        let key = (of.service, of.region, &*of.usage_type, &*of.operation, Some(of.kind), of.term, of.payment);
        let (usd, upfront, spread) = (of.usd, Decimal::ZERO, Ratio::from(of.usd));
        (key, Committed { usd, upfront, spread, unit: of.unit, source: &of.source })
    });
    let reserved = book.1.iter().map(|of| {
        let key = (of.service, of.region, &*of.usage_type, &*of.operation, None, of.term, of.payment);
        let (usd, upfront, spread) = (of.hourly, of.upfront, of.effective());
        (key, Committed { usd, upfront, spread, unit: UnitKind::Hour, source: &of.source })
    });
    let mut said: BTreeMap<Key<'_>, Vec<Committed<'_>>> = BTreeMap::new();
    for (key, of) in plans.chain(reserved) {
        said.entry(key).or_default().push(of);
    }
    let in_time = |of: &&Committed<'_>| match (as_of, of.source.date) {
        (Some(as_of), Some(date)) => date <= as_of,
        _ => true,
    };
    let mut newest = BTreeMap::new();
    for (key, mut dates) in said {
        dates.sort_by_key(|of| of.source.date);
        let oldest = dates.first().filter(|of| of.source.basis != Basis::Effective);
        newest.extend(dates.iter().rev().find(in_time).or(oldest).map(|of| (key, *of)));
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `usage-type term payment usd upfront date`; upfront `-` is a rate of a plan.
    fn book(rows: &[&str]) -> Committing {
        let mut book = Committing::default();
        for row in rows {
            let words: Vec<&str> = row.split(' ').collect();
            let (term, payment) = (Term::from_word(words[1]).unwrap(), Payment::from_word(words[2]).unwrap());
            let source = Source { date: words[5].parse().ok(), basis: Basis::Effective, ..Source::user("a test") };
            let (service, region) = (ServiceCode::Rds, Region::US_EAST_1);
            let (usage_type, operation, usd) = (words[0].into(), "".into(), words[3].parse().unwrap());
            if words[4] == "-" {
                let (kind, unit) = (PlanKind::Database, UnitKind::Hour);
                book.0.push(PlanRate {
                    kind,
                    service,
                    region,
                    usage_type,
                    operation,
                    unit,
                    term,
                    payment,
                    usd,
                    source,
                });
                continue;
            }
            let (upfront, amortised, hourly) = (words[4].parse().unwrap(), false, usd);
            let of = Reservation {
                service,
                region,
                usage_type,
                operation,
                term,
                payment,
                hourly,
                upfront,
                amortised,
                source,
            };
            book.1.push(of);
        }
        book
    }

    #[track_caller]
    fn check(before: &[&str], after: &[&str], as_of: &str, want: &[&str]) {
        let (before, after) = (book(before), book(after));
        let told = |before: &Committing, after: &Committing, mirror: bool| {
            let diff = compare_commitments(before, after, as_of.parse().ok());
            let spread = |of: Option<Committed<'_>>| of.map_or("-".into(), |of| of.spread.to_fixed(4));
            let mut told: Vec<String> = diff
                .changes
                .iter()
                .map(|of| {
                    let (a, b) = if mirror { (of.after, of.before) } else { (of.before, of.after) };
                    format!("{} {}: {} > {}", of.usage_type, of.under(), spread(a), spread(b))
                })
                .collect();
            let (a, b) = if mirror { (diff.only_after, diff.only_before) } else { (diff.only_before, diff.only_after) };
            told.push(format!("{} same, {a} and {b} apart", diff.same));
            told
        };
        assert_eq!(told(&before, &after, false), want);
        assert_eq!(told(&after, &before, true), want);
        assert!(compare_commitments(&before, &before, None).changes.is_empty());
    }

    #[test]
    fn plans_and_reservations_that_changed() {
        let old = ["a 1yr no 0.02 0 2026-01-01", "a 1yr all 0 87.6 2026-01-01", "b 3yr all 0 262.8 2026-01-01"];
        let new = ["a 1yr no 0.02 0 2026-06-01", "a 1yr all 0 175.2 2026-06-01", "c 1yr no 0.1 0 2026-06-01"];
        let changed = [
            "a reserved 1yr all: 0.0100 > 0.0200",
            "b reserved 3yr all: 0.0100 > -",
            "c reserved 1yr no: - > 0.1000",
            "1 same, 0 and 0 apart",
        ];
        check(&old, &new, "", &changed);
        let both: Vec<&str> = old.iter().chain(&new).copied().collect();
        check(&old, &both, "2026-05-31", &["3 same, 0 and 0 apart"]);
        check(&old, &["a 1yr no 0.02 - 2026-01-01"], "", &["0 same, 3 and 1 apart"]);
    }
}
