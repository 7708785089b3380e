"""Whether Python's values fit a schema: createDataFrame(verifySchema=True).

A verifier is a function made once a schema: it returns, or raises what PySpark raises.
Mirrors pyspark.sql.types._make_type_verifier.
"""
import datetime
import decimal

from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.sql.types import (
    ArrayType, BinaryType, BooleanType, ByteType, CharType, DateType, DayTimeIntervalType,
    DecimalType, DoubleType, FloatType, IntegerType, LongType, MapType, NullType, ShortType,
    StringType, StructType, TimestampNTZType, TimestampType, VarcharType, YearMonthIntervalType)

_ACCEPTED = {
    BooleanType: (bool,), ByteType: (int,), ShortType: (int,), IntegerType: (int,),
    LongType: (int,), FloatType: (float,), DoubleType: (float,),
    DecimalType: (decimal.Decimal,), BinaryType: (bytearray, bytes),
    DateType: (datetime.date, datetime.datetime), TimestampType: (datetime.datetime,),
    TimestampNTZType: (datetime.datetime,), DayTimeIntervalType: (datetime.timedelta,),
    YearMonthIntervalType: (int,), ArrayType: (list, tuple), MapType: (dict,),
}
_RANGES = {ByteType: 7, ShortType: 15, IntegerType: 31, LongType: 63}


def make_verifier(of, nullable=True, name=None):
    """A function that raises unless its argument fits.

    >>> make_verifier(ByteType())(300)
    Traceback (most recent call last):
    rushlight.errors.base.PySparkValueError: [FIELD_NOT_NULLABLE...] ...
    """
    check = _value_verifier(of, name)
    where = f"field {name}: " if name else ""

    def verify(value):
        if value is None:
            if not nullable:
                raise PySparkValueError(
                    f"[FIELD_NOT_NULLABLE_WITH_NAME] {where}This field is not nullable, but got "
                    "None." if name else
                    "[FIELD_NOT_NULLABLE] Field is not nullable, but got None.")
            return
        check(value)

    return verify


def _value_verifier(of, name):
    if isinstance(of, (StringType, CharType, VarcharType)):
        return lambda value: None       # anything is turned into text
    if isinstance(of, StructType):
        return _struct_verifier(of, name)
    if isinstance(of, ArrayType):
        element = make_verifier(of.elementType, of.containsNull, _inside("element in array", name))
        return _with_type(of, name, lambda value: [element(v) for v in value])
    if isinstance(of, MapType):
        key = make_verifier(of.keyType, False, _inside("key of map", name))
        item = make_verifier(of.valueType, of.valueContainsNull, _inside("value of map", name))
        return _with_type(of, name,
                          lambda value: [(key(k), item(v)) for k, v in value.items()])
    if type(of) in _RANGES:
        return _with_type(of, name, _range_verifier(of, name))
    if type(of) in _ACCEPTED:
        return _with_type(of, name, lambda value: None)
    if isinstance(of, NullType):
        return lambda value: _refuse(of, value, name)
    return lambda value: None


def _inside(what, name):
    return f"{what} {name}" if name else what


def _with_type(of, name, more):
    accepted = _ACCEPTED[type(of)]

    def verify(value):
        # bool is an int to Python, but not to a schema
        if type(value) not in accepted and (
                not isinstance(value, accepted) or isinstance(value, bool)):
            _refuse(of, value, name)
        more(value)

    return verify


def _refuse(of, value, name):
    where = f"field `{name}`: " if name else ""
    raise PySparkTypeError(
        f"[FIELD_DATA_TYPE_UNACCEPTABLE{'_WITH_NAME' if name else ''}] {where}`{of}` can not "
        f"accept object `{value}` in type `{type(value).__name__}`.")


def _range_verifier(of, name):
    bits = _RANGES[type(of)]
    low, high = -(1 << bits), (1 << bits) - 1

    def verify(value):
        if not low <= value <= high:
            where = f"field {name}: " if name else ""
            raise PySparkValueError(
                f"[VALUE_OUT_OF_BOUNDS] {where}Value for `obj` must be between {low} and {high}, "
                f"got {value}")

    return verify


def _struct_verifier(of, name):
    prefix = f"{name}." if name else ""
    fields = [(f.name, make_verifier(f.dataType, f.nullable, prefix + f.name)) for f in of.fields]

    def verify(row):
        if isinstance(row, dict):
            for field, check in fields:
                check(row.get(field))
        elif isinstance(row, (tuple, list)):
            if len(row) != len(fields):
                raise PySparkValueError(
                    f"[LENGTH_SHOULD_BE_THE_SAME] obj and fields should be of the same length, "
                    f"got {len(row)} and {len(fields)}.")
            for value, (_, check) in zip(row, fields):
                check(value)
        elif hasattr(row, "__dict__"):
            for field, check in fields:
                check(row.__dict__.get(field))
        else:
            _refuse(of, row, name)

    return verify
