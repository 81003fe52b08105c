//! `stackcost drivers`.

use super::spend::query;
use crate::Outcome;
use crate::args::{DriversArgs, Format, Months};
use crate::bill::charged;
use crate::failure::Failure;
use crate::input;
use crate::output::{self, say};
use stackcost_formats::problem::Problem;
use stackcost_formats::render::{drivers as render, html, markdown, table};
use stackcost_model::bill::{Dimension, Span, Step};
use stackcost_model::drivers::{Drivers, Options};
use stackcost_model::report;
use stackcost_model::spend::period_name;
use stackcost_model::time::Date;

pub(crate) fn run(args: &DriversArgs) -> Result<Outcome, Failure> {
    let (before, after) = (args.before.0, args.after.0);
    if before == after {
        let problem = Problem::of_text("the two months are the same");
        return Err(problem.help("name the month to compare with, then the month to look at").into());
    }
    let mut query = query(args.by.as_deref().unwrap_or("service,usage-type"), &args.conditions)?;
    if query.step == Step::Day {
        return Err(Problem::of_text("drivers compares months, not days").into());
    }
    // Quantities of one usage type can be added, and have a rate.
    if !query.by.contains(&Dimension::UsageType) {
        query.by.push(Dimension::UsageType);
    }
    // A file also says which operation; Cost Explorer has room for two groups.
    if args.by.is_none() && !args.export.from.is_empty() {
        query.by.push(Dimension::Operation);
    }
    query.metrics = vec![args.metric];
    query.quantity = true;
    let last = before.max(after).last_of_month().tomorrow().map_err(|_| Problem::of_text("there is no such month"))?;
    let span = Span { start: before.min(after), end: last };
    let charged = charged(query, Some(Months::Span(span)), &args.export, &args.cost_explorer)?;
    for month in [before, after] {
        let there = charged.bill.periods();
        if !there.contains(&month) {
            return Err(absent(month, &there, &charged.source).into());
        }
    }
    let task_vcpu = args.stack.as_deref().map(input::task_vcpu).transpose()?.flatten();
    let options = Options { per_day: args.per_day, task_vcpu };
    let too_large = || Failure::Failed(Problem::of_text("a sum is too large to count"));
    let drivers = Drivers::new(&charged.bill, before, after, options).ok_or_else(too_large)?;
    let table = || report::drivers(&drivers, args.top as usize, &charged.source).ok_or_else(too_large);
    output::data(&match args.format {
        Format::Table => table::render(&table()?, args.precision, output::stdout_width()),
        Format::Markdown => markdown::render(&table()?, args.precision),
        Format::Html => html::page(&[table()?], args.precision, None),
        Format::Json => render::json(&drivers, &charged.source, &charged.missing),
        Format::Ndjson => render::ndjson(&drivers),
        Format::Csv => render::csv(&drivers),
    })?;
    if charged.missing.is_empty() || args.allow_partial {
        return Ok(Outcome::Complete);
    }
    say("partial: some figures are missing (--allow-partial accepts that)");
    Ok(Outcome::Partial)
}

fn absent(month: Date, there: &[Date], source: &str) -> Problem {
    let name = |month: Date| period_name(month, Step::Month);
    let problem = Problem::of_text(format!("{source} has no charges of {}", name(month)));
    match there {
        [] => problem.help("it has none of the other month either"),
        there => problem.help(format!(
            "of the months asked for it has {}",
            there.iter().map(|month| name(*month)).collect::<Vec<_>>().join(", ")
        )),
    }
}
