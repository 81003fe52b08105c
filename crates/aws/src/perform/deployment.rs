//! How ECS services roll out: the circuit breaker, healthy percentages and alarms. To change these
//! deploys nothing.

use super::number;
use crate::services::Site;
use crate::{Call, Error};
use aws_sdk_ecs::types as sdk;
use stackcost_model::fixes::State;
use stackcost_model::fixes::setting::{Deployment, DeploymentAlarms};

/// What ECS takes where a service says nothing. Source: API reference, `DeploymentConfiguration`.
const HEALTHY: i32 = 100;
const MOST: i32 = 200;

pub(super) async fn read(site: &Site, cluster: &str, service: &str) -> Result<Option<State>, Error> {
    let found = find(site, cluster, service).await?;
    match writable(&found) {
        Some(deployment) => Ok(Some(State::Deployment(deployment))),
        None => {
            let why = format!("{cluster}/{service} is rolled out by {}: that is not changed", rollout(&found));
            Err(Error::bad_request(Call::DescribeServices, &why))
        }
    }
}

async fn find(site: &Site, cluster: &str, service: &str) -> Result<sdk::Service, Error> {
    let call = Call::DescribeServices;
    let output = site.ask(call, site.reads.ecs().describe_services().cluster(cluster).services(service).send()).await?;
    let there = |found: &sdk::Service| found.service_name.as_deref() == Some(service) && is_there(found);
    let found = output.services.unwrap_or_default().into_iter().find(there);
    found.ok_or_else(|| Error::bad_request(call, &format!("there is no ECS service {cluster}/{service}")))
}

/// ECS shows deleted services for a while.
pub(crate) fn is_there(service: &sdk::Service) -> bool {
    service.status.as_deref() == Some("ACTIVE")
}

/// How a service rolls out; none where somebody else does it, or in a way that is not written here.
pub(crate) fn writable(service: &sdk::Service) -> Option<Deployment> {
    if rollout(service) != ROLLING {
        return None;
    }
    let settings = service.deployment_configuration.as_ref();
    let breaker = settings.and_then(|settings| settings.deployment_circuit_breaker.as_ref());
    let percent = |percent: Option<i32>, without| u32::try_from(percent.unwrap_or(without)).ok();
    Some(Deployment {
        circuit_breaker: breaker.is_some_and(|breaker| breaker.enable),
        rollback: breaker.is_some_and(|breaker| breaker.rollback),
        minimum_healthy: percent(settings.and_then(|settings| settings.minimum_healthy_percent), HEALTHY)?,
        maximum: percent(settings.and_then(|settings| settings.maximum_percent), MOST)?,
        alarms: settings.and_then(|settings| settings.alarms.as_ref()).and_then(alarms),
    })
}

/// ECS may show alarms that there are none of.
fn alarms(alarms: &sdk::DeploymentAlarms) -> Option<DeploymentAlarms> {
    let none = alarms.alarm_names.is_empty() && !alarms.enable;
    (!none).then(|| DeploymentAlarms {
        names: alarms.alarm_names.clone(),
        enable: alarms.enable,
        rollback: alarms.rollback,
    })
}

/// What is written here.
const ROLLING: &str = "ECS rolling";

