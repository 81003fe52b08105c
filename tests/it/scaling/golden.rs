//! What AWS documents and others measured, by the numbers: on the engine and on the naive clock.

use super::naive;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::*;

/// Load in hundredths of a task, minute by minute.
fn load(minutes: &[u32]) -> Load {
    Load::new(LoadUnit::TaskUnits, 0, 60, 100, minutes.to_vec()).unwrap()
}

fn tracking(target: Micro) -> TargetTracking {
    TargetTracking { scale_out_cooldown: 60, ..TargetTracking::new(Metric::Cpu, target) }
}

fn service(min: u32, max: u32, policy: TargetTracking) -> Autoscaling {
    Autoscaling::between(min, max, Ratio::ONE).with(Policy::TargetTracking(policy))
}

/// The run, which must be the same on both.
fn run(load: &Load, service: &Autoscaling) -> Run {
    let run = simulate(load, service, 0).unwrap();
    assert_eq!(naive::simulate(load, service, 0).unwrap(), run);
    run
}

/// `(second, new count)` of what was done.
fn steps(run: &Run) -> Vec<(u64, u32)> {
    run.activities.iter().filter(|one| one.from != one.to).map(|one| (one.at, one.to)).collect()
}

fn refusals(run: &Run) -> Vec<NotScaled> {
    let why = |one: &Activity| match one.outcome {
        Outcome::NotScaled(why) => Some(why),
        Outcome::Successful => None,
    };
    run.activities.iter().filter_map(why).collect()
}

/// The load test of the reference scenario: five tasks' worth of work on two tasks. A metric that ends
/// at 100 % lets one activity grow by 100/70 (Segment, "When AWS Autoscale Doesn't").
#[test]
fn a_capped_metric_grows_by_its_target() {
    let minutes = run(&load(&[500; 12]), &service(2, 10, tracking(700_000)));
    assert_eq!(steps(&minutes), [(240, 3), (300, 5), (360, 8), (420, 10)]);
    let fast = TargetTracking { sampling: Sampling { period: 20, delay: 10 }, low_periods: 30, ..tracking(700_000) };
    let seconds = run(&load(&[500; 12]), &service(2, 10, fast));
    assert_eq!(steps(&seconds), [(70, 3), (100, 5), (130, 8), (160, 10)]);
}

/// AWS's step scaling example: 10, 11, 14, 13, 10 tasks at 60, 70, 40 and 30 % of CPU.
#[test]
fn percent_steps_as_documented() {
    let step = |lower: Option<i64>, upper: Option<i64>, adjustment| Step {
        lower: lower.map(|percent| percent * 10_000),
        upper: upper.map(|percent| percent * 10_000),
        adjustment,
    };
    let policy = |name: &str, comparison, steps| {
        Policy::StepScaling(StepScaling {
            name: name.into(),
            metric: Metric::Cpu,
            sampling: Sampling { period: 60, delay: 0 },
            threshold: 500_000,
            comparison,
            periods: 1,
            adjustment: Adjustment::PercentChangeInCapacity,
            steps,
            statistic: Statistic::Average,
            min_magnitude: 0,
            cooldown: 0,
        })
    };
    let out = vec![step(Some(0), Some(10), 0), step(Some(10), Some(20), 10), step(Some(20), None, 30)];
    let into = vec![step(Some(-10), Some(0), 0), step(Some(-20), Some(-10), -10), step(None, Some(-20), -30)];
    let tasks = TaskLife { launch: LaunchTime::Fixed(0), ..TaskLife::default() };
    let service = Autoscaling { start: 10, tasks, ..Autoscaling::between(1, 100, Ratio::ONE) }
        .with(policy("out", Comparison::AtLeast, out))
        .with(policy("in", Comparison::AtMost, into));
    let done = run(&load(&[600, 770, 560, 390, 500]), &service);
    assert_eq!(steps(&done), [(60, 11), (120, 14), (180, 13), (240, 10)]);
}

