//! Rules that AWS documents, each as its documentation words it or shows it in an example.

use super::Simulate;
use super::services::*;
use super::strategies::TAKEN_BACK_AT_ONCE;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::*;

on_both![
    percent_steps_go_from_10_to_11_to_14_to_13_to_10,
    percents_are_rounded_toward_zero_but_never_to_zero,
    percents_change_at_least_the_minimum_magnitude,
    exact_capacity_is_a_count,
    step_statistics_are_of_the_datapoints_evaluated,
    a_larger_step_within_the_cooldown_adds_the_difference,
    a_cooldown_begins_when_all_tasks_run,
    alarms_are_strict_at_the_target_and_at_nine_tenths,
    a_capped_metric_multiplies_by_at_most_its_cap_over_the_target,
    requests_per_target_have_no_upper_bound,
    zero_requests_scale_in_to_zero_and_nothing_wakes_the_service,
    a_custom_metric_wakes_a_service_without_tasks,
    missing_data_is_never_read_as_low_use,
    one_breaching_datapoint_among_missing_ones_can_alarm,
    no_low_alarm_with_disabled_scale_in,
    a_scale_out_cancels_the_cooldown_of_scaling_in,
    scheduled_actions_act_within_a_cooldown,
    any_policy_scales_out_and_the_largest_wins,
    all_tracking_policies_have_to_agree_to_scale_in,
    policies_without_scale_in_and_steps_do_not_block_it,
    a_deployment_stops_scale_in_alone,
    below_the_bounds_an_alarm_first_raises_to_the_minimum,
    above_the_bounds_an_alarm_first_lowers_to_the_maximum,
    registered_bounds_move_the_count_at_once,
    an_action_that_crosses_the_bounds_is_lost,
    what_is_suspended_is_not_made_up_for,
    a_forecast_raises_the_least_and_never_scales_in,
    tasks_start_at_a_hundred_and_then_twenty_a_second,
    tasks_are_billed_until_they_have_drained_and_stopped,
    tasks_are_billed_for_a_minute_at_least,
    every_tenth_second_an_alarm_of_short_periods_is_evaluated,
    scale_in_goes_on_when_a_deployment_is_over,
    a_rolling_deployment_runs_both_versions_until_the_new_one_runs,
    a_blue_green_deployment_runs_both_versions_while_it_bakes,
    spot_tasks_are_as_many_as_their_share,
    a_spot_task_is_billed_for_two_minutes_of_warning_at_most,
    a_spot_task_of_the_start_can_be_taken_back_in_second_0,
    a_minute_without_tasks_is_missing_where_alarms_look_later,
    a_count_that_dips_within_a_second_still_gets_its_tasks,
];

fn run(simulate: Simulate, load: &Load, service: &Autoscaling) -> Run {
    simulate(load, service, 0).expect("a service that can be")
}

/// Runs a service whose policies watch a metric in percent, minute by minute; nothing else is asked of it.
fn watch(simulate: Simulate, percent: &[u32], mut service: Autoscaling) -> Run {
    service.custom = vec![minutes(percent)];
    run(simulate, &minutes(&vec![0; percent.len()]), &service)
}

fn tracking(policy: TargetTracking) -> Policy {
    Policy::TargetTracking(policy)
}

/// The example of the user guide on step scaling: threshold 50 %, +10 % from 60 %, +30 % from 70 %,
/// -10 % down from 40 %, -30 % down from 30 %.
fn percent_steps_go_from_10_to_11_to_14_to_13_to_10(simulate: Simulate) {
    let percents = Adjustment::PercentChangeInCapacity;
    let out = [(Some(0), Some(10), 0), (Some(10), Some(20), 10), (Some(20), None, 30)];
    let back = [(Some(-10), Some(0), 0), (Some(-20), Some(-10), -10), (None, Some(-20), -30)];
    let service = service(5, 10, 30, 0)
        .with(Policy::StepScaling(by_steps(Comparison::AtLeast, percents, &out)))
        .with(Policy::StepScaling(by_steps(Comparison::AtMost, percents, &back)));
    let run = watch(simulate, &[60, 70, 40, 30, 50, 59, 41], service);
    assert_eq!(moves(&run), [(60, 11), (120, 14), (180, 13), (240, 10)]);
}

