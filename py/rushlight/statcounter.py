"""StatCounter: count, mean, variance, least and greatest of numbers, in one pass, mergeable.

Summing squares and subtracting at the end loses all digits when the mean is large against the
spread.  Instead the mean and the sum m2 of squared distances from it are kept up to date:

    a new value x      n' = n + 1     δ = x − μ       μ' = μ + δ/n'      m2' = m2 + δ·(x − μ')
    another counter    n' = n + k     δ = μ₂ − μ      μ' weighted        m2' = m2 + m2₂ + δ²·n·k/n'

(Welford 1962; Chan, Golub, LeVeque 1979.)  So each partition counts alone, and the counters are
merged on the driver.  Where numpy is installed, values may be its arrays: everything is by element.

Only what a worker needs is imported here.  Mirrors pyspark.statcounter.
"""
import copy
import math

__all__ = ["StatCounter"]

MUCH_SMALLER = 10   # times: the mean of the larger counter is then moved a little, not recomputed


class StatCounter:
    """Statistics of numbers.

    >>> counter = StatCounter([1.0, 2.0, 3.0])
    >>> counter.count(), counter.mean(), counter.sampleVariance()
    (3, 2.0, 1.0)
    >>> float(counter.mergeStats(StatCounter([6])).max())
    6.0
    >>> float(counter.min()), counter.sum(), counter.variance()
    (1.0, 12.0, 3.5)
    >>> bool(counter.copy().stdev() == counter.stdev() < counter.sampleStdev())
    True
    """

    def __init__(self, values=None):
        try:
            from numpy import maximum, minimum, sqrt
        except ImportError:
            maximum, minimum, sqrt = max, min, math.sqrt
        self.maximum, self.minimum, self.sqrt = maximum, minimum, sqrt
        self.n = 0
        self.mu = 0.0           # mean
        self.m2 = 0.0           # sum of squared distances from it
        self.maxValue = float("-inf")
        self.minValue = float("inf")
        for value in () if values is None else values:
            self.merge(value)

    def merge(self, value):
        """Counts one value.  Returns the counter.

        >>> StatCounter([1, 3]).merge(5).mean()
        3.0
        """
        delta = value - self.mu
        self.n += 1
        self.mu += delta / self.n
        self.m2 += delta * (value - self.mu)
        self.maxValue = self.maximum(self.maxValue, value)
        self.minValue = self.minimum(self.minValue, value)
        return self

    def mergeStats(self, other):
        """Counts what another counter has counted.  Returns this counter.

        >>> StatCounter([1, 2]).mergeStats(StatCounter([3])).sum()
        6.0
        """
        if not isinstance(other, StatCounter):
            raise TypeError(f"Can only merge StatCounter but got {type(other)}")
        if other is self:
            other = self.copy()
        if self.n == 0:
            self.n, self.mu, self.m2 = other.n, other.mu, other.m2
            self.maxValue, self.minValue = other.maxValue, other.minValue
        elif other.n > 0:
            self._add(other)
        return self

    def _add(self, other):
        both = self.n + other.n
        delta = other.mu - self.mu
        if other.n * MUCH_SMALLER < self.n:
            self.mu = self.mu + (delta * other.n) / both
        elif self.n * MUCH_SMALLER < other.n:
            self.mu = other.mu - (delta * self.n) / both
        else:
            self.mu = (self.mu * self.n + other.mu * other.n) / both
        self.m2 += other.m2 + (delta * delta * self.n * other.n) / both
        self.maxValue = self.maximum(self.maxValue, other.maxValue)
        self.minValue = self.minimum(self.minValue, other.minValue)
        self.n = both

    def copy(self):
        """A counter of its own with the same counts."""
        return copy.deepcopy(self)

    def count(self):
        """How many values there were."""
        return int(self.n)

    def mean(self):
        """Their mean; 0.0 if there were none."""
        return self.mu

    def sum(self):
        """Their sum."""
        return self.n * self.mu

    def min(self):
        """The least, or infinity."""
        return self.minValue

    def max(self):
        """The greatest, or minus infinity."""
        return self.maxValue

    def variance(self):
        """The mean squared distance from the mean; nan if there were no values."""
        return self.m2 / self.n if self.n > 0 else float("nan")

    def sampleVariance(self):
        """An estimate of the variance of what the values were drawn from (by n − 1); nan below two
        values."""
        return self.m2 / (self.n - 1) if self.n > 1 else float("nan")

    def stdev(self):
        """The square root of variance()."""
        return self.sqrt(self.variance())

    def sampleStdev(self):
        """The square root of sampleVariance()."""
        return self.sqrt(self.sampleVariance())

    def asDict(self, sample=False):
        """Everything as a dict.  As in PySpark, stdev and variance are the sample's without
        `sample`, and the values' own with it.

        >>> StatCounter([1, 3]).asDict()["variance"], StatCounter([1, 3]).asDict(True)["variance"]
        (2.0, 1.0)
        """
        return {"count": self.count(), "mean": self.mean(), "sum": self.sum(),
                "min": self.min(), "max": self.max(),
                "stdev": self.stdev() if sample else self.sampleStdev(),
                "variance": self.variance() if sample else self.sampleVariance()}

    def __repr__(self):
        return (f"(count: {self.count()}, mean: {self.mean()}, stdev: {self.stdev()}, "
                f"max: {self.max()}, min: {self.min()})")
