//! Our own table of rates that the collection lacks.
//!
//! A row of it never beats the collection: where both speak of one band, the collection stays and the summary says so.

use std::collections::BTreeMap;
use std::path::Path;

use rust_decimal::Decimal;

use super::Shelf;
use super::date;
use super::error::Error;
use super::input::{columns, decimal};
use super::merge::merge;
use super::rate::{Basis, Confidence, Origin, Rate};
use super::region;
use super::source::Sources;
use super::summary::Summary;
use super::unit::Unit;

const COLUMNS: [&str; 13] = [
    "service",
    "region",
    "usage_type",
    "operation",
    "unit",
    "from",
    "to",
    "usd",
    "date",
    "basis",
    "sku",
    "source",
    "confidence",
];

/// Adds `supplement.csv` of the price book to the rates, with its `supplement-sources.csv`.
pub(crate) fn apply(
    out: &Path,
    book: &mut BTreeMap<Shelf, Vec<Rate>>,
    sources: &mut Sources,
    summary: &mut Summary,
) -> Result<(), Error> {
    for (id, text) in describe(&out.join("supplement-sources.csv"))? {
        sources.add(&id, &text);
    }
    let path = out.join("supplement.csv");
    let mut touched: BTreeMap<Shelf, Vec<Rate>> = BTreeMap::new();
    for (shelf, rate, line) in read(&path)? {
        let known = book.get(&shelf).and_then(|rates| rates.iter().rfind(|known| known.band() == rate.band()));
        if let Some(known) = known {
            let verdict = if known.usd == rate.usd { "repeats" } else { "contradicts" };
            summary.superseded.push(format!(
                "line {line} {verdict} the collection: {} {} {} {} is {} there, {} here",
                shelf.service,
                shelf.region,
                rate.usage_type,
                rate.operation,
                known.usd.normalize(),
                rate.usd.normalize(),
            ));
            continue;
        }
        if !sources.knows(&rate.source) {
            return Err(Error::row(&path, line, format!("nobody has described the source '{}'", rate.source)));
        }
        summary.supplemented += 1;
        touched.entry(shelf).or_default().push(rate);
    }
    for (shelf, more) in touched {
        let rates = book.entry(shelf).or_default();
        let mut all = std::mem::take(rates);
        all.extend(more);
        *rates = merge(all)?;
    }
    Ok(())
}

/// The sources of the supplement: `id,source`.
fn describe(path: &Path) -> Result<BTreeMap<String, String>, Error> {
    let mut reader = csv::Reader::from_path(path).map_err(|cause| Error::csv(path, cause))?;
    let [id, source] = columns(path, &mut reader, ["id", "source"])?;
    let mut described = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|cause| Error::csv(path, cause))?;
        let field = |index: usize| record.get(index).unwrap_or_default().to_owned();
        described.insert(field(id), field(source));
    }
    Ok(described)
}

fn read(path: &Path) -> Result<Vec<(Shelf, Rate, u64)>, Error> {
    let mut reader = csv::Reader::from_path(path).map_err(|cause| Error::csv(path, cause))?;
    let columns = columns(path, &mut reader, COLUMNS)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|cause| Error::csv(path, cause))?;
        let line = record.position().map_or(0, csv::Position::line);
        let fields = columns.map(|index| record.get(index).unwrap_or_default());
        let (shelf, rate) = row(fields, Origin::new(path, line)).map_err(|what| Error::row(path, line, what))?;
        rows.push((shelf, rate, line));
    }
    Ok(rows)
}

fn row(fields: [&str; 13], origin: Origin) -> Result<(Shelf, Rate), String> {
    let [service, region, usage_type, operation, unit, from, to, usd, day, basis, sku, source, confidence] = fields;
    if !(region::known(region) || region == "global") {
        return Err(format!("unknown region '{region}'"));
    }
    // A transfer begins with the prefix of the other region; anything else has none here.
    if region::strip(usage_type, region) != Ok(usage_type) && !usage_type.ends_with("-AWS-Out-Bytes") {
        return Err(format!("{usage_type} still has its region prefix"));
    }
    let basis = Basis::parse(basis).ok_or_else(|| format!("unknown basis '{basis}'"))?;
    let date = date::day(day);
    if date.is_some() == (basis == Basis::Undated) {
        return Err(format!("the date '{day}' does not go with the basis {}", basis.label()));
    }
    let shelf = Shelf { service: service.to_owned(), region: region.to_owned() };
    let rate = Rate {
        usage_type: usage_type.to_owned(),
        operation: operation.to_owned(),
        unit: Unit::parse(unit).ok_or_else(|| format!("unknown unit '{unit}'"))?,
        from: decimal(from)?,
        to: if to.is_empty() { None } else { Some(decimal(to)?) },
        usd: decimal(usd).and_then(|usd| if usd < Decimal::ZERO { Err("below zero".to_owned()) } else { Ok(usd) })?,
        date,
        basis,
        sku: sku.to_owned(),
        source: source.to_owned(),
        confidence: Confidence::parse(confidence).ok_or_else(|| format!("unknown confidence '{confidence}'"))?,
        origin,
    };
    Ok((shelf, rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(usage_type: &str, unit: &str, day: &str, basis: &str) -> Result<(Shelf, Rate), String> {
        let fields =
            ["AmazonRDS", "us-east-1", usage_type, "", unit, "0", "", "0.015", day, basis, "", "rules", "quoted-rule"];
        row(fields, Origin::new(Path::new("supplement.csv"), 2))
    }

    #[test]
    fn a_row_is_read_strictly() {
        assert!(line("RDS:ProxyUsage", "vCPU-Hours", "2026-09-25", "read").is_ok());
        assert!(line("RDS:ProxyUsage", "vCPU-Hours", "", "undated").is_ok());
        assert!(line("RDS:ProxyUsage", "vCPU-Hours", "", "read").is_err());
        assert!(line("RDS:ProxyUsage", "hours", "2026-09-25", "read").is_err());
        assert!(line("USE1-RDS:ProxyUsage", "vCPU-Hours", "2026-09-25", "read").is_err());
        assert!(line("USW2-AWS-Out-Bytes", "GB", "2026-09-25", "read").is_ok());
    }
}
