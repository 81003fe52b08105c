//! Reports as typed tables: what to show, not how. Text, CSV and Markdown are made of them
//! elsewhere; nothing here is rounded.

mod commitments;
mod drivers;
mod fixes;
mod forecast;
mod optimization;
mod prices;
mod reconcile;
mod simulation;
mod spend;

pub use commitments::{
    assumption_words, back_tests, bill_notes, commitments, joint, lacking_words, offer_words, other_demand,
    payment_words, plan_words, purchase_words, rule_words, term_words,
};
pub use drivers::{aws_drivers, drivers};
pub use fixes::{OUTCOME_WORDS, applied, checklist, outcome_word, outcome_words, plan};
pub use forecast::forecast;
pub use optimization::{
    candidate_words, contender_words, limit_words, optimization, trade_off, verdict_words, winner_words,
};
pub use prices::{commitment_prices, committed_diff, price_diff, price_effect};
pub use reconcile::{reconciliation, rerated};
pub use simulation::{
    Alarm, Stretch, Subject, activities, alarm, difference, load_remarks, not_scaled, reason, service_words,
    simulation, steps, stretches, subject,
};
pub use spend::{spend, spend_by_kind};

use crate::compare::{Comparison, Delta};
use crate::estimate::{CreditMonth, Estimate, Line, LineKind, Total, Unpriced};
use crate::exact::Ratio;
use crate::meter::{Meter, ServiceCode, UsageType};
use crate::money::{Usd, apportion};
use crate::price::{Confidence, Price, PriceBook, RegionGaps, Warning};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// Of more warnings at once nobody reads the rest.
const MOST_WARNINGS: usize = 20;

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
    /// A remark that belongs under it; it may have several lines.
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
    /// A figure by itself, which adds up to nothing.
    Figure,
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
    let mut groups: BTreeMap<&str, (Vec<&Line>, Vec<&Unpriced>)> = BTreeMap::new();
    for line in &estimate.lines {
        groups.entry(&line.component).or_default().0.push(line);
    }
    for gap in &estimate.unpriced {
        groups.entry(&gap.component).or_default().1.push(gap);
    }
    let mut rows = Vec::new();
    for component in estimate.components() {
        let Some((lines, gaps)) = groups.get(component) else { continue };
        let sum = lines.iter().map(|line| line.amount).sum();
        let sum = if gaps.is_empty() { Total::Exactly(sum) } else { Total::AtLeast(sum) };
        let name = Cell::Text(component.to_string());
        let cells = vec![name, Cell::Empty, Cell::Empty, Cell::Empty, Cell::total(sum)];
        rows.push(Row { kind: RowKind::Group, cells, remark: None });
        rows.extend(lines.iter().map(|line| line_row(line)));
        rows.extend(gaps.iter().map(|gap| gap_row(gap)));
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
    if let Some((name, amount)) = converted(estimate) {
        let cells = vec![Cell::Text(name), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Text(amount)];
        rows.push(Row { kind: RowKind::Figure, cells, remark: None });
    }
    Report {
        title: title(estimate),
        columns: vec![text("component"), number("quantity"), text("unit"), number("rate"), number("USD")],
        rows,
        notes: notes(&[estimate]),
    }
}

fn line_row(line: &Line) -> Row {
    let remark = if is_own(line) { format!("{}; at your own rate", line.because) } else { line.because.clone() };
    Row {
        kind: RowKind::Line,
        cells: vec![
            Cell::Text(line.usage_type.to_string()),
            Cell::Number(line.quantity.value),
            Cell::Text(line.quantity.unit.short().to_string()),
            Cell::Number(line.rate),
            Cell::Amount(line.amount),
        ],
        remark: Some(remark),
    }
}

/// Whether a usage has a rate of the user's own.
fn is_own(line: &Line) -> bool {
    line.kind == LineKind::Usage && line.source.confidence == Confidence::User && !line.rate.is_zero()
}

fn gap_row(gap: &Unpriced) -> Row {
    Row {
        kind: RowKind::Line,
        cells: vec![
            Cell::Text(gap.usage_type.to_string()),
            Cell::Number(gap.quantity.value),
            Cell::Text(gap.quantity.unit.short().to_string()),
            Cell::Text("no price".to_string()),
            Cell::Empty,
        ],
        remark: Some(format!("{}; {}", gap.because, gap.gap)),
    }
}

