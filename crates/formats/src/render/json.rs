//! JSON: amounts and quantities as strings, in a stable order; `schema` names the version.

use super::number;
use serde::Serialize;
use stackcost_model::compare::Comparison;
use stackcost_model::estimate::{self, LineKind, Total};
use stackcost_model::price::Source;

#[derive(Serialize)]
struct Estimate<'a> {
    schema: &'static str,
    stack: &'a str,
    scenario: Option<&'a str>,
    region: &'a str,
    horizon: Horizon,
    price_book: PriceBook<'a>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    remarks: &'a [String],
    lines: Vec<Line<'a>>,
    unpriced: Vec<Unpriced<'a>>,
    total: TotalJson,
    /// Only where more than usage adds to the total.
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Parts>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    credit_months: Vec<CreditMonth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    converted: Option<Converted<'a>>,
}

/// What the total consists of.
#[derive(Serialize)]
struct Parts {
    usage: String,
    discounts: String,
    commitments: String,
    credits: String,
}

/// What credits pay in a month.
#[derive(Serialize)]
struct CreditMonth {
    from: String,
    gross: String,
    credits: String,
    net: String,
    expired: String,
    left: String,
}

/// The total in another currency, at the user's rate.
#[derive(Serialize)]
struct Converted<'a> {
    currency: &'a str,
    per_usd: String,
    amount: String,
    from: &'a str,
}

/// What amounts are over.
#[derive(Serialize)]
pub(super) struct Horizon {
    pub hours: String,
    pub label: String,
}

#[derive(Serialize)]
struct PriceBook<'a> {
    version: &'a str,
    /// The day whose rates count: the one asked for, or that of the book.
    as_of: String,
}

#[derive(Serialize)]
struct Line<'a> {
    component: &'a str,
    /// Only of what is no usage.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    service: &'a str,
    usage_type: &'a str,
    operation: &'a str,
    quantity: String,
    unit: &'a str,
    rate: String,
    amount: String,
    because: &'a str,
    source: SourceJson<'a>,
}

#[derive(Serialize)]
struct SourceJson<'a> {
    sku: Option<&'a str>,
    /// A date; `basis` says whether it is AWS's date of effect, of publication, or of reading.
    effective: Option<String>,
    basis: &'a str,
    from: &'a str,
    confidence: &'a str,
}

#[derive(Serialize)]
struct Unpriced<'a> {
    component: &'a str,
    service: &'a str,
    usage_type: &'a str,
    operation: &'a str,
    quantity: String,
    unit: &'a str,
    because: &'a str,
    reason: String,
}

#[derive(Serialize)]
struct TotalJson {
    kind: &'static str,
    usd: String,
}

#[derive(Serialize)]
struct ComparisonJson<'a> {
    schema: &'static str,
    baseline: &'a str,
    scenarios: Vec<ScenarioJson<'a>>,
}

#[derive(Serialize)]
struct ScenarioJson<'a> {
    name: &'a str,
    estimate: Estimate<'a>,
    delta: Delta,
}

/// Null when one of the two totals is only a lower bound; `percent` also when there is nothing
/// to compare with.
#[derive(Serialize)]
struct Delta {
    usd: Option<String>,
    percent: Option<String>,
}

/// `stackcost.estimate/1`.
#[must_use]
pub fn estimate(estimate: &estimate::Estimate) -> String {
    pretty(&document(estimate))
}

/// `stackcost.comparison/1`.
#[must_use]
pub fn comparison(comparison: &Comparison) -> String {
    let scenarios = comparison.scenarios().iter().map(|scenario| {
        let delta = comparison.delta(scenario);
        ScenarioJson {
            name: &scenario.name,
            estimate: document(&scenario.estimate),
            delta: Delta {
                usd: delta.map(|delta| delta.usd.to_string()),
                percent: delta.and_then(|delta| delta.percent).map(|percent| number(percent, 12)),
            },
        }
    });
    pretty(&ComparisonJson {
        schema: "stackcost.comparison/1",
        baseline: &comparison.baseline().name,
        scenarios: scenarios.collect(),
    })
}

