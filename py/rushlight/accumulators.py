"""Accumulators: variables that tasks add to and the driver reads.

    driver                                 worker, one task
    acc = sc.accumulator(0)  ── pickled ─▶ acc, from zero
                                           acc += 1, acc += 1
    acc.value == 2  ◀── (id, 2) with the task's outcome, if it succeeded

A task begins with the zero of the accumulator's AccumulatorParam and sends its sum when it ends.
Which sums count is the scheduler's decision, and Spark's rule: a task that failed adds nothing, a
partition of a result counts once however often it is computed, and each success of a shuffle map
task counts.  The driver adds the sums in the order in which the tasks ended, after each job and
whenever a value is read.

Mirrors pyspark.accumulators and org.apache.spark.api.python.PythonAccumulatorV2.
"""
import pickle
import sys
import threading
import traceback
import weakref
from types import GenericAlias

from rushlight.errors import PySparkPicklingError, PySparkRuntimeError

__all__ = ["Accumulator", "AccumulatorParam"]

# Of this process, by id; who drops an accumulator has no use for what is added to it any more.
_accumulatorRegistry = weakref.WeakValueDictionary()
_of_task = []           # in a worker: the accumulators of the running task, which hold its sums
_adding = threading.RLock()     # the driver's threads add one after the other


def _deserialize_accumulator(aid, zero_value, accum_param):
    """An accumulator as it arrives in another process: the one that is there, or one at zero."""
    known = _accumulatorRegistry.get(aid)
    if known is not None:
        return known
    accumulator = Accumulator(aid, zero_value, accum_param)
    accumulator._deserialized = True
    worker = sys.modules.get("rushlight.worker")
    if worker is not None and worker.in_worker:
        _of_task.append(accumulator)
    return accumulator


class Accumulator:
    """A variable that tasks add to, with `+=` or add(), and only the driver reads.

    `SparkContext.accumulator` makes it.  Numbers know how they are added; for other values an
    AccumulatorParam says so.

    >>> long_words = sc.accumulator(0)
    >>> def note(word):
    ...     if len(word) > 4:
    ...         long_words.add(1)
    >>> sc.parallelize(["to", "sleep", "perchance", "to", "dream"]).foreach(note)
    >>> long_words.value
    3
    """

    __class_getitem__ = classmethod(GenericAlias)       # Accumulator[int], in annotations

    def __init__(self, aid, value, accum_param):
        self.aid = aid
        self.accum_param = accum_param
        self._value = value
        self._deserialized = False
        _accumulatorRegistry[aid] = self

    def __reduce__(self):
        param = self.accum_param
        return _deserialize_accumulator, (self.aid, param.zero(self._value), param)

    @property
    def value(self):
        """What was added up so far; to be read and set on the driver alone.

        >>> total = sc.accumulator(10)
        >>> total.value = 20
        >>> total += 5
        >>> total.value
        25
        """
        self._check_on_driver()
        collect()
        return self._value

    @value.setter
    def value(self, value):
        self._check_on_driver()
        collect()
        self._value = value

    def _check_on_driver(self):
        if self._deserialized:
            raise PySparkRuntimeError(errorClass="VALUE_NOT_ACCESSIBLE",
                                      messageParameters={"value": "Accumulator.value"})

    def add(self, term):
        """Adds a term.

        >>> total = sc.accumulator(1.5)
        >>> total.add(2)
        >>> total.value
        3.5
        """
        self._value = self.accum_param.addInPlace(self._value, term)

    def __iadd__(self, term):
        self.add(term)
        return self

    def __str__(self):
        return str(self._value)

    def __repr__(self):
        return f"Accumulator<id={self.aid}, value={self._value}>"


