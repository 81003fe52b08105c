//! What a month that is not over comes to, for `spend --forecast`.

use crate::args::SpendArgs;
use crate::bill::{self, Asked, Charged, ask, cannot_ask, clock, refuse_future, with_names};
use crate::cost_explorer::fetch_forecast;
use crate::exports;
use crate::failure::Failure;
use crate::output::say;
use stackcost_formats::problem::Problem;
use stackcost_model::bill::{Query, Span, Step};
use stackcost_model::cost_explorer::{ForecastRequest, expected, forecast_request};
use stackcost_model::forecast::{Expected, Forecast, last_usage, spent_before};
use stackcost_model::spend::period_name;
use std::path::Path;

/// A forecast, if there can be one, and why something of it is missing.
pub(crate) struct Forecasted {
    pub forecast: Option<Forecast>,
    pub missing: Option<String>,
}

/// A bill as [`bill::charged`] gives it, and the forecast: with Cost Explorer of the running month,
/// with files of the last month there is.
pub(crate) fn charged(query: Query, args: &SpendArgs) -> Result<(Charged, Forecasted), Failure> {
    if args.export.from.is_empty() { of_cost_explorer(query, args) } else { of_files(query, args) }
}

fn of_cost_explorer(query: Query, args: &SpendArgs) -> Result<(Charged, Forecasted), Failure> {
    let (now, today) = clock();
    refuse_future(args.months, today)?;
    let span = bill::span(args.months, today)?;
    let month = today.first_of_month();
    if span.end <= month {
        let name = period_name(month, Step::Month);
        let problem = Problem::of_text(format!("--forecast is of the running month, {name}, which is not among these"));
        return Err(problem.help("leave --forecast out, or ask for the running month as well").into());
    }
    let query = Query { span: Some(span), ..with_names(query, true) };
    let request = forecast_request(&query, today).map_err(|error| cannot_ask(&error))?;
    let mut queries = vec![query];
    // A month in one figure has a part of today in it.
    if queries[0].step == Step::Month && today > month {
        let until_today = Some(Span { start: month, end: today });
        queries.push(Query { span: until_today, by: Vec::new(), quantity: false, ..queries[0].clone() });
    }
    let asked = ask(&queries, &args.cost_explorer, now)?;
    let days = asked.bills.last().filter(|(_, complete)| *complete);
    let spent = days.and_then(|(bill, _)| spent_before(bill, today));
    let currency = asked.bills.first().map(|(bill, _)| bill.currency.clone()).unwrap_or_default();
    let (rest, missing) = match rest(&[request], args, now, &asked, &currency) {
        Ok(rest) => (Some(rest), None),
        Err(why) => (None, Some(format!("AWS's forecast: {why}"))),
    };
    let forecasted = match spent {
        Some(spent) => Forecasted { forecast: Some(Forecast::new(today, spent, rest)), missing },
        None => Forecasted { forecast: None, missing: Some("what was spent until today".to_string()) },
    };
    Ok((asked.charged()?, forecasted))
}

/// AWS's forecast of the rest of the month for the accounts of a bill, or why there is none: that
/// has been said.
fn rest(
    request: &[ForecastRequest],
    args: &SpendArgs,
    now: jiff::Timestamp,
    asked: &Asked,
    currency: &str,
) -> Result<Expected, String> {
    let fetched = fetch_forecast(request, &args.cost_explorer, now).map_err(Failure::miss)?;
    let came = fetched
        .accounts
        .into_iter()
        .filter_map(|account| Some((account.id, account.answers.into_iter().flatten().next()?)));
    let (accounts, forecasts): (Vec<String>, Vec<_>) = came.unzip();
    if accounts != asked.accounts {
        return Err("not for all accounts".to_string());
    }
    expected(&forecasts, currency).map_err(|error| error.to_string())
}

fn of_files(query: Query, args: &SpendArgs) -> Result<(Charged, Forecasted), Failure> {
    let none = Forecasted { forecast: None, missing: None };
    if query.step == Step::Month && args.export.from.iter().any(|path| path == Path::new("-")) {
        let problem =
            Problem::of_text("--forecast reads a bill again by its days, and standard input can be read once");
        return Err(problem.help("name a file, or group by day: --by service,day").into());
    }
    let charged = bill::charged(query.clone(), args.months, &args.export, &args.cost_explorer)?;
    let Some(last) = charged.bill.periods().last().copied() else { return Ok((charged, none)) };
    let again = match query.step {
        Step::Day => None,
        Step::Month => {
            let end = last.last_of_month().tomorrow().unwrap_or(last);
            let span = Some(Span { start: last, end });
            let by_day = Query { span, step: Step::Day, by: Vec::new(), quantity: false, ..with_names(query, false) };
            Some(exports::read(by_day, &args.export)?.bill)
        }
    };
    let days = again.as_ref().unwrap_or(&charged.bill);
    let Some(end) = last_usage(days) else {
        say(&format!("no forecast: {} has no usage", period_name(last, Step::Month)));
        return Ok((charged, none));
    };
    if end == end.last_of_month() {
        say(&format!("no forecast: {} is complete", period_name(end, Step::Month)));
        return Ok((charged, none));
    }
    say(&format!("{} ends on {end}, which may not be whole: the forecast is by the days before it", charged.source));
    let forecast = spent_before(days, end).map(|spent| Forecast::new(end, spent, None));
    Ok((charged, Forecasted { forecast, missing: None }))
}
