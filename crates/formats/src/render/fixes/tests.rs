use super::super::{Precision, html, markdown, table};
use super::*;
use crate::fixes::tests::{cases, plans};
use proptest::prelude::*;
use stackcost_model::fixes::journal::Stage;
use stackcost_model::fixes::plan::PlanAccount;
use stackcost_model::fixes::setting::{Alarm, State, Target};
use stackcost_model::fixes::{Guard, Money, Undo};
use stackcost_model::meter::Region;
use stackcost_model::money::Usd;
use stackcost_model::report::{self, Cell, RowKind};

const ACCOUNT: &str = "123456789012";

fn region(code: &str) -> Region {
    code.parse().expect("a region")
}

fn usd(text: &str) -> Usd {
    Usd::parse(text).expect("an amount")
}

fn step(guard: Guard, region_code: &str, target: Target) -> Step {
    let region = region(region_code);
    Step {
        id: Step::name(ACCOUNT, region, &target),
        about: String::new(),
        guard,
        account: ACCOUNT.into(),
        region,
        target,
        before: None,
        after: None,
        now: "there is none".into(),
        then: Vec::new(),
        loses: Vec::new(),
        money: Money::none("topics are free"),
        undo: Undo::Wholly,
        needs: Vec::new(),
    }
}

fn retention(group: &str) -> Step {
    Step {
        before: Some(State::LogRetention { days: 90 }),
        after: Some(State::LogRetention { days: 30 }),
        now: "keeps 90 days".into(),
        then: vec!["keeps 30 days".into()],
        loses: vec!["events older than 30 days, about 12.4 GB".into()],
        money: Money {
            saves: Some(usd("0.372")),
            in_a_year: Some(usd("1.5")),
            formula: "12.4 GB of 14 GB expire (12.4 GB kept x 0.03 USD a GB-month (price list of 2026-09-29)); in 12 \
                      months 1 GB instead of 51 GB"
                .into(),
        },
        undo: Undo::Setting("events that have expired do not come back".into()),
        ..step(Guard::LogRetention, "us-east-1", Target::LogRetention { group: group.into() })
    }
}

fn plan(steps: Vec<Step>) -> Plan {
    Plan {
        made: "2026-10-02T08:00:00Z".parse().expect("a time"),
        tool: "0.1.0".into(),
        undoes: None,
        accounts: vec![PlanAccount { id: ACCOUNT.into(), profile: None, regions: vec![] }],
        steps,
        gaps: vec!["ecr-lifecycle repositories: ecr:DescribeRepositories is denied".into()],
        by_hand: vec!["billing-alarm e-mail to ops@example.com: open the mail and confirm it".into()],
    }
}

/// One of each: what saves, what costs, what is free, what is not known; with a diff.
fn steps() -> Vec<Step> {
    let topic = Step {
        then: vec!["topic billing-alerts, to which CloudWatch may publish".into()],
        ..step(Guard::BillingAlarm, "us-east-1", Target::Topic { name: "billing-alerts".into() })
    };
    let alarm = Step {
        then: vec!["alarm at 50 USD".into()],
        money: Money {
            saves: Some(usd("-0.1")),
            in_a_year: None,
            formula: "one more beside 10, 10 are free: 1 alarm x 0.1 USD".into(),
        },
        needs: vec![topic.id.clone()],
        ..step(Guard::BillingAlarm, "us-east-1", Target::Alarm { name: "billing-50-usd".into() })
    };
    let policy = Step {
        now: "keeps all images".into(),
        then: vec![
            "+ rule 1: untagged images expire after 14 days".into(),
            "+ rule 2: the last 10 stay\n  of any tag".into(),
        ],
        money: Money::unknown("no price for TimedStorage-ByteHrs"),
        undo: Undo::Not("images that have expired are gone".into()),
        ..step(Guard::EcrLifecycle, "us-east-1", Target::LifecyclePolicy { repository: "api".into() })
    };
    vec![
        policy,
        retention("/ecs/a-service-with-a-very-long-name/and-a-part-that-goes-on/api-in-production"),
        topic,
        alarm,
    ]
}

fn fits(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}\n{text}");
    }
}

