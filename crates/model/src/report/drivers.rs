//! What moved a bill, as a table.

use super::{Cell, Report, Row, RowKind, number, text};
use crate::bill::{Amount, ChargeKind, to_money};
use crate::cost_explorer::{self, Change, Expression, Moved};
use crate::drivers::{Drivers, Effects, Group, Item, Measured};
use crate::money::Usd;
use crate::spend::{percent, period_name};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// A row of the table while it is made: a group of items, or an item.
struct Line<'d> {
    kind: RowKind,
    name: String,
    effects: Effects,
    costs: [Amount; 2],
    words: &'d str,
    unit: &'d str,
}

/// The groups and items that moved most dollars, `top` of the groups, and the split of each change.
/// `None` when a sum is beyond what money can be.
#[must_use]
pub fn drivers(drivers: &Drivers, top: usize, source: &str) -> Option<Report> {
    let [before, after] = [drivers.before, drivers.after].map(|month| period_name(month, crate::bill::Step::Month));
    let mut lines = Vec::new();
    for group in drivers.groups.iter().take(top) {
        lines.extend(of_group(group)?);
    }
    let rest: Vec<&Group> = drivers.groups.iter().skip(top).collect();
    if !rest.is_empty() {
        let effects = rest.iter().map(|group| group.effects()).collect::<Option<Vec<_>>>()?;
        let costs = rest.iter().map(|group| group.costs()).collect::<Option<Vec<_>>>()?;
        lines.push(Line {
            kind: RowKind::Group,
            name: format!("{} others", rest.len()),
            effects: effects.into_iter().try_fold(Effects::default(), Effects::plus)?,
            costs: [Amount::sum(costs.iter().map(|cost| cost[0]))?, Amount::sum(costs.iter().map(|cost| cost[1]))?],
            words: "",
            unit: "",
        });
    }
    let columns = columns(drivers);
    // Each effect is money of its own; the change is their sum, in every row.
    let mut amounts: Vec<Vec<Usd>> = Vec::new();
    for (_, pick) in &columns {
        let shown: Vec<Usd> = to_money(&leaves(&lines).map(|line| pick(&line.effects)).collect::<Vec<_>>())?;
        amounts.push(shown);
    }
    let mut rows = Vec::new();
    let mut leaf = 0;
    for (at, line) in lines.iter().enumerate() {
        let items = lines[at + 1..].iter().take_while(|next| next.kind == RowKind::Line).count();
        let range = if line.kind == RowKind::Group && items > 0 { leaf..leaf + items } else { leaf..leaf + 1 };
        let sums: Vec<Usd> = amounts.iter().map(|column| column[range.clone()].iter().copied().sum()).collect();
        if line.kind == RowKind::Line || items == 0 {
            leaf += 1;
        }
        rows.push(row(line, &sums));
    }
    let totals: Vec<Usd> = amounts.iter().map(|column| column.iter().copied().sum()).collect();
    let [was, is] = drivers.totals()?;
    let total = Line {
        kind: RowKind::Total,
        name: "TOTAL".to_string(),
        effects: Effects::default(),
        costs: [was, is],
        words: "",
        unit: "",
    };
    rows.push(row(&total, &totals));
    let mut names = vec![text(&drivers.currency), number("change")];
    names.extend(columns.iter().map(|(name, _)| number(name)));
    Some(Report {
        title: format!("What moved {} from {before} to {after}, {source}", drivers.metric),
        columns: names,
        rows,
        notes: notes(drivers),
    })
}

/// What moved the bill as Cost Explorer itself tells it, beside our own split: the most dollars
/// first. `None` when an amount is no decimal, or beyond what money can be.
#[must_use]
pub fn aws_drivers(answers: &[cost_explorer::Drivers], metric: &str) -> Option<Report> {
    let mut moved: Vec<(Amount, &Moved)> = answers
        .iter()
        .flat_map(|answer| &answer.moved)
        .map(|moved| Some((difference(&moved.metrics, metric)?, moved)))
        .collect::<Option<_>>()?;
    moved.sort_by_key(|(amount, _)| Reverse(amount.abs()));
    let unit = moved.iter().find_map(|(_, moved)| Some(moved.metrics.get(metric)?.unit.clone()));
    let line = |kind: RowKind, name: String, metrics: &BTreeMap<String, Change>| -> Option<Row> {
        let change = *to_money(&[difference(metrics, metric)?])?.first()?;
        let costs = metrics.get(metric)?;
        let amount = |text: &str| Amount::parse(text.as_bytes()).map(|amount| amount.to_fixed(2));
        let remark = format!("{} -> {}", amount(&costs.baseline)?, amount(&costs.comparison)?);
        Some(Row { kind, cells: vec![Cell::Text(name), Cell::Difference(change)], remark: Some(remark) })
    };
    let mut rows = Vec::new();
    for (_, moved) in &moved {
        let name = moved.selector.as_ref().map_or_else(|| "all".to_string(), selected);
        rows.push(line(RowKind::Heading, name, &moved.metrics)?);
        for driver in &moved.drivers {
            let what = driver.kind.to_lowercase().replace('_', " ");
            let name = if driver.name.is_empty() { what } else { format!("{what}: {}", driver.name) };
            rows.push(line(RowKind::Difference, name, &driver.metrics)?);
        }
    }
    Some(Report {
        title: "As Cost Explorer tells it".to_string(),
        columns: vec![text(unit.as_deref().unwrap_or("amount")), number("change")],
        rows,
        notes: Vec::new(),
    })
}

