"""Bucketizer: numbers as the numbers of their buckets.

    splits    −∞      0      10      ∞
    buckets      0        1       2            [0, 10) is bucket 1

Mirrors pyspark.ml.feature.Bucketizer.
"""
from rushlight.ml._stages import (
    SomeColumns, SparkTransformer, add_column, check_new, check_numeric, column, getter,
    in_out_cols, parameter, params_setter, require, setter)
from rushlight.ml.param import Param, Params, ParamValidators, TypeConverters
from rushlight.ml.param.shared import HasHandleInvalid
from rushlight.ml.util import shown_as_scala
from rushlight.sql._making import make_call
from rushlight.util import keyword_only


def _rise(splits):
    return len(splits) >= 3 and all(a < b for a, b in zip(splits, splits[1:]))


class Bucketizer(SparkTransformer, SomeColumns, HasHandleInvalid):
    """Gives each number the bucket between two splits that it lies in.

    >>> df = spark.createDataFrame([(-3.0,), (0.0,), (25.0,)], ["x"])
    >>> splits = [-float("inf"), 0.0, 10.0, float("inf")]
    >>> Bucketizer(splits=splits, inputCol="x", outputCol="b").transform(df).collect()
    [Row(x=-3.0, b=0.0), Row(x=0.0, b=1.0), Row(x=25.0, b=2.0)]
    """

    splits = Param(
        Params._dummy(), "splits", "the bounds of the buckets, rising, at least three; a bucket "
        "has its lower bound, the last one its upper bound too; values outside are an error, so "
        "begin with -inf and end with inf to take all", TypeConverters.toListFloat, _rise)
    handleInvalid = Param(
        Params._dummy(), "handleInvalid", "what to do about NaN: 'skip' leaves rows with NaN or "
        "null out, 'error' raises an error, 'keep' makes one more bucket of NaN",
        TypeConverters.toString, ParamValidators.inArray("skip", "error", "keep"))
    splitsArray = Param(
        Params._dummy(), "splitsArray", "the splits of each column, where there are several",
        TypeConverters.toListListFloat, lambda all_splits: all(map(_rise, all_splits)))

    @keyword_only
    def __init__(self, *, splits=None, inputCol=None, outputCol=None, handleInvalid="error",
                 splitsArray=None, inputCols=None, outputCols=None):
        super().__init__()
        self._setDefault(handleInvalid="error")
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setSplits = setter("splits")
    getSplits = getter("splits")
    setSplitsArray = setter("splitsArray")
    getSplitsArray = getter("splitsArray")
    setHandleInvalid = setter("handleInvalid")

    def _scala_text(self):
        told = [f"{name}={len(self.getOrDefault(cols))}" for name, cols in (
            ("numInputCols", "inputCols"), ("numOutputCols", "outputCols")) if self.isSet(cols)]
        return ", ".join([f"Bucketizer: uid={self.uid}", *told])

    def _columns(self, schema):
        """[(input column's name, output column's name, splits)], checked."""
        inputs, outputs = in_out_cols(self, ("outputCol", "splits"), ("outputCols", "splitsArray"))
        all_splits = self.getSplitsArray() if self.isSet("inputCols") else [self.getSplits()]
        lengths = len(inputs), len(outputs), len(all_splits)
        require(len(set(lengths)) == 1,
                f"Bucketizer {self._scala_text()} has mismatched Params for multi-column transform."
                " Params (inputCols, outputCols, splitsArray) should have equal lengths, but they "
                f"have different lengths: ({', '.join(map(str, lengths))}).")
        for name, output in zip(inputs, outputs):
            check_numeric(schema, name)
            check_new(schema, output, "Column {} already exists.")
        return list(zip(inputs, outputs, all_splits))

    def _transform(self, dataset):
        columns, how = self._columns(dataset.schema), self.getHandleInvalid()
        if how == "skip":
            dataset = dataset.na.drop(subset=[name for name, _, _ in columns])
        for at, (name, output, splits) in enumerate(columns):
            bucket = make_call("ml_bucket", column(name).cast("double"), at,
                               parameter(splits, "array<double>"), how == "keep")
            texts = [shown_as_scala(x) for x in splits]
            known = {"type": "nominal", "ord": True,
                     "vals": [f"{a}, {b}" for a, b in zip(texts, texts[1:])]}
            dataset = add_column(dataset, output, bucket, {"ml_attr": known})
        return dataset
