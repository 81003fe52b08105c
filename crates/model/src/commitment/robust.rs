//! A commitment under demand that was not seen.
//!
//! What is best in hindsight fits the demand that it was fitted to. Candidates are therefore held against
//! others: the demand's own days or weeks, drawn again and again with replacement (a block bootstrap, which
//! keeps what happens within a block together), and scenarios that the user gives. In each of them every
//! candidate has a regret: what it costs more than the best candidate there. The robust choice is the one whose
//! largest regret is least. A scenario that nobody asked for is shown, and does not count: half of the demand is
//! so much less than any resample that it would decide alone, also over a load that never changed.
//!
//! A block costs under a candidate what it costs, whenever it is drawn, so that is reckoned once, and a resample
//! is a sum. Block costs are rounded once, to 10⁻¹² dollars; from there all is exact.

use super::curve::{Curve, Rest};
use super::error::Error;
use super::offer::Offer;
use super::optimum::jointly;
use super::owned::{Commitment, HOURLY_PLACES, Plan, least_hourly, most_hourly};
use super::till::Till;
use super::usage::Demand;
use crate::exact::Ratio;
use crate::money::Usd;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Hours of a day, a block of a bootstrap.
pub const DAY_HOURS: usize = 24;
/// Hours of a week, a block where weekdays and weekends differ.
pub const WEEK_HOURS: usize = 168;

/// A demand that may come instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What it is called: `half of it`.
    pub name: Arc<str>,
    /// The demand: [`Demand::scaled`], for one. It may have any number of hours.
    pub demand: Demand,
    /// Whether its regret counts for the robust choice, or is only shown.
    pub counts: bool,
}

/// So many levels of an offer, evenly up to what covers the busiest hour, with none and the best in hindsight
/// among them: candidates for a [`Stage`].
///
/// # Errors
/// As [`optimum`](super::optimum()); [`Error::TooFew`] for no level.
pub fn levels(
    demand: &Demand,
    offer: &Offer,
    held: &[Commitment],
    count: usize,
) -> Result<Vec<Vec<Commitment>>, Error> {
    let steps = i128::try_from(count).map_err(|_| Error::TooLarge)?;
    if steps < 1 {
        return Err(Error::TooFew("levels", 1));
    }
    let best = jointly(demand, core::slice::from_ref(offer), held)?.buy;
    let mut levels = vec![Vec::new()];
    match offer {
        Offer::Plan { card, upfront_percent } => {
            let first: Vec<Commitment> = held.iter().filter(|one| !is_of(one, offer)).cloned().collect();
            let most = Curve::new(demand, &Rest::of(demand, &first)?, card)?.covers_all();
            let places = Ratio::new(10_i128.pow(HOURLY_PLACES), 1);
            for step in 1..=steps {
                let hourly = (most * Ratio::new(step, steps) * places).ceil() / places;
                let hourly = hourly.max(least_hourly()).min(most_hourly());
                levels.push(vec![Plan::new("proposed", card.clone(), hourly, *upfront_percent)?.into()]);
            }
        }
        Offer::Reservation { instance, .. } => {
            let mut most = Ratio::ZERO;
            for hour in 0..demand.hours() {
                let units = demand.rows().iter().filter_map(|row| {
                    let used = row.instance.as_ref().filter(|used| instance.covers(used).is_some())?;
                    Some(Ratio::from(row.hourly.get(hour).copied()?) / Ratio::from(row.per_unit) * used.units())
                });
                most = most.max(units.sum());
            }
            for step in 1..=steps {
                let count = (most / instance.units() * Ratio::new(step, steps)).ceil().to_whole();
                let count = count.and_then(|count| u32::try_from(count).ok()).ok_or(Error::TooLarge)?;
                levels.push(offer.of_count(count)?.into_iter().collect());
            }
        }
    }
    levels.push(best.into_iter().map(|(_, buy)| buy).collect());
    levels.sort_by_key(|level| level.iter().map(Commitment::effective).sum::<Ratio>());
    levels.dedup();
    Ok(levels)
}

/// Whether a plan that is held is of the card of an offer: they are one pool.
fn is_of(held: &Commitment, offer: &Offer) -> bool {
    matches!((held, offer), (Commitment::Plan(plan), Offer::Plan { card, .. }) if plan.card() == card)
}

/// Candidates, and what each block of the demand costs under each of them.
#[derive(Clone, Debug)]
pub struct Stage {
    candidates: Vec<Vec<Commitment>>,
    /// By block, then by candidate.
    costs: Vec<Usd>,
    scenarios: Vec<Played>,
}

