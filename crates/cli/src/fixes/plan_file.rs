//! Plans as files, and as what is shown before anybody says yes.

use super::args::FoundOutputArgs;
use crate::args::Format;
use crate::commands::init::write_new;
use crate::failure::Failure;
use crate::input;
use crate::output;
use stackcost_formats::fixes::{read_plan, write_plan};
use stackcost_formats::problem::{Problem, did_you_mean};
use stackcost_formats::render::{fixes as render, html, markdown, table};
use stackcost_model::fixes::Plan;
use stackcost_model::report;
use std::path::Path;

/// Reads a plan; one that was edited is refused.
pub(crate) fn read_plan_file(path: &Path) -> Result<Plan, Failure> {
    let (name, text) = input::read_named(path)?;
    Ok(read_plan(&name, &text)?)
}

/// Writes a plan, in place of another plan but of nothing else.
pub(crate) fn write_plan_file(path: &Path, plan: &Plan, force: bool) -> Result<(), Failure> {
    let replaces = path.exists();
    if replaces && !force {
        let is_plan = std::fs::read_to_string(path).is_ok_and(|text| text.contains("\"stackcost.plan/"));
        if !is_plan {
            let problem = Problem::of_text(format!("{} is there already and is no plan", path.display()));
            return Err(problem.help("name another file, or replace it with --force").into());
        }
    }
    write_new(path, &write_plan(plan), replaces)
}

/// Shows a plan before it is carried out, if it is for eyes: other programs get what came of it.
pub(crate) fn show_first(plan: &Plan, args: &FoundOutputArgs) -> Result<(), Failure> {
    match args.format {
        Format::Table | Format::Markdown => show(plan, args),
        Format::Html | Format::Json | Format::Ndjson | Format::Csv => Ok(()),
    }
}

/// Shows a plan.
pub(crate) fn show(plan: &Plan, args: &FoundOutputArgs) -> Result<(), Failure> {
    let report = || report::plan(plan);
    output::data(&match args.format {
        Format::Table => table::render(&report(), args.precision, output::stdout_width()),
        Format::Markdown => markdown::render(&report(), args.precision),
        Format::Html => html::page(&[report()], args.precision, None),
        Format::Json => write_plan(plan),
        Format::Ndjson => render::plan_ndjson(plan),
        Format::Csv => render::plan_csv(plan),
    })
}

/// The part of a plan that `--only` and `--except` leave.
pub(crate) fn narrow(mut plan: Plan, only: &[String], except: &[String]) -> Result<Plan, Failure> {
    if only.is_empty() && except.is_empty() {
        return Ok(plan);
    }
    // A pattern that is about nothing is a slip, and what it was to keep out would be changed.
    for pattern in only.iter().chain(except) {
        let one = std::slice::from_ref(pattern);
        if !plan.steps.iter().any(|step| step.is_named(one)) {
            let problem = Problem::of_text(format!("nothing in the plan is called \"{pattern}\""));
            let known = plan.steps.iter().flat_map(|step| [step.guard.word(), step.target.kind()]);
            return Err(match did_you_mean(pattern, known) {
                Some(guess) => problem.help(guess).into(),
                None => problem.help("patterns are words of guards, kinds or names of settings, or services").into(),
            });
        }
    }
    plan.steps.retain(|step| (only.is_empty() || step.is_named(only)) && !step.is_named(except));
    let guards: Vec<&str> = plan.steps.iter().map(|step| step.guard.word()).collect();
    plan.by_hand.retain(|line| guards.iter().any(|guard| line.starts_with(guard)));
    for step in &plan.steps {
        if let Some(missing) = step.needs.iter().find(|needed| !plan.steps.iter().any(|other| other.id == **needed)) {
            let what = format!("`{}` needs `{missing}`, which --only and --except leave out", step.id);
            return Err(Problem::of_text(what).help("leave out both, or none").into());
        }
    }
    Ok(plan)
}
