//! What a month that is not over will come to: at its own rate so far, and as AWS expects.
//!
//! Both stand on the same figure, what was spent on whole days. Today is none of them: how much of
//! it is in the bill already, nobody says.
//!
//! AWS's figures of the last whole day can lag by some hours, too; that is not corrected.
//!
//! * The **run rate** is what those days cost, divided by how many they are, times the days of the
//!   month: one division, rounded once, half up, to 18 places. It takes every charge for one that
//!   comes each day: a fee or tax that is charged at once on the first is multiplied, too.
//! * **As AWS expects** is what those days cost and what AWS forecasts for the days to come.
//!
//! ```
//! use stackcost_model::bill::Amount;
//! use stackcost_model::forecast::Forecast;
//! use stackcost_model::time::Date;
//! let spent = Amount::parse(b"46").unwrap();
//! // On the 24th of November 23 of its 30 days are over.
//! let forecast = Forecast::new(Date::constant(2026, 11, 24), spent, None);
//! assert_eq!(forecast.run_rate().unwrap().to_string(), "60");
//! ```

use crate::bill::{Amount, Bill, ChargeKind};
use crate::time::Date;

/// What a month will come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// The first day of the month.
    pub month: Date,
    /// How many of its days are over.
    pub days_over: u8,
    /// What they cost.
    pub spent: Amount,
    /// What AWS expects of the days to come.
    pub rest: Option<Expected>,
}

/// What AWS expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Its mean.
    pub mean: Amount,
    /// The bounds of the interval that holds the truth with [`CONFIDENCE`].
    pub interval: Option<(Amount, Amount)>,
}

/// How sure AWS is asked to be of its interval, in percent.
pub const CONFIDENCE: u8 = 80;

/// What a figure for a whole month is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// AWS's mean for the days to come.
    Aws,
    /// The rate of the days that are over.
    RunRate,
}

impl Forecast {
    /// Of the month that `today` is in, and what its days before `today` cost.
    #[must_use]
    pub fn new(today: Date, spent: Amount, rest: Option<Expected>) -> Forecast {
        // A day of a month is 1 to 31.
        let days_over = today.day().unsigned_abs() - 1;
        Forecast { month: today.first_of_month(), days_over, spent, rest }
    }

    /// How many days the month has.
    #[must_use]
    pub fn days(&self) -> u8 {
        self.month.days_in_month().unsigned_abs()
    }

    /// The last day that is over; on the first of a month there is none.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        let days = self.days_over.checked_sub(1)?;
        self.month.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
    }

    /// What the month comes to at the rate of its days that are over. `None` on the first, when
    /// there are none, and when the figure leaves the range.
    #[must_use]
    pub fn run_rate(&self) -> Option<Amount> {
        let days = |count: u8| Amount::from_units(i128::from(count), 0);
        self.spent.mul_div(days(self.days())?, days(self.days_over)?)
    }

    /// What the month comes to as AWS expects; `None` without its forecast, and when a figure
    /// leaves the range.
    #[must_use]
    pub fn as_expected(&self) -> Option<Expected> {
        let Expected { mean, interval } = self.rest?;
        let mean = mean.checked_add(self.spent)?;
        let interval = match interval {
            Some((low, high)) => Some((low.checked_add(self.spent)?, high.checked_add(self.spent)?)),
            None => None,
        };
        Some(Expected { mean, interval })
    }

    /// What the month comes to by the better of the two: as AWS expects, else at the run rate.
    #[must_use]
    pub fn best(&self) -> Option<(Basis, Amount)> {
        let as_expected = self.as_expected().map(|expected| (Basis::Aws, expected.mean));
        as_expected.or_else(|| Some((Basis::RunRate, self.run_rate()?)))
    }
}

/// What was spent from the first of the month of a day until that day, in the first metric of a
/// bill by day, or of one that ends there. `None` when the sum leaves the range.
#[must_use]
pub fn spent_before(bill: &Bill, day: Date) -> Option<Amount> {
    let before = bill.entries.iter().filter(|entry| (day.first_of_month()..day).contains(&entry.period));
    Amount::sum(before.filter_map(|entry| entry.amounts.first().copied()))
}

