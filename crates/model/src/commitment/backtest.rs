//! Rules for choosing a commitment, tried on the past: fitted to some days, judged on the days after them.
//!
//! That is what a recommendation of AWS is up against, which looks back 7, 30 or 60 days and takes the best in
//! hindsight (`GetSavingsPlansPurchaseRecommendation`, `LookbackPeriodInDays`).

use super::apply::apply;
use super::curve::{Curve, Rest};
use super::error::Error;
use super::offer::{Amount, Offer};
use super::optimum::jointly;
use super::owned::Commitment;
use super::robust::{DAY_HOURS, Scenario, Stage, levels, mean};
use super::usage::{Card, Demand};
use crate::exact::Ratio;
use crate::money::Usd;
use alloc::format;
use alloc::vec::Vec;

/// How a commitment is chosen from the days looked back on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// What would have been best in them.
    Hindsight,
    /// The least largest regret over resamples of them, and of other demand that is asked for.
    LeastRegret,
}

/// What is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Days looked back on: 7, 30 and 60, as AWS does.
    pub lookbacks: Vec<usize>,
    /// Days that a choice is judged on, 30 for one; the next choice is made after them.
    pub judged_days: usize,
    /// Levels that the robust rule chooses among.
    pub levels: usize,
    /// Resamples that it draws.
    pub resamples: u64,
    /// The seed of the first.
    pub seed: u64,
    /// Other demand that it also takes into account: what was seen, this many times.
    pub factors: Vec<Ratio>,
}

impl Default for Question {
    /// Back 7, 30 and 60 days, on 30 days, 20 levels, 100 resamples, and no other demand.
    fn default() -> Question {
        let lookbacks = [7, 30, 60].into();
        Question { lookbacks, judged_days: 30, levels: 20, resamples: 100, seed: 0, factors: Vec::new() }
    }
}

impl Question {
    /// Hours that the shortest look-back and one judgement take.
    #[must_use]
    pub fn least_hours(&self) -> usize {
        let days = self.lookbacks.iter().min().copied().unwrap_or(1).saturating_add(self.judged_days);
        days.saturating_mul(DAY_HOURS)
    }
}

/// A choice, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The first hour that it was judged on.
    pub from: usize,
    /// What was committed to, in dollars an hour.
    pub hourly: Ratio,
    /// What it saved: negative when it cost more than it covered.
    pub saving: Usd,
    /// What the best would have saved.
    pub best: Usd,
}

/// A rule with a look-back, over the whole past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackTest {
    /// How it chose.
    pub rule: Rule,
    /// How many days it looked back on.
    pub lookback_days: usize,
    /// How many days each choice was judged on.
    pub judged_days: usize,
    /// Its choices, in order of time; none where the demand is shorter than look-back and judgement.
    pub judged: Vec<Judged>,
    /// The mean saving, rounded once.
    pub mean: Usd,
    /// The least saving.
    pub worst: Usd,
    /// The mean of what the best would have saved.
    pub best: Usd,
    /// The most that a choice saved less than the best.
    pub regret: Usd,
}

impl BackTest {
    /// How often it lost money.
    #[must_use]
    pub fn losses(&self) -> usize {
        self.judged.iter().filter(|judged| judged.saving < Usd::ZERO).count()
    }
}

/// Tries both rules with all look-backs for a Savings Plan or a reservation, on top of what is held. All of them
/// are judged on the same days: from the longest look-back on that leaves any.
///
/// # Errors
/// [`Error::TooFew`] where days or levels are 0; as [`optimum`](super::optimum()).
pub fn backtest(
    demand: &Demand,
    offer: &Offer,
    held: &[Commitment],
    question: &Question,
) -> Result<Vec<BackTest>, Error> {
    if question.judged_days == 0 || question.lookbacks.contains(&0) {
        return Err(Error::TooFew("days", 1));
    }
    let hours = |days: usize| days.checked_mul(DAY_HOURS).ok_or(Error::TooLarge);
    let judged_hours = hours(question.judged_days)?;
    let fits = |days: &&usize| hours(**days).is_ok_and(|back| back + judged_hours <= demand.hours());
    let first = hours(question.lookbacks.iter().filter(fits).max().copied().unwrap_or(0))?;
    let mut tests = Vec::new();
    for &lookback_days in &question.lookbacks {
        for rule in [Rule::Hindsight, Rule::LeastRegret] {
            let back = hours(lookback_days)?;
            let mut judged = Vec::new();
            let mut from = first;
            while back <= first && from + judged_hours <= demand.hours() {
                let (Some(past), Some(next)) =
                    (demand.between(from - back, from), demand.between(from, from + judged_hours))
                else {
                    break;
                };
                let chosen = match rule {
                    Rule::Hindsight => Market::new(&past, offer, held)?.best()?,
                    Rule::LeastRegret => robust_level(&past, offer, held, question)?,
                };
                let market = Market::new(&next, offer, held)?;
                let (saving, best) = (market.saving(chosen.as_ref())?, market.best()?);
                let hourly = chosen.as_ref().map_or(Ratio::ZERO, Commitment::effective);
                judged.push(Judged { from, hourly, saving, best: market.saving(best.as_ref())? });
                from += judged_hours;
            }
            let savings: Vec<Usd> = judged.iter().map(|judged| judged.saving).collect();
            let bests: Vec<Usd> = judged.iter().map(|judged| judged.best).collect();
            tests.push(BackTest {
                rule,
                lookback_days,
                judged_days: question.judged_days,
                mean: mean(&savings)?,
                worst: savings.iter().min().copied().unwrap_or(Usd::ZERO),
                best: mean(&bests)?,
                regret: savings.iter().zip(&bests).map(|(&saving, &best)| best - saving).max().unwrap_or(Usd::ZERO),
                judged,
            });
        }
    }
    Ok(tests)
}

