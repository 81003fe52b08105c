//! CloudWatch alarms on one metric. To put one overwrites all of it, so all of it is kept.

use super::number;
use crate::services::Site;
use crate::{Call, Error, number as decimal};
use aws_sdk_cloudwatch::types as sdk;
use stackcost_model::fixes::State;
use stackcost_model::fixes::setting::Alarm;

pub(super) async fn read(site: &Site, name: &str) -> Result<Option<State>, Error> {
    let call = Call::DescribeAlarms;
    let sent = site.reads.cloudwatch().describe_alarms().alarm_names(name);
    let sent = sent.alarm_types(sdk::AlarmType::MetricAlarm).alarm_types(sdk::AlarmType::CompositeAlarm);
    let output = site.ask(call, sent.send()).await?;
    let named = |other: Option<&str>| other == Some(name);
    let found = output.metric_alarms.unwrap_or_default().into_iter().find(|alarm| named(alarm.alarm_name()));
    let composite = output.composite_alarms.unwrap_or_default().iter().any(|alarm| named(alarm.alarm_name()));
    match found {
        None if !composite => Ok(None),
        found => match found.and_then(writable) {
            Some(alarm) => Ok(Some(State::Alarm(Box::new(alarm)))),
            None => {
                let why =
                    format!("the alarm {name} is of a kind that this tool does not write: not on one metric alone");
                Err(Error::bad_request(call, &why))
            }
        },
    }
}

/// An alarm as it can be put again; none when it has more to it than this tool writes: metric math,
/// anomaly detection, PromQL, warm-up, windows of the wall clock, changed messages.
pub(crate) fn writable(alarm: sdk::MetricAlarm) -> Option<Alarm> {
    let slides = matches!(alarm.evaluation_window, None | Some(sdk::EvaluationWindow::SlidingWindow(_)));
    let more = !alarm.metrics().is_empty()
        || alarm.threshold_metric_id.is_some()
        || alarm.evaluation_criteria.is_some()
        || alarm.evaluation_interval.is_some()
        || alarm.warm_up_configuration.is_some()
        || alarm.action_configuration.is_some();
    if more || !slides {
        return None;
    }
    let natural = |value: i32| u32::try_from(value).ok();
    let evaluation_periods = natural(alarm.evaluation_periods?)?;
    let statistic = alarm.statistic.map(|statistic| statistic.as_str().to_string());
    let dimensions = alarm.dimensions.unwrap_or_default().into_iter();
    Some(Alarm {
        description: alarm.alarm_description.filter(|text| !text.is_empty()),
        actions_enabled: alarm.actions_enabled.unwrap_or(true),
        alarm_actions: alarm.alarm_actions.unwrap_or_default(),
        ok_actions: alarm.ok_actions.unwrap_or_default(),
        insufficient_data_actions: alarm.insufficient_data_actions.unwrap_or_default(),
        namespace: alarm.namespace?,
        metric: alarm.metric_name?,
        statistic: statistic.or(alarm.extended_statistic)?,
        dimensions: dimensions.map(|one| Some((one.name?, one.value?))).collect::<Option<_>>()?,
        period: natural(alarm.period?)?,
        unit: alarm.unit.map(|unit| unit.as_str().to_string()),
        evaluation_periods,
        // All of them is what it is without it.
        datapoints_to_alarm: alarm.datapoints_to_alarm.and_then(natural).filter(|some| *some != evaluation_periods),
        threshold: decimal::text(alarm.threshold?),
        comparison: alarm.comparison_operator?.as_str().to_string(),
        treat_missing_data: alarm.treat_missing_data,
        evaluate_low_samples: alarm.evaluate_low_sample_count_percentile,
    })
}

/// A metric and the two bounds of its band. Source: CloudWatch's pricing page, anomaly detection.
const DETECTING: u32 = 3;

/// How many metrics an alarm is billed for.
pub(crate) fn metrics(alarm: &sdk::MetricAlarm) -> u32 {
    let real = alarm.metrics().iter().filter(|query| query.metric_stat.is_some()).count();
    match alarm.threshold_metric_id {
        Some(_) => DETECTING,
        // One that only queries is billed by what the query finds, which is a metric at least.
        None => u32::try_from(real).unwrap_or(u32::MAX).max(1),
    }
}

