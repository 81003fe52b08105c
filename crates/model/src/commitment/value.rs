//! What a commitment is worth now: payments at different times, compared.
//!
//! What is paid at once counts in full. What recurs is paid at the end of each month of 730 hours, as AWS
//! bills it, and so is what it replaces on demand. A month from now counts `1 / (1 + r/12)` of its amount, `r`
//! being the yearly discount rate (nominal, compounded monthly: the usual way of loans). Terms of different
//! length compare by the level saving: the monthly amount, the same in each month of the term, that is worth
//! as much.

use super::big::Big;
use super::error::Error;
use super::owned::Commitment;
use crate::exact::Ratio;
use crate::money::Usd;
use crate::price::Term;

/// Hours of a month, as AWS reckons.
const MONTH: i64 = 730;

/// A commitment over its term, if each hour saves what the hours of the demand saved on average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// How long.
    pub term: Term,
    /// Paid at once.
    pub upfront: Usd,
    /// Paid in each month.
    pub monthly: Usd,
    /// What it replaces on demand in each month.
    pub replaces: Usd,
    /// What all payments are worth now.
    pub present_cost: Usd,
    /// What all that it replaces is worth now, less that.
    pub present_saving: Usd,
    /// The same as a level amount a month: what options of different terms and payments are compared by.
    pub level_saving: Usd,
    /// The first month at whose end all payments up to then are made good, undiscounted; none within the term.
    pub paid_back_month: Option<u32>,
}

/// Values a commitment that replaces `replaces` dollars an hour on demand, at a yearly discount rate.
///
/// ```
/// use stackcost_model::commitment::{Card, Plan, value};
/// use stackcost_model::exact::Ratio;
/// use stackcost_model::price::{Payment, PlanKind, Term};
/// let card = Card::new(PlanKind::Compute, Term::OneYear, Payment::All);
/// let plan = Plan::new("ours", card, Ratio::ONE, 100).unwrap().into();
/// let replaces = Ratio::parse("1.25").unwrap();
/// let at_once = value(&plan, replaces, Ratio::ZERO).unwrap();
/// assert_eq!(at_once.present_saving.to_string(), "2190"); // 0.25 x 8,760
/// assert_eq!(at_once.paid_back_month, Some(10)); // 8,760 / 912.5 = 9.6
/// let at_12_percent = value(&plan, replaces, Ratio::new(12, 100)).unwrap();
/// assert_eq!(at_12_percent.present_saving.to_fixed(2), "1510.26");
/// ```
///
/// # Errors
/// [`Error::DiscountRate`] when it is negative, [`Error::TooLarge`].
pub fn value(commitment: &Commitment, replaces: Ratio, discount: Ratio) -> Result<Value, Error> {
    if discount.is_negative() || discount.is_too_large() {
        return Err(Error::DiscountRate(discount));
    }
    let term = commitment.term();
    let months = term.hours() / 730;
    let month = Ratio::whole(MONTH);
    let (upfront, monthly, replaced) = (commitment.upfront(), commitment.recurring() * month, replaces * month);
    let level = level(discount, months)?;
    let big = |ratio| Big::of(ratio).ok_or(Error::TooLarge);
    let usd = |value: &Big| value.to_usd().ok_or(Error::TooLarge);
    let cost = big(upfront)? + big(monthly)? * level.clone();
    let saving = big(replaced)? * level.clone() - cost.clone();
    let by_month = saving.clone() * level.inverse().ok_or(Error::TooLarge)?;
    let round = |ratio| Usd::round(ratio).ok_or(Error::TooLarge);
    Ok(Value {
        term,
        upfront: round(upfront)?,
        monthly: round(monthly)?,
        replaces: round(replaced)?,
        present_cost: usd(&cost)?,
        present_saving: usd(&saving)?,
        level_saving: usd(&by_month)?,
        paid_back_month: paid_back(upfront, replaced - monthly, months),
    })
}

/// What a dollar at the end of each month is worth now.
fn level(discount: Ratio, months: u32) -> Result<Big, Error> {
    let month = Big::of(Ratio::ONE + discount / Ratio::whole(12)).and_then(Big::inverse).ok_or(Error::TooLarge)?;
    Ok((1..=months).fold(Big::zero(), |sum, ago| sum + month.pow(ago)))
}

fn paid_back(upfront: Ratio, gain: Ratio, months: u32) -> Option<u32> {
    if gain <= Ratio::ZERO {
        return None;
    }
    let month = (upfront / gain).ceil().to_whole().and_then(|month| u32::try_from(month).ok())?;
    Some(month.max(1)).filter(|&month| month <= months)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commitment::{Card, Plan};
    use crate::price::{Payment, PlanKind};

    fn plan(term: Term, payment: Payment, percent: u32, hourly: &str) -> Commitment {
        let card = Card::new(PlanKind::Compute, term, payment);
        Plan::new("p", card, Ratio::parse(hourly).unwrap(), percent).unwrap().into()
    }

    /// By hand: 1.25 x 730 = 912.5 a month; the sum of 1.01^-1 to 1.01^-12 is 11.25507747..., to 1.01^-36 is
    /// 30.10750504...
    #[test]
    fn present_values() {
        let (replaces, discount) = (Ratio::parse("1.25").unwrap(), Ratio::new(12, 100));
        for (of, cost, saving, level) in [
            (plan(Term::OneYear, Payment::No, 0, "1"), "8216.21", "2054.05", "182.50"),
            (plan(Term::OneYear, Payment::All, 100, "1"), "8760.00", "1510.26", "134.18"),
            (plan(Term::OneYear, Payment::Partial, 50, "1"), "8488.10", "1782.15", "158.34"),
            (plan(Term::ThreeYears, Payment::No, 0, "1"), "21978.48", "5494.62", "182.50"),
        ] {
            let value = value(&of, replaces, discount).unwrap();
            let shown = [value.present_cost, value.present_saving, value.level_saving].map(|usd| usd.to_fixed(2));
            assert_eq!(shown, [cost, saving, level]);
        }
        assert_eq!(
            value(&plan(Term::OneYear, Payment::No, 0, "1"), replaces, Ratio::whole(-1)),
            Err(Error::DiscountRate(Ratio::whole(-1)))
        );
    }
}
