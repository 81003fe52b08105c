//! Load: how much is asked of a service, step by step.

use crate::exact::Ratio;
use alloc::vec::Vec;
use core::ops::Range;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A step about which nothing is known.
pub const MISSING: u32 = u32::MAX;
/// The largest value of a step, in ticks.
pub const MOST: u32 = i32::MAX.unsigned_abs();
/// The most ticks to a unit.
pub const FINEST: u64 = 1_000_000;
/// The most steps that are made from rows or from a shape: 231 days of seconds, 38 years of minutes.
pub const MOST_STEPS: u64 = 20_000_000;
/// The longest time that rows or a shape may cover, in seconds: ten years, with their leap days.
pub const LONGEST: u64 = 3_653 * crate::time::DAY;

/// What load is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadUnit {
    /// Requests a minute.
    RequestsPerMinute,
    /// How many tasks it keeps busy at 100 % CPU.
    TaskUnits,
}

/// A load on a grid of equal steps: a rate, constant within each step.
///
/// Values are whole ticks, of which [`Load::ticks`] make one unit, so that nothing is rounded later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    unit: LoadUnit,
    start: i64,
    step: u32,
    ticks: u64,
    values: Vec<u32>,
    /// How many steps are known, and their sum.
    known: (u64, u128),
}

/// Why something is no load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLoad {
    /// There is nothing.
    #[error("there is no load: the trace is empty")]
    Empty,
    /// All steps are missing.
    #[error("there is no load: every step of the trace is missing")]
    AllMissing,
    /// The grid does not fit minutes.
    #[error("a step of {0} s does not divide a minute")]
    Step(u32),
    /// It does not begin on a minute.
    #[error("a load begins on a whole minute")]
    Start,
    /// At a time that no load has.
    #[error("a load lies between the years 1970 and 2200")]
    Far,
    /// No ticks to the unit, or more than a million.
    #[error("a unit of load has 1 to 1,000,000 ticks")]
    Ticks,
    /// A value above [`MOST`].
    #[error("a value is too large")]
    TooLarge,
    /// Less than nothing is asked.
    #[error("a load is not negative")]
    Negative,
    /// A row of before the row ahead of it; rows count from 1.
    #[error("row {0} is earlier than the row before it")]
    Backwards(usize),
    /// A row at a time that no trace has.
    #[error("row {0} is not between the years 1970 and 2200")]
    When(usize),
    /// More than ten million rows.
    #[error("a trace has at most 10,000,000 rows")]
    TooManyRows,
    /// Longer than [`LONGEST`], or more than [`MOST_STEPS`].
    #[error("a load lasts ten years at most, and has at most 20,000,000 steps")]
    TooLong,
    /// CPU of no task.
    #[error("CPU is measured of one task or more")]
    NoTasks,
    /// A part that does not fit minutes.
    #[error("a part of a load begins and ends on whole minutes")]
    Part,
}

impl Load {
    /// A load that begins at `start` (Unix seconds, a whole minute), in steps of `step` seconds (a
    /// divisor of 60), with `ticks` to the unit; a value is at most [`MOST`], or [`MISSING`].
    ///
    /// # Errors
    /// See [`BadLoad`].
    pub fn new(unit: LoadUnit, start: i64, step: u32, ticks: u64, values: Vec<u32>) -> Result<Load, BadLoad> {
        if values.is_empty() {
            return Err(BadLoad::Empty);
        }
        if step == 0 || 60 % step != 0 {
            return Err(BadLoad::Step(step));
        }
        if start.rem_euclid(60) != 0 {
            return Err(BadLoad::Start);
        }
        if ticks == 0 || ticks > 1_000_000 {
            return Err(BadLoad::Ticks);
        }
        if values.iter().any(|&value| value > MOST && value != MISSING) {
            return Err(BadLoad::TooLarge);
        }
        let known = values.iter().filter(|&&value| value != MISSING);
        let known = known.fold((0, 0), |(count, sum), &value| (count + 1, sum + u128::from(value)));
        if known.0 == 0 {
            return Err(BadLoad::AllMissing);
        }
        Ok(Load { unit, start, step, ticks, values, known })
    }

    /// What it is counted in.
    #[must_use]
    pub fn unit(&self) -> LoadUnit {
        self.unit
    }

    /// When it begins, in Unix seconds: a whole minute.
    #[must_use]
    pub fn start(&self) -> i64 {
        self.start
    }

    /// Seconds of a step: a divisor of 60.
    #[must_use]
    pub fn step(&self) -> u32 {
        self.step
    }

