"""VectorAssembler: columns of numbers and vectors, side by side in one vector.

    x     n     v                features
    1.0   2     [0.0, 3.0]   →   [1.0, 2.0, 0.0, 3.0]

The metadata of the result names each feature, so the sizes of vectors must be known beforehand:
from the metadata of their column, or else from the first row, which is a job.

Mirrors pyspark.ml.feature.VectorAssembler.
"""
from rushlight.ml._attributes import attribute_of, group_metadata, group_of, group_size
from rushlight.ml._stages import (
    SparkTransformer, add_column, column, field_of, given, is_vector, parameter, params_setter,
    refuse, setter)
from rushlight.ml.param import Param, Params, ParamValidators, TypeConverters
from rushlight.ml.param.shared import HasHandleInvalid, HasInputCols, HasOutputCol
from rushlight.sql._making import make_call
from rushlight.sql.types import BooleanType, DoubleType, NumericType
from rushlight.util import keyword_only

# Spark's words name a transformer, VectorSizeHint, that is not here.
_HINT = ('Tell the size of the vectors in the metadata of the columns: [{}], as .alias(name, '
         'metadata={{"ml_attr": {{"num_attrs": size}}}}) does.')


class VectorAssembler(SparkTransformer, HasInputCols, HasOutputCol, HasHandleInvalid):
    """Puts columns of numbers, booleans and vectors into one column of vectors.

    >>> df = spark.createDataFrame([(1, 0.5, True)], "a int, b double, c boolean")
    >>> VectorAssembler(inputCols=["a", "b", "c"], outputCol="f").transform(df).head().f
    DenseVector([1.0, 0.5, 1.0])
    """

    handleInvalid = Param(
        Params._dummy(), "handleInvalid", "what to do about rows with null or NaN: 'skip' leaves "
        "them out, 'error' raises an error, 'keep' puts NaN into the vectors, which needs the "
        "sizes of vectors in the columns' metadata", TypeConverters.toString,
        ParamValidators.inArray("skip", "error", "keep"))

    @keyword_only
    def __init__(self, *, inputCols=None, outputCol=None, handleInvalid="error"):
        super().__init__()
        self._setDefault(handleInvalid="error")
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setInputCols = setter("inputCols")
    setOutputCol = setter("outputCol")
    setHandleInvalid = setter("handleInvalid")

    def _transform(self, dataset):
        schema, output = dataset.schema, self.getOutputCol()
        fields = [field_of(schema, name) for name in given(self, "inputCols")]
        for field in fields:
            if not (isinstance(field.dataType, (NumericType, BooleanType))
                    or is_vector(field.dataType)):
                refuse(f"Data type {field.dataType.simpleString()} of column {field.name} is not "
                       "supported.")
        if output in schema.names:
            refuse(f"Output column {output} already exists.")
        sizes = self._sizes(dataset, [f for f in fields if is_vector(f.dataType)])
        groups = [_attributes(field, sizes) for field in fields]
        if self.getHandleInvalid() == "skip":
            dataset = dataset.na.drop(subset=self.getInputCols())
        assembled = make_call(
            "ml_assemble", make_call("struct", *[self._input(field) for field in fields]),
            parameter([len(g) for g in groups], "array<int>"),
            self.getHandleInvalid() == "keep")
        return add_column(dataset, output, assembled,
                          group_metadata([a for group in groups for a in group]))

    def _input(self, field):
        """A column as the function takes it; Spark's name for it shows in plans."""
        col = column(field.name)
        if isinstance(field.dataType, DoubleType) or is_vector(field.dataType):
            return col
        return col.cast("double").alias(f"{field.name}_double_{self.uid}")

    def _sizes(self, dataset, fields):
        """{name: size} of the columns of vectors."""
        sizes = {field.name: group_size(field) for field in fields}
        unknown = [name for name, size in sizes.items() if size < 0]
        if not unknown:
            return sizes
        hint = _HINT.format(", ".join(unknown))
        if self.getHandleInvalid() == "keep":
            from rushlight.errors import SparkRuntimeException
            raise SparkRuntimeException(
                f'Can not infer column lengths with handleInvalid = "keep". {hint}')
        if self.getHandleInvalid() == "skip":
            dataset = dataset.na.drop(subset=unknown)
        first = dataset.select([column(name) for name in unknown]).head()
        if first is None or None in tuple(first):
            from rushlight.errors import SparkNoSuchElementException, SparkRuntimeException
            error, what = (SparkNoSuchElementException, "empty dataframe") if first is None else \
                (SparkRuntimeException, "null value")
            raise error(f"Encountered {what} while inferring lengths from the first row. {hint}")
        return {**sizes, **{name: vector.size for name, vector in zip(unknown, first)}}


def _attributes(field, sizes):
    """The attributes of one column's part of the vectors."""
    name = field.name
    if not is_vector(field.dataType):
        known = attribute_of(field) if isinstance(field.dataType, DoubleType) else None
        return [{"type": "numeric", **(known or {}), "name": name}]
    known = group_of(field) or [{"type": "numeric"} for _ in range(sizes[name])]
    return [{**attribute, "name": f"{name}_{attribute.get('name', i)}"}
            for i, attribute in enumerate(known)]
