//! CloudWatch: logs taken in and kept, metrics, alarms, dashboards, requests.

use super::*;
use crate::exact::Ratio;
use crate::services::declares;
use alloc::format;
use alloc::string::{String, ToString};

fn site(month: &str) -> Site {
    Site { component: "cloudwatch.logs".into(), region: "us-east-1".parse().unwrap(), horizon: month.parse().unwrap() }
}

fn number(text: &str) -> Ratio {
    Ratio::parse(text).unwrap()
}

#[track_caller]
fn check(cloudwatch: CloudWatch, month: &str, lines: &[&str]) {
    let usage = cloudwatch.usage(&site(month));
    assert!(
        usage.iter().all(|used| declares(CloudWatch::METERS, &used.meter) && used.quantity.unit == used.meter.unit)
    );
    let shown: Vec<String> =
        usage.iter().map(|used| format!("{} {} | {}", used.meter.usage_type, used.quantity, used.because)).collect();
    assert_eq!(shown, lines);
}

#[track_caller]
fn check_logs(logs: Logs, month: &str, lines: &[&str]) {
    check(CloudWatch { logs, ..CloudWatch::default() }, month, lines);
}

#[track_caller]
fn check_metrics(metrics: Metrics, month: &str, lines: &[&str]) {
    check(CloudWatch { metrics, ..CloudWatch::default() }, month, lines);
}

fn for_days(days: u32) -> Kept {
    Kept::Days { days, compression: Kept::usual_compression() }
}

#[test]
fn nothing_uses_nothing() {
    check(CloudWatch::default(), "average", &[]);
}

#[test]
fn each_way_that_logs_move() {
    let logs = Logs {
        ingested_gb: number("1"),
        vended_gb: number("2"),
        to_s3_gb: number("3"),
        to_firehose_gb: number("4"),
        parquet_gb: number("5"),
        kept: Kept::Gb(number("6")),
        scanned_gb: number("7"),
        masked_gb: number("8"),
        ..Logs::default()
    };
    let rest = [
        "S3-Egress-Bytes 3 GB | 3 GB of vended logs to S3",
        "FH-Egress-Bytes 4 GB | 4 GB of vended logs to Firehose",
        "S3-Egress-InputBytes 5 GB | 5 GB converted to Parquet",
        "TimedStorage-ByteHrs 6 GB-Mo | 6 GB kept, compressed",
        "DataScanned-Bytes 7 GB | 7 GB searched by Logs Insights",
        "DataProtection-Bytes 8 GB | 8 GB masked",
    ];
    let standard = ["DataProcessing-Bytes 1 GB | 1 GB taken in", "VendedLog-Bytes 2 GB | 2 GB of vended logs taken in"];
    let infrequent =
        ["DataProcessingIA-Bytes 1 GB | 1 GB taken in", "VendedLogIA-Bytes 2 GB | 2 GB of vended logs taken in"];
    for (class, first) in [(LogClass::Standard, standard), (LogClass::InfrequentAccess, infrequent)] {
        let lines: Vec<&str> = first.into_iter().chain(rest).collect();
        check_logs(Logs { class, ..logs.clone() }, "average", &lines);
    }
}

#[test]
fn a_retention_keeps_days_of_compressed_logs() {
    // 100 MB a day in each: what is kept at any time does not depend on how long the month is.
    for (month, ingested_gb) in [("average", Ratio::new(73, 24)), ("30d", number("3")), ("2026-02", number("2.8"))] {
        let usage = Logs { ingested_gb, kept: for_days(7), ..Logs::default() }.usage(&site(month));
        assert_eq!(usage[1].quantity.to_string(), "0.105 GB-Mo", "{month}");
        assert_eq!(usage[1].because, "0.1 GB a day x 7 days x 0.15 compressed size");
    }
    let logs = Logs { ingested_gb: number("1.5"), kept: for_days(7), ..Logs::default() };
    check_logs(
        logs,
        "15d",
        &[
            "DataProcessing-Bytes 1.5 GB | 1.5 GB taken in",
            "TimedStorage-ByteHrs 0.0525 GB-Mo | 0.1 GB a day x 7 days x 0.15 compressed size x 0.5 month",
        ],
    );
}

