//! Tasks that all take as long to launch, and what they are billed.

use crate::scaling::TaskLife;
use alloc::vec::Vec;

/// Tasks that were launched together.
#[derive(Clone, Copy, Debug)]
struct Batch {
    /// When they were launched.
    at: u64,
    count: u32,
}

/// The tasks of a plain service. As all launches take as long, tasks run in the order in which they were
/// launched, and stop in the order that is opposite to it: a stack.
#[derive(Clone, Debug)]
pub(super) struct Crew<'a> {
    life: &'a TaskLife,
    /// From a launch until its tasks run.
    launch: u64,
    /// From a launch until its tasks are healthy.
    healing: u64,
    /// From a launch until its tasks are billed.
    unbilled: u64,
    end: u64,
    /// Tasks of the start, below the stack: they were never launched, and no minimum applies to them.
    veterans: u32,
    batches: Vec<Batch>,
    /// So many batches run.
    run: usize,
    /// So many are healthy.
    well: usize,
    /// How many tasks run.
    pub running: u32,
    /// How many of them are healthy.
    pub healthy: u32,
    /// What tasks that have stopped are billed.
    pub task_seconds: u64,
    /// How many were launched.
    pub launches: u64,
}

impl<'a> Crew<'a> {
    /// So many tasks that are healthy already, for a run until `end`.
    pub fn new(start: u32, life: &'a TaskLife, launch: u32, end: u64) -> Crew<'a> {
        Crew {
            life,
            launch: launch.into(),
            healing: u64::from(launch) + u64::from(life.health_check),
            unbilled: life.provisioning.min(launch).into(),
            end,
            veterans: start,
            batches: Vec::new(),
            run: 0,
            well: 0,
            running: start,
            healthy: start,
            task_seconds: 0,
            launches: 0,
        }
    }

    /// Tasks whose time has come run, and are healthy.
    pub fn arrive(&mut self, now: u64) {
        while let Some(batch) = self.batches.get(self.run)
            && batch.at + self.launch <= now
        {
            self.running += batch.count;
            self.run += 1;
        }
        while let Some(batch) = self.batches.get(self.well)
            && batch.at + self.healing <= now
        {
            self.healthy += batch.count;
            self.well += 1;
        }
    }

    /// Whether all tasks are healthy: nothing changes by itself.
    pub fn steady(&self) -> bool {
        self.well == self.batches.len()
    }

    /// When tasks run or become healthy next.
    pub fn next(&self) -> Option<u64> {
        let runs = self.batches.get(self.run).map(|batch| batch.at + self.launch);
        let heals = self.batches.get(self.well).map(|batch| batch.at + self.healing);
        // What does not run yet is not healthy either, so without the second there is none at all.
        heals.map(|heals| runs.map_or(heals, |runs| runs.min(heals)))
    }

    /// Launches so many tasks.
    pub fn launch(&mut self, count: u32, now: u64) {
        self.batches.push(Batch { at: now, count });
        self.launches += u64::from(count);
        self.arrive(now);
    }

    /// Stops so many tasks, the newest first.
    pub fn stop(&mut self, count: u32, now: u64) {
        let (deregistration, stop) = (u64::from(self.life.deregistration), u64::from(self.life.stop));
        let mut left = count;
        while left > 0
            && let Some(batch) = self.batches.last_mut()
        {
            let stopped = batch.count.min(left);
            let (from, at) = (batch.at + self.unbilled, batch.at);
            left -= stopped;
            batch.count -= stopped;
            if batch.count == 0 {
                self.batches.pop();
            }
            let until = if at + self.healing <= now {
                self.healthy -= stopped;
                self.running -= stopped;
                now + deregistration + stop
            } else if at + self.launch <= now {
                self.running -= stopped;
                now + stop
            } else if from < now {
                now
            } else {
                continue;
            };
            self.bill(stopped, from, until.max(from + u64::from(self.life.minimum)));
        }
        (self.run, self.well) = (self.run.min(self.batches.len()), self.well.min(self.batches.len()));
        self.veterans -= left;
        self.running -= left;
        self.healthy -= left;
        self.bill(left, 0, now + deregistration + stop);
    }

    fn bill(&mut self, count: u32, from: u64, until: u64) {
        self.task_seconds += u64::from(count) * until.min(self.end).saturating_sub(from);
    }

    /// What all tasks are billed, with those that are there until the end.
    pub fn billed(&self) -> u64 {
        let stay = |batch: &Batch| u64::from(batch.count) * self.end.saturating_sub(batch.at + self.unbilled);
        self.task_seconds + u64::from(self.veterans) * self.end + self.batches.iter().map(stay).sum::<u64>()
    }
}
