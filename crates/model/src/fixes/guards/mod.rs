//! What guards look at. One file a guard, one function in it: `look`.

mod price;
mod log_retention;

use super::Eyes;
use super::plan::{Finding, Guard, Money, Step, Undo, Verdict};
use super::setting::{State, Target};
use super::snapshot::{Account, Gap, Place, Snapshot};
use crate::meter::Region;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// All findings of the chosen guards, in the order of the checklist, then of account, region and
/// resource.
#[must_use]
pub fn look(snapshot: &Snapshot, eyes: &Eyes<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for guard in Guard::ALL.into_iter().filter(|guard| eyes.guards.contains(guard)) {
        for account in &snapshot.accounts {
            let spot = |place| Spot { guard, account, place, eyes };
            let places = account.regions.iter().map(spot);
            match guard {
                Guard::LogRetention => findings.extend(places.flat_map(|spot| log_retention::look(&spot))),
                _ => {}
            }
        }
    }
    findings.into_iter().map(|finding| spare_protected(finding, &eyes.wish.protect)).collect()
}

/// Nothing that is protected is changed; what is wrong with it is still said.
fn spare_protected(mut finding: Finding, protect: &[String]) -> Finding {
    let protects = |step: &Step| protect.iter().any(|pattern| matches(pattern, &step.target.name()));
    if finding.steps.iter().any(protects) {
        finding.steps.clear();
        finding.remedy = Some("it is protected: this tool leaves it as it is".to_string());
    }
    finding
}

/// Whether a name fits a pattern, in which `*` stands for any run of characters.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    if !pattern.contains('*') {
        return rest.is_empty();
    }
    let Some(last) = parts.next_back() else { return true };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// One region of an account, for a guard that looks there.
#[derive(Clone, Copy)]
struct Spot<'a> {
    guard: Guard,
    account: &'a Account,
    place: &'a Place,
    eyes: &'a Eyes<'a>,
}

/// What a step is to become, before it has its name and place.
struct Change {
    target: Target,
    before: Option<State>,
    after: Option<State>,
    now: String,
    then: Vec<String>,
    loses: Vec<String>,
    money: Money,
    undo: Undo,
    needs: Vec<String>,
}

impl<'a> Spot<'a> {
    fn region(&self) -> Region {
        self.place.region
    }

    fn finding(&self, subject: &str, verdict: Verdict, says: impl Into<String>) -> Finding {
        Finding {
            guard: self.guard,
            account: self.account.id.clone(),
            region: self.region(),
            subject: subject.to_string(),
            verdict,
            says: says.into(),
            remedy: None,
            steps: Vec::new(),
        }
    }

    /// What could not be seen, because of this gap.
    fn unknown(&self, subject: &str, gap: &Gap) -> Finding {
        self.finding(subject, Verdict::Unknown, gap.words())
    }

    fn step(&self, change: Change) -> Step {
        Step {
            id: Step::name(&self.account.id, self.region(), &change.target),
            guard: self.guard,
            account: self.account.id.clone(),
            region: self.region(),
            target: change.target,
            before: change.before,
            after: change.after,
            now: change.now,
            then: change.then,
            loses: change.loses,
            money: change.money,
            undo: change.undo,
            needs: change.needs,
        }
    }
}

impl Finding {
    fn remedy(mut self, remedy: impl Into<String>) -> Finding {
        self.remedy = Some(remedy.into());
        self
    }

    fn step(mut self, step: Step) -> Finding {
        self.steps.push(step);
        self
    }
}

/// `1 image`, `2 images`.
fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
