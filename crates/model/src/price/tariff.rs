//! Graduated prices: each band of a month's usage at its own rate.

use super::{Basis, Gap, Price};
use crate::exact::Ratio;
use crate::time::Date;
use crate::unit::{UnitKind, UnitMismatch};
use alloc::vec::Vec;
use rust_decimal::Decimal;

/// A part of a month's usage, `from` up to but not including `to`, and its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// Where it begins.
    pub from: Decimal,
    /// Where it ends; `None` for never.
    pub to: Option<Decimal>,
    /// Dollars for one unit.
    pub usd: Decimal,
}

impl Band {
    /// One rate for all usage.
    #[must_use]
    pub const fn flat(usd: Decimal) -> Band {
        Band { from: Decimal::ZERO, to: None, usd }
    }
}

/// The rates that apply to a meter as of a date: bands from zero upwards, without holes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff<'book> {
    bands: Vec<&'book Price>,
}

/// A part of a usage that has one rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice<'book> {
    /// How much of it.
    pub quantity: Ratio,
    /// The rate it has.
    pub price: &'book Price,
}

impl<'book> Tariff<'book> {
    /// Chooses among the rows of one meter and region, sorted by band, then date. With `strict`
    /// no rate counts before its date, whatever the date means.
    pub(super) fn as_of(
        rows: &'book [Price],
        unit: UnitKind,
        as_of: Option<Date>,
        strict: bool,
    ) -> Result<Tariff<'book>, Gap> {
        if let Some(other) = rows.iter().find(|row| row.unit != unit) {
            return Err(Gap::Unit(UnitMismatch { rate: other.unit, usage: unit }));
        }
        let in_time = |row: &Price| match (as_of, row.source.date) {
            (Some(as_of), Some(date)) => date <= as_of,
            _ => true,
        };
        // Each band begins where the one before it ends: bands of a tariff with other bounds, of
        // another date, do not get between them.
        let mut bands: Vec<&Price> = Vec::with_capacity(1);
        let mut next = Some(Decimal::ZERO);
        while let Some(from) = next {
            let same_band = || rows.iter().filter(|row| row.band.from == from);
            // Sorted by date: the last that is old enough is the newest of them.
            let newest = same_band().rev().find(|row| in_time(row));
            // Only AWS's own date of effect says that a rate did not apply before. The day on
            // which somebody published or read it does not: then the oldest word we have counts.
            let oldest = same_band().next().filter(|row| !strict && row.source.basis != Basis::Effective);
            let chosen = newest.or(oldest);
            bands.extend(chosen);
            next = chosen.and_then(|price| price.band.to).filter(|to| *to > from);
        }
        if bands.is_empty() {
            let first = rows.iter().filter_map(|row| row.source.date).min().ok_or(Gap::NoRate)?;
            return Err(Gap::NotThatOld { first });
        }
        Ok(Tariff { bands })
    }

    /// The bands, in order.
    #[must_use]
    pub fn bands(&self) -> &[&'book Price] {
        &self.bands
    }

    /// The one rate for all usage, when there is only one.
    #[must_use]
    pub fn flat(&self) -> Option<&'book Price> {
        match self.bands[..] {
            [price] if price.band.to.is_none() && price.band.from.is_zero() => Some(price),
            _ => None,
        }
    }

    /// Cuts `quantity`, which follows on `already` used in the same month, along the bands.
    /// `months` stretches the bands when the horizon is not one month.
    ///
    /// Returns the slices and, when the known bands end too early, what is left.
    #[must_use]
    pub fn slices(&self, already: Ratio, quantity: Ratio, months: Ratio) -> (Vec<Slice<'book>>, Option<(Ratio, Gap)>) {
        let mut slices = Vec::with_capacity(1);
        let (mut at, end) = (already, already + quantity);
        let mut known = Decimal::ZERO;
        for price in &self.bands {
            let from = Ratio::from(price.band.from) * months;
            let to = price.band.to.map(|to| Ratio::from(to) * months);
            if from > at {
                break;
            }
            let until = to.map_or(end, |to| to.min(end));
            if until > at || (quantity.is_zero() && to.is_none_or(|to| to > at) && slices.is_empty()) {
                slices.push(Slice { quantity: until - at, price });
                at = until;
            }
            known = price.band.to.unwrap_or(known);
        }
        let left = end - at;
        let unit = self.bands.first().map_or(UnitKind::Gb, |price| price.unit);
        let gap = (!left.is_zero()).then_some((left, Gap::NoBand { from: known, unit }));
        (slices, gap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::{Meter, ServiceCode};
    use crate::price::{PriceBook, Source};
    use alloc::string::{String, ToString};

    /// `from..to @ rate since date basis`, for a meter of GB in us-east-1.
    fn book(rows: &[(&str, &str, &str, &str, Basis)]) -> PriceBook {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let region = "us-east-1".parse().unwrap();
        let prices = rows.iter().map(|&(from, to, usd, date, basis)| Price {
            service: ServiceCode::DataTransfer,
            region: Some(region),
            usage_type: "DataTransfer-Out-Bytes".into(),
            operation: "".into(),
            unit: UnitKind::Gb,
            band: Band { from: decimal(from), to: (!to.is_empty()).then(|| decimal(to)), usd: decimal(usd) },
            source: Source { date: Some(date.parse().unwrap()), basis, ..Source::user("a test") },
        });
        PriceBook::new("test", prices)
    }

    #[track_caller]
    fn check(book: &PriceBook, as_of: &str, quantity: i64, want: &str) {
        let meter = Meter::new(ServiceCode::DataTransfer, "DataTransfer-Out-Bytes", UnitKind::Gb);
        let got = book.tariff(&meter, "us-east-1".parse().unwrap(), as_of.parse().ok()).map(|tariff| {
            let (slices, left) = tariff.slices(Ratio::ZERO, Ratio::whole(quantity), Ratio::ONE);
            let told = slices.iter().map(|slice| alloc::format!("{} x {}", slice.quantity, slice.price.band.usd));
            let left = left.map(|(left, _)| alloc::format!("{left} without a rate"));
            told.chain(left).collect::<Vec<String>>().join(" + ")
        });
        assert_eq!(got.unwrap_or_else(|gap| gap.to_string()), want);
    }

    #[test]
    fn each_date_has_its_own_bands() {
        let book = book(&[
            ("0", "10", "1", "2025-01-01", Basis::Effective),
            ("10", "", "0.5", "2025-01-01", Basis::Effective),
            ("0", "50", "1", "2026-01-01", Basis::Effective),
            ("50", "", "0.4", "2026-01-01", Basis::Effective),
        ]);
        check(&book, "", 100, "50 x 1 + 50 x 0.4");
        check(&book, "2026-06-01", 100, "50 x 1 + 50 x 0.4");
        check(&book, "2025-06-01", 100, "10 x 1 + 90 x 0.5");
        check(&book, "2024-06-01", 100, "no rate that old: the first known is of 2025-01-01");
    }

    #[test]
    fn only_a_date_of_effect_is_a_start() {
        let read =
            book(&[("0", "10", "1", "2026-01-01", Basis::Published), ("10", "", "0.5", "2025-01-01", Basis::Read)]);
        check(&read, "2024-06-01", 100, "10 x 1 + 90 x 0.5");
    }

    #[test]
    fn beyond_the_known_bands_nothing_is_guessed() {
        let partial = book(&[("0", "10", "1", "2026-01-01", Basis::Read)]);
        check(&partial, "", 7, "7 x 1");
        check(&partial, "", 12, "10 x 1 + 2 without a rate");
    }
}
