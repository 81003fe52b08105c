//! `cron(minute hour day-of-month month day-of-week year)`: which days, and which minutes of them.

use super::BadSchedule;
use crate::time::Date;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use jiff::civil::Weekday;

/// A cron expression, its fields laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    /// Minutes since midnight, in order.
    times: Vec<u16>,
    days: Days,
    months: Vec<u16>,
    years: Vec<u16>,
}

/// What is said of the day: AWS wants one of its two fields to be `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Days {
    /// Of the month: these.
    OfMonth(Vec<u16>),
    /// `L`: the last of the month.
    Last,
    /// `LW`: the last of the month from Monday to Friday.
    LastWorkday,
    /// `15W`: the day from Monday to Friday that is nearest to the 15th, in the same month.
    Workday(u16),
    /// Of the week: these, 1 is Sunday.
    OfWeek(Vec<u16>),
    /// `FRIL`: the last Friday of the month.
    LastOfWeek(u16),
    /// `FRI#2`: the second Friday of the month.
    NthOfWeek(u16, u16),
}

/// What a field can hold.
struct Field {
    name: &'static str,
    least: u16,
    most: u16,
    /// Names of the values from `least` on.
    names: &'static [&'static str],
    allowed: &'static str,
}

const MINUTE: Field = Field {
    name: "minute",
    least: 0,
    most: 59,
    names: &[],
    allowed: "0-59, lists (0,30), ranges (0-9), steps (0/15), *",
};
const HOUR: Field = Field {
    name: "hour",
    least: 0,
    most: 23,
    names: &[],
    allowed: "0-23, lists (8,18), ranges (8-17), steps (0/6), *",
};
const DAY_OF_MONTH: Field = Field {
    name: "day of month",
    least: 1,
    most: 31,
    names: &[],
    allowed: "1-31, lists (1,15), ranges (1-7), steps (1/10), *, ?, L (the last), LW, 15W (the workday nearest to the 15th)",
};
const MONTH: Field = Field {
    name: "month",
    least: 1,
    most: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    allowed: "1-12, JAN-DEC, lists (JAN,JUL), ranges (6-8), steps (1/3), *",
};
const DAY_OF_WEEK: Field = Field {
    name: "day of week",
    least: 1,
    most: 7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    allowed: "1-7 (1 is SUN), SUN-SAT, lists (MON,FRI), ranges (MON-FRI), steps (MON/2), *, ?, L (SAT), FRIL (the last one of a month), FRI#2 (the second)",
};
const YEAR: Field =
    Field { name: "year", least: 1970, most: 2199, names: &[], allowed: "1970-2199, lists, ranges, steps (2026/2), *" };

impl Cron {
    /// Reads what stands in the parentheses.
    pub fn read(text: &str) -> Result<Cron, BadSchedule> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday, year] = fields[..] else {
            return Err(BadSchedule::Fields(fields.len()));
        };
        let days = match (day, weekday) {
            ("?", "?") => return Err(BadSchedule::NoDay),
            (_, "?") => days_of_month(day)?,
            ("?", _) => days_of_week(weekday)?,
            _ => return Err(BadSchedule::TwoDays { day: day.to_string(), weekday: weekday.to_string() }),
        };
        let (minutes, hours) = (MINUTE.values(minute)?, HOUR.values(hour)?);
        let times = hours.iter().flat_map(|hour| minutes.iter().map(move |minute| hour * 60 + minute)).collect();
        Ok(Cron { times, days, months: MONTH.values(month)?, years: YEAR.values(year)? })
    }

    /// Minutes since midnight, in order, of each of its days.
    pub fn times(&self) -> &[u16] {
        &self.times
    }

    /// Whether `day` is one of its days.
    pub fn holds(&self, day: Date) -> bool {
        let has = |values: &[u16], value: u16| values.binary_search(&value).is_ok();
        has(&self.months, day.month().unsigned_abs().into())
            && has(&self.years, day.year().unsigned_abs())
            && self.days.hold(day)
    }
}

impl Days {
    fn hold(&self, day: Date) -> bool {
        let of_month = u16::from(day.day().unsigned_abs());
        let of_week = u16::from(day.weekday().to_sunday_one_offset().unsigned_abs());
        match self {
            Days::OfMonth(days) => days.binary_search(&of_month).is_ok(),
            Days::Last => day.day() == day.days_in_month(),
            Days::LastWorkday => day.day() == nearest_workday(day.last_of_month()),
            Days::Workday(nearest) => {
                let wanted =
                    i8::try_from(*nearest).ok().and_then(|wanted| Date::new(day.year(), day.month(), wanted).ok());
                wanted.is_some_and(|wanted| day.day() == nearest_workday(wanted))
            }
            Days::OfWeek(days) => days.binary_search(&of_week).is_ok(),
            Days::LastOfWeek(weekday) => of_week == *weekday && day.day() + 7 > day.days_in_month(),
            Days::NthOfWeek(weekday, nth) => of_week == *weekday && of_month.div_ceil(7) == *nth,
        }
    }
}