/// The controller or the strategy of a service in words.
pub(crate) fn rollout(service: &sdk::Service) -> String {
    let controller = service.deployment_controller.as_ref().map(|controller| &controller.r#type);
    let settings = service.deployment_configuration.as_ref();
    let strategy = settings.and_then(|settings| settings.strategy.as_ref());
    let hooks = settings.is_some_and(|settings| !settings.lifecycle_hooks().is_empty());
    let bakes = settings.and_then(|settings| settings.bake_time_in_minutes).is_some_and(|minutes| minutes > 0);
    match (controller, strategy) {
        (Some(other), _) if *other != sdk::DeploymentControllerType::Ecs => other.as_str().to_string(),
        (_, Some(other)) if *other != sdk::DeploymentStrategy::Rolling => other.as_str().to_string(),
        _ if hooks => format!("{ROLLING} with lifecycle hooks"),
        _ if bakes => format!("{ROLLING} with a bake time"),
        // ECS takes other percentages of them: a task on each machine, none beside it.
        _ if service.scheduling_strategy == Some(sdk::SchedulingStrategy::Daemon) => "ECS as a daemon".to_string(),
        _ => ROLLING.to_string(),
    }
}

pub(super) async fn put(site: &Site, cluster: &str, service: &str, wanted: &Deployment) -> Result<(), Error> {
    let call = Call::UpdateService;
    let wrong = |error: aws_sdk_ecs::error::BuildError| Error::bad_request(call, &error.to_string());
    // What this tool does not set is sent as it is, so that it stays.
    let settings = find(site, cluster, service).await?.deployment_configuration;
    let breaker = settings.as_ref().and_then(|settings| settings.deployment_circuit_breaker.clone());
    let breaker = sdk::DeploymentCircuitBreaker::builder()
        .enable(wanted.circuit_breaker)
        .rollback(wanted.rollback)
        .set_reset_on_healthy_task(breaker.as_ref().and_then(|breaker| breaker.reset_on_healthy_task))
        .set_threshold_configuration(breaker.and_then(|breaker| breaker.threshold_configuration));
    let had_alarms = settings.as_ref().is_some_and(|settings| settings.alarms.is_some());
    let alarms = match &wanted.alarms {
        None if !had_alarms => None,
        alarms => {
            let names = alarms.as_ref().map(|alarms| alarms.names.clone()).unwrap_or_default();
            let built = sdk::DeploymentAlarms::builder()
                .set_alarm_names(Some(names))
                .enable(alarms.as_ref().is_some_and(|alarms| alarms.enable))
                .rollback(alarms.as_ref().is_some_and(|alarms| alarms.rollback));
            Some(built.build().map_err(wrong)?)
        }
    };
    let wanted = sdk::DeploymentConfiguration::builder()
        .deployment_circuit_breaker(breaker.build())
        .minimum_healthy_percent(number(call, wanted.minimum_healthy)?)
        .maximum_percent(number(call, wanted.maximum)?)
        .set_early_success_criteria(settings.and_then(|settings| settings.early_success_criteria))
        .set_alarms(alarms)
        .build();
    let put = site.writes.ecs().update_service().cluster(cluster).service(service).deployment_configuration(wanted);
    site.tell(call, || put.clone().send()).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(settings: sdk::DeploymentConfiguration) -> sdk::Service {
        sdk::Service::builder().deployment_configuration(settings).build()
    }

    #[test]
    fn who_rolls_out() {
        let settings = sdk::DeploymentConfiguration::builder;
        let none = sdk::DeploymentAlarms::builder().set_alarm_names(Some(Vec::new())).enable(false).rollback(false);
        let plain = service(settings().alarms(none.build().unwrap()).build());
        let seen = writable(&plain).expect("a plain service");
        assert_eq!((seen.minimum_healthy, seen.maximum, seen.circuit_breaker, seen.alarms), (100, 200, false, None));
        let hook = sdk::DeploymentLifecycleHook::builder().hook_target_arn("arn:aws:lambda:x").build();
        let daemon = sdk::Service::builder().scheduling_strategy(sdk::SchedulingStrategy::Daemon).build();
        for (service, rollout) in [
            (service(settings().strategy(sdk::DeploymentStrategy::BlueGreen).build()), "BLUE_GREEN"),
            (service(settings().lifecycle_hooks(hook).build()), "ECS rolling with lifecycle hooks"),
            (service(settings().bake_time_in_minutes(5).build()), "ECS rolling with a bake time"),
            (daemon, "ECS as a daemon"),
        ] {
            assert_eq!((self::rollout(&service).as_str(), writable(&service)), (rollout, None));
        }
    }
}