/// The total in the currency that the user wants to see it in, too.
fn converted(estimate: &Estimate) -> Option<(String, String)> {
    let currency = estimate.currency.as_ref()?;
    let name = format!("in {} at {}", currency.code, currency.per_usd);
    Some((name, (estimate.total().usd().to_ratio() * currency.per_usd).to_fixed(2)))
}

/// What credits pay from month to month.
#[must_use]
pub fn drawdown(estimate: &Estimate) -> Option<Report> {
    let last = estimate.drawdown.last()?;
    let rows = estimate.drawdown.iter().map(|month| Row {
        kind: RowKind::Figure,
        cells: vec![
            Cell::Text(month.from.strftime("%Y-%m").to_string()),
            Cell::Amount(month.gross),
            Cell::Amount(-month.credits),
            Cell::Amount(month.gross - month.credits),
            Cell::Amount(month.left),
        ],
        remark: credit_words(month),
    });
    let scenario = estimate.scenario.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
    let mut notes = vec!["each month costs what this estimate says of an hour, times its hours".to_string()];
    if last.left != Usd::ZERO {
        notes.push(format!("{} USD are left after that", last.left.to_fixed(2)));
    }
    Some(Report {
        title: format!("{}{scenario}: credits, month by month", estimate.stack),
        columns: vec![text("month"), number("before"), number("credits"), number("to pay"), number("left")],
        rows: rows.collect(),
        notes,
    })
}

