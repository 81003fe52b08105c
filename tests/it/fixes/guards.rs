//! Every guard, by example.

use super::world::*;
use stackcost_model::fixes::setting::{Alarm, Budget, DeploymentAlarms, Notification, TargetTracking};
use stackcost_model::fixes::snapshot::*;
use stackcost_model::fixes::wish::{BudgetWish, ScalingWish};
use stackcost_model::fixes::{Snapshot, State, Undo, Wish};
use stackcost_model::money::Usd;
use std::collections::BTreeMap;

fn denied<T>(action: &str) -> Seen<T> {
    Err(Gap::Denied { action: action.into() })
}

#[track_caller]
fn check(snapshot: &Snapshot, wish: &Wish, guard: &str, told_is: &[&str], steps_are: &[&str]) {
    assert_eq!(told(&found(snapshot, wish, &[guard])), told_is);
    assert_eq!(steps(&planned(snapshot, wish, &[guard])), steps_are);
}

#[test]
fn log_groups_that_never_expire() {
    let mut wish = Wish::default();
    wish.logs.rules = vec![("*debug*".into(), 7), ("/audit/*".into(), 3_653)];
    let snapshot = with(|place, _| {
        place.log_groups = Ok(vec![
            log_group("/ecs/api", None, 100, 300),
            log_group("/ecs/debug", None, 30, 300),
            log_group("/audit/all", None, 10, 300),
            log_group("/ecs/short", Some(7), 1, 300),
            log_group("/ecs/long", Some(400), 1, 300),
            log_group("/ecs/new", None, 3, 10),
        ]);
    });
    check(
        &snapshot,
        &wish,
        "log-retention",
        &[
            "fail /ecs/api: never expires, 100 GB stored -> log-retention /ecs/api",
            "fail /ecs/debug: never expires, 30 GB stored -> log-retention /ecs/debug",
            "fail /audit/all: never expires, 10 GB stored -> log-retention /audit/all",
            "pass /ecs/short: keeps 7 days, 1 GB stored",
            "fail /ecs/long: keeps 400 days, 1 GB stored (by hand: 400 days are set, 30 are wished: \
             --allow-shorten makes it shorter)",
            "fail /ecs/new: never expires, 3 GB stored -> log-retention /ecs/new",
        ],
        &[
            // 100 GB in 300 days: 90 GB are older than 30 days; in a year 100 + 121 2/3 - 10.
            "log-retention /ecs/api: never expires -> keeps 30 days saves 2.7, 6.35 in a year",
            // 0.1 GB a day: all but 0.7 GB; in a year 30 + 36.5 - 0.7.
            "log-retention /ecs/debug: never expires -> keeps 7 days saves 0.879, 1.974 in a year",
            "log-retention /audit/all: never expires -> keeps 3653 days saves 0, 0 in a year",
            // Younger than what it will keep: nothing expires now; in a year 3 + 109.5 - 9.
            "log-retention /ecs/new: never expires -> keeps 30 days saves 0, 3.105 in a year",
        ],
    );
    let plan = planned(&snapshot, &wish, &["log-retention"]);
    let lost: Vec<usize> = plan.steps.iter().map(|step| step.loses.len()).collect();
    assert_eq!(lost, [1, 1, 0, 0], "what expires is said, and only that");
    assert_eq!(plan.steps[0].loses, ["events older than 30 days, about 90 GB"]);
    assert!(plan.steps.iter().all(|step| matches!(step.undo, Undo::Setting(_))));
    let formula = &plan.steps[0].money.formula;
    assert!(formula.contains("90 GB kept, compressed x 0.03 USD each GB-Mo (us-east-1, "), "{formula}");
}

#[test]
fn what_came_in_is_compressed_before_it_is_stored() {
    let snapshot = with(|place, _| {
        let mut group = log_group("/ecs/api", None, 50, 300);
        // 300 GB in 30 days: 10 GB a day, 1.5 GB as stored.
        group.incoming_bytes = Ok(300 << 30);
        place.log_groups = Ok(vec![group]);
    });
    let plan = planned(&snapshot, &Wish::default(), &["log-retention"]);
    // 45 GB of 50 stay; in a year 50 + 547.5 instead of 45.
    let money = &plan.steps[0].money;
    assert_eq!(money.saves, Usd::parse("0.15"));
    assert_eq!(money.in_a_year, Usd::parse("16.575"));
}

