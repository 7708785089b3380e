"""What is kept, found, computed again and left behind: read from the tasks' own counts."""
import contextlib

from rushlight import RDD, StorageLevel
from rushlight.lesson.checks import check, fail, prediction

LITTLE = {"spark.testing.memory": "1m", "spark.testing.reservedMemory": "0"}
THREE = "local-cluster[3,2,1024]"


def kept(trace):
    """(partitions found where they are kept, partitions computed to be kept)."""
    tasks = [task for job in trace.jobs for stage in job.stages for task in stage.tasks]
    return sum(task.kept_found for task in tasks), sum(task.kept_computed for task in tasks)


def counting(sc, module):
    """The module's parse() counts its calls from now on; returns the accumulator."""
    calls, parse = sc.accumulator(0), module.parse

    def counted(line):
        calls.add(1)
        return parse(line)

    module.parse = counted
    return calls


@contextlib.contextmanager
def held():
    """RDDs that are persisted stay in use, so that none is let go because no variable has it."""
    persist, rdds = RDD.persist, []

    def and_hold(rdd, *level):
        rdds.append(rdd)
        return persist(rdd, *level)

    RDD.persist = and_hold
    try:
        yield
    finally:
        RDD.persist = persist


def log_of(case):
    return case.reference.make_log(case.random.randrange(200, 400), case.random)


def blocks(sc):
    """Eight partitions of 100 kB each: four of them fit into the memory of LITTLE."""
    return sc.parallelize(range(8), 8).map(lambda i: bytes([i]) * 100_000)


# ── predictions ──
@prediction("jobs_of_cache")
def jobs_of_cache(case):
    with case.trace() as t:
        case.sc.parallelize(["/ 200 1"], 2).map(case.reference.parse).cache()
    return len(t.jobs)


def report_without_cache(case, lines):
    """What the starter does."""
    parsed = lines.map(case.reference.parse)
    parsed.count()
    parsed.filter(lambda request: request[1] >= 500).count()
    bytes_of = parsed.map(lambda request: (request[0], request[2])).reduceByKey(int.__add__, 3)
    bytes_of.max()
    with case.trace() as t:
        bytes_of.count()
    return t


@prediction("parsed")
def parsed(case):
    calls = counting(case.sc, case.reference)
    report_without_cache(case, case.sc.parallelize(case.reference.make_log(1000), 4))
    return calls.value


@prediction("tasks_of_last")
def tasks_of_last(case):
    t = report_without_cache(case, case.sc.parallelize(log_of(case), 4))
    return sum(len(stage.tasks) for stage in t.jobs[0].stages)


@prediction("why_skipped")
def why_skipped(case):
    t = report_without_cache(case, case.sc.parallelize(log_of(case), 4))
    skipped, ran = t.jobs[0].stages
    assert ran.ran and not skipped.ran and not skipped.persisted
    return "its shuffle files are still there"


@prediction("level_of_frame")
def level_of_frame(case):
    level = case.spark.range(8).cache().storageLevel
    return "on disk" if level.useDisk else "nowhere: memory only"


@prediction("too_little")
def too_little(case):
    with case.context(conf=LITTLE, master="local[1]") as spark:
        sc = spark.sparkContext
        rdd = blocks(sc).cache()
        rdd.count()
        with case.trace(sc) as t:
            rdd.count()
    found, computed = kept(t)
    assert found == 4
    return computed


@prediction("lost")
def lost(case):
    return computed_after_a_loss(case, lambda rdd: rdd.persist(StorageLevel.MEMORY_ONLY))


def computed_after_a_loss(case, persist):
    """Partitions that the next action computes when executor 1 of three has died."""
    with case.context(master=THREE) as spark:
        sc = spark.sparkContext
        rdd = persist(sc.parallelize(range(6000), 6).map(lambda i: i + 1))
        assert rdd.count() == 6000
        sc.faults.kill_executor("1")
        with case.trace(sc) as t:
            assert rdd.sum() == sum(range(6001))
    found, computed = kept(t)
    if found + computed != 6:
        fail("return the RDD that you were given, persisted")
    return computed


