//! What an RDS instance stores on: size, IOPS and throughput, and what of it is included.
//!
//! Source: Amazon RDS user guide, "Amazon RDS DB instance storage", for PostgreSQL, MySQL and
//! MariaDB.

use super::{Deployment, GbMonth, Io, IopsMonth, MbpsMonth, monthly, rds};
use crate::exact::Ratio;
use crate::services::words::Num;
use crate::unit::{Quantity, UnitKind};
use crate::usage::{Site, Usage};
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

/// Storage of one instance: only what RDS sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// Its type.
    pub kind: StorageKind,
    /// GB provisioned.
    pub size_gb: Ratio,
}

/// A type of RDS storage with what can be bought on top of its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorageKind {
    /// General purpose SSD, older: 3 IOPS a GB (at least 100) included, nothing to add.
    Gp2,
    /// General purpose SSD: IOPS and throughput in all; what is above the baseline is billed.
    Gp3 {
        /// I/O operations a second, baseline included.
        iops: u32,
        /// MiB a second, baseline included.
        throughput: u32,
    },
    /// Provisioned IOPS SSD, older.
    Io1 {
        /// I/O operations a second.
        iops: u32,
    },
    /// Provisioned IOPS SSD.
    Io2 {
        /// I/O operations a second.
        iops: u32,
    },
    /// Magnetic disks: requests are billed.
    Magnetic {
        /// I/O requests over the horizon.
        requests: Ratio,
    },
}

/// From this size on, RDS stripes gp3 over four volumes: more is included, and more can be added.
const GP3_THRESHOLD_GB: u32 = 400;

/// Provisioned IOPS storage is not sold smaller.
const PROVISIONED_IOPS_LEAST_GB: u32 = 100;

impl Storage {
    /// IOPS and MiB/s that come with gp3 of this size.
    #[must_use]
    pub fn gp3_baseline(size_gb: Ratio) -> (u32, u32) {
        if size_gb >= Ratio::from(GP3_THRESHOLD_GB) { (12_000, 500) } else { (3_000, 125) }
    }

    /// Storage that RDS sells.
    ///
    /// # Errors
    /// [`InvalidStorage`] when it does not.
    pub fn new(kind: StorageKind, size_gb: Ratio) -> Result<Storage, InvalidStorage> {
        let large = size_gb >= Ratio::from(GP3_THRESHOLD_GB);
        let provisioned = matches!(kind, StorageKind::Io1 { .. } | StorageKind::Io2 { .. });
        if provisioned && size_gb < Ratio::from(PROVISIONED_IOPS_LEAST_GB) {
            return Err(InvalidStorage::ProvisionedTooSmall);
        }
        match kind {
            StorageKind::Gp3 { iops, throughput } => {
                let (base_iops, base_throughput) = Self::gp3_baseline(size_gb);
                if !large && (iops != base_iops || throughput != base_throughput) {
                    return Err(InvalidStorage::Gp3TooSmall);
                }
                if large && !(base_iops..=64_000).contains(&iops) {
                    return Err(InvalidStorage::Iops { iops, least: base_iops, most: 64_000 });
                }
                if large && !(base_throughput..=4_000).contains(&throughput) {
                    return Err(InvalidStorage::Throughput { throughput, least: base_throughput, most: 4_000 });
                }
                if u64::from(throughput) * 4 > u64::from(iops) {
                    return Err(InvalidStorage::ThroughputPerIops { throughput, iops });
                }
            }
            StorageKind::Io1 { iops } => {
                let most = if large { 256_000 } else { 19_950 };
                if !(1_000..=most).contains(&iops) {
                    return Err(InvalidStorage::Iops { iops, least: 1_000, most });
                }
            }
            // No source of ours gives io2's limits below its largest.
            StorageKind::Io2 { iops } if !(1_000..=256_000).contains(&iops) => {
                return Err(InvalidStorage::Iops { iops, least: 1_000, most: 256_000 });
            }
            StorageKind::Gp2 | StorageKind::Io2 { .. } | StorageKind::Magnetic { .. } => {}
        }
        Ok(Storage { kind, size_gb })
    }

