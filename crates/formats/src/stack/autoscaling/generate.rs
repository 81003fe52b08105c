//! A load that nobody measured: `generate`, as a [`Shape`].
//!
//! | keys | what they say |
//! |---|---|
//! | `base` | what is always there |
//! | `daily = { height, at }` | a wave on top of it, with its highest at a time of the day |
//! | `weekend` | what both are multiplied with on Saturdays and Sundays |
//! | `growth = { by, per }` | how both grow by the day, the week, or 30 days |
//! | `ramps = [{ at, lasting, height }]` | what comes and stays |
//! | `spikes = [{ at, every, lasting, height }]` | what comes and goes |
//! | `noise`, `seed` | how far each step is drawn off, and by what |
//! | `start`, `length`, `step` | the time it covers |

use super::load::factor;
use super::value::{Span, list, seconds, timestamp};
use crate::problem::Problem;
use crate::scalar;
use crate::trace::LoadForm;
use crate::tree::{Node, Reader, Value};
use jiff::tz::TimeZone;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::{BadLoad, DailyWave, Growth, LONGEST, Load, MOMENTS, Ramp, Shape, Spike};
use stackcost_model::time::{BadClockTime, WEEK};

/// When a load begins that does not say it: a Monday.
const MONDAY: &str = "2026-01-05";
/// The most spikes, counting those of `every`; and the most ramps.
const MOST_SPIKES: usize = 100_000;
const MOST_RAMPS: usize = 1_000;

/// The load of a table, with what to know of it; `form` is what its amounts count.
pub(super) fn read(node: &Node, form: LoadForm, zone: &TimeZone) -> Result<(Load, Vec<String>), Problem> {
    let table = Reader::new(node, "`generate`")?;
    let example = if form == LoadForm::TaskUnits { "2.5" } else { "\"600/min\"" };
    let base = amount(table.need("base", example)?, form)?;
    let (length_node, start_node, step_node) = (table.opt("length"), table.opt("start"), table.opt("step"));
    let length = length_node.map(|node| seconds(node, "\"1week\"", 60, longest())).transpose()?;
    let length = length.map_or(WEEK, u64::from);
    let start = start_node.map_or_else(|| Ok(timestamp(MONDAY, zone).unwrap_or(0)), |node| begins(node, zone))?;
    let span = Span { start, seconds: length, zone };
    let mut remarks = vec!["the load is made up, not measured".to_string()];
    let shape = Shape {
        start,
        zone: zone.clone(),
        step: step_node.map_or(Ok(60), step)?,
        daily: table.read("daily", |node| daily(node, form))?,
        weekend: table.read("weekend", |node| factor(node, "weekend = \"40%\", or 0.4"))?.unwrap_or(Ratio::ONE),
        growth: table.read("growth", growth)?,
        ramps: table.read("ramps", |node| ramps(node, form, &span, &mut remarks))?.unwrap_or_default(),
        spikes: table.read("spikes", |node| spikes(node, form, &span, &mut remarks))?.unwrap_or_default(),
        noise: table.read("noise", noise)?.unwrap_or(0),
        seed: table.read("seed", |node| scalar::whole(node, 0, u32::MAX))?.unwrap_or(0).into(),
        ..Shape::flat(form.unit(), base, length)
    };
    table.finish()?;
    let load = shape.load().map_err(|error| {
        let at = |node: Option<&Node>| Problem::new(node.map_or(&table.at, |node| &node.at), error.to_string());
        match error {
            BadLoad::TooLong => at(step_node.or(length_node)).help("write a longer `step`, or a shorter `length`"),
            BadLoad::Far => at(length_node.or(start_node)).help("begin earlier, or write a shorter `length`"),
            BadLoad::TooLarge => {
                at(None).help("a load is at most 2,147,483,647: write smaller amounts, or less growth")
            }
            _ => at(None),
        }
    })?;
    Ok((load, remarks))
}

/// The most seconds of a load, which are below 2^32.
fn longest() -> u32 {
    u32::try_from(LONGEST).unwrap_or(u32::MAX)
}

/// How much is asked, in requests a minute or tasks; a bare number is in the unit of the load.
fn amount(node: &Node, form: LoadForm) -> Result<Ratio, Problem> {
    let has_period = matches!(&node.value, Value::String(text) if text.contains('/'));
    match form {
        LoadForm::TaskUnits if has_period => {
            let problem = Problem::new(&node.at, "a load in tasks is how many it keeps busy, not how many a minute");
            Err(problem.help("write a number such as 2.5"))
        }
        LoadForm::TaskUnits => scalar::number(node, "2.5"),
        LoadForm::RequestsPerSecond if !has_period => {
            Ok(scalar::number(node, "10, or \"600/min\"")? * Ratio::whole(60))
        }
        _ => scalar::per_minute(node),
    }
}

/// When the load begins, in Unix seconds.
fn begins(node: &Node, zone: &TimeZone) -> Result<i64, Problem> {
    let text = match &node.value {
        Value::String(text) | Value::Date(text) => timestamp(text.trim(), zone),
        _ => None,
    };
    let wrong = |message: &str| Problem::new(&node.at, message).help("write 2026-10-05, or \"2026-10-05T14:00Z\"");
    let start = text.ok_or_else(|| wrong("this is no time"))?;
    if start.rem_euclid(60) != 0 {
        return Err(wrong("a load begins on a whole minute"));
    }
    if !MOMENTS.contains(&start) {
        return Err(wrong("this is not between the years 1970 and 2200"));
    }
    Ok(start)
}

