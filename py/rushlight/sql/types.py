"""Data types, and Row.

A type is a small object that knows its names (`simpleString()`, `json()`), and how its values look
in Python.  Mirrors pyspark.sql.types; the engine has the same types in core/data/type.h, and the
two meet as JSON.

    >>> from rushlight.sql.types import *
    >>> schema = StructType([StructField("word", StringType()), StructField("n", LongType())])
    >>> print(schema.simpleString())
    struct<word:string,n:bigint>
"""
import datetime
import json

from rushlight.errors import (
    PySparkIndexError, PySparkKeyError, PySparkTypeError, PySparkValueError)
from rushlight.errors.base import wrong_type
from rushlight.sql.row import Row

__all__ = [
    "DataType", "NullType", "CharType", "StringType", "VarcharType", "BinaryType", "BooleanType",
    "DateType", "TimestampType", "TimestampNTZType", "DecimalType", "DoubleType", "FloatType",
    "ByteType", "IntegerType", "LongType", "DayTimeIntervalType", "YearMonthIntervalType", "Row",
    "ShortType", "CalendarIntervalType", "ArrayType", "MapType", "StructField", "StructType",
]


class DataType:
    """The base of all types; two are equal if they say the same.

    >>> IntegerType() == IntegerType(), IntegerType() == LongType()
    (True, False)
    """

    def __repr__(self):
        return self.__class__.__name__ + "()"

    def __hash__(self):
        return hash(str(self))

    def __eq__(self, other):
        return isinstance(other, self.__class__) and self.__dict__ == other.__dict__

    def __ne__(self, other):
        return not self == other

    @classmethod
    def typeName(cls):
        """The type's name in JSON."""
        name = cls.__name__
        return name[:-len("Type")].lower() if name.endswith("Type") else name.lower()

    def simpleString(self):
        """The type's name in SQL."""
        return self.typeName()

    def jsonValue(self):
        """The type as what json() writes."""
        return self.typeName()

    def json(self):
        """The type as JSON text.

        >>> ArrayType(IntegerType()).json()
        '{"containsNull":true,"elementType":"integer","type":"array"}'
        """
        return json.dumps(self.jsonValue(), separators=(",", ":"), sort_keys=True)

    def needConversion(self):
        """Whether toInternal() changes values."""
        return False

    def toInternal(self, obj):
        """A value as the engine stores it."""
        return obj

    def fromInternal(self, obj):
        """A value as Python has it, of one that the engine stores."""
        return obj

    @classmethod
    def fromDDL(cls, ddl):
        """The type that DDL text names: of one type, or of columns.

        >>> DataType.fromDDL("a int, b array<string>").simpleString()
        'struct<a:int,b:array<string>>'
        """
        return parse_ddl(ddl)


class _Singleton(type):
    """One object a class: types without parameters."""

    _instances = {}

    def __call__(cls):
        if cls not in cls._instances:
            cls._instances[cls] = super().__call__()
        return cls._instances[cls]


class DataTypeSingleton(_Singleton):
    """The metaclass of types without parameters."""


class NullType(DataType, metaclass=DataTypeSingleton):
    """The type of None alone."""

    @classmethod
    def typeName(cls):
        return "void"


class AtomicType(DataType):
    """Types whose values have no parts."""


class NumericType(AtomicType):
    """Numbers."""


class IntegralType(NumericType, metaclass=DataTypeSingleton):
    """Whole numbers."""


class FractionalType(NumericType):
    """Numbers with a point."""


class StringType(AtomicType):
    """Text: str."""

    def __init__(self, collation="UTF8_BINARY"):
        if collation != "UTF8_BINARY":
            raise PySparkValueError(f"collation {collation!r} is PySpark's, but not there yet")

    @classmethod
    def typeName(cls):
        return "string"

    @property
    def collation(self):
        """How text is compared: by its bytes."""
        return "UTF8_BINARY"

    def __repr__(self):
        return "StringType()"


class _SizedText(AtomicType):
    def __init__(self, length):
        self.length = length

    def simpleString(self):
        return f"{self.typeName()}({self.length})"

    jsonValue = simpleString

    def __repr__(self):
        return f"{self.__class__.__name__}({self.length})"


class CharType(_SizedText):
    """Text of a fixed length, filled up with blanks."""


class VarcharType(_SizedText):
    """Text of a limited length."""


class BinaryType(AtomicType, metaclass=DataTypeSingleton):
    """Bytes: bytearray or bytes."""


class BooleanType(AtomicType, metaclass=DataTypeSingleton):
    """bool."""


