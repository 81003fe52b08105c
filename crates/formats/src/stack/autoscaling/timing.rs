//! What happens to a service at known times: scheduled actions, forecasts, suspensions, deployments.

use super::policies::name;
use super::value::{MOST_TASKS, Span, list, seconds, timestamp};
use crate::problem::Problem;
use crate::scalar;
use crate::tree::{Node, Reader, Value};
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::{
    Breach, Deployment, Floor, Load, Micro, PlannedAction, Predictive, PredictiveMode, Rollout, Schedule,
    ScheduledAction, Suspension, plan_actions, predict,
};

/// `scheduled = [{ schedule = "cron(0 8 ? * MON-FRI *)", timezone, min = 4 }]`.
pub(super) fn scheduled(
    table: &Reader<'_>,
    span: &Span<'_>,
    remarks: &mut Vec<String>,
) -> Result<Vec<ScheduledAction>, Problem> {
    let Some(node) = table.opt("scheduled") else { return Ok(Vec::new()) };
    let items = list(node, "scheduled", "{ schedule = \"cron(0 8 ? * MON-FRI *)\", min = 4 }")?;
    let actions = items.iter().zip(1..).map(|(item, at)| action(item, at, span)).collect::<Result<Vec<_>, _>>()?;
    let planned = plan_actions(&actions, span.start, span.seconds)
        .map_err(|error| Problem::new(&node.at, error.to_string()).help("give fewer, or less often"))?;
    for &idle in &planned.idle {
        let name = actions.get(idle).map_or("", |action| &action.name);
        remarks.push(format!("the scheduled action \"{name}\" does not run within the load"));
    }
    Ok(planned.runs)
}

fn action(node: &Node, at: usize, span: &Span<'_>) -> Result<PlannedAction, Problem> {
    let table = Reader::new(node, "a scheduled action")?;
    let written = table.need("schedule", "\"cron(0 8 ? * MON-FRI *)\"")?;
    let schedule: Schedule = scalar::string(written)?
        .parse()
        .map_err(|error: stackcost_model::scaling::BadSchedule| Problem::new(&written.at, error.to_string()))?;
    let zone = table.read("timezone", scalar::zone)?;
    let moment = |key| {
        table.read(key, |node| {
            let text = match &node.value {
                Value::String(text) | Value::Date(text) => timestamp(text, &jiff::tz::TimeZone::UTC),
                _ => None,
            };
            text.ok_or_else(|| Problem::new(&node.at, "this is no time").help("write \"2026-10-05T08:00Z\""))
        })
    };
    let bound = |key| table.read(key, |node| scalar::whole(node, 0, MOST_TASKS));
    let action = PlannedAction {
        name: name(&table, &format!("scheduled action {at}"))?,
        schedule,
        zone: zone.unwrap_or_else(|| span.zone.clone()),
        not_before: moment("start")?,
        not_after: moment("end")?,
        min: bound("min")?,
        max: bound("max")?,
    };
    table.finish()?;
    if action.min.is_none() && action.max.is_none() {
        return Err(Problem::new(&node.at, "a scheduled action sets `min`, `max` or both").help("add min = 4"));
    }
    if let (Some(min), Some(max)) = (action.min, action.max)
        && min > max
    {
        let message = format!("the least capacity, {min}, is above the most, {max}, which AWS refuses");
        return Err(Problem::new(&node.at, message).help("swap `min` and `max`"));
    }
    Ok(action)
}

/// `predictive = { mode = "forecast-and-scale", buffer = "300s" }`: the floors that it comes to.
pub(super) fn predictive(
    table: &Reader<'_>,
    load: &Load,
    capacity: Ratio,
    usual: Micro,
    remarks: &mut Vec<String>,
) -> Result<Vec<Floor>, Problem> {
    let Some(node) = table.opt("predictive") else { return Ok(Vec::new()) };
    let table = Reader::new(node, "`predictive`")?;
    let modes =
        [("forecast-only", PredictiveMode::ForecastOnly), ("forecast-and-scale", PredictiveMode::ForecastAndScale)];
    let target = table.read("target", super::value::micro_percent)?.unwrap_or(usual);
    let mut settings = Predictive::at(target);
    // Who writes it here wants to see what it does.
    settings.mode = table
        .read("mode", |node| scalar::word(node, "mode of predictive scaling", &modes))?
        .unwrap_or(PredictiveMode::ForecastAndScale);
    settings.buffer = table.read("buffer", |node| seconds(node, "\"300s\"", 0, 3_599))?.unwrap_or(settings.buffer);
    let behaviors = [("honor", false), ("increase", true)];
    let increase =
        table.read("max_behavior", |node| scalar::word(node, "behavior at the most capacity", &behaviors))?;
    let buffer = table.read("max_buffer", |node| scalar::whole_percent(node, 0, 100))?;
    table.finish()?;
    settings.breach = match (increase.unwrap_or(false), buffer) {
        (true, buffer) => Breach::IncreaseMaxCapacity { buffer_percent: buffer.unwrap_or(0) },
        (false, None) => Breach::HonorMaxCapacity,
        (false, Some(_)) => {
            return Err(
                Problem::new(&node.at, "`max_buffer` goes with max_behavior = \"increase\"").help("leave it out")
            );
        }
    };
    let prediction = predict(load, capacity, &settings).map_err(|error| Problem::new(&node.at, error.to_string()))?;
    remarks.push("forecasts are those of a simple seasonal forecaster of ours: AWS publishes none".to_string());
    if prediction.remark.is_some() {
        remarks.push("predictive scaling needs 24 hours of load before it forecasts anything".to_string());
    }
    Ok(prediction.floors)
}

