//! Reports as typed tables: what to show, not how. Text, CSV and Markdown are made of them
//! elsewhere; nothing here is rounded.

use crate::compare::{Comparison, Delta};
use crate::estimate::{Estimate, Total};
use crate::exact::Ratio;
use crate::meter::Meter;
use crate::money::Usd;
use crate::price::{Price, PriceBook, RegionGaps};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// A table of amounts with its words around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What it is, in one line.
    pub title: String,
    /// The columns; the first holds names.
    pub columns: Vec<Column>,
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// Remarks below the table.
    pub notes: Vec<String>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// Whether it holds numbers, which line up on the right.
    pub numeric: bool,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub kind: RowKind,
    /// A cell for each column.
    pub cells: Vec<Cell>,
    /// A remark that belongs under it.
    pub remark: Option<String>,
}

/// What a row is: amounts of lines add up to their group, groups to the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// A group, above its lines: its amounts are their sums.
    Group,
    /// A line of the group above it.
    Line,
    /// The sum of all groups.
    Total,
    /// What the differences below are against.
    Heading,
    /// A difference of amounts above.
    Difference,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// Money.
    Amount(Usd),
    /// Money that is a lower bound.
    AtLeast(Usd),
    /// A difference of money, with its sign.
    Difference(Usd),
    /// A difference in percent, with its sign; `None` when there is nothing to compare with.
    Percent(Option<Ratio>),
    /// A number of units, or a rate: all its digits up to twelve.
    Number(Ratio),
}

impl Cell {
    fn total(total: Total) -> Cell {
        match total {
            Total::Exactly(usd) => Cell::Amount(usd),
            Total::AtLeast(usd) => Cell::AtLeast(usd),
        }
    }
}

fn text(name: &str) -> Column {
    Column { name: name.to_string(), numeric: false }
}

fn number(name: &str) -> Column {
    Column { name: name.to_string(), numeric: true }
}

/// The lines of an estimate, by component.
#[must_use]
pub fn estimate(estimate: &Estimate) -> Report {
    let mut rows = Vec::new();
    for component in estimate.components() {
        rows.push(Row {
            kind: RowKind::Group,
            cells: vec![
                Cell::Text(component.to_string()),
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
                Cell::Amount(estimate.of_component(component)),
            ],
            remark: None,
        });
        for line in estimate.lines.iter().filter(|line| &*line.component == component) {
            rows.push(Row {
                kind: RowKind::Line,
                cells: vec![
                    Cell::Text(line.usage_type.to_string()),
                    Cell::Number(line.quantity.value),
                    Cell::Text(line.quantity.unit.label().to_string()),
                    Cell::Number(line.rate),
                    Cell::Amount(line.amount),
                ],
                remark: Some(line.because.clone()),
            });
        }
        for gap in estimate.unpriced.iter().filter(|gap| &*gap.component == component) {
            rows.push(Row {
                kind: RowKind::Line,
                cells: vec![
                    Cell::Text(gap.usage_type.to_string()),
                    Cell::Number(gap.quantity.value),
                    Cell::Text(gap.quantity.unit.label().to_string()),
                    Cell::Text("no price".to_string()),
                    Cell::Empty,
                ],
                remark: Some(format!("{}; {}", gap.because, gap.gap)),
            });
        }
    }
    let total = estimate.total();
    let name = match total {
        Total::Exactly(_) => "TOTAL",
        Total::AtLeast(_) => "TOTAL, AT LEAST",
    };
    rows.push(Row {
        kind: RowKind::Total,
        cells: vec![Cell::Text(name.to_string()), Cell::Empty, Cell::Empty, Cell::Empty, Cell::total(total)],
        remark: None,
    });
    Report {
        title: title(estimate),
        columns: vec![text("component"), number("quantity"), text("unit"), number("rate"), number("USD")],
        rows,
        notes: notes(estimate),
    }
}

fn title(estimate: &Estimate) -> String {
    let scenario = estimate.scenario.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
    let horizon = estimate.horizon;
    format!("{}{scenario}: {}, {} ({} h)", estimate.stack, estimate.region, horizon.label(), horizon.hours())
}

