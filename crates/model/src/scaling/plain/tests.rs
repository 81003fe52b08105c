//! The fast path against the engine: the same figures for any plain service.

use crate::exact::Ratio;
use crate::scaling::*;
use alloc::vec;
use alloc::vec::Vec;
use proptest::collection::vec;
use proptest::prelude::*;

/// A day or less around what a few tasks of 100 ticks serve: stretches that are level, noisy, or rise.
fn loads() -> impl Strategy<Value = Load> {
    let noise = prop_oneof![Just(0_u32), 1_u32..60, 1_u32..500];
    let calm = (0_u32..1_500, noise.clone(), -6_i32..6, 1_usize..200);
    let nothing = Just((0, 0, 0, 40));
    // So restless that it is about turns within cooldowns.
    let restless = (0_u32..1_500, noise, -60_i32..60, 1_usize..25);
    let stretches = prop_oneof![
        vec(prop_oneof![9 => calm, 1 => nothing], 1..8),
        vec(prop_oneof![9 => restless, 1 => nothing], 1..60),
    ];
    (stretches, any::<u64>()).prop_map(|(stretches, seed)| {
        let mut random = seed | 1;
        let mut values = Vec::new();
        for (level, noise, slope, minutes) in stretches {
            for minute in 0..i32::try_from(minutes).unwrap() {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let more = u32::try_from(random % u64::from(noise + 1)).unwrap();
                values.push(level.saturating_add_signed(slope * minute) + more);
            }
        }
        Load::new(LoadUnit::RequestsPerMinute, 0, 60, 10, values).unwrap()
    })
}

fn policies() -> impl Strategy<Value = TargetTracking> {
    let metric = prop_oneof![
        6 => (50_000_u64..=1_000_000).prop_map(|target| (Metric::Cpu, target)),
        1 => (50_000_u64..1_000_000, 0_u64..600_000, 0_u64..=1_000_000)
            .prop_map(|(target, idle, busy)| (Metric::Memory { idle, busy }, target)),
        2 => (500_000_u64..9_000_000).prop_map(|target| (Metric::AlbRequestCountPerTarget, target)),
    ];
    let delay = prop_oneof![3 => Just(60_u32), 1 => Just(0), 2 => 0_u32..=300];
    let periods = (prop_oneof![2 => Just(3_u32), 1 => 1_u32..=30], prop_oneof![2 => Just(15_u32), 1 => 1_u32..=30]);
    let cooldown = || prop_oneof![Just(0_u32), Just(60), Just(300), 0_u32..900];
    (metric, delay, periods, cooldown(), cooldown(), prop::bool::weighted(0.1)).prop_map(
        |((metric, target), delay, (high_periods, low_periods), scale_out_cooldown, scale_in_cooldown, off)| {
            TargetTracking {
                sampling: Sampling { period: 60, delay },
                high_periods,
                low_periods,
                scale_out_cooldown,
                scale_in_cooldown,
                disable_scale_in: off,
                ..TargetTracking::new(metric, target)
            }
        },
    )
}

fn lives() -> impl Strategy<Value = TaskLife> {
    let seconds = || prop_oneof![2 => Just(0_u32), 2 => Just(60), 4 => 0_u32..70, 1 => 0_u32..400];
    let quota = prop_oneof![
        3 => Just(LaunchQuota::default()),
        // So tight that launches are delayed now and then.
        1 => (1_u32..12, 1_u32..3, 1_u32..12).prop_map(|(burst, per_second, per_service_minute)| LaunchQuota {
            burst,
            per_second,
            per_service_minute
        }),
    ];
    let rest = (seconds(), prop_oneof![Just(300_u32), seconds()], seconds(), prop_oneof![Just(60_u32), 0_u32..600]);
    (prop_oneof![2 => Just(30_u32), 3 => seconds()], seconds(), rest, quota).prop_map(
        |(launch, provisioning, (health_check, deregistration, stop, minimum), quota)| TaskLife {
            launch: LaunchTime::Fixed(launch),
            provisioning,
            health_check,
            grace: None,
            deregistration,
            stop,
            minimum,
            quota,
        },
    )
}

