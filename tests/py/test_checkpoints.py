"""Checkpoints: when they are made, what they cut off, what is left of them."""
import gc
import glob
import os

import pytest

from kept_rdds import counted, kept, until
from rushlight import SparkConf, SparkContext, StorageLevel
from rushlight.errors.engine import (
    EngineError, IllegalArgumentException, NoSuchMethodError, SparkRuntimeException)


@pytest.fixture(autouse=True)
def folder(sc, tmp_path):
    sc.setCheckpointDir(str(tmp_path))
    return tmp_path


def lineage(rdd):
    """The classes of the lineage, uppermost last."""
    lines = rdd.toDebugString().decode().split("\n")
    return [line.split("[")[0].split()[-1] for line in lines if "CachedPartitions" not in line]


def parts(folder, rdd):
    return sorted(glob.glob(f"{folder}/*/rdd-{rdd.id()}/*"))


# ── in files ──
def test_written_after_the_first_job_and_read_from_then_on(sc, folder):
    rdd, calls = counted(sc, 20, 4)
    rdd.checkpoint()
    assert (rdd.is_checkpointed, rdd.isCheckpointed(), rdd.getCheckpointFile()) == (
        True, False, None)
    assert rdd.sum() == 190 and calls.value == 40       # once for the job, once for the files
    assert rdd.isCheckpointed() and not rdd.isLocallyCheckpointed()
    assert rdd.getCheckpointFile() == f"{sc.getCheckpointDir()}/rdd-{rdd.id()}"
    assert [os.path.basename(part) for part in parts(folder, rdd)] == [
        "part-00000", "part-00001", "part-00002", "part-00003"]
    assert rdd.map(str).count() == 20 and sorted(rdd.collect()) == list(range(20))
    assert calls.value == 40
    assert lineage(rdd) == ["PythonRDD", "ReliableCheckpointRDD"]


def test_a_persisted_rdd_is_computed_once(sc):
    rdd, calls = counted(sc, 20, 4)
    rdd.cache().checkpoint()
    assert [rdd.count(), calls.value] == [20, 20]
    rdd.unpersist(blocking=True)
    rdd.is_checkpointed = True
    assert [rdd.count(), calls.value] == [20, 20]


def test_shuffles_above_a_checkpoint_are_forgotten(sc):
    counts = sc.parallelize([(i % 3, 1) for i in range(30)], 4).reduceByKey(lambda a, b: a + b, 2)
    counts.checkpoint()
    assert sorted(counts.collect()) == [(0, 10), (1, 10), (2, 10)]
    assert lineage(counts) == ["PythonRDD", "ReliableCheckpointRDD"]
    before = len(sc._engine.job_ids())
    assert sorted(counts.mapValues(str).collect()) == [(0, "10"), (1, "10"), (2, "10")]
    job = sc._engine.job_info(sc._engine.job_ids()[before])
    assert len(job["stages"]) == 1


def test_the_partitioner_stays(sc):
    pairs = sc.parallelize([(i, i) for i in range(12)], 3).partitionBy(4)
    pairs.checkpoint()
    pairs.count()
    joined = pairs.join(pairs.mapValues(str), 4)
    assert "+-" not in joined.toDebugString().decode()
    assert sorted(joined.collect())[3] == (3, (3, "3"))


def test_lines_and_empty_rdds(sc, tmp_path):
    path = tmp_path / "in.txt"
    path.write_text("a\nb\n")
    lines, empty = sc.textFile(str(path), 2), sc.emptyRDD()
    for rdd in (lines, empty):
        rdd.checkpoint()
    assert [lines.collect(), empty.collect(), lines.collect()] == [["a", "b"], [], ["a", "b"]]
    assert lines.isCheckpointed() and empty.isCheckpointed()


def test_only_what_a_job_reaches_first(sc):
    upper = sc.parallelize(range(10), 2).map(lambda x: (x % 2, x))
    upper.checkpoint()
    lower = upper.reduceByKey(lambda a, b: a + b)
    lower.checkpoint()
    lower.count()
    assert (upper.isCheckpointed(), lower.isCheckpointed()) == (False, True)
    upper.count()
    assert upper.isCheckpointed()


def test_all_ancestors_if_asked_for(sc):
    sc.setLocalProperty("spark.checkpoint.checkpointAllMarkedAncestors", "true")
    upper = sc.parallelize(range(10), 2).map(lambda x: (x % 2, x))
    upper.checkpoint()
    lower = upper.reduceByKey(lambda a, b: a + b)
    lower.checkpoint()
    lower.count()
    assert upper.isCheckpointed() and lower.isCheckpointed()


def test_a_mark_after_the_job_is_too_late(sc):
    rdd = sc.parallelize([1, 2, 3], 2)
    rdd.count()
    rdd.checkpoint()
    rdd.count()
    assert not rdd.isCheckpointed()


