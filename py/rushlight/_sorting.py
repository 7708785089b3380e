"""Sorting: range partitioning, then a sort within each partition.

To sort a collection that fits no machine, first decide which keys go where: partition 0 takes the
smallest, the next one what follows, and each is sorted alone.  Read in order they are sorted.

    keys    5 1 9 3 │ 8 2 7 4           count, and sample some 20 keys a partition: two small jobs
    bounds  3 · 6                       two cuts make three partitions
    shuffle ≤3: 1 3 2 │ ≤6: 5 4 │ 9 8 7     a key's partition: bisection of the bounds
    sort    1 2 3 │ 4 5 │ 7 8 9         the chain op "sort", in the workers

Cutting a sample is what makes this even: twenty keys a partition put the cuts near the quantiles,
whatever the distribution.  Many equal keys still go into one partition.

This is why sortByKey runs jobs although it is a transformation: the bounds are needed to build it.
Descending is the same with the partitions counted from the end.  As in PySpark bounds are keys, and
are compared with keyfunc (key): a keyfunc must give what its keys can be compared with.  Mirrors
RangePartitioner.
"""
import functools

from rushlight import _functions as functions
from rushlight._callsite import operator
from rushlight._functions import portable_hash

SAMPLES_PER_PARTITION = 20.0
SAMPLING_SEED = 1


class Sorting:
    """The part of RDD that sorts."""

    @operator
    def sortByKey(self, ascending=True, numPartitions=None, keyfunc=functions.identity):
        """Pairs in the order of their keys, or of keyfunc(key); equal keys keep their order within
        a partition of before.  Runs two small jobs at once, to find where to cut.

        >>> pairs = sc.parallelize([("b", 2), ("c", 3), ("a", 1), ("B", 4)], 2)
        >>> pairs.sortByKey().collect()
        [('B', 4), ('a', 1), ('b', 2), ('c', 3)]
        >>> pairs.sortByKey(False, keyfunc=str.lower).keys().collect()
        ['c', 'b', 'B', 'a']
        """
        if numPartitions is None:
            numPartitions = self._default_reduce_partitions()
        if numPartitions == 1:
            all_in_one = self.coalesce(1) if self.getNumPartitions() > 1 else self
            return all_in_one._sort_partitions(keyfunc, ascending)
        size = self.count()
        if not size:
            return self
        bounds = self._range_bounds(size, numPartitions, keyfunc)
        by_range = functools.partial(functions.range_of, bounds, keyfunc,
                                     None if ascending else numPartitions - 1)
        return self.partitionBy(numPartitions, by_range)._sort_partitions(keyfunc, ascending)

    def _range_bounds(self, size, numPartitions, keyfunc):
        """The keys after which partitions end, all but the last."""
        fraction = min(numPartitions * SAMPLES_PER_PARTITION / max(size, 1), 1.0)
        sample = sorted(self.sample(False, fraction, SAMPLING_SEED).keys().collect(), key=keyfunc)
        return [sample[int(len(sample) * (i + 1) / numPartitions)]
                for i in range(numPartitions - 1)]

    def _sort_partitions(self, keyfunc, ascending):
        if keyfunc is None:
            keyfunc = functions.no_function
        return self._then("sort", None if keyfunc is functions.identity else keyfunc,
                          bool(ascending), preservesPartitioning=True)

    @operator
    def sortBy(self, keyfunc, ascending=True, numPartitions=None):
        """Elements in the order of keyfunc(x).  Runs two small jobs at once, as sortByKey does.

        >>> sc.parallelize(["pear", "fig", "apple"], 2).sortBy(len).collect()
        ['fig', 'pear', 'apple']
        """
        return self.keyBy(keyfunc).sortByKey(ascending, numPartitions).values()

    @operator
    def repartitionAndSortWithinPartitions(self, numPartitions=None, partitionFunc=portable_hash,
                                           ascending=True, keyfunc=functions.identity):
        """Moves pairs as partitionBy does and sorts each partition by key: cheaper than sorting
        everything, where only the order within a partition matters.

        >>> pairs = sc.parallelize([(k, None) for k in (5, 2, 4, 1)], 2)
        >>> pairs.repartitionAndSortWithinPartitions(2, lambda k: k % 2).keys().glom().collect()
        [[2, 4], [1, 5]]
        """
        return (self.partitionBy(numPartitions, partitionFunc)
                ._sort_partitions(keyfunc, ascending))
