//! Rows of a trace, whenever they were taken, on the grid of a load.
//!
//! A row is a rate that holds until the next row; the last holds for the usual distance of rows, which
//! is their median (the shorter of two). That distance is the step of the grid if it divides a minute,
//! else a step is a minute. A step has the time-weighted mean of what holds in it, where something is
//! known, rounded half up to a tick; nothing is rounded before that but the thirteenth decimal of a row.

use super::load::{LONGEST, MOST_STEPS, finest};
use super::remark::{Gaps, TraceRemark};
use super::{BadLoad, Load, LoadUnit, MISSING, MOST};
use crate::exact::Ratio;
use alloc::vec::Vec;
use core::ops::Range;
use rust_decimal::Decimal;

/// The most rows.
pub const MOST_ROWS: usize = 10_000_000;
/// The moments that a trace may have: from the beginning of 1970 up to that of 2200, in Unix seconds.
pub const MOMENTS: Range<i64> = 0..7_258_118_400;
/// Decimals of a row that count.
const PLACES: u32 = 12;

/// A row of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// When, in Unix seconds.
    pub at: i64,
    /// How much, counted as [`LoadForm`] says; none where the row says that nothing is known.
    pub value: Option<Decimal>,
}

/// What the values of rows count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadForm {
    /// Requests a minute.
    #[default]
    RequestsPerMinute,
    /// Requests a second.
    RequestsPerSecond,
    /// Requests from one row to the next, as CloudWatch's `Sum` has them: `count x 60 / seconds` a minute.
    RequestsPerRow,
    /// Tasks kept busy at 100 % CPU.
    TaskUnits,
    /// CPU utilization in percent, measured on so many tasks: `percent / 100 x tasks` task units. At
    /// 100 % more may have been asked for than was done.
    CpuPercent {
        /// On how many.
        tasks: u32,
    },
}

impl LoadForm {
    /// What the load is counted in.
    #[must_use]
    pub fn unit(self) -> LoadUnit {
        match self {
            LoadForm::RequestsPerMinute | LoadForm::RequestsPerSecond | LoadForm::RequestsPerRow => {
                LoadUnit::RequestsPerMinute
            }
            LoadForm::TaskUnits | LoadForm::CpuPercent { .. } => LoadUnit::TaskUnits,
        }
    }

    /// What a value is multiplied with and divided by, for a row that lasts so long.
    fn factor(self, seconds: u64) -> (u128, u128) {
        match self {
            LoadForm::RequestsPerMinute | LoadForm::TaskUnits => (1, 1),
            LoadForm::RequestsPerSecond => (60, 1),
            LoadForm::RequestsPerRow => (60, seconds.into()),
            LoadForm::CpuPercent { tasks } => (tasks.into(), 100),
        }
    }
}

/// A load made from rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromPoints {
    /// The load.
    pub load: Load,
    /// What to know of it.
    pub remarks: Vec<TraceRemark>,
    /// The usual distance of rows in seconds: their median, or a minute for a single row.
    pub usual_step: u64,
}

