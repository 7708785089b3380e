"""A trace as a small picture in text: jobs, their stages, shuffles as arrows.

    job 0  collect at app.py:8
      stage 0  reduceByKey at app.py:7  ▮▮▮▮ 4 tasks
        └─▶ stage 1: 12 pairs, 792 B
      stage 1  collect at app.py:8  ▮▮▮▮ 4 tasks
"""
import linecache
import os
import re

from rushlight._words import count, short, size

_MOST_BARS = 16
_PLACE = re.compile(r" at (.+):(\d+)$")


def draw(happenings):
    """All jobs, or that there are none."""
    lines = [line for job in happenings.jobs for line in _job(job)]
    return "\n".join(lines) or "no jobs"


def _job(job):
    yield f"job {job.id}  {short(job.name)}" + ("  failed" if job.failed else "")
    for stage in job.stages:
        yield f"  stage {stage.id}  {short(stage.name)}  {_tasks(stage, job)}".replace("    ", "  ")
        if stage.ran and stage.writes_shuffle:
            readers = [str(other.id) for other in job.stages if stage.id in other.parents]
            where = ("stage " + ", ".join(readers)) if readers else "a later job"
            yield f"    └─▶ {where}: {count(stage.pairs, 'pair')}, {size(stage.bytes)}"


def _tasks(stage, job):
    if not stage.ran:
        return "skipped" if job.was_reached(stage) else "not run"
    n = len(stage.tasks)
    if stage.failed:
        return "failed" + (f"; {count(n, 'task')} ended well" if n else "")
    bars = "▮" * min(n, _MOST_BARS) + ("…" if n > _MOST_BARS else "")
    return f"{bars} {count(n, 'task')}" + (f", {stage.n_again} again" if stage.n_again else "")


def source_line(name):
    """The program's line of a call site, or "" if its file cannot be read."""
    place = _PLACE.search(name)
    if place is None or not os.path.isfile(place[1]):
        return ""
    return linecache.getline(place[1], int(place[2])).strip()


def at_source(label, name):
    """One that is told with the line that asked for it."""
    line = source_line(name)
    return f"  {label}  {short(name)}" + (f"\n      {line}" if line else "")
