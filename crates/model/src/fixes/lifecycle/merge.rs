//! A wish put into an existing policy.
//!
//! Nothing that exists is removed, renumbered or made weaker: what the policy took before, it takes
//! after, but for tags that the wish protects. So a wish does not always fit, and then the answer
//! says why.
//!
//! * Keep the newest N: a rule for all images with the highest number, or a smaller count in the
//!   one that is there. A rule for all images by age has the only place there is for such a rule.
//! * Untagged images after some days: a rule, or fewer days in the one that is there. Not before a
//!   rule for all images that exists: it would shield young untagged images from that.
//! * A tag that must survive: a rule for that tag ([`shield`]) before the rule for all images. What
//!   earlier rules take by another tag of the same image only [`protects`](super::protects) can see.

use super::{Action, Count, Policy, Rule, Select, Storage, TagMatch, shield};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::slice;

/// What a policy shall do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wished {
    /// How many of the newest images stay; 0 counts as 1, since AWS has no rule that keeps none.
    pub keep: u32,
    /// After how many days untagged images expire; 0 counts as 1.
    pub untagged_days: Option<u32>,
    /// Tags whose images stay: tags, not patterns.
    pub protect: Vec<String>,
}

/// A policy with a wish in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The policy: the same as before if it did already what is wished, or nothing of that fits.
    pub policy: Policy,
    /// Its rules by priority, and what became of each.
    pub diff: Vec<DiffLine>,
    /// What of the wish is not in the policy, and why, in sentences.
    pub conflict: Option<String>,
}

impl Merged {
    /// Whether the policy is another one than before.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.diff.iter().any(|line| !matches!(line, DiffLine::Kept(_)))
    }
}

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffLine {
    /// It is as it was.
    Kept(Rule),
    /// It is new.
    Added(Rule),
    /// It is stricter.
    Changed {
        /// As it was.
        from: Rule,
        /// As it is.
        to: Rule,
    },
}

/// Puts a wish into a policy, or makes a policy of it.
#[must_use]
pub fn merge(existing: Option<&Policy>, wish: &Wished) -> Merged {
    let mut draft = Draft {
        last: existing.and_then(|policy| policy.rule_of(&Select::Any)).map(|rule| rule.priority),
        policy: existing.cloned().unwrap_or(Policy::EMPTY),
        conflicts: Vec::new(),
    };
    if let Some(days) = wish.untagged_days {
        draft.untagged(days.max(1));
    }
    // Without a shield that is wished, the newest are not cut down: its tag may not be among them.
    if draft.protect(&wish.protect) {
        draft.keep(wish.keep.max(1));
    }
    let Draft { policy, conflicts, .. } = draft;
    let was = |rule: &Rule| existing?.rules().iter().find(|old| old.priority == rule.priority);
    let line = |rule: &Rule| match was(rule) {
        Some(old) if old == rule => DiffLine::Kept(rule.clone()),
        Some(old) => DiffLine::Changed { from: old.clone(), to: rule.clone() },
        None => DiffLine::Added(rule.clone()),
    };
    let diff = policy.rules().iter().map(line).collect();
    Merged { policy, diff, conflict: (!conflicts.is_empty()).then(|| conflicts.join("; ")) }
}

/// A policy on the way, and what did not fit.
struct Draft {
    policy: Policy,
    /// The priority of the rule for all images that was there before.
    last: Option<u32>,
    conflicts: Vec<String>,
}

impl Draft {
    fn keep(&mut self, keep: u32) {
        let count = Count::MoreThan(keep);
        let description = Some(format!("keep the newest {keep} images"));
        match self.policy.rule_of(&Select::Any).cloned() {
            None => {
                let priority = self.number();
                self.add(&Rule { priority, description, select: Select::Any, count, action: Action::Expire });
            }
            Some(rule) => match (rule.count, rule.action) {
                (Count::MoreThan(kept), Action::Expire) if kept <= keep => {}
                (Count::MoreThan(_), Action::Expire) => self.change(&Rule { description, count, ..rule }),
                _ => self.conflicts.push(format!(
                    "the newest {keep} are not all that is kept: {rule}, and no second rule can be about all images"
                )),
            },
        }
    }

