//! ElastiCache: nodes by the started hour, or serverless by GB-hour and processing unit.
//!
//! A cluster is shards x (1 + replicas) nodes, each billed while it exists: nodes cannot be
//! stopped. Source: ElastiCache pricing and user guide ("backups"), the price list of 2026.

#[cfg(test)]
mod tests;

use super::words::{Num, hours, months, plural};
use super::{ExtendedSupport, InstanceClass, Meter, Service};
use crate::exact::Ratio;
use crate::meter::ServiceCode;
use crate::time::HOUR;
use crate::timeline::Timeline;
use crate::unit::{Ecpu, GbHour, GbMonth, Hour, Quantity, UnitKind};
use crate::usage::{Site, Usage};
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

/// A cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElastiCache {
    /// What runs in it.
    pub engine: Engine,
    /// Nodes or serverless.
    pub capacity: Capacity,
    /// Backups that are kept.
    pub backups: Option<Backups>,
}

/// A cache engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Redis OSS.
    Redis,
    /// Valkey, a fifth cheaper on nodes.
    Valkey,
    /// Memcached.
    Memcached,
}

/// What a cache is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// Nodes of one class.
    Nodes {
        /// Their class.
        class: InstanceClass,
        /// Shards (node groups); for Memcached, its nodes.
        shards: u32,
        /// Replicas of each shard.
        replicas: u32,
        /// When they exist.
        running: Timeline<bool>,
        /// Whether the version is past its end of standard support.
        extended_support: Option<ExtendedSupport>,
    },
    /// Serverless.
    Serverless {
        /// GB stored, and when.
        data_gb: Timeline<Ratio>,
        /// ElastiCache processing units over the horizon: one per KB moved, more for costly commands.
        ecpus: Ratio,
    },
}

/// Backups of one size. For a cluster of nodes one of them is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backups {
    /// How many are kept.
    pub count: u32,
    /// GB of each.
    pub size_gb: Ratio,
}

impl Engine {
    const fn name(self) -> &'static str {
        match self {
            Engine::Redis => "Redis",
            Engine::Valkey => "Valkey",
            Engine::Memcached => "Memcached",
        }
    }

    /// AWS's operation for nodes of this engine.
    #[must_use]
    pub const fn operation(self) -> &'static str {
        match self {
            Engine::Redis => "CreateCacheCluster:0002",
            Engine::Valkey => "CreateCacheCluster:Valkey",
            Engine::Memcached => "CreateCacheCluster:0001",
        }
    }

    /// The least that serverless meters: 100 MB for Valkey, 1 GB for the others.
    #[must_use]
    pub fn floor_gb(self) -> Ratio {
        match self {
            Engine::Valkey => Ratio::new(1, 10),
            Engine::Redis | Engine::Memcached => Ratio::ONE,
        }
    }
}

const fn cache(usage_type: &'static str, unit: UnitKind) -> Meter {
    Meter::new(ServiceCode::ElastiCache, usage_type, unit)
}

const NODE_BACKUP: Meter = cache("ElastiCache:BackupUsage", UnitKind::GbMonth);

impl Service for ElastiCache {
    const METERS: &'static [Meter] = &[
        cache("NodeUsage:", UnitKind::Hour),
        cache("ExtendedSupportYr1_Yr2-NodeUsage:", UnitKind::Hour),
        cache("ExtendedSupportYr3-NodeUsage:", UnitKind::Hour),
        cache("CachedData:", UnitKind::GbHour),
        cache("ElastiCacheProcessingUnits:", UnitKind::Ecpu),
        cache("BackupUsage:", UnitKind::GbMonth),
        NODE_BACKUP,
    ];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        let mut usage = match &self.capacity {
            Capacity::Nodes { class, shards, replicas, running, extended_support } => {
                self.nodes(site, class, (*shards, *replicas), running, *extended_support)
            }
            Capacity::Serverless { data_gb, ecpus } => self.serverless(site, data_gb, *ecpus),
        };
        usage.extend(self.backups.and_then(|backups| self.backup_usage(site, backups)));
        usage
    }
}

