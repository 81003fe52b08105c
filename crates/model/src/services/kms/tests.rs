//! KMS: keys and requests.

use super::*;
use crate::services::declares;
use alloc::string::String;

fn site(month: &str) -> Site {
    Site { component: "kms.main".into(), region: "us-east-1".parse().unwrap(), horizon: month.parse().unwrap() }
}

#[track_caller]
fn check(keys: u32, requests: i64, month: &str, lines: &[&str]) {
    let usage = Kms { keys, requests: Ratio::whole(requests) }.usage(&site(month));
    assert!(usage.iter().all(|used| declares(Kms::METERS, &used.meter) && used.quantity.unit == used.meter.unit));
    let shown: Vec<String> =
        usage.iter().map(|used| format!("{} {} | {}", used.meter.usage_type, used.quantity, used.because)).collect();
    assert_eq!(shown, lines);
}

#[test]
fn keys_by_the_month_and_requests() {
    check(0, 0, "average", &[]);
    check(2, 100_000, "average", &["KMS-Keys 2 Keys | 2 keys", "KMS-Requests 100000 Requests | 100000 requests"]);
    check(1, 0, "15d", &["KMS-Keys 0.5 Keys | 1 key x 0.5 month"]);
    check(3, 0, "2026-02", &["KMS-Keys 3 Keys | 3 keys"]);
}

#[test]
fn the_region_is_written_out_in_full() {
    assert_eq!(KEYS.written(site("average").region), "us-east-1-KMS-Keys");
}
