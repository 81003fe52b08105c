use super::super::{digest, read_plan, write_plan};
use super::{cases, plans};
use crate::problem::Problem;
use proptest::prelude::*;
use stackcost_model::fixes::plan::PlanAccount;
use stackcost_model::fixes::setting::{State, Target};
use stackcost_model::fixes::{Guard, Money, Plan, Step, Undo};
use stackcost_model::money::Usd;

pub(super) fn small() -> Plan {
    let target = Target::LogRetention { group: "/ecs/api".into() };
    let region = plans::region("us-east-1");
    Plan {
        made: "2026-10-02T08:00:00Z".parse().expect("a time"),
        tool: "0.1.0".into(),
        undoes: None,
        accounts: vec![PlanAccount { id: "123456789012".into(), profile: None, regions: vec![region] }],
        steps: vec![Step {
            id: Step::name("123456789012", region, &target),
            about: "/ecs/api".into(),
            guard: Guard::LogRetention,
            account: "123456789012".into(),
            region,
            target,
            before: None,
            after: Some(State::LogRetention { days: 30 }),
            now: "never expires".into(),
            then: vec!["keeps 30 days".into()],
            loses: vec!["events older than 30 days, about 12.4 GB".into()],
            money: Money {
                saves: Usd::parse("0.372"),
                in_a_year: Usd::parse("1.5"),
                formula: "12.4 GB of 14 GB expire (12.4 GB kept x 0.03 USD)".into(),
            },
            undo: Undo::Setting("events that have expired do not come back".into()),
            needs: Vec::new(),
        }],
        gaps: Vec::new(),
        by_hand: Vec::new(),
    }
}

#[test]
fn a_plan_file_looks_like_this() {
    let expected = r#"{
  "schema": "stackcost.plan/1",
  "digest": "sha256:@",
  "plan": {
    "made": "2026-10-02T08:00:00Z",
    "tool": "0.1.0",
    "undoes": null,
    "accounts": [
      {
        "id": "123456789012",
        "profile": null,
        "regions": [
          "us-east-1"
        ]
      }
    ],
    "steps": [
      {
        "id": "123456789012 us-east-1 log-retention /ecs/api",
        "guard": "log-retention",
        "about": "/ecs/api",
        "account": "123456789012",
        "region": "us-east-1",
        "target": {
          "kind": "log-retention",
          "group": "/ecs/api"
        },
        "before": null,
        "after": {
          "kind": "log-retention",
          "days": 30
        },
        "now": "never expires",
        "then": [
          "keeps 30 days"
        ],
        "loses": [
          "events older than 30 days, about 12.4 GB"
        ],
        "money": {
          "saves": "0.372",
          "in_a_year": "1.5",
          "formula": "12.4 GB of 14 GB expire (12.4 GB kept x 0.03 USD)"
        },
        "undo": {
          "can": "setting",
          "but": "events that have expired do not come back"
        },
        "needs": []
      }
    ],
    "gaps": [],
    "by_hand": []
  }
}
"#;
    let plan = small();
    let text = write_plan(&plan);
    assert_eq!(text, expected.replace("sha256:@", &digest(&plan)));
    assert_eq!(read_plan("plan.json", &text), Ok(plan));
}

#[test]
fn a_digest_can_be_had_without_this_tool() {
    // jq -cjS .plan plan.json | sha256sum
    assert_eq!(digest(&small()), "sha256:c480c28f765133e28afe060421424e8c5b8dc03e360d29926451905cead8ee6b");
}

fn wrong(text: &str) -> Problem {
    read_plan("plan.json", text).expect_err(text)
}

