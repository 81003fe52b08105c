//! What scales a service: bounds, policies, scheduled actions, forecasts.

use super::tasks::{Deployment, SpotTasks, TaskLife};
use super::{Load, LoadUnit};
use crate::exact::Ratio;
use alloc::string::String;
use alloc::vec::Vec;

/// Millionths of a metric's unit: of 100 % for CPU and memory (70 % are 700,000), of one request a
/// minute and target, of one of whatever a custom metric counts.
pub type Micro = u64;

/// A service and all that scales it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Autoscaling {
    /// The least capacity that policies may set.
    pub min: u32,
    /// The most capacity that policies may set.
    pub max: u32,
    /// The desired count at the start, with as many tasks healthy; it may lie outside the bounds.
    pub start: u32,
    /// How much load a task serves at 100 % CPU, in units of the load.
    pub capacity: Ratio,
    /// A second is over target when healthy tasks have more than this part of their capacity to do.
    /// It measures the service and moves nothing: policies with different targets are held to one.
    pub over: Ratio,
    /// In any order; none for a service that only the schedule moves.
    pub policies: Vec<Policy>,
    /// What policies of custom metrics watch, by [`Metric::Custom`]'s `series`: as long as the load.
    pub custom: Vec<Load>,
    /// In order of time; those of the same second in the order they were made (R32).
    pub scheduled: Vec<ScheduledAction>,
    /// What predictive scaling keeps running, in order of time.
    pub floors: Vec<Floor>,
    /// When scaling is suspended (R26), in any order.
    pub suspended: Vec<Suspension>,
    /// In order of time; one begins when the one before it is done.
    pub deployments: Vec<Deployment>,
    /// The life of its tasks.
    pub tasks: TaskLife,
    /// The share of its tasks on Spot, and how often they are taken back.
    pub spot: Option<SpotTasks>,
    /// What AWS does where it does not say.
    pub rules: Rules,
}

/// Rules that AWS does not document; reports say what the other choice would give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// How far target tracking scales in at once (R23).
    pub scale_in: ScaleIn,
    /// What a larger scale-out within the cooldown of target tracking comes to (R17).
    pub credit: Credit,
    /// Which datapoints target tracking and step scaling reckon with (R15, R31).
    pub aggregation: Aggregation,
}

/// How far target tracking scales in at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScaleIn {
    /// To what the metric asks for.
    #[default]
    Proportional,
    /// By one task.
    OneStep,
    /// By one task first, then, while the alarm stays in ALARM, to what the metric asks for.
    OneStepThenProportional,
}

/// What a larger scale-out within a cooldown of target tracking comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credit {
    /// The count that it asks for: what runs is part of it.
    #[default]
    Running,
    /// That, less what the activity that began the cooldown has added.
    Added,
}

/// Which of an alarm's datapoints a decision reckons with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aggregation {
    /// All that were evaluated, by the statistic of the policy (their mean, for target tracking).
    #[default]
    Evaluated,
    /// The newest alone.
    Newest,
}

/// What scales by a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Keeps a metric at a target.
    TargetTracking(TargetTracking),
    /// Adjusts by how far a metric is from the threshold of an alarm.
    StepScaling(StepScaling),
}

/// How a metric is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// Seconds of a datapoint: 10, 20, 30, or a multiple of 60.
    pub period: u32,
    /// How long after its end a datapoint is seen, in seconds (R6).
    pub delay: u32,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// `ECSServiceAverageCPUUtilization`.
    Cpu,
    /// `ECSServiceAverageMemoryUtilization`: so much of the memory of a task that does nothing, and so
    /// much more of one at 100 % CPU; at most 100 % in all.
    Memory {
        /// Of an idle task.
        idle: Micro,
        /// Added at 100 % CPU.
        busy: Micro,
    },
    /// `ALBRequestCountPerTarget`.
    AlbRequestCountPerTarget,
    /// A metric of one's own, from [`Autoscaling::custom`].
    Custom {
        /// Which of them.
        series: usize,
        /// Whether the series is a sum, of which the metric is the part of one running task; it then
        /// does not exist at 0 tasks.
        per_task: bool,
    },
}