/// The user guide: 12.7 becomes 12, 0.67 becomes 1, -0.58 becomes -1, -6.67 becomes -6.
fn percents_are_rounded_toward_zero_but_never_to_zero(simulate: Simulate) {
    for (running, percent, change) in [
        (10, 127, 12),
        (67, 1, 1),
        (58, -1, -1),
        (23, -29, -6),
        (1, 1, 1),
        (1, -1, -1),
        (50, 2, 1),
        (50, -2, -1),
        (99, 2, 1),
        (99, -2, -1),
        (5, 40, 2),
        (5, -100, -5),
    ] {
        let (comparison, step) = match percent {
            1.. => (Comparison::AtLeast, (Some(0), None, percent)),
            _ => (Comparison::AtMost, (None, Some(0), percent)),
        };
        let steps = by_steps(comparison, Adjustment::PercentChangeInCapacity, &[step]);
        let run = watch(simulate, &[50, 50], service(0, running, 400, 0).with(Policy::StepScaling(steps)));
        assert_eq!(moves(&run), [(60, running.saturating_add_signed(change))], "{percent} % of {running}");
    }
}

/// The user guide: of 4 tasks 25 % are 1, but with a minimum magnitude of 2 there are 2 more.
fn percents_change_at_least_the_minimum_magnitude(simulate: Simulate) {
    for (percent, to) in [(25, 6), (-25, 2), (100, 8), (-75, 1)] {
        let (comparison, step) = match percent {
            1.. => (Comparison::AtLeast, (Some(0), None, percent)),
            _ => (Comparison::AtMost, (None, Some(0), percent)),
        };
        let mut steps = by_steps(comparison, Adjustment::PercentChangeInCapacity, &[step]);
        steps.min_magnitude = 2;
        let run = watch(simulate, &[50, 50], service(0, 4, 100, 0).with(Policy::StepScaling(steps)));
        assert_eq!(moves(&run), [(60, to)], "{percent} %");
    }
}

/// `ExactCapacity`: the adjustment is the count, whether more or fewer than run.
fn exact_capacity_is_a_count(simulate: Simulate) {
    for start in [2, 9] {
        let steps = by_steps(Comparison::AtLeast, Adjustment::ExactCapacity, &[(Some(0), None, 5)]);
        let run = watch(simulate, &[50, 50, 50], service(0, start, 20, 0).with(Policy::StepScaling(steps)));
        assert_eq!(moves(&run), [(60, 5)]);
    }
}

/// `MetricAggregationType`: of 60, 80 and 70 %, the smallest, mean and largest are in different steps.
fn step_statistics_are_of_the_datapoints_evaluated(simulate: Simulate) {
    let by_ten = [(Some(0), Some(15), 1), (Some(15), Some(25), 2), (Some(25), None, 3)];
    for (statistic, aggregation, to) in [
        (Statistic::Minimum, Aggregation::Evaluated, 6),
        (Statistic::Average, Aggregation::Evaluated, 7),
        (Statistic::Maximum, Aggregation::Evaluated, 8),
        (Statistic::Maximum, Aggregation::Newest, 7),
    ] {
        let mut steps = by_steps(Comparison::Above, Adjustment::ChangeInCapacity, &by_ten);
        (steps.statistic, steps.periods) = (statistic, 3);
        let mut service = service(0, 5, 20, 0).with(Policy::StepScaling(steps));
        service.rules.aggregation = aggregation;
        let run = watch(simulate, &[60, 80, 70, 0], service);
        assert_eq!(moves(&run), [(180, to)], "{statistic:?} of {aggregation:?}");
    }
}

/// The user guide on cooldowns: 2 more, then within the cooldown an adjustment of 3: that adds only 1.
fn a_larger_step_within_the_cooldown_adds_the_difference(simulate: Simulate) {
    let out = [(Some(0), Some(20), 2), (Some(20), None, 3)];
    let mut steps = by_steps(Comparison::AtLeast, Adjustment::ChangeInCapacity, &out);
    steps.cooldown = 300;
    let run = watch(simulate, &[60, 75, 75, 75], service(1, 2, 20, 0).with(Policy::StepScaling(steps)));
    assert_eq!(moves(&run), [(60, 4), (120, 5)]);
    assert_eq!(refused(&run), [(180, NotScaled::Cooldown)], "the same adjustment waits");
}

