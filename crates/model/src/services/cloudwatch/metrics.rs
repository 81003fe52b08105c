//! Metrics, alarms, dashboards, API calls, Container Insights.

use super::cloudwatch;
use crate::exact::Ratio;
use crate::meter::Meter;
use crate::services::words::{Num, months, plural};
use crate::unit::{AlarmMonth, DashboardMonth, MetricMonth, Quantity, Request, UnitKind};
use crate::usage::{Site, Usage};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Metrics and what is done with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Custom and detailed metrics with data, on average (AWS prorates by the hour).
    pub custom: Ratio,
    /// Metrics that ECS Container Insights writes.
    pub container_insights: Option<ContainerInsights>,
    /// Alarms.
    pub alarms: Alarms,
    /// Dashboards of at most 50 metrics.
    pub dashboards: u32,
    /// API requests over the horizon, the metered ones below not counted.
    pub api_requests: Ratio,
    /// Metrics asked for with `GetMetricData` over the horizon.
    pub get_metric_data: Ratio,
    /// Metric updates streamed over the horizon.
    pub streamed: Ratio,
}

/// Alarms, by the metrics that they refer to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alarms {
    /// Metrics of alarms with periods of a minute or more.
    pub standard: u32,
    /// Metrics of alarms with shorter periods.
    pub high_resolution: u32,
    /// Anomaly detection alarms: each counts three standard metrics, its own and the band's two.
    pub anomaly: u32,
    /// High-resolution anomaly detection alarms: three high-resolution metrics each.
    pub anomaly_high_resolution: u32,
    /// Composite alarms.
    pub composite: u32,
    /// Metrics analysed by Metrics Insights alarms.
    pub metric_insights: u32,
}

/// What ECS Container Insights writes metrics of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContainerInsights {
    /// Clusters.
    pub clusters: u32,
    /// Services.
    pub services: u32,
    /// Task definition families.
    pub task_families: u32,
    /// Whether with enhanced observability, which has a rate of its own.
    pub enhanced: bool,
}

pub(super) const METRICS: Meter = cloudwatch("CW:MetricMonitorUsage", UnitKind::MetricMonth);
/// The usage type of enhanced observability is our own name: no price list or bill of ours has it.
pub(super) const CONTAINER_INSIGHTS: Meter = cloudwatch("CW:ContainerInsights-ECS", UnitKind::MetricMonth);
pub(super) const ALARMS: Meter = cloudwatch("CW:AlarmMonitorUsage", UnitKind::AlarmMonth);
pub(super) const HIGH_RESOLUTION: Meter = cloudwatch("CW:HighResAlarmMonitorUsage", UnitKind::AlarmMonth);
pub(super) const COMPOSITE: Meter = cloudwatch("CW:CompositeAlarmMonitorUsage", UnitKind::AlarmMonth);
pub(super) const METRIC_INSIGHTS: Meter = cloudwatch("CW:MetricInsightAlarmUsage", UnitKind::AlarmMonth);
pub(super) const DASHBOARDS: Meter = cloudwatch("DashboardsUsageHour-Basic", UnitKind::DashboardMonth);
pub(super) const REQUESTS: Meter = cloudwatch("CW:Requests", UnitKind::Request);
pub(super) const GET_METRIC_DATA: Meter = cloudwatch("CW:GMD-Metrics", UnitKind::Request);
pub(super) const STREAMED: Meter = cloudwatch("CW:MetricStreamUsage", UnitKind::Request);

impl ContainerInsights {
    /// Metrics a cluster, a service and a task definition family have. Source: the metric table
    /// of the CloudWatch user guide, counted.
    const METRICS: (u32, u32, u32) = (13, 15, 10);

    /// How many metrics it writes.
    #[must_use]
    pub fn metrics(self) -> u64 {
        let (cluster, service, family) = Self::METRICS;
        let of = |count: u32, metrics: u32| u64::from(count) * u64::from(metrics);
        of(self.clusters, cluster) + of(self.services, service) + of(self.task_families, family)
    }
}

impl Metrics {
    pub(super) fn usage(&self, site: &Site) -> Vec<Usage> {
        let held = site.horizon.months();
        let mut usage = Vec::new();
        let metrics = |meter, count: Ratio, words: String| {
            let because = format!("{words}{}", months(held));
            site.usage(meter, Quantity::<MetricMonth>::new(count * held), because)
        };
        if !self.custom.is_zero() {
            usage.push(metrics(METRICS, self.custom, format!("{} custom metrics", Num(self.custom))));
        }
        if let Some(insights) = self.container_insights {
            let meter = if insights.enhanced { CONTAINER_INSIGHTS } else { METRICS };
            let ContainerInsights { clusters, services, task_families, .. } = insights;
            let words = format!(
                "Container Insights: {clusters} cluster{} x 13 + {services} service{} x 15 + {task_families} task famil{} x 10 metrics",
                plural(clusters.into()),
                plural(services.into()),
                if task_families == 1 { "y" } else { "ies" },
            );
            usage.push(metrics(meter, Ratio::from(insights.metrics()), words));
        }
        usage.extend(self.alarms.usage(site));
        if self.dashboards > 0 {
            let count = Ratio::from(self.dashboards);
            let because = format!("{count} dashboard{}{}", plural(self.dashboards.into()), months(held));
            usage.push(site.usage(DASHBOARDS, Quantity::<DashboardMonth>::new(count * held), because));
        }
        for (meter, count, what) in [
            (REQUESTS, self.api_requests, "API requests"),
            (GET_METRIC_DATA, self.get_metric_data, "metrics asked for with GetMetricData"),
            (STREAMED, self.streamed, "metric updates streamed"),
        ] {
            if !count.is_zero() {
                usage.push(site.usage(meter, Quantity::<Request>::new(count), format!("{} {what}", Num(count))));
            }
        }
        usage
    }
}

impl Alarms {
    fn usage(self, site: &Site) -> Vec<Usage> {
        let held = site.horizon.months();
        [
            (ALARMS, self.standard, 1, "alarm metric"),
            (ALARMS, self.anomaly, 3, "anomaly detection alarm"),
            (HIGH_RESOLUTION, self.high_resolution, 1, "high-resolution alarm metric"),
            (HIGH_RESOLUTION, self.anomaly_high_resolution, 3, "high-resolution anomaly detection alarm"),
            (COMPOSITE, self.composite, 1, "composite alarm"),
            (METRIC_INSIGHTS, self.metric_insights, 1, "Metrics Insights alarm metric"),
        ]
        .into_iter()
        .filter(|&(_, count, _, _)| count > 0)
        .map(|(meter, count, each, what)| {
            let quantity = Quantity::<AlarmMonth>::new(Ratio::from(count) * Ratio::from(each as u32) * held);
            let times = if each == 1 { String::new() } else { format!(" x {each} metrics") };
            site.usage(meter, quantity, format!("{count} {what}{}{times}{}", plural(count.into()), months(held)))
        })
        .collect()
    }
}