impl Load {
    /// The load that rows tell of, which are in order of time: several of one moment count as their
    /// mean. It begins on the minute of the first row; before that row nothing is known.
    ///
    /// # Errors
    /// Rows that are none, or too many, or too far apart, out of order, negative or too large; see
    /// [`BadLoad`].
    pub fn from_points(form: LoadForm, points: &[Point], gaps: Gaps) -> Result<FromPoints, BadLoad> {
        if form == (LoadForm::CpuPercent { tasks: 0 }) {
            return Err(BadLoad::NoTasks);
        }
        let (first, last) = bounds(points)?;
        let usual = usual_distance(points);
        let rows = Rows { points, form, usual, places: places(points) };
        let mut tally = Tally::default();
        let mut peak = Rate::NOTHING;
        for row in rows.clone() {
            let row = row?;
            tally.add(&row);
            if let Some(rate) = row.rate.filter(|rate| rate.exceeds(peak)) {
                peak = rate;
            }
        }
        let ticks = finest(peak.times(1) * Ratio::new(1, 10_i128.pow(rows.places)))?;

        let step = if 60_u64.is_multiple_of(usual) { usual } else { 60 };
        let start = first - first.rem_euclid(60);
        let steps = (last - start).unsigned_abs().saturating_add(usual).div_ceil(step);
        if steps > MOST_STEPS {
            return Err(BadLoad::TooLong);
        }
        let mut grid = Grid::new(step, ticks, rows.places, steps);
        grid.put((first - start).unsigned_abs(), None)?;
        let mut before = None;
        for row in rows {
            let row = row?;
            let rule = match gaps {
                Gaps::Hold => before,
                Gaps::Zero => Some(Rate::NOTHING),
                Gaps::Missing => None,
            };
            let rate = row.rate.or(rule);
            before = row.rate.or(before);
            grid.put(row.length, rate)?;
            grid.put(row.lasts - row.length, if gaps == Gaps::Hold { before } else { rule })?;
        }
        let (values, rounded) = grid.finish()?;

        let mut remarks = tally.remarks(gaps, usual);
        if rounded {
            remarks.push(TraceRemark::Rounded { ticks });
        }
        // A step of the grid divides 60.
        let step = u32::try_from(step).unwrap_or(60);
        let load = Load::new(form.unit(), start, step, ticks, values)?;
        Ok(FromPoints { load, remarks, usual_step: usual })
    }
}

/// The first and the last moment of rows that are in order.
fn bounds(points: &[Point]) -> Result<(i64, i64), BadLoad> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Err(BadLoad::Empty) };
    if points.len() > MOST_ROWS {
        return Err(BadLoad::TooManyRows);
    }
    let mut before = 0;
    for (row, point) in (1..).zip(points) {
        if !MOMENTS.contains(&point.at) {
            return Err(BadLoad::When(row));
        }
        if point.at < before {
            return Err(BadLoad::Backwards(row));
        }
        if point.value.is_some_and(|value| value.is_sign_negative() && !value.is_zero()) {
            return Err(BadLoad::Negative);
        }
        before = point.at;
    }
    if (last.at - first.at).unsigned_abs() > LONGEST {
        return Err(BadLoad::TooLong);
    }
    Ok((first.at, last.at))
}

/// The median of the distances between moments, the shorter of two; a minute where there is none.
fn usual_distance(points: &[Point]) -> u64 {
    let distances = points.windows(2).map(|pair| (pair[1].at - pair[0].at).unsigned_abs());
    // Ten years are below 2^32 seconds.
    let distances = distances.filter(|&distance| distance > 0).filter_map(|distance| u32::try_from(distance).ok());
    let mut distances: Vec<u32> = distances.collect();
    if distances.is_empty() {
        return 60;
    }
    let middle = (distances.len() - 1) / 2;
    u64::from(*distances.select_nth_unstable(middle).1)
}

/// How many decimals the rows have, as far as they count.
fn places(points: &[Point]) -> u32 {
    let places = points.iter().filter_map(|point| point.value).map(|value| value.scale());
    places.max().unwrap_or(0).min(PLACES)
}

/// So many units times 10 to the power of the decimals of all rows, exactly.
#[derive(Clone, Copy)]
struct Rate {
    of: u128,
    over: u128,
}

impl Rate {
    const NOTHING: Rate = Rate { of: 0, over: 1 };

    fn times(self, factor: u128) -> Ratio {
        match (self.of.checked_mul(factor).map(i128::try_from), i128::try_from(self.over)) {
            (Some(Ok(of)), Ok(over)) => Ratio::new(of, over),
            _ => Ratio::TOO_LARGE,
        }
    }

    fn exceeds(self, other: Rate) -> bool {
        // Rows of one length are over the same: fractions need not be reduced for them.
        if self.over == other.over { self.of > other.of } else { self.times(1) > other.times(1) }
    }
}

