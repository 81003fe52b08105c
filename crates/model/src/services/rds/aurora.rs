//! Aurora: instances or capacity units, storage by what is used, I/O by the request or included.
//!
//! Source: Amazon Aurora pricing; the usage types from the RDS price list and bills.

use super::{
    AcuHour, ExtendedSupport, GbMonth, Hour, Io, Num, Quantity, Ratio, SNAPSHOT_EXPORT, cpu_credits, extended_support,
    hours, months, rds, snapshot_export,
};
use crate::meter::{Meter, ServiceCode};
use crate::services::words::amounts_over_time;
use crate::services::{InstanceClass, Service};
use crate::time::HOUR;
use crate::timeline::Timeline;
use crate::unit::UnitKind;
use crate::usage::{Site, Usage};
use alloc::format;
use alloc::vec::Vec;

/// An Aurora cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aurora {
    /// What it speaks.
    pub engine: AuroraEngine,
    /// What computes.
    pub capacity: AuroraCapacity,
    /// Whether I/O is included in dearer capacity and storage (I/O-Optimized), or billed by request.
    pub io_optimized: bool,
    /// GB stored, on average.
    pub storage_gb: Ratio,
    /// I/O requests over the horizon; free with I/O-Optimized.
    pub io_requests: Ratio,
    /// GB of backup beyond what is free, on average.
    pub charged_backup_gb: Ratio,
    /// Change records stored for backtracking, over the horizon (Aurora MySQL).
    pub backtrack_records: Ratio,
    /// vCPU-hours of T-class CPU credits used above the baseline, over the horizon.
    pub cpu_credit_vcpu_hours: Ratio,
    /// Whether its engine version is past its end of standard support.
    pub extended_support: Option<ExtendedSupport>,
    /// GB of snapshots exported to S3 over the horizon.
    pub snapshot_export_gb: Ratio,
}

/// What an Aurora cluster speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuroraEngine {
    /// MySQL.
    MySql,
    /// PostgreSQL.
    PostgreSql,
}

/// What computes in an Aurora cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuroraCapacity {
    /// Instances of one class, writer and readers.
    Instances {
        /// Their class.
        class: InstanceClass,
        /// How many.
        count: u32,
        /// When they run.
        running: Timeline<bool>,
    },
    /// Serverless v2: Aurora capacity units, and when.
    ServerlessV2(Timeline<Ratio>),
}

impl AuroraEngine {
    /// AWS's operation for this engine.
    #[must_use]
    pub const fn operation(self) -> &'static str {
        match self {
            AuroraEngine::MySql => "CreateDBInstance:0016",
            AuroraEngine::PostgreSql => "CreateDBInstance:0021",
        }
    }
}

const ACU: Meter = rds("Aurora:ServerlessV2Usage", UnitKind::AcuHour);
const ACU_IO_OPTIMIZED: Meter = rds("Aurora:ServerlessV2IOOptimizedUsage", UnitKind::AcuHour);
const STORAGE: Meter = rds("Aurora:StorageUsage", UnitKind::GbMonth);
const STORAGE_IO_OPTIMIZED: Meter = rds("Aurora:IO-OptimizedStorageUsage", UnitKind::GbMonth);
const IO: Meter = rds("Aurora:StorageIOUsage", UnitKind::Io);
const BACKUP: Meter = rds("Aurora:BackupUsage", UnitKind::GbMonth);
const BACKTRACK: Meter = rds("Aurora:BacktrackUsage", UnitKind::Io);

impl Service for Aurora {
    const METERS: &'static [Meter] = &[
        rds("InstanceUsage:", UnitKind::Hour),
        rds("InstanceUsageIOOptimized:", UnitKind::Hour),
        ACU,
        ACU_IO_OPTIMIZED,
        STORAGE,
        STORAGE_IO_OPTIMIZED,
        IO,
        BACKUP,
        BACKTRACK,
        rds("CPUCredits:", UnitKind::VcpuHour),
        ExtendedSupport::Years1To2.meter(),
        ExtendedSupport::Year3.meter(),
        ExtendedSupport::Years1To2.counted_in(UnitKind::AcuHour),
        ExtendedSupport::Year3.counted_in(UnitKind::AcuHour),
        SNAPSHOT_EXPORT,
    ];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        let mut usage = self.compute(site);
        let held = site.horizon.months();
        let stored = |meter, gb: Ratio, what: &str| {
            let because = format!("{} GB {what}{}", Num(gb), months(held));
            site.usage(meter, Quantity::<GbMonth>::new(gb * held), because)
        };
        let requests = |meter, count: Ratio, what: &str| {
            site.usage(meter, Quantity::<Io>::new(count), format!("{} {what}", Num(count)))
        };
        let storage = if self.io_optimized { STORAGE_IO_OPTIMIZED } else { STORAGE };
        usage.push(stored(storage, self.storage_gb, "stored"));
        if !self.io_optimized && !self.io_requests.is_zero() {
            usage.push(requests(IO, self.io_requests, "I/O requests"));
        }
        if !self.charged_backup_gb.is_zero() {
            usage.push(stored(BACKUP, self.charged_backup_gb, "of backup beyond what is free"));
        }
        if !self.backtrack_records.is_zero() {
            usage.push(requests(BACKTRACK, self.backtrack_records, "change records kept for backtracking"));
        }
        if !self.snapshot_export_gb.is_zero() {
            usage.push(snapshot_export(site, self.snapshot_export_gb));
        }
        usage
    }
}

impl Aurora {
    fn compute(&self, site: &Site) -> Vec<Usage> {
        let mut usage = Vec::new();
        match &self.capacity {
            AuroraCapacity::Instances { class, count, running } => {
                let seconds = running.billed_seconds(1, super::MINIMUM_SECONDS);
                let billed = seconds / Ratio::from(HOUR);
                let family = if self.io_optimized { "InstanceUsageIOOptimized" } else { "InstanceUsage" };
                let operation = self.engine.operation();
                let meter = Meter::of_class(ServiceCode::Rds, family, &class.name, operation, UnitKind::Hour);
                let quantity = Quantity::<Hour>::new(Ratio::from(*count) * billed);
                usage.push(site.usage(meter, quantity, format!("{count} x {} x {}", class.name, hours(seconds))));
                if !self.cpu_credit_vcpu_hours.is_zero() {
                    usage.push(cpu_credits(site, class, operation, self.cpu_credit_vcpu_hours));
                }
                if let Some(support) = self.extended_support {
                    usage.push(extended_support(site, support, u64::from(*count), class.vcpus, billed));
                }
            }
            AuroraCapacity::ServerlessV2(acus) => {
                let acu_hours = acus.integrate(|acu| acu) / Ratio::from(HOUR);
                let meter = if self.io_optimized { ACU_IO_OPTIMIZED } else { ACU };
                let quantity = Quantity::<AcuHour>::new(acu_hours);
                usage.push(site.usage(meter, quantity, amounts_over_time(acus, "ACU")));
                if let Some(support) = self.extended_support {
                    // No source of ours has a rate per ACU: it is a gap, not nothing.
                    let because = format!("{} ACU-hours past standard support", Num(acu_hours));
                    usage.push(site.usage(support.counted_in(UnitKind::AcuHour), quantity, because));
                }
            }
        }
        usage
    }
}
