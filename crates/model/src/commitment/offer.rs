//! What AWS sells.

use super::error::Error;
use super::instance::Instance;
use super::owned::{Commitment, Plan, Reserved, check_terms, check_upfront};
use super::usage::{Card, Demand};
use crate::exact::Ratio;
use crate::price::{Payment, Reservation, Term};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Something that can be committed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// A Savings Plan; what it costs are the rates that the demand has under its card.
    Plan {
        /// Its conditions.
        card: Card,
        /// The part that is paid at once: see [`Plan::new`].
        upfront_percent: u32,
    },
    /// A reservation.
    Reservation {
        /// What one reserves: the smallest size leaves the least unused.
        instance: Instance,
        /// How long.
        term: Term,
        /// How it is paid.
        payment: Payment,
        /// Dollars for each hour of the term.
        hourly: Ratio,
        /// Dollars at once.
        upfront: Ratio,
    },
}

impl Offer {
    /// A Savings Plan, half of it paid at once where it is paid partially.
    #[must_use]
    pub fn plan(card: Card) -> Offer {
        let upfront_percent = match card.payment {
            Payment::No | Payment::Heavy => 0,
            Payment::Partial => 50,
            Payment::All => 100,
        };
        Offer::Plan { card, upfront_percent }
    }

    /// A reservation of a price book; none where it is not of an instance that can be told.
    #[must_use]
    pub fn reservation(of: &Reservation) -> Option<Offer> {
        Some(Offer::Reservation {
            instance: Instance::of(of.service.code(), of.region.code(), &of.usage_type, &of.operation)?,
            term: of.term,
            payment: of.payment,
            hourly: of.hourly.into(),
            upfront: of.upfront.into(),
        })
    }

    /// In words.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Offer::Plan { card, .. } => card.to_string(),
            Offer::Reservation { instance, term, payment, .. } => format!("{instance}, {term}, payment \"{payment}\""),
        }
    }

    pub(super) fn check(&self, demand: &Demand) -> Result<(), Error> {
        match self {
            Offer::Plan { card, upfront_percent } => {
                check_upfront(card.payment, *upfront_percent)?;
                let offered = demand.rows().iter().any(|row| row.rate(card).is_some());
                if offered { Ok(()) } else { Err(Error::NotOffered(card.clone())) }
            }
            Offer::Reservation { instance, term, payment, hourly, upfront } => {
                check_terms(&self.name(), instance, (*term, *payment), (*hourly, *upfront))?;
                let covers = |used: &Instance| instance.covers(used).is_some();
                let used = demand.rows().iter().any(|row| row.instance.as_ref().is_some_and(covers));
                if used { Ok(()) } else { Err(Error::NothingToReserve(self.name().into())) }
            }
        }
    }

    /// Whether two are alternatives: both for the same usage, of which one is chosen.
    pub(super) fn instead_of(&self, other: &Offer) -> bool {
        match (self, other) {
            (Offer::Plan { card: a, .. }, Offer::Plan { card: b, .. }) => (a.kind, &a.scope) == (b.kind, &b.scope),
            (Offer::Reservation { instance: a, .. }, Offer::Reservation { instance: b, .. }) => {
                a.engine == b.engine && (a.covers(b).is_some() || b.covers(a).is_some())
            }
            _ => false,
        }
    }

    /// Whether both reserve sizes that cover each other, for one term and paid in one way: they can be mixed.
    pub(super) fn other_size(&self, other: &Offer) -> bool {
        match (self, other) {
            (
                Offer::Reservation { instance: a, term, payment, .. },
                Offer::Reservation { instance: b, term: of, payment: by, .. },
            ) => (term, payment) == (of, by) && a != b && self.instead_of(other),
            _ => false,
        }
    }

    /// Whether it does for another size all that is to be done with it, for no more: it is so small that some of
    /// it make the other, costs no more by unit, covers the same, and all of that costs the same by unit, on
    /// demand and under plans. Then which usage is covered first makes no difference.
    pub(super) fn does_for(&self, other: &Offer, demand: &Demand) -> bool {
        let (
            Offer::Reservation { instance: small, hourly, upfront, term, .. },
            Offer::Reservation { instance: large, hourly: of, upfront: at_once, .. },
        ) = (self, other)
        else {
            return false;
        };
        if !self.other_size(other) || (large.units() / small.units()).to_whole().is_none() {
            return false;
        }
        let hours = Ratio::from(term.hours());
        let (own, others) = ((*hourly + *upfront / hours) / small.units(), (*of + *at_once / hours) / large.units());
        let covers = |instance: &Instance, used: &Instance| instance.covers(used).is_some();
        let mut first = None;
        own <= others
            && demand.rows().iter().all(|row| {
                let Some(used) = &row.instance else { return true };
                if covers(small, used) != covers(large, used) {
                    return false;
                }
                let by_unit = |rate: Ratio| rate / used.units();
                let mut rates: Vec<(Card, Ratio)> =
                    row.rates.iter().map(|(card, rate)| (card.clone(), by_unit(*rate))).collect();
                rates.sort();
                let own = (by_unit(row.on_demand), rates);
                !covers(small, used) || *first.get_or_insert_with(|| own.clone()) == own
            })
            // Of two of the same size and price the first.
            && !(large.units() == small.units() && own == others && small > large)
    }

    /// So many reservations; none of none.
    pub(super) fn of_count(&self, count: u32) -> Result<Option<Commitment>, Error> {
        self.buy(Amount::Count(count))
    }

    /// The commitment to so many dollars an hour, or to so many reservations.
    pub(super) fn buy(&self, amount: Amount) -> Result<Option<Commitment>, Error> {
        match (self, amount) {
            (Offer::Plan { card, upfront_percent }, Amount::Hourly(hourly)) if !hourly.is_zero() => {
                Ok(Some(Plan::new("proposed", card.clone(), hourly, *upfront_percent)?.into()))
            }
            (Offer::Reservation { instance, term, payment, hourly, upfront }, Amount::Count(count)) if count > 0 => {
                let terms = (*term, *payment);
                Ok(Some(Reserved::new("proposed", instance.clone(), count, terms, (*hourly, *upfront))?.into()))
            }
            _ => Ok(None),
        }
    }
}

/// How much of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    Hourly(Ratio),
    Count(u32),
}
