//! Exact decimals as bills write them.

use crate::exact::{Ratio, trim};
use crate::money::Usd;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use num_bigint::{BigInt, Sign};

/// A decimal of a bill, a cost or a quantity, with up to 36 decimal places, exact.
///
/// Bills carry more digits than money has: unit costs of a millionth of a cent, and doubles
/// written by their shortest text (`4.0000000000000003e-07`). Two integers hold them: whole
/// 10⁻¹⁸, and what is left of it in 10⁻³⁶. What does not fit is refused, never rounded.
///
/// | expression | gives |
/// |---|---|
/// | `Amount::parse(b"1.81E-8")` | `Some(0.0000000181)` |
/// | [`Amount::checked_add`] | `None` beyond 1.7 × 10²⁰ |
/// | [`Amount::to_ratio`] | the exact fraction, to multiply and divide with |
/// | [`Amount::round`] | back from a fraction: one rounding, to 18 places |
///
/// ```
/// use stackcost_model::bill::Amount;
/// let sum = Amount::parse(b"1.81E-8").unwrap().checked_add(Amount::parse(b"-0.5").unwrap());
/// assert_eq!(sum.unwrap().to_string(), "-0.4999999819");
/// assert_eq!(Amount::parse(b"1,5"), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount {
    /// Whole 10⁻¹⁸, rounded down.
    whole: i128,
    /// The rest in 10⁻³⁶, below [`FINE`].
    rest: u64,
}

