"""RDDs of pairs: which partition a key goes to, and what meets there.  Expected values are real
PySpark's."""
import operator
import random
from collections import Counter, defaultdict

import pytest


def pairs(rdd):
    return sorted(rdd.collect(), key=str)


def layout(rdd):
    return [sorted(part, key=str) for part in rdd.glom().collect()]


@pytest.fixture
def left(sc):
    return sc.parallelize([("a", 1), ("b", 2), ("c", 3), ("a", 4)], 2)


@pytest.fixture
def right(sc):
    return sc.parallelize([("a", "x"), ("b", "y"), ("d", "z")], 3)


# ── placement ──
def test_where_integers_go(sc):
    keys = (0, 1, 2, 3, 7, 8, -1, -2, -5, 2 ** 40)
    rdd = sc.parallelize([(k, None) for k in keys], 2).partitionBy(4)
    assert [sorted(part) for part in rdd.keys().glom().collect()] == [
        [0, 8, 2 ** 40], [1], [-2, -1, 2], [-5, 3, 7]]


def test_where_tuples_and_none_go(sc):
    rdd = sc.parallelize([((a, b), 1) for a in range(3) for b in ("x", "y", None)], 2)
    assert layout(rdd.partitionBy(5).keys()) == [
        [(0, "y"), (1, "x"), (1, "y")], [(2, "y")], [(0, "x"), (2, "x")], [(1, None), (2, None)],
        [(0, None)]]
    assert layout(sc.parallelize([(None, 1)], 1).partitionBy(3)) == [[(None, 1)], [], []]


def test_where_equal_numbers_go(sc):
    """1, 1.0 and True are one key."""
    rdd = sc.parallelize([(1, "i"), (1.0, "f"), (True, "b")], 3)
    assert rdd.groupByKey(4).mapValues(sorted).collect() == [(1, ["b", "f", "i"])]


def test_a_function_of_the_users(sc):
    words = "to be or not to be".split()
    rdd = sc.parallelize([(w, len(w)) for w in words], 2).partitionBy(3, lambda w: ord(w[0]))
    assert layout(rdd) == [[("or", 2)], [],
                           [("be", 2), ("be", 2), ("not", 3), ("to", 2), ("to", 2)]]
    rdd = sc.parallelize([(k, 0) for k in range(6)], 2).partitionBy(3, lambda k: -k)
    assert layout(rdd.keys()) == [[0, 3], [2, 5], [1, 4]]


def test_the_hash_that_programs_import(sc):
    from rushlight.rdd import portable_hash
    rdd = sc.parallelize([((k, "x"), k) for k in range(8)], 2)
    assert layout(rdd.partitionBy(3, lambda k: portable_hash(k))) == layout(rdd.partitionBy(3))


def test_the_order_within_a_key_is_that_of_the_map_tasks(sc):
    rdd = sc.parallelize([(i % 3, i) for i in range(3000)], 5).partitionBy(3)
    for part in rdd.values().glom().collect():
        assert part == sorted(part)


def test_partitioners(sc, left, right):
    p = left.partitionBy(3)
    assert p.partitioner.numPartitions == 3 and p.partitionBy(3) is p
    assert p.union(p).partitioner == p.partitioner and p.union(p).getNumPartitions() == 3
    assert p.union(right).partitioner is None and p.union(right).getNumPartitions() == 6
    assert p.join(p).getNumPartitions() == 3


# ── combining ──
def test_reduce_by_key(sc):
    rdd = sc.parallelize(range(1000), 8).map(lambda x: (x % 7, x))
    want = defaultdict(int)
    for x in range(1000):
        want[x % 7] += x
    assert dict(rdd.reduceByKey(operator.add).collect()) == want
    assert dict(rdd.reduceByKey(max, 3).collect()) == {k: range(k, 1000, 7)[-1] for k in range(7)}


def test_reduce_by_key_leaves_single_values_alone(sc):
    """The function is for two values: a key with one never meets it."""
    assert pairs(sc.parallelize([("a", 1), ("b", 2)], 2).reduceByKey(lambda a, b: 1 / 0)) == [
        ("a", 1), ("b", 2)]


