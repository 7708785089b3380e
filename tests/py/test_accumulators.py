"""Accumulators: what tasks add reaches the driver, once, and only from tasks that count."""
import os
import pickle
import signal
import threading
import time

import pytest

from rushlight import Accumulator, AccumulatorParam, SparkContext, TaskContext, accumulators
from rushlight.accumulators import AddingAccumulatorParam
from rushlight.errors import EngineError, PySparkRuntimeError


class Joined(AccumulatorParam):
    """Sets of str, as one str of sorted letters."""

    def zero(self, value):
        return ""

    def addInPlace(self, a, b):
        return "".join(sorted(a + b))


class Refusing(AccumulatorParam):
    """The driver cannot add what tasks send."""

    def zero(self, value):
        return 0

    def addInPlace(self, a, b):
        if a and b:
            raise ValueError("these do not go together")
        return a or b


@pytest.fixture
def sc():
    with SparkContext("local[2]", "one test's") as context:
        yield context


# ── normal ──
@pytest.mark.parametrize("start,term,expected", [
    (1, 2, 21), (0.5, 0.25, 3.0), (1j, 1, 10 + 1j), (True, True, 11), (0, 10 ** 20, 10 ** 21)])
def test_numbers_add_up(sc, start, term, expected):
    acc = sc.accumulator(start)
    sc.parallelize(range(10), 4).foreach(lambda _: acc.add(term))
    assert acc.value == expected


def test_own_param(sc):
    letters = sc.accumulator("x", Joined())
    sc.parallelize("hello", 3).foreach(lambda c: letters.add(c))
    assert letters.value == "ehllox"


def test_list_of_a_default_param(sc):
    seen = sc.accumulator([], AddingAccumulatorParam([]))
    sc.parallelize(range(5), 1).foreach(lambda x: seen.add([x]))
    assert seen.value == [0, 1, 2, 3, 4]


def test_plus_equals_in_a_task(sc):
    acc = sc.accumulator(0)

    def note(x):
        nonlocal acc
        acc += x

    sc.parallelize(range(5)).foreach(note)
    assert acc.value == 10


def test_several_in_one_job_and_one_in_several(sc):
    a, b = sc.accumulator(0), sc.accumulator(0)
    rdd = sc.parallelize(range(8), 4).map(lambda x: (a.add(1), b.add(x)))
    rdd.count()
    assert (a.value, b.value) == (8, 28)
    rdd.count()         # computed again, and counted again
    assert (a.value, b.value) == (16, 56)


def test_driver_adds_too(sc):
    acc = sc.accumulator(1)
    acc += 5
    acc.add(2)
    sc.parallelize([1]).foreach(lambda x: acc.add(x))
    assert acc.value == 9
    acc.value = 100
    sc.parallelize([1]).foreach(lambda x: acc.add(x))
    assert acc.value == 101


def test_seen_without_asking_for_the_value(sc):
    """str() and repr() show what the last job has brought."""
    acc = sc.accumulator(0)
    sc.parallelize([1, 2]).foreach(lambda x: acc.add(x))
    assert (str(acc), repr(acc)) == ("3", f"Accumulator<id={acc.aid}, value=3>")


def test_tasks_show_their_own_sum(sc):
    acc = sc.accumulator(50)

    def add(x):
        acc.add(x)
        return str(acc)

    assert sc.parallelize([1, 2, 3], 1).map(add).collect() == ["1", "3", "6"]
    assert acc.value == 56


def test_shuffle_map_tasks_count(sc):
    acc = sc.accumulator(0)

    def note(x):
        acc.add(1)
        return x % 3, x

    shuffled = sc.parallelize(range(30), 3).map(note).groupByKey()
    shuffled.count()
    shuffled.count()        # the map stage is skipped: nothing is added
    assert acc.value == 30


def test_save_as_text_file_counts(sc, tmp_path):
    acc = sc.accumulator(0)
    sc.parallelize(range(6), 2).map(lambda x: (acc.add(1), str(x))[1]).saveAsTextFile(
        str(tmp_path / "out"))
    assert acc.value == 6


def test_take_counts_what_it_looked_at(sc):
    acc = sc.accumulator(0)
    sc.parallelize(range(100), 4).map(lambda x: (acc.add(1), x)[1]).take(1)
    assert 1 <= acc.value <= 25     # the first partition, as far as it was read


