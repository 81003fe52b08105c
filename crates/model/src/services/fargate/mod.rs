//! ECS tasks on AWS Fargate: vCPU-seconds and GB-seconds of the size a task asks for.
//!
//! Billed from the start of the image pull until the task stops, rounded up to the second, with
//! a minimum of one minute (five on Windows); disk only beyond the 20 GB that every task has.
//! Source: aws.amazon.com/fargate/pricing.

mod size;
#[cfg(test)]
mod tests;

pub use size::{InvalidSize, Size};

use super::public_ipv4::IN_USE;
use super::words::{Num, over_time};
use super::{Meter, Service};
use crate::exact::Ratio;
use crate::meter::ServiceCode;
use crate::time::HOUR;
use crate::timeline::Timeline;
use crate::unit::{GbHour, Hour, Quantity, UnitKind, VcpuHour};
use crate::usage::{Pricing, Site, Usage};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// Tasks of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fargate {
    /// What each task asks for.
    pub size: Size,
    /// Operating system and processor.
    pub platform: Platform,
    /// Disk of each task in GB, at least the 20 that are included.
    pub ephemeral_gb: u32,
    /// How many run, and when.
    pub tasks: Tasks,
    /// The share of task-time that runs on Spot.
    pub spot: Option<Spot>,
    /// Whether each task holds a public IPv4 address.
    pub public_ip: bool,
}

/// Operating system and processor of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Linux on x86-64.
    LinuxX86,
    /// Linux on ARM64 (Graviton).
    LinuxArm,
    /// Windows Server on x86-64: a licence is billed on top of each vCPU.
    Windows,
}

/// How many tasks run, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tasks {
    /// A service that keeps tasks running.
    Running(Timeline<u32>),
    /// What an autoscaled service was billed, second by second, from image pull to stop: the minimum
    /// is in it (see [`scaling`](crate::scaling)).
    Metered(Timeline<u32>),
    /// Tasks that are started, work and stop.
    Runs {
        /// How many over the horizon.
        count: Ratio,
        /// How long each is billed for before rounding, in seconds.
        seconds: Ratio,
    },
}

/// Capacity that AWS can take back, cheaper by a discount that only AWS knows and changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The part of all task-time on Spot, 0 to 1.
    pub share: Ratio,
    /// The fraction taken off the on-demand rate, 0 to 1. Spot is in no price list: without the
    /// user's figure the Spot lines have no price.
    pub off: Option<Ratio>,
}

/// Disk included with every task.
pub const INCLUDED_GB: u32 = 20;
/// The most a task can ask for.
pub const MAX_EPHEMERAL_GB: u32 = 200;

impl Platform {
    /// The shortest time a task is billed for, in seconds.
    #[must_use]
    pub const fn minimum_seconds(self) -> u64 {
        match self {
            Platform::LinuxX86 | Platform::LinuxArm => 60,
            Platform::Windows => 300,
        }
    }

    const fn vcpu(self) -> Meter {
        let usage_type = match self {
            Platform::LinuxX86 => "Fargate-vCPU-Hours:perCPU",
            Platform::LinuxArm => "Fargate-ARM-vCPU-Hours:perCPU",
            Platform::Windows => "Fargate-Windows-vCPU-Hours:perCPU",
        };
        Meter::new(ServiceCode::Ecs, usage_type, UnitKind::VcpuHour)
    }

    const fn memory(self) -> Meter {
        let usage_type = match self {
            Platform::LinuxX86 => "Fargate-GB-Hours",
            Platform::LinuxArm => "Fargate-ARM-GB-Hours",
            Platform::Windows => "Fargate-Windows-GB-Hours",
        };
        Meter::new(ServiceCode::Ecs, usage_type, UnitKind::GbHour)
    }

    /// vCPU and memory on Spot. AWS has no Spot for Windows; were it asked for, the lines under
    /// these names would be gaps.
    const fn spot_vcpu(self) -> Meter {
        let usage_type = match self {
            Platform::LinuxX86 => "SpotUsage-Fargate-vCPU-Hours:perCPU",
            Platform::LinuxArm => "SpotUsage-Fargate-ARM-vCPU-Hours:perCPU",
            Platform::Windows => "SpotUsage-Fargate-Windows-vCPU-Hours:perCPU",
        };
        Meter::new(ServiceCode::Ecs, usage_type, UnitKind::VcpuHour)
    }

    const fn spot_memory(self) -> Meter {
        let usage_type = match self {
            Platform::LinuxX86 => "SpotUsage-Fargate-GB-Hours",
            Platform::LinuxArm => "SpotUsage-Fargate-ARM-GB-Hours",
            Platform::Windows => "SpotUsage-Fargate-Windows-GB-Hours",
        };
        Meter::new(ServiceCode::Ecs, usage_type, UnitKind::GbHour)
    }
}

