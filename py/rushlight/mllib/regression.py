"""Linear regression over RDDs of LabeledPoints, by gradient descent, as older courses have it.

    weights ← weights − step / √i · mean of (weights · x − y) x       a pass, a job, for each i

rushlight.ml.regression finds the same line in one pass, exactly.

Mirrors pyspark.mllib.regression, org.apache.spark.mllib.optimization.GradientDescent.
"""
import math
import warnings

import numpy as np

from rushlight._version import RUSHLIGHT
from rushlight.errors import SparkRuntimeException
from rushlight.mllib.linalg import DenseVector, _convert_to_vector
from rushlight.rdd import RDD

__all__ = ["LabeledPoint", "LinearModel", "LinearRegressionModel", "LinearRegressionWithSGD"]

# PySpark has them, too.
_MISSING = frozenset("""
    IsotonicRegression IsotonicRegressionModel LassoModel LassoWithSGD RidgeRegressionModel
    RidgeRegressionWithSGD StreamingLinearAlgorithm StreamingLinearRegressionWithSGD
""".split())


def __getattr__(name):
    if name in _MISSING:
        raise ImportError(
            f"pyspark.mllib.regression.{name} is not there yet in Rushlight {RUSHLIGHT}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class LabeledPoint:
    """Features, and what they are to come to.

    >>> LabeledPoint(1, [0.5, 2.0])
    LabeledPoint(1.0, [0.5,2.0])
    """

    def __init__(self, label, features):
        self.label = float(label)
        self.features = _convert_to_vector(features)

    def __reduce__(self):
        return LabeledPoint, (self.label, self.features)

    def __str__(self):
        return f"({self.label},{self.features})"

    def __repr__(self):
        return f"LabeledPoint({self.label}, {self.features})"


class LinearModel:
    """A weight for each feature, and an intercept.

    >>> LinearModel(DenseVector([2.0]), 1.0)
    (weights=[2.0], intercept=1.0)
    """

    def __init__(self, weights, intercept):
        self._coeff = _convert_to_vector(weights)
        self._intercept = float(intercept)

    @property
    def weights(self):
        """The weights, a vector."""
        return self._coeff

    @property
    def intercept(self):
        """The intercept."""
        return self._intercept

    def __repr__(self):
        return f"(weights={self._coeff}, intercept={self._intercept!r})"


class LinearRegressionModel(LinearModel):
    """A line that was learnt.

    >>> LinearRegressionModel(DenseVector([2.0]), 1.0).predict([3.0])
    7.0
    """

    def predict(self, x):
        """The value for a vector, or those for an RDD of vectors."""
        if isinstance(x, RDD):
            return x.map(self.predict)
        return float(self.weights.dot(_convert_to_vector(x))) + self.intercept


class LinearRegressionWithSGD:
    """Linear regression by gradient descent.

    >>> points = sc.parallelize([LabeledPoint(2.0 * x, [x]) for x in (0.0, 1.0, 2.0)])
    >>> model = LinearRegressionWithSGD.train(points, iterations=50, step=0.5)
    >>> round(model.predict([3.0]), 1)
    6.0
    """

    @classmethod
    def train(cls, data, iterations=100, step=1.0, miniBatchFraction=1.0, initialWeights=None,
              regParam=0.0, regType=None, intercept=False, validateData=True,
              convergenceTol=0.001):
        """The model of an RDD of LabeledPoints.

        Each iteration goes through a sample (`miniBatchFraction`) of the points; it ends when the
        weights change by less than `convergenceTol`.  `regType`: "l1", "l2" or None.
        """
        warnings.warn("Deprecated in 2.0.0. Use ml.regression.LinearRegression.", FutureWarning,
                      stacklevel=2)
        if regType not in _UPDATES:
            raise SparkRuntimeException(
                f"Invalid value for 'regType' parameter. Can only be initialized using the "
                f"following string values: ['l1', 'l2', None]. Found {regType!r}")
        first = data.first()
        if not isinstance(first, LabeledPoint):
            raise TypeError(f"data should be an RDD of LabeledPoint, but got {type(first)}")
        weights = [0.0] * len(first.features) if initialWeights is None else initialWeights
        weights = np.array(_convert_to_vector(weights).toArray(), dtype=float)
        if intercept:
            weights = np.append(weights, 1.0)
        points = data.map(lambda p: (p.label, np.append(p.features.toArray(), 1.0) if intercept
                                     else p.features.toArray()))
        if validateData and points.filter(lambda p: not math.isfinite(p[0])).count():
            raise SparkRuntimeException("Input validation failed.")
        weights = _descend(points, weights, iterations, step, miniBatchFraction, regParam,
                           _UPDATES[regType], convergenceTol)
        if intercept:
            return LinearRegressionModel(DenseVector(weights[:-1]), weights[-1])
        return LinearRegressionModel(DenseVector(weights), 0.0)


def _descend(points, weights, iterations, step, fraction, reg_param, update, tolerance):
    """The weights after some steps down the gradient of the mean squared error."""
    before = None
    for i in range(1, iterations + 1):
        sample = points if fraction >= 1 else points.sample(False, fraction, 42 + i)
        gradient, n = sample.treeAggregate(
            (np.zeros(len(weights)), 0),
            lambda state, p, w=weights: (state[0] + (w @ p[1] - p[0]) * p[1], state[1] + 1),
            lambda a, b: (a[0] + b[0], a[1] + b[1]))
        if n == 0:
            continue
        weights = update(weights, gradient / n, step / math.sqrt(i), reg_param)
        if before is not None and np.linalg.norm(before - weights) < \
                tolerance * max(np.linalg.norm(weights), 1.0):
            break
        before = weights
    return weights


def _plain(weights, gradient, step, reg_param):
    return weights - step * gradient


def _l2(weights, gradient, step, reg_param):
    return weights * (1 - step * reg_param) - step * gradient


def _l1(weights, gradient, step, reg_param):
    moved = weights - step * gradient
    return np.sign(moved) * np.maximum(0.0, np.abs(moved) - step * reg_param)


_UPDATES = {None: _plain, "none": _plain, "l1": _l1, "l2": _l2}
