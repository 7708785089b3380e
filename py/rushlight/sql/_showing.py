"""The table that show() prints.

Mirrors org.apache.spark.sql.Dataset.showString.
"""
import html
import re

_MIN_WIDTH = 3
# Code points that take two places in a terminal, as Spark counts them (Utils.fullWidthRegex).
_WIDE = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f"
                   "\uff00-\uff60\uffe0-\uffe6]")


def show_text(names, rows, n, width, vertical):
    """The text for `rows` (lists of str), of which there is one more than `n` if there are more."""
    n = max(n, 0)
    more = len(rows) > n
    cells = [[cut(v, width) for v in row] for row in rows[:n]]
    head = [cut(name, 0) for name in names]
    text = _vertical(head, cells) if vertical else _table(head, cells, width)
    if more:
        text += f"only showing top {n} row{'' if n == 1 else 's'}"
    return text


def html_text(names, rows, n, width):
    """The same as a table of HTML."""
    def line(tag, cells):
        ends = f"</{tag}><{tag}>"
        return f"<tr><{tag}>{ends.join(html.escape(c) for c in cells)}</{tag}></tr>\n"

    text = "<table border='1'>\n" + line("th", names)
    text += "".join(line("td", [cut(v, width) for v in row]) for row in rows[:n]) + "</table>\n"
    if len(rows) > n:
        text += f"only showing top {n} row{'' if n == 1 else 's'}\n"
    return text


def cut(text, width):
    """At most `width` characters, the last three of them dots; 0: all."""
    text = "".join(_META.get(c, c) for c in text)
    if width <= 0 or len(text) <= width:
        return text
    return text[:width] if width < 4 else text[:width - 3] + "..."


# What would break the table's lines is written with a backslash.
_META = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f", "\b": "\\b", "\x0b": "\\v",
         "\x07": "\\a"}


def places(text):
    """How many places a text takes in a terminal."""
    return len(text) + len(_WIDE.findall(text))


def _pad(text, width, left):
    fill = " " * (width - places(text))
    return text + fill if left else fill + text


def _table(head, rows, truncate):
    widths = [max([_MIN_WIDTH, *(places(row[i]) for row in [head, *rows])])
              for i in range(len(head))]
    rule = "+" + "+".join("-" * w for w in widths) + "+\n"
    left = truncate <= 0

    def line(row):
        return "|" + "|".join(_pad(c, w, left) for c, w in zip(row, widths)) + "|\n"

    return rule + line(head) + rule + "".join(map(line, rows)) + rule


def _vertical(head, rows):
    if not rows:
        return "(0 rows)"
    names = max([_MIN_WIDTH, *map(places, head)])
    values = max([_MIN_WIDTH, *(places(c) for row in rows for c in row)])
    text = ""
    for i, row in enumerate(rows):
        text += f"-RECORD {i}".ljust(names + values + 5, "-") + "\n"
        for name, cell in zip(head, row):
            text += f" {_pad(name, names, True)} | {_pad(cell, values, True)} \n"
    return text
