//! Load: how much is asked of a service, step by step.

use alloc::vec::Vec;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A step about which nothing is known.
pub const MISSING: u32 = u32::MAX;
/// The largest value of a step, in ticks.
pub const MOST: u32 = i32::MAX.unsigned_abs();

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
    /// Rows that do not go forward in time.
    #[error("the rows of a trace go forward in time")]
    Backwards,
    /// More steps than [`MOST_STEPS`].
    #[error("the trace is longer than ten million steps")]
    TooLong,
    /// A factor that is none.
    #[error("a load is scaled by a number that is not negative")]
    Factor,
    /// The grid does not fit minutes.
    #[error("a step of {0} s does not divide a minute")]
    Step(u32),
    /// It does not begin on a minute.
    #[error("a load begins on a whole minute")]
    Start,
    /// No ticks to the unit, or more than a million.
    #[error("a unit of load has 1 to 1,000,000 ticks")]
    Ticks,
    /// A value above [`MOST`].
    #[error("a value is too large")]
    TooLarge,
}

/// What counts where rows are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gaps {
    /// The rate before it goes on.
    #[default]
    Hold,
    /// There was no load.
    Zero,
    /// Nothing is known: no datapoints, and nothing counted as served or lost.
    Missing,
}

/// What rows were like that came on a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gridded {
    /// How far rows usually are apart, in seconds.
    pub usual: u64,
    /// How many gaps there were.
    pub gaps: u64,
    /// How long they were in all.
    pub gap_seconds: u64,
    /// How many values have more decimals than fit.
    pub cut: u64,
}

/// How far rows usually are apart, in seconds: the (lower) median; a minute for a single row.
#[must_use]
pub fn usual_distance(rows: &[(i64, Option<u64>)]) -> u64 {
    let mut distances: Vec<u64> = rows.windows(2).map(|pair| pair[1].0.abs_diff(pair[0].0)).collect();
    match distances.len() {
        0 => 60,
        count => *distances.select_nth_unstable((count - 1) / 2).1,
    }
}

/// The most steps of a load: ten years of minutes, and more.
pub const MOST_STEPS: usize = 10_000_000;

/// Rates that are laid out step by step.
struct Grid {
    step: u64,
    values: Vec<u32>,
    /// Of the step that is not full.
    sum: u128,
    seconds: u64,
    at: u64,
}

impl Grid {
    /// A rate holds for so many seconds.
    fn hold(&mut self, value: Option<u64>, seconds: u64) {
        let mut left = seconds;
        while left > 0 {
            let take = left.min(self.step - self.at);
            if let Some(value) = value {
                self.sum += u128::from(value) * u128::from(take);
                self.seconds += take;
            }
            self.at += take;
            left -= take;
            if self.at == self.step {
                self.close();
            }
        }
    }

    /// Ends a step that was begun.
    fn close(&mut self) {
        if self.at == 0 {
            return;
        }
        let mean = self.sum.checked_div(self.seconds.into());
        self.values.push(mean.and_then(|mean| u32::try_from(mean).ok()).unwrap_or(MISSING));
        (self.sum, self.seconds, self.at) = (0, 0, 0);
    }
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

