"""Bad input, and what models print and refuse: each as a real Spark 4.3 did with the same calls."""
import importlib
import math
import re

import pytest

import rushlight
from rushlight.errors import (
    AnalysisException, IllegalArgumentException, SparkNoSuchElementException, SparkRuntimeException,
    UnsupportedOperationException)
from rushlight.errors.engine import EngineError


@pytest.fixture(scope="module")
def spark():
    rushlight.activate()
    from rushlight.sql import SparkSession
    session = SparkSession.builder.master("local[2]") \
        .config("spark.sql.shuffle.partitions", "2").getOrCreate()
    yield session
    session.stop()


def vectors(spark, *rows, more="label double"):
    """A DataFrame of (features, …): numbers of a vector, or None."""
    from rushlight.ml.linalg import Vectors, VectorUDT
    from rushlight.sql.types import StructField, StructType, _parse_datatype_string
    schema = StructType([StructField("features", VectorUDT()),
                         *_parse_datatype_string(more).fields])
    return spark.createDataFrame(
        [(None if row[0] is None else Vectors.dense(row[0]), *row[1:]) for row in rows], schema)


def jobs_of(spark, run):
    tracker = spark.sparkContext.statusTracker()
    before = len(tracker.getJobIdsForGroup())
    run()
    return len(tracker.getJobIdsForGroup()) - before


FAIR = [((0.0, 1.0), 0.0), ((1.0, 0.5), 1.0), ((2.0, 3.0), 1.0), ((0.5, 0.0), 0.0)]


def refuses(error, text):
    return pytest.raises(error, match=re.escape(text))


def test_what_is_not_there_names_what_is():
    with refuses(ImportError, "pyspark.ml.clustering.LDA is not there yet in Rushlight"):
        from rushlight.ml.clustering import LDA  # noqa: F401
    for area, name, there in (("feature", "Tokenizer", "VectorAssembler"),
                              ("classification", "NaiveBayes", "LogisticRegression"),
                              ("regression", "GBTRegressor", "LinearRegression"),
                              ("evaluation", "RankingEvaluator", "RegressionEvaluator"),
                              ("stat", "ANOVATest", "Correlation")):
        module = importlib.import_module(f"rushlight.ml.{area}")
        with refuses(ImportError, f"pyspark.ml.{area} has ") as raised:
            getattr(module, name)
        assert there in str(raised.value)
        with refuses(AttributeError, "has no attribute 'Nope'"):
            module.Nope  # noqa: B018


# ---- evaluators and summaries -----------------------------------------------------------------

def test_no_rows_have_no_errors(spark):
    from rushlight.ml.evaluation import BinaryClassificationEvaluator, RegressionEvaluator
    none = spark.createDataFrame([], "label double, prediction double, rawPrediction double")
    with refuses(IllegalArgumentException, "Nothing has been added to this summarizer."):
        RegressionEvaluator().evaluate(none)
    with refuses(UnsupportedOperationException, "empty collection"):
        BinaryClassificationEvaluator(metricName="areaUnderPR").evaluate(none)


def test_scores_are_doubles_or_vectors(spark):
    from rushlight.ml.evaluation import BinaryClassificationEvaluator
    df = spark.createDataFrame([(1.0, 1)], "label double, rawPrediction int")
    with refuses(IllegalArgumentException, "Column rawPrediction must be of type equal to one of "
                 "the following types: [double, struct<type:tinyint,size:int,indices:array<int>,"
                 "values:array<double>>] but was actually of type int."):
        BinaryClassificationEvaluator().evaluate(df)


def test_a_label_that_no_row_has(spark):
    from rushlight.ml.evaluation import MulticlassClassificationEvaluator as Evaluator
    df = spark.createDataFrame([(0.0, 0.0), (1.0, 0.0)], ["label", "prediction"])
    for metric in ("truePositiveRateByLabel", "falsePositiveRateByLabel", "recallByLabel",
                   "fMeasureByLabel"):
        with refuses(SparkNoSuchElementException, "key not found: 9.0"):
            Evaluator(metricName=metric, metricLabel=9.0).evaluate(df)
    assert Evaluator(metricName="precisionByLabel", metricLabel=9.0).evaluate(df) == 0.0
    one = df.where("label = 0")
    assert math.isnan(Evaluator(metricName="weightedFalsePositiveRate").evaluate(one))


