//! `stackcost iam`: each call's action is in the policy of the verb that makes it.

use serde_json::{Value, json};
use stackcost_aws::Call;
use std::collections::BTreeSet;
use std::process::Command;

fn iam(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_stackcost")).arg("iam").args(arguments).output();
    let output = output.expect("the binary starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_policy_allows_the_calls_and_nothing_else() {
    let (code, policy, said) = iam(&["reconcile", "--format", "json"]);
    assert_eq!(code, Some(0));
    assert_eq!(
        serde_json::from_str::<Value>(&policy).expect("JSON"),
        json!({"Version": "2012-10-17", "Statement": [
            {"Sid": "Stackcost", "Effect": "Allow", "Action": ["ce:GetCostAndUsage"], "Resource": "*"}
        ]})
    );
    assert!(said.contains("sts:GetCallerIdentity is called, too; it needs no permission"), "{said}");
    assert_eq!(iam(&["reconcile"]).1, policy);
}

#[test]
fn every_call_is_in_a_policy_or_needs_none() {
    let mut allowed = BTreeSet::new();
    for verb in ["spend", "drivers", "reconcile", "prices", "fix", "check"] {
        let policy: Value = serde_json::from_str(&iam(&[verb]).1).expect("JSON");
        let statements = policy["Statement"].as_array().expect("statements").iter();
        let actions: Vec<Value> =
            statements.flat_map(|one| one["Action"].as_array().expect("actions").clone()).collect();
        allowed.extend(actions.iter().map(|action| action.as_str().expect("text").to_string()));
        let table = iam(&[verb, "--format", "table"]).1;
        assert!(actions.iter().all(|action| table.contains(action.as_str().expect("text"))), "{table}");
        assert!(table.lines().all(|line| line.len() <= 90), "{table}");
    }
    let needed: BTreeSet<String> =
        Call::ALL.iter().filter(|call| call.needs_permission()).map(|call| call.action().to_string()).collect();
    allowed.remove("iam:CreateServiceLinkedRole");
    assert_eq!(allowed, needed);
    // A denial names the verb whose policy helps.
    for call in Call::ALL.into_iter().filter(|call| call.needs_permission()) {
        assert!(iam(&[call.verb()]).1.contains(call.action()), "{call:?}");
    }
}

#[test]
fn an_unknown_verb_is_bad_usage() {
    let (code, policy, said) = iam(&["spent"]);
    assert_eq!((code, &*policy), (Some(2), ""));
    assert!(said.contains("spend"), "{said}");
}

#[test]
fn whoever_checks_needs_to_read_and_no_more() {
    let actions = |arguments: &[&str]| -> Vec<(String, BTreeSet<String>)> {
        let policy: Value = serde_json::from_str(&iam(arguments).1).expect("JSON");
        let text = |value: &Value| value.as_str().expect("text").to_string();
        let of =
            |one: &Value| (text(&one["Sid"]), one["Action"].as_array().expect("actions").iter().map(text).collect());
        policy["Statement"].as_array().expect("statements").iter().map(of).collect()
    };
    let (fix, check) = (actions(&["fix"]), actions(&["check"]));
    assert_eq!((fix.len(), check.len()), (3, 1));
    assert_eq!(fix[2].1, ["iam:CreateServiceLinkedRole".to_string()].into());
    assert_eq!(fix[0], check[0]);
    assert!(fix[0].1.is_disjoint(&fix[1].1));
    let changes = |action: &String| {
        let name = action.split(':').nth(1).expect("a name");
        let reads = ["Describe", "Get", "List", "BatchGet", "View"];
        // A preview is computed by ECR and changes nothing.
        !reads.iter().any(|word| name.starts_with(word)) && name != "StartLifecyclePolicyPreview"
    };
    assert!(!check[0].1.iter().any(changes), "{:?}", check[0]);
    // What others have scheduled is only looked at before a target is taken away.
    let looks: Vec<&String> = fix[1].1.iter().filter(|action| !changes(action)).collect();
    assert_eq!(looks, ["application-autoscaling:DescribeScheduledActions"]);
    let logs = actions(&["fix", "--only", "log-retention"]);
    let writes: BTreeSet<String> = ["logs:DeleteRetentionPolicy", "logs:PutRetentionPolicy"].map(String::from).into();
    assert_eq!(logs[1].1, writes);
    assert_eq!(iam(&["spend", "--only", "log-retention"]).0, Some(2));
}
