"""Joins: several RDDs of pairs brought together by key.

All of them are one thing: give each value the number of its side, put the sides into one RDD, group
that by key, and make of each key's values what the operator promises.

    ada → 36   ─ side 1 ─┐                       ┌ (1, 36) ┐   join            (36, "Rome")
                         ├ union ─ groupByKey ─▶ ada       │   fullOuterJoin   (36, "Rome")
    ada → Rome ─ side 2 ─┘                       └ (2, Rome)   cogroup         ([36], ["Rome"])

So a join costs one shuffle, of both sides; none, if both are partitioned alike already (then
partitionBy finds the union's partitioner and moves nothing).  subtractByKey and intersection are
cogroups of which some keys are kept.  Mirrors pyspark.join.
"""
import functools

from rushlight import _functions as functions
from rushlight._callsite import operator
from rushlight.errors.base import check_rdd

LEFT, RIGHT = 1, 2


def _tagged(rdd, side):
    check_rdd(rdd)
    return rdd._then("tag", side, preservesPartitioning=True)


class Joins:
    """The part of RDD that joins pairs."""

    @operator
    def join(self, other, numPartitions=None):
        """(k, (v, w)) for each pair (k, v) here and (k, w) there.

        >>> ages = sc.parallelize([("ada", 36), ("bob", 41)])
        >>> towns = sc.parallelize([("ada", "Rome"), ("cyd", "Oslo")])
        >>> ages.join(towns).collect()
        [('ada', (36, 'Rome'))]
        """
        return self._join(other, numPartitions, False, False)

    @operator
    def leftOuterJoin(self, other, numPartitions=None):
        """Like join, and (k, (v, None)) for keys that are only here.

        >>> ages = sc.parallelize([("ada", 36), ("bob", 41)])
        >>> towns = sc.parallelize([("ada", "Rome"), ("cyd", "Oslo")])
        >>> sorted(ages.leftOuterJoin(towns).collect())
        [('ada', (36, 'Rome')), ('bob', (41, None))]
        """
        return self._join(other, numPartitions, False, True)

    @operator
    def rightOuterJoin(self, other, numPartitions=None):
        """Like join, and (k, (None, w)) for keys that are only there.

        >>> ages = sc.parallelize([("ada", 36), ("bob", 41)])
        >>> towns = sc.parallelize([("ada", "Rome"), ("cyd", "Oslo")])
        >>> sorted(ages.rightOuterJoin(towns).collect())
        [('ada', (36, 'Rome')), ('cyd', (None, 'Oslo'))]
        """
        return self._join(other, numPartitions, True, False)

    @operator
    def fullOuterJoin(self, other, numPartitions=None):
        """Like join, with None on the other side for keys that only one side has.

        >>> ages = sc.parallelize([("ada", 36), ("bob", 41)])
        >>> towns = sc.parallelize([("ada", "Rome"), ("cyd", "Oslo")])
        >>> sorted(ages.fullOuterJoin(towns).collect())
        [('ada', (36, 'Rome')), ('bob', (41, None)), ('cyd', (None, 'Oslo'))]
        """
        return self._join(other, numPartitions, True, True)

    def _join(self, other, numPartitions, fill_left, fill_right):
        both = _tagged(self, LEFT).union(_tagged(other, RIGHT))
        return both._group_as_lists(numPartitions)._then(
            "joinSides", fill_left, fill_right, preservesPartitioning=True)

    @operator
    def cogroup(self, other, numPartitions=None):
        """(k, (the values of k here, those there)) for each key of either side.

        >>> ages = sc.parallelize([("ada", 36), ("bob", 41)])
        >>> towns = sc.parallelize([("ada", "Rome"), ("ada", "Bari")])
        >>> grouped = ages.cogroup(towns).mapValues(lambda sides: [sorted(vs) for vs in sides])
        >>> sorted(grouped.collect())
        [('ada', [[36], ['Bari', 'Rome']]), ('bob', [[41], []])]
        """
        return self._cogroup((other,), numPartitions)

    @operator
    def groupWith(self, other, *others):
        """cogroup of any number of RDDs.

        >>> a, b, c = [sc.parallelize([("k", x)]) for x in (1, 2, 3)]
        >>> a.groupWith(b, c).mapValues(lambda sides: [list(vs) for vs in sides]).collect()
        [('k', [[1], [2], [3]])]
        """
        return self._cogroup((other, *others), None)

    def _cogroup(self, others, numPartitions):
        tagged = [_tagged(rdd, side) for side, rdd in enumerate((self, *others))]
        everything = functools.reduce(lambda rdds, rdd: rdds.union(rdd), tagged)
        return everything._group_as_lists(numPartitions).mapValues(
            functools.partial(functions.split_sides, len(tagged)))

    @operator
    def subtractByKey(self, other, numPartitions=None):
        """The pairs whose key is not in the other RDD.

        >>> pairs = sc.parallelize([("a", 1), ("b", 2), ("a", 3)])
        >>> pairs.subtractByKey(sc.parallelize([("a", None)])).collect()
        [('b', 2)]
        """
        return (self.cogroup(other, numPartitions)
                .filter(functions.is_only_left)
                .flatMapValues(functions.left_values))

    # ── of any elements: they are keys without a value ──
    @operator
    def subtract(self, other, numPartitions=None):
        """The elements that are not in the other RDD; duplicates stay.

        >>> sorted(sc.parallelize([1, 2, 2, 3]).subtract(sc.parallelize([3, 4])).collect())
        [1, 2, 2]
        """
        check_rdd(other)
        theirs = other.map(functions.with_true)
        return self.map(functions.with_true).subtractByKey(theirs, numPartitions).keys()

    @operator
    def intersection(self, other):
        """The elements that are in both RDDs, each once.

        >>> sorted(sc.parallelize([1, 2, 2, 3]).intersection(sc.parallelize([2, 3, 4])).collect())
        [2, 3]
        """
        check_rdd(other)
        return (self.map(functions.with_none)
                .cogroup(other.map(functions.with_none))
                .filter(functions.is_on_all_sides)
                .keys())