fn rules() -> impl Strategy<Value = Rules> {
    let scale_in =
        prop_oneof![Just(ScaleIn::Proportional), Just(ScaleIn::OneStep), Just(ScaleIn::OneStepThenProportional)];
    let credit = prop_oneof![Just(Credit::Running), Just(Credit::Added)];
    let aggregation = prop_oneof![3 => Just(Aggregation::Evaluated), 1 => Just(Aggregation::Newest)];
    (scale_in, credit, aggregation).prop_map(|(scale_in, credit, aggregation)| Rules { scale_in, credit, aggregation })
}

fn services() -> impl Strategy<Value = Autoscaling> {
    let most = prop_oneof![4 => 0_u32..14, 1 => 0_u32..300];
    (0_u32..4, most, 0_u32..16, policies(), lives(), rules(), (1_i128..40, 1_i128..4, 1_i128..=10)).prop_map(
        |(min, more, start, policy, tasks, rules, (capacity, per, over))| Autoscaling {
            start,
            over: Ratio::new(over, 10),
            tasks,
            rules,
            ..Autoscaling::between(min, min + more, Ratio::new(capacity, per)).with(Policy::TargetTracking(policy))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn plain_services_come_to_what_the_engine_says(load in loads(), service in services()) {
        let run = simulate(&load, &service, 0).unwrap();
        if let Some(fast) = super::totals(&load, &service).unwrap() {
            prop_assert_eq!(fast.0, Totals::from(&run));
            let counts = run.activities.iter().map(|done| done.to).chain([service.start]);
            prop_assert_eq!(fast.1, (counts.clone().min().unwrap(), counts.max().unwrap()));
        }
        prop_assert_eq!(totals(&load, &service, 0).unwrap(), Totals::from(&run));
    }
}

/// A few days, with stretches long enough that services with other bounds come to the same state.
fn days() -> impl Strategy<Value = Load> {
    vec((0_u32..1_500, prop_oneof![Just(0_u32), 1_u32..200], 30_usize..400), 3..14).prop_map(|stretches| {
        let mut random = 7_u64;
        let mut values = Vec::new();
        for (level, noise, minutes) in stretches {
            for _ in 0..minutes {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                values.push(level + u32::try_from(random % u64::from(noise + 1)).unwrap());
            }
        }
        Load::new(LoadUnit::RequestsPerMinute, 0, 60, 10, values).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn services_between_several_bounds_come_to_what_each_comes_to_alone(
        load in days(), service in services(), bounds in vec((0_u32..6, 0_u32..14), 1..12),
    ) {
        let services: Vec<Autoscaling> = bounds
            .iter()
            .map(|&(min, more)| {
                let max = min + more;
                Autoscaling { min, max, start: service.start.clamp(min, max), ..service.clone() }
            })
            .collect();
        if let Some(found) = super::totals_between(&load, &services).unwrap() {
            for (service, found) in services.iter().zip(found) {
                let alone = super::totals(&load, service).unwrap().map(|(totals, _)| totals);
                prop_assert_eq!(found, alone);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    // A millionth more or less would seldom show in a year's figures.
    #[test]
    fn datapoints_are_exact(load in 0..=MOST, tasks in 1_u32..5_000, service in services(), whole in any::<bool>()) {
        // A load that fills a part of the tasks, often without a rest.
        let load = if whole { load / 1_000_000 * tasks } else { load };
        let grid = Load::new(LoadUnit::RequestsPerMinute, 0, 60, 10, vec![load.min(MOST)]).unwrap();
        let capacity = super::Capacity::new(&grid, &service).unwrap();
        let mut plain = super::Plain::new(&grid, &service, capacity).unwrap();
        let row = plain.row(tasks);
        let exact = capacity.value(plain.policy.metric, load, tasks, tasks);
        prop_assert_eq!(Some(plain.value(&row, load)), exact);
    }
}

/// A week of waves with noise, in tasks of 600 requests a minute.
fn week() -> Load {
    let mut random = 7_u64;
    let values = (0..7 * 1_440_u32).map(|minute| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let degrees = minute % 1_440 / 8;
        let wave = 4_000 * degrees * (180 - degrees) / (40_500 - degrees * (180 - degrees));
        (400 + wave) * (950 + u32::try_from(random % 101).unwrap()) / 1_000
    });
    Load::new(LoadUnit::RequestsPerMinute, 0, 60, 1, values.collect()).unwrap()
}

#[test]
fn the_common_service_is_plain() {
    let (load, policy) = (week(), TargetTracking::new(Metric::Cpu, 600_000));
    let service = Autoscaling::between(1, 12, Ratio::whole(600)).with(Policy::TargetTracking(policy));
    let run = simulate(&load, &service, 0).unwrap();
    assert!(run.launches > 20, "{}", run.launches);
    assert_eq!(super::totals(&load, &service).map(|found| found.map(|found| found.0)), Ok(Some(Totals::from(&run))));
}

#[test]
fn others_are_not() {
    let load = Load::new(LoadUnit::TaskUnits, 0, 60, 10, vec![50; 40]).unwrap();
    let policy = TargetTracking::new(Metric::Cpu, 500_000);
    let plain = Autoscaling::between(1, 20, Ratio::ONE).with(Policy::TargetTracking(policy.clone()));
    let fast = |load: &Load, service: &Autoscaling| super::totals(load, service).unwrap().is_some();
    assert!(fast(&load, &plain));
    let life = |tasks| Autoscaling { tasks, ..plain.clone() };
    let quota = |burst, per_second, per_service_minute| {
        let quota = LaunchQuota { burst, per_second, per_service_minute };
        fast(&load, &life(TaskLife { quota, ..TaskLife::default() }))
    };
    // 1 task is busy at 100 %, and becomes 2, 4, 8, 16, of which the last 8 are launched at once.
    let most = simulate(&load, &plain, 0)
        .unwrap()
        .activities
        .iter()
        .map(|done| done.to.saturating_sub(done.from))
        .max()
        .unwrap();
    for (limits, want) in [(most, true), (most - 1, false)] {
        assert_eq!(quota(limits, 500, 500), want, "{limits} at once");
        assert_eq!(quota(500, 500, limits), want, "{limits} a minute");
    }
    assert!(!fast(&load, &life(TaskLife { launch: LaunchTime::Between(1, 2), ..TaskLife::default() })));
    let two = plain.clone().with(Policy::TargetTracking(policy.clone()));
    let none = Autoscaling { policies: vec![], ..plain.clone() };
    let sampling = Sampling { period: 120, delay: 60 };
    let slow =
        Autoscaling { policies: vec![Policy::TargetTracking(TargetTracking { sampling, ..policy })], ..plain.clone() };
    let spot = Autoscaling { spot: Some(SpotTasks { share: Ratio::ZERO, interrupted: 0 }), ..plain.clone() };
    let floors = Autoscaling { floors: vec![Floor { at: 0, tasks: 1, max: 0 }], ..plain.clone() };
    let action = ScheduledAction { at: 9, name: "night".into(), min: None, max: Some(3) };
    let scheduled = Autoscaling { scheduled: vec![action], ..plain.clone() };
    let suspension = Suspension { from: 0, to: 9, scale_in: true, scale_out: true, scheduled: true };
    let suspended = Autoscaling { suspended: vec![suspension], ..plain.clone() };
    let rollout = Rollout::BlueGreen { bake: 1 };
    let deployed = Autoscaling { deployments: vec![Deployment { at: 9, rollout }], ..plain.clone() };
    for other in [two, none, slow, spot, floors, scheduled, suspended, deployed] {
        assert!(!fast(&load, &other), "{other:?}");
    }
    let gaps = Load::new(LoadUnit::TaskUnits, 0, 60, 10, vec![50, MISSING, 50]).unwrap();
    let fine = Load::new(LoadUnit::TaskUnits, 0, 20, 10, vec![50; 40]).unwrap();
    assert!(!fast(&gaps, &plain) && !fast(&fine, &plain));
    let backwards = Autoscaling { min: 9, max: 8, ..plain };
    assert_eq!(super::totals(&load, &backwards), Err(Impossible::Bounds { min: 9, max: 8 }));
}
