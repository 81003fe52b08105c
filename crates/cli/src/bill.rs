//! Bills for the commands, from export files or from Cost Explorer.

use crate::args::{ExportArgs, Months};
use crate::cost_explorer::{self, CostExplorerArgs};
use crate::exports;
use crate::failure::Failure;
use crate::output::say;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use stackcost_formats::bill::Outcome;
use stackcost_formats::problem::Problem;
use stackcost_formats::services;
use stackcost_model::bill::{Bill, Dimension, Query, Span};
use stackcost_model::cost_explorer::{Answer, CannotAsk, Request, last_months, requests};
use stackcost_model::time::Date;
use std::collections::BTreeMap;

/// How many months of Cost Explorer are shown when none are asked for.
const USUAL_MONTHS: u32 = 6;

/// Services go by codes in reports and by names elsewhere; a condition on one is meant for both.
pub(crate) fn with_names(mut query: Query, cost_explorer: bool) -> Query {
    for condition in query.filter.iter_mut().filter(|condition| condition.dimension == Dimension::Service) {
        let mut values: Vec<String> = Vec::new();
        for value in condition.values.drain(..) {
            let is_code = services::name_of(&value).is_some();
            if is_code {
                values.extend(services::names_of(&value).map(str::to_string));
            } else if !cost_explorer {
                values.extend(services::code_of(&value).map(str::to_string));
            }
            values.push(value);
        }
        values.dedup();
        condition.values = values;
    }
    query
}

/// A bill, where it is from, and what of it is missing.
pub(crate) struct Charged {
    pub bill: Bill,
    /// In words: `Cost Explorer, account 123456789012`, or the name of a file.
    pub source: String,
    /// What could not be had, in words.
    pub missing: Vec<String>,
    /// How many charges there were, before months and conditions were looked at.
    pub charges: u64,
    /// The accounts that have answered, where Cost Explorer was asked.
    pub accounts: Vec<String>,
}

/// Asks export files where some are named, and Cost Explorer otherwise.
pub(crate) fn charged(
    query: Query,
    months: Option<Months>,
    export: &ExportArgs,
    cost_explorer: &CostExplorerArgs,
) -> Result<Charged, Failure> {
    let query = with_names(query, export.from.is_empty());
    let (now, today) = clock();
    refuse_future(months, today)?;
    if export.from.is_empty() {
        let span = span(months, today)?;
        return ask(&[Query { span: Some(span), ..query }], cost_explorer, now)?.charged();
    }
    let span = match months {
        Some(Months::Span(span)) => Some(span),
        _ => None,
    };
    Ok(of_export(exports::read(Query { span, ..query }, export)?, export))
}

fn of_export(read: Outcome, export: &ExportArgs) -> Charged {
    let source = exports::names(&export.from);
    Charged { bill: read.bill, source, missing: Vec::new(), charges: read.rows, accounts: Vec::new() }
}

/// The bill of a month from export files, which may lack some of what is asked for.
pub(crate) fn of_files(query: Query, export: &ExportArgs, may_lack: &[Dimension]) -> Result<Charged, Failure> {
    refuse_future(query.span.map(Months::Span), clock().1)?;
    Ok(of_export(exports::read_lacking(with_names(query, false), export, may_lack)?, export))
}

/// The time, and the day in UTC, which is AWS's time of billing.
pub(crate) fn clock() -> (Timestamp, Date) {
    let now = Timestamp::now();
    (now, now.to_zoned(TimeZone::UTC).date())
}

/// Refuses months to come.
pub(crate) fn refuse_future(months: Option<Months>, today: Date) -> Result<(), Problem> {
    match months {
        Some(Months::Span(span)) if span.start > today => {
            let problem =
                Problem::of_text(format!("{:04}-{:02} lies in the future", span.start.year(), span.start.month()));
            Err(problem.help(format!("today is {today} in UTC, which is AWS's time of billing")))
        }
        _ => Ok(()),
    }
}

/// The days that Cost Explorer is asked about.
pub(crate) fn span(months: Option<Months>, today: Date) -> Result<Span, Problem> {
    let span = match months {
        Some(Months::Span(span)) => {
            let tomorrow = today.tomorrow().unwrap_or(today);
            Some(Span { start: span.start, end: span.end.min(tomorrow) })
        }
        Some(Months::Last(count)) => last_months(count, today),
        None => last_months(USUAL_MONTHS, today),
    };
    span.ok_or_else(|| Problem::of_text("there are not so many months"))
}

/// What Cost Explorer answers to several queries.
pub(crate) struct Asked {
    /// The bill of each query, and whether all of these accounts have answered all of it.
    pub bills: Vec<(Bill, bool)>,
    /// The accounts that have answered.
    pub accounts: Vec<String>,
    /// What could not be had, in words.
    pub missing: Vec<String>,
}

