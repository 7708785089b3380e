"""Two classes over RDDs of LabeledPoints, as older courses have them.

    LogisticRegressionWithLBFGS     the passes of rushlight.ml.classification.LogisticRegression
    LogisticRegressionWithSGD       gradient descent, as of rushlight.mllib.regression
    SVMWithSGD                      the same with the hinge loss: a margin between the classes

Mirrors pyspark.mllib.classification.
"""
from math import exp

from rushlight._version import RUSHLIGHT
from rushlight.errors import UnsupportedOperationException
from rushlight.mllib._linear import (
    HINGE, LOGISTIC, as_dense, check, deprecated, find_classes, first_weights, load_model,
    penalty_of, save_model, train)
from rushlight.mllib.linalg import _convert_to_vector
from rushlight.mllib.regression import LinearModel
from rushlight.rdd import RDD

__all__ = ["LinearClassificationModel", "LogisticRegressionModel", "LogisticRegressionWithSGD",
           "LogisticRegressionWithLBFGS", "SVMModel", "SVMWithSGD"]

# PySpark has them, too.
_MISSING = frozenset("NaiveBayes NaiveBayesModel StreamingLogisticRegressionWithSGD".split())


def __getattr__(name):
    if name in _MISSING:
        raise ImportError(
            f"pyspark.mllib.classification.{name} is not there yet in Rushlight {RUSHLIGHT}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class LinearClassificationModel(LinearModel):
    """A model whose score, a weighted sum, says the class: 1 above the threshold, else 0.

    >>> model = SVMModel([1.0, -1.0], 0.0)
    >>> model.setThreshold(2.0)
    >>> model.predict([3.0, 2.0]), model.predict([3.0, 0.5])
    (0, 1)
    """

    _threshold = None

    @property
    def threshold(self):
        """Where class 1 begins; None: predict() tells the score itself."""
        return self._threshold

    def setThreshold(self, value):
        """Class 1 is what scores above it."""
        self._threshold = value

    def clearThreshold(self):
        """From now on predict() tells the score itself."""
        self._threshold = None

    def predict(self, x):
        """The class of a vector, or those of an RDD of vectors; scores without a threshold."""
        if isinstance(x, RDD):
            return x.map(self.predict)
        score = self._score(self.weights.dot(_convert_to_vector(x)) + self.intercept)
        return score if self._threshold is None else int(score > self._threshold)

    def save(self, sc, path):
        """Saves the model in Spark's files."""
        save_model(self, sc, path, numFeatures=self.weights.size, numClasses=2)

    @classmethod
    def load(cls, sc, path):
        """Reads a model that save(), or a real Spark, has written."""
        metadata, row = load_model(cls, sc, path)
        check(metadata["numClasses"] == 2, f"the model in {path} has {metadata['numClasses']} "
              "classes, and here are models of 2")
        model = cls._of(row.weights, row.intercept)
        model.setThreshold(row.threshold)
        return model


class LogisticRegressionModel(LinearClassificationModel):
    """The probability of class 1, by a weighted sum.

    >>> model = LogisticRegressionModel([2.0], -1.0, 1, 2)
    >>> model.predict([1.0])
    1
    >>> model.clearThreshold()
    >>> round(model.predict([1.0]), 4)
    0.7311
    """

    _class = "classification.LogisticRegressionModel"

    def __init__(self, weights, intercept, numFeatures, numClasses):
        super().__init__(weights, intercept)
        if int(numClasses) != 2:
            raise UnsupportedOperationException(_TWO)
        self._numFeatures = int(numFeatures)
        self._threshold = 0.5

    @classmethod
    def _of(cls, weights, intercept):
        return cls(weights, intercept, weights.size, 2)

    @property
    def numFeatures(self):
        """How many features there are."""
        return self._numFeatures

    @property
    def numClasses(self):
        """How many classes there are: 2."""
        return 2

    @staticmethod
    def _score(margin):
        if margin > 0:
            return 1 / (1 + exp(-margin))
        small = exp(margin)
        return small / (1 + small)

    def __repr__(self):
        return (f"pyspark.mllib.LogisticRegressionModel: intercept = {self._intercept}, "
                f"numFeatures = {self._numFeatures}, numClasses = 2, threshold = "
                f"{self._threshold}")


_TWO = ("models of rushlight.mllib have two classes; for more take LogisticRegression of "
        "pyspark.ml.classification")


class SVMModel(LinearClassificationModel):
    """On which side of a plane a vector lies, and how far away.

    >>> model = SVMModel([1.0, -1.0], 0.5)
    >>> model.predict([3.0, 1.0])
    1
    >>> model.clearThreshold()
    >>> model.predict([3.0, 1.0])
    2.5
    """

    _class = "classification.SVMModel"

    def __init__(self, weights, intercept):
        super().__init__(weights, intercept)
        self._threshold = 0.0

    @classmethod
    def _of(cls, weights, intercept):
        return cls(weights, intercept)

    @staticmethod
    def _score(margin):
        return margin


class LogisticRegressionWithSGD:
    """Logistic regression by gradient descent.

    >>> from rushlight.mllib.regression import LabeledPoint
    >>> points = sc.parallelize([LabeledPoint(0.0, [0.0, 1.0]), LabeledPoint(1.0, [1.0, 0.0])])
    >>> model = LogisticRegressionWithSGD.train(points, iterations=10)
    >>> model.predict([1.0, 0.0]), model.predict([0.0, 1.0])
    (1, 0)
    """

    @classmethod
    def train(cls, data, iterations=100, step=1.0, miniBatchFraction=1.0, initialWeights=None,
              regParam=0.01, regType="l2", intercept=False, validateData=True,
              convergenceTol=0.001):
        """The model of an RDD of LabeledPoints of labels 0 and 1; see
        rushlight.mllib.regression.LinearRegressionWithSGD.train()."""
        deprecated("ml.classification.LogisticRegression or LogisticRegressionWithLBFGS")
        weights, constant = train(
            data, LOGISTIC, first_weights(data, initialWeights), iterations, step,
            miniBatchFraction, regParam, penalty_of(regType), intercept, convergenceTol,
            validateData)
        return LogisticRegressionModel._of(as_dense(weights), constant)


class LogisticRegressionWithLBFGS:
    """Logistic regression by L-BFGS.

    >>> from rushlight.mllib.regression import LabeledPoint
    >>> points = sc.parallelize([LabeledPoint(0.0, [0.0, 1.0]), LabeledPoint(1.0, [1.0, 0.0])])
    >>> model = LogisticRegressionWithLBFGS.train(points, iterations=10)
    >>> model.predict([1.0, 0.0]), model.predict([0.0, 1.0])
    (1, 0)
    """

    @classmethod
    def train(cls, data, iterations=100, initialWeights=None, regParam=0.0, regType="l2",
              intercept=False, corrections=10, tolerance=1e-6, validateData=True, numClasses=2):
        """The model of an RDD of LabeledPoints of labels 0 and 1.

        These are the passes of rushlight.ml.classification.LogisticRegression, as in Spark, where
        `corrections` changes nothing for two classes, and labels are looked at in any case
        (`validateData`).
        """
        check(numClasses > 1, "there must be more than one class")
        if numClasses > 2:
            raise UnsupportedOperationException(_TWO)
        check(corrections > 0, f"Number of corrections must be positive but got {corrections}")
        weights, constant = find_classes(
            data, first_weights(data, initialWeights), iterations, regParam, penalty_of(regType),
            intercept, tolerance)
        return LogisticRegressionModel._of(as_dense(weights), constant)


class SVMWithSGD:
    """A support vector machine by gradient descent.

    >>> from rushlight.mllib.regression import LabeledPoint
    >>> points = sc.parallelize([LabeledPoint(0.0, [0.0]), LabeledPoint(1.0, [1.0]),
    ...                          LabeledPoint(1.0, [2.0]), LabeledPoint(1.0, [3.0])])
    >>> model = SVMWithSGD.train(points, iterations=10)
    >>> model.predict([1.0])
    1
    """

    @classmethod
    def train(cls, data, iterations=100, step=1.0, regParam=0.01, miniBatchFraction=1.0,
              initialWeights=None, regType="l2", intercept=False, validateData=True,
              convergenceTol=0.001):
        """The model of an RDD of LabeledPoints of labels 0 and 1; see
        rushlight.mllib.regression.LinearRegressionWithSGD.train()."""
        weights, constant = train(
            data, HINGE, first_weights(data, initialWeights), iterations, step,
            miniBatchFraction, regParam, penalty_of(regType), intercept, convergenceTol,
            validateData)
        return SVMModel(as_dense(weights), constant)
