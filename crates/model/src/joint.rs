//! A policy and commitments chosen together.
//!
//! A policy that scales in further costs less on demand, and leaves less that runs all the time, which is
//! what commitments pay for. So the cheapest policy may be another one with them than without: for each
//! least capacity the cheapest policies of a search are run again, and each is priced with the best
//! commitments for it.

use crate::commitment::{self, Catalog, Proposed, Together, Wanted, proposed};
use crate::estimate::{Estimate, estimate};
use crate::exact::Ratio;
use crate::money::Usd;
use crate::scaling::optimize::{Arena, Candidate, Search, Trial};
use crate::scaling::{Impossible, Sample, simulate};
use crate::simulation::Pricing;
use crate::stack::Stack;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// Policies of each least capacity that are looked at.
pub const OF_EACH_MIN: usize = 3;

/// A policy, with the best commitments for it.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The policy.
    pub candidate: Candidate,
    /// How it does on the part of the load that is looked at.
    pub sample: Sample,
    /// What the whole stack costs on demand.
    pub on_demand: Usd,
    /// The best commitments of all terms, where any saves something.
    pub together: Option<Together>,
}

impl Pair {
    /// What the commitments save.
    #[must_use]
    pub fn saves(&self) -> Usd {
        self.together.as_ref().map_or(Usd::ZERO, |of| of.mix.saving())
    }

    /// What the stack costs with them.
    #[must_use]
    pub fn total(&self) -> Usd {
        self.on_demand - self.saves()
    }
}

/// What comes of choosing together.
#[derive(Clone, Debug)]
pub struct Joint {
    /// What was looked at: by least capacity, then by what it costs on demand.
    pub pairs: Vec<Pair>,
    /// The place of the one that costs least on demand: the policy that is chosen by itself.
    pub apart: usize,
    /// The place of the one that costs least with commitments; of those that cost no cent more the cheapest on
    /// demand.
    pub choice: usize,
    /// The stack under it, on demand.
    pub estimate: Estimate,
    /// What to commit to with it.
    pub proposed: Proposed,
}

/// Why policy and commitments cannot be chosen together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JointError {
    /// What cannot be scaled.
    #[error("{0}")]
    Impossible(#[from] Impossible),
    /// What cannot be committed to.
    #[error("{0}")]
    Commitment(#[from] commitment::Error),
    /// No policy that was tried keeps to the limits.
    #[error("no policy that was tried keeps to the limits")]
    NothingKept,
}

/// Chooses a policy, of those that a search tried and that keep to its limits, and commitments together, over
/// the part of the load that is not held out.
///
/// # Errors
/// [`JointError`]
pub fn joint(
    arena: &Arena<'_>,
    search: &Search,
    pricing: &Pricing<'_>,
    catalog: &Catalog,
    wanted: &Wanted,
    seed: u64,
) -> Result<Joint, JointError> {
    let objective = search.objective();
    let mut by_min: BTreeMap<u32, Vec<Trial>> = BTreeMap::new();
    for trial in search.trials().into_iter().filter(|trial| objective.met(&trial.sample)) {
        by_min.entry(trial.candidate.min).or_default().push(trial);
    }
    let mut pairs = Vec::new();
    for mut trials in by_min.into_values() {
        trials.sort_by_cached_key(|trial| (objective.cost(&trial.sample), trial.sample.served.load_over));
        // Policies that come to the same are one.
        trials.dedup_by_key(|trial| trial.sample);
        for trial in trials.into_iter().take(OF_EACH_MIN) {
            let (stack, priced) = under(arena, pricing, trial.candidate, seed)?;
            let found = proposed(&stack, &priced, catalog, wanted, false)?;
            pairs.push(Pair {
                candidate: trial.candidate,
                sample: trial.sample,
                on_demand: priced.total().usd(),
                together: found.best().cloned(),
            });
        }
    }
    let place = |wanted: &dyn Fn(&Pair) -> bool| {
        let fitting = pairs.iter().enumerate().filter(|(_, pair)| wanted(pair));
        fitting.min_by_key(|(_, pair)| pair.on_demand).map(|(place, _)| place).ok_or(JointError::NothingKept)
    };
    let apart = place(&|_| true)?;
    // Of what costs no cent more the cheapest on demand: it depends least on what is committed to.
    let bar = pairs.iter().map(Pair::total).min().ok_or(JointError::NothingKept)?.to_ratio() + Ratio::new(1, 100);
    let choice = place(&|pair| pair.total().to_ratio() < bar)?;
    let candidate = pairs.get(choice).map(|pair| pair.candidate).ok_or(JointError::NothingKept)?;
    let (stack, estimate) = under(arena, pricing, candidate, seed)?;
    let proposed = proposed(&stack, &estimate, catalog, wanted, true)?;
    Ok(Joint { pairs, apart, choice, estimate, proposed })
}

/// The stack under a policy, and what it costs on demand.
fn under(
    arena: &Arena<'_>,
    pricing: &Pricing<'_>,
    candidate: Candidate,
    seed: u64,
) -> Result<(Stack, Estimate), JointError> {
    let run = simulate(arena.seen(), &candidate.on(arena.service(), arena.place()), seed)?;
    let stack = pricing.stack_with(run.billed, (run.task_seconds, run.spot_task_seconds), |_| true);
    let priced = estimate(&stack, pricing.book, pricing.as_of);
    Ok((stack, priced))
}
