//! ECS: clusters, services, what runs, and the task definitions of it.

use super::{Look, Part, each, flat, gap, load_balancers};
use crate::perform::{container_insights, deployment};
use crate::services::Site;
use crate::{Call, Error, pages};
use aws_sdk_ecs::types as sdk;
use stackcost_model::fixes::snapshot::{Cluster, Container, RunningImage, Service, TargetGroup, TaskDefinition};
use stackcost_model::fixes::{Gap, Seen};
use std::collections::BTreeSet;

/// How many of them one call describes. Source: API reference, `DescribeClusters`,
/// `DescribeServices`, `DescribeTasks`.
const CLUSTERS: usize = 100;
const SERVICES: usize = 10;
const TASKS: usize = 100;

/// What a region has of containers.
pub(super) struct Containers {
    pub(super) clusters: Seen<Vec<Cluster>>,
    pub(super) services: Seen<Vec<Service>>,
    pub(super) task_definitions: Seen<Vec<TaskDefinition>>,
    pub(super) running: Seen<Vec<RunningImage>>,
    pub(super) target_groups: Seen<Vec<TargetGroup>>,
}

/// One thing leads to the next: clusters to services and tasks, those to task definitions and
/// target groups.
pub(super) async fn containers(look: &Look<'_>, site: &Site) -> Containers {
    // Nothing is asked for that nobody needs.
    let asked = [Part::Clusters, Part::Services, Part::Running].iter().any(|part| look.parts.contains(part));
    let arns = if asked { cluster_arns(site).await } else { Ok(Vec::new()) };
    // Without clusters nothing of what they hold is known.
    let arns = arns.as_deref().map_err(Clone::clone);
    let clusters = look.list(Part::Clusters, site, "ECS clusters", async { clusters(site, arns.clone()?).await });
    let services = look.list(Part::Services, site, "ECS services", async { services(site, arns.clone()?).await });
    let tasks = look.list(Part::Running, site, "running tasks", async { tasks(site, arns.clone()?).await });
    let (clusters, services, tasks) = futures_util::join!(clusters, services, tasks);

    let definitions = task_definitions(look, site, &services, &tasks);
    let groups = target_groups(look, site, &services);
    let (task_definitions, target_groups) = futures_util::join!(definitions, groups);
    Containers {
        clusters,
        services: services.map(|services| services.iter().map(service).collect()),
        running: tasks.map(|tasks| running(&tasks).into_iter().collect()),
        task_definitions,
        target_groups,
    }
}

async fn cluster_arns(site: &Site) -> Result<Vec<String>, Error> {
    let call = Call::ListClusters;
    pages::all(call, |token| async {
        let output = site.ask(call, site.reads.ecs().list_clusters().max_results(100).set_next_token(token).send());
        let output = output.await?;
        Ok((output.cluster_arns, output.next_token))
    })
    .await
}

async fn clusters(site: &Site, arns: &[String]) -> Result<Vec<Cluster>, Error> {
    let described = each(site, arns.chunks(CLUSTERS), |some| async {
        let sent = site.reads.ecs().describe_clusters().set_clusters(Some(some.to_vec()));
        let output = site.ask(Call::DescribeClusters, sent.include(sdk::ClusterField::Settings).send()).await?;
        Ok(output.clusters.unwrap_or_default())
    });
    let there = flat(described.await)?.into_iter().filter(|cluster| cluster.status.as_deref() != Some("INACTIVE"));
    let seen = |cluster: sdk::Cluster| {
        let insights = container_insights::value(&cluster);
        let name = cluster.cluster_name;
        Ok(Cluster { name: name.ok_or_else(|| half(Call::DescribeClusters, "a cluster"))?, insights })
    };
    there.map(seen).collect()
}

fn half(call: Call, what: &str) -> Error {
    Error::no_answer(call, &format!("half of {what}"))
}

/// What a list of a cluster gives; nothing of one that is gone since.
fn of_cluster<T>(listed: Result<Vec<T>, Error>) -> Result<Vec<T>, Error> {
    match listed {
        Err(error) if error.is_code("ClusterNotFoundException") => Ok(Vec::new()),
        listed => listed,
    }
}

async fn services(site: &Site, clusters: &[String]) -> Result<Vec<sdk::Service>, Error> {
    let of_each = each(site, clusters, |cluster| async move {
        let call = Call::ListServices;
        let listed = pages::all(call, |token| async {
            let sent = site.reads.ecs().list_services().cluster(cluster).max_results(100).set_next_token(token);
            let output = site.ask(call, sent.send()).await?;
            Ok((output.service_arns, output.next_token))
        });
        let arns = of_cluster(listed.await)?;
        let described = each(site, arns.chunks(SERVICES), |some| async {
            let sent = site.reads.ecs().describe_services().cluster(cluster).set_services(Some(some.to_vec()));
            let output = site.ask(Call::DescribeServices, sent.send()).await?;
            Ok(output.services.unwrap_or_default())
        });
        flat(described.await)
    });
    let mut services = flat(of_each.await)?;
    services.retain(deployment::is_there);
    // What cannot be named is no service, and would be missed.
    let whole = |service: &sdk::Service| {
        service.service_name.is_some() && service.cluster_arn.is_some() && definitions(service).next().is_some()
    };
    match services.iter().all(whole) {
        true => Ok(services),
        false => Err(half(Call::DescribeServices, "a service")),
    }
}

