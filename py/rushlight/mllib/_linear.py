"""What linear models over RDDs of LabeledPoints share: points as batches, passes, files.

    RDD of LabeledPoints ─ once ─▶ rows (label, features) of one column of vectors, kept
                                   ─ a pass, a job, each iteration ─▶ weights

Points are objects of Python; as rows they are numbers that lie side by side, and no iteration
calls Python again.

Mirrors _regression_train_wrapper of pyspark.mllib.regression, org.apache.spark.mllib.regression.
GeneralizedLinearAlgorithm and impl.GLMRegressionModel, impl.GLMClassificationModel.
"""
import json
import warnings

import numpy as np

from rushlight._callsite import renamed
from rushlight.errors import IllegalArgumentException
from rushlight.ml._fitting import user_call
from rushlight.mllib.linalg import DenseVector, VectorUDT, _convert_to_vector

LEAST_SQUARES, LOGISTIC, HINGE = range(3)       # RushDescentLoss
_PENALTIES = {None: 0, "none": 0, "l1": 1, "l2": 2}      # RushDescentPenalty
_BINOMIAL = 1       # RushLogisticFamily
_FILE = "GeneralizedLinearAlgorithm.scala"


def check(valid, message):
    """Raises Spark's require ()."""
    if not valid:
        raise IllegalArgumentException(f"requirement failed: {message}", "INVALID_ARGUMENT")


def penalty_of(name):
    """The number of a regType."""
    if name not in _PENALTIES:
        raise IllegalArgumentException(
            "Invalid value for 'regType' parameter. Can only be initialized using the following "
            "string values: ['l1', 'l2', None].", "INVALID_ARGUMENT")
    return _PENALTIES[name]


def deprecated(instead):
    """Warns the caller of train () as Spark does."""
    warnings.warn(f"Deprecated in 2.0.0. Use {instead}.", FutureWarning, stacklevel=3)


def first_weights(data, given):
    """The weights to begin with, a vector: those given, or a 0 a feature of the first point."""
    from rushlight.mllib.regression import LabeledPoint
    first = data.first()
    if not isinstance(first, LabeledPoint):
        raise TypeError(f"data should be an RDD of LabeledPoint, but got {type(first)}")
    return _convert_to_vector([0.0] * len(data.first().features) if given is None else given)


def _row(point):
    return point.label, point.features


class Points:
    """An RDD of LabeledPoints as rows: labels, and vectors side by side.

    `engine_fit (function, …)` calls a function of the engine with the query and what surrounds it.
    """

    def __init__(self, data):
        from rushlight.sql import SparkSession
        from rushlight.sql.types import DoubleType, StructField, StructType
        schema = StructType([StructField("label", DoubleType(), False),
                             StructField("features", VectorUDT(), False)])
        spark = SparkSession.builder.getOrCreate()
        self._rows = spark.createDataFrame(data.map(_row), schema, verifySchema=False)
        self._call = user_call("train")

    def number_of_features(self):
        """Of the first point, by a job."""
        from rushlight.sql.row import Row
        first = self._rows.limit(1)
        return first._query().collect(Row, renamed(self._call, f"first at {_FILE}"),
                                      first._properties())[0].features.size

    def engine_fit(self, function, *arguments):
        """Runs it."""
        return function(self._rows._query(), (0, -1, 1), *arguments, self._call,
                        self._rows._properties())


