"""Error classes, under pyspark.errors' names.

    base.py       what the package raises itself: wrong values, wrong types, what is not there yet
    engine.py     what comes out of the engine: failed jobs, missing files, refused settings
    sql.py        what comes out of SQL: queries that make no sense, values that do not fit
    _reading.py   an SQL error's text, taken apart: condition, state, parameters, places
"""
from rushlight.errors.base import (
    NoJVM, NotThereYet, PySparkAssertionError, PySparkAttributeError, PySparkException,
    PySparkImportError, PySparkIndexError, PySparkKeyError, PySparkNotImplementedError,
    PySparkPicklingError, PySparkRuntimeError, PySparkTypeError, PySparkValueError)
from rushlight.errors.engine import (
    ContextStoppedException, EngineError, FileAlreadyExistsException, IllegalArgumentException,
    InvalidInputException, JobCancelledException, PythonException, SparkIOException,
    SparkOutOfMemoryError, SparkRuntimeException, UnsupportedOperationException)
from rushlight.errors._reading import QueryContext, QueryContextType
from rushlight.errors.sql import (
    AnalysisException, ArithmeticException, ArrayIndexOutOfBoundsException, DateTimeException,
    NumberFormatException, ParseException, QueryExecutionException, SessionNotSameException,
    SparkNoSuchElementException, SparkUpgradeException, StreamingQueryException,
    TempTableAlreadyExistsException, UnknownException)

__all__ = [
    "AnalysisException", "ArithmeticException", "ArrayIndexOutOfBoundsException",
    "ContextStoppedException", "DateTimeException", "EngineError", "FileAlreadyExistsException",
    "IllegalArgumentException", "InvalidInputException", "JobCancelledException", "NoJVM",
    "NotThereYet", "NumberFormatException", "ParseException", "PySparkAssertionError",
    "PySparkAttributeError", "PySparkException", "PySparkImportError", "PySparkIndexError",
    "PySparkKeyError", "PySparkNotImplementedError", "PySparkPicklingError", "PySparkRuntimeError",
    "PySparkTypeError", "PySparkValueError", "PythonException", "QueryContext", "QueryContextType",
    "QueryExecutionException", "SessionNotSameException", "SparkIOException",
    "SparkNoSuchElementException", "SparkOutOfMemoryError", "SparkRuntimeException",
    "SparkUpgradeException", "StreamingQueryException", "TempTableAlreadyExistsException",
    "UnknownException", "UnsupportedOperationException",
]
