"""Statistics, approximations, profiles: numbers against plain formulas and PySpark's answers.

What PySpark gives for whole programs is compared in test_rdd_programs.py.
"""
import math
import random
import statistics
import threading
import time

import pytest

from rushlight._approximations import estimate_mean, estimate_sum
from rushlight._hyperloglog import HyperLogLog, bits_for, murmur64
from rushlight._quantiles import normal_quantile, student_quantile
from rushlight.errors import EngineError, PySparkRuntimeError
from rushlight.errors.engine import JobCancelledException
from rushlight.statcounter import StatCounter

HANG_S = 60


# ── StatCounter ──
@pytest.mark.parametrize("cut", [0, 1, 3, 500, 997, 1000])
def test_merged_counters_are_one_counter(cut):
    rng = random.Random(1)
    values = [rng.gauss(1e6, 3) for _ in range(1000)]
    merged = StatCounter(values[:cut]).mergeStats(StatCounter(values[cut:]))
    assert merged.count() == 1000
    assert merged.mean() == pytest.approx(statistics.fmean(values), rel=1e-12)
    assert merged.variance() == pytest.approx(statistics.pvariance(values), rel=1e-6)
    assert merged.sampleStdev() == pytest.approx(statistics.stdev(values), rel=1e-6)
    assert (merged.min(), merged.max()) == (min(values), max(values))


def test_digits_are_kept_where_the_mean_is_large():
    assert StatCounter([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]).variance() == 22.5


def test_a_counter_merged_with_itself():
    counter = StatCounter([1, 2, 3])
    assert counter.mergeStats(counter).count() == 6
    assert (counter.mean(), counter.sum()) == (2.0, 12.0)


def test_counters_of_nothing_and_of_one_value():
    empty, one = StatCounter(), StatCounter([5])
    assert (empty.count(), empty.mean(), empty.max(), empty.min()) == (0, 0.0, -math.inf, math.inf)
    assert math.isnan(empty.variance()) and math.isnan(one.sampleVariance())
    assert one.mergeStats(empty).count() == 1 and empty.mergeStats(one).mean() == 5
    with pytest.raises(TypeError, match="Can only merge StatCounter"):
        one.mergeStats([1])


# ── quantiles: tables of any textbook ──
@pytest.mark.parametrize("p,freedom,expected", [
    (0.975, 1, 12.7062), (0.975, 2, 4.30265), (0.95, 5, 2.01505), (0.995, 30, 2.75000),
    (0.75, 1, 1.0), (0.9995, 99, 3.39152), (0.5, 7, 0.0)])
def test_students_quantiles(p, freedom, expected):
    assert student_quantile(p, freedom) == pytest.approx(expected, rel=1e-5, abs=1e-9)


def test_quantiles_at_the_ends():
    assert normal_quantile(0.975) == pytest.approx(1.959964, rel=1e-6)
    assert normal_quantile(1.0) == student_quantile(1.0, 3) == math.inf
    assert student_quantile(0.975, 10 ** 6) == pytest.approx(normal_quantile(0.975), rel=1e-5)


# ── estimates from some of the partitions ──
def bounds(about):
    return float(about), about.confidence, about.low, about.high


@pytest.mark.parametrize("estimate,values,ready,spark", [
    (estimate_sum, [1.0, 9.0, 11.0], 3, (56.0, 0.95, -80.81563696476167, 192.81563696476167)),
    (estimate_mean, range(7), 3, (3.0, 0.95, 1.0021048397085708, 4.99789516029143)),
    (estimate_sum, [5.0], 4, (10.0, 0.95, -math.inf, math.inf)),
    (estimate_mean, [5.0], 4, (5.0, 0.95, -math.inf, math.inf)),
    (estimate_sum, [], 0, (0.0, 0.0, -math.inf, math.inf)),
    (estimate_mean, [], 4, (0.0, 0.0, -math.inf, math.inf)),
    (estimate_sum, [1.0, 2.0], 8, (3.0, 1.0, 3.0, 3.0)),
    (estimate_mean, [1.0, 2.0], 8, (1.5, 1.0, 1.5, 1.5))])
def test_estimates_are_sparks(estimate, values, ready, spark):
    found = bounds(estimate(StatCounter(values), ready, 8, 0.95))
    assert found == pytest.approx(spark, rel=1e-9)


