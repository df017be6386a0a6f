#!/bin/sh
# The `wasmsign2` tool (0.2.8) as the conformance runner calls a verifier.
#
#   conformance-run -- tests/conformance/adapters/wasmsign2.sh
#
# WASMSIGN2 names the program; without it, the one in PATH is used. Exit codes: 0 verified, 1 refused,
# 3 malformed, 2 for what the tool has no flag for, its own code for anything else.
#
# - It takes one public key: cases with several are not supported.
# - It takes modules and components alike and has no flag for one of them: `--expect module` and
#   `--expect component` are not supported.
# - `--coverage prefix` and `--sections GLOB` are its `--split REGEX`: custom sections whose name matches must be
#   signed, others need not be. For a bare prefix, the regular expression is one that matches no name.

set -u

program=${WASMSIGN2:-wasmsign2}
not_offered() { exit 2; }

module= key= signature= prefix= globs=
module=$1
shift
while [ $# -gt 0 ]; do
    case $1 in
    -K) [ -z "$key" ] || not_offered; key=$2 ;;
    -S) signature=$2 ;;
    --coverage) [ "$2" = whole ] || prefix=yes ;;
    --sections)
        # The characters that mean something in a regular expression, then those that do in a glob.
        regex=$(printf '%s' "$2" | sed -e 's/[].[^$+(){}|\\]/\\&/g' -e 's/\*/.*/g' -e 's/?/./g')
        globs="${globs:+$globs|}^$regex\$"
        ;;
    # With one key and either kind, these ask for what the tool does anyway.
    --require) case $2 in any | all | 1) ;; *) not_offered ;; esac ;;
    --expect) [ "$2" = any ] || not_offered ;;
    *) not_offered ;;
    esac
    shift 2
done

set -- verify -i "$module" -K "$key"
[ -z "$signature" ] || set -- "$@" -S "$signature"
if [ -n "$globs" ]; then
    set -- "$@" -s "$globs"
elif [ -n "$prefix" ]; then
    set -- "$@" -s '[^\s\S]'
fi

said=$("$program" "$@" 2>&1)
code=$?
# Every error of the tool has the exit code 1; its text tells which it was.
case $code:$said in
1:*"Parse error"* | 1:*EOF* | 1:*"UTF-8 error"* | 1:*"I/O error"* | 1:*"Unsupported module type"* | \
    1:*"Unsupported key type"* | 1:*"signature function error"*) exit 3 ;;
esac
exit $code
