//! Logs expire: groups that never do, and groups that keep events longer than wished.
//!
//! Only periods that CloudWatch Logs permits are set, and none is made shorter unless that is
//! allowed. Policies of the account override what a group says, so a group under one is left
//! alone. Source: API reference of CloudWatch Logs, `PutRetentionPolicy` and `PutAccountPolicy`.

use super::super::plan::{Finding, Money, Undo, Verdict};
use super::super::setting::{State, Target};
use super::super::snapshot::{AccountRetention, LogGroup, Place};
use super::price::{self, gb, gb_words};
use super::{Change, Spot, matches};
use crate::exact::Ratio;
use crate::services::cloudwatch::{CloudWatch, Kept, Logs};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

const DAY: i64 = 86_400;
/// Days of the metric that says what comes in.
const METRIC_DAYS: i64 = 30;

pub(super) fn look(spot: &Spot<'_>, place: &Place) -> Vec<Finding> {
    let groups = match &place.log_groups {
        Ok(groups) => groups,
        Err(gap) => return vec![spot.unknown("log groups", gap)],
    };
    let over_all = match &place.account_retention {
        Ok(policies) => policies.as_slice(),
        Err(gap) => return vec![spot.unknown("retention policies of the account", gap)],
    };
    groups.iter().map(|group| look_at(spot, group, over_all)).collect()
}

fn look_at(spot: &Spot<'_>, group: &LogGroup, over_all: &[AccountRetention]) -> Finding {
    let wish = &spot.eyes.wish.logs;
    let is = group.retention.map_or_else(|| "never expires".to_string(), |days| format!("keeps {days} days"));
    let says = format!("{is}, {} stored", gb_words(gb(group.stored_bytes)));
    if let Some(name) = &group.account_policy {
        return governed(
            spot,
            group,
            wished(spot, group),
            over_all.iter().find(|policy| policy.name == *name),
            name,
            says,
        );
    }
    for policy in over_all {
        match covers(policy, &group.name) {
            Some(false) => {}
            Some(true) => return governed(spot, group, wished(spot, group), Some(policy), &policy.name, says),
            None => {
                let says = format!("{says}; whether policy {} of the account is about it is not known", policy.name);
                return spot.finding(&group.name, Verdict::Unknown, says);
            }
        }
    }
    if group.class == "DELIVERY" {
        return spot.finding(&group.name, Verdict::Pass, "of class DELIVERY, which keeps one day");
    }
    let wished = wished(spot, group);
    let failed = spot.finding(&group.name, Verdict::Fail, says.clone());
    match group.retention {
        Some(days) if days <= wished => spot.finding(&group.name, Verdict::Pass, says),
        Some(days) if !wish.allow_shorten => {
            failed.remedy(format!("{days} days are set, {wished} are wished: --allow-shorten makes it shorter"))
        }
        _ if is_record(&group.name) && !wish.rules.iter().any(|(pattern, _)| matches(pattern, &group.name)) => {
            failed.remedy("it looks like a record of what happened: name it in a rule of [logs] to have it expire")
        }
        _ => failed.step(spot.step(change(spot, group, wished, is))),
    }
}

/// The days that are wished of a group.
fn wished(spot: &Spot<'_>, group: &LogGroup) -> u32 {
    let wish = &spot.eyes.wish.logs;
    wish.rules.iter().find(|(pattern, _)| matches(pattern, &group.name)).map_or(wish.days, |rule| rule.1)
}

/// A group whose retention a policy of the account decides: what the group says does not count.
fn governed(
    spot: &Spot<'_>,
    group: &LogGroup,
    wished: u32,
    policy: Option<&AccountRetention>,
    name: &str,
    says: String,
) -> Finding {
    let Some(days) = policy.and_then(|policy| policy.days) else {
        let says = format!("{says}; policy {name} of the account counts, whose days are not known");
        return spot.finding(&group.name, Verdict::Unknown, says);
    };
    let says = format!("{says}; policy {name} of the account counts: {days} days");
    if days <= wished {
        return spot.finding(&group.name, Verdict::Pass, says);
    }
    let remedy = format!("{wished} days are wished: change the policy of the account, which goes before its groups");
    spot.finding(&group.name, Verdict::Fail, says).remedy(remedy)
}

/// Groups in which others record what must not be lost: the loss is for good, so a rule must name
/// them before they expire.
fn is_record(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["cloudtrail", "controltower", "flowlog", "flow-log"].iter().any(|word| name.contains(word))
}

