//! Secrets Manager: secrets, replicas, calls.

use super::*;
use crate::services::declares;
use alloc::string::String;

fn site(month: &str) -> Site {
    Site {
        component: "secrets_manager.app".into(),
        region: "us-east-1".parse().unwrap(),
        horizon: month.parse().unwrap(),
    }
}

#[track_caller]
fn check(secrets: u32, replicas: u32, api_calls: i64, month: &str, lines: &[&str]) {
    let usage = SecretsManager { secrets, replicas, api_calls: Ratio::whole(api_calls) }.usage(&site(month));
    assert!(
        usage.iter().all(|used| declares(SecretsManager::METERS, &used.meter) && used.quantity.unit == used.meter.unit)
    );
    let shown: Vec<String> =
        usage.iter().map(|used| format!("{} {} | {}", used.meter.usage_type, used.quantity, used.because)).collect();
    assert_eq!(shown, lines);
}

#[test]
fn secrets_by_the_month_and_calls_one_by_one() {
    check(0, 0, 0, "average", &[]);
    check(
        5,
        2,
        12_345,
        "average",
        &[
            "AWSSecretsManager-Secrets 5 Secrets | 5 secrets",
            "AWSSecretsManager-Secrets 2 Secrets | 2 replicas",
            "AWSSecretsManagerAPIRequest 12345 Requests | 12345 API calls",
        ],
    );
    check(1, 0, 0, "15d", &["AWSSecretsManager-Secrets 0.5 Secrets | 1 secret x 0.5 month"]);
    check(1, 0, 0, "2026-02", &["AWSSecretsManager-Secrets 1 Secrets | 1 secret"]);
}
