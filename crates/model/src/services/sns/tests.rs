//! SNS: requests and deliveries.

use super::*;
use crate::services::declares;
use alloc::string::String;

#[track_caller]
fn check(requests: i64, email: i64, http: i64, lines: &[&str]) {
    let site = Site {
        component: "sns.alerts".into(),
        region: "us-east-1".parse().unwrap(),
        horizon: crate::time::Horizon::AverageMonth,
    };
    let [requests, email, http] = [requests, email, http].map(Ratio::whole);
    let usage = Sns { requests, email, http }.usage(&site);
    assert!(usage.iter().all(|used| declares(Sns::METERS, &used.meter) && used.quantity.unit == used.meter.unit));
    let shown: Vec<String> =
        usage.iter().map(|used| format!("{} {} | {}", used.meter.usage_type, used.quantity, used.because)).collect();
    assert_eq!(shown, lines);
}

#[test]
fn each_kind_of_message() {
    check(0, 0, 0, &[]);
    check(
        1_500_000,
        2_000,
        300_000,
        &[
            "Requests-Tier1 1500000 Requests | 1500000 API requests",
            "DeliveryAttempts-SMTP 2000 Notifications | 2000 e-mails",
            "DeliveryAttempts-HTTP 300000 Notifications | 300000 HTTP deliveries",
        ],
    );
    check(0, 5, 0, &["DeliveryAttempts-SMTP 5 Notifications | 5 e-mails"]);
}
