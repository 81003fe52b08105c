//! Public IPv4 addresses: the same price in use or idle, by the second with a minimum of a minute.
//!
//! Load balancers and tasks that hold addresses add them by themselves; this component is for
//! addresses that nothing else in the stack holds. Source: AWS VPC pricing examples and the
//! price list of 2026.

#[cfg(test)]
mod tests;

use super::words::{hours, plural};
use super::{Meter, Service};
use crate::exact::Ratio;
use crate::meter::ServiceCode;
use crate::time::HOUR;
use crate::timeline::Timeline;
use crate::unit::{Hour, Quantity, UnitKind};
use crate::usage::{Site, Usage};
use alloc::format;
use alloc::vec::Vec;

/// An address that something uses.
pub const IN_USE: Meter = Meter::new(ServiceCode::Vpc, "PublicIPv4:InUseAddress", UnitKind::Hour);
/// An address that is only held.
pub const IDLE: Meter = Meter::new(ServiceCode::Vpc, "PublicIPv4:IdleAddress", UnitKind::Hour);

/// Addresses that no other component holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicIpv4 {
    /// How many are in use.
    pub in_use: u32,
    /// How many are only held.
    pub idle: u32,
    /// When they are held.
    pub running: Timeline<bool>,
}

impl Service for PublicIpv4 {
    const METERS: &'static [Meter] = &[IN_USE, IDLE];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        let seconds = self.running.billed_seconds(1, 60);
        [(IN_USE, self.in_use, "in use"), (IDLE, self.idle, "idle")]
            .into_iter()
            .filter(|&(_, count, _)| count > 0)
            .map(|(meter, count, state)| {
                let quantity = Quantity::<Hour>::new(Ratio::from(count) * seconds / Ratio::from(HOUR));
                let because =
                    format!("{count} address{} {state} x {}", if count == 1 { "" } else { "es" }, hours(seconds));
                site.usage(meter, quantity, because)
            })
            .collect()
    }
}

/// The addresses that the nodes of an internet-facing load balancer hold, one in each zone.
pub(super) fn of_load_balancer(site: &Site, zones: u32, seconds: Ratio) -> Usage {
    let quantity = Quantity::<Hour>::new(Ratio::from(zones) * seconds / Ratio::from(HOUR));
    let because = format!(
        "{zones} public IPv4 address{}, one per availability zone of an internet-facing load balancer, x {}",
        if plural(zones.into()).is_empty() { "" } else { "es" },
        hours(seconds)
    );
    site.usage(IN_USE, quantity, because)
}
