//! CSV: one fact a row, a constant header, no totals (they are the sum of the column).

use super::{cell, number};
use csv::{QuoteStyle, WriterBuilder};
use stackcost_model::estimate::Estimate;

/// The header of [`estimates`].
pub const HEADER: [&str; 21] = [
    "stack",
    "scenario",
    "region",
    "horizon",
    "hours",
    "component",
    "service",
    "usage_type",
    "operation",
    "quantity",
    "unit",
    "rate",
    "amount",
    "currency",
    "because",
    "unpriced",
    "sku",
    "date",
    "basis",
    "source",
    "confidence",
];

/// The lines of estimates, each with the name it has in a comparison (empty: its scenario).
/// Usage without a price has empty `rate` and `amount`, and says in `unpriced` why.
#[must_use]
pub fn estimates<'a>(estimates: impl IntoIterator<Item = (&'a str, &'a Estimate)>) -> String {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Necessary).from_writer(Vec::new());
    // Writing to memory does not fail.
    let mut write = |row: [&str; 21]| {
        let _ = writer.write_record(row);
    };
    write(HEADER);
    for (name, estimate) in estimates {
        let name = if name.is_empty() { estimate.scenario.as_deref().unwrap_or("") } else { name };
        let (stack, scenario) = (cell(&estimate.stack), cell(name));
        let (horizon, hours) = (estimate.horizon.label(), estimate.horizon.hours().to_string());
        let region = estimate.region.code();
        for line in &estimate.lines {
            write([
                &stack,
                &scenario,
                region,
                &horizon,
                &hours,
                &cell(&line.component),
                line.service.code(),
                &cell(&line.usage_type),
                &line.operation,
                &number(line.quantity.value, 12),
                line.quantity.unit.label(),
                &number(line.rate, 18),
                &line.amount.to_string(),
                "USD",
                &cell(&line.because),
                "",
                line.source.sku.as_deref().unwrap_or(""),
                &line.source.date_text().unwrap_or_default(),
                line.source.basis.word(),
                &cell(&line.source.from),
                line.source.confidence.word(),
            ]);
        }
        for gap in &estimate.unpriced {
            write([
                &stack,
                &scenario,
                region,
                &horizon,
                &hours,
                &cell(&gap.component),
                gap.service.code(),
                &cell(&gap.usage_type),
                &gap.operation,
                &number(gap.quantity.value, 12),
                gap.quantity.unit.label(),
                "",
                "",
                "USD",
                &cell(&gap.because),
                &gap.gap.to_string(),
                "",
                "",
                "",
                "",
                "",
            ]);
        }
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}
