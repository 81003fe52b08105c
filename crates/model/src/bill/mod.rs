//! What AWS really charged, grouped and summed: the same value whether it came from Cost Explorer
//! or from export files.
//!
//! ```
//! use stackcost_model::bill::{Amount, Bill, ChargeKind, Dimension, Entry, Metric, Query};
//! use stackcost_model::time::Date;
//! let mut bill = Bill::new(Query::new(vec![Dimension::Service], Metric::Unblended), "USD");
//! for (kind, cost) in [(ChargeKind::Usage, "12.5"), (ChargeKind::Credit, "-2.5")] {
//!     bill.entries.push(Entry {
//!         period: Date::constant(2026, 10, 1),
//!         keys: vec!["AmazonRDS".into()],
//!         kind,
//!         unit: String::new(),
//!         amounts: vec![Amount::parse(cost.as_bytes()).unwrap()],
//!         quantity: Amount::ZERO,
//!         charges: 1,
//!         without_list: 0,
//!     });
//! }
//! assert_eq!(bill.total(0).unwrap().to_string(), "10");
//! ```

mod amount;
mod charge;
mod query;

pub use amount::{Amount, to_money};
pub use charge::ChargeKind;
pub use query::{BadQuery, Condition, Dimension, Metric, Query, Span, Step};

use crate::time::Date;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

/// The answer to a [`Query`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// What was asked.
    pub query: Query,
    /// The currency of all amounts (ISO 4217); empty while none was said, and then that of any
    /// bill that is added.
    pub currency: String,
    /// The sums, sorted by period, groups, kind and unit; each of these combinations once.
    pub entries: Vec<Entry>,
    /// First days of the months whose figures can still change.
    pub estimated: BTreeSet<Date>,
}

/// The sum of all charges of one period, group, kind and unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The first day of its month, or its day.
    pub period: Date,
    /// The value of each dimension of the query; empty where a charge has none.
    pub keys: Vec<String>,
    /// What the charges are for.
    pub kind: ChargeKind,
    /// What the quantity counts, as the bill writes it; empty when quantities were not asked for.
    pub unit: String,
    /// The sum of each metric of the query.
    pub amounts: Vec<Amount>,
    /// The sum of quantities, if they were asked for.
    pub quantity: Amount,
    /// How many charges were summed.
    pub charges: u64,
    /// How many of them are usage whose list cost the bill does not say: where the list metric was
    /// asked for, its sum is a lower bound.
    pub without_list: u64,
}

impl Bill {
    /// A bill without charges.
    #[must_use]
    pub fn new(query: Query, currency: &str) -> Bill {
        Bill { query, currency: currency.into(), entries: Vec::new(), estimated: BTreeSet::new() }
    }

    /// The sum of one metric over everything; `None` when it leaves the range.
    #[must_use]
    pub fn total(&self, metric: usize) -> Option<Amount> {
        Amount::sum(self.entries.iter().filter_map(|entry| entry.amounts.get(metric).copied()))
    }

    /// The periods there are, in order.
    #[must_use]
    pub fn periods(&self) -> Vec<Date> {
        let periods: BTreeSet<Date> = self.entries.iter().map(|entry| entry.period).collect();
        periods.into_iter().collect()
    }

    /// Keeps only the last so many months in which there are charges, all their days if that is
    /// what its periods are.
    pub fn keep_last(&mut self, months: usize) {
        let there: BTreeSet<Date> = self.entries.iter().map(|entry| entry.period.first_of_month()).collect();
        let Some(before) = there.into_iter().nth_back(months) else { return };
        self.entries.retain(|entry| entry.period.first_of_month() > before);
    }

    /// Adds the charges of another answer to the same question.
    ///
    /// # Errors
    /// [`CannotAdd`] when the questions or currencies differ, or a sum leaves the range.
    pub fn add(&mut self, other: Bill) -> Result<(), CannotAdd> {
        if self.query != other.query {
            return Err(CannotAdd::Query);
        }
        if self.entries.is_empty() && !other.entries.is_empty() || self.currency.is_empty() {
            self.currency.clone_from(&other.currency);
        }
        let same = other.currency.is_empty() || other.entries.is_empty() || self.currency == other.currency;
        if !same {
            return Err(CannotAdd::Currency(self.currency.clone(), other.currency));
        }
        self.estimated.extend(other.estimated);
        self.entries.extend(other.entries);
        self.settle()
    }

    /// Sorts the entries and makes one of those that have the same period, groups, kind and unit.
    ///
    /// # Errors
    /// [`CannotAdd::Range`] when a sum leaves the range.
    pub fn settle(&mut self) -> Result<(), CannotAdd> {
        let by_key = |a: &Entry, b: &Entry| {
            let texts = || a.keys.cmp(&b.keys).then_with(|| a.kind.cmp(&b.kind)).then_with(|| a.unit.cmp(&b.unit));
            a.period.cmp(&b.period).then_with(texts)
        };
        self.entries.sort_by(by_key);
        let mut settled: Vec<Entry> = Vec::with_capacity(self.entries.len());
        for entry in self.entries.drain(..) {
            match settled.last_mut().filter(|known| by_key(known, &entry).is_eq()) {
                None => settled.push(entry),
                Some(known) => {
                    for (sum, amount) in known.amounts.iter_mut().zip(&entry.amounts) {
                        *sum = sum.checked_add(*amount).ok_or(CannotAdd::Range)?;
                    }
                    known.quantity = known.quantity.checked_add(entry.quantity).ok_or(CannotAdd::Range)?;
                    known.charges += entry.charges;
                    known.without_list += entry.without_list;
                }
            }
        }
        self.entries = settled;
        Ok(())
    }
}

/// Two bills do not make one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotAdd {
    /// They answer different questions.
    #[error("the two bills answer different questions")]
    Query,
    /// They are in different currencies.
    #[error("the bills are in different currencies, {0} and {1}")]
    Currency(String, String),
    /// A sum left the range.
    #[error("a sum is too large to count")]
    Range,
}
