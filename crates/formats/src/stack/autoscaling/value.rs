//! The values that the keys of an autoscaled service share: seconds, millionths, moments, lists.

use crate::problem::Problem;
use crate::scalar;
use crate::tree::{Node, Reader, Value};
use jiff::tz::TimeZone;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::Micro;
use stackcost_model::time::{DAY, HOUR};

/// A day, which nothing in the life of a task outlasts.
pub(super) const A_DAY: u32 = 86_400;
/// The most tasks of a service, here as in the model.
pub(super) const MOST_TASKS: u32 = 100_000;

/// A length of time in whole seconds, from `least` to `most`.
pub(super) fn seconds(node: &Node, example: &str, least: u32, most: u32) -> Result<u32, Problem> {
    let seconds = scalar::duration(node, example)?;
    let whole = seconds.to_whole().ok_or_else(|| {
        Problem::new(&node.at, "this is no whole number of seconds")
            .help(format!("write whole seconds such as {example}"))
    })?;
    match u32::try_from(whole) {
        Ok(whole) if (least..=most).contains(&whole) => Ok(whole),
        _ => {
            let bounds = format!("from {} to {}", length(least), length(most));
            Err(Problem::new(&node.at, format!("this is not {bounds}"))
                .help(format!("write {bounds}, such as {example}")))
        }
    }
}

/// Seconds in words: `2 h`, `90 s`.
fn length(seconds: u32) -> String {
    let units = [(DAY, "day"), (HOUR, "h"), (60, "min")];
    let seconds = u64::from(seconds);
    let unit = units.into_iter().find(|(unit, _)| seconds >= *unit && seconds % unit == 0);
    unit.map_or_else(|| format!("{seconds} s"), |(unit, name)| format!("{} {name}", seconds / unit))
}

/// A number as millionths, which it must be a whole number of.
pub(super) fn micro(node: &Node, value: Ratio) -> Result<Micro, Problem> {
    (value * Ratio::whole(1_000_000)).to_whole().and_then(|micro| Micro::try_from(micro).ok()).ok_or_else(|| {
        Problem::new(&node.at, "this is finer than a millionth, or too large").help("write fewer digits")
    })
}

/// A share as millionths.
pub(super) fn micro_percent(node: &Node) -> Result<Micro, Problem> {
    micro(node, scalar::percent(node)?)
}

/// The items of a list.
pub(super) fn list<'a>(node: &'a Node, name: &str, example: &str) -> Result<&'a [Node], Problem> {
    match &node.value {
        Value::Array(items) => Ok(items),
        other => Err(Problem::new(&node.at, format!("`{name}` is a list, not {}", other.kind()))
            .help(format!("write {name} = [{example}]"))),
    }
}

/// Where a load lies in time, by which moments are seconds from its start.
pub(super) struct Span<'a> {
    /// When it begins, in Unix seconds.
    pub start: i64,
    /// How long it lasts, in seconds.
    pub seconds: u64,
    /// The zone of moments that name none.
    pub zone: &'a TimeZone,
}

impl Span<'_> {
    /// A moment in seconds from the start of the load, which may lie outside of it: `"2h"` after the
    /// start, or a timestamp.
    pub fn moment(&self, node: &Node) -> Result<i64, Problem> {
        let text = match &node.value {
            Value::String(text) | Value::Date(text) => text.trim(),
            _ => return Err(no_moment(node)),
        };
        // An offset begins with digits that a unit follows, a timestamp with a year and `-`.
        if !text.get(1..).is_some_and(|rest| rest.contains('-')) {
            let after = scalar::duration(node, "\"2h\"").ok();
            return after.and_then(Ratio::to_whole).ok_or_else(|| no_moment(node));
        }
        timestamp(text, self.zone).map(|second| second - self.start).ok_or_else(|| no_moment(node))
    }

    /// A moment as seconds from the start, if the load lasts until then; none for one outside of it.
    pub fn within(&self, moment: i64) -> Option<u64> {
        u64::try_from(moment).ok().filter(|&second| second < self.seconds)
    }
}

fn no_moment(node: &Node) -> Problem {
    Problem::new(&node.at, "this is no moment").help(
        "write a timestamp such as \"2026-10-05T14:00Z\", or how long after the start of the load, such as \"2h\"",
    )
}

/// Unix seconds of `2026-10-05T14:00Z`, with any offset or `[zone]`; without one, on the clock of
/// `zone`; a date alone is its midnight. A time that the clock skips is as much later; of one that it
/// shows twice the first counts.
pub(super) fn timestamp(text: &str, zone: &TimeZone) -> Option<i64> {
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return Some(timestamp.as_second());
    }
    if let Ok(zoned) = text.parse::<jiff::Zoned>() {
        return Some(zoned.timestamp().as_second());
    }
    let datetime = text.parse::<jiff::civil::DateTime>().ok()?;
    datetime.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp().as_second())
}

/// The zone that a key names; UTC without it.
pub(super) fn zone(table: &Reader<'_>) -> Result<TimeZone, Problem> {
    Ok(table.read("timezone", scalar::zone)?.unwrap_or(TimeZone::UTC))
}
