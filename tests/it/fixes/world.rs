//! Accounts made by hand.

use crate::bundled;
use jiff::{SignedDuration, Timestamp};
use stackcost_model::fixes::lifecycle::{Image, Storage};
use stackcost_model::fixes::setting::Deployment;
use stackcost_model::fixes::snapshot::*;
use stackcost_model::fixes::{Eyes, Finding, Guard, Plan, Snapshot, Step, Wish, look, plan};
use std::collections::{BTreeMap, BTreeSet};

pub const ACCOUNT: &str = "123456789012";
pub const URI: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/api";

/// When everything here happens.
pub fn now() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().expect("a time")
}

pub fn days_ago(days: i64) -> Timestamp {
    now() - SignedDuration::from_hours(24 * days)
}

/// An account in us-east-1 in which everything can be read and nothing is there.
pub fn empty() -> Snapshot {
    let place = Place {
        region: "us-east-1".parse().expect("a region"),
        repositories: Ok(vec![]),
        registry_scanning: Ok(RegistryScanning { enhanced: false, on_push: vec![] }),
        log_groups: Ok(vec![]),
        account_retention: Ok(vec![]),
        clusters: Ok(vec![]),
        services: Ok(vec![]),
        task_definitions: Ok(vec![]),
        running: Ok(vec![]),
        target_groups: Ok(vec![]),
        alarms: Ok(vec![]),
        topics: Ok(vec![]),
        dashboards: Ok(vec![]),
        scalable_targets: Ok(BTreeMap::new()),
        scaling_policies: Ok(vec![]),
        security_groups: Ok(vec![]),
    };
    let billing = Billing {
        alarms: Ok(vec![]),
        topics: Ok(vec![]),
        last_charge: Ok(Some(days_ago(0))),
        budgets: Ok(vec![]),
        cost_tags: Ok(BTreeMap::new()),
    };
    let account = Account { id: ACCOUNT.into(), profile: None, regions: vec![place], billing };
    Snapshot { taken: now(), accounts: vec![account] }
}

/// The same with one change.
pub fn with(change: impl FnOnce(&mut Place, &mut Billing)) -> Snapshot {
    let mut snapshot = empty();
    let account = &mut snapshot.accounts[0];
    change(&mut account.regions[0], &mut account.billing);
    snapshot
}

/// What the guards of these words find.
pub fn found(snapshot: &Snapshot, wish: &Wish, words: &[&str]) -> Vec<Finding> {
    let guards: BTreeSet<Guard> = words.iter().map(|word| word.parse().expect("a guard")).collect();
    let book = bundled::book();
    look(snapshot, &Eyes { wish, book, guards: &guards, now: now() })
}

/// The plan that follows; it must be one.
pub fn planned(snapshot: &Snapshot, wish: &Wish, words: &[&str]) -> Plan {
    let plan = plan(snapshot, &found(snapshot, wish, words), bundled::book(), "test");
    assert_eq!(plan.check(), Ok(()));
    plan
}

/// Findings in short: `fail /ecs/api: never expires ... -> log-retention /ecs/api (by hand: ...)`.
pub fn told(findings: &[Finding]) -> Vec<String> {
    let one = |finding: &Finding| {
        let steps: Vec<String> = finding.steps.iter().map(|step| step.target.to_string()).collect();
        let steps = if steps.is_empty() { String::new() } else { format!(" -> {}", steps.join(" + ")) };
        let remedy = finding.remedy.as_ref().map(|remedy| format!(" (by hand: {remedy})")).unwrap_or_default();
        format!("{} {}: {}{steps}{remedy}", finding.verdict.word(), finding.subject, finding.says)
    };
    findings.iter().map(one).collect()
}

/// Steps in short, with their dollars.
pub fn steps(plan: &Plan) -> Vec<String> {
    let usd = |usd: Option<stackcost_model::money::Usd>| usd.map_or("unknown".to_string(), |usd| usd.to_string());
    let one = |step: &Step| {
        let year = step.money.in_a_year.map(|year| format!(", {year} in a year")).unwrap_or_default();
        format!("{}: {} -> {} saves {}{year}", step.target, step.now, step.then.join(" | "), usd(step.money.saves))
    };
    plan.steps.iter().map(one).collect()
}

pub fn log_group(name: &str, retention: Option<u32>, gib: u64, age: i64) -> LogGroup {
    LogGroup {
        name: name.into(),
        retention,
        account_policy: None,
        stored_bytes: gib << 30,
        created: days_ago(age),
        class: "STANDARD".into(),
        incoming_bytes: Err(Gap::Denied { action: "cloudwatch:GetMetricData".into() }),
    }
}

pub fn image(digest: &str, tags: &[&str], age: i64, mib: u64) -> Image {
    Image {
        digest: format!("sha256:{digest}"),
        tags: tags.iter().map(|tag| tag.to_string()).collect(),
        pushed_at: days_ago(age),
        bytes: mib << 20,
        children: vec![],
        storage: Storage::Standard,
        pulled_at: None,
        archived_at: None,
    }
}

pub fn repository(images: Vec<Image>, policy: Option<&str>) -> Repository {
    Repository {
        name: "api".into(),
        uri: URI.into(),
        scan_on_push: false,
        policy: Ok(policy.map(str::to_string)),
        images: Ok(images),
    }
}

pub fn service(name: &str) -> Service {
    Service {
        cluster: "prod".into(),
        name: name.into(),
        task_definition: format!("arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/{name}:7"),
        desired: 2,
        deployment: Some(Deployment {
            circuit_breaker: false,
            rollback: false,
            minimum_healthy: 100,
            maximum: 200,
            alarms: None,
        }),
        rollout: "ECS rolling".into(),
        target_groups: vec![],
        security_groups: vec!["sg-1".into()],
    }
}

/// A revision with one container.
pub fn definition(name: &str, revision: u32, image: &str, environment: &[&str]) -> TaskDefinition {
    TaskDefinition {
        arn: format!("arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/{name}:{revision}"),
        family: name.into(),
        revision,
        containers: vec![Container {
            name: name.into(),
            image: image.into(),
            environment: environment.iter().map(|name| name.to_string()).collect(),
            secrets: vec!["DB_PASSWORD".into()],
        }],
    }
}
