//! Stack files with the quantities of a bill: calibrated, they use what was billed.

use crate::bundled::{book, classes};
use snapbox::cmd::Command;
use stackcost_formats::stack::{Calibrated, Env, StackFile, calibrate};
use stackcost_model::bill::{Amount, Bill, ChargeKind, Entry, Span};
use stackcost_model::estimate::{Estimate, estimate};
use stackcost_model::exact::Ratio;
use stackcost_model::reconcile::{Part, Reconciliation, query_of_files};
use std::path::Path;

fn price(text: &str, scenario: Option<&str>) -> Estimate {
    let mut file = StackFile::parse("stack.toml", text).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    file.set("month=2026-10").expect("a month");
    let resolved =
        file.resolve(scenario, &Env::without_files(classes())).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    let mut priced = estimate(&resolved.stack, book(), None);
    priced.scenario = scenario.map(str::to_string);
    priced
}

/// A bill of October of these quantities by service, usage type and operation, each for a dollar.
fn bill<'a>(usage: impl IntoIterator<Item = (&'a str, &'a str, &'a str, Amount)>) -> Bill {
    let span = Span { start: "2026-10-01".parse().expect("a day"), end: "2026-11-01".parse().expect("a day") };
    let mut bill = Bill::new(query_of_files(span, &[]), "USD");
    for (service, usage_type, operation, quantity) in usage {
        let one = Amount::whole(1);
        bill.entries.push(Entry {
            period: span.start,
            keys: [service, usage_type, operation, "Usage", "", ""].map(str::to_string).to_vec(),
            kind: ChargeKind::Usage,
            unit: String::new(),
            amounts: vec![one, one],
            quantity,
            charges: 1,
            without_list: 0,
        });
    }
    bill.settle().expect("small sums");
    bill
}

/// Calibrates, and holds the result against the same bill: what was not left has its quantities.
fn check(text: &str, scenario: Option<&str>, bill: &Bill) -> Calibrated {
    let reconciled = Reconciliation::new(&price(text, scenario), bill, &[]).expect("they fit");
    let env = Env::without_files(classes());
    let calibrated =
        calibrate("stack.toml", text, &reconciled, &env).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    let again = Reconciliation::new(&price(&calibrated.text, scenario), bill, &[]).expect("they fit");
    assert_eq!(again.totals.residual, Amount::ZERO);
    for line in again.lines.iter().filter(|line| line.part == Part::Both) {
        let left = calibrated
            .left
            .iter()
            .any(|left| (&left.usage_type, &left.operation) == (&line.usage_type, &line.operation));
        assert!(left || line.usage_effect.is_zero(), "{line:?}\n{}", calibrated.text);
        assert_eq!(left, line.billed_quantity.to_ratio() != line.estimated_quantity, "{line:?}\n{}", calibrated.text);
    }
    calibrated
}

const HEAD: &str = "name = \"x\"\nregion = \"us-east-1\"\n";

/// A component, what is billed of it, what is written and what is left.
#[track_caller]
fn written(component: &str, usage: &[(&str, &str, &str, &str)], wanted: &[&str], left: &[&str]) {
    let quantity = |text: &str| Amount::parse(text.as_bytes()).expect("a decimal");
    let bill = bill(
        usage.iter().map(|&(service, usage_type, operation, text)| (service, usage_type, operation, quantity(text))),
    );
    let got = check(&format!("{HEAD}{component}"), None, &bill);
    for line in wanted {
        assert!(got.text.contains(line), "no `{line}` in\n{}", got.text);
    }
    let got_left: Vec<String> = got.left.iter().map(ToString::to_string).collect();
    assert_eq!(got_left, left, "{}", got.text);
}

const TASK: &str = "[fargate.api]\ncpu = 256\nmemory = 512\ntasks = 2\n";
const VCPU: &str = "USE1-Fargate-vCPU-Hours:perCPU";
const GB: &str = "USE1-Fargate-GB-Hours";

#[test]
fn tasks_are_a_number_a_schedule_or_runs() {
    let task = |vcpu, gb| [("AmazonECS", VCPU, "FargateTask", vcpu), ("AmazonECS", GB, "FargateTask", gb)];
    written(TASK, &task("744", "1488"), &["tasks = 4"], &[]);
    written(TASK, &task("372.125", "744.25"), &["{ base = 2, peak = 3, peak_hours_per_month = \"0.5\" }"], &[]);
    // No whole number of seconds: rows of a bill are rounded.
    written(TASK, &task("372.1234567", "744.2469134"), &["{ runs = \"1488.4938268/month\", lasting = \"1h\" }"], &[]);
    written(TASK, &task("18.6", "37.2"), &["{ base = 0, peak = 1, peak_hours_per_month = \"74.4\" }"], &[]);
    let reconciled = Reconciliation::new(
        &price(&format!("{HEAD}{TASK}"), None),
        &bill([("AmazonECS", VCPU, "", Amount::whole(744)), ("AmazonECS", GB, "", Amount::whole(1600))]),
        &[],
    );
    let env = Env::without_files(classes());
    let got = calibrate("x", &format!("{HEAD}{TASK}"), &reconciled.expect("they fit"), &env).expect("it is read");
    assert_eq!((got.set.len(), got.left.len()), (0, 2), "{:?}", got.left);
    let why = got.left[0].to_string();
    assert!(why.contains("stands for 2976 task-hours") && why.contains("for 3200: is the size right?"), "{why}");
    assert!(got.text.contains("tasks = 2"), "{}", got.text);
}

