"""FAIR mode from Python: a thread names the pool of its jobs, and a short job gets a slot while a
long one still has tasks that wait."""
import json
import os
import threading
import time

import pytest

HANG_S = 60

POOLS = """<allocations>
  <pool name="long"><weight>1</weight><minShare>0</minShare><schedulingMode>FIFO</schedulingMode></pool>
  <pool name="quick"><weight>1</weight><minShare>1</minShare><schedulingMode>FAIR</schedulingMode></pool>
</allocations>"""


def wait_for(condition):
    until = time.monotonic() + HANG_S
    while not condition():
        assert time.monotonic() < until, "it does not happen"
        time.sleep(0.01)


@pytest.fixture
def make_context(tmp_path):
    from rushlight import SparkConf, SparkContext

    def make(**settings):
        conf = SparkConf().setMaster("local[2]").setAppName("fair")
        conf.setAll([("spark.scheduler.mode", "FAIR"), *settings.items()])
        return SparkContext(conf=conf)

    return make


def test_short_job_does_not_wait_for_a_long_one(make_context, tmp_path):
    (tmp_path / "pools.xml").write_text(POOLS)
    (tmp_path / "log").mkdir()
    go, done = tmp_path / "go", tmp_path / "done"

    def task(partition, _):
        wait_for((go if partition == 0 else done).exists)
        yield partition

    def run(pool, rdd):
        sc.setLocalProperty("spark.scheduler.pool", pool)
        results[pool] = rdd.collect()

    results = {}
    with make_context(**{"spark.scheduler.allocation.file": str(tmp_path / "pools.xml"),
                         "spark.eventLog.enabled": "true",
                         "spark.eventLog.dir": str(tmp_path / "log")}) as sc:
        active = sc.statusTracker().getActiveJobsIds
        long_job = threading.Thread(
            target=run, args=("long", sc.parallelize([], 4).mapPartitionsWithIndex(task)))
        quick_job = threading.Thread(target=run, args=("quick", sc.parallelize([7], 1)))
        long_job.start()
        wait_for(lambda: len(active()) == 1)
        quick_job.start()
        wait_for(lambda: len(active()) == 2)
        go.touch()      # one slot comes free: in FIFO order the long job would have it
        quick_job.join(HANG_S)
        assert results == {"quick": [7]}
        done.touch()
        long_job.join(HANG_S)
        assert results["long"] == [0, 1, 2, 3]
        assert sc.getLocalProperty("spark.scheduler.pool") is None      # this thread's own
    [log] = os.listdir(tmp_path / "log")
    events = [json.loads(line) for line in open(tmp_path / "log" / log)]
    assert [event["Properties"]["spark.scheduler.pool"] for event in events
            if event["Event"] == "SparkListenerStageSubmitted"] == ["long", "quick"]


def test_pools_file_that_is_not_there(make_context):
    with pytest.raises(Exception, match="Error while building the fair scheduler pools from "
                                        "/no/such.xml"):
        make_context(**{"spark.scheduler.allocation.file": "file:///no/such.xml"})
