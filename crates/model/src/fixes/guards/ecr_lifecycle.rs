//! Repositories expire old images, and never one that runs.
//!
//! The policy that a repository has is made stricter, never replaced. Before it is, its effect is
//! evaluated on the images that are there, and held against what ECS runs or would run after a
//! rollback: a count is raised until those stay, and where other rules take them there is no step.

use super::super::lifecycle::{
    Action, Count, DiffLine, Image, Merged, Policy, Protection, Rule, Select, Verdict as Taken, Wished, bytes_of,
    endangered, evaluate, merge, protects,
};
use super::super::plan::{Finding, Money, Step, Undo, Verdict};
use super::super::setting::{State, Target};
use super::super::snapshot::{Account, Gap, Place, Repository, Seen, Snapshot};
use super::in_use::{InUse, in_use, short, some};
use super::price::{self, gb, gb_words};
use super::{Change, Spot, count};
use crate::exact::Ratio;
use crate::services::ecr::{Ecr, Stored};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use jiff::Timestamp;

const DAY: i64 = 86_400;

pub(super) fn look(spot: &Spot<'_>, place: &Place) -> Vec<Finding> {
    match &place.repositories {
        Ok(repositories) => repositories.iter().map(|repository| look_at(spot, repository)).collect(),
        Err(gap) => vec![spot.unknown("repositories", gap)],
    }
}

fn look_at(spot: &Spot<'_>, repository: &Repository) -> Finding {
    let name = repository.name.as_str();
    let (images, text) = match (&repository.images, &repository.policy) {
        (Ok(images), Ok(text)) => (images.as_slice(), text.as_deref()),
        (Err(gap), _) | (_, Err(gap)) => return spot.unknown(name, gap),
    };
    let existing = match text.map(Policy::parse).transpose() {
        Ok(existing) => existing,
        Err(why) => {
            let says = format!("its lifecycle policy is not understood, so it is left alone: {why}");
            return spot.finding(name, Verdict::Unknown, says);
        }
    };
    let stored = format!("{}, {}", count(images.len(), "image"), gb_words(gb(sum(images))));
    let is = match &existing {
        Some(policy) => format!("{}; {stored}", count(policy.rules().len(), "lifecycle rule")),
        None => format!("no lifecycle policy; {stored}"),
    };
    let running = match in_use(spot.snapshot, repository) {
        Ok(running) => running,
        Err(gap) => {
            let says = format!("{is}; what ECS runs is not known: {}", gap.words());
            return spot.finding(name, Verdict::Unknown, says);
        }
    };
    let finding = decide(spot, repository, existing.as_ref(), images, &running, is);
    match running.missing.is_empty() {
        true => finding,
        false => {
            let missing: Vec<String> = running.missing.into_iter().collect();
            let says = format!("{}; a service uses {}, which is not there", finding.says, some(&missing));
            Finding { verdict: Verdict::Fail, says, ..finding }
        }
    }
}

fn decide(
    spot: &Spot<'_>,
    repository: &Repository,
    existing: Option<&Policy>,
    images: &[Image],
    running: &InUse,
    is: String,
) -> Finding {
    let name = repository.name.as_str();
    let wish = &spot.eyes.wish.ecr;
    let wished = |keep| Wished { keep, untagged_days: wish.untagged_days, protect: Vec::new() };
    let safe = |merged: &Merged| protects(&merged.policy, images, &running.digests, spot.eyes.now);
    // The place of the oldest image that runs, counted from the newest: it goes when more are kept
    // out by pushes.
    let place = match safe(&merge(None, &wished(1))) {
        Protection::ByCount { keep } => Some(keep),
        Protection::Safe if !running.digests.is_empty() => Some(1),
        _ => None,
    };
    let keep = place.map_or(wish.keep, |place| wish.keep.max(place.saturating_add(wish.headroom)));
    let merged = merge(existing, &wished(keep));
    let raised = (keep > wish.keep).then_some(keep);
    let failed = || spot.finding(name, Verdict::Fail, is.clone());
    match safe(&merged) {
        Protection::Safe => {}
        Protection::ByCount { keep } => {
            let what = format!("the policy that is there will expire an image that runs: let it keep {keep}");
            return failed().remedy(what);
        }
        Protection::Refuse { images } => {
            let images: Vec<String> = images.iter().map(|digest| short(digest)).collect();
            let what = match existing {
                Some(_) => "the policy would expire images that run, by rules that are there",
                None => "the wish would expire images that run",
            };
            return failed().remedy(format!("{what}, so nothing is changed: {}", some(&images)));
        }
    }
    if !merged.is_change() {
        let outgrown =
            merged.conflict.map(|why| format!("the wish does not fit beside the policy that is there: {why}"));
        return match outgrown {
            Some(remedy) => failed().remedy(remedy),
            None => spot.finding(name, Verdict::Pass, is + &headroom(merged.policy.rules(), place)),
        };
    }
    if !merged.policy.fits() {
        return failed().remedy("the policy would be longer than ECR permits");
    }
    let conflict = merged.conflict.clone();
    let change = change(spot, repository, images, &merged, (raised, place), &is);
    let finding = failed().step(spot.step(change));
    match conflict {
        Some(conflict) => finding.remedy(conflict),
        None => finding,
    }
}

