#!/usr/bin/env bash
# Installs what grades the submissions: runs once, as root, when the autograder is built.
set -euo pipefail
ROOT="${AUTOGRADER_ROOT:-/autograder}"
export DEBIAN_FRONTEND=noninteractive

apt-get update
apt-get install -y --no-install-recommends @APT_PACKAGES@ || {
    echo "setup.sh: this image lacks one of these packages: take an image that has @PYTHON@," \
         "or build the wheel of Rushlight with the image's Python" >&2
    exit 1
}
@PYTHON@ -m venv "$ROOT/rushlight"
"$ROOT/rushlight/bin/python" -m pip install --disable-pip-version-check @REQUIREMENTS@
"$ROOT/rushlight/bin/python" -m rushlight.cli --version
