"""Lab 5: what functions take along, what comes back, and how often; on lost executors, too."""
import sys
from collections import Counter

from rushlight.lesson.checks import check, fail, prediction
from rushlight.testing import at_most

N_EXECUTORS, N_TASKS = 3, 12
CLUSTER = f"local-cluster[{N_EXECUTORS},1,1024]"

# A dict that notes each time that it is unpickled, and by which process.  A module of its own, for
# the workers import it.
TABLE = '''
import os

class Table(dict):
    log = {log!r}

    def __reduce__(self):
        return unpickled, (dict(self),)

def unpickled(pairs):
    with open(Table.log, "a") as f:
        f.write(str(os.getpid()) + "\\n")
    return Table(pairs)
'''


# ── predictions: what main() does ──
def lines_of(case):
    return case.sc.parallelize(case.reference.LINES, 2)


@prediction("driver_n")
def driver_n(case):
    return case.reference.driver_variable(lines_of(case))


@prediction("late_b")
def late_b(case):
    return case.reference.late(case.sc.parallelize([1, 2, 3], 2))[0][0]


@prediction("late_c")
def late_c(case):
    return case.reference.late(case.sc.parallelize([1, 2, 3], 2))[1][0]


@prediction("before")
def before(case):
    return case.reference.counted_again(lines_of(case))[0]


@prediction("after")
def after(case):
    return case.reference.counted_again(lines_of(case))[1]


@prediction("unpickled")
def unpickled(case):
    with case.context(master=CLUSTER) as spark:
        table = watched_table(case, spark.sparkContext)
        numbers = spark.sparkContext.parallelize(range(48), N_TASKS)
        numbers.map(lambda i: table[i % 6]).count()
        return len(unpickled_by(case))


@prediction("broadcasts_read")
def broadcasts_read(case):
    with case.context(master=CLUSTER) as spark:
        table = spark.sparkContext.broadcast(watched_table(case, spark.sparkContext))
        numbers = spark.sparkContext.parallelize(range(48), N_TASKS)
        numbers.map(lambda i: table.value[i % 6]).count()
        return len(unpickled_by(case))


def watched_table(case, sc):
    """A Table of 6 entries, which workers of `sc` can unpickle."""
    path = case.folder / "watched.py"
    path.write_text(TABLE.format(log=str(case.folder / "unpickled.log")))
    sc.addPyFile(str(path))
    sys.path.insert(0, str(case.folder))
    import watched
    return watched.Table((i, f"name {i}") for i in range(6))


def unpickled_by(case):
    """The process of each time that a Table was unpickled."""
    log = case.folder / "unpickled.log"
    return log.read_text().split() if log.exists() else []


