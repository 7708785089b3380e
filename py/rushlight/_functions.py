"""What operators run in workers and on the driver, besides the user's own functions.

They are top-level functions with their parameters first, given to workers as functools.partial:
such a thing travels by name, where a closure would have to be sent by value (_pickling.py).
A partition function takes an iterator and returns an iterable.
"""
import functools
import heapq
import itertools
import os
import sys

from rushlight.errors import PySparkRuntimeError


def portable_hash(x):
    """A hash that is equal in every process: None is 0, a tuple is made of its parts' hashes, all
    else is Python's own hash, which is why workers run with PYTHONHASHSEED=0.

    >>> from rushlight.rdd import portable_hash
    >>> sc.parallelize([None, 7]).map(portable_hash).collect()
    [0, 7]
    """
    if "PYTHONHASHSEED" not in os.environ:
        raise PySparkRuntimeError(errorClass="PYTHON_HASH_SEED_NOT_SET")
    if x is None:
        return 0
    if isinstance(x, tuple):
        h = 0x345678
        for part in x:
            h = ((h ^ portable_hash(part)) * 1000003) & sys.maxsize
        h ^= len(x)
        return -2 if h == -1 else h
    return hash(x)


# ── sources ──
def range_slice(start, step, size, slices, split, _):
    """The part of a range that slice `split` holds (parallelize of a range, sc.range)."""
    def bound(i):
        return start + int(i * size / slices) * step

    return range(bound(split), bound(split + 1), step)


# ── elements ──
def with_none(x):
    return x, None


def keep_first(a, _):
    return a


# ── joins: values come tagged with the side they are from ──
def tag_left(v):
    return 1, v


def tag_right(v):
    return 2, v


def join_sides(tagged):
    """Every left value of one key with every right one."""
    left = [v for side, v in tagged if side == 1]
    right = [v for side, v in tagged if side == 2]
    return itertools.product(left, right)


# ── whole partitions, for actions ──
def take_first(n, iterator):
    return itertools.islice(iterator, n)


def no_function(_):
    """In the place of a partition function that is None: fails in the task, as in PySpark."""
    raise TypeError("'NoneType' object is not callable")


def reduce_partition(f, iterator):
    """[f applied from left to right], or nothing for an empty partition."""
    iterator = iter(iterator)
    for first in iterator:
        return [functools.reduce(f, iterator, first)]
    return []


def fold_partition(zero, f, iterator):
    return [functools.reduce(f, iterator, zero)]


def sum_partition(iterator):
    return [sum(iterator)]


def smallest(n, key, iterator):
    return [heapq.nsmallest(n, iterator, key)]


def merge_smallest(n, key, a, b):
    return heapq.nsmallest(n, a + b, key)


def largest(n, key, iterator):
    return [heapq.nlargest(n, iterator, key)]


def merge_largest(n, key, a, b):
    return heapq.nlargest(n, a + b, key)


def max_by(key, a, b):
    return max(a, b, key=key)


def min_by(key, a, b):
    return min(a, b, key=key)


def consume_with(f, iterator):
    """foreachPartition: f may be a generator, so what it gives out is drawn, and dropped."""
    out = f(iterator)
    return out if hasattr(out, "__iter__") else []
