#!/usr/bin/env bash
# What `stackcost simulate` costs as a process over a long trace: 125,310 minutes (87 days, as many as
# the World Cup trace of 1998 has) of waves with noise, made here, read from CSV and simulated.
#
#   benches/simulate.sh [RUNS]
#
# Beside it, at the same time: reading the same bytes and nothing else (`wc -l`), and an estimate of the
# same stack with a fixed count of tasks, which is all that is neither trace nor simulation.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-20}

cargo build --release --locked --package stackcost
exec python3 - "$runs" "${CARGO_TARGET_DIR:-target}/release/stackcost" <<'PYTHON'
import datetime, os, pathlib, statistics, subprocess, sys, tempfile, time

runs, tool = int(sys.argv[1]), os.path.abspath(sys.argv[2])
ROWS = 125_310
STACK = """name = "made"
region = "us-east-1"
month = "average"
[fargate.api]
cpu = "0.25 vCPU"
memory = "0.5 GB"
tasks = %s
"""
TRACE = """{ trace = "load.csv", capacity_per_task = "600/min", min = 2, max = 12, target = "70% cpu", \
scale_out_cooldown = "60s", scale_in_cooldown = "300s" }"""


def rows():
    """The load of the Rust bench: days between 400 and 4,400 requests a minute, with 5 % noise."""
    first = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    random = 7
    for minute in range(ROWS):
        random ^= random << 13 & 2**64 - 1
        random ^= random >> 7
        random ^= random << 17 & 2**64 - 1
        degrees = minute % 1440 // 8
        wave = 16_000 * degrees * (180 - degrees) // (40_500 - degrees * (180 - degrees))
        at = first + datetime.timedelta(minutes=minute)
        yield f"{at:%Y-%m-%dT%H:%MZ},{(400 + wave) * (950 + random % 101) // 1000}\n"


def wall_ms(command, folder):
    start = time.perf_counter_ns()
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    return (time.perf_counter_ns() - start) / 1e6


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    (folder / "load.csv").write_text("timestamp,value\n" + "".join(rows()))
    (folder / "stack.toml").write_text(STACK % TRACE)
    (folder / "fixed.toml").write_text(STACK % 6)
    commands = {
        "stackcost simulate": [tool, "simulate", "stack.toml"],
        "the same as JSON": [tool, "simulate", "stack.toml", "--format", "json"],
        "stackcost optimize": [tool, "optimize", "stack.toml", "--format", "json"],
        "stackcost estimate, fixed": [tool, "estimate", "fixed.toml"],
        "wc -l": ["wc", "-l", "load.csv"],
    }
    times = {what: [] for what in commands}
    for turn in range(runs + 1):
        for what, command in commands.items():
            took = wall_ms(command, folder)
            if turn > 0:  # the first warms the caches
                times[what].append(took)
    size = (folder / "load.csv").stat().st_size / 2**20

print(f"{ROWS:,} rows, {size:.1f} MB of CSV, medians of {runs} runs in turns\n")
medians = {what: statistics.median(of) for what, of in times.items()}
for what, median in medians.items():
    print(f"{what:28} {median:8.1f} ms")
TARGET_MS = 150
missed = medians["stackcost simulate"] > TARGET_MS
print(f"{'target of the first':28} {TARGET_MS:8.1f} ms{'  MISSED' if missed else ''}")
sys.exit(missed)
PYTHON
