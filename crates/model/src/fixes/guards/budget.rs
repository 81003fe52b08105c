//! Somebody is told what the month will cost: a budget with an alert on AWS's forecast.
//!
//! Budgets that only watch are free. A forecast needs some five weeks of history. Source: AWS
//! Budgets user guide and its pricing page.

use super::super::plan::{Finding, Money, Undo, Verdict};
use super::super::setting::{Budget, Notification, State, Target};
use super::super::snapshot::SeenBudget;
use super::super::wish::BudgetWish;
use super::{Change, Spot};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn look(spot: &Spot<'_>) -> Vec<Finding> {
    let seen = match &spot.account.billing.budgets {
        Ok(seen) => seen.as_slice(),
        Err(gap) => return vec![spot.unknown("budgets", gap)],
    };
    let forecasts = |seen: &&SeenBudget| seen.forecast_alert;
    let wish = spot.eyes.wish.budget.as_ref();
    if let Some(there) = wish.and_then(|wish| seen.iter().find(|one| one.name == wish.name)) {
        let subject = format!("budget {}", there.name);
        return vec![match forecasts(&there) {
            true => spot.finding(&subject, Verdict::Pass, "it has a forecast alert"),
            false => spot
                .finding(&subject, Verdict::Fail, "it has no forecast alert that tells somebody")
                .remedy("a budget that is there is not changed by this tool: give another name, or add the alert"),
        }];
    }
    if let Some(wish) = wish {
        return vec![made(spot, wish)];
    }
    match seen.iter().find(forecasts) {
        Some(one) => vec![spot.finding(&format!("budget {}", one.name), Verdict::Pass, "it has a forecast alert")],
        None => {
            let finding = spot.finding("budgets", Verdict::Fail, "no monthly cost budget has a forecast alert");
            vec![finding.remedy("say which: [budget] name = \"monthly\", amount = 100 in the wish file")]
        }
    }
}

fn made(spot: &Spot<'_>, wish: &BudgetWish) -> Finding {
    let subject = format!("budget {}", wish.name);
    let emails: Vec<String> = spot.eyes.wish.billing.emails.clone();
    let failed = spot.finding(&subject, Verdict::Fail, "there is none");
    if emails.is_empty() {
        return failed.remedy("nobody would be told: [billing] emails = [\"...\"] in the wish file");
    }
    let notification =
        |forecasted, percent: u32| Notification { forecasted, percent: percent.to_string(), emails: emails.clone() };
    let then = format!(
        "{} USD a month; {} get a mail when AWS's forecast (which takes five weeks of history) is over {} %, or the \
         month has cost all of it",
        wish.amount,
        emails.join(", "),
        wish.forecast_percent
    );
    failed.step(spot.step(Change {
        target: Target::Budget { name: wish.name.clone() },
        before: None,
        after: Some(State::Budget(Budget {
            amount: wish.amount.to_string(),
            notifications: vec![notification(true, wish.forecast_percent), notification(false, 100)],
        })),
        now: "there is none".to_string(),
        then: vec![then],
        loses: Vec::new(),
        money: Money::none("budgets that only watch are free"),
        undo: Undo::Wholly,
        needs: Vec::new(),
    }))
}
