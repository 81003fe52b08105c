//! `stackcost simulate`.

use super::init::write_new;
use crate::Outcome;
use crate::args::{Format, PricingArgs};
use crate::failure::Failure;
use crate::input::{Input, say_left_out};
use crate::output::{self, say};
use crate::progress::Progress;
use crate::scaling::args::{ServiceArgs, SimulateArgs};
use stackcost_formats::problem::{Problem, did_you_mean};
use stackcost_formats::render::simulation::{self as render, Clock, Lists};
use stackcost_formats::render::{html, markdown, table};
use stackcost_formats::stack::{Autoscaled, Resolved};
use stackcost_model::estimate::Total;
use stackcost_model::exact::Ratio;
use stackcost_model::report::{self, Report, Subject};
use stackcost_model::scaling::usual_runs;
use stackcost_model::simulation::{Course, Question, Simulation, answer};
use std::path::Path;

/// What makes a service scale.
const KEYS: &str = "give a service tasks = { trace = \"load.csv\", capacity_per_task = \"600/min\", min = 2, max = 10, \
                    target = \"70% cpu\" }";

pub(crate) fn run(args: &SimulateArgs) -> Result<Outcome, Failure> {
    if args.activities && args.steps && args.output.format == Format::Csv {
        return Err(Problem::of_text("CSV holds one table: --activities or --steps").help("choose one of them").into());
    }
    let (input, scenario) = open(&args.stack, &args.of, &args.pricing)?;
    let scenario = scenario.as_deref();
    let resolved = input.resolve(scenario)?;
    say_left_out(&resolved, true, true);
    let book = input.book(&resolved)?;
    let (component, scaled) = chosen(&resolved, args.of.component.as_deref())?;
    let question = Question {
        stack: &resolved.stack,
        component,
        load: &scaled.load,
        service: &scaled.service,
        zone: &scaled.zone,
        seed: args.seed.unwrap_or(scaled.seed),
        runs: args.runs.unwrap_or_else(|| usual_runs(&scaled.service, args.noise)),
        noise: args.noise,
    };
    let progress = Progress::of(0, "runs");
    let simulation = answer(&question, &book, input.as_of(&resolved), &mut |done, all| progress.reached_of(done, all))
        .map_err(|impossible| Problem::of_text(format!("{component}: {impossible}")))?;
    drop(progress);
    let clock = Clock::new(scaled.load.start(), scaled.zone.clone());
    let subject = Subject {
        scenario,
        component,
        load: &scaled.load,
        service: &scaled.service,
        source: scaled.source,
        usual_step: scaled.usual_step,
        remarks: &scaled.remarks,
        zone: clock.zone(),
    };
    if let Some(path) = &args.svg {
        let picture = render::picture(&simulation.run, subject.load, subject.service, &clock);
        write_new(path, &picture.into_string(), true)?;
    }
    let age = simulation.courses.first().and_then(|course| input.age(&course.estimate));
    show(&simulation, &subject, &clock, age, args)?;
    match simulation.courses.first() {
        Some(scaling) => Ok(verdict(scaling, args)),
        None => Ok(Outcome::Complete),
    }
}

/// Whether scaling keeps to the limits that were given, said after it was shown.
fn verdict(scaling: &Course, args: &SimulateArgs) -> Outcome {
    let total = scaling.estimate.total();
    let over = scaling.totals.served.requests_over();
    let mut crossed = false;
    if let Some(most) = args.fail_over
        && total.usd() > most
    {
        say(&format!("threshold crossed: {} USD is more than --fail-over {most}", total.usd()));
        crossed = true;
    }
    if let Some(most) = args.fail_requests_over
        && over > most
    {
        let percent = |part: Ratio| part * Ratio::whole(100);
        say(&format!(
            "threshold crossed: {} % of the load comes over target, more than --fail-requests-over {}%",
            percent(over),
            percent(most)
        ));
        crossed = true;
    }
    if crossed {
        return Outcome::ThresholdCrossed;
    }
    output::complete(matches!(total, Total::Exactly(_)), &args.output)
}

/// Reads the stack, with the load that is asked for; and the scenario that scales.
pub(super) fn open(stack: &Path, of: &ServiceArgs, pricing: &PricingArgs) -> Result<(Input, Option<String>), Failure> {
    let mut input = Input::read(stack, pricing)?;
    let scenario = match &of.scenario {
        Some(name) => Some(name.clone()),
        None => scaling_scenario(&input, of.load.trace.is_some())?,
    };
    let keys = of.load.keys();
    let keys: Vec<(&str, &str)> = keys.iter().map(|(key, value)| (*key, value.as_str())).collect();
    input.set_tasks(of.component.as_deref(), &keys)?;
    Ok((input, scenario))
}