/// Within the cooldown of +2 a breach worth +3 adds one, and one worth no more adds nothing.
#[test]
fn a_larger_step_within_a_cooldown_adds_what_is_more() {
    let step = |from, to: Option<i64>, adjustment| Step { lower: Some(from), upper: to, adjustment };
    let policy = StepScaling {
        name: "steps".into(),
        metric: Metric::Cpu,
        sampling: Sampling { period: 60, delay: 0 },
        threshold: 500_000,
        comparison: Comparison::Above,
        periods: 1,
        adjustment: Adjustment::ChangeInCapacity,
        steps: vec![step(0, Some(200_000), 2), step(200_000, None, 3)],
        statistic: Statistic::Average,
        min_magnitude: 0,
        cooldown: 300,
    };
    let tasks = TaskLife { launch: LaunchTime::Fixed(0), ..TaskLife::default() };
    let service =
        Autoscaling { start: 4, tasks, ..Autoscaling::between(1, 20, Ratio::ONE) }.with(Policy::StepScaling(policy));
    let done = run(&load(&[240, 450, 525, 525, 525, 525, 525, 525]), &service);
    assert_eq!(steps(&done), [(60, 6), (120, 7), (420, 10)]);
    assert_eq!(refusals(&done), [NotScaled::Cooldown]);
}

/// The thresholds seen on real accounts: above 70 and below 63, both strict.
#[test]
fn thresholds_are_strict() {
    let at = |level| run(&load(&[level; 20]), &Autoscaling { start: 10, ..service(1, 20, tracking(700_000)) });
    assert_eq!(steps(&at(700)), []);
    assert_eq!(steps(&at(630)), []);
    assert_eq!(steps(&at(629)), [(960, 9)]);
    assert_eq!(steps(&at(701)), [(240, 11)]);
}

/// `ab` with 5,000 requests at 98 % CPU: one task becomes two, for every target from 50 % on. (What comes
/// a minute later, while datapoints are still those of one task, was not observed.)
#[test]
fn one_task_at_98_percent_becomes_two() {
    for target in [500_000, 600_000, 700_000, 800_000] {
        assert_eq!(steps(&run(&load(&[98; 5]), &service(1, 4, tracking(target)))), [(240, 2)], "{target}");
    }
}

/// AWS's benchmark of June 2026: 363 s until it scales at 60 s, 86 s at 20 s, and tasks 23 s later. The
/// mean over when in a minute the load rises; within a tenth.
#[test]
fn aws_benchmark() {
    let mean = |sampling: Sampling, low_periods| {
        let mut sum = 0;
        for phase in 0..6 {
            // Rises after ten minutes, a sixth of a minute later each time.
            let mut values = vec![20; 60 + phase];
            values.resize(180, 300);
            let load = Load::new(LoadUnit::TaskUnits, 0, 10, 100, values).unwrap();
            let policy = TargetTracking { sampling, low_periods, ..tracking(700_000) };
            let tasks = TaskLife { launch: LaunchTime::Fixed(23), ..TaskLife::default() };
            let found = run(&load, &Autoscaling { tasks, ..service(1, 10, policy) });
            let latency = found.latencies[0];
            assert_eq!(latency.served.unwrap() - latency.decided, 23);
            sum += latency.decided - 600 - 10 * phase as u64;
        }
        sum / 6
    };
    let minute = mean(Sampling { period: 60, delay: 150 }, 15);
    let fast = mean(Sampling { period: 20, delay: 18 }, 30);
    assert!((327..=399).contains(&minute), "{minute}");
    assert!((78..=95).contains(&fast), "{fast}");
}

/// A load test with 50 users: two tasks become six at once, as requests have no upper bound; when it
/// ends, six become five, and then as few as may be.
#[test]
fn requests_scale_out_at_once_and_in_by_one_first() {
    let mut values = vec![2_900_u32; 10];
    values.resize(60, 0);
    let load = Load::new(LoadUnit::RequestsPerMinute, 0, 60, 1, values).unwrap();
    let policy = TargetTracking { metric: Metric::AlbRequestCountPerTarget, ..tracking(500_000_000) };
    let rules = Rules { scale_in: ScaleIn::OneStepThenProportional, ..Rules::default() };
    let service =
        Autoscaling { rules, ..Autoscaling::between(2, 6, Ratio::whole(600)) }.with(Policy::TargetTracking(policy));
    let done = run(&load, &service);
    // The last load is in minute 9; 15 datapoints of 0, seen a minute later; then the cooldown.
    assert_eq!(steps(&done), [(240, 6), (25 * 60 + 60, 5), (31 * 60, 2)]);
}

#[test]
fn scaling_in_waits_for_fifteen_datapoints_and_then_for_the_cooldown() {
    let mut values = vec![700; 5];
    values.resize(60, 100);
    let rules = Rules { scale_in: ScaleIn::OneStep, ..Rules::default() };
    let done = run(&load(&values), &Autoscaling { start: 10, rules, ..service(7, 10, tracking(700_000)) });
    assert_eq!(steps(&done), [(21 * 60, 9), (26 * 60, 8), (31 * 60, 7)]);
}

