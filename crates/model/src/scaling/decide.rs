//! What policies decide when their alarms are evaluated: targets, steps, cooldowns, and who wins.

use super::Load;
use super::meter::{Capacity, Idle, Meter, State, Taken, Watch, adjust};
use super::policy::{Aggregation, Credit, Micro, Policy, Rules, ScaleIn, Statistic, TargetTracking};
use super::run::{Activity, Cause, Direction, NotScaled, Outcome};
use alloc::vec::Vec;

/// The service when its alarms are evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Situation {
    pub now: u64,
    pub running: u32,
    pub desired: u32,
    pub min: u32,
    pub max: u32,
    pub deploying: bool,
    pub out_suspended: bool,
    pub in_suspended: bool,
}

impl Situation {
    fn clamp(&self, count: u64) -> u32 {
        u32::try_from(count).unwrap_or(u32::MAX).max(self.min).min(self.max)
    }
}

/// A decision that was carried out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Done {
    pub desired: u32,
    /// When the breach began, for the first scale-out since the alarm went into ALARM.
    pub breach: Option<u64>,
}

/// A scale-out whose cooldown is not over.
#[derive(Clone, Copy, Debug)]
struct ScaledOut {
    adjustment: i64,
    to: u32,
    /// When its cooldown ends; none while its tasks are not running.
    ends: Option<u64>,
}

/// What is known of an alarm, or of a direction of a policy.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
    state: State,
    taken: Taken,
    told: Option<NotScaled>,
    /// Whether the policy acted since the alarm went into ALARM.
    acted: bool,
}

#[derive(Clone, Debug)]
struct Ruler<'a> {
    policy: &'a Policy,
    meter: Meter<'a>,
    every: u64,
    out: Side,
    into: Side,
    scaled_out: Option<ScaledOut>,
    /// When its cooldown for scaling in ends.
    in_ends: u64,
}

/// What a policy wants.
#[derive(Clone, Copy, Debug)]
struct Proposal {
    policy: usize,
    direction: Direction,
    desired: u32,
    metric: Micro,
    adjustment: i64,
    breach: Option<u64>,
}

/// All policies, with their metrics and cooldowns.
pub(super) struct Decisions<'a> {
    rulers: Vec<Ruler<'a>>,
    rules: Rules,
    /// How often alarms are evaluated, in seconds; 0 without policies.
    pub every: u64,
    proposals: Vec<Proposal>,
}

