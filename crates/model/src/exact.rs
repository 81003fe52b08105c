//! Fractions that never round.
//!
//! Every quantity in this crate is a [`Ratio`]: a whole number of ticks, and how many ticks make
//! one unit, in lowest terms. 100 MB a day over the average month of 730 hours is exactly
//! 73/24 GB; no decimal, binary or fixed tick holds that. See `DESIGN.md`, "Why does the tick
//! travel with the quantity?".

use alloc::string::{String, ToString};
use core::cmp::Ordering;
use core::fmt;
use core::iter::Sum;
use core::ops::{Add, Div, Mul, Neg, Sub};
use rust_decimal::Decimal;

/// The largest numerator or denominator kept: far above any bill, and low enough that one more
/// decimal digit always fits an `i128`.
const LIMIT: i128 = 10_i128.pow(37);

/// An exact fraction in lowest terms, or "too large to count".
///
/// Arithmetic that leaves the range (about ±10³⁷ over 10³⁷), and division by zero, give
/// [`Ratio::TOO_LARGE`], which every further operation keeps. It is never a number: pricing turns
/// it into a listed gap, so no sum can hide it.
///
/// ```
/// use stackcost_model::exact::Ratio;
/// let day = Ratio::new(100, 1000); // GB
/// let month = day * Ratio::new(730, 24);
/// assert_eq!(month, Ratio::new(73, 24));
/// assert_eq!(month.to_string(), "3.041666666667");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    ticks: i128,
    per_unit: i128,
}

impl Ratio {
    /// Nothing.
    pub const ZERO: Ratio = Ratio::whole(0);
    /// One unit.
    pub const ONE: Ratio = Ratio::whole(1);
    /// The absorbing value of arithmetic that overflowed; see [`Ratio`].
    pub const TOO_LARGE: Ratio = Ratio { ticks: 1, per_unit: 0 };

    /// A whole number of units.
    #[must_use]
    pub const fn whole(units: i64) -> Ratio {
        Ratio { ticks: units as i128, per_unit: 1 }
    }

    /// `ticks / per_unit`, reduced. A zero `per_unit` gives [`Ratio::TOO_LARGE`].
    #[must_use]
    pub fn new(ticks: i128, per_unit: i128) -> Ratio {
        if per_unit == 0 || ticks == i128::MIN || per_unit == i128::MIN {
            return Ratio::TOO_LARGE;
        }
        let divisor = gcd(ticks.unsigned_abs(), per_unit.unsigned_abs());
        let sign = per_unit.signum();
        Ratio::in_range(over(ticks, divisor) * sign, over(per_unit, divisor) * sign)
    }

    /// A fraction that is known to be in lowest terms.
    const fn in_range(ticks: i128, per_unit: i128) -> Ratio {
        if ticks > LIMIT || ticks < -LIMIT || per_unit > LIMIT {
            return Ratio::TOO_LARGE;
        }
        Ratio { ticks, per_unit }
    }

