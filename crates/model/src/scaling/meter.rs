//! Metrics and alarms as CloudWatch has them: datapoints of a period, seen later, and whether enough
//! of them breach.
//!
//! Nothing is divided while nothing happens: whether a datapoint breaches is asked of the load, held
//! against a threshold that is worked out once for each count of tasks.

use super::policy::{Adjustment, Comparison, Policy, StepScaling, TargetTracking};
use super::{Autoscaling, Impossible, Load, MISSING, MOST, Metric, Micro};
use alloc::vec::Vec;

/// A million: 100 % in millionths.
pub(super) const WHOLE: u64 = 1_000_000;
/// Datapoints that are remembered; an alarm looks back over 32 at most, seen 30 later at most.
const KEPT: u64 = 64;
/// Marks a datapoint that is kept as its load and its tasks, and not worked out yet.
const LAZY: u64 = 1 << 63;

/// What a task serves at 100 % CPU, as a fraction `ticks / per` of a tick, and the ticks of a unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Capacity {
    ticks: u64,
    per: u64,
    unit: u64,
    /// Whether all products of datapoints fit 64 bits.
    narrow: bool,
}

impl Capacity {
    pub fn new(load: &Load, service: &Autoscaling) -> Result<Capacity, Impossible> {
        const LARGEST: u64 = 1 << 40;
        let exact = service.capacity * crate::exact::Ratio::from(load.ticks());
        let part = |value: i128| u64::try_from(value).ok().filter(|value| (1..LARGEST).contains(value));
        let (Some(ticks), Some(per)) = (part(exact.ticks()), part(exact.per_unit())) else {
            return Err(Impossible::Capacity);
        };
        Ok(Capacity { ticks, per, unit: load.ticks(), narrow: per <= 4_096 })
    }

    /// The whole ticks that so many tasks can serve, rounded up.
    pub fn serves(self, tasks: u32) -> u32 {
        limit((u128::from(self.ticks) * u128::from(tasks)).div_ceil(u128::from(self.per)))
    }

    /// The least load that is more than this part of what so many tasks can serve.
    pub fn more_than(self, part: crate::exact::Ratio, tasks: u32) -> u32 {
        let all = crate::exact::Ratio::new(i128::from(self.ticks), i128::from(self.per));
        let load = all * part * crate::exact::Ratio::from(tasks);
        if load.is_too_large() { MOST + 1 } else { limit((load.ticks() / load.per_unit() + 1).unsigned_abs()) }
    }

    /// Whether the CPU that so much load keeps busy is worked out in 64 bits, and by what the load is
    /// multiplied and divided then, with so many tasks that are all healthy.
    pub fn fraction(self, metric: Metric, tasks: u32) -> Option<(u64, u64)> {
        match metric {
            Metric::Cpu | Metric::Memory { .. } if self.narrow => {
                Some((self.per * WHOLE, self.ticks * u64::from(tasks)))
            }
            Metric::AlbRequestCountPerTarget => Some((WHOLE, self.unit * u64::from(tasks))),
            _ => None,
        }
    }

    fn cpu(self, load: u32, running: u32, healthy: u32) -> Option<Micro> {
        if running == 0 || load == MISSING {
            return None;
        }
        if self.narrow {
            // 2³¹ x 2¹² x 10⁶ < 2⁶⁴, and 2⁴⁰ x 2¹⁷ is below it, too.
            let (asked, all) = (u64::from(load) * self.per, self.ticks * u64::from(healthy));
            if asked <= all {
                return Some(asked * WHOLE / (self.ticks * u64::from(running)));
            }
        } else {
            let asked = u128::from(load) * u128::from(self.per);
            if asked <= u128::from(self.ticks) * u128::from(healthy) {
                let value = asked * u128::from(WHOLE) / (u128::from(self.ticks) * u128::from(running));
                return Some(narrowed(value));
            }
        }
        Some(u64::from(healthy) * WHOLE / u64::from(running))
    }

