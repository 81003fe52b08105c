//! What to commit to for a stack: every offer alone, the best together for each term, and how that stands
//! under other demand.

use super::catalog::{Catalog, Lacking, Terms};
use super::error::Error;
use super::offer::Offer;
use super::optimum::{Choice, Mix, optimum};
use super::owned::Commitment;
use super::robust::{DAY_HOURS, Robust, Scenario, Stage, levels};
use super::usage::{Demand, Row};
use crate::estimate::Estimate;
use crate::exact::{Ratio, trim};
use crate::price::Term;
use crate::stack::Stack;
use alloc::format;
use alloc::vec::Vec;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which offers.
    pub terms: Terms,
    /// What is owned already: its coverage is taken off first.
    pub held: Vec<Commitment>,
    /// The yearly discount rate by which payments at different times compare: see [`value`](super::value()).
    pub discount: Ratio,
    /// Other demand: so many times what the stack uses.
    pub factors: Vec<Ratio>,
    /// Levels of each offer that are held against other demand.
    pub levels: usize,
    /// Resamples of the demand's days.
    pub resamples: u64,
    /// The seed of the first.
    pub seed: u64,
    /// The part of the resamples that counts as bad.
    pub tail: Ratio,
}

impl Default for Wanted {
    /// Everything on offer, nothing owned, no discounting; half, four fifths and six fifths of the demand;
    /// 20 levels, 200 resamples, of which the worst twentieth counts as bad.
    fn default() -> Wanted {
        Wanted {
            terms: Terms::default(),
            held: Vec::new(),
            discount: Ratio::ZERO,
            factors: [Ratio::new(1, 2), Ratio::new(4, 5), Ratio::new(6, 5)].into(),
            levels: 20,
            resamples: 200,
            seed: 0,
            tail: Ratio::new(1, 20),
        }
    }
}

/// The best together of offers of one term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// How long.
    pub term: Term,
    /// What to buy, by the places of offers, and the bill with it.
    pub mix: Mix,
    /// What it costs an hour over the term, in dollars.
    pub hourly: Ratio,
}

/// How much of an offer to buy, in the light of other demand, given all else that is bought with it.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// In the mix of this term.
    pub term: Term,
    /// Which offer, by its place.
    pub offer: usize,
    /// The levels.
    pub stage: Stage,
    /// What came of them.
    pub robust: Robust,
    /// Hours that amounts are over.
    pub hours: Ratio,
}

/// A proposal for a stack.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// What commitments may cover, hour by hour; none where nothing is.
    pub demand: Option<Demand>,
    /// What can be bought.
    pub offers: Vec<Offer>,
    /// The best of each offer alone, in their order.
    pub alone: Vec<Choice>,
    /// The best together, of each term.
    pub together: Vec<Together>,
    /// Each offer that is bought in one of them.
    pub judged: Vec<Judgement>,
    /// What cannot be judged, as rates are not known.
    pub lacking: Vec<Lacking>,
}

impl Proposed {
    /// What saves most in each month as it is: the term of the best of [`Proposed::together`].
    #[must_use]
    pub fn best(&self) -> Option<&Together> {
        self.together.iter().filter(|of| !of.mix.buy.is_empty()).min_by_key(|of| of.mix.applied.total())
    }
}

/// Proposes commitments for a stack, whose estimate is on demand.
///
/// # Errors
/// As [`optimum`](super::optimum()) and [`Stage`].
pub fn propose(stack: &Stack, estimate: &Estimate, catalog: &Catalog, wanted: &Wanted) -> Result<Proposed, Error> {
    proposed(stack, estimate, catalog, wanted, true)
}

