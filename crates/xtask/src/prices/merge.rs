//! Repetitions out, contradictions refused.

use super::error::Error;
use super::rate::Rate;

/// Sorts the rates of one shelf, drops repetitions and refuses contradictions.
///
/// The same price told twice is kept once: the more trusted row, then the newer one. Two prices of two dates are both
/// kept. Two prices of one date are an error, and so are two extents or two units of one band.
pub(crate) fn merge(mut rates: Vec<Rate>) -> Result<Vec<Rate>, Error> {
    rates.sort_by(|a, b| a.key().cmp(&b.key()).then_with(|| better(a, b)));
    let mut kept: Vec<Rate> = Vec::with_capacity(rates.len());
    for rate in rates {
        let Some(last) = kept.last_mut().filter(|last| last.band() == rate.band()) else {
            kept.push(rate);
            continue;
        };
        if last.unit != rate.unit {
            return Err(Error::conflict(last, &rate, "the unit"));
        }
        if last.to != rate.to {
            return Err(Error::conflict(last, &rate, "where the tier ends"));
        }
        if last.usd == rate.usd {
            if better(&rate, last).is_lt() {
                *last = rate;
            }
        } else if last.date == rate.date {
            return Err(Error::conflict(last, &rate, "the price"));
        } else {
            kept.push(rate);
        }
    }
    Ok(kept)
}

/// Whether `a` is the better evidence: more trusted, then newer, then with a SKU, then the earlier row.
fn better(a: &Rate, b: &Rate) -> std::cmp::Ordering {
    a.confidence
        .cmp(&b.confidence)
        .then_with(|| b.date.cmp(&a.date))
        .then_with(|| a.sku.is_empty().cmp(&b.sku.is_empty()))
        .then_with(|| a.sku.cmp(&b.sku))
        .then_with(|| a.source.cmp(&b.source))
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::super::rate::Confidence::{DocText, GoldenTest, OfferDerived, OfferFile};
    use super::super::rate::tests::sample;
    use super::*;

    fn told(rates: &[Rate]) -> Vec<String> {
        rates.iter().map(|rate| format!("{} {:?}", rate.usd, rate.date.map(|day| day.to_string()))).collect()
    }

    #[test]
    fn the_same_price_twice_is_kept_once_with_the_better_evidence() {
        let kept = merge(vec![
            sample("A", "0.10", "2026-08-21", GoldenTest, 2),
            sample("A", "0.1", "2025-01-01", OfferFile, 3),
            sample("A", "0.1", "2026-10-07", DocText, 4),
        ]);
        assert_eq!(told(&kept.expect("agreement")), ["0.1 Some(\"2025-01-01\")"]);
    }

    #[test]
    fn a_price_that_changed_is_kept_with_both_dates() {
        let kept = merge(vec![
            sample("A", "0.2", "2026-01-01", OfferFile, 2),
            sample("A", "0.1", "2021-08-03", OfferDerived, 3),
        ]);
        assert_eq!(told(&kept.expect("two dates")), ["0.1 Some(\"2021-08-03\")", "0.2 Some(\"2026-01-01\")"]);
    }

    #[test]
    fn a_price_that_came_back_is_not_folded_over_the_one_between() {
        let kept = merge(vec![
            sample("A", "0.1", "2021-01-01", OfferFile, 2),
            sample("A", "0.2", "2022-01-01", OfferFile, 3),
            sample("A", "0.1", "2023-01-01", OfferFile, 4),
        ]);
        assert_eq!(kept.expect("three dates").len(), 3);
    }

    #[test]
    fn two_prices_on_one_day_are_an_error_that_names_both_rows() {
        let error =
            merge(vec![sample("A", "0.1", "2026-01-01", OfferFile, 7), sample("A", "0.2", "2026-01-01", OfferFile, 9)])
                .expect_err("a contradiction")
                .to_string();
        assert!(error.contains("prices.csv:7") && error.contains("prices.csv:9"), "{error}");
    }

    #[test]
    fn two_extents_of_one_band_are_an_error() {
        let bounded = Rate { to: Some(Decimal::TEN), ..sample("A", "0.1", "2026-01-02", OfferFile, 3) };
        assert!(merge(vec![sample("A", "0.1", "2026-01-01", OfferFile, 2), bounded]).is_err());
    }
}
