//! How fast services are run over loads: a year of minutes, once, and by thousands of policies.
//!
//! ```sh
//! cargo bench -p stackcost-formats --bench scaling
//! ```
//!
//! | benchmark | what |
//! |---|---|
//! | `year/policy` | a year of one-minute load through one target tracking policy, figures alone |
//! | `year/course` | the same with the course: tasks over time, activities, latencies |
//! | `year/floor` | one pass over the load that sums it: no run over it is faster |
//! | `year/clock` | the best clock schedule of the year |
//! | `sweep/2000` | 2,000 policies over the year on two threads, in policy-minutes a second |

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::tz::TimeZone;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::optimize::{Candidate, Grid, Objective, judge};
use stackcost_model::scaling::{
    Autoscaling, ClockSchedule, Load, LoadUnit, Measure, Metric, Policy, TargetTracking, simulate, totals,
};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const MINUTES: u32 = 525_600;
const THREADS: usize = 2;

/// A year that is busy by day and on weekdays, with noise and a rush now and then; the same each time.
fn year() -> Load {
    let mut random = 7_u32;
    let mut draw = |below: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) % below
    };
    let mut rush = 0_u32;
    let values = (0..MINUTES).map(|minute| {
        let (hour, weekday) = (minute / 60 % 24, minute / 1_440 % 7);
        // Up to noon and down again.
        let by_day = 400 - 30 * hour.abs_diff(13);
        let level = if weekday < 5 { 600 + 6 * by_day } else { 500 + 2 * by_day };
        rush = if draw(5_000) == 0 { 45 } else { rush.saturating_sub(1) };
        level + draw(400) + if rush > 0 { 2_500 } else { 0 }
    });
    Load::new(LoadUnit::RequestsPerMinute, 1_767_225_600, 60, 1, values.collect()).expect("it is a load")
}

fn service() -> Autoscaling {
    let policy = TargetTracking { scale_out_cooldown: 60, ..TargetTracking::new(Metric::Cpu, 600_000) };
    Autoscaling { over: Ratio::new(7, 10), ..Autoscaling::between(2, 20, Ratio::whole(600)) }
        .with(Policy::TargetTracking(policy))
}

fn one_year(criterion: &mut Criterion) {
    let (load, service) = (year(), service());
    let mut group = criterion.benchmark_group("year");
    group.throughput(Throughput::Elements(MINUTES.into()));
    group.bench_function("policy", |bencher| bencher.iter(|| totals(black_box(&load), &service, 0)));
    group.bench_function("course", |bencher| bencher.iter(|| simulate(black_box(&load), &service, 0)));
    group.bench_function("floor", |bencher| {
        bencher.iter(|| black_box(&load).values().iter().map(|&value| u64::from(value)).sum::<u64>());
    });
    let budget = [(Measure::RequestsOver, Measure::RequestsOver.allowed(&load, Ratio::new(1, 100)))];
    group.bench_function("clock", |bencher| {
        bencher.iter(|| ClockSchedule::fit(black_box(&load), &service, &TimeZone::UTC, 1, &budget));
    });
}

fn sweep(criterion: &mut Criterion) {
    let (load, service) = (year(), service());
    let objective = Objective { spot: Ratio::ONE, limits: Vec::new() };
    let grid = Grid {
        targets: (0..20).map(|step| 400_000 + step * 20_000).collect(),
        mins: (1..=5).collect(),
        maxes: vec![12, 16, 20, 24, 28],
        scale_out_cooldowns: vec![0, 60],
        scale_in_cooldowns: vec![60, 300],
        periods: vec![60],
    };
    let candidates: Vec<Candidate> = grid.candidates().collect();
    assert_eq!(candidates.len(), 2_000);
    let mut group = criterion.benchmark_group("sweep");
    group.sample_size(10).throughput(Throughput::Elements(2_000 * u64::from(MINUTES)));
    group.bench_function("2000", |bencher| {
        bencher.iter(|| {
            let next = AtomicUsize::new(0);
            let run = || {
                let mut task_seconds = 0;
                while let Some(&candidate) = candidates.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let trial = judge(&load, &service, 0, candidate, &objective, 0).expect("it can be");
                    task_seconds += trial.sample.task_seconds;
                }
                task_seconds
            };
            thread::scope(|scope| {
                let others: Vec<_> = (1..THREADS).map(|_| scope.spawn(run)).collect();
                run() + others.into_iter().map(|other| other.join().expect("it ends")).sum::<u64>()
            })
        });
    });
}

criterion_group!(benches, one_year, sweep);
criterion_main!(benches);
