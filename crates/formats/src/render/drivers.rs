//! What moved a bill as CSV, JSON and NDJSON: every item, all digits.

use super::cell;
use crate::cost_explorer::write_drivers;
use serde::Serialize;
use stackcost_model::bill::{Amount, Step};
use stackcost_model::cost_explorer::Drivers as Told;
use stackcost_model::drivers::{Drivers, Effects, Group, Item, Measured};
use stackcost_model::spend::period_name;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    source: &'a str,
    before: String,
    after: String,
    metric: &'static str,
    currency: &'a str,
    by: Vec<String>,
    groups: Vec<GroupJson<'a>>,
    missing: &'a [String],
    total: Change,
    /// What Cost Explorer itself told, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    aws: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct GroupJson<'a> {
    name: &'a str,
    family: &'a str,
    kind: &'static str,
    unit: &'a str,
    #[serde(flatten)]
    change: Change,
    items: Vec<ItemJson<'a>>,
}

#[derive(Serialize)]
struct ItemJson<'a> {
    keys: &'a [String],
    #[serde(flatten)]
    change: Change,
    quantity_before: Option<String>,
    quantity_after: Option<String>,
    words: &'a str,
}

/// Amounts; `change` is the sum of its effects and `cost_after - cost_before`, exactly.
#[derive(Serialize)]
struct Change {
    cost_before: String,
    cost_after: String,
    change: String,
    price: String,
    usage: String,
    mix: String,
    new: String,
    gone: String,
    days: String,
}

impl Change {
    fn of([before, after]: [Amount; 2], effects: &Effects) -> Change {
        Change {
            cost_before: before.to_string(),
            cost_after: after.to_string(),
            change: effects.total().unwrap_or_default().to_string(),
            price: effects.price.to_string(),
            usage: effects.usage.to_string(),
            mix: effects.mix.to_string(),
            new: effects.new.to_string(),
            gone: effects.gone.to_string(),
            days: effects.days.to_string(),
        }
    }
}

fn cost(measured: Option<Measured>) -> Amount {
    measured.map_or(Amount::ZERO, |measured| measured.cost)
}

fn quantity(measured: Option<Measured>, group: &Group) -> Option<String> {
    measured.filter(|_| !group.unit.is_empty()).map(|measured| measured.quantity.to_string())
}

fn item<'a>(item: &'a Item, group: &Group) -> ItemJson<'a> {
    ItemJson {
        keys: &item.keys,
        change: Change::of([cost(item.before), cost(item.after)], &item.effects),
        quantity_before: quantity(item.before, group),
        quantity_after: quantity(item.after, group),
        words: &item.words,
    }
}

/// `stackcost.drivers/1`.
#[must_use]
pub fn json(drivers: &Drivers, told: Option<&[Told]>, source: &str, missing: &[String]) -> String {
    let group = |group: &'_ Group| -> Change {
        Change::of(group.costs().unwrap_or_default(), &group.effects().unwrap_or_default())
    };
    let document = Document {
        schema: "stackcost.drivers/1",
        source,
        before: period_name(drivers.before, Step::Month),
        after: period_name(drivers.after, Step::Month),
        metric: drivers.metric.name(),
        currency: &drivers.currency,
        by: drivers.by.iter().map(ToString::to_string).collect(),
        groups: drivers
            .groups
            .iter()
            .map(|known| GroupJson {
                name: &known.name,
                family: &known.family,
                kind: known.kind.word(),
                unit: &known.unit,
                change: group(known),
                items: known.items.iter().map(|one| item(one, known)).collect(),
            })
            .collect(),
        missing,
        // Its form is AWS's own.
        aws: told.map(|told| {
            told.iter()
                .filter_map(|answer| serde_json::from_str::<serde_json::Value>(&write_drivers(answer)).ok())
                .collect()
        }),
        total: Change::of(drivers.totals().unwrap_or_default(), &drivers.effects().unwrap_or_default()),
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// One item a line, with its group.
#[must_use]
pub fn ndjson(drivers: &Drivers) -> String {
    #[derive(Serialize)]
    struct Record<'a> {
        name: &'a str,
        kind: &'static str,
        unit: &'a str,
        #[serde(flatten)]
        item: ItemJson<'a>,
    }
    let items = drivers.groups.iter().flat_map(|group| group.items.iter().map(move |item| (group, item)));
    items
        .map(|(group, one)| {
            let record =
                Record { name: &group.name, kind: group.kind.word(), unit: &group.unit, item: item(one, group) };
            serde_json::to_string(&record).unwrap_or_default() + "\n"
        })
        .collect()
}

/// One item a row; no totals.
#[must_use]
pub fn csv(drivers: &Drivers) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut header: Vec<String> = drivers.by.iter().map(|dimension| cell(&dimension.column())).collect();
    let fixed = [
        "kind",
        "unit",
        "quantity_before",
        "quantity_after",
        "cost_before",
        "cost_after",
        "change",
        "price",
        "usage",
        "mix",
        "new",
        "gone",
        "days",
        "currency",
        "words",
    ];
    header.extend(fixed.map(str::to_string));
    // Writing to memory does not fail.
    let _ = writer.write_record(&header);
    for group in &drivers.groups {
        for one in &group.items {
            let ItemJson { keys, change, quantity_before, quantity_after, words } = item(one, group);
            let mut row = vec![cell(&group.name)];
            row.extend(keys.iter().map(|key| cell(key)));
            row.extend([group.kind.word().to_string(), cell(&group.unit)]);
            row.extend([quantity_before, quantity_after].map(Option::unwrap_or_default));
            let Change { cost_before, cost_after, change, price, usage, mix, new, gone, days } = change;
            row.extend([cost_before, cost_after, change, price, usage, mix, new, gone, days]);
            row.extend([cell(&drivers.currency), cell(words)]);
            let _ = writer.write_record(&row);
        }
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}
