//! How long an estimate takes, and what is around it.
//!
//! ```sh
//! cargo bench -p stackcost-formats --bench estimate
//! ```
//!
//! | benchmark | what | target on one core |
//! |---|---|---|
//! | `estimate/six_services` | the News API stack, from a parsed stack and a loaded book | 10 µs |
//! | `estimate/floor` | as many plain multiply-adds as that estimate has lines: no exact estimate is faster | |
//! | `sweep/10000` | ten thousand variants of it | 0.2 s |
//! | `read/stack` | parse and resolve `examples/news-api.toml` | |
//! | `read/book` | the part of the bundled book that it needs | |
//! | `read/classes` | the catalogue of database and cache classes | |

use criterion::{Criterion, criterion_group, criterion_main};
use stackcost_formats::classes::Classes;
use stackcost_formats::price_book::Bundle;
use stackcost_formats::stack::{Env, StackFile};
use stackcost_model::estimate::estimate;
use stackcost_model::meter::ServiceCode;
use stackcost_model::price::PriceBook;
use stackcost_model::stack::Stack;
use std::hint::black_box;

#[allow(dead_code, reason = "only its loop is measured")]
#[path = "../examples/what_if_sweep.rs"]
mod what_if_sweep;

const NEWS_API: &str = include_str!("../examples/news-api.toml");

fn classes() -> Classes {
    Classes::parse(stackcost_prices::CLASSES).expect("the bundled classes")
}

fn stack(classes: &Classes) -> Stack {
    let file = StackFile::parse("news-api.toml", NEWS_API).expect("the example parses");
    file.resolve(None, &Env::without_files(classes)).expect("the example resolves").stack
}

/// The part of the bundled book that a stack needs, as the command line reads it.
fn book(stack: &Stack) -> PriceBook {
    use stackcost_prices as prices;
    let bundle = Bundle {
        version: prices::VERSION,
        sources: prices::SOURCES,
        allowances: prices::ALLOWANCES,
        sign_up: prices::SIGN_UP,
    };
    let meters = stack.components.iter().flat_map(|(_, component)| component.meters());
    let services: Vec<ServiceCode> = meters.map(|meter| meter.service).collect();
    let wanted = |service, region: Option<_>| services.contains(&service) && region.is_none_or(|at| at == stack.region);
    bundle.read(prices::files(), wanted).expect("the bundled book")
}

fn estimates(criterion: &mut Criterion) {
    let stack = stack(&classes());
    let book = book(&stack);
    let mut group = criterion.benchmark_group("estimate");
    group
        .bench_function("six_services", |bencher| bencher.iter(|| estimate(black_box(&stack), black_box(&book), None)));

    // Millionths of a unit and of a dollar: what a program that gives up exactness and words would do.
    let scaled = |ratio: stackcost_model::exact::Ratio| ratio.scaled(6).expect("it is small");
    let lines = estimate(&stack, &book, None).lines;
    let lines: Vec<(i128, i128)> = lines.iter().map(|line| (scaled(line.quantity.value), scaled(line.rate))).collect();
    let sum = |lines: &[(i128, i128)]| lines.iter().fold(0_i128, |sum, (quantity, rate)| sum + quantity * rate);
    group.bench_function("floor", |bencher| bencher.iter(|| sum(black_box(&lines))));
    group.finish();

    let mut group = criterion.benchmark_group("sweep");
    group.sample_size(10);
    group.bench_function("10000", |bencher| bencher.iter(|| what_if_sweep::sweep(black_box(&stack), black_box(&book))));
    group.finish();
}

fn reading(criterion: &mut Criterion) {
    let classes = classes();
    let of_classes = stack(&classes);
    let mut group = criterion.benchmark_group("read");
    group.bench_function("stack", |bencher| bencher.iter(|| stack(black_box(&classes))));
    group.bench_function("book", |bencher| bencher.iter(|| book(black_box(&of_classes))));
    group.bench_function("classes", |bencher| bencher.iter(self::classes));
    group.finish();
}

criterion_group!(benches, estimates, reading);
criterion_main!(benches);