/// A scenario: what all candidates cost in it.
#[derive(Clone, Debug)]
struct Played {
    name: Arc<str>,
    costs: Vec<Usd>,
    counts: bool,
}

impl Stage {
    /// Reckons all blocks of `block_hours` under all candidates, on top of what is held; hours at the end that
    /// make no whole block are left out. A candidate that buys nothing is put first where there is none:
    /// savings are against it.
    ///
    /// # Errors
    /// As [`apply`](super::apply()); [`Error::TooFew`] where not two blocks fit.
    pub fn new(
        demand: &Demand,
        held: &[Commitment],
        candidates: Vec<Vec<Commitment>>,
        block_hours: usize,
        scenarios: &[Scenario],
    ) -> Result<Stage, Error> {
        if block_hours == 0 || demand.hours() / block_hours.max(1) < 2 {
            return Err(Error::TooFew("blocks of the demand", 2));
        }
        let mut candidates = candidates;
        if !candidates.iter().any(Vec::is_empty) {
            candidates.insert(0, Vec::new());
        }
        let place = candidates.iter().position(Vec::is_empty).unwrap_or(0);
        candidates.swap(0, place);
        let with = |candidate: &Vec<Commitment>| -> Vec<Commitment> { held.iter().chain(candidate).cloned().collect() };
        let blocks = demand.hours() / block_hours;
        let mut costs = vec![Usd::ZERO; blocks * candidates.len()];
        for (at, candidate) in candidates.iter().enumerate() {
            let of = block_costs(demand, &with(candidate), block_hours, blocks)?;
            for (block, cost) in of.into_iter().enumerate() {
                if let Some(place) = costs.get_mut(block * candidates.len() + at) {
                    *place = cost;
                }
            }
        }
        let mut others = Vec::new();
        for Scenario { name, demand, counts } in scenarios {
            let cost = |candidate| {
                let all = block_costs(demand, &with(candidate), demand.hours(), 1)?;
                Ok(all.into_iter().sum())
            };
            let costs = candidates.iter().map(cost).collect::<Result<Vec<Usd>, Error>>()?;
            others.push(Played { name: Arc::clone(name), costs, counts: *counts });
        }
        Ok(Stage { candidates, costs, scenarios: others })
    }

    /// The candidates, in the order of all figures; the first buys nothing.
    #[must_use]
    pub fn candidates(&self) -> &[Vec<Commitment>] {
        &self.candidates
    }

    /// Whether a scenario counts for the robust choice.
    #[must_use]
    pub fn scenarios_count(&self) -> bool {
        self.scenarios.iter().any(|scenario| scenario.counts)
    }

