//! Simple Notification Service: API requests and deliveries. Topics are free.
//!
//! Source: the AWS price list; deliveries to SQS and Lambda are free.

#[cfg(test)]
mod tests;

use super::words::Num;
use super::{Meter, Service};
use crate::exact::Ratio;
use crate::meter::ServiceCode;
use crate::unit::{AnyQuantity, UnitKind};
use crate::usage::{Pricing, Site, Usage};
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

const REQUESTS: Meter = Meter::new(ServiceCode::Sns, "Requests-Tier1", UnitKind::Request);
const EMAIL: Meter = Meter::new(ServiceCode::Sns, "DeliveryAttempts-SMTP", UnitKind::Notification);
const HTTP: Meter = Meter::new(ServiceCode::Sns, "DeliveryAttempts-HTTP", UnitKind::Notification);

/// Messages over the horizon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sns {
    /// API requests: each publish counts once per 64 KB.
    pub requests: Ratio,
    /// Deliveries by e-mail.
    pub email: Ratio,
    /// Deliveries by HTTP or HTTPS.
    pub http: Ratio,
}

impl Service for Sns {
    const METERS: &'static [Meter] = &[REQUESTS, EMAIL, HTTP];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        [
            (REQUESTS, self.requests, "API requests"),
            (EMAIL, self.email, "e-mails"),
            (HTTP, self.http, "HTTP deliveries"),
        ]
        .into_iter()
        .filter(|(_, count, _)| !count.is_zero())
        .map(|(meter, count, what)| Usage {
            component: Arc::clone(&site.component),
            quantity: AnyQuantity { value: count, unit: meter.unit },
            meter,
            because: format!("{} {what}", Num(count)),
            pricing: Pricing::Listed,
        })
        .collect()
    }
}
