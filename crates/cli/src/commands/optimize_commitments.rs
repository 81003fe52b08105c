//! `stackcost optimize --commitments`.

use super::optimize::{grid, place_of, question, search, stop_at_ctrl_c, stopped};
use super::optimize_bill;
use super::simulate::{chosen, open};
use crate::Outcome;
use crate::args::Format;
use crate::failure::Failure;
use crate::input::{Input, of_region, say_left_out};
use crate::output::{self, say};
use crate::prices;
use crate::scaling::optimize_args::OptimizeArgs;
use stackcost_formats::problem::Problem;
use stackcost_formats::render::commitments::{self as render, Of};
use stackcost_formats::render::{Precision, html, markdown, table};
use stackcost_formats::stack::Autoscaled;
use stackcost_model::commitment::{Catalog, Commitment, Error, Proposed, Terms, Wanted, propose};
use stackcost_model::estimate::{Total, estimate};
use stackcost_model::joint::{Joint, joint};
use stackcost_model::report::{self, Report};
use stackcost_model::scaling::optimize::{Arena, Objective};
use stackcost_model::scaling::{Metric, Policy};
use stackcost_model::settle::at_private_rates;
use stackcost_model::simulation::Pricing;

pub(crate) fn run(args: &OptimizeArgs) -> Result<Outcome, Failure> {
    let asked = &args.committing;
    if !asked.from.is_empty() {
        return optimize_bill::run(args);
    }
    if let Some(flag) = args.of_policies().filter(|_| !asked.jointly) {
        return Err(Problem::of_text(format!("{flag} is for a policy, and --commitments searches for none"))
            .help("add --jointly to choose policy and commitments together")
            .into());
    }
    let (input, scenario) = if asked.jointly { open(args.stack(), &args.of, &args.pricing)? } else { as_it_is(args)? };
    let scenario = scenario.as_deref();
    let resolved = input.resolve(scenario)?;
    say_left_out(&resolved, asked.jointly, false);
    let as_of = input.as_of(&resolved);
    let book = input.book(&resolved)?;
    let priced = estimate(&resolved.stack, &book, as_of);
    // What commitments save is held against what the account pays; a policy is priced anew in each trial.
    let mut priced = match asked.jointly {
        true => priced,
        false => at_private_rates(priced, &resolved.stack.account).map_err(|why| Problem::of_text(why.to_string()))?,
    };
    let catalog = input.catalog(&priced, as_of)?;
    let (held, away) = of_region(resolved.owned.iter().chain(&asked.owned), priced.region);
    away.iter().for_each(|words| say(words));
    let held = held.into_iter().map(|owned| owned.commitment(&catalog, priced.region));
    let wanted = wanted(args, held.collect::<Result<Vec<_>, String>>())?;
    let (found, together) = if asked.jointly {
        let (component, scaled) = chosen(&resolved, args.of.component.as_deref())?;
        let pricing = Pricing { stack: &resolved.stack, component, book: &book, as_of };
        let mut joint = together(&pricing, scaled, &catalog, &wanted, args)?;
        std::mem::swap(&mut priced, &mut joint.0.estimate);
        (joint.0.proposed.clone(), Some(joint))
    } else {
        let impossible = |why: Error| Failure::from(Problem::of_text(why.to_string()));
        (propose(&resolved.stack, &priced, &catalog, &wanted).map_err(impossible)?, None)
    };
    priced.scenario = scenario.map(str::to_string);
    let horizon = &priced.horizon;
    let named = scenario.map(|name| format!(", {name}")).unwrap_or_default();
    let title =
        format!("{}{named}: commitments, {}, {} ({} h)", priced.stack, priced.region, horizon.label(), horizon.hours());
    let mut first = report::commitments(&found, title, horizon.hours(), "this stack");
    first.notes.extend(input.age(&priced));
    let of = Of {
        stack: Some(&priced.stack),
        scenario,
        region: Some(priced.region.code()),
        bill: None,
        hours: horizon.hours(),
        label: horizon.label().to_string(),
    };
    show(&found, together.as_ref(), (first, &of), args)?;
    if let Some(partial) = unfinished(&found, args) {
        return Ok(partial);
    }
    Ok(output::complete(matches!(priced.total(), Total::Exactly(_)), &args.output))
}

