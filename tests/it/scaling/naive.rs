//! The scaling model once more, as its rules read: one second after another, one value for each task,
//! every datapoint kept, nothing clever. Slow, and easy to believe; the engine has to agree with it.

mod decisions;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use stackcost_model::scaling::*;
use stackcost_model::timeline::Timeline;

/// Runs a service over a load, second by second.
pub fn simulate(load: &Load, service: &Autoscaling, seed: u64) -> Result<Run, Impossible> {
    service.check(load.unit())?;
    let mut world = World::new(load, service, seed);
    for t in 0..load.seconds() {
        world.tasks_move_on(t);
        world.bounds_are_set(t);
        world.policies_decide(t);
        world.tasks_start_and_stop(t);
        world.the_second_passes(t);
    }
    let timeline = |counts: &[u32]| {
        let steps = Timeline::steps(counts.iter().map(|&count| (1, count)));
        steps.expect("some seconds").starting_at(load.start())
    };
    Ok(Run {
        seconds: load.seconds(),
        billed: timeline(&world.billed),
        running: timeline(&world.ran),
        task_seconds: world.billed.iter().map(|&count| u64::from(count)).sum(),
        spot_task_seconds: world.spot_task_seconds,
        launches: world.launches,
        interruptions: world.interruptions,
        peak: world.ran.iter().copied().max().unwrap_or(0),
        served: world.served,
        latencies: world.latencies,
        activities: world.activities,
    })
}

#[derive(Clone, Debug)]
struct Task {
    /// Its place in the order of launches.
    id: u64,
    spot: bool,
    /// Whether a deployment replaces it.
    old: bool,
    running_at: u64,
    healthy_at: u64,
    /// When Spot takes it back.
    taken_back_at: Option<u64>,
    bill_from: u64,
    /// The shortest time it is billed for.
    minimum: u64,
    /// When its bill ends; not known while it lives.
    bill_end: Option<u64>,
}

impl Task {
    fn runs(&self, t: u64) -> bool {
        self.running_at <= t
    }

    fn is_healthy(&self, t: u64) -> bool {
        self.healthy_at <= t
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    InsufficientData,
    Ok,
    Alarm,
}

/// A scale-out that began a cooldown.
struct ScaleOut {
    adjustment: i128,
    to: u32,
    /// When its cooldown ends; not known until all its tasks run.
    cooldown_end: Option<u64>,
}

/// What is remembered of a policy.
struct Watch {
    /// Values of the seconds of the period that goes on: their sum and number.
    sum: u128,
    number: u128,
    /// One for each period that is over.
    datapoints: Vec<Option<u64>>,
    /// The high alarm of target tracking, or the alarm of step scaling.
    high: State,
    low: State,
    /// Why it did not scale out, or in, as it was last told.
    told_out: Option<NotScaled>,
    told_in: Option<NotScaled>,
    /// Whether it has scaled out since its alarm went into ALARM; and in, for its low alarm.
    has_scaled_out: bool,
    has_scaled_in: bool,
    scale_out: Option<ScaleOut>,
    in_cooldown_end: u64,
}

struct GoingOn {
    rollout: Rollout,
    /// Since when all new tasks of a blue/green deployment are healthy.
    ready: Option<u64>,
}

struct World<'a> {
    load: &'a Load,
    service: &'a Autoscaling,
    /// Ticks that a task serves at 100 %: `p / q`.
    p: u128,
    q: u128,
    random: ChaCha8Rng,
    min: u32,
    max: u32,
    floor: u32,
    floor_max: u32,
    desired: u32,
    /// In order of launch.
    alive: Vec<Task>,
    /// Those that left, as long as they are billed.
    gone: Vec<Task>,
    next_id: u64,
    account_bucket: u64,
    service_bucket: u64,
    deployment: Option<GoingOn>,
    next_deployment: usize,
    watches: Vec<Watch>,
    /// Latencies that wait for their tasks: their place, and how many tasks they need.
    waiting: Vec<(usize, u32)>,
    ran: Vec<u32>,
    billed: Vec<u32>,
    spot_task_seconds: u64,
    launches: u64,
    interruptions: u64,
    served: Served,
    latencies: Vec<Latency>,
    activities: Vec<Activity>,
}

