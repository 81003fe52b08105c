//! A service over its load, in dollars: what scaling costs beside a fixed count and beside a clock, and
//! what follows from what AWS does not say.

use crate::estimate::{Estimate, estimate};
use crate::exact::Ratio;
use crate::price::PriceBook;
use crate::scaling::{
    self, Autoscaling, ClockSchedule, Impossible, Load, Measure, Run, Served, Totals, fixed, needed, others, seeds,
    simulate, totals,
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
use jiff::tz::TimeZone;

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
    /// By whose clock the schedule goes that it is held against.
    pub zone: &'a TimeZone,
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
    /// The same without its deployments, where it has some.
    pub without_deployments: Option<Course>,
}

/// A way to run the service.
#[derive(Clone, Debug)]
pub struct Course {
    /// What it is called.
    pub name: String,
    /// More of it in words, where the name does not say all; of a bound the key of a stack file that
    /// chooses it, and what it is about.
    pub remark: Option<String>,
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
    /// What they cost: the lower end of the interval, the median, the upper end.
    pub cost: [Estimate; 3],
    /// The part of the time over target.
    pub time_over: [Ratio; 3],
    /// The part of the load that came over target.
    pub requests_over: [Ratio; 3],
}

/// Runs the service, and what it is held against; `told` hears how many runs are done, and of how many.
///
/// # Errors
/// What cannot be.
pub fn answer(
    question: &Question<'_>,
    book: &PriceBook,
    as_of: Option<Date>,
    told: &mut dyn FnMut(usize, usize),
) -> Result<Simulation, Impossible> {
    let Question { load, service, seed, .. } = *question;
    let others = others(service);
    let deployed = !service.deployments.is_empty();
    let all = 4 + others.len() + usize::from(deployed) + usize::try_from(question.runs).unwrap_or(usize::MAX);
    let mut done = 0;
    let mut next = || {
        done += 1;
        told(done, all);
    };
    let pricing = Pricing { stack: question.stack, component: question.component, book, as_of };
    let price = |totals: &Totals, billed| pricing.price(billed, (totals.task_seconds, totals.spot_task_seconds));
    let run = simulate(load, service, seed)?;
    next();
    let totals = Totals::from(&run);
    let mut course = |name: String, remark: Option<String>, service: &Autoscaling| -> Result<Course, Impossible> {
        let run = simulate(load, service, seed)?;
        next();
        let totals = Totals::from(&run);
        Ok(Course { name, remark, estimate: price(&totals, run.billed), totals })
    };
    let peak = needed(load, service, load.peak());
    // All of the load, with no more over target than under the policies.
    let budgets = [(Measure::RequestsOver, totals.served.load_over), (Measure::Lost, 0)];
    let schedule = ClockSchedule::fit(load, service, question.zone, service.min, &budgets)?;
    let clock = format!(
        "{}, in {}, chosen in hindsight: none lost, and no more load over target than with scaling",
        schedule.slots().words(),
        question.zone.iana_name().unwrap_or("UTC")
    );
    let courses = alloc::vec![
        Course { name: "autoscaled".to_owned(), remark: None, estimate: price(&totals, run.billed.clone()), totals },
        course(format!("fixed at baseline, {}", service.min), None, &fixed(service, service.min))?,
        course(format!("fixed at peak, {peak}"), None, &fixed(service, peak))?,
        course("best clock schedule".to_owned(), Some(clock), &schedule.service(service, load))?,
    ];
    let bounds = others.into_iter().map(|other| course(other.name.to_owned(), Some(other.remark), &other.service));
    let bounds = bounds.collect::<Result<Vec<Course>, Impossible>>()?;
    let without = Autoscaling { deployments: Vec::new(), ..service.clone() };
    let without = deployed.then(|| course("without deployments".to_owned(), None, &without)).transpose()?;
    let range = (question.runs > 0).then(|| range(question, &pricing, &mut next)).transpose()?.flatten();
    Ok(Simulation { run, courses, bounds, range, without_deployments: without })
}

/// By what a service is priced: as its part of the stack, over the stack's horizon.
#[derive(Clone, Copy, Debug)]
pub struct Pricing<'a> {
    /// The stack, as its scenario has it.
    pub stack: &'a Stack,
    /// The component that scales: `fargate.api`.
    pub component: &'a str,
    /// The rates.
    pub book: &'a PriceBook,
    /// As of when.
    pub as_of: Option<Date>,
}

