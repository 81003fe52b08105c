//! Whether images in use outlive a policy, and what would make them.

use super::evaluate::{evaluate, oldest_first};
use super::{Action, Count, Image, Policy, Rule, Select, TagMatch};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use jiff::Timestamp;

/// How many images a rule keeps that shields a tag. A tag names one image, so 1 would do; this is
/// the number that the CDK's reference shows for the purpose.
const SHIELDED: u32 = 9_999;

/// Whether images in use outlive a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protection {
    /// They all do, at this time.
    Safe,
    /// They would if the rule that keeps the newest images kept more.
    ByCount {
        /// The smallest number with which it takes none that is in use.
        keep: u32,
    },
    /// They do not, whatever that rule keeps: other rules take some.
    Refuse {
        /// The digests of what these take, oldest first.
        images: Vec<String>,
    },
}

/// The images in use that a policy takes at a time, oldest first. `in_use` are digests that tasks
/// run or may start.
///
/// In use is also an index that refers to one of them, which a task pulls by its tag, and what an
/// index in use refers to. To go to the archive is as bad as to expire: what is there cannot be
/// pulled.
#[must_use]
pub fn endangered<'a>(
    policy: &Policy,
    images: &'a [Image],
    in_use: &BTreeSet<String>,
    now: Timestamp,
) -> Vec<&'a Image> {
    let needed = needed(images, in_use);
    let verdicts = evaluate(policy, images, now);
    let lost: BTreeSet<&str> =
        verdicts.iter().map(|verdict| verdict.digest.as_str()).filter(|digest| needed.contains(digest)).collect();
    oldest_first(images).into_iter().filter(|image| lost.contains(image.digest.as_str())).collect()
}

/// Whether a policy leaves all images in use, as [`endangered`] says, and if not, whether the rule
/// that expires all but the newest images could be made to: the one that [`merge`](super::merge())
/// adds.
///
/// The number it names is the smallest that does, not a smaller one: with one less, something in
/// use is taken. It holds for these images; every push moves the oldest of them on.
#[must_use]
pub fn protects(policy: &Policy, images: &[Image], in_use: &BTreeSet<String>, now: Timestamp) -> Protection {
    let lost = |policy: &Policy| -> Vec<String> {
        endangered(policy, images, in_use, now).into_iter().map(|image| image.digest.clone()).collect()
    };
    let as_it_is = lost(policy);
    if as_it_is.is_empty() {
        return Protection::Safe;
    }
    let Some((mut too_few, keeping)) = newest(policy) else { return Protection::Refuse { images: as_it_is } };
    // With room for all images the rule takes none.
    let mut enough = u32::try_from(images.len()).unwrap_or(u32::MAX).max(too_few);
    let by_others = keeping(enough).map_or(as_it_is, |policy| lost(&policy));
    if !by_others.is_empty() {
        return Protection::Refuse { images: by_others };
    }
    while too_few + 1 < enough {
        let middle = too_few + (enough - too_few) / 2;
        match keeping(middle) {
            Some(policy) if lost(&policy).is_empty() => enough = middle,
            _ => too_few = middle,
        }
    }
    Protection::ByCount { keep: enough }
}

/// A rule that leaves the image with this tag alone and shields it from all rules after it.
///
/// A tag is no pattern: nothing comes of one with `*` that protects anything for sure. Only images
/// that can be pulled are shielded, and only from later rules: an earlier one that selects the
/// image by another of its tags still takes it.
#[must_use]
pub fn shield(priority: u32, tag: &str) -> Rule {
    Rule {
        priority,
        description: Some(format!("keep {tag}")),
        select: Select::Tagged(TagMatch::Patterns(vec![tag.to_string()])),
        count: Count::MoreThan(SHIELDED),
        action: Action::Expire,
    }
}

/// How many of the newest images the rule for all images keeps, and the policy with another number.
fn newest(policy: &Policy) -> Option<(u32, impl Fn(u32) -> Option<Policy>)> {
    let rule = policy.rule_of(&Select::Any)?;
    match (rule.count, rule.action) {
        (Count::MoreThan(keep), Action::Expire) => {
            Some((keep, |keep| policy.with(&Rule { count: Count::MoreThan(keep), ..rule.clone() }).ok()))
        }
        _ => None,
    }
}

/// What is in use, and the indexes above and the children below it.
fn needed<'a>(images: &'a [Image], in_use: &'a BTreeSet<String>) -> BTreeSet<&'a str> {
    let mut above: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut below: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for index in images {
        for child in &index.children {
            above.entry(child).or_default().push(&index.digest);
            below.entry(&index.digest).or_default().push(child);
        }
    }
    let mut needed = reached(in_use, &above);
    needed.extend(reached(in_use, &below));
    needed
}

/// Where the ways lead from some digests, and these themselves.
fn reached<'a>(from: &'a BTreeSet<String>, ways: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = from.iter().map(String::as_str).collect();
    while let Some(digest) = open.pop() {
        if reached.insert(digest) {
            open.extend(ways.get(digest).into_iter().flatten());
        }
    }
    reached
}
