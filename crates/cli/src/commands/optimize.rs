//! `stackcost optimize`.

use super::init::{beside, write_new};
use super::simulate::{chosen, open};
use crate::Outcome;
use crate::args::Format;
use crate::failure::Failure;
use crate::input::say_left_out;
use crate::output::{self, say};
use crate::progress::Progress;
use crate::scaling::optimize_args::{OptimizeArgs, Values};
use crate::scaling::together::{processors, together};
use stackcost_formats::problem::Problem;
use stackcost_formats::render::optimization::place::{self, Place};
use stackcost_formats::render::simulation::Clock;
use stackcost_formats::render::{html, markdown, optimization as render, table};
use stackcost_formats::stack::{Autoscaled, Resolved};
use stackcost_model::estimate::Total;
use stackcost_model::optimization::{Optimization, optimization};
use stackcost_model::report::{self, verdict_words};
use stackcost_model::scaling::optimize::{Arena, Candidate, Grid, Objective, Question, Search, Winner, alike, tuned};
use stackcost_model::scaling::{Impossible, Metric, Policy};
use stackcost_model::simulation::Pricing;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Set when somebody asks to stop.
static STOP: AtomicBool = AtomicBool::new(false);

pub(crate) fn run(args: &OptimizeArgs) -> Result<Outcome, Failure> {
    if args.committing.commitments {
        return super::optimize_commitments::run(args);
    }
    let (input, scenario) = open(args.stack(), &args.of, &args.pricing)?;
    let scenario = scenario.as_deref();
    let resolved = input.resolve(scenario)?;
    say_left_out(&resolved, true, true);
    let book = input.book(&resolved)?;
    let (component, scaled) = chosen(&resolved, args.of.component.as_deref())?;
    let pricing = Pricing { stack: &resolved.stack, component, book: &book, as_of: input.as_of(&resolved) };
    let place = place_of(component, scaled)?;
    let objective = Objective { spot: pricing.spot(), limits: args.constraint.clone() }.bounded();
    let question = question(args, scaled, place, &objective);
    let impossible = |why: Impossible| Failure::from(Problem::of_text(format!("{component}: {why}")));
    // Before the search, which may take long: what cannot be written is not found at its end.
    if let Some(folder) = &args.emit {
        check_folder(folder, args.force)?;
    }
    if let Some(path) = &args.svg {
        check_file(path)?;
    }
    let arena = Arena::new(question).map_err(impossible)?;
    // What is held out is not looked at, not even for what to try.
    let grid = grid(args, &arena)?;
    stop_at_ctrl_c();
    let search = search(&arena, grid, args).map_err(impossible)?;
    let finished = !stopped();
    let Some(found) = optimization(&arena, &search, &pricing, finished).map_err(impossible)? else {
        say(if finished { "no policy could be tried" } else { "stopped before anything was tried" });
        return Ok(if finished { Outcome::Failed } else { Outcome::Interrupted });
    };
    let put = Place {
        cluster: args.cluster.as_deref(),
        service: args.service.as_deref(),
        policy: args.policy_name.as_deref(),
        resource_label: args.resource_label.as_deref(),
    };
    let age = input.age(&found.estimate);
    show(&found, &resolved, (scenario, component, scaled), (&put, age), args)?;
    if let Some(path) = &args.svg {
        write_new(path, &render::picture(&found).into_string(), true)?;
    }
    if let Some(folder) = &args.emit {
        emit(&found, &put, folder, args.force)?;
    }
    if !finished {
        say("stopped: this is the best so far");
        return Ok(Outcome::Interrupted);
    }
    Ok(output::complete(matches!(found.estimate.total(), Total::Exactly(_)), &args.output))
}

/// What is looked for.
pub(super) fn question<'a>(
    args: &OptimizeArgs,
    scaled: &'a Autoscaled,
    place: usize,
    objective: &'a Objective,
) -> Question<'a> {
    let least = args.mins.as_ref().and_then(|Values(mins)| mins.iter().min().copied());
    Question {
        load: &scaled.load,
        service: &scaled.service,
        place,
        objective,
        hold_out: args.held_out(),
        zone: &scaled.zone,
        least: least.unwrap_or_else(|| Candidate::floor(&scaled.service)),
        seed: args.seed.unwrap_or(scaled.seed),
    }
}

