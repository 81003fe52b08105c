//! What `fix` and `check` share: looking at accounts, plans as files, asking, carrying out.

pub(crate) mod args;
mod carry_out;
mod drive;
mod look;
mod plan_file;
mod state;

pub(crate) use carry_out::{Task, carry_out};
pub(crate) use drive::say_calls;
pub(crate) use look::look;
pub(crate) use plan_file::{narrow, read_plan_file, show, show_first, write_plan_file};
pub(crate) use state::{Folder, name as journal_name, read as read_journal_file};

use crate::Outcome;
use crate::output::say;
use jiff::Timestamp;
use stackcost_model::fixes::Plan;

/// When it is, in whole seconds: they are read by people.
pub(crate) fn clock() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// The verdict on a plan, said after it was shown.
pub(crate) fn planned(plan: &Plan, allow_partial: bool) -> Outcome {
    if plan.gaps.is_empty() || allow_partial {
        return Outcome::Complete;
    }
    say("partial: something could not be read, so the plan may lack changes (--allow-partial accepts that)");
    Outcome::Partial
}
