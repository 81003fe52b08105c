//! `stackcost drivers` of Cost Explorer: our own split, and beside it what AWS tells.

use super::desk::{Desk, USAGE, answer, by};
use serde_json::{Value, json};

const DRIVERS: &str = "GetCostComparisonDrivers";

/// A month of one answer: keys separated by `/`, quantity and cost.
fn period(month: u32, groups: &[(&str, &str, &str)]) -> Value {
    let groups = groups.iter().map(|(keys, quantity, cost)| {
        let metrics = json!({
            "UnblendedCost": {"Amount": cost, "Unit": "USD"}, "UsageQuantity": {"Amount": quantity, "Unit": "hours"}
        });
        json!({"Keys": keys.split('/').collect::<Vec<_>>(), "Metrics": metrics})
    });
    json!({
        "TimePeriod": {"Start": format!("2026-{month:02}-01"), "End": format!("2026-{:02}-01", month + 1)},
        "Total": {}, "Groups": groups.collect::<Vec<_>>(), "Estimated": false
    })
}

/// From 120 to 180 dollars: twice the tasks, a NAT gateway, more tax.
fn a_bill(desk: &Desk) {
    let vcpu = "Amazon Elastic Container Service/USE1-Fargate-vCPU-Hours:perCPU";
    let nat = "EC2 - Other/NatGateway-Hours";
    let usage = [period(9, &[(vcpu, "2880", "110")]), period(10, &[(vcpu, "3571.2", "136.4"), (nat, "744", "33.48")])];
    let others = [period(9, &[("Tax/Tax", "0", "10")]), period(10, &[("Tax/Tax", "0", "10.12")])];
    desk.account.answers(
        USAGE,
        &[
            answer(&[by("SERVICE"), by("USAGE_TYPE")], usage.to_vec(), None),
            answer(&[by("SERVICE"), by("RECORD_TYPE")], others.to_vec(), None),
        ],
    );
}

#[test]
fn two_requests_make_the_split() {
    let desk = Desk::new();
    a_bill(&desk);
    let ran = desk.run("drivers 2026-09 2026-10 --format json");
    ran.ends(0, &["Cost Explorer: 2 requests, $0.02"]);
    let split = ran.json();
    let total = &split["total"];
    let said = ["cost_before", "cost_after", "change", "price", "usage", "mix", "new", "gone"].map(|name| &total[name]);
    assert_eq!(said, ["120", "180", "60", "0.12", "26.4", "0", "33.48", "0"]);
    let order: Vec<&Value> = split["groups"].as_array().expect("groups").iter().map(|group| &group["name"]).collect();
    assert_eq!(order, ["EC2 - Other", "Amazon Elastic Container Service", "Tax"], "in order of dollars");
    assert!(split.get("aws").is_none());
    let periods: Vec<Value> = desk.sent(USAGE).iter().map(|sent| sent["TimePeriod"].clone()).collect();
    assert_eq!(periods, vec![json!({"Start": "2026-09-01", "End": "2026-11-01"}); 2]);
}

fn change(before: &str, after: &str, difference: &str) -> Value {
    let amounts = json!({
        "BaselineTimePeriodAmount": before, "ComparisonTimePeriodAmount": after, "Difference": difference, "Unit": "USD"
    });
    json!({"UnblendedCost": amounts})
}

#[test]
fn what_aws_tells_stands_beside_it() {
    let desk = Desk::new();
    a_bill(&desk);
    let tax = json!({"Type": "TAX", "Name": "", "Metrics": change("10", "10.12", "0.12")});
    let nat = json!({"Type": "USAGE_CHANGE", "Name": "NatGateway-Hours", "Metrics": change("0", "33.48", "33.48")});
    let of = |service: &str, metrics: Value, driver: Value| {
        let selector = json!({"Dimensions": {"Key": "SERVICE", "Values": [service]}});
        json!({"CostSelector": selector, "Metrics": metrics, "CostDrivers": [driver]})
    };
    let first = json!({"CostComparisonDrivers": [of("Tax", change("10", "10.12", "0.12"), tax)], "NextPageToken": "2"});
    let second = json!({"CostComparisonDrivers": [of("EC2 - Other", change("0", "33.48", "33.48"), nat)]});
    desk.account.answers(DRIVERS, &[first, second]);
    let ran = desk.run("drivers 2026-09 2026-10 --aws");
    ran.ends(0, &["Cost Explorer: 2 requests, $0.02"]);
    let (ours, theirs) = ran.stdout.split_once("As Cost Explorer tells it").expect("both");
    assert!(ours.contains("TOTAL") && ours.contains("120.00 -> 180.00"), "{ours}");
    let at = |text: &str| theirs.find(text).unwrap_or_else(|| panic!("no {text} in {theirs}"));
    assert!(at("usage change: NatGateway-Hours") < at("tax"), "the most dollars first: {theirs}");
    assert_eq!(desk.sent(DRIVERS).len(), 2);
    // Closed months are kept, so the second time costs nothing.
    let told = desk.run("drivers 2026-09 2026-10 --aws --format json").json();
    assert_eq!(told["aws"][0]["CostComparisonDrivers"].as_array().map(Vec::len), Some(2));
    assert_eq!((desk.sent(USAGE).len(), desk.sent(DRIVERS).len()), (2, 2));
}

#[test]
fn our_split_is_shown_without_theirs() {
    let desk = Desk::new();
    a_bill(&desk);
    desk.account.fault("ce", DRIVERS, 1, json!({"status": 400, "code": "AccessDeniedException"}));
    let ran = desk.run("drivers 2026-09 2026-10 --aws");
    ran.ends(5, &["ce:GetCostComparisonDrivers", "stackcost iam drivers", "partial"]);
    assert!(ran.stdout.contains("120.00 -> 180.00") && !ran.stdout.contains("As Cost Explorer"), "{}", ran.stdout);
}
