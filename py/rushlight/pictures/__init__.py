"""Pictures of a run, from its event log: Rushlight's or real Spark's, of any cluster.

    log ──_run.py──▶ Run ──┬── _timeline.py   SVG: a row for each core, a bar for each attempt
                           ├── _cluster.py    SVG: racks, hosts, executors and their slots
                           ├── _memory.py     SVG: storage and execution of each executor
                           └── _steps.py      HTML: the scheduler's state, event by event
     _svg.py, _bars.py: what they share; steps.html: what shows the steps

    from rushlight.pictures import draw
    draw("timeline", "events/app-1.zstd", "timeline.svg")

Logs are read as text: what `core/viz` draws of lineages and events as they are posted needs the
engine, and these do not; a log of another machine or of real Spark is as good as one's own.

Each stays readable, and below some 2 MB, however large the run: rows are folded, bars merged,
events taken together, and the picture says so.

To add one: a module with `draw_…(run)` that gives its text, a row in KINDS and a line in
`_drawn()`; what it needs of the log that `Run` lacks, in `_run.py`; a test that counts its shapes.
"""
import os

from rushlight.errors import PySparkValueError
from rushlight.pictures._run import events_of, read_run
from rushlight.pictures._svg import refuse_empty

KINDS = {
    "cluster": (".svg", "racks, hosts, executors and their slots; who was lost"),
    "timeline": (".svg", "a row for each core, a bar for each attempt of a task, what went wrong"),
    "memory": (".svg", "what storage and execution held on each executor, over time"),
    "steps": (".html", "the scheduler's state, event by event; opens offline, keys ← → space"),
}


def kind_of(file):
    """What a file is to hold, by its ending, or None.

    >>> kind_of("run.svg"), kind_of("run.html"), kind_of("run.png")
    ('timeline', 'steps', None)
    """
    return {".svg": "timeline", ".html": "steps"}.get(os.path.splitext(file)[1])


def draw(kind, log, file):
    """Draws a log: `kind` is one of KINDS, `file` where to.

    A ValueError says what is wrong with the log, or that there is nothing to draw in it.

    >>> from rushlight.pictures import draw
    >>> draw("pie", "events/app-1", "pie.svg")
    Traceback (most recent call last):
    ...
    rushlight.errors.base.PySparkValueError: no picture is called 'pie': cluster, timeline, ...
    """
    if kind not in KINDS:
        raise PySparkValueError(f"no picture is called {kind!r}: {', '.join(KINDS)}")
    picture = _drawn(kind, os.fspath(log))
    with open(file, "w", encoding="utf-8") as to:
        to.write(picture)


def _drawn(kind, log):
    run = read_run(log)
    refuse_empty(run, log)
    if kind == "cluster":
        from rushlight.pictures._cluster import draw_cluster
        return draw_cluster(run)
    if kind == "memory":
        from rushlight.pictures._memory import draw_memory
        return draw_memory(run)
    if kind == "steps":
        from rushlight.pictures._steps import draw_steps
        return draw_steps(run, lambda: events_of(log))
    from rushlight.pictures._timeline import draw_timeline
    return draw_timeline(run)
