//! RDS and Aurora: instances, storage and what of it is included, backups, the small print.

use super::*;
use crate::services::declares;
use crate::stack::Stack;
use crate::time::{DAY, Horizon};
use alloc::string::ToString;

fn site(month: &str) -> Site {
    Site { component: "rds.db".into(), region: "us-east-1".parse().unwrap(), horizon: month.parse().unwrap() }
}

fn always(month: &str) -> Timeline<bool> {
    Timeline::constant(true, site(month).horizon.seconds())
}

fn class(name: &str, vcpus: u32) -> InstanceClass {
    InstanceClass { name: name.into(), vcpus }
}

fn store(kind: StorageKind, size_gb: i64) -> Storage {
    Storage::new(kind, Ratio::whole(size_gb)).unwrap()
}

/// PostgreSQL on one db.t3.micro with 20 GB of gp2, and nothing more.
fn small(month: &str) -> Rds {
    Rds {
        engine: Engine::PostgreSql,
        class: class("db.t3.micro", 2),
        count: 1,
        deployment: Deployment::SingleAz,
        running: always(month),
        storage: store(StorageKind::Gp2, 20),
        backup_gb: Ratio::ZERO,
        cpu_credit_vcpu_hours: Ratio::ZERO,
        proxy: false,
        extended_support: None,
        snapshot_export_gb: Ratio::ZERO,
    }
}

fn shown(usage: &[Usage], declared: &[Meter]) -> Vec<String> {
    assert!(usage.iter().all(|used| declares(declared, &used.meter) && used.quantity.unit == used.meter.unit));
    usage.iter().map(|used| format!("{} {} | {}", used.meter.usage_type, used.quantity, used.because)).collect()
}

#[track_caller]
fn check(rds: &Rds, month: &str, lines: &[&str]) {
    assert_eq!(shown(&rds.usage(&site(month)), Rds::METERS), lines);
}

/// What follows the instance and the storage.
#[track_caller]
fn check_rest(rds: &Rds, lines: &[&str]) {
    assert_eq!(shown(&rds.usage(&site("average"))[2..], Rds::METERS), lines);
}

#[test]
fn hours_and_months_of_each_horizon() {
    for (month, hours, gb_months, suffix) in [
        ("average", "730", "20", ""),
        ("2026-02", "672", "20", ""),
        ("30d", "720", "20", ""),
        ("15d", "360", "10", " x 0.5 month"),
    ] {
        check(
            &small(month),
            month,
            &[
                &format!("InstanceUsage:db.t3.micro {hours} Hrs | Single-AZ db.t3.micro x {hours} h"),
                &format!("RDS:GP2-Storage {gb_months} GB-Mo | 20 GB of gp2{suffix}"),
            ],
        );
    }
}

#[test]
fn deployments_and_engines_have_names_of_their_own() {
    let storage = store(StorageKind::Gp3 { iops: 3_000, throughput: 125 }, 100);
    for (deployment, instance, stored) in [
        (
            Deployment::SingleAz,
            "InstanceUsage:db.m6g.large 1460 Hrs | 2 x Single-AZ db.m6g.large x 730 h",
            "RDS:GP3-Storage 200 GB-Mo | 2 x 100 GB of gp3",
        ),
        (
            Deployment::MultiAz,
            "Multi-AZUsage:db.m6g.large 1460 Hrs | 2 x Multi-AZ db.m6g.large x 730 h",
            "RDS:Multi-AZ-GP3-Storage 200 GB-Mo | 2 x 100 GB of gp3",
        ),
        (
            Deployment::MultiAzCluster,
            "Multi-AZClusterUsage:db.m6g.large 1460 Hrs | 2 x Multi-AZ cluster db.m6g.large x 730 h",
            "RDS:Multi-AZCluster-GP3-Storage 200 GB-Mo | 2 x 100 GB of gp3",
        ),
    ] {
        let storage = storage.clone();
        let rds = Rds { class: class("db.m6g.large", 2), count: 2, deployment, storage, ..small("average") };
        check(&rds, "average", &[instance, stored]);
    }
    for (engine, operation) in [(Engine::MySql, "0002"), (Engine::PostgreSql, "0014"), (Engine::MariaDb, "0018")] {
        let usage = Rds { engine, ..small("average") }.usage(&site("average"));
        assert_eq!(usage[0].meter.operation, format!("CreateDBInstance:{operation}"));
        assert_eq!(usage[1].meter.operation, "", "storage costs the same for all engines");
    }
}

