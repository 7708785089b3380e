"""The format "noop" runs a whole query and writes nothing; mode () with a rule for ties."""
import os
import re

import pytest

import rushlight
from rushlight.errors import AnalysisException, IllegalArgumentException


@pytest.fixture(scope="module")
def spark():
    rushlight.activate()
    from rushlight.sql import SparkSession
    session = SparkSession.builder.master("local[2]") \
        .config("spark.sql.shuffle.partitions", "2").getOrCreate()
    yield session
    session.stop()


def seen_by(spark, run):
    """How many rows a query had computed when `run` had run over it."""
    from rushlight.sql.functions import udf
    count = spark.sparkContext.accumulator(0)

    def note(x):
        count.add(1)
        return x

    run(spark.range(1000, numPartitions=4).select(udf(note, "long")("id").alias("id")))
    return count.value


@pytest.mark.parametrize("mode", ["append", "overwrite"])
def test_all_rows_are_computed_once(spark, mode, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tracker = spark.sparkContext.statusTracker()
    before = len(tracker.getJobIdsForGroup())
    assert seen_by(spark, lambda df: df.write.format("noop").mode(mode).save()) == 1000
    assert len(tracker.getJobIdsForGroup()) == before + 1
    assert os.listdir(tmp_path) == []


def test_modes_that_ask_what_is_there(spark):
    for mode, name in (("error", "ErrorIfExists"), ("ignore", "Ignore")):
        with pytest.raises(AnalysisException, match=re.escape(
                '[UNSUPPORTED_DATA_SOURCE_SAVE_MODE] The data source "noop" cannot be written in '
                f'the "{name}" mode. Please use either the "Append" or "Overwrite" mode instead.')):
            spark.range(1).write.format("NOOP").mode(mode).save()
    with pytest.raises(IllegalArgumentException, match="partitioning or clustering columns"):
        spark.range(1).write.format("noop").mode("append").partitionBy("id").save()


def test_errors_of_rows_are_told(spark):
    bad = spark.range(3).selectExpr("raise_error('no') AS e")
    with pytest.raises(Exception, match="no"):
        bad.write.format("noop").mode("overwrite").save()


def test_mode_of_equals(spark):
    from rushlight.sql.functions import mode
    df = spark.createDataFrame(
        [("a", 2), ("a", 1), ("a", 2), ("a", 1), ("b", 9), ("b", 3), ("b", 9), ("c", None)],
        "k string, v int").coalesce(1)
    smallest = df.groupBy("k").agg(mode("v", True)).orderBy("k")
    assert smallest.columns == ["k", "mode() WITHIN GROUP (ORDER BY v DESC)"]
    assert smallest.collect() == [("a", 1), ("b", 9), ("c", None)]
    assert df.select(mode("v", False)).columns == ["mode(v)"]
    words = "SELECT mode(s, true) FROM VALUES ('y'), ('x'), ('y'), ('x'), ('a') AS t(s)"
    assert spark.sql(words).head()[0] == "x"
    with pytest.raises(AnalysisException, match="NON_FOLDABLE_ARGUMENT"):
        df.selectExpr("mode(v, v > 1)")