#[test]
fn a_plan_is_shown_change_by_change() {
    let shown = table::render(&report::plan(&plan(steps())), Precision::Auto, 80);
    fits(&shown);
    assert_eq!(
        shown,
        "\
4 changes in account 123456789012, us-east-1

change                                                          saves a    in 12
                                                                  month   months
--------------------------------------------------------------------------------
ecr-lifecycle                                                   unknown  unknown
  lifecycle-policy api                                          unknown  unknown
    now: keeps all images
    then: + rule 1: untagged images expire after 14 days
          + rule 2: the last 10 stay
            of any tag
    saves: unknown; no price for TimedStorage-ByteHrs
    undo: no; images that have expired are gone
log-retention                                                     0.372    1.50
  /ecs/a-service-with-a-very-long-name/and-a-part-that-goes-      0.372    1.50
  on/api-in-production
    now: keeps 90 days
    then: keeps 30 days
    lost: events older than 30 days, about 12.4 GB
    saves: 12.4 GB of 14 GB expire (12.4 GB kept x 0.03 USD a GB-month (price
      list of 2026-09-29)); in 12 months 1 GB instead of 51 GB
    undo: the setting; events that have expired do not come back
billing-alarm                                                    -0.10    -0.10
  topic billing-alerts                                            0.00     0.00
    now: there is none
    then: topic billing-alerts, to which CloudWatch may publish
    saves: nothing; topics are free
    undo: wholly
  alarm billing-50-usd                                           -0.10    -0.10
    now: there is none
    then: alarm at 50 USD
    costs: one more beside 10, 10 are free: 1 alarm x 0.1 USD
    undo: wholly
--------------------------------------------------------------------------------
TOTAL OF WHAT IS KNOWN                                            0.272    1.40

USD at the list prices that each change names; what is negative costs
1 of 4 changes has no figure: the sums are without
2 of 4 changes cannot be wholly undone
partial: ecr-lifecycle repositories: ecr:DescribeRepositories is denied
by hand: billing-alarm e-mail to ops@example.com: open the mail and confirm it
"
    );
}

#[test]
fn plans_of_several_places_name_them() {
    let elsewhere = step(Guard::BillingAlarm, "eu-west-1", Target::Topic { name: "t".into() });
    let mut two = plan(vec![retention("/ecs/api"), elsewhere]);
    let shown = table::render(&report::plan(&two), Precision::Auto, 80);
    assert!(shown.starts_with("2 changes in account 123456789012, 2 regions\n"), "{shown}");
    assert!(shown.contains("\nlog-retention (us-east-1) "), "{shown}");
    assert!(shown.contains("\nbilling-alarm (eu-west-1) "), "{shown}");
    let other = "210987654321".to_string();
    two.accounts.push(PlanAccount { id: other.clone(), profile: None, regions: vec![] });
    two.steps[1].account = other;
    let shown = table::render(&report::plan(&two), Precision::Auto, 80);
    fits(&shown);
    assert!(shown.starts_with("2 changes in 2 accounts, 2 regions\n"), "{shown}");
    assert!(shown.contains("\nbilling-alarm (210987654321, eu-west-1) "), "{shown}");
}

#[test]
fn a_plan_without_changes_says_so() {
    let empty = report::plan(&plan(Vec::new()));
    assert_eq!(empty.title, "nothing is to be changed in account 123456789012");
    assert!(empty.rows.is_empty());
    assert_eq!(
        empty.notes,
        [
            "partial: ecr-lifecycle repositories: ecr:DescribeRepositories is denied",
            "by hand: billing-alarm e-mail to ops@example.com: open the mail and confirm it",
        ]
    );
}

#[test]
fn plans_in_markdown_and_html_have_a_line_for_each_remark() {
    let report = report::plan(&plan(vec![retention("/ecs/api")]));
    let shown = markdown::render(&report, Precision::Auto);
    let line = shown.lines().find(|line| line.contains("`/ecs/api`")).expect("the change");
    assert_eq!(
        line,
        "| `/ecs/api`<br>now: keeps 90 days<br>then: keeps 30 days<br>lost: events older than 30 days, \
         about 12.4 GB<br>saves: 12.4 GB of 14 GB expire (12.4 GB kept x 0.03 USD a GB-month (price list of \
         2026-09-29)); in 12 months 1 GB instead of 51 GB<br>undo: the setting; events that have expired do not come \
         back | 0.372 | 1.50 |"
    );
    let page = html::page(&[report], Precision::Auto, None);
    assert!(page.contains("/ecs/api<small>now: keeps 90 days</small><small>then: keeps 30 days</small>"), "{page}");
}

