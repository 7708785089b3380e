"""A line chart as SVG: a few lines over a few points, each line with a scale of its own.

    time        ╲                 ╱  executor-hours
                 ╲_____________╱
                 1   2   4   8      executors

Enough for what a command prints beside its table; it needs nothing but text.
"""
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 70, 50, 50
_COLOURS = ("#1f6fb2", "#c2571a")


def line_chart(title, x_label, xs, lines, mark=None):
    """SVG text.

    `xs`: numbers, shown at equal distances; `lines`: one or two of (label, numbers); `mark`:
    (label, number) of the first line's scale, drawn as a dashed line.

    >>> svg = line_chart("Time", "executors", [1, 2], [("s", [4.0, 2.0])])
    >>> svg.startswith("<svg") and svg.endswith("</svg>\\n")
    True
    """
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             'font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             _text(WIDTH / 2, 22, title, size=15)]
    parts += _x_axis(x_label, xs)
    for i, (label, values) in enumerate(lines):
        top = _round_up(max([*values, mark[1] if mark and i == 0 else 0]))
        parts += _y_axis(label, top, i)
        parts += _line(values, top, _COLOURS[i])
        if mark and i == 0:
            parts += _mark(*mark, top)
    return "\n".join([*parts, "</svg>\n"])


def _x(i, n):
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * (i + 0.5) / n


def _y(value, top):
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top


def _text(x, y, text, anchor="middle", colour="#333", size=12):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
            f'font-size="{size}">{escape(text)}</text>')


def _x_axis(label, xs):
    yield (f'<path d="M{_LEFT} {HEIGHT - _BOTTOM}H{WIDTH - _RIGHT}" stroke="#333" fill="none"/>')
    for i, x in enumerate(xs):
        yield _text(_x(i, len(xs)), HEIGHT - _BOTTOM + 18, f"{x:g}")
    yield _text(WIDTH / 2, HEIGHT - 12, label)


def _y_axis(label, top, side):
    x = WIDTH - _RIGHT if side else _LEFT
    anchor, shift = ("start", 6) if side else ("end", -6)
    yield f'<path d="M{x} {_TOP}V{HEIGHT - _BOTTOM}" stroke="{_COLOURS[side]}" fill="none"/>'
    for step in range(5):
        value = top * step / 4
        yield _text(x + shift, _y(value, top) + 4, f"{value:g}", anchor, _COLOURS[side])
    yield _text(x, _TOP - 10, label, "middle", _COLOURS[side])


def _line(values, top, colour):
    points = [(_x(i, len(values)), _y(value, top)) for i, value in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'


def _mark(label, value, top):
    y = _y(value, top)
    yield (f'<path d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}" stroke="#777" stroke-dasharray="5 4" '
           'fill="none"/>')
    yield _text(WIDTH - _RIGHT - 4, y - 5, label, "end", "#777")


def _round_up(value):
    """The next of 1, 2, 4, 5, 8, 10 … times a power of ten: a quarter of it is a short number."""
    if value <= 0:
        return 1
    power = 1.0
    while power > value:
        power /= 10
    while power * 10 <= value:
        power *= 10
    return next(step * power for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10)
                if step * power >= value)
