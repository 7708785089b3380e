"""Lab 1: nothing runs before an action, then one job of two stages, and no more of it than
needed."""
import re
from collections import Counter

from rushlight.lesson.checks import check, fail, prediction
from rushlight.testing import at_most

SLICES = 3      # as main() has it


# ── predictions: what main() does ──
def rhyme(case):
    return case.sc.parallelize(case.reference.RHYME.splitlines(), SLICES)


@prediction("jobs_at_a")
def jobs_at_a(case):
    with case.trace() as t:
        lines = rhyme(case)
        case.reference.line_lengths(lines).getNumPartitions()
        case.reference.hopeless(lines).getNumPartitions()
    return len(t.jobs)


@prediction("error")
def error(case):
    lines = rhyme(case)
    lengths = case.reference.line_lengths(lines)
    try:
        case.reference.hopeless(lines)
    except ZeroDivisionError:
        return "where hopeless() is called"
    try:
        lengths.collect()
    except Exception:
        return "at the first collect()"
    return "nowhere"


@prediction("stages_of_b")
def stages_of_b(case):
    with case.trace() as t:
        case.reference.line_lengths(rhyme(case)).collect()
    return len(t.jobs[0].stages)


@prediction("tasks_of_b")
def tasks_of_b(case):
    with case.trace() as t:
        case.reference.line_lengths(rhyme(case)).collect()
    return n_tasks(t)


@prediction("tasks_of_c")
def tasks_of_c(case):
    lengths = case.reference.line_lengths(rhyme(case))
    lengths.collect()
    with case.trace() as t:
        lengths.count()
    return n_tasks(t)


def n_tasks(t):
    return sum(len(stage.tasks) for job in t.jobs for stage in job.stages)


# ── checks ──
NOUNS = ["house", "malt", "rat", "cat", "dog", "cow", "maiden", "man", "priest", "cock"]
MARKS = ["", "", "", ",", ".", "!", " "]


def make_lines(random, n):
    """Lines of nouns, some with capitals and marks, some empty."""
    lines = []
    for _ in range(n):
        words = [random.choice(NOUNS) for _ in range(random.randrange(9))]
        words = [random.choice([str.lower, str.title, str.upper])(word) + random.choice(MARKS)
                 for word in words]
        lines.append(" ".join(words))
    return lines


def words_of(line):
    return re.findall("[a-z]+", line.lower())


@check("right counts", points=2, hidden=2)
def right_counts(case):
    """word_counts() has each word once, with the number of times that it stands in the lines."""
    lines = make_lines(case.random, 60)
    expected = Counter(word for line in lines for word in words_of(line))
    pairs = case.student.word_counts(case.sc.parallelize(lines, 4)).collect()
    if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
        fail(f"word_counts() must be an RDD of pairs (word, count); it has {pairs[0]!r}")
    words = Counter(word for word, _ in pairs)
    twice = sorted(word for word in words if words[word] > 1)
    if twice:
        fail(f"{twice[0]!r} comes {words[twice[0]]} times among the pairs; each word must come "
             "once, with all that was counted of it")
    for word in sorted(expected.keys() | words, key=str):
        seen = dict(pairs).get(word, 0)
        if seen != expected[word]:
            fail(f"{word!r} stands {expected[word]} times in the lines, and word_counts() "
                 f"says {seen}")


@check("no job before an action", points=3)
def no_job_before(case):
    """word_counts() only builds an RDD; no job runs while it is called."""
    lines = case.sc.parallelize(make_lines(case.random, 60), 4)
    with case.trace() as t:
        case.student.word_counts(lines)
    if t.jobs:
        first = t.jobs[0].name.split(" at ")[0]
        fail("who calls word_counts() decides when to count: it must start no job, and "
             f"{first}() in it does:\n\n{t}",
             means="on_the_driver" if first in ("collect", "toLocalIterator", "countByKey",
                                                "countByValue", "collectAsMap") else "eager")


@check("one job, two stages", points=3, hidden=1, after="no_job_before")
def one_job(case):
    """collect() of the counts is one job: a stage of a task for each partition of the lines, one
    shuffle, and a stage of a task for each partition of the counts."""
    slices = case.random.randrange(3, 7)
    counts = case.student.word_counts(case.sc.parallelize(make_lines(case.random, 60), slices))
    with case.trace() as t:
        pairs = counts.collect()
    t.assert_jobs(1)
    t.assert_stages(2)
    t.assert_tasks(slices + counts.getNumPartitions())
    carried = sum(stage.pairs for stage in t.jobs[0].stages)
    case.comment("informative", f"{len(pairs)} words in {slices} map tasks, and {carried} pairs "
                 "in the shuffle: lab 4 is about that number")


@check("the first line", points=1, hidden=1)
def finds(case):
    """first_with() gives the first line that has the word, and None if there is none."""
    lines = make_lines(case.random, 40)
    rdd = case.sc.parallelize(lines, 4)
    for word in [case.random.choice(NOUNS), "unicorn", "at"]:
        expected = next((line for line in lines if word in words_of(line)), None)
        try:
            seen = case.student.first_with(rdd, word)
        except ValueError as e:
            if expected is not None:
                raise
            fail(f"no line has {word!r}: first_with() must give None then, not raise an error "
                 f"({str(e).splitlines()[0]})")
        if seen != expected:
            fail(f"the first line with {word!r} is {expected!r}; first_with() gave {seen!r}")


@check("no further than needed", points=2, after="finds")
def no_further(case):
    """first_with() looks into no more partitions than it must: into one of 8, if the word is
    there."""
    lines = ["the unicorn and the lion"] + make_lines(case.random, 79)
    rdd = case.sc.parallelize(lines, 8)
    with case.trace() as t:
        case.student.first_with(rdd, "unicorn")
    n = n_tasks(t)
    if n > 1:
        fail(f"the first partition has the word, and {n} tasks ran. collect() and count() "
             f"compute all partitions; some actions stop when they have enough:\n\n{t}",
             means="whole_result")
    t.assert_jobs(at_most(1))
