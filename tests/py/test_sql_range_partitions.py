"""Ranges of few values: a range exchange has as many partitions as there are bounds, and one more.

The numbers are those that PySpark 4.3 gave.
"""
import pytest


@pytest.fixture(params=["false", "true"], ids=["static", "adaptive"])
def spark(session_of, request):
    session = session_of()
    session.conf.set("spark.sql.adaptive.enabled", request.param)
    yield session
    session.catalog.clearCache()


def few(spark):
    return spark.createDataFrame([(i % 3, i) for i in range(16)], ["k", "v"])


def test_few_values_make_few_ranges(spark):
    assert few(spark).repartitionByRange(10, "k").rdd.getNumPartitions() == 4
    assert few(spark).repartitionByRange(2, "k").rdd.getNumPartitions() == 2
    empty = spark.createDataFrame([], "k int")
    assert empty.repartitionByRange(10, "k").rdd.getNumPartitions() == 1


def test_what_is_kept_in_order_has_few_ranges(spark):
    ordered = few(spark).orderBy("k").cache()
    assert ordered.count() == 16
    assert ordered.rdd.getNumPartitions() == 4
    assert [row.k for row in ordered.collect()] == [0] * 6 + [1] * 5 + [2] * 5
