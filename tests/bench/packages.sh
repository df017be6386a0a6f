#!/usr/bin/env bash
# Measures a build with nothing to do in a workspace of many packages, one module each, beside cargo's own.
#
#   tests/bench/packages.sh [DIRECTORY]
#
# PACKAGES=200 packages, RUNS=21 rounds, of which the median counts; the two commands take turns. TOOL names a
# cargo-wasmsign program; without it one is built.
set -euo pipefail
cd "$(dirname "$0")/../.."

packages=${PACKAGES:-200}
runs=${RUNS:-21}
work=${1:-$(mktemp -d)}
mkdir -p "$work"
if [ -z "${TOOL:-}" ]; then
    target=${CARGO_TARGET_DIR:-$PWD/target}
    cargo build --quiet --release --locked --workspace --bin cargo-wasmsign
    TOOL=$target/release/cargo-wasmsign
fi
unset CARGO_TARGET_DIR
CARGO=$(rustup which cargo 2>/dev/null || command -v cargo)
export CARGO

workspace=$work/workspace
mkdir -p "$workspace"
"$TOOL" keygen -q --force -k "$workspace/key" -K "$workspace/pub"
{
    printf '[workspace]\nresolver = "3"\nmembers = ["member-*"]\n[workspace.metadata.wasmsign]\noptimize = false\n'
    printf 'sign-with = ["key"]\n[workspace.metadata.wasmsign.keys.key]\npublic = "pub"\nsecret = { file = "key" }\n'
} >"$workspace/Cargo.toml"
for ((at = 0; at < packages; at++)); do
    member=$workspace/member-$at
    mkdir -p "$member/src"
    printf '[package]\nname = "member-%s"\nversion = "0.1.0"\nedition = "2024"\n' "$at" >"$member/Cargo.toml"
    printf '[lib]\ncrate-type = ["cdylib"]\n[package.metadata.wasmsign]\n' >>"$member/Cargo.toml"
    printf '#![no_std]\n#[panic_handler]\nfn panic(_: &core::panic::PanicInfo<'"'_>"') -> ! { loop {} }\n' \
        >"$member/src/lib.rs"
    printf '#[unsafe(no_mangle)]\npub extern "C" fn answer() -> u32 { %s }\n' "$at" >>"$member/src/lib.rs"
done

cd "$workspace"
cargo_build=("$CARGO" build -q --release --workspace --target wasm32-unknown-unknown)
build=("$TOOL" build -q --release --workspace)
"${cargo_build[@]}"
"${build[@]}"

measure() { # LABEL COMMAND …
    local label=$1 begin end
    shift
    begin=$(date +%s%N)
    "$@" >/dev/null
    end=$(date +%s%N)
    echo "$label $(((end - begin) / 1000))" >>"$work/samples"
}
median() { # LABEL
    awk -v label="$1" '$1 == label {print $2}' "$work/samples" | sort -n |
        awk '{value[NR] = $1} END {print value[int((NR + 1) / 2)]}'
}
: >"$work/samples"
for ((run = 0; run < runs; run++)); do
    measure cargo "${cargo_build[@]}"
    measure wasmsign "${build[@]}"
done
awk -v cargo="$(median cargo)" -v ours="$(median wasmsign)" -v packages="$packages" 'BEGIN {
    printf "cargo build           %8.1f ms\n", cargo / 1e3
    printf "cargo wasmsign build  %8.1f ms (%.2f ×)\n", ours / 1e3, ours / cargo
    printf "wanted                %8.1f ms (1.5 × and 0.1 ms a package)\n", (1.5 * cargo + 100 * packages) / 1e3
}'
