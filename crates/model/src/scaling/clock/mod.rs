//! The best schedule by the clock that there could have been: a count of tasks for each hour of the
//! week, chosen when all of the load is known.
//!
//! It is what an autoscaler has to be better than: who knows the hours of a load needs no alarms.
//!
//! # Which hours
//!
//! A load of two weeks or more gets a count for each of the 168 hours of the week; a shorter one, of a
//! week or more, one for each hour of a weekday and one for each hour of a day of the weekend; one of
//! less than a week one for each hour of the day. So each hour is seen at least twice, but for loads of
//! less than two days (and for hours of one weekend). An hour that the load never has, or of which
//! nothing is known, gets the count of the hour before it.
//!
//! # How counts are chosen
//!
//! Every hour begins with the fewest tasks that are never over target in it. Then tasks are taken away
//! where that costs least: of each hour the lower convex hull of "so many tasks, so much over target" is
//! made, and the steps of all hulls are taken in the order of what is over target for each task-second
//! saved, while the budget holds. A step that does not fit ends its hour; what is left of the budget is
//! spent on parts of such steps.
//!
//! With one budget, no schedule of these hours within it is cheaper by more than
//! [`ClockSchedule::slack`] (the relaxation in which the first step that does not fit is taken in part
//! bounds all of them); it is 0 for a budget of 0, where the choice is the best. With several, that
//! holds of the first, and what is within the others as well can only be dearer.

mod actions;
#[cfg(test)]
mod tests;

pub use actions::ClockAction;

use super::fixed::{Limits, Ruler, on_spot};
use super::{Autoscaling, Impossible, Load, MISSING, Measure, Totals};
use crate::exact::Ratio;
use crate::time::{HOUR, WEEK};
use crate::timeline::Timeline;
use alloc::vec;
use alloc::vec::Vec;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Which hours have a count of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slots {
    /// Each hour of the week, from Monday 00:00: 168.
    HourOfWeek,
    /// Each hour of a weekday, then each of a day of the weekend: 48.
    WeekdaysAndWeekends,
    /// Each hour of the day: 24.
    HourOfDay,
}

impl Slots {
    /// Those for a load of so many seconds; see the rule of this module.
    #[must_use]
    pub const fn of_length(seconds: u64) -> Slots {
        if seconds >= 2 * WEEK {
            Slots::HourOfWeek
        } else if seconds >= WEEK {
            Slots::WeekdaysAndWeekends
        } else {
            Slots::HourOfDay
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn count(self) -> usize {
        match self {
            Slots::HourOfWeek => 168,
            Slots::WeekdaysAndWeekends => 48,
            Slots::HourOfDay => 24,
        }
    }

    /// In words: `by the hour of the day`.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Slots::HourOfWeek => "by the hour of the week",
            Slots::WeekdaysAndWeekends => "by the hour of weekdays and of weekends",
            Slots::HourOfDay => "by the hour of the day",
        }
    }

    /// The slot of an hour of the week, of which 0 begins on Monday at 00:00.
    #[must_use]
    pub const fn of(self, hour_of_week: usize) -> usize {
        let hour_of_week = hour_of_week % 168;
        match self {
            Slots::HourOfWeek => hour_of_week,
            Slots::WeekdaysAndWeekends if hour_of_week < 120 => hour_of_week % 24,
            Slots::WeekdaysAndWeekends => 24 + hour_of_week % 24,
            Slots::HourOfDay => hour_of_week % 24,
        }
    }
}

/// A count of tasks by the clock of a time zone, week after week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockSchedule {
    slots: Slots,
    zone: TimeZone,
    counts: Vec<u32>,
    slack: u64,
}

/// A stretch of a load within an hour of the clock, in steps of the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    from: usize,
    to: usize,
    hour_of_week: usize,
}

