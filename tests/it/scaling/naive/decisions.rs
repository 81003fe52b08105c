//! What policies decide, and why they do not: the third step of a second.

use super::{ScaleOut, State, World};
use stackcost_model::scaling::*;

/// What a policy wants.
struct Wish {
    policy: usize,
    direction: Direction,
    metric: Micro,
    adjustment: i128,
    /// Whether it starts the first task of a service without any.
    wakes: bool,
    /// The new desired count, or why there is none.
    count: Result<u32, NotScaled>,
}

impl Wish {
    fn cause(&self) -> Cause {
        Cause::Policy { policy: self.policy, direction: self.direction, metric: self.metric }
    }
}

impl World<'_> {
    pub(super) fn policies_decide(&mut self, t: u64) {
        let mut wishes = Vec::new();
        for (place, policy) in self.service.policies.iter().enumerate() {
            let (_, sampling) = policy.metric();
            if t.is_multiple_of(u64::from(sampling.evaluated_every())) {
                match policy {
                    Policy::TargetTracking(policy) => wishes.extend(self.target_tracking(t, place, policy)),
                    Policy::StepScaling(policy) => wishes.extend(self.step_scaling(t, place, policy)),
                }
            }
        }
        for wish in &wishes {
            if let Err(why) = wish.count {
                self.tell_once(t, wish, why);
            }
        }
        let proposals = |direction| {
            let those = wishes.iter().filter(move |wish| wish.direction == direction);
            those.filter_map(|wish| Some((wish, wish.count.ok()?))).collect::<Vec<(&Wish, u32)>>()
        };
        let (outs, ins) = (proposals(Direction::Out), proposals(Direction::In));
        if outs.is_empty() { self.scale_in(t, ins) } else { self.scale_out(t, &outs) }
    }

    fn scale_out(&mut self, t: u64, proposals: &[(&Wish, u32)]) {
        let Some(&(wish, to)) = largest(proposals) else { return };
        let from = self.desired;
        self.desired = to;
        self.tell(t, wish.cause(), from, Outcome::Successful);
        for watch in &mut self.watches {
            watch.in_cooldown_end = t;
        }
        let first = wish.wakes || !self.watches[wish.policy].has_scaled_out;
        if first {
            let breach = self.first_breach(t, wish.policy);
            self.waiting.push((self.latencies.len(), to));
            self.latencies.push(Latency { breach, decided: t, served: None });
        }
        let watch = &mut self.watches[wish.policy];
        // A service is woken by one datapoint; the alarm may go into ALARM only after that.
        watch.has_scaled_out = watch.high == State::Alarm;
        watch.told_out = None;
        watch.scale_out = Some(ScaleOut { adjustment: wish.adjustment, to, cooldown_end: None });
    }

    fn scale_in(&mut self, t: u64, proposals: Vec<(&Wish, u32)>) {
        let tracks = |policy: usize| matches!(self.service.policies[policy], Policy::TargetTracking(_));
        let wants = |policy: usize| proposals.iter().any(|(wish, _)| wish.policy == policy);
        let vetoed = (0..self.service.policies.len()).any(|place| {
            matches!(&self.service.policies[place], Policy::TargetTracking(policy) if !policy.disable_scale_in)
                && !wants(place)
        });
        let (refused, counting): (Vec<_>, Vec<_>) =
            proposals.iter().copied().partition(|(wish, _)| vetoed && tracks(wish.policy));
        for (wish, _) in refused {
            self.tell_once(t, wish, NotScaled::OtherPolicies);
        }
        let Some(&(winner, to)) = largest(&counting) else { return };
        let from = self.desired;
        self.desired = to;
        self.tell(t, winner.cause(), from, Outcome::Successful);
        self.watches[winner.policy].has_scaled_in = true;
        self.watches[winner.policy].told_in = None;
        for (wish, _) in counting {
            let cooldown = match &self.service.policies[wish.policy] {
                Policy::TargetTracking(policy) => policy.scale_in_cooldown,
                Policy::StepScaling(policy) => policy.cooldown,
            };
            self.watches[wish.policy].in_cooldown_end = t + u64::from(cooldown);
        }
    }

    fn tell_once(&mut self, t: u64, wish: &Wish, why: NotScaled) {
        let watch = &mut self.watches[wish.policy];
        let told = match wish.direction {
            Direction::Out => &mut watch.told_out,
            Direction::In => &mut watch.told_in,
        };
        if *told != Some(why) {
            *told = Some(why);
            self.tell(t, wish.cause(), self.desired, Outcome::NotScaled(why));
        }
    }

    /// The newest period that is seen; below 0 there is none.
    fn newest_seen(&self, t: u64, sampling: Sampling) -> i64 {
        let since = i64::try_from(t).expect("a time") - i64::from(sampling.delay);
        since.div_euclid(i64::from(sampling.period)) - 1
    }

    fn datapoint(&self, policy: usize, period: i64) -> Option<u64> {
        self.watches[policy].datapoints.get(usize::try_from(period).ok()?).copied().flatten()
    }

    /// The state of an alarm of so many datapoints, and those that it took, newest first.
    fn evaluate(
        &self,
        t: u64,
        place: usize,
        n: u32,
        before: State,
        breaches: impl Fn(u64) -> bool,
    ) -> (State, Vec<u64>) {
        let newest = self.newest_seen(t, self.service.policies[place].metric().1);
        let n = i64::from(n);
        let mut taken = Vec::new();
        for period in (newest - n - 1..=newest).rev() {
            if let Some(value) = self.datapoint(place, period)
                && (taken.len() as i64) < n
            {
                taken.push((period, value));
            }
        }
        let oldest = taken.last().map(|&(period, _)| period);
        let values: Vec<u64> = taken.iter().map(|&(_, value)| value).collect();
        let state = match oldest {
            None => State::InsufficientData,
            Some(_) if values.iter().any(|&value| !breaches(value)) => State::Ok,
            Some(_) if values.len() as i64 == n => State::Alarm,
            Some(oldest) if oldest <= newest - (n - 1) => State::Alarm,
            Some(_) => before,
        };
        (state, values)
    }

    /// What a decision reckons with, of the datapoints that an alarm took.
    fn reckoned<'v>(&self, taken: &'v [u64]) -> &'v [u64] {
        match self.service.rules.aggregation {
            Aggregation::Evaluated => taken,
            Aggregation::Newest => &taken[..1],
        }
    }

    /// The start of the oldest of the breaching periods in a row that end with the newest datapoint.
    fn first_breach(&self, t: u64, place: usize) -> u64 {
        let policy = &self.service.policies[place];
        let sampling = policy.metric().1;
        let newest = self.newest_seen(t, sampling);
        let mut period = newest + 1;
        while newest - period < 31 && self.datapoint(place, period - 1).is_some_and(|value| breaches(policy, value)) {
            period -= 1;
        }
        u64::try_from(period).expect("a period") * u64::from(sampling.period)
    }

    fn target_tracking(&mut self, t: u64, place: usize, policy: &TargetTracking) -> Vec<Wish> {
        let (high, above) =
            self.evaluate(t, place, policy.high_periods, self.watches[place].high, |value| value > policy.target);
        self.watches[place].high = high;
        if high != State::Alarm {
            self.watches[place].told_out = None;
            self.watches[place].has_scaled_out = false;
        }
        let mut below = Vec::new();
        if !policy.disable_scale_in {
            let breaches = |value| 10 * u128::from(value) < 9 * u128::from(policy.target);
            let (low, taken) = self.evaluate(t, place, policy.low_periods, self.watches[place].low, breaches);
            below = taken;
            self.watches[place].low = low;
            if low != State::Alarm {
                self.watches[place].told_in = None;
                self.watches[place].has_scaled_in = false;
            }
        }
        let low = self.watches[place].low;
        let running = i128::from(self.running(t));
        if running == 0 {
            let newest = self.datapoint(place, self.newest_seen(t, policy.sampling));
            if let Some(metric) = newest.filter(|&metric| metric > policy.target && self.desired == 0) {
                let count = self.may_scale_out(t, place, 1, 1);
                return vec![Wish {
                    policy: place,
                    direction: Direction::Out,
                    metric,
                    adjustment: 1,
                    wakes: true,
                    count,
                }];
            }
            self.watches[place].told_out = None;
            self.watches[place].told_in = None;
            return Vec::new();
        }
        let mut wishes = Vec::new();
        if high == State::Alarm {
            let (metric, raw) = asked_for(running, self.reckoned(&above), policy.target);
            let adjustment = raw - running;
            let count = self.may_scale_out(t, place, adjustment, raw);
            wishes.push(Wish { policy: place, direction: Direction::Out, metric, adjustment, wakes: false, count });
        }
        if low == State::Alarm {
            let (metric, raw) = asked_for(running, self.reckoned(&below), policy.target);
            let to = match self.service.rules.scale_in {
                ScaleIn::Proportional => raw,
                ScaleIn::OneStep => running - 1,
                ScaleIn::OneStepThenProportional if self.watches[place].has_scaled_in => raw,
                ScaleIn::OneStepThenProportional => running - 1,
            };
            let count = self.may_scale_in(t, place, raw >= running, to);
            let adjustment = to - running;
            wishes.push(Wish { policy: place, direction: Direction::In, metric, adjustment, wakes: false, count });
        }
        wishes
    }

    fn step_scaling(&mut self, t: u64, place: usize, policy: &StepScaling) -> Option<Wish> {
        let breaches = |value| breaches_step(policy, value);
        let (alarm, taken) = self.evaluate(t, place, policy.periods, self.watches[place].high, breaches);
        self.watches[place].high = alarm;
        let running = i128::from(self.running(t));
        let mut adjustment = 0;
        let mut metric = 0;
        if alarm == State::Alarm {
            let taken = self.reckoned(&taken);
            // The statistic is a fraction: `of / parts`.
            let (of, parts): (i128, i128) = match policy.statistic {
                Statistic::Average => (taken.iter().map(|&value| i128::from(value)).sum(), taken.len() as i128),
                Statistic::Minimum => (i128::from(*taken.iter().min().expect("a datapoint")), 1),
                Statistic::Maximum => (i128::from(*taken.iter().max().expect("a datapoint")), 1),
            };
            metric = u64::try_from(of / parts).expect("a metric");
            let distance = of - i128::from(policy.threshold) * parts;
            let step = policy.steps.iter().find(|step| {
                let lower = step.lower.map(|bound| i128::from(bound) * parts);
                let upper = step.upper.map(|bound| i128::from(bound) * parts);
                match policy.comparison {
                    Comparison::Above | Comparison::AtLeast => {
                        lower.is_none_or(|lower| lower <= distance) && upper.is_none_or(|upper| distance < upper)
                    }
                    Comparison::Below | Comparison::AtMost => {
                        lower.is_none_or(|lower| lower < distance) && upper.is_none_or(|upper| distance <= upper)
                    }
                }
            });
            adjustment = step.map_or(0, |step| change(policy, i128::from(step.adjustment), running));
        } else {
            self.watches[place].has_scaled_out = false;
        }
        if adjustment == 0 {
            self.watches[place].told_out = None;
            self.watches[place].told_in = None;
            return None;
        }
        let (direction, count) = if adjustment > 0 {
            (Direction::Out, self.may_scale_out(t, place, adjustment, running + adjustment))
        } else {
            (Direction::In, self.may_scale_in(t, place, false, (running + adjustment).max(0)))
        };
        Some(Wish { policy: place, direction, metric, adjustment, wakes: false, count })
    }

    fn may_scale_out(&self, t: u64, place: usize, adjustment: i128, count: i128) -> Result<u32, NotScaled> {
        if self.suspended(t, |suspension| suspension.scale_out) {
            return Err(NotScaled::Suspended);
        }
        let at_most = self.desired >= self.most();
        let mut count = count;
        let cooldown = self.watches[place].scale_out.as_ref();
        if let Some(began) = cooldown.filter(|began| began.cooldown_end.is_none_or(|end| t < end)) {
            if adjustment <= began.adjustment {
                return Err(if at_most {
                    NotScaled::AlreadyAtMaxCapacity
                } else if self.clamp(count) <= self.desired {
                    NotScaled::AlreadyAtDesiredCapacity
                } else {
                    NotScaled::Cooldown
                });
            }
            let steps = matches!(self.service.policies[place], Policy::StepScaling(_));
            if steps || self.service.rules.credit == Credit::Added {
                count -= began.adjustment;
            }
        }
        if self.clamp(count) > self.desired {
            Ok(self.clamp(count))
        } else if at_most {
            Err(NotScaled::AlreadyAtMaxCapacity)
        } else {
            Err(NotScaled::AlreadyAtDesiredCapacity)
        }
    }

    fn may_scale_in(&self, t: u64, place: usize, flaps: bool, count: i128) -> Result<u32, NotScaled> {
        if self.suspended(t, |suspension| suspension.scale_in) {
            Err(NotScaled::Suspended)
        } else if self.deployment.is_some() {
            Err(NotScaled::Deployment)
        } else if self.desired <= self.least() {
            Err(NotScaled::AlreadyAtMinCapacity)
        } else if t < self.watches[place].in_cooldown_end {
            Err(NotScaled::Cooldown)
        } else if flaps {
            Err(NotScaled::AnticipatedFlapping)
        } else if self.clamp(count) >= self.desired {
            Err(NotScaled::AlreadyAtDesiredCapacity)
        } else {
            Ok(self.clamp(count))
        }
    }
}

