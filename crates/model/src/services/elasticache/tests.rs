//! ElastiCache: nodes by the started hour, serverless with its floor, backups of which one is free.

use super::*;
use crate::services::declares;
use crate::time::{DAY, Horizon};
use alloc::string::{String, ToString};
use proptest::prelude::*;

fn site(month: &str) -> Site {
    Site {
        component: "elasticache.cache".into(),
        region: "us-east-1".parse().unwrap(),
        horizon: month.parse().unwrap(),
    }
}

fn always<T: Copy + PartialEq>(value: T, month: &str) -> Timeline<T> {
    Timeline::constant(value, site(month).horizon.seconds())
}

fn nodes(shards: u32, replicas: u32, running: Timeline<bool>) -> ElastiCache {
    let class = InstanceClass { name: "cache.r7g.large".into(), vcpus: 2 };
    let capacity = Capacity::Nodes { class, shards, replicas, running, extended_support: None };
    ElastiCache { engine: Engine::Valkey, capacity, backups: None }
}

fn serverless(engine: Engine, data_gb: Timeline<Ratio>, ecpus: i64) -> ElastiCache {
    ElastiCache { engine, capacity: Capacity::Serverless { data_gb, ecpus: Ratio::whole(ecpus) }, backups: None }
}

#[track_caller]
fn check(cache: &ElastiCache, month: &str, lines: &[&str]) {
    let usage = cache.usage(&site(month));
    assert!(
        usage.iter().all(|used| declares(ElastiCache::METERS, &used.meter) && used.quantity.unit == used.meter.unit)
    );
    let shown: Vec<String> =
        usage.iter().map(|used| format!("{} {} | {}", used.meter.usage_type, used.quantity, used.because)).collect();
    assert_eq!(shown, lines);
}

#[test]
fn nodes_are_shards_times_one_plus_replicas() {
    for (shards, replicas, line) in [
        (1, 0, "NodeUsage:cache.r7g.large 730 Hrs | 1 node x 730 h"),
        (3, 0, "NodeUsage:cache.r7g.large 2190 Hrs | 3 nodes x 730 h"),
        (1, 1, "NodeUsage:cache.r7g.large 1460 Hrs | 2 nodes x 730 h (1 shard with 1 replica each)"),
        (3, 2, "NodeUsage:cache.r7g.large 6570 Hrs | 9 nodes x 730 h (3 shards with 2 replicas each)"),
    ] {
        check(&nodes(shards, replicas, always(true, "average")), "average", &[line]);
    }
    for (month, hours) in [("30d", 720), ("2026-10", 744), ("2026-02", 672)] {
        let line = format!("NodeUsage:cache.r7g.large {hours} Hrs | 1 node x {hours} h");
        check(&nodes(1, 0, always(true, month)), month, &[&line]);
    }
}

#[test]
fn no_count_is_too_large_to_be_said() {
    let usage = nodes(u32::MAX, u32::MAX, always(true, "1d")).usage(&site("1d"));
    assert_eq!(usage[0].quantity.value, Ratio::from(u32::MAX) * Ratio::from(1_u64 << 32) * Ratio::whole(24));
}

#[test]
fn a_started_hour_is_a_whole_hour() {
    for (seconds, hours) in [(1, "30 Hrs"), (HOUR, "30 Hrs"), (HOUR + 1, "60 Hrs"), (9 * HOUR + 1_800, "300 Hrs")] {
        let running = Timeline::daily(false, true, seconds, Horizon::Days(30));
        let usage = nodes(1, 0, running).usage(&site("30d"));
        assert_eq!(usage[0].quantity.to_string(), hours, "{seconds} s a day");
    }
}

#[test]
fn the_engine_is_in_the_operation() {
    for (engine, operation) in [
        (Engine::Redis, "CreateCacheCluster:0002"),
        (Engine::Memcached, "CreateCacheCluster:0001"),
        (Engine::Valkey, "CreateCacheCluster:Valkey"),
    ] {
        let usage = ElastiCache { engine, ..nodes(1, 0, always(true, "1d")) }.usage(&site("1d"));
        assert_eq!(usage[0].meter.operation, operation);
    }
}

#[test]
fn extended_support_is_a_second_line_for_the_same_hours() {
    for (support, family) in [
        (ExtendedSupport::Years1To2, "ExtendedSupportYr1_Yr2-NodeUsage"),
        (ExtendedSupport::Year3, "ExtendedSupportYr3-NodeUsage"),
    ] {
        let mut cache = ElastiCache { engine: Engine::Redis, ..nodes(1, 1, always(true, "average")) };
        let Capacity::Nodes { extended_support, .. } = &mut cache.capacity else { unreachable!("it has nodes") };
        *extended_support = Some(support);
        let words = "2 nodes x 730 h (1 shard with 1 replica each)";
        check(
            &cache,
            "average",
            &[
                &format!("NodeUsage:cache.r7g.large 1460 Hrs | {words}"),
                &format!("{family}:cache.r7g.large 1460 Hrs | {words}, past standard support"),
            ],
        );
    }
}

