//! The model against the bill, usage type by usage type, with causes and what is left.
//!
//! Estimate and bill are joined on AWS's usage type, its region and its operation; an operation
//! that one side does not say fits any. Of what both have, with quantities `q` and costs `c`:
//!
//! ```text
//! usage effect = round(q_billed × c_estimated / q_estimated) - c_estimated
//! price effect = c_billed - c_estimated - usage effect
//! ```
//!
//! The usage effect is what the other quantity costs at our rate, and the price effect all the
//! rest, so that one rounding (to 18 places) is shared by the two and never lost:
//!
//! ```text
//! billed - estimated = price effects + usage effects + only billed + apart - only estimated
//! ```
//!
//! Taxes, fees, credits, refunds and discounts stand apart, since nobody estimates them. The
//! residual is computed from the totals themselves, not from the lines.

mod cause;
mod join;
mod rerate;

pub use cause::Cause;
pub use join::service_of;
pub use rerate::{RerateLine, Rerated, Verdict, flat_rate, rerate, rerate_query, services};

use crate::bill::{Amount, Bill, ChargeKind, Condition, Dimension, Metric, Query, Span};
use crate::estimate::{Estimate, LineKind, Unpriced};
use crate::exact::Ratio;
use crate::time::{Date, Horizon};
use crate::unit::UnitKind;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// A stack's estimate held against its bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// The stack.
    pub stack: String,
    /// The scenario that was estimated, if any.
    pub scenario: Option<String>,
    /// The month of both.
    pub month: Date,
    /// Which price book, and as of when.
    pub book: (String, Option<Date>),
    /// Everything of the bill and of the estimate, the dearest difference first.
    pub lines: Vec<Line>,
    /// Usage that components here could have caused, but without the tags that were asked for. It
    /// is in no sum.
    pub untagged: Vec<Untagged>,
    /// Usage of the stack that has no price: while there is any, the estimate is a lower bound.
    pub unpriced: Vec<Unpriced>,
    /// The sums.
    pub totals: Totals,
    /// Whether the bill of this month can still change.
    pub open: bool,
}

/// One usage type, or one type of other charges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// On which side it is.
    pub part: Part,
    /// The service as the bill writes it; its code where only the estimate has it; empty where
    /// the bill does not say.
    pub service: String,
    /// The usage type as the bill writes it, else as the estimate does; of charges that stand
    /// apart, what the bill calls them.
    pub usage_type: String,
    /// The operation, or empty.
    pub operation: String,
    /// The components that use it, in the order of the estimate.
    pub components: Vec<Arc<str>>,
    /// What is counted, as the bill writes it, else as the estimate does.
    pub unit: String,
    /// How much was billed.
    pub billed_quantity: Amount,
    /// How much was estimated.
    pub estimated_quantity: Ratio,
    /// What was charged.
    pub billed: Amount,
    /// What was estimated.
    pub estimated: Amount,
    /// What the other quantity makes of the difference, at our rate; nothing where one side has
    /// no usage.
    pub usage_effect: Amount,
    /// What else makes the difference: another rate, a commitment, a discount.
    pub price_effect: Amount,
    /// How many rows of the bill were summed.
    pub charges: u64,
    /// What is known of why the sides differ; a difference without any is unexplained.
    pub causes: Vec<Cause>,
}

/// On which side something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// On the bill and in the estimate.
    Both,
    /// Usage that only the bill has.
    OnlyBilled,
    /// Charges that are no usage.
    Apart(ChargeKind),
    /// Usage that only the estimate has.
    OnlyEstimated,
}

impl Part {
    /// As data has it: `both`, `only-billed`, the kind of charge, `only-estimated`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Part::Both => "both",
            Part::OnlyBilled => "only-billed",
            Part::Apart(kind) => kind.word(),
            Part::OnlyEstimated => "only-estimated",
        }
    }
}

/// Usage of one type without the tags that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untagged {
    /// The service as the bill writes it.
    pub service: String,
    /// The usage type as the bill writes it.
    pub usage_type: String,
    /// How much.
    pub quantity: Amount,
    /// What it counts, as the bill writes it.
    pub unit: String,
    /// What was charged.
    pub billed: Amount,
}

