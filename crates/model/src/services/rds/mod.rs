//! RDS for PostgreSQL, MySQL and MariaDB, and [`Aurora`].
//!
//! Instance hours by the second with a minimum of ten minutes after each start; a stopped
//! instance still bills storage, IOPS and backups. Backups are free up to all storage that is
//! provisioned in the region. Source: Amazon RDS user guide, "DB instance billing" and "Amazon
//! RDS DB instance storage"; the price list for the usage types.

mod aurora;
mod storage;
#[cfg(test)]
mod tests;

pub use aurora::{Aurora, AuroraCapacity, AuroraEngine};
pub use storage::{InvalidStorage, Storage, StorageKind};

use super::words::{Num, hours, months, plural};
use super::{ExtendedSupport, InstanceClass, Meter, Service};
use crate::exact::Ratio;
use crate::free::{Allowance, Offer};
use crate::meter::ServiceCode;
use crate::time::HOUR;
use crate::timeline::Timeline;
use crate::unit::{AcuHour, Gb, GbMonth, Hour, Io, IopsMonth, MbpsMonth, Quantity, Unit, UnitKind, VcpuHour};
use crate::usage::{Site, Usage};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// DB instances of one class, or a Multi-AZ cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rds {
    /// What runs on it.
    pub engine: Engine,
    /// Its class.
    pub class: InstanceClass,
    /// How many such instances or clusters.
    pub count: u32,
    /// Where its copies are.
    pub deployment: Deployment,
    /// When it runs; in the rest of the time it is stopped.
    pub running: Timeline<bool>,
    /// What each stores on.
    pub storage: Storage,
    /// GB of automated backups and snapshots of all of them, on average.
    pub backup_gb: Ratio,
    /// vCPU-hours of T-class CPU credits used above the baseline, over the horizon.
    pub cpu_credit_vcpu_hours: Ratio,
    /// Whether each has an RDS Proxy in front.
    pub proxy: bool,
    /// Whether its engine version is past its end of standard support.
    pub extended_support: Option<ExtendedSupport>,
    /// GB of snapshots exported to S3 over the horizon.
    pub snapshot_export_gb: Ratio,
}

/// A database engine of RDS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// MySQL.
    MySql,
    /// PostgreSQL.
    PostgreSql,
    /// MariaDB.
    MariaDb,
}

/// Where the copies of a database are. AWS's price for each covers all copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// One instance.
    SingleAz,
    /// An instance and a standby.
    MultiAz,
    /// A writer and two readable standbys.
    MultiAzCluster,
}

impl Engine {
    /// AWS's operation for instances of this engine.
    #[must_use]
    pub const fn operation(self) -> &'static str {
        match self {
            Engine::MySql => "CreateDBInstance:0002",
            Engine::PostgreSql => "CreateDBInstance:0014",
            Engine::MariaDb => "CreateDBInstance:0018",
        }
    }
}

impl Deployment {
    const fn family(self) -> &'static str {
        match self {
            Deployment::SingleAz => "InstanceUsage",
            Deployment::MultiAz => "Multi-AZUsage",
            Deployment::MultiAzCluster => "Multi-AZClusterUsage",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Deployment::SingleAz => "Single-AZ",
            Deployment::MultiAz => "Multi-AZ",
            Deployment::MultiAzCluster => "Multi-AZ cluster",
        }
    }

    /// Instances that run in all.
    const fn copies(self) -> u32 {
        match self {
            Deployment::SingleAz => 1,
            Deployment::MultiAz => 2,
            Deployment::MultiAzCluster => 3,
        }
    }
}

impl ExtendedSupport {
    const fn meter(self) -> Meter {
        self.counted_in(UnitKind::VcpuHour)
    }

    const fn counted_in(self, unit: UnitKind) -> Meter {
        let usage_type = match self {
            ExtendedSupport::Years1To2 => "ExtendedSupport:Yr1-Yr2",
            ExtendedSupport::Year3 => "ExtendedSupport:Yr3",
        };
        Meter::new(ServiceCode::Rds, usage_type, unit)
    }
}