const OS: Meter = Meter::new(ServiceCode::Ecs, "Fargate-Windows-OS-Hours:perCPU", UnitKind::VcpuHour);
const EPHEMERAL: Meter = Meter::new(ServiceCode::Ecs, "Fargate-EphemeralStorage-GB-Hours", UnitKind::GbHour);

impl Service for Fargate {
    const METERS: &'static [Meter] = &[
        Platform::LinuxX86.vcpu(),
        Platform::LinuxX86.memory(),
        Platform::LinuxArm.vcpu(),
        Platform::LinuxArm.memory(),
        Platform::Windows.vcpu(),
        Platform::Windows.memory(),
        Platform::LinuxX86.spot_vcpu(),
        Platform::LinuxX86.spot_memory(),
        Platform::LinuxArm.spot_vcpu(),
        Platform::LinuxArm.spot_memory(),
        OS,
        EPHEMERAL,
        IN_USE,
    ];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        let (task_hours, words) = self.task_hours();
        let mut usage = vec![];
        let (share, off) = self.spot.map_or((Ratio::ZERO, None), |spot| (spot.share, spot.off));
        if share != Ratio::ONE {
            let part = share_words(Ratio::ONE - share, "on demand");
            usage.extend(self.compute(site, task_hours * (Ratio::ONE - share), &format!("{words}{part}"), None));
        }
        if !share.is_zero() {
            let part = share_words(share, "on Spot");
            usage.extend(self.compute(site, task_hours * share, &format!("{words}{part}"), Some(off)));
        }
        if self.ephemeral_gb > INCLUDED_GB {
            let extra = self.ephemeral_gb - INCLUDED_GB;
            let quantity = Quantity::<GbHour>::new(task_hours * Ratio::from(extra));
            let because = format!("{words} x {extra} GB of disk beyond the {INCLUDED_GB} GB included");
            usage.push(site.usage(EPHEMERAL, quantity, because));
        }
        if self.public_ip {
            let quantity = Quantity::<Hour>::new(task_hours);
            usage.push(site.usage(IN_USE, quantity, format!("{words}, a public IPv4 address each")));
        }
        usage
    }
}

impl Fargate {
    /// Task-hours billed, and how they come about.
    fn task_hours(&self) -> (Ratio, String) {
        let minimum = self.platform.minimum_seconds();
        let hour = Ratio::from(HOUR);
        match &self.tasks {
            Tasks::Running(timeline) => {
                let billed = timeline.billed_task_seconds(minimum);
                let mut words = over_time(timeline, "task");
                if billed != timeline.integrate(Ratio::from) {
                    words = format!("{words}, each billed at least {minimum} s");
                }
                (billed / hour, words)
            }
            Tasks::Metered(timeline) => (timeline.integrate(Ratio::from) / hour, over_time(timeline, "task")),
            Tasks::Runs { count, seconds } => {
                let billed = seconds.ceil().max(Ratio::from(minimum));
                (*count * billed / hour, format!("{} runs x {} s", Num(*count), Num(billed)))
            }
        }
    }

    fn compute(&self, site: &Site, task_hours: Ratio, words: &str, spot: Option<Option<Ratio>>) -> Vec<Usage> {
        let vcpus = self.size.vcpus();
        let memory = self.size.memory_gb();
        let platform = self.platform;
        let listed = (platform.vcpu(), platform.memory());
        let (vcpu_meter, memory_meter) =
            if spot.is_some() { (platform.spot_vcpu(), platform.spot_memory()) } else { listed.clone() };
        let vcpu_hours = Quantity::<VcpuHour>::new(task_hours * vcpus);
        // The arithmetic reads in the order of the bill: count, size, time.
        let sized = |size: String| match (words.rsplit_once(')'), words.split_once(" x ")) {
            (Some((schedule, rest)), _) => format!("{schedule}) x {size}{rest}"),
            (None, Some((count, rest))) => format!("{count} x {size} x {rest}"),
            (None, None) => format!("{words} x {size}"),
        };
        let mut usage = vec![
            site.usage(vcpu_meter, vcpu_hours, sized(format!("{} vCPU", Num(vcpus)))),
            site.usage(
                memory_meter,
                Quantity::<GbHour>::new(task_hours * memory),
                sized(format!("{} GB", Num(memory))),
            ),
        ];
        if let Some(off) = spot {
            for (line, from) in usage.iter_mut().zip([listed.0, listed.1]) {
                line.pricing = Pricing::Discounted { from, off };
            }
        }
        if self.platform == Platform::Windows {
            usage.push(site.usage(OS, vcpu_hours, sized(format!("{} vCPU of Windows licence", Num(vcpus)))));
        }
        usage
    }
}

fn share_words(share: Ratio, what: &str) -> String {
    if share == Ratio::ONE { String::new() } else { format!(", {} % of it {what}", Num(share * Ratio::whole(100))) }
}
