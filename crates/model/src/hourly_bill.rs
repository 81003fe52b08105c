//! The usage of an hourly bill, as what commitments may cover.
//!
//! Each usage type, operation and region becomes one row with the sum of every hour, whatever resource, account
//! or part of the hour it was used in. An hour that no row is of is an hour without usage; a whole month that no
//! row is of is one whose file is not there, and is left out, for as idle as that no account is. As in AWS's own
//! recommendations, what counts is what is on demand: usage that a Savings Plan or a reservation covers is left
//! aside, unless what is owned is named, which then takes it off again.
//!
//! Rates on demand are those that the bill says (`pricing/publicOnDemandRate`, FOCUS's `ListUnitPrice`), or else
//! those of a price book. They are public ones: a private discount lowers what a commitment saves.
//!
//! # What is exact
//!
//! Sums are exact whatever the order of rows. A row of hours is counted in the largest tick that divides all of
//! them, down to 10⁻¹⁰ of a unit, which is as fine as AWS writes quantities in CSV. Parquet and FOCUS have
//! doubles of up to 17 digits: where a sum has more digits, each hour is rounded to that, and how much money
//! this can be at most is in [`HourlyUsage::rounded`].

use crate::bill::{Amount, Bill, ChargeKind, Dimension, Entry, Metric, Query, Span};
use crate::commitment::{Catalog, Demand, Eligible, Error, Given, Key, MOST_HOURS, Named, Row, covered_by};
use crate::exact::Ratio;
use crate::meter::{Region, ServiceCode, UsageType};
use crate::price::PriceBook;
use crate::reconcile::{contradicts, flat_rate, service_of};
use crate::time::{Date, HOUR, midnight_utc};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What an hourly bill is asked.
#[must_use]
pub fn hourly_query(span: Option<Span>) -> Query {
    let by = [
        Dimension::Service,
        Dimension::UsageType,
        Dimension::Operation,
        Dimension::Region,
        Dimension::ChargeType,
        Dimension::PurchaseType,
        Dimension::Commitment,
        Dimension::UsageStart,
        Dimension::UsageEnd,
        Dimension::ListRate,
    ];
    let metrics = [Metric::List, Metric::Unblended].to_vec();
    Query { span, metrics, quantity: true, ..Query::new(by.to_vec(), Metric::Unblended) }
}

/// What a bill may lack, and still be asked.
pub const MAY_LACK: [Dimension; 5] =
    [Dimension::Operation, Dimension::Region, Dimension::PurchaseType, Dimension::Commitment, Dimension::ListRate];

/// How the usage of a bill is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The rates of commitments.
    pub catalog: &'a Catalog,
    /// The rates on demand of what the bill has no rate for.
    pub book: &'a PriceBook,
    /// The day whose rates of the book count.
    pub as_of: Option<Date>,
    /// Whether usage that commitments cover in the bill counts, too: then all that covers it is to be owned.
    pub covered_too: bool,
}

/// The usage of an hourly bill.
#[derive(Clone, Debug)]
pub struct HourlyUsage {
    /// What commitments may cover, and what of that has no rates.
    pub given: Given,
    /// When its first hour begins, in seconds since 1970.
    pub from: i64,
    /// When its last hour ends.
    pub to: i64,
    /// How many hours there are, one after another but for [`HourlyUsage::absent`].
    pub hours: usize,
    /// Whole months in between, each by its first day, that no row of any service is of: their hours are not counted.
    pub absent: Vec<Date>,
    /// Hours that no row of any service is of; they count as hours without usage.
    pub empty_hours: usize,
    /// Where it was used.
    pub regions: Vec<Region>,
    /// What is not in it.
    pub aside: Aside,
    /// What rounding the hours of quantities with very many digits can come to at most, in dollars; none where
    /// nothing was rounded.
    pub rounded: Option<Ratio>,
}

/// Usage of a bill that is left aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aside {
    /// Covered by a Savings Plan or a reservation today: what it would cost on demand, as far as the bill says.
    pub covered: Amount,
    /// The same, where it counts.
    pub covered_counted: Amount,
    /// On Spot, as charged.
    pub spot: Amount,
    /// What no commitment that is known here covers, as charged, the dearest service first.
    pub others: Vec<(String, Amount)>,
    /// Usage types that commitments cover, and that have no rate on demand, neither in the bill nor in the book.
    pub unrated: Vec<String>,
}

