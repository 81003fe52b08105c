"""AWS for tests: moto in one process, with what moto lacks put in front of it.

* The system chooses a free port; the first line on stdout is {"port": N}.
* It ends when its stdin does, so that no killed test run leaves one behind.
* A 12-digit access key is the account: a test has an account of its own, and tests run side by side.
* POST /double/faults   {"account", "faults": [{"service", "op", "times", ...what happens}]}
* POST /double/answers  {"account", "op", "answers": [...]}: what Cost Explorer answers, one a call
* POST /double/state    {"account", "region", ...}: what no API can set; each service's module says what it takes
* POST /double/latency  {"account", "seconds"}: how long each call of the account takes at least
* POST /double/expire   {"account", "region"}: ECR applies its lifecycle policies
* POST /double/forget   {"account"}: its journal begins anew
* GET  /double/journal?account=N: all calls of the account, in order, with their bodies

A fault is for one operation of a service, or for any with "op": "*". It is any of: "delay" (seconds, then on
as usual), "code" with "status" and "message" (an error of AWS), "raw" with "status" and "type" (a body as it
is), "cut" (the connection ends without an answer), "cut_after_bytes" (it ends after so much of the body of the
true answer). With "after": true the call is performed first, and only its answer is lost; `cut_after_bytes`
is always after.

An entry of the journal is {"service", "op", "region", "body", "fault", "ms" (a clock that only goes forward,
when the call came in), "write" (whether, by its name, it may change something)}. A body of CBOR is shown as
JSON.

A load balancer needs nothing of the double's own: CreateLoadBalancer takes the subnets of the default VPC
(DescribeSubnets of `ec2`), CreateTargetGroup its VPC, and CreateListener brings the two together.

Read `serve`, `wire`, then a service.
"""

import collections
import json
import os
import sys
import threading
import time
from urllib.parse import parse_qs

import budgets
import cloudwatch
import costs
import ecr
import ecs
import logs
import pricing
import published
import scaling
import sns
from moto.server import DomainDispatcherApplication, create_backend_app
from serve import Cut, Server
from wire import Call, answered, plain, refuse

SERVICES = {
    "application-autoscaling": scaling,
    "budgets": budgets,
    "ce": costs,
    "ecr": ecr,
    "ecs": ecs,
    "logs": logs,
    "monitoring": cloudwatch,
    "pricing": pricing,
    "published": published,
    "sns": sns,
}
STATE = {name: shape for module in SERVICES.values() for name, shape in module.STATE.items()}


class Gate:
    def __init__(self, aws):
        self.aws = aws
        self.lock = threading.Lock()
        self.journal = collections.defaultdict(list)
        self.faults = collections.defaultdict(collections.deque)
        self.latency = collections.defaultdict(float)

    def __call__(self, request):
        path, _, query = request.target.partition("?")
        if path.startswith("/double/"):
            return self.admin(path.removeprefix("/double/"), query, request.body)
        call = Call(request, self.aws)
        entry = {"service": call.service, "op": call.op, "region": call.region, "body": call.text}
        with self.lock:
            queue = self.faults[call.account, call.service, call.op] or self.faults[call.account, call.service, "*"]
            fault = queue.popleft() if queue else None
            now = round(time.monotonic() * 1000, 3)
            self.journal[call.account].append(entry | {"fault": fault, "ms": now, "write": call.writes()})
        time.sleep(self.latency[call.account])
        operations = SERVICES[call.service].OPERATIONS if call.service in SERVICES else {}
        after = fault and (fault.get("after") or "cut_after_bytes" in fault)
        happened = happens(fault, call, None) if fault and not after else None
        answer = happened or answered(call, operations.get(call.op))
        return happens(fault, call, answer) if after else answer

    def admin(self, what, query, body):
        if what == "journal":
            account = parse_qs(query)["account"][0]
            with self.lock:
                return plain(200, json.dumps(self.journal[account]), "application/json")
        said = json.loads(body)
        account = said.pop("account")
        if what == "faults":
            with self.lock:
                for fault in said["faults"]:
                    queue = self.faults[account, fault["service"], fault["op"]]
                    queue.extend([fault] * fault.get("times", 1))
        elif what == "answers":
            costs.ANSWERS[account, said["op"]].extend(said["answers"])
        elif what == "latency":
            self.latency[account] = said["seconds"]
        elif what == "state":
            region = said.pop("region")
            for name, entries in said.items():
                STATE[name](account, region, entries)
        elif what == "forget":
            with self.lock:
                self.journal[account].clear()
        elif what == "expire":
            ecr.expire(account, said["region"])
        else:
            return plain(404, "{}", "application/json")
        return plain(200, "{}", "application/json")


def happens(fault, call, answer):
    """What comes instead of the answer, if anything does."""
    time.sleep(fault.get("delay", 0))
    if fault.get("cut"):
        raise Cut()
    if "cut_after_bytes" in fault:
        raise Cut(answer.head() + answer.body[: fault["cut_after_bytes"]])
    if "raw" in fault:
        return plain(fault["status"], fault["raw"], fault.get("type", "text/html"))
    if "code" in fault:
        return refuse(call, fault["status"], fault["code"], fault.get("message", "injected"))
    return answer


def main():
    server = Server(Gate(DomainDispatcherApplication(create_backend_app)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.port}), flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