    /// Reads a plain decimal (`0.04048`, `-3`, `1_000.5`) without rounding.
    ///
    /// Returns `None` for anything else: exponents, signs alone, more than 37 digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Ratio> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() || (digits.contains('.') && fraction.is_empty()) {
            return None;
        }
        let mut ticks: i128 = 0;
        let mut per_unit: i128 = 1;
        for (part, after_point) in [(whole, false), (fraction, true)] {
            if part.starts_with('_') || part.ends_with('_') {
                return None;
            }
            for digit in part.bytes().filter(|&byte| byte != b'_') {
                let value = char::from(digit).to_digit(10)?;
                ticks = ticks.checked_mul(10)?.checked_add(i128::from(value))?;
                if after_point {
                    per_unit = per_unit.checked_mul(10)?;
                }
            }
        }
        let ratio = Ratio::new(if negative { -ticks } else { ticks }, per_unit);
        (!ratio.is_too_large()).then_some(ratio)
    }

    /// Whole ticks; see [`Ratio::per_unit`].
    #[must_use]
    pub const fn ticks(self) -> i128 {
        self.ticks
    }

    /// How many ticks make one unit; zero only for [`Ratio::TOO_LARGE`].
    #[must_use]
    pub const fn per_unit(self) -> i128 {
        self.per_unit
    }

    /// Whether the value could not be held; see [`Ratio::TOO_LARGE`].
    #[must_use]
    pub const fn is_too_large(self) -> bool {
        self.per_unit == 0
    }

    /// Whether it is exactly nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.ticks == 0
    }

    /// Whether it is below nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.ticks < 0
    }

    /// Both parts in 64 bits, where arithmetic is several times faster; nearly all values fit.
    fn small(self) -> Option<(i64, u64)> {
        Some((i64::try_from(self.ticks).ok()?, u64::try_from(i64::try_from(self.per_unit).ok()?).ok()?))
    }

    /// The value if it is a whole number that fits.
    #[must_use]
    pub fn to_whole(self) -> Option<i64> {
        if self.per_unit == 1 { i64::try_from(self.ticks).ok() } else { None }
    }

    /// The next whole number up: how many units are *started*.
    #[must_use]
    pub fn ceil(self) -> Ratio {
        if self.is_too_large() {
            return self;
        }
        let floor = self.ticks.div_euclid(self.per_unit);
        let up = i128::from(self.ticks.rem_euclid(self.per_unit) != 0);
        Ratio::in_range(floor + up, 1)
    }

    /// `self × 10^places`, rounded half away from zero ("half up", as AWS rounds its examples).
    ///
    /// Returns `None` when the value is too large to count.
    #[must_use]
    pub fn scaled(self, places: u32) -> Option<i128> {
        if self.is_too_large() {
            return None;
        }
        let scale = 10_i128.checked_pow(places)?;
        let magnitude = self.ticks.abs();
        if let Some(scaled) = magnitude.checked_mul(scale) {
            let (value, rest) = (over(scaled, self.per_unit), scaled % self.per_unit);
            let rounded = value + i128::from(rest >= self.per_unit - rest);
            return Some(if self.is_negative() { -rounded } else { rounded });
        }
        let whole = (magnitude / self.per_unit).checked_mul(scale)?;
        let mut rest = magnitude % self.per_unit;
        // Digit by digit: `rest < per_unit <= 10^37`, so one more digit always fits.
        let mut fraction = 0;
        for _ in 0..places {
            rest *= 10;
            fraction = fraction * 10 + rest / self.per_unit;
            rest %= self.per_unit;
        }
        let up = i128::from(rest >= self.per_unit - rest);
        let rounded = whole.checked_add(fraction)?.checked_add(up)?;
        Some(if self.is_negative() { -rounded } else { rounded })
    }

    /// The value in `places` decimals, rounded half up, with trailing zeros kept.
    #[must_use]
    pub fn to_fixed(self, places: u32) -> String {
        self.scaled(places).map_or_else(|| "too large".to_string(), |value| fixed(value, places))
    }

    /// Writes the value in at most `places` decimals, without zeros at the end and without
    /// allocating: lines are explained by the hundred thousand in a sweep.
    pub(crate) fn write_short(self, f: &mut impl fmt::Write, places: u32) -> fmt::Result {
        if self.per_unit == 1 {
            return write!(f, "{}", self.ticks);
        }
        let Some(mut value) = self.scaled(places) else { return f.write_str("too large") };
        let mut places = places;
        while places > 0 && value % 10 == 0 {
            value /= 10;
            places -= 1;
        }
        write_fixed(f, value, places)
    }

    /// Whether `places` decimals hold the value without rounding.
    #[must_use]
    pub fn fits(self, places: u32) -> bool {
        10_i128.checked_pow(places).is_some_and(|scale| self.per_unit != 0 && scale % self.per_unit == 0)
    }

    /// The smaller of the two.
    #[must_use]
    pub fn min(self, other: Ratio) -> Ratio {
        Ord::min(self, other)
    }
}

/// `value / 10^places` as text, all places written.
pub(crate) fn fixed(value: i128, places: u32) -> String {
    let mut text = String::with_capacity(24);
    // Writing to a string does not fail.
    let _ = write_fixed(&mut text, value, places);
    text
}

fn write_fixed(f: &mut impl fmt::Write, value: i128, places: u32) -> fmt::Result {
    let sign = if value < 0 { "-" } else { "" };
    let (magnitude, scale) = (value.unsigned_abs(), 10_u128.pow(places));
    // Most values fit 64 bits, where division is several times faster.
    let (whole, fraction) = match (u64::try_from(magnitude), u64::try_from(scale)) {
        (Ok(magnitude), Ok(scale)) => (u128::from(magnitude / scale), u128::from(magnitude % scale)),
        _ => (magnitude / scale, magnitude % scale),
    };
    if places == 0 {
        return write!(f, "{sign}{whole}");
    }
    write!(f, "{sign}{whole}.{fraction:0>width$}", width = places as usize)
}

