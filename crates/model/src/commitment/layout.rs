//! Patterns of several components on the same hours.
//!
//! Commitments are by the hour, so it matters which hours of one component are those of another. Where patterns
//! say when they begin ([`Timeline::start`]) each is laid by its own dates, weekdays and clock; one that does not
//! say begins with the hours.
//!
//! The hours are those that hold all patterns whole times where that is true of their weeks: days in weeks, weeks
//! in several weeks. On a calendar month, or beside a trace of some days, no number of hours is: then they are
//! the hours of the month, or of the longest pattern, and a pattern that fits them no whole number of times is
//! looked up by weekday and clock.

use super::error::Error;
use super::usage::{MOST_HOURS, hourly_seconds, lcm};
use crate::exact::Ratio;
use crate::time::{HOUR, Horizon, midnight_utc};
use crate::timeline::Timeline;
use alloc::vec;
use alloc::vec::Vec;

/// Hours of a day and of a week.
const DAY: usize = 24;
const WEEK: usize = 168;

/// Seconds of each hour of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// One hour of what never changes.
    pub seconds: Vec<u64>,
    /// The hour it begins in, counted from 1970 in UTC; of a week without a date some week's.
    pub start: Option<i64>,
    /// How often it repeats.
    pub repeats: Ratio,
}

impl Shape {
    /// Evenly all the time.
    pub(super) fn even(hours: Ratio) -> Shape {
        Shape { seconds: vec![HOUR], start: None, repeats: hours }
    }

    /// Of a timeline; none where it takes too many hours.
    pub(super) fn of(timeline: &Timeline<u32>) -> Option<Shape> {
        let hour = HOUR.cast_signed();
        let Some(second) = timeline.start().filter(|_| timeline.as_constant().is_none()) else {
            let (seconds, repeats) = hourly_seconds(timeline)?;
            return Some(Shape { seconds, start: None, repeats });
        };
        // A pattern that begins within an hour goes on from the next full one: its beginning follows its end.
        let ahead = u64::try_from((-second).rem_euclid(hour)).ok()?;
        let turned = if ahead > 0 { timeline.turned(ahead) } else { None };
        let (seconds, repeats) = hourly_seconds(turned.as_ref().unwrap_or(timeline))?;
        let start = if turned.is_some() { second + ahead.cast_signed() } else { second };
        Some(Shape { seconds, start: Some(start.div_euclid(hour)), repeats })
    }

    fn len(&self) -> usize {
        self.seconds.len()
    }

    /// The hours that it repeats after without losing weekday and clock.
    fn period(&self) -> usize {
        let len = self.len().max(1);
        match self.start {
            Some(_) if len > WEEK => len - len % WEEK,
            Some(_) if len > DAY => len - len % DAY,
            _ => len,
        }
    }

    /// What it has in an hour from 1970 on, or in one of the layout where it does not say when it begins.
    fn at(&self, hour: i64, of_layout: usize) -> u64 {
        let place = match self.start {
            None => of_layout % self.len().max(1),
            Some(start) => match usize::try_from(hour - start).ok().filter(|&place| place < self.len()) {
                Some(place) => place,
                None => i64::try_from(self.period())
                    .ok()
                    .and_then(|period| usize::try_from((hour - start).rem_euclid(period)).ok())
                    .unwrap_or(0),
            },
        };
        self.seconds.get(place).copied().unwrap_or(0)
    }
}

/// The hours that patterns are laid on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// The first, counted from 1970.
    start: i64,
    /// How many.
    pub hours: usize,
    /// How often they repeat.
    pub repeats: Ratio,
}

impl Frame {
    /// The hours for these patterns over a horizon.
    ///
    /// # Errors
    /// [`Error::NoHours`] without a pattern, [`Error::Patterns`] where all hours are too many, and
    /// [`Error::TooLarge`].
    pub(super) fn of(shapes: &[Shape], horizon: Horizon) -> Result<Frame, Error> {
        // Of equals the first.
        let by = |shape: &&Shape| (shape.len(), shape.start.is_some());
        let longest = shapes.iter().rev().max_by_key(by).ok_or(Error::NoHours)?;
        let all = count(longest.len()) * longest.repeats;
        let changing = || shapes.iter().filter(|shape| shape.len() > 1);
        let one = changing().all(|shape| (shape.len(), shape.start) == (longest.len(), longest.start));
        let month = match horizon {
            Horizon::Month { first } => {
                let hours = usize::try_from(horizon.seconds() / HOUR).map_err(|_| Error::TooLarge)?;
                Some((midnight_utc(first).div_euclid(HOUR.cast_signed()), hours)).filter(|_| !one)
            }
            _ => None,
        };
        let own = (longest.start.or(changing().find_map(|shape| shape.start)).unwrap_or(0), longest.len());
        let (start, hours) = match (Self::whole(shapes), month) {
            (Some(hours), Some((_, most))) if hours <= most => (own.0, hours),
            (_, Some(month)) => month,
            (Some(hours), None) => (own.0, hours),
            (None, None) => own,
        };
        if hours > MOST_HOURS {
            return Err(Error::Patterns);
        }
        Ok(Frame { start, hours, repeats: all / count(hours) })
    }

    /// Hours that hold all patterns whole times, where what follows them is what follows in time: patterns that
    /// say when they begin are of whole weeks, or go into one.
    fn whole(shapes: &[Shape]) -> Option<usize> {
        let all = shapes.iter().try_fold(1_i128, |all, shape| lcm(all, i128::try_from(shape.len()).ok()?))?;
        let all = usize::try_from(all).ok().filter(|&all| all <= MOST_HOURS)?;
        let mut dated = shapes.iter().filter(|shape| shape.start.is_some() && shape.len() > 1);
        let weekly = |len: usize| len.is_multiple_of(WEEK) || WEEK.is_multiple_of(len);
        dated.all(|shape| weekly(shape.len())).then_some(all)
    }

    /// A pattern on these hours.
    pub(super) fn lay(&self, shape: &Shape) -> Vec<u64> {
        let laid: Vec<u64> =
            (self.start..).take(self.hours).enumerate().map(|(place, hour)| shape.at(hour, place)).collect();
        // What runs at other times alone is spread evenly: its sum is not lost.
        if laid.iter().all(|&seconds| seconds == 0) { vec![HOUR; self.hours] } else { laid }
    }
}

fn count(hours: usize) -> Ratio {
    Ratio::new(i128::try_from(hours).unwrap_or(i128::MAX), 1)
}
