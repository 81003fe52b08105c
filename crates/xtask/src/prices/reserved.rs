//! Reservations and Savings Plans, kept apart from the on-demand rates.
//!
//! The collection tells the hourly part and the upfront part of a reservation in two rows; here they are joined.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Shelf;
use super::error::Error;
use super::input::Row;
use super::place::{Place, Scope};
use super::rate::{Basis, Confidence, Origin, Rate};
use super::source::Named;

/// How a reservation is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Payment {
    No,
    Partial,
    All,
    Heavy,
}

impl Payment {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "No Upfront" => Ok(Self::No),
            "Partial Upfront" => Ok(Self::Partial),
            "All Upfront" => Ok(Self::All),
            "Heavy Utilization" => Ok(Self::Heavy),
            other => Err(format!("unknown payment '{other}'")),
        }
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Partial => "partial",
            Self::All => "all",
            Self::Heavy => "heavy",
        }
    }
}

/// What two halves must share to be one reservation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    shelf: Shelf,
    usage_type: String,
    operation: &'static str,
    term: String,
    payment: Payment,
    date: Option<Date>,
    source: String,
}

/// One part of a reservation: so much an hour, or so much at once.
#[derive(Debug, Clone)]
pub(crate) struct Half {
    key: Result<Key, String>,
    hourly: bool,
    usd: Decimal,
    basis: Basis,
    sku: String,
    confidence: Confidence,
    amortised: bool,
    origin: Origin,
}

impl Half {
    /// The part of a reservation a row tells.
    pub(crate) fn of(row: &Row, place: Place, named: &Named, origin: Origin) -> Self {
        Self {
            key: key(row, place, named),
            hourly: row.unit != "Quantity",
            usd: row.price,
            // Reserved rows are dated by the price list file they stood in, not by a date of effect.
            basis: if named.basis == Basis::Effective { Basis::Published } else { named.basis },
            sku: row.attr("sku").unwrap_or_default().to_owned(),
            confidence: row.confidence,
            amortised: named.amortised,
            origin,
        }
    }
}

fn key(row: &Row, place: Place, named: &Named) -> Result<Key, String> {
    let Scope::Here(shelf) = place.scope else {
        return Err("a reservation of all regions".to_owned());
    };
    Ok(Key {
        shelf,
        usage_type: place.usage_type,
        operation: place.operation,
        term: row.need("term")?.to_owned(),
        payment: Payment::parse(row.need("upfront")?)?,
        date: row.date.day,
        source: named.id.clone(),
    })
}

/// A whole reservation.
#[derive(Debug, Clone)]
pub(crate) struct Reserved {
    pub usage_type: String,
    pub operation: &'static str,
    /// `1yr` or `3yr`.
    pub term: String,
    pub payment: Payment,
    pub hourly: Decimal,
    pub upfront: Decimal,
    pub date: Option<Date>,
    pub basis: Basis,
    pub sku: String,
    pub source: String,
    pub confidence: Confidence,
    /// Whether the upfront part was worked back from an hourly average.
    pub amortised: bool,
    origin: Origin,
}

/// Joins the parts; a part without the other it needs is an error.
pub(crate) fn join(halves: Vec<Half>) -> Result<BTreeMap<Shelf, Vec<Reserved>>, Error> {
    let mut pairs: BTreeMap<Key, (Option<Half>, Option<Half>)> = BTreeMap::new();
    for half in halves {
        let key = half.key.clone().map_err(|what| contradiction(&what, &half, &half))?;
        let (hourly, upfront) = pairs.entry(key).or_default();
        let slot = if half.hourly { hourly } else { upfront };
        match slot {
            Some(there) if there.usd != half.usd => {
                return Err(contradiction("two prices for one part of a reservation", there, &half));
            }
            _ => *slot = Some(half),
        }
    }
    let mut joined: BTreeMap<Shelf, Vec<Reserved>> = BTreeMap::new();
    for (key, pair) in pairs {
        let (first, hourly, upfront) = match (pair, key.payment) {
            ((Some(hourly), Some(upfront)), _) => {
                let (a, b) = (hourly.usd, upfront.usd);
                (hourly, a, b)
            }
            ((Some(hourly), None), Payment::No) => {
                let usd = hourly.usd;
                (hourly, usd, Decimal::ZERO)
            }
            ((None, Some(upfront)), Payment::All) => {
                let usd = upfront.usd;
                (upfront, Decimal::ZERO, usd)
            }
            ((Some(half), None) | (None, Some(half)), _) => {
                return Err(contradiction("a reservation that lacks its other part", &half, &half));
            }
            ((None, None), _) => continue,
        };
        joined.entry(key.shelf).or_default().push(Reserved {
            usage_type: key.usage_type,
            operation: key.operation,
            term: key.term,
            payment: key.payment,
            hourly,
            upfront,
            date: key.date,
            basis: first.basis,
            sku: first.sku,
            source: key.source,
            confidence: first.confidence,
            amortised: first.amortised && !upfront.is_zero(),
            origin: first.origin,
        });
    }
    for reserved in joined.values_mut() {
        reserved.sort_by(order);
        for pair in reserved.windows(2) {
            if let [a, b] = pair
                && order(a, b).is_eq()
                && (a.hourly, a.upfront) != (b.hourly, b.upfront)
            {
                return Err(Error::Conflict {
                    what: format!("two prices of one reservation of {}", a.usage_type),
                    first: a.origin.clone(),
                    second: b.origin.clone(),
                });
            }
        }
        reserved.dedup_by(|later, earlier| order(later, earlier).is_eq());
    }
    Ok(joined)
}

