//! `stackcost reconcile` against Cost Explorer: one request, by usage type and record type.

use super::double::account;
use serde_json::{Value, json};
use std::path::Path;

#[test]
fn a_stack_is_held_against_cost_explorer() {
    let account = account();
    let group = |usage_type: &str, record_type: &str, quantity: &str, unit: &str, cost: &str| {
        json!({"Keys": [usage_type, record_type], "Metrics": {
            "UnblendedCost": {"Amount": cost, "Unit": "USD"}, "UsageQuantity": {"Amount": quantity, "Unit": unit}
        }})
    };
    let groups = [
        group("USE1-Fargate-vCPU-Hours:perCPU", "Usage", "300", "vCPU-Hours", "12.144"),
        group("USE1-Fargate-vCPU-Hours:perCPU", "Savings Plan Covered Usage", "100", "vCPU-Hours", "4.048"),
        group("USE1-Fargate-vCPU-Hours:perCPU", "Savings Plan Negation", "100", "vCPU-Hours", "-4.048"),
        // Of the registry, of the logs, and of S3: a usage type alone does not tell.
        group("TimedStorage-ByteHrs", "Usage", "10", "GB-Mo", "0.73"),
        group("NatGateway-Hours", "Usage", "744", "Hrs", "33.48"),
        group("NoUsageType", "Tax", "0", "N/A", "4.5"),
    ];
    let answer = json!({
        "GroupDefinitions": [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}, {"Type": "DIMENSION", "Key": "RECORD_TYPE"}],
        "ResultsByTime": [{
            "TimePeriod": {"Start": "2026-10-01", "End": "2026-11-01"}, "Total": {}, "Groups": groups, "Estimated": false
        }],
        "DimensionValueAttributes": []
    });
    account.answers("GetCostAndUsage", &[answer]);
    let home = tempfile::tempdir().expect("a folder");
    let stack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/news-api.toml");
    let output = account
        .command(env!("CARGO_BIN_EXE_stackcost"))
        .env("HOME", home.path())
        .args([Path::new("reconcile"), &stack])
        .args(["--month", "2026-10", "--format", "json"])
        .output()
        .expect("the binary starts");
    assert!(output.status.success(), "{output:?}");
    let calls = account.calls("GetCostAndUsage");
    assert_eq!(calls.len(), 1);
    let asked: Value = serde_json::from_str(calls[0]["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!(asked["Metrics"], json!(["UnblendedCost", "UsageQuantity"]));
    assert_eq!(
        asked["GroupBy"],
        json!([{"Type": "DIMENSION", "Key": "USAGE_TYPE"}, {"Type": "DIMENSION", "Key": "RECORD_TYPE"}])
    );
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let line = |usage_type: &str| {
        let lines = said["lines"].as_array().expect("lines").iter();
        lines.filter(|line| line["usage_type"] == usage_type).cloned().collect::<Vec<Value>>()
    };
    let fargate = &line("USE1-Fargate-vCPU-Hours:perCPU")[0];
    assert_eq!((&fargate["billed_quantity"], &fargate["price_effect"]), (&json!("400"), &json!("-4.048")));
    assert_eq!(fargate["causes"], json!(["covered by a Savings Plan"]));
    let storage = line("TimedStorage-ByteHrs");
    assert_eq!(storage.len(), 1, "{storage:?}");
    assert_eq!(storage[0]["components"], json!(["ecr.images", "cloudwatch.logs"]));
    assert_eq!(line("Tax")[0]["part"], "tax");
    assert_eq!(line("NatGateway-Hours")[0]["causes"], json!(["not in this stack"]));
    assert_eq!(said["total"]["billed"], "50.854");
    assert_eq!(said["total"]["residual"], "0");
    assert_eq!(said["source"], format!("Cost Explorer, account {}", account.id));
}
