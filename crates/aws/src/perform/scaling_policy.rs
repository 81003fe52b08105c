//! Target tracking policies of ECS services, by a metric that AWS defines.

use super::number;
use super::scalable_target::{DIMENSION, NAMESPACE};
use crate::services::Site;
use crate::{Call, Error, number as decimal};
use aws_sdk_applicationautoscaling::types as sdk;
use stackcost_model::fixes::State;
use stackcost_model::fixes::setting::TargetTracking;

pub(super) async fn read(site: &Site, resource: &str, name: &str) -> Result<Option<State>, Error> {
    let call = Call::DescribeScalingPolicies;
    let sent = site.reads.scaling().describe_scaling_policies().service_namespace(NAMESPACE);
    let sent = sent.scalable_dimension(DIMENSION).resource_id(resource).policy_names(name);
    let output = site.ask(call, sent.send()).await?;
    let found = output.scaling_policies.unwrap_or_default().into_iter().find(|one| one.policy_name == name);
    match found.map(writable) {
        None => Ok(None),
        Some(Some(tracking)) => Ok(Some(State::ScalingPolicy(tracking))),
        Some(None) => {
            let why = format!("the policy {name} is not target tracking by a metric that AWS defines");
            Err(Error::bad_request(call, &why))
        }
    }
}

/// A policy as it can be put again; none when it is of another kind.
pub(crate) fn writable(policy: sdk::ScalingPolicy) -> Option<TargetTracking> {
    let tracking = policy.target_tracking_scaling_policy_configuration?;
    if tracking.customized_metric_specification.is_some() {
        return None;
    }
    let metric = tracking.predefined_metric_specification?;
    let seconds = |seconds: Option<i32>| seconds.map(u32::try_from).transpose().ok();
    Some(TargetTracking {
        metric: metric.predefined_metric_type.as_str().to_string(),
        resource_label: metric.resource_label.filter(|label| !label.is_empty()),
        target: decimal::text(tracking.target_value),
        scale_out_cooldown: seconds(tracking.scale_out_cooldown)?,
        scale_in_cooldown: seconds(tracking.scale_in_cooldown)?,
        disable_scale_in: tracking.disable_scale_in.unwrap_or_default(),
    })
}

pub(super) async fn put(site: &Site, resource: &str, name: &str, tracking: &TargetTracking) -> Result<(), Error> {
    let call = Call::PutScalingPolicy;
    let wrong = |error: aws_sdk_applicationautoscaling::error::BuildError| Error::bad_request(call, &error.to_string());
    let no_number = || Error::bad_request(call, &format!("`{}` is not a decimal number", tracking.target));
    let metric = sdk::PredefinedMetricSpecification::builder()
        .predefined_metric_type(tracking.metric.as_str().into())
        .set_resource_label(tracking.resource_label.clone())
        .build()
        .map_err(wrong)?;
    let seconds = |seconds: Option<u32>| seconds.map(|seconds| number(call, seconds)).transpose();
    let settings = sdk::TargetTrackingScalingPolicyConfiguration::builder()
        .target_value(decimal::parse(&tracking.target).ok_or_else(no_number)?)
        .predefined_metric_specification(metric)
        .set_scale_out_cooldown(seconds(tracking.scale_out_cooldown)?)
        .set_scale_in_cooldown(seconds(tracking.scale_in_cooldown)?)
        .disable_scale_in(tracking.disable_scale_in)
        .build()
        .map_err(wrong)?;
    let put = site.writes.scaling().put_scaling_policy().policy_name(name).service_namespace(NAMESPACE);
    let put = put.scalable_dimension(DIMENSION).resource_id(resource);
    let put = put.policy_type(sdk::PolicyType::TargetTrackingScaling);
    let put = put.target_tracking_scaling_policy_configuration(settings);
    site.tell(call, || put.clone().send()).await.map(drop)
}

pub(super) async fn delete(site: &Site, resource: &str, name: &str) -> Result<(), Error> {
    let delete = site.writes.scaling().delete_scaling_policy().policy_name(name).service_namespace(NAMESPACE);
    let delete = delete.scalable_dimension(DIMENSION).resource_id(resource);
    site.tell(Call::DeleteScalingPolicy, || delete.clone().send()).await.map(drop)
}