#[test]
fn a_stopped_instance_still_bills_storage() {
    let running = Timeline::daily(false, true, 10 * HOUR, Horizon::Days(30));
    check(
        &Rds { running, ..small("30d") },
        "30d",
        &[
            "InstanceUsage:db.t3.micro 300 Hrs | Single-AZ db.t3.micro x 300 h running; storage and backups are billed while it is stopped, too",
            "RDS:GP2-Storage 20 GB-Mo | 20 GB of gp2",
        ],
    );
}

#[test]
fn each_start_is_billed_for_ten_minutes_at_least() {
    for (seconds, hours) in [(1, "5"), (599, "5"), (600, "5"), (601, "5.008333333333"), (3_600, "30")] {
        let running = Timeline::daily(false, true, seconds, Horizon::Days(30));
        let usage = Rds { running, ..small("30d") }.usage(&site("30d"));
        assert_eq!(usage[0].quantity.to_string(), format!("{hours} Hrs"), "{seconds} s a day");
    }
}

#[test]
fn gp3_includes_more_from_400_gb_on() {
    for (size, baseline) in
        [("20", (3_000, 125)), ("399.9", (3_000, 125)), ("400", (12_000, 500)), ("4000", (12_000, 500))]
    {
        assert_eq!(Storage::gp3_baseline(Ratio::parse(size).unwrap()), baseline);
    }
    for (iops, throughput, lines) in [
        (12_000, 500, &["RDS:GP3-Storage 400 GB-Mo | 400 GB of gp3"][..]),
        (
            13_000,
            500,
            &[
                "RDS:GP3-Storage 400 GB-Mo | 400 GB of gp3",
                "RDS:GP3-PIOPS 1000 IOPS-Mo | 1000 IOPS above the 12000 included",
            ],
        ),
        (
            12_000,
            501,
            &[
                "RDS:GP3-Storage 400 GB-Mo | 400 GB of gp3",
                "RDS:GP3-Throughput 1 MBPS-Mo | 1 MiB/s above the 500 included",
            ],
        ),
    ] {
        let storage = store(StorageKind::Gp3 { iops, throughput }, 400);
        let usage = Rds { storage, ..small("average") }.usage(&site("average"));
        assert_eq!(shown(&usage[1..], Rds::METERS), lines);
    }
}

#[test]
fn every_storage_type_in_every_deployment() {
    let requests = Ratio::whole(5_000_000);
    for (kind, names) in [
        (StorageKind::Gp2, [&["GP2-Storage"][..], &["Multi-AZ-GP2-Storage"], &["Multi-AZ-GP2-Storage"]]),
        (
            StorageKind::Gp3 { iops: 14_000, throughput: 600 },
            [
                &["GP3-Storage", "GP3-PIOPS", "GP3-Throughput"],
                &["Multi-AZ-GP3-Storage", "Multi-AZ-GP3-PIOPS", "Multi-AZ-GP3-Throughput"],
                &["Multi-AZCluster-GP3-Storage", "Multi-AZCluster-GP3-PIOPS", "Multi-AZCluster-GP3-Throughput"],
            ],
        ),
        (
            StorageKind::Io1 { iops: 5_000 },
            [
                &["PIOPS-Storage", "PIOPS"],
                &["Multi-AZ-PIOPS-Storage", "Multi-AZ-PIOPS"],
                &["Multi-AZCluster-PIOPS-Storage", "Multi-AZCluster-PIOPS"],
            ],
        ),
        (
            StorageKind::Io2 { iops: 5_000 },
            [
                &["PIOPS-Storage-IO2", "IO2-PIOPS"],
                &["Multi-AZ-PIOPS-Storage-IO2", "Multi-AZ-IO2-PIOPS"],
                &["Multi-AZCluster-PIOPS-Storage-IO2", "Multi-AZCluster-IO2-PIOPS"],
            ],
        ),
        (
            StorageKind::Magnetic { requests },
            [
                &["StorageUsage", "StorageIOUsage"],
                &["Multi-AZ-StorageUsage", "StorageIOUsage"],
                &["Multi-AZ-StorageUsage", "StorageIOUsage"],
            ],
        ),
    ] {
        let deployments = [Deployment::SingleAz, Deployment::MultiAz, Deployment::MultiAzCluster];
        for (deployment, names) in deployments.into_iter().zip(names) {
            let rds = Rds { deployment, storage: store(kind.clone(), 500), ..small("average") };
            let usage = rds.usage(&site("average"));
            assert!(usage.iter().all(|used| declares(Rds::METERS, &used.meter)));
            let used: Vec<String> = usage[1..].iter().map(|used| used.meter.usage_type.replace("RDS:", "")).collect();
            assert_eq!(used, names);
        }
    }
}

