"""Classification: the class of a row, and how probable each class is.

    LogisticRegression    two classes (binomial), or any number (multinomial)

    features ── raw: a weighted sum a class ── probability, sum 1 ────────── prediction
                ml_logistic_raw ()             ml_logistic_probability ()    above, or largest

How it is computed: mllib/classification/README.md (the losses), mllib/optim/README.md (L-BFGS).

Mirrors pyspark.ml.classification.
"""
import copy
import math

from rushlight.errors import UnsupportedOperationException
from rushlight.errors.engine import EngineError
from rushlight.ml._classification_summary import (
    BinaryLogisticRegressionSummary, BinaryLogisticRegressionTrainingSummary,
    LogisticRegressionSummary, LogisticRegressionTrainingSummary, summary_of)
from rushlight.ml._fitting import Fit, check_outputs, number_of_classes
from rushlight.ml._stages import (
    SparkEstimator, SparkModel, add_column, check_vector, column, compressed, compressed_rows,
    field_of, getter, lacking, parameter, params_setter, require, setter)
from rushlight.ml.base import PredictionModel, Predictor, _PredictorParams
from rushlight.ml.param import Param, Params, ParamValidators, TypeConverters
from rushlight.ml.param.shared import (
    HasAggregationDepth, HasElasticNetParam, HasFitIntercept, HasMaxBlockSizeInMB, HasMaxIter,
    HasProbabilityCol, HasRawPredictionCol, HasRegParam, HasStandardization, HasThreshold,
    HasThresholds, HasTol, HasWeightCol)
from rushlight.ml.util import HasTrainingSummary
from rushlight.sql._making import make_call
from rushlight.util import keyword_only

__all__ = ["BinaryLogisticRegressionSummary", "BinaryLogisticRegressionTrainingSummary",
           "LogisticRegression", "LogisticRegressionModel", "LogisticRegressionSummary",
           "LogisticRegressionTrainingSummary"]

# PySpark has them, too.
_MISSING = frozenset("""
    BinaryRandomForestClassificationSummary BinaryRandomForestClassificationTrainingSummary
    DecisionTreeClassificationModel DecisionTreeClassifier FMClassificationModel
    FMClassificationSummary FMClassificationTrainingSummary FMClassifier GBTClassificationModel
    GBTClassifier LinearSVC LinearSVCModel LinearSVCSummary LinearSVCTrainingSummary
    MultilayerPerceptronClassificationModel MultilayerPerceptronClassificationSummary
    MultilayerPerceptronClassificationTrainingSummary MultilayerPerceptronClassifier NaiveBayes
    NaiveBayesModel OneVsRest OneVsRestModel RandomForestClassificationModel
    RandomForestClassificationSummary RandomForestClassificationTrainingSummary
    RandomForestClassifier
""".split())

__getattr__ = lacking(__name__, _MISSING, __all__)


class Classifier(Predictor, HasRawPredictionCol):
    """An estimator that learns classes."""

    setRawPredictionCol = setter("rawPredictionCol")


class ProbabilisticClassifier(Classifier, HasProbabilityCol, HasThresholds):
    """One whose models know probabilities."""

    setProbabilityCol = setter("probabilityCol")
    setThresholds = setter("thresholds")


class ClassificationModel(PredictionModel, HasRawPredictionCol):
    """What a Classifier learns."""

    setRawPredictionCol = setter("rawPredictionCol")


class ProbabilisticClassificationModel(ClassificationModel, HasProbabilityCol, HasThresholds):
    """What a ProbabilisticClassifier learns."""

    setProbabilityCol = setter("probabilityCol")
    setThresholds = setter("thresholds")


_FAMILIES = ("auto", "binomial", "multinomial")
_BOUNDS = ("lowerBoundsOnCoefficients", "upperBoundsOnCoefficients", "lowerBoundsOnIntercepts",
           "upperBoundsOnIntercepts")