def test_elements_can_be_accumulators(sc):
    acc = sc.accumulator(0)
    assert sc.parallelize([acc, acc]).map(lambda a: a.add(2)).collect() == [None, None]
    assert acc.value == 4
    back, = sc.parallelize([0], 1).map(lambda _: acc).collect()
    assert back is acc


def test_threads_run_jobs_at_once(sc):
    acc = sc.accumulator(0)
    threads = [threading.Thread(target=sc.parallelize(range(50), 2).foreach,
                                args=(lambda x: acc.add(1),)) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert acc.value == 200


def test_value_of_a_class_that_travels_by_value(run_program):
    """Pickled by cloudpickle on the way there and back; it is the same class at the end."""
    status, out, err = run_program("""
from rushlight import AccumulatorParam, SparkContext
class Vector:
    def __init__(self, *xs): self.xs = xs
class Param(AccumulatorParam):
    def zero(self, v): return Vector(*[0] * len(v.xs))
    def addInPlace(self, a, b): return Vector(*[x + y for x, y in zip(a.xs, b.xs)])
sc = SparkContext("local[2]")
acc = sc.accumulator(Vector(1, 2), Param())
sc.parallelize(range(3), 2).foreach(lambda x: acc.add(Vector(x, 1)))
print(type(acc.value) is Vector, acc.value.xs)
""")
    assert (status, out, err) == (0, "True (4, 5)\n", "")


# ── tasks that do not count ──
def test_failed_attempts_add_nothing():
    with SparkContext("local[2,3]", "retries") as sc:
        acc = sc.accumulator(0)

        def fragile(part):
            for x in part:
                acc.add(x)
                yield x
            if TaskContext.get().attemptNumber() < 2:
                raise ValueError("not yet")

        assert sc.parallelize([1, 2, 3, 4], 2).mapPartitions(fragile).sum() == 10
        assert acc.value == 10


def test_a_job_that_fails_keeps_what_others_have_added(sc):
    acc = sc.accumulator(0)

    def fragile(x):
        acc.add(1)
        if x == 3:
            raise ValueError("no")

    with pytest.raises(EngineError, match="ValueError: no"):
        sc.parallelize([3], 1).foreach(fragile)
    assert acc.value == 0


def test_killed_workers_add_nothing(tmp_path):
    with SparkContext("local[1,2]", "killed") as sc:
        acc = sc.accumulator(0)
        first = str(tmp_path / "first")

        def die_once(x):
            acc.add(x)
            if not os.path.exists(first):
                open(first, "w").close()
                os.kill(os.getpid(), signal.SIGKILL)

        sc.parallelize([5, 6], 1).foreach(die_once)
        assert acc.value == 11


# ── errors ──
def test_value_is_the_drivers_alone(sc):
    acc = sc.accumulator(0)
    with pytest.raises(EngineError, match="VALUE_NOT_ACCESSIBLE.*`Accumulator.value`"):
        sc.parallelize([1]).map(lambda x: acc.value).collect()

    def set_it(x):
        acc.value = x

    with pytest.raises(EngineError, match="VALUE_NOT_ACCESSIBLE"):
        sc.parallelize([1]).foreach(set_it)
    with pytest.raises(EngineError, match="PySparkRuntimeError"):
        sc.parallelize([1]).foreach(lambda x: acc.value)


@pytest.mark.parametrize("value", [[1], "a", None, {}])
def test_unknown_types_need_a_param(sc, value):
    """PySpark's text."""
    with pytest.raises(TypeError, match=f"No default accumulator param for type {type(value)}"):
        sc.accumulator(value)


def test_types_take_parameters():
    """As annotations of programs have them."""
    from rushlight import Broadcast, RDDBarrier
    for generic in (Accumulator, AccumulatorParam, AddingAccumulatorParam, Broadcast, RDDBarrier):
        assert generic[int].__origin__ is generic

    class Param(AccumulatorParam[list]):
        pass

    assert issubclass(Param, AccumulatorParam)


def test_param_must_be_complete(sc):
    acc = sc.accumulator([], AccumulatorParam())
    with pytest.raises(NotImplementedError):
        acc.add([1])


def test_add_in_place_that_raises_in_a_task(sc):
    acc = sc.accumulator(0, Refusing())
    with pytest.raises(EngineError, match="these do not go together"):
        sc.parallelize([1, 2], 1).foreach(lambda x: acc.add(x))
    assert acc.value == 0


def test_a_worker_whose_caller_has_enough(sc, tmp_path):
    """As in PySpark: the workers above have been through with their little input by then."""
    acc, begun = sc.accumulator(0), str(tmp_path / "begun")

    def note(i, part):
        for x in part:
            acc.add(1)
            until = time.monotonic() + (0.2 if i else 0)
            while not os.path.exists(begun) and time.monotonic() < until:
                pass            # the next worker, if it has got something already, takes and leaves
            yield x

    def take(part):
        for x in part:
            open(begun, "w").close()
            return [x]

    rdd = sc.parallelize([1, 2], 2).mapPartitionsWithIndex(note)
    assert rdd.coalesce(1).mapPartitions(take).collect() == [1]
    assert acc.value == 2
    assert rdd.take(1) == [1]       # one worker does both, and does not go on
    assert acc.value == 3


def test_add_in_place_that_raises_on_the_driver(sc, capfd):
    """As in PySpark the job has succeeded; the rest of its task's updates are lost, and all later
    ones of the context."""
    ahead, bad, behind = sc.accumulator(0), sc.accumulator(5, Refusing()), sc.accumulator(0)

    def add(x):
        ahead.add(x)
        bad.add(x)
        behind.add(x)

    assert sc.parallelize([1], 1).map(add).count() == 1
    later = sc.accumulator(0)
    sc.parallelize([1, 2], 2).foreach(lambda x: (later.add(x), ahead.add(x)))
    later += 7
    assert (ahead.value, bad.value, behind.value, later.value) == (1, 5, 0, 7)
    err = capfd.readouterr().err
    assert err.count("What tasks add to accumulators is lost from now on") == 1
    assert "ValueError: these do not go together" in err
    sc.stop()
    with SparkContext("local[1]", "another") as other:
        good = other.accumulator(0)
        other.parallelize([1, 2], 2).foreach(lambda x: good.add(x))
        assert good.value == 3


def test_what_cannot_be_pickled_fails_the_task(sc):
    acc = sc.accumulator(None, Last())
    with pytest.raises(EngineError, match="what a task has added to an accumulator: TypeError"):
        sc.parallelize([1], 1).foreach(lambda x: acc.add(threading.Lock()))
    sc.parallelize([1], 1).foreach(lambda x: acc.add("fine"))   # the worker goes on
    assert acc.value == "fine"


class Last(AccumulatorParam):
    def zero(self, value):
        return None

    def addInPlace(self, a, b):
        return b


# ── life ──
def test_values_outlive_the_context():
    with SparkContext("local[1]", "short") as sc:
        acc = sc.accumulator(0)
        sc.parallelize([1, 2]).foreach(lambda x: acc.add(x))
    assert acc.value == 3
    acc += 1
    assert acc.value == 4


def test_a_fork_of_the_driver_reads_what_was_there(sc):
    acc = sc.accumulator(0)
    sc.parallelize([1, 2]).foreach(lambda x: acc.add(x))
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            acc.add(1)
            status = 0 if acc.value == 4 else 2
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0
    assert acc.value == 3


def test_numbers_are_never_given_twice(sc):
    a, b = sc.accumulator(0), sc.accumulator(0)
    assert b.aid == a.aid + 1
    assert isinstance(a, Accumulator)


def test_dropped_accumulators_leave_nothing(sc):
    before = len(accumulators._accumulatorRegistry)
    for _ in range(100):
        acc = sc.accumulator(0)
        acc.add(1)
    del acc
    assert len(accumulators._accumulatorRegistry) == before


def test_workers_start_each_task_from_zero():
    with SparkContext("local[1]", "one worker") as sc:
        acc = sc.accumulator(0)
        for n in (1, 2, 3):
            sc.parallelize([n], 1).foreach(lambda x: acc.add(x))
        sc.parallelize([0], 1).count()      # in the same worker, without the accumulator
        assert acc.value == 6


def test_pickle_on_the_driver_is_the_accumulator_itself(sc):
    acc = sc.accumulator(7)
    assert pickle.loads(pickle.dumps(acc)) is acc
    with pytest.raises(PySparkRuntimeError, match="VALUE_NOT_ACCESSIBLE"):
        accumulators._deserialize_accumulator(-5, 0, accumulators.INT_ACCUMULATOR_PARAM).value
