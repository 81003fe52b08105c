//! Random loads and services: the common one (a target tracking policy on CPU, by the minute),
//! anything that can be, and small ones, where edges meet.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::*;

/// A service, its load, and a seed for what is drawn.
#[derive(Clone, Debug)]
pub struct Case {
    pub load: Load,
    pub service: Autoscaling,
    pub seed: u64,
}

/// A stretch of a load, in thousandths of what is usual.
#[derive(Clone, Debug)]
enum Stretch {
    Constant(u32),
    /// So many minutes at the first, then as many at the second.
    Wave(usize, u32, u32),
    Ramp(u32, u32),
    /// A generator's start, and the most it gives.
    Noise(u32, u32),
    Missing,
}

fn stretch() -> impl Strategy<Value = Stretch> {
    prop_oneof![
        3 => (0_u32..1_500).prop_map(Stretch::Constant),
        1 => Just(Stretch::Constant(0)),
        2 => (1_usize..30, 0_u32..500, 0_u32..2_000).prop_map(|(minutes, low, high)| Stretch::Wave(minutes, low, high)),
        2 => (0_u32..1_500, 0_u32..1_500).prop_map(|(from, to)| Stretch::Ramp(from, to)),
        2 => (any::<u32>(), 1_u32..2_000).prop_map(|(start, most)| Stretch::Noise(start, most)),
        1 => Just(Stretch::Missing),
    ]
}

/// Stretches of so many minutes each.
type Shape = Vec<(usize, Stretch)>;

fn shape() -> impl Strategy<Value = Shape> {
    vec((prop_oneof![3 => 1_usize..30, 1 => 30_usize..150], stretch()), 1..8)
}

/// The shape laid over so many minutes, again and again, in steps of so many seconds; `None` is missing.
fn lay(shape: &Shape, minutes: usize, step: u32) -> Vec<Option<u32>> {
    let per_minute = (60 / step) as usize;
    let mut values = Vec::new();
    while values.len() < minutes * per_minute {
        for (length, stretch) in shape {
            let steps = length * per_minute;
            let mut noise = 0;
            for at in 0..steps {
                values.push(match *stretch {
                    Stretch::Constant(level) => Some(level),
                    Stretch::Wave(half, low, high) => {
                        Some(if (at / (half * per_minute)).is_multiple_of(2) { high } else { low })
                    }
                    Stretch::Ramp(from, to) => {
                        let (at, steps) = (at as i64, steps as i64);
                        let level = i64::from(from) + (i64::from(to) - i64::from(from)) * at / steps;
                        Some(u32::try_from(level).expect("a level"))
                    }
                    Stretch::Noise(start, most) => {
                        // A linear congruential generator: any will do, and it shrinks with its start.
                        noise = if at == 0 { start } else { noise };
                        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        Some((noise >> 8) % most)
                    }
                    Stretch::Missing => None,
                });
            }
        }
    }
    values.truncate(minutes * per_minute);
    values
}

/// A load of this shape; its usual value is so many thousandths of a tick.
fn load(unit: LoadUnit, shape: &Shape, minutes: usize, step: u32, ticks: u64, usual: u128) -> Load {
    let value = |level: u32| u32::try_from(u128::from(level) * usual / 1_000_000).unwrap_or(MOST).min(MOST);
    let mut values: Vec<u32> =
        lay(shape, minutes, step).into_iter().map(|level| level.map_or(MISSING, value)).collect();
    if values.iter().all(|&value| value == MISSING) {
        values[0] = value(1_000);
    }
    Load::new(unit, 0, step, ticks, values).expect("a load")
}

fn minutes() -> impl Strategy<Value = usize> {
    prop_oneof![8 => 20_usize..60, 3 => 60_usize..180, 1 => 180_usize..480]
}

fn ticks() -> impl Strategy<Value = u64> {
    select(vec![1_u64, 7, 100, 1_000, 1_000_000])
}

fn capacity() -> impl Strategy<Value = Ratio> {
    let odd = (1_i128..2_000, prop_oneof![4 => 1_i128..100, 1 => 4_000_i128..30_000]);
    let odd = odd.prop_map(|(of, parts)| Ratio::new(of, parts));
    prop_oneof![2 => select(vec![Ratio::ONE, Ratio::new(3, 2), Ratio::whole(600), Ratio::new(1_000, 7)]), 1 => odd]
}

