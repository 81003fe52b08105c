//! The clock: from one second at which something can happen to the next.
//!
//! Of the seconds between, the tasks are the same, so load and metrics are taken in one go. Minutes in
//! which a single policy only looks are skimmed: see [`Meter::skim`](super::meter::Meter::skim).

use super::decide::{Decisions, Situation};
use super::meter::Capacity;
use super::plain;
use super::policy::Policy;
use super::pool::{NEVER, Pool, Version};
use super::run::{Activity, Cause, NotScaled, Outcome};
use super::tasks::Rollout;
use super::{Autoscaling, Floor, Impossible, Latency, Load, MISSING, Run, ScheduledAction, Served, Totals};
use crate::timeline::Timeline;
use alloc::vec::Vec;

/// Runs a service over a load; `seed` draws launch times and Spot interruptions.
///
/// ```
/// use stackcost_model::exact::Ratio;
/// use stackcost_model::scaling::{Autoscaling, Load, LoadUnit, Metric, Policy, TargetTracking, simulate};
///
/// // Five tasks' worth of work for twelve minutes, on a service of two to ten tasks.
/// let load = Load::new(LoadUnit::TaskUnits, 0, 60, 10, vec![50; 12]).unwrap();
/// let policy = TargetTracking { scale_out_cooldown: 60, ..TargetTracking::new(Metric::Cpu, 700_000) };
/// let service = Autoscaling::between(2, 10, Ratio::ONE).with(Policy::TargetTracking(policy));
/// let run = simulate(&load, &service, 0).unwrap();
/// // Three datapoints of a minute, seen a minute later; a metric that ends at 100 % grows by 100/70.
/// let steps: Vec<(u64, u32)> = run.activities.iter().filter(|done| done.to != done.from).map(|done| (done.at / 60, done.to)).collect();
/// assert_eq!(steps, [(4, 3), (5, 5), (6, 8), (7, 10)]);
/// ```
///
/// # Errors
/// What cannot be: see [`Impossible`].
pub fn simulate(load: &Load, service: &Autoscaling, seed: u64) -> Result<Run, Impossible> {
    let mut engine = Engine::new(load, service, seed, true)?;
    engine.run();
    let totals = engine.totals();
    let Tale { activities, latencies, running, .. } = engine.tale.unwrap_or_default();
    let seconds = load.seconds();
    let mut changes = engine.pool.bill.changes.take().unwrap_or_default();
    changes.sort_unstable();
    Ok(Run {
        seconds,
        billed: course(
            changes.into_iter().scan(0_i64, |count, (at, change)| {
                *count += change;
                Some((at, u32::try_from(*count).unwrap_or(0)))
            }),
            seconds,
        )
        .starting_at(load.start()),
        running: course(running.into_iter(), seconds).starting_at(load.start()),
        task_seconds: totals.task_seconds,
        spot_task_seconds: totals.spot_task_seconds,
        launches: totals.launches,
        interruptions: engine.pool.interruptions,
        peak: totals.peak,
        served: totals.served,
        latencies,
        activities,
    })
}

/// The figures of [`simulate`] without the course: faster, for sweeps, and by far for a service that one
/// target tracking policy scales on whole minutes.
///
/// # Errors
/// As [`simulate`].
pub fn totals(load: &Load, service: &Autoscaling, seed: u64) -> Result<Totals, Impossible> {
    Ok(totals_and_counts(load, service, seed)?.0)
}

/// The same with the least and the largest count that was desired.
pub(super) fn totals_and_counts(load: &Load, service: &Autoscaling, seed: u64) -> Result<plain::Counted, Impossible> {
    if let Some(found) = plain::totals(load, service)? {
        return Ok(found);
    }
    let mut engine = Engine::new(load, service, seed, false)?;
    engine.run();
    Ok((engine.totals(), engine.counts))
}

fn any_at_least(values: &[u32], least: u32) -> bool {
    values.iter().fold(0, |found, &value| found | u32::from(value >= least)) != 0
}

