//! The best commitments for a demand, exactly.
//!
//! A Savings Plan's best is found on its [curve](super::curve). Reservations are whole, and come before plans:
//! for each count of them the best plan is found, on what they leave. A count is not tried when even at the
//! dearest rate on demand the next unit cannot earn its price, which bounds the counts. So reservations and a
//! plan are chosen jointly: a plan is not bought for what reservations cover for less.

use super::apply::{Applied, apply, part};
use super::big::Big;
use super::curve::{Curve, Rest};
use super::error::Error;
use super::instance::Instance;
use super::owned::{Commitment, Plan, Reserved, check_terms, check_upfront};
use super::till::Till;
use super::usage::{Card, Demand};
use super::value::{Value, value};
use crate::exact::Ratio;
use crate::money::Usd;
use crate::price::{Payment, Term};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

/// Something that can be committed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// A Savings Plan; what it costs are the rates that the demand has under its card.
    Plan {
        /// Its conditions.
        card: Card,
        /// The part that is paid at once: see [`Plan::new`].
        upfront_percent: u32,
    },
    /// A reservation.
    Reservation {
        /// What one reserves: the smallest size leaves the least unused.
        instance: Instance,
        /// How long.
        term: Term,
        /// How it is paid.
        payment: Payment,
        /// Dollars for each hour of the term.
        hourly: Ratio,
        /// Dollars at once.
        upfront: Ratio,
    },
}

impl Offer {
    /// In words.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Offer::Plan { card, .. } => card.to_string(),
            Offer::Reservation { instance, term, payment, .. } => format!("{instance}, {term}, payment \"{payment}\""),
        }
    }

    fn check(&self, demand: &Demand) -> Result<(), Error> {
        match self {
            Offer::Plan { card, upfront_percent } => {
                check_upfront(card.payment, *upfront_percent)?;
                let offered = demand.rows().iter().any(|row| row.rate(card).is_some());
                if offered { Ok(()) } else { Err(Error::NotOffered(card.clone())) }
            }
            Offer::Reservation { instance, term, payment, hourly, upfront } => {
                check_terms(&self.name(), instance, (*term, *payment), (*hourly, *upfront))?;
                let covers = |used: &Instance| instance.covers(used).is_some();
                let used = demand.rows().iter().any(|row| row.instance.as_ref().is_some_and(covers));
                if used { Ok(()) } else { Err(Error::NothingToReserve(self.name().into())) }
            }
        }
    }

    /// Whether two are alternatives: both for the same usage, of which one is chosen.
    fn instead_of(&self, other: &Offer) -> bool {
        match (self, other) {
            (Offer::Plan { card: a, .. }, Offer::Plan { card: b, .. }) => (a.kind, &a.scope) == (b.kind, &b.scope),
            (Offer::Reservation { instance: a, .. }, Offer::Reservation { instance: b, .. }) => {
                a.engine == b.engine && (a.covers(b).is_some() || b.covers(a).is_some())
            }
            _ => false,
        }
    }

    /// So many reservations; none of none.
    pub(super) fn of_count(&self, count: u32) -> Result<Option<Commitment>, Error> {
        self.buy(Amount::Count(count))
    }

    /// The commitment to so many dollars an hour, or to so many reservations.
    fn buy(&self, amount: Amount) -> Result<Option<Commitment>, Error> {
        match (self, amount) {
            (Offer::Plan { card, upfront_percent }, Amount::Hourly(hourly)) if !hourly.is_zero() => {
                Ok(Some(Plan::new("proposed", card.clone(), hourly, *upfront_percent)?.into()))
            }
            (Offer::Reservation { instance, term, payment, hourly, upfront }, Amount::Count(count)) if count > 0 => {
                let terms = (*term, *payment);
                Ok(Some(Reserved::new("proposed", instance.clone(), count, terms, (*hourly, *upfront))?.into()))
            }
            _ => Ok(None),
        }
    }
}

/// How much of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Amount {
    Hourly(Ratio),
    Count(u32),
}

