"""Real programs of `rushlight chaos`: small ones of every kind, each a function of a SparkContext.

What a program returns is compared with what it returns on a cluster without faults; so it holds
nothing that may differ between two good runs: rows are sorted, numbers whole.
"""
import dataclasses
import re
import tempfile
import typing

from rushlight import SparkConf, SparkContext, _engine
from rushlight.errors import PySparkException


@dataclasses.dataclass(frozen=True)
class Program:
    """A program, and what a fault script is aimed at in it.

    >>> PROGRAMS["sort"].n_shuffles
    1
    """

    run: typing.Callable
    seconds: float
    n_tasks: int
    n_shuffles: int
    n_kept_rdds: int = 1
    stays: bool = False  # on the executors that it begins with: no dynamic allocation


def _word_count(sc):
    words = sc.parallelize([f"w{i * i % 97}" for i in range(2000)], 16)
    counts = words.map(lambda word: (word, 1)).reduceByKey(lambda a, b: a + b, 8)
    return sorted(counts.collect())


def _join(sc):
    left = sc.parallelize([(i % 50, i) for i in range(400)], 8)
    right = sc.parallelize([(i % 70, -i) for i in range(300)], 6)
    return sorted(left.join(right, 6).mapValues(lambda pair: pair[0] * pair[1]).collect())


def _sort(sc):
    pairs = sc.parallelize([(i * 7919 % 1009, i) for i in range(1000)], 12)
    return pairs.sortByKey(numPartitions=6).collect()


def _page_rank(sc):
    links = sc.parallelize([(i, [(i * k + 1) % 40 for k in (2, 3, 5)]) for i in range(40)], 6)
    links = links.partitionBy(6).cache()
    ranks = links.mapValues(lambda _: 1000)
    for _ in range(4):
        shares = links.join(ranks, 6).flatMap(
            lambda page: [(target, page[1][1] // 3) for target in page[1][0]])
        ranks = shares.reduceByKey(lambda a, b: a + b, 6).mapValues(
            lambda sum: 150 + sum * 85 // 100)
    return sorted(ranks.collect())


def _cached_iteration(sc):
    points = sc.parallelize(range(1000), 10).map(lambda i: (i * 37 % 101, i * 53 % 103)).cache()
    centre, history = (0, 0), []
    for _ in range(5):
        near = points.map(lambda p, c=centre: (abs(p[0] - c[0]) + abs(p[1] - c[1]), p))
        total = near.map(lambda pair: (pair[1][0] * pair[0], pair[1][1] * pair[0], pair[0])).reduce(
            lambda a, b: (a[0] + b[0], a[1] + b[1], a[2] + b[2]))
        centre = (total[0] // total[2], total[1] // total[2])
        history.append(centre)
    return history


def _barrier(sc):
    def add_up(rows):
        from rushlight import BarrierTaskContext
        mine = sum(rows)
        return [sum(map(int, BarrierTaskContext.get().allGather(str(mine))))]

    # A barrier stage that feeds a shuffle runs again as a whole; a last one would end the job.
    sums = sc.parallelize(range(100), 2).barrier().mapPartitions(add_up)
    return sorted(sums.map(lambda s: (s, 1)).reduceByKey(lambda a, b: a + b, 2).collect())


def _accumulators(sc):
    seen = sc.accumulator(0)

    def note(i):
        seen.add(1)
        return i

    # Counted in results, where every task counts once, however often it ran.
    total = sc.parallelize(range(500), 10).map(lambda i: (i % 7, i)).reduceByKey(
        lambda a, b: a + b, 5).map(note).map(lambda pair: pair[1]).sum()
    return total, seen.value


def _data_frame(sc):
    from rushlight.sql import SparkSession, functions
    spark = SparkSession(sc)
    orders = spark.range(0, 2000, 1, 8).selectExpr("id % 37 as customer", "id * 3 % 101 as price")
    names = spark.range(0, 37, 1, 2).selectExpr("id as customer", "concat('c', id) as name")
    rows = orders.join(names, "customer").groupBy("name").agg(
        functions.count("*").alias("n"), functions.sum("price").alias("total")).collect()
    return sorted(tuple(row) for row in rows)


PROGRAMS = {
    "wordcount": Program(_word_count, 4, 24, 1),
    "join": Program(_join, 5, 20, 2),
    "sort": Program(_sort, 6, 42, 1),
    "pagerank": Program(_page_rank, 12, 60, 6, 8),
    "iteration": Program(_cached_iteration, 12, 50, 1, 4),
    "barrier": Program(_barrier, 4, 4, 1, stays=True),
    "accumulators": Program(_accumulators, 5, 15, 1),
    "dataframe": Program(_data_frame, 8, 30, 3),
}


_answers = {}  # by program: what it returns without faults


def judge(case):
    """Runs a case of one of these programs, as _chaos_cases.judge () does."""
    program = PROGRAMS[case.program]
    text, settings, n_faults = script(case)
    if case.program not in _answers:
        _answers[case.program], reason, _ = _run(program, "local[2]", {}, watched=False)
        assert reason is None, reason
    with tempfile.NamedTemporaryFile("w", suffix=".json") as scenario:
        scenario.write(text)
        scenario.flush()
        answer, reason, violations = _run(program, "sim://",
                                          {**settings, "spark.rushlight.simulate": scenario.name})
    if reason is None and answer != _answers[case.program]:
        violations.append("the answer is not what it is without faults: "
                          f"{answer!r:.200} instead of {_answers[case.program]!r:.200}")
    if reason is not None and not re.match(_TYPED, reason):
        violations.append(f"a job failed without a reason that has a type: {reason}")
    return {"violations": violations, "n_faults": n_faults, "reason": reason}


def script(case):
    """(scenario, settings, number of faults) of a case."""
    program = PROGRAMS[case.program]
    text, settings, n_faults = _engine.chaos_script(
        *case.for_engine(), program.seconds, program.n_tasks, program.n_shuffles,
        program.n_kept_rdds)
    if program.stays:
        settings.pop("spark.dynamicAllocation.enabled", None)
    return text, settings, n_faults


# How Spark begins to say why a job, or an application, ended.
_TYPED = r"Job aborted due to stage failure: |Job \d+ cancelled (because )?the driver was lost"


def _run(program, master, settings, watched=True):
    conf = SparkConf().setMaster(master).setAppName("chaos")
    for key, value in settings.items():
        conf.set(key, value)
    answer = reason = watch = None
    sc = SparkContext(conf=conf)
    try:
        watch = _engine.Watch(sc._engine_context) if watched else None
        answer = program.run(sc)
    except PySparkException as e:
        reason = str(e)
    finally:
        sc.stop()
    if watch is None:
        return answer, reason, []
    watch.finish()
    return answer, reason, watch.violations()
