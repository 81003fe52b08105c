//! Fargate: sizes, minimums, Spot, disk and addresses.

use super::*;
use crate::services::declares;
use crate::time::Horizon;
use alloc::string::ToString;
use proptest::prelude::*;

fn site(month: &str) -> Site {
    Site { component: "fargate.api".into(), region: "us-east-1".parse().unwrap(), horizon: month.parse().unwrap() }
}

fn always(count: u32, month: &str) -> Tasks {
    Tasks::Running(Timeline::constant(count, site(month).horizon.seconds()))
}

/// Linux on x86-64 with 0.25 vCPU, 0.5 GB and nothing more.
fn small(tasks: Tasks) -> Fargate {
    let size = Size::new(256, 512).unwrap();
    Fargate { size, platform: Platform::LinuxX86, ephemeral_gb: INCLUDED_GB, tasks, spot: None, public_ip: false }
}

/// One vCPU with 2 GB, the smallest size on every platform.
fn medium(platform: Platform, tasks: Tasks) -> Fargate {
    Fargate { size: Size::new(1_024, 2_048).unwrap(), platform, ..small(tasks) }
}

#[track_caller]
fn check(fargate: &Fargate, month: &str, lines: &[&str]) {
    let usage = fargate.usage(&site(month));
    assert!(usage.iter().all(|used| declares(Fargate::METERS, &used.meter) && used.quantity.unit == used.meter.unit));
    let shown: Vec<String> =
        usage.iter().map(|used| format!("{} {} | {}", used.meter.usage_type, used.quantity, used.because)).collect();
    assert_eq!(shown, lines);
}

#[test]
fn every_size_that_aws_sells() {
    let mut of_cpu: Vec<(String, usize)> = Vec::new();
    for size in Size::all() {
        let cpu = size.vcpus().to_string();
        match of_cpu.last_mut() {
            Some(last) if last.0 == cpu => last.1 += 1,
            _ => of_cpu.push((cpu, 1)),
        }
    }
    let counts: Vec<String> = of_cpu.iter().map(|(cpu, count)| format!("{cpu}: {count}")).collect();
    assert_eq!(counts, ["0.25: 3", "0.5: 4", "1: 7", "2: 13", "4: 23", "8: 12", "16: 12", "32: 3"]);
    for size in Size::all() {
        let units = |value: Ratio| u32::try_from((value * Ratio::whole(1_024)).to_whole().unwrap()).unwrap();
        assert_eq!(Size::new(units(size.vcpus()), units(size.memory_gb())), Ok(size));
    }
}

#[test]
fn other_sizes_are_refused_with_the_nearest() {
    for (cpu, memory, wanted, nearest) in [
        (256, 4_096, "0.25 vCPU with 4 GB", "0.25 vCPU with 2 GB, 0.5 vCPU with 4 GB"),
        (128, 512, "0.125 vCPU with 0.5 GB", "0.25 vCPU with 0.5 GB, 0.5 vCPU with 1 GB"),
        (1_024, 1_024, "1 vCPU with 1 GB", "0.5 vCPU with 1 GB, 1 vCPU with 2 GB, 2 vCPU with 4 GB"),
        (4_096, 31_744, "4 vCPU with 31 GB", "4 vCPU with 30 GB, 8 vCPU with 32 GB"),
        (
            8_192,
            18_432,
            "8 vCPU with 18 GB",
            "4 vCPU with 18 GB, 8 vCPU with 16 GB, 8 vCPU with 20 GB, 16 vCPU with 32 GB",
        ),
        (32_768, 65_536, "32 vCPU with 64 GB", "16 vCPU with 64 GB, 32 vCPU with 60 GB, 32 vCPU with 120 GB"),
        (65_536, 131_072, "64 vCPU with 128 GB", "32 vCPU with 120 GB, 32 vCPU with 244 GB"),
        (0, 0, "0 vCPU with 0 GB", "0.25 vCPU with 0.5 GB, 0.5 vCPU with 1 GB"),
    ] {
        let invalid = Size::new(cpu, memory).unwrap_err();
        assert_eq!(invalid.to_string(), format!("Fargate has no task of {wanted}"));
        assert_eq!(invalid.help(), format!("nearest sizes: {nearest}"));
    }
}

#[test]
fn hours_of_each_horizon() {
    for (month, vcpu, gb, hours) in
        [("average", "365", "730", "730"), ("30d", "360", "720", "720"), ("2026-02", "336", "672", "672")]
    {
        check(
            &small(always(2, month)),
            month,
            &[
                &format!("Fargate-vCPU-Hours:perCPU {vcpu} vCPU-Hours | 2 tasks x 0.25 vCPU x {hours} h"),
                &format!("Fargate-GB-Hours {gb} GB-Hours | 2 tasks x 0.5 GB x {hours} h"),
            ],
        );
    }
}

