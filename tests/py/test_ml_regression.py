"""Linear and logistic regression and evaluators answer what a real Spark answered.

tests/data/ml/record_regression.py has the programs, regression.json Spark's answers.  Coefficients,
histories, predictions and metrics agree to 1e-7 of their size (sums of doubles come in another
order); what is refused is refused in Spark's words.
"""
import json
import math
import os
import sys

import pytest

import rushlight

DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data", "ml")
sys.path.insert(0, DATA)

import record_regression as programs  # noqa: E402

with open(os.path.join(DATA, "regression.json"), encoding="utf-8") as f:
    ANSWERS = json.load(f)


@pytest.fixture(scope="module")
def spark():
    rushlight.activate()
    from rushlight.sql import SparkSession
    session = SparkSession.builder.master("local[2]") \
        .config("spark.sql.shuffle.partitions", "2").getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def df(spark):
    return programs.dataset(spark)


def differences(found, wanted, path=""):
    """Where two answers differ."""
    if isinstance(wanted, dict):
        for key in wanted:
            yield from differences(found.get(key), wanted[key], f"{path}.{key}")
    elif isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            yield f"{path}: {found} is not {wanted}"
        else:
            for i, pair in enumerate(zip(found, wanted)):
                yield from differences(*pair, f"{path}[{i}]")
    elif isinstance(wanted, float) and isinstance(found, (int, float)):
        if not (math.isclose(found, wanted, rel_tol=1e-7, abs_tol=1e-9)
                or (found != found and wanted != wanted)):
            yield f"{path}: {found} is not {wanted}"
    elif found != wanted:
        yield f"{path}: {found} is not {wanted}"


def assert_same(found, wanted):
    assert list(differences(found, wanted)) == []


@pytest.mark.parametrize("name", programs.LINEAR)
def test_linear_regression(df, name):
    assert_same(programs.linear(df, programs.LINEAR[name]), ANSWERS["linear"][name])


@pytest.mark.parametrize("name", programs.LOGISTIC)
def test_logistic_regression(df, name):
    assert_same(programs.logistic(df, programs.LOGISTIC[name]), ANSWERS["logistic"][name])


def test_evaluators(df):
    assert_same(programs.evaluators(df), ANSWERS["evaluators"])


def test_singular_matrix(spark):
    assert_same(programs.singular(spark), ANSWERS["singular"])


def test_misuse(spark):
    found, wanted = programs.misuse(spark), ANSWERS["misuse"]
    assert found.keys() == wanted.keys()
    for name, (kind, message) in wanted.items():
        assert found[name][1].split("; line")[0] == message, name
        assert bool(found[name][0]) == bool(kind), name


def test_jobs_of_a_fit(spark, df):
    """As many jobs as in Spark, named after its files; blocks of an iterative fit are let go of."""
    from rushlight.ml.regression import LinearRegression
    jobs = spark.sparkContext.statusTracker().getJobIdsForGroup
    before = len(jobs(None))
    LinearRegression().fit(df)
    assert len(jobs(None)) - before == 3
    before = len(jobs(None))
    LinearRegression(solver="l-bfgs", maxIter=2).fit(df)
    assert len(jobs(None)) - before == 1 + 1 + 3 + 1    # head, summary, evaluations, metrics
    spark.sparkContext._engine_context.flush_cleaner()
    kept = str(spark.sparkContext._engine_context.kept_rdds())
    assert "training blocks" not in kept


def test_models_are_saved_and_read(spark, df, tmp_path):
    from rushlight.ml.classification import LogisticRegression, LogisticRegressionModel
    from rushlight.ml.regression import LinearRegression, LinearRegressionModel
    line = LinearRegression(regParam=0.1).fit(df)
    line.save(str(tmp_path / "line"))
    again = LinearRegressionModel.load(str(tmp_path / "line"))
    assert again.coefficients == line.coefficients and again.intercept == line.intercept
    assert again.getRegParam() == 0.1 and not again.hasSummary
    with pytest.raises(RuntimeError, match="No training summary available"):
        again.summary
    classes = LogisticRegression(labelCol="c", regParam=0.1).fit(df)
    classes.save(str(tmp_path / "classes"))
    read = LogisticRegressionModel.load(str(tmp_path / "classes"))
    assert read.numClasses == 3
    assert read.transform(df).select("prediction").collect() == \
        classes.transform(df).select("prediction").collect()


