//! The rules of scaling once more, second by second, as plainly as they can be written: what the fast
//! engine of the model is held to.

mod policies;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::*;
use stackcost_model::timeline::Timeline;

const MILLION: i128 = 1_000_000;

/// A task from its launch until it is stopped.
#[derive(Clone)]
struct Task {
    id: u64,
    bill_from: u64,
    least_bill_end: u64,
    running_at: u64,
    healthy_at: u64,
    taken_at: Option<u64>,
    spot: bool,
    old: bool,
}

/// What a policy remembers.
#[derive(Clone, Default)]
struct Memory {
    points: Vec<Option<u64>>,
    sum: i128,
    count: i128,
    /// Out (the high alarm, or a step policy's own) and in.
    sides: [Side; 2],
    out: Option<Out>,
    in_ends: u64,
}

#[derive(Clone, Copy, Default)]
struct Side {
    alarm: Option<bool>,
    told: Option<NotScaled>,
    acted: bool,
}

#[derive(Clone, Copy)]
struct Out {
    adjustment: i64,
    to: u32,
    ends: Option<u64>,
}

struct Proposal {
    policy: usize,
    direction: Direction,
    count: u32,
    metric: u64,
    adjustment: i64,
    breach: Option<u64>,
}

struct World<'a> {
    load: &'a Load,
    service: &'a Autoscaling,
    end: u64,
    now: u64,
    per_task: Ratio,
    random: ChaCha8Rng,
    tasks: Vec<Task>,
    launched: u64,
    min: u32,
    max: u32,
    floor: u32,
    floor_max: u32,
    desired: u32,
    account: u64,
    bucket: u64,
    deployment: Option<(Rollout, Option<u64>)>,
    deployments_begun: usize,
    policies: Vec<Memory>,
    /// `(from, to, spot)` of every task that stopped.
    bills: Vec<(u64, u64, bool)>,
    run: Run,
    waiting: Vec<(usize, u32)>,
}

pub fn simulate(load: &Load, service: &Autoscaling, seed: u64) -> Result<Run, Impossible> {
    service.check(load.unit())?;
    let end = load.seconds();
    let quota = service.tasks.quota;
    let mut world = World {
        load,
        service,
        end,
        now: 0,
        per_task: service.capacity * Ratio::from(load.ticks()),
        random: ChaCha8Rng::seed_from_u64(seed),
        tasks: Vec::new(),
        launched: 0,
        min: service.min,
        max: service.max,
        floor: 0,
        floor_max: 0,
        desired: service.start,
        account: quota.burst.into(),
        bucket: 60 * u64::from(quota.per_service_minute),
        deployment: None,
        deployments_begun: 0,
        policies: vec![Memory::default(); service.policies.len()],
        bills: Vec::new(),
        run: Run {
            seconds: end,
            billed: Timeline::constant(0, 1),
            running: Timeline::constant(0, 1),
            task_seconds: 0,
            spot_task_seconds: 0,
            launches: 0,
            interruptions: 0,
            peak: 0,
            served: Served::default(),
            latencies: Vec::new(),
            activities: Vec::new(),
        },
        waiting: Vec::new(),
    };
    for _ in 0..service.start {
        world.add(true);
    }
    let mut running = Vec::new();
    for now in 0..end {
        world.now = now;
        world.step();
        running.push((1, world.running()));
        world.run.peak = world.run.peak.max(world.running());
        world.pass();
    }
    for task in std::mem::take(&mut world.tasks) {
        world.bills.push((task.bill_from, end, task.spot));
    }
    let mut billed = vec![0_u32; usize::try_from(end).unwrap()];
    for &(from, to, spot) in &world.bills {
        for second in from..to.min(end) {
            billed[usize::try_from(second).unwrap()] += 1;
            world.run.task_seconds += 1;
            world.run.spot_task_seconds += u64::from(spot);
        }
    }
    world.run.billed = Timeline::steps(billed.into_iter().map(|count| (1, count))).unwrap();
    world.run.running = Timeline::steps(running).unwrap();
    Ok(world.run)
}

