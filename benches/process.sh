#!/usr/bin/env bash
# What one run of the tool costs as a process: time, memory, and the size of the binary.
#
#   benches/process.sh [RUNS]
#
# Beside it, measured in the same way at the same time, stands a program that does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-50}

cargo build --release --locked --package stackcost
tool="${CARGO_TARGET_DIR:-target}/release/stackcost"

exec python3 - "$runs" "$tool" <<'PYTHON'
import os, resource, shutil, statistics, subprocess, sys, time

runs, tool = int(sys.argv[1]), sys.argv[2]
quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
time_tool = "/usr/bin/time" if os.access("/usr/bin/time", os.X_OK) else None


def wall_ms(command):
    start = time.perf_counter_ns()
    subprocess.run(command, check=True, **quiet)
    return (time.perf_counter_ns() - start) / 1e6


def peak_kb(command):
    if time_tool is None:
        # A child begins with its parent's peak, so this is never below Python's own.
        subprocess.run(command, check=True, **quiet)
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    timed = [time_tool, "--format", "%M", *command]
    done = subprocess.run(timed, check=True, stderr=subprocess.PIPE, text=True, **quiet)
    return int(done.stderr.split()[-1])


def measure(command):
    wall_ms(command)  # once to warm the caches
    return statistics.median(wall_ms(command) for _ in range(runs)), peak_kb(command)


# The one that does nothing goes first: see `peak_kb`.
nothing = shutil.which("true")
floor_ms, floor_kb = measure([nothing])
tool_ms, tool_kb = measure([tool, "estimate", "examples/news-api.toml"])
rows = [
    ("wall time, median", "ms", tool_ms, floor_ms, 15),
    ("peak memory", "MB", tool_kb / 1024, floor_kb / 1024, 20),
    ("binary", "MB", os.path.getsize(tool) / 2**20, os.path.getsize(nothing) / 2**20, 12),
]
print(f"stackcost estimate examples/news-api.toml, {runs} runs; beside it {nothing}\n")
print(f"{'':20} {'stackcost':>12} {'nothing':>12} {'target':>10}")
for what, unit, value, floor, target in rows:
    verdict = "" if value <= target else "  MISSED"
    print(f"{what:20} {value:9.2f} {unit} {floor:9.2f} {unit} {target:7} {unit}{verdict}")
sys.exit(any(row[2] > row[4] for row in rows))
PYTHON
