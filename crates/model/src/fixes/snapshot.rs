//! What an account looked like: all that plans and checks are made of.
//!
//! What could not be read is a [`Gap`], never an empty list: a guard that needs it says "unknown".

use super::lifecycle;
use super::setting::{Alarm, Budget, Deployment, TargetTracking};
use crate::meter::Region;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use jiff::Timestamp;

/// Some accounts and regions at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// When it was taken.
    pub taken: Timestamp,
    /// The accounts, each once.
    pub accounts: Vec<Account>,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its twelve digits.
    pub id: String,
    /// The profile whose credentials are used; without it those of the environment.
    pub profile: Option<String>,
    /// The regions that were looked at.
    pub regions: Vec<Place>,
    /// What an account has once.
    pub billing: Billing,
}

/// What was read, or why it was not.
pub type Seen<T> = Result<T, Gap>;

/// Why something was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// No guard that was asked for needs it.
    NotAsked,
    /// The credentials do not allow it.
    Denied {
        /// The IAM action.
        action: String,
    },
    /// It failed.
    Failed {
        /// The IAM action.
        action: String,
        /// Why.
        why: String,
    },
}

impl Gap {
    /// In words: `ecr:DescribeImages is denied`.
    #[must_use]
    pub fn words(&self) -> String {
        use alloc::format;
        match self {
            Gap::NotAsked => String::from("it was not asked for"),
            Gap::Denied { action } => format!("{action} is denied"),
            Gap::Failed { why, .. } => why.clone(),
        }
    }
}

/// One region of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which.
    pub region: Region,
    /// ECR repositories.
    pub repositories: Seen<Vec<Repository>>,
    /// How the registry scans.
    pub registry_scanning: Seen<RegistryScanning>,
    /// Log groups.
    pub log_groups: Seen<Vec<LogGroup>>,
    /// Retention policies of the account, which override those of log groups.
    pub account_retention: Seen<Vec<AccountRetention>>,
    /// ECS clusters.
    pub clusters: Seen<Vec<Cluster>>,
    /// ECS services.
    pub services: Seen<Vec<Service>>,
    /// Task definitions that services and tasks use, and the newest revisions of all families.
    pub task_definitions: Seen<Vec<TaskDefinition>>,
    /// Images that running tasks were started from.
    pub running: Seen<Vec<RunningImage>>,
    /// Target groups of load balancers that services use.
    pub target_groups: Seen<Vec<TargetGroup>>,
    /// CloudWatch alarms.
    pub alarms: Seen<Vec<SeenAlarm>>,
    /// SNS topics.
    pub topics: Seen<Vec<Topic>>,
    /// CloudWatch dashboards.
    pub dashboards: Seen<Vec<Dashboard>>,
    /// Bounds of scaling, by `service/CLUSTER/SERVICE`.
    pub scalable_targets: Seen<BTreeMap<String, Bounds>>,
    /// Scaling policies.
    pub scaling_policies: Seen<Vec<SeenPolicy>>,
    /// Security groups, as somebody listed them.
    pub security_groups: Seen<Vec<SecurityGroup>>,
}

impl Place {
    /// A region of which nothing was asked.
    #[must_use]
    pub fn unasked(region: Region) -> Place {
        Place {
            region,
            repositories: Err(Gap::NotAsked),
            registry_scanning: Err(Gap::NotAsked),
            log_groups: Err(Gap::NotAsked),
            account_retention: Err(Gap::NotAsked),
            clusters: Err(Gap::NotAsked),
            services: Err(Gap::NotAsked),
            task_definitions: Err(Gap::NotAsked),
            running: Err(Gap::NotAsked),
            target_groups: Err(Gap::NotAsked),
            alarms: Err(Gap::NotAsked),
            topics: Err(Gap::NotAsked),
            dashboards: Err(Gap::NotAsked),
            scalable_targets: Err(Gap::NotAsked),
            scaling_policies: Err(Gap::NotAsked),
            security_groups: Err(Gap::NotAsked),
        }
    }
}

/// Between which numbers of tasks a service may scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Fewest tasks.
    pub min: u32,
    /// Most tasks.
    pub max: u32,
    /// Whether any kind of scaling is suspended.
    pub suspended: bool,
}

/// What an account has once, read in us-east-1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Billing {
    /// Alarms there.
    pub alarms: Seen<Vec<SeenAlarm>>,
    /// Topics there.
    pub topics: Seen<Vec<Topic>>,
    /// When the metric `EstimatedCharges` last had data, within some days.
    pub last_charge: Seen<Option<Timestamp>>,
    /// Budgets.
    pub budgets: Seen<Vec<SeenBudget>>,
    /// Tags that can be cost allocation tags: key and whether it is active.
    pub cost_tags: Seen<BTreeMap<String, bool>>,
}

impl Billing {
    /// Nothing was asked.
    #[must_use]
    pub fn unasked() -> Billing {
        Billing {
            alarms: Err(Gap::NotAsked),
            topics: Err(Gap::NotAsked),
            last_charge: Err(Gap::NotAsked),
            budgets: Err(Gap::NotAsked),
            cost_tags: Err(Gap::NotAsked),
        }
    }
}

