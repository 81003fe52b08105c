//! What to commit to for a stack: every offer alone, the best together for each term, and how that stands
//! under other demand.

use super::apply::{Applied, apply};
use super::backtest::{BackTest, Question, backtest};
use super::catalog::{Catalog, Lacking, Terms};
use super::error::Error;
use super::offer::Offer;
use super::optimum::{Choice, Mix, Proposal, optimum};
use super::owned::Commitment;
use super::robust::{DAY_HOURS, Robust, Scenario, Stage, levels};
use super::usage::{Demand, Row, running};
use crate::estimate::Estimate;
use crate::exact::{Ratio, trim};
use crate::price::Term;
use crate::services::Component;
use crate::stack::Stack;
use crate::time::HOUR;
use alloc::format;
use alloc::sync::Arc;
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
    /// Whether somebody asked for it: then it counts for the robust choice, too, and is not only shown.
    pub factors_count: bool,
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
    /// Everything on offer, nothing owned, no discounting; half, four fifths and six fifths of the demand, to be
    /// shown; 20 levels, 200 resamples, of which the worst twentieth counts as bad.
    fn default() -> Wanted {
        Wanted {
            terms: Terms::default(),
            held: Vec::new(),
            discount: Ratio::ZERO,
            factors: [Ratio::new(1, 2), Ratio::new(4, 5), Ratio::new(6, 5)].into(),
            factors_count: false,
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
    /// The part of what is on demand without it that it covers.
    pub covered: Ratio,
    /// The part of it that covers something.
    pub used: Ratio,
}

/// What is taken for granted, as the stack does not say it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assumption {
    /// Several components change over time, and the pattern of one at least does not say when it begins: it is
    /// taken to begin with the hours.
    SideBySide,
    /// What runs now and then is spread evenly over all hours.
    SpreadEvenly(Arc<str>),
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

/// What an offer would have saved, fitted to the days before: see [`backtest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// In the mix of this term.
    pub term: Term,
    /// Which offer, by its place.
    pub offer: usize,
    /// Each rule with each look-back that there are days for.
    pub tests: Vec<BackTest>,
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
    /// Each of them on the past, alone with what is owned; none where there are too few days that happened.
    pub tried: Vec<Tried>,
    /// What cannot be judged, as rates are not known.
    pub lacking: Vec<Lacking>,
    /// What is owned and covers nothing here, by name; it is not counted.
    pub idle: Vec<Arc<str>>,
    /// What is taken for granted.
    pub assumed: Vec<Assumption>,
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
    let demand = match Demand::of_stack(stack, estimate, |line| catalog.eligible(estimate.region, line)) {
        Err(Error::NoHours) => None,
        demand => Some(demand?),
    };
    let assumed = if demand.is_some() { assumed(stack, estimate, catalog) } else { Vec::new() };
    let happened = demand.as_ref().is_some_and(|demand| happened(stack, demand));
    given(Given { demand, happened, lacking: catalog.lacking(estimate), assumed }, catalog, wanted, judging)
}

/// Usage, wherever it is from.
#[derive(Clone, Debug)]
pub struct Given {
    /// What commitments may cover, hour by hour; none where nothing is.
    pub demand: Option<Demand>,
    /// Whether its hours came one after another, once: then its past can be held against what followed.
    pub happened: bool,
    /// What they cover without a rate that is known.
    pub lacking: Vec<Lacking>,
    /// What was taken for granted of it.
    pub assumed: Vec<Assumption>,
}

/// Proposes commitments for usage that is known by the hour.
///
/// # Errors
/// As [`propose`].
pub fn propose_for(usage: Given, catalog: &Catalog, wanted: &Wanted) -> Result<Proposed, Error> {
    given(usage, catalog, wanted, true)
}

