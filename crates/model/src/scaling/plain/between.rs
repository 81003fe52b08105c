//! The same plain service between several bounds: what is the same for them is run once.
//!
//! Most of the time few bounds bind: at night the least capacity, at noon the most, and in between neither.
//! So time is cut into stretches. Services that are in the same state at the start of one share a run, as
//! far as the counts of that run stay within the bounds of each; and after a stretch those that came to the
//! same state, by whatever way, go on together.

use super::words::BLOCK;
use super::{Capacity, Figures, Live, Plain, ScaleIn, State, second};
use crate::scaling::{Autoscaling, Impossible, Load, Totals};
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::mem;

/// Minutes of a stretch: long enough that states are seldom compared, short enough that seldom both
/// bounds bind within one.
const STRETCH: usize = 2 * BLOCK;

/// Services that are in the same state.
struct Strand {
    live: Live,
    /// Their places.
    members: Vec<usize>,
}

/// The totals of services that differ in nothing but their bounds and their start, as far as they are plain
/// and no quota delays a launch; none in the place of one that is delayed, and none at all if they are not
/// plain.
///
/// # Errors
/// As the engine: what cannot be.
pub(in crate::scaling) fn totals_between(
    load: &Load,
    services: &[Autoscaling],
) -> Result<Option<Vec<Option<Totals>>>, Impossible> {
    for service in services {
        service.check(load.unit())?;
    }
    let Some(first) = services.first() else { return Ok(None) };
    let Some(mut plain) = Plain::new(load, first, Capacity::new(load, first)?) else { return Ok(None) };
    let mut figures: Vec<Option<Figures>> = services
        .iter()
        .map(|service| Some(Figures { counts: (service.start, service.start), ..Figures::default() }))
        .collect();
    let bounds: Vec<(u32, u32)> = services.iter().map(|service| (service.min, service.max)).collect();
    let mut widest_first: Vec<usize> = (0..services.len()).collect();
    widest_first.sort_by_key(|&place| bounds.get(place).map(|&(min, max)| (min, Reverse(max))));
    let mut strands = Vec::new();
    for place in widest_first {
        let start = services.get(place).map_or(0, |service| service.start);
        join(&mut strands, Live::new(start), &[place]);
    }

    let minutes = load.values().len();
    for from in (0..minutes).step_by(STRETCH) {
        let to = minutes.min(from + STRETCH);
        for Strand { live, mut members } in mem::take(&mut strands) {
            while let Some(&place) = members.first() {
                let (min, max) = bounds.get(place).copied().unwrap_or_default();
                (plain.min, plain.max, plain.live) = (min, max, live.clone());
                if plain.run(from, to).is_err() {
                    if let Some(figures) = figures.get_mut(place) {
                        *figures = None;
                    }
                    members.remove(0);
                    continue;
                }
                plain.settle(to);
                let stretch = plain.live.cut();
                // Within bounds a run never came to those of another are as good as its own.
                let alike = |place: usize| {
                    let (least, most) = bounds.get(place).copied().unwrap_or_default();
                    min <= least && least <= stretch.counts.0 && stretch.counts.1 <= most && most <= max
                };
                let (same, others): (Vec<usize>, Vec<usize>) =
                    members.iter().partition(|&&other| other == place || alike(other));
                for &place in &same {
                    if let Some(Some(figures)) = figures.get_mut(place) {
                        figures.add(&stretch);
                    }
                }
                join(&mut strands, plain.live.clone(), &same);
                members = others;
            }
        }
        // The widest bounds of each first.
        for strand in &mut strands {
            strand.members.sort_by_key(|&place| bounds.get(place).map(|&(min, max)| (min, Reverse(max))));
        }
    }
    let known = load.known();
    for Strand { live, members } in strands {
        for place in members {
            if let Some(Some(figures)) = figures.get_mut(place) {
                figures.task_seconds += live.crew.staying(&plain.pace);
            }
        }
    }
    Ok(Some(figures.iter().map(|figures| figures.map(|figures| figures.totals(known))).collect()))
}

/// Puts services where others are in the same state, or apart.
fn join(strands: &mut Vec<Strand>, live: Live, members: &[usize]) {
    match strands.iter_mut().find(|strand| strand.live == live) {
        Some(strand) => strand.members.extend(members),
        None => strands.push(Strand { live, members: members.to_vec() }),
    }
}

impl Plain<'_> {
    /// Forgets at the start of a minute what has no consequences any more, so that states from which the same
    /// follows are the same.
    fn settle(&mut self, at: usize) {
        let now = second(at);
        let known = self.all_known(at);
        let live = &mut self.live;
        live.crew.settle(&self.pace, now);
        live.decided = at;
        if known {
            // Only where datapoints are missing does it matter what an alarm was before.
            live.states = (State::Ok, State::Ok);
        }
        live.scaled_in &= self.rules.scale_in == ScaleIn::OneStepThenProportional;
        live.scaled_out = live.scaled_out.filter(|scaled| scaled.ends.is_none_or(|ends| now < ends));
        live.in_ends = if live.in_ends <= now { 0 } else { live.in_ends };
        live.points.forget(self.look);
        let mut ring = [0; super::KEPT];
        for minute in at.saturating_sub(self.look + 2)..at {
            ring[minute % super::KEPT] = live.ring[minute % super::KEPT];
        }
        live.ring = ring;
    }
}