    fn untagged(&mut self, days: u32) {
        let count = Count::SincePushedDays(days);
        let description = Some(format!("untagged images expire after {days} days"));
        match (self.policy.rule_of(&Select::Untagged).cloned(), self.last) {
            (None, None) => {
                let priority = self.number();
                self.add(&Rule { priority, description, select: Select::Untagged, count, action: Action::Expire });
            }
            (None, Some(last)) => self.conflicts.push(format!(
                "no rule for untagged images is added: it would shield those of the last {days} days from rule {last}"
            )),
            (Some(rule), _) => match (rule.count, rule.action) {
                (Count::SincePushedDays(set), Action::Expire) if set <= days => {}
                (Count::SincePushedDays(_), Action::Expire) => self.change(&Rule { description, count, ..rule }),
                _ => self.conflicts.push(format!(
                    "untagged images do not expire after {days} days: {rule}, and no second rule can be about them"
                )),
            },
        }
    }

    /// Whether no shield is wanting.
    fn protect(&mut self, tags: &[String]) -> bool {
        let mut wanted: Vec<&String> = Vec::new();
        for tag in tags.iter().collect::<BTreeSet<_>>() {
            if tag.is_empty() || tag.contains('*') {
                self.conflicts.push(format!("no image can have the tag \"{tag}\", and none is protected by it"));
                continue;
            }
            match self.policy.rules().iter().find(|rule| is_about(rule, tag)) {
                None => wanted.push(tag),
                Some(rule) if is_shield_of(rule, tag) => {}
                // It is before any shield, which therefore would be in vain.
                Some(rule) => self.conflicts.push(format!("{tag} is not protected from {rule}")),
            }
        }
        let numbers = self.numbers(wanted.len());
        let without_number = wanted.iter().skip(numbers.len());
        let words =
            |tag| format!("{tag} is not protected: no number before the rule for all images is free for a rule");
        self.conflicts.extend(without_number.map(words));
        let mut all = numbers.len() == wanted.len();
        for (tag, number) in wanted.iter().zip(numbers) {
            all &= self.add(&shield(number, tag));
        }
        if !all {
            self.conflicts.push("so how many images are kept is left as it is".into());
        }
        all
    }

    /// A number after all rules. When the very last is taken, the rule is refused for having the
    /// same.
    fn number(&self) -> u32 {
        self.numbers(1).pop().unwrap_or(u32::MAX)
    }

    /// Up to so many numbers after all rules but the last one that was there before, and before
    /// that: multiples of ten if there are enough.
    fn numbers(&self, wanted: usize) -> Vec<u32> {
        let end = self.last.unwrap_or(u32::MAX);
        let priorities = self.policy.rules().iter().map(|rule| rule.priority);
        let after = priorities.filter(|priority| self.last.is_none() || *priority < end).max().unwrap_or(0);
        let tens = (after / 10 + 1..=end / 10).map(|tens| tens * 10).filter(|tens| *tens < end);
        let tens: Vec<u32> = tens.take(wanted).collect();
        if tens.len() == wanted { tens } else { (after..end).skip(1).take(wanted).collect() }
    }

    /// Whether the rule is in the policy now.
    fn add(&mut self, rule: &Rule) -> bool {
        match Policy::new(self.policy.rules().iter().chain([rule]).cloned().collect()) {
            Ok(policy) => {
                self.policy = policy;
                true
            }
            Err(bad) => {
                self.conflicts.push(format!("not added: {rule} ({bad})"));
                false
            }
        }
    }

    /// With a rule in the place of the one that has its priority.
    fn change(&mut self, rule: &Rule) {
        match self.policy.with(rule) {
            Ok(policy) => self.policy = policy,
            Err(bad) => self.conflicts.push(format!("not changed: {rule} ({bad})")),
        }
    }
}

/// Whether a rule selects images that can be pulled by this tag, whatever others they have.
fn is_about(rule: &Rule, tag: &String) -> bool {
    let by_tag = matches!(&rule.select, Select::Tagged(wanted) if wanted.all_met_by(slice::from_ref(tag)));
    by_tag && rule.storage() == Storage::Standard
}

/// Whether a rule is about this tag alone, and leaves the one image that has it.
fn is_shield_of(rule: &Rule, tag: &str) -> bool {
    let only_this = matches!(&rule.select, Select::Tagged(TagMatch::Patterns(patterns)) if patterns == &[tag]);
    only_this && matches!(rule.count, Count::MoreThan(_))
}
