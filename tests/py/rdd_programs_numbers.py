"""Programs of rdd_programs.py's kind: samples, reductions, statistics, approximations."""
import collections
import math
import random

from rdd_programs import error, kind, parts, program, tree


# ── samples: equal seeds give equal samples ──
@program
def sample_forms(sc, tmp):
    rdd = sc.parallelize(range(100), 4)
    return [rdd.sample(with_replacement, fraction, seed).collect() for with_replacement in
            (False, True) for fraction in (0, 0.1, 0.5, 1, 2.5) for seed in (0, 42)]


@program
def sample_of_large_fractions(sc, tmp):
    rdd = sc.parallelize(range(6), 2)
    return (rdd.sample(True, 19.9, 1).countByValue(), rdd.sample(True, 25, 1).countByValue(),
            rdd.sample(False, 7, 1).collect())


@program
def sample_of_a_list_and_of_a_range(sc, tmp):
    return (sc.parallelize(list(range(20)), 3).sample(False, 0.5, 11).glom().collect(),
            sc.parallelize(range(20), 3).sample(False, 0.5, 11).glom().collect(),
            sc.parallelize(list(range(20)), 3).map(str).sample(False, 0.5, 11).glom().collect())


@program
def sample_without_a_seed(sc, tmp):
    random.seed(5)
    rdd = sc.parallelize(range(30), 3)
    return (rdd.sample(False, 0.4).collect(), rdd.sample(True, 0.4).collect(),
            [r.collect() for r in rdd.randomSplit([1, 1])],
            rdd.map(lambda x: (x % 2, x)).sampleByKey(False, {0: 0.3, 1: 0.6}).collect())


@program
def sample_twice_is_the_same(sc, tmp):
    rdd = sc.parallelize(range(50), 4).sample(True, 0.7)
    return rdd.collect() == rdd.collect()


@program
def sample_keeps_the_partitioner(sc, tmp):
    rdd = sc.parallelize([(i, i) for i in range(20)], 2).partitionBy(2)
    return (parts(rdd.sample(False, 0.5, 3).reduceByKey(max)),
            parts(rdd.sampleByKey(False, {i: 0.5 for i in range(20)}, 3).reduceByKey(max)),
            rdd.randomSplit([1, 1], 3)[0].partitioner == rdd.partitioner)


@program
def sample_errors(sc, tmp):
    rdd = sc.parallelize(range(10), 2)
    return (error(lambda: rdd.sample(False, -0.1)), error(lambda: rdd.sample(True, float("nan"))),
            kind(lambda: rdd.sample(False, 0.5, "seed").collect()),
            error(lambda: rdd.takeSample(False, -1)),
            error(lambda: rdd.takeSample(True, 2 ** 63)),
            error(lambda: rdd.randomSplit([1, -1])), error(lambda: rdd.randomSplit([0, 0])),
            error(lambda: rdd.randomSplit([])),
            error(lambda: rdd.sampleByKey(False, {1: -0.5})),
            kind(lambda: rdd.map(lambda x: (x, x)).sampleByKey(False, {1: 0.5}).collect()))


@program
def takeSample_forms(sc, tmp):
    rdd = sc.parallelize(range(100), 5)
    return [rdd.takeSample(with_replacement, n, seed) for with_replacement in (False, True)
            for n in (0, 1, 5, 11, 12, 99, 100, 150) for seed in (1, 2)]


@program
def takeSample_of_nothing(sc, tmp):
    return (sc.parallelize([], 3).takeSample(False, 5), sc.emptyRDD().takeSample(True, 5),
            sc.parallelize([1]).takeSample(True, 3, 1))


@program
def randomSplit_forms(sc, tmp):
    rdd = sc.parallelize(range(60), 4)
    return ([r.collect() for r in rdd.randomSplit([1, 2, 3], 17)],
            [r.glom().collect() for r in rdd.randomSplit([0.5, 0, 0.5], seed=0)],
            [r.collect() for r in rdd.randomSplit((7,), 1)])


@program
def sampleByKey_forms(sc, tmp):
    rdd = sc.parallelize([("ab"[i % 2], i) for i in range(40)], 3)
    return (rdd.sampleByKey(False, {"a": 0.2, "b": 0.8}, 3).collect(),
            rdd.sampleByKey(True, {"a": 0.2, "b": 3}, 3).collect())


# ── one value of all ──
@program
def aggregate_forms(sc, tmp):
    rdd = sc.parallelize(range(1, 11), 3)
    return (rdd.aggregate(0, lambda c, x: c + x, lambda c, d: c + d),
            rdd.aggregate(100, lambda c, x: c + x, lambda c, d: c + d),
            rdd.aggregate([], lambda c, x: c + [x], lambda c, d: c + [d]),
            sc.parallelize([], 2).aggregate("z", max, max), sc.emptyRDD().aggregate("z", max, max))


