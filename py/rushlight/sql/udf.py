"""Functions of Python for SQL: what udf() and pandas_udf() make, and their names in SQL text.

    kind                          called with                result
    SQL_BATCHED_UDF               the values of a row        as pickle has it: null if unfit
    SQL_ARROW_BATCHED_UDF         the values of a row        as Arrow has it: converted, or an error
    SQL_SCALAR_PANDAS_UDF         a pandas.Series a column   a Series as long
    SQL_SCALAR_PANDAS_ITER_UDF    an iterator of Series      an iterator of Series
    SQL_GROUPED_AGG_PANDAS_UDF    the Series of a group      one value: it is an aggregate

Since 4.2 PySpark prefers Arrow where it is installed.  Mirrors pyspark.sql.udf.
"""
import functools

from rushlight import _engine
from rushlight._callsite import operator
from rushlight._pickling import dumps
from rushlight.errors import NotThereYet, PySparkTypeError
from rushlight.errors.base import check_type, wrong_type
from rushlight.sql._making import call_shown, named_column
from rushlight.sql.types import DataType, StringType, parse_ddl

__all__ = ["UDFRegistration", "UserDefinedFunction"]

SQL_BATCHED_UDF = 100
SQL_ARROW_BATCHED_UDF = 101
SQL_SCALAR_PANDAS_UDF = 200
SQL_GROUPED_AGG_PANDAS_UDF = 202
SQL_SCALAR_PANDAS_ITER_UDF = 204


class UserDefinedFunction:
    """What udf() makes: called with columns, it is a column."""

    def __init__(self, func, return_type, eval_type, name=None, deterministic=True):
        if not callable(func):
            raise wrong_type("func", "a function", func)
        if not isinstance(return_type, (DataType, str)):
            raise wrong_type("returnType", "DataType or str", return_type)
        self.func = func
        self._given_type = return_type
        self.evalType = eval_type
        self.deterministic = deterministic
        self._name = name or getattr(func, "__name__", type(func).__name__)
        functools.update_wrapper(self, func, updated=())

    @property
    def returnType(self):
        """The type of results."""
        if isinstance(self._given_type, str):
            self._given_type = parse_ddl(self._given_type)
        return self._given_type

    def _for_engine(self, argument_names=None):
        """The function as the engine keeps it, with the broadcasts that it uses."""
        return engine_function(self._name, self.evalType, (self.func, self.returnType.json()),
                               self.returnType, self.deterministic, argument_names)

    def __call__(self, *args, **kwargs):
        from rushlight.sql.column import Column
        if kwargs and self.evalType == SQL_SCALAR_PANDAS_ITER_UDF:
            raise NotThereYet("named arguments of a pandas_udf of an iterator",
                              "Give the columns by place.")
        columns = [named_column(c) for c in (*args, *kwargs.values())]
        expr = _engine.expr_python_udf(self._for_engine(list(kwargs) or None),
                                       [c._expr for c in columns])
        return Column(expr, lambda: call_shown(self._name, columns, list(kwargs)))

    def asNondeterministic(self):
        """The same function, whose calls are not merged or moved."""
        return UserDefinedFunction(self.func, self._given_type, self.evalType, self._name, False)


def engine_function(name, eval_type, given, return_type, deterministic=True, argument_names=None):
    """What the engine takes: (name, eval type, pickled, type, deterministic, broadcasts, names of
    the last arguments, if they are given by name)."""
    from rushlight.context import SparkContext
    context = SparkContext._active_spark_context
    try:
        command = dumps(given)
    finally:
        used = [] if context is None else context._pickled_broadcast_vars.take()
    return (name, eval_type, command, return_type.json(), deterministic,
            [b._handle for b in used], argument_names)


def kind_of_rows(use_arrow):
    """How functions of rows are called: with Arrow, if that is wanted, or preferred and there."""
    if use_arrow is None:
        from rushlight.sql.session import SparkSession
        session = SparkSession.getActiveSession()
        use_arrow = session is None or session.conf.get(
            "spark.sql.execution.pythonUDF.arrow.enabled", "true") == "true"
        use_arrow = use_arrow and _installed("pyarrow") and _installed("pandas")
    return SQL_ARROW_BATCHED_UDF if use_arrow else SQL_BATCHED_UDF


@functools.lru_cache
def _installed(name):
    import importlib.util
    return importlib.util.find_spec(name) is not None


class UDFRegistration:
    """spark.udf: names for functions."""

    def __init__(self, session):
        self._session = session

    @operator
    def register(self, name, f, returnType=None):
        """Gives a function of Python, or what udf() made of one, a name for SQL.

        >>> twice = spark.udf.register("twice", lambda x: 2 * x, "long")
        >>> spark.sql("select twice(21) as n").collect()
        [Row(n=42)]
        """
        check_type("name", name, str)
        if hasattr(f, "evalType"):
            if returnType is not None:
                raise PySparkTypeError(errorClass="CANNOT_SPECIFY_RETURN_TYPE_FOR_UDF",
                                       messageParameters={"arg_name": "f",
                                                          "return_type": str(returnType)})
            made = UserDefinedFunction(f.func, f.returnType, f.evalType, name, f.deterministic)
        else:
            made = UserDefinedFunction(f, StringType() if returnType is None else returnType,
                                       SQL_BATCHED_UDF, name)
        self._session._engine_session.register_function(
            name, made._for_engine())
        return made

    def __getattr__(self, name):
        if name in ("registerJavaFunction", "registerJavaUDAF"):
            from rushlight.errors import NoJVM
            raise NoJVM(f"UDFRegistration.{name}")
        raise AttributeError(f"'UDFRegistration' object has no attribute {name!r}")
