//! The engine against the naive implementation: the same course of every service, and the same figures.

use super::naive;
use super::services::second_by_second;
use super::strategies::{Case, anything, common, small};
use proptest::prelude::*;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::*;
use stackcost_model::timeline::Timeline;

/// So many cases, or what `PROPTEST_CASES` says.
fn cases(usual: u32) -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: wanted.unwrap_or(usual), max_shrink_iters: 2_000, ..ProptestConfig::default() }
}

/// The first place where two lists differ, with its neighbours in both.
fn first_difference<T: PartialEq + std::fmt::Debug>(naive: &[T], engine: &[T]) -> Option<String> {
    let place = (0..naive.len().max(engine.len())).find(|&at| naive.get(at) != engine.get(at))?;
    let around = |list: &[T]| {
        let shown = (place.saturating_sub(1)..=place + 1).filter_map(|at| Some(format!("  {at}: {:?}", list.get(at)?)));
        shown.collect::<Vec<String>>().join("\n")
    };
    Some(format!("from {place} on\nnaive:\n{}\nengine:\n{}", around(naive), around(engine)))
}

fn same_counts(what: &str, naive: &Timeline<u32>, engine: &Timeline<u32>) -> Result<(), TestCaseError> {
    if naive != engine {
        // Only now, as it is much.
        let difference = first_difference(&second_by_second(naive), &second_by_second(engine));
        prop_assert!(false, "{} differ second by second, {}", what, difference.unwrap_or_default());
    }
    Ok(())
}

fn engine_is_as_naive(case: &Case) -> Result<(), TestCaseError> {
    let Case { load, service, seed } = case;
    let expected = naive::simulate(load, service, *seed);
    prop_assert!(expected.is_ok(), "a case that cannot be: {:?}", expected);
    let (expected, run) = (expected.expect("checked"), simulate(load, service, *seed));
    prop_assert!(run.is_ok(), "{:?}", run);
    let run = run.expect("checked");
    let difference = first_difference(&expected.activities, &run.activities);
    prop_assert!(difference.is_none(), "activities differ {}", difference.unwrap_or_default());
    same_counts("running tasks", &expected.running, &run.running)?;
    same_counts("billed tasks", &expected.billed, &run.billed)?;
    let difference = first_difference(&expected.latencies, &run.latencies);
    prop_assert!(difference.is_none(), "latencies differ {}", difference.unwrap_or_default());
    prop_assert_eq!(&expected.served, &run.served);
    prop_assert_eq!(&expected, &run);
    prop_assert_eq!(totals(load, service, *seed), Ok(Totals::from(&run)), "totals are those of the run");
    Ok(())
}

/// What holds of every run, whoever made it.
fn hangs_together(service: &Autoscaling, run: &Run) -> Result<(), TestCaseError> {
    let mut desired = service.start;
    for activity in &run.activities {
        prop_assert_eq!(activity.from, desired, "each goes on from where the last one left it: {:?}", activity);
        prop_assert!(activity.outcome == Outcome::Successful || activity.from == activity.to);
        desired = activity.to;
    }
    prop_assert!(run.activities.is_sorted_by_key(|activity| activity.at));
    prop_assert_eq!(run.billed.integrate(Ratio::from), Ratio::from(run.task_seconds));
    prop_assert_eq!(run.running.seconds(), Ratio::from(run.seconds));
    prop_assert!(run.spot_task_seconds <= run.task_seconds);
    prop_assert!(run.served.lost <= run.served.load && run.served.load_over <= run.served.load);
    for latency in &run.latencies {
        prop_assert!(latency.breach <= latency.decided);
        prop_assert!(latency.served.is_none_or(|served| served >= latency.decided));
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn the_common_case_is_as_naive(case in common()) {
        engine_is_as_naive(&case)?;
    }

    #[test]
    fn anything_is_as_naive(case in anything()) {
        engine_is_as_naive(&case)?;
    }
}

proptest! {
    #![proptest_config(cases(3_000))]

    #[test]
    fn small_services_are_as_naive(case in small()) {
        engine_is_as_naive(&case)?;
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn every_run_hangs_together(case in prop_oneof![common(), anything(), small()]) {
        hangs_together(&case.service, &naive::simulate(&case.load, &case.service, case.seed).expect("a run"))?;
        hangs_together(&case.service, &simulate(&case.load, &case.service, case.seed).expect("a run"))?;
    }
}

/// A service that slept and woke within the delay of its datapoints: that there are none of the minutes
/// in which it slept is seen when it is awake again.
#[test]
fn a_short_sleep_is_seen_later() {
    let values = [vec![9; 20], vec![0; 30], vec![13, 14, 2, 4, 6, 8], vec![40; 30]].concat();
    let load = Load::new(LoadUnit::RequestsPerMinute, 0, 60, 10, values).unwrap();
    for delay in (0..=300).step_by(30) {
        for launch in [0, 30] {
            let sampling = Sampling { period: 60, delay };
            let policy = TargetTracking {
                sampling,
                scale_out_cooldown: 0,
                scale_in_cooldown: 2_100,
                ..TargetTracking::new(Metric::Cpu, 96_296)
            };
            for sleeps in 44..56 {
                let service = Autoscaling {
                    start: 2,
                    tasks: TaskLife { launch: LaunchTime::Fixed(launch), ..TaskLife::default() },
                    ..Autoscaling::between(0, 7, Ratio::new(9, 2))
                };
                let policy = TargetTracking { scale_in_cooldown: sleeps * 60 - 2_160, ..policy.clone() };
                let service = service.with(Policy::TargetTracking(policy));
                engine_is_as_naive(&Case { load: load.clone(), service, seed: 0 }).unwrap();
            }
        }
    }
}