impl ElastiCache {
    fn nodes(
        &self,
        site: &Site,
        class: &InstanceClass,
        (shards, replicas): (u32, u32),
        running: &Timeline<bool>,
        extended_support: Option<ExtendedSupport>,
    ) -> Vec<Usage> {
        let nodes = u64::from(shards) * (1 + u64::from(replicas));
        let started = running.billed_seconds(HOUR, HOUR);
        let node_hours = Quantity::<Hour>::new(Ratio::from(nodes) * started / Ratio::from(HOUR));
        let mut words = format!("{nodes} node{} x {}", plural(nodes), hours(started));
        if replicas > 0 {
            let (shard_s, replica_s) = (plural(shards.into()), plural(replicas.into()));
            words = format!("{words} ({shards} shard{shard_s} with {replicas} replica{replica_s} each)");
        }
        let node = |family: &str| {
            Meter::of_class(ServiceCode::ElastiCache, family, &class.name, self.engine.operation(), UnitKind::Hour)
        };
        let mut usage = vec![site.usage(node("NodeUsage"), node_hours, words.clone())];
        if let Some(support) = extended_support {
            let family = match support {
                ExtendedSupport::Years1To2 => "ExtendedSupportYr1_Yr2-NodeUsage",
                ExtendedSupport::Year3 => "ExtendedSupportYr3-NodeUsage",
            };
            usage.push(site.usage(node(family), node_hours, format!("{words}, past standard support")));
        }
        usage
    }

    fn serverless(&self, site: &Site, data_gb: &Timeline<Ratio>, ecpus: Ratio) -> Vec<Usage> {
        let floor = self.engine.floor_gb();
        let seconds_of = |parts: &[(u64, Ratio)]| parts.iter().map(|part| part.0).sum::<u64>();
        // AWS averages the data of each hour, then applies the floor.
        let metered = data_gb.hours().map_or(Ratio::TOO_LARGE, |hours| {
            let metered = hours.iter().map(|(times, parts)| {
                let stored: Ratio = parts.iter().map(|&(seconds, gb)| Ratio::from(seconds) * gb).sum();
                *times * stored.max(floor * Ratio::from(seconds_of(parts)))
            });
            metered.sum::<Ratio>() / Ratio::from(HOUR)
        });
        let stored = data_gb.integrate(|gb| gb) / Ratio::from(HOUR);
        let all_hours = data_gb.seconds() / Ratio::from(HOUR);
        let average = stored / all_hours;
        let mut because = format!("{} GB x {} h", Num(average), Num(all_hours));
        if metered != stored {
            because = format!("{because}, metered at no less than {} GB in any hour", Num(floor));
        }
        let data = Meter::of_class(
            ServiceCode::ElastiCache,
            "CachedData",
            self.engine.name(),
            "CreateServerlessCache",
            UnitKind::GbHour,
        );
        let units = Meter::of_class(
            ServiceCode::ElastiCache,
            "ElastiCacheProcessingUnits",
            self.engine.name(),
            "CreateServerlessCache",
            UnitKind::Ecpu,
        );
        let mut usage = vec![site.usage(data, Quantity::<GbHour>::new(metered), because)];
        if !ecpus.is_zero() {
            usage.push(site.usage(units, Quantity::<Ecpu>::new(ecpus), format!("{} ECPUs", Num(ecpus))));
        }
        usage
    }

    fn backup_usage(&self, site: &Site, backups: Backups) -> Option<Usage> {
        let held = site.horizon.months();
        let (meter, free) = match self.capacity {
            Capacity::Nodes { .. } => (NODE_BACKUP, 1),
            Capacity::Serverless { .. } => (
                Meter::of_class(
                    ServiceCode::ElastiCache,
                    "BackupUsage",
                    self.engine.name(),
                    "CreateServerlessCacheSnapshot",
                    UnitKind::GbMonth,
                ),
                0,
            ),
        };
        let charged = backups.count.saturating_sub(free);
        if charged == 0 {
            return None;
        }
        let of =
            if free > 0 { format!(" ({} kept, one is free)", backups.count) } else { alloc::string::String::new() };
        let because =
            format!("{charged} backup{} x {} GB{of}{}", plural(charged.into()), Num(backups.size_gb), months(held));
        Some(site.usage(meter, Quantity::<GbMonth>::new(Ratio::from(charged) * backups.size_gb * held), because))
    }
}
