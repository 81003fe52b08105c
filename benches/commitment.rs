//! How long it takes to choose a commitment for a year of hours, and to hold it against other years.
//!
//! ```sh
//! cargo bench -p stackcost-model --bench commitment
//! ```
//!
//! | benchmark | what | target |
//! |---|---|---|
//! | `year/best plans` | the exact best of three kinds of plan together, for four usage types | 20 ms |
//! | `year/proposal` | `optimum`: the same, each alone, too, with all figures | |
//! | `year/floor` | sorting the hours of the four types: what a sweep over all of them cannot do without | |
//! | `year/applied` | the bill under the three plans | |
//! | `year/with reservations` | reservations of two families and a database plan, jointly | |
//! | `resamples/10000` | 10,000 resamples by day of 41 levels, on two threads | 10 s |
//! | `resamples/floor` | adding up as many amounts | |
//! | `resamples/stage` | what the days cost under all levels, once | |
//! | `resamples/judged` | the order statistics and regrets of 10,000 resamples | |
//! | `backtest` | two rules, three look-backs, a year of months | |

use criterion::{Criterion, criterion_group, criterion_main};
use stackcost_model::commitment::{
    Card, Commitment, DAY_HOURS, Demand, Draws, Instance, Key, Offer, Question, Row, Stage, apply, backtest, jointly,
    levels, optimum,
};
use stackcost_model::exact::Ratio;
use stackcost_model::money::Usd;
use stackcost_model::price::{Payment, PlanKind, Term};
use std::hint::black_box;
use std::thread;

const HOURS: usize = 8_760;
const RESAMPLES: u64 = 10_000;
const LEVELS: usize = 40;

fn rate(text: &str) -> Ratio {
    Ratio::parse(text).expect("a rate")
}

fn card(kind: PlanKind) -> Card {
    Card::new(kind, Term::OneYear, Payment::No)
}

/// A year of days that swing, quieter on weekends, with noise: seconds of an hour, of `most` at its busiest.
fn usage(most: u64, seed: u64) -> Vec<u64> {
    let mut random = seed | 1;
    (0..HOURS)
        .map(|hour| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let degrees = hour as u64 % 24 * 180 / 24;
            // A sine, nearly (Bhaskara), in thousandths.
            let wave = 4_000 * degrees * (180 - degrees) / (40_500 - degrees * (180 - degrees));
            let week = if hour / 24 % 7 < 5 { 10 } else { 6 };
            most * 3_600 * (300 + wave * 7 / 10) / 1_000 * week / 10 * (900 + random % 201) / 1_100
        })
        .collect()
}

fn node(usage_type: &str, engine: &str, service: &str) -> Instance {
    Instance::of(service, "eu-west-1", usage_type, engine).expect("an instance")
}

/// vCPUs and memory on Fargate, an EC2 family, Valkey nodes. Rates have as many digits as AWS's.
fn demand() -> Demand {
    let row = |service: &str, usage_type: &str, usd: &str, most: u64, seed: u64| {
        let key = Key::new(service, "eu-west-1", usage_type, "");
        Row::new(key, "Hrs", rate(usd), 3_600, usage(most, seed))
    };
    let (compute, database, ec2) = (card(PlanKind::Compute), card(PlanKind::Database), card(PlanKind::Ec2Instance));
    let valkey = node("NodeUsage:cache.r7g.large", "CreateCacheCluster:Valkey", "AmazonElastiCache");
    Demand::new(vec![
        row("AmazonECS", "Fargate-vCPU-Hours:perCPU", "0.04048", 400, 7).under(&compute, rate("0.0346104")),
        row("AmazonECS", "Fargate-GB-Hours", "0.004445", 1_600, 11).under(&compute, rate("0.0036893")),
        row("AmazonEC2", "BoxUsage:r5.4xlarge", "1.128", 12, 13).under(&ec2, rate("0.7106")),
        row("AmazonElastiCache", "NodeUsage:cache.r7g.large", "0.1945", 9, 17)
            .under(&database, rate("0.1556"))
            .of_instance(valkey),
    ])
    .expect("a demand")
}

fn plan(kind: PlanKind) -> Offer {
    Offer::Plan { card: card(kind), upfront_percent: 0 }
}

