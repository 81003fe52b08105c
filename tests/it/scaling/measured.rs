//! What AWS and others measured and published, source by source: what the model comes to with the same
//! settings, near enough or not. And a load test worked through by hand.

use super::Simulate;
use super::services::*;
use stackcost_model::scaling::*;

on_both![
    the_load_test_scales_out_at_4_5_6_and_7_minutes,
    the_load_test_with_short_periods_scales_out_at_70_100_130_and_160_seconds,
    with_credit_a_larger_scale_out_comes_to_less,
    scale_in_waits_for_fifteen_datapoints_then_for_its_cooldown,
    aws_triggers_after_363_s_and_with_short_periods_after_86_s,
    ten_launches_of_an_image_take_53_to_62_s_and_57_in_the_mean,
    an_account_of_2020_launches_ten_at_once_and_then_one_a_second,
    a_service_of_2020_launches_ten_at_once_and_then_23_a_minute,
    tasks_to_3500_take_from_200_s_in_several_services_to_390_s_in_one_and_took_270_s,
    a_start_that_is_60_percent_faster_brings_tasks_11_percent_sooner,
    requests_take_2_tasks_to_6_then_to_5_then_to_the_minimum_where_6_is_the_most,
    requests_take_2_tasks_past_6_where_more_may_be_which_nobody_reported,
    a_task_at_98_percent_becomes_two_for_targets_from_50_percent_on,
    two_become_more_for_targets_up_to_65_percent_which_nobody_reported,
    a_workshop_waits_about_four_minutes,
    one_action_multiplies_by_at_most_100_percent_over_the_target,
    loads_that_fit_no_count_leave_a_service_still,
];

fn run(simulate: Simulate, load: &Load, service: &Autoscaling) -> Run {
    simulate(load, service, 0).expect("a service that can be")
}

fn tracking(policy: TargetTracking) -> Policy {
    Policy::TargetTracking(policy)
}

/// 20 s datapoints, seen after so many seconds.
fn every_20_seconds(delay: u32) -> Sampling {
    Sampling { period: 20, delay }
}

/// Two to ten tasks at 70 % CPU, cooldowns of 60 and 300 s, 30 s to launch.
fn load_test(sampling: Sampling) -> Autoscaling {
    let policy = TargetTracking { scale_out_cooldown: 60, sampling, ..cpu(70) };
    service(2, 2, 10, 30).with(tracking(policy))
}

/// A constant load that keeps five tasks busy: as CPU ends at 100 %, the count grows by 10/7 at most.
fn the_load_test_scales_out_at_4_5_6_and_7_minutes(simulate: Simulate) {
    let run = run(simulate, &minutes(&[500; 15]), &load_test(Sampling::MINUTE));
    assert_eq!(moves(&run), [(240, 3), (300, 5), (360, 8), (420, 10)]);
    assert_eq!(run.latencies, [Latency { breach: 0, decided: 240, served: Some(270) }]);
    assert_eq!(run.peak, 10);
    // Two tasks until 4:30, three until 5:30; then there are as many as are busy.
    assert_eq!(run.served.lost, 270 * 300 + 60 * 200);
}

fn the_load_test_with_short_periods_scales_out_at_70_100_130_and_160_seconds(simulate: Simulate) {
    let run = run(simulate, &minutes(&[500; 7]), &load_test(every_20_seconds(10)));
    assert_eq!(moves(&run), [(70, 3), (100, 5), (130, 8), (160, 10)]);
}

/// Where the tasks of the first scale-out are credited to the next, as step scaling does.
fn with_credit_a_larger_scale_out_comes_to_less(simulate: Simulate) {
    let mut service = load_test(Sampling::MINUTE);
    service.rules.credit = Credit::Added;
    let run = run(simulate, &minutes(&[500; 7]), &service);
    // 3 + (5 - 3) - 1; then 6 - 4 is not more than 5 - 3, which began the cooldown.
    assert_eq!(moves(&run), [(240, 3), (300, 4)]);
}

