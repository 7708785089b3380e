"""Objects and functions as bytes, and back.

Two picklers.  The standard one is quick and is always there; cloudpickle, which can send a lambda
or a class of __main__ by value, takes some 20 ms to import.  So data, and functions that workers
can import by name, go through the standard one, and the first thing that must travel by value
brings cloudpickle in.
"""
import io
import pickle
import sys
import traceback
from types import FunctionType

from rushlight.errors import PySparkException, PySparkPicklingError

loads = pickle.loads


class _ByValue(Exception):
    """Raised inside the standard pickler where only cloudpickle will do."""


class _Pickler(pickle.Pickler):
    """The standard pickler, stopped at the first function or class that workers cannot import.

    reducer_override is called for everything that is not of a built-in type, before anything of
    it is written.
    """

    def reducer_override(self, obj):
        if isinstance(obj, (FunctionType, type)) and _must_go_by_value(obj):
            raise _ByValue
        return NotImplemented


def _must_go_by_value(obj):
    module = getattr(obj, "__module__", None)
    return module in (None, "__main__") or module not in sys.modules or "<" in obj.__qualname__


def dumps(obj):
    """`obj` pickled, with whatever functions and classes it holds."""
    out = io.BytesIO()
    try:
        if not _modules_by_value():
            _Pickler(out, pickle.HIGHEST_PROTOCOL).dump(obj)
            return out.getvalue()
    except Exception:
        pass            # cloudpickle can do more; if it cannot either, it says what is wrong
    return _cloud_dumps(obj)


def _modules_by_value():
    """Whether the program asked cloudpickle to send some module's functions by value."""
    cloudpickle = sys.modules.get("cloudpickle")
    return cloudpickle is not None and bool(cloudpickle.list_registry_pickle_by_value())


def _cloud_dumps(obj):
    import cloudpickle
    try:
        return cloudpickle.dumps(obj, pickle.HIGHEST_PROTOCOL)
    except Exception as e:
        raise PySparkPicklingError(
            f"Could not serialize object: {type(e).__name__}: {e}") from _cause_to_show(e)


def _cause_to_show(error):
    """The error, if its traceback leads into the user's code: a __reduce__, a __getstate__."""
    if isinstance(error, PySparkException):
        return None
    inner = [frame.f_globals.get("__name__", "").partition(".")[0]
             for frame, _ in traceback.walk_tb(error.__traceback__)]
    return None if set(inner) <= {"rushlight", "cloudpickle", "copyreg"} else error


def dumps_command(chain):
    """A chain as a worker's command: a list of (operator, argument…, place).

    `chain` is a list of (call, op); the place is where the user wrote it.  If an op cannot be
    pickled the error says which.
    """
    try:
        return dumps([(*op, call[1]) for call, op in chain])
    except PySparkPicklingError as e:
        error = e
    for call, op in chain:
        try:
            dumps(op)
        except PySparkPicklingError as e:
            raise PySparkPicklingError(f"{e} (in what was given to {call[1]})") from e.__cause__
    raise error
