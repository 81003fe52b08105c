//! What holds for all policies and repositories, and a second evaluator to differ from.

use super::tests::{json, now, policy};
use super::*;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::{collection, option};

const TAGS: [&str; 8] = ["v1", "v2", "v1.1", "dev-1", "dev-2", "latest", "prod", "beta-v1"];
const MOST_IMAGES: usize = 10;

fn hours_ago(hours: i64) -> Timestamp {
    now() - jiff::SignedDuration::from_hours(hours)
}

prop_compose! {
    /// An image without tags and name. Ages are multiples of six hours, so that some are the same.
    fn an_image()(
        age in 0_i64..160,
        pulled in option::weighted(0.4, 0_i64..160),
        archived in option::weighted(0.2, option::weighted(0.9, 320_i64..500)),
        children in prop_oneof![3 => Just(Vec::new()), 1 => collection::vec(0..MOST_IMAGES, 1..4)],
    ) -> Image {
        Image {
            digest: String::new(),
            tags: Vec::new(),
            pushed_at: hours_ago(age * 6),
            bytes: 1,
            children: children.into_iter().map(|child| format!("d{child}")).collect(),
            storage: if archived.is_some() { Storage::Archive } else { Storage::Standard },
            pulled_at: pulled.map(|age| hours_ago(age * 6)),
            archived_at: archived.flatten().map(|age| hours_ago(age * 6)),
        }
    }
}

prop_compose! {
    /// A repository: each digest and each tag once.
    fn repository()(
        mut images in collection::vec(an_image(), 0..=MOST_IMAGES),
        tagged in collection::vec(option::weighted(0.8, any::<Index>()), TAGS.len()),
    ) -> Vec<Image> {
        for (at, image) in images.iter_mut().enumerate() {
            image.digest = format!("d{at}");
        }
        for (tag, at) in TAGS.iter().zip(tagged).filter(|_| !images.is_empty()).collect::<Vec<_>>() {
            if let Some(at) = at {
                let at = at.index(images.len());
                images[at].tags.push(tag.to_string());
            }
        }
        images
    }
}

/// Images as they are without indexes, all of which can be pulled.
fn plain(images: &[Image]) -> Vec<Image> {
    let plain = |image: &Image| Image { children: Vec::new(), storage: Storage::Standard, ..image.clone() };
    images.iter().map(plain).collect()
}

fn counted() -> impl Strategy<Value = (Count, Action)> {
    let action = || select(vec![Action::Expire, Action::Expire, Action::TransitionToArchive]);
    prop_oneof![
        3 => (1_u32..6, action()).prop_map(|(number, action)| (Count::MoreThan(number), action)),
        2 => (1_u32..40, action()).prop_map(|(days, action)| (Count::SincePushedDays(days), action)),
        1 => (1_u32..40).prop_map(|days| (Count::SincePulledDays(days), Action::TransitionToArchive)),
        1 => (90_u32..120).prop_map(|days| (Count::SinceTransitionedDays(days), Action::Expire)),
    ]
}

fn tag_match() -> impl Strategy<Value = TagMatch> {
    let patterns = select(vec!["v*", "*1", "dev-*", "latest", "*", "*v*1", "v1", "p*d"]);
    let prefixes = select(vec!["v", "dev-", "", "latest", "v1"]);
    prop_oneof![
        collection::vec(patterns.prop_map(String::from), 1..3).prop_map(TagMatch::Patterns),
        collection::vec(prefixes.prop_map(String::from), 1..3).prop_map(TagMatch::Prefixes),
    ]
}

/// Rules that make a policy, first those about tags, last those about all images.
fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let tagged = (tag_match().prop_map(Select::Tagged), counted());
    let untagged = (Just(Select::Untagged), counted());
    let middle = prop_oneof![3 => tagged.boxed(), 1 => untagged.boxed()];
    let any = (Just(Select::Any), counted());
    (collection::vec(middle, 0..4), collection::vec(any, 0..=2), 1_u32..4, option::of("[ -~]{0,9}")).prop_filter_map(
        "no policy",
        |(middle, any, gap, description)| {
            let rule = |(at, (select, (count, action)))| Rule {
                priority: (at as u32 + 1) * gap,
                description: description.clone(),
                select,
                count,
                action,
            };
            Some(Policy::new(middle.into_iter().chain(any).enumerate().map(rule).collect()).ok()?.rules().to_vec())
        },
    )
}

fn a_policy() -> impl Strategy<Value = Policy> {
    rules().prop_map(|rules| Policy::new(rules).unwrap())
}

fn some_digests() -> impl Strategy<Value = BTreeSet<String>> {
    collection::btree_set((0..MOST_IMAGES + 2).prop_map(|at| format!("d{at}")), 0..4)
}