fn difference(metrics: &BTreeMap<String, Change>, metric: &str) -> Option<Amount> {
    Amount::parse(metrics.get(metric)?.difference.as_bytes())
}

/// What an expression selects, in words.
fn selected(expression: &Expression) -> String {
    let joined = |parts: &[Expression], word: &str| parts.iter().map(selected).collect::<Vec<_>>().join(word);
    match expression {
        Expression::Dimension { values, .. } => values.join(", "),
        Expression::Tag { key, values } | Expression::CostCategory { key, values } => {
            format!("{key} {}", values.join(", "))
        }
        Expression::Not(part) => format!("not {}", selected(part)),
        Expression::And(parts) => joined(parts, " and "),
        Expression::Or(parts) => joined(parts, " or "),
    }
}

type Pick = fn(&Effects) -> Amount;

/// The effects that the table has columns for; "new" and "gone" of a row are one figure.
fn columns(drivers: &Drivers) -> Vec<(&'static str, Pick)> {
    let mut columns: Vec<(&'static str, Pick)> = vec![
        ("price", |effects| effects.price),
        ("usage", |effects| effects.usage),
        ("mix", |effects| effects.mix),
        ("new", |effects| effects.new),
        ("gone", |effects| effects.gone),
    ];
    if drivers.per_day {
        columns.insert(2, ("days", |effects| effects.days));
    }
    columns
}

/// The lines that no other line is part of.
fn leaves<'l, 'd>(lines: &'l [Line<'d>]) -> impl Iterator<Item = &'l Line<'d>> {
    lines.iter().enumerate().filter_map(|(at, line)| {
        let has_items = lines.get(at + 1).is_some_and(|next| next.kind == RowKind::Line);
        (line.kind == RowKind::Line || !has_items).then_some(line)
    })
}

/// A group of one item is that item; one of several has its items below.
fn of_group(group: &Group) -> Option<Vec<Line<'_>>> {
    let name = group_name(group);
    if let [item] = &group.items[..] {
        let mut line = of_item(item, group);
        let keys = line.name;
        line.name = if keys.is_empty() { name } else { format!("{name} {keys}") };
        line.kind = RowKind::Group;
        return Some(vec![line]);
    }
    let head = Line {
        kind: RowKind::Group,
        name,
        effects: group.effects()?,
        costs: group.costs()?,
        words: "",
        unit: &group.unit,
    };
    let items = group.items.iter().map(|item| of_item(item, group));
    Some(core::iter::once(head).chain(items).collect())
}

fn of_item<'d>(item: &'d Item, group: &'d Group) -> Line<'d> {
    let cost = |measured: Option<Measured>| measured.map_or(Amount::ZERO, |measured| measured.cost);
    let keys: Vec<&str> = item.keys.iter().map(String::as_str).filter(|key| !key.is_empty()).collect();
    Line {
        kind: RowKind::Line,
        name: keys.join(" "),
        effects: item.effects,
        costs: [cost(item.before), cost(item.after)],
        words: &item.words,
        unit: &group.unit,
    }
}

fn group_name(group: &Group) -> String {
    let name = if group.name.is_empty() { "(no service)" } else { &group.name };
    match group.kind {
        ChargeKind::Usage if group.items.len() > 1 && !group.family.is_empty() => format!("{name} {}", group.family),
        ChargeKind::Usage => name.to_string(),
        kind => format!("{name}, {kind}"),
    }
}

fn row(line: &Line<'_>, effects: &[Usd]) -> Row {
    let change: Usd = effects.iter().copied().sum();
    let mut cells = vec![Cell::Text(line.name.clone()), Cell::Difference(change)];
    cells.extend(effects.iter().map(|usd| if *usd == Usd::ZERO { Cell::Empty } else { Cell::Difference(*usd) }));
    let [was, is] = line.costs;
    let mut remark = format!("{} -> {}", was.to_fixed(2), is.to_fixed(2));
    if let Some(percent) = percent(was, is) {
        let sign = if percent.is_negative() { "" } else { "+" };
        remark.push_str(&format!(" ({sign}{} %)", percent.to_fixed(1)));
    }
    if !line.words.is_empty() {
        remark.push_str(&format!("; {}", line.words));
    } else if line.kind == RowKind::Line && !line.unit.is_empty() {
        remark.push_str(&format!(", {}", line.unit));
    }
    Row { kind: line.kind, cells, remark: Some(remark) }
}

fn notes(drivers: &Drivers) -> Vec<String> {
    let mut notes = vec![
        "change = price (another rate) + usage (more or less) + mix (as much, of other kinds) + new + gone; what has no \
         usage, such as a fee, counts as one unit"
            .to_string(),
    ];
    if drivers.per_day {
        notes.push("days: what the length of the month did; usage is per day".to_string());
    }
    for (month, estimated) in [drivers.before, drivers.after].into_iter().zip(drivers.estimated) {
        if estimated {
            let month = period_name(month, crate::bill::Step::Month);
            notes.push(format!("{month} is estimated: AWS has not closed the month, its figures will change"));
        }
    }
    notes
}