const BACKUP: Meter = rds("RDS:ChargedBackupUsage", UnitKind::GbMonth);
const PROXY: Meter = rds("RDS:ProxyUsage", UnitKind::VcpuHour);
const SNAPSHOT_EXPORT: Meter = rds("RDS:SnapshotExportToS3", UnitKind::Gb);
/// The shortest time an instance is billed for after a start, in seconds.
const MINIMUM_SECONDS: u64 = 600;
/// An RDS Proxy counts at least this many vCPUs (sources only say "on a two-vCPU basis").
const PROXY_MINIMUM_VCPUS: u32 = 2;

const fn rds(usage_type: &'static str, unit: UnitKind) -> Meter {
    Meter::new(ServiceCode::Rds, usage_type, unit)
}

impl Service for Rds {
    const METERS: &'static [Meter] = &[
        rds("InstanceUsage:", UnitKind::Hour),
        rds("Multi-AZUsage:", UnitKind::Hour),
        rds("Multi-AZClusterUsage:", UnitKind::Hour),
        rds("RDS:GP2-Storage", UnitKind::GbMonth),
        rds("RDS:Multi-AZ-GP2-Storage", UnitKind::GbMonth),
        rds("RDS:GP3-Storage", UnitKind::GbMonth),
        rds("RDS:Multi-AZ-GP3-Storage", UnitKind::GbMonth),
        rds("RDS:Multi-AZCluster-GP3-Storage", UnitKind::GbMonth),
        rds("RDS:GP3-PIOPS", UnitKind::IopsMonth),
        rds("RDS:Multi-AZ-GP3-PIOPS", UnitKind::IopsMonth),
        rds("RDS:Multi-AZCluster-GP3-PIOPS", UnitKind::IopsMonth),
        rds("RDS:GP3-Throughput", UnitKind::MbpsMonth),
        rds("RDS:Multi-AZ-GP3-Throughput", UnitKind::MbpsMonth),
        rds("RDS:Multi-AZCluster-GP3-Throughput", UnitKind::MbpsMonth),
        rds("RDS:PIOPS-Storage", UnitKind::GbMonth),
        rds("RDS:Multi-AZ-PIOPS-Storage", UnitKind::GbMonth),
        rds("RDS:Multi-AZCluster-PIOPS-Storage", UnitKind::GbMonth),
        rds("RDS:PIOPS", UnitKind::IopsMonth),
        rds("RDS:Multi-AZ-PIOPS", UnitKind::IopsMonth),
        rds("RDS:Multi-AZCluster-PIOPS", UnitKind::IopsMonth),
        rds("RDS:PIOPS-Storage-IO2", UnitKind::GbMonth),
        rds("RDS:Multi-AZ-PIOPS-Storage-IO2", UnitKind::GbMonth),
        rds("RDS:Multi-AZCluster-PIOPS-Storage-IO2", UnitKind::GbMonth),
        rds("RDS:IO2-PIOPS", UnitKind::IopsMonth),
        rds("RDS:Multi-AZ-IO2-PIOPS", UnitKind::IopsMonth),
        rds("RDS:Multi-AZCluster-IO2-PIOPS", UnitKind::IopsMonth),
        rds("RDS:StorageUsage", UnitKind::GbMonth),
        rds("RDS:Multi-AZ-StorageUsage", UnitKind::GbMonth),
        rds("RDS:StorageIOUsage", UnitKind::Io),
        rds("CPUCredits:", UnitKind::VcpuHour),
        ExtendedSupport::Years1To2.meter(),
        ExtendedSupport::Year3.meter(),
        BACKUP,
        PROXY,
        SNAPSHOT_EXPORT,
    ];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        let seconds = self.running.billed_seconds(1, MINIMUM_SECONDS);
        let running_hours = seconds / Ratio::from(HOUR);
        let count = Ratio::from(self.count);
        let mut instances = if self.count == 1 {
            format!("{} {}", self.deployment.words(), self.class.name)
        } else {
            format!("{} x {} {}", self.count, self.deployment.words(), self.class.name)
        };
        instances.push_str(&format!(" x {}", hours(seconds)));
        if running_hours != site.horizon.hours() {
            instances.push_str(" running; storage and backups are billed while it is stopped, too");
        }
        let class_meter = Meter::of_class(
            ServiceCode::Rds,
            self.deployment.family(),
            &self.class.name,
            self.engine.operation(),
            UnitKind::Hour,
        );
        let mut usage = vec![site.usage(class_meter, Quantity::<Hour>::new(count * running_hours), instances)];
        usage.extend(self.storage.usage(site, self.deployment, self.count));
        if !self.backup_gb.is_zero() {
            usage.push(backup(site, self.backup_gb));
        }
        if !self.cpu_credit_vcpu_hours.is_zero() {
            usage.push(cpu_credits(site, &self.class, self.engine.operation(), self.cpu_credit_vcpu_hours));
        }
        let vcpus = self.class.vcpus;
        if self.proxy {
            let counted = vcpus.max(PROXY_MINIMUM_VCPUS);
            let quantity = Quantity::<VcpuHour>::new(count * Ratio::from(counted) * site.horizon.hours());
            let times = if self.count == 1 { String::new() } else { format!("{} x ", self.count) };
            let hours = Num(site.horizon.hours());
            let because = format!("RDS Proxy: {times}{counted} vCPU of {} x {hours} h", self.class.name);
            usage.push(site.usage(PROXY, quantity, because));
        }
        if let Some(support) = self.extended_support {
            let copies = u64::from(self.count) * u64::from(self.deployment.copies());
            usage.push(extended_support(site, support, copies, vcpus, running_hours));
        }
        if !self.snapshot_export_gb.is_zero() {
            usage.push(snapshot_export(site, self.snapshot_export_gb));
        }
        usage
    }

    /// Backup is free up to the storage provisioned in the region, all instances together.
    fn allowances(&self, site: &Site) -> Vec<Allowance> {
        let provisioned = self.storage.size_gb * Ratio::from(self.count) * site.horizon.months();
        vec![Allowance {
            name: "backup up to the storage provisioned in the region is free".into(),
            meters: [(ServiceCode::Rds, BACKUP.usage_type.as_ref().into())].into(),
            operation: "".into(),
            quantity: provisioned,
            offer: Offer::Always,
            source: "Amazon RDS user guide, backup storage".into(),
        }]
    }
}

