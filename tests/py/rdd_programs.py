"""Small RDD programs that Rushlight and PySpark run alike; rdd_record.py runs and records them.

A program is a function (sc, tmp) → value; tmp is an empty folder of its own.  What differs on
purpose is not asked here: what an error says where PySpark shows a Java stack or an internal name,
places in PySpark's own files (RDDs are at the user's line here), numbers of partitions below one
(refused here), and use after stop() (PySparkRuntimeError here).
"""
import gzip
import os
import pickle
import re
import threading

PROGRAMS = {}


def program(run):
    PROGRAMS[run.__name__] = run
    return run


def parts(rdd):
    """The elements of each partition, sorted: their order within is nobody's promise."""
    return [sorted(part, key=repr) for part in rdd.glom().collect()]


def lists(rdd):
    """Grouped values as sorted lists, by partition."""
    return parts(rdd.mapValues(lambda vs: sorted(vs, key=repr)))


def tree(rdd):
    """toDebugString without places, RDD numbers counted from the RDD's own."""
    text = re.sub(r" at .*", "", rdd.toDebugString().decode())
    return re.sub(r"\[(\d+)\]", lambda m: f"[{int(m[1]) - rdd.id()}]", text).split("\n")


def describe(e):
    """An exception: what programs catch it as, and its condition or its message."""
    if isinstance(e, pickle.PicklingError):
        return "PicklingError", str(e).split("]")[0][:80]
    if hasattr(e, "java_exception"):        # a Py4JJavaError
        return "Java", e.java_exception.toString().split(":")[0]
    condition = e.getCondition() if hasattr(e, "getCondition") else None
    base = next(c.__name__ for c in type(e).__mro__ if c.__module__ == "builtins")
    return base, condition or str(e)


def error(function, *arguments):
    """What a call raises, or gives."""
    try:
        return "no error", repr(function(*arguments))
    except Exception as e:
        return describe(e)


def kind(function):
    """Only the class of what it raises."""
    return error(function)[0]


def write(path, text, mode="w"):
    with open(path, mode) as f:
        f.write(text)
    return path


def part_files(folder):
    return {name: open(os.path.join(folder, name), "rb").read()
            for name in sorted(os.listdir(folder))
            if not name.startswith(".")}


# ── parallelize ──
@program
def slices_of_a_list(sc, tmp):
    return [sc.parallelize(list(range(n)), k).glom().collect()
            for n, k in ((0, 1), (0, 3), (1, 1), (1, 4), (3, 2), (7, 3), (10, 4), (11, 4), (9, 10))]


@program
def slices_of_a_range(sc, tmp):
    return [sc.parallelize(r, k).glom().collect() for r, k in (
        (range(0), 3), (range(1), 4), (range(10), 4), (range(10, 0, -1), 4), (range(10, 0, -3), 3),
        (range(-5, 20, 7), 3), (range(5, 5), 2), (range(7), 3), (range(2 ** 40, 2 ** 40 + 5), 2))]


@program
def slices_of_other_collections(sc, tmp):
    return [sc.parallelize(c, 3).glom().collect() for c in (
        (x * x for x in range(7)), "spark", {"b": 1, "a": 2}, (1, None, "x", 2.5), {7}, b"abc",
        iter([]),
        [[1], [2, [3]], {}], bytearray(b"xy"), {"k": 1}.items())]


@program
def many_in_runs_of_1024(sc, tmp):
    return sc.parallelize(list(range(5000)),
                          2).mapPartitions(lambda it: [sum(1 for _ in it)]).collect()


@program
def slices_from_one(sc, tmp):
    return (sc.parallelize("abc", 1).glom().collect(),
            sc.parallelize([1, 2, 3], 2.9).getNumPartitions())


@program
def default_slices(sc, tmp):
    return (sc.parallelize([1]).getNumPartitions(), sc.range(3).getNumPartitions(),
            sc.defaultParallelism,
            sc.defaultMinPartitions, sc.emptyRDD().getNumPartitions())


@program
def sc_range(sc, tmp):
    return (sc.range(5).collect(), sc.range(2, 4).collect(), sc.range(1, 7, 2).collect(),
            sc.range(5, 0, -2).collect(), sc.range(0, 10, 1, 3).glom().collect(),
            sc.range(5, 2).collect(),
            sc.range(-3, numSlices=2).collect())


@program
def records_of_a_parallelized_list(sc, tmp):
    return sc.parallelize(list(range(100)), 3).count()


@program
def records_of_a_range(sc, tmp):
    return sc.parallelize(range(100), 3).count()