/// A cooldown starts after the scale-out has completed: 30 s of launch and 300 s of cooldown keep the
/// next one away for 330 s, and not longer.
fn a_cooldown_begins_when_all_tasks_run(simulate: Simulate) {
    let mut steps = by_steps(Comparison::AtLeast, Adjustment::ChangeInCapacity, &[(Some(0), None, 1)]);
    steps.cooldown = 300;
    steps.sampling.period = 10;
    let run = watch(simulate, &[60; 15], service(1, 2, 20, 30).with(Policy::StepScaling(steps)));
    assert_eq!(moves(&run), [(10, 3), (340, 4), (670, 5)]);
}

/// Alarms seen in accounts: targets of 70 and 80 % have low alarms at 63 and 72 %, `<` and `>`.
fn alarms_are_strict_at_the_target_and_at_nine_tenths(simulate: Simulate) {
    for (target, low) in [(70, 63), (80, 72), (50, 45)] {
        for (metric, expected) in [
            (target * PERCENT, vec![]),
            (target * PERCENT + 1, vec![(240, 11)]),
            (low * PERCENT, vec![]),
            (low * PERCENT - 1, vec![(960, 9)]),
        ] {
            // Ten tasks, and load in millionths of one: a metric of exactly so much.
            let load = vec![u32::try_from(10 * metric).expect("a load"); 17];
            let load = Load::new(LoadUnit::TaskUnits, 0, 60, 1_000_000, load).expect("a load");
            let run = run(simulate, &load, &service(1, 10, 20, 30).with(tracking(cpu(target))));
            assert_eq!(moves(&run), expected, "a target of {target} % and {metric} millionths");
            assert_eq!(run.activities.is_empty(), expected.is_empty(), "no alarm, nothing to tell");
        }
    }
}

/// What Segment wrote of: CPU ends at 100 %, so a target of 70 % scales by 10/7 at most in one action.
fn a_capped_metric_multiplies_by_at_most_its_cap_over_the_target(simulate: Simulate) {
    let run = run(simulate, &minutes(&[100_000; 9]), &service(2, 2, 10, 30).with(tracking(cpu(70))));
    assert_eq!(moves(&run), [(240, 3), (300, 5), (360, 8), (420, 10)]);
}

/// `ALBRequestCountPerTarget` is a plain count: one action can multiply by anything.
fn requests_per_target_have_no_upper_bound(simulate: Simulate) {
    let mut service = service(1, 1, 30, 30);
    service.capacity = Ratio::whole(1_000);
    let by_requests = TargetTracking::new(Metric::AlbRequestCountPerTarget, 1_000 * ONE);
    let load = requests(&[30_000; 6]);
    let with_requests = run(simulate, &load, &service.clone().with(tracking(by_requests)));
    assert_eq!(moves(&with_requests), [(240, 30)]);
    let with_cpu = run(simulate, &load, &service.with(tracking(cpu(70))));
    assert_eq!(moves(&with_cpu)[0], (240, 2));
}

/// A load balancer counts 0 requests as 0, so they scale in to 0 where that is allowed; then there is
/// no target, no metric, and no way back.
fn zero_requests_scale_in_to_zero_and_nothing_wakes_the_service(simulate: Simulate) {
    let by_requests = TargetTracking::new(Metric::AlbRequestCountPerTarget, 1_000 * ONE);
    let load = requests(&parts(&[(5, 1_000), (20, 0), (30, 5_000)]));
    let mut service = service(0, 1, 10, 30).with(tracking(by_requests)).with(tracking(cpu(10)));
    service.capacity = Ratio::whole(10_000);
    let run = run(simulate, &load, &service);
    assert_eq!(moves(&run), [(1_260, 0)]);
    assert_eq!(run.served.lost, 30 * 60 * 5_000);
}

/// At 0 tasks and a metric above the target, one datapoint starts one task; the usual rules follow.
fn a_custom_metric_wakes_a_service_without_tasks(simulate: Simulate) {
    let backlog = parts(&[(10, 0), (10, 500)]);
    let metric = |per_task| TargetTracking::new(Metric::Custom { series: 0, per_task }, ONE);
    let awake = watch(simulate, &backlog, service(0, 0, 5, 30).with(tracking(metric(false))));
    assert_eq!(moves(&awake), [(720, 1), (840, 5)]);
    assert_eq!(awake.latencies[0], Latency { breach: 600, decided: 720, served: Some(750) });
    for policy in [metric(true), cpu(70)] {
        let asleep = watch(simulate, &backlog, service(0, 0, 5, 30).with(tracking(policy)));
        assert_eq!(moves(&asleep), [], "a metric of tasks does not exist without them");
    }
}

