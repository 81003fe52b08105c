//! `stackcost prices diff`: what two books say otherwise, and what that does to a bill.

use crate::Outcome;
use crate::args::{Format, PricingArgs};
use crate::failure::Failure;
use crate::input::{BUNDLE, Input};
use crate::output;
use crate::prices::args::PricesDiffArgs;
use crate::prices::{self, OwnBook};
use stackcost_formats::problem::region;
use stackcost_formats::render::price_diff::{self, Books};
use stackcost_formats::render::{html, markdown, table};
use stackcost_model::estimate::{Estimate, LineKind};
use stackcost_model::meter::{Region, ServiceCode};
use stackcost_model::price::{Committing, PriceBook, compare_books, compare_commitments};
use stackcost_model::report;
use std::collections::BTreeSet;
use std::path::Path;

/// The book that comes with the program.
const BUNDLED: &str = "bundled";

pub(crate) fn run(args: &PricesDiffArgs) -> Result<Outcome, Failure> {
    let only = args.region.as_deref().map(region).transpose()?;
    let (before, after) = (book(&args.before, only)?, book(&args.after, only)?);
    let names = [&args.before, &args.after].map(|path| path.display().to_string());
    let [old, new] = [names[0].as_str(), names[1].as_str()];
    let diff = compare_books(&before, &after, args.as_of);
    let (theirs, ours) = (commitments(&args.before, only)?, commitments(&args.after, only)?);
    let committed = compare_commitments(&theirs, &ours, args.as_of);
    let both = Books { on_demand: &diff, committed: &committed };
    let bills = match &args.stack {
        Some(stack) => bills(stack, args)?,
        None => Vec::new(),
    };
    let reports = || {
        let mut reports = vec![report::price_diff(&diff, old, new)];
        reports.extend(report::committed_diff(&committed, old, new));
        if !bills.is_empty() {
            reports.push(report::price_effect(&bills, old, new));
        }
        reports
    };
    let texts =
        |render: &dyn Fn(&report::Report) -> String| reports().iter().map(render).collect::<Vec<_>>().join("\n");
    output::data(&match args.format {
        Format::Table => texts(&|report| table::render(report, args.precision, output::stdout_width())),
        Format::Markdown => texts(&|report| markdown::render(report, args.precision)),
        Format::Html => html::page(&reports(), args.precision, None),
        Format::Json => price_diff::json(both, old, new, &bills),
        Format::Ndjson => price_diff::ndjson(both),
        Format::Csv => price_diff::csv(both),
    })?;
    let differ = !diff.changes.is_empty() || !committed.changes.is_empty();
    Ok(if differ && args.detailed_exitcode { Outcome::Findings } else { Outcome::Complete })
}

/// The rates of one book alone.
fn book(path: &Path, only: Option<Region>) -> Result<PriceBook, Failure> {
    let wanted = |_: ServiceCode, at: Option<Region>| only.is_none_or(|only| at.is_none_or(|at| at == only));
    if path == Path::new(BUNDLED) {
        return Ok(BUNDLE.read(stackcost_prices::files(), wanted)?);
    }
    let mut rates = OwnBook::open(path)?.rates(wanted)?;
    // A file is read as a whole.
    rates.retain(|rate| wanted(rate.service, rate.region));
    Ok(PriceBook::new(path.display().to_string(), rates))
}

/// What one book alone says of commitments.
fn commitments(path: &Path, only: Option<Region>) -> Result<Committing, Failure> {
    let services: BTreeSet<ServiceCode> = ServiceCode::ALL.iter().copied().collect();
    let own = if path == Path::new(BUNDLED) { None } else { Some(OwnBook::open(path)?) };
    let mut found = Committing::default();
    for region in Region::all().filter(|&region| only.is_none_or(|only| only == region)) {
        let (plans, reserved) = match &own {
            Some(own) => own.commitments(&services, region)?,
            None => prices::bundled(&services, region)?,
        };
        found.0.extend(plans);
        found.1.extend(reserved);
    }
    Ok(found)
}

/// The stack and each of its scenarios, at the rates of both.
fn bills(stack: &Path, args: &PricesDiffArgs) -> Result<Vec<(String, Estimate, Estimate)>, Failure> {
    let input = |path: &Path| {
        let price_book = (path != Path::new(BUNDLED)).then(|| path.to_path_buf());
        Input::read(stack, &PricingArgs { price_book, as_of: args.as_of, ..PricingArgs::default() })
    };
    let (mut before, mut after) = (input(&args.before)?, input(&args.after)?);
    // Only rates are to differ: what is free, and what is left of credits, is that of one day for both.
    if let Some(now) = before.now()?.max(after.now()?) {
        before.set_now(now);
        after.set_now(now);
    }
    let file = before.file();
    let baseline = file.baseline()?;
    let both =
        |scenario: Option<&str>| Ok::<_, Failure>((uncredited(&before, scenario)?, uncredited(&after, scenario)?));
    let (old, new) = both(None)?;
    let mut bills = vec![(baseline.clone(), old, new)];
    for name in file.scenarios().filter(|name| *name != baseline) {
        let (old, new) = both(Some(name))?;
        bills.push((name.to_string(), old, new));
    }
    Ok(bills)
}

/// A bill before credits: what they pay depends on the rates of months before, too, and is no effect of these.
fn uncredited(input: &Input, scenario: Option<&str>) -> Result<Estimate, Failure> {
    let mut priced = input.price(scenario)?;
    priced.lines.retain(|line| line.kind != LineKind::Credit);
    Ok(priced)
}
