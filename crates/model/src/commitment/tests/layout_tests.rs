//! Patterns of several components lie to each other as they do in time.

use super::stack_tests::{book, eligible, fargate, stack, vcpu_rate};
use super::*;
use crate::estimate::estimate;
use crate::services::fargate::Tasks;
use crate::stack::Stack;
use crate::time::{DAY, HOUR, Horizon, WEEK, zone};
use crate::timeline::{Timeline, Window};
use alloc::vec;
use proptest::prelude::*;

fn window(days: &str, from: &str, to: &str, value: u32) -> Window<u32> {
    Window { days: days.parse().unwrap(), from: from.parse().unwrap(), to: to.parse().unwrap(), value }
}

fn windows(days: &str, from: &str, to: &str, in_zone: &str, horizon: Horizon) -> Timeline<u32> {
    Timeline::windows(0, &[window(days, from, to, 4)], &zone(in_zone).unwrap(), horizon).unwrap()
}

/// A stack of services that run so.
fn services(horizon: Horizon, running: &[&Timeline<u32>]) -> Stack {
    let mut of = stack(horizon, Tasks::Running(Timeline::constant(1, horizon.seconds())));
    for (at, timeline) in running.iter().enumerate() {
        of.add(["fargate.a", "fargate.b", "fargate.c"][at], fargate(Tasks::Metered((*timeline).clone())));
    }
    of
}

/// The hours in which each of the services has vCPUs, and how often they repeat.
fn hours(horizon: Horizon, running: &[&Timeline<u32>]) -> (Vec<Vec<bool>>, Ratio) {
    let stack = services(horizon, running);
    let estimate = estimate(&stack, &book(), None);
    let demand = Demand::of_stack(&stack, &estimate, eligible).unwrap();
    // What is spread over the hours is what the estimate has.
    let of_line = |row: &Row| Ratio::new(row.ticks().try_into().unwrap(), row.per_unit.into()) * demand.repeats();
    for (row, line) in demand.rows().iter().zip(&estimate.lines) {
        assert_eq!(of_line(row), line.quantity.value);
    }
    let busy = demand.rows().iter().step_by(2).skip(1).map(|row| row.hourly.iter().map(|&ticks| ticks > 0).collect());
    (busy.collect(), demand.repeats())
}

/// In how many hours both are busy.
fn both(of: &[Vec<bool>]) -> usize {
    of[0].iter().zip(&of[1]).filter(|(one, other)| **one && **other).count()
}

/// A trace whose value is 4 on Saturdays and Sundays in UTC, for so many days from a day of October 2026 on.
fn weekends(first: i64, days: i64) -> Timeline<u32> {
    let thursday = 1_790_812_800_i64; // 2026-10-01
    let value = |day: i64| if matches!((day + 3).rem_euclid(7), 5 | 6) { 4 } else { 0 };
    let steps = (first..first + days).map(|day| (DAY, value(day)));
    Timeline::steps(steps).unwrap().starting_at(thursday + first * DAY.cast_signed())
}

#[test]
fn office_hours_of_two_zones_are_apart() {
    let average = Horizon::AverageMonth;
    let tokyo = windows("mon-fri", "09:00", "17:00", "Asia/Tokyo", average);
    let york = windows("mon-fri", "09:00", "17:00", "America/New_York", average);
    let berlin = windows("mon-fri", "09:00", "17:00", "Europe/Berlin", average);
    let (apart, _) = hours(average, &[&tokyo, &york]);
    assert_eq!((apart[0].len(), both(&apart)), (168, 0));
    // 08:00 to 16:00 and 14:00 to 22:00 in UTC.
    assert_eq!(both(&hours(average, &[&berlin, &york]).0), 5 * 2);
    // A clock that is half an hour off: 03:30 to 11:30 in UTC.
    let kolkata = windows("mon-fri", "09:00", "17:00", "Asia/Kolkata", average);
    assert_eq!(both(&hours(average, &[&kolkata, &berlin]).0), 5 * 4);
    assert_eq!(hours(average, &[&kolkata]).0[0].iter().filter(|busy| **busy).count(), 5 * 9);
}

#[test]
fn traces_lie_by_their_weekdays() {
    let average = Horizon::AverageMonth;
    let shifts = windows("sat-sun", "00:00", "24:00", "Etc/UTC", average);
    // A week that begins on Wednesday.
    let week = weekends(6, 7).repeated_over(average);
    let (found, repeats) = hours(average, &[&week, &shifts]);
    assert_eq!((found[0].len(), both(&found), repeats), (168, 48, Ratio::new(730, 168)));
    // Thirty days, with which no number of weeks fits: the hours are those of the trace.
    let month = weekends(3, 30).repeated_over(average);
    let (found, _) = hours(average, &[&shifts, &month]);
    assert_eq!((found[0].len(), &found[0]), (720, &found[1]));
    // Two weeks and three weeks are six weeks.
    let (two, three) = (weekends(1, 14).repeated_over(average), weekends(2, 21).repeated_over(average));
    let (found, _) = hours(average, &[&two, &three]);
    assert_eq!((found[0].len(), &found[0]), (6 * 168, &found[1]));
}

