"""What the pictures share: text that is escaped, colours with textures, axes, bars as paths.

Colours are those of Okabe and Ito; orange-red is left for what fails.  Nothing is said in colour
alone: each colour of a stage has a lightness of its own and every other one a texture, what ended
badly is hatched, and stages are numbered where there is room.
"""
from xml.sax.saxutils import escape

from rushlight.errors import PySparkValueError

STAGE_COLOURS = ("#0072b2", "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#cc79a7")
ON_DARK = {"#0072b2", "#009e73"}
FAIL_COLOUR, KILL_COLOUR, INK, PALE = "#d55e00", "#999999", "#333333", "#eef0f2"
_TEXTURES = ("", "M0 1.5h6", "M1.5 0v6")
_FIRST_TEXTURE = (0, 0, 1, 0, 0, 2)         # of each colour: orange and sky blue are one grey

FONT = 'font-family="Helvetica, Arial, DejaVu Sans, sans-serif"'


def number(value):
    """A coordinate, as short as it may be.

    >>> number(3.0), number(0.126), number(-0.04)
    ('3', '0.1', '0')
    """
    text = f"{value:.1f}"
    text = text[:-2] if text.endswith(".0") else text
    return "0" if text == "-0" else text


def clean(text):
    """Escaped, without characters that XML cannot hold."""
    return escape("".join(c if c >= " " and c not in "\ufffe\uffff" and not
                          "\ud800" <= c <= "\udfff" else " " for c in str(text)),
                  {'"': "&quot;"})


def shortened(text, n):
    """
    >>> shortened("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= n else text[:max(n - 1, 0)] + "…"


def text(x, y, words, size=11, anchor="start", colour=INK, extra=""):
    """A line of text."""
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return (f'<text x="{number(x)}" y="{number(y)}"{at} fill="{colour}" font-size="{size}"'
            f'{extra}>{clean(words)}</text>')


def box(x, y, width, height, fill, title=None, extra=""):
    """A rectangle, with what a pointer over it shows."""
    head = (f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" '
            f'height="{number(height)}" fill="{fill}"{extra}')
    return f"{head}/>" if title is None else f"{head}><title>{clean(title)}</title></rect>"


def bars(rectangles):
    """Path data of (x, y, width, height), relative, so that many of them are short."""
    parts, at_x, at_y = [], None, None
    for x, y, width, height in rectangles:
        x, y, width, height = round(x, 1), round(y, 1), round(max(width, 0.3), 1), round(height, 1)
        if at_x is None:
            parts.append(f"M{number(x)} {number(y)}")
        else:
            parts.append(f"m{number(x - at_x)} {number(y - at_y)}")
        parts.append(f"h{number(width)}v{number(height)}h{number(-width)}z")
        at_x, at_y = x, y
    return "".join(parts)


def path(data, fill, extra=""):
    """A filled path."""
    return f'<path d="{data}" fill="{fill}"{extra}/>' if data else ""


def line(x1, y1, x2, y2, colour=INK, extra=""):
    """A thin line."""
    return (f'<path d="M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}" stroke="{colour}" '
            f'fill="none"{extra}/>')


def cross(x, y, size=4):
    """Who is gone."""
    a = number
    return (f'<path d="M{a(x - size)} {a(y - size)}l{a(2 * size)} {a(2 * size)}'
            f'm0 {a(-2 * size)}l{a(-2 * size)} {a(2 * size)}" stroke="{FAIL_COLOUR}" '
            'stroke-width="2.2" fill="none" pointer-events="none"/>')


class Paint:
    """The fills of one picture; `definitions` are those that were asked for.

    Stages take the colours in the order in which they ran, so that neighbours differ: between
    their numbers there may be those of stages that were skipped.
    """

    def __init__(self, run):
        self._made = {}
        self._turn = run.turns()

    @property
    def definitions(self):
        """<defs> of the textures in use."""
        return "<defs>" + "".join(self._made.values()) + "</defs>"

    def stage(self, stage_id):
        """The fill of a stage's bars."""
        at = self._turn[stage_id]
        turn, i = divmod(at, len(STAGE_COLOURS))
        colour = STAGE_COLOURS[i]
        texture = _TEXTURES[(_FIRST_TEXTURE[i] + turn) % len(_TEXTURES)]
        if not texture:
            return colour
        return self._texture(f"s{at % (len(STAGE_COLOURS) * len(_TEXTURES))}", colour, texture,
                             "#ffffff", 1.2, 6)

    def on_stage(self, stage_id):
        """The colour of text on it."""
        colour = STAGE_COLOURS[self._turn[stage_id] % len(STAGE_COLOURS)]
        return "#ffffff" if colour in ON_DARK else "#000000"

    def failed(self):
        """Of what failed, or was lost with its executor: dark crosses."""
        return self._texture("failed", FAIL_COLOUR, "M0 0L5 5M5 0L0 5", "#000000", 1, 5)

    def killed(self):
        """Of what was no longer wanted: a grey with lines."""
        return self._texture("killed", KILL_COLOUR, "M0 6L6 0", "#ffffff", 1.4, 6)

    def again(self):
        """Over what had been computed before: slanting lines, dark and light, for any ground."""
        self._made["again"] = (
            '<pattern id="again" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(-45)"><path d="M0 1h6" stroke="#000000" stroke-width="1.5"/>'
            '<path d="M0 2.5h6" stroke="#ffffff" stroke-width="1.5"/></pattern>')
        return "url(#again)"

    def hatched(self, name, colour):
        """Of a bound, not a measure: light slanting lines."""
        return self._texture(name, colour, "M0 0L6 6", "#ffffff", 1.6, 6)

    def _texture(self, name, colour, lines, ink, width, size):
        background = "" if colour == "none" else f'<path d="M0 0h{size}v{size}h-{size}z" ' \
                                                 f'fill="{colour}"/>'
        self._made[name] = (
            f'<pattern id="{name}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
            f'{background}<path d="{lines}" stroke="{ink}" stroke-width="{width}" fill="none"/>'
            "</pattern>")
        return f"url(#{name})"


