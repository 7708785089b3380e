"""Statistics of a column of vectors: how features move together, and what each is like.

    Correlation.corr (df, "features")                     a matrix, in one pass (or of ranks)
    df.select (Summarizer.metrics ("mean", "max").summary (df.features))      an aggregate function
    ChiSquareTest.test (df, "features", "label")          does the label depend on each feature?

Mirrors pyspark.ml.stat.
"""
from rushlight import _engine
from rushlight.errors import IllegalArgumentException
from rushlight.ml._chi_square import ChiSquareTest
from rushlight.ml._fitting import user_call
from rushlight.ml._stages import check_vector, column, lacking, local_frame
from rushlight.ml.functions import array_to_vector, vector_to_array
from rushlight.ml.linalg import DenseMatrix, MatrixUDT
from rushlight.sql import functions as F
from rushlight.sql._making import as_literal, make_call, named_column
from rushlight.sql.types import StructField, StructType
from rushlight.sql.window import Window

__all__ = ["ChiSquareTest", "Correlation", "Summarizer", "SummaryBuilder"]


class Correlation:
    """How pairs of features move together."""

    @staticmethod
    def corr(dataset, column, method="pearson"):
        """A DataFrame of one row, the matrix of the coefficients of all pairs of features.

        "pearson" asks for a linear relation, "spearman" whether one rises with the other: it is
        Pearson's, of the ranks.  A feature that does not vary has no correlation: NaN.

        One job: Spark runs four, which look for a first row, sum up means, look whether there is
        any row, and sum up products; here a pass sums up both.

        >>> from rushlight.ml.linalg import Vectors
        >>> df = spark.createDataFrame([(Vectors.dense(1, 2),), (Vectors.dense(2, 4),),
        ...                             (Vectors.dense(3, 9),)], ["features"])
        >>> Correlation.corr(df, "features").head()[0]
        DenseMatrix(2, 2, [1.0, 0.9707, 0.9707, 1.0], False)
        >>> Correlation.corr(df, "features", "spearman").head()[0][0, 1].item()
        1.0
        """
        if method not in ("pearson", "spearman"):
            raise IllegalArgumentException(
                "Unrecognized method name. Supported correlations: pearson, spearman")
        check_vector(dataset.schema, column)
        rows = _only(dataset, column)
        n, values = _correlations(rows if method == "pearson" else _ranks(rows))
        name = f"{method}({column})"
        schema = StructType([StructField(name, MatrixUDT(), False)])
        return local_frame(dataset.sparkSession, [(DenseMatrix(n, n, values),)], schema)


def _only(dataset, name):
    """The column alone, under the name "features"."""
    return dataset.select(column(name).alias("features"))


def _correlations(rows):
    """(n, the coefficients) of the vectors."""
    count, n, values = _engine.ml_correlations(rows._query(), (-1, -1, 0), user_call("corr"),
                                               rows._properties())
    if count == 0:
        raise IllegalArgumentException(
            "Cannot determine the number of cols because it is not specified in the constructor "
            "and the rows RDD is empty.")
    if count == 1:
        raise IllegalArgumentException(
            "requirement failed: RowMatrix.computeCovariance called on matrix with only 1 rows.  "
            "Cannot compute the covariance of a RowMatrix with <= 1 row.")
    return n, values


def _ranks(rows):
    """The vectors with each number's rank among those of its feature; equal ones share the mean.

        1.5 2.5      1 2        each number with its feature and its row, ranked by feature, and
        3.0 0.5  ──▶ 2 1        put together again by row
    """
    numbered = rows.select(F.monotonically_increasing_id().alias("row"), "features")
    numbers = numbered.select(
        "row", F.posexplode(vector_to_array("features")).alias("feature", "x"))
    below = F.rank().over(Window.partitionBy("feature").orderBy("x"))
    equal = F.count("*").over(Window.partitionBy("feature", "x"))
    ranked = numbers.select("row", "feature", (below + (equal - 1) / 2).alias("rank"))
    together = ranked.groupBy("row").agg(
        F.sort_array(F.collect_list(F.struct("feature", "rank"))).alias("ranks"))
    return together.select(array_to_vector(F.col("ranks.rank")).alias("features"))


