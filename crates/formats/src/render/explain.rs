//! How each line came about, in words: usage, arithmetic, and whose rate it is.

use super::number;
use super::table::wrap_under;
use stackcost_model::estimate::Estimate;
use stackcost_model::unit::UnitKind;

/// The lines of an estimate, explained, at most `width` wide (a name can be wider).
#[must_use]
pub fn render(estimate: &Estimate, width: usize) -> String {
    let mut out = String::new();
    for line in &estimate.lines {
        let (quantity, unit, rate) =
            (number(line.quantity.value, 12), line.quantity.unit.label(), number(line.rate, 18));
        let operation = if line.operation.is_empty() { String::new() } else { format!(", {}", line.operation) };
        out.push_str(&format!("{}: {} ({}{operation})\n", line.component, line.usage_type, line.service));
        out.push_str(&format!("  usage   {}\n          = {quantity} {unit}\n", line.because));
        // What is taken off of dollars has no rate in dollars.
        let rate = if line.quantity.unit == UnitKind::Dollar { rate } else { format!("{rate} USD") };
        out.push_str(&format!("  amount  {quantity} {unit} x {rate} = {} USD\n", line.amount));
        out.push_str(&format!("  rate    {} [{}]\n\n", line.source, line.source.confidence));
    }
    for gap in &estimate.unpriced {
        let (quantity, unit) = (number(gap.quantity.value, 12), gap.quantity.unit.label());
        out.push_str(&format!("{}: {} ({})\n", gap.component, gap.usage_type, gap.service));
        out.push_str(&format!("  usage   {}\n          = {quantity} {unit}\n", gap.because));
        out.push_str(&format!("  amount  unknown: {}\n\n", gap.gap));
    }
    for remark in &estimate.remarks {
        out.push_str(&wrap_under(remark, width, 0));
        out.push('\n');
    }
    let lines = out.lines().map(|line| match line.char_indices().nth(INDENT) {
        // What is told stands under what was told.
        Some(_) if line.starts_with("  ") => wrap_under(line, width, INDENT),
        _ => line.to_string(),
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// Where the telling begins.
const INDENT: usize = 10;