#[test]
fn plans_as_rows_and_lines() {
    let plan = plan(steps());
    assert_eq!(
        plan_csv(&plan),
        r#"account,region,guard,kind,name,now,then,loses,saves,in_a_year,currency,formula,undo
123456789012,us-east-1,ecr-lifecycle,lifecycle-policy,api,keeps all images,'+ rule 1: untagged images expire after 14 days; + rule 2: the last 10 stay   of any tag,,,,USD,no price for TimedStorage-ByteHrs,not: images that have expired are gone
123456789012,us-east-1,log-retention,log-retention,/ecs/a-service-with-a-very-long-name/and-a-part-that-goes-on/api-in-production,keeps 90 days,keeps 30 days,"events older than 30 days, about 12.4 GB",0.372,1.5,USD,12.4 GB of 14 GB expire (12.4 GB kept x 0.03 USD a GB-month (price list of 2026-09-29)); in 12 months 1 GB instead of 51 GB,setting: events that have expired do not come back
123456789012,us-east-1,billing-alarm,topic,billing-alerts,there is none,"topic billing-alerts, to which CloudWatch may publish",,0,0,USD,topics are free,wholly
123456789012,us-east-1,billing-alarm,alarm,billing-50-usd,there is none,alarm at 50 USD,,-0.1,-0.1,USD,"one more beside 10, 10 are free: 1 alarm x 0.1 USD",wholly
"#
    );
    let lines = plan_ndjson(&plan);
    let read: Vec<Step> = lines.lines().map(|line| serde_json::from_str(line).expect("a step")).collect();
    assert_eq!(read, plan.steps);
}

fn finding(guard: Guard, subject: &str, verdict: Verdict, says: &str) -> Finding {
    Finding {
        guard,
        about: String::new(),
        account: ACCOUNT.into(),
        region: region("us-east-1"),
        subject: subject.into(),
        verdict,
        says: says.into(),
        remedy: None,
        steps: Vec::new(),
    }
}

fn findings() -> Vec<Finding> {
    let mut findings = vec![Finding {
        remedy: Some("--allow-shorten makes it shorter".into()),
        steps: vec![retention("/ecs/api")],
        ..finding(Guard::LogRetention, "/ecs/api", Verdict::Fail, "never expires, 12.4 GB stored")
    }];
    findings
        .extend((0..41).map(|at| {
            finding(Guard::LogRetention, &format!("/ecs/{at}"), Verdict::Pass, "keeps 30 days, 1 GB stored")
        }));
    findings.push(finding(Guard::Budget, "budgets", Verdict::Unknown, "budgets:DescribeBudgets is denied"));
    findings.push(finding(Guard::Budget, "budget monthly", Verdict::Pass, "it has a forecast alert"));
    findings.extend((0..6).map(|at| finding(Guard::PlainSecrets, &format!("family:{at}"), Verdict::Pass, "none")));
    findings
}

#[test]
fn a_checklist_is_shown_guard_by_guard() {
    let shown = table::render(&report::checklist(&findings()), Precision::Auto, 80);
    fits(&shown);
    assert_eq!(
        shown,
        "\
50 checks in account 123456789012, us-east-1

check                                                         verdict
---------------------------------------------------------------------
log-retention: logs expire                                    fail
  /ecs/api                                                    fail
    never expires, 12.4 GB stored
    by hand: --allow-shorten makes it shorter
    fix: `stackcost fix plan` would change it
  41 others                                                   pass
budget: somebody is told what the month will cost             unknown
  budgets                                                     unknown
    budgets:DescribeBudgets is denied
  budget monthly                                              pass
    it has a forecast alert
plain-secrets: secrets are not plain environment variables    pass
  all 6                                                       pass

48 pass, 1 fail, 1 unknown
`stackcost fix plan` would change what is amiss in 1 of them
"
    );
    let empty = report::checklist(&[]);
    assert_eq!((empty.title.as_str(), empty.rows.len()), ("nothing was checked", 0));
}

#[test]
fn checklists_as_documents_rows_and_lines() {
    let mut findings = findings();
    findings.truncate(2);
    findings[0].says = "=cmd(), \"quoted\"".into();
    assert_eq!(
        checklist_json(&findings, &["applied yesterday".to_string()]),
        r#"{
  "schema": "stackcost.check/1",
  "pass": 1,
  "fail": 1,
  "unknown": 0,
  "findings": [
    {
      "account": "123456789012",
      "region": "us-east-1",
      "guard": "log-retention",
      "subject": "/ecs/api",
      "verdict": "fail",
      "says": "=cmd(), \"quoted\"",
      "remedy": "--allow-shorten makes it shorter",
      "fixable": true
    },
    {
      "account": "123456789012",
      "region": "us-east-1",
      "guard": "log-retention",
      "subject": "/ecs/0",
      "verdict": "pass",
      "says": "keeps 30 days, 1 GB stored",
      "remedy": null,
      "fixable": false
    }
  ],
  "notes": [
    "applied yesterday"
  ]
}
"#
    );
    assert_eq!(
        checklist_csv(&findings),
        "account,region,guard,subject,verdict,says,remedy,fixable\n\
         123456789012,us-east-1,log-retention,/ecs/api,fail,\"'=cmd(), \"\"quoted\"\"\",'--allow-shorten makes it \
         shorter,true\n\
         123456789012,us-east-1,log-retention,/ecs/0,pass,\"keeps 30 days, 1 GB stored\",,false\n"
    );
    assert_eq!(checklist_ndjson(&findings).lines().count(), 2);
}

