//! US dollars: the only place that rounds or prints money.

use crate::exact::{Ratio, fixed, trim};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::iter::Sum;
use core::ops::{Add, Neg, Sub};
use rust_decimal::Decimal;

/// An amount in US dollars, counted in whole millionths of a millionth (10⁻¹² USD).
///
/// It adds to and subtracts from itself; it multiplies with nothing. A product becomes money
/// once, through [`Usd::round`].
///
/// ```
/// use stackcost_model::{exact::Ratio, money::Usd};
/// let amount = Usd::round(Ratio::parse("26.6598").unwrap()).unwrap();
/// assert_eq!(amount.to_string(), "26.6598");
/// assert_eq!(amount.to_fixed(2), "26.66");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(i128);

impl Usd {
    /// No money.
    pub const ZERO: Usd = Usd(0);
    /// Decimal places every charge is rounded to, once, half up.
    pub const PLACES: u32 = 12;
    /// The largest amount a single charge may have: a million million dollars. It keeps every
    /// sum of charges far inside the range.
    const LARGEST: i128 = 10_i128.pow(24);

    /// Rounds a computed amount to [`Usd::PLACES`], half up: the one rounding a charge has.
    ///
    /// Returns `None` when it is beyond a million million dollars.
    #[must_use]
    pub fn round(amount: Ratio) -> Option<Usd> {
        amount.scaled(Self::PLACES).filter(|value| value.abs() <= Self::LARGEST).map(Usd)
    }

    /// Reads `12.34`: a plain decimal of at most twelve places.
    #[must_use]
    pub fn parse(text: &str) -> Option<Usd> {
        Ratio::parse(text).filter(|amount| amount.fits(Self::PLACES)).and_then(Usd::round)
    }

    /// The exact amount.
    #[must_use]
    pub fn to_ratio(self) -> Ratio {
        Ratio::new(self.0, 10_i128.pow(Self::PLACES))
    }

    /// The exact amount as a decimal; `None` beyond 28 digits.
    #[must_use]
    pub fn to_decimal(self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.0, Self::PLACES).ok().map(|amount| amount.normalize())
    }

    /// Rounded half up to `places` decimals, trailing zeros kept.
    #[must_use]
    pub fn to_fixed(self, places: u32) -> String {
        self.to_ratio().to_fixed(places)
    }

    /// How many decimals the exact amount needs.
    #[must_use]
    pub fn places(self) -> u32 {
        let mut places = Self::PLACES;
        let mut value = self.0;
        while places > 0 && value % 10 == 0 {
            value /= 10;
            places -= 1;
        }
        places
    }
}

/// All digits, no trailing zeros.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(trim(&fixed(self.0, Self::PLACES)))
    }
}

impl Add for Usd {
    type Output = Usd;
    fn add(self, other: Usd) -> Usd {
        Usd(self.0.saturating_add(other.0))
    }
}

impl Sub for Usd {
    type Output = Usd;
    fn sub(self, other: Usd) -> Usd {
        Usd(self.0.saturating_sub(other.0))
    }
}

impl Neg for Usd {
    type Output = Usd;
    fn neg(self) -> Usd {
        Usd(self.0.saturating_neg())
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Usd>>(amounts: I) -> Usd {
        amounts.fold(Usd::ZERO, Add::add)
    }
}

/// Rounds `amounts` to `places` so that the rounded amounts still add up to the rounded total.
///
/// The total is rounded half up; each amount is rounded down, and the missing last digits go to
/// the amounts that lost most (largest remainder; the first wins a tie). So a printed column sums
/// to its printed total, and no figure is off by a whole last digit.
#[must_use]
pub fn apportion(amounts: &[Usd], places: u32) -> Vec<Usd> {
    let total: Usd = amounts.iter().copied().sum();
    apportion_to(round_places(total, places), amounts, places)
}

/// As [`apportion`], to a total that was rounded elsewhere (a group's share of a larger table).
#[must_use]
pub fn apportion_to(total: Usd, amounts: &[Usd], places: u32) -> Vec<Usd> {
    let step = 10_i128.pow(Usd::PLACES.saturating_sub(places));
    let mut rounded: Vec<i128> = amounts.iter().map(|amount| amount.0.div_euclid(step)).collect();
    let missing = total.0.div_euclid(step) - rounded.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..amounts.len()).collect();
    order.sort_by_key(|&at| core::cmp::Reverse(amounts[at].0.rem_euclid(step)));
    let count = usize::try_from(missing).unwrap_or(0);
    for &at in order.iter().take(count) {
        rounded[at] += 1;
    }
    rounded.into_iter().map(|value| Usd(value * step)).collect()
}

fn round_places(amount: Usd, places: u32) -> Usd {
    amount
        .to_ratio()
        .scaled(places)
        .map_or(amount, |value| Usd(value * 10_i128.pow(Usd::PLACES.saturating_sub(places))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use proptest::prelude::*;

    #[test]
    fn prints_all_digits_or_rounds_half_up() {
        let amount = Usd::parse("26.6598").unwrap();
        assert_eq!(amount.to_string(), "26.6598");
        assert_eq!(amount.to_fixed(2), "26.66");
        assert_eq!(Usd::parse("0.999").unwrap().to_fixed(2), "1.00");
        assert_eq!(Usd::parse("-0.005").unwrap().to_fixed(2), "-0.01");
        assert_eq!(Usd::parse("0.0000000000001"), None);
    }

    #[test]
    fn a_rounded_column_adds_up() {
        let amounts = ["14.7752", "3.24485"].map(|text| Usd::parse(text).unwrap());
        let shown: Vec<_> = apportion(&amounts, 2).iter().map(|usd| usd.to_fixed(2)).collect();
        assert_eq!(shown, ["14.78", "3.24"]);
    }

    proptest! {
        #[test]
        fn apportioned_amounts_sum_to_the_rounded_total(
            amounts in proptest::collection::vec(-10_i64.pow(15)..10_i64.pow(15), 0..40),
            places in 0_u32..=12,
        ) {
            let amounts: Vec<Usd> = amounts.into_iter().map(|value| Usd(i128::from(value))).collect();
            let shown = apportion(&amounts, places);
            let total: Usd = amounts.iter().copied().sum();
            prop_assert_eq!(shown.iter().copied().sum::<Usd>(), round_places(total, places));
            let step = 10_i128.pow(Usd::PLACES - places);
            for (shown, exact) in shown.iter().zip(&amounts) {
                prop_assert!((shown.0 - exact.0).abs() < step);
            }
        }
    }
}
