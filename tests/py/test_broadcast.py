"""Broadcasts: read in every task, kept while used, gone without a trace."""
import gc
import io
import os
import pickle
import signal
import threading

import pytest

from rushlight import Broadcast, SparkContext
from rushlight.errors import EngineError, PySparkRuntimeError


def files_of(sc):
    """The broadcasts' files that are there."""
    return sorted(name for name in os.listdir(sc._engine.local_dir())
                  if name.startswith("broadcast_"))


@pytest.fixture
def sc():
    with SparkContext("local[2]", "one test's") as context:
        yield context


# ── normal ──
def test_tasks_read_the_value(sc):
    table = sc.broadcast({1: "one", 2: "two"})
    assert sc.parallelize([2, 1, 2], 3).map(lambda i: table.value[i]).collect() == [
        "two", "one", "two"]
    assert table.value == {1: "one", 2: "two"}


def test_several_in_one_function(sc):
    a, b = sc.broadcast(10), sc.broadcast([1, 2])
    rdd = sc.parallelize([0, 1], 2).map(lambda i: a.value + b.value[i])
    assert rdd.map(lambda x: x * a.value).collect() == [110, 120]


def test_read_in_every_kind_of_task(sc):
    keep = sc.broadcast({1, 2})
    pairs = sc.parallelize([(1, "a"), (3, "b"), (2, "c")], 2).filter(lambda kv: kv[0] in keep.value)
    reduced = pairs.reduceByKey(lambda a, b: a + b).mapValues(lambda v: (v, len(keep.value)))
    assert sorted(reduced.collect()) == [(1, ("a", 2)), (2, ("c", 2))]
    parts = pairs.partitionBy(2, lambda k: k + len(keep.value)).glom().collect()
    assert [sorted(k for k, _ in part) for part in parts] == [[2], [1]]


def test_a_worker_reads_it_once_and_keeps_it(sc):
    value = sc.broadcast([0])
    rdd = sc.parallelize([0], 1).map(lambda _: (os.getpid(), id(value.value)))
    seen = {rdd.collect()[0] for _ in range(5)}
    assert len(seen) == len({pid for pid, _ in seen})


def test_what_tasks_change_is_theirs(sc):
    value = sc.broadcast([0])
    sc.parallelize([1], 1).foreach(lambda x: value.value.append(x))
    assert value.value == [0]


def test_unpersist_makes_workers_read_again(sc):
    value = sc.broadcast([0])
    rdd = sc.parallelize([1], 1).map(lambda x: (value.value.append(x), len(value.value))[1])
    assert [rdd.collect(), rdd.collect()] == [[2], [3]]     # one worker, which keeps its copy
    value.unpersist()
    assert rdd.collect() == [2]
    value.unpersist(blocking=True)
    assert rdd.collect() == [2]


def test_a_worker_drops_what_its_tasks_do_not_use(sc):
    value = sc.broadcast([0])
    rdd = sc.parallelize([1], 1).map(lambda x: (value.value.append(x), len(value.value))[1])
    assert rdd.collect() == [2]
    sc.parallelize([0], 1).count()
    assert rdd.collect() == [2]


def test_big_values(sc):
    big = sc.broadcast(bytes(range(256)) * 400_000)     # 100 MB
    assert sc.parallelize([5, 256 * 399_999], 2).map(lambda i: big.value[i]).collect() == [5, 0]
    big.destroy()


def test_elements_can_be_broadcasts(sc):
    value = sc.broadcast("x")
    assert sc.parallelize([value]).map(lambda b: b.value).collect() == ["x"]


def test_broadcast_in_a_broadcast(sc):
    outer = sc.broadcast([sc.broadcast("inner")])
    assert sc.parallelize([0]).map(lambda i: outer.value[i].value).collect() == ["inner"]


def test_driver_reads_a_copy(sc):
    """As in PySpark: what the program changes afterwards is not broadcast."""
    original = [1]
    value = sc.broadcast(original)
    original.append(2)
    assert value.value == [1] and value.value is value.value


def test_dump_and_load(sc, tmp_path):
    value, path = sc.broadcast(0), tmp_path / "dumped"
    with open(path, "wb") as f:
        value.dump([1, (2,)], f)
    assert value.load_from_path(path) == [1, (2,)]
    assert value.load(io.BytesIO(path.read_bytes())) == [1, (2,)]
    assert gc.isenabled()
    assert Broadcast(path=str(path)).value == [1, (2,)]