def test_intervals_of_many_values_are_the_normal_distributions():
    values = [float(x % 10) for x in range(400)]
    about = estimate_mean(StatCounter(values), 1, 2, 0.9)
    deviation = statistics.stdev(values) / 20
    assert (about.high - about) / deviation == pytest.approx(1.644854, rel=1e-6)


@pytest.fixture
def gate(tmp_path):
    """Holds tasks until it is opened: a function for them, and one that opens it."""
    path = tmp_path / "gate"

    def wait():
        until = time.monotonic() + HANG_S
        while not path.exists():
            assert time.monotonic() < until, "nobody opens the gate"
            time.sleep(0.01)

    yield wait, path.touch
    path.touch()


def test_who_has_no_time_is_told_what_is_known(sc, gate):
    wait, open_gate = gate
    rdd = sc.parallelize(range(8), 4).map(lambda x: (wait(), float(x))[1])
    began = time.monotonic()
    assert bounds(rdd.sumApprox(1)) == (0.0, 0.0, -math.inf, math.inf)
    assert rdd.countApprox(1) == 0
    assert time.monotonic() - began < HANG_S / 2
    open_gate()
    assert rdd.meanApprox(HANG_S * 1000) == 3.5


def test_partitions_that_are_ready_are_used(sc, gate):
    wait, open_gate = gate

    def some(i, part):
        if i >= 2:
            wait()
        return part

    rdd = sc.parallelize(range(100), 4).mapPartitionsWithIndex(some)
    job = sc._engine.submit_job(rdd._engine(), "action", {}, ("some", "some at x.py:1", ""))
    until = time.monotonic() + HANG_S
    while sum(runs is not None for runs in job.results()) < 2:
        assert not job.wait(0.01) and time.monotonic() < until
    assert [runs is not None for runs in job.results()] == [True, True, False, False]
    open_gate()
    assert job.wait(HANG_S) and None not in job.results()


def test_a_job_may_be_forgotten_while_it_runs(sc, gate):
    wait, open_gate = gate
    rdd = sc.parallelize([1], 1).map(lambda x: wait())
    job = sc._engine.submit_job(rdd._engine(), "action", {}, ("some", "some at x.py:1", ""))
    del job
    open_gate()
    assert sc.parallelize([1]).count() == 1


