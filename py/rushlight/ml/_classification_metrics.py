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
from rushlight.ml._fitting import user_call
from rushlight.sql import functions as F


def _ratio(part, whole):
    return part / whole if whole else 0.0


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
                            (F.lit(1.0) if weight is None else weight).alias("weight"))
        rows = rows.groupBy("label", "prediction").agg(counted.cast("double").alias("weight"))
        from rushlight.sql.row import Row
        found = rows._query().collect(
            Row, renamed(user_call("evaluate"), "collectAsMap at MulticlassMetrics.scala"),
            rows._properties())
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
        return _ratio(self._right.get(label, 0.0), self._of_label.get(label, 0.0))

    def false_positive_rate(self, label):
        """How much of the other classes was predicted as this one."""
        return _ratio(self._wrong(label), self.total - self._of_label.get(label, 0.0))

    def f_measure(self, label, beta=1.0):
        """The harmonic mean of precision and recall; `beta`: recall counts so much more."""
        precision, recall = self.precision(label), self.recall(label)
        return _ratio((1 + beta * beta) * precision * recall, beta * beta * precision + recall)

    # ---- of all classes ----

    def accuracy(self):
        """How much is right."""
        return _ratio(sum(self._right.values()), self.total)

    def weighted(self, metric, *arguments):
        """A metric of each class, weighted by how much of it there is."""
        return sum(metric(label, *arguments) * weight / self.total
                   for label, weight in self._of_label.items())


def log_loss(frame, label, probability, weight, eps):
    """The mean of -log P (label), probabilities kept away from 0 and 1."""
    from rushlight.ml.functions import vector_to_array
    weights = F.lit(1.0) if weight is None else weight
    of_label = F.element_at(vector_to_array(probability), label.cast("int") + 1)
    clipped = F.greatest(F.lit(eps), F.least(F.lit(1.0 - eps), of_label))
    loss, total = frame.agg(F.sum(-F.log(clipped) * weights), F.sum(weights)).first()
    return math.nan if not total else loss / total


class Curve:
    """What every threshold would get right and wrong, of a binary classification."""

    def __init__(self, frame, score, label, weight, bins=0, points=False):
        from rushlight import _engine
        rows = frame.select(score.alias("score"), (label > 0.5).alias("positive"),
                            (F.lit(1.0) if weight is None else weight).alias("weight"))
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
