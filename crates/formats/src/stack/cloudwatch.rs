//! `[cloudwatch.NAME]`.

use super::Part;
use super::calibrate::{Form, Quantity};
use crate::problem::Problem;
use crate::scalar::{self, MOST};
use crate::tree::{Node, Reader, Value};
use stackcost_model::exact::Ratio;
use stackcost_model::services::Component;
use stackcost_model::services::cloudwatch::{
    Alarms, CloudWatch, ContainerInsights, Kept, LogClass, Logs, Metrics, RETENTION_DAYS,
};

/// Keys that are quantities of a bill.
pub(super) const QUANTITIES: &[Quantity] = &[
    Quantity::new("DataProcessing-Bytes", "ingested", Form::GbFlow),
    Quantity::new("DataProcessingIA-Bytes", "ingested", Form::GbFlow),
    Quantity::new("VendedLog-Bytes", "vended", Form::GbFlow),
    Quantity::new("VendedLogIA-Bytes", "vended", Form::GbFlow),
    Quantity::new("S3-Egress-Bytes", "vended_to_s3", Form::GbFlow),
    Quantity::new("FH-Egress-Bytes", "vended_to_firehose", Form::GbFlow),
    Quantity::new("S3-Egress-InputBytes", "parquet", Form::GbFlow),
    Quantity {
        instead_of: &["retention", "compression", "month"],
        ..Quantity::new("TimedStorage-ByteHrs", "stored", Form::Gb)
    },
    Quantity::new("DataScanned-Bytes", "insights_scanned", Form::GbFlow),
    Quantity::new("DataProtection-Bytes", "masked", Form::GbFlow),
    Quantity::new("CW:MetricMonitorUsage", "metrics", Form::Number),
    Quantity::new("CW:AlarmMonitorUsage", "alarms", Form::Number),
    Quantity::new("DashboardsUsageHour-Basic", "dashboards", Form::Number),
    Quantity::new("CW:Requests", "api_requests", Form::CountFlow),
    Quantity::new("CW:GMD-Metrics", "get_metric_data", Form::CountFlow),
    Quantity::new("CW:MetricStreamUsage", "streamed_updates", Form::CountFlow),
];

pub(super) fn read(part: &Part<'_>) -> Result<Component, Problem> {
    Ok(CloudWatch { logs: logs(part)?, metrics: metrics(part)? }.into())
}

fn logs(part: &Part<'_>) -> Result<Logs, Problem> {
    let table = &part.table;
    let classes = [("standard", LogClass::Standard), ("infrequent-access", LogClass::InfrequentAccess)];
    let gb = |key| table.read(key, |node| scalar::gb_flow(node, part.horizon())).map(Option::unwrap_or_default);
    Ok(Logs {
        class: table.read("class", |node| scalar::word(node, "log class", &classes))?.unwrap_or(LogClass::Standard),
        ingested_gb: gb("ingested")?,
        vended_gb: gb("vended")?,
        to_s3_gb: gb("vended_to_s3")?,
        to_firehose_gb: gb("vended_to_firehose")?,
        parquet_gb: gb("parquet")?,
        kept: kept(part)?,
        scanned_gb: gb("insights_scanned")?,
        masked_gb: gb("masked")?,
    })
}

#[derive(Clone, Copy)]
enum Retention {
    Days(u32),
    Never,
}

/// `stored`, or a retention with which what comes in adds up.
fn kept(part: &Part<'_>) -> Result<Kept, Problem> {
    let table = &part.table;
    let stored = table.read("stored", |node| Ok((scalar::gb(node, false, "\"6 GB\"")?, node)))?;
    let retention_node = table.opt("retention");
    let retention = retention_node.map(retention).transpose()?;
    let compression_node = table.opt("compression");
    let compression = compression_node.map(read_compression).transpose()?.unwrap_or_else(Kept::usual_compression);
    let month_node = table.opt("month");
    let month = month_node.map(|node| scalar::whole(node, 1, 1_200)).transpose()?;
    if let (Some((_, node)), Some(_)) = (stored, retention) {
        return Err(Problem::new(&node.at, "`stored` is what `retention` makes: give one or the other"));
    }
    if let (Some(_), Some(node)) = (stored, compression_node.or(month_node)) {
        return Err(Problem::new(&node.at, "this goes with `retention`; `stored` is the compressed size itself"));
    }
    match (stored, retention, month) {
        (Some((gb, _)), _, _) => Ok(Kept::Gb(gb)),
        (None, Some(Retention::Days(days)), None) => Ok(Kept::Days { days, compression }),
        (None, Some(Retention::Never), Some(months)) => Ok(Kept::Forever { months, compression }),
        (None, Some(Retention::Never), None) => {
            let at = retention_node.map_or(&table.at, |node| &node.at);
            Err(Problem::new(at, "logs that never expire only grow: which month?")
                .help("add month = 12, or a retention such as \"30d\""))
        }
        (None, _, Some(_)) => {
            let at = month_node.map_or(&table.at, |node| &node.at);
            Err(Problem::new(at, "`month` goes with retention = \"never\""))
        }
        (None, None, None) => {
            let took_in = ["ingested", "vended"].iter().find_map(|key| table.table.get(key));
            match took_in {
                Some(node) => Err(Problem::new(&node.at, "for how long are these logs kept?")
                    .help("add retention = \"7d\", or retention = \"never\" with month = 12, or stored = \"1 GB\"")),
                None => Ok(Kept::Gb(Ratio::ZERO)),
            }
        }
    }
}

