//! Findings, plans and what became of them as JSON, NDJSON and CSV: all digits.

use super::cell;
use serde::Serialize;
use stackcost_model::fixes::{Finding, Outcome, Plan, Step, Undo, Verdict};
use stackcost_model::report::{OUTCOME_WORDS, outcome_word, outcome_words};
use std::collections::BTreeMap;

#[cfg(test)]
mod tests;

/// A finding, without the steps: they are in the plan.
#[derive(Serialize)]
struct Found<'a> {
    account: &'a str,
    region: &'a str,
    guard: &'a str,
    subject: &'a str,
    verdict: &'a str,
    says: &'a str,
    /// What a person has to do.
    remedy: Option<&'a str>,
    /// Whether a plan would change it.
    fixable: bool,
}

fn found(finding: &Finding) -> Found<'_> {
    Found {
        account: &finding.account,
        region: finding.region.code(),
        guard: finding.guard.word(),
        subject: &finding.subject,
        verdict: finding.verdict.word(),
        says: &finding.says,
        remedy: finding.remedy.as_deref(),
        fixable: !finding.steps.is_empty(),
    }
}

/// `stackcost.check/1`.
#[must_use]
pub fn checklist_json(findings: &[Finding], notes: &[String]) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        pass: usize,
        fail: usize,
        unknown: usize,
        findings: Vec<Found<'a>>,
        notes: &'a [String],
    }
    let of = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    pretty(&Document {
        schema: "stackcost.check/1",
        pass: of(Verdict::Pass),
        fail: of(Verdict::Fail),
        unknown: of(Verdict::Unknown),
        findings: findings.iter().map(found).collect(),
        notes,
    })
}

/// A finding a line.
#[must_use]
pub fn checklist_ndjson(findings: &[Finding]) -> String {
    findings.iter().map(|finding| line(&found(finding))).collect()
}

/// A finding a row.
#[must_use]
pub fn checklist_csv(findings: &[Finding]) -> String {
    let header = ["account", "region", "guard", "subject", "verdict", "says", "remedy", "fixable"];
    let row = |found: Found<'_>| {
        [
            found.account.to_string(),
            found.region.to_string(),
            found.guard.to_string(),
            cell(found.subject),
            found.verdict.to_string(),
            cell(found.says),
            cell(found.remedy.unwrap_or_default()),
            found.fixable.to_string(),
        ]
    };
    table(header, findings.iter().map(|finding| row(found(finding))))
}

/// A step a line, as it is in the plan file.
#[must_use]
pub fn plan_ndjson(plan: &Plan) -> String {
    plan.steps.iter().map(line).collect()
}

/// A step a row. What it saves is in dollars a month; it is empty when that is not known.
#[must_use]
pub fn plan_csv(plan: &Plan) -> String {
    let header = [
        "account",
        "region",
        "guard",
        "kind",
        "name",
        "now",
        "then",
        "loses",
        "saves",
        "in_a_year",
        "currency",
        "formula",
        "undo",
    ];
    let row = |step: &Step| {
        let [account, region, guard, kind, name] = place(step);
        let usd =
            |amount: Option<_>| amount.map_or_else(String::new, |usd: stackcost_model::money::Usd| usd.to_string());
        [
            account,
            region,
            guard,
            kind,
            name,
            cell(&step.now),
            cell(&step.then.join("; ")),
            cell(&step.loses.join("; ")),
            usd(step.money.saves),
            usd(step.money.in_a_year.or(step.money.saves)),
            "USD".to_string(),
            cell(&step.money.formula),
            cell(&undo(&step.undo)),
        ]
    };
    table(header, plan.steps.iter().map(row))
}

fn undo(undo: &Undo) -> String {
    match undo {
        Undo::Wholly => "wholly".to_string(),
        Undo::Setting(but) => format!("setting: {but}"),
        Undo::Not(why) => format!("not: {why}"),
    }
}

/// Where a step is and what it is of: account, region, guard, kind and name.
fn place(step: &Step) -> [String; 5] {
    let (account, region, guard) = (step.account.clone(), step.region.code(), step.guard.word());
    [account, region.to_string(), guard.to_string(), step.target.kind().to_string(), cell(&step.target.name())]
}

/// A step and how it ended.
#[derive(Serialize)]
struct Ended<'a> {
    id: &'a str,
    /// As in the journal; null when the step was not begun.
    outcome: Option<&'a Outcome>,
    says: Option<String>,
}

fn ended<'a>(plan: &'a Plan, outcomes: &'a [Option<&'a Outcome>]) -> impl Iterator<Item = (&'a Step, Ended<'a>)> {
    plan.steps.iter().enumerate().map(|(at, step)| {
        let outcome = outcomes.get(at).copied().flatten();
        (step, Ended { id: &step.id, outcome, says: outcome_words(step, outcome) })
    })
}

/// `stackcost.applied/1`: how each step ended, where that is written down, and which calls to AWS
/// it took, by action.
#[must_use]
pub fn applied_json(
    plan: &Plan,
    outcomes: &[Option<&Outcome>],
    journal: &str,
    calls: &BTreeMap<String, u64>,
) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        /// The digest of the plan.
        plan: String,
        undoes: Option<&'a str>,
        journal: &'a str,
        steps: Vec<Ended<'a>>,
        /// How many steps ended in each way, those of none too.
        counts: BTreeMap<String, usize>,
        calls: &'a BTreeMap<String, u64>,
    }
    let steps: Vec<Ended<'_>> = ended(plan, outcomes).map(|(_, ended)| ended).collect();
    let of = |word: &str| steps.iter().filter(|step| outcome_word(step.outcome) == word).count();
    let counts = OUTCOME_WORDS.iter().map(|word| (word.replace(' ', "_"), of(word))).collect();
    pretty(&Document {
        schema: "stackcost.applied/1",
        plan: crate::fixes::digest(plan),
        undoes: plan.undoes.as_deref(),
        journal,
        steps,
        counts,
        calls,
    })
}

/// A step a line, with how it ended.
#[must_use]
pub fn applied_ndjson(plan: &Plan, outcomes: &[Option<&Outcome>]) -> String {
    ended(plan, outcomes).map(|(_, ended)| line(&ended)).collect()
}

/// A step a row, with how it ended.
#[must_use]
pub fn applied_csv(plan: &Plan, outcomes: &[Option<&Outcome>]) -> String {
    let header = ["account", "region", "guard", "kind", "name", "outcome", "says"];
    let row = |(step, ended): (&Step, Ended<'_>)| {
        let [account, region, guard, kind, name] = place(step);
        let says = cell(&ended.says.unwrap_or_default());
        [account, region, guard, kind, name, outcome_word(ended.outcome).to_string(), says]
    };
    table(header, ended(plan, outcomes).map(row))
}

fn line(value: &impl Serialize) -> String {
    // Texts, whole numbers, lists and tables by text: this does not fail.
    serde_json::to_string(value).unwrap_or_default() + "\n"
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn table<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}
