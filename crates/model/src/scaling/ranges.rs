//! Several runs with other luck: how far apart what comes of them can lie.
//!
//! Launch times and Spot interruptions are drawn; so may be noise on the load. Each run has a seed of
//! its own. Of each figure the runs are sorted, and nothing is fitted to them: the median and the ends
//! of the interval are figures of runs.

use super::{Autoscaling, Impossible, LaunchTime, Load, Run, Served, Totals, simulate};
use crate::exact::Ratio;
use alloc::vec::Vec;

/// What is kept of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// As [`Run::task_seconds`].
    pub task_seconds: u64,
    /// As [`Run::spot_task_seconds`].
    pub spot_task_seconds: u64,
    /// As [`Run::peak`].
    pub peak: u32,
    /// As [`Run::served`].
    pub served: Served,
    /// How long it took from the first datapoint that breached until tasks served, in seconds: the
    /// (lower) median of those that were served; none if none was.
    pub latency: Option<u64>,
    /// The longest of them.
    pub longest: Option<u64>,
}

impl Sample {
    /// What is kept of a run.
    #[must_use]
    pub fn of(run: &Run) -> Sample {
        let served = run.latencies.iter().filter_map(|latency| latency.served.map(|at| at.abs_diff(latency.breach)));
        let mut latencies: Vec<u64> = served.collect();
        latencies.sort_unstable();
        Sample {
            task_seconds: run.task_seconds,
            spot_task_seconds: run.spot_task_seconds,
            peak: run.peak,
            served: run.served,
            latency: latencies.get(latencies.len().saturating_sub(1) / 2).copied(),
            longest: latencies.last().copied(),
        }
    }
}

impl From<Totals> for Sample {
    /// Without how long scaling took, which is not among the totals.
    fn from(totals: Totals) -> Sample {
        let Totals { task_seconds, spot_task_seconds, peak, served, .. } = totals;
        Sample { task_seconds, spot_task_seconds, peak, served, latency: None, longest: None }
    }
}

/// The seeds of so many runs, of which the first is the seed itself: more runs keep those there were.
pub fn seeds(seed: u64, runs: u32) -> impl Iterator<Item = u64> {
    (0..u64::from(runs)).map(move |run| seed.wrapping_add(run))
}

/// The runs of a range where something is drawn and nobody says how many.
pub const USUAL_RUNS: u32 = 20;

/// How many runs a range takes where nobody says: [`USUAL_RUNS`] where launch times, Spot interruptions
/// or the load are drawn, and none where every run would be the same.
#[must_use]
pub fn usual_runs(service: &Autoscaling, noise: u32) -> u32 {
    let launches = match &service.tasks.launch {
        LaunchTime::Fixed(_) => false,
        LaunchTime::Between(least, most) => least < most,
        LaunchTime::Measured(times) => times.windows(2).any(|pair| pair[0] != pair[1]),
    };
    let spot = service.spot.is_some_and(|spot| spot.interrupted > 0 && spot.share > Ratio::ZERO);
    if launches || spot || noise > 0 { USUAL_RUNS } else { 0 }
}

/// One of several runs.
///
/// # Errors
/// As [`simulate`].
pub fn sample(load: &Load, service: &Autoscaling, seed: u64) -> Result<Sample, Impossible> {
    Ok(Sample::of(&simulate(load, service, seed)?))
}

/// A figure of several runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range<T> {
    /// The smallest.
    pub least: T,
    /// The lower end of the interval.
    pub low: T,
    /// The median; of an even count the lower of the two in the middle.
    pub median: T,
    /// The upper end of the interval.
    pub high: T,
    /// The largest.
    pub most: T,
}

impl<T: Copy + Ord> Range<T> {
    /// The range of some figures, of which at least the part `inner` lies in the interval: at each end
    /// as many are left out as let that be, the same at both. None of none.
    #[must_use]
    pub fn of(figures: impl IntoIterator<Item = T>, inner: Ratio) -> Option<Range<T>> {
        let mut figures: Vec<T> = figures.into_iter().collect();
        figures.sort_unstable();
        let last = figures.len().checked_sub(1)?;
        let outside = (Ratio::ONE - inner) * Ratio::new(i128::try_from(figures.len()).unwrap_or(i128::MAX), 2);
        let cut = if outside.is_too_large() { 0 } else { outside.ticks().div_euclid(outside.per_unit()) };
        let cut = usize::try_from(cut).unwrap_or(0).min(last / 2);
        let at = |place: usize| figures.get(place).copied();
        Some(Range { least: at(0)?, low: at(cut)?, median: at(last / 2)?, high: at(last - cut)?, most: at(last)? })
    }
}

/// The figures of several runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranges {
    /// How many runs there were.
    pub runs: usize,
    /// How much of them lies in the intervals, at least.
    pub inner: Ratio,
    /// See [`Sample::task_seconds`].
    pub task_seconds: Range<u64>,
    /// See [`Sample::spot_task_seconds`].
    pub spot_task_seconds: Range<u64>,
    /// See [`Sample::peak`].
    pub peak: Range<u32>,
    /// See [`Served::time_over`].
    pub time_over: Range<Ratio>,
    /// See [`Served::requests_over`].
    pub requests_over: Range<Ratio>,
    /// See [`Served::lost`].
    pub lost: Range<Ratio>,
    /// See [`Sample::latency`], of the runs that have one.
    pub latency: Option<Range<u64>>,
    /// See [`Sample::longest`], of the runs that have one.
    pub longest: Option<Range<u64>>,
}

