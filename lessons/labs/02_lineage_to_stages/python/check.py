"""Lab 2: lineages of real programs, cut by the student beside the stages that the engine made; and
a join that moves nothing, seen in its job."""
import contextlib
import io
import json
import textwrap
from collections import Counter, defaultdict
from dataclasses import dataclass
from operator import add

from rushlight.lesson.checks import check, fail, prediction
from rushlight.testing import trace


# ── predictions: what main() does ──
def stages_of_line(case, number):
    """How many stages the job of a line of main() has; A is 0."""
    with trace() as t, contextlib.redirect_stdout(io.StringIO()):
        case.reference.main()
    return len(t.jobs[number].stages)


@prediction("narrow")
def narrow(case):
    return stages_of_line(case, 0)


@prediction("apart")
def apart(case):
    return stages_of_line(case, 1)


@prediction("together")
def together(case):
    return stages_of_line(case, 2)


@prediction("mapped")
def mapped(case):
    return stages_of_line(case, 3)


@prediction("shared")
def shared(case):
    return stages_of_line(case, 4)


# ── what the engine made of a program ──
MOST_TOLD = 4


@dataclass
class Cut:
    """A job's lineage, as LINEAGE in the student's file has it; its last RDD; and its stages, sets
    of RDDs."""
    lineage: dict
    last: str
    stages: list

    def parents(self, stage):
        """The RDDs behind the shuffles that a stage reads."""
        return {parent for rdd in stage for kind, parent in self.lineage[rdd] if kind == "shuffle"}

    def readers(self, parent):
        """The RDDs that shuffle an RDD, each for itself."""
        return [rdd for rdd, arrows in self.lineage.items() if ("shuffle", parent) in arrows]

    def told(self):
        """The lineage, an RDD a line."""
        return "\n".join(f"    {rdd}: " + (", ".join(f"{kind} {parent}" for kind, parent in arrows)
                                           or "(a source)")
                         for rdd, arrows in self.lineage.items())


def cut_of(event):
    """What the event log tells of a job.

    In PySpark an RDD that reads a shuffle is a ShuffledRDD, and no other kind does."""
    infos = sorted(event["Stage Infos"], key=lambda info: info["Stage ID"])
    rdds = {rdd["RDD ID"]: rdd for info in infos for rdd in info["RDD Info"]}

    def name(id):
        return f"{rdds[id]['Name']} {id}"

    lineage = {
        name(id): [("shuffle" if rdd["Name"] == "ShuffledRDD" else "narrow", name(parent))
                   for parent in rdd["Parent IDs"]]
        for id, rdd in sorted(rdds.items())}
    return Cut(lineage, name(max(rdd["RDD ID"] for rdd in infos[-1]["RDD Info"])),
               [{name(rdd["RDD ID"]) for rdd in info["RDD Info"]} for info in infos])


def cuts_of(case, program):
    """A Cut for each job of program(sc)."""
    conf = {"spark.eventLog.enabled": True, "spark.eventLog.dir": case.folder.resolve().as_uri()}
    with case.context(conf=conf) as spark:
        program(spark.sparkContext)
    (log,) = case.folder.iterdir()
    events = map(json.loads, log.read_text().splitlines())
    return [cut_of(event) for event in events if event["Event"] == "SparkListenerJobStart"]


def stages_told(stages):
    return "\n".join(textwrap.fill(f"stage {number}: {', '.join(sorted(map(str, stage)))}", 70,
                                   initial_indent=" " * 4, subsequent_indent=" " * 8)
                     for number, stage in stages)


def differences_told(found, right):
    """Both cuts; if there are stages that one of them lacks, these alone, and not too many."""
    wrong = [(n, stage) for n, stage in enumerate(found) if stage not in right]
    missing = [(n, stage) for n, stage in enumerate(right) if stage not in found]
    if not wrong and not missing:
        return f"\n\nYour {len(found)} stages:\n{stages_told(enumerate(found))}"
    told = f"\n\nYou have {len(found)} stages, the engine {len(right)}."
    if wrong:
        told += f" These of yours the engine has not:\n{stages_told(wrong[:MOST_TOLD])}"
        told += "\n    …" * (len(wrong) > MOST_TOLD)
    if missing:
        told += f"\n\nThese of the engine's you have not:\n{stages_told(missing[:MOST_TOLD])}"
    return told


def compare(case, program):
    """Fails unless the student cuts each job of the program as the engine did."""
    for cut in cuts_of(case, program):
        compare_job(cut, case.student.stages_of(dict(cut.lineage), cut.last))