/// What can be had of an offer in some days, on top of what is held.
enum Market<'a> {
    /// Plans: their curve answers everything.
    Plans(&'a Offer, Pool),
    /// Reservations, which are counted.
    Reservations { demand: &'a Demand, offer: &'a Offer, held: &'a [Commitment], before: Usd },
}

impl<'a> Market<'a> {
    fn new(demand: &'a Demand, offer: &'a Offer, held: &'a [Commitment]) -> Result<Market<'a>, Error> {
        Ok(match offer {
            Offer::Plan { card, .. } => Market::Plans(offer, Pool::new(demand, card, held)?),
            Offer::Reservation { .. } => {
                Market::Reservations { demand, offer, held, before: apply(demand, held)?.total() }
            }
        })
    }

    /// The best in hindsight; none where nothing saves anything.
    fn best(&self) -> Result<Option<Commitment>, Error> {
        match self {
            Market::Plans(offer, pool) => offer.buy(Amount::Hourly(pool.best()?)),
            Market::Reservations { demand, offer, held, .. } => {
                let bought = jointly(demand, core::slice::from_ref(*offer), held)?.buy;
                Ok(bought.into_iter().next().map(|(_, buy)| buy))
            }
        }
    }

    fn saving(&self, buy: Option<&Commitment>) -> Result<Usd, Error> {
        let Some(buy) = buy else { return Ok(Usd::ZERO) };
        match self {
            Market::Plans(_, pool) => pool.saving(buy.effective()),
            Market::Reservations { demand, held, before, .. } => {
                let all: Vec<Commitment> = held.iter().chain([buy]).cloned().collect();
                Ok(*before - apply(demand, &all)?.total())
            }
        }
    }
}

/// The plans of a card, on what else is held leaves.
struct Pool {
    curve: Curve,
    held: Ratio,
}

impl Pool {
    fn new(demand: &Demand, card: &Card, held: &[Commitment]) -> Result<Pool, Error> {
        let mut own = Ratio::ZERO;
        let mut first = Vec::new();
        for one in held {
            match one {
                Commitment::Plan(plan) if plan.card() == card => own = own + plan.hourly(),
                other => first.push(other.clone()),
            }
        }
        Ok(Pool { curve: Curve::new(demand, &Rest::of(demand, &first)?, card)?, held: own })
    }

    fn best(&self) -> Result<Ratio, Error> {
        self.curve.best_on_top(self.held)
    }

    /// What a commitment saves on top of what is held.
    fn saving(&self, hourly: Ratio) -> Result<Usd, Error> {
        let saving = self.curve.saving(self.held + hourly)? - self.curve.saving(self.held)?;
        saving.to_usd().ok_or(Error::TooLarge)
    }
}

/// What the robust rule commits to after these days.
fn robust_level(
    past: &Demand,
    offer: &Offer,
    held: &[Commitment],
    question: &Question,
) -> Result<Option<Commitment>, Error> {
    let scenario = |&factor: &Ratio| {
        Ok(Scenario { name: format!("{factor} times").into(), demand: past.scaled(factor)?, counts: true })
    };
    let scenarios = question.factors.iter().map(scenario).collect::<Result<Vec<Scenario>, Error>>()?;
    let levels = levels(past, offer, held, question.levels)?;
    // A single day is drawn by the hour.
    let block = if past.hours() >= 2 * DAY_HOURS { DAY_HOURS } else { 1 };
    let stage = Stage::new(past, held, levels, block, &scenarios)?;
    let draws = stage.resample(question.seed..question.seed.saturating_add(question.resamples.max(1)));
    let choice = stage.judge(&draws, Ratio::ONE)?.least_regret;
    Ok(stage.candidates().get(choice).and_then(|candidate| candidate.first()).cloned())
}
