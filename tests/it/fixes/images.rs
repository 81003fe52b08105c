//! ECR lifecycle: what runs is never expired silently.

use super::world::*;
use stackcost_model::fixes::snapshot::{Gap, Place, RunningImage};
use stackcost_model::fixes::{
    Finding, Snapshot, State, Step, Undo, Verdict, Wish, hold_against_preview, takes_what_runs,
};
use stackcost_model::money::Usd;

/// Images pushed a day apart, the newest today, 512 MiB each: `v1` is the newest.
fn pushed(count: i64) -> Vec<stackcost_model::fixes::lifecycle::Image> {
    (1..=count).map(|number| image(&format!("d{number}"), &[&format!("v{number}")], number - 1, 512)).collect()
}

/// A repository with so many images, a policy, and a service that runs an image reference.
fn running(count: i64, policy: Option<&str>, reference: &str) -> Snapshot {
    with(|place, _| {
        place.repositories = Ok(vec![repository(pushed(count), policy)]);
        place.services = Ok(vec![service("api")]);
        place.task_definitions = Ok(vec![definition("api", 7, reference, &[])]);
    })
}

fn only(snapshot: &Snapshot) -> Finding {
    let mut findings = found(snapshot, &Wish::default(), &["ecr-lifecycle"]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

/// How many images the step's policy keeps.
fn keeps(finding: &Finding) -> u64 {
    let Some(State::LifecyclePolicy { text }) = &finding.steps[0].after else { panic!("{finding:?}") };
    let policy: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let rules = policy["rules"].as_array().expect("rules");
    rules.last().expect("a rule")["selection"]["countNumber"].as_u64().expect("a number")
}

#[test]
fn the_last_ten_stay() {
    let snapshot = running(12, None, &format!("{URI}:v3"));
    let plan = planned(&snapshot, &Wish::default(), &["ecr-lifecycle"]);
    let step = &plan.steps[0];
    assert_eq!(keeps(&only(&snapshot)), 10);
    assert_eq!(step.now, "no lifecycle policy; 12 images, 6 GB");
    assert_eq!(
        step.loses,
        [
            "2 images, 1 GB at most, pushed 2026-11-14 to 2026-11-15: v12, v11",
            "the oldest image that runs is number 3 of 10: it outlives 7 more pushes, and then expires",
            "what runs was looked for in ECS of 123456789012 in us-east-1: what else pulls images is not seen"
        ]
    );
    assert_eq!(step.money.saves, Usd::parse("0.1"), "1 GB at 0.10");
    assert!(matches!(step.undo, Undo::Setting(_)));
    // The newest ten alone: nothing expires, and the policy is put all the same.
    let snapshot = running(10, None, &format!("{URI}:v3"));
    let plan = planned(&snapshot, &Wish::default(), &["ecr-lifecycle"]);
    assert_eq!((plan.steps[0].loses.len(), plan.steps[0].money.saves), (1, Some(Usd::ZERO)));
}

#[test]
fn what_runs_raises_the_count() {
    for (reference, keep) in [
        (format!("{URI}:v12"), 12),
        (format!("{URI}@sha256:d14"), 14),
        (format!("{URI}:gone@sha256:d11"), 11),
        // The registry's other names.
        (format!("{ACCOUNT}.dkr-ecr.us-east-1.on.aws/api:v12"), 12),
        (format!("{ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com/api:v12"), 12),
        (format!("{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/api:v12"), 10),
        // Another repository whose name begins alike.
        (format!("{URI}-worker:v12"), 10),
        ("public.ecr.aws/x/api:v12".to_string(), 10),
    ] {
        assert_eq!(keeps(&only(&running(15, None, &reference))), keep, "{reference}");
    }
}

#[test]
fn running_tasks_and_rollbacks_count_as_in_use() {
    let with_more = |more: &dyn Fn(&mut Place)| {
        let mut snapshot = running(15, None, &format!("{URI}:v1"));
        more(&mut snapshot.accounts[0].regions[0]);
        keeps(&only(&snapshot))
    };
    assert_eq!(with_more(&|_| ()), 10);
    // A task that was started before the tag moved on.
    let moved = RunningImage { image: format!("{URI}:v1"), digest: Some("sha256:d13".into()) };
    assert_eq!(with_more(&|place| place.running = Ok(vec![moved.clone()])), 13);
    // The revision before, to which a rollback goes.
    let older = definition("api", 6, &format!("{URI}:v12"), &[]);
    assert_eq!(with_more(&|place| place.task_definitions.as_mut().expect("known").push(older.clone())), 12);
    // What another region runs.
    let mut snapshot = running(15, None, &format!("{URI}:v1"));
    let mut elsewhere = snapshot.accounts[0].regions[0].clone();
    elsewhere.region = "eu-west-1".parse().expect("a region");
    elsewhere.repositories = Ok(vec![]);
    elsewhere.task_definitions = Ok(vec![definition("api", 7, &format!("{URI}:v15"), &[])]);
    snapshot.accounts[0].regions.push(elsewhere);
    assert_eq!(keeps(&only(&snapshot)), 15);
}

#[test]
fn when_nobody_knows_what_runs_nothing_is_changed() {
    let gap = || Gap::Denied { action: "ecs:DescribeTasks".into() };
    let breaks: [fn(&mut Place, Gap); 5] = [
        |place, gap| place.running = Err(gap),
        |place, gap| place.services = Err(gap),
        |place, gap| place.task_definitions = Err(gap),
        |place, gap| place.repositories.as_mut().expect("known")[0].images = Err(gap),
        |place, gap| place.repositories.as_mut().expect("known")[0].policy = Err(gap),
    ];
    for break_it in breaks {
        let mut snapshot = running(15, None, &format!("{URI}:v1"));
        break_it(&mut snapshot.accounts[0].regions[0], gap());
        let finding = only(&snapshot);
        assert_eq!((finding.verdict, finding.steps.len()), (Verdict::Unknown, 0), "{finding:?}");
        assert!(finding.says.contains("ecs:DescribeTasks is denied"), "{finding:?}");
    }
}

const TAGGED: &str = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"tagged","tagPatternList":["v*"],
    "countType":"sinceImagePushed","countUnit":"days","countNumber":5},"action":{"type":"expire"}}]}"#;