def compare_job(cut, found):
    shown = f"\n\nThe lineage, whose last RDD is {cut.last}:\n{cut.told()}"
    if not isinstance(found, list) or not all(isinstance(stage, (set, frozenset))
                                              for stage in found):
        fail(f"stages_of() must give a list of sets of RDDs; it gave {found!r}")
    shown += differences_told(found, cut.stages)
    seen = set().union(*found)
    if not seen <= cut.lineage.keys():
        fail(f"{(seen - cut.lineage.keys()).pop()!r} is no RDD of the lineage{shown}")
    lost = cut.lineage.keys() - seen
    if lost:
        fail(f"{sorted(lost)[0]} is in no stage: follow all arrows that lead up from an RDD, as "
             f"far as they go{shown}")
    n_found, n_right = (Counter(map(frozenset, stages)) for stages in (found, cut.stages))
    if n_found.keys() == n_right.keys() and n_found - n_right:
        fail("two ways lead to one shuffle, and you made the stage that writes it once for each "
             f"way; one stage writes it, and both read that{shown}", means="way_each")
    if n_found.keys() == n_right.keys() and n_right - n_found:
        fail(one_for_several(cut, *(n_right - n_found)) + shown)
    if sorted(map(sorted, found)) != sorted(map(sorted, cut.stages)):
        fail(wrong_sets(cut, found) + shown,
             means="per_operator" if len(found) > len(cut.stages) else "")
    for number, stage in enumerate(found):
        late = cut.parents(stage) - set().union(*found[:number])
        if late:
            fail("parents come first: a stage stands in the list after those whose shuffles it "
                 f"reads. Stage {number} of yours reads what {sorted(late)[0]} writes, and that "
                 f"is in a later one{shown}")


def one_for_several(cut, stage):
    """What is wrong if shuffles of one RDD share the stage that writes it."""
    parent = next(rdd for rdd in sorted(stage) if len(cut.readers(rdd)) > 1)
    readers = cut.readers(parent)
    return (f"{' and '.join(readers)} shuffle {parent}, each for itself: these are {len(readers)} "
            "shuffles, and each has a stage of its own that writes it, with the same RDDs; you "
            "made one stage for all of them")


def wrong_sets(cut, found):
    """What is wrong with stages of which some are not the engine's."""
    arrows = [(stage, rdd, *arrow) for stage in found for rdd in sorted(stage)
              for arrow in cut.lineage[rdd]]
    for stage, rdd, kind, parent in arrows:
        if kind == "shuffle" and parent in stage:
            return f"{rdd} reads a shuffle that {parent} writes, so a stage ends between them"
    for stage, rdd, kind, parent in arrows:
        if kind == "narrow" and parent not in stage:
            return (f"{rdd} needs {parent} by a narrow arrow, so the same task computes both: "
                    "they belong in one stage")
    return "these are other stages than those that the engine made"


# ── programs ──
def pairs(sc, n, n_partitions):
    return sc.parallelize([(i % 5, i) for i in range(n)], n_partitions)


def random_program(random):
    """Seven random steps on two sources, and a job for each of two RDDs among the last."""
    steps = [(random.choice(["mapValues", "filter", "union", "union", "reduceByKey", "groupByKey",
                             "join", "partitionBy", "coalesce", "repartition"]),
              random.random(), random.random(), random.randrange(2, 5)) for _ in range(7)]
    ends = [1, random.randrange(2, 4)]

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
                "repartition": lambda: a.repartition(n),
            }[what]())
        for end in ends:
            rdds[-end].keys().count()

    return program


# ── checks of stages_of() ──
@check("narrow steps are one stage", points=1)
def one_stage(case):
    """Maps, filters and a union: however many there are, one stage computes them all."""
    n, m = case.random.sample(range(2, 6), 2)
    compare(case, lambda sc: pairs(sc, 40, n).mapValues(str).coalesce(2).union(pairs(sc, 10, m))
            .filter(bool).map(len).count())


@check("a shuffle ends a stage", points=2, after="one_stage")
def shuffles_end(case):
    """Two shuffles in a row: three stages, and those that are read stand first."""
    n = case.random.randrange(2, 5)
    compare(case, lambda sc: pairs(sc, 40, 3).mapValues(abs).reduceByKey(add, n)
            .map(lambda kv: (kv[1], 1)).groupByKey(n + 1).mapValues(len).count())


@check("what is shared", points=2, after="shuffles_end")
def what_is_shared(case):
    """Two ways lead to one shuffle: one stage writes it. Two shuffles are of one RDD: it is in the
    stages of both."""
    n = case.random.randrange(2, 5)

    def program(sc):
        sales = pairs(sc, 40, 3).coalesce(2)
        sums = sales.reduceByKey(add, n)
        both = sums.mapValues(str).union(sums.filter(bool).map(lambda kv: kv))
        both.groupByKey(n + 1).union(sums).count()
        sums.union(sales.groupByKey(n + 1).mapValues(len)).count()

    compare(case, program)


