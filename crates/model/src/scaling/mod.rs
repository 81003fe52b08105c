//! What an autoscaled ECS service does over a load: Application Auto Scaling and the life of tasks on
//! Fargate, second by second, told the time and asked nothing.
//!
//! [`simulate`] runs an [`Autoscaling`] over a [`Load`] and gives a [`Run`]: how many tasks are billed
//! when (a [`Timeline`](crate::timeline::Timeline), as a schedule is one), what the service could not
//! serve, and every scaling activity with its reason.
//!
//! # What is modelled
//!
//! Time is whole seconds from the start of the load. Within a second things happen in this order:
//!
//! 1. tasks that were launched run, tasks that run become healthy, Spot tasks are taken back,
//!    deployments begin and go on;
//! 2. scheduled actions, then forecast floors, set bounds, and the desired count is moved into them;
//! 3. alarms are evaluated, and policies decide (on whole minutes; every 10 s where a metric has a
//!    period below a minute);
//! 4. the service starts and stops tasks until it has what is desired;
//! 5. the second passes: load is served, metrics are measured.
//!
//! **Load** is a rate in each step of its grid, from the rows of a trace ([`Load::from_points`]) or from a
//! [`Shape`]. Healthy tasks serve it, each up to its capacity; what exceeds all of them is lost, not
//! queued.
//!
//! **Metrics.** In each second with running tasks, `CPUUtilization` is what the healthy tasks serve,
//! over the capacity of the *running* ones, at most 100 % (R1). A datapoint is the mean of the seconds
//! with running tasks of its period, cut to a millionth; without such seconds there is none (R2, R5).
//! `ALBRequestCountPerTarget` is requests a minute over healthy targets, with no upper bound (R4).
//! A datapoint of a period is seen `delay` seconds after its end (R6).
//!
//! **Alarms.** Of a policy's metric the newest datapoints that are seen count: with N of N breaching
//! the alarm is in ALARM. Where some are missing, CloudWatch looks back over N + 2 (how far is
//! documented for N = 3 alone: ?), takes the newest N there are, and with fewer needs the oldest
//! breaching one to be at least N periods old; with none at all the alarm has INSUFFICIENT_DATA, and
//! nothing scales (R5, R11). While in ALARM its action is repeated at each evaluation (R12).
//!
//! **Target tracking** (R7, R8, R14, R15): the high alarm is `> target` over 3 datapoints, the low one
//! `< 0.9 target` over 15; the new count is `ceil(running x mean / target)` of the datapoints of that
//! alarm, within the bounds. It scales out when that exceeds the desired count, in when it is below.
//! It does not scale in where one task less would bring the metric above the target (R22), and how far
//! it goes in at once is [`ScaleIn`] (R23, unresolved). At 0 running tasks one datapoint above the
//! target starts one task (R16).
//!
//! **Step scaling** (R29-R31): one adjustment by how far the metric is from the threshold of the user's
//! alarm, on the running count.
//!
//! **Cooldowns** are a policy's own (R17, R18, R20). That for scaling out begins when all tasks of the
//! activity run: until it is over, the policy scales out only for a larger adjustment than that which
//! began it. For target tracking the new count then holds ([`Credit::Running`]), or is lessened by what
//! the activity added ([`Credit::Added`]); step scaling is always lessened, as AWS's example is. That
//! for scaling in begins at the activity; a scale-out of any policy ends it.
//!
//! **Several policies** (R21): the largest count that any wants out is taken; in only when all target
//! tracking policies that may scale in want to, and then to the largest they want. Step policies have no
//! veto.
//!
//! **Tasks.** Launched at most as fast as the quotas let (R34); billed from the image pull, running
//! after the launch time, healthy after the health check. To stop, those not running yet go first, then
//! the newest; they leave the running count at once, drain and stop, and are billed until then (R36,
//! R37), each at least the minimum.
//!
//! Rules are numbered as in the project's notes on autoscaling; `DESIGN.md` says where each comes from,
//! and which are not documented by AWS.

mod load;
mod remark;
mod points;
mod generate;
mod policy;
mod calendar;
mod predictive;
mod tasks;
mod run;
mod meter;
mod pool;
mod decide;
mod plain;
mod engine;
mod fixed;
mod clock;
mod ranges;
mod unsaid;
pub mod optimize;

pub use calendar::{
    BadSchedule, MOST_RUNS, MOST_SCHEDULED, Planned, PlannedAction, Schedule, TooManyActions, plan_actions,
};
pub use clock::{ClockAction, ClockSchedule, Slots};
pub use engine::{simulate, totals};
pub use fixed::{Measure, fewest, fixed, needed};
pub use generate::{DailyWave, Growth, Ramp, Shape, Spike};
pub use load::{BadLoad, FINEST, LONGEST, Load, LoadUnit, MISSING, MOST, MOST_STEPS};
pub use points::{FromPoints, LoadForm, MOMENTS, MOST_ROWS, Point};
pub use policy::{
    Adjustment, Aggregation, Autoscaling, Comparison, Credit, Floor, Impossible, Metric, Micro, Policy, Rules,
    Sampling, ScaleIn, ScheduledAction, Statistic, Step, StepScaling, Suspension, TargetTracking,
};
pub use predictive::{
    BadPrediction, Breach, ForecastHour, Forecaster, Prediction, Predictive, PredictiveMode, Remark, predict,
};
pub use ranges::{Range, Ranges, Sample, USUAL_RUNS, sample, seeds, usual_runs};
pub use remark::{Gaps, TraceRemark};
pub use run::{Activity, Cause, Direction, Latency, NotScaled, Outcome, Run, Served, Totals};
pub use tasks::{Deployment, LaunchQuota, LaunchTime, Rollout, SpotTasks, TaskLife};
pub use unsaid::{Other, others};
