//! Load balancers: each dimension of an LCU, the hour over which it is taken, started hours.

use super::*;
use crate::services::declares;
use crate::time::{DAY, Horizon};
use proptest::prelude::*;

fn site(month: &str) -> Site {
    Site { component: "alb.public".into(), region: "us-east-1".parse().unwrap(), horizon: month.parse().unwrap() }
}

fn always<T: Copy + PartialEq>(value: T, month: &str) -> Timeline<T> {
    Timeline::constant(value, site(month).horizon.seconds())
}

fn number(text: &str) -> Ratio {
    Ratio::parse(text).unwrap()
}

/// `new/s, active/min, GB/h, GB/h to Lambda, evaluations/s`.
fn traffic(text: &str) -> Traffic {
    let fields: Vec<Ratio> = text.split(", ").map(number).collect();
    let [new_connections, active_connections, processed_gb, processed_lambda_gb, rule_evaluations] = fields[..] else {
        unreachable!("five dimensions, not {text}");
    };
    Traffic { new_connections, active_connections, processed_gb, processed_lambda_gb, rule_evaluations }
}

fn internal(timeline: Timeline<Traffic>, month: &str) -> Alb {
    Alb { running: always(true, month), load: Load::Traffic { timeline, mutual_tls: false }, public_zones: 0 }
}

fn shown(usage: &[Usage], declared: &[Meter]) -> Vec<String> {
    assert!(usage.iter().all(|used| declares(declared, &used.meter) && used.quantity.unit == used.meter.unit));
    usage.iter().map(|used| format!("{} {} | {}", used.meter.usage_type, used.quantity, used.because)).collect()
}

#[track_caller]
fn check(alb: &Alb, month: &str, lines: &[&str]) {
    assert_eq!(shown(&alb.usage(&site(month)), Alb::METERS), lines);
}

#[track_caller]
fn check_lcus(timeline: Timeline<Traffic>, month: &str, line: &str) {
    let usage = internal(timeline, month).usage(&site(month));
    assert_eq!(shown(&usage[1..], Alb::METERS), [line]);
}

#[test]
fn the_busiest_dimension_counts() {
    for (given, line) in [
        ("25, 0, 0, 0, 0", "LCUUsage 730 LCU-Hrs | 1 LCU by new connections x 730 h"),
        ("0, 3000, 0, 0, 0", "LCUUsage 730 LCU-Hrs | 1 LCU by active connections x 730 h"),
        ("0, 0, 1, 0, 0", "LCUUsage 730 LCU-Hrs | 1 LCU by processed bytes x 730 h"),
        ("0, 0, 0, 0.4, 0", "LCUUsage 730 LCU-Hrs | 1 LCU by processed bytes x 730 h"),
        ("0, 0, 0, 0, 1000", "LCUUsage 730 LCU-Hrs | 1 LCU by rule evaluations x 730 h"),
        // Not their sum; and of equals the first.
        ("25, 3000, 1, 0, 1000", "LCUUsage 730 LCU-Hrs | 1 LCU by new connections x 730 h"),
        ("25, 6000, 1, 0, 1000", "LCUUsage 1460 LCU-Hrs | 2 LCU by active connections x 730 h"),
        ("25, 6000, 3, 0, 1000", "LCUUsage 2190 LCU-Hrs | 3 LCU by processed bytes x 730 h"),
        ("25, 6000, 3, 0, 4000", "LCUUsage 2920 LCU-Hrs | 4 LCU by rule evaluations x 730 h"),
        // GB to both kinds of targets add up within their dimension.
        ("0, 0, 10, 10, 0", "LCUUsage 25550 LCU-Hrs | 35 LCU by processed bytes x 730 h"),
        // Connections are per second: 10,000 of them are 400 LCUs, not 1.37.
        ("10000, 0, 0, 0, 0", "LCUUsage 292000 LCU-Hrs | 400 LCU by new connections x 730 h"),
        // There is no minimum.
        ("1, 0, 0, 0, 0", "LCUUsage 29.2 LCU-Hrs | 0.04 LCU by new connections x 730 h"),
        ("0, 0, 0, 0, 0", "LCUUsage 0 LCU-Hrs | 0 LCU by new connections x 730 h"),
    ] {
        check_lcus(always(traffic(given), "average"), "average", line);
    }
}

#[test]
fn ten_rules_are_free() {
    for (rules, requests, evaluations) in
        [(0, "1000", "0"), (10, "1000", "0"), (11, "1000", "1000"), (60, "20.5", "1025")]
    {
        assert_eq!(Traffic::rule_evaluations(rules, number(requests)), number(evaluations));
    }
}