#[test]
fn provisioned_iops_and_magnetic_requests_are_billed_in_full() {
    for (kind, line) in [
        (StorageKind::Io1 { iops: 5_000 }, "RDS:PIOPS 5000 IOPS-Mo | 5000 IOPS provisioned"),
        (StorageKind::Io2 { iops: 5_000 }, "RDS:IO2-PIOPS 5000 IOPS-Mo | 5000 IOPS provisioned"),
        (
            StorageKind::Magnetic { requests: Ratio::whole(5_000_000) },
            "RDS:StorageIOUsage 5000000 IOs | 5000000 I/O requests",
        ),
    ] {
        check_rest(&Rds { storage: store(kind, 500), ..small("average") }, &[line]);
    }
    check_rest(&Rds { storage: store(StorageKind::Magnetic { requests: Ratio::ZERO }, 500), ..small("average") }, &[]);
}

#[test]
fn storage_that_rds_does_not_sell() {
    let gp3 = |iops, throughput| StorageKind::Gp3 { iops, throughput };
    let io1 = |iops| StorageKind::Io1 { iops };
    let io2 = |iops| StorageKind::Io2 { iops };
    let small = "gp3 below 400 GB has 3,000 IOPS and 125 MiB/s; more can only be added from 400 GB on";
    for (kind, size, message) in [
        (gp3(3_001, 125), 399, small),
        (gp3(3_000, 126), 399, small),
        (gp3(12_000, 500), 399, small),
        (gp3(11_999, 500), 400, "11999 IOPS is outside of 12000 to 64000"),
        (gp3(64_001, 500), 400, "64001 IOPS is outside of 12000 to 64000"),
        (gp3(12_000, 499), 400, "499 MiB/s is outside of 500 to 4000"),
        (gp3(64_000, 4_001), 400, "4001 MiB/s is outside of 500 to 4000"),
        (gp3(12_000, 3_001), 400, "3001 MiB/s needs at least 12004 IOPS (four for each MiB/s), not 12000"),
        (io1(999), 100, "999 IOPS is outside of 1000 to 19950"),
        (io1(19_951), 399, "19951 IOPS is outside of 1000 to 19950"),
        (io1(256_001), 400, "256001 IOPS is outside of 1000 to 256000"),
        (io2(999), 100, "999 IOPS is outside of 1000 to 256000"),
    ] {
        assert_eq!(Storage::new(kind, Ratio::whole(size)).unwrap_err().to_string(), message);
    }
    for (kind, size) in [(gp3(64_000, 4_000), 400), (io1(19_950), 399), (io1(256_000), 400), (io2(256_000), 100)] {
        assert!(Storage::new(kind, Ratio::whole(size)).is_ok());
    }
}

#[test]
fn what_comes_on_top() {
    check_rest(
        &Rds { backup_gb: Ratio::whole(50), ..small("average") },
        &["RDS:ChargedBackupUsage 50 GB-Mo | 50 GB of backups and snapshots"],
    );
    check_rest(
        &Rds { cpu_credit_vcpu_hours: Ratio::whole(30), ..small("average") },
        &["CPUCredits:db.t3 30 vCPU-Hours | 30 vCPU-hours above the CPU baseline"],
    );
    check_rest(
        &Rds { snapshot_export_gb: Ratio::whole(8), ..small("average") },
        &["RDS:SnapshotExportToS3 8 GB | 8 GB of snapshots exported to S3"],
    );
}

