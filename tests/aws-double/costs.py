"""Cost Explorer: what AWS refuses is refused; moto takes anything, and has no forecast and no drivers.

What it answers to a question about costs, the test says before: `POST /double/answers`.

`POST /double/state` takes
* "cost_tags": [{"TagKey", "Type", "Status"}]: the cost allocation tags of the account
"""

import collections
import datetime

from wire import Refused, page

METRICS = [
    "AmortizedCost", "BlendedCost", "NetAmortizedCost", "NetUnblendedCost", "NormalizedUsageAmount", "UnblendedCost",
    "UsageQuantity",
]
FORECASTS = {
    "AMORTIZED_COST", "BLENDED_COST", "NET_AMORTIZED_COST", "NET_UNBLENDED_COST", "NORMALIZED_USAGE_AMOUNT",
    "UNBLENDED_COST", "USAGE_QUANTITY",
}
ANSWERS = collections.defaultdict(collections.deque)
TAGS = collections.defaultdict(dict)


def cost_and_usage_is_valid(asked, today):
    start, end = interval(asked["TimePeriod"])
    if start > today:
        raise Refused("Start date (and hour) should be before current date (and hour)")
    if asked["Granularity"] not in ("DAILY", "MONTHLY", "HOURLY"):
        raise Refused(f"Granularity {asked['Granularity']} is invalid. Valid values are DAILY, HOURLY, MONTHLY")
    if not asked.get("Metrics"):
        raise Refused("Metrics cannot be empty")
    known(asked["Metrics"])
    groups(asked)


def forecast_is_valid(asked, today):
    start, end = interval(asked["TimePeriod"])
    if start < today:
        raise Refused("Start date cannot be in the past")
    if asked["Metric"] not in FORECASTS:
        raise Refused(f"Metric {asked['Metric']} is invalid")
    if not 51 <= asked.get("PredictionIntervalLevel", 80) <= 99:
        raise Refused("PredictionIntervalLevel must be between 51 and 99")


def drivers_are_valid(asked, today):
    for name in ("BaselineTimePeriod", "ComparisonTimePeriod"):
        start, end = interval(asked[name])
        if start.day != 1 or end.day != 1 or (end - start).days > 31:
            raise Refused(f"{name} must be one calendar month")
    known([asked["MetricForComparison"]])
    groups(asked)


def interval(period):
    start, end = (datetime.date.fromisoformat(period[side]) for side in ("Start", "End"))
    if end <= start:
        raise Refused("Start date (and hour) should be before end date (and hour)")
    return start, end


def known(metrics):
    for metric in metrics:
        if metric not in METRICS:
            raise Refused(f"Metrics {metric} is invalid. Valid values are {', '.join(METRICS)}")


def groups(asked):
    if len(asked.get("GroupBy", [])) > 2:
        raise Refused("GroupBy can have at most 2 elements")


CHECKS = {
    "GetCostAndUsage": cost_and_usage_is_valid,
    "GetCostForecast": forecast_is_valid,
    "GetCostComparisonDrivers": drivers_are_valid,
}


def queued(call):
    CHECKS[call.op](call.asked, datetime.datetime.now(datetime.timezone.utc).date())
    try:
        return ANSWERS[call.account, call.op].popleft()
    except IndexError:
        # A test that did not say what is answered must not pass on an empty answer.
        raise Refused("the test has queued no answer", "DataUnavailableException") from None


def list_tags(call):
    asked, tags = call.asked, list(TAGS[call.account].values())
    for name in ("Status", "Type"):
        tags = [tag for tag in tags if asked.get(name, tag[name]) == tag[name]]
    if wanted := asked.get("TagKeys"):
        tags = [tag for tag in tags if tag["TagKey"] in wanted]
    found, rest = page(tags, asked, "MaxResults", "NextToken", 100, 1000)
    return {"CostAllocationTags": found} | rest


def update_tags(call):
    wanted, tags = call.asked["CostAllocationTagsStatus"], TAGS[call.account]
    if len(wanted) > 20:
        raise Refused("At most 20 tags can be updated at once", "LimitExceededException")
    errors = []
    for one in wanted:
        if one["TagKey"] in tags:
            today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            tags[one["TagKey"]] |= {"Status": one["Status"], "LastUpdatedDate": today}
        else:
            why = {"Code": "TagKeysNotFoundException", "Message": "Tag keys not found"}
            errors.append({"TagKey": one["TagKey"]} | why)
    return {"Errors": errors}


def set_tags(account, region, tags):
    TAGS[account] |= {tag["TagKey"]: tag for tag in tags}


OPERATIONS = dict.fromkeys(CHECKS, queued) | {
    "ListCostAllocationTags": list_tags,
    "UpdateCostAllocationTagsStatus": update_tags,
}
STATE = {"cost_tags": set_tags}
