//! What each AWS service meters. One folder a service; the list at the end is the only line
//! they share.
//!
//! A service is plain data (what a user would say of it) and one function that turns it into
//! [`Usage`]: quantities under AWS's own names. It knows no price.

mod words;

use crate::free::Allowance;
use crate::meter::Meter;
use crate::usage::{Site, Usage};
use alloc::string::String;
use alloc::vec::Vec;

/// What a service says of itself.
pub trait Service {
    /// Everything it can be billed for. A usage type that ends in `:` stands for all classes
    /// (`InstanceUsage:` and `db.t3.micro`); an empty operation stands for any.
    const METERS: &'static [Meter];

    /// What it uses over the horizon of `site`.
    fn usage(&self, site: &Site) -> Vec<Usage>;

    /// What its use makes free: backup up to the provisioned storage, for one.
    fn allowances(&self, _site: &Site) -> Vec<Allowance> {
        Vec::new()
    }
}

/// A database or cache class as AWS sells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceClass {
    /// Its name: `db.t3.micro`.
    pub name: String,
    /// Virtual CPUs.
    pub vcpus: u32,
}

/// How long a database or cache version is past its end of standard support: the third year costs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtendedSupport {
    /// The first or second year.
    Years1To2,
    /// The third year.
    Year3,
}

/// Whether a service that declares `declared` may use `used`.
#[must_use]
pub fn declares(declared: &[Meter], used: &Meter) -> bool {
    declared.iter().any(|known| {
        let operation = known.operation.is_empty() || known.operation == used.operation;
        let same = known.service == used.service && known.unit == used.unit;
        same && operation && known.stands_for(&used.usage_type)
    })
}

macro_rules! services {
    ($($module:ident :: $name:ident),* $(,)?) => {
        /// Any component of a stack.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Component {
            $(#[doc = concat!("See [`", stringify!($module), "`].")] $name($module::$name),)*
        }

        impl Component {
            /// What it uses over the horizon of `site`.
            #[must_use]
            pub fn usage(&self, site: &Site) -> Vec<Usage> {
                match self { $(Component::$name(service) => service.usage(site),)* }
            }

            /// What its use makes free.
            #[must_use]
            pub fn allowances(&self, site: &Site) -> Vec<Allowance> {
                match self { $(Component::$name(service) => service.allowances(site),)* }
            }

            /// Everything it can be billed for.
            #[must_use]
            pub fn meters(&self) -> &'static [Meter] {
                match self { $(Component::$name(_) => <$module::$name as Service>::METERS,)* }
            }

            /// Everything any service can be billed for: what a price book should hold.
            pub fn all_meters() -> impl Iterator<Item = &'static Meter> {
                [$(<$module::$name as Service>::METERS,)*].into_iter().flatten()
            }
        }

        $(impl From<$module::$name> for Component {
            fn from(service: $module::$name) -> Component { Component::$name(service) }
        })*
    };
}

pub mod fargate;
pub mod rds;
pub mod elasticache;
pub mod alb;
pub mod ecr;
pub mod cloudwatch;
pub mod nat_gateway;
pub mod public_ipv4;
pub mod data_transfer;
pub mod secrets_manager;
pub mod sns;
pub mod kms;

services! {
    fargate::Fargate,
    rds::Rds,
    rds::Aurora,
    elasticache::ElastiCache,
    alb::Alb,
    alb::Nlb,
    ecr::Ecr,
    cloudwatch::CloudWatch,
    nat_gateway::NatGateway,
    public_ipv4::PublicIpv4,
    data_transfer::DataTransfer,
    secrets_manager::SecretsManager,
    sns::Sns,
    kms::Kms,
}
