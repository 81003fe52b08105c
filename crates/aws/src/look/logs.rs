//! Log groups: how long they keep events, how much they hold, and how much comes in.

use super::{Look, each, gap};
use crate::services::Site;
use crate::{Call, Error, Kind, number, pages};
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types as metrics;
use aws_sdk_cloudwatchlogs::types as sdk;
use jiff::Timestamp;
use serde_json::Value;
use stackcost_model::fixes::snapshot::{AccountRetention, LogGroup};
use stackcost_model::fixes::{Gap, Seen};
use std::collections::BTreeMap;

/// Metrics that one call may ask for. Source: API reference, `GetMetricData`.
const QUERIES: usize = 500;
const DAY: i32 = 86_400;
/// Over how many days it is looked at what comes in.
const DAYS: i64 = 30;

pub(super) async fn groups(look: &Look<'_>, site: &Site) -> Result<Vec<LogGroup>, Error> {
    let call = Call::DescribeLogGroups;
    let described = pages::all(call, |token| async {
        let sent = site.reads.logs().describe_log_groups().limit(50).set_next_token(token);
        let output = site.ask(call, sent.send()).await?;
        Ok((output.log_groups, output.next_token))
    });
    let described = described.await?.into_iter();
    let groups = described.map(|group| self::group(group).ok_or_else(|| Error::no_answer(call, "half a log group")));
    let mut groups = groups.collect::<Result<Vec<LogGroup>, Error>>()?;
    // The shortest of all wishes: which one is about a group is not decided here.
    let wish = &look.wish.logs;
    let shortest = wish.rules.iter().map(|(_, days)| *days).chain([wish.days]).min().unwrap_or_default();
    let mut in_question: Vec<&mut LogGroup> =
        groups.iter_mut().filter(|group| group.retention.is_none_or(|days| days > shortest)).collect();
    each(site, in_question.chunks_mut(QUERIES), |some| incoming(look, site, some)).await;
    Ok(groups)
}

fn group(group: sdk::LogGroup) -> Option<LogGroup> {
    Some(LogGroup {
        name: group.log_group_name?,
        retention: group.retention_in_days.map(u32::try_from).transpose().ok()?,
        account_policy: group.retention_policy_name.filter(|name| !name.is_empty()),
        stored_bytes: u64::try_from(group.stored_bytes.unwrap_or_default()).ok()?,
        created: Timestamp::from_millisecond(group.creation_time?).ok()?,
        class: group.log_group_class.map_or_else(|| "STANDARD".to_string(), |class| class.as_str().to_string()),
        incoming_bytes: Err(Gap::NotAsked),
    })
}

/// What came into some groups: a cent for 1,000 of them.
async fn incoming(look: &Look<'_>, site: &Site, groups: &mut [&mut LogGroup]) {
    let sums = sums(look.now, site, groups).await.map_err(gap);
    for (at, group) in groups.iter_mut().enumerate() {
        group.incoming_bytes = match &sums {
            // Nothing came in: then there are no data.
            Ok(sums) => sums.get(&id(at)).cloned().unwrap_or(Ok(0)),
            Err(gap) => Err(gap.clone()),
        };
    }
}

fn id(at: usize) -> String {
    format!("q{at}")
}

async fn sums(now: Timestamp, site: &Site, groups: &[&mut LogGroup]) -> Result<BTreeMap<String, Seen<u64>>, Error> {
    let call = Call::GetMetricData;
    let queries: Vec<metrics::MetricDataQuery> =
        groups.iter().enumerate().map(|(at, group)| query(&id(at), &group.name)).collect();
    let (start, end) = (now.as_second() - DAYS * i64::from(DAY), now.as_second());
    let results = pages::all(call, |token| async {
        let sent = site.reads.cloudwatch().get_metric_data().set_metric_data_queries(Some(queries.clone()));
        let sent = sent.start_time(DateTime::from_secs(start)).end_time(DateTime::from_secs(end));
        let output = site.ask(call, sent.set_next_token(token).send()).await?;
        Ok((output.metric_data_results, output.next_token))
    });
    let mut sums: BTreeMap<String, Seen<u64>> = BTreeMap::new();
    for result in results.await? {
        let more = whole(call, &result).map(|()| number::total(result.values())).map_err(gap);
        let sum = sums.entry(result.id.unwrap_or_default()).or_insert(Ok(0));
        *sum = match (std::mem::replace(sum, Ok(0)), more) {
            (Ok(sum), Ok(more)) => Ok(sum.saturating_add(more)),
            (Err(gap), _) | (_, Err(gap)) => Err(gap),
        };
    }
    Ok(sums)
}

