"""The timeline: a row for each core, a bar for each attempt of a task.

    jobs       ▕▔▔▔▔ job 0 ▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▏
    stages     ▕ stage 0 ▏▕ stage 1 ▏▕ 0.1 ▏▕ 1.1 ▏
    marks                      A      B              what went wrong, told below
    executor 1 ▐███▌▐██▌▐███▌  ┊  ▐██▌┊
               ▐█▌▐████▌▐██▌   ┊      ┊              gaps are gaps
    executor 2 ▐█████▌▐█▌▐███▌ ✕      ┊              lost
               0 s        1 s        2 s
"""
import os

from rushlight.pictures import _bars, _marks
from rushlight.pictures import _svg as svg

_WIDTH, _LEFT, _RIGHT, _TOP = 1240, 170, 24, 58
_BAND, _MOST_BANDS = 16, 10
_MANY_BANDS, _NARROW = 1000, 3      # beyond, those of so few pixels have no colour and no name
_LEAST = 2              # pixels; what failed can be seen
_MARK_APART = 9         # pixels; marks that are nearer are one


def draw_timeline(run):
    """SVG text."""
    paint = svg.Paint(run)
    axis = svg.TimeAxis(run.seconds, _LEFT, _WIDTH - _LEFT - _RIGHT)
    y = _TOP
    legend, y = _legend(run, paint, y)
    bands, y = _bands(run, axis, paint, y)
    marks = _marks.gathered(run, run.marks, _MARK_APART * axis.seconds / axis.width)
    marks_y = y + 12
    rows_y = y + (20 if marks else 6)
    rows, y = _rows(run, axis, paint, rows_y)
    parts = [*legend, *axis.draw(rows_y - 4, y), *bands, *rows,
             *_marks.lines(axis, marks, marks_y, rows_y - 4, y)]
    words, y = _marks.told(marks, y + 34)
    return svg.page(_WIDTH, y + 6, run, paint, parts + words)


# ── legend ──
def _legend(run, paint, y):
    hows = {_bars.style_of(a).how for a in run.attempts}
    stage = run.attempts[0].stage.id
    items = [("a stage's colour and number", paint.stage(stage), None)]
    if "failed" in hows:
        items.append(("failed, or lost with its executor", paint.failed(), None))
    if "killed" in hows:
        items.append(("killed: no longer wanted", paint.killed(), None))
    if "running" in hows:
        items.append(("still running as the log ends", "none", None))
    if any(a.again for a in run.attempts):
        items.append(("computed again: its output was lost", paint.stage(stage), paint.again()))
    if any(a.speculative for a in run.attempts):
        items.append(("a copy of a slow task (bar below)", paint.stage(stage), "copy"))
    if any(m.kind == "lost" for m in run.marks):
        items.append(("executor gone", "✕", None))
    parts, x = [], 16
    for words, fill, over in items:
        parts += _sample(x, y - 2, fill, over)
        parts.append(svg.text(x + 22, y + 8, words, 10))
        x += 34 + 5.4 * len(words)
    return parts, y + 18


def _sample(x, y, fill, over):
    if fill == "✕":
        yield svg.cross(x + 8, y + 6)
        return
    frame = f' stroke="{svg.INK}" stroke-width="0.8"' if fill == "none" else ""
    yield svg.box(x, y, 16, 11, fill, extra=frame)
    if over == "copy":
        yield svg.box(x, y + 8.5, 16, 2.5, "#000000")
    elif over:
        yield svg.box(x, y, 16, 11, over)


# ── jobs and stages ──
def _bands(run, axis, paint, y):
    jobs = [(job.submitted_ms, job.ended_ms, f"job {job.id}", _short(job.name), "#ffffff", svg.INK,
             svg.FAIL_COLOUR if job.failure else svg.INK) for job in run.jobs]
    stages = [(s.submitted_ms, s.completed_ms, s.title,
               f"{_short(s.name)} · {svg.counted(s.n_tasks, 'task')}"
               + (f" · {s.failure}" if s.failure else ""), paint.stage(s.id), paint.on_stage(s.id),
               svg.FAIL_COLOUR if s.failure else "none") for s in run.stages]
    parts = []
    for label, bands in (("jobs", jobs), ("stages", stages)):
        drawn, n_rows = _band_rows(run, axis, bands, y)
        if drawn:
            parts += [svg.text(_LEFT - 8, y + 11, label, 10, "end"), *drawn]
            y += _BAND * n_rows + 4
    return parts, y


def _short(name):
    """A call site with the file's name alone: bands have no room for folders."""
    what, at, place = name.rpartition(" at ")
    return what + at + os.path.basename(place)


