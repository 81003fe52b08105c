//! Security groups, as `aws ec2 describe-security-groups` lists them.
//!
//! Only what lets the whole world in is kept: rules for `0.0.0.0/0` or `::/0`. ICMP is left out,
//! since it has no ports. Source: EC2 API reference, `IpPermission`.

use crate::problem::{self, Problem};
use serde::Deserialize;
use stackcost_model::fixes::snapshot::SecurityGroup;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    security_groups: Vec<Group>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    group_id: String,
    #[serde(default)]
    group_name: String,
    /// Those for what comes in; those for what goes out have another name.
    #[serde(default)]
    ip_permissions: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    /// A name, the number of the protocol, or -1 for all.
    ip_protocol: String,
    from_port: Option<i32>,
    to_port: Option<i32>,
    #[serde(default)]
    ip_ranges: Vec<Range>,
    #[serde(default, rename = "Ipv6Ranges")]
    ipv6_ranges: Vec<Range6>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Range {
    cidr_ip: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Range6 {
    cidr_ipv6: String,
}

/// Reads one list of groups, or a list of all its pages.
///
/// # Errors
/// What is no such list, with the place; a list that goes on on a page that is not there.
pub fn read_security_groups(name: &str, text: &str) -> Result<Vec<SecurityGroup>, Problem> {
    let what = || format!("{name} is not what `aws ec2 describe-security-groups` prints");
    let json = |error| problem::json(name, text, &what(), &error);
    let pages: Vec<Page> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text).map_err(json)?
    } else {
        vec![serde_json::from_str(text).map_err(json)?]
    };
    if pages.last().and_then(|page| page.next_token.as_ref()).is_some_and(|token| !token.is_empty()) {
        let problem = Problem::of_text(format!("{name} is only a part of the list: it ends with a NextToken"));
        return Err(problem.help("without --max-items and --no-paginate the AWS CLI prints all"));
    }
    Ok(pages.into_iter().flat_map(|page| page.security_groups).map(group).collect())
}

fn group(group: Group) -> SecurityGroup {
    let mut open: Vec<(String, u16, u16)> = Vec::new();
    for rule in group.ip_permissions.iter().filter(|rule| rule.lets_the_world_in()) {
        if let Some(ports) = rule.ports()
            && !open.contains(&ports)
        {
            open.push(ports);
        }
    }
    SecurityGroup { id: group.group_id, name: group.group_name, open }
}

impl Rule {
    fn lets_the_world_in(&self) -> bool {
        self.ip_ranges.iter().any(|range| range.cidr_ip == "0.0.0.0/0")
            || self.ipv6_ranges.iter().any(|range| range.cidr_ipv6 == "::/0")
    }

    /// Protocol, first and last port; none of ICMP. All ports, where the rule names none.
    fn ports(&self) -> Option<(String, u16, u16)> {
        let protocol = match self.ip_protocol.as_str() {
            "-1" => return Some(("all".to_string(), 0, u16::MAX)),
            "icmp" | "icmpv6" | "1" | "58" => return None,
            "6" => "tcp",
            "17" => "udp",
            other => other,
        };
        let port = |port: Option<i32>, all: u16| port.and_then(|port| u16::try_from(port).ok()).unwrap_or(all);
        Some((protocol.to_string(), port(self.from_port, 0), port(self.to_port, u16::MAX)))
    }
}
