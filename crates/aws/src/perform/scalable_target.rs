//! The bounds between which Application Auto Scaling may scale an ECS service. Whether scaling is
//! suspended, and by which role it is done, stays as it is.

use super::number;
use crate::services::Site;
use crate::{Call, Error};
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

pub(super) async fn delete(site: &Site, resource: &str) -> Result<(), Error> {
    let delete = site.writes.scaling().deregister_scalable_target().service_namespace(NAMESPACE);
    let delete = delete.scalable_dimension(DIMENSION).resource_id(resource);
    site.tell(Call::DeregisterScalableTarget, || delete.clone().send()).await.map(drop)
}
