//! What a month will come to, as a table.

use super::{Cell, Report, Row, RowKind, number, text};
use crate::bill::{Amount, Step, to_money};
use crate::forecast::{CONFIDENCE, Forecast};
use crate::spend::period_name;
use crate::time::Date;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// What was spent, what the month comes to at that rate, and as AWS expects. `None` when a figure
/// is beyond what money can be.
#[must_use]
pub fn forecast(forecast: &Forecast, currency: &str) -> Option<Report> {
    let (over, days) = (forecast.days_over, forecast.days());
    let whole = if over == 1 { "whole day" } else { "whole days" };
    let mut rows = Vec::new();
    let mut notes = Vec::new();
    if let Some(last) = forecast.last_day() {
        rows.push(row(format!("spent on {over} {whole}, to {last}"), forecast.spent)?);
        rows.push(row("the month at this run rate".into(), forecast.run_rate()?)?);
        notes.push(format!("run rate: what {over} {whole} cost, / {over} x {days} days"));
    } else {
        notes.push("no run rate: no day of the month is over".into());
    }
    if let Some(expected) = forecast.as_expected() {
        rows.push(row("the month as AWS expects".into(), expected.mean)?);
        if let Some((low, high)) = expected.interval {
            rows.push(row(format!("  at the low end of AWS's {CONFIDENCE} % interval"), low)?);
            rows.push(row("  at its high end".into(), high)?);
        }
        let rest = span(forecast.last_day().and_then(|day| day.tomorrow().ok()).unwrap_or(forecast.month));
        notes.push(format!("as AWS expects: what was spent on whole days, and AWS's forecast of {rest}"));
    }
    Some(Report {
        title: format!("Forecast of {}", period_name(forecast.month, Step::Month)),
        columns: vec![text(currency), number(&period_name(forecast.month, Step::Month))],
        rows,
        notes,
    })
}

/// From a day to the end of its month.
fn span(day: Date) -> String {
    let last = day.last_of_month();
    if day == last { format!("{day}") } else { format!("{day} to {last}") }
}

fn row(name: String, amount: Amount) -> Option<Row> {
    let money = to_money(&[amount])?.first().copied()?;
    Some(Row { kind: RowKind::Figure, cells: vec![Cell::Text(name), Cell::Amount(money)], remark: None })
}
