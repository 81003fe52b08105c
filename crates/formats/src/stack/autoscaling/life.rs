//! The life of tasks: how long they take to start and to stop, and how often Spot takes them back.

use super::metric::Preset;
use super::value::{A_DAY, MOST_TASKS, list, micro, seconds};
use crate::problem::Problem;
use crate::scalar;
use crate::stack::fargate::Placed;
use crate::tree::{Node, Reader, Value};
use stackcost_model::scaling::{LaunchQuota, LaunchTime, SpotTasks, TaskLife};

/// The longest `stopTimeout` of Fargate.
const MOST_STOP: u32 = 120;

/// Reads how tasks live; `placed` says what the platform bills at least.
pub(super) fn read(table: &Reader<'_>, placed: &Placed<'_>, preset: Option<Preset>) -> Result<TaskLife, Problem> {
    let usual = TaskLife::default();
    let usual_launch = match preset {
        Some(Preset::AwsBenchmark2026) => LaunchTime::Fixed(23),
        None => usual.launch,
    };
    let length = |key, example, most| table.read(key, |node| seconds(node, example, 0, most));
    let health_check = length("health_check", "\"20s\"", A_DAY)?.unwrap_or(usual.health_check);
    let grace_node = table.opt("health_check_grace");
    let grace = grace_node.map(|node| seconds(node, "\"60s\"", 0, A_DAY)).transpose()?;
    if let (Some(node), Some(grace)) = (grace_node, grace)
        && grace < health_check
    {
        let message = format!("tasks need {health_check} s to become healthy, but ECS stops them after {grace} s");
        return Err(
            Problem::new(&node.at, message).help("make `health_check_grace` at least as long as `health_check`")
        );
    }
    Ok(TaskLife {
        launch: table.read("launch_time", launch_time)?.unwrap_or(usual_launch),
        provisioning: length("provisioning", "\"10s\"", A_DAY)?.unwrap_or(usual.provisioning),
        health_check,
        grace,
        deregistration: length("deregistration_delay", "\"300s\"", 3_600)?.unwrap_or(usual.deregistration),
        stop: length("stop_timeout", "\"30s\"", MOST_STOP)?.unwrap_or(usual.stop),
        minimum: u32::try_from(placed.platform.minimum_seconds()).unwrap_or(A_DAY),
        quota: quota(table)?,
    })
}

/// `"30s"`, `{ min = "20s", max = "40s" }` or `{ measured = ["53s", "57s"] }`.
fn launch_time(node: &Node) -> Result<LaunchTime, Problem> {
    const EXAMPLE: &str = "\"30s\"";
    if !matches!(node.value, Value::Table(_)) {
        return seconds(node, EXAMPLE, 0, A_DAY).map(LaunchTime::Fixed);
    }
    let table = Reader::new(node, "`launch_time`")?;
    let bound = |key| table.read(key, |node| Ok((seconds(node, EXAMPLE, 0, A_DAY)?, node)));
    let (min, max, measured) = (bound("min")?, bound("max")?, table.opt("measured"));
    table.finish()?;
    match (min, max, measured) {
        (Some((min, _)), Some((max, _)), None) if min <= max => Ok(LaunchTime::Between(min, max)),
        (Some((min, at)), Some((max, other)), None) => {
            let message = format!("a launch takes at least {min} s, but at most {max} s");
            Err(Problem::new(&at.at, message).and(&other.at).help("swap them"))
        }
        (None, None, Some(measured)) => {
            let times = list(measured, "measured", "\"53s\", \"57s\"")?;
            if times.is_empty() {
                return Err(
                    Problem::new(&measured.at, "no launch times were measured").help("measured = [\"53s\", \"57s\"]")
                );
            }
            let times = times.iter().map(|time| seconds(time, EXAMPLE, 0, A_DAY)).collect::<Result<_, _>>()?;
            Ok(LaunchTime::Measured(times))
        }
        _ => Err(Problem::new(&node.at, "how long a launch takes is `min` and `max`, or `measured`")
            .help("launch_time = \"30s\", { min = \"20s\", max = \"40s\" } or { measured = [\"53s\", \"57s\"] }")),
    }
}

fn quota(table: &Reader<'_>) -> Result<LaunchQuota, Problem> {
    let usual = LaunchQuota::default();
    let count = |key, usual| Ok(table.read(key, |node| scalar::whole(node, 1, MOST_TASKS))?.unwrap_or(usual));
    Ok(LaunchQuota {
        burst: count("launch_burst", usual.burst)?,
        per_second: count("launches_per_second", usual.per_second)?,
        per_service_minute: count("launches_per_minute", usual.per_service_minute)?,
    })
}

/// The share on Spot, which stands beside `tasks`, and how often Spot takes a task back.
pub(super) fn spot(table: &Reader<'_>, placed: &Placed<'_>) -> Result<Option<SpotTasks>, Problem> {
    let interruptions = table.opt("spot_interruptions");
    match (placed.spot, interruptions) {
        (Some(spot), interruptions) => {
            let interrupted = interruptions.map(per_hour).transpose()?.unwrap_or(0);
            Ok(Some(SpotTasks { share: spot.share, interrupted }))
        }
        (None, Some(node)) => Err(Problem::new(&node.at, "nothing is on Spot that could be interrupted")
            .help("add spot = \"70%\" beside `tasks`")),
        (None, None) => Ok(None),
    }
}

/// `"5%/h"` in millionths an hour.
fn per_hour(node: &Node) -> Result<u32, Problem> {
    let wrong = || {
        Problem::new(&node.at, "this is not how often a task is taken back")
            .help("write the share of tasks that are taken back within an hour: \"5%/h\"")
    };
    let text = scalar::string(node)?;
    let share = text.trim().strip_suffix("/h").or_else(|| text.trim().strip_suffix("/hour")).ok_or_else(wrong)?;
    let share = scalar::percent(&Node { value: Value::String(share.trim().to_string()), at: node.at.clone() })?;
    u32::try_from(micro(node, share)?).map_err(|_| wrong())
}
