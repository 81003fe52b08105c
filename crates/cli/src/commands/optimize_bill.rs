//! `stackcost optimize --commitments --from`: commitments for the usage of an hourly bill.

use super::optimize_commitments::{show, unfinished, wanted};
use crate::Outcome;
use crate::args::{ExportArgs, Months};
use crate::bill::of_files;
use crate::failure::Failure;
use crate::input::BUNDLE;
use crate::output::say;
use crate::prices::{self, OwnBook};
use crate::scaling::optimize_args::OptimizeArgs;
use stackcost_formats::problem::Problem;
use stackcost_formats::render::commitments::Of;
use stackcost_model::commitment::propose_for;
use stackcost_model::exact::Ratio;
use stackcost_model::hourly_bill::{Ground, HourlyError, MAY_LACK, hourly_query, hourly_usage, moment, places};
use stackcost_model::meter::{Region, ServiceCode};
use stackcost_model::report;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn run(args: &OptimizeArgs) -> Result<Outcome, Failure> {
    let asked = &args.committing;
    if let Some(flag) = args.of_policies() {
        return Err(Problem::of_text(format!("{flag} is for a policy, and a bill has none")).into());
    }
    let span = match asked.months {
        Some(Months::Span(span)) => Some(span),
        _ => None,
    };
    let mut query = hourly_query(span);
    query.filter = super::spend::query("", &asked.conditions)?.filter;
    let export = ExportArgs { from: asked.from.clone(), skip_bad_rows: asked.skip_bad_rows };
    let mut charged = of_files(query, &export, &MAY_LACK)?;
    if let Some(Months::Last(count)) = asked.months {
        charged.bill.keep_last(count as usize);
    }
    let source = charged.source;
    if !matches!(charged.bill.currency.as_str(), "" | "USD") {
        let message = format!("{source} is in {}, and rates of commitments are in USD", charged.bill.currency);
        return Err(Problem::of_text(message).into());
    }
    let mut regions: BTreeMap<Region, BTreeSet<ServiceCode>> = BTreeMap::new();
    for (service, region) in places(&charged.bill) {
        regions.entry(region).or_default().insert(service);
    }
    let own = args.pricing.price_book.as_deref().map(OwnBook::open).transpose()?;
    let as_of = args.pricing.as_of;
    let catalog = prices::catalog(&regions, own.as_ref(), as_of)?;
    let here = |service: ServiceCode, region: Option<Region>| match region {
        Some(region) => regions.get(&region).is_some_and(|services| services.contains(&service)),
        None => true,
    };
    let mut book = BUNDLE.read(stackcost_prices::files(), here)?;
    if let Some(own) = &own {
        own.lay_over(&mut book, here)?;
    }
    // Usage types of us-east-1 have no prefix where those of other regions have one.
    let only = if let [only] = regions.keys().collect::<Vec<_>>()[..] { *only } else { Region::US_EAST_1 };
    let held = asked.owned.iter().map(|owned| owned.commitment(&catalog, owned.region().unwrap_or(only)));
    let wanted = wanted(args, held.collect())?;
    let ground = Ground { catalog: &catalog, book: &book, as_of, covered_too: !wanted.held.is_empty() };
    let usage = hourly_usage(&charged.bill, &ground).map_err(|why| cannot(&source, &why))?;
    let found = propose_for(usage.given.clone(), &catalog, &wanted);
    let found = found.map_err(|why| Problem::of_text(format!("{source}: {why}")))?;
    let hours = Ratio::from(usage.hours as u64);
    let label = format!("{} to {}", moment(usage.from), moment(usage.to));
    let mut first =
        report::commitments(&found, format!("{source}: commitments, {label} ({hours} h)"), hours, "this bill");
    first.notes.extend(report::bill_notes(&usage));
    let region = if let [only] = usage.regions[..] { Some(only.code()) } else { None };
    let of = Of { stack: None, scenario: None, region, bill: Some((&source, &usage)), hours, label };
    show(&found, None, (first, &of), args)?;
    if let Some(partial) = unfinished(&found, args) {
        return Ok(partial);
    }
    if usage.aside.unrated.is_empty() || args.output.allow_partial {
        return Ok(Outcome::Complete);
    }
    say("partial: some usage that commitments cover has no rate on demand (--allow-partial accepts that)");
    Ok(Outcome::Partial)
}

/// What to do about a bill that cannot be used.
fn cannot(source: &str, why: &HourlyError) -> Failure {
    let problem = Problem::of_text(format!("{source}: {why}"));
    match why {
        HourlyError::NotHourly(..) | HourlyError::NoPeriod(..) => problem
            .help("a bill by the hour is needed: \"Time granularity: hourly\" of the data export or report")
            .into(),
        HourlyError::NoHours => problem.help("name another file, or other --months").into(),
        HourlyError::TooLong => problem.help("choose some --months").into(),
        HourlyError::Negative(..) => problem.help("a correction, perhaps: leave it out with --where").into(),
        HourlyError::TooLarge => Failure::too_large(),
        _ => problem.into(),
    }
}