/// The sums of a reconciliation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// All charges.
    pub billed: Amount,
    /// All that was estimated and has a price.
    pub estimated: Amount,
    /// Billed less estimated.
    pub difference: Amount,
    /// What other quantities make of it.
    pub usage_effects: Amount,
    /// What other prices make of it.
    pub price_effects: Amount,
    /// Usage that only the bill has.
    pub only_billed: Amount,
    /// Taxes, fees, credits, refunds, discounts.
    pub apart: Amount,
    /// Usage that only the estimate has; it is taken off.
    pub only_estimated: Amount,
    /// What of the difference is in none of these: the totals less the sums of the lines.
    pub residual: Amount,
    /// What of the price effects has no known cause.
    pub unexplained: Amount,
}

impl Line {
    /// Billed less estimated; `None` when it leaves the range.
    #[must_use]
    pub fn difference(&self) -> Option<Amount> {
        self.billed.checked_sub(self.estimated)
    }

    /// What one unit cost on the bill.
    #[must_use]
    pub fn billed_rate(&self) -> Option<Amount> {
        self.billed.mul_div(ONE, self.billed_quantity)
    }

    /// What one unit costs in the estimate.
    #[must_use]
    pub fn estimated_rate(&self) -> Option<Amount> {
        self.estimated.mul_over(ONE, self.estimated_quantity)
    }
}

/// One whole.
const ONE: Amount = Amount::whole(1);

/// What to ask a bill in export files, to hold it against a stack: usage by everything that tells
/// causes apart.
///
/// Charges that lack a tag which a condition asks for are asked for as well, and kept apart by
/// [`Reconciliation::new`].
#[must_use]
pub fn query_of_files(month: Span, conditions: &[Condition]) -> Query {
    let by = [
        Dimension::Service,
        Dimension::UsageType,
        Dimension::Operation,
        Dimension::ChargeType,
        Dimension::PurchaseType,
        Dimension::Description,
    ];
    let mut query = Query { by: by.to_vec(), ..query_of_cost_explorer(month, conditions) };
    query.metrics.push(Metric::List);
    for condition in query.filter.iter_mut().filter(|condition| asks_for_tag(condition)) {
        condition.values.push(String::new());
        if !query.by.contains(&condition.dimension) {
            query.by.push(condition.dimension.clone());
        }
    }
    query
}

/// What to ask Cost Explorer, in one request.
#[must_use]
pub fn query_of_cost_explorer(month: Span, conditions: &[Condition]) -> Query {
    Query {
        span: Some(month),
        by: [Dimension::UsageType, Dimension::ChargeType].to_vec(),
        quantity: true,
        filter: conditions.to_vec(),
        ..Query::new(Vec::new(), Metric::Unblended)
    }
}

/// The dimensions of [`query_of_files`] that a bill may lack: causes are then fewer.
pub const MAY_LACK: [Dimension; 4] =
    [Dimension::Service, Dimension::Operation, Dimension::PurchaseType, Dimension::Description];

fn asks_for_tag(condition: &Condition) -> bool {
    let empty = condition.values.iter().any(String::is_empty);
    matches!(condition.dimension, Dimension::Tag(_)) && !condition.negated && !empty
}

/// Why an estimate and a bill cannot be held against each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotReconcile {
    /// The bill has no month that the estimate covers, or others besides.
    #[error("the estimate is of {0}, the bill is of another time")]
    Time(String),
    /// Estimates are in dollars.
    #[error("the bill is in {0}, the estimate in USD")]
    Currency(String),
    /// A sum left the range.
    #[error("a sum is too large to count")]
    Range,
}

