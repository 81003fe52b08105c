//! AWS's JSON, field by field. A key that is not here is refused: it might carry money.

use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use stackcost_model::cost_explorer as model;
use stackcost_model::time::Date;
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Answer {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    group_definitions: Vec<GroupDefinition>,
    results_by_time: Vec<Result>,
    #[serde(default)]
    dimension_value_attributes: Vec<Attributes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next_page_token: Option<String>,
    /// What boto3 puts beside an answer.
    #[serde(default, rename = "ResponseMetadata", skip_serializing)]
    _metadata: Option<IgnoredAny>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GroupDefinition {
    r#type: GroupType,
    key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum GroupType {
    Dimension,
    Tag,
    CostCategory,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Attributes {
    value: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Result {
    time_period: TimePeriod,
    #[serde(default)]
    total: BTreeMap<String, Measure>,
    #[serde(default)]
    groups: Vec<Group>,
    estimated: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct TimePeriod {
    #[serde(serialize_with = "write_date", deserialize_with = "read_date")]
    pub start: Date,
    #[serde(serialize_with = "write_date", deserialize_with = "read_date")]
    pub end: Date,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Group {
    keys: Vec<String>,
    metrics: BTreeMap<String, Measure>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Measure {
    #[serde(deserialize_with = "read_amount")]
    amount: String,
    unit: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Forecast {
    total: Measure,
    forecast_results_by_time: Vec<ForecastResult>,
    #[serde(default, rename = "ResponseMetadata", skip_serializing)]
    _metadata: Option<IgnoredAny>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ForecastResult {
    time_period: TimePeriod,
    #[serde(deserialize_with = "read_amount")]
    mean_value: String,
    #[serde(default, deserialize_with = "read_bound", skip_serializing_if = "Option::is_none")]
    prediction_interval_lower_bound: Option<String>,
    #[serde(default, deserialize_with = "read_bound", skip_serializing_if = "Option::is_none")]
    prediction_interval_upper_bound: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    time_period: TimePeriod,
    granularity: &'static str,
    metrics: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    group_by: Vec<GroupDefinition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<Expression>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ForecastRequest {
    time_period: TimePeriod,
    granularity: &'static str,
    metric: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<Expression>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prediction_interval_level: Option<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) enum Expression {
    Dimensions(Values),
    Tags(Values),
    CostCategories(Values),
    Not(Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Values {
    pub key: String,
    #[serde(default)]
    pub values: Vec<String>,
    /// How values are compared; there is no other way than by all their signs here.
    #[serde(default, rename = "MatchOptions", skip_serializing)]
    _match_options: Option<IgnoredAny>,
}

fn write_date<S: Serializer>(date: &Date, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

fn read_date<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    // A time of day would be that of hourly data.
    let date = (text.len() == 10).then(|| text.parse().ok()).flatten();
    date.ok_or_else(|| D::Error::custom(format!("`{text}` is no day such as 2026-09-01")))
}

pub(super) fn read_amount<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if is_number(&text) { Ok(text) } else { Err(D::Error::custom(format!("`{text}` is no amount"))) }
}

fn read_bound<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<String>, D::Error> {
    read_amount(deserializer).map(Some)
}

/// `-12.5`, `0`, and, as AWS writes very small amounts, `5.8E-9`.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned =
        |text: &str| text.split_once('.').map_or(digits(text), |(whole, part)| digits(whole) && digits(part));
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once(['E', 'e']) {
        Some((number, power)) => unsigned(number) && digits(power.trim_start_matches(['-', '+'])),
        None => unsigned(text),
    }
}

impl From<Answer> for model::Answer {
    fn from(answer: Answer) -> Self {
        let attributes = answer.dimension_value_attributes.into_iter();
        model::Answer {
            periods: answer.results_by_time.into_iter().map(model::Period::from).collect(),
            group_definitions: answer.group_definitions.into_iter().map(model::GroupBy::from).collect(),
            attributes: attributes
                .filter_map(|mut named| Some((named.value, named.attributes.remove("description")?)))
                .collect(),
        }
    }
}

impl From<model::Answer> for Answer {
    fn from(answer: model::Answer) -> Self {
        let attributes = answer.attributes.into_iter().map(|(value, description)| Attributes {
            value,
            attributes: BTreeMap::from([("description".to_string(), description)]),
        });
        Answer {
            group_definitions: answer.group_definitions.into_iter().map(GroupDefinition::from).collect(),
            results_by_time: answer.periods.into_iter().map(Result::from).collect(),
            dimension_value_attributes: attributes.collect(),
            next_page_token: None,
            _metadata: None,
        }
    }
}

impl From<Result> for model::Period {
    fn from(result: Result) -> Self {
        let groups = result.groups.into_iter();
        model::Period {
            start: result.time_period.start,
            end: result.time_period.end,
            estimated: result.estimated,
            groups: groups.map(|group| model::Group { keys: group.keys, metrics: convert(group.metrics) }).collect(),
            total: convert(result.total),
        }
    }
}

impl From<model::Period> for Result {
    fn from(period: model::Period) -> Self {
        let groups = period.groups.into_iter();
        Result {
            time_period: TimePeriod { start: period.start, end: period.end },
            total: convert(period.total),
            groups: groups.map(|group| Group { keys: group.keys, metrics: convert(group.metrics) }).collect(),
            estimated: period.estimated,
        }
    }
}

pub(super) fn convert<A, B: From<A>>(map: BTreeMap<String, A>) -> BTreeMap<String, B> {
    map.into_iter().map(|(name, value)| (name, value.into())).collect()
}

impl From<Measure> for model::Measure {
    fn from(Measure { amount, unit }: Measure) -> Self {
        model::Measure { amount, unit }
    }
}

impl From<model::Measure> for Measure {
    fn from(model::Measure { amount, unit }: model::Measure) -> Self {
        Measure { amount, unit }
    }
}

impl From<GroupDefinition> for model::GroupBy {
    fn from(GroupDefinition { r#type, key }: GroupDefinition) -> Self {
        match r#type {
            GroupType::Dimension => model::GroupBy::Dimension(key),
            GroupType::Tag => model::GroupBy::Tag(key),
            GroupType::CostCategory => model::GroupBy::CostCategory(key),
        }
    }
}

impl From<model::GroupBy> for GroupDefinition {
    fn from(group: model::GroupBy) -> Self {
        let (r#type, key) = match group {
            model::GroupBy::Dimension(key) => (GroupType::Dimension, key),
            model::GroupBy::Tag(key) => (GroupType::Tag, key),
            model::GroupBy::CostCategory(key) => (GroupType::CostCategory, key),
        };
        GroupDefinition { r#type, key }
    }
}

impl From<Forecast> for model::Forecast {
    fn from(forecast: Forecast) -> Self {
        let periods = forecast.forecast_results_by_time.into_iter().map(|result| model::ForecastPeriod {
            start: result.time_period.start,
            end: result.time_period.end,
            mean: result.mean_value,
            interval: result.prediction_interval_lower_bound.zip(result.prediction_interval_upper_bound),
        });
        model::Forecast { periods: periods.collect(), total: forecast.total.into() }
    }
}

impl From<model::Forecast> for Forecast {
    fn from(forecast: model::Forecast) -> Self {
        let results = forecast.periods.into_iter().map(|period| {
            let (low, high) = period.interval.unzip();
            ForecastResult {
                time_period: TimePeriod { start: period.start, end: period.end },
                mean_value: period.mean,
                prediction_interval_lower_bound: low,
                prediction_interval_upper_bound: high,
            }
        });
        Forecast { forecast_results_by_time: results.collect(), total: forecast.total.into(), _metadata: None }
    }
}

impl From<&model::Request> for Request {
    fn from(request: &model::Request) -> Self {
        Request {
            time_period: TimePeriod { start: request.start, end: request.end },
            granularity: request.granularity.word(),
            metrics: request.metrics.iter().map(|metric| metric.name()).collect(),
            group_by: request.group_by.iter().cloned().map(GroupDefinition::from).collect(),
            filter: request.filter.as_ref().map(Expression::from),
        }
    }
}

impl From<&model::ForecastRequest> for ForecastRequest {
    fn from(request: &model::ForecastRequest) -> Self {
        ForecastRequest {
            time_period: TimePeriod { start: request.start, end: request.end },
            granularity: request.granularity.word(),
            metric: request.metric.word(),
            filter: request.filter.as_ref().map(Expression::from),
            prediction_interval_level: request.confidence,
        }
    }
}

impl From<&model::Expression> for Expression {
    fn from(expression: &model::Expression) -> Self {
        let values = |key: &String, values: &Vec<String>| Values {
            key: key.clone(),
            values: values.clone(),
            _match_options: None,
        };
        let several = |parts: &[model::Expression]| parts.iter().map(Expression::from).collect();
        match expression {
            model::Expression::Dimension { key, values: any } => Expression::Dimensions(values(key, any)),
            model::Expression::Tag { key, values: any } => Expression::Tags(values(key, any)),
            model::Expression::CostCategory { key, values: any } => Expression::CostCategories(values(key, any)),
            model::Expression::Not(part) => Expression::Not(Box::new((&**part).into())),
            model::Expression::And(parts) => Expression::And(several(parts)),
            model::Expression::Or(parts) => Expression::Or(several(parts)),
        }
    }
}
