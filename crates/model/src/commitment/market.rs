//! The best amounts of offers that are bought together.
//!
//! Reservations are whole, and come before plans: for each count of them the best plans are found, on what they
//! leave. A count is not tried when even at the dearest rate on demand the next unit cannot earn its price, which
//! bounds the counts. So a plan is not bought for what reservations cover for less, nor the other way.

use super::big::Big;
use super::curve::{Curve, Ends, Rest};
use super::error::Error;
use super::instance::Instance;
use super::offer::{Amount, Offer};
use super::owned::Commitment;
use super::till::Till;
use super::usage::{Card, Demand, Row, lcm};
use crate::exact::Ratio;
use alloc::vec;
use alloc::vec::Vec;

/// More combinations of reservation counts than this are not tried one by one.
const MOST_TRIALS: usize = 4_096;

/// Offers that are bought together, over a demand with what is held.
pub(super) struct Market<'a> {
    demand: &'a Demand,
    offers: &'a [Offer],
    held: &'a [Commitment],
}

/// What is best: of each offer, in its order.
pub(super) struct Bought {
    pub commitments: Vec<Option<Commitment>>,
    cost: Big,
    /// Whether no other amounts can cost less.
    pub exact: bool,
}

impl<'a> Market<'a> {
    pub(super) fn new(demand: &'a Demand, offers: &'a [Offer], held: &'a [Commitment]) -> Result<Market<'a>, Error> {
        for offer in offers {
            offer.check(demand)?;
        }
        Ok(Market { demand, offers, held })
    }

    /// Tries all counts of reservations that could pay, with the best plans for each.
    pub(super) fn best(&self) -> Result<Bought, Error> {
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
        let mut best: Option<Bought> = None;
        // Reservations that cover each other's usage hide behind one another, so from several sides.
        for start in [most, from, &self.own(from, most)] {
            let bought = self.descend_from(start, from, most)?;
            if best.as_ref().is_none_or(|best| bought.cost < best.cost) {
                best = Some(bought);
            }
        }
        best.ok_or(Error::NoHours)
    }

    /// How many of each reservation its very instance uses at its busiest, within bounds.
    fn own(&self, from: &[u32], most: &[u32]) -> Vec<u32> {
        let busiest = |offer: &Offer| {
            let Offer::Reservation { instance, .. } = offer else { return 0 };
            let rows = self.demand.rows().iter().filter(|row| row.instance.as_ref() == Some(instance));
            let of = |row: &Row| row.hourly.iter().max().map_or(0, |&most| most.div_ceil(row.per_unit.max(1)));
            rows.map(of).sum::<u64>()
        };
        let bounds = from.iter().zip(most);
        let within = |(offer, (&from, &most)): (&Offer, (&u32, &u32))| {
            u32::try_from(busiest(offer)).unwrap_or(u32::MAX).min(most).max(from)
        };
        self.offers.iter().zip(bounds).map(within).collect()
    }

    fn descend_from(&self, start: &[u32], from: &[u32], most: &[u32]) -> Result<Bought, Error> {
        let mut counts = start.to_vec();
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
            let both = |row: &Row| row.rate(card).is_some() && row.instance.as_ref().is_some_and(covered);
            self.demand.rows().iter().any(both)
        };
        let meets_reservation = |other: &Instance| {
            let both =
                |row: &Row| row.instance.as_ref().is_some_and(|used| covered(used) && other.covers(used).is_some());
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
        let rest = Rest::of(demand, &reserved)?;
        let (size, mut dearest, mut scale) = (instance.units(), Ratio::ZERO, instance.units().per_unit());
        let mut ticks = Vec::new();
        for (at, row) in demand.rows().iter().enumerate() {
            let Some(used) = row.instance.as_ref().filter(|used| instance.covers(used).is_some()) else { continue };
            dearest = dearest.max(row.on_demand / used.units());
            let tick = used.units() / (Ratio::from(row.per_unit) * rest.parts(at));
            scale = lcm(scale, tick.per_unit()).ok_or(Error::TooLarge)?;
            ticks.push((at, tick));
        }
        // Units are counted in parts of which so many make one that all are whole.
        let whole = |units: Ratio| {
            let parts = units * Ratio::new(scale, 1);
            u128::try_from(parts.ticks()).ok().filter(|_| parts.per_unit() == 1).ok_or(Error::TooLarge)
        };
        let mut units = vec![0_u128; demand.hours()];
        for (at, tick) in ticks {
            rest.add_to(at, whole(tick)?, &mut units).ok_or(Error::TooLarge)?;
        }
        let (units, size) = (Ends::sorted(&units), whole(size)?);
        let covered = |count: u32| units.spent(size.checked_mul(count.into())?);
        let hours = Ratio::new(i128::try_from(demand.hours()).map_err(|_| Error::TooLarge)?, 1);
        let price = (*hourly + *upfront / Ratio::from(term.hours())) * hours;
        let pays = |count: u32| {
            let anew = covered(count + 1)?.checked_sub(covered(count)?)?;
            Some(dearest * Ratio::new(i128::try_from(anew).ok()?, scale) > price)
        };
        let (mut low, mut high) = (0, u32::try_from(units.last().div_ceil(size.max(1))).map_err(|_| Error::TooLarge)?);
        while low < high {
            let middle = low + (high - low) / 2;
            if pays(middle).ok_or(Error::TooLarge)? {
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
        let plans: Vec<(usize, &Card)> = self.of_plans().collect();
        let entangled = plans.iter().any(|&(at, card)| {
            let held = self.held.iter().any(|held| self.meets(held, card) && comes_after(held, card));
            held || plans.iter().any(|&(other, of)| other != at && self.share(of, card))
        });
        if !entangled {
            for &(at, card) in &plans {
                self.choose(at, card, &mut bought)?;
            }
            let cost = self.cost(&bought)?;
            return Ok(Bought { commitments: bought, cost, exact: true });
        }
        // Each is best given the others, over and over; what they really cost together decides.
        let mut best = Bought { cost: self.cost(&bought)?, commitments: bought.clone(), exact: false };
        for _ in 0..8 {
            let before = bought.clone();
            for &(at, card) in &plans {
                self.choose(at, card, &mut bought)?;
                let cost = self.cost(&bought)?;
                if cost < best.cost {
                    best = Bought { cost, commitments: bought.clone(), exact: false };
                }
            }
            if bought == before {
                break;
            }
        }
        Ok(best)
    }

    /// Sets an offer of a plan to its best, on what all else that is held or bought leaves.
    fn choose(&self, at: usize, card: &Card, bought: &mut [Option<Commitment>]) -> Result<(), Error> {
        let mut own = Ratio::ZERO;
        let mut first = Vec::new();
        let others = bought.iter().enumerate().filter(|&(other, _)| other != at).filter_map(|(_, buy)| buy.as_ref());
        for other in self.held.iter().chain(others).filter(|other| self.meets(other, card)) {
            match other {
                Commitment::Plan(plan) if plan.card() == card => own = own + plan.hourly(),
                other => first.push(other.clone()),
            }
        }
        let curve = Curve::new(self.demand, &Rest::of(self.demand, &first)?, card)?;
        let hourly = curve.best_on_top(own)?;
        if let (Some(offer), Some(buy)) = (self.offers.get(at), bought.get_mut(at)) {
            *buy = offer.buy(Amount::Hourly(hourly))?;
        }
        Ok(())
    }

    fn cost(&self, bought: &[Option<Commitment>]) -> Result<Big, Error> {
        let all: Vec<Commitment> = self.held.iter().cloned().chain(bought.iter().flatten().cloned()).collect();
        cost(self.demand, &all)
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
}

/// Whether a commitment that meets a plan does not come before it as a whole, nor is in its pool.
fn comes_after(other: &Commitment, card: &Card) -> bool {
    match other {
        Commitment::Plan(plan) => plan.card().kind >= card.kind && plan.card() != card,
        Commitment::Reserved(_) => false,
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
    for (row, ticks) in demand.rows().iter().zip(till.sums(0..demand.hours())?.rest) {
        cost = cost + big(ticks)? * big(row.on_demand / Ratio::from(row.per_unit))?;
    }
    Ok(cost)
}
