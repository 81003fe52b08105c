//! Under which AWS usage type a collected row belongs.
//!
//! One module for each corner of the price list. A usage type is compared whole, never by a part of it: `LCUUsage` is
//! also the tail of `ReservedLCUUsage`, and `PIOPS` of seven others.

mod cloudwatch;
mod elasticache;
mod elb;
mod fargate;
mod network;
mod rds;
mod small;

use rust_decimal::Decimal;

use super::Shelf;
use super::input::Row;
use super::unit::Unit;

/// Where a rate is to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// In one file.
    Here(Shelf),
    /// In the file of every region where the service has rates.
    Everywhere {
        /// The service.
        service: &'static str,
    },
}

/// The place of one rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub scope: Scope,
    pub usage_type: String,
    pub operation: &'static str,
    pub unit: Unit,
    /// Where the tier begins, if not where the row says.
    pub from: Option<Decimal>,
}

impl Place {
    /// A place in the file of the row's own region, with no operation.
    fn new(service: &str, row: &Row, usage_type: impl Into<String>, unit: Unit) -> Self {
        Self {
            scope: Scope::Here(Shelf { service: service.to_owned(), region: row.region.clone() }),
            usage_type: usage_type.into(),
            operation: "",
            unit,
            from: None,
        }
    }

    fn operation(self, operation: &'static str) -> Self {
        Self { operation, ..self }
    }

    fn region(self, region: &str) -> Self {
        match self.scope {
            Scope::Here(Shelf { service, .. }) => {
                Self { scope: Scope::Here(Shelf { service, region: region.to_owned() }), ..self }
            }
            Scope::Everywhere { .. } => self,
        }
    }

    fn starting_at_zero(self) -> Self {
        Self { from: Some(Decimal::ZERO), ..self }
    }
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Placed {
    /// On-demand rates: mostly one.
    Rates(Vec<Place>),
    /// One part of a reservation.
    Reserved(Place),
    /// A Savings Plans rate.
    SavingsPlan(Place),
    /// Left out, for this reason.
    Dropped(&'static str),
}

impl From<Place> for Placed {
    fn from(place: Place) -> Self {
        Self::Rates(vec![place])
    }
}

/// Finds the place of a row.
pub(crate) fn place(row: &Row) -> Result<Placed, String> {
    let (corner, rest) = row.family.split_once('.').unwrap_or((&row.family, ""));
    match (row.service.as_str(), corner) {
        ("AmazonECS" | "AmazonEKS", "fargate") => fargate::place(row, rest),
        ("AmazonRDS", "rds") => rds::place(row, rest),
        ("AmazonElastiCache", "elasticache") => elasticache::place(row, rest),
        ("AmazonRDS", "savingsplan") => rds::savings_plan(row),
        ("AmazonElastiCache", "savingsplan") => elasticache::savings_plan(row),
        ("AWSELB", _) => elb::place(row, corner, rest),
        ("AmazonCloudWatch", "cloudwatch") => cloudwatch::place(row, rest),
        ("AWSDataTransfer" | "AmazonEC2", "datatransfer") => network::data_transfer(row, rest),
        ("AmazonEC2", "nat") => network::nat(row, rest),
        ("AmazonVPC", "vpc") => network::vpc(row, rest),
        ("AmazonECR" | "awskms" | "AWSSecretsManager" | "AmazonSNS", _) => small::place(row),
        _ => Err(unknown(row)),
    }
}

/// The complaint about a family nobody placed.
fn unknown(row: &Row) -> String {
    format!("nobody has said where {} of {} belongs", row.family, row.service)
}

/// Refuses a row whose own usage type is another than the one it was given here.
fn agree(row: &Row, usage_type: &str) -> Result<(), String> {
    match row.stated()? {
        Some(stated) if stated != usage_type => {
            Err(format!("the row states {stated}, its family and attributes say {usage_type}"))
        }
        _ => Ok(()),
    }
}

/// Refuses a row whose own operation is another than the one it was given here.
fn same_operation(row: &Row, operation: &str) -> Result<(), String> {
    match row.attr("operation") {
        Some(stated) if stated != operation => {
            Err(format!("the row states the operation {stated}, its family and attributes say {operation}"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::input::tests::sample;
    use super::*;

    /// `usage type|operation|unit` of the only rate of a row.
    pub(super) fn told(what: &str, attrs: &str, unit: &str) -> Result<String, String> {
        match place(&sample(what, attrs, unit))? {
            Placed::Rates(places) => Ok(places
                .iter()
                .map(|place| format!("{}|{}|{}", place.usage_type, place.operation, place.unit.label()))
                .collect::<Vec<_>>()
                .join(" + ")),
            Placed::Reserved(place) => Ok(format!("reserved {}|{}", place.usage_type, place.operation)),
            Placed::SavingsPlan(place) => Ok(format!("plan {}|{}", place.usage_type, place.operation)),
            Placed::Dropped(_) => Ok("dropped".to_owned()),
        }
    }

    pub(super) fn check(what: &str, attrs: &str, unit: &str, expected: &str) {
        assert_eq!(told(what, attrs, unit).as_deref(), Ok(expected), "{what} {attrs}");
    }

    #[test]
    fn an_unknown_family_is_an_error() {
        assert!(told("AmazonECS us-east-1 fargate.magic", "", "hours").is_err());
        assert!(told("AmazonS3 us-east-1 s3.storage", "", "GB-Mo").is_err());
    }
}