fn notes(estimate: &Estimate) -> Vec<String> {
    let mut notes = vec![prices_note(estimate)];
    match estimate.unpriced.len() {
        0 => {}
        1 => notes.push("1 line has no price: the total is a lower bound (give the rate under [prices] or with --price-book)".to_string()),
        count => notes.push(format!("{count} lines have no price: the total is a lower bound (give the rates under [prices] or with --price-book)")),
    }
    notes
}

fn prices_note(estimate: &Estimate) -> String {
    let (version, as_of) = &estimate.book;
    match as_of {
        Some(date) => format!("AWS list prices as of {date}, from the book of {version}"),
        None => format!("AWS list prices, book of {version}; `stackcost explain` says where each rate comes from"),
    }
}

/// Scenarios side by side: every line of each, and how components and totals differ.
#[must_use]
pub fn comparison(comparison: &Comparison) -> Report {
    let scenarios = comparison.scenarios();
    let mut rows = Vec::new();
    for component in comparison.components() {
        let amounts = scenarios.iter().map(|scenario| Cell::Amount(scenario.estimate.of_component(component)));
        rows.push(row(RowKind::Group, component, amounts));
        for usage_type in usage_types(comparison, component) {
            let amounts = scenarios.iter().map(|scenario| {
                let lines = scenario.estimate.lines.iter();
                let ours = lines.filter(|line| &*line.component == component && line.usage_type == usage_type);
                let mut ours = ours.map(|line| line.amount).peekable();
                let unpriced = scenario.estimate.unpriced.iter();
                let mut gaps = unpriced.filter(|gap| &*gap.component == component && gap.usage_type == usage_type);
                match (ours.peek().is_some(), gaps.next().is_some()) {
                    (_, true) => Cell::Text("no price".to_string()),
                    (true, false) => Cell::Amount(ours.sum()),
                    (false, false) => Cell::Empty,
                }
            });
            rows.push(row(RowKind::Line, usage_type, amounts));
        }
    }
    let totals = scenarios.iter().map(|scenario| Cell::total(scenario.estimate.total()));
    rows.push(row(RowKind::Total, "TOTAL", totals));
    let baseline = comparison.baseline();
    if scenarios.len() > 1 {
        differences(&mut rows, comparison, &baseline.name);
        let dearest = comparison.dearest();
        if dearest.name != baseline.name {
            differences(&mut rows, comparison, &dearest.name);
        }
    }
    let mut columns = vec![text("USD")];
    columns.extend(scenarios.iter().map(|scenario| number(&scenario.name)));
    let horizon = baseline.estimate.horizon;
    let mut notes = vec![prices_note(&baseline.estimate)];
    if !comparison.is_complete() {
        notes.push("lines without a price make their totals lower bounds".to_string());
    }
    Report {
        title: format!(
            "{}: {} scenario{}, {}, {} ({} h)",
            baseline.estimate.stack,
            scenarios.len(),
            if scenarios.len() == 1 { "" } else { "s" },
            baseline.estimate.region,
            horizon.label(),
            horizon.hours()
        ),
        columns,
        rows,
        notes,
    }
}

fn row(kind: RowKind, name: &str, cells: impl Iterator<Item = Cell>) -> Row {
    let cells = core::iter::once(Cell::Text(name.to_string())).chain(cells).collect();
    Row { kind, cells, remark: None }
}

/// The usage types of a component in any scenario, in order of first appearance.
fn usage_types<'c>(comparison: &'c Comparison, component: &str) -> Vec<&'c str> {
    let mut known: Vec<&str> = Vec::new();
    for scenario in comparison.scenarios() {
        let lines = scenario.estimate.lines.iter().map(|line| (&line.component, &*line.usage_type));
        let gaps = scenario.estimate.unpriced.iter().map(|gap| (&gap.component, &*gap.usage_type));
        for (owner, usage_type) in lines.chain(gaps) {
            if &**owner == component && !known.contains(&usage_type) {
                known.push(usage_type);
            }
        }
    }
    known
}

