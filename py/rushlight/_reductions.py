"""Reductions: actions that make one value of all elements, or one of all with the same key.

Each partition is reduced in a worker; the results, one a partition, are merged on the driver, on
the calling thread:

    reduce      f over the partition            f over the results      ─┐
    fold        from a zero                     from the zero again      ├ one job
    aggregate   seqOp from a zero               combOp from the zero    ─┘
    treeReduce, treeAggregate                   combOp in between: a shuffle to about √n partitions

With n partitions the driver merges n results; if they are large (gradients of a model) that is its
bottleneck, and trees give it only √n of them.
"""
import functools
import math
import operator as operators

from rushlight import _functions as functions
from rushlight._callsite import operator


def _check_depth(depth):
    if depth < 1:
        raise ValueError(f"Depth cannot be smaller than 1 but got {depth}.")


class Reductions:
    """The part of RDD that reduces it."""

    # ── one value of all ──
    @operator
    def reduce(self, f):
        """f(f(a, b), c) … of all elements: first within partitions, then of their results.  f must
        not mind the order.

        >>> sc.parallelize([1, 2, 3, 4], 2).reduce(lambda a, b: a * b)
        24
        """
        found = self.mapPartitions(functools.partial(functions.reduce_partition, f)).collect()
        if not found:
            raise ValueError("Can not reduce() empty RDD")
        return functools.reduce(f, found)

    @operator
    def fold(self, zeroValue, op):
        """Like reduce, from a zero that enters once in each partition and once on the driver.

        >>> sc.parallelize([1, 2, 3, 4], 4).fold(10, lambda a, b: a + b)
        60
        """
        found = self.mapPartitions(
            functools.partial(functions.fold_partition, zeroValue, op)).collect()
        return functools.reduce(op, found, zeroValue)

    @operator
    def aggregate(self, zeroValue, seqOp, combOp):
        """Like fold, for results of another type than the elements: seqOp(result, x) within
        partitions, combOp(result, result) on the driver.

        >>> sc.parallelize([1, 2, 3, 4], 2).aggregate(
        ...     (0, 0), lambda c, x: (c[0] + x, c[1] + 1), lambda c, d: (c[0] + d[0], c[1] + d[1]))
        (10, 4)
        """
        found = self.mapPartitions(
            functools.partial(functions.fold_partition, zeroValue, seqOp)).collect()
        return functools.reduce(combOp, found, zeroValue)

    @operator
    def sum(self):
        """The sum of all elements.

        >>> sc.parallelize([1.5, 2.5]).sum()
        4.0
        """
        return self.mapPartitions(functions.sum_partition).fold(0, operators.add)

    @operator
    def max(self, key=None):
        """The largest element; by key(x) if there is a key.

        >>> sc.parallelize(["fig", "apple", "kiwi"]).max(key=len)
        'apple'
        """
        return self.reduce(max if key is None else functools.partial(functions.max_by, key))

    @operator
    def min(self, key=None):
        """The smallest element; by key(x) if there is a key.

        >>> sc.parallelize([3, 1, 2]).min()
        1
        """
        return self.reduce(min if key is None else functools.partial(functions.min_by, key))

    # ── through trees ──
    @operator
    def treeReduce(self, f, depth=2):
        """reduce, with the results of partitions merged in `depth` levels.

        >>> sc.parallelize(range(10), 10).treeReduce(lambda a, b: a + b)
        45
        """
        _check_depth(depth)
        merge = functools.partial(functions.combine_marked, f)
        value, is_zero = self.map(functions.not_zero).treeAggregate((None, True), merge, merge,
                                                                    depth)
        if is_zero:
            raise ValueError("Cannot reduce empty RDD.")
        return value

    @operator
    def treeAggregate(self, zeroValue, seqOp, combOp, depth=2):
        """aggregate, with the results of partitions merged in `depth` levels: each but the last is
        a shuffle to fewer partitions.  The zero does not enter on the driver.

        >>> sc.parallelize(range(10), 10).treeAggregate(0, lambda c, x: c + x, lambda c, d: c + d)
        45
        """
        _check_depth(depth)
        n = self.getNumPartitions()
        if n == 0:
            return zeroValue
        partial_results = self.mapPartitions(
            functools.partial(functions.fold_partition, zeroValue, seqOp))
        scale = max(math.ceil(math.pow(n, 1.0 / depth)), 2)
        while n > scale + n / scale:        # a level more makes less work for the last one
            n /= scale
            partial_results = (
                partial_results
                .mapPartitionsWithIndex(functools.partial(functions.under_fewer, int(n)))
                .reduceByKey(combOp, int(n))
                .values())
        return partial_results.reduce(combOp)

    # ── one value a key, as a dict on the driver ──
    @operator
    def reduceByKeyLocally(self, func):
        """reduceByKey without a shuffle, as a dict: for few keys.

        >>> pairs = sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 2)
        >>> sorted(pairs.reduceByKeyLocally(lambda a, b: a + b).items())
        [('a', 4), ('b', 2)]
        """
        return (self.mapPartitions(functools.partial(functions.reduce_by_key, func))
                .reduce(functools.partial(functions.merge_by_key, func)))

    @operator
    def countByKey(self):
        """How many pairs each key has, as a dict.

        >>> pairs = sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 2)
        >>> sorted(pairs.countByKey().items())
        [('a', 2), ('b', 1)]
        """
        return self.keys().countByValue()

    @operator
    def countByValue(self):
        """How often each element occurs, as a dict.

        >>> sorted(sc.parallelize([1, 2, 1], 2).countByValue().items())
        [(1, 2), (2, 1)]
        """
        return self.mapPartitions(functions.count_values).reduce(functions.merge_counts)

    @operator
    def lookup(self, key):
        """The values of one key, as a list.  If the RDD is partitioned by key, only the one
        partition that can have it is looked at.

        >>> pairs = sc.parallelize([("a", 1), ("b", 2), ("a", 3)])
        >>> pairs.lookup("a"), pairs.partitionBy(2, len).lookup("b")
        ([1, 3], [2])
        """
        values = self.filter(functools.partial(functions.key_is, key)).values()
        if self.partitioner is None:
            return values.collect()
        return self.ctx.runJob(values, functions.identity, [self.partitioner(key)])
