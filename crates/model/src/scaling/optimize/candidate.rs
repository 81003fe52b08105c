//! What is tried: bounds and one target tracking policy.

use super::Limit;
use crate::exact::Ratio;
use crate::scaling::{Autoscaling, Load, Metric, Micro, Policy, Sampling, TargetTracking, needed};
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// A target tracking policy and the bounds of its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Candidate {
    /// `TargetValue`.
    pub target: Micro,
    /// `MinCapacity`.
    pub min: u32,
    /// `MaxCapacity`.
    pub max: u32,
    /// `ScaleOutCooldown`, in seconds.
    pub scale_out_cooldown: u32,
    /// `ScaleInCooldown`, in seconds.
    pub scale_in_cooldown: u32,
    /// Seconds of a datapoint: 60, or 20 for metrics of high resolution.
    pub period: u32,
}

/// The place of the policy that is tuned: the first target tracking one.
#[must_use]
pub fn tuned(service: &Autoscaling) -> Option<usize> {
    service.policies.iter().position(|policy| matches!(policy, Policy::TargetTracking(_)))
}

fn policy_at(service: &Autoscaling, place: usize) -> Option<&TargetTracking> {
    match service.policies.get(place) {
        Some(Policy::TargetTracking(policy)) => Some(policy),
        _ => None,
    }
}

impl Candidate {
    /// What the service has, by the policy at a place; none where that is no target tracking policy.
    #[must_use]
    pub fn of(service: &Autoscaling, place: usize) -> Option<Candidate> {
        let policy = policy_at(service, place)?;
        Some(Candidate {
            target: policy.target,
            min: service.min,
            max: service.max,
            scale_out_cooldown: policy.scale_out_cooldown,
            scale_in_cooldown: policy.scale_in_cooldown,
            period: policy.sampling.period,
        })
    }

    /// The fewest tasks that are looked at where nobody tells: two, as one is no redundancy; or as few as
    /// there may be now, but never none, as most metrics wake nothing that sleeps (R16).
    #[must_use]
    pub fn floor(service: &Autoscaling) -> u32 {
        service.min.clamp(1, 2)
    }

    /// In how many values two differ.
    #[must_use]
    pub fn differences(&self, other: &Candidate) -> usize {
        [
            self.target != other.target,
            self.min != other.min,
            self.max != other.max,
            self.scale_out_cooldown != other.scale_out_cooldown,
            self.scale_in_cooldown != other.scale_in_cooldown,
            self.period != other.period,
        ]
        .into_iter()
        .filter(|&differs| differs)
        .count()
    }

    /// The service with it: registered at the start of the load, which moves the count that there is
    /// into the bounds (R27). A period that the policy does not have comes with the delay and the
    /// alarm of its resolution (R3, R8, R9).
    #[must_use]
    pub fn on(&self, service: &Autoscaling, place: usize) -> Autoscaling {
        let mut service = service.clone();
        (service.min, service.max) = (self.min, self.max);
        service.start = service.start.max(self.min).min(self.max.max(self.min));
        if let Some(Policy::TargetTracking(policy)) = service.policies.get_mut(place) {
            policy.target = self.target;
            policy.scale_out_cooldown = self.scale_out_cooldown;
            policy.scale_in_cooldown = self.scale_in_cooldown;
            if policy.sampling.period != self.period {
                let high = self.period < 60;
                let known = if high { Sampling::HIGH_RESOLUTION } else { Sampling::MINUTE };
                policy.sampling = Sampling { period: self.period, ..known };
                policy.low_periods = if high { 30 } else { 15 };
            }
        }
        service
    }
}

/// Candidates in groups that differ in nothing but their bounds, for [`judge_all`](super::judge_all); both
/// groups and candidates in the order in which they first come.
#[must_use]
pub fn alike(candidates: &[Candidate]) -> Vec<Vec<Candidate>> {
    let mut places = BTreeMap::new();
    let mut groups: Vec<Vec<Candidate>> = Vec::new();
    for &candidate in candidates {
        let place = *places.entry(Candidate { min: 0, max: 0, ..candidate }).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(candidate),
            None => groups.push(vec![candidate]),
        }
    }
    groups
}