/// The user guide: insufficient data scales neither way.
fn missing_data_is_never_read_as_low_use(simulate: Simulate) {
    let load = minutes(&parts(&[(20, 330), (60, MISSING)]));
    let run = run(simulate, &load, &service(1, 5, 10, 30).with(tracking(cpu(70))));
    assert_eq!(run.activities, []);
    assert_eq!(run.served.seconds, 1_200);
}

/// CloudWatch's table of missing data: "- - X - -" is ALARM for 3 datapoints that are treated as missing.
fn one_breaching_datapoint_among_missing_ones_can_alarm(simulate: Simulate) {
    let load = minutes(&parts(&[(10, MISSING), (1, 1_000), (15, MISSING)]));
    let run = run(simulate, &load, &service(1, 2, 10, 30).with(tracking(cpu(70))));
    assert_eq!(moves(&run), [(840, 3), (900, 5), (960, 8)]);
}

/// `DisableScaleIn`: the policy has no low alarm and only scales out.
fn no_low_alarm_with_disabled_scale_in(simulate: Simulate) {
    let policy = TargetTracking { disable_scale_in: true, ..cpu(70) };
    let run = run(simulate, &minutes(&parts(&[(10, 690), (60, 0)])), &service(1, 5, 20, 30).with(tracking(policy)));
    let out = |activity: &Activity| matches!(activity.cause, Cause::Policy { direction: Direction::Out, .. });
    assert!(!run.activities.is_empty() && run.activities.iter().all(out));
}

/// The user guide: a scale-out within the cooldown of scaling in happens at once, and ends it.
fn a_scale_out_cancels_the_cooldown_of_scaling_in(simulate: Simulate) {
    let one = Adjustment::ChangeInCapacity;
    let mut back = by_steps(Comparison::AtMost, one, &[(None, Some(0), -1)]);
    back.threshold = 40 * PERCENT;
    back.cooldown = 600;
    let mut out = by_steps(Comparison::AtLeast, one, &[(Some(0), None, 1)]);
    out.threshold = 60 * PERCENT;
    let service = service(1, 5, 20, 0).with(Policy::StepScaling(back)).with(Policy::StepScaling(out));
    let cancelled = watch(simulate, &[40, 60, 40, 50], service.clone());
    assert_eq!(moves(&cancelled), [(60, 4), (120, 5), (180, 4)]);
    let kept = watch(simulate, &[40, 50, 40, 50], service);
    assert_eq!(moves(&kept), [(60, 4)]);
    assert_eq!(refused(&kept), [(180, NotScaled::Cooldown)]);
}

/// Cooldowns are of policies: a scheduled action within one acts at once.
fn scheduled_actions_act_within_a_cooldown(simulate: Simulate) {
    let mut steps = by_steps(Comparison::AtLeast, Adjustment::ChangeInCapacity, &[(Some(0), None, 2)]);
    steps.cooldown = 3_600;
    let mut service = service(1, 2, 20, 0).with(Policy::StepScaling(steps));
    service.scheduled =
        vec![scheduled(90, Some(8), None), scheduled(150, None, Some(8)), scheduled(151, Some(3), Some(5))];
    let run = watch(simulate, &[60; 5], service);
    assert_eq!(moves(&run), [(60, 4), (90, 8), (151, 5)]);
}

/// Two metrics that do not hang on the number of tasks, and a policy for each with a target of 1.
fn two_metrics(simulate: Simulate, first: u32, second: u32, change: fn(&mut Autoscaling)) -> Run {
    let mut service = service(1, 10, 40, 30).with(tracking(custom(0, ONE))).with(tracking(custom(1, ONE)));
    service.custom = vec![minutes(&[first; 20]), minutes(&[second; 20])];
    change(&mut service);
    run(simulate, &minutes(&[0; 20]), &service)
}

