//! The account that pays: when it was opened, what it uses elsewhere, and what it agreed with AWS.
//!
//! All of it is the user's own data. Nothing here is in a price list.

use crate::exact::Ratio;
use crate::meter::{Meter, Region, ServiceCode};
use crate::money::Usd;
use crate::time::Date;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use rust_decimal::Decimal;

/// An account, or the organization that is billed together with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Whether what AWS gives every account each month is taken off (it is, by default).
    pub always_free: bool,
    /// The day on which it was opened: what else it has free depends on it.
    pub opened: Option<Date>,
    /// Whether the offers of the first months are taken off (they are, by default).
    pub offers: bool,
    /// What it was credited at and after its opening, where it has credits instead of offers; by
    /// default what every such account gets. Zero is none.
    pub sign_up_credits: Option<Usd>,
    /// Whether it is on the free plan, which ends.
    pub free_plan: bool,
    /// What the rest of the account and of its organization uses each month. It comes before the
    /// stack: bands and free quantities are shared by all that is billed together.
    pub elsewhere: Vec<Elsewhere>,
    /// Rates that were agreed for single SKUs or usage types.
    pub private_rates: Vec<PrivateRate>,
    /// What is taken off of everything: the discount of an Enterprise Discount Program.
    pub discount: Option<Discount>,
    /// Promotional credits.
    pub credits: Vec<Credit>,
    /// The currency in which totals are shown, too.
    pub currency: Option<Currency>,
}

impl Default for Account {
    fn default() -> Account {
        Account {
            always_free: true,
            opened: None,
            offers: true,
            sign_up_credits: None,
            free_plan: false,
            elsewhere: Vec::new(),
            private_rates: Vec::new(),
            discount: None,
            credits: Vec::new(),
            currency: None,
        }
    }
}

/// Usage of a month that is not of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Of what.
    pub meter: Meter,
    /// Where: bands are of a region, free quantities of all together.
    pub region: Region,
    /// How much in a month, in the meter's unit.
    pub quantity: Ratio,
}

/// A rate that was agreed with AWS, in place of that of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateRate {
    /// What it is for.
    pub of: Priced,
    /// What was agreed.
    pub terms: Terms,
    /// Where it stands: a file, a contract.
    pub from: String,
}

/// What a private rate is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Priced {
    /// One SKU of AWS's price list.
    Sku(String),
    /// A usage type of a service, as [`Meter::usage_type`] has it; in one region, or in all.
    UsageType(ServiceCode, Option<Region>, String),
}

impl fmt::Display for Priced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Priced::Sku(sku) => write!(f, "SKU {sku}"),
            Priced::UsageType(_, None, usage_type) => f.write_str(usage_type),
            Priced::UsageType(_, Some(region), usage_type) => write!(f, "{usage_type} in {region}"),
        }
    }
}

/// How a private rate is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terms {
    /// Dollars for one unit.
    Rate(Decimal),
    /// The part of the list rate that is taken off, 0 to 1.
    Off(Ratio),
}

/// A discount on all that is billed, but for some services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discount {
    /// The part that is taken off, 0 to 1.
    pub off: Ratio,
    /// Services that it is not for.
    pub except: Vec<ServiceCode>,
    /// Where it stands.
    pub from: String,
}

/// Credits: dollars that pay for usage until they are used up or expire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// What it is called.
    pub name: String,
    /// What was left of it at the beginning of the day `since`.
    pub amount: Usd,
    /// Since when it is drawn on; `None`: from the beginning of the horizon.
    pub since: Option<Date>,
    /// The first day on which it is no longer there.
    pub until: Option<Date>,
    /// The services that it pays for; all where there are none.
    pub services: Vec<ServiceCode>,
    /// Where it stands.
    pub from: String,
}

impl Credit {
    /// Whether it pays for a service.
    #[must_use]
    pub fn pays_for(&self, service: ServiceCode) -> bool {
        self.services.is_empty() || self.services.contains(&service)
    }
}

/// Another currency, at a rate that the user gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency {
    /// Its code of ISO 4217: `EUR`.
    pub code: String,
    /// How many of it one dollar is.
    pub per_usd: Ratio,
    /// Whose rate it is, and of when.
    pub from: String,
}