/// What is asked, with what is owned.
pub(super) fn wanted(args: &OptimizeArgs, held: Result<Vec<Commitment>, String>) -> Result<Wanted, Problem> {
    let asked = &args.committing;
    let usual = Wanted::default();
    // What nobody asked for is shown, and decides nothing.
    let factors_count = !asked.demand.is_empty();
    Ok(Wanted {
        terms: Terms {
            terms: once(&asked.terms),
            payments: once(&asked.payments),
            upfront_percent: asked.partial_upfront,
        },
        held: held.map_err(|why| Problem::of_text(format!("what is owned: {why}")))?,
        discount: asked.discount_rate,
        factors: if factors_count { once(&asked.demand) } else { usual.factors },
        factors_count,
        resamples: asked.resamples,
        seed: args.seed.unwrap_or_default(),
        ..usual
    })
}

/// Says what is missing, and how the command ends for it.
pub(super) fn unfinished(found: &Proposed, args: &OptimizeArgs) -> Option<Outcome> {
    for step in prices::missing(&found.lacking) {
        say(&step);
    }
    if stopped() {
        say("stopped: this is the best so far");
        return Some(Outcome::Interrupted);
    }
    if !found.lacking.is_empty() && !args.output.allow_partial {
        say("partial: some usage has no rate under commitments that cover it (--allow-partial accepts that)");
        return Some(Outcome::Partial);
    }
    None
}

/// Each value once, in the order in which they were typed.
fn once<T: Clone + PartialEq>(values: &[T]) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for value in values {
        if !kept.contains(value) {
            kept.push(value.clone());
        }
    }
    kept
}

/// The stack, or the scenario that is named.
fn as_it_is(args: &OptimizeArgs) -> Result<(Input, Option<String>), Failure> {
    let mut input = Input::read(args.stack(), &args.pricing)?;
    let keys = args.of.load.keys();
    let keys: Vec<(&str, &str)> = keys.iter().map(|(key, value)| (*key, value.as_str())).collect();
    if args.of.component.is_some() && keys.is_empty() {
        let problem =
            Problem::of_text("--component says whose load is given, and none is: commitments are for the whole stack");
        return Err(problem.help("add --trace, or --jointly to choose its policy, too").into());
    }
    input.set_tasks(args.of.component.as_deref(), &keys)?;
    Ok((input, args.of.scenario.clone()))
}

/// Policy and commitments together, and what the policy scales on.
fn together(
    pricing: &Pricing<'_>,
    scaled: &Autoscaled,
    catalog: &Catalog,
    wanted: &Wanted,
    args: &OptimizeArgs,
) -> Result<(Joint, Metric), Failure> {
    let place = place_of(pricing.component, scaled)?;
    let metric = match scaled.service.policies.get(place) {
        Some(Policy::TargetTracking(policy)) => policy.metric,
        _ => Metric::Cpu,
    };
    let objective = Objective { spot: pricing.spot(), limits: args.constraint.clone() }.bounded();
    let impossible = |why: String| Failure::from(Problem::of_text(format!("{}: {why}", pricing.component)));
    let question = question(args, scaled, place, &objective);
    let seed = question.seed;
    let arena = Arena::new(question).map_err(|why| impossible(why.to_string()))?;
    let grid = grid(args, &arena)?;
    stop_at_ctrl_c();
    let search = search(&arena, grid, args).map_err(|why| impossible(why.to_string()))?;
    let joint = joint(&arena, &search, pricing, catalog, wanted, seed).map_err(|why| impossible(why.to_string()))?;
    Ok((joint, metric))
}

/// Writes a proposal, whose first table is made already.
pub(super) fn show(
    found: &Proposed,
    together: Option<&(Joint, Metric)>,
    (first, of): (Report, &Of<'_>),
    args: &OptimizeArgs,
) -> Result<(), Failure> {
    let policies = together.map(|(joint, metric)| report::joint(joint, *metric));
    let other = report::other_demand(found, of.hours);
    let reports: Vec<Report> =
        policies.into_iter().chain([first]).chain(other).chain(report::back_tests(found)).collect();
    let precision = args.output.precision;
    let each = |render: &dyn Fn(&Report, Precision) -> String| {
        let texts: Vec<String> = reports.iter().map(|report| render(report, precision)).collect();
        texts.join("\n")
    };
    output::data(&match args.output.format {
        Format::Table => {
            let width = output::stdout_width();
            each(&|report, precision| table::render(report, precision, width))
        }
        Format::Markdown => each(&markdown::render),
        Format::Html => html::page(&reports, precision, None),
        Format::Json => render::json(found, together.map(|(joint, _)| joint), of),
        Format::Ndjson if args.committing.back_tests => render::back_tests_ndjson(found),
        Format::Csv if args.committing.back_tests => render::back_tests_csv(found),
        Format::Ndjson => render::ndjson(found),
        Format::Csv => render::csv(found),
    })
}
