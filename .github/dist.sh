#!/usr/bin/env bash
# Builds the programs for one target and packs them, as `package.metadata.binstall` of cargo-wasmsign names archives:
#
#   .github/dist.sh x86_64-unknown-linux-musl     # target/dist/cargo-wasmsign-<version>-<target>.tar.gz
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
dist=$out/dist
binaries=$out/$target/dist
suffix=
rustup target add "$target"

# Neither program is to ask for a library that a system may not have.
features=github
case $target in
    # It cannot load libraries, and so no PKCS#11.
    *-musl) ;;
    *) features+=,pkcs11 ;;
esac
build=(cargo build)
case $target in
    *-windows-*) suffix=.exe ;;
    *-linux-*)
        # zig brings a C++ library that is linked statically, for any version of glibc and for musl.
        tools=$PWD/$out/dist-tools
        [ "${out#/}" = "$out" ] || tools=$out/dist-tools
        if [ ! -x "$tools/bin/cargo-zigbuild" ]; then
            python3 -m venv "$tools"
            "$tools/bin/pip" install --quiet --require-hashes --requirement .github/dist-requirements.txt
        fi
        export PATH=$tools/bin:$PATH
        build=(cargo zigbuild)
        ;;
esac
# The oldest glibc that Rust supports.
case $target in *-linux-gnu) with_libc=$target.2.17 ;; *) with_libc=$target ;; esac

programs=(cargo-wasmsign)
if [ "${OPTIMIZER:-yes}" != no ]; then
    # The first program uses nothing of the second one's C++, and so has none of it.
    features+=,embedded-optimizer
    programs+=(cargo-wasmsign-optimizer)
fi
"${build[@]}" --locked --profile dist --target "$with_libc" -p cargo-wasmsign "${programs[@]/#/--bin=}" \
    --no-default-features --features "$features"

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
