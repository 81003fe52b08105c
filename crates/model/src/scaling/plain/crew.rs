//! Tasks that all take as long to launch, and what they are billed.

use crate::scaling::TaskLife;
use alloc::vec::Vec;

/// How long tasks take, from their launch on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace<'a> {
    life: &'a TaskLife,
    /// From a launch until its tasks run.
    launch: u64,
    /// From a launch until its tasks are healthy.
    healing: u64,
    /// From a launch until its tasks are billed.
    unbilled: u64,
    end: u64,
}

impl<'a> Pace<'a> {
    /// Of tasks that live so and take so long to launch, in a run until `end`.
    pub fn new(life: &'a TaskLife, launch: u32, end: u64) -> Pace<'a> {
        Pace {
            life,
            launch: launch.into(),
            healing: u64::from(launch) + u64::from(life.health_check),
            unbilled: life.provisioning.min(launch).into(),
            end,
        }
    }
}

/// Tasks that were launched together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Batch {
    /// When they were launched.
    at: u64,
    count: u32,
}

/// The tasks of a plain service. As all launches take as long, tasks run in the order in which they were
/// launched, and stop in the order that is opposite to it: a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Crew {
    /// Tasks below the stack, to which no minimum applies: those of the start, and settled ones. They are
    /// billed from the start of the run on.
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
    /// What tasks that have stopped are billed; less what veterans are billed before they were launched.
    pub task_seconds: i128,
    /// How many were launched.
    pub launches: u64,
}

impl Crew {
    /// So many tasks that are healthy already.
    pub fn new(start: u32) -> Crew {
        Crew {
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
    pub fn arrive(&mut self, pace: &Pace<'_>, now: u64) {
        while let Some(batch) = self.batches.get(self.run)
            && batch.at + pace.launch <= now
        {
            self.running += batch.count;
            self.run += 1;
        }
        while let Some(batch) = self.batches.get(self.well)
            && batch.at + pace.healing <= now
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
    pub fn next(&self, pace: &Pace<'_>) -> Option<u64> {
        let runs = self.batches.get(self.run).map(|batch| batch.at + pace.launch);
        let heals = self.batches.get(self.well).map(|batch| batch.at + pace.healing);
        // What does not run yet is not healthy either, so without the second there is none at all.
        heals.map(|heals| runs.map_or(heals, |runs| runs.min(heals)))
    }

    /// Launches so many tasks.
    pub fn launch(&mut self, pace: &Pace<'_>, count: u32, now: u64) {
        self.batches.push(Batch { at: now, count });
        self.launches += u64::from(count);
        self.arrive(pace, now);
    }

    /// Stops so many tasks, the newest first.
    pub fn stop(&mut self, pace: &Pace<'_>, count: u32, now: u64) {
        let (deregistration, stop) = (u64::from(pace.life.deregistration), u64::from(pace.life.stop));
        let mut left = count;
        while left > 0
            && let Some(batch) = self.batches.last_mut()
        {
            let stopped = batch.count.min(left);
            let (from, at) = (batch.at + pace.unbilled, batch.at);
            left -= stopped;
            batch.count -= stopped;
            if batch.count == 0 {
                self.batches.pop();
            }
            let until = if at + pace.healing <= now {
                self.healthy -= stopped;
                self.running -= stopped;
                now + deregistration + stop
            } else if at + pace.launch <= now {
                self.running -= stopped;
                now + stop
            } else if from < now {
                now
            } else {
                continue;
            };
            self.bill(pace, stopped, from, until.max(from + u64::from(pace.life.minimum)));
        }
        (self.run, self.well) = (self.run.min(self.batches.len()), self.well.min(self.batches.len()));
        self.veterans -= left;
        self.running -= left;
        self.healthy -= left;
        self.bill(pace, left, 0, now + deregistration + stop);
    }

    fn bill(&mut self, pace: &Pace<'_>, count: u32, from: u64, until: u64) {
        self.task_seconds += i128::from(u64::from(count) * until.min(pace.end).saturating_sub(from));
    }

    /// Makes veterans of healthy tasks that have had their minimum, so that crews that will do the same are
    /// the same, however they came about.
    pub fn settle(&mut self, pace: &Pace<'_>, now: u64) {
        let billed = |batch: &Batch| batch.at + pace.unbilled;
        let old = |batch: &Batch| billed(batch) + u64::from(pace.life.minimum) <= now;
        let settled = self.batches.iter().take(self.well).take_while(|batch| old(batch)).count();
        for batch in self.batches.drain(..settled) {
            self.veterans += batch.count;
            self.task_seconds -= i128::from(u64::from(batch.count) * billed(&batch));
        }
        (self.run, self.well) = (self.run - settled, self.well - settled);
    }

    /// What tasks that are there until the end are billed.
    pub fn staying(&self, pace: &Pace<'_>) -> i128 {
        let stay = |batch: &Batch| u64::from(batch.count) * pace.end.saturating_sub(batch.at + pace.unbilled);
        i128::from(u64::from(self.veterans) * pace.end + self.batches.iter().map(stay).sum::<u64>())
    }
}
