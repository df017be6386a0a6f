#!/usr/bin/env bash
# Installs the libraries that releases are checked with into DIRECTORY, a Python environment of its own.
#
#   tests/tests/release/install-peers.sh DIRECTORY
set -euo pipefail
packages=("cyclonedx-python-lib[json-validation]==11.12.0" "securesystemslib[crypto]==1.6.0" in-toto-attestation==0.9.3)
# What is there was installed for this list: another list is installed anew.
mark=$1/packages.txt
[ "$(cat "$mark" 2>/dev/null)" = "${packages[*]}" ] && exit
rm -rf "$1"
python3 -m venv "$1"
"$1/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"
echo "${packages[*]}" >"$mark"