/// What is wrong with a bill.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HourlyError {
    /// A row of usage that commitments may cover is longer than an hour.
    #[error("usage of {0} from {1} to {2} is one row, and commitments are by the hour")]
    NotHourly(String, String, String),
    /// A row that lies in two hours.
    #[error("a row of {0} from {1} to {2} lies in two hours, and how much is of which is not known")]
    TwoHours(String, String, String),
    /// A row that does not end after it began.
    #[error("a row of {0} from \"{1}\" to \"{2}\" does not say which hour it is of")]
    NoPeriod(String, String, String),
    /// Less than nothing used in an hour.
    #[error("{0} has a usage below 0 in the hour from {1}")]
    Negative(String, String),
    /// A rate that is none.
    #[error("\"{1}\" is no rate of {0}")]
    Rate(String, String),
    /// A bill without usage.
    #[error("the bill has no row of usage that is of an hour")]
    NoHours,
    /// More hours than are laid out.
    #[error("the bill is of more than {MOST_HOURS} hours")]
    TooLong,
    /// A sum that leaves the range.
    #[error("a sum is too large to count")]
    TooLarge,
    /// What cannot be a demand.
    #[error("{0}")]
    Demand(#[from] Error),
}

/// The services and regions of a bill that a price book may know, to read no more of one than is needed.
#[must_use]
pub fn places(bill: &Bill) -> BTreeSet<(ServiceCode, Region)> {
    let used = bill.entries.iter().filter_map(|entry| Charged::of(entry)?.used());
    used.map(|used| (used.service, used.region)).collect()
}

/// A row of the answer to [`hourly_query`].
#[derive(Clone, Copy)]
struct Charged<'a> {
    service: &'a str,
    usage_type: &'a str,
    operation: &'a str,
    region: &'a str,
    purchase_type: &'a str,
    commitment: &'a str,
    start: &'a str,
    end: &'a str,
    rate: &'a str,
    entry: &'a Entry,
}

impl<'a> Charged<'a> {
    /// None of what is no usage, or only takes back what a plan covers.
    fn of(entry: &'a Entry) -> Option<Charged<'a>> {
        let [service, usage_type, operation, region, charge_type, purchase_type, commitment, start, end, rate] =
            &entry.keys[..]
        else {
            return None;
        };
        (entry.kind == ChargeKind::Usage && charge_type != "SavingsPlanNegation").then_some(Charged {
            service,
            usage_type,
            operation,
            region,
            purchase_type,
            commitment,
            start,
            end,
            rate,
            entry,
        })
    }

    /// Its words, where this crate knows its service.
    fn used(self) -> Option<Named<'a>> {
        let service = service_of(self.service)?;
        let parsed = UsageType::parse(self.usage_type).region;
        let region = parsed.or_else(|| self.region.parse().ok()).unwrap_or(Region::US_EAST_1);
        Some(Named { service, region, usage_type: self.usage_type, operation: self.operation })
    }

    /// Whether a commitment covers it. FOCUS says it by the category of its price, reports by its type.
    fn is_covered(self) -> bool {
        !self.commitment.is_empty() || matches!(self.purchase_type, "Savings Plans" | "Reserved" | "Committed")
    }

    fn is_spot(self) -> bool {
        matches!(self.purchase_type, "Spot" | "Dynamic")
    }

    /// From when to when, in seconds since 1970.
    fn period(self) -> Result<(i64, i64), HourlyError> {
        let second = |text: &str| text.parse::<Timestamp>().ok().map(Timestamp::as_second);
        let period = second(self.start).zip(second(self.end)).filter(|(from, to)| from < to);
        period.ok_or_else(|| HourlyError::NoPeriod(self.usage_type.into(), self.start.into(), self.end.into()))
    }

    /// The hour that it is of, in hours since 1970.
    fn hour(self) -> Result<i64, HourlyError> {
        let (from, to) = self.period()?;
        let names = || (self.usage_type.to_string(), self.start.to_string(), self.end.to_string());
        let hour = HOUR.cast_signed();
        if to - from > hour {
            let (usage_type, start, end) = names();
            return Err(HourlyError::NotHourly(usage_type, start, end));
        }
        if from.div_euclid(hour) != (to - 1).div_euclid(hour) {
            let (usage_type, start, end) = names();
            return Err(HourlyError::TwoHours(usage_type, start, end));
        }
        Ok(from.div_euclid(hour))
    }

    fn amount(self, metric: usize) -> Amount {
        self.entry.amounts.get(metric).copied().unwrap_or_default()
    }
}

/// What is one row of a demand: service, region, usage type, operation, unit, rate.
type Place<'a> = (ServiceCode, Region, &'a str, &'a str, &'a str, Ratio);

/// Usage of one kind: by hours since 1970, and what may cover it.
type Used = (BTreeMap<i64, Amount>, Eligible);