/// All rows of one moment.
struct Row {
    rate: Option<Rate>,
    /// How long it holds by itself, in seconds.
    length: u64,
    /// How long until the next.
    lasts: u64,
    /// How many rows there were, and how many without a value.
    rows: u64,
    empty: u64,
    /// How many at 100 % CPU.
    full: u64,
}

/// The rows, moment by moment.
#[derive(Clone)]
struct Rows<'a> {
    points: &'a [Point],
    form: LoadForm,
    usual: u64,
    places: u32,
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, BadLoad>;

    fn next(&mut self) -> Option<Result<Row, BadLoad>> {
        let at = self.points.first()?.at;
        let same = self.points.iter().take_while(|point| point.at == at).count();
        let (now, later) = self.points.split_at(same);
        self.points = later;
        let lasts = later.first().map_or(self.usual, |next| (next.at - at).unsigned_abs());
        let length = if 2 * lasts > 3 * self.usual { self.usual } else { lasts };

        let known = || now.iter().filter_map(|point| point.value);
        let count = known().count() as u64;
        let sum = known().try_fold(0_u128, |sum, value| sum.checked_add(at_places(value, self.places)?));
        let (of, over) = self.form.factor(length);
        let rate = sum.and_then(|sum| Some(Rate { of: sum.checked_mul(of)?, over: over * u128::from(count) }));
        let Some(rate) = rate else { return Some(Err(BadLoad::TooLarge)) };
        let full = match self.form {
            LoadForm::CpuPercent { .. } => known().filter(|&value| value >= Decimal::ONE_HUNDRED).count() as u64,
            _ => 0,
        };
        let rows = same as u64;
        let rate = (count > 0).then_some(rate);
        Some(Ok(Row { rate, length, lasts, rows, empty: rows - count, full }))
    }
}

/// A value that is not negative times 10 to the power of `places`, rounded half up; `None` beyond 2^128.
fn at_places(value: Decimal, places: u32) -> Option<u128> {
    let digits = value.mantissa().unsigned_abs();
    if value.scale() <= places {
        return digits.checked_mul(10_u128.pow(places - value.scale()));
    }
    // A decimal has at most 28 places, so this is below 2^128.
    let part = 10_u128.pow(value.scale() - places);
    Some(digits / part + u128::from(digits % part >= part / 2))
}

/// What is told of rows.
#[derive(Default)]
struct Tally {
    moments: u64,
    duplicates: u64,
    empty: u64,
    full: u64,
    gaps: u64,
    gap_seconds: u64,
    longest: u64,
}

impl Tally {
    fn add(&mut self, row: &Row) {
        if row.rows > 1 {
            self.moments += 1;
            self.duplicates += row.rows;
        }
        self.empty += row.empty;
        self.full += row.full;
        if row.lasts > row.length {
            self.gaps += 1;
            self.gap_seconds += row.lasts - row.length;
            self.longest = self.longest.max(row.lasts - row.length);
        }
    }

    fn remarks(&self, rule: Gaps, every: u64) -> Vec<TraceRemark> {
        let mut remarks = Vec::new();
        if every > 60 {
            remarks.push(TraceRemark::Coarse { every });
        } else if !60_u64.is_multiple_of(every) {
            remarks.push(TraceRemark::Uneven { every });
        }
        if self.moments > 0 {
            remarks.push(TraceRemark::Duplicates { moments: self.moments, rows: self.duplicates });
        }
        if self.gaps > 0 {
            let (seconds, longest) = (self.gap_seconds, self.longest);
            remarks.push(TraceRemark::Gaps { count: self.gaps, seconds, longest, rule });
        }
        if self.empty > 0 {
            remarks.push(TraceRemark::Empty { rows: self.empty, rule });
        }
        if self.full > 0 {
            remarks.push(TraceRemark::Saturated { rows: self.full });
        }
        remarks
    }
}