#[test]
fn serverless_meters_data_and_processing() {
    check(
        &serverless(Engine::Valkey, always(Ratio::whole(2), "average"), 10_000_000),
        "average",
        &[
            "CachedData:Valkey 1460 GB-Hours | 2 GB x 730 h",
            "ElastiCacheProcessingUnits:Valkey 10000000 ElastiCacheProcessingUnit | 10000000 ECPUs",
        ],
    );
    check(
        &serverless(Engine::Memcached, always(Ratio::whole(2), "30d"), 0),
        "30d",
        &["CachedData:Memcached 1440 GB-Hours | 2 GB x 720 h"],
    );
}

#[test]
fn serverless_has_a_floor() {
    for (engine, line) in [
        (Engine::Valkey, "CachedData:Valkey 73 GB-Hours | 0.05 GB x 730 h, metered at no less than 0.1 GB in any hour"),
        (Engine::Redis, "CachedData:Redis 730 GB-Hours | 0.05 GB x 730 h, metered at no less than 1 GB in any hour"),
        (
            Engine::Memcached,
            "CachedData:Memcached 730 GB-Hours | 0.05 GB x 730 h, metered at no less than 1 GB in any hour",
        ),
    ] {
        check(&serverless(engine, always(Ratio::new(1, 20), "average"), 0), "average", &[line]);
    }
}

#[test]
fn the_floor_is_of_the_hour_not_of_the_month_nor_of_the_second() {
    // 3 GB in one hour and 0.2 GB in 23: 3 + 23 x 1, though the day's average is below 1.
    let day = Timeline::steps([(HOUR, Ratio::whole(3)), (23 * HOUR, Ratio::new(1, 5))]).unwrap();
    let line = "CachedData:Redis 26 GB-Hours | ~0.316667 GB x 24 h, metered at no less than 1 GB in any hour";
    check(&serverless(Engine::Redis, day, 0), "1d", &[line]);
    // 2 GB for half an hour and none for the other: an average of 1, which is not below the floor.
    let hour = Timeline::steps([(1_800, Ratio::whole(2)), (1_800, Ratio::ZERO)]).unwrap();
    let day = hour.repeated_over(Horizon::Days(1));
    check(&serverless(Engine::Redis, day, 0), "1d", &["CachedData:Redis 24 GB-Hours | 1 GB x 24 h"]);
}

#[test]
fn one_backup_of_a_cluster_is_free_and_none_of_serverless() {
    let backups = |count| Some(Backups { count, size_gb: Ratio::whole(2) });
    let of_nodes = |count| ElastiCache { backups: backups(count), ..nodes(1, 0, always(true, "average")) };
    let hours = "NodeUsage:cache.r7g.large 730 Hrs | 1 node x 730 h";
    check(&of_nodes(0), "average", &[hours]);
    check(&of_nodes(1), "average", &[hours]);
    check(
        &of_nodes(7),
        "average",
        &[hours, "ElastiCache:BackupUsage 12 GB-Mo | 6 backups x 2 GB (7 kept, one is free)"],
    );
    let data = "CachedData:Valkey 360 GB-Hours | 1 GB x 360 h";
    let of_serverless =
        |count| ElastiCache { backups: backups(count), ..serverless(Engine::Valkey, always(Ratio::ONE, "15d"), 0) };
    check(&of_serverless(0), "15d", &[data]);
    check(&of_serverless(1), "15d", &[data, "BackupUsage:Valkey 1 GB-Mo | 1 backup x 2 GB x 0.5 month"]);
}

proptest! {
    #[test]
    fn metered_data_is_at_least_what_is_stored_and_at_least_the_floor(
        steps in proptest::collection::vec((1_u64..20_000, 0_i128..5_000), 1..9),
    ) {
        let timeline = Timeline::steps(steps.iter().map(|&(seconds, mb)| (seconds, Ratio::new(mb, 1_000)))).unwrap();
        let hours = timeline.seconds() / Ratio::from(HOUR);
        let stored = timeline.integrate(|gb| gb) / Ratio::from(HOUR);
        let metered = serverless(Engine::Redis, timeline, 0).usage(&site("1d"))[0].quantity.value;
        prop_assert!(metered >= stored);
        prop_assert!(metered >= hours);
    }

    #[test]
    fn the_same_days_again_are_twice_the_node_hours(seconds in 1_u64..DAY) {
        let of = |days| nodes(2, 1, Timeline::daily(false, true, seconds, Horizon::Days(days))).usage(&site("1d"))[0].quantity.value;
        prop_assert_eq!(of(30), of(15) + of(15));
    }
}