def train(data, loss, weights, iterations, step, fraction, reg_param, penalty, intercept,
          tolerance, binary=False):
    """Weights (an array) and intercept, by gradient descent over an RDD of LabeledPoints.

    `binary`: labels are looked at before, and must be 0 or 1.
    """
    from rushlight import _engine
    check(step > 0, f"Initial step size must be positive but got {float(step)}")
    check(iterations >= 0, f"Number of iterations must be nonnegative but got {iterations}")
    check(reg_param >= 0, f"Regularization parameter must be nonnegative but got "
          f"{float(reg_param)}")
    check(0 < fraction <= 1, f"Fraction for mini-batch SGD must be in range (0, 1] but got "
          f"{float(fraction)}")
    check(0 <= tolerance <= 1, f"Convergence tolerance must be in range [0, 1] but got "
          f"{float(tolerance)}")
    points = Points(data)
    start = np.array(weights.toArray(), dtype=float)
    size = points.number_of_features()
    check(size == len(start), "BLAS.dot(x: Vector, y:Vector) was given Vectors with non-matching "
          f"sizes: x.size = {size}, y.size = {len(start)}")
    if intercept:
        start = np.append(start, 1.0)
    found, _ = points.engine_fit(
        _engine.ml_gradient_descent, start.tobytes(),
        (loss, penalty, bool(intercept), bool(binary), int(iterations), float(step),
         float(reg_param), float(fraction), float(tolerance)))
    return (np.array(found[:-1]), found[-1]) if intercept else (np.array(found), 0.0)


def find_classes(data, weights, iterations, reg_param, penalty, intercept, tolerance):
    """The same for two classes, by the passes of rushlight.ml.classification.LogisticRegression:
    L-BFGS, or OWL-QN for an L1 penalty, over standardized features."""
    from rushlight import _engine
    check(iterations >= 0, f"Maximum of iterations must be nonnegative but got {iterations}")
    check(tolerance >= 0, f"Convergence tolerance must be nonnegative but got {float(tolerance)}")
    check(reg_param >= 0, f"Regularization parameter must be nonnegative but got "
          f"{float(reg_param)}")
    start = np.array(weights.toArray(), dtype=float)
    if intercept:
        start = np.append(start, 1.0)
    _, _, _, _, coefficients, intercepts, _ = Points(data).engine_fit(
        _engine.ml_logistic_regression, (_BINOMIAL, 2, 0, start.tobytes()),
        (bool(intercept), float(reg_param) if penalty else 0.0, float(penalty == _PENALTIES["l1"]),
         True, int(iterations), float(tolerance), 2))
    return np.array(coefficients), intercepts[0]


# ---- files ----

_PACKAGE = "org.apache.spark.mllib."


def save_model(model, sc, path, **metadata):
    """Saves weights, intercept and threshold, if the model has one, in Spark's files."""
    from rushlight.mllib.linalg import Vectors
    from rushlight.sql import SparkSession
    from rushlight.sql.types import DoubleType, StructField, StructType
    fields = [StructField("weights", VectorUDT(), True),
              StructField("intercept", DoubleType(), False)]
    row = [Vectors.dense(model.weights.toArray()), model.intercept]
    if hasattr(model, "threshold"):
        fields.append(StructField("threshold", DoubleType(), True))
        row.append(model.threshold)
    told = {"class": _PACKAGE + model._class, "version": "1.0", **metadata}
    sc.parallelize([json.dumps(told, separators=(",", ":"))], 1).saveAsTextFile(path + "/metadata")
    SparkSession.builder.getOrCreate().createDataFrame([tuple(row)], StructType(fields)) \
        .write.parquet(path + "/data")


def load_model(cls, sc, path):
    """(metadata, row) of a model of class `cls` that save_model(), or a real Spark, wrote."""
    from rushlight.sql import SparkSession
    metadata = json.loads(sc.textFile(path + "/metadata").first())
    if metadata["class"] != _PACKAGE + cls._class:
        raise ValueError(f"{path} holds a {metadata['class']}, and not a {_PACKAGE}{cls._class}")
    row = SparkSession.builder.getOrCreate().read.parquet(path + "/data").first()
    check(metadata["numFeatures"] == row.weights.size,
          f"the metadata of {path} speak of {metadata['numFeatures']} features, but there are "
          f"{row.weights.size} weights")
    return metadata, row


def as_dense(weights):
    """An array as a vector."""
    return DenseVector(weights)
