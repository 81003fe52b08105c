//! The totals of a plain service, fast: one target tracking policy on minutes, and tasks that all take as
//! long to launch. It does what [the engine](super::engine) does, which any other service needs.
//!
//! Here all decisions fall on whole minutes, and the tasks that an activity launches are there at once or
//! a little later; between activities the count of tasks is constant. So the load is held against levels
//! that are worked out once for each count of tasks, 64 minutes at a time, as bits; the rest is done at
//! the few minutes at which bits say that a policy might act.

mod between;
mod crew;
mod words;
#[cfg(test)]
mod tests;

use super::meter::{Capacity, State, Taken, WHOLE};
use super::policy::{Aggregation, Credit, Micro, Policy, Rules, ScaleIn};
use super::tasks::LaunchTime;
use super::{Autoscaling, Impossible, Load, Metric, Served, TargetTracking, Totals};
use crate::exact::Ratio;
use alloc::vec::Vec;
pub(super) use between::totals_between;
use core::mem;
use crew::{Crew, Pace};
use words::{BLOCK, Points, at_least, range};

/// Totals, and the least and the largest count that was desired.
pub(super) type Counted = (Totals, (u32, u32));

/// The totals of a service, if it is plain and no quota delays a launch; none for any other.
///
/// # Errors
/// As the engine: what cannot be.
pub(super) fn totals(load: &Load, service: &Autoscaling) -> Result<Option<Counted>, Impossible> {
    service.check(load.unit())?;
    let Some(mut plain) = Plain::new(load, service, Capacity::new(load, service)?) else { return Ok(None) };
    if plain.run(0, load.values().len()).is_err() {
        return Ok(None);
    }
    let mut figures = plain.live.cut();
    figures.task_seconds += plain.live.crew.staying(&plain.pace);
    Ok(Some((figures.totals(load.known()), figures.counts)))
}

/// A launch is delayed by a quota: this is no plain service after all.
struct Delayed;

/// What holds with so many tasks, all healthy.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// From which load on a datapoint breaches high, and below which it breaches low.
    high_from: u32,
    low_to: u32,
    /// From which load on one task less would bring the metric above the target.
    flaps_from: u32,
    /// The same of the sum of all loads that the low alarm looks at; `u64::MAX` if it is not known.
    flaps_sum: u64,
    /// The least load over target, and all that can be served.
    over: u32,
    serves: u32,
    /// The metric is `load * times / divide`; `reciprocal` is 2⁶⁴ / divide, cut.
    times: u64,
    divide: u64,
    reciprocal: u64,
}

impl Row {
    /// What so much load comes to: exact, but multiplies where a processor would take long to divide.
    fn quotient(&self, load: u32) -> u64 {
        let product = u64::from(load) * self.times;
        // The cut reciprocal gives the quotient or one less.
        let (_, about) = product.carrying_mul(self.reciprocal, 0);
        about + u64::from(product - about * self.divide >= self.divide)
    }
}

/// A scale-out whose cooldown is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ScaledOut {
    adjustment: i64,
    to: u32,
    /// When its cooldown ends; none while its tasks are not running.
    ends: Option<u64>,
}

/// Datapoints that are remembered beyond those of the tasks that there are now.
const KEPT: usize = 64;
/// Marks a datapoint that is kept as its count of tasks.
const LAZY: u64 = 1 << 63;

/// What changes as time passes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Live {
    crew: Crew,
    /// Tasks that are desired, which are there or on their way.
    desired: u32,
    points: Points,
    ring: [u64; KEPT],
    /// The alarms were evaluated before this minute.
    decided: usize,
    /// The states of the alarms, for what holds where datapoints are missing.
    states: (State, State),
    /// Whether it scaled in since the low alarm went into ALARM.
    scaled_in: bool,
    scaled_out: Option<ScaledOut>,
    in_ends: u64,
    figures: Figures,
}

impl Live {
    /// So many tasks, all healthy, and nothing measured yet.
    fn new(start: u32) -> Live {
        Live {
            crew: Crew::new(start),
            desired: start,
            points: Points::default(),
            ring: [0; KEPT],
            decided: 0,
            states: (State::InsufficientData, State::InsufficientData),
            scaled_in: false,
            scaled_out: None,
            in_ends: 0,
            figures: Figures { counts: (start, start), ..Figures::default() },
        }
    }

