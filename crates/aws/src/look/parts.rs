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
    /// Those of running tasks, and what a rollback or a schedule may need.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Call, reads};

    /// What it takes to read a part.
    fn calls(part: Part) -> &'static [Call] {
        match part {
            Part::Repositories => &[Call::DescribeRepositories],
            Part::Images => &[
                Call::GetLifecyclePolicy,
                Call::DescribeImages,
                Call::BatchGetImage,
                // With the images there, ECR is asked for its own opinion.
                Call::StartLifecyclePolicyPreview,
                Call::GetLifecyclePolicyPreview,
            ],
            Part::RegistryScanning => &[Call::GetRegistryScanningConfiguration],
            Part::LogGroups => &[Call::DescribeLogGroups, Call::GetMetricData],
            Part::AccountRetention => &[Call::DescribeAccountPolicies],
            Part::Clusters => &[Call::ListClusters, Call::DescribeClusters],
            Part::Services => &[Call::ListClusters, Call::ListServices, Call::DescribeServices],
            Part::Running => &[Call::ListClusters, Call::ListTasks, Call::DescribeTasks],
            Part::TaskDefinitions => &[Call::DescribeTaskDefinition],
            Part::Revisions => &[Call::ListTaskDefinitionFamilies, Call::ListTaskDefinitions],
            Part::TargetGroups => &[Call::DescribeTargetGroups, Call::DescribeLoadBalancers],
            Part::Alarms | Part::BillingAlarms => &[Call::DescribeAlarms],
            Part::Topics | Part::BillingTopics => {
                &[Call::ListTopics, Call::GetTopicAttributes, Call::ListSubscriptionsByTopic]
            }
            Part::Dashboards => &[Call::ListDashboards, Call::GetDashboard],
            Part::ScalableTargets => &[Call::DescribeScalableTargets],
            Part::ScalingPolicies => &[Call::DescribeScalingPolicies],
            Part::LastCharge => &[Call::GetMetricData],
            Part::Budgets => &[Call::ViewBudget],
            Part::CostTags => &[Call::ListCostAllocationTags],
        }
    }

    #[test]
    fn a_guard_may_read_what_it_needs_and_no_more() {
        for guard in Guard::ALL {
            let needed: BTreeSet<Call> = Part::of_one(guard).iter().flat_map(|part| calls(*part)).copied().collect();
            let allowed: BTreeSet<Call> = reads(guard).iter().copied().collect();
            assert_eq!(needed, allowed, "{guard}");
        }
    }
}