    /// How many ticks make one unit.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// The ticks of each step, or [`MISSING`].
    #[must_use]
    pub fn values(&self) -> &[u32] {
        &self.values
    }

    /// How long it lasts, in seconds.
    #[must_use]
    pub fn seconds(&self) -> u64 {
        self.values.len() as u64 * u64::from(self.step)
    }

    /// How many steps are known, and the sum of their values.
    #[must_use]
    pub fn known(&self) -> (u64, u128) {
        self.known
    }

    /// The total of the known steps, in ticks: times [`Load::step`] it is ticks times seconds.
    #[must_use]
    pub fn sum(&self) -> u128 {
        self.known.1
    }

    /// The mean of the known steps, in units.
    #[must_use]
    pub fn mean(&self) -> Ratio {
        // At least one step is known, and 2^64 steps of 2^31 ticks are below 2^95.
        let sum = i128::try_from(self.known.1).unwrap_or(i128::MAX);
        Ratio::new(sum, i128::from(self.known.0) * i128::from(self.ticks))
    }

    /// The largest value, in ticks.
    #[must_use]
    pub fn peak(&self) -> u32 {
        self.values.iter().copied().filter(|&value| value != MISSING).max().unwrap_or(0)
    }

    /// So many times the load. Ticks stay as they are where that is exact; else they become the finest
    /// that hold the peak ([`FINEST`] at most), and steps are rounded to them, half up.
    ///
    /// # Errors
    /// [`BadLoad::Negative`], and [`BadLoad::TooLarge`] where the peak exceeds [`MOST`] units.
    pub fn scaled(&self, factor: Ratio) -> Result<Load, BadLoad> {
        if factor.is_negative() {
            return Err(BadLoad::Negative);
        }
        if factor.is_too_large() {
            return Err(BadLoad::TooLarge);
        }
        let peak = Ratio::from(self.peak()) * factor;
        let whole = |&value: &u32| value == MISSING || (Ratio::from(value) * factor).to_whole().is_some();
        if peak <= Ratio::from(MOST) && self.values.iter().all(whole) {
            return self.each(factor, self.ticks);
        }
        self.each(factor, finest(peak / Ratio::from(self.ticks))?)
    }

    /// The part between two seconds from the start, both whole minutes; an end after the end is the end.
    ///
    /// # Errors
    /// [`BadLoad::Part`], [`BadLoad::Empty`], [`BadLoad::AllMissing`].
    pub fn slice(&self, seconds: Range<u64>) -> Result<Load, BadLoad> {
        let (from, to) = (seconds.start, seconds.end.min(self.seconds()));
        if !from.is_multiple_of(60) || !(to.is_multiple_of(60) || to == self.seconds()) {
            return Err(BadLoad::Part);
        }
        // Both are multiples of the step, and at most the length.
        let place = |second: u64| usize::try_from(second / u64::from(self.step)).unwrap_or(usize::MAX);
        let part = self.values.get(place(from)..place(to)).unwrap_or_default();
        let start = self.start.saturating_add_unsigned(from);
        Load::new(self.unit, start, self.step, self.ticks, part.to_vec())
    }

