//! Tags split the bill: they must be activated as cost allocation tags, and count from then on.
//!
//! Source: Billing user guide, "Activating user-defined cost allocation tags".

use super::super::plan::{Finding, Money, Undo, Verdict};
use super::super::setting::{State, Target};
use super::{Change, Spot};
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn look(spot: &Spot<'_>) -> Vec<Finding> {
    let tags = match &spot.account.billing.cost_tags {
        Ok(tags) => tags,
        Err(gap) => return vec![spot.unknown("cost allocation tags", gap)],
    };
    let wished = &spot.eyes.wish.cost_tags;
    if wished.is_empty() {
        let active: Vec<&str> = tags.iter().filter(|(_, active)| **active).map(|(key, _)| key.as_str()).collect();
        return vec![match active.is_empty() {
            true => spot
                .finding("cost allocation tags", Verdict::Fail, "no tag is active")
                .remedy("say which: [tags] cost_allocation = [\"Environment\"] in the wish file"),
            false => spot.finding("cost allocation tags", Verdict::Pass, active.join(", ")),
        }];
    }
    wished.iter().map(|key| look_at(spot, key, tags.get(key).copied())).collect()
}

fn look_at(spot: &Spot<'_>, key: &str, active: Option<bool>) -> Finding {
    match active {
        Some(true) => spot.finding(key, Verdict::Pass, "active"),
        None => spot
            .finding(key, Verdict::Fail, "AWS's billing does not know this tag")
            .remedy("tag a resource with it; it appears within a day, and can be activated then"),
        Some(false) => spot.finding(key, Verdict::Fail, "not active").step(spot.step(Change {
            target: Target::CostTag { key: key.to_string() },
            before: Some(State::CostTag { active: false }),
            after: Some(State::CostTag { active: true }),
            now: "not active".to_string(),
            then: vec!["a cost allocation tag, from now on (`aws ce start-cost-allocation-tag-backfill` adds months before)".to_string()],
            loses: Vec::new(),
            money: Money::none("cost allocation tags are free"),
            undo: Undo::Wholly,
            needs: Vec::new(),
        })),
    }
}
