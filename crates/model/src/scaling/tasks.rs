//! The life of tasks on Fargate: launched, healthy, drained, stopped; and deployments.

use super::policy::Impossible;
use crate::exact::Ratio;
use alloc::vec::Vec;

/// How tasks live. All lengths are in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskLife {
    /// From the decision until the task runs.
    pub launch: LaunchTime,
    /// The part of that before the image pull, which is not billed (R37; how long it is, AWS does not
    /// say: by default all is billed). At most the launch time counts.
    pub provisioning: u32,
    /// From running until the load balancer sends it requests.
    pub health_check: u32,
    /// `healthCheckGracePeriodSeconds`: how long ECS waits for that, or it stops the task; none where
    /// no load balancer looks.
    pub grace: Option<u32>,
    /// `deregistration_delay.timeout_seconds`: how long a task that leaves serves what it has, billed
    /// (R36).
    pub deregistration: u32,
    /// From the signal to stop until the task has stopped, billed; at most `stopTimeout` (R36).
    pub stop: u32,
    /// The shortest time a task is billed for (R37).
    pub minimum: u32,
    /// How fast tasks can be launched.
    pub quota: LaunchQuota,
}

impl Default for TaskLife {
    /// 30 s to launch, at once healthy, 300 s of deregistration delay (AWS's default), stopped at once.
    fn default() -> TaskLife {
        TaskLife {
            launch: LaunchTime::Fixed(30),
            provisioning: 0,
            health_check: 0,
            grace: None,
            deregistration: 300,
            stop: 0,
            minimum: 60,
            quota: LaunchQuota::default(),
        }
    }
}

/// How long tasks take until they run, in seconds; drawn for each task, in the order of launch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LaunchTime {
    /// Always as long.
    Fixed(u32),
    /// Evenly between the two, both included.
    Between(u32, u32),
    /// One of these, each as likely: times that were measured.
    Measured(Vec<u32>),
}

/// How fast tasks can be launched (R34): a bucket of the account, and one of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaunchQuota {
    /// How many at once in an account and region.
    pub burst: u32,
    /// How many a second after that.
    pub per_second: u32,
    /// How many a minute of one service; as many at once.
    pub per_service_minute: u32,
}

impl Default for LaunchQuota {
    /// 100 at once and 20 a second; 500 a minute for a service.
    fn default() -> LaunchQuota {
        LaunchQuota { burst: 100, per_second: 20, per_service_minute: 500 }
    }
}

/// Tasks on Spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpotTasks {
    /// The part of all tasks, 0 to 1: a new task goes to Spot while fewer than that are there.
    pub share: Ratio,
    /// How likely a task is taken back within an hour, in millionths. AWS publishes no figure (?).
    pub interrupted: u32,
}

/// A new version of the service. Scale-in is off while it goes on (R24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// When it begins, in seconds from the start of the load.
    pub at: u64,
    /// How tasks are replaced.
    pub rollout: Rollout,
}

/// How a deployment replaces tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollout {
    /// `ROLLING`: as many new ones as `maximum_percent` of the desired count lets run beside the old,
    /// which stop as `minimum_healthy_percent` lets them.
    Rolling {
        /// `minimumHealthyPercent`.
        minimum_healthy_percent: u32,
        /// `maximumPercent`.
        maximum_percent: u32,
    },
    /// `BLUE_GREEN`, `CANARY`, `LINEAR`: all new ones beside all old ones, which stop `bake` seconds
    /// after all new ones are healthy (the time in which traffic shifts, and bakes).
    BlueGreen {
        /// Shift and bake time, in seconds.
        bake: u32,
    },
}

impl TaskLife {
    pub(super) fn check(&self) -> Result<(), Impossible> {
        match &self.launch {
            LaunchTime::Between(least, most) if least > most => {
                return Err(Impossible::Tasks("a launch takes at least longer than at most"));
            }
            LaunchTime::Measured(times) if times.is_empty() => {
                return Err(Impossible::Tasks("no launch times were measured"));
            }
            _ => {}
        }
        if let Some(grace) = self.grace.filter(|&grace| grace < self.health_check) {
            return Err(Impossible::Grace { health_check: self.health_check, grace });
        }
        let LaunchQuota { burst, per_second, per_service_minute } = self.quota;
        if burst == 0 || per_second == 0 || per_service_minute == 0 {
            return Err(Impossible::Tasks("a launch quota of 0 starts no task"));
        }
        let longest = [self.launch.longest(), self.health_check, self.deregistration, self.stop, self.minimum];
        if longest.iter().any(|&seconds| seconds > DAY) {
            return Err(Impossible::Tasks("a task takes more than a day to start or stop"));
        }
        Ok(())
    }
}

const DAY: u32 = 86_400;

impl LaunchTime {
    pub(super) fn longest(&self) -> u32 {
        match self {
            LaunchTime::Fixed(seconds) | LaunchTime::Between(_, seconds) => *seconds,
            LaunchTime::Measured(times) => times.iter().copied().max().unwrap_or(0),
        }
    }
}

impl Deployment {
    pub(super) fn check(&self) -> Result<(), Impossible> {
        match self.rollout {
            Rollout::Rolling { minimum_healthy_percent: least, maximum_percent: most } => {
                if least > 100 || !(100..=200).contains(&most) {
                    Err(Impossible::Tasks("a rolling deployment keeps 0 to 100 % healthy, and 100 to 200 % at most"))
                } else if least == 100 && most == 100 {
                    Err(Impossible::Tasks("a deployment of at least 100 % and at most 100 % replaces nothing"))
                } else {
                    Ok(())
                }
            }
            Rollout::BlueGreen { bake } if bake > 7 * DAY => {
                Err(Impossible::Tasks("a deployment bakes for a week at most"))
            }
            Rollout::BlueGreen { .. } => Ok(()),
        }
    }
}

impl SpotTasks {
    pub(super) fn check(&self) -> Result<(), Impossible> {
        if self.share < Ratio::ZERO || self.share > Ratio::ONE {
            return Err(Impossible::Tasks("the share on Spot is 0 to 1"));
        }
        if self.interrupted > 1_000_000 {
            return Err(Impossible::Tasks("a task is taken back within an hour at most for certain"));
        }
        Ok(())
    }
}