class _LogisticRegressionParams(_PredictorParams, HasRawPredictionCol, HasProbabilityCol,
                                HasThresholds, HasRegParam, HasElasticNetParam, HasMaxIter,
                                HasFitIntercept, HasTol, HasStandardization, HasWeightCol,
                                HasAggregationDepth, HasThreshold, HasMaxBlockSizeInMB):
    """What LogisticRegression and its model share."""

    threshold = Param(
        Params._dummy(), "threshold", "of two classes: the probability from 0 to 1 above which "
        "class 1 is predicted; equal to thresholds of [1 - threshold, threshold]",
        TypeConverters.toFloat, ParamValidators.inRange(0, 1))
    family = Param(
        Params._dummy(), "family", "binomial (two classes), multinomial, or auto, which goes by "
        "the number of classes", TypeConverters.toString,
        lambda value: value.lower() in _FAMILIES)
    lowerBoundsOnCoefficients = Param(
        Params._dummy(), "lowerBoundsOnCoefficients", "not there yet", TypeConverters.toMatrix)
    upperBoundsOnCoefficients = Param(
        Params._dummy(), "upperBoundsOnCoefficients", "not there yet", TypeConverters.toMatrix)
    lowerBoundsOnIntercepts = Param(
        Params._dummy(), "lowerBoundsOnIntercepts", "not there yet", TypeConverters.toVector)
    upperBoundsOnIntercepts = Param(
        Params._dummy(), "upperBoundsOnIntercepts", "not there yet", TypeConverters.toVector)

    def __init__(self):
        super().__init__()
        self._setDefault(maxIter=100, regParam=0.0, tol=1e-6, threshold=0.5, family="auto")

    getFamily = getter("family")
    getLowerBoundsOnCoefficients = getter("lowerBoundsOnCoefficients")
    getUpperBoundsOnCoefficients = getter("upperBoundsOnCoefficients")
    getLowerBoundsOnIntercepts = getter("lowerBoundsOnIntercepts")
    getUpperBoundsOnIntercepts = getter("upperBoundsOnIntercepts")

    def setThreshold(self, value):
        """Sets threshold, and takes thresholds back."""
        self._set(threshold=value)
        self.clear(self.thresholds)
        return self

    def setThresholds(self, value):
        """Sets thresholds, and takes threshold back."""
        self._set(thresholds=value)
        self.clear(self.threshold)
        return self

    def getThreshold(self):
        """The threshold; of two thresholds, the one that is equal to them."""
        self._check_thresholds()
        if not self.isSet("thresholds"):
            return self.getOrDefault("threshold")
        return self._threshold_of(self.getOrDefault("thresholds"))

    def getThresholds(self):
        """The thresholds; of a threshold, the two that are equal to it."""
        self._check_thresholds()
        if not self.isSet("thresholds") and self.isSet("threshold"):
            threshold = self.getOrDefault("threshold")
            return [1.0 - threshold, threshold]
        return self.getOrDefault("thresholds")

    @staticmethod
    def _threshold_of(thresholds):
        if len(thresholds) != 2:
            raise ValueError(
                "Logistic Regression getThreshold only applies to binary classification, but "
                f"thresholds has length != 2. thresholds: {thresholds}")
        return 1.0 / (1.0 + thresholds[0] / thresholds[1]) if thresholds[1] else 0.0

    def _check_thresholds(self):
        if self.isSet("threshold") and self.isSet("thresholds"):
            one = self.getOrDefault("threshold")
            of_two = self._threshold_of(self.getOrDefault("thresholds"))
            if abs(one - of_two) >= 1e-5:
                raise ValueError(
                    "Logistic Regression getThreshold found inconsistent values for threshold "
                    f"({one:g}) and thresholds (equivalent to {of_two:g})")


