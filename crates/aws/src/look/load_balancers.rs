//! Target groups that services use, and the load balancers that send to them.

use crate::services::Site;
use crate::{Call, Error, pages};
use stackcost_model::fixes::snapshot::TargetGroup;
use std::collections::{BTreeMap, BTreeSet};

/// These target groups. All are listed: a question for some by name fails when one is gone.
pub(super) async fn target_groups(site: &Site, used: &BTreeSet<String>) -> Result<Vec<TargetGroup>, Error> {
    if used.is_empty() {
        return Ok(Vec::new());
    }
    let call = Call::DescribeTargetGroups;
    let listed = pages::all(call, |token| async {
        let sent = site.reads.load_balancers().describe_target_groups().page_size(400).set_marker(token);
        let output = site.ask(call, sent.send()).await?;
        Ok((output.target_groups, output.next_marker))
    });
    let listed = listed.await?.into_iter().filter_map(|group| {
        let arn = group.target_group_arn.filter(|arn| used.contains(arn))?;
        Some((arn, group.load_balancer_arns.unwrap_or_default()))
    });
    let listed: Vec<(String, Vec<String>)> = listed.collect();
    let security_groups = match listed.iter().any(|(_, balancers)| !balancers.is_empty()) {
        true => security_groups(site).await?,
        false => BTreeMap::new(),
    };
    let group = |(arn, load_balancers): (String, Vec<String>)| {
        let guarding = load_balancers.iter().filter_map(|balancer| security_groups.get(balancer)).flatten();
        let guarding: BTreeSet<String> = guarding.cloned().collect();
        TargetGroup { arn, security_groups: guarding.into_iter().collect(), load_balancers }
    };
    Ok(listed.into_iter().map(group).collect())
}

/// Security groups by the ARN of the load balancer.
async fn security_groups(site: &Site) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let call = Call::DescribeLoadBalancers;
    let listed = pages::all(call, |token| async {
        let sent = site.reads.load_balancers().describe_load_balancers().page_size(400).set_marker(token);
        let output = site.ask(call, sent.send()).await?;
        Ok((output.load_balancers, output.next_marker))
    });
    let of = |balancer: aws_sdk_elasticloadbalancingv2::types::LoadBalancer| {
        Some((balancer.load_balancer_arn?, balancer.security_groups.unwrap_or_default()))
    };
    Ok(listed.await?.into_iter().filter_map(of).collect())
}
