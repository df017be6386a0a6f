#!/usr/bin/env bash
# Measures what verification adds to the time that templates/host-wasmtime takes to compile a module of some MB: std,
# regex with all of Unicode, and a parser of Rust, built, optimized and signed by the tool.
#
#   tests/bench/host.sh [DIRECTORY]
#
# RUNS=11 rounds, of which the median counts. TOOL names a cargo-wasmsign program; without it one is built.
set -euo pipefail
cd "$(dirname "$0")/../.."

runs=${RUNS:-11}
work=${1:-$(mktemp -d)}
mkdir -p "$work"
target=${CARGO_TARGET_DIR:-$PWD/target}
if [ -z "${TOOL:-}" ]; then
    cargo build --quiet --release --locked --workspace --bin cargo-wasmsign
    TOOL=$target/release/cargo-wasmsign
fi
cargo build --quiet --release --locked --manifest-path templates/host-wasmtime/Cargo.toml \
    --target-dir "$target/tmp/host-wasmtime"
host=$target/tmp/host-wasmtime/release/host-wasmtime
unset CARGO_TARGET_DIR
CARGO=$(rustup which cargo 2>/dev/null || command -v cargo)
export CARGO

guest=$work/guest
mkdir -p "$guest/src"
"$TOOL" keygen -q --force -k "$work/key" -K "$work/pub"
cat >"$guest/Cargo.toml" <<EOF
[package]
name = "guest"
version = "0.1.0"
edition = "2024"
[lib]
crate-type = ["cdylib"]
[dependencies]
regex = "=1.13.2"
syn = { version = "=2.0.119", features = ["full", "extra-traits"] }
[profile.release]
opt-level = 3
[workspace]
[package.metadata.wasmsign]
target = "wasm32-unknown-unknown"
EOF
cat >"$guest/src/lib.rs" <<'EOF'
use std::fmt::Write;

/// Parses a source of its own making, and counts words in what was understood.
#[unsafe(no_mangle)]
pub extern "C" fn words(count: u32) -> u32 {
    let mut source = String::new();
    for at in 0..count {
        let _ = writeln!(source, "fn f{at}(x: u8) -> Option<Vec<u8>> {{ match x {{ {at} => None, _ => g() }} }}");
    }
    let tree = format!("{:?}", syn::parse_file(&source));
    let word = regex::Regex::new(r"\b[\p{Alphabetic}--\p{Greek}]\w+\b");
    word.map_or(0, |word| word.find_iter(&tree).count() as u32)
}
EOF
"$TOOL" build -q --release --manifest-path "$guest/Cargo.toml" -k "$work/key"
module=$guest/target/wasmsign/wasm32-unknown-unknown/release/guest.wasm

: >"$work/samples"
for ((run = 0; run < runs; run++)); do
    "$host" --timings --key "$work/pub" "$module" --invoke words 3 2>>"$work/samples" >"$work/answer"
done
[ "$(cat "$work/answer")" -gt 0 ]
median() { # NAME
    awk -v name="$1" '$1 == name {print $2}' "$work/samples" | sort -n |
        awk '{value[NR] = $1} END {print value[int((NR + 1) / 2)]}'
}
verified=$(median verified_us)
compiled=$(median compiled_us)
awk -v size="$(wc -c <"$module")" -v verified="$verified" -v compiled="$compiled" 'BEGIN {
    printf "module           %8.2f MB\n", size / 1e6
    printf "read and verify  %8.2f ms\n", verified / 1e3
    printf "compile          %8.2f ms\n", compiled / 1e3
    printf "added            %8.2f %%\n", 100 * verified / compiled
}'
