//! Plans, checklists and what became of a plan, as tables.

use super::{Cell, Report, Row, RowKind, number, text};
use crate::fixes::{Finding, Outcome, Plan, State, Step, Undo, Verdict};
use crate::meter::Region;
use crate::money::Usd;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use serde_json::Value;

/// So many findings of a guard that pass are shown one by one.
const PASSES_SHOWN: usize = 5;
/// A value of a setting that is longer is a document, not a word.
const LONGEST_WORD: usize = 60;

/// What a plan changes, by guard: what it saves a month, now and in a year, and under each change
/// what is, what will be, what is lost, and whether it can be undone.
///
/// A change without a figure may save or cost: sums are of what is known, and say so; they are no
/// bounds.
#[must_use]
pub fn plan(plan: &Plan) -> Report {
    let places = Places::of(plan.steps.iter().map(|step| (step.account.as_str(), step.region)));
    let mut rows = Vec::new();
    for (key, steps) in groups(&plan.steps, |step| (step.account.as_str(), step.region, step.guard)) {
        rows.push(money_row(RowKind::Group, places.with(key.2.word(), key.0, key.1), &steps, None));
        for step in steps {
            rows.push(money_row(RowKind::Line, name(step), &[step], Some(change_words(step))));
        }
    }
    let steps: Vec<&Step> = plan.steps.iter().collect();
    if !steps.is_empty() {
        let (_, all) = plan.saves();
        let name = if all { "TOTAL" } else { "TOTAL OF WHAT IS KNOWN" };
        rows.push(money_row(RowKind::Total, name.to_string(), &steps, None));
    }
    Report {
        title: plan_title(plan, &places),
        columns: vec![text("change"), number("saves a month"), number("in 12 months")],
        rows,
        notes: plan_notes(plan),
    }
}

fn plan_title(plan: &Plan, places: &Places<'_>) -> String {
    let accounts: Vec<&str> = plan.accounts.iter().map(|account| account.id.as_str()).collect();
    match (plan.steps.len(), &accounts[..]) {
        (0, [one]) => format!("nothing is to be changed in account {one}"),
        (0, []) => "nothing is to be changed".to_string(),
        (0, several) => format!("nothing is to be changed in {} accounts", several.len()),
        (changes, _) => format!("{} in {}", count(changes, "change"), places.words()),
    }
}

fn plan_notes(plan: &Plan) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(journal) = &plan.undoes {
        notes.push(format!("undoes what {journal} tells of"));
    }
    let changes = plan.steps.len();
    let some = |is: fn(&&Step) -> bool| plan.steps.iter().filter(is).count();
    if changes > 0 {
        notes.push("USD at the list prices that each change names; what is negative costs".to_string());
    }
    let unknown = some(|step| step.money.saves.is_none());
    if unknown > 0 {
        let have = if unknown == 1 { "has" } else { "have" };
        notes.push(format!("{unknown} of {} {have} no figure: the sums are without", count(changes, "change")));
    }
    let lasting = some(|step| step.undo != Undo::Wholly);
    if lasting > 0 {
        notes.push(format!("{lasting} of {} cannot be wholly undone", count(changes, "change")));
    }
    notes.extend(plan.gaps.iter().map(|gap| format!("partial: {gap}")));
    notes.extend(plan.by_hand.iter().map(|task| format!("by hand: {task}")));
    notes
}

/// A row of what steps save together, of those that have a figure.
fn money_row(kind: RowKind, name: String, steps: &[&Step], remark: Option<String>) -> Row {
    let cell = |of: fn(&Step) -> Option<Usd>| {
        let known: Vec<Usd> = steps.iter().filter_map(|step| of(step)).collect();
        if known.is_empty() { Cell::Text("unknown".to_string()) } else { Cell::Amount(known.into_iter().sum()) }
    };
    let cells =
        vec![Cell::Text(name), cell(|step| step.money.saves), cell(|step| step.money.in_a_year.or(step.money.saves))];
    Row { kind, cells, remark }
}

/// What a step is of, under its guard: `alarm billing-50-usd`; of a guard of the same name, that
/// word is not said again.
fn name(step: &Step) -> String {
    if step.target.kind() == step.guard.word() { step.target.name() } else { step.target.to_string() }
}

/// A change in words, a line each.
fn change_words(step: &Step) -> String {
    let mut lines = vec![format!("now: {}", step.now)];
    for (at, line) in step.then.iter().flat_map(|text| text.lines()).enumerate() {
        lines.push(format!("{}{line}", if at == 0 { "then: " } else { "      " }));
    }
    lines.extend(step.loses.iter().map(|lost| format!("lost: {lost}")));
    let most = step.money.saves.max(step.money.in_a_year);
    let (saves, formula) = (step.money.saves, &step.money.formula);
    lines.push(match (saves, most) {
        (None, _) => format!("saves: unknown; {formula}"),
        (_, Some(most)) if most > Usd::ZERO => format!("saves: {formula}"),
        (Some(Usd::ZERO), _) => format!("saves: nothing; {formula}"),
        _ => format!("costs: {formula}"),
    });
    lines.push(match &step.undo {
        Undo::Wholly => "undo: wholly".to_string(),
        Undo::Setting(but) => format!("undo: the setting; {but}"),
        Undo::Not(why) => format!("undo: no; {why}"),
    });
    lines.join("\n")
}