    /// A metric of the load in a second, if there is one.
    pub fn value(self, metric: Metric, load: u32, running: u32, healthy: u32) -> Option<Micro> {
        match metric {
            Metric::Cpu => self.cpu(load, running, healthy),
            Metric::Memory { idle, busy } => {
                self.cpu(load, running, healthy).map(|cpu| WHOLE.min(idle + busy * cpu / WHOLE))
            }
            Metric::AlbRequestCountPerTarget => {
                (healthy > 0 && load != MISSING).then(|| u64::from(load) * WHOLE / (self.unit * u64::from(healthy)))
            }
            Metric::Custom { .. } => None,
        }
    }

    /// The least load at which a metric of so many tasks, all healthy, is at least `value`; one above
    /// [`MOST`] if it never is.
    pub fn least(self, metric: Metric, value: Micro, tasks: u32) -> u32 {
        let of_cpu = |cpu: u128| {
            if cpu > u128::from(WHOLE) {
                return MOST + 1;
            }
            let all = u128::from(self.ticks) * u128::from(tasks);
            limit((cpu * all).div_ceil(u128::from(self.per) * u128::from(WHOLE)))
        };
        match metric {
            Metric::Cpu => of_cpu(value.into()),
            Metric::Memory { idle, .. } if value <= idle => 0,
            Metric::Memory { busy: 0, .. } => MOST + 1,
            Metric::Memory { .. } if value > WHOLE => MOST + 1,
            Metric::Memory { idle, busy } => {
                of_cpu((u128::from(value - idle) * u128::from(WHOLE)).div_ceil(u128::from(busy)))
            }
            Metric::AlbRequestCountPerTarget => {
                let all = u128::from(value) * u128::from(self.unit) * u128::from(tasks);
                limit(all.div_ceil(u128::from(WHOLE)))
            }
            Metric::Custom { .. } => MOST + 1,
        }
    }

    /// The least sum of so many loads at which one task less would bring their mean above the target
    /// for certain, however datapoints were cut; none for metrics that are not proportional.
    pub fn flaps_from(self, metric: Metric, target: Micro, points: u32, tasks: u32) -> Option<u64> {
        let (multiply, divide) = match metric {
            Metric::Cpu => (u128::from(self.per) * u128::from(WHOLE), self.ticks),
            Metric::AlbRequestCountPerTarget => (WHOLE.into(), self.unit),
            Metric::Memory { .. } | Metric::Custom { .. } => return None,
        };
        let left = u128::from(target) * u128::from(tasks.saturating_sub(1)) + u128::from(tasks);
        let sum = u128::from(points).checked_mul(left)?.checked_mul(divide.into())? / multiply + 1;
        u64::try_from(sum).ok()
    }
}

fn limit(load: u128) -> u32 {
    u32::try_from(load).unwrap_or(MOST + 1).min(MOST + 1)
}

fn narrowed(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

/// The state of an alarm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    InsufficientData,
    Ok,
    Alarm,
}

/// Datapoints that an alarm took: bit 0 is the newest that is seen.
pub(super) type Taken = u64;

/// What an alarm over so many datapoints comes to, of those that are there and those that breach (bit 0
/// is the newest), and the datapoints that it took.
pub(super) fn alarm(present: u64, breaching: u64, periods: u32, before: State) -> (State, Taken) {
    let all = (1 << periods) - 1;
    if present & all == all {
        return (if breaching & all == all { State::Alarm } else { State::Ok }, all);
    }
    // Two periods further back than it needs: what CloudWatch documents for three datapoints.
    let mut taken: u64 = present & ((1 << (periods + 2)) - 1);
    while taken.count_ones() > periods {
        taken &= !(1 << (63 - taken.leading_zeros()));
    }
    let state = if taken == 0 {
        State::InsufficientData
    } else if taken & !breaching != 0 {
        State::Ok
    } else if taken.count_ones() == periods || 64 - taken.leading_zeros() >= periods {
        State::Alarm
    } else {
        before
    };
    (state, taken)
}