def _band_rows(run, axis, bands, y):
    spans = [(axis.x(run.since_start(begin)),
              axis.x(run.since_start(run.end_ms if end is None else end)))
             for begin, end, *_ in bands]
    lanes = _bars.stacked(spans)
    parts, n_hidden, narrow = [], 0, []
    for (x, end), lane, (_, _, short, long, fill, ink, edge) in zip(spans, lanes, bands):
        if lane >= _MOST_BANDS:
            n_hidden += 1
            continue
        if len(bands) > _MANY_BANDS and end - x < _NARROW:
            narrow.append((round(x), y + lane * _BAND, 1, _BAND - 3))
            continue
        top = y + lane * _BAND
        whole = f"{short}: {long}" if long else short
        parts.append(svg.box(x, top, max(end - x - 0.5, 0.7), _BAND - 3, fill, whole,
                             f' stroke="{edge}"' if edge != "none" else ""))
        room = int((end - x - 6) / 5.6)
        if room >= len(short):
            label = whole if room > len(short) + 6 else short
            parts.append(_label_on(x + 4, top + 10, svg.shortened(label, room), fill, ink))
        elif room >= len(short.split()[-1]):
            parts.append(_label_on(x + 3, top + 10, short.split()[-1], fill, ink))
    parts.append(svg.path(svg.bars(sorted(set(narrow))), "#999999", ' class="narrow"'))
    n_rows = min(max(lanes, default=-1) + 1, _MOST_BANDS)
    if n_hidden:
        parts.append(svg.text(_LEFT, y + n_rows * _BAND + 8, f"… and {n_hidden} more at once", 9))
        n_rows += 1
    return parts, n_rows


def _label_on(x, y, words, fill, ink, size=9.5):
    """Text that can be read on a texture, too."""
    halo = ""
    if fill.startswith("url"):
        halo = (' stroke="#333333" stroke-width="2.5" paint-order="stroke"' if ink == "#ffffff"
                else ' stroke="#ffffff" stroke-width="2.5" paint-order="stroke"')
    return svg.text(x, y, words, size, colour=ink, extra=halo)


# ── rows ──
def _rows(run, axis, paint, y):
    if sum(e.cores for e in run.executors) > _bars.ROWS:
        return _folded_rows(run, axis, paint, y)
    lanes = [(e, _bars.lanes_of(e, run.end_ms)) for e in run.executors]
    n_rows = sum(len(rows) for _, rows in lanes)
    height = 15 if n_rows <= 40 else 9 if n_rows <= 100 else 5 if n_rows <= 250 else 3.6
    between = 3 if height > 5 else 1.4
    tops, parts, at = [], [], y
    label_after = y
    for executor, rows in lanes:
        parts += _life(run, axis, [executor], at, height * len(rows))
        if at >= label_after:
            words = f"{executor.id} · {executor.host}" + (f" · {executor.rack}" if executor.rack
                                                          else "")
            parts.append(svg.text(_LEFT - 8, at + min(height * len(rows), 12) / 2 + 4,
                                  svg.shortened(words, 27), 9.5, "end"))
            label_after = at + 10
        tops += [at + i * height for i in range(len(rows))]
        at += height * len(rows) + between
    flat = [row for _, rows in lanes for row in rows]
    parts += _drawn_bars(_bars.bars_of(run, axis, flat), tops, height, paint,
                         len(run.attempts) <= _bars.TITLES)
    parts += _departures(run, axis, lanes, tops, height)
    return parts, at


def _life(run, axis, executors, top, height):
    """A pale ground where executors were."""
    for executor in executors:
        x = axis.x(run.since_start(executor.added_ms))
        gone = run.end_ms if executor.removed_ms is None else executor.removed_ms
        end = axis.x(run.since_start(gone))
        yield svg.box(x, top, max(end - x, 0.5), height, svg.PALE)


def _departures(run, axis, lanes, tops, height):
    row = 0
    for executor, rows in lanes:
        if executor.removed_ms is not None:
            middle = tops[row] + height * len(rows) / 2
            yield svg.cross(axis.x(run.since_start(executor.removed_ms)), middle,
                         min(5, max(2.2, height * len(rows) / 3)))
        row += len(rows)


