"""Small SQL programs against what PySpark did: results, jobs, stages, tasks, records, final plans.

sql_jobs_*.py have the programs, ../data/make_sql_jobs.py recorded what PySpark 4.3 did.  What does
not agree yet stands in ../data/sql/jobs_differ.txt; a program that does must be taken off the list.
"""
import json
import os
import subprocess

import pytest

from conftest import ROOT, rushlight_command

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(ROOT, "tests", "data", "sql")

with open(os.path.join(DATA, "jobs.json")) as f:
    SPARK = json.load(f)
with open(os.path.join(DATA, "jobs_differ.txt")) as f:
    DIFFER = {line.split()[0] for line in f if line.strip() and not line.startswith("#")}


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    out = tmp_path_factory.mktemp("jobs") / "seen.json"
    done = subprocess.run(
        rushlight_command("submit", os.path.join(HERE, "sql_jobs_record.py"), out),
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300,
        env=dict(os.environ, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1"))
    assert out.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(out.read_text())


@pytest.mark.parametrize("name", sorted(set(SPARK) - DIFFER))
def test_does_what_pyspark_does(seen, name):
    for what in ("result", "jobs", "queries"):
        assert seen[name][what] == SPARK[name][what], what


def test_every_program_is_recorded(seen):
    assert sorted(seen) == sorted(SPARK)


def test_what_differs_still_does(seen):
    assert not [name for name in DIFFER if seen[name] == SPARK[name]]
