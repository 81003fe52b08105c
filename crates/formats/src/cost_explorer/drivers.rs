//! `GetCostComparisonDrivers` in AWS's JSON.

use super::json::{Expression, GroupDefinition, TimePeriod, Values, convert, read_amount};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize, Serializer};
use stackcost_model::cost_explorer as model;
use stackcost_model::time::Date;
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Drivers {
    cost_comparison_drivers: Vec<Moved>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next_page_token: Option<String>,
    /// What boto3 puts beside an answer.
    #[serde(default, rename = "ResponseMetadata", skip_serializing)]
    _metadata: Option<IgnoredAny>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Moved {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cost_selector: Option<Selector>,
    #[serde(default)]
    metrics: BTreeMap<String, Change>,
    #[serde(default)]
    cost_drivers: Vec<Driver>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Driver {
    r#type: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    metrics: BTreeMap<String, Change>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Change {
    #[serde(deserialize_with = "read_amount")]
    baseline_time_period_amount: String,
    #[serde(deserialize_with = "read_amount")]
    comparison_time_period_amount: String,
    #[serde(deserialize_with = "read_amount")]
    difference: String,
    unit: String,
}

/// Written as one condition; AWS may fill several fields of one, which then all hold.
#[derive(Deserialize)]
#[serde(try_from = "Fields")]
struct Selector(model::Expression);

impl Serialize for Selector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Expression::from(&self.0).serialize(serializer)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Fields {
    dimensions: Option<Values>,
    tags: Option<Values>,
    cost_categories: Option<Values>,
    not: Option<Box<Selector>>,
    and: Option<Vec<Selector>>,
    or: Option<Vec<Selector>>,
}

impl TryFrom<Fields> for Selector {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Selector, &'static str> {
        let several = |parts: Vec<Selector>| parts.into_iter().map(|part| part.0).collect();
        let mut parts = Vec::new();
        parts.extend(fields.dimensions.map(|Values { key, values, .. }| model::Expression::Dimension { key, values }));
        parts.extend(fields.tags.map(|Values { key, values, .. }| model::Expression::Tag { key, values }));
        parts.extend(
            fields.cost_categories.map(|Values { key, values, .. }| model::Expression::CostCategory { key, values }),
        );
        parts.extend(fields.not.map(|part| model::Expression::Not(Box::new(part.0))));
        parts.extend(fields.and.map(|all| model::Expression::And(several(all))));
        parts.extend(fields.or.map(|any| model::Expression::Or(several(any))));
        match (parts.pop(), parts.is_empty()) {
            (None, _) => Err("a selector that selects by nothing"),
            (Some(only), true) => Ok(Selector(only)),
            (Some(last), false) => {
                parts.push(last);
                Ok(Selector(model::Expression::And(parts)))
            }
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DriversRequest {
    baseline_time_period: TimePeriod,
    comparison_time_period: TimePeriod,
    metric_for_comparison: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    group_by: Vec<GroupDefinition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<Expression>,
}

impl From<&model::DriversRequest> for DriversRequest {
    fn from(request: &model::DriversRequest) -> Self {
        // The calendar ends in the year 9999.
        let month = |day: Date| {
            let last = day.last_of_month();
            TimePeriod { start: day.first_of_month(), end: last.tomorrow().unwrap_or(last) }
        };
        DriversRequest {
            baseline_time_period: month(request.baseline),
            comparison_time_period: month(request.comparison),
            metric_for_comparison: request.metric.name(),
            group_by: request.group_by.iter().cloned().map(GroupDefinition::from).collect(),
            filter: request.filter.as_ref().map(Expression::from),
        }
    }
}

impl From<Drivers> for model::Drivers {
    fn from(drivers: Drivers) -> Self {
        let driver = |Driver { r#type, name, metrics }| model::Driver { kind: r#type, name, metrics: convert(metrics) };
        let moved = |moved: Moved| model::Moved {
            selector: moved.cost_selector.map(|selector| selector.0),
            metrics: convert(moved.metrics),
            drivers: moved.cost_drivers.into_iter().map(driver).collect(),
        };
        model::Drivers { moved: drivers.cost_comparison_drivers.into_iter().map(moved).collect() }
    }
}

impl From<model::Drivers> for Drivers {
    fn from(drivers: model::Drivers) -> Self {
        let driver =
            |driver: model::Driver| Driver { r#type: driver.kind, name: driver.name, metrics: convert(driver.metrics) };
        let moved = |moved: model::Moved| Moved {
            cost_selector: moved.selector.map(Selector),
            metrics: convert(moved.metrics),
            cost_drivers: moved.drivers.into_iter().map(driver).collect(),
        };
        let cost_comparison_drivers = drivers.moved.into_iter().map(moved).collect();
        Drivers { cost_comparison_drivers, next_page_token: None, _metadata: None }
    }
}

impl From<Change> for model::Change {
    fn from(change: Change) -> Self {
        model::Change {
            baseline: change.baseline_time_period_amount,
            comparison: change.comparison_time_period_amount,
            difference: change.difference,
            unit: change.unit,
        }
    }
}

impl From<model::Change> for Change {
    fn from(change: model::Change) -> Self {
        Change {
            baseline_time_period_amount: change.baseline,
            comparison_time_period_amount: change.comparison,
            difference: change.difference,
            unit: change.unit,
        }
    }
}
