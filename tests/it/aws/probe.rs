//! `stackcost-aws` as a program of its own: it reads the environment, which tests of one process
//! share. So this binary starts itself again, with an environment made for the one test.

use super::double::Account;
use serde_json::{Value, json};
use stackcost_aws::{Access, Client, Error};
use stackcost_formats::cost_explorer::write_answer;
use stackcost_model::cost_explorer::{
    Answer, DriversRequest, Expression, ForecastRequest, Granularity, GroupBy, Metric, Request,
};
use std::process::Command;
use std::time::Duration;

const ASKED: &str = "STACKCOST_PROBE";
const PROFILE: &str = "STACKCOST_PROBE_PROFILE";
const PATIENCE: &str = "STACKCOST_PROBE_PATIENCE_MS";

/// Asks what [`ask`] knows by this name; gives `{"ok": ...}` or the fields of the error.
pub fn probe(account: &Account, asked: &str) -> Value {
    probe_with(account, asked, |_| ())
}

/// The same in another environment.
pub fn probe_with(account: &Account, asked: &str, environment: impl FnOnce(&mut Command)) -> Value {
    let mut command = account.command(std::env::current_exe().expect("this binary"));
    command.args(["--exact", "aws::probe::child", "--nocapture"]).env(ASKED, asked);
    environment(&mut command);
    let output = command.output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.split_once("PROBE ")).map(|(_, said)| said);
    serde_json::from_str(line.unwrap_or_else(|| panic!("{output:?}"))).expect("JSON")
}

/// Uses this profile, as `--profile` does.
pub fn profile(command: &mut Command, name: &str) {
    command.env(PROFILE, name);
}

/// Waits no longer than this.
pub fn patience(command: &mut Command, milliseconds: u32) {
    command.env(PATIENCE, milliseconds.to_string());
}

#[test]
fn child() {
    let Ok(asked) = std::env::var(ASKED) else { return };
    let patience = std::env::var(PATIENCE).ok().map(|ms| Duration::from_millis(ms.parse().expect("a number")));
    let access = Access { profile: std::env::var(PROFILE).ok(), patience, ..Access::default() };
    let said = match Client::connect(&access).and_then(|client| ask(&client, &asked)) {
        Ok(answer) => json!({"ok": answer}),
        Err(Error { kind, action, message, help }) => {
            json!({"kind": format!("{kind:?}"), "action": action, "message": message, "help": help})
        }
    };
    println!("\nPROBE {said}");
}

fn ask(client: &Client, asked: &str) -> Result<Value, Error> {
    let (september, october) = ("2026-09-01".parse().expect("a day"), "2026-10-01".parse().expect("a day"));
    let dimension = |key: &str, value: &str| Expression::Dimension { key: key.into(), values: vec![value.into()] };
    let plain = Request {
        start: september,
        end: october,
        granularity: Granularity::Monthly,
        metrics: vec![Metric::UnblendedCost],
        group_by: vec![],
        filter: None,
    };
    let everything = Expression::Or(vec![
        Expression::And(vec![
            Expression::Not(Box::new(dimension("RECORD_TYPE", "Credit"))),
            Expression::Tag { key: "team".into(), values: vec!["web".into(), "api".into()] },
        ]),
        Expression::CostCategory { key: "env".into(), values: vec!["prod".into()] },
    ]);
    let all_pages = |request: &Request| {
        let (mut pages, mut next) = (Vec::new(), None);
        loop {
            let page = client.cost_and_usage(request, next.as_deref())?;
            pages.push(page.answer);
            next = page.next;
            if next.is_none() {
                return Ok(Answer::join(pages).expect("one answer"));
            }
        }
    };
    let value = |answer: &Answer| serde_json::from_str(&write_answer(answer)).expect("JSON");
    Ok(match asked {
        "account" => client.account()?.into(),
        "usage" => value(&all_pages(&plain)?),
        "everything" => value(&all_pages(&Request {
            granularity: Granularity::Daily,
            metrics: Metric::ALL.to_vec(),
            group_by: vec![GroupBy::Dimension("SERVICE".into()), GroupBy::Tag("team".into())],
            filter: Some(everything),
            ..plain
        })?),
        "future" => value(&all_pages(&Request {
            start: "9998-01-01".parse().expect("a day"),
            end: "9999-01-01".parse().expect("a day"),
            ..plain
        })?),
        "three groups" => {
            let service = || GroupBy::Dimension("SERVICE".into());
            value(&all_pages(&Request { group_by: vec![service(), service(), service()], ..plain })?)
        }
        "forecast" => format!(
            "{:?}",
            client.cost_forecast(&ForecastRequest {
                start: "9998-01-01".parse().expect("a day"),
                end: "9998-02-01".parse().expect("a day"),
                granularity: Granularity::Monthly,
                metric: Metric::NetAmortizedCost,
                filter: Some(dimension("SERVICE", "Amazon Elastic Container Service")),
                confidence: Some(80),
            })?
        )
        .into(),
        "drivers" => {
            let page = client.cost_comparison_drivers(
                &DriversRequest {
                    baseline: september,
                    comparison: october,
                    metric: Metric::UnblendedCost,
                    group_by: vec![GroupBy::Dimension("SERVICE".into())],
                    filter: None,
                },
                None,
            )?;
            format!("{page:?}").into()
        }
        other => panic!("nothing is asked by the name {other}"),
    })
}
