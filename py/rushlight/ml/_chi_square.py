"""Pearson's test of independence, of a label and each feature.

    how often         label 0  label 1
    feature is 1.0       3        1         statistic = Σ (observed − expected)² / expected
    feature is 2.0       0        4         expected  = row sum · column sum / all

One query counts all features' pairs of values and labels; tables and probabilities are made of the
counts.  Source: K. Pearson (1900); the incomplete gamma function after W. Press et al., Numerical
Recipes: a series where x is small, else a continued fraction (Lentz).

Mirrors org.apache.spark.mllib.stat.test.ChiSqTest.
"""
import math

from rushlight._callsite import renamed
from rushlight.errors import UnsupportedOperationException
from rushlight.errors.engine import EngineError
from rushlight.ml._fitting import collected, user_call
from rushlight.ml._stages import check_numeric, check_vector, column, local_frame
from rushlight.ml.functions import vector_to_array
from rushlight.ml.linalg import DenseVector, VectorUDT
from rushlight.sql import functions as F
from rushlight.sql.types import (
    ArrayType, DoubleType, IntegerType, StructField, StructType)

_MOST = 10000           # categories of a factor
_EXACT = 1e-15
_TINY = 1e-300


class ChiSquareTest:
    """Whether the label depends on each feature; both are categories, written as numbers."""

    @staticmethod
    def test(dataset, featuresCol, labelCol, flatten=False):
        """A DataFrame of one row with vectors of all features, or of a row a feature.

        >>> from rushlight.ml.linalg import Vectors
        >>> df = spark.createDataFrame(
        ...     [(0.0, Vectors.dense(0, 1)), (0.0, Vectors.dense(0, 2)), (1.0, Vectors.dense(1, 1)),
        ...      (1.0, Vectors.dense(1, 2))], ["label", "features"])
        >>> row = ChiSquareTest.test(df, "features", "label").head()
        >>> row.statistics, row.degreesOfFreedom
        (DenseVector([4.0, 0.0]), [1, 1])
        """
        check_vector(dataset.schema, featuresCol)
        check_numeric(dataset.schema, labelCol)
        answers = [_independence(table, i) for i, table in _tables(dataset, featuresCol, labelCol)]
        spark = dataset.sparkSession
        if flatten:
            rows = [(i, *answer) for i, answer in enumerate(answers)]
            return local_frame(spark, rows, StructType([
                StructField("featureIndex", IntegerType(), False),
                StructField("pValue", DoubleType(), False),
                StructField("degreesOfFreedom", IntegerType(), False),
                StructField("statistic", DoubleType(), False)]))
        if not answers:
            raise UnsupportedOperationException("empty collection")
        probabilities, degrees, statistics = zip(*answers)
        return local_frame(
            spark, [(DenseVector(probabilities), list(degrees), DenseVector(statistics))],
            StructType([StructField("pValues", VectorUDT()),
                        StructField("degreesOfFreedom", ArrayType(IntegerType(), False)),
                        StructField("statistics", VectorUDT())]))


def _tables(dataset, features, label):
    """(number, {value: {label: how often}}) of each feature, in order."""
    values = dataset.select(
        column(label).cast("double").alias("label"),
        F.posexplode(vector_to_array(features)).alias("feature", "value"))
    tables = {}
    counts = values.groupBy("feature", "value", "label").count()
    call = renamed(user_call("test"), "collect at ChiSqTest.scala")
    for feature, value, row_label, n in collected(counts, call):
        of_value = tables.setdefault(feature, {}).setdefault(value, {})
        of_value[row_label] = of_value.get(row_label, 0) + n
    return sorted(tables.items())


def _independence(table, feature):
    """(probability, degrees of freedom, statistic) of one table."""
    labels = sorted({label for counts in table.values() for label in counts})
    for found, what in ((labels, "distinct label values"),
                        (table, f"distinct values in column {feature}")):
        if len(found) > _MOST:
            raise EngineError("Chi-square test expect factors (categorical values) but found "
                              f"more than {_MOST} {what}.")
    degrees = (len(table) - 1) * (len(labels) - 1)
    if degrees == 0:
        return 1.0, 0, 0.0
    of_label = {label: sum(counts.get(label, 0) for counts in table.values()) for label in labels}
    total = sum(of_label.values())
    statistic = 0.0
    for value in sorted(table):
        of_value = sum(table[value].values())
        for label in labels:
            expected = of_value * of_label[label] / total
            statistic += (table[value].get(label, 0) - expected) ** 2 / expected
    return upper_gamma(degrees / 2, statistic / 2), degrees, statistic


def upper_gamma(a, x):
    """The regularized upper incomplete gamma function Q (a, x): how probable it is that a
    statistic of 2a degrees of freedom is beyond 2x.

    >>> round(upper_gamma(0.5, 1.92072941), 6), upper_gamma(3.0, 0.0)
    (0.05, 1.0)
    """
    if x <= 0:
        return 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    return 1.0 - front * _series(a, x) if x < a + 1 else front * _fraction(a, x)


def _series(a, x):
    """Σ x^n / (a (a + 1) … (a + n))"""
    term = total = 1 / a
    n = 0
    while term > total * _EXACT:
        n += 1
        term *= x / (a + n)
        total += term
    return total


def _fraction(a, x):
    """1 / (x + 1 − a − 1 (1 − a) / (x + 3 − a − 2 (2 − a) / …))"""
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    value, n, factor = d, 0, 0.0
    while abs(factor - 1) > _EXACT and n < 10000:
        n += 1
        part = -n * (n - a)
        b += 2
        d = part * d + b
        d = 1 / (d if abs(d) > _TINY else _TINY)
        c = b + part / c
        c = c if abs(c) > _TINY else _TINY
        factor = c * d
        value *= factor
    return value