/// How the total, and each component that changes, differ from those of one scenario.
fn differences(rows: &mut Vec<Row>, comparison: &Comparison, from: &str) {
    let Some(base) = comparison.scenarios().iter().find(|scenario| scenario.name == from) else { return };
    let nothing = comparison.scenarios().iter().map(|_| Cell::Empty);
    rows.push(row(RowKind::Heading, &format!("against {from}"), nothing));
    let mut say = |what: &str, amount: &dyn Fn(&Estimate) -> Usd| {
        let deltas: Vec<Delta> = comparison
            .scenarios()
            .iter()
            .map(|scenario| Delta::between(amount(&base.estimate), amount(&scenario.estimate)))
            .collect();
        if what != "TOTAL" && deltas.iter().all(|delta| delta.usd == Usd::ZERO) {
            return;
        }
        let is_base = |at: usize| comparison.scenarios()[at].name == from;
        let cells = |cell: fn(&Delta) -> Cell| {
            let cells: Vec<Cell> = deltas
                .iter()
                .enumerate()
                .map(|(at, delta)| if is_base(at) { Cell::Empty } else { cell(delta) })
                .collect();
            cells.into_iter()
        };
        rows.push(row(RowKind::Difference, what, cells(|delta| Cell::Difference(delta.usd))));
        rows.push(row(RowKind::Difference, "", cells(|delta| Cell::Percent(delta.percent))));
    };
    for component in comparison.components() {
        say(component, &|estimate| estimate.of_component(component));
    }
    say("TOTAL", &|estimate| estimate.total().usd());
}

/// Rates with where they come from.
#[must_use]
pub fn prices<'a>(title: &str, prices: impl IntoIterator<Item = &'a Price>, notes: Vec<String>) -> Report {
    let rows = prices.into_iter().map(|price| {
        let band = match (price.band.from.is_zero(), price.band.to) {
            (true, None) => String::new(),
            (true, Some(to)) => format!("to {to}"),
            (false, Some(to)) => format!("{} to {to}", price.band.from),
            (false, None) => format!("from {}", price.band.from),
        };
        let operation = if price.operation.is_empty() { String::new() } else { format!("{}; ", price.operation) };
        Row {
            kind: RowKind::Line,
            cells: vec![
                Cell::Text(price.usage_type.to_string()),
                Cell::Text(band),
                Cell::Text(price.unit.label().to_string()),
                Cell::Number(Ratio::from(price.band.usd)),
            ],
            remark: Some(format!("{operation}{} [{}]", price.source, price.source.confidence)),
        }
    });
    Report {
        title: title.to_string(),
        columns: vec![text("usage type"), number("band"), text("unit"), number("USD")],
        rows: rows.collect(),
        notes,
    }
}

/// What a price book lacks, by region; name by name when it is one region.
#[must_use]
pub fn gaps(book: &PriceBook, regions: &[RegionGaps]) -> Report {
    let count = |count: usize| Cell::Number(Ratio::from(count as u64));
    let rows = regions.iter().map(|region| Row {
        kind: RowKind::Line,
        cells: vec![
            Cell::Text(region.region.code().to_string()),
            count(region.known),
            count(region.missing.len()),
            count(region.partial.len()),
        ],
        remark: (regions.len() == 1).then(|| names(region)).filter(|names| !names.is_empty()),
    });
    let mut notes = vec![
        "what is missing is a listed gap in an estimate, never a guess; give rates with --price-book or [prices]"
            .to_string(),
    ];
    if regions.len() > 1 {
        notes.push("--region NAME names what one region lacks, --format csv all of it".to_string());
    }
    Report {
        title: format!(
            "book of {}: {} rates; what the components of this tool lack",
            book.version(),
            book.prices().len()
        ),
        columns: vec![text("region"), number("known"), number("missing"), number("partial")],
        rows: rows.collect(),
        notes,
    }
}

/// The meters that a region lacks, and those whose bands end.
fn names(region: &RegionGaps) -> String {
    let missing = region.missing.iter().map(meter_name);
    let partial = region.partial.iter().map(|(usage_type, _, end)| format!("{usage_type} from {end} on"));
    let names: Vec<String> = missing.chain(partial).collect();
    names.join(", ")
}

fn meter_name(meter: &Meter) -> String {
    let class = if meter.usage_type.ends_with(':') { "*" } else { "" };
    match meter.operation.rsplit_once(':') {
        Some((_, last)) => format!("{}{class} ({last})", meter.usage_type),
        None => format!("{}{class}", meter.usage_type),
    }
}
