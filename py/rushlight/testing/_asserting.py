"""Trace: what a piece of a program made the engine do, and assertions about it.

Each assertion takes how many are expected (_amounts.py) and, if that is not what was seen, raises
an AssertionError that shows both, a picture of what ran, and the program's lines that asked for
what is too many.
"""
import math
import statistics

from rushlight import _words as words
from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.testing import _drawing as drawing
from rushlight.testing import _plan_trees as plans
from rushlight.testing._amounts import amount, at_least

_SKEW_OF = {"records": lambda task: task.records_read, "bytes": lambda task: task.bytes_read,
            "time": lambda task: task.ms}
_WHICH = ("final", "initial")


class Trace:
    """Jobs, stages, tasks, shuffles and plans; made by trace() or read_trace().

    While the block of trace() runs, each look sees all that has happened up to now.

    >>> from rushlight.testing import trace
    >>> with trace(sc) as t:
    ...     counts = sc.parallelize("abca", 2).map(lambda c: (c, 1)).reduceByKey(max)
    ...     n = counts.count()
    >>> t.assert_jobs(1)
    >>> t.assert_stages(2)
    """

    def __init__(self, look):
        self._look = look

    @property
    def _seen(self):
        return self._look()

    @property
    def jobs(self):
        """A list of jobs, each with id, name and stages.

        >>> with trace(sc) as t:
        ...     n = sc.range(8).count()
        >>> len(t.jobs)
        1
        """
        return self._seen.jobs

    @property
    def queries(self):
        """A list of queries of SQL, each with id, name, and its initial and final plan.

        >>> with trace(spark) as t:
        ...     n = spark.range(8).count()
        >>> len(t.queries)
        1
        """
        return self._seen.queries

    def __str__(self):
        return drawing.draw(self._seen)

    # ── counts ──
    def assert_jobs(self, expected):
        """So many jobs ran, or failed.

        >>> with trace(sc) as t:
        ...     n = sc.range(8).map(abs).count()
        >>> t.assert_jobs(1)
        """
        self._check("job", expected, lambda trace: len(trace.jobs), lambda: [
            (f"job {job.id}", job.name) for job in self.jobs])

    def assert_stages(self, expected):
        """So many stages ran; a stage that ran again counts once, a skipped one not at all.

        >>> with trace(sc) as t:
        ...     n = sc.range(8).groupBy(bool).count()
        >>> t.assert_stages(2)
        """
        self._check("stage", expected, lambda trace: len(trace._seen.stages), lambda: [
            (f"stage {stage.id}", stage.name) for stage in self._seen.stages])

    def assert_tasks(self, expected):
        """So many tasks ended well.

        >>> with trace(sc) as t:
        ...     n = sc.range(8, numSlices=4).count()
        >>> t.assert_tasks(4)
        """
        self._check("task", expected,
                    lambda trace: sum(len(stage.tasks) for stage in trace._seen.stages),
                    self._widest)

    def _widest(self):
        stages = sorted(self._seen.stages, key=lambda stage: -len(stage.tasks))
        return [(f"stage {stage.id} ({words.count(len(stage.tasks), 'task')})", stage.name)
                for stage in stages]

    # ── shuffles ──
    def assert_shuffles(self, expected):
        """So many stages wrote files for other stages.

        >>> with trace(sc) as t:
        ...     pairs = sc.parallelize([(1, "a")], 2).groupByKey().collect()
        >>> t.assert_shuffles(1)
        """
        self._check("shuffle", expected, lambda trace: len(trace._shuffles()), lambda: [
            (f"stage {stage.id}", stage.name) for stage in self._shuffles()])

    def assert_shuffle_pairs(self, expected):
        """So many pairs, or rows, were written to shuffles.  In a log of real Spark, an RDD of
        PySpark writes runs of pairs, and a run counts as one.

        >>> with trace(sc) as t:
        ...     pairs = sc.parallelize([(1, 2)] * 100, 2)
        ...     total = pairs.reduceByKey(lambda a, b: a + b).collect()
        >>> t.assert_shuffle_pairs(2)
        """
        self._check("pair written to shuffles", expected,
                    lambda trace: sum(stage.pairs for stage in trace._shuffles()), lambda: [
                        (f"stage {stage.id} ({words.count(stage.pairs, 'pair')})", stage.name)
                        for stage in self._shuffles()])

    def assert_shuffle_bytes(self, expected):
        """So many bytes were written to shuffles.

        >>> from rushlight.testing import times
        >>> pairs = sc.parallelize([(i % 3, "x" * 100) for i in range(1000)], 2)
        >>> with trace(sc) as grouped:
        ...     n = pairs.groupByKey().mapValues(len).count()
        >>> with trace(sc) as reduced:
        ...     n = pairs.mapValues(len).reduceByKey(max).count()
        >>> reduced.assert_shuffle_bytes(times(0.1, of=grouped))
        """
        self._check("byte written to shuffles", expected,
                    lambda trace: sum(stage.bytes for stage in trace._shuffles()), lambda: [
                        (f"stage {stage.id} ({stage.bytes:,} B)", stage.name)
                        for stage in self._shuffles()])

    def _shuffles(self):
        return [stage for stage in self._seen.stages if stage.writes_shuffle]

    # ── how evenly, how roomy ──
    def assert_max_skew(self, expected, of="records"):
        """In no stage has a task more than `expected` times as much as the task in the middle: of
        "records" it reads, from shuffles and files; of "bytes"; or of "time" it runs.  Stages
        that read nothing are even.

        >>> with trace(sc) as t:
        ...     n = sc.range(1000, numSlices=4).map(lambda i: (i, i)).partitionBy(4).count()
        >>> t.assert_max_skew(2)
        """
        if of not in _SKEW_OF:
            raise PySparkValueError(f"of must be one of {', '.join(_SKEW_OF)}, not {of!r}")
        worst = max(self._seen.stages, key=lambda stage: _skew(stage, of), default=None)
        seen = _skew(worst, of) if worst else 1.0
        low, high = amount(expected).bounds(lambda trace: trace._max_skew(of))
        if seen <= high:
            return
        loads = _loads(worst, of)
        partition = max(loads, key=loads.get)
        raise self._error(
            f"expected a skew of {of} of at most {high:g}, saw {seen:.3g}: partition {partition} "
            f"of stage {worst.id} has {loads[partition]:,}, the one in the middle "
            f"{statistics.median_low(loads.values()):,}",
            [(f"stage {worst.id}", worst.name)], "the stage:", _load_bars(loads))

    def _max_skew(self, of):
        return max((_skew(stage, of) for stage in self._seen.stages), default=1.0)

    def assert_no_spill(self):
        """No task wrote to disk what did not fit into memory.

        >>> with trace(sc) as t:
        ...     n = sc.range(100).sortBy(lambda i: -i).count()
        >>> t.assert_no_spill()
        """
        spilled = [stage for stage in self._seen.stages if any(stage.spilled.values())]
        if spilled:
            n_bytes = sum(stage.spilled["disk"] for stage in spilled)
            raise self._error(
                f"expected no spill, saw {words.size(n_bytes)} spilled to disk by "
                f"{words.count(len(spilled), 'stage')}",
                [(f"stage {stage.id} ({words.size(stage.spilled['disk'])}, "
                  f"{words.size(stage.spilled['memory'])} in memory)", stage.name)
                 for stage in spilled], "spilled:")

    # ── kept and lost ──
    def assert_cached(self, expected=at_least(1)):
        """So many partitions of persisted RDDs or DataFrames were found where they are kept, not
        computed.

        >>> numbers = sc.range(8, numSlices=2).cache()
        >>> n = numbers.count()
        >>> with trace(sc) as t:
        ...     n = numbers.count()
        >>> t.assert_cached(2)
        """
        self._check("partition found where it is kept", expected, Trace._n_found, lambda: [
            (f"stage {stage.id}", stage.name) for stage in self._seen.stages if _found(stage)],
            self._not_found)

    def _n_found(self):
        seen = self._seen
        if not seen.is_ours and any(s.persisted and s.reads_files for s in seen.stages):
            raise PySparkValueError("this log of Spark cannot tell kept partitions from files: "
                                    "a stage reads both")
        return sum(_found(stage) for stage in seen.stages)

    def _not_found(self):
        computed = [(stage, sum(task.kept_computed for task in stage.tasks))
                    for stage in self._seen.stages]
        computed = [(f"stage {stage.id} ({words.count(n, 'partition')} computed, to be kept)",
                     stage.name) for stage, n in computed if n]
        return _told("not found:", computed) if computed else "nothing that ran is persisted"

    def assert_recomputed(self, expected):
        """So many partitions were computed again, because what had been computed was lost.

        >>> with trace(sc) as t:
        ...     n = sc.range(8).count()
        >>> t.assert_recomputed(0)
        """
        self._check("partition computed again", expected,
                    lambda trace: sum(stage.n_again for stage in trace._seen.stages), lambda: [
                        (f"stage {stage.id} ({stage.n_again} again)", stage.name)
                        for stage in self._seen.stages if stage.n_again])

    # ── plans ──
    def assert_plan(self, tree, which="final", query=-1):
        """A query ran by this plan: indented text, a node a line, `...` for any subtree, details
        of a node in brackets.  `which` is "final", after all that adaptive execution changed, or
        "initial"; `query` is an index of queries, the last one if not given.

        >>> with trace(spark) as t:
        ...     rows = spark.range(100).where("id > 7").collect()
        >>> t.assert_plan('''
        ...     Filter [(id > 7)]
        ...       Range
        ... ''')
        """
        if not isinstance(tree, str):
            raise PySparkTypeError(f"a plan is indented text, not {type(tree).__name__}")
        if which not in _WHICH:
            raise PySparkValueError(f'which must be "final" or "initial", not {which!r}')
        expected, queries = plans.parse_tree(tree), self.queries
        if not -len(queries) <= query < len(queries):
            raise self._error(f"expected the plan of queries[{query}], saw "
                              f"{words.count(len(queries), 'query')} of SQL")
        asked, number = queries[query], query % len(queries)
        seen = plans.without_wrappers(getattr(asked, which), plans.names_in(expected))
        rows = list(plans.compare(expected, seen))
        if not all(agree for _, _, agree in rows):
            raise self._error(f"expected another {which} plan of queries[{number}]:\n\n"
                              f"{plans.side_by_side(rows)}",
                              [(f"queries[{number}]", asked.name)], "the query:")

    # ── messages ──
    def _check(self, what, expected, measure, ones, hint=None):
        wanted, seen = amount(expected), measure(self)
        low, high = wanted.bounds(measure)
        if low <= seen <= high:
            return
        text = wanted.text(measure)
        text += " " + (what if text == "1" else words.plural(what))
        headline = f"expected {text}, saw {seen:,}"
        if seen < low:
            raise self._error(headline, extra=hint() if hint else "")
        found = ones()
        extra = found[math.floor(high):] if len(found) == seen else found
        raise self._error(headline, extra, "too many:")

    def _error(self, headline, ones=(), title="", extra=""):
        parts = [headline, str(self), extra, _told(title, ones)]
        return AssertionError("\n\n".join(part for part in parts if part))


def _told(title, ones):
    return "\n".join([title, *(drawing.at_source(*one) for one in ones)]) if ones else ""


def _loads(stage, of):
    """{partition: its load}."""
    return {task.partition: _SKEW_OF[of](task) for task in stage.tasks}


def _skew(stage, of):
    loads = _loads(stage, of).values()
    most = max(loads, default=0)
    if most == 0:
        return 1.0
    middle = statistics.median_low(loads)
    return most / middle if middle else math.inf


def _load_bars(loads, most_lines=8, width=30):
    """The heaviest partitions as bars."""
    most = max(loads.values())
    heavy = sorted(loads, key=lambda partition: (-loads[partition], partition))[:most_lines]
    left = len(str(max(heavy)))
    return "\n".join(f"  partition {p:>{left}}  {'▮' * round(width * loads[p] / most):<{width}}  "
                     f"{loads[p]:,}" for p in heavy)


def _found(stage):
    """Kept partitions that were read.  Real Spark's tasks count their bytes as input."""
    if not stage.persisted:
        return 0
    told = sum(task.kept_found + task.kept_computed for task in stage.tasks)
    if told:
        return sum(task.kept_found for task in stage.tasks)
    return sum(task.input_bytes > 0 for task in stage.tasks)