#[test]
fn what_is_no_plan_is_refused_at_its_place() {
    let text = write_plan(&small());
    let sum = digest(&small());
    let edited = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        wrong(&text.replace(from, to)).to_string()
    };
    for (from, to, said) in [
        (
            "\"days\": 30",
            "\"days\": 3",
            "plan.json:3:13: the plan was edited: its digest is another one (make a new one with `stackcost fix plan`)",
        ),
        (
            "\"by_hand\": []",
            "\"by_hand\": [\"x\"]",
            "plan.json:3:13: the plan was edited: its digest is another one (make a new one with `stackcost fix plan`)",
        ),
        (
            // What nobody reads of a change that has no fields of its own.
            "\"can\": \"setting\",",
            "\"can\": \"setting\", \"extra\": 1,",
            "plan.json:3:13: the plan was edited: its digest is another one (make a new one with `stackcost fix plan`)",
        ),
        (
            "stackcost.plan/1",
            "stackcost.plan/2",
            "plan.json:2:13: plan.json is of the kind stackcost.plan/2, not stackcost.plan/1 \
             (a plan of this version is wanted here)",
        ),
        (
            "\"schema\": \"stackcost.plan/1\",",
            "",
            "plan.json does not say that it is of the kind stackcost.plan/1 (a plan of this version is wanted here)",
        ),
        (
            "\"by_hand\": []",
            "\"by_hands\": []",
            "plan.json:53:14: plan.json is no plan: unknown field `by_hands`, expected one of `made`, `tool`, \
             `undoes`, `accounts`, `steps`, `gaps`, `by_hand`",
        ),
        ("\"gaps\": [],", "", "plan.json:54:3: plan.json is no plan: missing field `gaps`"),
        ("\"gaps\": [],", "\"gaps\": [,", "plan.json:52:14: plan.json is no plan: expected value"),
        (
            "\"region\": \"us-east-1\"",
            "\"region\": \"us-east-7\"",
            "plan.json:23:29: plan.json is no plan: there is no region of this code",
        ),
        (
            "\"saves\": \"0.372\"",
            "\"saves\": 0.372",
            "plan.json:41:24: plan.json is no plan: invalid type: floating point `0.372`, expected a string",
        ),
    ] {
        assert_eq!(edited(from, to), said, "{to}");
    }
    assert_eq!(
        wrong("").to_string(),
        "plan.json does not say that it is of the kind stackcost.plan/1 (a plan of this version is wanted here)"
    );
    assert_eq!(wrong("nothing").to_string(), "plan.json:1:2: plan.json is no plan: expected ident");
    let journal = super::super::journal_header(&small()) + "{}\n";
    assert_eq!(
        wrong(&journal).to_string(),
        "plan.json:1:11: plan.json is of the kind stackcost.journal/1, not stackcost.plan/1 \
         (a plan of this version is wanted here)"
    );
    // An edited digest is no other plan's, either.
    let other = text.replace(&sum, &format!("sha256:{}", "0".repeat(64)));
    assert!(wrong(&other).message.contains("edited"));
    // More behind the plan.
    assert_eq!(wrong(&format!("{text}{{}}")).to_string(), "plan.json:56:1: plan.json is no plan: trailing characters");
}

#[test]
fn a_plan_that_cannot_be_carried_out_is_refused() {
    let mut plan = small();
    plan.steps[0].needs.push("nothing".into());
    assert_eq!(
        wrong(&write_plan(&plan)).to_string(),
        "plan.json cannot be carried out: step `123456789012 us-east-1 log-retention /ecs/api` needs `nothing`, which \
         does not come before it (make a new one with `stackcost fix plan`)"
    );
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_plan_survives(plan in plans::plan()) {
        let text = write_plan(&plan);
        prop_assert_eq!(read_plan("plan.json", &text), Ok(plan.clone()));
        prop_assert_eq!(write_plan(&plan), text);
    }

    #[test]
    fn a_damaged_plan_is_the_same_or_none(
        plan in plans::plan(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..3),
    ) {
        let mut bytes = write_plan(&plan).into_bytes();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                // A digit is the change that goes unseen.
                1 => bytes[at] = b'0' + byte % 10,
                2 => bytes.insert(at, byte),
                _ => {
                    bytes.remove(at);
                }
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(read) = read_plan("plan.json", &text) {
            prop_assert_eq!(read, plan);
        }
    }
}