const KEEP: &str = r#"{"rules":[{"rulePriority":5,"description":"mine","selection":{"tagStatus":"any",
    "countType":"imageCountMoreThan","countNumber":MANY},"action":{"type":"expire"}}]}"#;

#[test]
fn a_policy_that_is_there_is_made_stricter_and_not_replaced() {
    let keep = |count: &str| KEEP.replace("MANY", count);
    // Stricter than the wish already.
    let finding = only(&running(4, Some(&keep("5")), &format!("{URI}:v1")));
    assert_eq!((finding.verdict, finding.steps.len()), (Verdict::Pass, 0), "{finding:?}");
    // Looser: its own rule is changed, and the diff says so.
    let finding = only(&running(12, Some(&keep("50")), &format!("{URI}:v1")));
    let then = &finding.steps[0].then;
    assert!(then[0].starts_with("- rule 5") && then[1].starts_with("+ rule 5"), "{then:?}");
    assert_eq!(keeps(&finding), 10);
    // Other rules stay beside the new one.
    let finding = only(&running(4, Some(TAGGED), &format!("{URI}:v1")));
    let then = &finding.steps[0].then;
    assert!(then[0].starts_with("  rule 1") && then[1].starts_with("+ rule"), "{then:?}");
    assert!(matches!(&finding.steps[0].before, Some(State::LifecyclePolicy { text }) if text == TAGGED));
}

#[test]
fn rules_that_take_what_runs_are_told_and_nothing_is_changed() {
    // Rule 1 expires what was pushed more than five days ago, and v9 runs.
    let finding = only(&running(12, Some(TAGGED), &format!("{URI}:v9")));
    assert_eq!((finding.verdict, finding.steps.len()), (Verdict::Fail, 0), "{finding:?}");
    let remedy = finding.remedy.expect("what to do");
    assert!(remedy.contains("sha256:d9") && remedy.contains("rules that are there"), "{remedy}");
    // A count that is there already, too.
    let finding = only(&running(12, Some(&KEEP.replace("MANY", "3")), &format!("{URI}:v9")));
    assert_eq!((finding.verdict, finding.steps.len()), (Verdict::Fail, 0), "{finding:?}");
    assert!(finding.remedy.expect("what to do").contains("let it keep 9"));
}