    pub(super) fn usage(&self, site: &Site, deployment: Deployment, count: u32) -> Vec<Usage> {
        let meter = |names: [&'static str; 3], unit: UnitKind| {
            rds(
                match deployment {
                    Deployment::SingleAz => names[0],
                    Deployment::MultiAz => names[1],
                    Deployment::MultiAzCluster => names[2],
                },
                unit,
            )
        };
        let size = |names, what| monthly::<GbMonth>(site, meter(names, UnitKind::GbMonth), count, self.size_gb, what);
        match self.kind {
            StorageKind::Gp2 => vec![size(
                // A cluster has no gp2; were it asked for, the line would be a gap.
                ["RDS:GP2-Storage", "RDS:Multi-AZ-GP2-Storage", "RDS:Multi-AZ-GP2-Storage"],
                "GB of gp2",
            )],
            StorageKind::Gp3 { iops, throughput } => {
                let (base_iops, base_throughput) = Self::gp3_baseline(self.size_gb);
                let mut usage = vec![size(
                    ["RDS:GP3-Storage", "RDS:Multi-AZ-GP3-Storage", "RDS:Multi-AZCluster-GP3-Storage"],
                    "GB of gp3",
                )];
                if iops > base_iops {
                    let names = ["RDS:GP3-PIOPS", "RDS:Multi-AZ-GP3-PIOPS", "RDS:Multi-AZCluster-GP3-PIOPS"];
                    let what = format!("IOPS above the {base_iops} included");
                    let extra = Ratio::from(iops - base_iops);
                    usage.push(monthly::<IopsMonth>(site, meter(names, UnitKind::IopsMonth), count, extra, &what));
                }
                if throughput > base_throughput {
                    let names =
                        ["RDS:GP3-Throughput", "RDS:Multi-AZ-GP3-Throughput", "RDS:Multi-AZCluster-GP3-Throughput"];
                    let what = format!("MiB/s above the {base_throughput} included");
                    let extra = Ratio::from(throughput - base_throughput);
                    usage.push(monthly::<MbpsMonth>(site, meter(names, UnitKind::MbpsMonth), count, extra, &what));
                }
                usage
            }
            StorageKind::Io1 { iops } => vec![
                size(
                    ["RDS:PIOPS-Storage", "RDS:Multi-AZ-PIOPS-Storage", "RDS:Multi-AZCluster-PIOPS-Storage"],
                    "GB of io1",
                ),
                monthly::<IopsMonth>(
                    site,
                    meter(["RDS:PIOPS", "RDS:Multi-AZ-PIOPS", "RDS:Multi-AZCluster-PIOPS"], UnitKind::IopsMonth),
                    count,
                    Ratio::from(iops),
                    "IOPS provisioned",
                ),
            ],
            StorageKind::Io2 { iops } => vec![
                size(
                    [
                        "RDS:PIOPS-Storage-IO2",
                        "RDS:Multi-AZ-PIOPS-Storage-IO2",
                        "RDS:Multi-AZCluster-PIOPS-Storage-IO2",
                    ],
                    "GB of io2",
                ),
                monthly::<IopsMonth>(
                    site,
                    meter(
                        ["RDS:IO2-PIOPS", "RDS:Multi-AZ-IO2-PIOPS", "RDS:Multi-AZCluster-IO2-PIOPS"],
                        UnitKind::IopsMonth,
                    ),
                    count,
                    Ratio::from(iops),
                    "IOPS provisioned",
                ),
            ],
            StorageKind::Magnetic { requests } => {
                let mut usage = vec![size(
                    ["RDS:StorageUsage", "RDS:Multi-AZ-StorageUsage", "RDS:Multi-AZ-StorageUsage"],
                    "GB of magnetic storage",
                )];
                if !requests.is_zero() {
                    let because = format!("{} I/O requests", Num(requests));
                    usage.push(site.usage(
                        rds("RDS:StorageIOUsage", UnitKind::Io),
                        Quantity::<Io>::new(requests),
                        because,
                    ));
                }
                usage
            }
        }
    }
}

/// RDS sells no such storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidStorage {
    /// Below 400 GB, gp3 has what it has.
    #[error("gp3 below 400 GB has 3,000 IOPS and 125 MiB/s; more can only be added from 400 GB on")]
    Gp3TooSmall,
    /// Provisioned IOPS storage begins at 100 GB.
    #[error("io1 and io2 begin at 100 GB")]
    ProvisionedTooSmall,
    /// IOPS out of range.
    #[error("{iops} IOPS is outside of {least} to {most}")]
    Iops {
        /// Asked for.
        iops: u32,
        /// The least for this type and size.
        least: u32,
        /// The most for this type and size.
        most: u32,
    },
    /// Throughput out of range.
    #[error("{throughput} MiB/s is outside of {least} to {most}")]
    Throughput {
        /// Asked for.
        throughput: u32,
        /// The least for this size.
        least: u32,
        /// The most.
        most: u32,
    },
    /// More throughput than a quarter of the IOPS.
    #[error("{throughput} MiB/s needs at least {} IOPS (four for each MiB/s), not {iops}", u64::from(*throughput) * 4)]
    ThroughputPerIops {
        /// Asked for.
        throughput: u32,
        /// Asked for.
        iops: u32,
    },
}
