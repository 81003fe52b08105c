//! The times of a trace, in all the ways they are written.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use stackcost_model::scaling::MOMENTS;

/// Why something is no time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BadMoment {
    No,
    /// No number of seconds from the start.
    NoSeconds,
    /// A negative one.
    Negative,
    /// A number that is too small for Unix seconds.
    Small,
    Far,
    /// A local time that the clocks of this zone went over.
    Skipped(String),
}

/// Reads times one after another.
pub(super) struct Clock<'a> {
    zone: &'a TimeZone,
    /// The row before.
    last: Option<i64>,
    /// The last row that was earlier than that one.
    earlier: Option<i64>,
    /// The date that was read last and when it begins, as traces have many rows a day.
    day: ([u8; 10], i64),
    /// How many times had no offset.
    local: u64,
    /// How many the clocks of the zone show twice.
    twice: u64,
    /// How many were the second of two.
    second: u64,
    /// How many had fractions of a second.
    cut: u64,
}

/// A time as it is written: in UTC, or as a clock shows it, both in seconds from 1970.
enum Written {
    Utc(i64),
    Local(i64),
}

/// The smallest Unix seconds that are not taken for something else: March 1973.
const LEAST_UNIX: i64 = 100_000_000;

impl<'a> Clock<'a> {
    pub fn new(zone: &'a TimeZone) -> Clock<'a> {
        Clock { zone, last: None, earlier: None, day: ([0; 10], 0), local: 0, twice: 0, second: 0, cut: 0 }
    }

    /// The Unix seconds of a time.
    pub fn read(&mut self, text: &[u8]) -> Result<i64, BadMoment> {
        let written = match self.fixed(text) {
            Some(written) => written,
            None => self.unix(text).unwrap_or_else(|| self.other(text))?,
        };
        let at = match written {
            Written::Utc(at) => at,
            Written::Local(shown) => {
                self.local += 1;
                if *self.zone == TimeZone::UTC { shown } else { self.in_zone(shown)? }
            }
        };
        if !MOMENTS.contains(&at) {
            return Err(BadMoment::Far);
        }
        if self.last != Some(at) {
            self.earlier = self.last;
        }
        self.last = Some(at);
        Ok(at)
    }

    /// Whether some times had no offset, and were taken for UTC.
    pub fn takes_utc(&self) -> bool {
        self.local > 0 && *self.zone == TimeZone::UTC
    }

    /// Whether some times are shown twice by the clocks of the zone: only rows in order say which is meant.
    pub fn has_double(&self) -> bool {
        self.twice > 0
    }

    /// What to know of the times that were read.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.second > 0 {
            let (rows, zone) = (self.second, zone_name(self.zone));
            let rows = if rows == 1 { "a row is".to_string() } else { format!("{rows} rows are") };
            remarks.push(format!("{rows} taken for the second time that the clocks of {zone} show, as they go back"));
        }
        remarks.extend(of_cut(self.cut));
        remarks
    }

    /// `2026-10-01`, `2026-10-01 09:00`, `2026-10-01T09:00:00.000`, with or without an offset.
    fn fixed(&mut self, text: &[u8]) -> Option<Written> {
        let (date, rest) = text.split_first_chunk::<10>()?;
        let day = self.day(date)?;
        let [b' ' | b'T', clock @ ..] = rest else { return rest.is_empty().then_some(Written::Local(day)) };
        let ([hour, hour_, b':', minute, minute_], rest) = clock.split_first_chunk::<5>()? else { return None };
        let (hour, minute) = (two(*hour, *hour_, 24)?, two(*minute, *minute_, 60)?);
        let (second, rest) = match rest {
            [b':', second, second_, rest @ ..] => (two(*second, *second_, 60)?, rest),
            _ => (0, rest),
        };
        let (fraction, zone) = match rest {
            [b'.', rest @ ..] => rest.split_at(rest.iter().take_while(|sign| sign.is_ascii_digit()).count()),
            _ => (&rest[..0], rest),
        };
        let at = day + hour * 3_600 + minute * 60 + second;
        let written = match zone {
            b"" => Written::Local(at),
            b"Z" | b"+00:00" | b" UTC" | b" +0000 UTC" => Written::Utc(at),
            [sign @ (b'+' | b'-'), h, h_, b':', m, m_] => {
                let offset = two(*h, *h_, 24)? * 3_600 + two(*m, *m_, 60)? * 60;
                Written::Utc(if *sign == b'-' { at + offset } else { at - offset })
            }
            _ => return None,
        };
        self.cut += u64::from(fraction.iter().any(|digit| *digit != b'0'));
        Some(written)
    }

    /// When a date begins.
    fn day(&mut self, text: &[u8; 10]) -> Option<i64> {
        if self.day.0 == *text {
            return Some(self.day.1);
        }
        let [c, c_, y, y_, b'-', m, m_, b'-', d, d_] = text else { return None };
        let year = two(*c, *c_, 100)? * 100 + two(*y, *y_, 100)?;
        let part = |a, b| i8::try_from(two(a, b, 100)?).ok();
        let date = Date::new(i16::try_from(year).ok()?, part(*m, *m_)?, part(*d, *d_)?).ok()?;
        let begins = shown(date.at(0, 0, 0, 0))?;
        self.day = (*text, begins);
        Some(begins)
    }

    /// Unix seconds or milliseconds, if it is a number and no date of eight digits.
    fn unix(&mut self, text: &[u8]) -> Option<Result<Written, BadMoment>> {
        let (whole, fraction) = match text.iter().position(|sign| *sign == b'.') {
            None => (text, &text[..0]),
            Some(at) => (&text[..at], &text[at + 1..]),
        };
        let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
        if whole.is_empty() || !digits(whole) || !digits(fraction) || (text.len() == 8 && whole.len() == 8) {
            return None;
        }
        if whole.len() > 15 {
            return Some(Err(BadMoment::Far));
        }
        let number = whole.iter().fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        let (at, rest) = if number >= LEAST_UNIX * 1_000 { (number / 1_000, number % 1_000) } else { (number, 0) };
        if at < LEAST_UNIX {
            return Some(Err(BadMoment::Small));
        }
        self.cut += u64::from(rest != 0 || fraction.iter().any(|digit| *digit != b'0'));
        Some(Ok(Written::Utc(at)))
    }

    /// All other ways of RFC 3339 and ISO 8601.
    fn other(&mut self, text: &[u8]) -> Result<Written, BadMoment> {
        let text = std::str::from_utf8(text).map_err(|_| BadMoment::No)?;
        if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
            self.cut += u64::from(timestamp.subsec_nanosecond() != 0);
            return Ok(Written::Utc(timestamp.as_second()));
        }
        let local = text.parse::<DateTime>().map_err(|_| BadMoment::No)?;
        self.cut += u64::from(local.subsec_nanosecond() != 0);
        shown(local).map(Written::Local).ok_or(BadMoment::Far)
    }

    /// When the clocks of the zone show that.
    fn in_zone(&mut self, shown: i64) -> Result<i64, BadMoment> {
        let timestamp = jiff::Timestamp::from_second(shown).map_err(|_| BadMoment::Far)?;
        let at = |offset: Offset| shown - i64::from(offset.seconds());
        match self.zone.to_ambiguous_timestamp(Offset::UTC.to_datetime(timestamp)).offset() {
            AmbiguousOffset::Unambiguous { offset } => Ok(at(offset)),
            AmbiguousOffset::Gap { .. } => Err(BadMoment::Skipped(zone_name(self.zone))),
            AmbiguousOffset::Fold { before, after } => {
                let (first, second) = (at(before), at(after));
                self.twice += 1;
                // The same time again is the second one where rows are so far apart, else a row that is
                // there twice.
                let apart = self.earlier.is_none_or(|earlier| first - earlier >= second - first);
                if self.last.is_some_and(|last| first < last || (first == last && apart)) {
                    self.second += 1;
                    Ok(second)
                } else {
                    Ok(first)
                }
            }
        }
    }
}

