"""The cluster: racks, hosts, executors and their slots, and how busy each was.

    ┌ rack-0 ─────────────────────────────┐
    │ ┌ host-0 ───────────┐ ┌ host-1 ───┐ │
    │ │ 0 ▮▮▯▯  1 ▮▯▯▯    │ │ 2 ▮▮▯▯  ✕ │ │     a slot is as full as it was busy
    │ └───────────────────┘ └───────────┘ │     while its executor was there
    └─────────────────────────────────────┘

The log tells of hosts by their executors alone: a machine that had none is not drawn.  Up to
`SLOTS` slots each is drawn; beyond, an executor is one box, or a host.
"""
import collections

from rushlight.pictures import _bars, _marks
from rushlight.pictures import _svg as svg

SLOTS, EXECUTORS = 1200, 2000
_WIDTH, _TOP, _MARGIN = 1240, 84, 16
_SLOT, _SLOT_HIGH, _GAP = 11, 22, 3
_BUSY = "#0072b2"
_TOGETHER_S = 1


def draw_cluster(run):
    """SVG text."""
    paint = svg.Paint(run)
    n_slots = sum(e.cores for e in run.executors)
    draw = (_slots if n_slots <= SLOTS else _plain if len(run.executors) <= EXECUTORS else _dense)
    racks = _racks(run)
    drawn, y = _in_rows([_rack(run, paint, rack, hosts, draw) for rack, hosts in racks.items()],
                        _MARGIN, _TOP, _WIDTH - _MARGIN, 10)
    parts = [*_legend(run, paint, draw), *drawn]
    marks = [m for m in run.marks if m.kind in ("lost", "added", "fault")]
    words, y = _marks.told(_marks.gathered(run, marks, _TOGETHER_S), y + 16)
    return svg.page(_WIDTH, y + 8, run, paint, parts + words)


def _racks(run):
    """{rack or None: {host: executors}}, in their order."""
    racks = {}
    for executor in run.executors:
        racks.setdefault(executor.rack, {}).setdefault(executor.host, []).append(executor)
    return racks


def busy_of(run, executor):
    """How busy each of its cores was while it was there, 0 to 1."""
    gone = run.end_ms if executor.removed_ms is None else executor.removed_ms
    lived = max(gone - executor.added_ms, 1)
    return [min(1, sum(finish - a.launch_ms for a, finish in lane) / lived)
            for lane in _bars.lanes_of(executor, run.end_ms)]


def _state(run, executor):
    """"lost", "late" (came while tasks ran) or ""."""
    if executor.removed_ms is not None:
        return "lost"
    return "late" if executor.late else ""


def told(run, executor):
    """An executor in words."""
    counts = collections.Counter(a.how for a in executor.attempts)
    words = [f"executor {executor.id} on {executor.host}",
             svg.counted(executor.cores, "core"), svg.counted(len(executor.attempts), "task")]
    words += [f"{n} {how}" for how, n in sorted(counts.items()) if how not in ("ok", "running")]
    if executor.late:
        words.append(f"came at {run.since_start(executor.added_ms):.1f} s")
    if executor.removed_ms is not None:
        words.append(f"gone at {run.since_start(executor.removed_ms):.1f} s: {executor.reason}")
    return ", ".join(words)


def _legend(run, paint, draw):
    what = ("a slot, as full as it was busy while its executor was there" if draw is _slots else
            "an executor, as full as its cores were busy while it was there" if draw is _plain
            else "a host, as full as its executors' cores were busy while they were there")
    items = [(what, "")]
    states = {_state(run, e) for e in run.executors}
    if "lost" in states:
        items.append(("executor gone before the end", "lost"))
    if "late" in states:
        items.append(("came while tasks ran", "late"))
    x = _MARGIN
    for words, state in items:
        yield from _vessel(x, 56, 16, 12, [0.6], state, paint)
        yield svg.text(x + 22, 66, words, 10)
        x += 40 + 5.4 * len(words)


# ── boxes in boxes ──
def _in_rows(drawn, left, top, right, gap):
    """(parts, width, height) beside one another, in as many rows as it takes: the parts, and
    where they end."""
    parts, x, y, row_high = [], left, top, 0
    for inside, wide, high in drawn:
        if x + wide > right and x > left:
            x, y, row_high = left, y + row_high + gap, 0
        parts.append(f'<g transform="translate({svg.number(x)} {svg.number(y)})">'
                     + "".join(inside) + "</g>")
        x, row_high = x + wide + gap, max(row_high, high)
    return parts, y + row_high


def _rack(run, paint, rack, hosts, draw):
    right = _WIDTH - 2 * _MARGIN - 8
    inside = 22 if rack else 6
    if draw is _dense:
        drawn = [_dense(run, paint, hosts)]
    else:
        drawn = [draw(run, paint, host, executors) for host, executors in hosts.items()]
    parts, bottom = _in_rows(drawn, 8, inside, right, _GAP * 2)
    words = f"{rack}: {_counts(hosts)}"
    wide = min(right, sum(w + _GAP * 2 for _, w, _ in drawn) + 2) + 8
    if rack:
        wide = max(wide, 24 + int(6.6 * len(words)))
        parts = [svg.box(0, 0, wide, bottom + 8, "none",
                         extra=f' stroke="{svg.INK}" class="rack"'),
                 svg.text(8, 15, words, 11, extra=' font-weight="bold"'), *parts]
    return parts, wide, bottom + 8


