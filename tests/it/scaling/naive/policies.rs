//! What policies decide.

use super::*;

impl World<'_> {
    fn evaluate(
        &mut self,
        policy: usize,
        side: usize,
        periods: u32,
        breaches: &dyn Fn(u64) -> bool,
    ) -> (bool, Vec<u64>) {
        let before = self.policies[policy].sides[side].alarm;
        let (state, taken) = self.alarm(policy, periods, before, breaches);
        let side = &mut self.policies[policy].sides[side];
        side.alarm = state;
        if state != Some(true) {
            (side.told, side.acted) = (None, false);
        }
        (state == Some(true), taken)
    }

    fn refuse(&mut self, policy: usize, direction: Direction, metric: u64, why: NotScaled) {
        let side = &mut self.policies[policy].sides[usize::from(direction == Direction::In)];
        if side.told != Some(why) {
            side.told = Some(why);
            self.tell(Cause::Policy { policy, direction, metric }, self.desired, Outcome::NotScaled(why));
        }
    }

    fn out(&self, policy: usize, adjustment: i64, credited: bool, off: bool) -> Result<u32, NotScaled> {
        if off {
            return Err(NotScaled::Suspended);
        }
        let running = i128::from(self.running());
        let mut count = running + i128::from(adjustment);
        let at_bound = |count: i128| {
            if self.desired >= self.highest() {
                Some(NotScaled::AlreadyAtMaxCapacity)
            } else if self.clamp(count) <= self.desired {
                Some(NotScaled::AlreadyAtDesiredCapacity)
            } else {
                None
            }
        };
        if let Some(out) = self.policies[policy].out.filter(|out| out.ends.is_none_or(|ends| self.now < ends)) {
            if adjustment <= out.adjustment {
                return Err(at_bound(count).unwrap_or(NotScaled::Cooldown));
            }
            if credited {
                count -= i128::from(out.adjustment);
            }
        }
        at_bound(count).map_or(Ok(self.clamp(count)), Err)
    }

    fn not_in(&self, policy: usize, off: bool) -> Option<NotScaled> {
        if off {
            Some(NotScaled::Suspended)
        } else if self.deployment.is_some() {
            Some(NotScaled::Deployment)
        } else if self.desired <= self.lowest() {
            Some(NotScaled::AlreadyAtMinCapacity)
        } else if self.now < self.policies[policy].in_ends {
            Some(NotScaled::Cooldown)
        } else {
            None
        }
    }

    pub(super) fn decide(&mut self, in_off: bool, out_off: bool) {
        let service = self.service;
        let mut proposals = Vec::new();
        for (place, policy) in service.policies.iter().enumerate() {
            if !self.now.is_multiple_of(policy.metric().1.evaluated_every().into()) {
                continue;
            }
            match policy {
                Policy::TargetTracking(policy) => self.track(place, policy, in_off, out_off, &mut proposals),
                Policy::StepScaling(policy) => self.step_scale(place, policy, in_off, out_off, &mut proposals),
            }
        }
        let best = |proposals: &[Proposal], direction| {
            let most = proposals
                .iter()
                .filter(|proposal| proposal.direction == direction)
                .map(|proposal| proposal.count)
                .max()?;
            proposals.iter().position(|proposal| proposal.direction == direction && proposal.count == most)
        };
        if let Some(at) = best(&proposals, Direction::Out) {
            let won = &proposals[at];
            self.policies.iter_mut().for_each(|memory| memory.in_ends = 0);
            let woke = self.running() == 0 && matches!(service.policies[won.policy], Policy::TargetTracking(_));
            let memory = &mut self.policies[won.policy];
            memory.out = Some(Out { adjustment: won.adjustment, to: won.count, ends: None });
            let first = woke || !memory.sides[0].acted;
            memory.sides[0].acted = memory.sides[0].alarm == Some(true);
            memory.sides[0].told = None;
            if first && let Some(breach) = won.breach {
                self.waiting.push((self.run.latencies.len(), won.count));
                self.run.latencies.push(Latency { breach, decided: self.now, served: None });
            }
            self.do_it(won);
            return;
        }
        let tracks = |place: usize| matches!(service.policies[place], Policy::TargetTracking(_));
        let veto = service.policies.iter().enumerate().any(|(place, policy)| {
            matches!(policy, Policy::TargetTracking(policy) if !policy.disable_scale_in)
                && !proposals.iter().any(|proposal| proposal.policy == place)
        });
        if veto {
            for proposal in proposals.iter().filter(|proposal| tracks(proposal.policy)) {
                self.refuse(proposal.policy, Direction::In, proposal.metric, NotScaled::OtherPolicies);
            }
            proposals.retain(|proposal| !tracks(proposal.policy));
        }
        let Some(at) = best(&proposals, Direction::In) else { return };
        for proposal in &proposals {
            let cooldown = match &service.policies[proposal.policy] {
                Policy::TargetTracking(policy) => policy.scale_in_cooldown,
                Policy::StepScaling(policy) => policy.cooldown,
            };
            self.policies[proposal.policy].in_ends = self.now + u64::from(cooldown);
        }
        let won = &proposals[at];
        let side = &mut self.policies[won.policy].sides[1];
        (side.acted, side.told) = (true, None);
        self.do_it(won);
    }

    fn do_it(&mut self, won: &Proposal) {
        let before = self.desired;
        self.desired = won.count;
        let cause = Cause::Policy { policy: won.policy, direction: won.direction, metric: won.metric };
        self.tell(cause, before, Outcome::Successful);
    }

    fn reckoned(&self, taken: &[u64]) -> (i128, i128) {
        let taken = if self.service.rules.aggregation == Aggregation::Newest { &taken[..1] } else { taken };
        (taken.iter().map(|&value| i128::from(value)).sum(), taken.len() as i128)
    }

    fn track(
        &mut self,
        place: usize,
        policy: &TargetTracking,
        in_off: bool,
        out_off: bool,
        proposals: &mut Vec<Proposal>,
    ) {
        let target = policy.target;
        let above = move |value: u64| value > target;
        let below = move |value: u64| u128::from(value) * 10 < u128::from(target) * 9;
        let (high, high_taken) = self.evaluate(place, 0, policy.high_periods, &above);
        let (low, low_taken) = if policy.disable_scale_in {
            (false, Vec::new())
        } else {
            self.evaluate(place, 1, policy.low_periods, &below)
        };
        let credited = self.service.rules.credit == Credit::Added;
        let running = self.running();
        let metric = |(sum, count): (i128, i128)| u64::try_from(sum / count).unwrap();
        let raw = |(sum, count): (i128, i128)| {
            let asked = i128::from(running) * sum;
            let per = count * i128::from(target);
            (asked + per - 1) / per
        };
        let mut candidate =
            |world: &mut Self, metric: u64, adjustment: i64| match world.out(place, adjustment, credited, out_off) {
                Ok(count) => proposals.push(Proposal {
                    policy: place,
                    direction: Direction::Out,
                    count,
                    metric,
                    adjustment,
                    breach: Some(world.breach(place, &above)),
                }),
                Err(why) => world.refuse(place, Direction::Out, metric, why),
            };
        if running == 0 {
            let newest = self.seen(place).first().copied().flatten();
            self.policies[place].sides[1].told = None;
            match newest.filter(|&value| self.desired == 0 && value > target) {
                Some(value) => candidate(self, value, 1),
                None => self.policies[place].sides[0].told = None,
            }
            return;
        }
        if high {
            let reckoned = self.reckoned(&high_taken);
            candidate(self, metric(reckoned), i64::try_from(raw(reckoned)).unwrap() - i64::from(running));
        }
        if low {
            let reckoned = self.reckoned(&low_taken);
            let wanted = raw(reckoned);
            let one_less = i128::from(running) - 1;
            let count = match self.service.rules.scale_in {
                ScaleIn::Proportional => wanted,
                ScaleIn::OneStep => one_less,
                ScaleIn::OneStepThenProportional if self.policies[place].sides[1].acted => wanted,
                ScaleIn::OneStepThenProportional => one_less,
            };
            let why = self
                .not_in(place, in_off)
                .or((wanted >= running.into()).then_some(NotScaled::AnticipatedFlapping))
                .or((self.clamp(count) >= self.desired).then_some(NotScaled::AlreadyAtDesiredCapacity));
            match why {
                Some(why) => self.refuse(place, Direction::In, metric(reckoned), why),
                None => proposals.push(Proposal {
                    policy: place,
                    direction: Direction::In,
                    count: self.clamp(count),
                    metric: metric(reckoned),
                    adjustment: 0,
                    breach: None,
                }),
            }
        }
    }

    fn step_scale(
        &mut self,
        place: usize,
        policy: &StepScaling,
        in_off: bool,
        out_off: bool,
        proposals: &mut Vec<Proposal>,
    ) {
        let (threshold, comparison) = (policy.threshold, policy.comparison);
        let breaches = move |value: u64| match comparison {
            Comparison::Above => value > threshold,
            Comparison::AtLeast => value >= threshold,
            Comparison::Below => value < threshold,
            Comparison::AtMost => value <= threshold,
        };
        let (alarm, taken) = self.evaluate(place, 0, policy.periods, &breaches);
        if !alarm {
            self.policies[place].sides[1] = Side::default();
            return;
        }
        let (sum, count) = match policy.statistic {
            _ if self.service.rules.aggregation == Aggregation::Newest => (i128::from(taken[0]), 1),
            Statistic::Average => (taken.iter().map(|&value| i128::from(value)).sum(), taken.len() as i128),
            Statistic::Minimum => (i128::from(*taken.iter().min().unwrap()), 1),
            Statistic::Maximum => (i128::from(*taken.iter().max().unwrap()), 1),
        };
        let distance = Ratio::new(sum, count) - Ratio::from(threshold);
        let bound = |bound: i64| Ratio::new(bound.into(), 1);
        let above = matches!(comparison, Comparison::Above | Comparison::AtLeast);
        let step = policy.steps.iter().find(|step| {
            step.lower.is_none_or(|lower| if above { distance >= bound(lower) } else { distance > bound(lower) })
                && step.upper.is_none_or(|upper| if above { distance < bound(upper) } else { distance <= bound(upper) })
        });
        let running = i64::from(self.running());
        let adjustment = step.map_or(0, |step| {
            let asked = i64::from(step.adjustment);
            match policy.adjustment {
                Adjustment::ChangeInCapacity => asked,
                Adjustment::ExactCapacity => asked - running,
                Adjustment::PercentChangeInCapacity => {
                    let exact = Ratio::new((running * asked).into(), 100);
                    let whole = if exact.is_zero() {
                        0
                    } else if exact > Ratio::ZERO && exact < Ratio::ONE {
                        1
                    } else if exact < Ratio::ZERO && exact > -Ratio::ONE {
                        -1
                    } else {
                        running * asked / 100
                    };
                    let least = i64::from(policy.min_magnitude);
                    if asked != 0 && whole.abs() < least { asked.signum() * least } else { whole }
                }
            }
        });
        let metric = u64::try_from(sum / count).unwrap();
        if adjustment == 0 {
            self.policies[place].sides.iter_mut().for_each(|side| side.told = None);
        } else if adjustment > 0 {
            match self.out(place, adjustment, true, out_off) {
                Ok(count) => {
                    let breach = Some(self.breach(place, &breaches));
                    proposals.push(Proposal {
                        policy: place,
                        direction: Direction::Out,
                        count,
                        metric,
                        adjustment,
                        breach,
                    });
                }
                Err(why) => self.refuse(place, Direction::Out, metric, why),
            }
        } else {
            let count = self.clamp(i128::from(running + adjustment).max(0));
            let why =
                self.not_in(place, in_off).or((count >= self.desired).then_some(NotScaled::AlreadyAtDesiredCapacity));
            match why {
                Some(why) => self.refuse(place, Direction::In, metric, why),
                None => proposals.push(Proposal {
                    policy: place,
                    direction: Direction::In,
                    count,
                    metric,
                    adjustment,
                    breach: None,
                }),
            }
        }
    }
}