#[test]
fn what_is_not_understood_is_left_alone() {
    let strange = KEEP.replace("imageCountMoreThan", "sinceTheFlood").replace("MANY", "3");
    let finding = only(&running(12, Some(&strange), &format!("{URI}:v1")));
    assert_eq!((finding.verdict, finding.steps.len()), (Verdict::Unknown, 0), "{finding:?}");
}

#[test]
fn an_image_that_a_service_uses_and_that_is_gone_is_told() {
    let finding = only(&running(3, Some(&KEEP.replace("MANY", "5")), &format!("{URI}:v77")));
    assert_eq!(finding.verdict, Verdict::Fail);
    assert!(finding.says.contains("a service uses") && finding.says.contains("v77"), "{finding:?}");
}

#[test]
fn the_preview_of_ecr_has_the_last_word() {
    let snapshot = running(12, None, &format!("{URI}:v3"));
    let held = |preview: Result<Vec<(String, u32)>, Gap>| {
        let mut finding = only(&snapshot);
        hold_against_preview(&snapshot, &mut finding, preview);
        finding
    };
    let taken = |digests: &[&str]| Ok(digests.iter().map(|digest| (format!("sha256:{digest}"), 1)).collect());
    let last = |finding: &Finding| finding.steps[0].then.last().cloned().unwrap_or_default();
    assert_eq!(last(&held(taken(&["d12", "d11"]))), "ECR's own preview takes the same 2 images");
    let other = last(&held(taken(&["d12", "d10"])));
    assert!(other.contains("only ECR takes {sha256:d10}, only this {sha256:d11}"), "{other}");
    let unknown = last(&held(Err(Gap::Denied { action: "ecr:StartLifecyclePolicyPreview".into() })));
    assert!(unknown.contains("ecr:StartLifecyclePolicyPreview is denied"), "{unknown}");
    let refused = held(taken(&["d12", "d3"]));
    assert!(refused.steps.is_empty() && refused.remedy.is_some_and(|remedy| remedy.contains("sha256:d3")));
}

#[test]
fn images_that_run_outlive_as_many_pushes_as_is_wished() {
    let mut wish = Wish::default();
    wish.ecr.headroom = 4;
    let snapshot = running(20, None, &format!("{URI}:v9"));
    let finding = found(&snapshot, &wish, &["ecr-lifecycle"]).remove(0);
    assert_eq!(keeps(&finding), 13);
    assert!(finding.steps[0].loses[1].contains("number 9 of 13: it outlives 4 more pushes"), "{finding:?}");
}

/// Since the plan was made, somebody has gone back to an older image.
#[test]
fn what_runs_by_now_is_looked_at_again() {
    let before = running(20, None, &format!("{URI}:v2"));
    let step = only(&before).steps.remove(0);
    assert_eq!(takes_what_runs(&before, &step), None);
    let why = takes_what_runs(&running(20, None, &format!("{URI}:v15")), &step).expect("it would take v15");
    assert!(why.contains("sha256:d15"), "{why}");
    let mut denied = before.clone();
    denied.accounts[0].regions[0].running = Err(Gap::Denied { action: "ecs:ListTasks".into() });
    assert!(takes_what_runs(&denied, &step).is_some_and(|why| why.contains("ecs:ListTasks is denied")));
    // Taking a policy away takes nothing.
    let back = Step { after: None, ..step };
    assert_eq!(takes_what_runs(&denied, &back), None);
}

/// Dollars in a year, by hand: what the old policy keeps by then less what the new one does.
#[test]
fn what_a_year_saves() {
    let year = |images: i64, apart: i64, old: Option<u32>| {
        let policy = old.map(|keep| KEEP.replace("MANY", &keep.to_string()));
        let all = (0..images).map(|at| image(&format!("d{at}"), &[], (at + 1) * apart, 1_024)).collect();
        let snapshot = with(|place, _| place.repositories = Ok(vec![repository(all, policy.as_deref())]));
        only(&snapshot).steps[0].money.in_a_year.expect("known").to_fixed(3)
    };
    // 20 of 1 GB in 60 days: 20 + 20 x 365/60 GB, instead of 10.
    assert_eq!(year(20, 3, None), "13.167");
    // Two of them: 2 + 2 x 365/60 GB, instead of 10; what is free to come up to ten is no saving.
    assert_eq!(year(2, 30, None), "0.417");
    // A policy that keeps 30 already: 30 GB instead of 10, whatever comes.
    assert_eq!(year(30, 3, Some(30)), "2.000");
}
