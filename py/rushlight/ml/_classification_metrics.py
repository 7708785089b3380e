"""How good classes are: a table of labels against predictions, and curves over thresholds.

                 predicted 0   predicted 1        of class 1:  precision = 5 / (5 + 2)
    label 0          7              2                          recall    = 5 / (5 + 1)
    label 1          1              5                          false positive rate = 2 / (2 + 7)

The table is one GROUP BY label, prediction.  A curve is a GROUP BY score, sorted: the engine walks
down the scores once, and counts.

Mirrors org.apache.spark.mllib.evaluation.{MulticlassMetrics,BinaryClassificationMetrics}.
"""
import math

from rushlight._callsite import renamed
from rushlight.ml._fitting import collected, user_call
from rushlight.sql import functions as F


def _ratio(part, whole):
    return part / whole if whole else 0.0


def no_null(name, col, then=None):
    """`then`, or the Column itself; a row without a value is an error that names the column."""
    return F.when(col.isNull(), F.raise_error(F.lit(
        f"Column {name} has a null, and a metric needs a value in each row: leave such rows out "
        "first, as dropna() does"))).otherwise(col if then is None else then)


def checked_weight(weight):
    """A Column of weights, 1 without any; one that cannot be is an error in Spark's words."""
    if weight is None:
        return F.lit(1.0)
    return F.when(weight.isNull() | F.isnan(weight),
                  F.raise_error(F.lit("Weights MUST NOT be Null or NaN"))) \
        .when((weight < 0) | (weight == math.inf), F.raise_error(F.concat(
            F.lit("Weights MUST NOT be Negative or Infinity, but got "), weight.cast("string")))) \
        .otherwise(weight)


class Confusion:
    """Weights of (label, prediction), and what follows from them.

    >>> table = Confusion({(0.0, 0.0): 7, (0.0, 1.0): 2, (1.0, 0.0): 1, (1.0, 1.0): 5})
    >>> round(table.precision(1.0), 4), round(table.recall(1.0), 4), table.accuracy()
    (0.7143, 0.8333, 0.8)
    """

    def __init__(self, weights):
        self._weights = weights
        self.total = sum(weights.values())
        self._of_label, self._of_prediction, self._right = {}, {}, {}
        for (label, prediction), weight in weights.items():
            self._of_label[label] = self._of_label.get(label, 0.0) + weight
            self._of_prediction[prediction] = self._of_prediction.get(prediction, 0.0) + weight
            if label == prediction:
                self._right[label] = self._right.get(label, 0.0) + weight
        self.labels = sorted(self._of_label)

    @classmethod
    def of(cls, frame, label, prediction, weight):
        """The table of a DataFrame; Columns of doubles, `weight` None for 1."""
        counted = F.count(F.lit(1)) if weight is None else F.sum("weight")
        rows = frame.select(label.alias("label"), prediction.alias("prediction"),
                            checked_weight(weight).alias("weight"))
        rows = rows.groupBy("label", "prediction").agg(counted.cast("double").alias("weight"))
        found = collected(rows, renamed(user_call("evaluate"),
                                        "collectAsMap at MulticlassMetrics.scala"))
        return cls({(row[0], row[1]): row[2] for row in found})

    # ---- of one class ----

    def _wrong(self, label):
        """The weight of what was taken for it and is not."""
        return self._of_prediction.get(label, 0.0) - self._right.get(label, 0.0)

    def precision(self, label):
        """How much of what was predicted as this class is of it."""
        return _ratio(self._right.get(label, 0.0), self._of_prediction.get(label, 0.0))

    def recall(self, label):
        """How much of this class was predicted as it."""
        return _ratio(self._right.get(label, 0.0), self._weight_of(label))

    def _weight_of(self, label):
        if label not in self._of_label:
            from rushlight.errors import SparkNoSuchElementException
            raise SparkNoSuchElementException(
                f"key not found: {label}: no row has this label, but {self.labels}")
        return self._of_label[label]

    def false_positive_rate(self, label):
        """How much of the other classes was predicted as this one."""
        others = self.total - self._weight_of(label)
        return self._wrong(label) / others if others else math.nan

    def f_measure(self, label, beta=1.0):
        """The harmonic mean of precision and recall; `beta`: recall counts so much more."""
        precision, recall = self.precision(label), self.recall(label)
        return _ratio((1 + beta * beta) * precision * recall, beta * beta * precision + recall)

    # ---- of all classes ----

    def accuracy(self):
        """How much is right; NaN without any rows."""
        return sum(self._right.values()) / self.total if self.total else math.nan

    def weighted(self, metric, *arguments):
        """A metric of each class, weighted by how much of it there is."""
        return sum((metric(label, *arguments) * weight / self.total
                    for label, weight in self._of_label.items()), 0.0)


