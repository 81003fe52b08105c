//! The catalogue of database and cache classes: which there are, and their vCPUs.

use crate::problem::{Problem, Problems};
use stackcost_model::services::InstanceClass;
use std::collections::BTreeMap;

/// Classes by service code and name.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    vcpus: BTreeMap<(String, String), u32>,
}

impl Classes {
    /// Reads `service,class,vcpu,...` rows.
    ///
    /// # Errors
    /// A row without these columns, or vCPUs that are no number.
    pub fn parse(text: &str) -> Result<Classes, Problems> {
        let mut vcpus = BTreeMap::new();
        for (line, row) in (1..).zip(text.lines()) {
            if line == 1 || row.starts_with('#') || row.is_empty() {
                continue;
            }
            let bad =
                || Problem::of_text(format!("line {line} of the class list is not `service,class,vcpu,...`: {row}"));
            let mut fields = row.split(',');
            let (Some(service), Some(class), Some(count)) = (fields.next(), fields.next(), fields.next()) else {
                return Err(bad().into());
            };
            let count = count.parse().map_err(|_| bad())?;
            vcpus.insert((service.to_string(), class.to_string()), count);
        }
        Ok(Classes { vcpus })
    }

    /// The class of that name.
    #[must_use]
    pub fn get(&self, service: &str, class: &str) -> Option<InstanceClass> {
        let vcpus = *self.vcpus.get(&(service.to_string(), class.to_string()))?;
        Some(InstanceClass { name: class.to_string(), vcpus })
    }

    /// The names of a service's classes.
    pub fn names<'a>(&'a self, service: &'a str) -> impl Iterator<Item = &'a str> {
        self.vcpus.keys().filter(move |key| key.0 == service).map(|key| key.1.as_str())
    }
}
