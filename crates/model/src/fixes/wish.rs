//! What somebody wants of an account. Every part has a default; a guard whose part says `false`
//! is not looked at.

use super::setting::TargetTracking;
use crate::exact::Ratio;
use crate::money::Usd;
use crate::services::cloudwatch::Kept;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// All wishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Patterns (`*` for any run of characters) of names that nothing is changed of.
    pub protect: Vec<String>,
    /// Patterns of ECS services, `CLUSTER/SERVICE`, that guards of services are about; all without.
    pub services: Vec<String>,
    /// ECR lifecycle policies.
    pub ecr: EcrWish,
    /// Log retention.
    pub logs: LogsWish,
    /// Billing alarm.
    pub billing: BillingWish,
    /// Budget.
    pub budget: Option<BudgetWish>,
    /// Deployments.
    pub deployment: DeploymentWish,
    /// Scaling by service, `CLUSTER/SERVICE`.
    pub scaling: BTreeMap<String, ScalingWish>,
    /// Alarms of services.
    pub alarms: AlarmsWish,
    /// The dashboard.
    pub dashboard: DashboardWish,
    /// Keys of tags that should be cost allocation tags.
    pub cost_tags: Vec<String>,
    /// Container Insights: `enabled`, `enhanced` or `disabled`; without it, it is only told.
    pub container_insights: Option<String>,
    /// Ports that may be open to the world.
    pub ports: PortsWish,
}

/// What images are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcrWish {
    /// The last so many.
    pub keep: u32,
    /// How many more pushes the oldest image that runs outlives at least.
    pub headroom: u32,
    /// Untagged images no longer than so many days.
    pub untagged_days: Option<u32>,
    /// How many revisions of a task definition a rollback may need.
    pub rollback_revisions: u32,
    /// Whether images are scanned when they are pushed.
    pub scan_on_push: bool,
}

impl Default for EcrWish {
    fn default() -> EcrWish {
        EcrWish { keep: 10, headroom: 0, untagged_days: None, rollback_revisions: 3, scan_on_push: true }
    }
}

/// How long logs are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogsWish {
    /// Days for groups that no rule is about.
    pub days: u32,
    /// Patterns with days; the first that fits counts.
    pub rules: Vec<(String, u32)>,
    /// Whether a retention that is set may become shorter.
    pub allow_shorten: bool,
    /// Compressed over uncompressed size, which is what AWS bills of what came in.
    pub compression: Ratio,
}

impl Default for LogsWish {
    fn default() -> LogsWish {
        LogsWish { days: 30, rules: Vec::new(), allow_shorten: false, compression: Kept::usual_compression() }
    }
}

/// The alarms on what an account has spent this month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillingWish {
    /// Dollars; empty: proposed from `expected`, or else only what is there is looked at.
    pub thresholds: Vec<Usd>,
    /// What the stack is estimated to cost a month.
    pub expected: Option<Usd>,
    /// The topic.
    pub topic: String,
    /// Who gets it.
    pub emails: Vec<String>,
}

impl Default for BillingWish {
    fn default() -> BillingWish {
        BillingWish { thresholds: Vec::new(), expected: None, topic: "billing-alerts".to_string(), emails: Vec::new() }
    }
}

/// A budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetWish {
    /// Its name.
    pub name: String,
    /// Dollars a month.
    pub amount: Usd,
    /// Percent of it that the forecast may reach.
    pub forecast_percent: u32,
}

/// How services roll out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentWish {
    /// Whether it is looked at.
    pub on: bool,
    /// Percent of the tasks that stay healthy.
    pub minimum_healthy: u32,
    /// Percent of the tasks that there may be.
    pub maximum: u32,
}

impl Default for DeploymentWish {
    fn default() -> DeploymentWish {
        DeploymentWish { on: true, minimum_healthy: 100, maximum: 200 }
    }
}

/// How a service scales.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalingWish {
    /// Fewest tasks.
    pub min: u32,
    /// Most tasks.
    pub max: u32,
    /// The name of the policy.
    pub policy: String,
    /// The policy.
    pub tracking: TargetTracking,
}

/// The alarms of services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmsWish {
    /// Whether they are looked at.
    pub on: bool,
    /// The topic.
    pub topic: String,
    /// Who gets it.
    pub emails: Vec<String>,
    /// Responses with 5xx in five minutes.
    pub errors_5xx: u32,
    /// Seconds of the 99th percentile of response times, a decimal number.
    pub p99_seconds: String,
    /// Percent of the CPU.
    pub cpu_percent: u32,
}

impl Default for AlarmsWish {
    fn default() -> AlarmsWish {
        AlarmsWish {
            on: true,
            topic: "service-alerts".to_string(),
            emails: Vec::new(),
            errors_5xx: 10,
            p99_seconds: "1".to_string(),
            cpu_percent: 80,
        }
    }
}

/// The dashboard of the golden signals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DashboardWish {
    /// Whether it is looked at.
    pub on: bool,
    /// Its name.
    pub name: String,
}

impl Default for DashboardWish {
    fn default() -> DashboardWish {
        DashboardWish { on: true, name: "golden-signals".to_string() }
    }
}

/// Ports that may be open to the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortsWish {
    /// Of web traffic.
    pub web: Vec<u16>,
}

impl Default for PortsWish {
    fn default() -> PortsWish {
        PortsWish { web: vec![80, 443] }
    }
}
