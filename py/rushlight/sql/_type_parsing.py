"""Types as text: JSON as DataType.json() writes it, and DDL, which the engine's parser reads."""
import json
import re

from rushlight.errors import PySparkValueError
from rushlight.sql.types import (
    ArrayType, BinaryType, BooleanType, ByteType, CalendarIntervalType, CharType, DateType,
    DayTimeIntervalType, DecimalType, DoubleType, FloatType, IntegerType, LongType, MapType,
    NullType, ShortType, StringType, StructType, TimestampNTZType, TimestampType, UserDefinedType,
    VarcharType, YearMonthIntervalType)

_ATOMIC = {t.typeName(): t for t in (
    NullType, StringType, BinaryType, BooleanType, DateType, TimestampType, TimestampNTZType,
    DoubleType, FloatType, ByteType, ShortType, IntegerType, LongType, CalendarIntervalType)}
_FIXED_DECIMAL = re.compile(r"decimal\(\s*(\d+)\s*,\s*(-?\d+)\s*\)")
_SIZED = re.compile(r"(char|varchar)\(\s*(\d+)\s*\)")
_INTERVAL = re.compile(r"interval (\w+)( to (\w+))?")


def _parse_datatype_json_value(value):
    if isinstance(value, dict):
        kind = value["type"]
        if kind == "udt":
            if "pyClass" not in value:      # of a JVM alone
                return _parse_datatype_json_value(value["sqlType"])
            return UserDefinedType.fromJson(value)
        return {"array": ArrayType, "map": MapType, "struct": StructType}[kind].fromJson(value)
    if value in _ATOMIC:
        return _ATOMIC[value]()
    if value == "decimal":
        return DecimalType()
    if found := _FIXED_DECIMAL.match(value):
        return DecimalType(int(found[1]), int(found[2]))
    if found := _SIZED.match(value):
        return (CharType if found[1] == "char" else VarcharType)(int(found[2]))
    if found := _INTERVAL.match(value):
        kind = (YearMonthIntervalType if found[1] in YearMonthIntervalType._fields
                else DayTimeIntervalType)
        start = kind._fields.index(found[1])
        return kind(start, kind._fields.index(found[3]) if found[3] else start)
    raise PySparkValueError(errorClass="CANNOT_PARSE_DATATYPE",
                            messageParameters={"msg": str(value)})


def _parse_datatype_json_string(text):
    """The type that JSON text says.

    >>> _parse_datatype_json_string('"long"')
    LongType()
    """
    return _parse_datatype_json_value(json.loads(text))


def parse_ddl(ddl):
    """The type that DDL text says: of one type, else a StructType of columns.

    >>> parse_ddl("array<int>"), parse_ddl("a int")
    (ArrayType(IntegerType(), True), StructType([StructField('a', IntegerType(), True)]))
    """
    from rushlight import _engine
    from rushlight.errors.engine import EngineError
    if _SIZED.fullmatch(ddl):       # the engine takes them as text
        return _parse_datatype_json_value(ddl)
    try:
        return _parse_datatype_json_string(_engine.parse_type(ddl))
    except EngineError:
        return _parse_datatype_json_string(_engine.parse_schema(ddl))
