"""Transformations of any RDD: map and its family, numbering, union, distinct.

They are lazy: each gives a new RDD and runs nothing.
"""
import functools
import itertools
import warnings

from rushlight import _functions as functions
from rushlight._callsite import operator


class Transformations:
    """The part of RDD that makes new RDDs from one; see rdd.py for how they are composed."""

    # ── element by element ──
    @operator
    def map(self, f, preservesPartitioning=False):
        """f(x) for each element x.

        >>> sc.parallelize(["b", "a"]).map(lambda w: (w, 1)).collect()
        [('b', 1), ('a', 1)]
        """
        return self._then("map", f, preservesPartitioning=preservesPartitioning)

    @operator
    def flatMap(self, f, preservesPartitioning=False):
        """Every element of f(x), for each element x.

        >>> sc.parallelize(["to be", "or not"]).flatMap(lambda line: line.split()).collect()
        ['to', 'be', 'or', 'not']
        """
        return self._then("flatMap", f, preservesPartitioning=preservesPartitioning)

    @operator
    def filter(self, f):
        """The elements for which f(x) is true.

        >>> sc.parallelize(range(6)).filter(lambda x: x % 2 == 0).collect()
        [0, 2, 4]
        """
        return self._then("filter", f, preservesPartitioning=True)

    @operator
    def keyBy(self, f):
        """(f(x), x) for each element x.

        >>> sc.parallelize(["apple", "bean"]).keyBy(lambda w: w[0]).collect()
        [('a', 'apple'), ('b', 'bean')]
        """
        return self._then("keyBy", f)

    # ── partition by partition ──
    @operator
    def mapPartitions(self, f, preservesPartitioning=False):
        """Every element of f(iterator), called once for each partition.

        >>> sc.parallelize([1, 2, 3, 4], 2).mapPartitions(lambda part: [sum(part)]).collect()
        [3, 7]
        """
        return self._then("mapPartitions", f, preservesPartitioning=preservesPartitioning)

    @operator
    def mapPartitionsWithIndex(self, f, preservesPartitioning=False):
        """Every element of f(number, iterator), called once for each partition.

        >>> sc.parallelize([1, 2, 3, 4], 2).mapPartitionsWithIndex(
        ...     lambda i, part: [(i, sum(part))]).collect()
        [(0, 3), (1, 7)]
        """
        return self._then("mapPartitionsWithIndex", f,
                          preservesPartitioning=preservesPartitioning)

    @operator
    def mapPartitionsWithSplit(self, f, preservesPartitioning=False):
        """The former name of mapPartitionsWithIndex.

        >>> import warnings
        >>> with warnings.catch_warnings(record=True):
        ...     sc.parallelize([1, 2], 2).mapPartitionsWithSplit(lambda i, part: [i]).collect()
        [0, 1]
        """
        warnings.warn("mapPartitionsWithSplit has another name now: mapPartitionsWithIndex",
                      FutureWarning, stacklevel=3)
        return self.mapPartitionsWithIndex(f, preservesPartitioning)

    @operator
    def glom(self):
        """Each partition as one list: shows what is where.

        >>> sc.parallelize(range(10), 4).glom().collect()
        [[0, 1], [2, 3, 4], [5, 6], [7, 8, 9]]
        """
        return self._then("glom")

    # ── numbers for elements ──
    @operator
    def zipWithIndex(self):
        """(x, its place) for each element x, from 0, in the order of partitions.  Runs a job that
        counts the partitions, if there are several.

        >>> sc.parallelize(["a", "b", "c"], 2).zipWithIndex().collect()
        [('a', 0), ('b', 1), ('c', 2)]
        """
        starts = [0]
        if self.getNumPartitions() > 1:
            sizes = self.mapPartitions(functions.count_partition).collect()
            starts = list(itertools.accumulate(sizes[:-1], initial=0))
        return self.mapPartitionsWithIndex(functools.partial(functions.number_from, starts))

    @operator
    def zipWithUniqueId(self):
        """(x, a number no other element has): in partition i of n the numbers are i, n + i,
        2n + i …  Runs no job.

        >>> sc.parallelize(["a", "b", "c"], 2).zipWithUniqueId().collect()
        [('a', 0), ('b', 1), ('c', 3)]
        """
        return self.mapPartitionsWithIndex(
            functools.partial(functions.number_every, self.getNumPartitions()))

    # ── several RDDs, several equal elements ──
    @operator
    def union(self, other):
        """The elements of both; duplicates stay.  No data moves.

        >>> sc.parallelize([1, 2]).union(sc.parallelize([2, 3])).collect()
        [1, 2, 2, 3]
        """
        both = self.ctx.union([self, other])
        if (self.partitioner is not None and self.partitioner == other.partitioner
                and self.getNumPartitions() == both.getNumPartitions()):
            both.partitioner = self.partitioner
        return both

    @functools.partial(operator, name="union")
    def __add__(self, other):
        """rdd1 + rdd2 is rdd1.union(rdd2).

        >>> (sc.parallelize([1]) + sc.parallelize([2])).collect()
        [1, 2]
        """
        if not isinstance(other, Transformations):
            return NotImplemented
        return self.union(other)

    @operator
    def distinct(self, numPartitions=None):
        """Each element once, through a shuffle.

        >>> sorted(sc.parallelize([3, 1, 3, 2, 1]).distinct().collect())
        [1, 2, 3]
        """
        return (self.map(functions.with_none)
                .reduceByKey(functions.keep_first, numPartitions)
                .keys())

    @operator
    def groupBy(self, f, numPartitions=None, partitionFunc=functions.portable_hash):
        """(k, the elements with f(x) == k), through a shuffle.

        >>> groups = sc.parallelize(range(5)).groupBy(lambda x: x % 2)
        >>> sorted((k, sorted(xs)) for k, xs in groups.collect())
        [(0, [0, 2, 4]), (1, [1, 3])]
        """
        return self.keyBy(f).groupByKey(numPartitions, partitionFunc)
