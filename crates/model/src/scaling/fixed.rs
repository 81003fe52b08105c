//! A service without policies: as many tasks all the time, and what of a load they leave over target.

use super::meter::Capacity;
use super::policy::MOST_TASKS;
use super::{Autoscaling, Impossible, Load, MISSING, Served};
use crate::exact::Ratio;
use alloc::vec::Vec;

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
        suspended: Vec::new(),
        ..service.clone()
    }
}

/// How many tasks keep so much load at or below target.
#[must_use]
pub fn needed(load: &Load, service: &Autoscaling, value: u32) -> u32 {
    let each = service.capacity * Ratio::from(load.ticks()) * service.over;
    let tasks = (Ratio::from(value) / each).ceil();
    tasks.to_whole().and_then(|tasks| u32::try_from(tasks).ok()).unwrap_or(MOST_TASKS)
}

/// What of a load is not served as it should be, and counted against a limit. What is missing of a
/// load counts for nothing in any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Load that came in seconds over target, of all load: [`Served::requests_over`].
    RequestsOver,
    /// Seconds over target, of all seconds: [`Served::time_over`].
    TimeOver,
    /// Load that was lost, of all load: [`Served::lost`].
    Lost,
}

impl Measure {
    /// How much of it there was: ticks of the load times seconds, or seconds.
    #[must_use]
    pub fn of(self, served: &Served) -> u128 {
        match self {
            Measure::RequestsOver => served.load_over,
            Measure::TimeOver => served.seconds_over.into(),
            Measure::Lost => served.lost,
        }
    }

    /// The part of all that it was, 0 to 1.
    #[must_use]
    pub fn part(self, served: &Served) -> Ratio {
        match self {
            Measure::RequestsOver => served.requests_over(),
            Measure::TimeOver => served.time_over(),
            Measure::Lost => served.lost(),
        }
    }

    /// The most of it that is no more than `part` of a load: a whole number, cut.
    #[must_use]
    pub fn allowed(self, load: &Load, part: Ratio) -> u128 {
        let (known, sum) = load.known();
        let all = match self {
            Measure::TimeOver => u128::from(known),
            Measure::RequestsOver | Measure::Lost => sum,
        };
        let all = i128::try_from(all * u128::from(load.step())).unwrap_or(i128::MAX);
        let most = Ratio::new(all, 1) * part;
        if most.is_too_large() {
            return u128::MAX;
        }
        u128::try_from(most.ticks().div_euclid(most.per_unit())).unwrap_or(0)
    }
}

/// What a count of tasks, all healthy, can serve of a load: two limits in whole ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// The least load that is over target.
    pub over: u32,
    /// The most load of which nothing is lost.
    pub serves: u32,
}

/// The limits of a service over a load, by the count of its healthy tasks.
#[derive(Clone, Copy)]
pub(super) struct Ruler {
    capacity: Capacity,
    over: Ratio,
}

impl Ruler {
    pub fn new(load: &Load, service: &Autoscaling) -> Result<Ruler, Impossible> {
        if service.over <= Ratio::ZERO || service.over > Ratio::ONE {
            return Err(Impossible::Over);
        }
        Ok(Ruler { capacity: Capacity::new(load, service)?, over: service.over })
    }

    pub fn limits(self, tasks: u32) -> Limits {
        Limits { over: self.capacity.more_than(self.over, tasks), serves: self.capacity.serves(tasks) }
    }

    /// The fewest tasks for which `enough` holds, once it holds for all counts above one.
    pub fn fewest(self, enough: impl Fn(Limits) -> bool) -> Result<u32, Impossible> {
        let (mut few, mut many) = (0, MOST_TASKS);
        if !enough(self.limits(many)) {
            return Err(Impossible::TooManyTasks(many.saturating_add(1)));
        }
        while few < many {
            let middle = few + (many - few) / 2;
            if enough(self.limits(middle)) {
                many = middle;
            } else {
                few = middle + 1;
            }
        }
        Ok(few)
    }
}

impl Limits {
    /// Adds steps of a load to what was served, each so many seconds long.
    pub fn tally(self, values: &[u32], step: u32, served: &mut Served) {
        let (mut over, mut load_over, mut lost, mut load, mut known) = (0_u64, 0_u128, 0_u128, 0_u128, 0_u64);
        for &value in values.iter().filter(|&&value| value != MISSING) {
            known += 1;
            load += u128::from(value);
            if value >= self.over {
                over += 1;
                load_over += u128::from(value);
                // What is lost is over target, too: the target is at most all that can be served.
                lost += u128::from(value.saturating_sub(self.serves));
            }
        }
        let seconds = u128::from(step);
        served.seconds += known * u64::from(step);
        served.seconds_over += over * u64::from(step);
        served.load += load * seconds;
        served.load_over += load_over * seconds;
        served.lost += lost * seconds;
    }
}

/// How many of so many tasks are on Spot: a new task goes there while fewer than the share are there,
/// and the newest leave first, so of any count it is the share, cut.
pub(super) fn on_spot(service: &Autoscaling, tasks: u32) -> u32 {
    let share = service.spot.map_or(Ratio::ZERO, |spot| spot.share) * Ratio::from(tasks);
    if share.is_too_large() {
        return 0;
    }
    u32::try_from(share.ticks().div_euclid(share.per_unit())).unwrap_or(0).min(tasks)
}

