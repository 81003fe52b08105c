//! What guards look at. One file a guard, one function in it: `look`.

mod price;
mod topic;
mod seen_alarms;
mod in_use;
mod ecr_lifecycle;
mod scan_on_push;
mod log_retention;
mod billing_alarm;
mod budget;
mod cost_tags;
mod scaling;
mod deployment;
mod service_alarms;
mod dashboard;
mod container_insights;
mod plain_secrets;
mod open_ports;

pub(super) use ecr_lifecycle::{hold_against, takes_what_runs};
pub(super) use price::price_alarms_and_dashboards;

use super::Eyes;
use super::pattern::matches;
use super::plan::{Finding, Guard, Money, Step, Undo, Verdict};
use super::setting::{State, Target};
use super::snapshot::{Account, Gap, Place, Service, Snapshot};
use crate::meter::Region;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// All findings of the chosen guards, in the order of the checklist, then of account, region and
/// resource.
#[must_use]
pub fn look(snapshot: &Snapshot, eyes: &Eyes<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for guard in Guard::ALL.into_iter().filter(|guard| eyes.guards.contains(guard)) {
        for account in &snapshot.accounts {
            let spot = |region| Spot { guard, account, region, snapshot, eyes };
            let once = once(guard).map(|look| look(&spot(Region::US_EAST_1)));
            let each = each_region(guard).map(|look| {
                let places = account.regions.iter();
                places.flat_map(|place| look(&spot(place.region), place)).collect()
            });
            findings.extend(once.or(each).unwrap_or_default());
        }
    }
    for finding in &mut findings {
        for step in &mut finding.steps {
            step.about.clone_from(&finding.about);
        }
    }
    findings.into_iter().map(|finding| spare_protected(finding, &eyes.wish.protect)).collect()
}

/// What looks at an account as a whole.
fn once(guard: Guard) -> Option<fn(&Spot<'_>) -> Vec<Finding>> {
    Some(match guard {
        Guard::BillingAlarm => billing_alarm::look,
        Guard::Budget => budget::look,
        Guard::CostTags => cost_tags::look,
        Guard::Dashboard => dashboard::look,
        _ => return None,
    })
}

/// What looks at each region of an account.
fn each_region(guard: Guard) -> Option<fn(&Spot<'_>, &Place) -> Vec<Finding>> {
    Some(match guard {
        Guard::EcrLifecycle => ecr_lifecycle::look,
        Guard::ScanOnPush => scan_on_push::look,
        Guard::LogRetention => log_retention::look,
        Guard::Scaling => scaling::look,
        Guard::Deployment => deployment::look,
        Guard::ServiceAlarms => service_alarms::look,
        Guard::ContainerInsights => container_insights::look,
        Guard::PlainSecrets => plain_secrets::look,
        Guard::OpenPorts => open_ports::look,
        Guard::BillingAlarm | Guard::Budget | Guard::CostTags | Guard::Dashboard => return None,
    })
}

/// Nothing that is protected is changed; what is wrong with it is still said.
fn spare_protected(mut finding: Finding, protect: &[String]) -> Finding {
    if !finding.steps.is_empty() && finding.is_named(protect) {
        finding.steps.clear();
        finding.remedy = Some("it is protected: this tool leaves it as it is".to_string());
    }
    finding
}

/// Where a guard looks.
#[derive(Clone, Copy)]
struct Spot<'a> {
    guard: Guard,
    account: &'a Account,
    region: Region,
    /// Everything, for what one region needs to know of the others.
    snapshot: &'a Snapshot,
    eyes: &'a Eyes<'a>,
}

/// What a step is to become, before it has its name and place.
struct Change {
    target: Target,
    before: Option<State>,
    after: Option<State>,
    now: String,
    then: Vec<String>,
    loses: Vec<String>,
    money: Money,
    undo: Undo,
    needs: Vec<String>,
}

impl Spot<'_> {
    fn finding(&self, subject: &str, verdict: Verdict, says: impl Into<String>) -> Finding {
        Finding {
            guard: self.guard,
            account: self.account.id.clone(),
            region: self.region,
            subject: subject.to_string(),
            about: subject.to_string(),
            verdict,
            says: says.into(),
            remedy: None,
            steps: Vec::new(),
        }
    }

    /// What could not be seen, because of this gap.
    fn unknown(&self, subject: &str, gap: &Gap) -> Finding {
        self.finding(subject, Verdict::Unknown, gap.words())
    }

    /// The services that the wish is about, by cluster and name.
    fn services<'p>(&self, place: &'p Place) -> Result<Vec<&'p Service>, Gap> {
        let patterns = &self.eyes.wish.services;
        let wished = |service: &&Service| {
            let name = service_name(service);
            patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern, &name))
        };
        Ok(place.services.as_ref().map_err(Clone::clone)?.iter().filter(wished).collect())
    }

    fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.region.partition(), self.region.code(), self.account.id)
    }

    fn step(&self, change: Change) -> Step {
        Step {
            id: Step::name(&self.account.id, self.region, &change.target),
            guard: self.guard,
            about: String::new(),
            account: self.account.id.clone(),
            region: self.region,
            target: change.target,
            before: change.before,
            after: change.after,
            now: change.now,
            then: change.then,
            loses: change.loses,
            money: change.money,
            undo: change.undo,
            needs: change.needs,
        }
    }
}

impl Finding {
    /// What patterns name it by, if not its subject.
    fn about(mut self, about: &str) -> Finding {
        self.about = about.to_string();
        self
    }

    fn remedy(mut self, remedy: impl Into<String>) -> Finding {
        self.remedy = Some(remedy.into());
        self
    }

    fn step(mut self, step: Step) -> Finding {
        self.steps.push(step);
        self
    }
}

/// `1 image`, `2 images`.
fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// `CLUSTER/SERVICE`.
fn service_name(service: &Service) -> String {
    format!("{}/{}", service.cluster, service.name)
}