/// The usage of a bill that was asked [`hourly_query`].
///
/// # Errors
/// [`HourlyError`]
pub fn hourly_usage(bill: &Bill, ground: &Ground<'_>) -> Result<HourlyUsage, HourlyError> {
    let mut aside = Aside::default();
    let mut others: BTreeMap<&str, Amount> = BTreeMap::new();
    let mut used: BTreeMap<Place<'_>, Used> = BTreeMap::new();
    let mut lacking: BTreeMap<(&str, &str, Region), (Named<'_>, Eligible)> = BTreeMap::new();
    let mut seen: BTreeSet<i64> = BTreeSet::new();
    let mut known: BTreeMap<(&str, &str, &str, &str, &str), Known> = BTreeMap::new();
    for charged in bill.entries.iter().filter_map(Charged::of) {
        let words = (charged.service, charged.usage_type, charged.operation, charged.region, &*charged.entry.unit);
        let Known { eligible, flat } = known.entry(words).or_insert_with(|| Known::of(charged, ground));
        let hour = charged.hour();
        seen.extend(hour.as_ref().ok());
        if charged.is_spot() {
            add(&mut aside.spot, charged.amount(1))?;
            continue;
        }
        if charged.is_covered() {
            let sum = if ground.covered_too { &mut aside.covered_counted } else { &mut aside.covered };
            add(sum, charged.amount(0))?;
            if !ground.covered_too {
                continue;
            }
        }
        let (Some(words), Some(eligible)) = (charged.used(), eligible.as_ref()) else {
            add(others.entry(charged.service).or_default(), charged.amount(1))?;
            continue;
        };
        let hour = hour?;
        let place = (charged.usage_type, charged.operation, words.region);
        lacking.entry(place).or_insert_with(|| (words, eligible.clone()));
        let covers = !eligible.rates.is_empty() || eligible.instance.is_some();
        let rate = if covers { rate(charged, *flat)? } else { Some(Ratio::ZERO) };
        match rate {
            // What is free needs no commitment, and what has no rates has none here.
            Some(rate) if rate <= Ratio::ZERO => add(others.entry(charged.service).or_default(), charged.amount(1))?,
            Some(rate) => {
                let unit = &*charged.entry.unit;
                let place = (words.service, words.region, words.usage_type, words.operation, unit, rate);
                let (hours, _) = used.entry(place).or_insert_with(|| (BTreeMap::new(), eligible.clone()));
                add(hours.entry(hour).or_default(), charged.entry.quantity)?;
            }
            None if aside.unrated.iter().any(|known| known == charged.usage_type) => {}
            None => aside.unrated.push(charged.usage_type.to_string()),
        }
    }
    aside.others =
        others.into_iter().filter(|(_, amount)| !amount.is_zero()).map(|(of, sum)| (of.into(), sum)).collect();
    aside.others.sort_by_key(|(_, amount)| core::cmp::Reverse(*amount));
    let Laid { first, last, hours, absent } = Laid::of(&seen)?;
    let mut rounded = None;
    let mut rows = Vec::new();
    for (place, (by_hour, eligible)) in &used {
        let mut quantities = vec![Amount::ZERO; hours];
        for (hour, amount) in by_hour {
            if amount.is_negative() {
                return Err(HourlyError::Negative(place.2.to_string(), moment(hour * HOUR.cast_signed())));
            }
            let before: i64 = absent.iter().filter(|of| of.to <= *hour).map(|of| of.to - of.from).sum();
            if let Some(sum) = usize::try_from(hour - first - before).ok().and_then(|at| quantities.get_mut(at)) {
                *sum = *amount;
            }
        }
        let (row, by) = row(place, &quantities)?;
        if let Some(by) = by {
            rounded = Some(rounded.unwrap_or(Ratio::ZERO) + by);
        }
        rows.push(Row { rates: eligible.rates.clone(), instance: eligible.instance.clone(), ..row });
    }
    let mut regions: Vec<Region> = used.keys().map(|place| place.1).collect();
    regions.sort();
    regions.dedup();
    let demand = if rows.is_empty() { None } else { Some(Demand::new(rows)?) };
    Ok(HourlyUsage {
        given: Given {
            demand,
            happened: true,
            lacking: ground.catalog.lacks(lacking.into_values()),
            assumed: Vec::new(),
        },
        from: first * HOUR.cast_signed(),
        to: (last + 1) * HOUR.cast_signed(),
        hours,
        absent: absent.into_iter().map(|of| of.first).collect(),
        empty_hours: hours - seen.len(),
        regions,
        aside,
        rounded,
    })
}

/// The hours that a bill is laid on, since 1970.
struct Laid {
    first: i64,
    last: i64,
    hours: usize,
    absent: Vec<Absent>,
}

/// A month without a row: its first day, its first hour, and that of the next.
struct Absent {
    first: Date,
    from: i64,
    to: i64,
}

impl Laid {
    /// From the first to the last of these hours, but for months that none of them is in.
    fn of(seen: &BTreeSet<i64>) -> Result<Laid, HourlyError> {
        let (&first, &last) = seen.first().zip(seen.last()).ok_or(HourlyError::NoHours)?;
        let mut absent = Vec::new();
        for (&before, &after) in seen.iter().zip(seen.iter().skip(1)).filter(|(before, after)| *after - *before > 1) {
            let mut month = next_month(before).ok_or(HourlyError::TooLong)?;
            loop {
                let from = midnight_utc(month).div_euclid(HOUR.cast_signed());
                let to = next_month(from).ok_or(HourlyError::TooLong)?;
                let end = midnight_utc(to).div_euclid(HOUR.cast_signed());
                if end > after {
                    break;
                }
                absent.push(Absent { first: month, from, to: end });
                month = to;
            }
        }
        let without: i64 = absent.iter().map(|of| of.to - of.from).sum();
        let hours = usize::try_from(last - first + 1 - without).ok().filter(|&hours| hours <= MOST_HOURS);
        Ok(Laid { first, last, hours: hours.ok_or(HourlyError::TooLong)?, absent })
    }
}

/// The first day of the month after that of an hour since 1970, in UTC, as AWS bills.
fn next_month(hour: i64) -> Option<Date> {
    let at = Timestamp::from_second(hour.checked_mul(HOUR.cast_signed())?).ok()?;
    at.to_zoned(TimeZone::UTC).date().last_of_month().tomorrow().ok()
}

/// A moment in seconds since 1970 as text: `2026-10-01T05:00:00Z`.
#[must_use]
pub fn moment(seconds: i64) -> String {
    Timestamp::from_second(seconds).map(|at| at.to_string()).unwrap_or_default()
}

fn add(sum: &mut Amount, amount: Amount) -> Result<(), HourlyError> {
    *sum = sum.checked_add(amount).ok_or(HourlyError::TooLarge)?;
    Ok(())
}

/// What is known of a usage: looked up once, not for every hour.
struct Known {
    /// What may cover it; none where AWS has no commitment for it that is known here.
    eligible: Option<Eligible>,
    /// What a unit costs on demand by the book.
    flat: Option<Ratio>,
}

impl Known {
    fn of(charged: Charged<'_>, ground: &Ground<'_>) -> Known {
        let Some(used) = charged.used() else { return Known { eligible: None, flat: None } };
        let eligible = ground.catalog.covers(used, |unit| !contradicts(unit, &charged.entry.unit));
        if eligible.rates.is_empty() && eligible.instance.is_none() && covered_by(used).is_none() {
            return Known { eligible: None, flat: None };
        }
        let words = (used.service.code(), charged.usage_type, charged.operation, &*charged.entry.unit);
        Known { eligible: Some(eligible), flat: flat_rate(ground.book, words, used.region, ground.as_of) }
    }
}

/// What a unit costs on demand: as the bill says, or as the book does; none where neither says.
fn rate(charged: Charged<'_>, flat: Option<Ratio>) -> Result<Option<Ratio>, HourlyError> {
    if charged.rate.is_empty() {
        return Ok(flat);
    }
    let rate = Amount::parse(charged.rate.as_bytes()).filter(|rate| !rate.is_negative());
    let rate = rate.map(Amount::to_ratio).filter(|rate| !rate.is_too_large());
    rate.map(Some).ok_or_else(|| HourlyError::Rate(charged.usage_type.into(), charged.rate.into()))
}

/// Decimals of a unit that are counted at most.
const PLACES: u32 = 10;
/// What a row is scaled up by at most, held against other demand.
const ROOM: u64 = 1_000;

/// A row of a demand, and what rounding its hours can come to, where that was needed.
fn row(place: &Place<'_>, quantities: &[Amount]) -> Result<(Row, Option<Ratio>), HourlyError> {
    let &(service, region, usage_type, operation, unit, rate) = place;
    let key = Key::new(service.code(), region.code(), usage_type, operation);
    let exact: Vec<Ratio> = quantities.iter().copied().map(Amount::to_ratio).collect();
    let tenths = |places: u32| 10_i128.pow(places);
    let fits = |row: &Row| row.hourly.iter().all(|&ticks| ticks.checked_mul(ROOM).is_some());
    if let Ok(row) = Row::of_quantities(key.clone(), unit, rate, &exact)
        && tenths(PLACES) % i128::from(row.per_unit) == 0
        && fits(&row)
    {
        return Ok((row, None));
    }
    for places in (0..=PLACES).rev() {
        let round = |value: &Ratio| Some(Ratio::new(value.scaled(places)?, tenths(places)));
        let Some(rounded) = exact.iter().map(round).collect::<Option<Vec<Ratio>>>() else { continue };
        if let Ok(row) = Row::of_quantities(key.clone(), unit, rate, &rounded)
            && fits(&row)
        {
            let hours = Ratio::new(i128::try_from(quantities.len()).map_err(|_| HourlyError::TooLarge)?, 1);
            return Ok((row, Some(hours * rate / Ratio::new(2 * tenths(places), 1))));
        }
    }
    Err(HourlyError::TooLarge)
}
