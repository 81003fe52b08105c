//! The tasks of a service: launched as quotas let, running, healthy, stopped, and billed.

use super::tasks::{LaunchQuota, LaunchTime, SpotTasks, TaskLife};
use crate::exact::Ratio;
use alloc::vec::Vec;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A warning of two minutes is what Spot tasks get (R38).
const WARNING: u64 = 120;
/// Never.
pub(super) const NEVER: u64 = u64::MAX;

/// Tasks that were launched together and live alike.
#[derive(Clone, Copy, Debug)]
struct Batch {
    count: u32,
    billed_from: u64,
    /// Before this none of them stops being billed.
    billed_until: u64,
    running_at: u64,
    healthy_at: u64,
    /// When AWS takes them back.
    taken_at: u64,
    spot: bool,
    old: bool,
}

/// What tasks cost: seconds, and when they are billed if somebody wants to know.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    end: u64,
    pub task_seconds: u64,
    pub spot_task_seconds: u64,
    /// `(second, tasks more, tasks fewer)`.
    pub changes: Option<Vec<(u64, i64)>>,
}

impl Meter {
    fn bill(&mut self, count: u32, from: u64, to: u64, spot: bool) {
        let to = to.min(self.end);
        if count == 0 || from >= to {
            return;
        }
        let seconds = u64::from(count) * (to - from);
        self.task_seconds += seconds;
        if spot {
            self.spot_task_seconds += seconds;
        }
        if let Some(changes) = &mut self.changes {
            changes.extend([(from, i64::from(count)), (to, -i64::from(count))]);
        }
    }
}

/// Which tasks: those of the version that is replaced, or of the one that replaces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Old,
    New,
}

/// All tasks that are not stopped.
pub(super) struct Pool<'a> {
    life: &'a TaskLife,
    spot: Option<&'a SpotTasks>,
    /// In order of launch.
    batches: Vec<Batch>,
    pub alive: u32,
    pub running: u32,
    pub healthy: u32,
    spot_alive: u32,
    /// The next second at which a task changes by itself.
    pub next_change: u64,
    pub bill: Meter,
    pub launches: u64,
    pub interruptions: u64,
    random: ChaCha8Rng,
    account: u64,
    service: u64,
    refilled: u64,
}

impl<'a> Pool<'a> {
    /// So many tasks that are healthy already, for a run until `end`.
    pub fn new(start: u32, life: &'a TaskLife, spot: Option<&'a SpotTasks>, end: u64, seed: u64, tell: bool) -> Self {
        let LaunchQuota { burst, per_service_minute, .. } = life.quota;
        let mut pool = Pool {
            life,
            spot,
            batches: Vec::new(),
            alive: 0,
            running: 0,
            healthy: 0,
            spot_alive: 0,
            next_change: NEVER,
            bill: Meter { end, task_seconds: 0, spot_task_seconds: 0, changes: tell.then(Vec::new) },
            launches: 0,
            interruptions: 0,
            random: ChaCha8Rng::seed_from_u64(seed),
            account: burst.into(),
            service: 60 * u64::from(per_service_minute),
            refilled: 0,
        };
        pool.add(start, 0, true);
        pool.look(0);
        // Nothing of second 0 has passed yet: a task that is taken back in it leaves in it.
        pool.next_change = pool.batches.iter().fold(pool.next_change, |next, batch| next.min(batch.taken_at));
        pool
    }

    fn draw(&mut self, below: u64) -> u64 {
        (u64::from(self.random.next_u32()) * below) >> 32
    }

    /// Adds tasks that are launched now, or that always were there.
    fn add(&mut self, count: u32, now: u64, veterans: bool) {
        let alike = self.spot.is_none() && (veterans || matches!(self.life.launch, LaunchTime::Fixed(_)));
        let (times, each) = if alike { (u32::from(count > 0), count) } else { (count, 1) };
        for _ in 0..times {
            let launch = match &self.life.launch {
                _ if veterans => 0,
                LaunchTime::Fixed(seconds) => u64::from(*seconds),
                LaunchTime::Between(least, most) => {
                    let (least, spread) = (u64::from(*least), u64::from(most - least) + 1);
                    least + self.draw(spread)
                }
                LaunchTime::Measured(times) => {
                    let drawn = self.draw(times.len() as u64);
                    let time = usize::try_from(drawn).ok().and_then(|drawn| self.life_times().get(drawn).copied());
                    time.unwrap_or(0).into()
                }
            };
            let running_at = now + launch;
            let spot = self
                .spot
                .is_some_and(|spot| Ratio::from(self.spot_alive + 1) <= spot.share * Ratio::from(self.alive + 1));
            let interrupted = self.spot.filter(|_| spot).map_or(0, |spot| u64::from(spot.interrupted));
            let taken_at = if interrupted > 0 { self.taken_at(running_at, interrupted) } else { NEVER };
            let billed_from = now + u64::from(self.life.provisioning).min(launch);
            self.batches.push(Batch {
                count: each,
                billed_from,
                billed_until: if veterans { 0 } else { billed_from + u64::from(self.life.minimum) },
                running_at,
                healthy_at: if veterans { 0 } else { running_at + u64::from(self.life.health_check) },
                taken_at,
                spot,
                old: false,
            });
            self.alive += each;
            self.spot_alive += if spot { each } else { 0 };
        }
    }