def test_summaries_of_other_rows(spark):
    from rushlight.ml.classification import LogisticRegression
    from rushlight.ml.regression import LinearRegression
    df = vectors(spark, *FAIR)
    linear = LinearRegression().fit(df)
    with refuses(IllegalArgumentException, "Nothing has been added to this summarizer."):
        linear.evaluate(df.where("false")).r2  # noqa: B018
    logistic = LogisticRegression(regParam=0.1).fit(df)
    assert math.isnan(logistic.evaluate(df.where("false")).accuracy)
    nulls = vectors(spark, ((1.0, 2.0), None))
    for what in ("accuracy", "areaUnderROC"):
        with refuses(Exception, "Column label has a null"):
            getattr(logistic.evaluate(nulls), what)
    by_threshold = logistic.summary.fMeasureByThreshold     # a property, as in PySpark
    assert by_threshold.columns == ["threshold", "F-Measure"] and by_threshold.count() == 4


def test_statistics_that_only_the_normal_equations_have(spark):
    from rushlight.ml.regression import LinearRegression
    summary = LinearRegression(solver="l-bfgs").fit(vectors(spark, *FAIR)).summary
    for name, what in (("tValues", "t-statistic"), ("pValues", "p-value"),
                       ("coefficientStandardErrors", "Std. Error of coefficients")):
        with refuses(UnsupportedOperationException,
                     f"No {what} available for this LinearRegressionModel"):
            getattr(summary, name)


# ---- one vector, one column -------------------------------------------------------------------

def test_predict_looks_at_sizes(spark):
    from rushlight.ml.clustering import KMeans
    from rushlight.ml.linalg import Vectors
    from rushlight.ml.regression import LinearRegression
    df = vectors(spark, *FAIR)
    with refuses(IllegalArgumentException, "requirement failed: BLAS.dot(x: Vector, y:Vector) was "
                 "given Vectors with non-matching sizes: x.size = 1, y.size = 2"):
        LinearRegression().fit(df).predict(Vectors.dense(1.0))
    from rushlight.ml.classification import LogisticRegression
    for family, words in (("binomial", "x.size = 3, y.size = 2"), (
            "multinomial", "The columns of A don't match the number of elements of x. A: 2, x: 3")):
        with refuses(IllegalArgumentException, words):
            LogisticRegression(regParam=0.1, family=family).fit(df).predict(Vectors.dense(1, 2, 3))
    with refuses(IllegalArgumentException, "requirement failed: Both vectors should have same "
                 "length, found v1 is 2 while v2 is 1"):
        KMeans(k=2, seed=1).fit(df).predict(Vectors.dense(1.0))
    by_angle = KMeans(k=2, seed=1, distanceMeasure="cosine").fit(df)
    with refuses(SparkRuntimeException, "Cosine distance is not defined for zero-length vectors."):
        by_angle.predict(Vectors.dense(0.0, 0.0))


def test_scalers_need_vectors(spark):
    from rushlight.ml.feature import MinMaxScaler, StandardScaler
    df = vectors(spark, *FAIR)
    for scaler in (StandardScaler, MinMaxScaler):
        model = scaler(inputCol="features", outputCol="o").fit(df)
        with refuses(EngineError, "NullPointerException: the vector is null"):
            model.transform(vectors(spark, (None, 1.0))).collect()


def test_as_many_thresholds_as_classes(spark):
    from rushlight.ml.classification import LogisticRegression
    model = LogisticRegression(regParam=0.1, family="multinomial").fit(vectors(spark, *FAIR))
    with refuses(IllegalArgumentException, "requirement failed: LogisticRegressionModel.transform()"
                 " called with non-matching numClasses and thresholds.length. numClasses=2, but "
                 "thresholds has length 3"):
        model.setThresholds([0.3, 0.3, 0.4]).transform(vectors(spark, *FAIR))
    with refuses(IllegalArgumentException, "Vector should have dimension larger than zero."):
        LogisticRegression().fit(vectors(spark, ((), 1.0), ((), 0.0)))


def test_predictions_are_there(spark):
    """Whatever comes out is no null; metadata are Spark's."""
    from rushlight.ml.classification import LogisticRegression
    from rushlight.ml.regression import LinearRegression
    df = vectors(spark, *FAIR)
    for thresholds in ({}, {"thresholds": [0.5, 0.5]}, {"family": "multinomial"},
                       {"family": "multinomial", "thresholds": [0.5, 0.5]}):
        out = LogisticRegression(regParam=0.1, **thresholds).fit(df).transform(df)
        assert not out.schema["prediction"].nullable
        assert [row.prediction for row in out.collect()] == [0.0, 1.0, 1.0, 0.0]
    out = LinearRegression().fit(df).transform(df)
    assert out.schema["prediction"].metadata == {"ml_attr": {}}