    /// How many blocks there are.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.costs.len() / self.candidates.len().max(1)
    }

    /// Draws as many blocks as there are, with replacement, once for each seed, and says what all candidates
    /// cost. The same seed draws the same on every machine, whichever range it is in: ranges may be shared
    /// among threads, and put together with [`Draws::extend`].
    #[must_use]
    pub fn resample(&self, seeds: Range<u64>) -> Draws {
        let (candidates, blocks) = (self.candidates.len(), self.blocks());
        let many = u64::try_from(blocks).unwrap_or(u64::MAX);
        let mut costs = Vec::new();
        let mut sums = vec![Usd::ZERO; candidates];
        for seed in seeds {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            sums.fill(Usd::ZERO);
            for _ in 0..blocks {
                let block = usize::try_from((u64::from(random.next_u32()) * many) >> 32).unwrap_or(0);
                let block = self.costs.get(block * candidates..(block + 1) * candidates).unwrap_or(&[]);
                for (sum, &cost) in sums.iter_mut().zip(block) {
                    *sum = *sum + cost;
                }
            }
            costs.extend_from_slice(&sums);
        }
        Draws { candidates, costs }
    }

    /// What comes of all candidates; `tail` is the part of the draws that counts as bad, 1/20 for one.
    ///
    /// # Errors
    /// [`Error::TooFew`] without draws, or where nothing is left of the tail.
    pub fn judge(&self, draws: &Draws, tail: Ratio) -> Result<Robust, Error> {
        if draws.candidates != self.candidates.len() || draws.costs.is_empty() {
            return Err(Error::TooFew("resamples", 1));
        }
        if tail <= Ratio::ZERO || tail > Ratio::ONE {
            return Err(Error::TooFew("draws in the tail", 1));
        }
        let seen: Vec<Usd> =
            self.costs.chunks(draws.candidates).fold(vec![Usd::ZERO; draws.candidates], |sums, block| {
                sums.into_iter().zip(block).map(|(sum, &cost)| sum + cost).collect()
            });
        let best = |costs: &[Usd]| costs.iter().min().copied().unwrap_or(Usd::ZERO);
        let least: Vec<Usd> = draws.samples().map(best).collect();
        let mut standings = Vec::new();
        for at in 0..draws.candidates {
            let of = |costs: &[Usd]| costs.get(at).copied().unwrap_or(Usd::ZERO);
            let saving = |costs: &[Usd]| costs.first().copied().unwrap_or(Usd::ZERO) - of(costs);
            let mut savings: Vec<Usd> = draws.samples().map(saving).collect();
            savings.sort_unstable();
            let regrets = draws.samples().zip(&least).map(|(costs, &least)| of(costs) - least);
            let scenarios: Vec<Outcome> = self
                .scenarios
                .iter()
                .map(|Played { name, costs, .. }| Outcome {
                    name: Arc::clone(name),
                    saving: saving(costs),
                    regret: of(costs) - best(costs),
                })
                .collect();
            let counted = self.scenarios.iter().zip(&scenarios).filter(|(played, _)| played.counts);
            let regret = regrets.chain(counted.map(|(_, outcome)| outcome.regret)).max().unwrap_or(Usd::ZERO);
            standings.push(Standing {
                candidate: at,
                seen: saving(&seen),
                tail: worst_mean(&savings, tail)?,
                savings: Spread::of(&savings)?,
                scenarios,
                regret,
            });
        }
        // Of equals the one that commits to less: candidates come in that order.
        let least = |key: &dyn Fn(&Standing) -> Usd| {
            standings.iter().min_by_key(|standing| key(standing)).map_or(0, |standing| standing.candidate)
        };
        Ok(Robust {
            hindsight: least(&|standing| -standing.seen),
            least_regret: least(&|standing| standing.regret),
            best_tail: least(&|standing| -standing.tail),
            standings,
        })
    }
}

/// What the blocks of a demand cost under commitments, each rounded once.
fn block_costs(
    demand: &Demand,
    commitments: &[Commitment],
    block_hours: usize,
    blocks: usize,
) -> Result<Vec<Usd>, Error> {
    let till = Till::new(demand, commitments)?;
    let rates: Vec<Ratio> = demand.rows().iter().map(|row| row.on_demand / Ratio::from(row.per_unit)).collect();
    let fee: Ratio = commitments.iter().map(Commitment::effective).sum();
    let fee = fee * Ratio::new(i128::try_from(block_hours).map_err(|_| Error::TooLarge)?, 1);
    let mut costs = Vec::with_capacity(blocks);
    for block in 0..blocks {
        let sums = till.sums(block * block_hours..(block + 1) * block_hours)?.rest;
        let on_demand: Ratio = sums.iter().zip(&rates).map(|(&ticks, &rate)| ticks * rate).sum();
        costs.push(Usd::round(on_demand + fee).ok_or(Error::TooLarge)?);
    }
    Ok(costs)
}

/// What all candidates cost in each resample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draws {
    candidates: usize,
    costs: Vec<Usd>,
}

impl Draws {
    /// How many resamples there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.costs.len() / self.candidates.max(1)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.costs.is_empty()
    }

    /// Adds the resamples of other seeds, of the same [`Stage`].
    pub fn extend(&mut self, other: &Draws) {
        if other.candidates == self.candidates {
            self.costs.extend_from_slice(&other.costs);
        }
    }

    fn samples(&self) -> impl Iterator<Item = &[Usd]> {
        self.costs.chunks(self.candidates.max(1))
    }
}

/// Savings over all resamples, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The least.
    pub lowest: Usd,
    /// One of twenty is lower.
    pub p5: Usd,
    /// One of four is lower.
    pub p25: Usd,
    /// Half of them are lower.
    pub median: Usd,
    /// One of four is higher.
    pub p75: Usd,
    /// One of twenty is higher.
    pub p95: Usd,
    /// The most.
    pub highest: Usd,
    /// The mean, rounded once.
    pub mean: Usd,
}

impl Spread {
    /// Of amounts in ascending order: each figure but the mean is one of them.
    fn of(sorted: &[Usd]) -> Result<Spread, Error> {
        let at = |percent: usize| {
            sorted.get((sorted.len() * percent).div_ceil(100).max(1) - 1).copied().unwrap_or(Usd::ZERO)
        };
        Ok(Spread {
            lowest: at(0),
            p5: at(5),
            p25: at(25),
            median: at(50),
            p75: at(75),
            p95: at(95),
            highest: at(100),
            mean: mean(sorted)?,
        })
    }
}