/// Which day of the month, from Monday to Friday, is nearest to `day` and in its month.
fn nearest_workday(day: Date) -> i8 {
    let number = day.day();
    match day.weekday() {
        Weekday::Saturday if number == 1 => 3,
        Weekday::Saturday => number - 1,
        Weekday::Sunday if number == day.days_in_month() => number - 2,
        Weekday::Sunday => number + 1,
        _ => number,
    }
}

fn days_of_month(text: &str) -> Result<Days, BadSchedule> {
    let upper = text.to_ascii_uppercase();
    match upper.as_str() {
        "L" => return Ok(Days::Last),
        "LW" => return Ok(Days::LastWorkday),
        _ if upper.starts_with("L-") => return Err(DAY_OF_MONTH.bad(text, "days before the last one cannot be told")),
        _ if upper.contains(',') && upper.contains(['L', 'W']) => {
            return Err(DAY_OF_MONTH.bad(text, "L and W stand alone, not in a list"));
        }
        _ => {}
    }
    match upper.strip_suffix('W') {
        Some(day) => Ok(Days::Workday(DAY_OF_MONTH.value(text, day)?)),
        None => Ok(Days::OfMonth(DAY_OF_MONTH.values(text)?)),
    }
}

fn days_of_week(text: &str) -> Result<Days, BadSchedule> {
    let upper = text.to_ascii_uppercase();
    // AWS's example of what is not valid: 3#1,6#3.
    let alone = upper.contains('#') || upper.split(',').any(|part| part.ends_with('L'));
    if alone && upper.contains(',') {
        return Err(DAY_OF_WEEK.bad(text, "L and # stand alone, not in a list"));
    }
    if upper == "L" {
        return Ok(Days::OfWeek(vec![DAY_OF_WEEK.most]));
    }
    if let Some((day, nth)) = upper.split_once('#') {
        let weekday = DAY_OF_WEEK.value(text, day)?;
        return match nth {
            "1" | "2" | "3" | "4" | "5" => Ok(Days::NthOfWeek(weekday, nth.parse().unwrap_or(1))),
            _ => Err(DAY_OF_WEEK.bad(text, "after # comes 1 to 5")),
        };
    }
    match upper.strip_suffix('L') {
        Some(day) => Ok(Days::LastOfWeek(DAY_OF_WEEK.value(text, day)?)),
        None => Ok(Days::OfWeek(DAY_OF_WEEK.values(text)?)),
    }
}

impl Field {
    fn bad(&self, text: &str, why: &'static str) -> BadSchedule {
        BadSchedule::Field { field: self.name, text: text.to_string(), why, allowed: self.allowed }
    }

    /// All values that a list of values, ranges and steps names, in order.
    fn values(&self, text: &str) -> Result<Vec<u16>, BadSchedule> {
        let mut values = Vec::new();
        for part in text.split(',') {
            self.part(text, part, &mut values)?;
        }
        values.sort_unstable();
        values.dedup();
        Ok(values)
    }

    /// `8`, `8-17`, `*`, and each with a step: `8/2` goes on to the end of the field.
    fn part(&self, text: &str, part: &str, values: &mut Vec<u16>) -> Result<(), BadSchedule> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(self.step(text, step)?)),
            None => (part, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.least, self.most),
            Some((first, last)) => (self.value(text, first)?, self.value(text, last)?),
            None => {
                let first = self.value(text, range)?;
                (first, if step.is_some() { self.most } else { first })
            }
        };
        let step = usize::from(step.unwrap_or(1));
        if first <= last {
            values.extend((first..=last).step_by(step));
        } else if self.most == DAY_OF_WEEK.most {
            // Weeks go round: SAT-THU is in use on AWS.
            let round = (first..=self.most).chain(self.least..=last);
            values.extend(round.step_by(step));
        } else {
            return Err(self.bad(text, "a range goes up; write two, as in 22-23,0-5"));
        }
        Ok(())
    }

    fn step(&self, text: &str, step: &str) -> Result<u16, BadSchedule> {
        let most = self.most - self.least + 1;
        match number(step) {
            Some(0) => Err(self.bad(text, "a step of 0 goes nowhere")),
            Some(step) if step <= most => Ok(step),
            Some(_) => Err(self.bad(text, "the step is larger than the field")),
            None => Err(self.bad(text, "after / comes a whole number")),
        }
    }

    fn value(&self, text: &str, value: &str) -> Result<u16, BadSchedule> {
        if let Some(at) = self.names.iter().position(|name| name.eq_ignore_ascii_case(value)) {
            return Ok(self.least + u16::try_from(at).unwrap_or(0));
        }
        match number(value) {
            Some(value) if (self.least..=self.most).contains(&value) => Ok(value),
            Some(value) if value < self.least => Err(self.bad(text, "too small")),
            Some(_) => Err(self.bad(text, "too large")),
            None if value == "?" => Err(self.bad(text, "? stands alone, and for a day")),
            None if value.is_empty() => Err(self.bad(text, "a value is missing")),
            None => Err(self.bad(text, "this is no value of it")),
        }
    }
}

/// Digits alone: no sign, no more than a field can hold.
fn number(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}