fn step() -> impl Strategy<Value = u32> {
    prop_oneof![8 => select(vec![10_u32, 20, 60]), 1 => select(vec![1_u32, 5, 12, 30])]
}

/// The seconds of a cooldown.
fn cooldown() -> impl Strategy<Value = u32> {
    prop_oneof![3 => select(vec![0_u32, 30, 60, 120, 300, 600]), 1 => 0_u32..=900]
}

fn delay() -> impl Strategy<Value = u32> {
    prop_oneof![3 => select(vec![0_u32, 15, 18, 60, 150, 300]), 1 => 0_u32..=300]
}

fn rules() -> impl Strategy<Value = Rules> {
    (
        select(vec![ScaleIn::Proportional, ScaleIn::OneStep, ScaleIn::OneStepThenProportional]),
        select(vec![Credit::Running, Credit::Added]),
        select(vec![Aggregation::Evaluated, Aggregation::Newest]),
    )
        .prop_map(|(scale_in, credit, aggregation)| Rules { scale_in, credit, aggregation })
}

fn over() -> impl Strategy<Value = Ratio> {
    select(vec![Ratio::ONE, Ratio::new(7, 10), Ratio::new(2, 3), Ratio::new(1, 7)])
}

/// A load for a service of about so many tasks.
fn load_for(tasks: u32, capacity: Ratio, ticks: u64) -> u128 {
    let per_task = capacity.ticks().unsigned_abs() * u128::from(ticks) * 1_000_000 / capacity.per_unit().unsigned_abs();
    // `lay` counts in thousandths.
    per_task * u128::from(tasks) / 1_000
}

/// The common case: CPU at a target, by the minute.
pub fn common() -> impl Strategy<Value = Case> {
    let bounds = (0_u32..4, 0_u32..=10, 0_u32..=13, any::<bool>());
    let policy = (30_u64..=95, cooldown(), cooldown(), delay(), prop::bool::weighted(0.1));
    let life = (0_u32..120, select(vec![0_u32, 0, 20, 90]), select(vec![0_u32, 30, 300]), 0_u32..40);
    let asked = (shape(), minutes(), step(), ticks(), capacity(), 1_u32..=12);
    (bounds, policy, life, asked, rules(), over(), any::<u64>()).prop_map(
        |(bounds, policy, life, (shape, minutes, step, ticks, capacity, tasks), rules, over, seed)| {
            let (min, more, start, within) = bounds;
            let mut service = Autoscaling::between(min, min + more, capacity);
            service.start = if within { start.clamp(min, min + more) } else { start };
            let (target, scale_out_cooldown, scale_in_cooldown, delay, disable_scale_in) = policy;
            service.policies = vec![Policy::TargetTracking(TargetTracking {
                scale_out_cooldown,
                scale_in_cooldown,
                disable_scale_in,
                sampling: Sampling { period: 60, delay },
                ..TargetTracking::new(Metric::Cpu, target * 10_000)
            })];
            let (launch, health_check, deregistration, provisioning) = life;
            service.tasks.launch = LaunchTime::Fixed(launch);
            service.tasks = TaskLife { health_check, deregistration, provisioning, ..service.tasks };
            (service.rules, service.over) = (rules, over);
            let usual = load_for(tasks, capacity, ticks);
            let load = load(LoadUnit::TaskUnits, &shape, minutes, step, ticks, usual);
            Case { load, service, seed }
        },
    )
}

/// A metric, and what it is compared with, in millionths of what is usual of it.
fn watched() -> impl Strategy<Value = (Metric, Sampling, u64)> {
    (metric(), period(), delay(), level()).prop_map(|(metric, period, delay, level)| {
        let period = if metric == Metric::AlbRequestCountPerTarget { period.max(60) } else { period };
        (metric, Sampling { period, delay }, level)
    })
}

fn metric() -> impl Strategy<Value = Metric> {
    prop_oneof![
        4 => Just(Metric::Cpu),
        2 => (0_u64..=600_000, 0_u64..=1_000_000).prop_map(|(idle, busy)| Metric::Memory { idle, busy }),
        2 => Just(Metric::AlbRequestCountPerTarget),
        3 => (0_usize..2, any::<bool>()).prop_map(|(series, per_task)| Metric::Custom { series, per_task }),
    ]
}

fn period() -> impl Strategy<Value = u32> {
    prop_oneof![4 => Just(60_u32), 3 => Just(20), 1 => Just(10), 1 => Just(30), 2 => select(vec![120_u32, 300, 900])]
}

