"""Transformers of features do what a real Spark did with the same programs.

tests/data/ml/feature_programs.py has the programs, features.json the answers that Spark gave
(record_features.py keeps them).  Numbers agree to 1e-12, errors in class and words.
"""
import json
import math
import os
import sys

import pytest

import rushlight

DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data", "ml")
sys.path.insert(0, DATA)

from feature_programs import PROGRAMS, outcome, reason  # noqa: E402

with open(os.path.join(DATA, "features.json"), encoding="utf-8") as f:
    ANSWERS = json.load(f)["answers"]

# Where Spark's words speak of its own internals, or ours are clearer on purpose: the class holds.
OTHER_WORDS = {
    # The checks run in SQL here, and not on an RDD's rows.
    "categories_are_whole", "categories_are_not_negative", "categories_are_numbers",
    # "… java.util.NoSuchElementException: head of empty array"
    "cannot_learn_sizes_of_no_rows",
}


@pytest.fixture(scope="module")
def spark():
    rushlight.activate()
    from rushlight.sql import SparkSession
    session = SparkSession.builder.master("local[2]") \
        .config("spark.sql.shuffle.partitions", "2").getOrCreate()
    yield session
    session.stop()


def same(found, wanted):
    """Equal, numbers nearly."""
    if isinstance(wanted, float) and isinstance(found, float):
        return math.isclose(found, wanted, rel_tol=1e-12, abs_tol=1e-15)
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and \
            all(map(same, found, wanted))
    if isinstance(wanted, dict):
        return isinstance(found, dict) and found.keys() == wanted.keys() and \
            all(same(found[k], wanted[k]) for k in wanted)
    return found == wanted


def is_of(error, name):
    """Whether an error of ours is what a program catches as Spark's."""
    from rushlight.errors.engine import EngineError
    if name == "Py4JJavaError":     # rushlight's py4j.protocol.Py4JJavaError
        return isinstance(error, EngineError)
    return name in [cls.__name__ for cls in type(error).__mro__]


@pytest.mark.parametrize("name", list(PROGRAMS))
def test_as_spark(spark, name):
    wanted, raised = ANSWERS[name], []

    def watched(session):
        try:
            return PROGRAMS[name](session)
        except Exception as e:
            raised.append(e)
            raise

    found = json.loads(json.dumps(outcome(watched, spark)))
    if wanted[0] == "is" or not raised:
        assert same(found, wanted), (found, wanted)
        return
    assert is_of(raised[0], wanted[1]), (found, wanted)
    if name not in OTHER_WORDS:
        assert found[2] == reason(wanted[2])


def test_every_program_has_an_answer():
    assert ANSWERS.keys() == PROGRAMS.keys()


def test_what_is_missing_says_so():
    with pytest.raises(ImportError, match="pyspark.ml.feature.Tokenizer is not there yet"):
        from rushlight.ml.feature import Tokenizer  # noqa: F401
    with pytest.raises(AttributeError, match="has no attribute 'Nonsense'"):
        rushlight.ml.feature.Nonsense


def test_aggregates_of_results(spark):
    """The indexer and the assembler are not deterministic: aggregates take them all the same."""
    from rushlight.ml.feature import StringIndexer, VectorAssembler
    from rushlight.sql import functions as F
    df = spark.createDataFrame([("a", 1), ("b", 2), ("a", 3)], "s string, n int")
    out = StringIndexer(inputCol="s", outputCol="i").fit(df).transform(df)
    assert out.groupBy("i").agg(F.max("n"), F.sum("i")).orderBy("i").collect() == \
        [(0.0, 3, 0.0), (1.0, 2, 1.0)]
    assert out.agg(F.max("i"), F.min("i"), F.count("i")).collect() == [(1.0, 0.0, 3)]
    out = VectorAssembler(inputCols=["i", "n"], outputCol="f").transform(out)
    assert out.agg(F.count("f")).collect() == [(3,)]
    assert out.where(F.col("i") == 1).select("n").collect() == [(2,)]


def test_jobs_of_fits(spark):
    """As many as real Spark runs: each shuffle is a job of adaptive execution."""
    from feature_programs import assembler, gaps, indexed, mixed, vectors, words
    from rushlight.ml.feature import (
        Imputer, MinMaxScaler, OneHotEncoder, StandardScaler, StringIndexer)
    tracker = spark.sparkContext.statusTracker()

    def jobs(run):
        before = len(tracker.getJobIdsForGroup())
        run()
        return len(tracker.getJobIdsForGroup()) - before

    def index(order):
        return StringIndexer(inputCol="s", outputCol="i", stringOrderType=order).fit(words(spark))

    assert jobs(lambda: index("frequencyDesc")) == 3
    assert jobs(lambda: index("alphabetAsc")) == 2
    assert jobs(lambda: StandardScaler(inputCol="v", outputCol="o").fit(vectors(spark))) == 2
    assert jobs(lambda: MinMaxScaler(inputCol="v", outputCol="o").fit(vectors(spark))) == 2
    for strategy, n in (("mean", 2), ("median", 2), ("mode", 3)):
        assert jobs(lambda: Imputer(inputCols=["a", "n"], outputCols=["b", "m"],
                                    strategy=strategy).fit(gaps(spark))) == n
    # The metadata of the indexer says how many categories there are.
    out = indexed(spark).transform(words(spark))
    assert jobs(lambda: OneHotEncoder(inputCol="i", outputCol="e").fit(out)) == 0
    # The size of vectors without metadata is the first one's.
    assert jobs(lambda: assembler(["v"]).transform(mixed(spark))) == 1


def test_batches_of_many_rows(spark):
    """More rows than a batch has, in more than one partition."""
    from rushlight.ml import Pipeline
    from rushlight.ml.feature import Bucketizer, OneHotEncoder, VectorAssembler
    df = spark.range(0, 50_000, 1, 3).selectExpr("cast(id % 7 as double) i", "cast(id as double) x")
    stages = [Bucketizer(splits=[-1.0, 10.0, 1e9], inputCol="x", outputCol="b"),
              OneHotEncoder(inputCol="i", outputCol="e"),
              VectorAssembler(inputCols=["b", "e", "x"], outputCol="f")]
    out = Pipeline(stages=stages).fit(df).transform(df)
    for row in out.where("x in (0, 8193, 49999)").select("x", "f").collect():
        one_hot = [float(row.x % 7 == i) for i in range(6)]
        assert list(row.f.toArray()) == [float(row.x >= 10), *one_hot, row.x]
    assert out.where("f is not null").count() == 50_000
