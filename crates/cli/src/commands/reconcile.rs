//! `stackcost reconcile`.

use crate::Outcome;
use crate::args::{Format, Increase, Months, ReconcileArgs};
use crate::bill::{Charged, charged, of_files};
use crate::failure::Failure;
use crate::input::{BUNDLE, Input};
use crate::output::{self, say};
use crate::prices::OwnBook;
use stackcost_formats::problem::Problem;
use stackcost_formats::render::{html, markdown, reconcile, table};
use stackcost_model::bill::{Amount, Condition, Dimension, Span};
use stackcost_model::meter::{Region, ServiceCode};
use stackcost_model::reconcile::{
    MAY_LACK, Reconciliation, Rerated, Verdict, query_of_cost_explorer, query_of_files, rerate, rerate_query, services,
};
use stackcost_model::report;
use stackcost_model::spend::period_name;
use std::path::Path;

pub(crate) fn run(args: &ReconcileArgs) -> Result<Outcome, Failure> {
    match (&args.stack, args.month) {
        (Some(stack), Some(month)) => against_bill(stack, month, args),
        _ => rerated(args),
    }
}

fn against_bill(stack: &Path, month: Span, args: &ReconcileArgs) -> Result<Outcome, Failure> {
    if stack == Path::new("-") && args.export.from.iter().any(|from| from == Path::new("-")) {
        return Err(Problem::of_text("standard input can be read once, as the stack or as the bill").into());
    }
    let mut input = Input::read(stack, &args.pricing)?;
    input.set_month(&month_name(month))?;
    let conditions = super::spend::query("", &args.conditions)?.filter;
    let charged = bill(month, &conditions, args)?;
    if charged.bill.entries.is_empty() && charged.missing.is_empty() {
        let problem = Problem::of_text(format!("{} has no charges of {}", charged.source, month_name(month)));
        return Err(problem.help("name another --month, or other files").into());
    }
    let estimate = input.at_list_prices(args.scenario.as_deref())?;
    let reconciled = Reconciliation::new(&estimate, &charged.bill, &conditions)
        .map_err(|error| Problem::of_text(error.to_string()))?;
    show(&reconciled, &charged, input.age(&estimate), args)?;
    if let Some(out) = &args.calibrate {
        let calibrated = input.calibrate(&reconciled)?;
        super::init::write_new(out, &calibrated.text, args.force)?;
        for left in &calibrated.left {
            say(&format!("left as it is: {left}"));
        }
        let keys = if calibrated.set.is_empty() { "only its month".to_string() } else { calibrated.set.join(", ") };
        say(&format!("wrote {}, with the bill's: {keys}", out.display()));
    }
    verdict(&reconciled, &charged, args)
}

fn month_name(month: Span) -> String {
    period_name(month.start, stackcost_model::bill::Step::Month)
}

fn bill(month: Span, conditions: &[Condition], args: &ReconcileArgs) -> Result<Charged, Failure> {
    if args.export.from.is_empty() {
        let query = query_of_cost_explorer(month, conditions);
        return charged(query, Some(Months::Span(month)), &args.export, &args.cost_explorer);
    }
    of_files(query_of_files(month, conditions), &args.export, &MAY_LACK)
}

fn show(
    reconciled: &Reconciliation,
    charged: &Charged,
    age: Option<String>,
    args: &ReconcileArgs,
) -> Result<(), Failure> {
    let report = || {
        let mut report = report::reconciliation(reconciled, &charged.source).ok_or_else(Failure::too_large)?;
        report.notes.extend(age.clone());
        Ok::<_, Failure>(report)
    };
    output::data(&match args.output.format {
        Format::Table => table::render(&report()?, args.output.precision, output::stdout_width()),
        Format::Markdown => markdown::render(&report()?, args.output.precision),
        Format::Html => html::page(&[report()?], args.output.precision, None),
        Format::Json => reconcile::json(reconciled, &charged.source, &charged.missing),
        Format::Ndjson => reconcile::ndjson(reconciled),
        Format::Csv => reconcile::csv(reconciled),
    })
}

/// A threshold is crossed by more than what was given, not by exactly that.
fn verdict(reconciled: &Reconciliation, charged: &Charged, args: &ReconcileArgs) -> Result<Outcome, Failure> {
    let totals = &reconciled.totals;
    if crossed(totals.difference, totals.estimated, args)? {
        return Ok(Outcome::ThresholdCrossed);
    }
    let partial = !reconciled.unpriced.is_empty() || !charged.missing.is_empty();
    Ok(complete(!partial, args))
}

/// Whether a difference is more than `--fail-difference`, which may be a part of `whole`.
fn crossed(difference: Amount, whole: Amount, args: &ReconcileArgs) -> Result<bool, Failure> {
    let Some(most) = args.fail_difference else { return Ok(false) };
    let (most, shown) = match most {
        Increase::Usd(most) => (Amount::round(most.to_ratio()), most.to_string()),
        Increase::Percent(percent) => (whole.abs().percent(percent), format!("{percent}%")),
    };
    let crossed = difference.abs() > most.ok_or_else(Failure::too_large)?;
    if crossed {
        say(&format!("threshold crossed: a difference of {difference} USD is more than --fail-difference {shown}"));
    }
    Ok(crossed)
}

fn complete(complete: bool, args: &ReconcileArgs) -> Outcome {
    if complete || args.output.allow_partial {
        return Outcome::Complete;
    }
    say("partial: something has no price or is missing, totals are lower bounds (--allow-partial accepts that)");
    Outcome::Partial
}

/// The price book against the list prices of a bill.
fn rerated(args: &ReconcileArgs) -> Result<Outcome, Failure> {
    let mut query = rerate_query(args.month);
    query.filter = super::spend::query("", &args.conditions)?.filter;
    let charged = of_files(query, &args.export, &[Dimension::Operation, Dimension::Region, Dimension::Description])?;
    if charged.bill.entries.is_empty() {
        let problem = Problem::of_text(format!("{} has no charges that fit", charged.source));
        return Err(problem.help("name another --month, or other files").into());
    }
    let wanted = services(&charged.bill);
    let wanted = |service: ServiceCode, _: Option<Region>| wanted.contains(&service);
    let mut book = BUNDLE.read(stackcost_prices::files(), wanted)?;
    if let Some(path) = &args.pricing.price_book {
        OwnBook::open(path)?.lay_over(&mut book, wanted)?;
    }
    let rerated = rerate(&charged.bill, &book, args.pricing.as_of).ok_or_else(Failure::too_large)?;
    let report = || report::rerated(&rerated, &charged.source).ok_or_else(Failure::too_large);
    output::data(&match args.output.format {
        Format::Table => table::render(&report()?, args.output.precision, output::stdout_width()),
        Format::Markdown => markdown::render(&report()?, args.output.precision),
        Format::Html => html::page(&[report()?], args.output.precision, None),
        Format::Json => reconcile::rerated_json(&rerated, &charged.source, book.version()),
        Format::Ndjson => reconcile::rerated_ndjson(&rerated),
        Format::Csv => reconcile::rerated_csv(&rerated),
    })?;
    let list = listed(&rerated).ok_or_else(Failure::too_large)?;
    if crossed(rerated.difference, list, args)? {
        return Ok(Outcome::ThresholdCrossed);
    }
    Ok(complete(!rerated.lines.iter().any(|line| matches!(line.verdict, Verdict::NoPrice(_))), args))
}

fn listed(rerated: &Rerated) -> Option<Amount> {
    Amount::sum(rerated.lines.iter().filter_map(|line| line.list))
}
