"""Correlations, summaries and tests of columns of vectors.  Numbers are answers of a real Spark 4.3
on the same rows; relative tolerance 1e-12."""
import pytest

from rushlight.errors import AnalysisException, IllegalArgumentException
from rushlight.ml.linalg import Vectors
from rushlight.ml.stat import ChiSquareTest, Correlation, Summarizer
from rushlight.sql import SparkSession, functions as F

ROWS = [(Vectors.dense([1, 0, 0, -2]), 1.0, 0.0), (Vectors.dense([4, 5, 0, 3]), 0.5, 1.0),
        (Vectors.dense([6, 7, 0, 8]), 2.0, 0.0), (Vectors.sparse(4, {0: 9.0, 3: 1.0}), 0.0, 1.0),
        (Vectors.dense([4, 5, 0, -1.5]), 1.5, 2.0)]
NAN = float("nan")
METRICS = ("mean", "sum", "variance", "std", "count", "numNonZeros", "max", "min", "normL1",
           "normL2")


@pytest.fixture(scope="module")
def spark():
    session = SparkSession.builder.master("local[2]").config(
        "spark.ui.enabled", "false").getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def df(spark):
    return spark.createDataFrame(ROWS, ["features", "w", "label"]).repartition(2)


def near(expected):
    return pytest.approx(expected, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("method, expected", [
    ("pearson", [[1.0, 0.010563838700626113, NAN, 0.42213251056872575],
                 [0.010563838700626113, 1.0, NAN, 0.6645299267962828], [NAN, NAN, 1.0, NAN],
                 [0.42213251056872575, 0.6645299267962828, NAN, 1.0]]),
    ("spearman", [[1.0, 0.16222142113076254, NAN, 0.6155870112510925],
                  [0.16222142113076254, 1.0, NAN, 0.7378647873726218], [NAN, NAN, 1.0, NAN],
                  [0.6155870112510925, 0.7378647873726218, NAN, 1.0]]),
])
def test_correlation(df, method, expected):
    answer = Correlation.corr(df, "features", method)
    assert answer.schema.simpleString() == f"struct<{method}(features):matrix>"
    assert [list(row) for row in answer.head()[0].toArray()] == [near(row) for row in expected]


def test_correlation_of_large_means(spark):
    """Digits survive where the mean is a hundred million times the deviation."""
    rows = spark.range(20000).rdd.map(lambda r: (
        Vectors.dense(1e9 + r.id % 7, 1e9 - r.id % 7, r.id % 2),))
    matrix = Correlation.corr(rows.toDF(["v"]), "v").head()[0]
    assert matrix[0, 1] == near(-1.0) and abs(matrix[0, 2]) < 1e-3


@pytest.mark.parametrize("ask, text", [
    (lambda df: Correlation.corr(df, "features", "kendall"), "Unrecognized method name"),
    (lambda df: Correlation.corr(df, "w"), "must be of type class .*VectorUDT"),
    (lambda df: Correlation.corr(df.where("w > 100"), "features"), "the rows RDD is empty"),
    (lambda df: Correlation.corr(df.limit(1), "features"), "matrix with only 1 rows"),
    (lambda df: Summarizer.metrics("foo"), "Metric foo cannot be found. Valid metrics are List"),
    (lambda df: Summarizer.metrics(), "Should include at least one metric"),
    (lambda df: df.where("w = 0").select(Summarizer.mean(df.features, df.w)).collect(),
     "Nothing has been added to this summarizer"),
    (lambda df: df.select(Summarizer.mean(df.features, -df.w)).collect(), "has to be >= 0.0"),
])
def test_refused(df, ask, text):
    with pytest.raises(IllegalArgumentException, match=text):
        ask(df)


def test_sizes_and_types(spark, df):
    uneven = spark.createDataFrame([(Vectors.dense(1.0),), (Vectors.dense(1.0, 2.0),)], ["v"])
    with pytest.raises(IllegalArgumentException, match="Expecting . but got ."):
        uneven.select(Summarizer.mean(F.col("v"))).collect()
    with pytest.raises(AnalysisException, match=r"requires the UDT\(\"STRUCT"):
        df.select(Summarizer.mean(df.w)).collect()


def test_summary(df):
    row = df.select(Summarizer.metrics(*METRICS).summary(df.features, df.w)).head()[0]
    expected = {
        "mean": [4.2, 4.8, 0.0, 2.65], "sum": [21.0, 24.0, 0.0, 13.25],
        "numNonZeros": [4.0, 3.0, 0.0, 4.0], "max": [6.0, 7.0, 0.0, 8.0],
        "min": [1.0, 0.0, 0.0, -2.0], "normL1": [21.0, 24.0, 0.0, 21.75]}
    assert row["count"] == 4
    for name, values in expected.items():
        assert list(row[name]) == near(values), name
    assert [round(float(v), 4) for v in row.variance] == [4.8, 9.3714, 0.0, 29.9321]
    assert [round(float(v), 4) for v in row.std] == [2.1909, 3.0613, 0.0, 5.471]
    assert [round(float(v), 4) for v in row.normL2] == [10.247, 12.1655, 0.0, 11.8269]


def test_summary_without_weights(df):
    row = df.select(Summarizer.metrics(*METRICS).summary(df.features)).head()[0]
    assert list(row["mean"]) == near([4.8, 3.4, 0.0, 1.7]) and row["count"] == 5
    assert list(row["variance"]) == near([8.7, 10.3, 0.0, 16.45])
    assert list(row["max"]) == [9.0, 7.0, 0.0, 8.0]


def test_largest_and_smallest_pass_over_nan(spark):
    from rushlight.ml.feature import MinMaxScaler
    for values, largest, smallest in (((10.0, NAN, 5.0), 10, 5), ((2.0, 3.0, 1.0, NAN), 3, 1),
                                      ((NAN, 7.0), 7, 7), ((-4.0, NAN, -2.0), -2, -4)):
        rows = spark.createDataFrame([(Vectors.dense([x]),) for x in values], ["v"]).coalesce(1)
        found = rows.select(Summarizer.max(F.col("v")), Summarizer.min(F.col("v"))).head()
        assert (list(found[0]), list(found[1])) == ([largest], [smallest])
        model = MinMaxScaler(inputCol="v", outputCol="o").fit(rows)
        assert (list(model.originalMax), list(model.originalMin)) == ([largest], [smallest])


def test_names(df):
    assert df.select(
        Summarizer.metrics("mean", "count").summary(df.features, df.w),
        Summarizer.metrics("mean").summary(df.features), Summarizer.mean(df.features, df.w),
        Summarizer.count(df.features)).columns == [
            "aggregate_metrics(features, w)", "aggregate_metrics(features, 1.0)",
            "mean(features)", "count(features)"]


def test_groups(df):
    rows = df.groupBy("label").agg(Summarizer.mean(df.features).alias("m")).orderBy("label")
    assert [list(row.m) for row in rows.collect()] == [
        [3.5, 3.5, 0.0, 3.0], [6.5, 2.5, 0.0, 2.0], [4.0, 5.0, 0.0, -1.5]]


def test_independence(df):
    row = ChiSquareTest.test(df, "features", "label").head()
    assert row.degreesOfFreedom == [6, 4, 0, 8]
    assert list(row.statistics) == near([6.25, 3.75, 0.0, 10.0])
    assert list(row.pValues) == near(
        [0.39577565990459973, 0.44089552967916945, 1.0, 0.2650259152973624])
    rows = ChiSquareTest.test(df, "features", "label", True).orderBy("featureIndex")
    assert rows.columns == ["featureIndex", "pValue", "degreesOfFreedom", "statistic"]
    assert tuple(rows.collect()[1]) == near((1, 0.44089552967916945, 4, 3.75))


def test_independence_of_far_tails():
    from rushlight.ml._chi_square import upper_gamma
    assert upper_gamma(1.0, 50.0) == near(1.9287498479639178e-22)   # e^-50
    assert upper_gamma(0.5, 0.0001) == pytest.approx(0.98871658444, rel=1e-10)  # erfc (0.01)