/// The stack itself where it scales, else the only scenario that does.
fn scaling_scenario(input: &Input, other_trace: bool) -> Result<Option<String>, Failure> {
    let scales = |scenario: Option<&str>| match input.resolve(scenario) {
        Ok(resolved) => Ok(!resolved.autoscaled.is_empty()),
        // A trace that is not there does not matter where another is given.
        Err(_) if other_trace => Ok(true),
        Err(problems) => Err(problems),
    };
    if scales(None)? {
        return Ok(None);
    }
    let mut found = Vec::new();
    for name in input.file().scenarios() {
        if scales(Some(name))? {
            found.push(name.to_string());
        }
    }
    match &found[..] {
        [only] => Ok(Some(only.clone())),
        [] => Err(Problem::of_text("nothing in this stack scales by a load").help(KEYS).into()),
        _ => Err(Problem::of_text("several scenarios scale")
            .help(format!("choose one with --scenario: {}", found.join(", ")))
            .into()),
    }
}

/// The service that is asked for, or the only one that scales.
pub(super) fn chosen<'a>(resolved: &'a Resolved, wanted: Option<&str>) -> Result<(&'a str, &'a Autoscaled), Failure> {
    let names: Vec<&str> = resolved.autoscaled.iter().map(|(name, _)| name.as_str()).collect();
    let at = match (wanted, &names[..]) {
        (_, []) => return Err(Problem::of_text("nothing in this scenario scales by a load").help(KEYS).into()),
        (None, [_]) => Some(0),
        (None, _) => {
            return Err(Problem::of_text("several services scale")
                .help(format!("choose one with --component: {}", names.join(", ")))
                .into());
        }
        (Some(wanted), _) => names.iter().position(|name| *name == wanted),
    };
    match at.and_then(|at| resolved.autoscaled.get(at)) {
        Some((name, scaled)) => Ok((name, scaled)),
        None => {
            let wanted = wanted.unwrap_or("");
            let problem = Problem::of_text(format!("`{wanted}` is no service that scales"));
            Err(problem
                .help(
                    did_you_mean(wanted, names.iter().copied())
                        .unwrap_or_else(|| format!("there are: {}", names.join(", "))),
                )
                .into())
        }
    }
}

fn show(
    simulation: &Simulation,
    of: &Subject<'_>,
    clock: &Clock,
    age: Option<String>,
    args: &SimulateArgs,
) -> Result<(), Failure> {
    let when = |second: u64| clock.when(second);
    let precision = args.output.precision;
    let head = report::subject(of, &when);
    let mut main = report::simulation(simulation, of);
    main.notes.extend(age);
    let mut lists: Vec<Report> = Vec::new();
    if args.activities {
        let title = format!("scaling activities ({})", of.zone);
        lists.push(report::activities(&simulation.run.activities, of.service, title, &when));
    }
    if args.steps {
        let title = format!("tasks that run and tasks that are billed ({})", of.zone);
        lists.push(report::steps(&simulation.run, title, &when));
    }
    output::data(&match args.output.format {
        Format::Table => {
            let width = output::stdout_width();
            let title = std::mem::replace(&mut main.title, "what it costs, and what it serves".to_string());
            let mut text = render::lines(&[title], width);
            text.push('\n');
            text.push_str(&render::lines(&head, width));
            text.push('\n');
            text.push_str(&render::plot(&simulation.run, of.load, of.service, width, clock));
            for report in std::iter::once(main).chain(lists) {
                text.push('\n');
                text.push_str(&table::render(&report, precision, width));
            }
            text
        }
        Format::Markdown => {
            main.notes.splice(0..0, head);
            let reports = std::iter::once(main).chain(lists);
            let texts: Vec<String> = reports.map(|report| markdown::render(&report, precision)).collect();
            texts.join("\n")
        }
        Format::Html => {
            main.notes.splice(0..0, head);
            lists.insert(0, main);
            html::page(&lists, precision, Some(render::picture(&simulation.run, of.load, of.service, clock)))
        }
        Format::Json => render::json(simulation, of, clock),
        Format::Ndjson => {
            render::ndjson(simulation, of, clock, Lists { activities: args.activities, steps: args.steps })
        }
        Format::Csv if args.activities => render::activities_csv(simulation, of, clock),
        Format::Csv if args.steps => render::steps_csv(&simulation.run, clock),
        Format::Csv => render::courses_csv(simulation, of),
    })
}
