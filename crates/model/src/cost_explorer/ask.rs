//! A query of a bill as requests to Cost Explorer, and its answers as a bill.

use super::{
    Answer, DriversRequest, Expression, Forecast, ForecastRequest, Granularity, GroupBy, Metric, Period, Request,
};
use crate::bill::{self, Amount, Bill, ChargeKind, Condition, Dimension, Entry, Query, Span, Step};
use crate::forecast::{CONFIDENCE, Expected};
use crate::time::Date;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// What record types count as usage.
const USAGE: [&str; 4] = ["Usage", "DiscountedUsage", "SavingsPlanCoveredUsage", "SavingsPlanNegation"];
/// The dimension that says what a charge is for.
const RECORD_TYPE: &str = "RECORD_TYPE";

/// The requests that answer a query over a span of days: one where that is possible.
///
/// Cost Explorer groups by two things at most, and kinds of charges take one of them. So a query
/// by two things takes two requests: usage by both, everything else by the first and by record
/// type.
///
/// # Errors
/// What Cost Explorer cannot be asked.
pub fn requests(query: &Query, span: Span) -> Result<Vec<Request>, CannotAsk> {
    let groups: Vec<GroupBy> = query.by.iter().map(group_by).collect::<Result<_, _>>()?;
    let mut filter: Vec<Expression> = query.filter.iter().map(expression).collect::<Result<_, _>>()?;
    let mut metrics: Vec<Metric> = query.metrics.iter().map(|metric| metric_of(*metric)).collect::<Result<_, _>>()?;
    if query.quantity {
        metrics.push(Metric::UsageQuantity);
    }
    let granularity = match query.step {
        Step::Month => Granularity::Monthly,
        Step::Day => Granularity::Daily,
    };
    let request = |group_by: Vec<GroupBy>, filter: Vec<Expression>| Request {
        start: span.start,
        end: span.end,
        granularity,
        metrics: metrics.clone(),
        group_by,
        filter: all(filter),
    };
    let record_type = GroupBy::Dimension(RECORD_TYPE.to_string());
    match &groups[..] {
        [..] if groups.len() > 2 => Err(CannotAsk::TooManyGroups(groups.len())),
        [..] if groups.iter().any(is_record_type) => Ok(vec![request(groups, filter)]),
        [first, _second] => {
            let usage = || {
                let values = USAGE.iter().map(ToString::to_string).collect();
                Expression::Dimension { key: RECORD_TYPE.to_string(), values }
            };
            let mut others = filter.clone();
            others.push(Expression::Not(Box::new(usage())));
            filter.push(usage());
            Ok(vec![request(groups.clone(), filter), request(vec![first.clone(), record_type], others)])
        }
        one_or_none => {
            let groups = one_or_none.iter().cloned().chain([record_type]).collect();
            Ok(vec![request(groups, filter)])
        }
    }
}

fn all(mut conditions: Vec<Expression>) -> Option<Expression> {
    match conditions.len() {
        0 => None,
        1 => conditions.pop(),
        _ => Some(Expression::And(conditions)),
    }
}

/// Cost Explorer's name of a dimension.
fn key_of(dimension: &Dimension) -> Result<&'static str, CannotAsk> {
    Ok(match dimension {
        Dimension::Service => "SERVICE",
        Dimension::UsageType => "USAGE_TYPE",
        Dimension::Operation => "OPERATION",
        Dimension::Region => "REGION",
        Dimension::Account => "LINKED_ACCOUNT",
        Dimension::ChargeType => RECORD_TYPE,
        Dimension::PurchaseType => "PURCHASE_TYPE",
        other => return Err(CannotAsk::Dimension(other.clone())),
    })
}

fn group_by(dimension: &Dimension) -> Result<GroupBy, CannotAsk> {
    Ok(match dimension {
        Dimension::Tag(key) => GroupBy::Tag(key.clone()),
        Dimension::CostCategory(name) => GroupBy::CostCategory(name.clone()),
        other => GroupBy::Dimension(key_of(other)?.to_string()),
    })
}

