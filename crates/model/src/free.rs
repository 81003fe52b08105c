//! What is free of charge: up to a quantity each month, or up to an amount of credits.
//!
//! What AWS gives depends on the day on which an account was opened. Figures and days are data of the
//! price book, each with its source; here are only the rules.

use crate::exact::Ratio;
use crate::meter::{Meter, ServiceCode};
use crate::money::Usd;
use crate::time::{Date, Horizon};
use alloc::sync::Arc;
use jiff::Span;

/// Something that is free up to a quantity, for all usage of certain meters together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// In words: `first 5 GB of logs a month are free`.
    pub name: Arc<str>,
    /// What it covers: `(service code, usage type)`.
    pub meters: Arc<[(ServiceCode, Arc<str>)]>,
    /// The only operation it covers; empty for all.
    pub operation: Arc<str>,
    /// How much is free: of what the stack itself makes free over the horizon, else in a month; in
    /// the unit of each of its meters.
    pub quantity: Ratio,
    /// Which accounts have it.
    pub offer: Offer,
    /// Where the rule comes from.
    pub source: Arc<str>,
}

impl Allowance {
    /// Whether it covers this meter.
    #[must_use]
    pub fn covers(&self, meter: &Meter) -> bool {
        let of = |(service, usage_type): &(ServiceCode, Arc<str>)| {
            *service == meter.service && **usage_type == *meter.usage_type
        };
        (self.operation.is_empty() || *self.operation == *meter.operation) && self.meters.iter().any(of)
    }
}

/// Which accounts have something free of charge, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Every account, always.
    Always,
    /// Accounts that were opened before a day, for so many months from their opening on. AWS calls
    /// twelve of them "12 months free".
    Months {
        /// How many.
        months: u8,
        /// Accounts of this day and later do not have it.
        opened_before: Date,
    },
}

/// What accounts get at their opening instead of [`Offer::Months`]: credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUp {
    /// What every account gets.
    pub given: Usd,
    /// The most it can have with what it earns by first steps with some services.
    pub most: Usd,
    /// Accounts of this day and later have them.
    pub opened_from: Date,
    /// For so many months from the opening on.
    pub months: u8,
    /// How many months the free plan lasts at most; then, or once the credits are used up, the account
    /// is closed unless it goes over to the paid plan.
    pub free_plan_months: u8,
    /// Where the rule comes from.
    pub source: Arc<str>,
}

/// The day that is so many months after another; of a shorter month the last.
#[must_use]
pub fn months_after(day: Date, months: u8) -> Date {
    day.saturating_add(Span::new().months(i64::from(months)))
}

impl Offer {
    /// The first day without it, for an account that was opened on a day; `None`: it has it always,
    /// or never had it (see [`Offer::is_for`]).
    #[must_use]
    pub fn ends(self, opened: Date) -> Option<Date> {
        match self {
            Offer::Months { months, .. } if self.is_for(Some(opened)) => Some(months_after(opened, months)),
            _ => None,
        }
    }

    /// Whether an account has, or had, it. Of an account whose day is not known nothing is taken for
    /// granted.
    #[must_use]
    pub fn is_for(self, opened: Option<Date>) -> bool {
        match self {
            Offer::Always => true,
            Offer::Months { opened_before, .. } => opened.is_some_and(|opened| opened < opened_before),
        }
    }

    /// The part of a horizon in which an account has it, 0 to 1: of a calendar month by its days, of
    /// any other whether it has it on `day`, the one that the horizon stands for.
    #[must_use]
    pub fn share(self, opened: Option<Date>, horizon: Horizon, day: Option<Date>) -> Ratio {
        let all_or_nothing = |all| if all { Ratio::ONE } else { Ratio::ZERO };
        let (Some(opened), Offer::Months { .. }) = (opened, self) else {
            return all_or_nothing(self == Offer::Always);
        };
        let Some(end) = self.ends(opened) else { return Ratio::ZERO };
        match horizon {
            Horizon::Month { first } => {
                let days = i32::from(first.days_in_month());
                let with = days_between(first, opened.max(first), end);
                Ratio::new(with.clamp(0, days).into(), days.into())
            }
            _ => all_or_nothing(day.is_some_and(|day| (opened..end).contains(&day))),
        }
    }
}

/// How many days of the month that begins with `first` are from one day on and before another.
fn days_between(first: Date, from: Date, end: Date) -> i32 {
    let next = months_after(first, 1);
    end.min(next).since(from).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    const OFFER: &str = "2025-07-15";

    #[track_caller]
    fn check(opened: &str, month: &str, day: &str, share: &str) {
        let offer = Offer::Months { months: 12, opened_before: OFFER.parse().unwrap() };
        let got = offer.share(opened.parse().ok(), month.parse().unwrap(), day.parse().ok());
        assert_eq!(got.to_string(), share, "opened {opened}, {month} on {day}");
    }

    #[test]
    fn twelve_months_from_the_opening_on() {
        check("2025-03-01", "2026-02", "", "1");
        check("2025-03-01", "2026-03", "", "0");
        check("2025-03-11", "2026-03", "", &Ratio::new(10, 31).to_string());
        check("2025-03-11", "2025-03", "", &Ratio::new(21, 31).to_string());
        check("2025-03-11", "2025-02", "", "0");
        check("2024-02-29", "2025-02", "", &Ratio::new(27, 28).to_string());
        check("2025-03-01", "average", "2026-02-28", "1");
        check("2025-03-01", "average", "2026-03-01", "0");
        check("2025-03-01", "30d", "2025-02-28", "0");
        check("2025-03-01", "average", "", "0");
    }

    #[test]
    fn for_accounts_of_before_the_change_alone() {
        check("2025-07-14", "2026-01", "", "1");
        check("2025-07-15", "2026-01", "", "0");
        check("", "2026-01", "", "0");
        assert_eq!(Offer::Always.share(None, Horizon::AverageMonth, None), Ratio::ONE);
    }
}
