//! `stackcost spend`.

use crate::Outcome;
use crate::args::{Months, SpendArgs, SpendFormat};
use crate::bill::charged;
use crate::failure::Failure;
use crate::focus;
use crate::forecast::{self, Forecasted};
use crate::output::{self, say};
use stackcost_formats::problem::{Problem, did_you_mean};
use stackcost_formats::render::spend::{self, Context};
use stackcost_formats::render::{html, markdown, table};
use stackcost_model::bill::{BadQuery, Condition, Dimension, Query, Step};
use stackcost_model::forecast::{Basis, Forecast};
use stackcost_model::report::{self, Report};
use stackcost_model::spend::{Spend, period_name};

pub(crate) fn run(args: &SpendArgs) -> Result<Outcome, Failure> {
    let mut query = query(&args.by, &args.conditions)?;
    if matches!(args.format, SpendFormat::FocusCsv | SpendFormat::FocusParquet) {
        return focus::write(query, args);
    }
    query.metrics = vec![args.metric];
    query.quantity = args.quantity;
    let (charged, forecasted) = if args.forecast {
        forecast::charged(query, args)?
    } else {
        let none = Forecasted { forecast: None, missing: None };
        (charged(query, args.months, &args.export, &args.cost_explorer)?, none)
    };
    let mut bill = charged.bill;
    if let Some(Months::Last(count)) = args.months {
        bill.keep_last(count as usize);
    }
    let context = Context { source: charged.source, missing: charged.missing };
    let spend = Spend::new(&bill, args.top.map(|top| top as usize)).ok_or_else(Failure::too_large)?;
    if spend.periods.is_empty() {
        return Err(nothing(&context.source, charged.charges, !args.export.from.is_empty()).into());
    }
    show(&spend, &context, forecasted.forecast.as_ref(), args)?;
    verdict(&spend, &context, &forecasted, args)
}

/// `service,usage-type,day` and conditions as a query.
pub(crate) fn query(by: &str, conditions: &[String]) -> Result<Query, Problem> {
    let mut query = Query::new(Vec::new(), stackcost_model::bill::Metric::Unblended);
    for name in by.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match name {
            "month" => {}
            "day" => query.step = Step::Day,
            name => {
                let dimension: Dimension = name.parse().map_err(|error| unknown(&error, name, &["month", "day"]))?;
                if query.by.contains(&dimension) {
                    return Err(Problem::of_text(format!("--by names {dimension} twice")));
                }
                query.by.push(dimension);
            }
        }
    }
    for condition in conditions.iter().flat_map(|conditions| split_conditions(conditions)) {
        let condition = condition.trim();
        let name = condition.split(['=', '!']).next().unwrap_or(condition);
        let parsed: Condition = condition.parse().map_err(|error| match name.trim() {
            "month" | "day" => Problem::of_text("--where chooses no time").help("--months 2026-10 does"),
            name => unknown(&error, name, &[]),
        })?;
        query.filter.push(parsed);
    }
    Ok(query)
}

/// Conditions stand between commas; a part without `=` belongs to the value before it
/// (`service=Amazon Web Services, Inc.`).
fn split_conditions(text: &str) -> Vec<String> {
    let mut conditions: Vec<String> = Vec::new();
    for part in text.split(',') {
        match conditions.last_mut() {
            Some(before) if !part.contains('=') => *before = format!("{before},{part}"),
            _ => conditions.push(part.to_string()),
        }
    }
    conditions
}

