"""Run: what was seen of a program, as numbers, as a plan, as a picture in text."""
import collections
import re

from rushlight import _words as words
from rushlight.testing import _drawing as drawing
from rushlight.testing import _plan_trees as plans


class Run:
    """A program that ran: its counts, its plan, its result.

    >>> from rushlight.quiz import Workbench
    >>> with Workbench() as bench:
    ...     run = bench.run("sc.range(8, numSlices=2).groupBy(bool).count()")
    >>> run.jobs, run.stages, run.tasks, run.tasks_of
    (1, 2, 4, [2, 2])
    """

    def __init__(self, source, master, conf, files, faults):
        self.source, self.master, self.conf = source, master, conf
        self.files, self.faults = files, faults
        self.defaults = {}      # settings that it has beside conf
        self.folder = None      # where it ran
        self.shown = True
        self.value = self.error = self.svg = None
        self.printed = self.picture = ""
        self.attempts = self.failed = None

    def read(self, happenings):
        """Takes what happened, its jobs and stages numbered from 0 on."""
        self._numbers = _renumber(happenings)
        self.take(happenings)

    def take(self, happenings):
        """Takes the counts of what happened, with the numbers that it has."""
        self.happenings = happenings
        ran = happenings.stages
        self.jobs, self.stages = len(happenings.jobs), len(ran)
        self.skipped = len({stage.id for job in happenings.jobs for stage in job.stages
                            if not stage.ran})
        self.tasks_of = [len(stage.tasks) for stage in ran]
        self.tasks = sum(self.tasks_of)
        self.shuffles = sum(stage.writes_shuffle for stage in ran)
        self.pairs = sum(stage.pairs for stage in ran if stage.writes_shuffle)
        self.bytes = sum(stage.bytes for stage in ran if stage.writes_shuffle)
        self.again = sum(stage.n_again for stage in ran)
        self.spilled = sum(stage.spilled["disk"] for stage in ran)
        self.found = sum(task.kept_found for stage in ran for task in stage.tasks)
        self.tasks_by_job = [sum(len(stage.tasks) for stage in job.stages if stage.ran)
                             for job in happenings.jobs]
        self.read_by_task = [[task.records_read for task in stage.tasks] for stage in ran]
        self.picture = drawing.draw(happenings)
        self.plans = [plans.without_wrappers(query.final, ()) for query in happenings.queries]
        self.plans_before = [plans.without_wrappers(query.initial, ())
                             for query in happenings.queries]
        self.wrapped = [query.final for query in happenings.queries]

    def read_attempts(self, log):
        """Takes attempts of tasks from a log of this program alone."""
        from rushlight.pictures._run import events_in, read_run
        import os
        unfinished = log + ".inprogress"
        with open(unfinished if os.path.exists(unfinished) else log, "rb") as f:
            text = f.read()
        text = text[:text.rfind(b"\n") + 1]     # a task may still run, and its event be half there
        attempts = read_run(log, events_in([text], log)).attempts
        self.attempts = len(attempts)
        self.endings = collections.Counter(attempt.how for attempt in attempts)
        self.failed = self.endings["failed"]

    @property
    def counts(self):
        """All in one line."""
        count = words.count
        parts = [count(self.jobs, "job"), f"{count(self.stages, 'stage')} run"]
        if self.skipped:
            parts.append(f"{self.skipped} skipped")
        parts.append(count(self.tasks, "task"))
        if self.pairs:
            parts.append(f"{count(self.pairs, 'pair')} shuffled")
        if self.spilled:
            parts.append(f"{words.size(self.spilled)} spilled to disk")
        if self.found:
            parts.append(count(self.found, "partition found in the cache"))
        if self.again:
            parts.append(f"{count(self.again, 'partition')} computed again")
        if self.attempts is not None:
            parts.append(count(self.attempts, "attempt") + self._endings())
        return ", ".join(parts)

    def _endings(self):
        """How attempts ended that brought nothing: " (2 fetch failed)"."""
        told = [f"{n} {'cut off' if how == 'running' else how}"
                for how, n in sorted(self.endings.items()) if how != "ok"]
        return f" ({', '.join(told)})" if told else ""

    # ── plans ──
    def nodes(self, query=-1, before=False):
        """Names of a plan's operators, from the root on.

        >>> from rushlight.quiz import Workbench
        >>> with Workbench() as bench:
        ...     run = bench.run("spark.range(9).where('id > 3').collect()")
        >>> run.nodes()
        ['Filter', 'Range']
        """
        found, todo = [], [(self.plans_before if before else self.plans)[query]]
        while todo:
            node = todo.pop(0)
            found.append(node.name)
            todo[:0] = node.children
        return found

    def has(self, *names, query=-1, before=False):
        """Whether a plan has operators of all these names, or of names that begin so."""
        nodes = self.nodes(query, before)
        return all(any(node.startswith(name) for node in nodes) for name in names)

    def plan(self, query=-1, before=False):
        """A plan as indented text.

        >>> from rushlight.quiz import Workbench
        >>> with Workbench() as bench:
        ...     run = bench.run("spark.range(9).where('id > 3').collect()")
        >>> print(run.plan())
        Filter (id > 3)
          Range (0, 9, step=1, splits=4)
        """
        return "\n".join("  " * depth + line for depth, line in _lines(self._tree(query, before)))

    def plan_for_people(self, width, query=-1, before=False):
        """The same without what says nothing about the question, in lines of that width at most;
        of a scan what it reads and what is pushed into it, each in a line of its own."""
        told = []
        for depth, line in _lines(self._tree(query, before)):
            head, *more = _parts_of_scan(line)
            told += ["  " * depth + head, *("  " * depth + "    " + part for part in more)]
        return "\n".join(self.without_folder(line) if len(self.without_folder(line)) <= width
                         else self.without_folder(line)[:width - 1] + "…" for line in told)

    def _tree(self, query, before):
        return (self.plans_before if before else self.plans)[query]

    # ── texts that are the same in each run ──
    def without_folder(self, text):
        """A text in which the folder of the run is called as programs call it."""
        if self.folder is None:
            return text
        return text.replace("file:" + self.folder, "folder").replace(self.folder, "folder")

    def failure(self):
        """How it failed: the error's first line, and the last one if that is Python's."""
        lines = self.without_folder(str(self.error)).splitlines()
        first = re.sub(r"\bstage (\d+)\.", lambda m: "stage "
                       f"{self._numbers.get(int(m[1]), m[1])}.", lines[0])
        told = [f"{type(self.error).__name__}: " + re.sub(r" \(TID \d+\).*", "", first)]
        return told + ([lines[-1]] if "Traceback" in lines[0] else [])