/// What to know of times that have fractions of a second.
pub(super) fn of_cut(times: u64) -> Option<String> {
    match times {
        0 => None,
        1 => Some("a time has a fraction of a second, which is cut".to_string()),
        _ => Some(format!("{times} times have fractions of a second, which are cut")),
    }
}

/// Seconds from 1970 until a clock shows that, if it shows UTC.
fn shown(at: DateTime) -> Option<i64> {
    Offset::UTC.to_timestamp(at).ok().map(jiff::Timestamp::as_second)
}

fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("the zone").to_string()
}

/// A number of two digits below `limit`.
fn two(tens: u8, ones: u8, limit: i64) -> Option<i64> {
    if !(tens.is_ascii_digit() && ones.is_ascii_digit()) {
        return None;
    }
    let number = i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
    (number < limit).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<i64, BadMoment> {
        Clock::new(&TimeZone::UTC).read(text.as_bytes())
    }

    #[test]
    fn every_way_a_time_is_written() {
        const NINE: i64 = 1_790_845_200;
        for (text, expect) in [
            ("2026-10-01T09:00:00Z", NINE),
            ("2026-10-01T09:00:00.000Z", NINE),
            ("2026-10-01T09:00:00.999Z", NINE),
            ("2026-10-01T09:00:00+00:00", NINE),
            ("2026-10-01T11:00:00+02:00", NINE),
            ("2026-10-01T03:30:00-05:30", NINE),
            ("2026-10-01T11:00:00+0200", NINE),
            ("2026-10-01t09:00:00z", NINE),
            ("2026-10-01 09:00:00 UTC", NINE),
            ("2026-10-01 09:00:00 +0000 UTC", NINE),
            ("2026-10-01 09:00:00", NINE),
            ("2026-10-01 09:00", NINE),
            ("2026-10-01T09:00", NINE),
            ("2026-10-01T09", NINE),
            ("20261001T090000Z", NINE),
            ("2026-10-01T05:00:00-04:00[America/New_York]", NINE),
            ("1790845200", NINE),
            ("1790845200.5", NINE),
            ("1790845200000", NINE),
            ("1790845200250", NINE),
            ("2026-10-01", NINE - 9 * 3_600),
            ("20261001", NINE - 9 * 3_600),
            ("1970-01-01", 0),
            ("2024-02-29 23:59:59", 1_709_251_199),
        ] {
            assert_eq!(read(text), Ok(expect), "{text}");
        }
    }

    #[test]
    fn what_is_no_time() {
        for (text, expect) in [
            ("", BadMoment::No),
            ("noon", BadMoment::No),
            ("2026-10", BadMoment::No),
            ("2026-13-01", BadMoment::No),
            ("2026-02-29", BadMoment::No),
            ("2026-10-01T24:00:00Z", BadMoment::No),
            ("2026-10-01T09:60:00Z", BadMoment::No),
            ("2026-10-01T09:00:00X", BadMoment::No),
            ("10/1/2026 09:00", BadMoment::No),
            ("01.10.2026", BadMoment::No),
            ("-1790845200", BadMoment::No),
            ("0", BadMoment::Small),
            ("3600", BadMoment::Small),
            ("1969-12-31T23:59:59Z", BadMoment::Far),
            ("2200-01-01", BadMoment::Far),
            ("9999999999", BadMoment::Far),
            ("1790845200000000000", BadMoment::Far),
        ] {
            assert_eq!(read(text), Err(expect), "{text}");
        }
    }

    #[test]
    fn clocks_of_new_york() {
        let zone = stackcost_model::time::zone("America/New_York").unwrap();
        // Each text shows local times, then what they are in UTC.
        for (local, utc) in [
            ("2026-07-01 12:00", "16:00"),
            // Forward at two o'clock: the next five minutes are an hour on by the clock.
            ("2026-03-08 01:55, 2026-03-08 03:00", "06:55 07:00"),
            // Back at two: what would go backwards is the second time of the clock.
            ("2026-11-01 00:55, 2026-11-01 01:00, 2026-11-01 01:55", "04:55 05:00 05:55"),
            ("2026-11-01 01:55, 2026-11-01 01:00, 2026-11-01 01:55, 2026-11-01 02:00", "05:55 06:00 06:55 07:00"),
            // Hour by hour the second is the same on the clock.
            ("2026-11-01 01:00, 2026-11-01 01:00, 2026-11-01 02:00", "05:00 06:00 07:00"),
        ] {
            let mut clock = Clock::new(&zone);
            let read = local.split(", ").map(|text| clock.read(text.as_bytes()).unwrap());
            let read: Vec<String> = read.map(|at| format!("{:02}:{:02}", at / 3_600 % 24, at / 60 % 60)).collect();
            assert_eq!(read.join(" "), utc, "{local}");
        }
        let mut clock = Clock::new(&zone);
        assert_eq!(clock.read(b"2026-03-08 02:30"), Err(BadMoment::Skipped("America/New_York".into())));
        // Times with an offset need no zone.
        assert_eq!(clock.read(b"2026-03-08T02:30:00Z"), Ok(1_772_937_000));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.+Z-]{0,14}|[0-9.]{0,20}|\\PC*") {
            if let Ok(at) = read(&text) {
                prop_assert!(MOMENTS.contains(&at));
            }
        }

        #[test]
        fn what_is_written_is_read(at in MOMENTS) {
            let timestamp = jiff::Timestamp::from_second(at).unwrap();
            prop_assert_eq!(read(&timestamp.to_string()), Ok(at));
            prop_assert_eq!(read(&Offset::UTC.to_datetime(timestamp).to_string()), Ok(at));
            if at >= LEAST_UNIX {
                prop_assert_eq!(read(&at.to_string()), Ok(at));
                prop_assert_eq!(read(&(at * 1_000).to_string()), Ok(at));
            }
        }
    }
}
