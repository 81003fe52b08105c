//! Retentions of log groups. To read one takes as many calls as to read 50 of them.

use super::number;
use crate::services::Site;
use crate::{Call, Error};
use aws_sdk_cloudwatchlogs::types::LogGroup;
use stackcost_model::fixes::State;
use std::collections::BTreeMap;

/// Groups that one call takes. Source: API reference, `DescribeLogGroups`.
pub(crate) const AT_ONCE: usize = 50;

/// Reads some, 50 at most, in their order.
pub(crate) async fn read_some(site: &Site, groups: &[&str]) -> Vec<Result<Option<State>, Error>> {
    let call = Call::DescribeLogGroups;
    let sent = site.reads.logs().describe_log_groups();
    let sent = sent.set_log_group_identifiers(Some(groups.iter().map(|name| (*name).to_string()).collect()));
    let found = match (groups.len(), site.ask(call, sent.send()).await) {
        (_, Ok(output)) => output.log_groups.unwrap_or_default(),
        // A name among them that AWS does not take, or a server that does not know this question.
        (2.., Err(error)) if !error.is_uncertain() => Vec::new(),
        (_, Err(error)) => return groups.iter().map(|_| Err(error.clone())).collect(),
    };
    let named = |group: LogGroup| Some((group.log_group_name.clone()?, group));
    let found: BTreeMap<String, LogGroup> = found.into_iter().filter_map(named).collect();
    let mut states = Vec::new();
    for group in groups {
        states.push(match found.get(*group) {
            Some(found) => state(found),
            None => read(site, group).await,
        });
    }
    states
}

pub(super) async fn read(site: &Site, group: &str) -> Result<Option<State>, Error> {
    let call = Call::DescribeLogGroups;
    // Names come in alphabetical order: of all that begin with it the name itself is the first.
    let sent = site.reads.logs().describe_log_groups().log_group_name_prefix(group).limit(1);
    let output = site.ask(call, sent.send()).await?;
    let found = output.log_groups.unwrap_or_default();
    match found.iter().find(|found| found.log_group_name.as_deref() == Some(group)) {
        Some(found) => state(found),
        None => Err(Error::bad_request(call, &format!("there is no log group {group}"))),
    }
}

fn state(group: &LogGroup) -> Result<Option<State>, Error> {
    let call = Call::DescribeLogGroups;
    if let Some(policy) = &group.retention_policy_name {
        let why = format!("its retention is that of the policy {policy} of the account, which goes before its own");
        return Err(Error::bad_request(call, &why));
    }
    let days = group.retention_in_days.map(u32::try_from).transpose();
    let days = days.map_err(|_| Error::no_answer(call, "a retention below zero"))?;
    Ok(days.map(|days| State::LogRetention { days }))
}

pub(super) async fn put(site: &Site, group: &str, days: u32) -> Result<(), Error> {
    let days = number(Call::PutRetentionPolicy, days)?;
    let put = site.writes.logs().put_retention_policy().log_group_name(group).retention_in_days(days);
    site.tell(Call::PutRetentionPolicy, || put.clone().send()).await.map(drop)
}

pub(super) async fn delete(site: &Site, group: &str) -> Result<(), Error> {
    let delete = site.writes.logs().delete_retention_policy().log_group_name(group);
    site.tell(Call::DeleteRetentionPolicy, || delete.clone().send()).await.map(drop)
}
