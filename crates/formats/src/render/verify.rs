//! What a price book lacks, as JSON and CSV.

use serde::Serialize;
use stackcost_model::price::{RegionGaps, Warning};

#[derive(Serialize)]
struct Lacking<'a> {
    region: &'a str,
    service: Option<&'a str>,
    usage_type: &'a str,
    operation: &'a str,
    /// `missing`, or `partial` when the bands end.
    kind: &'static str,
    /// Where they end.
    from: Option<String>,
}

fn all(regions: &[RegionGaps]) -> impl Iterator<Item = Lacking<'_>> {
    regions.iter().flat_map(|gaps| {
        let region = gaps.region.code();
        let missing = gaps.missing.iter().map(move |meter| Lacking {
            region,
            service: Some(meter.service.code()),
            usage_type: &meter.usage_type,
            operation: &meter.operation,
            kind: "missing",
            from: None,
        });
        let partial = gaps.partial.iter().map(move |(usage_type, operation, end)| Lacking {
            region,
            service: None,
            usage_type,
            operation,
            kind: "partial",
            from: Some(end.to_string()),
        });
        missing.chain(partial)
    })
}

/// `stackcost.price-gaps/1`.
#[must_use]
pub fn json(version: &str, regions: &[RegionGaps], warnings: &[Warning]) -> String {
    #[derive(Serialize)]
    struct Odd<'a> {
        region: &'a str,
        kind: &'static str,
        text: &'a str,
    }
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        version: &'a str,
        lacking: Vec<Lacking<'a>>,
        /// What looks odd; nothing of it is an error.
        warnings: Vec<Odd<'a>>,
    }
    let warnings = warnings.iter().map(|warning| Odd {
        region: warning.region.code(),
        kind: warning.kind.word(),
        text: &warning.text,
    });
    let document = Document {
        schema: "stackcost.price-gaps/1",
        version,
        lacking: all(regions).collect(),
        warnings: warnings.collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// One gap a line.
#[must_use]
pub fn ndjson(regions: &[RegionGaps]) -> String {
    all(regions).map(|gap| serde_json::to_string(&gap).unwrap_or_default() + "\n").collect()
}

/// One gap a row.
#[must_use]
pub fn csv(regions: &[RegionGaps]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(["region", "service", "usage_type", "operation", "kind", "from"]);
    for gap in all(regions) {
        let from = gap.from.unwrap_or_default();
        let _ = writer.write_record([
            gap.region,
            gap.service.unwrap_or(""),
            gap.usage_type,
            gap.operation,
            gap.kind,
            &from,
        ]);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}