fn order(a: &Reserved, b: &Reserved) -> Ordering {
    (&a.usage_type, a.operation, &a.term, a.payment, a.date).cmp(&(
        &b.usage_type,
        b.operation,
        &b.term,
        b.payment,
        b.date,
    ))
}

fn contradiction(what: &str, first: &Half, second: &Half) -> Error {
    Error::Conflict { what: what.to_owned(), first: first.origin.clone(), second: second.origin.clone() }
}

/// A rate under a Savings Plan.
#[derive(Debug, Clone)]
pub(crate) struct PlanRate {
    /// `1yr` or `3yr`.
    pub term: String,
    pub payment: Payment,
    pub rate: Rate,
}

impl PlanRate {
    /// A plan rate out of its row.
    pub(crate) fn of(row: &Row, rate: Rate) -> Result<Self, String> {
        Ok(Self { term: row.need("term")?.to_owned(), payment: Payment::parse(row.need("upfront")?)?, rate })
    }

    fn key(&self) -> (&str, &str, &str, Payment, Option<Date>) {
        (&self.rate.usage_type, &self.rate.operation, &self.term, self.payment, self.rate.date)
    }
}

impl PartialEq for PlanRate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for PlanRate {}

impl PartialOrd for PlanRate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PlanRate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key()).then_with(|| self.rate.sku.cmp(&other.rate.sku))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::input::tests::sample;
    use super::super::place::{Placed, place};
    use super::super::rate::Basis;
    use super::*;

    fn half(payment: &str, unit: &str, usd: &str, line: u64) -> Half {
        let what = "AmazonElastiCache us-east-1 elasticache.node";
        let attrs = format!("class=cache.t3.micro;engine=Redis;term=1yr;upfront={payment}");
        let mut row = sample(what, &attrs, unit);
        row.price = Decimal::from_str_exact(usd).expect("a price");
        let named = Named { id: "s7".to_owned(), text: String::new(), basis: Basis::Read, amortised: true };
        let Ok(Placed::Reserved(place)) = place(&row) else { panic!("a reservation") };
        Half::of(&row, place, &named, Origin::new(Path::new("prices.csv"), line))
    }

    fn joined(halves: Vec<Half>) -> Result<Vec<String>, Error> {
        Ok(join(halves)?
            .into_values()
            .flatten()
            .map(|it| format!("{} {} {} {}", it.payment.label(), it.hourly, it.upfront, it.amortised))
            .collect())
    }

    #[test]
    fn the_two_parts_are_joined() {
        let parts = vec![half("Partial Upfront", "Hrs", "0.007", 2), half("Partial Upfront", "Quantity", "189", 3)];
        assert_eq!(joined(parts).expect("joined"), ["partial 0.007 189 true"]);
    }

    #[test]
    fn a_part_that_is_zero_may_be_missing() {
        assert_eq!(joined(vec![half("No Upfront", "Hrs", "0.02", 2)]).expect("joined"), ["no 0.02 0 false"]);
        assert_eq!(joined(vec![half("All Upfront", "Quantity", "167", 2)]).expect("joined"), ["all 0 167 true"]);
    }

    #[test]
    fn a_partial_payment_needs_both_parts() {
        let error = joined(vec![half("Partial Upfront", "Hrs", "0.007", 5)]).expect_err("half").to_string();
        assert!(error.contains("prices.csv:5"), "{error}");
    }

    #[test]
    fn two_prices_for_one_part_are_an_error() {
        assert!(joined(vec![half("No Upfront", "Hrs", "0.02", 2), half("No Upfront", "Hrs", "0.03", 3)]).is_err());
    }
}