/// Values from a second on, as a timeline.
fn course(values: impl Iterator<Item = (u64, u32)>, end: u64) -> Timeline<u32> {
    let mut steps = Vec::new();
    let (mut since, mut value) = (0, 0);
    for (at, next) in values.chain([(end, 0)]) {
        steps.push((at.min(end) - since, value));
        (since, value) = (at.min(end), next);
    }
    Timeline::steps(steps).unwrap_or_else(|| Timeline::constant(0, end))
}

/// What a run tells besides its figures.
#[derive(Default)]
struct Tale {
    activities: Vec<Activity>,
    latencies: Vec<Latency>,
    /// Of those that wait for their tasks: their places, and how many tasks they wait for.
    waiting: Vec<(usize, u32)>,
    running: Vec<(u64, u32)>,
}

/// A deployment that goes on.
struct Rolling {
    rollout: Rollout,
    /// When all new tasks were healthy.
    healthy: Option<u64>,
}

/// What the tasks of a stretch of time can serve, in ticks.
#[derive(Clone, Copy)]
struct Limits {
    /// The least load over target.
    over: u32,
    /// All that can be served.
    serves: u32,
}

struct Engine<'a> {
    load: &'a Load,
    service: &'a Autoscaling,
    capacity: Capacity,
    now: u64,
    end: u64,
    min: u32,
    max: u32,
    floor: u32,
    floor_max: u32,
    desired: u32,
    /// The least and the largest count that was desired.
    counts: (u32, u32),
    /// What is still to come, the last first.
    scheduled: Vec<&'a ScheduledAction>,
    floors: &'a [Floor],
    deployments: &'a [super::Deployment],
    rolling: Option<Rolling>,
    pool: Pool<'a>,
    decisions: Decisions<'a>,
    /// By the count of healthy tasks.
    limits: Vec<Option<Limits>>,
    served: Served,
    peak: u32,
    /// The first step at or after this time of which nothing is known.
    missing: usize,
    tale: Option<Tale>,
}

