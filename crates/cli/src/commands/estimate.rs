//! `stackcost estimate`.

use crate::Outcome;
use crate::args::{EstimateArgs, Format};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::{self, say};
use stackcost_formats::render::{csv, html, json, markdown, table};
use stackcost_model::estimate::Total;
use stackcost_model::report;

pub(crate) fn run(args: &EstimateArgs) -> Result<Outcome, Failure> {
    let scenario = args.scenario.as_deref();
    let input = Input::read(&args.stack, &args.pricing)?;
    let (estimate, told) = input.price_and_tell(scenario)?;
    let precision = args.output.precision;
    output::data(&match args.output.format {
        Format::Table => table::render(&report::estimate(&estimate), precision, output::stdout_width()),
        Format::Markdown => markdown::render(&report::estimate(&estimate), precision),
        Format::Html => html::page(&[report::estimate(&estimate)], args.output.precision, None),
        Format::Json => json::estimate(&estimate),
        Format::Ndjson => json::ndjson([("", &estimate)]),
        Format::Csv => csv::estimates([("", &estimate)]),
    })?;
    told.iter().for_each(|line| say(line));
    let total = estimate.total();
    if let Some(most) = args.fail_over
        && total.usd() > most
    {
        say(&format!("threshold crossed: {} USD is more than --fail-over {most}", total.usd()));
        return Ok(Outcome::ThresholdCrossed);
    }
    Ok(output::complete(matches!(total, Total::Exactly(_)), &args.output))
}