fn expression(condition: &Condition) -> Result<Expression, CannotAsk> {
    if condition.values.iter().any(String::is_empty) {
        return Err(CannotAsk::Absent(condition.clone()));
    }
    let values = condition.values.clone();
    let holds = match &condition.dimension {
        Dimension::Tag(key) => Expression::Tag { key: key.clone(), values },
        Dimension::CostCategory(key) => Expression::CostCategory { key: key.clone(), values },
        other => Expression::Dimension { key: key_of(other)?.to_string(), values },
    };
    Ok(if condition.negated { Expression::Not(Box::new(holds)) } else { holds })
}

fn metric_of(metric: bill::Metric) -> Result<Metric, CannotAsk> {
    Ok(match metric {
        bill::Metric::Unblended => Metric::UnblendedCost,
        bill::Metric::NetUnblended => Metric::NetUnblendedCost,
        bill::Metric::Blended => Metric::BlendedCost,
        bill::Metric::Amortized => Metric::AmortizedCost,
        bill::Metric::NetAmortized => Metric::NetAmortizedCost,
        bill::Metric::List => return Err(CannotAsk::List),
    })
}

/// What Cost Explorer cannot be asked, though an export file may say it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotAsk {
    /// More than two groups.
    #[error("Cost Explorer groups by two things at most, not by {0}")]
    TooManyGroups(usize),
    /// Not a dimension of Cost Explorer's monthly and daily figures.
    #[error("Cost Explorer does not group or filter by {0}")]
    Dimension(Dimension),
    /// A condition on charges that have no value.
    #[error("Cost Explorer cannot be asked for charges without a value (`{0}`)")]
    Absent(Condition),
    /// List cost.
    #[error("Cost Explorer has no list cost")]
    List,
}

/// The bill that the answers to [`requests`] make, and whether they keep kinds of charges apart.
///
/// # Errors
/// What in an answer is not what was asked for.
pub fn bill(query: &Query, requests: &[Request], answers: &[Answer]) -> Result<(Bill, bool), BadAnswer> {
    let mut bill = Bill::new(query.clone(), "");
    let mut apart = true;
    for (request, answer) in requests.iter().zip(answers) {
        let asked = if answer.group_definitions.is_empty() { &request.group_by } else { &answer.group_definitions };
        let place = |wanted: &GroupBy| asked.iter().position(|group| group == wanted);
        let by: Vec<Option<usize>> =
            query.by.iter().map(|dimension| group_by(dimension).ok().and_then(|group| place(&group))).collect();
        let record_type = asked.iter().position(is_record_type);
        // One that does not group by it asked for usage alone.
        apart &= record_type.is_some() || !request.group_by.iter().any(is_record_type);
        for period in &answer.periods {
            let start = match query.step {
                Step::Month => period.start.first_of_month(),
                Step::Day => period.start,
            };
            if period.estimated {
                bill.estimated.insert(start.first_of_month());
            }
            for (keys, measures) in parts(period) {
                let key = |at: Option<usize>| at.and_then(|at| keys.get(at)).cloned().unwrap_or_default();
                let names: Vec<String> =
                    query.by.iter().zip(&by).map(|(dimension, at)| plain(dimension, &key(*at))).collect();
                let kind = match record_type {
                    Some(_) => ChargeKind::from_line_item_type(&key(record_type)),
                    None => ChargeKind::Usage,
                };
                let mut amounts = Vec::with_capacity(query.metrics.len());
                for metric in &query.metrics {
                    let measure = measures.get(metric.name()).ok_or_else(|| BadAnswer::NoMetric(metric.name()))?;
                    let amount = Amount::parse(measure.amount.as_bytes());
                    amounts.push(amount.ok_or_else(|| BadAnswer::Amount(measure.amount.clone()))?);
                    if bill.currency.is_empty() {
                        bill.currency.clone_from(&measure.unit);
                    }
                    if bill.currency != measure.unit {
                        return Err(BadAnswer::Currency(bill.currency, measure.unit.clone()));
                    }
                }
                let used =
                    measures.get(Metric::UsageQuantity.name()).filter(|_| query.quantity && kind == ChargeKind::Usage);
                let quantity = match used {
                    Some(used) => {
                        Amount::parse(used.amount.as_bytes()).ok_or_else(|| BadAnswer::Amount(used.amount.clone()))?
                    }
                    None => Amount::ZERO,
                };
                let unit = used.map(|used| used.unit.clone()).unwrap_or_default();
                bill.entries.push(Entry {
                    period: start,
                    keys: names,
                    kind,
                    unit,
                    amounts,
                    quantity,
                    charges: 1,
                    without_list: 0,
                });
            }
        }
    }
    bill.settle().map_err(|_| BadAnswer::TooLarge)?;
    Ok((bill, apart))
}

