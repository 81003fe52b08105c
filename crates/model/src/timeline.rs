//! A value that changes at known seconds. Fixed capacity, a schedule and a scaling run are all
//! timelines, so "fixed against autoscaled" is one calculation done twice.

use crate::exact::Ratio;
use crate::time::{ClockTime, DAY, HOUR, Horizon, WEEK, Weekdays, midnight_utc};
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use jiff::civil::Time;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// A step function over a horizon: a pattern of whole-second steps, and how often it repeats.
///
/// Repeats may be a fraction: the average month holds 365/12 days and 365/84 weeks, and a daily
/// or weekly pattern over it counts as its average. On a calendar month the pattern is the whole
/// month, laid out second by second, and repeats once.
///
/// Lengths add up to the horizon by construction; values are private so that stays true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline<T> {
    /// `(seconds, value)`, none of zero length, neighbours with different values.
    steps: Vec<(u64, T)>,
    repeats: Ratio,
    start: Option<i64>,
}

impl<T: Copy + PartialEq> Timeline<T> {
    /// The same value all the time.
    #[must_use]
    pub fn constant(value: T, seconds: u64) -> Self {
        Timeline { steps: vec![(seconds.max(1), value)], repeats: Ratio::ONE, start: None }
    }

    /// Steps one after another: `(seconds, value)`. Steps of no length vanish; `None` when
    /// nothing is left.
    #[must_use]
    pub fn steps(steps: impl IntoIterator<Item = (u64, T)>) -> Option<Self> {
        let steps = merge(steps);
        (!steps.is_empty()).then_some(Timeline { steps, repeats: Ratio::ONE, start: None })
    }

    /// The same, beginning at this second since 1970 in UTC.
    #[must_use]
    pub fn starting_at(self, second: i64) -> Self {
        Timeline { start: Some(second), ..self }
    }

    /// The second since 1970 in UTC at which the pattern begins, where it says when things happen; of a week
    /// without a date that of some week. It decides nothing that is integrated, only how patterns lie to each
    /// other.
    #[must_use]
    pub fn start(&self) -> Option<i64> {
        self.start
    }

    /// The pattern from so many seconds after its beginning on, its beginning after its end; none where it is
    /// not longer.
    #[must_use]
    pub fn turned(&self, seconds: u64) -> Option<Self> {
        let (mut first, mut rest, mut now) = (Vec::new(), Vec::new(), 0_u64);
        for &(length, value) in &self.steps {
            let before = seconds.saturating_sub(now).min(length);
            first.push((before, value));
            rest.push((length - before, value));
            now = now.saturating_add(length);
        }
        let start = self.start.and_then(|start| start.checked_add_unsigned(seconds));
        let steps = merge(rest.into_iter().chain(first));
        (seconds < now).then_some(Timeline { steps, repeats: self.repeats, start })
    }

    /// The same pattern, over and over for the whole horizon.
    #[must_use]
    pub fn repeated_over(self, horizon: Horizon) -> Self {
        let repeats = Ratio::from(horizon.seconds()) / Ratio::from(self.pattern_seconds());
        Timeline { repeats, ..self }
    }

    /// `base`, and `peak` for `peak_seconds` of every day (clamped to the day).
    #[must_use]
    pub fn daily(base: T, peak: T, peak_seconds: u64, horizon: Horizon) -> Self {
        let peak_seconds = peak_seconds.min(DAY);
        let steps = merge([(DAY - peak_seconds, base), (peak_seconds, peak)]);
        Timeline { steps, repeats: Ratio::new(horizon.seconds().into(), DAY.into()), start: None }
    }

    /// `peak` for `peak_seconds` of the whole horizon (clamped to it), `base` for the rest.
    #[must_use]
    pub fn for_seconds(base: T, peak: T, peak_seconds: u64, horizon: Horizon) -> Self {
        let peak_seconds = peak_seconds.min(horizon.seconds());
        let steps = merge([(peak_seconds, peak), (horizon.seconds() - peak_seconds, base)]);
        Timeline { steps, repeats: Ratio::ONE, start: None }
    }

