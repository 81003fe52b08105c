use super::*;
use crate::scaling::{LoadUnit, PlannedAction, Schedule, plan_actions, totals};
use crate::time::zone;
use alloc::string::{String, ToString};
use proptest::prelude::*;

const MONDAY: i64 = 4 * 86_400;

/// A load in tenths of a task, of so many minutes each, from a Unix second on.
fn load(start: i64, minutes: usize, values: &[u32]) -> Load {
    let values = values.iter().flat_map(|&value| core::iter::repeat_n(value, minutes)).collect();
    Load::new(LoadUnit::TaskUnits, start, 60, 10, values).unwrap()
}

fn service() -> Autoscaling {
    Autoscaling::between(1, 100, Ratio::ONE)
}

fn utc() -> TimeZone {
    zone("Etc/UTC").unwrap()
}

/// Counts of the first hours of a schedule of hours of the day, within a share of load over target.
#[track_caller]
fn check(values: &[u32], measure: Measure, percent: i128, want: &[u32]) {
    let load = load(0, 30, values);
    let budget = (measure, measure.allowed(&load, Ratio::new(percent, 100)));
    let schedule = ClockSchedule::fit(&load, &service(), &utc(), 1, &[budget]).unwrap();
    assert_eq!(&schedule.counts()[..want.len()], want, "{measure:?} {percent} %");
}

#[test]
fn counts_of_hours() {
    // Two half hours each: 0.5 and 1.5 tasks, 2 and 2, 0.1 and 4.
    let values = [5, 15, 20, 20, 1, 40];
    check(&values, Measure::RequestsOver, 0, &[2, 2, 4]);
    check(&values, Measure::TimeOver, 0, &[2, 2, 4]);
    check(&values, Measure::Lost, 0, &[2, 2, 4]);
    // 15 of 101 are over with a task less in the first hour; 40 with three less in the last.
    check(&values, Measure::RequestsOver, 14, &[2, 2, 4]);
    check(&values, Measure::RequestsOver, 15, &[1, 2, 4]);
    // 13.3 for each task of the last hour, 15 for that of the first, 40 for that of the second.
    check(&values, Measure::RequestsOver, 40, &[2, 2, 1]);
    check(&values, Measure::RequestsOver, 55, &[1, 2, 1]);
    check(&values, Measure::RequestsOver, 95, &[1, 1, 1]);
    // One half hour of six; then the two cheapest.
    check(&values, Measure::TimeOver, 17, &[2, 2, 1]);
    check(&values, Measure::TimeOver, 34, &[1, 2, 1]);
    // A task less loses 10 of 101 in the last hour, and 5 in the first.
    check(&values, Measure::Lost, 5, &[1, 2, 4]);
    check(&values, Measure::Lost, 15, &[1, 2, 3]);
}

#[test]
fn an_hour_that_is_not_known_is_as_the_one_before() {
    let missing = load(0, 60, &[10, 30, MISSING, 20]);
    let schedule = ClockSchedule::fit(&missing, &service(), &utc(), 1, &[]).unwrap();
    assert_eq!(schedule.counts(), [1; 24], "no budget is no limit");
    let never = (Measure::RequestsOver, 0);
    let schedule = ClockSchedule::fit(&missing, &service(), &utc(), 1, &[never]).unwrap();
    assert_eq!(schedule.counts()[..6], [1, 3, 3, 2, 2, 2]);
    let late = load(23 * 3_600, 60, &[50, 10]);
    let schedule = ClockSchedule::fit(&late, &service(), &utc(), 1, &[never]).unwrap();
    assert_eq!((schedule.counts()[23], schedule.counts()[0], schedule.counts()[22]), (5, 1, 1));
}

#[test]
fn hours_are_those_of_the_zone_and_of_the_length() {
    for (days, slots) in [(6, Slots::HourOfDay), (7, Slots::WeekdaysAndWeekends), (14, Slots::HourOfWeek)] {
        assert_eq!(Slots::of_length(days * 86_400), slots);
    }
    assert_eq!([Slots::HourOfWeek, Slots::HourOfDay].map(|slots| slots.of(125)), [125, 5]);
    assert_eq!([119, 120, 167].map(|hour| Slots::WeekdaysAndWeekends.of(hour)), [23, 24, 47]);
    // 00:00 UTC on a Monday is 19:00 of the Sunday in New York.
    let new_york = zone("America/New_York").unwrap();
    assert_eq!(hour_at(MONDAY, &new_york), (6 * 24 + 19, 3_600));
    assert_eq!(hour_at(MONDAY + 60, &utc()), (0, 3_540));
    // Half an hour off the hour.
    assert_eq!(hour_at(MONDAY, &zone("Asia/Kolkata").unwrap()), (5, 1_800));
    // Beyond all calendars.
    assert_eq!(hour_at(i64::MAX - 100, &utc()).0 % 24, 15);
}