/// The load stops after half an hour: not the cooldown but the low alarm delays the first scale-in.
fn scale_in_waits_for_fifteen_datapoints_then_for_its_cooldown(simulate: Simulate) {
    let load = minutes(&parts(&[(30, 660), (60, 0)]));
    let mut service = load_test(Sampling::MINUTE);
    service.start = 10;
    let proportional = run(simulate, &load, &service);
    assert_eq!(moves(&proportional), [(2_760, 2)]);
    service.rules.scale_in = ScaleIn::OneStep;
    let by_one: Vec<(u64, u32)> = (0..8).map(|step| (2_760 + 300 * u64::from(step), 9 - step)).collect();
    assert_eq!(moves(&run(simulate, &load, &service)), by_one);
}

/// From the onset of a load in each second of a minute until its decision, and until its tasks serve:
/// the sums of both over 60 onsets.
fn onsets(simulate: Simulate, sampling: Sampling, launch: u32) -> (u64, u64) {
    let service = service(2, 2, 40, launch).with(tracking(TargetTracking { sampling, ..cpu(70) }));
    let (mut triggered, mut served) = (0, 0);
    for phase in 0..60 {
        let onset = 120 + phase;
        // Two tasks at 37.5 % before it, and all that they can after it.
        let load = steps(1, &parts(&[(onset, 75), (600 - phase, 2_000)]));
        let latency = run(simulate, &load, &service).latencies[0];
        triggered += latency.decided - onset as u64;
        served += latency.served.expect("tasks") - onset as u64;
    }
    (triggered, served)
}

/// AWS News Blog, June 2026, on ECS metrics of 20 s: 363 s until scaling began with metrics of a minute
/// and 86 s with those of 20 s; 386 and 109 s until tasks were there, so 23 s to launch in both. How
/// late datapoints are seen is not published: any delay of more than two and up to three minutes comes
/// within 2 s of the one, and one of 18 s within 6 s of the other.
fn aws_triggers_after_363_s_and_with_short_periods_after_86_s(simulate: Simulate) {
    for delay in [121, 180] {
        let (triggered, served) = onsets(simulate, Sampling { period: 60, delay }, 23);
        assert!(triggered.abs_diff(60 * 363) <= 60 * 2, "{triggered} s in 60 onsets");
        assert!(served.abs_diff(60 * 386) <= 60 * 2, "{served} s in 60 onsets");
    }
    let (triggered, served) = onsets(simulate, every_20_seconds(18), 23);
    assert!(triggered.abs_diff(60 * 86) <= 60 * 6, "{triggered} s in 60 onsets");
    assert!(served.abs_diff(60 * 109) <= 60 * 6, "{served} s in 60 onsets");
}

/// elasticscale.com, April 2024: a PHP image of 413 MB on Fargate without lazy loading, ten launches: 53
/// to 62 s from creation to start, 57 in the mean. Drawn evenly between the two, it is 57.5.
fn ten_launches_of_an_image_take_53_to_62_s_and_57_in_the_mean(simulate: Simulate) {
    let mut service = service(0, 0, 10, 0);
    service.tasks.launch = LaunchTime::Between(53, 62);
    service.scheduled = vec![scheduled(60, Some(10), None)];
    let mut waited = 0;
    for seed in 0..20 {
        let run = simulate(&minutes(&[0; 3]), &service, seed).expect("a service that can be");
        let ran = second_by_second(&run.running);
        assert_eq!((ran[60 + 52], ran[60 + 62]), (0, 10), "seed {seed}");
        // Until all run, the seconds in which one does not are the times of ten launches.
        waited += ran[60..60 + 62].iter().map(|running| 10 - running).sum::<u32>();
    }
    assert!(waited.abs_diff(200 * 57) <= 200, "{waited} s for 200 launches");
}