class LogisticRegression(SparkEstimator, ProbabilisticClassifier, _LogisticRegressionParams):
    """Logistic regression with an L2, an L1 or a mixed penalty.

    >>> from rushlight.ml.linalg import Vectors
    >>> rows = [(Vectors.dense(x), y) for x, y in ((0, 0.0), (1, 0.0), (2, 1.0), (3, 1.0))]
    >>> df = spark.createDataFrame(rows, ["features", "label"])
    >>> model = LogisticRegression(regParam=0.1).fit(df)
    >>> [row.prediction for row in model.transform(df).collect()]
    [0.0, 0.0, 1.0, 1.0]
    >>> round(float(model.predictProbability(Vectors.dense(1.5))[1]), 3), model.summary.accuracy
    (0.5, 1.0)
    """

    @keyword_only
    def __init__(self, *, featuresCol="features", labelCol="label", predictionCol="prediction",
                 maxIter=100, regParam=0.0, elasticNetParam=0.0, tol=1e-6, fitIntercept=True,
                 threshold=0.5, thresholds=None, probabilityCol="probability",
                 rawPredictionCol="rawPrediction", standardization=True, weightCol=None,
                 aggregationDepth=2, family="auto", lowerBoundsOnCoefficients=None,
                 upperBoundsOnCoefficients=None, lowerBoundsOnIntercepts=None,
                 upperBoundsOnIntercepts=None, maxBlockSizeInMB=0.0):
        super().__init__()
        self._set(**self._input_kwargs)
        self._check_thresholds()

    setMaxIter = setter("maxIter")
    setRegParam = setter("regParam")
    setElasticNetParam = setter("elasticNetParam")
    setTol = setter("tol")
    setFitIntercept = setter("fitIntercept")
    setStandardization = setter("standardization")
    setWeightCol = setter("weightCol")
    setAggregationDepth = setter("aggregationDepth")
    setFamily = setter("family")
    setLowerBoundsOnCoefficients = setter("lowerBoundsOnCoefficients")
    setUpperBoundsOnCoefficients = setter("upperBoundsOnCoefficients")
    setLowerBoundsOnIntercepts = setter("lowerBoundsOnIntercepts")
    setUpperBoundsOnIntercepts = setter("upperBoundsOnIntercepts")
    setMaxBlockSizeInMB = setter("maxBlockSizeInMB")
    setThreshold = _LogisticRegressionParams.setThreshold
    setThresholds = _LogisticRegressionParams.setThresholds
    _set_all = params_setter(__init__)

    def setParams(self, **kwargs):
        """Sets several parameters."""
        self._set_all(**kwargs)
        self._check_thresholds()
        return self

    def _train(self, dataset):
        from rushlight import _engine
        from rushlight.ml.linalg import Vectors
        for bound in _BOUNDS:
            if self.isDefined(bound) and self.getOrDefault(bound) is not None:
                raise UnsupportedOperationException(
                    f"LogisticRegression with {bound} is not there yet in Rushlight")
        fit = Fit(self, dataset, "LogisticRegression.scala")
        thresholds = self.getOrDefault("thresholds") if self.isDefined("thresholds") else None
        known = (_FAMILIES.index(self.getFamily().lower()),
                 number_of_classes(field_of(dataset.schema, self.getLabelCol())),
                 len(thresholds or ()), None)
        options = (self.getFitIntercept(), self.getRegParam(), self.getElasticNetParam(),
                   self.getStandardization(), self.getMaxIter(), self.getTol(),
                   self.getAggregationDepth())
        n, classes, multinomial, constant, coefficients, intercepts, history = fit.engine_fit(
            _engine.ml_logistic_regression, known, options)
        require(n > 0, "Vector should have dimension larger than zero.")
        model = LogisticRegressionModel()
        model._n_classes, model._multinomial = classes, multinomial
        model._matrix = compressed_rows(len(intercepts), n, list(coefficients))
        model._intercepts = Vectors.sparse(classes, {
            k: v for k, v in enumerate(intercepts) if v}) if constant and multinomial \
            else compressed(Vectors.dense(intercepts))
        fitted = self._copyValues(model.copy())
        model._summary = summary_of(fitted, dataset, history)
        return model


