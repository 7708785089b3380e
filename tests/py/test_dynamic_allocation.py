"""Executors come while tasks wait, and go when they are idle: spark.dynamicAllocation.enabled.

How many are asked for, and when, is tests/core/scheduler/test_allocation.c's.  Here programs see it.
"""
import json
import os
import time

import pytest

from conftest import HANG_S, rushlight_command
from rushlight import SparkConf, SparkContext
from rushlight.errors import IllegalArgumentException

PREFIX = "spark.dynamicAllocation."


def conf_of(**settings):
    conf = (SparkConf().setMaster("local-cluster[3,1,512]").setAppName("dynamic")
            .set(PREFIX + "enabled", "true").set(PREFIX + "schedulerBacklogTimeout", "10ms")
            .set(PREFIX + "executorIdleTimeout", "50ms"))
    for key, value in settings.items():
        conf.set(PREFIX + key, value)
    return conf


@pytest.fixture
def elastic():
    with SparkContext(conf=conf_of()) as context:
        yield context


def executors(sc):
    """Ids of those that are there, but for the driver."""
    return sc._engine.executor_ids()


def wait_until(holds):
    end = time.monotonic() + HANG_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def meet(folder, n):
    """A task that ends when `n` of its kind run at the same time."""
    def task(i):
        open(os.path.join(folder, str(i)), "w").close()
        wait_until(lambda: len(os.listdir(folder)) >= n)
        return i
    return task


def test_as_many_executors_as_tasks_and_none_in_the_end(elastic, tmp_path):
    assert executors(elastic) == []
    rdd = elastic.parallelize(range(3), 3).map(meet(str(tmp_path), 3))
    assert rdd.collect() == [0, 1, 2]
    wait_until(lambda: executors(elastic) == [])
    assert elastic.parallelize(range(10), 2).sum() == 45


PROGRAM = """
import os, sys, time
from pyspark import SparkConf, SparkContext

folder, log = sys.argv[1:]
conf = (SparkConf().setMaster("local-cluster[2,1,512]")
        .set("spark.dynamicAllocation.enabled", "true")
        .set("spark.dynamicAllocation.schedulerBacklogTimeout", "10ms")
        .set("spark.eventLog.enabled", "true").set("spark.eventLog.dir", log))
sc = SparkContext(conf=conf)

def task(i):
    open(os.path.join(folder, str(i)), "w").close()
    while len(os.listdir(folder)) < 2:
        time.sleep(0.005)
    return i

print(sum(sc.parallelize(range(2), 2).map(task).collect()))
sc.stop()
"""


def test_a_program_of_pyspark_sees_it(run_program, tmp_path):
    app, met, log = tmp_path / "elastic.py", tmp_path / "met", tmp_path / "log"
    app.write_text(PROGRAM)
    met.mkdir()
    log.mkdir()
    status, out, err = run_program(argv=rushlight_command("submit", app, met, log))
    assert (status, out) == (0, "1\n"), err
    path, = log.iterdir()
    names = [json.loads(line)["Event"] for line in path.read_text().splitlines()]
    added = [i for i, name in enumerate(names) if name == "SparkListenerExecutorAdded"]
    assert len(added) == 2
    assert added[0] > names.index("SparkListenerStageSubmitted")  # not before anybody waits


def test_kept_partitions_hold_their_executors(elastic):
    rdd = elastic.parallelize(range(100), 2).cache()
    assert rdd.count() == 100
    holders = executors(elastic)
    assert holders
    other = elastic.parallelize(range(3), 3)
    assert other.count() == 3
    assert set(executors(elastic)) & set(holders)
    rdd.unpersist(blocking=True)
    wait_until(lambda: executors(elastic) == [])


def test_min_executors_are_there_without_a_job():
    with SparkContext(conf=conf_of(minExecutors="2")) as sc:
        wait_until(lambda: len(executors(sc)) == 2)
        assert sc.parallelize(range(10), 4).count() == 10
        wait_until(lambda: len(executors(sc)) == 2)


def test_settings_that_do_not_go_together():
    with pytest.raises(IllegalArgumentException) as failure:
        SparkContext(conf=conf_of(minExecutors="3", maxExecutors="2"))
    assert str(failure.value) == (
        "spark.dynamicAllocation.minExecutors (3) must be less than or equal to "
        "spark.dynamicAllocation.maxExecutors (2)!")


def test_local_mode_takes_no_notice():
    with SparkContext(conf=conf_of(maxExecutors="0").setMaster("local[2]")) as sc:
        assert sc.parallelize(range(10), 4).count() == 10
