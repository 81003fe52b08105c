//! A search for the best policy as tables: the choice beside what it is held against, and the trade-off.

use super::simulation::{hundredths, level, metric_name};
use super::{Cell, Column, Report, Row, RowKind, number, text};
use crate::exact::Ratio;
use crate::money::Usd;
use crate::optimization::{Optimization, Point, Priced};
use crate::scaling::optimize::{Candidate, Contender, Limit, Luck, Objective, Standing, Winner};
use crate::scaling::{Measure, Metric};
use crate::time::DAY;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// A candidate in words: `target 70 % CPUUtilization, 2 to 10 tasks, cooldowns 60 s out and 300 s in`.
#[must_use]
pub fn candidate_words(candidate: &Candidate, metric: Metric) -> String {
    let high = if candidate.period < 60 { format!(", datapoints of {} s", candidate.period) } else { String::new() };
    format!(
        "target {} {}, {} to {} tasks, cooldowns {} s out and {} s in{high}",
        level(metric, Ratio::new(candidate.target.into(), 1)),
        metric_words(metric),
        candidate.min,
        candidate.max,
        candidate.scale_out_cooldown,
        candidate.scale_in_cooldown
    )
}

fn metric_words(metric: Metric) -> &'static str {
    if matches!(metric, Metric::Custom { .. }) { "of its own metric" } else { metric_name(metric) }
}

fn tasks_words(tasks: u32) -> String {
    if tasks == 1 { "1 task".to_string() } else { format!("{tasks} tasks") }
}

/// A contender by name.
#[must_use]
pub fn contender_words(contender: &Contender) -> String {
    match contender {
        Contender::Present(_) => "now".to_string(),
        Contender::Choice(_) => "choice".to_string(),
        Contender::Fixed(tasks) => format!("fixed, {}", tasks_words(*tasks)),
        Contender::NeverOver(tasks) => format!("fixed at peak, {}", tasks_words(*tasks)),
        Contender::Clock(_) => "clock schedule".to_string(),
    }
}

/// A winner by name.
#[must_use]
pub fn winner_words(winner: Winner) -> &'static str {
    match winner {
        Winner::Present => "the policy that there is",
        Winner::Autoscaling => "the choice",
        Winner::ClockSchedule => "the clock schedule",
        Winner::Fixed => "a fixed count",
    }
}

/// A limit in words: `load over target at most 0.1 %`.
#[must_use]
pub fn limit_words(limit: &Limit) -> String {
    let measure = |measure: Measure| match measure {
        Measure::RequestsOver => "load over target",
        Measure::TimeOver => "time over target",
        Measure::Lost => "load lost",
    };
    match limit {
        Limit::AtMost(of, most) => {
            let most = (*most * Ratio::whole(100)).to_fixed(4);
            format!("{} at most {} %", measure(*of), crate::exact::trim(&most))
        }
        Limit::AsNow(of) => format!("{} at most as now", measure(*of)),
        Limit::Peak(most) => format!("at most {} at once", tasks_words(*most)),
        Limit::Latency(most) => format!("at most {most} s from the first breach until tasks serve"),
    }
}

fn kept(met: bool) -> Cell {
    Cell::Text(if met { "yes" } else { "no" }.to_string())
}

fn hours(task_seconds: u64) -> Cell {
    Cell::Text(Ratio::new(task_seconds.into(), 3_600).to_fixed(2))
}

fn figures(name: String, standing: &Standing, cost: Cell) -> Row {
    let served = &standing.sample.served;
    Row {
        kind: RowKind::Figure,
        cells: vec![
            Cell::Text(name),
            hours(standing.sample.task_seconds),
            cost,
            Cell::Text(hundredths(served.requests_over())),
            Cell::Text(hundredths(served.time_over())),
            Cell::Text(hundredths(served.lost())),
            Cell::Number(Ratio::from(standing.sample.peak)),
            kept(standing.met),
        ],
        remark: None,
    }
}

pub(super) fn heading(text: String, columns: &[Column]) -> Row {
    let empty = core::iter::repeat_n(Cell::Empty, columns.len().saturating_sub(1));
    Row { kind: RowKind::Heading, cells: core::iter::once(Cell::Text(text)).chain(empty).collect(), remark: None }
}

