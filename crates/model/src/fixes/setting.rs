//! What a fix can change: a setting of a resource, and the states that it can have.
//!
//! A step sets one [`Target`] from one state to another; `None` stands for "there is none". All
//! that follows rests on this: whether a step is stale, done already or half done is seen by
//! reading the target and comparing, and undoing is the same step with its states exchanged. The
//! states hold all that AWS's call needs to put them back.

use crate::exact::Ratio;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A setting of a resource, in one account and region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Target {
    /// The lifecycle policy of an ECR repository.
    LifecyclePolicy {
        /// Its name.
        repository: String,
    },
    /// Whether ECR scans images of a repository when they are pushed.
    ScanOnPush {
        /// Its name.
        repository: String,
    },
    /// How long CloudWatch Logs keeps the events of a log group.
    LogRetention {
        /// Its name.
        group: String,
    },
    /// An SNS topic and who may publish to it.
    Topic {
        /// Its name.
        name: String,
    },
    /// A subscription to an SNS topic.
    Subscription {
        /// The name of the topic.
        topic: String,
        /// `email`, `https`, `sqs`, ...
        protocol: String,
        /// Where it delivers.
        endpoint: String,
    },
    /// A CloudWatch alarm on one metric.
    Alarm {
        /// Its name.
        name: String,
    },
    /// A CloudWatch dashboard.
    Dashboard {
        /// Its name.
        name: String,
    },
    /// A budget of AWS Budgets.
    Budget {
        /// Its name.
        name: String,
    },
    /// The bounds between which Application Auto Scaling may scale an ECS service.
    ScalableTarget {
        /// `service/CLUSTER/SERVICE`.
        resource: String,
    },
    /// A target tracking policy of an ECS service.
    ScalingPolicy {
        /// `service/CLUSTER/SERVICE`.
        resource: String,
        /// Its name.
        name: String,
    },
    /// How an ECS service rolls out a new task definition.
    Deployment {
        /// The name of its cluster.
        cluster: String,
        /// Its name.
        service: String,
    },
    /// Container Insights of an ECS cluster.
    ContainerInsights {
        /// Its name.
        cluster: String,
    },
    /// Whether a tag is a cost allocation tag.
    CostTag {
        /// Its key.
        key: String,
    },
}

impl Target {
    /// The kind of setting, as in a plan file.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Target::LifecyclePolicy { .. } => "lifecycle-policy",
            Target::ScanOnPush { .. } => "scan-on-push",
            Target::LogRetention { .. } => "log-retention",
            Target::Topic { .. } => "topic",
            Target::Subscription { .. } => "subscription",
            Target::Alarm { .. } => "alarm",
            Target::Dashboard { .. } => "dashboard",
            Target::Budget { .. } => "budget",
            Target::ScalableTarget { .. } => "scalable-target",
            Target::ScalingPolicy { .. } => "scaling-policy",
            Target::Deployment { .. } => "deployment",
            Target::ContainerInsights { .. } => "container-insights",
            Target::CostTag { .. } => "cost-tag",
        }
    }

    /// The name of the resource, without its kind.
    #[must_use]
    pub fn name(&self) -> String {
        use alloc::format;
        match self {
            Target::LifecyclePolicy { repository } | Target::ScanOnPush { repository } => repository.clone(),
            Target::LogRetention { group } => group.clone(),
            Target::Topic { name } | Target::Alarm { name } | Target::Dashboard { name } | Target::Budget { name } => {
                name.clone()
            }
            Target::Subscription { topic, endpoint, .. } => format!("{topic} to {endpoint}"),
            Target::ScalableTarget { resource } => resource.clone(),
            Target::ScalingPolicy { resource, name } => format!("{resource} {name}"),
            Target::Deployment { cluster, service } => format!("{cluster}/{service}"),
            Target::ContainerInsights { cluster } => cluster.clone(),
            Target::CostTag { key } => key.clone(),
        }
    }
}

/// `log-retention /ecs/api`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.name())
    }
}

