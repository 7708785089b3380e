"""Which type Python's values have: for createDataFrame() without a schema.

    infer    one value    1 → LongType, [1] → ArrayType(LongType), Row → StructType
    merge    two rows     void gives way; structs and arrays merge inside; else they must agree

Mirrors pyspark.sql.types._infer_type and _merge_type.
"""
import array
import datetime
import decimal
from functools import reduce

from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.sql.types import (
    ArrayType, BinaryType, BooleanType, ByteType, DateType, DayTimeIntervalType, DecimalType,
    DoubleType, FloatType, IntegerType, LongType, MapType, NullType, ShortType, StringType,
    StructField, StructType, TimestampNTZType, TimestampType)

_TYPES = {
    type(None): NullType, bool: BooleanType, int: LongType, float: DoubleType, str: StringType,
    bytearray: BinaryType, bytes: BinaryType, datetime.date: DateType,
    datetime.datetime: TimestampType, datetime.time: TimestampType,
    datetime.timedelta: DayTimeIntervalType,
}

# Of array.array: which type holds all values of a C type.
_TYPECODES = {
    "b": ByteType, "B": ShortType, "h": ShortType, "H": IntegerType, "i": IntegerType,
    "I": LongType, "l": LongType, "q": LongType, "f": FloatType, "d": DoubleType,
}


def infer_type(value, ntz=False):
    """The type of one value.

    >>> infer_type({"a": [1.5]})
    MapType(StringType(), ArrayType(DoubleType(), True), True)
    """
    if isinstance(value, decimal.Decimal):
        return DecimalType(38, 18)
    if ntz and isinstance(value, datetime.datetime) and value.tzinfo is None:
        return TimestampNTZType()
    kind = _TYPES.get(type(value))
    if kind is not None and kind is not datetime.time:
        return kind()
    if hasattr(value, "__UDT__"):
        return value.__UDT__
    if isinstance(value, dict):
        for k, v in value.items():
            if k is not None and v is not None:
                return MapType(infer_type(k, ntz), infer_type(v, ntz), True)
        return MapType(NullType(), NullType(), True)
    if isinstance(value, list):
        return ArrayType(reduce(merge_types, (infer_type(v, ntz) for v in value), NullType()), True)
    if isinstance(value, array.array):
        return ArrayType(_TYPECODES[value.typecode](), False)
    if hasattr(value, "dtype") and hasattr(value, "tolist"):    # NumPy, without NumPy
        return infer_type(value.tolist(), ntz)
    try:
        return infer_row(value, ntz=ntz)
    except TypeError:
        raise PySparkTypeError(errorClass="UNSUPPORTED_DATA_TYPE", messageParameters={
            "data_type": type(value).__name__}) from None


def infer_row(row, names=None, ntz=False):
    """The StructType of a row: a dict, a tuple, a Row, or an object with fields."""
    if isinstance(row, dict):
        items = sorted(row.items())
    elif isinstance(row, (tuple, list)):
        if hasattr(row, "__fields__"):
            items = list(zip(row.__fields__, tuple(row)))
        elif hasattr(row, "_fields"):
            items = list(zip(row._fields, tuple(row)))
        else:
            names = list(names or [])
            names += [f"_{i}" for i in range(len(names) + 1, len(row) + 1)]
            items = list(zip(names, row))
    elif hasattr(row, "__dict__"):
        items = sorted(row.__dict__.items())
    else:
        raise PySparkTypeError(errorClass="CANNOT_INFER_SCHEMA_FOR_TYPE",
                               messageParameters={"data_type": type(row).__name__})
    fields = []
    for name, value in items:
        try:
            fields.append(StructField(name, infer_type(value, ntz), True))
        except TypeError as e:
            raise PySparkTypeError(errorClass="CANNOT_INFER_TYPE_FOR_FIELD",
                                   messageParameters={"field_name": name}) from e
    return StructType(fields)


def merge_types(a, b, name=None):
    """The type that holds values of both."""
    if isinstance(a, NullType):
        return b
    if isinstance(b, NullType):
        return a
    if isinstance(a, (TimestampType, TimestampNTZType)) and \
            isinstance(b, (TimestampType, TimestampNTZType)):
        return TimestampType() if TimestampType() in (a, b) else a
    if isinstance(a, StringType) or isinstance(b, StringType):
        if not isinstance(a, (ArrayType, MapType, StructType)) and \
                not isinstance(b, (ArrayType, MapType, StructType)):
            return StringType()
    if type(a) is not type(b):
        raise PySparkTypeError(errorClass="CANNOT_MERGE_TYPE", messageParameters={
            "data_type1": type(a).__name__, "data_type2": type(b).__name__})
    if isinstance(a, StructType):
        theirs = {f.name: f.dataType for f in b.fields}
        fields = [StructField(f.name, merge_types(f.dataType, theirs.get(f.name, NullType()),
                                                  f"field {f.name}"))
                  for f in a.fields]
        have = {f.name for f in fields}
        return StructType(fields + [StructField(n, t) for n, t in theirs.items() if n not in have])
    if isinstance(a, ArrayType):
        return ArrayType(merge_types(a.elementType, b.elementType, "element"), True)
    if isinstance(a, MapType):
        return MapType(merge_types(a.keyType, b.keyType, "key"),
                       merge_types(a.valueType, b.valueType, "value"), True)
    return a


def has_null_type(of):
    """Whether some part's type is not known."""
    if isinstance(of, StructType):
        return any(has_null_type(f.dataType) for f in of.fields)
    if isinstance(of, ArrayType):
        return has_null_type(of.elementType)
    if isinstance(of, MapType):
        return has_null_type(of.keyType) or has_null_type(of.valueType)
    return isinstance(of, NullType)


def infer_schema_of_rows(rows, names, conf):
    """The schema of a list of rows, from all of them."""
    if not rows:
        raise PySparkValueError(errorClass="CANNOT_INFER_EMPTY_SCHEMA", messageParameters={})
    ntz = conf.get("spark.sql.timestampType", "TIMESTAMP_LTZ") == "TIMESTAMP_NTZ"
    schema = reduce(merge_types, (infer_row(row, names, ntz) for row in rows))
    if has_null_type(schema):
        raise PySparkValueError(errorClass="CANNOT_DETERMINE_TYPE", messageParameters={})
    return schema


def names_of_schema(schema):
    """The names of a list, or None."""
    return schema if isinstance(schema, list) else None


def with_names(schema, names):
    """The same types under the names that the user gave."""
    if names is None:
        return schema
    for i, name in enumerate(names):
        if i < len(schema.fields):
            schema.fields[i].name = name
            schema.names[i] = name
    return schema
