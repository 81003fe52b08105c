//! `stackcost prices verify`: what the book lacks.

use crate::Outcome;
use crate::args::{Format, PricesVerifyArgs};
use crate::failure::Failure;
use crate::input::{self, BUNDLE};
use crate::output;
use stackcost_formats::problem::region;
use stackcost_formats::render::{Precision, html, markdown, table, verify};
use stackcost_model::meter::Region;
use stackcost_model::price::gaps;
use stackcost_model::report;
use stackcost_model::services::Component;

pub(crate) fn run(args: &PricesVerifyArgs) -> Result<Outcome, Failure> {
    let only = args.region.as_deref().map(region).transpose()?;
    let mut book = BUNDLE.read(stackcost_prices::files(), |_, region| {
        only.is_none_or(|only| region.is_none_or(|region| region == only))
    })?;
    if let Some(path) = &args.price_book {
        book.override_with(input::user_book(path)?);
    }
    let mut meters: Vec<_> = Component::all_meters().cloned().collect();
    meters.sort();
    meters.dedup();
    let lacking: Vec<_> = Region::all()
        .filter(|region| only.is_none_or(|only| only == *region))
        .map(|region| gaps(&book, &meters, region))
        .collect();
    let found = lacking.iter().any(|region| !region.is_empty());
    output::data(&match args.format {
        Format::Table => table::render(&report::gaps(&book, &lacking), Precision::Full, output::stdout_width()),
        Format::Markdown => markdown::render(&report::gaps(&book, &lacking), Precision::Full),
        Format::Html => html::page(&[report::gaps(&book, &lacking)], Precision::Full, None),
        Format::Json => verify::json(book.version(), &lacking),
        Format::Ndjson => verify::ndjson(&lacking),
        Format::Csv => verify::csv(&lacking),
    })?;
    Ok(if found && args.detailed_exitcode { Outcome::Findings } else { Outcome::Complete })
}
