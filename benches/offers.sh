#!/usr/bin/env bash
# What `stackcost prices refresh` costs as a process: a list of RDS as large as that of us-east-1
# (27 MB of JSON), in time and in memory, beside reading it with Python and counting its lines.
#
#   benches/offers.sh [RUNS] [MEGABYTES]
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-5}
megabytes=${2:-27}

cargo build --release --locked --package stackcost
target=${CARGO_TARGET_DIR:-target}

exec python3 - "$runs" "$megabytes" "$target/release/stackcost" <<'PYTHON'
import json, os, pathlib, statistics, subprocess, sys, tempfile, time

runs, megabytes, tool = int(sys.argv[1]), int(sys.argv[2]), os.path.abspath(sys.argv[3])
ENGINES = [("MySQL", "0002"), ("PostgreSQL", "0014"), ("MariaDB", "0018"), ("Oracle", "0005"), ("SQL Server", "0010")]
TERMS = [("1yr", "No Upfront"), ("1yr", "Partial Upfront"), ("1yr", "All Upfront"), ("3yr", "Partial Upfront"),
         ("3yr", "All Upfront")]


def term(sku, code, dimensions, attributes):
    prices = {}
    for suffix, unit, usd in dimensions:
        name = f"{sku}.{code}.{suffix}"
        prices[name] = {"rateCode": name, "description": f"USD {usd} per instance hour (or partial hour)", "unit": unit,
                        "pricePerUnit": {"USD": usd}, "appliesTo": []}
        if unit != "Quantity":
            prices[name].update(beginRange="0", endRange="Inf")
    return {f"{sku}.{code}": {"offerTermCode": code, "sku": sku, "effectiveDate": "2026-08-01T00:00:00Z",
                              "priceDimensions": prices, "termAttributes": attributes}}


def price_list():
    """Instances, each with its terms, until the list is as large as wanted."""
    products, on_demand, reserved = {}, {}, {}
    size, number = 0, 0
    while size < megabytes * 1_000_000:
        engine, code = ENGINES[number % len(ENGINES)]
        kind, deployment = [("InstanceUsage", "Single-AZ"), ("Multi-AZUsage", "Multi-AZ")][number // 5 % 2]
        family, sku = number // 10, f"SKU{number:013}"
        product = {"sku": sku, "productFamily": "Database Instance", "attributes": {
            "servicecode": "AmazonRDS", "location": "US East (N. Virginia)", "locationType": "AWS Region",
            "instanceType": f"db.x{family}g.2xlarge", "currentGeneration": "Yes", "instanceFamily": "General purpose",
            "vcpu": "8", "physicalProcessor": "AWS Graviton", "memory": "32 GiB", "storage": "EBS Only",
            "networkPerformance": "Up to 10 Gigabit", "processorArchitecture": "64-bit", "engineCode": code,
            "databaseEngine": engine, "licenseModel": "No license required", "deploymentOption": deployment,
            "usagetype": f"{kind}:db.x{family}g.2xl", "operation": f"CreateDBInstance:{code}",
            "dedicatedEbsThroughput": "Up to 4750 Mbps", "normalizationSizeFactor": "16",
            "processorFeatures": "AWS Neuron", "regionCode": "us-east-1", "servicename": "Amazon Relational Database Service"}}
        first = term(sku, "JRTCKXETXF", [("6YS6EN2CT7", "Hrs", f"0.{number + 100000:010}")], {})
        terms = {}
        for at, (length, option) in enumerate(TERMS):
            dimensions = [("6YS6EN2CT7", "Hrs", f"0.{number + 50000:010}")]
            if option != "No Upfront":
                dimensions.append(("2TG2D8R56U", "Quantity", str(1000 + number)))
            attributes = {"LeaseContractLength": length, "OfferingClass": "standard", "PurchaseOption": option}
            terms.update(term(sku, f"TERM{at:06}", dimensions, attributes))
        products[sku], on_demand[sku], reserved[sku] = product, first, terms
        size += len(json.dumps([product, first, terms], indent=1)) + 200
        number += 1
    return {"formatVersion": "v1.0", "disclaimer": "made up", "offerCode": "AmazonRDS", "version": "20260813190319",
            "publicationDate": "2026-08-13T19:03:19Z", "products": products,
            "terms": {"OnDemand": on_demand, "Reserved": reserved}, "attributesList": {}}


def run(command, folder):
    """Seconds, and the most memory it had at once in MB."""
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    took = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command}: exit code {child.returncode}")
    return took, usage.ru_maxrss / 1024


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    (folder / "lists").mkdir()
    file = folder / "lists" / "AmazonRDS.json"
    # In a process of its own: what a process measures of its children is never less than it has itself.
    maker = os.fork()
    if maker == 0:
        file.write_text(json.dumps(price_list(), indent=1))
        os._exit(0)
    os.waitpid(maker, 0)
    with file.open() as lines:
        count = sum(line.startswith('   "sku"') for line in lines)
    size = file.stat().st_size / 1e6
    commands = {
        "stackcost prices refresh": [tool, "prices", "refresh", "--from", "lists", "--into", "book"],
        "python3 -c json.load": [sys.executable, "-c", f"import json; json.load(open({str(file)!r}))"],
        "wc -l": ["wc", "-l", str(file)],
    }
    found = {what: [] for what in commands}
    for turn in range(runs + 1):
        for what, command in commands.items():
            subprocess.run(["rm", "-rf", folder / "book"], check=True)
            result = run(command, folder)
            if turn > 0:  # the first warms the caches
                found[what].append(result)

print(f"{count} products, {size:.1f} MB of JSON, medians of {runs} runs in turns\n")
medians = {}
for what, results in found.items():
    medians[what] = [statistics.median(column) for column in zip(*results)]
    print(f"{what:28} {medians[what][0] * 1000:8.1f} ms {medians[what][1]:8.1f} MB")
seconds, memory = medians["stackcost prices refresh"]
missed = seconds > 1 or memory > 60
print(f"{'target of the first':28} {1000:8.1f} ms {60:8.1f} MB{'  MISSED' if missed else ''}")
sys.exit(missed)
PYTHON
