"""Approximations: actions that answer sooner, or with less memory, than exact ones.

countApprox, sumApprox and meanApprox start a job and wait for it `timeout` milliseconds.  If it has
ended by then, the answer is exact.  Else it is estimated from the partitions that are ready, with
an interval that holds the truth with probability `confidence`; the job goes on and its results are
not used.  With c values seen in k of n partitions, p = k/n, mean μ and sample variance s²:

    mean    μ ± t·√(s²/c)
    sum     Σ + μ·c·(1 − p)/p  ± t·σ      what was not seen is taken to be like what was;
                                          σ² adds up how unsure its count and its mean are

t is Student's for c − 1 degrees of freedom, the normal distribution's above 100 values.

countApproxDistinct keeps 2^p registers a partition instead of a set of values (_hyperloglog.py).
Mirrors org.apache.spark.partial: SumEvaluator, MeanEvaluator.
"""
import functools
import math

from rushlight import _functions as functions
from rushlight._callsite import current_call, operator, renamed
from rushlight._hyperloglog import HyperLogLog, bits_for
from rushlight._quantiles import normal_quantile, student_quantile
from rushlight._records import runs_of
from rushlight.errors.engine import NoSuchMethodError
from rushlight.serializers import CPickleSerializer
from rushlight.statcounter import StatCounter

PICKLED = runs_of(0, CPickleSerializer())
LEAST_ERROR = 0.000017
NEARLY_NORMAL = 100     # values


class BoundedFloat(float):
    """A number, and the interval that holds the truth with probability `confidence`.

    >>> about = BoundedFloat(10.0, 0.95, 9.5, 10.5)
    >>> about, about.low, about.high
    (10.0, 9.5, 10.5)
    """

    def __new__(cls, mean, confidence, low, high):
        self = float.__new__(cls, mean)
        self.confidence, self.low, self.high = confidence, low, high
        return self


def _exactly(value):
    return BoundedFloat(value, 1.0, value, value)


def _anything(value, confidence):
    return BoundedFloat(value, confidence, -math.inf, math.inf)


def _around(value, deviation, count, confidence):
    at = (1 + confidence) / 2
    times = normal_quantile(at) if count > NEARLY_NORMAL else student_quantile(at, count - 1)
    return BoundedFloat(value, confidence, value - times * deviation, value + times * deviation)


def estimate_sum(seen, ready, partitions, confidence):
    """The sum of all, from a StatCounter of the values in `ready` of `partitions` partitions.

    >>> about = estimate_sum(StatCounter([1.0, 9.0, 11.0]), 3, 8, 0.95)
    >>> about, round(about.low, 7), round(about.high, 7)
    (56.0, -80.815637, 192.815637)
    """
    if ready == partitions:
        return _exactly(seen.sum())
    if seen.count() == 0:
        return _anything(0.0, 0.0)
    share, count = ready / partitions, seen.count()
    unseen = count * (1 - share) / share
    total = seen.sum() + seen.mean() * unseen
    if count == 1:
        return _anything(total, confidence)
    mean_variance = seen.sampleVariance() / count
    count_variance = count * (1 - share) / (share * share)
    variance = (seen.mean() ** 2 * count_variance + unseen ** 2 * mean_variance
                + mean_variance * count_variance)
    return _around(total, math.sqrt(variance), count, confidence)


def estimate_mean(seen, ready, partitions, confidence):
    """The mean of all, likewise.

    >>> about = estimate_mean(StatCounter(range(7)), 3, 8, 0.95)
    >>> about, round(about.low, 7), round(about.high, 7)
    (3.0, 1.0021048, 4.9978952)
    """
    if ready == partitions:
        return _exactly(seen.mean())
    if seen.count() == 0:
        return _anything(0.0, 0.0)
    if seen.count() == 1:
        return _anything(seen.mean(), confidence)
    return _around(seen.mean(), math.sqrt(seen.sampleVariance() / seen.count()), seen.count(),
                   confidence)


class Approximations:
    """The part of RDD that answers approximately."""

    @operator
    def countApprox(self, timeout, confidence=0.95):
        """How many elements there are, about, after `timeout` milliseconds at most.

        >>> sc.parallelize(range(1000), 10).countApprox(60000)
        1000
        """
        sizes = self.mapPartitions(functions.count_partition)
        return int(sizes.sumApprox(timeout, confidence))

    @operator
    def sumApprox(self, timeout, confidence=0.95):
        """The sum of the elements, about, as a BoundedFloat: a float with .low, .high and
        .confidence.

        >>> total = sc.parallelize(range(10), 2).sumApprox(60000)
        >>> total, total.low, total.high
        (45.0, 45.0, 45.0)
        """
        sums = self.mapPartitions(functions.float_sum_partition)
        return sums._approximate("sumApprox", estimate_sum, timeout, confidence)

    @operator
    def meanApprox(self, timeout, confidence=0.95):
        """The mean of the elements, about, as a BoundedFloat.

        >>> sc.parallelize(range(10), 2).meanApprox(60000)
        4.5
        """
        return self.map(float)._approximate("meanApprox", estimate_mean, timeout, confidence)

    def _approximate(self, name, estimate, timeout, confidence):
        if type(timeout) is not int or not isinstance(confidence, float):
            raise NoSuchMethodError(f"Method {name}", timeout, confidence)
        counters = self._one_a_partition(StatCounter)._handed_over()
        counters._handed_over()     # a JavaDoubleRDD has boxes for its numbers, which no job needs
        call = current_call()
        named = renamed(call, name + call[1].removeprefix(call[0]))
        ready = self.ctx._ready_in_time(counters, named, timeout / 1000)
        seen = functools.reduce(StatCounter.mergeStats, (x for [x] in ready), StatCounter())
        return estimate(seen, len(ready), counters.getNumPartitions(), confidence)

    @operator
    def countApproxDistinct(self, relativeSD=0.05):
        """How many different elements there are, within about `relativeSD` of the truth (two times
        in three), from one walk without a shuffle.

        >>> sc.parallelize([i % 100 for i in range(1000)], 2).countApproxDistinct()
        99
        """
        if relativeSD < LEAST_ERROR:
            raise ValueError(f"relativeSD should be greater than {LEAST_ERROR:f}")
        bits = bits_for(relativeSD)
        found = (self.map(functions.hash_for_java)
                 ._one_a_partition(functools.partial(HyperLogLog, bits))
                 ._handed_over()
                 .collect())
        return functools.reduce(HyperLogLog.merge, found, HyperLogLog(bits)).cardinality()

    def _one_a_partition(self, make):
        """make(iterator) of each partition, pickled whatever the context's serializer is."""
        return self._then("mapPartitions", functools.partial(functions.in_list, make),
                          record_format=PICKLED)
