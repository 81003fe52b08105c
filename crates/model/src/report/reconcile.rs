//! A reconciliation as tables.

use super::{Cell, Column, Report, Row, RowKind, number, text};
use crate::bill::{Amount, to_money};
use crate::exact::Ratio;
use crate::money::Usd;
use crate::reconcile::{Cause, Line, Part, Reconciliation, Rerated, Verdict};
use crate::time::Horizon;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// What was billed beside what was estimated, by side, the dearest difference first; the causes
/// stand under the lines. Lines of nothing on either side are left out. `None` when a sum is
/// beyond what money can be.
#[must_use]
pub fn reconciliation(of: &Reconciliation, source: &str) -> Option<Report> {
    let nothing = |line: &&Line| line.billed.is_zero() && line.estimated.is_zero();
    let shown = || of.lines.iter().filter(|line| !nothing(line));
    let mut blocks: Vec<(&str, Vec<&Line>)> = Vec::new();
    for (name, is) in PARTS {
        let lines: Vec<&Line> = shown().filter(|line| is(line.part)).collect();
        if !lines.is_empty() {
            blocks.push((name, lines));
        }
    }
    let lines: Vec<&Line> = blocks.iter().flat_map(|block| block.1.iter().copied()).collect();
    let column = |of: fn(&Line) -> Option<Amount>| -> Option<Vec<Usd>> {
        to_money(&lines.iter().map(|line| of(line)).collect::<Option<Vec<_>>>()?)
    };
    let billed = column(|line| Some(line.billed))?;
    let estimated = column(|line| Some(line.estimated))?;
    let difference = column(Line::difference)?;
    let usage = column(|line| Some(line.usage_effect))?;
    let price = column(|line| Some(line.price_effect))?;
    let row = |kind: RowKind, name: &str, at: core::ops::Range<usize>, part: Option<Part>| {
        let sum = |column: &[Usd]| column[at.clone()].iter().copied().sum::<Usd>();
        let on = |there: bool, cell: Cell| if there { cell } else { Cell::Empty };
        let effects = part.is_none_or(|part| part == Part::Both);
        let on_bill = part != Some(Part::OnlyEstimated);
        let in_estimate = part.is_none_or(|part| matches!(part, Part::Both | Part::OnlyEstimated));
        let cells = vec![
            Cell::Text(name.to_string()),
            on(on_bill, Cell::Amount(sum(&billed))),
            on(in_estimate, Cell::Amount(sum(&estimated))),
            Cell::Difference(sum(&difference)),
            on(effects, Cell::Difference(sum(&usage))),
            on(effects, Cell::Difference(sum(&price))),
        ];
        Row { kind, cells, remark: None }
    };
    let mut rows = Vec::new();
    let mut at = 0;
    for (name, block) in &blocks {
        let part = block.first().map(|line| line.part);
        rows.push(row(RowKind::Group, name, at..at + block.len(), part));
        for line in block {
            rows.push(Row { remark: remark(line), ..row(RowKind::Line, &line.usage_type, at..at + 1, part) });
            at += 1;
        }
    }
    let total = if of.unpriced.is_empty() { "TOTAL" } else { "TOTAL, ESTIMATE AT LEAST" };
    rows.push(row(RowKind::Total, total, 0..lines.len(), None));
    let left_out = of.lines.iter().filter(nothing).count();
    Some(Report { title: title(of, source), columns: columns(), rows, notes: notes(of, left_out) })
}

type IsPart = fn(Part) -> bool;

/// The groups of a table, in order.
const PARTS: [(&str, IsPart); 4] = [
    ("billed and estimated", |part| part == Part::Both),
    ("only billed", |part| part == Part::OnlyBilled),
    ("tax, fees, credits", |part| matches!(part, Part::Apart(_))),
    ("only estimated", |part| part == Part::OnlyEstimated),
];

fn columns() -> Vec<Column> {
    let mut columns = vec![text("USD")];
    columns.extend(["billed", "estimated", "difference", "by usage", "by price"].map(number));
    columns
}

fn title(of: &Reconciliation, source: &str) -> String {
    let scenario = of.scenario.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
    format!("{}{scenario} against its bill of {}: {source}", of.stack, Horizon::Month { first: of.month }.label())
}

/// Whose it is, how much of it, at what rates, and why it differs.
fn remark(line: &Line) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    if !line.components.is_empty() {
        words.push(line.components.join(" and "));
    }
    let billed = || short(line.billed_quantity);
    let estimated = || crate::exact::trim(&line.estimated_quantity.to_fixed(6)).to_string();
    words.extend(match line.part {
        Part::Both => match (line.billed_rate().map(rate), line.estimated_rate().map(rate)) {
            (Some(theirs), Some(ours)) if theirs == ours => {
                Some(format!("{} {} billed, {} estimated, at {ours}", billed(), line.unit, estimated()))
            }
            (theirs, ours) => {
                let at = |rate: Option<String>| rate.map(|rate| format!(" at {rate}")).unwrap_or_default();
                let (billed, estimated) = (billed(), estimated());
                Some(format!("{billed} {} billed{}, {estimated} estimated{}", line.unit, at(theirs), at(ours)))
            }
        },
        Part::OnlyBilled => Some(format!("{} {}", billed(), line.unit)),
        Part::OnlyEstimated => Some(format!("{} {}", estimated(), line.unit)),
        Part::Apart(_) => None,
    });
    match &line.causes[..] {
        [] if !line.price_effect.is_zero() => words.push("unexplained".to_string()),
        causes => words.extend(causes.iter().map(Cause::to_string)),
    }
    (!words.is_empty()).then(|| words.join("; "))
}

