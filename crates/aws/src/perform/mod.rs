//! Reading and writing one setting. One file a kind of [`Target`]: its two sides next to each other,
//! so that what one gives the other takes.

pub(crate) mod lifecycle;
pub(crate) mod scan_on_push;
pub(crate) mod log_retention;
pub(crate) mod topic;
pub(crate) mod subscription;
pub(crate) mod alarm;
pub(crate) mod dashboard;
pub(crate) mod budget;
pub(crate) mod scalable_target;
pub(crate) mod scaling_policy;
pub(crate) mod deployment;
pub(crate) mod container_insights;
pub(crate) mod cost_tag;

use crate::services::Site;
use crate::{Call, Error};
use stackcost_model::fixes::{State, Target};

/// What a target is set to.
pub(crate) async fn read(site: &Site, target: &Target) -> Result<Option<State>, Error> {
    match target {
        Target::LifecyclePolicy { repository } => lifecycle::read(site, repository).await,
        Target::ScanOnPush { repository } => scan_on_push::read(site, repository).await,
        Target::LogRetention { group } => log_retention::read(site, group).await,
        Target::Topic { name } => topic::read(site, name).await,
        Target::Subscription { topic, protocol, endpoint } => subscription::read(site, topic, protocol, endpoint).await,
        Target::Alarm { name } => alarm::read(site, name).await,
        Target::Dashboard { name } => dashboard::read(site, name).await,
        Target::Budget { name } => budget::read(site, name).await,
        Target::ScalableTarget { resource } => scalable_target::read(site, resource).await,
        Target::ScalingPolicy { resource, name } => scaling_policy::read(site, resource, name).await,
        Target::Deployment { cluster, service } => deployment::read(site, cluster, service).await,
        Target::ContainerInsights { cluster } => container_insights::read(site, cluster).await,
        Target::CostTag { key } => cost_tag::read(site, key).await,
        other => Err(Error::not_done(format!("this version cannot read {other}"))),
    }
}

/// Sets a target from one state to another. What is to be made is made, what is to be gone is
/// deleted.
pub(crate) async fn write(
    site: &Site,
    target: &Target,
    before: Option<&State>,
    after: Option<&State>,
) -> Result<(), Error> {
    use State as S;
    use Target as T;
    match (target, before, after) {
        (T::LifecyclePolicy { repository }, _, Some(S::LifecyclePolicy { text })) => {
            lifecycle::put(site, repository, text).await
        }
        (T::LifecyclePolicy { repository }, _, None) => lifecycle::delete(site, repository).await,
        (T::ScanOnPush { repository }, _, Some(S::ScanOnPush { enabled })) => {
            scan_on_push::put(site, repository, *enabled).await
        }
        (T::LogRetention { group }, _, Some(S::LogRetention { days })) => log_retention::put(site, group, *days).await,
        (T::LogRetention { group }, _, None) => log_retention::delete(site, group).await,
        (T::Topic { name }, None, Some(S::Topic { policy, .. })) => topic::make(site, name, policy).await,
        (T::Topic { name }, Some(_), Some(S::Topic { policy, .. })) => topic::put(site, name, policy).await,
        (T::Topic { name }, before, None) => {
            let wished = match before {
                Some(S::Topic { wished, .. }) => wished.as_slice(),
                _ => &[],
            };
            topic::delete(site, name, wished).await
        }
        (T::Subscription { topic, protocol, endpoint }, _, Some(S::Subscription)) => {
            subscription::make(site, topic, protocol, endpoint).await
        }
        (T::Subscription { topic, protocol, endpoint }, _, None) => {
            subscription::delete(site, topic, protocol, endpoint).await
        }
        (T::Alarm { name }, _, Some(S::Alarm(alarm))) => alarm::put(site, name, alarm).await,
        (T::Alarm { name }, _, None) => alarm::delete(site, name).await,
        (T::Dashboard { name }, _, Some(S::Dashboard { body })) => dashboard::put(site, name, body).await,
        (T::Dashboard { name }, _, None) => dashboard::delete(site, name).await,
        (T::Budget { name }, None, Some(S::Budget(budget))) => budget::make(site, name, budget).await,
        (T::Budget { name }, Some(S::Budget(before)), Some(S::Budget(after))) => {
            budget::change(site, name, before, after).await
        }
        (T::Budget { name }, _, None) => budget::delete(site, name).await,
        (T::ScalableTarget { resource }, _, Some(S::ScalableTarget { min, max })) => {
            scalable_target::put(site, resource, *min, *max).await
        }
        (T::ScalableTarget { resource }, _, None) => scalable_target::delete(site, resource).await,
        (T::ScalingPolicy { resource, name }, _, Some(S::ScalingPolicy(tracking))) => {
            scaling_policy::put(site, resource, name, tracking).await
        }
        (T::ScalingPolicy { resource, name }, _, None) => scaling_policy::delete(site, resource, name).await,
        (T::Deployment { cluster, service }, _, Some(S::Deployment(deployment))) => {
            deployment::put(site, cluster, service, deployment).await
        }
        (T::ContainerInsights { cluster }, _, Some(S::ContainerInsights { value })) => {
            container_insights::put(site, cluster, value).await
        }
        (T::CostTag { key }, _, Some(S::CostTag { active })) => cost_tag::put(site, key, *active).await,
        (other, _, None) => Err(Error::not_done(format!("{other}: there is always a setting, it cannot be deleted"))),
        (other, ..) => Err(Error::not_done(format!("{other} cannot be set to that by this version"))),
    }
}

/// A number as the SDK has it.
fn number(call: Call, value: u32) -> Result<i32, Error> {
    i32::try_from(value).map_err(|_| Error::bad_request(call, &format!("{value} is too large")))
}

/// What is there, or nothing where AWS says with one of these codes that it is not.
fn found<T>(asked: Result<T, Error>, not_there: &[&str]) -> Result<Option<T>, Error> {
    match asked {
        Ok(found) => Ok(Some(found)),
        Err(error) if not_there.iter().any(|code| error.is_code(code)) => Ok(None),
        Err(error) => Err(error),
    }
}