@program
def kinds_of_elements(sc, tmp):
    values = [None, True, 1, 2.5, "é日本", b"\xff", (1, (2,)), [None], {"a": {"b": 1}}, 10 ** 30, 1j,
              {1, 2},
              frozenset([3]), float("inf"), range(3), Ellipsis, ""]
    return sc.parallelize(values, 5).map(lambda x: (x, type(x).__name__)).collect()


# ── chains ──
@program
def flatMap_of_anything_iterable(sc, tmp):
    return (sc.parallelize([0, 1, 2, 3], 2).flatMap(range).collect(),
            sc.parallelize(["ab", "", "c"], 2).flatMap(lambda s: s).collect(),
            sc.parallelize([{"k": 1}], 1).flatMap(lambda d: d.items()).collect(),
            sc.parallelize([2, 0], 1).flatMap(lambda n: (i for i in range(n))).collect())


@program
def filter_by_truth(sc, tmp):
    return (sc.parallelize([0, 1, "", "x", None, [], [0], ()], 3).filter(lambda x: x).collect(),
            error(sc.parallelize([0, 1], 2).filter(None).collect))


@program
def glom_with_empty_partitions(sc, tmp):
    rdd = sc.parallelize(range(6), 3).filter(lambda x: x > 3)
    return rdd.glom().collect(), rdd.glom().count(), rdd.count(), sc.emptyRDD().glom().collect()


@program
def keyBy_keys_values(sc, tmp):
    rdd = sc.parallelize(["b", None, "aa"], 2).keyBy(lambda x: x and len(x))
    return rdd.collect(), rdd.keys().collect(), rdd.values().collect()


@program
def keys_of_odd_pairs(sc, tmp):
    rdd = sc.parallelize(["ab", [1, 2], (3, 4, 5)], 1)
    return (rdd.keys().collect(), rdd.values().collect(),
            sc.parallelize([(1, 2), [3, 4]], 1).mapValues(str).collect())


@program
def mapPartitions_forms(sc, tmp):
    rdd = sc.parallelize([1, 2, 3, 4, 5], 3)

    def running(it):
        total = 0
        for x in it:
            total += x
            yield total

    return (rdd.mapPartitions(running).collect(),
            rdd.mapPartitions(lambda it: [list(it)]).collect(),
            rdd.mapPartitions(lambda it: it).collect(), rdd.mapPartitions(lambda it: []).collect(),
            rdd.mapPartitions(lambda it: "ab").collect(),
            rdd.mapPartitions(lambda it: [next(it)]).collect())


@program
def mapPartitionsWithIndex_over_union(sc, tmp):
    rdd = sc.parallelize([1, 2], 2).union(sc.parallelize([3], 1)).union(sc.emptyRDD())
    return (rdd.mapPartitionsWithIndex(lambda i, it: [(i, list(it))]).collect(),
            rdd.getNumPartitions())


@program
def closure_is_read_late(sc, tmp):
    n = 1
    rdd = sc.parallelize([1, 2], 1).map(lambda x: x * n)
    n = 10
    first = rdd.collect()
    n = 100
    return first, rdd.collect(), rdd.map(lambda x: x).collect()


@program
def a_late_closure_on_a_made_rdd(sc, tmp):
    n = 1
    rdd = sc.parallelize([1, 2], 1).map(lambda x: x * n)
    rdd.id()
    n = 10
    return rdd.collect(), rdd.map(lambda x: x + 1).collect()


@program
def flatMapValues_mapValues(sc, tmp):
    rdd = sc.parallelize([("a", "xy"), ("b", ""), (None, "z")], 2)
    return (rdd.flatMapValues(list).collect(), rdd.mapValues(len).collect(),
            rdd.flatMapValues(lambda v: None or [v]).count())


# ── actions ──
@program
def take_sizes(sc, tmp):
    rdd = sc.parallelize(range(10), 5)
    return [rdd.take(n) for n in (-1, 0, 1, 2, 3, 7, 10, 11)]


@program
def take_over_empty_partitions(sc, tmp):
    return sc.parallelize(range(30), 30).filter(lambda x: x > 20).take(4)


@program
def take_of_text(sc, tmp):
    path = write(tmp + "/t", "".join(f"line {i}\n" for i in range(100)))
    return (sc.textFile(path, 4).take(3), sc.textFile(path, 4).first(),
            sc.textFile(path, 4).filter(lambda s: "99" in s).take(1))


@program
def take_after_a_shuffle(sc, tmp):
    return sorted(sc.parallelize([(i, i) for i in range(20)], 4).reduceByKey(max, 3).take(20))


@program
def first_and_isEmpty(sc, tmp):
    return (sc.parallelize([[]], 1).first(), sc.parallelize([None], 2).isEmpty(),
            sc.parallelize([], 3).isEmpty(),
            sc.parallelize(range(5), 2).filter(lambda x: x > 9).isEmpty(), sc.emptyRDD().isEmpty())


