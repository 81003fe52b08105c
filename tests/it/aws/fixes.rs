//! `fix` and `check` as users run them, against the double.

use super::double::{Account, account};
use serde_json::{Value, json};
use std::process::{Command, Output};
use tempfile::TempDir;

pub const REGION: &str = "us-east-1";

/// An account with a folder to work in, and a state folder of its own.
pub struct Bench {
    pub account: Account,
    pub folder: TempDir,
}

/// What came of a run.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub said: String,
}

impl Bench {
    pub fn new() -> Bench {
        Bench { account: account(), folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// The program in the folder, as a user of the account.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.account.command(env!("CARGO_BIN_EXE_stackcost"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("AWS_REGION", REGION)
            .env("NO_COLOR", "1")
            .env("XDG_STATE_HOME", self.folder.path().join("state"));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().expect("the binary starts"))
    }

    pub fn aws(&self, service: &str, op: &str, asked: Value) -> Value {
        self.account.aws(service, op, REGION, &asked)
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("it can be written");
    }

    /// The journals that there are, oldest first.
    pub fn journals(&self) -> Vec<std::path::PathBuf> {
        let folder = self.path("state/stackcost/journals");
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths
    }

    /// Log groups that never expire.
    pub fn log_groups(&self, names: &[&str]) {
        for name in names {
            self.aws("logs", "CreateLogGroup", json!({"logGroupName": name}));
        }
    }

    /// The first word between two marks of an answer in XML.
    fn first<'x>(xml: &'x str, tag: &str) -> &'x str {
        let (_, rest) = xml.split_once(&format!("<{tag}>")).unwrap_or_else(|| panic!("no {tag} in {xml}"));
        rest.split('<').next().expect("its text")
    }

    /// Asks a service that speaks XML.
    fn query(&self, service: &str, version: &str, action: &str, more: &[(&str, &str)]) -> String {
        self.account.query(service, REGION, &[&[("Action", action), ("Version", version)], more].concat())
    }

    /// A service in the cluster `prod` that runs an image; behind a load balancer if it has a target group.
    pub fn service(&self, name: &str, image: &str, environment: Value, target_group: Option<&str>) {
        self.aws("ecs", "CreateCluster", json!({"clusterName": "prod"}));
        let container = json!({"name": name, "image": image, "memory": 512, "environment": environment,
            "portMappings": [{"containerPort": 80}]});
        self.aws(
            "ecs",
            "RegisterTaskDefinition",
            json!({"family": name, "networkMode": "awsvpc", "cpu": "256", "memory": "512",
                "requiresCompatibilities": ["FARGATE"], "containerDefinitions": [container]}),
        );
        let subnets = self.query("ec2", "2016-11-15", "DescribeSubnets", &[]);
        let balanced: Vec<Value> = target_group
            .into_iter()
            .map(|arn| json!({"targetGroupArn": arn, "containerName": name, "containerPort": 80}))
            .collect();
        self.aws(
            "ecs",
            "CreateService",
            json!({"cluster": "prod", "serviceName": name, "taskDefinition": name, "desiredCount": 2,
                "launchType": "FARGATE", "loadBalancers": balanced,
                "networkConfiguration": {"awsvpcConfiguration": {"subnets": [Bench::first(&subnets, "subnetId")]}}}),
        );
    }

    /// A load balancer with a target group; the ARN of that.
    pub fn target_group(&self) -> String {
        let subnets = self.query("ec2", "2016-11-15", "DescribeSubnets", &[]);
        let ids: Vec<&str> =
            subnets.split("<subnetId>").skip(1).filter_map(|rest| rest.split('<').next()).take(2).collect();
        let vpc = Bench::first(&subnets, "vpcId");
        let elb = |action: &str, more: &[(&str, &str)]| self.query("elasticloadbalancing", "2015-12-01", action, more);
        let names = [("Name", "front"), ("Subnets.member.1", ids[0]), ("Subnets.member.2", ids[1])];
        let balancer = elb("CreateLoadBalancer", &names);
        let group = elb("CreateTargetGroup", &[("Name", "api"), ("Protocol", "HTTP"), ("Port", "80"), ("VpcId", vpc)]);
        let group = Bench::first(&group, "TargetGroupArn").to_string();
        elb(
            "CreateListener",
            &[
                ("LoadBalancerArn", Bench::first(&balancer, "LoadBalancerArn")),
                ("Protocol", "HTTP"),
                ("Port", "80"),
                ("DefaultActions.member.1.Type", "forward"),
                ("DefaultActions.member.1.TargetGroupArn", &group),
            ],
        );
        group
    }

    /// Days of each log group, by name.
    pub fn retentions(&self) -> Vec<(String, Option<u64>)> {
        let groups = self.aws("logs", "DescribeLogGroups", json!({}));
        let one = |group: &Value| {
            (group["logGroupName"].as_str().expect("a name").to_string(), group["retentionInDays"].as_u64())
        };
        groups["logGroups"].as_array().expect("groups").iter().map(one).collect()
    }
}

