//! `stackcost prices verify`: what the book lacks, and what looks odd in it.

use crate::Outcome;
use crate::args::{Format, PricesVerifyArgs};
use crate::failure::Failure;
use crate::input::BUNDLE;
use crate::output;
use crate::prices::{OwnBook, age};
use stackcost_formats::problem::region;
use stackcost_formats::render::{Precision, html, markdown, table, verify};
use stackcost_model::meter::{Region, ServiceCode};
use stackcost_model::price::{Old, gaps, oddities};
use stackcost_model::report;
use stackcost_model::services::Component;

pub(crate) fn run(args: &PricesVerifyArgs) -> Result<Outcome, Failure> {
    let only = args.region.as_deref().map(region).transpose()?;
    let wanted = |_: ServiceCode, at: Option<Region>| only.is_none_or(|only| at.is_none_or(|at| at == only));
    let mut book = BUNDLE.read(stackcost_prices::files(), wanted)?;
    let own = args.price_book.as_deref().map(OwnBook::open).transpose()?;
    if let Some(own) = &own {
        own.lay_over(&mut book, wanted)?;
        // Nothing is said of these, but that they can be read.
        let all = ServiceCode::ALL.iter().copied().collect();
        for region in Region::all().filter(|region| only.is_none_or(|only| only == *region)) {
            own.commitments(&all, region)?;
        }
    }
    let mut meters: Vec<_> = Component::all_meters().cloned().collect();
    meters.sort();
    meters.dedup();
    let lacking: Vec<_> = Region::all()
        .filter(|region| only.is_none_or(|only| only == *region))
        .map(|region| gaps(&book, &meters, region))
        .collect();
    let today = age::today();
    let warnings = lacking.iter().flat_map(|of| {
        let confirmed = own.as_ref().and_then(|own| own.confirmed(of.region));
        oddities(&book, of.region, Some(Old { today, most: args.max_age, confirmed }))
    });
    let warnings: Vec<_> = warnings.collect();
    let found = lacking.iter().any(|region| !region.is_empty());
    let report = || report::gaps(&book, &lacking, &warnings);
    output::data(&match args.format {
        Format::Table => table::render(&report(), Precision::Full, output::stdout_width()),
        Format::Markdown => markdown::render(&report(), Precision::Full),
        Format::Html => html::page(&[report()], Precision::Full, None),
        Format::Json => verify::json(book.version(), &lacking, &warnings),
        Format::Ndjson => verify::ndjson(&lacking),
        Format::Csv => verify::csv(&lacking),
    })?;
    Ok(if found && args.detailed_exitcode { Outcome::Findings } else { Outcome::Complete })
}