    fn life_times(&self) -> &'a [u32] {
        match &self.life.launch {
            LaunchTime::Measured(times) => times,
            _ => &[],
        }
    }

    /// When a Spot task is taken back: an hour in which it happens, and a second of it.
    fn taken_at(&mut self, running_at: u64, interrupted: u64) -> u64 {
        let mut hour = running_at;
        while hour < self.bill.end {
            if self.draw(1_000_000) < interrupted {
                return hour + self.draw(3_600);
            }
            hour += 3_600;
        }
        NEVER
    }

    /// Counts what runs and what is healthy at `now`.
    fn look(&mut self, now: u64) {
        (self.running, self.healthy, self.next_change) = (0, 0, NEVER);
        for batch in &self.batches {
            let (runs, healthy) = (batch.running_at <= now, batch.healthy_at <= now);
            self.running += if runs { batch.count } else { 0 };
            self.healthy += if healthy { batch.count } else { 0 };
            for at in [batch.running_at, batch.healthy_at] {
                if at > now {
                    self.next_change = self.next_change.min(at);
                }
            }
            self.next_change = self.next_change.min(batch.taken_at.max(now + 1));
        }
    }

    /// What happens to tasks by itself until `now`; gives how many were taken back.
    pub fn advance(&mut self, now: u64) -> u32 {
        if now < self.next_change {
            return 0;
        }
        let mut taken = 0;
        if self.spot.is_some() {
            let (life, bill) = (self.life, &mut self.bill);
            self.batches.retain(|batch| {
                let stays = batch.taken_at > now;
                if !stays {
                    taken += batch.count;
                    let until = now + WARNING.min(tail(life, batch, now));
                    bill.bill(batch.count, batch.billed_from, until.max(batch.billed_until), batch.spot);
                }
                stays
            });
            self.alive -= taken;
            // On demand nothing is taken back.
            self.spot_alive -= taken;
            self.interruptions += u64::from(taken);
        }
        self.look(now);
        taken
    }

    /// Launches up to so many tasks, as many as the quotas let.
    pub fn launch(&mut self, wanted: u32, now: u64) {
        let LaunchQuota { burst, per_second, per_service_minute } = self.life.quota;
        let (passed, per_minute) = (now - self.refilled, u64::from(per_service_minute));
        self.account = u64::from(burst).min(self.account + passed.saturating_mul(per_second.into()));
        self.service = (60 * per_minute).min(self.service + passed.saturating_mul(per_minute));
        self.refilled = now;
        let count = u64::from(wanted).min(self.account).min(self.service / 60);
        self.account -= count;
        self.service -= 60 * count;
        self.launches += count;
        self.add(u32::try_from(count).unwrap_or(0), now, false);
        self.look(now);
    }

    /// Stops so many tasks: those that do not run yet first, then the newest.
    pub fn stop(&mut self, count: u32, of: Option<Version>, now: u64) {
        let mut left = count;
        for running in [false, true] {
            if !running && self.alive == self.running {
                continue;
            }
            for at in (0..self.batches.len()).rev() {
                if left == 0 {
                    break;
                }
                let batch = self.batches[at];
                let chosen = of.is_none_or(|version| (version == Version::Old) == batch.old);
                if chosen && (batch.running_at <= now) == running {
                    left -= self.stop_of(at, left, now);
                }
            }
        }
        self.sweep(now);
    }

    /// Stops old tasks while at least so many stay healthy; those that are not healthy in any case.
    pub fn stop_old_keeping(&mut self, least: u32, now: u64) {
        let mut healthy = self.healthy;
        for running in [false, true] {
            for at in (0..self.batches.len()).rev() {
                let batch = self.batches[at];
                if !batch.old || (batch.running_at <= now) != running {
                    continue;
                }
                let may = if batch.healthy_at <= now { healthy.saturating_sub(least) } else { batch.count };
                let stopped = self.stop_of(at, may, now);
                healthy -= if batch.healthy_at <= now { stopped } else { 0 };
            }
        }
        self.sweep(now);
    }

    fn stop_of(&mut self, at: usize, most: u32, now: u64) -> u32 {
        let batch = self.batches[at];
        let count = batch.count.min(most);
        let until = if batch.running_at <= now {
            (now + tail(self.life, &batch, now)).max(batch.billed_until)
        } else if batch.billed_from < now {
            now.max(batch.billed_until)
        } else {
            batch.billed_from
        };
        self.bill.bill(count, batch.billed_from, until, batch.spot);
        self.batches[at].count -= count;
        self.alive -= count;
        self.spot_alive -= if batch.spot { count } else { 0 };
        count
    }

    fn sweep(&mut self, now: u64) {
        self.batches.retain(|batch| batch.count > 0);
        self.look(now);
    }

    /// All tasks are of the old version from now on.
    pub fn age(&mut self) {
        self.batches.iter_mut().for_each(|batch| batch.old = true);
    }

    /// The tasks of a version, and how many of them are healthy.
    pub fn of(&self, version: Version, now: u64) -> (u32, u32) {
        let batches = self.batches.iter().filter(|batch| (version == Version::Old) == batch.old);
        batches.fold((0, 0), |(alive, healthy), batch| {
            (alive + batch.count, healthy + if batch.healthy_at <= now { batch.count } else { 0 })
        })
    }

    /// Bills what is there until the end.
    pub fn close(&mut self) {
        for batch in &self.batches {
            self.bill.bill(batch.count, batch.billed_from, NEVER, batch.spot);
        }
    }
}

/// How long a task that leaves is still billed: it drains, if it had requests, and stops (R36).
fn tail(life: &TaskLife, batch: &Batch, now: u64) -> u64 {
    let drains = if batch.healthy_at <= now { u64::from(life.deregistration) } else { 0 };
    drains + u64::from(life.stop)
}
