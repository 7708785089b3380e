"""Errors of SQL: what a query is refused for, and what its values did while it ran.

Mirrors pyspark.errors.exceptions.captured.
"""
import re

from rushlight.errors.engine import (
    CLASSES, EngineError, IllegalArgumentException, SparkRuntimeException,
    UnsupportedOperationException)

__all__ = [
    "AnalysisException", "ArithmeticException", "ArrayIndexOutOfBoundsException",
    "DateTimeException", "NumberFormatException", "ParseException", "QueryExecutionException",
    "SessionNotSameException", "SparkNoSuchElementException", "SparkUpgradeException",
    "StreamingQueryException", "TempTableAlreadyExistsException", "UnknownException",
]


class AnalysisException(EngineError):
    """A query that makes no sense as it stands: no such column, no such table, wrong types."""

    java_class = "org.apache.spark.sql.AnalysisException"


class ParseException(AnalysisException):
    """SQL text that is no SQL."""

    java_class = "org.apache.spark.sql.catalyst.parser.ParseException"


class TempTableAlreadyExistsException(AnalysisException):
    """A view whose name is taken."""


class SessionNotSameException(EngineError):
    """Two DataFrames of different sessions that should belong to one."""


class ArithmeticException(EngineError):
    """A division by zero, or a number that left its type's range."""

    java_class = "org.apache.spark.SparkArithmeticException"


class ArrayIndexOutOfBoundsException(EngineError):
    """An element of an array that is not there."""

    java_class = "org.apache.spark.SparkArrayIndexOutOfBoundsException"


class DateTimeException(EngineError):
    """A text that is no date or time, or a date that does not exist."""

    java_class = "org.apache.spark.SparkDateTimeException"


class NumberFormatException(IllegalArgumentException):
    """A text that is no number."""

    java_class = "org.apache.spark.SparkNumberFormatException"


class SparkUpgradeException(EngineError):
    """A result that older versions of Spark had differently."""

    java_class = "org.apache.spark.SparkUpgradeException"


class SparkNoSuchElementException(EngineError):
    """A setting that does not exist."""

    java_class = "org.apache.spark.SparkNoSuchElementException"


class QueryExecutionException(EngineError):
    """A query that failed while it ran."""


class StreamingQueryException(EngineError):
    """A stream that failed; named here because programs import it."""


class UnknownException(EngineError):
    """An error of the engine that has no class of its own."""


def engine_condition(name, /, **parameters):
    """The error of one of the engine's conditions, for what Python finds before the engine does.

    >>> raise engine_condition("SQL_CONF_NOT_FOUND", sqlConf='"spark.nothing"')
    Traceback (most recent call last):
    rushlight.errors.sql.SparkNoSuchElementException: [SQL_CONF_NOT_FOUND] The SQL config
    "spark.nothing" cannot be found. Please verify that the config exists. SQLSTATE: 42K0I
    """
    if name in _UNNAMED:
        from rushlight.errors._reading import Told
        text = _UNNAMED[name].format(**parameters)
        made = AnalysisException(text, "SQL_ANALYSIS")
        made._told = Told(name, None, parameters, [], text, text)
        return made
    from rushlight._engine import sql_error_class
    code, state, template = sql_error_class(name)
    text = re.sub(r"<(\w+)>", lambda m: parameters[m[1]], template)
    return CLASSES[code](f"[{name}] {text} SQLSTATE: {state}", code)


# Conditions that Spark keeps without a name or a state; their words stand alone.
_UNNAMED = {
    "_LEGACY_ERROR_TEMP_1321": "Invalid view name: {viewName}.",
    "_LEGACY_ERROR_TEMP_1323": '"{colName}" is not a numeric column. Aggregation function can only '
                               "be applied on a numeric column.",
    "_LEGACY_ERROR_TEMP_1324": "The pivot column {pivotColumn} has more than {maxValues} distinct "
                               "values, this could indicate an error. If this was intended, set "
                               "{config} to at least the number of distinct values of the pivot "
                               "column.",
}

CLASSES.update({
    "SQL_ANALYSIS": AnalysisException,
    "SQL_PARSE": ParseException,
    "SQL_ILLEGAL_ARGUMENT": IllegalArgumentException,
    "SQL_NUMBER_FORMAT": NumberFormatException,
    "SQL_ARITHMETIC": ArithmeticException,
    "SQL_UNSUPPORTED": UnsupportedOperationException,
    "SQL_ARRAY_INDEX": ArrayIndexOutOfBoundsException,
    "SQL_DATETIME": DateTimeException,
    "SQL_RUNTIME": SparkRuntimeException,
    "SQL_UPGRADE": SparkUpgradeException,
    "SQL_NO_SUCH_ELEMENT": SparkNoSuchElementException,
    "SQL_SPARK": EngineError,       # py4j's error in PySpark: it has no class for SparkException
})