pub fn ran(output: Output) -> Ran {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let ran = Ran { code: output.status.code(), out: text(output.stdout), said: text(output.stderr) };
    assert!(!ran.said.contains("panicked"), "{ran:?}");
    ran
}

pub fn json_of(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"))
}

/// Names of operations that wrote, in order.
fn written(account: &Account) -> Vec<String> {
    account.writes().iter().map(|call| call["op"].as_str().expect("an operation").to_string()).collect()
}

/// Everything that a container stack has, and nothing that guards it.
pub fn unguarded() -> Bench {
    let bench = Bench::new();
    bench.log_groups(&["/ecs/api", "/ecs/web"]);
    bench.aws("ecr", "CreateRepository", json!({"repositoryName": "api"}));
    bench.account.state(&json!({"region": REGION, "make_repositories": {"prefix": "job-", "count": 1, "images": 14}}));
    let image = format!("{}.dkr.ecr.{REGION}.amazonaws.com/job-0:v1", bench.account.id);
    let group = bench.target_group();
    let environment = json!([{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "PORT", "value": "80"}]);
    bench.service("api", &image, environment, Some(&group));
    bench.account.forget();
    bench
}

const WISH: &str = r#"
[billing]
thresholds = [50, 100]
emails = ["ops@example.com"]
[budget]
name = "monthly"
amount = 100
[alarms]
emails = ["ops@example.com"]
[scaling."prod/api"]
min = 2
max = 10
metric = "cpu"
target = "70%"
[container_insights]
want = "enabled"
"#;