fn is_record_type(group: &GroupBy) -> bool {
    matches!(group, GroupBy::Dimension(key) if key == RECORD_TYPE)
}

type Measures = alloc::collections::BTreeMap<String, super::Measure>;

/// The groups of a period, or its total where it has none.
fn parts(period: &Period) -> Vec<(&[String], &Measures)> {
    if period.groups.is_empty() && !period.total.is_empty() {
        return vec![(&[], &period.total)];
    }
    period.groups.iter().map(|group| (&*group.keys, &group.metrics)).collect()
}

/// Tags and cost categories come as `key$value`.
fn plain(dimension: &Dimension, key: &str) -> String {
    match dimension {
        Dimension::Tag(name) | Dimension::CostCategory(name) => {
            key.strip_prefix(&format!("{name}$")).unwrap_or(key).to_string()
        }
        _ => key.to_string(),
    }
}

/// An answer that is not one to the question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    /// A metric that was asked for is missing.
    #[error("Cost Explorer's answer has no {0}")]
    NoMetric(&'static str),
    /// An amount that is no decimal.
    #[error("Cost Explorer's answer has an amount that is no decimal: {0}")]
    Amount(String),
    /// Two currencies.
    #[error("Cost Explorer's answer is in two currencies, {0} and {1}")]
    Currency(String, String),
    /// A sum left the range.
    #[error("a sum is too large to count")]
    TooLarge,
}

/// The request for AWS's forecast of the rest of a month, today among it, of what a query asks
/// for: its first metric and its filter.
///
/// # Errors
/// What Cost Explorer cannot be asked.
pub fn forecast_request(query: &Query, today: Date) -> Result<ForecastRequest, CannotAsk> {
    Ok(ForecastRequest {
        start: today,
        // The calendar ends in the year 9999; what ends where it starts is refused.
        end: today.last_of_month().tomorrow().unwrap_or(today),
        granularity: Granularity::Monthly,
        metric: metric_of(query.metrics.first().copied().unwrap_or(bill::Metric::Unblended))?,
        filter: all(query.filter.iter().map(expression).collect::<Result<_, _>>()?),
        confidence: Some(CONFIDENCE),
    })
}

/// What the answers of all accounts to [`forecast_request`] expect together. Intervals of several
/// do not add up: there is one for one account.
///
/// # Errors
/// What is no amount, is in another currency than the bill, or is too large.
pub fn expected(forecasts: &[Forecast], currency: &str) -> Result<Expected, BadAnswer> {
    let amount = |text: &str| Amount::parse(text.as_bytes()).ok_or_else(|| BadAnswer::Amount(text.to_string()));
    let mut mean = Amount::ZERO;
    for forecast in forecasts {
        if !currency.is_empty() && forecast.total.unit != currency {
            return Err(BadAnswer::Currency(currency.to_string(), forecast.total.unit.clone()));
        }
        mean = mean.checked_add(amount(&forecast.total.amount)?).ok_or(BadAnswer::TooLarge)?;
    }
    let interval = match forecasts {
        [Forecast { periods, .. }] => match &periods[..] {
            [period] => period.interval.as_ref(),
            _ => None,
        },
        _ => None,
    };
    let interval = interval.map(|(low, high)| Ok((amount(low)?, amount(high)?))).transpose()?;
    Ok(Expected { mean, interval })
}

