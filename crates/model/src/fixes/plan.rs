//! Findings, steps and plans as values.

use super::pattern::matches;
use super::setting::{State, Target};
use crate::meter::Region;
use crate::money::Usd;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The guards there are, in the order of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    /// Repositories expire old images, and never one that runs.
    EcrLifecycle,
    /// Images are scanned when they are pushed.
    ScanOnPush,
    /// Logs expire.
    LogRetention,
    /// Somebody is told what the month has cost.
    BillingAlarm,
    /// Somebody is told what the month will cost.
    Budget,
    /// Tags split the bill.
    CostTags,
    /// Services scale.
    Scaling,
    /// Bad deployments end and go back.
    Deployment,
    /// Somebody is told of errors, slowness and load.
    ServiceAlarms,
    /// The golden signals are on one page.
    Dashboard,
    /// Container Insights is as wanted.
    ContainerInsights,
    /// Secrets are not plain environment variables.
    PlainSecrets,
    /// Only web ports are open to the world.
    OpenPorts,
}

impl Guard {
    /// All of them.
    pub const ALL: [Guard; 13] = [
        Guard::EcrLifecycle,
        Guard::ScanOnPush,
        Guard::LogRetention,
        Guard::BillingAlarm,
        Guard::Budget,
        Guard::CostTags,
        Guard::Scaling,
        Guard::Deployment,
        Guard::ServiceAlarms,
        Guard::Dashboard,
        Guard::ContainerInsights,
        Guard::PlainSecrets,
        Guard::OpenPorts,
    ];

    /// Its word: `log-retention`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Guard::EcrLifecycle => "ecr-lifecycle",
            Guard::ScanOnPush => "scan-on-push",
            Guard::LogRetention => "log-retention",
            Guard::BillingAlarm => "billing-alarm",
            Guard::Budget => "budget",
            Guard::CostTags => "cost-tags",
            Guard::Scaling => "scaling",
            Guard::Deployment => "deployment",
            Guard::ServiceAlarms => "service-alarms",
            Guard::Dashboard => "dashboard",
            Guard::ContainerInsights => "container-insights",
            Guard::PlainSecrets => "plain-secrets",
            Guard::OpenPorts => "open-ports",
        }
    }

    /// What it makes sure of.
    #[must_use]
    pub const fn promise(self) -> &'static str {
        match self {
            Guard::EcrLifecycle => "repositories expire old images, and never one that runs",
            Guard::ScanOnPush => "images are scanned when they are pushed",
            Guard::LogRetention => "logs expire",
            Guard::BillingAlarm => "somebody is told what the month has cost",
            Guard::Budget => "somebody is told what the month will cost",
            Guard::CostTags => "tags split the bill",
            Guard::Scaling => "services scale",
            Guard::Deployment => "bad deployments end and go back",
            Guard::ServiceAlarms => "somebody is told of errors, slowness and load",
            Guard::Dashboard => "the golden signals are on one page",
            Guard::ContainerInsights => "Container Insights is as wanted",
            Guard::PlainSecrets => "secrets are not plain environment variables",
            Guard::OpenPorts => "only web ports are open to the world",
        }
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl core::str::FromStr for Guard {
    type Err = UnknownGuard;

    fn from_str(word: &str) -> Result<Guard, UnknownGuard> {
        Guard::ALL.into_iter().find(|guard| guard.word() == word).ok_or(UnknownGuard)
    }
}

/// No guard has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no guard of this name")]
pub struct UnknownGuard;

/// What a guard sees in one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which guard.
    pub guard: Guard,
    /// The account.
    pub account: String,
    /// The region.
    pub region: Region,
    /// The resource: `/ecs/api`.
    pub subject: String,
    /// What patterns name it by: the service of an alarm, or else the subject.
    pub about: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// What is so, in words: `never expires, 12.4 GB stored`.
    pub says: String,
    /// What a person has to do, where no step does it.
    pub remedy: Option<String>,
    /// What would mend it, in order; empty when nothing has to or can be changed by this tool.
    pub steps: Vec<Step>,
}

impl Finding {
    /// Whether one of these patterns names it, or a step of it.
    #[must_use]
    pub fn is_named(&self, patterns: &[String]) -> bool {
        patterns.iter().any(|pattern| {
            pattern == self.guard.word() || matches(pattern, &self.subject) || matches(pattern, &self.about)
        }) || self.steps.iter().any(|step| step.is_named(patterns))
    }
}

/// Whether a guard holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It does.
    Pass,
    /// It does not.
    Fail,
    /// That could not be seen.
    Unknown,
}

impl Verdict {
    /// `pass`, `fail` or `unknown`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Unknown => "unknown",
        }
    }
}

