"""k-means and silhouettes come to what a real Spark came to with the same points and seeds.

tests/data/ml/kmeans_programs.py has the programs, kmeans.json the answers that Spark gave
(record_kmeans.py keeps them).  Centres and costs agree to 1e-9, iterations, sizes, predictions and
errors exactly: random numbers are drawn as Spark draws them.
"""
import doctest
import importlib
import json
import math
import os
import sys

import pytest

import rushlight

DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data", "ml")
sys.path.insert(0, DATA)

from kmeans_programs import PROGRAMS, fitted, frame, outcome, points  # noqa: E402

with open(os.path.join(DATA, "kmeans.json"), encoding="utf-8") as f:
    ANSWERS = json.load(f)["answers"]


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
        return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and \
            all(map(same, found, wanted))
    if isinstance(wanted, dict):
        return isinstance(found, dict) and found.keys() == wanted.keys() and \
            all(same(found[k], wanted[k]) for k in wanted)
    return found == wanted


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_spark(spark, name):
    found, wanted = outcome(PROGRAMS[name], spark), ANSWERS[name]
    if wanted[0] == "is":
        assert found[0] == "is", found
        assert same(found[1], wanted[1]), (found[1], wanted[1])
        return
    assert found[0] == "raises"
    if wanted[1] != "Py4JJavaError":    # which says nothing but that a JVM failed
        assert found[1:] == wanted[1:]
    else:
        assert wanted[2].rpartition(": ")[2] in found[2]


def test_saved_model_predicts_alike(spark, tmp_path):
    from pyspark.ml.clustering import KMeans, KMeansModel
    df = frame(spark, points())
    model = KMeans(k=3, seed=1).fit(df)
    model.save(str(tmp_path / "model"))
    read = KMeansModel.load(str(tmp_path / "model"))
    assert not read.hasSummary and repr(read) == repr(model)
    assert [list(c) for c in read.clusterCenters()] == [list(c) for c in model.clusterCenters()]
    assert read.transform(df).collect() == model.transform(df).collect()


def test_estimator_and_evaluator_are_saved(spark, tmp_path):
    from pyspark.ml.clustering import KMeans
    from pyspark.ml.evaluation import ClusteringEvaluator
    KMeans(k=7, distanceMeasure="cosine").save(str(tmp_path / "kmeans"))
    read = KMeans.load(str(tmp_path / "kmeans"))
    assert (read.getK(), read.getDistanceMeasure(), read.getTol()) == (7, "cosine", 1e-4)
    ClusteringEvaluator(distanceMeasure="cosine").save(str(tmp_path / "evaluator"))
    assert ClusteringEvaluator.load(str(tmp_path / "evaluator")).getDistanceMeasure() == "cosine"


def test_storage_levels(spark):
    df = frame(spark, points())
    one = fitted(df, k=3, seed=1)
    from pyspark.ml.clustering import KMeans
    for level in ("DISK_ONLY", "MEMORY_AND_DISK_SER"):
        model = KMeans(k=3, seed=1).setIntermediateStorageLevel(level).fit(df)
        assert [list(c) for c in model.clusterCenters()] == one["centers"]
    with pytest.raises(Exception, match="intermediateStorageLevel given invalid value NONE"):
        KMeans(k=3, seed=1).setIntermediateStorageLevel("NONE").fit(df)


def test_nothing_is_kept_after_a_fit(spark):
    fitted(frame(spark, points()), k=3, seed=1)
    assert "training instances" not in spark.sparkContext.storage()


def test_what_is_not_there_says_so():
    with pytest.raises(ImportError, match="GaussianMixture is not there yet in Rushlight"):
        from rushlight.ml.clustering import GaussianMixture     # noqa: F401


@pytest.mark.filterwarnings("ignore:Deprecated in 2.0.0")
@pytest.mark.parametrize("module", ["ml.clustering", "ml._clustering_evaluator", "mllib.clustering",
                                    "mllib.regression"])
