"""ECS: services that run, with their tasks and the images of these, and all that moto forgets of a service.

A service has as many tasks as it desires, at once. A container's image digest is that of its tag when the
task began, or as soon as the image is in ECR; of an index it is the digest of the index.

`POST /double/state` takes
* "ecs_tasks": [{"cluster", "task_arn" or "service", "container", "image_digest"}]: what a container runs; for
  a service, in its tasks of now
"""

import itertools
import re

from moto.ecs.models import Task
from moto.moto_api import state_manager
from wire import Refused, backend, page

ECR = re.compile(r"(\d{12})\.dkr\.ecr\.([^.]+)\.amazonaws\.com/([^:@]+)(?::([^@]+))?(?:@(.+))?")
KEPT = {
    "capacityProviderStrategy": "capacity_provider_strategy",
    "enableExecuteCommand": "enable_execute_command",
    "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
    "enableECSManagedTags": "enable_ecs_managed_tags",
}
DEPLOYMENT = {
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
}

# A task that moto is asked about comes nearer to its end; here it runs until it is stopped.
state_manager.set_transition("ecs::task", {"progression": "manual", "times": 1_000_000_000})


def refuse(message):
    raise Refused(message, "InvalidParameterException")


def cluster(call):
    return call.backend()._get_cluster(call.asked.get("cluster", "default"))


def service(call, name):
    return call.backend()._get_service(call.asked.get("cluster", "default"), name.split("/")[-1])


def definition(call):
    return call.backend().describe_task_definition(call.asked["taskDefinition"])


def network(call):
    """moto wants security groups; AWS takes those of the VPC."""
    network = call.asked.get("networkConfiguration")
    if network:
        network["awsvpcConfiguration"].setdefault("securityGroups", [])
    return network


def strategy(call):
    for each in call.asked.get("capacityProviderStrategy", []):
        if each["capacityProvider"] not in (cluster(call).capacity_providers or []):
            refuse("The capacity provider strategy cannot contain one that is not associated with the cluster.")


