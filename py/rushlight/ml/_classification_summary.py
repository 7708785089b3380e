"""How well classes are predicted: summaries of a fit, or of another dataset.

What needs the table of labels against predictions counts it once; the curves of two classes walk
down the scores, all of them, once.

Mirrors pyspark.ml.classification.{_ClassificationSummary,_BinaryClassificationSummary} and the
summaries of logistic regression.
"""
import functools

from rushlight.ml._classification_metrics import Confusion, Curve, no_null
from rushlight.ml._stages import column, local_frame
from rushlight.sql.types import DoubleType, StructField, StructType


class _ClassificationSummary:
    """Metrics of predictions, by class and of all classes."""

    def __init__(self, model, dataset):
        needed = {}
        for name in ("probabilityCol", "predictionCol"):
            if not model.getOrDefault(name):
                needed[model.getParam(name)] = f"{name[:-3]}_{model.uid}"
        if needed:
            model = model.copy(needed)
        self.predictions = model.transform(dataset)
        self.predictionCol = model.getPredictionCol()
        self.labelCol, self.featuresCol = model.getLabelCol(), model.getFeaturesCol()
        self.probabilityCol = model.getProbabilityCol()
        weight = model.isDefined("weightCol") and model.getOrDefault("weightCol")
        self.weightCol = weight or "weightCol"
        self._weight = column(weight).cast("double") if weight else None

    @functools.cached_property
    def _table(self):
        return Confusion.of(self.predictions, self._label, column(self.predictionCol), self._weight)

    @property
    def _label(self):
        return no_null(self.labelCol, column(self.labelCol).cast("double"))

    def _by_label(self, metric, *arguments):
        return [metric(label, *arguments) for label in self._table.labels]

    @property
    def labels(self):
        """The classes, in order."""
        return list(self._table.labels)

    @property
    def truePositiveRateByLabel(self):
        """How much of each class was predicted as it."""
        return self._by_label(self._table.recall)

    @property
    def falsePositiveRateByLabel(self):
        """How much of the other classes was predicted as each."""
        return self._by_label(self._table.false_positive_rate)

    @property
    def precisionByLabel(self):
        """How much of what was predicted as each class is of it."""
        return self._by_label(self._table.precision)

    @property
    def recallByLabel(self):
        """truePositiveRateByLabel, under its other name."""
        return self._by_label(self._table.recall)

    def fMeasureByLabel(self, beta=1.0):
        """The harmonic mean of precision and recall of each class."""
        return self._by_label(self._table.f_measure, beta)

    @property
    def accuracy(self):
        """How much is right."""
        return self._table.accuracy()

    @property
    def weightedTruePositiveRate(self):
        """The mean of truePositiveRateByLabel, weighted by how much there is of each class."""
        return self._table.weighted(self._table.recall)

    @property
    def weightedFalsePositiveRate(self):
        """The same of falsePositiveRateByLabel."""
        return self._table.weighted(self._table.false_positive_rate)

    @property
    def weightedRecall(self):
        """weightedTruePositiveRate, under its other name."""
        return self._table.weighted(self._table.recall)

    @property
    def weightedPrecision(self):
        """The same of precisionByLabel."""
        return self._table.weighted(self._table.precision)

    def weightedFMeasure(self, beta=1.0):
        """The same of fMeasureByLabel."""
        return self._table.weighted(self._table.f_measure, beta)


class _BinaryClassificationSummary(_ClassificationSummary):
    """The same of two classes, and curves over thresholds."""

    @property
    def scoreCol(self):
        """The column of probabilities, by which thresholds are compared."""
        return self.probabilityCol

    @functools.cached_property
    def _curve(self):
        from rushlight.ml.functions import vector_to_array
        return Curve(self.predictions, vector_to_array(column(self.scoreCol))[1],
                     self._label, self._weight, points=True)

    def _frame(self, rows, first, second):
        return local_frame(self.predictions.sparkSession, rows, StructType([
            StructField(name, DoubleType(), False) for name in (first, second)]))

    @property
    def roc(self):
        """A DataFrame (FPR, TPR): false against true positive rates."""
        return self._frame(self._curve.roc(), "FPR", "TPR")

    @property
    def areaUnderROC(self):
        """The area under that curve: 1 is perfect, 0.5 is chance."""
        return self._curve.area_under_roc

    @property
    def pr(self):
        """A DataFrame (recall, precision)."""
        return self._frame(self._curve.pr(), "recall", "precision")

    @property
    def fMeasureByThreshold(self):
        """A DataFrame (threshold, `F-Measure`)."""
        return self._frame(self._curve.f_measures(), "threshold", "F-Measure")

    @property
    def precisionByThreshold(self):
        """A DataFrame (threshold, precision)."""
        return self._frame(self._curve.precisions(), "threshold", "precision")

    @property
    def recallByThreshold(self):
        """A DataFrame (threshold, recall)."""
        return self._frame(self._curve.recalls(), "threshold", "recall")


class _TrainingSummary:
    """How the search of a fit went."""

    objectiveHistory = ()

    @property
    def totalIterations(self):
        """How many steps it took."""
        return max(len(self.objectiveHistory) - 1, 0)


class LogisticRegressionSummary(_ClassificationSummary):
    """Of any number of classes; see LogisticRegression for an example.

    >>> LogisticRegressionSummary.accuracy.fget.__name__
    'accuracy'
    """


class LogisticRegressionTrainingSummary(LogisticRegressionSummary, _TrainingSummary):
    """Of a fit.

    >>> LogisticRegressionTrainingSummary.totalIterations.fget.__name__
    'totalIterations'
    """


class BinaryLogisticRegressionSummary(_BinaryClassificationSummary, LogisticRegressionSummary):
    """Of two classes.

    >>> BinaryLogisticRegressionSummary.areaUnderROC.fget.__name__
    'areaUnderROC'
    """


class BinaryLogisticRegressionTrainingSummary(BinaryLogisticRegressionSummary,
                                              LogisticRegressionTrainingSummary):
    """Of a fit with two classes.

    >>> BinaryLogisticRegressionTrainingSummary.totalIterations.fget.__name__
    'totalIterations'
    """


def summary_of(model, dataset, history=None):
    """The summary of a model's predictions; with the history of its objective, that of a fit."""
    binary = model.numClasses <= 2
    if history is None:
        kind = BinaryLogisticRegressionSummary if binary else LogisticRegressionSummary
    else:
        kind = BinaryLogisticRegressionTrainingSummary if binary \
            else LogisticRegressionTrainingSummary
    summary = kind(model, dataset)
    if history is not None:
        summary.objectiveHistory = history
    return summary
