//! Loads that nobody measured: a base, a daily wave, weekends, growth, ramps, spikes and noise.
//!
//! At a second `t` the load is
//!
//! ```text
//! (base + wave(t)) x weekend(t) x growth(t) + ramps(t) + spikes(t)
//! ```
//!
//! reckoned in millionths, each part cut to one. Waves and weekends go by the clock of a zone. A step of
//! the load has what wave, weekend, growth and ramps come to at its first second, and of a spike the part
//! that falls into it.

use super::load::{FINEST, LONGEST, MOST_STEPS, finest};
use super::points::MOMENTS;
use super::{BadLoad, Load, LoadUnit, MOST};
use crate::exact::Ratio;
use crate::time::{ClockTime, DAY};
use alloc::vec::Vec;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What a load looks like. Amounts are in units of the load, times in seconds from its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// What it is counted in.
    pub unit: LoadUnit,
    /// When it begins, in Unix seconds: a whole minute.
    pub start: i64,
    /// By whose clock waves and weekends are.
    pub zone: TimeZone,
    /// How long it is; a step that it ends within is whole.
    pub seconds: u64,
    /// Seconds of a step: a divisor of 60.
    pub step: u32,
    /// What is always there; with a daily wave, the lowest of a day.
    pub base: Ratio,
    /// What rises and falls each day.
    pub daily: Option<DailyWave>,
    /// What base and wave are multiplied with on Saturdays and Sundays.
    pub weekend: Ratio,
    /// How base and wave grow.
    pub growth: Option<Growth>,
    /// What comes and stays.
    pub ramps: Vec<Ramp>,
    /// What comes and goes.
    pub spikes: Vec<Spike>,
    /// Each step times 1000 plus or minus so many thousandths: see [`Load::with_noise`].
    pub noise: u32,
    /// What noise is drawn from: the same seed gives the same bytes.
    pub seed: u64,
}

/// A wave through the day: nothing at its lowest, twelve hours from its highest, where it is `height`.
///
/// It is half of `1 + sin`, by Bhaskara's approximation of the sine of a half wave of length `H` at
/// `x`: `16x(H - x) / (5H² - 4x(H - x))`, which is off by 0.0017 at most and needs no floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyWave {
    /// How much is added to the base at the highest.
    pub height: Ratio,
    /// When that is, on the clock of the zone.
    pub at: ClockTime,
}

/// Growth, compounded after each period; within one it goes straight from what was to what will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    /// By which part in a period; below nothing it shrinks, at -1 to nothing.
    pub by: Ratio,
    /// Days of a period: 1, 7, 30.
    pub days: u32,
}

/// Load that comes and stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ramp {
    /// When it begins.
    pub at: u64,
    /// How long until all of it is there, on a straight line; 0 for a jump.
    pub seconds: u64,
    /// How much comes.
    pub height: Ratio,
}

/// Load that comes at once and goes at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spike {
    /// When it begins.
    pub at: u64,
    /// How long it lasts.
    pub seconds: u64,
    /// How much it adds.
    pub height: Ratio,
}

impl Shape {
    /// A load that is always the same, in steps of a minute, from 1970 on, in UTC.
    #[must_use]
    pub fn flat(unit: LoadUnit, base: Ratio, seconds: u64) -> Shape {
        Shape {
            unit,
            start: 0,
            zone: TimeZone::UTC,
            seconds,
            step: 60,
            base,
            daily: None,
            weekend: Ratio::ONE,
            growth: None,
            ramps: Vec::new(),
            spikes: Vec::new(),
            noise: 0,
            seed: 0,
        }
    }