def _counts(hosts):
    executors = [e for those in hosts.values() for e in those]
    lost = sum(e.removed_ms is not None for e in executors)
    return (f"{svg.counted(len(hosts), 'host')}, {svg.counted(len(executors), 'executor')}"
            + (f", {lost} of them gone" if lost else ""))


def _slots(run, paint, host, executors):
    """A host whose executors show their slots, in at most two columns."""
    parts, y = [], 20
    widest = max(34 + len(busy_of(run, e)) * (_SLOT + 2) for e in executors)
    columns = 2 if len(executors) > 3 else 1
    for i, executor in enumerate(executors):
        left = 6 + i % columns * (widest + 8)
        state = _state(run, executor)
        parts.append(svg.box(left, y, widest, _SLOT_HIGH + 8, _ground(state, paint),
                             told(run, executor), _edge(state, "executor")))
        parts.append(svg.text(left + 4, y + 19, svg.shortened(executor.id, 4), 11,
                              extra=' pointer-events="none"'))
        for j, busy in enumerate(busy_of(run, executor)):
            parts += _vessel(left + 30 + j * (_SLOT + 2), y + 4, _SLOT, _SLOT_HIGH, [busy], "",
                             paint)
        if state == "lost":
            parts.append(svg.cross(left + widest - 7, y + _SLOT_HIGH + 1, 6))
        if i % columns == columns - 1 or i == len(executors) - 1:
            y += _SLOT_HIGH + 12
    wide = 12 + columns * widest + (columns - 1) * 8
    wide = max(wide, 16 + 6 * min(len(host), 24))
    frame = [svg.box(0, 0, wide, y, "#ffffff", extra=f' stroke="#777777" class="host"'),
             svg.text(6, 14, svg.shortened(host, int((wide - 8) / 6)), 10)]
    return frame + parts, wide, y


def _plain(run, paint, host, executors):
    """A host whose executors are one box each."""
    columns = min(8, len(executors))
    parts = []
    for i, executor in enumerate(executors):
        x, y = 4 + i % columns * 15, 14 + i // columns * 17
        lanes = busy_of(run, executor)
        parts += _vessel(x, y, 12, 14, [sum(lanes) / len(lanes)], _state(run, executor), paint,
                         told(run, executor))
    wide, high = max(8 + columns * 15, 46), 16 + (len(executors) - 1) // columns * 17 + 17
    return [svg.box(0, 0, wide, high, "#ffffff", extra=' stroke="#777777" class="host"'),
            svg.text(4, 10, svg.shortened(host, int(wide / 4.8)), 8), *parts], wide, high


def _dense(run, paint, hosts):
    """All hosts of a rack as small boxes, in a few paths."""
    columns = min(len(hosts), 50)
    frames, fills, lost = [], [], []
    for i, executors in enumerate(hosts.values()):
        x, y = i % columns * 10, i // columns * 13
        lanes = [busy for e in executors for busy in busy_of(run, e)]
        full = 11 * sum(lanes) / len(lanes)
        gone = all(e.removed_ms is not None for e in executors)
        (lost if gone else frames).append((x, y, 8, 11))
        fills.append((x, y + 11 - full, 8, full))
    crossed = "".join(f"M{x} {y}l8 11m0-11l-8 11" for x, y, _, _ in lost)
    parts = [svg.path(svg.bars(frames), svg.PALE, f' stroke="{svg.INK}" stroke-width="0.5"'),
             svg.path(svg.bars(lost), _ground("lost", paint)),
             svg.path(svg.bars(fills), _BUSY),
             svg.path(svg.bars(lost) + crossed, "none",
                      f' stroke="{svg.FAIL_COLOUR}" stroke-width="1.2" class="lost"')]
    return parts, columns * 10, -(-len(hosts) // columns) * 13


def _vessel(x, y, wide, high, levels, state, paint, title=None):
    """A box that is filled from below."""
    yield svg.box(x, y, wide, high, _ground(state, paint), title, _edge(state, "slot"))
    full = high * min(max(levels[0], 0), 1)
    if full >= 0.3:
        yield svg.box(x, y + high - full, wide, full, _BUSY, extra=' pointer-events="none"')
    if state == "lost":
        yield svg.cross(x + wide / 2, y + high / 2, min(wide, high) / 2 - 1)


def _ground(state, paint):
    return paint.hatched("gone", "#dddddd") if state == "lost" else svg.PALE


def _edge(state, name):
    colour = svg.FAIL_COLOUR if state == "lost" else svg.INK
    dashes = ' stroke-dasharray="3 2"' if state == "late" else ""
    return f' stroke="{colour}" stroke-width="0.8"{dashes} class="{name} {state}"'
