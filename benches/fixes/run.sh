#!/usr/bin/env bash
# Plan and apply of 2,000 log groups and 50 repositories, beside one call after another on the same double.
#
#   cargo test -p stackcost --test it aws   # once: it installs the double below target/
#   benches/fixes/run.sh [RUNS]
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-5}

cargo build --release --locked --package stackcost
target=${CARGO_TARGET_DIR:-target}
target=$(cd "$target" && pwd)
python=$(ls -d "$target"/tmp/aws-double-*/bin/python 2>/dev/null | head -n 1 || true)
[ -n "$python" ] || { echo "no AWS double below $target: cargo test -p stackcost --test it aws" >&2; exit 2; }

exec "$python" benches/fixes/run.py "$target/release/stackcost" "$runs"
