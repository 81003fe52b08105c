//! CloudWatch metrics, alarms, dashboards and logs.

use super::{Place, Placed, agree, unknown};
use crate::prices::input::Row;
use crate::prices::unit::Unit;

const SERVICE: &str = "AmazonCloudWatch";

pub(super) fn place(row: &Row, what: &str) -> Result<Placed, String> {
    let (usage_type, theirs, unit): (&str, &[&str], Unit) = match what {
        "metric" => ("CW:MetricMonitorUsage", &["Metrics"], Unit::METRICS),
        "alarm" => (alarm(row)?, &["Alarms"], Unit::ALARMS),
        "dashboard" => ("DashboardsUsageHour-Basic", &["dashboard-month"], Unit::DASHBOARDS),
        "api_request" => ("CW:Requests", &["Requests"], Unit::REQUESTS),
        "get_metric_data" => ("CW:GMD-Metrics", &["Metrics"], Unit::REQUESTS),
        "get_metric_widget_image" => ("CW:GMWI-Metrics", &["Metrics"], Unit::REQUESTS),
        "get_insight_rule_report" => ("CW:GIRR-Metrics", &["Metrics"], Unit::REQUESTS),
        "metric_stream" => ("CW:MetricStreamUsage", &["Metric Update"], Unit::REQUESTS),
        "canary_run" => ("CW:Canary-runs", &["Runs"], Unit::REQUESTS),
        "contributor_events" => ("CW:ContributorInsightEvents", &["Events"], Unit::REQUESTS),
        "contributor_rule" => ("CW:ContributorInsightRules", &["rule"], Unit::METRICS),
        "container_insights_metric" => match row.need("platform")? {
            "ECS" => ("CW:ContainerInsights-ECS", &["Metrics"], Unit::METRICS),
            other => {
                return Err(format!("Container Insights of an unknown platform '{other}'"));
            }
        },
        "logs_ingest" => (ingest(row)?, &["GB"], Unit::GB),
        "logs_deliver_s3" => ("S3-Egress-Bytes", &["GB"], Unit::GB),
        "logs_deliver_firehose" => ("FH-Egress-Bytes", &["GB"], Unit::GB),
        "logs_parquet" => ("S3-Egress-InputBytes", &["GB"], Unit::GB),
        "logs_insights_scan" => ("DataScanned-Bytes", &["GB"], Unit::GB),
        "logs_data_protection" => ("DataProtection-Bytes", &["GB"], Unit::GB),
        "logs_storage" => {
            if row.need("class")? == "infrequent_access" {
                return Ok(Placed::Dropped(
                    "a log storage price of the Infrequent Access class, which only one document has",
                ));
            }
            ("TimedStorage-ByteHrs", &["GB-Mo", "GB-Months"], Unit::GB_MONTHS)
        }
        _ => return Err(unknown(row)),
    };
    row.unit_is(theirs)?;
    agree(row, usage_type)?;
    let place = Place::new(SERVICE, row, usage_type, unit);
    // Dashboards are billed without a region; a regional copy of the price is the same one.
    Ok(if what == "dashboard" { place.region("global") } else { place }.into())
}

fn alarm(row: &Row) -> Result<&'static str, String> {
    match row.need("kind")? {
        "standard" => Ok("CW:AlarmMonitorUsage"),
        "high_resolution" => Ok("CW:HighResAlarmMonitorUsage"),
        "composite" => Ok("CW:CompositeAlarmMonitorUsage"),
        "metric_insights" => Ok("CW:MetricInsightAlarmUsage"),
        other => Err(format!("unknown kind of alarm '{other}'")),
    }
}

fn ingest(row: &Row) -> Result<&'static str, String> {
    match (row.need("class")?, row.need("kind")?) {
        ("standard", "custom") => Ok("DataProcessing-Bytes"),
        ("standard", "vended") => Ok("VendedLog-Bytes"),
        ("infrequent_access", "custom") => Ok("DataProcessingIA-Bytes"),
        ("infrequent_access", "vended") => Ok("VendedLogIA-Bytes"),
        (class, kind) => Err(format!("unknown log ingestion '{class}', '{kind}'")),
    }
}

#[cfg(test)]
mod tests {
    use crate::prices::input::tests::sample;
    use crate::prices::place::tests::check;
    use crate::prices::place::{Placed, Scope, place};

    #[test]
    fn log_classes_have_their_own_usage_types() {
        let ingest = "AmazonCloudWatch us-east-1 cloudwatch.logs_ingest";
        check(ingest, "class=standard;kind=custom", "GB", "DataProcessing-Bytes||GB");
        check(ingest, "class=standard;kind=vended;usagetype=USE1-VendedLog-Bytes", "GB", "VendedLog-Bytes||GB");
        check(ingest, "class=infrequent_access;kind=custom", "GB", "DataProcessingIA-Bytes||GB");
        let storage = "AmazonCloudWatch mx-central-1 cloudwatch.logs_storage";
        check(storage, "class=standard", "GB-Mo", "TimedStorage-ByteHrs||GB-Mo");
        check(storage, "class=infrequent_access;note=a; b", "GB-Mo", "dropped");
    }

    #[test]
    fn a_requested_metric_is_a_request() {
        let what = "AmazonCloudWatch us-east-1 cloudwatch.get_metric_data";
        check(what, "usagetype_suffix=CW:GMD-Metrics", "Metrics", "CW:GMD-Metrics||Requests");
    }

    #[test]
    fn dashboards_stand_in_the_global_file() {
        let row = sample("AmazonCloudWatch us-east-1 cloudwatch.dashboard", "", "dashboard-month");
        let Ok(Placed::Rates(places)) = place(&row) else { panic!("a rate") };
        let region = places.iter().find_map(|place| match &place.scope {
            Scope::Here(shelf) => Some(shelf.region.as_str()),
            Scope::Everywhere { .. } => None,
        });
        assert_eq!(region, Some("global"));
    }
}