#[test]
fn every_kind_of_key() {
    let alb = "LoadBalancing:Application";
    written(
        "[alb.a]\nactive_connections = 3000\nscheme = \"internal\"\n",
        &[("AWSELB", "LCUUsage", alb, "37.2"), ("AWSELB", "LoadBalancerUsage", alb, "744")],
        &["lcu = \"37.2 LCU-hours/month\""],
        &[],
    );
    written(
        "[alb.a]\nlcu = 0\nscheme = \"internal\"\n",
        &[("AWSELB", "LoadBalancerUsage", alb, "100")],
        &["running = { hours_per_month = 100 }"],
        &[],
    );
    written(
        "[nlb.a]\ntcp = { active_connections = 1000 }\nscheme = \"internal\"\n",
        &[("AWSELB", "LCUUsage", "LoadBalancing:Network", "0.1234567891")],
        &["lcu = \"0.1234567891 LCU-hours/month\""],
        &[],
    );
    let postgres = "CreateDBInstance:0014";
    written(
        "[rds.a]\nengine = \"postgres\"\nclass = \"db.t3.micro\"\nstorage = { type = \"gp2\", size = \"20 GB\" } # disk\n",
        &[
            ("AmazonRDS", "InstanceUsage:db.t3.micro", postgres, "1488"),
            ("AmazonRDS", "RDS:GP2-Storage", postgres, "60"),
        ],
        &["count = 2", "size = \"30 GB\"", "# disk"],
        &[],
    );
    written(
        "[rds.a]\nengine = \"postgres\"\nclass = \"db.t3.micro\"\nstorage = { type = \"gp2\", size = \"20 GB\" }\n",
        &[("AmazonRDS", "RDS:GP2-Storage", postgres, "20.5")],
        &["size = \"20 GB\""],
        &["RDS:GP2-Storage: rds.a: no key alone makes it 20.5 GB-Mo"],
    );
    written(
        "[rds.a]\nengine = \"aurora-postgresql\"\nclass = \"db.r6g.large\"\nstorage = \"50 GB\"\n",
        &[
            ("AmazonRDS", "InstanceUsage:db.r6g.large", "CreateDBInstance:0021", "2232"),
            ("AmazonRDS", "Aurora:StorageUsage", "", "51.25"),
        ],
        &["instances = 3", "storage = \"51.25 GB\""],
        &[],
    );
    written(
        "[elasticache.a]\nengine = \"valkey\"\nnode = \"cache.r7g.large\"\nshards = 3\nreplicas = 1\n",
        &[("AmazonElastiCache", "NodeUsage:cache.r7g.large", "CreateCacheCluster:Valkey", "2976")],
        &["nodes = 4"],
        &[],
    );
    written(
        "[ecr.a]\nimages = { pushed = \"10/week\", size = \"500 MB\", keep = 10 }\n",
        &[("AmazonECR", "TimedStorage-ByteHrs", "", "7.123456789")],
        &["stored = \"7.123456789 GB\""],
        &[],
    );
    written(
        "[cloudwatch.a]\ningested = \"100 MB/day\"\n# a week\nretention = \"7d\"\nmetrics = 3\n",
        &[
            ("AmazonCloudWatch", "DataProcessing-Bytes", "PutLogEvents", "8"),
            ("AmazonCloudWatch", "TimedStorage-ByteHrs", "HourlyStorageMetering", "1.5"),
            ("AmazonCloudWatch", "CW:MetricMonitorUsage", "MetricStorage", "20.5"),
        ],
        &["ingested = \"8 GB/month\"", "stored = \"1.5 GB\"", "metrics = \"20.5\"", "# a week"],
        &[],
    );
    written(
        "[nat_gateway.a]\nconnectivity = \"private\"\nprocessed = \"1 GB\"\n",
        &[("AmazonEC2", "NatGateway-Hours", "NatGateway", "1488"), ("AmazonEC2", "NatGateway-Bytes", "", "10.5")],
        &["count = 2", "processed = \"10.5 GB/month\""],
        &[],
    );
    written(
        "[data_transfer.a]\ninter_az = \"1 GB\"\ninternet_out = \"1 GB\"\n",
        &[
            ("AmazonEC2", "DataTransfer-Regional-Bytes", "InterZone-Out", "7"),
            ("AmazonECS", "DataTransfer-Out-Bytes", "RunInstances", "120.25"),
        ],
        &["inter_az = \"3.5 GB/month\"", "internet_out = \"120.25 GB/month\""],
        &[],
    );
    written(
        "[secrets_manager.a]\nsecrets = 3\napi_calls = \"1k/month\"\n",
        &[
            ("AWSSecretsManager", "USE1-AWSSecretsManager-Secrets", "", "5"),
            ("AWSSecretsManager", "USE1-AWSSecretsManagerAPIRequest", "", "1234"),
        ],
        &["secrets = 5", "api_calls = \"1234/month\""],
        &[],
    );
    written(
        "[kms.a]\nkeys = 1\n[public_ipv4.a]\nin_use = 1\n",
        &[("awskms", "us-east-1-KMS-Keys", "", "1.5"), ("AmazonVPC", "USE1-PublicIPv4:InUseAddress", "", "2232")],
        &["keys = 1\n", "in_use = 3"],
        &["us-east-1-KMS-Keys: kms.a: no key alone makes it 1.5 Keys"],
    );
}