    /// The figures since the last cut.
    fn cut(&mut self) -> Figures {
        let counts = (self.desired, self.desired);
        let figures = mem::replace(&mut self.figures, Figures { counts, ..Figures::default() });
        Figures {
            task_seconds: mem::take(&mut self.crew.task_seconds),
            launches: mem::take(&mut self.crew.launches),
            ..figures
        }
    }
}

/// What some time came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Figures {
    /// Of tasks that stopped; see [`Crew::task_seconds`].
    task_seconds: i128,
    launches: u64,
    peak: u32,
    /// The least and the largest count that was desired.
    counts: (u32, u32),
    served: Served,
}

impl Figures {
    /// The same with what came after.
    fn add(&mut self, later: &Figures) {
        self.task_seconds += later.task_seconds;
        self.launches += later.launches;
        self.peak = self.peak.max(later.peak);
        self.counts = (self.counts.0.min(later.counts.0), self.counts.1.max(later.counts.1));
        self.served.seconds_over += later.served.seconds_over;
        self.served.load_over += later.served.load_over;
        self.served.lost += later.served.lost;
    }

    /// Of a whole run over so many minutes, all known, and their load.
    fn totals(&self, (minutes, load): (u64, u128)) -> Totals {
        Totals {
            task_seconds: u64::try_from(self.task_seconds).unwrap_or(0),
            spot_task_seconds: 0,
            launches: self.launches,
            peak: self.peak,
            served: Served { seconds: minutes * 60, load: load * 60, ..self.served },
        }
    }
}

struct Plain<'a> {
    loads: &'a [u32],
    policy: &'a TargetTracking,
    capacity: Capacity,
    rules: Rules,
    over: Ratio,
    min: u32,
    max: u32,
    /// How many tasks a minute can launch without a delay.
    at_once: u32,
    /// How many of the newest datapoints are not seen.
    unseen: usize,
    /// So many datapoints alarms look at, seen or not.
    look: usize,
    pace: Pace<'a>,
    rows: Vec<Option<Row>>,
    live: Live,
}

fn second(minute: usize) -> u64 {
    minute as u64 * 60
}