    /// `base`, and each window's value inside it.
    ///
    /// On a calendar month the windows are laid on the real days of that month (which AWS counts
    /// in UTC) by the clock of `zone`: a day on which the clock changes is as long as it is. On
    /// the average month and on N days there are no dates, so the weekly pattern counts as its
    /// average; it begins on Monday by the clock that the zone has in winter (in January). A window whose `to`
    /// is not after its `from` ends on the next day.
    ///
    /// # Errors
    /// [`Overlap`] when two windows ever hold the same second of a week: which would win is not
    /// for us to guess.
    pub fn windows(base: T, windows: &[Window<T>], zone: &TimeZone, horizon: Horizon) -> Result<Self, Overlap> {
        let week = weekly(windows)?;
        let Horizon::Month { first } = horizon else {
            let steps = paint(base, WEEK, week);
            let start = Some(MONDAY - i64::from(zone.to_offset(JANUARY).seconds()));
            return Ok(Timeline { steps, repeats: Ratio::new(horizon.seconds().into(), WEEK.into()), start });
        };
        // From the day before (a window that began in it may reach in) to the day after.
        let start = midnight_utc(first);
        let end = start + horizon.seconds().cast_signed();
        let mut spans = Vec::new();
        let mut day = first.yesterday().unwrap_or(first);
        for _ in 0..=first.days_in_month() + 1 {
            let weekday = day.weekday().to_monday_zero_offset().unsigned_abs();
            for window in windows.iter().filter(|window| window.days.contains(weekday)) {
                let tomorrow = day.tomorrow().unwrap_or(day);
                let from = on_clock(day, tomorrow, window.from, zone);
                let to = if window.over_midnight() {
                    on_clock(tomorrow, tomorrow.tomorrow().unwrap_or(tomorrow), window.to, zone)
                } else {
                    on_clock(day, tomorrow, window.to, zone)
                };
                let (from, to) = (from.clamp(start, end) - start, to.clamp(start, end) - start);
                if let (Ok(from), Ok(to)) = (u64::try_from(from), u64::try_from(to)) {
                    spans.push((from, to, window.value));
                }
            }
            day = day.tomorrow().unwrap_or(day);
        }
        // Apart on the weekly clock means apart in time, but for the hour a clock repeats.
        spans.sort_by_key(|span| span.0);
        Ok(Timeline { steps: paint(base, horizon.seconds(), spans), repeats: Ratio::ONE, start: Some(start) })
    }

    /// The same steps with other values.
    #[must_use]
    pub fn map<V: Copy + PartialEq>(&self, value: impl Fn(T) -> V) -> Timeline<V> {
        let steps = merge(self.steps.iter().map(|&(seconds, old)| (seconds, value(old))));
        Timeline { steps, repeats: self.repeats, start: self.start }
    }

    /// The area under `value`: its sum over all seconds.
    #[must_use]
    pub fn integrate(&self, value: impl Fn(T) -> Ratio) -> Ratio {
        self.steps.iter().map(|&(seconds, step)| Ratio::from(seconds) * value(step)).sum::<Ratio>() * self.repeats
    }

    /// How long it lasts, in seconds.
    #[must_use]
    pub fn seconds(&self) -> Ratio {
        self.integrate(|_| Ratio::ONE)
    }

    /// The value, when it never changes.
    #[must_use]
    pub fn as_constant(&self) -> Option<T> {
        match self.steps[..] {
            [(_, value)] => Some(value),
            _ => None,
        }
    }

    /// Both values at once.
    ///
    /// Patterns of different length (a day and a week) are laid out over the shortest time that
    /// holds both a whole number of times, so neither loses or gains anything. `None` when that
    /// takes more than [`MOST_STEPS`].
    #[must_use]
    pub fn zip<V: Copy + PartialEq>(&self, other: &Timeline<V>) -> Option<Timeline<(T, V)>> {
        if let Some(value) = self.as_constant() {
            return Some(other.map(|theirs| (value, theirs)));
        }
        if let Some(value) = other.as_constant() {
            return Some(self.map(|ours| (ours, value)));
        }
        let (ours, theirs) = (self.pattern_seconds(), other.pattern_seconds());
        let both = least_common_multiple(ours, theirs)?;
        let (left, right) = (repeat(&self.steps, both / ours)?, repeat(&other.steps, both / theirs)?);
        let repeats = self.repeats * Ratio::new(ours.into(), both.into());
        let start = self.start.filter(|_| self.start == other.start);
        Some(Timeline { steps: merge(join(&left, &right)), repeats, start })
    }

