//! When seconds of a load are, by the clock of a zone, and where its axis has ticks.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// The clock by which times of a load are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    start: i64,
    zone: TimeZone,
}

/// A place on the axis of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tick {
    /// Seconds from the start of the load.
    pub second: u64,
    /// `14:00`, `10-05` at midnight, `2026-10` for months.
    pub label: String,
}

/// How far apart ticks are.
#[derive(Clone, Copy, Debug)]
enum Apart {
    Minutes(i64),
    Days(i64),
    Weeks(i64),
    Months(i8),
    Years(i16),
}

/// From close to far; minutes divide a day, months a year.
const DISTANCES: [Apart; 25] = [
    Apart::Minutes(1),
    Apart::Minutes(2),
    Apart::Minutes(5),
    Apart::Minutes(10),
    Apart::Minutes(15),
    Apart::Minutes(30),
    Apart::Minutes(60),
    Apart::Minutes(120),
    Apart::Minutes(180),
    Apart::Minutes(360),
    Apart::Minutes(720),
    Apart::Days(1),
    Apart::Days(2),
    Apart::Weeks(1),
    Apart::Weeks(2),
    Apart::Months(1),
    Apart::Months(2),
    Apart::Months(3),
    Apart::Months(6),
    Apart::Years(1),
    Apart::Years(2),
    Apart::Years(5),
    Apart::Years(10),
    Apart::Years(20),
    Apart::Years(50),
];

impl Apart {
    /// About so many seconds: the shortest of its kind.
    fn seconds(self) -> u64 {
        let (count, unit) = match self {
            Apart::Minutes(count) => (count, 60),
            Apart::Days(count) => (count, 86_400),
            Apart::Weeks(count) => (count, 604_800),
            Apart::Months(count) => (count.into(), 28 * 86_400),
            Apart::Years(count) => (count.into(), 365 * 86_400),
        };
        count.unsigned_abs() * unit
    }

    fn span(self) -> Span {
        match self {
            Apart::Minutes(count) => Span::new().minutes(count),
            Apart::Days(count) => Span::new().days(count),
            Apart::Weeks(count) => Span::new().weeks(count),
            Apart::Months(count) => Span::new().months(count),
            Apart::Years(count) => Span::new().years(count),
        }
    }

    /// The tick at or before a day.
    fn first(self, day: Date) -> Option<DateTime> {
        let first = match self {
            Apart::Minutes(_) | Apart::Days(_) => day,
            Apart::Weeks(_) => {
                day.checked_sub(Span::new().days(i64::from(day.weekday().to_monday_zero_offset()))).ok()?
            }
            Apart::Months(count) => Date::new(day.year(), (day.month() - 1) / count * count + 1, 1).ok()?,
            Apart::Years(count) => Date::new(day.year().div_euclid(count) * count, 1, 1).ok()?,
        };
        Some(first.to_datetime(jiff::civil::Time::midnight()))
    }

    fn label(self, at: DateTime) -> String {
        match self {
            Apart::Minutes(_) if at.time() != jiff::civil::Time::midnight() => {
                format!("{:02}:{:02}", at.hour(), at.minute())
            }
            Apart::Minutes(_) | Apart::Days(_) | Apart::Weeks(_) => format!("{:02}-{:02}", at.month(), at.day()),
            Apart::Months(_) => format!("{}-{:02}", at.year(), at.month()),
            Apart::Years(_) => at.year().to_string(),
        }
    }
}

impl Clock {
    /// The clock of `zone` over a load that begins at `start`, in Unix seconds.
    #[must_use]
    pub fn new(start: i64, zone: TimeZone) -> Clock {
        Clock { start, zone }
    }

