"""What is computed once and kept: persisted RDDs.

A chain of functions ends at a persisted RDD: what stands on top of it reads its kept partitions,
so that it must be an engine RDD of its own (`_is_pipelinable`).  Partitions are kept as the runs of
pickled objects that they are; a run is one record of input.

Mirrors these parts of pyspark.core.rdd.
"""
from rushlight.storagelevel import StorageLevel


class Caching:
    """The part of RDD that keeps partitions."""

    is_cached = False
    is_checkpointed = False

    def _is_pipelinable(self):
        """Whether a chain may run on through this RDD."""
        return not (self.is_cached or self.is_checkpointed)

    def cache(self):
        """Keeps the partitions in memory once they have been computed: persist(MEMORY_ONLY).

        >>> numbers = sc.range(5).cache()
        >>> numbers.is_cached, numbers.count(), numbers.sum()
        (True, 5, 10)
        """
        self.is_cached = True
        self.persist(StorageLevel.MEMORY_ONLY)
        return self

    def persist(self, storageLevel=StorageLevel.MEMORY_ONLY):
        """Keeps the partitions once they have been computed, as the storage level says.  The first
        job computes and keeps them, later ones read them.  The level stays until unpersist().

        >>> from rushlight import StorageLevel
        >>> words = sc.parallelize(["b", "a", "c"]).persist(StorageLevel.MEMORY_AND_DISK)
        >>> str(words.getStorageLevel())
        'Disk Memory Serialized 1x Replicated'
        >>> words.persist(StorageLevel.DISK_ONLY)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        rushlight.errors.engine.UnsupportedOperationException: Cannot change storage level of an ...
        """
        self.is_cached = True
        if not isinstance(storageLevel, StorageLevel):
            raise TypeError("storageLevel must be of type pyspark.StorageLevel")
        self.ctx._engine.persist(self._engine(), storageLevel._fields())
        return self

    def unpersist(self, blocking=False):
        """Lets go of the kept partitions; jobs compute them again.  With `blocking`, they are gone
        when this returns, else soon.

        >>> numbers = sc.range(5).cache()
        >>> numbers.unpersist().is_cached
        False
        """
        self.is_cached = False
        self.ctx._engine.unpersist(self._engine(), blocking)
        return self

    def getStorageLevel(self):
        """The level that the RDD is persisted at; without one, StorageLevel.NONE.

        >>> sc.range(5).getStorageLevel()
        StorageLevel(False, False, False, False, 1)
        >>> print(sc.range(5).cache().getStorageLevel())
        Memory Serialized 1x Replicated
        """
        return StorageLevel(*self.ctx._engine.storage_level(self._engine()))
