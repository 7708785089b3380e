"""What a function of Python returned, made to fit the type that was promised.

The two ways of PySpark differ:

    promised   returned    by pickle      by Arrow
    int        1.5         null           1
    int        "a"         null           an error
    double     1           null           1.0
    string     [1, 'a']    "[1, a]"       "[1, 'a']"
    boolean    1           null           True

Mirrors org.apache.spark.sql.execution.python.EvaluatePython.makeFromJava, and pyarrow's casts.
"""
import datetime
import decimal

from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.sql.types import (
    ArrayType, BinaryType, BooleanType, ByteType, DateType, DecimalType, DoubleType, FloatType,
    IntegerType, LongType, MapType, ShortType, StringType, StructType, TimestampNTZType,
    TimestampType, _parse_datatype_json_string)

_BITS = {ByteType: 8, ShortType: 16, IntegerType: 32, LongType: 64}


def fitting(type_json, by_pickle):
    """A function from a result to a value of the type."""
    of = _parse_datatype_json_string(type_json)
    return _picklers(of) if by_pickle else _arrow(of)


# ---- by pickle: what is of another type is null -----------------------------------------------

def _picklers(of):
    if type(of) in _BITS:
        return _wrapped(1 << _BITS[type(of)])
    if isinstance(of, StringType):
        return lambda v: v if v is None or type(v) is str else _java_text(v)
    if isinstance(of, ArrayType):
        element = _picklers(of.elementType)
        return lambda v: [element(x) for x in v] if isinstance(v, (list, tuple)) else None
    if isinstance(of, MapType):
        key, value = _picklers(of.keyType), _picklers(of.valueType)
        return lambda v: {key(k): value(x) for k, x in v.items()} if isinstance(v, dict) else None
    if isinstance(of, StructType):
        return _struct(of, _picklers)
    accepted = {BooleanType: bool, FloatType: float, DoubleType: float,
                DecimalType: decimal.Decimal, BinaryType: (bytes, bytearray, str),
                DateType: datetime.date, TimestampType: datetime.datetime,
                TimestampNTZType: datetime.datetime}.get(type(of))
    if accepted is None:
        return lambda v: v
    if isinstance(of, BinaryType):
        return lambda v: v.encode() if isinstance(v, str) else \
            v if isinstance(v, accepted) else None
    return lambda v: v if isinstance(v, accepted) else None


def _wrapped(size):
    half = size >> 1

    def fit(v):
        if type(v) is not int:
            return None
        return v if -half <= v < half else (v + half) % size - half

    return fit


def _java_text(v):
    """As Java's toString() writes what pickle made of a value."""
    if isinstance(v, bool):
        return str(v).lower()
    if isinstance(v, list):
        return "[%s]" % ", ".join("null" if x is None else _java_text(x) for x in v)
    if isinstance(v, dict):
        return "{%s}" % ", ".join(f"{_java_text(k)}={_java_text(x)}" for k, x in v.items())
    return str(v)


# ---- by Arrow: what is of another type is converted, or an error ------------------------------

def _arrow(of):
    if type(of) in _BITS:
        return _number(of, int, 1 << (_BITS[type(of)] - 1))
    if isinstance(of, (FloatType, DoubleType)):
        return _number(of, float, None)
    if isinstance(of, StringType):
        return lambda v: v if v is None or type(v) is str else \
            str(v).lower() if isinstance(v, bool) else str(v)
    if isinstance(of, BooleanType):
        return lambda v: v if v is None or type(v) is bool else bool(_plain(v, of))
    if isinstance(of, ArrayType):
        element = _arrow(of.elementType)
        return lambda v: v if v is None else [element(x) for x in v]
    if isinstance(of, MapType):
        key, value = _arrow(of.keyType), _arrow(of.valueType)
        return lambda v: v if v is None else {key(k): value(x) for k, x in v.items()}
    if isinstance(of, StructType):
        return _struct(of, _arrow)
    return lambda v: v


def _plain(v, of):
    if isinstance(v, (int, float, decimal.Decimal)):
        return v
    raise PySparkTypeError(errorClass="UDF_RETURN_TYPE", messageParameters={
        "expected": of.simpleString(), "actual": type(v).__name__})


def _number(of, kind, bound):
    def fit(v):
        if v is None or type(v) is kind and (bound is None or -bound <= v < bound):
            return v
        if isinstance(v, bool) or hasattr(v, "item"):
            v = v.item() if hasattr(v, "item") else _refuse(v, of)
        made = kind(_plain(v, of))
        if bound is not None and not -bound <= made < bound:
            raise PySparkValueError(errorClass="VALUE_OUT_OF_BOUNDS", messageParameters={
                "arg_name": "result", "lower_bound": str(-bound), "upper_bound": str(bound - 1),
                "actual": str(v)})
        return made

    return fit


def _refuse(v, of):
    raise PySparkTypeError(errorClass="UDF_RETURN_TYPE", messageParameters={
        "expected": of.simpleString(), "actual": type(v).__name__})


# ---- structs, alike ---------------------------------------------------------------------------

def _struct(of, fitting_of):
    fits = [fitting_of(f.dataType) for f in of.fields]
    names = of.names

    def fit(v):
        if v is None:
            return None
        if isinstance(v, dict):
            return tuple([f(v.get(n)) for f, n in zip(fits, names)])
        if isinstance(v, (tuple, list)):
            return tuple([f(x) for f, x in zip(fits, v)])
        return tuple([f(getattr(v, n, None)) for f, n in zip(fits, names)])

    return fit