impl<'a> Decisions<'a> {
    pub fn new(policies: &'a [Policy], rules: Rules, capacity: Capacity, load: &'a Load) -> Decisions<'a> {
        let ruler = |policy: &'a Policy| Ruler {
            policy,
            meter: Meter::new(policy, capacity, load),
            every: policy.metric().1.evaluated_every().into(),
            out: Side::default(),
            into: Side::default(),
            scaled_out: None,
            in_ends: 0,
        };
        let rulers: Vec<Ruler<'a>> = policies.iter().map(ruler).collect();
        let every = rulers.iter().map(|ruler| ruler.every).min().unwrap_or(0);
        Decisions { rulers, rules, every, proposals: Vec::new() }
    }

    pub fn measure(&mut self, load: &Load, custom: &[Load], (from, to): (u64, u64), running: u32, healthy: u32) {
        for ruler in &mut self.rulers {
            ruler.meter.measure(load, custom, from, to, running, healthy);
        }
    }

    /// Scale-outs whose tasks run: their cooldowns begin (R17).
    pub fn complete(&mut self, now: u64, running: u32, desired: u32) {
        for ruler in &mut self.rulers {
            if let Some(scaled) = &mut ruler.scaled_out
                && scaled.ends.is_none()
                && running >= scaled.to.min(desired)
            {
                let cooldown = match ruler.policy {
                    Policy::TargetTracking(policy) => policy.scale_out_cooldown,
                    Policy::StepScaling(policy) => policy.cooldown,
                };
                scaled.ends = Some(now + u64::from(cooldown));
            }
        }
    }

    /// Evaluates the alarms, and does what policies want together (R21).
    pub fn decide(&mut self, at: &Situation, tell: &mut dyn FnMut(Activity)) -> Option<Done> {
        self.proposals.clear();
        for place in 0..self.rulers.len() {
            let ruler = &mut self.rulers[place];
            if !at.now.is_multiple_of(ruler.every) {
                continue;
            }
            let found = match ruler.policy {
                Policy::TargetTracking(policy) => ruler.track(policy, place, self.rules, at, tell),
                Policy::StepScaling(_) => ruler.step(place, self.rules, at, tell),
            };
            self.proposals.extend(found.into_iter().flatten());
        }
        if self.proposals.is_empty() {
            return None;
        }
        self.settle(at, tell)
    }

    fn settle(&mut self, at: &Situation, tell: &mut dyn FnMut(Activity)) -> Option<Done> {
        let largest = |proposals: &[Proposal], direction| {
            let of = proposals.iter().filter(|proposal| proposal.direction == direction);
            // The first of equals.
            of.copied().reduce(|best, next| if next.desired > best.desired { next } else { best })
        };
        if let Some(best) = largest(&self.proposals, Direction::Out) {
            self.rulers.iter_mut().for_each(|ruler| ruler.in_ends = 0);
            let ruler = &mut self.rulers[best.policy];
            ruler.scaled_out = Some(ScaledOut { adjustment: best.adjustment, to: best.desired, ends: None });
            let first = !ruler.out.acted;
            // What wakes a service at 0 tasks is no alarm: it may come before one, and is always first.
            let woke = at.running == 0 && matches!(ruler.policy, Policy::TargetTracking(_));
            ruler.out.acted = ruler.out.state == State::Alarm;
            let breach = best.breach.filter(|_| first || woke);
            ruler.out.told = None;
            tell(best.activity(at));
            return Some(Done { desired: best.desired, breach });
        }
        let wants = |place: usize, proposals: &[Proposal]| proposals.iter().any(|proposal| proposal.policy == place);
        let tracks = |ruler: &Ruler<'_>| matches!(ruler.policy, Policy::TargetTracking(_));
        let vetoed = self.rulers.iter().enumerate().any(|(place, ruler)| {
            matches!(ruler.policy, Policy::TargetTracking(policy) if !policy.disable_scale_in)
                && !wants(place, &self.proposals)
        });
        if vetoed {
            let rulers = &mut self.rulers;
            self.proposals.retain(|proposal| {
                let ruler = &mut rulers[proposal.policy];
                if tracks(ruler) {
                    ruler.refuse(proposal.policy, Direction::In, proposal.metric, NotScaled::OtherPolicies, at, tell);
                }
                !tracks(ruler)
            });
        }
        let best = largest(&self.proposals, Direction::In)?;
        for proposal in &self.proposals {
            let ruler = &mut self.rulers[proposal.policy];
            let cooldown = match ruler.policy {
                Policy::TargetTracking(policy) => policy.scale_in_cooldown,
                Policy::StepScaling(policy) => policy.cooldown,
            };
            ruler.in_ends = at.now + u64::from(cooldown);
        }
        let ruler = &mut self.rulers[best.policy];
        ruler.into.acted = true;
        ruler.into.told = None;
        tell(best.activity(at));
        Some(Done { desired: best.desired, breach: None })
    }

    /// The meter of the only policy, and what it waits for, if its minutes can be skimmed.
    pub fn watch(
        &mut self,
        policy: &TargetTracking,
        (at_max, at_min): (bool, bool),
        load: &Load,
    ) -> Option<(&mut Meter<'a>, Watch)> {
        let [ruler] = &mut self.rulers[..] else { return None };
        let low_periods = if policy.disable_scale_in { 0 } else { policy.low_periods };
        let periods = (policy.high_periods, low_periods);
        if !ruler.meter.can_skim(load, periods) {
            return None;
        }
        let points = match self.rules.aggregation {
            Aggregation::Evaluated => low_periods,
            Aggregation::Newest => 1,
        };
        let low = match ruler.into.told {
            Some(NotScaled::AlreadyAtMinCapacity) if at_min => Idle::Always,
            Some(NotScaled::Cooldown) if !at_min => Idle::Until(ruler.in_ends),
            Some(NotScaled::AnticipatedFlapping) if !at_min => Idle::Flapping { target: policy.target, points },
            _ => Idle::Never,
        };
        let alarms = (ruler.out.state == State::Alarm, ruler.into.state == State::Alarm);
        let at_max = at_max && ruler.out.told == Some(NotScaled::AlreadyAtMaxCapacity);
        Some((&mut ruler.meter, Watch { periods, alarms, idle: (at_max, low) }))
    }
}

impl Proposal {
    fn activity(&self, at: &Situation) -> Activity {
        Activity {
            at: at.now,
            cause: Cause::Policy { policy: self.policy, direction: self.direction, metric: self.metric },
            from: at.desired,
            to: self.desired,
            running: at.running,
            outcome: Outcome::Successful,
        }
    }
}

