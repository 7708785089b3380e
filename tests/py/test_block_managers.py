"""Kept partitions when there is too little memory, and when there are several executors.

What a job has read, and where its tasks ran, stands in the event log.
"""
import glob
import json
import os

import pytest

from kept_rdds import counted, kept
from rushlight import SparkConf, SparkContext, StorageLevel


def events_of(folder, kind):
    for path in glob.glob(os.path.join(folder, "*")):
        with open(path) as log:
            for line in log:
                event = json.loads(line)
                if event["Event"] == kind:
                    yield event


# ── too little memory ──
@pytest.fixture
def small():
    """A context with a pool of 6 MiB."""
    conf = (SparkConf().setMaster("local[2]").set("spark.testing.memory", "10m")
            .set("spark.testing.reservedMemory", "0").set("spark.rdd.compress", "false"))
    with SparkContext(conf=conf) as context:
        yield context


def rows(sc, mib, slices):
    """Pairs of about `mib` MiB when pickled, and the accumulator of computed ones."""
    calls = sc.accumulator(0)

    def row(i):
        calls.add(1)
        return i, "%0100d" % i

    return sc.parallelize(range(mib * 9000), slices).map(row), calls


def test_what_finds_no_room_is_computed_again(small):
    rdd, calls = rows(small, 12, 12)
    rdd.cache()
    n = 12 * 9000
    assert rdd.count() == n and calls.value == n
    partitions, in_memory, on_disk = kept(small, rdd)
    assert 0 < partitions < 12 and on_disk == 0
    assert rdd.count() == n and n < calls.value < 2 * n    # some were read, some were computed
    # They do not push out each other; one more may find room, when others are not read beside it.
    assert partitions <= kept(small, rdd)[0] < 12


@pytest.mark.parametrize(
    "level", [StorageLevel.MEMORY_AND_DISK, StorageLevel.MEMORY_AND_DISK_DESER], ids=repr)
def test_what_finds_no_room_goes_to_disk(small, level):
    rdd, calls = rows(small, 12, 12)
    rdd.persist(level)
    n = 12 * 9000
    assert [rdd.count(), rdd.count(), calls.value] == [n, n, n]
    partitions, in_memory, on_disk = kept(small, rdd)
    assert partitions == 12 and in_memory > 0 and on_disk > 0


def test_a_partition_larger_than_memory_goes_through(small):
    rdd, calls = rows(small, 12, 1)
    assert rdd.cache().count() == 12 * 9000
    assert kept(small, rdd) == (0, 0, 0)
    assert rdd.map(lambda p: p[0]).sum() == sum(range(12 * 9000))


def test_the_least_recently_used_rdd_goes(small):
    old, _ = rows(small, 2, 2)
    new, _ = rows(small, 4, 4)
    old.cache().count()
    assert kept(small, old)[0] == 2
    new.cache().count()
    assert kept(small, new)[0] == 4 and kept(small, old)[0] < 2


def test_execution_evicts_storage(small):
    rdd, calls = rows(small, 4, 4)
    rdd.persist(StorageLevel.MEMORY_AND_DISK).count()
    before = kept(small, rdd)
    pairs, _ = rows(small, 8, 4)
    assert pairs.map(lambda p: (p[0] % 5000, p[1])).groupByKey(4).count() == 5000
    after = kept(small, rdd)
    assert before[2] == 0 and after[0] == 4
    assert rdd.count() == 4 * 9000 and calls.value == 4 * 9000


# ── several executors ──
@pytest.fixture
def cluster(tmp_path):
    conf = (SparkConf().setMaster("local-cluster[3,1,512]").set("spark.eventLog.enabled", "true")
            .set("spark.eventLog.dir", str(tmp_path))
            .set("spark.eventLog.logBlockUpdates.enabled", "true")
            .set("spark.locality.wait", "60s"))
    with SparkContext(conf=conf) as context:
        context.log = tmp_path
        yield context