/// How many 10⁻³⁶ make one 10⁻¹⁸.
const FINE: u64 = 1_000_000_000_000_000_000;

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount { whole: 0, rest: 0 };
    /// Decimal places of [`Amount::round`].
    pub const PLACES: u32 = 18;

    /// A whole number.
    #[must_use]
    pub const fn whole(units: i64) -> Amount {
        Amount { whole: units as i128 * FINE as i128, rest: 0 }
    }

    /// Reads a decimal with or without exponent, as bills write them: `12`, `-0.5`, `.5`,
    /// `1.81E-8`, `4e-07`, `1E+3`. Spaces around it do not count.
    ///
    /// `None` for what is none: empty, thousands separators, a currency sign, more than 36
    /// decimal places, or beyond 10²⁰.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Amount> {
        let text = text.trim_ascii();
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let mut mantissa: u64 = 0;
        let mut places = 0_i32;
        let (mut point, mut any) = (false, false);
        let mut at = 0;
        while let Some(&sign) = digits.get(at) {
            match sign {
                b'0'..=b'9' => {
                    let Some(next) =
                        mantissa.checked_mul(10).and_then(|value| value.checked_add(u64::from(sign - b'0')))
                    else {
                        return Self::parse_long(negative, digits);
                    };
                    mantissa = next;
                    places += i32::from(point);
                    any = true;
                }
                b'.' if !point => point = true,
                b'e' | b'E' if any => {
                    places = places.checked_sub(exponent(&digits[at + 1..])?)?;
                    break;
                }
                _ => return None,
            }
            at += 1;
        }
        if !any {
            return None;
        }
        Self::of(negative, u128::from(mantissa), places)
    }

    /// `units × 10^-places`, as decimals in Parquet are stored.
    #[must_use]
    pub fn from_units(units: i128, places: u32) -> Option<Amount> {
        Self::of(units < 0, units.unsigned_abs(), i32::try_from(places).ok()?)
    }

    /// As [`Amount::parse`], for more digits than 64 bits hold: each goes to its place.
    fn parse_long(negative: bool, digits: &[u8]) -> Option<Amount> {
        let end = digits.iter().position(|sign| matches!(sign, b'e' | b'E')).unwrap_or(digits.len());
        let exponent = if end < digits.len() { exponent(&digits[end + 1..])? } else { 0 };
        let digits = &digits[..end];
        let point = digits.iter().position(|&sign| sign == b'.').unwrap_or(end);
        // The power of ten of the first digit.
        let mut power = i32::try_from(point).ok()?.checked_add(exponent)?;
        let (mut whole, mut rest) = (0_i128, 0_u64);
        for (at, &sign) in digits.iter().enumerate() {
            if at == point {
                continue;
            }
            let digit = sign.is_ascii_digit().then(|| sign - b'0')?;
            power -= 1;
            match power {
                -18.. => whole = whole.checked_mul(10)?.checked_add(i128::from(digit))?,
                -36..-18 => rest = rest * 10 + u64::from(digit),
                _ if digit != 0 => return None,
                _ => {}
            }
        }
        // Zeros that were not written.
        for missing in -36..power {
            match missing {
                -18.. => whole = whole.checked_mul(10)?,
                _ => rest *= 10,
            }
        }
        let amount = Amount { whole, rest };
        if negative { amount.checked_neg() } else { Some(amount) }
    }

    /// `mantissa × 10^-places`.
    fn of(negative: bool, mut mantissa: u128, mut places: i32) -> Option<Amount> {
        if mantissa == 0 {
            return Some(Amount::ZERO);
        }
        while places > 36 && mantissa.is_multiple_of(10) {
            mantissa /= 10;
            places -= 1;
        }
        let (whole, rest) = if places <= 18 {
            let scale = 10_u128.checked_pow(u32::try_from(18 - places).ok()?)?;
            (i128::try_from(mantissa.checked_mul(scale)?).ok()?, 0)
        } else {
            let fine = u32::try_from(places - 18).ok()?;
            let left = 18_u32.checked_sub(fine)?;
            let scale = 10_u128.pow(fine);
            // Both fit: a quotient of 128 bits by at least ten, and a rest below 10¹⁸.
            let rest = u64::try_from(mantissa % scale * 10_u128.pow(left)).ok()?;
            (i128::try_from(mantissa / scale).ok()?, rest)
        };
        let amount = Amount { whole, rest };
        if negative { amount.checked_neg() } else { Some(amount) }
    }

    /// The sum; `None` when it leaves the range.
    #[must_use]
    pub fn checked_add(self, other: Amount) -> Option<Amount> {
        let rest = self.rest + other.rest;
        let (rest, carry) = if rest >= FINE { (rest - FINE, 1) } else { (rest, 0) };
        let whole = self.whole.checked_add(other.whole)?.checked_add(carry)?;
        Some(Amount { whole, rest })
    }

    /// The difference; `None` when it leaves the range.
    #[must_use]
    pub fn checked_sub(self, other: Amount) -> Option<Amount> {
        self.checked_add(other.checked_neg()?)
    }

    /// The negative; `None` at the end of the range.
    #[must_use]
    pub fn checked_neg(self) -> Option<Amount> {
        match self.rest {
            0 => Some(Amount { whole: self.whole.checked_neg()?, rest: 0 }),
            rest => Some(Amount { whole: self.whole.checked_neg()?.checked_sub(1)?, rest: FINE - rest }),
        }
    }

    /// The sum of many; `None` when it leaves the range on the way.
    #[must_use]
    pub fn sum(amounts: impl IntoIterator<Item = Amount>) -> Option<Amount> {
        amounts.into_iter().try_fold(Amount::ZERO, Amount::checked_add)
    }

    /// Whether it is exactly nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.whole == 0 && self.rest == 0
    }

    /// Whether it is below nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.whole < 0
    }

    /// Without its sign; [`Amount::ZERO`]'s neighbour at the end of the range keeps it.
    #[must_use]
    pub fn abs(self) -> Amount {
        if self.is_negative() { self.checked_neg().unwrap_or(self) } else { self }
    }

    /// The exact fraction. More than 36 digits in all are beyond what a fraction holds and become
    /// [`Ratio::TOO_LARGE`].
    #[must_use]
    pub fn to_ratio(self) -> Ratio {
        let whole = Ratio::new(self.whole, i128::from(FINE));
        if self.rest == 0 {
            return whole;
        }
        whole + Ratio::new(i128::from(self.rest), i128::from(FINE).saturating_mul(i128::from(FINE)))
    }

    /// `self × by / over`, computed exactly and rounded once, half up, to 18 places: what a usage
    /// costs at the rate of another. `None` when `over` is nothing or the result leaves the range.
    #[must_use]
    pub fn mul_div(self, by: Amount, over: Amount) -> Option<Amount> {
        quotient(self.ticks() * by.ticks(), over.ticks() * FINE)
    }

    /// As [`Amount::mul_div`], over a fraction that no decimal holds (100 MB a day for a month).
    #[must_use]
    pub fn mul_over(self, by: Amount, over: Ratio) -> Option<Amount> {
        // What is too large to count has no ticks in a unit.
        let per_unit = Some(over.per_unit()).filter(|per_unit| *per_unit != 0)?;
        quotient(self.ticks() * by.ticks() * per_unit, BigInt::from(over.ticks()) * FINE * FINE * FINE)
    }

    /// So many percent of it, rounded once, half up, to 18 places.
    #[must_use]
    pub fn percent(self, percent: Ratio) -> Option<Amount> {
        self.mul_over(Amount::round(percent)?, Ratio::whole(100))
    }

    /// Whole 10⁻³⁶.
    fn ticks(self) -> BigInt {
        BigInt::from(self.whole) * FINE + self.rest
    }

    /// A computed value to 18 places, half up: the one rounding of a rate times a quantity.
    /// `None` when it is too large to count.
    #[must_use]
    pub fn round(value: Ratio) -> Option<Amount> {
        Some(Amount { whole: value.scaled(Self::PLACES)?, rest: 0 })
    }

    /// Rounded half up to `places` (18 at most), trailing zeros kept.
    #[must_use]
    pub fn to_fixed(self, places: u32) -> String {
        let places = places.min(Self::PLACES);
        let step = 10_i128.pow(Self::PLACES - places);
        let down = self.whole.div_euclid(step);
        // What is left, and one whole, both in 10⁻³⁶.
        let left = self.whole.rem_euclid(step) * i128::from(FINE) + i128::from(self.rest);
        let one = step * i128::from(FINE);
        // Half away from zero, as everywhere: a negative half stays down.
        let up = left > one - left || (left == one - left && !self.is_negative());
        crate::exact::fixed(down.saturating_add(i128::from(up)), places)
    }
}