/// The task definitions of a service, the foremost first; one that somebody else deploys has them
/// in task sets.
fn definitions(service: &sdk::Service) -> impl Iterator<Item = &str> {
    let of_sets = service.task_sets().iter().filter_map(|set| set.task_definition.as_deref());
    service.task_definition.as_deref().into_iter().chain(of_sets)
}

fn service(service: &sdk::Service) -> Service {
    let network = service.network_configuration.as_ref().and_then(|network| network.awsvpc_configuration.as_ref());
    let balancers = service.load_balancers().iter();
    let cluster = service.cluster_arn.as_deref().unwrap_or_default();
    Service {
        cluster: cluster.rsplit('/').next().unwrap_or_default().to_string(),
        name: service.service_name.clone().unwrap_or_default(),
        task_definition: definitions(service).next().unwrap_or_default().to_string(),
        desired: u32::try_from(service.desired_count).unwrap_or_default(),
        deployment: deployment::writable(service),
        rollout: deployment::rollout(service),
        target_groups: balancers.filter_map(|balancer| balancer.target_group_arn.clone()).collect(),
        security_groups: network.map(|network| network.security_groups().to_vec()).unwrap_or_default(),
    }
}

async fn tasks(site: &Site, clusters: &[String]) -> Result<Vec<sdk::Task>, Error> {
    let of_each = each(site, clusters, |cluster| async move {
        let call = Call::ListTasks;
        let listed = pages::all(call, |token| async {
            let sent = site.reads.ecs().list_tasks().cluster(cluster).max_results(100).set_next_token(token);
            let output = site.ask(call, sent.send()).await?;
            Ok((output.task_arns, output.next_token))
        });
        let arns = of_cluster(listed.await)?;
        let described = each(site, arns.chunks(TASKS), |some| async {
            let sent = site.reads.ecs().describe_tasks().cluster(cluster).set_tasks(Some(some.to_vec()));
            let output = site.ask(Call::DescribeTasks, sent.send()).await?;
            Ok(output.tasks.unwrap_or_default())
        });
        flat(described.await)
    });
    flat(of_each.await)
}

fn running(tasks: &[sdk::Task]) -> BTreeSet<RunningImage> {
    let containers = tasks.iter().flat_map(sdk::Task::containers);
    let image = |container: &sdk::Container| {
        Some(RunningImage { image: container.image.clone()?, digest: container.image_digest.clone() })
    };
    containers.filter_map(image).collect()
}

async fn target_groups(look: &Look<'_>, site: &Site, services: &Seen<Vec<sdk::Service>>) -> Seen<Vec<TargetGroup>> {
    if !look.parts.contains(&Part::TargetGroups) {
        return Err(Gap::NotAsked);
    }
    let services = services.as_ref().map_err(Clone::clone)?;
    let used = services.iter().flat_map(sdk::Service::load_balancers);
    let used: BTreeSet<String> = used.filter_map(|balancer| balancer.target_group_arn.clone()).collect();
    look.list(Part::TargetGroups, site, "target groups", load_balancers::target_groups(site, &used)).await
}

/// Those that services use; and if it was asked for, those that run or are being deployed, and the
/// newest of all families: what is run by a schedule belongs to no service, and may not run now.
async fn task_definitions(
    look: &Look<'_>,
    site: &Site,
    services: &Seen<Vec<sdk::Service>>,
    tasks: &Seen<Vec<sdk::Task>>,
) -> Seen<Vec<TaskDefinition>> {
    if !look.parts.contains(&Part::TaskDefinitions) {
        return Err(Gap::NotAsked);
    }
    let services = services.as_ref().map_err(Clone::clone)?;
    let mut arns: BTreeSet<String> = services.iter().flat_map(definitions).map(str::to_string).collect();
    if look.parts.contains(&Part::Revisions) {
        let tasks = tasks.as_ref().map_err(Clone::clone)?;
        let deployed = services.iter().flat_map(sdk::Service::deployments);
        arns.extend(deployed.filter_map(|deployment| deployment.task_definition.clone()));
        arns.extend(tasks.iter().filter_map(|task| task.task_definition_arn.clone()));
        let families = families(site).await.map_err(gap)?;
        // Without a wish to roll back, the newest is still what is run next.
        let newest = usize::try_from(look.wish.ecr.rollback_revisions.max(1)).unwrap_or(usize::MAX);
        let revisions = each(site, &families, |family| revisions(site, family, newest)).await;
        arns.extend(flat(revisions).map_err(gap)?);
    }
    let described = async {
        each(site, &arns, |arn| described(site, arn)).await.into_iter().collect::<Result<Vec<TaskDefinition>, Error>>()
    };
    look.list(Part::TaskDefinitions, site, "task definitions", described).await
}

