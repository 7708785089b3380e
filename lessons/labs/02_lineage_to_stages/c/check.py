"""The stages of seeded programs, as their jobs tell them, beside those of the reference."""
from operator import add

from rushlight.lesson.checks import check, fail, prediction

SLOW = {"spark.task.maxFailures": "1", "spark.stage.maxConsecutiveAttempts": "1"}


def pairs(sc, n, n_partitions):
    return sc.parallelize([(i % 5, i) for i in range(n)], n_partitions)


def stages_of(case, program, plugin):
    """What the jobs of a program are cut into, with a cutter: a list of jobs, each a list of
    (id, number of tasks, ids of parents, whether it ran)."""
    conf = {**SLOW, "spark.rushlight.plugins": plugin}
    with case.context(conf=conf, plugin=False) as spark:
        sc = spark.sparkContext
        with case.trace(sc) as t:
            program(sc)
        return [sorted((s.id, s.n_tasks, sorted(s.parents), s.ran) for s in job.stages)
                for job in t.jobs]


def shapes(stages):
    """The same without numbers: of each stage its tasks and, the same way, its parents."""
    by_id = {stage[0]: stage for stage in stages}

    def shape(id):
        _, n_tasks, parents, ran = by_id[id]
        return (n_tasks, ran, tuple(sorted(shape(p) for p in parents if p in by_id)), len(parents))

    return sorted(shape(id) for id in by_id)


def told(stages):
    return "; ".join(f"stage {id}: {n} task{'s' * (n != 1)}"
                     + (f", reads {', '.join(map(str, parents))}" if parents else "")
                     + ("" if ran else ", skipped") for id, n, parents, ran in stages)


def compare(case, program):
    right = stages_of(case, program, case.reference_plugin)
    mine = stages_of(case, program, case.plugin)
    for number, (a, b) in enumerate(zip(mine, right)):
        for id, _, parents, _ in a:
            if any(parent > id for parent in parents):
                fail(f"job {number}: stage {id} was made before stage {max(parents)}, which it "
                     "reads: a stage's number is higher than those of its parents")
        if shapes(a) != shapes(b):
            fail(f"job {number} was cut into {told(a)}\nand should be {told(b)}",
                 means="per_operator" if len(a) > len(b) else "")
    return right


def random_program(random):
    """A lineage of ten steps on two sources; each of three actions is a job."""
    steps = [(random.choice(["mapValues", "filter", "union", "union", "reduceByKey", "groupByKey",
                             "join", "partitionBy", "coalesce"]),
              random.random(), random.random(), random.randrange(2, 5)) for _ in range(10)]
    ends = [random.random() for _ in range(3)]

    def program(sc):
        rdds = [pairs(sc, 20, 2), pairs(sc, 30, 3)]
        for what, one, other, n in steps:
            a, b = rdds[int(one * len(rdds))], rdds[int(other * len(rdds))]
            rdds.append({
                "mapValues": lambda: a.mapValues(lambda v: v),
                "filter": lambda: a.filter(lambda kv: kv[0] != 3),
                "union": lambda: a.union(b),
                "reduceByKey": lambda: a.reduceByKey(lambda x, y: x, n),
                "groupByKey": lambda: a.groupByKey(n).mapValues(len),
                "join": lambda: a.reduceByKey(lambda x, y: x).join(b.distinct(n), n)
                                 .mapValues(lambda both: both[0]),
                "partitionBy": lambda: a.partitionBy(n),
                "coalesce": lambda: a.coalesce(2),
            }[what]())
        for end in ends:
            rdds[-1 - int(end * 4)].keys().count()

    return program


# ── predictions ──
def reference_stages(case, program):
    return len(stages_of(case, program, case.reference_plugin)[-1])


@prediction("narrow")
def narrow(case):
    return reference_stages(case, lambda sc: pairs(sc, 10, 2).map(lambda kv: kv).filter(bool)
                            .mapValues(str).union(pairs(sc, 10, 2)).count())


@prediction("apart")
def apart(case):
    return reference_stages(case, lambda sc: pairs(sc, 10, 2).join(pairs(sc, 10, 3), 4).count())


@prediction("together")
def together(case):
    def program(sc):
        left = pairs(sc, 10, 2).partitionBy(4)
        left.join(left.mapValues(str)).count()
    return reference_stages(case, program)


# ── checks ──
@check("a shuffle makes two stages", points=2)
def two_stages(case):
    """map, filter and mapValues before and after a reduceByKey: one stage on each side of the
    shuffle, however many narrow steps there are."""
    n, m = case.random.sample(range(2, 6), 2)
    compare(case, lambda sc: pairs(sc, 40, n).map(lambda kv: kv).filter(bool).reduceByKey(add, m)
            .mapValues(str).coalesce(m).union(pairs(sc, 10, n)).map(len).count())


@check("all ways up are followed", points=1, after="two_stages")
def all_ways(case):
    """A union of three: two of them were shuffled."""
    n = case.random.randrange(2, 5)
    compare(case, lambda sc: sc.union([pairs(sc, 9, 2), pairs(sc, 9, 2).reduceByKey(add, n),
                                       pairs(sc, 9, 3).groupByKey(n + 1).mapValues(len)])
            .map(len).count())


@check("parents come first", points=2, after="two_stages")
def parents_first(case):
    """Three shuffles in a row: four stages, each of which reads the one before, and that alone."""
    n = case.random.randrange(2, 5)
    compare(case, lambda sc: pairs(sc, 40, 3).reduceByKey(add, n).map(lambda kv: (kv[1], 1))
            .groupByKey(n + 1).mapValues(len).map(lambda kv: (kv[1], 1)).reduceByKey(add, 2)
            .count())


@check("each shuffle has one stage", points=2, after="two_stages")
def each_once(case):
    """Two ways lead to one shuffle; and a second job uses it again, so its stage is skipped."""
    n = case.random.randrange(2, 5)

    def program(sc):
        sums = pairs(sc, 40, 3).reduceByKey(add, n)
        both = sums.mapValues(str).union(sums.filter(bool).map(lambda kv: kv))
        again = both.groupByKey(n + 1).union(sums)
        again.count()
        again.keys().count()

    compare(case, program)


@check("a join of what lies together adds none", points=1, after="two_stages")
def co_partitioned(case):
    """Two RDDs that were shuffled by the same partitioner are joined without another shuffle."""
    n = case.random.randrange(2, 6)

    def program(sc):
        left, right = pairs(sc, 20, 2).partitionBy(n), pairs(sc, 30, 3).partitionBy(n)
        left.join(right).count()

    (job,) = compare(case, program)
    case.comment("informative", f"{len(job)} stages: two that place the sides, and the join")


@check("the same stages as the reference", points=4, hidden=3, after=("each_once", "parents_first"),
       seconds=20)
def same_stages(case):
    """A program of ten random steps: maps, unions, shuffles, joins; three jobs, which share what
    was shuffled."""
    compare(case, random_program(case.random))