impl Pricing<'_> {
    /// The component alone, with tasks as they were billed, so many of their task-seconds on Spot,
    /// again and again over the horizon.
    #[must_use]
    pub fn price(&self, billed: Timeline<u32>, figures: (u64, u64)) -> Estimate {
        estimate(&self.stack_with(billed, figures, |name| name == self.component), self.book, self.as_of)
    }

    /// The stack with tasks as they were billed, without components that are not wanted.
    pub(crate) fn stack_with(
        &self,
        billed: Timeline<u32>,
        (task_seconds, on_spot): (u64, u64),
        wanted: impl Fn(&str) -> bool,
    ) -> Stack {
        let whole = self.stack;
        let mut stack = Stack::new(whole.name.as_str(), whole.region, whole.horizon);
        stack.account = whole.account.clone();
        for (name, component) in whole.components.iter().filter(|(name, _)| wanted(name)) {
            let mut component = component.clone();
            if let Component::Fargate(fargate) = &mut component
                && &**name == self.component
            {
                fargate.tasks = Tasks::Metered(billed.clone().repeated_over(whole.horizon));
                if let Some(spot) = &mut fargate.spot
                    && task_seconds > 0
                {
                    spot.share = Ratio::new(on_spot.into(), task_seconds.into());
                }
            }
            stack.add(name, component);
        }
        stack
    }

    /// The same of figures alone, over so many seconds.
    #[must_use]
    pub fn price_figures(&self, figures: (u64, u64), seconds: u64) -> Estimate {
        self.price(as_long(figures.0, seconds), figures)
    }

    /// What a second on Spot costs of one on demand, by the discount that the user gives; as much, where
    /// none is given.
    #[must_use]
    pub fn spot(&self) -> Ratio {
        let off =
            self.stack.components.iter().find(|(name, _)| &**name == self.component).and_then(|(_, component)| {
                match component {
                    Component::Fargate(fargate) => fargate.spot?.off,
                    _ => None,
                }
            });
        Ratio::ONE - off.unwrap_or(Ratio::ZERO)
    }
}

/// The ranges of several runs; none of none.
fn range(question: &Question<'_>, pricing: &Pricing<'_>, next: &mut dyn FnMut()) -> Result<Option<Range>, Impossible> {
    let mut all: Vec<Totals> = Vec::new();
    for seed in seeds(question.seed, question.runs) {
        let drawn = (question.noise > 0).then(|| question.load.with_noise(seed, question.noise));
        all.push(totals(drawn.as_ref().unwrap_or(question.load), question.service, seed)?);
        next();
    }
    fn ends<T: Copy + Ord>(figures: impl Iterator<Item = T>) -> Option<[T; 3]> {
        let range = scaling::Range::of(figures, Ratio::new(9, 10))?;
        Some([range.low, range.median, range.high])
    }
    let part = |of: fn(&Served) -> Ratio| ends(all.iter().map(|totals| of(&totals.served)));
    let figures = ends(all.iter().map(|totals| (totals.task_seconds, totals.spot_task_seconds)));
    Ok(figures.zip(part(Served::time_over)).zip(part(Served::requests_over)).map(
        |((figures, time_over), requests_over)| Range {
            runs: question.runs,
            cost: figures.map(|figures| pricing.price_figures(figures, question.load.seconds())),
            time_over,
            requests_over,
        },
    ))
}

/// A timeline with so many task-seconds, as even as whole tasks are.
fn as_long(task_seconds: u64, seconds: u64) -> Timeline<u32> {
    let (tasks, rest) = (task_seconds / seconds, task_seconds % seconds);
    let tasks = u32::try_from(tasks).unwrap_or(u32::MAX - 1);
    Timeline::steps([(rest, tasks + 1), (seconds - rest, tasks)]).unwrap_or_else(|| Timeline::constant(tasks, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaling::{LoadUnit, Metric, Policy, TargetTracking};
    use alloc::vec;

    fn service() -> Autoscaling {
        let policy = Policy::TargetTracking(TargetTracking::new(Metric::Cpu, 700_000));
        Autoscaling::between(2, 10, Ratio::whole(600)).with(policy)
    }

    #[test]
    fn every_run_is_told_of_and_the_fixed_counts_are_themselves() {
        let load = Load::new(LoadUnit::RequestsPerMinute, 0, 60, 1, vec![3_000; 120]).unwrap();
        let mut service = service();
        service.deployments =
            vec![crate::scaling::Deployment { at: 60, rollout: crate::scaling::Rollout::BlueGreen { bake: 60 } }];
        let region = "us-east-1".parse().unwrap();
        let stack = Stack::new("stack", region, crate::time::Horizon::AverageMonth);
        let question = Question {
            stack: &stack,
            component: "fargate.api",
            load: &load,
            service: &service,
            zone: &TimeZone::UTC,
            seed: 0,
            runs: 3,
            noise: 50,
        };
        let mut told = Vec::new();
        let found = answer(&question, &PriceBook::default(), None, &mut |done, all| told.push((done, all))).unwrap();
        // Four courses, five bounds, one without deployments, three runs.
        assert_eq!(told, (1..=13).map(|done| (done, 13)).collect::<Vec<_>>());
        assert_eq!(found.courses.iter().map(|course| course.totals.peak).collect::<Vec<_>>()[1..3], [4, 10]);
        let names: Vec<&str> = found.courses.iter().map(|course| &*course.name).collect();
        assert_eq!(names, ["autoscaled", "fixed at baseline, 2", "fixed at peak, 5", "best clock schedule"]);
        let without = found.without_deployments.unwrap().totals.task_seconds;
        assert!(without < found.run.task_seconds, "{without} {}", found.run.task_seconds);
        assert_eq!(found.range.unwrap().runs, 3);
    }
}