/// A rate as people read it: six decimals, more where that says nothing.
fn rate(rate: Amount) -> String {
    let six = short(rate);
    if six == "0" { crate::exact::trim(&rate.to_fixed(12)).to_string() } else { six }
}

fn short(amount: Amount) -> String {
    crate::exact::trim(&amount.to_fixed(6)).to_string()
}

fn notes(of: &Reconciliation, left_out: usize) -> Vec<String> {
    let totals = &of.totals;
    let mut notes = vec![format!(
        "difference {} = usage {} + price {} + only billed {} + tax, fees, credits {} - only estimated {}; residual {}",
        short(totals.difference),
        short(totals.usage_effects),
        short(totals.price_effects),
        short(totals.only_billed),
        short(totals.apart),
        short(totals.only_estimated),
        totals.residual
    )];
    notes.push(match totals.unexplained.is_zero() {
        true => "every price effect has a known cause".to_string(),
        false => format!("price effects of {} have no known cause", short(totals.unexplained)),
    });
    if !of.untagged.is_empty() {
        let sum = Amount::sum(of.untagged.iter().map(|usage| usage.billed)).unwrap_or_default();
        let types: Vec<&str> = of.untagged.iter().map(|usage| usage.usage_type.as_str()).collect();
        notes.push(format!("not tagged, and not counted: {} for {}", short(sum), types.join(", ")));
    }
    for gap in &of.unpriced {
        let (component, usage_type, quantity, why) = (&gap.component, &gap.usage_type, gap.quantity, &gap.gap);
        notes.push(format!("no price: {component} {usage_type}, {quantity}: {why}"));
    }
    if left_out > 0 {
        let lines = if left_out == 1 { "line costs" } else { "lines cost" };
        notes.push(format!("{left_out} {lines} nothing on either side; --format csv has all"));
    }
    if of.open {
        notes.push("AWS has not closed the month: its bill will change".to_string());
    }
    notes
}

/// The book beside the bill's own list prices: what differs and what cannot be compared. `None`
/// when a sum is beyond what money can be.
#[must_use]
pub fn rerated(of: &Rerated, source: &str) -> Option<Report> {
    let lines: Vec<_> = of.lines.iter().filter(|line| line.verdict != Verdict::Agrees).collect();
    let money = |amount: Amount| to_money(&[amount])?.first().copied();
    let mut rows = Vec::new();
    for line in &lines {
        let list = line.list.map_or(Some(Cell::Empty), |list| money(list).map(Cell::Amount))?;
        let book = line.book.map_or(Some(Cell::Empty), |book| money(book).map(Cell::Amount))?;
        let by =
            if line.verdict == Verdict::Differs { Cell::Difference(money(line.difference())?) } else { Cell::Empty };
        let rates = [("bill", line.list), ("book", line.book)].map(|(whose, cost)| {
            let one = cost?.mul_div(Amount::whole(1), line.quantity)?;
            Some(format!("{whose} {}", rate(one)))
        });
        let rates: Vec<String> = rates.into_iter().flatten().collect();
        let operation = if line.operation.is_empty() { String::new() } else { format!(" {}", line.operation) };
        let mut words = vec![format!("{}{operation}, {}", line.service, line.region)];
        words.extend(Some(line.verdict.reason()).filter(|reason| !reason.is_empty()));
        words.extend((!rates.is_empty()).then(|| format!("a unit: {}", rates.join(", "))));
        let quantity = Ratio::parse(&line.quantity.to_fixed(12)).unwrap_or(Ratio::ZERO);
        let cells = vec![
            Cell::Text(line.usage_type.clone()),
            Cell::Number(quantity),
            Cell::Text(line.unit.clone()),
            list,
            book,
            by,
        ];
        rows.push(Row { kind: RowKind::Line, cells, remark: Some(words.join("; ")) });
    }
    let count = |is: &dyn Fn(&Verdict) -> bool| of.lines.iter().filter(|line| is(&line.verdict)).count();
    let agree = count(&|verdict| *verdict == Verdict::Agrees);
    let differ = count(&|verdict| *verdict == Verdict::Differs);
    let rest = of.lines.len() - agree - differ;
    let mut notes = vec![format!(
        "{agree} of {} usage types agree, {differ} differ, {rest} cannot be compared; book less bill: {}",
        of.lines.len(),
        short(of.difference)
    )];
    if of.others.0 > 0 {
        notes.push(format!(
            "usage types left out, since nothing here models them: {}, for {} USD",
            of.others.0,
            short(of.others.1)
        ));
    }
    Some(Report {
        title: format!("list prices of the book against those of the bill: {source}"),
        columns: vec![
            text("usage type"),
            number("quantity"),
            text("unit"),
            number("bill"),
            number("book"),
            number("difference"),
        ],
        rows,
        notes,
    })
}
