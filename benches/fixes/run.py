"""2,000 log groups and 50 repositories: plan and apply, beside one call after another.

Run by benches/fixes/run.sh with the Python of the AWS double. All programs ask the same double, in turns; a
fresh account for each run. The ones beside ours do what a plan and an apply need, without journal, preview or
money: list, look at each repository's images and policy, set each retention and policy. They are boto3, which is
what the best-known tool of the field uses, and a bare loop over one kept connection, which is the floor of one
call after another.
"""

import datetime
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import boto3
from botocore.config import Config

TOOL, RUNS = sys.argv[1], int(sys.argv[2])
GROUPS, REPOSITORIES, IMAGES = 2000, 50, 12
REGION = "us-east-1"
POLICY = json.dumps({"rules": [{
    "rulePriority": 10, "description": "keep the newest 10 images",
    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10},
    "action": {"type": "expire"},
}]})

host = subprocess.Popen(
    [sys.executable, "tests/aws-double/host.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
)
PORT = json.loads(host.stdout.readline())["port"]
number = iter(range(100_000_000_001, 200_000_000_000))


def double(what, **said):
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    connection.request("POST", f"/double/{what}", body=json.dumps(said))
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()


def account(latency):
    """A fresh one with everything in it."""
    name = str(next(number))
    double("state", account=name, region=REGION, make_log_groups={"prefix": "/bench/", "count": GROUPS, "stored_bytes": 1 << 30})
    double("state", account=name, region=REGION, make_repositories={"prefix": "bench-", "count": REPOSITORIES, "images": IMAGES})
    double("latency", account=name, seconds=latency)
    return name


def with_boto3(name, again=False):
    session = boto3.session.Session(aws_access_key_id=name, aws_secret_access_key="secret", region_name=REGION)
    client = lambda service: session.client(service, endpoint_url=f"http://127.0.0.1:{PORT}", config=Config(retries={"max_attempts": 1}))
    logs, ecr = client("logs"), client("ecr")
    began = time.perf_counter()
    groups = [group for page in logs.get_paginator("describe_log_groups").paginate() for group in page["logGroups"]]
    repositories = [one["repositoryName"] for page in ecr.get_paginator("describe_repositories").paginate() for one in page["repositories"]]
    for repository in repositories:
        ecr.describe_images(repositoryName=repository)
        try:
            ecr.get_lifecycle_policy(repositoryName=repository)
        except ecr.exceptions.LifecyclePolicyNotFoundException:
            pass
    for group in groups:
        if again:
            logs.describe_log_groups(logGroupNamePrefix=group["logGroupName"], limit=1)
        logs.put_retention_policy(logGroupName=group["logGroupName"], retentionInDays=30)
    for repository in repositories:
        if again:
            try:
                ecr.get_lifecycle_policy(repositoryName=repository)
            except ecr.exceptions.LifecyclePolicyNotFoundException:
                pass
        ecr.put_lifecycle_policy(repositoryName=repository, lifecyclePolicyText=POLICY)
    return time.perf_counter() - began


def with_a_loop(name):
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    day = datetime.date.today().strftime("%Y%m%d")

    def call(service, target, asked):
        scope = f"Credential={name}/{day}/{REGION}/{service}/aws4_request"
        headers = {"X-Amz-Target": target, "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=, Signature=",
            "Content-Type": "application/x-amz-json-1.1"}
        connection.request("POST", "/", body=json.dumps(asked), headers=headers)
        return json.loads(connection.getresponse().read() or b"{}")

    began = time.perf_counter()
    groups, asked = [], {}
    while True:
        page = call("logs", "Logs_20140328.DescribeLogGroups", asked)
        groups += page["logGroups"]
        if "nextToken" not in page:
            break
        asked = {"nextToken": page["nextToken"]}
    ecr = "AmazonEC2ContainerRegistry_V20150921."
    repositories = [one["repositoryName"] for one in call("ecr", ecr + "DescribeRepositories", {})["repositories"]]
    for repository in repositories:
        call("ecr", ecr + "DescribeImages", {"repositoryName": repository})
        call("ecr", ecr + "GetLifecyclePolicy", {"repositoryName": repository})
    for group in groups:
        call("logs", "Logs_20140328.PutRetentionPolicy", {"logGroupName": group["logGroupName"], "retentionInDays": 30})
    for repository in repositories:
        call("ecr", ecr + "PutLifecyclePolicy", {"repositoryName": repository, "lifecyclePolicyText": POLICY})
    return time.perf_counter() - began


# A child begins with the memory of its parent, so a small one starts what is measured.
LAUNCH = """
import json, os, subprocess, sys, time
began = time.perf_counter()
run = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(run.pid, 0)
print(json.dumps([time.perf_counter() - began, status, usage.ru_maxrss]))
"""
peak = 0


def with_ours(name, *more):
    global peak
    folder = tempfile.mkdtemp()
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{PORT}", "AWS_ACCESS_KEY_ID": name, "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true", "HOME": folder, "XDG_STATE_HOME": folder,
    }
    only = ["--only", "log-retention", "--only", "ecr-lifecycle"]
    took = 0
    for words in (["fix", "plan", "-o", "plan.json", *only], ["fix", "apply", "plan.json", "--yes"]):
        launched = [sys.executable, "-c", LAUNCH, TOOL, *words, *more]
        run = subprocess.run(launched, env=environment, cwd=folder, capture_output=True, text=True)
        seconds, status, memory = json.loads(run.stdout)
        assert status == 0, run.stderr
        took += seconds
        peak = max(peak, memory)
    return took


rows = {
    "stackcost": lambda name: with_ours(name),
    "stackcost --parallel 1": lambda name: with_ours(name, "--parallel", "1"),
    "boto3, one call after another": with_boto3,
    "the same, reading again before each change": lambda name: with_boto3(name, again=True),
    "a bare loop, one call after another": with_a_loop,
}
for latency in (0.0, 0.005):
    times = {name: [] for name in rows}
    for _ in range(RUNS):
        for name, run in rows.items():
            times[name].append(run(account(latency)))
    ours = statistics.median(times["stackcost"])
    print(f"\n{latency * 1000:.0f} ms for each call, medians of {RUNS}\n\n| program | plan and apply | × |\n|---|---|---|")
    for name, all_times in times.items():
        median = statistics.median(all_times)
        print(f"| {name} | {median:.2f} s | {median / ours:.2f} |")
print(f"\npeak memory of stackcost: {peak / 1024:.0f} MB")
host.stdin.close()
