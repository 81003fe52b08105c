//! What is refused.

use super::usage::{Card, Key, MOST_HOURS};
use crate::exact::Ratio;
use crate::price::{Payment, Term};
use alloc::string::String;
use alloc::sync::Arc;

/// Why commitments cannot be applied or chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The usage covers no hour.
    #[error("there is no hour of usage")]
    NoHours,
    /// Two usages of different length.
    #[error("{key} has {hours} hours where the others have {expected}")]
    Length {
        /// Whose.
        key: Key,
        /// How many hours it has.
        hours: usize,
        /// How many the first has.
        expected: usize,
    },
    /// Patterns that fit together in no number of hours that can be laid out.
    #[error(
        "usage changes over time by patterns whose lengths fit together in no {} hours: give traces of whole days or weeks",
        MOST_HOURS
    )]
    Patterns,
    /// Ticks must make a unit.
    #[error("{0}: no ticks make a unit")]
    NoTick(Key),
    /// An On-Demand rate below nothing.
    #[error("{0} has a negative On-Demand rate")]
    NegativeRate(Key),
    /// A rate under a plan that is nothing, or below.
    #[error("{key} has a rate under {card} that is not above 0")]
    PlanRate {
        /// Whose.
        key: Key,
        /// Under which plan.
        card: Card,
    },
    /// The same usage twice under one plan.
    #[error("{key} has two rates under {card}")]
    TwoRates {
        /// Whose.
        key: Key,
        /// Under which plan.
        card: Card,
    },
    /// A commitment outside of what AWS sells (`CreateSavingsPlan`: 0.001 to 1,000,000).
    #[error("a Savings Plan commits to 0.001 to 1,000,000 dollars an hour, not to {0}")]
    Hourly(Ratio),
    /// A commitment of more than five decimals.
    #[error("a Savings Plan's commitment has at most five decimals; {0} has more")]
    Places(Ratio),
    /// An upfront part that AWS does not take.
    #[error(
        "{payment} upfront of a Savings Plan cannot be {percent} %: none is 0, all is 100, partial is 50 to 99 in whole percent"
    )]
    Upfront {
        /// How it is paid.
        payment: Payment,
        /// What was asked for.
        percent: u32,
    },
    /// Reservations of nothing.
    #[error("{0} reserves nothing")]
    NothingReserved(Arc<str>),
    /// A reservation with a negative price.
    #[error("{0} has a negative price")]
    NegativePrice(Arc<str>),
    /// A term that AWS does not sell.
    #[error("AWS sells no reservation of {service} for {term} with payment \"{payment}\"")]
    NoSuchTerm {
        /// Of what.
        service: Arc<str>,
        /// How long.
        term: Term,
        /// How it is paid.
        payment: Payment,
    },
    /// No usage has a rate under the plan: its term or payment does not exist, or its rates are not known.
    #[error("no usage has a rate under {0}: such a plan is not offered for it, or its rates are not known")]
    NotOffered(Card),
    /// No usage is of the kind that is reserved.
    #[error("no usage is of what {0} reserves")]
    NothingToReserve(Arc<str>),
    /// Two offers of the same thing, of which only one can be chosen at a time.
    #[error("{0} and {1} are alternatives: one of them at a time")]
    Alternatives(String, String),
    /// A discount rate below nothing.
    #[error("a discount rate is not negative: {0}")]
    DiscountRate(Ratio),
    /// Blocks, look-backs, levels or resamples of nothing.
    #[error("{0} must be at least {1}")]
    TooFew(&'static str, usize),
    /// Figures that cannot be held exactly.
    #[error("too large to be counted exactly")]
    TooLarge,
}
