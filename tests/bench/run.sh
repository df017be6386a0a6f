#!/usr/bin/env bash
# Measures the figures of docs/BENCHMARKS.md: this program beside openssl, cp, sync and wasmsign2.
#
#   tests/bench/run.sh [DIRECTORY]
#
# DIRECTORY (default: a temporary one) needs 9 GiB. Wants: GNU time, openssl, and wasmsign2 0.2.8
# (`cargo install wasmsign2-cli --version 0.2.8`) in PATH. RUNS=5 rounds, of which the median counts; the
# commands of a group take turns, so that a slower moment of the machine hits all of them.
set -euo pipefail
cd "$(dirname "$0")/../.."

runs=${RUNS:-5}
work=${1:-$(mktemp -d)}
mkdir -p "$work"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
cargo build --quiet --release --locked --workspace --bin cargo-wasmsign --bin cargo-wasmsign-optimizer
cargo build --quiet --release --locked -p wasmsign-core --example verify
tool=$CARGO_TARGET_DIR/release/cargo-wasmsign
library=$CARGO_TARGET_DIR/release/examples/verify
for program in openssl wasmsign2 /usr/bin/time; do
    command -v "$program" >/dev/null || { echo "missing: $program" >&2; exit 1; }
done

# A module of SIZE MiB: a custom section of zeros behind an empty module.
module() { # FILE MIB
    local payload=$(($2 * 1048576 - 8))
    # The size as a varuint32 padded to 5 bytes, the name `z` of one byte.
    {
        printf '\0asm\1\0\0\0\0'
        local left=$payload byte
        for _ in 1 2 3 4; do
            byte=$((left & 127 | 128)) left=$((left >> 7))
            printf "\\x$(printf %02x $byte)"
        done
        printf "\\x$(printf %02x $left)"
        printf '\1z'
        head -c $((payload - 2)) /dev/zero
    } >"$1"
}

# Wall and CPU seconds and the peak of memory in MiB of one command.
measure() { # LABEL COMMAND
    /usr/bin/time -o "$work/time" -f '%e %U %S %M' bash -c "$2" >/dev/null 2>"$work/stderr" || {
        echo "failed: $2" >&2; cat "$work/stderr" >&2; exit 1
    }
    read -r wall user system memory <"$work/time"
    echo "$1 $wall $(awk "BEGIN {print $user + $system}") $(awk "BEGIN {print $memory / 1024}")" >>"$work/samples"
}

