//! What an application of a plan meant to do and did: written before and after each call.

use super::plan::Plan;
use super::setting::State;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The journal of one plan. It holds the plan, so that no before-state can be lost with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// The plan.
    pub plan: Plan,
    /// What happened, in order.
    pub entries: Vec<Entry>,
}

/// A line of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Entry {
    /// The step was seen in its before-state and is about to be done. From here until its outcome
    /// nobody can know, without looking, whether it was.
    Intent {
        /// When.
        at: Timestamp,
        /// The name of the step.
        step: String,
    },
    /// How a step ended.
    Outcome {
        /// When.
        at: Timestamp,
        /// The name of the step.
        step: String,
        /// How.
        outcome: Outcome,
    },
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Outcome {
    /// It was done, by the call or by an earlier one whose answer was lost.
    Done,
    /// Nothing was to be done: it was as wanted before.
    AlreadySo,
    /// It was not done: the setting was neither as planned from nor as wanted.
    Stale {
        /// What it was.
        found: Option<State>,
    },
    /// It was not done, or nobody knows whether it was.
    Failed {
        /// Why.
        why: String,
        /// Whether the change may yet have happened.
        uncertain: bool,
    },
    /// It was not tried, since a step that it needs was not done.
    NotReached {
        /// That step.
        needs: String,
    },
}

impl Outcome {
    /// Whether the setting is now as wanted.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self, Outcome::Done | Outcome::AlreadySo)
    }
}

/// How far a step has come, by the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage<'j> {
    /// Its call may have been made.
    Intended,
    /// It ended like this.
    Ended(&'j Outcome),
}

impl Journal {
    /// A journal in which nothing has happened.
    #[must_use]
    pub const fn new(plan: Plan) -> Journal {
        Journal { plan, entries: Vec::new() }
    }

    /// How far each step has come that the journal tells of.
    #[must_use]
    pub fn stages(&self) -> BTreeMap<&str, Stage<'_>> {
        let mut stages = BTreeMap::new();
        for entry in &self.entries {
            match entry {
                Entry::Intent { step, .. } => stages.insert(step.as_str(), Stage::Intended),
                Entry::Outcome { step, outcome, .. } => stages.insert(step.as_str(), Stage::Ended(outcome)),
            };
        }
        stages
    }

    /// The steps that were, or may have been, carried out by this tool: those that were ever
    /// intended, but for those of which AWS said no in the end.
    #[must_use]
    pub fn carried_out(&self) -> Vec<&str> {
        let stages = self.stages();
        let refused =
            |name: &str| matches!(stages.get(name), Some(Stage::Ended(Outcome::Failed { uncertain: false, .. })));
        let mut names: Vec<&str> = Vec::new();
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for entry in &self.entries {
            if let Entry::Intent { step, .. } = entry
                && !refused(step)
                && known.insert(step)
            {
                names.push(step);
            }
        }
        names
    }

    /// The steps that ended well.
    #[must_use]
    pub fn made(&self) -> Vec<&str> {
        let good = |stage: &Stage<'_>| matches!(stage, Stage::Ended(outcome) if outcome.is_good());
        self.stages().into_iter().filter(|(_, stage)| good(stage)).map(|(name, _)| name).collect()
    }

    /// Steps that were intended and of whose end it does not tell.
    #[must_use]
    pub fn unended(&self) -> Vec<&str> {
        let intended = self.stages().into_iter().filter(|(_, stage)| *stage == Stage::Intended);
        intended.map(|(name, _)| name).collect()
    }

    /// Whether every step has ended well.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let made: BTreeSet<&str> = self.made().into_iter().collect();
        self.plan.steps.iter().all(|step| made.contains(step.id.as_str()))
    }
}
