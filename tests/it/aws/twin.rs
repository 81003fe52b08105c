//! What the other tests take for granted of the double itself.

use super::double::{Account, account};
use serde_json::{Value, json};

const REGION: &str = "eu-west-1";

/// An answer of a service in JSON.
fn ask(account: &Account, service: &str, op: &str, asked: Value) -> Value {
    account.aws(service, op, REGION, &asked)
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
    account.state(REGION, json!({"make_repositories": {"prefix": "r-", "count": 120, "images": 1}}));
    account.state(REGION, json!({"make_repositories": {"prefix": "many-", "count": 1, "images": 101}}));
    account.state(REGION, json!({"make_log_groups": {"prefix": "/bench/", "count": 120, "stored_bytes": 5}}));
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
    account.query("sns", REGION, "Action=ListTopics");
    account.query("sns", REGION, "Action=CreateTopic&Name=t");
    let writes: Vec<Value> = account.writes().iter().map(|call| call["op"].clone()).collect();
    assert_eq!(writes, ["CreateRepository", "CreateLogGroup", "PutRetentionPolicy", "CreateTopic"]);
    let journal = account.journal();
    assert_eq!(journal.len(), 6);
    assert!(journal.is_sorted_by_key(|call| call["ms"].as_f64().map(|ms| (ms * 1000.0) as u64)));
}

#[test]
fn a_log_group_is_what_the_test_says_it_is() {
    let account = account();
    ask(&account, "logs", "CreateLogGroup", json!({"logGroupName": "/web"}));
    ask(&account, "logs", "CreateLogGroup", json!({"logGroupName": "/api", "logGroupClass": "INFREQUENT_ACCESS"}));
    account.state(
        REGION,
        json!({"logs": [{"group": "/web", "stored_bytes": 123, "creation_time": 1_600_000_000_000_u64}]}),
    );
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
    account.query("sns", REGION, "Action=CreateTopic&Name=t");
    let topic = format!("arn:aws:sns:{REGION}:{}:t", account.id);
    let subscribe = format!("Action=Subscribe&TopicArn={topic}&Protocol=email&Endpoint=a@example.com");
    let list = format!("Action=ListSubscriptionsByTopic&TopicArn={topic}");
    for _ in 0..2 {
        assert!(account.query("sns", REGION, &subscribe).contains(">pending confirmation<"));
    }
    assert_eq!(account.query("sns", REGION, &list).matches(">PendingConfirmation<").count(), 1);
    account.state(REGION, json!({"sns": [{"topic_arn": topic, "endpoint": "a@example.com", "pending": false}]}));
    assert!(account.query("sns", REGION, &list).contains(&format!("<SubscriptionArn>{topic}:")));
    account.latency(0.2);
    let began = std::time::Instant::now();
    account.query("sns", REGION, &list);
    assert!(began.elapsed().as_millis() >= 200);
}