/// Digest, rule and action of what is taken, as a set.
fn taken(policy: &Policy, images: &[Image]) -> BTreeMap<String, (u32, bool)> {
    let verdicts = evaluate(policy, images, now());
    let entry = |verdict: &Verdict| (verdict.digest.clone(), (verdict.rule, verdict.action == Action::Expire));
    let taken: BTreeMap<_, _> = verdicts.iter().map(entry).collect();
    assert_eq!(taken.len(), verdicts.len(), "two verdicts on one image");
    taken
}

/// The evaluator again, image by image instead of rule by rule, each looking at all others.
mod naive {
    use super::*;

    fn glob(pattern: &[u8], tag: &[u8]) -> bool {
        match (pattern, tag) {
            ([], []) => true,
            ([b'*', rest @ ..], _) => (0..=tag.len()).any(|skip| glob(rest, &tag[skip..])),
            ([a, pattern @ ..], [b, tag @ ..]) => a == b && glob(pattern, tag),
            _ => false,
        }
    }

    pub fn meets(pattern: &str, tag: &str) -> bool {
        glob(pattern.as_bytes(), tag.as_bytes())
    }

    fn is_about(rule: &Rule, image: &Image) -> bool {
        let archive = matches!(rule.count, Count::SinceTransitionedDays(_));
        if archive != (image.storage == Storage::Archive) {
            return false;
        }
        match &rule.select {
            Select::Any => true,
            Select::Untagged => image.tags.is_empty(),
            Select::Tagged(TagMatch::Patterns(list)) => {
                list.iter().all(|pattern| image.tags.iter().any(|tag| meets(pattern, tag)))
            }
            Select::Tagged(TagMatch::Prefixes(list)) => {
                list.iter().all(|prefix| image.tags.iter().any(|tag| meets(&format!("{prefix}*"), tag)))
            }
        }
    }

    pub fn evaluate(rules: &[Rule], images: &[Image]) -> BTreeMap<String, (u32, bool)> {
        let mut taken = BTreeMap::new();
        loop {
            let is_there = |image: &Image| !taken.contains_key(&image.digest);
            let is_free = |image: &Image| {
                is_there(image)
                    && !images.iter().any(|index| {
                        index.digest != image.digest
                            && is_there(index)
                            && index.storage == Storage::Standard
                            && index.children.contains(&image.digest)
                    })
            };
            let mut found = Vec::new();
            for image in images.iter().filter(|image| is_free(image)) {
                let mut about: Vec<&Rule> = rules.iter().filter(|rule| is_about(rule, image)).collect();
                about.sort_by_key(|rule| rule.priority);
                let Some(rule) = about.first() else { continue };
                let more_than = |since: Option<Timestamp>, days: u32| {
                    let limit = i128::from(days) * 86_400 * 1_000_000_000;
                    since.is_some_and(|since| now().as_nanosecond() - since.as_nanosecond() > limit)
                };
                let marks = match rule.count {
                    Count::MoreThan(keep) => {
                        let is_newer = |other: &&Image| {
                            is_free(other)
                                && is_about(rule, other)
                                && (other.pushed_at, &other.digest) > (image.pushed_at, &image.digest)
                        };
                        images.iter().filter(is_newer).count() >= keep as usize
                    }
                    Count::SincePushedDays(days) => more_than(Some(image.pushed_at), days),
                    Count::SincePulledDays(days) => more_than(image.pulled_at.or(Some(image.pushed_at)), days),
                    Count::SinceTransitionedDays(days) => more_than(image.archived_at, days),
                };
                if marks {
                    found.push((image.digest.clone(), (rule.priority, rule.action == Action::Expire)));
                }
            }
            if found.is_empty() {
                return taken;
            }
            taken.extend(found);
        }
    }
}

