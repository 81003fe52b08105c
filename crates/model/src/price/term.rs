//! What is paid for a commitment: reservations and Savings Plans.

use super::Source;
use crate::exact::Ratio;
use crate::meter::{Region, ServiceCode};
use crate::unit::UnitKind;
use alloc::sync::Arc;
use rust_decimal::Decimal;

words! {
    /// How long a commitment lasts (`LeaseContractLength`).
    Term {
        /// One year.
        OneYear = "1yr",
        /// Three years.
        ThreeYears = "3yr",
    }
}

words! {
    /// When a commitment is paid (`PurchaseOption`).
    Payment {
        /// No Upfront: by the hour.
        No = "no",
        /// Partial Upfront: a part at once, the rest by the hour.
        Partial = "partial",
        /// All Upfront: all at once.
        All = "all",
        /// Heavy Utilization: what reservations of old generations have; upfront and by the hour.
        Heavy = "heavy",
    }
}

words! {
    /// What a Savings Plan covers. Source: the Savings Plans user guide, "Savings Plan types".
    PlanKind {
        /// Instances of one EC2 family in one region: before Compute Savings Plans, as it covers less.
        Ec2Instance = "EC2InstanceSavingsPlans",
        /// Fargate, Lambda and EC2 in any region.
        Compute = "ComputeSavingsPlans",
        /// RDS, ElastiCache for Valkey, and other databases.
        Database = "DatabaseSavingsPlans",
    }
}

impl Term {
    /// Hours of it: a year has 8,760, as in AWS's effective hourly rates.
    #[must_use]
    pub const fn hours(self) -> u32 {
        match self {
            Term::OneYear => 8_760,
            Term::ThreeYears => 26_280,
        }
    }
}

/// A price of a reservation: of one instance or node, for its term, whether it is used or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Who bills it.
    pub service: ServiceCode,
    /// Where.
    pub region: Region,
    /// The usage type that it covers, without region prefix.
    pub usage_type: Arc<str>,
    /// The operation that it covers (the engine), or empty.
    pub operation: Arc<str>,
    /// How long.
    pub term: Term,
    /// When it is paid.
    pub payment: Payment,
    /// Dollars for each hour of the term.
    pub hourly: Decimal,
    /// Dollars at once.
    pub upfront: Decimal,
    /// Whether the source gives only what an hour comes to, and what is paid at once was worked back from that.
    pub amortised: bool,
    /// Whose word it is.
    pub source: Source,
}

impl Reservation {
    /// What an hour comes to over the term: the hourly rate, and the hour's part of what is paid at once.
    /// Exact, so mostly no decimal.
    #[must_use]
    pub fn effective(&self) -> Ratio {
        Ratio::from(self.hourly) + Ratio::from(self.upfront) / Ratio::from(self.term.hours())
    }
}

/// What one unit of a usage costs under a Savings Plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRate {
    /// Under which plan.
    pub kind: PlanKind,
    /// Whose usage.
    pub service: ServiceCode,
    /// Where the usage is.
    pub region: Region,
    /// The usage type, without region prefix.
    pub usage_type: Arc<str>,
    /// The operation, or empty.
    pub operation: Arc<str>,
    /// What one unit is.
    pub unit: UnitKind,
    /// How long the plan lasts.
    pub term: Term,
    /// How it is paid.
    pub payment: Payment,
    /// Dollars for one unit.
    pub usd: Decimal,
    /// Whose word it is.
    pub source: Source,
}
