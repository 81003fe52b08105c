//! When scheduled actions run: AWS's schedule expressions, laid out over a load.
//!
//! Three forms (R32), with the syntax of EventBridge, which Application Auto Scaling refers to:
//!
//! * `at(2026-03-01T08:00:00)`: once;
//! * `rate(5 minutes)`, in minutes, hours or days of 24 hours;
//! * `cron(0 8 ? * MON-FRI *)`: minute, hour, day of month, month, day of week, year.
//!
//! `at` and `cron` are told by the clock of a time zone. A time that the clock skips counts as the
//! moment it skips on, and of a time it shows twice the first counts, as in
//! [`Timeline::windows`](crate::timeline::Timeline::windows). Application Auto Scaling does not say (?);
//! of EventBridge Scheduler, another service, AWS says that a skipped time is lost and a repeated one
//! runs once. Several skipped times of one expression are one run.
//!
//! `StartTime` and `EndTime` are UTC, and both are still within. What recurs runs at `StartTime`, too,
//! and a rate counts from there; without one it counts from the start of the load, and runs at it (?).

mod cron;
#[cfg(test)]
mod tests;

use super::ScheduledAction;
use crate::time::{DAY, Date};
use crate::timeline::second_of;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::iter::successors;
use core::str::FromStr;
use cron::Cron;
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

/// A schedule expression.
///
/// ```
/// use stackcost_model::scaling::Schedule;
/// use stackcost_model::time::zone;
/// let noon: Schedule = "cron(0 12 * * ? *)".parse().unwrap();
/// // Over the first two days of 1970, in seconds.
/// let utc = zone("Etc/UTC").unwrap();
/// let seconds: Vec<u64> = noon.occurrences(&utc, 0, 172_800, None, None).collect();
/// assert_eq!(seconds, [43_200, 129_600]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule(Form);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// Once, by the clock.
    At(DateTime),
    /// Every so many seconds.
    Rate(u64),
    /// By the calendar.
    Cron(Cron),
}

/// Why a text is no schedule expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSchedule {
    /// None of the three forms.
    #[error("a schedule is at(2026-03-01T08:00:00), rate(5 minutes) or cron(0 8 * * ? *)")]
    Form,
    /// A time that is none.
    #[error("at({0}): the time, from 1970 to 2199, is written yyyy-mm-ddThh:mm:ss by the clock of the time zone")]
    At(String),
    /// A rate that is none.
    #[error("rate({text}): {why}")]
    Rate {
        /// What stands in the parentheses.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Too few fields, or too many.
    #[error(
        "cron has 6 fields, minute hour day-of-month month day-of-week year, not {0}{hint}",
        hint = match .0 {
            5 => ": add the year, or *",
            7 => ": seconds, which would come first, cannot be told",
            _ => "",
        }
    )]
    Fields(usize),
    /// `?` in both fields of the day.
    #[error("day of month and day of week are both ?: put * in one of them for every day")]
    NoDay,
    /// `?` in none of them.
    #[error("day of month \"{day}\" and day of week \"{weekday}\" are both told: put ? in one of them")]
    TwoDays {
        /// The day of the month.
        day: String,
        /// The day of the week.
        weekday: String,
    },
    /// A field that cannot be read.
    #[error("{field} \"{text}\": {why}; allowed are {allowed}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What it holds.
        text: String,
        /// What is wrong with it.
        why: &'static str,
        /// What it could hold.
        allowed: &'static str,
    },
}

impl FromStr for Schedule {
    type Err = BadSchedule;

    /// # Errors
    /// See [`BadSchedule`].
    fn from_str(text: &str) -> Result<Schedule, BadSchedule> {
        let inside = text.trim().strip_suffix(')').and_then(|text| text.split_once('('));
        let form = match inside {
            Some(("at", inside)) => Form::At(read_time(inside.trim())?),
            Some(("rate", inside)) => Form::Rate(read_rate(inside)?),
            Some(("cron", inside)) => Form::Cron(Cron::read(inside)?),
            _ => return Err(BadSchedule::Form),
        };
        Ok(Schedule(form))
    }
}