#[test]
fn mutual_tls_halves_the_active_connections_of_an_lcu() {
    let given = traffic("25, 3000, 1, 0, 0");
    assert_eq!(given.lcus(false), (Dimension::NewConnections, Ratio::ONE));
    assert_eq!(given.lcus(true), (Dimension::ActiveConnections, Ratio::whole(2)));
    let load = Load::Traffic { timeline: always(given, "30d"), mutual_tls: true };
    let alb = Alb { load, ..internal(always(given, "30d"), "30d") };
    check(
        &alb,
        "30d",
        &[
            "LoadBalancerUsage 720 Hrs | 1 load balancer x 720 h",
            "LCUUsage 1440 LCU-Hrs | 2 LCU by active connections x 720 h",
        ],
    );
}

#[test]
fn what_changes_inside_an_hour_is_averaged_over_it() {
    // 50 connections/s, then 2 GB/h, half an hour each: on average 25/s and 1 GB/h, so one LCU.
    let hour = [(1_800, traffic("50, 0, 0, 0, 0")), (1_800, traffic("0, 0, 2, 0, 0"))];
    check_lcus(Timeline::steps(hour).unwrap(), "1d", "LCUUsage 1 LCU-Hrs | 1 LCU by new connections x 1 h");
    let day = Timeline::steps(hour).unwrap().repeated_over(Horizon::Days(1));
    check_lcus(day, "1d", "LCUUsage 24 LCU-Hrs | 1 LCU by new connections x 24 h");
}

#[test]
fn each_hour_has_its_own_busiest_dimension() {
    // An hour of 100 connections/s and 23 h of 1 GB/h: 4 + 23. The averages of the day would only make 1.
    let day = Timeline::steps([(HOUR, traffic("100, 0, 0, 0, 0")), (23 * HOUR, traffic("0, 0, 1, 0, 0"))]).unwrap();
    let words = "4 LCU by new connections x 1 h + 1 LCU by processed bytes x 23 h";
    check_lcus(day, "1d", &format!("LCUUsage 27 LCU-Hrs | {words}"));
    // Units that differ from hour to hour are not written out.
    let day = Timeline::steps([(HOUR, traffic("100, 0, 0, 0, 0")), (23 * HOUR, traffic("50, 0, 0, 0, 0"))]).unwrap();
    check_lcus(day, "1d", "LCUUsage 50 LCU-Hrs | 4 LCU by new connections x 1 h + 2 LCU by new connections x 23 h");
}

#[test]
fn a_daily_peak_over_the_average_month() {
    let peak = Timeline::daily(traffic("25, 0, 0, 0, 0"), traffic("0, 9000, 0, 0, 0"), 4 * HOUR, Horizon::AverageMonth);
    // (20 x 1 + 4 x 3) LCU-hours on each of 365/12 days.
    let line = "LCUUsage 973.333333333333 LCU-Hrs | 1 LCU by new connections x ~608.333333 h + 3 LCU by active connections x ~121.666667 h";
    check_lcus(peak, "average", line);
}

#[test]
fn known_lcus_need_no_traffic() {
    let running = always(true, "1d");
    let lcus = Timeline::steps([(20 * HOUR, Ratio::ONE), (4 * HOUR, number("2.5"))]).unwrap();
    check(
        &Alb { running, load: Load::Lcus(lcus), public_zones: 0 },
        "1d",
        &["LoadBalancerUsage 24 Hrs | 1 load balancer x 24 h", "LCUUsage 30 LCU-Hrs | 1 LCU x 20 h + 2.5 LCU x 4 h"],
    );
}

#[test]
fn started_hours_count_whole_and_addresses_by_the_second() {
    let running = Timeline::daily(false, true, 5_400, Horizon::Days(30));
    check(
        &Alb { running, load: Load::Lcus(always(Ratio::ZERO, "30d")), public_zones: 2 },
        "30d",
        &[
            "LoadBalancerUsage 60 Hrs | 1 load balancer x 60 h",
            "LCUUsage 0 LCU-Hrs | 0 LCU x 720 h",
            "PublicIPv4:InUseAddress 90 Hrs | 2 public IPv4 addresses, one per availability zone of an internet-facing load balancer, x 45 h",
        ],
    );
    for (month, hours) in [("average", "730 Hrs"), ("2026-10", "744 Hrs"), ("2026-02", "672 Hrs")] {
        let usage = internal(always(Traffic::NONE, month), month).usage(&site(month));
        assert_eq!(format!("{}", usage[0].quantity), hours);
    }
}

fn flows(new: i64, active: i64, gb: i64) -> Flows {
    Flows {
        new_connections: Ratio::whole(new),
        active_connections: Ratio::whole(active),
        processed_gb: Ratio::whole(gb),
    }
}

#[track_caller]
fn check_nlb(protocols: Vec<(Protocol, Timeline<Flows>)>, month: &str, lines: &[&str]) {
    let nlb = Nlb { running: always(true, month), lcus: None, protocols, public_zones: 0 };
    assert_eq!(shown(&nlb.usage(&site(month))[1..], Nlb::METERS), lines);
}

