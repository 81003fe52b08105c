//! Carrying out a plan, as a value that is told what happened and says what to do next.
//!
//! It makes no call and has no clock; whoever drives it does. For each step, in any interleaving
//! with others that it does not depend on:
//!
//! ```text
//! read ── as wanted ──────────────────────────────────► already so
//!   ├──── neither as wanted nor as planned from ──────► stale
//!   └──── as planned from ─► record intent ─► write ─┬─► done
//!             ▲                                       ├─► refused: failed
//!             └────────── read again ◄── no answer ───┘
//! ```
//!
//! So a write is only ever ordered for a setting that was just seen in its before-state and whose
//! intent is on disk. After a write without an answer, or a run that was killed, the setting is
//! read: if it is as wanted, the write had happened, and it is not made again. What cannot be told
//! apart is a write that happened and was put back by somebody else in the same moment; it is
//! made again, from the state that was approved. AWS has no compare-and-set for these settings,
//! so between reading and writing there remains the time of one call.

#[cfg(test)]
mod tests;

use super::journal::{Entry, Journal, Outcome, Stage};
use super::plan::{Plan, Step};
use super::setting::{State, same};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::Timestamp;

/// How often a write is tried that gets no answer; the SDK has tried several times in each.
const ATTEMPTS: u32 = 3;

/// What is to be done next. Steps are named by their place in the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Read the target of a step, and tell [`Apply::read`].
    Read(usize),
    /// Write the intent of a step into the journal, make sure that it is on disk, and tell
    /// [`Apply::intent_recorded`]. Without that nothing is written to AWS.
    RecordIntent(usize),
    /// Set the target of a step to its after-state, and tell [`Apply::wrote`].
    Write(usize),
    /// Write the outcome of a step into the journal. Nothing waits for it.
    RecordOutcome(usize, Outcome),
}

/// Why a call to AWS gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// In words.
    pub why: String,
    /// Whether what was asked may have happened nevertheless: no answer, a cut connection, an
    /// error of the server. A refusal is certain.
    pub uncertain: bool,
}

/// Where a step is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum At {
    /// Waits for the steps that it needs, and for room. `intended` when a journal has its intent
    /// without an outcome: its write may have happened.
    Waiting { intended: bool },
    /// Being read; after so many writes whose answer is not known.
    Reading { attempts: u32 },
    /// As planned from; its turn to be written has not come.
    Seen { attempts: u32 },
    /// Its intent is being recorded.
    Recording { attempts: u32 },
    /// Recorded; the write can be ordered.
    Recorded { attempts: u32 },
    /// Being written.
    Writing { attempts: u32 },
    /// Over.
    Ended(Outcome),
}

/// A plan that is being carried out.
#[derive(Clone, Debug)]
pub struct Apply<'p> {
    plan: &'p Plan,
    steps: Vec<At>,
    /// Where the steps are that each one needs.
    needs: Vec<Vec<usize>>,
    /// What a write without an answer said last.
    last_error: BTreeMap<usize, String>,
    /// Outcomes that have not been given out for the journal.
    unrecorded: Vec<usize>,
    /// No new step is begun.
    stopped: bool,
}

