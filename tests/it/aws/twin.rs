//! What the other tests take for granted of the double itself.

use super::double::{Account, account};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const REGION: &str = "eu-west-1";

/// An answer of a service in JSON.
fn ask(account: &Account, service: &str, op: &str, asked: Value) -> Value {
    account.aws(service, op, REGION, &asked)
}

fn state(account: &Account, mut what: Value) {
    what["region"] = REGION.into();
    account.state(&what);
}

/// How many entries each page has.
fn pages(account: &Account, [service, op, list]: [&str; 3], [size, token]: [&str; 2], asked: Value) -> Vec<usize> {
    let (mut asked, mut pages) = (asked, Vec::new());
    asked[size] = 50.into();
    loop {
        let answer = account.aws(service, op, REGION, &asked);
        pages.push(answer[list].as_array().expect("a list").len());
        match answer.get(token) {
            Some(next) => asked[token] = next.clone(),
            None => return pages,
        }
    }
}

#[test]
fn lists_come_in_pages() {
    let account = account();
    state(&account, json!({"make_repositories": {"prefix": "r-", "count": 120, "images": 1}}));
    state(&account, json!({"make_repositories": {"prefix": "many-", "count": 1, "images": 101}}));
    state(&account, json!({"make_log_groups": {"prefix": "/bench/", "count": 120, "stored_bytes": 5}}));
    for n in 0..51 {
        let alarm = json!({"AlarmName": format!("a{n}"), "MetricName": "m", "Namespace": "AWS/ECS", "Period": 60,
            "Statistic": "Average", "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "LessThanThreshold"});
        ask(&account, "monitoring", "PutMetricAlarm", alarm);
    }
    let ecr = ["maxResults", "nextToken"];
    let many = json!({"repositoryName": "many-0"});
    assert_eq!(pages(&account, ["ecr", "DescribeRepositories", "repositories"], ecr, json!({})), [50, 50, 21]);
    assert_eq!(pages(&account, ["ecr", "DescribeImages", "imageDetails"], ecr, many.clone()), [50, 50, 1]);
    assert_eq!(pages(&account, ["ecr", "ListImages", "imageIds"], ecr, many), [50, 50, 1]);
    let logs = ["limit", "nextToken"];
    assert_eq!(pages(&account, ["logs", "DescribeLogGroups", "logGroups"], logs, json!({})), [50, 50, 20]);
    let alarms = ["MaxRecords", "NextToken"];
    assert_eq!(pages(&account, ["monitoring", "DescribeAlarms", "MetricAlarms"], alarms, json!({})), [50, 1]);
}

#[test]
fn the_journal_says_what_may_have_changed_something() {
    let account = account();
    ask(&account, "ecr", "CreateRepository", json!({"repositoryName": "web"}));
    ask(&account, "ecr", "DescribeRepositories", json!({}));
    ask(&account, "logs", "CreateLogGroup", json!({"logGroupName": "/web"}));
    ask(&account, "logs", "PutRetentionPolicy", json!({"logGroupName": "/web", "retentionInDays": 7}));
    account.query("sns", REGION, &[("Action", "ListTopics")]);
    account.query("sns", REGION, &[("Action", "CreateTopic"), ("Name", "t")]);
    let writes: Vec<Value> = account.writes().iter().map(|call| call["op"].clone()).collect();
    assert_eq!(writes, ["CreateRepository", "CreateLogGroup", "PutRetentionPolicy", "CreateTopic"]);
    let journal = account.journal();
    assert_eq!(journal.len(), 6);
    account.forget();
    assert!(account.journal().is_empty());
    assert!(journal.is_sorted_by_key(|call| call["ms"].as_f64().map(|ms| (ms * 1000.0) as u64)));
}

#[test]
fn a_log_group_is_what_the_test_says_it_is() {
    let account = account();
    ask(&account, "logs", "CreateLogGroup", json!({"logGroupName": "/web"}));
    ask(&account, "logs", "CreateLogGroup", json!({"logGroupName": "/api", "logGroupClass": "INFREQUENT_ACCESS"}));
    state(&account, json!({"logs": [{"group": "/web", "stored_bytes": 123, "creation_time": 1_600_000_000_000_u64}]}));
    let found = ask(&account, "logs", "DescribeLogGroups", json!({"logGroupIdentifiers": ["/web", "/none"]}));
    let groups = found["logGroups"].as_array().expect("a list");
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0]["storedBytes"], 123);
    assert_eq!(groups[0]["creationTime"], 1_600_000_000_000_u64);
    let found = ask(&account, "logs", "DescribeLogGroups", json!({"logGroupNamePattern": "ap"}));
    assert_eq!(found["logGroups"][0]["logGroupClass"], "INFREQUENT_ACCESS");
    let thirteen = json!({"logGroupName": "/web", "retentionInDays": 13});
    assert_eq!(account.refused("logs", "PutRetentionPolicy", REGION, &thirteen), "InvalidParameterException");
}

