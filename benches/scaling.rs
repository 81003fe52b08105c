//! How long a year of autoscaling takes: one policy, and thousands of them.
//!
//! ```sh
//! cargo bench -p stackcost-model --bench scaling
//! ```
//!
//! | benchmark | what | target |
//! |---|---|---|
//! | `year/quiet` | `totals` over a year of minutes in which nothing scales | 5 ms |
//! | `year/noisy` | the same with thousands of activities: three policies | 5 ms |
//! | `year/told` | `simulate`: the same with every activity, as the command shows it | |
//! | `year/minutes` | a peer: a loop of minutes that knows such a policy and nothing else | |
//! | `year/floor` | adding up the loads: no simulation is faster | |
//! | `sweep/2000 policies` | a search's grid, each policy over the year, on two threads | 300 million minutes a second |

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::optimize::{Candidate, Grid, Objective, alike, judge_all};
use stackcost_model::scaling::{Autoscaling, Load, LoadUnit, Metric, Policy, TargetTracking, simulate, totals};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const MINUTES: u32 = 525_600;
/// What a task serves, in requests a minute.
const SERVES: u32 = 600;

/// A year of days that swing between 400 and 4,400 requests a minute, with 5 % noise in each minute.
fn year() -> Load {
    let mut random = 7_u64;
    let values = (0..MINUTES).map(|minute| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let degrees = minute % 1_440 / 8;
        // A sine, nearly (Bhaskara).
        let wave = 4_000 * degrees * (180 - degrees) * 4 / (40_500 - degrees * (180 - degrees));
        (400 + wave) * (950 + u32::try_from(random % 101).expect("it is small")) / 1_000
    });
    Load::new(LoadUnit::RequestsPerMinute, 0, 60, 1, values.collect()).expect("a load")
}

fn service(bounds: (u32, u32), target: u64, (out, into): (u32, u32)) -> Autoscaling {
    let policy =
        TargetTracking { scale_out_cooldown: out, scale_in_cooldown: into, ..TargetTracking::new(Metric::Cpu, target) };
    Autoscaling::between(bounds.0, bounds.1, Ratio::whole(SERVES.into())).with(Policy::TargetTracking(policy))
}

/// What a program does that knows one such policy: minute by minute, CPU in millionths, tasks that run
/// half a minute after their launch. Gives the task-minutes that run, and the activities.
fn minutes(loads: &[u32], bounds: (u32, u32), target: u64, (out, into): (u32, u32)) -> (u64, u64) {
    let (mut tasks, mut points) = (bounds.0, [0_u64; 16]);
    let (mut high, mut low) = (0_u32, 0_u32);
    let (mut out_until, mut in_until) = (0_u32, 0_u32);
    let (mut area, mut activities) = (0, 0);
    for (minute, &load) in (0_u32..).zip(loads) {
        let wanted = |count: u32| {
            let newest = (0..count).map(|back| points[minute.wrapping_sub(2 + back) as usize % 16]).sum::<u64>();
            let asked = (u64::from(tasks) * newest).div_ceil(u64::from(count) * target);
            u32::try_from(asked).unwrap_or(u32::MAX).clamp(bounds.0, bounds.1)
        };
        let mut launched = 0;
        if high >= 3 && minute >= out_until {
            let wanted = wanted(3);
            if wanted > tasks {
                launched = wanted - tasks;
                (tasks, activities, out_until) = (wanted, activities + 1, minute + out / 60 + 1);
            }
        } else if low >= 15 && minute >= in_until && tasks > bounds.0 {
            let wanted = wanted(15);
            if wanted < tasks {
                (tasks, activities, in_until) = (wanted, activities + 1, minute + into / 60);
            }
        }
        // Alarms see a minute later: this one's datapoint counts at the next but one.
        let seen = points[minute.wrapping_sub(1) as usize % 16];
        high = if seen > target { high + 1 } else { 0 };
        low = if minute > 0 && 10 * seen < 9 * target { low + 1 } else { 0 };
        let of = |tasks: u32| (u64::from(load) * 1_000_000 / u64::from(SERVES * tasks)).min(1_000_000);
        points[minute as usize % 16] = if launched > 0 { (of(tasks - launched) + of(tasks)) / 2 } else { of(tasks) };
        area += u64::from(tasks);
    }
    (area, activities)
}

fn years(criterion: &mut Criterion) {
    let load = year();
    let mut group = criterion.benchmark_group("year");
    group.throughput(Throughput::Elements(MINUTES.into()));
    let quiet = service((12, 12), 700_000, (300, 300));
    group.bench_function("quiet", |bencher| bencher.iter(|| totals(black_box(&load), &quiet, 0)));
    for (target, cooldowns) in [(700_000, (60, 300)), (600_000, (300, 300)), (500_000, (60, 60))] {
        let noisy = service((2, 12), target, cooldowns);
        let figures = totals(&load, &noisy, 0).expect("it can be");
        let name = format!("{} %, {} launches", target / 10_000, figures.launches);
        let id = |what| BenchmarkId::new(what, &name);
        group.bench_function(id("noisy"), |bencher| bencher.iter(|| totals(black_box(&load), &noisy, 0)));
        group.bench_function(id("told"), |bencher| bencher.iter(|| simulate(black_box(&load), &noisy, 0)));
        group.bench_function(id("minutes"), |bencher| {
            bencher.iter(|| minutes(black_box(load.values()), (2, 12), target, cooldowns));
        });
    }
    let sum = |loads: &[u32]| loads.iter().map(|&load| u64::from(load)).sum::<u64>();
    group.bench_function("floor", |bencher| bencher.iter(|| sum(black_box(load.values()))));
    group.finish();
}

/// A search's grid of 2,000 policies, each over the year, on two threads that take one after another.
fn sweeps(criterion: &mut Criterion) {
    const THREADS: usize = 2;
    let load = year();
    let service = service((2, 12), 700_000, (60, 300));
    let objective = Objective { spot: Ratio::ONE, limits: Vec::new() };
    let grid = Grid {
        targets: (0..20).map(|step| 400_000 + step * 20_000).collect(),
        mins: (1..=5).collect(),
        maxes: vec![8, 10, 12, 14, 16],
        scale_out_cooldowns: vec![0, 60],
        scale_in_cooldowns: vec![60, 300],
        periods: vec![60],
    };
    let candidates: Vec<Candidate> = grid.candidates().collect();
    assert_eq!(candidates.len(), 2_000);
    let groups = alike(&candidates);
    let mut group = criterion.benchmark_group("sweep");
    group.sample_size(10).throughput(Throughput::Elements(2_000 * u64::from(MINUTES)));
    group.bench_function("2000 policies", |bencher| {
        bencher.iter(|| {
            let next = AtomicUsize::new(0);
            let run = || {
                let mut task_seconds = 0;
                while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let trials = judge_all(&load, &service, 0, group, &objective, 0).expect("it can be");
                    task_seconds += trials.iter().map(|trial| trial.sample.task_seconds).sum::<u64>();
                }
                task_seconds
            };
            thread::scope(|scope| {
                let others: Vec<_> = (1..THREADS).map(|_| scope.spawn(run)).collect();
                run() + others.into_iter().map(|other| other.join().expect("it ends")).sum::<u64>()
            })
        });
    });
    group.finish();
}

criterion_group!(benches, years, sweeps);
criterion_main!(benches);