impl<'p> Apply<'p> {
    /// Begins, or goes on where a journal ends: steps that ended well are not looked at again, all
    /// others are read anew.
    #[must_use]
    pub fn new(plan: &'p Plan, journal: Option<&Journal>) -> Apply<'p> {
        let places: BTreeMap<&str, usize> =
            plan.steps.iter().enumerate().map(|(at, step)| (step.id.as_str(), at)).collect();
        let stages = journal.map(Journal::stages).unwrap_or_default();
        let begin = |step: &Step| match stages.get(step.id.as_str()) {
            Some(Stage::Ended(outcome)) if outcome.is_good() => At::Ended((*outcome).clone()),
            Some(Stage::Intended | Stage::Ended(Outcome::Failed { uncertain: true, .. })) => {
                At::Waiting { intended: true }
            }
            _ => At::Waiting { intended: false },
        };
        let needs = |step: &Step| step.needs.iter().filter_map(|name| places.get(name.as_str()).copied()).collect();
        Apply {
            plan,
            steps: plan.steps.iter().map(begin).collect(),
            needs: plan.steps.iter().map(needs).collect(),
            last_error: BTreeMap::new(),
            unrecorded: Vec::new(),
            stopped: false,
        }
    }

    /// Does not do a step, for a reason that came up since it was planned.
    pub fn refuse(&mut self, at: usize, why: &str) {
        if matches!(self.steps.get(at), Some(At::Waiting { .. })) {
            self.end(at, Outcome::Failed { why: why.to_string(), uncertain: false });
        }
    }

    /// Begins no new step. What is under way comes to its end.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// What to do next, with at most `room` steps under way and `writes` of them beyond reading.
    /// Each order is given once.
    pub fn orders(&mut self, room: usize, writes: usize) -> Vec<Order> {
        let mut orders = Vec::new();
        for at in core::mem::take(&mut self.unrecorded) {
            if let At::Ended(outcome) = &self.steps[at] {
                orders.push(Order::RecordOutcome(at, outcome.clone()));
            }
        }
        let mut busy = self.under_way();
        let mut writing = self.steps.iter().filter(|step| step.is_written()).count();
        for at in 0..self.steps.len() {
            match self.steps[at] {
                At::Recorded { attempts } => {
                    self.steps[at] = At::Writing { attempts };
                    orders.push(Order::Write(at));
                }
                At::Seen { attempts } if !self.stopped && writing < writes => {
                    writing += 1;
                    self.steps[at] = At::Recording { attempts };
                    orders.push(Order::RecordIntent(at));
                }
                At::Waiting { intended } if !self.stopped && busy < room => match self.ready(at) {
                    Ready::Yes => {
                        busy += 1;
                        self.steps[at] = At::Reading { attempts: u32::from(intended) };
                        orders.push(Order::Read(at));
                    }
                    Ready::Not => {}
                    Ready::Never(needed) => {
                        let outcome = Outcome::NotReached { needs: self.plan.steps[needed].id.clone() };
                        self.steps[at] = At::Ended(outcome.clone());
                        orders.push(Order::RecordOutcome(at, outcome));
                    }
                },
                _ => {}
            }
        }
        orders
    }

    fn ready(&self, at: usize) -> Ready {
        let mut ready = Ready::Yes;
        for &needed in &self.needs[at] {
            match &self.steps[needed] {
                At::Ended(outcome) if outcome.is_good() => {}
                At::Ended(_) => return Ready::Never(needed),
                _ => ready = Ready::Not,
            }
        }
        ready
    }

    /// What was read of a step's target.
    pub fn read(&mut self, at: usize, found: Result<Option<State>, CallError>) {
        let Some(&At::Reading { attempts }) = self.steps.get(at) else { return };
        let step = &self.plan.steps[at];
        match found {
            Ok(found) if same(found.as_ref(), step.after.as_ref()) => {
                // After a write without an answer, or in a journal with an intent, it was that write.
                self.end(at, if attempts > 0 { Outcome::Done } else { Outcome::AlreadySo });
            }
            Ok(found) if same(found.as_ref(), step.before.as_ref()) => {
                if attempts < ATTEMPTS {
                    self.steps[at] = At::Seen { attempts };
                    return;
                }
                // A call that got no answer may still arrive.
                let why = self.last_error.remove(&at).unwrap_or_else(|| "it got no answer".to_string());
                self.end(at, Outcome::Failed { why, uncertain: true });
            }
            Ok(found) => self.end(at, Outcome::Stale { found }),
            // Before any write nothing has happened; after one, nobody knows.
            Err(error) => self.end(at, Outcome::Failed { why: error.why, uncertain: attempts > 0 }),
        }
    }

    /// The intent of a step is on disk.
    pub fn intent_recorded(&mut self, at: usize) {
        if let Some(&At::Recording { attempts }) = self.steps.get(at) {
            self.steps[at] = At::Recorded { attempts };
        }
    }

    /// What became of a write. Gives the order to read again when it got no answer.
    pub fn wrote(&mut self, at: usize, done: Result<(), CallError>) -> Option<Order> {
        let Some(&At::Writing { attempts }) = self.steps.get(at) else { return None };
        match done {
            Ok(()) => self.end(at, Outcome::Done),
            Err(error) if error.uncertain => {
                self.last_error.insert(at, error.why);
                self.steps[at] = At::Reading { attempts: attempts + 1 };
                return Some(Order::Read(at));
            }
            Err(error) => self.end(at, Outcome::Failed { why: error.why, uncertain: false }),
        }
        None
    }

    fn end(&mut self, at: usize, outcome: Outcome) {
        self.steps[at] = At::Ended(outcome);
        self.unrecorded.push(at);
    }

    /// Whether nothing is left to do: all steps have ended, or it was stopped and none is under
    /// way. [`Apply::orders`] may still have outcomes to record.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let over = |step: &At| {
            matches!(step, At::Ended(_)) || (self.stopped && matches!(step, At::Waiting { .. } | At::Seen { .. }))
        };
        self.steps.iter().all(over)
    }

    /// How many steps have been begun and have not ended.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.steps.iter().filter(|step| !matches!(step, At::Waiting { .. } | At::Ended(_))).count()
    }

    /// How many steps have ended.
    #[must_use]
    pub fn ended(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, At::Ended(_))).count()
    }

    /// How each step ended; none of those that did not.
    #[must_use]
    pub fn outcomes<'s>(&'s self) -> Vec<Option<&'s Outcome>> {
        let outcome = |step: &'s At| match step {
            At::Ended(outcome) => Some(outcome),
            _ => None,
        };
        self.steps.iter().map(outcome).collect()
    }
}

impl At {
    /// Whether its write is being made, or about to be.
    const fn is_written(&self) -> bool {
        matches!(self, At::Recording { .. } | At::Recorded { .. } | At::Writing { .. })
    }
}

enum Ready {
    Yes,
    Not,
    /// The step at this place, which it needs, did not end well.
    Never(usize),
}

impl Order {
    /// The line of the journal that it wants, at this time.
    #[must_use]
    pub fn entry(&self, plan: &Plan, at: Timestamp) -> Option<Entry> {
        match self {
            Order::RecordIntent(step) => plan.steps.get(*step).map(|step| Entry::Intent { at, step: step.id.clone() }),
            Order::RecordOutcome(step, outcome) => {
                plan.steps.get(*step).map(|step| Entry::Outcome { at, step: step.id.clone(), outcome: outcome.clone() })
            }
            Order::Read(_) | Order::Write(_) => None,
        }
    }
}
