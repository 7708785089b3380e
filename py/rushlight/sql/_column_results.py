"""In a worker: a Series that a function of pandas gave, as values of the declared type.

    int64 Series, for a bigint        its list: there is nothing to convert
    another                           pyarrow makes an array of it, and that a list

So what may become what is for pyarrow to say, as in PySpark: a bool becomes an int, and "7" too,
but 0.5 does not, nor an int a string.  A fraction, a digit or a bit that would be lost is an error.

Mirrors pyspark.sql.conversion's PandasToArrowConversion.
"""
import datetime

from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.sql._arrow import arrow_type
from rushlight.sql._pandas import pandas, pyarrow
from rushlight.sql.types import (
    ArrayType, BooleanType, ByteType, DoubleType, FloatType, IntegerType, LongType, MapType,
    ShortType, StructType, TimestampType)

_SAME = {ByteType: "int8", ShortType: "int16", IntegerType: "int32", LongType: "int64",
         FloatType: "float32", DoubleType: "float64", BooleanType: "bool"}


def values_of_column(of, name, zone):
    """A function from a Series to a list of values of the Spark type `of`; `name` is for errors."""
    same, prepared = _SAME.get(type(of)), _prepared(of)

    def values(series):
        if same is not None and series.dtype == same:
            return _listed(series)
        if isinstance(of, TimestampType) and series.dtype.kind == "M":
            return [None if v is pandas().NaT else v.to_pydatetime() for v in series]
        return _values_of_array(_array(series, of, prepared, name, zone))

    return values


def _listed(series):
    values = series.tolist()
    return [None if v != v else v for v in values] if series.hasnans else values


def _values_of_array(array):
    kind = str(array.type)
    if array.null_count == 0 and kind in ("int8", "int16", "int32", "int64", "float", "double"):
        return array.to_numpy().tolist()        # far faster
    return array.to_pylist(**({"maps_as_pydicts": "strict"} if "map<" in kind else {}))


def _array(series, of, prepared, name, zone):
    """A pyarrow.Array of the type; what does not fit is an error that says so."""
    pd, pa = pandas(), pyarrow()
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.dtype.categories.dtype)
    if prepared is not None:
        series = pd.Series([None if v is None else prepared(v) for v in series], dtype=object)
    to = arrow_type(of, zone)
    mask = None if hasattr(series.array, "__arrow_array__") else series.isnull()
    try:
        try:
            return pa.Array.from_pandas(series, mask=mask, type=to, safe=True)
        except pa.lib.ArrowInvalid:         # an ArrowTypeError stays one: what is cast are values
            return pa.Array.from_pandas(series, mask=mask).cast(to, safe=True)
    except TypeError as e:
        raise PySparkTypeError(
            f"Cannot convert the output value of the column '{name}' with type '{series.dtype}' "
            f"to the specified return type of the column: '{to}'. {e}. Return a Series of this "
            "type, or declare the type that it has.") from e
    except ValueError as e:
        raise PySparkValueError(
            f"Failed to convert the value of the column '{name}' with type '{series.dtype}' to "
            f"Arrow type '{to}'. {e}. Values must fit whole: round or convert them in the "
            "function, or declare a type that holds them.") from e


# ---- what is within a list, a dict or a tuple -------------------------------------------------

def _prepared(of):
    """What makes of an array's, a map's or a struct's value one that pyarrow takes; else None."""
    if isinstance(of, (ArrayType, MapType, StructType)):
        return _nested(of)
    return None


def _nested(of):
    if isinstance(of, ArrayType):
        element = _nullable(of.elementType)
        return lambda v: [element(x) for x in v]
    if isinstance(of, MapType):
        key, value = _nullable(of.keyType), _nullable(of.valueType)
        return lambda v: [(key(k), value(x)) for k, x in v.items()]
    if isinstance(of, StructType):
        fields = [(f.name, _nullable(f.dataType)) for f in of.fields]
        return lambda v: {name: fit(x) for (name, fit), x in zip(fields, (
            [v.get(name) for name, _ in fields] if isinstance(v, dict) else v))}
    if isinstance(of, TimestampType):
        return _instant
    return lambda v: v


def _nullable(of):
    nested = _nested(of)
    return lambda v: None if v is None else nested(v)


def _instant(v):
    """A time without a zone is one that a clock here shows."""
    return v.astimezone() if isinstance(v, datetime.datetime) and v.tzinfo is None else v
