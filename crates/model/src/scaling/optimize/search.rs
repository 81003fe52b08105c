//! What to try next: all of a grid, then what lies around the best.

use super::{Candidate, Grid, Objective, Trial, curve};
use crate::exact::Ratio;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::cmp::Reverse;

/// Around so many of the best of a grid it is looked for better ones, one after another.
const STARTS: usize = 5;

/// A search for the best candidate of an objective.
///
/// First what there is now is tried, and the whole grid (thinned to half the budget, if it is larger).
/// Then, around the best so far, every combination of a step down, none and a step up of target, bounds
/// and cooldowns, between the least and the largest value of the grid; steps are half the widest gap of
/// their list and are halved when nothing around is better, down to a percent of target (a request for
/// targets in requests), a task and ten seconds. When no step is left, the same is done around the best of
/// another target, for five targets in all: what is best near by need not be best. The search ends then,
/// or when the budget is spent.
///
/// Of candidates that come to the same, the one that changes least of what there is now is the better
/// one; then one of the grid, one with more room above, and one with longer cooldowns.
///
/// What is tried depends on what is known alone, not on the order in which it came to be known.
#[derive(Clone, Debug)]
pub struct Search {
    grid: Grid,
    objective: Objective,
    budget: usize,
    grain: u64,
    now: Option<Candidate>,
    thinned: bool,
    begun: bool,
    walk: Option<Walk>,
    /// The targets around whose best it was looked.
    targets: Vec<u64>,
    asked: BTreeSet<Candidate>,
    known: BTreeMap<Candidate, Trial>,
}

/// Where it is looked around, and how far.
#[derive(Clone, Copy, Debug)]
struct Walk {
    centre: Candidate,
    /// Of target, least, most, scale-out and scale-in cooldown.
    steps: [u64; 5],
}

/// What comes first is the better one of two that come to the same.
type Tie = (usize, bool, Reverse<u32>, Reverse<u32>, Reverse<u32>, Candidate);

impl Search {
    /// A search of at most `budget` trials, by an objective without "as now" (see [`Objective::over`]);
    /// `now` is what there is.
    #[must_use]
    pub fn new(grid: Grid, objective: Objective, budget: usize, now: Option<Candidate>) -> Search {
        let grid = grid.sorted();
        let requests = grid.targets.iter().all(|target| target % 1_000_000 == 0);
        Search {
            grain: if requests { 1_000_000 } else { 10_000 },
            grid,
            objective,
            budget,
            now,
            thinned: false,
            begun: false,
            walk: None,
            targets: Vec::new(),
            asked: BTreeSet::new(),
            known: BTreeMap::new(),
        }
    }

    /// What to try next, in order; nothing when the search is over. What was tried is told by
    /// [`Search::learn`] before this is asked again; what is not told is not asked for again.
    pub fn next_batch(&mut self) -> Vec<Candidate> {
        if !self.begun {
            self.begun = true;
            return self.first_batch();
        }
        loop {
            let room = self.budget.saturating_sub(self.asked.len());
            if room == 0 {
                return Vec::new();
            }
            let Some(walk) = self.walk.or_else(|| self.start()) else { return Vec::new() };
            let around = self.around(walk.centre, walk.steps);
            let batch: Vec<Candidate> =
                around.iter().filter(|one| !self.asked.contains(one)).take(room).copied().collect();
            if !batch.is_empty() {
                self.walk = Some(walk);
                self.asked.extend(&batch);
                return batch;
            }
            self.walk = self.walked(walk, &around);
        }
    }

    /// What there is now, and the grid, as far as the budget goes.
    fn first_batch(&mut self) -> Vec<Candidate> {
        let now = self.now.filter(|now| self.grid.spans(now));
        let room = self.budget.saturating_sub(usize::from(now.is_some()));
        let whole = self.grid.combinations() <= room;
        let grid = if whole { self.grid.clone() } else { self.grid.clone().thinned(self.budget.div_ceil(2)) };
        let all: Vec<Candidate> = grid.candidates().filter(|one| Some(*one) != now).collect();
        // Of a grid that cannot be thinned so far, as many as there is room for, from all of it.
        let every = all.len().div_ceil(room.max(1)).max(1);
        self.thinned = !whole;
        let batch: Vec<Candidate> = now.into_iter().chain(all.into_iter().step_by(every)).take(self.budget).collect();
        self.asked.extend(&batch);
        batch
    }

    /// Around what to look next: the best of a target that was not looked at.
    fn start(&mut self) -> Option<Walk> {
        if self.targets.len() >= STARTS {
            return None;
        }
        let others = self.known.values().filter(|trial| !self.targets.contains(&trial.candidate.target));
        let centre = others.min_by_key(|trial| self.rank(trial))?.candidate;
        self.targets.push(centre.target);
        Some(Walk { centre, steps: self.widest() })
    }