def test_combine_by_key(sc):
    rdd = sc.parallelize([("a", 1), ("b", 2), ("a", 3), ("a", 5)], 2)
    sums = rdd.combineByKey(lambda v: (v, 1), lambda c, v: (c[0] + v, c[1] + 1),
                            lambda c, d: (c[0] + d[0], c[1] + d[1]))
    assert pairs(sums) == [("a", (9, 3)), ("b", (2, 1))]


def test_group_by_key(sc):
    groups = sc.parallelize(range(20000), 4).map(lambda x: (x % 10, x)).groupByKey()
    assert pairs(groups.mapValues(sum)) == [(k, sum(range(k, 20000, 10))) for k in range(10)]
    (key, values), = sc.parallelize([("a", 1), ("a", 2)], 2).groupByKey().collect()
    assert key == "a" and len(values) == 2 and list(values) == list(values) == [1, 2]


def test_words(sc):
    """Against plain Python, with all the words of a text in few keys and in many."""
    draw = random.Random(7)
    words = [draw.choice("abc") * draw.choice((1, 1, 2, draw.randrange(1, 60)))
             for _ in range(20_000)]
    counts = sc.parallelize(words, 6).map(lambda w: (w, 1)).reduceByKey(operator.add, 5)
    assert counts.collectAsMap() == Counter(words)


def test_skew(sc):
    rdd = sc.parallelize([("hot", 1)] * 30_000 + [(str(i), 1) for i in range(100)], 4)
    assert dict(rdd.reduceByKey(operator.add).collect())["hot"] == 30_000
    assert dict(rdd.groupByKey().mapValues(len).collect())["hot"] == 30_000


def test_values_and_keys(sc):
    rdd = sc.parallelize([("a", 1), ("b", 2)], 2)
    assert rdd.keys().collect() == ["a", "b"] and rdd.values().collect() == [1, 2]
    assert rdd.mapValues(str).collect() == [("a", "1"), ("b", "2")]
    assert rdd.flatMapValues(range).collect() == [("a", 0), ("b", 0), ("b", 1)]


def test_shuffling_a_file(sc, tmp_path):
    (tmp_path / "a.txt").write_text("a b a\nb a\n")
    words = sc.textFile(str(tmp_path)).flatMap(str.split)
    assert pairs(words.map(lambda w: (w, 1)).reduceByKey(operator.add)) == [("a", 3), ("b", 2)]


# ── joins ──
JOINED = [("a", (1, "x")), ("a", (4, "x")), ("b", (2, "y"))]


@pytest.mark.parametrize("prepare", [
    lambda l, r: (l, r), lambda l, r: (l.partitionBy(4), r.partitionBy(4)),
    lambda l, r: (l.partitionBy(4), r), lambda l, r: (l.partitionBy(2), r.partitionBy(3)),
])
def test_join(left, right, prepare):
    a, b = prepare(left, right)
    assert pairs(a.join(b)) == JOINED == pairs(a.join(b, 4)) == pairs(a.join(b, 1))


def test_join_of_several_values_with_several(sc):
    a = sc.parallelize([(1, x) for x in "ab"] + [(2, None)], 2)
    b = sc.parallelize([(1, y) for y in "cd"] + [(2, None), (None, 0)], 2)
    assert pairs(a.join(b)) == [(1, ("a", "c")), (1, ("a", "d")), (1, ("b", "c")), (1, ("b", "d")),
                                (2, (None, None))]


def test_join_with_itself_and_with_nothing(sc, left):
    assert pairs(left.join(left)) == [("a", (1, 1)), ("a", (1, 4)), ("a", (4, 1)), ("a", (4, 4)),
                                      ("b", (2, 2)), ("c", (3, 3))]
    assert left.join(sc.parallelize([], 2)).collect() == []


def test_values_that_are_tagged_pairs_themselves(sc):
    """A join tags its sides with 1 and 2; values that look like that are no harm."""
    a, b = sc.parallelize([("k", (2, "v"))], 1), sc.parallelize([("k", (1, "w"))], 1)
    assert a.join(b).collect() == [("k", ((2, "v"), (1, "w")))]