/// The datapoints of a policy's metric.
#[derive(Clone, Debug)]
pub(super) struct Meter<'a> {
    metric: Metric,
    period: u64,
    delay: u64,
    capacity: Capacity,
    bounds: Bounds,
    /// Of the period that goes on.
    sum: u64,
    seconds: u64,
    /// How many periods are over.
    done: u64,
    /// Which of the last periods have a datapoint, and which breach; the newest is bit 0.
    present: u64,
    pub high: u64,
    pub low: u64,
    ring: [u64; KEPT as usize],
    /// Since which period datapoints are those of the load with so many tasks; they are not in the ring.
    steady: Option<(u64, u32)>,
    loads: &'a [u32],
    /// By the count of tasks: from which load on a datapoint breaches high, and below which low.
    levels: Vec<Option<(u32, u32)>>,
}

/// What breaches: from `high_from` on below `high_to`, and for target tracking below `low_to`.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    high_from: Micro,
    high_to: Micro,
    low_to: Micro,
}

impl<'a> Meter<'a> {
    pub fn new(policy: &Policy, capacity: Capacity, load: &'a Load) -> Meter<'a> {
        let (metric, sampling) = policy.metric();
        let bounds = match policy {
            Policy::TargetTracking(TargetTracking { target, disable_scale_in, .. }) => {
                // A metric below nine tenths of the target, in whole millionths.
                let low_to = if *disable_scale_in { 0 } else { narrowed((u128::from(*target) * 9).div_ceil(10)) };
                Bounds { high_from: target.saturating_add(1), high_to: u64::MAX, low_to }
            }
            Policy::StepScaling(StepScaling { threshold, comparison, .. }) => {
                let (high_from, high_to) = match comparison {
                    Comparison::Above => (threshold.saturating_add(1), u64::MAX),
                    Comparison::AtLeast => (*threshold, u64::MAX),
                    Comparison::Below => (0, *threshold),
                    Comparison::AtMost => (0, threshold.saturating_add(1)),
                };
                Bounds { high_from, high_to, low_to: 0 }
            }
        };
        Meter {
            metric,
            period: sampling.period.into(),
            delay: sampling.delay.into(),
            capacity,
            bounds,
            sum: 0,
            seconds: 0,
            done: 0,
            present: 0,
            high: 0,
            low: 0,
            ring: [0; KEPT as usize],
            steady: None,
            loads: load.values(),
            levels: Vec::new(),
        }
    }

    /// Time passes from `from` to `to` with so many tasks; periods end on the way.
    pub fn measure(&mut self, load: &Load, custom: &[Load], from: u64, to: u64, running: u32, healthy: u32) {
        let series = match self.metric {
            Metric::Custom { series, .. } => custom.get(series).unwrap_or(load),
            _ => load,
        };
        let step = u64::from(series.step());
        let mut now = from;
        while now < to {
            let end = to.min((now / step + 1) * step).min((self.done + 1) * self.period);
            let place = usize::try_from(now / step).unwrap_or(usize::MAX);
            let level = series.values().get(place).copied().unwrap_or(MISSING);
            let value = match self.metric {
                Metric::Custom { per_task, .. } => {
                    let tasks = if per_task { u64::from(running) } else { 1 };
                    (level != MISSING && tasks > 0).then(|| u64::from(level) * WHOLE / (series.ticks() * tasks))
                }
                metric => self.capacity.value(metric, level, running, healthy),
            };
            if let Some(value) = value {
                self.sum += value * (end - now);
                self.seconds += end - now;
            }
            now = end;
            if now == (self.done + 1) * self.period {
                let point = self.sum.checked_div(self.seconds);
                self.push(point);
                (self.sum, self.seconds) = (0, 0);
            }
        }
    }

    fn push(&mut self, point: Option<Micro>) {
        self.unsteady();
        let value = point.unwrap_or(0);
        let bit = |set: bool| u64::from(set && point.is_some());
        let Bounds { high_from, high_to, low_to } = self.bounds;
        self.present = self.present << 1 | bit(true);
        self.high = self.high << 1 | bit((high_from..high_to).contains(&value));
        self.low = self.low << 1 | bit(value < low_to);
        self.ring[place(self.done)] = value;
        self.done += 1;
    }

    /// Keeps in the ring what was read from the load so far.
    fn unsteady(&mut self) {
        let Some((since, tasks)) = self.steady.take() else { return };
        for period in since.max(self.done.saturating_sub(KEPT))..self.done {
            self.ring[place(period)] = LAZY | u64::from(tasks) << 31 | u64::from(level(self.loads, period));
        }
    }

    /// How many datapoints are seen at `now`, and how many newer ones are not.
    fn seen(&self, now: u64) -> (u64, u64) {
        let seen = now.saturating_sub(self.delay) / self.period;
        (seen, self.done.saturating_sub(seen))
    }

    /// What an alarm over so many datapoints comes to, and the datapoints that it took.
    pub fn alarm(&self, breaching: u64, periods: u32, now: u64, before: State) -> (State, Taken) {
        let (seen, unseen) = self.seen(now);
        if seen == 0 {
            return (State::InsufficientData, 0);
        }
        alarm(self.present >> unseen, breaching >> unseen, periods, before)
    }

    /// The datapoints that were taken, the newest first.
    pub fn values(&self, taken: Taken, now: u64) -> impl Iterator<Item = Micro> {
        let (seen, _) = self.seen(now);
        let mut rest = taken;
        core::iter::from_fn(move || {
            if rest == 0 {
                return None;
            }
            let back = u64::from(rest.trailing_zeros());
            rest &= rest - 1;
            Some(self.point(seen.wrapping_sub(1 + back)))
        })
    }

    fn point(&self, period: u64) -> Micro {
        if let Some((since, tasks)) = self.steady
            && period >= since
        {
            return self.capacity.value(self.metric, level(self.loads, period), tasks, tasks).unwrap_or(0);
        }
        let kept = self.ring[place(period)];
        if kept & LAZY == 0 {
            return kept;
        }
        let part = |bits: u64, mask: u64| u32::try_from(bits & mask).unwrap_or(0);
        let (tasks, load) = (part(kept >> 31, (1 << 32) - 1), part(kept, (1 << 31) - 1));
        self.capacity.value(self.metric, load, tasks, tasks).unwrap_or(0)
    }

    /// The newest datapoint that is seen.
    pub fn newest(&self, now: u64) -> Option<Micro> {
        let (seen, unseen) = self.seen(now);
        (seen > 0 && self.present >> unseen & 1 == 1).then(|| self.point(seen - 1))
    }

    /// When the oldest period began of the breaching ones that end in the newest that is seen; 32 of
    /// them at most.
    pub fn breach(&self, now: u64) -> u64 {
        let (seen, unseen) = self.seen(now);
        let row = u64::from((!(self.high >> unseen)).trailing_zeros()).min(32);
        (seen - row.min(seen)) * self.period
    }
}

fn level(loads: &[u32], minute: u64) -> u32 {
    usize::try_from(minute).ok().and_then(|minute| loads.get(minute).copied()).unwrap_or(0)
}

/// Which of 64 values or fewer are at least so large, a bit for each.
fn at_least(values: &[u32], least: u32) -> u64 {
    // Signed and strict, as the compiler has it in one instruction; values are below 2³¹.
    let below = least.wrapping_sub(1).cast_signed();
    let mut found = [0_u8; 64];
    for (found, value) in found.iter_mut().zip(values) {
        *found = u8::from(value.cast_signed() > below);
    }
    found.chunks_exact(8).enumerate().fold(0, |bits, (at, eight)| {
        let eight = eight.iter().rev().fold(0_u64, |word, &byte| word << 8 | u64::from(byte));
        // Byte i of ones and zeros comes to bit i of the highest byte.
        bits | (eight.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * at)
    })
}

/// After which minutes so many breach in a row.
fn ending(breaching: u64, periods: u32) -> u64 {
    let (mut rows, mut long) = (breaching, 1);
    while long < periods {
        let more = long.min(periods - long);
        rows &= rows << more;
        long += more;
    }
    rows
}

fn place(period: u64) -> usize {
    usize::try_from(period % KEPT).unwrap_or(0)
}

/// What a single target tracking policy on minutes waits for while nothing else happens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch {
    /// Datapoints of the high alarm and of the low one; no low alarm with 0.
    pub periods: (u32, u32),
    /// The states that the alarms are in.
    pub alarms: (bool, bool),
    /// Whether an alarm of these states changes nothing.
    pub idle: (bool, Idle),
}

