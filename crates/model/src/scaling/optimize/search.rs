//! What to try next: all of a grid, then what lies around the best.

use super::{Candidate, Grid, Objective, Trial, curve};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

/// A search for the best candidate of an objective.
///
/// First the whole grid is tried (thinned to half the budget, if it is larger). Then, around the best
/// one so far, every combination of a step down, none and a step up of target, bounds and cooldowns,
/// between the least and the largest value of the grid; steps are half the widest gap of their list
/// and are halved when nothing around is better, down to a percent of target (a request for targets in
/// requests), a task and ten seconds. The search ends when no step is left, or the budget is spent.
///
/// What is tried depends on what is known alone, not on the order in which it came to be known.
#[derive(Clone, Debug)]
pub struct Search {
    grid: Grid,
    objective: Objective,
    budget: usize,
    grain: u64,
    /// Of target, least, most, scale-out and scale-in cooldown; none before the grid is tried.
    steps: Option<[u64; 5]>,
    /// Around what the steps were last tried.
    centre: Option<Candidate>,
    asked: BTreeSet<Candidate>,
    known: BTreeMap<Candidate, Trial>,
}

impl Search {
    /// A search of at most `budget` trials, by an objective without "as now" (see [`Objective::over`]).
    #[must_use]
    pub fn new(grid: Grid, objective: Objective, budget: usize) -> Search {
        let grid = grid.sorted();
        let requests = grid.targets.iter().all(|target| target % 1_000_000 == 0);
        Search {
            grain: if requests { 1_000_000 } else { 10_000 },
            grid,
            objective,
            budget,
            steps: None,
            centre: None,
            asked: BTreeSet::new(),
            known: BTreeMap::new(),
        }
    }

    /// What to try next, in order; nothing when the search is over. What was tried is told by
    /// [`Search::learn`] before this is asked again; what is not told is not asked for again.
    pub fn next_batch(&mut self) -> Vec<Candidate> {
        let room = self.budget.saturating_sub(self.asked.len());
        let Some(mut steps) = self.steps else {
            self.steps = Some(self.widest());
            let half = self.budget.div_ceil(2);
            let all = self.grid.combinations() <= self.budget;
            let grid = if all { self.grid.clone() } else { self.grid.clone().thinned(half) };
            let batch: Vec<Candidate> = grid.candidates().take(room).collect();
            self.asked.extend(&batch);
            return batch;
        };
        let Some(best) = self.best().map(|trial| trial.candidate) else { return Vec::new() };
        // Nothing around was better: smaller steps, until there is something new to try.
        let mut halve = self.centre == Some(best);
        loop {
            if halve {
                for (step, grain) in steps.iter_mut().zip([self.grain, 1, 1, 10, 10]) {
                    *step = *step / 2 / grain * grain;
                }
            }
            if steps.iter().all(|&step| step == 0) {
                return Vec::new();
            }
            let around = self.around(best, steps);
            let batch: Vec<Candidate> =
                around.into_iter().filter(|candidate| !self.asked.contains(candidate)).take(room).collect();
            if !batch.is_empty() || room == 0 {
                (self.steps, self.centre) = (Some(steps), Some(best));
                self.asked.extend(&batch);
                return batch;
            }
            halve = true;
        }
    }

    /// Tells what came of trials, in any order.
    pub fn learn(&mut self, trials: impl IntoIterator<Item = Trial>) {
        self.known.extend(trials.into_iter().map(|trial| (trial.candidate, trial)));
    }

    /// The best of all that is known: see [`Objective`]. It keeps to the limits if any does.
    #[must_use]
    pub fn best(&self) -> Option<&Trial> {
        self.known.values().min_by_key(|trial| self.objective.rank(trial))
    }

    /// What is known, in the order of candidates.
    #[must_use]
    pub fn trials(&self) -> Vec<Trial> {
        self.known.values().copied().collect()
    }

    /// What less, and more, load over target costs: see [`curve`].
    #[must_use]
    pub fn curve(&self) -> Vec<Trial> {
        curve(&self.trials(), &self.objective)
    }

    /// What is looked for.
    #[must_use]
    pub fn objective(&self) -> &Objective {
        &self.objective
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
