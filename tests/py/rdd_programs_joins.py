"""Programs of rdd_programs.py's kind: joins, cogroups, subtraction, sorting."""
from rdd_programs import error, kind, parts, program, tree


def left(sc):
    return sc.parallelize([("a", 1), ("b", 2), ("a", 3), (None, 4), ("d", None)], 3)


def right(sc):
    return sc.parallelize([("a", "x"), ("c", "y"), ("a", "z"), (None, None)], 2)


def sides(rdd):
    """cogroup's values as sorted lists, by partition."""
    return parts(rdd.mapValues(lambda groups: [sorted(vs, key=repr) for vs in groups]))


# ── joins ──
@program
def join_of_many_values(sc, tmp):
    return (parts(left(sc).join(right(sc))), parts(left(sc).join(right(sc), 2)),
            parts(right(sc).join(left(sc), numPartitions=1)))


@program
def leftOuterJoin_forms(sc, tmp):
    return (parts(left(sc).leftOuterJoin(right(sc))), parts(left(sc).leftOuterJoin(right(sc), 2)),
            left(sc).leftOuterJoin(right(sc)).getNumPartitions())


@program
def rightOuterJoin_forms(sc, tmp):
    return (parts(left(sc).rightOuterJoin(right(sc))),
            parts(left(sc).rightOuterJoin(right(sc), numPartitions=1)))


@program
def fullOuterJoin_forms(sc, tmp):
    return parts(left(sc).fullOuterJoin(right(sc))), parts(left(sc).fullOuterJoin(right(sc), 4))


@program
def outer_joins_with_nothing(sc, tmp):
    nothing = sc.parallelize([], 2)
    return (parts(left(sc).leftOuterJoin(nothing)), parts(nothing.leftOuterJoin(left(sc))),
            parts(left(sc).fullOuterJoin(nothing, 2)), parts(nothing.rightOuterJoin(nothing)),
            parts(left(sc).fullOuterJoin(sc.emptyRDD(), 2)))


@program
def outer_joins_of_falsy_values(sc, tmp):
    zeros, empties = sc.parallelize([(1, 0), (2, "")]), sc.parallelize([(1, []), (3, None)])
    return (parts(zeros.leftOuterJoin(empties, 1)), parts(zeros.rightOuterJoin(empties, 1)),
            parts(zeros.fullOuterJoin(empties, 1)))


@program
def join_of_an_rdd_with_itself(sc, tmp):
    rdd = left(sc)
    return parts(rdd.join(rdd, 2)), parts(rdd.partitionBy(2).join(rdd.partitionBy(2)))


@program
def outer_joins_of_partitioned_sides(sc, tmp):
    a, b = left(sc).partitionBy(3), right(sc).partitionBy(3)
    return [parts(join(b)) for join in (a.leftOuterJoin, a.rightOuterJoin, a.fullOuterJoin)]


@program
def join_trees(sc, tmp):
    a, b = left(sc).partitionBy(3), right(sc).partitionBy(3)
    return tree(left(sc).leftOuterJoin(right(sc))), tree(a.fullOuterJoin(b)), tree(a.cogroup(b))


@program
def three_joins_in_a_row(sc, tmp):
    rdd = left(sc)
    return parts(rdd.join(right(sc), 2).leftOuterJoin(rdd, 2).rightOuterJoin(rdd, 3))


@program
def join_errors(sc, tmp):
    return (kind(lambda: left(sc).join(3)), kind(lambda: left(sc).join([("a", 1)])),
            kind(lambda: sc.emptyRDD().join(sc.parallelize([1, 2], 1)).collect()),
            kind(lambda: sc.parallelize([(1, 2), ([3], 4)], 1).join(sc.emptyRDD()).collect()))


# ── cogroup and groupWith ──
@program
def cogroup_forms(sc, tmp):
    return (sides(left(sc).cogroup(right(sc))), sides(left(sc).cogroup(right(sc), 2)),
            sides(left(sc).cogroup(sc.parallelize([], 1), 1)))


@program
def cogroup_gives_iterables(sc, tmp):
    [(key, groups)] = sc.parallelize([(1, 2)]).cogroup(sc.parallelize([(1, 3)])).collect()
    return key, type(groups).__name__, [(type(g).__name__, len(g), list(g)) for g in groups]


@program
def groupWith_of_one_two_and_four(sc, tmp):
    a, b = left(sc), right(sc)
    return sides(a.groupWith(b)), sides(a.groupWith(b, a)), sides(a.groupWith(b, a, b, a))


@program
def cogroup_of_partitioned_sides(sc, tmp):
    a, b = left(sc).partitionBy(2), right(sc).partitionBy(2)
    return sides(a.cogroup(b)), sides(a.cogroup(b, 2)), sides(a.groupWith(b))


@program
def cogroup_by_default_parallelism_of_the_union(sc, tmp):
    return (left(sc).cogroup(right(sc)).getNumPartitions(),
            left(sc).groupWith(right(sc), right(sc)).getNumPartitions())


# ── what is here and not there ──
@program
def subtractByKey_forms(sc, tmp):
    return (parts(left(sc).subtractByKey(right(sc))), parts(left(sc).subtractByKey(right(sc), 2)),
            parts(right(sc).subtractByKey(left(sc), numPartitions=1)))


