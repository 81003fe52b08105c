//! Images are scanned when they are pushed, by the registry or by their repository.
//!
//! Basic scanning is free; enhanced scanning is Amazon Inspector's and is paid for, so it is never
//! switched on here. Source: ECR user guide, "Image scanning".

use super::super::plan::{Finding, Money, Undo, Verdict};
use super::super::setting::{State, Target};
use super::super::snapshot::{Place, Repository};
use super::{Change, Spot, matches};
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn look(spot: &Spot<'_>, place: &Place) -> Vec<Finding> {
    if !spot.eyes.wish.ecr.scan_on_push {
        return Vec::new();
    }
    match (&place.repositories, &place.registry_scanning) {
        (Ok(repositories), Ok(registry)) => {
            // A filter without a wildcard is about every name that contains it.
            let filter = |filter: &str, name: &str| match filter.contains('*') {
                true => matches(filter, name),
                false => name.contains(filter),
            };
            let by_registry = |name: &str| registry.on_push.iter().any(|pattern| filter(pattern, name));
            repositories.iter().map(|one| look_at(spot, one, by_registry(&one.name), registry.enhanced)).collect()
        }
        (Err(gap), _) | (_, Err(gap)) => vec![spot.unknown("repositories", gap)],
    }
}

fn look_at(spot: &Spot<'_>, repository: &Repository, by_registry: bool, enhanced: bool) -> Finding {
    let name = &repository.name;
    if by_registry {
        let says = if enhanced { "the registry scans it, by Amazon Inspector" } else { "the registry scans it" };
        return spot.finding(name, Verdict::Pass, says);
    }
    if repository.scan_on_push && !enhanced {
        return spot.finding(name, Verdict::Pass, "scans on push");
    }
    let failed = spot.finding(name, Verdict::Fail, "images are not scanned when they are pushed");
    if enhanced {
        // Under enhanced scanning the setting of a repository does nothing.
        return failed.remedy("the registry scans by Amazon Inspector, but no rule is about this repository: add one");
    }
    failed.step(spot.step(Change {
        target: Target::ScanOnPush { repository: name.clone() },
        before: Some(State::ScanOnPush { enabled: false }),
        after: Some(State::ScanOnPush { enabled: true }),
        now: "images are not scanned".to_string(),
        then: vec!["images are scanned when they are pushed".to_string()],
        loses: Vec::new(),
        money: Money::none("basic scanning is free"),
        undo: Undo::Wholly,
        needs: Vec::new(),
    }))
}