fn read_time(text: &str) -> Result<DateTime, BadSchedule> {
    // Many forms of a time can be read; the one that AWS takes is the one it is written in.
    let time: Option<DateTime> = text.parse().ok();
    let as_written = |time: &DateTime| text.len() == "2026-03-01T08:00:00".len() && time.to_string() == text;
    let known = |time: &DateTime| (FIRST_DAY..=LAST_DAY).contains(&time.date()) && as_written(time);
    time.filter(known).ok_or_else(|| BadSchedule::At(text.to_string()))
}

fn read_rate(text: &str) -> Result<u64, BadSchedule> {
    let bad = |why| Err(BadSchedule::Rate { text: text.to_string(), why });
    let words: Vec<&str> = text.split_whitespace().collect();
    let [number, unit] = words[..] else { return bad("a rate is a number and a unit, as in rate(5 minutes)") };
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let Some(number) = number.parse::<u32>().ok().filter(|&number| digits && number > 0) else {
        return bad("the number is a whole one above 0");
    };
    let (seconds, plural) = match unit {
        "minute" | "minutes" => (60, unit == "minutes"),
        "hour" | "hours" => (3_600, unit == "hours"),
        "day" | "days" => (DAY, unit == "days"),
        _ => return bad("the unit is minutes, hours or days (minute, hour, day with 1)"),
    };
    match (number, plural) {
        (1, true) => bad("1 takes the singular: minute, hour, day"),
        (2.., false) => bad("more than 1 takes the plural: minutes, hours, days"),
        _ => Ok(u64::from(number) * seconds),
    }
}

impl Schedule {
    /// When it runs in the `seconds` from `start` (Unix seconds), in seconds from `start`, ascending: by
    /// the clock of `zone`, not before `not_before` (`StartTime`) nor after `not_after` (`EndTime`), both
    /// Unix seconds. None where it never does.
    pub fn occurrences<'a>(
        &'a self,
        zone: &'a TimeZone,
        start: i64,
        seconds: u64,
        not_before: Option<i64>,
        not_after: Option<i64>,
    ) -> impl Iterator<Item = u64> + 'a {
        let from = start.max(not_before.unwrap_or(i64::MIN));
        let end = start.saturating_add_unsigned(seconds);
        let to = end.min(not_after.map_or(i64::MAX, |last| last.saturating_add(1)));
        let at_start = not_before.filter(|_| !matches!(self.0, Form::At(_)));
        let runs: Box<dyn Iterator<Item = i64> + 'a> = match &self.0 {
            Form::At(time) => Box::new(Some(second_of(*time, zone)).into_iter()),
            Form::Rate(every) => Box::new(beats(not_before.unwrap_or(start), *every, from)),
            Form::Cron(cron) => Box::new(runs(cron, zone, from, to)),
        };
        let mut last = None;
        at_start
            .into_iter()
            .chain(runs)
            .skip_while(move |&second| second < from)
            .take_while(move |&second| second < to)
            // Times that a clock skips are one moment, and `StartTime` may be a time of the schedule.
            .filter(move |&second| {
                let later = last < Some(second);
                last = last.max(Some(second));
                later
            })
            .map(move |second| second.abs_diff(start))
    }

    /// Whether there is any day on which it could run: the 30th of February is none.
    #[must_use]
    pub fn can_run(&self) -> bool {
        let Form::Cron(cron) = &self.0 else { return true };
        days(FIRST_DAY, LAST_DAY).any(|day| cron.holds(day))
    }
}

/// The days that an expression can name.
const FIRST_DAY: Date = Date::constant(1970, 1, 1);
const LAST_DAY: Date = Date::constant(2199, 12, 31);

fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    successors(Some(first), |day| day.tomorrow().ok()).take_while(move |&day| day <= last)
}

/// Every so many seconds from `base` on, the first not before `from`.
fn beats(base: i64, every: u64, from: i64) -> impl Iterator<Item = i64> {
    let late = if from > base { from.abs_diff(base) } else { 0 };
    let first = late.div_ceil(every.max(1)).checked_mul(every).and_then(|late| base.checked_add_unsigned(late));
    successors(first, move |second| second.checked_add_unsigned(every))
}