/// Keeps a metric at a target (`TargetTrackingScalingPolicyConfiguration`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetTracking {
    /// Its name.
    pub name: String,
    /// What it watches.
    pub metric: Metric,
    /// How that is measured.
    pub sampling: Sampling,
    /// What it should be.
    pub target: Micro,
    /// How many datapoints must lie above the target: 3 (R7).
    pub high_periods: u32,
    /// How many must lie below nine tenths of it: 15; 30 is told of 20 s metrics (R8, R9: ?).
    pub low_periods: u32,
    /// `ScaleOutCooldown`, in seconds.
    pub scale_out_cooldown: u32,
    /// `ScaleInCooldown`, in seconds.
    pub scale_in_cooldown: u32,
    /// `DisableScaleIn`.
    pub disable_scale_in: bool,
}

/// Adjusts by how far a metric is from the threshold of an alarm (`StepScalingPolicyConfiguration`),
/// with the alarm, which is the user's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepScaling {
    /// Its name.
    pub name: String,
    /// What the alarm watches.
    pub metric: Metric,
    /// How that is measured.
    pub sampling: Sampling,
    /// The alarm's `Threshold`.
    pub threshold: Micro,
    /// The alarm's `ComparisonOperator`.
    pub comparison: Comparison,
    /// The alarm's `EvaluationPeriods`, all of which must breach.
    pub periods: u32,
    /// `AdjustmentType`.
    pub adjustment: Adjustment,
    /// `StepAdjustments`.
    pub steps: Vec<Step>,
    /// `MetricAggregationType`.
    pub statistic: Statistic,
    /// `MinAdjustmentMagnitude`, of percents alone.
    pub min_magnitude: u32,
    /// `Cooldown`, in seconds.
    pub cooldown: u32,
}

/// `ComparisonOperator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `GreaterThanThreshold`.
    Above,
    /// `GreaterThanOrEqualToThreshold`.
    AtLeast,
    /// `LessThanThreshold`.
    Below,
    /// `LessThanOrEqualToThreshold`.
    AtMost,
}

/// `AdjustmentType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjustment {
    /// So many tasks more or less.
    ChangeInCapacity,
    /// So many tasks.
    ExactCapacity,
    /// So many percent more or less.
    PercentChangeInCapacity,
}

/// A `StepAdjustment`: bounds are distances from the threshold, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// `MetricIntervalLowerBound`; none is minus infinity.
    pub lower: Option<i64>,
    /// `MetricIntervalUpperBound`; none is infinity.
    pub upper: Option<i64>,
    /// `ScalingAdjustment`.
    pub adjustment: i32,
}

/// `MetricAggregationType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Statistic {
    /// The mean.
    #[default]
    Average,
    /// The smallest.
    Minimum,
    /// The largest.
    Maximum,
}

/// An occurrence of a scheduled action: sets one bound or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledAction {
    /// When, in seconds from the start of the load.
    pub at: u64,
    /// The name of the action.
    pub name: String,
    /// `MinCapacity`.
    pub min: Option<u32>,
    /// `MaxCapacity`.
    pub max: Option<u32>,
}

/// From then on, what predictive scaling keeps running (R33); it raises the least capacity, never
/// above the most, or the most, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Floor {
    /// From when, in seconds from the start of the load.
    pub at: u64,
    /// So many tasks; 0 ends it.
    pub tasks: u32,
    /// What the most capacity is raised to for it (`IncreaseMaxCapacity`); 0 for `HonorMaxCapacity`.
    pub max: u32,
}

/// A time in which some scaling does not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// From when, in seconds from the start of the load.
    pub from: u64,
    /// Until when.
    pub to: u64,
    /// `DynamicScalingInSuspended`.
    pub scale_in: bool,
    /// `DynamicScalingOutSuspended`.
    pub scale_out: bool,
    /// `ScheduledScalingSuspended`: actions in it are lost.
    pub scheduled: bool,
}

