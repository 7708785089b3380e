"""What is computed once and kept: persisted RDDs and checkpoints.

A chain of functions ends at a persisted RDD: what stands on top of it reads its kept partitions,
so that it must be an engine RDD of its own (`_is_pipelinable`).  Partitions are kept as the runs of
pickled objects that they are; a run is one record of input.

Mirrors these parts of pyspark.core.rdd.
"""
import os
from functools import cached_property
from weakref import WeakValueDictionary

from rushlight.errors.engine import NoSuchMethodError
from rushlight.storagelevel import StorageLevel


class Keeping:
    """The part of SparkContext that says where checkpoints go, and shows what is kept."""

    @cached_property
    def _persisted(self):
        """RDD number → the persisted RDD, as long as the program holds it."""
        return WeakValueDictionary()

    def storage(self):
        """What is kept of persisted RDDs, as text: Rushlight's own, as the storage page of Spark's
        web UI.

        >>> words = sc.parallelize(["to", "be"], 2).setName("words").cache()
        >>> words.count()
        2
        >>> print(sc.storage())  # doctest: +ELLIPSIS
        RDD ...storage level ...partitions  memory ...disk
        ...words  Memory Serialized 1x Replicated      2 of 2 ...B   0 B
        """
        from rushlight._summary import describe_kept
        return describe_kept(self._engine.kept_rdds(), self._persisted)

    def setCheckpointDir(self, dirName):
        """Checkpoints go to a new folder in this one.

        >>> import tempfile
        >>> sc.setCheckpointDir(tempfile.mkdtemp())
        >>> sc.getCheckpointDir()  # doctest: +ELLIPSIS
        'file:/...'
        """
        if dirName is not None and not isinstance(dirName, (str, os.PathLike)):
            raise NoSuchMethodError("Method setCheckpointDir", dirName)
        self._engine.set_checkpoint_dir(None if dirName is None else os.fspath(dirName))

    def getCheckpointDir(self):
        """The folder that setCheckpointDir has made, or None.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     sc.setCheckpointDir(folder)
        ...     sc.getCheckpointDir().startswith(f"file:{folder}/")
        True
        >>> sc.setCheckpointDir(None)
        >>> sc.getCheckpointDir() is None
        True
        """
        return self._engine.checkpoint_dir()


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
        self.ctx._persisted[self.id()] = self
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

    def checkpoint(self):
        """Has the partitions written to files after the next job that computes them, and the
        lineage before them cut off.  They are computed once more for that, unless the RDD is
        persisted.  To be called before the first job on the RDD.

        >>> import tempfile
        >>> sc.setCheckpointDir(tempfile.mkdtemp())
        >>> squares = sc.parallelize(range(4), 2).map(lambda x: x * x).cache()
        >>> squares.checkpoint()
        >>> squares.isCheckpointed(), squares.sum(), squares.isCheckpointed()
        (False, 14, True)
        """
        self.is_checkpointed = True
        self.ctx._engine.checkpoint(self._engine(), False)
        self._forget_chain()

    def localCheckpoint(self):
        """Has the partitions kept by the executors after the next job, in memory or on disk, and
        the lineage before them cut off.  Fast, but if an executor is lost, so is its part.

        >>> numbers = sc.parallelize(range(4), 2).map(abs)
        >>> numbers.localCheckpoint()
        >>> numbers.isLocallyCheckpointed()
        True
        """
        self.ctx._engine.checkpoint(self._engine(), True)

    def isCheckpointed(self):
        """Whether the checkpoint has been made, be it in files or local.

        >>> sc.parallelize([1]).isCheckpointed()
        False
        """
        return self.ctx._engine.checkpoint_state(self._engine())[1]

    def isLocallyCheckpointed(self):
        """Whether localCheckpoint() has been called.

        >>> rdd = sc.parallelize([1])
        >>> rdd.localCheckpoint()
        >>> rdd.isLocallyCheckpointed(), rdd.isCheckpointed()   # made by the first job
        (True, False)
        """
        return self.ctx._engine.checkpoint_state(self._engine())[0]

    def getCheckpointFile(self):
        """The folder of the checkpoint's files once they have been written, else None.

        >>> sc.parallelize([1]).getCheckpointFile() is None
        True
        """
        return self.ctx._engine.checkpoint_state(self._engine())[2]