def test_examples(spark, module):
    found = doctest.testmod(importlib.import_module("rushlight." + module),
                            extraglobs={"spark": spark, "sc": spark.sparkContext},
                            optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert found.attempted > 0 and found.failed == 0


# ---- over RDDs --------------------------------------------------------------------------------

def test_rdd_of_arrays_has_the_centers_of_the_same_rows(spark):
    from pyspark.mllib.clustering import KMeans
    rows = points()
    rdd = spark.sparkContext.parallelize(rows, 2)
    model = KMeans.train(rdd, 3, maxIterations=20, seed=1)
    wanted = fitted(frame(spark, rows), k=3, seed=1, solver="row")
    assert same([[float(x) for x in c] for c in model.clusterCenters], wanted["centers"])
    assert math.isclose(model.computeCost(rdd), wanted["cost"], rel_tol=1e-3)


def test_given_centers_are_where_it_begins(spark):
    from pyspark.mllib.clustering import KMeans, KMeansModel
    rdd = spark.sparkContext.parallelize([(-0.1, 1.1), (1000.2, 1000.0), (5.0, 5.1)], 2)
    start = KMeansModel([(-1000.0, -1000.0), (5.0, 5.0), (1000.0, 1000.0)])
    model = KMeans.train(rdd, 3, maxIterations=0, initialModel=start)
    assert [list(c) for c in model.clusterCenters] == [list(c) for c in start.clusterCenters]
    with pytest.raises(Exception, match="mismatched cluster count"):
        KMeans.train(rdd, 2, initialModel=start)
    with pytest.raises(TypeError, match="initialModel is of"):
        KMeans.train(rdd, 2, initialModel=[1])


@pytest.mark.parametrize("centers, text", [
    ([[1, 2, 3], [1]], "the centers of initialModel have different sizes: 3, 1"),
    ([[1], [1, 2, 3]], "the centers of initialModel have different sizes: 1, 3"),
    ([[], []], "the centers of initialModel are empty"),
])
def test_given_centers_of_other_sizes(spark, centers, text):
    from pyspark.errors import IllegalArgumentException
    from pyspark.mllib.clustering import KMeans, KMeansModel
    rdd = spark.sparkContext.parallelize([(0.0, 1.0, 2.0), (5.0, 6.0, 7.0)], 2)
    with pytest.raises(IllegalArgumentException, match=text):
        KMeans.train(rdd, 2, initialModel=KMeansModel(centers))


@pytest.mark.parametrize("width", [2, 4])
def test_engine_counts_given_centers(spark, width):
    from pyspark.errors import IllegalArgumentException
    from rushlight.ml.clustering import run_kmeans
    from rushlight.storagelevel import StorageLevel
    rows = frame(spark, points()).select("features")
    start = [[0.0] * 3, [0.0] * width]
    options = (2, 0, 1e-4, 1, "euclidean", True, False, 2, start)
    with pytest.raises(IllegalArgumentException, match="are not 2 centers of 3 features"):
        run_kmeans(rows, None, StorageLevel.MEMORY_ONLY, options)


@pytest.mark.parametrize("cluster", [1.0, 1.1])     # goes where 0.0 goes, and elsewhere
def test_silhouettes_of_clusters_of_other_sizes(spark, cluster):
    from pyspark.errors import IllegalArgumentException
    from pyspark.ml.evaluation import ClusteringEvaluator
    from pyspark.ml.linalg import Vectors
    wide, narrow = Vectors.sparse(300000, {299999: 1.0}), Vectors.dense(1.0, 2.0)
    for first, second in ((wide, narrow), (narrow, wide)):
        rows = spark.sparkContext.parallelize([(first, 0.0), (second, cluster)], 2)
        df = rows.toDF(["features", "prediction"])
        with pytest.raises(IllegalArgumentException, match="have different sizes: "):
            ClusteringEvaluator().evaluate(df)


def test_silhouettes_by_clusters_of_another_size(spark):
    from pyspark.errors import IllegalArgumentException
    from pyspark.ml.linalg import Vectors
    from rushlight.ml._clustering_evaluator import _silhouette
    from rushlight.sql._making import as_literal
    from rushlight.sql import functions as F
    rows = spark.createDataFrame([(Vectors.dense([1.0] * 50000), 0.0)], ["features", "cluster"]) \
        .withColumn("weight", F.lit(1.0))
    with pytest.raises(IllegalArgumentException, match="50000 features, but the clusters have 1"):
        _silhouette(rows, as_literal("euclidean"), [0.0, 1.0], [1.0, 1.0, 1.0, 1.0, 4.0, 2.0])


@pytest.mark.filterwarnings("ignore:Deprecated in 2.0.0")
def test_line_by_gradient_descent(spark):
    from pyspark.mllib.regression import LabeledPoint, LinearRegressionWithSGD
    rdd = spark.sparkContext.parallelize(
        [LabeledPoint(3.0 * x - 2.0 * y + 1.0, [x, y])
         for x in (0.0, 1.0, 2.0) for y in (0.0, 1.0)])
    model = LinearRegressionWithSGD.train(rdd, 600, step=0.5, intercept=True, convergenceTol=1e-9)
    assert model.weights.toArray() == pytest.approx([3.0, -2.0], abs=0.02)
    assert model.intercept == pytest.approx(1.0, abs=0.02)
    assert model.predict(rdd.map(lambda p: p.features)).collect() == pytest.approx(
        [p.label for p in rdd.collect()], abs=0.05)
    with pytest.raises(TypeError, match="data should be an RDD of LabeledPoint"):
        LinearRegressionWithSGD.train(spark.sparkContext.parallelize([1.0]))
