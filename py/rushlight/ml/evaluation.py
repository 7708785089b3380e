"""Evaluators: one number for how good predictions are.

    RegressionEvaluator                  rmse, mse, r2, mae, var
    BinaryClassificationEvaluator        areas under the ROC and the precision-recall curve
    MulticlassClassificationEvaluator    f1, accuracy, precision, recall …, of all classes or of one
    ClusteringEvaluator                  silhouette

A tuning (rushlight.ml.tuning) asks one which of several models is best.

Mirrors pyspark.ml.evaluation.
"""
import math
from abc import ABCMeta, abstractmethod

from rushlight.errors import UnsupportedOperationException
from rushlight.ml._classification_metrics import Confusion, Curve, log_loss, no_null
from rushlight.ml._regression_summary import r_squared, regression_sums
from rushlight.ml._stages import (
    SparkStage, check_numeric, check_vector, column, field_of, getter, is_vector, lacking,
    params_setter, require, setter)
from rushlight.ml.functions import vector_to_array
from rushlight.ml.param import Param, Params, ParamValidators, TypeConverters
from rushlight.ml.param.shared import (
    HasLabelCol, HasPredictionCol, HasProbabilityCol, HasRawPredictionCol, HasWeightCol)
from rushlight.util import keyword_only

__all__ = ["BinaryClassificationEvaluator", "ClusteringEvaluator", "Evaluator",
           "MulticlassClassificationEvaluator", "RegressionEvaluator"]

# PySpark has them, too.
_MISSING = frozenset("MultilabelClassificationEvaluator RankingEvaluator".split())


def __getattr__(name):
    if name == "ClusteringEvaluator":
        from rushlight.ml._clustering_evaluator import ClusteringEvaluator
        return ClusteringEvaluator
    return lacking(__name__, _MISSING, __all__)(name)


class Evaluator(Params, metaclass=ABCMeta):
    """Computes a metric of a dataset of predictions.

    >>> class HowMany(Evaluator):
    ...     def _evaluate(self, dataset):
    ...         return float(dataset.count())
    >>> HowMany().evaluate(spark.range(3)), HowMany().isLargerBetter()
    (3.0, True)
    """

    @abstractmethod
    def _evaluate(self, dataset):
        """The metric, with the parameters that are set."""
        raise NotImplementedError()

    def evaluate(self, dataset, params=None):
        """The metric; `params`: a dict of parameters for this call."""
        if params is not None and not isinstance(params, dict):
            raise TypeError(f"Params must be a param map but got {type(params)}.")
        stage = self.copy(params) if params else self
        stage._check_params()
        return stage._evaluate(dataset)

    def isLargerBetter(self):
        """Whether the best model has the largest value."""
        return True


_FLOATS = ("double", "float")
_VECTOR_TEXT = "struct<type:tinyint,size:int,indices:array<int>,values:array<double>>"


def numbers_of(schema, name, types=None):
    """A column of numbers, none of them null, as doubles; `types`: the only ones it may have."""
    if types is None:
        check_numeric(schema, name)
    else:
        check_type(schema, name, types)
    return no_null(name, column(name).cast("double"))


def check_type(schema, name, types):
    """Raises an error unless a column has one of these types."""
    found = field_of(schema, name).dataType.simpleString()
    require(found in types, f"Column {name} must be of type equal to one of the following types: "
            f"[{', '.join(types)}] but was actually of type {found}.")


class SparkEvaluator(SparkStage, Evaluator, HasLabelCol, HasWeightCol):
    """An evaluator of this package; `_smaller_is_better`: such metrics."""

    _smaller_is_better = ()
    _shown = ()

    setLabelCol = setter("labelCol")
    setWeightCol = setter("weightCol")
    setMetricName = setter("metricName")
    getMetricName = getter("metricName")

    def isLargerBetter(self):
        """Whether the best model has the largest value."""
        return self.getMetricName() not in self._smaller_is_better

    def _label(self, schema):
        return numbers_of(schema, self.getLabelCol())

    def _weight(self, schema):
        """The column of weights, or None; whoever reads it refuses weights that are none."""
        name = self.isDefined("weightCol") and self.getOrDefault("weightCol")
        if not name:
            return None
        check_numeric(schema, name)
        return column(name).cast("double")