/// The user guide: a service scales out when any policy wants to, to the largest capacity of all.
fn any_policy_scales_out_and_the_largest_wins(simulate: Simulate) {
    let largest = two_metrics(simulate, 130, 160, |_| ());
    assert_eq!(moves(&largest)[0], (240, 16));
    assert!(matches!(largest.activities[0].cause, Cause::Policy { policy: 1, metric: 1_600_000, .. }));
    let first = two_metrics(simulate, 130, 130, |_| ());
    assert!(matches!(first.activities[0].cause, Cause::Policy { policy: 0, .. }), "of equals, the first");
    let one_wants_in = two_metrics(simulate, 20, 130, |_| ());
    assert_eq!(moves(&one_wants_in)[0], (240, 13));
}

/// The user guide: in only when all target tracking policies want to, and then to the largest.
fn all_tracking_policies_have_to_agree_to_scale_in(simulate: Simulate) {
    let one = two_metrics(simulate, 20, 95, |_| ());
    assert_eq!(moves(&one), []);
    assert_eq!(refused(&one), [(960, NotScaled::OtherPolicies)], "told once");
    let both = two_metrics(simulate, 20, 50, |_| ());
    assert_eq!(moves(&both), [(960, 5)]);
}

/// Policies without scale-in have no say in it, and step policies do not wait for the others.
fn policies_without_scale_in_and_steps_do_not_block_it(simulate: Simulate) {
    let without = two_metrics(simulate, 20, 95, |service| {
        service.policies[1] = tracking(TargetTracking { disable_scale_in: true, ..custom(1, ONE) });
    });
    assert_eq!(moves(&without), [(960, 2)]);
    let steps = two_metrics(simulate, 20, 95, |service| {
        let back = by_steps(Comparison::AtMost, Adjustment::ChangeInCapacity, &[(None, Some(0), -3)]);
        service.policies.push(Policy::StepScaling(StepScaling { cooldown: 3_600, ..back }));
    });
    assert_eq!(moves(&steps), [(60, 7)]);
}

/// The ECS guide: scale-in is off while a deployment goes on, scale-out is not.
fn a_deployment_stops_scale_in_alone(simulate: Simulate) {
    let mut service = service(1, 5, 20, 30).with(tracking(cpu(70)));
    service.deployments = vec![slow_deployment()];
    let quiet = run(simulate, &minutes(&[20; 40]), &service);
    assert_eq!((moves(&quiet), refused(&quiet)), (vec![], vec![(960, NotScaled::Deployment)]));
    // It starts from what runs, not from what is desired: five old tasks and five new ones.
    let busy = run(simulate, &minutes(&[1_000; 5]), &service);
    assert_eq!(moves(&busy), [(240, 15)]);
    service.deployments.clear();
    assert_eq!(moves(&run(simulate, &minutes(&[20; 40]), &service)), [(960, 1)]);
}

/// The ECS guide: below the minimum, a scale-out alarm raises to it, then as the policy says; a
/// scale-in alarm does nothing.
fn below_the_bounds_an_alarm_first_raises_to_the_minimum(simulate: Simulate) {
    let service = service(4, 1, 20, 30).with(tracking(cpu(70)));
    assert_eq!(moves(&run(simulate, &minutes(&[1_000; 6]), &service)), [(240, 4), (300, 6)]);
    let quiet = run(simulate, &minutes(&[1; 40]), &service);
    assert_eq!((moves(&quiet), refused(&quiet)), (vec![], vec![(960, NotScaled::AlreadyAtMinCapacity)]));
}

/// And above the maximum, a scale-in alarm lowers to it, and a scale-out alarm does nothing.
fn above_the_bounds_an_alarm_first_lowers_to_the_maximum(simulate: Simulate) {
    let service = service(1, 12, 10, 30).with(tracking(cpu(70)));
    assert_eq!(moves(&run(simulate, &minutes(&[745; 20]), &service)), [(960, 10)]);
    let busy = run(simulate, &minutes(&[5_000; 20]), &service);
    assert_eq!((moves(&busy), refused(&busy)), (vec![], vec![(240, NotScaled::AlreadyAtMaxCapacity)]));
}

