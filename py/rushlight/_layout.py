"""coalesce, repartition, zip, cartesian: partitions put together in other ways.

These are the engine's: it moves or pairs whole records and does not look into them.  Since a record
is a run of pickled objects, what users see depends on the length of runs, as in PySpark:

    repartition    deals out runs of ten, one after the other, so ten neighbours stay together
    zip            pairs the first run of one with the first of the other; so that they fit, both
                   are brought to runs of the same length before
    cartesian      pairs each run of one with each of the other, and then, run by run, elements

What the last two give are two records side by side (_records.py): a worker makes pairs of their
elements when it reads them.
"""
import functools

from rushlight._callsite import current_call, operator
from rushlight._records import ALL, serializer_of
from rushlight.errors.base import check_rdd
from rushlight.errors.engine import NoSuchMethodError

DEALT_RUN = 10      # objects in a run that repartition deals out, if batchSize is not less
ZIPPED_RUN = 100    # objects in a run of zip, if those of the two RDDs differ from run to run


def _run_length(record_format):
    """How many objects a record is; 0 or less: that differs from record to record."""
    return record_format[1] if record_format[0] == "runs" and record_format[1] is not None else 1


class Layout:
    """The part of RDD that makes new partitions of those that there are."""

    def _in_runs_of(self, n):
        """This RDD as runs of n objects."""
        from rushlight.rdd import PipelinedRDD
        # All of a flush is a shuffle's: these may be no pickles.
        if self._format == ("runs", n) and n != ALL:
            return self
        return PipelinedRDD(self, (), preservesPartitioning=True, record_format=("runs", n))

    def _for_pairs(self):
        """This RDD as workers can read it beside another: not in a serializer of the user's."""
        return self if serializer_of(self._format) is None else self._in_runs_of(self._format[1])

    @operator
    def coalesce(self, numPartitions, shuffle=False):
        """At most `numPartitions` partitions.  Without a shuffle neighbours are put together, and
        there cannot be more than before; what comes before runs in as few tasks, too.  With one it
        is repartition.

        >>> rdd = sc.parallelize([1, 2, 3, 4, 5], 3)
        >>> rdd.coalesce(2).glom().collect()
        [[1], [2, 3, 4, 5]]
        >>> rdd.coalesce(8).getNumPartitions()
        3
        """
        from rushlight.rdd import RDD
        if not numPartitions > 0:
            raise ValueError("Number of partitions must be positive.")
        if not isinstance(numPartitions, int) or numPartitions > 2**31 - 1:
            raise NoSuchMethodError("Method coalesce", numPartitions, shuffle)
        dealt = min(DEALT_RUN, self.ctx._batchSize or DEALT_RUN)
        rdd = self._in_runs_of(dealt) if shuffle else self
        engine_rdd = self.ctx._engine.coalesce(rdd._engine(), numPartitions, bool(shuffle),
                                               current_call())
        return RDD(engine_rdd, self.ctx, rdd._format)

    @functools.partial(operator, name="coalesce")       # as stages are called in Spark
    def repartition(self, numPartitions):
        """Exactly `numPartitions` partitions of about the same size, through a shuffle.  Elements
        move in runs of ten, so that few of them may all come to lie in one partition.

        >>> [len(part) for part in sc.parallelize(range(100), 4).repartition(3).glom().collect()]
        [35, 35, 30]
        """
        return self.coalesce(numPartitions, shuffle=True)

    @operator
    def zip(self, other):
        """The first element of this with the first of the other, the second with the second …
        Both must have as many partitions, and as many elements in each.

        >>> numbers = sc.parallelize(range(5), 2)
        >>> numbers.zip(numbers.map(lambda x: x * x)).collect()
        [(0, 0), (1, 1), (2, 4), (3, 9), (4, 16)]
        """
        from rushlight.rdd import RDD
        check_rdd(other)
        mine, others = _run_length(self._format), _run_length(other._format)
        left, right = self, other
        if mine != others or mine == 0:
            length = min(mine, others)
            length = length if length > 0 else ZIPPED_RUN
            right, left = other._in_runs_of(length), self._in_runs_of(length)
        left, right = left._for_pairs(), right._for_pairs()
        if left.getNumPartitions() != right.getNumPartitions():
            raise ValueError("Can only zip with RDD which has the same number of partitions")
        engine_rdd = self.ctx._engine.zip(left._engine(), right._engine(), current_call())
        return RDD(engine_rdd, self.ctx, ("zip", left._format, right._format))

    @operator
    def cartesian(self, other):
        """Every pair of an element of this and one of the other; partitions multiply, too.

        >>> sorted(sc.parallelize([1, 2]).cartesian(sc.parallelize("ab")).collect())
        [(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')]
        """
        from rushlight.rdd import RDD
        check_rdd(other)
        left, right = self._for_pairs(), other._for_pairs()
        engine_rdd = self.ctx._engine.cartesian(left._engine(), right._engine(), current_call())
        return RDD(engine_rdd, self.ctx, ("cartesian", left._format, right._format))
