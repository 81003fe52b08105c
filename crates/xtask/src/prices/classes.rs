//! The instance classes: how many vCPU and how much memory each has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Shelf;
use super::error::Error;
use super::input::{columns, decimal};
use super::rate::Rate;
use super::render::csv_text;

const COLUMNS: [&str; 5] = ["service", "class", "vcpu", "memory_gib", "normalization_factor"];

/// The classes that on-demand rates name: `(service, class)`.
pub(crate) fn priced(rates: &BTreeMap<Shelf, Vec<Rate>>) -> BTreeSet<(String, String)> {
    let of = |(shelf, rates): (&Shelf, &Vec<Rate>)| {
        let service = shelf.service.clone();
        rates
            .iter()
            .filter_map(move |rate| {
                let (_, class) = rate.usage_type.split_once(':')?;
                // `db.t3.micro`, but not the family `db.t3` that CPU credits are billed by.
                let is_class =
                    class.matches('.').count() == 2 && (class.starts_with("db.") || class.starts_with("cache."));
                is_class.then(|| (service.clone(), class.to_owned()))
            })
            .collect::<Vec<_>>()
    };
    rates.iter().flat_map(of).collect()
}

/// vCPUs by AWS's size names, which all classes of the list that are younger than 2016 follow:
/// two up to `large`, four for each `xlarge`. `None` for other names.
fn vcpus_by_name(class: &str) -> Option<u32> {
    let size = class.rsplit('.').next()?;
    match size {
        "micro" | "small" | "medium" | "large" => Some(2),
        _ => match size.strip_suffix("xlarge")? {
            "" => Some(4),
            times => Some(4 * times.parse::<u32>().ok()?),
        },
    }
}

/// Reads the collected classes and gives `classes.csv` of the price book, sorted. A class that
/// has a price but is not in the list gets its vCPUs by its name, and no memory.
pub(crate) fn read(path: &Path, priced: &BTreeSet<(String, String)>) -> Result<String, Error> {
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
    for (service, class) in priced {
        if !rows.iter().any(|row| row[0] == *service && row[1] == *class) {
            let vcpus = vcpus_by_name(class)
                .ok_or_else(|| Error::row(path, 1, format!("{class} has a price, but nobody says how many vCPUs")))?;
            rows.push(vec![service.clone(), class.clone(), vcpus.to_string(), String::new(), String::new()]);
        }
    }
    rows.sort();
    for pair in rows.windows(2) {
        if let [a, b] = pair
            && a.get(..2) == b.get(..2)
        {
            return Err(Error::row(path, 1, format!("{} is there twice", a.get(..2).unwrap_or_default().join(" "))));
        }
    }
    csv_text("classes.csv", None, &COLUMNS, rows.into_iter())
}

#[cfg(test)]
mod tests {
    use super::vcpus_by_name;

    #[test]
    fn size_names_say_the_vcpus() {
        for (class, vcpus) in [
            ("db.t4g.micro", Some(2)),
            ("db.m7g.large", Some(2)),
            ("db.r6i.xlarge", Some(4)),
            ("db.x2idn.32xlarge", Some(128)),
            ("db.m7g.metal", None),
        ] {
            assert_eq!(vcpus_by_name(class), vcpus, "{class}");
        }
    }
}
