//! The best policy for a load, in dollars: what was chosen, what it is held against, and what less and
//! more over target would cost.

use crate::estimate::{Estimate, Total};
use crate::money::Usd;
use crate::scaling::optimize::{Arena, Candidate, Entry, Luck, Objective, Search, Trial, Under, Verdict, Winner};
use crate::scaling::{Autoscaling, Impossible, Policy, Sample, TargetTracking};
use crate::simulation::Pricing;
use alloc::vec::Vec;

/// A contender, and what it costs over the horizon.
#[derive(Clone, Debug)]
pub struct Priced {
    /// Who, and what came of it.
    pub entry: Entry,
    /// When the part that it was chosen on goes on.
    pub seen: Total,
    /// When the part that was held out goes on.
    pub held_out: Option<Total>,
}

impl Priced {
    /// What counts: the cost of what it had not seen, where there is such.
    #[must_use]
    pub fn counts(&self) -> Total {
        self.held_out.unwrap_or(self.seen)
    }
}

/// A point of the trade-off.
#[derive(Clone, Debug)]
pub struct Point {
    /// What was tried, and what came of it over what was seen.
    pub trial: Trial,
    /// What that costs over the horizon.
    pub total: Total,
    /// Whether it keeps to the limits.
    pub met: bool,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Optimization {
    /// The choice, priced line by line over what was seen.
    pub estimate: Estimate,
    /// The service with the choice.
    pub service: Autoscaling,
    /// The policy that was chosen, as it is put in place.
    pub policy: TargetTracking,
    /// The choice.
    pub choice: Candidate,
    /// What there is, the choice, fixed counts, the schedule.
    pub entries: Vec<Priced>,
    /// What less, and more, over target costs, the least cost first; the choice is among them.
    pub curve: Vec<Point>,
    /// The limits over what was seen.
    pub limits: Objective,
    /// The limits over what was held out.
    pub limits_held_out: Option<Objective>,
    /// The choice where AWS does something else that it does not say.
    pub under: Vec<Under>,
    /// The same with other luck, where something is drawn.
    pub luck: Option<Luck>,
    /// Whether it depends on those that the choice keeps to its limits.
    pub depends_on_rules: bool,
    /// Who wins.
    pub verdict: Verdict,
    /// How much the winner saves over the horizon against the next that keeps to the limits.
    pub saves: Option<Usd>,
    /// When what was held out begins, and when it ends, in seconds from the start of the load; at the
    /// same time where nothing was.
    pub parts: [u64; 2],
    /// How many candidates were tried.
    pub tried: usize,
    /// Whether the grid had more combinations than were to be tried.
    pub thinned: bool,
    /// Whether the search came to its end.
    pub finished: bool,
}

/// Prices what a search found; none where nothing was tried.
///
/// # Errors
/// As [`simulate`](crate::scaling::simulate).
pub fn optimization(
    arena: &Arena<'_>,
    search: &Search,
    pricing: &Pricing<'_>,
    finished: bool,
) -> Result<Option<Optimization>, Impossible> {
    let Some(best) = search.best() else { return Ok(None) };
    let choice = best.candidate;
    let contest = arena.contest(choice)?;
    let seen = arena.seen().seconds();
    let later = arena.held_out().map_or(0, |load| load.seconds());
    let depends_on_rules = contest.depends_on_rules();
    let price =
        |sample: &Sample, seconds| pricing.price_figures((sample.task_seconds, sample.spot_task_seconds), seconds);
    let entries: Vec<Priced> = contest
        .entries
        .into_iter()
        .map(|entry| Priced {
            seen: price(&entry.seen.sample, seen).total(),
            held_out: entry.held_out.map(|standing| price(&standing.sample, later).total()),
            entry,
        })
        .collect();
    let point = |trial: Trial| Point {
        total: price(&trial.sample, seen).total(),
        met: search.objective().met(&trial.sample),
        trial,
    };
    let mut curve = search.curve();
    if !curve.iter().any(|trial| trial.candidate == choice) {
        // With several limits the choice may be beaten in cost and load over target.
        let cost = |trial: &Trial| search.objective().cost(&trial.sample);
        let at = curve.partition_point(|trial| cost(trial) < cost(best));
        curve.insert(at, *best);
    }
    let service = choice.on(arena.service(), arena.place());
    let Some(Policy::TargetTracking(policy)) = service.policies.get(arena.place()).cloned() else { return Ok(None) };
    Ok(Some(Optimization {
        estimate: price(&best.sample, seen),
        policy,
        choice,
        saves: saves(&entries, contest.verdict),
        entries,
        curve: curve.into_iter().map(point).collect(),
        limits: contest.limits,
        limits_held_out: contest.limits_held_out,
        under: contest.under,
        luck: contest.luck,
        depends_on_rules,
        verdict: contest.verdict,
        parts: [seen, seen + later],
        tried: search.trials().len(),
        thinned: search.is_thinned(),
        finished,
        service,
    }))
}

/// What the winner costs less than the next, over the horizon.
fn saves(entries: &[Priced], verdict: Verdict) -> Option<Usd> {
    let cost = |winner: Winner| {
        let priced = entries.iter().find(|priced| priced.entry.contender.as_winner() == Some(winner))?;
        Some(priced.counts().usd())
    };
    Some(cost(verdict.ahead?.0)? - cost(verdict.winner?)?)
}
