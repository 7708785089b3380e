"""User-defined types: values that a program's own classes give a form.

    object  ──serialize()──▶  value of sqlType()  ──▶  column
    Point(1, 2)               (1, 2)                   a struct of two fields

A type's JSON names its class, as PySpark's does; classes of pyspark.… are those of this package.
A class that has no module to be imported from travels pickled, beside its name.

    >>> from rushlight.sql.types import *
    >>> class EvenUDT(UserDefinedType):
    ...     @classmethod
    ...     def sqlType(cls): return IntegerType()
    ...     @classmethod
    ...     def module(cls): return "__main__"
    ...     def serialize(self, even): return even.half
    ...     def deserialize(self, half): return Even(2 * half)
    >>> EvenUDT().simpleString(), EvenUDT.typeName()
    ('udt', 'evenudt')

Mirrors pyspark.sql.types.UserDefinedType.
"""
import base64
import importlib
import pickle

from rushlight.errors import PySparkNotImplementedError, PySparkTypeError, PySparkValueError
from rushlight.sql.types import DataType


def _not_there(what):
    return PySparkNotImplementedError(f"a user-defined type of a program has its own {what}")


class UserDefinedType(DataType):
    """The base of a program's own types: sqlType(), module(), serialize() and deserialize() say how
    its values are kept.

    >>> UserDefinedType().needConversion()
    True
    """

    @classmethod
    def typeName(cls):
        return cls.__name__.lower()

    @classmethod
    def sqlType(cls):
        """The type as which values are kept."""
        raise _not_there("sqlType()")

    @classmethod
    def module(cls):
        """The module that has the class."""
        raise _not_there("module()")

    @classmethod
    def scalaUDT(cls):
        """The class that stands for it in a JVM; "": there is none."""
        return ""

    def needConversion(self):
        return True

    @classmethod
    def _cachedSqlType(cls):
        if "_cached_sql_type" not in cls.__dict__:
            cls._cached_sql_type = cls.sqlType()
        return cls._cached_sql_type

    def toInternal(self, obj):
        if obj is not None:
            return self._cachedSqlType().toInternal(self.serialize(obj))
        return None

    def fromInternal(self, obj):
        value = self._cachedSqlType().fromInternal(obj)
        if value is not None:
            return self.deserialize(value)
        return None

    def serialize(self, obj):
        """The value that is kept for an object."""
        raise _not_there("serialize()")

    def deserialize(self, datum):
        """The object of a value that was kept."""
        raise _not_there("deserialize()")

    def simpleString(self):
        return "udt"

    def jsonValue(self):
        name = f"{self.module()}.{type(self).__name__}"
        if self.scalaUDT():
            assert self.module() != "__main__", "UDT in __main__ cannot work with ScalaUDT"
            return {"type": "udt", "class": self.scalaUDT(), "pyClass": name,
                    "sqlType": self.sqlType().jsonValue()}
        from rushlight._pickling import dumps
        return {"type": "udt", "pyClass": name,
                "serializedClass": base64.b64encode(dumps(type(self))).decode("ascii"),
                "sqlType": self.sqlType().jsonValue()}

    @classmethod
    def fromJson(cls, json):
        """The type of what jsonValue() gave."""
        return type_of_class(json["pyClass"], json.get("serializedClass", ""))


def type_of_class(name, serialized=""):
    """The type whose class has this name: the one of its module, else the one that was pickled.

    >>> type_of_class("pyspark.ml.linalg.VectorUDT").simpleString()
    'vector'
    """
    found = _imported(name)
    if found is None and serialized:
        found = pickle.loads(base64.b64decode(serialized))
    if found is None:
        raise PySparkValueError(errorClass="UNSUPPORTED_OPERATION", messageParameters={
            "operation": "unpickling user defined types"})
    if not (isinstance(found, type) and issubclass(found, UserDefinedType)):
        raise PySparkTypeError(errorClass="FIELD_TYPE_MISMATCH", messageParameters={
            "obj": str(found), "data_type": "UserDefinedType"})
    return found()


def _imported(name):
    """What has this name; None: its module, or the module's member, is not there."""
    module, _, member = name.rpartition(".")
    if module == "pyspark" or module.startswith("pyspark."):
        module = "rushlight" + module[len("pyspark"):]
    try:
        return getattr(importlib.import_module(module), member, None)
    except ModuleNotFoundError as e:
        if not (module + ".").startswith((e.name or "") + "."):
            raise       # the module is there, but one that it needs is not
        return None


def has_user_type(of):
    """Whether the type, or one inside it, is user-defined."""
    if isinstance(of, UserDefinedType):
        return True
    inner = [getattr(of, name) for name in ("elementType", "keyType", "valueType")
             if hasattr(of, name)]
    return any(map(has_user_type, inner)) or any(
        has_user_type(f.dataType) for f in getattr(of, "fields", ()))
