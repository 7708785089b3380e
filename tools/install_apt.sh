#!/usr/bin/env bash
# Installs the Debian packages named as arguments that are not there yet, and says which.
set -euo pipefail
missing=()
for package in "$@"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if ! command -v apt-get >/dev/null; then
  echo "make: this needs a Debian-like system with apt-get, to install: ${missing[*]}" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "make: run as root, or install sudo: these packages are missing: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "make: installing the Debian packages ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
       apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "make: apt-get could not install: ${missing[*]}" >&2
  exit 1
fi