/// `suspended = [{ from = "2h", to = "3h", what = ["in", "out", "scheduled"] }]`.
pub(super) fn suspended(table: &Reader<'_>, span: &Span<'_>) -> Result<Vec<Suspension>, Problem> {
    let Some(node) = table.opt("suspended") else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for item in list(node, "suspended", "{ from = \"2h\", to = \"3h\" }")? {
        let table = Reader::new(item, "a suspension")?;
        let from = span.moment(table.need("from", "\"2h\"")?)?;
        let to = span.moment(table.need("to", "\"3h\"")?)?;
        let what = table.opt("what");
        table.finish()?;
        if to <= from {
            return Err(Problem::new(&item.at, "a suspension ends after it begins").help("swap `from` and `to`"));
        }
        let mut flags = [what.is_none(); 3];
        let words = what.map_or(Ok(&[][..]), |node| list(node, "what", "\"in\", \"out\""))?;
        if let Some(node) = what.filter(|_| words.is_empty()) {
            return Err(Problem::new(&node.at, "nothing is suspended").help("what = [\"in\", \"out\", \"scheduled\"]"));
        }
        for word in words {
            flags[scalar::word(word, "kind of scaling", &[("in", 0), ("out", 1), ("scheduled", 2)])?] = true;
        }
        let second = |moment: i64| u64::try_from(moment).unwrap_or(0);
        let [scale_in, scale_out, scheduled] = flags;
        all.push(Suspension { from: second(from), to: second(to), scale_in, scale_out, scheduled });
    }
    Ok(all)
}

/// `deployments = [{ at = "2026-10-05T14:00Z", strategy = "blue-green", bake = "10min" }]`; with
/// `every = "1day"`, from then on again and again.
pub(super) fn deployments(
    table: &Reader<'_>,
    span: &Span<'_>,
    remarks: &mut Vec<String>,
) -> Result<Vec<Deployment>, Problem> {
    let Some(node) = table.opt("deployments") else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for item in list(node, "deployments", "{ at = \"2h\", strategy = \"rolling\" }")? {
        let table = Reader::new(item, "a deployment")?;
        let at = span.moment(table.need("at", "\"2026-10-05T14:00Z\"")?)?;
        let every = table.read("every", |node| seconds(node, "\"1day\"", 600, 31_536_000))?;
        let rollout = rollout(&table)?;
        table.finish()?;
        let mut next = at;
        let mut any = false;
        while next < i64::try_from(span.seconds).unwrap_or(i64::MAX) {
            if let Some(at) = span.within(next) {
                all.push(Deployment { at, rollout });
                any = true;
            }
            match every {
                Some(every) => next += i64::from(every),
                None => break,
            }
        }
        if !any {
            remarks.push("a deployment lies outside of the load".to_string());
        }
    }
    all.sort_by_key(|deployment| deployment.at);
    Ok(all)
}

fn rollout(table: &Reader<'_>) -> Result<Rollout, Problem> {
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Strategy {
        Rolling,
        Beside,
    }
    let words = [
        ("rolling", Strategy::Rolling),
        ("blue-green", Strategy::Beside),
        ("canary", Strategy::Beside),
        ("linear", Strategy::Beside),
    ];
    let strategy = table.read("strategy", |node| scalar::word(node, "deployment strategy", &words))?;
    let percent = |key, least, most| table.read(key, |node| scalar::whole_percent(node, least, most));
    let (least, most) = (percent("minimum_healthy", 0, 100)?, percent("maximum", 100, 200)?);
    let bake_node = table.opt("bake");
    let bake = bake_node.map(|node| seconds(node, "\"10min\"", 0, 604_800)).transpose()?;
    match strategy.unwrap_or(Strategy::Rolling) {
        Strategy::Rolling => match bake_node {
            Some(node) => Err(Problem::new(&node.at, "a rolling deployment does not bake").help("leave `bake` out")),
            None => Ok(Rollout::Rolling {
                minimum_healthy_percent: least.unwrap_or(100),
                maximum_percent: most.unwrap_or(200),
            }),
        },
        Strategy::Beside => match table.opt("minimum_healthy").or_else(|| table.opt("maximum")) {
            Some(node) => {
                Err(Problem::new(&node.at, "these percents are for rolling deployments").help("leave it out"))
            }
            None => Ok(Rollout::BlueGreen { bake: bake.unwrap_or(0) }),
        },
    }
}