/// How many of so many tasks wanted at once run at the end of each minute, the first being second 0.
fn ramp(simulate: Simulate, wanted: u32, minutes_long: usize, quota: LaunchQuota) -> Vec<u32> {
    let mut service = service(0, 0, wanted, 30);
    service.tasks.quota = quota;
    service.scheduled = vec![scheduled(0, Some(wanted), None)];
    let ran = second_by_second(&run(simulate, &minutes(&vec![0; minutes_long]), &service).running);
    ran.into_iter().step_by(60).collect()
}

/// Vlad Ionescu, "Scaling containers in AWS" (2020), the results in his repository: containers that ran
/// on ECS with Fargate, minute by minute. Ten at once and one a second, which he names as the limits of
/// an account, is within 8 % of all of it from the second minute on; in the first it is 10 tasks behind.
fn an_account_of_2020_launches_ten_at_once_and_then_one_a_second(simulate: Simulate) {
    #[rustfmt::skip]
    let measured = [
        1, 50, 98, 163, 213, 263, 328, 393, 449, 496, 558, 608, 660, 713, 767, 828, 897, 950, 1_007, 1_062,
        1_130, 1_174, 1_235, 1_297, 1_362, 1_410, 1_464, 1_522, 1_574, 1_632, 1_691, 1_748, 1_813, 1_866,
        1_913, 1_971, 2_023, 2_076, 2_134, 2_186, 2_231, 2_296, 2_343, 2_397, 2_446, 2_498, 2_557, 2_616,
        2_678, 2_735, 2_795, 2_850, 2_899, 2_955, 3_005, 3_064, 3_117,
    ];
    let quota = LaunchQuota { burst: 10, per_second: 1, per_service_minute: 3_500 };
    let ran = ramp(simulate, 3_500, measured.len(), quota);
    assert_eq!((measured.len(), ran.len(), ran[1]), (57, 57, measured[1] - 10));
    for (minute, (&ran, measured)) in ran.iter().zip(measured).enumerate().skip(2) {
        assert!(100 * ran.abs_diff(measured) <= 8 * measured, "{ran} and {measured} after {minute} minutes");
    }
}

/// The same source: a single service had ten tasks in the first second, then about 23 a minute. In the
/// model the bucket of a service is full at first, so it is ahead by no more than a minute's launches.
fn a_service_of_2020_launches_ten_at_once_and_then_23_a_minute(simulate: Simulate) {
    let ran = ramp(simulate, 800, 31, LaunchQuota { burst: 10, per_second: 1, per_service_minute: 23 });
    for minute in 2..=30 {
        assert!(ran[minute].abs_diff(10 + 23 * minute as u32) <= 23, "{} after {minute} minutes", ran[minute]);
        assert_eq!(ran[minute] - ran[minute - 1], 23);
    }
}

/// Vlad Ionescu, "Scaling containers on AWS in 2022": ECS with Fargate starts after 30 s and is close to
/// 3,500 at about four and a half minutes. How many services that were, the picture does not say: with
/// the quotas of today (R34) the model is there 70 s sooner if they are several, 120 s later if it is one.
fn tasks_to_3500_take_from_200_s_in_several_services_to_390_s_in_one_and_took_270_s(simulate: Simulate) {
    let reached = |per_service_minute| {
        let mut service = service(0, 0, 3_500, 30);
        service.tasks.quota = LaunchQuota { per_service_minute, ..LaunchQuota::default() };
        service.scheduled = vec![scheduled(0, Some(3_500), None)];
        let ran = second_by_second(&run(simulate, &minutes(&[0; 7]), &service).running);
        assert_eq!((ran[29], ran[30]), (0, 100), "it starts after 30 s");
        ran.iter().position(|&running| running == 3_500)
    };
    let (measured, several, one) = (270, reached(3_500), reached(500));
    assert_eq!((several, one), (Some(measured - 70), Some(measured + 120)));
}