#[test]
fn the_whole_round() {
    let bench = unguarded();
    bench.write("fixes.toml", WISH);

    // Plan: nothing is written.
    let plan = bench.run(&["fix", "plan", "-o", "plan.json", "--wish", "fixes.toml"]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    assert_eq!(written(&bench.account), [""; 0], "a plan changes nothing");
    let file: Value =
        serde_json::from_str(&std::fs::read_to_string(bench.path("plan.json")).expect("a plan")).expect("JSON");
    let steps = file["plan"]["steps"].as_array().expect("steps");
    let kinds: Vec<&str> = steps.iter().map(|step| step["target"]["kind"].as_str().expect("a kind")).collect();
    for kind in [
        "lifecycle-policy",
        "scan-on-push",
        "log-retention",
        "topic",
        "subscription",
        "alarm",
        "budget",
        "scalable-target",
        "scaling-policy",
        "deployment",
        "dashboard",
        "container-insights",
    ] {
        assert!(kinds.contains(&kind), "{kind} is not in {kinds:?}");
    }
    for step in steps {
        for said in ["now", "then", "loses", "money", "undo"] {
            assert!(!step[said].is_null(), "{said} of {step}");
        }
    }

    // Apply without a terminal: only with --yes.
    let refused = bench.run(&["fix", "apply", "plan.json"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert_eq!(written(&bench.account), [""; 0]);
    let applied = bench.run(&["fix", "apply", "plan.json", "--yes", "--format", "json"]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    // Exactly the steps: a write each.
    assert_eq!(written(&bench.account).len(), steps.len(), "{:?}", written(&bench.account));
    assert_eq!(bench.retentions(), [("/ecs/api".into(), Some(30)), ("/ecs/web".into(), Some(30))]);

    // A second apply changes nothing.
    bench.account.forget();
    let again = bench.run(&["fix", "apply", "plan.json", "--yes"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(written(&bench.account), [""; 0]);
    // And a new plan has nothing left that a step could do.
    let plan = bench.run(&["fix", "plan", "--wish", "fixes.toml", "--format", "json"]);
    assert_eq!(json_of(&plan)["plan"]["steps"], json!([]), "{plan:?}");

    // Undo puts everything back.
    let undone = bench.run(&["fix", "undo", "--yes"]);
    assert_eq!(undone.code, Some(0), "{undone:?}");
    assert_eq!(bench.retentions(), [("/ecs/api".into(), None), ("/ecs/web".into(), None)]);
    let plan = bench.run(&["fix", "plan", "--wish", "fixes.toml", "--format", "json"]);
    let after: Vec<Value> = json_of(&plan)["plan"]["steps"].as_array().expect("steps").clone();
    let state = |steps: &[Value]| -> Vec<Value> {
        steps.iter().map(|step| json!([step["id"], step["before"], step["after"]])).collect()
    };
    assert_eq!(state(&after), state(steps), "everything is as it was");
    // Nothing is left to undo.
    let nothing = bench.run(&["fix", "undo", "--yes"]);
    assert_eq!(nothing.code, Some(2), "{nothing:?}");
}

#[test]
fn the_checklist() {
    let bench = unguarded();
    let checked = bench.run(&["check", "--format", "json"]);
    assert_eq!(checked.code, Some(4), "{checked:?}");
    assert_eq!(written(&bench.account), [""; 0]);
    let list = json_of(&checked);
    let verdict = |guard: &str| -> Vec<&str> {
        let findings = list["findings"].as_array().expect("findings").iter();
        findings.filter(|one| one["guard"] == guard).map(|one| one["verdict"].as_str().expect("a verdict")).collect()
    };
    assert_eq!(verdict("log-retention"), ["fail", "fail"]);
    assert_eq!(verdict("plain-secrets"), ["fail"]);
    assert_eq!(verdict("open-ports"), ["unknown"]);
    assert_eq!(verdict("container-insights"), ["pass"]);
    assert!(!checked.out.contains("hunter2"), "values of variables are not shown");
    // What holds alone exits with 0, what is unknown with 5.
    assert_eq!(bench.run(&["check", "--only", "container-insights"]).code, Some(0));
    let unknown = bench.run(&["check", "--only", "open-ports"]);
    assert_eq!(unknown.code, Some(5), "{unknown:?}");
    assert!(unknown.out.contains("aws ec2 describe-security-groups"), "{unknown:?}");
}

/// The picture in the README is what comes out, but for the number of the account.
#[test]
fn the_picture_in_the_readme_is_real_output() {
    let bench = Bench::new();
    bench.log_groups(&["/ecs/news-api"]);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time").as_millis();
    let born = u64::try_from(now).expect("a time") - 400 * 86_400_000;
    let dimension = json!({"Name": "Currency", "Value": "USD"});
    bench.aws(
        "monitoring",
        "PutMetricAlarm",
        json!({"AlarmName": "monthly-bill", "Namespace": "AWS/Billing", "MetricName": "EstimatedCharges",
            "Dimensions": [dimension], "Statistic": "Maximum", "Period": 21600, "EvaluationPeriods": 1,
            "Threshold": 75, "ComparisonOperator": "GreaterThanThreshold"}),
    );
    let hour = u64::try_from(now).expect("a time") / 1_000 - 3_600;
    bench.account.state(&json!({"region": REGION,
    "logs": [{"group": "/ecs/news-api", "stored_bytes": 120_u64 << 30, "creation_time": born}],
    "metrics": [
        {"namespace": "AWS/Billing", "name": "EstimatedCharges", "dimensions": {"Currency": "USD"},
            "stat": "Maximum", "values": [[hour, 42.5]]},
        {"namespace": "AWS/Logs", "name": "IncomingBytes", "dimensions": {"LogGroupName": "/ecs/news-api"},
            "stat": "Sum", "values": [[hour, 60_u64 << 30]]},
    ]}));
    bench.write("fixes.toml", "[billing]\nthresholds = [75]\nemails = [\"ops@example.com\"]\n");
    let words = "fix plan --wish fixes.toml --only log-retention --only billing-alarm";
    let plan = bench.run(&words.split(' ').collect::<Vec<_>>());
    assert_eq!(plan.code, Some(0), "{plan:?}");
    let shown = plan.out.replace(&bench.account.id, "123456789012");
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).expect("README.md");
    let picture = format!("$ stackcost {words}\n{}", shown.trim_end());
    assert!(readme.contains(&picture), "README.md shows other output than this:\n{picture}");
}

/// When to tell is proposed from what the stack is estimated to cost.
#[test]
fn thresholds_come_from_the_estimate_of_the_stack() {
    let bench = Bench::new();
    bench.write("fixes.toml", "[billing]\nemails = [\"ops@example.com\"]\n");
    let stack = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/news-api.toml");
    let words =
        ["fix", "plan", "--wish", "fixes.toml", "--only", "billing-alarm", "--format", "json", "--stack", stack];
    let plan = bench.run(&words);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    let steps = json_of(&plan)["plan"]["steps"].as_array().expect("steps").clone();
    let alarms = steps.iter().filter(|step| step["target"]["kind"] == "alarm");
    let names: Vec<&str> = alarms.map(|step| step["target"]["name"].as_str().expect("a name")).collect();
    // 50, 80, 100 and 120 % of 75.93505 dollars, in whole dollars.
    assert_eq!(names, ["billing-38-usd", "billing-61-usd", "billing-76-usd", "billing-92-usd"]);
    // Credits run out, so they lower no threshold.
    let text = std::fs::read_to_string(stack).expect("the example");
    bench.write("credited.toml", &format!("{text}\n[account]\ncredits = [{{ amount = \"500 USD\" }}]\n"));
    let credited = [&words[..words.len() - 1], &["credited.toml"]].concat();
    assert_eq!(json_of(&bench.run(&credited))["plan"]["steps"], json_of(&plan)["plan"]["steps"]);
    // What is wished goes before what is proposed.
    bench.write("fixes.toml", "[billing]\nthresholds = [60]\nemails = [\"ops@example.com\"]\n");
    let wished = bench.run(&words).out;
    assert!(wished.contains("billing-60-usd") && !wished.contains("billing-38-usd"), "{wished}");
}