class RegressionEvaluator(SparkEvaluator, HasPredictionCol):
    """Errors of predicted numbers, in one pass.

    >>> df = spark.createDataFrame([(1.0, 1.5), (2.0, 2.0), (4.0, 3.5)], ["label", "prediction"])
    >>> evaluator = RegressionEvaluator()
    >>> round(evaluator.evaluate(df), 6), round(evaluator.setMetricName("mae").evaluate(df), 6)
    (0.408248, 0.333333)
    """

    metricName = Param(
        Params._dummy(), "metricName", "rmse (root mean squared error), mse, r2, mae (mean "
        "absolute error) or var (explained variance)", TypeConverters.toString,
        ParamValidators.inArray("mse", "rmse", "r2", "mae", "var"))
    throughOrigin = Param(
        Params._dummy(), "throughOrigin", "whether the regression has no intercept, for r2",
        TypeConverters.toBoolean)
    _smaller_is_better = ("rmse", "mse", "mae")

    @keyword_only
    def __init__(self, *, predictionCol="prediction", labelCol="label", metricName="rmse",
                 weightCol=None, throughOrigin=False):
        super().__init__()
        self._setDefault(metricName="rmse", throughOrigin=False)
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setPredictionCol = setter("predictionCol")
    setThroughOrigin = setter("throughOrigin")
    getThroughOrigin = getter("throughOrigin")

    def _evaluate(self, dataset):
        schema = dataset.schema
        sums = regression_sums(dataset, self._label(schema),
                               numbers_of(schema, self.getPredictionCol(), _FLOATS),
                               self._weight(schema), "RegressionEvaluator.scala")
        mse = sums["squared_errors"] / sums["weight_sum"]
        return {"mse": lambda: mse, "rmse": lambda: math.sqrt(mse),
                "mae": lambda: sums["absolute_errors"] / sums["weight_sum"],
                "var": lambda: sums["explained"] / sums["weight_sum"],
                "r2": lambda: r_squared(sums, self.getThroughOrigin())}[self.getMetricName()]()


class BinaryClassificationEvaluator(SparkEvaluator, HasRawPredictionCol):
    """How well scores separate two classes, over all thresholds.

    >>> rows = [(0.1, 0.0), (0.4, 1.0), (0.6, 0.0), (0.9, 1.0)]
    >>> df = spark.createDataFrame(rows, ["rawPrediction", "label"])
    >>> BinaryClassificationEvaluator().evaluate(df)
    0.75
    """

    metricName = Param(
        Params._dummy(), "metricName", "areaUnderROC or areaUnderPR", TypeConverters.toString,
        ParamValidators.inArray("areaUnderROC", "areaUnderPR"))
    numBins = Param(
        Params._dummy(), "numBins", "how many points the curve has, about (>= 0); 0: one for each "
        "score", TypeConverters.toInt, ParamValidators.gtEq(0))

    @keyword_only
    def __init__(self, *, rawPredictionCol="rawPrediction", labelCol="label",
                 metricName="areaUnderROC", weightCol=None, numBins=1000):
        super().__init__()
        self._setDefault(metricName="areaUnderROC", numBins=1000)
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setRawPredictionCol = setter("rawPredictionCol")
    setNumBins = setter("numBins")
    getNumBins = getter("numBins")

    def _evaluate(self, dataset):
        schema = dataset.schema
        curve = Curve(dataset, score_of(schema, self.getRawPredictionCol()), self._label(schema),
                      self._weight(schema), self.getNumBins())
        if self.getMetricName() == "areaUnderROC":
            return curve.area_under_roc
        if not curve.positives and not curve.negatives:
            raise UnsupportedOperationException("empty collection")
        return curve.area_under_pr


def score_of(schema, name):
    """The score of class 1: a number, or the second value of a vector."""
    if not is_vector(field_of(schema, name).dataType):
        return numbers_of(schema, name, ("double", _VECTOR_TEXT))
    return no_null(name, column(name), vector_to_array(column(name))[1])


