"""Where a shuffle's runs go without a chain that reads them: the driver, files, blocks, other RDDs.
Runs of plain data and pickled ones (py/ext/worker_plain.c) look the same from everywhere."""
import glob
import pickle

import pytest

from rushlight import SparkContext, StorageLevel

PLAIN = [(k, (float(k), f"number {k}", [k, None])) for k in range(50)]
PICKLED = [(k, {"number": k}) for k in range(50)]


@pytest.fixture(params=[PLAIN, PICKLED], ids=["plain", "pickled"])
def pairs(request):
    return request.param


@pytest.fixture
def shuffled(sc, pairs):
    return sc.parallelize(pairs, 3).partitionBy(4)


def test_reach_the_driver(shuffled, pairs):
    assert sorted(shuffled.collect(), key=lambda kv: kv[0]) == pairs
    assert sorted(shuffled.toLocalIterator(), key=lambda kv: kv[0]) == pairs
    assert shuffled.take(3) == [pairs[k] for k in (0, 4, 8)]
    assert shuffled.first() == pairs[0]
    assert dict(shuffled.collectAsMap()) == dict(pairs)


def test_partitions_are_as_before(shuffled, pairs):
    assert shuffled.glom().collect() == [pairs[p::4] for p in range(4)]


@pytest.mark.parametrize("level", [
    StorageLevel.MEMORY_ONLY, StorageLevel.DISK_ONLY], ids=["memory", "disk"])
def test_are_kept(shuffled, pairs, level):
    kept = shuffled.persist(level)
    for _ in range(2):
        assert kept.glom().collect() == [pairs[p::4] for p in range(4)]
    assert kept.values().count() == 50
    kept.unpersist()


def test_are_checkpointed(sc, shuffled, pairs, tmp_path):
    sc.setCheckpointDir(str(tmp_path))
    shuffled.checkpoint()
    assert shuffled.count() == 50 and shuffled.isCheckpointed()
    assert shuffled.glom().collect() == [pairs[p::4] for p in range(4)]


def test_join_other_rdds(sc, shuffled, pairs):
    again = sc.parallelize(pairs, 3).partitionBy(4)
    assert shuffled.union(again).count() == 100
    assert sorted(shuffled.union(again).keys().collect()) == sorted(list(range(50)) * 2)
    other = sc.parallelize(pairs, 2).partitionBy(2)
    assert sorted(shuffled.union(other).keys().collect()) == sorted(list(range(50)) * 2)
    assert shuffled.zip(again).map(lambda ab: ab[0] == ab[1]).collect() == [True] * 50
    assert shuffled.cartesian(other).count() == 2500
    assert sorted(shuffled.coalesce(2).keys().collect()) == list(range(50))
    assert sorted(shuffled.repartition(3).keys().collect()) == list(range(50))
    assert shuffled.join(again).count() == 50


@pytest.mark.parametrize("batch_size", [-1, 0, 1, 10])
def test_pickle_files_are_pickles(sc, shuffled, pairs, tmp_path, batch_size):
    folder = str(tmp_path / "pickles")
    shuffled.saveAsPickleFile(folder, batch_size)
    assert sorted(sc.pickleFile(folder).collect(), key=lambda kv: kv[0]) == pairs
    for path in glob.glob(folder + "/part-*"):
        data = open(path, "rb").read()
        assert b"\x80\x05\x95" in data      # a frame of a pickle, as PySpark writes it
        elements = pickle.loads(data[data.index(b"\x80\x05\x95"):])
        assert elements[0] in pairs


def test_text_files(sc, shuffled, pairs, tmp_path):
    shuffled.saveAsTextFile(str(tmp_path / "text"))
    assert sorted(sc.textFile(str(tmp_path / "text")).collect()) == sorted(map(str, pairs))


@pytest.mark.parametrize("fill", ["join", "leftOuterJoin", "rightOuterJoin", "fullOuterJoin"])
def test_joins_of_both_kinds(sc, fill):
    """One side's runs are plain, the other's are not."""
    left = sc.parallelize([(k, k * 1.5) for k in range(8)], 2)
    right = sc.parallelize([(k, {k}) for k in range(4, 12)], 3)
    joined = dict(getattr(left, fill)(right).collect())
    keys = range(0 if fill in ("leftOuterJoin", "fullOuterJoin") else 4,
                 12 if fill in ("rightOuterJoin", "fullOuterJoin") else 8)
    assert joined == {k: (k * 1.5 if k < 8 else None, {k} if k >= 4 else None) for k in keys}


def test_groups_through_two_shuffles(sc):
    groups = sc.parallelize([(k % 5, k) for k in range(20)], 2).groupByKey(2)
    again = groups.partitionBy(3).mapValues(sorted).collect()
    assert sorted(again) == [(k, list(range(k, 20, 5))) for k in range(5)]
    sizes = groups.join(groups.mapValues(len)).mapValues(lambda both: (sum(both[0]), both[1]))
    assert sorted(sizes.collect()) == [(k, (30 + 4 * k, 4)) for k in range(5)]


def test_a_list_that_two_elements_share_is_one_list_behind_the_shuffle(sc):
    def with_shared(_):
        shared = [1]
        return [(0, shared), (0, shared)]

    def change(elements):
        elements = [v for _, v in elements]
        elements[0].append(2)
        return elements
    parts = sc.parallelize([0], 1).flatMap(with_shared).partitionBy(1).mapPartitions(change)
    assert parts.collect() == [[1, 2], [1, 2]]
