//! How ECS services scale.

use crate::perform::scalable_target::{DIMENSION, NAMESPACE};
use crate::perform::scaling_policy;
use crate::services::Site;
use crate::{Call, Error, pages};
use aws_sdk_applicationautoscaling::types as sdk;
use stackcost_model::fixes::snapshot::{Bounds, SeenPolicy};
use std::collections::BTreeMap;

/// Bounds by resource.
pub(super) async fn targets(site: &Site) -> Result<BTreeMap<String, Bounds>, Error> {
    let call = Call::DescribeScalableTargets;
    let listed = pages::all(call, |token| async {
        let sent = site.reads.scaling().describe_scalable_targets().service_namespace(NAMESPACE);
        let output = site.ask(call, sent.scalable_dimension(DIMENSION).set_next_token(token).send()).await?;
        Ok((output.scalable_targets, output.next_token))
    });
    let bounds = |target: sdk::ScalableTarget| {
        let natural = |value: i32| u32::try_from(value).map_err(|_| Error::no_answer(call, "bounds below zero"));
        let suspended = target.suspended_state.as_ref().is_some_and(suspended);
        let (min, max) = (natural(target.min_capacity)?, natural(target.max_capacity)?);
        Ok((target.resource_id, Bounds { min, max, suspended }))
    };
    listed.await?.into_iter().map(bounds).collect()
}

/// Whether any kind of scaling is.
fn suspended(state: &sdk::SuspendedState) -> bool {
    let kinds =
        [state.dynamic_scaling_in_suspended, state.dynamic_scaling_out_suspended, state.scheduled_scaling_suspended];
    kinds.contains(&Some(true))
}

pub(super) async fn policies(site: &Site) -> Result<Vec<SeenPolicy>, Error> {
    let call = Call::DescribeScalingPolicies;
    let listed = pages::all(call, |token| async {
        let sent = site.reads.scaling().describe_scaling_policies().service_namespace(NAMESPACE);
        let output = site.ask(call, sent.scalable_dimension(DIMENSION).set_next_token(token).send()).await?;
        Ok((output.scaling_policies, output.next_token))
    });
    let seen = |policy: sdk::ScalingPolicy| SeenPolicy {
        resource: policy.resource_id.clone(),
        name: policy.policy_name.clone(),
        tracking: scaling_policy::writable(policy),
    };
    Ok(listed.await?.into_iter().map(seen).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kind_that_is_suspended_is_enough() {
        let state = sdk::SuspendedState::builder;
        assert!(!suspended(&state().build()) && !suspended(&state().scheduled_scaling_suspended(false).build()));
        for state in [
            state().dynamic_scaling_in_suspended(true).scheduled_scaling_suspended(false),
            state().dynamic_scaling_out_suspended(true),
            state().scheduled_scaling_suspended(true),
        ] {
            assert!(suspended(&state.build()));
        }
    }
}
