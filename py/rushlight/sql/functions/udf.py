"""Functions of Python over columns: they run in workers."""
import functools

from rushlight import _engine
from rushlight._pickling import dumps
from rushlight.sql.column import Column, as_column, named_column, type_text
from rushlight.sql.types import DataType, StringType, parse_ddl

__all__ = ["udf"]

SQL_BATCHED_UDF = 100
SQL_SCALAR_PANDAS_UDF = 200


class UserDefinedFunction:
    """What udf() makes: called with columns, it is a column."""

    def __init__(self, func, return_type, eval_type, name=None, deterministic=True):
        self.func = func
        self.returnType = parse_ddl(return_type) if isinstance(return_type, str) else return_type
        self.evalType = eval_type
        self.deterministic = deterministic
        self._name = name or getattr(func, "__name__", type(func).__name__)
        functools.update_wrapper(self, func, updated=())

    def __call__(self, *cols):
        command = dumps((self.func, self.returnType.json()))
        return Column(_engine.expr_python_udf(
            self._name, self.evalType, command, self.returnType.json(), self.deterministic,
            [named_column(c)._expr for c in cols]))

    def asNondeterministic(self):
        """The same function, whose calls are not merged or moved."""
        return UserDefinedFunction(self.func, self.returnType, self.evalType, self._name, False)


def udf(f=None, returnType=StringType(), *, useArrow=None):
    """A function of one row's values; use it as udf(f, type), or as a decorator.

    >>> plus_one = udf(lambda x: x + 1, "long")
    >>> spark.range(2).select(plus_one("id").alias("n")).collect()
    [Row(n=1), Row(n=2)]
    """
    if f is None or isinstance(f, (str, DataType)):
        return_type = returnType if f is None else f
        return lambda func: UserDefinedFunction(func, return_type, SQL_BATCHED_UDF)
    return UserDefinedFunction(f, returnType, SQL_BATCHED_UDF)