#[test]
fn a_daily_peak() {
    let timeline = Timeline::daily(2, 8, 4 * HOUR, Horizon::AverageMonth);
    check(
        &small(Tasks::Running(timeline)),
        "average",
        &[
            "Fargate-vCPU-Hours:perCPU 547.5 vCPU-Hours | (2 tasks x ~608.333333 h + 8 tasks x ~121.666667 h) x 0.25 vCPU",
            "Fargate-GB-Hours 1095 GB-Hours | (2 tasks x ~608.333333 h + 8 tasks x ~121.666667 h) x 0.5 GB",
        ],
    );
}

#[test]
fn platforms_have_meters_of_their_own() {
    check(
        &medium(Platform::LinuxArm, always(1, "average")),
        "average",
        &[
            "Fargate-ARM-vCPU-Hours:perCPU 730 vCPU-Hours | 1 task x 1 vCPU x 730 h",
            "Fargate-ARM-GB-Hours 1460 GB-Hours | 1 task x 2 GB x 730 h",
        ],
    );
    check(
        &medium(Platform::Windows, always(1, "average")),
        "average",
        &[
            "Fargate-Windows-vCPU-Hours:perCPU 730 vCPU-Hours | 1 task x 1 vCPU x 730 h",
            "Fargate-Windows-GB-Hours 1460 GB-Hours | 1 task x 2 GB x 730 h",
            "Fargate-Windows-OS-Hours:perCPU 730 vCPU-Hours | 1 task x 1 vCPU of Windows licence x 730 h",
        ],
    );
}

#[test]
fn runs_round_up_to_the_second_and_to_the_minimum() {
    for (platform, seconds, billed) in [
        (Platform::LinuxX86, "0", "60"),
        (Platform::LinuxX86, "45", "60"),
        (Platform::LinuxX86, "60", "60"),
        (Platform::LinuxX86, "600.2", "601"),
        (Platform::LinuxArm, "59.9", "60"),
        (Platform::Windows, "45", "300"),
        (Platform::Windows, "300.001", "301"),
    ] {
        let tasks = Tasks::Runs { count: Ratio::whole(3_600), seconds: Ratio::parse(seconds).unwrap() };
        let usage = medium(platform, tasks).usage(&site("average"));
        assert_eq!(usage[0].quantity.to_string(), format!("{billed} vCPU-Hours"));
        assert_eq!(usage[0].because, format!("3600 runs x 1 vCPU x {billed} s"));
    }
}

#[test]
fn a_task_that_lives_for_ten_seconds_is_billed_for_a_minute() {
    // Two tasks for two hours, and three more for ten seconds.
    let timeline = || Timeline::steps([(3_600, 2), (10, 5), (3_590, 2)]).unwrap();
    check(
        &medium(Platform::LinuxX86, Tasks::Running(timeline())),
        "1d",
        &[
            "Fargate-vCPU-Hours:perCPU 4.05 vCPU-Hours | (2 tasks x ~1.997222 h + 5 tasks x ~0.002778 h) x 1 vCPU, each billed at least 60 s",
            "Fargate-GB-Hours 8.1 GB-Hours | (2 tasks x ~1.997222 h + 5 tasks x ~0.002778 h) x 2 GB, each billed at least 60 s",
        ],
    );
    let windows = medium(Platform::Windows, Tasks::Running(timeline())).usage(&site("1d"));
    assert_eq!(windows[0].quantity.to_string(), "4.25 vCPU-Hours");
}