@program
def aggregate_with_zeros_that_change(sc, tmp):
    def append(xs, x):
        xs.append(x)
        return xs

    def extend(xs, ys):
        xs.extend(ys)
        return xs

    zero = []
    found = sc.parallelize(range(5), 3).aggregate(zero, append, extend)
    return found, zero, sc.parallelize(range(4), 2).fold([], lambda a, b: (a, b))


@program
def fold_is_not_a_combiner(sc, tmp):
    return (sc.parallelize(range(4), 2).fold(10, lambda a, b: a * 2 + b),
            sc.parallelize([], 3).fold(1, lambda a, b: a + b))


@program
def treeReduce_forms(sc, tmp):
    add = lambda a, b: a + b        # noqa: E731
    return ([sc.parallelize(range(30), n).treeReduce(add, depth) for n in (1, 4, 9, 20)
             for depth in (1, 2, 3)], sc.parallelize(["b", "a", "c"], 8).treeReduce(min),
            error(lambda: sc.parallelize([], 9).treeReduce(add)),
            error(lambda: sc.emptyRDD().treeReduce(add)),
            error(lambda: sc.parallelize([1]).treeReduce(add, 0)))


@program
def treeReduce_of_None(sc, tmp):
    return sc.parallelize([None, None], 4).treeReduce(lambda a, b: a or b)


@program
def treeAggregate_forms(sc, tmp):
    seq, comb = (lambda c, x: c + [x]), (lambda c, d: sorted(c + d))
    return ([sc.parallelize(range(12), n).treeAggregate([], seq, comb, depth)
             for n in (1, 5, 12) for depth in (1, 2, 4)],
            sc.parallelize([], 5).treeAggregate([7], seq, comb),
            sc.emptyRDD().treeAggregate("zero", seq, comb),
            error(lambda: sc.parallelize([1]).treeAggregate([], seq, comb, -1)))


@program
def reduce_errors(sc, tmp):
    nothing = sc.parallelize([], 2)
    return (error(lambda: nothing.reduce(max)), error(lambda: nothing.max()),
            error(lambda: sc.emptyRDD().countByValue()), nothing.sum(),
            kind(lambda: sc.parallelize([1, "a"], 1).reduce(lambda a, b: a + b)),
            error(lambda: sc.parallelize([1, "a"], 2).reduce(lambda a, b: a + b)))


# ── one value a key ──
@program
def aggregateByKey_forms(sc, tmp):
    rdd = sc.parallelize([("ab"[i % 2], i) for i in range(9)], 3)
    return (parts(rdd.aggregateByKey((0, 0), lambda c, v: (c[0] + v, c[1] + 1),
                                     lambda c, d: (c[0] + d[0], c[1] + d[1]))),
            parts(rdd.aggregateByKey([9], lambda c, v: c + [v], lambda c, d: c + d, 2)
                  .mapValues(sorted)),
            parts(rdd.aggregateByKey(1, max, max, 2, lambda k: 1)))


@program
def aggregateByKey_with_a_zero_that_changes(sc, tmp):
    def add(xs, x):
        xs.append(x)
        return xs

    rdd = sc.parallelize([("ab"[i % 2], i) for i in range(9)], 3)
    return parts(rdd.aggregateByKey([], add, lambda a, b: a + b, 1).mapValues(sorted))


@program
def foldByKey_forms(sc, tmp):
    rdd = sc.parallelize([("ab"[i % 2], i) for i in range(9)], 3)
    return (parts(rdd.foldByKey(0, lambda a, b: a + b)), parts(rdd.foldByKey(1, max, 2)),
            parts(rdd.foldByKey(100, lambda a, b: a + b, numPartitions=1)))


@program
def reduceByKeyLocally_forms(sc, tmp):
    rdd = sc.parallelize([("ab"[i % 2], i) for i in range(9)], 3)
    found = rdd.reduceByKeyLocally(lambda a, b: a + b)
    return (type(found).__name__, found, sc.parallelize([], 2).reduceByKeyLocally(max),
            error(lambda: sc.emptyRDD().reduceByKeyLocally(max)))


@program
def counts_by_key_and_value(sc, tmp):
    rdd = sc.parallelize([("a", 1), ("b", 1), ("a", 1), (None, 2)], 3)
    by_key, by_value = rdd.countByKey(), rdd.countByValue()
    return (isinstance(by_key, collections.defaultdict), by_key, by_value, by_key["never"],
            sc.parallelize([], 2).countByValue(), sc.parallelize([1, 1.0, True], 2).countByValue(),
            kind(lambda: sc.parallelize([[1]], 1).countByValue()))