def test_threads_use_their_own(sc):
    found = {}

    def use(n):
        value = sc.broadcast(n)
        found[n] = sc.parallelize(range(4), 2).map(lambda x: x * value.value).sum()

    threads = [threading.Thread(target=use, args=(n,)) for n in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert found == {n: 6 * n for n in range(6)}


def test_killed_worker_reads_again(tmp_path):
    with SparkContext("local[1,2]", "killed") as sc:
        value, first = sc.broadcast("v"), str(tmp_path / "first")

        def die_once(x):
            if not os.path.exists(first):
                open(first, "w").close()
                os.kill(os.getpid(), signal.SIGKILL)
            return value.value

        assert sc.parallelize([0], 1).map(die_once).collect() == ["v"]


# ── files ──
def test_destroyed_file_is_gone(sc):
    value = sc.broadcast([1])
    assert len(files_of(sc)) == 1
    value.destroy()
    assert files_of(sc) == []


def test_dropped_file_is_gone_when_no_rdd_needs_it(sc):
    value = sc.broadcast([1])
    rdd = sc.parallelize([0], 1).map(lambda i: value.value[i])
    assert rdd.collect() == [1]
    del value
    gc.collect()
    assert rdd.collect() == [1] and len(files_of(sc)) == 1
    del rdd
    gc.collect()
    sc.parallelize([0]).count()        # a job's last stage may outlive the call by a moment
    for _ in range(1000):
        if files_of(sc) == []:
            break
        sc.parallelize([0]).count()
    assert files_of(sc) == []


def test_a_shuffle_keeps_it(sc):
    value = sc.broadcast(3)
    pairs = sc.parallelize(range(6), 2).map(lambda x: (x % value.value, x)).groupByKey()
    del value
    gc.collect()
    assert sorted((k, sorted(v)) for k, v in pairs.collect()) == [
        (0, [0, 3]), (1, [1, 4]), (2, [2, 5])]


def test_many_leave_nothing(sc):
    for n in range(50):
        value = sc.broadcast(n)
        assert sc.parallelize([1], 1).map(lambda x: x + value.value).collect() == [n + 1]
    for _ in range(1000):
        if len(files_of(sc)) <= 1:
            break
        sc.parallelize([0]).count()
    assert len(files_of(sc)) <= 1


def test_stopping_removes_all():
    with SparkContext("local[1]", "short") as sc:
        value = sc.broadcast([1])
        folder = sc._engine.local_dir()
        assert os.path.exists(folder)
    assert not os.path.exists(folder)
    value.unpersist()       # nothing is left to be done
    del value
    gc.collect()


def test_a_fork_of_the_driver_removes_nothing(sc):
    value = sc.broadcast([1])
    pid = os.fork()
    if pid == 0:
        try:
            del value
            gc.collect()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    assert sc.parallelize([0], 1).map(lambda i: value.value[i]).collect() == [1]


# ── errors; classes and texts as PySpark has them ──
def test_after_destroy(sc):
    value, unread = sc.broadcast([1]), sc.broadcast([2])
    rdd = sc.parallelize([0], 1).map(lambda i: value.value[i])
    assert (rdd.collect(), value.value) == ([1], [1])
    value.destroy(blocking=True)
    unread.destroy()
    for use in (rdd.collect, sc.parallelize([0]).map(lambda i: value.value[i]).collect,
                value.destroy, value.unpersist):
        with pytest.raises(EngineError, match=r"Attempted to use Broadcast\(0\) after it was "
                                              "destroyed") as caught:
            use()
        assert caught.value.java_exception.toString().startswith("org.apache.spark.SparkException")
        assert f"(destroy at {__file__}:" in str(caught.value)
    assert value.value == [1]       # the driver's copy, which it has read before
    with pytest.raises(FileNotFoundError):
        unread.value


@pytest.mark.parametrize("on_map_side,act,said,stages", [
    (False, lambda rdd: rdd.collect(), "Task not serializable: ", None),
    (False, lambda rdd: rdd.take(1), "Task serialization failed: ", [2, 0]),
    (True, lambda rdd: rdd.collect(), "Task serialization failed: ", [0, 0]),
    (True, lambda rdd: rdd.take(1), "Task serialization failed: ", [0, 0])])
def test_no_task_begins_that_uses_a_destroyed_one(sc, on_map_side, act, said, stages):
    """collect() fails before there is a job; else the stage that uses it is not begun."""
    value, tracker = sc.broadcast([1]), sc.statusTracker()
    pairs, use = sc.parallelize([(0, 1), (1, 1)], 2), lambda kv: (kv[0], value.value)
    rdd = (pairs.map(use).reduceByKey(max, 2) if on_map_side
           else pairs.reduceByKey(max, 2).map(use))
    value.destroy()
    before = len(tracker.getJobIdsForGroup())
    with pytest.raises(EngineError, match=said + r".INTERNAL_ERROR_BROADCAST. Attempted to use "):
        act(rdd)
    jobs = tracker.getJobIdsForGroup()[:len(tracker.getJobIdsForGroup()) - before]
    assert [tracker.getJobInfo(job).status for job in jobs] == (["FAILED"] if stages else [])
    for job in jobs:
        infos = [tracker.getStageInfo(s) for s in tracker.getJobInfo(job).stageIds]
        assert [s.numCompletedTasks for s in infos] == stages
        assert sum(s.numActiveTasks + s.numFailedTasks for s in infos) == 0
    assert pairs.count() == 2       # the scheduler goes on


@pytest.mark.parametrize("use,operation", [
    (lambda b: b.unpersist(), "unpersisted"), (lambda b: b.destroy(), "destroyed"),
    (lambda b: b, "serialized")])
def test_workers_only_read(sc, use, operation):
    value = sc.broadcast(1)
    with pytest.raises(EngineError, match="INVALID_BROADCAST_OPERATION.*Broadcast can only be "
                                          f"{operation} in driver"):
        sc.parallelize([1]).map(lambda x: use(value)).collect()


@pytest.mark.parametrize("make,words", [
    (lambda: threading.Lock(), "TypeError: cannot pickle '_thread.lock' object"),
    (lambda: (x for x in [1]), "TypeError: cannot pickle 'generator' object"),
    (lambda: lambda x: x, "Can't pickle|Can't get local object")])
def test_what_cannot_be_pickled(sc, make, words):
    with pytest.raises(pickle.PicklingError, match=words):
        sc.broadcast(make())
    assert files_of(sc) == []


def test_a_function_that_cannot_be_pickled_leaves_nothing_to_the_next(sc):
    value, lock = sc.broadcast(1), threading.Lock()
    with pytest.raises(pickle.PicklingError, match="cannot pickle '_thread.lock' object"):
        sc.parallelize([1]).map(lambda x: (value.value, lock)).count()
    value.destroy()
    assert sc.parallelize([1]).map(lambda x: x + 1).collect() == [2]


def test_a_disk_that_cannot_take_it(sc, monkeypatch, tmp_path):
    monkeypatch.setattr(sc, "_next_broadcast", lambda: (99, str(tmp_path / "no" / "folder")))
    with pytest.raises(FileNotFoundError) as caught:
        sc.broadcast(1)
    assert caught.value.__context__ is None


def test_not_an_rdd_nor_a_context(sc):
    with pytest.raises(pickle.PicklingError, match="RDD_TRANSFORM_ONLY_VALID_ON_DRIVER"):
        sc.broadcast(sc.parallelize([1]))
    with pytest.raises(pickle.PicklingError, match="CONTEXT_ONLY_VALID_ON_DRIVER"):
        sc.broadcast(sc)


def test_class_of_main(run_program):
    """Values go through the standard pickler: a worker has not the program's __main__."""
    status, out, err = run_program("""
from rushlight import SparkContext
class K: pass
sc = SparkContext("local[1]")
b = sc.broadcast(K())
try:
    sc.parallelize([1]).map(lambda x: b.value).count()
except Exception as e:
    print("Can't get attribute 'K'" in str(e))
""")
    assert (status, out, err) == (0, "True\n", "")


def test_not_loaded_on_the_driver(sc):
    copy = pickle.dumps(sc.broadcast(1))
    with pytest.raises(PySparkRuntimeError, match="BROADCAST_VARIABLE_NOT_LOADED"):
        pickle.loads(copy)
    with pytest.raises(AssertionError):
        Broadcast()


def test_stopped_context():
    sc = SparkContext("local[1]", "stopped")
    sc.stop()
    with pytest.raises(PySparkRuntimeError, match="CONTEXT_STOPPED"):
        sc.broadcast(1)


def test_a_thousand_jobs_leak_nothing(sc):
    """Neither descriptors nor files nor references, with an accumulator and a broadcast each."""
    rdd = sc.parallelize([0], 1)

    def one_job(n):
        acc, value = sc.accumulator(0), sc.broadcast(n)
        assert rdd.map(lambda _: (acc.add(1), value.value)[1]).collect() == [n]
        assert acc.value == 1

    def held():
        gc.collect()
        return len(os.listdir("/proc/self/fd")), len(gc.get_objects())

    for n in range(20):
        one_job(n)
    descriptors, objects = held()
    for n in range(1000):
        one_job(n)
    assert held()[0] <= descriptors and held()[1] < objects + 500
    assert len(files_of(sc)) <= 2
