"""Error classes, under pyspark.errors' names.

    base.py     what the package raises itself: wrong values, wrong types, what is not there yet
    engine.py   what comes out of the engine: failed jobs, missing files, refused settings
"""
from rushlight.errors.base import (
    NoJVM, NotThereYet, PySparkAssertionError, PySparkAttributeError, PySparkException,
    PySparkImportError, PySparkIndexError, PySparkKeyError, PySparkNotImplementedError,
    PySparkPicklingError, PySparkRuntimeError, PySparkTypeError, PySparkValueError)
from rushlight.errors.engine import (
    ContextStoppedException, EngineError, FileAlreadyExistsException, IllegalArgumentException,
    InvalidInputException, JobCancelledException, PythonException, SparkIOException,
    SparkOutOfMemoryError, SparkRuntimeException, UnsupportedOperationException)
from rushlight.errors.sql import AnalysisException, SparkNoSuchElementException

__all__ = [
    "AnalysisException", "ContextStoppedException", "EngineError", "FileAlreadyExistsException",
    "IllegalArgumentException", "InvalidInputException", "JobCancelledException", "NoJVM",
    "NotThereYet", "PySparkAssertionError", "PySparkAttributeError", "PySparkException",
    "PySparkImportError", "PySparkIndexError", "PySparkKeyError", "PySparkNotImplementedError",
    "PySparkPicklingError", "PySparkRuntimeError", "PySparkTypeError", "PySparkValueError",
    "PythonException", "SparkIOException", "SparkNoSuchElementException", "SparkOutOfMemoryError",
    "SparkRuntimeException", "UnsupportedOperationException",
]