fn change(
    spot: &Spot<'_>,
    repository: &Repository,
    images: &[Image],
    merged: &Merged,
    (raised, place): (Option<u32>, Option<u32>),
    is: &str,
) -> Change {
    let taken = evaluate(&merged.policy, images, spot.eyes.now);
    let mut then: Vec<String> = merged.diff.iter().flat_map(diff_words).collect();
    if let (Some(keep), Some(place)) = (raised, place) {
        let wished = spot.eyes.wish.ecr.keep;
        then.push(format!("keeps {keep} instead of {wished}, since an image that runs is number {place}"));
    }
    let mut loses = loses(&taken, images);
    let later = headroom(merged.policy.rules(), place);
    if !later.is_empty() {
        loses.push(later.trim_start_matches("; ").to_string());
    }
    if !taken.is_empty() {
        loses.push(format!("what runs was looked for in ECS of {}: what else pulls images is not seen", seen(spot)));
    }
    let before = repository.policy.as_ref().ok().cloned().flatten();
    let old = before.as_deref().and_then(|text| Policy::parse(text).ok());
    Change {
        target: Target::LifecyclePolicy { repository: repository.name.clone() },
        before: before.map(|text| State::LifecyclePolicy { text }),
        after: Some(State::LifecyclePolicy { text: merged.policy.to_text() }),
        now: is.to_string(),
        then,
        loses,
        money: money(spot, images, &taken, old.as_ref(), &merged.policy),
        undo: Undo::Setting("images that have expired do not come back; ECR takes them within 24 hours".to_string()),
        needs: Vec::new(),
    }
}

/// The accounts and regions that were looked at.
fn seen(spot: &Spot<'_>) -> String {
    let account = |account: &Account| {
        let regions: Vec<&str> = account.regions.iter().map(|place| place.region.code()).collect();
        format!("{} in {}", account.id, regions.join(", "))
    };
    spot.snapshot.accounts.iter().map(account).collect::<Vec<_>>().join(" and ")
}

/// How many images a policy keeps at most, if it counts all of them.
fn keeps(rules: &[Rule]) -> Option<u32> {
    rules.iter().find_map(|rule| match (&rule.select, rule.count) {
        (Select::Any, Count::MoreThan(keep)) => Some(keep),
        _ => None,
    })
}

/// How long the oldest image that runs outlives pushes, in words; nothing without such an image or
/// a rule that counts.
fn headroom(rules: &[Rule], place: Option<u32>) -> String {
    match (keeps(rules), place) {
        (Some(keep), Some(place)) if keep >= place => {
            let more = count((keep - place) as usize, "more push").replace("pushs", "pushes");
            format!("; the oldest image that runs is number {place} of {keep}: it outlives {more}, and then expires")
        }
        _ => String::new(),
    }
}

fn diff_words(line: &DiffLine) -> Vec<String> {
    let words = |sign: &str, rule: &Rule| format!("{sign} {rule}");
    match line {
        DiffLine::Kept(rule) => vec![words(" ", rule)],
        DiffLine::Added(rule) => vec![words("+", rule)],
        DiffLine::Changed { from, to } => vec![words("-", from), words("+", to)],
    }
}

