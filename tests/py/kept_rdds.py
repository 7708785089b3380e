"""What the tests of kept partitions share."""


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