/// What is particular about a month of credits.
fn credit_words(month: &CreditMonth) -> Option<String> {
    let begins = (month.from.day() > 1).then(|| format!("from {} on", month.from));
    let expires = (month.expired != Usd::ZERO).then(|| format!("{} USD expire unused", month.expired.to_fixed(2)));
    let words: Vec<String> = begins.into_iter().chain(expires).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

fn title(estimate: &Estimate) -> String {
    let scenario = estimate.scenario.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
    let horizon = estimate.horizon;
    format!("{}{scenario}: {}, {} ({} h)", estimate.stack, estimate.region, horizon.label(), horizon.hours())
}

/// What is to be said of the rates: which book, whose own, what is missing, what is younger.
fn notes(estimates: &[&Estimate]) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(first) = estimates.first() {
        let (version, as_of) = &first.book;
        notes.push(match as_of {
            Some(date) => format!("AWS list prices as of {date}, from the book of {version}"),
            None => format!("AWS list prices, book of {version}; `stackcost explain` says where each rate comes from"),
        });
    }
    for remark in estimates.iter().flat_map(|estimate| &estimate.remarks) {
        if !notes.contains(remark) {
            notes.push(remark.clone());
        }
    }
    let lines = || estimates.iter().flat_map(|estimate| &estimate.lines);
    let own = lines().filter(|line| is_own(line)).count();
    if own > 0 {
        notes.push(format!("{own} {} your own rate", has(own, "line")));
    }
    let younger = |estimate: &Estimate| {
        let as_of = estimate.book.1;
        let young = |line: &&Line| as_of.is_some_and(|day| line.source.date.is_some_and(|date| date > day));
        estimate.lines.iter().filter(young).count()
    };
    let younger: usize = estimates.iter().map(|estimate| younger(estimate)).sum();
    if younger > 0 {
        notes.push(format!("{younger} {} a rate that is only known from a later day", has(younger, "line")));
    }
    if let [estimate] = estimates
        && let Some(words) = parts_words(estimate)
    {
        notes.push(words);
    }
    for currency in estimates.iter().filter_map(|estimate| estimate.currency.as_ref()) {
        let note = format!("{} {} for a dollar: {}", currency.per_usd, currency.code, currency.from);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    let missing: usize = estimates.iter().map(|estimate| estimate.unpriced.len()).sum();
    if missing > 0 {
        let rates = if missing == 1 { "the rate" } else { "the rates" };
        let lines = has(missing, "line");
        notes.push(format!(
            "{missing} {lines} no price: the total is a lower bound (give {rates} under [prices] or with --price-book)"
        ));
    }
    notes
}

/// What a total consists of, where more than usage does.
fn parts_words(estimate: &Estimate) -> Option<String> {
    let words = [
        ("usage", LineKind::Usage),
        ("discounts", LineKind::Discount),
        ("commitments", LineKind::Commitment),
        ("credits", LineKind::Credit),
    ];
    let (names, amounts): (Vec<&str>, Vec<Usd>) = words
        .into_iter()
        .map(|(name, kind)| (name, estimate.of_kind(kind)))
        .filter(|(_, amount)| *amount != Usd::ZERO)
        .unzip();
    if names.iter().all(|name| *name == "usage") {
        return None;
    }
    // Rounded so that they add up.
    let amounts = apportion(&amounts, 2);
    let parts: Vec<String> =
        names.iter().zip(&amounts).map(|(name, amount)| format!("{name} {}", amount.to_fixed(2))).collect();
    let sum: Usd = amounts.into_iter().sum();
    Some(format!("{} = {} USD", parts.join(", "), sum.to_fixed(2)))
}

fn has(count: usize, what: &str) -> String {
    if count == 1 { format!("{what} has") } else { format!("{what}s have") }
}

/// Scenarios side by side: every line of each, and how components and totals differ.
#[must_use]
pub fn comparison(comparison: &Comparison) -> Report {
    let scenarios = comparison.scenarios();
    let mut rows = Vec::new();
    let by_meter: Vec<_> = scenarios.iter().map(|scenario| by_meter(&scenario.estimate)).collect();
    let meters = meters(comparison);
    for component in comparison.components() {
        let amounts = scenarios.iter().map(|scenario| Cell::total(scenario.estimate.of_component(component)));
        rows.push(row(RowKind::Group, component, amounts));
        for (key, shown) in meters.get(component).into_iter().flatten() {
            let amounts = by_meter.iter().map(|known| known.get(key).cloned().unwrap_or(Cell::Empty));
            rows.push(row(RowKind::Line, shown, amounts));
        }
    }
    let totals = scenarios.iter().map(|scenario| Cell::total(scenario.estimate.total()));
    rows.push(row(RowKind::Total, "TOTAL", totals));
    let converted: Vec<_> = scenarios.iter().map(|scenario| converted(&scenario.estimate)).collect();
    // A scenario can have a currency of its own: amounts at the same rate stand in a row.
    let mut told: Vec<&str> = Vec::new();
    for (name, _) in converted.iter().flatten() {
        if told.contains(&name.as_str()) {
            continue;
        }
        told.push(name);
        let amounts = converted.iter().map(|of| match of {
            Some((of, amount)) if of == name => Cell::Text(amount.clone()),
            _ => Cell::Empty,
        });
        rows.push(row(RowKind::Figure, name, amounts));
    }
    if scenarios.len() > 1 {
        differences(&mut rows, comparison, 0);
        match comparison.dearest() {
            0 => {}
            dearest => differences(&mut rows, comparison, dearest),
        }
    }
    let mut columns = vec![text("USD")];
    columns.extend(scenarios.iter().map(|scenario| number(&scenario.name)));
    let baseline = &comparison.baseline().estimate;
    let mut regions: Vec<&str> = scenarios.iter().map(|scenario| scenario.estimate.region.code()).collect();
    regions.dedup();
    let estimates: Vec<&Estimate> = scenarios.iter().map(|scenario| &scenario.estimate).collect();
    Report {
        title: format!(
            "{}: {} scenario{}, {}, {} ({} h)",
            baseline.stack,
            scenarios.len(),
            if scenarios.len() == 1 { "" } else { "s" },
            regions.join(" and "),
            baseline.horizon.label(),
            baseline.horizon.hours()
        ),
        columns,
        rows,
        notes: notes(&estimates),
    }
}

/// What lines of two scenarios, even of two regions, share: component, service, usage type
/// without its region, operation.
type MeterKey<'e> = (&'e str, ServiceCode, String, &'e str);

/// Lines and gaps of an estimate alike: whose, its key, and how it is shown.
fn keys(estimate: &Estimate) -> impl Iterator<Item = (MeterKey<'_>, &str, Option<Usd>)> {
    let lines = estimate.lines.iter();
    let lines =
        lines.map(|line| (&*line.component, line.service, &*line.usage_type, &*line.operation, Some(line.amount)));
    let gaps = estimate.unpriced.iter();
    let gaps = gaps.map(|gap| (&*gap.component, gap.service, &*gap.usage_type, &*gap.operation, None));
    lines.chain(gaps).map(|(component, service, shown, operation, amount)| {
        ((component, service, UsageType::parse(shown).rest, operation), shown, amount)
    })
}

/// What is paid for each meter: a lower bound when a part of it has no price.
fn by_meter(estimate: &Estimate) -> BTreeMap<MeterKey<'_>, Cell> {
    let mut known = BTreeMap::new();
    // Lines come before gaps.
    for (key, _, amount) in keys(estimate) {
        let cell = match (known.remove(&key), amount) {
            (Some(Cell::Amount(sum)), Some(amount)) => Cell::Amount(sum + amount),
            (_, Some(amount)) => Cell::Amount(amount),
            (Some(Cell::Amount(sum) | Cell::AtLeast(sum)), None) => Cell::AtLeast(sum),
            (_, None) => Cell::Text("no price".to_string()),
        };
        known.insert(key, cell);
    }
    known
}

