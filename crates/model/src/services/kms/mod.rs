//! Key Management Service: customer managed keys by the month, and requests.
//!
//! Source: the AWS price list of 2026 (a dollar a key, 0.03 per 10,000 requests).

#[cfg(test)]
mod tests;

use super::words::{Num, months, plural};
use super::{Meter, Service};
use crate::exact::Ratio;
use crate::meter::ServiceCode;
use crate::unit::{KeyMonth, Quantity, Request, UnitKind};
use crate::usage::{Site, Usage};
use alloc::format;
use alloc::vec::Vec;

const KEYS: Meter = Meter::new(ServiceCode::Kms, "KMS-Keys", UnitKind::KeyMonth);
const REQUESTS: Meter = Meter::new(ServiceCode::Kms, "KMS-Requests", UnitKind::Request);

/// Customer managed keys and their use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kms {
    /// How many keys.
    pub keys: u32,
    /// Requests over the horizon.
    pub requests: Ratio,
}

impl Service for Kms {
    const METERS: &'static [Meter] = &[KEYS, REQUESTS];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        let mut usage = Vec::new();
        if self.keys > 0 {
            let held = site.horizon.months();
            let quantity = Quantity::<KeyMonth>::new(Ratio::from(self.keys) * held);
            usage.push(site.usage(
                KEYS,
                quantity,
                format!("{} key{}{}", self.keys, plural(self.keys.into()), months(held)),
            ));
        }
        if !self.requests.is_zero() {
            let quantity = Quantity::<Request>::new(self.requests);
            usage.push(site.usage(REQUESTS, quantity, format!("{} requests", Num(self.requests))));
        }
        usage
    }
}
