//! The tool at work against the double: its own cache folder, its own profiles.

use super::double::{Account, account};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Map, Value, json};
use stackcost_model::time::Date;
use std::process::Command;

pub const USAGE: &str = "GetCostAndUsage";

/// An account of the double, and the tool with a cache of its own.
pub struct Desk {
    pub account: Account,
    pub folder: tempfile::TempDir,
}

/// How a run ended.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    /// On one line, since messages are wrapped.
    pub said: String,
}

impl Ran {
    /// Checks the exit code and that all of these words were said.
    #[track_caller]
    pub fn ends(&self, code: i32, words: &[&str]) -> &Ran {
        assert_eq!(self.code, Some(code), "{}\n{}", self.said, self.stdout);
        for word in words {
            assert!(self.said.contains(word), "`{word}` was not said: {}", self.said);
        }
        self
    }

    /// Checks that it failed with these words, and that nothing stands on standard output.
    #[track_caller]
    pub fn fails(&self, code: i32, words: &[&str]) {
        self.ends(code, words);
        assert_eq!(self.stdout, "");
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("no JSON: {}\n{}", self.stdout, self.said))
    }

    /// The rows of CSV, by the names of their columns.
    pub fn rows(&self) -> Vec<Map<String, Value>> {
        let mut lines = self.stdout.lines().map(|line| line.split(',').map(str::to_string).collect::<Vec<_>>());
        let header = lines.next().expect("a header");
        lines
            .map(|row| {
                assert_eq!(row.len(), header.len(), "{row:?}");
                header.iter().cloned().zip(row.into_iter().map(Value::from)).collect()
            })
            .collect()
    }
}

impl Desk {
    pub fn new() -> Desk {
        Desk { account: account(), folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn command(&self, arguments: &str) -> Command {
        let mut command = self.account.command(env!("CARGO_BIN_EXE_stackcost"));
        command
            .args(arguments.split_whitespace())
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"))
            .env("HOME", self.folder.path())
            .env("USERPROFILE", self.folder.path())
            .env("APPDATA", self.folder.path())
            .env("LOCALAPPDATA", self.folder.path());
        command
    }

    /// Runs it with these words.
    pub fn run(&self, arguments: &str) -> Ran {
        ran(&mut self.command(arguments))
    }

    /// Runs it where these profiles are configured.
    pub fn run_with_profiles(&self, profiles: &[(&str, &str)], arguments: &str) -> Ran {
        let profile = |(name, key): &(&str, &str)| {
            format!("[profile {name}]\naws_access_key_id = {key}\naws_secret_access_key = secret\n")
        };
        let config = self.folder.path().join("config");
        std::fs::write(&config, profiles.iter().map(profile).collect::<String>()).expect("a file");
        ran(self.command(arguments).env("AWS_CONFIG_FILE", config))
    }

    /// What the tool sent to Cost Explorer, in order.
    pub fn sent(&self, operation: &str) -> Vec<Value> {
        let body = |call: &Value| serde_json::from_str(call["body"].as_str().expect("a body")).expect("JSON");
        self.account.calls(operation).iter().map(body).collect()
    }
}

pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = text(&output.stderr).replace("\n  | ", " ");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    Ran { code: output.status.code(), stdout: text(&output.stdout), said }
}

/// Today, where AWS's days begin and end.
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// The first day of the month so many before the running one.
pub fn month(back: i32) -> Date {
    today().first_of_month().checked_sub(Span::new().months(back)).expect("a month")
}

/// `2026-11`.
pub fn name(month: Date) -> String {
    format!("{:04}-{:02}", month.year(), month.month())
}

pub fn by(dimension: &str) -> Value {
    json!({"Type": "DIMENSION", "Key": dimension})
}

/// A month or day of an answer: its groups by their keys, separated by `/`.
pub fn period(start: Date, metric: &str, estimated: bool, groups: &[(&str, &str)]) -> Value {
    let groups = groups.iter().map(|(keys, amount)| {
        let keys: Vec<&str> = keys.split('/').collect();
        json!({"Keys": keys, "Metrics": {metric: {"Amount": amount, "Unit": "USD"}}})
    });
    json!({
        "TimePeriod": {"Start": start.to_string(), "End": start.last_of_month().tomorrow().expect("a day").to_string()},
        "Total": {}, "Groups": groups.collect::<Vec<_>>(), "Estimated": estimated
    })
}

/// An answer, or a page of one.
pub fn answer(group_by: &[Value], periods: Vec<Value>, next: Option<&str>) -> Value {
    let mut answer = json!({"GroupDefinitions": group_by, "ResultsByTime": periods, "DimensionValueAttributes": []});
    if let Some(next) = next {
        answer["NextPageToken"] = next.into();
    }
    answer
}

/// What the running month was charged, by service and record type.
pub fn this_month(groups: &[(&str, &str)]) -> Value {
    answer(&[by("SERVICE"), by("RECORD_TYPE")], vec![period(month(0), "UnblendedCost", true, groups)], None)
}
