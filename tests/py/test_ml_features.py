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
    # Spark advises a VectorSizeHint, which is not here.
    "cannot_learn_sizes_of_no_rows", "cannot_keep_vectors_of_unknown_size",
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


def test_negative_zero_in_buckets(spark):
    """It is below 0.0, as in a real Spark."""
    from rushlight.ml.feature import Bucketizer
    df = spark.createDataFrame([(-0.0,), (0.0,)], "x double")

    def buckets(*splits):
        bucketizer = Bucketizer(splits=splits, inputCol="x", outputCol="b")
        return [row.b for row in bucketizer.transform(df).collect()]

    assert buckets(-1.0, 0.0, 1.0) == [0.0, 1.0]
    assert buckets(-1.0, -0.0, 1.0) == [1.0, 1.0]
    assert buckets(-0.0, 1.0, 2.0) == [0.0, 0.0]
    assert buckets(-2.0, -1.0, -0.0) == buckets(-2.0, -1.0, 0.0) == [1.0, 1.0]
    with pytest.raises(Exception, match="Feature value -0.0 out of Bucketizer bounds .0.0, 2.0."):
        buckets(0.0, 1.0, 2.0)


def test_sizes_of_vectors_can_be_told(spark):
    """What the assembler advises helps."""
    from rushlight.ml.feature import VectorAssembler
    from rushlight.ml.linalg import Vectors
    from rushlight.sql import functions as F
    df = spark.createDataFrame([(Vectors.dense(1.0, 2.0),)], ["v"])
    stage = VectorAssembler(inputCols=["v", "w"], outputCol="f", handleInvalid="keep")
    with pytest.raises(Exception, match=r"metadata of the columns: \[v, w\], as \.alias\(name, "
                       r'metadata={"ml_attr": {"num_attrs": size}}\) does') as raised:
        stage.transform(df.withColumn("w", F.col("v")))
    assert "VectorSizeHint" not in str(raised.value)
    told = [F.col("v").alias(name, metadata={"ml_attr": {"num_attrs": 2}}) for name in "vw"]
    assert stage.transform(df.select(*told)).head().f.toArray().tolist() == [1.0, 2.0, 1.0, 2.0]


def test_a_file_gives_way(spark, tmp_path):
    """overwrite() replaces what is there, be it a file, a folder or a link to one."""
    from rushlight.errors.engine import SparkIOException
    from rushlight.ml.feature import Bucketizer
    stage = Bucketizer(splits=[0.0, 1.0, 2.0], inputCol="x", outputCol="b")
    path, elsewhere = tmp_path / "stage", tmp_path / "elsewhere"
    path.write_text("a file")
    with pytest.raises(SparkIOException, match="already exists. To overwrite it"):
        stage.save(str(path))
    stage.write().overwrite().save(str(path))
    stage.write().overwrite().save(path.as_uri())
    assert Bucketizer.load(str(path)).uid == stage.uid
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("")
    link = tmp_path / "link"
    link.symlink_to(elsewhere)
    stage.write().overwrite().save(str(link))
    assert (elsewhere / "kept").exists() and Bucketizer.load(str(link)).uid == stage.uid


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