def test_tasks_run_where_their_partitions_are_kept(cluster):
    rdd, calls = counted(cluster, 900, 6)
    rdd.cache().count()
    assert [rdd.count(), calls.value] == [900, 900]
    cluster.stop()
    ends = list(events_of(cluster.log, "SparkListenerTaskEnd"))
    assert [end["Task Info"]["Locality"] for end in ends[6:]] == ["PROCESS_LOCAL"] * 6
    reads = [end["Task Metrics"]["Input Metrics"] for end in ends]
    assert all(read["Records Read"] == 0 for read in reads[:6])
    assert all(read["Records Read"] > 0 and read["Bytes Read"] > 0 for read in reads[6:])
    blocks = list(events_of(cluster.log, "SparkListenerBlockUpdated"))
    assert len(blocks) == 6
    assert {b["Block Updated Info"]["Block ID"] for b in blocks} == {
        f"rdd_{rdd._engine_rdd.id}_{i}" for i in range(6)}


def test_the_status_tells_what_each_executor_keeps(cluster):
    rdd, _ = counted(cluster, 900, 6)
    rdd.cache().count()
    driver, *executors = cluster.statusTracker().getExecutorInfos()
    assert (driver.cacheSize, driver.totalOnHeapStorageMemory, len(executors)) == (0, 0, 3)
    assert all(0 < e.cacheSize == e.usedOnHeapStorageMemory < e.totalOnHeapStorageMemory
               == int((512 - 300) * 1024 * 1024 * 0.6) for e in executors)
    assert sum(e.cacheSize for e in executors) == kept(cluster, rdd)[1]
    assert cluster._engine.kill_executor("0", False)
    assert cluster.statusTracker().getExecutorInfos() == [driver, *executors[1:]]
    rdd.unpersist(blocking=True)
    assert [e.cacheSize for e in cluster.statusTracker().getExecutorInfos()] == [0, 0, 0]


def test_a_block_is_read_from_another_executor(cluster):
    rdd, calls = counted(cluster, 900, 1)
    rdd.cache().count()
    twice = rdd.union(rdd).coalesce(1).union(cluster.parallelize(range(10), 3))
    pairs = rdd.cartesian(cluster.parallelize([0, 1, 2], 3))     # 3 tasks, one block
    assert pairs.count() == 2700 and twice.count() == 1810
    assert calls.value == 900


def test_the_blocks_of_a_lost_executor_are_computed_again(cluster):
    rdd, calls = counted(cluster, 900, 6)
    rdd.cache().count()
    before = kept(cluster, rdd)[0]
    assert cluster._engine.kill_executor("0", True)
    assert before == 6 and kept(cluster, rdd)[0] < 6
    assert rdd.count() == 900
    assert 900 < calls.value < 1800
    assert kept(cluster, rdd)[0] == 6


def test_recover_with_replicated_cache(cluster):
    rdd, calls = counted(cluster, 900, 6)
    rdd.persist(StorageLevel.MEMORY_ONLY_2).count()
    once = kept(cluster, rdd)
    assert cluster._engine.kill_executor("1", False)
    assert kept(cluster, rdd)[0] == 6 and kept(cluster, rdd)[1] < once[1]
    assert [rdd.count(), calls.value] == [900, 900]


def test_three_copies_on_disk(cluster):
    rdd, calls = counted(cluster, 900, 3)
    rdd.persist(StorageLevel.DISK_ONLY_3).count()
    for victim in ("0", "2"):
        assert cluster._engine.kill_executor(victim, False)
    assert [rdd.count(), calls.value] == [900, 900]


# ── the log ──
def test_what_the_log_says(tmp_path):
    conf = (SparkConf().setMaster("local[2]").set("spark.eventLog.enabled", "true")
            .set("spark.eventLog.dir", str(tmp_path)))
    with SparkContext(conf=conf) as sc:
        rdd = sc.parallelize(range(10), 2).map(str).persist(StorageLevel.MEMORY_AND_DISK)
        rdd.count()
        rdd_id = rdd.id()
        rdd.unpersist(blocking=True)
    stage = next(events_of(tmp_path, "SparkListenerStageSubmitted"))["Stage Info"]
    levels = {info["RDD ID"]: info["Storage Level"] for info in stage["RDD Info"]}
    assert levels[rdd_id] == {"Use Disk": True, "Use Memory": True, "Use Off Heap": False,
                              "Deserialized": False, "Replication": 1}
    assert levels[0]["Use Memory"] is False
    assert list(events_of(tmp_path, "SparkListenerBlockUpdated")) == []
    assert [e["RDD ID"] for e in events_of(tmp_path, "SparkListenerUnpersistRDD")] == [rdd_id]
