"""Transformations of any RDD: what comes out, and in which partition."""
import operator
import re
import sys

import pytest

from rushlight.errors import PySparkTypeError

WORDS = ["to", "be", "or", "not", "to", "be"]


def layout(rdd):
    return rdd.glom().collect()


def test_map_filter_flat_map(sc):
    rdd = sc.parallelize(range(6), 3)
    assert layout(rdd.map(lambda x: x * x)) == [[0, 1], [4, 9], [16, 25]]
    assert layout(rdd.filter(lambda x: x % 3)) == [[1], [2], [4, 5]]
    assert layout(rdd.flatMap(range)) == [[0], [0, 1, 0, 1, 2], [0, 1, 2, 3, 0, 1, 2, 3, 4]]
    assert rdd.flatMap(lambda x: "ab" if x > 4 else {}).collect() == ["a", "b"]
    assert rdd.map(lambda x: None).collect() == [None] * 6


def test_functions_of_every_kind(sc):
    class Adder:
        def __init__(self, n):
            self.n = n

        def __call__(self, x):
            return x + self.n

        def add(self, x):
            return x + self.n

    rdd = sc.parallelize([1, 2], 2)
    functions = [lambda x: x + 1, Adder(1), Adder(1).add, operator.neg, str, (1).__add__]
    assert [rdd.map(f).collect() for f in functions] == [
        [2, 3], [2, 3], [2, 3], [-1, -2], ["1", "2"], [2, 3]]


def test_every_function_is_called_once_for_each_element(sc, tmp_path):
    log = str(tmp_path / "calls")

    def note(tag):
        def f(x):
            with open(log, "a") as out:
                out.write(f"{tag}{x} ")
            return x
        return f

    assert sc.parallelize([1, 2], 1).map(note("a")).filter(note("b")).map(note("c")).count() == 2
    assert open(log).read().split() == ["a1", "b1", "c1", "a2", "b2", "c2"]


def test_map_partitions(sc):
    rdd = sc.parallelize(range(10), 4)
    assert rdd.mapPartitions(lambda part: [sum(part)]).collect() == [1, 9, 11, 24]
    assert rdd.mapPartitionsWithIndex(lambda i, part: [(i, sum(part))]).collect() == [
        (0, 1), (1, 9), (2, 11), (3, 24)]

    def generator(part):
        yield "begin"
        for x in part:
            yield x
        yield "end"

    assert sc.parallelize([1, 2], 2).mapPartitions(generator).collect() == [
        "begin", 1, "end", "begin", 2, "end"]
    assert rdd.mapPartitions(lambda part: []).collect() == []
    assert rdd.mapPartitions(list).mapPartitions(list).map(abs).collect() == list(range(10))


def test_a_function_that_does_not_read_its_partition(sc):
    rdd = sc.parallelize(list(range(200_000)), 2).map(lambda x: "x" * 100)
    assert rdd.mapPartitions(lambda part: ["done"]).collect() == ["done", "done"]
    assert rdd.mapPartitions(lambda part: [next(part)]).map(len).collect() == [100, 100]


def test_partitions_are_lazy(sc):
    """An endless partition can be looked at, as long as nobody wants all of it."""
    import itertools
    endless = sc.parallelize([0], 1).mapPartitions(lambda part: itertools.count())
    assert endless.map(lambda x: x * 2).filter(lambda x: x % 3 == 0).take(3) == [0, 6, 12]


def test_key_by_glom(sc):
    assert sc.parallelize(["apple", "bean"], 2).keyBy(len).collect() == [(5, "apple"), (4, "bean")]
    assert layout(sc.parallelize([], 2)) == [[], []]
    assert layout(sc.parallelize([1, 2, 3], 1).glom()) == [[[1, 2, 3]]]


def test_below_a_union_an_rdd_counts_its_own_partitions(sc):
    def tag(i, part):
        return [(i, x) for x in part]

    left = sc.parallelize([10, 11], 2).mapPartitionsWithIndex(tag)
    right = sc.parallelize([20, 21], 2).mapPartitionsWithIndex(tag)
    assert left.union(right).collect() == [(0, 10), (1, 11), (0, 20), (1, 21)]
    assert left.union(right).groupByKey(2).mapValues(sorted).collect() == [
        (0, [10, 20]), (1, [11, 21])]
    # the slices of a range are made that way
    numbers = sc.parallelize(range(4), 2)
    assert numbers.union(numbers).collect() == [0, 1, 2, 3] * 2
    pairs = numbers.map(lambda x: (x % 2, x))
    assert sorted(pairs.join(numbers.map(lambda x: (x, -x))).collect()) == [
        (0, (0, 0)), (0, (2, 0)), (1, (1, -1)), (1, (3, -1))]


def test_a_union_that_grows_by_one(run_program):
    """Time grows with its pieces times their depth, not faster: else the guard ends this."""
    status, out, err = run_program("""
from rushlight import SparkContext
sc = SparkContext("local[2]", "unions")
rdd = sc.parallelize([0], 1)
for i in range(1, 2000):
    rdd = rdd.union(sc.parallelize([i], 1))
print(rdd.count())
""")
    assert (status, out) == (0, "2000\n"), err


