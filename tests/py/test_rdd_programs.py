"""Small programs against PySpark's recorded answers: results, partitions, errors, jobs and stages.

rdd_programs.py has the programs, ../data/make_rdd_programs.py recorded what PySpark 4.3 did.
"""
import json
import os
import subprocess

import pytest

from conftest import ROOT, WITHOUT_NUMPY, rushlight_command

HERE = os.path.dirname(os.path.abspath(__file__))

with open(os.path.join(ROOT, "tests", "data", "rdd_programs.json")) as f:
    SPARK = json.load(f)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    out = tmp_path_factory.mktemp("programs") / "seen.json"
    done = subprocess.run(
        rushlight_command("submit", os.path.join(HERE, "rdd_record.py"), out),
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
        env=dict(os.environ, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1", **WITHOUT_NUMPY))
    assert out.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(out.read_text())


@pytest.mark.parametrize("name", sorted(SPARK))
def test_does_what_pyspark_does(seen, name):
    assert seen[name]["result"] == SPARK[name]["result"]
    assert seen[name]["jobs"] == SPARK[name]["jobs"]


def test_every_program_is_recorded(seen):
    assert sorted(seen) == sorted(SPARK)
