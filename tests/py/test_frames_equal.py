"""assertDataFrameEqual and assertSchemaEqual say what PySpark's say: the same answers, conditions,
texts and rows, on the cases of tests/data/make_frames_equal.py."""
import importlib.util
import json
import pathlib

import pytest

DATA = pathlib.Path(__file__).parent.parent / "data"


def _cases():
    spec = importlib.util.spec_from_file_location("make_frames_equal", DATA / "make_frames_equal.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CASES = _cases()
SPARKS = json.loads((DATA / "frames_equal.json").read_text())


@pytest.fixture(scope="module")
def ours():
    from rushlight.sql import SparkSession
    spark = SparkSession.builder.master("local[1]").getOrCreate()
    yield json.loads(json.dumps(CASES.outcomes(spark, "rushlight")))
    spark.stop()


def test_the_cases_are_those_that_spark_was_asked():
    assert list(SPARKS) == CASES.CASES


@pytest.mark.parametrize("case", CASES.CASES)
def test_says_what_pyspark_says(ours, case):
    assert ours[case] == SPARKS[case]


def test_a_difference_of_pandas_frames_shows_both(ours):
    import pandas
    from rushlight.errors import PySparkAssertionError
    from rushlight.testing import assertDataFrameEqual
    with pytest.raises(PySparkAssertionError) as raised:
        assertDataFrameEqual(pandas.DataFrame({"x": [1]}), pandas.DataFrame({"x": [2]}))
    assert raised.value.getCondition() == "DIFFERENT_PANDAS_DATAFRAME"
    assert str(raised.value).startswith("[DIFFERENT_PANDAS_DATAFRAME] DataFrames are not almost equal:\n"
                                        "Left:\n   x\n0  1\n")
