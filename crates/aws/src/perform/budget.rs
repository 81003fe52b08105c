//! Monthly cost budgets over everything, whose notifications are mails at a percentage.

use super::found;
use crate::services::Site;
use crate::{Call, Error, number as decimal, pages};
use aws_sdk_budgets::types as sdk;
use jiff::Timestamp;
use stackcost_model::fixes::State;
use stackcost_model::fixes::setting::{Budget, Notification};

const USD: &str = "USD";
/// How AWS says that there is no such budget, or none of its notifications.
const NOT_THERE: [&str; 1] = ["NotFoundException"];
/// A budget that was given no end ends then: on 15 June 2087. Source: API reference, `TimePeriod`.
const FOR_EVER: i64 = 3_706_000_000;

pub(super) async fn read(site: &Site, name: &str) -> Result<Option<State>, Error> {
    let call = Call::ViewBudget;
    let Some(found) = get(site, name).await? else { return Ok(None) };
    let told = if is_plain(&found) { told(site, &found).await? } else { Vec::new() };
    match writable(&found, &told) {
        Some(budget) => Ok(Some(State::Budget(budget))),
        None => {
            let why = format!("the budget {name} is of a kind that this tool does not write");
            Err(Error::bad_request(call, &why))
        }
    }
}

async fn get(site: &Site, name: &str) -> Result<Option<sdk::Budget>, Error> {
    let call = Call::ViewBudget;
    let sent = site.reads.budgets().describe_budget().account_id(&site.account.id).budget_name(name);
    let output = found(site.ask(call, sent.show_filter_expression(true).send()).await, &NOT_THERE)?;
    let budget = output.map(|output| output.budget.ok_or_else(|| Error::no_answer(call, "no Budget")));
    budget.transpose()
}

/// A notification, and all whom it tells.
pub(crate) type Told = (sdk::Notification, Vec<sdk::Subscriber>);

/// Whom a budget tells of what.
pub(crate) async fn told(site: &Site, budget: &sdk::Budget) -> Result<Vec<Told>, Error> {
    let call = Call::ViewBudget;
    let listed = pages::all(call, |token| async {
        let sent = site.reads.budgets().describe_notifications_for_budget().account_id(&site.account.id);
        let output = site.ask(call, sent.budget_name(&budget.budget_name).set_next_token(token).send()).await?;
        Ok((output.notifications, output.next_token))
    });
    let mut told = Vec::new();
    for notification in found(listed.await, &NOT_THERE)?.unwrap_or_default() {
        let subscribers = subscribers(site, budget, &notification).await?;
        told.push((notification, subscribers));
    }
    Ok(told)
}

async fn subscribers(
    site: &Site,
    budget: &sdk::Budget,
    notification: &sdk::Notification,
) -> Result<Vec<sdk::Subscriber>, Error> {
    let call = Call::ViewBudget;
    let listed = pages::all(call, |token| async {
        let sent = site.reads.budgets().describe_subscribers_for_notification().account_id(&site.account.id);
        let sent = sent.budget_name(&budget.budget_name).notification(notification.clone());
        let output = site.ask(call, sent.set_next_token(token).send()).await?;
        Ok((output.subscribers, output.next_token))
    });
    Ok(found(listed.await, &NOT_THERE)?.unwrap_or_default())
}

/// Whether somebody is told, by mail or otherwise, what AWS expects.
pub(crate) fn forecasts(told: &[Told]) -> bool {
    let forecast = |of: &sdk::Notification| of.notification_type == sdk::NotificationType::Forecasted;
    told.iter().any(|(notification, subscribers)| forecast(notification) && !subscribers.is_empty())
}

/// A budget as it can be made again; none when it is of another kind: of usage, with filters,
/// planned, adjusting itself, for another time or currency, or with other notifications.
pub(crate) fn writable(budget: &sdk::Budget, told: &[Told]) -> Option<Budget> {
    let limit = budget.budget_limit.as_ref().filter(|_| is_plain(budget))?;
    let mut notifications = told.iter().map(mails).collect::<Option<Vec<Notification>>>()?;
    // AWS has no order of them.
    notifications.sort_by_key(|one| !one.forecasted);
    Some(Budget { amount: shortest(&limit.amount), notifications })
}

/// A notification that mails at a percentage; none if it does anything else.
fn mails((notification, subscribers): &Told) -> Option<Notification> {
    let percentage = matches!(notification.threshold_type, None | Some(sdk::ThresholdType::Percentage));
    if !percentage || notification.comparison_operator != sdk::ComparisonOperator::GreaterThan {
        return None;
    }
    let mail =
        |one: &sdk::Subscriber| (one.subscription_type == sdk::SubscriptionType::Email).then(|| one.address.clone());
    Some(Notification {
        forecasted: notification.notification_type == sdk::NotificationType::Forecasted,
        percent: decimal::text(notification.threshold),
        emails: subscribers.iter().map(mail).collect::<Option<_>>()?,
    })
}