def test_an_index_is_cut_as_an_int(spark):
    from rushlight.ml.feature import IndexToString
    df = spark.createDataFrame([(math.nan,), (1.9,)], ["i"])
    stage = IndexToString(inputCol="i", outputCol="s", labels=["a", "b"])
    assert [row.s for row in stage.transform(df).collect()] == ["a", "b"]
    for far in (math.inf, 1e300, -1.0):
        with refuses(Exception, "Unseen index:"):
            stage.transform(spark.createDataFrame([(far,)], ["i"])).collect()


# ---- fits -------------------------------------------------------------------------------------

def test_encoders_of_what_is_no_index(spark):
    from rushlight.ml.feature import OneHotEncoder
    encoder = OneHotEncoder(inputCol="i", outputCol="o")
    none = spark.createDataFrame([], "i double")
    assert encoder.fit(none).categorySizes == [1]
    nulls = spark.createDataFrame([(None,), (1.0,)], "i double")
    with refuses(SparkRuntimeException, "[ROW_VALUE_IS_NULL] Found NULL in a row at the index 0, "
                 "expected a non-NULL value. SQLSTATE: 22023"):
        encoder.fit(nulls)
    both = OneHotEncoder(inputCols=["i"], outputCol="o")
    with refuses(IllegalArgumentException, "should not be set: outputCol.The following Params must "
                 "be defined but are not set: outputCols."):
        both.fit(none)


def test_tests_of_nothing(spark):
    from rushlight.ml.stat import ChiSquareTest
    df = vectors(spark, *FAIR)
    with refuses(UnsupportedOperationException, "empty collection"):
        ChiSquareTest.test(df.where("false"), "features", "label")
    assert all(field.nullable for field in ChiSquareTest.test(df, "features", "label").schema)


def test_indexers_tell_the_type(spark):
    from rushlight.ml.feature import StringIndexer
    df = spark.createDataFrame([([1],)], "a array<int>")
    with refuses(IllegalArgumentException, "but got ArrayType(IntegerType,true)."):
        StringIndexer(inputCol="a", outputCol="i").fit(df)
    with refuses(TypeError, "StringIndexer.setParams() got an unexpected keyword argument 'foo'"):
        StringIndexer().setParams(foo=1)


# ---- jobs, forms, text ------------------------------------------------------------------------

def test_jobs_that_fits_and_metrics_need(spark):
    """What Spark writes as operations of RDDs is one job; rows that the driver has need none."""
    from rushlight.ml.evaluation import MulticlassClassificationEvaluator
    from rushlight.ml.feature import Imputer, OneHotEncoder
    df = spark.createDataFrame([(0.0, 1.0), (1.0, 1.0)], ["label", "prediction"])
    assert jobs_of(spark, lambda: OneHotEncoder(inputCol="label", outputCol="o").fit(df)) == 1
    assert jobs_of(spark, lambda: MulticlassClassificationEvaluator().evaluate(df)) == 1
    model = Imputer(inputCol="label", outputCol="o").fit(df)
    assert jobs_of(spark, lambda: model.transform(df)) == 0
    assert jobs_of(spark, model.surrogateDF.collect) == 0
    assert not model.surrogateDF.schema["label"].nullable


def test_coefficients_of_few_numbers_are_sparse(spark):
    from rushlight.ml.linalg import SparseVector
    from rushlight.ml.regression import LinearRegression
    df = vectors(spark, ((1.0, 2.0, 0.5), 1.0), ((2.0, 1.0, 1.0), 2.0), ((3.0, 4.0, 0.0), 4.0))
    model = LinearRegression(regParam=100.0, elasticNetParam=1.0).fit(df)
    assert model.coefficients == SparseVector(3, [], [])
    assert model.transform(df).count() == 3