#[test]
fn a_load_between_two_counts_stays() {
    // 1.5 tasks' worth at 70 %: two tasks are at 75 %, three at 50 %.
    let done = run(&load(&[150; 60]), &Autoscaling { start: 3, ..service(1, 10, tracking(700_000)) });
    assert_eq!((steps(&done), refusals(&done)), (vec![], vec![NotScaled::AnticipatedFlapping]));
}

#[test]
fn deployments_keep_services_from_scaling_in() {
    let deployment = Deployment { at: 600, rollout: Rollout::BlueGreen { bake: 1_200 } };
    let busy = Autoscaling { start: 4, deployments: vec![deployment], ..service(1, 10, tracking(700_000)) };
    let done = run(&load(&[50; 60]), &busy);
    assert!(refusals(&done).contains(&NotScaled::Deployment));
    // Four new tasks for 30 s to launch and 1,200 s to bake, beside four old ones that then drain.
    let alone = run(&load(&[50; 10]), &Autoscaling { deployments: vec![], ..busy.clone() });
    assert_eq!(alone.task_seconds, 4 * 600);
    assert!(steps(&done)[0].0 > 600 + 30 + 1_200, "{:?}", steps(&done));
}

#[test]
fn counts_outside_of_the_bounds_move_only_when_something_acts() {
    let above = run(&load(&[1_200; 10]), &Autoscaling { start: 12, ..service(1, 10, tracking(700_000)) });
    assert_eq!((steps(&above), refusals(&above)), (vec![], vec![NotScaled::AlreadyAtMaxCapacity]));
    let below = run(&load(&[100; 5]), &Autoscaling { start: 1, ..service(3, 10, tracking(700_000)) });
    assert_eq!(steps(&below), [(240, 3)]);
    let action = ScheduledAction { at: 120, name: "hold".into(), min: Some(4), max: None };
    let scheduled = Autoscaling { scheduled: vec![action], ..service(1, 10, tracking(700_000)) };
    assert_eq!(steps(&run(&load(&[100; 4]), &scheduled)), [(120, 4)]);
}

/// CPU does not exist at 0 tasks and never wakes a service; a queue does.
#[test]
fn from_zero() {
    let asleep = run(&load(&[500; 10]), &service(0, 10, tracking(700_000)));
    assert_eq!((asleep.launches, asleep.served.lost()), (0, Ratio::ONE));
    let metric = Metric::Custom { series: 0, per_task: false };
    let queue = TargetTracking { metric, ..tracking(1_000_000) };
    let woken = Autoscaling { custom: vec![load(&[500; 10])], ..service(0, 10, queue) };
    assert_eq!(steps(&run(&load(&[500; 10]), &woken))[0], (120, 1));
}

/// Twice as many tasks for the time of a rolling deployment, and what that costs.
#[test]
fn a_rolling_deployment_runs_both_versions() {
    let rollout = Rollout::Rolling { minimum_healthy_percent: 100, maximum_percent: 200 };
    let life = TaskLife { deregistration: 0, ..TaskLife::default() };
    let service = Autoscaling {
        start: 2,
        tasks: life,
        deployments: vec![Deployment { at: 600, rollout }],
        ..Autoscaling::between(2, 2, Ratio::ONE)
    };
    let done = run(&load(&[50; 60]), &service);
    // Two more from the launch on, for the 30 s until they run.
    assert_eq!(done.task_seconds, 2 * 3_600 + 2 * 30);
    assert_eq!(done.peak, 2);
}

/// The service wakes while the minute in which nothing ran is not seen yet. When it is, alarms look
/// past it: the busy minute before it, and the two after it, are three.
#[test]
fn a_minute_without_tasks_is_missing_where_alarms_look_later() {
    let sampling = Sampling { period: 60, delay: 15 };
    let policy = TargetTracking { sampling, scale_out_cooldown: 0, scale_in_cooldown: 0, ..tracking(700_000) };
    let tasks = TaskLife { launch: LaunchTime::Fixed(0), ..TaskLife::default() };
    let mut values = vec![MISSING];
    values.extend([0; 15]);
    values.extend([100, 100, 100, 100, 0, 100]);
    let done = run(&load(&values), &Autoscaling { start: 1, tasks, ..service(0, 8, policy) });
    assert_eq!(steps(&done), [(1_020, 0), (1_080, 1), (1_260, 2)]);
}
