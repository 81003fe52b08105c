//! What a service does without policies: a fixed count, and the best count for each hour of the clock.

use super::{Autoscaling, Load, MISSING, ScheduledAction, Suspension};
use crate::exact::Ratio;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

const HOUR: u64 = 3_600;
const WEEK_HOURS: u64 = 168;

/// The same service with so many tasks all the time: no policies, actions or forecasts.
#[must_use]
pub fn fixed(service: &Autoscaling, tasks: u32) -> Autoscaling {
    Autoscaling {
        min: tasks,
        max: tasks,
        start: tasks,
        policies: Vec::new(),
        custom: Vec::new(),
        scheduled: Vec::new(),
        floors: Vec::new(),
        suspended: Vec::<Suspension>::new(),
        ..service.clone()
    }
}

/// How many tasks keep so much load at or below target.
#[must_use]
pub fn needed(load: &Load, service: &Autoscaling, value: u32) -> u32 {
    let each = service.capacity * Ratio::from(load.ticks()) * service.over;
    let tasks = (Ratio::from(value) / each).ceil();
    tasks.to_whole().and_then(|tasks| u32::try_from(tasks).ok()).unwrap_or(super::policy::MOST_TASKS)
}

/// A count for each hour of a clock, fitted to a load in hindsight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockSchedule {
    /// The count of each slot.
    pub slots: Vec<u32>,
    /// The service that keeps it, by scheduled actions.
    pub service: Autoscaling,
}

impl ClockSchedule {
    /// What its slots are: hours of the day, of weekdays and of weekends, or of the week.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.slots.len() {
            24 => "by the hour of the day",
            48 => "by the hour of weekdays and of weekends",
            _ => "by the hour of the week",
        }
    }
}

