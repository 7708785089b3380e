"""Functions of Python in queries: where they may stand, what they get and give, and how they fail.

What comes out was compared with a real Spark, and so were the plans.
"""
import contextlib
import io
import re
from importlib.util import find_spec

import pytest

from rushlight.errors import AnalysisException, NotThereYet, PythonException
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


def nodes_of(frame):
    """What Python evaluates, from the top of the plan, without names of columns' numbers."""
    return [re.sub(r"#\d+L?", "", calls) for calls in
            re.findall(r"(?:Batch|Arrow)EvalPython \[(.*?)\], \[pythonUDF", plan_of(frame))]


inc = udf(lambda x: x + 1, "long")
twice = udf(lambda x: x * 2, "long")
sums = udf(lambda x, y: x + y, "long")
any_pandas = pytest.mark.skipif(find_spec("pandas") is None, reason="there is no pandas")


def test_a_chain_is_one_call(spark):
    """As ExtractPythonUDFs.canEvaluateInPython has it: a function of another one's result alone."""
    t = spark.range(3)
    for frame, n_nodes, expected in [
            (t.select(inc(twice("id"))), 1, [(1,), (3,), (5,)]),
            (t.select(inc(twice(inc("id")))), 1, [(3,), (5,), (7,)]),
            (t.select("id", twice("id"), inc(twice("id"))), 1, [(0, 0, 1), (1, 2, 3), (2, 4, 5)]),
            (t.select(inc(inc("id")) + twice(inc("id"))), 1, [(4,), (7,), (10,)]),
            (t.where(inc(twice("id")) > 2), 1, [(1,), (2,)]),
            (t.select(inc(twice("id") + 1)), 2, [(2,), (4,), (6,)]),        # a sum between them
            (t.select(sums(inc("id"), twice("id"))), 2, [(1,), (4,), (7,)]),
            (t.select(inc(sums(inc("id"), twice("id")))), 2, [(2,), (5,), (8,)])]:
        assert values(frame) == expected and len(nodes_of(frame)) == n_nodes


def test_what_a_chain_hands_on_is_what_was_returned(spark):
    """A result is made to fit the type of the last function alone."""
    says, text, couple = udf(repr), udf(str, "int"), udf(lambda x: (x, x), "a long, b long")
    assert values(spark.range(2).select(says(text("id")), says(couple("id")))) == \
        [("'0'", "(0, 0)"), ("'1'", "(1, 1)")]


@any_pandas
def test_chains_are_of_one_kind(spark):
    up = pandas_udf(lambda s: s + 1, "long", F.PandasUDFType.SCALAR)
    assert len(nodes_of(spark.range(3).select(up(up("id"))))) == 1
    frame = spark.range(3).select(up(twice("id")))
    assert len(nodes_of(frame)) == 2 and values(frame) == [(1,), (3,), (5,)]


@any_pandas
def test_functions_of_iterators_are_alone_but_for_their_chain(spark):
    up = pandas_udf(lambda them: (s + 1 for s in them), "long", F.PandasUDFType.SCALAR_ITER)
    frame = spark.range(3).select(up(up("id")))
    assert len(nodes_of(frame)) == 1 and values(frame) == [(2,), (3,), (4,)]
    frame = spark.range(3).select(up("id"), up(col("id") * 2))
    assert len(nodes_of(frame)) == 2 and values(frame) == [(1, 1), (2, 3), (3, 5)]


def test_an_error_within_a_chain_shows_its_line(spark):
    def inverse(x):
        return 1 // x

    with pytest.raises(PythonException) as caught:
        spark.range(2).select(inc(udf(inverse, "long")("id"))).collect()
    assert "ZeroDivisionError" in str(caught.value) and "return 1 // x" in str(caught.value)


def test_broadcasts_of_all_functions_of_a_chain(spark):
    one, two = (spark.sparkContext.broadcast(n) for n in (10, 20))
    first, second = udf(lambda x: x + one.value, "long"), udf(lambda x: x + two.value, "long")
    assert values(spark.range(2).select(second(first("id")))) == [(30,), (31,)]


def test_without_arguments_and_over_constants(spark):
    seven = udf(lambda: 7, "int")
    assert values(spark.range(2).select(seven(), double(F.lit(5)))) == [(7, 10), (7, 10)]


def test_arguments_by_name(spark):
    """Names and columns are those of PySpark 4.3."""
    only = udf(lambda *, x: x * 2, "long")
    minus = udf(lambda a, b=0, *, c=0: a - b - c, "long")
    t = spark.range(2)
    for call, name, expected in [
            (only(x=col("id")), "<lambda>(x => id)", [(0,), (2,)]),
            (only(x=inc("id")), "<lambda>(x => <lambda>(id))", [(2,), (4,)]),
            (inc(only(x="id")), "<lambda>(<lambda>(x => id))", [(1,), (3,)]),
            (minus(b=col("id"), a=F.lit(10)), "<lambda>(b => id, a => 10)", [(10,), (9,)]),
            (minus("id", c=F.lit(1)), "<lambda>(id, c => 1)", [(-1,), (0,)])]:
        frame = t.select(call)
        assert (frame.columns, values(frame)) == ([name], expected)
        assert str(call) == f"Column<'{name}'>"
    both = t.select(minus(a="id", b=F.lit(1)), minus(b="id", a=F.lit(1)))   # two calls, not one
    assert values(both) == [(-1, 1), (0, 0)]
    with pytest.raises(PythonException, match="unexpected keyword argument 'z'"):
        t.select(only(z="id")).collect()


@any_pandas
def test_columns_by_name(spark):
    minus = pandas_udf(lambda a, b: a - b, "long", F.PandasUDFType.SCALAR)
    assert values(spark.range(2).select(minus(b="id", a=F.lit(10)))) == [(10,), (9,)]
    least = pandas_udf(lambda a, *, b: int(a.min() - b.max()), "long", F.PandasUDFType.GROUPED_AGG)
    assert values(spark.range(3).agg(least("id", b="id"))) == [(-2,)]
    of_all = pandas_udf(lambda them: them, "long", F.PandasUDFType.SCALAR_ITER)
    with pytest.raises(NotThereYet, match="named arguments"):
        of_all(them="id")


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
