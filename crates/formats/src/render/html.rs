//! Reports as one HTML file that needs nothing else: tables, and for spend a picture of it.

use super::{Precision, Words, words};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use stackcost_model::bill::{Amount, to_money};
use stackcost_model::exact::Ratio;
use stackcost_model::money::Usd;
use stackcost_model::report::{Report, Row, RowKind};
use stackcost_model::spend::{Group, Spend, period_name};

const STYLE: &str = "
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .25rem .75rem; text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.group td, .total td { font-weight: 600; }
.line td:first-child, .difference td:first-child { padding-left: 2rem; }
.total td { border-top: 2px solid; }
.heading td { font-style: italic; padding-top: .75rem; }
small { display: block; font-weight: 400; opacity: .75; }
svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
";

/// A page of reports, with a picture above them where there is one.
#[must_use]
pub fn page(reports: &[Report], precision: Precision, picture: Option<Markup>) -> String {
    page_with(reports, precision, picture, &[])
}

/// The same with texts below, each under its name: files to copy.
#[must_use]
pub fn page_with(
    reports: &[Report],
    precision: Precision,
    picture: Option<Markup>,
    texts: &[(String, String)],
) -> String {
    let title = reports.first().map_or("stackcost", |report| &report.title);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                @if let Some(picture) = picture { (picture) }
                @for report in reports { (table(report, precision)) }
                @for (name, text) in texts { h2 { (name) } pre { (text) } }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

fn table(report: &Report, precision: Precision) -> Markup {
    let Words { rows, rounded_to } = words(report, precision);
    let numeric = |at: usize| report.columns.get(at).is_some_and(|column| column.numeric);
    let class = |at: usize| if numeric(at) { Some("n") } else { None };
    html! {
        h2 { (report.title) }
        table {
            thead { tr { @for (at, column) in report.columns.iter().enumerate() { th class=[class(at)] { (column.name) } } } }
            tbody {
                @for (row, cells) in report.rows.iter().zip(&rows) {
                    tr class=(kind(row)) {
                        @for (at, cell) in cells.iter().enumerate() {
                            td class=[class(at)] {
                                (cell.trim())
                                @if at == 0 { @for line in row.remark.iter().flat_map(|remark| remark.lines()) { small { (line) } } }
                            }
                        }
                    }
                }
            }
        }
        @for note in &report.notes { p { (note) } }
        @if let Some(places) = rounded_to { p { "Amounts are rounded to " (places) " decimals so that they add up." } }
    }
}

fn kind(row: &Row) -> &'static str {
    match row.kind {
        RowKind::Group => "group",
        RowKind::Line => "line",
        RowKind::Total => "total",
        RowKind::Heading => "heading",
        RowKind::Difference => "difference",
        RowKind::Figure => "figure",
    }
}

/// Told apart also by those who see few colours (after Okabe and Ito's palette); the last is for
/// what is left.
const COLOURS: [&str; 8] = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a800", "#8c8c8c"];

const LEFT: i128 = 90;
const TOP: i128 = 10;
const HEIGHT: i128 = 260;
const BAR: i128 = 56;
const STEP: i128 = 84;

/// Spend as stacked bars, one a period: the dearest groups, and the others as one. What credits
/// make negative has no bar. `None` when a sum is beyond what money can be.
#[must_use]
pub fn spend_picture(spend: &Spend) -> Option<Markup> {
    let shown = COLOURS.len() - 1;
    let mut names: Vec<String> = spend.groups.iter().take(shown).map(name).collect();
    let rest = spend.groups.len().saturating_sub(shown);
    if rest > 0 {
        names.push(format!("{rest} others"));
    }
    let mut columns = Vec::new();
    for period in 0..spend.periods.len() {
        let mut parts: Vec<Amount> = spend.groups.iter().take(shown).map(|group| group.net(period)).collect();
        if rest > 0 {
            parts.push(Amount::sum(spend.groups.iter().skip(shown).map(|group| group.net(period)))?);
        }
        columns.push(to_money(&parts)?);
    }
    let above = |column: &[Usd]| column.iter().copied().filter(|usd| *usd > Usd::ZERO).sum::<Usd>();
    let most = columns.iter().map(|column| above(column)).max().unwrap_or_default();
    let width = LEFT + STEP * i128::try_from(columns.len()).ok()?.max(1);
    let legend = TOP + HEIGHT + 50;
    let height = legend + 20 * i128::try_from(names.len()).ok()?;
    let pixels = |usd: Usd| -> i128 {
        if most <= Usd::ZERO {
            0
        } else {
            (usd.to_ratio() / most.to_ratio() * Ratio::new(HEIGHT, 1)).scaled(0).unwrap_or(0)
        }
    };
    let mut bars = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let x = LEFT + STEP * i128::try_from(at).ok()?;
        let mut below = Usd::ZERO;
        for (index, usd) in column.iter().enumerate().filter(|(_, usd)| **usd > Usd::ZERO) {
            let (bottom, top) = (pixels(below), pixels(below + *usd));
            below = below + *usd;
            let label = format!("{}: {} {}", names.get(index)?, usd.to_fixed(2), spend.currency);
            bars.push((x, TOP + HEIGHT - top, top - bottom, COLOURS[index % COLOURS.len()], label));
        }
    }
    let alt = format!("{} by period, stacked by group; the tables below have all figures", spend.metric);
    Some(html! {
        svg viewBox={ "0 0 " (width) " " (height) } width=(width) role="img" aria-label=(alt) {
            @for (x, y, height, colour, label) in &bars {
                rect x=(x) y=(y) width=(BAR) height=(height) fill=(colour) { title { (label) } }
            }
            line x1=(LEFT - 8) y1=(TOP + HEIGHT) x2=(width) y2=(TOP + HEIGHT) stroke="currentColor" {}
            text x=(LEFT - 12) y=(TOP + 12) text-anchor="end" { (most.to_fixed(2)) }
            text x=(LEFT - 12) y=(TOP + HEIGHT) text-anchor="end" { "0" }
            @for (at, period) in spend.periods.iter().enumerate() {
                text x=(LEFT + STEP * at as i128 + BAR / 2) y=(TOP + HEIGHT + 18) text-anchor="middle" {
                    (period_name(period.start, spend.step)) @if period.estimated { "*" }
                }
            }
            @for (index, name) in names.iter().enumerate() {
                rect x=(LEFT) y=(legend + 20 * index as i128 - 10) width="12" height="12" fill=(COLOURS[index % COLOURS.len()]) {}
                text x=(LEFT + 20) y=(legend + 20 * index as i128) { (name) }
            }
        }
    })
}

fn name(group: &Group) -> String {
    let keys: Vec<&str> = group.keys.iter().map(String::as_str).filter(|key| !key.is_empty()).collect();
    match (group.others, keys.is_empty()) {
        (Some(count), _) => format!("{count} others"),
        (None, true) => "(none)".to_string(),
        (None, false) => keys.join(" "),
    }
}