#[test]
fn a_proxy_counts_two_vcpus_at_least() {
    for (name, vcpus, count, line) in [
        ("db.t2.micro", 1, 1, "RDS:ProxyUsage 1460 vCPU-Hours | RDS Proxy: 2 vCPU of db.t2.micro x 730 h"),
        ("db.t3.micro", 2, 1, "RDS:ProxyUsage 1460 vCPU-Hours | RDS Proxy: 2 vCPU of db.t3.micro x 730 h"),
        ("db.r6g.xlarge", 4, 1, "RDS:ProxyUsage 2920 vCPU-Hours | RDS Proxy: 4 vCPU of db.r6g.xlarge x 730 h"),
        ("db.r6g.xlarge", 4, 3, "RDS:ProxyUsage 8760 vCPU-Hours | RDS Proxy: 3 x 4 vCPU of db.r6g.xlarge x 730 h"),
    ] {
        check_rest(&Rds { class: class(name, vcpus), count, proxy: true, ..small("average") }, &[line]);
    }
}

#[test]
fn extended_support_counts_every_copy() {
    for (deployment, support, line) in [
        (
            Deployment::SingleAz,
            ExtendedSupport::Years1To2,
            "ExtendedSupport:Yr1-Yr2 1460 vCPU-Hours | 1 instance x 2 vCPU x 730 h past standard support",
        ),
        (
            Deployment::MultiAz,
            ExtendedSupport::Years1To2,
            "ExtendedSupport:Yr1-Yr2 2920 vCPU-Hours | 2 instances x 2 vCPU x 730 h past standard support",
        ),
        (
            Deployment::MultiAzCluster,
            ExtendedSupport::Year3,
            "ExtendedSupport:Yr3 4380 vCPU-Hours | 3 instances x 2 vCPU x 730 h past standard support",
        ),
    ] {
        check_rest(&Rds { deployment, extended_support: Some(support), ..small("average") }, &[line]);
    }
}

#[test]
fn no_count_is_too_large_to_be_said() {
    let support = Some(ExtendedSupport::Year3);
    let rds =
        Rds { count: u32::MAX, deployment: Deployment::MultiAzCluster, extended_support: support, ..small("average") };
    let usage = rds.usage(&site("average"));
    assert_eq!(usage[2].quantity.value, Ratio::from(u32::MAX) * Ratio::whole(3 * 2 * 730));
}

#[test]
fn backup_is_free_up_to_the_storage_of_all_databases_together() {
    let region = "us-east-1".parse().unwrap();
    for (month, free) in [("average", "220"), ("15d", "110")] {
        let mut stack = Stack::new("two", region, month.parse().unwrap());
        stack.add("rds.one", small(month));
        stack.add("rds.two", Rds { count: 2, storage: store(StorageKind::Gp2, 100), ..small(month) });
        let pools = stack.allowances();
        assert_eq!(pools.len(), 1);
        assert_eq!(pools[0].quantity.to_string(), free);
        assert!(pools[0].covers(&BACKUP));
    }
}

/// Aurora PostgreSQL on one db.r6g.large with 50 GB, and nothing more.
fn cluster(month: &str) -> Aurora {
    Aurora {
        engine: AuroraEngine::PostgreSql,
        capacity: AuroraCapacity::Instances { class: class("db.r6g.large", 2), count: 1, running: always(month) },
        io_optimized: false,
        storage_gb: Ratio::whole(50),
        io_requests: Ratio::ZERO,
        charged_backup_gb: Ratio::ZERO,
        backtrack_records: Ratio::ZERO,
        cpu_credit_vcpu_hours: Ratio::ZERO,
        extended_support: None,
        snapshot_export_gb: Ratio::ZERO,
    }
}

#[track_caller]
fn check_aurora(aurora: &Aurora, month: &str, lines: &[&str]) {
    assert_eq!(shown(&aurora.usage(&site(month)), Aurora::METERS), lines);
}