impl<'a> World<'a> {
    fn new(load: &'a Load, service: &'a Autoscaling, seed: u64) -> World<'a> {
        let unsigned = |value: i128| u128::try_from(value).expect("not below 0");
        let watch = |_| Watch {
            sum: 0,
            number: 0,
            datapoints: Vec::new(),
            high: State::InsufficientData,
            low: State::InsufficientData,
            told_out: None,
            told_in: None,
            has_scaled_out: false,
            has_scaled_in: false,
            scale_out: None,
            in_cooldown_end: 0,
        };
        let quota = service.tasks.quota;
        let mut world = World {
            load,
            service,
            p: unsigned(service.capacity.ticks()) * u128::from(load.ticks()),
            q: unsigned(service.capacity.per_unit()),
            random: ChaCha8Rng::seed_from_u64(seed),
            min: service.min,
            max: service.max,
            floor: 0,
            floor_max: 0,
            desired: service.start,
            alive: Vec::new(),
            gone: Vec::new(),
            next_id: 0,
            account_bucket: u64::from(quota.burst),
            service_bucket: 60 * u64::from(quota.per_service_minute),
            deployment: None,
            next_deployment: 0,
            watches: service.policies.iter().map(watch).collect(),
            waiting: Vec::new(),
            ran: Vec::new(),
            billed: Vec::new(),
            spot_task_seconds: 0,
            launches: 0,
            interruptions: 0,
            served: Served::default(),
            latencies: Vec::new(),
            activities: Vec::new(),
        };
        for _ in 0..service.start {
            world.new_task(0, 0, 0, 0);
        }
        world
    }

    // What there is.

    fn running(&self, t: u64) -> u32 {
        count(self.alive.iter().filter(|task| task.runs(t)))
    }

    fn healthy(&self, t: u64) -> u32 {
        count(self.alive.iter().filter(|task| task.is_healthy(t)))
    }

    fn number_alive(&self) -> u32 {
        count(self.alive.iter())
    }

    /// Of the tasks that are not replaced: how many there are, and how many of them are healthy.
    fn new_ones(&self, t: u64) -> (u32, u32) {
        let new = || self.alive.iter().filter(|task| !task.old);
        (count(new()), count(new().filter(|task| task.is_healthy(t))))
    }

    fn most(&self) -> u32 {
        self.max.max(self.floor_max)
    }

    fn least(&self) -> u32 {
        self.min.max(self.floor.min(self.most()))
    }

    fn clamp(&self, wanted: i128) -> u32 {
        let clamped = wanted.max(i128::from(self.least())).min(i128::from(self.most()));
        u32::try_from(clamped).expect("within the bounds")
    }

    fn suspended(&self, t: u64, what: impl Fn(&Suspension) -> bool) -> bool {
        self.service.suspended.iter().any(|suspension| suspension.from <= t && t < suspension.to && what(suspension))
    }

    fn load_at(&self, load: &Load, t: u64) -> Option<u128> {
        let value = load.values().get(usize::try_from(t / u64::from(load.step())).expect("a place"))?;
        (*value != MISSING).then_some(u128::from(*value))
    }

    // What is done in several places.

    fn draw(&mut self, n: u64) -> u64 {
        (u64::from(self.random.next_u32()) * n) >> 32
    }

    fn tell(&mut self, t: u64, cause: Cause, from: u32, outcome: Outcome) {
        let (to, running) = (self.desired, self.running(t));
        self.activities.push(Activity { at: t, cause, from, to, running, outcome });
    }

    fn tasks_have_come(&mut self, t: u64) {
        if self.waiting.is_empty() {
            return;
        }
        // What was desired for a part of a second, nobody started or stopped.
        let desired = self.desired;
        self.waiting.retain(|&(_, to)| desired >= to);
        let healthy = self.healthy(t);
        for &(place, to) in &self.waiting {
            if healthy >= to {
                self.latencies[place].served = Some(t);
            }
        }
        self.waiting.retain(|&(_, to)| healthy < to);
    }

    fn scale_outs_complete(&mut self, t: u64) {
        let in_progress = |watch: &Watch| watch.scale_out.as_ref().is_some_and(|began| began.cooldown_end.is_none());
        if !self.watches.iter().any(in_progress) {
            return;
        }
        let running = self.running(t);
        for (policy, watch) in self.service.policies.iter().zip(&mut self.watches) {
            if let Some(scale_out) = &mut watch.scale_out
                && scale_out.cooldown_end.is_none()
                && running >= scale_out.to.min(self.desired)
            {
                let cooldown = match policy {
                    Policy::TargetTracking(policy) => policy.scale_out_cooldown,
                    Policy::StepScaling(policy) => policy.cooldown,
                };
                scale_out.cooldown_end = Some(t + u64::from(cooldown));
            }
        }
    }

    /// A task more, on Spot if its share asks for it.
    fn new_task(&mut self, running_at: u64, healthy_at: u64, bill_from: u64, minimum: u64) {
        let mut task = Task {
            id: self.next_id,
            spot: false,
            old: false,
            running_at,
            healthy_at,
            taken_back_at: None,
            bill_from,
            minimum,
            bill_end: None,
        };
        self.next_id += 1;
        if let Some(spot) = self.service.spot {
            let on_spot = i128::from(count(self.alive.iter().filter(|task| task.spot)));
            let alive = i128::from(self.number_alive());
            task.spot = (on_spot + 1) * spot.share.per_unit() <= spot.share.ticks() * (alive + 1);
            if task.spot && spot.interrupted > 0 {
                let mut hour = running_at;
                while hour < self.load.seconds() {
                    if self.draw(1_000_000) < u64::from(spot.interrupted) {
                        task.taken_back_at = Some(hour + self.draw(3_600));
                        break;
                    }
                    hour += 3_600;
                }
            }
        }
        self.alive.push(task);
    }

    fn launch(&mut self, t: u64, wanted: u32) {
        for _ in 0..wanted {
            if self.account_bucket < 1 || self.service_bucket < 60 {
                return;
            }
            self.account_bucket -= 1;
            self.service_bucket -= 60;
            self.launches += 1;
            let life = &self.service.tasks;
            let time = match &life.launch {
                LaunchTime::Fixed(seconds) => u64::from(*seconds),
                LaunchTime::Between(a, b) => u64::from(*a) + self.draw(u64::from(b - a) + 1),
                LaunchTime::Measured(times) => {
                    u64::from(times[usize::try_from(self.draw(times.len() as u64)).expect("a place")])
                }
            };
            let healthy_at = t + time + u64::from(life.health_check);
            let bill_from = t + u64::from(life.provisioning).min(time);
            self.new_task(t + time, healthy_at, bill_from, u64::from(life.minimum));
        }
    }

    /// Those of some tasks, in the order in which they stop.
    fn to_stop(&self, t: u64, which: impl Fn(&Task) -> bool) -> Vec<u64> {
        let newest_first = |runs: bool| {
            let tasks = self.alive.iter().rev().filter(move |task| task.runs(t) == runs);
            tasks.filter(|task| which(task)).map(|task| task.id).collect::<Vec<u64>>()
        };
        [newest_first(false), newest_first(true)].concat()
    }

    fn stop(&mut self, t: u64, id: u64) {
        let place = self.alive.iter().position(|task| task.id == id).expect("a task that lives");
        let mut task = self.alive.remove(place);
        let life = &self.service.tasks;
        let shortest = task.bill_from + task.minimum;
        let end = if task.runs(t) {
            let drains = if task.is_healthy(t) { u64::from(life.deregistration) } else { 0 };
            (t + drains + u64::from(life.stop)).max(shortest)
        } else if task.bill_from >= t {
            task.bill_from
        } else {
            t.max(shortest)
        };
        task.bill_end = Some(end);
        self.gone.push(task);
    }

    // Step 1.

    fn tasks_move_on(&mut self, t: u64) {
        if self.service.spot.is_some() {
            self.spot_takes_back(t);
        }
        self.scale_outs_complete(t);
        self.deployments_end_and_begin(t);
        self.tasks_have_come(t);
    }

    fn spot_takes_back(&mut self, t: u64) {
        let life = &self.service.tasks;
        let mut tasks = 0;
        let mut left = Vec::new();
        for mut task in std::mem::take(&mut self.alive) {
            if task.runs(t) && task.taken_back_at.is_some_and(|due| due <= t) {
                let drains = if task.is_healthy(t) { u64::from(life.deregistration) } else { 0 };
                let end = t + (drains + u64::from(life.stop)).min(120);
                task.bill_end = Some(end.max(task.bill_from + task.minimum));
                self.gone.push(task);
                tasks += 1;
            } else {
                left.push(task);
            }
        }
        self.alive = left;
        if tasks > 0 {
            self.interruptions += u64::from(tasks);
            self.tell(t, Cause::SpotInterruption { tasks }, self.desired, Outcome::Successful);
        }
    }

    fn deployments_end_and_begin(&mut self, t: u64) {
        if self.deployment.is_some() {
            let (alive, healthy) = self.new_ones(t);
            if alive == self.desired && healthy == self.desired && !self.alive.iter().any(|task| task.old) {
                self.deployment = None;
                self.tell(t, Cause::Deployment { begins: false }, self.desired, Outcome::Successful);
            }
        }
        if self.deployment.is_none()
            && let Some(next) = self.service.deployments.get(self.next_deployment)
            && next.at <= t
        {
            self.next_deployment += 1;
            self.deployment = Some(GoingOn { rollout: next.rollout, ready: None });
            self.alive.iter_mut().for_each(|task| task.old = true);
            self.tell(t, Cause::Deployment { begins: true }, self.desired, Outcome::Successful);
        }
    }

    // Step 2.

    fn bounds_are_set(&mut self, t: u64) {
        let service = self.service;
        for action in service.scheduled.iter().filter(|action| action.at == t) {
            let from = self.desired;
            let (min, max) = (action.min.unwrap_or(self.min), action.max.unwrap_or(self.max));
            let outcome = if self.suspended(t, |suspension| suspension.scheduled) {
                Outcome::NotScaled(NotScaled::Suspended)
            } else if min > max {
                Outcome::NotScaled(NotScaled::Rejected)
            } else {
                (self.min, self.max) = (min, max);
                self.desired = self.clamp(self.desired.into());
                Outcome::Successful
            };
            let cause = Cause::Scheduled { name: action.name.clone(), min: self.min, max: self.max };
            self.tell(t, cause, from, outcome);
        }
        for floor in service.floors.iter().filter(|floor| floor.at == t) {
            let from = self.desired;
            (self.floor, self.floor_max) = (floor.tasks, floor.max);
            self.desired = self.clamp(self.desired.into());
            if self.desired != from {
                self.tell(t, Cause::Forecast { tasks: floor.tasks }, from, Outcome::Successful);
            }
        }
    }

    // Step 4.

    fn tasks_start_and_stop(&mut self, t: u64) {
        let quota = self.service.tasks.quota;
        if t > 0 {
            let per_minute = u64::from(quota.per_service_minute);
            self.account_bucket = (self.account_bucket + u64::from(quota.per_second)).min(quota.burst.into());
            self.service_bucket = (self.service_bucket + per_minute).min(60 * per_minute);
        }
        match self.deployment.as_ref().map(|deployment| deployment.rollout) {
            None => self.keep_new(t, self.desired),
            Some(Rollout::Rolling { minimum_healthy_percent, maximum_percent }) => {
                self.roll(t, minimum_healthy_percent, maximum_percent);
            }
            Some(Rollout::BlueGreen { bake }) => {
                self.keep_new(t, self.desired);
                self.switch(t, bake);
            }
        }
        self.scale_outs_complete(t);
        self.tasks_have_come(t);
    }

    /// Starts new tasks until there are `most`, or stops the surplus over what is desired.
    fn keep_new(&mut self, t: u64, most: u32) {
        let (new, _) = self.new_ones(t);
        if new > self.desired {
            for id in self.to_stop(t, |task| !task.old).into_iter().take((new - self.desired) as usize) {
                self.stop(t, id);
            }
        } else {
            self.launch(t, most.min(self.desired).saturating_sub(new));
        }
    }

    fn roll(&mut self, t: u64, minimum_healthy_percent: u32, maximum_percent: u32) {
        let of_desired = |percent: u32| u64::from(self.desired) * u64::from(percent);
        let limit = u64::from(self.desired).max(of_desired(maximum_percent) / 100);
        let least = of_desired(minimum_healthy_percent).div_ceil(100);
        for id in self.to_stop(t, |task| task.old) {
            let healthy = u64::from(self.healthy(t));
            let unhealthy = self.alive.iter().any(|task| task.id == id && !task.is_healthy(t));
            if unhealthy || healthy > least {
                self.stop(t, id);
            }
        }
        let (new, _) = self.new_ones(t);
        let old = u64::from(self.number_alive() - new);
        let room = limit.saturating_sub(old);
        self.keep_new(t, u32::try_from(room).expect("a count of tasks"));
    }

    fn switch(&mut self, t: u64, bake: u32) {
        let (alive, healthy) = self.new_ones(t);
        let all_healthy = alive == self.desired && healthy == self.desired;
        let deployment = self.deployment.as_mut().expect("one that goes on");
        if all_healthy && deployment.ready.is_none() {
            deployment.ready = Some(t);
        }
        if deployment.ready.is_some_and(|ready| t >= ready + u64::from(bake)) {
            for id in self.to_stop(t, |task| task.old) {
                self.stop(t, id);
            }
        }
    }

    // Step 5.

    fn the_second_passes(&mut self, t: u64) {
        let (running, healthy) = (self.running(t), self.healthy(t));
        let (n, h) = (u128::from(running), u128::from(healthy));
        let load = self.load_at(self.load, t);
        self.ran.push(running);
        self.gone.retain(|task| task.bill_end.is_some_and(|end| t < end));
        let billed = || self.alive.iter().chain(&self.gone).filter(move |task| task.bill_from <= t);
        self.billed.push(count(billed()));
        self.spot_task_seconds += u64::from(count(billed().filter(|task| task.spot)));
        if let Some(d) = load {
            let over = self.service.over;
            let (a, b) =
                (u128::try_from(over.ticks()).expect("above 0"), u128::try_from(over.per_unit()).expect("above 0"));
            self.served.seconds += 1;
            self.served.load += d;
            if d * self.q * b > a * h * self.p {
                self.served.seconds_over += 1;
                self.served.load_over += d;
            }
            self.served.lost += d.saturating_sub((h * self.p).div_ceil(self.q));
        }
        for place in 0..self.watches.len() {
            let (metric, sampling) = self.service.policies[place].metric();
            let value = self.measure(t, metric, load, n, h);
            let watch = &mut self.watches[place];
            if let Some(value) = value {
                watch.sum += value;
                watch.number += 1;
            }
            if (t + 1).is_multiple_of(u64::from(sampling.period)) {
                let mean = watch.sum.checked_div(watch.number);
                watch.datapoints.push(mean.map(|mean| u64::try_from(mean).expect("a metric")));
                (watch.sum, watch.number) = (0, 0);
            }
        }
    }

    fn measure(&self, t: u64, metric: Metric, load: Option<u128>, n: u128, h: u128) -> Option<u128> {
        const MILLION: u128 = 1_000_000;
        let cpu = || {
            let d = load.filter(|_| n > 0)?;
            let all_served = d * self.q <= h * self.p;
            Some(if all_served { d * self.q * MILLION / (n * self.p) } else { h * MILLION / n })
        };
        match metric {
            Metric::Cpu => cpu(),
            Metric::Memory { idle, busy } => {
                let used = u128::from(idle) + u128::from(busy) * cpu()? / MILLION;
                Some(used.min(MILLION))
            }
            Metric::AlbRequestCountPerTarget => {
                let d = load.filter(|_| h > 0)?;
                Some(d * MILLION / (u128::from(self.load.ticks()) * h))
            }
            Metric::Custom { series, per_task } => {
                let series = &self.service.custom[series];
                let s = self.load_at(series, t)?;
                let ticks = u128::from(series.ticks());
                if per_task { (s * MILLION).checked_div(ticks * n) } else { Some(s * MILLION / ticks) }
            }
        }
    }
}

fn count<'t>(tasks: impl Iterator<Item = &'t Task>) -> u32 {
    u32::try_from(tasks.count()).expect("a count of tasks")
}
