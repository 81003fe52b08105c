//! FOCUS 1.2, Cost and Usage: a bill as rows that other FinOps tools read, in CSV and Parquet.
//!
//! A grouped bill says less than an export: no invoice, no price, no commitment's identifier. What
//! it does not say is null where FOCUS allows it. Where FOCUS does not, the value is derived from
//! what is there, and the row's `x_DerivedColumns` names the column:
//!
//! | column | derived as |
//! |---|---|
//! | `SkuId`, `SkuPriceId` | AWS's names for what was metered: service, usage type and operation |
//! | `ListUnitPrice`, `ContractedUnitPrice` | cost / quantity, rounded half up to 18 places |
//! | `ListCost` | the contracted cost, where the bill does not know list costs |
//! | `ContractedCost` | what was billed; of covered usage, its cost before the commitment |
//! | `PricingQuantity`, `PricingUnit` | one "Quantity", where the bill's quantity and cost make no price |
//! | others | a name from the identifier or the other way round |
//!
//! Rows are the entries of the bill but for commitments, which FOCUS shows otherwise than AWS:
//! negations of Savings Plans are taken off the usage they belong to, whose `BilledCost` is then
//! what was really billed; and of a recurring fee the unused part is a row of its own, since the
//! `EffectiveCost` of a purchase is 0. `CommitmentDiscount...` columns need the commitment's
//! identifier and are null; `x_CommitmentType` and `x_CommitmentStatus` say what is known.
//!
//! Sums of `BilledCost` and `EffectiveCost` are those of the bill, to the last digit.
//!
//! Source: FOCUS specification 1.2 (2025-05-29).

mod charge;
mod columns;
mod parquet;
mod row;
#[cfg(test)]
mod tests;

pub use parquet::{Parquet, parquet};

use super::cell;
use columns::Column;
use csv::{QuoteStyle, WriterBuilder};
use row::{Cell, Rows};
use stackcost_model::bill::{Amount, Bill, Dimension, Metric, Query, Span, Step};
use std::collections::BTreeMap;

/// What rows say that is in no bill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The account that pays: `BillingAccountId`.
    pub payer: String,
    /// Names of accounts by their numbers, the payer's among them.
    pub names: BTreeMap<String, String>,
}

/// Why a bill cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotWrite {
    /// The bill was asked for something else than [`query`] asks for.
    #[error("the bill has no {0}, which FOCUS needs")]
    Lacks(&'static str),
    /// The account that pays is empty.
    #[error("FOCUS needs the number of the account that pays")]
    Payer,
    /// An amount is beyond the 38 digits of Parquet's decimals.
    #[error("{0} in {1} has more than 20 digits before the point")]
    TooLarge(Amount, &'static str),
    /// The Parquet library refused.
    #[error("writing Parquet: {0}")]
    Parquet(String),
}

/// The question whose answer can be written as FOCUS. `extra` are the dimensions that cost more:
/// [`Dimension::Resource`], [`Dimension::Description`], tags and cost categories.
///
/// Cost Explorer has no list costs, and net costs only for some accounts: such metrics may be taken out, and
/// [`Metric::Unblended`] and [`Metric::Amortized`] put in the place of the net ones.
#[must_use]
pub fn query(span: Option<Span>, step: Step, extra: &[Dimension]) -> Query {
    let mut by = vec![
        Dimension::Account,
        Dimension::Service,
        Dimension::UsageType,
        Dimension::Operation,
        Dimension::Region,
        Dimension::ChargeType,
        Dimension::PurchaseType,
    ];
    by.extend(extra.iter().filter(|dimension| !by.contains(dimension)).cloned().collect::<Vec<_>>());
    let metrics = vec![Metric::NetUnblended, Metric::NetAmortized, Metric::List];
    Query { span, step, by, metrics, quantity: true, filter: Vec::new() }
}

/// The bill in CSV: a header and a row for each charge. Null is an empty cell; decimals have all
/// digits and always a point (`730.0`), since readers guess the type of a column by it.
///
/// ```
/// use stackcost_formats::render::focus::{Context, csv, query};
/// use stackcost_model::bill::{Bill, Step};
/// let bill = Bill::new(query(None, Step::Month, &[]), "USD");
/// let text = csv(&bill, &Context { payer: "111122223333".into(), ..Context::default() })?;
/// assert!(text.starts_with("AvailabilityZone,BilledCost,BillingAccountId,"));
/// # Ok::<(), stackcost_formats::render::focus::CannotWrite>(())
/// ```
///
/// # Errors
/// [`CannotWrite::Lacks`] and [`CannotWrite::Payer`].
pub fn csv(bill: &Bill, context: &Context) -> Result<String, CannotWrite> {
    let rows = Rows::new(bill, context)?;
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Necessary).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(Column::ALL.iter().map(|column| column.name()));
    for row in rows.iter() {
        let _ = writer.write_record(Column::ALL.iter().map(|column| match row.cell(*column) {
            Cell::Null => String::new(),
            Cell::Text(text) => cell(text),
            Cell::Amount(amount) => with_point(*amount),
            Cell::Time(date) => format!("{date}T00:00:00Z"),
        }));
    }
    Ok(String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default())
}

fn with_point(amount: Amount) -> String {
    let text = amount.to_string();
    if text.contains('.') { text } else { text + ".0" }
}