/// The fewest tasks, at least `least`, with which no measure is above its most (see
/// [`Measure::allowed`]). None of them is taken to be on Spot and lost.
///
/// # Errors
/// A capacity or a bar that is none, and when it takes more tasks than a service can have.
pub fn fewest(load: &Load, service: &Autoscaling, least: u32, budgets: &[(Measure, u128)]) -> Result<u32, Impossible> {
    let ruler = Ruler::new(load, service)?;
    let within = |limits: Limits| {
        let mut served = Served::default();
        limits.tally(load.values(), load.step(), &mut served);
        budgets.iter().all(|(measure, most)| measure.of(&served) <= *most)
    };
    Ok(ruler.fewest(within)?.max(least))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaling::{LoadUnit, SpotTasks, totals};
    use proptest::prelude::*;

    /// Minutes of load in tenths of a task, on tasks held to `over` percent.
    fn setting(values: &[u32], over: i128) -> (Load, Autoscaling) {
        let load = Load::new(LoadUnit::TaskUnits, 0, 60, 10, values.to_vec()).unwrap();
        (load, Autoscaling { over: Ratio::new(over, 100), ..Autoscaling::between(0, 100, Ratio::ONE) })
    }

    /// What so many tasks all the time leave of a load.
    fn left(load: &Load, service: &Autoscaling, tasks: u32) -> Served {
        let mut served = Served::default();
        Ruler::new(load, service).unwrap().limits(tasks).tally(load.values(), load.step(), &mut served);
        served
    }

    /// Minutes over, and tenths of a task over and lost (times a minute), with so many tasks.
    #[track_caller]
    fn check(values: &[u32], over: i128, tasks: u32, want: (u64, u128, u128)) {
        let (load, service) = setting(values, over);
        let served = left(&load, &service, tasks);
        assert_eq!((served.seconds_over / 60, served.load_over / 60, served.lost / 60), want);
    }

    #[test]
    fn as_many_all_the_time() {
        let load = [5, 14, 15, 40, MISSING, 0];
        check(&load, 100, 2, (1, 40, 20));
        // At 70 % two tasks are to do 1.4: 14 is not over, 15 is.
        check(&load, 70, 2, (2, 55, 20));
        check(&load, 70, 0, (4, 74, 74));
        check(&load, 100, 4, (0, 0, 0));
        check(&load, 70, 5, (1, 40, 0));
        check(&load, 70, 6, (0, 0, 0));
    }

    #[test]
    fn what_is_never_over_target() {
        for (value, over, want) in [(40, 100, 4), (40, 70, 6), (41, 100, 5), (0, 50, 0), (1, 100, 1), (7, 70, 1)] {
            let (load, service) = setting(&[value], over);
            assert_eq!(needed(&load, &service, value), want, "{value} at {over} %");
            assert_eq!(fewest(&load, &service, 0, &[(Measure::TimeOver, 0)]), Ok(want));
        }
    }

    #[test]
    fn what_keeps_to_a_budget() {
        let (load, service) = setting(&[5, 15, 25, 35], 100);
        let fewest = |measure, most: u128| fewest(&load, &service, 1, &[(measure, most * 60)]).unwrap();
        assert_eq!(fewest(Measure::RequestsOver, 34), 4);
        assert_eq!(fewest(Measure::RequestsOver, 35), 3);
        assert_eq!(fewest(Measure::TimeOver, 2), 2);
        assert_eq!(fewest(Measure::Lost, 20), 2);
        assert_eq!(fewest(Measure::Lost, 1_000), 1, "at least the least");
        assert_eq!(Measure::RequestsOver.allowed(&load, Ratio::new(1, 3)), 80 * 60 / 3);
        assert_eq!(Measure::TimeOver.allowed(&load, Ratio::new(1, 7)), 34, "240 s / 7, cut");
    }

    #[test]
    fn a_share_is_on_spot() {
        let (_, mut service) = setting(&[10], 100);
        service.spot = Some(SpotTasks { share: Ratio::new(2, 3), interrupted: 0 });
        assert_eq!([0, 1, 2, 3, 4, 5, 6].map(|tasks| on_spot(&service, tasks)), [0, 0, 1, 2, 2, 3, 4]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let (load, service) = setting(&[2_000_000_000], 100);
        let never = [(Measure::TimeOver, 0)];
        assert_eq!(fewest(&load, &service, 0, &never), Err(Impossible::TooManyTasks(100_001)));
        let none = Autoscaling { capacity: Ratio::ZERO, ..service.clone() };
        assert_eq!(fewest(&load, &none, 0, &never), Err(Impossible::Capacity));
        let none = Autoscaling { over: Ratio::ZERO, ..service };
        assert_eq!(fewest(&load, &none, 0, &never), Err(Impossible::Over));
    }

    proptest! {
        #[test]
        fn what_is_reckoned_is_what_a_run_comes_to(
            values in prop::collection::vec(0_u32..100, 1..50), tasks in 0_u32..12, over in 1_i128..=100,
            share in 0_i128..=4,
        ) {
            let (load, mut service) = setting(&values, over);
            service.spot = Some(SpotTasks { share: Ratio::new(share, 4), interrupted: 0 });
            let run = totals(&load, &fixed(&service, tasks), 0).unwrap();
            prop_assert_eq!(run.served, left(&load, &service, tasks));
            prop_assert_eq!(run.task_seconds, load.seconds() * u64::from(tasks));
            prop_assert_eq!(run.spot_task_seconds, load.seconds() * u64::from(on_spot(&service, tasks)));
        }

        #[test]
        fn one_task_less_than_needed_is_over_target(values in prop::collection::vec(0_u32..100, 1..50), over in 1_i128..=100) {
            let (load, service) = setting(&values, over);
            let needed = needed(&load, &service, load.peak());
            prop_assert_eq!(left(&load, &service, needed).seconds_over, 0);
            if let Some(fewer) = needed.checked_sub(1) {
                prop_assert!(left(&load, &service, fewer).seconds_over > 0);
            }
            prop_assert_eq!(fewest(&load, &service, 0, &[(Measure::RequestsOver, 0)]), Ok(needed));
        }
    }
}
