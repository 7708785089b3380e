"""Barrier stages: all tasks of a stage run at the same time and may wait for each other.

    rdd.barrier().mapPartitions(train)      train() asks BarrierTaskContext (taskcontext.py)

What MPI programs and distributed training need, and a shuffle cannot give: it separates stages, a
barrier is met in the middle of one.  All tasks are launched together or none is, and if one fails
the whole stage is tried again.

Mirrors RDDBarrier of pyspark.core.rdd.
"""
from types import GenericAlias

from rushlight._callsite import operator


class RDDBarrier:
    """An RDD whose next function runs in a barrier stage; `RDD.barrier` makes it."""

    __class_getitem__ = classmethod(GenericAlias)       # RDDBarrier[int], in annotations

    def __init__(self, rdd):
        self.rdd = rdd

    @operator
    def mapPartitions(self, f, preservesPartitioning=False):
        """Every element of f(iterator), called once for each partition, at the same time for all.

        >>> numbers = sc.parallelize([1, 2, 3, 4], 2)
        >>> numbers.barrier().mapPartitions(lambda part: [sum(part)]).collect()
        [3, 7]
        """
        return self.rdd._then("mapPartitions", f, preservesPartitioning=preservesPartitioning,
                              is_barrier=True)

    @operator
    def mapPartitionsWithIndex(self, f, preservesPartitioning=False):
        """Every element of f(number, iterator), called once for each partition, at the same time
        for all.

        >>> numbers = sc.parallelize([1, 2, 3, 4], 2)
        >>> numbers.barrier().mapPartitionsWithIndex(lambda i, part: [(i, sum(part))]).collect()
        [(0, 3), (1, 7)]
        """
        return self.rdd._then("mapPartitionsWithIndex", f,
                              preservesPartitioning=preservesPartitioning, is_barrier=True)


class Barriers:
    """The part of RDD that begins barrier stages."""

    def barrier(self):
        """An RDDBarrier: the function that it is given next runs for all partitions at once.

        >>> from rushlight import BarrierTaskContext
        >>> def meet(part):
        ...     BarrierTaskContext.get().barrier()      # waits for the other one
        ...     return part
        >>> sc.parallelize([1, 2], 2).barrier().mapPartitions(meet).collect()
        [1, 2]
        """
        return RDDBarrier(self)

    def _is_barrier(self):
        return False
