//! Settings that are there already: changed where the plan says it, and put back as they were.

use super::fixes::{Bench, REGION, json_of, unguarded};
use serde_json::{Value, json};

/// What AWS says of everything that is changed here, less what only tells when.
fn everything(bench: &Bench) -> Value {
    // Scaling makes alarms of its own, each time anew.
    let mut alarms =
        bench.aws("monitoring", "DescribeAlarms", json!({"AlarmNames": ["the bill"]}))["MetricAlarms"].clone();
    for alarm in alarms.as_array_mut().expect("alarms") {
        let alarm = alarm.as_object_mut().expect("an alarm");
        alarm.retain(|name, _| !name.contains("Timestamp") && !name.starts_with("State"));
    }
    let target = |mut one: Value| {
        one.as_object_mut()
            .expect("an object")
            .retain(|name, _| !["CreationTime", "Alarms", "PolicyARN"].contains(&name.as_str()));
        one
    };
    let scaling = |op: &str, list: &str| -> Vec<Value> {
        let found = bench.aws("application-autoscaling", op, json!({"ServiceNamespace": "ecs"}));
        found[list].as_array().expect("a list").iter().cloned().map(target).collect()
    };
    let service = bench.aws("ecs", "DescribeServices", json!({"cluster": "prod", "services": ["api"]}));
    let cluster = bench.aws("ecs", "DescribeClusters", json!({"clusters": ["prod"], "include": ["SETTINGS"]}));
    let policy = bench.aws("ecr", "GetLifecyclePolicy", json!({"repositoryName": "job-0"}));
    let policy: Value = serde_json::from_str(policy["lifecyclePolicyText"].as_str().expect("a text")).expect("JSON");
    let topic = format!("arn:aws:sns:{REGION}:{}:billing-alerts", bench.account.id);
    let parameters = [("Action", "GetTopicAttributes"), ("TopicArn", topic.as_str()), ("Version", "2010-03-31")];
    let attributes = bench.account.query("sns", REGION, &parameters);
    let (_, access) = attributes.split_once("<key>Policy</key>").expect("a policy");
    let access = access.split("<value>").nth(1).and_then(|rest| rest.split('<').next()).expect("its text");
    let access: Value = serde_json::from_str(&access.replace("&quot;", "\"")).expect("JSON");
    json!({
        "retentions": bench.retentions(),
        "alarms": alarms,
        "bounds": scaling("DescribeScalableTargets", "ScalableTargets"),
        "policies": scaling("DescribeScalingPolicies", "ScalingPolicies"),
        "deployment": service["services"][0]["deploymentConfiguration"],
        "settings": cluster["clusters"][0]["settings"],
        "lifecycle": policy,
        "topic": access,
        "tags": bench.aws("ce", "ListCostAllocationTags", json!({}))["CostAllocationTags"][0]["Status"],
    })
}

const WISH: &str = r#"
[logs]
retention = "14d"
allow_shorten = true
[billing]
thresholds = [75]
emails = ["ops@example.com"]
[scaling."prod/api"]
min = 3
max = 9
metric = "cpu"
target = "60%"
policy = "mine"
[deployment]
minimum_healthy = "50%"
maximum = "150%"
[tags]
cost_allocation = ["Env"]
[container_insights]
want = "enhanced"
[ecr]
scan_on_push = false
[dashboard]
name = "d"
"#;

