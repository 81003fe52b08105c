//! `stackcost explain`.

use crate::Outcome;
use crate::args::{ExplainArgs, Format};
use crate::failure::Failure;
use crate::input::Input;
use crate::output;
use stackcost_formats::problem::{Problem, did_you_mean};
use stackcost_formats::render::{csv, explain, html, json, markdown};
use stackcost_model::estimate::{Estimate, Total};
use stackcost_model::report;

pub(crate) fn run(args: &ExplainArgs) -> Result<Outcome, Failure> {
    let scenario = args.scenario.as_deref();
    let input = Input::read(&args.stack, &args.pricing)?;
    let whole = input.price(scenario)?;
    let estimate = match &args.line {
        Some(line) => only(whole, line)?,
        None => whole,
    };
    output::data(&match args.output.format {
        Format::Table => explain::render(&estimate, output::stdout_width()),
        Format::Markdown => markdown::render(&report::estimate(&estimate), args.output.precision),
        Format::Html => html::page(&[report::estimate(&estimate)], args.output.precision, None),
        Format::Json => json::estimate(&estimate),
        Format::Ndjson => json::ndjson([("", &estimate)]),
        Format::Csv => csv::estimates([("", &estimate)]),
    })?;
    Ok(output::complete(matches!(estimate.total(), Total::Exactly(_)), &args.output))
}

/// The lines whose component is named, or whose usage type contains what is asked for.
fn only(mut estimate: Estimate, wanted: &str) -> Result<Estimate, Problem> {
    let mut names: Vec<String> = estimate.components().map(str::to_string).collect();
    names.extend(estimate.lines.iter().map(|line| line.usage_type.to_string()));
    let fits = |component: &str, usage_type: &str| {
        let (kind, name) = component.split_once('.').unwrap_or((component, component));
        component == wanted
            || kind == wanted
            || name == wanted
            || usage_type.contains(wanted)
            || format!("{component} {usage_type}") == wanted
    };
    estimate.lines.retain(|line| fits(&line.component, &line.usage_type));
    estimate.unpriced.retain(|gap| fits(&gap.component, &gap.usage_type));
    if estimate.lines.is_empty() && estimate.unpriced.is_empty() {
        let problem = Problem::of_text(format!("no line of the estimate is called \"{wanted}\""));
        let known = names.iter().map(String::as_str);
        return Err(
            problem.help(did_you_mean(wanted, known).unwrap_or_else(|| format!("there are: {}", names.join(", "))))
        );
    }
    Ok(estimate)
}