#[test]
fn an_address_is_pending_until_it_is_confirmed() {
    let account = account();
    account.query("sns", REGION, &[("Action", "CreateTopic"), ("Name", "t")]);
    let topic = format!("arn:aws:sns:{REGION}:{}:t", account.id);
    let subscribe =
        [("Action", "Subscribe"), ("TopicArn", &*topic), ("Protocol", "email"), ("Endpoint", "a+b@example.com")];
    let list = [("Action", "ListSubscriptionsByTopic"), ("TopicArn", &*topic)];
    for _ in 0..2 {
        assert!(account.query("sns", REGION, &subscribe).contains(">pending confirmation<"));
    }
    assert_eq!(account.query("sns", REGION, &list).matches(">PendingConfirmation<").count(), 1);
    state(&account, json!({"sns": [{"topic_arn": topic, "endpoint": "a+b@example.com", "pending": false}]}));
    assert!(account.query("sns", REGION, &list).contains(&format!("<SubscriptionArn>{topic}:")));
    account.latency(Duration::from_millis(200));
    let began = Instant::now();
    account.query("sns", REGION, &list);
    assert!(began.elapsed().as_millis() >= 200);
}

#[test]
fn a_lost_answer_is_no_lost_effect() {
    let account = account();
    let create = |name: &str| json!({"logGroupName": name});
    account.fault("logs", "*", 1, json!({"after": true, "status": 400, "code": "ThrottlingException"}));
    assert_eq!(account.refused("logs", "CreateLogGroup", REGION, &create("/a")), "ThrottlingException");
    account.fault("logs", "CreateLogGroup", 1, json!({"after": true, "cut": true}));
    assert_eq!(answered(&account, "logs", "CreateLogGroup", &create("/b")), "");
    account.fault("logs", "CreateLogGroup", 1, json!({"cut": true}));
    assert_eq!(answered(&account, "logs", "CreateLogGroup", &create("/c")), "");
    account.fault("logs", "DescribeLogGroups", 1, json!({"cut_after_bytes": 12}));
    let answer = answered(&account, "logs", "DescribeLogGroups", &json!({}));
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\n{\"logGroups\""), "{answer}");
    let groups = ask(&account, "logs", "DescribeLogGroups", json!({}));
    let names: Vec<&Value> =
        groups["logGroups"].as_array().expect("a list").iter().map(|one| &one["logGroupName"]).collect();
    assert_eq!(names, ["/a", "/b"]);
}

/// All that comes back before the connection ends.
fn answered(account: &Account, service: &str, op: &str, asked: &Value) -> String {
    let body = asked.to_string();
    let scope = format!("Credential={}/20260101/{REGION}/{service}/aws4_request", account.id);
    let mut stream = TcpStream::connect(account.endpoint.trim_start_matches("http://")).expect("it listens");
    let head = format!("POST / HTTP/1.1\r\nConnection: close\r\nX-Amz-Target: Double.{op}\r\nAuthorization: {scope}");
    write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).expect("it can be asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it ends");
    answer
}

/// Pushes an image that was pushed so many days ago; its digest.
fn push(account: &Account, name: &str, tags: &[&str], days: u64) -> String {
    let manifest = json!({"mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": [], "of": name});
    pushed(account, &manifest, tags, days)
}