#[test]
fn protocols_of_a_network_load_balancer_add_up() {
    let month = "average";
    check_nlb(
        vec![
            (Protocol::Tcp, always(flows(800, 0, 0), month)),
            (Protocol::Udp, always(flows(0, 100_000, 1), month)),
            (Protocol::Tls, always(flows(50, 3_000, 3), month)),
        ],
        month,
        &[
            "LCUUsage 730 LCU-Hrs | TCP: 1 NLCU by new connections x 730 h",
            "LCUUsage 1460 LCU-Hrs | UDP: 2 NLCU by active connections x 730 h",
            "LCUUsage 2190 LCU-Hrs | TLS: 3 NLCU by processed bytes x 730 h",
        ],
    );
}

#[test]
fn one_unit_of_each_protocol() {
    for (protocol, new, active) in
        [(Protocol::Tcp, 800, 100_000), (Protocol::Udp, 400, 50_000), (Protocol::Tls, 50, 3_000)]
    {
        for (given, by) in [
            (flows(new, 0, 0), "new connections"),
            (flows(0, active, 0), "active connections"),
            (flows(0, 0, 1), "processed bytes"),
        ] {
            let line = format!("LCUUsage 24 LCU-Hrs | {}: 1 NLCU by {by} x 24 h", protocol.name());
            check_nlb(vec![(protocol, always(given, "1d"))], "1d", &[&line]);
        }
    }
}

#[test]
fn a_network_load_balancer_has_hours_and_addresses_of_its_own() {
    let nlb = Nlb {
        running: always(true, "30d"),
        lcus: Some(always(number("0.5"), "30d")),
        protocols: Vec::new(),
        public_zones: 3,
    };
    let usage = nlb.usage(&site("30d"));
    assert_eq!(
        shown(&usage, Nlb::METERS),
        [
            "LoadBalancerUsage 720 Hrs | 1 load balancer x 720 h",
            "LCUUsage 360 LCU-Hrs | 0.5 LCU x 720 h",
            "PublicIPv4:InUseAddress 2160 Hrs | 3 public IPv4 addresses, one per availability zone of an internet-facing load balancer, x 720 h",
        ]
    );
    assert_eq!(usage[0].meter.operation, "LoadBalancing:Network");
    assert_eq!(HOURS.operation, "LoadBalancing:Application");
}

fn any_traffic() -> impl Strategy<Value = Traffic> {
    let dimension = || (0_i128..1_000_000, 1_i128..1_000).prop_map(|(ticks, per_unit)| Ratio::new(ticks, per_unit));
    (dimension(), dimension(), dimension(), dimension(), dimension()).prop_map(
        |(new_connections, active_connections, processed_gb, processed_lambda_gb, rule_evaluations)| Traffic {
            new_connections,
            active_connections,
            processed_gb,
            processed_lambda_gb,
            rule_evaluations,
        },
    )
}

fn lcu_hours(timeline: &Timeline<Traffic>) -> Ratio {
    lcu::lcu_hours(timeline, false).expect("few steps").0
}

proptest! {
    #[test]
    fn lcus_are_never_below_any_single_dimension(given in any_traffic(), mutual_tls: bool) {
        let (_, lcus) = given.lcus(mutual_tls);
        let only = [
            Traffic { new_connections: given.new_connections, ..Traffic::NONE },
            Traffic { active_connections: given.active_connections, ..Traffic::NONE },
            Traffic { processed_gb: given.processed_gb, ..Traffic::NONE },
            Traffic { processed_lambda_gb: given.processed_lambda_gb, ..Traffic::NONE },
            Traffic { rule_evaluations: given.rule_evaluations, ..Traffic::NONE },
        ];
        for one in only {
            prop_assert!(one.lcus(mutual_tls).1 <= lcus);
        }
    }

    #[test]
    fn the_same_hours_again_make_twice_the_lcus(steps in proptest::collection::vec((1_u64..9, any_traffic()), 1..5)) {
        let steps: Vec<(u64, Traffic)> = steps.into_iter().map(|(hours, given)| (hours * HOUR, given)).collect();
        let once = lcu_hours(&Timeline::steps(steps.iter().copied()).unwrap());
        let twice = lcu_hours(&Timeline::steps(steps.iter().chain(&steps).copied()).unwrap());
        prop_assert_eq!(twice, once + once);
    }

    #[test]
    fn a_peak_never_makes_it_cheaper_than_its_average(new in 1_i64..1_000, gb in 0_i64..50, peak_hours in 1_u64..24) {
        let (quiet, busy) = (Traffic { processed_gb: Ratio::whole(gb), ..Traffic::NONE }, Traffic { new_connections: Ratio::whole(new), ..Traffic::NONE });
        let day = Timeline::daily(quiet, busy, peak_hours * HOUR, Horizon::Days(1));
        let share = Ratio::new(i128::from(peak_hours), 24);
        let average = Traffic {
            new_connections: busy.new_connections * share,
            processed_gb: quiet.processed_gb * (Ratio::ONE - share),
            ..Traffic::NONE
        };
        prop_assert!(lcu_hours(&day) >= lcu_hours(&Timeline::constant(average, DAY)));
    }
}