fn given(usage: Given, catalog: &Catalog, wanted: &Wanted, judging: bool) -> Result<Proposed, Error> {
    let nothing = Proposed {
        demand: None,
        offers: Vec::new(),
        alone: Vec::new(),
        together: Vec::new(),
        judged: Vec::new(),
        tried: Vec::new(),
        lacking: usage.lacking,
        idle: wanted.held.iter().map(|held| held.name().into()).collect(),
        assumed: usage.assumed,
    };
    let Some(demand) = usage.demand else { return Ok(nothing) };
    let (held, idle): (Vec<Commitment>, Vec<Commitment>) =
        wanted.held.iter().cloned().partition(|held| covers_any(held, &demand));
    let now = apply(&demand, &held)?;
    let offers = catalog.offers(&demand, &wanted.terms);
    let ground = Ground { wanted, demand: &demand, happened: usage.happened, offers: &offers, held: &held, now: &now };
    let (mut alone, mut together, mut judged, mut tried) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for &term in &wanted.terms.terms {
        let Some(Proposal { alone: mut each, together: mix }) = ground.of_term(term)? else { continue };
        alone.append(&mut each);
        if judging {
            judged.append(&mut ground.judged(term, &mix)?);
            tried.append(&mut ground.tried(term, &mix)?);
        }
        together.push(ground.figures(term, mix));
    }
    alone.sort_by_key(|choice| choice.offer);
    Ok(Proposed {
        alone,
        together,
        judged,
        tried,
        idle: idle.iter().map(|held| held.name().into()).collect(),
        offers,
        demand: Some(demand),
        ..nothing
    })
}

/// What a proposal is made from.
struct Ground<'a> {
    wanted: &'a Wanted,
    demand: &'a Demand,
    /// Whether its hours came one after another, once.
    happened: bool,
    offers: &'a [Offer],
    /// What is owned and used here, and the bill with it.
    held: &'a [Commitment],
    now: &'a Applied,
}

impl Ground<'_> {
    /// The best of offers of a term, by their places among all; none where there are none.
    fn of_term(&self, term: Term) -> Result<Option<Proposal>, Error> {
        let of_term = |offer: &Offer| match offer {
            Offer::Plan { card, .. } => card.term == term,
            Offer::Reservation { term: of, .. } => *of == term,
        };
        let (places, some): (Vec<usize>, Vec<Offer>) =
            self.offers.iter().cloned().enumerate().filter(|(_, offer)| of_term(offer)).unzip();
        if some.is_empty() {
            return Ok(None);
        }
        let mut found = optimum(self.demand, &some, self.held, self.wanted.discount)?;
        let place = |own: usize| places.get(own).copied().unwrap_or(own);
        found.alone.iter_mut().for_each(|choice| choice.offer = place(choice.offer));
        found.together.buy.iter_mut().for_each(|(offer, _)| *offer = place(*offer));
        Ok(Some(found))
    }

    /// Each part of a mix, given the others, under other demand.
    fn judged(&self, term: Term, mix: &Mix) -> Result<Vec<Judgement>, Error> {
        let long = laid_out(self.demand)?;
        let mut judged = Vec::new();
        for (at, (offer, _)) in mix.buy.iter().enumerate() {
            let others = mix.buy.iter().enumerate().filter(|(other, _)| *other != at);
            let with: Vec<Commitment> =
                self.held.iter().cloned().chain(others.map(|(_, (_, buy))| buy.clone())).collect();
            let Some(of) = self.offers.get(*offer) else { continue };
            let (stage, robust) = judge(&long, of, &with, self.wanted)?;
            let hours = Ratio::new(i128::try_from(stage.blocks() * DAY_HOURS).map_err(|_| Error::TooLarge)?, 1);
            judged.push(Judgement { term, offer: *offer, stage, robust, hours });
        }
        Ok(judged)
    }

    /// Each part of a mix alone, fitted to the past. What is repeated did not happen: its past says all of its
    /// future.
    fn tried(&self, term: Term, mix: &Mix) -> Result<Vec<Tried>, Error> {
        let question = Question {
            levels: self.wanted.levels,
            resamples: self.wanted.resamples,
            seed: self.wanted.seed,
            factors: if self.wanted.factors_count { self.wanted.factors.clone() } else { Vec::new() },
            ..Question::default()
        };
        if !self.happened || self.demand.hours() < question.least_hours() {
            return Ok(Vec::new());
        }
        let mut tried = Vec::new();
        for (place, _) in &mix.buy {
            let Some(offer) = self.offers.get(*place) else { continue };
            let mut tests = backtest(self.demand, offer, self.held, &question)?;
            tests.retain(|test| !test.judged.is_empty());
            tried.push(Tried { term, offer: *place, tests });
        }
        Ok(tried)
    }

    /// What a mix comes to, without what is owned.
    fn figures(&self, term: Term, mix: Mix) -> Together {
        let part = |some: Ratio, all: Ratio| if all.is_zero() { Ratio::ZERO } else { some / all };
        let hourly: Ratio = mix.buy.iter().map(|(_, buy)| buy.effective()).sum();
        let fee = hourly * self.demand.all_hours();
        let wasted = (mix.applied.unused() - self.now.unused()).to_ratio();
        let taken = (self.now.on_demand() - mix.applied.on_demand()).to_ratio();
        let covered = part(taken, self.now.on_demand().to_ratio());
        Together { term, mix, hourly, covered, used: part(fee - wasted, fee) }
    }
}