/// For how long a low alarm changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Idle {
    Never,
    Always,
    /// Until then.
    Until(u64),
    /// While one task less would bring the metric above the target: of so many datapoints.
    Flapping {
        target: Micro,
        points: u32,
    },
}

impl Meter<'_> {
    /// Whether its datapoints can be skimmed: of the load itself, by the minute, none missing where the
    /// alarms look, or will look when what is not seen yet is.
    pub fn can_skim(&self, load: &Load, watch: (u32, u32)) -> bool {
        let (_, unseen) = self.seen(self.done * self.period);
        let all = (1_u64 << (u64::from(watch.0.max(watch.1)) + unseen)) - 1;
        self.period == 60
            && load.step() == 60
            && !matches!(self.metric, Metric::Custom { .. })
            && self.seconds == 0
            && self.present & all == all
    }

    /// Lets minutes pass, from the one that begins now until before `end`, with so many tasks, all
    /// healthy, until an alarm does something; gives the minute that comes next.
    ///
    /// It looks at many minutes at once, a bit for each, the oldest in bit 0.
    pub fn skim(&mut self, end: usize, tasks: u32, watch: &Watch) -> usize {
        let mut at = usize::try_from(self.done).unwrap_or(usize::MAX);
        let begin = at;
        let (_, unseen) = self.seen(self.done * 60);
        let (high_from, low_to) = self.levels(tasks);
        if self.steady.is_none_or(|(_, of)| of != tasks) {
            self.unsteady();
            self.steady = Some((self.done, tasks));
        }
        let since = self.steady.map_or(self.done, |steady| steady.0);
        let all = |set: bool| if set { u64::MAX } else { 0 };
        // So many minutes before those that are new; an alarm looks no further back.
        let known = watch.periods.0.max(watch.periods.1) + u32::try_from(unseen).unwrap_or(0);
        let new = 64 - known as usize;
        let (mut high, mut low) = (self.high, self.low);
        let mut broken = false;
        while at < end && !broken {
            let minutes = self.loads.get(at..end.min(at + new)).unwrap_or(&[]);
            let valid = u64::MAX >> (64 - minutes.len().clamp(1, 64));
            let word = |before: u64, minutes: u64| before.reverse_bits() >> (64 - known) | minutes << known;
            let highs = word(high, at_least(minutes, high_from));
            let lows = word(low, !at_least(minutes, low_to) & valid);
            let ending = |rows: u64, periods: u32| ending(rows, periods) >> (u64::from(known) - unseen);
            let high_alarm = ending(highs, watch.periods.0);
            let low_alarm = if watch.periods.1 == 0 { 0 } else { ending(lows, watch.periods.1) };
            let mut breaks = high_alarm ^ all(watch.alarms.0) | low_alarm ^ all(watch.alarms.1);
            breaks |= all(watch.alarms.0 && !watch.idle.0);
            if watch.alarms.1 {
                breaks |= match watch.idle.1 {
                    Idle::Always => 0,
                    Idle::Never => u64::MAX,
                    Idle::Until(until) => {
                        // The alarm is evaluated when a minute is over.
                        let quiet = until.div_ceil(60).saturating_sub(at as u64 + 1);
                        if quiet >= 64 { 0 } else { u64::MAX << quiet }
                    }
                    Idle::Flapping { target, points } => {
                        let before = (breaks & valid).trailing_zeros().min(valid.count_ones());
                        self.not_flapping(at as u64 - unseen, before, (target, points), (since, tasks))
                    }
                };
            }
            breaks &= valid;
            broken = breaks != 0;
            let passed = if broken { breaks.trailing_zeros() + 1 } else { valid.count_ones() };
            // The newest in bit 0 again.
            let after = |before: u64, word: u64| before << passed | (word >> known).reverse_bits() >> (64 - passed);
            (high, low) = (after(high, highs), after(low, lows));
            at += passed as usize;
        }
        let passed = at - begin;
        self.present = if passed >= 64 { u64::MAX } else { !(u64::MAX << passed) | self.present << passed };
        (self.high, self.low) = (high, low);
        self.done += passed as u64;
        at
    }

    /// From which load on datapoints of so many tasks, all healthy, breach high, and below which low.
    fn levels(&mut self, tasks: u32) -> (u32, u32) {
        let place = usize::try_from(tasks).unwrap_or(usize::MAX);
        if self.levels.len() <= place {
            self.levels.resize(place + 1, None);
        }
        let (capacity, metric, bounds) = (self.capacity, self.metric, self.bounds);
        *self.levels[place].get_or_insert_with(|| {
            (capacity.least(metric, bounds.high_from, tasks), capacity.least(metric, bounds.low_to, tasks))
        })
    }

    /// The first of so many minutes at which the low alarm might do something, as a bit; `newest` is
    /// how many datapoints are seen before the first.
    fn not_flapping(
        &self,
        newest: u64,
        minutes: u32,
        (target, points): (Micro, u32),
        (since, tasks): (u64, u32),
    ) -> u64 {
        let Some(from) = self.capacity.flaps_from(self.metric, target, points, tasks) else { return u64::MAX };
        // The window slides: a load comes in, and one goes out.
        let sum = |range: core::ops::Range<u64>| range.map(|minute| u64::from(level(self.loads, minute))).sum::<u64>();
        let window = newest.saturating_sub(points.into())..newest;
        let mut now = sum(window);
        for minute in 0..minutes {
            let to = newest + u64::from(minute);
            now += u64::from(level(self.loads, to));
            let oldest = (to + 1).saturating_sub(points.into());
            now -= oldest.checked_sub(1).map_or(0, |gone| u64::from(level(self.loads, gone)));
            if oldest < since || now < from {
                return 1 << minute;
            }
        }
        0
    }
}