fn pushed(account: &Account, manifest: &Value, tags: &[&str], days: u64) -> String {
    let mut digest = Value::Null;
    let each: Vec<Option<&str>> =
        if tags.is_empty() { vec![None] } else { tags.iter().map(|tag| Some(*tag)).collect() };
    for tag in each {
        let mut asked = json!({"repositoryName": "web", "imageManifest": manifest.to_string()});
        if let Some(tag) = tag {
            asked["imageTag"] = tag.into();
        }
        digest = ask(account, "ecr", "PutImage", asked)["image"]["imageId"]["imageDigest"].clone();
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let at = now - days * 86_400 - 60;
    state(account, json!({"ecr": [{"repository": "web", "digest": digest, "pushed_at": at}]}));
    digest.as_str().expect("a digest").to_string()
}

fn rule(priority: u32, mut selection: Value, count: u32) -> Value {
    if selection.get("countType").is_none() {
        selection["countType"] = "imageCountMoreThan".into();
    }
    selection["countNumber"] = count.into();
    json!({"rulePriority": priority, "selection": selection, "action": {"type": "expire"}})
}

/// `name:priority` of what a preview of these rules would expire, oldest first.
fn previewed(account: &Account, names: &BTreeMap<String, &str>, rules: &[Value]) -> Vec<String> {
    let mut asked = json!({"repositoryName": "web"});
    asked["lifecyclePolicyText"] = json!({"rules": rules}).to_string().into();
    ask(account, "ecr", "StartLifecyclePolicyPreview", asked);
    let get = || ask(account, "ecr", "GetLifecyclePolicyPreview", json!({"repositoryName": "web"}));
    assert_eq!(get()["status"], "IN_PROGRESS");
    let preview = get();
    assert_eq!(preview["status"], "COMPLETE");
    let results = preview["previewResults"].as_array().expect("a list");
    assert_eq!(preview["summary"]["expiringImageTotalCount"], results.len());
    let shown = |one: &Value| {
        format!("{}:{}", names[one["imageDigest"].as_str().expect("a digest")], one["appliedRulePriority"])
    };
    results.iter().map(shown).collect()
}

#[test]
fn a_preview_is_a_second_opinion() {
    let account = account();
    ask(&account, "ecr", "CreateRepository", json!({"repositoryName": "web"}));
    let images: [(&str, &[&str], u64); 6] = [
        ("new", &["prod-3", "latest"], 1),
        ("loose", &[], 5),
        ("middle", &["prod-2"], 10),
        ("test", &["test-1"], 20),
        ("old", &["prod-1"], 30),
        ("lost", &[], 40),
    ];
    let names = images.map(|(name, tags, days)| (push(&account, name, tags, days), name)).into();
    let any = json!({"tagStatus": "any"});
    let untagged = json!({"tagStatus": "untagged"});
    let old = json!({"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days"});
    let prefix = |list: &[&str]| json!({"tagStatus": "tagged", "tagPrefixList": list});
    let pattern = |list: &[&str]| json!({"tagStatus": "tagged", "tagPatternList": list});
    let cases: [(&[Value], &[&str]); 9] = [
        (&[rule(1, any.clone(), 6)], &[]),
        (&[rule(1, any.clone(), 2)], &["lost:1", "old:1", "test:1", "middle:1"]),
        (&[rule(1, untagged.clone(), 1)], &["lost:1"]),
        (&[rule(1, old.clone(), 39)], &["lost:1"]),
        (&[rule(1, old.clone(), 41)], &[]),
        // Its tag shields `middle` from the second rule although the first keeps it; marked images still count.
        (&[rule(1, prefix(&["prod-"]), 2), rule(2, any.clone(), 2)], &["lost:2", "old:1", "test:2"]),
        (&[rule(1, pattern(&["*-1"]), 1), rule(5, any.clone(), 1)], &["lost:5", "old:1", "middle:5", "loose:5"]),
        // All entries must match, each by any tag.
        (&[rule(1, prefix(&["prod-", "lat"]), 1), rule(2, prefix(&["prod-"]), 1)], &["old:2", "middle:2"]),
        (&[rule(1, untagged, 2), rule(2, any, 1)], &["old:2", "test:2", "middle:2"]),
    ];
    for (rules, expired) in cases {
        assert_eq!(previewed(&account, &names, rules), expired, "{rules:?}");
    }
}

#[test]
fn what_an_index_refers_to_outlives_it_by_one_run() {
    let account = account();
    ask(&account, "ecr", "CreateRepository", json!({"repositoryName": "web"}));
    let kind = "application/vnd.oci.image.index.v1+json";
    let index = |children: &[&String]| {
        let children: Vec<Value> = children.iter().map(|digest| json!({"digest": digest})).collect();
        json!({"mediaType": kind, "manifests": children})
    };
    let parts = [push(&account, "amd64", &[], 9), push(&account, "arm64", &[], 9)];
    let whole = pushed(&account, &index(&[&parts[0], &parts[1]]), &["v1"], 8);
    let loose = push(&account, "loose", &[], 7);
    let missing = json!({"repositoryName": "web", "imageManifest": index(&[&"sha256:0".into()]).to_string()});
    assert_eq!(account.refused("ecr", "PutImage", REGION, &missing), "ReferencedImagesNotFoundException");
    let names = [(parts[0].clone(), "amd64"), (parts[1].clone(), "arm64"), (whole, "whole"), (loose, "loose")].into();
    let one = [rule(1, json!({"tagStatus": "any"}), 1)];
    assert_eq!(previewed(&account, &names, &one), ["whole:1"]);
    let policy = json!({"repositoryName": "web", "lifecyclePolicyText": json!({"rules": one}).to_string()});
    ask(&account, "ecr", "PutLifecyclePolicy", policy);
    let left = || {
        account.expire(REGION);
        let images = ask(&account, "ecr", "DescribeImages", json!({"repositoryName": "web"}));
        images["imageDetails"].as_array().expect("a list").len()
    };
    assert_eq!(left(), 3);
    assert_eq!(left(), 1);
}

#[test]
fn what_is_no_policy_is_refused() {
    let account = account();
    ask(&account, "ecr", "CreateRepository", json!({"repositoryName": "web"}));
    let any = json!({"tagStatus": "any"});
    let tagged = json!({"tagStatus": "tagged"});
    let both = json!({"tagStatus": "tagged", "tagPrefixList": ["a"], "tagPatternList": ["a*"]});
    let unitless = json!({"tagStatus": "any", "countType": "sinceImagePushed"});
    let bad: [&[Value]; 6] = [
        &[rule(1, tagged, 1)],
        &[rule(1, both, 1)],
        &[rule(1, unitless, 1)],
        &[rule(1, any.clone(), 0)],
        &[rule(1, any.clone(), 1), rule(1, json!({"tagStatus": "untagged"}), 1)],
        &[rule(1, any, 1), rule(2, json!({"tagStatus": "untagged"}), 1)],
    ];
    for rules in bad {
        let asked = json!({"repositoryName": "web", "lifecyclePolicyText": json!({"rules": rules}).to_string()});
        for op in ["PutLifecyclePolicy", "StartLifecyclePolicyPreview"] {
            assert_eq!(account.refused("ecr", op, REGION, &asked), "InvalidParameterException", "{rules:?}");
        }
    }
    let web = json!({"repositoryName": "web"});
    let refused = |op: &str| account.refused("ecr", op, REGION, &web);
    assert_eq!(refused("GetLifecyclePolicyPreview"), "LifecyclePolicyPreviewNotFoundException");
    assert_eq!(refused("StartLifecyclePolicyPreview"), "LifecyclePolicyNotFoundException");
    let policy = json!({"rules": [rule(1, json!({"tagStatus": "any"}), 1)]}).to_string();
    ask(&account, "ecr", "PutLifecyclePolicy", json!({"repositoryName": "web", "lifecyclePolicyText": policy}));
    ask(&account, "ecr", "StartLifecyclePolicyPreview", web.clone());
    assert_eq!(refused("StartLifecyclePolicyPreview"), "LifecyclePolicyPreviewInProgressException");
}

#[test]
fn a_moved_tag_leaves_an_image_behind() {
    let account = account();
    ask(&account, "ecr", "CreateRepository", json!({"repositoryName": "web"}));
    let first = push(&account, "first", &["latest"], 2);
    let second = push(&account, "second", &["latest"], 1);
    let untagged = json!({"repositoryName": "web", "filter": {"tagStatus": "UNTAGGED"}});
    let images = ask(&account, "ecr", "DescribeImages", untagged);
    assert_eq!(images["imageDetails"].as_array().map(Vec::len), Some(1));
    assert_eq!(images["imageDetails"][0]["imageDigest"], first);
    let wanted = json!({"repositoryName": "web", "imageIds": [{"imageTag": "latest"}, {"imageTag": "none"}]});
    let got = ask(&account, "ecr", "BatchGetImage", wanted);
    assert_eq!(got["images"][0]["imageId"]["imageDigest"], second);
    assert_eq!(got["failures"][0]["failureCode"], "ImageNotFound");
}

#[test]
fn a_service_runs_tasks_with_the_images_of_their_start() {
    let account = account();
    ask(&account, "ecr", "CreateRepository", json!({"repositoryName": "web"}));
    let first = push(&account, "first", &["latest"], 2);
    ask(
        &account,
        "ecs",
        "CreateCluster",
        json!({"clusterName": "prod", "capacityProviders": ["FARGATE", "FARGATE_SPOT"]}),
    );
    let image = format!("{}.dkr.ecr.{REGION}.amazonaws.com/web:latest", account.id);
    let containers = json!([{"name": "web", "image": image}, {"name": "proxy", "image": "envoy"}]);
    let definition = json!({"family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "cpu": "256", "memory": "512", "containerDefinitions": containers});
    ask(&account, "ecs", "RegisterTaskDefinition", definition);
    let subnets = account.query("ec2", REGION, &[("Action", "DescribeSubnets"), ("Version", "2016-11-15")]);
    let (_, subnet) = subnets.split_once("<subnetId>").expect("a default VPC");
    let network = json!({"awsvpcConfiguration": {"subnets": [subnet.split('<').next()]}});
    let spot = json!([{"capacityProvider": "FARGATE_SPOT", "weight": 1}]);
    let service = json!({"cluster": "prod", "serviceName": "web", "taskDefinition": "web", "desiredCount": 2,
        "capacityProviderStrategy": spot, "networkConfiguration": network});
    ask(&account, "ecs", "CreateService", service);
    push(&account, "second", &["latest"], 1);
    let breaker = json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true}});
    ask(
        &account,
        "ecs",
        "UpdateService",
        json!({"cluster": "prod", "service": "web", "deploymentConfiguration": breaker}),
    );
    let service = ask(&account, "ecs", "DescribeServices", json!({"cluster": "prod", "services": ["web"]}))["services"]
        [0]
    .clone();
    assert_eq!(service["runningCount"], 2);
    assert_eq!(service["capacityProviderStrategy"][0]["capacityProvider"], "FARGATE_SPOT");
    assert_eq!(service["deploymentConfiguration"]["deploymentCircuitBreaker"]["enable"], true);
    assert_eq!(service["deploymentConfiguration"]["maximumPercent"], 200);
    let tasks = ask(&account, "ecs", "ListTasks", json!({"cluster": "prod", "serviceName": "web"}))["taskArns"].clone();
    assert_eq!(tasks.as_array().map(Vec::len), Some(2));
    state(
        &account,
        json!({"ecs_tasks": [{"cluster": "prod", "service": "web", "container": "proxy", "image_digest": "sha256:1"}]}),
    );
    let tasks = ask(&account, "ecs", "DescribeTasks", json!({"cluster": "prod", "tasks": tasks}));
    assert_eq!(tasks["tasks"][0]["lastStatus"], "RUNNING");
    assert_eq!(tasks["tasks"][0]["containers"][0]["imageDigest"], first);
    assert_eq!(tasks["tasks"][1]["containers"][1]["imageDigest"], "sha256:1");
}