class DateType(AtomicType, metaclass=DataTypeSingleton):
    """datetime.date.

    >>> DateType().toInternal(datetime.date(1970, 1, 3))
    2
    """

    EPOCH_ORDINAL = datetime.date(1970, 1, 1).toordinal()

    def needConversion(self):
        return True

    def toInternal(self, d):
        if d is not None:
            return d.toordinal() - self.EPOCH_ORDINAL
        return None

    def fromInternal(self, v):
        if v is not None:
            return datetime.date.fromordinal(v + self.EPOCH_ORDINAL)
        return None


class TimestampType(AtomicType, metaclass=DataTypeSingleton):
    """datetime.datetime, an instant: a naive one is meant in the time zone of this process."""

    def needConversion(self):
        return True

    def toInternal(self, dt):
        if dt is None:
            return None
        seconds = (dt if dt.tzinfo else dt.astimezone()).timestamp()
        return round(seconds // 1) * 1000000 + dt.microsecond

    def fromInternal(self, ts):
        if ts is not None:
            return datetime.datetime.fromtimestamp(ts // 1000000).replace(
                microsecond=ts % 1000000)
        return None


class TimestampNTZType(AtomicType, metaclass=DataTypeSingleton):
    """datetime.datetime without a time zone: what a clock on some wall shows."""

    _EPOCH = datetime.datetime(1970, 1, 1)

    @classmethod
    def typeName(cls):
        return "timestamp_ntz"

    def needConversion(self):
        return True

    def toInternal(self, dt):
        if dt is None:
            return None
        return (dt.replace(tzinfo=None) - self._EPOCH) // datetime.timedelta(microseconds=1)

    def fromInternal(self, ts):
        if ts is not None:
            return self._EPOCH + datetime.timedelta(microseconds=ts)
        return None


class DecimalType(FractionalType):
    """decimal.Decimal of at most `precision` digits, `scale` of them behind the point.

    >>> DecimalType(10, 2).simpleString()
    'decimal(10,2)'
    """

    def __init__(self, precision=10, scale=0):
        self.precision = precision
        self.scale = scale
        self.hasPrecisionInfo = True

    def simpleString(self):
        return f"decimal({self.precision},{self.scale})"

    jsonValue = simpleString

    def __repr__(self):
        return f"DecimalType({self.precision},{self.scale})"


class DoubleType(FractionalType, metaclass=DataTypeSingleton):
    """float, in 64 bits."""


class FloatType(FractionalType, metaclass=DataTypeSingleton):
    """float, in 32 bits."""


class ByteType(IntegralType):
    """int from -128 to 127."""

    def simpleString(self):
        return "tinyint"


class ShortType(IntegralType):
    """int from -32768 to 32767."""

    def simpleString(self):
        return "smallint"


class IntegerType(IntegralType):
    """int in 32 bits."""

    def simpleString(self):
        return "int"


class LongType(IntegralType):
    """int in 64 bits."""

    def simpleString(self):
        return "bigint"


class AnsiIntervalType(AtomicType):
    """Intervals of SQL's standard, from one field to a finer one."""

    _fields = ()

    def __init__(self, startField, endField):
        if startField not in range(len(self._fields)) or endField not in range(len(self._fields)):
            raise PySparkValueError(errorClass="INVALID_INTERVAL_CASTING", messageParameters={
                "start_field": str(startField), "end_field": str(endField)})
        self.startField = startField
        self.endField = endField

    def simpleString(self):
        start, end = self._fields[self.startField], self._fields[self.endField]
        return f"interval {start}" if start == end else f"interval {start} to {end}"

    jsonValue = simpleString

    def __repr__(self):
        return f"{self.__class__.__name__}({self.startField}, {self.endField})"


class DayTimeIntervalType(AnsiIntervalType):
    """datetime.timedelta."""

    DAY, HOUR, MINUTE, SECOND = range(4)
    _fields = ("day", "hour", "minute", "second")

    def __init__(self, startField=None, endField=None):
        if startField is None and endField is None:
            startField, endField = self.DAY, self.SECOND
        elif endField is None:
            endField = startField
        super().__init__(startField, endField)

    def needConversion(self):
        return True

    def toInternal(self, dt):
        if dt is not None:
            return dt // datetime.timedelta(microseconds=1)
        return None

    def fromInternal(self, micros):
        if micros is not None:
            return datetime.timedelta(microseconds=micros)
        return None


class YearMonthIntervalType(AnsiIntervalType):
    """Months; Python has no type of its own for them."""

    YEAR, MONTH = range(2)
    _fields = ("year", "month")

    def __init__(self, startField=None, endField=None):
        if startField is None and endField is None:
            startField, endField = self.YEAR, self.MONTH
        elif endField is None:
            endField = startField
        super().__init__(startField, endField)


class CalendarIntervalType(DataType, metaclass=DataTypeSingleton):
    """Months, days and microseconds apart."""

    @classmethod
    def typeName(cls):
        return "interval"


class ArrayType(DataType):
    """list of elements of one type.

    >>> ArrayType(StringType(), False).simpleString()
    'array<string>'
    """

    def __init__(self, elementType, containsNull=True):
        _require_type("elementType", elementType)
        self.elementType = elementType
        self.containsNull = containsNull

    def simpleString(self):
        return f"array<{self.elementType.simpleString()}>"

    def __repr__(self):
        return f"ArrayType({self.elementType!r}, {self.containsNull})"

    def jsonValue(self):
        return {"type": "array", "elementType": self.elementType.jsonValue(),
                "containsNull": self.containsNull}

    @classmethod
    def fromJson(cls, value):
        """The type of what jsonValue() gave."""
        return cls(_parse_datatype_json_value(value["elementType"]), value["containsNull"])

    def needConversion(self):
        return self.elementType.needConversion()

    def toInternal(self, obj):
        if not self.needConversion():
            return obj
        return obj and [self.elementType.toInternal(v) for v in obj]

    def fromInternal(self, obj):
        if not self.needConversion():
            return obj
        return obj and [self.elementType.fromInternal(v) for v in obj]


class MapType(DataType):
    """dict with keys of one type and values of another.

    >>> MapType(StringType(), IntegerType()).simpleString()
    'map<string,int>'
    """

    def __init__(self, keyType, valueType, valueContainsNull=True):
        _require_type("keyType", keyType)
        _require_type("valueType", valueType)
        self.keyType = keyType
        self.valueType = valueType
        self.valueContainsNull = valueContainsNull

    def simpleString(self):
        return f"map<{self.keyType.simpleString()},{self.valueType.simpleString()}>"

    def __repr__(self):
        return f"MapType({self.keyType!r}, {self.valueType!r}, {self.valueContainsNull})"

    def jsonValue(self):
        return {"type": "map", "keyType": self.keyType.jsonValue(),
                "valueType": self.valueType.jsonValue(),
                "valueContainsNull": self.valueContainsNull}

    @classmethod
    def fromJson(cls, value):
        """The type of what jsonValue() gave."""
        return cls(_parse_datatype_json_value(value["keyType"]),
                   _parse_datatype_json_value(value["valueType"]), value["valueContainsNull"])

    def needConversion(self):
        return self.keyType.needConversion() or self.valueType.needConversion()

    def toInternal(self, obj):
        if not self.needConversion():
            return obj
        return obj and {self.keyType.toInternal(k): self.valueType.toInternal(v)
                        for k, v in obj.items()}

    def fromInternal(self, obj):
        if not self.needConversion():
            return obj
        return obj and {self.keyType.fromInternal(k): self.valueType.fromInternal(v)
                        for k, v in obj.items()}


class StructField(DataType):
    """One field of a StructType: a name, a type, whether it may be None, and metadata.

    >>> StructField("n", LongType(), False)
    StructField('n', LongType(), False)
    """

    def __init__(self, name, dataType, nullable=True, metadata=None):
        _require_type("dataType", dataType)
        assert isinstance(name, str), f"field name {name} should be a string"
        self.name = name
        self.dataType = dataType
        self.nullable = nullable
        self.metadata = metadata or {}

    def simpleString(self):
        return f"{self.name}:{self.dataType.simpleString()}"

    def __repr__(self):
        return f"StructField('{self.name}', {self.dataType}, {self.nullable})"

    def jsonValue(self):
        return {"name": self.name, "type": self.dataType.jsonValue(), "nullable": self.nullable,
                "metadata": self.metadata}

    @classmethod
    def fromJson(cls, value):
        """The field of what jsonValue() gave."""
        return cls(value["name"], _parse_datatype_json_value(value["type"]),
                   value.get("nullable", True), value.get("metadata"))

    def needConversion(self):
        return self.dataType.needConversion()

    def toInternal(self, obj):
        return self.dataType.toInternal(obj)

    def fromInternal(self, obj):
        return self.dataType.fromInternal(obj)

    def typeName(self):
        raise PySparkTypeError(errorClass="INVALID_TYPENAME_CALL", messageParameters={})


class StructType(DataType):
    """Named fields: the type of a Row, and of a DataFrame's rows.

    >>> s = StructType().add("a", "integer").add("b", StringType(), False)
    >>> s.fieldNames(), s["b"].nullable, len(s)
    (['a', 'b'], False, 2)
    """

    def __init__(self, fields=None):
        self.fields = list(fields or [])
        if not all(isinstance(f, StructField) for f in self.fields):
            raise PySparkTypeError("fields should be a list of StructField")
        self.names = [f.name for f in self.fields]

    def add(self, field, data_type=None, nullable=True, metadata=None):
        """Adds a field, and returns the type itself."""
        if not isinstance(field, StructField):
            if data_type is None:
                raise PySparkValueError(errorClass="ARGUMENT_REQUIRED", messageParameters={
                    "arg_name": "data_type",
                    "condition": "passing name of struct_field to create"})
            if isinstance(data_type, str):
                data_type = _parse_datatype_json_value(data_type)
            field = StructField(field, data_type, nullable, metadata)
        self.fields.append(field)
        self.names.append(field.name)
        return self

    def __iter__(self):
        return iter(self.fields)

    def __len__(self):
        return len(self.fields)

    def __getitem__(self, key):
        if isinstance(key, str):
            for field in self:
                if field.name == key:
                    return field
            raise PySparkKeyError(errorClass="KEY_NOT_EXISTS", messageParameters={"key": str(key)})
        if isinstance(key, int):
            try:
                return self.fields[key]
            except IndexError:
                raise PySparkIndexError(f"there is no field {key}") from None
        if isinstance(key, slice):
            return StructType(self.fields[key])
        raise wrong_type("key", "int, slice or str", key)

    def simpleString(self):
        return f"struct<{','.join(f.simpleString() for f in self)}>"

    def __repr__(self):
        return f"StructType([{', '.join(str(f) for f in self)}])"

    def jsonValue(self):
        return {"type": "struct", "fields": [f.jsonValue() for f in self]}

    @classmethod
    def fromJson(cls, value):
        """The type of what jsonValue() gave."""
        return cls([StructField.fromJson(f) for f in value["fields"]])

    def fieldNames(self):
        """The names, in order."""
        return list(self.names)

    def treeString(self, maxDepth=2**31 - 1):
        """The type as printSchema() shows it."""
        lines = ["root"]
        _add_tree(self, " |", lines, maxDepth, 1)
        return "\n".join(lines) + "\n"

    def needConversion(self):
        return True

    def toInternal(self, obj):
        if obj is None:
            return None
        values = ([obj.get(n) for n in self.names] if isinstance(obj, dict)
                  else [getattr(obj, n, None) for n in self.names]
                  if hasattr(obj, "__dict__") and not isinstance(obj, (tuple, list)) else obj)
        return tuple(f.toInternal(v) for f, v in zip(self.fields, values))

    def fromInternal(self, obj):
        if obj is None or isinstance(obj, Row):
            return obj
        return _create_row(self.names, [f.fromInternal(v) for f, v in zip(self.fields, obj)])


def _add_tree(of, prefix, lines, depth, level):
    if level > depth:
        return
    deeper = prefix + "    |"
    if isinstance(of, StructType):
        for f in of:
            lines.append(f"{prefix}-- {f.name}: {_tree_name(f.dataType)} "
                         f"(nullable = {str(f.nullable).lower()})")
            _add_tree(f.dataType, deeper, lines, depth, level + 1)
    elif isinstance(of, ArrayType):
        lines.append(f"{prefix}-- element: {_tree_name(of.elementType)} "
                     f"(containsNull = {str(of.containsNull).lower()})")
        _add_tree(of.elementType, deeper, lines, depth, level + 1)
    elif isinstance(of, MapType):
        lines.append(f"{prefix}-- key: {_tree_name(of.keyType)}")
        _add_tree(of.keyType, deeper, lines, depth, level + 1)
        lines.append(f"{prefix}-- value: {_tree_name(of.valueType)} "
                     f"(valueContainsNull = {str(of.valueContainsNull).lower()})")
        _add_tree(of.valueType, deeper, lines, depth, level + 1)


def _tree_name(of):
    if isinstance(of, (DecimalType, AnsiIntervalType, _SizedText)):
        return of.simpleString()
    if isinstance(of, UserDefinedType):     # as the JVM calls the class
        return of.simpleString() if of.scalaUDT() else "pythonuserdefined"
    return of.typeName()


def _require_type(name, value):
    assert isinstance(value, DataType), f"{name} {value} should be an instance of {DataType}"


def _create_row(fields, values):
    row = Row(*values)
    row.__fields__ = fields
    return row


# What reads types needs all of them; what reads them is used by some.
from rushlight.sql._user_types import (   # noqa: E402,F401
    UserDefinedType, type_of_class as _type_of_class)
from rushlight.sql._type_parsing import (   # noqa: E402,F401
    _SIZED, _parse_datatype_json_string, _parse_datatype_json_value, parse_ddl)

_parse_datatype_string = parse_ddl