impl ClockSchedule {
    /// The schedule of the fewest task-seconds, as far as the rule of this module finds it, of at least
    /// `least` tasks, with which no measure is above its most over this load (see
    /// [`Measure::allowed`]; nothing is over target for a budget of 0). Tasks are taken to be there
    /// when their hour begins: [`ClockSchedule::service`] sees to that.
    ///
    /// # Errors
    /// As [`fewest`](super::fewest).
    pub fn fit(
        load: &Load,
        service: &Autoscaling,
        zone: &TimeZone,
        least: u32,
        budgets: &[(Measure, u128)],
    ) -> Result<ClockSchedule, Impossible> {
        let slots = Slots::of_length(load.seconds());
        let ruler = Ruler::new(load, service)?;
        let most = super::fewest(load, service, least, &[(Measure::TimeOver, 0)])?;
        let limits: Vec<Limits> = (0..=most).map(|tasks| ruler.limits(tasks)).collect();
        let hours = Hours::of(load, slots, zone);
        let mut counts: Vec<u32> = hours.iter().map(|hour| hour.needed(&limits).max(least)).collect();
        let slack = Choice { hours: &hours, limits: &limits, budgets, least }.lessen(&mut counts);
        hold_where_unknown(&mut counts, &hours, least);
        Ok(ClockSchedule { slots, zone: zone.clone(), counts, slack })
    }

    /// A schedule of these counts, one for each of the slots; none if there are more or fewer.
    #[must_use]
    pub fn new(slots: Slots, zone: TimeZone, counts: Vec<u32>) -> Option<ClockSchedule> {
        (counts.len() == slots.count()).then_some(ClockSchedule { slots, zone, counts, slack: 0 })
    }

    /// Which hours have a count.
    #[must_use]
    pub fn slots(&self) -> Slots {
        self.slots
    }

    /// By which clock.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The count of each slot.
    #[must_use]
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// No schedule of these hours within the (first) budget, over the load that it was made for, is
    /// cheaper by more than so many task-seconds.
    #[must_use]
    pub fn slack(&self) -> u64 {
        self.slack
    }

    /// The count in an hour of the week, of which 0 begins on Monday at 00:00.
    #[must_use]
    pub fn count_at(&self, hour_of_week: usize) -> u32 {
        self.counts.get(self.slots.of(hour_of_week)).copied().unwrap_or(0)
    }

    /// How often the count changes in a day, over a week.
    #[must_use]
    pub fn changes_a_day(&self) -> Ratio {
        let changes = (0..168).filter(|&hour| self.count_at(hour) != self.count_at(hour + 167)).count();
        Ratio::new(i128::try_from(changes).unwrap_or(0), 7)
    }

    /// The counts over a load, each from the first step that begins in its hour.
    #[must_use]
    pub fn timeline(&self, load: &Load) -> Timeline<u32> {
        let step = u64::from(load.step());
        let counts = stretches(load, load.seconds(), &self.zone)
            .map(|Stretch { from, to, hour_of_week }| ((to - from) as u64 * step, self.count_at(hour_of_week)));
        Timeline::steps(counts).unwrap_or_else(|| Timeline::constant(0, load.seconds()))
    }

    /// The figures of the counts over a load, were tasks there the moment they are to be, and gone the
    /// moment they are not. What is billed besides is in a run of [`ClockSchedule::service`].
    ///
    /// # Errors
    /// A capacity or a bar that is none.
    pub fn totals(&self, load: &Load, service: &Autoscaling) -> Result<Totals, Impossible> {
        let ruler = Ruler::new(load, service)?;
        let mut totals = Totals::default();
        let mut before = None;
        for Stretch { from, to, hour_of_week } in stretches(load, load.seconds(), &self.zone) {
            let count = self.count_at(hour_of_week);
            let seconds = (to - from) as u64 * u64::from(load.step());
            totals.task_seconds += seconds * u64::from(count);
            totals.spot_task_seconds += seconds * u64::from(on_spot(service, count));
            totals.launches += before.map_or(0, |before| u64::from(count.saturating_sub(before)));
            totals.peak = totals.peak.max(count);
            let values = load.values().get(from..to).unwrap_or(&[]);
            ruler.limits(count).tally(values, load.step(), &mut totals.served);
            before = Some(count);
        }
        Ok(totals)
    }
}

/// So many seconds of a load, cut where the clock strikes, in order; a step is in the hour in which it
/// begins.
fn stretches<'a>(load: &Load, seconds: u64, zone: &'a TimeZone) -> impl Iterator<Item = Stretch> + use<'a> {
    let (start, step) = (load.start(), u64::from(load.step()));
    let mut at = 0;
    core::iter::from_fn(move || {
        // An hour with a clock that changes within it may hold no step.
        while at < seconds {
            let (hour_of_week, left) = hour_at(start.saturating_add_unsigned(at), zone);
            let to = seconds.min(at + left);
            let place = |second: u64| usize::try_from(second.div_ceil(step)).unwrap_or(usize::MAX);
            let stretch = Stretch { from: place(at), to: place(to), hour_of_week };
            at = to;
            if stretch.from < stretch.to {
                return Some(stretch);
            }
        }
        None
    })
}