impl Side {
    fn evaluated(&mut self, (state, taken): (State, Taken)) {
        (self.state, self.taken) = (state, taken);
        if state != State::Alarm {
            (self.told, self.acted) = (None, false);
        }
    }
}

impl Ruler<'_> {
    fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::Out => &mut self.out,
            Direction::In => &mut self.into,
        }
    }

    /// Tells why nothing was done, once.
    fn refuse(
        &mut self,
        policy: usize,
        direction: Direction,
        metric: Micro,
        why: NotScaled,
        at: &Situation,
        tell: &mut dyn FnMut(Activity),
    ) {
        let side = self.side(direction);
        if side.told == Some(why) {
            return;
        }
        side.told = Some(why);
        tell(Activity {
            at: at.now,
            cause: Cause::Policy { policy, direction, metric },
            from: at.desired,
            to: at.desired,
            running: at.running,
            outcome: Outcome::NotScaled(why),
        });
    }

    /// Sum and number of the datapoints that a decision reckons with.
    fn sum(&self, taken: Taken, rules: Rules, now: u64) -> (u64, u64) {
        let taken = match rules.aggregation {
            Aggregation::Evaluated => taken,
            // The lowest bit.
            Aggregation::Newest => taken & taken.wrapping_neg(),
        };
        self.meter.values(taken, now).fold((0, 0), |(sum, count), value| (sum + value, count + 1))
    }

    fn track(
        &mut self,
        policy: &TargetTracking,
        place: usize,
        rules: Rules,
        at: &Situation,
        tell: &mut dyn FnMut(Activity),
    ) -> [Option<Proposal>; 2] {
        let now = at.now;
        self.out.evaluated(self.meter.alarm(self.meter.high, policy.high_periods, now, self.out.state));
        if !policy.disable_scale_in {
            self.into.evaluated(self.meter.alarm(self.meter.low, policy.low_periods, now, self.into.state));
        }
        if at.running == 0 {
            return [self.wake(policy, place, rules, at, tell), None];
        }
        let raw = |sum: u64, count: u64| -> u64 {
            let asked = u128::from(at.running) * u128::from(sum);
            u64::try_from(asked.div_ceil(u128::from(count.max(1)) * u128::from(policy.target))).unwrap_or(u64::MAX)
        };
        let mut proposals = [None, None];
        if self.out.state == State::Alarm {
            let (sum, count) = self.sum(self.out.taken, rules, now);
            let wanted = i64::try_from(raw(sum, count)).unwrap_or(i64::MAX);
            let adjustment = wanted - i64::from(at.running);
            let metric = sum / count.max(1);
            match self.out_by(adjustment, rules.credit == Credit::Added, at) {
                Ok(desired) => {
                    let breach = Some(self.meter.breach(now));
                    proposals[0] = Some(Proposal {
                        policy: place,
                        direction: Direction::Out,
                        desired,
                        metric,
                        adjustment,
                        breach,
                    });
                }
                Err(why) => self.refuse(place, Direction::Out, metric, why, at, tell),
            }
        }
        if self.into.state == State::Alarm {
            // The metric is worked out only where it decides, or is told.
            let early = self.in_refused(at);
            if early.is_some() && self.into.told == early {
                return proposals;
            }
            let (sum, count) = self.sum(self.into.taken, rules, now);
            let (wanted, metric) = (raw(sum, count), sum / count.max(1));
            let one_less = u64::from(at.running) - 1;
            let count = match rules.scale_in {
                ScaleIn::OneStep => one_less,
                ScaleIn::OneStepThenProportional if !self.into.acted => one_less,
                ScaleIn::Proportional | ScaleIn::OneStepThenProportional => wanted,
            };
            let desired = at.clamp(count);
            let why = early
                .or((wanted >= u64::from(at.running)).then_some(NotScaled::AnticipatedFlapping))
                .or((desired >= at.desired).then_some(NotScaled::AlreadyAtDesiredCapacity));
            match why {
                Some(why) => self.refuse(place, Direction::In, metric, why, at, tell),
                None => {
                    let direction = Direction::In;
                    proposals[1] =
                        Some(Proposal { policy: place, direction, desired, metric, adjustment: 0, breach: None });
                }
            }
        }
        proposals
    }

    /// At 0 tasks one datapoint above the target starts one (R16).
    fn wake(
        &mut self,
        policy: &TargetTracking,
        place: usize,
        rules: Rules,
        at: &Situation,
        tell: &mut dyn FnMut(Activity),
    ) -> Option<Proposal> {
        self.into.told = None;
        let newest = self.meter.newest(at.now).filter(|&value| at.desired == 0 && value > policy.target);
        let Some(metric) = newest else {
            self.out.told = None;
            return None;
        };
        match self.out_by(1, rules.credit == Credit::Added, at) {
            Ok(desired) => {
                let breach = Some(self.meter.breach(at.now));
                Some(Proposal { policy: place, direction: Direction::Out, desired, metric, adjustment: 1, breach })
            }
            Err(why) => {
                self.refuse(place, Direction::Out, metric, why, at, tell);
                None
            }
        }
    }

    fn step(
        &mut self,
        place: usize,
        rules: Rules,
        at: &Situation,
        tell: &mut dyn FnMut(Activity),
    ) -> [Option<Proposal>; 2] {
        let Policy::StepScaling(policy) = self.policy else { return [None, None] };
        let evaluated = self.meter.alarm(self.meter.high, policy.periods, at.now, self.out.state);
        self.out.evaluated(evaluated);
        self.into.evaluated(evaluated);
        if evaluated.0 != State::Alarm {
            return [None, None];
        }
        let (sum, count) = match (policy.statistic, rules.aggregation) {
            (Statistic::Average, _) | (_, Aggregation::Newest) => self.sum(evaluated.1, rules, at.now),
            (Statistic::Minimum, _) => (self.meter.values(evaluated.1, at.now).min().unwrap_or(0), 1),
            (Statistic::Maximum, _) => (self.meter.values(evaluated.1, at.now).max().unwrap_or(0), 1),
        };
        let metric = sum / count.max(1);
        let adjustment = adjust(policy, sum, count, at.running).unwrap_or(0);
        let (direction, decided) = match adjustment {
            0 => {
                (self.out.told, self.into.told) = (None, None);
                return [None, None];
            }
            1.. => (Direction::Out, self.out_by(adjustment, true, at)),
            _ => {
                let count = u64::from(at.running).saturating_sub(adjustment.unsigned_abs());
                let desired = at.clamp(count);
                let why =
                    self.in_refused(at).or((desired >= at.desired).then_some(NotScaled::AlreadyAtDesiredCapacity));
                (Direction::In, why.map_or(Ok(desired), Err))
            }
        };
        match decided {
            Ok(desired) => {
                let breach = (direction == Direction::Out).then(|| self.meter.breach(at.now));
                [Some(Proposal { policy: place, direction, desired, metric, adjustment, breach }), None]
            }
            Err(why) => {
                self.refuse(place, direction, metric, why, at, tell);
                [None, None]
            }
        }
    }

    /// What scaling out by so many tasks comes to, or why it does not happen. `credited` lessens a
    /// larger adjustment within a cooldown by that which began it (R17).
    fn out_by(&self, adjustment: i64, credited: bool, at: &Situation) -> Result<u32, NotScaled> {
        if at.out_suspended {
            return Err(NotScaled::Suspended);
        }
        let count =
            |adjustment: i64| at.clamp(u64::try_from(i64::from(at.running).saturating_add(adjustment)).unwrap_or(0));
        let cooling = self.scaled_out.filter(|scaled| scaled.ends.is_none_or(|ends| at.now < ends));
        let larger = cooling.is_none_or(|scaled| adjustment > scaled.adjustment);
        let desired = match cooling {
            Some(scaled) if larger && credited => count(adjustment - scaled.adjustment),
            _ => count(adjustment),
        };
        if at.desired >= at.max && desired <= at.desired {
            Err(NotScaled::AlreadyAtMaxCapacity)
        } else if desired <= at.desired {
            Err(NotScaled::AlreadyAtDesiredCapacity)
        } else if !larger {
            Err(NotScaled::Cooldown)
        } else {
            Ok(desired)
        }
    }

    /// Why nothing scales in now, whatever the metric says.
    fn in_refused(&self, at: &Situation) -> Option<NotScaled> {
        if at.in_suspended {
            Some(NotScaled::Suspended)
        } else if at.deploying {
            Some(NotScaled::Deployment)
        } else if at.desired <= at.min {
            Some(NotScaled::AlreadyAtMinCapacity)
        } else if at.now < self.in_ends {
            Some(NotScaled::Cooldown)
        } else {
            None
        }
    }
}
