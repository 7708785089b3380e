"""Whether Python's values fit a schema: createDataFrame(verifySchema=True).

A verifier is a function made once a schema: it returns, or raises what PySpark raises.
Mirrors pyspark.sql.types._make_type_verifier.
"""
import datetime
import decimal

from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.sql.types import (
    ArrayType, BinaryType, BooleanType, ByteType, CharType, DateType, DayTimeIntervalType,
    DecimalType, DoubleType, FloatType, IntegerType, LongType, MapType, ShortType, StringType,
    StructType, TimestampNTZType, TimestampType, UserDefinedType, VarcharType,
    YearMonthIntervalType)

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
    rushlight.errors.base.PySparkValueError: [VALUE_OUT_OF_BOUNDS] Value for `obj` must be between
    -128 and 127 (inclusive), got 300
    """
    check = _value_verifier(of, name)

    def verify(value):
        if value is not None:
            check(value)
        elif not nullable:
            _fail(PySparkValueError, "FIELD_NOT_NULLABLE", name)

    return verify


def _fail(error, condition, name, **parameters):
    """Raises the condition, or its other form that says which field it is about."""
    if name:
        condition += "_WITH_NAME"
        parameters["field_name"] = name
    raise error(errorClass=condition, messageParameters=parameters)


def _refuse(of, value, name):
    _fail(PySparkTypeError, "FIELD_DATA_TYPE_UNACCEPTABLE", name, data_type=str(of),
          obj=repr(value), obj_type=str(type(value)))


def _value_verifier(of, name):
    if isinstance(of, (StringType, CharType, VarcharType)):
        return lambda value: None       # anything is turned into text
    if isinstance(of, UserDefinedType):
        return _user_verifier(of, name)
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
        return _with_type(of, name, _range_verifier(of))
    if type(of) in _ACCEPTED:
        return _with_type(of, name, lambda value: None)
    return lambda value: _unknown(of, value, name)


def _user_verifier(of, name):
    """Objects of the type's class; what they are kept as is looked at for programs' own types."""
    check = None if of.scalaUDT() else make_verifier(of.sqlType(), True, name)

    def verify(value):
        if getattr(value, "__UDT__", None) != of:
            _fail(PySparkValueError, "FIELD_TYPE_MISMATCH", name, obj=str(value),
                  data_type=str(of))
        if check is not None:
            check(of.serialize(value))

    return verify


def _unknown(of, value, name):
    place = f"{name}: " if name else ""
    raise AssertionError(f"{place}unknown datatype: {of} for object {value!r}")


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


def _range_verifier(of):
    bits = _RANGES[type(of)]
    low, high = -(1 << bits), (1 << bits) - 1

    def verify(value):
        if not low <= value <= high:
            raise PySparkValueError(errorClass="VALUE_OUT_OF_BOUNDS", messageParameters={
                "arg_name": "obj", "lower_bound": str(low), "upper_bound": str(high),
                "actual": str(value)})

    return verify


def _struct_verifier(of, name):
    fields = [(f.name, make_verifier(
        f.dataType, f.nullable, f"field {f.name} in {name}" if name else f"field {f.name}"))
        for f in of.fields]

    def verify(row):
        if isinstance(row, dict):
            for field, check in fields:
                check(row.get(field))
        elif isinstance(row, (tuple, list)):
            if len(row) != len(fields):
                _fail(PySparkValueError, "FIELD_STRUCT_LENGTH_MISMATCH", name,
                      object_length=str(len(row)), field_length=str(len(fields)))
            for value, (_, check) in zip(row, fields):
                check(value)
        elif hasattr(row, "__dict__"):
            for field, check in fields:
                check(row.__dict__.get(field))
        else:
            _refuse(of, row, name)

    return verify
