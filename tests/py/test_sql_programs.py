"""Small SQL programs against PySpark's recorded answers: results, types, errors, what is printed.

sql_programs_*.py have the programs, ../data/make_sql_programs.py recorded what PySpark 4.3 gave.
Programs in ../data/sql_programs_differ.txt do not agree yet; one that does must be taken off the list.
"""
import json
import os
import subprocess

import pytest

from conftest import ROOT, rushlight_command

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(ROOT, "tests", "data")

with open(os.path.join(DATA, "sql_programs.json")) as f:
    SPARK = json.load(f)
with open(os.path.join(DATA, "sql_programs_differ.txt")) as f:
    DIFFER = {line.split()[0] for line in f if line.strip() and not line.startswith("#")}


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    out = tmp_path_factory.mktemp("programs") / "seen.json"
    done = subprocess.run(
        rushlight_command("submit", os.path.join(HERE, "sql_record.py"), out, *sorted(
            name for name in SPARK if name not in DIFFER)),
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
        env=dict(os.environ, TZ="UTC", PYTHONDONTWRITEBYTECODE="1"))
    assert out.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(out.read_text())


@pytest.mark.parametrize("name", sorted(set(SPARK) - DIFFER))
def test_does_what_pyspark_does(seen, name):
    assert seen[name] == SPARK[name]
