"""What the classes of stages in this package are written with.

    class MinMaxScaler(SparkEstimator, _MinMaxScalerParams):
        @keyword_only
        def __init__(self, *, min=0.0, max=1.0, inputCol=None, outputCol=None):
            super().__init__()
            self._set(**self._input_kwargs)

        setParams = params_setter(__init__)     takes what __init__ takes
        setMin = setter("min")                  setMin (0.0) sets it, gives the stage

        def _train(self, dataset):              the model; it gets the estimator's uid, and values
            …

They stand where pyspark.ml.wrapper stands in PySpark, whose classes hand calls on to the JVM.
"""
import inspect
import itertools

from rushlight._version import RUSHLIGHT
from rushlight.errors import IllegalArgumentException
from rushlight.ml.base import Estimator, Model, Transformer
from rushlight.ml.param import Params
from rushlight.ml.param.shared import HasInputCol, HasInputCols, HasOutputCol, HasOutputCols
from rushlight.ml.util import SparkMLReadable, SparkMLWritable, shown_as_scala
from rushlight.sql._making import as_literal, column_of_name, quoted
from rushlight.sql.types import NumericType


def lacking(module, names, there):
    """The __getattr__() of a module that lacks some names of PySpark's: it tells what is there."""
    def missing(name):
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        # Not an AttributeError, of which `from … import …` would swallow the text.
        area = module.replace("rushlight", "pyspark", 1)
        stages = [n for n in there if not n.endswith(("Model", "Summary"))]
        raise ImportError(f"{area}.{name} is not there yet in Rushlight {RUSHLIGHT}: {area} has "
                          f"{', '.join(stages)}")
    return missing


def setter(name):
    """The method that sets one parameter."""
    def set_param(self, value):
        return self._set(**{name: value})
    return _named(set_param, "set", name, f"Sets {name}.")


def getter(name):
    """The method that gives one parameter's value."""
    def get_param(self):
        return self.getOrDefault(name)
    return _named(get_param, "get", name, f"The value of {name}.")


def _named(method, verb, name, doc):
    method.__name__ = verb + name[0].upper() + name[1:]
    method.__doc__ = doc
    return method


def params_setter(init):
    """The method setParams() of a class: it takes what its __init__() takes."""
    signature = inspect.signature(init)

    def setParams(self, *args, **kwargs):
        """Sets several parameters."""
        if args:
            raise TypeError("Method setParams forces keyword arguments.")
        try:
            signature.bind(self, **kwargs)
        except TypeError as error:
            raise TypeError(f"{type(self).__name__}.setParams() {error}") from None
        return self._set(**kwargs)

    setParams.__signature__ = signature
    return setParams


class SparkStage(Params, SparkMLWritable, SparkMLReadable):
    """A stage of this package."""

    def _scala_text(self):
        """The stage in messages: what its toString() is in Scala."""
        return repr(self)


class SparkTransformer(SparkStage, Transformer):
    """A transformer that is all parameters."""


class SparkEstimator(SparkStage, Estimator):
    """An estimator: _train() makes the model."""

    def _train(self, dataset):
        raise NotImplementedError()

    def _fit(self, dataset):
        return self._copyValues(self._train(dataset)._resetUid(self.uid))


class SparkModel(SparkStage, Model):
    """A model: what it has learned is saved with it; `_shown` are the names of the parameters and
    properties that its repr() tells."""

    _has_data = True
    _shown = ()

    def __repr__(self):
        told = [f"uid={self.uid}"]
        for name in self._shown:
            value = self.getOrDefault(name) if self.hasParam(name) else getattr(self, name)
            told.append(f"{name}={shown_as_scala(value)}")
        return f"{type(self).__name__}: {', '.join(told)}"


class OneColumn(HasInputCol, HasOutputCol):
    """A stage, or a model, that makes one column of another."""

    setInputCol = setter("inputCol")
    setOutputCol = setter("outputCol")


class SomeColumns(OneColumn, HasInputCols, HasOutputCols):
    """The same of several columns at once, if inputCols is set."""

    setInputCols = setter("inputCols")
    setOutputCols = setter("outputCols")


# ---- what stages ask of datasets --------------------------------------------------------------

def refuse(message):
    """Raises Spark's IllegalArgumentException."""
    raise IllegalArgumentException(message, "INVALID_ARGUMENT")


def require(condition, message):
    """Scala's require(): an IllegalArgumentException unless the condition holds."""
    if not condition:
        refuse(f"requirement failed: {message}")


def given(stage, name):
    """A parameter's value; an error that says so if there is none."""
    if not stage.isDefined(name):
        from rushlight.errors import SparkNoSuchElementException
        raise SparkNoSuchElementException(f"Failed to find a default value for {name}")
    return stage.getOrDefault(name)


def find_field(schema, name):
    """The field of a name, or the only one whose name differs in case alone, as in SQL; None."""
    alike = [f for f in schema.fields if f.name == name] or \
        [f for f in schema.fields if f.name.lower() == name.lower()]
    return alike[0] if len(alike) == 1 else None


def field_of(schema, name):
    """The field of a name; an error that names the others."""
    found = find_field(schema, name)
    if found is not None:
        return found
    among = ", ".join(f"`{n}`" for n in schema.names)
    raise IllegalArgumentException(
        f"[FIELD_NOT_FOUND] No such struct field `{name}` in {among}. SQLSTATE: 42704",
        "SQL_ILLEGAL_ARGUMENT")


