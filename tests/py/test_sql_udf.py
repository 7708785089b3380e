"""Functions of Python in queries: where they may stand, what they get and give, and how they fail.

What comes out was compared with a real Spark, and so were the plans.
"""
import contextlib
import io

import pytest

from rushlight.errors import AnalysisException, PythonException
from rushlight.sql import functions as F
from rushlight.sql.functions import col, pandas_udf, udf


@pytest.fixture(scope="module")
def spark(session_of):
    return session_of(False)


double = udf(lambda x: None if x == 2 else x * 2, "long")
double_or_null = udf(lambda x: None if x is None or x == 2 else x * 2, "long")
pair = udf(lambda x, y: f"{x}-{y}", "string")


def values(frame):
    return [tuple(row) for row in frame.collect()]


def plan_of(frame):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        frame.explain()
    return text.getvalue()


def test_select_with_nulls(spark):
    assert values(spark.range(4).select("id", double("id"))) == \
        [(0, 0), (1, 2), (2, None), (3, 6)]


def test_null_arguments_reach_the_function(spark):
    frame = spark.createDataFrame([(1,), (None,)], "a int")
    assert values(frame.select(pair("a", "a"))) == [("1-1",), ("None-None",)]


def test_several_share_one_node(spark):
    frame = spark.range(3).select(double("id"), pair("id", col("id") + 1), double("id"))
    assert values(frame) == [(0, "0-1", 0), (2, "1-2", 2), (None, "2-3", None)]
    assert plan_of(frame).count("ArrowEvalPython") == 1
    assert "pythonUDF1" in plan_of(frame) and "pythonUDF2" not in plan_of(frame)


def test_nested(spark):
    assert values(spark.range(3).select(pair(double("id"), double_or_null(double("id"))))) == \
        [("0-0",), ("2-None",), ("None-None",)]


def test_without_arguments_and_over_constants(spark):
    seven = udf(lambda: 7, "int")
    assert values(spark.range(2).select(seven(), double(F.lit(5)))) == [(7, 10), (7, 10)]


def test_filter(spark):
    frame = spark.range(10).filter((double("id") > 4) & (col("id") % 2 == 1))
    assert values(frame) == [(3,), (5,), (7,), (9,)]
    # What needs no Python is asked first.
    below = plan_of(frame).split("ArrowEvalPython")[1]
    assert "Filter" in below and "% 2" in below


def test_rows_that_a_filter_left_out_are_not_sent(spark):
    fails_on_odd = udf(lambda x: 1 // (1 - x % 2), "int")
    assert values(spark.range(6).filter("id % 2 = 0").select(fails_on_odd("id"), "id")) == \
        [(1, 0), (1, 2), (1, 4)]


def test_group_by(spark):
    third = udf(lambda x: x % 3, "long")
    frame = spark.range(7).groupBy(third("id").alias("k")).agg(
        F.sum(double("id")), third(F.max("id"))).orderBy("k")
    assert values(frame) == [(0, 18, 0), (1, 10, 1), (2, 10, 2)]


def test_order_by(spark):
    away = udf(lambda x: abs(x - 2), "long")
    assert values(spark.range(5).orderBy(away("id"), "id")) == [(2,), (1,), (3,), (0,), (4,)]


def test_more_rows_than_a_batch(spark):
    row = spark.range(30_000).filter("id % 3 = 0").select(double("id").alias("a"), "id").agg(
        F.sum(col("a") - 2 * col("id")), F.count("*")).first()
    assert tuple(row) == (0, 10_000)


def test_by_name_in_sql(spark):
    spark.udf.register("twice", lambda x: x and 2 * x, "int")
    assert values(spark.sql(
        "select id, twice(id) from range(5) where twice(id) > 3 order by twice(id) desc")) == \
        [(4, 8), (3, 6), (2, 4)]
    assert values(spark.sql(
        "select twice(id) k, twice(count(*)) from range(4) group by twice(id) "
        "having twice(max(id)) > 2 order by k")) == [(4, 2), (6, 2)]
    assert "BatchEvalPython" in plan_of(spark.sql("select twice(id) from range(5)"))


def test_join_conditions(spark):
    spark.udf.register("twice", lambda x: 2 * x, "long")
    join = "select a.id, b.id from range(3) a {} join range(5) b on {}"
    assert values(spark.sql(join.format("", "twice(a.id) = b.id and twice(a.id + b.id) > 2"))) == \
        [(1, 2), (2, 4)]
    with pytest.raises(AnalysisException) as caught:
        spark.sql(join.format("left", "twice(a.id + b.id) > 2")).collect()
    assert caught.value.getCondition() == "UNSUPPORTED_FEATURE.PYTHON_UDF_IN_ON_CLAUSE"


def test_columns_as_series(spark):
    import pandas as pd

    @pandas_udf("double")
    def half(s: pd.Series) -> pd.Series:
        return s / 2

    assert values(spark.range(3).select(half("id"), double("id"))) == \
        [(0.0, 0), (0.5, 2), (1.0, None)]


def test_an_error_shows_the_users_line(spark):
    def inverse(x):
        return 1 // (x - 3)

    with pytest.raises(PythonException) as caught:
        spark.range(5).select(udf(inverse, "int")("id")).collect()
    text = str(caught.value)
    assert "ZeroDivisionError" in text and "inverse" in text and "return 1 // (x - 3)" in text


def test_calls_that_are_not_deterministic_are_all_made(spark):
    import random
    draw = udf(lambda: random.random(), "double").asNondeterministic()
    row = spark.range(1).select(draw().alias("a"), draw().alias("b")).first()
    assert row.a != row.b