/// Whole 10⁻¹⁸, rounded half up. Products of two amounts have up to 374 bits; nothing smaller than
/// a big integer is exact.
fn quotient(numerator: BigInt, denominator: BigInt) -> Option<Amount> {
    if denominator.sign() == Sign::NoSign {
        return None;
    }
    let negative = (numerator.sign() == Sign::Minus) != (denominator.sign() == Sign::Minus);
    let (numerator, denominator) = (numerator.magnitude(), denominator.magnitude());
    let rounded = (numerator * 2_u32 + denominator) / (denominator * 2_u32);
    let whole = i128::try_from(rounded).ok()?;
    Some(Amount { whole: if negative { -whole } else { whole }, rest: 0 })
}

/// The number after an `E`; `None` for what is none, or beyond ±99.
fn exponent(text: &[u8]) -> Option<i32> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_i32;
    for &sign in digits {
        let digit = sign.is_ascii_digit().then(|| i32::from(sign - b'0'))?;
        value = value.checked_mul(10)?.checked_add(digit).filter(|value| *value < 100)?;
    }
    Some(if negative { -value } else { value })
}

/// All digits, no trailing zeros.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.abs();
        let sign = if self.is_negative() { "-" } else { "" };
        let whole = crate::exact::fixed(magnitude.whole, Self::PLACES);
        let text = if magnitude.rest == 0 { whole } else { format!("{whole}{:018}", magnitude.rest) };
        f.pad(&format!("{sign}{}", trim(&text)))
    }
}

