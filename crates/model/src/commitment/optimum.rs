//! The best commitments for a demand: of each offer, and of all of them together.

use super::apply::{Applied, Fee, apply, part};
use super::big::Big;
use super::error::Error;
use super::market::Market;
use super::offer::Offer;
use super::owned::Commitment;
use super::purchase::{Purchase, purchase};
use super::till::Till;
use super::usage::Demand;
use super::value::{Value, value};
use crate::exact::Ratio;
use crate::money::Usd;
use alloc::vec::Vec;

/// The best of one offer, on top of what is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which offer, by its place.
    pub offer: usize,
    /// What to buy; none where nothing of it saves anything.
    pub buy: Option<Commitment>,
    /// What the demand costs without it.
    pub before: Usd,
    /// What it costs with it, upfront payments spread over their term.
    pub after: Usd,
    /// What it costs.
    pub fee: Usd,
    /// What of that covers nothing.
    pub unused: Usd,
    /// What it takes off the cost on demand.
    pub replaces: Usd,
    /// What it could cover of what is on demand without it, at its cost there.
    pub eligible: Usd,
    /// What it is worth over its term.
    pub value: Option<Value>,
    /// How to buy it.
    pub purchase: Option<Purchase>,
}

impl Choice {
    /// What it saves.
    #[must_use]
    pub fn saving(&self) -> Usd {
        self.before - self.after
    }

    /// The part of what could be covered that it covers.
    #[must_use]
    pub fn coverage(&self) -> Ratio {
        part(self.replaces, self.eligible)
    }

    /// The part of it that covers something.
    #[must_use]
    pub fn utilisation(&self) -> Ratio {
        part(self.fee - self.unused, self.fee)
    }

    /// The part of it that must cover something, so that it costs no more than going without: its rate over
    /// the rate on demand, averaged over what it covers. None where it covers nothing.
    #[must_use]
    pub fn break_even(&self) -> Option<Ratio> {
        (self.replaces != Usd::ZERO).then(|| part(self.fee - self.unused, self.replaces))
    }
}

/// Offers that are bought together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mix {
    /// What to buy of which offer, by its place.
    pub buy: Vec<(usize, Commitment)>,
    /// What the demand costs with what is held.
    pub before: Usd,
    /// The bill with what is held and bought.
    pub applied: Applied,
    /// Whether no other mix of these offers can cost less. False where plans of several kinds cover the same
    /// usage, there are too many counts to try each, or one that is held comes after what is bought: then each
    /// is best given the others.
    pub exact: bool,
}

impl Mix {
    /// What it saves.
    #[must_use]
    pub fn saving(&self) -> Usd {
        self.before - self.applied.total()
    }
}

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The best of each offer alone, in their order.
    pub alone: Vec<Choice>,
    /// Of offers that are alternatives the one with the highest level saving alone; of these, and the other sizes
    /// that cover the same at its term and payment, the best together.
    pub together: Mix,
}

impl Proposal {
    /// The offers that save anything alone, the highest level saving first.
    #[must_use]
    pub fn ranked(&self) -> Vec<&Choice> {
        let mut ranked: Vec<&Choice> = self.alone.iter().filter(|choice| choice.buy.is_some()).collect();
        ranked.sort_by_key(|choice| core::cmp::Reverse(choice.value.map(|value| value.level_saving)));
        ranked
    }
}

/// The best of each offer for a demand, and of all together, on top of what is held; options compare at a
/// yearly discount rate (see [`value`]).
///
/// ```
/// use stackcost_model::commitment::{Card, Demand, Key, Offer, Row, optimum};
/// use stackcost_model::exact::Ratio;
/// use stackcost_model::price::{Payment, PlanKind, Term};
///
/// let card = Card::new(PlanKind::Compute, Term::OneYear, Payment::No);
/// let key = Key::new("AmazonECS", "us-east-1", "Fargate-vCPU-Hours:perCPU", "");
/// let (on_demand, plan) = (Ratio::parse("0.04").unwrap(), Ratio::parse("0.032").unwrap());
/// // A fifth is saved: worth it where four hours of five are at least as busy.
/// let vcpu = Row::new(key, "vCPU-Hours", on_demand, 1, vec![90, 20, 40, 100, 30]).under(&card, plan);
/// let demand = Demand::new(vec![vcpu]).unwrap();
/// let offer = Offer::Plan { card, upfront_percent: 0 };
/// let proposal = optimum(&demand, &[offer], &[], Ratio::ZERO).unwrap();
/// let choice = &proposal.alone[0];
/// assert_eq!(choice.buy.as_ref().unwrap().effective().to_string(), "0.64"); // 20 x 0.032
/// assert_eq!(choice.saving().to_string(), "0.8");
/// assert_eq!(choice.break_even().unwrap().to_string(), "0.8");
/// ```
///
/// # Errors
/// [`Error`] for offers that do not exist or that the demand has no rates for, and as [`apply`].
pub fn optimum(demand: &Demand, offers: &[Offer], held: &[Commitment], discount: Ratio) -> Result<Proposal, Error> {
    let now = apply(demand, held)?;
    let mut alone = Vec::new();
    for (at, offer) in offers.iter().enumerate() {
        let bought = Market::new(demand, core::slice::from_ref(offer), held)?.best()?;
        let buy = bought.commitments.into_iter().flatten().next();
        alone.push(choice(demand, (at, offer), buy, (held, &now), discount)?);
    }
    let mut chosen: Vec<usize> = Vec::new();
    let level = |at: usize| alone.get(at).and_then(|choice: &Choice| choice.value).map(|value| value.level_saving);
    for (at, offer) in offers.iter().enumerate() {
        // What is not worth its price by then is not bought, though it saves before discounting.
        if level(at).is_none_or(|level| level <= Usd::ZERO) {
            continue;
        }
        let other = |&other: &usize| offers.get(other).is_some_and(|other| other.instead_of(offer));
        match chosen.iter().position(other) {
            Some(place) if chosen.get(place).is_some_and(|&other| level(other) < level(at)) => {
                chosen.splice(place..=place, [at]);
            }
            Some(_) => {}
            None => chosen.push(at),
        }
    }
    let worth = |at: usize| level(at).is_some_and(|level| level > Usd::ZERO);
    let sizes = sizes(demand, offers, &chosen, worth);
    let of = |places: &[usize], mix: Mix| {
        let buy = mix.buy.into_iter().map(|(at, buy)| (places.get(at).copied().unwrap_or(at), buy)).collect();
        Mix { buy, ..mix }
    };
    let some = |places: &[usize]| places.iter().filter_map(|&at| offers.get(at).cloned()).collect::<Vec<Offer>>();
    let mixed = of(&sizes, mix(demand, &some(&sizes), held)?);
    if mixed.exact || sizes == chosen {
        return Ok(Proposal { alone, together: mixed });
    }
    // Too many counts to try each: one size a kind may be found to be better.
    let one = of(&chosen, mix(demand, &some(&chosen), held)?);
    let better = if one.applied.total() < mixed.applied.total() { one } else { mixed };
    Ok(Proposal { alone, together: Mix { exact: false, ..better } })
}