#[test]
fn a_share_on_spot() {
    let percent = |share| Ratio::new(share, 100);
    let spot =
        |share, off| Fargate { spot: Some(Spot { share, off }), ..medium(Platform::LinuxX86, always(2, "average")) };
    check(
        &spot(percent(70), None),
        "average",
        &[
            "Fargate-vCPU-Hours:perCPU 438 vCPU-Hours | 2 tasks x 1 vCPU x 730 h, 30 % of it on demand",
            "Fargate-GB-Hours 876 GB-Hours | 2 tasks x 2 GB x 730 h, 30 % of it on demand",
            "SpotUsage-Fargate-vCPU-Hours:perCPU 1022 vCPU-Hours | 2 tasks x 1 vCPU x 730 h, 70 % of it on Spot",
            "SpotUsage-Fargate-GB-Hours 2044 GB-Hours | 2 tasks x 2 GB x 730 h, 70 % of it on Spot",
        ],
    );
    check(
        &spot(Ratio::ONE, None),
        "average",
        &[
            "SpotUsage-Fargate-vCPU-Hours:perCPU 1460 vCPU-Hours | 2 tasks x 1 vCPU x 730 h",
            "SpotUsage-Fargate-GB-Hours 2920 GB-Hours | 2 tasks x 2 GB x 730 h",
        ],
    );
    assert_eq!(
        spot(Ratio::ZERO, None).usage(&site("average")),
        spot(Ratio::ZERO, Some(percent(50))).usage(&site("average"))
    );
    let arm = Fargate { platform: Platform::LinuxArm, ..spot(Ratio::ONE, Some(percent(65))) };
    let used = arm.usage(&site("average"));
    assert_eq!(used[0].meter.usage_type, "SpotUsage-Fargate-ARM-vCPU-Hours:perCPU");
    let from = Platform::LinuxArm.vcpu();
    assert_eq!(used[0].pricing, Pricing::Discounted { from, off: Some(percent(65)) });
}

#[test]
fn the_words_of_a_schedule_on_spot_keep_their_arithmetic_together() {
    let timeline = Timeline::daily(1, 2, 12 * HOUR, Horizon::Days(2));
    let spot = Some(Spot { share: Ratio::new(1, 2), off: None });
    let usage = Fargate { spot, ..medium(Platform::LinuxX86, Tasks::Running(timeline)) }.usage(&site("2d"));
    assert_eq!(usage[0].because, "(1 task x 24 h + 2 tasks x 24 h) x 1 vCPU, 50 % of it on demand");
    assert_eq!(usage[3].because, "(1 task x 24 h + 2 tasks x 24 h) x 2 GB, 50 % of it on Spot");
}

#[test]
fn disk_beyond_what_is_included_and_public_addresses() {
    let extra = |ephemeral_gb, public_ip| {
        let fargate = Fargate { ephemeral_gb, public_ip, ..small(always(2, "average")) };
        let usage = fargate.usage(&site("average")).split_off(2);
        usage
            .iter()
            .map(|used| format!("{} {} | {}", used.meter.usage_type, used.quantity, used.because))
            .collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(extra(20, false), none);
    assert_eq!(extra(0, false), none);
    assert_eq!(
        extra(21, false),
        ["Fargate-EphemeralStorage-GB-Hours 1460 GB-Hours | 2 tasks x 730 h x 1 GB of disk beyond the 20 GB included"]
    );
    assert_eq!(
        extra(50, true),
        [
            "Fargate-EphemeralStorage-GB-Hours 43800 GB-Hours | 2 tasks x 730 h x 30 GB of disk beyond the 20 GB included",
            "PublicIPv4:InUseAddress 1460 Hrs | 2 tasks x 730 h, a public IPv4 address each",
        ]
    );
}

fn quantities(fargate: &Fargate) -> Vec<Ratio> {
    fargate.usage(&site("average")).iter().map(|used| used.quantity.value).collect()
}

proptest! {
    #[test]
    fn a_refused_size_has_neighbours_that_are_sold(cpu in 0_u32..70_000, memory in 0_u32..300_000) {
        if let Err(invalid) = Size::new(cpu, memory) {
            prop_assert!(!invalid.nearest.is_empty());
            prop_assert!(invalid.nearest.iter().all(|near| Size::all().any(|size| size == *near)));
        }
    }

    #[test]
    fn the_same_again_costs_twice_the_usage(steps in proptest::collection::vec((60_u64..10_000, 0_u32..50), 1..9)) {
        let once = Timeline::steps(steps.iter().copied()).unwrap();
        let twice = Timeline::steps(steps.iter().chain(&steps).copied()).unwrap();
        let doubled: Vec<Ratio> = quantities(&small(Tasks::Running(once))).iter().map(|&one| one + one).collect();
        prop_assert_eq!(quantities(&small(Tasks::Running(twice))), doubled);
    }

    #[test]
    fn spot_moves_task_time_and_adds_none(percent in 1_i128..100, count in 1_u32..1_000) {
        let all = quantities(&small(always(count, "average")));
        let spot = Some(Spot { share: Ratio::new(percent, 100), off: None });
        let parts = quantities(&Fargate { spot, ..small(always(count, "average")) });
        prop_assert_eq!(vec![parts[0] + parts[2], parts[1] + parts[3]], all);
    }
}