def test_what_is_not_there_says_so(df):
    import rushlight.ml.classification
    import rushlight.ml.regression
    from rushlight.errors import UnsupportedOperationException
    with pytest.raises(ImportError, match="GBTRegressor is not there yet in Rushlight"):
        rushlight.ml.regression.GBTRegressor
    with pytest.raises(ImportError, match="NaiveBayes is not there yet in Rushlight"):
        rushlight.ml.classification.NaiveBayes
    with pytest.raises(UnsupportedOperationException, match="huber"):
        rushlight.ml.regression.LinearRegression(loss="huber").fit(df)


def test_an_odd_column_is_left_out(df):
    """A model without a column for predictions, or for raw ones, still gives the others."""
    from rushlight.ml.classification import LogisticRegression
    model = LogisticRegression(labelCol="b", regParam=0.1, rawPredictionCol="").fit(df)
    assert model.transform(df).columns[-2:] == ["probability", "prediction"]
    expected = LogisticRegression(labelCol="b", regParam=0.1).fit(df).transform(df)
    assert model.transform(df).select("prediction").collect() == \
        expected.select("prediction").collect()


def test_one_row_as_columns_have_it(df):
    """predict () of a vector is what transform () gives."""
    from rushlight.ml.classification import LogisticRegression
    from rushlight.ml.regression import LinearRegression
    rows = df.limit(5).select("features").collect()
    for model in (LinearRegression().fit(df), LogisticRegression(labelCol="c").fit(df),
                  LogisticRegression(labelCol="b", regParam=0.1, threshold=0.7).fit(df)):
        expected = [r.prediction for r in model.transform(df.limit(5)).collect()]
        assert [model.predict(r.features) for r in rows] == pytest.approx(expected)


def vectors(spark, rows, partitions=1):
    """Features, label c and weight w; each row is a batch of its own."""
    from rushlight.ml.linalg import VectorUDT
    from rushlight.sql.types import DoubleType, StructField, StructType
    schema = StructType([StructField("features", VectorUDT()), StructField("c", DoubleType()),
                         StructField("w", DoubleType())])
    batches = [spark.createDataFrame([row], schema) for row in rows]
    whole = batches[0]
    for batch in batches[1:]:
        whole = whole.union(batch)
    return whole.coalesce(partitions)


@pytest.mark.parametrize("partitions", [1, 2])
@pytest.mark.parametrize("sizes", [(2, 9), (9, 2), (0, 9)])
def test_vectors_of_different_sizes(spark, sizes, partitions):
    """A later batch, or another partition, whose vectors are wider or narrower is an error."""
    from rushlight.errors import EngineError
    from rushlight.ml.classification import LogisticRegression
    from rushlight.ml.linalg import Vectors
    from rushlight.ml.stat import Correlation
    df = vectors(spark, [(Vectors.dense([1.0] * n), float(i % 2), 1.0)
                         for i, n in enumerate([sizes[0], sizes[1]])], partitions)
    words = "Dimensions mismatch|vectors of the instances have different sizes"
    with pytest.raises(EngineError, match=words):
        LogisticRegression(labelCol="c").fit(df)
    with pytest.raises(EngineError, match=words):
        Correlation.corr(df, "features")


def test_an_empty_vector_before_others(spark):
    """Sizes are compared in a batch, too, when the first vector has none."""
    from rushlight.ml.classification import LogisticRegression
    from rushlight.ml.linalg import Vectors
    rows = [(Vectors.dense([]), 0.0), (Vectors.dense([1.0, 2.0]), 1.0)]
    df = spark.createDataFrame(spark.sparkContext.parallelize(rows, 1), ["features", "label"])
    with pytest.raises(Exception, match="Expecting 0 but got 2"):
        LogisticRegression().fit(df)


