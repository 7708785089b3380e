"""The exceptions that PySpark programs know, under the names of pyspark.errors.

An error is either a sentence, or a condition with parameters; the text of each condition stands
once, in conditions.py.
"""
from pickle import PicklingError

from rushlight.errors.conditions import CONDITIONS

class PySparkException(Exception):
    """The base of all errors that this package raises on purpose.

    >>> from rushlight.errors import PySparkTypeError
    >>> e = PySparkTypeError(errorClass="NOT_EXPECTED_TYPE", messageParameters={
    ...     "arg_name": "key", "expected_type": "str", "arg_type": "int"})
    >>> e.getCondition(), str(e)
    ('NOT_EXPECTED_TYPE', '[NOT_EXPECTED_TYPE] Argument `key` should be str, got int.')
    """

    def __init__(self, message=None, errorClass=None, messageParameters=None,
                 contexts=None):
        if message is None:
            message = CONDITIONS[errorClass][0].format(**(messageParameters or {}))
        super().__init__(message)
        self._message = message
        self._condition = errorClass
        self._parameters = messageParameters
        self._contexts = contexts or []

    def getCondition(self):
        """The condition's name, or None for an error that is only a sentence."""
        return self._condition

    getErrorClass = getCondition

    def getMessageParameters(self):
        """What was filled into the condition's text, or None."""
        return self._parameters

    def getQueryContext(self):
        """Where in a query the error is: what `contexts` said, else an empty list."""
        return self._contexts

    def getSqlState(self):
        """The condition's SQLSTATE, if it has one."""
        return CONDITIONS.get(self._condition, (None, None))[1]

    def getMessage(self):
        """The whole text, with the condition before it."""
        return f"[{self._condition}] {self._message}" if self._condition else self._message

    def __str__(self):
        return self.getMessage()


class PySparkValueError(PySparkException, ValueError):
    """A value that makes no sense."""


class PySparkTypeError(PySparkException, TypeError):
    """A value of the wrong type."""


class PySparkIndexError(PySparkException, IndexError):
    """A position that does not exist."""


class PySparkKeyError(PySparkException, KeyError):
    """A key that does not exist."""

    __str__ = PySparkException.__str__


class PySparkAttributeError(PySparkException, AttributeError):
    """A name that does not exist."""


class PySparkRuntimeError(PySparkException, RuntimeError):
    """A call at the wrong time or in the wrong place."""


class PySparkAssertionError(PySparkException, AssertionError):
    """A check that failed; `data`: the rows that differ, if they were asked for."""

    def __init__(self, *args, data=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.data = data


class PySparkImportError(PySparkException, ImportError):
    """A module that is missing."""

    __str__ = PySparkException.__str__


class PySparkPicklingError(PySparkException, PicklingError):
    """A function or an object that cannot be sent to workers."""


class PySparkNotImplementedError(PySparkException, NotImplementedError):
    """A thing that PySpark has and Rushlight has not."""


class NotThereYet(PySparkNotImplementedError, AttributeError):
    """Raised where a name of PySpark is asked for that is not there yet.

    It is an AttributeError too, so that hasattr() and getattr() with a default tell the truth.
    `hint`: a sentence on what to do instead.
    """

    def __init__(self, feature, hint=""):
        from rushlight._version import RUSHLIGHT
        super().__init__(errorClass="NOT_IMPLEMENTED",
                         messageParameters={"feature": feature, "version": RUSHLIGHT,
                                            "hint": hint and " " + hint})


class NoJVM(PySparkNotImplementedError, AttributeError):
    """Raised where a name of PySpark leads into its JVM."""

    def __init__(self, feature):
        super().__init__(errorClass="NO_JVM", messageParameters={"feature": feature})


def check_rdd(given):
    """Raises an error unless `given` is an RDD.  (In PySpark a list has no such attribute.)

    >>> sc.parallelize([1]).zip([2])
    Traceback (most recent call last):
    AttributeError: another RDD is needed, not a list (sc.parallelize() makes one of a list)
    """
    from rushlight.rdd import RDD
    if not isinstance(given, RDD):
        kind = type(given).__name__
        raise AttributeError(f"another RDD is needed, not a {kind} "
                             "(sc.parallelize() makes one of a list)")


def check_type(name, value, expected):
    """Raises PySpark's error unless `value` is of a type in `expected` (a type or a tuple)."""
    if not isinstance(value, expected):
        names = [t.__name__ for t in (expected if isinstance(expected, tuple) else (expected,))]
        raise wrong_type(name, " or ".join(names), value)


def wrong_type(name, expected, value):
    """PySpark's error for an argument that is not of a type in the words `expected`.

    >>> raise wrong_type("n", "int", "ten")
    Traceback (most recent call last):
    rushlight.errors.base.PySparkTypeError: [NOT_EXPECTED_TYPE] Argument `n` should be int, got str.
    """
    return PySparkTypeError(errorClass="NOT_EXPECTED_TYPE", messageParameters={
        "arg_name": name, "expected_type": expected, "arg_type": type(value).__name__})
