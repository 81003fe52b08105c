//! A price book of one's own, from code: the model alone, without the bundled data.
//!
//! ```sh
//! cargo run -p stackcost-formats --example own_price_book
//! ```
#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use stackcost_model::estimate::{Total, estimate};
use stackcost_model::exact::Ratio;
use stackcost_model::meter::{Meter, Region, ServiceCode};
use stackcost_model::price::{Band, Price, PriceBook, Source};
use stackcost_model::services::kms::Kms;
use stackcost_model::stack::Stack;
use stackcost_model::time::Horizon;
use stackcost_model::unit::UnitKind;
use std::error::Error;

/// One rate as our contract has it, for all usage of a meter.
fn rate(meter: &Meter, region: Region, usd: &str) -> Result<Price, Box<dyn Error>> {
    Ok(Price {
        service: meter.service,
        region: Some(region),
        usage_type: meter.usage_type.as_ref().into(),
        operation: meter.operation.as_ref().into(),
        unit: meter.unit,
        band: Band::flat(usd.parse().map_err(|_| "no decimal")?),
        source: Source::user("our contract of May, page 3"),
    })
}

/// Prices a stack from the contract and shows what the contract leaves open.
pub fn main() -> Result<(), Box<dyn Error>> {
    let region = "eu-west-1".parse()?;
    let keys = Meter::new(ServiceCode::Kms, "KMS-Keys", UnitKind::KeyMonth);
    let book = PriceBook::new("our contract", [rate(&keys, region, "0.90")?]);

    let mut stack = Stack::new("keys", region, Horizon::AverageMonth);
    stack.add("kms.main", Kms { keys: 3, requests: Ratio::whole(1_000_000) });

    let priced = estimate(&stack, &book, None);
    for line in &priced.lines {
        println!(
            "{} {}: {} x {} = {} USD ({})",
            line.component, line.usage_type, line.quantity, line.rate, line.amount, line.source
        );
    }
    // The book says nothing of requests: a gap, and the total is a lower bound.
    for gap in &priced.unpriced {
        println!("{} {}: {}, {}", gap.component, gap.usage_type, gap.quantity, gap.gap);
    }
    match priced.total() {
        Total::Exactly(usd) => println!("{usd} USD a month"),
        Total::AtLeast(usd) => println!("at least {usd} USD a month"),
    }

    assert_eq!(priced.lines[0].amount.to_string(), "2.7");
    assert!(matches!(priced.total(), Total::AtLeast(_)));
    Ok(())
}
