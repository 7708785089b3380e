"""Results of pandas become the values, or the errors, that PySpark 4.3 gives: what is returned, and
the type that is declared, are those of tests/data/make_pandas_results.py."""
import importlib.util
import json
import pathlib

import pytest

pytest.importorskip("pandas")
pytest.importorskip("pyarrow")

DATA = pathlib.Path(__file__).parent.parent / "data"


def _programs():
    spec = importlib.util.spec_from_file_location("make_pandas_results",
                                                  DATA / "make_pandas_results.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PROGRAMS = _programs()
SPARKS = [json.loads(line) for line in (DATA / "pandas_results.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def spark(session_of):
    return session_of(False)


def test_the_programs_are_those_that_spark_was_asked():
    assert [tuple(one["program"]) for one in SPARKS] == PROGRAMS.programs()


@pytest.mark.parametrize("program, sparks", [one.values() for one in SPARKS],
                         ids=[" - ".join(one["program"]) for one in SPARKS])
def test_becomes_what_it_becomes_in_pyspark(spark, program, sparks):
    """Where PySpark's error is not one of its own, any error will do."""
    ours = PROGRAMS.outcome(spark, "rushlight", *program)
    assert ours == sparks or (sparks[0] == "other" and len(ours) == 2)
