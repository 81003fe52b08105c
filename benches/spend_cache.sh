#!/usr/bin/env bash
# What `stackcost spend --months 6` costs as a process: from a warm cache, and beyond the time that
# the answer itself takes, asked of the AWS double of the tests (`tests/aws-double`).
#
#   cargo test -p stackcost --test it aws   # once: it installs the double below target/
#   benches/spend_cache.sh [RUNS]
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-50}

cargo build --release --locked --package stackcost
target=${CARGO_TARGET_DIR:-target}
python=$(ls -d "$target"/tmp/aws-double-*/bin/python 2>/dev/null | head -n 1 || true)
[ -n "$python" ] || { echo "no AWS double below $target: cargo test -p stackcost --test it aws" >&2; exit 2; }

exec "$python" - "$runs" "$target/release/stackcost" <<'PYTHON'
import collections, csv, datetime, http.client, json, os, statistics, subprocess, sys, tempfile, time

runs, tool = int(sys.argv[1]), sys.argv[2]
account = "100000000000"
host = subprocess.Popen(
    [sys.executable, "tests/aws-double/host.py"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
)
port = json.loads(host.stdout.readline())["port"]


def double(method, what, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(method, f"/double/{what}", body=json.dumps(body) if body else None)
    answer = connection.getresponse().read()
    connection.close()
    return json.loads(answer)


# The six months of the tests, as the last six of today.
today = datetime.datetime.now(datetime.timezone.utc).date()
months = [(today.year * 12 + today.month - 1 - back) for back in range(5, -1, -1)]
first = lambda month: f"{month // 12:04}-{month % 12 + 1:02}-01"
rows = collections.defaultdict(list)
for row in csv.DictReader(open("tests/data/spend/six-months.csv")):
    rows[row["month"]].append(row)
measure = lambda amount: {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}
answer = {
    "GroupDefinitions": [{"Type": "DIMENSION", "Key": key} for key in ("SERVICE", "RECORD_TYPE")],
    "ResultsByTime": [
        {
            "TimePeriod": {"Start": first(month), "End": first(month + 1)}, "Total": {}, "Estimated": month == months[-1],
            "Groups": [{"Keys": [row["service"], "Usage"], "Metrics": measure(row["amount"])} for row in of_month],
        }
        for month, of_month in zip(months, rows.values())
    ],
    "DimensionValueAttributes": [],
}
double("POST", "answers", {"account": account, "op": "GetCostAndUsage", "answers": [answer] * (2 * runs + 2)})

home = tempfile.TemporaryDirectory()
environment = {
    "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_EC2_METADATA_DISABLED": "true", "HOME": home.name, "XDG_CACHE_HOME": f"{home.name}/cache",
}


def wall_ms(command):
    start = time.perf_counter_ns()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter_ns() - start) / 1e6


def raw_ms(body):
    """The same request by hand, on a connection of its own."""
    start = time.perf_counter_ns()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    signed = f"AWS4-HMAC-SHA256 Credential={account}/20261001/us-east-1/ce/aws4_request, SignedHeaders=host, Signature=0"
    connection.request("POST", "/", body=body, headers={
        "Content-Type": "application/x-amz-json-1.1", "Authorization": signed,
        "X-Amz-Target": "AWSInsightsIndexService.GetCostAndUsage",
    })
    assert json.loads(connection.getresponse().read()) == answer
    connection.close()
    return (time.perf_counter_ns() - start) / 1e6


report = [tool, "spend", "--months", "6"]
wall_ms(report)  # fills the cache
body = [call for call in double("GET", f"journal?account={account}") if call["op"] == "GetCostAndUsage"][0]["body"]
raw_ms(body)
warm = statistics.median(wall_ms(report) for _ in range(runs))
# Side by side, so that what else the machine does is in both.
pairs = [(wall_ms([*report, "--refresh"]), raw_ms(body)) for _ in range(runs)]
asked, raw = (statistics.median(times) for times in zip(*pairs))
nothing = statistics.median(wall_ms(["/usr/bin/env", "true"]) for _ in range(runs))
host.stdin.close()

print(f"stackcost spend --months 6, {runs} runs, medians; a process that does nothing takes {nothing:.1f} ms\n")
for what, value, target in [
    ("report from a warm cache", warm, 20),
    ("asked anew of the double", asked, None),
    ("the answer alone, by hand", raw, None),
    ("our own part of that", asked - raw, 30),
]:
    verdict = "" if target is None else f"  target {target} ms" + ("" if value <= target else "  MISSED")
    print(f"{what:28} {value:7.2f} ms{verdict}")
sys.exit(warm > 20 or asked - raw > 30)
PYTHON