/// One change of one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name within the plan: account, region and target.
    pub id: String,
    /// The guard that wants it.
    pub guard: Guard,
    /// What patterns name it by, beside its target: the service of an alarm.
    pub about: String,
    /// The account.
    pub account: String,
    /// The region.
    #[serde(with = "super::words::region")]
    pub region: Region,
    /// What is changed.
    pub target: Target,
    /// What it is set to now; it is read again before the change, and must still be so.
    pub before: Option<State>,
    /// What it will be set to.
    pub after: Option<State>,
    /// What is now, in words.
    pub now: String,
    /// What will be, in words, a line each: a diff for documents.
    pub then: Vec<String>,
    /// What is lost, in words.
    pub loses: Vec<String>,
    /// What it does to the bill.
    pub money: Money,
    /// Whether it can be undone.
    pub undo: Undo,
    /// Names of the steps that come first.
    pub needs: Vec<String>,
}

impl Step {
    /// The name that a step on this target has.
    #[must_use]
    pub fn name(account: &str, region: Region, target: &Target) -> String {
        format!("{account} {region} {target}")
    }

    /// Whether one of these patterns names it: the word of its guard, the kind or name of its
    /// target, or what it is about.
    #[must_use]
    pub fn is_named(&self, patterns: &[String]) -> bool {
        patterns.iter().any(|pattern| {
            let words = [self.guard.word(), self.target.kind()];
            words.contains(&pattern.as_str()) || matches(pattern, &self.target.name()) || matches(pattern, &self.about)
        })
    }
}

/// What a step does to the bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Dollars a month that it saves at once; negative when it costs. None when a rate is missing
    /// or nothing is known of the usage.
    #[serde(with = "super::words::usd")]
    pub saves: Option<Usd>,
    /// Dollars a month that it saves in twelve months, where that differs.
    #[serde(with = "super::words::usd")]
    pub in_a_year: Option<Usd>,
    /// How that came about, with the rate and where it is from; or why it is not known.
    pub formula: String,
}

impl Money {
    /// Nothing changes on the bill.
    #[must_use]
    pub fn none(why: impl Into<String>) -> Money {
        Money { saves: Some(Usd::ZERO), in_a_year: None, formula: why.into() }
    }

    /// What it does is not known.
    #[must_use]
    pub fn unknown(why: impl Into<String>) -> Money {
        Money { saves: None, in_a_year: None, formula: why.into() }
    }
}

/// Whether a step can be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "can", content = "but", rename_all = "kebab-case")]
pub enum Undo {
    /// Wholly.
    Wholly,
    /// The setting comes back, but not what was lost by it.
    Setting(String),
    /// Not by this tool.
    Not(String),
}

/// What will be changed, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// When the account was looked at.
    pub made: Timestamp,
    /// The version of the tool.
    pub tool: String,
    /// The journal that this plan undoes, if it does.
    pub undoes: Option<String>,
    /// Accounts and how they are reached.
    pub accounts: Vec<PlanAccount>,
    /// The changes; a step comes after those that it needs.
    pub steps: Vec<Step>,
    /// What could not be read: while this is not empty the plan is partial.
    pub gaps: Vec<String>,
    /// What only a person can do.
    pub by_hand: Vec<String>,
}

/// An account of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanAccount {
    /// Its twelve digits.
    pub id: String,
    /// The profile that it was read with; without it the credentials of the environment.
    pub profile: Option<String>,
    /// The regions that were looked at.
    #[serde(with = "super::words::regions")]
    pub regions: Vec<Region>,
}

impl Plan {
    /// What it saves a month at once, and whether that is all: `false` when a step has no figure.
    #[must_use]
    pub fn saves(&self) -> (Usd, bool) {
        let known = self.steps.iter().filter_map(|step| step.money.saves).sum();
        (known, self.steps.iter().all(|step| step.money.saves.is_some()))
    }

    /// What is wrong with it as a plan: every step must be possible by itself.
    ///
    /// # Errors
    /// The first thing that is wrong, in words.
    pub fn check(&self) -> Result<(), String> {
        let mut names = BTreeSet::new();
        for account in &self.accounts {
            if account.id.len() != 12 || !account.id.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(format!("`{}` is no number of an account", account.id));
            }
        }
        for step in &self.steps {
            let name = &step.id;
            if *name != Step::name(&step.account, step.region, &step.target) {
                return Err(format!("step `{name}` is not named after what it changes"));
            }
            if !self.accounts.iter().any(|account| account.id == step.account) {
                return Err(format!("step `{name}` is in an account that the plan does not name"));
            }
            let kind = step.target.kind();
            if [&step.before, &step.after].into_iter().flatten().any(|state| state.kind() != kind) {
                return Err(format!("step `{name}` sets a {kind} to something else"));
            }
            if let Some(missing) = step.needs.iter().find(|needed| !names.contains(needed.as_str())) {
                return Err(format!("step `{name}` needs `{missing}`, which does not come before it"));
            }
            if !names.insert(name.as_str()) {
                return Err(format!("step `{name}` is there twice"));
            }
        }
        Ok(())
    }
}
