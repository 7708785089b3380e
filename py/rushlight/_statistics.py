"""Statistics of numbers: stats and what it tells, and histogram.

Both are one walk over the data: a StatCounter (statcounter.py) or a list of counters a partition,
merged on the driver.  histogram(n) needs the range first, which is another walk.
"""
import functools
import math

from rushlight import _functions as functions
from rushlight._callsite import operator
from rushlight.statcounter import StatCounter

EVEN_WITHIN = 1e-10     # widths of buckets that differ by less are equal


class Statistics:
    """The part of RDD that is for numbers."""

    @operator
    def stats(self):
        """A StatCounter: count, mean, variance, stdev, min, max, from one walk.

        >>> sc.parallelize([1.0, 2.0, 3.0], 2).stats().mean()
        2.0
        """
        return (self.mapPartitions(functools.partial(functions.in_list, StatCounter))
                .reduce(StatCounter.mergeStats))

    @operator
    def mean(self):
        """The mean of the elements.

        >>> sc.parallelize([1, 2, 3]).mean()
        2.0
        """
        return self.stats().mean()

    @operator
    def variance(self):
        """Their mean squared distance from the mean.

        >>> sc.parallelize([1, 3]).variance()
        1.0
        """
        return self.stats().variance()

    @operator
    def stdev(self):
        """The square root of variance().

        >>> float(sc.parallelize([1, 3]).stdev())
        1.0
        """
        return self.stats().stdev()

    @operator
    def sampleVariance(self):
        """The variance of what the elements are a sample of, estimated: divided by n − 1.

        >>> sc.parallelize([1, 3]).sampleVariance()
        2.0
        """
        return self.stats().sampleVariance()

    @operator
    def sampleStdev(self):
        """The square root of sampleVariance().

        >>> float(sc.parallelize([1, 2, 3]).sampleStdev())
        1.0
        """
        return self.stats().sampleStdev()

    @operator
    def histogram(self, buckets):
        """(the buckets' bounds, how many elements each bucket has).  `buckets` is how many of equal
        width to make, or the bounds; a bucket has its lower bound, the last one both.  What lies
        outside, and None and nan, are not counted.

        >>> sc.parallelize(range(51), 2).histogram(2)
        ([0, 25, 50], [25, 26])
        >>> sc.parallelize(["ab", "ac", "b", "bd"], 2).histogram(("a", "b", "c"))
        (('a', 'b', 'c'), [2, 2])
        """
        if isinstance(buckets, int):
            return self._even_histogram(buckets)
        if not isinstance(buckets, (list, tuple)):
            raise TypeError("buckets should be a list or tuple or number(int or long)")
        _check_bounds(buckets)
        return buckets, self._count_in(buckets, _common_width(buckets))

    def _even_histogram(self, n):
        if n < 1:
            raise ValueError("number of buckets must be >= 1")
        comparable = self.filter(functions.is_comparable)
        least, most = comparable.map(functions.twice).reduce(functions.least_and_most)
        if least == most or n == 1:
            return [least, most], [comparable.count()]
        width = _even_width(least, most, n)
        bounds = [i * width + least for i in range(n)] + [most]
        return bounds, self._count_in(bounds, width)

    def _count_in(self, bounds, width):
        return (self.mapPartitions(functools.partial(functions.count_in_buckets, bounds, width))
                .reduce(functions.add_by_place))


def _check_bounds(bounds):
    if len(bounds) < 2:
        raise ValueError("buckets should have more than one value")
    if not all(map(functions.is_comparable, bounds)):
        raise ValueError("can not have None or NaN in buckets")
    if sorted(bounds) != list(bounds):
        raise ValueError("buckets should be sorted")
    if len(set(bounds)) != len(bounds):
        raise ValueError("buckets should not contain duplicated values")


def _common_width(bounds):
    """The width that all buckets have, by which an element's is found without a search; None if
    there is none."""
    try:
        widths = [high - low for low, high in zip(bounds, bounds[1:])]
    except TypeError:
        return None         # bounds need not be numbers
    if max(widths) - min(widths) < EVEN_WITHIN:
        return (bounds[-1] - bounds[0]) / len(widths)
    return None


def _even_width(least, most, n):
    """The width of n buckets between two numbers; an int, if that is exact."""
    try:
        width = (most - least) / n
    except TypeError:
        raise TypeError("Can not generate buckets with non-number in RDD") from None
    if math.isinf(width):
        raise ValueError("Can not generate buckets with infinite value")
    whole = int(width)
    return whole if whole * n == most - least else (most - least) * 1.0 / n