    /// The load of this shape, in the finest ticks that hold its peak.
    ///
    /// # Errors
    /// Amounts that are negative or too large, a step or a start that fits no minute, and
    /// more than ten years: see [`BadLoad`].
    pub fn load(&self) -> Result<Load, BadLoad> {
        if self.step == 0 || 60 % self.step != 0 {
            return Err(BadLoad::Step(self.step));
        }
        let steps = self.seconds.div_ceil(self.step.into());
        if self.seconds > LONGEST || steps > MOST_STEPS {
            return Err(BadLoad::TooLong);
        }
        if !MOMENTS.contains(&self.start) || !MOMENTS.contains(&self.start.saturating_add_unsigned(self.seconds)) {
            return Err(BadLoad::Far);
        }
        let parts = Parts::new(self)?;
        let (mut clock, mut growth) = (Clock::new(self), parts.growth());
        let (mut ramps, mut spikes) = (parts.ramps(), parts.spikes(steps));
        let mut values = Vec::with_capacity(usize::try_from(steps).unwrap_or(0));
        for step in 0..steps {
            let at = step * u64::from(self.step);
            let (is_weekend, second) = clock.at(at);
            let wave = parts.wave(second).ok_or(BadLoad::TooLarge)?;
            let mut value = parts.base.checked_add(wave).ok_or(BadLoad::TooLarge)?;
            if is_weekend {
                value = part(value, parts.weekend, MICRO).ok_or(BadLoad::TooLarge)?;
            }
            value = part(value, growth.at(at)?, GROWN).ok_or(BadLoad::TooLarge)?;
            let more = ramps.at(at).and_then(|ramps| value.checked_add(ramps)?.checked_add_signed(spikes.at(step)));
            let all = more.filter(|&all| all <= u128::from(MOST) * MICRO).and_then(|all| u64::try_from(all).ok());
            values.push(all.ok_or(BadLoad::TooLarge)?);
        }
        let load = finished(self, &values)?;
        Ok(if self.noise == 0 { load } else { load.with_noise(self.seed, self.noise) })
    }
}

/// A load of millionths, in the finest ticks.
fn finished(shape: &Shape, millionths: &[u64]) -> Result<Load, BadLoad> {
    let peak = millionths.iter().copied().max().ok_or(BadLoad::Empty)?;
    let ticks = finest(Ratio::new(peak.into(), FINEST.into()))?;
    let cut = FINEST / ticks;
    let values = millionths.iter().map(|&value| u32::try_from(value / cut).ok().filter(|&value| value <= MOST));
    let values = values.collect::<Option<Vec<u32>>>().ok_or(BadLoad::TooLarge)?;
    Load::new(shape.unit, shape.start, shape.step, ticks, values)
}

const MICRO: u128 = 1_000_000;
/// What growth is counted in, rounded half up after each period: ten years of days that grow are off by
/// less than 10⁻⁸ of themselves.
const GROWN: u128 = 1_000_000_000_000;
/// Half a wave.
const HALF: u64 = DAY / 2;

/// The amounts of a shape in millionths.
struct Parts<'a> {
    shape: &'a Shape,
    base: u128,
    weekend: u128,
    wave: u128,
    ramps: Vec<(Ramp, u128)>,
    spikes: Vec<(Spike, u128)>,
}