#[test]
fn metrics_are_what_the_test_says_and_odd_alarms_are_refused() {
    let account = account();
    let cpu = json!({"namespace": "AWS/ECS", "name": "CPUUtilization", "dimensions": {"ServiceName": "web"},
        "stat": "p99", "values": [[1_800_000_000, 40], [1_800_000_300, 41.5]]});
    state(&account, json!({"metrics": [cpu]}));
    let metric = json!({"Namespace": "AWS/ECS", "MetricName": "CPUUtilization",
        "Dimensions": [{"Name": "ServiceName", "Value": "web"}]});
    let query = |id: &str, stat: &str| json!({"Id": id, "MetricStat": {"Metric": metric, "Period": 300, "Stat": stat}});
    let asked = json!({"StartTime": 1_799_999_000, "EndTime": 1_800_001_000,
        "MetricDataQueries": [query("a", "p99"), query("b", "Average")]});
    let results = ask(&account, "monitoring", "GetMetricData", asked)["MetricDataResults"].clone();
    assert_eq!(results[0]["Values"], json!([41.5, 40]));
    assert_eq!(results[1]["Values"], json!([]));
    assert_eq!(results[1]["StatusCode"], "Complete");
    for (name, odd) in [("Period", json!(7)), ("AlarmActions", json!(["me"]))] {
        let mut alarm = json!({"AlarmName": "a", "MetricName": "m", "Namespace": "AWS/ECS", "Period": 60,
            "Statistic": "Average", "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "LessThanThreshold"});
        alarm[name] = odd;
        assert_eq!(account.refused("monitoring", "PutMetricAlarm", REGION, &alarm), "ValidationError");
    }
}

#[test]
fn a_dashboard_is_in_all_regions_or_in_none() {
    let account = account();
    let elsewhere = |op: &str, asked: Value| account.aws("monitoring", op, "us-east-1", &asked);
    let body = json!({"widgets": []}).to_string();
    ask(&account, "monitoring", "PutDashboard", json!({"DashboardName": "d", "DashboardBody": body}));
    assert_eq!(elsewhere("ListDashboards", json!({}))["DashboardEntries"][0]["DashboardName"], "d");
    assert_eq!(elsewhere("GetDashboard", json!({"DashboardName": "d"}))["DashboardBody"], body);
    elsewhere("DeleteDashboards", json!({"DashboardNames": ["d"]}));
    assert_eq!(ask(&account, "monitoring", "ListDashboards", json!({}))["DashboardEntries"], json!([]));
}

#[test]
fn budgets_bounds_and_cost_tags_can_be_changed_and_read_back() {
    let account = account();
    let budget = |amount: &str| json!({"BudgetName": "b", "BudgetLimit": {"Amount": amount, "Unit": "USD"}, "TimeUnit": "MONTHLY", "BudgetType": "COST"});
    let notification = json!({"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0});
    let subscribers = json!([{"SubscriptionType": "EMAIL", "Address": "a@example.com"}]);
    let told = json!([{"Notification": notification, "Subscribers": subscribers}]);
    let id = account.id.as_str();
    let created = json!({"AccountId": id, "Budget": budget("10"), "NotificationsWithSubscribers": told});
    ask(&account, "budgets", "CreateBudget", created);
    ask(&account, "budgets", "UpdateBudget", json!({"AccountId": id, "NewBudget": budget("20")}));
    let of = json!({"AccountId": id, "BudgetName": "b", "Notification": notification});
    assert_eq!(ask(&account, "budgets", "DescribeBudget", of.clone())["Budget"]["BudgetLimit"]["Amount"], "20");
    assert_eq!(ask(&account, "budgets", "DescribeSubscribersForNotification", of)["Subscribers"], subscribers);

    let bounds = json!({"ServiceNamespace": "ecs", "ResourceId": "service/prod/web", "MinCapacity": 3, "MaxCapacity": 2,
        "ScalableDimension": "ecs:service:DesiredCount"});
    let refused = account.refused("application-autoscaling", "RegisterScalableTarget", REGION, &bounds);
    assert_eq!(refused, "ValidationException");

    state(&account, json!({"cost_tags": [{"TagKey": "team", "Type": "UserDefined", "Status": "Inactive"}]}));
    let update = json!([{"TagKey": "team", "Status": "Active"}, {"TagKey": "none", "Status": "Active"}]);
    let update = ask(&account, "ce", "UpdateCostAllocationTagsStatus", json!({"CostAllocationTagsStatus": update}));
    assert_eq!(update["Errors"][0]["TagKey"], "none");
    let active = ask(&account, "ce", "ListCostAllocationTags", json!({"Status": "Active"}));
    assert_eq!(active["CostAllocationTags"][0]["TagKey"], "team");
}
