//! The engine of the model against the naive clock: activity by activity, over random services.

use super::naive;
use proptest::collection::vec;
use proptest::prelude::*;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::*;

/// Loads of up to a few hours around what a few tasks of 100 ticks serve.
fn loads() -> impl Strategy<Value = Load> {
    let stretch = prop_oneof![
        6 => (0_u32..1_500).prop_map(|level| (level, 0)),
        4 => (0_u32..1_500, 1_u32..60),
        1 => Just((0, 0)),
        1 => Just((MISSING, 0)),
    ];
    let stretches = vec((stretch, 1_usize..50), 1..6);
    (prop_oneof![6 => Just(60_u32), 1 => Just(20), 1 => Just(10), 1 => Just(30)], stretches, any::<u64>())
        .prop_filter_map("a load", |(step, stretches, mut random)| {
            let mut values = Vec::new();
            for ((level, noise), minutes) in stretches {
                for _ in 0..minutes * 60 / step as usize {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    let more = if noise == 0 { 0 } else { u32::try_from(random % u64::from(noise)).unwrap() };
                    values.push(level.saturating_add(more));
                }
            }
            Load::new(LoadUnit::RequestsPerMinute, 0, step, 10, values).ok()
        })
}

fn sampling() -> impl Strategy<Value = Sampling> {
    let period = prop_oneof![4 => Just(60_u32), 2 => Just(20), 1 => Just(10), 1 => Just(30), 1 => Just(300)];
    let delay = prop_oneof![Just(60_u32), Just(0), 0_u32..300];
    (period, delay).prop_map(|(period, delay)| Sampling { period, delay })
}

fn metrics() -> impl Strategy<Value = (Metric, Sampling, u64)> {
    let percent = 50_000_u64..1_000_000;
    prop_oneof![
        4 => (sampling(), percent.clone()).prop_map(|(sampling, target)| (Metric::Cpu, sampling, target)),
        1 => (sampling(), percent, 0_u64..600_000, 0_u64..600_000)
            .prop_map(|(sampling, target, idle, busy)| (Metric::Memory { idle, busy }, sampling, target)),
        2 => (0_u32..300, 500_000_u64..9_000_000).prop_map(|(delay, target)| {
            (Metric::AlbRequestCountPerTarget, Sampling { period: 60, delay }, target)
        }),
        1 => (sampling(), 500_000_u64..9_000_000, any::<bool>()).prop_map(|(sampling, target, per_task)| {
            (Metric::Custom { series: 0, per_task }, sampling, target)
        }),
    ]
}

fn tracking() -> impl Strategy<Value = Policy> {
    let cooldown = || prop_oneof![Just(0_u32), Just(60), Just(300), 0_u32..900];
    let periods = (prop_oneof![3 => Just(3_u32), 1 => 1_u32..6], prop_oneof![3 => Just(15_u32), 1 => 1_u32..30]);
    (metrics(), periods, cooldown(), cooldown(), prop::bool::weighted(0.15)).prop_map(
        |((metric, sampling, target), (high_periods, low_periods), scale_out_cooldown, scale_in_cooldown, off)| {
            Policy::TargetTracking(TargetTracking {
                sampling,
                high_periods,
                low_periods,
                scale_out_cooldown,
                scale_in_cooldown,
                disable_scale_in: off,
                ..TargetTracking::new(metric, target)
            })
        },
    )
}

fn stepping() -> impl Strategy<Value = Policy> {
    let adjustment = prop_oneof![
        Just(Adjustment::ChangeInCapacity),
        Just(Adjustment::ExactCapacity),
        Just(Adjustment::PercentChangeInCapacity)
    ];
    let comparison = prop_oneof![
        Just(Comparison::Above),
        Just(Comparison::AtLeast),
        Just(Comparison::Below),
        Just(Comparison::AtMost)
    ];
    let statistic = prop_oneof![Just(Statistic::Average), Just(Statistic::Minimum), Just(Statistic::Maximum)];
    let steps = vec((1_i64..400_000, -60_i32..60), 1..4);
    (metrics(), adjustment, comparison, statistic, steps, 1_u32..6, 0_u32..4, 0_u32..600).prop_map(
        |((metric, sampling, threshold), adjustment, comparison, statistic, steps, periods, magnitude, cooldown)| {
            let above = matches!(comparison, Comparison::Above | Comparison::AtLeast);
            let exact = adjustment == Adjustment::ExactCapacity;
            let scale = if adjustment == Adjustment::PercentChangeInCapacity { 1 } else { 10 };
            let count = steps.len();
            let mut from = 0;
            let mut list = Vec::new();
            for (at, (width, by)) in steps.into_iter().enumerate() {
                let to = from + width;
                let last = at + 1 == count;
                let adjustment = if exact { by.abs() / 5 } else { by / scale };
                list.push(if above {
                    Step { lower: Some(from), upper: (!last).then_some(to), adjustment }
                } else {
                    Step { lower: (!last).then_some(-to), upper: Some(-from), adjustment }
                });
                from = to;
            }
            Policy::StepScaling(StepScaling {
                name: "steps".into(),
                metric,
                sampling,
                threshold,
                comparison,
                periods,
                adjustment,
                steps: list,
                statistic,
                min_magnitude: if scale == 1 && !exact { magnitude } else { 0 },
                cooldown,
            })
        },
    )
}