# Prints the medians of a group of LABEL COMMAND pairs, run in turns.
group() { # TITLE LABEL COMMAND …
    printf '\n%s\n' "$1"; shift
    : >"$work/samples"
    for ((run = 0; run < runs; run++)); do
        for ((pair = 1; pair < $#; pair += 2)); do
            [ -z "${prepare:-}" ] || eval "$prepare"
            measure "${!pair}" "${@:pair+1:1}"
        done
    done
    for ((pair = 1; pair < $#; pair += 2)); do
        label=${!pair}
        for column in 2 3 4; do
            awk -v label="$label" -v column=$column '$1 == label {print $column}' "$work/samples" | sort -n |
                awk '{value[NR] = $1} END {printf "%s ", value[int((NR + 1) / 2)]}'
        done | awk -v label="$label" '{printf "  %-28s %8.3f s wall %8.3f s cpu %8.1f MiB\n", label, $1, $2, $3}'
    done
}

key=$work/key pub=$work/pub
rm -f "$key" "$pub"
"$tool" keygen -q --encoding compact -k "$key" -K "$pub"

module "$work/1g.wasm" 1024
"$tool" sign -q "$work/1g.wasm" -k "$key" -o "$work/1g.signed.wasm"
group "verify a module of 1 GiB" \
    openssl "openssl dgst -sha256 $work/1g.wasm" \
    cargo-wasmsign "$tool verify $work/1g.signed.wasm -K $pub" \
    library,-no-identity "$library $work/1g.signed.wasm $pub" \
    wasmsign2 "wasmsign2 verify -i $work/1g.signed.wasm -K $pub"

# What was removed is gone from the disk too before the next command begins.
prepare="rm -f $work/out.wasm; sync; sleep 1"
group "sign a module of 1 GiB to a new file" \
    openssl+cp+sync "openssl dgst -sha256 $work/1g.wasm && cp $work/1g.wasm $work/out.wasm && sync $work/out.wasm" \
    cargo-wasmsign "$tool sign $work/1g.wasm -k $key -o $work/out.wasm" \
    wasmsign2+sync "wasmsign2 sign -i $work/1g.wasm -k $key -o $work/out.wasm && sync $work/out.wasm"
prepare=
rm -f "$work"/1g*.wasm "$work/out.wasm"

module "$work/64m.wasm" 64
"$tool" sign -q "$work/64m.wasm" -k "$key" -o "$work/64m.signed.wasm"
group "verify a module of 64 MiB" \
    cargo-wasmsign "$tool verify $work/64m.signed.wasm -K $pub" \
    wasmsign2 "wasmsign2 verify -i $work/64m.signed.wasm -K $pub"
group "sign a module of 64 MiB to a new file" \
    cargo-wasmsign "$tool sign $work/64m.wasm -k $key -o $work/out.wasm" \
    wasmsign2 "wasmsign2 sign -i $work/64m.wasm -k $key -o $work/out.wasm"
rm -f "$work"/64m*.wasm "$work/out.wasm"

for size in 1:1 4096:4g; do
    module "$work/${size#*:}.wasm" "${size%:*}"
    group "memory at ${size%:*} MiB" \
        sign "$tool sign $work/${size#*:}.wasm -k $key -o $work/out.wasm" \
        verify "$tool verify $work/out.wasm -K $pub"
    rm -f "$work/${size#*:}.wasm" "$work/out.wasm"
done

printf '\0asm\1\0\0\0\0\5\1zabc' >"$work/tiny.wasm"
"$tool" sign -q "$work/tiny.wasm" -k "$key"
rm -rf "$work/many" && mkdir "$work/many"
for ((at = 0; at < 1000; at++)); do cp "$work/tiny.wasm" "$work/many/$at.wasm"; done
# As many calls of each in turns, so that both meet the same moments of the machine.
hundred() { echo "for call in {1..100}; do $* >/dev/null; done"; }
group "verify one tiny module, 100 calls" \
    cargo-wasmsign "$(hundred "$tool" verify -q "$work/tiny.wasm" -K "$pub")" \
    wasmsign2 "$(hundred wasmsign2 verify -i "$work/tiny.wasm" -K "$pub")"
group "verify 1,000 tiny modules" \
    one-call "$tool verify -q $work/many/*.wasm -K $pub" \
    1,000-calls "for module in $work/many/*.wasm; do $tool verify -q \$module -K $pub; done" \
    1,000-calls-of-wasmsign2 "for module in $work/many/*.wasm; do wasmsign2 verify -i \$module -K $pub; done"
rm -rf "$work/many"

group "completions and help, 100 calls" \
    completions "$(hundred "$tool" completions bash)" \
    help "$(hundred "$tool" --help)" \
    true "$(hundred /bin/true)"

project=$work/project
rm -rf "$project"
cp -R templates/module "$project"
rm -rf "$project/target"
manifest=$project/Cargo.toml
CARGO=$(rustup which cargo 2>/dev/null || command -v cargo)
export CARGO
build="env -u CARGO_TARGET_DIR $tool build -q --release --manifest-path $manifest -k $key"
cargo_build="env -u CARGO_TARGET_DIR $CARGO build -q --release --target wasm32-unknown-unknown --manifest-path $manifest"
bash -c "$build && $cargo_build"
runs=$((runs * 4))
group "a build with nothing to do" \
    cargo+metadata "$cargo_build && $CARGO metadata --format-version 1 --no-deps --manifest-path $manifest" \
    cargo-wasmsign "$build"