/// What to buy to get it: the call that finds the offering, the call that buys it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// The call that lists offerings, and its parameters.
    pub find: (&'static str, Vec<(&'static str, String)>),
    /// The call that buys one, and its parameters beside the offering's identifier.
    pub buy: (&'static str, Vec<(&'static str, String)>),
}

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
    /// usage, or one that is held comes after what is bought: then each is best given the others.
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
    /// Of offers that are alternatives the one with the highest level saving alone; of these the best together.
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

/// More combinations of reservation counts than this are not tried one by one.
const MOST_TRIALS: usize = 4_096;

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
        if level(at).is_none() {
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
    let best: Vec<Offer> = chosen.iter().filter_map(|&at| offers.get(at).cloned()).collect();
    let mut together = jointly(demand, &best, held)?;
    for (offer, _) in &mut together.buy {
        *offer = chosen.get(*offer).copied().unwrap_or(*offer);
    }
    Ok(Proposal { alone, together })
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
    choice.fee = applied.fees.last().map_or(Usd::ZERO, super::Fee::effective);
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
    let sums = till.sums()?;
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

/// Offers that are bought together, over a demand with what is held.
struct Market<'a> {
    demand: &'a Demand,
    offers: &'a [Offer],
    held: &'a [Commitment],
}

/// What is best: of each offer, in its order.
struct Bought {
    commitments: Vec<Option<Commitment>>,
    cost: Big,
    exact: bool,
}