def test_union(sc):
    a, b = sc.parallelize([1, 2], 2), sc.parallelize([2, 3], 2)
    assert layout(a.union(b)) == [[1], [2], [2], [3]]
    assert (a + b + a).collect() == [1, 2, 2, 3, 1, 2]
    assert a.union(a.map(str)).collect() == [1, 2, "1", "2"]
    assert sc.union([a, b, a]).getNumPartitions() == 6
    assert a.union(sc.parallelize([], 1)).collect() == [1, 2]


def test_distinct(sc):
    rdd = sc.parallelize([3, 1, 3, 2, 1, 8, 4], 3).distinct()
    assert [sorted(part) for part in layout(rdd)] == [[3], [1, 4], [2, 8]]
    assert sorted(sc.parallelize(WORDS, 2).distinct(5).collect()) == ["be", "not", "or", "to"]
    assert sc.parallelize([None, None, (1, None)], 2).distinct().count() == 2


def test_group_by(sc):
    groups = sc.parallelize(range(10), 3).groupBy(lambda x: x % 3)
    assert sorted((k, sorted(vs)) for k, vs in groups.collect()) == [
        (0, [0, 3, 6, 9]), (1, [1, 4, 7]), (2, [2, 5, 8])]


def test_a_closure_is_a_copy(sc):
    seen = []
    sc.parallelize([1, 2, 3], 2).foreach(seen.append)
    assert seen == []


def test_what_a_worker_changes_is_not_seen_by_the_next_action(sc):
    rdd = sc.parallelize([[1], [2]], 1).map(lambda x: (x.append(0), x)[1])
    assert rdd.collect() == rdd.collect() == [[1, 0], [2, 0]]


def test_a_long_chain_and_a_deep_lineage(sc):
    rdd = sc.parallelize([0], 1)
    for _ in range(2_000):
        rdd = rdd.map(lambda x: x + 1)
    assert rdd.collect() == [2_000]
    one, rdd = sc.parallelize([1], 1), sc.parallelize([0], 1)
    for _ in range(300):
        rdd = rdd.union(one)
    assert rdd.sum() == 300


# ── what an RDD says of itself ──
def test_ids_and_names(sc):
    a, b = sc.parallelize([1]), sc.parallelize([2])
    assert b.id() == a.id() + 1
    chain = b.map(abs)
    assert chain.id() == b.id() + 1 == chain.id()
    assert chain.name() is None and chain.setName("mine") is chain and chain.name() == "mine"
    assert repr(chain).startswith(f"mine PythonRDD[{chain.id()}] at map at ")
    assert a.context is sc is a.ctx


def test_to_debug_string(sc):
    pairs = sc.parallelize([("a", 1)], 2).map(lambda kv: kv)
    lines = pairs.reduceByKey(max, 3).filter(bool).toDebugString().decode().splitlines()
    assert [line[:line.index("[")] for line in lines] == [
        "(3) PythonRDD", " |  MapPartitionsRDD", " |  ShuffledRDD", " +-(2) PairwiseRDD",
        "    |  PythonRDD", "    |  ParallelCollectionRDD"]
    lines = pairs.join(pairs, 4).toDebugString().decode().splitlines()
    assert [line[:line.index("[")] for line in lines] == [
        "(4) PythonRDD", " |  MapPartitionsRDD", " |  ShuffledRDD", " +-(4) PairwiseRDD",
        "    |  PythonRDD", "    |  UnionRDD", "    |  PythonRDD", "    |  ParallelCollectionRDD",
        "    |  PythonRDD", "    |  ParallelCollectionRDD"]


@pytest.mark.parametrize("n", [1, 2, 7])
def test_numbers_of_partitions(sc, n):
    rdd = sc.parallelize(range(20), n)
    kept = [rdd, rdd.map(abs), rdd.filter(bool), rdd.flatMap(range), rdd.glom(), rdd.keyBy(abs),
            rdd.keyBy(abs).mapValues(abs), rdd.keyBy(abs).reduceByKey(max), rdd.distinct()]
    assert {r.getNumPartitions() for r in kept} == {n}


def test_what_operators_call_each_other_is_at_the_users_line(sc):
    a = sc.parallelize([("a", 1)], 2)
    here = sys._getframe().f_code.co_filename
    for rdd in (a + a, a.union(a), a.distinct(), a.join(a), a.partitionBy(3) + a.partitionBy(3)):
        places = re.findall(r" at (\S+):\d+", rdd.toDebugString().decode())
        assert places and set(places) == {here}
    assert (a + a).toDebugString().decode().count("] at union at ") == 1


def test_a_name_can_be_taken_away(sc):
    rdd = sc.parallelize([1], 1).setName("ones")
    assert rdd.setName(None).name() is None and "ones" not in rdd.toDebugString().decode()
    with pytest.raises(PySparkTypeError, match="NOT_EXPECTED_TYPE.*name.*int"):
        rdd.setName(5)
