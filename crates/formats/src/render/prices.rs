//! Rates as CSV (the form of a user's own price book) and JSON.

use crate::price_book::COLUMNS;
use serde::Serialize;
use stackcost_model::price::Price;

/// Rows that [`crate::price_book::user_book`] reads back.
#[must_use]
pub fn csv<'a>(prices: impl IntoIterator<Item = &'a Price>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(COLUMNS);
    for price in prices {
        let _ = writer.write_record(fields(price).map(Option::unwrap_or_default));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn fields(price: &Price) -> [Option<String>; 13] {
    let source = &price.source;
    let text = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
    [
        text(price.service.code()),
        Some(price.region.map_or("global", |region| region.code()).to_string()),
        text(&price.usage_type),
        text(&price.operation),
        text(price.unit.label()),
        Some(price.band.from.to_string()),
        price.band.to.map(|to| to.to_string()),
        Some(price.band.usd.to_string()),
        source.date_text(),
        text(source.basis.word()),
        source.sku.as_deref().and_then(text),
        text(&source.from),
        text(source.confidence.word()),
    ]
}

#[derive(Serialize)]
struct Rate {
    service: Option<String>,
    region: Option<String>,
    usage_type: Option<String>,
    operation: Option<String>,
    unit: Option<String>,
    from: Option<String>,
    to: Option<String>,
    usd: Option<String>,
    date: Option<String>,
    basis: Option<String>,
    sku: Option<String>,
    source: Option<String>,
    confidence: Option<String>,
}

fn rate(price: &Price) -> Rate {
    let [service, region, usage_type, operation, unit, from, to, usd, date, basis, sku, source, confidence] =
        fields(price);
    Rate { service, region, usage_type, operation, unit, from, to, usd, date, basis, sku, source, confidence }
}

/// `stackcost.prices/1`.
#[must_use]
pub fn json<'a>(version: &str, disclaimer: &str, prices: impl IntoIterator<Item = &'a Price>) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        version: &'a str,
        disclaimer: &'a str,
        rates: Vec<Rate>,
    }
    let rates = prices.into_iter().map(rate).collect();
    let document = Document { schema: "stackcost.prices/1", version, disclaimer, rates };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// One rate a line.
#[must_use]
pub fn ndjson<'a>(prices: impl IntoIterator<Item = &'a Price>) -> String {
    prices.into_iter().map(|price| serde_json::to_string(&rate(price)).unwrap_or_default() + "\n").collect()
}