def test_approximate_jobs_fail_like_others(sc):
    with pytest.raises(EngineError, match="ZeroDivisionError"):
        sc.parallelize([0]).map(lambda x: 1 // x).sumApprox(HANG_S * 1000)
    with pytest.raises(EngineError, match="does not exist"):
        sc.parallelize([0]).sumApprox(1.5)


# ── different values ──
def test_murmur_hash_of_all_lengths():
    """Each length goes another way through the last bytes; empty is the seed's own hash."""
    found = [murmur64(b"abcdefghijklmnopq"[:n]) for n in range(18)]
    assert len(set(found)) == 18 and all(0 <= h < 1 << 64 for h in found)


@pytest.mark.parametrize("n,spark", [(0, 0), (1, 1), (10, 10), (100, 99), (300, 300), (380, 394),
                                     (3000, 3071), (10000, 9760)])
def test_few_and_many_are_counted_as_spark_does(n, spark):
    assert HyperLogLog(9, range(n)).cardinality() == spark


@pytest.mark.parametrize("n,spark", [(400, 429), (450, 477), (500, 508), (1000, 1006),
                                     (2000, 2111)])
def test_in_between_the_bias_is_computed_and_not_looked_up(n, spark):
    assert HyperLogLog(9, range(n)).cardinality() == pytest.approx(spark, rel=0.005)


@pytest.mark.parametrize("error", [0.3, 0.1, 0.02])
def test_estimates_are_as_near_as_was_asked_for(error):
    within = [abs(HyperLogLog(bits_for(error), range(k * 10 ** 6, k * 10 ** 6 + n))
                  .cardinality() - n) <= 3 * error * n for k in range(3) for n in (50, 500, 5000)]
    assert all(within)


def test_merged_registers_have_seen_both():
    half = HyperLogLog(9, range(1000)).merge(HyperLogLog(9, range(500, 2000)))
    assert half.registers == HyperLogLog(9, range(2000)).registers


# ── tags ──
def test_jobs_are_cancelled_by_tag_and_others_are_not(sc, gate):
    wait, open_gate = gate
    outcomes = {}

    def work(tag):
        sc.addJobTag(tag)
        sc.addJobTag("all")
        sc.setJobGroup(tag, "")
        try:
            outcomes[tag] = sc.parallelize([1, 2], 2).map(lambda x: wait()).count()
        except EngineError as e:
            outcomes[tag] = e

    threads = [threading.Thread(target=work, args=(tag,)) for tag in ("doomed", "spared")]
    for thread in threads:
        thread.start()
    until = time.monotonic() + HANG_S
    while len(sc.statusTracker().getActiveJobsIds()) < 2:
        assert time.monotonic() < until
        time.sleep(0.01)
    sc.cancelJobsWithTag("doomed")
    threads[0].join(HANG_S)
    assert isinstance(outcomes["doomed"], JobCancelledException)
    open_gate()
    threads[1].join(HANG_S)
    assert outcomes["spared"] == 2 and sc.getJobTags() == set()


# ── iterating ──
def test_a_partition_is_fetched_ahead_of_the_reader(sc):
    numbers = sc.parallelize(range(6), 3).toLocalIterator(prefetchPartitions=True)
    before = len(sc._engine.job_ids())
    assert next(numbers) == 0
    guard = time.monotonic() + 30
    while len(sc._engine.job_ids()) < before + 2:       # the next one begins unasked
        assert time.monotonic() < guard
    numbers.close()             # waits for the one that is on its way
    assert len(sc._engine.job_ids()) == before + 2


def test_shuffles_that_were_dropped_are_made_again(sc):
    rdd = sc.parallelize([(i % 3, 1) for i in range(30)], 3).reduceByKey(lambda a, b: a + b, 2)
    assert sorted(rdd.collect()) == [(0, 10), (1, 10), (2, 10)]
    assert rdd.cleanShuffleDependencies() is None
    assert sorted(rdd.collect()) == [(0, 10), (1, 10), (2, 10)]
    job = sc._engine.job_info(max(sc._engine.job_ids()))
    assert all(stage["n_completed"] > 0 for stage in job["stages"])


# ── profiles ──
def test_functions_are_counted_in_every_part_of_a_chain(run_program, tmp_path):
    status, out, err = run_program("""
from rushlight import SparkConf, SparkContext
import pstats, sys
def busy(x): return x + 1
sc = SparkContext("local[2]", "profiles", conf=SparkConf().set("spark.python.profile", "true"))
pairs = sc.parallelize(range(100), 3).map(busy).map(lambda x: (x % 3, x))
print(sorted(pairs.reduceByKey(max).collect()))
print(sc.parallelize(range(10), 2).map(busy).count())
sc.dump_profiles(sys.argv[1])
print(sc.parallelize(range(7), 2).map(busy).count())
sc.stop()
""", tmp_path / "profiles")
    assert status == 0, err
    lines = out.splitlines()
    assert lines[:3] == ["[(0, 99), (1, 100), (2, 98)]", "10", "7"]
    assert any("(busy)" in line and line.split()[0] == "7" for line in lines)   # at the end
    import pstats
    counted = {}
    for path in (tmp_path / "profiles").iterdir():
        for (_, _, name), numbers in pstats.Stats(str(path)).stats.items():
            counted[name] = counted.get(name, 0) + numbers[0]
    assert counted["busy"] == 110


def test_a_profiler_of_ones_own(run_program):
    status, out, err = run_program("""
from rushlight import BasicProfiler, Profiler, SparkConf, SparkContext

class Counting(Profiler):
    def __init__(self, ctx):
        self.partitions = ctx.accumulator(0)
    def profile(self, func, *args):
        self.partitions += 1
        return func(*args)
    def show(self, id):
        print(self.partitions.value, "partitions")

class Quiet(BasicProfiler):
    def show(self, id):
        print("quiet", type(self.stats()).__name__)

conf = SparkConf().set("spark.python.profile", "true")
for profiler in (Counting, Quiet):
    with SparkContext("local[2]", "profiles", conf=conf, profiler_cls=profiler) as sc:
        print(sc.parallelize(range(5), 3).map(lambda x: x + 1).collect())
        sc.show_profiles()
        sc.show_profiles()          # what has been shown is not shown again
""")
    assert (status, out.splitlines()) == (
        0, ["[1, 2, 3, 4, 5]", "3 partitions", "[1, 2, 3, 4, 5]", "quiet Stats"]), err


def test_without_the_setting_there_are_no_profiles(sc):
    for use in (sc.show_profiles, lambda: sc.dump_profiles("x")):
        with pytest.raises(PySparkRuntimeError) as e:
            use()
        assert e.value.getCondition() == "INCORRECT_CONF_FOR_PROFILE"
