//! What came of it.

use super::policy::Micro;
use crate::exact::Ratio;
use crate::timeline::Timeline;
use alloc::string::String;
use alloc::vec::Vec;

/// What a service did over a load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// How long it was, in seconds.
    pub seconds: u64,
    /// How many tasks are billed, second by second: from image pull to stop, each at least the minimum,
    /// cut at the end. Its area is [`Run::task_seconds`].
    pub billed: Timeline<u32>,
    /// How many run.
    pub running: Timeline<u32>,
    /// Task-seconds billed.
    pub task_seconds: u64,
    /// Those of them on Spot.
    pub spot_task_seconds: u64,
    /// How many tasks were launched.
    pub launches: u64,
    /// How many Spot tasks were taken back.
    pub interruptions: u64,
    /// The most tasks that ran at once.
    pub peak: u32,
    /// How well the load was served.
    pub served: Served,
    /// How long scaling out took, each time an alarm began to ask for it.
    pub latencies: Vec<Latency>,
    /// What was done and what was not, in order of time.
    pub activities: Vec<Activity>,
}

/// How well a load was served. Loads are ticks of the load times seconds; a step that is missing
/// counts for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// Seconds of which the load is known.
    pub seconds: u64,
    /// Seconds in which healthy tasks had more than the target to do.
    pub seconds_over: u64,
    /// All load.
    pub load: u128,
    /// Load that came in seconds over target.
    pub load_over: u128,
    /// Load beyond the capacity of all healthy tasks, which is lost.
    pub lost: u128,
}

impl Served {
    /// The part of the time over target.
    #[must_use]
    pub fn time_over(&self) -> Ratio {
        part(self.seconds_over.into(), self.seconds.into())
    }

    /// The part of the load that came over target.
    #[must_use]
    pub fn requests_over(&self) -> Ratio {
        part(self.load_over, self.load)
    }

    /// The part of the load that was lost.
    #[must_use]
    pub fn lost(&self) -> Ratio {
        part(self.lost, self.load)
    }
}

fn part(of: u128, all: u128) -> Ratio {
    match (i128::try_from(of), i128::try_from(all)) {
        (_, Ok(0)) => Ratio::ZERO,
        (Ok(of), Ok(all)) => Ratio::new(of, all),
        _ => Ratio::TOO_LARGE,
    }
}

/// How long it took from the first datapoint that breached until tasks came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// When the first breaching period began, in seconds from the start (32 periods back at most).
    pub breach: u64,
    /// When the desired count was raised.
    pub decided: u64,
    /// When all its tasks were healthy; none if the load ended before, or they were not needed then.
    pub served: Option<u64>,
}

/// Something that scaling did, or did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// When, in seconds from the start of the load.
    pub at: u64,
    /// What moved it.
    pub cause: Cause,
    /// The desired count before.
    pub from: u32,
    /// The desired count after; the same when nothing was done.
    pub to: u32,
    /// How many ran.
    pub running: u32,
    /// What came of it.
    pub outcome: Outcome,
}

/// Out or in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More tasks.
    Out,
    /// Fewer.
    In,
}

/// What moved the desired count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A policy, by its place, for an alarm.
    Policy {
        /// Its place among the policies.
        policy: usize,
        /// What it wanted.
        direction: Direction,
        /// The metric that it reckoned with (cut to a whole millionth).
        metric: Micro,
    },
    /// A scheduled action, with the bounds it left.
    Scheduled {
        /// Its name.
        name: String,
        /// The least capacity after it.
        min: u32,
        /// The most capacity after it.
        max: u32,
    },
    /// A forecast floor.
    Forecast {
        /// The floor.
        tasks: u32,
    },
    /// A deployment began or ended; the desired count is not moved.
    Deployment {
        /// Whether it began.
        begins: bool,
    },
    /// Spot tasks were taken back; the desired count is not moved.
    SpotInterruption {
        /// How many.
        tasks: u32,
    },
}

/// What came of an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Successful,
    /// It was not, and why. Told once while the alarm stays in ALARM and the reason is the same.
    NotScaled(NotScaled),
}

/// Why a policy or an action did nothing. The first four are AWS's own words (R22).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotScaled {
    /// `AlreadyAtMaxCapacity`.
    AlreadyAtMaxCapacity,
    /// `AlreadyAtMinCapacity`.
    AlreadyAtMinCapacity,
    /// `AlreadyAtDesiredCapacity`.
    AlreadyAtDesiredCapacity,
    /// `AutoScalingAnticipatedFlapping`.
    AnticipatedFlapping,
    /// A cooldown is not over.
    Cooldown,
    /// Another target tracking policy does not want to scale in.
    OtherPolicies,
    /// A deployment goes on.
    Deployment,
    /// Scaling is suspended.
    Suspended,
    /// A scheduled action that would put the least above the most; it is lost.
    Rejected,
}

/// The figures of a run without its course: what a sweep over thousands of policies needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// As [`Run::task_seconds`].
    pub task_seconds: u64,
    /// As [`Run::spot_task_seconds`].
    pub spot_task_seconds: u64,
    /// As [`Run::launches`].
    pub launches: u64,
    /// As [`Run::peak`].
    pub peak: u32,
    /// As [`Run::served`].
    pub served: Served,
}

impl From<&Run> for Totals {
    fn from(run: &Run) -> Totals {
        let Run { task_seconds, spot_task_seconds, launches, peak, served, .. } = *run;
        Totals { task_seconds, spot_task_seconds, launches, peak, served }
    }
}