def check_new(schema, name, message="Output column {} already exists."):
    """Raises an error if a column of this name is there."""
    require(name not in schema.names, message.format(name))


def scala_type_name(data_type):
    """How Scala shows a type, StringType or DecimalType(10,2), where its messages do."""
    name = type(data_type).__name__
    if name == "DecimalType":
        return f"{name}({data_type.precision},{data_type.scale})"
    if name == "ArrayType":
        return (f"{name}({scala_type_name(data_type.elementType)},"
                f"{str(data_type.containsNull).lower()})")
    return name


def check_numeric(schema, name):
    """The field of a column of numbers."""
    field = field_of(schema, name)
    require(isinstance(field.dataType, NumericType),
            f"Column {name} must be of type numeric but was actually of type "
            f"{field.dataType.simpleString()}.")
    return field


def is_vector(data_type):
    """Whether a column is one of vectors."""
    return type(data_type).__name__ == "VectorUDT"


_VECTOR = ("class org.apache.spark.ml.linalg.VectorUDT:"
           "struct<type:tinyint,size:int,indices:array<int>,values:array<double>>")


def check_vector(schema, name):
    """The field of a column of vectors."""
    field = field_of(schema, name)
    kind = type(field.dataType).__name__
    single = "" if kind in ("ArrayType", "MapType", "StructType", "DecimalType") else "$"
    require(is_vector(field.dataType),
            f"Column {name} must be of type {_VECTOR} but was actually class "
            f"org.apache.spark.sql.types.{kind}{single}:{field.dataType.simpleString()}.")
    return field


def one_or_many(stage, one=("outputCol",), many=("outputCols",)):
    """Whether a stage that works on one column or on several has one; an error unless the
    parameters of one way are given, and none of the other: `one` and `many` beside the input."""
    name = f"{type(stage).__name__} {stage._scala_text()}"
    if stage.isSet("inputCol"):
        require(not stage.isSet("inputCols"), f"{name} requires exactly one of inputCol, inputCols "
                "Params to be set, but both are set.")
        way, needed, excluded = "the inputCol Param set for single-column transform", one, many
    elif stage.isSet("inputCols"):
        way, needed, excluded = "the inputCols Param set for multi-column transform", many, one
    else:
        refuse(f"{name} requires exactly one of inputCol, inputCols Params to be set, but neither "
               "is set.")
    wrong = [n for n in excluded if stage.isSet(n)]
    missing = [n for n in needed if not stage.isDefined(n)]
    what = ""
    if wrong:
        what += ("The following Params are not applicable and should not be set: "
                 f"{', '.join(wrong)}.")
    if missing:
        what += f"The following Params must be defined but are not set: {', '.join(missing)}."
    if what:
        refuse(f"{name} has {way}. {what}")
    return stage.isSet("inputCol")


def in_out_cols(stage, one=("outputCol",), many=("outputCols",)):
    """(names of input columns, names of output columns) of such a stage."""
    if one_or_many(stage, one, many):
        return [stage.getInputCol()], [stage.getOutputCol()]
    return stage.getInputCols(), stage.getOutputCols()


# ---- what stages make -------------------------------------------------------------------------

_JVM_ARRAY, _JVM_NUMBER = 12, 12    # bytes: the head of an array; a double and where it stands


def compressed(vector):
    """A vector in the form that takes less room in a JVM, which Spark's models keep."""
    from rushlight.ml.linalg import Vectors
    values = vector.toArray().tolist()
    there = [i for i, value in enumerate(values) if value != 0]
    if _JVM_NUMBER * len(there) + 2 * _JVM_ARRAY + 4 < 8 * len(values) + _JVM_ARRAY:
        return Vectors.sparse(len(values), there, [values[i] for i in there])
    return Vectors.dense(values)


def compressed_rows(n_rows, n_columns, values):
    """The same of a matrix, of its values row by row."""
    from rushlight.ml.linalg import DenseMatrix, SparseMatrix
    places = [[i for i in range(n_columns) if values[row * n_columns + i] != 0]
              for row in range(n_rows)]
    ends = [0, *itertools.accumulate(map(len, places))]
    by_rows, by_columns = (
        _JVM_NUMBER * ends[-1] + 4 * (n + 1) + 3 * _JVM_ARRAY for n in (n_rows, n_columns))
    dense = DenseMatrix(n_rows, n_columns, values, True)
    if 8 * len(values) + _JVM_ARRAY <= min(by_rows, by_columns):
        return dense
    if by_columns <= by_rows:
        return dense.toSparse()
    return SparseMatrix(n_rows, n_columns, ends, [i for row in places for i in row],
                        [value for value in values if value != 0], True)


def local_frame(spark, rows, schema):
    """A DataFrame of a few rows (tuples) that the driver has: to show it needs no job."""
    from rushlight import _engine
    return spark._dataframe(_engine.plan_local(list(rows), schema.json()))


# ---- columns ----------------------------------------------------------------------------------

def column(name):
    """The column of a name, whatever characters it has."""
    return column_of_name(quoted(name))


def parameter(value, data_type):
    """A parameter of a function of the engine: a literal of a type."""
    return as_literal(value, data_type)


def add_column(dataset, name, col, metadata=None):
    """The dataset with one more column, whose name is new."""
    return dataset.select("*", col.alias(name, metadata=metadata or {}))