    /// Blocks of whole hours and the values that make up one hour of the block:
    /// `(hours, [(seconds, value)])`.
    ///
    /// AWS meters load balancers by the hour, so what changes inside an hour is averaged over it
    /// before the busiest dimension is chosen. A pattern that repeats and is no whole number of
    /// hours long is laid out until it is; `None` when that takes more than [`MOST_STEPS`].
    #[must_use]
    pub fn hours(&self) -> Option<Vec<Hours<T>>> {
        let pattern = self.pattern_seconds();
        // What happens once may end within an hour; what repeats goes on there.
        let whole = if self.repeats == Ratio::ONE { pattern } else { least_common_multiple(pattern, HOUR)? };
        let steps = repeat(&self.steps, whole / pattern)?;
        let repeats = self.repeats * Ratio::new(pattern.into(), whole.into());
        let mut blocks = Vec::new();
        let mut open: Vec<(u64, T)> = Vec::new();
        let mut filled = 0;
        for (mut seconds, value) in steps {
            if filled > 0 {
                let take = seconds.min(HOUR - filled);
                open.push((take, value));
                filled += take;
                seconds -= take;
                if filled == HOUR {
                    blocks.push((repeats, core::mem::take(&mut open)));
                    filled = 0;
                }
            }
            if seconds >= HOUR {
                blocks.push((Ratio::from(seconds / HOUR) * repeats, vec![(HOUR, value)]));
                seconds %= HOUR;
            }
            if seconds > 0 {
                open.push((seconds, value));
                filled += seconds;
            }
        }
        if !open.is_empty() {
            blocks.push((repeats, open));
        }
        Some(blocks)
    }

    /// The pattern itself: its steps, and how often they repeat.
    #[must_use]
    pub fn pattern(&self) -> (&[(u64, T)], Ratio) {
        (&self.steps, self.repeats)
    }

    fn pattern_seconds(&self) -> u64 {
        self.steps.iter().fold(0_u64, |sum, &(seconds, _)| sum.saturating_add(seconds)).max(1)
    }
}

/// The first Monday of 1970, from which weeks without a date count.
const MONDAY: i64 = 345_600;
/// Whose clock a week without a date has.
const JANUARY: jiff::Timestamp = jiff::Timestamp::constant(1_767_225_600, 0);

/// So many hours, and the `(seconds, value)` steps that make up each of them.
pub type Hours<T> = (Ratio, Vec<(u64, T)>);

/// A timeline that would need more steps than this is not laid out: a typing error, not a load.
pub const MOST_STEPS: u64 = 1_000_000;

impl<T: Copy + Ord> Timeline<T> {
    /// Each different value with the seconds it holds in all, in order of first appearance.
    #[must_use]
    pub fn totals(&self) -> Vec<(T, Ratio)> {
        let mut places = BTreeMap::new();
        let mut totals: Vec<(T, u64)> = Vec::new();
        for &(seconds, value) in &self.steps {
            let place = *places.entry(value).or_insert(totals.len());
            match totals.get_mut(place) {
                Some((_, sum)) => *sum += seconds,
                None => totals.push((value, seconds)),
            }
        }
        totals.into_iter().map(|(value, sum)| (value, Ratio::from(sum) * self.repeats)).collect()
    }
}

impl Timeline<bool> {
    /// Seconds billed when each stretch of "on" counts in steps of `granule` seconds and at least
    /// `minimum`: started hours of a load balancer, the ten-minute minimum of a database.
    #[must_use]
    pub fn billed_seconds(&self, granule: u64, minimum: u64) -> Ratio {
        let granule = granule.max(1);
        if self.as_constant() == Some(true) {
            // One stretch as long as the horizon, not one per repeat of the pattern.
            return (self.seconds() / Ratio::from(granule)).ceil() * Ratio::from(granule);
        }
        let mut stretches: Vec<u64> = self.steps.iter().filter(|step| step.1).map(|step| step.0).collect();
        // A pattern that ends and begins "on" has one stretch across the seam, if it repeats.
        let seam = self.repeats != Ratio::ONE
            && matches!((self.steps.first(), self.steps.last()), (Some((_, true)), Some((_, true))));
        if seam && stretches.len() > 1 {
            let last = stretches.pop().unwrap_or(0);
            stretches[0] = stretches[0].saturating_add(last);
        }
        let billed = stretches.iter().map(|seconds| seconds.div_ceil(granule).saturating_mul(granule).max(minimum));
        billed.map(Ratio::from).sum::<Ratio>() * self.repeats
    }
}

