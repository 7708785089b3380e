"""Persisted RDDs: what is computed, kept, read, damaged and taken out again, within one executor.

How often a function has been called is counted by an accumulator.
"""
import glob
import os

import pytest

from kept_rdds import counted, kept, until
from rushlight import StorageLevel
from rushlight.errors.engine import IllegalArgumentException, UnsupportedOperationException

IN_MEMORY = [StorageLevel.MEMORY_ONLY, StorageLevel.MEMORY_AND_DISK,
             StorageLevel.MEMORY_AND_DISK_DESER]
EVERYWHERE = [*IN_MEMORY, StorageLevel.DISK_ONLY, StorageLevel.OFF_HEAP]


# ── kept once, read often ──
@pytest.mark.parametrize("level", EVERYWHERE, ids=repr)
def test_computed_once(sc, level):
    rdd, calls = counted(sc, 1000, 4)
    rdd.persist(level)
    assert [rdd.count(), rdd.sum(), rdd.map(str).count(), calls.value] == [1000, 499500, 1000, 1000]
    partitions, in_memory, on_disk = kept(sc, rdd)
    assert partitions == 4
    assert (in_memory > 0) == (level in IN_MEMORY) and (on_disk > 0) == (level not in IN_MEMORY)


def test_lines_of_a_file_are_kept(sc, tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("to be\nor not\n" * 1000)
    lines = sc.textFile(str(path), 3).cache()
    assert lines.count() == 2000
    path.write_text("changed\n")
    assert lines.count() == 2000 and set(lines.collect()) == {"to be", "or not"}


def test_empty_partitions_need_not_be_computed_again(sc):
    calls = sc.accumulator(0)

    def none(part):
        calls.add(1)
        return iter(())

    rdd = sc.parallelize(range(8), 4).mapPartitions(none).cache()
    assert [rdd.count(), rdd.count(), calls.value] == [0, 0, 4]


def test_first_computes_its_whole_partition_and_no_other(sc):
    rdd, calls = counted(sc, 400, 4)
    rdd.cache()
    assert [rdd.first(), calls.value, rdd.first(), calls.value] == [0, 100, 0, 100]
    assert kept(sc, rdd)[0] == 1


def test_two_partitions_alike_in_one_task(sc):
    rdd, calls = counted(sc, 100, 2)
    rdd.cache()
    assert sorted(rdd.cartesian(rdd).map(lambda p: p[0] * p[1]).take(2)) == [0, 0]
    assert rdd.union(rdd).count() == 200
    assert calls.value == 100


def test_a_chain_ends_at_a_persisted_rdd(sc):
    base = sc.parallelize(range(4), 2).map(lambda x: x + 1).cache()
    text = base.map(str).toDebugString().decode()
    assert text.count("PythonRDD") == 2
    base.unpersist()
    assert base.map(str).toDebugString().decode().count("PythonRDD") == 1


# ── the level ──
def test_the_level_is_set_once(sc):
    rdd = sc.parallelize([1]).cache()
    assert rdd.persist(StorageLevel.MEMORY_ONLY) is rdd
    with pytest.raises(UnsupportedOperationException, match="Cannot change storage level"):
        rdd.persist(StorageLevel.DISK_ONLY)
    assert rdd.unpersist(True).getStorageLevel() == StorageLevel.NONE
    assert rdd.persist(StorageLevel.DISK_ONLY).getStorageLevel() == StorageLevel.DISK_ONLY


@pytest.mark.parametrize("level,error,words", [
    ("MEMORY_ONLY", TypeError, "must be of type pyspark.StorageLevel"),
    (StorageLevel(True, True, False, False, 40), IllegalArgumentException, "less than 40"),
])
def test_levels_that_are_none(sc, level, error, words):
    with pytest.raises(error, match=words):
        sc.parallelize([1]).persist(level)


def test_the_lineage_says_what_is_kept(sc):
    rdd = sc.parallelize(range(100), 4).map(str).cache()
    level = "[Memory Serialized 1x Replicated]"
    assert "CachedPartitions" not in rdd.toDebugString().decode()
    rdd.count()
    first, kept_line, parent = rdd.toDebugString().decode().split("\n")
    assert first.startswith("(4) PythonRDD[") and first.endswith(level)
    assert kept_line.startswith(" |       CachedPartitions: 4; MemorySize: ")
    assert kept_line.endswith(" B; DiskSize: 0.0 B")
    assert parent.startswith(" |  ParallelCollectionRDD[") and parent.endswith(level)
    child = rdd.map(len).toDebugString().decode().split("\n")
    assert child[0].endswith("[]") and child[2].startswith(" |      CachedPartitions: 4;")


# ── taken out again ──
def test_unpersist_has_it_computed_again(sc):
    rdd, calls = counted(sc, 100, 2)
    rdd.cache().count()
    rdd.unpersist(blocking=True)
    assert kept(sc, rdd) == (0, 0, 0)
    assert [rdd.count(), calls.value, rdd.is_cached] == [100, 200, False]


def test_what_nobody_holds_is_not_kept(sc):
    rdd = sc.parallelize(range(100), 2).map(str).cache()
    rdd.count()
    rdd_id = rdd.id()
    del rdd
    until(sc, lambda: all(entry[0] != rdd_id for entry in sc._engine.kept_rdds()))


# ── damage ──
def test_a_corrupt_block_is_computed_again(sc):
    rdd, calls = counted(sc, 1000, 2)
    rdd.persist(StorageLevel.DISK_ONLY).count()
    for path in glob.glob(os.path.join(sc._engine.local_dir(), "*", f"rdd_{rdd.id()}_1_*")):
        with open(path, "r+b") as block:
            block.seek(40)
            block.write(b"damage")
    assert [rdd.sum(), calls.value] == [499500, 1500]
    assert [rdd.sum(), calls.value] == [499500, 1500]


def test_a_block_whose_file_is_gone_is_computed_again(sc):
    rdd, calls = counted(sc, 1000, 2)
    rdd.persist(StorageLevel.DISK_ONLY).count()
    for path in glob.glob(os.path.join(sc._engine.local_dir(), "*", f"rdd_{rdd.id()}_0_*")):
        os.unlink(path)
    assert [rdd.sum(), calls.value] == [499500, 1500]


# ── looking at it ──
def test_pictures_and_summaries_show_what_was_kept(sc):
    rdd = sc.parallelize(range(100), 4).map(str).persist(StorageLevel.MEMORY_AND_DISK)
    lengths = rdd.map(len)
    assert lengths.first() == 1
    assert "Disk Memory Serialized 1x Replicated" in lengths.dag().dot
    assert "1 of 4 kept" in rdd.dag().dot
    assert lengths.sum() == 190
    stage = sc._engine.job_info(sc._engine.job_ids()[-1])["stages"][0]
    assert (stage["kept_blocks_read"], stage["kept_blocks_computed"]) == (1, 3)
    assert "1 from cache" in sc.dag(sc._engine.job_ids()[-1]).dot
    assert "1 of 4 kept partitions found" in sc.summary()


def test_the_storage_view(sc):
    for persisted in list(sc._persisted.values()):
        persisted.unpersist(True)
    numbers = sc.parallelize(range(100), 4).map(str).setName("numbers").cache()
    letters = sc.parallelize("abc", 3).persist(StorageLevel.DISK_ONLY)
    assert sc.storage() == "nothing is kept"
    assert [numbers.first(), letters.count()] == ["0", 3]
    head, first, second = sc.storage().split("\n")
    assert head.split() == ["RDD", "storage", "level", "partitions", "memory", "disk"]
    assert first.split()[:8] == [str(numbers.id()), "numbers", "Memory", "Serialized", "1x",
                                 "Replicated", "1", "of"]
    assert first.split()[8] == "4" and first.endswith(" 0 B")
    assert "ParallelCollectionRDD" in second and "3 of 3" in second and " 0 B " in second
    numbers.unpersist(True)
    letters.unpersist(True)
    assert sc.storage() == "nothing is kept"