/// Amounts as money of twelve places that adds up: the total is rounded half up, the missing last
/// digits go to the amounts that lost most. What is beyond money's range is `None`.
#[must_use]
pub fn to_money(amounts: &[Amount]) -> Option<Vec<Usd>> {
    let total = Amount::sum(amounts.iter().copied())?;
    let step = 10_i128.pow(Amount::PLACES - Usd::PLACES);
    let down = |amount: &Amount| amount.whole.div_euclid(step);
    let lost = |amount: &Amount| (amount.whole.rem_euclid(step), amount.rest);
    let rounded = Usd::parse(&total.to_fixed(Usd::PLACES))?;
    let units = |usd: Usd| usd.to_ratio().scaled(Usd::PLACES);
    let mut values: Vec<i128> = amounts.iter().map(down).collect();
    let missing = units(rounded)? - values.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..amounts.len()).collect();
    order.sort_by_key(|&at| core::cmp::Reverse(lost(&amounts[at])));
    for &at in order.iter().take(usize::try_from(missing).ok()?) {
        values[at] += 1;
    }
    values.into_iter().map(|value| Usd::parse(&crate::exact::fixed(value, Usd::PLACES))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use proptest::prelude::*;

    fn amount(text: &str) -> Amount {
        Amount::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn decimals_of_real_bills() {
        for (text, shown) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("12", "12"),
            (".5", "0.5"),
            ("5.", "5"),
            ("0.00 ", "0"),
            ("+1.50", "1.5"),
            ("1.81E-8", "0.0000000181"),
            ("4e-07", "0.0000004"),
            ("1E3", "1000"),
            ("1e+3", "1000"),
            ("-1.5e-1", "-0.15"),
            ("4.0000000000000003e-07", "0.00000040000000000000003"),
            ("-4.0000000000000003e-07", "-0.00000040000000000000003"),
            ("0.013559063000000001", "0.013559063000000001"),
            ("123456789012345678901e-36", "0.000000000000000123456789012345678901"),
            ("12345678901234567890123e-3", "12345678901234567890.123"),
            ("1e-36", "0.000000000000000000000000000000000001"),
            ("100000000000000000000", "100000000000000000000"),
            ("0.10000000000000000000000000000000000000", "0.1"),
            ("12345678901234567890.123456789012345678", "12345678901234567890.123456789012345678"),
        ] {
            assert_eq!(amount(text).to_string(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_decimal_is_refused() {
        let long = "9".repeat(40);
        for text in [
            "",
            " ",
            "-",
            ".",
            "e5",
            "1e",
            "1e-",
            "1e5.5",
            "1,5",
            "$1",
            "1 000",
            "NaN",
            "inf",
            "0x1",
            "1..2",
            "--1",
            "1e100",
            "1e-37",
            "1e21",
            "1e999999999999",
            long.as_str(),
        ] {
            assert_eq!(Amount::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn over_fractions_and_percent() {
        let three = amount("3");
        assert_eq!(three.mul_over(amount("2"), Ratio::new(73, 24)).unwrap().to_string(), "1.972602739726027397");
        assert_eq!(three.mul_over(amount("2"), Ratio::whole(-4)).unwrap().to_string(), "-1.5");
        assert_eq!(three.mul_over(amount("2"), Ratio::ZERO), None);
        assert_eq!(three.mul_over(amount("2"), Ratio::TOO_LARGE), None);
        assert_eq!(amount("77.33764").percent(Ratio::parse("12.5").unwrap()).unwrap().to_string(), "9.667205");
        assert_eq!(Amount::whole(-2).to_string(), "-2");
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        for (text, places, shown) in [
            ("2.345", 2, "2.35"),
            ("-2.345", 2, "-2.35"),
            ("-2.344", 2, "-2.34"),
            ("0.9999999999999999999", 18, "1.000000000000000000"),
            ("1e-19", 18, "0.000000000000000000"),
            ("5e-19", 18, "0.000000000000000001"),
            ("26.6598", 2, "26.66"),
            ("-1e-30", 2, "0.00"),
        ] {
            assert_eq!(amount(text).to_fixed(places), shown, "{text}");
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        let most = amount("1.7e20");
        assert_eq!(most.checked_add(most), None);
        assert_eq!(most.checked_sub(most), Some(Amount::ZERO));
        assert!(amount("1e-30").to_ratio() > Ratio::ZERO);
    }

    #[test]
    fn multiplied_and_divided_with_one_rounding() {
        for (value, by, over, result) in [
            ("5760", "18.02", "1440", "72.08"),
            ("1", "1", "3", "0.333333333333333333"),
            ("2", "-1", "3", "-0.666666666666666667"),
            ("1e-30", "1e20", "1e-30", "100000000000000000000"),
            ("123.456789012345678", "123456789.012345678901234567", "7", "2177368393.319833805604546508"),
        ] {
            let got = amount(value).mul_div(amount(by), amount(over)).unwrap();
            assert_eq!(got, amount(result), "{value} x {by} / {over} = {got}");
        }
        assert_eq!(amount("1").mul_div(amount("1"), Amount::ZERO), None);
        assert_eq!(amount("1e20").mul_div(amount("1e20"), amount("1")), None);
    }

    fn any() -> impl Strategy<Value = Amount> {
        (-(10_i128.pow(28))..10_i128.pow(28), 0..FINE).prop_map(|(whole, rest)| Amount { whole, rest })
    }

    proptest! {
        #[test]
        fn text_and_back(amount in any()) {
            prop_assert_eq!(Amount::parse(amount.to_string().as_bytes()), Some(amount));
        }

        #[test]
        fn the_order_of_a_sum_does_not_matter(a in any(), b in any(), c in any()) {
            let left = a.checked_add(b).and_then(|sum| sum.checked_add(c));
            let right = c.checked_add(a).and_then(|sum| sum.checked_add(b));
            prop_assert_eq!(left, right);
            prop_assert_eq!(a.checked_sub(a), Some(Amount::ZERO));
            prop_assert_eq!(left.and_then(|sum| sum.checked_sub(c)).and_then(|sum| sum.checked_sub(b)), Some(a));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[-+0-9.eE]{0,60}") {
            let _ = Amount::parse(text.as_bytes());
        }

        #[test]
        fn money_adds_up(amounts in proptest::collection::vec(any(), 0..20)) {
            let amounts: Vec<Amount> = amounts;
            let money = to_money(&amounts).unwrap();
            let total: Usd = money.iter().copied().sum();
            let exact = Amount::sum(amounts.iter().copied()).unwrap();
            prop_assert_eq!(total.to_fixed(12), exact.to_fixed(12));
            for (usd, amount) in money.iter().zip(&amounts) {
                let off = Amount::parse(usd.to_string().as_bytes()).unwrap().checked_sub(*amount).unwrap().abs();
                let step = Amount { whole: 10_i128.pow(6), rest: 0 };
                prop_assert!(off < step);
            }
        }
    }
}