impl Timeline<u32> {
    /// Seconds billed in all when every unit (a task) that starts lives at least `minimum`
    /// seconds. The one that started last stops first, as ECS does when it scales in within a
    /// deployment of equals.
    #[must_use]
    pub fn billed_task_seconds(&self, minimum: u64) -> Ratio {
        if self.steps.len() == 1 || self.steps.iter().all(|&(seconds, _)| seconds >= minimum) {
            return self.integrate(Ratio::from);
        }
        // What repeats is looked at from its quietest moment on: a task that runs across the end
        // of the pattern is one task.
        let quietest = self.steps.iter().enumerate().min_by_key(|(_, step)| step.1).map_or(0, |(at, _)| at);
        let (start, always) = if self.repeats == Ratio::ONE { (0, 0) } else { (quietest, self.steps[quietest].1) };
        let mut running: Vec<(u64, u32)> = Vec::new(); // (started at, how many)
        let mut now = 0;
        let mut billed = u128::from(always) * u128::from(self.pattern_seconds());
        let mut stop = |running: &mut Vec<(u64, u32)>, mut count: u32, now: u64| {
            while let (true, Some(last)) = (count > 0, running.last_mut()) {
                let stopped = count.min(last.1);
                billed += u128::from(stopped) * u128::from((now - last.0).max(minimum));
                last.1 -= stopped;
                count -= stopped;
                if last.1 == 0 {
                    running.pop();
                }
            }
        };
        let mut count = 0;
        for &(seconds, wanted) in self.steps[start..].iter().chain(&self.steps[..start]) {
            let wanted = wanted - always;
            if wanted > count {
                running.push((now, wanted - count));
            } else {
                stop(&mut running, count - wanted, now);
            }
            count = wanted;
            now = now.saturating_add(seconds);
        }
        stop(&mut running, count, now);
        Ratio::new(i128::try_from(billed).unwrap_or(i128::MAX), 1) * self.repeats
    }
}

/// A stretch of the week with a value of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window<T> {
    /// The days it begins on.
    pub days: Weekdays,
    /// When it begins.
    pub from: ClockTime,
    /// When it ends: on the next day when not after `from`.
    pub to: ClockTime,
    /// The value inside it.
    pub value: T,
}

impl<T> Window<T> {
    fn over_midnight(&self) -> bool {
        self.to <= self.from
    }
}

/// Two windows hold the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two windows overlap; which of them counts is not for us to guess")]
pub struct Overlap {
    /// Index of the one that comes first in the list.
    pub first: usize,
    /// Index of the other.
    pub second: usize,
}

/// The windows as `(from, to, value)` in seconds of the week, in order of time.
fn weekly<T: Copy>(windows: &[Window<T>]) -> Result<Vec<(u64, u64, T)>, Overlap> {
    let mut spans = Vec::new();
    for (index, window) in windows.iter().enumerate() {
        let length = if window.over_midnight() {
            DAY - window.from.seconds() + window.to.seconds()
        } else {
            window.to.seconds() - window.from.seconds()
        };
        for day in window.days.days() {
            let from = u64::from(day) * DAY + window.from.seconds();
            let to = from + length;
            spans.push((from, to.min(WEEK), index));
            if to > WEEK {
                spans.push((0, to - WEEK, index));
            }
        }
    }
    spans.sort_unstable_by_key(|&(from, to, _)| (from, to));
    for pair in spans.windows(2) {
        if pair[1].0 < pair[0].1 {
            let (one, two) = (pair[0].2, pair[1].2);
            return Err(Overlap { first: one.min(two), second: one.max(two) });
        }
    }
    Ok(spans.into_iter().map(|(from, to, index)| (from, to, windows[index].value)).collect())
}

/// `base` for `seconds`, with `spans` (in order of time) painted over it.
fn paint<T: Copy + PartialEq>(base: T, seconds: u64, spans: Vec<(u64, u64, T)>) -> Vec<(u64, T)> {
    let mut steps = Vec::with_capacity(spans.len() * 2 + 1);
    let mut now = 0;
    for (from, to, value) in spans {
        let from = from.max(now);
        steps.push((from - now, base));
        steps.push((to.saturating_sub(from), value));
        now = to.max(from);
    }
    steps.push((seconds.saturating_sub(now), base));
    merge(steps)
}