/// The place of the policy that is searched around.
pub(super) fn place_of(component: &str, scaled: &Autoscaled) -> Result<usize, Problem> {
    tuned(&scaled.service).ok_or_else(|| {
        Problem::of_text(format!("{component} has no target tracking policy to search around"))
            .help("give its tasks a target: target = \"70% cpu\"")
    })
}

/// Stops a search at Ctrl-C, and the program at the second: there is nothing to lose.
pub(super) fn stop_at_ctrl_c() {
    let _ = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// Whether a search was stopped.
pub(super) fn stopped() -> bool {
    STOP.load(Ordering::Relaxed)
}

/// What is tried: what was typed, and the defaults of what was not.
pub(super) fn grid(args: &OptimizeArgs, arena: &Arena<'_>) -> Result<Grid, Failure> {
    let metric = match arena.service().policies.get(arena.place()) {
        Some(Policy::TargetTracking(policy)) => policy.metric,
        _ => Metric::Cpu,
    };
    let Some(mut grid) = Grid::around(arena.seen(), arena.service(), arena.place()) else {
        return Err(Problem::of_text("there is no target tracking policy").into());
    };
    let is_percent = matches!(metric, Metric::Cpu | Metric::Memory { .. });
    if let Some(targets) = &args.targets {
        if targets.percent != is_percent {
            let wanted = if is_percent { "40%..80%:5%" } else { "400..800:100" };
            return Err(Problem::of_text("--targets do not fit the metric of the policy")
                .help(format!("write {wanted}"))
                .into());
        }
        grid.targets.clone_from(&targets.values);
    }
    let typed = |values: &Option<Values>, list: &mut Vec<u32>| {
        if let Some(Values(values)) = values {
            list.clone_from(values);
        }
    };
    typed(&args.mins, &mut grid.mins);
    typed(&args.maxes, &mut grid.maxes);
    typed(&args.scale_out_cooldowns, &mut grid.scale_out_cooldowns);
    typed(&args.scale_in_cooldowns, &mut grid.scale_in_cooldowns);
    typed(&args.resolutions, &mut grid.periods);
    if !is_percent && grid.periods.iter().any(|&period| period < 60) {
        return Err(Problem::of_text("only cpu and memory are measured every 20 s")
            .help("leave --resolutions out")
            .into());
    }
    let lowest = |grid: &Grid| grid.mins.iter().min().copied();
    let grid = grid.within(&args.constraint);
    if grid.candidates().next().is_none() && grid.maxes.iter().max() < lowest(&grid).as_ref() && args.maxes.is_none() {
        return Err(Problem::of_text("the limit on max is below every least capacity")
            .help("choose a higher limit, or lower --mins")
            .into());
    }
    if grid.candidates().next().is_none() {
        return Err(Problem::of_text("every least capacity is above every most capacity")
            .help("choose lower --mins or higher --maxes")
            .into());
    }
    Ok(grid)
}

/// Tries what the search asks for until it ends, or somebody stops it.
pub(super) fn search(arena: &Arena<'_>, grid: Grid, args: &OptimizeArgs) -> Result<Search, Impossible> {
    let budget = usize::try_from(args.most_tried()).unwrap_or(usize::MAX);
    let mut search = arena.search(grid, budget);
    let threads = args.threads.unwrap_or_else(processors);
    let progress = Progress::open();
    let mut tried = 0;
    loop {
        let batch = search.next_batch();
        if batch.is_empty() || STOP.load(Ordering::Relaxed) {
            return Ok(search);
        }
        // Those that differ in bounds alone may share a run.
        let groups = alike(&batch);
        let done = AtomicUsize::new(tried);
        let told = |_: usize| progress.told(&format!("{} policies tried", done.load(Ordering::Relaxed)));
        let trials = together(&groups, threads, &STOP, told, |group| {
            let trials = arena.judge_all(group);
            done.fetch_add(group.len(), Ordering::Relaxed);
            trials
        });
        tried = done.into_inner();
        search.learn(trials.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten());
    }
}

fn show(
    found: &Optimization,
    resolved: &Resolved,
    (scenario, component, scaled): (Option<&str>, &str, &Autoscaled),
    (place, age): (&Place<'_>, Option<String>),
    args: &OptimizeArgs,
) -> Result<(), Failure> {
    let clock = Clock::new(scaled.load.start(), scaled.zone.clone());
    let time = |second: u64| clock.when(second);
    let stack = &resolved.stack;
    let named = scenario.map(|name| format!(", {name}")).unwrap_or_default();
    let title = format!(
        "{}{named}: {component}, {}, {} ({} h)",
        stack.name,
        stack.region,
        stack.horizon.label(),
        stack.horizon.hours()
    );
    let mut first = report::optimization(found, title, &time);
    first.notes.extend(scaled.remarks.iter().map(|remark| format!("{}: {remark}", scaled.source)));
    if scaled.service.spot.is_some() {
        let note = "fixed counts and the clock schedule are fitted as if AWS took no Spot task back; policies are not";
        first.notes.push(note.to_string());
    }
    first.notes.extend(age);
    let curve = report::trade_off(found);
    let precision = args.output.precision;
    let texts = || place::shown(found, place);
    output::data(&match args.output.format {
        Format::Table => {
            let width = output::stdout_width();
            let mut text =
                format!("{}\n{}", table::render(&first, precision, width), table::render(&curve, precision, width));
            for (name, of) in texts() {
                text.push_str(&format!("\n--- {name}\n{of}"));
            }
            text
        }
        Format::Markdown => {
            let mut text = format!("{}\n{}", markdown::render(&first, precision), markdown::render(&curve, precision));
            for (name, of) in texts() {
                text.push_str(&format!("\n`{name}`\n\n```\n{of}```\n"));
            }
            text
        }
        Format::Html => html::page_with(&[first, curve], precision, Some(render::picture(found)), &texts()),
        Format::Json => {
            let of = render::Of { scenario, component, start: scaled.load.start(), place: *place };
            render::json(found, &of)
        }
        Format::Ndjson => render::curve_ndjson(found),
        Format::Csv => render::curve_csv(found),
    })
}

/// Whether files can be written into a folder, which may not be there yet.
fn check_folder(folder: &Path, force: bool) -> Result<(), Failure> {
    let there = place::NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_dir() || !force && path.exists());
    if let Some(path) = there {
        let problem = Problem::of_text(format!("{} is there already", path.display()));
        return Err(problem
            .help(if path.is_dir() {
                "name another folder: this one has a folder in the place of a file"
            } else {
                "name another folder, or replace its files with --force"
            })
            .into());
    }
    // Schedules go into a folder of their own.
    let inside = folder.join("schedule");
    if inside.is_dir() {
        check_writable(&inside)?;
    } else if inside.exists() {
        return Err(Problem::of_text(format!("{} is there already, and is no folder", inside.display()))
            .help("name another folder")
            .into());
    }
    if folder.is_dir() { check_writable(folder) } else { check_file(folder) }
}

/// Whether the folder that a file goes into is there.
fn check_file(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(Problem::of_text(format!(
            "cannot write {}: there is no folder {}",
            path.display(),
            folder.display()
        ))
        .help("make the folder first")
        .into());
    }
    check_writable(folder)
}

