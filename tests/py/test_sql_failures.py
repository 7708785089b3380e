"""What fails says what PySpark says: words, plans, conditions, states, parameters, places.

sql_failures.py has the statements, calls and files, and recorded PySpark's answers into
../data/sql_failures.json.  Those in ../data/sql_failures_differ.txt say something else as yet; one
that does not any more must be taken off the list.
"""
import json
import os
import subprocess

import pytest

from conftest import ROOT, rushlight_command

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(ROOT, "tests", "data")

with open(os.path.join(DATA, "sql_failures.json")) as f:
    SPARK = json.load(f)
with open(os.path.join(DATA, "sql_failures_differ.txt")) as f:
    DIFFER = {line.rstrip("\n").replace("\\n", "\n") for line in f if not line.startswith("#")}


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    out = tmp_path_factory.mktemp("failures") / "seen.json"
    done = subprocess.run(
        rushlight_command("submit", os.path.join(HERE, "sql_failures.py"), out),
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, cwd=out.parent,
        env=dict(os.environ, TZ="UTC", PYTHONDONTWRITEBYTECODE="1"))
    assert out.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(out.read_text())


def test_all_were_recorded(seen):
    assert seen.keys() == SPARK.keys()
    assert not DIFFER - SPARK.keys()


@pytest.mark.parametrize("name", sorted(SPARK))
def test_says_what_pyspark_says(seen, name):
    if name in DIFFER:
        assert seen[name] != SPARK[name], "agrees, and should leave sql_failures_differ.txt"
    else:
        assert seen[name] == SPARK[name]