# ── checks ──
@check("the same answers as plain Python", points=2, hidden=1)
def answers(case):
    """report() agrees with a loop over the lines."""
    log = log_of(case)
    requests = [case.reference.parse(line) for line in log]
    bytes_of = dict.fromkeys((page for page, _, _ in requests), 0)
    for page, _, size in requests:
        bytes_of[page] += size
    expected = (len(log), sum(status >= 500 for _, status, _ in requests),
                max(bytes_of, key=lambda page: (bytes_of[page], page)), len(bytes_of))
    seen = case.student.report(case.sc.parallelize(log, 4))
    assert tuple(seen) == expected, f"expected {expected}, saw {seen}"


@check("four questions, four jobs", after="answers")
def four_jobs(case):
    """report() runs one job for each action and none to fill the cache."""
    with case.trace() as t:
        case.student.report(case.sc.parallelize(log_of(case), 4))
    if len(t.jobs) == 5:
        fail("expected 4 jobs, saw 5: the first action that needs the RDD fills the cache by the "
             f"way; an action for that alone is a job too many\n\n{t}", means="eager_cache")
    t.assert_jobs(4)


@check("each line is parsed once", points=3, hidden=1, after="answers")
def parsed_once(case):
    """parse() is called once for each line, and the later jobs find what the first has kept."""
    log = log_of(case)
    calls = counting(case.sc, case.student)
    with case.trace() as t:
        case.student.report(case.sc.parallelize(log, 4))
    if calls.value != len(log):
        found, _ = kept(t)
        fail(f"{len(log)} lines were parsed {calls.value / len(log):g} times each"
             + (f", although {found} partitions were found kept: is it the parsed RDD that you "
                "keep, one and the same, until the last job that reads it?" if found else "")
             + f"\n\n{t}", means="" if found else "automatic")
    t.assert_cached(2 * 4)


@check("nothing is kept when the report is done", after="answers")
def nothing_left(case):
    """report() gives the memory back."""
    with held():
        case.student.report(case.sc.parallelize(log_of(case), 4))
        kept_rdds = case.sc.storage()
    assert kept_rdds == "nothing is kept", (
        f"report() has returned, and its RDD still takes memory: unpersist() it\n\n{kept_rdds}")


@check("fill() keeps every partition by one job", points=2)
def filled(case):
    """After fill() the next action computes nothing."""
    rdd = case.sc.parallelize(range(case.random.randrange(600, 900)), 6).map(lambda i: i * i)
    with case.trace() as filling:
        filled_rdd = case.student.fill(rdd)
    with case.trace() as t:
        filled_rdd.sum()
    found, computed = kept(t)
    if not filling.jobs:
        fail("fill() ran no job: cache() marks the RDD, and nothing has been computed or kept",
             means="eager_cache")
    if found < 6:
        fail(f"{found} of 6 partitions were kept when fill() returned, {computed} were computed by "
             "the action that came after: only an action that needs every partition fills the "
             "cache", means="eager_cache")
    filling.assert_jobs(1)


@check("an RDD that does not fit is computed once", points=2)
def more_than_fits(case):
    """keep_more_than_fits(): memory for four partitions, the other four are not computed again."""
    with case.context(conf=LITTLE, master="local[1]") as spark:
        sc = spark.sparkContext
        rdd = case.student.keep_more_than_fits(blocks(sc))
        rdd.count()
        with case.trace(sc) as t:
            rdd.count()
        level = rdd.getStorageLevel()
    found, computed = kept(t)
    if computed:
        fail(f"the second action found {found} of 8 partitions and computed {computed}: with "
             f"{level} what does not fit is not kept", means="spills")
    assert found == 8, "return the RDD that you were given, persisted"
    assert level.useMemory, f"{level} leaves the memory unused"


@check("a lost executor costs no partition", points=2)
def loss(case):
    """keep_through_a_loss(): one of three executors dies, and the next action computes nothing."""
    levels = []

    def persist(rdd):
        persisted = case.student.keep_through_a_loss(rdd)
        levels.append(persisted.getStorageLevel())
        return persisted

    computed = computed_after_a_loss(case, persist)
    if computed:
        fail(f"one of three executors died, and {computed} of 6 partitions were computed again: "
             f"{levels[0]} has them in one place",
             means="disk_survives" if levels[0].useDisk else "")
    if levels[0].replication > 2:
        case.comment("actionable", f"{levels[0].replication} copies of each partition: two are "
                                   "enough for one loss.")
