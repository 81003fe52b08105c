//! Short words for loads, services and policies, and for what came of a run.

use stackcost_model::exact::Ratio;
use stackcost_model::scaling::*;

/// Millionths of 1 %.
pub const PERCENT: Micro = 10_000;
/// Millionths of a request a minute, or of a unit of a custom metric.
pub const ONE: Micro = 1_000_000;

/// A load in hundredths of tasks kept busy, minute by minute.
pub fn minutes(hundredths: &[u32]) -> Load {
    steps(60, hundredths)
}

/// A load in hundredths of tasks kept busy, in steps of so many seconds.
pub fn steps(step: u32, hundredths: &[u32]) -> Load {
    Load::new(LoadUnit::TaskUnits, 0, step, 100, hundredths.to_vec()).expect("a load")
}

/// A load in requests a minute.
pub fn requests(per_minute: &[u32]) -> Load {
    Load::new(LoadUnit::RequestsPerMinute, 0, 60, 1, per_minute.to_vec()).expect("a load")
}

/// So much for so many steps, then so much for so many.
pub fn parts(parts: &[(usize, u32)]) -> Vec<u32> {
    parts.iter().flat_map(|&(steps, value)| vec![value; steps]).collect()
}

/// Tasks that serve one unit of load each, start within `launch` seconds and stop at once.
pub fn service(min: u32, start: u32, max: u32, launch: u32) -> Autoscaling {
    let mut service = Autoscaling::between(min, max, Ratio::ONE);
    service.start = start;
    service.tasks.launch = LaunchTime::Fixed(launch);
    service.tasks.deregistration = 0;
    service
}

/// A policy that keeps CPU at so many percent.
pub fn cpu(percent: u64) -> TargetTracking {
    TargetTracking::new(Metric::Cpu, percent * PERCENT)
}

/// A policy that keeps a metric of one's own at a target, whatever the number of tasks.
pub fn custom(series: usize, target: Micro) -> TargetTracking {
    TargetTracking::new(Metric::Custom { series, per_task: false }, target)
}

/// A policy by steps, for a metric of one's own in percent, a threshold of 50 %, one datapoint seen at
/// once, no cooldown; steps are `(lower, upper, adjustment)`, bounds in percent from the threshold.
pub fn by_steps(
    comparison: Comparison,
    adjustment: Adjustment,
    steps: &[(Option<i64>, Option<i64>, i32)],
) -> StepScaling {
    let percent = |bound: i64| bound * PERCENT.cast_signed();
    let step = |&(lower, upper, adjustment): &(Option<i64>, Option<i64>, i32)| Step {
        lower: lower.map(percent),
        upper: upper.map(percent),
        adjustment,
    };
    StepScaling {
        name: "steps".into(),
        metric: Metric::Custom { series: 0, per_task: false },
        sampling: Sampling { period: 60, delay: 0 },
        threshold: 50 * PERCENT,
        comparison,
        periods: 1,
        adjustment,
        steps: steps.iter().map(step).collect(),
        statistic: Statistic::Average,
        min_magnitude: 0,
        cooldown: 0,
    }
}

/// A deployment that goes on for hours.
pub fn slow_deployment() -> Deployment {
    Deployment { at: 0, rollout: Rollout::BlueGreen { bake: 7 * 86_400 } }
}

/// A scheduled action.
pub fn scheduled(at: u64, min: Option<u32>, max: Option<u32>) -> ScheduledAction {
    ScheduledAction { at, name: "scheduled".into(), min, max }
}

/// When the desired count moved, and where to.
pub fn moves(run: &Run) -> Vec<(u64, u32)> {
    run.activities
        .iter()
        .filter(|activity| activity.from != activity.to)
        .map(|activity| (activity.at, activity.to))
        .collect()
}

/// What was refused: when, and why.
pub fn refused(run: &Run) -> Vec<(u64, NotScaled)> {
    let why = |activity: &Activity| match activity.outcome {
        Outcome::NotScaled(why) => Some((activity.at, why)),
        Outcome::Successful => None,
    };
    run.activities.iter().filter_map(why).collect()
}

/// How many run, second by second.
pub fn second_by_second(timeline: &stackcost_model::timeline::Timeline<u32>) -> Vec<u32> {
    let (steps, _) = timeline.pattern();
    steps.iter().flat_map(|&(seconds, count)| vec![count; usize::try_from(seconds).expect("seconds")]).collect()
}