#[test]
fn what_two_components_share_is_left() {
    let two = format!("{TASK}{}", TASK.replace("api", "web"));
    written(
        &two,
        &[("AmazonECS", VCPU, "", "1000")],
        &["tasks = 2"],
        &["USE1-Fargate-vCPU-Hours:perCPU: fargate.api and fargate.web share it"],
    );
}

#[test]
fn a_scenario_is_changed_where_it_stands() {
    let text = format!("{HEAD}{TASK}\n[scenario.busy] # more\nfargate.api.tasks = 8 # so many\n");
    let usage = [("AmazonECS", VCPU, "", Amount::whole(930)), ("AmazonECS", GB, "", Amount::whole(1860))];
    let got = check(&text, Some("busy"), &bill(usage));
    assert!(got.text.contains("[scenario.busy] # more\nfargate.api.tasks = 5 # so many\n"), "{}", got.text);
    assert!(got.text.contains("tasks = 2\n"), "{}", got.text);
    // By the name that the stack itself has, it is the stack.
    let usage = [("AmazonECS", VCPU, "", Amount::whole(558)), ("AmazonECS", GB, "", Amount::whole(1116))];
    let got = check(&text, Some("baseline"), &bill(usage));
    assert!(got.text.contains("tasks = 3\n") && got.text.contains("tasks = 8 # so many"), "{}", got.text);
}

/// The examples of all services, billed half as much again.
#[test]
fn examples_are_calibrated() {
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../model/src/services");
    let mut keys = 0;
    for folder in std::fs::read_dir(services).expect("the services") {
        let Ok(text) = std::fs::read_to_string(folder.expect("a folder").path().join("example.toml")) else { continue };
        let estimate = price(&text, None);
        let usage: Vec<_> = estimate
            .lines
            .iter()
            .map(|line| {
                let quantity = Amount::round(line.quantity.value * Ratio::new(3, 2)).expect("small");
                (line.service.code(), line.usage_type.to_string(), line.operation.to_string(), quantity)
            })
            .collect();
        let usage = usage.iter().map(|(service, usage_type, operation, quantity)| {
            (*service, usage_type.as_str(), operation.as_str(), *quantity)
        });
        keys += check(&text, None, &bill(usage)).set.len();
    }
    assert!(keys > 20, "only {keys} keys were written");
}

#[test]
fn it_is_written_once_and_as_a_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("as-billed.toml");
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/reconcile");
    let run = |stack: &Path, more: &[&str]| {
        let from = cases.join("cur.csv");
        Command::new(env!("CARGO_BIN_EXE_stackcost"))
            .args([Path::new("reconcile"), stack, Path::new("--from"), &from])
            .args(["--month", "2026-10", "--format", "json"])
            .args(more)
            .output()
            .expect("the binary starts")
    };
    let stack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/news-api.toml");
    let calibrate = ["--calibrate", out.to_str().expect("a name")];
    let first = run(&stack, &calibrate);
    assert!(first.status.success(), "{first:?}");
    let written = std::fs::read_to_string(&out).expect("it was written");
    for kept in [
        "# The News API stack: a small service",
        "month    = \"2026-10\"               # 730 h;",
        "tasks  = { base = 2, peak = 3, peak_hours_per_month = 112 }",
        "lcu = \"37.2 LCU-hours/month\"",
        "stored = \"7.5 GB\"",
        "ingested  = \"8 GB/month\"",
        "[scenario.\"fixed at peak\"]         # dotted keys override the stack",
    ] {
        assert!(written.contains(kept), "no `{kept}` in\n{written}");
    }
    std::fs::write(&out, "mine").expect("writable");
    let again = run(&stack, &calibrate);
    assert_eq!(again.status.code(), Some(2), "{again:?}");
    assert_eq!(std::fs::read(&out).expect("still there"), b"mine");
    assert!(run(&stack, &[&calibrate[..], &["--force"]].concat()).status.success());
    assert_eq!(std::fs::read_to_string(&out).expect("replaced"), written);
    let after = run(&out, &[]);
    let after: serde_json::Value = serde_json::from_slice(&after.stdout).expect("JSON");
    let lines = after["lines"].as_array().expect("lines").iter().filter(|line| line["part"] == "both");
    let effects: Vec<&str> = lines.map(|line| line["usage_effect"].as_str().expect("an amount")).collect();
    assert_eq!(effects, ["0"; 10]);
}