/// What guards found, by guard: its promise and its worst verdict, then each resource with what is
/// so and what would mend it. Of many that pass only the number is told.
#[must_use]
pub fn checklist(findings: &[Finding]) -> Report {
    let places = Places::of(findings.iter().map(|finding| (finding.account.as_str(), finding.region)));
    let mut rows = Vec::new();
    for (guard, found) in groups(findings, |finding: &Finding| finding.guard) {
        let cells = vec![Cell::Text(format!("{guard}: {}", guard.promise())), verdict(worst(&found))];
        rows.push(Row { kind: RowKind::Group, cells, remark: None });
        let passes = found.iter().filter(|finding| finding.verdict == Verdict::Pass).count();
        let told = |finding: &&&Finding| finding.verdict != Verdict::Pass || passes <= PASSES_SHOWN;
        rows.extend(found.iter().filter(told).map(|finding| finding_row(finding, &places)));
        if passes > PASSES_SHOWN {
            let which = if passes == found.len() { format!("all {passes}") } else { format!("{passes} others") };
            rows.push(Row {
                kind: RowKind::Line,
                cells: vec![Cell::Text(which), verdict(Verdict::Pass)],
                remark: None,
            });
        }
    }
    let title = match findings.len() {
        0 => "nothing was checked".to_string(),
        checks => format!("{} in {}", count(checks, "check"), places.words()),
    };
    Report { title, columns: vec![text("check"), text("verdict")], rows, notes: checklist_notes(findings) }
}

fn checklist_notes(findings: &[Finding]) -> Vec<String> {
    let of = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let [pass, fail, unknown] = [Verdict::Pass, Verdict::Fail, Verdict::Unknown].map(of);
    let mut notes = vec![format!("{pass} pass, {fail} fail, {unknown} unknown")];
    let fixable = findings.iter().filter(|finding| !finding.steps.is_empty()).count();
    if fixable > 0 {
        notes.push(format!("`stackcost fix plan` would change what is amiss in {fixable} of them"));
    }
    notes
}

fn finding_row(finding: &Finding, places: &Places<'_>) -> Row {
    let mut lines = vec![finding.says.clone()];
    lines.extend(finding.remedy.as_ref().map(|remedy| format!("by hand: {remedy}")));
    if !finding.steps.is_empty() {
        lines.push("fix: `stackcost fix plan` would change it".to_string());
    }
    let name = places.with(&finding.subject, &finding.account, finding.region);
    let cells = vec![Cell::Text(name), verdict(finding.verdict)];
    Row { kind: RowKind::Line, cells, remark: Some(lines.join("\n")) }
}

fn verdict(verdict: Verdict) -> Cell {
    Cell::Text(verdict.word().to_string())
}

/// A failure goes before what is unknown, and that before what passes.
fn worst(findings: &[&Finding]) -> Verdict {
    let has = |verdict| findings.iter().any(|finding| finding.verdict == verdict);
    [Verdict::Fail, Verdict::Unknown].into_iter().find(|verdict| has(*verdict)).unwrap_or(Verdict::Pass)
}

/// What became of a plan, step by step, given how each one ended.
#[must_use]
pub fn applied(plan: &Plan, outcomes: &[Option<&Outcome>]) -> Report {
    let places = Places::of(plan.steps.iter().map(|step| (step.account.as_str(), step.region)));
    let ended: Vec<(&Step, Option<&Outcome>)> =
        plan.steps.iter().enumerate().map(|(at, step)| (step, outcomes.get(at).copied().flatten())).collect();
    let mut rows = Vec::new();
    for (key, steps) in groups(&ended, |(step, _)| (step.account.as_str(), step.region, step.guard)) {
        let cells = vec![Cell::Text(places.with(key.2.word(), key.0, key.1)), Cell::Empty];
        rows.push(Row { kind: RowKind::Group, cells, remark: None });
        rows.extend(steps.into_iter().map(|(step, outcome)| Row {
            kind: RowKind::Line,
            cells: vec![Cell::Text(name(step)), Cell::Text(outcome_word(*outcome).to_string())],
            remark: outcome_words(step, *outcome),
        }));
    }
    let good = ended.iter().filter(|(_, outcome)| outcome.is_some_and(Outcome::is_good)).count();
    let are = if good == 1 { "is" } else { "are" };
    let title = match plan.steps.len() {
        0 => plan_title(plan, &places),
        changes => format!("{good} of {} {are} made in {}", count(changes, "change"), places.words()),
    };
    Report { title, columns: vec![text("change"), text("outcome")], rows, notes: applied_notes(plan, &ended) }
}

