//! Tasks over time as text.

use super::clock::{Clock, Tick};
use super::columns::{Column, columns};
use crate::render::table::wrap;
use stackcost_model::scaling::{Autoscaling, Load, Run};

/// How high a plot is, in rows.
const ROWS: u32 = 10;
/// Counts and the line beside them.
const LEFT: usize = 7;
/// What a tick and the space around it need.
const TICK: usize = 10;

/// Lines of text, each at most so wide.
#[must_use]
pub fn lines(lines: &[String], width: usize) -> String {
    lines.iter().map(|line| wrap(line, width, "") + "\n").collect()
}

/// Tasks over time as text so wide, which reads without colours.
#[must_use]
pub fn plot(run: &Run, load: &Load, service: &Autoscaling, width: usize, clock: &Clock) -> String {
    let columns = columns(run, load, service, width.saturating_sub(LEFT + 1).clamp(10, 400));
    let most = columns.iter().map(|column| column.running.max(column.needed)).max().unwrap_or(0).max(1);
    let legend = "tasks over time: █ running and needed for the load to be at target, ░ running, x needed but not \
                  running";
    let mut out = wrap(legend, width, "") + "\n";
    // A row is full from this count on.
    let level = |row: u32| (u64::from(most) * u64::from(row)).div_ceil(ROWS.into());
    for row in (1..=ROWS).rev() {
        let level_of_row = level(row);
        // Few tasks have several rows each: the uppermost says how many.
        let label =
            if row == ROWS || level_of_row != level(row + 1) { level_of_row.to_string() } else { String::new() };
        let sign = |column: &Column| {
            let reaches = |count: u32| u64::from(count) >= level_of_row;
            match (reaches(column.running), reaches(column.needed)) {
                (true, true) => '█',
                (true, false) => '░',
                (false, true) => 'x',
                (false, false) => ' ',
            }
        };
        let signs: String = columns.iter().map(sign).collect();
        out.push_str(format!("{label:>5} |{signs}").trim_end());
        out.push('\n');
    }
    let (rule, labels) = axis(&clock.ticks(run.seconds, (columns.len() / TICK) as u64), run.seconds, columns.len());
    out.push_str(&format!("    0 +{rule}\n"));
    if !labels.is_empty() {
        out.push_str(&format!("{}{labels}\n", " ".repeat(LEFT)));
    }
    let time = format!("from {} to {} ({})", clock.when(0), clock.when(run.seconds), clock.zone());
    out.push_str(&wrap(&time, width, if width > time.len() + LEFT { "       " } else { "" }));
    out.push('\n');
    out
}

/// The line of time, with a `+` at each tick that has a label below it; labels begin at their tick, and
/// one that has no room is left out.
fn axis(ticks: &[Tick], seconds: u64, count: usize) -> (String, String) {
    let mut rule = vec!['-'; count];
    let mut labels = String::new();
    for tick in ticks {
        let place = usize::try_from(tick.second * count as u64 / seconds.max(1)).unwrap_or(count);
        let free = labels.len() + usize::from(!labels.is_empty());
        // Labels are ASCII.
        if place < free || place + tick.label.len() > count {
            continue;
        }
        labels.push_str(&" ".repeat(place - labels.len()));
        labels.push_str(&tick.label);
        if let Some(sign) = rule.get_mut(place) {
            *sign = '+';
        }
    }
    (rule.into_iter().collect(), labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_at_their_ticks_and_never_overlap() {
        let tick = |second, label: &str| Tick { second, label: label.to_string() };
        let ticks = [tick(0, "10-05"), tick(40, "06:00"), tick(60, "12:00"), tick(98, "18:00")];
        let (rule, labels) = axis(&ticks, 100, 20);
        assert_eq!(rule, "+-------+-----------");
        assert_eq!(labels, "10-05   06:00");
    }
}
