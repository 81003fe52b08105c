//! `stackcost fix undo`.

use crate::Outcome;
use crate::failure::Failure;
use crate::fixes::args::UndoArgs;
use crate::fixes::{Folder, Task, carry_out, clock, journal_name, narrow, read_journal_file, show, write_plan_file};
use crate::output::say;
use stackcost_formats::problem::Problem;
use stackcost_model::fixes::undo;

pub(crate) fn run(args: &UndoArgs) -> Result<Outcome, Failure> {
    let folder = Folder::find()?;
    let path = match &args.journal_file {
        Some(path) => path.clone(),
        None => folder.last().map(|(path, _)| path).ok_or_else(|| nothing(&folder))?,
    };
    let (journal, _) = read_journal_file(&path)?;
    // Whoever is at work on it now must end first; what it tells is read after that.
    let _locks = folder.lock(&journal.plan, args.consent.wait)?;
    let (journal, _) = read_journal_file(&path)?;
    let whole = undo(&journal, &journal_name(&path), env!("CARGO_PKG_VERSION"), clock());
    let plan = narrow(whole, &args.only, &args.except)?;
    if let Some(out) = &args.out {
        write_plan_file(out, &plan, args.force)?;
        show(&plan, &args.output)?;
        say(&format!("wrote {0}; next: stackcost fix apply {0}", out.display()));
        return Ok(Outcome::Complete);
    }
    if !args.consent.yes {
        show(&plan, &args.output)?;
    }
    let goes_on = format!("stackcost fix undo {}", path.display());
    let (reach, consent, output) = (&args.reach, &args.consent, &args.output);
    carry_out(&Task { plan: &plan, earlier: None, reach, consent, output, goes_on }, &folder, None)
}

fn nothing(folder: &Folder) -> Failure {
    let what = format!("there is nothing to undo: no journal in {} changed anything", folder.journals().display());
    Problem::of_text(what).help("name the journal, if it was kept elsewhere").into()
}
