"""Every example in a docstring of rushlight.sql is run; those of functions gave PySpark's answers."""
import pytest

from docstring_examples import examples_of, run_example

MODULES = ["_actions", "_describing", "_exporting", "_figures", "_gaps", "_grouping", "_infer",
           "_joining", "_keeping", "_making", "_moving", "_selecting", "_user_types", "_verify", "catalog",
           "column", "conf", "dataframe", "group", "row", "session", "types", "udf", "window",
           "writer", "functions._aggregate", "functions._basic", "functions._collection",
           "functions._conditional", "functions._datetime", "functions._hash",
           "functions._lambdas", "functions._math",
           "functions._misc", "functions._random", "functions._regression", "functions._string",
           "functions._udf", "functions._web", "functions._window", "_mapping"]
ERRORS = ["_reading", "base", "sql"]
NAMES_OF_MODULES = [f"rushlight.sql.{m}" for m in MODULES] + [f"rushlight.errors.{m}" for m in ERRORS]

# Examples that need what the engine does not have yet.
NOT_YET = {"catalog.Catalog.currentDatabase"}


@pytest.fixture(scope="module")
def names():
    """What examples find there."""
    from rushlight import SparkContext
    from rushlight.sql import SparkSession, functions as F
    with SparkContext("local[2]", "examples") as sc:
        spark = SparkSession.builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
        yield {**{n: getattr(F, n) for n in F.__all__}, "F": F, "sc": sc, "spark": spark}


@pytest.mark.parametrize("example", examples_of(NAMES_OF_MODULES))
def test_example(names, example):
    if example.name.removeprefix("rushlight.sql.") in NOT_YET:
        pytest.skip("the engine does not have it yet")
    run_example(example, **names)


def test_every_function_has_an_example():
    from rushlight.sql import functions as F
    without = [name for name in F.__all__ if callable(getattr(F, name)) and
               not isinstance(getattr(F, name), type) and ">>>" not in (getattr(F, name).__doc__ or "")]
    assert without == ["raise_error"]


def test_functions_of_sql_have_names_in_python(names):
    """Which PySpark has, too."""
    from rushlight.sql import functions as F
    from rushlight.sql.functions._names import NAMES
    of_sql = {row[0].split(".")[-1] for row in names["spark"].sql("show functions").collect()}
    assert sorted((of_sql & NAMES) - set(F.__all__)) == []


def test_a_name_that_is_not_there_says_so():
    from rushlight.errors import NotThereYet
    from rushlight.sql import functions as F
    with pytest.raises(NotThereYet, match="functions.from_avro|functions.from_csv"):
        F.from_csv
    with pytest.raises(AttributeError, match="has no attribute 'nosuch'"):
        F.nosuch
