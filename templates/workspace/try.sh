#!/bin/sh
# Builds cargo-wasmsign from this repository, then builds, signs, verifies and shows the sample.
#
# The tool's own optimizer is 300,000 lines of C++. Where a wasm-opt is installed that is as new, that one is used, and
# nothing is compiled but Rust; EMBEDDED=1 compiles the C++ all the same.
set -eu

run() {
    echo "\$ cargo wasmsign $*"
    "$bin" "$@"
}

root=$(cd "$(dirname "$0")/../.." && pwd)
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
case $CARGO_TARGET_DIR in
    /* | [A-Za-z]:*) ;;
    *) CARGO_TARGET_DIR=$PWD/$CARGO_TARGET_DIR ;;
esac
export CARGO_TARGET_DIR
cd "$root"

bin=$CARGO_TARGET_DIR/debug/cargo-wasmsign
# The version of the embedded Binaryen.
wanted=116
installed=$(wasm-opt --version 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9][0-9]*\).*/\1/p') || installed=
if [ -z "${EMBEDDED:-}" ] && [ ! -e "$bin-optimizer" ] && [ "${installed:-0}" -ge "$wanted" ]; then
    echo "Building cargo-wasmsign. The installed wasm-opt, version $installed, optimizes;"
    echo "with EMBEDDED=1 the tool's own optimizer is compiled too, which takes some ten minutes more."
    cargo build --locked -p cargo-wasmsign --no-default-features
else
    echo "Building cargo-wasmsign. The first time takes some ten minutes: it compiles the optimizer."
    cargo build --locked --workspace --bin cargo-wasmsign --bin cargo-wasmsign-optimizer
fi

t=$CARGO_TARGET_DIR/wasmsign-sample
mkdir -p "$t"

run keygen -k "$t/throw-away.key" -K "$t/throw-away.pub" --force
run build --release --manifest-path templates/workspace/Cargo.toml --target-dir "$t" \
    -k "$t/throw-away.key"
published=$t/wasmsign
run verify -K "$t/throw-away.pub" \
    "$published/wasm32-unknown-unknown/release/invoice.wasm" \
    "$published/wasm32-wasip1/release/access-log.wasm"
run inspect "$published/wasm32-unknown-unknown/release/invoice.wasm"
