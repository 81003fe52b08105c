//! What holds of every plan, whatever the account.

use super::world::*;
use proptest::prelude::*;
use stackcost_model::fixes::lifecycle::{Policy, endangered, evaluate};
use stackcost_model::fixes::snapshot::RunningImage;
use stackcost_model::fixes::{Guard, Plan, Snapshot, State, Target, Wish};
use stackcost_model::services::cloudwatch::RETENTION_DAYS;
use std::collections::BTreeSet;

/// Days of a retention: none, or one that AWS permits.
fn retention() -> impl Strategy<Value = Option<u32>> {
    prop::option::of(prop::sample::select(RETENTION_DAYS.to_vec()))
}

/// An account with log groups, a repository with or without a policy, services at some revisions,
/// and tasks that run some digests.
fn account() -> impl Strategy<Value = Snapshot> {
    let groups = prop::collection::vec((retention(), 0_u64..200, 0_i64..900), 0..6);
    let images = prop::collection::vec((0_i64..400, 1_u64..900, any::<bool>()), 0..30);
    let policy = prop::option::of((1_u32..40, prop::option::of(1_u32..120)));
    let runs = prop::collection::vec((0_usize..30, any::<bool>()), 0..4);
    (groups, images, policy, runs).prop_map(|(groups, images, policy, runs)| {
        let all: Vec<_> = images
            .iter()
            .enumerate()
            .map(|(at, (age, mib, tagged))| {
                let tag = format!("v{at}");
                let tags: &[&str] = if *tagged { &[&tag] } else { &[] };
                image(&format!("d{at}"), tags, *age, *mib)
            })
            .collect();
        let text = policy.map(|(keep, untagged)| {
            let old = untagged.map(|days| {
                format!(
                    r#"{{"rulePriority":1,"selection":{{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":{days}}},"action":{{"type":"expire"}}}},"#
                )
            });
            format!(
                r#"{{"rules":[{}{{"rulePriority":9,"selection":{{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":{keep}}},"action":{{"type":"expire"}}}}]}}"#,
                old.unwrap_or_default()
            )
        });
        with(|place, _| {
            place.log_groups = Ok(groups
                .iter()
                .enumerate()
                .map(|(at, (retention, gib, age))| log_group(&format!("/g/{at}"), *retention, *gib, *age))
                .collect());
            place.services = Ok((0..runs.len()).map(|at| service(&format!("s{at}"))).collect());
            let reference = |at: usize, by_digest: bool| match by_digest {
                true => format!("{URI}@sha256:d{at}"),
                false => format!("{URI}:v{at}"),
            };
            place.task_definitions = Ok(runs
                .iter()
                .enumerate()
                .map(|(at, (which, by_digest))| definition(&format!("s{at}"), 7, &reference(*which, *by_digest), &[]))
                .collect());
            let task = |(which, _): &(usize, bool)| RunningImage {
                image: format!("{URI}:moved"),
                digest: Some(format!("sha256:d{}", (which * 7) % 30)),
            };
            place.running = Ok(runs.iter().map(task).collect());
            place.repositories = Ok(vec![repository(all, text.as_deref())]);
        })
    })
}

fn wish() -> impl Strategy<Value = Wish> {
    let days = prop::sample::select(RETENTION_DAYS.to_vec());
    (days, any::<bool>(), 1_u32..20, prop::option::of(1_u32..60), 0_u32..5, any::<bool>()).prop_map(
        |(days, allow_shorten, keep, untagged_days, headroom, protect)| {
            let mut wish = Wish::default();
            (wish.logs.days, wish.logs.allow_shorten) = (days, allow_shorten);
            (wish.ecr.keep, wish.ecr.untagged_days, wish.ecr.headroom) = (keep, untagged_days, headroom);
            wish.protect = if protect { vec!["/g/1".into(), "ap*".into()] } else { vec![] };
            wish
        },
    )
}

fn plan_of(snapshot: &Snapshot, wish: &Wish) -> Plan {
    let all: Vec<&str> = Guard::ALL.iter().map(|guard| guard.word()).collect();
    planned(snapshot, wish, &all)
}

/// Digests that anything of the account names or runs.
fn runs(snapshot: &Snapshot) -> BTreeSet<String> {
    let place = &snapshot.accounts[0].regions[0];
    let images = place.repositories.as_ref().expect("known")[0].images.as_ref().expect("known");
    let containers = place.task_definitions.iter().flatten().flat_map(|one| &one.containers);
    let named = containers.filter_map(|container| match container.image.split_once('@') {
        Some((_, digest)) => Some(digest.to_string()),
        None => {
            let tag = container.image.rsplit(':').next()?.to_string();
            images.iter().find(|image| image.tags.contains(&tag)).map(|image| image.digest.clone())
        }
    });
    let tasks = place.running.iter().flatten().filter_map(|one| one.digest.clone());
    named.chain(tasks).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn no_plan_takes_what_runs_or_shortens_what_may_not_be(snapshot in account(), wish in wish()) {
        let plan = plan_of(&snapshot, &wish);
        prop_assert_eq!(&plan, &plan_of(&snapshot, &wish));
        let place = &snapshot.accounts[0].regions[0];
        let repository = &place.repositories.as_ref().expect("known")[0];
        let images = repository.images.as_ref().expect("known");
        for step in &plan.steps {
            prop_assert!(step.before.as_ref() != step.after.as_ref(), "{} changes nothing", step.id);
            let name = step.target.name();
            prop_assert!(wish.protect.is_empty() || (name != "/g/1" && name != "api"), "{} is protected", step.id);
            match (&step.target, &step.before, &step.after) {
                (Target::LogRetention { .. }, before, Some(State::LogRetention { days })) => {
                    prop_assert!(RETENTION_DAYS.contains(days));
                    let shorter = matches!(before, Some(State::LogRetention { days: set }) if days < set);
                    prop_assert!(before.is_none() || (shorter && wish.logs.allow_shorten), "{}", step.id);
                }
                (Target::LifecyclePolicy { .. }, before, Some(State::LifecyclePolicy { text })) => {
                    let policy = Policy::parse(text).expect("a policy of ours");
                    let lost = endangered(&policy, images, &runs(&snapshot), now());
                    prop_assert!(lost.is_empty(), "{lost:?} run, and {text} takes them");
                    // What the old policy took, the new one takes, too: it is made stricter, not weaker.
                    if let Some(State::LifecyclePolicy { text }) = before {
                        let taken = |policy: &Policy| -> BTreeSet<String> {
                            evaluate(policy, images, now()).into_iter().map(|one| one.digest).collect()
                        };
                        let old = taken(&Policy::parse(text).expect("a policy"));
                        prop_assert!(old.is_subset(&taken(&policy)), "{text} took more");
                    }
                }
                _ => {}
            }
            prop_assert!(step.money.saves.is_none_or(|usd| usd.to_string().len() < 30));
            if matches!(step.guard, Guard::EcrLifecycle | Guard::LogRetention) {
                let nothing = stackcost_model::money::Usd::ZERO;
                prop_assert!(step.money.saves.is_some_and(|usd| usd >= nothing), "{:?}", step.money);
                prop_assert!(step.money.in_a_year.is_some_and(|usd| usd >= nothing), "{:?}", step.money);
            }
        }
    }
}