impl Parts<'_> {
    fn new(shape: &Shape) -> Result<Parts<'_>, BadLoad> {
        let ramps = shape.ramps.iter().map(|&ramp| Ok((ramp, millionths(ramp.height)?)));
        let spikes = shape.spikes.iter().map(|&spike| Ok((spike, millionths(spike.height)?)));
        Ok(Parts {
            shape,
            base: millionths(shape.base)?,
            weekend: millionths(shape.weekend)?,
            wave: shape.daily.map_or(Ok(0), |wave| millionths(wave.height))?,
            ramps: ramps.collect::<Result<_, BadLoad>>()?,
            spikes: spikes.collect::<Result<_, BadLoad>>()?,
        })
    }

    /// Of the daily wave, at a second of the day.
    fn wave(&self, second: u64) -> Option<u128> {
        let Some(daily) = self.shape.daily else { return Some(0) };
        // The rise passes its middle six hours before the highest.
        let since = (second + DAY + HALF / 2 - daily.at.seconds() % DAY) % DAY;
        let x = u128::from(since % HALF);
        let half = u128::from(HALF);
        let across = x * (half - x);
        let (sine, of) = (16 * across, 5 * half * half - 4 * across);
        let risen = if since < HALF { of + sine } else { of - sine };
        part(self.wave, risen, 2 * of)
    }

    fn ramps(&self) -> Coming {
        let mut later = self.ramps.clone();
        later.sort_by_key(|(ramp, _)| core::cmp::Reverse(ramp.at));
        Coming { later, under_way: Vec::new(), come: 0 }
    }

    /// The spikes on a grid of so many steps.
    fn spikes(&self, steps: u64) -> Edges {
        let step = u64::from(self.shape.step);
        let mut later = Vec::new();
        for &(spike, height) in &self.spikes {
            let end = spike.at.saturating_add(spike.seconds).min(steps * step);
            if end <= spike.at {
                continue;
            }
            // At most 2^51 millionths.
            let height = i128::try_from(height).unwrap_or(i128::MAX);
            let of = |seconds: u64| height * i128::from(seconds) / i128::from(step);
            let (first, last) = (spike.at / step, end / step);
            let begun = of(end.min((first + 1) * step) - spike.at);
            later.push((first, begun));
            if last > first {
                let ended = of(end - last * step);
                later.extend([(first + 1, height - begun), (last, ended - height), (last + 1, -ended)]);
            } else {
                later.push((last + 1, -begun));
            }
        }
        later.sort_unstable_by_key(|&(step, _)| core::cmp::Reverse(step));
        Edges { later, now: 0 }
    }

    fn growth(&self) -> Growing {
        let growth = self.shape.growth.unwrap_or(Growth { by: Ratio::ZERO, days: 1 });
        Growing { growth, period: 0, now: GROWN, next: None }
    }
}

/// What the clock of the zone shows, as time goes on.
struct Clock<'a> {
    shape: &'a Shape,
    /// What it is ahead of UTC, and until which second from the start that is sure.
    offset: i64,
    until: u64,
}

impl Clock<'_> {
    fn new(shape: &Shape) -> Clock<'_> {
        Clock { shape, offset: 0, until: 0 }
    }

    /// Whether a second from the start is on a weekend, and which second of its day it is.
    fn at(&mut self, second: u64) -> (bool, u64) {
        let now = self.shape.start.saturating_add_unsigned(second);
        if second >= self.until {
            // Clocks change on whole minutes, and a load begins on one.
            self.until = second - second % 60 + 60;
            self.offset = Timestamp::from_second(now).map_or(0, |now| self.shape.zone.to_offset(now).seconds().into());
        }
        let shown = now + self.offset;
        let day = DAY.cast_signed();
        // 1970 began on a Thursday, the fourth day of a week.
        let is_weekend = (shown.div_euclid(day) + 3).rem_euclid(7) >= 5;
        (is_weekend, shown.rem_euclid(day).unsigned_abs())
    }
}

/// Ramps as time goes on, those that have not begun from the last to the next.
struct Coming {
    later: Vec<(Ramp, u128)>,
    under_way: Vec<(Ramp, u128)>,
    /// What is all there.
    come: u128,
}

impl Coming {
    /// What they come to at a second, which is not before the last that was asked for.
    fn at(&mut self, second: u64) -> Option<u128> {
        while let Some(begins) = self.later.pop_if(|(ramp, _)| ramp.at <= second) {
            self.under_way.push(begins);
        }
        let is_there = |ramp: &Ramp| second - ramp.at >= ramp.seconds;
        for &(_, height) in self.under_way.iter().filter(|(ramp, _)| is_there(ramp)) {
            self.come = self.come.checked_add(height)?;
        }
        self.under_way.retain(|(ramp, _)| !is_there(ramp));
        self.under_way.iter().try_fold(self.come, |sum, &(ramp, height)| {
            sum.checked_add(part(height, (second - ramp.at).into(), ramp.seconds.into())?)
        })
    }
}

/// By how much all spikes together change in a step, from the last such step to the next.
struct Edges {
    later: Vec<(u64, i128)>,
    now: i128,
}

