//! What can be bought, and for which usage of an estimate.

use super::instance::Instance;
use super::offer::Offer;
use super::usage::{Demand, Eligible, Named};
use crate::estimate::{Estimate, Line};
use crate::meter::{Region, ServiceCode, UsageType};
use crate::price::{Basis, Decimal, Payment, PlanKind, PlanRate, Reservation, Source, Term};
use crate::time::Date;
use crate::unit::UnitKind;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// The rates of commitments that are known: the part of price books that commitments need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    plans: Vec<PlanRate>,
    reservations: Vec<Reservation>,
}

/// Which offers are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long they may last.
    pub terms: Vec<Term>,
    /// How they may be paid.
    pub payments: Vec<Payment>,
    /// The part of a Partial Upfront plan that is paid at once, 50 to 99.
    pub upfront_percent: u32,
}

impl Default for Terms {
    /// All terms and payments; half at once where a part is.
    fn default() -> Terms {
        Terms { terms: Term::ALL.to_vec(), payments: Payment::ALL.to_vec(), upfront_percent: 50 }
    }
}

/// Two prices of one day for the same commitment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{usage_type} has two prices of one day under the same commitment, by the hour and at once: {first}; {second}")]
pub struct TwoPrices {
    /// Of which usage.
    pub usage_type: String,
    /// One of them, with its source.
    pub first: String,
    /// The other.
    pub second: String,
}

/// Usage that a kind of commitment covers, without a rate that is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lacking {
    /// By which kind of plan; none for a reservation.
    pub kind: Option<PlanKind>,
    /// Who bills the usage.
    pub service: ServiceCode,
    /// Where.
    pub region: Region,
    /// What is used, without region prefix.
    pub usage_types: Vec<String>,
}

impl Catalog {
    /// What price books say, the first of them first: what one says of a usage under a term and a payment
    /// counts, whatever the later ones say. Of several dates the newest counts that is not after `as_of`;
    /// where only younger ones are known and none of them is a date of effect, the oldest.
    ///
    /// # Errors
    /// [`TwoPrices`] where a book has two of one day for the same thing.
    pub fn new(
        books: impl IntoIterator<Item = (Vec<PlanRate>, Vec<Reservation>)>,
        as_of: Option<Date>,
    ) -> Result<Catalog, TwoPrices> {
        let mut catalog = Catalog::default();
        for (plans, reservations) in books {
            let known = &mut catalog.plans;
            lay_under(known, plans, by_plan, |of| (&of.source, &of.usage_type, [of.usd, Decimal::ZERO]), as_of)?;
            let known = &mut catalog.reservations;
            let price = |of: &Reservation| [of.hourly, of.upfront];
            lay_under(known, reservations, by_reservation, |of| (&of.source, &of.usage_type, price(of)), as_of)?;
        }
        Ok(catalog)
    }

    /// What may cover a line of an estimate in a region.
    #[must_use]
    pub fn eligible(&self, region: Region, line: &Line) -> Eligible {
        Eligible::of(Named::of(line, region), &self.plans, |unit| unit == line.quantity.unit)
    }

    /// What may cover a usage whose rates are by units that are these: a bill writes units its own way.
    #[must_use]
    pub fn covers(&self, used: Named<'_>, is_unit: impl Fn(UnitKind) -> bool) -> Eligible {
        Eligible::of(used, &self.plans, is_unit)
    }

    /// What can be bought for a demand: each plan it has rates under, and reservations of the instances in it.
    #[must_use]
    pub fn offers(&self, demand: &Demand, terms: &Terms) -> Vec<Offer> {
        let wanted = |term: Term, payment: Payment| terms.terms.contains(&term) && terms.payments.contains(&payment);
        let mut offers = Vec::new();
        let mut push = |offer: Offer| {
            if !offers.contains(&offer) {
                offers.push(offer);
            }
        };
        let cards = demand.rows().iter().flat_map(|row| &row.rates).map(|(card, _)| card);
        for card in cards.filter(|card| wanted(card.term, card.payment)) {
            push(match card.payment {
                Payment::Partial => Offer::Plan { card: card.clone(), upfront_percent: terms.upfront_percent },
                _ => Offer::plan(card.clone()),
            });
        }
        for instance in demand.rows().iter().filter_map(|row| row.instance.as_ref()) {
            for of in self.reservations.iter().filter(|of| wanted(of.term, of.payment) && is_of(of, instance)) {
                Offer::reservation(of).into_iter().for_each(&mut push);
            }
        }
        offers
    }

    /// The reservation of this very instance; none where its price is not known.
    #[must_use]
    pub fn reservation(&self, instance: &Instance, term: Term, payment: Payment) -> Option<&Reservation> {
        self.reservations.iter().find(|of| (of.term, of.payment) == (term, payment) && is_of(of, instance))
    }

    /// What of an estimate commitments cover, by what AWS says of them, without a rate that is known here.
    #[must_use]
    pub fn lacking(&self, estimate: &Estimate) -> Vec<Lacking> {
        let region = estimate.region;
        let lines = estimate.lines.iter();
        self.lacks(lines.map(|line| (Named::of(line, region), self.eligible(region, line))))
    }

