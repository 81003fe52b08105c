//! The price book against the list prices that a bill has.

use super::join::{modelled, service_of};
use super::{cause, contradicts};
use crate::bill::{Amount, Bill, ChargeKind, Dimension, Metric, Query, Span};
use crate::exact::Ratio;
use crate::meter::{Meter, Region, ServiceCode, UsageType};
use crate::money::Usd;
use crate::price::{Gap, PriceBook};
use crate::time::Date;
use crate::unit::UnitKind;
use alloc::borrow::Cow;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Usage of a bill, priced anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rerated {
    /// Usage that the book or some component knows, the dearest difference first, then what could
    /// not be compared, then what agrees.
    pub lines: Vec<RerateLine>,
    /// What the book costs less the bill, over everything that could be compared.
    pub difference: Amount,
    /// How many usage types that nothing here models were left out, and what they cost.
    pub others: (usize, Amount),
}

/// One usage type, region and month of a bill, at list prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RerateLine {
    /// The first day of its month.
    pub month: Date,
    /// The service as the bill writes it.
    pub service: String,
    /// The usage type as the bill writes it.
    pub usage_type: String,
    /// The operation.
    pub operation: String,
    /// Where it was used.
    pub region: Region,
    /// What is counted, as the bill writes it.
    pub unit: String,
    /// How much of it is not free.
    pub quantity: Amount,
    /// What it costs at the bill's list prices, if the bill says.
    pub list: Option<Amount>,
    /// What it costs at the book's.
    pub book: Option<Amount>,
    /// What came of it.
    pub verdict: Verdict,
}

/// What comes of pricing a line of a bill anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same, but for the rounding of the bill's rows.
    Agrees,
    /// Not the same.
    Differs,
    /// The book cannot price it, and why.
    NoPrice(String),
    /// The bill plainly counts something else than the book.
    Unit(UnitKind),
    /// The bill has no list cost.
    NoList,
}

impl Verdict {
    /// As data has it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Verdict::Agrees => "agrees",
            Verdict::Differs => "differs",
            Verdict::NoPrice(_) => "no-price",
            Verdict::Unit(_) => "unit",
            Verdict::NoList => "no-list",
        }
    }

    /// Why it could not be compared, if so.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Verdict::Agrees | Verdict::Differs => String::new(),
            Verdict::NoPrice(why) => why.clone(),
            Verdict::Unit(unit) => ["the book counts ", unit.label()].concat(),
            Verdict::NoList => "the bill has no list cost".to_string(),
        }
    }
}

impl RerateLine {
    /// What the book's cost is less the bill's; nothing where they cannot be compared.
    #[must_use]
    pub fn difference(&self) -> Amount {
        self.list.zip(self.book).and_then(|(list, book)| book.checked_sub(list)).unwrap_or_default()
    }
}

/// What to ask a bill in export files to price its usage anew. Free rows and what a Savings Plan
/// takes back are told by their description and type.
#[must_use]
pub fn rerate_query(span: Option<Span>) -> Query {
    let by = [
        Dimension::Service,
        Dimension::UsageType,
        Dimension::Operation,
        Dimension::Region,
        Dimension::ChargeType,
        Dimension::Description,
    ];
    let metrics = [Metric::Unblended, Metric::List].to_vec();
    Query { span, metrics, quantity: true, ..Query::new(by.to_vec(), Metric::Unblended) }
}

/// The services of a bill that price books know, to read no more of one than is needed.
#[must_use]
pub fn services(bill: &Bill) -> BTreeSet<ServiceCode> {
    let known = bill.entries.iter().filter_map(|entry| service_of(entry.keys.first()?));
    known.chain([ServiceCode::DataTransfer]).collect()
}

/// What is priced as one: month, service, usage type, operation, region, unit.
type Key = (Date, String, String, String, Region, String);

/// Prices the usage of a bill from a book, as of a date, against the list costs of the bill.
///
/// Graduated rates run over all usage of the month in a region, whatever the account: AWS adds the
/// accounts of an organisation up. Free rows are left out on both sides, since they have a price of
/// their own in AWS's lists. `None` when a sum leaves the range.
#[must_use]
pub fn rerate(bill: &Bill, book: &PriceBook, as_of: Option<Date>) -> Option<Rerated> {
    let units = units(book);
    let mut usage: BTreeMap<Key, (Amount, Option<Amount>, u64)> = BTreeMap::new();
    let mut others: BTreeMap<(&str, &str), Amount> = BTreeMap::new();
    for entry in bill.entries.iter().filter(|entry| entry.kind == ChargeKind::Usage) {
        let [service, usage_type, operation, region, charge_type, _] = &entry.keys[..] else { continue };
        let (cost, list) = (*entry.amounts.first()?, *entry.amounts.get(1)?);
        if charge_type == "SavingsPlanNegation" || (cost.is_zero() && list.is_zero() && entry.without_list == 0) {
            continue;
        }
        let parsed = UsageType::parse(usage_type);
        let region = parsed.region.or_else(|| region.parse().ok()).or_else(|| "us-east-1".parse().ok())?;
        let billed = (service.clone(), Some(region), parsed.rest, operation.clone());
        if meter(&units, service, &billed.2, operation).is_none() && !modelled(&billed) {
            let sum = others.entry((service, usage_type)).or_default();
            *sum = sum.checked_add(cost)?;
            continue;
        }
        let key = (entry.period, service.clone(), usage_type.clone(), operation.clone(), region, entry.unit.clone());
        let (quantity, known, charges) = usage.entry(key).or_insert((Amount::ZERO, Some(Amount::ZERO), 0));
        *quantity = quantity.checked_add(entry.quantity)?;
        *known = known.filter(|_| entry.without_list == 0).and_then(|sum| sum.checked_add(list));
        *charges += entry.charges;
    }
    let mut lines: Vec<RerateLine> =
        usage.into_iter().map(|(key, sums)| line(key, sums, book, &units, as_of)).collect();
    lines.sort_by_key(|line| (rank(&line.verdict), core::cmp::Reverse(line.difference().abs())));
    let difference = Amount::sum(lines.iter().map(RerateLine::difference))?;
    Some(Rerated { lines, difference, others: (others.len(), Amount::sum(others.into_values())?) })
}

fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Differs => 0,
        Verdict::NoPrice(_) | Verdict::Unit(_) | Verdict::NoList => 1,
        Verdict::Agrees => 2,
    }
}

/// The unit of each usage type of a book.
fn units(book: &PriceBook) -> BTreeMap<(ServiceCode, &str), UnitKind> {
    let prices = book.prices().iter().chain(book.overrides());
    prices.map(|price| ((price.service, &*price.usage_type), price.unit)).collect()
}

/// The meter of a usage, by the service that bills it or else as data transfer.
fn meter(units: &BTreeMap<(ServiceCode, &str), UnitKind>, service: &str, rest: &str, operation: &str) -> Option<Meter> {
    let services = service_of(service).into_iter().chain([ServiceCode::DataTransfer]);
    let elsewhere = rest.ends_with("-AWS-Out-Bytes").then_some("*-AWS-Out-Bytes");
    services.into_iter().find_map(|service| {
        let unit = [Some(rest), elsewhere].into_iter().flatten().find_map(|rest| units.get(&(service, rest)))?;
        Some(Meter {
            service,
            usage_type: Cow::Owned(rest.to_string()),
            operation: Cow::Owned(operation.to_string()),
            unit: *unit,
        })
    })
}

/// The rate on demand of a usage that a bill writes so, where a book has one for all of it: dollars for a unit.
/// None where there is none, where it depends on how much is used, or where the bill counts something else.
#[must_use]
pub fn flat_rate(
    book: &PriceBook,
    (service, usage_type, operation, unit): (&str, &str, &str, &str),
    region: Region,
    as_of: Option<Date>,
) -> Option<Ratio> {
    let meter = meter(&units(book), service, &UsageType::parse(usage_type).rest, operation)?;
    let tariff = book.tariff(&meter, region, as_of).ok().filter(|_| !contradicts(meter.unit, unit))?;
    tariff.flat().map(|price| price.band.usd.into())
}

fn line(
    (month, service, usage_type, operation, region, unit): Key,
    (quantity, list, charges): (Amount, Option<Amount>, u64),
    book: &PriceBook,
    units: &BTreeMap<(ServiceCode, &str), UnitKind>,
    as_of: Option<Date>,
) -> RerateLine {
    let rest = UsageType::parse(&usage_type).rest;
    let priced = match meter(units, &service, &rest, &operation) {
        None => Err(Verdict::NoPrice("no rate in the price book".to_string())),
        Some(meter) if contradicts(meter.unit, &unit) => Err(Verdict::Unit(meter.unit)),
        Some(meter) => price(book, &meter, region, as_of, quantity),
    };
    let (verdict, book) = match (priced, list) {
        (Err(verdict), _) => (verdict, None),
        (Ok(cost), None) => (Verdict::NoList, Some(cost)),
        (Ok(cost), Some(list)) => {
            let by = cost.checked_sub(list).unwrap_or_default().abs();
            (if by <= cause::tolerance(charges) { Verdict::Agrees } else { Verdict::Differs }, Some(cost))
        }
    };
    RerateLine { month, service, usage_type, operation, region, unit, quantity, list, book, verdict }
}

fn price(
    book: &PriceBook,
    meter: &Meter,
    region: Region,
    as_of: Option<Date>,
    quantity: Amount,
) -> Result<Amount, Verdict> {
    let no_price = |gap: Gap| Verdict::NoPrice(gap.to_string());
    let tariff = book.tariff(meter, region, as_of).map_err(|gap| match gap {
        Gap::NoRate if meter.operation.is_empty() => {
            Verdict::NoPrice("no rate in the price book, or one that depends on the operation".to_string())
        }
        gap => no_price(gap),
    })?;
    let (slices, rest) = tariff.slices(Ratio::ZERO, quantity.to_ratio(), Ratio::ONE);
    if let Some((_, gap)) = rest {
        return Err(no_price(gap));
    }
    let charge =
        |rate: Ratio, quantity: Ratio| Usd::round(rate * quantity).and_then(|usd| Amount::round(usd.to_ratio()));
    let parts: Option<Vec<Amount>> =
        slices.iter().map(|slice| charge(Ratio::from(slice.price.band.usd), slice.quantity)).collect();
    parts.and_then(Amount::sum).ok_or_else(|| no_price(Gap::TooLarge))
}
