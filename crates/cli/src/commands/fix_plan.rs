//! `stackcost fix plan`.

use crate::Outcome;
use crate::failure::Failure;
use crate::fixes::args::PlanArgs;
use crate::fixes::{clock, look, planned, say_calls, show, write_plan_file};
use crate::output::say;
use stackcost_model::fixes::Guard;

pub(crate) fn run(args: &PlanArgs) -> Result<Outcome, Failure> {
    let looked = look(&args.look, &Guard::ALL, clock())?;
    let plan = looked.plan();
    if let Some(out) = &args.file.out {
        write_plan_file(out, &plan, args.file.force)?;
    }
    show(&plan, &args.output)?;
    say_calls(&looked.session);
    if let Some(out) = args.file.out.as_ref().filter(|_| !plan.steps.is_empty()) {
        say(&format!("wrote {0}; next: stackcost fix apply {0}", out.display()));
    }
    let outcome = planned(&plan, args.output.allow_partial);
    let findings = args.detailed_exitcode && !plan.steps.is_empty() && outcome == Outcome::Complete;
    Ok(if findings { Outcome::Findings } else { outcome })
}