impl<'a> Plain<'a> {
    fn new(load: &'a Load, service: &'a Autoscaling, capacity: Capacity) -> Option<Plain<'a>> {
        // All fields, so that a new one is thought of here.
        let Autoscaling {
            min,
            max,
            start,
            capacity: _,
            over,
            policies,
            custom: _,
            scheduled,
            floors,
            suspended,
            deployments,
            tasks,
            spot: None,
            rules,
        } = service
        else {
            return None;
        };
        let ([Policy::TargetTracking(policy)], LaunchTime::Fixed(launch)) = (&policies[..], &tasks.launch) else {
            return None;
        };
        let still = scheduled.is_empty() && floors.is_empty() && suspended.is_empty() && deployments.is_empty();
        let minutes = load.step() == 60 && policy.sampling.period == 60;
        let known = load.known().0 == load.values().len() as u64;
        if !still || !minutes || !known || capacity.fraction(policy.metric, 1).is_none() {
            return None;
        }
        let quota = tasks.quota;
        let unseen = usize::try_from(policy.sampling.delay.div_ceil(60)).unwrap_or(usize::MAX);
        let low_periods = if policy.disable_scale_in { 0 } else { policy.low_periods };
        Some(Plain {
            loads: load.values(),
            policy,
            capacity,
            rules: *rules,
            over: *over,
            min: *min,
            max: *max,
            // Both buckets are full again after a minute in which no more than this was taken.
            at_once: quota.burst.min(quota.per_second.saturating_mul(60)).min(quota.per_service_minute),
            unseen,
            look: policy.high_periods.max(low_periods) as usize + unseen,
            pace: Pace::new(tasks, *launch, load.seconds()),
            rows: Vec::new(),
            live: Live::new(*start),
        })
    }

    /// Lets minutes pass from one until before another, both of them where blocks begin or loads end.
    fn run(&mut self, from: usize, to: usize) -> Result<(), Delayed> {
        let mut at = from;
        while at < to {
            self.arrive(second(at));
            // Without tasks there is no metric to hold against a level.
            if self.live.desired > 0 && self.live.crew.steady() && self.all_known(at) {
                at = self.skim(at, to)?;
                continue;
            }
            if self.live.desired == 0 && self.live.points.present.both() == 0 {
                // Nothing is measured without tasks, so nothing wakes the service any more.
                self.tally(at, to, 0);
                break;
            }
            if at == self.live.decided {
                self.decide(at)?;
            }
            self.pass(at);
            at += 1;
            if at.is_multiple_of(BLOCK) {
                self.live.points.roll();
            }
        }
        Ok(())
    }

    /// What happens to tasks by itself, and what follows.
    fn arrive(&mut self, now: u64) {
        self.live.crew.arrive(&self.pace, now);
        self.complete(now);
    }

    /// A scale-out whose tasks run: its cooldown begins (R17).
    fn complete(&mut self, now: u64) {
        if let Some(scaled) = &mut self.live.scaled_out
            && scaled.ends.is_none()
            && self.live.crew.running >= scaled.to.min(self.live.desired)
        {
            scaled.ends = Some(now + u64::from(self.policy.scale_out_cooldown));
        }
    }

    /// Whether the minutes before this one that alarms look at, now and later, all have datapoints.
    fn all_known(&self, at: usize) -> bool {
        let missing = !self.live.points.present.both();
        missing << (BLOCK - at % BLOCK) >> (2 * BLOCK - self.look) == 0
    }

    fn row(&mut self, tasks: u32) -> Row {
        let place = tasks as usize;
        if self.rows.len() <= place {
            self.rows.resize(place + 1, None);
        }
        let (capacity, policy, over) = (self.capacity, self.policy, self.over);
        *self.rows[place].get_or_insert_with(|| {
            let level = |value: u128| capacity.least(policy.metric, u64::try_from(value).unwrap_or(u64::MAX), tasks);
            let target = u128::from(policy.target);
            let low_to = if policy.disable_scale_in { 0 } else { (target * 9).div_ceil(10) };
            // `ceil(tasks * value / target) >= tasks`
            let flaps = target * u128::from(tasks.saturating_sub(1)) / u128::from(tasks.max(1)) + 1;
            let flaps_sum = capacity.flaps_from(policy.metric, policy.target, policy.low_periods, tasks);
            let (times, divide) = capacity.fraction(policy.metric, tasks).unwrap_or((0, 1));
            Row {
                high_from: level(target + 1),
                low_to: level(low_to),
                flaps_from: level(flaps),
                flaps_sum: flaps_sum.unwrap_or(u64::MAX),
                over: capacity.more_than(over, tasks),
                serves: capacity.serves(tasks),
                times,
                divide,
                reciprocal: u64::MAX / divide.max(1),
            }
        })
    }

    /// The datapoint of a minute with so much load and always these tasks.
    fn value(&self, row: &Row, load: u32) -> Micro {
        match self.policy.metric {
            Metric::Memory { idle, busy } => WHOLE.min(idle + busy * WHOLE.min(row.quotient(load)) / WHOLE),
            Metric::AlbRequestCountPerTarget => row.quotient(load),
            Metric::Cpu | Metric::Custom { .. } => WHOLE.min(row.quotient(load)),
        }
    }

    /// The datapoint of a minute of other tasks than those that there are now.
    fn kept(&mut self, minute: usize) -> Micro {
        let kept = self.live.ring[minute % KEPT];
        if kept & LAZY == 0 {
            return kept;
        }
        let row = self.row(u32::try_from(kept & !LAZY).unwrap_or(0));
        self.loads.get(minute).map_or(0, |&load| self.value(&row, load))
    }

    /// The sum of the datapoints that a decision reckons with, and how many there are. Since `since` they
    /// are those of the load with the tasks of `row`.
    fn sum(&mut self, at: usize, taken: Taken, row: &Row, since: usize) -> (u64, u64) {
        let mut left = match self.rules.aggregation {
            Aggregation::Evaluated => taken,
            // The lowest bit.
            Aggregation::Newest => taken & taken.wrapping_neg(),
        };
        let (count, end) = (u64::from(left.count_ones()), at.saturating_sub(self.unseen));
        let mut sum = 0;
        if left & (left + 1) == 0 && end > since {
            // A row of datapoints without a gap.
            let new = (left.count_ones() as usize).min(end - since);
            let loads = self.loads.get(end - new..end).unwrap_or(&[]);
            sum = loads.iter().map(|&load| self.value(row, load)).sum();
            left = left >> new << new;
        }
        while left != 0 {
            sum += self.kept(end.wrapping_sub(1 + left.trailing_zeros() as usize));
            left &= left - 1;
        }
        (sum, count)
    }

    /// Evaluates the alarms at a minute, whatever tasks and datapoints there are; does what follows.
    fn decide(&mut self, at: usize) -> Result<(), Delayed> {
        self.live.decided = at + 1;
        let (place, policy) = ((at % BLOCK, self.unseen), self.policy);
        let (high, out_of) =
            self.live.points.alarm(self.live.points.high, policy.high_periods, place, self.live.states.0);
        let (low, in_of) = if policy.disable_scale_in {
            (State::InsufficientData, 0)
        } else {
            self.live.points.alarm(self.live.points.low, policy.low_periods, place, self.live.states.1)
        };
        self.live.states = (high, low);
        self.live.scaled_in &= low == State::Alarm;
        if self.live.crew.running == 0 {
            // At 0 tasks one datapoint above the target starts one (R16).
            if self.live.desired == 0 && self.live.points.high.rows(1, self.unseen) >> place.0 & 1 == 1 {
                self.scale_out(at, 1)?;
            }
            return Ok(());
        }
        let row = self.row(self.live.crew.running);
        if high == State::Alarm {
            let (sum, count) = self.sum(at, out_of, &row, at);
            let adjustment = self.adjustment(sum, count);
            if self.scale_out(at, adjustment)? {
                return Ok(());
            }
        }
        if low == State::Alarm && self.may_scale_in(second(at)) {
            let (sum, count) = self.sum(at, in_of, &row, at);
            self.scale_in(at, sum, count)?;
        }
        Ok(())
    }

    /// The count that datapoints ask for.
    fn wanted(&self, sum: u64, count: u64) -> u64 {
        let (running, target) = (u64::from(self.live.crew.running), self.policy.target);
        match (running.checked_mul(sum), count.checked_mul(target)) {
            (Some(asked), Some(whole)) => asked.div_ceil(whole.max(1)),
            _ => {
                let asked = u128::from(running) * u128::from(sum);
                let whole = u128::from(count) * u128::from(target);
                u64::try_from(asked.div_ceil(whole.max(1))).unwrap_or(u64::MAX)
            }
        }
    }

    fn adjustment(&self, sum: u64, count: u64) -> i64 {
        i64::try_from(self.wanted(sum, count)).unwrap_or(i64::MAX) - i64::from(self.live.crew.running)
    }

    fn clamp(&self, count: u64) -> u32 {
        u32::try_from(count).unwrap_or(u32::MAX).max(self.min).min(self.max)
    }

    /// Scales out by so many tasks, if that is not refused; whether it did.
    fn scale_out(&mut self, at: usize, adjustment: i64) -> Result<bool, Delayed> {
        let now = second(at);
        let cooling = self.live.scaled_out.filter(|scaled| scaled.ends.is_none_or(|ends| now < ends));
        if cooling.is_some_and(|scaled| adjustment <= scaled.adjustment) {
            return Ok(false);
        }
        let credit = match self.rules.credit {
            Credit::Running => 0,
            Credit::Added => cooling.map_or(0, |scaled| scaled.adjustment),
        };
        let count = i64::from(self.live.crew.running).saturating_add(adjustment - credit);
        let desired = self.clamp(u64::try_from(count).unwrap_or(0));
        if desired <= self.live.desired {
            return Ok(false);
        }
        let launched = desired - self.live.desired;
        if launched > self.at_once {
            return Err(Delayed);
        }
        self.live.in_ends = 0;
        self.live.scaled_out = Some(ScaledOut { adjustment, to: desired, ends: None });
        self.live.desired = desired;
        self.live.figures.counts.1 = self.live.figures.counts.1.max(desired);
        self.live.crew.launch(&self.pace, launched, now);
        self.complete(now);
        Ok(true)
    }

    fn may_scale_in(&self, now: u64) -> bool {
        self.live.desired > self.min && now >= self.live.in_ends
    }

    /// Whether scaling in is refused for certain, as one task less would bring the metric above the
    /// target: found out without working out each datapoint.
    fn flaps(&self, at: usize, row: &Row, since: usize) -> bool {
        let end = at.saturating_sub(self.unseen);
        let begin = end.saturating_sub(self.policy.low_periods as usize);
        let loads = self.loads.get(begin..end).unwrap_or(&[]);
        self.rules.aggregation == Aggregation::Evaluated
            && begin >= since
            && loads.iter().map(|&load| u64::from(load)).sum::<u64>() >= row.flaps_sum
    }

    /// Scales in as datapoints ask for, if that is not refused; whether it did.
    fn scale_in(&mut self, at: usize, sum: u64, count: u64) -> Result<bool, Delayed> {
        let running = self.live.crew.running;
        let wanted = self.wanted(sum, count);
        let count = match self.rules.scale_in {
            ScaleIn::OneStepThenProportional if self.live.scaled_in => wanted,
            ScaleIn::Proportional => wanted,
            ScaleIn::OneStep | ScaleIn::OneStepThenProportional => u64::from(running).saturating_sub(1),
        };
        let desired = self.clamp(count);
        if wanted >= u64::from(running) || desired >= self.live.desired {
            return Ok(false);
        }
        let now = second(at);
        self.live.in_ends = now + u64::from(self.policy.scale_in_cooldown);
        self.live.scaled_in = true;
        self.live.crew.stop(&self.pace, self.live.desired - desired, now);
        self.live.desired = desired;
        self.live.figures.counts.0 = self.live.figures.counts.0.min(desired);
        self.complete(now);
        Ok(true)
    }

    /// Lets a minute pass in which tasks run or become healthy.
    fn pass(&mut self, at: usize) {
        let (mut now, end) = (second(at), second(at + 1));
        let load = self.loads.get(at).copied().unwrap_or(0);
        let (mut sum, mut seconds) = (0, 0);
        loop {
            let next = self.live.crew.next(&self.pace).map_or(end, |next| next.min(end));
            let (running, healthy) = (self.live.crew.running, self.live.crew.healthy);
            self.live.figures.peak = self.live.figures.peak.max(running);
            let row = self.row(healthy);
            let value = if running == healthy && running > 0 {
                Some(self.value(&row, load))
            } else {
                self.capacity.value(self.policy.metric, load, running, healthy)
            };
            if let Some(value) = value {
                sum += value * (next - now);
                seconds += next - now;
            }
            self.over(load, next - now, &row);
            now = next;
            if now == end {
                break;
            }
            self.arrive(now);
        }
        let kept = range(0, at % BLOCK);
        let bit = |set: bool| if set { u64::MAX } else { 0 };
        let point = sum.checked_div(seconds);
        let (value, known) = (point.unwrap_or(0), point.is_some());
        let target = u128::from(self.policy.target);
        self.live.ring[at % KEPT] = value;
        // Later minutes are set when they have passed.
        self.live.points.present.fill(bit(known), kept);
        self.live.points.high.fill(bit(known && u128::from(value) > target), kept);
        self.live.points.low.fill(bit(known && 10 * u128::from(value) < 9 * target), kept);
    }

    /// Counts load that is over target for so many seconds.
    fn over(&mut self, load: u32, seconds: u64, row: &Row) {
        if load >= row.over {
            self.live.figures.served.seconds_over += seconds;
            self.live.figures.served.load_over += u128::from(load) * u128::from(seconds);
            self.live.figures.served.lost += u128::from(load.saturating_sub(row.serves)) * u128::from(seconds);
        }
    }

    /// Counts minutes, each with so many healthy tasks.
    fn tally(&mut self, from: usize, to: usize, tasks: u32) {
        let row = self.row(tasks);
        for &load in self.loads.get(from..to).unwrap_or(&[]) {
            self.over(load, 60, &row);
        }
    }

    /// Lets minutes pass from one on, with tasks that are all healthy, until the policy acts, or until
    /// another; gives the minute in which it did, at the beginning of which the alarms are evaluated already.
    fn skim(&mut self, since: usize, to: usize) -> Result<usize, Delayed> {
        let tasks = self.live.desired;
        let row = self.row(tasks);
        let (policy, unseen) = (self.policy, self.unseen);
        // Which minutes would flap for certain; earlier ones had other tasks, and are looked at.
        let mut flaps = words::Words::default();
        let low_count = match self.rules.aggregation {
            Aggregation::Evaluated => policy.low_periods,
            Aggregation::Newest => 1,
        };
        let all = |periods: u32| (1 << periods) - 1;
        let mut at = since;
        while let Some(rest) = self.loads.get(at - at % BLOCK..).filter(|_| at < to) {
            let (begin, begins) = (at % BLOCK, at - at % BLOCK);
            let padded;
            let block = if let Some(block) = rest.first_chunk::<BLOCK>() {
                block
            } else {
                padded = core::array::from_fn(|place| rest.get(place).copied().unwrap_or(0));
                &padded
            };
            let length = rest.len().min(BLOCK);
            let kept = range(0, begin);
            self.live.points.present.fill(u64::MAX, kept);
            self.live.points.high.fill(at_least(block, row.high_from), kept);
            let high = self.live.points.high.rows(policy.high_periods, unseen);
            let mut low = 0;
            if !policy.disable_scale_in {
                self.live.points.low.fill(!at_least(block, row.low_to), kept);
                low = self.live.points.low.rows(policy.low_periods, unseen);
            }
            let looks = range(begin.max(self.live.decided.saturating_sub(begins)), length);
            let outs = if tasks < self.max { high & looks } else { 0 };
            let mut ins = if tasks > self.min { low & looks } else { 0 };
            if ins != 0 {
                let ends = usize::try_from(self.live.in_ends.div_ceil(60)).unwrap_or(usize::MAX);
                ins &= range(ends.saturating_sub(begins), BLOCK);
                flaps.fill(at_least(block, row.flaps_from), kept);
                ins &= !flaps.rows(low_count, unseen);
            }
            let mut acts = outs | ins;
            while acts != 0 {
                let place = acts.trailing_zeros() as usize;
                let (bit, minute) = (acts & acts.wrapping_neg(), begins + place);
                acts &= acts - 1;
                let before = looks & (bit | (bit - 1));
                let scaled_in = self.live.scaled_in;
                self.live.scaled_in &= before & !low == 0;
                let mut acted = false;
                if outs & bit != 0 {
                    let (sum, count) = self.sum(minute, all(policy.high_periods), &row, since);
                    acted = self.scale_out(minute, self.adjustment(sum, count))?;
                }
                if !acted && ins & bit != 0 && !self.flaps(minute, &row, since) {
                    let (sum, count) = self.sum(minute, all(policy.low_periods), &row, since);
                    acted = self.scale_in(minute, sum, count)?;
                }
                if acted {
                    let state = |alarm: u64| if alarm & bit == 0 { State::Ok } else { State::Alarm };
                    self.live.states = (state(high), state(low));
                    self.live.decided = minute + 1;
                    self.over_of(block, range(begin, place), tasks, &row);
                    self.keep(since, minute, tasks);
                    return Ok(minute);
                }
                self.live.scaled_in = scaled_in;
            }
            self.live.scaled_in &= looks & !low == 0;
            self.over_of(block, range(begin, length), tasks, &row);
            at = begins + BLOCK;
            self.live.points.roll();
            flaps.roll();
        }
        self.keep(since, to, tasks);
        Ok(to)
    }

    /// Counts some minutes of a block, with so many tasks; there may be none before a decision.
    fn over_of(&mut self, block: &[u32; BLOCK], minutes: u64, tasks: u32, row: &Row) {
        self.live.figures.peak = if minutes == 0 { self.live.figures.peak } else { self.live.figures.peak.max(tasks) };
        // What is over a target above that of the policy breaches high, too, of which bits are there.
        if row.over >= row.high_from && self.live.points.high.now & minutes == 0 {
            return;
        }
        let mut left = at_least(block, row.over) & minutes;
        while left != 0 {
            self.over(block[left.trailing_zeros() as usize], 60, row);
            left &= left - 1;
        }
    }

    /// Remembers with how many tasks the last datapoints were measured.
    fn keep(&mut self, since: usize, until: usize, tasks: u32) {
        for minute in since.max(until.saturating_sub(self.look + 2))..until {
            self.live.ring[minute % KEPT] = LAZY | u64::from(tasks);
        }
    }
}
