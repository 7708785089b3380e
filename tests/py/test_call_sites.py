"""A job belongs to the line of the user's program that asked for it: also where this package's own
modules, the standard library, or threads of either stand in between.
"""
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from rushlight import InheritableThread
from rushlight._callsite import call_from, started_here, user_call
from rushlight.ml import Pipeline
from rushlight.ml.classification import LogisticRegression
from rushlight.ml.clustering import KMeans
from rushlight.ml.evaluation import BinaryClassificationEvaluator
from rushlight.ml.feature import MinMaxScaler, StringIndexer
from rushlight.ml.linalg import Vectors
from rushlight.ml.tuning import CrossValidator, ParamGridBuilder
from rushlight.mllib.clustering import KMeans as OldKMeans
from rushlight.mllib.linalg import Vectors as Old
from rushlight.sql import SparkSession

HERE = __file__
IN_SPARK = re.compile(r" at \w+\.(java|scala)(:\d+)?$")


@pytest.fixture(scope="module")
def spark():
    session = SparkSession.builder.master("local[2]").getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def df(spark):
    rows = [(float(i % 2), str(i % 3), Vectors.dense([i, i % 5])) for i in range(40)]
    return spark.createDataFrame(rows, ["label", "c", "features"]).cache()


@pytest.fixture
def places(spark):
    """Where the jobs, stages and queries since the start of the test say that they come from: what
    names no place in Spark."""
    engine = spark.sparkContext._engine
    before = set(engine.job_ids()), {execution["id"] for execution in engine.executions()}

    def look():
        jobs = [engine.job_info(job) for job in engine.job_ids() if job not in before[0]]
        assert jobs
        assert all(job["place"] for job in jobs if IN_SPARK.search(job["name"]))
        assert not [stage for job in jobs for stage in job["stages"]
                    if IN_SPARK.search(stage["place"])]
        told = [job[key] for job in jobs for key in ("name", "place")]
        told += [stage["name"] for job in jobs for stage in job["stages"]]
        told += [execution[key] for execution in engine.executions()
                 for key in ("description", "place") if execution["id"] not in before[1]]
        return {text.rpartition(" at ")[2].rpartition(":")[0]
                for text in told if text and not IN_SPARK.search(text)}

    return look


def test_a_fit_and_its_summary(df, places):
    """Which functools computes, when it is first asked for."""
    model = LogisticRegression(maxIter=2).fit(df)
    assert model.summary.accuracy > 0 and model.summary.areaUnderROC > 0
    model.evaluate(df).roc.count()
    assert places() == {HERE}


@pytest.mark.parametrize("stage", [MinMaxScaler(inputCol="features", outputCol="o"),
                                   StringIndexer(inputCol="c", outputCol="o")])
def test_stages_that_ask_queries(df, places, stage):
    Pipeline(stages=[stage]).fit(df).transform(df).count()
    assert places() == {HERE}


def test_jobs_that_spark_names_after_its_files(df, spark, places):
    KMeans(k=2, maxIter=2).fit(df)
    vectors = spark.sparkContext.parallelize([0, 1, 5, 6], 2).map(lambda x: Old.dense([x, 1]))
    kept = OldKMeans.train(vectors, 2, maxIterations=2)
    assert kept.computeCost(vectors) == 1
    spark.sparkContext.runJob(vectors, len_of)
    df.show()
    assert places() == {HERE}


def len_of(elements):
    return [sum(1 for _ in elements)]


def test_a_grid_is_fitted_in_threads(df, places):
    estimator = LogisticRegression(maxIter=2)
    grid = ParamGridBuilder().addGrid(estimator.regParam, [0.1, 0.2]).build()
    CrossValidator(estimator=estimator, estimatorParamMaps=grid, numFolds=2, parallelism=2,
                   evaluator=BinaryClassificationEvaluator()).fit(df)
    assert places() == {HERE}


def test_rows_fetched_ahead(spark, places):
    assert list(spark.sparkContext.parallelize(range(4), 2).toLocalIterator(True)) == [0, 1, 2, 3]
    assert places() == {HERE}


def test_threads_of_the_users(spark, places):
    rdd = spark.sparkContext.parallelize([1], 1)
    thread = InheritableThread(target=rdd.count)
    thread.start()
    thread.join()
    assert places() == {HERE}


def test_nobody_is_the_user():
    """Where all frames are the library's, the one that called has to do."""
    with ThreadPoolExecutor(1) as pool:
        name, short_form, _ = pool.submit(user_call, "count").result()
    assert name == "count" and short_form.startswith("count at ") and HERE not in short_form


def test_what_starts_a_thread():
    seen = []
    line = sys._getframe().f_lineno + 1
    target = started_here(lambda: seen.append(call_from("count", None)))
    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    name, short_form, stack = seen[0]
    assert (name, short_form) == ("count", f"count at {HERE}:{line}")
    assert stack.startswith(f"test_what_starts_a_thread ({HERE}:{line})")