/// New bounds move the count into them at once; a minimum of 0 is one.
fn registered_bounds_move_the_count_at_once(simulate: Simulate) {
    let mut service = service(2, 5, 10, 30);
    service.scheduled = vec![
        scheduled(60, Some(8), None),
        scheduled(120, Some(2), Some(3)),
        scheduled(180, Some(0), Some(0)),
        scheduled(240, Some(1), Some(9)),
        scheduled(300, Some(0), None),
    ];
    let run = run(simulate, &minutes(&[0; 10]), &service);
    assert_eq!(moves(&run), [(60, 8), (120, 3), (180, 0), (240, 1)]);
    assert_eq!(run.activities.len(), 5, "each action is told, whether it moved anything or not");
}

/// An action of one bound that would cross the other fails when it runs; the next one does not.
fn an_action_that_crosses_the_bounds_is_lost(simulate: Simulate) {
    let mut service = service(2, 5, 10, 30);
    service.scheduled =
        vec![scheduled(60, Some(11), None), scheduled(120, None, Some(1)), scheduled(180, Some(10), None)];
    let run = run(simulate, &minutes(&[0; 10]), &service);
    assert_eq!(refused(&run), [(60, NotScaled::Rejected), (120, NotScaled::Rejected)]);
    assert_eq!(moves(&run), [(180, 10)]);
    let kept = Cause::Scheduled { name: "scheduled".into(), min: 2, max: 10 };
    assert_eq!(run.activities[0].cause, kept);
}

/// While scaling is suspended nothing is done; after it alarms in breach act, actions are not replayed.
fn what_is_suspended_is_not_made_up_for(simulate: Simulate) {
    let mut service = service(2, 2, 10, 30).with(tracking(cpu(70)));
    service.suspended = vec![Suspension { from: 0, to: 600, scale_in: false, scale_out: true, scheduled: true }];
    service.scheduled = vec![scheduled(300, Some(9), None)];
    let run = run(simulate, &minutes(&[1_000; 11]), &service);
    assert_eq!(refused(&run), [(240, NotScaled::Suspended), (300, NotScaled::Suspended)]);
    assert_eq!(moves(&run), [(600, 3)]);
}

/// Predictive scaling raises the least capacity, above the most only where that is asked for, and
/// leaves scaling in to others.
fn a_forecast_raises_the_least_and_never_scales_in(simulate: Simulate) {
    let mut service = service(2, 2, 6, 30);
    let floor = |at, tasks, max| Floor { at, tasks, max };
    service.floors = vec![floor(60, 4, 0), floor(120, 9, 0), floor(180, 9, 9), floor(240, 3, 9), floor(300, 0, 0)];
    let run = run(simulate, &minutes(&[0; 10]), &service);
    assert_eq!(moves(&run), [(60, 4), (120, 6), (180, 9), (300, 6)]);
    assert!(matches!(run.activities[2].cause, Cause::Forecast { tasks: 9 }));
}

/// The account's bucket holds 100 launches and gets 20 a second; a service has 500 a minute.
fn tasks_start_at_a_hundred_and_then_twenty_a_second(simulate: Simulate) {
    let mut service = service(0, 0, 1_000, 0);
    service.scheduled = vec![scheduled(60, Some(1_000), None)];
    let ran = second_by_second(&run(simulate, &minutes(&[0; 4]), &service).running);
    assert_eq!((ran[59], ran[60], ran[61], ran[65], ran[80]), (0, 100, 120, 200, 500));
    // From then on as fast as the service's own bucket is filled: 8 or 9 a second.
    assert!(ran[96..119].windows(2).all(|pair| (8..=9).contains(&(pair[1] - pair[0]))));
    assert_eq!(ran[120], 1_000);
}

/// A container is billed until it has stopped: after up to 300 s of draining and 30 s of stopping.
fn tasks_are_billed_until_they_have_drained_and_stopped(simulate: Simulate) {
    let mut service = service(1, 3, 3, 30);
    (service.tasks.deregistration, service.tasks.stop) = (300, 30);
    service.scheduled = vec![scheduled(600, None, Some(1))];
    let run = run(simulate, &minutes(&[0; 30]), &service);
    assert_eq!(run.task_seconds, 1_800 + 2 * (600 + 330));
    assert_eq!(second_by_second(&run.running)[600], 1, "they leave the service at once");
}

