"""Functions of Python over columns: they run in workers."""
import inspect
import typing

from rushlight.errors import NotThereYet, PySparkTypeError
from rushlight.sql.types import DataType, StringType
from rushlight.sql.udf import (
    SQL_GROUPED_AGG_PANDAS_UDF, SQL_SCALAR_PANDAS_ITER_UDF, SQL_SCALAR_PANDAS_UDF,
    UserDefinedFunction, kind_of_rows)

__all__ = ["pandas_udf", "udf", "PandasUDFType"]


class PandasUDFType:
    """Kinds of pandas_udf(), for functions without type hints."""

    SCALAR = 200
    GROUPED_MAP = 201
    GROUPED_AGG = 202
    SCALAR_ITER = 204


def udf(f=None, returnType=StringType(), *, useArrow=None):
    """A function of one row's values; use it as udf(f, type), or as a decorator.

    >>> plus_one = udf(lambda x: x + 1, "long")
    >>> spark.range(2).select(plus_one("id").alias("n")).collect()
    [Row(n=1), Row(n=2)]
    >>> @udf("string")
    ... def shout(word):
    ...     return word.upper() + "!"
    >>> spark.range(1).select(shout(lit("hi")).alias("v")).first().v
    'HI!'
    """
    if f is None or isinstance(f, (str, DataType)):
        return_type = returnType if f is None else f
        return lambda func: UserDefinedFunction(func, return_type, kind_of_rows(useArrow))
    return UserDefinedFunction(f, returnType, kind_of_rows(useArrow))


def pandas_udf(f=None, returnType=None, functionType=None):
    """A function of whole columns, pandas.Series; its type hints say of which kind it is.

    >>> import pandas as pd
    >>> @pandas_udf("long")
    ... def twice(s: pd.Series) -> pd.Series:
    ...     return s * 2
    >>> spark.range(3).select(twice("id").alias("n")).collect()
    [Row(n=0), Row(n=2), Row(n=4)]

    One that gives a value for all that it is given is an aggregate:

    >>> @pandas_udf("double")
    ... def middle(s: pd.Series) -> float:
    ...     return s.median()
    >>> spark.range(5).agg(middle("id").alias("m")).collect()
    [Row(m=2.0)]
    """
    if f is None or isinstance(f, (str, DataType)):
        return_type, kind = (returnType, functionType) if f is None else (f, returnType)
        if return_type is None:
            raise _no_type()
        return lambda func: _pandas_udf(func, return_type, kind)
    if returnType is None:
        raise _no_type()
    return _pandas_udf(f, returnType, functionType)


def _no_type():
    return PySparkTypeError(errorClass="CANNOT_BE_NONE", messageParameters={
        "arg_name": "returnType"})


def _pandas_udf(function, return_type, kind):
    if kind is None:
        kind = _kind_by_hints(function)
    if kind not in (SQL_SCALAR_PANDAS_UDF, SQL_SCALAR_PANDAS_ITER_UDF, SQL_GROUPED_AGG_PANDAS_UDF):
        raise NotThereYet(f"a pandas_udf of the kind {kind}: groupBy().applyInPandas() maps groups")
    return UserDefinedFunction(function, return_type, kind)


def _kind_by_hints(function):
    """Series → Series, an iterator of them → an iterator, or Series → one value."""
    try:
        hints = typing.get_type_hints(function)
    except (NameError, TypeError):
        hints = {}
    result = hints.pop("return", None)
    if result is None:
        return SQL_SCALAR_PANDAS_UDF
    origin = typing.get_origin(result)
    if origin is not None and inspect.isclass(origin) and issubclass(
            origin, typing.get_origin(typing.Iterator[int])):
        return SQL_SCALAR_PANDAS_ITER_UDF
    if result.__module__.split(".")[0] == "pandas":
        return SQL_SCALAR_PANDAS_UDF
    if any(typing.get_origin(hint) is not None for hint in hints.values()):
        raise NotThereYet("a pandas_udf that aggregates an iterator of Series")
    return SQL_GROUPED_AGG_PANDAS_UDF