class MulticlassClassificationEvaluator(SparkEvaluator, HasPredictionCol, HasProbabilityCol):
    """How right predicted classes are.

    >>> rows = [(0.0, 0.0), (0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]
    >>> df = spark.createDataFrame(rows, ["label", "prediction"])
    >>> evaluator = MulticlassClassificationEvaluator(metricName="accuracy")
    >>> evaluator.evaluate(df)
    0.75
    >>> evaluator.evaluate(df, {evaluator.metricName: "recallByLabel", evaluator.metricLabel: 1.0})
    0.5
    """

    metricName = Param(
        Params._dummy(), "metricName", "f1, accuracy, weightedPrecision, weightedRecall, "
        "weightedTruePositiveRate, weightedFalsePositiveRate, weightedFMeasure, "
        "truePositiveRateByLabel, falsePositiveRateByLabel, precisionByLabel, recallByLabel, "
        "fMeasureByLabel, logLoss or hammingLoss", TypeConverters.toString,
        ParamValidators.inArray(
            "f1", "accuracy", "weightedPrecision", "weightedRecall", "weightedTruePositiveRate",
            "weightedFalsePositiveRate", "weightedFMeasure", "truePositiveRateByLabel",
            "falsePositiveRateByLabel", "precisionByLabel", "recallByLabel", "fMeasureByLabel",
            "logLoss", "hammingLoss"))
    metricLabel = Param(
        Params._dummy(), "metricLabel", "the class that ...ByLabel is computed for (>= 0)",
        TypeConverters.toFloat, ParamValidators.gtEq(0))
    beta = Param(Params._dummy(), "beta", "how much more recall counts than precision in "
                 "...FMeasure... (> 0)", TypeConverters.toFloat, ParamValidators.gt(0))
    eps = Param(Params._dummy(), "eps", "how near to 0 and 1 probabilities may come for logLoss, "
                "between 0 and 0.5", TypeConverters.toFloat, lambda value: 0 < value < 0.5)
    _smaller_is_better = ("weightedFalsePositiveRate", "falsePositiveRateByLabel", "logLoss",
                          "hammingLoss")

    @keyword_only
    def __init__(self, *, predictionCol="prediction", labelCol="label", metricName="f1",
                 weightCol=None, metricLabel=0.0, beta=1.0, probabilityCol="probability",
                 eps=1e-15):
        super().__init__()
        self._setDefault(metricName="f1", metricLabel=0.0, beta=1.0, eps=1e-15)
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setPredictionCol = setter("predictionCol")
    setProbabilityCol = setter("probabilityCol")
    setMetricLabel = setter("metricLabel")
    setBeta = setter("beta")
    setEps = setter("eps")
    getMetricLabel = getter("metricLabel")
    getBeta = getter("beta")
    getEps = getter("eps")

    def _evaluate(self, dataset):
        schema, metric = dataset.schema, self.getMetricName()
        label, weight = self._label(schema), self._weight(schema)
        if metric == "logLoss":
            check_vector(schema, self.getProbabilityCol())
            name = self.getProbabilityCol()
            chances = no_null(name, column(name), vector_to_array(column(name)))
            return log_loss(dataset, label, chances, weight, self.getEps())
        table = Confusion.of(dataset, label, numbers_of(schema, self.getPredictionCol()), weight)
        one, beta = self.getMetricLabel(), self.getBeta()
        return {
            "f1": lambda: table.weighted(table.f_measure),
            "accuracy": table.accuracy,
            "weightedPrecision": lambda: table.weighted(table.precision),
            "weightedRecall": lambda: table.weighted(table.recall),
            "weightedTruePositiveRate": lambda: table.weighted(table.recall),
            "weightedFalsePositiveRate": lambda: table.weighted(table.false_positive_rate),
            "weightedFMeasure": lambda: table.weighted(table.f_measure, beta),
            "truePositiveRateByLabel": lambda: table.recall(one),
            "falsePositiveRateByLabel": lambda: table.false_positive_rate(one),
            "precisionByLabel": lambda: table.precision(one),
            "recallByLabel": lambda: table.recall(one),
            "fMeasureByLabel": lambda: table.f_measure(one, beta),
            "hammingLoss": lambda: 1.0 - table.accuracy(),
        }[metric]()
