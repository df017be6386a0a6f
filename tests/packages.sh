#!/usr/bin/env bash
# Checks what `cargo publish` would upload of each crate: that it is lean, that it has its licences, a README and what
# crates.io shows of it, and that cargo can pack it. Nothing is compiled.
set -euo pipefail
cd "$(dirname "$0")/.."

# In the order in which they are published.
crates=(wasmsign-core wasmsign-macros wasmsign-build wasmsign-c cargo-wasmsign)
# Compressed.
limit=786432
wrong=0
fault() { echo "$*" >&2; wrong=1; }

metadata=$(cargo metadata --locked --offline --no-deps --format-version 1)
published=$(jq -r '[.packages[] | select(.publish == null) | .name] | sort | join(" ")' <<<"$metadata")
[ "$published" = "$(printf '%s\n' "${crates[@]}" | LC_ALL=C sort | xargs)" ] ||
    fault "these are published, and not those that are checked: $published"

selected=()
for crate in "${crates[@]}"; do
    selected+=(-p "$crate")
    for field in description license rust_version readme keywords categories; do
        value=$(jq -c ".packages[] | select(.name == \"$crate\") | .$field" <<<"$metadata")
        case $value in null | '""' | '[]') fault "$crate has no $field" ;; esac
    done
    files=$(cargo package --list --locked --offline --allow-dirty -p "$crate" 2>/dev/null)
    for file in LICENSE-APACHE LICENSE-MIT README.md; do
        grep -qx "$file" <<<"$files" || fault "$crate: $file is not in the package"
    done
    strange=$(grep -vE '^(\.cargo_vcs_info\.json|Cargo\.(lock|toml|toml\.orig)|LICENSE-(APACHE|MIT)|README\.md)$' <<<"$files" |
        grep -vE '^(src|examples)/.*\.rs$|^templates/|^templates\.json$|^src/cli/completions/|\.(h|toml|sh|txt|in|yml)$' || true)
    tests=$(grep -E '(^|/)(tests?|testdata|benches|fixtures|snapshots)(/|\.rs$)' <<<"$files" | grep -v '^templates/' || true)
    for file in $strange $tests; do fault "$crate: $file is in the package"; done
done

cargo package --no-verify --locked --offline --allow-dirty --quiet "${selected[@]}" 2>&1 | grep -v '^$' || true
# What crates.io would refuse is refused here, in the order in which they would be published.
said=$(cargo publish --workspace --dry-run --no-verify --locked --allow-dirty 2>&1) || { echo "$said" >&2; exit 1; }
packages=${CARGO_TARGET_DIR:-target}/package
version=$(jq -r '.packages[] | select(.name == "cargo-wasmsign") | .version' <<<"$metadata")
for crate in "${crates[@]}"; do
    size=$(wc -c <"$packages/$crate-$version.crate")
    echo "$crate: $size bytes, $(tar -tzf "$packages/$crate-$version.crate" | wc -l) files"
    [ "$size" -le "$limit" ] || fault "$crate: more than $limit bytes"
done
exit "$wrong"