/// What is bought together, with the other sizes of what is reserved, at the same term and payment: a mix of
/// them may be cheaper than any one. Sizes that others do as well are left out.
fn sizes(demand: &Demand, offers: &[Offer], chosen: &[usize], worth: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut sizes: Vec<usize> = chosen.to_vec();
    for (at, offer) in offers.iter().enumerate() {
        let other = chosen.iter().filter_map(|&of| offers.get(of)).any(|of| of.other_size(offer));
        if other && worth(at) && !sizes.contains(&at) {
            sizes.push(at);
        }
    }
    sizes.sort_unstable();
    let mut place = 0;
    while let Some(&at) = sizes.get(place) {
        let others = sizes.iter().filter(|&&other| other != at).filter_map(|&other| offers.get(other));
        if offers.get(at).is_some_and(|offer| others.into_iter().any(|other| other.does_for(offer, demand))) {
            sizes.remove(place);
        } else {
            place += 1;
        }
    }
    sizes
}

/// The best amounts of offers that are bought together, none of them an alternative to another.
///
/// # Errors
/// [`Error::Alternatives`], and as [`optimum`].
pub fn jointly(demand: &Demand, offers: &[Offer], held: &[Commitment]) -> Result<Mix, Error> {
    for (at, offer) in offers.iter().enumerate() {
        if let Some(other) = offers.iter().take(at).find(|other| other.instead_of(offer)) {
            return Err(Error::Alternatives(other.name(), offer.name()));
        }
    }
    mix(demand, offers, held)
}

/// The same, of alternatives, too.
fn mix(demand: &Demand, offers: &[Offer], held: &[Commitment]) -> Result<Mix, Error> {
    let before = apply(demand, held)?.total();
    let best = Market::new(demand, offers, held)?.best()?;
    let buy = best.commitments.into_iter().enumerate().filter_map(|(at, buy)| Some((at, buy?)));
    let buy: Vec<(usize, Commitment)> = buy.collect();
    let all: Vec<Commitment> = held.iter().cloned().chain(buy.iter().map(|(_, buy)| buy.clone())).collect();
    Ok(Mix { buy, before, applied: apply(demand, &all)?, exact: best.exact })
}

/// The figures of the best of one offer.
fn choice(
    demand: &Demand,
    (at, offer): (usize, &Offer),
    buy: Option<Commitment>,
    (held, now): (&[Commitment], &Applied),
    discount: Ratio,
) -> Result<Choice, Error> {
    let eligible = eligible(demand, offer, held)?;
    let before = now.total();
    let mut choice = Choice {
        offer: at,
        buy: None,
        before,
        after: before,
        fee: Usd::ZERO,
        unused: Usd::ZERO,
        replaces: Usd::ZERO,
        eligible,
        value: None,
        purchase: None,
    };
    let Some(buy) = buy else { return Ok(choice) };
    let mut all = held.to_vec();
    all.push(buy.clone());
    let applied = apply(demand, &all)?;
    choice.after = applied.total();
    choice.fee = applied.fees.last().map_or(Usd::ZERO, Fee::effective);
    // What is held may cover less than before: that is wasted by what is bought.
    choice.unused = applied.unused() - now.unused();
    choice.replaces = now.on_demand() - applied.on_demand();
    choice.value = Some(value(&buy, choice.replaces.to_ratio() / demand.all_hours(), discount)?);
    choice.purchase = Some(purchase(&buy));
    choice.buy = Some(buy);
    Ok(choice)
}

/// What of the usage that an offer covers is still on demand.
fn eligible(demand: &Demand, offer: &Offer, held: &[Commitment]) -> Result<Usd, Error> {
    let till = Till::new(demand, held)?;
    let sums = till.sums(0..demand.hours())?;
    let mut eligible = Big::zero();
    for (row, ticks) in demand.rows().iter().zip(&sums.rest) {
        let covers = match offer {
            Offer::Plan { card, .. } => row.rate(card).is_some(),
            Offer::Reservation { instance, .. } => {
                row.instance.as_ref().is_some_and(|used| instance.covers(used).is_some())
            }
        };
        if covers {
            let cost = *ticks / Ratio::from(row.per_unit) * row.on_demand * demand.repeats();
            eligible = eligible + Big::of(cost).ok_or(Error::TooLarge)?;
        }
    }
    eligible.to_usd().ok_or(Error::TooLarge)
}
