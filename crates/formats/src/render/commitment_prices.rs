//! What usage costs under commitments, as CSV and JSON.

use super::number;
use serde::Serialize;
use stackcost_model::exact::Ratio;
use stackcost_model::price::{PlanRate, Reservation, Source};
use stackcost_model::unit::UnitKind;

/// A rate under a Savings Plan, or the price of a reservation.
#[derive(Serialize)]
struct Record<'a> {
    /// The kind of plan, or `reserved`.
    under: &'a str,
    service: &'a str,
    region: &'a str,
    usage_type: &'a str,
    operation: &'a str,
    term: &'a str,
    payment: &'a str,
    unit: &'a str,
    /// Dollars for each unit, or each hour, as it passes.
    usd: String,
    /// Dollars at once; of plans the commitment itself is paid at once.
    upfront: String,
    /// Both, what is paid at once spread over the hours of the term.
    effective: String,
    date: Option<String>,
    basis: &'a str,
    sku: Option<&'a str>,
    source: &'a str,
    confidence: &'a str,
}

fn of_plan(plan: &PlanRate) -> Record<'_> {
    let usd = number(Ratio::from(plan.usd), 18);
    Record {
        under: plan.kind.word(),
        service: plan.service.code(),
        region: plan.region.code(),
        usage_type: &plan.usage_type,
        operation: &plan.operation,
        term: plan.term.word(),
        payment: plan.payment.word(),
        unit: plan.unit.label(),
        usd: usd.clone(),
        upfront: "0".to_string(),
        effective: usd,
        ..of_source(&plan.source)
    }
}

fn of_reservation(of: &Reservation) -> Record<'_> {
    Record {
        under: "reserved",
        service: of.service.code(),
        region: of.region.code(),
        usage_type: &of.usage_type,
        operation: &of.operation,
        term: of.term.word(),
        payment: of.payment.word(),
        unit: UnitKind::Hour.label(),
        usd: number(Ratio::from(of.hourly), 18),
        upfront: number(Ratio::from(of.upfront), 18),
        effective: number(of.effective(), 18),
        ..of_source(&of.source)
    }
}

fn of_source(source: &Source) -> Record<'_> {
    Record {
        under: "",
        service: "",
        region: "",
        usage_type: "",
        operation: "",
        term: "",
        payment: "",
        unit: "",
        usd: String::new(),
        upfront: String::new(),
        effective: String::new(),
        date: source.date_text(),
        basis: source.basis.word(),
        sku: source.sku.as_deref(),
        source: &source.from,
        confidence: source.confidence.word(),
    }
}

fn records<'a>(plans: &'a [PlanRate], reserved: &'a [Reservation]) -> impl Iterator<Item = Record<'a>> {
    plans.iter().map(of_plan).chain(reserved.iter().map(of_reservation))
}

/// One price a row.
#[must_use]
pub fn csv(plans: &[PlanRate], reserved: &[Reservation]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in records(plans, reserved) {
        // Writing to memory does not fail.
        let _ = writer.serialize(record);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// `stackcost.commitment-prices/1`.
#[must_use]
pub fn json(disclaimer: &str, plans: &[PlanRate], reserved: &[Reservation]) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        disclaimer: &'a str,
        prices: Vec<Record<'a>>,
    }
    let prices = records(plans, reserved).collect();
    let document = Document { schema: "stackcost.commitment-prices/1", disclaimer, prices };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// One price a line.
#[must_use]
pub fn ndjson(plans: &[PlanRate], reserved: &[Reservation]) -> String {
    records(plans, reserved).map(|record| serde_json::to_string(&record).unwrap_or_default() + "\n").collect()
}