fn level() -> impl Strategy<Value = u64> {
    prop_oneof![3 => (1_u64..=20).prop_map(|twentieths| twentieths * 50_000), 1 => 1_u64..=1_000_000]
}

fn tracking() -> impl Strategy<Value = Policy> {
    let high = prop_oneof![4 => Just(3_u32), 2 => 1_u32..6, 1 => Just(30)];
    let low = prop_oneof![3 => Just(15_u32), 3 => 1_u32..6, 1 => Just(30)];
    (watched(), high, low, cooldown(), cooldown(), prop::bool::weighted(0.15)).prop_map(
        |((metric, sampling, target), high_periods, low_periods, scale_out_cooldown, scale_in_cooldown, disabled)| {
            Policy::TargetTracking(TargetTracking {
                sampling,
                high_periods,
                low_periods,
                scale_out_cooldown,
                scale_in_cooldown,
                disable_scale_in: disabled,
                ..TargetTracking::new(metric, target)
            })
        },
    )
}

/// Steps without gaps: bounds, and whether there is a step below the first and above the last.
fn step_adjustments(adjustment: Adjustment) -> impl Strategy<Value = Vec<Step>> {
    let by = match adjustment {
        Adjustment::ChangeInCapacity => prop_oneof![20 => -4_i32..=8, 1 => Just(i32::MAX), 1 => Just(i32::MIN)].boxed(),
        Adjustment::ExactCapacity => prop_oneof![20 => 0_i32..=15, 1 => Just(i32::MAX)].boxed(),
        Adjustment::PercentChangeInCapacity => {
            prop_oneof![20 => -100_i32..=200, 1 => Just(i32::MAX), 1 => Just(i32::MIN)].boxed()
        }
    };
    let bound =
        prop_oneof![2 => (-10_i64..=10).prop_map(|twentieths| twentieths * 50_000), 1 => -500_000_i64..=500_000];
    let bounds = proptest::collection::btree_set(bound, 1..5);
    (bounds, vec(by, 6), any::<bool>(), any::<bool>()).prop_map(|(bounds, by, below, above)| {
        let bounds: Vec<i64> = bounds.into_iter().collect();
        let mut spans: Vec<(Option<i64>, Option<i64>)> =
            bounds.windows(2).map(|pair| (Some(pair[0]), Some(pair[1]))).collect();
        if below {
            spans.push((None, bounds.first().copied()));
        }
        if above || spans.is_empty() {
            spans.push((bounds.last().copied(), None));
        }
        spans.into_iter().zip(by).map(|((lower, upper), adjustment)| Step { lower, upper, adjustment }).collect()
    })
}

fn by_steps() -> impl Strategy<Value = Policy> {
    let kinds = vec![Adjustment::ChangeInCapacity, Adjustment::ExactCapacity, Adjustment::PercentChangeInCapacity];
    let steps = select(kinds).prop_flat_map(|kind| (Just(kind), step_adjustments(kind)));
    let comparison = select(vec![Comparison::Above, Comparison::AtLeast, Comparison::Below, Comparison::AtMost]);
    let statistic = select(vec![Statistic::Average, Statistic::Minimum, Statistic::Maximum]);
    (watched(), steps, comparison, statistic, 1_u32..=5, prop_oneof![2 => Just(0_u32), 1 => 1_u32..5], cooldown())
        .prop_map(
            |((metric, sampling, threshold), (adjustment, steps), comparison, statistic, periods, least, cooldown)| {
                let percent = adjustment == Adjustment::PercentChangeInCapacity;
                Policy::StepScaling(StepScaling {
                    name: "steps".into(),
                    metric,
                    sampling,
                    threshold,
                    comparison,
                    periods,
                    adjustment,
                    steps,
                    statistic,
                    min_magnitude: if percent { least } else { 0 },
                    cooldown,
                })
            },
        )
}

