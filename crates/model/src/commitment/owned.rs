//! Commitments that are owned, or would be: Savings Plans and reservations.

use super::error::Error;
use super::instance::Instance;
use super::usage::Card;
use crate::exact::Ratio;
use crate::price::{Payment, Term};
use alloc::sync::Arc;

/// A Savings Plan: so many dollars of its rates in each hour of its term, used or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    name: Arc<str>,
    card: Card,
    hourly: Ratio,
    upfront_percent: u32,
}

/// The least that a Savings Plan commits to, in dollars an hour (`CreateSavingsPlan`).
#[must_use]
pub fn least_hourly() -> Ratio {
    Ratio::new(1, 1_000)
}

/// The most (`CreateSavingsPlan`).
#[must_use]
pub fn most_hourly() -> Ratio {
    Ratio::whole(1_000_000)
}

/// Decimals of a commitment.
pub const HOURLY_PLACES: u32 = 5;

impl Plan {
    /// A plan of this commitment in dollars an hour. `upfront_percent` is the part of all that is paid at
    /// once: 0 and 100 for none and all, 50 to 99 for partial.
    ///
    /// Source: the reference of `CreateSavingsPlan`, parameters `commitment` and `upfrontPaymentAmount`.
    ///
    /// # Errors
    /// [`Error::Hourly`], [`Error::Places`], [`Error::Upfront`]: what AWS does not sell.
    ///
    /// ```
    /// use stackcost_model::commitment::{Card, Error, Plan};
    /// use stackcost_model::exact::Ratio;
    /// use stackcost_model::price::{Payment, PlanKind, Term};
    /// let card = Card::new(PlanKind::Compute, Term::OneYear, Payment::Partial);
    /// let plan = Plan::new("main", card.clone(), Ratio::whole(2), 50).unwrap();
    /// assert_eq!((plan.upfront().to_string(), plan.recurring().to_string()), ("8760".into(), "1".into()));
    /// let negative = Ratio::whole(-2);
    /// assert_eq!(Plan::new("main", card, negative, 50), Err(Error::Hourly(negative)));
    /// ```
    pub fn new(name: &str, card: Card, hourly: Ratio, upfront_percent: u32) -> Result<Plan, Error> {
        if hourly < least_hourly() || hourly > most_hourly() {
            return Err(Error::Hourly(hourly));
        }
        if !hourly.fits(HOURLY_PLACES) {
            return Err(Error::Places(hourly));
        }
        check_upfront(card.payment, upfront_percent)?;
        Ok(Plan { name: name.into(), card, hourly, upfront_percent })
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whose rates it has.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Dollars of its rates in each hour, however they are paid.
    #[must_use]
    pub fn hourly(&self) -> Ratio {
        self.hourly
    }

    /// Dollars paid for each hour as it passes.
    #[must_use]
    pub fn recurring(&self) -> Ratio {
        self.hourly * Ratio::new((100 - i128::from(self.upfront_percent)).max(0), 100)
    }

    /// Dollars paid at once.
    #[must_use]
    pub fn upfront(&self) -> Ratio {
        (self.hourly - self.recurring()) * Ratio::from(self.card.term.hours())
    }
}

/// Whether AWS takes this part of a Savings Plan at once.
pub(super) fn check_upfront(payment: Payment, percent: u32) -> Result<(), Error> {
    let takes = match payment {
        Payment::No => percent == 0,
        Payment::Partial => (50..=99).contains(&percent),
        Payment::All => percent == 100,
        // Of reservations of old alone.
        Payment::Heavy => false,
    };
    if takes { Ok(()) } else { Err(Error::Upfront { payment, percent }) }
}

/// Reservations of one kind: paid for in each hour of their term, used or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    name: Arc<str>,
    instance: Instance,
    count: u32,
    term: Term,
    payment: Payment,
    hourly: Ratio,
    upfront: Ratio,
}

impl Reserved {
    /// So many reservations, each for `hourly` dollars an hour and `upfront` at once.
    ///
    /// Source: Amazon RDS user guide, "Reserved DB instances": without upfront payment for one year alone.
    ///
    /// # Errors
    /// [`Error::NothingReserved`], [`Error::NegativePrice`], [`Error::NoSuchTerm`].
    pub fn new(
        name: &str,
        instance: Instance,
        count: u32,
        (term, payment): (Term, Payment),
        (hourly, upfront): (Ratio, Ratio),
    ) -> Result<Reserved, Error> {
        if count == 0 {
            return Err(Error::NothingReserved(name.into()));
        }
        check_terms(name, &instance, (term, payment), (hourly, upfront))?;
        Ok(Reserved { name: name.into(), instance, count, term, payment, hourly, upfront })
    }

    /// What they are called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What each reserves.
    #[must_use]
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// For how long.
    #[must_use]
    pub fn term(&self) -> Term {
        self.term
    }

    /// How they are paid.
    #[must_use]
    pub fn payment(&self) -> Payment {
        self.payment
    }

    /// Dollars for each hour as it passes, all of them together.
    #[must_use]
    pub fn recurring(&self) -> Ratio {
        self.hourly * Ratio::from(self.count)
    }

    /// Dollars at once, all of them together.
    #[must_use]
    pub fn upfront(&self) -> Ratio {
        self.upfront * Ratio::from(self.count)
    }
}

/// Whether AWS sells such a reservation.
pub(super) fn check_terms(
    name: &str,
    instance: &Instance,
    (term, payment): (Term, Payment),
    (hourly, upfront): (Ratio, Ratio),
) -> Result<(), Error> {
    if hourly.is_negative() || upfront.is_negative() {
        return Err(Error::NegativePrice(name.into()));
    }
    if &*instance.service == "AmazonRDS" && (term, payment) == (Term::ThreeYears, Payment::No) {
        return Err(Error::NoSuchTerm { service: Arc::clone(&instance.service), term, payment });
    }
    Ok(())
}

/// Something that was committed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commitment {
    /// A Savings Plan.
    Plan(Plan),
    /// Reservations.
    Reserved(Reserved),
}

impl Commitment {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Commitment::Plan(plan) => plan.name(),
            Commitment::Reserved(reserved) => reserved.name(),
        }
    }

    /// For how long.
    #[must_use]
    pub fn term(&self) -> Term {
        match self {
            Commitment::Plan(plan) => plan.card.term,
            Commitment::Reserved(reserved) => reserved.term,
        }
    }

    /// Dollars for each hour as it passes.
    #[must_use]
    pub fn recurring(&self) -> Ratio {
        match self {
            Commitment::Plan(plan) => plan.recurring(),
            Commitment::Reserved(reserved) => reserved.recurring(),
        }
    }

    /// Dollars at once.
    #[must_use]
    pub fn upfront(&self) -> Ratio {
        match self {
            Commitment::Plan(plan) => plan.upfront(),
            Commitment::Reserved(reserved) => reserved.upfront(),
        }
    }

    /// What an hour of it comes to: what is paid for the hour, and its part of what is paid at once.
    #[must_use]
    pub fn effective(&self) -> Ratio {
        self.recurring() + self.upfront() / Ratio::from(self.term().hours())
    }
}

impl From<Plan> for Commitment {
    fn from(plan: Plan) -> Commitment {
        Commitment::Plan(plan)
    }
}

impl From<Reserved> for Commitment {
    fn from(reserved: Reserved) -> Commitment {
        Commitment::Reserved(reserved)
    }
}