    /// Rows of a trace on a grid. A row is when it begins, in Unix seconds, and its rate in millionths
    /// of a unit, or none where nothing is known; rows go forward in time.
    ///
    /// A rate holds until the next row, for the last row as long as rows usually do (the median of
    /// their distances). Where the next row is more than half as far again as usual, the rate holds as
    /// long as usual, and the rest is a gap. A step of the grid is the mean of what holds in it, by
    /// time, over what is known of it, cut to a tick. Steps are as long as rows usually are where that
    /// divides a minute, else a minute: rows that are further apart are held over their minutes.
    ///
    /// # Errors
    /// See [`BadLoad`].
    pub fn from_rows(unit: LoadUnit, rows: &[(i64, Option<u64>)], gaps: Gaps) -> Result<(Load, Gridded), BadLoad> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Err(BadLoad::Empty) };
        let usual = usual_distance(rows);
        if usual == 0 || rows.windows(2).any(|pair| pair[1].0 <= pair[0].0) {
            return Err(BadLoad::Backwards);
        }
        let step = u32::try_from(usual).ok().filter(|usual| 60 % usual == 0).unwrap_or(60);
        let start = first.0 - first.0.rem_euclid(60);
        let length = last.0.abs_diff(start).saturating_add(usual).div_ceil(step.into());
        let Some(length) = usize::try_from(length).ok().filter(|&length| length <= MOST_STEPS) else {
            return Err(BadLoad::TooLong);
        };
        let peak = rows.iter().filter_map(|row| row.1).max().ok_or(BadLoad::AllMissing)?;
        // As many decimals as the largest value leaves room for.
        let cut = (0..=6).map(|places| 10_u64.pow(places)).find(|cut| peak / cut <= u64::from(MOST));
        let cut = cut.ok_or(BadLoad::TooLarge)?;
        let mut told = Gridded { usual, gaps: 0, gap_seconds: 0, cut: 0 };
        told.cut = rows.iter().filter(|row| row.1.is_some_and(|value| value % cut != 0)).count() as u64;
        let mut grid = Grid { step: step.into(), values: Vec::with_capacity(length), sum: 0, seconds: 0, at: 0 };
        let offset = |at: i64| at.abs_diff(start);
        grid.hold(None, offset(first.0));
        for (place, &(at, value)) in rows.iter().enumerate() {
            let value = value.map(|value| value / cut);
            let begin = offset(at);
            let next = rows.get(place + 1).map_or(begin + usual, |next| offset(next.0));
            if next - begin > usual + usual / 2 {
                grid.hold(value, usual);
                let gap = next - begin - usual;
                told.gaps += 1;
                told.gap_seconds += gap;
                grid.hold(
                    match gaps {
                        Gaps::Hold => value,
                        Gaps::Zero => Some(0),
                        Gaps::Missing => None,
                    },
                    gap,
                );
            } else {
                grid.hold(value, next - begin);
            }
        }
        grid.close();
        Ok((Load::new(unit, start, step, 1_000_000 / cut, grid.values)?, told))
    }

    /// The same load so many times as high, each step cut to a tick.
    ///
    /// # Errors
    /// A factor below 0, and values that become too large.
    pub fn scaled(&self, factor: crate::exact::Ratio) -> Result<Load, BadLoad> {
        let (times, per) = (u128::try_from(factor.ticks()), u128::try_from(factor.per_unit()));
        let (Ok(times), Ok(per @ 1..)) = (times, per) else { return Err(BadLoad::Factor) };
        // With fewer ticks to the unit where there is no room for as many.
        let mut ticks = self.ticks;
        loop {
            let coarser = u128::from(self.ticks / ticks);
            let scaled = |&value: &u32| match value {
                MISSING => Some(MISSING),
                value => {
                    let value = u128::from(value).checked_mul(times)? / per.checked_mul(coarser)?;
                    u32::try_from(value).ok().filter(|&value| value <= MOST)
                }
            };
            if let Some(values) = self.values.iter().map(scaled).collect::<Option<Vec<u32>>>() {
                return Load::new(self.unit, self.start, self.step, ticks, values);
            }
            if !ticks.is_multiple_of(10) {
                return Err(BadLoad::TooLarge);
            }
            ticks /= 10;
        }
    }

    /// The same load with each step drawn anew between so many thousandths less and more.
    #[must_use]
    pub fn with_noise(&self, seed: u64, thousandths: u32) -> Load {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (spread, least) = (2 * u64::from(thousandths) + 1, 1_000_u64.saturating_sub(thousandths.into()));
        let drawn = |&value: &u32| {
            // The same draws whatever is missing.
            let factor = least + ((u64::from(random.next_u32()) * spread) >> 32);
            if value == MISSING {
                MISSING
            } else {
                u32::try_from(u64::from(value) * factor / 1_000).unwrap_or(MOST).min(MOST)
            }
        };
        let values: Vec<u32> = self.values.iter().map(drawn).collect();
        let sum = values.iter().filter(|&&value| value != MISSING).map(|&value| u128::from(value)).sum();
        Load { values, known: (self.known.0, sum), ..self.clone() }
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

    /// The largest value, in ticks.
    #[must_use]
    pub fn peak(&self) -> u32 {
        self.values.iter().copied().filter(|&value| value != MISSING).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Ratio;
    use alloc::string::String;
    use alloc::vec;
    use proptest::prelude::*;

    const M: u64 = 1_000_000;

    /// The grid of rows `(second, units)`: step, ticks and values, a dash for what is missing.
    #[track_caller]
    fn check(rows: &[(i64, u64)], gaps: Gaps, want: &str) {
        let rows: Vec<(i64, Option<u64>)> = rows.iter().map(|&(at, value)| (at, Some(value * M))).collect();
        let got = match Load::from_rows(LoadUnit::RequestsPerMinute, &rows, gaps) {
            Ok((load, told)) => {
                let ticks = load.ticks();
                let value = |&value: &u32| {
                    if value == MISSING { "-".into() } else { Ratio::new(value.into(), ticks.into()).to_fixed(1) }
                };
                let values: Vec<String> = load.values().iter().map(value).collect();
                alloc::format!("{} s: {}; {} gaps", load.step(), values.join(" "), told.gaps)
            }
            Err(error) => alloc::format!("{error}"),
        };
        assert_eq!(got, want);
    }

    #[test]
    fn rows_on_a_grid() {
        let hold = Gaps::Hold;
        check(&[(0, 10), (60, 20), (120, 30)], hold, "60 s: 10.0 20.0 30.0; 0 gaps");
        check(&[(0, 10)], hold, "60 s: 10.0; 0 gaps");
        // Rows a little late: the mean by time; of the first minute half is known.
        check(&[(30, 10), (90, 20)], hold, "60 s: 10.0 15.0 20.0; 0 gaps");
        // Five minutes are held, seconds are kept.
        check(&[(0, 10), (300, 20)], hold, "60 s: 10.0 10.0 10.0 10.0 10.0 20.0 20.0 20.0 20.0 20.0; 0 gaps");
        check(&[(0, 1), (20, 2), (40, 3)], hold, "20 s: 1.0 2.0 3.0; 0 gaps");
        // Every 7 s does not divide a minute.
        check(&[(0, 7), (7, 7), (14, 7), (21, 7)], hold, "60 s: 7.0; 0 gaps");
        let gap = [(0, 10), (60, 20), (120, 30), (300, 40)];
        check(&gap, Gaps::Hold, "60 s: 10.0 20.0 30.0 30.0 30.0 40.0; 1 gaps");
        check(&gap, Gaps::Zero, "60 s: 10.0 20.0 30.0 0.0 0.0 40.0; 1 gaps");
        check(&gap, Gaps::Missing, "60 s: 10.0 20.0 30.0 - - 40.0; 1 gaps");
        check(&[(-60, 1), (0, 2)], hold, "60 s: 1.0 2.0; 0 gaps");
        check(&[], hold, "there is no load: the trace is empty");
        check(&[(60, 1), (0, 2)], hold, "the rows of a trace go forward in time");
        check(&[(0, 1), (0, 2)], hold, "the rows of a trace go forward in time");
        check(&[(0, 9_000_000_000)], hold, "a value is too large");
        check(&[(0, 1), (i64::MAX / 2, 2)], hold, "the trace is longer than ten million steps");
    }

    #[test]
    fn decimals_are_kept_where_there_is_room() {
        let rows = |value| [(0, Some(value))];
        let load = |value| Load::from_rows(LoadUnit::TaskUnits, &rows(value), Gaps::Hold).unwrap();
        let (small, told) = load(1_234_567);
        assert_eq!((small.ticks(), small.values(), told.cut), (1_000_000, &[1_234_567][..], 0));
        let (large, told) = load(50_000 * M + 123_456);
        assert_eq!((large.ticks(), large.values(), told.cut), (10_000, &[500_001_234][..], 1));
    }

    proptest! {
        #[test]
        fn even_rows_keep_their_area(values in proptest::collection::vec(0_u64..1_000, 1..50), minutes in 1_i64..10) {
            let rows: Vec<(i64, Option<u64>)> =
                values.iter().zip(0..).map(|(&value, at)| (at * minutes * 60, Some(value * M))).collect();
            let (load, _) = Load::from_rows(LoadUnit::RequestsPerMinute, &rows, Gaps::Hold).unwrap();
            // A single row lasts a minute.
            let minutes = if values.len() == 1 { 1 } else { minutes };
            let area = values.iter().sum::<u64>() * minutes.unsigned_abs();
            prop_assert_eq!(load.known().1, u128::from(area) * u128::from(load.ticks()));
            prop_assert_eq!(load.scaled(Ratio::ONE).unwrap(), load);
        }
    }

    #[test]
    fn scaling_is_cut_to_ticks() {
        let load = Load::new(LoadUnit::TaskUnits, 0, 60, 1, vec![3, MISSING, 5]).unwrap();
        assert_eq!(load.scaled(Ratio::new(3, 2)).unwrap().values(), [4, MISSING, 7]);
        assert_eq!(load.scaled(Ratio::new(-1, 2)), Err(BadLoad::Factor));
        assert_eq!(load.scaled(Ratio::whole(1_000_000_000)), Err(BadLoad::TooLarge));
    }
}