# ── data ──
def make_lines(random, n):
    """Lines like "ab 12", some blank, some wrong; of each kind in every quarter."""
    lines = []
    for _ in range(n // 4):
        lines += [f"{random.choice(['ab', 'cd', 'ef'])} {random.randrange(100)}", "  ",
                  f"{random.choice(['ab', 'gh'])} {random.choice(['four', 'x y z', ''])}",
                  f"{random.choice(['ab', 'cd', 'ef'])} {random.randrange(9)}"]
    return lines


def pair_of(line):
    parts = line.split()
    good = len(parts) == 2 and parts[1].isdigit()
    return (parts[0], int(parts[1])) if good else None


def expected_totals(lines):
    pairs = [pair_of(line) for line in lines]
    totals = Counter()
    for code, number in filter(None, pairs):
        totals[code] += number
    return dict(totals), pairs.count(None)


# ── checks ──
@check("one job surveys", points=3, hidden=1)
def surveys(case):
    """survey() finds both numbers by one job."""
    lines = make_lines(case.random, 80)
    n_words = sum(len(line.split()) for line in lines)
    n_blank = sum(not line.strip() for line in lines)
    rdd = case.sc.parallelize(lines, 4)
    with case.trace() as t:
        words, blank = case.student.survey(rdd)
    if words != n_words:
        fail(f"the lines have {n_words} words; survey() says {words}")
    if blank == 0:
        fail(f"{n_blank} lines are blank, and survey() says 0. Tasks count in copies of the "
             "driver's variables; and an accumulator is to be read after the action",
             means="driver_changes")
    if blank != n_blank:
        fail(f"{n_blank} lines are blank; survey() says {blank}",
             means="counted_once" if blank % n_blank == 0 else "")
    t.assert_jobs(1)
    t.assert_tasks(4)


@check("without any of the words", points=2, hidden=1)
def without_any(case):
    """without() leaves out the lines with any of the words, and starts no job."""
    lines = make_lines(case.random, 80)
    words = case.random.sample(["ab", "cd", "ef", "gh", "four"], 3)
    expected = [line for line in lines if not set(words) & set(line.split())]
    rdd = case.sc.parallelize(lines, 4)
    with case.trace() as t:
        result = case.student.without(rdd, words)
    if t.jobs:
        fail(f"without() must only build an RDD. These jobs ran while it was called:\n\n{t}")
    seen = result.collect()
    last = [line for line in lines if words[-1] not in line.split()]
    if seen == last != expected:
        fail(f"of {words} only the last word, {words[-1]!r}, was left out. The functions of the "
             "loop all refer to one variable, and are pickled after the loop",
             means="at_definition")
    if seen != expected:
        fail(f"{len(expected)} of the {len(lines)} lines have none of {words}; without() has "
             f"{len(seen)}")


@check("right names", points=1)
def names_right(case):
    """named() has the name of each code."""
    names = {code: code.title() + "land" for code in ("ab", "cd", "ef")}
    pairs = [pair for pair in map(pair_of, make_lines(case.random, 80)) if pair]
    seen = case.student.named(case.sc.parallelize(pairs, 4), names).collect()
    expected = [(names[code], number) for code, number in pairs]
    if Counter(seen) != Counter(expected):
        fail(f"named() should begin with {expected[:3]}, and begins with {seen[:3]}")


@check("a table for each executor", points=3, after="names_right")
def table_once(case):
    """named() has its table unpickled once by each executor, not by each task; no shuffle."""
    with case.context(master=CLUSTER) as spark:
        sc = spark.sparkContext
        table = watched_table(case, sc)
        pairs = sc.parallelize([(i % 6, i) for i in range(48)], N_TASKS)
        with case.trace(sc) as t:
            case.student.named(pairs, table).count()
        t.assert_shuffles(0)
        t.assert_jobs(1)
        t.assert_tasks(N_TASKS)
        readers = unpickled_by(case)
    if len(readers) > N_EXECUTORS:
        fail(f"the {N_TASKS} tasks ran on {N_EXECUTORS} executors, and the table was unpickled "
             f"{len(readers)} times. It is in the function itself; what the function should "
             "refer to is a broadcast, of which it asks the value inside of the task",
             means="closure_once")
    case.comment("celebratory", f"{N_TASKS} tasks, and the table was unpickled {len(readers)} "
                 "times: once by each executor")


@check("right totals", points=1)
def totals_right(case):
    """totals_and_bad() has the totals and the number of bad lines, by at most two jobs."""
    lines = make_lines(case.random, 80)
    rdd = case.sc.parallelize(lines, 4)
    with case.trace() as t:
        totals, bad = case.student.totals_and_bad(rdd)
    expected, n_bad = expected_totals(lines)
    if dict(totals) != expected:
        fail(f"the totals are {expected}; totals_and_bad() has {dict(totals)}")
    if bad != n_bad:
        fail(f"{n_bad} lines are bad; totals_and_bad() says {bad}",
             means="driver_changes" if bad == 0 else "")
    t.assert_jobs(at_most(2))


@check("exact after a loss", points=4, hidden=1, after="totals_right")
def exact_after_loss(case):
    """totals_and_bad() is exact when an executor is lost after the map tasks of its shuffle."""
    lines = make_lines(case.random, 80)
    cluster = "local-cluster[2,1,1024]"
    with case.context(master=cluster) as spark:
        sc = spark.sparkContext
        with case.trace(sc) as calm:
            case.student.totals_and_bad(sc.parallelize(lines, 4))
    stages = [stage for job in calm.jobs for stage in job.stages if stage.ran]
    after_shuffle = [stage.id for stage in stages if stage.parents]
    lost_at = min(after_shuffle, default=stages[-1].id)
    with case.context(master=cluster) as spark:
        sc = spark.sparkContext
        rdd = sc.parallelize(lines, 4)
        sc.faults.kill_executor("1", replace=True, when={"stage": lost_at})
        with case.trace(sc) as t:
            totals, bad = case.student.totals_and_bad(rdd)
    expected, n_bad = expected_totals(lines)
    if dict(totals) != expected:
        fail(f"the totals are {expected}; totals_and_bad() has {dict(totals)}")
    if bad != n_bad:
        fail(f"an executor was lost as stage {lost_at} began, with files that the map tasks had "
             f"written, so some of these ran again. {n_bad} lines are bad; you counted {bad}: "
             f"some twice\n\n{t}", means="counted_once")
