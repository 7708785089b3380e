"""Statistics of vectors, and vectors in columns, are what a real Spark has said of the same programs.

tests/data/ml/stat_programs.py has the programs, stat.json the answers.  Relative tolerance 1e-12.
"""
import json
import os
import sys

import pytest

import rushlight

DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data", "ml")
with open(os.path.join(DATA, "stat.json"), encoding="utf-8") as f:
    ANSWERS = json.load(f)["answers"]


@pytest.fixture(scope="module")
def spark():
    rushlight.activate()
    from rushlight.sql import SparkSession
    session = SparkSession.builder.master("local[2]").config(
        "spark.sql.shuffle.partitions", "2").getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def programs():
    rushlight.activate()
    sys.path.insert(0, DATA)
    import stat_programs
    return stat_programs


def alike(found, expected):
    """Whether two answers agree, numbers within the tolerance."""
    if isinstance(expected, dict):
        return list(found) == list(expected) and all(alike(found[k], expected[k]) for k in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(alike, found, expected))
    if isinstance(expected, float):
        return found == pytest.approx(expected, rel=1e-12, abs=1e-15)
    return found == expected


def test_all_are_recorded(programs):
    assert list(programs.PROGRAMS) == list(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_answer(spark, programs, name):
    found = json.loads(json.dumps(programs.outcome(programs.PROGRAMS[name], spark)))
    assert alike(found, ANSWERS[name]), (found, ANSWERS[name])