    /// The same of usages, each with what may cover it.
    #[must_use]
    pub fn lacks<'a>(&self, usages: impl IntoIterator<Item = (Named<'a>, Eligible)>) -> Vec<Lacking> {
        let mut lacking: Vec<Lacking> = Vec::new();
        let mut lacks = |kind: Option<PlanKind>, used: Named<'a>, usage_type: String| {
            let (service, region) = (used.service, used.region);
            let same = |known: &&mut Lacking| (known.kind, known.service, known.region) == (kind, service, region);
            match lacking.iter_mut().find(same) {
                Some(known) if known.usage_types.contains(&usage_type) => {}
                Some(known) => known.usage_types.push(usage_type),
                None => lacking.push(Lacking { kind, service, region, usage_types: [usage_type].into() }),
            }
        };
        for (used, eligible) in usages {
            let usage_type = UsageType::parse(used.usage_type).rest;
            if let Some(kind) = covered_by(used)
                && !eligible.rates.iter().any(|(card, _)| card.kind == kind)
            {
                lacks(Some(kind), used, usage_type.clone());
            }
            if let Some(instance) = &eligible.instance
                && !self.reservations.iter().any(|of| is_of(of, instance))
            {
                lacks(None, used, usage_type);
            }
        }
        lacking.sort();
        lacking
    }
}

fn is_of(of: &Reservation, instance: &Instance) -> bool {
    Instance::of(of.service.code(), of.region.code(), &of.usage_type, &of.operation).as_ref() == Some(instance)
}

/// Which plans cover a usage, whatever rates are known. Sources: Savings Plans user guide, "Savings Plan types"
/// (Fargate's vCPU and memory, neither its storage nor Spot); the announcement of Database Savings Plans of
/// December 2025 (instances from generation 7 on, serverless, of caches Valkey alone).
#[must_use]
pub fn covered_by(used: Named<'_>) -> Option<PlanKind> {
    let usage_type = &*UsageType::parse(used.usage_type).rest;
    let fargate = usage_type.starts_with("Fargate-")
        && (usage_type.ends_with("vCPU-Hours:perCPU") || usage_type.ends_with("-GB-Hours"))
        && !usage_type.contains("EphemeralStorage");
    let class = usage_type.split_once(':').map_or("", |(_, class)| class);
    let generation = class.trim_start_matches("db.").trim_start_matches("cache.").chars().find(char::is_ascii_digit);
    let young = generation.is_some_and(|digit| digit >= '7');
    let valkey = used.operation.ends_with("Valkey") || usage_type.ends_with(":Valkey");
    match used.service {
        ServiceCode::Ecs if fargate => Some(PlanKind::Compute),
        ServiceCode::Rds if young && usage_type.contains("Usage:db.") => Some(PlanKind::Database),
        ServiceCode::Rds if usage_type.starts_with("Aurora:ServerlessV2") => Some(PlanKind::Database),
        ServiceCode::ElastiCache if valkey && (young || !usage_type.starts_with("NodeUsage:")) => {
            Some(PlanKind::Database)
        }
        _ => None,
    }
}

fn by_plan(a: &PlanRate, b: &PlanRate) -> Ordering {
    fn key(of: &PlanRate) -> (PlanKind, ServiceCode, Region, &str, &str, Term, Payment) {
        (of.kind, of.service, of.region, &of.usage_type, &of.operation, of.term, of.payment)
    }
    key(a).cmp(&key(b))
}

fn by_reservation(a: &Reservation, b: &Reservation) -> Ordering {
    fn key(of: &Reservation) -> (ServiceCode, Region, &str, &str, Term, Payment) {
        (of.service, of.region, &of.usage_type, &of.operation, of.term, of.payment)
    }
    key(a).cmp(&key(b))
}

/// What is compared of a rate: whose word it is, its usage type, its price.
type Told<'a> = (&'a Source, &'a str, [Decimal; 2]);

/// Adds what another book says of what is not known yet.
fn lay_under<T: Clone>(
    known: &mut Vec<T>,
    mut more: Vec<T>,
    by: fn(&T, &T) -> Ordering,
    told: impl for<'a> Fn(&'a T) -> Told<'a>,
    as_of: Option<Date>,
) -> Result<(), TwoPrices> {
    more.sort_by(|a, b| by(a, b).then(told(a).0.date.cmp(&told(b).0.date)));
    let mut added = Vec::new();
    for dates in more.chunk_by(|a, b| by(a, b).is_eq()) {
        for (a, b) in dates.iter().zip(dates.iter().skip(1)) {
            let (first, second) = (told(a), told(b));
            if first.0.date == second.0.date && first.2 != second.2 {
                let words = |(source, _, [usd, upfront]): Told<'_>| format!("{usd} and {upfront} ({source})");
                let (first_words, second_words) = (words(first), words(second));
                return Err(TwoPrices { usage_type: first.1.into(), first: first_words, second: second_words });
            }
        }
        let in_time = |one: &&T| match (as_of, told(one).0.date) {
            (Some(as_of), Some(date)) => date <= as_of,
            _ => true,
        };
        // Only a date of effect says that a rate did not apply before it.
        let oldest = dates.first().filter(|one| told(one).0.basis != Basis::Effective);
        if let Some(one) = dates.iter().rev().find(in_time).or(oldest)
            && !known.iter().any(|first| by(first, one).is_eq())
        {
            added.push(one.clone());
        }
    }
    known.append(&mut added);
    Ok(())
}
