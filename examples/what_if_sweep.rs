//! What if: 10,000 variants of the News API stack, priced one by one on one core.
//!
//! ```sh
//! cargo run --release -p stackcost-formats --example what_if_sweep
//! ```
#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use stackcost_formats::classes::Classes;
use stackcost_formats::price_book::Bundle;
use stackcost_formats::stack::{Env, StackFile};
use stackcost_model::estimate::estimate;
use stackcost_model::money::Usd;
use stackcost_model::price::PriceBook;
use stackcost_model::services::Component;
use stackcost_model::services::fargate::{InvalidSize, Size, Tasks};
use stackcost_model::stack::Stack;
use stackcost_model::time::HOUR;
use stackcost_model::timeline::Timeline;
use std::error::Error;
use std::time::Instant;

/// CPU units and MiB of a task.
const SIZES: [(u32, u32); 4] = [(256, 512), (512, 1_024), (1_024, 2_048), (2_048, 4_096)];

/// A priced variant: so many tasks, and four times as many for so many hours a day.
pub struct Variant {
    tasks: u32,
    peak_hours: u64,
    size: Size,
    total: Usd,
}

/// Prices every variant.
pub fn sweep(stack: &Stack, book: &PriceBook) -> Result<Vec<Variant>, InvalidSize> {
    let mut priced = Vec::with_capacity(10_000);
    let mut variant = stack.clone();
    for (cpu_units, memory_mib) in SIZES {
        let size = Size::new(cpu_units, memory_mib)?;
        for tasks in 1..=100 {
            for peak_hours in 0..=24 {
                for (_, component) in &mut variant.components {
                    if let Component::Fargate(fargate) = component {
                        fargate.size = size;
                        fargate.tasks =
                            Tasks::Running(Timeline::daily(tasks, 4 * tasks, peak_hours * HOUR, stack.horizon));
                    }
                }
                let total = estimate(&variant, book, None).total().usd();
                priced.push(Variant { tasks, peak_hours, size, total });
            }
        }
    }
    Ok(priced)
}

/// Sweeps and shows the extremes.
pub fn main() -> Result<(), Box<dyn Error>> {
    let classes = Classes::parse(stackcost_prices::CLASSES)?;
    let file = StackFile::parse("news-api.toml", include_str!("news-api.toml"))?;
    let stack = file.resolve(None, &Env::without_files(&classes))?.stack;
    use stackcost_prices as prices;
    let bundle = Bundle {
        version: prices::VERSION,
        sources: prices::SOURCES,
        allowances: prices::ALLOWANCES,
        sign_up: prices::SIGN_UP,
    };
    let book = bundle.read(prices::files(), |_, region| region.is_none_or(|region| region == stack.region))?;

    let start = Instant::now();
    let variants = sweep(&stack, &book)?;
    let took = start.elapsed();

    assert_eq!(variants.len(), 10_000);
    let cheapest = variants.iter().min_by_key(|variant| variant.total).ok_or("no variants")?;
    let dearest = variants.iter().max_by_key(|variant| variant.total).ok_or("no variants")?;
    for (what, Variant { tasks, peak_hours, size, total }) in [("cheapest", cheapest), ("dearest", dearest)] {
        println!("{what}: {total} USD a month, tasks of {size}: {tasks}, for {peak_hours} h a day {}", 4 * tasks);
    }
    println!("{} variants in {took:?}", variants.len());
    Ok(())
}
