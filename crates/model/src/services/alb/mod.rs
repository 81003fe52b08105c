//! Application and Network Load Balancers: started hours, and capacity units by the hour.
//!
//! An ALB's LCUs in an hour are the *largest* of its dimensions, each averaged over that hour:
//!
//! | dimension | one LCU |
//! |---|---|
//! | new connections | 25 a second |
//! | active connections | 3,000 a minute (1,500 with mutual TLS) |
//! | processed bytes | 1 GB an hour for instances, containers and IPs, 0.4 GB for Lambda |
//! | rule evaluations | 1,000 a second, beyond ten free rules |
//!
//! There is no minimum: a fraction of an LCU is billed as such. An [`Nlb`]'s units are the largest
//! dimension of each protocol, added up. Source: aws.amazon.com/elasticloadbalancing/pricing and
//! captures of the AWS Pricing Calculator (mixed targets add up within their dimension).

mod lcu;
mod nlb;
#[cfg(test)]
mod tests;

pub use lcu::{Dimension, Traffic};
pub use nlb::{Flows, Nlb, Protocol};

use super::public_ipv4;
use super::words::{Num, amounts_over_time, hours};
use super::{Meter, Service};
use crate::exact::Ratio;
use crate::meter::ServiceCode;
use crate::time::HOUR;
use crate::timeline::Timeline;
use crate::unit::{Hour, LcuHour, Quantity, UnitKind};
use crate::usage::{Site, Usage};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// An Application Load Balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alb {
    /// When it exists.
    pub running: Timeline<bool>,
    /// What it carries.
    pub load: Load,
    /// The availability zones it has nodes in, when it faces the internet: each node holds a
    /// public IPv4 address. Zero for an internal one.
    pub public_zones: u32,
}

/// What an ALB carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Load {
    /// Its LCUs, if known: `ConsumedLCUs` in CloudWatch says.
    Lcus(Timeline<Ratio>),
    /// Its traffic.
    Traffic {
        /// What passes, and when.
        timeline: Timeline<Traffic>,
        /// Whether clients show certificates: then an LCU holds half the active connections.
        mutual_tls: bool,
    },
}

const HOURS: Meter =
    Meter::with_operation(ServiceCode::Elb, "LoadBalancerUsage", "LoadBalancing:Application", UnitKind::Hour);
const LCUS: Meter = Meter::with_operation(ServiceCode::Elb, "LCUUsage", "LoadBalancing:Application", UnitKind::LcuHour);

impl Service for Alb {
    const METERS: &'static [Meter] = &[HOURS, LCUS, public_ipv4::IN_USE];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        let mut usage = vec![started_hours(site, HOURS, &self.running)];
        let load = match &self.load {
            Load::Lcus(lcus) => while_running(lcus, &self.running, Ratio::ZERO).map(|lcus| given(&lcus)),
            Load::Traffic { timeline, mutual_tls } => while_running(timeline, &self.running, Traffic::NONE)
                .and_then(|traffic| lcu::lcu_hours(&traffic, *mutual_tls)),
        };
        let (lcu_hours, because) = load.unwrap_or_else(too_fine);
        usage.push(site.usage(LCUS, Quantity::<LcuHour>::new(lcu_hours), because));
        usage.extend(addresses(site, self.public_zones, &self.running));
        usage
    }
}

fn started_hours(site: &Site, meter: Meter, running: &Timeline<bool>) -> Usage {
    let started = running.billed_seconds(HOUR, HOUR);
    let quantity = Quantity::<Hour>::new(started / Ratio::from(HOUR));
    site.usage(meter, quantity, format!("1 load balancer x {}", hours(started)))
}

fn addresses(site: &Site, zones: u32, running: &Timeline<bool>) -> Option<Usage> {
    (zones > 0).then(|| public_ipv4::of_load_balancer(site, zones, running.billed_seconds(1, 60)))
}

/// The load of a balancer that does not always exist: none while it does not.
fn while_running<T: Copy + PartialEq>(load: &Timeline<T>, running: &Timeline<bool>, none: T) -> Option<Timeline<T>> {
    Some(load.zip(running)?.map(|(load, running)| if running { load } else { none }))
}

/// A load that takes too many steps to lay out hour by hour cannot be counted: a gap.
fn too_fine() -> (Ratio, String) {
    (Ratio::TOO_LARGE, "load that changes too often to be laid out hour by hour".into())
}

/// Capacity units that the user knows.
fn given(units: &Timeline<Ratio>) -> (Ratio, String) {
    (units.integrate(|lcu| lcu) / Ratio::from(HOUR), amounts_over_time(units, "LCU"))
}

/// What hour blocks with a winning dimension each add up to, and in words.
struct Busiest<D> {
    unit_hours: Ratio,
    /// `(dimension, units, hours)`, in order of first appearance.
    winners: Vec<(D, Ratio, Ratio)>,
}

/// So many different hours are told one by one; of more, only which dimension was busiest.
const TOLD: usize = 4;

impl<D: Copy + PartialEq> Busiest<D> {
    const fn new() -> Self {
        Busiest { unit_hours: Ratio::ZERO, winners: Vec::new() }
    }

    fn add(&mut self, hours: Ratio, (dimension, units): (D, Ratio)) {
        self.unit_hours = self.unit_hours + hours * units;
        let same = |winner: &&mut (D, Ratio, Ratio)| winner.0 == dimension && winner.1 == units;
        match self.winners.iter_mut().find(same) {
            Some((_, _, sum)) => *sum = *sum + hours,
            None => self.winners.push((dimension, units, hours)),
        }
    }

    fn words(&self, unit: &str, name: impl Fn(D) -> &'static str) -> String {
        if self.winners.len() <= TOLD {
            let parts = self.winners.iter().map(|&(dimension, units, hours)| {
                format!("{} {unit} by {} x {} h", Num(units), name(dimension), Num(hours))
            });
            return parts.collect::<Vec<String>>().join(" + ");
        }
        let mut busiest: Vec<(D, Ratio)> = Vec::new();
        for &(dimension, _, hours) in &self.winners {
            match busiest.iter_mut().find(|known| known.0 == dimension) {
                Some((_, sum)) => *sum = *sum + hours,
                None => busiest.push((dimension, hours)),
            }
        }
        let parts = busiest.iter().map(|&(dimension, hours)| format!("{} in {} h", name(dimension), Num(hours)));
        format!("hour by hour, busiest: {}", parts.collect::<Vec<String>>().join(", "))
    }
}
