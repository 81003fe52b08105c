//! What Cost Explorer was asked and answered, in AWS's own JSON: what `aws ce get-cost-and-usage`,
//! `get-cost-forecast` and `get-cost-comparison-drivers` print can be read, and what is written
//! here AWS's tools read.
//!
//! ```
//! use stackcost_formats::cost_explorer;
//! let text = r#"{"ResultsByTime": [{
//!     "TimePeriod": {"Start": "2026-09-01", "End": "2026-10-01"},
//!     "Total": {"UnblendedCost": {"Amount": "18.02005", "Unit": "USD"}},
//!     "Groups": [], "Estimated": false
//! }]}"#;
//! let answer = cost_explorer::read_answer("september.json", text)?;
//! assert_eq!(answer.periods[0].total["UnblendedCost"].amount, "18.02005");
//! # Ok::<(), stackcost_formats::problem::Problem>(())
//! ```

mod json;
mod drivers;
mod saved;

pub use saved::{Question, Saved, read_saved, write_request, write_saved};

use crate::problem::{self, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use stackcost_model::cost_explorer::{Answer, Drivers, Forecast};

/// Reads one answer of `GetCostAndUsage`, or a list of all its pages.
///
/// # Errors
/// What is no such answer, with the place; an answer that goes on on a page that is not there.
pub fn read_answer(name: &str, text: &str) -> Result<Answer, Problem> {
    let pages = pages::<json::Answer>(name, text, |page| page.next_page_token.as_deref())?;
    let pages = pages.into_iter().map(Answer::from);
    Answer::join(pages).map_err(|error| Problem::of_text(format!("{name} is not one answer: {error}")))
}

/// One page, or a list of them that is complete.
fn pages<T: DeserializeOwned>(name: &str, text: &str, next: fn(&T) -> Option<&str>) -> Result<Vec<T>, Problem> {
    let pages: Vec<T> = if text.trim_start().starts_with('[') { parse(name, text)? } else { vec![parse(name, text)?] };
    if pages.last().and_then(next).is_some_and(|token| !token.is_empty()) {
        return Err(Problem::of_text(format!("{name} is only a part of an answer: it ends with a NextPageToken")).help(
            "get the other pages with `--next-page-token`, and put all into a list: `jq -s . page1.json page2.json`",
        ));
    }
    Ok(pages)
}

/// Writes an answer as AWS does; the same answer gives the same bytes.
#[must_use]
pub fn write_answer(answer: &Answer) -> String {
    pretty(&json::Answer::from(answer.clone()))
}

/// Reads an answer of `GetCostForecast`.
///
/// # Errors
/// What is no such answer, with the place.
pub fn read_forecast(name: &str, text: &str) -> Result<Forecast, Problem> {
    parse::<json::Forecast>(name, text).map(Forecast::from)
}

/// Writes a forecast as AWS does.
#[must_use]
pub fn write_forecast(forecast: &Forecast) -> String {
    pretty(&json::Forecast::from(forecast.clone()))
}

/// Reads one answer of `GetCostComparisonDrivers`, or a list of all its pages.
///
/// # Errors
/// As [`read_answer`].
pub fn read_drivers(name: &str, text: &str) -> Result<Drivers, Problem> {
    let pages = pages::<drivers::Drivers>(name, text, |page| page.next_page_token.as_deref())?;
    let pages = pages.into_iter().map(Drivers::from);
    Drivers::join(pages).map_err(|error| Problem::of_text(format!("{name} is not one answer: {error}")))
}

/// Writes drivers as AWS does.
#[must_use]
pub fn write_drivers(drivers: &Drivers) -> String {
    pretty(&drivers::Drivers::from(drivers.clone()))
}

/// Reads JSON; what is wrong is shown at its place.
fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Problem> {
    let what = || format!("{name} is not what Cost Explorer answers");
    serde_json::from_str(text).map_err(|error| problem::json(name, text, &what(), &error))
}

fn pretty(value: &impl Serialize) -> String {
    // Only texts, lists and maps by text: this does not fail.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests;