/// Drops empty steps and joins neighbours of the same value.
fn merge<T: Copy + PartialEq>(steps: impl IntoIterator<Item = (u64, T)>) -> Vec<(u64, T)> {
    let mut merged: Vec<(u64, T)> = Vec::new();
    for (seconds, value) in steps {
        match merged.last_mut() {
            _ if seconds == 0 => {}
            Some(last) if last.1 == value => last.0 = last.0.saturating_add(seconds),
            _ => merged.push((seconds, value)),
        }
    }
    merged
}

/// The pattern `times` over; `None` beyond [`MOST_STEPS`].
fn repeat<T: Copy>(steps: &[(u64, T)], times: u64) -> Option<Vec<(u64, T)>> {
    let count = times.checked_mul(steps.len() as u64).filter(|count| *count <= MOST_STEPS)?;
    usize::try_from(count).ok()?;
    Some(steps.repeat(usize::try_from(times).ok()?))
}

fn least_common_multiple(a: u64, b: u64) -> Option<u64> {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x.max(1)).checked_mul(b)
}

/// Two lists of steps of the same length as one.
fn join<T: Copy, V: Copy>(left: &[(u64, T)], right: &[(u64, V)]) -> Vec<(u64, (T, V))> {
    let (mut left, mut right) = (left.iter().copied(), right.iter().copied());
    let (mut ours, mut theirs) = (left.next(), right.next());
    let mut out = Vec::new();
    while let (Some((a, ours_value)), Some((b, theirs_value))) = (ours, theirs) {
        let take = a.min(b);
        out.push((take, (ours_value, theirs_value)));
        ours = if a > take { Some((a - take, ours_value)) } else { left.next() };
        theirs = if b > take { Some((b - take, theirs_value)) } else { right.next() };
    }
    out
}

/// The second at which the clock of `zone` shows `time` on `day`. A time that the clock skips
/// counts as the moment it skips on; of a time it shows twice the first counts.
fn on_clock(day: jiff::civil::Date, tomorrow: jiff::civil::Date, time: ClockTime, zone: &TimeZone) -> i64 {
    let seconds = time.seconds();
    if seconds == DAY {
        return second_of(tomorrow.to_datetime(Time::midnight()), zone);
    }
    let part = |value: u64| i8::try_from(value).unwrap_or(0);
    let clock = Time::new(part(seconds / HOUR), part(seconds / 60 % 60), part(seconds % 60), 0).unwrap_or_default();
    second_of(day.to_datetime(clock), zone)
}