impl World<'_> {
    fn draw(&mut self, below: u64) -> u64 {
        (u64::from(self.random.next_u32()) * below) >> 32
    }

    fn running(&self) -> u32 {
        self.tasks.iter().filter(|task| task.running_at <= self.now).count().try_into().unwrap()
    }

    fn healthy(&self) -> u32 {
        self.tasks.iter().filter(|task| task.healthy_at <= self.now).count().try_into().unwrap()
    }

    fn alive(&self) -> u32 {
        self.tasks.len().try_into().unwrap()
    }

    fn of(&self, old: bool) -> (u32, u32) {
        let of = || self.tasks.iter().filter(|task| task.old == old);
        let healthy = of().filter(|task| task.healthy_at <= self.now).count();
        (of().count().try_into().unwrap(), healthy.try_into().unwrap())
    }

    fn highest(&self) -> u32 {
        self.max.max(self.floor_max)
    }

    fn lowest(&self) -> u32 {
        self.min.max(self.floor.min(self.highest()))
    }

    fn clamp(&self, count: i128) -> u32 {
        count.max(self.lowest().into()).min(self.highest().into()).try_into().unwrap()
    }

    fn tell(&mut self, cause: Cause, from: u32, outcome: Outcome) {
        let activity = Activity { at: self.now, cause, from, to: self.desired, running: self.running(), outcome };
        self.run.activities.push(activity);
    }

    fn add(&mut self, veteran: bool) {
        let life = &self.service.tasks;
        let launch = match &life.launch {
            _ if veteran => 0,
            LaunchTime::Fixed(seconds) => u64::from(*seconds),
            LaunchTime::Between(from, to) => u64::from(*from) + self.draw(u64::from(to - from + 1)),
            LaunchTime::Measured(times) => {
                let drawn = self.draw(times.len() as u64);
                times[usize::try_from(drawn).unwrap()].into()
            }
        };
        let running_at = self.now + launch;
        let spot_alive = self.tasks.iter().filter(|task| task.spot).count() as u64;
        let spot = self
            .service
            .spot
            .filter(|spot| Ratio::from(spot_alive + 1) <= spot.share * Ratio::from(u64::from(self.alive()) + 1));
        let mut taken_at = None;
        if let Some(spot) = spot.filter(|spot| spot.interrupted > 0) {
            let mut hour = 0;
            while running_at + hour * 3_600 < self.end {
                if self.draw(1_000_000) < spot.interrupted.into() {
                    taken_at = Some(running_at + hour * 3_600 + self.draw(3_600));
                    break;
                }
                hour += 1;
            }
        }
        let bill_from = self.now + u64::from(life.provisioning).min(launch);
        self.tasks.push(Task {
            id: self.launched,
            bill_from,
            least_bill_end: if veteran { 0 } else { bill_from + u64::from(life.minimum) },
            running_at,
            healthy_at: if veteran { 0 } else { running_at + u64::from(life.health_check) },
            taken_at,
            spot: spot.is_some(),
            old: false,
        });
        self.launched += 1;
        self.run.launches += u64::from(!veteran);
    }

    fn tail(&self, task: &Task) -> u64 {
        let life = &self.service.tasks;
        u64::from(life.stop) + if task.healthy_at <= self.now { u64::from(life.deregistration) } else { 0 }
    }

    fn stop(&mut self, id: u64, tail: u64) {
        let at = self.tasks.iter().position(|task| task.id == id).unwrap();
        let task = self.tasks.remove(at);
        if task.running_at <= self.now || task.bill_from < self.now {
            let tail = if task.running_at <= self.now { tail } else { 0 };
            self.bills.push((task.bill_from, (self.now + tail).max(task.least_bill_end), task.spot));
        }
    }

    /// Those that do not run yet, then those that do, the newest first.
    fn stop_order(&self, of: impl Fn(&Task) -> bool) -> Vec<Task> {
        let mut order: Vec<Task> = self.tasks.iter().filter(|task| of(task)).cloned().collect();
        order.sort_by_key(|task| (task.running_at <= self.now, std::cmp::Reverse(task.id)));
        order
    }

    fn stop_some(&mut self, count: u32, of: impl Fn(&Task) -> bool) {
        for task in self.stop_order(of).into_iter().take(count.try_into().unwrap()) {
            self.stop(task.id, self.tail(&task));
        }
    }

    fn launch(&mut self, count: u32) {
        for _ in 0..count {
            if self.account == 0 || self.bucket < 60 {
                return;
            }
            self.account -= 1;
            self.bucket -= 60;
            self.add(false);
        }
    }

    fn step(&mut self) {
        let now = self.now;
        // Spot.
        let taken: Vec<Task> = self
            .tasks
            .iter()
            .filter(|task| task.taken_at.is_some_and(|at| at <= now && task.running_at <= now))
            .cloned()
            .collect();
        for task in &taken {
            self.stop(task.id, self.tail(task).min(120));
        }
        if !taken.is_empty() {
            self.run.interruptions += taken.len() as u64;
            let tasks = taken.len().try_into().unwrap();
            self.tell(Cause::SpotInterruption { tasks }, self.desired, Outcome::Successful);
        }
        self.complete();
        // Deployments.
        if self.deployment.is_some() && self.of(true).0 == 0 && self.of(false) == (self.desired, self.desired) {
            self.deployment = None;
            self.tell(Cause::Deployment { begins: false }, self.desired, Outcome::Successful);
        }
        if self.deployment.is_none()
            && let Some(next) = self.service.deployments.get(self.deployments_begun).filter(|next| next.at <= now)
        {
            self.deployments_begun += 1;
            self.tasks.iter_mut().for_each(|task| task.old = true);
            self.deployment = Some((next.rollout, None));
            self.tell(Cause::Deployment { begins: true }, self.desired, Outcome::Successful);
        }
        self.serve_latencies();
        // Bounds.
        let suspended = |of: fn(&Suspension) -> bool| {
            self.service
                .suspended
                .iter()
                .any(|suspension| of(suspension) && suspension.from <= now && now < suspension.to)
        };
        let (in_off, out_off, scheduled_off) =
            (suspended(|s| s.scale_in), suspended(|s| s.scale_out), suspended(|s| s.scheduled));
        let service = self.service;
        for action in service.scheduled.iter().filter(|action| action.at == now) {
            let (min, max) = (action.min.unwrap_or(self.min), action.max.unwrap_or(self.max));
            let before = self.desired;
            let outcome = if scheduled_off {
                Outcome::NotScaled(NotScaled::Suspended)
            } else if min > max {
                Outcome::NotScaled(NotScaled::Rejected)
            } else {
                (self.min, self.max) = (min, max);
                self.desired = self.clamp(self.desired.into());
                Outcome::Successful
            };
            let cause = Cause::Scheduled { name: action.name.clone(), min: self.min, max: self.max };
            self.tell(cause, before, outcome);
        }
        for floor in service.floors.iter().filter(|floor| floor.at == now) {
            let before = self.desired;
            (self.floor, self.floor_max) = (floor.tasks, floor.max);
            self.desired = self.clamp(self.desired.into());
            if before != self.desired {
                self.tell(Cause::Forecast { tasks: floor.tasks }, before, Outcome::Successful);
            }
        }
        self.decide(in_off, out_off);
        // Tasks.
        if now > 0 {
            let quota = self.service.tasks.quota;
            self.account = u64::from(quota.burst).min(self.account + u64::from(quota.per_second));
            let per_minute = u64::from(quota.per_service_minute);
            self.bucket = (60 * per_minute).min(self.bucket + per_minute);
        }
        match self.deployment {
            None => {
                let alive = self.alive();
                self.launch(self.desired.saturating_sub(alive));
                self.stop_some(alive.saturating_sub(self.desired), |_| true);
            }
            Some((rollout, healthy)) => self.roll(rollout, healthy),
        }
        self.complete();
        self.serve_latencies();
    }

    fn roll(&mut self, rollout: Rollout, healthy: Option<u64>) {
        let mut room = u32::MAX;
        if let Rollout::Rolling { minimum_healthy_percent, maximum_percent } = rollout {
            let least = (self.desired * minimum_healthy_percent).div_ceil(100);
            for task in self.stop_order(|task| task.old) {
                if task.healthy_at > self.now || self.healthy() > least {
                    self.stop(task.id, self.tail(&task));
                }
            }
            room = self.desired.max(self.desired * maximum_percent / 100).saturating_sub(self.alive());
        }
        let new = self.of(false).0;
        self.stop_some(new.saturating_sub(self.desired), |task| !task.old);
        self.launch(self.desired.saturating_sub(new).min(room));
        if let Rollout::BlueGreen { bake } = rollout {
            let all = self.of(false) == (self.desired, self.desired);
            let healthy = healthy.or(all.then_some(self.now));
            self.deployment = Some((rollout, healthy));
            if healthy.is_some_and(|healthy| self.now >= healthy + u64::from(bake)) {
                self.stop_some(u32::MAX, |task| task.old);
            }
        }
    }

    fn complete(&mut self) {
        if self.policies.iter().all(|memory| memory.out.is_none_or(|out| out.ends.is_some())) {
            return;
        }
        let (now, running, desired) = (self.now, self.running(), self.desired);
        for (memory, policy) in self.policies.iter_mut().zip(&self.service.policies) {
            let cooldown = match policy {
                Policy::TargetTracking(policy) => policy.scale_out_cooldown,
                Policy::StepScaling(policy) => policy.cooldown,
            };
            if let Some(out) = &mut memory.out
                && out.ends.is_none()
                && running >= out.to.min(desired)
            {
                out.ends = Some(now + u64::from(cooldown));
            }
        }
    }

    fn serve_latencies(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let (healthy, desired) = (self.healthy(), self.desired);
        for (place, to) in std::mem::take(&mut self.waiting) {
            if desired >= to && healthy >= to {
                self.run.latencies[place].served = Some(self.now);
            } else if desired >= to {
                self.waiting.push((place, to));
            }
        }
    }

    fn at(&self, load: &Load) -> Option<i128> {
        let place = usize::try_from(self.now / u64::from(load.step())).unwrap();
        Some(load.values()[place]).filter(|&value| value != MISSING).map(i128::from)
    }

    fn cpu(&self) -> Option<i128> {
        let (running, healthy) = (i128::from(self.running()), i128::from(self.healthy()));
        let load = self.at(self.load)?;
        if running == 0 {
            return None;
        }
        let (p, q) = (self.per_task.ticks(), self.per_task.per_unit());
        Some(if load * q <= healthy * p { load * q * MILLION / (running * p) } else { healthy * MILLION / running })
    }

    fn value(&self, metric: Metric) -> Option<i128> {
        match metric {
            Metric::Cpu => self.cpu(),
            Metric::Memory { idle, busy } => {
                Some((i128::from(idle) + i128::from(busy) * self.cpu()? / MILLION).min(MILLION))
            }
            Metric::AlbRequestCountPerTarget => {
                let healthy = i128::from(self.healthy());
                (healthy > 0).then_some(())?;
                Some(self.at(self.load)? * MILLION / (i128::from(self.load.ticks()) * healthy))
            }
            Metric::Custom { series, per_task } => {
                let series = &self.service.custom[series];
                let tasks = if per_task { i128::from(self.running()) } else { 1 };
                (tasks > 0).then_some(())?;
                Some(self.at(series)? * MILLION / (i128::from(series.ticks()) * tasks))
            }
        }
    }

    /// A second passes.
    fn pass(&mut self) {
        let healthy = Ratio::from(self.healthy());
        if let Some(load) = self.at(self.load) {
            let exact = Ratio::new(load, 1);
            let served = &mut self.run.served;
            served.seconds += 1;
            served.load += load.unsigned_abs();
            if exact > self.service.over * healthy * self.per_task {
                served.seconds_over += 1;
                served.load_over += load.unsigned_abs();
            }
            let serves = (healthy * self.per_task).ceil();
            if exact > serves {
                served.lost += (load - i128::from(serves.to_whole().unwrap())).unsigned_abs();
            }
        }
        for place in 0..self.policies.len() {
            let (metric, sampling) = self.service.policies[place].metric();
            let value = self.value(metric);
            let memory = &mut self.policies[place];
            if let Some(value) = value {
                memory.sum += value;
                memory.count += 1;
            }
            if (self.now + 1).is_multiple_of(sampling.period.into()) {
                let point = (memory.count > 0).then(|| u64::try_from(memory.sum / memory.count).unwrap());
                memory.points.push(point);
                (memory.sum, memory.count) = (0, 0);
            }
        }
    }

    /// The datapoints that are seen of a policy, the newest first.
    fn seen(&self, policy: usize) -> Vec<Option<u64>> {
        let (_, sampling) = self.service.policies[policy].metric();
        let seen = self.now.saturating_sub(sampling.delay.into()) / u64::from(sampling.period);
        self.policies[policy].points[..usize::try_from(seen).unwrap()].iter().rev().copied().collect()
    }

    /// Whether it is in ALARM (none without data), and the datapoints that it took, the newest first.
    fn alarm(
        &self,
        policy: usize,
        periods: u32,
        before: Option<bool>,
        breaches: &dyn Fn(u64) -> bool,
    ) -> (Option<bool>, Vec<u64>) {
        let seen = self.seen(policy);
        let periods = usize::try_from(periods).unwrap();
        let window = seen.iter().take(periods + 2).enumerate();
        let taken: Vec<(usize, u64)> = window.filter_map(|(age, point)| Some((age, (*point)?))).take(periods).collect();
        let values: Vec<u64> = taken.iter().map(|taken| taken.1).collect();
        let state = match taken.last() {
            None => None,
            Some(_) if !values.iter().all(|&value| breaches(value)) => Some(false),
            Some((age, _)) if taken.len() == periods || age + 1 >= periods => Some(true),
            Some(_) => before,
        };
        (state, values)
    }

    fn breach(&self, policy: usize, breaches: &dyn Fn(u64) -> bool) -> u64 {
        let seen = self.seen(policy);
        let row = seen.iter().take(32).take_while(|point| point.is_some_and(breaches)).count();
        let period = u64::from(self.service.policies[policy].metric().1.period);
        (seen.len() - row) as u64 * period
    }
}
