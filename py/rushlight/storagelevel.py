"""StorageLevel: where, in what form and how often a persisted RDD is kept.

Python's objects are pickled before the engine sees them, so all but one of the constants have them
kept as bytes.  Mirrors pyspark.storagelevel.
"""

__all__ = ["StorageLevel"]


class StorageLevel:
    """In memory, on disk, beside the heap, as batches instead of bytes, and how many times.

    Memory comes first; what finds no room there, or is pushed out of it, goes to disk if the level
    has that, else it is computed again.

    >>> from rushlight import StorageLevel
    >>> StorageLevel.MEMORY_AND_DISK_2
    StorageLevel(True, True, False, False, 2)
    >>> print(StorageLevel.MEMORY_AND_DISK_2)
    Disk Memory Serialized 2x Replicated
    """

    def __init__(self, useDisk, useMemory, useOffHeap, deserialized, replication=1):
        self.useDisk = useDisk
        self.useMemory = useMemory
        self.useOffHeap = useOffHeap
        self.deserialized = deserialized
        self.replication = replication

    def _fields(self):
        return (self.useDisk, self.useMemory, self.useOffHeap, self.deserialized,
                self.replication)

    def __repr__(self):
        return "StorageLevel(%s, %s, %s, %s, %s)" % self._fields()

    def __str__(self):
        words = [word for word, used in (("Disk", self.useDisk), ("Memory", self.useMemory),
                                         ("OffHeap", self.useOffHeap)) if used]
        words.append("Deserialized" if self.deserialized else "Serialized")
        return " ".join([*words, f"{self.replication}x Replicated"])

    def __eq__(self, other):
        return isinstance(other, StorageLevel) and self._fields() == other._fields()

    __hash__ = None


StorageLevel.NONE = StorageLevel(False, False, False, False)
StorageLevel.DISK_ONLY = StorageLevel(True, False, False, False)
StorageLevel.DISK_ONLY_2 = StorageLevel(True, False, False, False, 2)
StorageLevel.DISK_ONLY_3 = StorageLevel(True, False, False, False, 3)
StorageLevel.MEMORY_ONLY = StorageLevel(False, True, False, False)
StorageLevel.MEMORY_ONLY_2 = StorageLevel(False, True, False, False, 2)
StorageLevel.MEMORY_AND_DISK = StorageLevel(True, True, False, False)
StorageLevel.MEMORY_AND_DISK_2 = StorageLevel(True, True, False, False, 2)
StorageLevel.OFF_HEAP = StorageLevel(True, True, True, False, 1)
StorageLevel.MEMORY_AND_DISK_DESER = StorageLevel(True, True, False, True)
