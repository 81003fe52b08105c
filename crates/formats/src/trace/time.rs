//! Times of rows.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// Reads times that go forward.
pub(super) struct Times<'a> {
    zone: &'a TimeZone,
    last: Option<i64>,
    /// How many local times the clock skips, and how many were taken as the second of two.
    pub skipped: u64,
    pub second: u64,
}

impl Times<'_> {
    pub fn new(zone: &TimeZone) -> Times<'_> {
        Times { zone, last: None, skipped: 0, second: 0 }
    }

    /// Unix seconds of a timestamp with an offset or without, of a date, or of Unix seconds or
    /// milliseconds; none of anything else.
    pub fn read(&mut self, text: &str) -> Option<i64> {
        let second = self.second_of(text)?;
        self.last = Some(second);
        Some(second)
    }

    fn second_of(&mut self, text: &str) -> Option<i64> {
        if text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() >= 9 {
            let number: i64 = text.parse().ok()?;
            // Milliseconds since 1970 have 12 digits or more from 1973 on.
            return Some(if number >= 100_000_000_000 { number / 1_000 } else { number });
        }
        if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
            return Some(timestamp.as_second());
        }
        let local: DateTime = text.parse().ok()?;
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => {}
            AmbiguousOffset::Gap { .. } => self.skipped += 1,
            AmbiguousOffset::Fold { .. } => {
                let earlier = ambiguous.earlier().ok()?.as_second();
                if self.last.is_some_and(|last| earlier <= last) {
                    self.second += 1;
                    return Some(ambiguous.later().ok()?.as_second());
                }
                return Some(earlier);
            }
        }
        Some(ambiguous.compatible().ok()?.as_second())
    }

    /// What is to be said of clocks that were changed.
    pub fn remarks(&self, remarks: &mut Vec<String>) {
        if self.skipped > 0 {
            remarks.push(format!("{} times are skipped by the clock of their zone: they count as later", self.skipped));
        }
        if self.second > 0 {
            remarks
                .push(format!("{} times are shown twice by the clock of their zone: the second counts", self.second));
        }
    }
}
