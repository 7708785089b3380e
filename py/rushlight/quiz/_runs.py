"""Run: what was seen of a program, as numbers, as a plan, as a picture in text."""
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
        self.shown = True
        self.value = self.error = self.svg = None
        self.printed = self.picture = ""
        self.attempts = self.failed = None

    def read(self, happenings):
        """Takes the counts of what happened."""
        _renumber(happenings)
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
            attempts = read_run(log, events_in([f.read()], log)).attempts
        self.attempts = len(attempts)
        self.failed = sum(attempt.how == "failed" for attempt in attempts)

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
        if self.again:
            parts.append(f"{count(self.again, 'partition')} computed again")
        if self.attempts is not None:
            parts.append(f"{count(self.attempts, 'attempt')}, {self.failed} of them failed")
        return ", ".join(parts)

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

    def plan(self, query=-1, before=False, width=None):
        """A plan as indented text, with lines cut to a width, if that is given."""
        lines = _indented((self.plans_before if before else self.plans)[query])
        return "\n".join(line if width is None or len(line) <= width else line[:width - 1] + "…"
                         for line in lines)


def _indented(node, depth=0):
    yield "  " * depth + node.line
    for child in node.children:
        yield from _indented(child, depth + 1)


def _renumber(happenings):
    """Jobs and stages from 0 on, as in a program that runs alone."""
    stages = {stage.id: stage for job in happenings.jobs for stage in job.stages}
    number = {id: i for i, id in enumerate(sorted(stages))}
    for stage in stages.values():
        stage.parents = [number.get(parent, parent) for parent in stage.parents]
    for stage in stages.values():
        stage.id = number[stage.id]
    for i, job in enumerate(happenings.jobs):
        job.id = i
