#!/usr/bin/env bash
# Prints a Python (at least 3.10) that can make virtual environments and has its C headers.
set -euo pipefail
for candidate in python3 /usr/bin/python3; do
  command -v "$candidate" >/dev/null || continue
  if "$candidate" - 2>/dev/null <<'P'
import os, sys, sysconfig, ensurepip, venv
header = os.path.join(sysconfig.get_paths()["include"], "Python.h")
sys.exit(not (sys.version_info >= (3, 10) and os.path.exists(header)))
P
  then
    # The interpreter itself, not a shim that would look it up at each start.
    "$candidate" -c 'import sys; print(sys.executable)'
    exit 0
  fi
done
echo "make: no Python of at least 3.10 with Python.h, venv and ensurepip: install python3-dev and python3-venv" >&2
exit 1