class TimeAxis:
    """Seconds since the start, from left to right."""

    def __init__(self, seconds, left, width):
        self.seconds, self.left, self.width = max(seconds, 1e-3), left, width

    def x(self, seconds):
        """Where a moment stands."""
        return self.left + self.width * min(max(seconds / self.seconds, 0), 1)

    def ticks(self):
        """Some round moments.

        >>> TimeAxis(7.3, 0, 600).ticks()
        [0, 2, 4, 6]
        """
        step = round_step(self.seconds / max(self.width / 90, 1))
        n = int(self.seconds / step + 1e-9)
        return [int(i * step) if step >= 1 else round(i * step, 9) for i in range(n + 1)]

    def draw(self, top, bottom):
        """Lines down the picture, with their seconds below."""
        for tick in self.ticks():
            x = self.x(tick)
            yield line(x, top, x, bottom + 4, "#d5d9dd")
            yield text(x, bottom + 16, f"{tick:g} s", 10, "middle")


def round_step(at_least):
    """The next of 1, 2, 5, 10 … times a power of ten.

    >>> [round_step(x) for x in (0.03, 1.1, 4, 70)]
    [0.05, 2, 5, 100]
    """
    power = 1
    while power > at_least:
        power /= 10
    while power * 10 < at_least:
        power *= 10
    return next(round(power * step, 12) if power < 1 else power * step
                for step in (1, 2, 5, 10) if power * step >= at_least)


def size_text(n_bytes):
    """
    >>> size_text(0), size_text(1536), size_text(3 << 30)
    ('0 B', '1.5 KiB', '3 GiB')
    """
    value, unit = float(n_bytes), "B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if value < 1024 or unit == "TiB":
            break
        value /= 1024
    return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"


def counted(n, noun):
    """
    >>> counted(1, "task"), counted(1234, "task")
    ('1 task', '1,234 tasks')
    """
    return f"{n:,} {noun}" + ("" if n == 1 else "s")


def seconds_text(seconds):
    """
    >>> seconds_text(0.0123), seconds_text(61.04)
    ('12 ms', '61.0 s')
    """
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def heading(run):
    """The title of a picture: the application, how long it took, on what."""
    name = run.app_name or "an application without a name"
    n_tasks = len(run.attempts)
    facts = [seconds_text(run.seconds) + ("" if run.ended else " (the log stops there)"),
             counted(n_tasks, "task attempt") if any(a.number or a.how != "ok"
                                                     for a in run.attempts)
             else counted(n_tasks, "task"),
             counted(len(run.jobs), "job"),
             counted(len({s.id for s in run.stages}), "stage"), cluster_text(run)]
    return shortened(name, 90), " · ".join(facts)


def cluster_text(run):
    """
    "20 executors × 4 cores on 10 hosts in 2 racks".
    """
    cores = sorted({e.cores for e in run.executors})
    each = f"{cores[0]}" if len(cores) == 1 else f"{cores[0]} to {cores[-1]}" if cores else "no"
    racks = {e.rack for e in run.executors if e.rack}
    return (f"{counted(len(run.executors), 'executor')} × {each} "
            f"core{'' if cores == [1] else 's'} on "
            f"{counted(len({e.host for e in run.executors}), 'host')}"
            + (f" in {counted(len(racks), 'rack')}" if len(racks) > 1 else ""))


def page(width, height, run, paint, parts):
    """The SVG of parts that stand below its heading (50 px)."""
    title, facts = heading(run)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" '
        f'width="{number(width)}" height="{number(height)}" {FONT}>',
        f"<title>{clean(title)}: {clean(facts)}</title>",
        paint.definitions,
        f'<rect width="{number(width)}" height="{number(height)}" fill="white"/>',
        text(16, 24, title, 17, extra=' font-weight="bold"'), text(16, 42, facts, 12),
        *[part for part in parts if part], "</svg>\n"])


def refuse_empty(run, path):
    """There must be something to draw."""
    if not run.attempts:
        raise PySparkValueError(f"{path}: no task has begun in this log, so there is nothing to "
                                "draw")