impl<'a> Market<'a> {
    fn new(demand: &'a Demand, offers: &'a [Offer], held: &'a [Commitment]) -> Result<Market<'a>, Error> {
        for offer in offers {
            offer.check(demand)?;
        }
        Ok(Market { demand, offers, held })
    }

    /// Tries all counts of reservations that could pay, with the best plans for each.
    fn best(&self) -> Result<Bought, Error> {
        let most: Vec<u32> = self.offers.iter().map(|offer| self.most(offer)).collect::<Result<_, _>>()?;
        let from: Vec<u32> =
            most.iter().enumerate().map(|(at, &most)| if self.stands_alone(at) { most } else { 0 }).collect();
        let trials = most.iter().zip(&from).try_fold(1_usize, |trials, (&most, &from)| {
            trials.checked_mul(usize::try_from(most - from).ok()?.checked_add(1)?)
        });
        if trials.is_none_or(|trials| trials > MOST_TRIALS) {
            return self.descend(&from, &most);
        }
        let mut counts = from.clone();
        if trials == Some(1) {
            return self.with(&counts);
        }
        let mut best: Option<Bought> = None;
        loop {
            let bought = self.with(&counts)?;
            if best.as_ref().is_none_or(|best| bought.cost < best.cost) {
                best = Some(bought);
            }
            // The next combination, as an odometer counts.
            let Some(at) = (0..counts.len()).find(|&at| counts.get(at) < most.get(at)) else { break };
            for (place, count) in counts.iter_mut().enumerate().take(at + 1) {
                *count = if place == at { *count + 1 } else { from.get(place).copied().unwrap_or(0) };
            }
        }
        best.ok_or(Error::NoHours)
    }

    /// Each count in turn, by halving, until none moves: for counts that are too many to be tried.
    fn descend(&self, from: &[u32], most: &[u32]) -> Result<Bought, Error> {
        let mut counts = most.to_vec();
        let mut best = self.with(&counts)?;
        for _ in 0..8 {
            let before = counts.clone();
            for at in 0..counts.len() {
                let (mut low, mut high) = (from.get(at).copied().unwrap_or(0), most.get(at).copied().unwrap_or(0));
                let mut at_count = |count: u32| {
                    if let Some(place) = counts.get_mut(at) {
                        *place = count;
                    }
                    self.with(&counts)
                };
                while low < high {
                    let middle = low + (high - low) / 2;
                    if at_count(middle + 1)?.cost < at_count(middle)?.cost {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                best = at_count(low)?;
            }
            if counts == before {
                break;
            }
        }
        Ok(Bought { exact: false, ..best })
    }

    fn of_plans(&self) -> impl Iterator<Item = (usize, &Card)> {
        let mut plans: Vec<(usize, &Card)> = self
            .offers
            .iter()
            .enumerate()
            .filter_map(|(at, offer)| match offer {
                Offer::Plan { card, .. } => Some((at, card)),
                Offer::Reservation { .. } => None,
            })
            .collect();
        plans.sort_by_key(|&(_, card)| card);
        plans.into_iter()
    }

    /// Whether nothing else that is held or offered covers what a reservation does, and all of that costs the
    /// same by unit: then its bound is its best.
    fn stands_alone(&self, at: usize) -> bool {
        let Some(Offer::Reservation { instance, .. }) = self.offers.get(at) else { return true };
        let mut rates = self.demand.rows().iter().filter_map(|row| {
            let used = row.instance.as_ref()?;
            instance.covers(used).map(|_| row.on_demand / used.units())
        });
        let rate = rates.next();
        if rates.any(|other| Some(other) != rate) {
            return false;
        }
        let covered = |used: &Instance| instance.covers(used).is_some();
        let meets_plan = |card: &Card| {
            let both = |row: &super::Row| row.rate(card).is_some() && row.instance.as_ref().is_some_and(covered);
            self.demand.rows().iter().any(both)
        };
        let meets_reservation = |other: &Instance| {
            let both = |row: &super::Row| {
                row.instance.as_ref().is_some_and(|used| covered(used) && other.covers(used).is_some())
            };
            self.demand.rows().iter().any(both)
        };
        let held = self.held.iter().any(|held| match held {
            Commitment::Plan(plan) => meets_plan(plan.card()),
            Commitment::Reserved(reserved) => {
                meets_reservation(reserved.instance()) && reserved.instance().engine != instance.engine
            }
        });
        let offered = self.offers.iter().enumerate().filter(|&(other, _)| other != at).any(|(_, other)| match other {
            Offer::Plan { card, .. } => meets_plan(card),
            Offer::Reservation { instance, .. } => meets_reservation(instance),
        });
        !held && !offered
    }

    /// The most reservations of an offer that could pay: while the next earns its price, were all that it
    /// covers anew at the dearest rate on demand. That can only fall from one to the next.
    fn most(&self, offer: &Offer) -> Result<u32, Error> {
        let Offer::Reservation { instance, hourly, upfront, term, .. } = offer else { return Ok(0) };
        let demand = self.demand;
        let reserved: Vec<Commitment> =
            self.held.iter().filter(|held| matches!(held, Commitment::Reserved(_))).cloned().collect();
        let rest = Rest::of(&Till::new(demand, &reserved)?)?;
        let mut units = vec![Ratio::ZERO; demand.hours()];
        let mut dearest = Ratio::ZERO;
        for (at, row) in demand.rows().iter().enumerate() {
            let Some(used) = row.instance.as_ref().filter(|used| instance.covers(used).is_some()) else { continue };
            dearest = dearest.max(row.on_demand / used.units());
            let per_tick = rest.per_tick.get(at).map_or(Ratio::ONE, |&ticks| Ratio::new(ticks, 1));
            let tick = used.units() / (Ratio::from(row.per_unit) * per_tick);
            for (units, &ticks) in units.iter_mut().zip(rest.ticks.get(at).map_or(&[][..], Vec::as_slice)) {
                *units = *units + tick * Ratio::new(i128::try_from(ticks).map_err(|_| Error::TooLarge)?, 1);
            }
        }
        units.sort_unstable();
        if units.last().is_some_and(|most| most.is_too_large()) {
            return Err(Error::TooLarge);
        }
        let mut sums = vec![Ratio::ZERO];
        let mut sum = Ratio::ZERO;
        for &unit in &units {
            sum = sum + unit;
            sums.push(sum);
        }
        let size = instance.units();
        let covered = |count: u32| {
            let level = size * Ratio::from(count);
            let below = units.partition_point(|&units| units <= level);
            let above = Ratio::new(i128::try_from(units.len() - below).unwrap_or(0), 1);
            sums.get(below).copied().unwrap_or(sum) + level * above
        };
        let hours = Ratio::new(i128::try_from(demand.hours()).unwrap_or(0), 1);
        let price = (*hourly + *upfront / Ratio::from(term.hours())) * hours;
        let pays = |count: u32| dearest * (covered(count + 1) - covered(count)) > price;
        let busiest = units.last().copied().unwrap_or(Ratio::ZERO);
        let all = (busiest / size).ceil().to_whole().and_then(|all| u32::try_from(all).ok()).ok_or(Error::TooLarge)?;
        let (mut low, mut high) = (0, all);
        while low < high {
            let middle = low + (high - low) / 2;
            if pays(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// The best plans with these counts of reservations.
    fn with(&self, counts: &[u32]) -> Result<Bought, Error> {
        let mut bought: Vec<Option<Commitment>> = Vec::new();
        for (offer, &count) in self.offers.iter().zip(counts) {
            bought.push(match offer {
                Offer::Reservation { .. } => offer.buy(Amount::Count(count))?,
                Offer::Plan { .. } => None,
            });
        }
        let mut exact = true;
        let plans: Vec<(usize, &Card)> = self.of_plans().collect();
        // Where plans cover the same usage, each is best given the others, over and over.
        for round in 0..8 {
            let before = bought.clone();
            let mut entangled = false;
            for &(at, card) in &plans {
                let others =
                    bought.iter().enumerate().filter(|&(other, _)| other != at).filter_map(|(_, buy)| buy.as_ref());
                let others: Vec<&Commitment> =
                    self.held.iter().chain(others).filter(|other| self.meets(other, card)).collect();
                entangled |= plans.iter().any(|&(other, of)| other != at && self.share(of, card));
                exact &= !others.iter().any(|other| self.comes_after(other, card));
                let mut own = Ratio::ZERO;
                let mut first = Vec::new();
                for other in others {
                    match other {
                        Commitment::Plan(plan) if plan.card() == card => own = own + plan.hourly(),
                        other => first.push(other.clone()),
                    }
                }
                let curve = Curve::new(self.demand, &Rest::of(&Till::new(self.demand, &first)?)?, card)?;
                let hourly = curve.best_on_top(own)?;
                if let (Some(offer), Some(buy)) = (self.offers.get(at), bought.get_mut(at)) {
                    *buy = offer.buy(Amount::Hourly(hourly))?;
                }
            }
            exact &= !entangled;
            if !entangled || (round > 0 && before == bought) {
                break;
            }
        }
        let all: Vec<Commitment> = self.held.iter().cloned().chain(bought.iter().flatten().cloned()).collect();
        let cost = cost(self.demand, &all)?;
        Ok(Bought { commitments: bought, cost, exact })
    }

    /// Whether a commitment covers usage that a plan covers, too.
    fn meets(&self, other: &Commitment, card: &Card) -> bool {
        match other {
            Commitment::Plan(plan) => self.share(plan.card(), card),
            Commitment::Reserved(reserved) => self.demand.rows().iter().any(|row| {
                let covers = |used: &Instance| reserved.instance().covers(used).is_some();
                row.rate(card).is_some() && row.instance.as_ref().is_some_and(covers)
            }),
        }
    }

    fn share(&self, a: &Card, b: &Card) -> bool {
        self.demand.rows().iter().any(|row| row.rate(a).is_some() && row.rate(b).is_some())
    }

    /// Whether a commitment that meets a plan does not come before it as a whole, nor is in its pool.
    fn comes_after(&self, other: &Commitment, card: &Card) -> bool {
        match other {
            Commitment::Plan(plan) => plan.card().kind >= card.kind && plan.card() != card,
            Commitment::Reserved(_) => false,
        }
    }
}

/// What the hours of the pattern cost under commitments, once and exactly.
fn cost(demand: &Demand, commitments: &[Commitment]) -> Result<Big, Error> {
    let till = Till::new(demand, commitments)?;
    let big = |ratio| Big::of(ratio).ok_or(Error::TooLarge);
    let mut cost = Big::zero();
    for commitment in commitments {
        let hours = i128::try_from(demand.hours()).map_err(|_| Error::TooLarge)?;
        cost = cost + big(commitment.effective() * Ratio::new(hours, 1))?;
    }
    for (row, ticks) in demand.rows().iter().zip(till.sums()?.rest) {
        cost = cost + big(ticks)? * big(row.on_demand / Ratio::from(row.per_unit))?;
    }
    Ok(cost)
}

/// How to buy a commitment. Sources: the references of `DescribeSavingsPlansOfferings` and
/// `CreateSavingsPlan`, `PurchaseReservedDBInstancesOffering`, `PurchaseReservedCacheNodesOffering`.
fn purchase(of: &Commitment) -> Purchase {
    let payment_words = |payment: Payment| match payment {
        Payment::No => "No Upfront",
        Payment::Partial => "Partial Upfront",
        Payment::All => "All Upfront",
        Payment::Heavy => "Heavy Utilization",
    };
    let duration = |term: Term| match term {
        Term::OneYear => "31536000",
        Term::ThreeYears => "94608000",
    };
    let text = |text: &str| String::from(text);
    match of {
        Commitment::Plan(plan) => {
            let card = plan.card();
            let kind = card.kind.word().trim_end_matches("SavingsPlans");
            let mut find = vec![
                ("planTypes", text(kind)),
                ("durations", text(duration(card.term))),
                ("paymentOptions", text(payment_words(card.payment))),
            ];
            if !card.scope.is_empty() {
                find.push(("filters", text(&card.scope)));
            }
            let mut buy = vec![("commitment", plan.hourly().to_string())];
            if card.payment == Payment::Partial {
                buy.push(("upfrontPaymentAmount", plan.upfront().to_string()));
            }
            Purchase {
                find: ("savingsplans:DescribeSavingsPlansOfferings", find),
                buy: ("savingsplans:CreateSavingsPlan", buy),
            }
        }
        Commitment::Reserved(reserved) => {
            let instance = reserved.instance();
            let class = format!("{}.{}", instance.family, instance.size);
            let engine = Arc::clone(&instance.engine);
            let database = &*instance.service != "AmazonElastiCache";
            let mut find = vec![
                (if database { "DBInstanceClass" } else { "CacheNodeType" }, class),
                ("Duration", text(duration(reserved.term()))),
                ("ProductDescription", text(product(&engine))),
                ("OfferingType", text(payment_words(reserved.payment()))),
            ];
            if database {
                find.push(("MultiAZ", text(if instance.copies > 1 { "true" } else { "false" })));
                let buy = vec![("DBInstanceCount", reserved.count().to_string())];
                return Purchase {
                    find: ("rds:DescribeReservedDBInstancesOfferings", find),
                    buy: ("rds:PurchaseReservedDBInstancesOffering", buy),
                };
            }
            let buy = vec![("CacheNodeCount", reserved.count().to_string())];
            Purchase {
                find: ("elasticache:DescribeReservedCacheNodesOfferings", find),
                buy: ("elasticache:PurchaseReservedCacheNodesOffering", buy),
            }
        }
    }
}

/// The product description of an engine; of one that is not known here its operation.
fn product(operation: &str) -> &str {
    match operation {
        "CreateDBInstance:0002" => "mysql",
        "CreateDBInstance:0014" => "postgresql",
        "CreateDBInstance:0016" => "aurora-mysql",
        "CreateDBInstance:0018" => "mariadb",
        "CreateDBInstance:0021" => "aurora-postgresql",
        "CreateCacheCluster:0001" => "memcached",
        "CreateCacheCluster:0002" => "redis",
        "CreateCacheCluster:Valkey" => "valkey",
        other => other,
    }
}
