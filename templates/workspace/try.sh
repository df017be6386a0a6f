#!/bin/sh
# Builds cargo-wasmsign from this repository, then builds, signs, verifies and shows the sample.
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

echo "Building cargo-wasmsign. The first time takes about ten minutes: it compiles the optimizer."
cargo build --locked --workspace --bin cargo-wasmsign --bin cargo-wasmsign-optimizer

bin=$CARGO_TARGET_DIR/debug/cargo-wasmsign
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