impl Edges {
    /// What they come to in a step, which is not before the last that was asked for.
    fn at(&mut self, step: u64) -> i128 {
        while let Some((_, change)) = self.later.pop_if(|(at, _)| *at <= step) {
            self.now = self.now.saturating_add(change);
        }
        self.now
    }
}

/// Growth as time goes on, in [`GROWN`] parts.
struct Growing {
    growth: Growth,
    period: u64,
    now: u128,
    next: Option<u128>,
}

impl Growing {
    /// The factor at a second, which is not before the last that was asked for.
    fn at(&mut self, second: u64) -> Result<u128, BadLoad> {
        let length = u64::from(self.growth.days.max(1)) * DAY;
        let mut next = self.after()?;
        while self.period < second / length {
            (self.now, self.next) = (next, None);
            self.period += 1;
            next = self.after()?;
        }
        let within = u128::from(second % length);
        let length = u128::from(length);
        // Both are at most 10^18, a period is below 2^49.
        Ok((self.now * (length - within) + next * within) / length)
    }

    /// What it is a period later.
    fn after(&mut self) -> Result<u128, BadLoad> {
        if let Some(next) = self.next {
            return Ok(next);
        }
        let factor = Ratio::ONE + self.growth.by;
        if factor.is_negative() {
            return Err(BadLoad::Negative);
        }
        let now = i128::try_from(self.now).map_err(|_| BadLoad::TooLarge)?;
        let next = (Ratio::new(now, 1) * factor).scaled(0).ok_or(BadLoad::TooLarge)?.unsigned_abs();
        // More than a million times what it was is no growth of a load.
        if next > GROWN * MICRO {
            return Err(BadLoad::TooLarge);
        }
        self.next = Some(next);
        Ok(next)
    }
}

/// An amount in millionths, rounded half up.
fn millionths(amount: Ratio) -> Result<u128, BadLoad> {
    if amount.is_negative() {
        return Err(BadLoad::Negative);
    }
    let value = amount.scaled(6).ok_or(BadLoad::TooLarge)?.unsigned_abs();
    if value > u128::from(MOST) * MICRO { Err(BadLoad::TooLarge) } else { Ok(value) }
}