/// Whether a budget has not ended.
pub(crate) fn is_on(budget: &sdk::Budget, now: Timestamp) -> bool {
    let end = budget.time_period.as_ref().and_then(|period| period.end);
    end.is_none_or(|end| end.secs() > now.as_second())
}

/// Whether a budget is about the cost of a month of all there is.
#[allow(deprecated, reason = "budgets that were made with the older fields still have them")]
pub(crate) fn is_monthly_cost(budget: &sdk::Budget) -> bool {
    budget.budget_type == sdk::BudgetType::Cost
        && budget.time_unit == sdk::TimeUnit::Monthly
        && budget.cost_filters.as_ref().is_none_or(|filters| filters.is_empty())
        && budget.filter_expression.is_none()
        // Another view shows a part of the bill.
        && budget.billing_view_arn.as_ref().is_none_or(|view| view.ends_with(":billingview/primary"))
}

#[allow(deprecated, reason = "budgets that were made with the older fields still have them")]
fn is_plain(budget: &sdk::Budget) -> bool {
    let limit = budget.budget_limit.as_ref();
    let end = budget.time_period.as_ref().and_then(|period| period.end);
    let usual = |types: &sdk::CostTypes| {
        let included = [
            types.include_tax,
            types.include_subscription,
            types.include_refund,
            types.include_credit,
            types.include_upfront,
            types.include_recurring,
            types.include_other_subscription,
            types.include_support,
            types.include_discount,
        ];
        included.into_iter().all(|included| included != Some(false))
            && types.use_blended != Some(true)
            && types.use_amortized != Some(true)
    };
    is_monthly_cost(budget)
        && limit.is_some_and(|limit| limit.unit == USD)
        && end.is_none_or(|end| end.secs() > FOR_EVER)
        && budget.planned_budget_limits.as_ref().is_none_or(|planned| planned.is_empty())
        && budget.cost_types.as_ref().is_none_or(usual)
        && budget.auto_adjust_data.is_none()
        && budget.metrics().iter().all(|metric| *metric == sdk::Metric::UnblendedCost)
}

/// `100` for `100.0`, which is what AWS makes of it.
fn shortest(amount: &str) -> String {
    match amount.contains('.') {
        true => amount.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => amount.to_string(),
    }
}

pub(super) async fn make(site: &Site, name: &str, budget: &Budget) -> Result<(), Error> {
    let call = Call::ModifyBudget;
    let built = sdk::Budget::builder()
        .budget_name(name)
        .budget_type(sdk::BudgetType::Cost)
        .time_unit(sdk::TimeUnit::Monthly)
        .budget_limit(limit(&budget.amount)?)
        .build();
    let notifications = budget.notifications.iter().map(notification).collect::<Result<_, _>>()?;
    let make = site.writes.budgets().create_budget().account_id(&site.account.id).budget(built.map_err(wrong)?);
    let make = make.set_notifications_with_subscribers(Some(notifications));
    site.tell(call, || make.clone().send()).await.map(drop)
}

fn wrong(error: aws_sdk_budgets::error::BuildError) -> Error {
    Error::bad_request(Call::ModifyBudget, &error.to_string())
}

fn limit(amount: &str) -> Result<sdk::Spend, Error> {
    sdk::Spend::builder().amount(amount).unit(USD).build().map_err(wrong)
}

fn notification(wanted: &Notification) -> Result<sdk::NotificationWithSubscribers, Error> {
    let no_number = || Error::bad_request(Call::ModifyBudget, &format!("`{}` is not a decimal number", wanted.percent));
    let kind = match wanted.forecasted {
        true => sdk::NotificationType::Forecasted,
        false => sdk::NotificationType::Actual,
    };
    let notification = sdk::Notification::builder()
        .notification_type(kind)
        .comparison_operator(sdk::ComparisonOperator::GreaterThan)
        .threshold(decimal::parse(&wanted.percent).ok_or_else(no_number)?)
        .threshold_type(sdk::ThresholdType::Percentage)
        .build()
        .map_err(wrong)?;
    let subscriber = |email: &String| {
        sdk::Subscriber::builder().subscription_type(sdk::SubscriptionType::Email).address(email).build()
    };
    let subscribers = wanted.emails.iter().map(subscriber).collect::<Result<_, _>>().map_err(wrong)?;
    let built = sdk::NotificationWithSubscribers::builder().notification(notification);
    built.set_subscribers(Some(subscribers)).build().map_err(wrong)
}

