//! Requests as the SDK wants them.

use crate::{Call, Error};
use aws_sdk_costexplorer::types as sdk;
use stackcost_model::cost_explorer::{Expression, Granularity, GroupBy};
use stackcost_model::time::Date;

pub(crate) fn period(call: Call, start: Date, end: Date) -> Result<sdk::DateInterval, Error> {
    let built = sdk::DateInterval::builder().start(start.to_string()).end(end.to_string()).build();
    built.map_err(|error| Error::bad_request(call, &error.to_string()))
}

/// The calendar month of a day.
pub(crate) fn month(call: Call, day: Date) -> Result<sdk::DateInterval, Error> {
    let next = day.last_of_month().tomorrow().map_err(|error| Error::bad_request(call, &error.to_string()))?;
    period(call, day.first_of_month(), next)
}

pub(crate) fn granularity(granularity: Granularity) -> sdk::Granularity {
    match granularity {
        Granularity::Daily => sdk::Granularity::Daily,
        Granularity::Monthly => sdk::Granularity::Monthly,
    }
}

pub(crate) fn group_by(group_by: &[GroupBy]) -> Option<Vec<sdk::GroupDefinition>> {
    let definitions = group_by.iter().map(|group| {
        let (kind, key) = match group {
            GroupBy::Dimension(key) => (sdk::GroupDefinitionType::Dimension, key),
            GroupBy::Tag(key) => (sdk::GroupDefinitionType::Tag, key),
            GroupBy::CostCategory(key) => (sdk::GroupDefinitionType::CostCategory, key),
        };
        sdk::GroupDefinition::builder().r#type(kind).key(key).build()
    });
    (!group_by.is_empty()).then(|| definitions.collect())
}

pub(crate) fn filter(call: Call, filter: Option<&Expression>) -> Result<Option<sdk::Expression>, Error> {
    filter.map(|filter| expression(call, filter, 0)).transpose()
}

fn expression(call: Call, filter: &Expression, depth: u32) -> Result<sdk::Expression, Error> {
    // AWS takes far less; the bound keeps the stack.
    if depth > 64 {
        return Err(Error::bad_request(call, "the filter is nested more than 64 deep"));
    }
    let several = |parts: &[Expression]| {
        if parts.len() < 2 {
            return Err(Error::bad_request(call, "`and` and `or` of a filter join two expressions or more"));
        }
        parts.iter().map(|part| expression(call, part, depth + 1)).collect::<Result<Vec<_>, _>>()
    };
    let built = sdk::Expression::builder();
    Ok(match filter {
        Expression::Dimension { key, values } => {
            let values = sdk::DimensionValues::builder().key(key.as_str().into()).set_values(Some(values.clone()));
            built.dimensions(values.build())
        }
        Expression::Tag { key, values } => {
            built.tags(sdk::TagValues::builder().key(key).set_values(Some(values.clone())).build())
        }
        Expression::CostCategory { key, values } => {
            built.cost_categories(sdk::CostCategoryValues::builder().key(key).set_values(Some(values.clone())).build())
        }
        Expression::Not(part) => built.not(expression(call, part, depth + 1)?),
        Expression::And(parts) => built.set_and(Some(several(parts)?)),
        Expression::Or(parts) => built.set_or(Some(several(parts)?)),
    }
    .build())
}
