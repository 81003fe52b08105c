//! One hour at the till: which commitment pays for what, in AWS's order.

use super::error::Error;
use super::instance::Covers;
use super::owned::Commitment;
use super::usage::{Demand, lcm};
use crate::exact::Ratio;
use crate::money::Usd;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

/// What may pay in each hour: the plans of one card together, or one lot of reservations.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// What it is called on a line.
    pub name: String,
    /// The commitments in it, by their place.
    pub members: Vec<usize>,
    /// How much it pays in an hour, in its own whole ticks.
    capacity: Ratio,
    /// Dollars that a tick of it comes to.
    pub usd: Ratio,
}

/// That a source may pay for a usage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Which source.
    pub source: usize,
    /// Which usage.
    pub row: usize,
    /// Whole ticks of the source for a tick of the usage, above 0.
    per_tick: Ratio,
    /// Whether no later step may pay for the same usage.
    last: bool,
}

/// Commitments over a demand, with the order in which they pay.
#[derive(Clone, Debug)]
pub(super) struct Till<'a> {
    pub demand: &'a Demand,
    pub sources: Vec<Source>,
    pub steps: Vec<Step>,
}

impl<'a> Till<'a> {
    pub(super) fn new(demand: &'a Demand, commitments: &[Commitment]) -> Result<Till<'a>, Error> {
        let mut till = Till { demand, sources: Vec::new(), steps: Vec::new() };
        till.reservations(commitments);
        till.plans(commitments);
        let mut seen = Vec::new();
        for step in till.steps.iter_mut().rev() {
            step.last = !seen.contains(&step.row);
            seen.push(step.row);
        }
        till.in_whole_ticks()?;
        Ok(till)
    }

    /// Reservations first: what is reserved exactly, then other sizes, the smallest first, then other
    /// engines. So a reservation that covers less is spent before one that covers more.
    fn reservations(&mut self, commitments: &[Commitment]) {
        let mut lots = Vec::new();
        for (at, commitment) in commitments.iter().enumerate() {
            let Commitment::Reserved(reserved) = commitment else { continue };
            lots.push((self.sources.len(), reserved.instance()));
            let units = reserved.instance().units() * Ratio::from(reserved.count());
            self.sources.push(Source {
                name: format!("{} ({} x {})", reserved.name(), reserved.count(), reserved.instance()),
                members: vec![at],
                capacity: units,
                usd: commitment.effective() / units,
            });
        }
        for how in [Covers::Exactly, Covers::BySize, Covers::OtherEngine] {
            for &(source, instance) in &lots {
                let rows = self.demand.rows().iter().enumerate();
                let covered = rows.filter_map(|(row, usage)| {
                    let used = usage.instance.as_ref()?;
                    (instance.covers(used) == Some(how)).then(|| (used.units(), row, Ratio::from(usage.per_unit)))
                });
                let mut covered: Vec<(Ratio, usize, Ratio)> = covered.collect();
                covered.sort_by_key(|&(units, row, _)| (units, row));
                let step = |(units, row, per_unit)| Step { source, row, per_tick: units / per_unit, last: false };
                self.steps.extend(covered.into_iter().map(step));
            }
        }
    }

    /// Then Savings Plans, what covers less first; among those of a kind the highest saving in percent first,
    /// then the lowest rate.
    fn plans(&mut self, commitments: &[Commitment]) {
        let mut pools: Vec<(usize, &super::usage::Card)> = Vec::new();
        for (at, commitment) in commitments.iter().enumerate() {
            let Commitment::Plan(plan) = commitment else { continue };
            if let Some(source) = pools
                .iter()
                .find(|(_, card)| *card == plan.card())
                .and_then(|&(source, _)| self.sources.get_mut(source))
            {
                source.members.push(at);
                source.capacity = source.capacity + plan.hourly();
                continue;
            }
            pools.push((self.sources.len(), plan.card()));
            let (name, capacity) = (plan.card().to_string(), plan.hourly());
            self.sources.push(Source { name, members: vec![at], capacity, usd: Ratio::ONE });
        }
        let mut pairs = Vec::new();
        for &(source, card) in &pools {
            for (row, usage) in self.demand.rows().iter().enumerate() {
                if let Some(rate) = usage.rate(card) {
                    let step = Step { source, row, per_tick: rate / Ratio::from(usage.per_unit), last: false };
                    pairs.push(((card.kind, rate / usage.on_demand, rate, row, source), step));
                }
            }
        }
        pairs.sort_by_key(|&(key, _)| key);
        self.steps.extend(pairs.into_iter().map(|(_, step)| step));
    }

    /// Counts each source in ticks that are whole for it and for all it covers: most of an hour is then
    /// arithmetic of integers.
    fn in_whole_ticks(&mut self) -> Result<(), Error> {
        for (at, source) in self.sources.iter_mut().enumerate() {
            let mut scale = source.capacity.per_unit();
            for step in self.steps.iter().filter(|step| step.source == at) {
                scale = lcm(scale, step.per_tick.per_unit()).ok_or(Error::TooLarge)?;
            }
            let scale = Ratio::new(scale, 1);
            source.capacity = source.capacity * scale;
            source.usd = source.usd / scale;
            for step in self.steps.iter_mut().filter(|step| step.source == at) {
                step.per_tick = step.per_tick * scale;
            }
            let mut steps = self.steps.iter().filter(|step| step.source == at);
            if source.capacity.is_too_large()
                || source.usd.is_too_large()
                || steps.any(|step| step.per_tick.is_too_large())
            {
                return Err(Error::TooLarge);
            }
        }
        Ok(())
    }

    /// Dollars of a source that a unit of the usage takes.
    pub(super) fn rate(&self, step: &Step) -> Ratio {
        let usd = self.sources.get(step.source).map_or(Ratio::ZERO, |source| source.usd);
        let per_unit = self.demand.rows().get(step.row).map_or(1, |row| row.per_unit);
        step.per_tick * usd * Ratio::from(per_unit)
    }

    /// One hour: `rest` becomes the ticks of each usage that nothing paid for, `left` what each source did
    /// not pay out (nothing of it is carried over); `paid` hears of every payment: by which step, how much of
    /// the source.
    pub(super) fn hour(
        &self,
        hour: usize,
        rest: &mut Vec<Ratio>,
        left: &mut Vec<Ratio>,
        mut paid: impl FnMut(usize, Ratio),
    ) {
        rest.clear();
        rest.extend(
            self.demand.rows().iter().map(|row| row.hourly.get(hour).copied().map_or(Ratio::ZERO, Ratio::from)),
        );
        left.clear();
        left.extend(self.sources.iter().map(|source| source.capacity));
        for (at, step) in self.steps.iter().enumerate() {
            let (Some(rest), Some(left)) = (rest.get_mut(step.row), left.get_mut(step.source)) else { continue };
            if rest.is_zero() || left.is_zero() {
                continue;
            }
            let (needs, fits) = needs(*rest, step.per_tick, *left);
            if fits {
                paid(at, needs);
                *left = *left - needs;
                *rest = Ratio::ZERO;
            } else {
                paid(at, *left);
                *rest = *rest - over(*left, step.per_tick);
                *left = Ratio::ZERO;
            }
        }
    }

    /// The same in integers. A usage that is paid for in part has a rest that is mostly not whole; where a
    /// later step would need it, or rests are asked for, this says `false`, and the hour is to be done with
    /// fractions.
    pub(super) fn whole_hour(
        &self,
        hour: usize,
        rest: &mut Vec<u64>,
        left: &mut Vec<i128>,
        paid: &mut Vec<i128>,
        rests: bool,
    ) -> bool {
        rest.clear();
        rest.extend(self.demand.rows().iter().map(|row| row.hourly.get(hour).copied().unwrap_or(0)));
        left.clear();
        left.extend(self.sources.iter().map(|source| source.capacity.ticks()));
        paid.clear();
        for step in &self.steps {
            let (Some(rest), Some(left)) = (rest.get_mut(step.row), left.get_mut(step.source)) else { return false };
            if *rest == 0 || *left == 0 {
                paid.push(0);
                continue;
            }
            let Some(needs) = i128::from(*rest).checked_mul(step.per_tick.ticks()) else { return false };
            if needs <= *left {
                paid.push(needs);
                *left -= needs;
                *rest = 0;
            } else if step.last && !rests {
                paid.push(*left);
                (*rest, *left) = (0, 0);
            } else if *left % step.per_tick.ticks() == 0
                && let Ok(part) = u64::try_from(*left / step.per_tick.ticks())
            {
                paid.push(*left);
                (*rest, *left) = (*rest - part, 0);
            } else {
                return false;
            }
        }
        true
    }

    /// What these hours of the pattern come to.
    pub(super) fn sums(&self, hours: Range<usize>) -> Result<Sums, Error> {
        let mut whole_sums = vec![0_i128; self.steps.len()];
        let mut sums = vec![Ratio::ZERO; self.steps.len()];
        let (mut whole_rest, mut whole_left, mut paid) = (Vec::new(), Vec::new(), Vec::new());
        let (mut rest, mut left) = (Vec::new(), Vec::new());
        for hour in hours.clone() {
            if self.whole_hour(hour, &mut whole_rest, &mut whole_left, &mut paid, false) {
                for (sum, paid) in whole_sums.iter_mut().zip(&paid) {
                    *sum = sum.checked_add(*paid).ok_or(Error::TooLarge)?;
                }
            } else {
                self.hour(hour, &mut rest, &mut left, |at, paid| {
                    if let Some(sum) = sums.get_mut(at) {
                        *sum = *sum + paid;
                    }
                });
            }
        }
        self.summed(hours, &whole_sums, &sums)
    }

    /// From what sources paid out to ticks of usages.
    fn summed(&self, hours: Range<usize>, whole: &[i128], parts: &[Ratio]) -> Result<Sums, Error> {
        let count = Ratio::new(i128::try_from(hours.len()).map_err(|_| Error::TooLarge)?, 1);
        let mut unused: Vec<Ratio> = self.sources.iter().map(|source| source.capacity * count).collect();
        let used = |row: &super::usage::Row| {
            let ticks = row.hourly.get(hours.clone()).unwrap_or(&[]).iter().copied().map(u128::from).sum::<u128>();
            i128::try_from(ticks).map_or(Ratio::TOO_LARGE, |ticks| Ratio::new(ticks, 1))
        };
        let mut rest: Vec<Ratio> = self.demand.rows().iter().map(used).collect();
        let mut paid = Vec::with_capacity(self.steps.len());
        for (step, (&whole, &part)) in self.steps.iter().zip(whole.iter().zip(parts)) {
            let out = Ratio::new(whole, 1) + part;
            let ticks = out / step.per_tick;
            if let (Some(rest), Some(unused)) = (rest.get_mut(step.row), unused.get_mut(step.source)) {
                *rest = *rest - ticks;
                *unused = *unused - out;
            }
            paid.push(ticks);
        }
        let sums = Sums { paid, rest, unused };
        let mut all = sums.paid.iter().chain(&sums.rest).chain(&sums.unused);
        if all.any(|sum| sum.is_too_large()) { Err(Error::TooLarge) } else { Ok(sums) }
    }
}

/// Sums over hours: ticks that each step paid for, ticks of each usage that nothing paid for, what each source
/// did not pay out.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    pub paid: Vec<Ratio>,
    pub rest: Vec<Ratio>,
    pub unused: Vec<Ratio>,
}