/// What a [`Target`] is set to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum State {
    /// A lifecycle policy, as ECR has it.
    LifecyclePolicy {
        /// The JSON document.
        text: String,
    },
    /// Scanning on push.
    ScanOnPush {
        /// Whether it is on.
        enabled: bool,
    },
    /// A retention; none is "never expires".
    LogRetention {
        /// One of [`RETENTION_DAYS`](crate::services::cloudwatch::RETENTION_DAYS).
        days: u32,
    },
    /// A topic.
    Topic {
        /// Its access policy, a JSON document.
        policy: String,
        /// Where it is wished to deliver: whoever deletes it refuses if others have subscribed, too.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        wished: Vec<String>,
    },
    /// A subscription; AWS delivers nothing until it is confirmed from what it sends first.
    Subscription,
    /// An alarm.
    Alarm(Box<Alarm>),
    /// A dashboard.
    Dashboard {
        /// The JSON document.
        body: String,
    },
    /// A budget.
    Budget(Budget),
    /// Bounds.
    ScalableTarget {
        /// Fewest tasks.
        min: u32,
        /// Most tasks.
        max: u32,
    },
    /// A target tracking policy.
    ScalingPolicy(TargetTracking),
    /// A deployment configuration.
    Deployment(Deployment),
    /// Container Insights.
    ContainerInsights {
        /// `enabled`, `enhanced` or `disabled`.
        value: String,
    },
    /// A tag of cost allocation.
    CostTag {
        /// Whether it is activated.
        active: bool,
    },
}

impl State {
    /// The kind of [`Target`] it belongs to.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            State::LifecyclePolicy { .. } => "lifecycle-policy",
            State::ScanOnPush { .. } => "scan-on-push",
            State::LogRetention { .. } => "log-retention",
            State::Topic { .. } => "topic",
            State::Subscription => "subscription",
            State::Alarm(_) => "alarm",
            State::Dashboard { .. } => "dashboard",
            State::Budget(_) => "budget",
            State::ScalableTarget { .. } => "scalable-target",
            State::ScalingPolicy(_) => "scaling-policy",
            State::Deployment(_) => "deployment",
            State::ContainerInsights { .. } => "container-insights",
            State::CostTag { .. } => "cost-tag",
        }
    }

    /// Whether both mean the same: documents are compared as JSON, since AWS writes them anew,
    /// numbers by their value, and what has no order at AWS without one.
    #[must_use]
    pub fn same(&self, other: &State) -> bool {
        match (self, other) {
            (State::LifecyclePolicy { text: a }, State::LifecyclePolicy { text: b })
            | (State::Topic { policy: a, .. }, State::Topic { policy: b, .. })
            | (State::Dashboard { body: a }, State::Dashboard { body: b }) => same_document(a, b),
            (State::Alarm(a), State::Alarm(b)) => {
                let other = Alarm { threshold: a.threshold.clone(), ..(**b).clone() };
                same_number(&a.threshold, &b.threshold) && **a == other
            }
            (State::ScalingPolicy(a), State::ScalingPolicy(b)) => {
                same_number(&a.target, &b.target) && *a == TargetTracking { target: a.target.clone(), ..b.clone() }
            }
            (State::Budget(a), State::Budget(b)) => {
                same_number(&a.amount, &b.amount) && in_order(&a.notifications) == in_order(&b.notifications)
            }
            _ => self == other,
        }
    }
}

/// Whether two states, or two times none, mean the same.
#[must_use]
pub fn same(one: Option<&State>, other: Option<&State>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.same(other),
        (None, None) => true,
        _ => false,
    }
}

/// Whether two decimal numbers are equal: `50` and `50.0` are.
fn same_number(one: &str, other: &str) -> bool {
    one == other || Ratio::parse(one).is_some_and(|one| Ratio::parse(other) == Some(one))
}

/// Notifications and their addresses, sorted.
fn in_order(notifications: &[Notification]) -> Vec<(bool, String, Vec<&str>)> {
    let mut all: Vec<_> = notifications.iter().map(with_sorted_addresses).collect();
    all.sort_unstable();
    all
}

fn with_sorted_addresses(notification: &Notification) -> (bool, String, Vec<&str>) {
    let mut emails: Vec<&str> = notification.emails.iter().map(String::as_str).collect();
    emails.sort_unstable();
    let percent = Ratio::parse(&notification.percent);
    let percent = percent.map_or_else(|| notification.percent.clone(), |percent| percent.to_string());
    (notification.forecasted, percent, emails)
}

fn same_document(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let read = |text| serde_json::from_str::<Value>(text).ok();
    read(one).is_some_and(|one| read(other) == Some(one))
}

