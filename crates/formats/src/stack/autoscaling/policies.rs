//! What scales a service by a metric: one policy in the table itself, or a list of `policies`.

use super::metric::{Kind, Watch, level, text};
use super::value::{A_DAY, MOST_TASKS, list, seconds};
use crate::problem::{At, Problem};
use crate::scalar;
use crate::tree::{Node, Reader, Value};
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::{Adjustment, Comparison, Policy, Statistic, Step, StepScaling, TargetTracking};

/// Policies, and where each is written.
pub(super) type Policies = Vec<(Policy, At)>;

/// The keys of a target tracking policy, beside its target.
const OF_A_TARGET: [&str; 9] = [
    "scale_out_cooldown",
    "scale_in_cooldown",
    "disable_scale_in",
    "resolution",
    "metric_delay",
    "low_periods",
    "memory_idle",
    "memory_busy",
    "metric",
];

/// The policies of a service; none, where none is written.
pub(super) fn read(table: &Reader<'_>, watch: &mut Watch<'_>) -> Result<Policies, Problem> {
    let (target, policies) = (table.opt("target"), table.opt("policies"));
    match (target, policies) {
        (Some(target), Some(_)) => {
            Err(Problem::new(&target.at, "`target` is one policy and `policies` are several: give one or the other")
                .help("write it into the list: policies = [{ target = \"70% cpu\" }]"))
        }
        (Some(target), None) => Ok(vec![(target_tracking(table, target, watch)?, target.at.clone())]),
        (None, policies) => {
            let beside = OF_A_TARGET.iter().find_map(|key| Some((key, table.opt(key)?)));
            match (beside, policies) {
                (Some((key, node)), Some(_)) => {
                    Err(Problem::new(&node.at, format!("`{key}` is a key of one policy, and there is a list of them"))
                        .help("write it into the policy that it is for"))
                }
                (Some((key, node)), None) => {
                    Err(Problem::new(&node.at, format!("`{key}` goes with a `target`"))
                        .help("add target = \"70% cpu\""))
                }
                (None, Some(policies)) => several(policies, watch),
                (None, None) => Ok(Vec::new()),
            }
        }
    }
}

fn several(node: &Node, watch: &mut Watch<'_>) -> Result<Policies, Problem> {
    let mut policies = Policies::new();
    for item in list(node, "policies", "{ target = \"70% cpu\" }, { step = { alarm = \"> 90% cpu\", ... } }")? {
        let table = Reader::new(item, "a policy")?;
        let policy = match (table.opt("target"), table.opt("step")) {
            (Some(target), None) => target_tracking(&table, target, watch)?,
            (None, Some(step)) => step_scaling(step, watch)?,
            (Some(_), Some(step)) => {
                return Err(Problem::new(&step.at, "a policy has a `target` or a `step`, not both")
                    .help("make them two policies"));
            }
            (None, None) => {
                return Err(table.unknown().into_iter().next().unwrap_or_else(|| {
                    Problem::new(&item.at, "a policy needs a `target` or a `step`")
                        .help("{ target = \"70% cpu\" }, or { step = { alarm = \"> 90% cpu\", steps = [{ from = 0, add = 2 }] } }")
                }));
            }
        };
        table.finish()?;
        if let Some((_, other)) = policies.iter().find(|(known, _)| known.name() == policy.name()) {
            let message = format!("two policies are called \"{}\"", policy.name());
            return Err(Problem::new(&item.at, message).and(other).help("give one another `name`"));
        }
        policies.push((policy, item.at.clone()));
    }
    Ok(policies)
}

/// A name of its own, or the usual one.
pub(super) fn name(table: &Reader<'_>, usual: &str) -> Result<String, Problem> {
    let Some(node) = table.opt("name") else { return Ok(usual.to_string()) };
    let name = scalar::string(node)?.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Problem::new(&node.at, "a name is printable text"));
    }
    Ok(name.to_string())
}

fn target_tracking(table: &Reader<'_>, target: &Node, watch: &mut Watch<'_>) -> Result<Policy, Problem> {
    let written = text(target)?;
    let level = level(target, written)?;
    if level.value == 0 {
        return Err(
            Problem::new(&target.at, "the target is 0").help("write what the metric should be, such as \"70% cpu\"")
        );
    }
    let metric = watch.metric(table, level.kind, target)?;
    let resolutions = [("60s", 60), ("20s", 20)];
    let resolution = table.opt("resolution");
    let period =
        resolution.map(|node| scalar::word(node, "resolution of metrics", &resolutions)).transpose()?.unwrap_or(60);
    if let Some(node) = resolution.filter(|_| period < 60 && !level.kind.is_percent()) {
        return Err(
            Problem::new(&node.at, "only cpu and memory are measured every 20 s").help("leave `resolution` out")
        );
    }
    let usual = TargetTracking::new(metric, level.value);
    let cooldown = |key| table.read(key, |node| seconds(node, "\"300s\"", 0, A_DAY));
    Ok(Policy::TargetTracking(TargetTracking {
        name: name(table, written)?,
        sampling: watch.sampling(table, period)?,
        scale_out_cooldown: cooldown("scale_out_cooldown")?.unwrap_or(usual.scale_out_cooldown),
        scale_in_cooldown: cooldown("scale_in_cooldown")?.unwrap_or(usual.scale_in_cooldown),
        disable_scale_in: table.read("disable_scale_in", scalar::boolean)?.unwrap_or(false),
        // Of 20 s metrics only one source tells, and it tells of ten minutes.
        low_periods: table.read("low_periods", |node| scalar::whole(node, 1, 30))?.unwrap_or(if period < 60 {
            30
        } else {
            usual.low_periods
        }),
        ..usual
    }))
}

