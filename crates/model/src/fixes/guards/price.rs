//! What a change does to the bill, by the price book.

use super::super::plan::Money;
use crate::estimate::{Estimate, estimate};
use crate::exact::Ratio;
use crate::meter::Region;
use crate::money::Usd;
use crate::price::PriceBook;
use crate::services::Component;
use crate::stack::Stack;
use crate::time::Horizon;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

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

/// The same after what every account has free: alarms and dashboards of an account are counted.
pub(super) fn after_free(book: &PriceBook, region: Region, component: impl Into<Component>) -> Result<Priced, String> {
    priced(book, region, component, true)
}

/// What something costs a month, and how that came about.
pub(super) struct Priced {
    pub usd: Usd,
    pub formula: String,
}

fn priced(book: &PriceBook, region: Region, component: impl Into<Component>, free: bool) -> Result<Priced, String> {
    let mut stack = Stack::new("fix", region, Horizon::AverageMonth);
    stack.always_free = free;
    stack.add("fix", component);
    let estimate = estimate(&stack, book, None);
    if let Some(gap) = estimate.unpriced.first() {
        return Err(format!("{}: {}", gap.usage_type, gap.gap));
    }
    Ok(Priced { usd: estimate.total().usd(), formula: formula(&estimate) })
}

/// `12.4 GB kept x 0.03 USD (price list of 2026-09-29)`.
fn formula(estimate: &Estimate) -> String {
    let paid = estimate.lines.iter().filter(|line| !line.rate.is_zero());
    let parts: Vec<String> = paid
        .map(|line| {
            let dated = line.source.date_text().map(|date| format!(", {date}")).unwrap_or_default();
            format!(
                "{} x {} USD a {} ({}{dated})",
                line.because,
                line.rate,
                line.quantity.unit.short(),
                line.source.from
            )
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
