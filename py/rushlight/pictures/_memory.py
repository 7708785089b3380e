"""Memory over time: what storage and execution held on each executor.

    executor 1  ░░░░░▒▒▒▒░░░░░░   ▒ execution: the peaks of the tasks that run, added up: they need
                ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓     not come at once, so it is a bound
    executor 2  ▓▓▓▓▓▓▓✕          ▓ storage: blocks of cached RDDs and broadcasts
                                  ─ of a simulated cluster, what all its processes use, and below
                                    which limit its container stays alive

Where storage is told by:
    BlockUpdated events    each block as it comes and goes (spark.eventLog.logBlockUpdates.enabled)
    task ends              what storage held then ("Task Executor Metrics")
What execution needed is in each task's metrics; spills are marked where a task that did ends.
"""
import itertools

from rushlight.pictures import _bars, _marks
from rushlight.pictures import _svg as svg

_WIDTH, _LEFT, _RIGHT, _TOP = 1240, 170, 24, 58
_ROWS = 120                 # beyond, executors are added up
_STORAGE, _EXECUTION = "#0072b2", "#e69f00"
_MARK_APART = 9
_FLAT = 0.2                 # of the pool: what stays below is drawn larger than the pool allows
_MOST_SPILLS = 2000


def draw_memory(run):
    """SVG text."""
    paint = svg.Paint(run)
    axis = svg.TimeAxis(run.seconds, _LEFT, _WIDTH - _LEFT - _RIGHT)
    groups = _bars.grouped(run.executors, _ROWS)
    rows = [_Row(run, group) for group in groups]
    height = 64 if len(rows) <= 8 else 36 if len(rows) <= 20 else 17
    top, pool = _scale(rows)
    marks = _marks.gathered(run, [m for m in run.marks if m.kind in ("lost", "added", "fault")],
                            _MARK_APART * axis.seconds / axis.width)
    first = _TOP + 20 + 14 * bool(marks)
    drawn, bottom = _panels(run, axis, paint, rows, first, height, top)
    parts = [*_legend(run, paint, pool, top, groups), *axis.draw(first - 4, bottom), *drawn,
             *_marks.lines(axis, marks, first - 8, first - 4, bottom)]
    words, y = _marks.told(marks, bottom + 34)
    for note in _notes(run):
        parts.append(svg.text(20, y + 4, note, 10))
        y += 14
    return svg.page(_WIDTH, y + 8, run, paint, parts + words)


def _scale(rows):
    """What the full height of a row is, and the largest pool: that, unless little of it is used."""
    most = max(row.most for row in rows)
    pool = max(row.pool for row in rows)
    used = max((held for row in rows for _, held in row.used), default=0)
    if used:
        return 1.05 * max(used, max(row.container for row in rows)), pool
    return (pool if pool and most > pool * _FLAT else most * 1.15 or 1), pool


# ── what there is ──
class _Row:
    """An executor, or several added up."""

    def __init__(self, run, executors):
        self.executors = executors
        self.pool = sum(e.pool_bytes for e in executors)
        self.storage = _steps(change for e in executors for change in _changes(e, e.kept))
        self.execution = _steps(change for e in executors for change in _changes_run(e, run))
        self.used = _steps(change for e in executors for change in _changes(e, e.used))
        self.container = sum(e.container_bytes for e in executors)
        self.spills = [(a.finish_ms, a.spilled_bytes) for e in executors for a in e.attempts
                       if a.spilled_bytes]
        self.most = max((sum(levels) for _, levels in _together(self.storage, self.execution)),
                        default=0)


def _changes(executor, levels):
    """(ms, change in bytes) of what it holds, to nothing as it goes."""
    before = 0
    for ms, held in levels:
        if executor.removed_ms is None or ms <= executor.removed_ms:
            yield ms, held - before
            before = held
    if executor.removed_ms is not None:
        yield executor.removed_ms, -before


def _changes_run(executor, run):
    for attempt in executor.attempts:
        if attempt.peak_bytes:
            yield attempt.launch_ms, attempt.peak_bytes
            end_ms = run.end_ms if attempt.finish_ms is None else attempt.finish_ms
            yield end_ms, -attempt.peak_bytes