fn outcomes() -> Vec<Option<Outcome>> {
    let uncertain = Outcome::Failed { why: "no answer within 30 s".into(), uncertain: true };
    vec![
        Some(uncertain),
        Some(Outcome::Stale { found: Some(State::LogRetention { days: 7 }) }),
        Some(Outcome::Done),
        None,
    ]
}

#[test]
fn what_became_of_a_plan_is_told_change_by_change() {
    let outcomes = outcomes();
    let outcomes: Vec<Option<&Outcome>> = outcomes.iter().map(Option::as_ref).collect();
    let shown = table::render(&report::applied(&plan(steps()), &outcomes), Precision::Auto, 80);
    fits(&shown);
    assert_eq!(
        shown,
        "\
1 of 4 changes is made in account 123456789012, us-east-1

change                                                                 outcome
--------------------------------------------------------------------------------
ecr-lifecycle
  lifecycle-policy api                                                 failed
    no answer within 30 s; whether it was changed is not known
log-retention
  /ecs/a-service-with-a-very-long-name/and-a-part-that-goes-on/api-    stale
  in-production
    found: days 7, not 90
    planned from: keeps 90 days
billing-alarm
  topic billing-alerts                                                 done
    topic billing-alerts, to which CloudWatch may publish
  alarm billing-50-usd                                                 not begun

1 done, 1 stale, 1 failed, 1 not begun
what is stale was changed since the plan was made: make a new one with
`stackcost fix plan`
by hand: billing-alarm e-mail to ops@example.com: open the mail and confirm it
"
    );
}

#[test]
fn stale_settings_are_told_by_what_differs() {
    let alarm = |threshold: &str, actions: &[&str]| {
        Box::new(Alarm {
            description: None,
            actions_enabled: true,
            alarm_actions: actions.iter().map(ToString::to_string).collect(),
            ok_actions: Vec::new(),
            insufficient_data_actions: Vec::new(),
            namespace: "AWS/Billing".into(),
            metric: "EstimatedCharges".into(),
            statistic: "Maximum".into(),
            dimensions: BTreeMap::new(),
            period: 21_600,
            unit: None,
            evaluation_periods: 1,
            datapoints_to_alarm: None,
            threshold: threshold.into(),
            comparison: "GreaterThanThreshold".into(),
            treat_missing_data: None,
            evaluate_low_samples: None,
        })
    };
    let said = |before: Option<State>, found: Option<State>| {
        let step = Step { before, ..step(Guard::BillingAlarm, "us-east-1", Target::Alarm { name: "a".into() }) };
        let words = outcome_words(&step, Some(&Outcome::Stale { found })).expect("words");
        words.lines().next().expect("a line").to_string()
    };
    let before = || Some(State::Alarm(alarm("50", &[])));
    assert_eq!(said(before(), None), "found: there is none");
    assert_eq!(said(before(), Some(State::Alarm(alarm("75", &[])))), "found: threshold 75, not 50");
    assert_eq!(
        said(before(), Some(State::Alarm(alarm("50", &["arn:aws:sns:us-east-1:123456789012:t"])))),
        "found: alarm actions arn:aws:sns:us-east-1:123456789012:t, not none"
    );
    assert_eq!(said(None, Some(State::Subscription)), "found: there is one");
    let policy = |text: &str| Some(State::LifecyclePolicy { text: text.into() });
    assert_eq!(said(policy("{}"), policy(&"x".repeat(100))), "found: another text");
    assert_eq!(said(None, Some(State::LogRetention { days: 7 })), "found: days 7");
}

