#!/usr/bin/env bash
# How long the tool takes for a trace of 125,310 minutes (87 days), as a process: a run, and a search.
#
#   benches/scaling.sh [RUNS]
#
# Beside it, at the same time, a program that only reads the file.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-10}

cargo build --release --locked --package stackcost
tool=$(realpath "${CARGO_TARGET_DIR:-target}/release/stackcost")
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

python3 - "$runs" "$tool" "$folder" <<'PYTHON'
import pathlib, random, statistics, subprocess, sys, time

runs, tool, folder = int(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
ROWS = 125_310
random.seed(7)
lines = ["timestamp,value"]
for minute in range(ROWS):
    hour, weekday = minute // 60 % 24, minute // 1440 % 7
    level = 400 - 30 * abs(hour - 13)
    value = (600 + 6 * level if weekday < 5 else 500 + 2 * level) + random.randrange(400)
    lines.append(f"{1_767_225_600 + minute * 60},{value}")
trace = folder / "load.csv"
trace.write_text("\n".join(lines) + "\n")
stack = folder / "stack.toml"
stack.write_text(
    'name = "bench"\nregion = "us-east-1"\n[fargate.api]\ncpu = "0.25 vCPU"\nmemory = "0.5 GB"\n'
    'tasks = { trace = "load.csv", capacity_per_task = "600/min", min = 2, max = 20, target = "60% cpu" }\n'
)


def median_ms(command):
    def once():
        start = time.perf_counter_ns()
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return (time.perf_counter_ns() - start) / 1e6

    once()  # to warm the caches
    return statistics.median(once() for _ in range(runs))


print(f"{ROWS:,} rows, {trace.stat().st_size / 1e6:.1f} MB, {runs} runs\n")
for name, command in [
    ("wc -l", ["wc", "-l", trace]),
    ("stackcost simulate", [tool, "simulate", stack]),
    ("stackcost optimize, 2,000 policies", [tool, "optimize", stack, "--budget", "2000", "--format", "json"]),
]:
    print(f"{name:36} {median_ms(command):9.1f} ms")
PYTHON