@program
def errors_of_empty_rdds(sc, tmp):
    rdds = [sc.parallelize([], 3), sc.emptyRDD()]
    return [[error(call, rdd) for call in (
        lambda r: r.first(), lambda r: r.reduce(max), lambda r: r.max(), lambda r: r.min(),
        lambda r: r.top(2),
        lambda r: r.takeOrdered(2), lambda r: r.sum(), lambda r: r.fold(1, max),
        lambda r: r.count(),
        lambda r: r.collectAsMap(), lambda r: r.collect(), lambda r: r.take(3))] for rdd in rdds]


@program
def top_and_takeOrdered(sc, tmp):
    rdd = sc.parallelize(["bb", "a", "dddd", "ccc", "ee", "a"], 4)
    return (rdd.top(2), rdd.top(2, key=len), rdd.top(0), rdd.top(-1), rdd.top(99),
            rdd.takeOrdered(2), rdd.takeOrdered(3, key=len),
            rdd.takeOrdered(99), rdd.takeOrdered(0), rdd.takeOrdered(2, key=lambda s: -len(s)),
            error(rdd.takeOrdered, -1))


@program
def takeOrdered_keeps_equal_keys_in_order(sc, tmp):
    rdd = sc.parallelize([(i % 3, i) for i in range(30)], 5)
    return rdd.takeOrdered(7, key=lambda p: p[0]), rdd.top(7, key=lambda p: p[0])


@program
def takeOrdered_over_empty_partitions(sc, tmp):
    rdd = sc.parallelize([3, 1, 2], 6)
    return rdd.takeOrdered(2), rdd.top(2), rdd.max(), rdd.min(), rdd.reduce(lambda a, b: a + b)


@program
def max_and_min_with_key(sc, tmp):
    rdd = sc.parallelize(["fig", "apple", "kiwi", "plum", "grape"], 3)
    return rdd.max(), rdd.min(), rdd.max(key=len), rdd.min(key=len), rdd.max(lambda s: s[-1])


@program
def reduce_in_partition_order(sc, tmp):
    return (sc.parallelize("abcdefg", 3).reduce(lambda a, b: f"({a}{b})"),
            sc.parallelize([5], 4).reduce(max),
            sc.parallelize([1.5, 2], 2).sum(), sc.parallelize([], 2).sum(),
            sc.parallelize([True, True], 1).sum())


@program
def fold_with_zero(sc, tmp):
    rdd = sc.parallelize(range(1, 6), 3)
    return (rdd.fold(0, lambda a, b: a + b), rdd.fold(10, lambda a, b: a + b),
            rdd.map(str).fold("z", lambda a, b: f"({a}{b})"),
            sc.parallelize([[1], [2]], 2).fold([], lambda a, b: a + b))


@program
def fold_into_a_list_that_grows(sc, tmp):
    def extend(a, b):
        a.extend(b)
        return a
    return sc.parallelize([[1], [2], [3]], 2).fold([], extend)


@program
def foreach_forms(sc, tmp):
    def save(it):
        with open(os.path.join(tmp, "p%s" % len(os.listdir(tmp))), "w") as f:
            f.write("%d" % sum(it))

    def lazy(it):
        for x in it:
            open(os.path.join(tmp, f"x{x}"), "w").close()
            yield x

    rdd = sc.parallelize([1, 2, 3], 1)
    got = [rdd.foreachPartition(save), rdd.foreachPartition(lazy), rdd.foreach(lambda x: 7),
           rdd.foreachPartition(lambda it: 5), rdd.foreachPartition(lambda it: None)]
    return got, sorted(os.listdir(tmp))


@program
def collectAsMap_of_pairs(sc, tmp):
    return (sc.parallelize([(1, 2), (1, 3), (None, 4)], 2).collectAsMap(),
            sc.parallelize([[1, 2]], 1).collectAsMap(),
            kind(sc.parallelize([[], 1], 1).collectAsMap))


@program
def count_kinds(sc, tmp):
    path = write(tmp + "/t", "a\nb\nc")
    return (sc.textFile(path).count(), sc.parallelize([], 2).count(), sc.emptyRDD().count(),
            sc.range(1000).count(),
            sc.parallelize([None] * 7, 3).count(), sc.textFile(path, use_unicode=False).count(),
            sc.parallelize([(1, 2)] * 5, 2).partitionBy(2).count())


@program
def runJob_on_some_partitions(sc, tmp):
    rdd = sc.parallelize(range(8), 4)
    return (sc.runJob(rdd, lambda it: [sum(it)]), sc.runJob(rdd, lambda it: it, [2, 0]),
            sc.runJob(rdd, lambda it: [list(it)], [1], True),
            sc.runJob(rdd, len_of, []))


def len_of(it):
    return [len(list(it))]
