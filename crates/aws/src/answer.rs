//! Answers of the SDK as values. What AWS leaves out is said, never taken as nothing.

use aws_sdk_costexplorer::operation::get_cost_and_usage::GetCostAndUsageOutput;
use aws_sdk_costexplorer::operation::get_cost_comparison_drivers::GetCostComparisonDriversOutput;
use aws_sdk_costexplorer::operation::get_cost_forecast::GetCostForecastOutput;
use aws_sdk_costexplorer::types as sdk;
use stackcost_model::cost_explorer::{
    Answer, Change, Driver, Drivers, Expression, Forecast, ForecastPeriod, Group, GroupBy, Measure, Moved, Period,
};
use stackcost_model::time::Date;
use std::collections::{BTreeMap, HashMap};

/// What is missing in an answer or cannot be read.
type Lacking = String;

pub(crate) fn cost_and_usage(output: GetCostAndUsageOutput) -> Result<Answer, Lacking> {
    let attributes = output.dimension_value_attributes.unwrap_or_default().into_iter().filter_map(|named| {
        let description = named.attributes?.remove("description")?;
        Some((named.value?, description))
    });
    Ok(Answer {
        periods: output.results_by_time.ok_or("no ResultsByTime")?.into_iter().map(period).collect::<Result<_, _>>()?,
        group_definitions: output
            .group_definitions
            .unwrap_or_default()
            .into_iter()
            .map(group_definition)
            .collect::<Result<_, _>>()?,
        attributes: attributes.collect(),
    })
}

fn period(result: sdk::ResultByTime) -> Result<Period, Lacking> {
    let (start, end) = dates(result.time_period)?;
    let group = |group: sdk::Group| {
        Ok(Group { keys: group.keys.ok_or("a group without keys")?, metrics: measures(group.metrics)? })
    };
    Ok(Period {
        start,
        end,
        estimated: result.estimated,
        groups: result.groups.unwrap_or_default().into_iter().map(group).collect::<Result<_, Lacking>>()?,
        total: measures(result.total)?,
    })
}

fn group_definition(definition: sdk::GroupDefinition) -> Result<GroupBy, Lacking> {
    let key = definition.key.ok_or("a group definition without a key")?;
    match definition.r#type {
        Some(sdk::GroupDefinitionType::Dimension) => Ok(GroupBy::Dimension(key)),
        Some(sdk::GroupDefinitionType::Tag) => Ok(GroupBy::Tag(key)),
        Some(sdk::GroupDefinitionType::CostCategory) => Ok(GroupBy::CostCategory(key)),
        other => Err(format!("groups of a kind that nobody asked for: {other:?}")),
    }
}

pub(crate) fn forecast(output: GetCostForecastOutput) -> Result<Forecast, Lacking> {
    let period = |result: sdk::ForecastResult| {
        let (start, end) = dates(result.time_period)?;
        let mean = result.mean_value.ok_or("a forecast without a mean")?;
        let interval = result.prediction_interval_lower_bound.zip(result.prediction_interval_upper_bound);
        Ok(ForecastPeriod { start, end, mean, interval })
    };
    let periods = output.forecast_results_by_time.unwrap_or_default().into_iter().map(period);
    Ok(Forecast {
        total: measure(output.total.ok_or("a forecast without a total")?)?,
        periods: periods.collect::<Result<_, Lacking>>()?,
    })
}

pub(crate) fn drivers(output: GetCostComparisonDriversOutput) -> Result<Drivers, Lacking> {
    let driver = |driver: sdk::CostDriver| {
        Ok(Driver {
            kind: driver.r#type.ok_or("a driver without a type")?,
            name: driver.name.unwrap_or_default(),
            metrics: changes(driver.metrics)?,
        })
    };
    let moved = |moved: sdk::CostComparisonDriver| {
        Ok(Moved {
            selector: moved.cost_selector.map(selector).transpose()?,
            metrics: changes(moved.metrics)?,
            drivers: moved.cost_drivers.unwrap_or_default().into_iter().map(driver).collect::<Result<_, Lacking>>()?,
        })
    };
    let all = output.cost_comparison_drivers.ok_or("no CostComparisonDrivers")?;
    Ok(Drivers { moved: all.into_iter().map(moved).collect::<Result<_, Lacking>>()? })
}

/// AWS may fill several fields of one expression; they all hold.
fn selector(expression: sdk::Expression) -> Result<Expression, Lacking> {
    let several = |parts: Vec<sdk::Expression>| parts.into_iter().map(selector).collect::<Result<Vec<_>, _>>();
    let no_key = || "a selector without a key".to_string();
    let mut parts = Vec::new();
    if let Some(values) = expression.dimensions {
        let key = values.key.ok_or_else(no_key)?.as_str().to_string();
        parts.push(Expression::Dimension { key, values: values.values.unwrap_or_default() });
    }
    if let Some(values) = expression.tags {
        parts.push(Expression::Tag { key: values.key.ok_or_else(no_key)?, values: values.values.unwrap_or_default() });
    }
    if let Some(values) = expression.cost_categories {
        let key = values.key.ok_or_else(no_key)?;
        parts.push(Expression::CostCategory { key, values: values.values.unwrap_or_default() });
    }
    if let Some(part) = expression.not {
        parts.push(Expression::Not(Box::new(selector(*part)?)));
    }
    if let Some(all) = expression.and {
        parts.push(Expression::And(several(all)?));
    }
    if let Some(any) = expression.or {
        parts.push(Expression::Or(several(any)?));
    }
    match (parts.pop(), parts.is_empty()) {
        (None, _) => Err("a selector that selects by nothing known".to_string()),
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            parts.push(last);
            Ok(Expression::And(parts))
        }
    }
}

fn dates(interval: Option<sdk::DateInterval>) -> Result<(Date, Date), Lacking> {
    let interval = interval.ok_or("a period without a time")?;
    let date = |text: &str| text.parse::<Date>().map_err(|_| format!("the date `{text}`"));
    Ok((date(&interval.start)?, date(&interval.end)?))
}

fn measures(metrics: Option<HashMap<String, sdk::MetricValue>>) -> Result<BTreeMap<String, Measure>, Lacking> {
    metrics.unwrap_or_default().into_iter().map(|(name, value)| Ok((name, measure(value)?))).collect()
}

fn measure(value: sdk::MetricValue) -> Result<Measure, Lacking> {
    let amount = value.amount.ok_or("a metric without an amount")?;
    Ok(Measure { amount, unit: value.unit.ok_or("a metric without a unit")? })
}

fn changes(metrics: Option<HashMap<String, sdk::ComparisonMetricValue>>) -> Result<BTreeMap<String, Change>, Lacking> {
    let change = |value: sdk::ComparisonMetricValue| {
        let amount = |amount: Option<String>| amount.ok_or("a change without an amount");
        Ok::<_, Lacking>(Change {
            baseline: amount(value.baseline_time_period_amount)?,
            comparison: amount(value.comparison_time_period_amount)?,
            difference: amount(value.difference)?,
            unit: value.unit.ok_or("a change without a unit")?,
        })
    };
    metrics.unwrap_or_default().into_iter().map(|(name, value)| Ok((name, change(value)?))).collect()
}