/// Steps as they fill.
struct Grid {
    step: u64,
    ticks: u64,
    /// What a rate is divided by to be units.
    scale: u128,
    values: Vec<u32>,
    /// Seconds of the step under way, and those of them that are known.
    passed: u64,
    known: u64,
    /// Rates times the seconds they hold, in the step under way.
    sum: Ratio,
    rounded: bool,
}

impl Grid {
    fn new(step: u64, ticks: u64, places: u32, steps: u64) -> Grid {
        let values = Vec::with_capacity(usize::try_from(steps).unwrap_or(0));
        let (passed, known, sum) = (0, 0, Ratio::ZERO);
        Grid { step, ticks, scale: 10_u128.pow(places), values, passed, known, sum, rounded: false }
    }

    /// So many seconds more, of this rate.
    fn put(&mut self, mut seconds: u64, rate: Option<Rate>) -> Result<(), BadLoad> {
        while seconds > 0 {
            if self.passed == 0 && seconds >= self.step {
                // Whole steps of one rate need no sum: nearly all of most traces.
                let value = self.whole(rate)?;
                let steps = usize::try_from(seconds / self.step).map_err(|_| BadLoad::TooLong)?;
                self.values.resize(self.values.len() + steps, value);
                seconds %= self.step;
                continue;
            }
            let part = seconds.min(self.step - self.passed);
            if let Some(rate) = rate {
                self.sum = self.sum + rate.times(part.into());
                self.known += part;
            }
            self.passed += part;
            seconds -= part;
            if self.passed == self.step {
                self.close()?;
            }
        }
        Ok(())
    }

    /// The value of a step in which one rate holds.
    fn whole(&mut self, rate: Option<Rate>) -> Result<u32, BadLoad> {
        let Some(rate) = rate else { return Ok(MISSING) };
        let divisor = rate.over.checked_mul(self.scale).ok_or(BadLoad::TooLarge)?;
        let of = rate.of.checked_mul(self.ticks.into()).ok_or(BadLoad::TooLarge)?;
        let rest = of % divisor;
        self.rounded |= rest != 0;
        fits(of / divisor + u128::from(rest >= divisor - rest))
    }

    /// Ends the step under way: the mean of what is known of it.
    fn close(&mut self) -> Result<(), BadLoad> {
        let value = if self.known == 0 {
            MISSING
        } else {
            let scale = i128::try_from(self.scale).map_err(|_| BadLoad::TooLarge)?;
            let mean = self.sum * Ratio::new(self.ticks.into(), i128::from(self.known) * scale);
            self.rounded |= mean.per_unit() != 1;
            fits(mean.scaled(0).ok_or(BadLoad::TooLarge)?.unsigned_abs())?
        };
        self.values.push(value);
        (self.passed, self.known, self.sum) = (0, 0, Ratio::ZERO);
        Ok(())
    }

    /// All steps, and whether any was rounded.
    fn finish(mut self) -> Result<(Vec<u32>, bool), BadLoad> {
        if self.passed > 0 {
            self.close()?;
        }
        Ok((self.values, self.rounded))
    }
}

