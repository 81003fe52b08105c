//! Values to text. One file a format.

pub mod commitment_prices;
pub mod commitments;
pub mod csv;
pub mod drivers;
pub mod explain;
pub mod fixes;
pub mod html;
pub mod focus;
pub mod json;
pub mod markdown;
pub mod optimization;
pub mod price_diff;
pub mod prices;
pub mod reconcile;
pub mod refresh;
pub mod simulation;
pub mod spend;
pub mod table;
pub mod verify;

use stackcost_model::exact::Ratio;
use stackcost_model::money::{Usd, apportion, apportion_to};
use stackcost_model::report::{Cell, Report, Row, RowKind};
use std::str::FromStr;

/// How many decimals money is shown with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// As many as the table needs to be exact, from two up to six.
    #[default]
    Auto,
    /// So many.
    Places(u32),
    /// All that there are, twelve at most.
    Full,
}

impl FromStr for Precision {
    type Err = String;
    fn from_str(text: &str) -> Result<Precision, String> {
        match text {
            "auto" => Ok(Precision::Auto),
            "full" => Ok(Precision::Full),
            "cents" => Ok(Precision::Places(2)),
            _ => match text.parse() {
                Ok(places) if places <= Usd::PLACES => Ok(Precision::Places(places)),
                _ => Err("precision is auto, cents, full, or 0 to 12 decimals".to_string()),
            },
        }
    }
}

/// A report whose cells are words: every amount of a column has the same number of decimals, and
/// lines still add up to their groups, groups to the total.
pub(crate) struct Words {
    pub rows: Vec<Vec<String>>,
    /// Set when amounts had to be rounded.
    pub rounded_to: Option<u32>,
}

pub(crate) fn words(report: &Report, precision: Precision) -> Words {
    let needed = report.rows.iter().flat_map(|row| &row.cells).filter_map(amount).map(Usd::places).max().unwrap_or(0);
    let places = match precision {
        Precision::Auto => needed.clamp(2, 6),
        Precision::Places(places) => places,
        Precision::Full => needed.max(2),
    };
    // Figures that add up to nothing are rounded each by itself, which needs no word.
    let alone = report.rows.iter().all(|row| matches!(row.kind, RowKind::Figure | RowKind::Heading));
    let mut rows: Vec<Vec<String>> =
        report.rows.iter().map(|row| row.cells.iter().map(|cell| plain(cell, places)).collect()).collect();
    if needed > places {
        let columns = 0..report.columns.len();
        columns.for_each(|column| {
            for (at, shown) in column_that_adds_up(&report.rows, column, places) {
                rows[at][column] = show(&report.rows[at].cells[column], shown, places);
            }
        });
    }
    if !matches!(precision, Precision::Places(_)) {
        for (row, cells) in report.rows.iter().zip(&mut rows) {
            for (_, text) in row.cells.iter().zip(cells).filter(|(cell, _)| amount(cell).is_some()) {
                align_point(text);
            }
        }
    }
    Words { rows, rounded_to: (needed > places && !alone).then_some(places) }
}

/// Zeros that say nothing (beyond the cents) become spaces: points still stand under points.
fn align_point(text: &mut String) {
    let Some(point) = text.find('.') else { return };
    let width = text.len();
    let kept = text.trim_end_matches('0').len().max(point + 3).min(width);
    text.truncate(kept);
    text.push_str(&" ".repeat(width - kept));
}

fn amount(cell: &Cell) -> Option<Usd> {
    match cell {
        Cell::Amount(usd) | Cell::AtLeast(usd) | Cell::Difference(usd) => Some(*usd),
        _ => None,
    }
}

/// The rounded amounts of a column by row: groups add up to the total, lines to their group.
fn column_that_adds_up(rows: &[Row], column: usize, places: u32) -> Vec<(usize, Usd)> {
    let of = |kind: RowKind| {
        rows.iter()
            .enumerate()
            .filter(move |(_, row)| row.kind == kind)
            .filter_map(move |(at, row)| Some((at, amount(row.cells.get(column)?)?)))
    };
    let groups: Vec<(usize, Usd)> = of(RowKind::Group).collect();
    let exact: Vec<Usd> = groups.iter().map(|group| group.1).collect();
    let shown = apportion(&exact, places);
    let mut out: Vec<(usize, Usd)> = groups.iter().map(|group| group.0).zip(shown.iter().copied()).collect();
    for (index, &(at, _)) in groups.iter().enumerate() {
        let end = groups.get(index + 1).map_or(rows.len(), |next| next.0);
        let lines: Vec<(usize, Usd)> = of(RowKind::Line).filter(|line| (at..end).contains(&line.0)).collect();
        let exact: Vec<Usd> = lines.iter().map(|line| line.1).collect();
        let shown = apportion_to(shown[index], &exact, places);
        out.extend(lines.iter().map(|line| line.0).zip(shown));
    }
    let total = shown.into_iter().sum();
    out.extend(of(RowKind::Total).map(|(at, _)| (at, total)));
    out
}

fn plain(cell: &Cell, places: u32) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Amount(usd) | Cell::AtLeast(usd) | Cell::Difference(usd) => show(cell, *usd, places),
        Cell::Percent(None) => "-".to_string(),
        Cell::Percent(Some(percent)) => format!("{} %", signed(&number(*percent, 2), percent.is_negative())),
        // What needs more than six decimals is rounded here, not in JSON and CSV.
        Cell::Number(value) => short(*value),
    }
}

fn show(cell: &Cell, usd: Usd, places: u32) -> String {
    let fixed = usd.to_fixed(places);
    match cell {
        Cell::AtLeast(_) => format!(">= {fixed}"),
        Cell::Difference(_) => signed(&fixed, usd < Usd::ZERO),
        _ => fixed,
    }
}

fn signed(number: &str, negative: bool) -> String {
    if negative { number.to_string() } else { format!("+{number}") }
}

/// A quantity or a rate in a table: up to six decimals; a smaller one with all its digits.
fn short(value: Ratio) -> String {
    let six = number(value, 6);
    if !value.is_zero() && (value.fits(12) && value < Ratio::new(1, 100)) { number(value, 12) } else { six }
}

/// Text for a cell of CSV: what a spreadsheet would take for a formula gets a quote in front, and
/// a row stays on one line.
pub(crate) fn cell(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text }
}

/// A number with at most so many decimals, without zeros at the end.
pub(crate) fn number(value: Ratio, places: u32) -> String {
    let fixed = value.to_fixed(places);
    if fixed.contains('.') { fixed.trim_end_matches('0').trim_end_matches('.').to_string() } else { fixed }
}
