"""TaskContext: what a task knows of itself; values as real PySpark gives them."""
import os
import pickle
from decimal import Decimal

import pytest

import rushlight
from rushlight import BarrierTaskContext, SparkConf, SparkContext, TaskContext
from rushlight.errors import EngineError, PySparkRuntimeError
from rushlight.resource import ResourceInformation


@pytest.fixture
def sc():
    with SparkContext("local[2]", "one test's") as context:
        yield context


@pytest.fixture(autouse=True)
def no_context():
    """A context that a test has brought to this process is not the next one's."""
    yield
    TaskContext._taskContext = None


def asked(sc, f, n=1):
    """What f(context) gives in `n` tasks."""
    return sc.parallelize(range(n), n).map(lambda _: f(TaskContext.get())).collect()


# ── normal ──
def test_what_it_says(sc):
    assert asked(sc, lambda c: (c.partitionId(), c.attemptNumber(), c.cpus(), c.cpuAmount(),
                                c.resources(), c.getLocalProperty("x"), type(c).__name__), 3) == [
        (p, 0, 1, Decimal(1), {}, None, "TaskContext") for p in range(3)]


def test_stages_and_attempts_have_numbers(sc):
    def of(rdd):
        return rdd.map(lambda _: (TaskContext.get().stageId(),
                                  TaskContext.get().taskAttemptId())).collect()

    first, second = of(sc.parallelize([0, 0], 2)), of(sc.parallelize([0], 1))
    assert [s for s, _ in first] == [first[0][0]] * 2
    assert second[0][0] == first[0][0] + 1
    assert len({t for _, t in first + second}) == 3


def test_both_sides_of_a_shuffle(sc):
    rdd = (sc.parallelize(range(4), 2).map(lambda x: (x, TaskContext.get().stageId()))
           .partitionBy(3).mapValues(lambda stage: (stage, TaskContext.get().stageId())))
    assert {after - before for before, after in rdd.values().collect()} == {1}
    assert sorted(rdd.map(lambda _: TaskContext.get().partitionId()).collect()) == [0, 0, 1, 2]


def test_below_a_union_the_partition_is_the_tasks(sc):
    def where(rdd):
        return rdd.map(lambda x: (x, TaskContext.get().partitionId()))

    both = where(sc.parallelize("ab", 2)).union(where(sc.parallelize("cd", 2)))
    assert both.collect() == [("a", 0), ("b", 1), ("c", 2), ("d", 3)]


def test_local_properties(sc):
    sc.setLocalProperty("colour", "blue")
    assert asked(sc, lambda c: (c.getLocalProperty("colour"), c.getLocalProperty("size"))) == [
        ("blue", None)]
    sc.setLocalProperty("colour", None)
    assert asked(sc, lambda c: c.getLocalProperty("colour")) == [None]


def test_attempts_are_counted():
    with SparkContext("local[1,3]", "retries") as sc:
        def fragile(_):
            number = TaskContext.get().attemptNumber()
            if number < 2:
                raise ValueError("again")
            return number, TaskContext.get().taskAttemptId()

        assert sc.parallelize([0], 1).map(fragile).collect() == [(2, 2)]


def test_cpus():
    conf = SparkConf().setMaster("local[4]").setAppName("t").set("spark.task.cpus", "2")
    with SparkContext(conf=conf) as sc:
        assert asked(sc, lambda c: (c.cpus(), c.cpuAmount())) == [(2, Decimal(2))]


def test_one_a_task_and_a_new_one_for_the_next(sc):
    def same(_):
        return TaskContext.get() is TaskContext.get() is TaskContext()

    assert sc.parallelize([0, 1], 1).map(same).collect() == [True, True]
    pairs = [(os_pid, id_) for _ in range(3) for os_pid, id_ in asked(
        sc, lambda c: (os.getpid(), c.taskAttemptId()))]
    assert len({id_ for _, id_ in pairs}) == 3


def test_threads_of_a_task_see_it(sc):
    def use_thread(_):
        import threading
        seen = []
        thread = threading.Thread(target=lambda: seen.append(TaskContext.get().partitionId()))
        thread.start()
        thread.join()
        return seen

    assert sc.parallelize([0, 0], 2).map(use_thread).collect() == [[0], [1]]


# ── on the driver ──
def test_none_on_the_driver(sc):
    assert TaskContext.get() is None
    # The last part of a reduce runs on the driver: there is no task, as in PySpark.
    ones = sc.parallelize(range(3), 3).map(lambda _: 1)
    assert ones.reduce(lambda a, b: a + (TaskContext.get() is None)) == 3


def test_a_context_that_comes_back(sc):
    """PySpark's: it can be asked, it is the driver's from then on, and there is but one."""
    back = sc.parallelize(range(3), 3).map(lambda _: TaskContext.get()).collect()
    assert [c.partitionId() for c in back] == [2, 2, 2]
    assert back[0].getLocalProperty("x") is None
    assert TaskContext.get() is back[0]


def test_from_json():
    context = TaskContext.from_json({
        "stageId": 1, "partitionId": 2, "attemptNumber": 3, "taskAttemptId": 4, "cpus": 1,
        "cpuAmount": "0.5", "localProperties": {"a": "b"},
        "resources": {"gpu": {"name": "gpu", "addresses": ["0"]}}})
    assert (context.stageId(), context.partitionId(), context.attemptNumber(),
            context.taskAttemptId(), context.cpuAmount()) == (1, 2, 3, 4, Decimal("0.5"))
    gpu = context.resources()["gpu"]
    assert isinstance(gpu, ResourceInformation) and (gpu.name, gpu.addresses) == ("gpu", ["0"])
    assert pickle.loads(pickle.dumps(context)) is context


def test_unknown_arguments():
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        TaskContext(colour="blue")


# ── not in a barrier stage ──
def test_no_barrier_here(sc):
    with pytest.raises(PySparkRuntimeError, match="NOT_IN_BARRIER_STAGE"):
        BarrierTaskContext.get()
    with pytest.raises(EngineError, match="NOT_IN_BARRIER_STAGE.*It is not in a barrier stage"):
        asked(sc, lambda _: BarrierTaskContext.get())


@pytest.mark.parametrize("use", ["barrier", "allGather", "getTaskInfos"])
def test_a_barrier_context_without_a_task(use):
    with pytest.raises(PySparkRuntimeError, match="CALL_BEFORE_INITIALIZE.*" + use):
        getattr(BarrierTaskContext(), use)()


def test_names():
    for name in ("TaskContext", "BarrierTaskContext", "BarrierTaskInfo"):
        assert getattr(rushlight, name).__module__ == "rushlight.taskcontext"
    with pytest.raises(TypeError, match="must be of type `str`"):
        BarrierTaskContext().allGather(5)