fn change(spot: &Spot<'_>, group: &LogGroup, days: u32, is: String) -> Change {
    let outlook = Outlook::of(spot, group, days);
    let mut loses = Vec::new();
    if !outlook.expires.is_zero() {
        loses.push(format!("events older than {days} days, about {}", gb_words(outlook.expires)));
    }
    Change {
        target: Target::LogRetention { group: group.name.clone() },
        before: group.retention.map(|days| State::LogRetention { days }),
        after: Some(State::LogRetention { days }),
        now: is,
        then: vec![format!("keeps {days} days")],
        loses,
        money: outlook.money(spot),
        undo: Undo::Setting("events that have expired do not come back; AWS deletes them within 72 hours".to_string()),
        needs: Vec::new(),
    }
}

/// Whether a policy of the account is about a group; `None` when its selection is not understood.
fn covers(policy: &AccountRetention, group: &str) -> Option<bool> {
    let Some(selection) = policy.selection.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
        return Some(true);
    };
    let (field, rest) = selection.split_once(' ')?;
    let rest = rest.trim_start();
    let (list, inside) = match rest.strip_prefix("NOT IN") {
        Some(list) => (list, false),
        None => (rest.strip_prefix("IN")?, true),
    };
    let names: Vec<String> = serde_json::from_str(list.trim()).ok()?;
    let found = match field {
        "LogGroupName" => names.iter().any(|name| name == group),
        "LogGroupNamePrefix" => names.iter().any(|prefix| group.starts_with(prefix.as_str())),
        _ => return None,
    };
    Some(found == inside)
}

/// What a retention does to what is stored, in GB as billed.
struct Outlook {
    stored: Ratio,
    /// What goes.
    expires: Ratio,
    /// What comes in a day.
    a_day: Ratio,
    /// What would be stored in a year if nothing changed, and what will.
    in_a_year: (Ratio, Ratio),
    /// Where `a_day` is from.
    basis: String,
}

impl Outlook {
    fn of(spot: &Spot<'_>, group: &LogGroup, days: u32) -> Outlook {
        let stored = gb(group.stored_bytes);
        let age = spot.eyes.now.as_second().saturating_sub(group.created.as_second()).max(0);
        let lived = age.min(group.retention.map_or(age, |days| i64::from(days) * DAY));
        let (a_day, basis) = match &group.incoming_bytes {
            Ok(bytes) => {
                let seconds = age.clamp(DAY, METRIC_DAYS * DAY);
                let a_day = gb(*bytes) * Ratio::from(DAY as u64) / Ratio::whole(seconds);
                let compression = spot.eyes.wish.logs.compression;
                (
                    a_day * compression,
                    format!("what came in over the last {METRIC_DAYS} days, x {compression} compressed"),
                )
            }
            Err(_) if lived > 0 => {
                let a_day = stored * Ratio::from(DAY as u64) / Ratio::whole(lived);
                (a_day, "what is stored, as if it had come in evenly".to_string())
            }
            Err(_) => (Ratio::ZERO, "the group is new".to_string()),
        };
        let kept = a_day * Ratio::from(days);
        // Younger than the retention, nothing of a group can have expired.
        let stays = if lived <= i64::from(days) * DAY { stored } else { stored.min(kept) };
        let year = a_day * Ratio::from(365_u32);
        let unchanged = match group.retention {
            None => stored + year,
            Some(set) => (a_day * Ratio::from(set)).min(stored + year),
        };
        Outlook { stored, expires: stored - stays, a_day, in_a_year: (unchanged, kept.min(unchanged)), basis }
    }

    fn money(&self, spot: &Spot<'_>) -> Money {
        let price = |gb: Ratio| {
            let logs = Logs { kept: Kept::Gb(gb), ..Logs::default() };
            price::monthly(spot.eyes.book, spot.region, CloudWatch { logs, ..CloudWatch::default() })
        };
        match (price(self.expires), price(self.in_a_year.0 - self.in_a_year.1)) {
            (Ok(now), Ok(later)) => Money {
                saves: Some(now.usd),
                in_a_year: Some(later.usd),
                formula: format!(
                    "{} of {} expire{}; in 12 months {} instead of {}{}, at {} a day ({})",
                    gb_words(self.expires),
                    gb_words(self.stored),
                    at(&now.formula),
                    gb_words(self.in_a_year.1),
                    gb_words(self.in_a_year.0),
                    if now.formula.is_empty() { at(&later.formula) } else { String::new() },
                    gb_words(self.a_day),
                    self.basis,
                ),
            },
            (Err(gap), _) | (_, Err(gap)) => Money::unknown(format!("no price for {gap}")),
        }
    }
}

fn at(formula: &str) -> String {
    if formula.is_empty() { String::new() } else { format!(" ({formula})") }
}
