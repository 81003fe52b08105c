//! Fixes: what wastes money or leaves a bill unguarded in an account, and how it is mended safely.
//!
//! ```text
//! Snapshot + Wish ─ look ─► findings ─ plan ─► Plan ─ Apply ─► Journal ─ undo ─► Plan
//! ```
//!
//! Each guard is one file in `guards/` and one function: it looks at a snapshot and says, resource by
//! resource, whether all is well and which steps would mend it. The checklist and the plan are made
//! of the same findings, so they cannot disagree. All of this is values: reading accounts and
//! carrying out steps is done elsewhere.
//!
//! ```
//! use stackcost_model::fixes::{self, Apply, Eyes, Guard, Order, Snapshot, Wish, snapshot};
//! use stackcost_model::{meter::Region, price::PriceBook};
//!
//! let now = "2026-11-25T12:00:00Z".parse().unwrap();
//! let mut place = snapshot::Place::unasked(Region::US_EAST_1);
//! place.account_retention = Ok(vec![]);
//! place.log_groups = Ok(vec![snapshot::LogGroup {
//!     name: "/ecs/api".into(),
//!     retention: None,
//!     account_policy: None,
//!     stored_bytes: 120 << 30,
//!     created: "2025-11-25T12:00:00Z".parse().unwrap(),
//!     class: "STANDARD".into(),
//!     incoming_bytes: Err(snapshot::Gap::NotAsked),
//! }]);
//! let billing = snapshot::Billing::unasked();
//! let account = snapshot::Account { id: "123456789012".into(), profile: None, regions: vec![place], billing };
//! let snapshot = Snapshot { taken: now, accounts: vec![account] };
//!
//! let (wish, book) = (Wish::default(), PriceBook::new("none", []));
//! let guards = [Guard::LogRetention].into();
//! let findings = fixes::look(&snapshot, &Eyes { wish: &wish, book: &book, guards: &guards, now });
//! let plan = fixes::plan(&snapshot, &findings, &book, "an example");
//! assert_eq!(plan.steps[0].target.to_string(), "log-retention /ecs/api");
//! assert_eq!(plan.steps[0].then, ["keeps 30 days"]);
//!
//! // Whoever drives it reads first, and may write once the intent is recorded.
//! let mut apply = Apply::new(&plan, None);
//! assert_eq!(apply.orders(1, 1), [Order::Read(0)]);
//! apply.read(0, Ok(None));
//! assert_eq!(apply.orders(1, 1), [Order::RecordIntent(0)]);
//! apply.intent_recorded(0);
//! assert_eq!(apply.orders(1, 1), [Order::Write(0)]);
//! ```

mod pattern;
pub mod lifecycle;
pub mod setting;
pub mod snapshot;
pub mod wish;
mod words;
pub mod plan;
pub mod journal;
pub mod apply;
mod undo;
mod guards;

pub use apply::{Apply, CallError, Order};
pub use guards::look;
pub use journal::{Entry, Journal, Outcome};
pub use pattern::matches;
pub use plan::{Finding, Guard, Money, Plan, PlanAccount, Step, Undo, Verdict};
pub use setting::{State, Target};
pub use snapshot::{Gap, Seen, Snapshot};
pub use undo::undo;
pub use wish::Wish;

use crate::price::PriceBook;
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The plan that findings lead to. Same findings, same plan.
#[must_use]
pub fn plan(snapshot: &Snapshot, findings: &[Finding], book: &PriceBook, tool: &str) -> Plan {
    let mut steps: Vec<Step> = Vec::new();
    // Two guards may want the same topic: the first step on a target stands.
    let mut targets = BTreeSet::new();
    for step in findings.iter().flat_map(|finding| &finding.steps) {
        if targets.insert(step.id.clone()) {
            steps.push(step.clone());
        }
    }
    let mut by_hand: Vec<String> = Vec::new();
    // A step without one that it needs (which is protected, or was not chosen) is left out, too.
    loop {
        let there: BTreeSet<String> = steps.iter().map(|step| step.id.clone()).collect();
        let missing = |step: &Step| step.needs.iter().find(|needed| !there.contains(*needed)).cloned();
        let Some(at) = steps.iter().position(|step| missing(step).is_some()) else { break };
        let step = steps.remove(at);
        let needed = missing(&step).unwrap_or_default();
        by_hand.push(alloc::format!("{} {}: it is left out, since it needs `{needed}`", step.guard, step.target));
    }
    guards::price_alarms_and_dashboards(&mut steps, snapshot, book);
    let mut gaps: Vec<String> = Vec::new();
    for finding in findings {
        let line = alloc::format!("{} {}: {}", finding.guard, finding.subject, finding.says);
        // What is unknown by design says what a person can do.
        if finding.verdict == Verdict::Unknown && finding.remedy.is_none() && !gaps.contains(&line) {
            gaps.push(line);
        }
        if let Some(remedy) = &finding.remedy {
            by_hand.push(alloc::format!("{} {}: {remedy}", finding.guard, finding.subject));
        }
    }
    let account = |account: &snapshot::Account| PlanAccount {
        id: account.id.clone(),
        profile: account.profile.clone(),
        regions: account.regions.iter().map(|place| place.region).collect(),
    };
    Plan {
        made: snapshot.taken,
        tool: tool.to_string(),
        undoes: None,
        accounts: snapshot.accounts.iter().map(account).collect(),
        steps,
        gaps,
        by_hand,
    }
}

/// Holds the lifecycle policy that a finding would put against ECR's own preview of it: digests with
/// the priority of the rule that takes them. A preview that takes an image that runs takes the step
/// away; any other difference is said in the step.
pub fn hold_against_preview(snapshot: &Snapshot, finding: &mut Finding, preview: Seen<Vec<(String, u32)>>) {
    guards::hold_against(snapshot, finding, preview, snapshot.taken);
}

/// Why the lifecycle policy that a step puts must not be put now: it would take an image that runs, or
/// nobody knows what runs. Nothing of other steps, or of a policy that is safe.
#[must_use]
pub fn takes_what_runs(snapshot: &Snapshot, step: &Step) -> Option<String> {
    guards::takes_what_runs(snapshot, step)
}

/// What guards need to look: the wishes and the prices.
#[derive(Clone, Copy, Debug)]
pub struct Eyes<'a> {
    /// The wishes.
    pub wish: &'a Wish,
    /// The price book.
    pub book: &'a PriceBook,
    /// Which guards look.
    pub guards: &'a BTreeSet<Guard>,
    /// When it is.
    pub now: jiff::Timestamp,
}
