//! A service over its load, in dollars: what scaling costs beside a fixed count and beside a clock, and
//! what follows from what AWS does not say.

use crate::estimate::{Estimate, estimate};
use crate::exact::Ratio;
use crate::price::PriceBook;
use crate::scaling::{
    Aggregation, Autoscaling, Credit, Impossible, Load, Policy, Rules, Run, ScaleIn, Served, Totals, clock_schedule,
    fixed, needed, simulate, totals,
};
use crate::services::Component;
use crate::services::fargate::Tasks;
use crate::stack::Stack;
use crate::time::Date;
use crate::timeline::Timeline;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The stack, as its scenario has it.
    pub stack: &'a Stack,
    /// The component that scales: `fargate.api`.
    pub component: &'a str,
    /// Its load.
    pub load: &'a Load,
    /// What scales it.
    pub service: &'a Autoscaling,
    /// What launch times and Spot interruptions are drawn by.
    pub seed: u64,
    /// How many runs a range is made of; none for 0.
    pub runs: u32,
    /// By how many thousandths loads are drawn anew in those.
    pub noise: u32,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The run, second by second.
    pub run: Run,
    /// Scaling first, then what it is held against.
    pub courses: Vec<Course>,
    /// The same with the other choice where AWS does not document one.
    pub bounds: Vec<Course>,
    /// What many runs come to.
    pub range: Option<Range>,
    /// Task-seconds that deployments added.
    pub deployments: Option<i128>,
}

/// A way to run the service.
#[derive(Clone, Debug)]
pub struct Course {
    /// What it is called.
    pub name: String,
    /// What it costs over the horizon of the stack: the component alone.
    pub estimate: Estimate,
    /// Its figures over the load.
    pub totals: Totals,
}

/// The median of many runs, and between what nine tenths of them lie.
#[derive(Clone, Debug)]
pub struct Range {
    /// How many.
    pub runs: u32,
    /// What they cost: the 5th percentile, the median, the 95th.
    pub cost: [Estimate; 3],
    /// The part of the time over target.
    pub time_over: [Ratio; 3],
    /// The part of the load that came over target.
    pub requests_over: [Ratio; 3],
}

/// Runs the service, and what it is held against.
///
/// # Errors
/// What cannot be.
pub fn answer(question: &Question<'_>, book: &PriceBook, as_of: Option<Date>) -> Result<Simulation, Impossible> {
    let Question { load, service, seed, .. } = *question;
    let run = simulate(load, service, seed)?;
    let figures = totals(load, service, seed)?;
    let price = |totals: &Totals, billed: Timeline<u32>| priced(question, totals, billed, book, as_of);
    let mut courses = Vec::new();
    courses.push(Course {
        name: "autoscaled".to_owned(),
        estimate: price(&figures, run.billed.clone()),
        totals: figures,
    });
    let course = |name: String, service: &Autoscaling| -> Result<Course, Impossible> {
        let run = simulate(load, service, seed)?;
        let figures = totals(load, service, seed)?;
        Ok(Course { name, estimate: price(&figures, run.billed), totals: figures })
    };
    let peak = needed(load, service, load.peak());
    let schedule = clock_schedule(load, service, figures.served.load_over);
    courses.push(course(format!("fixed at baseline, {}", service.min), &fixed(service, service.min))?);
    courses.push(course(format!("fixed at peak, {peak}"), &fixed(service, peak))?);
    courses.push(course(format!("best clock schedule, {}", schedule.kind()), &schedule.service)?);
    let mut bounds = Vec::new();
    for (name, other) in others(service) {
        bounds.push(course(name, &other)?);
    }
    let deployments = if service.deployments.is_empty() {
        None
    } else {
        let without = totals(load, &Autoscaling { deployments: Vec::new(), ..service.clone() }, seed)?;
        Some(i128::from(figures.task_seconds) - i128::from(without.task_seconds))
    };
    let range = (question.runs > 0).then(|| range(question, book, as_of)).transpose()?;
    Ok(Simulation { run, courses, bounds, range, deployments })
}