/// The hour of the week at a Unix second, and how many seconds it goes on.
fn hour_at(second: i64, zone: &TimeZone) -> (usize, u64) {
    let Ok(timestamp) = Timestamp::from_second(second) else {
        // Beyond the calendar, by UTC: 1 January 1970 was a Thursday.
        let week = WEEK.cast_signed();
        let of_week = (second.rem_euclid(week) + 3 * 86_400).rem_euclid(week).unsigned_abs();
        return (usize::try_from(of_week / HOUR).unwrap_or(0), HOUR - of_week % HOUR);
    };
    let clock = zone.to_datetime(timestamp);
    let part = |value: i8| u64::from(value.unsigned_abs());
    let left = HOUR - part(clock.minute()) * 60 - part(clock.second());
    let change =
        zone.following(timestamp).next().map_or(u64::MAX, |next| next.timestamp().as_second().abs_diff(second));
    let day = part(clock.weekday().to_monday_zero_offset());
    (usize::try_from(day * 24 + part(clock.hour())).unwrap_or(0), left.min(change.max(1)))
}

/// All of a load that falls in one slot.
struct Hours {
    /// What is known, ascending.
    values: Vec<u32>,
    /// The sum of the values from each on.
    from_here: Vec<u128>,
    /// How long it is in all, whether it is known or not.
    seconds: u64,
    /// Seconds of a step.
    step: u32,
}

impl Hours {
    fn of(load: &Load, slots: Slots, zone: &TimeZone) -> Vec<Hours> {
        let mut values: Vec<Vec<u32>> = vec![Vec::new(); slots.count()];
        let mut seconds = vec![0; slots.count()];
        for Stretch { from, to, hour_of_week } in stretches(load, load.seconds(), zone) {
            let slot = slots.of(hour_of_week);
            let known = load.values().get(from..to).unwrap_or(&[]).iter().copied();
            values[slot].extend(known.filter(|&value| value != MISSING));
            seconds[slot] += (to - from) as u64 * u64::from(load.step());
        }
        let hours = values.into_iter().zip(seconds).map(|(mut values, seconds)| {
            values.sort_unstable();
            let mut from_here = vec![0; values.len() + 1];
            for place in (0..values.len()).rev() {
                from_here[place] = from_here[place + 1] + u128::from(values[place]);
            }
            Hours { values, from_here, seconds, step: load.step() }
        });
        hours.collect()
    }

    /// The fewest tasks that are never over target.
    fn needed(&self, limits: &[Limits]) -> u32 {
        let peak = self.values.last().copied().unwrap_or(0);
        let place = limits.partition_point(|limits| limits.over <= peak);
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    /// A measure of so many tasks.
    fn measure(&self, measure: Measure, limits: Limits) -> u128 {
        let above = |most: u32| {
            let place = self.values.partition_point(|&value| value <= most);
            ((self.values.len() - place) as u128, self.from_here.get(place).copied().unwrap_or(0))
        };
        let all = match measure {
            Measure::TimeOver => above(limits.over.saturating_sub(1)).0,
            Measure::RequestsOver => above(limits.over.saturating_sub(1)).1,
            Measure::Lost => {
                let (count, sum) = above(limits.serves);
                sum - count * u128::from(limits.serves)
            }
        };
        all * u128::from(self.step)
    }
}

/// An edge of a lower convex hull: so many tasks less in a slot.
#[derive(Clone, Copy)]
struct Move {
    slot: usize,
    from: u32,
    to: u32,
    /// How much of the first measure it adds.
    added: u128,
    /// How many task-seconds it saves; not 0.
    saved: u64,
}

impl Move {
    /// Whether it adds more for each task-second than another.
    fn dearer(&self, other: &Move) -> core::cmp::Ordering {
        // Below 2⁶¹ and 2⁵⁰: no product leaves 128 bits.
        (self.added * u128::from(other.saved)).cmp(&(other.added * u128::from(self.saved)))
    }
}

/// What counts are chosen by.
struct Choice<'a> {
    hours: &'a [Hours],
    limits: &'a [Limits],
    budgets: &'a [(Measure, u128)],
    least: u32,
}

