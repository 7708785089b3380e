"""Errors of the engine: failed jobs, missing files, refused settings.

In PySpark these come out of the JVM as py4j's Py4JJavaError; here `EngineError` is what programs
import under that name.  The engine hands (code, message) to `from_engine`, which picks the class.

An error of SQL says what it is in its text, and nowhere else:

    [DIVIDE_BY_ZERO] Division by zero. … SQLSTATE: 22012       condition, words, state
    == SQL (line 1, position 8) ==                             where in the query
    select 1/0
           ^^^

so that it crosses threads and processes as text; _reading.py takes it apart when somebody asks.
An error of analysis says "; line 1 pos 7" instead of the block, which comes beside its text.
"""
from rushlight.errors.base import PySparkException, PySparkTypeError


class JavaException:
    """What programs read from `Py4JJavaError.java_exception`: the name Spark's error has in the
    JVM, and its message."""

    def __init__(self, class_name, message):
        self._class_name = class_name
        self._message = message

    def getMessage(self):
        return self._message

    def toString(self):
        return f"{self._class_name}: {self._message}"

    __str__ = toString


class EngineError(PySparkException):
    """The base of what the engine raises; `code` is one of core/base/error.h, or of SQL's errors
    (sql/types/sql_error.h) with SQL_ before it."""

    java_class = "org.apache.spark.SparkException"

    def __init__(self, message=None, code="JOB_ABORTED", **condition):
        super().__init__(message, **condition)
        self.code = code
        self._place = ""
        self._told = None

    def _read(self):
        """The parts of an SQL error's text; None for any other error."""
        if self._told is None and self._condition is None and self.code.startswith("SQL_"):
            from rushlight.errors._reading import read
            self._told = read(self._message, self._place)
        return self._told

    def getCondition(self):
        told = self._read()
        return told.condition if told else super().getCondition()

    getErrorClass = getCondition

    def getSqlState(self):
        told = self._read()
        return told.state if told else super().getSqlState()

    def getMessageParameters(self):
        told = self._read()
        return told.parameters if told else super().getMessageParameters()

    def getQueryContext(self):
        told = self._read()
        return told.contexts if told else super().getQueryContext()

    def getMessage(self):
        """The whole text, without the place."""
        told = self._read()
        return told.message if told else super().getMessage()

    def __str__(self):
        told = self._read()
        return told.text if told else super().getMessage()

    @property
    def java_exception(self):
        return JavaException(self.java_class, self._message)


class SparkRuntimeException(EngineError):
    """A job failed: a task failed too often, a worker died, a result could not be fetched."""


class PythonException(SparkRuntimeException):
    """A job failed because a function of the user's raised; the message holds its traceback."""

    java_class = "org.apache.spark.api.python.PythonException"


class SparkOutOfMemoryError(SparkRuntimeException, MemoryError):
    """A task needed more than its share of the memory; the message has the arithmetic."""

    java_class = "org.apache.spark.memory.SparkOutOfMemoryError"


class JobCancelledException(SparkRuntimeException):
    """The job was cancelled."""


class ContextStoppedException(EngineError, RuntimeError):
    """The SparkContext was stopped, before the call or while the job ran."""

    java_class = "java.lang.IllegalStateException"


class IllegalArgumentException(EngineError, ValueError):
    """The engine was asked for something that makes no sense; the message says what is allowed."""

    java_class = "java.lang.IllegalArgumentException"


class UnsupportedOperationException(EngineError, NotImplementedError):
    """A thing that Spark has and Rushlight has not."""

    java_class = "java.lang.UnsupportedOperationException"


class InvalidInputException(EngineError, FileNotFoundError):
    """An input path that does not exist."""

    java_class = "org.apache.hadoop.mapred.InvalidInputException"


class FileAlreadyExistsException(EngineError, FileExistsError):
    """An output folder that exists: nothing is overwritten."""

    java_class = "org.apache.hadoop.mapred.FileAlreadyExistsException"


class SparkIOException(EngineError, OSError):
    """The operating system refused a file, or a file's contents are broken."""

    java_class = "java.io.IOException"


class NoSuchMethodError(EngineError, PySparkTypeError):
    """Arguments of types that no method of the JVM's takes: py4j's own error in PySpark."""

    java_class = "py4j.Py4JException"

    def __init__(self, method, *arguments):
        names = ", ".join("class java.lang." + _BOXES.get(type(x), "Object") for x in arguments)
        super().__init__(f"{method}([{names}]) does not exist")


_BOXES = {bool: "Boolean", int: "Integer", float: "Double", str: "String"}

# The operating system's exceptions define __str__ themselves, for (errno, text).
for _class in (InvalidInputException, FileAlreadyExistsException, SparkIOException):
    _class.__str__ = PySparkException.__str__

CLASSES = {
    "INVALID_ARGUMENT": IllegalArgumentException,
    "OUT_OF_MEMORY": SparkOutOfMemoryError,
    "IO": SparkIOException,
    "NOT_FOUND": InvalidInputException,
    "EXISTS": FileAlreadyExistsException,
    "CORRUPT": SparkIOException,
    "CANCELLED": JobCancelledException,
    "UNSUPPORTED": UnsupportedOperationException,
    "JOB_ABORTED": SparkRuntimeException,
    "STOPPED": ContextStoppedException,
    "PYTHON": PythonException,
    "WORKER_LOST": SparkRuntimeException,
    "FETCH_FAILED": SparkRuntimeException,
}


def from_engine(code, message, place=None):
    """The exception for an error of the engine; `_engine` calls it.

    Spark's failed jobs announce the driver's frames at their end.  Here those are Python's, and
    its own traceback shows them.
    """
    if message.endswith("Driver stacktrace:"):
        message = message.removesuffix("Driver stacktrace:").rstrip()
    made = CLASSES.get(code, SparkRuntimeException)(message, code)
    made._place = place or ""
    return made