fn unknown(error: &BadQuery, name: &str, times: &[&'static str]) -> Problem {
    let forms = || Dimension::FORMS.iter().chain(times).copied();
    let guess = did_you_mean(name, forms());
    Problem::of_text(error.to_string())
        .help(guess.unwrap_or_else(|| format!("there are: {}", forms().collect::<Vec<_>>().join(", "))))
}

fn nothing(source: &str, rows: u64, of_files: bool) -> Problem {
    if rows == 0 && of_files {
        return Problem::of_text(format!("{source} has no charges: below the header there is no row"))
            .help("give an export of a month with charges");
    }
    Problem::of_text(format!("{source} has no charges that fit"))
        .help("give other months or conditions; without --months and --where all are shown")
}

fn show(spend: &Spend, context: &Context, forecast: Option<&Forecast>, args: &SpendArgs) -> Result<(), Failure> {
    let forecast_report = || {
        forecast.map(|forecast| report::forecast(forecast, &spend.currency).ok_or_else(Failure::too_large)).transpose()
    };
    let reports = || {
        let mut reports = vec![
            report::spend(spend, &context.source).ok_or_else(Failure::too_large)?,
            report::spend_by_kind(spend).ok_or_else(Failure::too_large)?,
        ];
        reports.extend(forecast_report()?);
        Ok::<_, Failure>(reports)
    };
    let tables = |reports: &[Report], width: usize| {
        let tables: Vec<String> = reports.iter().map(|report| table::render(report, args.precision, width)).collect();
        tables.join("\n")
    };
    output::data(&match args.format {
        SpendFormat::Markdown => {
            let all: Vec<String> = reports()?.iter().map(|report| markdown::render(report, args.precision)).collect();
            all.join("\n")
        }
        SpendFormat::Json => spend::json(spend, context, forecast),
        SpendFormat::Ndjson => spend::ndjson(spend),
        SpendFormat::Csv => spend::csv(spend),
        SpendFormat::Html => html::page(&reports()?, args.precision, html::spend_picture(spend)),
        // FOCUS was written before.
        SpendFormat::Table | SpendFormat::FocusCsv | SpendFormat::FocusParquet => {
            tables(&reports()?, output::stdout_width())
        }
    })?;
    if let (SpendFormat::Csv | SpendFormat::Ndjson, Some(report)) = (args.format, forecast_report()?) {
        say(tables(&[report], output::stderr_width()).trim_end());
    }
    Ok(())
}

/// A threshold is crossed by more than what was given, not by exactly that; and a sum that lacks
/// something is no sum.
fn verdict(spend: &Spend, context: &Context, forecasted: &Forecasted, args: &SpendArgs) -> Result<Outcome, Failure> {
    let mut outcome = partial(spend, context, forecasted, args);
    let Some(most) = args.fail_over else { return Ok(outcome) };
    let currency = &spend.currency;
    for (at, period) in spend.periods.iter().enumerate() {
        let net = spend.total_of(at).and_then(|split| split.net()).ok_or_else(Failure::too_large)?;
        if net > most {
            let name = period_name(period.start, spend.step);
            say(&format!("threshold crossed: {name} is {net} {currency}, more than --fail-over {most}"));
            outcome = Outcome::ThresholdCrossed;
        }
    }
    if let Some(forecast) = &forecasted.forecast
        && let Some((basis, amount)) = forecast.best()
        && amount > most
    {
        let name = period_name(forecast.month, Step::Month);
        let how = match basis {
            Basis::Aws => "as AWS expects",
            Basis::RunRate => "at its run rate",
        };
        say(&format!("threshold crossed: {name} will be {amount} {currency} {how}, more than --fail-over {most}"));
        outcome = Outcome::ThresholdCrossed;
    }
    Ok(outcome)
}

/// Figures that are missing make a result partial; that is said after it was shown.
fn partial(spend: &Spend, context: &Context, forecasted: &Forecasted, args: &SpendArgs) -> Outcome {
    if args.allow_partial {
        return Outcome::Complete;
    }
    let mut lacks = Vec::new();
    if !context.missing.is_empty() {
        lacks.push("some figures are missing, totals are lower bounds".to_string());
    }
    if spend.without_list > 0 {
        lacks.push(format!("{} charges of usage have no list cost", spend.without_list));
    }
    lacks.extend(forecasted.missing.as_ref().map(|why| format!("the forecast lacks {why}")));
    for what in &lacks {
        say(&format!("partial: {what} (--allow-partial accepts that)"));
    }
    if lacks.is_empty() { Outcome::Complete } else { Outcome::Partial }
}
