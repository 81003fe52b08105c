//! `stackcost compare`.

use crate::Outcome;
use crate::args::{CompareArgs, Format, Increase};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::{self, say};
use stackcost_formats::problem::{Problem, did_you_mean};
use stackcost_formats::render::{csv, html, json, markdown, table};
use stackcost_model::compare::{CannotCompare, Comparison, Delta, Scenario};
use stackcost_model::estimate::Total;
use stackcost_model::report;

pub(crate) fn run(args: &CompareArgs) -> Result<Outcome, Failure> {
    let (mut scenarios, told) = match &args.stacks[..] {
        [_] => of_one_stack(args)?,
        _ => of_several_stacks(args)?,
    };
    if let Some(name) = &args.baseline {
        let names: Vec<&str> = scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
        let at = names.iter().position(|known| known == name).ok_or_else(|| {
            let problem = Problem::of_text(format!("there is no \"{name}\" to compare with"));
            problem.help(
                did_you_mean(name, names.iter().copied()).unwrap_or_else(|| format!("there are: {}", names.join(", "))),
            )
        })?;
        let baseline = scenarios.remove(at);
        scenarios.insert(0, baseline);
    }
    let comparison = Comparison::new(scenarios).map_err(|error| {
        let problem = Problem::of_text(error.to_string());
        match error {
            CannotCompare::Horizons { .. } => {
                problem.help("give them the same month: a difference of hours is no saving")
            }
            _ => problem.help("give each another name"),
        }
    })?;
    show(&comparison, args)?;
    told.iter().for_each(|line| say(line));
    verdict(&comparison, args)
}

/// What is compared, and what to know of the loads in it, a line each.
type Priced = (Vec<Scenario>, Vec<String>);

/// The stack itself, then its scenarios in the order of the file. What several have to tell of the same
/// load is told once.
fn of_one_stack(args: &CompareArgs) -> Result<Priced, Failure> {
    let input = Input::read(&args.stacks[0], &args.pricing)?;
    let file = input.file();
    let wanted: Vec<&str> = if args.scenario.is_empty() {
        file.scenarios().collect()
    } else {
        args.scenario.iter().map(String::as_str).collect()
    };
    let mut scenarios = Vec::with_capacity(wanted.len() + 1);
    let baseline = file.baseline()?;
    let (estimate, mut told) = input.price_and_tell(None)?;
    scenarios.push(Scenario { name: baseline.clone(), estimate });
    for name in wanted.into_iter().filter(|name| *name != baseline) {
        let (estimate, lines) = input.price_and_tell(Some(name))?;
        scenarios.push(Scenario { name: name.to_string(), estimate });
        for line in lines {
            if !told.contains(&line) {
                told.push(line);
            }
        }
    }
    Ok((scenarios, told))
}

/// Each stack as it is, under its name; under its path when two have the same.
fn of_several_stacks(args: &CompareArgs) -> Result<Priced, Failure> {
    if !args.scenario.is_empty() {
        let problem = Problem::of_text("--scenario goes with one stack, not with several");
        return Err(problem.help("compare one stack with its scenarios, or several stacks as they are").into());
    }
    let (mut scenarios, mut told): Priced = (Vec::new(), Vec::new());
    for path in &args.stacks {
        let input = Input::read(path, &args.pricing)?;
        let (estimate, lines) = input.price_and_tell(None)?;
        let taken = scenarios.iter().any(|scenario| scenario.name == estimate.stack);
        let name = if taken { path.display().to_string() } else { estimate.stack.clone() };
        told.extend(lines.into_iter().map(|line| format!("{name}: {line}")));
        scenarios.push(Scenario { name, estimate });
    }
    Ok((scenarios, told))
}

fn show(comparison: &Comparison, args: &CompareArgs) -> Result<(), Failure> {
    let all = || comparison.scenarios().iter().map(|scenario| (scenario.name.as_str(), &scenario.estimate));
    let precision = args.output.precision;
    output::data(&match args.output.format {
        Format::Table => {
            let width = output::stdout_width();
            let bars = comparison.scenarios().iter().map(|scenario| {
                let total = scenario.estimate.total();
                let at_least = if matches!(total, Total::AtLeast(_)) { ">= " } else { "" };
                (scenario.name.clone(), total.usd(), format!("{at_least}{}", total.usd().to_fixed(2)))
            });
            let bars = table::bars(&bars.collect::<Vec<_>>(), width);
            format!("{}\n{bars}", table::render(&report::comparison(comparison), precision, width))
        }
        Format::Markdown => markdown::render(&report::comparison(comparison), precision),
        Format::Html => html::page(&[report::comparison(comparison)], precision, None),
        Format::Json => json::comparison(comparison),
        Format::Ndjson => json::ndjson(all()),
        Format::Csv => csv::estimates(all()),
    })
}

/// Thresholds are crossed by more than what was given, not by exactly that.
fn verdict(comparison: &Comparison, args: &CompareArgs) -> Result<Outcome, Failure> {
    let mut crossed = false;
    for scenario in comparison.scenarios() {
        let total = scenario.estimate.total().usd();
        if let Some(most) = args.fail_over
            && total > most
        {
            say(&format!("threshold crossed: {} costs {total} USD, more than --fail-over {most}", scenario.name));
            crossed = true;
        }
        // Lower bounds have no difference; they end as partial, unless that was allowed.
        let known = Delta::between(comparison.baseline().estimate.total().usd(), total);
        let allowed = args.output.allow_partial.then_some(known);
        let Some(delta) = comparison.delta(scenario).or(allowed) else { continue };
        let (over, limit) = match args.fail_increase {
            Some(Increase::Usd(most)) => (delta.usd > most, format!("{most}")),
            Some(Increase::Percent(most)) => {
                let from_nothing = delta.percent.is_none() && delta.usd > stackcost_model::money::Usd::ZERO;
                (from_nothing || delta.percent.is_some_and(|percent| percent > most), format!("{most}%"))
            }
            None => (false, String::new()),
        };
        if over {
            let name = &scenario.name;
            say(&format!(
                "threshold crossed: {name} costs {} USD more than {}, above --fail-increase {limit}",
                delta.usd,
                comparison.baseline().name
            ));
            crossed = true;
        }
    }
    if crossed {
        return Ok(Outcome::ThresholdCrossed);
    }
    Ok(output::complete(comparison.is_complete(), &args.output))
}
