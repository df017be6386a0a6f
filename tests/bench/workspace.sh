#!/usr/bin/env bash
# Measures builds of a workspace of eight modules beside the script that people write today: cargo build, then
# wasm-opt and wasmsign2 on each module.
#
#   tests/bench/workspace.sh [DIRECTORY]
#
# Wants, in PATH: wasm-opt, and wasmsign2 0.2.8 (`cargo install wasmsign2-cli --version 0.2.8`). Both sides use
# that wasm-opt and the same level, so that optimizers are not what is compared. RUNS=5 rounds, of which the median
# counts; the commands of a group take turns.
set -euo pipefail
cd "$(dirname "$0")/../.."

runs=${RUNS:-5}
work=${1:-$(mktemp -d)}
mkdir -p "$work"
target=${CARGO_TARGET_DIR:-$PWD/target}
CARGO_TARGET_DIR=$target cargo build --quiet --release --locked --workspace --bin cargo-wasmsign
unset CARGO_TARGET_DIR
tool=$target/release/cargo-wasmsign
CARGO=$(rustup which cargo 2>/dev/null || command -v cargo)
export CARGO
for program in wasm-opt wasmsign2; do
    command -v "$program" >/dev/null || { echo "missing: $program" >&2; exit 1; }
done

# Eight libraries, each with enough of std to be worth optimizing.
project=$work/workspace
rm -rf "$project"
mkdir -p "$project"
"$tool" keygen -q --encoding compact -k "$project/key" -K "$project/pub"
cat >"$project/Cargo.toml" <<EOF
[workspace]
resolver = "3"
members = ["m*"]
[profile.release]
lto = true
[workspace.metadata.wasmsign]
sign-with = ["release"]
[workspace.metadata.wasmsign.optimize]
level = "z"
tool = "$(command -v wasm-opt)"
[workspace.metadata.wasmsign.keys.release]
public = "pub"
secret = { file = "key" }
EOF
for member in 1 2 3 4 5 6 7 8; do
    mkdir -p "$project/m$member/src"
    cat >"$project/m$member/Cargo.toml" <<EOF
[package]
name = "m$member"
version = "0.1.0"
edition = "2024"
[lib]
crate-type = ["cdylib"]
[package.metadata.wasmsign]
EOF
    cat >"$project/m$member/src/lib.rs" <<EOF
use std::collections::BTreeMap;
#[unsafe(no_mangle)]
pub extern "C" fn words_$member(seed: u32) -> u32 {
    let text = (0..seed).map(|n| format!("{:x} ", n.wrapping_mul($member))).collect::<String>();
    let mut counts = BTreeMap::<String, f64>::new();
    for word in text.to_uppercase().split_whitespace() {
        *counts.entry(word.to_owned()).or_default() += word.len() as f64 / 3.0;
    }
    format!("{counts:?}").len() as u32
}
EOF
done

manifest=$project/Cargo.toml
flags="--release --workspace --target wasm32-unknown-unknown --manifest-path $manifest"
out=$project/target/wasm32-unknown-unknown/release
features="--enable-bulk-memory --enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int \
--enable-multivalue --enable-reference-types"
cat >"$work/script.sh" <<EOF
set -e
$CARGO build -q $flags
mkdir -p $project/signed
for module in $out/*.wasm; do
    name=\$(basename \$module)
    wasm-opt -Oz --strip-debug --strip-dwarf $features \$module -o $project/signed/\$name.opt
    wasmsign2 sign -i $project/signed/\$name.opt -k $project/key -o $project/signed/\$name
done
EOF
build="$tool build -q --release --workspace --manifest-path $manifest"

group() { # TITLE LABEL PREPARATION COMMAND …
    printf '\n%s\n' "$1"; shift
    : >"$work/samples"
    for ((run = 0; run < runs; run++)); do
        for ((at = 1; at < $#; at += 3)); do
            bash -c "${@:at+1:1}"
            start=$(date +%s%N)
            bash -c "${@:at+2:1}" >/dev/null 2>"$work/stderr" || {
                echo "failed: ${*:at+2:1}" >&2; cat "$work/stderr" >&2; exit 1
            }
            echo "${!at} $((($(date +%s%N) - start) / 1000))" >>"$work/samples"
        done
    done
    for ((at = 1; at < $#; at += 3)); do
        label=${!at}
        awk -v label="$label" '$1 == label {print $2}' "$work/samples" | sort -n |
            awk -v label="$label" '{value[NR] = $1} END {printf "  %-36s %8.3f s\n", label, value[int((NR + 1) / 2)] / 1e6}'
    done
}

bash "$work/script.sh" >/dev/null 2>&1
$build
group "nothing changed" \
    cargo+metadata true "$CARGO build -q $flags && $CARGO metadata --format-version 1 --no-deps --manifest-path $manifest" \
    cargo-wasmsign true "$build" \
    script true "bash $work/script.sh"

# The sources differ each time, so that no cache can have seen the module before.
change="sed -i \"s/ 3\\.0[0-9]*/ 3.0\$(date +%N)/\" $project/m3/src/lib.rs"
group "one of eight changed" \
    cargo+one-optimizer-run "$change" "$CARGO build -q $flags && wasm-opt -Oz --strip-debug --strip-dwarf $features $out/m3.wasm -o $work/m3.opt" \
    cargo-wasmsign "$change" "$build" \
    script "$change" "bash $work/script.sh"

group "all from scratch" \
    cargo-wasmsign "rm -rf $project/target $project/signed" "$build" \
    script "rm -rf $project/target $project/signed" "bash $work/script.sh"

# 190 MiB in a custom section: what our own process holds of it.
printf '\nmemory of our own process, with a module of 190 MiB\n'
cat >"$project/big.sh" <<'EOF'
cat
printf '\0\206\200\200\137\1z'
head -c 199229444 /dev/zero
EOF
sed -i 's/^\[package.metadata.wasmsign\]/&\ntransform.command = ["sh", "..\/big.sh"]/' "$project/m1/Cargo.toml"
$tool build -q --release -p m1 --manifest-path "$manifest" &
pid=$!
peak=0
while kill -0 $pid 2>/dev/null; do
    now=$(awk '/^VmHWM/ {print $2}' "/proc/$pid/status" 2>/dev/null || true)
    [ -n "$now" ] && peak=$now
    sleep 0.02
done
wait $pid
awk "BEGIN {printf \"  %-36s %8.1f MiB\n\", \"cargo-wasmsign\", $peak / 1024}"
