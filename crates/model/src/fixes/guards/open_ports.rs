//! Only web ports are open to the world.
//!
//! EC2 is not asked by this tool, since its SDK would weigh more than all others together. What the
//! AWS CLI lists is looked at instead; without it the command is told that lists what services and
//! their load balancers use.

use super::super::plan::{Finding, Verdict};
use super::super::snapshot::{Gap, Place, SecurityGroup};
use super::Spot;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn look(spot: &Spot<'_>, place: &Place) -> Vec<Finding> {
    match &place.security_groups {
        Ok(groups) => groups.iter().map(|group| look_at(spot, group)).collect(),
        Err(Gap::NotAsked) => vec![not_asked(spot, place)],
        Err(gap) => vec![spot.unknown("security groups", gap)],
    }
}

fn look_at(spot: &Spot<'_>, group: &SecurityGroup) -> Finding {
    let subject = format!("{} ({})", group.id, group.name);
    let web = &spot.eyes.wish.ports.web;
    let allowed =
        |(protocol, first, last): &&(String, u16, u16)| !(protocol == "tcp" && first == last && web.contains(first));
    let open: Vec<String> = group.open.iter().filter(allowed).map(words).collect();
    if open.is_empty() {
        return spot.finding(&subject, Verdict::Pass, "nothing but web ports is open to the world");
    }
    let says = format!("open to the world: {}", open.join(", "));
    let remedy = "allow only those who need it: `aws ec2 revoke-security-group-ingress` takes a rule away";
    spot.finding(&subject, Verdict::Fail, says).remedy(remedy)
}

fn words((protocol, first, last): &(String, u16, u16)) -> String {
    match (protocol.as_str(), first == last) {
        ("all", _) => "everything".to_string(),
        (_, true) => format!("{protocol} {first}"),
        (_, false) => format!("{protocol} {first} to {last}"),
    }
}

/// The command that lists what there is to look at.
fn not_asked(spot: &Spot<'_>, place: &Place) -> Finding {
    let services = place.services.iter().flatten().flat_map(|service| &service.security_groups);
    let balancers = place.target_groups.iter().flatten().flat_map(|group| &group.security_groups);
    let ids: BTreeSet<&str> = services.chain(balancers).map(String::as_str).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let only = if ids.is_empty() { String::new() } else { format!(" --group-ids {}", ids.join(" ")) };
    let profile = spot.account.profile.as_ref().map(|name| format!(" --profile {name}")).unwrap_or_default();
    let remedy = format!(
        "list them: aws ec2 describe-security-groups --output json --region {}{profile}{only} | stackcost check --only \
         open-ports --security-groups -",
        spot.region
    );
    spot.finding("security groups", Verdict::Unknown, "EC2 is not asked by this tool").remedy(remedy)
}
