//! What is best: the cheapest that keeps to its limits.

use super::Candidate;
use crate::exact::Ratio;
use crate::scaling::engine::totals_and_counts;
use crate::scaling::plain::totals_between;
use crate::scaling::{Autoscaling, Impossible, Load, Measure, Sample, Totals, sample, totals};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// What a policy has to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// At most this part of the load, or of the time.
    AtMost(Measure, Ratio),
    /// At most as much as under the policy that there is, over the same load.
    AsNow(Measure),
    /// At most so many tasks run at once.
    Peak(u32),
    /// From the first datapoint that breaches until the tasks asked for serve, at most so many
    /// seconds, each time; times whose tasks were no longer needed before they came do not count.
    Latency(u64),
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// What a second of a Spot task costs, of one on demand.
    pub spot: Ratio,
    /// What it has to keep to, the most important first: where nothing keeps to all, what exceeds the
    /// first least is nearest.
    pub limits: Vec<Limit>,
}

impl Objective {
    /// The least cost with no more load over target, and no more lost, than under the policy there is.
    #[must_use]
    pub fn as_now() -> Objective {
        Objective { spot: Ratio::ONE, limits: Vec::new() }.bounded()
    }

    /// The same, and as now where nothing limits what is lost, or what is over target: of who serves
    /// nothing nothing is dear.
    #[must_use]
    pub fn bounded(mut self) -> Objective {
        let limits = |of: &[Measure], limit: &Limit| match limit {
            Limit::AtMost(measure, _) | Limit::AsNow(measure) => of.contains(measure),
            Limit::Peak(_) | Limit::Latency(_) => false,
        };
        for of in [&[Measure::RequestsOver, Measure::TimeOver][..], &[Measure::Lost]] {
            if !self.limits.iter().any(|limit| limits(of, limit)) {
                self.limits.extend(of.first().map(|&measure| Limit::AsNow(measure)));
            }
        }
        self
    }

    /// The same with what the policy there is came to over a load in place of "as now".
    #[must_use]
    pub fn over(&self, now: &Sample) -> Objective {
        let known = |limit: &Limit| match *limit {
            Limit::AsNow(measure) => Limit::AtMost(measure, measure.part(&now.served)),
            known => known,
        };
        Objective { spot: self.spot, limits: self.limits.iter().map(known).collect() }
    }

    /// What it costs, in seconds of tasks on demand.
    #[must_use]
    pub fn cost(&self, of: &Sample) -> Ratio {
        let on_demand = of.task_seconds.saturating_sub(of.spot_task_seconds);
        Ratio::from(on_demand) + Ratio::from(of.spot_task_seconds) * self.spot
    }

    /// By how much each limit is exceeded, 0 where it is kept. A limit "as now" is not known here: see
    /// [`Objective::over`].
    #[must_use]
    pub fn excess(&self, of: &Sample) -> Vec<Ratio> {
        let above = |value: Ratio, most: Ratio| if value > most { value - most } else { Ratio::ZERO };
        let excess = |limit: &Limit| match *limit {
            Limit::AtMost(measure, most) => above(measure.part(&of.served), most),
            Limit::AsNow(_) => Ratio::ZERO,
            Limit::Peak(most) => above(Ratio::from(of.peak), Ratio::from(most)),
            Limit::Latency(most) => above(Ratio::from(of.longest.unwrap_or(0)), Ratio::from(most)),
        };
        self.limits.iter().map(excess).collect()
    }

    /// Whether it keeps to all limits.
    #[must_use]
    pub fn met(&self, by: &Sample) -> bool {
        self.excess(by).iter().all(|excess| excess.is_zero())
    }

    /// What limits let a load have, of each measure: for counts that are chosen without a run.
    #[must_use]
    pub fn budgets(&self, load: &Load) -> Vec<(Measure, u128)> {
        let budget = |limit: &Limit| match *limit {
            Limit::AtMost(measure, most) => Some((measure, measure.allowed(load, most))),
            Limit::AsNow(_) | Limit::Peak(_) | Limit::Latency(_) => None,
        };
        self.limits.iter().filter_map(budget).collect()
    }

    fn asks_for_latency(&self) -> bool {
        self.limits.iter().any(|limit| matches!(limit, Limit::Latency(_)))
    }

    /// What is better comes first: what exceeds limits less, costs less, has less over target.
    pub(super) fn rank(&self, trial: &Trial) -> (Vec<Ratio>, Ratio, u128) {
        let of = &trial.sample;
        (self.excess(of), self.cost(of), of.served.load_over)
    }
}

