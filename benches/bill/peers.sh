#!/usr/bin/env bash
# One question to one bill, asked of stackcost and of the engines people use: time and memory, beside each other.
#
#   benches/bill/peers.sh [--runs 7] FILE...        FILE: .csv, .csv.gz or .parquet, see make.py
#
# Prints Markdown for benches/RESULTS.md. The peers are installed once, pinned, below target/.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv="${CARGO_TARGET_DIR:-target}/peers"
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" --quiet install duckdb==2.0.0 polars==2.1.0 datafusion==55.0.0 pyarrow==26.0.1
fi
if [ -z "${STACKCOST:-}" ]; then
    cargo build --release --locked --package stackcost >&2
    STACKCOST="${CARGO_TARGET_DIR:-target}/release/stackcost"
fi
export STACKCOST
exec "$venv/bin/python" benches/bill/peers.py "$@"