fn step_scaling(node: &Node, watch: &mut Watch<'_>) -> Result<Policy, Problem> {
    let table = Reader::new(node, "`step`")?;
    let alarm = table.need("alarm", "\"> 60% cpu\"")?;
    let written = text(alarm)?;
    let (comparison, rest) = comparison(alarm, written)?;
    let level = level(alarm, rest)?;
    let metric = watch.metric(&table, level.kind, alarm)?;
    let period = table.read("period", period)?.unwrap_or(60);
    let adjustments = [
        ("change", Adjustment::ChangeInCapacity),
        ("exact", Adjustment::ExactCapacity),
        ("percent", Adjustment::PercentChangeInCapacity),
    ];
    let adjustment = table.read("adjustment", |node| scalar::word(node, "adjustment", &adjustments))?;
    let adjustment = adjustment.unwrap_or(Adjustment::ChangeInCapacity);
    let statistics =
        [("average", Statistic::Average), ("minimum", Statistic::Minimum), ("maximum", Statistic::Maximum)];
    let steps = list(table.need("steps", "[{ from = 0, add = 1 }]")?, "steps", "{ from = 0, add = 1 }")?;
    let steps = steps.iter().map(|node| step(node, adjustment, level.kind)).collect::<Result<_, _>>()?;
    let policy = StepScaling {
        name: name(&table, written)?,
        metric,
        sampling: watch.sampling(&table, period)?,
        threshold: level.value,
        comparison,
        periods: table.read("periods", |node| scalar::whole(node, 1, 30))?.unwrap_or(1),
        adjustment,
        steps,
        statistic: table.read("statistic", |node| scalar::word(node, "statistic", &statistics))?.unwrap_or_default(),
        min_magnitude: table.read("min_magnitude", |node| scalar::whole(node, 0, MOST_TASKS))?.unwrap_or(0),
        cooldown: table.read("cooldown", |node| seconds(node, "\"300s\"", 0, A_DAY))?.unwrap_or(300),
    };
    table.finish()?;
    Ok(Policy::StepScaling(policy))
}

/// The comparison that an alarm begins with, and the rest of its text.
fn comparison<'a>(node: &Node, text: &'a str) -> Result<(Comparison, &'a str), Problem> {
    let signs =
        [(">=", Comparison::AtLeast), ("<=", Comparison::AtMost), (">", Comparison::Above), ("<", Comparison::Below)];
    let found = signs.into_iter().find_map(|(sign, comparison)| Some((comparison, text.strip_prefix(sign)?.trim())));
    found.ok_or_else(|| {
        Problem::new(&node.at, format!("\"{text}\" does not say when the alarm is on"))
            .help("write a comparison and a threshold: \"> 60% cpu\", \"<= 20% cpu\", \"> 1000/min per target\"")
    })
}

/// Seconds of a datapoint.
fn period(node: &Node) -> Result<u32, Problem> {
    let period = seconds(node, "\"60s\"", 10, 3_600)?;
    if period % 60 != 0 && !matches!(period, 10 | 20 | 30) {
        return Err(Problem::new(&node.at, "a period is 10, 20 or 30 s, or whole minutes up to an hour"));
    }
    Ok(period)
}

/// `{ from = 0, to = 10, add = 1 }`: bounds are distances from the threshold, as AWS's are.
fn step(node: &Node, adjustment: Adjustment, kind: Kind) -> Result<Step, Problem> {
    let table = Reader::new(node, "a step")?;
    let bound = |key| table.read(key, |node| distance(node, kind));
    let (lower, upper) = (bound("from")?, bound("to")?);
    let amounts = ["add", "remove", "set"].map(|key| (key, table.opt(key)));
    table.finish()?;
    let mut given = amounts.into_iter().filter_map(|(key, node)| Some((key, node?)));
    let wanted = if adjustment == Adjustment::ExactCapacity { "`set`" } else { "`add` or `remove`" };
    let (key, amount) = given.next().ok_or_else(|| {
        Problem::new(&node.at, format!("a step of this adjustment needs {wanted}"))
            .help("{ from = 0, to = 10, add = 1 }")
    })?;
    if let Some((other, second)) = given.next() {
        let message = format!("a step does one thing: `{key}` or `{other}`");
        return Err(Problem::new(&second.at, message).and(&amount.at));
    }
    if (key == "set") != (adjustment == Adjustment::ExactCapacity) {
        return Err(Problem::new(
            &amount.at,
            format!("`{key}` does not go with this adjustment, which needs {wanted}"),
        )
        .help("adjustment = \"change\" and \"percent\" add or remove, adjustment = \"exact\" sets"));
    }
    let size = match (adjustment, &amount.value) {
        (Adjustment::PercentChangeInCapacity, Value::String(_)) => scalar::whole_percent(amount, 0, MOST_TASKS)?,
        _ => scalar::whole(amount, 0, MOST_TASKS)?,
    };
    let size = i32::try_from(size).unwrap_or(i32::MAX);
    Ok(Step { lower, upper, adjustment: if key == "remove" { -size } else { size } })
}

/// A distance from the threshold in millionths: percentage points of cpu and memory, else what the
/// metric counts; below the threshold negative.
fn distance(node: &Node, kind: Kind) -> Result<i64, Problem> {
    let wrong = || {
        Problem::new(&node.at, "this is no distance from the threshold")
            .help("write a number such as 10 or -5: percentage points for cpu and memory, requests a minute, or what the metric counts")
    };
    let Value::Number(text) = &node.value else { return Err(wrong()) };
    let number = Ratio::parse(text).ok_or_else(wrong)?;
    let unit = Ratio::whole(if kind.is_percent() { 10_000 } else { 1_000_000 });
    (number * unit).to_whole().ok_or_else(wrong)
}
