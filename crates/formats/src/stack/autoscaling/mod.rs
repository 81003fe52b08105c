//! `tasks` of a service that scales by a load: the keys of [`Autoscaled`].
//!
//! | keys | what they say |
//! |---|---|
//! | `trace`, `load_unit`, `measured_at`, `scale`, `gaps`, `timezone`, `series` | the load |
//! | `generate` | a load that nobody measured, instead of a trace |
//! | `capacity_per_task` | the requests that a task serves at 100 % CPU |
//! | `min`, `max`, `start` | bounds, and the desired count at first |
//! | `target`, cooldowns, `resolution`, ..., or `policies` | target tracking and step scaling |
//! | `scheduled`, `predictive`, `suspended`, `deployments` | what happens at known times |
//! | `launch_time`, `health_check`, `deregistration_delay`, ... | the life of tasks |
//! | `scale_in`, `cooldown_credit`, `aggregation`, `preset` | what AWS does not document |
//! | `over` | from which utilisation on a second is over target |
//! | `seed` | what launch times and Spot interruptions are drawn by |

mod generate;
mod life;
mod load;
mod metric;
mod policies;
#[cfg(test)]
mod tests;
mod timing;
mod value;

use super::fargate::Placed;
use crate::problem::Problem;
use crate::scalar;
use crate::schedule::Clock;
use crate::trace::LoadForm;
use crate::tree::{Node, Reader, Table};
use jiff::tz::TimeZone;
use metric::{Preset, Watch};
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::{
    Aggregation, Autoscaling, Credit, Impossible, Load, Metric, Micro, Policy, Rules, ScaleIn,
};
use value::{MOST_TASKS, Span};

/// A service that scales, with its load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Autoscaled {
    /// The load.
    pub load: Load,
    /// The service, and what scales it.
    pub service: Autoscaling,
    /// What launch times and Spot interruptions are drawn by.
    pub seed: u64,
    /// How far rows of the trace usually are apart, or steps of a generated load, in seconds.
    pub usual_step: u64,
    /// The zone of times that name none.
    pub zone: TimeZone,
    /// What rules of reading were needed, in words.
    pub remarks: Vec<String>,
    /// The key that the load is from: `trace`, `generate`.
    pub source: &'static str,
}

/// Whether a table of `tasks` is one of these.
pub(super) fn is_meant(table: &Table) -> bool {
    ["trace", "generate", "target", "capacity_per_task", "policies"].iter().any(|key| table.get(key).is_some())
}