/// All combinations of some values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// See [`Candidate::target`].
    pub targets: Vec<Micro>,
    /// See [`Candidate::min`].
    pub mins: Vec<u32>,
    /// See [`Candidate::max`].
    pub maxes: Vec<u32>,
    /// See [`Candidate::scale_out_cooldown`].
    pub scale_out_cooldowns: Vec<u32>,
    /// See [`Candidate::scale_in_cooldown`].
    pub scale_in_cooldowns: Vec<u32>,
    /// See [`Candidate::period`].
    pub periods: Vec<u32>,
}

impl Grid {
    /// What is tried where nothing is told: the values of the service, and beside them targets of 30 %
    /// to 90 % (of other metrics than CPU and memory half the target to one and a half), least
    /// capacities from [`Candidate::floor`] to what the load needs all the time, as most what it needs
    /// never to be over target, cooldowns of 0, 60 and 300 s to scale out and 60 and 300 s to scale in.
    /// The resolution stays: a higher one is paid for.
    /// None where the place has no target tracking policy.
    #[must_use]
    pub fn around(load: &Load, service: &Autoscaling, place: usize) -> Option<Grid> {
        let (now, policy) = (Candidate::of(service, place)?, policy_at(service, place)?);
        let most = needed(load, service, load.peak());
        let (known, sum) = load.known();
        // The mean load, on tasks that are held to their bar.
        let mean = Ratio::new(i128::try_from(sum).unwrap_or(i128::MAX), i128::from(known.max(1)))
            / (service.capacity * service.over * Ratio::from(load.ticks()));
        let mean = mean.ceil().to_whole().and_then(|mean| u32::try_from(mean).ok()).unwrap_or(1).clamp(1, most.max(1));
        let targets: Vec<Micro> = match policy.metric {
            Metric::Cpu | Metric::Memory { .. } => (3..=9).map(|tenths| tenths * 100_000).collect(),
            _ => (2..=6_u64).map(|quarters| (now.target / 4).saturating_mul(quarters).max(1)).collect(),
        };
        let every = mean.div_ceil(6).max(1);
        let mins: Vec<u32> = (Candidate::floor(service)..=mean).step_by(usize::try_from(every).unwrap_or(1)).collect();
        Some(
            Grid {
                targets: with(targets, now.target),
                mins: with(mins, now.min),
                maxes: with(vec![most.max(1)], now.max),
                scale_out_cooldowns: with(vec![0, 60, 300], now.scale_out_cooldown),
                scale_in_cooldowns: with(vec![60, 300], now.scale_in_cooldown),
                periods: vec![now.period],
            }
            .sorted(),
        )
    }

    /// The same without most capacities above a limit of tasks: it is there in their place.
    #[must_use]
    pub fn within(mut self, limits: &[Limit]) -> Grid {
        let peaks = limits.iter().filter_map(|limit| if let Limit::Peak(most) = limit { Some(*most) } else { None });
        if let Some(most) = peaks.min() {
            self.maxes.iter_mut().for_each(|max| *max = most.min(*max));
        }
        self.sorted()
    }

    /// Whether a candidate lies between the ends of all lists.
    #[must_use]
    pub fn spans(&self, candidate: &Candidate) -> bool {
        fn spans<T: Ord>(values: &[T], value: &T) -> bool {
            values.iter().min() <= Some(value) && Some(value) <= values.iter().max()
        }
        spans(&self.targets, &candidate.target)
            && spans(&self.mins, &candidate.min)
            && spans(&self.maxes, &candidate.max)
            && spans(&self.scale_out_cooldowns, &candidate.scale_out_cooldown)
            && spans(&self.scale_in_cooldowns, &candidate.scale_in_cooldown)
            && spans(&self.periods, &candidate.period)
    }