/// Changes the amount. The notifications of a budget are apart from it: to change them takes
/// several calls, of which some may fail.
pub(super) async fn change(site: &Site, name: &str, before: &Budget, after: &Budget) -> Result<(), Error> {
    let call = Call::ModifyBudget;
    if before.notifications != after.notifications {
        return Err(Error::bad_request(call, "to change the notifications of a budget is not done by this tool"));
    }
    let found = get(site, name).await?;
    let mut budget = found.ok_or_else(|| Error::bad_request(call, &format!("there is no budget {name}")))?;
    budget.budget_limit = Some(limit(&after.amount)?);
    // These AWS gives and does not take.
    (budget.calculated_spend, budget.last_updated_time, budget.health_status) = (None, None, None);
    let change = site.writes.budgets().update_budget().account_id(&site.account.id).new_budget(budget);
    site.tell(call, || change.clone().send()).await.map(drop)
}

pub(super) async fn delete(site: &Site, name: &str) -> Result<(), Error> {
    let delete = site.writes.budgets().delete_budget().account_id(&site.account.id).budget_name(name);
    site.tell(Call::ModifyBudget, || delete.clone().send()).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monthly() -> sdk::Budget {
        let built = sdk::Budget::builder().budget_name("all").budget_limit(limit("100").unwrap());
        built.time_unit(sdk::TimeUnit::Monthly).budget_type(sdk::BudgetType::Cost).build().unwrap()
    }

    #[test]
    fn what_is_no_plain_budget_is_of_another_kind() {
        assert!(is_plain(&monthly()));
        let with = |change: fn(&mut sdk::Budget)| {
            let mut budget = monthly();
            change(&mut budget);
            budget
        };
        assert!(is_plain(&with(|budget| budget.metrics = Some(vec![sdk::Metric::UnblendedCost]))));
        assert!(!is_plain(&with(|budget| budget.metrics = Some(vec![sdk::Metric::AmortizedCost]))));
        assert!(!is_plain(&with(|budget| budget.time_unit = sdk::TimeUnit::Daily)));
        assert!(!is_plain(&with(|budget| budget.budget_type = sdk::BudgetType::Usage)));
        assert!(!is_plain(&with(|budget| budget.filter_expression = Some(sdk::Expression::builder().build()))));
        assert!(!is_plain(&with(|budget| {
            let end = aws_sdk_budgets::primitives::DateTime::from_secs(1_900_000_000);
            budget.time_period = Some(sdk::TimePeriod::builder().end(end).build());
        })));
    }

    fn told(kind: sdk::NotificationType, by: &[sdk::SubscriptionType]) -> Told {
        let notification = sdk::Notification::builder().notification_type(kind).threshold(80.0);
        let notification = notification.comparison_operator(sdk::ComparisonOperator::GreaterThan).build().unwrap();
        let subscriber = |by: &sdk::SubscriptionType| {
            sdk::Subscriber::builder().subscription_type(by.clone()).address("a").build().unwrap()
        };
        (notification, by.iter().map(subscriber).collect())
    }

    #[test]
    fn a_forecast_counts_whoever_is_told_of_it() {
        use sdk::NotificationType::{Actual, Forecasted};
        use sdk::SubscriptionType::{Email, Sns};
        for (told, forecasts, is_written) in [
            (told(Actual, &[Email]), false, true),
            (told(Forecasted, &[]), false, true),
            (told(Forecasted, &[Email]), true, true),
            (told(Forecasted, &[Sns]), true, false),
        ] {
            let told = [told];
            assert_eq!((super::forecasts(&told), writable(&monthly(), &told).is_some()), (forecasts, is_written));
        }
    }

    #[test]
    fn a_budget_that_is_not_written_may_still_be_about_all() {
        let mut euros = monthly();
        euros.budget_limit = Some(sdk::Spend::builder().amount("1").unit("EUR").build().unwrap());
        assert!(is_monthly_cost(&euros) && !is_plain(&euros));
        euros.filter_expression = Some(sdk::Expression::builder().build());
        assert!(!is_monthly_cost(&euros));
        let end = aws_sdk_budgets::primitives::DateTime::from_secs(1_900_000_000);
        euros.time_period = Some(sdk::TimePeriod::builder().end(end).build());
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(is_on(&euros, at(1_800_000_000)) && !is_on(&euros, at(1_900_000_000)) && is_on(&monthly(), at(0)));
    }

    #[test]
    fn amounts_are_as_short_as_they_can_be() {
        for (said, short) in [("100.0", "100"), ("100", "100"), ("0.50", "0.5"), ("12.25", "12.25")] {
            assert_eq!(shortest(said), short);
        }
    }
}