fn fits(value: u128) -> Result<u32, BadLoad> {
    u32::try_from(value).ok().filter(|&value| value <= MOST).ok_or(BadLoad::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec;
    use proptest::prelude::*;
    use std::format;

    /// `at value` rows, a dash where nothing is known; a time of `m` minutes and `s` seconds is `m:s`.
    fn points(text: &str) -> Vec<Point> {
        let point = |row: &str| {
            let (at, value) = row.trim().split_once(' ').unwrap();
            let (minutes, seconds) = at.split_once(':').unwrap();
            let at = minutes.parse::<i64>().unwrap() * 60 + seconds.parse::<i64>().unwrap();
            Point { at, value: (value != "-").then(|| value.parse().unwrap()) }
        };
        text.split(',').map(point).collect()
    }

    /// The steps in units, a dash where nothing is known; then the remarks.
    fn shown(made: &FromPoints) -> String {
        let load = &made.load;
        let unit = |&value: &u32| match value {
            MISSING => "-".to_string(),
            value => Ratio::new(value.into(), load.ticks().into()).to_string(),
        };
        let steps: Vec<String> = load.values().iter().map(unit).collect();
        let remarks: String = made.remarks.iter().map(|remark| format!("; {remark}")).collect();
        format!("{}+{}: {}{remarks}", load.start(), load.step(), steps.join(" "))
    }

    fn check(form: LoadForm, gaps: Gaps, text: &str, expect: &str) {
        let made = Load::from_points(form, &points(text), gaps);
        let found = made.as_ref().map_or_else(ToString::to_string, shown);
        assert_eq!(found, expect, "{text}");
    }

    const A_MINUTE: LoadForm = LoadForm::RequestsPerMinute;

    #[test]
    fn rows_on_the_grid_are_its_steps() {
        check(A_MINUTE, Gaps::Hold, "1:0 5, 2:0 0.25, 3:0 7", "60+60: 5 0.25 7");
        check(A_MINUTE, Gaps::Hold, "1:0 5, 1:20 6, 1:40 7, 2:0 8", "60+20: 5 6 7 8");
        check(A_MINUTE, Gaps::Hold, "0:58 5, 0:59 6, 1:0 7", &format!("0+1: {}5 6 7", "- ".repeat(58)));
        check(A_MINUTE, Gaps::Hold, "7:0 5", "420+60: 5");
    }

    #[test]
    fn a_step_has_the_mean_of_what_holds_in_it() {
        // 17 s after the minute: of the first step 43 s are known, of the last 17 s.
        check(A_MINUTE, Gaps::Hold, "0:17 60, 1:17 120, 2:17 0", "0+60: 60 103 34 0");
        check(
            A_MINUTE,
            Gaps::Hold,
            "0:0 1, 0:45 5, 1:30 9",
            "0+60: 2 7 9; rows are 45 s apart, which does not divide a minute: steps are means of a minute",
        );
        check(
            A_MINUTE,
            Gaps::Hold,
            "0:0 1, 0:40 2",
            "0+60: 1.333333 2; rows are 40 s apart, which does not divide a minute: steps are means of a minute; \
             the load is rounded to 0.000001",
        );
    }

    #[test]
    fn rows_further_apart_than_a_minute_are_held() {
        check(
            A_MINUTE,
            Gaps::Hold,
            "0:0 4, 3:0 8",
            "0+60: 4 4 4 8 8 8; rows are 3 minutes apart: what happens between them, and what \
             alarms make of it, cannot be seen",
        );
    }

    #[test]
    fn what_values_count() {
        check(LoadForm::RequestsPerSecond, Gaps::Hold, "0:0 2, 1:0 0.5", "0+60: 120 30");
        check(LoadForm::RequestsPerRow, Gaps::Hold, "0:0 2, 0:20 3, 0:40 0", "0+20: 6 9 0");
        check(LoadForm::TaskUnits, Gaps::Hold, "0:0 2.5, 1:0 3", "0+60: 2.5 3");
        check(
            LoadForm::CpuPercent { tasks: 4 },
            Gaps::Hold,
            "0:0 70, 1:0 100, 2:0 6.4479999999999995",
            "0+60: 2.8 4 0.25792; 1 row is at 100 % CPU: more may have been asked for than was done, \
             so the load is a lower bound there",
        );
        // 45 in 90 s are 30 a minute: in the second minute as long as the 20 that follow.
        check(LoadForm::RequestsPerRow, Gaps::Hold, "0:0 45, 1:30 20, 2:30 20, 3:30 20", "0+60: 30 25 20 20 20");
        check(LoadForm::CpuPercent { tasks: 0 }, Gaps::Hold, "0:0 1", "CPU is measured of one task or more");
    }

    #[test]
    fn gaps_and_rows_without_a_value() {
        let rows = "0:0 4, 1:0 6, 2:0 -, 3:0 9, 6:0 1";
        let remarks = |rule: &str| {
            format!("; a gap of 2 minutes between rows: {rule} there; 1 row without a value: {rule} there")
        };
        for (gaps, steps, rule) in [
            (Gaps::Hold, "4 6 6 9 9 9 1", "the value before holds"),
            (Gaps::Zero, "4 6 0 9 0 0 1", "the load is 0"),
            (Gaps::Missing, "4 6 - 9 - - 1", "nothing is known"),
        ] {
            check(A_MINUTE, gaps, rows, &format!("0+60: {steps}{}", remarks(rule)));
        }
        // Rows a little late are no gap; a count then is of all that time.
        check(LoadForm::RequestsPerRow, Gaps::Zero, "0:0 2, 1:0 3, 2:30 2, 3:30 4", "0+60: 2 2 2 3 4");
        // Of a gap the count is of the usual length, and held as a rate.
        check(
            LoadForm::RequestsPerRow,
            Gaps::Hold,
            "0:0 2, 1:0 3, 4:0 2, 5:0 2",
            "0+60: 2 3 3 3 2 2; a gap of 2 minutes between rows: the value before holds there",
        );
        // Before the first value there is none to hold.
        check(
            A_MINUTE,
            Gaps::Hold,
            "0:0 -, 1:0 -, 2:0 3",
            "0+60: - - 3; 2 rows without a value: the value before holds there",
        );
        check(A_MINUTE, Gaps::Missing, "0:0 -, 1:0 -", "there is no load: every step of the trace is missing");
    }

    #[test]
    fn rows_of_one_moment_are_their_mean() {
        check(
            A_MINUTE,
            Gaps::Hold,
            "0:0 1, 0:0 4, 1:0 7, 2:0 -, 2:0 9, 2:0 10",
            "0+60: 2.5 7 9.5; 5 rows share 2 timestamps: their mean is taken; \
             1 row without a value: the value before holds there",
        );
    }

    #[test]
    fn ticks_are_the_finest_that_hold_the_peak() {
        for (peak, ticks) in [("2147", 1_000_000), ("2148", 100_000), ("21474836.47", 100), ("2147483647", 1)] {
            let made = Load::from_points(A_MINUTE, &points(&format!("0:0 {peak}, 1:0 1")), Gaps::Hold).unwrap();
            assert_eq!((made.load.ticks(), made.remarks), (ticks, vec![]), "{peak}");
        }
        check(A_MINUTE, Gaps::Hold, "0:0 21474836.476, 1:0 0.05", "0+60: 21474836.5 0.1; the load is rounded to 0.1");
        check(A_MINUTE, Gaps::Hold, "0:0 2147483648", "a value is too large");
        check(A_MINUTE, Gaps::Hold, "0:0 79228162514264337593543950335", "a value is too large");
        check(
            A_MINUTE,
            Gaps::Hold,
            "0:0 0.1234564999999, 1:0 0.0000005",
            "0+60: 0.123457 0.000001; the load is rounded to 0.000001",
        );
    }

    #[test]
    fn rows_that_are_no_trace() {
        check(A_MINUTE, Gaps::Hold, "2:0 1, 1:0 1", "row 2 is earlier than the row before it");
        check(A_MINUTE, Gaps::Hold, "2:0 1, 3:0 -0.5", "a load is not negative");
        check(A_MINUTE, Gaps::Hold, "2:0 1, 120970000:0 1", "row 2 is not between the years 1970 and 2200");
        let long = "a load lasts ten years at most, and has at most 20,000,000 steps";
        check(A_MINUTE, Gaps::Hold, "2:0 1, 5300000:0 1", long);
        check(A_MINUTE, Gaps::Hold, "2:0 1, 2:1 1, 2:2 1, 400000:0 1", long);
        assert_eq!(Load::from_points(A_MINUTE, &[], Gaps::Hold), Err(BadLoad::Empty));
    }

    fn any_points() -> impl Strategy<Value = Vec<Point>> {
        let value = prop::option::weighted(0.9, (0_i64..1_000_000_000, 0_u32..14));
        let row =
            (0_i64..200, value).prop_map(|(after, value)| (after, value.map(|(of, places)| Decimal::new(of, places))));
        (0_i64..10_000, prop::collection::vec(row, 1..60)).prop_map(|(start, rows)| {
            let mut at = start;
            let point = |(after, value)| {
                at += after;
                Point { at, value }
            };
            rows.into_iter().map(point).collect()
        })
    }

    proptest! {
        #[test]
        fn any_rows_make_a_load_or_none(points in any_points(), gaps in 0..3_usize, form in 0..5_usize) {
            let gaps = [Gaps::Hold, Gaps::Zero, Gaps::Missing][gaps];
            let form = [
                A_MINUTE, LoadForm::RequestsPerSecond, LoadForm::RequestsPerRow, LoadForm::TaskUnits,
                LoadForm::CpuPercent { tasks: 3 },
            ][form];
            if let Ok(made) = Load::from_points(form, &points, gaps) {
                let (first, last) = (points[0].at, points[points.len() - 1].at);
                prop_assert!(made.load.start() <= first && first < made.load.start() + 60);
                let end = made.load.start() + i64::try_from(made.load.seconds()).unwrap();
                let covered = last + i64::try_from(made.usual_step).unwrap();
                prop_assert!(covered <= end && end < covered + i64::from(made.load.step()));
            }
        }

        /// Counts are neither lost nor made, where rows fill whole minutes.
        #[test]
        fn what_is_counted_stays(counts in prop::collection::vec(0_u32..1_000_000, 1..50), minutes in 1_i64..9) {
            let point = |(row, &count): (i64, &u32)| Point { at: row * minutes * 60, value: Some(count.into()) };
            let rows: Vec<Point> = (0..).zip(&counts).map(point).collect();
            let load = Load::from_points(LoadForm::RequestsPerRow, &rows, Gaps::Hold).unwrap().load;
            let all = load.mean() * Ratio::from(load.seconds()) / Ratio::from(60_u32);
            let counted = Ratio::from(counts.iter().map(|&count| u64::from(count)).sum::<u64>());
            // A single row counts for a minute. Each step is rounded by half a tick at most.
            let most = Ratio::new(load.values().len() as i128, 2 * i128::from(load.ticks()));
            prop_assert!(all - counted <= most && counted - all <= most);
        }

        /// Where the steps of the grid are the rows, the area under both is the same.
        #[test]
        fn the_area_stays(values in prop::collection::vec(0_u32..1_000, 2..50), step in 0..6_usize) {
            let step = [1, 5, 10, 20, 30, 60][step];
            let point = |(row, &value): (i64, &u32)| Point { at: 600 + row * step, value: Some(value.into()) };
            let rows: Vec<Point> = (0..).zip(&values).map(point).collect();
            let made = Load::from_points(A_MINUTE, &rows, Gaps::Hold).unwrap();
            let sum = values.iter().map(|&value| u128::from(value)).sum::<u128>() * u128::from(made.load.ticks());
            prop_assert_eq!((made.load.sum(), made.remarks), (sum, vec![]));
        }

        #[test]
        fn the_order_of_rows_of_one_moment_does_not_matter(points in any_points(), form in 0..2_usize) {
            let form = [A_MINUTE, LoadForm::RequestsPerRow][form];
            let coarse = |point: &Point| Point { at: point.at / 60 * 60, ..*point };
            let rows: Vec<Point> = points.iter().map(coarse).collect();
            let mut turned = rows.clone();
            turned.reverse();
            turned.sort_by_key(|point| point.at);
            prop_assert_eq!(
                Load::from_points(form, &rows, Gaps::Hold),
                Load::from_points(form, &turned, Gaps::Hold)
            );
        }
    }
}
