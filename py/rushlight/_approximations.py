"""Approximations: actions that answer with less memory, or sooner, than exact ones.

countApproxDistinct keeps 2^p registers a partition instead of a set of values (_hyperloglog.py).
"""
import functools

from rushlight import _functions as functions
from rushlight._callsite import operator
from rushlight._hyperloglog import HyperLogLog, bits_for

LEAST_ERROR = 0.000017


class Approximations:
    """The part of RDD that answers approximately."""

    @operator
    def countApproxDistinct(self, relativeSD=0.05):
        """How many different elements there are, within about `relativeSD` of the truth (two times
        in three), from one walk without a shuffle.

        >>> sc.parallelize([i % 100 for i in range(1000)], 2).countApproxDistinct()
        99
        """
        if relativeSD < LEAST_ERROR:
            raise ValueError(f"relativeSD should be greater than {LEAST_ERROR:f}")
        bits = bits_for(relativeSD)
        empty = HyperLogLog(bits)
        return (self.map(functions.hash_for_java)
                .mapPartitions(functools.partial(functions.in_list,
                                                 functools.partial(HyperLogLog, bits)))
                .fold(empty, HyperLogLog.merge)
                .cardinality())
