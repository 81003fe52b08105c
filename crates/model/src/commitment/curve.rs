//! What a Savings Plan saves, as a function of its commitment, and where that is most.
//!
//! In an hour a plan pays for the usage with the highest saving first. A dollar of it that pays for usage of
//! rate `s` saves `o` on demand, so what an hour saves is concave in the commitment, with slopes `o / s` that
//! fall. Over all hours it saves most where the slopes of all hours together come down to the number of hours:
//! for one rate that is a quantile of the usage. Usage of equal saving is one segment.

use super::big::Big;
use super::error::Error;
use super::owned::{HOURLY_PLACES, least_hourly, most_hourly};
use super::usage::{Card, Demand, lcm};
use crate::exact::Ratio;
use alloc::vec;
use alloc::vec::Vec;

/// Usage that nothing paid for yet: for each row ticks by hour, and how many of them make one of the row's.
#[derive(Clone, Debug)]
pub(super) struct Rest {
    pub per_tick: Vec<i128>,
    pub ticks: Vec<Vec<u128>>,
}

impl Rest {
    /// All usage.
    pub(super) fn all(demand: &Demand) -> Rest {
        let ticks = |row: &super::usage::Row| row.hourly.iter().copied().map(u128::from).collect();
        Rest { per_tick: vec![1; demand.rows().len()], ticks: demand.rows().iter().map(ticks).collect() }
    }

    /// What commitments leave.
    pub(super) fn of(till: &super::till::Till<'_>) -> Result<Rest, Error> {
        let demand = till.demand;
        if till.steps.is_empty() {
            return Ok(Rest::all(demand));
        }
        let mut left: Vec<Vec<Ratio>> = vec![Vec::with_capacity(demand.hours()); demand.rows().len()];
        let (mut rest, mut unused) = (Vec::new(), Vec::new());
        for hour in 0..demand.hours() {
            till.hour(hour, &mut rest, &mut unused, |_, _| {});
            for (left, &ticks) in left.iter_mut().zip(&rest) {
                left.push(ticks);
            }
        }
        let mut exact = Rest { per_tick: Vec::new(), ticks: Vec::new() };
        for row in left {
            let mut per_tick = 1;
            for ticks in row.iter().filter(|ticks| ticks.per_unit() != 1) {
                per_tick = lcm(per_tick, ticks.per_unit()).ok_or(Error::TooLarge)?;
            }
            let whole = |ticks: Ratio| u128::try_from((ticks * Ratio::new(per_tick, 1)).ticks());
            let ticks = row.into_iter().map(whole).collect::<Result<Vec<u128>, _>>().map_err(|_| Error::TooLarge)?;
            exact.per_tick.push(per_tick);
            exact.ticks.push(ticks);
        }
        Ok(exact)
    }
}

/// Usage of equal saving, and all of higher saving below it.
#[derive(Clone, Debug)]
struct Segment {
    /// What a dollar of commitment saves on demand.
    slope: Ratio,
    /// Where the segment ends in each hour, in quanta, ascending.
    ends: Vec<u128>,
    /// Sums of them: the sum of the first `n` at `n`.
    sums: Vec<u128>,
}

impl Segment {
    /// How many hours end at or below a commitment.
    fn ended(&self, at: u128) -> usize {
        self.ends.partition_point(|&end| end <= at)
    }

    /// What is spent up to the end of the segment, over all hours.
    fn spent(&self, at: u128) -> Option<u128> {
        let ended = self.ended(at);
        let rest = u128::try_from(self.ends.len() - ended).ok()?;
        self.sums.get(ended)?.checked_add(rest.checked_mul(at)?)
    }
}

/// See [the module](self). Commitments are counted in quanta, of which so many make a dollar an hour that all
/// ends are whole.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    hours: u128,
    quanta: i128,
    segments: Vec<Segment>,
    /// The slopes with a common denominator, and it, times the hours.
    slopes: Vec<Big>,
}