def test_weights_of_nothing(spark):
    """Rows of weight 0 are no rows: without others there is nothing to learn from."""
    from rushlight.ml.classification import LogisticRegression
    from rushlight.ml.linalg import Vectors
    from rushlight.ml.regression import LinearRegression
    rows = [(Vectors.dense([float(i), 1.0]), float(i % 2), 0.0) for i in range(4)]
    for stage in (LogisticRegression(labelCol="c", weightCol="w"),
                  LinearRegression(labelCol="c", weightCol="w", solver="l-bfgs")):
        with pytest.raises(Exception, match="Nothing has been added to this summarizer"):
            stage.fit(vectors(spark, rows))


def test_a_label_of_weight_0_is_no_class(spark):
    from rushlight.ml.classification import LogisticRegression
    from rushlight.ml.linalg import Vectors
    rows = [(Vectors.dense([float(i * i % 5)]), float(i % 3), 1.0) for i in range(9)]
    odd = [(Vectors.dense([2.0]), 7.0, 0.0)]
    for family, some in ("binomial", [r for r in rows if r[1] < 2]), ("multinomial", rows):
        stage = LogisticRegression(labelCol="c", weightCol="w", family=family, regParam=0.1)
        model, wanted = stage.fit(vectors(spark, some + odd)), stage.fit(vectors(spark, some))
        assert model.numClasses == wanted.numClasses
        assert model.coefficientMatrix.toArray() == pytest.approx(
            wanted.coefficientMatrix.toArray(), abs=1e-6)


def test_more_coefficients_than_memory(spark):
    """An error that names them, not the end of the process."""
    from rushlight.errors import EngineError
    from rushlight.ml.classification import LogisticRegression
    from rushlight.ml.linalg import Vectors
    rows = [(Vectors.sparse(300_000, [i], [1.0]), 300_000.0 * i, 1.0) for i in range(2)]
    with pytest.raises(EngineError, match="300001 classes × 300000 features"):
        LogisticRegression(labelCol="c").fit(vectors(spark, rows))


def test_a_null_vector_comes_first(spark):
    from rushlight.errors import EngineError
    from rushlight.ml.linalg import Vectors
    from rushlight.ml.regression import LinearRegression
    df = vectors(spark, [(None, 1.0, 1.0), (Vectors.dense([1.0]), 2.0, 1.0)])
    with pytest.raises(EngineError, match="Vectors MUST NOT be Null"):
        LinearRegression(labelCol="c").fit(df)


def test_vectors_without_features(spark):
    from rushlight.ml.classification import LogisticRegression
    from rushlight.ml.linalg import Vectors
    from rushlight.ml.regression import LinearRegression
    df = vectors(spark, [(Vectors.dense([]), float(i), 1.0) for i in range(2)])
    for stage in (LinearRegression(labelCol="c"), LinearRegression(labelCol="c", solver="l-bfgs"),
                  LogisticRegression(labelCol="c", fitIntercept=False)):
        with pytest.raises(Exception, match="the vectors have no features to learn from"):
            stage.fit(df)


@pytest.mark.parametrize("megabytes", [0.0001, 1000.0])
def test_blocks_of_any_size_give_the_same(df, megabytes):
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.clustering import KMeans
    from pyspark.ml.regression import LinearRegression
    for estimator in (LinearRegression(solver="l-bfgs", regParam=0.1),
                      LogisticRegression(labelCol="b", regParam=0.1)):
        found = estimator.setMaxBlockSizeInMB(megabytes).fit(df).coefficients
        wanted = estimator.setMaxBlockSizeInMB(0.0).fit(df).coefficients
        assert found.toArray() == pytest.approx(wanted.toArray(), rel=1e-9)
    found, wanted = (KMeans(k=3, seed=4, maxBlockSizeInMB=size).fit(df).clusterCenters()
                     for size in (megabytes, 0.0))
    assert [list(x) for x in found] == [pytest.approx(list(x), rel=1e-9) for x in wanted]