/// Why a service cannot be scaled so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// `MinCapacity` above `MaxCapacity`.
    #[error("the least capacity, {min}, is above the most, {max}")]
    Bounds {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// More than the model holds.
    #[error("{0} tasks are more than a service can have here ({MOST_TASKS})")]
    TooManyTasks(u32),
    /// A task that serves nothing.
    #[error("a task has no capacity")]
    Capacity,
    /// A target to hold the service to that is none.
    #[error("the part of its capacity that a task is to use is above 0 and at most 1")]
    Over,
    /// A policy that cannot be.
    #[error("policy \"{policy}\": {why}")]
    Policy {
        /// Its name.
        policy: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// More policies or actions than AWS lets a target have (R28).
    #[error("{count} {what} are more than AWS lets a service have ({most})")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there can be.
        most: usize,
    },
    /// Tasks that never become healthy.
    #[error("tasks need {health_check} s to become healthy, but ECS stops them after a grace of {grace} s")]
    Grace {
        /// How long they need.
        health_check: u32,
        /// How long they are given.
        grace: u32,
    },
    /// Something else about tasks or deployments.
    #[error("{0}")]
    Tasks(&'static str),
}

/// No service has more tasks here (AWS's quota is 5,000).
pub const MOST_TASKS: u32 = 100_000;
/// The policies a service can have (R28).
pub const MOST_POLICIES: usize = 50;
/// The steps a policy can have (R28).
pub const MOST_STEPS: usize = 20;

impl Autoscaling {
    /// A service between bounds, with AWS's defaults and no policy.
    #[must_use]
    pub fn between(min: u32, max: u32, capacity: Ratio) -> Autoscaling {
        Autoscaling {
            min,
            max,
            start: min,
            capacity,
            over: Ratio::ONE,
            policies: Vec::new(),
            custom: Vec::new(),
            scheduled: Vec::new(),
            floors: Vec::new(),
            suspended: Vec::new(),
            deployments: Vec::new(),
            tasks: TaskLife::default(),
            spot: None,
            rules: Rules::default(),
        }
    }

    /// The same with a policy more.
    #[must_use]
    pub fn with(mut self, policy: Policy) -> Autoscaling {
        self.policies.push(policy);
        self
    }

    /// Whether it can be, over a load in `unit`.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self, unit: LoadUnit) -> Result<(), Impossible> {
        if self.min > self.max {
            return Err(Impossible::Bounds { min: self.min, max: self.max });
        }
        let counts = [self.max, self.start].into_iter().chain(self.floors.iter().flat_map(|f| [f.tasks, f.max]));
        let scheduled = self.scheduled.iter().flat_map(|action| [action.min, action.max]).flatten();
        if let Some(tasks) = counts.chain(scheduled).find(|&tasks| tasks > MOST_TASKS) {
            return Err(Impossible::TooManyTasks(tasks));
        }
        if self.capacity <= Ratio::ZERO || self.capacity.is_too_large() {
            return Err(Impossible::Capacity);
        }
        if self.over <= Ratio::ZERO || self.over > Ratio::ONE {
            return Err(Impossible::Over);
        }
        if self.policies.len() > MOST_POLICIES {
            return Err(Impossible::TooMany { what: "policies", count: self.policies.len(), most: MOST_POLICIES });
        }
        self.policies.iter().try_for_each(|policy| policy.check(self, unit))?;
        self.tasks.check()?;
        self.deployments.iter().try_for_each(Deployment::check)?;
        self.spot.iter().try_for_each(SpotTasks::check)
    }
}

impl Sampling {
    /// The standard resolution: a minute, seen a minute after it (R6: ?).
    pub const MINUTE: Sampling = Sampling { period: 60, delay: 60 };
    /// The high resolution: 20 s, seen 15 s after them (R3, R6: ?).
    pub const HIGH_RESOLUTION: Sampling = Sampling { period: 20, delay: 15 };

    /// How often alarms on it are evaluated, in seconds (R11).
    #[must_use]
    pub const fn evaluated_every(self) -> u32 {
        if self.period < 60 { 10 } else { 60 }
    }
}

impl TargetTracking {
    /// A policy with AWS's defaults: 300 s cooldowns, 60 s datapoints (R7, R8, R19).
    #[must_use]
    pub fn new(metric: Metric, target: Micro) -> TargetTracking {
        TargetTracking {
            name: String::from("target tracking"),
            metric,
            sampling: Sampling::MINUTE,
            target,
            high_periods: 3,
            low_periods: 15,
            scale_out_cooldown: 300,
            scale_in_cooldown: 300,
            disable_scale_in: false,
        }
    }
}

