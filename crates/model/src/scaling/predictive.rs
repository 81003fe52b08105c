//! Predictive scaling: floors for the hours to come, from the same hours that were.
//!
//! How AWS forecasts is not published (R33). What is documented is kept: at least 24 hours of history,
//! at most 14 days of it; a forecast of each hour, made anew every 6 hours; it raises capacity and
//! never lowers it; tasks come `SchedulingBufferTime` before their hour. The forecast itself is our
//! own, a [`Forecaster::Seasonal`] one:
//!
//! * the load of an hour is that of its busiest minute (a second that peaks is no datapoint, and the
//!   mean of an hour would leave its busy half to the alarms);
//! * an hour will be as the mean of the same hours of the same weekday in the history, once that is 7
//!   days long; before, or when those are missing, as the mean of the same hours of all its days. The
//!   mean and not the largest: one odd day should not keep tasks running for two weeks;
//! * an hour that has no such hour with a known load has no forecast, and no floor.
//!
//! Hours, days and weekdays are those of UTC, as hours of metrics are. The first forecast is made at
//! the first whole hour with 24 hours of load before it, counted from the start of the load whether its
//! steps are missing or not. An hour is forecast by the newest one at its floor's own time; it
//! knows nothing later. (A forecast reaches 48 hours on AWS; it is replaced long before that.)
//!
//! The floor of an hour is set the buffer before it begins, where it is higher than that of the hour
//! before; where it is lower, when the hour begins.

use super::policy::MOST_TASKS;
use super::{Floor, Load, MISSING, Micro};
use crate::exact::Ratio;
use crate::time::{DAY, HOUR, WEEK};
use alloc::vec::Vec;
use core::fmt;

/// How predictive scaling is set up (`PredictiveScalingPolicyConfiguration`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Predictive {
    /// `Mode`.
    pub mode: PredictiveMode,
    /// The load that a task should have, as part of its capacity: above 0, at most 1,000,000.
    pub target: Micro,
    /// `SchedulingBufferTime`: how long before its hour a floor is set, in seconds; below 3,600.
    pub buffer: u32,
    /// `MaxCapacityBreachBehavior`.
    pub breach: Breach,
}

impl Predictive {
    /// With AWS's defaults: it forecasts only, 300 s ahead, and honours the most capacity.
    #[must_use]
    pub const fn at(target: Micro) -> Predictive {
        Predictive { mode: PredictiveMode::ForecastOnly, target, buffer: 300, breach: Breach::HonorMaxCapacity }
    }
}

/// `Mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PredictiveMode {
    /// `ForecastOnly`: tells, and does nothing.
    #[default]
    ForecastOnly,
    /// `ForecastAndScale`.
    ForecastAndScale,
}

/// `MaxCapacityBreachBehavior`: what happens when the forecast is above the most capacity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Breach {
    /// `HonorMaxCapacity`: the most stays the most.
    #[default]
    HonorMaxCapacity,
    /// `IncreaseMaxCapacity`: the most is raised to the forecast and so many percent more
    /// (`MaxCapacityBuffer`, 0 to 100), for as long as the forecast holds. A part of a task counts as
    /// one (?).
    IncreaseMaxCapacity {
        /// `MaxCapacityBuffer`.
        buffer_percent: u32,
    },
}

/// How hours are forecast: not as AWS does, which is not published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Forecaster {
    /// As the mean of the busiest minutes of the same hours before.
    #[default]
    Seasonal,
}

impl fmt::Display for Forecaster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Forecaster::Seasonal => {
                f.write_str("seasonal mean of the same hours (AWS's own forecast is not published)")
            }
        }
    }
}

/// What is forecast over a load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    /// How.
    pub forecaster: Forecaster,
    /// Each hour that is forecast, in order.
    pub hours: Vec<ForecastHour>,
    /// What it keeps running; none for [`PredictiveMode::ForecastOnly`].
    pub floors: Vec<Floor>,
    /// Why there is nothing.
    pub remark: Option<Remark>,
}