fn retention(node: &Node) -> Result<Retention, Problem> {
    if matches!(&node.value, Value::String(text) if text == "never") {
        return Ok(Retention::Never);
    }
    retention_days(node).map(Retention::Days)
}

/// One of the periods that CloudWatch Logs offers.
pub(crate) fn retention_days(node: &Node) -> Result<u32, Problem> {
    let days = scalar::days(node, "\"7d\"")?;
    if RETENTION_DAYS.contains(&days) {
        return Ok(days);
    }
    let above = RETENTION_DAYS.iter().find(|&&allowed| allowed > days);
    let below = RETENTION_DAYS.iter().rev().find(|&&allowed| allowed < days);
    let nearest: Vec<String> = below.into_iter().chain(above).map(|days| format!("{days}d")).collect();
    Err(Problem::new(&node.at, format!("CloudWatch Logs does not offer a retention of {days} days"))
        .help(format!("nearest: {}", nearest.join(", "))))
}

/// Compressed over uncompressed size.
pub(crate) fn read_compression(node: &Node) -> Result<Ratio, Problem> {
    let ratio = scalar::number(node, "0.15")?;
    if ratio > Ratio::ONE {
        return Err(
            Problem::new(&node.at, "compressed logs are not larger than they were").help("write a part such as 0.15")
        );
    }
    Ok(ratio)
}

fn metrics(part: &Part<'_>) -> Result<Metrics, Problem> {
    let table = &part.table;
    let count = |key| table.read(key, |node| scalar::whole(node, 0, MOST * 100)).map(Option::unwrap_or_default);
    let flow = |key| table.read(key, |node| scalar::count_flow(node, part.horizon())).map(Option::unwrap_or_default);
    Ok(Metrics {
        custom: table.read("metrics", |node| scalar::number(node, "20"))?.unwrap_or_default(),
        container_insights: table.read("container_insights", container_insights)?,
        alarms: table.read("alarms", alarms)?.unwrap_or_default(),
        dashboards: count("dashboards")?,
        api_requests: flow("api_requests")?,
        get_metric_data: flow("get_metric_data")?,
        streamed: flow("streamed_updates")?,
    })
}

/// A number of standard alarms, or a table by kind.
fn alarms(node: &Node) -> Result<Alarms, Problem> {
    if !matches!(node.value, Value::Table(_)) {
        return Ok(Alarms { standard: scalar::whole(node, 0, MOST)?, ..Alarms::default() });
    }
    let table = Reader::new(node, "`alarms`")?;
    let count = |key| table.read(key, |node| scalar::whole(node, 0, MOST)).map(Option::unwrap_or_default);
    let alarms = Alarms {
        standard: count("standard")?,
        high_resolution: count("high_resolution")?,
        anomaly: count("anomaly")?,
        anomaly_high_resolution: count("anomaly_high_resolution")?,
        composite: count("composite")?,
        metric_insights: count("metric_insights")?,
    };
    table.finish()?;
    Ok(alarms)
}

fn container_insights(node: &Node) -> Result<ContainerInsights, Problem> {
    let table = Reader::new(node, "`container_insights`")?;
    let count = |key, usual| table.read(key, |node| scalar::whole(node, 0, MOST)).map(|count| count.unwrap_or(usual));
    let insights = ContainerInsights {
        clusters: count("clusters", 1)?,
        services: count("services", 1)?,
        task_families: count("task_families", 1)?,
        enhanced: table.read("enhanced", scalar::boolean)?.unwrap_or(false),
    };
    table.finish()?;
    Ok(insights)
}
