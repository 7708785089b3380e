"""Barrier stages as programs see them: all tasks meet, or all of them fail."""
import os
import signal
import threading
import time

import pytest

from conftest import HANG_S
from rushlight import BarrierTaskContext, RDDBarrier, SparkConf, SparkContext, TaskContext
from rushlight.errors import EngineError


@pytest.fixture
def sc():
    with SparkContext("local[4]", "one test's") as context:
        yield context


def in_stage(sc, f, n=3):
    """What f(context) gives in each of `n` tasks of a barrier stage."""
    return (sc.parallelize(range(n), n).barrier()
            .mapPartitions(lambda part: [f(BarrierTaskContext.get())]).collect())


def test_all_are_told_what_all_have_said(sc):
    assert in_stage(sc, lambda c: c.allGather(str(c.partitionId() * 10))) == [["0", "10", "20"]] * 3
    assert in_stage(sc, lambda c: c.allGather(), 2) == [["", ""]] * 2


def test_nobody_passes_before_all_are_there(sc, tmp_path):
    def meet(c):
        (tmp_path / str(c.partitionId())).touch()
        c.barrier()
        return len(os.listdir(tmp_path))

    assert in_stage(sc, meet, 4) == [4] * 4


def test_many_meetings(sc):
    def often(c):
        sums = []
        for n in range(100):
            sums.append(sum(map(int, c.allGather(str(n + c.partitionId())))))
            c.barrier()
        return sums

    assert in_stage(sc, often) == [[3 * n + 3 for n in range(100)]] * 3


def test_input_is_read_around_a_barrier(sc):
    def meet(part):
        part = iter(part)
        first = next(part)
        BarrierTaskContext.get().barrier()
        return [first, *part]

    words = [str(n) * 100 for n in range(20_000)]
    assert sc.parallelize(words, 2).barrier().mapPartitions(meet).collect() == words


def test_contexts(sc):
    kinds = (sc.parallelize(range(2), 2).barrier().mapPartitionsWithIndex(
        lambda i, part: [(i, TaskContext.get() is BarrierTaskContext.get())])
        .map(lambda x: (x, type(TaskContext.get()).__name__)))
    assert kinds.collect() == [((0, True), "BarrierTaskContext"), ((1, True), "BarrierTaskContext")]
    assert kinds._is_barrier() and not sc.parallelize([1])._is_barrier()
    after = kinds.map(lambda x: (x, 1)).partitionBy(1).map(lambda _: type(TaskContext.get()).__name__)
    assert set(after.collect()) == {"TaskContext"}


def test_task_infos(sc):
    infos = in_stage(sc, lambda c: [info.address for info in c.getTaskInfos()])
    assert [len(each) for each in infos] == [3, 3, 3]
    assert all(":" in address for address in infos[0])


def test_before_a_shuffle(sc):
    def meet(part):
        told = BarrierTaskContext.get().allGather("x")
        return [(x % 2, len(told)) for x in part]

    pairs = sc.parallelize(range(8), 4).barrier().mapPartitions(meet).reduceByKey(lambda a, b: a + b)
    assert sorted(pairs.collect()) == [(0, 16), (1, 16)]


# ── failures ──
def test_one_that_fails_fails_all(sc):
    def fragile(c):
        if c.partitionId() == 1:
            raise ValueError("it was me")
        c.barrier()

    with pytest.raises(EngineError, match="ValueError: it was me|has ended and will not come"):
        in_stage(sc, fragile)
    assert in_stage(sc, lambda c: len(c.allGather("again"))) == [3, 3, 3]


def test_one_that_returns_early_fails_all(sc):
    with pytest.raises(EngineError, match="has ended and will not come to barrier epoch 0"):
        in_stage(sc, lambda c: c.partitionId() == 0 or c.barrier())


def test_different_calls(sc):
    with pytest.raises(EngineError, match="Different barrier sync types found for the sync Stage"):
        in_stage(sc, lambda c: c.barrier() if c.partitionId() else c.allGather("x"))


def test_a_worker_that_is_killed_while_it_waits(sc):
    def die(c):
        if c.partitionId() == 0:
            pid = os.getpid()
            threading.Timer(0.05, lambda: os.kill(pid, signal.SIGKILL)).start()
            c.barrier()
        time.sleep(HANG_S)

    began = time.monotonic()
    with pytest.raises(EngineError, match="Python worker exited unexpectedly"):
        in_stage(sc, die, 2)
    assert time.monotonic() - began < HANG_S / 2


def test_cancelling_ends_the_wait(sc):
    def hang(c):
        if c.partitionId() == 0:
            c.barrier()
        time.sleep(HANG_S)

    def cancel():
        while not any(sc.statusTracker().getStageInfo(stage).numActiveTasks == 2
                      for stage in sc.statusTracker().getActiveStageIds()):
            time.sleep(0.01)
        sc.cancelAllJobs()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    began = time.monotonic()
    with pytest.raises(EngineError, match="cancelled"):
        in_stage(sc, hang, 2)
    canceller.join()
    assert time.monotonic() - began < HANG_S / 2


def test_the_time_is_up():
    conf = SparkConf().setMaster("local[2]").setAppName("t").set("spark.barrier.sync.timeout", "1")
    with SparkContext(conf=conf) as sc:
        def late(c):
            if c.partitionId() == 0:
                c.barrier()
            time.sleep(HANG_S)

        with pytest.raises(EngineError, match="The coordinator didn't get all barrier sync requests "
                                              r"for barrier epoch 0 from Stage \d+ \(Attempt 0\) "
                                              r"within 1 second\(s\)"):
            in_stage(sc, late, 2)


def test_messages_are_str(sc):
    with pytest.raises(EngineError, match="Argument `message` must be of type `str`"):
        in_stage(sc, lambda c: c.allGather(5), 1)


def test_names(sc):
    barrier = sc.parallelize([1]).barrier()
    assert isinstance(barrier, RDDBarrier) and barrier.rdd.collect() == [1]
    kept = sc.parallelize([(1, 2)]).partitionBy(2).barrier().mapPartitions(list, True)
    assert kept.partitioner is not None and kept.getNumPartitions() == 2
