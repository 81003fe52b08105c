//! NAT gateways: started hours, and every GB that passes, in either direction.
//!
//! Source: AWS VPC pricing: "partial hours are billed as full hours".

#[cfg(test)]
mod tests;

use super::public_ipv4;
use super::words::{Num, hours, plural};
use super::{Meter, Service};
use crate::exact::Ratio;
use crate::meter::ServiceCode;
use crate::time::HOUR;
use crate::timeline::Timeline;
use crate::unit::{Gb, Hour, Quantity, UnitKind};
use crate::usage::{Site, Usage};
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

const HOURS: Meter = Meter::new(ServiceCode::Ec2, "NatGateway-Hours", UnitKind::Hour);
const BYTES: Meter = Meter::new(ServiceCode::Ec2, "NatGateway-Bytes", UnitKind::Gb);

/// NAT gateways and what passes through them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NatGateway {
    /// How many.
    pub count: u32,
    /// When they exist.
    pub running: Timeline<bool>,
    /// GB over the horizon, both directions together.
    pub processed_gb: Ratio,
    /// Whether each holds a public IPv4 address; a private NAT gateway does not.
    pub public: bool,
}

impl Service for NatGateway {
    const METERS: &'static [Meter] = &[HOURS, BYTES, public_ipv4::IN_USE];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        let count = Ratio::from(self.count);
        let started = self.running.billed_seconds(HOUR, HOUR);
        let gateways = format!("{} gateway{}", self.count, plural(self.count.into()));
        let hours_used = Quantity::<Hour>::new(count * started / Ratio::from(HOUR));
        let mut usage = vec![site.usage(HOURS, hours_used, format!("{gateways} x {}", hours(started)))];
        if !self.processed_gb.is_zero() {
            let because = format!("{} GB processed, both directions", Num(self.processed_gb));
            usage.push(site.usage(BYTES, Quantity::<Gb>::new(self.processed_gb), because));
        }
        if self.public {
            let seconds = self.running.billed_seconds(1, 60);
            let quantity = Quantity::<Hour>::new(count * seconds / Ratio::from(HOUR));
            let because = format!("{gateways}, a public IPv4 address each, x {}", hours(seconds));
            usage.push(site.usage(public_ipv4::IN_USE, quantity, because));
        }
        usage
    }
}