impl Reconciliation {
    /// Holds an estimate over a calendar month against the bill of that month, which answers
    /// [`query_of_files`] or [`query_of_cost_explorer`] with the same conditions.
    ///
    /// # Errors
    /// [`CannotReconcile`] when months or currencies differ, or a sum leaves the range.
    pub fn new(estimate: &Estimate, bill: &Bill, conditions: &[Condition]) -> Result<Self, CannotReconcile> {
        let time = || CannotReconcile::Time(estimate.horizon.label());
        let Horizon::Month { first: month } = estimate.horizon else { return Err(time()) };
        if bill.entries.iter().any(|entry| entry.period.first_of_month() != month) {
            return Err(time());
        }
        if !matches!(bill.currency.as_str(), "USD" | "") {
            return Err(CannotReconcile::Currency(bill.currency.clone()));
        }
        let joined = join::join(estimate, bill, conditions).ok_or(CannotReconcile::Range)?;
        let totals = totals(estimate, &joined).ok_or(CannotReconcile::Range)?;
        let mut lines = joined.lines;
        lines.sort_by(|a, b| order(a).cmp(&order(b)));
        Ok(Reconciliation {
            stack: estimate.stack.clone(),
            scenario: estimate.scenario.clone(),
            month,
            book: estimate.book.clone(),
            lines,
            untagged: joined.untagged,
            unpriced: estimate.unpriced.clone(),
            totals,
            open: bill.estimated.contains(&month),
        })
    }
}

/// The dearest difference first.
fn order(line: &Line) -> impl Ord + use<'_> {
    let difference = line.difference().unwrap_or_default().abs();
    (core::cmp::Reverse(difference), line.part, &line.usage_type, &line.operation, &line.service)
}

fn totals(estimate: &Estimate, joined: &join::Joined) -> Option<Totals> {
    let sum = |of: &dyn Fn(&Line) -> Option<Amount>| Amount::sum(joined.lines.iter().filter_map(of));
    let effect = |of: fn(&Line) -> Amount| sum(&|line| Some(of(line)));
    let only = |part: Part, of: fn(&Line) -> Amount| sum(&|line| (line.part == part).then(|| of(line)));
    // A bill has discounts, commitments and credits as charges of other kinds: only usage is compared.
    let estimated = Amount::round(estimate.of_kind(LineKind::Usage).to_ratio())?;
    let difference = joined.billed.checked_sub(estimated)?;
    let usage_effects = effect(|line| line.usage_effect)?;
    let price_effects = effect(|line| line.price_effect)?;
    let only_billed = only(Part::OnlyBilled, |line| line.billed)?;
    let apart = sum(&|line| matches!(line.part, Part::Apart(_)).then_some(line.billed))?;
    let only_estimated = only(Part::OnlyEstimated, |line| line.estimated)?;
    let parts = Amount::sum([usage_effects, price_effects, only_billed, apart, only_estimated.checked_neg()?])?;
    Some(Totals {
        billed: joined.billed,
        estimated,
        difference,
        usage_effects,
        price_effects,
        only_billed,
        apart,
        only_estimated,
        residual: difference.checked_sub(parts)?,
        unexplained: sum(&|line| line.causes.is_empty().then_some(line.price_effect))?,
    })
}

/// What a unit of a bill measures, as far as its name tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    Time,
    Data,
    Month,
    Count,
}

/// Whether the unit that a bill writes plainly is another one. AWS writes `Hrs`, `hours` and
/// `vCPU-Hours` for the same thing, so only what is measured counts; a unit that no table here
/// knows contradicts nothing.
#[must_use]
pub fn contradicts(ours: UnitKind, billed: &str) -> bool {
    let measure = |text: &str| {
        let text = text.to_ascii_lowercase();
        Some(match text.rsplit(['-', ' ']).next().unwrap_or("") {
            "hrs" | "hr" | "hours" | "hour" | "seconds" | "second" | "sec" => Measure::Time,
            "mo" | "month" | "months" => Measure::Month,
            "gb" | "gib" | "mb" | "tb" | "gigabytes" | "bytes" => Measure::Data,
            "requests" | "request" | "ios" | "notifications" | "messages" | "count" => Measure::Count,
            // Sold by the month, and counted all the same.
            "metrics" | "alarms" | "dashboards" | "secrets" | "keys" => Measure::Count,
            _ => return None,
        })
    };
    measure(ours.label()).zip(measure(billed)).is_some_and(|(ours, billed)| ours != billed)
}

#[cfg(test)]
mod tests;