/// The second at which the clock of `zone` shows `at`: of a time it skips the moment it skips on, of a
/// time it shows twice the first.
pub(crate) fn second_of(at: jiff::civil::DateTime, zone: &TimeZone) -> i64 {
    let ambiguous = zone.to_ambiguous_timestamp(at);
    let skipped = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
    // Read by the clock after the jump, a skipped time is before the jump.
    let found = if skipped { ambiguous.earlier() } else { ambiguous.compatible() };
    let Ok(found) = found else { return 0 };
    let jump = if skipped { zone.following(found).next().map(|jump| jump.timestamp()) } else { None };
    jump.unwrap_or(found).as_second()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::zone;
    use alloc::string::ToString;
    use proptest::prelude::*;

    fn hours(timeline: &Timeline<u32>) -> Ratio {
        timeline.integrate(Ratio::from) / Ratio::from(HOUR)
    }

    fn window(days: &str, from: &str, to: &str, value: u32) -> Window<u32> {
        Window { days: days.parse().unwrap(), from: from.parse().unwrap(), to: to.parse().unwrap(), value }
    }

    #[track_caller]
    fn check(month: &str, zone_name: &str, windows: &[Window<u32>], want: &str) {
        let horizon: Horizon = month.parse().unwrap();
        let timeline = Timeline::windows(0, windows, &zone(zone_name).unwrap(), horizon).unwrap();
        assert_eq!(timeline.seconds(), Ratio::from(horizon.seconds()));
        assert_eq!(hours(&timeline).to_string(), want, "{month} {zone_name}");
    }

    #[test]
    fn windows_on_real_months() {
        // October 2026 has 22 weekdays.
        check("2026-10", "America/New_York", &[window("mon-fri", "09:00", "13:00", 1)], "88");
        // Clocks go forward on 2026-03-08 at 02:00 and back on 2026-11-01 at 02:00 in New York.
        check("2026-03", "America/New_York", &[window("daily", "01:00", "04:00", 1)], "92");
        check("2026-11", "America/New_York", &[window("daily", "00:30", "03:00", 1)], "76");
        // Five Sundays, one of 23 hours; the first began an hour before the month did in UTC.
        check("2026-03", "Europe/Berlin", &[window("sun", "00:00", "24:00", 1)], "118");
        // Four, one of 25 hours, and the first hour of a fifth.
        check("2026-10", "Europe/Berlin", &[window("sun", "00:00", "24:00", 1)], "98");
        // Over midnight, cut where the UTC month begins and ends.
        check("2026-09", "Etc/UTC", &[window("daily", "22:00", "06:00", 1)], "240");
        check("2026-09", "Asia/Tokyo", &[window("daily", "22:00", "06:00", 1)], "240");
        check("2026-09", "Etc/UTC", &[window("fri", "22:00", "06:00", 1)], "32");
    }

    #[test]
    fn times_that_a_clock_skips_are_the_moment_it_skips_on() {
        // On 2026-03-08 New York's clock goes from 02:00 to 03:00.
        let march = |windows: &[Window<u32>], want| check("2026-03", "America/New_York", windows, want);
        march(&[window("daily", "01:00", "02:30", 1)], "46");
        march(&[window("daily", "02:00", "02:30", 1)], "15");
        march(&[window("daily", "01:00", "02:30", 0), window("daily", "03:00", "04:00", 1)], "31");
    }

    #[test]
    fn patterns_of_any_length_zip_and_fill_hours() {
        let month = Horizon::AverageMonth;
        let daily = Timeline::daily(1_u32, 10, 4 * HOUR, month);
        let monthly = Timeline::for_seconds(0_u32, 1, 100 * HOUR, month);
        let both = daily.zip(&monthly).unwrap();
        assert_eq!(both.integrate(|pair| pair.0.into()), daily.integrate(Ratio::from));
        assert_eq!(both.integrate(|pair| pair.1.into()), monthly.integrate(Ratio::from));

        let pattern = Timeline::steps([(2_700, 1_u32), (2_700, 3)]).unwrap().repeated_over(Horizon::Days(30));
        let hours = pattern.hours().unwrap();
        assert_eq!(hours.iter().map(|(hours, _)| *hours).sum::<Ratio>(), Ratio::whole(720));
        assert!(hours.iter().all(|(_, parts)| parts.iter().map(|part| part.0).sum::<u64>() == HOUR));

        let odd = |seconds| Timeline::steps([(1, 1_u32), (seconds, 2)]).unwrap().repeated_over(Horizon::Days(366));
        assert_eq!(odd(999_982).zip(&odd(999_978)), None, "more than a million steps");
    }

    #[test]
    fn a_task_across_the_end_of_a_pattern_is_one_task() {
        let minute = Timeline::steps([(30, 1_u32), (3_540, 0), (30, 1)]).unwrap().repeated_over(Horizon::Days(30));
        assert_eq!(minute.billed_task_seconds(60), Ratio::from(720 * 60_u64));
    }

    #[test]
    fn windows_on_months_without_dates_are_averages() {
        check("average", "America/New_York", &[window("mon-fri", "09:00", "13:00", 1)], "86.904761904762");
        check("7d", "Europe/Berlin", &[window("mon-fri", "09:00", "13:00", 1)], "20");
        check("30d", "Etc/UTC", &[window("sun", "20:00", "04:00", 1)], "34.285714285714");
    }

    #[test]
    fn overlaps_are_refused() {
        let two = |a, b| Timeline::windows(0, &[a, b], &TimeZone::UTC, Horizon::AverageMonth).err();
        let found = Some(Overlap { first: 0, second: 1 });
        assert_eq!(two(window("mon-fri", "09:00", "13:00", 1), window("wed", "12:00", "14:00", 2)), found);
        assert_eq!(two(window("sun", "22:00", "02:00", 1), window("mon", "01:00", "03:00", 2)), found);
        assert_eq!(two(window("mon", "01:00", "03:00", 2), window("sun", "22:00", "02:00", 1)), found);
        assert_eq!(two(window("mon", "09:00", "13:00", 1), window("mon", "13:00", "14:00", 2)), None);
    }

    #[test]
    fn stretches_are_billed_as_started() {
        let on = |steps: &[(u64, bool)]| Timeline::steps(steps.iter().copied()).unwrap();
        assert_eq!(on(&[(5_400, true)]).billed_seconds(HOUR, 0), Ratio::from(2 * HOUR));
        assert_eq!(on(&[(60, true), (60, false), (60, true)]).billed_seconds(1, 600), Ratio::from(1_200_u64));
        let nights = Timeline::daily(true, false, 10 * HOUR, Horizon::Days(30));
        assert_eq!(nights.billed_seconds(HOUR, 0), Ratio::from(30 * 14 * HOUR));
    }

    #[test]
    fn short_lived_tasks_are_billed_a_minute() {
        let spikes = Timeline::steps([(3_600, 2), (10, 5), (3_590, 2)]).unwrap();
        assert_eq!(spikes.billed_task_seconds(60), Ratio::from(2 * 7_200 + 3 * 60_u64));
        assert_eq!(spikes.billed_task_seconds(1), spikes.integrate(Ratio::from));
    }

    #[test]
    fn hours_hold_all_seconds() {
        let timeline = Timeline::steps([(5_400, 1_u32), (600, 2), (9_000, 3)]).unwrap();
        let hours: Vec<_> = timeline.hours().unwrap();
        assert_eq!(hours.len(), 4);
        assert_eq!(hours[1].1, vec![(1_800, 1), (600, 2), (1_200, 3)]);
        let seconds: Ratio =
            hours.iter().map(|(n, parts)| *n * Ratio::from(parts.iter().map(|part| part.0).sum::<u64>())).sum();
        assert_eq!(seconds, timeline.seconds());
    }

    proptest! {
        #[test]
        fn slicing_time_changes_nothing(
            steps in proptest::collection::vec((1_u64..100_000, 0_u32..50), 1..20),
            cut in 1_u64..5_000,
        ) {
            let whole = Timeline::steps(steps.iter().copied()).unwrap();
            let sliced = Timeline::steps(steps.iter().flat_map(|&(seconds, value)| {
                let full = (0..seconds / cut).map(move |_| (cut, value));
                full.chain([(seconds % cut, value)])
            })).unwrap();
            prop_assert_eq!(&whole, &sliced);
            prop_assert_eq!(whole.billed_task_seconds(60), sliced.billed_task_seconds(60));
        }

        #[test]
        fn zip_keeps_both_sides(
            left in proptest::collection::vec((1_u64..5_000, 0_u32..9), 1..9),
            peak in 1_u64..86_400,
        ) {
            let total: u64 = left.iter().map(|step| step.0).sum();
            let left = Timeline::steps(left).unwrap();
            let right = Timeline::steps([(peak.min(total - 1).max(1), 1_u32), (total.saturating_sub(peak.min(total - 1).max(1)), 2)]).unwrap();
            prop_assume!(right.seconds() == left.seconds());
            let both = left.zip(&right).unwrap();
            prop_assert_eq!(both.integrate(|pair| pair.0.into()), left.integrate(Ratio::from));
            prop_assert_eq!(both.integrate(|pair| pair.1.into()), right.integrate(Ratio::from));
        }

        #[test]
        fn a_day_pattern_zips_into_a_week(hours in 1_u64..24, day in 0_u8..7) {
            let daily = Timeline::daily(1_u32, 3, hours * HOUR, Horizon::AverageMonth);
            let name = Weekdays::ALL.days().nth(day.into()).unwrap();
            let windows = [Window { days: Weekdays::ALL, from: "08:00".parse().unwrap(), to: "09:00".parse().unwrap(), value: u32::from(name) + 1 }];
            let weekly = Timeline::windows(0, &windows, &TimeZone::UTC, Horizon::AverageMonth).unwrap();
            let both = weekly.zip(&daily).unwrap();
            prop_assert_eq!(both.seconds(), Ratio::from(730 * HOUR));
            prop_assert_eq!(both.integrate(|pair| pair.1.into()), daily.integrate(Ratio::from));
        }
    }
}