#[test]
fn vended_logs_are_kept_with_the_others_and_delivered_ones_are_not() {
    let logs = Logs {
        ingested_gb: number("3"),
        vended_gb: number("6"),
        to_s3_gb: number("90"),
        kept: for_days(30),
        ..Logs::default()
    };
    let usage = logs.usage(&site("30d"));
    assert_eq!(usage[3].because, "0.3 GB a day x 30 days x 0.15 compressed size");
    assert_eq!(usage[3].quantity.to_string(), "1.35 GB-Mo");
}

#[test]
fn logs_that_never_expire_grow() {
    let after = |months| Logs {
        ingested_gb: number("3"),
        kept: Kept::Forever { months, compression: number("0.2") },
        ..Logs::default()
    };
    for (months, kept) in [(1, "0.6"), (12, "7.2"), (24, "14.4")] {
        check_logs(
            after(months),
            "average",
            &[
                "DataProcessing-Bytes 3 GB | 3 GB taken in",
                &format!(
                    "TimedStorage-ByteHrs {kept} GB-Mo | 3 GB a month x {months} months that never expire x 0.2 compressed size"
                ),
            ],
        );
    }
}

#[test]
fn retentions_are_those_of_the_api() {
    assert!(RETENTION_DAYS.is_sorted());
    assert_eq!(RETENTION_DAYS.len(), 22);
    assert_eq!((RETENTION_DAYS[0], RETENTION_DAYS[21]), (1, 3_653));
}

#[test]
fn metrics_dashboards_and_requests() {
    let metrics = Metrics {
        custom: number("20"),
        dashboards: 4,
        api_requests: number("2000000"),
        get_metric_data: number("50000"),
        streamed: number("1000000"),
        ..Metrics::default()
    };
    check_metrics(
        metrics,
        "15d",
        &[
            "CW:MetricMonitorUsage 10 Metrics | 20 custom metrics x 0.5 month",
            "DashboardsUsageHour-Basic 2 Dashboards | 4 dashboards x 0.5 month",
            "CW:Requests 2000000 Requests | 2000000 API requests",
            "CW:GMD-Metrics 50000 Requests | 50000 metrics asked for with GetMetricData",
            "CW:MetricStreamUsage 1000000 Requests | 1000000 metric updates streamed",
        ],
    );
}

#[test]
fn container_insights_of_one_service_are_38_metrics() {
    let insights = |clusters, services, task_families, enhanced| Metrics {
        container_insights: Some(ContainerInsights { clusters, services, task_families, enhanced }),
        ..Metrics::default()
    };
    check_metrics(
        insights(1, 1, 1, false),
        "average",
        &[
            "CW:MetricMonitorUsage 38 Metrics | Container Insights: 1 cluster x 13 + 1 service x 15 + 1 task family x 10 metrics",
        ],
    );
    check_metrics(
        insights(1, 3, 4, true),
        "average",
        &[
            "CW:ContainerInsights-ECS 98 Metrics | Container Insights: 1 cluster x 13 + 3 services x 15 + 4 task families x 10 metrics",
        ],
    );
    let huge = ContainerInsights { clusters: u32::MAX, services: u32::MAX, task_families: u32::MAX, enhanced: false };
    assert_eq!(huge.metrics(), u64::from(u32::MAX) * 38);
}

#[test]
fn alarms_count_by_the_metrics_they_refer_to() {
    let alarms = Alarms {
        standard: 12,
        high_resolution: 1,
        anomaly: 2,
        anomaly_high_resolution: 1,
        composite: 1,
        metric_insights: 50,
    };
    check_metrics(
        Metrics { alarms, ..Metrics::default() },
        "average",
        &[
            "CW:AlarmMonitorUsage 12 Alarms | 12 alarm metrics",
            "CW:AlarmMonitorUsage 6 Alarms | 2 anomaly detection alarms x 3 metrics",
            "CW:HighResAlarmMonitorUsage 1 Alarms | 1 high-resolution alarm metric",
            "CW:HighResAlarmMonitorUsage 3 Alarms | 1 high-resolution anomaly detection alarm x 3 metrics",
            "CW:CompositeAlarmMonitorUsage 1 Alarms | 1 composite alarm",
            "CW:MetricInsightAlarmUsage 50 Alarms | 50 Metrics Insights alarm metrics",
        ],
    );
    let half = Metrics { alarms: Alarms { standard: 1, ..Alarms::default() }, ..Metrics::default() };
    check_metrics(half, "15d", &["CW:AlarmMonitorUsage 0.5 Alarms | 1 alarm metric x 0.5 month"]);
}
