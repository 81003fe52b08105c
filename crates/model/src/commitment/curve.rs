//! What a Savings Plan saves, as a function of its commitment, and where that is most.
//!
//! In an hour a plan pays for the usage with the highest saving first. A dollar of it that pays for usage of
//! rate `s` saves `o` on demand, so what an hour saves is concave in the commitment, with slopes `o / s` that
//! fall. Over all hours it saves most where the slopes of all hours together come down to the number of hours:
//! for one rate that is a quantile of the usage. Usage of equal saving is one segment.

use super::big::Big;
use super::error::Error;
use super::owned::{Commitment, HOURLY_PLACES, least_hourly, most_hourly};
use super::till::Till;
use super::usage::{Card, Demand, lcm};
use crate::exact::Ratio;
use alloc::vec;
use alloc::vec::Vec;

/// Ticks of a row by hour.
#[derive(Clone, Debug)]
enum Ticks<'a> {
    /// As they were used.
    Used(&'a [u64]),
    /// What was left of them, counted in so many parts of a tick.
    Left { parts: i128, hourly: Vec<u128> },
}

/// Usage that nothing paid for yet: for each row its ticks.
#[derive(Clone, Debug)]
pub(super) struct Rest<'a>(Vec<Ticks<'a>>);

impl<'a> Rest<'a> {
    /// All usage.
    pub(super) fn all(demand: &'a Demand) -> Rest<'a> {
        Rest(demand.rows().iter().map(|row| Ticks::Used(&row.hourly)).collect())
    }

    /// What commitments leave of it.
    pub(super) fn of(demand: &'a Demand, commitments: &[Commitment]) -> Result<Rest<'a>, Error> {
        let till = Till::new(demand, commitments)?;
        let touched: Vec<bool> =
            (0..demand.rows().len()).map(|row| till.steps.iter().any(|step| step.row == row)).collect();
        if !touched.contains(&true) {
            return Ok(Rest::all(demand));
        }
        let mut left: Vec<Vec<Ratio>> = vec![Vec::new(); demand.rows().len()];
        let (mut rest, mut unused) = (Vec::new(), Vec::new());
        let (mut whole, mut whole_unused, mut paid) = (Vec::new(), Vec::new(), Vec::new());
        for hour in 0..demand.hours() {
            if till.whole_hour(hour, &mut whole, &mut whole_unused, &mut paid, true) {
                rest.clear();
                rest.extend(whole.iter().copied().map(Ratio::from));
            } else {
                till.hour(hour, &mut rest, &mut unused, |_, _| {});
            }
            for ((left, &ticks), _) in left.iter_mut().zip(&rest).zip(&touched).filter(|(_, touched)| **touched) {
                left.push(ticks);
            }
        }
        let mut rows = Vec::new();
        for ((row, left), touched) in demand.rows().iter().zip(left).zip(touched) {
            if !touched {
                rows.push(Ticks::Used(&row.hourly));
                continue;
            }
            let mut parts = 1;
            for ticks in left.iter().filter(|ticks| ticks.per_unit() != 1) {
                parts = lcm(parts, ticks.per_unit()).ok_or(Error::TooLarge)?;
            }
            // In lowest terms, so the parts of one are divided by its own.
            let whole = |ticks: Ratio| {
                let times = if ticks.per_unit() == parts { 1 } else { parts / ticks.per_unit().max(1) };
                ticks.ticks().checked_mul(times).and_then(|ticks| u128::try_from(ticks).ok())
            };
            let hourly = left.into_iter().map(whole).collect::<Option<Vec<u128>>>().ok_or(Error::TooLarge)?;
            rows.push(Ticks::Left { parts, hourly });
        }
        Ok(Rest(rows))
    }

    /// How many parts of a row's tick are counted in one.
    pub(super) fn parts(&self, row: usize) -> Ratio {
        match self.0.get(row) {
            Some(Ticks::Left { parts, .. }) => Ratio::new(*parts, 1),
            _ => Ratio::ONE,
        }
    }

    /// Adds `tick` for each tick of a row to the sums of its hours; none where they leave the range.
    pub(super) fn add_to(&self, row: usize, tick: u128, sums: &mut [u128]) -> Option<()> {
        // One check for all hours: room for the largest product, and for the sum of all hours of it.
        let fits = |most: u128| most.checked_mul(tick).is_some_and(|most| most <= ROOM);
        match self.0.get(row)? {
            Ticks::Used(hourly) => {
                fits(hourly.iter().max().copied()?.into()).then_some(())?;
                for (sum, &ticks) in sums.iter_mut().zip(*hourly) {
                    *sum += tick * u128::from(ticks);
                }
            }
            Ticks::Left { hourly, .. } => {
                fits(hourly.iter().max().copied()?).then_some(())?;
                for (sum, &ticks) in sums.iter_mut().zip(hourly) {
                    *sum += tick * ticks;
                }
            }
        }
        sums.iter().all(|&sum| sum <= ROOM).then_some(())
    }
}

/// No end of an hour is larger: sums over all hours, and of some ends, then fit.
const ROOM: u128 = u128::MAX >> 32;

/// Usage of equal saving, and all of higher saving below it.
#[derive(Clone, Debug)]
struct Segment {
    /// What a dollar of commitment saves on demand.
    slope: Ratio,
    /// Where the segment ends in each hour, in quanta, ascending.
    ends: Ends,
}

/// Numbers in ascending order. Nearly all fit 64 bits, which sort and add up several times faster.
#[derive(Clone, Debug)]
pub(super) enum Ends {
    Small(Vec<u64>),
    Large(Vec<u128>),
}

impl Ends {
    pub(super) fn sorted(values: &[u128]) -> Ends {
        if let Ok(mut small) = values.iter().map(|&value| u64::try_from(value)).collect::<Result<Vec<u64>, _>>() {
            small.sort_unstable();
            return Ends::Small(small);
        }
        let mut large = values.to_vec();
        large.sort_unstable();
        Ends::Large(large)
    }

    fn len(&self) -> usize {
        match self {
            Ends::Small(ends) => ends.len(),
            Ends::Large(ends) => ends.len(),
        }
    }

    pub(super) fn last(&self) -> u128 {
        match self {
            Ends::Small(ends) => ends.last().copied().unwrap_or(0).into(),
            Ends::Large(ends) => ends.last().copied().unwrap_or(0),
        }
    }

    /// How many are not larger.
    fn up_to(&self, value: u128) -> usize {
        match self {
            Ends::Small(ends) => ends.partition_point(|&end| u128::from(end) <= value),
            Ends::Large(ends) => ends.partition_point(|&end| end <= value),
        }
    }

    /// The sum of all, each counted up to a level.
    pub(super) fn spent(&self, level: u128) -> Option<u128> {
        let below = self.up_to(level);
        let sum: u128 = match self {
            Ends::Small(ends) => ends.iter().take(below).copied().map(u128::from).sum(),
            Ends::Large(ends) => ends.iter().take(below).sum(),
        };
        sum.checked_add(u128::try_from(self.len() - below).ok()?.checked_mul(level)?)
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
    pub(super) fn new(demand: &Demand, rest: &Rest<'_>, card: &Card) -> Result<Curve, Error> {
        let mut rows = Vec::new();
        for (at, row) in demand.rows().iter().enumerate() {
            if let Some(rate) = row.rate(card) {
                let tick = rate / (Ratio::from(row.per_unit) * rest.parts(at));
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
            rest.add_to(at, tick, &mut ends).ok_or(Error::TooLarge)?;
            if rows.peek().is_some_and(|(next, _, _)| *next == slope) {
                continue;
            }
            segments.push(Segment { slope, ends: Ends::sorted(&ends) });
        }
        let slopes = segments.iter().map(|segment| Big::of(segment.slope)).collect::<Option<Vec<Big>>>();
        let hours = u128::try_from(demand.hours()).map_err(|_| Error::TooLarge)?;
        Ok(Curve { hours, quanta, segments, slopes: slopes.ok_or(Error::TooLarge)? })
    }

    /// The commitment at which even the busiest hour is covered, in quanta.
    fn most(&self) -> u128 {
        self.segments.last().map_or(0, |segment| segment.ends.last())
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
            let open = segment.ends.len() - segment.ends.up_to(at);
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
            let spent = segment.ends.spent(at).ok_or(Error::TooLarge)?;
            saved = saved + slope.clone() * Big::whole(spent - before);
            before = spent;
        }
        let fee = self.hours.checked_mul(at).ok_or(Error::TooLarge)?;
        let quanta = Big::of(Ratio::new(1, self.quanta)).ok_or(Error::TooLarge)?;
        Ok((saved - Big::whole(fee)) * quanta)
    }

    /// The commitment that saves most, of any number of decimals: the least of equals. In dollars an hour.
    #[cfg(test)]
    pub(super) fn exact_best(&self) -> Option<Ratio> {
        Some(Ratio::new(i128::try_from(self.best()).ok()?, self.quanta))
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