@program
def lookup_forms(sc, tmp):
    rdd = sc.parallelize([("a", 1), ("b", 2), ("a", 3), (None, 4)], 3)
    by_key = rdd.partitionBy(4)
    return (rdd.lookup("a"), rdd.lookup("z"), rdd.lookup(None), by_key.lookup("a"),
            by_key.lookup(None), by_key.mapValues(str).lookup("b"), rdd.lookup(["a"]),
            kind(lambda: by_key.lookup(["a"])),
            sc.parallelize([(i, i) for i in range(20)], 4).sortByKey().lookup(13))


# ── numbers for elements ──
@program
def zipWithIndex_forms(sc, tmp):
    return (sc.parallelize("abcdefg", 3).zipWithIndex().collect(),
            sc.parallelize([], 3).zipWithIndex().collect(), sc.emptyRDD().zipWithIndex().collect(),
            sc.parallelize("abc", 1).zipWithIndex().collect(),
            sc.parallelize(range(10), 4).filter(lambda x: x > 6).zipWithIndex().glom().collect())


@program
def zipWithUniqueId_forms(sc, tmp):
    return (sc.parallelize("abcdefg", 3).zipWithUniqueId().collect(),
            sc.parallelize("abc", 1).zipWithUniqueId().collect(),
            sc.parallelize([], 2).zipWithUniqueId().collect())


# ── statistics ──
@program
def stats_of_numbers(sc, tmp):
    s = sc.parallelize([1.5, 2, 1e9, -7, 0.25, 3], 3).stats()
    return (s.count(), s.mean(), s.sum(), s.min(), s.max(), s.variance(), s.sampleVariance(),
            s.stdev(), s.sampleStdev(), repr(s), s.asDict(), s.asDict(sample=True))


@program
def stats_shortcuts(sc, tmp):
    rdd = sc.parallelize(range(1, 101), 7)
    return (rdd.mean(), rdd.variance(), rdd.stdev(), rdd.sampleVariance(), rdd.sampleStdev(),
            rdd.sum(), rdd.max(), rdd.min())


@program
def stats_of_little(sc, tmp):
    return (repr(sc.parallelize([], 2).stats()), repr(sc.parallelize([5], 2).stats()),
            math.isnan(sc.parallelize([5], 2).sampleStdev()),
            math.isnan(sc.parallelize([], 2).variance()),
            error(lambda: sc.emptyRDD().stats()), kind(lambda: sc.parallelize(["a"]).mean()))


@program
def stats_of_uneven_partitions(sc, tmp):
    rdd = sc.parallelize([1.0], 1).union(sc.parallelize([float(x) for x in range(100)], 2))
    return repr(rdd.stats()), repr(rdd.map(lambda x: x * 1e8 + 1).stats())


@program
def histogram_forms(sc, tmp):
    rdd = sc.parallelize([0, 1, 2.5, 3, 7, 9, 10, 10, None, float("nan"), -1, 11], 3)
    return (rdd.histogram(4), rdd.histogram(1), rdd.histogram([0, 5, 10]),
            rdd.histogram((0, 1, 2, 10)), rdd.histogram([0.0, 2.5, 5.0, 7.5, 10.0]),
            sc.parallelize([4, 4], 2).histogram(3), sc.parallelize(range(7), 2).histogram(3),
            sc.parallelize(["a", "b", "bc"], 2).histogram(["a", "b", "c"]))


@program
def histogram_errors(sc, tmp):
    rdd, inf = sc.parallelize([1, 2, 3], 2), float("inf")
    return ([error(rdd.histogram, buckets) for buckets in
             (0, -1, 2.0, "ab", [1], [], [2, 1], [1, 1], [1, None], [1.0, float("nan")], {1, 2})],
            error(lambda: sc.parallelize([], 2).histogram(2)),
            error(lambda: sc.parallelize(["a", "b"], 2).histogram(2)),
            error(lambda: sc.parallelize([1, inf], 2).histogram(2)),
            error(lambda: sc.parallelize(["a", 1], 2).histogram(2)))


# ── approximations that had the time to be exact ──
@program
def approximations_in_time(sc, tmp):
    rdd = sc.parallelize(range(100), 4)
    s, m = rdd.sumApprox(60000), rdd.meanApprox(60000, 0.5)
    return (rdd.countApprox(60000), s, s.confidence, s.low, s.high, type(s).__name__,
            m, m.confidence, m.low, m.high)


@program
def approximations_of_nothing(sc, tmp):
    found = []
    for rdd in (sc.emptyRDD(), sc.parallelize([], 3)):
        s, m = rdd.sumApprox(60000), rdd.meanApprox(60000)
        found.append((rdd.countApprox(60000), s, s.confidence, s.low, s.high,
                      m, m.confidence, m.low, m.high))
    return found


