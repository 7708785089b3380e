"""Map outputs are taken away on a simulated cluster; what runs again is held against the reference.

Three executors with two cores each.  Time is virtual: one seed is one run.
"""
from rushlight.errors import PySparkException
from rushlight.lesson.checks import check, fail, prediction

CLUSTER = "sim://?executors=3&cores=2&seed={}"


def sums(sc, n_maps, n_reduces):
    return sc.parallelize(range(120), n_maps).map(lambda i: (i % 7, i)).reduceByKey(
        lambda a, b: a + b, n_reduces)


RIGHT = sorted((k, sum(range(k, 120, 7))) for k in range(7))


def run(case, program, plugin, seed=3, conf=None):
    """What a program answered, and what its jobs did: a line a stage."""
    conf = {"spark.rushlight.plugins": plugin, "spark.eventLog.overwrite": "true", **(conf or {})}
    with case.context(conf=conf, master=CLUSTER.format(seed), plugin=False) as spark:
        sc = spark.sparkContext
        try:
            answer = program(sc)
        except PySparkException as e:
            answer = str(e).split("Most recent")[0].split(" (collect at")[0]
        jobs = [sc._engine.job_info(job) for job in sc._engine.job_ids()]
    return answer, [f"stage {stage['id']}: {count(stage['n_attempts'], 'attempt')}"
                    f"{', ' + stage['recomputed'] if stage['recomputed'] else ''}"
                    for job in jobs for stage in job["stages"] if stage["n_attempts"]]


def count(n, what):
    return f"{n} {what}" + "s" * (n != 1)


def compare(case, program, **more):
    """The student's run must be the reference's."""
    right = run(case, program, case.reference_plugin, **more)
    mine = run(case, program, case.plugin, **more)
    if isinstance(mine[0], str) and not isinstance(right[0], str):
        fail(f"the job failed, and need not have: {mine[0]}", means="job_fails")
    if mine[0] != right[0]:
        fail(f"your run gives:\n  {mine[0]}\nwith the reference:\n  {right[0]}")
    if mine[1] != right[1]:
        again = sum(line.count(",") for line in mine[1]) > sum(line.count(",") for line in right[1])
        fail("your run:\n  " + "\n  ".join(mine[1]) + "\nwith the reference:\n  "
             + "\n  ".join(right[1]), means="starts_over" if again else "")
    return right


def lose_one(sc, n_maps=6, map=1):
    """One job runs; then one of its map outputs is gone, and a second job wants it."""
    rdd = sums(sc, n_maps, 4)
    rdd.count()
    sc.faults.drop_shuffle(0, map=map)
    return sorted(rdd.collect())


def lose_all_of_one_executor(sc, n_maps, executor):
    rdd = sums(sc, n_maps, 4)
    rdd.count()
    sc.faults.drop_shuffle(0, executor=executor)
    return sorted(rdd.collect())


def lose_for_ever(sc):
    """Map output 1 is taken away whenever a task of the stage that reads it starts."""
    rdd = sums(sc, 6, 4)
    for attempt in range(20):
        sc.faults.drop_shuffle(0, map=1, when={"stage": 1, "stage_attempt": attempt})
    return sorted(rdd.collect())


# ── predictions ──
@prediction("run_again")
def run_again(case):
    _, lines = run(case, lose_one, case.reference_plugin)
    (line,) = (line for line in lines if "again" in line)
    return line.split("partitions ")[1].split(" again")[0].count(",") + 1


@prediction("attempts")
def attempts(case):
    _, lines = run(case, lose_for_ever, case.reference_plugin)
    return int(lines[-1].split(": ")[1].split()[0])


# ── checks ──
@check("what is missing runs again, and nothing else", points=3, hidden=1)
def missing_only(case):
    """One map output is gone between two jobs. The second job must end well, and must run again the
    map tasks of that executor alone."""
    n_maps = case.random.randrange(6, 12)
    lost = case.random.randrange(n_maps)
    answer, lines = compare(case, lambda sc: lose_one(sc, n_maps, lost), seed=case.seed % 1000)
    assert answer == RIGHT
    case.comment("informative", "; ".join(line for line in lines if "again" in line))


@check("one round for all that an executor had", points=3, after="missing_only")
def one_round(case):
    """All outputs of one executor are gone. One new attempt must do, however many there were."""
    n_maps, executor = case.random.randrange(15, 24), str(case.random.randrange(3))
    compare(case, lambda sc: lose_all_of_one_executor(sc, n_maps, executor), seed=case.seed % 1000)


@check("it gives up in the end", points=2, after="missing_only")
def gives_up(case):
    """An output vanishes again and again: after four attempts in a row the job fails."""
    compare(case, lose_for_ever)


@check("how often is a setting", points=1, hidden=1, after="gives_up")
def gives_up_as_told(case):
    """spark.stage.maxConsecutiveAttempts says how many attempts there may be."""
    n = case.random.choice([2, 3, 5, 6])
    answer, lines = compare(case, lose_for_ever, conf={"spark.stage.maxConsecutiveAttempts": n})
    assert lines[-1].startswith(f"stage 1: {n} attempts"), lines


@check("the same recovery as the reference", points=3, hidden=2, after=("one_round", "gives_up"),
       seconds=20)
def same_recovery(case):
    """Two shuffles in a row; outputs are lost and damaged and an executor dies, at random tasks."""
    random = case.random
    n_maps = random.randrange(6, 14)
    faults = [(random.choice(["drop", "corrupt", "kill"]), random.randrange(2), random.randrange(6),
               random.randrange(n_maps, n_maps + 8)) for _ in range(3)]

    def program(sc):
        killed = False
        for what, shuffle, map, task in faults:
            if what == "kill" and not killed:
                killed = True
                sc.faults.kill_executor(str(map % 3), replace=True, when={"task": task})
            elif what == "drop":
                sc.faults.drop_shuffle(shuffle, map=map % 4, when={"task": task})
            else:
                sc.faults.corrupt_shuffle(shuffle, map=map % 4, when={"task": task})
        rdd = sums(sc, n_maps, 5).map(lambda kv: (kv[0], kv[1])).map(
            lambda kv: (kv[0] % 3, kv[1])).groupByKey(4).mapValues(sorted)
        return sorted(rdd.collect())

    compare(case, program, seed=case.seed % 1000)