fn applied_notes(plan: &Plan, ended: &[(&Step, Option<&Outcome>)]) -> Vec<String> {
    let of = |word: &str| ended.iter().filter(|(_, outcome)| outcome_word(*outcome) == word).count();
    let counts: Vec<String> = OUTCOME_WORDS
        .iter()
        .map(|word| (of(word), word))
        .filter(|(count, _)| *count > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    let mut notes = Vec::new();
    if !counts.is_empty() {
        notes.push(counts.join(", "));
    }
    if of("stale") > 0 {
        notes.push(
            "what is stale was changed since the plan was made: make a new one with `stackcost fix plan`".to_string(),
        );
    }
    notes.extend(plan.by_hand.iter().map(|task| format!("by hand: {task}")));
    notes
}

/// All words of [`outcome_word`].
pub const OUTCOME_WORDS: [&str; 6] = ["done", "already so", "stale", "failed", "not reached", "not begun"];

/// How a step ended, in a word or two.
#[must_use]
pub const fn outcome_word(outcome: Option<&Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Done) => "done",
        Some(Outcome::AlreadySo) => "already so",
        Some(Outcome::Stale { .. }) => "stale",
        Some(Outcome::Failed { .. }) => "failed",
        Some(Outcome::NotReached { .. }) => "not reached",
        None => "not begun",
    }
}

/// What is to be said of how a step ended.
#[must_use]
pub fn outcome_words(step: &Step, outcome: Option<&Outcome>) -> Option<String> {
    Some(match outcome? {
        // A diff of a document has been seen in the plan.
        Outcome::Done | Outcome::AlreadySo => match &step.then[..] {
            [one] => one.clone(),
            _ => return None,
        },
        Outcome::Stale { found } => format!("found: {}\nplanned from: {}", found_words(step, found.as_ref()), step.now),
        Outcome::Failed { why, uncertain: false } => why.clone(),
        Outcome::Failed { why, uncertain: true } => format!("{why}; whether it was changed is not known"),
        Outcome::NotReached { needs } => format!("it needs `{needs}`, which was not made"),
    })
}

/// What a setting was found to be: where it is not as planned from.
fn found_words(step: &Step, found: Option<&State>) -> String {
    let Some(found) = found else { return "there is none".to_string() };
    let fields = |state: &State| match serde_json::to_value(state) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let before = step.before.as_ref().map(fields).unwrap_or_default();
    let changed = fields(found).into_iter().filter(|(name, value)| name != "kind" && before.get(name) != Some(value));
    let words: Vec<String> = changed
        .map(|(name, value)| {
            let before = before.get(&name).and_then(value_words);
            let name = name.replace('_', " ");
            match (value_words(&value), before) {
                (Some(value), Some(before)) => format!("{name} {value}, not {before}"),
                (Some(value), None) => format!("{name} {value}"),
                (None, _) => format!("another {name}"),
            }
        })
        .collect();
    if words.is_empty() { "there is one".to_string() } else { words.join("; ") }
}

/// A value that can be said in a sentence.
fn value_words(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => "none".to_string(),
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Array(items) if items.is_empty() => "none".to_string(),
        Value::Array(items) => items.iter().map(value_words).collect::<Option<Vec<_>>>()?.join(", "),
        Value::Object(_) => return None,
    };
    (text.len() <= LONGEST_WORD && !text.contains('\n')).then_some(text)
}

/// Items of the same key together, in order of first appearance.
fn groups<'a, T, K: PartialEq + 'a>(items: &'a [T], key: impl Fn(&'a T) -> K) -> Vec<(K, Vec<&'a T>)> {
    let mut groups: Vec<(K, Vec<&T>)> = Vec::new();
    for item in items {
        let key = key(item);
        match groups.iter_mut().find(|group| group.0 == key) {
            Some((_, group)) => group.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups
}

/// Which accounts and regions something is about.
struct Places<'a> {
    accounts: BTreeSet<&'a str>,
    regions: BTreeSet<Region>,
}

impl<'a> Places<'a> {
    fn of(places: impl Iterator<Item = (&'a str, Region)>) -> Places<'a> {
        let (accounts, regions) = places.unzip();
        Places { accounts, regions }
    }

    /// `account 123456789012, us-east-1`, or how many there are.
    fn words(&self) -> String {
        let accounts = match self.accounts.first() {
            Some(one) if self.accounts.len() == 1 => format!("account {one}"),
            _ => count(self.accounts.len(), "account"),
        };
        match self.regions.first() {
            Some(one) if self.regions.len() == 1 => format!("{accounts}, {one}"),
            _ => format!("{accounts}, {}", count(self.regions.len(), "region")),
        }
    }

    /// A name with what the title does not say of its place.
    fn with(&self, name: &str, account: &str, region: Region) -> String {
        let account = (self.accounts.len() > 1).then_some(account);
        let region = (self.regions.len() > 1).then_some(region.code());
        match (account, region) {
            (None, None) => name.to_string(),
            (Some(one), None) | (None, Some(one)) => format!("{name} ({one})"),
            (Some(account), Some(region)) => format!("{name} ({account}, {region})"),
        }
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