/// What a step policy asks for: how many tasks more or fewer; none if no step fits, 0 for no change.
/// `sum` of `count` datapoints is what the metric is (R29, R30).
pub(super) fn adjust(policy: &StepScaling, sum: u64, count: u64, running: u32) -> Option<i64> {
    let distance = i128::from(sum) - i128::from(policy.threshold) * i128::from(count);
    let bound = |bound: i64| i128::from(bound) * i128::from(count);
    let above = matches!(policy.comparison, Comparison::Above | Comparison::AtLeast);
    let step = policy.steps.iter().find(|step| {
        let lower =
            step.lower.is_none_or(|lower| if above { bound(lower) <= distance } else { bound(lower) < distance });
        lower && step.upper.is_none_or(|upper| if above { distance < bound(upper) } else { distance <= bound(upper) })
    })?;
    let running = i64::from(running);
    let asked = i64::from(step.adjustment);
    Some(match policy.adjustment {
        Adjustment::ChangeInCapacity => asked,
        Adjustment::ExactCapacity => asked - running,
        Adjustment::PercentChangeInCapacity => {
            let hundredths = running * asked;
            let whole = match hundredths {
                0 => 0,
                1..=99 => 1,
                -99..=-1 => -1,
                _ => hundredths / 100,
            };
            let least = i64::from(policy.min_magnitude);
            if asked != 0 && whole.abs() < least { least * asked.signum() } else { whole }
        }
    })
}
