//! `stackcost drivers`.

use super::spend::query;
use crate::Outcome;
use crate::args::{DriversArgs, Format, Months};
use crate::bill::{Charged, cannot_ask, charged, clock};
use crate::cost_explorer::fetch_drivers;
use crate::failure::Failure;
use crate::input;
use crate::output::{self, say};
use stackcost_formats::problem::Problem;
use stackcost_formats::render::{drivers as render, html, markdown, table};
use stackcost_model::bill::{Dimension, Span, Step};
use stackcost_model::cost_explorer::{Drivers as Told, drivers_request};
use stackcost_model::drivers::{Drivers, Options};
use stackcost_model::report::{self, Report};
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
    let asked =
        if args.aws { Some(drivers_request(&query, before, after).map_err(|error| cannot_ask(&error))?) } else { None };
    let mut charged = charged(query, Some(Months::Span(span)), &args.export, &args.cost_explorer)?;
    for month in [before, after] {
        let there = charged.bill.periods();
        if !there.contains(&month) {
            return Err(absent(month, &there, &charged.source).into());
        }
    }
    let task_vcpu = args.stack.as_deref().map(input::task_vcpu).transpose()?.flatten();
    let options = Options { per_day: args.per_day, task_vcpu };
    let drivers = Drivers::new(&charged.bill, before, after, options).ok_or_else(Failure::too_large)?;
    let told = asked.map(|request| {
        // Our own split is there, whatever comes of this.
        let (came, missing) = match fetch_drivers(&[request], &args.cost_explorer, clock().0) {
            Ok(fetched) => {
                (fetched.accounts, fetched.failures.into_iter().map(|failure| failure.problem.message).collect())
            }
            Err(failure) => (Vec::new(), vec![failure.miss()]),
        };
        charged.missing.extend(missing);
        came.into_iter().flat_map(|account| account.answers.into_iter().flatten()).collect::<Vec<Told>>()
    });
    show(&drivers, told.as_deref(), &charged, args)?;
    Ok(output::came_whole(&charged.missing, args.output.allow_partial))
}

/// Our own split, and beside it what Cost Explorer told, if it was asked.
fn show(drivers: &Drivers, told: Option<&[Told]>, charged: &Charged, args: &DriversArgs) -> Result<(), Failure> {
    let tables = || -> Result<Vec<Report>, Failure> {
        let mut tables =
            vec![report::drivers(drivers, args.top as usize, &charged.source).ok_or_else(Failure::too_large)?];
        if let Some(told) = told.filter(|told| !told.is_empty()) {
            tables.push(report::aws_drivers(told, drivers.metric.name()).ok_or_else(Failure::too_large)?);
        }
        Ok(tables)
    };
    let joined = |render: &dyn Fn(&Report) -> String| -> Result<String, Failure> {
        Ok(tables()?.iter().map(render).collect::<Vec<_>>().join("\n"))
    };
    if told.is_some() && matches!(args.output.format, Format::Csv | Format::Ndjson) {
        say("what Cost Explorer tells is in the other formats");
    }
    output::data(&match args.output.format {
        Format::Table => joined(&|report| table::render(report, args.output.precision, output::stdout_width()))?,
        Format::Markdown => joined(&|report| markdown::render(report, args.output.precision))?,
        Format::Html => html::page(&tables()?, args.output.precision, None),
        Format::Json => render::json(drivers, told, &charged.source, &charged.missing),
        Format::Ndjson => render::ndjson(drivers),
        Format::Csv => render::csv(drivers),
    })
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
