//! The collected rows, read strictly: an unknown column value is an error with its line.

use std::collections::BTreeMap;
use std::path::Path;

use rust_decimal::Decimal;

use super::date::{self, Dated};
use super::error::Error;
use super::rate::Confidence;
use super::region;

/// One row of `prices.csv`.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Its line in the file.
    pub line: u64,
    /// AWS's service code.
    pub service: String,
    /// A region code, `global`, or `all`.
    pub region: String,
    /// What is priced, in the collection's own words: `rds.storage`.
    pub family: String,
    attributes: BTreeMap<String, String>,
    /// The unit as the source wrote it.
    pub unit: String,
    /// Where the tier begins.
    pub begin: Decimal,
    /// Where the tier ends; `None` for never.
    pub end: Option<Decimal>,
    /// US dollars for one unit.
    pub price: Decimal,
    /// When, and what that date means.
    pub date: Dated,
    /// Where the price was found.
    pub source: String,
    /// How far to trust it.
    pub confidence: Confidence,
}

impl Row {
    /// An attribute, if the row has it.
    pub(crate) fn attr(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// An attribute the row must have.
    pub(crate) fn need(&self, name: &str) -> Result<&str, String> {
        self.attr(name).ok_or_else(|| format!("a {} row needs the attribute '{name}'", self.family))
    }

    /// The usage type the source states, without its region prefix.
    pub(crate) fn stated(&self) -> Result<Option<&str>, String> {
        match (self.attr("usagetype"), self.attr("usagetype_suffix")) {
            (Some(whole), _) => region::strip(whole, &self.region).map(Some),
            (None, suffix) => Ok(suffix),
        }
    }

    /// Refuses a row whose unit is none of these.
    pub(crate) fn unit_is(&self, allowed: &[&str]) -> Result<(), String> {
        if allowed.contains(&self.unit.as_str()) {
            Ok(())
        } else {
            Err(format!("unit '{}' of {}, expected one of {allowed:?}", self.unit, self.family))
        }
    }
}

/// Reads the attributes `key=value;key=value`. A piece without `=` belongs to the value before it (notes have `;`).
fn attributes(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut last: Option<String> = None;
    for piece in text.split(';') {
        match (piece.split_once('='), &last) {
            (Some((key, value)), _) => {
                found.insert(key.to_owned(), value.to_owned());
                last = Some(key.to_owned());
            }
            (None, Some(key)) => {
                if let Some(value) = found.get_mut(key) {
                    value.push(';');
                    value.push_str(piece);
                }
            }
            (None, None) => {}
        }
    }
    found
}

/// An exact decimal.
pub(crate) fn decimal(text: &str) -> Result<Decimal, String> {
    Decimal::from_str_exact(text).map_err(|_| format!("'{text}' is not an exact decimal"))
}

const COLUMNS: [&str; 11] = [
    "service",
    "region",
    "family",
    "attributes",
    "unit",
    "begin_range",
    "end_range",
    "price_usd",
    "effective_date",
    "source",
    "confidence",
];

/// Reads all rows of `prices.csv`.
pub(crate) fn read(path: &Path) -> Result<Vec<Row>, Error> {
    let mut reader = csv::Reader::from_path(path).map_err(|cause| Error::csv(path, cause))?;
    let columns = columns(path, &mut reader, COLUMNS)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|cause| Error::csv(path, cause))?;
        let line = record.position().map_or(0, csv::Position::line);
        let fields = columns.map(|index| record.get(index).unwrap_or_default());
        rows.push(row(line, fields).map_err(|what| Error::row(path, line, what))?);
    }
    Ok(rows)
}

/// Finds the columns by name, never by position.
pub(crate) fn columns<const N: usize>(
    path: &Path,
    reader: &mut csv::Reader<std::fs::File>,
    names: [&str; N],
) -> Result<[usize; N], Error> {
    let headers = reader.headers().map_err(|cause| Error::csv(path, cause))?.clone();
    let mut found = [0; N];
    for (slot, name) in found.iter_mut().zip(names) {
        *slot = headers
            .iter()
            .position(|header| header == name)
            .ok_or_else(|| Error::row(path, 1, format!("no column '{name}'")))?;
    }
    Ok(found)
}

fn row(line: u64, fields: [&str; 11]) -> Result<Row, String> {
    let [service, region, family, attrs, unit, begin, end, price, date, source, confidence] = fields;
    if !(region::known(region) || region == "global" || region == "all") {
        return Err(format!("unknown region '{region}'"));
    }
    let price = decimal(price)?;
    if price.is_sign_negative() && !price.is_zero() {
        return Err(format!("a price below zero: {price}"));
    }
    Ok(Row {
        line,
        service: service.to_owned(),
        region: region.to_owned(),
        family: family.to_owned(),
        attributes: attributes(attrs),
        unit: unit.to_owned(),
        begin: decimal(begin)?,
        end: if end == "Inf" { None } else { Some(decimal(end)?) },
        price,
        date: date::parse(date)?,
        source: source.to_owned(),
        confidence: Confidence::parse(confidence).ok_or_else(|| format!("unknown confidence '{confidence}'"))?,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A row for tests, from `service region family`, its attributes and unit.
    pub(crate) fn sample(what: &str, attrs: &str, unit: &str) -> Row {
        let mut words = what.split(' ');
        let mut word = || words.next().unwrap_or_default();
        let fields = [word(), word(), word(), attrs, unit, "0", "Inf", "0.5", "2026-07-01", "somewhere", "offer-file"];
        row(2, fields).expect("a row")
    }

    #[test]
    fn a_note_may_hold_a_semicolon() {
        let found = attributes("note=bill region is global; first 3 free;usagetype=DashboardsUsageHour-Basic");
        assert_eq!(found["note"], "bill region is global; first 3 free");
        assert_eq!(found["usagetype"], "DashboardsUsageHour-Basic");
        assert!(attributes("").is_empty());
    }

    #[test]
    fn the_stated_usage_type_loses_its_prefix() {
        let row = sample("AWSELB eu-west-1 alb.hour", "usagetype=EU-LoadBalancerUsage", "Hrs");
        assert_eq!(row.stated(), Ok(Some("LoadBalancerUsage")));
        let row = sample("AmazonCloudWatch us-east-1 cloudwatch.canary_run", "usagetype_suffix=CW:Canary-runs", "Runs");
        assert_eq!(row.stated(), Ok(Some("CW:Canary-runs")));
    }

    #[test]
    fn a_price_that_would_round_is_refused() {
        assert!(decimal("0.12345678901234567890123456789012345").is_err());
        assert!(decimal("1e-9").is_err());
        assert_eq!(decimal("0.0000000037").map(|value| value.to_string()), Ok("0.0000000037".to_owned()));
    }
}
