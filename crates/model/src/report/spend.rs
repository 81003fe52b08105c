//! Spend as tables.

use super::{Cell, Column, Report, Row, RowKind, number, text};
use crate::bill::{Amount, ChargeKind, Dimension, Metric, to_money};
use crate::money::Usd;
use crate::spend::{Group, Spend, Split, percent, period_name};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// What each group was charged, period by period, and how the last period differs from the one
/// before. `None` when a sum is beyond what money can be.
///
/// Amounts are in the currency of the report, which its first column names.
#[must_use]
pub fn spend(spend: &Spend, source: &str) -> Option<Report> {
    let several = spend.by.len() > 1;
    // Dearest first; groups that share their first value stand together.
    let mut blocks: Vec<(&str, Vec<&Group>)> = Vec::new();
    for group in &spend.groups {
        let first = group.keys.first().map_or("", String::as_str);
        let block =
            blocks.iter_mut().find(|block| several && group.others.is_none() && block.0 == first && !is_other(block));
        match block {
            Some(block) => block.1.push(group),
            None => blocks.push((first, vec![group])),
        }
    }
    let groups: Vec<&Group> = blocks.iter().flat_map(|block| block.1.iter().copied()).collect();
    let columns = amounts(spend, &groups)?;
    let mut rows = Vec::new();
    let mut at = 0;
    for (_, block) in &blocks {
        let lines = at..at + block.len();
        at = lines.end;
        let sums = columns.iter().map(|column| column[lines.clone()].iter().copied().sum()).collect();
        let Some(first) = block.first() else { continue };
        rows.push(row(RowKind::Group, first_name(first, &spend.by), sums, spend));
        if several && first.others.is_none() {
            for (line, group) in lines.zip(block) {
                let amounts = columns.iter().map(|column| column[line]).collect();
                rows.push(row(RowKind::Line, other_names(group, &spend.by), amounts, spend));
            }
        }
    }
    let totals = columns.iter().map(|column| column.iter().copied().sum()).collect();
    rows.push(row(RowKind::Total, total_name(spend).to_string(), totals, spend));
    let by: Vec<String> = spend.by.iter().map(ToString::to_string).collect();
    Some(Report {
        title: format!("Spend {}: {} by {}, {source}", stretch(spend), spend.metric, by.join(", ")),
        columns: headings(spend),
        rows,
        notes: Vec::new(),
    })
}

/// The same total by kind of charge: what makes up gross, and what was taken off it.
#[must_use]
pub fn spend_by_kind(spend: &Spend) -> Option<Report> {
    let splits: Vec<Split> = (0..spend.periods.len()).map(|at| spend.total_of(at)).collect::<Option<_>>()?;
    let whole = spend.total()?;
    let there: Vec<ChargeKind> =
        ChargeKind::ALL.iter().copied().filter(|kind| splits.iter().any(|split| !split.of(*kind).is_zero())).collect();
    let column = |split: &Split| to_money(&there.iter().map(|kind| split.of(*kind)).collect::<Vec<_>>());
    let mut columns: Vec<Vec<Usd>> = splits.iter().map(column).collect::<Option<_>>()?;
    if columns.len() > 1 {
        columns.push(column(&whole)?);
    }
    let mut rows = Vec::new();
    for (name, reduction) in [("gross", false), ("discounts, credits and refunds", true)] {
        let lines: Vec<usize> = (0..there.len()).filter(|&at| there[at].is_reduction() == reduction).collect();
        let sums = columns.iter().map(|column| lines.iter().map(|&at| column[at]).sum()).collect();
        rows.push(row(RowKind::Group, name.to_string(), sums, spend));
        for at in lines {
            let amounts = columns.iter().map(|column| column[at]).collect();
            rows.push(row(RowKind::Line, there[at].word().to_string(), amounts, spend));
        }
    }
    let totals = columns.iter().map(|column| column.iter().copied().sum()).collect();
    rows.push(row(RowKind::Total, "NET".to_string(), totals, spend));
    let mut notes = Vec::new();
    if spend.periods.iter().any(|period| period.estimated) {
        notes.push("* estimated: AWS has not closed the month, its figures will change".to_string());
    }
    if spend.without_list > 0 {
        notes.push(format!(
            "{} charges of usage have no list cost in the bill: {} is a lower bound",
            spend.without_list,
            Metric::List
        ));
    }
    Some(Report { title: "Gross, reductions and net".to_string(), columns: headings(spend), rows, notes })
}

fn is_other(block: &(&str, Vec<&Group>)) -> bool {
    block.1.first().is_some_and(|group| group.others.is_some())
}

/// A column of money for each period, and for their sum if there are several.
fn amounts(spend: &Spend, groups: &[&Group]) -> Option<Vec<Vec<Usd>>> {
    let periods =
        (0..spend.periods.len()).map(|at| to_money(&groups.iter().map(|group| group.net(at)).collect::<Vec<_>>()));
    let mut columns: Vec<Vec<Usd>> = periods.collect::<Option<_>>()?;
    if columns.len() > 1 {
        let sums: Vec<Amount> = groups.iter().map(|group| group.total()?.net()).collect::<Option<_>>()?;
        columns.push(to_money(&sums)?);
    }
    Some(columns)
}

fn headings(spend: &Spend) -> Vec<Column> {
    let mut columns = vec![text(if spend.currency.is_empty() { "amount" } else { &spend.currency })];
    columns.extend(spend.periods.iter().map(|period| {
        let mark = if period.estimated { "*" } else { "" };
        number(&format!("{}{mark}", period_name(period.start, spend.step)))
    }));
    if spend.periods.len() > 1 {
        columns.extend(["total", "change", "%"].map(number));
    }
    columns
}

fn row(kind: RowKind, name: String, amounts: Vec<Usd>, spend: &Spend) -> Row {
    let mut cells = vec![Cell::Text(name)];
    cells.extend(amounts.iter().copied().map(Cell::Amount));
    if let [.., before, after, _sum] = amounts[..]
        && spend.periods.len() > 1
    {
        cells.push(Cell::Difference(after - before));
        let amount = |usd: Usd| Amount::round(usd.to_ratio()).unwrap_or_default();
        cells.push(Cell::Percent(percent(amount(before), amount(after))));
    }
    Row { kind, cells, remark: None }
}

fn total_name(spend: &Spend) -> &'static str {
    if spend.without_list > 0 { "TOTAL, AT LEAST" } else { "TOTAL" }
}

/// The first value of a group, or what it stands for.
fn first_name(group: &Group, by: &[Dimension]) -> String {
    match (group.others, group.keys.first(), by.first()) {
        (Some(count), _, _) => format!("other ({count})"),
        (None, Some(key), Some(dimension)) => shown(key, dimension),
        _ => "all".to_string(),
    }
}

/// Its other values, in one.
fn other_names(group: &Group, by: &[Dimension]) -> String {
    let names: Vec<String> = group.keys.iter().zip(by).skip(1).map(|(key, dimension)| shown(key, dimension)).collect();
    names.join("  ")
}

fn shown(key: &str, dimension: &Dimension) -> String {
    // Whatever a bill has in it, a table has one line for it and commands no terminal.
    if key.is_empty() { format!("(no {dimension})") } else { key.replace(char::is_control, "?") }
}

/// From the first period to the last.
fn stretch(spend: &Spend) -> String {
    let name =
        |at: usize| spend.periods.get(at).map(|period| period_name(period.start, spend.step)).unwrap_or_default();
    match spend.periods.len() {
        0 => "of no period".to_string(),
        1 => name(0),
        count => format!("{} to {}", name(0), name(count - 1)),
    }
}