/// The forecast of an hour, the newest one when its floor is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForecastHour {
    /// When the hour begins, in seconds from the start of the load; the last may begin just after its
    /// end, when its floor is set before.
    pub at: u64,
    /// When its floor would be set, were it higher than the one before.
    pub from: u64,
    /// The load of its busiest minute, in units of the load; none where no such hour is known.
    pub load: Option<Ratio>,
    /// How many tasks that takes; 0 where it is not known.
    pub tasks: u32,
}

/// What a reader should know of a prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Remark {
    /// There is no forecast: it takes 24 hours of history, and something to forecast after them.
    #[error("nothing is forecast: a forecast takes 24 hours of load before it, and this load lasts {} h in all", .seconds / HOUR)]
    ShortHistory {
        /// How long the load is, in seconds.
        seconds: u64,
    },
}

/// Why a prediction cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPrediction {
    /// A task that serves nothing.
    #[error("a task has no capacity")]
    Capacity,
    /// A target that is none.
    #[error("the target of predictive scaling is above 0 and at most 100 % of a task's capacity")]
    Target,
    /// A buffer of an hour or more.
    #[error("a scheduling buffer time of {0} s is not below an hour (3600 s)")]
    Buffer(u32),
    /// More than AWS takes.
    #[error("a maximum capacity buffer of {0} % is above 100 %")]
    MaxBuffer(u32),
    /// A forecast that the model does not hold.
    #[error("the forecast takes more than {MOST_TASKS} tasks")]
    TooManyTasks,
}

/// The history a forecast needs, in seconds.
const LEAST_HISTORY: u64 = DAY;
/// Hours of history that it looks back on.
const MOST_HISTORY: usize = 14 * 24;
/// How often it is made anew, in hours.
const REFRESH: u64 = 6;

/// Forecasts `load` from itself, for tasks that serve `capacity` units of it each.
///
/// # Errors
/// Settings that AWS refuses, and forecasts beyond what the model holds: see [`BadPrediction`]. A short
/// history is no error but a [`Remark`].
pub fn predict(load: &Load, capacity: Ratio, settings: &Predictive) -> Result<Prediction, BadPrediction> {
    settings.check(capacity)?;
    let history = History::of(load);
    // What a task is to serve, in ticks of the load.
    let share = capacity * Ratio::new(settings.target.into(), 1_000_000) * Ratio::from(load.ticks());
    let mut hours = Vec::new();
    for hour in history.first_forecast().. {
        let from =
            history.begins(hour).saturating_sub(settings.buffer.into()).max(history.begins(history.first_forecast()));
        if from >= load.seconds() {
            break;
        }
        let ticks = history.forecast(hour, from);
        let tasks = ticks.map_or(Ok(0), |ticks| tasks(ticks / share))?;
        let load = ticks.map(|ticks| ticks / Ratio::from(load.ticks()));
        hours.push(ForecastHour { at: history.begins(hour), from, load, tasks });
    }
    let remark = hours.is_empty().then_some(Remark::ShortHistory { seconds: load.seconds() });
    let floors = match settings.mode {
        PredictiveMode::ForecastOnly => Vec::new(),
        PredictiveMode::ForecastAndScale => floors(&hours, settings.breach, load.seconds())?,
    };
    Ok(Prediction { forecaster: Forecaster::Seasonal, hours, floors, remark })
}

impl Predictive {
    fn check(&self, capacity: Ratio) -> Result<(), BadPrediction> {
        if capacity <= Ratio::ZERO || capacity.is_too_large() {
            return Err(BadPrediction::Capacity);
        }
        if self.target == 0 || self.target > 1_000_000 {
            return Err(BadPrediction::Target);
        }
        if u64::from(self.buffer) >= HOUR {
            return Err(BadPrediction::Buffer(self.buffer));
        }
        match self.breach {
            Breach::IncreaseMaxCapacity { buffer_percent } if buffer_percent > 100 => {
                Err(BadPrediction::MaxBuffer(buffer_percent))
            }
            _ => Ok(()),
        }
    }
}