    /// The load with each step times a factor that is drawn evenly from 1000 - `per_mille` to
    /// 1000 + `per_mille` thousandths, rounded half up; more than 1000 per mille count as 1000. Every step
    /// has its draw, a missing one too: the same seed gives the same bytes, and what is missing moves no
    /// other step.
    ///
    /// Ticks become coarser where the highest that may be drawn has no room; what exceeds [`MOST`] units
    /// even then is that many.
    #[must_use]
    pub fn with_noise(&self, seed: u64, per_mille: u32) -> Load {
        let per_mille = per_mille.min(1_000);
        let (less, among) = (u64::from(1_000 - per_mille), u64::from(2 * per_mille + 1));
        let most = Ratio::from(self.peak()) * Ratio::new(i128::from(1_000 + per_mille), 1_000);
        let mut load = self.clone();
        if most > Ratio::from(MOST) {
            let ticks = finest(most / Ratio::from(self.ticks)).unwrap_or(1);
            load = self.each(Ratio::ONE, ticks).unwrap_or(load);
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        load.known.1 = 0;
        for value in &mut load.values {
            let factor = less + ((u64::from(random.next_u32()) * among) >> 32);
            if *value != MISSING {
                // Below 2^31 times 2,000.
                let noisy = (u64::from(*value) * factor + 500) / 1_000;
                *value = u32::try_from(noisy).unwrap_or(MOST).min(MOST);
                load.known.1 += u128::from(*value);
            }
        }
        load
    }

    /// Every step times `factor`, in other ticks.
    fn each(&self, factor: Ratio, ticks: u64) -> Result<Load, BadLoad> {
        let factor = factor * Ratio::from(ticks) / Ratio::from(self.ticks);
        let value = |&value: &u32| match value {
            MISSING => Ok(MISSING),
            value => {
                let scaled = (Ratio::from(value) * factor).scaled(0).and_then(|value| u32::try_from(value).ok());
                scaled.filter(|&value| value <= MOST).ok_or(BadLoad::TooLarge)
            }
        };
        let values: Vec<u32> = self.values.iter().map(value).collect::<Result<_, _>>()?;
        Load::new(self.unit, self.start, self.step, ticks, values)
    }
}

/// The finest ticks, a power of ten, in which so many units are at most [`MOST`].
pub(super) fn finest(peak: Ratio) -> Result<u64, BadLoad> {
    let mut ticks = FINEST;
    // Rounded up, as the peak may be.
    while (peak * Ratio::from(ticks)).ceil() > Ratio::from(MOST) {
        if ticks == 1 {
            return Err(BadLoad::TooLarge);
        }
        ticks /= 10;
    }
    Ok(ticks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn load(step: u32, ticks: u64, values: &[u32]) -> Load {
        Load::new(LoadUnit::RequestsPerMinute, 600, step, ticks, values.to_vec()).unwrap()
    }

    #[test]
    fn what_is_no_load() {
        let new = |start, step, ticks, values: &[u32]| {
            Load::new(LoadUnit::TaskUnits, start, step, ticks, values.to_vec()).unwrap_err()
        };
        assert_eq!(new(0, 60, 1, &[]), BadLoad::Empty);
        assert_eq!(new(0, 60, 1, &[MISSING, MISSING]), BadLoad::AllMissing);
        assert_eq!(new(0, 7, 1, &[1]), BadLoad::Step(7));
        assert_eq!(new(0, 120, 1, &[1]), BadLoad::Step(120));
        assert_eq!(new(30, 60, 1, &[1]), BadLoad::Start);
        assert_eq!(new(0, 60, 0, &[1]), BadLoad::Ticks);
        assert_eq!(new(0, 60, 10_000_000, &[1]), BadLoad::Ticks);
        assert_eq!(new(0, 60, 1, &[MOST + 1]), BadLoad::TooLarge);
    }

    #[test]
    fn what_is_missing_counts_for_nothing() {
        let load = load(60, 10, &[15, MISSING, 30]);
        assert_eq!((load.known(), load.sum(), load.peak(), load.seconds()), ((2, 45), 45, 30, 180));
        assert_eq!(load.mean(), Ratio::new(45, 20));
    }

    #[test]
    fn scaled_in_its_own_ticks_where_that_is_exact() {
        for (ticks, values, factor, becomes, then) in [
            (10, [15, MISSING, 30], Ratio::whole(2), 10, [30, MISSING, 60]),
            (10, [15, MISSING, 30], Ratio::new(1, 5), 10, [3, MISSING, 6]),
            // A third of 1 is no whole tick: millionths are.
            (1, [1, 3, 0], Ratio::new(1, 3), 1_000_000, [333_333, 1_000_000, 0]),
            // Twice 2,000 units have no room for millionths.
            (1_000_000, [2_000_000_000, 1, 5], Ratio::whole(2), 100_000, [400_000_000, 0, 1]),
            (1, [1, 2, 3], Ratio::ZERO, 1, [0, 0, 0]),
        ] {
            let scaled = load(60, ticks, &values).scaled(factor).unwrap();
            assert_eq!((scaled.ticks(), scaled.values()), (becomes, &then[..]), "{factor}");
        }
        let load = load(60, 1, &[MOST]);
        assert_eq!(load.scaled(Ratio::whole(2)), Err(BadLoad::TooLarge));
        assert_eq!(load.scaled(Ratio::whole(-1)), Err(BadLoad::Negative));
        assert_eq!(load.scaled(Ratio::TOO_LARGE), Err(BadLoad::TooLarge));
    }

    #[test]
    fn parts() {
        let load = load(30, 1, &[1, 2, 3, 4, MISSING]);
        let part = load.slice(60..120).unwrap();
        assert_eq!((part.start(), part.values()), (660, &[3, 4][..]));
        assert_eq!(load.slice(0..u64::MAX), Ok(load.clone()));
        assert_eq!(load.slice(30..120), Err(BadLoad::Part));
        assert_eq!(load.slice(0..90), Err(BadLoad::Part));
        assert_eq!(load.slice(60..60), Err(BadLoad::Empty));
        assert_eq!(load.slice(600..660), Err(BadLoad::Empty));
        assert_eq!(load.slice(120..150), Err(BadLoad::AllMissing));
    }

    #[test]
    fn noise_is_drawn_by_seed() {
        let calm = load(60, 1, &[100_000; 50]);
        let noisy = calm.with_noise(1, 100);
        assert_eq!(noisy, calm.with_noise(1, 100));
        assert_ne!(noisy, calm.with_noise(2, 100));
        // The draws of ChaCha8 from seed 1: whoever changes the generator changes every report.
        assert_eq!(&noisy.values()[..5], &[101_000, 98_000, 109_700, 91_600, 94_200]);
        assert_eq!(noisy.sum(), noisy.values().iter().map(|&value| u128::from(value)).sum());
        assert_eq!(calm.with_noise(1, 0), calm);
        // A peak without room for it moves to coarser ticks.
        let full = load(60, 1_000_000, &[MOST; 50]).with_noise(1, 1_000);
        assert_eq!(full.ticks(), 100_000);
        // Nor is there anything coarser than a unit.
        assert!(load(60, 1, &[MOST; 50]).with_noise(1, 1_000).values().contains(&MOST));
    }

    #[test]
    fn what_is_missing_moves_no_other_draw() {
        let whole = load(60, 1, &[1_000; 6]).with_noise(7, 500);
        let holed = load(60, 1, &[1_000, MISSING, 1_000, 1_000, MISSING, 1_000]).with_noise(7, 500);
        for (a, b) in whole.values().iter().zip(holed.values()) {
            assert!(*b == MISSING || a == b);
        }
    }

    fn any_load() -> impl Strategy<Value = Load> {
        let value = prop_oneof![9 => 0..=MOST, 1 => Just(MISSING)];
        (prop::collection::vec(value, 1..40), 0..=6_u32).prop_filter_map("all missing", |(values, places)| {
            Load::new(LoadUnit::TaskUnits, 0, 20, 10_u64.pow(places), values).ok()
        })
    }

    proptest! {
        #[test]
        fn scaled_by_one_is_the_same(load in any_load()) {
            prop_assert_eq!(load.scaled(Ratio::ONE), Ok(load));
        }

        #[test]
        fn scaled_is_within_half_a_tick(load in any_load(), over in 1_i128..1_000, under in 1_i128..1_000) {
            let factor = Ratio::new(over, under);
            let Ok(scaled) = load.scaled(factor) else {
                let peak = Ratio::new(i128::from(load.peak()), i128::from(load.ticks())) * factor;
                prop_assert!(peak.ceil() > Ratio::from(MOST));
                return Ok(());
            };
            for (&before, &after) in load.values().iter().zip(scaled.values()) {
                prop_assert_eq!(before == MISSING, after == MISSING);
                if before != MISSING {
                    let exact = Ratio::from(before) * factor / Ratio::from(load.ticks());
                    let off = (Ratio::from(after) - exact * Ratio::from(scaled.ticks())) * Ratio::whole(2);
                    prop_assert!(off <= Ratio::ONE && -off <= Ratio::ONE);
                }
            }
        }

        #[test]
        fn noise_stays_in_its_bounds(load in any_load(), seed: u64, per_mille in 0..=1_000_u32) {
            let noisy = load.with_noise(seed, per_mille);
            prop_assert_eq!(load.values().len(), noisy.values().len());
            if noisy.ticks() == load.ticks() {
                for (&a, &b) in load.values().iter().zip(noisy.values()) {
                    let (a, b, part) = (u64::from(a), u64::from(b), u64::from(per_mille));
                    prop_assert!(a == b || b * 1_000 + 500 >= a * (1_000 - part) && b * 1_000 <= a * (1_000 + part) + 500);
                }
            }
        }
    }

    #[test]
    fn the_parts_of_a_load_are_the_load() {
        let load = load(20, 1, &[1, 2, 3, 4, 5, 6, 7]);
        let (head, tail) = (load.slice(0..60).unwrap(), load.slice(60..140).unwrap());
        assert_eq!([head.values(), tail.values()].concat(), load.values());
    }
}