/// The meters of each component in any scenario, in order of first appearance, with the usage
/// type as the first of them writes it.
fn meters(comparison: &Comparison) -> BTreeMap<&str, Vec<(MeterKey<'_>, &str)>> {
    let mut seen = BTreeSet::new();
    let mut meters: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for scenario in comparison.scenarios() {
        for (key, shown, _) in keys(&scenario.estimate) {
            if seen.insert(key.clone()) {
                meters.entry(key.0).or_default().push((key, shown));
            }
        }
    }
    meters
}

fn row(kind: RowKind, name: &str, cells: impl Iterator<Item = Cell>) -> Row {
    let cells = core::iter::once(Cell::Text(name.to_string())).chain(cells).collect();
    Row { kind, cells, remark: None }
}

/// How the total, and each component that changes, differ from those of one scenario. Against or
/// of a lower bound nothing is said.
fn differences(rows: &mut Vec<Row>, comparison: &Comparison, base: usize) {
    let scenarios = comparison.scenarios();
    let nothing = scenarios.iter().map(|_| Cell::Empty);
    rows.push(row(RowKind::Heading, &format!("against {}", scenarios[base].name), nothing));
    let mut say = |what: &str, amount: &dyn Fn(&Estimate) -> Total| {
        let from = amount(&scenarios[base].estimate);
        if what != "TOTAL" && scenarios.iter().all(|scenario| amount(&scenario.estimate) == from) {
            return;
        }
        let cells = |cell: fn(Delta) -> Cell| {
            let cells: Vec<Cell> = scenarios
                .iter()
                .enumerate()
                .map(|(at, scenario)| match (from, amount(&scenario.estimate)) {
                    _ if at == base => Cell::Empty,
                    (Total::Exactly(from), Total::Exactly(amount)) => cell(Delta::between(from, amount)),
                    _ => Cell::Text("unknown".to_string()),
                })
                .collect();
            cells.into_iter()
        };
        rows.push(row(RowKind::Difference, what, cells(|delta| Cell::Difference(delta.usd))));
        rows.push(row(RowKind::Difference, "", cells(|delta| Cell::Percent(delta.percent))));
    };
    for component in comparison.components() {
        say(component, &|estimate| estimate.of_component(component));
    }
    say("TOTAL", &Estimate::total);
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
                Cell::Text(price.unit.short().to_string()),
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

/// What a price book lacks, by region, and what looks odd in it; name by name when it is one region.
#[must_use]
pub fn gaps(book: &PriceBook, regions: &[RegionGaps], warnings: &[Warning]) -> Report {
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
    notes.extend(warned(warnings, regions.len() == 1));
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

/// Warnings in words: each of them for one region, else how many there are.
fn warned(warnings: &[Warning], all: bool) -> Vec<String> {
    let count = warnings.len();
    let many = if count == 1 { "warning" } else { "warnings" };
    match (count, all) {
        (0, _) => Vec::new(),
        (_, false) => {
            vec![format!("{count} {many} of age or unusual ratios: --region NAME names them, --format json all")]
        }
        (_, true) => {
            let more = count.saturating_sub(MOST_WARNINGS);
            let told = warnings.iter().take(MOST_WARNINGS).map(|warning| format!("warning: {}", warning.text));
            told.chain((more > 0).then(|| format!("and {more} more like these: --format json"))).collect()
        }
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