/// Two families that may be reserved, and serverless capacity beside them, with a plan for all.
fn databases() -> (Demand, Vec<Offer>) {
    let database = card(PlanKind::Database);
    let row = |instance: &Instance, usd: &str, plan: &str, most, seed| {
        let key = Key::new(&instance.service, "eu-west-1", &instance.family, "");
        Row::new(key, "Hrs", rate(usd), 3_600, usage(most, seed))
            .under(&database, rate(plan))
            .of_instance(instance.clone())
    };
    let postgres = node("InstanceUsage:db.r7g.large", "CreateDBInstance:0014", "AmazonRDS");
    let valkey = node("NodeUsage:cache.r7g.large", "CreateCacheCluster:Valkey", "AmazonElastiCache");
    let serverless = Row::new(
        Key::new("AmazonRDS", "eu-west-1", "Aurora:ServerlessV2Usage", ""),
        "ACU-Hr",
        rate("0.14"),
        3_600,
        usage(30, 9),
    );
    let rows = vec![
        row(&postgres, "0.263", "0.2104", 8, 3),
        row(&valkey, "0.1945", "0.1556", 9, 5),
        serverless.under(&database, rate("0.091")),
    ];
    let offer = |instance: Instance, hourly: &str| Offer::Reservation {
        instance,
        term: Term::OneYear,
        payment: Payment::No,
        hourly: rate(hourly),
        upfront: Ratio::ZERO,
    };
    let offers = vec![offer(postgres, "0.1788"), offer(valkey, "0.1323"), plan(PlanKind::Database)];
    (Demand::new(rows).expect("a demand"), offers)
}

fn years(criterion: &mut Criterion) {
    let demand = demand();
    let offers = [plan(PlanKind::Compute), plan(PlanKind::Ec2Instance), plan(PlanKind::Database)];
    let mut group = criterion.benchmark_group("year");
    group.bench_function("best plans", |bencher| {
        bencher.iter(|| jointly(black_box(&demand), &offers, &[]).expect("a mix"))
    });
    group.bench_function("proposal", |bencher| {
        bencher.iter(|| optimum(black_box(&demand), &offers, &[], Ratio::new(8, 100)).expect("a proposal"));
    });
    group.bench_function("floor", |bencher| {
        bencher.iter(|| {
            let sort = |row: &Row| {
                let mut hourly = row.hourly.clone();
                hourly.sort_unstable();
                hourly
            };
            black_box(&demand).rows().iter().map(sort).collect::<Vec<Vec<u64>>>()
        });
    });
    let mix = jointly(&demand, &offers, &[]).expect("a mix");
    assert!(mix.exact && mix.buy.len() == 3, "{:?}", mix.buy);
    let bought: Vec<Commitment> = mix.buy.into_iter().map(|(_, buy)| buy).collect();
    group.bench_function("applied", |bencher| bencher.iter(|| apply(black_box(&demand), &bought).expect("a bill")));
    let (databases, offers) = databases();
    let mix = jointly(&databases, &offers, &[]).expect("a mix");
    assert!(mix.exact && mix.buy.len() == 3, "{:?}", mix.buy);
    group.sample_size(10);
    group.bench_function("with reservations", |bencher| {
        bencher.iter(|| jointly(black_box(&databases), &offers, &[]).expect("a mix"));
    });
    group.finish();
}

/// Draws on two threads, put together in order.
fn draws(stage: &Stage) -> Draws {
    thread::scope(|scope| {
        let other = scope.spawn(|| stage.resample(RESAMPLES / 2..RESAMPLES));
        let mut draws = stage.resample(0..RESAMPLES / 2);
        draws.extend(&other.join().expect("it ends"));
        draws
    })
}

fn resamples(criterion: &mut Criterion) {
    let demand = demand();
    let offer = plan(PlanKind::Compute);
    let levels = levels(&demand, &offer, &[], LEVELS).expect("levels");
    let stage = || Stage::new(&demand, &[], levels.clone(), DAY_HOURS, &[]).expect("a stage");
    let mut group = criterion.benchmark_group("resamples");
    group.sample_size(10);
    group.bench_function("stage", |bencher| bencher.iter(stage));
    let stage = stage();
    group.bench_function("10000", |bencher| bencher.iter(|| draws(black_box(&stage))));
    let amounts = vec![Usd::parse("1.5").expect("money"); stage.candidates().len() * stage.blocks()];
    group.bench_function("floor", |bencher| {
        let sum = |_| black_box(&amounts).iter().copied().sum::<Usd>();
        bencher.iter(|| {
            thread::scope(|scope| {
                let other = scope.spawn(|| (0..RESAMPLES / 2).map(sum).sum::<Usd>());
                (0..RESAMPLES / 2).map(sum).sum::<Usd>() + other.join().expect("it ends")
            })
        });
    });
    let drawn = draws(&stage);
    group.bench_function("judged", |bencher| bencher.iter(|| stage.judge(black_box(&drawn), Ratio::new(1, 20))));
    group.finish();
    criterion.bench_function("backtest", |bencher| {
        bencher.iter(|| backtest(black_box(&demand), &offer, &[], &Question::default()).expect("back-tests"));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = years, resamples
}
criterion_main!(benches);
