//! A dated book of AWS list prices: plain CSV text, one file for each service and region, every rate with its source,
//! its date and how far it is to be trusted.
//!
//! The crate only carries the text; reading it is the business of others. What the columns mean, and where the book
//! has gaps, is told in the README beside it.
//!
//! ```
//! let fargate = stackcost_prices::rates("AmazonECS", "us-east-1").expect("it is there");
//! let row = fargate.lines().find(|line| line.starts_with("Fargate-vCPU-Hours:perCPU,")).expect("so is this");
//! assert_eq!(row.split(',').nth(5), Some("0.04048"));
//!
//! assert!(stackcost_prices::rates("AmazonECS", "the-moon-1").is_none());
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[rustfmt::skip]
mod index;

pub use index::VERSION;

/// What AWS itself says with its price lists, from which the figures come.
pub const DISCLAIMER: &str = "This pricing list is for informational purposes only. All prices are subject to the \
                              additional terms included in the pricing pages on http://aws.amazon.com. All Free Tier \
                              prices are also subject to the terms included at https://aws.amazon.com/free/";

/// Instance classes, as CSV: `service,class,vcpu,memory_gib,normalization_factor`.
pub const CLASSES: &str = include_str!("../classes.csv");

/// What AWS gives accounts each month, as CSV:
/// `name,quantity,unit,scope,usage_types,source,note,operation,months,opened_before`.
///
/// `usage_types` is a list of `service/usage type`, separated by `|`; the quantity is shared by all of them, and
/// `operation`, where there is one, is the only one it is for. With `months` it is for accounts opened before a day, for
/// so many months from their opening on; without, for every account.
pub const ALLOWANCES: &str = include_str!("../allowances.csv");

/// What AWS credits accounts at their opening, as CSV of one row:
/// `given,most,opened_from,months,free_plan_months,source,note`. `most` is what an account can have with what it earns.
pub const SIGN_UP: &str = include_str!("../sign-up.csv");

/// What the source ids of all other files stand for, as CSV: `id,source`.
pub const SOURCES: &str = include_str!("../sources.csv");

/// The on-demand rates of a service (`AmazonECS`) in a region (`us-east-1`, or `global`), as CSV:
/// `usage_type,operation,unit,from,to,usd,date,basis,sku,source,confidence` after a comment.
#[must_use]
pub fn rates(service: &str, region: &str) -> Option<&'static str> {
    find(index::RATES, service, region)
}

/// The reservations of a service in a region, as CSV:
/// `usage_type,operation,term,payment,hourly,upfront,date,basis,sku,source,confidence,amortised` after a comment.
#[must_use]
pub fn reserved(service: &str, region: &str) -> Option<&'static str> {
    find(index::RESERVED, service, region)
}

/// The Savings Plans rates of a service in a region, as CSV:
/// `usage_type,operation,unit,term,payment,usd,date,basis,sku,source,confidence` after a comment.
#[must_use]
pub fn savings_plans(service: &str, region: &str) -> Option<&'static str> {
    find(index::SAVINGS_PLANS, service, region)
}

/// Every file of on-demand rates: service, region and text, sorted by service, then region.
pub fn files() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    index::RATES.iter().copied()
}

/// Every file of reservations, as [`files`].
pub fn reserved_files() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    index::RESERVED.iter().copied()
}

/// Every file of Savings Plans rates, as [`files`].
pub fn savings_plans_files() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    index::SAVINGS_PLANS.iter().copied()
}

fn find(files: &[(&str, &str, &'static str)], service: &str, region: &str) -> Option<&'static str> {
    let index = files.binary_search_by(|(of, at, _)| (*of, *at).cmp(&(service, region))).ok()?;
    files.get(index).map(|(_, _, text)| *text)
}