/// The same service where AWS could do otherwise.
fn others(service: &Autoscaling) -> Vec<(String, Autoscaling)> {
    let mut others: Vec<(String, Autoscaling)> = Vec::new();
    let tracks = service.policies.iter().any(|policy| matches!(policy, Policy::TargetTracking(_)));
    let rules = service.rules;
    if tracks {
        for (name, scale_in) in [
            ("scaling in proportionally", ScaleIn::Proportional),
            ("scaling in one task at a time", ScaleIn::OneStep),
            ("scaling in by one task, then proportionally", ScaleIn::OneStepThenProportional),
        ] {
            if scale_in != rules.scale_in {
                others.push((name.to_owned(), Autoscaling { rules: Rules { scale_in, ..rules }, ..service.clone() }));
            }
        }
        let (name, credit) = match rules.credit {
            Credit::Running => ("within a cooldown only what is more is added", Credit::Added),
            Credit::Added => ("within a cooldown what runs is part of the new count", Credit::Running),
        };
        others.push((name.to_owned(), Autoscaling { rules: Rules { credit, ..rules }, ..service.clone() }));
    }
    if !service.policies.is_empty() {
        let (name, aggregation) = match rules.aggregation {
            Aggregation::Evaluated => ("reckoning with the newest datapoint", Aggregation::Newest),
            Aggregation::Newest => ("reckoning with all datapoints of the alarm", Aggregation::Evaluated),
        };
        others.push((name.to_owned(), Autoscaling { rules: Rules { aggregation, ..rules }, ..service.clone() }));
        let mut later = service.clone();
        let mut periods = service.clone();
        for policy in &mut later.policies {
            let sampling = match policy {
                Policy::TargetTracking(policy) => &mut policy.sampling,
                Policy::StepScaling(policy) => &mut policy.sampling,
            };
            // What AWS's own benchmark of June 2026 comes to.
            sampling.delay = if sampling.period < 60 { 18 } else { 150 };
        }
        for policy in &mut periods.policies {
            if let Policy::TargetTracking(policy) = policy
                && policy.sampling.period < 60
            {
                policy.low_periods = if policy.low_periods == 30 { 15 } else { 30 };
            }
        }
        if later != *service {
            others.push(("datapoints as late as in AWS's benchmark".to_owned(), later));
        }
        if periods != *service {
            others.push(("the other count of datapoints for 20 s metrics".to_owned(), periods));
        }
    }
    others
}

/// The component alone, with tasks as they were billed.
fn priced(
    question: &Question<'_>,
    totals: &Totals,
    billed: Timeline<u32>,
    book: &PriceBook,
    as_of: Option<Date>,
) -> Estimate {
    let whole = question.stack;
    let mut stack = Stack::new(whole.name.as_str(), whole.region, whole.horizon);
    stack.always_free = whole.always_free;
    for (name, component) in whole.components.iter().filter(|(name, _)| &**name == question.component) {
        let mut component = component.clone();
        if let Component::Fargate(fargate) = &mut component {
            fargate.tasks = Tasks::Metered(billed.clone().repeated_over(whole.horizon));
            if let Some(spot) = &mut fargate.spot
                && totals.task_seconds > 0
            {
                spot.share = Ratio::new(totals.spot_task_seconds.into(), totals.task_seconds.into());
            }
        }
        stack.add(name, component);
    }
    estimate(&stack, book, as_of)
}

fn range(question: &Question<'_>, book: &PriceBook, as_of: Option<Date>) -> Result<Range, Impossible> {
    let mut all: Vec<Totals> = Vec::new();
    for at in 0..question.runs {
        let seed = question.seed.wrapping_add(at.into());
        let drawn = (question.noise > 0).then(|| question.load.with_noise(seed, question.noise));
        all.push(totals(drawn.as_ref().unwrap_or(question.load), question.service, seed)?);
    }
    // Order statistics: no value that did not occur.
    let places = [5, 50, 95].map(|percent| (all.len() - 1) * percent / 100);
    let cost = {
        let mut by_cost = all.clone();
        by_cost.sort_by_key(|totals| totals.task_seconds);
        places.map(|place| {
            let totals = &by_cost[place];
            priced(question, totals, as_long(totals.task_seconds, question.load.seconds()), book, as_of)
        })
    };
    let part = |of: fn(&Served) -> Ratio| {
        let mut parts: Vec<Ratio> = all.iter().map(|totals| of(&totals.served)).collect();
        parts.sort_unstable();
        places.map(|place| parts[place])
    };
    Ok(Range {
        runs: question.runs,
        cost,
        time_over: part(Served::time_over),
        requests_over: part(Served::requests_over),
    })
}

/// A timeline with so many task-seconds, as even as whole tasks are.
fn as_long(task_seconds: u64, seconds: u64) -> Timeline<u32> {
    let (tasks, rest) = (task_seconds / seconds, task_seconds % seconds);
    let tasks = u32::try_from(tasks).unwrap_or(u32::MAX - 1);
    Timeline::steps([(rest, tasks + 1), (seconds - rest, tasks)]).unwrap_or_else(|| Timeline::constant(tasks, seconds))
}
