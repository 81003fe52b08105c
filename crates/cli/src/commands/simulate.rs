//! `stackcost simulate`.

use crate::Outcome;
use crate::args::Format;
use crate::failure::Failure;
use crate::input::Input;
use crate::output::{self, say};
use crate::scaling::args::SimulateArgs;
use jiff::Timestamp;
use stackcost_formats::problem::{Problem, did_you_mean};
use stackcost_formats::render::{html, markdown, simulation as render, table};
use stackcost_formats::stack::{Autoscaled, Resolved};
use stackcost_model::estimate::Total;
use stackcost_model::exact::Ratio;
use stackcost_model::report;
use stackcost_model::scaling::LoadUnit;
use stackcost_model::simulation::{Question, Simulation, answer};
use std::io::Write;
use std::path::Path;

pub(crate) fn run(args: &SimulateArgs) -> Result<Outcome, Failure> {
    let mut input = Input::read(&args.stack, &args.pricing)?;
    let scenario = match &args.scenario {
        Some(name) => Some(name.clone()),
        None => scaling_scenario(&input, args.trace.is_some())?,
    };
    let scenario = scenario.as_deref();
    if let Some(trace) = &args.trace {
        input.set_trace(args.component.as_deref(), trace)?;
    }
    let resolved = input.resolve(scenario)?;
    let book = input.book(&resolved)?;
    let (component, scaled) = chosen(&resolved, args.component.as_deref())?;
    let question = Question {
        stack: &resolved.stack,
        component,
        load: &scaled.load,
        service: &scaled.service,
        seed: scaled.seed,
        runs: args.runs,
        noise: args.noise * 10,
    };
    let simulation = answer(&question, &book, input.as_of(&resolved))
        .map_err(|impossible| Problem::of_text(format!("{component}: {impossible}")))?;
    if let Some(path) = &args.svg {
        write_picture(path, &simulation, scaled)?;
    }
    show(&simulation, &resolved, (scenario, component, scaled), args)?;
    let Some(first) = simulation.courses.first() else { return Ok(Outcome::Complete) };
    let total = first.estimate.total();
    if let Some(most) = args.fail_over
        && total.usd() > most
    {
        say(&format!("threshold crossed: {} USD is more than --fail-over {most}", total.usd()));
        return Ok(Outcome::ThresholdCrossed);
    }
    Ok(output::complete(matches!(total, Total::Exactly(_)), &args.output))
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
        [] => Err(Problem::of_text("nothing in this stack scales by a load")
            .help("give a service tasks = { trace = \"load.csv\", capacity_per_task = \"600/min\", min = 2, max = 10, target = \"70% cpu\" }")
            .into()),
        _ => Err(Problem::of_text("several scenarios scale")
            .help(format!("choose one with --scenario: {}", found.join(", ")))
            .into()),
    }
}

/// The service that is asked for, or the only one that scales.
fn chosen<'a>(resolved: &'a Resolved, wanted: Option<&str>) -> Result<(&'a str, &'a Autoscaled), Failure> {
    let names: Vec<&str> = resolved.autoscaled.iter().map(|(name, _)| name.as_str()).collect();
    let at = match (wanted, &names[..]) {
        (_, []) => {
            return Err(Problem::of_text("nothing in this scenario scales by a load")
                .help("give a service tasks = { trace = \"load.csv\", capacity_per_task = \"600/min\", min = 2, max = 10, target = \"70% cpu\" }")
                .into());
        }
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

/// A time of the load as it is written: `2026-10-05 14:00`, with seconds where they count.
fn clock(start: i64) -> impl Fn(u64) -> String {
    move |second| {
        let at = i64::try_from(second).ok().and_then(|second| start.checked_add(second));
        let text = at.and_then(|at| Timestamp::from_second(at).ok()).map(|at| at.to_string());
        let text = text.unwrap_or_else(|| format!("+{second} s")).replace('T', " ");
        text.trim_end_matches('Z')
            .strip_suffix(":00")
            .map_or_else(|| text.trim_end_matches('Z').to_string(), str::to_string)
    }
}

fn show(
    simulation: &Simulation,
    resolved: &Resolved,
    (scenario, component, scaled): (Option<&str>, &str, &Autoscaled),
    args: &SimulateArgs,
) -> Result<(), Failure> {
    let (load, service) = (&scaled.load, &scaled.service);
    let time = clock(load.start());
    let stack = &resolved.stack;
    let named = scenario.map(|name| format!(", {name}")).unwrap_or_default();
    let title = format!(
        "{}{named}: {component}, {}, {} ({} h)",
        stack.name,
        stack.region,
        stack.horizon.label(),
        stack.horizon.hours()
    );
    let words = report::service_words(service, load.unit());
    let mut table = report::simulation(simulation, title.clone(), load, &scaled.remarks);
    table.notes.insert(0, format!("{component}: {words}"));
    table.notes.insert(1, format!("load: {}", load_words(scaled, &time)));
    let list = || report::activities(&simulation.run.activities, service, "scaling activities (UTC)".into(), &time);
    let precision = args.output.precision;
    output::data(&match args.output.format {
        Format::Table => {
            let width = output::stdout_width();
            let mut text = table::render(&table, precision, width);
            text.push('\n');
            text.push_str(&render::plot(&simulation.run, load, service, width, &time));
            if args.activities {
                text.push('\n');
                text.push_str(&table::render(&list(), precision, width));
            }
            text
        }
        Format::Markdown => {
            let mut text = markdown::render(&table, precision);
            if args.activities {
                text.push('\n');
                text.push_str(&markdown::render(&list(), precision));
            }
            text
        }
        Format::Html => {
            let mut reports = vec![table];
            if args.activities {
                reports.push(list());
            }
            html::page(&reports, precision, Some(render::picture(&simulation.run, load, service, &time)))
        }
        Format::Json => {
            let of = render::Of { scenario, component, load, service, remarks: &scaled.remarks };
            render::json(simulation, &of)
        }
        Format::Ndjson => render::ndjson(simulation, service),
        Format::Csv if args.activities => render::activities_csv(simulation, service, &time),
        Format::Csv => render::tasks_csv(simulation, &time),
    })
}

/// The load in words: how long, from when, how much.
fn load_words(scaled: &Autoscaled, time: &dyn Fn(u64) -> String) -> String {
    let load = &scaled.load;
    let (known, sum) = load.known();
    let ticks = Ratio::from(load.ticks());
    let mean = Ratio::new(i128::try_from(sum).unwrap_or(i128::MAX), i128::from(known.max(1))) / ticks;
    let unit = match load.unit() {
        LoadUnit::RequestsPerMinute => "requests a minute",
        LoadUnit::TaskUnits => "tasks' worth",
    };
    format!(
        "{} to {} (UTC), {} in the mean, {} {unit} at most",
        time(0),
        time(load.seconds()),
        mean.to_fixed(1),
        (Ratio::from(load.peak()) / ticks).to_fixed(1)
    )
}

/// Writes the picture; a file that is there is replaced as a whole.
fn write_picture(path: &Path, simulation: &Simulation, scaled: &Autoscaled) -> Result<(), Failure> {
    let time = clock(scaled.load.start());
    let text = render::picture(&simulation.run, &scaled.load, &scaled.service, &time).into_string();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.persist(path).map_err(|error| error.error)
    });
    let failed =
        |error: std::io::Error| Failure::Failed(Problem::of_text(format!("cannot write {}: {error}", path.display())));
    written.map(drop).map_err(failed)
}
