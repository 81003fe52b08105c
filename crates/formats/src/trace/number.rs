//! The values of a trace, exactly as they are written.

use rust_decimal::Decimal;

/// Why something is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadNumber {
    Text,
    TooLarge,
    Negative,
}

/// Digits that are kept: what a [`Decimal`] holds. Those after them are far below what counts.
const DIGITS: u128 = 10_u128.pow(27);
/// Decimals that a [`Decimal`] holds.
const PLACES: i32 = 28;

/// `1500`, `0.25`, `.5`, `+3`, `1.5e3`, `2E-05`: a number that is not negative, without rounding.
pub(super) fn value(text: &[u8]) -> Result<Decimal, BadNumber> {
    // Nearly all values are short whole numbers.
    if !text.is_empty() && text.len() <= 18 && text.iter().all(u8::is_ascii_digit) {
        return Ok(text.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0')).into());
    }
    let (negative, number) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let value = decimal(number)?;
    if negative && !value.is_zero() { Err(BadNumber::Negative) } else { Ok(value) }
}

fn decimal(text: &[u8]) -> Result<Decimal, BadNumber> {
    let (number, exponent) = match text.iter().position(|sign| matches!(sign, b'e' | b'E')) {
        None => (text, 0),
        Some(at) => (&text[..at], exponent(&text[at + 1..]).ok_or(BadNumber::Text)?),
    };
    let (whole, fraction) = match number.iter().position(|sign| *sign == b'.') {
        None => (number, None),
        Some(at) => (&number[..at], Some(&number[at + 1..])),
    };
    if fraction.map_or(whole.is_empty(), <[u8]>::is_empty) {
        return Err(BadNumber::Text);
    }
    let mut digits: u128 = 0;
    // How far the point stands from the end, to the left.
    let mut places = -exponent;
    for (part, after_point) in [(whole, 0), (fraction.unwrap_or_default(), 1)] {
        for digit in part {
            if !digit.is_ascii_digit() {
                return Err(BadNumber::Text);
            }
            if digits < DIGITS {
                digits = digits * 10 + u128::from(digit - b'0');
                places += after_point;
            } else {
                places -= 1 - after_point;
            }
        }
    }
    if digits == 0 {
        return Ok(Decimal::ZERO);
    }
    if places < 0 {
        let factor = 10_u128.checked_pow(places.unsigned_abs());
        digits = factor.and_then(|factor| digits.checked_mul(factor)).ok_or(BadNumber::TooLarge)?;
        places = 0;
    } else if places > PLACES {
        digits = 10_u128.checked_pow((places - PLACES).unsigned_abs()).map_or(0, |part| digits / part);
        places = PLACES;
    }
    let digits = i128::try_from(digits).map_err(|_| BadNumber::TooLarge)?;
    Decimal::try_from_i128_with_scale(digits, places.unsigned_abs()).map_err(|_| BadNumber::TooLarge)
}

/// What follows the `e`: up to four digits, with or without a sign.
fn exponent(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        _ => (1, text),
    };
    if digits.is_empty() || digits.len() > 4 {
        return None;
    }
    let add = |sum: i32, digit: &u8| digit.is_ascii_digit().then(|| sum * 10 + i32::from(digit - b'0'));
    digits.iter().try_fold(0, add).map(|exponent| sign * exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_as_machines_and_spreadsheets_write_them() {
        for (text, expect) in [
            ("0", "0"),
            ("1500", "1500"),
            ("+3", "3"),
            ("-0.0", "0"),
            ("94.0", "94.0"),
            (".5", "0.5"),
            ("6.4479999999999995", "6.4479999999999995"),
            ("1.5e3", "1500"),
            ("1.5E+03", "1500"),
            ("2E-05", "0.00002"),
            ("123456789012345678901", "123456789012345678901"),
            ("0.00000000000000000000000000001", "0.0000000000000000000000000000"),
            ("1e-999", "0.0000000000000000000000000000"),
            ("0e999", "0"),
            ("1.000000000000000000000000000000000000001", "1.000000000000000000000000000"),
            ("000000000000000000000000000000000000000001", "1"),
        ] {
            assert_eq!(value(text.as_bytes()).map(|value| value.to_string()), Ok(expect.to_string()), "{text}");
        }
    }

    #[test]
    fn what_is_no_value() {
        for (text, expect) in [
            ("", BadNumber::Text),
            ("abc", BadNumber::Text),
            ("-", BadNumber::Text),
            (".", BadNumber::Text),
            ("1.", BadNumber::Text),
            ("1e", BadNumber::Text),
            ("e5", BadNumber::Text),
            ("1e5.5", BadNumber::Text),
            ("1e12345", BadNumber::Text),
            ("1,500", BadNumber::Text),
            ("1 500", BadNumber::Text),
            ("1_500", BadNumber::Text),
            ("--1", BadNumber::Text),
            ("0x10", BadNumber::Text),
            ("NaN", BadNumber::Text),
            ("inf", BadNumber::Text),
            ("1.2.3", BadNumber::Text),
            ("-1", BadNumber::Negative),
            ("-0.5", BadNumber::Negative),
            ("1e30", BadNumber::TooLarge),
            ("123456789012345678901234567890123456789012345", BadNumber::TooLarge),
        ] {
            assert_eq!(value(text.as_bytes()), Err(expect), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(digits in 0_u64.., places in 0_u32..20, exponent in -4_i32..=4) {
            let written = Decimal::from_i128_with_scale(digits.into(), places);
            prop_assert_eq!(value(written.to_string().as_bytes()), Ok(written));
            let moved = value(format!("{written}e{exponent}").as_bytes()).unwrap();
            let back = value(format!("{moved}e{}", -exponent).as_bytes()).unwrap();
            prop_assert_eq!(back, written);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[-+0-9.eE ]{0,60}|\\PC*") {
            if let Ok(value) = value(text.as_bytes()) {
                prop_assert!(value >= Decimal::ZERO);
            }
        }
    }
}