/// Whether some usage could ever be covered by it.
fn covers_any(held: &Commitment, demand: &Demand) -> bool {
    demand.rows().iter().any(|row| match held {
        Commitment::Plan(plan) => row.rate(plan.card()).is_some(),
        Commitment::Reserved(reserved) => {
            row.instance.as_ref().is_some_and(|used| reserved.instance().covers(used).is_some())
        }
    })
}

/// Whether the hours of a demand are those of a trace or timeline with dates, from its beginning to its end.
fn happened(stack: &Stack, demand: &Demand) -> bool {
    let hours = Ratio::new(i128::try_from(demand.hours()).unwrap_or(0), 1);
    stack.components.iter().filter_map(|(_, component)| running(component)).any(|timeline| {
        let seconds = timeline.pattern().0.iter().map(|step| Ratio::from(step.0)).sum::<Ratio>();
        timeline.start().is_some() && (seconds / Ratio::from(HOUR)).ceil() == hours
    })
}

/// What is taken for granted of when things run.
fn assumed(stack: &Stack, estimate: &Estimate, catalog: &Catalog) -> Vec<Assumption> {
    let mut assumed = Vec::new();
    let (mut patterns, mut undated) = (0, false);
    for (name, component) in &stack.components {
        let eligible = estimate.lines.iter().filter(|line| line.component == *name).any(|line| {
            let of = catalog.eligible(estimate.region, line);
            !of.rates.is_empty() || of.instance.is_some()
        });
        if !eligible {
            continue;
        }
        match running(component) {
            Some(timeline) if timeline.as_constant().is_none() => {
                patterns += 1;
                undated |= timeline.start().is_none();
            }
            None if matches!(component, Component::Fargate(_)) => {
                assumed.push(Assumption::SpreadEvenly(name.clone()));
            }
            _ => {}
        }
    }
    if patterns > 1 && undated {
        assumed.push(Assumption::SideBySide);
    }
    assumed.sort();
    assumed
}

/// Holds levels of an offer against other demand.
fn judge(demand: &Demand, offer: &Offer, with: &[Commitment], wanted: &Wanted) -> Result<(Stage, Robust), Error> {
    let scenario = |&factor: &Ratio| {
        let percent = (factor * Ratio::whole(100)).to_fixed(2);
        let name = format!("{} %", trim(&percent)).into();
        Ok(Scenario { name, demand: demand.scaled(factor)?, counts: wanted.factors_count })
    };
    let scenarios = wanted.factors.iter().map(scenario).collect::<Result<Vec<_>, Error>>()?;
    let levels = levels(demand, offer, with, wanted.levels)?;
    let stage = Stage::new(demand, with, levels, DAY_HOURS, &scenarios)?;
    // The last seeds have none after them.
    let seed = wanted.seed.min(u64::MAX - wanted.resamples);
    let robust = stage.judge(&stage.resample(seed..seed + wanted.resamples), wanted.tail)?;
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
