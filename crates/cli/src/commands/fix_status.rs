//! `stackcost fix status`: what was applied, and whether alarms really reach somebody.

use super::check;
use crate::Outcome;
use crate::failure::Failure;
use crate::fixes::args::StatusArgs;
use crate::fixes::{Folder, clock, look, say_calls};
use stackcost_model::fixes::{Guard, Journal};
use std::path::Path;

/// The guards that deliver something to somebody.
const DELIVER: [Guard; 3] = [Guard::BillingAlarm, Guard::Budget, Guard::ServiceAlarms];

pub(crate) fn run(args: &StatusArgs) -> Result<Outcome, Failure> {
    let folder = Folder::find()?;
    let journals: Vec<String> = folder.all().iter().map(|(path, journal)| told(path, journal)).collect();
    let looked = look(&args.look, &DELIVER, clock())?;
    check::show(&looked.findings, &journals, &args.output)?;
    say_calls(&looked.session);
    Ok(check::verdict(&looked.findings, args.output.allow_partial))
}

/// A journal in one line.
fn told(path: &Path, journal: &Journal) -> String {
    let steps = journal.plan.steps.len();
    let done = journal.made().len();
    let what = match &journal.plan.undoes {
        Some(undone) => format!("undid {undone}"),
        None => "applied a plan".to_string(),
    };
    let how = match journal.is_finished() {
        true => "it is finished",
        false => "it is not finished: `--resume` goes on",
    };
    format!("{}: {what} of {}, {done} of {steps} changes made, {how}", path.display(), journal.plan.made)
}
