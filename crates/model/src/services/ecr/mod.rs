//! ECR: GB-months of compressed images, and what is pulled from another region.
//!
//! Stored size is given, or follows from how often images are pushed, how much of each is new,
//! and what the lifecycle policy keeps. A layer that the repository already has is stored once,
//! so the sum of image sizes is an upper bound. Source: ECR user guide; the price list of 2026.

mod pushed;
#[cfg(test)]
mod tests;

pub use pushed::{Images, Keep};

use super::data_transfer::{TO_REGION, between_regions};
use super::words::{Num, months};
use super::{Meter, Service};
use crate::exact::Ratio;
use crate::meter::{Region, ServiceCode};
use crate::unit::{Gb, GbMonth, Quantity, UnitKind};
use crate::usage::{Site, Usage};
use alloc::format;
use alloc::vec::Vec;

/// Private repositories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ecr {
    /// What is stored.
    pub stored: Stored,
    /// GB in the archive class, on average.
    pub archived_gb: Ratio,
    /// GB brought back from the archive over the horizon.
    pub archive_retrieved_gb: Ratio,
    /// GB pulled into other regions over the horizon. Pulls within the region are free; pulls to
    /// the internet belong to `data_transfer`.
    pub pulled_to_gb: Vec<(Region, Ratio)>,
}

/// How much is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// GB, on average.
    Gb(Ratio),
    /// What pushing and the lifecycle policy leave.
    Images(Images),
}

const STORAGE: Meter = Meter::new(ServiceCode::Ecr, "TimedStorage-ByteHrs", UnitKind::GbMonth);
/// The archive class is of November 2025; its usage types are not verified against a price list.
const ARCHIVE: Meter = Meter::new(ServiceCode::Ecr, "TimedStorage-Archive-ByteHrs", UnitKind::GbMonth);
const RETRIEVAL: Meter = Meter::new(ServiceCode::Ecr, "ArchiveRetrieval-Bytes", UnitKind::Gb);

impl Service for Ecr {
    const METERS: &'static [Meter] = &[STORAGE, ARCHIVE, RETRIEVAL, TO_REGION];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        let held = site.horizon.months();
        let gb_months = |meter, gb: Ratio, words| {
            site.usage(meter, Quantity::<GbMonth>::new(gb * held), format!("{words}{}", months(held)))
        };
        let mut usage = Vec::new();
        match &self.stored {
            Stored::Gb(gb) if gb.is_zero() => {}
            Stored::Gb(gb) => usage.push(gb_months(STORAGE, *gb, format!("{} GB stored", Num(*gb)))),
            Stored::Images(images) => {
                let (gb, words) = images.stored();
                usage.push(gb_months(STORAGE, gb, words));
            }
        }
        if !self.archived_gb.is_zero() {
            usage.push(gb_months(ARCHIVE, self.archived_gb, format!("{} GB archived", Num(self.archived_gb))));
        }
        if !self.archive_retrieved_gb.is_zero() {
            let because = format!("{} GB brought back from the archive", Num(self.archive_retrieved_gb));
            usage.push(site.usage(RETRIEVAL, Quantity::<Gb>::new(self.archive_retrieved_gb), because));
        }
        for &(to, gb) in &self.pulled_to_gb {
            usage.push(between_regions(site, to, gb, &format!("{} GB of images pulled into {to}", Num(gb))));
        }
        usage
    }
}