#[test]
fn a_clock_that_changes_has_days_of_23_and_25_hours() {
    let berlin = zone("Europe/Berlin").unwrap();
    // 29 March 2026 is 23 hours long, 25 October 25; both begin at midnight in Berlin.
    for (begin, hours, doubled) in [(1_774_738_800, 23, None), (1_792_879_200, 25, Some(2))] {
        let load = load(begin, 60, &[10; 25]);
        let all: Vec<usize> = stretches(&load, hours * 3_600, &berlin).map(|hour| hour.hour_of_week % 24).collect();
        assert_eq!((all.len() as u64, all.first(), all.last()), (hours, Some(&0), Some(&23)));
        assert_eq!(all.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0]), doubled);
    }
}

/// A schedule of hours of the day in UTC: one task, and so many in some hours.
fn daily(busy: &[(usize, u32)]) -> ClockSchedule {
    let mut counts = vec![1; 24];
    for &(hour, count) in busy {
        counts[hour] = count;
    }
    ClockSchedule::new(Slots::HourOfDay, utc(), counts).unwrap()
}

#[track_caller]
fn told(schedule: &ClockSchedule, lead: u32, want: &[&str]) {
    let actions: Vec<String> =
        schedule.actions(lead).into_iter().map(|action| [action.name, action.schedule].join(" ")).collect();
    assert_eq!(actions, want);
}

#[test]
fn scheduled_actions() {
    let office = daily(&[(8, 5), (9, 5), (10, 3)]);
    assert_eq!(office.changes_a_day(), Ratio::whole(3));
    told(
        &office,
        2,
        &[
            "daily-0758-5-tasks cron(58 7 * * ? *)",
            "daily-1000-3-tasks cron(0 10 * * ? *)",
            "daily-1100-1-tasks cron(0 11 * * ? *)",
        ],
    );
    told(&daily(&[]), 2, &[]);
    // What is needed at midnight is asked for the day before.
    let mut counts = vec![1; 168];
    counts[24] = 4;
    counts[6 * 24] = 2;
    let week = ClockSchedule::new(Slots::HourOfWeek, utc(), counts).unwrap();
    assert_eq!(week.changes_a_day(), Ratio::new(4, 7));
    told(
        &week,
        1,
        &[
            "mon-2359-4-tasks cron(59 23 ? * MON *)",
            "tue-sun-0100-1-tasks cron(0 1 ? * TUE,SUN *)",
            "sat-2359-2-tasks cron(59 23 ? * SAT *)",
        ],
    );
    let office = ClockSchedule::new(Slots::WeekdaysAndWeekends, utc(), [vec![3; 24], vec![1; 24]].concat()).unwrap();
    told(&office, 0, &["mon-0000-3-tasks cron(0 0 ? * MON *)", "sat-0000-1-tasks cron(0 0 ? * SAT *)"]);
    assert_eq!(ClockSchedule::new(Slots::HourOfDay, utc(), vec![1; 23]), None);
}

#[test]
fn days_by_name() {
    for (days, names) in [
        ([0, 1, 2, 3, 4].as_slice(), Some("MON-FRI")),
        (&[0, 1, 2, 3, 4, 5, 6], None),
        (&[5, 6], Some("SAT,SUN")),
        (&[0, 1, 3, 4, 5, 6], Some("MON,TUE,THU-SAT,SUN")),
        (&[2], Some("WED")),
    ] {
        let mut set = [false; 7];
        days.iter().for_each(|&day| set[day] = true);
        assert_eq!(actions::day_names(set).as_deref(), names);
    }
}

#[test]
fn tasks_are_there_when_their_hour_begins() {
    let load = load(0, 60, &[10, 40, 40, 10]);
    let never = (Measure::RequestsOver, 0);
    let schedule = ClockSchedule::fit(&load, &service(), &utc(), 1, &[never]).unwrap();
    assert_eq!(schedule.slack(), 0);
    let figures = schedule.totals(&load, &service()).unwrap();
    assert_eq!((figures.task_seconds / 3_600, figures.peak, figures.launches), (10, 4, 3));
    let run = totals(&load, &schedule.service(&service(), &load), 0).unwrap();
    assert_eq!(run.served, figures.served);
    // Three tasks are a minute early, and drain for five.
    assert_eq!(run.task_seconds, figures.task_seconds + 3 * (60 + 300));
}

#[test]
fn a_load_may_begin_and_end_where_tasks_are_asked_for() {
    // From 07:59 to 08:59, with tasks asked for a minute before.
    let load = load(8 * 3_600 - 60, 1, &[10; 60]);
    let schedule = daily(&[(8, 5), (9, 6)]).service(&service(), &load);
    assert_eq!((schedule.start, schedule.min, schedule.max), (5, 5, 5));
    assert_eq!(schedule.scheduled.iter().map(|action| action.at).collect::<Vec<_>>(), [] as [u64; 0]);
    let schedule = daily(&[(8, 5), (9, 6)]).service(&service(), &self::load(8 * 3_600, 1, &[10; 60]));
    assert_eq!(schedule.scheduled.iter().map(|action| (action.at, action.min)).collect::<Vec<_>>(), [(3_540, Some(6))]);
}