/// An ECR repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// Its name.
    pub name: String,
    /// What images are pulled from: `123456789012.dkr.ecr.us-east-1.amazonaws.com/api`.
    pub uri: String,
    /// Whether it scans on push by itself.
    pub scan_on_push: bool,
    /// Its lifecycle policy, as ECR has it.
    pub policy: Seen<Option<String>>,
    /// Its images.
    pub images: Seen<Vec<lifecycle::Image>>,
}

/// How a registry scans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryScanning {
    /// Whether by Amazon Inspector, which is paid for.
    pub enhanced: bool,
    /// Patterns of repositories that are scanned on push or continuously.
    pub on_push: Vec<String>,
}

/// A log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// Days; none is "never expires".
    pub retention: Option<u32>,
    /// The retention policy of the account that it is under, if AWS says so.
    pub account_policy: Option<String>,
    /// Bytes that it keeps, those that have expired not counted.
    pub stored_bytes: u64,
    /// When it was made.
    pub created: Timestamp,
    /// `STANDARD`, `INFREQUENT_ACCESS`, ...
    pub class: String,
    /// Bytes that came in over the last 30 days (the metric `IncomingBytes`).
    pub incoming_bytes: Seen<u64>,
}

/// A retention policy of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRetention {
    /// Its name.
    pub name: String,
    /// Days, if the document says them.
    pub days: Option<u32>,
    /// Which log groups, as AWS has it; all of them without it.
    pub selection: Option<String>,
}

/// An ECS cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// `enabled`, `enhanced` or `disabled`.
    pub insights: String,
}

/// An ECS service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The name of its cluster.
    pub cluster: String,
    /// Its name.
    pub name: String,
    /// The ARN of its task definition.
    pub task_definition: String,
    /// How many tasks it should have.
    pub desired: u32,
    /// How it rolls out; none when somebody else does (CodeDeploy), or in a way that this tool
    /// does not write (blue-green, canary, linear).
    pub deployment: Option<Deployment>,
    /// The controller or strategy in words: `ECS rolling`, `CODE_DEPLOY`, `BLUE_GREEN`.
    pub rollout: String,
    /// ARNs of target groups.
    pub target_groups: Vec<String>,
    /// Ids of security groups.
    pub security_groups: Vec<String>,
}

/// A revision of a task definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskDefinition {
    /// Its ARN.
    pub arn: String,
    /// Its family.
    pub family: String,
    /// Its number.
    pub revision: u32,
    /// Its containers.
    pub containers: Vec<Container>,
}

/// A container of a task definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its image: `URI:TAG`, `URI@DIGEST`.
    pub image: String,
    /// Names of plain environment variables that are not empty. Their values are not kept.
    pub environment: Vec<String>,
    /// Names of variables that come from Secrets Manager or the Parameter Store.
    pub secrets: Vec<String>,
}

/// An image that runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunningImage {
    /// Its image, as in the task definition.
    pub image: String,
    /// Its digest, if ECS says it.
    pub digest: Option<String>,
}

/// A target group of a load balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: String,
    /// ARNs of its load balancers.
    pub load_balancers: Vec<String>,
    /// Security groups of those load balancers.
    pub security_groups: Vec<String>,
}

/// An alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenAlarm {
    /// Its name.
    pub name: String,
    /// All of it; none when it is of a kind that this tool does not write (metric math, anomaly
    /// detection, composite).
    pub alarm: Option<Alarm>,
    /// How many metrics it is billed for as a standard alarm: none of a composite one.
    pub metrics: u32,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// Its access policy, a JSON document.
    pub policy: Seen<String>,
    /// The KMS key that it is encrypted with, if it is.
    pub key: Seen<Option<String>>,
    /// Who gets what is published.
    pub subscriptions: Seen<Vec<Subscription>>,
}

/// Who gets what is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// `email`, ...
    pub protocol: String,
    /// Where to.
    pub endpoint: String,
    /// Whether it is confirmed.
    pub confirmed: bool,
}

/// A dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dashboard {
    /// Its name.
    pub name: String,
    /// Its JSON document; not read of those that no guard is about.
    pub body: Seen<String>,
}

/// A scaling policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenPolicy {
    /// `service/CLUSTER/SERVICE`.
    pub resource: String,
    /// Its name.
    pub name: String,
    /// All of it; none when it is of a kind that this tool does not write (step scaling,
    /// predictive, a custom metric).
    pub tracking: Option<TargetTracking>,
}

/// A budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenBudget {
    /// Its name.
    pub name: String,
    /// All of it; none when it is of a kind that this tool does not write (usage, filters, other
    /// periods, other currencies).
    pub budget: Option<Budget>,
    /// Whether it is a monthly cost budget that tells somebody, by mail or otherwise, what AWS
    /// expects.
    pub forecast_alert: bool,
}

/// A security group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityGroup {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Ports that the whole world may reach: protocol (`tcp`, `udp`, `all`), first, last.
    pub open: Vec<(String, u16, u16)>,
}