/// Seconds of a step, which divide a minute.
fn step(node: &Node) -> Result<u32, Problem> {
    let step = seconds(node, "\"60s\"", 1, 60)?;
    if 60 % step == 0 {
        return Ok(step);
    }
    let problem = Problem::new(&node.at, format!("a step of {step} s does not divide a minute"));
    Err(problem.help("write \"60s\", \"30s\", \"20s\", \"10s\", or another that does"))
}

/// `daily = { height = "3k/min", at = "15:00" }`.
fn daily(node: &Node, form: LoadForm) -> Result<DailyWave, Problem> {
    let table = Reader::new(node, "`daily`")?;
    let height = height(&table, form)?;
    let at = table.need("at", "\"15:00\"")?;
    table.finish()?;
    let clock_time = scalar::string(at)?.trim().parse();
    let at = clock_time
        .map_err(|error: BadClockTime| Problem::new(&at.at, "this is no time of the day").help(error.to_string()))?;
    Ok(DailyWave { height, at })
}

fn height(table: &Reader<'_>, form: LoadForm) -> Result<Ratio, Problem> {
    let example = if form == LoadForm::TaskUnits { "5" } else { "\"3k/min\"" };
    amount(table.need("height", example)?, form)
}

/// `growth = { by = "5%", per = "week" }`.
fn growth(node: &Node) -> Result<Growth, Problem> {
    let table = Reader::new(node, "`growth`")?;
    let by = percent(table.need("by", "\"5%\"")?)?;
    let days = [("day", 1), ("week", 7), ("month", 30)];
    let days = scalar::word(table.need("per", "\"week\"")?, "period of growth", &days)?;
    table.finish()?;
    Ok(Growth { by, days })
}

/// Percent from -100 on.
fn percent(node: &Node) -> Result<Ratio, Problem> {
    let number = match &node.value {
        Value::String(text) => text.trim().strip_suffix('%').and_then(|number| Ratio::parse(number.trim_end())),
        _ => None,
    };
    let wrong = |message: &str| Problem::new(&node.at, message).help("write \"5%\", or \"-5%\" where it shrinks");
    let by = number.ok_or_else(|| wrong("this is no growth"))? / Ratio::whole(100);
    if by < -Ratio::ONE { Err(wrong("a load cannot shrink by more than all of it")) } else { Ok(by) }
}

/// `noise = "5%"`, as thousandths.
fn noise(node: &Node) -> Result<u32, Problem> {
    let thousandths = (scalar::percent(node)? * Ratio::whole(1_000)).to_whole();
    thousandths.and_then(|thousandths| u32::try_from(thousandths).ok()).ok_or_else(|| {
        Problem::new(&node.at, "this is finer than a tenth of a percent").help("write a percentage such as \"2.5%\"")
    })
}

/// `ramps = [{ at = "2h", lasting = "30min", height = "500/min" }]`.
fn ramps(node: &Node, form: LoadForm, span: &Span<'_>, remarks: &mut Vec<String>) -> Result<Vec<Ramp>, Problem> {
    let items = list(node, "ramps", "{ at = \"2h\", lasting = \"30min\", height = \"500/min\" }")?;
    let mut ramps = Vec::new();
    for item in items {
        let table = Reader::new(item, "a ramp")?;
        let at = after_start(table.need("at", "\"2h\"")?, span)?;
        let lasting = table.read("lasting", |node| seconds(node, "\"30min\"", 0, longest()))?;
        let height = height(&table, form)?;
        table.finish()?;
        if at < span.seconds {
            ramps.push(Ramp { at, seconds: lasting.unwrap_or(0).into(), height });
        } else {
            remarks.push("a ramp begins after the load has ended".to_string());
        }
    }
    if ramps.len() > MOST_RAMPS {
        return Err(Problem::new(&node.at, "a load has at most 1,000 ramps").help("give fewer, or a trace"));
    }
    Ok(ramps)
}

/// `spikes = [{ at = "12h", every = "1day", lasting = "10min", height = "5k/min" }]`; with `every`, from
/// `at` on again and again.
fn spikes(node: &Node, form: LoadForm, span: &Span<'_>, remarks: &mut Vec<String>) -> Result<Vec<Spike>, Problem> {
    let items = list(node, "spikes", "{ at = \"12h\", lasting = \"10min\", height = \"5k/min\" }")?;
    let mut spikes = Vec::new();
    for item in items {
        let table = Reader::new(item, "a spike")?;
        let at = after_start(table.need("at", "\"12h\"")?, span)?;
        let every = table.read("every", |node| seconds(node, "\"1day\"", 60, longest()))?;
        let lasting = seconds(table.need("lasting", "\"10min\"")?, "\"10min\"", 1, longest())?;
        let height = height(&table, form)?;
        table.finish()?;
        if at >= span.seconds {
            remarks.push("a spike begins after the load has ended".to_string());
        }
        let mut next = Some(at).filter(|&at| at < span.seconds);
        while let Some(at) = next {
            if spikes.len() == MOST_SPIKES {
                let problem = Problem::new(&item.at, "a load has at most 100,000 spikes");
                return Err(problem.help("give fewer, or less often"));
            }
            spikes.push(Spike { at, seconds: lasting.into(), height });
            next = every.map(|every| at + u64::from(every)).filter(|&at| at < span.seconds);
        }
    }
    Ok(spikes)
}

/// A moment in seconds from the start of the load, not before it.
fn after_start(node: &Node, span: &Span<'_>) -> Result<u64, Problem> {
    u64::try_from(span.moment(node)?).map_err(|_| {
        Problem::new(&node.at, "this is before the load begins").help("write a moment after its start, such as \"2h\"")
    })
}
