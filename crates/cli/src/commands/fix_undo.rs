//! `stackcost fix undo`.

use crate::Outcome;
use crate::failure::Failure;
use crate::fixes::args::UndoArgs;
use crate::fixes::{
    Folder, Task, carry_out, clock, journal_name, narrow, read_journal_file, show, show_first, write_plan_file,
};
use crate::output::say;
use stackcost_formats::problem::Problem;
use stackcost_model::fixes::undo;

pub(crate) fn run(args: &UndoArgs) -> Result<Outcome, Failure> {
    let folder = Folder::find()?;
    let path = match &args.journal_file {
        Some(path) => path.clone(),
        None => folder.last()?.map(|(path, _)| path).ok_or_else(|| nothing(&folder))?,
    };
    let (journal, _) = read_journal_file(&path)?;
    // Whoever is at work on it now must end first; what it tells is read after that.
    let _locks = folder.lock(&journal.plan, args.consent.wait)?;
    let (journal, _) = read_journal_file(&path)?;
    if journal.plan.undoes.is_some() {
        let problem = Problem::of_text(format!("{} tells of an undo, which is not undone", path.display()));
        return Err(problem.help("make a new plan with `stackcost fix plan`").into());
    }
    let mut whole = undo(&journal, &journal_name(&path), env!("CARGO_PKG_VERSION"), clock());
    // What an earlier undo has put back may have been changed since.
    let undone = folder.undone(&journal_name(&path));
    whole.steps.retain(|step| !undone.contains(&step.id));
    let plan = narrow(whole, &args.choose.only, &args.choose.except)?;
    if let Some(out) = &args.file.out {
        write_plan_file(out, &plan, args.file.force)?;
        show(&plan, &args.output)?;
        say(&format!("wrote {0}; next: stackcost fix apply {0}", out.display()));
        return Ok(Outcome::Complete);
    }
    show_first(&plan, &args.output)?;
    let (reach, consent, output) = (&args.reach, &args.consent, &args.output);
    carry_out(&Task { plan: &plan, earlier: None, reach, consent, output }, &folder, None)
}

fn nothing(folder: &Folder) -> Failure {
    let what = format!("there is nothing to undo: no journal in {} changed anything", folder.journals().display());
    Problem::of_text(what).help("name the journal, if it was kept elsewhere").into()
}
