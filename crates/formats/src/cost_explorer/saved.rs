//! An answer that was paid for, kept with the question.

use super::{json, parse, pretty};
use crate::problem::Problem;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use stackcost_model::cost_explorer::{Answer, Request};

const SCHEMA: &str = "stackcost.cost-explorer/1";

/// An answer with what was asked, of which account, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The account.
    pub account: String,
    /// Who was asked, if it was not AWS.
    pub endpoint: Option<String>,
    /// When.
    pub fetched: Timestamp,
    /// All pages that came.
    pub answer: Answer,
    /// What asks for the rest, if pages are still to come.
    pub next: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<Query> {
    schema: String,
    account: String,
    endpoint: Option<String>,
    fetched: String,
    query: Query,
    answer: json::Answer,
}

/// Writes what was asked and answered.
#[must_use]
pub fn write_saved(query: &Request, saved: Saved) -> String {
    let Saved { account, endpoint, fetched, answer, next } = saved;
    let mut answer = json::Answer::from(answer);
    answer.next_page_token = next;
    let (schema, fetched) = (SCHEMA.to_string(), fetched.to_string());
    pretty(&File { schema, account, endpoint, fetched, query: json::Request::from(query), answer })
}

/// Reads what [`write_saved`] wrote for this question.
///
/// # Errors
/// A text that is something else, or the answer to another question.
pub fn read_saved(name: &str, text: &str, query: &Request) -> Result<Saved, Problem> {
    let file: File<Box<RawValue>> = parse(name, text)?;
    if file.schema != SCHEMA {
        return Err(Problem::of_text(format!("{name} is of the kind {}, not {SCHEMA}", file.schema)));
    }
    let asked: Option<serde_json::Value> = serde_json::from_str(file.query.get()).ok();
    if asked != serde_json::to_value(json::Request::from(query)).ok() {
        return Err(Problem::of_text(format!("{name} answers another question")));
    }
    let fetched = file.fetched.parse();
    let fetched = fetched.map_err(|_| Problem::of_text(format!("{name}: `{}` is no time", file.fetched)))?;
    let mut answer = file.answer;
    let next = answer.next_page_token.take();
    Ok(Saved { account: file.account, endpoint: file.endpoint, fetched, answer: answer.into(), next })
}