    /// Whether all values of a candidate are in the lists.
    #[must_use]
    pub fn contains(&self, candidate: &Candidate) -> bool {
        self.targets.contains(&candidate.target)
            && self.mins.contains(&candidate.min)
            && self.maxes.contains(&candidate.max)
            && self.scale_out_cooldowns.contains(&candidate.scale_out_cooldown)
            && self.scale_in_cooldowns.contains(&candidate.scale_in_cooldown)
            && self.periods.contains(&candidate.period)
    }

    /// The same with each value once, in order: however they were told, it is the same grid.
    #[must_use]
    pub fn sorted(mut self) -> Grid {
        sort(&mut self.targets);
        sort(&mut self.mins);
        sort(&mut self.maxes);
        sort(&mut self.scale_out_cooldowns);
        sort(&mut self.scale_in_cooldowns);
        sort(&mut self.periods);
        self
    }

    /// How many combinations there are, those of a least above the most among them.
    #[must_use]
    pub fn combinations(&self) -> usize {
        self.lengths().iter().fold(1, |all, &length| all.saturating_mul(length))
    }

    /// The combinations that can be: with a least capacity that is not above the most.
    pub fn candidates(&self) -> impl Iterator<Item = Candidate> + '_ {
        (0..self.combinations()).filter_map(|place| self.at(place)).filter(|candidate| candidate.min <= candidate.max)
    }

    /// The grid with fewer values: while it has more than `most` combinations, its longest list loses
    /// every second value, but neither the first nor the last. Lists of two stay.
    #[must_use]
    pub fn thinned(mut self, most: usize) -> Grid {
        while self.combinations() > most {
            let lengths = self.lengths();
            let Some(longest) = lengths.iter().copied().max().filter(|&length| length > 2) else { break };
            match lengths.iter().position(|&length| length == longest) {
                Some(0) => thin(&mut self.targets),
                Some(1) => thin(&mut self.mins),
                Some(2) => thin(&mut self.maxes),
                Some(3) => thin(&mut self.scale_out_cooldowns),
                Some(4) => thin(&mut self.scale_in_cooldowns),
                _ => thin(&mut self.periods),
            }
        }
        self
    }

    fn lengths(&self) -> [usize; 6] {
        [
            self.targets.len(),
            self.mins.len(),
            self.maxes.len(),
            self.scale_out_cooldowns.len(),
            self.scale_in_cooldowns.len(),
            self.periods.len(),
        ]
    }

    /// The combination at a place, the last list turning fastest.
    fn at(&self, place: usize) -> Option<Candidate> {
        let mut rest = place;
        let mut digit = |length: usize| {
            let digit = rest.checked_rem(length);
            rest = rest.checked_div(length).unwrap_or(0);
            digit
        };
        let [targets, mins, maxes, outs, ins, periods] = self.lengths();
        let (period, scale_in, scale_out) = (digit(periods)?, digit(ins)?, digit(outs)?);
        let (max, min, target) = (digit(maxes)?, digit(mins)?, digit(targets)?);
        Some(Candidate {
            target: *self.targets.get(target)?,
            min: *self.mins.get(min)?,
            max: *self.maxes.get(max)?,
            scale_out_cooldown: *self.scale_out_cooldowns.get(scale_out)?,
            scale_in_cooldown: *self.scale_in_cooldowns.get(scale_in)?,
            period: *self.periods.get(period)?,
        })
    }
}

fn sort<T: Ord>(values: &mut Vec<T>) {
    values.sort_unstable();
    values.dedup();
}

fn with<T>(mut values: Vec<T>, value: T) -> Vec<T> {
    values.push(value);
    values
}

fn thin<T>(values: &mut Vec<T>) {
    let last = values.len().saturating_sub(1);
    let mut place = 0;
    values.retain(|_| {
        let stays = place % 2 == 0 || place == last;
        place += 1;
        stays
    });
}