def _steps(changes):
    """[(ms, bytes from then on)].

    >>> _steps([(5, 3), (1, 2), (5, -2)])
    [(1, 2), (5, 3)]
    """
    steps, held = [], 0
    for ms, change in itertools.groupby(sorted(changes), key=lambda c: c[0]):
        held += sum(c for _, c in change)
        if not steps or steps[-1][1] != held:
            steps.append((ms, held))
    return steps


def _together(storage, execution):
    """[(ms, (storage, execution) from then on)]."""
    moments = sorted([(ms, 0, held) for ms, held in storage]
                     + [(ms, 1, held) for ms, held in execution])
    levels = [0, 0]
    for ms, which, held in moments:
        levels[which] = held
        yield ms, tuple(levels)


# ── panels ──
def _panels(run, axis, paint, rows, y, height, top):
    parts, n_spills = [], 0
    for row in rows:
        bottom, scale = y + height, (height - 2) / top
        parts += _ground(run, axis, row, y, height, scale)
        columns = 520 if len(rows) <= 20 else 260
        for level, (fill, name) in enumerate(
                ((_STORAGE, "storage"), (paint.hatched("execution", _EXECUTION), "execution"))):
            parts.append(svg.path(_area(run, axis, row, level, bottom, scale, columns), fill,
                                  f' class="{name}" pointer-events="none"'))
        parts.append(_outline(run, axis, row.used, bottom, scale, columns))
        parts += [_spill(axis.x(run.since_start(ms)), bottom, n_bytes)
                  for ms, n_bytes in row.spills[:max(_MOST_SPILLS - n_spills, 0)]]
        n_spills += len(row.spills)
        parts += [svg.cross(axis.x(run.since_start(e.removed_ms)), y + height / 2)
                  for e in row.executors if e.removed_ms is not None]
        y = bottom + (6 if height >= 36 else 3)
    return parts, y


def _ground(run, axis, row, y, height, scale):
    """Where the executors of a row were, their name, and their limits."""
    first, last = row.executors[0], row.executors[-1]
    name = first.id if first is last else f"{first.id} … {last.id}"
    words = (f"executor {name} on {first.host}: at most {svg.size_text(row.most)}"
             + (f" of a pool of {svg.size_text(row.pool)}" if row.pool else ""))
    begin = axis.x(run.since_start(min(e.added_ms for e in row.executors)))
    gone = [run.end_ms if e.removed_ms is None else e.removed_ms for e in row.executors]
    end = axis.x(run.since_start(max(gone)))
    yield svg.box(begin, y, max(end - begin, 0.5), height, svg.PALE, words, ' class="executor"')
    yield svg.text(_LEFT - 8, y + min(height, 20) / 2 + 3,
                   svg.shortened(f"{name} · {first.host}", 20), 9.5, "end")
    if height >= 36:
        most = max([row.most, *(held for _, held in row.used)])
        yield svg.text(_LEFT - 8, y + 25, f"most {svg.size_text(most)}", 8.5, "end", "#777777")
    for limit, dashes in ((row.pool, "4 2"), (row.container, "1 2")):
        if limit and limit * scale <= height:
            at = y + height - limit * scale
            yield svg.line(begin, at, end, at, svg.INK, f' stroke-dasharray="{dashes}"')


def _area(run, axis, row, level, bottom, scale, columns):
    """Path data of storage (0), or of execution that stands on it (1)."""
    heights = [(0.0, 0.0)] * (columns + 1)
    span = max(run.end_ms - run.start_ms, 1)
    steps = list(_together(row.storage, row.execution))
    for i, (ms, levels) in enumerate(steps):
        after = steps[i + 1][0] if i + 1 < len(steps) else run.end_ms
        if after == ms and i + 1 < len(steps):
            continue
        low = levels[0] * level
        high = low + levels[level]
        begin = max(int((ms - run.start_ms) * columns / span), 0)
        end = min(int((after - run.start_ms) * columns / span), columns)
        for column in range(begin, end + 1):
            if high - low > heights[column][1] - heights[column][0]:
                heights[column] = (low, high)
    return svg.bars(
        (axis.left + axis.width * column / columns, bottom - high * scale,
         axis.width * n / columns, (high - low) * scale)
        for column, n, (low, high) in _runs(heights[:columns]) if high > low)