# In PySpark each shuffle reads a PairwiseRDD of its own, so programs cannot show this; in Scala
# "totals" and "best" shuffle the same RDD, and "joined" reads two shuffles.
SHUFFLED_TWICE = Cut(
    {"sales": [],
     "large": [("narrow", "sales")],
     "totals": [("shuffle", "large")],
     "best": [("shuffle", "large")],
     "both": [("narrow", "totals"), ("narrow", "best"), ("narrow", "totals")],
     "others": [],
     "joined": [("shuffle", "both"), ("shuffle", "others")]},
    "joined",
    [{"sales", "large"}, {"sales", "large"}, {"totals", "best", "both"}, {"others"}, {"joined"}])


@check("a stage for each shuffle", points=1, after="what_is_shared")
def shuffle_each(case):
    """Two RDDs shuffle the same parent, and one reads two shuffles: each arrow is a shuffle, and
    has a stage that writes it."""
    cut = SHUFFLED_TWICE
    compare_job(cut, case.student.stages_of(dict(cut.lineage), cut.last))


@check("the stages that the engine makes", points=3, hidden=3, seconds=20,
       after="what_is_shared")
def same_stages(case):
    """Lineages of random programs: maps, unions, shuffles, joins of what lies together and of
    what does not."""
    compare(case, random_program(case.random))


# ── checks of summary() ──
def make_sales(random, n):
    return [(random.randrange(30), random.randrange(100, 100_000)) for _ in range(n)]


def job_of_summary(case):
    """The trace of collect() on summary(), the number of its sales; nothing may run before."""
    sales = make_sales(case.random, 600)
    n = case.random.randrange(3, 7)
    result = case.student.summary(case.sc.parallelize(sales, 5), n)
    with case.trace() as t:
        result.collect()
    return t, len(sales)


@check("a right summary", points=1, hidden=1)
def summary_right(case):
    """summary() only builds an RDD; it has each shop's total and best sale, in n partitions."""
    sales = make_sales(case.random, 600)
    n = case.random.randrange(3, 7)
    rdd = case.sc.parallelize(sales, 5)
    with case.trace() as t:
        result = case.student.summary(rdd, n)
    if t.jobs:
        fail(f"summary() must only build an RDD. These jobs ran while it was called:\n\n{t}")
    amounts = defaultdict(list)
    for shop, cents in sales:
        amounts[shop].append(cents)
    euros = case.reference.in_euros
    expected = {shop: (euros(sum(all)), euros(max(all))) for shop, all in amounts.items()}
    found = result.collect()
    if len(found) != len(expected):
        fail(f"there are {len(expected)} shops, and summary() has {len(found)} elements")
    for shop, both in found:
        if both != expected.get(shop):
            fail(f"shop {shop} has (total, best) = {expected.get(shop)}; summary() says {both}")
    if result.getNumPartitions() != n:
        fail(f"summary(sales, {n}) has {result.getNumPartitions()} partitions")


@check("nothing is moved twice", points=2, after="summary_right")
def moved_once(case):
    """No stage of summary()'s job reads one shuffle and writes another: what lies by shop is not
    shuffled by shop again."""
    t, _ = job_of_summary(case)
    again = [stage for stage in t.jobs[0].stages if stage.parents and stage.writes_shuffle]
    if again:
        step = again[0].name.split(" at ")[0]
        fail(f"the stage {step!r} reads what was shuffled by shop, and "
             "shuffles it by shop once more. A join finds its sides in place if both have the same "
             "partitioner. Do they still have it, with the same number of partitions?"
             f"\n\n{t}", means="map_keeps" if step == "join" else "")


@check("one shuffle in all", points=2, after="moved_once")
def one_shuffle(case):
    """summary()'s job has two stages, and one shuffle between them."""
    t, n_sales = job_of_summary(case)
    if len(t.jobs[0].stages) > 2:
        fail("the sales are shuffled more than once. Place them by shop once, keep that RDD in a "
             f"variable, and let all that follows start there:\n\n{t}", means="join_shuffles")
    t.assert_stages(2)
    carried = t.jobs[0].stages[0].pairs
    if carried < n_sales:
        case.comment("celebratory", f"one shuffle, and it carries {carried} pairs for {n_sales} "
                     "sales: the map tasks have combined them, which lab 4 is about")
    else:
        case.comment("informative", f"one shuffle, which carries all {carried} sales; lab 4 is "
                     "about sending less")
