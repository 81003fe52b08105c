//! The instance classes: how many vCPU and how much memory each has.

use std::path::Path;

use super::error::Error;
use super::input::{columns, decimal};
use super::render::csv_text;

const COLUMNS: [&str; 5] = [
    "service",
    "class",
    "vcpu",
    "memory_gib",
    "normalization_factor",
];

/// Reads the collected classes and gives `classes.csv` of the price book, sorted.
pub(crate) fn read(path: &Path) -> Result<String, Error> {
    let mut reader = csv::Reader::from_path(path).map_err(|cause| Error::csv(path, cause))?;
    let columns = columns(path, &mut reader, COLUMNS)?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|cause| Error::csv(path, cause))?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut row = Vec::with_capacity(COLUMNS.len());
        for (index, name) in columns.iter().zip(COLUMNS) {
            let field = record.get(*index).unwrap_or_default();
            row.push(if matches!(name, "service" | "class") || field.is_empty() {
                field.to_owned()
            } else {
                decimal(field)
                    .map_err(|what| Error::row(path, line, format!("{name}: {what}")))?
                    .normalize()
                    .to_string()
            });
        }
        rows.push(row);
    }
    rows.sort();
    for pair in rows.windows(2) {
        if let [a, b] = pair
            && a.get(..2) == b.get(..2)
        {
            return Err(Error::row(
                path,
                1,
                format!(
                    "{} is there twice",
                    a.get(..2).unwrap_or_default().join(" ")
                ),
            ));
        }
    }
    csv_text("classes.csv", None, &COLUMNS, rows.into_iter())
}
