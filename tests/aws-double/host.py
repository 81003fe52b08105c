"""AWS for tests: moto in one process, with what moto lacks put in front of it.

* The system chooses a free port; the first line on stdout is {"port": N}.
* It ends when its stdin does, so that no killed test run leaves one behind.
* A 12-digit access key is the account: a test has an account of its own, and tests run side by side.
* POST /double/faults   {"account", "faults": [{"service", "op", "times", ...what happens}]}
* POST /double/answers  {"account", "op", "answers": [...]}: what Cost Explorer answers, one a call
* GET  /double/journal?account=N: all calls of the account, in order, with their bodies
* Cost Explorer refuses what AWS refuses; moto takes anything and has no forecast and no drivers.

A fault is any of: "delay" (seconds, then on as usual), "code" with "status" and "message" (an error of
AWS), "raw" with "status" and "type" (a body as it is), "cut" (the connection ends without an answer).
"""

import collections
import datetime
import io
import json
import os
import re
import socket
import sys
import threading
import time
from urllib.parse import parse_qs

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
NOBODY = "000000000000"
XML_SERVICES = {"sts", "sns", "rds", "elasticache", "elasticloadbalancing"}
METRICS = [
    "AmortizedCost", "BlendedCost", "NetAmortizedCost", "NetUnblendedCost", "NormalizedUsageAmount", "UnblendedCost",
    "UsageQuantity",
]
FORECASTS = {
    "AMORTIZED_COST", "BLENDED_COST", "NET_AMORTIZED_COST", "NET_UNBLENDED_COST", "NORMALIZED_USAGE_AMOUNT",
    "UNBLENDED_COST", "USAGE_QUANTITY",
}


class Refused(Exception):
    """What AWS answers with a ValidationException."""


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


class Gate:
    def __init__(self, aws):
        self.aws = aws
        self.lock = threading.Lock()
        self.journal = collections.defaultdict(list)
        self.faults = collections.defaultdict(collections.deque)
        self.answers = collections.defaultdict(collections.deque)

    def __call__(self, env, start):
        length = int(env.get("CONTENT_LENGTH") or 0)
        body = env["wsgi.input"].read(length) if length else b""
        path = env.get("PATH_INFO", "")
        if path.startswith("/double/"):
            return self.admin(env, start, path.removeprefix("/double/"), body)
        signed = CREDENTIAL.search(env.get("HTTP_AUTHORIZATION", ""))
        # SSO is asked for the credentials of an account, without a signature.
        unsigned = (parse_qs(env.get("QUERY_STRING", "")).get("account_id", [""])[0], "", "sso")
        key, region, service = signed.groups() if signed else unsigned
        account = key if re.fullmatch(r"\d{12}", key) else NOBODY
        operation = env.get("HTTP_X_AMZ_TARGET", "").rsplit(".", 1)[-1]
        if not operation:
            operation = parse_qs(body.decode("utf-8", "replace")).get("Action", [f"{env['REQUEST_METHOD']} {path}"])[0]
        with self.lock:
            text = body.decode("utf-8", "replace")
            entry = {"service": service, "op": operation, "region": region, "body": text, "fault": None}
            self.journal[account].append(entry)
            queue = self.faults[account, service, operation]
            fault = queue.popleft() if queue else None
            entry["fault"] = fault
        if fault:
            time.sleep(fault.get("delay", 0))
            if fault.get("cut"):
                env["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
                return []
            if "raw" in fault:
                return reply(start, fault["status"], fault["raw"], fault.get("type", "text/html"))
            if "code" in fault:
                return refuse(start, service, fault["status"], fault["code"], fault.get("message", "injected"))
        if service == "ce" and operation in CHECKS:
            return self.cost_explorer(start, account, operation, json.loads(body))
        env["wsgi.input"] = io.BytesIO(body)
        env["HTTP_X_MOTO_ACCOUNT_ID"] = account
        return self.aws(env, start)

    def cost_explorer(self, start, account, operation, asked):
        try:
            CHECKS[operation](asked, datetime.datetime.now(datetime.timezone.utc).date())
        except Refused as refused:
            return refuse(start, "ce", 400, "ValidationException", str(refused))
        with self.lock:
            queue = self.answers[account, operation]
            answer = queue.popleft() if queue else None
        if answer is None:
            # A test that did not say what is answered must not pass on an empty answer.
            return refuse(start, "ce", 400, "DataUnavailableException", "the test has queued no answer")
        return reply(start, 200, json.dumps(answer), "application/x-amz-json-1.1")

    def admin(self, env, start, what, body):
        if what == "journal":
            account = parse_qs(env.get("QUERY_STRING", ""))["account"][0]
            with self.lock:
                return reply(start, 200, json.dumps(self.journal[account]), "application/json")
        said = json.loads(body)
        with self.lock:
            if what == "faults":
                for fault in said["faults"]:
                    self.faults[said["account"], fault["service"], fault["op"]].extend([fault] * fault.get("times", 1))
            elif what == "answers":
                self.answers[said["account"], said["op"]].extend(said["answers"])
            else:
                return reply(start, 404, "{}", "application/json")
        return reply(start, 200, "{}", "application/json")


def reply(start, status, body, kind):
    body = body.encode()
    start(f"{status} -", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


def refuse(start, service, status, code, message):
    if service in XML_SERVICES:
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        return reply(start, status, f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>", "text/xml")
    return reply(start, status, json.dumps({"__type": code, "message": message}), "application/x-amz-json-1.1")


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections

    def log(self, *_):
        pass


def main():
    gate = Gate(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, gate, threaded=True, request_handler=Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.server_port}), flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