pub(super) async fn put(site: &Site, name: &str, alarm: &Alarm) -> Result<(), Error> {
    let call = Call::PutMetricAlarm;
    let no_number = || Error::bad_request(call, &format!("`{}` is not a decimal number", alarm.threshold));
    let dimension = |(name, value): (&String, &String)| sdk::Dimension::builder().name(name).value(value).build();
    let put = site
        .writes
        .cloudwatch()
        .put_metric_alarm()
        .alarm_name(name)
        .set_alarm_description(alarm.description.clone())
        .actions_enabled(alarm.actions_enabled)
        .set_alarm_actions(Some(alarm.alarm_actions.clone()))
        .set_ok_actions(Some(alarm.ok_actions.clone()))
        .set_insufficient_data_actions(Some(alarm.insufficient_data_actions.clone()))
        .namespace(&alarm.namespace)
        .metric_name(&alarm.metric)
        .set_dimensions(Some(alarm.dimensions.iter().map(dimension).collect()))
        .period(number(call, alarm.period)?)
        .set_unit(alarm.unit.as_deref().map(Into::into))
        .evaluation_periods(number(call, alarm.evaluation_periods)?)
        .set_datapoints_to_alarm(alarm.datapoints_to_alarm.map(|some| number(call, some)).transpose()?)
        .threshold(decimal::parse(&alarm.threshold).ok_or_else(no_number)?)
        .comparison_operator(alarm.comparison.as_str().into())
        .set_treat_missing_data(alarm.treat_missing_data.clone())
        .set_evaluate_low_sample_count_percentile(alarm.evaluate_low_samples.clone());
    let put = match sdk::Statistic::try_parse(&alarm.statistic) {
        Ok(statistic) => put.statistic(statistic),
        Err(_) => put.extended_statistic(&alarm.statistic),
    };
    site.tell(call, || put.clone().send()).await.map(drop)
}

pub(super) async fn delete(site: &Site, name: &str) -> Result<(), Error> {
    let delete = site.writes.cloudwatch().delete_alarms().alarm_names(name);
    site.tell(Call::DeleteAlarms, || delete.clone().send()).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_with_more_to_it_is_not_written() {
        let plain = || {
            sdk::MetricAlarm::builder()
                .namespace("AWS/Billing")
                .metric_name("EstimatedCharges")
                .statistic(sdk::Statistic::Maximum)
                .period(21_600)
                .evaluation_periods(1)
                .datapoints_to_alarm(1)
                .threshold(0.1)
                .comparison_operator(sdk::ComparisonOperator::GreaterThanThreshold)
        };
        let seen = writable(plain().build()).expect("a plain alarm");
        assert_eq!((seen.threshold.as_str(), seen.datapoints_to_alarm, seen.actions_enabled), ("0.1", None, true));
        let slides = sdk::EvaluationWindow::SlidingWindow(sdk::SlidingWindow::builder().build());
        assert!(writable(plain().evaluation_window(slides).build()).is_some(), "it is the default");
        for more in [
            plain().metrics(sdk::MetricDataQuery::builder().id("m1").build()),
            plain().threshold_metric_id("ad1"),
            plain().warm_up_configuration(sdk::WarmUpConfiguration::builder().build()),
            plain().action_configuration(sdk::ActionConfiguration::builder().build()),
            plain().set_period(None),
        ] {
            assert_eq!(writable(more.build()), None);
        }
    }

    #[test]
    fn an_alarm_is_billed_by_its_metrics() {
        let metric = |id: &str| {
            let stat = sdk::MetricStat::builder().stat("Sum").period(60).build();
            sdk::MetricDataQuery::builder().id(id).metric_stat(stat).build()
        };
        let expression = || sdk::MetricDataQuery::builder().id("e").expression("m1 / m2").build();
        let alarm = sdk::MetricAlarm::builder;
        let math = alarm().metrics(expression()).metrics(metric("m1")).metrics(metric("m2"));
        let band = alarm().metrics(metric("m1")).metrics(expression()).threshold_metric_id("e");
        for (alarm, count) in [(alarm().metric_name("m"), 1), (math, 2), (band, 3), (alarm().metrics(expression()), 1)]
        {
            assert_eq!(metrics(&alarm.build()), count);
        }
    }
}
