"""Programs of rdd_programs.py's kind: shuffles, unions, joins and partitioners."""
import functools

from rdd_programs import error, lists, parts, program, write


# ── shuffles ──
@program
def reduceByKey_keys(sc, tmp):
    keys = [None, "", "a", "é", 0, 1, -1, 2 ** 40, 1.5, -0.0, (1, "a"), (None,), (), ((1, 2), None),
            True, b"x", 2.0, frozenset([1])]
    return parts(sc.parallelize([(k, 1) for k in keys + keys[::-1]], 3)
                 .reduceByKey(lambda a, b: a + b, 4))


@program
def equal_keys_of_different_types(sc, tmp):
    return parts(sc.parallelize([(1, "i"), (1.0, "f"), (True, "b"), (2, "i"), (2.0, "f")], 2)
                 .reduceByKey(lambda a, b: a + b, 2))


@program
def order_of_keys_after_a_shuffle(sc, tmp):
    return (sc.parallelize([(i * 7 % 20, i) for i in range(40)], 4).reduceByKey(max, 3).glom()
            .collect(),
            sc.parallelize([(i * 7 % 20, i) for i in range(40)],
                           4).groupByKey(3).mapValues(list).glom().collect(),
            sc.parallelize([(i * 7 % 20, i) for i in range(40)], 4).partitionBy(3).glom().collect())


@program
def distinct_forms(sc, tmp):
    rdd = sc.parallelize([1, 1.0, True, None, None, "a", (1,), (1,)], 3)
    return (parts(rdd.distinct()), parts(rdd.distinct(2)), parts(rdd.distinct(numPartitions=5)),
            sc.parallelize([], 2).distinct().collect())


@program
def groupByKey_forms(sc, tmp):
    rdd = sc.parallelize([("a", 1), ("b", None), ("a", [2]), (None, 3)], 3)
    return (lists(rdd.groupByKey()), lists(rdd.groupByKey(1)),
            lists(rdd.groupByKey(2, lambda k: 1)), lists(rdd.groupByKey(numPartitions=7)))


@program
def a_group_can_be_walked_twice(sc, tmp):
    return sc.parallelize([("a", 1), ("a", 2)],
                          2).groupByKey().mapValues(lambda v: (sorted(v), sorted(v), len(v),
                                                               type(v).__name__)).collect()


@program
def groupBy_forms(sc, tmp):
    rdd = sc.parallelize(range(10), 3)
    return (lists(rdd.groupBy(lambda x: x % 3)), lists(rdd.groupBy(lambda x: x > 4, 2)),
            lists(rdd.groupBy(lambda x: None, 2, lambda k: 1)))


@program
def combineByKey_lists(sc, tmp):
    rdd = sc.parallelize([("a", 1), ("b", 2), ("a", 3), ("a", 4)], 2)
    return parts(rdd.combineByKey(lambda v: [v], lambda c, v: c + [v], lambda c, d: c + d, 2)
                 .mapValues(sorted))


@program
def partitionBy_own_functions(sc, tmp):
    rdd = sc.parallelize([(k, k) for k in range(-4, 6)], 3)
    return (parts(rdd.partitionBy(3, lambda k: k)), parts(rdd.partitionBy(2, lambda k: -7)),
            parts(rdd.partitionBy(3, lambda k: True)),
            parts(rdd.partitionBy(1)), parts(rdd.partitionBy(3, hash)),
            parts(rdd.partitionBy(4, lambda k: 2 ** 70 + k)))


@program
def partitionBy_then_narrow_steps(sc, tmp):
    p = sc.parallelize([(i, i) for i in range(12)], 3).partitionBy(4)
    return (parts(p.map(lambda kv: kv)), parts(p.mapValues(str)),
            parts(p.filter(lambda kv: kv[0] > 5)), parts(p.flatMapValues(lambda v: [v, v])),
            parts(p.mapValues(str).reduceByKey(max)), parts(p.map(lambda kv: kv).reduceByKey(max)),
            parts(p.mapValues(str).partitionBy(4)))


