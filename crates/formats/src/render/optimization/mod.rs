//! A search for the best policy: JSON, the trade-off as CSV and as a picture, and what puts it in place.

pub mod place;
#[cfg(test)]
mod tests;

use super::json::Horizon;
use csv::{QuoteStyle, WriterBuilder};
use maud::{Markup, html};
use place::Place;
use serde::Serialize;
use serde_json::value::RawValue;
use stackcost_model::estimate::Total;
use stackcost_model::exact::Ratio;
use stackcost_model::optimization::{Optimization, Point};
use stackcost_model::report::{contender_words, limit_words, verdict_words};
use stackcost_model::scaling::optimize::{Candidate, Contender, Luck, Objective, Standing, Winner};
use stackcost_model::scaling::{ClockSchedule, Metric, Sample};

/// What a search was of, for JSON.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    /// The scenario of the stack.
    pub scenario: Option<&'a str>,
    /// The component that scales.
    pub component: &'a str,
    /// When the load begins, in Unix seconds.
    pub start: i64,
    /// Where the policy is put.
    pub place: Place<'a>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    stack: &'a str,
    scenario: Option<&'a str>,
    region: &'a str,
    component: &'a str,
    horizon: Horizon,
    load: LoadJson,
    finished: bool,
    tried: usize,
    whole_grid: bool,
    /// The part of what healthy tasks can do above which load is over target.
    over: String,
    limits: Vec<String>,
    limits_held_out: Option<Vec<String>>,
    choice: CandidateJson,
    contenders: Vec<ContenderJson>,
    rules: Vec<RulesJson>,
    depends_on_rules: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    luck: Option<LuckJson>,
    verdict: VerdictJson,
    curve: Vec<PointJson>,
    put: Put,
}

#[derive(Serialize)]
struct LoadJson {
    start: i64,
    /// Seconds from the start: until where it was looked at.
    held_out_from: u64,
    seconds: u64,
}

#[derive(Serialize)]
struct CandidateJson {
    target: String,
    min: u32,
    max: u32,
    scale_out_cooldown: u32,
    scale_in_cooldown: u32,
    period: u32,
}

#[derive(Serialize)]
struct ContenderJson {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<CandidateJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tasks: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<ScheduleJson>,
    chosen_on: FiguresJson,
    held_out: Option<FiguresJson>,
}

#[derive(Serialize)]
struct ScheduleJson {
    hours: &'static str,
    timezone: String,
    counts: Vec<u32>,
    changes_a_day: String,
    slack_task_seconds: u64,
    actions: Vec<ActionJson>,
}

#[derive(Serialize)]
struct ActionJson {
    name: String,
    schedule: String,
    tasks: u32,
}

#[derive(Serialize)]
struct FiguresJson {
    task_seconds: u64,
    spot_task_seconds: u64,
    peak: u32,
    time_over: String,
    load_over: String,
    lost: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    longest_latency: Option<u64>,
    kept: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<TotalJson>,
}

#[derive(Serialize)]
struct TotalJson {
    kind: &'static str,
    usd: String,
}

#[derive(Serialize)]
struct RulesJson {
    name: &'static str,
    remark: String,
    chosen_on: FiguresJson,
    held_out: Option<FiguresJson>,
}