/// An account in which everything is set to something else than is wished.
fn set_otherwise() -> Bench {
    let bench = unguarded();
    for group in ["/ecs/api", "/ecs/web"] {
        bench.aws("logs", "PutRetentionPolicy", json!({"logGroupName": group, "retentionInDays": 400}));
    }
    let metric = json!({"Name": "Currency", "Value": "USD"});
    bench.aws(
        "monitoring",
        "PutMetricAlarm",
        json!({"AlarmName": "the bill", "AlarmDescription": "exceeds 75", "Namespace": "AWS/Billing",
            "MetricName": "EstimatedCharges", "Dimensions": [metric], "Statistic": "Maximum", "Period": 21600,
            "EvaluationPeriods": 2, "DatapointsToAlarm": 1, "Threshold": 75.0, "TreatMissingData": "ignore",
            "ComparisonOperator": "GreaterThanOrEqualToThreshold", "ActionsEnabled": false,
            "OKActions": ["arn:aws:sns:us-east-1:123456789012:quiet"], "Unit": "None"}),
    );
    bench.account.query(
        "sns",
        REGION,
        &[("Action", "CreateTopic"), ("Name", "billing-alerts"), ("Version", "2010-03-31")],
    );
    let topic = format!("arn:aws:sns:{REGION}:{}:billing-alerts", bench.account.id);
    let access = json!({"Version": "2012-10-17", "Statement": [{"Sid": "budgets", "Effect": "Allow",
        "Principal": {"Service": "budgets.amazonaws.com"}, "Action": "SNS:Publish", "Resource": topic}]});
    bench.account.query(
        "sns",
        REGION,
        &[
            ("Action", "SetTopicAttributes"),
            ("TopicArn", &topic),
            ("AttributeName", "Policy"),
            ("AttributeValue", &access.to_string()),
            ("Version", "2010-03-31"),
        ],
    );
    let target = json!({"ServiceNamespace": "ecs", "ResourceId": "service/prod/api",
        "ScalableDimension": "ecs:service:DesiredCount"});
    let with = |more: Value| {
        let mut all = target.clone();
        all.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        all
    };
    bench.aws("application-autoscaling", "RegisterScalableTarget", with(json!({"MinCapacity": 1, "MaxCapacity": 4})));
    let tracking = json!({"TargetValue": 42.5, "DisableScaleIn": true, "ScaleOutCooldown": 33,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}});
    bench.aws(
        "application-autoscaling",
        "PutScalingPolicy",
        with(json!({"PolicyName": "mine", "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": tracking})),
    );
    let deployment = json!({"deploymentCircuitBreaker": {"enable": true, "rollback": false},
        "minimumHealthyPercent": 100, "maximumPercent": 300});
    bench.aws(
        "ecs",
        "UpdateService",
        json!({"cluster": "prod", "service": "api", "deploymentConfiguration": deployment}),
    );
    let insights = json!([{"name": "containerInsights", "value": "enabled"}]);
    bench.aws("ecs", "UpdateClusterSettings", json!({"cluster": "prod", "settings": insights}));
    let policy = json!({"rules": [
        {"rulePriority": 3, "description": "old ones", "selection": {"tagStatus": "untagged",
            "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 90}, "action": {"type": "expire"}},
        {"rulePriority": 7, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 100},
            "action": {"type": "expire"}}]});
    bench.aws(
        "ecr",
        "PutLifecyclePolicy",
        json!({"repositoryName": "job-0", "lifecyclePolicyText": policy.to_string()}),
    );
    bench.account.state(&json!({"region": REGION,
        "cost_tags": [{"TagKey": "Env", "Type": "UserDefined", "Status": "Inactive"}]}));
    bench.write("fixes.toml", WISH);
    bench.account.forget();
    bench
}

