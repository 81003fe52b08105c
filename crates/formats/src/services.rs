//! The names of AWS services: product codes of reports, names of Cost Explorer and FOCUS, and the
//! categories that FOCUS files them under.
//!
//! ```
//! use stackcost_formats::services;
//! assert_eq!(services::name_of("AmazonRDS"), Some("Amazon Relational Database Service"));
//! assert_eq!(services::code_of("EC2 - Other"), Some("AmazonEC2"));
//! assert_eq!(services::category("AmazonECS"), Some(("Compute", "Containers")));
//! ```

use std::collections::BTreeMap;
use std::sync::LazyLock;

struct Service {
    name: &'static str,
    category: &'static str,
    subcategory: &'static str,
}

#[derive(Default)]
struct Table {
    by_code: BTreeMap<&'static str, Service>,
    codes: BTreeMap<&'static str, &'static str>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rows = include_str!("services.csv").lines().filter(|line| !line.starts_with('#')).skip(1);
    let mut table = Table::default();
    for row in rows {
        // The table has no quotes and no commas in names; a test holds it to that.
        let mut cells = row.split(',');
        let mut next = || cells.next().unwrap_or_default();
        let (code, name, category, subcategory) = (next(), next(), next(), next());
        table.by_code.insert(code, Service { name, category, subcategory });
        let others = next().split(';').filter(|name| !name.is_empty());
        table.codes.extend([code, name].into_iter().chain(others).map(|name| (name, code)));
    }
    table
});

/// The product code of the service with this name, in Cost Explorer or FOCUS; a known code is its
/// own name.
#[must_use]
pub fn code_of(name: &str) -> Option<&'static str> {
    TABLE.codes.get(name).copied()
}

/// All names of the service with this product code; Cost Explorer shows some in parts.
pub fn names_of(code: &str) -> impl Iterator<Item = &'static str> {
    TABLE.codes.iter().filter(move |(name, known)| **known == code && **name != code).map(|(name, _)| *name)
}

/// The name of the service with this product code: the one in Cost Explorer, or the whole where
/// that shows it in parts.
#[must_use]
pub fn name_of(code: &str) -> Option<&'static str> {
    TABLE.by_code.get(code).map(|service| service.name)
}

/// FOCUS's ServiceCategory and ServiceSubcategory of the service with this product code.
#[must_use]
pub fn category(code: &str) -> Option<(&'static str, &'static str)> {
    TABLE.by_code.get(code).map(|service| (service.category, service.subcategory))
}

#[cfg(test)]
mod tests {
    use super::*;
    use stackcost_model::meter::ServiceCode;

    #[test]
    fn the_table_is_whole() {
        let rows: Vec<&str> =
            include_str!("services.csv").lines().filter(|line| !line.starts_with('#')).skip(1).collect();
        let mut names = 0;
        for row in &rows {
            let cells: Vec<&str> = row.split(',').collect();
            assert!(cells.len() == 5 && !row.contains('"') && cells[..4].iter().all(|cell| !cell.is_empty()), "{row}");
            names +=
                1 + usize::from(cells[0] != cells[1]) + cells[4].split(';').filter(|name| !name.is_empty()).count();
        }
        assert_eq!(TABLE.by_code.len(), rows.len(), "a code stands twice");
        assert_eq!(TABLE.codes.len(), names, "a name stands twice");
    }

    #[test]
    fn every_service_of_the_model_is_in_it() {
        for service in ServiceCode::ALL {
            let name = name_of(service.code()).unwrap_or_else(|| panic!("{service}"));
            assert_eq!(code_of(name), Some(service.code()));
        }
    }

    #[test]
    fn what_is_unknown_has_no_name() {
        assert_eq!((name_of("AmazonNothing"), code_of(""), category("Amazon ECS")), (None, None, None));
    }
}
