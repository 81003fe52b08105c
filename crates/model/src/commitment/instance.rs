//! What a reservation covers: sizes as normalised units, and which usage they may be spent on.
//!
//! Sources: Amazon RDS user guide, "Reserved DB instances for Amazon RDS", "Size-flexible reserved DB
//! instances"; ElastiCache user guide, "Reserved nodes", "Size flexible reserved nodes"; AWS Database
//! blog of October 2024, "New – Size flexibility".

use crate::exact::Ratio;
use crate::meter::UsageType;
use alloc::sync::Arc;
use core::fmt;

/// An instance or cache node, used or reserved.
///
/// Service, family and engine are AWS's words; none is asked to be known here, so that bills of any
/// service fit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instance {
    /// Who bills it: `AmazonRDS`.
    pub service: Arc<str>,
    /// Where: `eu-west-1`.
    pub region: Arc<str>,
    /// The class type: `db.r6g`.
    pub family: Arc<str>,
    /// The size in it: `large`.
    pub size: Arc<str>,
    /// AWS's operation, which stands for the engine: `CreateDBInstance:0014`.
    pub engine: Arc<str>,
    /// Instances in one: 2 for Multi-AZ, 3 for a Multi-AZ cluster.
    pub copies: u32,
    /// Whether reservations of it cover other sizes: RDS for MySQL, MariaDB, PostgreSQL, Aurora and Oracle with
    /// one's own licence, and all of ElastiCache; not SQL Server, not Oracle with a licence.
    pub flexible: bool,
}

/// How a reservation covers a usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Covers {
    /// The very thing.
    Exactly,
    /// Another size, or Single-AZ where Multi-AZ is used: by normalised units.
    BySize,
    /// A Redis OSS reservation on a Valkey node, by normalised units.
    OtherEngine,
}

/// RDS operations whose reservations cover other sizes. What is not known here is not flexible; who knows
/// better sets [`Instance::flexible`].
const FLEXIBLE: [&str; 5] = [
    "CreateDBInstance:0002", // MySQL
    "CreateDBInstance:0014", // PostgreSQL
    "CreateDBInstance:0016", // Aurora MySQL
    "CreateDBInstance:0018", // MariaDB
    "CreateDBInstance:0021", // Aurora PostgreSQL
];

/// The normalised units of a size: `small` is one.
///
/// ```
/// use stackcost_model::commitment::size_units;
/// use stackcost_model::exact::Ratio;
/// assert_eq!(size_units("micro"), Some(Ratio::new(1, 2)));
/// assert_eq!(size_units("4xlarge"), Some(Ratio::whole(32)));
/// assert_eq!(size_units("metal"), None);
/// ```
#[must_use]
pub fn size_units(size: &str) -> Option<Ratio> {
    Some(match size {
        "nano" => Ratio::new(1, 4),
        "micro" => Ratio::new(1, 2),
        "small" => Ratio::ONE,
        "medium" => Ratio::whole(2),
        "large" => Ratio::whole(4),
        "xlarge" | "xl" => Ratio::whole(8),
        _ => {
            let times = size.strip_suffix("xlarge").or_else(|| size.strip_suffix("xl"))?;
            let times: u32 = times.parse().ok().filter(|&times| times > 1 && !size.starts_with('+'))?;
            Ratio::whole(8) * Ratio::from(times)
        }
    })
}

