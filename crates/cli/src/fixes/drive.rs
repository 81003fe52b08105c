//! Carrying out a plan: the state machine says what, the session does it, the journal knows before.

use super::state::JournalFile;
use crate::failure::Failure;
use crate::output::say;
use crate::progress::Progress;
use jiff::Timestamp;
use stackcost_aws::{Call, Error, Event, Session};
use stackcost_formats::problem::Problem;
use stackcost_model::cost_explorer::price_of;
use stackcost_model::fixes::{Apply, CallError, Entry, Journal, Order, Outcome, Plan, Step};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Steps under way at most: a page of log groups is read at once. So between reading and writing
/// there are at most so many calls.
const ROOM: usize = 64;
/// How long is waited before looking whether somebody pressed Ctrl-C.
const LOOK_UP: Duration = Duration::from_millis(200);
/// How long is waited before looking what became of a write without an answer: it may yet arrive.
const SETTLES: Duration = Duration::from_millis(500);

/// Set when somebody asks to stop.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// How it ended.
pub(crate) struct Driven {
    /// Of each step; none of those that were not begun.
    pub outcomes: Vec<Option<Outcome>>,
    /// Whether somebody stopped it.
    pub interrupted: bool,
}

/// Carries out the steps of a plan, with so many writes at once: but for those that its journal has
/// as done, and those that are refused, by their place.
pub(crate) fn drive(
    session: &mut Session,
    plan: &Plan,
    before: Option<&Journal>,
    journal: &mut JournalFile,
    refused: &BTreeMap<usize, String>,
    parallel: usize,
) -> Result<Driven, Failure> {
    // A second program in this process could not have its own; then Ctrl-C ends it at once, and
    // the journal can be resumed all the same.
    let _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed));
    let mut apply = Apply::new(plan, before);
    refused.iter().for_each(|(at, why)| apply.refuse(*at, why));
    let mut later: Vec<(Instant, Order)> = Vec::new();
    let progress = Progress::of(plan.steps.len(), "changes");
    loop {
        if INTERRUPTED.load(Ordering::Relaxed) {
            apply.stop();
        }
        let now = Instant::now();
        let mut orders: Vec<Order> = later.extract_if(.., |(at, _)| *at <= now).map(|(_, order)| order).collect();
        // New steps are begun in batches, so that they can be read together.
        orders.extend(apply.orders(if apply.under_way() > ROOM / 2 { 0 } else { ROOM }, parallel));
        if orders.is_empty() && session.is_idle() {
            if later.is_empty() {
                break;
            }
            std::thread::sleep(LOOK_UP);
        }
        let entries: Vec<Entry> = orders.iter().filter_map(|order| order.entry(plan, Timestamp::now())).collect();
        if !entries.is_empty()
            && let Err(error) = journal.add(&entries)
        {
            return Err(cannot_go_on(session, journal, &error));
        }
        let mut reads = Vec::new();
        for order in orders {
            match order {
                Order::RecordIntent(at) => apply.intent_recorded(at),
                Order::RecordOutcome(..) => {}
                Order::Read(at) => {
                    let step = &plan.steps[at];
                    reads.push((at, step.account.as_str(), step.region, step.target.clone()));
                }
                Order::Write(at) => write(session, at, &plan.steps[at]),
            }
        }
        session.read(reads);
        // Intents that are on disk now can be carried out without waiting for anything.
        let waits = !entries.iter().any(|entry| matches!(entry, Entry::Intent { .. }));
        for event in session.wait(if waits { LOOK_UP } else { Duration::ZERO }) {
            match event {
                Event::Read(at, found) => apply.read(at, found.map_err(call_error)),
                Event::Wrote(at, done) => {
                    let again = apply.wrote(at, done.map_err(call_error));
                    later.extend(again.map(|order| (Instant::now() + SETTLES, order)));
                }
            }
        }
        progress.reached(apply.ended());
    }
    drop(progress);
    let outcomes = apply.outcomes().into_iter().map(|outcome| outcome.cloned()).collect();
    Ok(Driven { outcomes, interrupted: INTERRUPTED.load(Ordering::Relaxed) })
}

fn write(session: &mut Session, at: usize, step: &Step) {
    session.write(at, &step.account, step.region, &step.target, step.before.as_ref(), step.after.as_ref());
}

fn call_error(error: Error) -> CallError {
    let why = match &error.help {
        Some(help) => format!("{} ({help})", error.message),
        None => error.message.clone(),
    };
    CallError { why, uncertain: error.is_uncertain() }
}

/// Without a journal nothing more is begun. What is under way has its intent on disk: it is waited
/// for, and going on later will look what became of it.
fn cannot_go_on(session: &mut Session, journal: &JournalFile, error: &std::io::Error) -> Failure {
    while !session.is_idle() {
        session.wait(LOOK_UP);
    }
    let what = format!("cannot write the journal {}: {error}; no further change was begun", journal.path().display());
    Failure::Failed(
        Problem::of_text(what)
            .help(format!("make room, then `stackcost fix apply {} --resume`", journal.path().display())),
    )
}

/// Says how many calls were made.
pub(crate) fn say_calls(session: &Session) {
    let calls = session.calls();
    let all: u64 = calls.values().sum();
    let each: Vec<String> = calls.iter().map(|(action, count)| format!("{count} {action}")).collect();
    let paid = Call::ALL.iter().filter(|call| call.is_paid()).filter_map(|call| calls.get(call.action())).sum();
    let cost = if paid > 0 { format!("; {paid} of Cost Explorer, ${} at most", price_of(paid)) } else { String::new() };
    say(&format!("{all} calls to AWS: {}{cost}", each.join(", ")));
}