proptest! {
    #[test]
    fn two_evaluators_agree(rules in rules(), images in repository()) {
        prop_assert_eq!(taken(&Policy::new(rules.clone()).unwrap(), &images), naive::evaluate(&rules, &images));
    }

    #[test]
    fn patterns_agree_with_all_ways_to_read_them(pattern in "[ab*]{0,7}", tag in "[ab]{0,9}") {
        let wanted = TagMatch::Patterns(vec![pattern.clone()]);
        prop_assert_eq!(wanted.all_met_by(core::slice::from_ref(&tag)), naive::meets(&pattern, &tag), "{} {}", pattern, tag);
    }

    #[test]
    fn verdicts_are_about_images_and_by_rules(policy in a_policy(), images in repository()) {
        let verdicts = evaluate(&policy, &images, now());
        let of = |verdict: &Verdict| images.iter().find(|image| image.digest == verdict.digest).unwrap();
        for verdict in &verdicts {
            let rule = policy.rules().iter().find(|rule| rule.priority == verdict.rule).unwrap();
            prop_assert_eq!(rule.action, verdict.action);
            prop_assert!(rule.selects(of(verdict)));
            // What an earlier rule selects, a later one does not take.
            let earlier = policy.rules().iter().take_while(|rule| rule.priority < verdict.rule);
            prop_assert!(earlier.filter(|rule| rule.selects(of(verdict))).count() == 0);
        }
        let ages: Vec<_> = verdicts.iter().map(|verdict| (of(verdict).pushed_at, &verdict.digest)).collect();
        prop_assert!(ages.is_sorted());
    }

    #[test]
    fn order_does_not_matter(
        (rules, shuffled_rules) in rules().prop_flat_map(|rules| (Just(rules.clone()), Just(rules).prop_shuffle())),
        (images, shuffled) in repository().prop_flat_map(|images| (Just(images.clone()), Just(images).prop_shuffle())),
    ) {
        let (policy, same) = (Policy::new(rules).unwrap(), Policy::new(shuffled_rules).unwrap());
        prop_assert_eq!(&policy, &same);
        prop_assert_eq!(evaluate(&policy, &images, now()), evaluate(&same, &shuffled, now()));
        prop_assert_eq!(
            bytes_of(&evaluate(&policy, &images, now()), &images),
            bytes_of(&evaluate(&same, &shuffled, now()), &shuffled)
        );
    }

    #[test]
    fn nothing_more_happens_afterwards(policy in a_policy(), images in repository()) {
        let taken = taken(&policy, &images);
        let left = images.iter().filter(|image| !taken.get(&image.digest).is_some_and(|(_, expires)| *expires));
        let left: Vec<Image> = left
            .map(|image| match taken.get(&image.digest) {
                Some(_) => Image { storage: Storage::Archive, archived_at: Some(now()), ..image.clone() },
                None => image.clone(),
            })
            .collect();
        prop_assert_eq!(evaluate(&policy, &left, now()), []);
    }

    #[test]
    fn an_index_that_stays_holds_its_children(policy in a_policy(), images in repository()) {
        let taken = taken(&policy, &images);
        let stays = |image: &&Image| image.storage == Storage::Standard && !taken.contains_key(&image.digest);
        for index in images.iter().filter(stays) {
            for child in index.children.iter().filter(|child| **child != index.digest) {
                prop_assert!(!taken.contains_key(child), "{} of {}", child, index.digest);
            }
        }
    }

    #[test]
    fn a_larger_number_takes_no_more(policy in a_policy(), images in repository(), more in 1_u32..9) {
        // Of one rule alone, and of the last of several: how far it reaches is what `protects` seeks.
        let alone = Policy::new(policy.rules().iter().rev().take(1).cloned().collect()).unwrap();
        for policy in [alone, policy] {
            let mut rules = policy.rules().to_vec();
            let last = rules.last_mut().unwrap();
            last.count = match last.count {
                Count::MoreThan(number) => Count::MoreThan(number + more),
                Count::SincePushedDays(days) => Count::SincePushedDays(days + more),
                Count::SincePulledDays(days) => Count::SincePulledDays(days + more),
                Count::SinceTransitionedDays(days) => Count::SinceTransitionedDays(days + more),
            };
            let (less, all) = (taken(&Policy::new(rules).unwrap(), &images), taken(&policy, &images));
            prop_assert!(less.keys().all(|digest| all.contains_key(digest)), "{:?} {:?}", less, all);
        }
    }

    #[test]
    fn as_many_are_kept_as_are_to_be(keep in 1_u32..9, wanted in tag_match(), images in repository()) {
        let images = plain(&images);
        for select in [Select::Any, Select::Untagged, Select::Tagged(wanted)] {
            let count = Count::MoreThan(keep);
            let rule = Rule { priority: 1, description: None, select, count, action: Action::Expire };
            let selected = images.iter().filter(|image| rule.selects(image)).count();
            let taken = taken(&Policy::new(vec![rule]).unwrap(), &images).len();
            prop_assert_eq!(selected - taken, selected.min(keep as usize));
        }
    }

    #[test]
    fn what_is_written_is_read_again(policy in a_policy()) {
        prop_assert_eq!(Policy::parse(&policy.to_text()), Ok(policy));
    }

    #[test]
    fn no_text_is_too_bad(
        policy in a_policy(),
        changes in collection::vec((any::<Index>(), select(b"0a\"{}[],:-.\\e1 ".to_vec())), 1..4),
        end in any::<Index>(),
    ) {
        let mut bytes = policy.to_text().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        for text in [bytes.as_slice(), &bytes[..end.index(bytes.len())]] {
            if let Ok(read) = Policy::parse(&String::from_utf8_lossy(text)) {
                prop_assert_eq!(Policy::parse(&read.to_text()), Ok(read));
            }
        }
    }

    #[test]
    fn the_number_protects_and_no_smaller_one(
        keep in 1_u32..4,
        others in rules(),
        images in repository(),
        in_use in some_digests(),
    ) {
        let others: Vec<Rule> = others.into_iter().filter(|rule| rule.select != Select::Any).collect();
        let keeping = |keep: u32| {
            let any = policy(&format!("1000 any >{keep}"));
            Policy::new([others.as_slice(), any.rules()].concat()).unwrap()
        };
        let lost = |policy: &Policy| -> Vec<String> {
            endangered(policy, &images, &in_use, now()).iter().map(|image| image.digest.clone()).collect()
        };
        let as_it_is = lost(&keeping(keep));
        match protects(&keeping(keep), &images, &in_use, now()) {
            Protection::Safe => prop_assert_eq!(as_it_is, Vec::<String>::new()),
            Protection::ByCount { keep: enough } => {
                prop_assert!(enough > keep);
                prop_assert_eq!(lost(&keeping(enough)), Vec::<String>::new());
                prop_assert!(!lost(&keeping(enough - 1)).is_empty());
            }
            Protection::Refuse { images } => {
                prop_assert!(!images.is_empty());
                prop_assert!(images.iter().all(|digest| as_it_is.contains(digest)));
                prop_assert_eq!(images, lost(&keeping(u32::MAX)));
            }
        }
    }

    #[test]
    fn in_use_is_taken_only_if_said(policy in a_policy(), images in repository(), in_use in some_digests()) {
        let lost = endangered(&policy, &images, &in_use, now());
        for digest in taken(&policy, &images).keys().filter(|digest| in_use.contains(*digest)) {
            prop_assert!(lost.iter().any(|image| image.digest == *digest));
        }
    }

    #[test]
    fn a_wish_makes_nothing_weaker(
        existing in option::of(a_policy()),
        keep in 0_u32..8,
        untagged_days in option::of(0_u32..40),
        protect in collection::vec(select(&TAGS[..]).prop_map(String::from), 0..3),
        images in repository(),
    ) {
        let wish = Wished { keep, untagged_days, protect };
        let merged = merge(existing.as_ref(), &wish);
        prop_assert_eq!(Policy::parse(&merged.policy.to_text()), Ok(merged.policy.clone()));
        prop_assert_eq!(merged.diff.len(), merged.policy.rules().len());
        // What is there stays in its place, with the same or a smaller number.
        for old in existing.iter().flat_map(Policy::rules) {
            let new = merged.policy.rules().iter().find(|rule| rule.priority == old.priority).unwrap();
            prop_assert_eq!((&new.select, new.action, new.storage()), (&old.select, old.action, old.storage()));
            prop_assert!(new.count.number() <= old.count.number());
        }
        // Once more changes nothing, and finds the same wanting.
        let again = merge(Some(&merged.policy), &wish);
        prop_assert_eq!(&again.policy, &merged.policy);
        prop_assert!(!again.is_change());
        // What was taken is taken, but for what is protected. An index that stays has children that
        // do not count, so that others may stay: without indexes.
        let with_tag = |image: &Image| image.tags.iter().any(|tag| wish.protect.contains(tag));
        let images = if wish.protect.is_empty() { images } else { plain(&images) };
        let after = taken(&merged.policy, &images);
        for image in existing.iter().flat_map(|policy| taken(policy, &images)).map(|(digest, _)| digest) {
            let image = images.iter().find(|other| other.digest == image).unwrap();
            prop_assert!(after.contains_key(&image.digest) || with_tag(image), "{:?}", image);
        }
        // A protected tag is, unless an earlier rule takes its image by another tag.
        if merged.conflict.is_none() {
            let bare = |image: &&Image| image.storage == Storage::Standard && image.tags.len() == 1 && with_tag(image);
            for image in images.iter().filter(bare) {
                prop_assert!(!after.contains_key(&image.digest), "{:?}", image);
            }
            // Then the wish is in it.
            let newest = merged.policy.rules().iter().find(|rule| rule.select == Select::Any && rule.storage() == Storage::Standard);
            prop_assert!(newest.is_some_and(|rule| rule.count.number() <= keep.max(1)));
        }
    }
}

#[test]
fn no_other_text_is_too_bad_either() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for text in [deep.as_str(), "\u{0}", "{\"rules\":{}}", &json("1 any >1")[1..]] {
        assert!(Policy::parse(text).is_err());
    }
}