def log_loss(frame, label, chances, weight, eps):
    """The mean of -log P (label), of arrays of probabilities that are kept away from 0 and 1; a
    label that has none is an error."""
    weights = checked_weight(weight)
    is_class = (label >= 0) & (label < F.size(chances)) & (label == F.rint(label))
    of_label = F.when(is_class, F.element_at(chances, label.cast("int") + 1)).otherwise(
        F.raise_error(F.printf(
            F.lit("Invalid label %s: log loss needs whole labels from 0 on, below the number of "
                  "probabilities, which is %s"), label.cast("string"),
            F.size(chances).cast("string"))))
    # Twice GREATEST, as it keeps NaN, and LEAST does not.
    clipped = F.greatest(F.lit(eps), -F.greatest(F.lit(eps - 1.0), -of_label))
    loss, total = frame.agg(F.sum(-F.log(clipped) * weights), F.sum(weights)).first()
    return math.nan if not total else loss / total


class Curve:
    """What every threshold would get right and wrong, of a binary classification."""

    def __init__(self, frame, score, label, weight, bins=0, points=False):
        from rushlight import _engine
        rows = frame.select(score.alias("score"), (label > 0.5).alias("positive"),
                            checked_weight(weight).alias("weight"))
        grouped = rows.groupBy("score").agg(
            F.sum(F.when(F.col("positive"), F.col("weight")).otherwise(0.0)),
            F.sum(F.when(F.col("positive"), 0.0).otherwise(F.col("weight"))))
        ordered = grouped.orderBy(F.col("score").desc())
        self.area_under_roc, self.area_under_pr, self.positives, self.negatives, self._points = \
            _engine.ml_binary_curve(ordered._query(), bins, points, renamed(
                user_call("evaluate"), "collect at BinaryClassificationMetrics.scala"),
                ordered._properties())

    def roc(self):
        """[(false positive rate, true positive rate)], from (0, 0) to (1, 1)."""
        inner = [(_ratio(wrong, self.negatives), _ratio(right, self.positives))
                 for _, right, wrong in self._points]
        return [(0.0, 0.0), *inner, (1.0, 1.0)]

    def pr(self):
        """[(recall, precision)]."""
        inner = [(recall, precision) for _, precision, recall in self._by_threshold()]
        return [(0.0, inner[0][1]), *inner] if inner else []

    def _by_threshold(self):
        """[(threshold, precision, recall)]"""
        return [(threshold, right / (right + wrong) if right + wrong else 1.0,
                 _ratio(right, self.positives)) for threshold, right, wrong in self._points]

    def precisions(self):
        """[(threshold, precision)]"""
        return [(threshold, precision) for threshold, precision, _ in self._by_threshold()]

    def recalls(self):
        """[(threshold, recall)]"""
        return [(threshold, recall) for threshold, _, recall in self._by_threshold()]

    def f_measures(self, beta=1.0):
        """[(threshold, F-measure)]"""
        square = beta * beta
        return [(threshold, _ratio((1 + square) * precision * recall, square * precision + recall))
                for threshold, precision, recall in self._by_threshold()]
