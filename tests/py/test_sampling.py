"""Samplers: which elements are drawn.  Expected draws are real PySpark's for the same seeds; whole
programs are compared in test_rdd_programs.py."""
import math
import random
import statistics

import pytest

from rushlight._sampling import MOST, fraction_for
from rushlight.rddsampler import RDDRangeSampler, RDDSampler, RDDStratifiedSampler


def drawn(sampler, split, n=20):
    return list(sampler.func(split, range(n)))


# ── equal seeds, equal draws ──
@pytest.mark.parametrize("replace,fraction,seed,split,expected", [
    (False, 0.3, 0, 0, [1, 4, 14]),
    (False, 0.3, 0, 1, [6, 9, 11, 13]),
    (False, 0.3, 42, 0, [0, 1, 3, 4, 7, 10, 14, 17, 18]),
    (True, 0.4, 42, 0, [9, 10, 13, 16, 17, 19]),
    (True, 0.4, 42, 3, [1, 4, 8, 9, 9, 10, 14, 15]),
    (True, 2.0, 7, 0,
     [1, 2, 3, 3, 3, 3, 4, 5, 7, 7, 8, 8, 9, 11, 11, 11, 12, 12, 12, 12, 13, 14, 15, 15, 16,
      16, 17, 18, 18, 19]),
    (False, 0.5, 1099511627776, 2, [0, 2, 7, 8, 9, 11, 14, 16, 18]),
])
def test_draws_are_pysparks(replace, fraction, seed, split, expected):
    assert drawn(RDDSampler(replace, fraction, seed), split) == expected


def test_draws_of_ranges_and_strata_are_pysparks():
    assert drawn(RDDRangeSampler(0.25, 0.5, 42), 1) == [5, 13, 15]
    pairs = [("ab"[i % 2], i) for i in range(20)]
    sampler = RDDStratifiedSampler(False, {"a": 0.2, "b": 0.7}, 5)
    assert [x for _, x in sampler.func(0, pairs)] == [1, 2, 3, 5, 6, 10, 11, 13, 15, 18, 19]
    sampler = RDDStratifiedSampler(True, {"a": 0.5, "b": 2}, 5)
    assert [x for _, x in sampler.func(1, pairs)] == [
        1, 1, 3, 3, 3, 4, 5, 5, 7, 7, 7, 7, 8, 9, 11, 11, 11, 11, 11, 13, 13, 13, 15, 17,
        17, 19, 19, 19, 19]


# ── what draws must be like, whatever the numbers ──
@pytest.mark.parametrize("mean", [0.0, 0.5, 3.0, 19.9, 20.0, 40.0])
def test_poisson_numbers_have_their_mean_and_variance(mean):
    sampler = RDDSampler(True, mean, seed=1)
    sampler.initRandomGenerator(0)
    numbers = [sampler.getPoissonSample(mean) for _ in range(4000)]
    assert statistics.fmean(numbers) == pytest.approx(mean, abs=5 * math.sqrt(mean / 4000))
    assert statistics.pvariance(numbers) == pytest.approx(mean, rel=0.15)


@pytest.mark.parametrize("fraction,size", [(0, 0), (1, 50)])
def test_all_or_nothing(fraction, size):
    assert len(drawn(RDDSampler(False, fraction, 7), 0, 50)) == size


def test_a_partition_draws_the_same_again_and_another_one_otherwise():
    sampler = RDDSampler(False, 0.5)
    assert drawn(sampler, 3, 100) == drawn(sampler, 3, 100) != drawn(sampler, 4, 100)


def test_ranges_side_by_side_split():
    cuts = [0.0, 0.2, 0.2, 0.9, 1.0]
    parts = [drawn(RDDRangeSampler(low, high, 9), 1, 500) for low, high in zip(cuts, cuts[1:])]
    assert sorted(x for part in parts for x in part) == list(range(500))
    assert parts[1] == [] and 60 < len(parts[0]) < 140 < 300 < len(parts[2])


@pytest.mark.parametrize("size,total,replace", [
    (1, 1, False), (1, 1000, False), (10, 1000, True), (12, 1000, True), (500, 1000, False),
    (999, 1000, False), (2000, 1000, True)])
def test_fractions_nearly_always_give_enough(size, total, replace):
    fraction = fraction_for(size, total, replace)
    assert fraction >= size / total and (replace or fraction <= 1)
    enough = sum(len(drawn(RDDSampler(replace, fraction, seed), 0, total)) >= size
                 for seed in range(30))
    assert enough == 30


# ── through the engine ──
def test_samples_without_a_seed_differ_and_stay(sc):
    rdd = sc.parallelize(range(1000), 4)
    one, other = rdd.sample(False, 0.5), rdd.sample(False, 0.5)
    assert one.collect() == one.collect() != other.collect()


def test_seeds_come_from_the_programs_random_numbers(sc):
    rdd = sc.parallelize(range(100), 2)
    samples = []
    for _ in range(2):
        random.seed(3)
        samples.append((rdd.sample(True, 0.5).collect(),
                        [part.collect() for part in rdd.randomSplit([1, 2])]))
    assert samples[0] == samples[1]


def test_a_split_is_of_all_elements(sc):
    parts = sc.parallelize(range(200), 5).randomSplit([1, 0, 2.5, 3], seed=11)
    assert sorted(sc.union(parts).collect()) == list(range(200)) and parts[1].isEmpty()


@pytest.mark.parametrize("replace", [False, True])
def test_an_exact_number_is_taken(sc, replace):
    rdd = sc.parallelize(range(300), 6)
    for n in (1, 11, 12, 150, 299):
        found = rdd.takeSample(replace, n, seed=n)
        assert len(found) == n and set(found) <= set(range(300))
        assert replace or len(set(found)) == n


@pytest.mark.parametrize("use,words", [
    (lambda rdd: rdd.sample(False, -0.1), "Fraction must be nonnegative"),
    (lambda rdd: rdd.sample(True, float("nan")), "Fraction must be nonnegative"),
    (lambda rdd: rdd.takeSample(False, -1), "cannot be negative"),
    (lambda rdd: rdd.takeSample(False, MOST + 1), f"cannot be greater than {MOST}"),
    (lambda rdd: rdd.randomSplit([1, -1]), "Weights must be nonnegative"),
    (lambda rdd: rdd.randomSplit([]), "Sum of weights must be positive")])
def test_misuse_is_refused(sc, use, words):
    with pytest.raises(ValueError, match=words):
        use(sc.parallelize(range(3)))


def test_strata_need_a_fraction_for_each_key(sc):
    rdd = sc.parallelize([("a", 1), ("b", 2)])
    with pytest.raises(AssertionError, match="Negative fraction value: -1"):
        rdd.sampleByKey(False, {"a": -1})
    with pytest.raises(Exception, match="KeyError: 'b'"):
        rdd.sampleByKey(False, {"a": 1.0}).collect()