/// Whether a metric was read. CloudWatch answers well and says of each metric how it went; one that
/// goes on with the next page is no failure.
pub(super) fn whole(call: Call, result: &metrics::MetricDataResult) -> Result<(), Error> {
    let failed = |kind, why: &str| Error::new(kind, call, format!("{}: {why}", call.action()), "");
    match &result.status_code {
        Some(metrics::StatusCode::Forbidden) => Err(failed(Kind::Denied, "the metric may not be read")),
        Some(metrics::StatusCode::InternalError) => Err(failed(Kind::Network, "CloudWatch failed to read the metric")),
        _ => Ok(()),
    }
}

fn query(id: &str, group: &str) -> metrics::MetricDataQuery {
    let dimension = metrics::Dimension::builder().name("LogGroupName").value(group).build();
    let metric = metrics::Metric::builder().namespace("AWS/Logs").metric_name("IncomingBytes").dimensions(dimension);
    let stat = metrics::MetricStat::builder().metric(metric.build()).stat("Sum").period(DAY).build();
    metrics::MetricDataQuery::builder().id(id).metric_stat(stat).build()
}

/// Retentions that hold for many groups at once, and go before their own.
pub(super) async fn account_retention(site: &Site) -> Result<Vec<AccountRetention>, Error> {
    let call = Call::DescribeAccountPolicies;
    let policies = pages::all(call, |token| async {
        let sent = site.reads.logs().describe_account_policies().policy_type(sdk::PolicyType::RetentionPolicy);
        let output = site.ask(call, sent.set_next_token(token).send()).await?;
        Ok((output.account_policies, output.next_token))
    });
    let policies = match policies.await {
        Ok(policies) => policies,
        // Where CloudWatch Logs does not know such policies, there are none.
        Err(error) if error.is_code("InvalidParameterException") && error.message.contains("policyType") => Vec::new(),
        Err(error) => return Err(error),
    };
    let policy = |policy: sdk::AccountPolicy| {
        Some(AccountRetention {
            name: policy.policy_name?,
            days: policy.policy_document.as_deref().and_then(days),
            selection: policy.selection_criteria,
        })
    };
    let read = policies.into_iter().map(policy).collect::<Option<_>>();
    read.ok_or_else(|| Error::no_answer(call, "a policy without a name"))
}

/// The days that a document says, wherever it says them: its form is published nowhere that we know
/// of.
fn days(document: &str) -> Option<u32> {
    fn find(value: &Value) -> Option<u32> {
        match value {
            Value::Object(fields) => fields.iter().find_map(|(name, value)| {
                let here = name.to_ascii_lowercase().contains("retention").then(|| value.as_u64()).flatten();
                here.and_then(|days| u32::try_from(days).ok()).or_else(|| find(value))
            }),
            Value::Array(all) => all.iter().find_map(find),
            _ => None,
        }
    }
    find(&serde_json::from_str(document).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_a_retention_policy() {
        assert_eq!(days(r#"{"retentionInDays": 90}"#), Some(90));
        assert_eq!(days(r#"{"Rules": [{"RetentionInDays": 30}]}"#), Some(30));
        assert_eq!(days(r#"{"retention": {"never": true}}"#), None);
        assert_eq!(days("90"), None);
    }
}
