"""Imputer: something in place of what is missing.

    a      b                      surrogates (mean)      a      b
    1.0    4.0                                           1.0    4.0
    NaN    null       fit   →     a: 2.0   b: 6.0    →   2.0    6.0
    3.0    8.0                                           3.0    8.0

Missing are null and NaN, and `missingValue` where it is something else.  The model is one row of
surrogates, and applying it is plain SQL: CASE WHEN x IS NULL THEN …

Mirrors pyspark.ml.feature.{Imputer,ImputerModel}.
"""
import math

from rushlight.errors import SparkRuntimeException
from rushlight.ml._stages import (
    SomeColumns, SparkEstimator, SparkModel, check_numeric, column, getter, in_out_cols,
    local_frame, params_setter, require, setter)
from rushlight.ml.feature._indexing import _counts_shown
from rushlight.ml.param import Param, Params, ParamValidators, TypeConverters
from rushlight.ml.param.shared import HasRelativeError
from rushlight.sql import functions as F
from rushlight.sql.types import DoubleType, StructField, StructType
from rushlight.util import keyword_only


class _ImputerParams(SomeColumns, HasRelativeError):
    """What an imputer and its model share."""

    strategy = Param(
        Params._dummy(), "strategy", "what stands in for missing values: the column's 'mean', its "
        "'median' or its 'mode', the most frequent value (of several the smallest)",
        TypeConverters.toString, ParamValidators.inArray("mean", "median", "mode"))
    missingValue = Param(Params._dummy(), "missingValue", "what counts as missing, besides null",
                         TypeConverters.toFloat)

    def __init__(self):
        super().__init__()
        self._setDefault(strategy="mean", missingValue=math.nan)

    getStrategy = getter("strategy")
    getMissingValue = getter("missingValue")

    def _columns(self, schema):
        """[(input column's field, output column's name)], checked."""
        inputs, outputs = in_out_cols(self)
        for which, names in (("inputCols", inputs), ("outputCols", outputs)):
            require(len(set(names)) == len(names),
                    f"{which} contains duplicates: ({', '.join(names)})")
        require(len(inputs) == len(outputs), f"inputCols({len(inputs)}) and outputCols("
                f"{len(outputs)}) should have the same length")
        return [(check_numeric(schema, name), output) for name, output in zip(inputs, outputs)]


class Imputer(SparkEstimator, _ImputerParams):
    """Learns what to put in place of missing numbers.

    >>> df = spark.createDataFrame([(1.0,), (None,), (3.0,)], "a double")
    >>> model = Imputer(inputCol="a", outputCol="b", strategy="mean").fit(df)
    >>> model.surrogateDF.collect()
    [Row(a=2.0)]
    >>> model.transform(df).collect()
    [Row(a=1.0, b=1.0), Row(a=None, b=2.0), Row(a=3.0, b=3.0)]
    """

    @keyword_only
    def __init__(self, *, strategy="mean", missingValue=math.nan, inputCols=None, outputCols=None,
                 inputCol=None, outputCol=None, relativeError=0.001):
        super().__init__()
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setStrategy = setter("strategy")
    setMissingValue = setter("missingValue")
    setRelativeError = setter("relativeError")

    def _train(self, dataset):
        names = [field.name for field, _ in self._columns(dataset.schema)]
        present = dataset.select([_present(name, self.getMissingValue()) for name in names])
        found = {"mean": _means, "mode": _modes}.get(self.getStrategy(), self._medians)(
            present, names)
        empty = [name for name, value in zip(names, found) if value is None or value != value]
        if empty:
            raise SparkRuntimeException(
                f"surrogate cannot be computed. All the values in {','.join(empty)} are Null, Nan "
                f"or missingValue({_number_text(self.getMissingValue())})")
        return ImputerModel._of_values(dataset.sparkSession, names, found)

    def _medians(self, present, names):
        quantiles = present.approxQuantile(names, [0.5], self.getRelativeError())
        return [found[0] if found else None for found in quantiles]


def _number_text(value):
    return "NaN" if value != value else str(value)


def _present(name, missing):
    """A column as doubles, null where the value is missing."""
    col = column(name).cast("double")
    return F.when((col == F.lit(missing)) | F.isnan(col), None).otherwise(col).alias(name)


def _means(present, names):
    return list(present.select([F.avg(column(name)) for name in names]).head())


def _modes(present, names):
    """The most frequent value of each column, of several the smallest."""
    values = present.select(F.posexplode(F.array(*map(column, names)))).toDF("column", "value") \
        .where(F.col("value").isNotNull())
    best = values.groupBy("column", "value").count() \
        .groupBy("column").agg(F.max(F.struct(F.col("count"), -F.col("value"))).alias("best"))
    found = {row[0]: -row[1][1] for row in best.collect()}
    return [found.get(at) for at in range(len(names))]


class ImputerModel(SparkModel, _ImputerParams):
    """What an Imputer has learned; see there."""

    def __init__(self, surrogateDF=None):
        super().__init__()
        self._surrogates = surrogateDF

    numInputCols = property(lambda self: len(self.getInputCols()))
    numOutputCols = property(lambda self: len(self.getOutputCols()))

    @classmethod
    def _of_values(cls, spark, names, values):
        schema = StructType([StructField(name, DoubleType(), False) for name in names])
        return cls(local_frame(spark, [tuple(map(float, values))], schema))

    @property
    def _shown(self):
        return ("strategy", "missingValue", *_counts_shown(self))

    @property
    def surrogateDF(self):
        """One row: what stands in for missing values of each column."""
        return self._surrogates

    def _transform(self, dataset):
        pairs = self._columns(dataset.schema)
        surrogates = self._surrogates.head()
        missing = F.lit(self.getMissingValue())
        made = {}
        for field, output in pairs:
            col = column(field.name).cast("double")
            surrogate = F.lit(surrogates[field.name])
            made[output] = F.when(col.isNull(), surrogate).when(col == missing, surrogate) \
                .otherwise(col).cast(field.dataType)
        return dataset.withColumns(made)

    def _saved_data(self, spark):
        return self._surrogates

    def _take_data(self, data):
        self._surrogates = data
