#!/usr/bin/env bash
# Measures the formats that sign a file as a whole, each beside the hash that it needs by another program, on 1 GiB.
#
#   tests/bench/formats.sh [DIRECTORY]
#
# DIRECTORY (default: a temporary one) needs 5 GiB. Wants GNU time, openssl, b2sum, minisign. RUNS=5 rounds, of which the median
# counts; the commands of a group take turns, so that a slower moment of the machine hits all of them. TOOL is the program,
# if it is not to be built.
set -euo pipefail
cd "$(dirname "$0")/../.."

runs=${RUNS:-5}
work=${1:-$(mktemp -d)}
mkdir -p "$work"
if [ -z "${TOOL:-}" ]; then
    export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
    cargo build --quiet --release --locked --workspace --bin cargo-wasmsign --bin cargo-wasmsign-optimizer
    TOOL=$CARGO_TARGET_DIR/release/cargo-wasmsign
fi
for program in openssl b2sum minisign /usr/bin/time; do
    command -v "$program" >/dev/null || { echo "missing: $program" >&2; exit 1; }
done

# Wall and CPU seconds and the peak of memory in MiB of one command.
measure() { # LABEL COMMAND
    /usr/bin/time -o "$work/time" -f '%e %U %S %M' bash -c "$2" >/dev/null 2>"$work/stderr" || {
        echo "failed: $2" >&2; cat "$work/stderr" >&2; exit 1
    }
    read -r wall user system memory <"$work/time"
    echo "$1 $wall $(awk "BEGIN {print $user + $system}") $(awk "BEGIN {print $memory / 1024}")" >>"$work/samples"
}

# The median of one column of the samples of a label.
median() { # LABEL COLUMN
    awk -v label="$1" -v column="$2" '$1 == label {print $column}' "$work/samples" | sort -n |
        awk '{value[NR] = $1} END {print value[int((NR + 1) / 2)]}'
}

# Prints the medians of a group of LABEL COMMAND pairs, run in turns, and how they compare with the first.
group() { # TITLE LABEL COMMAND …
    printf '\n%s\n' "$1"; shift
    : >"$work/samples"
    for ((run = 0; run < runs; run++)); do
        for ((pair = 1; pair < $#; pair += 2)); do
            [ -z "${prepare:-}" ] || eval "$prepare"
            measure "${!pair}" "${@:pair+1:1}"
        done
    done
    local wall cpu
    wall=$(median "$1" 2) cpu=$(median "$1" 3)
    for ((pair = 1; pair < $#; pair += 2)); do
        printf '%s %s %s %s\n' "${!pair}" "$(median "${!pair}" 2)" "$(median "${!pair}" 3)" "$(median "${!pair}" 4)"
    done | awk -v wall="$wall" -v cpu="$cpu" '{
        printf "  %-28s %7.3f s wall (%.2f x) %7.3f s cpu (%.2f x) %6.1f MiB\n", $1, $2, $2 / wall, $3, $3 / cpu, $4
    }'
}

echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
module=$work/1g.wasm
{
    # A custom section `z` of zeros; its size is a varuint32 of 5 bytes: 2^30 - 14.
    printf '\0asm\1\0\0\0\0\xf2\xff\xff\xff\x03\1z'
    head -c $((1073741824 - 16)) /dev/zero
} >"$module"
openssl genpkey -algorithm ed25519 -out "$work/ed.pem"
openssl pkey -in "$work/ed.pem" -pubout -out "$work/ed.pub"
openssl ecparam -name secp256k1 -genkey -out "$work/ec.pem"
openssl ec -in "$work/ec.pem" -pubout -out "$work/ec.pub" 2>/dev/null
chmod 600 "$work"/*.pem

ed="-k $work/ed.pem" trusted="-K $work/ed.pub"
for format in minisign sshsig oak; do
    "$TOOL" sign -q --as "$format" "$module" $ed -S "$work/$format.sig"
done
"$TOOL" sign -q --as wasmsign1 "$module" $ed -o "$work/wasmsign1.wasm"
"$TOOL" sign -q --as wasm-sign "$module" -k "$work/ec.pem" -o "$work/wasm-sign.wasm"
# `Ed`, over the file itself, which the program reads and does not write.
minisign -G -f -W -p "$work/minisign.pub" -s "$work/minisign.key" >/dev/null
minisign -S -l -s "$work/minisign.key" -m "$module" -x "$work/pure.sig" >/dev/null
cat "$module" "$work/wasmsign1.wasm" "$work/wasm-sign.wasm" >/dev/null

group "verify 1 GiB: SHA-512" \
    openssl-sha512 "openssl dgst -sha512 $module" \
    wasmsign1 "$TOOL verify -q --as wasmsign1 $work/wasmsign1.wasm $trusted" \
    sshsig "$TOOL verify -q $module -S $work/sshsig.sig $trusted" \
    minisign-Ed "$TOOL verify -q $module -S $work/pure.sig -K $work/minisign.pub" \
    wasmsign1,with-identity "$TOOL verify --as wasmsign1 $work/wasmsign1.wasm $trusted"
group "verify 1 GiB: BLAKE2b" \
    b2sum "b2sum $module" \
    minisign "$TOOL verify -q $module -S $work/minisign.sig $trusted" \
    minisign,with-identity "$TOOL verify $module -S $work/minisign.sig $trusted"
group "verify 1 GiB: SHA-256" \
    openssl-sha256 "openssl dgst -sha256 $module" \
    wasm-sign "$TOOL verify -q --as wasm-sign $work/wasm-sign.wasm -K $work/ec.pub" \
    oak "$TOOL verify -q $module -S $work/oak.sig $trusted"

sign_beside() { echo "rm -f $work/out.sig && $TOOL sign -q --as $1 $module $ed -S $work/out.sig"; }
group "sign 1 GiB into a file beside it" \
    openssl-sha512 "openssl dgst -sha512 $module" \
    sshsig "$(sign_beside sshsig)" \
    b2sum "b2sum $module" \
    minisign "$(sign_beside minisign)" \
    openssl-sha256 "openssl dgst -sha256 $module" \
    oak "$(sign_beside oak)"
rm -f "$work/wasmsign1.wasm" "$work/wasm-sign.wasm"
# What was removed is gone from the disk too before the next command begins.
prepare="rm -f $work/out.wasm; sync; sleep 1"
group "sign 1 GiB with a section at its end, to a new file" \
    openssl-sha512+cp+sync "openssl dgst -sha512 $module && cp $module $work/out.wasm && sync $work/out.wasm" \
    wasmsign1 "$TOOL sign -q --as wasmsign1 $module $ed -o $work/out.wasm" \
    openssl-sha256+cp+sync "openssl dgst -sha256 $module && cp $module $work/out.wasm && sync $work/out.wasm" \
    wasm-sign "$TOOL sign -q --as wasm-sign $module -k $work/ec.pem -o $work/out.wasm"
rm -f "$work"/*.wasm "$work"/*.sig
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"
