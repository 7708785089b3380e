"""What the tests of kept partitions share."""
import time

HANG_S = 60         # a guard: nothing here takes that long


def counted(sc, n, slices):
    """An RDD of range(n), and the accumulator that counts the elements computed."""
    calls = sc.accumulator(0)

    def count(x):
        calls.add(1)
        return x

    return sc.parallelize(range(n), slices).map(count), calls


def kept(sc, rdd):
    """(partitions, bytes in memory, bytes on disk) of what is kept of an RDD."""
    for rdd_id, _, *sizes in sc._engine.kept_rdds():
        if rdd_id == rdd.id():
            return tuple(sizes)
    return 0, 0, 0


def until(sc, holds):
    """Waits for what the cleaner does once the scheduler, too, has let go of an RDD."""
    deadline = time.monotonic() + HANG_S
    while not holds() and time.monotonic() < deadline:
        sc._engine.flush_cleaner()
    assert holds()
