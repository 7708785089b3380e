"""Broadcasts: values that every task reads, sent once and not with each function.

    driver                         <local dir>/broadcast_0        worker
    b = sc.broadcast(table) ─────▶ the pickled value ───────────▶ b.value
    rdd.map(lambda x: b.value[x])       ▲ read when a task of the worker first asks for it,
        └ carries b's number only ──────┘ kept while its tasks use it

Pickling a function notes which broadcasts it uses (a thread's BroadcastPickleRegistry); the
engine's RDD then holds on to them, and its tasks are told where the files are.  A file goes when
the program and every RDD have let go of it, when it is destroyed, or with the context.

Mirrors pyspark.core.broadcast.
"""
import gc
import os
import pickle
import sys
import threading
from types import GenericAlias

from rushlight.errors import PySparkPicklingError, PySparkRuntimeError

__all__ = ["Broadcast"]

_broadcastRegistry = {}     # in a worker: id → Broadcast, of those that its tasks use


def _from_id(bid):
    """A broadcast as it arrives in a worker."""
    version, path = _of_task().get(bid, (None, None))
    if path is None:
        raise PySparkRuntimeError(errorClass="BROADCAST_VARIABLE_NOT_LOADED",
                                  messageParameters={"variable": str(bid)})
    known = _broadcastRegistry.get(bid)
    if known is None or known._version != version:
        known = _broadcastRegistry[bid] = Broadcast(path=path)
        known._version = version
    return known


def _of_task():
    """The broadcasts that the running task may use: id → (version, path)."""
    from rushlight.worker import current_task
    task = current_task() or {}
    return {bid: (version, path) for bid, version, path in task.get("broadcasts", ())}


def begin_task():
    """A worker forgets values that its task does not use."""
    if _broadcastRegistry:
        for bid in _broadcastRegistry.keys() - _of_task().keys():
            del _broadcastRegistry[bid]


class Broadcast:
    """A value that every task can read; `SparkContext.broadcast` makes it.

    >>> names = sc.broadcast({"de": "Germany", "fr": "France"})
    >>> sc.parallelize(["fr", "de", "fr"]).map(lambda code: names.value[code]).collect()
    ['France', 'Germany', 'France']
    >>> names.destroy()
    """

    __class_getitem__ = classmethod(GenericAlias)       # Broadcast[dict], in annotations

    def __init__(self, sc=None, value=None, pickle_registry=None, path=None, sock_file=None):
        self._handle = None     # the engine's, on the driver
        self._pickle_registry = pickle_registry
        if sc is not None:
            self._id, self._path = sc._next_broadcast()
            self._write(value)
            from rushlight import _engine
            self._handle = _engine.Broadcast(self._id, self._path)
        elif sock_file is not None:
            self._value = self.load(sock_file)
        else:
            assert path is not None
            self._path = path

    def _write(self, value):
        with open(self._path, "xb") as f:
            try:
                self.dump(value, f)
            except BaseException:
                os.unlink(self._path)
                raise

    def dump(self, value, f):
        """Writes a value, pickled, to an open file, and closes that.

        >>> import os, tempfile
        >>> b = sc.broadcast([1, 2, 3])
        >>> path = os.path.join(tempfile.mkdtemp(), "value")
        >>> b.dump([4, 5], open(path, "wb"))
        >>> b.load_from_path(path)
        [4, 5]
        """
        try:
            pickle.dump(value, f, pickle.HIGHEST_PROTOCOL)
        except pickle.PickleError:
            raise
        except Exception as e:
            raise PySparkPicklingError(
                f"Could not serialize broadcast: {type(e).__name__}: {e}") from e
        f.close()

    def load_from_path(self, path):
        """The value that dump() has written to a file of this name.

        >>> import os, tempfile
        >>> b = sc.broadcast("x")
        >>> path = os.path.join(tempfile.mkdtemp(), "value")
        >>> b.dump({"a": 1}, open(path, "wb"))
        >>> b.load_from_path(path)
        {'a': 1}
        """
        with open(path, "rb", 1 << 20) as f:
            return self.load(f)

    def load(self, file):
        """The value that dump() has written to an open file.

        >>> import io, pickle
        >>> sc.broadcast("x").load(io.BytesIO(pickle.dumps([1, 2])))
        [1, 2]
        """
        was_enabled = gc.isenabled()
        gc.disable()            # many new objects, and none of them garbage
        try:
            return pickle.load(file)
        finally:
            if was_enabled:
                gc.enable()

    @property
    def value(self):
        """The value: read from its file where it is asked for first.

        >>> sc.broadcast([1, 2, 3]).value
        [1, 2, 3]
        """
        if not hasattr(self, "_value"):
            self._value = self.load_from_path(self._path)
        return self._value

    def unpersist(self, blocking=False):
        """Workers forget the value, and read it again if another task uses it.  They do so at the
        beginning of their next task: there is nothing to wait for, so blocking waits for nothing.

        >>> b = sc.broadcast([1])
        >>> b.unpersist()
        >>> sc.parallelize([0]).map(lambda i: b.value[i]).collect()
        [1]
        """
        self._check_on_driver("unpersisted")
        self._handle.unpersist()

    def destroy(self, blocking=False):
        """Removes the value for good: a job that uses it fails from now on.  The file is gone when
        this returns, whether blocking or not.

        >>> b = sc.broadcast([1])
        >>> b.destroy()
        >>> b.destroy()
        Traceback (most recent call last):
            ...
        rushlight.errors.engine.SparkRuntimeException: ...Broadcast(...) after it was destroyed...
        """
        self._check_on_driver("destroyed")
        from rushlight._callsite import call_from
        self._handle.destroy(call_from("destroy", sys._getframe(1)))

    def __reduce__(self):
        self._check_on_driver("serialized")
        self._pickle_registry.add(self)
        return _from_id, (self._id,)

    def _check_on_driver(self, operation):
        if self._handle is None:
            raise PySparkRuntimeError(errorClass="INVALID_BROADCAST_OPERATION",
                                      messageParameters={"operation": operation})


class BroadcastPickleRegistry(threading.local):
    """The broadcasts that a thread has pickled since it last made an RDD of functions."""

    def __init__(self):
        self._registry = set()

    def __iter__(self):
        return iter(self._registry)

    def add(self, bcast):
        """Notes a broadcast that was pickled."""
        self._registry.add(bcast)

    def clear(self):
        """Forgets all."""
        self._registry.clear()

    def take(self):
        """All of them, in the order in which they were made; the next ones are another RDD's."""
        taken = sorted(self._registry, key=lambda bcast: bcast._id)
        self.clear()
        return taken