def test_models_keep_the_smaller_form(spark, tmp_path):
    """Dense or sparse, whichever takes less room in a JVM: as Spark's models show it."""
    import random
    from rushlight.ml.classification import LogisticRegression, LogisticRegressionModel
    from rushlight.ml.linalg import DenseMatrix, DenseVector, SparseMatrix, SparseVector
    rng = random.Random(1)
    forms = {}
    for n in (2, 3, 4, 5):
        df = vectors(spark, *[([rng.gauss(0, 1) for _ in range(n)], float(i % 2))
                              for i in range(20)])
        for family in ("binomial", "multinomial"):
            model = LogisticRegression(regParam=100.0, elasticNetParam=1.0, family=family,
                                       fitIntercept=False).fit(df)
            forms[family, n] = model.coefficientMatrix, model.interceptVector
            assert model.transform(df).where("prediction = 0").count() == 20
    assert forms["binomial", 4] == (DenseMatrix(1, 4, [0.0] * 4, 1), DenseVector([0.0]))
    assert isinstance(forms["binomial", 4][0], DenseMatrix)
    assert repr(forms["binomial", 5][0]) == "SparseMatrix(1, 5, [0, 0], [], [], 1)"
    assert repr(forms["multinomial", 2][0]) == "DenseMatrix(2, 2, [0.0, 0.0, 0.0, 0.0], 1)"
    assert repr(forms["multinomial", 3][0]) == "SparseMatrix(2, 3, [0, 0, 0], [], [], 1)"
    assert repr(forms["multinomial", 3][1]) == "DenseVector([0.0, 0.0])"
    lasso = LogisticRegression(regParam=100.0, elasticNetParam=1.0).fit(df)
    assert lasso.coefficients == SparseVector(5, [], [])
    lasso.save(str(tmp_path / "lasso"))
    back = LogisticRegressionModel.load(str(tmp_path / "lasso"))
    assert isinstance(back.coefficientMatrix, SparseMatrix)
    assert back.transform(df).head().prediction == lasso.transform(df).head().prediction


def test_vectors_as_json(spark):
    from rushlight.ml.linalg import Matrices, Vectors
    df = spark.createDataFrame([(Vectors.sparse(2, [1], [3.0]), Matrices.dense(1, 1, [2.0]))],
                               ["v", "m"])
    assert df.toJSON().collect() == [
        '{"v":{"type":0,"size":2,"indices":[1],"values":[3.0]},"m":{"type":1,"numRows":1,'
        '"numCols":1,"values":[2.0],"isTransposed":false}}']


def test_an_output_that_is_there(spark):
    from rushlight.ml.regression import LinearRegression
    with refuses((AnalysisException, IllegalArgumentException), "Column label already exists."):
        LinearRegression(predictionCol="label").fit(vectors(spark, *FAIR))


# ── vectors that were made by somebody else ──
def forged(tmp_path, rows):
    """A file of rows as vectors lie in files, read as such."""
    import pyarrow
    import pyarrow.parquet
    struct = pyarrow.struct([("type", pyarrow.int8()), ("size", pyarrow.int32()),
                             ("indices", pyarrow.list_(pyarrow.int32())),
                             ("values", pyarrow.list_(pyarrow.float64()))])
    pyarrow.parquet.write_table(
        pyarrow.table({"features": pyarrow.array(rows, type=struct)}), tmp_path / "v.parquet")
    return str(tmp_path / "v.parquet")


@pytest.mark.parametrize("row, words", [
    ({"type": 1, "size": None, "indices": None, "values": [None, 7.0]}, "null among its"),
    ({"type": 0, "size": 3, "indices": [0, None], "values": [1.0, 2.0]}, "null among its"),
    ({"type": 7, "size": 3, "indices": [0], "values": [1.0]}, "7 is no kind of vector"),
])
def test_vectors_that_are_none_are_refused(spark, tmp_path, row, words):
    from rushlight.ml.feature import VectorAssembler
    from rushlight.ml.linalg import VectorUDT
    from rushlight.sql.types import StructField, StructType
    good = {"type": 1, "size": None, "indices": None, "values": [1.0, 2.0]}
    path = forged(tmp_path, [good, row])
    frame = spark.read.schema(StructType([StructField("features", VectorUDT())])).parquet(path)
    with pytest.raises(Exception, match=words):
        VectorAssembler(inputCols=["features"], outputCol="out").transform(frame).collect()


def test_points_without_features(spark):
    from rushlight.mllib.regression import LabeledPoint, LinearRegressionWithSGD
    points = spark.sparkContext.parallelize([LabeledPoint(2.0, [])])
    with pytest.raises(ValueError, match="the first point has no features"):
        LinearRegressionWithSGD.train(points, 5)


def test_the_metric_of_no_rows_is_a_double(spark):
    from rushlight.ml.evaluation import MulticlassClassificationEvaluator
    empty = spark.createDataFrame([], "prediction double, label double")
    metric = MulticlassClassificationEvaluator().evaluate(empty)
    assert (metric, type(metric)) == (0.0, float)