fn life() -> impl Strategy<Value = TaskLife> {
    let launch = prop_oneof![
        3 => (0_u32..200).prop_map(LaunchTime::Fixed),
        1 => Just(LaunchTime::Fixed(0)),
        2 => (0_u32..60, 0_u32..100).prop_map(|(least, more)| LaunchTime::Between(least, least + more)),
        2 => vec(0_u32..150, 1..6).prop_map(LaunchTime::Measured),
    ];
    let quota = prop_oneof![
        3 => Just(LaunchQuota::default()),
        1 => (1_u32..20, 1_u32..5, 1_u32..100).prop_map(|(burst, per_second, per_service_minute)| {
            LaunchQuota { burst, per_second, per_service_minute }
        }),
    ];
    let waits = (select(vec![0_u32, 0, 30, 120, 400]), select(vec![0_u32, 0, 15, 90]), option::of(90_u32..200));
    let ends = (select(vec![0_u32, 30, 300]), select(vec![0_u32, 30, 120]), select(vec![60_u32, 60, 0, 300]));
    (launch, quota, waits, ends).prop_map(|(launch, quota, waits, ends)| {
        let ((provisioning, health_check, grace), (deregistration, stop, minimum)) = (waits, ends);
        TaskLife { launch, provisioning, health_check, grace, deregistration, stop, minimum, quota }
    })
}

fn spot() -> impl Strategy<Value = SpotTasks> {
    let share = prop_oneof![1 => Just(Ratio::ONE), 3 => (0_i128..=7).prop_map(|of| Ratio::new(of, 7))];
    (share, select(vec![0_u32, 50_000, 500_000, 1_000_000]))
        .prop_map(|(share, interrupted)| SpotTasks { share, interrupted })
}

fn rollout() -> impl Strategy<Value = Rollout> {
    prop_oneof![
        2 => (select(vec![0_u32, 50, 66, 99, 100]), select(vec![101_u32, 120, 150, 200])).prop_map(|(least, most)| {
            Rollout::Rolling { minimum_healthy_percent: least, maximum_percent: most }
        }),
        1 => (0_u32..100).prop_map(|least| Rollout::Rolling { minimum_healthy_percent: least, maximum_percent: 100 }),
        2 => prop_oneof![Just(0_u32), 1_u32..1_200].prop_map(|bake| Rollout::BlueGreen { bake }),
    ]
}

/// A second of the run, or soon after; often a whole minute, so that things meet.
fn at() -> impl Strategy<Value = u64> + Clone {
    prop_oneof![3 => (0_u64..60).prop_map(|minute| minute * 60), 1 => 0_u64..10_000]
}

/// None half the time, else up to so many.
fn half_the_time<S: Strategy>(one: S, most: usize) -> impl Strategy<Value = Vec<S::Value>> {
    option::of(vec(one, 1..=most)).prop_map(Option::unwrap_or_default)
}

type Events = (Vec<ScheduledAction>, Vec<Floor>, Vec<Suspension>, Vec<Deployment>);

/// What moves bounds and stops policies, all in order of time.
fn events(at: impl Strategy<Value = u64> + Clone + 'static) -> impl Strategy<Value = Events> {
    let action = (at.clone(), option::of(0_u32..10), option::of(0_u32..16))
        .prop_map(|(at, min, max)| ScheduledAction { at, name: format!("at {at}"), min, max });
    let floor = (at.clone(), prop_oneof![Just(0_u32), 0_u32..16], prop_oneof![Just(0_u32), 0_u32..20])
        .prop_map(|(at, tasks, max)| Floor { at, tasks, max });
    let suspension =
        (at.clone(), prop_oneof![1 => 0_u64..3, 4 => 0_u64..4_000], any::<bool>(), any::<bool>(), any::<bool>())
            .prop_map(|(from, length, scale_in, scale_out, scheduled)| Suspension {
                from,
                to: from + length,
                scale_in,
                scale_out,
                scheduled,
            });
    let deployment = (at, rollout()).prop_map(|(at, rollout)| Deployment { at, rollout });
    let (actions, floors) = (half_the_time(action, 5), half_the_time(floor, 4));
    let (suspensions, deployments) = (half_the_time(suspension, 2), half_the_time(deployment, 3));
    (actions, floors, suspensions, deployments).prop_map(|(mut actions, mut floors, suspensions, mut deployments)| {
        actions.sort_by_key(|action| action.at);
        floors.sort_by_key(|floor| floor.at);
        deployments.sort_by_key(|deployment| deployment.at);
        // Of those of one second some come twice.
        if let Some(first) = actions.first().cloned().filter(|first| first.min.is_some()) {
            actions.insert(1, ScheduledAction { min: None, max: first.min, ..first });
        }
        (actions, floors, suspensions, deployments)
    })
}

