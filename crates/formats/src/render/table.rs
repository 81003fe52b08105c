//! Tables for a terminal: names wrap where they may, numbers stand right-aligned, nothing is cut.

use super::{Precision, words};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use stackcost_model::exact::Ratio;
use stackcost_model::money::Usd;
use stackcost_model::report::{Column, Report, RowKind};
use textwrap::core::{Word, display_width};
use textwrap::{WordSeparator, WordSplitter};

/// Space between columns.
const GAP: usize = 2;
/// How far lines stand in from their group.
const INDENT: &str = "  ";

/// The report as text at most `width` wide (a single number can be wider).
#[must_use]
pub fn render(report: &Report, precision: Precision, width: usize) -> String {
    let words = words(report, precision);
    let mut out = format!("{}\n", wrap(&report.title, width, ""));
    let numbers: Vec<usize> = (1..report.columns.len()).collect();
    for (at, columns) in sheets(report, &words.rows, &numbers, width).into_iter().enumerate() {
        out.push('\n');
        // Remarks are told once.
        sheet(&mut out, report, &words.rows, &columns, width, at == 0);
    }
    let rounded = words.rounded_to.map(|places| {
        format!("amounts are rounded to {places} decimals so that they add up; --precision full shows all digits")
    });
    if !report.notes.is_empty() || rounded.is_some() {
        out.push('\n');
    }
    for note in report.notes.iter().chain(&rounded) {
        out.push_str(&wrap(note, width, ""));
        out.push('\n');
    }
    out
}

/// The columns besides the first, in groups that fit side by side.
fn sheets(report: &Report, rows: &[Vec<String>], numbers: &[usize], width: usize) -> Vec<Vec<usize>> {
    let room = width.saturating_sub(narrowest(rows));
    // Columns of an estimate belong together; scenarios can go on below.
    let can_go_on = report.columns.iter().skip(1).all(|column| column.numeric);
    let mut sheets = Vec::new();
    let mut current = Vec::new();
    let mut used = 0;
    for &column in numbers {
        let wide = GAP + column_width(&report.columns[column], rows, column);
        if used + wide > room && !current.is_empty() && can_go_on {
            sheets.push(std::mem::take(&mut current));
            used = 0;
        }
        current.push(column);
        used += wide;
    }
    sheets.push(current);
    sheets
}

/// The least that a column of names needs: its longest piece that is never broken, and the indent.
fn narrowest(rows: &[Vec<String>]) -> usize {
    let names = rows.iter().filter_map(|row| row.first());
    names.flat_map(|name| pieces(name)).map(|piece| display_width(piece.word)).max().unwrap_or(0) + INDENT.len()
}

fn name_width(rows: &[Vec<String>]) -> usize {
    rows.iter().filter_map(|row| row.first()).map(|name| display_width(name) + 2).max().unwrap_or(0)
}

/// As wide as its widest cell, or the longest word of its heading.
fn column_width(column: &Column, rows: &[Vec<String>], at: usize) -> usize {
    let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| display_width(cell));
    let heading = column.name.split_whitespace().map(display_width);
    cells.chain(heading).max().unwrap_or(0)
}

fn sheet(out: &mut String, report: &Report, rows: &[Vec<String>], columns: &[usize], width: usize, remarks: bool) {
    let widths: Vec<usize> = columns.iter().map(|&at| column_width(&report.columns[at], rows, at)).collect();
    let others: usize = widths.iter().map(|wide| wide + GAP).sum();
    let names = name_width(rows).min(width.saturating_sub(others).max(narrowest(rows)));
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let mut heights = Vec::new();
    let mut add = |cells: Vec<String>| {
        heights.push(cells.iter().map(|cell| cell.lines().count().max(1)).max().unwrap_or(1));
        table.add_row(cells);
    };
    let mut heading = vec![pad(&wrap(&report.columns[0].name, names, ""), names)];
    heading.extend(columns.iter().zip(&widths).map(|(&at, &wide)| wrap(&report.columns[at].name, wide, "")));
    add(heading);
    for (row, cells) in report.rows.iter().zip(rows) {
        let indent = if matches!(row.kind, RowKind::Line | RowKind::Difference) { INDENT } else { "" };
        let mut shown = vec![wrap(&cells[0], names, indent)];
        shown.extend(columns.iter().map(|&at| cells[at].clone()));
        add(shown);
    }
    for (index, &column) in columns.iter().enumerate() {
        let alignment = if report.columns[column].numeric { CellAlignment::Right } else { CellAlignment::Left };
        if let Some(column) = table.column_mut(index + 1) {
            column.set_cell_alignment(alignment);
            column.set_padding((GAP as u16, 0));
        }
    }
    if let Some(column) = table.column_mut(0) {
        column.set_padding((0, 0));
    }
    let rule = "-".repeat((names + others).min(width));
    let mut lines = table.lines();
    for (index, height) in heights.into_iter().enumerate() {
        let row = index.checked_sub(1).and_then(|at| report.rows.get(at));
        if row.is_some_and(|row| row.kind == RowKind::Total) {
            out.push_str(&rule);
            out.push('\n');
        }
        for line in lines.by_ref().take(height) {
            out.push_str(line.trim_end());
            out.push('\n');
        }
        if index == 0 {
            out.push_str(&rule);
            out.push('\n');
        }
        if let Some(remark) = row.filter(|_| remarks).and_then(|row| row.remark.as_deref()) {
            out.push_str(&wrap_remark(remark, width));
            out.push('\n');
        }
    }
}

fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.lines().map(display_width).max().unwrap_or(0));
    format!("{text}{}", " ".repeat(missing))
}

/// Wraps at spaces, and in names after `-`, `:` and `/`; what has none of them is left whole.
pub(super) fn wrap(text: &str, width: usize, indent: &str) -> String {
    textwrap::fill(text, options(width).initial_indent(indent).subsequent_indent(indent))
}

/// A remark stands under its row. Of several lines, what does not fit stands further in: so each
/// line is seen as one.
fn wrap_remark(remark: &str, width: usize) -> String {
    const FIRST: &str = "    ";
    let deeper = if remark.contains('\n') { "      " } else { FIRST };
    let wrap = |line| textwrap::fill(line, options(width).initial_indent(FIRST).subsequent_indent(deeper));
    let lines: Vec<String> = remark.lines().map(wrap).collect();
    lines.join("\n")
}

/// Wraps one line so that what does not fit stands `indent` spaces in.
pub(super) fn wrap_under(line: &str, width: usize, indent: usize) -> String {
    let deeper = " ".repeat(indent);
    textwrap::fill(line, options(width).subsequent_indent(&deeper))
}

fn options<'a>(width: usize) -> textwrap::Options<'a> {
    textwrap::Options::new(width.max(1))
        .word_separator(WordSeparator::Custom(|line| Box::new(pieces(line))))
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(false)
}

/// The pieces of a line between which it may be broken: words, and parts of names. A date or a
/// range of numbers stays whole.
fn pieces(line: &str) -> impl Iterator<Item = Word<'_>> {
    let bytes = line.as_bytes();
    let breaks = move |at: usize| {
        let (before, after) = (bytes[at - 1], bytes[at]);
        match before {
            b' ' => after != b' ',
            b'-' | b':' | b'/' => after.is_ascii_alphabetic() && at > 1 && bytes[at - 2] != b' ',
            _ => false,
        }
    };
    let mut ends: Vec<usize> = (1..line.len()).filter(|&at| line.is_char_boundary(at) && breaks(at)).collect();
    ends.push(line.len());
    let mut start = 0;
    ends.into_iter().filter(|end| *end > 0).map(move |end| {
        let piece = Word::from(&line[start..end]);
        start = end;
        piece
    })
}

/// A bar for each amount, the largest as long as there is room for.
#[must_use]
pub fn bars(items: &[(String, Usd, String)], width: usize) -> String {
    let names = items.iter().map(|item| display_width(&item.0)).max().unwrap_or(0).min(width / 3);
    let values = items.iter().map(|item| display_width(&item.2)).max().unwrap_or(0);
    let room = width.saturating_sub(names + values + 2 * GAP).clamp(1, 50);
    let most = items.iter().map(|item| item.1).max().unwrap_or(Usd::ZERO);
    let mut out = String::new();
    for (name, amount, value) in items {
        let length = if most <= Usd::ZERO {
            0
        } else {
            let share = amount.to_ratio() / most.to_ratio() * Ratio::from(room as u64);
            share.scaled(0).and_then(|cells| usize::try_from(cells).ok()).unwrap_or(0)
        };
        let wrapped = wrap(name, names, "");
        let mut lines = wrapped.lines();
        let first = lines.next().unwrap_or("");
        let fill = " ".repeat(names.saturating_sub(display_width(first)));
        let bar = format!("{}{}", "█".repeat(length), " ".repeat(room - length));
        out.push_str(&format!("{first}{fill}  {bar}  {value:>values$}\n"));
        for line in lines {
            out.push_str(&format!("{line}\n"));
        }
    }
    out
}
