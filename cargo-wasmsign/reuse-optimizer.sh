#!/bin/sh
# Has cargo link the optimizer's C++ that a target directory holds compiled, instead of compiling it once more.
#
#   cargo install --path cargo-wasmsign --locked --config "$(sh cargo-wasmsign/reuse-optimizer.sh)"
#
# Cargo compiles what a build script builds once for each profile and each target directory: for tests, for
# `--release`, for `cargo install`. This prints the path of a configuration that names the newest one in
# DIRECTORY/*/build, for `--config` of any cargo command:
#
#   sh cargo-wasmsign/reuse-optimizer.sh [DIRECTORY]
#
# DIRECTORY is CARGO_TARGET_DIR, or target/, by default. Where it holds none, the configuration is empty, and cargo
# compiles. It is of the level of the profile that it was compiled in: -O1 in the dev profile, -O3 in the release profile.
set -eu
unset CDPATH

root=$(cd "$(dirname "$0")/.." && pwd)
target=$(cd "${1:-${CARGO_TARGET_DIR:-$root/target}}" && pwd)
version=$(sed -n '/^name = "wasm-opt-sys"$/{n;s/^version = "\(.*\)"$/\1/p;}' "$root/Cargo.lock")
triple=$(rustc -vV | sed -n 's/^host: //p')
config=$target/optimizer.toml

# The build script's own words tell what cargo is to do with what it has made.
newest=
for built in "$target"/*/build/wasm-opt-sys-*/out/libwasm-opt-cc.a \
    "$target"/*/build/wasm-opt-sys-*/out/wasm-opt-cc.lib; do
    said=${built%/out/*}/output
    # Of the version that Cargo.lock names, and still where the build script says that it is.
    grep -q "wasm-opt-sys-$version[/\\\\]" "$said" 2>/dev/null || continue
    grep -qF "rustc-link-search=native=${built%/*}" "$said" || continue
    [ -f "$built" ] || continue
    if [ -z "$newest" ] || [ "$built" -nt "$newest" ]; then
        newest=$built
    fi
done

if [ -z "$newest" ]; then
    echo "No compiled optimizer is in $target: cargo compiles it." >&2
    : >"$config"
else
    said=${newest%/out/*}/output
    echo "The optimizer's C++ is taken from ${newest%/*}." >&2
    {
        echo "[target.$triple.binaryen]"
        # Cargo's own keys take lists; what is passed on to other build scripts does not.
        for key in rustc-link-lib rustc-link-search; do
            sed -n "s/^cargo:\{1,2\}$key=\(.*\)/'\1',/p" "$said" | tr -d '\n' | sed "s/.*/$key = [&]/"
            echo
        done
        sed -n "s/^cargo:\(CXXBRIDGE_[A-Z0-9_]*\)=\(.*\)/\1 = '\2'/p" "$said"
    } >"$config"
fi
echo "$config"
