//! The bounds between which Application Auto Scaling may scale an ECS service. Whether scaling is
//! suspended, and by which role it is done, stays as it is.

use super::number;
use crate::services::Site;
use crate::{Call, Error, pages};
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use stackcost_model::fixes::State;

/// What is scaled of what: the tasks of a service.
pub(crate) const NAMESPACE: ServiceNamespace = ServiceNamespace::Ecs;
pub(crate) const DIMENSION: ScalableDimension = ScalableDimension::EcsServiceDesiredCount;

pub(super) async fn read(site: &Site, resource: &str) -> Result<Option<State>, Error> {
    let call = Call::DescribeScalableTargets;
    let sent = site.reads.scaling().describe_scalable_targets().service_namespace(NAMESPACE);
    let output = site.ask(call, sent.scalable_dimension(DIMENSION).resource_ids(resource).send()).await?;
    let found = output.scalable_targets.unwrap_or_default().into_iter().find(|one| one.resource_id == resource);
    let bounds =
        |min, max| Some(State::ScalableTarget { min: u32::try_from(min).ok()?, max: u32::try_from(max).ok()? });
    match found {
        None => Ok(None),
        Some(found) => {
            let state = bounds(found.min_capacity, found.max_capacity);
            state.map(Some).ok_or_else(|| Error::no_answer(call, "bounds below zero"))
        }
    }
}

pub(super) async fn put(site: &Site, resource: &str, min: u32, max: u32) -> Result<(), Error> {
    let call = Call::RegisterScalableTarget;
    let put = site.writes.scaling().register_scalable_target().service_namespace(NAMESPACE);
    let put = put.scalable_dimension(DIMENSION).resource_id(resource);
    let put = put.min_capacity(number(call, min)?).max_capacity(number(call, max)?);
    site.tell(call, || put.clone().send()).await.map(drop)
}

/// Takes the bounds away, unless anything else still scales by them: AWS would delete it, too.
pub(super) async fn delete(site: &Site, resource: &str) -> Result<(), Error> {
    let others = names(site, resource).await?;
    if !others.is_empty() {
        let names = others.join(", ");
        let why = format!("policies or scheduled actions of others are registered ({names}): it is not deregistered");
        return Err(Error::bad_request(Call::DeregisterScalableTarget, &why));
    }
    let delete = site.writes.scaling().deregister_scalable_target().service_namespace(NAMESPACE);
    let delete = delete.scalable_dimension(DIMENSION).resource_id(resource);
    site.tell(Call::DeregisterScalableTarget, || delete.clone().send()).await.map(drop)
}

/// What is registered with the bounds: policies, then scheduled actions.
async fn names(site: &Site, resource: &str) -> Result<Vec<String>, Error> {
    let scaling = site.reads.scaling();
    let call = Call::DescribeScalingPolicies;
    let policies = pages::all(call, |token| async {
        let sent = scaling.describe_scaling_policies().service_namespace(NAMESPACE).scalable_dimension(DIMENSION);
        let output = site.ask(call, sent.resource_id(resource).set_next_token(token).send()).await?;
        Ok((output.scaling_policies, output.next_token))
    });
    let call = Call::DescribeScheduledActions;
    let actions = pages::all(call, |token| async {
        let sent = scaling.describe_scheduled_actions().service_namespace(NAMESPACE).scalable_dimension(DIMENSION);
        let output = site.ask(call, sent.resource_id(resource).set_next_token(token).send()).await?;
        Ok((output.scheduled_actions, output.next_token))
    });
    let (policies, actions) = futures_util::try_join!(policies, actions)?;
    let policies = policies.into_iter().map(|policy| policy.policy_name);
    Ok(policies.chain(actions.into_iter().map(|action| action.scheduled_action_name)).collect())
}
