#!/usr/bin/env bash
# Measures what `cargo install` of the tool without its optimizer takes, from an empty target directory.
#
#   tests/bench/install.sh [DIRECTORY]
#
# Prints wall and CPU seconds; downloads are not counted. Other programs that use the cores lengthen both: threads of one
# core slow each other down. A report with the time of each crate is in DIRECTORY/cargo-timings.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=${1:-$(mktemp -d)}
mkdir -p "$work"
cargo fetch --quiet --locked
unset CARGO_TARGET_DIR
/usr/bin/time -f '%e s wall, %U s and %S s of CPU time' \
    cargo build --quiet --release --locked --timings --no-default-features -p cargo-wasmsign --target-dir "$work"
ls -l "$work/release/cargo-wasmsign"