/// Fargate: from the image pull, for a minute at least; what does not run yet goes first, and is billed
/// if its pull has begun.
fn tasks_are_billed_for_a_minute_at_least(simulate: Simulate) {
    for (provisioning, stopped, seconds) in [(0, 310, 60), (0, 400, 100), (20, 310, 0), (20, 325, 60), (20, 400, 80)] {
        let mut service = service(1, 1, 3, 40);
        service.tasks.provisioning = provisioning;
        service.scheduled = vec![scheduled(300, Some(2), None), scheduled(stopped, Some(1), Some(1))];
        let run = run(simulate, &minutes(&[0; 10]), &service);
        assert_eq!(run.task_seconds, 600 + seconds, "{provisioning} s unbilled, stopped at {stopped} s");
        assert_eq!(run.launches, 1);
    }
}

/// CloudWatch evaluates alarms on periods of 10, 20 and 30 s every 10 s, others every minute.
fn every_tenth_second_an_alarm_of_short_periods_is_evaluated(simulate: Simulate) {
    for (period, delay, decided) in
        [(10, 0, 30), (20, 0, 60), (20, 15, 80), (30, 1, 100), (60, 0, 180), (60, 1, 240), (120, 0, 360)]
    {
        let policy = TargetTracking { sampling: Sampling { period, delay }, ..cpu(70) };
        let run = run(simulate, &minutes(&[1_000; 10]), &service(1, 1, 4, 30).with(tracking(policy)));
        assert_eq!(moves(&run)[0], (decided, 2), "periods of {period} s, seen after {delay} s");
    }
}

/// Scale-in is off while a deployment goes on: here for 30 s to launch and 1,200 s to bake; after it the
/// alarm, which is in ALARM since 16 minutes, acts at the next evaluation.
fn scale_in_goes_on_when_a_deployment_is_over(simulate: Simulate) {
    let mut service = service(1, 4, 10, 30).with(tracking(cpu(70)));
    service.deployments = vec![Deployment { at: 600, rollout: Rollout::BlueGreen { bake: 1_200 } }];
    let run = run(simulate, &minutes(&[50; 60]), &service);
    assert_eq!(refused(&run)[0], (960, NotScaled::Deployment));
    let over = run.activities.iter().find(|activity| activity.cause == Cause::Deployment { begins: false });
    assert_eq!(over.map(|over| over.at), Some(600 + 30 + 1_200 + 1));
    assert_eq!(moves(&run), [(1_860, 1)]);
}

/// `minimumHealthyPercent` 100 and `maximumPercent` 200: two more from their launch on, for the 30 s
/// until they run; then the old ones go.
fn a_rolling_deployment_runs_both_versions_until_the_new_one_runs(simulate: Simulate) {
    let rollout = Rollout::Rolling { minimum_healthy_percent: 100, maximum_percent: 200 };
    let mut service = service(2, 2, 2, 30);
    service.deployments = vec![Deployment { at: 600, rollout }];
    let both = run(simulate, &minutes(&[50; 60]), &service);
    assert_eq!((both.task_seconds, both.launches, both.peak), (2 * 3_600 + 2 * 30, 2, 2));
    // With at most 100 % and half of them healthy, one stops before the one that replaces it is launched.
    let rollout = Rollout::Rolling { minimum_healthy_percent: 50, maximum_percent: 100 };
    service.deployments = vec![Deployment { at: 600, rollout }];
    let one_by_one = run(simulate, &minutes(&[50; 60]), &service);
    let ran = second_by_second(&one_by_one.running);
    assert_eq!((ran[599], ran[600], ran[629], ran[630], ran[659], ran[660]), (2, 1, 1, 1, 1, 2));
    assert_eq!(one_by_one.task_seconds, 2 * 3_600, "billed from the launch: never more, never fewer");
}

/// Blue/green: all of the new beside all of the old, until the new ones have been healthy for the time
/// in which traffic shifts and bakes.
fn a_blue_green_deployment_runs_both_versions_while_it_bakes(simulate: Simulate) {
    let mut service = service(3, 3, 3, 30);
    service.deployments = vec![Deployment { at: 600, rollout: Rollout::BlueGreen { bake: 300 } }];
    let run = run(simulate, &minutes(&[50; 60]), &service);
    assert_eq!((run.task_seconds, run.peak), (3 * 3_600 + 3 * 330, 6));
    let ran = second_by_second(&run.running);
    assert_eq!((ran[629], ran[630], ran[929], ran[930]), (3, 6, 6, 3));
}

