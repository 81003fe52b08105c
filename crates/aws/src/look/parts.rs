//! What each guard needs to be read.

use stackcost_model::fixes::Guard;
use std::collections::BTreeSet;

/// A part of an account that can be read by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Repositories,
    /// Images and lifecycle policies of the repositories.
    Images,
    RegistryScanning,
    LogGroups,
    AccountRetention,
    Clusters,
    Services,
    Running,
    /// Task definitions of services.
    TaskDefinitions,
    /// Those of running tasks, and what a rollback may need.
    Revisions,
    TargetGroups,
    Alarms,
    Topics,
    Dashboards,
    ScalableTargets,
    ScalingPolicies,
    BillingAlarms,
    BillingTopics,
    LastCharge,
    Budgets,
    CostTags,
}

impl Part {
    /// What all these guards need together.
    pub(crate) fn of(guards: &BTreeSet<Guard>) -> BTreeSet<Part> {
        guards.iter().flat_map(|guard| Part::of_one(*guard)).copied().collect()
    }

    fn of_one(guard: Guard) -> &'static [Part] {
        match guard {
            Guard::EcrLifecycle => &[
                Part::Repositories,
                Part::Images,
                Part::Services,
                Part::Running,
                Part::TaskDefinitions,
                Part::Revisions,
            ],
            Guard::ScanOnPush => &[Part::Repositories, Part::RegistryScanning],
            Guard::LogRetention => &[Part::LogGroups, Part::AccountRetention],
            Guard::BillingAlarm => &[Part::BillingAlarms, Part::BillingTopics, Part::LastCharge],
            Guard::Budget => &[Part::Budgets],
            Guard::CostTags => &[Part::CostTags],
            Guard::Scaling => &[Part::Services, Part::ScalableTargets, Part::ScalingPolicies],
            Guard::Deployment => &[Part::Services],
            Guard::ServiceAlarms => &[Part::Services, Part::TargetGroups, Part::Alarms, Part::Topics],
            Guard::Dashboard => &[Part::Services, Part::TargetGroups, Part::Dashboards],
            // What it costs depends on how many services there are.
            Guard::ContainerInsights => &[Part::Clusters, Part::Services],
            Guard::PlainSecrets => &[Part::Services, Part::TaskDefinitions],
            Guard::OpenPorts => &[Part::Services, Part::TargetGroups],
        }
    }
}
