"""Row: a tuple whose fields may have names.

Mirrors pyspark.sql.types.Row.
"""
from rushlight.errors import (
    PySparkAttributeError, PySparkKeyError, PySparkRuntimeError, PySparkTypeError,
    PySparkValueError)


class Row(tuple):
    """A row of a DataFrame: values by position, by name, and as attributes.

    >>> row = Row(name="Ada", age=36)
    >>> row, row["name"], row.age, "age" in row
    (Row(name='Ada', age=36), 'Ada', 36, True)

    Called with names alone it makes a kind of row:

    >>> Person = Row("name", "age")
    >>> Person("Bob", 7)
    Row(name='Bob', age=7)
    """

    def __new__(cls, *args, **kwargs):
        if args and kwargs:
            raise PySparkValueError(errorClass="CANNOT_SET_TOGETHER",
                                    messageParameters={"arg_list": "args and kwargs"})
        if kwargs:
            row = tuple.__new__(cls, kwargs.values())
            row.__fields__ = list(kwargs)
            return row
        return tuple.__new__(cls, args)

    def asDict(self, recursive=False):
        """The row as a dict; `recursive`: rows in it, too.

        >>> Row(a=1, b=Row(c=2)).asDict(True)
        {'a': 1, 'b': {'c': 2}}
        """
        if not hasattr(self, "__fields__"):
            raise PySparkTypeError(errorClass="CANNOT_CONVERT_TYPE", messageParameters={
                "from_type": type(self).__name__, "to_type": "dict"})
        if not recursive:
            return dict(zip(self.__fields__, self))

        def convert(value):
            if isinstance(value, Row):
                return value.asDict(True)
            if isinstance(value, list):
                return [convert(v) for v in value]
            if isinstance(value, dict):
                return {k: convert(v) for k, v in value.items()}
            return value

        return dict(zip(self.__fields__, (convert(v) for v in self)))

    def __contains__(self, item):
        if hasattr(self, "__fields__"):
            return item in self.__fields__
        return super().__contains__(item)

    def __call__(self, *args):
        if len(args) > len(self):
            raise PySparkValueError(
                f"Can not create Row with fields {self}, expected {len(self):d} values "
                f"but got {args}")
        row = Row(*args)
        row.__fields__ = list(self)
        return row

    def __getitem__(self, item):
        if isinstance(item, (int, slice)):
            return super().__getitem__(item)
        try:
            return super().__getitem__(self.__fields__.index(item))
        except IndexError:
            raise PySparkKeyError(item) from None
        except ValueError:
            raise PySparkValueError(item) from None

    def __getattr__(self, item):
        if item.startswith("__"):
            raise PySparkAttributeError(errorClass="ATTRIBUTE_NOT_SUPPORTED",
                                        messageParameters={"attr_name": item})
        try:
            return self[self.__fields__.index(item)]
        except (IndexError, ValueError):
            raise PySparkAttributeError(errorClass="ATTRIBUTE_NOT_SUPPORTED",
                                        messageParameters={"attr_name": item}) from None

    def __setattr__(self, key, value):
        if key != "__fields__":
            raise PySparkRuntimeError(errorClass="READ_ONLY", messageParameters={"object": "Row"})
        self.__dict__[key] = value

    def __reduce__(self):
        if hasattr(self, "__fields__"):
            return _make_row, (self.__fields__, tuple(self))
        return tuple.__reduce__(self)

    def __repr__(self):
        if hasattr(self, "__fields__"):
            return "Row(%s)" % ", ".join(f"{k}={v!r}" for k, v in zip(self.__fields__, self))
        return "<Row(%s)>" % ", ".join(repr(field) for field in self)


def _make_row(fields, values):
    row = Row(*values)
    row.__fields__ = fields
    return row