def _outline(run, axis, steps, bottom, scale, columns):
    """A line at what a container uses; of a column of the picture, the most."""
    if not steps:
        return ""
    levels, span = {}, max(run.end_ms - run.start_ms, 1)
    for (ms, held), (after, _) in zip(steps, [*steps[1:], (run.end_ms, 0)]):
        begin = int((ms - run.start_ms) * columns / span)
        for column in range(begin, int((after - run.start_ms) * columns / span) + 1):
            levels[column] = max(levels.get(column, 0), held)
    a, data, first, drawn = svg.number, [], min(levels), False
    for column, n, held in _runs([levels[c] for c in range(first, max(levels) + 1)]):
        x, y = axis.left + axis.width * (first + column) / columns, bottom - held * scale
        if held:        # and else nobody is there
            data.append(f"{'V' if drawn else f'M{a(x)} '}{a(y)}H{a(x + axis.width * n / columns)}")
        drawn = held > 0
    return (f'<path d="{"".join(data)}" stroke="#000000" stroke-width="1.4" fill="none" '
            'class="used" pointer-events="none"/>')


def _runs(values):
    """(first, how many, value) of equal neighbours.

    >>> list(_runs("aab"))
    [(0, 2, 'a'), (2, 1, 'b')]
    """
    at = 0
    for value, same in itertools.groupby(values):
        n = sum(1 for _ in same)
        yield at, n, value
        at += n


def _spill(x, y, n_bytes):
    a = svg.number
    return (f'<path d="M{a(x)} {a(y)}l-4 -7h8z" fill="{svg.FAIL_COLOUR}" class="spill"><title>'
            f"{svg.clean(svg.size_text(n_bytes))} spilled</title></path>")


# ── words ──
def _legend(run, paint, pool, top, groups):
    items = [("storage", _STORAGE),
             ("execution: peaks of the running tasks, added up",
              paint.hatched("execution", _EXECUTION))]
    x = 16
    for words, fill in items:
        yield svg.box(x, _TOP - 4, 16, 11, fill)
        yield svg.text(x + 22, _TOP + 5, words, 10)
        x += 34 + 5.6 * len(words)
    if any(a.spilled_bytes for a in run.attempts):
        yield _spill(x + 6, _TOP + 6, 0)
        yield svg.text(x + 16, _TOP + 5, "a task that spilled", 10)
        x += 130
    if any(e.used for e in run.executors):
        yield svg.line(x, _TOP + 1, x + 18, _TOP + 1, "#000000", ' stroke-width="1.4"')
        yield svg.text(x + 24, _TOP + 5, "used by all processes, dotted: the container", 10)
        x += 290
    if pool and top >= pool:
        yield svg.line(x, _TOP + 1, x + 18, _TOP + 1, svg.INK, ' stroke-dasharray="4 2"')
        words = f"the pool of both, {svg.size_text(pool)}"
    elif pool:
        words = f"full height {svg.size_text(top)}, of a pool of {svg.size_text(pool)}"
    else:
        words = f"full height {svg.size_text(top)}"
    each = len(groups[0])
    if each > 1:
        words += f"; a row is {each} executors"
    if any(e.kept or e.used for e in run.executors) or any(a.peak_bytes for a in run.attempts):
        yield svg.text(x + 24, _TOP + 5, words, 10)


def _notes(run):
    kept = any(e.kept for e in run.executors)
    if run.logs_blocks:
        yield "storage: each cached block and broadcast as it came and went"
    elif kept:
        yield ("storage: what was held as tasks ended, in Rushlight with map outputs; with "
               "spark.eventLog.logBlockUpdates.enabled=true each cached block has its events")
    else:
        yield ("storage: nothing of it is in this log; "
               "spark.eventLog.logBlockUpdates.enabled=true puts it there")
    if not any(a.peak_bytes for a in run.attempts):
        yield "execution: no task of this log says that it needed any"
