#!/usr/bin/env bash
# Runs FOCUS's own validator on a Parquet file of ours, and fails on any finding but its known errors.
#
#   tests/focus/validate.sh [--fees] [FILE.parquet]
#
# Without a file it is the one that `examples/focus_export.rs` writes. Needs Python 3.12 (`python3.12`, or $PYTHON312);
# the validator is installed once, pinned, below target/. Facts that cost time to find out:
#   * it opens its list of currencies relative to the working directory, so it runs inside site-packages;
#   * its exit code is 0 whatever it finds, so its output is read;
#   * pyarrow 20 and later crash it; it reads Parquet, since in CSV it takes account numbers for integers.
#
# Its known errors in 1.2, all about columns that are null here: CapacityReservationStatus-C-004-C and
# CommitmentDiscountStatus-C-004-C ask for a status where there is no reservation and no commitment;
# InvoiceId-C-005-C asks for an invoice, -C-004-C for none, and one of the two always fails. The other six are the rules
# that these belong to. With --fees two more: EffectiveCost-C-005-C wants 0 of every purchase, where the specification
# says so only of purchases "intended to cover future eligible charges"; a support fee is none.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
target=$(realpath -m "${CARGO_TARGET_DIR:-$root/target}")
known="CapacityReservationStatus-C-000-C CapacityReservationStatus-C-002-C CapacityReservationStatus-C-004-C
CommitmentDiscountStatus-C-000-C CommitmentDiscountStatus-C-002-C CommitmentDiscountStatus-C-004-C
CostAndUsage-D-000-M CostAndUsage-D-002-M InvoiceId-C-005-C"
if [ "${1:-}" = --fees ]; then
    known="$known EffectiveCost-C-000-M EffectiveCost-C-005-C"
    shift
fi
if [ $# -gt 0 ]; then
    file=$(realpath "$1")
else
    file="$target/focus-sample.parquet"
    (cd "$root" && cargo run --quiet --locked --package stackcost-formats --example focus_export -- "$file" >/dev/null)
fi

venv="$target/focus-validator"
if [ ! -x "$venv/bin/focus-validator" ]; then
    python=${PYTHON312:-$(command -v python3.12 || true)}
    if [ -z "$python" ]; then
        echo "validate.sh needs Python 3.12: install it, or say where it is in PYTHON312" >&2
        exit 2
    fi
    "$python" -m venv "$venv"
    "$venv/bin/pip" --quiet install focus-validator==2.2.1 'pyarrow<20'
fi
cd "$venv"/lib/python3.12/site-packages
report=$("$venv/bin/focus-validator" --data-file "$file" --validate-version 1.2 --block-download \
    --applicability-criteria ALL --show-violations 2>&1) || { echo "$report" >&2; exit 1; }

total=$(grep -m1 '^Total:' <<<"$report") || { echo "$report" >&2; echo "validate.sh: the validator gave no result" >&2; exit 1; }
echo "$file"
echo "$total"
failed=$(grep -oE '[A-Za-z]+-[A-Z]-[0-9]{3}-[A-Z]: FAIL' <<<"$report" | sed 's/: FAIL//' | sort -u)
unlike=$(diff <(tr -s ' ' '\n' <<<"$known" | sort -u) <(echo "$failed") || true)
if [ -n "$unlike" ]; then
    echo "not the known errors of the validator (< is missing, > is new):"
    grep '^[<>]' <<<"$unlike"
    sed -n '/^--- Failures ---/,$p' <<<"$report"
    exit 1
fi
echo "only the known errors of the validator"