class AccumulatorParam:
    """How values of a type are added: to be derived from.

    >>> from rushlight import AccumulatorParam
    >>> class Longest(AccumulatorParam):
    ...     def zero(self, value):
    ...         return ""
    ...     def addInPlace(self, a, b):
    ...         return max(a, b, key=len)
    >>> longest = sc.accumulator("", Longest())
    >>> sc.parallelize(["to", "sleep", "perchance"]).foreach(lambda word: longest.add(word))
    >>> longest.value
    'perchance'
    """

    __class_getitem__ = classmethod(GenericAlias)

    def zero(self, value):
        """The value from which each task begins; `value` is the accumulator's, as a pattern."""
        raise NotImplementedError

    def addInPlace(self, value1, value2):
        """The sum of both; `value1` may be changed and returned."""
        raise NotImplementedError


class AddingAccumulatorParam(AccumulatorParam):
    """Adds with `+=`, from a given zero.

    >>> from rushlight.accumulators import AddingAccumulatorParam
    >>> seen = sc.accumulator([], AddingAccumulatorParam([]))
    >>> sc.parallelize([3, 4], 1).foreach(lambda x: seen.add([x]))
    >>> seen.value
    [3, 4]
    """

    def __init__(self, zero_value):
        self.zero_value = zero_value

    def zero(self, value):
        return self.zero_value

    def addInPlace(self, value1, value2):
        value1 += value2
        return value1


INT_ACCUMULATOR_PARAM = AddingAccumulatorParam(0)
FLOAT_ACCUMULATOR_PARAM = AddingAccumulatorParam(0.0)
COMPLEX_ACCUMULATOR_PARAM = AddingAccumulatorParam(0.0j)


def default_param(value):
    """How a value is added if nobody says; TypeError: nobody but the user knows."""
    for kind, param in ((int, INT_ACCUMULATOR_PARAM), (float, FLOAT_ACCUMULATOR_PARAM),
                        (complex, COMPLEX_ACCUMULATOR_PARAM)):
        if isinstance(value, kind):
            return param
    raise TypeError(f"No default accumulator param for type {type(value)}: give an "
                    "AccumulatorParam, which says how such values are added")


# ── the worker's side ──
def begin_task():
    """Each task adds from zero."""
    _of_task.clear()
    _accumulatorRegistry.clear()


def end_task():
    """What the task has added, pickled; None: it had no accumulators."""
    if not _of_task:
        return None
    updates = [(accumulator.aid, accumulator._value) for accumulator in _of_task]
    try:
        return pickle.dumps(updates, pickle.HIGHEST_PROTOCOL)
    except Exception:
        pass        # a value of a class that travels by value, perhaps
    import cloudpickle
    try:
        return cloudpickle.dumps(updates, pickle.HIGHEST_PROTOCOL)
    except Exception as e:
        raise PySparkPicklingError(
            f"Could not serialize what a task has added to an accumulator: {type(e).__name__}: {e}")


# ── the driver's side ──
def collect():
    """Adds what tasks have sent since the last time."""
    module = sys.modules.get("rushlight.context")
    context = module and module.SparkContext._active_spark_context
    if context is None:
        return
    from rushlight import _lifecycle
    if _lifecycle.has_begun():      # a fork of the driver has the sums as they were
        take_from(context)


def take_from(context):
    """The same, of one context.  The job that a sum came from has succeeded and keeps its result
    even if the sum cannot be added.

    As in PySpark, where an exception of addInPlace breaks the connection that sums come by: the
    rest of the task's sums and all later ones of the context are lost.  stderr tells.
    """
    engine = context._engine_context
    if engine is None:
        return              # stopped, by another thread
    with _adding:
        for updates in engine.take_accumulator_updates():
            if context._accumulators_broken:
                continue
            try:
                _add(pickle.loads(updates))
            except Exception:
                context._accumulators_broken = True
                print("What tasks add to accumulators is lost from now on, in this SparkContext:",
                      traceback.format_exc(), sep="\n", end="", file=sys.stderr)


def _add(updates):
    for aid, term in updates:
        accumulator = _accumulatorRegistry.get(aid)
        if accumulator is not None:
            accumulator += term
