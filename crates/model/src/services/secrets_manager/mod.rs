//! Secrets Manager: secrets by the month, replicas like secrets of their own, and API calls,
//! billed by the single call.
//!
//! Source: AWS Secrets Manager user guide; the calculator bills calls in fractions of 10,000.

#[cfg(test)]
mod tests;

use super::words::{Num, months, plural};
use super::{Meter, Service};
use crate::exact::Ratio;
use crate::meter::ServiceCode;
use crate::unit::{Quantity, Request, SecretMonth, UnitKind};
use crate::usage::{Site, Usage};
use alloc::format;
use alloc::vec::Vec;

const SECRETS: Meter = Meter::new(ServiceCode::SecretsManager, "AWSSecretsManager-Secrets", UnitKind::SecretMonth);
const CALLS: Meter = Meter::new(ServiceCode::SecretsManager, "AWSSecretsManagerAPIRequest", UnitKind::Request);

/// Secrets and their use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretsManager {
    /// How many secrets, those marked for deletion not counted: they are free.
    pub secrets: u32,
    /// How many replicas of them in this region.
    pub replicas: u32,
    /// API calls over the horizon.
    pub api_calls: Ratio,
}

impl Service for SecretsManager {
    const METERS: &'static [Meter] = &[SECRETS, CALLS];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        let mut usage = Vec::new();
        let held = site.horizon.months();
        for (count, what) in [(self.secrets, "secret"), (self.replicas, "replica")] {
            if count > 0 {
                let quantity = Quantity::<SecretMonth>::new(Ratio::from(count) * held);
                let because = format!("{count} {what}{}{}", plural(count.into()), months(held));
                usage.push(site.usage(SECRETS, quantity, because));
            }
        }
        if !self.api_calls.is_zero() {
            let quantity = Quantity::<Request>::new(self.api_calls);
            usage.push(site.usage(CALLS, quantity, format!("{} API calls", Num(self.api_calls))));
        }
        usage
    }
}
