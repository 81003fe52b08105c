//! Carrying out a plan, from the question to the report.

use super::args::{ConsentArgs, FoundOutputArgs, ReachArgs};
use super::drive::{Driven, drive, say_calls};
use super::look::connect;
use super::state::{Folder, JournalFile};
use crate::Outcome;
use crate::args::Format;
use crate::failure::Failure;
use crate::output::{self, say};
use jiff::Timestamp;
use stackcost_aws::Session;
use stackcost_formats::problem::Problem;
use stackcost_formats::render::{fixes as render, html, markdown, table};
use stackcost_model::fixes::{self, Guard, Journal, Outcome as Ended, Plan, State, Wish};
use stackcost_model::meter::Region;
use stackcost_model::report;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// What is to be carried out.
pub(crate) struct Task<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Where an earlier run of it ended: its journal, what it tells, and where its last line was cut.
    pub earlier: Option<(PathBuf, Journal, Option<usize>)>,
    /// How to reach AWS.
    pub reach: &'a ReachArgs,
    /// Whether somebody agrees, and where that is written down.
    pub consent: &'a ConsentArgs,
    /// How to show what came of it.
    pub output: &'a FoundOutputArgs,
}

/// Carries it out: asks, connects, holds the account against the plan, does it, and tells. The
/// session may be there already.
pub(crate) fn carry_out(task: &Task<'_>, folder: &Folder, session: Option<Session>) -> Result<Outcome, Failure> {
    let plan = task.plan;
    if plan.steps.is_empty() {
        say("there is nothing to change");
        return Ok(Outcome::Complete);
    }
    plan.check().map_err(|why| Problem::of_text(format!("the plan cannot be carried out: {why}")))?;
    let mut session = match session {
        Some(session) => session,
        None => connect_for(plan, task.reach)?,
    };
    same_accounts(plan, &session)?;
    if !agreed(plan, task.consent)? {
        say("nothing was changed");
        return Ok(Outcome::Complete);
    }
    let (mut journal, before) = match &task.earlier {
        Some((path, before, cut)) => (JournalFile::go_on(path, *cut)?, Some(before)),
        None => {
            let path = task.consent.journal.clone().unwrap_or_else(|| folder.path_for(plan, Timestamp::now()));
            (JournalFile::create(&path, plan)?, None)
        }
    };
    let refused = in_use_by_now(plan, &mut session);
    let driven = drive(&mut session, plan, before, &mut journal, &refused, usize::from(task.reach.parallel))?;
    let told = tell(task, &driven, journal.path(), &session);
    say_calls(&session);
    let outcome = verdict(task, &driven, journal.path());
    // Whoever reads the result may have gone; what was not done is said all the same.
    match (told, outcome) {
        (Err(failure), Outcome::Complete) => Err(failure),
        (_, outcome) => Ok(outcome),
    }
}

/// Lifecycle policies that would, by now, take an image that runs: since the plan was made, somebody
/// may have gone back to an older one.
fn in_use_by_now(plan: &Plan, session: &mut Session) -> BTreeMap<usize, String> {
    let policies = plan.steps.iter().any(|step| matches!(step.after, Some(State::LifecyclePolicy { .. })));
    if !policies {
        return BTreeMap::new();
    }
    let regions: BTreeSet<Region> = plan.accounts.iter().flat_map(|account| account.regions.iter().copied()).collect();
    let regions: Vec<Region> = regions.into_iter().collect();
    let snapshot =
        session.snapshot(&regions, &[Guard::EcrLifecycle].into(), &Wish::default(), Timestamp::now(), &mut |_| ());
    let still_safe = |(at, step)| Some((at, fixes::takes_what_runs(&snapshot, step)?));
    plan.steps.iter().enumerate().filter_map(still_safe).collect()
}