def test_a_job_that_fails_writes_nothing(sc, folder):
    rdd = sc.parallelize(range(4), 2).map(lambda x: 1 // (3 - x))
    rdd.checkpoint()
    with pytest.raises(EngineError, match="ZeroDivisionError"):
        rdd.count()
    assert not rdd.isCheckpointed() and parts(folder, rdd) == []


def test_a_damaged_file_fails_the_job(sc, folder):
    rdd = sc.parallelize(range(4), 2).map(abs)
    rdd.checkpoint()
    rdd.count()
    with open(parts(folder, rdd)[0], "r+b") as part:
        part.seek(30)
        part.write(b"x")
    with pytest.raises(EngineError, match="fails its checksum"):
        rdd.count()
    os.truncate(parts(folder, rdd)[0], 0)
    with pytest.raises(EngineError, match="ends at byte 0"):
        rdd.count()


def test_an_iterative_program_does_not_grow(sc):
    """Each step stands on the one before; the checkpoints let go of what is above them."""
    gc.collect()
    rdd = sc.parallelize(range(8), 2)
    for i in range(12):
        rdd = rdd.map(lambda x: x + 1).cache()
        if i % 3 == 2:
            rdd.checkpoint()
            rdd.count()
    assert sorted(rdd.collect()) == list(range(12, 20))
    assert lineage(rdd) == ["PythonRDD", "ReliableCheckpointRDD"]
    before = set(range(rdd.id() - 15, rdd.id()))
    until(sc, lambda: not before & {entry[0] for entry in sc._engine.kept_rdds()})
    assert kept(sc, rdd)[0] == 2


# ── where ──
@pytest.mark.parametrize("path,error", [(5, NoSuchMethodError), ("/proc/no/such", EngineError)])
def test_folders_that_are_none(sc, path, error):
    with pytest.raises(error):
        sc.setCheckpointDir(path)


def test_no_folder(sc):
    sc.setCheckpointDir(None)
    assert sc.getCheckpointDir() is None
    with pytest.raises(IllegalArgumentException, match="Checkpoint directory has not been set"):
        sc.parallelize([1]).checkpoint()


# ── local ──
def test_local_checkpoints_are_blocks(sc, folder):
    rdd, calls = counted(sc, 20, 4)
    rdd.localCheckpoint()
    assert rdd.isLocallyCheckpointed() and not rdd.isCheckpointed()
    assert rdd.getStorageLevel() == StorageLevel(True, True, False, True, 1)
    rdd.cache()
    assert rdd.getStorageLevel() == StorageLevel.MEMORY_AND_DISK
    assert rdd.first() == 0     # its job keeps one partition, the checkpoint the others
    assert rdd.isCheckpointed() and kept(sc, rdd)[0] == 4 and calls.value == 20
    assert rdd.getCheckpointFile() is None and parts(folder, rdd) == []
    assert lineage(rdd) == ["PythonRDD", "LocalCheckpointRDD"]
    assert [rdd.count(), calls.value] == [20, 20]


def test_a_lost_block_of_a_local_checkpoint_is_lost(sc):
    rdd = sc.parallelize(range(20), 2).map(abs).cache()
    rdd.localCheckpoint()
    rdd.count()
    sc._engine.unpersist(rdd._engine(), True)
    with pytest.raises(SparkRuntimeException, match=(
            r"Checkpoint block rdd_\d+_\d not found!(.|\n)*consider using `rdd.checkpoint\(\)`")):
        rdd.count()


def test_the_last_mark_counts_but_reliable_does_not_replace_local(sc):
    first = sc.parallelize(range(4), 2).map(abs)
    first.localCheckpoint()
    first.checkpoint()
    second = sc.parallelize(range(4), 2).map(abs)
    second.checkpoint()
    second.localCheckpoint()
    for rdd in (first, second):
        rdd.count()
        assert rdd.isCheckpointed() and rdd.isLocallyCheckpointed()


# ── settings ──
@pytest.fixture
def alone(sc):
    """No context is there; afterwards one is again."""
    sc.stop()
    yield
    sc.__init__("local[4]", "tests")


def test_settings_of_checkpoints(alone, tmp_path):
    conf = (SparkConf().setMaster("local[2]").set("spark.checkpoint.dir", str(tmp_path))
            .set("spark.checkpoint.compress", "true")
            .set("spark.cleaner.referenceTracking.cleanCheckpoints", "true"))
    with SparkContext(conf=conf) as sc:
        rdd = sc.parallelize(["spark" * 1000] * 100, 1).map(str.upper)
        rdd.checkpoint()
        rdd.count()
        [part] = parts(tmp_path, rdd)
        assert os.path.getsize(part) < 100000
        assert rdd.first() == "SPARK" * 1000
        del rdd
        until(sc, lambda: not os.path.exists(os.path.dirname(part)))
