//! `stackcost spend` on the bills of `tests/bills`, whose sums were worked by hand (see the README
//! there), and on what is made of them here.

mod bad;
mod forms;
mod hourly;
mod properties;
mod twins;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The same charges in every dialect.
const DIALECTS: [&str; 4] = ["cur-legacy.csv", "cur-2.csv", "focus-1.0.csv", "focus-1.2.csv"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/bills")
}

fn bill(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn bill_text(name: &str) -> String {
    String::from_utf8(bill(name)).expect("UTF-8")
}

/// Runs `stackcost spend` in a folder.
fn spend(folder: &Path, args: &[&str]) -> Output {
    spend_stdin(folder, args, None)
}

fn spend_stdin(folder: &Path, args: &[&str], stdin: Option<&[u8]>) -> Output {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_stackcost"))
        .arg("spend")
        .args(args)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    if let (Some(bytes), Some(mut pipe)) = (stdin, child.stdin.take()) {
        // It may stop reading early, when what comes is no bill.
        let _ = pipe.write_all(bytes);
    }
    child.wait_with_output().expect("it ends")
}

/// What it prints when all is well.
fn report(folder: &Path, args: &[&str]) -> String {
    let output = spend(folder, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What it says when all is not well, with exit code 2 and nothing on standard output. Its lines,
/// which break where a long path has room, are joined.
fn complaint(folder: &Path, args: &[&str]) -> String {
    let output = spend(folder, args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
    assert!(output.stdout.is_empty(), "{args:?}");
    ["\n  | ", "\n        "].iter().fold(said, |said, end| {
        said.replace(&format!("-{end}"), "-").replace(&format!("/{end}"), "/").replace(end, " ")
    })
}

/// A CSV report as `month: usage, fees, tax, other, discounts, credits, refunds, gross, net`.
fn months(report: &str) -> Vec<String> {
    report.lines().skip(1).map(|line| line.split(',').take(10).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn totals_worked_by_hand() {
    const OCTOBER: &str = "-25.5 -3.24485 116.14020041000000004 86.29535041000000004";
    const OCTOBER_NET: &str = "-25.5 -3.24485 115.04020041000000004 86.29535041000000004";
    let cur = [
        (
            "unblended",
            "18.0200500181 193.1 7.75 0 -0.9 -10 0 218.8700500181 207.9700500181".to_string(),
            format!("88.32020041000000004 22.32 5.5 0 -1.1 {OCTOBER}"),
        ),
        (
            "net-unblended",
            "17.1200500181 193.1 7.75 0 0 -10 0 217.9700500181 207.9700500181".to_string(),
            format!("87.22020041000000004 22.32 5.5 0 0 {OCTOBER_NET}"),
        ),
        (
            "blended",
            "17.0000000181 193.1 7.75 0 -0.9 -10 0 217.8500000181 206.9500000181".to_string(),
            format!("88.32020041000000004 22.32 5.5 0 -1.1 {OCTOBER}"),
        ),
        (
            "amortized",
            "47.1200500181 14 7.75 0 -0.9 -10 0 68.8700500181 57.9700500181".to_string(),
            format!("108.32020041000000004 2.32 5.5 0 -1.1 {OCTOBER}"),
        ),
        (
            "net-amortized",
            "44.7200500181 13.9 7.75 0 0 -10 0 66.3700500181 56.3700500181".to_string(),
            format!("107.22020041000000004 2.32 5.5 0 0 {OCTOBER_NET}"),
        ),
        (
            "list",
            "61.5600500181 12 7.75 0 0 0 0 81.3100500181 81.3100500181".to_string(),
            "116.92020041 0 5.5 0 0 0 0 122.42020041 122.42020041".to_string(),
        ),
    ];
    for file in DIALECTS {
        for (metric, september, october) in &cur {
            if file.starts_with("focus") && *metric != "list" {
                continue;
            }
            let got = months(&report(&folder(), &["--from", file, "--by", "", "--format", "csv", "--metric", metric]));
            assert_eq!(got, [format!("2026-09 {september}"), format!("2026-10 {october}")], "{file} {metric}");
        }
    }
    // FOCUS: negotiated discounts are usage; net is as above.
    let billed = ("17.1200500181 193.1", "217.9700500181 207.9700500181", "87.22020041000000004 22.32");
    let effective = ("46.2200500181 14", "67.9700500181 57.9700500181", "107.22020041000000004 2.32");
    for file in &DIALECTS[2..] {
        for (metric, (september, sums, october)) in
            [("unblended", billed), ("net-unblended", billed), ("amortized", effective), ("net-amortized", effective)]
        {
            let got = months(&report(&folder(), &["--from", file, "--by", "", "--format", "csv", "--metric", metric]));
            let september = format!("2026-09 {september} 7.75 0 0 -10 0 {sums}");
            assert_eq!(got, [september, format!("2026-10 {october} 5.5 0 0 {OCTOBER_NET}")], "{file} {metric}");
        }
        let said = complaint(&folder(), &["--from", file, "--metric", "blended"]);
        assert!(said.contains("FOCUS has no blended cost") && said.contains("amortized (EffectiveCost)"), "{said}");
    }
}

#[test]
fn figures_of_the_focus_specification() {
    for (metric, january, may, october) in [("unblended", "8760.5", "120", "3000"), ("amortized", "3.5", "120", "0")] {
        let got = report(&folder(), &["--from", "focus-spec.csv", "--by", "", "--format", "csv", "--metric", metric]);
        let nets: Vec<&str> = got.lines().skip(1).map(|line| line.split(',').nth(9).expect("net")).collect();
        assert_eq!(nets, [january, may, october], "{metric}");
    }
    // January has no list costs: what is left is a lower bound, and nobody can take it for the sum.
    let args = ["--from", "focus-spec.csv", "--by", "", "--metric", "list"];
    let output = spend(&folder(), &args);
    assert_eq!(output.status.code(), Some(5));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("partial: 5 charges of usage have no list cost (--allow-partial accepts that)"), "{said}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("TOTAL, AT LEAST"));
    report(&folder(), &[&args[..], &["--allow-partial"]].concat());
}

#[test]
fn every_dialect_gives_the_same_rows() {
    let both = |by: &str| {
        ["cur-legacy.csv", "cur-2.csv"]
            .map(|file| report(&folder(), &["--from", file, "--by", by, "--format", "csv", "--quantity"]))
    };
    for by in [
        "service",
        "usage-type,operation",
        "region,account",
        "charge-type,day",
        "purchase-type",
        "resource",
        "description",
        "tag:Environment,tag:CostCenter",
        "day",
    ] {
        let [legacy, cur2] = both(by);
        assert_eq!(legacy, cur2, "{by}");
        assert!(legacy.lines().count() > 2, "{by}");
    }
    // FOCUS names services as CUR does in its own column; net is the same by whatever it has.
    for by in ["service", "region,account", "tag:Environment", "day", "resource"] {
        let net = |file: &str| {
            let text = report(&folder(), &["--from", file, "--by", by, "--format", "csv"]);
            let mut rows: Vec<String> = text
                .lines()
                .skip(1)
                .map(|line| {
                    let cells: Vec<&str> = line.split(',').collect();
                    // Month, groups and net: of the nine sums after the groups the last.
                    let groups = cells.len() - 12;
                    [&cells[..groups], &cells[groups + 8..=groups + 8]].concat().join(",")
                })
                // A covered usage and its negation make a row of nothing that FOCUS does not have.
                .filter(|row| !row.ends_with(",0"))
                .collect();
            rows.sort();
            rows
        };
        // A negation has neither the resource nor the tags of what it negates.
        if by != "resource" && by != "tag:Environment" {
            assert_eq!(net("focus-1.2.csv"), net("cur-2.csv"), "{by}");
        }
        if by != "service" {
            assert_eq!(net("focus-1.0.csv"), net("focus-1.2.csv"), "{by}");
        }
    }
    let names = report(&folder(), &["--from", "focus-1.0.csv", "--format", "csv"]);
    assert!(names.contains("2026-09,Amazon Elastic Container Service,"), "{names}");
}

#[test]
fn open_months_are_marked() {
    for (file, open) in
        [("cur-legacy.csv", true), ("cur-2.csv", true), ("focus-1.2.csv", true), ("focus-1.0.csv", false)]
    {
        let text = report(&folder(), &["--from", file, "--by", "", "--format", "csv"]);
        let marks: Vec<bool> = text.lines().skip(1).map(|line| line.ends_with(",true")).collect();
        assert_eq!(marks, [false, open], "{file}");
        let days = report(&folder(), &["--from", file, "--by", "day", "--format", "csv"]);
        for line in days.lines().skip(1) {
            assert_eq!(line.ends_with(",true"), open && line.starts_with("2026-10"), "{file}: {line}");
        }
    }
    let table = report(&folder(), &["--from", "cur-2.csv"]);
    assert!(table.contains("2026-10*") && table.contains("* estimated: AWS has not closed the month"), "{table}");
}

/// The groups of a CSV report by one dimension, with their net of both months together, in cents.
fn groups(args: &[&str]) -> Vec<String> {
    let text = report(&folder(), &[&["--from", "cur-2.csv", "--format", "ndjson"], args].concat());
    let row = |line: &str| -> serde_json::Value { serde_json::from_str(line).expect("JSON") };
    text.lines()
        .map(row)
        .map(|row| {
            let keys = row["keys"].as_object().expect("keys").values().map(|key| key.as_str().expect("text"));
            let when = row.get("month").or(row.get("day")).and_then(|when| when.as_str()).expect("a period");
            format!("{when} {} {}", keys.collect::<Vec<_>>().join(" "), row["net"].as_str().expect("net"))
        })
        .collect()
}

#[test]
fn the_dearest_and_the_others() {
    assert_eq!(
        groups(&["--top", "2"]),
        [
            "2026-09 ComputeSavingsPlans 121.6",
            "2026-09 AmazonRDS 59.5",
            "2026-09 other 26.8700500181",
            "2026-10 ComputeSavingsPlans 22.32",
            "2026-10 AmazonRDS 15.44",
            "2026-10 other 48.53535041000000004",
        ]
    );
    // The dearest are those of what is shown, not of months that are left out.
    assert_eq!(
        groups(&["--top", "1", "--months", "1"]),
        ["2026-10 AmazonECS 47.73535", "2026-10 other 38.56000041000000004"]
    );
    assert_eq!(groups(&["--top", "99"]), groups(&[]));
}

#[test]
fn months_and_days() {
    let both = report(&folder(), &["--from", "cur-2.csv", "--format", "csv"]);
    for all in
        [["--months", "2"], ["--months", "120"], ["--months", "2026-09..2026-10"], ["--month", "2025-01..2026-12"]]
    {
        assert_eq!(report(&folder(), &[&["--from", "cur-2.csv", "--format", "csv"], &all[..]].concat()), both);
    }
    let october = groups(&["--months", "2026-10"]);
    assert_eq!(groups(&["--months", "1"]), october);
    assert!(october.len() > 3 && october.iter().all(|row| row.starts_with("2026-10")), "{october:?}");
    // By day, the last month is all its days and not the last of them.
    let days = groups(&["--by", "day", "--months", "1"]);
    assert_eq!(days.len(), 6, "{days:?}");
    assert_eq!(days[5], "2026-10-31  0.0000004");
    assert_eq!(groups(&["--by", "day", "--months", "2026-10"]), days);
}

#[test]
fn conditions() {
    let nets = |condition: &str| groups(&["--by", "", "--months", "2026-10", "--where", condition]);
    for (condition, net) in [
        ("service=AmazonECS", "47.73535"),
        ("service=AmazonECS|AmazonRDS", "63.17535"),
        ("service!=AmazonECS|AmazonRDS", "23.12000041000000004"),
        ("tag:Environment=prod", "100.5802"),
        ("tag:Environment!=prod|", "13.44000001000000004"),
        ("tag:Environment=", "-27.7248496"),
        ("tag:Environment==1+1", "0.00000001"),
        ("region=eu-central-1", "0.5"),
        ("account=444455556666,tag:Environment=staging", "13.44000000000000004"),
        ("charge-type=Tax", "5.5"),
        ("purchase-type=Spot", "0.30000000000000004"),
        ("description=AWS Fargate - vCPU - US East (N. Virginia), per hour", "59.1008"),
    ] {
        assert_eq!(nets(condition), [format!("2026-10  {net}")], "{condition}");
    }
    let twice = groups(&["--by", "", "--where", "service=AmazonECS", "--where", "charge-type=Tax,region="]);
    assert_eq!(twice, ["2026-09  7.75", "2026-10  5.5"]);
}

#[test]
fn formulas_in_tags_stay_text() {
    let text = report(&folder(), &["--from", "cur-2.csv", "--by", "tag:Environment", "--format", "csv"]);
    assert!(text.contains("2026-10,'=1+1,0.00000001,"), "{text}");
    let text = report(&folder(), &["--from", "cur-2.csv", "--by", "tag:Environment"]);
    assert!(text.contains("=1+1"), "{text}");
}