_METRICS = ("count", "max", "mean", "min", "normL1", "normL2", "numNonZeros", "std", "sum",
            "variance")


class Summarizer:
    """Aggregate functions of a column of vectors, and of weights if there are any.

    >>> from rushlight.ml.linalg import Vectors
    >>> df = spark.createDataFrame([(Vectors.dense(1.0, 2.0), 1.0), (Vectors.dense(3.0, 0.0), 2.0)],
    ...                            ["features", "w"])
    >>> df.select(Summarizer.mean(df.features, df.w)).head()[0]
    DenseVector([2.3333, 0.6667])
    """

    @staticmethod
    def metrics(*metrics):
        """What makes a function of several metrics at once; its result is a struct.

        >>> from rushlight.ml.linalg import Vectors
        >>> df = spark.createDataFrame([(Vectors.dense(1.0),), (Vectors.dense(3.0),)], ["v"])
        >>> df.select(Summarizer.metrics("mean", "count").summary(df.v)).head()[0]
        Row(mean=DenseVector([2.0]), count=2)
        """
        if not metrics:
            raise IllegalArgumentException("requirement failed: Should include at least one metric")
        for metric in metrics:
            if metric not in _METRICS:
                raise IllegalArgumentException(
                    f"Metric {metric} cannot be found. Valid metrics are "
                    f"List({', '.join(_METRICS)})")
        return SummaryBuilder(metrics)


def _single(metric, text):
    """The aggregate function of one metric."""
    def function(col, weightCol=None):
        features = named_column(col)
        summary = SummaryBuilder((metric,))._call(features, weightCol)
        return summary.getField(metric).alias(f"{metric}({features._shown()})")

    function.__name__ = metric
    function.__doc__ = f"""{text}

        >>> from rushlight.ml.linalg import Vectors
        >>> df = spark.createDataFrame([(Vectors.dense(3.0),)], ["v"])
        >>> df.select(Summarizer.{metric}(df.v)).columns
        ['{metric}(v)']
        """
    return staticmethod(function)


for _metric, _text in {
        "mean": "The means of the features.", "sum": "The sums of the features.",
        "variance": "The unbiased variances of the features.",
        "std": "The roots of the variances.", "count": "How many rows there are.",
        "numNonZeros": "How many numbers of each feature are not 0.",
        "max": "The largest number of each feature.",
        "min": "The smallest number of each feature.",
        "normL1": "The sums of the absolute numbers.",
        "normL2": "The Euclidean norms."}.items():
    setattr(Summarizer, _metric, _single(_metric, _text))


class SummaryBuilder:
    """What Summarizer.metrics() gives.

    >>> SummaryBuilder(("mean",))._metrics
    ('mean',)
    """

    def __init__(self, metrics):
        self._metrics = metrics

    def summary(self, featuresCol, weightCol=None):
        """The struct of the metrics, as an aggregate function of the columns.

        >>> from rushlight.ml.linalg import Vectors
        >>> df = spark.createDataFrame([(Vectors.dense(1.0),), (Vectors.dense(-3.0),)], ["v"])
        >>> df.select(Summarizer.metrics("min", "max").summary(df.v)).head()[0]
        Row(min=DenseVector([-3.0]), max=DenseVector([1.0]))
        """
        features = named_column(featuresCol)
        weight = "1.0" if weightCol is None else named_column(weightCol)._shown()
        return self._call(features, weightCol).alias(
            f"aggregate_metrics({features._shown()}, {weight})")

    def _call(self, features, weight):
        return make_call("aggregate_metrics", features,
                         as_literal(1.0) if weight is None else named_column(weight),
                         as_literal(",".join(self._metrics)))


# PySpark has them, too.
_MISSING = ("KolmogorovSmirnovTest", "ANOVATest", "FValueTest", "MultivariateGaussian")
__getattr__ = lacking(__name__, _MISSING, __all__)
