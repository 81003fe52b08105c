//! A schedule as Application Auto Scaling is told it: scheduled actions.
//!
//! Each sets the least and the most capacity to one count, when that changes. More tasks are asked for
//! before their hour, by as many whole minutes as they take to launch and become healthy (59 at most);
//! fewer when the hour begins. Actions of the same time and count are one, on several days.

use super::{ClockSchedule, Stretch, stretches};
use crate::scaling::{Autoscaling, Load, ScheduledAction, fixed};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// A scheduled action that recurs (`PutScheduledAction`), by the clock of the schedule's zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockAction {
    /// `ScheduledActionName`.
    pub name: String,
    /// `Schedule`: a cron expression.
    pub schedule: String,
    /// `MinCapacity` and `MaxCapacity`.
    pub tasks: u32,
}

const DAYS: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
const WEEK_MINUTES: usize = 7 * 24 * 60;

/// Days as cron names them, rows of three or more as ranges; none for every day.
pub(super) fn day_names(days: [bool; 7]) -> Option<String> {
    if days == [true; 7] {
        return None;
    }
    let mut names = String::new();
    let mut day = 0;
    while day < 7 {
        // A week of cron begins on Sunday, so no range goes over it.
        let row = days.iter().take(6).skip(day).take_while(|&&on| on).count().max(usize::from(days[day]));
        let part = match row {
            0 => String::new(),
            1 => DAYS[day].into(),
            2 => format!("{},{}", DAYS[day], DAYS[day + 1]),
            _ => format!("{}-{}", DAYS[day], DAYS[day + row - 1]),
        };
        if !names.is_empty() && !part.is_empty() {
            names.push(',');
        }
        names.push_str(&part);
        day += row.max(1);
    }
    Some(names)
}

impl ClockSchedule {
    /// How long before its hour more tasks are asked for, in minutes.
    #[must_use]
    pub fn lead(service: &Autoscaling) -> u32 {
        let seconds = service.tasks.launch.longest().saturating_add(service.tasks.health_check);
        seconds.div_ceil(60).min(59)
    }

    /// The scheduled actions, in order of the week; none when the count never changes.
    #[must_use]
    pub fn actions(&self, lead: u32) -> Vec<ClockAction> {
        let lead = usize::try_from(lead).unwrap_or(0).min(59);
        // What happens at a minute of the day: its days, and to how many tasks.
        let mut told: Vec<(usize, u32, [bool; 7])> = Vec::new();
        for hour in 0..168 {
            let (before, count) = (self.count_at(hour + 167), self.count_at(hour));
            if before == count {
                continue;
            }
            let early = if count > before { lead } else { 0 };
            let minute = (hour * 60 + WEEK_MINUTES - early) % WEEK_MINUTES;
            let (day, minute) = (minute / 1_440, minute % 1_440);
            match told.iter_mut().find(|(at, tasks, _)| (*at, *tasks) == (minute, count)) {
                Some((_, _, days)) => days[day] = true,
                None => {
                    let mut days = [false; 7];
                    days[day] = true;
                    told.push((minute, count, days));
                }
            }
        }
        // Those of many days first, then in the order of the day.
        told.sort_by_key(|&(minute, tasks, days)| (Reverse(days), minute, tasks));
        let actions = told.into_iter().map(|(minute, tasks, days)| {
            let (hour, minute) = (minute / 60, minute % 60);
            let (days, word) = match day_names(days) {
                None => (String::from("* * ?"), String::from("daily")),
                Some(names) => (format!("? * {names}"), names.replace(',', "-").to_ascii_lowercase()),
            };
            ClockAction {
                name: format!("{word}-{hour:02}{minute:02}-{tasks}-tasks"),
                schedule: format!("cron({minute} {hour} {days} *)"),
                tasks,
            }
        });
        actions.collect()
    }

    /// The service with this schedule in place of its policies, actions and forecasts: as many tasks as
    /// it says, least and most, asked for [`ClockSchedule::lead`] before they are needed. It begins with
    /// those of its first moment.
    #[must_use]
    pub fn service(&self, service: &Autoscaling, load: &Load) -> Autoscaling {
        let (seconds, step) = (load.seconds(), u64::from(load.step()));
        let lead = u64::from(ClockSchedule::lead(service)) * 60;
        // Within the load tasks may be asked for that are needed after it.
        let mut hours = stretches(load, seconds + lead, &self.zone);
        let mut count = hours.next().map_or(0, |first| self.count_at(first.hour_of_week));
        let mut start = count;
        let mut scheduled: Vec<ScheduledAction> = Vec::new();
        for Stretch { from, hour_of_week, .. } in hours {
            let next = self.count_at(hour_of_week);
            let at = (from as u64 * step).saturating_sub(if next > count { lead } else { 0 });
            if next != count && at == 0 {
                start = next;
            } else if next != count && at < seconds {
                scheduled.push(ScheduledAction { at, name: format!("{next} tasks"), min: Some(next), max: Some(next) });
            }
            count = next;
        }
        scheduled.sort_by_key(|action| action.at);
        Autoscaling { scheduled, ..fixed(service, start) }
    }
}
