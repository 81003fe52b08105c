//! A stack: components in a region, over a horizon.

use crate::account::Account;
use crate::free::Allowance;
use crate::meter::Region;
use crate::services::Component;
use crate::time::Horizon;
use crate::usage::{Site, Usage};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What is to be priced.
///
/// ```
/// use stackcost_model::services::kms::Kms;
/// use stackcost_model::{exact::Ratio, stack::Stack, time::Horizon};
///
/// let mut stack = Stack::new("keys", "us-east-1".parse().unwrap(), Horizon::AverageMonth);
/// stack.add("kms.main", Kms { keys: 2, requests: Ratio::ZERO });
/// assert_eq!(stack.usage()[0].quantity.to_string(), "2 Keys");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub region: Region,
    /// The time to price.
    pub horizon: Horizon,
    /// The account that is billed for it.
    pub account: Account,
    /// Its parts, by name, in the order of the report.
    pub components: Vec<(Arc<str>, Component)>,
}

impl Stack {
    /// A stack without components.
    #[must_use]
    pub fn new(name: impl Into<String>, region: Region, horizon: Horizon) -> Stack {
        Stack { name: name.into(), region, horizon, account: Account::default(), components: Vec::new() }
    }

    /// Adds a component.
    pub fn add(&mut self, name: &str, component: impl Into<Component>) {
        self.components.push((name.into(), component.into()));
    }

    /// What all components use, in their order.
    #[must_use]
    pub fn usage(&self) -> Vec<Usage> {
        self.sites().flat_map(|(site, component)| component.usage(&site)).collect()
    }

    /// What the use of some makes free for all: equal rules pool (backup storage of all databases).
    #[must_use]
    pub fn allowances(&self) -> Vec<Allowance> {
        let mut pools: Vec<Allowance> = Vec::new();
        for allowance in self.sites().flat_map(|(site, component)| component.allowances(&site)) {
            match pools.iter_mut().find(|pool| pool.name == allowance.name && pool.meters == allowance.meters) {
                Some(pool) => pool.quantity = pool.quantity + allowance.quantity,
                None => pools.push(allowance),
            }
        }
        pools
    }

    fn sites(&self) -> impl Iterator<Item = (Site, &Component)> {
        self.components.iter().map(|(name, component)| {
            let site = Site { component: Arc::clone(name), region: self.region, horizon: self.horizon };
            (site, component)
        })
    }
}