fn expired(taken: &[Taken]) -> impl Iterator<Item = &str> {
    taken.iter().filter(|one| one.action == Action::Expire).map(|one| one.digest.as_str())
}

fn loses(taken: &[Taken], images: &[Image]) -> Vec<String> {
    let gone: BTreeSet<&str> = expired(taken).collect();
    let mut lost: Vec<&Image> = images.iter().filter(|image| gone.contains(image.digest.as_str())).collect();
    lost.sort_by_key(|image| image.pushed_at);
    let (Some(first), Some(last)) = (lost.first(), lost.last()) else { return Vec::new() };
    let day = |image: &Image| image.pushed_at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let names: Vec<String> = lost
        .iter()
        .map(|image| match image.tags.first() {
            Some(tag) => tag.clone(),
            None => short(&image.digest),
        })
        .collect();
    let size = gb_words(gb(bytes_of(taken, images)));
    vec![format!(
        "{}, {size} at most, pushed {} to {}: {}",
        count(lost.len(), "image"),
        day(first),
        day(last),
        some(&names)
    )]
}

/// What it saves: at once the images that expire, in a year what the old policy would keep by then
/// and the new one does not.
///
/// Layers that images share are stored once, so the sum of their sizes is the most that it can be.
/// What comes in a year is what came in on average since the first image that is there; a rule that
/// counts all images bounds it.
fn money(spot: &Spot<'_>, images: &[Image], taken: &[Taken], old: Option<&Policy>, new: &Policy) -> Money {
    let price = |gb: Ratio| {
        let none = Ratio::ZERO;
        let ecr =
            Ecr { stored: Stored::Gb(gb), archived_gb: none, archive_retrieved_gb: none, pulled_to_gb: Vec::new() };
        price::monthly(spot.eyes.book, spot.region, ecr)
    };
    let stored = gb(sum(images));
    let expires = gb(bytes_of(taken, images));
    let growth = yearly(images, spot.eyes.now);
    let each = match images.len() {
        0 => Ratio::ZERO,
        number => stored / Ratio::from(number as u64),
    };
    let bounded = |policy: Option<&Policy>, gb: Ratio| {
        let most = policy.and_then(|policy| keeps(policy.rules())).map(|keep| each * Ratio::from(keep));
        most.map_or(gb, |most| gb.min(most))
    };
    let unchanged = bounded(old, stored + growth);
    let changed = bounded(Some(new), stored - expires + growth).min(unchanged);
    match (price(expires), price(unchanged - changed)) {
        (Ok(now), Ok(later)) => {
            let how = if now.formula.is_empty() { later.formula } else { now.formula };
            let how = if how.is_empty() { String::new() } else { format!(" ({how})") };
            Money {
                saves: Some(now.usd),
                in_a_year: Some(later.usd),
                formula: format!(
                    "at most {} expire{how}; in 12 months {} instead of {}, as {} come in a year at the rate so far",
                    gb_words(expires),
                    gb_words(changed),
                    gb_words(unchanged),
                    gb_words(growth)
                ),
            }
        }
        (Err(gap), _) | (_, Err(gap)) => Money::unknown(format!("no price for {gap}")),
    }
}

/// GB that come in a year, as they came since the first image: of less than a month nothing is said.
fn yearly(images: &[Image], now: Timestamp) -> Ratio {
    let first = images.iter().map(|image| image.pushed_at).min();
    let age = first.map_or(0, |first| now.as_second().saturating_sub(first.as_second()));
    if age < 30 * DAY {
        return Ratio::ZERO;
    }
    gb(sum(images)) * Ratio::whole(365 * DAY) / Ratio::whole(age)
}

fn sum(images: &[Image]) -> u64 {
    // An index has no bytes of its own: what AWS says of it is the size of a child.
    let plain = images.iter().filter(|image| image.children.is_empty());
    plain.fold(0, |sum: u64, image| sum.saturating_add(image.bytes))
}

/// The repository, its images and what runs of them, that a step puts a policy on.
type Put<'s> = (&'s Repository, &'s [Image], InUse, Policy);

