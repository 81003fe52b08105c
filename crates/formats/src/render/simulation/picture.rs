//! Tasks over time as a picture that needs nothing else.

use super::clock::Clock;
use super::columns::{Column, columns};
use maud::{Markup, html};
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::{Autoscaling, Load, Run};

const LEFT: u64 = 56;
const TOP: u64 = 16;
/// As many columns as pixels.
const WIDTH: u64 = 960;
const HEIGHT: u64 = 320;
const BOTTOM: u64 = TOP + HEIGHT;

/// A line of the picture: told apart by its colour (after Okabe and Ito), and by its dashes.
struct Line {
    name: &'static str,
    colour: &'static str,
    dashes: &'static str,
    points: String,
}

/// Load, the tasks that it needs to be at its target, running tasks and billed tasks, as SVG.
#[must_use]
pub fn picture(run: &Run, load: &Load, service: &Autoscaling, clock: &Clock) -> Markup {
    let columns = columns(run, load, service, 960);
    let most = u64::from(columns.iter().map(Column::most).max().unwrap_or(0).max(1));
    let tasks = |count: u32| BOTTOM - HEIGHT * u64::from(count) / most;
    // So many ticks of the load keep all the height busy.
    let whole = service.capacity * Ratio::from(load.ticks()) * Ratio::from(most);
    let busy = |value: u32| {
        let height = (Ratio::from(value) / whole * Ratio::from(HEIGHT)).scaled(0);
        BOTTOM - height.and_then(|height| u64::try_from(height).ok()).unwrap_or(HEIGHT).min(HEIGHT)
    };
    let points = |y: &dyn Fn(&Column) -> u64| {
        let points = columns.iter().zip(LEFT..).map(|(column, x)| format!("{x},{y} {},{y}", x + 1, y = y(column)));
        points.collect::<Vec<String>>().join(" ")
    };
    let lines = [
        Line {
            name: "load, in tasks at 100 %",
            colour: "#8c8c8c",
            dashes: "1 2",
            points: points(&|column| busy(column.load)),
        },
        Line {
            name: "needed to be at target",
            colour: "#e69f00",
            dashes: "6 3",
            points: points(&|column| tasks(column.needed)),
        },
        Line { name: "billed", colour: "#cc79a7", dashes: "2 2", points: points(&|column| tasks(column.billed)) },
        Line { name: "running", colour: "#0072b2", dashes: "none", points: points(&|column| tasks(column.running)) },
    ];
    let right = LEFT + WIDTH;
    let label = format!("tasks over time, {} to {}", clock.when(0), clock.when(run.seconds));
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (right + 24) " " (BOTTOM + 72) } width=(right + 24) role="img" aria-label=(label) font-family="system-ui, sans-serif" font-size="12" {
            title { (label) }
            @for count in counts(most) {
                @let y = BOTTOM - HEIGHT * count / most;
                line x1=(LEFT) y1=(y) x2=(right) y2=(y) stroke="#8c8c8c" stroke-opacity="0.3" {}
                text x=(LEFT - 8) y=(y + 4) text-anchor="end" { (count) }
            }
            @for tick in clock.ticks(run.seconds, 10) {
                @let x = LEFT + WIDTH * tick.second / run.seconds.max(1);
                line x1=(x) y1=(TOP) x2=(x) y2=(BOTTOM + 4) stroke="#8c8c8c" stroke-opacity="0.3" {}
                text x=(x) y=(BOTTOM + 18) text-anchor="middle" { (tick.label) }
            }
            @for line in &lines {
                polyline points=(line.points) fill="none" stroke=(line.colour) stroke-width="1.5" stroke-dasharray=(line.dashes) { title { (line.name) } }
            }
            line x1=(LEFT) y1=(BOTTOM) x2=(right) y2=(BOTTOM) stroke="#8c8c8c" {}
            text x=(LEFT) y=(BOTTOM + 38) { "tasks from " (clock.when(0)) " to " (clock.when(run.seconds)) " (" (clock.zone()) ")" }
            @for (line, at) in lines.iter().zip(0_u64..) {
                @let x = LEFT + 220 * at;
                line x1=(x) y1=(BOTTOM + 56) x2=(x + 28) y2=(BOTTOM + 56) stroke=(line.colour) stroke-width="1.5" stroke-dasharray=(line.dashes) {}
                text x=(x + 36) y=(BOTTOM + 60) { (line.name) }
            }
        }
    }
}

/// Round counts from 0 to at most `most`, at most eleven of them.
fn counts(most: u64) -> impl Iterator<Item = u64> {
    let mut steps =
        (0..20).flat_map(|power| [1, 2, 5].map(|digit: u64| digit.saturating_mul(10_u64.saturating_pow(power))));
    let step = steps.find(|step| most / step <= 10).unwrap_or(most.max(1));
    (0..=most / step).map(move |place| place * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_round() {
        for (most, last, step) in [(1, 1, 1), (10, 10, 1), (11, 10, 2), (37, 35, 5), (100_000, 100_000, 10_000)] {
            let counts: Vec<u64> = counts(most).collect();
            assert_eq!((counts[0], counts[1], counts[counts.len() - 1]), (0, step, last), "{most}");
        }
    }
}