/// Started tasks, as many as the model holds.
fn tasks(tasks: Ratio) -> Result<u32, BadPrediction> {
    let whole = tasks.ceil().to_whole().and_then(|tasks| u32::try_from(tasks).ok());
    whole.filter(|&tasks| tasks <= MOST_TASKS).ok_or(BadPrediction::TooManyTasks)
}

/// A higher floor begins before its hour, a lower one with it.
fn floors(hours: &[ForecastHour], breach: Breach, seconds: u64) -> Result<Vec<Floor>, BadPrediction> {
    let (mut floors, mut present) = (Vec::new(), 0);
    for hour in hours {
        let at = if hour.tasks > present { hour.from } else { hour.at };
        if hour.tasks != present && at < seconds {
            let max = match breach {
                Breach::HonorMaxCapacity => 0,
                Breach::IncreaseMaxCapacity { buffer_percent } => {
                    tasks(Ratio::from(hour.tasks) * Ratio::new(i128::from(buffer_percent) + 100, 100))?
                }
            };
            floors.push(Floor { at, tasks: hour.tasks, max });
        }
        present = hour.tasks;
    }
    Ok(floors)
}

/// The busiest minute of each hour of UTC that a load touches.
struct History {
    /// In ticks; none where all of the hour is missing.
    hours: Vec<Option<Ratio>>,
    /// How much of the first hour was over when the load began, in seconds.
    over: u64,
}

impl History {
    fn of(load: &Load) -> History {
        let over = load.start().rem_euclid(HOUR.cast_signed()).unsigned_abs();
        let minutes: Vec<(u64, u64)> = load.values().chunks(steps(60, load)).map(sum_of_known).collect();
        // The first hour may be cut.
        let first = steps(HOUR - over, load) / steps(60, load);
        let (first, rest) = minutes.split_at(first.min(minutes.len()));
        let hours = core::iter::once(first).chain(rest.chunks(60)).map(busiest).collect();
        History { hours, over }
    }

    /// When an hour begins, in seconds from the start of the load; the first did not later than it.
    fn begins(&self, hour: usize) -> u64 {
        (hour as u64 * HOUR).saturating_sub(self.over)
    }

    /// The hour at which the first forecast is made.
    fn first_forecast(&self) -> usize {
        let hours = (LEAST_HISTORY + self.over).div_ceil(HOUR);
        usize::try_from(hours).unwrap_or(usize::MAX)
    }

    /// The load of `hour`, in ticks, as it is forecast at `now`, with nothing later.
    fn forecast(&self, hour: usize, now: u64) -> Option<Ratio> {
        let first = self.first_forecast();
        let refreshes = now.saturating_sub(self.begins(first)) / (REFRESH * HOUR);
        let made = first + usize::try_from(refreshes * REFRESH).ok()?;
        let week = if self.begins(made) >= WEEK { self.mean(hour, 7 * 24, made) } else { None };
        week.or_else(|| self.mean(hour, 24, made))
    }

    /// The mean of what is known of the hours that lie whole periods before `hour`, before `made`.
    fn mean(&self, hour: usize, period: usize, made: usize) -> Option<Ratio> {
        let oldest = made.saturating_sub(MOST_HISTORY);
        let before = (1..).map_while(|back| hour.checked_sub(back * period)).take_while(|&then| then >= oldest);
        let known: Vec<Ratio> =
            before.filter(|&then| then < made).filter_map(|then| self.hours.get(then).copied().flatten()).collect();
        let count = known.len() as u64;
        (count > 0).then(|| known.into_iter().sum::<Ratio>() / Ratio::from(count))
    }
}

/// How many steps of a load make `seconds`, which are whole minutes.
fn steps(seconds: u64, load: &Load) -> usize {
    // A step divides a minute.
    usize::try_from(seconds / u64::from(load.step())).unwrap_or(usize::MAX).max(1)
}

