//! An answer that was paid for, kept with the question.

use super::{drivers, json, parse, pretty};
use crate::problem::Problem;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use stackcost_model::cost_explorer::{Answer, Drivers, DriversRequest, Forecast, ForecastRequest, Request};

const SCHEMA: &str = "stackcost.cost-explorer/1";

/// A question to Cost Explorer; it and its answer have a form in JSON.
pub trait Question {
    /// What is answered, all pages in one.
    type Answer;
    /// The answer as AWS writes it.
    #[doc(hidden)]
    type Written: Serialize + DeserializeOwned + From<Self::Answer> + Into<Self::Answer>;

    /// The question as AWS gets it.
    #[doc(hidden)]
    fn written(&self) -> impl Serialize;
}

impl Question for Request {
    type Answer = Answer;
    type Written = json::Answer;

    fn written(&self) -> impl Serialize {
        json::Request::from(self)
    }
}

impl Question for ForecastRequest {
    type Answer = Forecast;
    type Written = json::Forecast;

    fn written(&self) -> impl Serialize {
        json::ForecastRequest::from(self)
    }
}

impl Question for DriversRequest {
    type Answer = Drivers;
    type Written = drivers::Drivers;

    fn written(&self) -> impl Serialize {
        drivers::DriversRequest::from(self)
    }
}

/// An answer with what was asked, of which account, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved<Answer> {
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
struct File<Query, Written> {
    schema: String,
    account: String,
    endpoint: Option<String>,
    fetched: String,
    query: Query,
    answer: Written,
    next: Option<String>,
}

/// A request as AWS gets it, on one line: equal requests are equal texts.
#[must_use]
pub fn write_request(request: &impl Question) -> String {
    serde_json::to_string(&request.written()).unwrap_or_default()
}

/// Writes what was asked and answered.
#[must_use]
pub fn write_saved<Q: Question>(query: &Q, saved: Saved<Q::Answer>) -> String {
    let Saved { account, endpoint, fetched, answer, next } = saved;
    let (schema, fetched, answer) = (SCHEMA.to_string(), fetched.to_string(), Q::Written::from(answer));
    pretty(&File { schema, account, endpoint, fetched, query: query.written(), answer, next })
}

/// Reads what [`write_saved`] wrote for this question.
///
/// # Errors
/// A text that is something else, or the answer to another question.
pub fn read_saved<Q: Question>(name: &str, text: &str, query: &Q) -> Result<Saved<Q::Answer>, Problem> {
    let file: File<Box<RawValue>, Box<RawValue>> = parse(name, text)?;
    if file.schema != SCHEMA {
        return Err(Problem::of_text(format!("{name} is of the kind {}, not {SCHEMA}", file.schema)));
    }
    let asked: Option<serde_json::Value> = serde_json::from_str(file.query.get()).ok();
    if asked != serde_json::to_value(query.written()).ok() {
        return Err(Problem::of_text(format!("{name} answers another question")));
    }
    let fetched = file.fetched.parse();
    let fetched = fetched.map_err(|_| Problem::of_text(format!("{name}: `{}` is no time", file.fetched)))?;
    let answer: Q::Written = parse(name, file.answer.get())?;
    let File { account, endpoint, next, .. } = file;
    Ok(Saved { account, endpoint, fetched, answer: answer.into(), next })
}