/// All that a cron expression names from the day before `from` to the day of `to`, ascending.
fn runs(cron: &Cron, zone: &TimeZone, from: i64, to: i64) -> impl Iterator<Item = i64> {
    let day = |second| Timestamp::from_second(second).map(|second| zone.to_datetime(second).date());
    // From the day before: what a clock skips late in it runs when it skips on.
    let first = day(from).and_then(Date::yesterday).unwrap_or(FIRST_DAY).max(FIRST_DAY);
    let last = day(to).unwrap_or(LAST_DAY).min(LAST_DAY);
    days(first, last).filter(|&day| cron.holds(day)).flat_map(move |day| {
        let midnight = even_day(day, zone);
        cron.times().iter().map(move |&minute| match midnight {
            Some(midnight) => midnight + i64::from(minute) * 60,
            None => second_of(day.to_datetime(clock(minute)), zone),
        })
    })
}

/// When a day begins on which the clock does not change: most, and a minute of them is an addition.
fn even_day(day: Date, zone: &TimeZone) -> Option<i64> {
    let begins = second_of(day.to_datetime(Time::midnight()), zone);
    let ends = second_of(day.tomorrow().ok()?.to_datetime(Time::midnight()), zone);
    let change = zone.following(Timestamp::from_second(begins).ok()?).next();
    let even = change.is_none_or(|change| change.timestamp().as_second() >= ends);
    (even && begins.checked_add_unsigned(DAY) == Some(ends)).then_some(begins)
}

/// The time of the clock so many minutes after midnight.
fn clock(minute: u16) -> Time {
    let part = |value: u16| i8::try_from(value).unwrap_or(0);
    Time::new(part(minute / 60), part(minute % 60), 0, 0).unwrap_or_default()
}

/// A scheduled action as it is told to AWS (`PutScheduledAction`).
#[derive(Clone, Debug)]
pub struct PlannedAction {
    /// Its name.
    pub name: String,
    /// When it runs.
    pub schedule: Schedule,
    /// By which clock; UTC where none is told.
    pub zone: TimeZone,
    /// `StartTime`, in Unix seconds.
    pub not_before: Option<i64>,
    /// `EndTime`, in Unix seconds.
    pub not_after: Option<i64>,
    /// `MinCapacity`.
    pub min: Option<u32>,
    /// `MaxCapacity`.
    pub max: Option<u32>,
}

/// What scheduled actions come to over a load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Each time one runs, in order of time; those of the same second in the order they were told.
    pub runs: Vec<ScheduledAction>,
    /// The places of those that never run within the load: worth a word to whoever wrote them.
    pub idle: Vec<usize>,
}

/// Why scheduled actions cannot be laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooManyActions {
    /// More than AWS lets a service have (R28).
    #[error("{0} scheduled actions are more than AWS lets a service have ({MOST_SCHEDULED})")]
    Actions(usize),
    /// More runs than the model holds.
    #[error("scheduled actions run more than {MOST_RUNS} times over the load: schedule them less often")]
    Runs,
}

/// The scheduled actions a service can have (R28).
pub const MOST_SCHEDULED: usize = 200;
/// How often they can run in all: an action a minute for almost four years.
pub const MOST_RUNS: usize = 2_000_000;

/// Lays out `actions` over the `seconds` from `start` (Unix seconds).
///
/// # Errors
/// [`TooManyActions`].
pub fn plan_actions(actions: &[PlannedAction], start: i64, seconds: u64) -> Result<Planned, TooManyActions> {
    if actions.len() > MOST_SCHEDULED {
        return Err(TooManyActions::Actions(actions.len()));
    }
    let (mut runs, mut idle) = (Vec::new(), Vec::new());
    for (place, action) in actions.iter().enumerate() {
        let before = runs.len();
        for at in action.schedule.occurrences(&action.zone, start, seconds, action.not_before, action.not_after) {
            if runs.len() == MOST_RUNS {
                return Err(TooManyActions::Runs);
            }
            runs.push(ScheduledAction { at, name: action.name.clone(), min: action.min, max: action.max });
        }
        if runs.len() == before {
            idle.push(place);
        }
    }
    // Stable: the order told is kept within a second.
    runs.sort_by_key(|run| run.at);
    Ok(Planned { runs, idle })
}