@program
def approximation_errors(sc, tmp):
    rdd = sc.parallelize(range(10), 2)
    return (kind(lambda: sc.parallelize(["a"], 1).meanApprox(60000)),
            error(lambda: rdd.countApproxDistinct(0.00001)))


@program
def countApproxDistinct_of_few_and_many(sc, tmp):
    return [sc.parallelize(range(n), 4).countApproxDistinct() for n in (0, 1, 10, 300, 3000, 10000)]


@program
def countApproxDistinct_of_kinds(sc, tmp):
    return (sc.parallelize(["a", "b", "a", None, 1, 1.0, (1, "x"), b"y"], 3).countApproxDistinct(),
            sc.parallelize([str(i) for i in range(5000)], 4).countApproxDistinct(0.1),
            sc.parallelize([i * -1.5 for i in range(200)], 2).countApproxDistinct(0.01),
            sc.parallelize(range(1000), 3).countApproxDistinct(0.4))


# ── ways to collect ──
@program
def toLocalIterator_forms(sc, tmp):
    rdd = sc.parallelize(range(10), 4)
    return (list(rdd.toLocalIterator()), list(rdd.map(str).toLocalIterator(True)),
            list(rdd.toLocalIterator(prefetchPartitions=True)), list(sc.emptyRDD()
                                                                     .toLocalIterator()))


@program
def toLocalIterator_runs_what_is_read(sc, tmp):
    rdd = sc.parallelize(range(10), 5)
    rdd.toLocalIterator()
    numbers = rdd.toLocalIterator()
    return [next(numbers) for _ in range(3)]


@program
def toLocalIterator_after_a_shuffle(sc, tmp):
    rdd = sc.parallelize([(i % 3, i) for i in range(12)], 3).reduceByKey(max, 3)
    return sorted(rdd.toLocalIterator()), sorted(rdd.toLocalIterator(True))


@program
def toLocalIterator_fails_where_it_is_read(sc, tmp):
    numbers = sc.parallelize(range(4), 2).map(lambda x: 6 // (2 - x)).toLocalIterator()
    return next(numbers), next(numbers), kind(lambda: next(numbers))


@program
def collectWithJobGroup_leaves_the_group(sc, tmp):
    before = sc.getLocalProperty("spark.jobGroup.id")
    found = sc.parallelize(range(3), 2).collectWithJobGroup("group", "described")
    return before, found, [sc.getLocalProperty(key) for key in
                           ("spark.jobGroup.id", "spark.job.description")]


@program
def mapPartitionsWithSplit_is_withIndex(sc, tmp):
    rdd = sc.parallelize(range(4), 2)
    return rdd.mapPartitionsWithSplit(lambda i, it: [(i, list(it))]).collect()


@program
def resource_profiles_and_shuffles(sc, tmp):
    rdd = sc.parallelize([(1, 2)], 2).reduceByKey(max)
    return (rdd.getResourceProfile(), rdd.count(), rdd.cleanShuffleDependencies(), rdd.count(),
            rdd.cleanShuffleDependencies(True))


@program
def trees_of_lineages(sc, tmp):
    rdd = sc.parallelize([(i, i) for i in range(8)], 2)
    return (tree(rdd.zipWithIndex()), tree(rdd.sample(False, 0.5, 1)), tree(rdd.foldByKey(0, max)),
            tree(rdd.subtractByKey(rdd)), tree(rdd.keys().intersection(rdd.keys())))


@program
def job_tags(sc, tmp):
    sc.addJobTag("one")
    sc.addJobTag("two")
    sc.addJobTag("one")
    both = sorted(sc.getJobTags())
    sc.removeJobTag("one")
    left = sorted(sc.getJobTags())
    sc.clearJobTags()
    return (both, left, sorted(sc.getJobTags()), sc.cancelJobsWithTag("nobody"),
            [kind(lambda: sc.addJobTag(tag)) for tag in ("", "a,b", None)],
            [kind(lambda: sc.removeJobTag(tag)) for tag in ("", "a,b", None, "absent")],
            [kind(lambda: sc.cancelJobsWithTag(tag)) for tag in ("", "a,b")])


@program
def system_properties(sc, tmp):
    sc.setSystemProperty("a.b", "c")
    return (sc.getSystemProperty("a.b"), sc.getSystemProperty("nobody's"),
            kind(lambda: sc.getSystemProperty("")))


@program
def small_parts_of_a_context(sc, tmp):
    sc.setInterruptOnCancel(True)
    interrupt = sc.getLocalProperty("spark.job.interruptOnCancel")
    sc.setInterruptOnCancel(False)
    return (interrupt, sc.getLocalProperty("spark.job.interruptOnCancel"), sc.PACKAGE_EXTENSIONS,
            sc.resources, sc.defaultMinPartitions, repr(sc.serializer),
            error(lambda: sc.show_profiles()), error(lambda: sc.dump_profiles(tmp)))