fn backup(site: &Site, gb: Ratio) -> Usage {
    let held = site.horizon.months();
    let because = format!("{} GB of backups and snapshots{}", Num(gb), months(held));
    site.usage(BACKUP, Quantity::<GbMonth>::new(gb * held), because)
}

/// Credits are billed by family: `CPUCredits:db.t3`.
fn cpu_credits(site: &Site, class: &InstanceClass, operation: &'static str, vcpu_hours: Ratio) -> Usage {
    let family = class.name.rsplit_once('.').map_or(class.name.as_str(), |(family, _)| family);
    let meter = Meter::of_class(ServiceCode::Rds, "CPUCredits", family, operation, UnitKind::VcpuHour);
    let because = format!("{} vCPU-hours above the CPU baseline", Num(vcpu_hours));
    site.usage(meter, Quantity::<VcpuHour>::new(vcpu_hours), because)
}

fn extended_support(site: &Site, support: ExtendedSupport, copies: u64, vcpus: u32, hours: Ratio) -> Usage {
    let quantity = Quantity::<VcpuHour>::new(Ratio::from(copies) * Ratio::from(vcpus) * hours);
    let because =
        format!("{copies} instance{} x {vcpus} vCPU x {} h past standard support", plural(copies), Num(hours));
    site.usage(support.meter(), quantity, because)
}

fn snapshot_export(site: &Site, gb: Ratio) -> Usage {
    site.usage(SNAPSHOT_EXPORT, Quantity::<Gb>::new(gb), format!("{} GB of snapshots exported to S3", Num(gb)))
}

/// A usage of `per` units for each of `count` things, held for the horizon's months.
fn monthly<U: Unit>(site: &Site, meter: Meter, count: u32, per: Ratio, what: &str) -> Usage {
    let held = site.horizon.months();
    let times: String = if count == 1 { String::new() } else { format!("{count} x ") };
    let because = format!("{times}{} {what}{}", Num(per), months(held));
    site.usage(meter, Quantity::<U>::new(Ratio::from(count) * per * held), because)
}
