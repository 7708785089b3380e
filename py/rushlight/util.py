"""Threads that inherit local properties, and methods of keyword arguments.

Mirrors the part of pyspark.util that programs use.
"""
import functools
import threading

from rushlight._callsite import started_here
from rushlight.errors import NotThereYet

__all__ = ["InheritableThread", "inheritable_thread_target", "keyword_only"]


def keyword_only(func):
    """Wraps a method that takes keyword arguments alone, and keeps those that were given in the
    object's _input_kwargs: constructors of stages of machine learning begin so.

    >>> class Stage:
    ...     @keyword_only
    ...     def __init__(self, *, k=2, seed=None):
    ...         self.given = self._input_kwargs
    >>> Stage(k=3).given
    {'k': 3}
    """
    @functools.wraps(func)
    def wrapper(self, *args, **kwargs):
        if args:
            raise TypeError(f"Method {func.__name__} forces keyword arguments.")
        self._input_kwargs = kwargs
        return func(self, **kwargs)

    return wrapper


def _active_context():
    from rushlight.context import SparkContext
    return SparkContext._active_spark_context


def inheritable_thread_target(f):
    """Wraps a thread's target: it runs with the local properties that are set now, here.

    >>> import threading
    >>> sc.setLocalProperty("spark.scheduler.pool", "quick")
    >>> seen = []
    >>> target = inheritable_thread_target(
    ...     lambda: seen.append(sc.getLocalProperty("spark.scheduler.pool")))
    >>> thread = threading.Thread(target=target)
    >>> thread.start(); thread.join(); seen
    ['quick']
    """
    context = _active_context()
    if context is None:
        return f            # there is nothing to inherit
    properties = dict(context._local.properties)

    @functools.wraps(f)
    def target(*args, **kwargs):
        context._local.properties = dict(properties)
        return f(*args, **kwargs)

    return started_here(target)


class InheritableThread(threading.Thread):
    """A thread that starts with the local properties (job group, pool) of the one that starts it.

    >>> sc.setJobGroup("nightly", "an example")
    >>> seen = []
    >>> thread = InheritableThread(lambda: seen.append(sc.getLocalProperty("spark.jobGroup.id")))
    >>> thread.start(); thread.join(); seen
    ['nightly']
    """

    def __init__(self, target, *args, session=None, **kwargs):
        if session is not None:
            raise NotThereYet("InheritableThread(session=…)")
        self._target_of_user = target
        super().__init__(*args, target=self._run_target, **kwargs)

    def start(self):
        self._inheriting_target = inheritable_thread_target(self._target_of_user)
        super().start()

    def _run_target(self, *args, **kwargs):
        return self._inheriting_target(*args, **kwargs)
