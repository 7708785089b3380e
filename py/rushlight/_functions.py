"""What operators run in workers and on the driver, besides the user's own functions.

Samplers, StatCounter and the like, which are classes, have files of their own.

They are top-level functions with their parameters first, given to workers as functools.partial:
such a thing travels by name, where a closure would have to be sent by value (_pickling.py).
A partition function takes an iterator and returns an iterable.
"""
import bisect
import collections
import copy
import functools
import heapq
import itertools
import math
import os
import sys

from rushlight.errors import PySparkRuntimeError
from rushlight.resultiterable import ResultIterable


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


def hash_for_java(x):
    """A hash as Spark's JVM sees it: 32 bits, without a sign."""
    return portable_hash(x) & 0xFFFFFFFF


# ── sources ──
def range_slice(start, step, size, slices, split, _):
    """The part of a range that slice `split` holds (parallelize of a range, sc.range)."""
    def bound(i):
        return start + int(i * size / slices) * step

    return range(bound(split), bound(split + 1), step)


# ── elements ──
def identity(x):
    return x


def with_none(x):
    return x, None


def with_true(x):
    return x, True


def keep_first(a, _):
    return a


def key_is(key, pair):
    return pair[0] == key


def from_zero(zero, f, v):
    """f(zero, v), with a zero of its own for each key: f may change it."""
    return f(copy.deepcopy(zero), v)


# ── joins: values come tagged with the side they are from ──
def split_sides(n, tagged):
    """The values of one key, those of sides 0 … n − 1 apart."""
    sides = [[] for _ in range(n)]
    for side, v in tagged:
        sides[side].append(v)
    return tuple(map(ResultIterable, sides))


def is_only_left(pair):
    left, right = pair[1]
    return len(left) > 0 and len(right) == 0


def left_values(sides):
    return sides[0]


def is_on_all_sides(pair):
    return all(pair[1])


# ── sorting ──
def range_of(bounds, keyfunc, last, key):
    """The partition of a key: how many bounds lie below it, counted from `last` if descending."""
    below = bisect.bisect_left(bounds, keyfunc(key))
    return below if last is None else last - below


def as_range(partition_func):
    """A range_of as the workers' own bisection takes it, (bounds, keyfunc or None, last); any other
    partition function as it is."""
    if not isinstance(partition_func, functools.partial) or partition_func.func is not range_of:
        return partition_func
    bounds, keyfunc, last = partition_func.args
    return bounds, None if keyfunc is identity else keyfunc, last


# ── whole partitions, for actions ──
def take_first(n, iterator):
    return itertools.islice(iterator, n)


def no_function(_):
    """In the place of a function that is None: fails in the task, as in PySpark."""
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


def float_sum_partition(iterator):
    return [float(sum(iterator))]


def count_partition(iterator):
    return [sum(1 for _ in iterator)]


def number_from(starts, split, iterator):
    """Pairs of an element and its place, from that of the partition's first."""
    return ((x, i) for i, x in enumerate(iterator, starts[split]))


def number_every(n, split, iterator):
    """Pairs of an element and split, split + n, split + 2n …"""
    return ((x, i * n + split) for i, x in enumerate(iterator))


def in_list(make, iterator):
    return [make(iterator)]


# ── histograms ──
def is_comparable(x):
    return x is not None and not (isinstance(x, float) and math.isnan(x))


def twice(x):
    return x, x


def least_and_most(a, b):
    return min(a[0], b[0]), max(a[1], b[1])


def count_in_buckets(bounds, width, iterator):
    """[how many elements each bucket has]; with a width all buckets are equally wide.

    The greatest bound is counted in a bucket of its own first, which is added to the last one.
    """
    low, high = bounds[0], bounds[-1]
    counts = [0] * len(bounds)
    for x in iterator:
        if is_comparable(x) and low <= x <= high:
            place = int((x - low) / width) if width else bisect.bisect_right(bounds, x) - 1
            counts[place] += 1
    at_the_end = counts.pop()
    counts[-1] += at_the_end
    return [counts]


def add_by_place(a, b):
    return [x + y for x, y in zip(a, b)]


# ── values or counts a key, as one dict a partition ──
def reduce_by_key(f, iterator):
    found = {}
    for k, v in iterator:
        found[k] = f(found[k], v) if k in found else v
    return [found]


def merge_by_key(f, into, other):
    for k, v in other.items():
        into[k] = f(into[k], v) if k in into else v
    return into


def count_values(iterator):
    counts = collections.defaultdict(int)
    for x in iterator:
        counts[x] += 1
    return [counts]


def merge_counts(into, other):
    for x, n in other.items():
        into[x] += n
    return into


# ── trees: partial results move to fewer and fewer partitions ──
def not_zero(x):
    """treeReduce marks values: its zero, which no function of the user's must see, is none."""
    return x, False


def combine_marked(f, a, b):
    """f of what two marked values hold, unless one of them is the zero."""
    if a[1]:
        return b
    return a if b[1] else (f(a[0], b[0]), False)


def under_fewer(n, split, iterator):
    return ((split % n, x) for x in iterator)


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