/// One object a line: each line of the estimates, each gap, each total (in another currency, too), each
/// month of credits, with a `type` and the scenario it belongs to.
#[must_use]
pub fn ndjson<'a>(estimates: impl IntoIterator<Item = (&'a str, &'a estimate::Estimate)>) -> String {
    #[derive(Serialize)]
    struct Record<'a, T> {
        r#type: &'static str,
        stack: &'a str,
        scenario: Option<&'a str>,
        #[serde(flatten)]
        value: T,
    }
    let mut out = String::new();
    for (name, estimate) in estimates {
        let document = document(estimate);
        let (stack, scenario) = (document.stack, if name.is_empty() { document.scenario } else { Some(name) });
        for value in document.lines {
            push(&mut out, &Record { r#type: "line", stack, scenario, value });
        }
        for value in document.unpriced {
            push(&mut out, &Record { r#type: "unpriced", stack, scenario, value });
        }
        push(&mut out, &Record { r#type: "total", stack, scenario, value: document.total });
        if let Some(value) = document.converted {
            push(&mut out, &Record { r#type: "converted", stack, scenario, value });
        }
        for value in document.credit_months {
            push(&mut out, &Record { r#type: "credit_month", stack, scenario, value });
        }
    }
    out
}

fn push(out: &mut String, value: &impl Serialize) {
    // Only strings and lists of them: this does not fail.
    out.push_str(&serde_json::to_string(value).unwrap_or_default());
    out.push('\n');
}

fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

fn document(estimate: &estimate::Estimate) -> Estimate<'_> {
    let (version, as_of) = &estimate.book;
    Estimate {
        schema: "stackcost.estimate/1",
        stack: &estimate.stack,
        scenario: estimate.scenario.as_deref(),
        region: estimate.region.code(),
        horizon: Horizon { hours: estimate.horizon.hours().to_string(), label: estimate.horizon.label() },
        price_book: PriceBook { version, as_of: as_of.map_or_else(|| version.clone(), |date| date.to_string()) },
        remarks: &estimate.remarks,
        lines: estimate.lines.iter().map(line).collect(),
        unpriced: estimate.unpriced.iter().map(unpriced).collect(),
        total: match estimate.total() {
            Total::Exactly(usd) => TotalJson { kind: "exactly", usd: usd.to_string() },
            Total::AtLeast(usd) => TotalJson { kind: "at_least", usd: usd.to_string() },
        },
        parts: parts(estimate),
        credit_months: estimate.drawdown.iter().map(credit_month).collect(),
        converted: estimate.currency.as_ref().map(|currency| Converted {
            currency: &currency.code,
            per_usd: number(currency.per_usd, 18),
            amount: number(estimate.total().usd().to_ratio() * currency.per_usd, 12),
            from: &currency.from,
        }),
    }
}

fn parts(estimate: &estimate::Estimate) -> Option<Parts> {
    let of = |kind| estimate.of_kind(kind).to_string();
    let more = estimate.lines.iter().any(|line| line.kind != LineKind::Usage);
    more.then(|| Parts {
        usage: of(LineKind::Usage),
        discounts: of(LineKind::Discount),
        commitments: of(LineKind::Commitment),
        credits: of(LineKind::Credit),
    })
}

fn credit_month(month: &estimate::CreditMonth) -> CreditMonth {
    CreditMonth {
        from: month.from.to_string(),
        gross: month.gross.to_string(),
        credits: month.credits.to_string(),
        net: (month.gross - month.credits).to_string(),
        expired: month.expired.to_string(),
        left: month.left.to_string(),
    }
}

fn line(line: &estimate::Line) -> Line<'_> {
    Line {
        component: &line.component,
        kind: Some(line.kind).filter(|kind| *kind != LineKind::Usage).map(LineKind::word),
        service: line.service.code(),
        usage_type: &line.usage_type,
        operation: &line.operation,
        quantity: number(line.quantity.value, 12),
        unit: line.quantity.unit.label(),
        rate: number(line.rate, 18),
        amount: line.amount.to_string(),
        because: &line.because,
        source: source(&line.source),
    }
}

fn source(source: &Source) -> SourceJson<'_> {
    SourceJson {
        sku: source.sku.as_deref(),
        effective: source.date_text(),
        basis: source.basis.word(),
        from: &source.from,
        confidence: source.confidence.word(),
    }
}

fn unpriced(gap: &estimate::Unpriced) -> Unpriced<'_> {
    Unpriced {
        component: &gap.component,
        service: gap.service.code(),
        usage_type: &gap.usage_type,
        operation: &gap.operation,
        quantity: number(gap.quantity.value, 12),
        unit: gap.quantity.unit.label(),
        because: &gap.because,
        reason: gap.gap.to_string(),
    }
}