def create_service(call):
    asked = call.asked
    strategy(call)
    if not network(call) and definition(call).network_mode == "awsvpc":
        refuse("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    call.said()
    made = service(call, asked["serviceName"])
    for name, kept in KEPT.items():
        setattr(made, kept, asked.get(name))
    made.deployment_configuration = DEPLOYMENT | asked.get("deploymentConfiguration", {})
    made.platform_version = asked.get("platformVersion", "LATEST")
    return settled(call, made)


def update_service(call):
    asked, known = call.asked, service(call, call.asked["service"])
    strategy(call)
    network(call)
    if "capacityProviderStrategy" in asked and not asked.get("forceNewDeployment"):
        refuse("A change of the capacity provider strategy needs a forced new deployment.")
    if "deploymentConfiguration" in asked:
        asked["deploymentConfiguration"] = known.deployment_configuration | asked["deploymentConfiguration"]
    call.said()
    return settled(call, known, asked.get("forceNewDeployment", False))


def delete_service(call):
    call.said()
    known = service(call, call.asked["service"])
    known.desired_count = 0
    return settled(call, known)


def settled(call, known, anew=False):
    """The service as it is when its deployment is over; `anew` replaces all its tasks."""
    ecs = call.backend()
    task_definition = ecs.describe_task_definition(known.task_definition)
    known.task_definition = task_definition.arn
    known.running_count, known.pending_count = known.desired_count, 0
    if known.capacity_provider_strategy:
        known.launch_type = None
    for deployment in known.deployments:
        deployment |= {
            "taskDefinition": known.task_definition,
            "desiredCount": known.desired_count,
            "runningCount": known.running_count,
            "pendingCount": 0,
            "launchType": known.launch_type,
            "capacityProviderStrategy": known.capacity_provider_strategy,
            "rolloutState": "COMPLETED",
        }
    tasks = ecs.tasks.setdefault(known.cluster_name, {})
    running = [task for task in tasks.values() if task.group == f"service:{known.name}" and is_running(task)]
    staying = [task for task in running if task.task_definition_arn == known.task_definition and not anew]
    staying = staying[: known.running_count]
    for task in running:
        if task not in staying:
            task.desired_status = task.last_status = "STOPPED"
    begin(
        ecs, ecs.clusters[known.cluster_name], task_definition, known.running_count - len(staying),
        known.capacity_provider_strategy,
        group=f"service:{known.name}",
        launch_type=known.launch_type or "FARGATE",
        started_by=known.deployments[0]["id"] if known.deployments else "",
        networking_configuration=known.network_configuration or None,
    )
    asked = {"cluster": known.cluster_name, "services": [known.name]}
    return {"service": call.said("DescribeServices", asked)["services"][0]}


def is_running(task):
    return task.desired_status == "RUNNING"


def begin(ecs, cluster, definition, count, strategy, **of):
    """So many tasks, on capacity as the strategy divides it."""
    based = [each["capacityProvider"] for each in strategy or [] for _ in range(each.get("base", 0))]
    weighted = [each["capacityProvider"] for each in strategy or [] for _ in range(each.get("weight", 0))]
    providers = itertools.chain(based, itertools.cycle(weighted or [None]))
    begun = []
    for provider in itertools.islice(providers, count):
        task = Task(cluster, definition, None, {}, ecs, capacity_provider_name=provider, **of)
        ecs.tasks.setdefault(cluster.name, {})[task.task_arn] = task
        look_up(task)
        begun.append(task.task_arn)
    return begun


def look_up(task):
    """What the containers run, where that is not known yet."""
    task.digests = getattr(task, "digests", {})
    definition = task._backend.describe_task_definition(task.task_definition_arn)
    for container in definition.container_definitions:
        found = ECR.fullmatch(container["image"])
        if found and container["name"] not in task.digests:
            account, region, name, tag, digest = found.groups()
            repository = backend("ecr", account, region).repositories.get(name)
            images = repository.images if repository else []
            of_tag = [image.image_digest for image in images if (tag or "latest") in image.image_tags]
            if digest or of_tag:
                task.digests[container["name"]] = digest or of_tag[0]
    return definition.container_definitions


def with_containers(call, said):
    """moto knows only the first container of a task."""
    for each in said["tasks"]:
        task = found_task(call, each["taskArn"])
        each["containers"] = [
            {
                "containerArn": f"{task.task_arn.replace(':task/', ':container/')}/{container['name']}",
                "taskArn": task.task_arn,
                "name": container["name"],
                "image": container["image"],
                "lastStatus": task.last_status,
            }
            | ({"imageDigest": task.digests[container["name"]]} if container["name"] in task.digests else {})
            for container in look_up(task)
        ]
    return said


def found_task(call, arn):
    return next(tasks[arn] for tasks in call.backend().tasks.values() if arn in tasks)


def run_task(call):
    """As Fargate runs them: moto wants instances for some, and memory in each container for others."""
    asked, of = call.asked, cluster(call)
    strategy(call)
    tasks = begin(
        call.backend(), of, definition(call), asked.get("count", 1), asked.get("capacityProviderStrategy"),
        group=asked.get("group", f"family:{definition(call).family}"),
        launch_type=asked.get("launchType", "FARGATE"),
        overrides=asked.get("overrides"),
        started_by=asked.get("startedBy", ""),
        tags=asked.get("tags"),
        networking_configuration=network(call),
        platform_version=asked.get("platformVersion"),
    )
    said = call.said("DescribeTasks", {"cluster": of.name, "tasks": tasks})
    return with_containers(call, said | {"failures": []})


def describe_tasks(call):
    wanted = call.asked["tasks"]
    if len(wanted) > 100:
        refuse("At most 100 tasks can be described at once.")
    known = {arn.split("/")[-1]: arn for arn in call.backend().tasks.get(cluster(call).name, {})}
    there = [known[each.split("/")[-1]] for each in wanted if each.split("/")[-1] in known]
    said = call.said(asked=call.asked | {"tasks": there}) if there else {"tasks": []}
    missing = [each for each in wanted if each.split("/")[-1] not in known]
    said["failures"] = [{"arn": each, "reason": "MISSING"} for each in missing]
    return with_containers(call, said)


def list_tasks(call):
    asked = call.asked
    group = f"service:{service(call, asked['serviceName']).name}" if "serviceName" in asked else None
    found = [
        arn
        for arn, task in list(call.backend().tasks.get(cluster(call).name, {}).items())
        if task.desired_status == asked.get("desiredStatus", "RUNNING")
        and group in (None, task.group)
        and asked.get("family") in (None, task.task_definition_arn.split("/")[-1].rpartition(":")[0])
        and asked.get("startedBy") in (None, task.started_by)
        and asked.get("launchType") in (None, task.launch_type)
    ]
    found, rest = page(found, asked, "maxResults", "nextToken", 100, 100)
    return {"taskArns": found} | rest


def list_services(call):
    of, kind = cluster(call).name, call.asked.get("launchType")
    services = [one for one in list(call.backend().services.values()) if one.cluster_name == of]
    arns = sorted(one.arn for one in services if one.status == "ACTIVE" and kind in (None, one.launch_type))
    found, rest = page(arns, call.asked, "maxResults", "nextToken", 10, 100)
    return {"serviceArns": found} | rest


def describe_services(call):
    if len(call.asked["services"]) > 10:
        refuse("At most 10 services can be described at once.")


def list_clusters(call):
    found, rest = page(call.said()["clusterArns"], call.asked, "maxResults", "nextToken", 100, 100)
    return {"clusterArns": found} | rest


def list_task_definitions(call):
    found, rest = page(call.said()["taskDefinitionArns"], call.asked, "maxResults", "nextToken", 100, 100)
    return {"taskDefinitionArns": found} | rest


def describe_clusters(call):
    """Settings are told only to those who ask for them."""
    said = call.said()
    for each in said["clusters"]:
        for name, included in (("settings", "SETTINGS"), ("configuration", "CONFIGURATIONS")):
            if included not in call.asked.get("include", []):
                each.pop(name, None)
    return said


def update_cluster_settings(call):
    known = cluster(call)
    named = {each["name"]: each for each in known.settings} | {each["name"]: each for each in call.asked["settings"]}
    known.settings = list(named.values())
    return {"cluster": call.said("DescribeClusters", {"clusters": [known.name]})["clusters"][0]}


def set_digests(account, region, entries):
    for entry in entries:
        tasks = backend("ecs", account, region).tasks[entry["cluster"]]
        for arn, task in tasks.items():
            if entry.get("task_arn") == arn or task.group == f"service:{entry.get('service')}":
                task.digests = getattr(task, "digests", {}) | {entry["container"]: entry["image_digest"]}


OPERATIONS = {
    "CreateService": create_service,
    "UpdateService": update_service,
    "DeleteService": delete_service,
    "DescribeServices": describe_services,
    "ListServices": list_services,
    "RunTask": run_task,
    "DescribeTasks": describe_tasks,
    "ListTasks": list_tasks,
    "DescribeClusters": describe_clusters,
    "ListClusters": list_clusters,
    "UpdateClusterSettings": update_cluster_settings,
    "ListTaskDefinitions": list_task_definitions,
}
STATE = {"ecs_tasks": set_digests}