def _drawn_bars(bars, tops, height, paint, with_titles):
    thin = max(height - 1, height * 0.8)
    groups, over, copies, numbers = {}, [], [], []
    for bar in bars:
        inset = 0.6 if bar.width > 3 else 0
        least = _LEAST if bar.style.how == "failed" else 0
        place = (bar.x, tops[bar.row], max(bar.width - inset, least), thin)
        groups.setdefault((bar.style.how, bar.style.stage if bar.style.how == "ok" else -1),
                          []).append((place, bar))
        if bar.style.again:
            over.append(place)
        if bar.style.speculative:
            copies.append((bar.x, tops[bar.row] + thin - max(thin / 5, 1.2), bar.width - inset,
                           max(thin / 5, 1.2)))
        if bar.attempt is not None and height >= 9 and bar.width > 12 and bar.style.how == "ok":
            numbers.append((bar, tops[bar.row] + height / 2 + 3))
    for (how, stage), places in sorted(groups.items(), key=_order):
        yield from _group(how, stage, places, paint, with_titles)
    if over:
        yield svg.path(svg.bars(over), paint.again(), ' class="again" pointer-events="none"')
    yield svg.path(svg.bars(copies), "#000000", ' class="copies" pointer-events="none"')
    for bar, y in numbers:
        fill = "url" if bar.style.again else paint.stage(bar.style.stage)
        yield _label_on(bar.x + 3, y, bar.style.stage, fill, paint.on_stage(bar.style.stage), 8)


def _order(group):
    """What went wrong is drawn last, over the rest."""
    (how, stage), _ = group
    return ("ok", "running", "killed", "failed").index(how), stage


def _group(how, stage, places, paint, with_titles):
    fill = {"ok": paint.stage(stage) if how == "ok" else "", "running": "none",
            "killed": paint.killed() if how == "killed" else "",
            "failed": paint.failed() if how == "failed" else ""}[how]
    extra = f' class="{how}"'
    if how == "running":
        extra += f' stroke="{svg.INK}" stroke-width="0.8"'
    if with_titles:
        for place, bar in places:
            yield svg.box(*place[:2], max(place[2], 0.3), place[3], fill, told(bar.attempt), extra)
    else:
        yield svg.path(svg.bars(place for place, _ in places), fill, extra)


def told(attempt):
    """An attempt in words."""
    words = [f"{attempt.stage.title}, partition {attempt.partition}"]
    if attempt.number:
        words.append(f"attempt {attempt.number}")
    if attempt.speculative:
        words.append("a copy of a slow task")
    if attempt.again:
        words.append("computed again")
    if attempt.finish_ms is not None:
        words.append(svg.seconds_text((attempt.finish_ms - attempt.launch_ms) / 1000))
    if attempt.output_lost:
        words.append("what it made was lost later")
    return ", ".join(words) + (f": {svg.shortened(attempt.why, 160)}" if attempt.why else "")


def _folded_rows(run, axis, paint, y):
    groups = _bars.grouped(run.executors, _bars.FOLDED_ROWS)
    height = 12 if len(groups) <= 60 else 8
    parts, wide = [], axis.width / _bars.COLUMNS
    each = len(groups[0])
    parts.append(svg.text(_LEFT, y + 10, f"a row is {svg.counted(each, 'executor')}; its height is "
                          "how many of the cores are busy, its colour what most of them do", 10))
    y += 18
    fills, over, crosses = {}, [], []
    for i, executors in enumerate(groups):
        top = y + i * height
        parts += _life(run, axis, _spans(executors), top, height - 1)
        if i * height % 12 < height:
            first, last = executors[0], executors[-1]
            words = first.id if first is last else f"{first.id} … {last.id}"
            parts.append(svg.text(_LEFT - 8, top + height - 2, svg.shortened(
                f"{words} · {first.host}", 27), 9, "end"))
        for column, n, level, style in _bars.busy_columns(run, executors):
            tall = (height - 1) * level / _bars.LEVELS
            place = (axis.left + column * wide, top + height - 1 - tall, n * wide, tall)
            fills.setdefault((style.how, style.stage if style.how == "ok" else -1),
                             []).append((place, None))
            if style.again:
                over.append(place)
        crosses += [(e, top + height / 2) for e in executors if e.removed_ms is not None]
    for (how, stage), places in sorted(fills.items(), key=_order):
        parts += _group(how, stage, places, paint, False)
    if over:
        parts.append(svg.path(svg.bars(over), paint.again(), ' class="again"'))
    places = {(round(axis.x(run.since_start(e.removed_ms))), at) for e, at in crosses}
    parts += [svg.cross(x, at, 3) for x, at in sorted(places)]
    return parts, y + len(groups) * height


def _spans(executors):
    """One executor for those that came and went at the same time."""
    return {(e.added_ms, e.removed_ms): e for e in executors}.values()
