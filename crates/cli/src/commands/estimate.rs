//! `stackcost estimate`.

use crate::Outcome;
use crate::args::{EstimateArgs, Format};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::{self, say};
use stackcost_formats::render::{csv, html, json, markdown, table};
use stackcost_model::estimate::Total;
use stackcost_model::report::{self, Report};

pub(crate) fn run(args: &EstimateArgs) -> Result<Outcome, Failure> {
    let scenario = args.scenario.as_deref();
    let input = Input::read(&args.stack, &args.pricing)?;
    let (estimate, told) = input.price_and_tell(scenario)?;
    let precision = args.output.precision;
    let reports =
        || std::iter::once(report::estimate(&estimate)).chain(report::drawdown(&estimate)).collect::<Vec<_>>();
    let each = |render: &dyn Fn(&Report) -> String| reports().iter().map(render).collect::<Vec<_>>().join("\n");
    output::data(&match args.output.format {
        Format::Table => each(&|report| table::render(report, precision, output::stdout_width())),
        Format::Markdown => each(&|report| markdown::render(report, precision)),
        Format::Html => html::page(&reports(), precision, None),
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
