"""From attempts to bars: lanes, rows, and what is merged where a picture would be too large.

    attempts of an executor           lanes (its cores)              bars
    ├ 0.0–2.0 task 0                  ─ task 0 ── task 2 ─           (x, width, lane, style)
    ├ 0.0–1.0 task 1          ──▶     ─ task 1 ─    gap    ──▶
    └ 2.1–4.0 task 2

The log does not say on which core a task ran, as Spark does not know it either: an attempt takes
the first lane that is free.  Spark hears of a task's end before it writes down the time, so the
next one may seem to begin a little earlier: the bar before it is cut there.  Up to `ROWS` cores,
each has a row.  Beyond, a row is an executor, or several, whose height at a moment is how many of
its cores are busy.
"""
import collections

ROWS = 400              # of cores; beyond, executors
FOLDED_ROWS = 120       # of executors; beyond, several to a row
COLUMNS = 400           # of a folded row
LEVELS = 8              # of its height
TITLES = 1500           # attempts; beyond, bars tell nothing of themselves
MOST_BARS = 30000       # beyond, neighbours are merged

Style = collections.namedtuple("Style", "stage how again speculative")
Bar = collections.namedtuple("Bar", "x width row style attempt")


def style_of(attempt):
    """What a bar looks like: the stage's id, how it ended ("ok", "running", "killed", "failed")."""
    how = attempt.how if attempt.how in ("ok", "running", "killed") else "failed"
    return Style(attempt.stage.id, how, attempt.again, attempt.speculative)


def lanes_of(executor, end_ms):
    """(attempt, its end in ms) of each of its cores, in their order; more lanes than cores if it
    had to be."""
    lanes, free_at = [[] for _ in range(executor.cores)], [0] * executor.cores
    for attempt in sorted(executor.attempts, key=lambda a: (a.launch_ms, a.task_id)):
        finish = attempt.finish_ms if attempt.finish_ms is not None else end_ms
        lane = next((i for i, free in enumerate(free_at) if free <= attempt.launch_ms), None)
        if lane is None:
            lane = min(range(len(lanes)), key=free_at.__getitem__)
            if not _cut(lanes[lane], free_at[lane], attempt, finish):
                lane = len(lanes)
                lanes.append([])
                free_at.append(0)
        lanes[lane].append((attempt, finish))
        free_at[lane] = finish
    return lanes


def _cut(lane, free_at, attempt, finish):
    """Ends the last of a lane where the next begins, if that is most of it."""
    last, _ = lane[-1]
    most = min(free_at - last.launch_ms, finish - attempt.launch_ms) / 2
    if free_at - attempt.launch_ms > most:
        return False
    lane[-1] = (last, attempt.launch_ms)
    return True


def bars_of(run, axis, lanes):
    """Bars of lanes, lane by lane.  Where there are too many, neighbours that look alike are one,
    and then those that are too narrow to be seen."""
    bars, gap = list(_plain_bars(run, axis, lanes)), 0.25
    while len(bars) > MOST_BARS:
        gap *= 2
        bars = list(_merged(bars, gap))
    return bars


def _plain_bars(run, axis, lanes):
    for row, attempts in enumerate(lanes):
        for attempt, finish in attempts:
            x = axis.x(run.since_start(attempt.launch_ms))
            width = axis.x(run.since_start(finish)) - x
            yield Bar(x, width, row, style_of(attempt), attempt)


def _merged(bars, gap):
    last = None
    for bar in bars:
        if last is None:
            last = bar
        elif bar.row == last.row and bar.x - last.x - last.width <= gap and (
                bar.style == last.style or min(bar.width, last.width) < gap):
            shown = max(last, bar, key=lambda b: b.width).style
            last = last._replace(width=max(last.width, bar.x + bar.width - last.x), style=shown,
                                 attempt=None)
        else:
            yield last
            last = bar
    if last is not None:
        yield last


def grouped(executors, most):
    """Executors in at most so many groups of neighbours.

    >>> grouped(list("abcde"), 2)
    [['a', 'b', 'c'], ['d', 'e']]
    """
    each = max(1, -(-len(executors) // most))
    return [executors[i:i + each] for i in range(0, len(executors), each)]


def busy_columns(run, executors):
    """Of a folded row: (first column, number of columns, level, style) of its busiest style, where
    it has one; the level is how busy the executors' cores are, 1 to LEVELS."""
    busy = [collections.Counter() for _ in range(COLUMNS)]
    span_ms = max(run.end_ms - run.start_ms, 1)
    for executor in executors:
        for attempt in executor.attempts:
            _add_busy(busy, attempt, run, span_ms)
    capacity = sum(e.cores for e in executors) * span_ms / COLUMNS
    runs = []
    for column, counter in enumerate(busy):
        if not counter:
            continue
        level = min(LEVELS, max(1, round(LEVELS * sum(counter.values()) / capacity)))
        style = max(sorted(counter, key=str), key=counter.__getitem__)
        if runs and runs[-1][2:] == (level, style) and sum(runs[-1][:2]) == column:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1, level, style)
        else:
            runs.append((column, 1, level, style))
    return runs


def _add_busy(busy, attempt, run, span_ms):
    finish = attempt.finish_ms if attempt.finish_ms is not None else run.end_ms
    begin = (attempt.launch_ms - run.start_ms) * COLUMNS / span_ms
    end = max((finish - run.start_ms) * COLUMNS / span_ms, begin)
    style = style_of(attempt)._replace(speculative=False)
    for column in range(max(int(begin), 0), min(int(end) + 1, COLUMNS)):
        part = min(end, column + 1) - max(begin, column)
        busy[column][style] += max(part, 0) * span_ms / COLUMNS


def stacked(spans):
    """(first, last) spans into lanes without overlap: the lane of each.

    >>> stacked([(0, 5), (1, 2), (3, 4), (6, 7)])
    [0, 1, 1, 0]
    """
    free_at, lanes = [], []
    for first, last in spans:
        lane = next((i for i, free in enumerate(free_at) if free <= first), len(free_at))
        if lane == len(free_at):
            free_at.append(0)
        free_at[lane] = last
        lanes.append(lane)
    return lanes