/// The request for AWS's own account of what moved a query's first metric between two months,
/// service by service.
///
/// # Errors
/// What Cost Explorer cannot be asked.
pub fn drivers_request(query: &Query, baseline: Date, comparison: Date) -> Result<DriversRequest, CannotAsk> {
    let filter = query.filter.iter().map(expression).collect::<Result<_, _>>()?;
    let metric = query.metrics.first().copied().unwrap_or(bill::Metric::Unblended);
    Ok(DriversRequest {
        baseline,
        comparison,
        metric: metric_of(metric)?,
        group_by: vec![group_by(&Dimension::Service)?],
        filter: all(filter),
    })
}

/// The days that the last months take up, the running one up to and with today.
///
/// `End` is exclusive in Cost Explorer, so the end is tomorrow: on the first of a month the stretch
/// is still a day long.
#[must_use]
pub fn last_months(count: u32, today: Date) -> Option<Span> {
    let back = i32::try_from(count.checked_sub(1)?).ok()?;
    let start = today.first_of_month().checked_sub(jiff::Span::new().try_months(back).ok()?).ok()?;
    Some(Span { start, end: today.tomorrow().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost_explorer::{ForecastPeriod, Group, Measure};
    use alloc::collections::BTreeMap;

    fn query(by: &[&str]) -> Query {
        Query::new(by.iter().map(|name| name.parse().unwrap()).collect(), bill::Metric::Unblended)
    }

    fn asked(query: &Query) -> Vec<Request> {
        let span = Span { start: "2026-09-01".parse().unwrap(), end: "2026-11-01".parse().unwrap() };
        requests(query, span).unwrap()
    }

    fn answer(request: &Request, groups: &[(&[&str], &str)]) -> Answer {
        let group = |(keys, amount): &(&[&str], &str)| Group {
            keys: keys.iter().map(ToString::to_string).collect(),
            metrics: BTreeMap::from([(
                "UnblendedCost".to_string(),
                Measure { amount: amount.to_string(), unit: "USD".to_string() },
            )]),
        };
        Answer {
            periods: vec![Period {
                start: request.start,
                end: request.start.last_of_month().tomorrow().unwrap(),
                estimated: true,
                groups: groups.iter().map(group).collect(),
                total: BTreeMap::new(),
            }],
            group_definitions: request.group_by.clone(),
            attributes: Vec::new(),
        }
    }

    #[test]
    fn one_request_serves_total_and_groups() {
        for by in [&[][..], &["service"], &["charge-type"], &["service", "charge-type"], &["tag:Team"]] {
            assert_eq!(asked(&query(by)).len(), 1, "{by:?}");
        }
        let two = asked(&query(&["service", "usage-type"]));
        assert_eq!(two.len(), 2);
        assert!(two.iter().all(|request| request.check().is_ok()));
    }

    #[test]
    fn what_cost_explorer_cannot_say_is_refused() {
        let span = Span { start: "2026-09-01".parse().unwrap(), end: "2026-11-01".parse().unwrap() };
        for by in [&["service", "region", "account"][..], &["resource"], &["description"]] {
            assert!(requests(&query(by), span).is_err(), "{by:?}");
        }
        let mut list = query(&["service"]);
        list.metrics = vec![bill::Metric::List];
        assert_eq!(requests(&list, span), Err(CannotAsk::List));
        let mut untagged = query(&["service"]);
        untagged.filter = vec!["tag:Team=".parse().unwrap()];
        assert!(matches!(requests(&untagged, span), Err(CannotAsk::Absent(_))));
    }

    #[test]
    fn conditions_become_expressions() {
        let mut query = query(&["service"]);
        query.filter = vec!["service=AmazonRDS|AmazonECS".parse().unwrap(), "tag:Team!=a".parse().unwrap()];
        let Some(Expression::And(parts)) = asked(&query)[0].filter.clone() else { panic!("two conditions") };
        assert!(matches!(&parts[0], Expression::Dimension { key, values } if key == "SERVICE" && values.len() == 2));
        assert!(matches!(&parts[1], Expression::Not(_)));
    }

    #[test]
    fn kinds_are_apart() {
        let query = query(&["tag:Team"]);
        let requests = asked(&query);
        let answers = [answer(
            &requests[0],
            &[(&["Team$a", "Usage"], "10.5"), (&["Team$a", "Credit"], "-2"), (&["Team$", "Tax"], "1e-7")],
        )];
        let (bill, apart) = super::bill(&query, &requests, &answers).unwrap();
        assert!(apart);
        assert_eq!(bill.total(0).unwrap().to_string(), "8.5000001");
        let kinds: Vec<(&str, ChargeKind)> = bill.entries.iter().map(|entry| (&*entry.keys[0], entry.kind)).collect();
        assert_eq!(kinds, [("", ChargeKind::Tax), ("a", ChargeKind::Usage), ("a", ChargeKind::Credit)]);
        assert!(bill.estimated.contains(&requests[0].start));
    }

    #[test]
    fn two_groups_come_in_two_answers() {
        let query = query(&["service", "usage-type"]);
        let requests = asked(&query);
        let answers = [
            answer(
                &requests[0],
                &[(&["AmazonECS", "Fargate-GB-Hours"], "3"), (&["AmazonECS", "Fargate-vCPU-Hours"], "4")],
            ),
            answer(&requests[1], &[(&["AmazonECS", "Credit"], "-1")]),
        ];
        let (bill, apart) = super::bill(&query, &requests, &answers).unwrap();
        assert!(apart);
        assert_eq!(bill.entries.len(), 3);
        assert_eq!(bill.total(0).unwrap().to_string(), "6");
    }

    #[test]
    fn an_answer_by_less_than_was_asked_is_taken_and_told() {
        let query = query(&["service"]);
        let requests = asked(&query);
        let mut answers = [answer(&requests[0], &[(&["AmazonECS"], "3")])];
        answers[0].group_definitions.pop();
        let (bill, apart) = super::bill(&query, &requests, &answers).unwrap();
        assert!(!apart);
        assert_eq!((bill.entries[0].keys[0].as_str(), bill.entries[0].kind), ("AmazonECS", ChargeKind::Usage));
    }

    #[test]
    fn forecasts_of_accounts_are_added() {
        let mut query = query(&["service"]);
        query.filter = vec!["service=AmazonRDS".parse().unwrap()];
        let request = forecast_request(&query, "2026-11-30".parse().unwrap()).unwrap();
        assert_eq!((request.start.to_string(), request.end.to_string()), ("2026-11-30".into(), "2026-12-01".into()));
        assert!(request.check().is_ok() && request.filter.is_some() && request.confidence == Some(80));
        query.metrics = vec![bill::Metric::List];
        assert_eq!(forecast_request(&query, request.start), Err(CannotAsk::List));

        let period = ForecastPeriod {
            start: request.start,
            end: request.end,
            mean: "1.5".into(),
            interval: Some(("1".into(), "2e0".into())),
        };
        let measure = |amount: &str| Measure { amount: amount.into(), unit: "USD".into() };
        let one = Forecast { total: measure("1.5"), periods: vec![period] };
        let amount = |text: &str| Amount::parse(text.as_bytes()).unwrap();
        let interval = Some((amount("1"), amount("2")));
        assert_eq!(expected(core::slice::from_ref(&one), "USD"), Ok(Expected { mean: amount("1.5"), interval }));
        let both = expected(&[one.clone(), one.clone()], "USD").unwrap();
        assert_eq!((both.mean, both.interval), (amount("3"), None));
        assert!(matches!(expected(core::slice::from_ref(&one), "CNY"), Err(BadAnswer::Currency(..))));
        assert!(matches!(expected(&[Forecast { total: measure("?"), ..one }], ""), Err(BadAnswer::Amount(_))));
    }

    #[test]
    fn the_last_months_end_tomorrow() {
        for (count, today, start, end) in [
            (1, "2026-11-01", "2026-11-01", "2026-11-02"),
            (6, "2026-11-24", "2026-06-01", "2026-11-25"),
            (2, "2026-01-31", "2025-12-01", "2026-02-01"),
            (14, "2026-11-30", "2025-10-01", "2026-12-01"),
        ] {
            let span = last_months(count, today.parse().unwrap()).unwrap();
            assert_eq!((span.start.to_string().as_str(), span.end.to_string().as_str()), (start, end));
        }
        assert_eq!(last_months(0, "2026-11-24".parse().unwrap()), None);
    }
}