/// The profiles that the plan was made with, or those that are named now.
fn connect_for(plan: &Plan, reach: &ReachArgs) -> Result<Session, Failure> {
    let of_plan: Vec<String> = plan.accounts.iter().filter_map(|account| account.profile.clone()).collect();
    let profiles = if reach.profiles.is_empty() { &of_plan } else { &reach.profiles };
    connect(reach, None, profiles)
}

/// A plan is for the accounts that it was made in, and for no others.
fn same_accounts(plan: &Plan, session: &Session) -> Result<(), Failure> {
    let reached: BTreeSet<String> = session.accounts().into_iter().map(|account| account.id).collect();
    let used: BTreeSet<&str> = plan.steps.iter().map(|step| step.account.as_str()).collect();
    let missing: Vec<&str> = used.into_iter().filter(|account| !reached.contains(*account)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let reached: Vec<&str> = reached.iter().map(String::as_str).collect();
    let what = format!(
        "the plan is for account {}, and these credentials are of account {}: nothing was changed",
        missing.join(", "),
        reached.join(", ")
    );
    Err(Problem::of_text(what).help("name the right --profile, or make a plan for this account").into())
}

/// Whether somebody agrees. Without a terminal only `--yes` does.
fn agreed(plan: &Plan, consent: &ConsentArgs) -> Result<bool, Failure> {
    if consent.yes {
        return Ok(true);
    }
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        let problem = Problem::of_text("nobody is at a terminal to say yes: nothing was changed");
        return Err(problem.help("--yes makes the changes of the plan without asking").into());
    }
    let accounts: Vec<&str> = plan.accounts.iter().map(|account| account.id.as_str()).collect();
    let lasting = plan.steps.iter().filter(|step| !step.loses.is_empty()).count();
    let lost = if lasting > 0 { format!(", {lasting} of them lose what does not come back") } else { String::new() };
    let changes = if plan.steps.len() == 1 { "this change" } else { "these changes" };
    let question =
        format!("Make {changes} ({}) in account {}{lost}? yes or no: ", plan.steps.len(), accounts.join(", "));
    let mut stderr = std::io::stderr();
    let _ = stderr.write_all(output::visible(&question).as_bytes()).and_then(|()| stderr.flush());
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    Ok(read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "yes" | "y"))
}

fn tell(task: &Task<'_>, driven: &Driven, journal: &Path, session: &Session) -> Result<(), Failure> {
    let outcomes: Vec<Option<&Ended>> = driven.outcomes.iter().map(Option::as_ref).collect();
    let report = || report::applied(task.plan, &outcomes);
    let args = task.output;
    output::data(&match args.format {
        Format::Table => table::render(&report(), args.precision, output::stdout_width()),
        Format::Markdown => markdown::render(&report(), args.precision),
        Format::Html => html::page(&[report()], args.precision, None),
        Format::Json => render::applied_json(task.plan, &outcomes, &journal.display().to_string(), &session.calls()),
        Format::Ndjson => render::applied_ndjson(task.plan, &outcomes),
        Format::Csv => render::applied_csv(task.plan, &outcomes),
    })
}

/// The verdict, and what can be done now.
fn verdict(task: &Task<'_>, driven: &Driven, journal: &Path) -> Outcome {
    let ended = || driven.outcomes.iter().flatten();
    let good = ended().filter(|outcome| outcome.is_good()).count();
    let done = ended().filter(|outcome| matches!(outcome, Ended::Done)).count();
    let left = task.plan.steps.len() - good;
    let path = journal.display();
    say(&format!("journal: {path}"));
    if done > 0 && task.plan.undoes.is_none() {
        say(&format!("`stackcost fix undo {path}` puts it back"));
    }
    if left > 0 {
        let of = task.plan.steps.len();
        let what = "what was stale or refused may take a new plan";
        say(&format!("{left} of {of} changes were not made; `stackcost fix apply {path} --resume` goes on; {what}"));
    }
    match (driven.interrupted, left) {
        (true, 1..) => Outcome::Interrupted,
        (_, 0) => Outcome::Complete,
        _ => Outcome::Failed,
    }
}