impl Instance {
    /// The instance that a usage type and operation of a bill or price book stand for; none where they stand
    /// for something else (storage, I/O, serverless).
    ///
    /// ```
    /// use stackcost_model::commitment::Instance;
    /// let db = Instance::of("AmazonRDS", "eu-west-1", "EU-Multi-AZUsage:db.r6g.4xl", "CreateDBInstance:0014").unwrap();
    /// assert_eq!(db.units().to_string(), "64");
    /// let cache = Instance::of("AmazonElastiCache", "eu-west-1", "NodeUsage:cache.r7g.4xlarge", "CreateCacheCluster:Valkey");
    /// assert_eq!(cache.unwrap().units().to_string(), "25.6");
    /// assert!(Instance::of("AmazonRDS", "eu-west-1", "RDS:GP3-Storage", "").is_none());
    /// ```
    #[must_use]
    pub fn of(service: &str, region: &str, usage_type: &str, operation: &str) -> Option<Instance> {
        let parsed = UsageType::parse(usage_type);
        let (kind, class) = parsed.rest.split_once(':')?;
        let (copies, flexible) = match (service, kind) {
            ("AmazonRDS", "InstanceUsage") => (1, FLEXIBLE.contains(&operation)),
            ("AmazonRDS", "Multi-AZUsage") => (2, FLEXIBLE.contains(&operation)),
            ("AmazonRDS", "Multi-AZClusterUsage") => (3, FLEXIBLE.contains(&operation)),
            ("AmazonElastiCache", "NodeUsage") => (1, true),
            _ => return None,
        };
        let (family, size) = class.rsplit_once('.')?;
        Some(Instance {
            service: service.into(),
            region: region.into(),
            family: family.into(),
            size: size.into(),
            engine: operation.into(),
            copies,
            flexible,
        })
    }

    fn is_valkey(&self) -> bool {
        &*self.service == "AmazonElastiCache" && self.engine.ends_with("Valkey")
    }

    fn is_redis(&self) -> bool {
        &*self.service == "AmazonElastiCache"
            && (&*self.engine == "CreateCacheCluster:0002" || self.engine.ends_with("Redis"))
    }

    /// Normalised units an hour: of the size, times the copies, a fifth less for Valkey. One where the
    /// size has none: such a reservation covers the very same size alone, so any unit will do.
    #[must_use]
    pub fn units(&self) -> Ratio {
        let Some(size) = size_units(&self.size) else { return Ratio::ONE };
        let engine = if self.is_valkey() { Ratio::new(4, 5) } else { Ratio::ONE };
        size * Ratio::from(self.copies) * engine
    }

