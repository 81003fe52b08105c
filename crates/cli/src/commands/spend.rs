//! `stackcost spend`.

use crate::Outcome;
use crate::args::{Months, SpendArgs, SpendFormat};
use crate::bill::charged;
use crate::failure::Failure;
use crate::focus;
use crate::output::{self, say};
use stackcost_formats::problem::{Problem, did_you_mean};
use stackcost_formats::render::spend::{self, Context};
use stackcost_formats::render::{html, markdown, table};
use stackcost_model::bill::{BadQuery, Condition, Dimension, Query, Step};
use stackcost_model::report;
use stackcost_model::spend::{Spend, period_name};

pub(crate) fn run(args: &SpendArgs) -> Result<Outcome, Failure> {
    let mut query = query(&args.by, &args.conditions)?;
    if matches!(args.format, SpendFormat::FocusCsv | SpendFormat::FocusParquet) {
        return focus::write(query, args);
    }
    query.metrics = vec![args.metric];
    query.quantity = args.quantity;
    let charged = charged(query, args.months, &args.export, &args.cost_explorer)?;
    let mut bill = charged.bill;
    if let Some(Months::Last(count)) = args.months {
        bill.keep_last(count as usize);
    }
    let context = Context { source: charged.source, missing: charged.missing };
    let spend = Spend::new(&bill, args.top.map(|top| top as usize)).ok_or_else(too_large)?;
    if spend.periods.is_empty() {
        return Err(nothing(&context.source, charged.charges).into());
    }
    show(&spend, &context, args)?;
    verdict(&spend, &context, args)
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

fn too_large() -> Failure {
    Failure::Failed(Problem::of_text("a sum is too large to count"))
}

fn nothing(source: &str, rows: u64) -> Problem {
    if rows == 0 {
        return Problem::of_text(format!("{source} has no charges: below the header there is no row"))
            .help("give an export of a month with charges");
    }
    Problem::of_text(format!("{source} has no charges that fit"))
        .help("give other months or conditions; without --months and --where all are shown")
}

fn show(spend: &Spend, context: &Context, args: &SpendArgs) -> Result<(), Failure> {
    let reports = || {
        let groups = report::spend(spend, &context.source);
        groups.zip(report::spend_by_kind(spend)).map(|(groups, kinds)| [groups, kinds]).ok_or_else(too_large)
    };
    let table = |report| table::render(&report, args.precision, output::stdout_width());
    output::data(&match args.format {
        SpendFormat::Markdown => reports()?.map(|report| markdown::render(&report, args.precision)).join("\n"),
        SpendFormat::Html => html::page(&reports()?, args.precision, html::spend_picture(spend)),
        SpendFormat::Json => spend::json(spend, context),
        SpendFormat::Ndjson => spend::ndjson(spend),
        SpendFormat::Csv => spend::csv(spend),
        // FOCUS was written before.
        SpendFormat::Table | SpendFormat::FocusCsv | SpendFormat::FocusParquet => reports()?.map(table).join("\n"),
    })
}

/// A threshold is crossed by more than what was given, not by exactly that; and a sum that lacks
/// something is no sum.
fn verdict(spend: &Spend, context: &Context, args: &SpendArgs) -> Result<Outcome, Failure> {
    let mut outcome = partial(spend, context, args);
    let Some(most) = args.fail_over else { return Ok(outcome) };
    for (at, period) in spend.periods.iter().enumerate() {
        let net = spend.total_of(at).and_then(|split| split.net()).ok_or_else(too_large)?;
        if net > most {
            let (name, currency) = (period_name(period.start, spend.step), &spend.currency);
            say(&format!("threshold crossed: {name} is {net} {currency}, more than --fail-over {most}"));
            outcome = Outcome::ThresholdCrossed;
        }
    }
    Ok(outcome)
}

/// Figures that are missing make a result partial; that is said after it was shown.
fn partial(spend: &Spend, context: &Context, args: &SpendArgs) -> Outcome {
    if (context.missing.is_empty() && spend.without_list == 0) || args.allow_partial {
        return Outcome::Complete;
    }
    if spend.without_list > 0 {
        let charges = spend.without_list;
        say(&format!("partial: {charges} charges of usage have no list cost (--allow-partial accepts that)"));
    } else {
        say("partial: some figures are missing, totals are lower bounds (--allow-partial accepts that)");
    }
    Outcome::Partial
}
