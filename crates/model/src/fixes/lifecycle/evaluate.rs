//! What a policy takes.

use super::{Action, Count, Image, Policy, Rule, Storage};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use jiff::{SignedDuration, Timestamp};

const DAY_SECONDS: i64 = 86_400;

/// An image that a policy takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The digest of the image.
    pub digest: String,
    /// The priority of the rule that takes it.
    pub rule: u32,
    /// What becomes of it.
    pub action: Action,
}

/// What a policy takes of the images of one repository at a time, oldest first; of those pushed in
/// the same instant the lowest digest first. The order of the images given does not matter.
///
/// It is the settled state: what is gone when nothing more is pushed, and every run of AWS finds
/// the time to be `now`. Usually that is one run. An index leaves one run before its children do.
#[must_use]
pub fn evaluate(policy: &Policy, images: &[Image], now: Timestamp) -> Vec<Verdict> {
    let images = oldest_first(images);
    let holders = holders(&images);
    let mut taken: BTreeMap<&str, &Rule> = BTreeMap::new();
    // Only what an index held can be taken by a further run, so there are few.
    loop {
        let stays = |digest: &str| !taken.contains_key(digest);
        let is_held =
            |digest: &str| holders.get(digest).is_some_and(|holders| holders.iter().any(|index| stays(index)));
        let is_candidate = |image: &&Image| stays(&image.digest) && !is_held(&image.digest);
        let candidates: Vec<&Image> = images.iter().copied().filter(is_candidate).collect();
        let found = one_run(policy, &candidates, now);
        if found.is_empty() {
            break;
        }
        taken.extend(found);
    }
    let verdict = |image: &Image| {
        let rule = taken.get(image.digest.as_str())?;
        Some(Verdict { digest: image.digest.clone(), rule: rule.priority, action: rule.action })
    };
    images.into_iter().filter_map(verdict).collect()
}

/// The sizes of what expires, in bytes. No more than that becomes free: layers that other images
/// have as well stay. An index has no size here but some kilobytes that are left aside: AWS says
/// that of its largest child, and children count by themselves. What goes to the archive does not.
#[must_use]
pub fn bytes_of(verdicts: &[Verdict], images: &[Image]) -> u64 {
    let expire = verdicts.iter().filter(|verdict| verdict.action == Action::Expire);
    let expired: BTreeSet<&str> = expire.map(|verdict| verdict.digest.as_str()).collect();
    let plain = |image: &&Image| image.children.is_empty() && expired.contains(image.digest.as_str());
    oldest_first(images).into_iter().filter(plain).fold(0, |sum, image| sum.saturating_add(image.bytes))
}

/// Each image once, by when it was pushed, then by digest.
pub(super) fn oldest_first(images: &[Image]) -> Vec<&Image> {
    let mut images: Vec<&Image> = images.iter().collect();
    images.sort_by(|a, b| b.pushed_at.cmp(&a.pushed_at).then_with(|| b.cmp(a)));
    let mut seen = BTreeSet::new();
    images.retain(|image| seen.insert(&image.digest));
    images.reverse();
    images
}

/// The indexes that hold an image, by its digest. An archived index holds nothing.
fn holders<'a>(images: &[&'a Image]) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut holders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for index in images.iter().filter(|image| image.storage == Storage::Standard) {
        for child in index.children.iter().filter(|child| **child != index.digest) {
            holders.entry(child).or_default().push(&index.digest);
        }
    }
    holders
}

/// What one run of AWS takes of the candidates, which are sorted oldest first.
fn one_run<'a>(policy: &'a Policy, candidates: &[&'a Image], now: Timestamp) -> Vec<(&'a str, &'a Rule)> {
    let mut shielded: BTreeSet<&str> = BTreeSet::new();
    let mut taken = Vec::new();
    for rule in policy.rules() {
        let selected: Vec<&Image> = candidates.iter().copied().filter(|image| rule.selects(image)).collect();
        // What is shielded is counted all the same, and then left alone.
        let marked = marked(rule.count, &selected, now).into_iter().map(|image| image.digest.as_str());
        taken.extend(marked.filter(|digest| !shielded.contains(digest)).map(|digest| (digest, rule)));
        shielded.extend(selected.iter().map(|image| image.digest.as_str()));
    }
    taken
}

/// What a count marks of selected images, which are sorted oldest first.
fn marked<'a>(count: Count, selected: &[&'a Image], now: Timestamp) -> Vec<&'a Image> {
    let older = |days: u32, since: fn(&Image) -> Option<Timestamp>| {
        let days = SignedDuration::from_secs(i64::from(days) * DAY_SECONDS);
        let is_older = |image: &&Image| since(image).is_some_and(|since| now.duration_since(since) > days);
        selected.iter().copied().filter(is_older).collect()
    };
    match count {
        Count::MoreThan(keep) => {
            let surplus = selected.len().saturating_sub(usize::try_from(keep).unwrap_or(usize::MAX));
            selected.iter().copied().take(surplus).collect()
        }
        Count::SincePushedDays(days) => older(days, |image| Some(image.pushed_at)),
        Count::SincePulledDays(days) => older(days, |image| image.pulled_at.or(Some(image.pushed_at))),
        // Without a time it is not known to be old enough.
        Count::SinceTransitionedDays(days) => older(days, |image| image.archived_at),
    }
}
