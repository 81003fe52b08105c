//! The bands of a tiered rate must follow one another.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Shelf;
use super::error::Error;
use super::rate::Rate;
use super::summary::Summary;

/// Refuses bands that overlap or leave a hole between them; notes those that do not begin at 0 or do not end.
pub(crate) fn check(shelf: &Shelf, rates: &[Rate], summary: &mut Summary) -> Result<(), Error> {
    let mut bands: BTreeMap<(&str, &str), BTreeMap<Decimal, &Rate>> = BTreeMap::new();
    for rate in rates {
        bands.entry((&rate.usage_type, &rate.operation)).or_default().insert(rate.from, rate);
    }
    for ((usage_type, operation), bands) in bands {
        let mut before: Option<&Rate> = None;
        for band in bands.values() {
            match before {
                None if !band.from.is_zero() => {
                    summary.partial.push(format!(
                        "{} {} {usage_type} {operation}: nothing below {}",
                        shelf.service, shelf.region, band.from
                    ));
                }
                Some(before) if before.to != Some(band.from) => {
                    return Err(Error::conflict(before, band, "the bounds of their tiers"));
                }
                _ => {}
            }
            before = Some(band);
        }
        if let Some(to) = before.and_then(|last| last.to) {
            summary
                .partial
                .push(format!("{} {} {usage_type} {operation}: nothing from {to} up", shelf.service, shelf.region));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::rate::Confidence::OfferFile;
    use super::super::rate::tests::sample;
    use super::*;

    fn band(from: i64, to: Option<i64>) -> Rate {
        Rate { from: Decimal::from(from), to: to.map(Decimal::from), ..sample("A", "0.1", "2026-01-01", OfferFile, 2) }
    }

    fn partial(rates: &[Rate]) -> Result<usize, Error> {
        let shelf = Shelf { service: "S".to_owned(), region: "r".to_owned() };
        let mut summary = Summary::default();
        check(&shelf, rates, &mut summary).map(|()| summary.partial.len())
    }

    #[test]
    fn bands_that_follow_one_another_are_whole() {
        assert_eq!(partial(&[band(0, Some(10)), band(10, None)]).ok(), Some(0));
    }

    #[test]
    fn a_first_band_alone_is_partial() {
        assert_eq!(partial(&[band(0, Some(10))]).ok(), Some(1));
    }

    #[test]
    fn a_hole_or_an_overlap_is_an_error() {
        assert!(partial(&[band(0, Some(10)), band(20, None)]).is_err());
        assert!(partial(&[band(0, None), band(10, None)]).is_err());
    }
}