impl Curve {
    pub(super) fn new(demand: &Demand, rest: &Rest, card: &Card) -> Result<Curve, Error> {
        let mut rows = Vec::new();
        for (at, row) in demand.rows().iter().enumerate() {
            if let (Some(rate), Some(&per_tick)) = (row.rate(card), rest.per_tick.get(at)) {
                let tick = rate / (Ratio::from(row.per_unit) * Ratio::new(per_tick, 1));
                rows.push((row.on_demand / rate, tick, at));
            }
        }
        if rows.is_empty() {
            return Err(Error::NotOffered(card.clone()));
        }
        rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.2.cmp(&b.2)));
        let mut quanta = 10_i128.pow(HOURLY_PLACES);
        for (_, tick, _) in &rows {
            quanta = lcm(quanta, tick.per_unit()).ok_or(Error::TooLarge)?;
        }
        let mut ends = vec![0_u128; demand.hours()];
        let mut segments: Vec<Segment> = Vec::new();
        let mut rows = rows.into_iter().peekable();
        while let Some((slope, tick, at)) = rows.next() {
            let tick = (tick * Ratio::new(quanta, 1)).ticks();
            let tick = u128::try_from(tick).map_err(|_| Error::TooLarge)?;
            let ticks = rest.ticks.get(at).map_or(&[][..], Vec::as_slice);
            // One check for all hours: the largest product, and room for the sums of all.
            let most = ticks.iter().max().copied().unwrap_or(0);
            let room = u128::MAX >> 32;
            if most.checked_mul(tick).is_none_or(|most| most > room) {
                return Err(Error::TooLarge);
            }
            for (end, &ticks) in ends.iter_mut().zip(ticks) {
                *end += tick * ticks;
            }
            if rows.peek().is_some_and(|(next, _, _)| *next == slope) {
                continue;
            }
            let sorted = sorted(&ends);
            if sorted.last().is_some_and(|&most| most > room) {
                return Err(Error::TooLarge);
            }
            let mut sum = 0;
            let mut sums = Vec::with_capacity(sorted.len() + 1);
            sums.push(sum);
            for &end in &sorted {
                sum += end;
                sums.push(sum);
            }
            segments.push(Segment { slope, ends: sorted, sums });
        }
        let slopes = segments.iter().map(|segment| Big::of(segment.slope)).collect::<Option<Vec<Big>>>();
        let hours = u128::try_from(demand.hours()).map_err(|_| Error::TooLarge)?;
        Ok(Curve { hours, quanta, segments, slopes: slopes.ok_or(Error::TooLarge)? })
    }

    /// The commitment at which even the busiest hour is covered, in quanta.
    fn most(&self) -> u128 {
        self.segments.last().and_then(|segment| segment.ends.last()).copied().unwrap_or(0)
    }

    /// The commitment at which even the busiest hour is covered, in dollars an hour.
    pub(super) fn covers_all(&self) -> Ratio {
        i128::try_from(self.most()).map_or(Ratio::TOO_LARGE, |most| Ratio::new(most, self.quanta))
    }

    fn quanta_of(&self, hourly: Ratio) -> Result<u128, Error> {
        let quanta = hourly * Ratio::new(self.quanta, 1);
        if quanta.per_unit() != 1 {
            return Err(if quanta.is_too_large() { Error::TooLarge } else { Error::Places(hourly) });
        }
        u128::try_from(quanta.ticks()).map_err(|_| Error::Hourly(hourly))
    }

    /// Whether a little more than this commitment would save more than it costs.
    fn pays_on(&self, at: u128) -> bool {
        let mut before = 0;
        let mut saved = Big::zero();
        for (segment, slope) in self.segments.iter().zip(&self.slopes) {
            // Hours in which the next dollar goes to this segment: the one below has ended, it has not.
            let open = segment.ends.len() - segment.ended(at);
            let here = u128::try_from(open.saturating_sub(before)).unwrap_or(0);
            before = open.max(before);
            if here > 0 {
                saved = saved + slope.clone() * Big::whole(here);
            }
        }
        saved > Big::whole(self.hours)
    }

    /// What a commitment in dollars an hour saves over the hours of the pattern, its fee taken off.
    pub(super) fn saving(&self, hourly: Ratio) -> Result<Big, Error> {
        let at = self.quanta_of(hourly)?;
        let mut before = 0;
        let mut saved = Big::zero();
        for (segment, slope) in self.segments.iter().zip(&self.slopes) {
            let spent = segment.spent(at).ok_or(Error::TooLarge)?;
            saved = saved + slope.clone() * Big::whole(spent - before);
            before = spent;
        }
        let fee = self.hours.checked_mul(at).ok_or(Error::TooLarge)?;
        let quanta = Big::of(Ratio::new(1, self.quanta)).ok_or(Error::TooLarge)?;
        Ok((saved - Big::whole(fee)) * quanta)
    }

    /// The commitment that saves most, of any number of decimals: the least of equals. In dollars an hour.
    #[cfg(test)]
    pub(super) fn exact_best(&self) -> Ratio {
        Ratio::new(i128::try_from(self.best()).unwrap(), self.quanta)
    }

    /// The same in quanta: the first end after which a dollar more costs more than it saves.
    fn best(&self) -> u128 {
        let (mut low, mut high) = (0, self.most());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.pays_on(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// What to commit to on top of `held`, in dollars an hour as AWS sells it: five decimals, within its
    /// bounds, or 0. The least of equals. It is exact: a concave function is best at one of the two
    /// neighbours of its best.
    pub(super) fn best_on_top(&self, held: Ratio) -> Result<Ratio, Error> {
        let held_quanta = self.quanta_of(held)?;
        let step = self.quanta / 10_i128.pow(HOURLY_PLACES);
        let best = i128::try_from(self.best().saturating_sub(held_quanta)).map_err(|_| Error::TooLarge)?;
        let places = 10_i128.pow(HOURLY_PLACES);
        let below = Ratio::new(best / step, places);
        let above = Ratio::new(best / step + i128::from(best % step != 0), places);
        let mut choice = (Ratio::ZERO, self.saving(held)?);
        for hourly in [below, above] {
            if hourly.is_zero() {
                continue;
            }
            let hourly = hourly.max(least_hourly()).min(most_hourly());
            let saving = self.saving(held + hourly)?;
            if saving > choice.1 {
                choice = (hourly, saving);
            }
        }
        Ok(choice.0)
    }
}

/// Ascending. Most fit 64 bits, which sort twice as fast.
fn sorted(values: &[u128]) -> Vec<u128> {
    if let Ok(mut small) = values.iter().map(|&value| u64::try_from(value)).collect::<Result<Vec<u64>, _>>() {
        small.sort_unstable();
        return small.into_iter().map(u128::from).collect();
    }
    let mut values = values.to_vec();
    values.sort_unstable();
    values
}
