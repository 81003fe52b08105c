//! Why a line of the bill is not what was estimated.

use super::contradicts;
use super::join::{Billed, Estimated};
use crate::bill::{Amount, ChargeKind};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// A known cause of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The bill charges all or some of it nothing, as free usage.
    FreeTier,
    /// Some of it is free in the estimate: the average rate changes with the quantity.
    Allowance,
    /// Graduated rates: the average rate changes with the quantity.
    Graduated,
    /// A commitment covers some of it; its fee stands apart.
    Commitment(&'static str),
    /// Some of it is on Spot.
    Spot,
    /// Charged below the bill's own list rate.
    Negotiated,
    /// The bill's own list rate is not ours.
    OtherRate {
        /// Ours, for one unit.
        ours: Amount,
        /// The bill's list rate, for one unit.
        bill: Amount,
    },
    /// No more than the rounding of so many rows to ten decimals.
    Rounding,
    /// The bill counts something else.
    Unit(String),
    /// Without price in the estimate.
    NoPrice(String),
    /// No component of any stack is billed by this usage type.
    NotModelled,
    /// Components can be billed by it, but none of this stack is.
    NotInStack,
    /// In the stack, and not on the bill.
    NotBilled,
    /// Something that no estimate has.
    Kind(ChargeKind),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cause::FreeTier => "free on the bill",
            Cause::Allowance => "some of the estimate is free, so the rate depends on the quantity",
            Cause::Graduated => "graduated, so the rate depends on the quantity",
            Cause::Commitment(what) => what,
            Cause::Spot => "on Spot",
            Cause::Negotiated => "below the bill's own list rate: a negotiated discount",
            Cause::OtherRate { ours, bill } => {
                return write!(f, "our rate is {}, the bill's list rate {}", short(*ours), short(*bill));
            }
            Cause::Rounding => "rounding",
            Cause::Unit(unit) => return write!(f, "the bill counts {unit}"),
            Cause::NoPrice(gap) => return write!(f, "in the stack, but without a price: {gap}"),
            Cause::NotModelled => "not modelled",
            Cause::NotInStack => "not in this stack",
            Cause::NotBilled => "in the stack, not billed",
            Cause::Kind(kind) => kind.word(),
        })
    }
}

/// A rate in words: twelve decimals at most.
fn short(rate: Amount) -> String {
    let fixed = rate.to_fixed(12);
    crate::exact::trim(&fixed).to_string()
}

/// What sums of so many rows may be off by: rows of a bill are rounded to ten decimals.
pub(super) fn tolerance(charges: u64) -> Amount {
    Amount::from_units(i128::from(charges), 10).unwrap_or_default()
}

/// Why the price of something that both sides have is another one.
pub(super) fn of_price(billed: &Billed, estimated: &Estimated, effect: Amount) -> Vec<Cause> {
    let mut causes = Vec::new();
    if let Some(unit) = billed.units.iter().find(|unit| contradicts(estimated.unit, unit)) {
        causes.push(Cause::Unit(unit.clone()));
    }
    if let Some(gap) = &estimated.gap {
        causes.push(Cause::NoPrice(gap.clone()));
    }
    if effect.is_zero() {
        return causes;
    }
    if causes.is_empty() && effect.abs() <= tolerance(billed.charges) {
        return [Cause::Rounding].to_vec();
    }
    causes.extend(billed.commitment.map(Cause::Commitment));
    causes.extend(billed.spot.then_some(Cause::Spot));
    causes.extend(billed.free.then_some(Cause::FreeTier));
    causes.extend(estimated.free.then_some(Cause::Allowance));
    causes.extend(estimated.graduated.then_some(Cause::Graduated));
    // At list rates only what was paid for, by no commitment, can be compared.
    if let Some(list) = billed.paid_list {
        let tolerance = tolerance(billed.charges);
        let beyond = |one: Amount, other: Amount| one.checked_sub(other).is_some_and(|by| by.abs() > tolerance);
        let rate = |cost: Amount| cost.mul_div(super::ONE, billed.paid_quantity);
        let ours = estimated.paid_cost.mul_over(billed.paid_quantity, estimated.paid_quantity);
        if let Some(ours) = ours.filter(|ours| !estimated.graduated && beyond(list, *ours))
            && let (Some(ours), Some(bill)) = (rate(ours), rate(list))
        {
            causes.push(Cause::OtherRate { ours, bill });
        }
        if billed.paid < list && beyond(list, billed.paid) {
            causes.push(Cause::Negotiated);
        }
    }
    causes
}
