//! What a change does to the bill, by the price book.

use super::super::plan::{Money, Step};
use super::super::setting::{State, Target};
use super::super::snapshot::{Account, SeenAlarm, Snapshot};
use crate::estimate::{Estimate, estimate};
use crate::exact::Ratio;
use crate::meter::Region;
use crate::money::Usd;
use crate::price::PriceBook;
use crate::services::Component;
use crate::services::cloudwatch::{Alarms, CloudWatch, Metrics};
use crate::stack::Stack;
use crate::time::Horizon;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::Value;

/// Bytes of a GB as AWS bills storage: 1024³. Source: the pricing pages' examples.
const GB: i128 = 1 << 30;

/// Bytes as GB.
pub(super) fn gb(bytes: u64) -> Ratio {
    Ratio::new(i128::from(bytes), GB)
}

/// GB in a sentence: `12.4 GB`, `0 GB`, `less than 0.01 GB`.
pub(super) fn gb_words(gb: Ratio) -> String {
    let cent = Ratio::new(1, 100);
    if !gb.is_zero() && gb < cent {
        return String::from("less than 0.01 GB");
    }
    let text = gb.to_fixed(2);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} GB")
}

/// What a component costs in an average month, each unit at its list rate: what every account has
/// free is left aside, since a change at the margin is what counts.
pub(super) fn monthly(book: &PriceBook, region: Region, component: impl Into<Component>) -> Result<Priced, String> {
    priced(book, region, component, false)
}

/// What something costs a month, and how that came about.
pub(super) struct Priced {
    pub usd: Usd,
    pub formula: String,
}

fn priced(book: &PriceBook, region: Region, component: impl Into<Component>, free: bool) -> Result<Priced, String> {
    let mut stack = Stack::new("fix", region, Horizon::AverageMonth);
    stack.account.always_free = free;
    stack.add("fix", component);
    let estimate = estimate(&stack, book, None);
    if let Some(gap) = estimate.unpriced.first() {
        return Err(format!("{}: {}", gap.usage_type, gap.gap));
    }
    Ok(Priced { usd: estimate.total().usd(), formula: formula(&estimate) })
}

/// `12.4 GB kept x 0.03 USD a GB-Mo (us-east-1, 2026-10-07, offer-file)`: arithmetic, rate, and where
/// and since when it holds; `stackcost prices show` names its source in full.
fn formula(estimate: &Estimate) -> String {
    let paid = estimate.lines.iter().filter(|line| !line.rate.is_zero());
    let parts: Vec<String> = paid
        .map(|line| {
            let dated = line.source.date_text().map(|date| format!(", {date}")).unwrap_or_default();
            let (unit, trust) = (line.quantity.unit.short(), line.source.confidence);
            let whence = format!("{}{dated}, {trust}", estimate.region);
            format!("{} x {} USD each {unit} ({whence})", line.because, line.rate)
        })
        .collect();
    parts.join(" + ")
}

/// What it saves to go from one to the other; a missing rate makes it unknown.
pub(super) fn difference(before: Result<Priced, String>, after: Result<Priced, String>) -> Money {
    match (before, after) {
        (Ok(before), Ok(after)) => Money {
            saves: Some(before.usd - after.usd),
            in_a_year: None,
            formula: match (before.formula.is_empty(), after.formula.is_empty()) {
                (true, true) => String::from("free"),
                (false, true) => before.formula,
                (true, false) => format!("costs {}", after.formula),
                (false, false) => format!("{}, instead of {}", after.formula, before.formula),
            },
        },
        (Err(gap), _) | (_, Err(gap)) => Money::unknown(format!("no price for {gap}")),
    }
}

/// Prices the alarms and dashboards that steps make: what they cost depends on how many the account
/// has, since some are free, so it is computed in the order of the steps. AWS counts what is free
/// for all regions of an account together.
pub(in super::super) fn price_alarms_and_dashboards(steps: &mut [Step], snapshot: &Snapshot, book: &PriceBook) {
    for account in &snapshot.accounts {
        let mut alarms = known_alarms(account);
        let mut dashboards = known_dashboards(account);
        for step in steps.iter_mut().filter(|step| step.account == account.id && step.before.is_none()) {
            let count = match step.target {
                Target::Alarm { .. } => &mut alarms,
                Target::Dashboard { .. } => &mut dashboards,
                _ => continue,
            };
            let alarm = matches!(step.target, Target::Alarm { .. });
            // More metrics than that are not free on a dashboard.
            let large = matches!(&step.after, Some(State::Dashboard { body }) if metrics_of(body) > 50);
            step.money = one_more(book, step.region, count.filter(|_| !large), alarm);
            if !large {
                *count = count.map(|count| count + 1);
            }
        }
    }
}

/// How many metrics alarms refer to, which is what is billed; none when that was not read everywhere.
fn known_alarms(account: &Account) -> Option<u32> {
    let metrics = |alarms: &[SeenAlarm]| alarms.iter().fold(0, |sum: u32, alarm| sum.saturating_add(alarm.metrics));
    let mut seen: BTreeMap<Region, u32> = BTreeMap::new();
    if let Ok(alarms) = &account.billing.alarms {
        seen.insert(Region::US_EAST_1, metrics(alarms));
    }
    for place in &account.regions {
        if let Ok(alarms) = &place.alarms {
            seen.insert(place.region, metrics(alarms));
        }
    }
    (!seen.is_empty()).then(|| seen.values().fold(0, |sum: u32, metrics| sum.saturating_add(*metrics)))
}

/// How many metrics a dashboard shows.
fn metrics_of(body: &str) -> usize {
    let document: Value = serde_json::from_str(body).unwrap_or_default();
    let widgets = document["widgets"].as_array().cloned().unwrap_or_default();
    widgets.iter().filter_map(|widget| widget["properties"]["metrics"].as_array()).map(Vec::len).sum()
}

fn known_dashboards(account: &Account) -> Option<u32> {
    // Dashboards are of the account; each region lists the same.
    account.regions.iter().find_map(|place| u32::try_from(place.dashboards.as_ref().ok()?.len()).ok())
}

/// What one alarm or dashboard more costs beside so many.
fn one_more(book: &PriceBook, region: Region, known: Option<u32>, alarm: bool) -> Money {
    let of = |count: u32, free: bool| {
        let mut metrics = Metrics::default();
        match alarm {
            true => metrics.alarms = Alarms { standard: count, ..Alarms::default() },
            false => metrics.dashboards = count,
        }
        priced(book, region, CloudWatch { metrics, ..CloudWatch::default() }, free)
    };
    let (before, after) = match known {
        Some(count) => (of(count, true), of(count.saturating_add(1), true)),
        None => (of(0, false), of(1, false)),
    };
    let mut money = difference(before, after);
    let (what, free) = if alarm { ("alarms", 10) } else { ("dashboards", 3) };
    money.formula = match (known, money.saves) {
        (Some(count), Some(Usd::ZERO)) => {
            format!(
                "free, if other regions and accounts of the organization have none: {count} of {free} {what} are used"
            )
        }
        (Some(count), Some(_)) => format!("one more beside {count}, {free} are free: {}", listed(of(1, false))),
        (None, Some(_)) => {
            format!("none of the {free} free ones is left, or that is not known: {}", listed(of(1, false)))
        }
        (_, None) => money.formula,
    };
    money
}

fn listed(priced: Result<Priced, String>) -> String {
    priced.map_or_else(|gap| gap, |priced| priced.formula)
}
