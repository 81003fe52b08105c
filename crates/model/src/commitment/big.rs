//! Fractions of any size: sums over rates that have no small common denominator.

use crate::exact::Ratio;
use crate::money::Usd;
use core::cmp::Ordering;
use core::ops::{Add, Mul, Neg, Sub};
use num_bigint::{BigInt, Sign};

/// A fraction; not in lowest terms, since only a few dozen are ever added up.
#[derive(Clone, Debug)]
pub(super) struct Big {
    ticks: BigInt,
    /// Above 0.
    per_unit: BigInt,
}

impl Big {
    pub(super) fn zero() -> Big {
        Big { ticks: BigInt::from(0), per_unit: BigInt::from(1) }
    }

    pub(super) fn whole(value: u128) -> Big {
        Big { ticks: BigInt::from(value), per_unit: BigInt::from(1) }
    }

    /// None for what is too large to be a number.
    pub(super) fn of(value: Ratio) -> Option<Big> {
        let exact = Big { ticks: BigInt::from(value.ticks()), per_unit: BigInt::from(value.per_unit()) };
        (!value.is_too_large()).then_some(exact)
    }

    /// One over it; none of nothing.
    pub(super) fn inverse(self) -> Option<Big> {
        match self.ticks.sign() {
            Sign::NoSign => None,
            Sign::Plus => Some(Big { ticks: self.per_unit, per_unit: self.ticks }),
            Sign::Minus => Some(Big { ticks: -self.per_unit, per_unit: -self.ticks }),
        }
    }

    pub(super) fn pow(&self, exponent: u32) -> Big {
        Big { ticks: self.ticks.pow(exponent), per_unit: self.per_unit.pow(exponent) }
    }

    pub(super) fn is_negative(&self) -> bool {
        self.ticks.sign() == Sign::Minus
    }

    /// Rounded once, half away from zero, as all money is; none where it is too large.
    pub(super) fn to_usd(&self) -> Option<Usd> {
        let scale = 10_i128.pow(Usd::PLACES);
        let twice: BigInt = &self.ticks * BigInt::from(2 * scale);
        let half = if self.is_negative() { -&self.per_unit } else { self.per_unit.clone() };
        // Division goes towards zero.
        let rounded: BigInt = (twice + half) / (&self.per_unit * BigInt::from(2));
        Usd::round(Ratio::new(i128::try_from(&rounded).ok()?, scale))
    }
}

impl Add for Big {
    type Output = Big;
    fn add(self, other: Big) -> Big {
        if self.per_unit == other.per_unit {
            return Big { ticks: self.ticks + other.ticks, per_unit: self.per_unit };
        }
        let ticks = self.ticks * &other.per_unit + other.ticks * &self.per_unit;
        Big { ticks, per_unit: self.per_unit * other.per_unit }
    }
}

impl Neg for Big {
    type Output = Big;
    fn neg(self) -> Big {
        Big { ticks: -self.ticks, per_unit: self.per_unit }
    }
}

impl Sub for Big {
    type Output = Big;
    fn sub(self, other: Big) -> Big {
        self + -other
    }
}

impl Mul for Big {
    type Output = Big;
    fn mul(self, other: Big) -> Big {
        Big { ticks: self.ticks * other.ticks, per_unit: self.per_unit * other.per_unit }
    }
}

impl PartialEq for Big {
    fn eq(&self, other: &Big) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Big {}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Big) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Big) -> Ordering {
        (&self.ticks * &other.per_unit).cmp(&(&other.ticks * &self.per_unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_up_once() {
        for (ticks, per_unit, shown) in
            [(1, 3, "0.333333333333"), (2, 3, "0.666666666667"), (-2, 3, "-0.666666666667"), (5, 1, "5")]
        {
            let value = Big::of(Ratio::new(ticks, per_unit)).unwrap();
            assert_eq!(value.to_usd().unwrap(), Usd::parse(shown).unwrap());
            assert_eq!(value.to_usd(), Usd::round(Ratio::new(ticks, per_unit)));
        }
        let half = Big::of(Ratio::new(-1, 2 * 10_i128.pow(12))).unwrap();
        assert_eq!(half.to_usd(), Usd::round(Ratio::new(-1, 2 * 10_i128.pow(12))));
    }

    #[test]
    fn a_field_beyond_128_bits() {
        let small = Big::of(Ratio::new(3, 10_i128.pow(36))).unwrap();
        let power = small.pow(4);
        assert!(power > Big::zero() && power < small);
        assert_eq!(power.clone() * power.clone().inverse().unwrap(), Big::whole(1));
        assert_eq!(power.clone() - power, Big::zero());
    }
}