fn values() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(prop_oneof![9 => 0_u32..60, 1 => Just(MISSING)], 4..96)
        .prop_filter("known", |values| values.iter().any(|&value| value != MISSING))
}

fn measure() -> impl Strategy<Value = Measure> {
    prop::sample::select(vec![Measure::RequestsOver, Measure::TimeOver, Measure::Lost])
}

/// The fewest task-seconds of any counts within a budget: all of them are tried.
fn brute_force(load: &Load, slots: usize, budget: (Measure, u128)) -> u64 {
    let most = crate::scaling::needed(load, &service(), load.peak()).max(1);
    let mut best = u64::MAX;
    let mut counts = vec![1; 24];
    'all: loop {
        let schedule = ClockSchedule::new(Slots::HourOfDay, utc(), counts.clone()).unwrap();
        let totals = schedule.totals(load, &service()).unwrap();
        if budget.0.of(&totals.served) <= budget.1 {
            best = best.min(totals.task_seconds);
        }
        for count in &mut counts[..slots] {
            *count += 1;
            if *count <= most {
                continue 'all;
            }
            *count = 1;
        }
        return best;
    }
}

proptest! {
    #[test]
    fn never_worse_than_its_budget(
        values in values(), percent in 0_i128..40, measure in measure(), start in 0_i64..10_000, least in 0_u32..3,
    ) {
        let load = load(start * 60, 30, &values);
        let budget = (measure, measure.allowed(&load, Ratio::new(percent, 100)));
        let schedule = ClockSchedule::fit(&load, &service(), &utc(), least, &[budget]).unwrap();
        let figures = schedule.totals(&load, &service()).unwrap();
        prop_assert!(measure.of(&figures.served) <= budget.1);
        prop_assert!(schedule.counts().iter().all(|&count| count >= least));
        prop_assert_eq!(schedule.timeline(&load).integrate(Ratio::from), Ratio::from(figures.task_seconds));
        // So does the run, whose tasks take 30 s to come.
        let run = totals(&load, &schedule.service(&service(), &load), 0).unwrap();
        prop_assert!(measure.of(&run.served) <= budget.1);
        prop_assert!(run.task_seconds >= figures.task_seconds);
    }

    #[test]
    fn near_the_best_of_all(
        values in prop::collection::vec(1_u32..45, 6), percent in 0_i128..60, measure in measure(),
    ) {
        // Three hours of two halves.
        let load = load(0, 30, &values);
        let budget = (measure, measure.allowed(&load, Ratio::new(percent, 100)));
        let schedule = ClockSchedule::fit(&load, &service(), &utc(), 1, &[budget]).unwrap();
        let cost = schedule.totals(&load, &service()).unwrap().task_seconds;
        let best = brute_force(&load, 3, budget);
        prop_assert!(best <= cost && cost <= best + schedule.slack(), "{} {} {}", best, cost, schedule.slack());
    }

    #[test]
    fn several_budgets_hold_at_once(values in values(), first in 0_i128..40, second in 0_i128..40) {
        let load = load(0, 30, &values);
        let part = |measure: Measure, percent| (measure, measure.allowed(&load, Ratio::new(percent, 100)));
        let budgets = [part(Measure::RequestsOver, first), part(Measure::Lost, second)];
        let schedule = ClockSchedule::fit(&load, &service(), &utc(), 0, &budgets).unwrap();
        let served = schedule.totals(&load, &service()).unwrap().served;
        prop_assert!(budgets.iter().all(|(measure, most)| measure.of(&served) <= *most));
    }

    #[test]
    fn what_aws_is_told_is_what_is_reckoned(
        counts in prop::collection::vec(1_u32..4, 168), start in 0_i64..20_000, launch in 0_u32..200,
    ) {
        let schedule = ClockSchedule::new(Slots::HourOfWeek, utc(), counts).unwrap();
        let load = load(start * 60, 1, &[10; 3_000]);
        let mut base = service();
        base.tasks.launch = crate::scaling::LaunchTime::Fixed(launch);
        let actions: Vec<PlannedAction> = schedule.actions(ClockSchedule::lead(&base)).into_iter().map(|action| PlannedAction {
            name: action.tasks.to_string(),
            schedule: action.schedule.parse::<Schedule>().unwrap(),
            zone: utc(),
            not_before: None,
            not_after: None,
            min: Some(action.tasks),
            max: Some(action.tasks),
        }).collect();
        let planned = plan_actions(&actions, load.start(), load.seconds()).unwrap().runs;
        let reckoned = schedule.service(&base, &load).scheduled;
        let figures = |runs: &[crate::scaling::ScheduledAction]| -> Vec<(u64, Option<u32>)> {
            runs.iter().filter(|run| run.at > 0).map(|run| (run.at, run.min)).collect()
        };
        prop_assert_eq!(figures(&planned), figures(&reckoned));
    }
}