/// The last day with usage in a bill by day.
#[must_use]
pub fn last_usage(bill: &Bill) -> Option<Date> {
    bill.entries.iter().filter(|entry| entry.kind == ChargeKind::Usage).map(|entry| entry.period).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bill::{Entry, Metric, Query, Step};
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    fn amount(text: &str) -> Amount {
        Amount::parse(text.as_bytes()).unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_run_rate_is_rounded_once() {
        for (today, spent, rate) in [
            ("2026-11-24", "46", Some("60")),
            // 10 / 3 x 31
            ("2026-10-04", "10", Some("103.333333333333333333")),
            ("2026-11-02", "0.1", Some("3")),
            ("2028-02-29", "28", Some("29")),
            ("2026-11-08", "-7", Some("-30")),
            ("2026-11-24", "0", Some("0")),
            // The first of a month has no whole day.
            ("2026-11-01", "0", None),
            ("2026-11-02", "1e20", None),
        ] {
            let forecast = Forecast::new(day(today), amount(spent), None);
            assert_eq!(forecast.run_rate().map(|rate| rate.to_string()).as_deref(), rate, "{today} {spent}");
            assert_eq!(forecast.best(), forecast.run_rate().map(|rate| (Basis::RunRate, rate)));
            assert_eq!(forecast.last_day().is_none(), today.ends_with("01"));
        }
        let forecast = Forecast::new(day("2026-11-24"), amount("46"), None);
        assert_eq!((forecast.days_over, forecast.days(), forecast.last_day()), (23, 30, Some(day("2026-11-23"))));
    }

    #[test]
    fn what_aws_expects_is_added_to_what_was_spent() {
        let rest = Expected { mean: amount("14.5"), interval: Some((amount("12"), amount("17.25"))) };
        let forecast = Forecast::new(day("2026-11-24"), amount("46"), Some(rest));
        let month = forecast.as_expected().unwrap();
        assert_eq!(month.mean, amount("60.5"));
        assert_eq!(month.interval, Some((amount("58"), amount("63.25"))));
        assert_eq!(forecast.best(), Some((Basis::Aws, amount("60.5"))));
        // Also on the first, when nothing was spent on any whole day.
        let first = Forecast::new(day("2026-11-01"), Amount::ZERO, Some(Expected { interval: None, ..rest }));
        assert_eq!(first.best(), Some((Basis::Aws, amount("14.5"))));
        let huge =
            Forecast::new(day("2026-11-24"), amount("1.7e20"), Some(Expected { mean: amount("1.7e20"), ..rest }));
        assert_eq!(huge.as_expected(), None);
    }

    #[test]
    fn only_whole_days_of_the_month_count() {
        let mut query = Query::new(Vec::new(), Metric::Unblended);
        query.step = Step::Day;
        let mut bill = Bill::new(query, "USD");
        for (period, kind, cost) in [
            ("2026-10-31", ChargeKind::Usage, "100"),
            ("2026-11-01", ChargeKind::Usage, "2"),
            ("2026-11-01", ChargeKind::Credit, "-1"),
            ("2026-11-02", ChargeKind::Usage, "2"),
            ("2026-11-03", ChargeKind::Usage, "0.5"),
            ("2026-11-30", ChargeKind::Tax, "9"),
        ] {
            bill.entries.push(Entry {
                period: day(period),
                keys: Vec::new(),
                kind,
                unit: String::new(),
                amounts: [amount(cost)].to_vec(),
                quantity: Amount::ZERO,
                charges: 1,
                without_list: 0,
            });
        }
        assert_eq!(last_usage(&bill), Some(day("2026-11-03")));
        assert_eq!(spent_before(&bill, day("2026-11-03")), Some(amount("3")));
        assert_eq!(spent_before(&bill, day("2026-11-01")), Some(Amount::ZERO));
    }
}
