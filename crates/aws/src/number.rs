//! The one place with floats: the SDK has them where this tool has decimal text and whole numbers.
#![allow(clippy::disallowed_types, reason = "the SDK's thresholds, targets and values of metrics are f64")]

/// The shortest decimal number that stands for this float: `0.1`, `50`.
pub(crate) fn text(value: f64) -> String {
    value.to_string()
}

/// The float of a decimal number; none of what is no number, or beyond all floats.
pub(crate) fn parse(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The sum of what are whole numbers, such as bytes.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float ends at the bounds")]
pub(crate) fn total(values: &[f64]) -> u64 {
    values.iter().fold(0, |sum: u64, value| sum.saturating_add(value.round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_text_comes_back_as_it_was() {
        for written in ["0.1", "50", "99.99", "0.000001", "123456789.25", "-1.5"] {
            assert_eq!(parse(written).map(text).as_deref(), Some(written));
        }
        assert_eq!(parse("50.0").map(text).as_deref(), Some("50"));
        for wrong in ["", "fifty", "1e999", "NaN", "inf"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(total(&[1.0, 2.0, 1e12]), 1_000_000_000_003);
        assert_eq!(total(&[-1.0]), 0);
    }
}