#[test]
fn what_became_of_a_plan_as_documents_rows_and_lines() {
    let plan = plan(steps());
    let outcomes = outcomes();
    let outcomes: Vec<Option<&Outcome>> = outcomes.iter().map(Option::as_ref).collect();
    let calls = BTreeMap::from([("logs:PutRetentionPolicy".to_string(), 2)]);
    let text = applied_json(&plan, &outcomes, "/tmp/journal.ndjson", &calls);
    assert_eq!(
        text.replace(&crate::fixes::digest(&plan), "DIGEST"),
        r#"{
  "schema": "stackcost.applied/1",
  "plan": "DIGEST",
  "undoes": null,
  "journal": "/tmp/journal.ndjson",
  "steps": [
    {
      "id": "123456789012 us-east-1 lifecycle-policy api",
      "outcome": {
        "how": "failed",
        "why": "no answer within 30 s",
        "uncertain": true
      },
      "says": "no answer within 30 s; whether it was changed is not known"
    },
    {
      "id": "123456789012 us-east-1 log-retention /ecs/a-service-with-a-very-long-name/and-a-part-that-goes-on/api-in-production",
      "outcome": {
        "how": "stale",
        "found": {
          "kind": "log-retention",
          "days": 7
        }
      },
      "says": "found: days 7, not 90\nplanned from: keeps 90 days"
    },
    {
      "id": "123456789012 us-east-1 topic billing-alerts",
      "outcome": {
        "how": "done"
      },
      "says": "topic billing-alerts, to which CloudWatch may publish"
    },
    {
      "id": "123456789012 us-east-1 alarm billing-50-usd",
      "outcome": null,
      "says": null
    }
  ],
  "counts": {
    "already_so": 0,
    "done": 1,
    "failed": 1,
    "not_begun": 1,
    "not_reached": 0,
    "stale": 1
  },
  "calls": {
    "logs:PutRetentionPolicy": 2
  }
}
"#
    );
    assert_eq!(
        applied_csv(&plan, &outcomes),
        r#"account,region,guard,kind,name,outcome,says
123456789012,us-east-1,ecr-lifecycle,lifecycle-policy,api,failed,no answer within 30 s; whether it was changed is not known
123456789012,us-east-1,log-retention,log-retention,/ecs/a-service-with-a-very-long-name/and-a-part-that-goes-on/api-in-production,stale,"found: days 7, not 90 planned from: keeps 90 days"
123456789012,us-east-1,billing-alarm,topic,billing-alerts,done,"topic billing-alerts, to which CloudWatch may publish"
123456789012,us-east-1,billing-alarm,alarm,billing-50-usd,not begun,
"#
    );
    assert_eq!(applied_ndjson(&plan, &outcomes).lines().count(), 4);
    // Fewer outcomes than steps: the others were not begun.
    assert!(applied_csv(&plan, &[]).lines().skip(1).all(|line| line.ends_with(",not begun,")));
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_plan_can_be_shown_and_adds_up(journal in plans::journal(), width in 20_usize..120) {
        let plan = &journal.plan;
        let stages = journal.stages();
        let outcomes: Vec<Option<&Outcome>> = plan
            .steps
            .iter()
            .map(|step| match stages.get(step.id.as_str()) {
                Some(Stage::Ended(outcome)) => Some(*outcome),
                _ => None,
            })
            .collect();
        let of_plan = report::plan(plan);
        for report in [&of_plan, &report::applied(plan, &outcomes)] {
            prop_assert!(report.rows.iter().all(|row| row.cells.len() == report.columns.len()));
            for precision in [Precision::Auto, Precision::Places(2), Precision::Full] {
                prop_assert!(!table::render(report, precision, width).is_empty());
            }
            prop_assert!(markdown::render(report, Precision::Auto).starts_with("### "));
            let page = html::page(std::slice::from_ref(report), Precision::Auto, None);
            prop_assert!(page.ends_with("</html>\n"));
        }
        for column in 1..=2 {
            let sum = |kind: RowKind| -> Usd {
                let rows = of_plan.rows.iter().filter(|row| row.kind == kind);
                let amounts = rows.map(|row| match row.cells[column] {
                    Cell::Amount(usd) => usd,
                    _ => Usd::ZERO,
                });
                amounts.sum()
            };
            prop_assert_eq!(sum(RowKind::Line), sum(RowKind::Total));
            prop_assert_eq!(sum(RowKind::Group), sum(RowKind::Total));
        }
        // One fact a row, whatever the names are.
        for text in [plan_csv(plan), applied_csv(plan, &outcomes)] {
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let rows = reader.records().filter(Result::is_ok).count();
            prop_assert_eq!(rows, plan.steps.len());
            prop_assert_eq!(text.lines().count(), plan.steps.len() + 1);
        }
        for text in [plan_ndjson(plan), applied_ndjson(plan, &outcomes)] {
            prop_assert_eq!(text.lines().count(), plan.steps.len());
        }
    }
}
