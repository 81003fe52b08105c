//! Which calls a guard takes: what `stackcost iam fix` allows.

use crate::Call;
use stackcost_model::fixes::Guard;

/// The calls that a guard looks with.
#[must_use]
pub const fn reads(guard: Guard) -> &'static [Call] {
    match guard {
        Guard::EcrLifecycle => &[
            Call::DescribeRepositories,
            Call::GetLifecyclePolicy,
            Call::DescribeImages,
            Call::BatchGetImage,
            Call::StartLifecyclePolicyPreview,
            Call::GetLifecyclePolicyPreview,
            Call::ListClusters,
            Call::ListServices,
            Call::DescribeServices,
            Call::ListTasks,
            Call::DescribeTasks,
            Call::ListTaskDefinitionFamilies,
            Call::ListTaskDefinitions,
            Call::DescribeTaskDefinition,
        ],
        Guard::ScanOnPush => &[Call::DescribeRepositories, Call::GetRegistryScanningConfiguration],
        Guard::LogRetention => &[Call::DescribeLogGroups, Call::DescribeAccountPolicies, Call::GetMetricData],
        Guard::BillingAlarm => &[
            Call::GetMetricData,
            Call::DescribeAlarms,
            Call::ListTopics,
            Call::GetTopicAttributes,
            Call::ListSubscriptionsByTopic,
        ],
        Guard::Budget => &[Call::ViewBudget],
        Guard::CostTags => &[Call::ListCostAllocationTags],
        Guard::Scaling => &[
            Call::ListClusters,
            Call::ListServices,
            Call::DescribeServices,
            Call::DescribeScalableTargets,
            Call::DescribeScalingPolicies,
        ],
        Guard::Deployment => &[Call::ListClusters, Call::ListServices, Call::DescribeServices],
        Guard::ServiceAlarms => &[
            Call::ListClusters,
            Call::ListServices,
            Call::DescribeServices,
            Call::DescribeTargetGroups,
            Call::DescribeLoadBalancers,
            Call::DescribeAlarms,
            Call::ListTopics,
            Call::GetTopicAttributes,
            Call::ListSubscriptionsByTopic,
        ],
        Guard::Dashboard => &[
            Call::ListClusters,
            Call::ListServices,
            Call::DescribeServices,
            Call::DescribeTargetGroups,
            Call::DescribeLoadBalancers,
            Call::ListDashboards,
            Call::GetDashboard,
        ],
        Guard::ContainerInsights => {
            &[Call::ListClusters, Call::DescribeClusters, Call::ListServices, Call::DescribeServices]
        }
        Guard::PlainSecrets => {
            &[Call::ListClusters, Call::ListServices, Call::DescribeServices, Call::DescribeTaskDefinition]
        }
        Guard::OpenPorts => &[
            Call::ListClusters,
            Call::ListServices,
            Call::DescribeServices,
            Call::DescribeTargetGroups,
            Call::DescribeLoadBalancers,
        ],
    }
}

/// The calls that its steps take, and those that take the steps back: also what these read to see
/// that nothing of others goes with what is deleted.
#[must_use]
pub const fn writes(guard: Guard) -> &'static [Call] {
    match guard {
        Guard::EcrLifecycle => &[Call::PutLifecyclePolicy, Call::DeleteLifecyclePolicy],
        Guard::ScanOnPush => &[Call::PutImageScanningConfiguration],
        Guard::LogRetention => &[Call::PutRetentionPolicy, Call::DeleteRetentionPolicy],
        Guard::BillingAlarm | Guard::ServiceAlarms => &[
            Call::PutMetricAlarm,
            Call::DeleteAlarms,
            Call::CreateTopic,
            Call::SetTopicAttributes,
            Call::ListSubscriptionsByTopic,
            Call::DeleteTopic,
            Call::Subscribe,
            Call::Unsubscribe,
        ],
        Guard::Budget => &[Call::ModifyBudget],
        Guard::CostTags => &[Call::UpdateCostAllocationTagsStatus],
        // Application Auto Scaling asks ECS and CloudWatch with the caller's own permissions (its
        // user guide, "Permissions to work with target resources").
        Guard::Scaling => &[
            Call::RegisterScalableTarget,
            Call::DescribeScalingPolicies,
            Call::DescribeScheduledActions,
            Call::DeregisterScalableTarget,
            Call::PutScalingPolicy,
            Call::DeleteScalingPolicy,
            Call::UpdateService,
            Call::DescribeAlarms,
            Call::PutMetricAlarm,
            Call::DeleteAlarms,
        ],
        Guard::Deployment => &[Call::UpdateService],
        Guard::Dashboard => &[Call::PutDashboard, Call::DeleteDashboards],
        Guard::ContainerInsights => &[Call::UpdateClusterSettings],
        Guard::PlainSecrets | Guard::OpenPorts => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_call_of_fixes_is_of_some_guard() {
        let taken = |guard| reads(guard).iter().chain(writes(guard)).copied();
        let taken: BTreeSet<Call> = Guard::ALL.into_iter().flat_map(taken).collect();
        let there: BTreeSet<Call> = Call::ALL.into_iter().filter(|call| call.verb() == "fix").collect();
        assert_eq!(taken, there);
    }

    #[test]
    fn no_guard_writes_while_it_looks() {
        for guard in Guard::ALL {
            for call in reads(guard) {
                let (_, operation) = call.action().split_once(':').unwrap();
                let words = ["Describe", "Get", "List", "BatchGet", "View", "StartLifecyclePolicyPreview"];
                assert!(words.iter().any(|word| operation.starts_with(word)), "{guard} {operation}");
            }
        }
    }
}