fn check_writable(folder: &Path) -> Result<(), Failure> {
    tempfile::tempfile_in(folder).map(drop).map_err(|error| {
        Failure::Failed(Problem::of_text(format!("cannot write into the folder {}: {error}", folder.display())))
    })
}

/// Writes what puts the policy in place: all files beside their places first, and then into them. What an
/// earlier choice needed, and this one does not, goes.
fn emit(found: &Optimization, place: &Place<'_>, folder: &Path, force: bool) -> Result<(), Failure> {
    let files = place::files(found, place);
    let failed = |path: &Path, error: &std::io::Error| {
        Failure::Failed(Problem::of_text(format!("cannot write {}: {error}", path.display())))
    };
    let mut staged = Vec::new();
    for file in &files {
        let path = folder.join(file.name);
        let inside = path.parent().unwrap_or(folder).to_path_buf();
        std::fs::create_dir_all(&inside).map_err(|error| failed(&inside, &error))?;
        staged.push((beside(&inside, &file.text).map_err(|error| failed(&path, &error))?, path));
    }
    for (file, path) in staged {
        let placed = if force { file.persist(&path) } else { file.persist_noclobber(&path) };
        placed.map_err(|error| failed(&path, &error.error))?;
    }
    for name in place::NAMES.iter().filter(|name| force && files.iter().all(|file| file.name != **name)) {
        match std::fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(&folder.join(name), &error));
            }
            _ => {}
        }
    }
    let names: Vec<&str> = files.iter().map(|file| file.name).collect();
    say(&format!("wrote {} into {}", names.join(", "), folder.display()));
    if found.verdict.winner != Some(Winner::Autoscaling) {
        say(&format!("they put the choice in place, but {}", verdict_words(found)));
    }
    Ok(())
}