    /// On from where all around is known: to what is better, or with smaller steps; none when no step is
    /// left.
    fn walked(&self, walk: Walk, around: &[Candidate]) -> Option<Walk> {
        let known = around.iter().filter_map(|candidate| self.known.get(candidate));
        let best = known.min_by_key(|trial| self.rank(trial)).map_or(walk.centre, |trial| trial.candidate);
        if best != walk.centre {
            return Some(Walk { centre: best, ..walk });
        }
        let mut steps = walk.steps;
        for (step, grain) in steps.iter_mut().zip([self.grain, 1, 1, 10, 10]) {
            *step = *step / 2 / grain * grain;
        }
        steps.iter().any(|&step| step > 0).then_some(Walk { steps, ..walk })
    }

    /// Tells what came of trials, in any order.
    pub fn learn(&mut self, trials: impl IntoIterator<Item = Trial>) {
        self.known.extend(trials.into_iter().map(|trial| (trial.candidate, trial)));
    }

    /// The best of all that is known: see [`Objective`]. It keeps to the limits if any does.
    #[must_use]
    pub fn best(&self) -> Option<&Trial> {
        self.known.values().min_by_key(|trial| self.rank(trial))
    }

    fn rank(&self, trial: &Trial) -> ((Vec<Ratio>, Ratio, u128), Tie) {
        (self.objective.rank(trial), self.tie(&trial.candidate))
    }

    fn tie(&self, of: &Candidate) -> Tie {
        let differences = self.now.map_or(0, |now| of.differences(&now));
        let (out, into) = (Reverse(of.scale_out_cooldown), Reverse(of.scale_in_cooldown));
        (differences, !self.grid.contains(of), Reverse(of.max), out, into, *of)
    }

    /// What is known, in the order of candidates.
    #[must_use]
    pub fn trials(&self) -> Vec<Trial> {
        self.known.values().copied().collect()
    }

    /// What less, and more, load over target costs: see [`curve`].
    #[must_use]
    pub fn curve(&self) -> Vec<Trial> {
        curve(&self.trials(), &self.objective, |candidate| self.tie(candidate))
    }

    /// What is looked for.
    #[must_use]
    pub fn objective(&self) -> &Objective {
        &self.objective
    }

    /// Whether the grid has more combinations than the budget lets try.
    #[must_use]
    pub fn is_thinned(&self) -> bool {
        self.thinned
    }

    /// Half the widest gaps of the grid.
    fn widest(&self) -> [u64; 5] {
        let grid = &self.grid;
        let half = |gap: Option<u64>, grain: u64| gap.unwrap_or(0) / 2 / grain * grain;
        let of = |values: &[u32]| values.windows(2).map(|pair| u64::from(pair[1] - pair[0])).max();
        [
            half(grid.targets.windows(2).map(|pair| pair[1] - pair[0]).max(), self.grain),
            half(of(&grid.mins), 1),
            half(of(&grid.maxes), 1),
            half(of(&grid.scale_out_cooldowns), 10),
            half(of(&grid.scale_in_cooldowns), 10),
        ]
    }

    /// Every combination of a step down, none and a step up that the grid spans.
    fn around(&self, centre: Candidate, steps: [u64; 5]) -> Vec<Candidate> {
        let grid = &self.grid;
        let [target, min, max, scale_out, scale_in] = steps;
        let near = |values: &[u32], centre: u32, step: u64| -> Vec<u32> {
            let step = u32::try_from(step).unwrap_or(u32::MAX);
            around(centre, step, values, u32::saturating_sub, u32::saturating_add)
        };
        let surroundings = Grid {
            targets: around(centre.target, target, &grid.targets, u64::saturating_sub, u64::saturating_add),
            mins: near(&grid.mins, centre.min, min),
            maxes: near(&grid.maxes, centre.max, max),
            scale_out_cooldowns: near(&grid.scale_out_cooldowns, centre.scale_out_cooldown, scale_out),
            scale_in_cooldowns: near(&grid.scale_in_cooldowns, centre.scale_in_cooldown, scale_in),
            periods: Vec::from([centre.period]),
        };
        surroundings.sorted().candidates().collect()
    }
}

/// A value, and a step down and up from it, no further than a list goes.
fn around<T: Copy + Ord>(centre: T, step: T, list: &[T], down: fn(T, T) -> T, up: fn(T, T) -> T) -> Vec<T> {
    let least = list.first().copied().unwrap_or(centre).min(centre);
    let most = list.last().copied().unwrap_or(centre).max(centre);
    Vec::from([down(centre, step).max(least), centre, up(centre, step).min(most)])
}
