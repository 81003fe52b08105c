//! Fixed capacity against capacity that follows the load: the same task-hours, counted twice.
//!
//! Two tasks are enough for twenty hours a day, eight are needed for four. Autoscaling is held
//! against both ways to do without it: eight tasks all day, or two that cannot bear the peak.
//!
//! ```sh
//! cargo run -p stackcost-formats --example fixed_versus_autoscaled
//! ```
#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use stackcost_formats::price_book::Bundle;
use stackcost_model::compare::{Comparison, Scenario};
use stackcost_model::estimate::estimate;
use stackcost_model::exact::Ratio;
use stackcost_model::price::PriceBook;
use stackcost_model::services::fargate::{Fargate, INCLUDED_GB, Platform, Size, Tasks};
use stackcost_model::stack::Stack;
use stackcost_model::time::{HOUR, Horizon};
use stackcost_model::timeline::Timeline;
use std::error::Error;

const MONTH: Horizon = Horizon::AverageMonth;

fn scenario(name: &str, tasks: Timeline<u32>, book: &PriceBook) -> Result<Scenario, Box<dyn Error>> {
    let api = Fargate {
        size: Size::new(256, 512)?,
        platform: Platform::LinuxX86,
        ephemeral_gb: INCLUDED_GB,
        tasks: Tasks::Running(tasks),
        spot: None,
        public_ip: false,
    };
    let mut stack = Stack::new("api", "us-east-1".parse()?, MONTH);
    stack.add("fargate.api", api);
    Ok(Scenario { name: name.to_string(), estimate: estimate(&stack, book, None) })
}

/// Compares and shows by how much they differ.
pub fn main() -> Result<(), Box<dyn Error>> {
    use stackcost_prices as prices;
    let bundle = Bundle {
        version: prices::VERSION,
        sources: prices::SOURCES,
        allowances: prices::ALLOWANCES,
        sign_up: prices::SIGN_UP,
    };
    let book = bundle.read(prices::files(), |_, region| region.is_none_or(|region| region.code() == "us-east-1"))?;

    let constant = |tasks| Timeline::constant(tasks, MONTH.seconds());
    let autoscaled = scenario("autoscaled", Timeline::daily(2, 8, 4 * HOUR, MONTH), &book)?;
    let mut changes = Vec::new();
    for fixed in [scenario("fixed at peak", constant(8), &book)?, scenario("fixed at baseline", constant(2), &book)?] {
        let comparison = Comparison::new(vec![fixed, autoscaled.clone()])?;
        let [fixed, autoscaled] = comparison.scenarios() else { return Err("not two scenarios".into()) };
        let delta = comparison.delta(autoscaled).ok_or("not priced in full")?;
        let percent = delta.percent.ok_or("compared with nothing")?;
        let sign = if percent.is_negative() { "" } else { "+" };
        let [from, to] = [fixed, autoscaled].map(|one| one.estimate.total().usd());
        println!("{} {from} USD, {} {to} USD a month: {sign}{percent} %", fixed.name, autoscaled.name);
        changes.push(percent);
    }

    // Against the peak it saves 62.5 %; against the baseline it costs half as much again.
    assert_eq!(changes, [Ratio::new(-125, 2), Ratio::whole(50)]);
    Ok(())
}
