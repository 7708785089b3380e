"""Fault scripts and sc.faults: things go wrong on purpose, and results are as they would have been."""
import json
import sys

import pytest

from rushlight import SparkConf, SparkContext, StorageLevel
from rushlight.errors import EngineError, IllegalArgumentException

PROGRAM = """
from rushlight import SparkContext
sc = SparkContext("local-cluster[2,1,1024]", "faulty")
pairs = sc.parallelize(range(100), 6).map(lambda x: (x % 5, x))
print(sorted(pairs.reduceByKey(lambda a, b: a + b, 3).collect()))
print(len(sc.statusTracker().getJobIdsForGroup()), sorted(sc.faults.executors()))
sc.stop()
"""
SUMS = [(0, 950), (1, 970), (2, 990), (3, 1010), (4, 1030)]


@pytest.fixture
def cluster():
    with SparkContext("local-cluster[2,2,1024]", "faults") as context:
        yield context


def sums(sc):
    return sc.parallelize(range(100), 6).map(lambda x: (x % 5, x)).reduceByKey(lambda a, b: a + b, 3)


@pytest.fixture
def submit(run_program, tmp_path):
    def run(faults):
        (tmp_path / "faults.json").write_text(faults if isinstance(faults, str)
                                              else json.dumps({"faults": faults}))
        (tmp_path / "app.py").write_text(PROGRAM)
        return run_program(argv=[sys.executable, "-m", "rushlight.cli", "submit", "--faults",
                                 str(tmp_path / "faults.json"), str(tmp_path / "app.py")])
    return run


def test_script_of_a_submitted_program(submit):
    status, out, err = submit([
        {"do": "kill_executor", "executor": "1", "replace": True, "when": {"stage": 1}},
        {"do": "fail_task", "when": {"stage": 0, "partition": 4}, "times": 2}])
    assert (status, out) == (0, f"{SUMS}\n1 ['0', '2']\n"), err


@pytest.mark.parametrize("text, words", [
    ('{"faults": [{"do": "kill_executor"}]}', 'fault 1 (kill_executor): it needs "executor"'),
    ('{"faults": [\n oops]}', "faults.json: "),
    ('{"faults": [{"do": "drop_shuffle", "shuffle": "x"}]}',
     'fault 1 (drop_shuffle): "shuffle" must be a whole number, at least 0')])
def test_script_that_makes_no_sense(submit, text, words):
    status, out, err = submit(text)
    assert status != 0 and out == ""
    assert words in err and "faults.json" in err


def test_script_that_is_not_there(run_program, tmp_path):
    (tmp_path / "app.py").write_text(PROGRAM)
    status, _, err = run_program(argv=[sys.executable, "-m", "rushlight.cli", "submit", "--faults",
                                       "/no/such.json", str(tmp_path / "app.py")])
    assert status != 0 and "/no/such.json" in err


def test_executor_dies_between_two_stages(cluster):
    cluster.faults.kill_executor("0", replace=True, when={"stage": 1})
    assert sorted(sums(cluster).collect()) == SUMS
    assert sorted(cluster.faults.executors()) == ["1", "2"]


def test_executor_is_decommissioned(cluster):
    assert sorted(sums(cluster).collect()) == SUMS
    cluster.faults.decommission_executor("0", replace=True)     # it is idle, and goes at once
    assert sorted(sums(cluster).collect()) == SUMS
    assert sorted(cluster.faults.executors()) == ["1", "2"]
    cluster.faults.decommission_executor("1", when={"executor": "1"})
    assert sorted(sums(cluster).collect()) == SUMS
    assert cluster.faults.executors() == ["2"]


def computed_after_a_decommissioning(master, *settings):
    """How many elements are computed again of a shuffle's input and of a persisted RDD."""
    conf = SparkConf().setMaster(master).setAppName("handing over")
    for key in settings:
        conf.set(key, "true")
    with SparkContext(conf=conf) as sc:
        counted = sc.accumulator(0)

        def count(x):
            counted.add(1)
            return x

        source = sc.parallelize(range(100), 6).map(count)
        summed = source.map(lambda x: (x % 5, x)).reduceByKey(lambda a, b: a + b, 3)
        kept = sc.parallelize(range(100), 6).map(count).persist(StorageLevel.DISK_ONLY)
        assert sorted(summed.collect()) == SUMS and kept.sum() == 4950 and counted.value == 200
        sc.faults.decommission_executor("0")
        while "0" in sc.faults.executors():
            sc.parallelize([1], 1).count()
        assert sorted(summed.collect()) == SUMS and kept.sum() == 4950
        return counted.value - 200


@pytest.mark.parametrize("master", ["local-cluster[2,2,1024]",
                                    "sim://?executors=2&cores=2&hosts=2"])
def test_what_a_decommissioned_executor_held_is_handed_over(master):
    assert computed_after_a_decommissioning(master, "spark.decommission.enabled") > 0
    assert computed_after_a_decommissioning(master, "spark.decommission.enabled",
                                            "spark.storage.decommission.enabled") == 0


def test_outputs_vanish_and_are_damaged(cluster):
    rdd = sums(cluster)
    assert sorted(rdd.collect()) == SUMS
    cluster.faults.drop_shuffle(0, map=3)
    assert sorted(rdd.collect()) == SUMS
    cluster.faults.corrupt_shuffle(0)
    assert sorted(rdd.collect()) == SUMS


def test_cached_blocks_vanish(cluster):
    counted = cluster.accumulator(0)

    def count(x):
        counted.add(1)
        return x

    kept = cluster.parallelize(range(8), 4).map(count).persist(StorageLevel.MEMORY_ONLY)
    assert kept.sum() == kept.sum() == 28 and counted.value == 8
    cluster.faults.drop_cached(kept, partition=2)
    assert kept.sum() == 28 and counted.value == 10


def test_tasks_fail_as_often_as_asked(cluster):
    cluster.faults.fail_task(stage=0, partition=1, times=3)
    assert cluster.parallelize(range(4), 2).count() == 4
    cluster.faults.fail_task(partition=1, times=4, message="four times is too often")
    with pytest.raises(EngineError, match="failed 4 times.*four times is too often"):
        cluster.parallelize(range(4), 2).count()


def test_slow_executor_is_slow_and_right(cluster):
    cluster.faults.slow_executor("0", 3)
    assert sorted(sums(cluster).collect()) == SUMS


def test_barrier_stage_runs_again_as_a_whole(cluster):
    met = (cluster.parallelize(range(4), 2).barrier().mapPartitions(lambda part: [(1, sum(part))])
           .reduceByKey(lambda a, b: a + b, 1))
    cluster.faults.fail_task(stage=0, partition=1)
    assert met.collect() == [(1, 6)]
    assert cluster.statusTracker().getStageInfo(0).numTasks == 2
    assert cluster.statusTracker().getStageInfo(0).currentAttemptId == 1


def test_bad_wishes_are_refused(cluster):
    for wish, words in ((lambda f: f.kill_executor("9"), "there is no executor 9"),
                        (lambda f: f.drop_shuffle(9), "there is no such map output"),
                        (lambda f: f.drop_cached(9), "there is no such cached block")):
        with pytest.raises(EngineError, match=words):
            wish(cluster.faults)
    with pytest.raises(IllegalArgumentException, match='"factor" must be a number, at least 1'):
        cluster.faults.slow_executor("0", 0.1)
    with pytest.raises(IllegalArgumentException, match='"partitions" of "when" is not known'):
        cluster.faults.fail_task(partitions=3)