impl Policy {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Policy::TargetTracking(policy) => &policy.name,
            Policy::StepScaling(policy) => &policy.name,
        }
    }

    /// What it watches, and how.
    #[must_use]
    pub fn metric(&self) -> (Metric, Sampling) {
        match self {
            Policy::TargetTracking(policy) => (policy.metric, policy.sampling),
            Policy::StepScaling(policy) => (policy.metric, policy.sampling),
        }
    }

    fn check(&self, service: &Autoscaling, unit: LoadUnit) -> Result<(), Impossible> {
        let wrong = |why| Err(Impossible::Policy { policy: self.name().into(), why });
        let (metric, Sampling { period, delay }) = self.metric();
        if !(matches!(period, 10 | 20 | 30) || (period > 0 && period % 60 == 0 && period <= 3_600)) {
            return wrong("a period is 10, 20 or 30 s, or whole minutes up to an hour");
        }
        if delay > 300 {
            return wrong("datapoints are seen within five minutes");
        }
        match metric {
            Metric::AlbRequestCountPerTarget if unit != LoadUnit::RequestsPerMinute => {
                return wrong("requests per target need a load in requests a minute");
            }
            Metric::AlbRequestCountPerTarget if period < 60 => {
                return wrong("requests per target are counted by the minute");
            }
            Metric::Memory { idle, busy } if idle > 1_000_000 || busy > 1_000_000 => {
                return wrong("a task uses at most 100 % of its memory");
            }
            Metric::Custom { series, .. } if series >= service.custom.len() => {
                return wrong("its metric has no series");
            }
            _ => {}
        }
        match self {
            Policy::TargetTracking(policy) => match policy {
                TargetTracking { target: 0, .. } => wrong("the target is 0"),
                TargetTracking { target, metric: Metric::Cpu | Metric::Memory { .. }, .. } if *target > 1_000_000 => {
                    wrong("the target is above 100 %, which the metric cannot be")
                }
                TargetTracking { high_periods, low_periods, .. }
                    if !(1..=MOST_PERIODS).contains(high_periods) || !(1..=MOST_PERIODS).contains(low_periods) =>
                {
                    wrong("an alarm has 1 to 30 datapoints")
                }
                _ => Ok(()),
            },
            Policy::StepScaling(policy) => policy.why_not().map_or(Ok(()), wrong),
        }
    }
}

/// The most datapoints of an alarm.
pub const MOST_PERIODS: u32 = 30;

impl StepScaling {
    /// What is wrong with its alarm and steps (R29, R30).
    fn why_not(&self) -> Option<&'static str> {
        let bounds = |step: &Step| (step.lower.unwrap_or(i64::MIN), step.upper.unwrap_or(i64::MAX));
        let mut spans: Vec<(i64, i64)> = self.steps.iter().map(bounds).collect();
        spans.sort_unstable();
        let apart = |gap: fn(i64, i64) -> bool| spans.windows(2).any(|pair| gap(pair[0].1, pair[1].0));
        if !(1..=MOST_PERIODS).contains(&self.periods) {
            Some("an alarm has 1 to 30 datapoints")
        } else if self.steps.is_empty() {
            Some("it has no steps")
        } else if self.steps.len() > MOST_STEPS {
            Some("it has more than 20 steps")
        } else if self.steps.iter().any(|step| step.lower.is_none() && step.upper.is_none()) {
            Some("a step has no bound at all")
        } else if spans.iter().any(|span| span.0 >= span.1) {
            Some("a step ends where it begins, or before")
        } else if apart(|end, begin| end > begin) {
            Some("two steps overlap")
        } else if apart(|end, begin| end < begin) {
            Some("there is a gap between two steps")
        } else if self.adjustment == Adjustment::ExactCapacity && self.steps.iter().any(|step| step.adjustment < 0) {
            Some("an exact capacity is below 0")
        } else if self.min_magnitude > 0 && self.adjustment != Adjustment::PercentChangeInCapacity {
            Some("a least magnitude is for percents alone")
        } else {
            None
        }
    }
}