#[test]
fn what_is_set_otherwise_is_changed_and_put_back_to_the_letter() {
    let bench = set_otherwise();
    let before = everything(&bench);
    let guards =
        ["log-retention", "billing-alarm", "scaling", "deployment", "cost-tags", "container-insights", "ecr-lifecycle"];
    let mut words = vec!["fix", "plan", "-o", "plan.json", "--wish", "fixes.toml"];
    words.extend(guards.iter().flat_map(|guard| ["--only", guard]));
    let plan = bench.run(&words);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    assert_eq!(everything(&bench), before, "a plan changes nothing");

    let applied = bench.run(&["fix", "apply", "plan.json", "--yes"]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    let after = everything(&bench);
    assert_eq!(after["retentions"], json!([["/ecs/api", 14], ["/ecs/web", 14]]));
    // Of the alarm, only that it tells somebody.
    let mut alarm = before["alarms"][0].clone();
    alarm["AlarmActions"] = json!([format!("arn:aws:sns:{REGION}:{}:billing-alerts", bench.account.id)]);
    alarm["ActionsEnabled"] = json!(true);
    assert_eq!(after["alarms"], json!([alarm]));
    // Of the topic, only one statement more.
    let statements = |state: &Value| state["topic"]["Statement"].as_array().expect("statements").clone();
    assert_eq!(statements(&after)[..1], statements(&before)[..]);
    assert_eq!(statements(&after)[1]["Principal"]["Service"], "cloudwatch.amazonaws.com");
    assert_eq!((&after["bounds"][0]["MinCapacity"], &after["bounds"][0]["MaxCapacity"]), (&json!(3), &json!(9)));
    let tracking = &after["policies"][0]["TargetTrackingScalingPolicyConfiguration"];
    assert_eq!(tracking["TargetValue"].as_f64().map(|target| target as i64), Some(60));
    assert_eq!(tracking["PredefinedMetricSpecification"]["PredefinedMetricType"], "ECSServiceAverageCPUUtilization");
    let deployment = &after["deployment"];
    assert_eq!((&deployment["minimumHealthyPercent"], &deployment["maximumPercent"]), (&json!(50), &json!(150)));
    assert_eq!(deployment["deploymentCircuitBreaker"], json!({"enable": true, "rollback": true}));
    assert_eq!(after["settings"][0]["value"], "enhanced");
    assert_eq!(after["tags"], "Active");
    // Of the policy, only the count: the other rule and the numbers stay.
    let rules = |state: &Value| state["lifecycle"]["rules"].as_array().expect("rules").clone();
    assert_eq!(rules(&after)[0], rules(&before)[0]);
    assert_eq!(rules(&after)[1]["rulePriority"], 7);
    assert!(rules(&after)[1]["selection"]["countNumber"].as_u64().is_some_and(|count| count < 100));

    let undone = bench.run(&["fix", "undo", "--yes"]);
    assert_eq!(undone.code, Some(0), "{undone:?}");
    let back = everything(&bench);
    for (what, was) in before.as_object().expect("an object") {
        assert_eq!(&back[what], was, "{what} is not as it was, to the letter");
    }
}

#[test]
fn parts_of_a_plan_and_parts_of_an_undo() {
    let bench = unguarded();
    let retention = |which: usize| bench.retentions()[which].1;
    let run = |words: &[&str]| {
        let ran = bench.run(words);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran
    };
    bench.write("fixes.toml", "[alarms]\nemails = [\"ops@example.com\"]\n");
    run(&["fix", "plan", "-o", "plan.json", "--wish", "fixes.toml", "--protect", "/ecs/web"]);
    run(&["fix", "apply", "plan.json", "--yes", "--only", "log-retention"]);
    assert_eq!((retention(0), retention(1)), (Some(30), None), "what is protected is not in the plan");
    assert_eq!(bench.account.writes().len(), 1);
    // A part that needs another part is refused.
    let half = bench.run(&["fix", "apply", "plan.json", "--yes", "--only", "alarm"]);
    assert_eq!(half.code, Some(2), "{half:?}");
    assert!(half.said.contains("needs") && half.said.contains("topic"), "{half:?}");
    run(&["fix", "plan", "-o", "plan.json", "--except", "log-retention"]);
    run(&["fix", "apply", "plan.json", "--yes", "--only", "deployment", "--only", "scan-on-push"]);
    run(&["fix", "undo", "--yes", "--only", "deployment"]);
    let kinds = |ran: &super::fixes::Ran| -> Vec<String> {
        let plan = json_of(ran);
        let steps = plan["plan"]["steps"].as_array().expect("steps").clone();
        steps.iter().map(|step| step["target"]["kind"].as_str().expect("a kind").to_string()).collect()
    };
    let left = kinds(&run(&["fix", "plan", "--format", "json"]));
    assert!(left.contains(&"deployment".to_string()) && !left.contains(&"scan-on-push".to_string()), "{left:?}");
    // A plan of the undo can be looked at, and applied like any other.
    run(&["fix", "undo", "-o", "back.json"]);
    run(&["fix", "apply", "back.json", "--yes"]);
    assert!(kinds(&run(&["fix", "plan", "--format", "json"])).contains(&"scan-on-push".to_string()));
}

#[test]
fn every_format_of_everything() {
    let bench = unguarded();
    for format in ["table", "json", "ndjson", "csv", "markdown", "html"] {
        for words in [&["fix", "plan"][..], &["check"], &["fix", "status"]] {
            let ran = bench.run(&[words, &["--format", format]].concat());
            assert!(matches!(ran.code, Some(0 | 4)), "{words:?} {format}: {ran:?}");
            assert!(!ran.out.is_empty(), "{words:?} {format}");
            match format {
                "json" => drop(json_of(&ran)),
                "ndjson" => assert!(ran.out.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{ran:?}"),
                "table" => {
                    let long: Vec<&str> = ran.out.lines().filter(|line| line.chars().count() > 80).collect();
                    assert!(long.is_empty(), "{words:?}: {long:#?}");
                }
                "csv" => {
                    let mut reader = csv::Reader::from_reader(ran.out.as_bytes());
                    assert!(reader.records().all(|record| record.is_ok()), "{ran:?}");
                }
                _ => {}
            }
        }
    }
    // What is written twice is the same, to the byte.
    let plan = || bench.run(&["fix", "plan", "--format", "csv"]).out;
    assert_eq!(plan(), plan());
}

/// What others have built on what was made is not deleted with it.
#[test]
fn undo_leaves_what_others_build_on() {
    let bench = unguarded();
    bench.write(
        "fixes.toml",
        "[billing]\nthresholds = [50]\nemails = [\"ops@example.com\"]\n[scaling.\"prod/api\"]\nmin = 1\nmax = 4\n\
         metric = \"cpu\"\ntarget = \"70%\"\n",
    );
    let only = ["--wish", "fixes.toml", "--only", "billing-alarm", "--only", "scaling"];
    assert_eq!(bench.run(&[&["fix", "apply", "--yes"], &only[..]].concat()).code, Some(0));
    let topic = format!("arn:aws:sns:{REGION}:{}:billing-alerts", bench.account.id);
    let theirs = [
        ("Action", "Subscribe"),
        ("TopicArn", topic.as_str()),
        ("Protocol", "https"),
        ("Endpoint", "https://example.com/hook"),
        ("Version", "2010-03-31"),
    ];
    bench.account.query("sns", REGION, &theirs);
    let memory = json!({"TargetValue": 50.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}});
    bench.aws(
        "application-autoscaling",
        "PutScalingPolicy",
        json!({"ServiceNamespace": "ecs", "ResourceId": "service/prod/api", "PolicyName": "theirs",
            "ScalableDimension": "ecs:service:DesiredCount", "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": memory}),
    );
    let undone = bench.run(&["fix", "undo", "--yes"]);
    assert_eq!(undone.code, Some(1), "{undone:?}");
    assert!(undone.out.contains("https://example.com/hook") && undone.out.contains("theirs"), "{undone:?}");
    let targets = bench.aws("application-autoscaling", "DescribeScalableTargets", json!({"ServiceNamespace": "ecs"}));
    assert_eq!(targets["ScalableTargets"].as_array().map(Vec::len), Some(1));
    assert!(
        bench.account.query("sns", REGION, &[("Action", "ListTopics"), ("Version", "2010-03-31")]).contains(&topic)
    );
}

/// What is left out takes along what needs it, and a slip of the pen is no wish.
#[test]
fn nothing_is_made_that_hangs_in_the_air() {
    let bench = unguarded();
    bench.write("fixes.toml", "[billing]\nthresholds = [50]\nemails = [\"ops@example.com\"]\n");
    let plan =
        |more: &[&str]| bench.run(&[&["fix", "plan", "--format", "json", "--wish", "fixes.toml"], more].concat());
    let kinds = |ran: &super::fixes::Ran| -> Vec<String> {
        let steps = json_of(ran)["plan"]["steps"].as_array().expect("steps").clone();
        steps.iter().map(|step| step["target"]["kind"].as_str().expect("a kind").to_string()).collect()
    };
    // An alarm alone: its topic comes along.
    assert_eq!(kinds(&plan(&["--only", "billing-50-usd"])), ["topic", "alarm"]);
    // A topic that is protected: no alarm on a topic that is not there.
    let protected = plan(&["--only", "billing-alarm", "--protect", "topic billing-alerts"]);
    assert_eq!(kinds(&protected), [""; 0]);
    assert!(protected.out.contains("it is left out, since it needs"), "{protected:?}");
    assert_eq!(
        bench.run(&["fix", "plan", "-o", "plan.json", "--except", "prod/api", "--wish", "fixes.toml"]).code,
        Some(0)
    );
    let text = std::fs::read_to_string(bench.path("plan.json")).expect("a plan");
    let plan: Value = serde_json::from_str(&text).expect("JSON");
    let about = plan["plan"]["steps"].as_array().expect("steps").iter().map(|step| step["about"].as_str());
    assert!(about.clone().count() > 3 && about.clone().all(|about| about != Some("prod/api")), "{text}");
    for slip in ["log-retenton", "/ecs/nothing*"] {
        let refused = bench.run(&["fix", "apply", "plan.json", "--yes", "--except", slip]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.said.contains(slip), "{refused:?}");
    }
    assert_eq!(bench.account.writes(), [] as [Value; 0]);
}
