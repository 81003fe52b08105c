//! Commitments: Savings Plans and reservations, applied as AWS bills them, and the best of them.
//!
//! A [`Demand`] is usage hour by hour, with its rates on demand and under plans; a [`Commitment`] is a
//! [`Plan`] or [`Reserved`] instances. [`apply`] gives the bill, [`optimum`] the best [`Offer`]s for a demand
//! in hindsight, [`robust`](robust()) holds commitments against other demand, and [`backtest`](backtest())
//! tries rules for choosing on the past.
//!
//! # The rules
//!
//! | rule | source |
//! |---|---|
//! | In each hour reservations are applied first, then EC2 Instance Savings Plans, then Compute Savings Plans | Savings Plans user guide, "Understanding how Savings Plans apply to your usage" |
//! | All plans of a type are one pool. Here plans of equal conditions ([`Card`]) are; plans of a type with other rates pay in one order, by saving | the same; it does not say more of plans with different rates |
//! | Within a type the highest saving in percent of the current On-Demand rate goes first, then the lowest rate | the same |
//! | A commitment is by the hour: what an hour does not use is paid for and lost | the same |
//! | Usage without a saving (requests of Lambda) takes what is left of a commitment | inferred from scenario 1 there, whose $47.13 include it |
//! | Database Savings Plans come after reservations. Which usage and terms they have is data: the rates of a demand | the guide for RDS of AWS's agent toolkit, August 2026 |
//! | Reservations of RDS cover other sizes of a class type and engine in a region by normalised units, Multi-AZ taking twice, clusters three times as many; not for SQL Server, nor Oracle with a licence | Amazon RDS user guide, "Reserved DB instances", "Size-flexible reserved DB instances" |
//! | Reserved cache nodes cover other sizes of a family in a region; Valkey takes 0.8 of the units; Redis OSS reservations cover Valkey, too, and not the other way | ElastiCache user guide, "Reserved nodes" |
//! | RDS reservations without upfront payment are for one year alone | Amazon RDS user guide, "Reserved DB instances" |
//! | A plan commits to 0.001 to 1,000,000 dollars an hour, of five decimals; a partial upfront payment is 50 to 99 % | reference of `CreateSavingsPlan` |
//!
//! AWS does not say which usage a reservation covers first. Here it is what is reserved exactly, then the
//! smallest; what it costs in all is the same wherever sizes cost in proportion.
//!
//! # Lines
//!
//! A bill is a list to which each step adds and in which none edits: all usage at its rate on demand, what a
//! commitment pays for taken off again, the same at the commitment's rate, and what of the commitment covered
//! nothing. The total is their sum, upfront payments spread over the term; what is paid at once is in the
//! [`Fee`]s. Amounts are rounded to 10⁻¹² dollars so that all of a usage, and all of a fee, add up.
//!
//! # The best
//!
//! What a plan saves is concave in its commitment, since AWS applies the highest saving first. Its slopes
//! change where usage of one saving ends in some hour, so the best commitment is where the slopes of all hours
//! sum to the number of hours; for a single rate that saves a part `d` it is the `d`-quantile of the usage. It
//! is found by halving over sorted ends, with exact integers, then rounded to five decimals, both ways.
//! Reservations are whole and come first: each count of them that could pay is tried with the best plan for
//! what it leaves. Terms and payments compare by present [`Value`].
//!
//! Sharing among accounts, refunds within seven days, and reservations or plans that begin or end within the
//! hours are not modelled.

mod error;
mod instance;
mod layout;
mod usage;
mod owned;
mod big;
mod till;
mod apply;
mod curve;
mod value;
mod offer;
mod market;
mod purchase;
mod optimum;
mod robust;
mod backtest;
mod catalog;
mod propose;
#[cfg(test)]
mod tests;

pub use apply::{Applied, Fee, Hour, Line, LineKind, apply, hourly, is_of_use};
pub use backtest::{BackTest, Judged, Question, Rule, backtest};
pub use catalog::{Catalog, Lacking, Terms, TwoPrices, covered_by};
pub use error::Error;
pub use instance::{Covers, Instance, size_units};
pub use offer::Offer;
pub use optimum::{Choice, Mix, Proposal, jointly, optimum};
pub use owned::{Commitment, HOURLY_PLACES, Plan, Reserved, least_hourly, most_hourly};
pub(crate) use propose::proposed;
pub use propose::{Assumption, Given, Judgement, Proposed, Together, Tried, Wanted, propose, propose_for};
pub use purchase::{Purchase, product, purchase};
pub use robust::{DAY_HOURS, Draws, Outcome, Robust, Scenario, Spread, Stage, Standing, WEEK_HOURS, levels, robust};
pub use usage::{Card, Demand, Eligible, Key, MOST_HOURS, Named, Row, hourly_seconds};
pub use value::{Value, value};