/// What was chosen beside what it is held against, over what was held out and over what was not;
/// `time` says when something is that many seconds from the start of the load.
#[must_use]
pub fn optimization(found: &Optimization, title: String, time: &dyn Fn(u64) -> String) -> Report {
    let columns = vec![
        text(""),
        number("task-h"),
        number("USD"),
        number("load over, %"),
        number("time over, %"),
        number("lost, %"),
        number("peak"),
        text("kept"),
    ];
    let [cut, end] = found.parts;
    let mut rows = Vec::new();
    if cut < end {
        rows.push(heading(format!("held out, {} to {}:", time(cut), time(end)), &columns));
        rows.extend(found.entries.iter().filter_map(|priced| {
            let (standing, usd) = (priced.entry.held_out?, priced.held_out?);
            Some(figures(contender_words(&priced.entry.contender), &standing, Cell::total(usd)))
        }));
    }
    let of = if cut < end { "chosen on" } else { "all of the load" };
    rows.push(heading(format!("{of}, {} to {}:", time(0), time(cut)), &columns));
    rows.extend(
        found.entries.iter().map(|priced| {
            figures(contender_words(&priced.entry.contender), &priced.entry.seen, Cell::total(priced.seen))
        }),
    );
    rows.push(heading("the choice, should AWS do otherwise where it does not say:".to_string(), &columns));
    rows.extend(found.under.iter().map(|under| {
        let row = figures(under.name.to_string(), &under.counts(), Cell::Empty);
        Row { remark: Some(under.remark.clone()), ..row }
    }));
    Report { title, columns, rows, notes: notes(found) }
}

fn notes(found: &Optimization) -> Vec<String> {
    let metric = found.policy.metric;
    let mut notes = Vec::new();
    for Priced { entry, .. } in &found.entries {
        match &entry.contender {
            Contender::Present(now) => notes.push(format!("now: {}", candidate_words(now, metric))),
            Contender::Choice(choice) => notes.push(format!("choice: {}", candidate_words(choice, metric))),
            Contender::Clock(clock) => notes.push(format!(
                "clock schedule: {}, {} changes a day; made for what was seen, and there at most {} task-hours above the cheapest of its kind",
                clock.slots().words(),
                clock.changes_a_day().to_fixed(1),
                Ratio::new(clock.slack().into(), 3_600).to_fixed(2)
            )),
            Contender::Fixed(_) | Contender::NeverOver(_) => {}
        }
    }
    let over = Ratio::whole(100) * found.service.over;
    notes.push(format!(
        "over target: more than {} % of what healthy tasks can do, whatever target is tried",
        crate::exact::trim(&over.to_fixed(2))
    ));
    notes.push(limits(found));
    notes.push(verdict_words(found));
    notes.extend(losses(found));
    notes.extend(found.luck.as_ref().map(luck));
    let choice = found.entries.iter().find(|priced| matches!(priced.entry.contender, Contender::Choice(_)));
    if let Some(Priced { entry, .. }) = choice {
        if !entry.seen.met {
            notes.push("nothing that was tried keeps to the limits: the choice is the nearest".to_string());
        } else if entry.held_out.is_some_and(|standing| !standing.met) {
            notes.push("the choice keeps to the limits where it was chosen, and not where it was held out".to_string());
        }
    }
    if found.depends_on_rules {
        notes
            .push("whether the choice keeps to the limits depends on what AWS does not say: see the table".to_string());
    }
    let ended = if found.finished { "" } else { ", when the search was stopped: the best so far" };
    let of = if found.thinned { ", not all of the grid" } else { "" };
    notes.push(format!(
        "{} tried{of}{ended}",
        if found.tried == 1 { "1 policy".into() } else { format!("{} policies", found.tried) }
    ));
    let [cut, end] = found.parts;
    if cut == end {
        notes.push("nothing was held out: what is chosen on a load looks better on it than on what comes".to_string());
    }
    if end < DAY {
        notes.push("the load is shorter than a day: it says little of a month".to_string());
    }
    let hours = found.estimate.horizon.hours();
    notes.push(format!("USD are those of {hours} h of each part, repeated: compare them within a part only"));
    notes
}

/// Who loses load, of those that win or are.
fn losses(found: &Optimization) -> Vec<String> {
    let lost = |priced: &&Priced| {
        let winner = priced.entry.contender.as_winner();
        let counts = priced.entry.counts().sample.served.lost();
        (winner.is_some() && winner == found.verdict.winner && !counts.is_zero()).then_some((winner?, counts))
    };
    let mut notes: Vec<String> = Vec::new();
    if let Some((winner, part)) = found.entries.iter().find_map(|priced| lost(&priced)) {
        notes.push(format!("{} loses {} % of the load", winner_words(winner), hundredths(part)));
    }
    let sleeps = |priced: &Priced| match &priced.entry.contender {
        Contender::Present(of) if of.min == 0 => Some("now"),
        Contender::Choice(of) if of.min == 0 => Some("the choice"),
        _ => None,
    };
    // Whatever else may ask for tasks: what comes of it is in the figures.
    let alone =
        found.service.scheduled.is_empty() && found.service.floors.is_empty() && found.service.policies.len() == 1;
    let wakes = found.policy.metric == Metric::AlbRequestCountPerTarget
        || matches!(found.policy.metric, Metric::Custom { per_task: false, .. });
    if let Some(who) = found.entries.iter().find_map(sleeps).filter(|_| alone && !wakes) {
        notes.push(format!(
            "{who} may have 0 tasks: then this metric has no datapoints, and nothing wakes the service any more"
        ));
    }
    let peak = found
        .limits
        .limits
        .iter()
        .filter_map(|limit| if let Limit::Peak(most) = limit { Some(*most) } else { None })
        .min();
    let lifted = found.service.scheduled.iter().filter_map(|action| action.max).max();
    if let (Some(peak), Some(lifted)) = (peak, lifted)
        && lifted > peak
    {
        notes.push(format!("a scheduled action sets MaxCapacity {lifted}, above the limit of {peak}"));
    }
    notes
}