impl Asked {
    /// The answer to the first query.
    pub fn charged(self) -> Result<Charged, Failure> {
        let Asked { bills, accounts, missing } = self;
        let bill = bills.into_iter().next().map(|(bill, _)| bill);
        let bill = bill.ok_or_else(|| Problem::of_text("nothing was asked"))?;
        let word = if accounts.len() == 1 { "account" } else { "accounts" };
        let source = format!("Cost Explorer, {word} {}", accounts.join(" and "));
        let charges = bill.entries.iter().map(|entry| entry.charges).sum();
        Ok(Charged { bill, source, missing, charges, accounts })
    }
}

/// Asks Cost Explorer about queries, each with its span.
pub(crate) fn ask(queries: &[Query], args: &CostExplorerArgs, now: Timestamp) -> Result<Asked, Failure> {
    let mut asked: Vec<Request> = Vec::new();
    let mut parts = Vec::new();
    for query in queries {
        let span = query.span.ok_or_else(|| Problem::of_text("no time is asked about"))?;
        let start = asked.len();
        asked.extend(requests(query, span).map_err(|error| cannot_ask(&error))?);
        parts.push(start..asked.len());
    }
    let fetched = cost_explorer::fetch(&asked, args, now)?;
    // One that was denied altogether is in the failures.
    let accounts: Vec<_> =
        fetched.accounts.iter().filter(|account| account.answers.iter().any(Option::is_some)).collect();
    let mut bills = Vec::new();
    for (query, part) in queries.iter().zip(parts) {
        let mut bill = Bill::new(query.clone(), "");
        let mut owners = BTreeMap::new();
        let mut complete = true;
        for account in &accounts {
            let came = part.clone().filter_map(|at| Some((asked[at].clone(), account.answers[at].clone()?)));
            let (requests, answers): (Vec<_>, Vec<_>) = came.unzip();
            complete &= answers.len() == part.len();
            add(&mut bill, query, &requests, &answers, &account.id, &mut owners)?;
        }
        bills.push((bill, complete));
    }
    let mut missing: Vec<String> = fetched.failures.iter().map(|failure| failure.problem.message.clone()).collect();
    missing.sort();
    missing.dedup();
    let ids: Vec<String> = accounts.iter().map(|account| account.id.clone()).collect();
    Ok(Asked { bills, accounts: ids, missing })
}

/// What to do where Cost Explorer has no such question.
pub(crate) fn cannot_ask(error: &CannotAsk) -> Problem {
    Problem::of_text(error.to_string()).help(match error {
        CannotAsk::TooManyGroups(_) => "name two at most, or an export file with --from, which has them all",
        _ => "an export file has it: name one with --from",
    })
}

/// Adds what an account has answered to a query.
fn add(
    bill: &mut Bill,
    query: &Query,
    requests: &[Request],
    answers: &[Answer],
    account: &str,
    owners: &mut BTreeMap<String, String>,
) -> Result<(), Failure> {
    let wrong = |what: String| Failure::Failed(Problem::of_text(format!("account {account}: {what}")));
    if answers.iter().any(|answer| answer.periods.is_empty()) {
        let message =
            format!("account {account}: Cost Explorer answered without any month, which is no bill of nothing");
        return Err(Failure::Failed(Problem::of_text(message).help("--refresh asks again")));
    }
    let (part, apart) =
        stackcost_model::cost_explorer::bill(query, requests, answers).map_err(|error| wrong(error.to_string()))?;
    if !apart {
        say(&format!("account {account}: the answer does not keep kinds of charges apart, all is shown as usage"));
    }
    refuse_double(query, &part, account, owners)?;
    bill.add(part).map_err(|error| wrong(error.to_string()))
}

/// The account that pays for an organisation is charged for its members, too: their costs would
/// count twice. It shows where accounts are apart.
fn refuse_double(
    query: &Query,
    part: &Bill,
    account: &str,
    owners: &mut BTreeMap<String, String>,
) -> Result<(), Failure> {
    let Some(at) = query.by.iter().position(|dimension| *dimension == Dimension::Account) else { return Ok(()) };
    for member in part.entries.iter().filter_map(|entry| entry.keys.get(at)).filter(|member| !member.is_empty()) {
        match owners.get(member) {
            Some(other) if other != account => {
                let message = format!(
                    "the charges of account {member} are in the answers for {other} and for {account}: they would count twice"
                );
                return Err(Problem::of_text(message).help("name only the profile of the account that pays").into());
            }
            _ => owners.insert(member.clone(), account.to_string()),
        };
    }
    Ok(())
}