/// `api` of `arn:aws:ecs:eu-west-1:123456789012:task-definition/api:7`.
fn family(arn: &str) -> &str {
    let name = arn.rsplit('/').next().unwrap_or(arn);
    name.rsplit_once(':').map_or(name, |(family, _)| family)
}

/// The families that have a revision which can still be run; of any other there is none to read.
async fn families(site: &Site) -> Result<BTreeSet<String>, Error> {
    let call = Call::ListTaskDefinitionFamilies;
    let active = sdk::TaskDefinitionFamilyStatus::Active;
    let listed = pages::all(call, |token| async {
        let sent = site.reads.ecs().list_task_definition_families().status(active.clone()).max_results(100);
        let output = site.ask(call, sent.set_next_token(token).send()).await?;
        Ok((output.families, output.next_token))
    });
    Ok(listed.await?.into_iter().collect())
}

/// The newest revisions of a family that can still be deployed.
async fn revisions(site: &Site, family: &str, newest: usize) -> Result<Vec<String>, Error> {
    let call = Call::ListTaskDefinitions;
    let mut found: Vec<(u32, String)> = Vec::new();
    let mut token = None;
    while found.len() < newest {
        let sent = site.reads.ecs().list_task_definitions().family_prefix(family).sort(sdk::SortOrder::Desc);
        let sent = sent.status(sdk::TaskDefinitionStatus::Active).set_next_token(token);
        let output = site.ask(call, sent.send()).await?;
        let listed = output.task_definition_arns.unwrap_or_default().into_iter();
        // Another server than AWS may take the family as the beginning of a name.
        let of_it = listed.filter(|arn| self::family(arn) == family);
        found.extend(of_it.filter_map(|arn| Some((arn.rsplit(':').next()?.parse().ok()?, arn))));
        token = output.next_token.filter(|next| !next.is_empty());
        if token.is_none() {
            break;
        }
    }
    // Nor does every server sort.
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.truncate(newest);
    Ok(found.into_iter().map(|(_, arn)| arn).collect())
}

async fn described(site: &Site, arn: &str) -> Result<TaskDefinition, Error> {
    let call = Call::DescribeTaskDefinition;
    let output = site.ask(call, site.reads.ecs().describe_task_definition().task_definition(arn).send()).await?;
    let found = output.task_definition.ok_or_else(|| half(call, "a task definition"))?;
    let containers = found.container_definitions.unwrap_or_default().into_iter().map(container);
    let seen = Some(()).and_then(|()| {
        Some(TaskDefinition {
            arn: found.task_definition_arn?,
            family: found.family?,
            revision: u32::try_from(found.revision).ok()?,
            containers: containers.collect(),
        })
    });
    seen.ok_or_else(|| half(call, "a task definition"))
}

/// A container; of its variables the names alone are kept.
fn container(container: sdk::ContainerDefinition) -> Container {
    let filled = |one: &sdk::KeyValuePair| one.value.as_ref().is_some_and(|value| !value.is_empty());
    let variables = container.environment.unwrap_or_default().into_iter().filter(filled);
    Container {
        name: container.name.unwrap_or_default(),
        image: container.image.unwrap_or_default(),
        environment: variables.filter_map(|one| one.name).collect(),
        secrets: container.secrets.unwrap_or_default().into_iter().map(|secret| secret.name).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_of_task_definitions() {
        assert_eq!(family("arn:aws:ecs:eu-west-1:123456789012:task-definition/api:7"), "api");
        assert_eq!(family("api:7"), "api");
        assert_eq!(family("api"), "api");
    }

    #[test]
    fn every_task_set_has_its_task_definition() {
        let set = |arn: &str| sdk::TaskSet::builder().task_definition(arn).build();
        let service = sdk::Service::builder().task_sets(set("api:7")).task_sets(set("api:8"));
        assert!(definitions(&service.clone().build()).eq(["api:7", "api:8"]));
        assert!(definitions(&service.task_definition("api:9").build()).eq(["api:9", "api:7", "api:8"]));
    }

    #[test]
    fn values_of_variables_are_dropped() {
        let pair = |name: &str, value: &str| sdk::KeyValuePair::builder().name(name).value(value).build();
        let built = sdk::ContainerDefinition::builder().name("api").image("api:1");
        let built = built.environment(pair("PASSWORD", "hunter2")).environment(pair("EMPTY", "")).build();
        let seen = container(built);
        assert_eq!(seen.environment, ["PASSWORD"]);
        assert!(!format!("{seen:?}").contains("hunter2"));
    }
}
