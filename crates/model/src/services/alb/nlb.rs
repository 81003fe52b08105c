//! Network Load Balancers.

use super::{Busiest, Meter, ServiceCode, addresses, given, public_ipv4, started_hours, too_fine, while_running};
use crate::exact::Ratio;
use crate::services::Service;
use crate::time::HOUR;
use crate::timeline::Timeline;
use crate::unit::{LcuHour, Quantity, UnitKind};
use crate::usage::{Site, Usage};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// A Network Load Balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nlb {
    /// When it exists.
    pub running: Timeline<bool>,
    /// Its capacity units, if known; else see `protocols`.
    pub lcus: Option<Timeline<Ratio>>,
    /// What passes in each protocol, and when.
    pub protocols: Vec<(Protocol, Timeline<Flows>)>,
    /// As for [`super::Alb::public_zones`].
    pub public_zones: u32,
}

/// What an NLB carries flows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// TLS.
    Tls,
}

/// Flows of one protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flows {
    /// New connections or flows a second.
    pub new_connections: Ratio,
    /// Active connections or flows, sampled each minute.
    pub active_connections: Ratio,
    /// GB an hour.
    pub processed_gb: Ratio,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dimension {
    New,
    Active,
    Bytes,
}

impl Flows {
    /// Nothing passes.
    pub const NONE: Flows =
        Flows { new_connections: Ratio::ZERO, active_connections: Ratio::ZERO, processed_gb: Ratio::ZERO };
}

impl Protocol {
    /// The name of the protocol.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
            Protocol::Tls => "TLS",
        }
    }

    /// New a second, active a minute, GB an hour of one unit. The active TLS connections are as
    /// AWS's page has them; a reading of the calculator says 9,500.
    const fn unit(self) -> (i64, i64, i64) {
        match self {
            Protocol::Tcp => (800, 100_000, 1),
            Protocol::Udp => (400, 50_000, 1),
            Protocol::Tls => (50, 3_000, 1),
        }
    }

    fn busiest(self, flows: Flows) -> (Dimension, Ratio) {
        let (new, active, gb) = self.unit();
        let dimensions = [
            (Dimension::New, flows.new_connections / Ratio::whole(new)),
            (Dimension::Active, flows.active_connections / Ratio::whole(active)),
            (Dimension::Bytes, flows.processed_gb / Ratio::whole(gb)),
        ];
        let first = dimensions[0];
        dimensions.into_iter().fold(first, |best, next| if next.1 > best.1 { next } else { best })
    }
}

const HOURS: Meter =
    Meter::with_operation(ServiceCode::Elb, "LoadBalancerUsage", "LoadBalancing:Network", UnitKind::Hour);
const LCUS: Meter = Meter::with_operation(ServiceCode::Elb, "LCUUsage", "LoadBalancing:Network", UnitKind::LcuHour);

impl Service for Nlb {
    const METERS: &'static [Meter] = &[HOURS, LCUS, public_ipv4::IN_USE];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        let mut usage = vec![started_hours(site, HOURS, &self.running)];
        if let Some(lcus) = &self.lcus {
            let lcus = while_running(lcus, &self.running, Ratio::ZERO);
            let (lcu_hours, because) = lcus.map_or_else(too_fine, |lcus| given(&lcus));
            usage.push(site.usage(LCUS, Quantity::<LcuHour>::new(lcu_hours), because));
        }
        for (protocol, timeline) in &self.protocols {
            let flows = while_running(timeline, &self.running, Flows::NONE);
            let (lcu_hours, because) = flows.and_then(|flows| lcu_hours(*protocol, &flows)).unwrap_or_else(too_fine);
            let because = format!("{}: {because}", protocol.name());
            usage.push(site.usage(LCUS, Quantity::<LcuHour>::new(lcu_hours), because));
        }
        usage.extend(addresses(site, self.public_zones, &self.running));
        usage
    }
}

fn lcu_hours(protocol: Protocol, timeline: &Timeline<Flows>) -> Option<(Ratio, String)> {
    let mut busiest = Busiest::new();
    for (times, parts) in timeline.hours()? {
        let seconds = Ratio::from(parts.iter().map(|part| part.0).sum::<u64>());
        let average = |field: fn(&Flows) -> Ratio| {
            parts.iter().map(|(part, flows)| Ratio::from(*part) * field(flows)).sum::<Ratio>() / seconds
        };
        let flows = Flows {
            new_connections: average(|flows| flows.new_connections),
            active_connections: average(|flows| flows.active_connections),
            processed_gb: average(|flows| flows.processed_gb),
        };
        busiest.add(times * seconds / Ratio::from(HOUR), protocol.busiest(flows));
    }
    let words = busiest.words("NLCU", |dimension| match dimension {
        Dimension::New => "new connections",
        Dimension::Active => "active connections",
        Dimension::Bytes => "processed bytes",
    });
    Some((busiest.unit_hours, words))
}