/// The least, the most, and how many at the start, which may lie outside; a few are large enough to
/// meet launch quotas.
fn bounds() -> impl Strategy<Value = (u32, u32, u32)> {
    prop_oneof![
        12 => (0_u32..5, 0_u32..=8, 0_u32..=14).prop_map(|(min, more, start)| (min, min + more, start)),
        1 => (0_u32..100, 0_u32..=300, 0_u32..=300).prop_map(|(min, more, start)| (min, min + more, start)),
    ]
}

/// Anything that can be.
pub fn anything() -> impl Strategy<Value = Case> {
    let policies = vec(prop_oneof![3 => tracking(), 2 => by_steps()], 0..=4);
    let asked = (shape(), minutes(), step(), ticks(), capacity(), any::<bool>(), 300_u32..1_500);
    let customs = vec((shape(), step(), ticks(), select(vec![700_u128, 1_000, 5_000])), 2);
    let rest = (life(), option::weighted(0.3, spot()), rules(), over());
    (bounds(), policies, asked, customs, events(at()), rest, any::<u64>()).prop_map(
        |((min, max, start), mut policies, asked, customs, events, rest, seed)| {
            let (shape, minutes, step, ticks, capacity, by_requests, part) = asked;
            let unit = if by_requests { LoadUnit::RequestsPerMinute } else { LoadUnit::TaskUnits };
            for policy in &mut policies {
                fit(policy, unit, capacity);
            }
            let mut service = Autoscaling::between(min, max, capacity);
            service.start = start;
            service.policies = policies;
            service.custom = customs
                .iter()
                .map(|(shape, step, ticks, thousandths)| {
                    load(LoadUnit::TaskUnits, shape, minutes, *step, *ticks, u128::from(*ticks) * thousandths)
                })
                .collect();
            (service.scheduled, service.floors, service.suspended, service.deployments) = events;
            (service.tasks, service.spot, service.rules, service.over) = rest;
            // As much as the most tasks serve, more or less.
            let usual = load_for(max.max(2), capacity, ticks) * u128::from(part) / 1_000;
            let load = load(unit, &shape, minutes, step, ticks, usual);
            Case { load, service, seed }
        },
    )
}

/// Seeds with which a Spot task of the start is taken back in second 0, if it is sure to be within the
/// hour; with the last, a second one in second 1.
pub const TAKEN_BACK_AT_ONCE: [u64; 4] = [8_519, 16_985, 18_967, 195_720];

/// Ticks of a load: nothing, missing, the most that can be, what tasks serve exactly, or any.
fn small_values(most: usize) -> impl Strategy<Value = Vec<u32>> {
    let value = prop_oneof![
        4 => select(vec![0_u32, 0, MISSING, MOST, 100, 200, 1, 99, 101]),
        4 => (0_u32..8).prop_map(|half| half * 50),
        3 => 0_u32..400,
    ];
    let values = prop_oneof![
        1 => vec(value.clone(), 1),
        2 => vec(value.clone(), 2..=most),
        // The same for long, so that alarms go off.
        3 => (vec((value, 2_usize..12), 1..=4)).prop_map(|runs| {
            runs.into_iter().flat_map(|(value, times)| vec![value; times]).collect::<Vec<u32>>()
        }),
    ];
    values.prop_map(move |mut values| {
        values.truncate(most);
        values
    })
}

/// Launches, waits and quotas of 0 and 1, among others.
fn small_life() -> impl Strategy<Value = TaskLife> {
    let launch = select(vec![
        LaunchTime::Fixed(0),
        LaunchTime::Fixed(0),
        LaunchTime::Fixed(1),
        LaunchTime::Fixed(59),
        LaunchTime::Fixed(60),
        LaunchTime::Between(0, 1),
        LaunchTime::Between(7, 7),
        LaunchTime::Measured(vec![0, 2, 61]),
    ]);
    let quota = select(vec![(1_u32, 1_u32, 1_u32), (1, 1, 1), (1, 1, 60), (2, 1, 30), (100, 20, 1), (100, 20, 500)]);
    let waits = (select(vec![0_u32, 0, 1, 60]), select(vec![0_u32, 0, 1, 30]), option::of(30_u32..40));
    let ends = (select(vec![0_u32, 1, 300]), select(vec![0_u32, 1, 120]), select(vec![0_u32, 1, 60]));
    (launch, quota, waits, ends).prop_map(|(launch, (burst, per_second, per_service_minute), waits, ends)| {
        let ((provisioning, health_check, grace), (deregistration, stop, minimum)) = (waits, ends);
        let quota = LaunchQuota { burst, per_second, per_service_minute };
        TaskLife { launch, provisioning, health_check, grace, deregistration, stop, minimum, quota }
    })
}