/// What all of a usage needs of a source, and whether that is there. Nearly always both are whole, and then
/// comparing takes no division.
fn needs(rest: Ratio, per_tick: Ratio, left: Ratio) -> (Ratio, bool) {
    if (rest.per_unit(), left.per_unit()) == (1, 1)
        && let Some(needs) = rest.ticks().checked_mul(per_tick.ticks())
    {
        return (Ratio::new(needs, 1), needs <= left.ticks());
    }
    let needs = rest * per_tick;
    (needs, needs <= left)
}

/// Ticks of a usage that what is left of a source pays for: often whole, of reservations.
fn over(left: Ratio, per_tick: Ratio) -> Ratio {
    if left.per_unit() == 1 && left.ticks() % per_tick.ticks() == 0 {
        return Ratio::new(left.ticks() / per_tick.ticks(), 1);
    }
    left / per_tick
}

/// Rounds amounts so that they add up to the rounded sum: each is what the sum has grown by.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Running {
    exact: Ratio,
    shown: Usd,
}

impl Running {
    pub(super) fn add(&mut self, amount: Ratio) -> Result<Usd, Error> {
        self.exact = self.exact + amount;
        let shown = Usd::round(self.exact).ok_or(Error::TooLarge)?;
        let grown = shown - self.shown;
        self.shown = shown;
        Ok(grown)
    }
}