/// The least of clock schedules that serves a load: all of it, and with at most `budget` ticks of load
/// (times seconds) over target.
///
/// Slots are the hours of the week for a load of two weeks or more, of weekdays and of weekends for one
/// of a week or more, else of the day; in UTC. From counts with nothing over target it goes down, slot
/// by slot, where a task-hour saved brings the least load over target, while the budget holds: a greedy
/// choice, which may be a little above the least. Tasks are started early enough to serve when their
/// hour begins.
#[must_use]
pub fn clock_schedule(load: &Load, service: &Autoscaling, budget: u128) -> ClockSchedule {
    let weeks = load.seconds() / (WEEK_HOURS * HOUR);
    let count = match weeks {
        0 => 24,
        1 => 48,
        _ => 168,
    };
    let slot_of = |second: u64| -> usize {
        // 1970-01-01 was a Thursday; weeks begin on Monday.
        let since = load.start().rem_euclid(604_800).unsigned_abs() + second + 3 * 24 * HOUR;
        let hour = since / HOUR % WEEK_HOURS;
        let slot = match count {
            24 => hour % 24,
            48 => hour % 24 + if hour >= 5 * 24 { 24 } else { 0 },
            _ => hour,
        };
        usize::try_from(slot).unwrap_or(0)
    };
    let step = u64::from(load.step());
    // Of each slot: how long it is in all, and the load that needs so many tasks.
    let mut lengths = vec![0_u64; count];
    let mut loads: Vec<BTreeMap<u32, u128>> = vec![BTreeMap::new(); count];
    for (at, &value) in load.values().iter().enumerate() {
        let slot = slot_of(at as u64 * step);
        lengths[slot] += step;
        if value != MISSING {
            *loads[slot].entry(needed(load, service, value)).or_default() += u128::from(value) * u128::from(step);
        }
    }
    // Below this a slot would lose load.
    let all = Autoscaling { over: Ratio::ONE, ..service.clone() };
    let mut least = vec![0_u32; count];
    for (at, &value) in load.values().iter().enumerate().filter(|(_, value)| **value != MISSING) {
        let slot = slot_of(at as u64 * step);
        least[slot] = least[slot].max(needed(load, &all, value));
    }
    let mut slots: Vec<u32> = loads.iter().map(|of| of.keys().next_back().copied().unwrap_or(0)).collect();
    let mut left = budget;
    loop {
        // The next lower count of a slot, what it saves, and what it costs.
        let step_down = |slot: usize| {
            let now = slots[slot];
            let next = loads[slot].range(..now).next_back().map_or(0, |below| *below.0);
            let cost = loads[slot].get(&now).copied().unwrap_or(0);
            (now > next && next >= least[slot])
                .then(|| (slot, next, u128::from(now - next) * u128::from(lengths[slot]), cost))
        };
        let steps = (0..count).filter_map(step_down).filter(|(_, _, saved, cost)| *cost <= left && *saved > 0);
        // The least load over target for what is saved; the first of equals.
        let best =
            steps.reduce(
                |best, next| {
                    if next.3.saturating_mul(best.2) < best.3.saturating_mul(next.2) { next } else { best }
                },
            );
        let Some((slot, next, _, cost)) = best else { break };
        left -= cost;
        slots[slot] = next;
    }
    let lead = u64::from(service.tasks.launch.longest()) + u64::from(service.tasks.health_check);
    let mut service = fixed(service, slots[slot_of(0)]);
    let mut before = service.start;
    let first = (HOUR - load.start().rem_euclid(3_600).unsigned_abs()) % HOUR;
    for hour in (first..load.seconds()).step_by(3_600) {
        let tasks = slots[slot_of(hour)];
        if tasks != before {
            let at = if tasks > before { hour.saturating_sub(lead) } else { hour };
            service.scheduled.push(ScheduledAction {
                at,
                name: format!("{tasks} tasks"),
                min: Some(tasks),
                max: Some(tasks),
            });
            before = tasks;
        }
    }
    ClockSchedule { slots, service }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaling::{LoadUnit, totals};
    use proptest::prelude::*;

    fn service() -> Autoscaling {
        Autoscaling { over: Ratio::new(1, 2), ..Autoscaling::between(1, 20, Ratio::whole(10)) }
    }

    fn day(value: impl Fn(u32) -> u32) -> Load {
        Load::new(LoadUnit::RequestsPerMinute, 0, 60, 1, (0..1_440).map(|minute| value(minute / 60)).collect()).unwrap()
    }

    #[test]
    fn counts_that_are_needed() {
        let load = day(|_| 1);
        for (value, want) in [(0, 0), (1, 1), (5, 1), (6, 2), (50, 10), (51, 11)] {
            assert_eq!(needed(&load, &service(), value), want, "{value}");
        }
    }

    #[test]
    fn a_square_day() {
        let load = day(|hour| if (9..17).contains(&hour) { 50 } else { 5 });
        let schedule = clock_schedule(&load, &service(), 0);
        assert_eq!(
            schedule.slots,
            (0..24).map(|hour| if (9..17).contains(&hour) { 10 } else { 1 }).collect::<Vec<u32>>()
        );
        let figures = totals(&load, &schedule.service, 0).unwrap();
        assert_eq!(figures.served.seconds_over, 0);
        // Nine tasks run 30 s early, and drain for 300 s.
        assert_eq!(figures.task_seconds, 86_400 + 9 * (8 * 3_600 + 30 + 300));
    }

    proptest! {
        #[test]
        fn a_budget_is_kept(values in proptest::collection::vec(0_u32..100, 24), budget in 0_u128..500_000) {
            let load = day(|hour| values[hour as usize]);
            // Without lead, drain or launch what is served is what was fitted.
            let mut service = service();
            service.tasks.launch = crate::scaling::LaunchTime::Fixed(0);
            let schedule = clock_schedule(&load, &service, budget);
            let served = totals(&load, &schedule.service, 0).unwrap().served;
            prop_assert!(served.load_over <= budget, "{} over", served.load_over);
            let never = clock_schedule(&load, &service, 0);
            prop_assert!(schedule.slots.iter().sum::<u32>() <= never.slots.iter().sum::<u32>());
        }
    }
}