@program
def more_than_a_thousand_pairs_a_map_task(sc, tmp):
    return parts(sc.parallelize(range(30000), 2).map(lambda x: (x, x)).groupByKey(3).mapValues(len)
                 .map(lambda kv: kv[1]).mapPartitions(
        lambda it: [sum(it)]))


@program
def many_small_flushes(sc, tmp):
    return sc.parallelize(range(9000), 3).map(lambda x: (x % 7, x)).partitionBy(5).count()


@program
def many_partitions_many_flushes(sc, tmp):
    return sc.parallelize(range(20000), 2).map(lambda x: (x, None)).partitionBy(150).count()


@program
def big_records(sc, tmp):
    rdd = sc.parallelize(range(40), 2).map(lambda i: (i % 4, "x" * 50000))
    return (rdd.count(), rdd.groupByKey(2).mapValues(lambda vs: sum(map(len, vs))).collect(),
            rdd.partitionBy(3).mapValues(len).count())


@program
def big_parallelized_records(sc, tmp):
    rdd = sc.parallelize(["y" * 100000 for _ in range(10)], 3)
    return rdd.map(len).collect(), rdd.glom().map(len).collect()


@program
def a_record_of_megabytes(sc, tmp):
    rdd = sc.parallelize([1, 2], 2).map(lambda i: (i, "z" * 3000000))
    return rdd.reduceByKey(max).mapValues(len).collect(), rdd.map(lambda kv: len(kv[1])).collect()


@program
def results_of_many_runs(sc, tmp):
    return (len(sc.parallelize(range(100000), 2).map(str).collect()),
            sc.parallelize(range(100000), 3).map(lambda x: (x, str(x))).values().count())


@program
def actions_again_skip_stages(sc, tmp):
    rdd = sc.parallelize([(i % 3, i) for i in range(12)], 3).reduceByKey(lambda a, b: a + b, 2)
    return (rdd.count(), sorted(rdd.collect()), rdd.map(lambda kv: kv[1]).sum(), rdd.take(1) != [],
            rdd.first() is not None)


@program
def two_shuffles_in_a_row(sc, tmp):
    rdd = sc.parallelize([(i % 5, i) for i in range(20)],
                         4).reduceByKey(lambda a, b: a + b).map(lambda kv: (kv[1] % 2,
                                                                            kv[0])).groupByKey(2)
    return lists(rdd), rdd.count()


@program
def shuffle_of_nothing(sc, tmp):
    return (sc.parallelize([], 3).map(lambda x: (x, 1)).reduceByKey(max).collect(),
            sc.parallelize([], 3).distinct(2).count(),
            sc.emptyRDD().map(lambda x: (x, 1)).reduceByKey(max, 2).collect(),
            sc.emptyRDD().distinct(3).getNumPartitions())


@program
def shuffle_of_no_partitions(sc, tmp):
    return (error(lambda: sc.emptyRDD().distinct().collect()),
            error(lambda: sc.emptyRDD().map(lambda x: (x, 1)).groupByKey().collect()))


# ── unions and joins ──
@program
def union_of_formats(sc, tmp):
    path = write(tmp + "/t", "l1\nl2\n")
    a, b = sc.parallelize([1, 2, 3], 2), sc.textFile(path, 1)
    c = sc.parallelize([(1, 2)], 1).partitionBy(2)
    return [(u.collect(), u.getNumPartitions(), u.count()) for u in (
        a + b, b + a, a + c, c + b, b.union(b), a.union(a.map(str)), sc.union([a, b, c]),
        sc.union([a]), a + sc.emptyRDD())]


@program
def union_of_slices_with_other_runs(sc, tmp):
    return (sc.parallelize(range(100), 2) + sc.parallelize(list(range(50)),
                                                           5) + sc.parallelize(list(range(9)),
                                                                               2)).count()


@program
def union_of_rdds_partitioned_alike(sc, tmp):
    a, b = (sc.parallelize([(i, s) for i in range(6)], 2).partitionBy(3) for s in "ab")
    u = a.union(b)
    return (parts(u), u.partitioner == a.partitioner, u.getNumPartitions(),
            parts(u.groupByKey().mapValues(sorted)), parts(u.reduceByKey(max)))


