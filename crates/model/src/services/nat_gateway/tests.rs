//! NAT gateways: started hours, GB, addresses.

use super::*;
use crate::services::declares;
use crate::time::Horizon;
use alloc::string::String;

fn site(month: &str) -> Site {
    Site { component: "nat_gateway.main".into(), region: "us-east-1".parse().unwrap(), horizon: month.parse().unwrap() }
}

#[track_caller]
fn check(nat: &NatGateway, month: &str, lines: &[&str]) {
    let usage = nat.usage(&site(month));
    assert!(
        usage.iter().all(|used| declares(NatGateway::METERS, &used.meter) && used.quantity.unit == used.meter.unit)
    );
    let shown: Vec<String> =
        usage.iter().map(|used| format!("{} {} | {}", used.meter.usage_type, used.quantity, used.because)).collect();
    assert_eq!(shown, lines);
}

fn always(count: u32, gb: i64, public: bool, month: &str) -> NatGateway {
    let running = Timeline::constant(true, site(month).horizon.seconds());
    NatGateway { count, running, processed_gb: Ratio::whole(gb), public }
}

#[test]
fn hours_gb_and_an_address_each() {
    check(
        &always(2, 100, true, "average"),
        "average",
        &[
            "NatGateway-Hours 1460 Hrs | 2 gateways x 730 h",
            "NatGateway-Bytes 100 GB | 100 GB processed, both directions",
            "PublicIPv4:InUseAddress 1460 Hrs | 2 gateways, a public IPv4 address each, x 730 h",
        ],
    );
    check(&always(1, 0, false, "2026-02"), "2026-02", &["NatGateway-Hours 672 Hrs | 1 gateway x 672 h"]);
    check(&always(1, 0, false, "30d"), "30d", &["NatGateway-Hours 720 Hrs | 1 gateway x 720 h"]);
}

#[test]
fn a_started_hour_is_a_whole_hour_but_not_of_the_address() {
    let running = Timeline::daily(false, true, 5_400, Horizon::Days(30));
    check(
        &NatGateway { running, ..always(1, 0, true, "30d") },
        "30d",
        &[
            "NatGateway-Hours 60 Hrs | 1 gateway x 60 h",
            "PublicIPv4:InUseAddress 45 Hrs | 1 gateway, a public IPv4 address each, x 45 h",
        ],
    );
}