/// A policy whose alarms need few datapoints, which come soon.
fn small_policy() -> impl Strategy<Value = Policy> {
    let few = || select(vec![1_u32, 1, 2, 3]);
    let sampling = (select(vec![10_u32, 10, 20, 60]), select(vec![0_u32, 0, 0, 1, 60]));
    let cooldowns = (select(vec![0_u32, 0, 1, 30, 60]), select(vec![0_u32, 0, 1, 30, 60]));
    (prop_oneof![3 => tracking(), 2 => by_steps()], few(), few(), sampling, cooldowns).prop_map(
        |(mut policy, first, second, (period, delay), (out, back))| {
            let requests = policy.metric().0 == Metric::AlbRequestCountPerTarget;
            let sampling = Sampling { period: if requests { 60 } else { period }, delay };
            match &mut policy {
                Policy::TargetTracking(policy) => {
                    (policy.high_periods, policy.low_periods, policy.sampling) = (first, second, sampling);
                    (policy.scale_out_cooldown, policy.scale_in_cooldown) = (out, back);
                }
                Policy::StepScaling(policy) => {
                    (policy.periods, policy.sampling, policy.cooldown) = (first, sampling, out);
                }
            }
            policy
        },
    )
}

/// Services of a few tasks over some minutes or less, where edges meet: bounds of 0, quotas of 1, no
/// delays, loads of one step, tasks that are taken back at once.
pub fn small() -> impl Strategy<Value = Case> {
    let bounds = (select(vec![0_u32, 0, 0, 1, 2]), select(vec![0_u32, 0, 1, 3]), 0_u32..4);
    let asked = (select(vec![1_u32, 5, 10, 20, 60]), small_values(25), any::<bool>());
    let customs = vec(small_values(25), 2);
    let seed = prop_oneof![2 => any::<u64>(), 1 => select(TAKEN_BACK_AT_ONCE.to_vec())];
    let share = select(vec![Ratio::ONE, Ratio::ONE, Ratio::new(1, 2), Ratio::ZERO]);
    let spot = (share, select(vec![1_000_000_u32, 1_000_000, 500_000, 0]));
    let spot = spot.prop_map(|(share, interrupted)| SpotTasks { share, interrupted });
    let at = prop_oneof![3 => select(vec![0_u64, 0, 1, 10, 59, 60, 61]), 2 => 0_u64..600];
    let rest = (small_life(), option::of(spot), rules(), over());
    (bounds, vec(small_policy(), 0..=2), asked, customs, events(at), rest, seed).prop_map(
        |((min, more, start), mut policies, (step, values, by_requests), customs, events, rest, seed)| {
            let unit = if by_requests { LoadUnit::RequestsPerMinute } else { LoadUnit::TaskUnits };
            // As long as the load, over and over.
            let as_long = |of: &[u32]| {
                let mut of: Vec<u32> = of.iter().copied().cycle().take(values.len()).collect();
                if of.iter().all(|&value| value == MISSING) {
                    of[0] = 100;
                }
                Load::new(unit, 0, step, 100, of).expect("a load")
            };
            for policy in &mut policies {
                fit(policy, unit, Ratio::ONE);
            }
            let mut service = Autoscaling { start, ..Autoscaling::between(min, min + more, Ratio::ONE) };
            service.policies = policies;
            service.custom = customs.iter().map(|custom| as_long(custom)).collect();
            (service.scheduled, service.floors, service.suspended, service.deployments) = events;
            (service.tasks, service.spot, service.rules, service.over) = rest;
            Case { load: as_long(&values), service, seed }
        },
    )
}

/// Makes a policy one that a service with such a load can have, with a target in reach.
fn fit(policy: &mut Policy, unit: LoadUnit, capacity: Ratio) {
    let (metric, compared) = match policy {
        Policy::TargetTracking(policy) => (&mut policy.metric, &mut policy.target),
        Policy::StepScaling(policy) => (&mut policy.metric, &mut policy.threshold),
    };
    if *metric == Metric::AlbRequestCountPerTarget {
        if unit == LoadUnit::RequestsPerMinute {
            let part = Ratio::new((*compared).into(), 1) * capacity;
            *compared = u64::try_from(part.ticks() / part.per_unit()).expect("a target").max(1);
        } else {
            *metric = Metric::Cpu;
        }
    }
}
