"""Sampling operators: sample, sampleByKey, randomSplit, takeSample.

Each partition is walked once by a sampler (rddsampler.py), which decides every element alone.  So a
sample is cheap and needs no shuffle, but its size is only about what was asked for; takeSample
gets an exact size by drawing a few more than needed, and again if those were too few:

    n of N without replacement    p = n/N + γ + √(γ² + 2γ·n/N)    γ = −ln δ / N, δ = 0.00005
    n of N with replacement       λ = n/N + s·√(n/N/N)            s = 9 below 12 elements, else 5

With these a first draw is too small about once in 10,000 times.
"""
import math
import sys

from rushlight._callsite import operator

# random and the samplers are imported where they are used: few programs sample, and random takes
# as long to import as all of this package.

FAILURE_RATE = 0.00005      # δ
FEW = 12                    # elements: the tail of a Poisson number is long for them
MOST = sys.maxsize - int(10.0 * math.sqrt(sys.maxsize))


def fraction_for(size, total, withReplacement):
    """The fraction with which a sample almost never has fewer than `size` of `total` elements."""
    fraction = float(size) / total
    if withReplacement:
        deviations = 9 if size < FEW else 5
        return fraction + deviations * math.sqrt(fraction / total)
    gamma = -math.log(FAILURE_RATE) / total
    return min(1, fraction + gamma + math.sqrt(gamma * gamma + 2 * gamma * fraction))


class Sampling:
    """The part of RDD that draws at random.  Equal seeds give equal samples."""

    @operator
    def sample(self, withReplacement, fraction, seed=None):
        """Each element with probability `fraction`, or, with replacement, `fraction` times on
        average.  The size of the sample is not exact.

        >>> sc.parallelize(range(10), 2).sample(False, 0.5, seed=7).collect()
        [0, 1, 2, 4, 5, 8]
        """
        if not fraction >= 0:       # nan, too
            raise ValueError("Fraction must be nonnegative.")
        from rushlight.rddsampler import RDDSampler
        return self.mapPartitionsWithIndex(RDDSampler(withReplacement, fraction, seed).func, True)

    @operator
    def sampleByKey(self, withReplacement, fractions, seed=None):
        """Like sample, for pairs; `fractions` has a fraction for each key.

        >>> pairs = sc.parallelize([("a", x) for x in range(4)] + [("b", x) for x in range(4)], 2)
        >>> pairs.sampleByKey(False, {"a": 1.0, "b": 0.0}, seed=7).collect()
        [('a', 0), ('a', 1), ('a', 2), ('a', 3)]
        """
        for fraction in fractions.values():
            if not fraction >= 0.0:
                raise AssertionError(f"Negative fraction value: {fraction}")
        from rushlight.rddsampler import RDDStratifiedSampler
        return self.mapPartitionsWithIndex(
            RDDStratifiedSampler(withReplacement, fractions, seed).func, True)

    @operator
    def randomSplit(self, weights, seed=None):
        """Splits at random into RDDs whose sizes are about as `weights`.  Each element goes into
        exactly one of them; each RDD walks all the elements for itself.

        >>> train, test = sc.parallelize(range(10), 2).randomSplit([3, 1], seed=7)
        >>> train.collect(), test.collect()
        ([0, 1, 2, 3, 4, 5, 7, 8, 9], [6])
        """
        if not all(weight >= 0 for weight in weights):
            raise ValueError("Weights must be nonnegative")
        import random
        from rushlight.rddsampler import RDDRangeSampler
        total = float(sum(weights))
        if not total > 0:
            raise ValueError("Sum of weights must be positive")
        if seed is None:
            seed = random.randint(0, 2 ** 32 - 1)
        bounds = [0.0]
        for weight in weights:
            bounds.append(bounds[-1] + weight / total)
        return [self.mapPartitionsWithIndex(RDDRangeSampler(low, high, seed).func, True)
                for low, high in zip(bounds, bounds[1:])]

    @operator
    def takeSample(self, withReplacement, num, seed=None):
        """`num` elements drawn at random, as a list in random order; all of them, if there are no
        more and they are not put back.  Counts the RDD first, in a job of its own.

        >>> len(sc.parallelize(range(1000), 4).takeSample(False, 7, seed=1))
        7
        >>> sorted(sc.parallelize([1, 2, 3], 2).takeSample(False, 10))
        [1, 2, 3]
        """
        if num < 0:
            raise ValueError("Sample size cannot be negative.")
        if num > MOST:
            raise ValueError(f"Sample size cannot be greater than {MOST}.")
        if num == 0 or self.getNumPartitions() == 0:
            return []
        total = self.count()
        if total == 0:
            return []
        import random
        rng = random.Random(seed)
        if not withReplacement and num >= total:
            found = self.collect()
        else:
            fraction = fraction_for(num, total, withReplacement)
            found = self.sample(withReplacement, fraction, seed).collect()
            while len(found) < num:
                seed = rng.randint(0, sys.maxsize)
                found = self.sample(withReplacement, fraction, seed).collect()
        rng.shuffle(found)
        return found[:num]