/// re:Invent, CON307, on lazy loading (SOCI): up to 60 % faster to start, 74 % in a demonstration. Here
/// the launch is a time that the user gives; but most of scaling out is waiting for datapoints, so that
/// 57 s less 60 % bring tasks 34 s sooner, which is 11 % of it all.
fn a_start_that_is_60_percent_faster_brings_tasks_11_percent_sooner(simulate: Simulate) {
    let served = |launch| {
        let service = service(2, 2, 10, launch).with(tracking(cpu(70)));
        run(simulate, &minutes(&[500; 10]), &service).latencies[0].served.expect("tasks")
    };
    let (slow, fast) = (served(57), served(57 * 4 / 10 + 1));
    assert_eq!((slow, fast), (297, 263));
    assert_eq!((slow - fast) * 100 / slow, 11);
    assert_eq!(slow - served(57 * 26 / 100 + 1), 42, "with 74 %");
}

/// 5,500 requests a minute on a target of 1,000 for half an hour, then none; no more than so many tasks.
fn a_locust_test(simulate: Simulate, max: u32, rules: Rules) -> Vec<(u64, u32)> {
    let by_requests = TargetTracking::new(Metric::AlbRequestCountPerTarget, 1_000 * ONE);
    let mut service = service(2, 2, max, 30).with(tracking(by_requests));
    service.rules = rules;
    moves(&run(simulate, &requests(&parts(&[(30, 5_500), (30, 0)])), &service))
}

/// A public report of a test with Locust, 50 users, on requests per target: 2 tasks became 6; when it
/// stopped, 5 and then the least. So does the model where 6 is the most, if it goes in by one first.
fn requests_take_2_tasks_to_6_then_to_5_then_to_the_minimum_where_6_is_the_most(simulate: Simulate) {
    let by_one_first = Rules { scale_in: ScaleIn::OneStepThenProportional, ..Rules::default() };
    assert_eq!(a_locust_test(simulate, 6, by_one_first), [(240, 6), (2_760, 5), (3_060, 2)]);
    assert_eq!(a_locust_test(simulate, 6, Rules::default()), [(240, 6), (2_760, 2)]);
}

/// The same test where more may be. A minute after 6 were asked for, datapoints are still those of 2
/// tasks, and the rules (R14, R15) take them for those of 6: the model asks for 17. The report has 6. The
/// model is known to differ here; crediting what was added makes it less, not 6.
fn requests_take_2_tasks_past_6_where_more_may_be_which_nobody_reported(simulate: Simulate) {
    let reported = (240, 6);
    let running = a_locust_test(simulate, 40, Rules::default());
    assert_eq!(running[..2], [reported, (300, 17)]);
    let added = a_locust_test(simulate, 40, Rules { credit: Credit::Added, ..Rules::default() });
    assert_eq!(added[..2], [reported, (300, 13)]);
}

/// One task at 98 % CPU, and that for 16 minutes.
fn at_98_percent(simulate: Simulate, target: u64, credit: Credit) -> Vec<(u64, u32)> {
    let mut service = service(1, 1, 10, 30).with(tracking(cpu(target)));
    service.rules.credit = credit;
    moves(&run(simulate, &minutes(&[98; 16]), &service))
}

/// A public report of `ab` with 5,000 requests, which kept one task at 97 to 100 % CPU: one more, as for
/// any target from 50 % on.
fn a_task_at_98_percent_becomes_two_for_targets_from_50_percent_on(simulate: Simulate) {
    for target in 50..98 {
        assert_eq!(at_98_percent(simulate, target, Credit::Running)[0], (240, 2), "a target of {target} %");
    }
    for target in 66..98 {
        assert_eq!(at_98_percent(simulate, target, Credit::Running).len(), 1, "a target of {target} %");
    }
}

