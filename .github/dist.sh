#!/usr/bin/env bash
# Builds the programs for one target and packs them, as `package.metadata.binstall` of cargo-wasmsign names archives:
#
#   .github/dist.sh x86_64-unknown-linux-musl     # target/archives/cargo-wasmsign-<version>-<target>.tar.gz
#   .github/dist.sh --check-tag v0.1.0            # fails where the tag is not the version
#   .github/dist.sh --name x86_64-apple-darwin    # the name of the archive
#
# OPTIMIZER=no leaves out the second program, whose C++ takes most of the time.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n '/^\[workspace\.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml)

if [ "${1:-}" = --check-tag ]; then
    [ "$2" = "v$version" ] || { echo "the tag $2 is not v$version, the version in Cargo.toml" >&2; exit 2; }
    exit 0
fi

only_name=
[ "${1:-}" != --name ] || { only_name=yes; shift; }
target=${1:?the target triple}
name=cargo-wasmsign-$version-$target
case $target in *-windows-*) archive=$name.zip ;; *) archive=$name.tar.gz ;; esac
if [ -n "$only_name" ]; then
    echo "$archive"
    exit 0
fi

out=${CARGO_TARGET_DIR:-target}
# Not `dist`, which is the directory of the profile.
dist=$out/archives
binaries=$out/$target/dist
suffix=
rustup target add "$target"

programs=(cargo-wasmsign)
[ "${OPTIMIZER:-yes}" = no ] || programs+=(cargo-wasmsign-optimizer)
build=(--locked --profile dist -p cargo-wasmsign --no-default-features)

# Neither program is to ask for a library that a system may not have.
linux() {
    # zig links for any version of glibc, and for musl.
    local tools=$PWD/$out/dist-tools
    [ "${out#/}" = "$out" ] || tools=$out/dist-tools
    if [ ! -x "$tools/bin/cargo-zigbuild" ]; then
        python3 -m venv "$tools"
        "$tools/bin/pip" install --quiet --require-hashes --requirement .github/dist-requirements.txt
    fi
    case $target in
        # It cannot load libraries, and so no PKCS#11.
        *-musl) PATH=$tools/bin:$PATH cargo zigbuild "${build[@]}" --features github --target "$target" --bin cargo-wasmsign ;;
        # The oldest glibc that Rust supports.
        *) PATH=$tools/bin:$PATH cargo zigbuild "${build[@]}" --features github,pkcs11 --target "$target.2.17" --bin cargo-wasmsign ;;
    esac
    [ "${#programs[@]}" = 2 ] || return 0
    # The C++ of the second one is compiled by the system's compiler. It opens no library and looks up no name, so glibc and
    # the C++ library go into it whole, and one file runs on glibc and on musl. Its flags are its own: so is its directory.
    local with_gnu=${target%-*}-gnu
    rustup target add "$with_gnu"
    RUSTFLAGS="-C target-feature=+crt-static -L native=$(dirname "$(c++ -print-file-name=libstdc++.a)")" \
        cargo build "${build[@]}" --features embedded-optimizer --target "$with_gnu" --bin cargo-wasmsign-optimizer \
        --target-dir "$out/optimizer"
    cp "$out/optimizer/$with_gnu/dist/cargo-wasmsign-optimizer" "$binaries/"
}

others() {
    local features=github,pkcs11
    [ "${#programs[@]}" = 1 ] || features+=,embedded-optimizer
    cargo build "${build[@]}" --features "$features" --target "$target" "${programs[@]/#/--bin=}"
}

case $target in
    *-linux-*) linux ;;
    *-windows-*) suffix=.exe && others ;;
    *) others ;;
esac

packed=$dist/$name
rm -rf "$packed"
mkdir -p "$packed"
for program in "${programs[@]}"; do
    cp "$binaries/$program$suffix" "$packed/"
done
cp README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$packed/"
case $archive in
    *.zip) (cd "$dist" && rm -f "$archive" && 7z a -bd -tzip "$archive" "$name" >/dev/null) ;;
    *) tar -C "$dist" -czf "$dist/$archive" "$name" ;;
esac
rm -rf "$packed"
ls -l "$dist"