/// The sum of the known steps of a minute, and how many they are.
fn sum_of_known(minute: &[u32]) -> (u64, u64) {
    let known = minute.iter().filter(|&&value| value != MISSING);
    known.fold((0, 0), |(sum, count), &value| (sum + u64::from(value), count + 1))
}

/// The largest mean of a minute.
fn busiest(minutes: &[(u64, u64)]) -> Option<Ratio> {
    let known = minutes.iter().filter(|minute| minute.1 > 0);
    // Means compared without division: at most 60 values below 2³¹ times 60.
    let (sum, count) = known.max_by(|a, b| (a.0 * b.1).cmp(&(b.0 * a.1)))?;
    Some(Ratio::new((*sum).into(), (*count).into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaling::LoadUnit;
    use alloc::string::ToString;
    use alloc::vec;
    use proptest::prelude::*;

    /// A Monday, 00:00 UTC.
    const MONDAY: i64 = 1_772_409_600;

    /// A load in minutes from `start`, by the hours and minutes since then.
    fn load(start: i64, minutes: u64, value: impl Fn(u64, u64) -> u32) -> Load {
        let values = (0..minutes).map(|minute| value(minute / 60, minute % 60)).collect();
        Load::new(LoadUnit::TaskUnits, start, 60, 10, values).unwrap()
    }

    /// One task busy at night, and `busy` from 09:00 to 17:00.
    fn wave(busy: u32) -> impl Fn(u64, u64) -> u32 {
        move |hour, _| if (9..17).contains(&(hour % 24)) { busy * 10 } else { 10 }
    }

    fn scaling(target: Micro) -> Predictive {
        Predictive { mode: PredictiveMode::ForecastAndScale, ..Predictive::at(target) }
    }

    fn floor(at: u64, tasks: u32) -> Floor {
        Floor { at, tasks, max: 0 }
    }

    #[test]
    fn a_square_wave_is_forecast_as_it_is() {
        let load = load(MONDAY, 14 * 24 * 60, wave(8));
        let prediction = predict(&load, Ratio::ONE, &scaling(500_000)).unwrap();
        assert_eq!(prediction.remark, None);
        // Thirteen days, and the hour after them, whose floor would be set before they end.
        assert_eq!(prediction.hours.len(), 13 * 24 + 1);
        for hour in &prediction.hours {
            let busy = (9..17).contains(&(hour.at / HOUR % 24));
            assert_eq!(
                (hour.load, hour.tasks),
                (Some(Ratio::whole(if busy { 8 } else { 1 })), if busy { 16 } else { 2 })
            );
        }
        let mut want = vec![floor(DAY, 2)];
        for day in 1..14 {
            want.push(floor(day * DAY + 9 * HOUR - 300, 16));
            want.push(floor(day * DAY + 17 * HOUR, 2));
        }
        assert_eq!(prediction.floors, want);
    }

    #[test]
    fn the_same_weekday_counts_once_a_week_is_known() {
        // Weekends are quiet from a Monday on: in the first week they are not known to be.
        let value = |hour: u64, _| if hour / 24 % 7 < 5 { 50 } else { 10 };
        let prediction = predict(&load(MONDAY, 15 * 24 * 60, value), Ratio::ONE, &scaling(1_000_000)).unwrap();
        let noon =
            |day: u64| prediction.hours.iter().find(|hour| hour.at == day * DAY + 12 * HOUR).map(|hour| hour.load);
        for (day, want) in [
            (1, "5"),              // Monday alone is known.
            (5, "5"),              // Saturday: five busy days.
            (6, "4.333333333333"), // Sunday: five busy days and a quiet one.
            (7, "5"),              // Monday, as Monday was.
            (12, "1"),
            (13, "1"),
            (14, "5"),
        ] {
            assert_eq!(noon(day).flatten().map(|load| load.to_string()).as_deref(), Some(want), "day {day}");
        }
    }

    #[test]
    fn two_weeks_count_and_no_more() {
        let value = |hour: u64, _| [90, 10, 30, 0][usize::try_from(hour / 168).unwrap()];
        let prediction = predict(&load(MONDAY, 28 * 24 * 60, value), Ratio::ONE, &scaling(1_000_000)).unwrap();
        let last = prediction.hours.iter().filter(|hour| (21 * DAY + HOUR..28 * DAY).contains(&hour.at));
        assert!(last.clone().count() == 167 && last.clone().all(|hour| hour.load == Some(Ratio::whole(2))));
    }

    #[test]
    fn where_the_weekday_is_missing_all_days_count() {
        // The first Monday is not known; of the days after it each noon is.
        let value = |hour: u64, _| if hour < 24 { MISSING } else { 20 };
        let prediction = predict(&load(MONDAY, 8 * 24 * 60, value), Ratio::ONE, &scaling(1_000_000)).unwrap();
        assert!(prediction.hours.iter().filter(|hour| hour.at >= 7 * DAY).all(|hour| hour.tasks == 2));
        // Of Tuesday nothing can be told.
        assert!(prediction.hours.iter().filter(|hour| hour.at < 2 * DAY).all(|hour| hour.load.is_none()));
    }

    #[test]
    fn an_hour_counts_as_its_busiest_minute() {
        // Steps of 20 s: a peak of one step is a third of its minute.
        let values = (0..2 * 24 * 180).map(|step| if step % 180 == 7 { 90 } else { 0 }).collect();
        let load = Load::new(LoadUnit::TaskUnits, MONDAY, 20, 10, values).unwrap();
        let prediction = predict(&load, Ratio::whole(2), &scaling(1_000_000)).unwrap();
        assert!(prediction.hours.iter().all(|hour| hour.load == Some(Ratio::whole(3)) && hour.tasks == 2));
        assert_eq!(prediction.floors, [floor(DAY, 2)]);
    }

    #[test]
    fn a_floor_begins_before_its_hour_and_ends_with_it() {
        let load = load(MONDAY, 2 * 24 * 60, |hour, _| if hour % 24 == 9 { 50 } else { 20 });
        for buffer in [0, 1, 300, 3_599] {
            let settings = Predictive { buffer, ..scaling(1_000_000) };
            let prediction = predict(&load, Ratio::ONE, &settings).unwrap();
            let nine = DAY + 9 * HOUR;
            let want = [floor(DAY, 2), floor(nine - u64::from(buffer), 5), floor(nine + HOUR, 2)];
            assert_eq!(prediction.floors, want, "{buffer}");
        }
    }

    #[test]
    fn the_hour_after_the_load_begins_before_it_ends() {
        let load = load(MONDAY, 2 * 24 * 60, |hour, _| if hour % 24 == 0 { 50 } else { 20 });
        let prediction = predict(&load, Ratio::ONE, &scaling(1_000_000)).unwrap();
        assert_eq!(prediction.floors, [floor(DAY, 5), floor(DAY + HOUR, 2), floor(2 * DAY - 300, 5)]);
        // One that is lower would begin with its hour, which is not there.
        let load = self::load(MONDAY, 2 * 24 * 60, |hour, _| if hour % 24 == 0 { 20 } else { 50 });
        let prediction = predict(&load, Ratio::ONE, &scaling(1_000_000)).unwrap();
        assert_eq!(prediction.floors, [floor(DAY, 2), floor(DAY + HOUR - 300, 5)]);
    }

    #[test]
    fn hours_are_those_of_utc() {
        // From 00:30: the first whole hour with a day before it is 01:00 on the next day.
        let start = MONDAY + 1_800;
        let load = load(start, 2 * 24 * 60, |_, minute| if minute == 30 { 50 } else { 20 });
        let prediction = predict(&load, Ratio::ONE, &scaling(1_000_000)).unwrap();
        assert_eq!(prediction.hours.first().map(|hour| (hour.at, hour.from)), Some((DAY + 1_800, DAY + 1_800)));
        assert_eq!(prediction.hours.get(1).map(|hour| (hour.at, hour.from)), Some((DAY + 5_400, DAY + 5_100)));
        // The minute of the peak is the first of an hour of UTC. The last has two days to go by: of the
        // first only half the hour, without the peak.
        let tasks: Vec<u32> = prediction.hours.iter().map(|hour| hour.tasks).collect();
        assert_eq!(tasks, [vec![5; 23], vec![4]].concat());
    }

    #[test]
    fn an_hour_is_forecast_by_the_newest_forecast_at_its_floor() {
        // Only Mondays are quiet. At 00:00 on the second one a week is known, and not at 18:00 before,
        // which is the newest forecast at 23:55.
        let load = load(MONDAY, 8 * 24 * 60, |hour, _| if hour / 24 % 7 == 0 { 10 } else { 80 });
        let monday = |buffer: u32| {
            let prediction = predict(&load, Ratio::ONE, &Predictive { buffer, ..scaling(1_000_000) }).unwrap();
            let hours = prediction.hours.iter().filter(|hour| hour.at >= 7 * DAY);
            hours.take(3).map(|hour| hour.tasks).collect::<Vec<_>>()
        };
        assert_eq!(monday(0), [1, 1, 1]);
        assert_eq!(monday(300), [7, 1, 1]);
    }

    #[test]
    fn the_most_is_kept_or_raised() {
        let load = load(MONDAY, 2 * 24 * 60, |_, _| 500);
        for (breach, max) in [
            (Breach::HonorMaxCapacity, 0),
            (Breach::IncreaseMaxCapacity { buffer_percent: 0 }, 50),
            // AWS's example: a forecast of 50 and 10 % are 55.
            (Breach::IncreaseMaxCapacity { buffer_percent: 10 }, 55),
            (Breach::IncreaseMaxCapacity { buffer_percent: 1 }, 51),
            (Breach::IncreaseMaxCapacity { buffer_percent: 100 }, 100),
        ] {
            let prediction = predict(&load, Ratio::ONE, &Predictive { breach, ..scaling(1_000_000) }).unwrap();
            assert_eq!(prediction.floors, [Floor { at: DAY, tasks: 50, max }], "{breach:?}");
        }
    }

    #[test]
    fn a_short_history_is_a_remark() {
        for minutes in [60, 23 * 60, 24 * 60] {
            let prediction = predict(&load(MONDAY, minutes, wave(8)), Ratio::ONE, &scaling(500_000)).unwrap();
            assert_eq!((prediction.hours, prediction.floors), (vec![], vec![]), "{minutes}");
            assert_eq!(prediction.remark, Some(Remark::ShortHistory { seconds: minutes * 60 }));
        }
        let prediction = predict(&load(MONDAY, 24 * 60 + 1, wave(8)), Ratio::ONE, &scaling(500_000)).unwrap();
        assert_eq!((prediction.floors, prediction.remark), (vec![floor(DAY, 2)], None));
        assert_eq!(
            Remark::ShortHistory { seconds: 7_200 }.to_string(),
            "nothing is forecast: a forecast takes 24 hours of load before it, and this load lasts 2 h in all"
        );
    }

    #[test]
    fn forecast_only_tells_and_does_nothing() {
        let load = load(MONDAY, 2 * 24 * 60, wave(8));
        let told = predict(&load, Ratio::ONE, &Predictive::at(500_000)).unwrap();
        let done = predict(&load, Ratio::ONE, &scaling(500_000)).unwrap();
        assert_eq!((told.floors.len(), &told.hours), (0, &done.hours));
        assert!(!told.hours.is_empty() && told.forecaster.to_string().contains("AWS's own"));
    }

    #[test]
    fn missing_steps_are_skipped() {
        // Of the first day only the last minute of each hour is known, and nothing of 05:00 to 06:00.
        let value = |hour: u64, minute| match hour {
            5 => MISSING,
            0..24 if minute < 59 => MISSING,
            _ => 30,
        };
        let prediction = predict(&load(MONDAY, 2 * 24 * 60, value), Ratio::ONE, &scaling(1_000_000)).unwrap();
        let five = DAY + 5 * HOUR;
        assert_eq!(prediction.floors, [floor(DAY, 3), floor(five, 0), floor(five + HOUR - 300, 3)]);
        assert_eq!(
            prediction.hours.iter().filter(|hour| hour.load.is_none()).map(|hour| hour.at).collect::<Vec<_>>(),
            [five]
        );
    }

    #[test]
    fn what_cannot_be() {
        let settings = scaling(500_000);
        for (capacity, settings, want) in [
            (Ratio::ZERO, settings, BadPrediction::Capacity),
            (Ratio::ONE, Predictive { target: 0, ..settings }, BadPrediction::Target),
            (Ratio::ONE, Predictive { target: 1_000_001, ..settings }, BadPrediction::Target),
            (Ratio::ONE, Predictive { buffer: 3_600, ..settings }, BadPrediction::Buffer(3_600)),
            (
                Ratio::ONE,
                Predictive { breach: Breach::IncreaseMaxCapacity { buffer_percent: 101 }, ..settings },
                BadPrediction::MaxBuffer(101),
            ),
            (Ratio::new(1, 1_000_000), settings, BadPrediction::TooManyTasks),
        ] {
            assert_eq!(predict(&load(MONDAY, 2 * 24 * 60, wave(8)), capacity, &settings), Err(want));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Floors that are set before the future differs are the same.
        #[test]
        fn nothing_is_known_beforehand(
            hourly in proptest::collection::vec(0_u32..100, 24 * 10),
            other in 0_u32..100,
            late in 0_i64..60,
            cut in 0_u64..24 * 10 * 60,
            buffer in 0_u32..3_600,
        ) {
            let settings = Predictive { buffer, ..scaling(700_000) };
            let value = |minute: u64| hourly[usize::try_from(minute / 60).unwrap()];
            let minutes = hourly.len() as u64 * 60;
            let start = MONDAY + late * 60;
            let one = load(start, minutes, |hour, minute| value(hour * 60 + minute));
            let two = load(start, minutes, |hour, minute| {
                if hour * 60 + minute < cut { value(hour * 60 + minute) } else { other }
            });
            let before = |load: &Load| -> (Vec<Floor>, Vec<ForecastHour>) {
                let Prediction { floors, hours, .. } = predict(load, Ratio::new(1, 3), &settings).unwrap();
                let floors = floors.into_iter().filter(|floor| floor.at <= cut * 60).collect();
                (floors, hours.into_iter().filter(|hour| hour.from <= cut * 60).collect())
            };
            prop_assert_eq!(before(&one), before(&two));
        }

        /// Floors are in order, within the load, each different from the one before, and never below
        /// the forecast of the hour they hold in.
        #[test]
        fn floors_hold_what_is_forecast(
            hourly in proptest::collection::vec(0_u32..100, 24..24 * 16),
            late in 0_i64..60,
            buffer in 0_u32..3_600,
        ) {
            let load = load(MONDAY + late * 60, hourly.len() as u64 * 60, |hour, _| hourly[usize::try_from(hour).unwrap()]);
            let Prediction { floors, hours, .. } =
                predict(&load, Ratio::new(1, 3), &Predictive { buffer, ..scaling(700_000) }).unwrap();
            prop_assert!(floors.windows(2).all(|pair| pair[0].at < pair[1].at && pair[0].tasks != pair[1].tasks));
            prop_assert!(floors.iter().all(|floor| floor.at < load.seconds()));
            for hour in hours.iter().filter(|hour| hour.at < load.seconds()) {
                let held = |second: u64| floors.iter().rev().find(|floor| floor.at <= second).map_or(0, |floor| floor.tasks);
                prop_assert_eq!(held(hour.at), hour.tasks);
                prop_assert!(held(hour.from) >= hour.tasks);
                // And it does not end before the hour does.
                let end = (hour.at + HOUR).min(load.seconds()) - 1;
                prop_assert!(held(end) >= hour.tasks);
            }
        }
    }
}