pub(super) fn read(node: &Node, clock: &Clock<'_>, placed: &Placed<'_>) -> Result<Autoscaled, Problem> {
    let table = Reader::new(node, "`tasks`")?;
    let zone = value::zone(&table)?;
    let preset = table.read("preset", |node| scalar::word(node, "preset", &Preset::WORDS))?;
    let source = load::read(&table, clock, &zone)?;
    let capacity_node = table.opt("capacity_per_task");
    let capacity = capacity(&table, capacity_node, source.form)?;
    let bound = |key| table.read(key, |node| scalar::whole(node, 0, MOST_TASKS));
    let (min_node, max_node) = (table.need("min", "2")?, table.need("max", "10")?);
    let min = scalar::whole(min_node, 0, MOST_TASKS)?;
    let max = scalar::whole(max_node, 0, MOST_TASKS)?;
    let span = Span { start: source.load.start(), seconds: source.load.seconds(), zone: &zone };
    let mut watch =
        Watch { clock, load: &source.load, zone: &zone, preset, custom: Vec::new(), remarks: source.remarks.clone() };
    let policies = policies::read(&table, &mut watch)?;
    let known_times = table.table.get("scheduled").or_else(|| table.table.get("predictive"));
    if policies.is_empty() && known_times.is_none() {
        return Err(Problem::new(&node.at, "nothing scales this service")
            .help("add target = \"70% cpu\", `policies`, `scheduled` or `predictive`; a fixed count is tasks = 2"));
    }
    let (custom, mut remarks) = (watch.custom, watch.remarks);
    let usual = policies.iter().find_map(|(policy, _)| busy(policy, capacity)).unwrap_or(Ratio::ONE);
    let over_node = table.opt("over");
    let over = over_node.map(scalar::percent).transpose()?.unwrap_or(usual);
    let target = (usual * Ratio::whole(1_000_000)).to_whole().and_then(|target| Micro::try_from(target).ok());
    let service = Autoscaling {
        start: bound("start")?.unwrap_or(min),
        over,
        custom,
        scheduled: timing::scheduled(&table, &span, &mut remarks)?,
        floors: timing::predictive(&table, &source.load, capacity, target.unwrap_or(1_000_000), &mut remarks)?,
        suspended: timing::suspended(&table, &span)?,
        deployments: timing::deployments(&table, &span, &mut remarks)?,
        tasks: life::read(&table, placed, preset)?,
        spot: life::spot(&table, placed)?,
        rules: rules(&table)?,
        ..Autoscaling::between(min, max, capacity)
    };
    let seed = table.read("seed", |node| scalar::whole(node, 0, u32::MAX))?.unwrap_or(0);
    table.finish()?;
    let places: Vec<_> = policies.iter().map(|(policy, at)| (policy.name().to_string(), at.clone())).collect();
    let service = policies.into_iter().fold(service, |service, (policy, _)| service.with(policy));
    service.check(source.load.unit()).map_err(|impossible| {
        let at = match &impossible {
            Impossible::Bounds { .. } => &min_node.at,
            Impossible::Capacity => capacity_node.map_or(&node.at, |node| &node.at),
            Impossible::Over => over_node.map_or(&node.at, |node| &node.at),
            Impossible::TooMany { .. } => table.table.get("policies").map_or(&node.at, |node| &node.at),
            Impossible::TooManyTasks(_) => table.table.get("predictive").map_or(&node.at, |node| &node.at),
            Impossible::Policy { policy, .. } => {
                places.iter().find(|(name, _)| name == policy).map_or(&node.at, |(_, at)| at)
            }
            _ => &node.at,
        };
        let problem = Problem::new(at, impossible.to_string());
        if matches!(impossible, Impossible::Bounds { .. }) {
            problem.and(&max_node.at).help("swap them")
        } else {
            problem
        }
    })?;
    let load::Source { load, usual_step, key, .. } = source;
    Ok(Autoscaled { load, service, seed: seed.into(), usual_step, zone, remarks, source: key })
}

/// What a task serves, in the unit of the load.
fn capacity(table: &Reader<'_>, node: Option<&Node>, form: LoadForm) -> Result<Ratio, Problem> {
    match (form, node) {
        (LoadForm::TaskUnits | LoadForm::CpuPercent { .. }, None) => Ok(Ratio::ONE),
        (LoadForm::TaskUnits | LoadForm::CpuPercent { .. }, Some(node)) => {
            Err(Problem::new(&node.at, "a load in tasks is one for each task").help("leave `capacity_per_task` out"))
        }
        (_, None) => table.need("capacity_per_task", "\"600/min\"").map(|_| Ratio::ONE),
        (_, Some(node)) => {
            let capacity = scalar::per_minute(node)?;
            if capacity.is_zero() {
                return Err(Problem::new(&node.at, "a task that serves nothing cannot be scaled by a load")
                    .help("write what one serves at 100 % CPU: \"600/min\""));
            }
            Ok(capacity)
        }
    }
}

/// The part of its capacity that a policy lets a task use; none for one that does not say.
fn busy(policy: &Policy, capacity: Ratio) -> Option<Ratio> {
    let Policy::TargetTracking(policy) = policy else { return None };
    let target = Ratio::new(policy.target.into(), 1_000_000);
    match policy.metric {
        Metric::Cpu => Some(target.min(Ratio::ONE)),
        Metric::AlbRequestCountPerTarget => Some((target / capacity).min(Ratio::ONE)),
        Metric::Memory { .. } | Metric::Custom { .. } => None,
    }
}

fn rules(table: &Reader<'_>) -> Result<Rules, Problem> {
    let scale_in = [
        ("proportional", ScaleIn::Proportional),
        ("one-step", ScaleIn::OneStep),
        ("one-step-then-proportional", ScaleIn::OneStepThenProportional),
    ];
    let credit = [("running", Credit::Running), ("added", Credit::Added)];
    let aggregation = [("evaluated", Aggregation::Evaluated), ("newest", Aggregation::Newest)];
    Ok(Rules {
        scale_in: table.read("scale_in", |node| scalar::word(node, "way to scale in", &scale_in))?.unwrap_or_default(),
        credit: table.read("cooldown_credit", |node| scalar::word(node, "credit", &credit))?.unwrap_or_default(),
        aggregation: table
            .read("aggregation", |node| scalar::word(node, "aggregation", &aggregation))?
            .unwrap_or_default(),
    })
}