#[test]
fn aurora_instances() {
    let capacity = AuroraCapacity::Instances { class: class("db.r6g.large", 2), count: 3, running: always("average") };
    let aurora = Aurora { capacity, io_requests: Ratio::whole(80_000_000), ..cluster("average") };
    check_aurora(
        &aurora,
        "average",
        &[
            "InstanceUsage:db.r6g.large 2190 Hrs | 3 x db.r6g.large x 730 h",
            "Aurora:StorageUsage 50 GB-Mo | 50 GB stored",
            "Aurora:StorageIOUsage 80000000 IOs | 80000000 I/O requests",
        ],
    );
    // I/O-Optimized: dearer hours and storage, and no requests.
    check_aurora(
        &Aurora { io_optimized: true, ..aurora },
        "average",
        &[
            "InstanceUsageIOOptimized:db.r6g.large 2190 Hrs | 3 x db.r6g.large x 730 h",
            "Aurora:IO-OptimizedStorageUsage 50 GB-Mo | 50 GB stored",
        ],
    );
    for (engine, operation) in [(AuroraEngine::MySql, "0016"), (AuroraEngine::PostgreSql, "0021")] {
        let usage = Aurora { engine, ..cluster("average") }.usage(&site("average"));
        assert_eq!(usage[0].meter.operation, format!("CreateDBInstance:{operation}"));
    }
}

#[test]
fn aurora_serverless() {
    let acus = Timeline::daily(Ratio::new(1, 2), Ratio::whole(8), 6 * HOUR, Horizon::Days(1));
    let aurora = Aurora { capacity: AuroraCapacity::ServerlessV2(acus), ..cluster("1d") };
    // 18 x 0.5 + 6 x 8
    check_aurora(
        &aurora,
        "1d",
        &[
            "Aurora:ServerlessV2Usage 57 ACU-Hr | 0.5 ACU x 18 h + 8 ACU x 6 h",
            "Aurora:StorageUsage 1.666666666667 GB-Mo | 50 GB stored x ~0.033333 month",
        ],
    );
    check_aurora(
        &Aurora { io_optimized: true, ..aurora },
        "1d",
        &[
            "Aurora:ServerlessV2IOOptimizedUsage 57 ACU-Hr | 0.5 ACU x 18 h + 8 ACU x 6 h",
            "Aurora:IO-OptimizedStorageUsage 1.666666666667 GB-Mo | 50 GB stored x ~0.033333 month",
        ],
    );
}

#[test]
fn what_aurora_adds() {
    let aurora = Aurora {
        engine: AuroraEngine::MySql,
        charged_backup_gb: Ratio::whole(40),
        backtrack_records: Ratio::whole(1_000_000),
        cpu_credit_vcpu_hours: Ratio::whole(12),
        capacity: AuroraCapacity::Instances { class: class("db.t3.medium", 2), count: 2, running: always("average") },
        extended_support: Some(ExtendedSupport::Years1To2),
        snapshot_export_gb: Ratio::whole(8),
        ..cluster("average")
    };
    check_aurora(
        &aurora,
        "average",
        &[
            "InstanceUsage:db.t3.medium 1460 Hrs | 2 x db.t3.medium x 730 h",
            "CPUCredits:db.t3 12 vCPU-Hours | 12 vCPU-hours above the CPU baseline",
            "ExtendedSupport:Yr1-Yr2 2920 vCPU-Hours | 2 instances x 2 vCPU x 730 h past standard support",
            "Aurora:StorageUsage 50 GB-Mo | 50 GB stored",
            "Aurora:BackupUsage 40 GB-Mo | 40 GB of backup beyond what is free",
            "Aurora:BacktrackUsage 1000000 IOs | 1000000 change records kept for backtracking",
            "RDS:SnapshotExportToS3 8 GB | 8 GB of snapshots exported to S3",
        ],
    );
}

#[test]
fn extended_support_of_a_serverless_cluster_is_said_though_nobody_knows_its_price() {
    let capacity = AuroraCapacity::ServerlessV2(Timeline::constant(Ratio::whole(2), DAY));
    let aurora = Aurora { capacity, extended_support: Some(ExtendedSupport::Year3), ..cluster("1d") };
    let usage = aurora.usage(&site("1d"));
    assert_eq!(
        shown(&usage[1..2], Aurora::METERS),
        ["ExtendedSupport:Yr3 48 ACU-Hr | 48 ACU-hours past standard support"]
    );
}

#[test]
fn an_aurora_instance_that_stops_has_the_ten_minute_minimum_too() {
    let running = Timeline::daily(false, true, 60, Horizon::Days(30));
    let capacity = AuroraCapacity::Instances { class: class("db.r6g.large", 2), count: 1, running };
    let usage = Aurora { capacity, ..cluster("30d") }.usage(&site("30d"));
    assert_eq!(usage[0].quantity.to_string(), "5 Hrs");
}