_SCAN_PARTS = re.compile(r",? (?=(?:Batched|DataFilters|Format|Location|PartitionFilters|"
                         r"PushedFilters|ReadSchema): )")


def _parts_of_scan(line):
    """A scan's head, and what it prunes and pushes; any other line as it is.

    >>> _parts_of_scan("FileScan csv [a] Batched: false, Format: CSV, PartitionFilters: [], "
    ...                "PushedFilters: [IsNotNull(a)], ReadSchema: struct<a:int>")
    ['FileScan csv [a]', 'PushedFilters: [IsNotNull(a)]']
    """
    if not line.startswith("FileScan "):
        return [line]
    head, *parts = _SCAN_PARTS.split(line)
    return [head, *(part for part in parts if part.startswith("PushedFilters")
                    or part.startswith("PartitionFilters") and not part.endswith(": []"))]


def _lines(node, depth=0):
    yield depth, node.line
    for child in node.children:
        yield from _lines(child, depth + 1)


def _renumber(happenings):
    """Jobs and stages from 0 on, as in a program that runs alone; gives the stages' numbers."""
    stages = {stage.id: stage for job in happenings.jobs for stage in job.stages}
    number = {id: i for i, id in enumerate(sorted(stages))}
    for stage in stages.values():
        stage.parents = [number.get(parent, parent) for parent in stage.parents]
    for stage in stages.values():
        stage.id = number[stage.id]
    for i, job in enumerate(happenings.jobs):
        job.id = i
    return number