/// The largest; of equals, the first.
fn largest<'w, 'x>(proposals: &'w [(&'x Wish, u32)]) -> Option<&'w (&'x Wish, u32)> {
    let most = proposals.iter().map(|&(_, to)| to).max()?;
    proposals.iter().find(|&&(_, to)| to == most)
}

/// The mean of datapoints, and the count of tasks for which the metric would be at the target.
fn asked_for(running: i128, taken: &[u64], target: u64) -> (Micro, i128) {
    let sum: i128 = taken.iter().map(|&value| i128::from(value)).sum();
    let number = taken.len() as i128;
    let parts = number * i128::from(target);
    let raw = (running * sum + parts - 1) / parts;
    (u64::try_from(sum / number).expect("a metric"), raw)
}

fn breaches(policy: &Policy, value: u64) -> bool {
    match policy {
        Policy::TargetTracking(policy) => value > policy.target,
        Policy::StepScaling(policy) => breaches_step(policy, value),
    }
}

fn breaches_step(policy: &StepScaling, value: u64) -> bool {
    match policy.comparison {
        Comparison::Above => value > policy.threshold,
        Comparison::AtLeast => value >= policy.threshold,
        Comparison::Below => value < policy.threshold,
        Comparison::AtMost => value <= policy.threshold,
    }
}

/// By how many tasks an adjustment changes so many running ones.
fn change(policy: &StepScaling, adjustment: i128, running: i128) -> i128 {
    match policy.adjustment {
        Adjustment::ChangeInCapacity => adjustment,
        Adjustment::ExactCapacity => adjustment - running,
        Adjustment::PercentChangeInCapacity => {
            let hundredths = running * adjustment;
            // Division cuts toward zero; but a part of a task is one task.
            let whole = if hundredths.abs() < 100 { hundredths.signum() } else { hundredths / 100 };
            let least = i128::from(policy.min_magnitude);
            if whole.abs() < least { adjustment.signum() * least } else { whole }
        }
    }
}