impl Choice<'_> {
    /// Takes tasks away from counts that are never over target, and tells the slack.
    fn lessen(&self, counts: &mut [u32]) -> u64 {
        let mut moves: Vec<Move> = (0..counts.len()).flat_map(|slot| self.hull(slot, counts[slot])).collect();
        // Stable: the edges of a hull stay in their order, and equal ones in that of the hours.
        moves.sort_by(Move::dearer);
        let bound = self.bound(&moves);
        let mut left: Vec<u128> = self.budgets.iter().map(|budget| budget.1).collect();
        let mut saved = 0;
        let mut ended: Vec<usize> = Vec::new();
        for step in &moves {
            if counts[step.slot] != step.from {
                continue;
            }
            if self.take(step.slot, step.from, step.to, &mut left) {
                counts[step.slot] = step.to;
                saved += step.saved;
            } else {
                ended.push(step.slot);
            }
        }
        for slot in ended {
            let from = counts[slot];
            // What is added grows with each task less, so the fewest that fit are found by halves.
            let (mut few, mut many) = (self.least, from);
            while few < many {
                let middle = few + (many - few) / 2;
                if self.take(slot, from, middle, &mut left.clone()) {
                    many = middle;
                } else {
                    few = middle + 1;
                }
            }
            if self.take(slot, from, many, &mut left) {
                counts[slot] = many;
                saved += u64::from(from - many) * self.hours[slot].seconds;
            }
        }
        bound.saturating_sub(saved)
    }

    /// What fewer tasks in a slot add is taken from the budgets, if it is there.
    fn take(&self, slot: usize, from: u32, to: u32, left: &mut [u128]) -> bool {
        let added = |measure| self.at(slot, measure, to).saturating_sub(self.at(slot, measure, from));
        let after: Option<Vec<u128>> =
            self.budgets.iter().zip(left.iter()).map(|(budget, left)| left.checked_sub(added(budget.0))).collect();
        let Some(after) = after else { return false };
        left.copy_from_slice(&after);
        true
    }

    fn at(&self, slot: usize, measure: Measure, tasks: u32) -> u128 {
        let place = usize::try_from(tasks).unwrap_or(usize::MAX);
        let limits = self.limits.get(place).or(self.limits.last());
        limits.map_or(0, |&limits| self.hours[slot].measure(measure, limits))
    }

    /// The lower convex hull of a slot, from its count down, by the first measure.
    fn hull(&self, slot: usize, count: u32) -> Vec<Move> {
        let seconds = self.hours[slot].seconds;
        let measure = self.budgets.first().map(|budget| budget.0);
        if seconds == 0 || self.hours[slot].values.is_empty() {
            return Vec::new();
        }
        let mut edges: Vec<Move> = Vec::new();
        let mut before = (count, 0);
        for to in (self.least..count).rev() {
            let now = measure.map_or(0, |measure| self.at(slot, measure, to));
            let edge = |from: (u32, u128)| Move {
                slot,
                from: from.0,
                to,
                added: now.saturating_sub(from.1),
                saved: u64::from(from.0 - to) * seconds,
            };
            let mut new = edge(before);
            // An edge that is dearer than the one after it lies above the hull.
            while let Some(last) = edges.pop_if(|last| last.dearer(&new).is_ge()) {
                new = Move { from: last.from, added: last.added + new.added, saved: last.saved + new.saved, ..new };
            }
            edges.push(new);
            before = (to, now);
        }
        edges
    }

    /// The most task-seconds that any choice within the first budget saves: with the first edge that
    /// does not fit taken in part.
    fn bound(&self, moves: &[Move]) -> u64 {
        let mut left = self.budgets.first().map_or(u128::MAX, |budget| budget.1);
        let mut saved = 0;
        for step in moves {
            match left.checked_sub(step.added) {
                Some(rest) => {
                    left = rest;
                    saved += step.saved;
                }
                None => {
                    let part = (u128::from(step.saved) * left).checked_div(step.added).unwrap_or(0);
                    return saved + u64::try_from(part).unwrap_or(step.saved);
                }
            }
        }
        saved
    }
}

/// Hours of which nothing is known get the count of the hour before them, round the week.
fn hold_where_unknown(counts: &mut [u32], hours: &[Hours], least: u32) {
    let last_known = (0..counts.len()).rev().find(|&slot| !hours[slot].values.is_empty());
    let mut before = last_known.map_or(least, |slot| counts[slot]);
    for (count, hour) in counts.iter_mut().zip(hours) {
        if hour.values.is_empty() {
            *count = before;
        }
        before = *count;
    }
}