/// What a step that puts a policy is about; nothing of other steps.
fn put<'s>(snapshot: &'s Snapshot, step: &Step) -> Option<Result<Put<'s>, String>> {
    let (Target::LifecyclePolicy { repository }, Some(State::LifecyclePolicy { text })) = (&step.target, &step.after)
    else {
        return None;
    };
    let account = snapshot.accounts.iter().find(|account| account.id == step.account);
    let place = account.and_then(|account| account.regions.iter().find(|place| place.region == step.region));
    let Some(place) = place else { return Some(Err("its region was not looked at".to_string())) };
    let found = || -> Result<Put<'s>, String> {
        let repositories = place.repositories.as_ref().map_err(Gap::words)?;
        let there = repositories.iter().find(|one| one.name == *repository).ok_or("it is gone")?;
        let images = there.images.as_ref().map_err(Gap::words)?;
        let running = in_use(snapshot, there).map_err(|gap| gap.words())?;
        Ok((there, images.as_slice(), running, Policy::parse(text).map_err(|why| why.to_string())?))
    };
    Some(found())
}

/// See [`takes_what_runs`](super::super::takes_what_runs).
pub(in super::super) fn takes_what_runs(snapshot: &Snapshot, step: &Step) -> Option<String> {
    match put(snapshot, step)? {
        Err(why) => Some(format!("what runs of it is not known, so it is left: {why}")),
        Ok((_, images, running, policy)) => {
            let lost = endangered(&policy, images, &running.digests, snapshot.taken);
            let names: Vec<String> = lost.iter().map(|image| short(&image.digest)).collect();
            (!names.is_empty()).then(|| format!("it would take images that run by now: {}", some(&names)))
        }
    }
}

/// Holds the step of a finding against ECR's own preview of its policy: a preview that takes an
/// image that runs takes the step away, and any other difference is said.
pub(in super::super) fn hold_against(
    snapshot: &Snapshot,
    finding: &mut Finding,
    preview: Seen<Vec<(String, u32)>>,
    now: Timestamp,
) {
    let Some(step) = finding.steps.first_mut() else { return };
    let Some(Ok((_, images, running, policy))) = put(snapshot, step) else { return };
    let theirs: BTreeSet<String> = match preview {
        Ok(taken) => taken.into_iter().map(|(digest, _)| digest).collect(),
        Err(gap) => {
            step.then.push(format!("not held against ECR's own preview: {}", gap.words()));
            return;
        }
    };
    let runs = |image: &&Image| {
        let inside = image.children.iter().any(|child| running.digests.contains(child));
        theirs.contains(&image.digest) && (inside || running.digests.contains(&image.digest))
    };
    let lost: Vec<String> = images.iter().filter(runs).map(|image| short(&image.digest)).collect();
    if !lost.is_empty() {
        let what = format!("ECR's own preview would expire images that run, so nothing is changed: {}", some(&lost));
        finding.steps.clear();
        finding.remedy = Some(what);
        return;
    }
    // What leaves in a later run, with its index, is not in a preview.
    let taken = evaluate(&policy, images, now);
    let gone: BTreeSet<&str> = expired(&taken).collect();
    let with_index: BTreeSet<&str> = images
        .iter()
        .filter(|image| gone.contains(image.digest.as_str()))
        .flat_map(|image| image.children.iter().map(String::as_str))
        .collect();
    let ours: BTreeSet<String> =
        gone.into_iter().filter(|digest| !with_index.contains(digest)).map(ToString::to_string).collect();
    step.then.push(match ours == theirs {
        true => format!("ECR's own preview takes the same {}", count(ours.len(), "image")),
        false => {
            let only = |these: &BTreeSet<String>, those: &BTreeSet<String>| {
                some(&these.difference(those).map(|digest| short(digest)).collect::<Vec<_>>())
            };
            format!(
                "ECR's own preview takes {}, this evaluation {}: only ECR takes {{{}}}, only this {{{}}}",
                count(theirs.len(), "image"),
                ours.len(),
                only(&theirs, &ours),
                only(&ours, &theirs)
            )
        }
    });
}