/// `value x of / all`, cut to a whole.
fn part(value: u128, of: u128, all: u128) -> Option<u128> {
    Some(value.checked_mul(of)? / all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaling::MISSING;
    use alloc::vec;
    use proptest::prelude::*;

    const HOUR: u64 = 3_600;

    fn shape() -> Shape {
        Shape::flat(LoadUnit::TaskUnits, Ratio::whole(2), DAY)
    }

    /// What the load is at these hours, in units.
    fn at_hours(shape: &Shape, hours: &[u64]) -> Vec<Ratio> {
        let load = shape.load().unwrap();
        let at = |hour: &u64| usize::try_from(hour * HOUR / u64::from(load.step())).unwrap();
        let units = |&value: &u32| Ratio::new(value.into(), load.ticks().into());
        hours.iter().map(|hour| units(&load.values()[at(hour)])).collect()
    }

    fn wholes<const N: usize>(units: [i64; N]) -> [Ratio; N] {
        units.map(Ratio::whole)
    }

    #[test]
    fn a_wave_is_lowest_twelve_hours_from_its_highest() {
        let daily = Some(DailyWave { height: Ratio::whole(6), at: "15:00".parse().unwrap() });
        let wave = Shape { daily, ..shape() };
        assert_eq!(at_hours(&wave, &[3, 9, 15, 21]), wholes([2, 5, 8, 5]));
        // Bhaskara: sin 30° is exactly a half.
        assert_eq!(at_hours(&wave, &[11, 19]), vec![Ratio::new(13, 2); 2]);
        assert_eq!(at_hours(&wave, &[7, 23]), vec![Ratio::new(7, 2); 2]);
    }

    #[test]
    fn weekends_by_the_calendar() {
        // 1970-01-01 was a Thursday.
        let week = Shape { weekend: Ratio::new(1, 4), seconds: 6 * DAY, ..shape() };
        let half = Ratio::new(1, 2);
        let two = Ratio::whole(2);
        assert_eq!(at_hours(&week, &[0, 47, 48, 95, 96]), [two, two, half, half, two]);
        let later = Shape { start: 36 * 3_600, ..week };
        assert_eq!(at_hours(&later, &[11, 12, 59, 60]), [two, half, half, two]);
    }

    #[test]
    fn days_of_a_zone() {
        // New York is five hours behind in winter: the highest of three o'clock is at 20:00 in UTC, and
        // Saturday begins at 05:00.
        let zone = crate::time::zone("America/New_York").unwrap();
        let daily = Some(DailyWave { height: Ratio::whole(6), at: "15:00".parse().unwrap() });
        let wave = Shape { zone: zone.clone(), daily, ..shape() };
        assert_eq!(at_hours(&wave, &[8, 20]), wholes([2, 8]));
        let week = Shape { zone: zone.clone(), weekend: Ratio::ZERO, seconds: 4 * DAY, ..shape() };
        assert_eq!(at_hours(&week, &[48, 52, 53]), wholes([2, 2, 0]));
        // 2026-03-08: from seven in the morning on its clocks are four hours behind.
        let spring = Shape { start: 1_772_928_000, ..wave };
        assert_eq!(at_hours(&spring, &[19]), wholes([8]));
    }

    #[test]
    fn growth_is_compounded_and_straight_in_between() {
        let growth = Some(Growth { by: Ratio::ONE, days: 1 });
        let shape = Shape { growth, seconds: 4 * DAY, ..shape() };
        assert_eq!(at_hours(&shape, &[0, 12, 24, 36, 48, 72]), wholes([2, 3, 4, 6, 8, 16]));
        let shrinks = Shape { growth: Some(Growth { by: Ratio::whole(-1), days: 2 }), ..shape };
        assert_eq!(at_hours(&shrinks, &[0, 24, 48, 72]), wholes([2, 1, 0, 0]));
    }

    #[test]
    fn ramps_stay_and_spikes_go() {
        let ramps = vec![Ramp { at: 2 * HOUR, seconds: 4 * HOUR, height: Ratio::whole(8) }];
        let spikes = vec![Spike { at: 9 * HOUR, seconds: 60, height: Ratio::whole(100) }];
        let shape = Shape { ramps, spikes, ..shape() };
        assert_eq!(at_hours(&shape, &[1, 2, 3, 4, 6, 8, 9, 10]), wholes([2, 2, 4, 6, 10, 10, 110, 10]));
        let jump = Ramp { at: HOUR, seconds: 0, height: Ratio::ONE };
        let shape = Shape { ramps: vec![jump], spikes: Vec::new(), ..shape };
        assert_eq!(at_hours(&shape, &[0, 1]), wholes([2, 3]));
    }

    #[test]
    fn a_step_has_the_part_of_a_spike_that_falls_into_it() {
        let spikes = vec![Spike { at: 90, seconds: 45, height: Ratio::whole(20) }];
        let load = Shape { spikes, seconds: 240, ..shape() }.load().unwrap();
        let expected = [2, 12, 7, 2].map(|units| units * 1_000_000);
        assert_eq!((load.ticks(), load.values()), (1_000_000, &expected[..]));
    }

    #[test]
    fn spikes_and_ramps_add_up() {
        let spike = |at, seconds| Spike { at, seconds, height: Ratio::whole(6) };
        // Within a step, over a border, over several steps, over the end, after it.
        let spikes = vec![spike(120, 60), spike(70, 20), spike(50, 20), spike(130, 200), spike(500, 60)];
        let load = Shape { spikes, seconds: 240, ..shape() }.load().unwrap();
        let units: Vec<u32> = load.values().iter().map(|value| value / 1_000_000).collect();
        assert_eq!(units, [2 + 1, 2 + 1 + 2, 2 + 6 + 5, 2 + 6]);
        let ramp = |at, seconds| Ramp { at, seconds, height: Ratio::whole(6) };
        let ramps = vec![ramp(120, 120), ramp(0, 60), ramp(60, 180)];
        let load = Shape { ramps, seconds: 360, ..shape() }.load().unwrap();
        let units: Vec<u32> = load.values().iter().map(|value| value / 1_000_000).collect();
        assert_eq!(units, [2, 8, 10, 15, 20, 20]);
    }

    #[test]
    fn what_is_no_shape() {
        for (shape, expected) in [
            (Shape { step: 7, ..shape() }, BadLoad::Step(7)),
            (Shape { step: 0, ..shape() }, BadLoad::Step(0)),
            (Shape { start: 1, ..shape() }, BadLoad::Start),
            (Shape { seconds: 0, ..shape() }, BadLoad::Empty),
            (Shape { seconds: LONGEST + 1, ..shape() }, BadLoad::TooLong),
            (Shape { start: -60, ..shape() }, BadLoad::Far),
            (Shape { start: MOMENTS.end - 60, ..shape() }, BadLoad::Far),
            (Shape { start: i64::MAX, ..shape() }, BadLoad::Far),
            (Shape { seconds: LONGEST, step: 1, ..shape() }, BadLoad::TooLong),
            (Shape { base: Ratio::whole(-1), ..shape() }, BadLoad::Negative),
            (Shape { base: Ratio::whole(1 << 40), ..shape() }, BadLoad::TooLarge),
            (Shape { weekend: Ratio::whole(-1), ..shape() }, BadLoad::Negative),
            (Shape { growth: Some(Growth { by: Ratio::whole(-2), days: 1 }), ..shape() }, BadLoad::Negative),
            (Shape { growth: Some(Growth { by: Ratio::TOO_LARGE, days: 1 }), ..shape() }, BadLoad::TooLarge),
        ] {
            assert_eq!(shape.load(), Err(expected), "{shape:?}");
        }
    }

    #[test]
    fn a_large_load_has_coarser_ticks() {
        let load = Shape { base: Ratio::new(123_456_789, 10), ..shape() }.load().unwrap();
        assert_eq!((load.ticks(), load.peak()), (100, 1_234_567_890));
    }

    prop_compose! {
        fn any_shape()(
            base in 0_i64..1_000, height in 0_i64..1_000, at in 0_u32..24, weekend in 0_i64..3, by in -10_i64..10,
            days in 0_u32..40, spike in (0_u64..DAY, 0_u64..DAY), noise in 0_u32..=1_000, seed: u64, start in 0_i64..9_999_999,
        ) -> Shape {
            let amount = |tenths| Ratio::new(i128::from(tenths), 10);
            Shape {
                start: start * 60,
                daily: Some(DailyWave { height: amount(height), at: alloc::format!("{at:02}:00").parse().unwrap() }),
                weekend: Ratio::whole(weekend),
                growth: Some(Growth { by: amount(by), days }),
                spikes: vec![Spike { at: spike.0, seconds: spike.1, height: amount(height) }],
                noise,
                seed,
                ..Shape::flat(LoadUnit::RequestsPerMinute, amount(base), 2 * DAY)
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn the_same_seed_gives_the_same_bytes(shape in any_shape()) {
            let load = shape.load();
            prop_assert_eq!(&load, &shape.load());
            if let Ok(load) = load {
                prop_assert_eq!(load.seconds(), shape.seconds);
                prop_assert!(load.values().iter().all(|&value| value != MISSING));
            }
        }

        #[test]
        fn without_growth_and_weekends_a_day_lies_between_base_and_base_and_wave(shape in any_shape()) {
            let shape = Shape { growth: None, weekend: Ratio::ONE, spikes: Vec::new(), noise: 0, ..shape };
            let load = shape.load().unwrap();
            let ticks = Ratio::from(load.ticks());
            let highest = (shape.base + shape.daily.unwrap().height) * ticks;
            let inside = |&value: &u32| shape.base * ticks <= Ratio::from(value) && Ratio::from(value) <= highest;
            prop_assert!(load.values().iter().all(inside));
            prop_assert_eq!(Ratio::from(load.peak()), highest);
        }
    }
}