fn lives() -> impl Strategy<Value = TaskLife> {
    let launch = prop_oneof![
        4 => (0_u32..120).prop_map(LaunchTime::Fixed),
        1 => (0_u32..60, 0_u32..60).prop_map(|(least, more)| LaunchTime::Between(least, least + more)),
        1 => vec(0_u32..90, 1..4).prop_map(LaunchTime::Measured),
    ];
    let quota = prop_oneof![
        4 => Just(LaunchQuota::default()),
        1 => (1_u32..5, 1_u32..3, 1_u32..60).prop_map(|(burst, per_second, per_service_minute)| LaunchQuota {
            burst,
            per_second,
            per_service_minute
        }),
    ];
    let tail = (0_u32..60, prop_oneof![Just(0_u32), Just(300), 0_u32..60], 0_u32..120);
    (launch, 0_u32..40, tail, prop_oneof![Just(60_u32), Just(300)], quota).prop_map(
        |(launch, provisioning, (health_check, deregistration, stop), minimum, quota)| TaskLife {
            launch,
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

/// The common case: one target tracking policy on CPU, by the minute.
fn plain() -> impl Strategy<Value = Autoscaling> {
    let cooldown = || prop_oneof![Just(60_u32), Just(300), 0_u32..600];
    (0_u32..3, 0_u32..12, 0_u32..16, 200_000_u64..900_000, cooldown(), cooldown(), any::<Rules_>()).prop_map(
        |(min, more, start, target, scale_out_cooldown, scale_in_cooldown, rules)| {
            let policy =
                TargetTracking { scale_out_cooldown, scale_in_cooldown, ..TargetTracking::new(Metric::Cpu, target) };
            Autoscaling {
                start,
                rules: rules.0,
                over: Ratio::new(7, 10),
                ..Autoscaling::between(min, min + more, Ratio::whole(10))
            }
            .with(Policy::TargetTracking(policy))
        },
    )
}

#[derive(Clone, Copy, Debug)]
struct Rules_(Rules);

impl Arbitrary for Rules_ {
    type Parameters = ();
    type Strategy = BoxedStrategy<Rules_>;
    fn arbitrary_with((): ()) -> BoxedStrategy<Rules_> {
        let scale_in =
            prop_oneof![Just(ScaleIn::Proportional), Just(ScaleIn::OneStep), Just(ScaleIn::OneStepThenProportional)];
        let credit = prop_oneof![Just(Credit::Running), Just(Credit::Added)];
        let aggregation = prop_oneof![3 => Just(Aggregation::Evaluated), 1 => Just(Aggregation::Newest)];
        (scale_in, credit, aggregation)
            .prop_map(|(scale_in, credit, aggregation)| Rules_(Rules { scale_in, credit, aggregation }))
            .boxed()
    }
}

fn rollouts() -> impl Strategy<Value = Rollout> {
    prop_oneof![
        Just(Rollout::Rolling { minimum_healthy_percent: 100, maximum_percent: 200 }),
        (0_u32..100, 100_u32..=200).prop_map(|(minimum_healthy_percent, maximum_percent)| Rollout::Rolling {
            minimum_healthy_percent,
            maximum_percent
        }),
        (0_u32..600).prop_map(|bake| Rollout::BlueGreen { bake }),
    ]
}

/// Everything at once.
fn wild() -> impl Strategy<Value = Autoscaling> {
    let bound = || prop::option::weighted(0.7, 0_u32..14);
    let scheduled = vec((0_u64..12_000, bound(), bound()), 0..4);
    let floors = vec((0_u64..12_000, 0_u32..16, 0_u32..16), 0..3);
    let suspended = vec((0_u64..9_000, 0_u64..4_000, any::<[bool; 3]>()), 0..2);
    let deployments = vec((0_u64..12_000, rollouts()), 0..3);
    let spot = prop::option::weighted(0.2, (0_u32..=10, prop_oneof![Just(0_u32), 0_u32..600_000]));
    (
        (plain(), vec(prop_oneof![3 => tracking(), 2 => stepping()], 0..4), lives()),
        (scheduled, floors, suspended, deployments),
        (spot, 1_i128..40, 1_i128..7, prop_oneof![9 => Just(None), 1 => (0_u32..400, 0_u32..400).prop_map(Some)]),
    )
        .prop_map(
            |(
                (plain, policies, tasks),
                (mut scheduled, mut floors, suspended, mut deployments),
                (spot, p, q, large),
            )| {
                scheduled.sort_by_key(|action| action.0);
                floors.sort_by_key(|floor| floor.0);
                deployments.sort_by_key(|deployment| deployment.0);
                let (max, start) = large.unwrap_or((plain.max, plain.start));
                Autoscaling {
                    max: max.max(plain.min),
                    start,
                    capacity: Ratio::new(p, q),
                    policies,
                    scheduled: scheduled
                        .into_iter()
                        .map(|(at, min, max)| ScheduledAction { at, name: "action".into(), min, max })
                        .collect(),
                    floors: floors.into_iter().map(|(at, tasks, max)| Floor { at, tasks, max }).collect(),
                    suspended: suspended
                        .into_iter()
                        .map(|(from, long, [scale_in, scale_out, scheduled])| Suspension {
                            from,
                            to: from + long,
                            scale_in,
                            scale_out,
                            scheduled,
                        })
                        .collect(),
                    deployments: deployments.into_iter().map(|(at, rollout)| Deployment { at, rollout }).collect(),
                    tasks,
                    spot: spot
                        .map(|(share, interrupted)| SpotTasks { share: Ratio::new(share.into(), 10), interrupted }),
                    ..plain
                }
            },
        )
}

fn agree(load: &Load, service: &Autoscaling, seed: u64) -> Result<(), TestCaseError> {
    let (fast, slow) = (simulate(load, service, seed), naive::simulate(load, service, seed));
    let (fast, slow) = match (fast, slow) {
        (Ok(fast), Ok(slow)) => (fast, slow),
        (fast, slow) => {
            prop_assert_eq!(fast, slow);
            return Ok(());
        }
    };
    for (at, pair) in fast.activities.iter().zip(&slow.activities).enumerate() {
        prop_assert_eq!(
            pair.0,
            pair.1,
            "activity {} of {} (fast) and {}",
            at,
            fast.activities.len(),
            slow.activities.len()
        );
    }
    let common = fast.activities.len().min(slow.activities.len());
    prop_assert_eq!(fast.activities.get(common), slow.activities.get(common), "one has more activities");
    prop_assert_eq!(&fast, &slow);
    let figures = totals(load, service, seed).unwrap();
    let Totals { task_seconds, spot_task_seconds, launches, peak, served } = figures;
    let same = (fast.task_seconds, fast.spot_task_seconds, fast.launches, fast.peak, fast.served);
    prop_assert_eq!((task_seconds, spot_task_seconds, launches, peak, served), same);
    prop_assert_eq!(fast.billed.integrate(Ratio::from), Ratio::from(fast.task_seconds));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn plain_services_do_the_same(load in loads(), service in plain(), seed in any::<u64>()) {
        agree(&load, &service, seed)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn wild_services_do_the_same(load in loads(), custom in loads(), service in wild(), seed in any::<u64>()) {
        // A series of its own, cut or repeated to the length of the load.
        let steps = usize::try_from(load.seconds() / u64::from(custom.step())).unwrap();
        let values = custom.values().iter().copied().cycle().take(steps).collect();
        let Ok(custom) = Load::new(LoadUnit::RequestsPerMinute, 0, custom.step(), 10, values) else { return Ok(()) };
        agree(&load, &Autoscaling { custom: vec![custom], ..service }, seed)?;
    }
}

/// A service that slept and woke within the delay of its datapoints: that there are none of the minutes
/// in which it slept is seen when it is awake again.
#[test]
fn a_short_sleep_is_seen_later() {
    let values = vec![vec![9; 20], vec![0; 30], vec![13, 14, 2, 4, 6, 8], vec![40; 30]].concat();
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
                agree(&load, &service.with(Policy::TargetTracking(policy)), 0).unwrap();
            }
        }
    }
}