/// A candidate, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What was tried.
    pub candidate: Candidate,
    /// What came of it.
    pub sample: Sample,
}

/// Runs a candidate, of the policy at a place, over a load.
///
/// # Errors
/// As [`simulate`](crate::scaling::simulate).
pub fn judge(
    load: &Load,
    service: &Autoscaling,
    place: usize,
    candidate: Candidate,
    objective: &Objective,
    seed: u64,
) -> Result<Trial, Impossible> {
    Ok(Trial { candidate, sample: run(load, &candidate.on(service, place), objective, seed)? })
}

/// Runs candidates as [`judge`] does, each; in their order.
///
/// A run whose count never came to its bounds is that of narrower bounds around the counts it had, too:
/// where nothing else looks at bounds, candidates that differ in them alone ([`alike`](super::alike)) share
/// runs; those of plain services share what is the same of them, time by time.
///
/// # Errors
/// As [`simulate`](crate::scaling::simulate).
pub fn judge_all(
    load: &Load,
    service: &Autoscaling,
    place: usize,
    candidates: &[Candidate],
    objective: &Objective,
    seed: u64,
) -> Result<Vec<Trial>, Impossible> {
    // A scheduled action may be rejected for its bounds, and policies may wait for each other.
    let shared = !objective.asks_for_latency()
        && service.policies.len() == 1
        && service.scheduled.is_empty()
        && service.floors.is_empty();
    if !shared {
        return candidates.iter().map(|&one| judge(load, service, place, one, objective, seed)).collect();
    }
    let in_bounds_alone = candidates.windows(2).all(|pair| match *pair {
        [a, b] => Candidate { min: b.min, max: b.max, ..a } == b,
        _ => false,
    });
    let services: Vec<Autoscaling> = candidates.iter().map(|one| one.on(service, place)).collect();
    if in_bounds_alone && let Some(found) = totals_between(load, &services)? {
        let trial = |(&candidate, found): (&Candidate, Option<Totals>)| match found {
            Some(totals) => Ok(Trial { candidate, sample: totals.into() }),
            None => judge(load, service, place, candidate, objective, seed),
        };
        return candidates.iter().zip(found).map(trial).collect();
    }
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|&at| candidates.get(at).map(|one| (one.min, Reverse(one.max))));
    let mut runs: Vec<(Candidate, Sample, (u32, u32))> = Vec::new();
    let mut trials: Vec<Option<Trial>> = vec![None; candidates.len()];
    for at in order {
        let (Some(&candidate), Some(trial)) = (candidates.get(at), trials.get_mut(at)) else { continue };
        let known = runs.iter().find(|(of, _, (least, most))| {
            Candidate { min: candidate.min, max: candidate.max, ..*of } == candidate
                && of.min <= candidate.min
                && candidate.min <= *least
                && *most <= candidate.max
                && candidate.max <= of.max
        });
        let sample = match known {
            Some((_, sample, _)) => *sample,
            None => {
                let (totals, counts) = totals_and_counts(load, &candidate.on(service, place), seed)?;
                runs.push((candidate, totals.into(), counts));
                totals.into()
            }
        };
        *trial = Some(Trial { candidate, sample });
    }
    Ok(trials.into_iter().flatten().collect())
}

/// What comes of a service; how long scaling took only where that is asked for.
pub(super) fn run(load: &Load, service: &Autoscaling, objective: &Objective, seed: u64) -> Result<Sample, Impossible> {
    if objective.asks_for_latency() { sample(load, service, seed) } else { Ok(totals(load, service, seed)?.into()) }
}

/// The trials of which none other costs no more and has no more load over target: the least cost first.
/// Of equals the one that `tie` has first stands for all. Trials are of one load, in any order.
#[must_use]
pub fn curve<K: Ord>(trials: &[Trial], objective: &Objective, tie: impl Fn(&Candidate) -> K) -> Vec<Trial> {
    let figures = |trial: &Trial| (objective.cost(&trial.sample), trial.sample.served.load_over);
    let mut all = trials.to_vec();
    all.sort_by_cached_key(|trial| (figures(trial), tie(&trial.candidate)));
    let mut least = None;
    all.retain(|trial| {
        let over = trial.sample.served.load_over;
        let less = least.is_none_or(|least| over < least);
        if less {
            least = Some(over);
        }
        less
    });
    all
}
