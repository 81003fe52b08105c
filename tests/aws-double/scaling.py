"""Application Auto Scaling: bounds that AWS would refuse, and pages that moto miscounts."""

from wire import Refused, page


def register_scalable_target(call):
    asked = call.asked
    known = call.backend().targets.get(asked["ScalableDimension"], {}).get(asked["ResourceId"])
    least = asked.get("MinCapacity", known.min_capacity if known else None)
    most = asked.get("MaxCapacity", known.max_capacity if known else None)
    if least is None or most is None:
        raise Refused("A new scalable target needs MinCapacity and MaxCapacity")
    if least > most:
        raise Refused("Maximum capacity cannot be less than minimum capacity")


def describe_scalable_targets(call):
    found = call.said(asked=call.asked | {"MaxResults": 1_000_000, "NextToken": None})["ScalableTargets"]
    found, rest = page(found, call.asked, "MaxResults", "NextToken", 50, 50)
    return {"ScalableTargets": found} | rest


def describe_scaling_activities(call):
    return {"ScalingActivities": []}


OPERATIONS = {
    "RegisterScalableTarget": register_scalable_target,
    "DescribeScalableTargets": describe_scalable_targets,
    "DescribeScalingActivities": describe_scaling_activities,
}
STATE = {}