/// Runs with other launch times and interruptions.
#[derive(Serialize)]
struct LuckJson {
    runs: u32,
    wins: Vec<(&'static str, u32)>,
    kept: u32,
    /// Lower end, median, upper end.
    choice_task_seconds: [u64; 3],
}

#[derive(Serialize)]
struct VerdictJson {
    words: String,
    winner: Option<&'static str>,
    next: Option<&'static str>,
    saves_usd: Option<String>,
}

#[derive(Serialize)]
struct PointJson {
    #[serde(flatten)]
    candidate: CandidateJson,
    task_seconds: u64,
    peak: u32,
    load_over: String,
    time_over: String,
    lost: String,
    kept: bool,
    choice: bool,
    total: TotalJson,
}

#[derive(Serialize)]
struct Put {
    register_scalable_target: Option<Box<RawValue>>,
    put_scaling_policy: Option<Box<RawValue>>,
    terraform: String,
}

fn total(total: &Total) -> TotalJson {
    match total {
        Total::Exactly(usd) => TotalJson { kind: "exactly", usd: usd.to_string() },
        Total::AtLeast(usd) => TotalJson { kind: "at_least", usd: usd.to_string() },
    }
}

/// Percent, or what the metric counts.
fn target(candidate: &Candidate, metric: Metric) -> Ratio {
    let per = if matches!(metric, Metric::Cpu | Metric::Memory { .. }) { 10_000 } else { 1_000_000 };
    Ratio::new(candidate.target.into(), per)
}

fn candidate(of: &Candidate, metric: Metric) -> CandidateJson {
    CandidateJson {
        target: target(of, metric).to_string(),
        min: of.min,
        max: of.max,
        scale_out_cooldown: of.scale_out_cooldown,
        scale_in_cooldown: of.scale_in_cooldown,
        period: of.period,
    }
}

fn figures(standing: &Standing, cost: Option<&Total>) -> FiguresJson {
    let Sample { task_seconds, spot_task_seconds, peak, served, longest, .. } = standing.sample;
    FiguresJson {
        task_seconds,
        spot_task_seconds,
        peak,
        time_over: served.time_over().to_string(),
        load_over: served.requests_over().to_string(),
        lost: served.lost().to_string(),
        longest_latency: longest,
        kept: standing.met,
        total: cost.map(total),
    }
}

fn point(of: &Point, found: &Optimization) -> PointJson {
    let Sample { task_seconds, peak, served, .. } = of.trial.sample;
    PointJson {
        candidate: candidate(&of.trial.candidate, found.policy.metric),
        task_seconds,
        peak,
        load_over: served.requests_over().to_string(),
        time_over: served.time_over().to_string(),
        lost: served.lost().to_string(),
        kept: of.met,
        choice: of.trial.candidate == found.choice,
        total: total(&of.total),
    }
}

fn schedule(clock: &ClockSchedule, lead: u32) -> ScheduleJson {
    let action = |action: stackcost_model::scaling::ClockAction| ActionJson {
        name: action.name,
        schedule: action.schedule,
        tasks: action.tasks,
    };
    ScheduleJson {
        hours: clock.slots().words(),
        timezone: clock.zone().iana_name().unwrap_or("UTC").to_string(),
        counts: clock.counts().to_vec(),
        changes_a_day: clock.changes_a_day().to_string(),
        slack_task_seconds: clock.slack(),
        actions: clock.actions(lead).into_iter().map(action).collect(),
    }
}

fn luck(of: &Luck) -> LuckJson {
    LuckJson {
        runs: of.runs,
        wins: of.wins.iter().map(|&(who, runs)| (winner(who), runs)).collect(),
        kept: of.kept,
        choice_task_seconds: [of.task_seconds.low, of.task_seconds.median, of.task_seconds.high],
    }
}

fn winner(winner: Winner) -> &'static str {
    match winner {
        Winner::Present => "now",
        Winner::Autoscaling => "choice",
        Winner::ClockSchedule => "clock schedule",
        Winner::Fixed => "fixed",
    }
}