/// The mean of amounts, rounded once; nothing of none.
pub(super) fn mean(amounts: &[Usd]) -> Result<Usd, Error> {
    let count = i128::try_from(amounts.len()).map_err(|_| Error::TooLarge)?;
    let sum = amounts.iter().copied().sum::<Usd>().to_ratio();
    if count == 0 { Ok(Usd::ZERO) } else { Usd::round(sum / Ratio::new(count, 1)).ok_or(Error::TooLarge) }
}

/// The mean of the worst part of amounts in ascending order, at least of one.
fn worst_mean(sorted: &[Usd], tail: Ratio) -> Result<Usd, Error> {
    let count = (tail * Ratio::new(i128::try_from(sorted.len()).map_err(|_| Error::TooLarge)?, 1)).ceil().to_whole();
    let count = count.and_then(|count| usize::try_from(count).ok()).ok_or(Error::TooLarge)?;
    mean(sorted.get(..count.min(sorted.len())).unwrap_or(sorted))
}

/// A candidate in a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the scenario is called.
    pub name: Arc<str>,
    /// What it saves there: negative when it costs more than buying nothing.
    pub saving: Usd,
    /// What it costs more than the best candidate there.
    pub regret: Usd,
}

/// What comes of a candidate. Amounts are over as many hours as the blocks have, of scenarios over theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which, by its place in the stage.
    pub candidate: usize,
    /// What it saves on the demand as it was.
    pub seen: Usd,
    /// What it saves on resamples.
    pub savings: Spread,
    /// The mean saving of the worst resamples (conditional value at risk).
    pub tail: Usd,
    /// In the scenarios, in their order.
    pub scenarios: Vec<Outcome>,
    /// The largest regret, of all resamples, and of scenarios that count.
    pub regret: Usd,
}

/// All candidates held against other demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Robust {
    /// Of each candidate, in the order of the stage.
    pub standings: Vec<Standing>,
    /// The one that saves most on the demand as it was.
    pub hindsight: usize,
    /// The one whose largest regret is least: the robust choice.
    pub least_regret: usize,
    /// The one that saves most in the worst resamples.
    pub best_tail: usize,
}

/// Holds levels of an offer against resamples by day and scenarios, on one thread: a [`Stage`] in one call.
///
/// ```
/// use stackcost_model::commitment::{Card, Demand, Key, Offer, Row, Scenario, robust};
/// use stackcost_model::exact::Ratio;
/// use stackcost_model::price::{Payment, PlanKind, Term};
///
/// let card = Card::new(PlanKind::Compute, Term::OneYear, Payment::No);
/// let (on_demand, plan) = (Ratio::parse("0.04").unwrap(), Ratio::parse("0.03").unwrap());
/// let key = Key::new("AmazonECS", "us-east-1", "Fargate-vCPU-Hours:perCPU", "");
/// let vcpu = Row::new(key, "vCPU-Hours", on_demand, 1, vec![100; 240]).under(&card, plan);
/// let demand = Demand::new(vec![vcpu]).unwrap();
/// let half = Scenario { name: "half of it".into(), demand: demand.scaled(Ratio::new(1, 2)).unwrap(), counts: true };
/// let offer = Offer::Plan { card, upfront_percent: 0 };
/// let (stage, robust) = robust(&demand, &offer, &[], 12, &[half], 0..100, Ratio::new(1, 20)).unwrap();
/// // In hindsight all of it; were half of it to come, that would be too much.
/// let hourly = |at: usize| stage.candidates()[at][0].effective();
/// assert_eq!(hourly(robust.hindsight), Ratio::whole(3));
/// assert!(hourly(robust.least_regret) < Ratio::whole(3));
/// ```
///
/// # Errors
/// As [`levels`], [`Stage::new`], [`Stage::judge`].
pub fn robust(
    demand: &Demand,
    offer: &Offer,
    held: &[Commitment],
    count: usize,
    scenarios: &[Scenario],
    seeds: Range<u64>,
    tail: Ratio,
) -> Result<(Stage, Robust), Error> {
    let stage = Stage::new(demand, held, levels(demand, offer, held, count)?, DAY_HOURS, scenarios)?;
    let robust = stage.judge(&stage.resample(seeds), tail)?;
    Ok((stage, robust))
}