    /// The name of its zone.
    #[must_use]
    pub fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("local time")
    }

    fn timestamp(&self, second: u64) -> Option<Timestamp> {
        Timestamp::from_second(self.start.checked_add_unsigned(second)?).ok()
    }

    /// So many seconds from the start of the load, for eyes: `2026-10-05 14:00`, with seconds where they
    /// count.
    #[must_use]
    pub fn when(&self, second: u64) -> String {
        let Some(timestamp) = self.timestamp(second) else { return format!("+{second} s") };
        let text = self.zone.to_datetime(timestamp).to_string().replace('T', " ");
        text.strip_suffix(":00").map_or_else(|| text.clone(), str::to_string)
    }

    /// The same for programs, with the offset of the zone: `2026-10-05T14:00:00Z`.
    #[must_use]
    pub fn rfc3339(&self, second: u64) -> String {
        let Some(timestamp) = self.timestamp(second) else { return format!("+{second} s") };
        let offset = self.zone.to_offset(timestamp);
        if offset.seconds() == 0 { timestamp.to_string() } else { timestamp.display_with_offset(offset).to_string() }
    }

    /// About `most` ticks at round times of a load of so many seconds.
    pub(super) fn ticks(&self, seconds: u64, most: u64) -> Vec<Tick> {
        let fits = |apart: &Apart| seconds / apart.seconds() <= most;
        let apart = DISTANCES.into_iter().find(fits).unwrap_or(Apart::Years(100));
        let begin = self.timestamp(0).map(|timestamp| self.zone.to_datetime(timestamp));
        let mut at = begin.and_then(|begin| apart.first(begin.date()));
        let mut ticks: Vec<Tick> = Vec::new();
        while let Some(now) = at {
            let Ok(zoned) = now.to_zoned(self.zone.clone()) else { break };
            let offset = zoned.timestamp().as_second().saturating_sub(self.start);
            if let Ok(second) = u64::try_from(offset) {
                if second >= seconds {
                    break;
                }
                // A time that the clock skips is that of the next tick.
                if ticks.last().is_none_or(|last| last.second < second) {
                    ticks.push(Tick { second, label: apart.label(zoned.datetime()) });
                }
            }
            at = now.checked_add(apart.span()).ok();
        }
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(start: &str, zone: &str) -> Clock {
        let start = start.parse::<Timestamp>().unwrap().as_second();
        Clock::new(start, stackcost_model::time::zone(zone).unwrap())
    }

    #[track_caller]
    fn ticks(clock: &Clock, seconds: u64, most: u64, want: &str) {
        let got: Vec<String> = clock.ticks(seconds, most).iter().map(|tick| tick.label.clone()).collect();
        assert_eq!(got.join(" "), want);
    }

    #[test]
    fn times_are_told_by_the_clock_of_the_zone() {
        let berlin = clock("2026-10-05T00:00:00Z", "Europe/Berlin");
        for (second, eyes, programs) in [
            (0, "2026-10-05 02:00", "2026-10-05T02:00:00+02:00"),
            (7, "2026-10-05 02:00:07", "2026-10-05T02:00:07+02:00"),
            // Winter time.
            (30 * 86_400, "2026-11-04 01:00", "2026-11-04T01:00:00+01:00"),
        ] {
            assert_eq!((&*berlin.when(second), &*berlin.rfc3339(second)), (eyes, programs));
        }
        let utc = clock("2026-10-05T00:00:00Z", "UTC");
        assert_eq!((utc.when(60), utc.rfc3339(60)), ("2026-10-05 00:01".into(), "2026-10-05T00:01:00Z".into()));
        assert_eq!((utc.zone(), berlin.zone()), ("UTC", "Europe/Berlin"));
        assert_eq!(utc.when(u64::MAX), format!("+{} s", u64::MAX));
    }

    #[test]
    fn ticks_are_at_round_times() {
        let utc = clock("2026-10-05T00:00:00Z", "UTC");
        ticks(&utc, 7 * 86_400, 7, "10-05 10-06 10-07 10-08 10-09 10-10 10-11");
        ticks(&utc, 90 * 60, 7, "10-05 00:15 00:30 00:45 01:00 01:15");
        ticks(&utc, 86_400, 5, "10-05 06:00 12:00 18:00");
        ticks(&utc, 125_310 * 60, 7, "10-05 10-19 11-02 11-16 11-30 12-14 12-28");
        ticks(&utc, 3 * 365 * 86_400, 4, "2027 2028 2029");
        ticks(&utc, 60, 7, "10-05");
        // From the middle of an hour, of a week, of a month.
        let later = clock("2026-10-07T10:20:00Z", "UTC");
        ticks(&later, 3 * 3_600, 3, "11:00 12:00 13:00");
        ticks(&later, 21 * 86_400, 3, "10-12 10-19 10-26");
        ticks(&later, 100 * 86_400, 4, "2026-11 2026-12 2027-01");
        ticks(&later, 86_400 * 365 * 1_000, 5, "2100 2200 2300 2400 2500 2600 2700 2800 2900 3000");
    }

    #[test]
    fn a_clock_that_changes_has_its_hours_where_they_are() {
        // On 25 October 2026 the clock goes from 03:00 back to 02:00.
        let berlin = clock("2026-10-24T22:00:00Z", "Europe/Berlin");
        let at: Vec<(u64, String)> =
            berlin.ticks(6 * 3_600, 6).into_iter().map(|tick| (tick.second / 3_600, tick.label)).collect();
        let want = [(0, "10-25"), (1, "01:00"), (2, "02:00"), (4, "03:00"), (5, "04:00")];
        assert_eq!(at, want.map(|(hour, label)| (hour, label.to_string())));
        // In spring there is no 02:00.
        let spring = clock("2026-03-28T23:00:00Z", "Europe/Berlin");
        ticks(&spring, 4 * 3_600, 4, "03-29 01:00 03:00 04:00");
    }
}