/// An alarm on one metric, as `PutMetricAlarm` takes it: that call overwrites the whole alarm, so
/// all of it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// What it is for.
    pub description: Option<String>,
    /// Whether its actions are carried out at all.
    pub actions_enabled: bool,
    /// ARNs of what is told when it goes into ALARM.
    pub alarm_actions: Vec<String>,
    /// ARNs of what is told when it goes to OK.
    pub ok_actions: Vec<String>,
    /// ARNs of what is told when data are missing.
    pub insufficient_data_actions: Vec<String>,
    /// The namespace of the metric.
    pub namespace: String,
    /// The metric.
    pub metric: String,
    /// `Maximum`, `Sum`, ... or a percentile such as `p99`.
    pub statistic: String,
    /// The dimensions of the metric.
    pub dimensions: BTreeMap<String, String>,
    /// Seconds of a data point.
    pub period: u32,
    /// The unit, if only data of one unit count.
    pub unit: Option<String>,
    /// How many data points are looked at.
    pub evaluation_periods: u32,
    /// How many of them must breach; all of them without it.
    pub datapoints_to_alarm: Option<u32>,
    /// A decimal number.
    pub threshold: String,
    /// `GreaterThanThreshold`, ...
    pub comparison: String,
    /// `notBreaching`, `breaching`, `ignore` or `missing`, which is AWS's default.
    pub treat_missing_data: Option<String>,
    /// `evaluate` or `ignore`, of percentiles.
    pub evaluate_low_samples: Option<String>,
}

/// A monthly cost budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Dollars a month, a decimal number.
    pub amount: String,
    /// Who is told when.
    pub notifications: Vec<Notification>,
}

/// When a budget tells whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// Whether by AWS's forecast of the month, or by what has been spent.
    pub forecasted: bool,
    /// Percent of the budget, a decimal number.
    pub percent: String,
    /// E-mail addresses.
    pub emails: Vec<String>,
}

/// A target tracking policy, as `PutScalingPolicy` takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetTracking {
    /// `ECSServiceAverageCPUUtilization`, ...
    pub metric: String,
    /// Which load balancer and target group, for `ALBRequestCountPerTarget`.
    pub resource_label: Option<String>,
    /// A decimal number.
    pub target: String,
    /// Seconds.
    pub scale_out_cooldown: Option<u32>,
    /// Seconds.
    pub scale_in_cooldown: Option<u32>,
    /// Whether it only scales out.
    pub disable_scale_in: bool,
}

/// How a service rolls out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// Whether a deployment whose tasks do not come up is given up.
    pub circuit_breaker: bool,
    /// Whether it then goes back to the last one that worked.
    pub rollback: bool,
    /// Percent of the tasks that stay healthy.
    pub minimum_healthy: u32,
    /// Percent of the tasks that there may be.
    pub maximum: u32,
    /// Alarms that end a deployment.
    pub alarms: Option<DeploymentAlarms>,
}

/// Alarms that end a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeploymentAlarms {
    /// Their names.
    pub names: Vec<String>,
    /// Whether they are looked at.
    pub enable: bool,
    /// Whether the service then goes back.
    pub rollback: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn what_means_the_same_is_the_same() {
        let document = |text: &str| State::LifecyclePolicy { text: text.into() };
        let budget = |amount: &str, percent: &str, emails: &[&str]| {
            let told = |forecasted, percent: &str| Notification {
                forecasted,
                percent: percent.into(),
                emails: emails.iter().map(|email| email.to_string()).collect(),
            };
            let mut notifications = vec![told(true, percent), told(false, "100")];
            if emails[0] == "b" {
                notifications.reverse();
            }
            State::Budget(Budget { amount: amount.into(), notifications })
        };
        let tracking = |target: &str, cooldown| {
            State::ScalingPolicy(TargetTracking {
                metric: "cpu".into(),
                resource_label: None,
                target: target.into(),
                scale_out_cooldown: cooldown,
                scale_in_cooldown: None,
                disable_scale_in: false,
            })
        };
        for (one, other, same_is) in [
            (document(r#"{"a":1,"b":[2]}"#), document("{ \"b\": [2],\n\"a\": 1 }"), true),
            (document(r#"{"a":1}"#), document(r#"{"a":2}"#), false),
            (document("no JSON"), document("no JSON"), true),
            (budget("100", "90", &["a", "b"]), budget("100.00", "90.0", &["b", "a"]), true),
            (budget("100", "90", &["a", "b"]), budget("100", "90", &["a"]), false),
            (budget("100", "90", &["a"]), budget("101", "90", &["a"]), false),
            (tracking("70", Some(60)), tracking("70.0", Some(60)), true),
            (tracking("70", Some(60)), tracking("70", None), false),
            (State::LogRetention { days: 7 }, State::LogRetention { days: 30 }, false),
            (State::Subscription, State::LogRetention { days: 30 }, false),
        ] {
            assert_eq!(one.same(&other), same_is, "{one:?} {other:?}");
            assert_eq!(other.same(&one), same_is, "{one:?} {other:?}");
        }
        assert!(same(None, None) && !same(None, Some(&State::Subscription)));
    }
}