class LogisticRegressionModel(SparkModel, ProbabilisticClassificationModel,
                              _LogisticRegressionParams, HasTrainingSummary):
    """Coefficients and intercepts; see LogisticRegression for an example."""

    def __init__(self):
        super().__init__()
        self._matrix, self._intercepts = None, None
        self._n_classes, self._multinomial = 2, False

    setThreshold = _LogisticRegressionParams.setThreshold
    setThresholds = _LogisticRegressionParams.setThresholds

    def __repr__(self):
        return (f"LogisticRegressionModel: uid={self.uid}, numClasses={self._n_classes}, "
                f"numFeatures={self.numFeatures}")

    # ---- what it has learned ----

    @property
    def coefficientMatrix(self):
        """A row of coefficients a class; of two classes one row."""
        matrix = copy.copy(self._matrix)
        matrix.isTransposed = int(matrix.isTransposed)      # 1, as it comes from a JVM
        return matrix

    @property
    def interceptVector(self):
        """An intercept for each row."""
        return self._intercepts

    @property
    def coefficients(self):
        """The coefficients of a binomial model, a vector."""
        from rushlight.ml.linalg import SparseMatrix, Vectors
        if self._multinomial:
            raise EngineError("Multinomial models contain a matrix of coefficients, use "
                                 "coefficientMatrix instead.")
        values = self._matrix.toArray()[0].tolist()
        if isinstance(self._matrix, SparseMatrix):
            return Vectors.sparse(len(values), {i: v for i, v in enumerate(values) if v})
        return Vectors.dense(values)

    @property
    def intercept(self):
        """The intercept of a binomial model."""
        if self._multinomial:
            raise EngineError("Multinomial models contain a vector of intercepts, use "
                                 "interceptVector instead.")
        return float(self._intercepts[0])

    @property
    def numClasses(self):
        """How many classes there are."""
        return self._n_classes

    @property
    def numFeatures(self):
        """How many features a row must have."""
        return self._matrix.numCols

    # ---- one row ----

    def predictRaw(self, value):
        """The weighted sums of one vector, a vector with a value a class."""
        from rushlight.ml.linalg import Vectors
        n, found = self.numFeatures, len(value)
        require(n == found, f"The columns of A don't match the number of elements of x. A: {n}, x: "
                f"{found}" if self._multinomial else "BLAS.dot(x: Vector, y:Vector) was given "
                f"Vectors with non-matching sizes: x.size = {found}, y.size = {n}")
        sums = [float(Vectors.dense(row.tolist()).dot(value)) + float(intercept)
                for row, intercept in zip(self._matrix.toArray(), self._intercepts)]
        return Vectors.dense(sums if self._multinomial else [-sums[0], sums[0]])

    def predictProbability(self, value):
        """The probabilities of the classes of one vector."""
        from rushlight.ml.linalg import Vectors
        raw = self.predictRaw(value).toArray().tolist()
        if not self._multinomial:
            first = 1.0 / (1.0 + math.exp(-raw[0])) if raw[0] > -700 else 0.0
            return Vectors.dense([first, 1.0 - first])
        largest = max(raw)
        powers = [float(x == largest) if math.isinf(largest) else math.exp(x - largest)
                  for x in raw]
        return Vectors.dense([p / sum(powers) for p in powers])

    def predict(self, value):
        """The class of one vector."""
        probability = self.predictProbability(value).toArray().tolist()
        if not self._multinomial:
            return float(probability[1] > self.getThreshold())
        thresholds = self.getOrDefault("thresholds") if self.isDefined("thresholds") else None
        scaled = [p / t if t else (math.inf if p else -math.inf)
                  for p, t in zip(probability, thresholds)] if thresholds else probability
        return float(scaled.index(max(scaled)))

    # ---- columns ----

    def _transform(self, dataset):
        check_vector(dataset.schema, self.getFeaturesCol())
        check_outputs(self, dataset.schema)
        self._check_number_of_thresholds()
        raw = make_call("ml_logistic_raw", column(self.getFeaturesCol()), self._numbers(
            self._matrix.toArray().ravel().tolist()), self._numbers(self._intercepts.toArray()))
        if self.getRawPredictionCol():
            dataset = add_column(dataset, self.getRawPredictionCol(), raw,
                                 {"ml_attr": {"num_attrs": self._n_classes}})
            raw = column(self.getRawPredictionCol())
        probability = make_call("ml_logistic_probability", raw,
                                parameter(self._multinomial, "boolean"))
        if self.getProbabilityCol():
            dataset = add_column(dataset, self.getProbabilityCol(), probability,
                                 {"ml_attr": {"num_attrs": self._n_classes}})
            probability = column(self.getProbabilityCol())
        if self.getPredictionCol():
            dataset = add_column(
                dataset, self.getPredictionCol(), self._prediction(raw, probability),
                {"ml_attr": {"type": "nominal", "num_vals": self._n_classes}})
        return dataset

    def _check_number_of_thresholds(self):
        n = len(self.getOrDefault("thresholds") if self.isSet("thresholds") else ())
        require(n in (0, self._n_classes),
                "LogisticRegressionModel.transform() called with non-matching numClasses and "
                f"thresholds.length. numClasses={self._n_classes}, but thresholds has length {n}")

    @staticmethod
    def _numbers(values):
        return parameter([float(v) for v in values], "array<double>")

    def _prediction(self, raw, probability):
        if not self._multinomial:
            threshold = self.getThreshold()
            odds = -math.inf if threshold == 0 else math.inf if threshold == 1 \
                else math.log(threshold / (1 - threshold))
            return make_call("ml_class_above", raw, parameter(odds, "double"))
        if self.isDefined("thresholds") and self.getOrDefault("thresholds"):
            return make_call("ml_class_scaled", probability,
                             self._numbers(self.getOrDefault("thresholds")))
        return make_call("ml_class_largest", raw)

    # ---- summaries and files ----

    @property
    def summary(self):
        """The summary of the fit; of two classes one with curves."""
        if not self.hasSummary:
            raise RuntimeError(f"No training summary available for this {type(self).__name__}")
        return self._summary

    def evaluate(self, dataset):
        """A summary of the predictions for another dataset.

        >>> from rushlight.ml.linalg import Vectors
        >>> df = spark.createDataFrame([(Vectors.dense(1.0), 1.0), (Vectors.dense(0.0), 0.0)],
        ...                            ["features", "label"])
        >>> LogisticRegression(regParam=0.1).fit(df).evaluate(df).areaUnderROC
        1.0
        """
        from rushlight.sql import DataFrame
        if not isinstance(dataset, DataFrame):
            raise TypeError(f"dataset must be a DataFrame but got {type(dataset)}.")
        return summary_of(self, dataset)

    def _saved_data(self, spark):
        from rushlight.ml.linalg import MatrixUDT, VectorUDT
        from rushlight.sql.types import BooleanType, IntegerType, StructField, StructType
        schema = StructType([StructField("numClasses", IntegerType(), False),
                             StructField("numFeatures", IntegerType(), False),
                             StructField("interceptVector", VectorUDT(), True),
                             StructField("coefficientMatrix", MatrixUDT(), True),
                             StructField("isMultinomial", BooleanType(), False)])
        return spark.createDataFrame([(self._n_classes, self.numFeatures, self._intercepts,
                                       self._matrix, self._multinomial)], schema)

    def _take_data(self, data):
        self._n_classes, self._intercepts, self._matrix, self._multinomial = data.select(
            "numClasses", "interceptVector", "coefficientMatrix", "isMultinomial").head()
