//! From list prices to what an account pays: private rates, commitments that are owned, the discount of an
//! agreement, credits.
//!
//! Each step adds lines, also negative ones, and edits none: usage at list price stays to be seen, and the
//! total is still the sum of the lines. The order is that of a bill: private rates first, then Savings Plans
//! and reservations, hour by hour, of usage at these rates; then the discount, of what is left; credits pay
//! last. That the discount is of what private rates leave is how AWS's cost and usage reports show it; no
//! public page says so.

mod credits;
mod discounts;
mod owned;

use crate::account::Account;
use crate::commitment::{self, Catalog, Commitment};
use crate::estimate::Estimate;
use crate::free::SignUp;
use crate::money::Usd;
use crate::price::PriceBook;
use crate::stack::Stack;
use crate::time::Date;
use alloc::string::String;

/// The name under which commitments stand among components.
pub const COMMITMENTS: &str = "commitments";
/// The name under which credits stand among components.
pub const CREDITS: &str = "credits";

/// Commitments that an account owns.
#[derive(Clone, Copy, Debug)]
pub struct Owned<'a> {
    /// Which usage they cover, at what rates.
    pub catalog: &'a Catalog,
    /// What they are.
    pub commitments: &'a [Commitment],
    /// Who says so.
    pub from: &'a str,
}

/// Why something that the account is said to have cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// More than AWS gives.
    #[error("an account gets at most {most} USD of credits at and after its opening, not {asked}")]
    TooManyCredits {
        /// What was asked for.
        asked: Usd,
        /// What it can have.
        most: Usd,
    },
    /// Too old for it.
    #[error("credits at the opening, and the free plan, are for accounts opened from {from} on")]
    TooOld {
        /// Since when there are credits.
        from: Date,
    },
    /// The account does not say when it was opened.
    #[error("which credits an account gets depends on the day it was opened: give `opened`")]
    NotOpened,
    /// The book has no rule for what it was credited.
    #[error("the price book does not say what accounts are credited at their opening")]
    NoRule,
    /// Commitments that cannot be applied.
    #[error(transparent)]
    Commitment(#[from] commitment::Error),
    /// An amount of a discount or a credit does not fit.
    #[error("{0} is too large to be counted exactly")]
    TooLarge(String),
}

/// An estimate at list prices (of [`crate::estimate::estimate`]) with what the account of its stack takes off.
///
/// # Errors
/// [`Error`] where an account cannot be as it is said to be.
pub fn settle(priced: Estimate, stack: &Stack, book: &PriceBook, owned: Option<&Owned<'_>>) -> Result<Estimate, Error> {
    let account = &stack.account;
    let mut priced = priced;
    let usage = discounts::private(&mut priced, account)?;
    if let Some(owned) = owned.filter(|owned| !owned.commitments.is_empty()) {
        owned::cover(&mut priced, stack, usage, owned)?;
    }
    discounts::take_off(&mut priced, account)?;
    let day = priced.book.1.or_else(|| book.day());
    credits::pay(&mut priced, account, sign_up(account, book)?, day)?;
    priced.currency.clone_from(&account.currency);
    Ok(priced)
}

/// An estimate at list prices with usage at the rates that were agreed for it instead: what commitments are
/// held against.
///
/// # Errors
/// [`Error::TooLarge`]
pub fn at_private_rates(priced: Estimate, account: &Account) -> Result<Estimate, Error> {
    let mut priced = priced;
    let lines = discounts::private(&mut priced, account)?;
    Ok(Estimate { lines, ..priced })
}

/// What the account was credited at its opening, and by what rule.
fn sign_up<'a>(account: &Account, book: &'a PriceBook) -> Result<Option<(Date, Usd, &'a SignUp)>, Error> {
    let asked = account.sign_up_credits.filter(|usd| *usd != Usd::ZERO);
    let needed = asked.is_some() || account.free_plan;
    let Some(rule) = book.sign_up() else {
        return if needed { Err(Error::NoRule) } else { Ok(None) };
    };
    match account.opened {
        None if needed => Err(Error::NotOpened),
        Some(opened) if opened < rule.opened_from && needed => Err(Error::TooOld { from: rule.opened_from }),
        Some(opened) if opened >= rule.opened_from => {
            let usd = account.sign_up_credits.unwrap_or(rule.given);
            match usd {
                usd if usd > rule.most => Err(Error::TooManyCredits { asked: usd, most: rule.most }),
                usd => Ok(Some((opened, usd, rule))),
            }
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests;