/// The same; where it is not to be judged, without a look at other demand.
pub(crate) fn proposed(
    stack: &Stack,
    estimate: &Estimate,
    catalog: &Catalog,
    wanted: &Wanted,
    judging: bool,
) -> Result<Proposed, Error> {
    let lacking = catalog.lacking(estimate);
    let nothing = Proposed {
        demand: None,
        offers: Vec::new(),
        alone: Vec::new(),
        together: Vec::new(),
        judged: Vec::new(),
        lacking,
    };
    let demand = match Demand::of_stack(stack, estimate, |line| catalog.eligible(estimate.region, line)) {
        Err(Error::NoHours) => return Ok(nothing),
        demand => demand?,
    };
    let offers = catalog.offers(&demand, &wanted.terms);
    let (mut alone, mut together, mut judged) = (Vec::new(), Vec::new(), Vec::new());
    let long = laid_out(&demand)?;
    for &term in &wanted.terms.terms {
        let of_term = |offer: &Offer| match offer {
            Offer::Plan { card, .. } => card.term == term,
            Offer::Reservation { term: of, .. } => *of == term,
        };
        let places: Vec<usize> =
            offers.iter().enumerate().filter(|(_, offer)| of_term(offer)).map(|(place, _)| place).collect();
        let some: Vec<Offer> = places.iter().filter_map(|&place| offers.get(place).cloned()).collect();
        if some.is_empty() {
            continue;
        }
        let mut found = optimum(&demand, &some, &wanted.held, wanted.discount)?;
        let place = |own: usize| places.get(own).copied().unwrap_or(own);
        found.alone.iter_mut().for_each(|choice| choice.offer = place(choice.offer));
        found.together.buy.iter_mut().for_each(|(offer, _)| *offer = place(*offer));
        for (at, (offer, _)) in found.together.buy.iter().enumerate().filter(|_| judging) {
            let others = found.together.buy.iter().enumerate().filter(|(other, _)| *other != at);
            let with: Vec<Commitment> =
                wanted.held.iter().cloned().chain(others.map(|(_, (_, buy))| buy.clone())).collect();
            let Some(of) = offers.get(*offer) else { continue };
            let (stage, robust) = judge(&long, of, &with, wanted)?;
            let hours = Ratio::new(i128::try_from(stage.blocks() * DAY_HOURS).map_err(|_| Error::TooLarge)?, 1);
            judged.push(Judgement { term, offer: *offer, stage, robust, hours });
        }
        alone.append(&mut found.alone);
        let hourly = found.together.buy.iter().map(|(_, buy)| buy.effective()).sum();
        together.push(Together { term, mix: found.together, hourly });
    }
    alone.sort_by_key(|choice| choice.offer);
    Ok(Proposed { demand: Some(demand), offers, alone, together, judged, ..nothing })
}

/// Holds levels of an offer against other demand.
fn judge(demand: &Demand, offer: &Offer, with: &[Commitment], wanted: &Wanted) -> Result<(Stage, Robust), Error> {
    let scenario = |&factor: &Ratio| {
        let percent = (factor * Ratio::whole(100)).to_fixed(2);
        Ok(Scenario { name: format!("{} %", trim(&percent)).into(), demand: demand.scaled(factor)? })
    };
    let scenarios = wanted.factors.iter().map(scenario).collect::<Result<Vec<_>, Error>>()?;
    let levels = levels(demand, offer, with, wanted.levels)?;
    let stage = Stage::new(demand, with, levels, DAY_HOURS, &scenarios)?;
    let end = wanted.seed.checked_add(wanted.resamples).ok_or(Error::TooLarge)?;
    let robust = stage.judge(&stage.resample(wanted.seed..end), wanted.tail)?;
    Ok((stage, robust))
}

/// The same demand over at least two weeks, so that it has days to draw from.
fn laid_out(demand: &Demand) -> Result<Demand, Error> {
    const LEAST: usize = 14 * DAY_HOURS;
    if demand.hours() >= LEAST {
        return Ok(demand.clone());
    }
    let hours = demand.hours() * LEAST.div_ceil(demand.hours());
    let longer = |row: &Row| Row { hourly: row.hourly.iter().copied().cycle().take(hours).collect(), ..row.clone() };
    Demand::new(demand.rows().iter().map(longer).collect())
}
