"""CloudWatch Logs: groups by name, pattern and class, straight from moto's memory; retentions that AWS has.

`POST /double/state` takes
* "logs": [{"group", and any of "stored_bytes", "creation_time" (milliseconds), "class"}]
* "make_log_groups": {"prefix", "count", "stored_bytes", "retention"}: groups `<prefix>00000`...
* "account_policies": [{"policyName", "policyType", "policyDocument", "scope", "selectionCriteria"}]
"""

import re
import time

from moto.logs.models import LogGroup
from wire import Refused, backend, page

RETENTIONS = {
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}
POLICIES = {}


def group(call):
    found = call.backend().groups.get(call.asked["logGroupName"])
    if found is None:
        raise Refused("The specified log group does not exist.", "ResourceNotFoundException")
    return found


def described(group):
    return group.to_describe_dict() | {"logGroupClass": "STANDARD"} | getattr(group, "shaped", {})


def create_log_group(call):
    asked = call.asked
    made = call.backend().create_log_group(asked["logGroupName"], asked.get("tags"), kmsKeyId=asked.get("kmsKeyId"))
    made.shaped = {"logGroupClass": asked.get("logGroupClass", "STANDARD")}
    return {}


def describe_log_groups(call):
    asked, groups = call.asked, call.backend().groups
    identifiers, pattern = asked.get("logGroupIdentifiers"), asked.get("logGroupNamePattern", "")
    if identifiers:
        if len(identifiers) > 50 or not all(re.fullmatch(r"[\w#+=/:,.@-]+", each) for each in identifiers):
            raise Refused("logGroupIdentifiers takes at most 50 names or ARNs", "InvalidParameterException")
        names = [re.sub(r"^arn:[^:]*:logs:[^:]*:[^:]*:log-group:", "", each) for each in identifiers]
        return {"logGroups": [described(groups[name]) for name in names if name in groups]}
    prefix = asked.get("logGroupNamePrefix", "")
    if prefix and pattern:
        raise Refused("logGroupNamePrefix and logGroupNamePattern exclude each other", "InvalidParameterException")
    found = [groups[name] for name in sorted(groups) if name.startswith(prefix) and pattern in name]
    if kind := asked.get("logGroupClass"):
        found = [each for each in found if described(each)["logGroupClass"] == kind]
    found, rest = page(found, asked, "limit", "nextToken", 50, 50)
    return {"logGroups": [described(each) for each in found]} | rest


def put_retention_policy(call):
    if call.asked["retentionInDays"] not in RETENTIONS:
        raise Refused(f"retentionInDays must be one of {sorted(RETENTIONS)}", "InvalidParameterException")
    group(call).retention_in_days = call.asked["retentionInDays"]
    return {}


def delete_retention_policy(call):
    group(call).retention_in_days = None
    return {}


def put_account_policy(call):
    names = ("policyName", "policyType", "policyDocument", "scope", "selectionCriteria")
    said = {name: call.asked[name] for name in names if name in call.asked}
    add_account_policies(call.account, call.region, [said])
    return {"accountPolicy": POLICIES[call.account, call.region, said["policyType"], said["policyName"]]}


def describe_account_policies(call):
    of, name = (call.account, call.region, call.asked["policyType"]), call.asked.get("policyName")
    found = [policy for key, policy in list(POLICIES.items()) if key[:3] == of and name in (None, key[3])]
    return {"accountPolicies": found}


def delete_account_policy(call):
    if not POLICIES.pop((call.account, call.region, call.asked["policyType"], call.asked["policyName"]), None):
        raise Refused("The specified policy does not exist.", "ResourceNotFoundException")
    return {}


def add_account_policies(account, region, policies):
    for policy in policies:
        whole = {"scope": "ALL", "accountId": account, "lastUpdatedTime": int(time.time() * 1000)} | policy
        POLICIES[account, region, policy["policyType"], policy["policyName"]] = whole


def shape_groups(account, region, entries):
    names = {"stored_bytes": "storedBytes", "creation_time": "creationTime", "class": "logGroupClass"}
    for entry in entries:
        group = backend("logs", account, region).groups[entry["group"]]
        group.shaped = getattr(group, "shaped", {}) | {names[name]: entry[name] for name in names if name in entry}


def make_log_groups(account, region, made):
    groups = backend("logs", account, region).groups
    for number in range(made["count"]):
        name = f"{made['prefix']}{number:05}"
        groups[name] = LogGroup(account, region, name, RetentionInDays=made.get("retention"))
        groups[name].shaped = {"storedBytes": made.get("stored_bytes", 0)}


OPERATIONS = {
    "CreateLogGroup": create_log_group,
    "DescribeLogGroups": describe_log_groups,
    "PutRetentionPolicy": put_retention_policy,
    "DeleteRetentionPolicy": delete_retention_policy,
    "PutAccountPolicy": put_account_policy,
    "DescribeAccountPolicies": describe_account_policies,
    "DeleteAccountPolicy": delete_account_policy,
}
STATE = {"logs": shape_groups, "make_log_groups": make_log_groups, "account_policies": add_account_policies}