impl<'a> Engine<'a> {
    fn new(load: &'a Load, service: &'a Autoscaling, seed: u64, tell: bool) -> Result<Engine<'a>, Impossible> {
        service.check(load.unit())?;
        let capacity = Capacity::new(load, service)?;
        let end = load.seconds();
        let mut scheduled: Vec<&ScheduledAction> = service.scheduled.iter().collect();
        scheduled.sort_by_key(|action| action.at);
        scheduled.reverse();
        Ok(Engine {
            load,
            service,
            capacity,
            now: 0,
            end,
            min: service.min,
            max: service.max,
            floor: 0,
            floor_max: 0,
            desired: service.start,
            counts: (service.start, service.start),
            scheduled,
            floors: &service.floors,
            deployments: &service.deployments,
            rolling: None,
            pool: Pool::new(service.start, &service.tasks, service.spot.as_ref(), end, seed, tell),
            decisions: Decisions::new(&service.policies, service.rules, capacity, load),
            limits: Vec::new(),
            served: Served::default(),
            peak: 0,
            missing: if load.known().0 == load.values().len() as u64 { usize::MAX } else { 0 },
            tale: tell.then(Tale::default),
        })
    }

    fn run(&mut self) {
        let mut next = 0;
        while self.now < self.end {
            // Where only alarms are evaluated, and nobody scales, all else stays as it is.
            if self.now >= next || self.looks() && self.decide() {
                self.moment(self.now >= next);
                next = self.next_event().min(self.end);
            }
            if self.skim(next) {
                continue;
            }
            let every = self.decisions.every;
            let look = self.now.checked_div(every).map_or(NEVER, |looks| (looks + 1) * every);
            self.pass(next.min(look));
        }
        self.pool.close();
        let (known, sum) = self.load.known();
        let step = u64::from(self.load.step());
        self.served.seconds = known * step;
        self.served.load = sum * u128::from(step);
    }

    fn totals(&self) -> Totals {
        Totals {
            task_seconds: self.pool.bill.task_seconds,
            spot_task_seconds: self.pool.bill.spot_task_seconds,
            launches: self.pool.launches,
            peak: self.peak,
            served: self.served,
        }
    }

    /// Whether alarms are evaluated at this second.
    fn looks(&self) -> bool {
        self.decisions.every > 0 && self.now.is_multiple_of(self.decisions.every)
    }

    /// Everything that happens at a second, in its order; of one at which nothing but a decision
    /// happens, what follows from it.
    fn moment(&mut self, whole: bool) {
        let now = self.now;
        if whole {
            self.events();
            if self.looks() {
                self.decide();
            }
        }
        self.reconcile();
        self.decisions.complete(now, self.pool.running, self.desired);
        self.wait_for_tasks();
        self.peak = self.peak.max(self.pool.running);
        let running = self.pool.running;
        if let Some(tale) = &mut self.tale
            && tale.running.last().is_none_or(|last| last.1 != running)
        {
            tale.running.push((now, running));
        }
    }

    /// What happens at a second before anybody decides.
    fn events(&mut self) {
        let now = self.now;
        let taken = self.pool.advance(now);
        if taken > 0 {
            self.tell(Cause::SpotInterruption { tasks: taken }, self.desired, Outcome::Successful);
        }
        self.decisions.complete(now, self.pool.running, self.desired);
        self.deployments();
        self.wait_for_tasks();
        self.bounds();
    }

    /// The next second at which something happens but for alarms.
    fn next_event(&self) -> u64 {
        let busy = self.rolling.is_some() || self.pool.alive < self.desired;
        let scheduled = self.scheduled.last().map_or(NEVER, |action| action.at);
        let floor = self.floors.first().map_or(NEVER, |floor| floor.at);
        let deployment = self.deployments.first().map_or(NEVER, |deployment| deployment.at);
        let next = self.pool.next_change.min(scheduled).min(floor).min(deployment);
        // A deployment that waits for another begins when that is done, not at its time.
        if busy { self.now + 1 } else { next.max(self.now + 1) }
    }

    fn desire(&mut self, count: u32) {
        self.desired = count;
        self.counts = (self.counts.0.min(count), self.counts.1.max(count));
    }

    fn highest(&self) -> u32 {
        self.max.max(self.floor_max)
    }

    fn lowest(&self) -> u32 {
        self.min.max(self.floor.min(self.highest()))
    }

    fn deployments(&mut self) {
        if self.rolling.is_some()
            && self.pool.of(Version::Old, self.now).0 == 0
            && self.pool.of(Version::New, self.now) == (self.desired, self.desired)
        {
            self.rolling = None;
            self.tell(Cause::Deployment { begins: false }, self.desired, Outcome::Successful);
        }
        if self.rolling.is_none()
            && let Some((next, rest)) = self.deployments.split_first()
            && next.at <= self.now
        {
            self.deployments = rest;
            self.pool.age();
            self.rolling = Some(Rolling { rollout: next.rollout, healthy: None });
            self.tell(Cause::Deployment { begins: true }, self.desired, Outcome::Successful);
        }
    }

    /// Scheduled actions and floors of this second.
    fn bounds(&mut self) {
        let now = self.now;
        while let Some(action) = self.scheduled.pop_if(|action| action.at <= now) {
            let suspended = self.service.suspended.iter().any(|s| s.scheduled && s.from <= now && now < s.to);
            let (min, max) = (action.min.unwrap_or(self.min), action.max.unwrap_or(self.max));
            let before = self.desired;
            let outcome = if suspended {
                Outcome::NotScaled(NotScaled::Suspended)
            } else if min > max {
                Outcome::NotScaled(NotScaled::Rejected)
            } else {
                (self.min, self.max) = (min, max);
                self.desire(self.desired.max(self.lowest()).min(self.highest()));
                Outcome::Successful
            };
            if self.tale.is_some() {
                let cause = Cause::Scheduled { name: action.name.clone(), min: self.min, max: self.max };
                self.tell(cause, before, outcome);
            }
        }
        while let Some((floor, rest)) = self.floors.split_first().filter(|(floor, _)| floor.at <= now) {
            self.floors = rest;
            let before = self.desired;
            (self.floor, self.floor_max) = (floor.tasks, floor.max);
            self.desire(self.desired.max(self.lowest()).min(self.highest()));
            if self.desired != before {
                self.tell(Cause::Forecast { tasks: floor.tasks }, before, Outcome::Successful);
            }
        }
    }

    /// Lets policies decide; whether one scaled.
    fn decide(&mut self) -> bool {
        let now = self.now;
        let suspended = |of: fn(&super::Suspension) -> bool| {
            self.service.suspended.iter().any(|s| of(s) && s.from <= now && now < s.to)
        };
        let situation = Situation {
            now,
            running: self.pool.running,
            desired: self.desired,
            min: self.lowest(),
            max: self.highest(),
            deploying: self.rolling.is_some(),
            out_suspended: suspended(|s| s.scale_out),
            in_suspended: suspended(|s| s.scale_in),
        };
        let done = match &mut self.tale {
            None => self.decisions.decide(&situation, &mut |_| {}),
            Some(tale) => self.decisions.decide(&situation, &mut |activity| tale.activities.push(activity)),
        };
        let Some(done) = done else { return false };
        self.desire(done.desired);
        if let (Some(tale), Some(breach)) = (&mut self.tale, done.breach) {
            tale.waiting.push((tale.latencies.len(), done.desired));
            tale.latencies.push(Latency { breach, decided: now, served: None });
        }
        true
    }

    /// Starts and stops tasks until there are as many as desired.
    fn reconcile(&mut self) {
        let now = self.now;
        let Some(rolling) = &mut self.rolling else {
            let (alive, desired) = (self.pool.alive, self.desired);
            if alive < desired {
                self.pool.launch(desired - alive, now);
            } else if alive > desired {
                self.pool.stop(alive - desired, None, now);
            }
            return;
        };
        let percent = |percent: u32| u64::from(self.desired) * u64::from(percent);
        let room = match rolling.rollout {
            Rollout::Rolling { minimum_healthy_percent, maximum_percent } => {
                let least = u32::try_from(percent(minimum_healthy_percent).div_ceil(100)).unwrap_or(u32::MAX);
                self.pool.stop_old_keeping(least, now);
                let most = u32::try_from(percent(maximum_percent) / 100).unwrap_or(u32::MAX).max(self.desired);
                most.saturating_sub(self.pool.alive)
            }
            Rollout::BlueGreen { .. } => u32::MAX,
        };
        let (new, _) = self.pool.of(Version::New, now);
        if new > self.desired {
            self.pool.stop(new - self.desired, Some(Version::New), now);
        } else if new < self.desired && room > 0 {
            self.pool.launch(room.min(self.desired - new), now);
        }
        if let Rollout::BlueGreen { bake } = rolling.rollout {
            if rolling.healthy.is_none() && self.pool.of(Version::New, now) == (self.desired, self.desired) {
                rolling.healthy = Some(now);
            }
            if rolling.healthy.is_some_and(|healthy| now >= healthy + u64::from(bake)) {
                let (old, _) = self.pool.of(Version::Old, now);
                self.pool.stop(old, Some(Version::Old), now);
            }
        }
    }

    /// Scale-outs whose tasks are there, or are not wanted any more.
    fn wait_for_tasks(&mut self) {
        let (now, desired, healthy) = (self.now, self.desired, self.pool.healthy);
        let Some(Tale { waiting, latencies, .. }) = &mut self.tale else { return };
        waiting.retain(|&(place, tasks)| {
            if desired >= tasks && healthy >= tasks {
                latencies[place].served = Some(now);
            }
            desired >= tasks && healthy < tasks
        });
    }

    /// Lets time pass until `to`, with the tasks that there are.
    fn pass(&mut self, to: u64) {
        let from = self.now;
        let (running, healthy) = (self.pool.running, self.pool.healthy);
        self.decisions.measure(self.load, &self.service.custom, (from, to), running, healthy);
        let step = u64::from(self.load.step());
        let mut at = from;
        while at < to {
            // Up to the next step, whole steps, and what is left.
            let end = if at.is_multiple_of(step) && to - at >= step {
                to - (to - at) % step
            } else {
                to.min((at / step + 1) * step)
            };
            let place = |second: u64| usize::try_from(second / step).unwrap_or(usize::MAX);
            let values = self.load.values().get(place(at)..place(end.max(at + step))).unwrap_or(&[]);
            self.tally(values, if end - at < step { end - at } else { step });
            at = end;
        }
        self.now = to;
    }

    /// Counts steps of the load, each for so many seconds.
    fn tally(&mut self, values: &[u32], seconds: u64) {
        let Limits { over, serves } = self.limits();
        let (mut count, mut sum, mut lost) = (0_u64, 0_u64, 0_u64);
        for values in values.chunks(64) {
            // Mostly none is, which is found out fast; what is lost is over target, too.
            if !any_at_least(values, over) {
                continue;
            }
            for &value in values.iter().filter(|&&value| value >= over && value != MISSING) {
                count += 1;
                sum += u64::from(value);
                lost += u64::from(value.saturating_sub(serves));
            }
        }
        self.served.seconds_over += count * seconds;
        self.served.load_over += u128::from(sum) * u128::from(seconds);
        self.served.lost += u128::from(lost) * u128::from(seconds);
    }

    fn limits(&mut self) -> Limits {
        let healthy = self.pool.healthy;
        let place = usize::try_from(healthy).unwrap_or(usize::MAX);
        if self.limits.len() <= place {
            self.limits.resize(place + 1, None);
        }
        let (capacity, part) = (self.capacity, self.service.over);
        *self.limits[place]
            .get_or_insert_with(|| Limits { over: capacity.more_than(part, healthy), serves: capacity.serves(healthy) })
    }

    /// Skims the minutes before `next` in which nothing but looking at one metric happens; whether any.
    fn skim(&mut self, next: u64) -> bool {
        let (now, tasks) = (self.now, self.pool.running);
        let minutes = next / 60;
        if !now.is_multiple_of(60)
            || minutes <= now / 60
            || tasks == 0
            || tasks != self.pool.healthy
            || !self.service.suspended.is_empty()
        {
            return false;
        }
        let [Policy::TargetTracking(policy)] = &self.service.policies[..] else { return false };
        let at_bounds = (self.desired >= self.highest(), self.desired <= self.lowest());
        let Some((meter, watch)) = self.decisions.watch(policy, at_bounds, self.load) else { return false };
        let place = |minute: u64| usize::try_from(minute).unwrap_or(usize::MAX);
        let (values, begin) = (self.load.values(), place(now / 60));
        if self.missing <= begin {
            let ahead = values.iter().skip(begin).position(|&value| value == MISSING);
            self.missing = ahead.map_or(usize::MAX, |ahead| begin + ahead);
        }
        if self.missing == begin {
            return false;
        }
        let reached = meter.skim(place(minutes).min(self.missing), tasks, &watch);
        self.tally(values.get(begin..reached).unwrap_or(&[]), 60);
        self.now = reached as u64 * 60;
        true
    }

    fn tell(&mut self, cause: Cause, from: u32, outcome: Outcome) {
        let (at, to, running) = (self.now, self.desired, self.pool.running);
        if let Some(tale) = &mut self.tale {
            tale.activities.push(Activity { at, cause, from, to, running, outcome });
        }
    }
}
