//! `[fargate.NAME]`.

use super::calibrate::{Form, Quantity};
use super::{Part, autoscaling};
use crate::problem::Problem;
use crate::scalar::{self, MOST};
use crate::tree::{Node, Reader, Value};
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::simulate;
use stackcost_model::services::Component;
use stackcost_model::services::fargate::{Fargate, INCLUDED_GB, MAX_EPHEMERAL_GB, Platform, Size, Spot, Tasks};

/// Keys that are quantities of a bill. What is on Spot has a share, which no single line tells.
pub(super) const QUANTITIES: &[Quantity] = &[
    Quantity::new("Fargate-vCPU-Hours:perCPU", "tasks", Form::TasksByVcpu),
    Quantity::new("Fargate-ARM-vCPU-Hours:perCPU", "tasks", Form::TasksByVcpu),
    Quantity::new("Fargate-Windows-vCPU-Hours:perCPU", "tasks", Form::TasksByVcpu),
    Quantity::new("Fargate-GB-Hours", "tasks", Form::TasksByMemory),
    Quantity::new("Fargate-ARM-GB-Hours", "tasks", Form::TasksByMemory),
    Quantity::new("Fargate-Windows-GB-Hours", "tasks", Form::TasksByMemory),
];

pub(super) fn read(part: &Part<'_>) -> Result<Component, Problem> {
    let table = &part.table;
    let cpu_node = table.need("cpu", "\"0.25 vCPU\"")?;
    let cpu_units = scalar::cpu_units(cpu_node)?;
    let memory_node = table.need("memory", "\"0.5 GB\"")?;
    let memory_mib = scalar::memory_mib(memory_node)?;
    let size = Size::new(cpu_units, memory_mib).map_err(|invalid| {
        Problem::new(&memory_node.at, invalid.to_string()).label("does not go with this CPU").help(invalid.help())
    })?;
    let arch = table.read("arch", |node| scalar::word(node, "architecture", &[("x86_64", false), ("arm64", true)]))?;
    let windows = table.read("os", |node| scalar::word(node, "operating system", &SYSTEMS))?.unwrap_or(false);
    let platform = match (arch.unwrap_or(false), windows) {
        (false, false) => Platform::LinuxX86,
        (true, false) => Platform::LinuxArm,
        (false, true) => Platform::Windows,
        (true, true) => {
            return Err(
                Problem::new(&table.at, "Fargate runs Windows on x86_64 only").help("leave out `arch`, or `os`")
            );
        }
    };
    let mut spot = spot(part, platform)?;
    let ephemeral_gb = table.read("ephemeral", ephemeral)?.unwrap_or(INCLUDED_GB);
    let public_ip = table.read("public_ip", scalar::boolean)?.unwrap_or(false);
    let tasks = tasks(part, table.need("tasks", "2")?, platform, &mut spot)?;
    Ok(Fargate { size, platform, ephemeral_gb, tasks, spot, public_ip }.into())
}

const SYSTEMS: [(&str, bool); 5] =
    [("linux", false), ("windows", true), ("windows-2019", true), ("windows-2022", true), ("windows-2025", true)];

/// `"70%"` for a share on Spot; `{ share = "70%", discount = "65%" }` for one with a price.
fn spot(part: &Part<'_>, platform: Platform) -> Result<Option<Spot>, Problem> {
    let discount_node = part.table.opt("spot_discount");
    let discount = discount_node.map(scalar::percent).transpose()?;
    let Some(node) = part.table.opt("spot") else {
        return match discount_node {
            Some(node) => {
                Err(Problem::new(&node.at, "a discount on Spot, but nothing on Spot").help("add spot = \"70%\""))
            }
            None => Ok(None),
        };
    };
    let spot = if matches!(node.value, Value::Table(_)) {
        let table = Reader::new(node, "`spot`")?;
        let share = scalar::percent(table.need("share", "\"70%\"")?)?;
        let off = table.read("discount", scalar::percent)?.or(discount);
        table.finish()?;
        Spot { share, off }
    } else {
        Spot { share: scalar::percent(node)?, off: discount }
    };
    if platform == Platform::Windows && !spot.share.is_zero() {
        return Err(Problem::new(&node.at, "Fargate Spot has no Windows").help("leave out `spot`"));
    }
    Ok(Some(spot))
}

fn ephemeral(node: &Node) -> Result<u32, Problem> {
    let size = scalar::gb(node, true, "\"30 GB\"")?;
    size.to_whole()
        .and_then(|size| u32::try_from(size).ok())
        .filter(|size| (INCLUDED_GB..=MAX_EPHEMERAL_GB).contains(size))
        .ok_or_else(|| {
            Problem::new(&node.at, format!("a task has {INCLUDED_GB} to {MAX_EPHEMERAL_GB} GB of disk, in whole GB"))
        })
}

/// What `tasks` that scale need to know of what stands beside them.
pub(super) struct Placed<'a> {
    pub platform: Platform,
    pub spot: Option<&'a Spot>,
}

/// A count, a schedule, `{ runs = "50/day", lasting = "3h" }`, or what scales by a load; of that, what is
/// on Spot is not a share of the time, but what it came to.
fn tasks(part: &Part<'_>, node: &Node, platform: Platform, spot: &mut Option<Spot>) -> Result<Tasks, Problem> {
    if let Value::Table(inner) = &node.value
        && inner.get("runs").is_some()
    {
        let table = Reader::new(node, "`tasks`")?;
        let count = scalar::count_flow(table.need("runs", "\"50/day\"")?, part.horizon())?;
        let seconds = scalar::duration(table.need("lasting", "\"10min\"")?, "\"10min\"")?;
        table.finish()?;
        return Ok(Tasks::Runs { count, seconds });
    }
    if let Value::Table(inner) = &node.value
        && autoscaling::is_meant(inner)
    {
        let scaled = autoscaling::read(node, &part.clock, &Placed { platform, spot: spot.as_ref() })?;
        let run = simulate(&scaled.load, &scaled.service, scaled.seed)
            .map_err(|impossible| Problem::new(&node.at, impossible.to_string()))?;
        if let Some(spot) = spot
            && run.task_seconds > 0
        {
            spot.share = Ratio::new(run.spot_task_seconds.into(), run.task_seconds.into());
        }
        part.autoscaled.replace(Some(scaled));
        return Ok(Tasks::Metered(run.billed.repeated_over(part.horizon())));
    }
    part.clock.schedule(node, "tasks", |node| scalar::whole(node, 0, MOST)).map(Tasks::Running)
}