@program
def union_of_rdds_partitioned_unlike(sc, tmp):
    a, b = sc.parallelize([(1, 1)], 1).partitionBy(2), sc.parallelize([(1, 2)], 1).partitionBy(3)
    c = sc.parallelize([(1, 3)], 1).partitionBy(2, lambda k: 0)
    return [((x + y).getNumPartitions(), (x + y).partitioner is None,
             parts((x + y).reduceByKey(lambda a, b: max(a, b, key=str), 2)))
            for x, y in ((a, b), (a, c), (a, a), (a, a.mapValues(str)))]


def sides(sc):
    return (sc.parallelize([("a", 1), ("b", 2), ("c", 3), ("a", 4), (None, 5)], 2),
            sc.parallelize([("a", "x"), ("b", "y"), ("d", "z"), (None, "n")], 3))


@program
def join_plain(sc, tmp):
    a, b = sides(sc)
    return parts(a.join(b)), parts(b.join(a)), parts(a.join(b, 2)), parts(a.join(a))


@program
def join_one_partitioned(sc, tmp):
    a, b = sides(sc)
    return (parts(a.partitionBy(3).join(b)), parts(a.join(b.partitionBy(5))),
            parts(a.partitionBy(2).join(b, 2)), parts(a.partitionBy(4).join(b, 3)))


@program
def join_both_partitioned(sc, tmp):
    a, b = sides(sc)
    return (parts(a.partitionBy(3).join(b.partitionBy(3))),
            parts(a.partitionBy(3).join(b.partitionBy(3), 3)),
            parts(a.partitionBy(3).join(b.partitionBy(3), 2)),
            parts(a.partitionBy(2).join(b.partitionBy(3))))


@program
def join_own_partitioner(sc, tmp):
    a, b = sides(sc)
    own = functools.partial(lambda add, key: add + len(str(key)), 1)
    return (parts(a.partitionBy(3, own).join(b.partitionBy(3, own))),
            parts(a.partitionBy(3, own).join(b.partitionBy(3, own), 3)))


@program
def join_with_empty(sc, tmp):
    a, _ = sides(sc)
    return (a.join(sc.parallelize([], 2)).collect(), a.join(sc.emptyRDD()).collect(),
            sc.emptyRDD().join(a).getNumPartitions())


@program
def join_after_reduceByKey(sc, tmp):
    a, b = sides(sc)
    return parts(a.reduceByKey(max, 3).join(b.groupByKey(3).mapValues(list)))


@program
def partitioners(sc, tmp):
    a, b = sides(sc)
    p = a.partitionBy(3)
    rdds = {"join": a.join(b), "reduceByKey": a.reduceByKey(max), "groupByKey": a.groupByKey(2),
            "distinct": a.distinct(), "p.join": p.join(p),
            "p.union": p + p, "p.filter": p.filter(bool), "p.map": p.map(tuple),
            "p.map.keep": p.map(tuple, preservesPartitioning=True), "p.glom": p.glom(),
            "p.flatMap.keep": p.flatMap(list, True), "p.keyBy": p.keyBy(str),
            "p.mapPartitionsWithIndex.keep": p.mapPartitionsWithIndex(lambda i, it: it, True),
            "p.map.filter": p.map(tuple).filter(bool), "p.partitionBy": p.partitionBy(3),
            "p.partitionBy.5": p.partitionBy(5), "a": a}
    return {name: (rdd.partitioner and rdd.partitioner.numPartitions, rdd.getNumPartitions())
            for name, rdd in rdds.items()}


@program
def partitionBy_the_same_is_itself(sc, tmp):
    p = sc.parallelize([(1, 1)], 2).partitionBy(3)
    return (p.partitionBy(3) is p, p.partitionBy(2) is p,
            p.mapValues(str).partitionBy(3).id() - p.id(), p.partitionBy(3, hash) is p)
