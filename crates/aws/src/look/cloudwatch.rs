//! Alarms and dashboards.

use super::{Look, each, gap};
use crate::perform::{alarm, dashboard};
use crate::services::Site;
use crate::{Call, Error, pages};
use aws_sdk_cloudwatch::types as sdk;
use stackcost_model::fixes::Gap;
use stackcost_model::fixes::snapshot::{Dashboard, SeenAlarm};

pub(super) async fn alarms(site: &Site) -> Result<Vec<SeenAlarm>, Error> {
    let call = Call::DescribeAlarms;
    let read = pages::all(call, |token| async {
        let sent = site.reads.cloudwatch().describe_alarms().max_records(100).set_next_token(token);
        let sent = sent.alarm_types(sdk::AlarmType::MetricAlarm).alarm_types(sdk::AlarmType::CompositeAlarm);
        let output = site.ask(call, sent.send()).await?;
        let composite = output.composite_alarms.unwrap_or_default().into_iter().map(|alarm| {
            // What it is made of is billed as alarms of their own.
            Some(SeenAlarm { name: alarm.alarm_name?, alarm: None, metrics: 0 })
        });
        let on_metrics = output.metric_alarms.unwrap_or_default().into_iter().map(|alarm| {
            let metrics = alarm::metrics(&alarm);
            Some(SeenAlarm { name: alarm.alarm_name.clone()?, alarm: alarm::writable(alarm), metrics })
        });
        let all: Option<Vec<SeenAlarm>> = on_metrics.chain(composite).collect();
        let all = all.ok_or_else(|| Error::no_answer(call, "an alarm without a name"))?;
        Ok((Some(all), output.next_token))
    });
    read.await
}

/// All dashboards, and what is on the one that is wished.
pub(super) async fn dashboards(look: &Look<'_>, site: &Site) -> Result<Vec<Dashboard>, Error> {
    let call = Call::ListDashboards;
    let listed = pages::all(call, |token| async {
        let output = site.ask(call, site.reads.cloudwatch().list_dashboards().set_next_token(token).send()).await?;
        Ok((output.dashboard_entries, output.next_token))
    });
    let read = |entry: sdk::DashboardEntry| async {
        let name = entry.dashboard_name.ok_or_else(|| Error::no_answer(call, "a dashboard without a name"))?;
        let body = match name == look.wish.dashboard.name {
            true => dashboard::body(site, &name).await.map_err(gap),
            false => Err(Gap::NotAsked),
        };
        Ok(Dashboard { name, body })
    };
    each(site, listed.await?, read).await.into_iter().collect()
}
