//! `stackcost fix apply`.

use crate::Outcome;
use crate::failure::Failure;
use crate::fixes::args::{ApplyArgs, LookArgs};
use crate::fixes::{
    Folder, Task, carry_out, clock, journal_name, look, narrow, read_journal_file, read_plan_file, show_first,
};
use crate::output::say;
use jiff::SignedDuration;
use stackcost_formats::problem::Problem;
use stackcost_model::fixes::{Guard, Journal, Plan};
use std::path::{Path, PathBuf};

/// Clocks of two machines differ by less.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

pub(crate) fn run(args: &ApplyArgs) -> Result<Outcome, Failure> {
    let folder = Folder::find()?;
    match &args.plan {
        Some(path) => saved(path, args, &folder),
        None => planned_now(args, &folder),
    }
}

/// A plan that somebody has read, or the journal that an apply of it has left.
fn saved(path: &Path, args: &ApplyArgs, folder: &Folder) -> Result<Outcome, Failure> {
    refuse_looking(&args.look)?;
    let (plan, journal) = match read_journal_file(path) {
        Ok((journal, _)) if args.resume => (journal.plan, Some(path.to_path_buf())),
        Ok(_) => {
            let problem = Problem::of_text(format!("{} is a journal", path.display()));
            return Err(problem
                .help("--resume goes on with it, `stackcost fix undo` puts back what it tells of")
                .into());
        }
        Err(_) => (read_plan_file(path)?, None),
    };
    let plan = narrow(plan, &args.look.choose.only, &args.look.choose.except)?;
    let _locks = folder.lock(&plan, args.consent.wait)?;
    let earlier = earlier(&plan, journal, args, folder)?;
    young(&plan, args.max_age)?;
    if let Some((journal, told, _)) = &earlier {
        if !folder.undone(&journal_name(journal)).is_empty() {
            let problem = Problem::of_text(format!("what {} tells of was undone since", journal.display()));
            return Err(problem.help("make a new plan").into());
        }
        if told.is_finished() {
            say(&format!("journal {} says that all changes are made", journal.display()));
            return Ok(Outcome::Complete);
        }
    }
    if !args.consent.yes {
        show_first(&plan, &args.output)?;
    }
    let (reach, consent, output) = (&args.look.reach, &args.consent, &args.output);
    carry_out(&Task { plan: &plan, earlier, reach, consent, output }, folder, None)
}

/// A plan that is made now, shown and agreed to.
fn planned_now(args: &ApplyArgs, folder: &Folder) -> Result<Outcome, Failure> {
    let looked = look(&args.look, &Guard::ALL, clock())?;
    let plan = looked.plan();
    show_first(&plan, &args.output)?;
    if !plan.gaps.is_empty() && !args.output.allow_partial {
        let problem = Problem::of_text("something could not be read, so nothing was changed");
        return Err(Failure::Failed(problem.help("--allow-partial makes the changes that are known")));
    }
    let _locks = folder.lock(&plan, args.consent.wait)?;
    let (reach, consent, output) = (&args.look.reach, &args.consent, &args.output);
    carry_out(&Task { plan: &plan, earlier: None, reach, consent, output }, folder, Some(looked.session))
}

/// What a plan says already cannot be said again.
fn refuse_looking(look: &LookArgs) -> Result<(), Failure> {
    let said = [
        (!look.regions.is_empty(), "--region"),
        (look.wish.is_some(), "--wish"),
        (look.stack.is_some(), "--stack"),
        (!look.protect.is_empty(), "--protect"),
        (look.allow_shorten, "--allow-shorten"),
        (look.no_preview, "--no-preview"),
        (look.security_groups.is_some(), "--security-groups"),
    ];
    match said.into_iter().find(|(given, _)| *given) {
        Some((_, flag)) => {
            let problem = Problem::of_text(format!("{flag} is for making a plan, and this one is made"));
            Err(problem.help("make another with `stackcost fix plan`").into())
        }
        None => Ok(()),
    }
}

/// The journal to go on with; without `--resume` there must be none that did not end.
fn earlier(
    plan: &Plan,
    named: Option<PathBuf>,
    args: &ApplyArgs,
    folder: &Folder,
) -> Result<Option<(PathBuf, Journal, Option<usize>)>, Failure> {
    let path = match (named, &args.consent.journal) {
        (Some(path), _) => Some(path),
        (None, Some(path)) if path.exists() => Some(path.clone()),
        (None, Some(_)) => None,
        (None, None) => folder.of_plan(plan).map(|(path, _)| path),
    };
    let Some(path) = path else {
        return match args.resume {
            true => Err(no_journal(folder)),
            false => Ok(None),
        };
    };
    let (journal, cut) = read_journal_file(&path)?;
    if journal.plan != *plan {
        let problem = Problem::of_text(format!("{} is the journal of another plan", path.display()));
        return Err(problem.help("name another file with --journal").into());
    }
    if args.resume {
        return Ok(Some((path, journal, cut)));
    }
    if args.consent.journal.is_some() {
        let problem = Problem::of_text(format!("{} is there already", path.display()));
        return Err(problem.help("--resume goes on with it").into());
    }
    let told = journal.stages().len();
    let ended = told == plan.steps.len() && journal.unended().is_empty();
    if ended {
        return Ok(None);
    }
    let what = format!("an earlier apply of this plan did not come to its end ({})", journal_name(&path));
    Err(Failure::Failed(Problem::of_text(what).help("--resume goes on with it; nothing is done twice")))
}

fn no_journal(folder: &Folder) -> Failure {
    let what = format!("there is no journal of this plan in {}", folder.journals().display());
    Problem::of_text(what).help("without --resume it is applied from its start").into()
}

/// An old plan tells of an account that is no more.
fn young(plan: &Plan, max_age: SignedDuration) -> Result<(), Failure> {
    let age = clock().duration_since(plan.made);
    let again = "make a new one with `stackcost fix plan`";
    if age < -CLOCKS_DIFFER {
        let problem = Problem::of_text(format!("the plan is of {}, which is yet to come", plan.made));
        return Err(problem.help("is the clock right?").into());
    }
    if age > max_age {
        let what = format!("the plan is {} old, more than --max-age allows: nothing was changed", hours(age));
        return Err(Problem::of_text(what).help(again).into());
    }
    Ok(())
}

fn hours(age: SignedDuration) -> String {
    match age.as_hours() {
        0 => format!("{} minutes", age.as_mins()),
        1..48 => format!("{} hours", age.as_hours()),
        hours => format!("{} days", hours / 24),
    }
}
