#!/usr/bin/env bash
# Measures a release of a workspace of several packages, one module each, beside a build of the same and `sha256sum` of what
# it publishes: from an empty target directory, and with nothing to compile.
#
#   tests/bench/release.sh [DIRECTORY]
#
# PACKAGES=8 packages, RUNS=5 rounds, of which the median counts; the commands take turns. TOOL names a cargo-wasmsign
# program; without it one is built.
set -euo pipefail
cd "$(dirname "$0")/../.."

packages=${PACKAGES:-8}
runs=${RUNS:-5}
work=${1:-$(mktemp -d)}
mkdir -p "$work"
if [ -z "${TOOL:-}" ]; then
    target=${CARGO_TARGET_DIR:-$PWD/target}
    cargo build --quiet --release --locked --workspace --bin cargo-wasmsign --bin cargo-wasmsign-optimizer
    TOOL=$target/release/cargo-wasmsign
fi
unset CARGO_TARGET_DIR SOURCE_DATE_EPOCH
CARGO=$(rustup which cargo 2>/dev/null || command -v cargo)
export CARGO

workspace=$work/workspace
rm -rf "$workspace"
mkdir -p "$workspace"
"$TOOL" keygen -q --force -k "$workspace/key" -K "$workspace/pub"
{
    printf '[workspace]\nresolver = "3"\nmembers = ["member-*"]\n[workspace.metadata.wasmsign]\n'
    printf 'sign-with = ["key"]\noptimize = %s\n' "${OPTIMIZE:-false}"
    printf '[workspace.metadata.wasmsign.keys.key]\npublic = "pub"\nsecret = { file = "key" }\n'
} >"$workspace/Cargo.toml"
for ((at = 0; at < packages; at++)); do
    member=$workspace/member-$at
    mkdir -p "$member/src"
    printf '[package]\nname = "member-%s"\nversion = "0.1.0"\nedition = "2024"\n' "$at" >"$member/Cargo.toml"
    printf '[lib]\ncrate-type = ["cdylib"]\n[package.metadata.wasmsign]\n' >>"$member/Cargo.toml"
    # As much of the standard library as a small plugin needs.
    cat >"$member/src/lib.rs" <<RUST
use std::collections::BTreeMap;
#[unsafe(no_mangle)]
pub extern "C" fn answer(n: u32) -> u32 {
    let all: BTreeMap<String, u32> = (0..n).map(|at| (format!("{at:?} of $at"), at)).collect();
    all.values().fold($at, |sum, at| sum.wrapping_add(*at))
}
RUST
done
cd "$workspace"
printf 'target\nkey\n' >.gitignore
"$CARGO" generate-lockfile -q --offline
git init -q .
git add -A
git -c user.name=bench -c user.email=bench@example.org commit -qm bench

samples=$work/samples
: >"$samples"
measure() { # LABEL COMMAND
    local TIMEFORMAT='%3R %3U %3S'
    { time bash -c "$2" >/dev/null 2>"$work/stderr"; } 2>"$work/time" || { cat "$work/stderr" >&2; exit 1; }
    awk -v label="$1" '{print label, $1 * 1000, ($2 + $3) * 1000}' "$work/time" >>"$samples"
}
median() { # LABEL COLUMN
    awk -v label="$1" -v column="$2" '$1 == label {print $column}' "$samples" | sort -n |
        awk '{value[NR] = $1} END {print value[int((NR + 1) / 2)]}'
}
build="$TOOL build -q --release --workspace && sha256sum target/wasmsign/*/release/*.wasm"
release="$TOOL release -q --workspace"
for ((run = 0; run < runs; run++)); do
    for way in build release; do
        rm -rf target
        measure "cold-$way" "${!way}"
    done
    # What a release writes anew: without the last one, with all modules built.
    measure warm-build "$build"
    rm -rf target/wasmsign/release
    measure warm-release "$release"
    measure fresh-release "$release"
done
measure verify "$TOOL release verify -q target/wasmsign/release/* -K pub"
printf '%s packages, median of %s rounds\n' "$packages" "$runs"
for label in cold-build cold-release warm-build warm-release fresh-release verify; do
    printf '  %-14s %8.0f ms wall %8.0f ms cpu\n' "$label" "$(median "$label" 2)" "$(median "$label" 3)"
done
for column in 2 3; do
    awk "BEGIN {printf \"%.1f \", ($(median cold-release $column) / $(median cold-build $column) - 1) * 100}"
done
echo "% more than a build (wall, cpu)"