/// One document; amounts and parts are strings, times are seconds from the start of the load.
#[must_use]
pub fn json(found: &Optimization, of: &Of<'_>) -> String {
    let metric = found.policy.metric;
    let estimate = &found.estimate;
    let lead = ClockSchedule::lead(&found.service);
    let limits = |objective: &Objective| objective.limits.iter().map(limit_words).collect::<Vec<_>>();
    let contenders = found.entries.iter().map(|priced| {
        let entry = &priced.entry;
        let (policy, tasks, clock) = match &entry.contender {
            Contender::Present(policy) | Contender::Choice(policy) => (Some(candidate(policy, metric)), None, None),
            Contender::Fixed(tasks) | Contender::NeverOver(tasks) => (None, Some(*tasks), None),
            Contender::Clock(clock) => (None, None, Some(schedule(clock, lead))),
        };
        ContenderJson {
            name: contender_words(&entry.contender),
            policy,
            tasks,
            schedule: clock,
            chosen_on: figures(&entry.seen, Some(&priced.seen)),
            held_out: entry.held_out.as_ref().map(|standing| figures(standing, priced.held_out.as_ref())),
        }
    });
    let raw = |text: String| RawValue::from_string(text.trim_end().to_string()).ok();
    let document = Document {
        schema: "stackcost.optimization/1",
        stack: &estimate.stack,
        scenario: of.scenario,
        region: estimate.region.code(),
        component: of.component,
        horizon: Horizon { hours: estimate.horizon.hours().to_string(), label: estimate.horizon.label() },
        load: LoadJson { start: of.start, held_out_from: found.parts[0], seconds: found.parts[1] },
        finished: found.finished,
        tried: found.tried,
        whole_grid: !found.thinned,
        over: found.service.over.to_string(),
        limits: limits(&found.limits),
        limits_held_out: found.limits_held_out.as_ref().map(limits),
        choice: candidate(&found.choice, metric),
        contenders: contenders.collect(),
        rules: found
            .under
            .iter()
            .map(|under| RulesJson {
                name: under.name,
                remark: under.remark.clone(),
                chosen_on: figures(&under.seen, None),
                held_out: under.held_out.as_ref().map(|standing| figures(standing, None)),
            })
            .collect(),
        depends_on_rules: found.depends_on_rules,
        luck: found.luck.as_ref().map(luck),
        verdict: VerdictJson {
            words: verdict_words(found),
            winner: found.verdict.winner.map(winner),
            next: found.verdict.ahead.map(|(next, _)| winner(next)),
            saves_usd: found.saves.map(|usd| usd.to_string()),
        },
        curve: found.curve.iter().map(|of| point(of, found)).collect(),
        put: Put {
            register_scalable_target: raw(place::register_target(found, &of.place)),
            put_scaling_policy: raw(place::put_policy(found, &of.place)),
            terraform: place::terraform(found, &of.place),
        },
    };
    // What is serialised here has string keys alone.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// The trade-off, an object a line.
#[must_use]
pub fn curve_ndjson(found: &Optimization) -> String {
    let line = |of: &Point| serde_json::to_string(&point(of, found)).unwrap_or_default() + "\n";
    found.curve.iter().map(line).collect()
}

/// The trade-off, a row each.
#[must_use]
pub fn curve_csv(found: &Optimization) -> String {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Necessary).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record([
        "target",
        "min",
        "max",
        "scale_out_cooldown",
        "scale_in_cooldown",
        "period",
        "task_seconds",
        "peak",
        "usd",
        "at_least",
        "load_over",
        "time_over",
        "lost",
        "kept",
        "choice",
    ]);
    for Point { trial, total, met } in &found.curve {
        let (of, served) = (&trial.candidate, &trial.sample.served);
        let _ = writer.write_record([
            target(of, found.policy.metric).to_string(),
            of.min.to_string(),
            of.max.to_string(),
            of.scale_out_cooldown.to_string(),
            of.scale_in_cooldown.to_string(),
            of.period.to_string(),
            trial.sample.task_seconds.to_string(),
            trial.sample.peak.to_string(),
            total.usd().to_string(),
            matches!(total, Total::AtLeast(_)).to_string(),
            served.requests_over().to_string(),
            served.time_over().to_string(),
            served.lost().to_string(),
            met.to_string(),
            (*of == found.choice).to_string(),
        ]);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// The trade-off as a picture that needs nothing else: dollars to the right, load over target up.
#[must_use]
pub fn picture(found: &Optimization) -> Markup {
    const LEFT: i128 = 80;
    const TOP: i128 = 20;
    const WIDTH: i128 = 720;
    const HEIGHT: i128 = 320;
    let cost = |point: &Point| point.total.usd().to_ratio();
    let over = |point: &Point| point.trial.sample.served.requests_over();
    let dearest = found.curve.iter().map(cost).max().filter(|cost| !cost.is_zero()).unwrap_or(Ratio::ONE);
    let most = found.curve.iter().map(over).max().filter(|over| !over.is_zero()).unwrap_or(Ratio::ONE);
    let pixels = |part: Ratio, of: i128| (part * Ratio::new(of, 1)).scaled(0).unwrap_or(0);
    let x = |point: &Point| LEFT + pixels(cost(point) / dearest, WIDTH);
    let y = |point: &Point| TOP + HEIGHT - pixels(over(point) / most, HEIGHT);
    // Between two points nothing was tried: it is the left one's load over target until the right one's cost.
    let mut steps = Vec::new();
    for (at, point) in found.curve.iter().enumerate() {
        if let Some(before) = at.checked_sub(1).and_then(|at| found.curve.get(at)) {
            steps.push(format!("{},{}", x(point), y(before)));
        }
        steps.push(format!("{},{}", x(point), y(point)));
    }
    let bottom = TOP + HEIGHT;
    let percent = (most * Ratio::whole(100)).to_fixed(2);
    let title = |point: &Point| {
        let words = stackcost_model::report::candidate_words(&point.trial.candidate, found.policy.metric);
        let over = (over(point) * Ratio::whole(100)).to_fixed(2);
        format!("{words}: {} USD, {over} % of the load over target", point.total.usd().to_fixed(2))
    };
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (LEFT + WIDTH + 40) " " (bottom + 60) } width=(LEFT + WIDTH + 40) role="img" aria-label="what less load over target costs; the tables below have all figures" font-family="system-ui, sans-serif" font-size="12" {
            polyline points=(steps.join(" ")) fill="none" stroke="#0072b2" stroke-width="1.5" {}
            @for point in &found.curve {
                @let chosen = point.trial.candidate == found.choice;
                circle cx=(x(point)) cy=(y(point)) r=(if chosen { 6 } else { 3 }) fill=(if chosen { "#d55e00" } else { "#0072b2" }) { title { (title(point)) } }
                @if chosen { text x=(x(point) + 10) y=(y(point) - 8) fill="currentColor" { "choice" } }
            }
            line x1=(LEFT) y1=(bottom) x2=(LEFT + WIDTH) y2=(bottom) stroke="currentColor" {}
            line x1=(LEFT) y1=(TOP) x2=(LEFT) y2=(bottom) stroke="currentColor" {}
            text x=(LEFT - 8) y=(TOP + 4) text-anchor="end" fill="currentColor" { (percent) " %" }
            text x=(LEFT - 8) y=(bottom) text-anchor="end" fill="currentColor" { "0" }
            text x=(LEFT) y=(bottom + 18) fill="currentColor" { "0 USD" }
            text x=(LEFT + WIDTH) y=(bottom + 18) text-anchor="end" fill="currentColor" { (dearest.to_fixed(2)) " USD" }
            text x=(LEFT) y=(bottom + 40) fill="currentColor" { "up: load over target; right: dollars over the horizon" }
        }
    }
}