/// Removes the zeros that a decimal ends with, and the point when nothing follows it.
pub(crate) fn trim(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// Greatest common divisor; 64-bit where both fit, which is nearly always and several times faster.
fn gcd(a: u128, b: u128) -> i128 {
    if a == 1 || b == 1 {
        return 1;
    }
    let divisor = match (u64::try_from(a), u64::try_from(b)) {
        (Ok(a), Ok(b)) => u128::from(euclid(a, b, |x, y| x % y)),
        _ => euclid(a, b, |x, y| x % y),
    };
    // Both arguments come from `unsigned_abs` of values above `i128::MIN`.
    i128::try_from(divisor).unwrap_or(1).max(1)
}

/// `value / divisor`: most divisors are one, most values fit 64 bits, and both are far faster.
fn over(value: i128, divisor: i128) -> i128 {
    if divisor == 1 {
        return value;
    }
    match (i64::try_from(value), i64::try_from(divisor)) {
        (Ok(value), Ok(divisor)) => i128::from(value / divisor),
        _ => value / divisor,
    }
}

fn euclid<T: Copy + Default + PartialEq>(mut a: T, mut b: T, rem: impl Fn(T, T) -> T) -> T {
    while b != T::default() {
        (a, b) = (b, rem(a, b));
    }
    a
}

/// Up to twelve decimals, exact where it can be, no trailing zeros.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.width().is_some() {
            return f.pad(trim(&self.to_fixed(12)));
        }
        self.write_short(f, 12)
    }
}

impl Default for Ratio {
    /// Nothing.
    fn default() -> Ratio {
        Ratio::ZERO
    }
}

impl From<Decimal> for Ratio {
    fn from(value: Decimal) -> Ratio {
        // A decimal has at most 28 places.
        Ratio::new(value.mantissa(), 10_i128.pow(value.scale()))
    }
}

impl From<u64> for Ratio {
    fn from(units: u64) -> Ratio {
        Ratio { ticks: i128::from(units), per_unit: 1 }
    }
}

impl From<u32> for Ratio {
    fn from(units: u32) -> Ratio {
        Ratio::from(u64::from(units))
    }
}

