//! Plans as files, sealed with a digest: what was looked at is what is carried out.

use crate::problem::{self, At, Problem, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use stackcost_model::fixes::Plan;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

const SCHEMA: &str = "stackcost.plan/1";

/// A plan with its seal; the first line of a journal has the same form.
#[derive(Serialize)]
struct Sealed<'a> {
    schema: &'a str,
    digest: String,
    plan: &'a Plan,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[allow(dead_code, reason = "the form of a file; it is checked before the rest is read")]
    schema: String,
    digest: String,
    plan: Plan,
}

/// What every form of file says of itself.
#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

/// The plan as it stands in the text, to whatever it is read.
#[derive(Deserialize)]
struct Raw {
    plan: Value,
}

/// The SHA-256 of a plan: `sha256:` and 64 hexadecimal digits.
///
/// It is that of the plan's compact JSON with sorted keys, so it can be had without this tool:
/// `jq -cjS .plan plan.json | sha256sum`.
#[must_use]
pub fn digest(plan: &Plan) -> String {
    // Texts, whole numbers, lists and tables by text: this does not fail.
    digest_of(&serde_json::to_value(plan).unwrap_or_default())
}

fn digest_of(plan: &Value) -> String {
    let mut text = String::new();
    canonical(plan, &mut text);
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().fold("sha256:".to_string(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// JSON without spaces, with sorted keys, whatever order `serde_json` was built to keep.
fn canonical(value: &Value, out: &mut String) {
    let mut all = |open, items: Vec<(Option<&String>, &Value)>, close| {
        out.push(open);
        for (at, (key, item)) in items.into_iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            if let Some(key) = key {
                let _ = write!(out, "{}:", Value::String(key.clone()));
            }
            canonical(item, out);
        }
        out.push(close);
    };
    match value {
        Value::Object(table) => {
            let sorted: BTreeMap<&String, &Value> = table.iter().collect();
            all('{', sorted.into_iter().map(|(key, item)| (Some(key), item)).collect(), '}');
        }
        Value::Array(items) => all('[', items.iter().map(|item| (None, item)).collect(), ']'),
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// Writes a plan, `stackcost.plan/1`; the same plan gives the same bytes.
#[must_use]
pub fn write_plan(plan: &Plan) -> String {
    let mut text = serde_json::to_string_pretty(&seal(SCHEMA, plan)).unwrap_or_default();
    text.push('\n');
    text
}

/// A plan and its seal in one line.
pub(super) fn sealed_line(schema: &str, plan: &Plan) -> String {
    let mut text = serde_json::to_string(&seal(schema, plan)).unwrap_or_default();
    text.push('\n');
    text
}

fn seal<'a>(schema: &'a str, plan: &'a Plan) -> Sealed<'a> {
    Sealed { schema, digest: digest(plan), plan }
}

/// Reads what [`write_plan`] wrote.
///
/// # Errors
/// A text that is something else, a plan that was edited since it was made, and one that cannot be
/// carried out.
pub fn read_plan(name: &str, text: &str) -> Result<Plan, Problem> {
    unseal(name, text, SCHEMA, "plan")
}

/// Reads a plan whose seal is whole.
pub(super) fn unseal(name: &str, text: &str, schema: &str, what: &str) -> Result<Plan, Problem> {
    let json = |error| problem::json(name, text, &format!("{name} is no {what}"), &error);
    // A journal has more behind its first value.
    let head = serde_json::Deserializer::from_str(text).into_iter::<Head>().next();
    let head = head.transpose().map_err(json)?;
    match head.and_then(|head| head.schema).as_deref() {
        Some(found) if found == schema => {}
        found => {
            let problem = match found {
                Some(found) => problem_at(name, text, found, format!("{name} is of the kind {found}, not {schema}")),
                None => Problem::of_text(format!("{name} does not say that it is of the kind {schema}")),
            };
            return Err(problem.help(format!("a {what} of this version is wanted here")));
        }
    }
    let Read { digest, plan, .. } = serde_json::from_str(text).map_err(json)?;
    // The plan is compared as it stands in the text: what nobody reads is in the digest, too.
    let raw: Raw = serde_json::from_str(text).map_err(json)?;
    if digest != digest_of(&raw.plan) {
        let problem = problem_at(name, text, &digest, format!("the {what} was edited: its digest is another one"));
        return Err(problem.label("not the digest of this plan").help("make a new one with `stackcost fix plan`"));
    }
    plan.check().map_err(|why| {
        Problem::of_text(format!("{name} cannot be carried out: {why}"))
            .help("make a new one with `stackcost fix plan`")
    })?;
    Ok(plan)
}

/// A problem with a word that is found as it is in the text; without a place if it is not.
fn problem_at(name: &str, text: &str, word: &str, message: String) -> Problem {
    let quoted = Value::String(word.to_string()).to_string();
    match text.find(&quoted) {
        Some(start) => {
            let span = start..start + quoted.len();
            Problem::new(&At { text: Arc::new(Text { name: name.into(), content: text.into() }), span }, message)
        }
        None => Problem::of_text(message),
    }
}