/// What other launch times and interruptions come to.
fn luck(luck: &Luck) -> String {
    let wins = luck.wins.iter().map(|(winner, runs)| format!("{} wins {runs}", winner_words(*winner)));
    let wins: Vec<String> = wins.collect();
    let hours = |seconds: u64| Ratio::new(seconds.into(), 3_600).to_fixed(2);
    format!(
        "of {} runs with other luck {}; the choice keeps to the limits in {}, and takes {} task-hours, nine tenths between {} and {}",
        luck.runs,
        if wins.is_empty() { "nobody wins any".to_string() } else { wins.join(", ") },
        luck.kept,
        hours(luck.task_seconds.median),
        hours(luck.task_seconds.low),
        hours(luck.task_seconds.high)
    )
}

fn limits(found: &Optimization) -> String {
    let all = |objective: &Objective| objective.limits.iter().map(limit_words).collect::<Vec<_>>().join(", ");
    let seen = all(&found.limits);
    match found.limits_held_out.as_ref().map(all) {
        _ if seen.is_empty() => "no limits".to_string(),
        Some(held_out) if held_out != seen => format!("kept: {seen}; where held out: {held_out}"),
        _ => format!("kept: {seen}"),
    }
}

/// Who wins, in a sentence.
#[must_use]
pub fn verdict_words(found: &Optimization) -> String {
    let place = if found.parts[0] < found.parts[1] { "on what was held out" } else { "on all of the load" };
    let Some(winner) = found.verdict.winner else {
        return format!("{place} neither a policy nor a clock schedule nor a fixed count keeps to the limits");
    };
    match (found.verdict.ahead, found.saves) {
        (Some((next, _)), Some(saves)) if saves == Usd::ZERO => {
            format!("{place} {} wins; {} costs as much", winner_words(winner), winner_words(next))
        }
        (Some((next, _)), Some(saves)) => format!(
            "{place} {} wins, {} USD cheaper than {}",
            winner_words(winner),
            saves.to_fixed(2),
            winner_words(next)
        ),
        _ => format!("{place} {} wins: nothing else keeps to the limits", winner_words(winner)),
    }
}

/// What less, and more, load over target costs: policies that no other beats in both.
#[must_use]
pub fn trade_off(found: &Optimization) -> Report {
    let metric = found.policy.metric;
    let periods = found.curve.windows(2).any(|pair| pair[0].trial.candidate.period != pair[1].trial.candidate.period);
    let row = |Point { trial, total: usd, met }: &Point| {
        let candidate = &trial.candidate;
        let mark = if *candidate == found.choice { " (choice)" } else { "" };
        Row {
            kind: RowKind::Figure,
            cells: vec![
                Cell::Text(format!("{}{mark}", level(metric, Ratio::new(candidate.target.into(), 1)))),
                Cell::Number(Ratio::from(candidate.min)),
                Cell::Number(Ratio::from(candidate.max)),
                Cell::Text(format!("{} s", candidate.scale_out_cooldown)),
                Cell::Text(format!("{} s", candidate.scale_in_cooldown)),
                hours(trial.sample.task_seconds),
                Cell::total(*usd),
                Cell::Text(hundredths(trial.sample.served.requests_over())),
                Cell::Text(hundredths(trial.sample.served.time_over())),
                kept(*met),
            ],
            remark: periods.then(|| format!("datapoints of {} s", candidate.period)),
        }
    };
    Report {
        title: "what less load over target costs, where it was chosen".to_string(),
        columns: vec![
            text("target"),
            number("min"),
            number("max"),
            number("out"),
            number("in"),
            number("task-h"),
            number("USD"),
            number("load over, %"),
            number("time over, %"),
            text("kept"),
        ],
        rows: found.curve.iter().map(row).collect(),
        notes: Vec::new(),
    }
}