@program
def subtractByKey_of_partitioned_sides(sc, tmp):
    a, b = left(sc).partitionBy(2), right(sc).partitionBy(2)
    return parts(a.subtractByKey(b)), parts(a.subtractByKey(b, 2))


@program
def subtract_forms(sc, tmp):
    a, b = sc.parallelize([1, 2, 2, None, "x", 3.0], 3), sc.parallelize([2, 3, None], 2)
    return (parts(a.subtract(b)), parts(a.subtract(b, 2)), parts(a.subtract(sc.emptyRDD(), 1)),
            parts(sc.parallelize([], 2).subtract(a)))


@program
def intersection_forms(sc, tmp):
    a, b = sc.parallelize([1, 2, 2, None, "x", 3.0], 3), sc.parallelize([2, 3, None, 2], 2)
    return (parts(a.intersection(b)), parts(b.intersection(a)),
            parts(a.intersection(sc.parallelize([], 2))))


@program
def subtract_of_what_cannot_be_hashed(sc, tmp):
    rdd = sc.parallelize([[1], [2]], 2)
    return kind(lambda: rdd.subtract(rdd).collect()), kind(lambda: rdd.intersection(rdd).collect())


# ── sorting ──
@program
def sortByKey_in_partitions(sc, tmp):
    rdd = sc.parallelize([(i * 37 % 101, i) for i in range(200)], 4)
    return rdd.sortByKey().glom().map(len).collect(), rdd.sortByKey(True, 3).collect()


@program
def sortByKey_descending(sc, tmp):
    rdd = sc.parallelize([(i * 7 % 20, i) for i in range(40)], 4)
    return (rdd.sortByKey(False).glom().collect(), rdd.sortByKey(ascending=False, numPartitions=2)
            .glom().collect(), rdd.sortByKey(0, 3).keys().collect())


@program
def sortByKey_with_a_keyfunc(sc, tmp):
    words = "the quick Brown fox Jumps Over the Lazy dog".split()
    rdd = sc.parallelize([(w, len(w)) for w in words], 3)
    return (rdd.sortByKey(keyfunc=str.lower).glom().collect(),
            rdd.sortByKey(False, 2, lambda k: (len(k), k)).glom().collect())


@program
def sortByKey_of_few_and_of_equal_keys(sc, tmp):
    return (sc.parallelize([(1, "a")], 3).sortByKey().glom().collect(),
            sc.parallelize([(1, i) for i in range(9)], 3).sortByKey().glom().collect(),
            sc.parallelize([(2, 0), (1, 0)], 2).sortByKey(True, 5).glom().collect())


@program
def sortByKey_of_nothing(sc, tmp):
    rdd = sc.parallelize([], 3)
    return rdd.sortByKey().collect(), rdd.sortByKey().getNumPartitions(), rdd.sortByKey() is rdd


@program
def sortByKey_many_keys(sc, tmp):
    rdd = sc.parallelize([(i * 7919 % 10007, None) for i in range(5000)], 8)
    found = rdd.sortByKey(numPartitions=6)
    return found.glom().map(len).collect(), found.keys().collect() == sorted(rdd.keys().collect())


@program
def sort_keeps_the_partitioner(sc, tmp):
    rdd = sc.parallelize([(i % 5, i) for i in range(10)], 2).sortByKey()
    return rdd.partitioner is not None, rdd.mapValues(str).reduceByKey(max).collect()


@program
def sortBy_forms(sc, tmp):
    words = sc.parallelize("b c a dd cc bb ccc aaa".split(), 3)
    return (words.sortBy(lambda w: w).glom().collect(), words.sortBy(len).collect(),
            words.sortBy(len, False, 2).glom().collect(),
            words.sortBy(keyfunc=lambda w: (-len(w), w), numPartitions=2).collect())


@program
def sortBy_in_two_directions_of_tuples(sc, tmp):
    rows = sc.parallelize([("x", 3), ("y", 1), ("x", 1), ("y", 3)], 2)
    return rows.sortBy(lambda r: (r[0], -r[1])).collect(), rows.sortBy(lambda r: r[1]).collect()


@program
def sort_of_what_has_no_order(sc, tmp):
    rdd = sc.parallelize([(None, 1), (1, 2), ("a", 3)], 2)
    return kind(lambda: rdd.sortByKey().collect()), error(lambda: rdd.sortByKey(True, -1))


@program
def repartitionAndSort_forms(sc, tmp):
    rdd = sc.parallelize([(i * 7 % 12, i) for i in range(24)], 3)
    sort = rdd.repartitionAndSortWithinPartitions
    return (sort().glom().collect(), sort(2).glom().collect(), sort(2, lambda k: k % 2).glom()
            .collect(), sort(2, lambda k: 1, False).glom().collect(),
            sort(numPartitions=2, ascending=False, keyfunc=lambda k: -k).glom().collect(),
            sort(3).partitioner.numPartitions)


@program
def repartitionAndSort_of_partitioned_pairs(sc, tmp):
    rdd = sc.parallelize([(i * 7 % 12, i) for i in range(24)], 3).partitionBy(4)
    return rdd.repartitionAndSortWithinPartitions(4).glom().collect()


@program
def sort_trees(sc, tmp):
    rdd = sc.parallelize([(2, 0), (1, 0)], 2)
    return tree(rdd.sortByKey()), tree(rdd.repartitionAndSortWithinPartitions(2))
