//! What `simulate` shows: the same money as `estimate`, the same figures in every format, and pictures.

use serde_json::Value;
use stackcost_model::money::Usd;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/news-api.toml")
}

fn stackcost(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stackcost"))
        .args(words)
        .env("NO_COLOR", "1")
        .current_dir(example().parent().expect("a folder"))
        .output()
        .expect("the binary starts")
}

/// What a command that succeeds writes.
#[track_caller]
fn text(words: &[&str]) -> String {
    let output = stackcost(words);
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[track_caller]
fn json(words: &[&str]) -> Value {
    serde_json::from_str(&text(words)).expect("JSON")
}

/// What `estimate` says a component costs: the sum of its lines.
fn estimated(words: &[&str]) -> String {
    let words: Vec<&str> = ["estimate", "news-api.toml", "--format", "json"].iter().chain(words).copied().collect();
    let document = json(&words);
    let lines = document["lines"].as_array().expect("lines");
    let amounts = lines.iter().filter(|line| line["component"] == "fargate.api");
    let amounts = amounts.map(|line| Usd::parse(line["amount"].as_str().expect("text")).expect("an amount"));
    amounts.sum::<Usd>().to_string()
}

#[test]
fn its_money_is_that_of_estimate() {
    for month in ["average", "2026-10", "2026-02", "30d"] {
        let set = format!("month={month}");
        let document = json(&["simulate", "news-api.toml", "--format", "json", "--set", &set]);
        let usd = |at: usize| document["courses"][at]["total"]["usd"].as_str().expect("text").to_string();
        assert_eq!(usd(0), estimated(&["--scenario", "target tracking", "--set", &set]), "{month}");
        assert_eq!(usd(1), estimated(&["--set", "fargate.api.tasks=2", "--set", &set]), "{month}: baseline");
        let peak = document["courses"][2]["peak"].to_string();
        let tasks = format!("fargate.api.tasks={peak}");
        assert_eq!(usd(2), estimated(&["--set", &tasks, "--set", &set]), "{month}: peak");
    }
    // A bound costs what the stack costs with that key.
    let document = json(&["simulate", "news-api.toml", "--format", "json"]);
    let bounds = document["bounds"].as_array().expect("bounds");
    let one_step = bounds.iter().find(|bound| bound["remark"].as_str().is_some_and(|it| it.contains("\"one-step\"")));
    let chosen = ["--scenario", "target tracking", "--set", "fargate.api.tasks.scale_in=one-step"];
    assert_eq!(one_step.expect("one step")["total"]["usd"], estimated(&chosen));
}

#[test]
fn every_format_has_the_same_courses_and_bounds() {
    let document = json(&["simulate", "news-api.toml", "--format", "json"]);
    let all = |key: &str| document[key].as_array().expect("a list").clone();
    let wanted: Vec<(String, String)> = all("courses")
        .iter()
        .chain(&all("bounds"))
        .map(|course| {
            let text = |value: &Value| value.as_str().expect("text").to_string();
            (text(&course["name"]), text(&course["total"]["usd"]))
        })
        .collect();
    assert_eq!(wanted.len(), 4 + 5);

    let csv = text(&["simulate", "news-api.toml", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let in_csv: Vec<(String, String)> = rows.iter().map(|row| (row[5].to_string(), row[7].to_string())).collect();
    assert_eq!(in_csv, wanted);

    let ndjson = text(&["simulate", "news-api.toml", "--format", "ndjson"]);
    let lines: Vec<Value> = ndjson.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let in_lines: Vec<(String, String)> = lines
        .iter()
        .map(|line| {
            (line["name"].as_str().expect("a name").into(), line["total"]["usd"].as_str().expect("an amount").into())
        })
        .collect();
    assert_eq!(in_lines, wanted);

    for format in ["table", "markdown", "html"] {
        let words = ["simulate", "news-api.toml", "--format", format, "--precision", "full"];
        let shown = text(&words);
        for (_, usd) in &wanted {
            assert!(shown.contains(usd.as_str()), "{format} lacks {usd}:\n{shown}");
        }
    }
}

#[test]
fn billed_steps_add_up_to_the_task_seconds() {
    let document = json(&["simulate", "news-api.toml", "--format", "json"]);
    let steps = document["steps"].as_array().expect("steps");
    let number = |value: &Value| value.as_u64().expect("a number");
    let billed: u64 = steps.iter().map(|step| number(&step["seconds"]) * number(&step["billed"])).sum();
    assert_eq!(billed, number(&document["courses"][0]["task_seconds"]));
    let length: u64 = steps.iter().map(|step| number(&step["seconds"])).sum();
    assert_eq!(length, number(&document["load"]["seconds"]));
    // The table of steps and the CSV of them have as many.
    let csv = text(&["simulate", "news-api.toml", "--steps", "--format", "csv"]);
    assert_eq!(csv.lines().count(), 1 + steps.len());
}

#[test]
fn the_picture_is_written_whole_beside_nothing_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("tasks.svg");
    let name = path.display().to_string();
    std::fs::write(&path, "old").expect("writable");
    text(&["simulate", "news-api.toml", "--svg", &name]);
    let picture = std::fs::read_to_string(&path).expect("it was written");
    let document = roxmltree::Document::parse(&picture).expect("XML");
    let lines = document.descendants().filter(|node| node.tag_name().name() == "polyline");
    assert_eq!(lines.count(), 4);
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 1, "nothing else is left behind");
    let page = text(&["simulate", "news-api.toml", "--format", "html"]);
    assert!(page.contains(&picture), "the page holds the same picture");
    let nowhere = folder.path().join("nowhere/tasks.svg").display().to_string();
    assert_eq!(stackcost(&["simulate", "news-api.toml", "--svg", &nowhere]).status.code(), Some(1));
}

#[test]
fn ranges_are_drawn_by_the_seed_alone() {
    let drawn = |more: &[&str]| {
        let words = ["simulate", "news-api.toml", "--noise", "5%", "--runs", "5", "--format", "json"];
        let words: Vec<&str> = words.iter().chain(more).copied().collect();
        json(&words)["range"].clone()
    };
    let first = drawn(&[]);
    assert_eq!(first["runs"], 5);
    assert_eq!(first, drawn(&["--seed", "0"]), "the seed is 0 where nobody says");
    assert_ne!(first, drawn(&["--seed", "9"]));
    let figures = |key: &str| -> Vec<Usd> {
        let list = first[key].as_array().expect("a list");
        list.iter().map(|figure| Usd::parse(figure.as_str().expect("text")).expect("a number")).collect()
    };
    for key in ["usd", "time_over", "load_over"] {
        let figures = figures(key);
        assert!(figures.len() == 3 && figures.is_sorted(), "{key}: {figures:?}");
    }
    // Without anything that is drawn there is no range, with noise there is one of 20 runs.
    assert_eq!(json(&["simulate", "news-api.toml", "--format", "json"])["range"], Value::Null);
    assert_eq!(json(&["simulate", "news-api.toml", "--noise", "5%", "--format", "json"])["range"]["runs"], 20);
}