#[test]
fn shorter_only_if_allowed() {
    let mut wish = Wish::default();
    wish.logs.allow_shorten = true;
    let snapshot = with(|place, _| place.log_groups = Ok(vec![log_group("/ecs/long", Some(400), 8, 500)]));
    check(
        &snapshot,
        &wish,
        "log-retention",
        &["fail /ecs/long: keeps 400 days, 8 GB stored -> log-retention /ecs/long"],
        // 0.02 GB a day: 0.6 of 8 GB stay, now and in a year.
        &["log-retention /ecs/long: keeps 400 days -> keeps 30 days saves 0.222, 0.222 in a year"],
    );
}

#[test]
fn policies_of_the_account_go_before_the_group() {
    let snapshot = |policy: Option<(&str, Option<u32>)>| {
        with(|place, _| {
            place.log_groups = Ok(vec![log_group("/ecs/api", None, 1, 100), log_group("/other", None, 1, 100)]);
            place.account_retention = Ok(policy
                .into_iter()
                .map(|(selection, days)| AccountRetention {
                    name: "all".into(),
                    days,
                    selection: (!selection.is_empty()).then(|| selection.into()),
                })
                .collect());
        })
    };
    let verdicts = |policy| {
        let findings = found(&snapshot(policy), &Wish::default(), &["log-retention"]);
        findings.iter().map(|finding| (finding.verdict.word(), finding.steps.len())).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(None), [("fail", 1), ("fail", 1)]);
    assert_eq!(verdicts(Some(("", Some(30)))), [("pass", 0), ("pass", 0)]);
    assert_eq!(verdicts(Some((r#"LogGroupName NOT IN ["/ecs/api"]"#, Some(30)))), [("fail", 1), ("pass", 0)]);
    assert_eq!(verdicts(Some((r#"LogGroupNamePrefix IN ["/ecs"]"#, Some(30)))), [("pass", 0), ("fail", 1)]);
    assert_eq!(verdicts(Some(("Tag = 7", Some(30)))), [("unknown", 0), ("unknown", 0)]);
    assert_eq!(verdicts(Some(("", None))), [("unknown", 0), ("unknown", 0)]);
}

#[test]
fn what_is_denied_is_unknown_and_makes_a_plan_partial() {
    let snapshot = with(|place, _| place.log_groups = denied("logs:DescribeLogGroups"));
    check(&snapshot, &Wish::default(), "log-retention", &["unknown log groups: logs:DescribeLogGroups is denied"], &[]);
    let plan = planned(&snapshot, &Wish::default(), &["log-retention"]);
    assert_eq!(plan.gaps, ["log-retention log groups: logs:DescribeLogGroups is denied"]);
}

#[test]
fn what_is_protected_is_told_and_left() {
    let wish = Wish { protect: vec!["/ecs/*".into()], ..Wish::default() };
    let snapshot = with(|place, _| place.log_groups = Ok(vec![log_group("/ecs/api", None, 1, 100)]));
    check(
        &snapshot,
        &wish,
        "log-retention",
        &["fail /ecs/api: never expires, 1 GB stored (by hand: it is protected: this tool leaves it as it is)"],
        &[],
    );
}

#[test]
fn images_are_scanned_by_repository_or_registry() {
    let snapshot = |own: bool, enhanced: bool, on_push: &[&str]| {
        with(|place, _| {
            place.repositories = Ok(vec![Repository { scan_on_push: own, ..repository(vec![], None) }]);
            let on_push = on_push.iter().map(|pattern| pattern.to_string()).collect();
            place.registry_scanning = Ok(RegistryScanning { enhanced, on_push });
        })
    };
    for (snapshot, told_is, count) in [
        (snapshot(true, false, &[]), "pass api: scans on push", 0),
        (snapshot(false, false, &["a*"]), "pass api: the registry scans it", 0),
        (snapshot(false, true, &["*"]), "pass api: the registry scans it, by Amazon Inspector", 0),
        (
            snapshot(false, false, &["web*"]),
            "fail api: images are not scanned when they are pushed -> scan-on-push api",
            1,
        ),
    ] {
        assert_eq!(told(&found(&snapshot, &Wish::default(), &["scan-on-push"])), [told_is]);
        assert_eq!(planned(&snapshot, &Wish::default(), &["scan-on-push"]).steps.len(), count);
    }
    let findings = found(&snapshot(true, true, &[]), &Wish::default(), &["scan-on-push"]);
    assert!(findings[0].steps.is_empty() && findings[0].remedy.is_some(), "{findings:?}");
}

fn billing_wish(thresholds: &[&str], emails: &[&str]) -> Wish {
    let mut wish = Wish::default();
    wish.billing.thresholds = thresholds.iter().map(|usd| Usd::parse(usd).expect("dollars")).collect();
    wish.billing.emails = emails.iter().map(|email| email.to_string()).collect();
    wish
}

/// The alarm of the reference text: on the right metric, and telling nobody.
fn charges(threshold: &str, actions: &[&str]) -> SeenAlarm {
    let alarm = Alarm {
        description: Some("exceeds".into()),
        actions_enabled: true,
        alarm_actions: actions.iter().map(|action| action.to_string()).collect(),
        ok_actions: vec![],
        insufficient_data_actions: vec![],
        namespace: "AWS/Billing".into(),
        metric: "EstimatedCharges".into(),
        statistic: "Maximum".into(),
        dimensions: BTreeMap::from([("Currency".into(), "USD".into())]),
        period: 21_600,
        unit: None,
        evaluation_periods: 1,
        datapoints_to_alarm: None,
        threshold: threshold.into(),
        comparison: "GreaterThanThreshold".into(),
        treat_missing_data: None,
        evaluate_low_samples: None,
    };
    SeenAlarm { name: "monthly-bill".into(), alarm: Some(alarm), metrics: 1 }
}

#[test]
fn a_billing_alarm_with_all_that_makes_it_tell() {
    let plan = planned(&empty(), &billing_wish(&["50", "75.50"], &["ops@example.com"]), &["billing-alarm"]);
    let targets: Vec<String> = plan.steps.iter().map(|step| step.target.to_string()).collect();
    assert_eq!(
        targets,
        [
            "topic billing-alerts",
            "subscription billing-alerts to ops@example.com",
            "alarm billing-50-usd",
            "alarm billing-75.5-usd"
        ]
    );
    assert!(plan.steps[1..].iter().all(|step| step.needs == [plan.steps[0].id.clone()]), "{plan:#?}");
    let Some(State::Alarm(alarm)) = &plan.steps[3].after else { panic!("{plan:?}") };
    assert_eq!(alarm.alarm_actions, ["arn:aws:sns:us-east-1:123456789012:billing-alerts"]);
    assert_eq!((alarm.threshold.as_str(), alarm.treat_missing_data.as_deref()), ("75.5", Some("notBreaching")));
    assert!(alarm.actions_enabled && alarm.namespace == "AWS/Billing");
    let Some(State::Topic { policy, .. }) = &plan.steps[0].after else { panic!("{plan:?}") };
    assert!(policy.contains("cloudwatch.amazonaws.com") && policy.contains(ACCOUNT), "{policy}");
    assert_eq!(plan.by_hand.len(), 1, "only the mail must be confirmed: {:?}", plan.by_hand);
    assert!(plan.steps.iter().all(|step| step.money.saves == Some(Usd::ZERO)), "ten alarms are free");
}

#[test]
fn an_alarm_that_tells_nobody_is_wired_and_nothing_else_of_it_changes() {
    let snapshot = with(|_, billing| billing.alarms = Ok(vec![charges("75", &[])]));
    let plan = planned(&snapshot, &billing_wish(&["75.00"], &["ops@example.com"]), &["billing-alarm"]);
    let wired = plan.steps.iter().find(|step| step.target.to_string() == "alarm monthly-bill").expect("it is wired");
    let (Some(State::Alarm(before)), Some(State::Alarm(after))) = (&wired.before, &wired.after) else {
        panic!("{wired:?}")
    };
    let expected =
        Alarm { alarm_actions: vec!["arn:aws:sns:us-east-1:123456789012:billing-alerts".into()], ..(**before).clone() };
    assert_eq!(**after, expected);
    assert_eq!(plan.steps.len(), 3, "the threshold is there already: {:?}", steps(&plan));
}

#[test]
fn thresholds_are_proposed_from_the_estimate() {
    let mut wish = billing_wish(&[], &["ops@example.com"]);
    wish.billing.expected = Usd::parse("75.93505");
    let plan = planned(&empty(), &wish, &["billing-alarm"]);
    let alarms: Vec<String> = plan.steps.iter().skip(2).map(|step| step.target.name()).collect();
    assert_eq!(alarms, ["billing-38-usd", "billing-61-usd", "billing-76-usd", "billing-92-usd"]);
}

#[test]
fn what_keeps_a_billing_alarm_from_telling_is_found() {
    let arn = "arn:aws:sns:us-east-1:123456789012:billing-alerts";
    let topic = |policy: &str, confirmed: Option<bool>| Topic {
        name: "billing-alerts".into(),
        policy: Ok(policy.into()),
        key: Ok(None),
        subscriptions: Ok(confirmed
            .into_iter()
            .map(|confirmed| Subscription { protocol: "email".into(), endpoint: "a@b.c".into(), confirmed })
            .collect()),
    };
    let default = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["SNS:Publish"],"Resource":"*",
        "Condition":{"StringEquals":{"AWS:SourceOwner":"123456789012"}}}]}"#;
    let budgets =
        r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"budgets.amazonaws.com"},"Action":"sns:Publish"}}"#;
    let other_account = default.replace("123456789012", "999999999999");
    let denies = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*"},{"Effect":"Deny","Principal":"*","Action":"sns:*"}]}"#;
    let verdicts = |topic: Topic, last: Option<jiff::Timestamp>| {
        let snapshot = with(|_, billing| {
            billing.alarms = Ok(vec![charges("50", &[arn])]);
            billing.topics = Ok(vec![topic]);
            billing.last_charge = Ok(last);
        });
        let findings = found(&snapshot, &Wish::default(), &["billing-alarm"]);
        findings.iter().map(|finding| (finding.subject.clone(), finding.verdict.word())).collect::<Vec<_>>()
    };
    let good = [
        ("metric EstimatedCharges", "pass"),
        ("topic billing-alerts", "pass"),
        ("email to a@b.c", "pass"),
        ("alarm monthly-bill", "pass"),
    ];
    let but = |at: usize, subject: &'static str, verdict: &'static str| {
        let mut all = good;
        all[at] = (subject, verdict);
        all.map(|(subject, verdict)| (subject.to_string(), verdict)).to_vec()
    };
    let recently = Some(days_ago(0));
    assert_eq!(verdicts(topic(default, Some(true)), recently), but(0, good[0].0, "pass"));
    assert_eq!(verdicts(topic(default, Some(true)), None), but(0, good[0].0, "fail"));
    assert_eq!(verdicts(topic(budgets, Some(true)), recently), but(1, good[1].0, "fail"));
    assert_eq!(verdicts(topic(&other_account, Some(true)), recently), but(1, good[1].0, "fail"));
    assert_eq!(verdicts(topic(denies, Some(true)), recently), but(1, good[1].0, "fail"));
    // A denial of what is not encrypted on its way is usual, and is not about alarms.
    let transport = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*"},{"Effect":"Deny","Principal":"*",
        "Action":"sns:*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#;
    assert_eq!(verdicts(topic(transport, Some(true)), recently), but(1, good[1].0, "pass"));
    assert_eq!(verdicts(topic("{", Some(true)), recently), but(1, good[1].0, "unknown"));
    assert_eq!(verdicts(topic(default, Some(false)), recently), but(2, good[2].0, "fail"));
    assert_eq!(verdicts(topic(default, None), recently), but(2, "subscriptions of billing-alerts", "fail"));
}

#[test]
fn without_a_wish_a_missing_alarm_is_told() {
    let findings = found(&empty(), &Wish::default(), &["billing-alarm"]);
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings[1].verdict.word() == "fail" && findings[1].steps.is_empty() && findings[1].remedy.is_some());
}

#[test]
fn budgets() {
    let budget = |forecasted, emails: &[&str]| SeenBudget {
        name: "monthly".into(),
        forecast_alert: forecasted && !emails.is_empty(),
        budget: Some(Budget {
            amount: "100".into(),
            notifications: vec![Notification {
                forecasted,
                percent: "100".into(),
                emails: emails.iter().map(|email| email.to_string()).collect(),
            }],
        }),
    };
    let seen = |budgets: Vec<SeenBudget>| with(|_, billing| billing.budgets = Ok(budgets));
    let verdict = |snapshot, wish: &Wish| told(&found(&snapshot, wish, &["budget"]))[0].clone();
    let mut wish = billing_wish(&[], &["ops@example.com"]);
    assert!(verdict(seen(vec![budget(true, &["a@b.c"])]), &wish).starts_with("pass budget monthly"));
    assert!(verdict(seen(vec![budget(false, &["a@b.c"])]), &wish).starts_with("fail budgets"));
    assert!(verdict(seen(vec![budget(true, &[])]), &wish).starts_with("fail budgets"));
    wish.budget =
        Some(BudgetWish { name: "monthly".into(), amount: Usd::parse("100").expect("dollars"), forecast_percent: 90 });
    assert!(verdict(seen(vec![budget(false, &["a@b.c"])]), &wish).contains("not changed by this tool"));
    let plan = planned(&empty(), &wish, &["budget"]);
    let Some(State::Budget(made)) = &plan.steps[0].after else { panic!("{plan:?}") };
    assert_eq!((made.amount.as_str(), made.notifications.len()), ("100", 2));
    assert!(made.notifications[0].forecasted && made.notifications[0].percent == "90");
    wish.billing.emails.clear();
    assert!(planned(&empty(), &wish, &["budget"]).steps.is_empty(), "a budget that tells nobody is not made");
}

#[test]
fn cost_tags() {
    let wish = Wish { cost_tags: vec!["Team".into(), "Env".into(), "Nowhere".into()], ..Wish::default() };
    let snapshot = with(|_, billing| {
        billing.cost_tags = Ok(BTreeMap::from([("Team".into(), true), ("Env".into(), false)]));
    });
    let told_is = told(&found(&snapshot, &wish, &["cost-tags"]));
    assert_eq!(told_is[..2], ["pass Team: active", "fail Env: not active -> cost-tag Env"]);
    assert!(told_is[2].starts_with("fail Nowhere: AWS's billing does not know this tag (by hand"), "{told_is:?}");
    assert_eq!(told(&found(&snapshot, &Wish::default(), &["cost-tags"])), ["pass cost allocation tags: Team"]);
}

fn scaling_wish() -> Wish {
    let tracking = TargetTracking {
        metric: "ECSServiceAverageCPUUtilization".into(),
        resource_label: None,
        target: "70".into(),
        scale_out_cooldown: Some(60),
        scale_in_cooldown: Some(300),
        disable_scale_in: false,
    };
    let scaling = ScalingWish { min: 2, max: 10, policy: "cpu-target".into(), tracking };
    Wish { scaling: BTreeMap::from([("prod/api".into(), scaling)]), ..Wish::default() }
}

#[test]
fn services_scale_as_wished() {
    let wish = scaling_wish();
    let tracking = wish.scaling["prod/api"].tracking.clone();
    let snapshot = |bounds: Option<(u32, u32)>, policies: Vec<SeenPolicy>| {
        with(|place, _| {
            place.services = Ok(vec![service("api")]);
            place.scalable_targets = Ok(bounds
                .into_iter()
                .map(|(min, max)| ("service/prod/api".into(), Bounds { min, max, suspended: false }))
                .collect());
            place.scaling_policies = Ok(policies);
        })
    };
    let policy = |tracking| SeenPolicy { resource: "service/prod/api".into(), name: "cpu-target".into(), tracking };
    let words = |snapshot: Snapshot| {
        planned(&snapshot, &wish, &["scaling"]).steps.iter().map(|step| step.target.kind()).collect::<Vec<_>>()
    };
    assert_eq!(words(snapshot(None, vec![])), ["scalable-target", "scaling-policy"]);
    assert_eq!(words(snapshot(Some((1, 4)), vec![policy(Some(tracking.clone()))])), ["scalable-target"]);
    let other = TargetTracking { target: "50".into(), ..tracking.clone() };
    assert_eq!(words(snapshot(Some((2, 10)), vec![policy(Some(other))])), ["scaling-policy"]);
    assert_eq!(words(snapshot(Some((2, 10)), vec![policy(Some(tracking))])), [""; 0]);
    // A step scaling policy of the same name is somebody's: it is not written over.
    assert_eq!(words(snapshot(Some((1, 2)), vec![policy(None)])), [""; 0]);
    let plan = planned(&snapshot(None, vec![]), &wish, &["scaling"]);
    assert_eq!(plan.steps[1].needs, [plan.steps[0].id.clone()]);
    let nothing = Wish::default();
    let told_is = told(&found(&snapshot(None, vec![]), &nothing, &["scaling"]));
    assert!(told_is[0].starts_with("fail prod/api: fixed at 2 tasks (by hand: say how"), "{told_is:?}");
}

#[test]
fn deployments_end_and_go_back() {
    let snapshot = |change: fn(&mut Service)| {
        let mut service = service("api");
        change(&mut service);
        with(|place, _| place.services = Ok(vec![service]))
    };
    check(
        &snapshot(|service| {
            let deployment = service.deployment.as_mut().expect("one");
            deployment.alarms = Some(DeploymentAlarms { names: vec!["slow".into()], enable: true, rollback: false });
        }),
        &Wish::default(),
        "deployment",
        &["fail prod/api: no circuit breaker, 100 % healthy at least, 200 % at most -> deployment prod/api"],
        &["deployment prod/api: no circuit breaker, 100 % healthy at least, 200 % at most -> circuit breaker with \
           rollback, 100 % healthy at least, 200 % at most saves 0"],
    );
    let plan = planned(&snapshot(|_| ()), &Wish::default(), &["deployment"]);
    let Some(State::Deployment(after)) = &plan.steps[0].after else { panic!("{plan:?}") };
    assert!(after.circuit_breaker && after.rollback && after.alarms.is_none());
    check(
        &snapshot(|service| (service.deployment, service.rollout) = (None, "CODE_DEPLOY".into())),
        &Wish::default(),
        "deployment",
        &["pass prod/api: CODE_DEPLOY rolls it out: its own settings count"],
        &[],
    );
}

fn alarms_wish() -> Wish {
    let mut wish = Wish::default();
    wish.alarms.emails = vec!["ops@example.com".into()];
    wish
}

/// A service behind a load balancer.
fn balanced() -> Snapshot {
    let group = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/api/0123456789abcdef";
    with(|place, _| {
        place.services = Ok(vec![Service { target_groups: vec![group.into()], ..service("api") }]);
        place.target_groups = Ok(vec![TargetGroup {
            arn: group.into(),
            load_balancers: vec![
                "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/front/fedcba9876543210".into(),
            ],
            security_groups: vec!["sg-2".into()],
        }]);
    })
}

#[test]
fn three_alarms_a_service_with_actions() {
    // With nobody to tell there are no alarms to make.
    let nobody = found(&balanced(), &Wish::default(), &["service-alarms"]);
    assert!(nobody.iter().all(|finding| finding.steps.is_empty() && finding.remedy.is_some()), "{nobody:#?}");
    let plan = planned(&balanced(), &alarms_wish(), &["service-alarms"]);
    let names: Vec<String> = plan.steps.iter().map(|step| step.target.to_string()).collect();
    assert_eq!(
        names,
        [
            "topic service-alerts",
            "subscription service-alerts to ops@example.com",
            "alarm prod-api-cpu",
            "alarm prod-api-5xx",
            "alarm prod-api-elb-5xx",
            "alarm prod-api-p99"
        ]
    );
    let Some(State::Alarm(p99)) = &plan.steps[5].after else { panic!("{plan:?}") };
    assert_eq!(
        (p99.statistic.as_str(), p99.threshold.as_str(), p99.metric.as_str()),
        ("p99", "1", "TargetResponseTime")
    );
    assert_eq!(
        p99.dimensions,
        BTreeMap::from([
            ("LoadBalancer".into(), "app/front/fedcba9876543210".into()),
            ("TargetGroup".into(), "targetgroup/api/0123456789abcdef".into())
        ])
    );
    // What is there on the same metric is taken, whatever its name; scaling's own alarms are not.
    let mut snapshot = balanced();
    let place = &mut snapshot.accounts[0].regions[0];
    let seen = |name: &str, comparison: &str, action: &str| {
        let alarm = Alarm {
            namespace: "AWS/ECS".into(),
            metric: "CPUUtilization".into(),
            dimensions: BTreeMap::from([("ClusterName".into(), "prod".into()), ("ServiceName".into(), "api".into())]),
            comparison: comparison.into(),
            ..charges("70", &[action]).alarm.expect("one")
        };
        Ok(vec![SeenAlarm { name: name.into(), alarm: Some(alarm), metrics: 1 }])
    };
    let (topic, scaling) = ("arn:aws:sns:us-east-1:123456789012:x", "arn:aws:autoscaling:us-east-1:123456789012:y");
    for alarms in [
        seen("low", "LessThanThreshold", topic),
        // Target tracking's own alarm is on the same metric, and tells nobody.
        seen("TargetTracking-AlarmHigh", "GreaterThanThreshold", scaling),
    ] {
        place.alarms = alarms;
        let names: Vec<String> = planned(&with_place(place), &alarms_wish(), &["service-alarms"])
            .steps
            .iter()
            .map(|step| step.target.name())
            .collect();
        assert!(names.contains(&"prod-api-cpu".to_string()), "{names:?}");
    }
    place.alarms = seen("busy", "GreaterThanThreshold", topic);
    let told_is = told(&found(&with_place(place), &alarms_wish(), &["service-alarms"]));
    assert!(told_is.contains(&"pass prod/api: CPU: alarm busy".to_string()), "{told_is:?}");
}

/// An account with this region.
fn with_place(place: &Place) -> Snapshot {
    with(|there, _| *there = place.clone())
}

#[test]
fn alarms_cost_once_the_free_ones_are_used() {
    let mut snapshot = balanced();
    let many = |count: usize| -> Vec<SeenAlarm> {
        (0..count).map(|number| SeenAlarm { name: format!("other-{number}"), alarm: None, metrics: 1 }).collect()
    };
    let saved = |snapshot: &Snapshot| -> Vec<String> {
        let plan = planned(snapshot, &alarms_wish(), &["service-alarms"]);
        plan.steps.iter().skip(2).map(|step| step.money.saves.expect("known").to_string()).collect()
    };
    snapshot.accounts[0].regions[0].alarms = Ok(many(8));
    assert_eq!(saved(&snapshot), ["0", "0", "-0.1", "-0.1"]);
    // Metric math counts each of its metrics, a composite alarm none of these.
    let mut alarms = many(2);
    (alarms[0].metrics, alarms[1].metrics) = (9, 0);
    snapshot.accounts[0].regions[0].alarms = Ok(alarms);
    assert_eq!(saved(&snapshot), ["0", "-0.1", "-0.1", "-0.1"]);
}

#[test]
fn the_dashboard_shows_the_golden_signals() {
    let mut snapshot = balanced();
    let dashboards = |names: &[&str]| {
        Ok(names
            .iter()
            .map(|name| Dashboard { name: name.to_string(), body: Ok("{\"widgets\":[]}".into()) })
            .collect::<Vec<_>>())
    };
    snapshot.accounts[0].regions[0].dashboards = dashboards(&["a", "b"]);
    let plan = planned(&snapshot, &Wish::default(), &["dashboard"]);
    let Some(State::Dashboard { body }) = &plan.steps[0].after else { panic!("{plan:?}") };
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let text = body.to_string();
    for metric in
        ["TargetResponseTime", "RequestCount", "HTTPCode_Target_5XX_Count", "CPUUtilization", "MemoryUtilization"]
    {
        assert!(text.contains(metric), "{metric}");
    }
    assert_eq!(body["widgets"].as_array().map(Vec::len), Some(4));
    assert_eq!(plan.steps[0].money.saves, Some(Usd::ZERO), "the third is free");
    snapshot.accounts[0].regions[0].dashboards = dashboards(&["a", "b", "c"]);
    assert_eq!(planned(&snapshot, &Wish::default(), &["dashboard"]).steps[0].money.saves, Usd::parse("-3"));
    // One of that name is never written over.
    snapshot.accounts[0].regions[0].dashboards = dashboards(&["golden-signals"]);
    assert!(planned(&snapshot, &Wish::default(), &["dashboard"]).steps.is_empty());
}

#[test]
fn container_insights_and_what_it_costs() {
    let snapshot = with(|place, _| {
        place.clusters = Ok(vec![Cluster { name: "prod".into(), insights: "disabled".into() }]);
        place.services = Ok(vec![service("api"), service("web")]);
    });
    assert_eq!(told(&found(&snapshot, &Wish::default(), &["container-insights"])), ["pass prod: disabled"]);
    let wish = Wish { container_insights: Some("enabled".into()), ..Wish::default() };
    let plan = planned(&snapshot, &wish, &["container-insights"]);
    // 13 + 2 x 15 + 2 x 10 metrics.
    assert_eq!(plan.steps[0].money.saves, Usd::parse("-18.9"));
    let wish = Wish { container_insights: Some("enhanced".into()), ..Wish::default() };
    let plan = planned(&snapshot, &wish, &["container-insights"]);
    // What enhanced observability writes depends on tasks and containers: that is said.
    assert_eq!((plan.steps[0].money.saves, plan.saves().1), (None, false));
}

#[test]
fn secrets_are_found_by_their_names() {
    let snapshot = with(|place, _| {
        place.services = Ok(vec![service("api"), service("web")]);
        place.task_definitions = Ok(vec![
            definition("api", 7, URI, &["DB_PASSWORD", "STRIPE_API_KEY", "SECRET_ARN", "TOKEN_TTL", "PORT"]),
            definition("web", 7, URI, &["LOG_LEVEL", "PASSWORD_FILE"]),
        ]);
    });
    let told_is = told(&found(&snapshot, &Wish::default(), &["plain-secrets"]));
    assert!(
        told_is[0].starts_with(
            "fail prod/api: plain environment variables that look like secrets: DB_PASSWORD of api, STRIPE_API_KEY of api"
        ) && told_is[0].contains("0.4 USD a month each"),
        "{told_is:?}"
    );
    assert_eq!(told_is[1], "pass prod/web: no plain secrets, 1 secret from a store");
}

#[test]
fn ports_open_to_the_world() {
    let group = |id: &str, open: &[(&str, u16, u16)]| SecurityGroup {
        id: id.into(),
        name: "front".into(),
        open: open.iter().map(|(protocol, first, last)| (protocol.to_string(), *first, *last)).collect(),
    };
    let snapshot = with(|place, _| {
        place.security_groups = Ok(vec![
            group("sg-1", &[("tcp", 80, 80), ("tcp", 443, 443)]),
            group(
                "sg-2",
                &[("tcp", 22, 22), ("tcp", 443, 443), ("udp", 443, 443), ("tcp", 80, 443), ("all", 0, 65_535)],
            ),
        ]);
    });
    let told_is = told(&found(&snapshot, &Wish::default(), &["open-ports"]));
    assert_eq!(told_is[0], "pass sg-1 (front): nothing but web ports is open to the world");
    assert!(
        told_is[1].starts_with("fail sg-2 (front): open to the world: tcp 22, udp 443, tcp 80 to 443, everything"),
        "{told_is:?}"
    );
    let mut unasked = balanced();
    unasked.accounts[0].regions[0].security_groups = Err(Gap::NotAsked);
    let told_is = told(&found(&unasked, &Wish::default(), &["open-ports"]));
    assert!(
        told_is[0].contains("aws ec2 describe-security-groups --output json --region us-east-1 --group-ids sg-1 sg-2"),
        "{told_is:?}"
    );
    assert!(planned(&unasked, &Wish::default(), &["open-ports"]).gaps.is_empty(), "that is no gap of the plan");
}

#[test]
fn services_that_the_wish_is_not_about_are_left_aside() {
    let wish = Wish { services: vec!["prod/w*".into()], ..Wish::default() };
    let snapshot = with(|place, _| place.services = Ok(vec![service("api"), service("web")]));
    let plan = planned(&snapshot, &wish, &["deployment"]);
    assert_eq!(plan.steps.iter().map(|step| step.target.name()).collect::<Vec<_>>(), ["prod/web"]);
}

#[test]
fn the_same_account_gives_the_same_plan() {
    let all: Vec<&str> = stackcost_model::fixes::Guard::ALL.iter().map(|guard| guard.word()).collect();
    let mut wish = scaling_wish();
    wish.billing = billing_wish(&["10", "20"], &["a@b.c"]).billing;
    let mut snapshot = balanced();
    snapshot.accounts[0].regions[0].log_groups = Ok(vec![log_group("/ecs/api", None, 100, 300)]);
    let first = planned(&snapshot, &wish, &all);
    assert_eq!(first, planned(&snapshot, &wish, &all));
    assert!(first.steps.len() >= 8, "{:?}", steps(&first));
}
