//! Public IPv4 addresses: in use or idle, by the second with a minimum of a minute.

use super::*;
use crate::services::declares;
use crate::time::Horizon;
use alloc::string::{String, ToString};

fn site(month: &str) -> Site {
    Site {
        component: "public_ipv4.spare".into(),
        region: "us-east-1".parse().unwrap(),
        horizon: month.parse().unwrap(),
    }
}

#[track_caller]
fn check(addresses: &PublicIpv4, month: &str, lines: &[&str]) {
    let usage = addresses.usage(&site(month));
    assert!(
        usage.iter().all(|used| declares(PublicIpv4::METERS, &used.meter) && used.quantity.unit == used.meter.unit)
    );
    let shown: Vec<String> =
        usage.iter().map(|used| format!("{} {} | {}", used.meter.usage_type, used.quantity, used.because)).collect();
    assert_eq!(shown, lines);
}

fn always(in_use: u32, idle: u32, month: &str) -> PublicIpv4 {
    PublicIpv4 { in_use, idle, running: Timeline::constant(true, site(month).horizon.seconds()) }
}

#[test]
fn in_use_and_idle_are_separate_lines() {
    check(
        &always(3, 1, "average"),
        "average",
        &[
            "PublicIPv4:InUseAddress 2190 Hrs | 3 addresses in use x 730 h",
            "PublicIPv4:IdleAddress 730 Hrs | 1 address idle x 730 h",
        ],
    );
    check(&always(0, 2, "2026-10"), "2026-10", &["PublicIPv4:IdleAddress 1488 Hrs | 2 addresses idle x 744 h"]);
    check(&always(0, 0, "30d"), "30d", &[]);
}

#[test]
fn by_the_second_with_a_minimum_of_a_minute() {
    for (seconds, hours) in [(1, "0.5 Hrs"), (60, "0.5 Hrs"), (61, "0.508333333333 Hrs"), (5_400, "45 Hrs")] {
        let running = Timeline::daily(false, true, seconds, Horizon::Days(30));
        let usage = PublicIpv4 { running, ..always(1, 0, "30d") }.usage(&site("30d"));
        assert_eq!(usage[0].quantity.to_string(), hours, "{seconds} s a day");
    }
}