    /// Whether and how a reservation of this covers the usage of another.
    #[must_use]
    pub fn covers(&self, used: &Instance) -> Option<Covers> {
        if (&self.service, &self.region, &self.family) != (&used.service, &used.region, &used.family) {
            return None;
        }
        let same = self.engine == used.engine;
        if same && self.size == used.size && self.copies == used.copies {
            return Some(Covers::Exactly);
        }
        let sized = size_units(&self.size).is_some() && size_units(&used.size).is_some();
        if !(self.flexible && used.flexible && sized) {
            return None;
        }
        match (same, self.is_redis() && used.is_valkey()) {
            (true, _) => Some(Covers::BySize),
            (false, true) => Some(Covers::OtherEngine),
            (false, false) => None,
        }
    }
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.family, self.size)?;
        match self.copies {
            0 | 1 => {}
            2 => f.write_str(" Multi-AZ")?,
            _ => f.write_str(" Multi-AZ cluster")?,
        }
        write!(f, " ({} {}", self.service, self.region)?;
        if !self.engine.is_empty() {
            write!(f, " {}", self.engine)?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn db(kind: &str, class: &str, operation: &str) -> Instance {
        Instance::of("AmazonRDS", "us-east-1", &alloc::format!("{kind}:{class}"), operation).unwrap()
    }

    /// Source: Amazon RDS user guide, "Size-flexible reserved DB instances", its table of units.
    #[test]
    fn units_of_databases() {
        for (size, single, multi, cluster) in [
            ("micro", "0.5", "1", "1.5"),
            ("small", "1", "2", "3"),
            ("medium", "2", "4", "6"),
            ("large", "4", "8", "12"),
            ("xlarge", "8", "16", "24"),
            ("2xlarge", "16", "32", "48"),
            ("4xlarge", "32", "64", "96"),
            ("6xlarge", "48", "96", "144"),
            ("8xlarge", "64", "128", "192"),
            ("10xlarge", "80", "160", "240"),
            ("12xlarge", "96", "192", "288"),
            ("16xlarge", "128", "256", "384"),
            ("24xlarge", "192", "384", "576"),
            ("32xlarge", "256", "512", "768"),
        ] {
            let class = alloc::format!("db.r6g.{size}");
            for (kind, units) in
                [("InstanceUsage", single), ("Multi-AZUsage", multi), ("Multi-AZClusterUsage", cluster)]
            {
                assert_eq!(
                    db(kind, &class, "CreateDBInstance:0014").units(),
                    Ratio::parse(units).unwrap(),
                    "{kind} {size}"
                );
            }
        }
    }

    /// Source: ElastiCache user guide, "Size flexible reserved nodes", its table of units.
    #[test]
    fn units_of_cache_nodes() {
        for (size, redis, valkey) in [
            ("micro", "0.5", "0.4"),
            ("small", "1", "0.8"),
            ("medium", "2", "1.6"),
            ("large", "4", "3.2"),
            ("xlarge", "8", "6.4"),
            ("2xlarge", "16", "12.8"),
            ("4xlarge", "32", "25.6"),
            ("24xlarge", "192", "153.6"),
        ] {
            let usage_type = alloc::format!("NodeUsage:cache.r7g.{size}");
            for (engine, units) in [
                ("CreateCacheCluster:0002", redis),
                ("CreateCacheCluster:0001", redis),
                ("CreateCacheCluster:Valkey", valkey),
            ] {
                let node = Instance::of("AmazonElastiCache", "us-east-1", &usage_type, engine).unwrap();
                assert_eq!(node.units(), Ratio::parse(units).unwrap(), "{engine} {size}");
            }
        }
    }

    #[test]
    fn what_covers_what() {
        let (mysql, oracle) = ("CreateDBInstance:0002", "CreateDBInstance:0020");
        let node = |class: &str, engine: &str| {
            Instance::of("AmazonElastiCache", "us-east-1", &alloc::format!("NodeUsage:cache.{class}"), engine).unwrap()
        };
        let (redis, valkey, memcached) =
            ("CreateCacheCluster:0002", "CreateCacheCluster:Valkey", "CreateCacheCluster:0001");
        for (reserved, used, how) in [
            (
                db("InstanceUsage", "db.t2.medium", mysql),
                db("InstanceUsage", "db.t2.medium", mysql),
                Some(Covers::Exactly),
            ),
            (
                db("InstanceUsage", "db.t2.medium", mysql),
                db("InstanceUsage", "db.t2.small", mysql),
                Some(Covers::BySize),
            ),
            (
                db("InstanceUsage", "db.t2.medium", mysql),
                db("Multi-AZUsage", "db.t2.medium", mysql),
                Some(Covers::BySize),
            ),
            (db("InstanceUsage", "db.t2.medium", mysql), db("InstanceUsage", "db.t3.medium", mysql), None),
            (
                db("InstanceUsage", "db.t2.medium", mysql),
                db("InstanceUsage", "db.t2.medium", "CreateDBInstance:0014"),
                None,
            ),
            (
                db("InstanceUsage", "db.r5.large", oracle),
                db("InstanceUsage", "db.r5.large", oracle),
                Some(Covers::Exactly),
            ),
            (db("InstanceUsage", "db.r5.large", oracle), db("InstanceUsage", "db.r5.xlarge", oracle), None),
            (node("r7g.large", redis), node("r7g.large", valkey), Some(Covers::OtherEngine)),
            (node("r7g.large", valkey), node("r7g.large", redis), None),
            (node("r7g.large", redis), node("r7g.large", memcached), None),
            (node("r7g.large", redis), node("r6g.large", redis), None),
        ] {
            assert_eq!(reserved.covers(&used), how, "{reserved} on {used}");
        }
        let elsewhere = Instance { region: "eu-west-1".into(), ..node("r7g.large", redis) };
        assert_eq!(elsewhere.covers(&node("r7g.large", redis)), None);
    }
}
