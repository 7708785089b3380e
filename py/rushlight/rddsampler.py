"""Samplers: which elements of a partition are drawn.

A sampler is made on the driver, with a seed, and walks each partition in a worker.  Its random
numbers begin at (seed xor partition): whoever computes a partition again, after a failure or
because it was not cached, draws the same elements again.

    without replacement   one number u of [0, 1) an element    drawn if low ≤ u < high
    with replacement      a Poisson number k an element        drawn k times

Drawing n of N with replacement gives each element Binomial(n, 1/N) times; for large N that is
Poisson(n/N), and there each element can be decided alone, without knowing N.

The numbers are Python's own Mersenne Twister in PySpark's order, so that equal seeds give equal
samples.  Only what a worker needs is imported here.  Mirrors pyspark.rddsampler.
"""
import math
import random
import sys

__all__ = ["RDDSampler", "RDDRangeSampler", "RDDStratifiedSampler"]

WARM_UP = 10        # numbers thrown away: seeds of neighbouring partitions differ in few bits
LOG_DOMAIN = 20.0   # from this mean on exp(-mean) is too small to multiply up to


class RDDSamplerBase:
    """What samplers share: the seed, the stream of random numbers of a partition."""

    def __init__(self, withReplacement, seed=None):
        self._seed = random.randint(0, sys.maxsize) if seed is None else seed
        self._withReplacement = withReplacement
        self._random = None

    def initRandomGenerator(self, split):
        """Begins the stream of partition `split`: whoever begins it again draws the same again.

        >>> sampler, drawn = RDDSampler(False, 0.5, seed=3), []
        >>> for split in (0, 1, 0):
        ...     sampler.initRandomGenerator(split)
        ...     drawn.append(sampler.getUniformSample())
        >>> drawn[0] == drawn[2] != drawn[1]
        True
        """
        self._random = random.Random(self._seed ^ split)
        for _ in range(WARM_UP):
            self._random.randint(0, 1)

    def getUniformSample(self):
        """The next number of [0, 1).

        >>> sampler = RDDRangeSampler(0.0, 0.5, seed=3)
        >>> sampler.initRandomGenerator(0)
        >>> [round(sampler.getUniformSample(), 3) for _ in range(4)]
        [0.996, 0.47, 0.836, 0.476]
        """
        return self._random.random()

    def getPoissonSample(self, mean):
        """The next Poisson number: how many exponential waiting times, of 1/mean each on average,
        fit into one unit of time (Knuth).  For small means their product is compared with
        exp(-mean) instead of their sum with 1: one logarithm less for each.

        >>> sampler = RDDStratifiedSampler(True, {"a": 2.0}, seed=3)
        >>> sampler.initRandomGenerator(0)
        >>> [sampler.getPoissonSample(mean) for mean in (0.1, 2.0, 2.0, 50.0)]
        [1, 3, 5, 36]
        """
        k = 0
        if mean < LOG_DOMAIN:
            least = math.exp(-mean)
            product = self._random.random()
            while product > least:
                k += 1
                product *= self._random.random()
        else:
            time = self._random.expovariate(mean)
            while time < 1.0:
                k += 1
                time += self._random.expovariate(mean)
        return k

    def func(self, split, iterator):
        """The elements of partition `split` that are drawn."""
        raise NotImplementedError


class RDDSampler(RDDSamplerBase):
    """Draws every element with the same probability: RDD.sample.

    >>> list(RDDSampler(False, 0.5, seed=3).func(0, range(10)))
    [1, 3, 5]
    """

    def __init__(self, withReplacement, fraction, seed=None):
        super().__init__(withReplacement, seed)
        self._fraction = fraction

    def func(self, split, iterator):
        self.initRandomGenerator(split)
        fraction = self._fraction
        if self._withReplacement:
            for x in iterator:
                for _ in range(self.getPoissonSample(fraction)):
                    yield x
        else:
            draw = self._random.random      # getUniformSample, without a call of Python's
            for x in iterator:
                if draw() < fraction:
                    yield x


class RDDRangeSampler(RDDSamplerBase):
    """Draws the elements whose number lies in [lowerBound, upperBound): samplers of one seed and
    of ranges side by side split an RDD (RDD.randomSplit).

    >>> [list(RDDRangeSampler(low, low + 0.5, seed=3).func(0, range(6))) for low in (0.0, 0.5)]
    [[1, 3, 5], [0, 2, 4]]
    """

    def __init__(self, lowerBound, upperBound, seed=None):
        super().__init__(False, seed)
        self._lowerBound = lowerBound
        self._upperBound = upperBound

    def func(self, split, iterator):
        self.initRandomGenerator(split)
        low, high, draw = self._lowerBound, self._upperBound, self._random.random
        for x in iterator:
            if low <= draw() < high:
                yield x


class RDDStratifiedSampler(RDDSamplerBase):
    """Draws pairs with a probability that their key decides: RDD.sampleByKey.

    >>> sampler = RDDStratifiedSampler(False, {"a": 1.0, "b": 0.0}, seed=3)
    >>> list(sampler.func(0, [("a", 1), ("b", 2), ("a", 3)]))
    [('a', 1), ('a', 3)]
    """

    def __init__(self, withReplacement, fractions, seed=None):
        super().__init__(withReplacement, seed)
        self._fractions = fractions

    def func(self, split, iterator):
        self.initRandomGenerator(split)
        fractions = self._fractions
        if self._withReplacement:
            for key, value in iterator:
                for _ in range(self.getPoissonSample(fractions[key])):
                    yield key, value
        else:
            draw = self._random.random
            for key, value in iterator:
                if draw() < fractions[key]:
                    yield key, value
