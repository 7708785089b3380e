"""Transformations of RDDs of (key, value) pairs.

All that moves pairs between partitions goes through partitionBy; everything else is a chain before
it (the map side) and a chain after it (the reduce side):

    reduceByKey    combine by key │ shuffle │ merge by key
    groupByKey     lists by key   │ shuffle │ join the lists

Pairs that are partitioned so already do not move: partitionBy then returns the RDD itself.  Joins
and sorts are made of these (_joins.py, _sorting.py).
"""
import functools

from rushlight import _functions as functions
from rushlight._callsite import current_call, operator
from rushlight._functions import portable_hash
from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.errors.engine import NoSuchMethodError
from rushlight.resultiterable import ResultIterable


class PairTransformations:
    """The part of RDD that is for pairs."""

    # ── within a partition ──
    @operator
    def keys(self):
        """The first of each pair.

        >>> sc.parallelize([("a", 1), ("b", 2)]).keys().collect()
        ['a', 'b']
        """
        return self._then("keys")

    @operator
    def values(self):
        """The second of each pair.

        >>> sc.parallelize([("a", 1), ("b", 2)]).values().collect()
        [1, 2]
        """
        return self._then("values")

    @operator
    def mapValues(self, f):
        """(k, f(v)) for each pair; keys stay where they are.

        >>> sc.parallelize([("a", 1), ("b", 2)]).mapValues(lambda v: v * 10).collect()
        [('a', 10), ('b', 20)]
        """
        return self._then("mapValues", f, preservesPartitioning=True)

    @operator
    def flatMapValues(self, f):
        """(k, w) for each w of f(v), for each pair; keys stay where they are.

        >>> sc.parallelize([("a", "xy"), ("b", "z")]).flatMapValues(list).collect()
        [('a', 'x'), ('a', 'y'), ('b', 'z')]
        """
        return self._then("flatMapValues", f, preservesPartitioning=True)

    # ── through a shuffle ──
    @operator
    def partitionBy(self, numPartitions, partitionFunc=portable_hash):
        """Moves each pair to partition partitionFunc(key) % numPartitions.

        >>> pairs = sc.parallelize([(k, None) for k in range(6)], 2).partitionBy(3)
        >>> pairs.keys().glom().map(sorted).collect()
        [[0, 3], [1, 4], [2, 5]]
        """
        from rushlight.rdd import Partitioner, PipelinedRDD, RDD
        n = self._reduce_partitions(numPartitions)
        partitioner = Partitioner(n, partitionFunc)
        if self.partitioner == partitioner:
            return self
        function = functions.no_function if partitionFunc is None else partitionFunc
        if partitionFunc is portable_hash:
            function = None     # the worker has it
        elif self.ctx.profiler_collector is None:
            function = functions.as_range(function)
        keyed = PipelinedRDD(self, (("partition", n, function),), preservesPartitioning=True,
                             output="pairs")
        call, engine = current_call(), self.ctx._engine
        pairs = engine.pairwise(keyed._engine(), call)
        shuffled = engine.shuffled(pairs, n, self.ctx._partitioner_identity(partitionFunc), call)
        rdd = RDD(engine.value_of_pair(shuffled, call), self.ctx, self.ctx._shuffled_format)
        rdd.partitioner = partitioner
        return rdd

    def _reduce_partitions(self, numPartitions):
        if numPartitions is None:
            return self._default_reduce_partitions()
        if isinstance(numPartitions, bool):
            raise NoSuchMethodError("Constructor org.apache.spark.api.python.PythonPartitioner",
                                    numPartitions)
        if not isinstance(numPartitions, int):
            raise PySparkTypeError(errorClass="NOT_EXPECTED_TYPE", messageParameters={
                "arg_name": "numPartitions", "expected_type": "int",
                "arg_type": type(numPartitions).__name__})
        if numPartitions < 1:
            raise PySparkValueError(
                f"Number of partitions must be positive, but numPartitions is {numPartitions}.")
        return numPartitions

    @operator
    def combineByKey(self, createCombiner, mergeValue, mergeCombiners, numPartitions=None,
                     partitionFunc=portable_hash):
        """One combined value a key: createCombiner(v) for the first value of a key in a partition,
        mergeValue(c, v) for the next ones, mergeCombiners(c1, c2) after the shuffle.

        >>> pairs = sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 2)
        >>> lists = pairs.combineByKey(lambda v: [v], lambda c, v: c + [v], lambda c, d: c + d)
        >>> sorted((k, sorted(vs)) for k, vs in lists.collect())
        [('a', [1, 3]), ('b', [2])]
        """
        shuffled = (self._then("combine", createCombiner, mergeValue, mergeCombiners,
                               preservesPartitioning=True)
                    .partitionBy(numPartitions, partitionFunc))
        return shuffled._then("mergeCombiners", mergeCombiners, preservesPartitioning=True)

    @operator
    def reduceByKey(self, func, numPartitions=None, partitionFunc=portable_hash):
        """One value a key: func(v1, v2) of all its values, in each partition before the shuffle
        and again after it.

        >>> pairs = sc.parallelize([("a", 1), ("b", 2), ("a", 3)])
        >>> sorted(pairs.reduceByKey(lambda a, b: a + b).collect())
        [('a', 4), ('b', 2)]
        """
        return self.combineByKey(None, func, func, numPartitions, partitionFunc)

    @operator
    def aggregateByKey(self, zeroValue, seqFunc, combFunc, numPartitions=None,
                       partitionFunc=portable_hash):
        """One combined value a key, from a zero: seqFunc(zero, v) for its first value in a
        partition, seqFunc(c, v) for the next ones, combFunc(c1, c2) after the shuffle.

        >>> pairs = sc.parallelize([("a", 3), ("b", 5), ("a", 1)], 1)
        >>> sums = pairs.aggregateByKey((0, 0), lambda c, v: (c[0] + v, c[1] + 1),
        ...                             lambda c, d: (c[0] + d[0], c[1] + d[1]))
        >>> sorted(sums.collect())
        [('a', (4, 2)), ('b', (5, 1))]
        """
        return self.combineByKey(functools.partial(functions.from_zero, zeroValue, seqFunc),
                                 seqFunc, combFunc, numPartitions, partitionFunc)

    @operator
    def foldByKey(self, zeroValue, func, numPartitions=None, partitionFunc=portable_hash):
        """reduceByKey from a zero, which enters once for each key in each partition.

        >>> pairs = sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 1)
        >>> sorted(pairs.foldByKey(10, lambda a, b: a + b).collect())
        [('a', 14), ('b', 12)]
        """
        return self.aggregateByKey(zeroValue, func, func, numPartitions, partitionFunc)

    @operator
    def groupByKey(self, numPartitions=None, partitionFunc=portable_hash):
        """All values of each key.  Every value is moved: for sums and the like reduceByKey is
        cheaper.

        >>> pairs = sc.parallelize([("a", 1), ("b", 2), ("a", 3)])
        >>> sorted((k, sorted(vs)) for k, vs in pairs.groupByKey().collect())
        [('a', [1, 3]), ('b', [2])]
        """
        return self._group_as_lists(numPartitions, partitionFunc).mapValues(ResultIterable)

    def _group_as_lists(self, numPartitions, partitionFunc=portable_hash):
        shuffled = (self._then("group", preservesPartitioning=True)
                    .partitionBy(numPartitions, partitionFunc))
        return shuffled._then("mergeGroups", preservesPartitioning=True)
