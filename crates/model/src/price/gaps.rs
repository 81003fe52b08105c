//! What a price book lacks.

use super::{Gap, Price, PriceBook};
use crate::meter::{Meter, Region};
use alloc::string::String;
use alloc::vec::Vec;
use rust_decimal::Decimal;

/// What a book lacks in a region, of a list of meters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionGaps {
    /// The region.
    pub region: Region,
    /// How many of the meters have a rate.
    pub known: usize,
    /// Meters without any rate.
    pub missing: Vec<Meter>,
    /// Meters whose bands end: `(usage type, operation, where)`.
    pub partial: Vec<(String, String, Decimal)>,
}

impl RegionGaps {
    /// Whether nothing is lacking.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.partial.is_empty()
    }
}

/// What the book lacks. A meter that stands for all classes (`NodeUsage:`) is known with one class.
#[must_use]
pub fn gaps(book: &PriceBook, meters: &[Meter], region: Region) -> RegionGaps {
    let mut lacking = RegionGaps { region, known: 0, missing: Vec::new(), partial: Vec::new() };
    for meter in meters {
        let known =
            if meter.is_family() { has_class(book, meter, region) } else { known(book, meter, region, &mut lacking) };
        if known {
            lacking.known += 1;
        } else {
            lacking.missing.push(meter.clone());
        }
    }
    lacking
}

fn known(book: &PriceBook, meter: &Meter, region: Region, lacking: &mut RegionGaps) -> bool {
    match book.tariff(meter, region, None) {
        Ok(tariff) => {
            let end = tariff.bands().last().and_then(|price| price.band.to);
            let entry = end.map(|end| (meter.usage_type.as_ref().into(), meter.operation.as_ref().into(), end));
            lacking.partial.extend(entry.filter(|entry| !lacking.partial.contains(entry)));
            true
        }
        Err(Gap::NoRate | Gap::NotThatOld { .. }) => false,
        Err(_) => true,
    }
}

fn has_class(book: &PriceBook, meter: &Meter, region: Region) -> bool {
    let fits = |price: &Price| {
        price.service == meter.service
            && price.region.is_none_or(|at| at == region)
            && meter.stands_for(&price.usage_type)
    };
    book.prices().iter().chain(book.overrides()).any(fits)
}
