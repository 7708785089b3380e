#!/usr/bin/env bash
# The main job: an unmodified PySpark word count over text that every Debian has, with its picture
# and its event log.
set -euo pipefail
cd "$(dirname "$0")/.."
out=out/demo
mkdir -p "$out/events"
run=(.venv/bin/rushlight submit --master 'local[2]'
     --conf spark.eventLog.enabled=true --conf "spark.eventLog.dir=$PWD/$out/events"
     --summary --dag "$out/wordcount.svg"
     lessons/examples/wordcount.py '/usr/share/common-licenses/*')
printf '%q ' "${run[@]}"
printf '\n\n'
"${run[@]}"
