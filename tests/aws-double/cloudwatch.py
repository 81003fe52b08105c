"""CloudWatch: alarms in pages, alarms that AWS would refuse, and the metrics that a test has set.

Dashboards are an account's, whatever the region.

`POST /double/state` takes
* "metrics": [{"namespace", "name", "dimensions": {name: value}, "stat", "values": [[epoch seconds, number], ...]}]
GetMetricData answers only these, point by point, whatever the period and whatever PutMetricData brought.
"""

import collections

from wire import Refused, page

METRICS = collections.defaultdict(dict)
DASHBOARDS = collections.defaultdict(dict)


def put_metric_alarm(call):
    asked = call.asked
    queries = [query["MetricStat"] for query in asked.get("Metrics", []) if "MetricStat" in query]
    for period in (part["Period"] for part in [asked, *queries] if "Period" in part):
        if period not in (10, 20, 30) and period % 60:
            raise Refused("Period must be 10, 20, 30 or a multiple of 60", "ValidationError")
    for actions in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for action in asked.get(actions, []):
            if not action.startswith("arn:"):
                raise Refused(f"Invalid arn syntax: {action}", "ValidationError")


def describe_alarms(call):
    asked, said = call.asked, call.said()
    kinds = {"MetricAlarm": "MetricAlarms", "CompositeAlarm": "CompositeAlarms"}
    wanted = [kinds[kind] for kind in asked.get("AlarmTypes") or ["MetricAlarm"]]
    alarms = [(kind, alarm) for kind in wanted for alarm in said.get(kind, [])]
    alarms.sort(key=lambda each: each[1]["AlarmName"])
    found, rest = page(alarms, asked, "MaxRecords", "NextToken", 50, 100)
    return {kind: [alarm for of, alarm in found if of == kind] for kind in kinds.values()} | rest


def of_dashboards(call):
    """moto does the rest, with those of all regions; the API reference: "global, not region-specific"."""
    call.backend().dashboards = DASHBOARDS[call.account]


def get_metric_data(call):
    asked, results = call.asked, []
    for query in asked["MetricDataQueries"]:
        if not query.get("ReturnData", True):
            continue
        points, label = [], query.get("Expression", "")
        if "MetricStat" in query:
            metric, stat = query["MetricStat"]["Metric"], query["MetricStat"]["Stat"]
            dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions", [])}
            key = place(metric["Namespace"], metric["MetricName"], dimensions, stat)
            points = METRICS[call.account, call.region].get(key, [])
            label = metric["MetricName"]
        within = sorted(point for point in points if asked["StartTime"] <= point[0] < asked["EndTime"])
        if asked.get("ScanBy", "TimestampDescending") == "TimestampDescending":
            within.reverse()
        results.append({
            "Id": query["Id"],
            "Label": query.get("Label", label),
            "Timestamps": [time for time, _ in within],
            "Values": [value for _, value in within],
            "StatusCode": "Complete",
        })
    return {"MetricDataResults": results}


def place(namespace, name, dimensions, stat):
    return namespace, name, tuple(sorted(dimensions.items())), stat


def set_metrics(account, region, metrics):
    for one in metrics:
        key = place(one["namespace"], one["name"], one.get("dimensions", {}), one["stat"])
        METRICS[account, region][key] = one["values"]


OPERATIONS = {
    "PutMetricAlarm": put_metric_alarm,
    "DescribeAlarms": describe_alarms,
    "GetMetricData": get_metric_data,
    "ListDashboards": of_dashboards,
    "GetDashboard": of_dashboards,
    "PutDashboard": of_dashboards,
    "DeleteDashboards": of_dashboards,
}
STATE = {"metrics": set_metrics}