/// If the load had lasted: a minute later the datapoints are still those of one task. At a target of up
/// to 65 % the rules (R14, R15) then ask for 4 of 2, a larger step than the one that began the cooldown;
/// the report knows of 2 alone. With what was added credited, it is 3.
fn two_become_more_for_targets_up_to_65_percent_which_nobody_reported(simulate: Simulate) {
    for target in 50..=65 {
        let reported = (240, 2);
        assert_eq!(at_98_percent(simulate, target, Credit::Running)[..2], [reported, (300, 4)], "{target} %");
        assert_eq!(at_98_percent(simulate, target, Credit::Added)[..2], [reported, (300, 3)], "{target} %");
    }
}

/// AWS's ECS workshop: three datapoints of a minute, so about four minutes until a service scales out.
fn a_workshop_waits_about_four_minutes(simulate: Simulate) {
    let (triggered, _) = onsets(simulate, Sampling::MINUTE, 30);
    assert!(triggered.abs_diff(60 * 240) <= 60 * 5, "{triggered} s in 60 onsets");
}

/// Segment, "When AWS Autoscale Doesn't": CPU ends at 100 %, so however large the load, one action makes
/// at most 100 % over the target of what runs.
fn one_action_multiplies_by_at_most_100_percent_over_the_target(simulate: Simulate) {
    for target in [50, 60, 70, 75, 90, 95] {
        for tasks in [1_u32, 2, 3, 7, 10, 33] {
            let service = service(1, tasks, 1_000, 30).with(tracking(cpu(target)));
            let first = moves(&run(simulate, &minutes(&[1_000_000; 5]), &service))[0];
            let to = (tasks * 100).div_ceil(u32::try_from(target).expect("percent"));
            assert_eq!(first, (240, to), "{tasks} tasks at a target of {target} %");
        }
    }
}

/// Whether a count of tasks has this load, in so many parts of a task, between 90 and 100 % of a target
/// in percent: the least count that is not above the target decides.
fn fits(load: u64, parts: u64, target: u64) -> bool {
    let count = (100 * load).div_ceil(parts * target);
    9 * target * parts * count <= 1_000 * load
}

/// Loads between `n` tasks at the target and `n + 1` at nine tenths of it fit no count: `0.9 - 0.1 n`
/// times the target for `n` from 0 to 8, 4.5 times in all. Of loads up to 20 tasks those are 11.25 % for
/// a target of 50 %, 13.5 % for 60, 15.75 % for 70, 16.875 % for 75. (Whole hundredths of a task that fit
/// none are 10.8, 13.05, 15.3 and 16.55 %: such a count leaves out the ends of the nine gaps.) The low
/// alarm of such a service never ends, and one task less would be too few.
fn loads_that_fit_no_count_leave_a_service_still(simulate: Simulate) {
    for (target, of_hundredths, thousandths_of_percent) in
        [(50, 216, 11_250), (60, 261, 13_500), (70, 306, 15_750), (75, 331, 16_875)]
    {
        // Exactly, in thousandths of a task: 20 tasks are 20,000.
        let gaps = (0..=8).map(|count| 9 * target * (count + 1) - 10 * target * count);
        assert_eq!(gaps.sum::<u64>() * 100_000, thousandths_of_percent * 20_000);
        let unfit = |parts: u64| (1..20 * parts).filter(move |&load| !fits(load, parts, target));
        assert_eq!(unfit(100).count(), of_hundredths);
        // A finer grid comes as near as its nine gaps have ends.
        let fine = unfit(10_000).count() as u64;
        assert!((1..=9).contains(&(2 * thousandths_of_percent - fine)), "{fine} of 200,000 at {target} %");
        assert!(unfit(100).all(|load| 1_000 * load < 9 * 9 * target * 100), "nine tasks and more always fit");
        for load in unfit(100).step_by(7) {
            let start = u32::try_from(load.div_ceil(target)).expect("a count");
            let service = service(0, start, 30, 30).with(tracking(cpu(target)));
            let run = run(simulate, &minutes(&[u32::try_from(load).expect("a load"); 25]), &service);
            assert_eq!((moves(&run), refused(&run)), (vec![], vec![(960, NotScaled::AnticipatedFlapping)]), "{load}");
        }
    }
}
