"""Linear regression over RDDs of LabeledPoints, by gradient descent, as older courses have it.

    weights ← weights − step / √i · mean of (weights · x − y) x       a pass, a job, for each i

rushlight.ml.regression finds the same line in one pass, exactly; mllib/optim/gradient_descent.h
tells how a pass goes.

Mirrors pyspark.mllib.regression.
"""
from rushlight._version import RUSHLIGHT
from rushlight.mllib._linear import (
    LEAST_SQUARES, as_dense, deprecated, first_weights, load_model, penalty_of, save_model, train)
from rushlight.mllib.linalg import DenseVector, _convert_to_vector
from rushlight.rdd import RDD

__all__ = ["LabeledPoint", "LinearModel", "LinearRegressionModelBase", "LinearRegressionModel",
           "LinearRegressionWithSGD", "RidgeRegressionModel", "RidgeRegressionWithSGD",
           "LassoModel", "LassoWithSGD"]

# PySpark has them, too.
_MISSING = frozenset("""
    IsotonicRegression IsotonicRegressionModel StreamingLinearAlgorithm
    StreamingLinearRegressionWithSGD
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


class LinearRegressionModelBase(LinearModel):
    """A model that predicts numbers.

    >>> LinearRegressionModelBase(DenseVector([1.0, 2.0]), 0.1).predict([-1.0, 3.0])
    5.1
    """

    def predict(self, x):
        """The value for a vector, or those for an RDD of vectors."""
        if isinstance(x, RDD):
            return x.map(self.predict)
        return float(self.weights.dot(_convert_to_vector(x))) + self.intercept

    def save(self, sc, path):
        """Saves the model in Spark's files."""
        save_model(self, sc, path, numFeatures=self.weights.size)

    @classmethod
    def load(cls, sc, path):
        """Reads a model that save(), or a real Spark, has written."""
        _, row = load_model(cls, sc, path)
        return cls(row.weights, row.intercept)


class LinearRegressionModel(LinearRegressionModelBase):
    """A line that was learnt.

    >>> LinearRegressionModel(DenseVector([2.0]), 1.0).predict([3.0])
    7.0
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     LinearRegressionModel(DenseVector([2.0]), 1.0).save(sc, folder + "/model")
    ...     LinearRegressionModel.load(sc, folder + "/model")
    (weights=[2.0], intercept=1.0)
    """

    _class = "regression.LinearRegressionModel"


class LassoModel(LinearRegressionModelBase):
    """A line that was learnt with an L1 penalty: few of its weights are not 0.

    >>> LassoModel(DenseVector([0.0, 2.0]), 1.0).predict([9.0, 3.0])
    7.0
    """

    _class = "regression.LassoModel"


class RidgeRegressionModel(LinearRegressionModelBase):
    """A line that was learnt with an L2 penalty: its weights are small.

    >>> RidgeRegressionModel(DenseVector([0.5]), 1.0).predict([4.0])
    3.0
    """

    _class = "regression.RidgeRegressionModel"


def _fit(model, data, initial, *settings):
    """A model of the class, by gradient descent of the squared error."""
    weights, intercept = train(data, LEAST_SQUARES, first_weights(data, initial), *settings)
    return model(as_dense(weights), intercept)


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
        weights change by less than `convergenceTol`.  `regType`: "l1", "l2" or None.  There is
        nothing about numbers that `validateData` could look at.
        """
        deprecated("ml.regression.LinearRegression")
        return _fit(LinearRegressionModel, data, initialWeights, iterations, step,
                    miniBatchFraction, regParam, penalty_of(regType), intercept, convergenceTol)


class LassoWithSGD:
    """Linear regression with an L1 penalty, by gradient descent.

    >>> points = sc.parallelize([LabeledPoint(2.0 * x, [x, 0.1]) for x in (0.0, 1.0, 2.0)])
    >>> model = LassoWithSGD.train(points, iterations=50, step=0.5, regParam=0.1)
    >>> float(abs(model.weights[1]))
    0.0
    """

    @classmethod
    def train(cls, data, iterations=100, step=1.0, regParam=0.01, miniBatchFraction=1.0,
              initialWeights=None, intercept=False, validateData=True, convergenceTol=0.001):
        """The model of an RDD of LabeledPoints; see LinearRegressionWithSGD.train()."""
        deprecated("ml.regression.LinearRegression with elasticNetParam = 1.0")
        return _fit(LassoModel, data, initialWeights, iterations, step, miniBatchFraction,
                    regParam, penalty_of("l1"), intercept, convergenceTol)


class RidgeRegressionWithSGD:
    """Linear regression with an L2 penalty, by gradient descent.

    >>> points = sc.parallelize([LabeledPoint(2.0 * x, [x]) for x in (0.0, 1.0, 2.0)])
    >>> model = RidgeRegressionWithSGD.train(points, iterations=50, step=0.5, regParam=1.0)
    >>> bool(model.weights[0] < 1.5)
    True
    """

    @classmethod
    def train(cls, data, iterations=100, step=1.0, regParam=0.01, miniBatchFraction=1.0,
              initialWeights=None, intercept=False, validateData=True, convergenceTol=0.001):
        """The model of an RDD of LabeledPoints; see LinearRegressionWithSGD.train()."""
        deprecated("ml.regression.LinearRegression with elasticNetParam = 0.0")
        return _fit(RidgeRegressionModel, data, initialWeights, iterations, step,
                    miniBatchFraction, regParam, penalty_of("l2"), intercept, convergenceTol)
