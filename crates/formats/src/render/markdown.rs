//! Markdown tables, for pull requests and post-mortems.

use super::{Precision, words};
use stackcost_model::report::{Report, RowKind};

/// The report as a heading, a table and its notes.
#[must_use]
pub fn render(report: &Report, precision: Precision) -> String {
    let words = words(report, precision);
    let mut out = format!("### {}\n\n", escape(&report.title));
    let names: Vec<String> = report.columns.iter().map(|column| escape(&column.name)).collect();
    out.push_str(&format!("| {} |\n", names.join(" | ")));
    let rules: Vec<&str> = report.columns.iter().map(|column| if column.numeric { "---:" } else { "---" }).collect();
    out.push_str(&format!("|{}|\n", rules.join("|")));
    for (row, cells) in report.rows.iter().zip(&words.rows) {
        let cells: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(at, cell)| match (row.kind, at, cell.is_empty()) {
                (_, _, true) => String::new(),
                (RowKind::Group | RowKind::Total, _, _) => match &row.remark {
                    Some(remark) if at == 0 => format!("**{}**<br>{}", escape(cell.trim()), lines(remark)),
                    _ => format!("**{}**", escape(cell.trim())),
                },
                (RowKind::Line, 0, _) => match &row.remark {
                    Some(remark) => format!("`{cell}`<br>{}", lines(remark)),
                    None => format!("`{cell}`"),
                },
                (kind, at, _) => {
                    let shown = escape(cell.trim());
                    let shown = if kind == RowKind::Heading { format!("*{shown}*") } else { shown };
                    match row.remark.as_deref().filter(|_| at == 0) {
                        Some(remark) => format!("{shown}<br>{}", lines(remark)),
                        None => shown,
                    }
                }
            })
            .collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    for note in &report.notes {
        out.push_str(&format!("\n{}\n", escape(note)));
    }
    if let Some(places) = words.rounded_to {
        out.push_str(&format!("\nAmounts are rounded to {places} decimals so that they add up.\n"));
    }
    out
}

/// The lines of a remark, in one cell.
fn lines(remark: &str) -> String {
    let lines: Vec<String> = remark.lines().map(|line| escape(line.trim())).collect();
    lines.join("<br>")
}

/// What would be markup is shown as it is.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' => {
                out.push('\\');
                out.push(sign);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\r' => out.push(' '),
            _ => out.push(sign),
        }
    }
    out
}
