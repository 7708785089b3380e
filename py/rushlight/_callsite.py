"""Where in the user's program something was asked for.

Every public operator is wrapped by @operator.  The outermost one that runs on a thread notes its
caller; what it is composed of (a join is a union, a groupByKey and a flatMapValues) inherits that
note, so that stages, jobs and pictures speak of the line the user wrote.

A call is a tuple, as the engine takes it:

    ("reduceByKey", "reduceByKey at app.py:9", "count (app.py:9)\\n<module> (app.py:14)")
     operator        short form                 long form: the user's stack, innermost first

Not every caller is the user's program: an evaluator collects, a model's summary is computed when
it is first asked for (by functools), a grid is fitted in a pool of threads.  So the caller is the
first frame on the way out that is neither this package's nor one that calls back for it; a thread
that the package has started remembers where the user stood then.

An error that a user can mend shows him two frames: his own line, and the operator as he knows it.

    File "app.py", line 9, in <module>
      rdd.map(f).collect()
    File ".../rushlight/_actions.py", line 31, in collect
      def collect(self):

Mirrors pyspark.traceback_utils (SCCallSiteSync, first_spark_call).
"""
import functools
import os
import sys
import threading

from rushlight.errors import PySparkException

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_STACK_DEPTH = 20   # frames of a long form; Spark's spark.callstack.depth
_LIBRARY = os.path.dirname(threading.__file__)
_CALL_BACK = {functools.__file__, threading.__file__,
              os.path.join(_LIBRARY, "multiprocessing", "pool.py"),
              os.path.join(_LIBRARY, "concurrent", "futures", "thread.py")}


class _Current(threading.local):
    call = None
    start = None    # of a thread that has no frame of the user's: the call of who started it


_current = _Current()


def _shown(path):
    """A path as text that the engine takes: bytes that are no UTF-8 become question marks."""
    return path.encode("utf-8", "replace").decode()


def call_at(name, frame):
    """The call of operator `name` from the user's `frame`."""
    short_form = f"{name} at {_shown(frame.f_code.co_filename)}:{frame.f_lineno}"
    lines = []
    while frame is not None and len(lines) < _STACK_DEPTH:
        code = frame.f_code
        if code.co_filename.startswith(_PACKAGE):
            break       # the launcher (rushlight submit) that runs the user's program
        lines.append(f"{code.co_name} ({_shown(code.co_filename)}:{frame.f_lineno})")
        frame = frame.f_back
    return name, short_form, "\n".join(lines)


def _users_frame(frame):
    """`frame` or the first around it that is the user's; None: all are between us."""
    while frame is not None and (frame.f_code.co_filename.startswith(_PACKAGE)
                                 or frame.f_code.co_filename in _CALL_BACK):
        frame = frame.f_back
    return frame


def call_from(name, frame):
    """The call of operator `name` that the user's program has made, directly or not, and that
    `frame` is part of."""
    users = _users_frame(frame)
    if users is None and _current.start is not None:
        _, short_form, long_form = _current.start
        return name, f"{name} at {short_form.rpartition(' at ')[2]}", long_form
    return call_at(name, users or frame)


def user_call(name):
    """The call that is under way, or one of this name from where the user's program stands."""
    return _current.call or call_from(name, sys._getframe(1))


def started_here(f):
    """`f` for a thread: what it calls, the user's program calls from where it stands now."""
    start = user_call("start")

    @functools.wraps(f)
    def target(*args, **kwargs):
        before, _current.start = _current.start, start
        try:
            return f(*args, **kwargs)
        finally:
            _current.start = before

    return target


def current_call():
    """The call that is under way on this thread.  Only inside an operator."""
    return _current.call


def renamed(call, short_form):
    """The same place under another short form: Spark names some jobs after its own files."""
    return call[0], short_form, call[2]


def _without_ours(frames):
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(_PACKAGE):
        frames = frames.tb_next
    return frames


def _same_line_table(code):
    """The line table of `code` if all of it stood on its first line, in CPython's format: a byte
    that says for how many instructions (from 3.11 on) or bytes, and a line delta of 0."""
    if sys.version_info >= (3, 11):     # Objects/locations.md: entries without columns
        eights, rest = divmod(len(code.co_code) // 2, 8)
        return b"\xef\0" * eights + (bytes((0xe8 + rest - 1, 0)) if rest else b"")
    most, rest = divmod(len(code.co_code), 254)     # Objects/lnotab_notes.txt
    return b"\xfe\0" * most + (bytes((rest, 0)) if rest else b"")


def _seen_as(method, code):
    """`code` as tracebacks shall show it: at the line where `method` is defined, under its name.
    A wrapper cannot take its own frame out of a traceback, but it can look like what it wraps."""
    wrapped = method.__code__
    return code.replace(co_name=method.__name__, co_filename=wrapped.co_filename,
                        co_firstlineno=wrapped.co_firstlineno + 1,      # below the decorator
                        co_linetable=_same_line_table(code))


def operator(method, name=None):
    """Marks a method as one that users call; see above."""
    name = name or method.__name__

    @functools.wraps(method)
    def noted(*args, **kwargs):
        if _current.call is not None:
            return method(*args, **kwargs)
        _current.call = call_from(name, sys._getframe(1))
        try:
            return method(*args, **kwargs)
        except PySparkException as e:
            # What failed is the user's or the engine's: the frames of this package in between
            # would only hide the line that the user wrote.
            raise e.with_traceback(_without_ours(e.__traceback__)) from e.__cause__
        finally:
            _current.call = None

    noted.__code__ = _seen_as(method, noted.__code__)
    return noted
