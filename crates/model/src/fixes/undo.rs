//! A journal as a plan that puts everything back.

use super::journal::Journal;
use super::plan::{Money, Plan, Step, Undo};
use super::setting::{State, Target};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use jiff::Timestamp;

/// The plan that undoes what a journal tells of: its steps backwards, with their states exchanged.
/// What the journal does not say was tried is left alone. `name` is that of the journal.
///
/// A step that was intended but never done is in it, too: whoever carries the plan out finds it in
/// the state that is wanted, and does nothing.
#[must_use]
pub fn undo(journal: &Journal, name: &str, tool: &str, now: Timestamp) -> Plan {
    let carried_out: BTreeSet<&str> = journal.carried_out().into_iter().collect();
    let was = |step: &&Step| carried_out.contains(step.id.as_str());
    let done: Vec<&Step> = journal.plan.steps.iter().filter(was).collect();
    let mut needed_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for step in &done {
        for needed in &step.needs {
            needed_by.entry(needed).or_default().push(&step.id);
        }
    }
    let mut by_hand = Vec::new();
    let mut undone: BTreeSet<&str> = BTreeSet::new();
    let mut steps: Vec<Step> = Vec::new();
    for step in done.iter().rev() {
        if let Undo::Not(why) = &step.undo {
            by_hand.push(format!("{}: {why}", step.target));
            continue;
        }
        if goes_with_its_topic(step, &done) {
            continue;
        }
        // What needed this step must be undone before it.
        let needs = needed_by.get(step.id.as_str()).into_iter().flatten().filter(|name| undone.contains(*name));
        steps.push(backwards(step, needs.map(|name| name.to_string()).collect()));
        undone.insert(&step.id);
    }
    Plan {
        made: now,
        tool: tool.to_string(),
        undoes: Some(name.to_string()),
        accounts: journal.plan.accounts.clone(),
        steps,
        gaps: Vec::new(),
        by_hand,
    }
}

/// A topic that is deleted takes its subscriptions along; one that was never confirmed cannot be
/// removed otherwise.
fn goes_with_its_topic(step: &Step, done: &[&Step]) -> bool {
    let Target::Subscription { topic, .. } = &step.target else { return false };
    done.iter().any(|other| {
        let its = matches!(&other.target, Target::Topic { name } if name == topic);
        its && other.before.is_none() && (&other.account, other.region) == (&step.account, step.region)
    })
}

fn backwards(step: &Step, needs: Vec<String>) -> Step {
    let loses = match &step.undo {
        Undo::Setting(but) => vec![but.clone()],
        Undo::Wholly | Undo::Not(_) => Vec::new(),
    };
    let negative = |amount: Option<crate::money::Usd>| amount.map(|amount| -amount);
    let money = match step.loses.is_empty() {
        true => Money {
            saves: negative(step.money.saves),
            in_a_year: negative(step.money.in_a_year),
            formula: format!("undone: {}", step.money.formula),
        },
        // What is gone costs nothing again.
        false => Money::unknown("what is gone stays gone and costs nothing; from now on more is kept again"),
    };
    Step {
        id: step.id.clone(),
        guard: step.guard,
        about: step.about.clone(),
        account: step.account.clone(),
        region: step.region,
        target: step.target.clone(),
        before: step.after.clone(),
        after: step.before.clone(),
        now: words(step.after.as_ref()),
        then: vec![format!("as it was: {}", step.now)],
        loses,
        money,
        undo: Undo::Wholly,
        needs,
    }
}

fn words(state: Option<&State>) -> String {
    match state {
        Some(State::LogRetention { days }) => format!("keeps {days} days"),
        Some(State::ScanOnPush { enabled: true }) => "images are scanned when they are pushed".to_string(),
        Some(state) => format!("the {} as it was changed", state.kind()),
        None => "there is none".to_string(),
    }
}
