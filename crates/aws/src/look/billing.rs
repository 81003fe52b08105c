//! What an account has once: alarms on its charges, budgets, cost allocation tags.

use super::{Look, Part, cloudwatch, each, logs, sns};
use crate::perform::{budget, cost_tag};
use crate::services::Site;
use crate::{Call, Error, pages};
use aws_sdk_budgets::types as sdk;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types as metrics;
use jiff::Timestamp;
use stackcost_model::fixes::Gap;
use stackcost_model::fixes::Seen;
use stackcost_model::fixes::snapshot::{Billing, SeenAlarm, SeenBudget, Topic};
use std::collections::{BTreeMap, BTreeSet};

/// The metric has a value some times a day.
const PERIOD: i32 = 21_600;
/// How far back it is looked for one: three days.
const SINCE: i64 = 3 * 86_400;

pub(super) async fn billing(look: &Look<'_>, site: &Site) -> Billing {
    let alarms = async {
        let alarms = look.list(Part::BillingAlarms, site, "alarms", cloudwatch::alarms(site)).await;
        let topics = topics(look, site, &alarms).await;
        (alarms, topics)
    };
    let charge = look.part(Part::LastCharge, site, "metric EstimatedCharges", last_charge(look.now, site));
    let budgets = look.list(Part::Budgets, site, "budgets", budgets(look.now, site));
    let tags = look.part(Part::CostTags, site, "cost allocation tags", cost_tags(site));
    let ((alarms, topics), last_charge, budgets, cost_tags) = futures_util::join!(alarms, charge, budgets, tags);
    Billing { alarms, topics, last_charge, budgets, cost_tags }
}

/// Topics; in question are the wished one, and those that alarms on charges tell.
async fn topics(look: &Look<'_>, site: &Site, alarms: &Seen<Vec<SeenAlarm>>) -> Seen<Vec<Topic>> {
    if !look.parts.contains(&Part::BillingTopics) {
        return Err(Gap::NotAsked);
    }
    let of_charges = alarms.iter().flatten().filter_map(|seen| seen.alarm.as_ref());
    let of_charges = of_charges.filter(|alarm| alarm.namespace == "AWS/Billing");
    let told = of_charges.flat_map(|alarm| &alarm.alarm_actions).filter_map(|arn| sns::name(site, arn));
    let mut names: BTreeSet<String> = told.map(str::to_string).collect();
    names.insert(look.wish.billing.topic.clone());
    look.list(Part::BillingTopics, site, "topics", sns::topics(site, &names)).await
}

/// When the charges were measured last.
async fn last_charge(now: Timestamp, site: &Site) -> Result<Option<Timestamp>, Error> {
    let call = Call::GetMetricData;
    let currency = metrics::Dimension::builder().name("Currency").value("USD").build();
    let metric = metrics::Metric::builder().namespace("AWS/Billing").metric_name("EstimatedCharges");
    let stat = metrics::MetricStat::builder().metric(metric.dimensions(currency).build()).stat("Maximum");
    let query = metrics::MetricDataQuery::builder().id("charges").metric_stat(stat.period(PERIOD).build()).build();
    let (start, end) = (DateTime::from_secs(now.as_second() - SINCE), DateTime::from_secs(now.as_second()));
    let results = pages::all(call, |token| async {
        let sent = site.reads.cloudwatch().get_metric_data().metric_data_queries(query.clone());
        let output = site.ask(call, sent.start_time(start).end_time(end).set_next_token(token).send()).await?;
        Ok((output.metric_data_results, output.next_token))
    });
    let results = results.await?;
    for result in &results {
        logs::whole(call, result)?;
    }
    let times = results.iter().flat_map(metrics::MetricDataResult::timestamps);
    Ok(times.filter_map(|time| Timestamp::from_second(time.secs()).ok()).max())
}

async fn budgets(now: Timestamp, site: &Site) -> Result<Vec<SeenBudget>, Error> {
    let call = Call::ViewBudget;
    let listed = pages::all(call, |token| async {
        let sent = site.reads.budgets().describe_budgets().account_id(&site.account.id).show_filter_expression(true);
        let output = site.ask(call, sent.set_next_token(token).send()).await?;
        Ok((output.budgets, output.next_token))
    });
    let read = |seen: sdk::Budget| async move {
        if !budget::is_monthly_cost(&seen) {
            return Ok(SeenBudget { name: seen.budget_name, budget: None, forecast_alert: false });
        }
        let told = budget::told(site, &seen).await?;
        let forecast_alert = budget::is_on(&seen, now) && budget::forecasts(&told);
        Ok(SeenBudget { budget: budget::writable(&seen, &told), name: seen.budget_name, forecast_alert })
    };
    each(site, listed.await?, read).await.into_iter().collect()
}

async fn cost_tags(site: &Site) -> Result<BTreeMap<String, bool>, Error> {
    let call = Call::ListCostAllocationTags;
    let listed = pages::all(call, |token| async {
        let sent = site.reads.costs().list_cost_allocation_tags().max_results(1000).set_next_token(token);
        let output = site.ask(call, sent.send()).await?;
        Ok((output.cost_allocation_tags, output.next_token))
    });
    let mut tags = BTreeMap::new();
    for tag in listed.await? {
        // AWS may have a tag of the same key itself.
        *tags.entry(tag.tag_key.clone()).or_default() |= cost_tag::is_active(&tag);
    }
    Ok(tags)
}