#[test]
fn a_calendar_month_has_its_own_hours() {
    let october: Horizon = "2026-10".parse().unwrap();
    let shifts = windows("sat-sun", "00:00", "24:00", "Etc/UTC", october);
    let week = weekends(-15, 7).repeated_over(october);
    let (found, repeats) = hours(october, &[&shifts, &week]);
    assert_eq!((found[0].len(), repeats, &found[0]), (744, Ratio::ONE, &found[1]));
    // Forty days that begin in September lie by their dates, and go on by their weekdays.
    let trace = weekends(-20, 40).repeated_over(october);
    let (found, _) = hours(october, &[&shifts, &trace]);
    assert_eq!((found[0].len(), &found[0]), (744, &found[1]));
    // Alone nothing is cut off a trace.
    assert_eq!(hours(october, &[&trace]).0[0].len(), 960);
}

#[test]
fn only_what_happened_is_tried_on_the_past() {
    let average = Horizon::AverageMonth;
    let catalog = Catalog::new([(vec![vcpu_rate("0.03", "2026-01-01")], Vec::new())], None).unwrap();
    let tried = |running: &[&Timeline<u32>]| {
        let stack = services(average, running);
        let wanted = Wanted { resamples: 20, ..Wanted::default() };
        let found = propose(&stack, &estimate(&stack, &book(), None), &catalog, &wanted).unwrap();
        assert!(!found.together[0].mix.buy.is_empty());
        found.tried.first().map(|of| of.tests.iter().map(|test| (test.lookback_days, test.judged.len())).collect())
    };
    let long = weekends(0, 42).repeated_over(average);
    assert_eq!(tried(&[&long]), Some(vec![(7, 1), (7, 1)]));
    // Two weeks and three weeks are laid out over six, which nobody has seen.
    let (two, three) = (weekends(1, 14).repeated_over(average), weekends(2, 21).repeated_over(average));
    assert_eq!(tried(&[&two, &three]), None);
    assert_eq!(tried(&[&weekends(0, 36).repeated_over(average)]), None);
}

#[test]
fn patterns_that_fit_together_in_no_hours() {
    let average = Horizon::AverageMonth;
    // 9,973 hours is a prime: with a week they are 1,675,464.
    let odd = Timeline::steps([(5_000 * HOUR, 2), (4_973 * HOUR, 1)]).unwrap().repeated_over(average);
    let shifts = windows("sat-sun", "00:00", "24:00", "Etc/UTC", average);
    assert_eq!(hours(average, &[&odd, &shifts]).0[0].len(), 9_973);
    let long = Timeline::steps([(HOUR, 2), (MOST_HOURS as u64 * HOUR, 1)]).unwrap().repeated_over(average);
    let stack = services(average, &[&long, &shifts]);
    let found = Demand::of_stack(&stack, &estimate(&stack, &book(), None), eligible);
    assert_eq!(found, Err(Error::TooLarge));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Weeks of any beginning, to the second, against looking each second up.
    #[test]
    fn weeks_are_looked_up_as_they_are(
        steps in proptest::collection::vec((1_u64..200_000, 0_u32..4), 1..5),
        weeks in 1_u64..3,
        starts in proptest::array::uniform2(0_i64..1_000_000),
    ) {
        let average = Horizon::AverageMonth;
        let sum: u64 = steps.iter().map(|step| step.0).sum();
        prop_assume!(sum < weeks * WEEK);
        let made = |start: i64| {
            let steps = steps.iter().copied().chain([(weeks * WEEK - sum, 5)]);
            Timeline::steps(steps).unwrap().starting_at(start * 60).repeated_over(average)
        };
        let (one, other) = (made(starts[0]), made(starts[1]));
        let stack = services(average, &[&one, &other]);
        let demand = Demand::of_stack(&stack, &estimate(&stack, &book(), None), eligible).unwrap();
        // One hour of each, from what is known to be the same one: where the first pattern's first full hour is.
        let first = (starts[0] * 60 + 3_599).div_euclid(3_600) * 3_600;
        let at = |start: i64, second: i64| {
            let mut left = (second - start * 60).rem_euclid(i64::try_from(weeks * WEEK).unwrap()).unsigned_abs();
            for &(seconds, value) in &steps {
                if left < seconds {
                    return u64::from(value);
                }
                left -= seconds;
            }
            5
        };
        for hour in [0_i64, 1, 100, 167] {
            for (row, start) in [(2, starts[0]), (4, starts[1])] {
                let naive: u64 = (0..3_600).map(|second| at(start, first + hour * 3_600 + second)).sum();
                let row = &demand.rows()[row];
                let units = Ratio::new(row.hourly[usize::try_from(hour).unwrap()].into(), row.per_unit.into());
                // Half a vCPU a task.
                prop_assert_eq!(units, Ratio::new(naive.into(), 7_200));
            }
        }
    }
}
