//! A stack built from code, priced with the bundled book.
//!
//! ```sh
//! cargo run -p stackcost-formats --example price_a_stack
//! ```
#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use stackcost_formats::price_book::Bundle;
use stackcost_model::estimate::estimate;
use stackcost_model::exact::Ratio;
use stackcost_model::money::Usd;
use stackcost_model::services::alb::{Alb, Load};
use stackcost_model::services::ecr::{Ecr, Stored};
use stackcost_model::services::fargate::{Fargate, INCLUDED_GB, Platform, Size, Tasks};
use stackcost_model::stack::Stack;
use stackcost_model::time::Horizon;
use stackcost_model::timeline::Timeline;
use std::error::Error;

/// Prices the stack and shows every line.
pub fn main() -> Result<(), Box<dyn Error>> {
    let region = "us-east-1".parse()?;
    let month = Horizon::AverageMonth;
    let mut stack = Stack::new("small", region, month);

    let two_tasks = Tasks::Running(Timeline::constant(2, month.seconds()));
    let api = Fargate {
        size: Size::new(256, 512)?, // CPU units and MiB: 0.25 vCPU with 0.5 GB
        platform: Platform::LinuxX86,
        ephemeral_gb: INCLUDED_GB,
        tasks: two_tasks,
        spot: None,
        public_ip: false,
    };
    let public = Alb {
        running: Timeline::constant(true, month.seconds()),
        load: Load::Lcus(Timeline::constant(Ratio::ONE, month.seconds())),
        public_zones: 2,
    };
    let images = Ecr {
        stored: Stored::Gb(Ratio::whole(5)),
        archived_gb: Ratio::ZERO,
        archive_retrieved_gb: Ratio::ZERO,
        pulled_to_gb: Vec::new(),
    };
    stack.add("fargate.api", api);
    stack.add("alb.public", public);
    stack.add("ecr.images", images);

    use stackcost_prices as prices;
    let bundle = Bundle {
        version: prices::VERSION,
        sources: prices::SOURCES,
        allowances: prices::ALLOWANCES,
        sign_up: prices::SIGN_UP,
    };
    // Rates without a region are billed once for all regions.
    let book = bundle.read(prices::files(), |_, at| at.is_none_or(|at| at == region))?;

    let priced = estimate(&stack, &book, None);
    for line in &priced.lines {
        println!("{:12} {:30} {:>9}  {}", line.component, line.usage_type, line.amount.to_fixed(5), line.because);
    }
    for gap in &priced.unpriced {
        println!("{:12} {:30} no price: {}", gap.component, gap.usage_type, gap.gap);
    }
    println!("{:43} {:>9}", "USD a month", priced.total().usd().to_fixed(5));

    assert_eq!(Some(priced.of_component("fargate.api").usd()), Usd::parse("18.02005"));
    Ok(())
}
