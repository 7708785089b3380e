"""Random numbers: the same ones for the same seed and partition."""
from rushlight.sql._making import as_literal, call

__all__ = ["rand", "randn", "random"]


def _seeded(name, seed):
    if seed is None:
        return call(name)
    return call(name, as_literal(seed), shown=lambda: f"{name}({seed}L)")


def rand(seed=None):
    """A number from 0 up to, without, 1 for each row.

    >>> spark.range(1, numPartitions=1).select(rand(7).alias("v")).first().v < 1
    True
    """
    return _seeded("rand", seed)


def randn(seed=None):
    """A number of the normal distribution for each row.

    >>> spark.range(1).select(randn(7).isNotNull().alias("v")).first().v
    True
    """
    return _seeded("randn", seed)


def random(seed=None):
    """A number from 0 up to, without, 1 for each row.

    >>> spark.range(1).select((random(7) >= 0).alias("v")).first().v
    True
    """
    return _seeded("random", seed)