/// A share of three quarters: three of four, and never more than the share.
fn spot_tasks_are_as_many_as_their_share(simulate: Simulate) {
    for (tasks, on_spot) in [(1, 0), (2, 1), (3, 2), (4, 3), (5, 3), (6, 4), (8, 6)] {
        let mut service = service(tasks, tasks, tasks, 30);
        service.spot = Some(SpotTasks { share: Ratio::new(3, 4), interrupted: 0 });
        let run = run(simulate, &minutes(&[0; 10]), &service);
        assert_eq!((run.spot_task_seconds, run.task_seconds), (600 * on_spot, 600 * u64::from(tasks)), "{tasks}");
    }
}

/// Two minutes of warning: what drains for longer is cut. The service starts another at once.
fn a_spot_task_is_billed_for_two_minutes_of_warning_at_most(simulate: Simulate) {
    for (deregistration, stop, billed) in [(0, 0, 0), (60, 30, 90), (300, 30, 120)] {
        let mut service = service(1, 1, 1, 60);
        service.spot = Some(SpotTasks { share: Ratio::ONE, interrupted: 1_000_000 });
        (service.tasks.deregistration, service.tasks.stop) = (deregistration, stop);
        let run = run(simulate, &minutes(&[0; 61]), &service);
        let taken = run.activities.iter().find(|one| one.cause == Cause::SpotInterruption { tasks: 1 });
        let at = taken.expect("within the first hour").at;
        assert!(at < 3_600 - 120, "a seed that leaves time");
        let ran = second_by_second(&run.running);
        let (place, launch) = (usize::try_from(at).expect("a place"), 60);
        assert_eq!((ran[place.max(1) - 1], ran[place], ran[place + launch]), (1, 0, 1));
        let bills = second_by_second(&run.billed);
        // The one that launches is billed from that second on.
        let both = bills[place..].iter().take_while(|&&billed| billed == 2).count();
        assert_eq!(both, billed, "{deregistration} s of draining, {stop} s to stop");
    }
}

/// An hour of a task has a second 0. What is taken back then leaves before anything is billed.
fn a_spot_task_of_the_start_can_be_taken_back_in_second_0(simulate: Simulate) {
    for seed in TAKEN_BACK_AT_ONCE {
        let mut service = service(1, 1, 1, 0);
        service.tasks.quota = LaunchQuota { burst: 1, per_second: 1, per_service_minute: 1 };
        service.spot = Some(SpotTasks { share: Ratio::ONE, interrupted: 1_000_000 });
        let run = simulate(&steps(1, &[0]), &service, seed).expect("a service that can be");
        assert_eq!((run.interruptions, run.launches, run.peak), (1, 1, 1));
        assert_eq!((run.activities[0].at, run.activities[0].running), (0, 0));
        assert_eq!(run.task_seconds, 1, "of the one that replaces it");
    }
}

/// The service wakes while the minute in which nothing ran is not seen yet. When it is, alarms look
/// past it: the busy minute before it, and the two after it, are three.
fn a_minute_without_tasks_is_missing_where_alarms_look_later(simulate: Simulate) {
    let sampling = Sampling { period: 60, delay: 15 };
    let policy = TargetTracking { sampling, scale_out_cooldown: 0, scale_in_cooldown: 0, ..cpu(70) };
    let load = minutes(&parts(&[(1, MISSING), (15, 0), (4, 100), (1, 0), (1, 100)]));
    let run = run(simulate, &load, &service(0, 1, 8, 0).with(tracking(policy)));
    assert_eq!(moves(&run), [(1_020, 0), (1_080, 1), (1_260, 2)]);
}

/// Two floors of one second take the desired count down and up again: no task is stopped in between, so
/// those of the scale-out come, and it took as long as it took.
fn a_count_that_dips_within_a_second_still_gets_its_tasks(simulate: Simulate) {
    let mut service = service(0, 1, 0, 30).with(tracking(cpu(70)));
    let floor = |at, tasks, max| Floor { at, tasks, max };
    service.floors = vec![floor(0, 1, 2), floor(250, 0, 0), floor(250, 2, 2)];
    let run = run(simulate, &minutes(&[100; 6]), &service);
    assert_eq!(moves(&run), [(240, 2), (250, 0), (250, 2)]);
    assert_eq!(run.latencies, [Latency { breach: 0, decided: 240, served: Some(270) }]);
}
