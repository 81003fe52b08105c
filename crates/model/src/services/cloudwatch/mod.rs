//! CloudWatch and CloudWatch Logs: what is taken in, kept and read; metrics, alarms, dashboards.
//!
//! Logs are billed as they come in (uncompressed) and while they are kept (compressed, by the
//! hour); expired events stop being billed. Metrics and alarms are prorated by the hour. Source:
//! CloudWatch and CloudWatch Logs user guides, aws.amazon.com/cloudwatch/pricing.

mod logs;
mod metrics;
#[cfg(test)]
mod tests;

pub use logs::{Kept, LogClass, Logs, RETENTION_DAYS};
pub use metrics::{Alarms, ContainerInsights, Metrics};

use super::{Meter, Service};
use crate::meter::ServiceCode;
use crate::unit::UnitKind;
use crate::usage::{Site, Usage};
use alloc::vec::Vec;

/// Logs, metrics, alarms and dashboards of one account and region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloudWatch {
    /// Log groups of one class and retention.
    pub logs: Logs,
    /// Metrics, alarms, dashboards and API calls.
    pub metrics: Metrics,
}

const fn cloudwatch(usage_type: &'static str, unit: UnitKind) -> Meter {
    Meter::new(ServiceCode::CloudWatch, usage_type, unit)
}

impl Service for CloudWatch {
    const METERS: &'static [Meter] = &[
        logs::INGESTED,
        logs::INGESTED_IA,
        logs::VENDED,
        logs::VENDED_IA,
        logs::TO_S3,
        logs::TO_FIREHOSE,
        logs::PARQUET,
        logs::STORED,
        logs::SCANNED,
        logs::MASKED,
        metrics::METRICS,
        metrics::CONTAINER_INSIGHTS,
        metrics::ALARMS,
        metrics::HIGH_RESOLUTION,
        metrics::COMPOSITE,
        metrics::METRIC_INSIGHTS,
        metrics::DASHBOARDS,
        metrics::REQUESTS,
        metrics::GET_METRIC_DATA,
        metrics::STREAMED,
    ];

    fn usage(&self, site: &Site) -> Vec<Usage> {
        let mut usage = self.logs.usage(site);
        usage.extend(self.metrics.usage(site));
        usage
    }
}