impl Ord for Ratio {
    /// By value; [`Ratio::TOO_LARGE`] is above every number.
    fn cmp(&self, other: &Ratio) -> Ordering {
        match (self.is_too_large(), other.is_too_large()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {}
        }
        let (mut a, mut b) = ((self.ticks, self.per_unit), (other.ticks, other.per_unit));
        // Continued fractions: compare whole parts, then the reciprocals of what is left.
        let mut swapped = false;
        loop {
            let (whole_a, whole_b) = (a.0.div_euclid(a.1), b.0.div_euclid(b.1));
            let (rest_a, rest_b) = (a.0.rem_euclid(a.1), b.0.rem_euclid(b.1));
            let order = match whole_a.cmp(&whole_b) {
                Ordering::Equal => match (rest_a, rest_b) {
                    (0, 0) => Ordering::Equal,
                    (0, _) => Ordering::Less,
                    (_, 0) => Ordering::Greater,
                    _ => {
                        (a, b) = ((a.1, rest_a), (b.1, rest_b));
                        swapped = !swapped;
                        continue;
                    }
                },
                order => order,
            };
            return if swapped { order.reverse() } else { order };
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Add for Ratio {
    type Output = Ratio;
    fn add(self, other: Ratio) -> Ratio {
        if self.is_too_large() || other.is_too_large() {
            return Ratio::TOO_LARGE;
        }
        if self.per_unit == other.per_unit {
            return Ratio::new(self.ticks + other.ticks, self.per_unit);
        }
        let sum = || {
            let divisor = gcd(self.per_unit.unsigned_abs(), other.per_unit.unsigned_abs());
            let (left, right) = (other.per_unit / divisor, self.per_unit / divisor);
            let ticks = self.ticks.checked_mul(left)?.checked_add(other.ticks.checked_mul(right)?)?;
            Some(Ratio::new(ticks, self.per_unit.checked_mul(left)?))
        };
        sum().unwrap_or(Ratio::TOO_LARGE)
    }
}

impl Neg for Ratio {
    type Output = Ratio;
    fn neg(self) -> Ratio {
        if self.is_too_large() { self } else { Ratio { ticks: -self.ticks, per_unit: self.per_unit } }
    }
}

impl Sub for Ratio {
    type Output = Ratio;
    fn sub(self, other: Ratio) -> Ratio {
        self + -other
    }
}

impl Mul for Ratio {
    type Output = Ratio;
    fn mul(self, other: Ratio) -> Ratio {
        if self.is_too_large() || other.is_too_large() {
            return Ratio::TOO_LARGE;
        }
        // Cross-reduced first, so the product is in lowest terms and overflows as late as possible.
        if let (Some((a, b)), Some((c, d))) = (self.small(), other.small()) {
            let (left, right) = (euclid(a.unsigned_abs(), d, |x, y| x % y), euclid(c.unsigned_abs(), b, |x, y| x % y));
            let (left, right) = (left.max(1), right.max(1));
            let ticks = i128::from(a / left.cast_signed()) * i128::from(c / right.cast_signed());
            // Two factors below 2⁶³ each: this cannot overflow.
            return Ratio::in_range(ticks, i128::from(b / right) * i128::from(d / left));
        }
        let left = gcd(self.ticks.unsigned_abs(), other.per_unit.unsigned_abs());
        let right = gcd(other.ticks.unsigned_abs(), self.per_unit.unsigned_abs());
        let ticks = over(self.ticks, left).checked_mul(over(other.ticks, right));
        let per_unit = over(self.per_unit, right).checked_mul(over(other.per_unit, left));
        match (ticks, per_unit) {
            (Some(ticks), Some(per_unit)) => Ratio::in_range(ticks, per_unit),
            _ => Ratio::TOO_LARGE,
        }
    }
}

impl Div for Ratio {
    type Output = Ratio;
    // Division is multiplication by the reciprocal.
    #[allow(clippy::suspicious_arithmetic_impl)]
    fn div(self, other: Ratio) -> Ratio {
        if self.is_too_large() || other.is_too_large() || other.ticks == 0 {
            return Ratio::TOO_LARGE;
        }
        self * Ratio { ticks: other.per_unit * other.ticks.signum(), per_unit: other.ticks.abs() }
    }
}

impl Sum for Ratio {
    fn sum<I: Iterator<Item = Ratio>>(values: I) -> Ratio {
        values.fold(Ratio::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_in_text_out() {
        for (text, shown) in [
            ("0", "0"),
            ("0.04048", "0.04048"),
            ("-3.50", "-3.5"),
            ("1_000.5", "1000.5"),
            ("0.0000000037", "0.0000000037"),
        ] {
            assert_eq!(Ratio::parse(text).map(|ratio| ratio.to_string()).as_deref(), Some(shown));
        }
        for text in ["", ".", "-", "1.", ".5", "1e3", "1_", "0x10", "1,5", "NaN", "9".repeat(40).as_str()] {
            assert_eq!(Ratio::parse(text), None, "{text}");
        }
    }

    #[test]
    fn half_goes_up_away_from_zero() {
        for (value, places, shown) in [
            ("16.425", 2, "16.43"),
            ("5.045", 2, "5.05"),
            ("-2.5", 0, "-3"),
            ("0.4999", 0, "0"),
            ("26.6598", 2, "26.66"),
        ] {
            assert_eq!(Ratio::parse(value).unwrap().to_fixed(places), shown);
        }
    }

    #[test]
    fn overflow_is_kept_and_sorts_last() {
        let huge = Ratio::new(LIMIT, 1);
        assert!((huge * huge).is_too_large());
        assert!((huge * huge + Ratio::ONE).is_too_large());
        assert!((Ratio::ONE / Ratio::ZERO).is_too_large());
        assert!(Ratio::TOO_LARGE > huge);
        assert_eq!(Ratio::TOO_LARGE.scaled(2), None);
    }

    fn small() -> impl Strategy<Value = Ratio> {
        (-1_000_000_i128..1_000_000, 1_i128..1_000_000).prop_map(|(n, d)| Ratio::new(n, d))
    }

    proptest! {
        #[test]
        fn a_field(a in small(), b in small(), c in small()) {
            prop_assert_eq!(a + b, b + a);
            prop_assert_eq!((a + b) * c, a * c + b * c);
            prop_assert_eq!(a - a, Ratio::ZERO);
            if !b.is_zero() {
                prop_assert_eq!(a / b * b, a);
            }
        }

        #[test]
        fn order_agrees_with_subtraction(a in small(), b in small()) {
            prop_assert_eq!(a.cmp(&b), (a - b).ticks().cmp(&0));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            let _ = Ratio::parse(&text);
        }
    }
}
