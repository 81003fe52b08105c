//! Data transfer: to the internet (graduated), between availability zones (billed on both sides)
//! and between regions. Inbound from the internet is free.
//!
//! Source: the AWSDataTransfer price list; the first 100 GB to the internet and the first GB
//! between zones are free each month, over all regions together.

#[cfg(test)]
mod tests;

use super::words::Num;
use super::{Meter, Service};
use crate::exact::Ratio;
use crate::meter::{Region, ServiceCode};
use crate::unit::{Gb, Quantity, UnitKind};
use crate::usage::{Site, Usage};
use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

const INTERNET_OUT: Meter = Meter::new(ServiceCode::DataTransfer, "DataTransfer-Out-Bytes", UnitKind::Gb);
const INTERNET_IN: Meter = Meter::new(ServiceCode::DataTransfer, "DataTransfer-In-Bytes", UnitKind::Gb);
const BETWEEN_ZONES: Meter = Meter::new(ServiceCode::DataTransfer, "DataTransfer-Regional-Bytes", UnitKind::Gb);
/// Stands for all destinations.
pub(super) const TO_REGION: Meter = Meter::new(ServiceCode::DataTransfer, "*-AWS-Out-Bytes", UnitKind::Gb);

/// GB moved over the horizon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataTransfer {
    /// To the internet.
    pub internet_out_gb: Ratio,
    /// From the internet.
    pub internet_in_gb: Ratio,
    /// Between availability zones: GB sent, which AWS bills where it leaves and where it arrives.
    pub between_zones_gb: Ratio,
    /// To other regions.
    pub to_regions_gb: Vec<(Region, Ratio)>,
}

impl Service for DataTransfer {
    const METERS: &'static [Meter] = &[INTERNET_OUT, INTERNET_IN, BETWEEN_ZONES, TO_REGION];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        let mut usage = Vec::new();
        if !self.internet_out_gb.is_zero() {
            let because = format!("{} GB to the internet", Num(self.internet_out_gb));
            usage.push(site.usage(INTERNET_OUT, Quantity::<Gb>::new(self.internet_out_gb), because));
        }
        if !self.internet_in_gb.is_zero() {
            let because = format!("{} GB from the internet", Num(self.internet_in_gb));
            usage.push(site.usage(INTERNET_IN, Quantity::<Gb>::new(self.internet_in_gb), because));
        }
        if !self.between_zones_gb.is_zero() {
            let because = format!("{} GB between zones, billed on each side", Num(self.between_zones_gb));
            let both_sides = Quantity::<Gb>::new(self.between_zones_gb + self.between_zones_gb);
            usage.push(site.usage(BETWEEN_ZONES, both_sides, because));
        }
        for &(to, gb) in &self.to_regions_gb {
            usage.push(between_regions(site, to, gb, &format!("{} GB to {to}", Num(gb))));
        }
        usage
    }
}

/// `gb` sent from the site's region to another.
pub(super) fn between_regions(site: &Site, to: Region, gb: Ratio, because: &str) -> Usage {
    let meter = Meter { usage_type: Cow::Owned(format!("{}-AWS-Out-Bytes", to.prefix())), ..TO_REGION };
    site.usage(meter, Quantity::<Gb>::new(gb), because)
}