impl Ranges {
    /// The ranges of some runs, in any order; none of none.
    #[must_use]
    pub fn of(samples: &[Sample], inner: Ratio) -> Option<Ranges> {
        Some(Ranges {
            runs: samples.len(),
            inner,
            task_seconds: Range::of(samples.iter().map(|run| run.task_seconds), inner)?,
            spot_task_seconds: Range::of(samples.iter().map(|run| run.spot_task_seconds), inner)?,
            peak: Range::of(samples.iter().map(|run| run.peak), inner)?,
            time_over: Range::of(samples.iter().map(|run| run.served.time_over()), inner)?,
            requests_over: Range::of(samples.iter().map(|run| run.served.requests_over()), inner)?,
            lost: Range::of(samples.iter().map(|run| run.served.lost()), inner)?,
            latency: Range::of(samples.iter().filter_map(|run| run.latency), inner),
            longest: Range::of(samples.iter().filter_map(|run| run.longest), inner),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaling::{LoadUnit, Metric, Policy, SpotTasks, TargetTracking};
    use alloc::vec;
    use proptest::prelude::*;

    #[test]
    fn figures_of_runs() {
        let range = |count: u32, percent| Range::of((1..=count).rev(), Ratio::new(percent, 100)).unwrap();
        let ends = |count, percent| {
            let Range { least, low, median, high, most } = range(count, percent);
            [least, low, median, high, most]
        };
        assert_eq!(ends(1, 90), [1, 1, 1, 1, 1]);
        assert_eq!(ends(4, 90), [1, 1, 2, 4, 4]);
        // One of twenty at each end is outside, and of nineteen none.
        assert_eq!(ends(20, 90), [1, 2, 10, 19, 20]);
        assert_eq!(ends(19, 90), [1, 1, 10, 19, 19]);
        assert_eq!(ends(200, 95), [1, 6, 100, 195, 200]);
        assert_eq!(ends(5, 0), [1, 3, 3, 3, 5]);
        assert_eq!(Range::<u32>::of([], Ratio::ONE), None);
    }

    #[test]
    fn more_runs_keep_those_there_were() {
        assert_eq!(seeds(7, 3).collect::<Vec<_>>(), [7, 8, 9]);
        assert_eq!(seeds(u64::MAX, 2).collect::<Vec<_>>(), [u64::MAX, 0]);
    }

    #[test]
    fn tasks_that_start_sooner_or_later() {
        let load = Load::new(LoadUnit::TaskUnits, 0, 60, 10, [vec![10; 30], vec![50; 30]].concat()).unwrap();
        let mut service = Autoscaling::between(2, 10, Ratio::ONE)
            .with(Policy::TargetTracking(TargetTracking::new(Metric::Cpu, 700_000)));
        let ranges = |service: &Autoscaling| {
            let samples: Vec<Sample> = seeds(1, 21).map(|seed| sample(&load, service, seed).unwrap()).collect();
            Ranges::of(&samples, Ratio::new(9, 10)).unwrap()
        };
        let fixed = ranges(&service);
        assert_eq!((fixed.lost.least, fixed.runs), (fixed.lost.most, 21), "nothing is drawn");
        service.tasks.launch = LaunchTime::Between(10, 200);
        let drawn = ranges(&service);
        assert!(drawn.lost.least < drawn.lost.median && drawn.lost.median < drawn.lost.most);
        assert!(drawn.longest.unwrap().most > fixed.longest.unwrap().most);
    }

    #[test]
    fn ranges_where_something_is_drawn() {
        let with = |launch| {
            let mut service = plain();
            service.tasks.launch = launch;
            usual_runs(&service, 0)
        };
        assert_eq!(with(LaunchTime::Fixed(30)), 0);
        assert_eq!(with(LaunchTime::Between(30, 30)), 0);
        assert_eq!(with(LaunchTime::Measured(vec![30, 30])), 0);
        assert_eq!(with(LaunchTime::Between(30, 31)), USUAL_RUNS);
        assert_eq!(with(LaunchTime::Measured(vec![30, 40])), USUAL_RUNS);
        assert_eq!(usual_runs(&plain(), 1), USUAL_RUNS);
        let spot = |interrupted| Some(SpotTasks { share: Ratio::ONE, interrupted });
        assert_eq!(usual_runs(&Autoscaling { spot: spot(1), ..plain() }, 0), USUAL_RUNS);
        assert_eq!(usual_runs(&Autoscaling { spot: spot(0), ..plain() }, 0), 0);
    }

    fn plain() -> Autoscaling {
        Autoscaling::between(2, 10, Ratio::ONE).with(Policy::TargetTracking(TargetTracking::new(Metric::Cpu, 700_000)))
    }

    proptest! {
        #[test]
        fn as_much_as_is_said_lies_within(figures in prop::collection::vec(0_u32..50, 1..200), percent in 0_i128..=100) {
            let range = Range::of(figures.clone(), Ratio::new(percent, 100)).unwrap();
            let within = figures.iter().filter(|&&figure| range.low <= figure && figure <= range.high).count();
            prop_assert!(within as i128 * 100 >= figures.len() as i128 * percent);
            prop_assert!(figures.contains(&range.median) && figures.contains(&range.low));
            prop_assert!(range.least <= range.low && range.low <= range.median && range.median <= range.high);
        }
    }
}
