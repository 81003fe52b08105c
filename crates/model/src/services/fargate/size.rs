//! The sizes a Fargate task can have.

use crate::exact::Ratio;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// CPU and memory of a task: only pairs that AWS sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size {
    cpu_units: u32,
    memory_mib: u32,
}

/// `(CPU units, smallest, largest, step)`, memory in MiB. Source: aws.amazon.com/fargate/pricing.
const RANGES: &[(u32, u32, u32, u32)] = &[
    (512, 1_024, 4_096, 1_024),
    (1_024, 2_048, 8_192, 1_024),
    (2_048, 4_096, 16_384, 1_024),
    (4_096, 8_192, 30_720, 1_024),
    (8_192, 16_384, 61_440, 4_096),
    (16_384, 32_768, 122_880, 8_192),
];
/// Sizes on no regular step.
const SINGLES: &[(u32, u32)] =
    &[(256, 512), (256, 1_024), (256, 2_048), (32_768, 61_440), (32_768, 122_880), (32_768, 249_856)];

impl Size {
    /// The size of `cpu_units` (1,024 are one vCPU) and `memory_mib` MiB.
    ///
    /// # Errors
    /// [`InvalidSize`], with the nearest sizes there are, when AWS sells no such pair.
    pub fn new(cpu_units: u32, memory_mib: u32) -> Result<Size, InvalidSize> {
        let wanted = Size { cpu_units, memory_mib };
        if Size::all().any(|size| size == wanted) {
            return Ok(wanted);
        }
        Err(InvalidSize { wanted, nearest: nearest(wanted) })
    }

    /// Every size that AWS sells, small to large.
    pub fn all() -> impl Iterator<Item = Size> {
        let small = SINGLES.iter().filter(|(cpu, _)| *cpu == 256);
        let large = SINGLES.iter().filter(|(cpu, _)| *cpu != 256);
        let single = |&(cpu_units, memory_mib): &(u32, u32)| Size { cpu_units, memory_mib };
        let ranges = RANGES.iter().flat_map(|&(cpu_units, first, last, step)| {
            (first..=last).step_by(step as usize).map(move |memory_mib| Size { cpu_units, memory_mib })
        });
        small.map(single).chain(ranges).chain(large.map(single))
    }

    /// vCPUs.
    #[must_use]
    pub fn vcpus(self) -> Ratio {
        Ratio::new(self.cpu_units.into(), 1_024)
    }

    /// GB of memory (2³⁰ bytes each).
    #[must_use]
    pub fn memory_gb(self) -> Ratio {
        Ratio::new(self.memory_mib.into(), 1_024)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} vCPU with {} GB", self.vcpus(), self.memory_gb())
    }
}

/// The sizes around `wanted`: with its CPU the memory below and above, and with its memory (or
/// just above it) the CPU below and above.
fn nearest(wanted: Size) -> Vec<Size> {
    let cpus_at_least = Size::all().filter(|size| size.cpu_units >= wanted.cpu_units);
    let cpu = cpus_at_least.map(|size| size.cpu_units).min().unwrap_or(32_768);
    let with_cpu = |size: &Size| size.cpu_units == cpu;
    let below = Size::all().filter(with_cpu).filter(|size| size.memory_mib <= wanted.memory_mib).max();
    let above = Size::all().filter(with_cpu).filter(|size| size.memory_mib >= wanted.memory_mib).min();
    let smaller_cpu = Size::all()
        .filter(|size| size.cpu_units < cpu && size.memory_mib >= wanted.memory_mib)
        .max_by_key(|size| (size.cpu_units, core::cmp::Reverse(size.memory_mib)));
    let larger_cpu = Size::all().filter(|size| size.cpu_units > cpu && size.memory_mib >= wanted.memory_mib).min();
    let mut found: Vec<Size> = [smaller_cpu, below, above, larger_cpu].into_iter().flatten().collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// AWS sells no task of this size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Fargate has no task of {wanted}")]
pub struct InvalidSize {
    /// What was asked for.
    pub wanted: Size,
    /// The sizes nearest to it.
    pub nearest: Vec<Size>,
}

impl InvalidSize {
    /// What to do: the nearest sizes in words.
    #[must_use]
    pub fn help(&self) -> String {
        let sizes: Vec<String> = self.nearest.iter().map(|size| format!("{size}")).collect();
        format!("nearest sizes: {}", sizes.join(", "))
    }
}
