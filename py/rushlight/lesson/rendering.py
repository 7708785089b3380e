"""Markdown as a terminal shows it: what lab.md and hints.md use of CommonMark.

    # Lab 1             Lab 1               **a**, *b*, `c`     in colours, without their marks;
                        ═════                                   without colours only `c` has them
    ```text             the block alone,    - an item           its lines under one another
    a ──▶ b                 a ──▶ b         | a | table |       columns under one another

A line keeps its place as long as it fits: texts are written at most 80 columns wide, and what they
have in one line belongs together.  In a narrower terminal a paragraph that has a line too long is
filled anew, from its first word to its last; code never is.
"""
import itertools
import re
import textwrap

_FENCE = re.compile(r" {0,3}```")
_HEADING = re.compile(r"(#{1,6}) +(.*?)(?: +#+)? *$")
_ITEM = re.compile(r"( *)([-*+]|\d{1,3}[.)])( +)(?=\S)")
_TABLE_ROW = re.compile(r" *\|.*\| *$")
_TABLE_RULE = re.compile(r"[\s|:-]+$")
_CELL_END = re.compile(r"(?<!\\)\|")     # \| is a bar in the cell, in its code, too
_INLINE = re.compile(r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)"
                     r"|\*\*(?P<strong>\S(?:.*?\S)?)\*\*"
                     r"|(?<!\w)[*_](?P<so>[^\s*_](?:[^*_]*[^\s*_])?)[*_](?!\w)"
                     r"|\[(?P<words>[^]]+)\]\((?P<address>[^)\s]+)\)"
                     r"|\\(?P<itself>[*_`\\[\]#|])", re.S)
_UNDER = {1: "═", 2: "─"}
_CODE_INDENT = 4


def render(markdown, width, paint):
    """The lines to print.  `paint(text, *names)` puts a piece of a line in colours, or leaves it.

    >>> render("## Run\\n\\n```text\\na **b**\\n```\\nIt is **so**.", 80, lambda text, *_: text)
    ['Run', '───', '', '    a **b**', '', 'It is so.']
    """
    shown = _Page(width, paint)
    lines = markdown.rstrip().splitlines()
    while lines:
        for ends_at, show in _BLOCKS:
            n = ends_at(lines)
            if n:
                show(shown, lines[:n])
                del lines[:n]
                break
    return shown.lines if not shown.lines or shown.lines[-1] else shown.lines[:-1]


# ── how many lines the block has that begins here; 0: it is of another kind ──
def _blank_lines(lines):
    return _count(lines, lambda line: not line.strip())


def _fenced_lines(lines):
    if not _FENCE.match(lines[0]):
        return 0
    ends = (n for n, line in enumerate(lines[1:], 2) if _FENCE.match(line))
    return next(ends, len(lines))


def _heading_lines(lines):
    return int(bool(_HEADING.match(lines[0])))


def _indented_lines(lines):
    """With empty lines between them: what comes after one keeps its place beside the others."""
    if not lines[0].startswith("    "):
        return 0
    n = _count(lines, lambda line: line.startswith("    ") or not line.strip())
    while not lines[n - 1].strip():
        n -= 1
    return n


def _table_lines(lines):
    n = _count(lines, _TABLE_ROW.match)
    return n if n > 1 and _TABLE_RULE.match(lines[1]) else 0


def _paragraph_lines(lines):
    """To the next block; an item of a list is a paragraph, too."""
    return 1 + _count(lines[1:], lambda line: line.strip() and not (
        _FENCE.match(line) or _HEADING.match(line) or _ITEM.match(line)
        or _TABLE_ROW.match(line)))


def _count(lines, holds):
    """How many lines there are from the first on for which something holds."""
    return next((n for n, line in enumerate(lines) if not holds(line)), len(lines))


def _that_fit(widths, width):
    """Widths of columns, the widest one cut down as far as a table must be narrower."""
    while sum(widths) + 2 * len(widths) > width and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    return widths


def _cells(row):
    """The texts of a table's row.

    >>> _cells(r"| a | `b \\| c` | |")
    ['a', '`b | c`', '']
    """
    _, *cells = _CELL_END.split(row.strip())
    if not cells[-1]:           # behind the bar that closes the row
        cells.pop()
    return [cell.strip().replace("\\|", "|") for cell in cells]


class _Page:
    """The lines so far."""

    def __init__(self, width, paint):
        self.width, self.paint = width, paint
        self.coloured = paint("x", "bold") != "x"
        self.lines = []

    def space(self, _=None):
        """An empty line, one at most, and none at the top."""
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def heading(self, lines):
        marks, text = _HEADING.match(lines[0]).groups()
        text = "".join(piece for piece, _ in self._pieces(text, ()))
        self.space()
        self.lines.append(self.paint(text, "bold"))
        if len(marks) in _UNDER:
            self.lines.append(self.paint(_UNDER[len(marks)] * min(len(text), self.width), "bold"))

    def fenced(self, lines):
        closed = len(lines) > 1 and _FENCE.match(lines[-1])
        self.code(lines[1:-1] if closed else lines[1:])

    def code(self, lines):
        """Lines as they are, apart from the text: as far to the right as they fit."""
        own = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        lines = [line[own:].rstrip() for line in lines]
        room = self.width - max(map(len, lines), default=0)
        indent = " " * max(0, min(_CODE_INDENT, room))
        self.space()
        self.lines += [indent + self.paint(line, "cyan") if line else "" for line in lines]
        self.space()

    def table(self, lines):
        """All its cells: a row that has fewer than others is filled up, one that has more is not
        cut."""
        rows = map(_cells, [lines[0], *lines[2:]])
        texts = [["".join(piece for piece, _ in self._pieces(cell, ())) for cell in row]
                 for row in rows]
        columns = itertools.zip_longest(*texts, fillvalue="")
        widths = _that_fit([max(1, *map(len, column)) for column in columns], self.width)
        self.space()
        for n, row in enumerate(texts):
            cells = [textwrap.wrap(cell, width) for cell, width in zip(row, widths)]
            for parts in itertools.zip_longest(*cells, fillvalue=""):
                line = "  ".join(map(str.ljust, parts, widths)).rstrip()
                self.lines.append("  " + (self.paint(line, "bold") if n == 0 else line))
        self.space()

    def paragraph(self, lines):
        item = _ITEM.match(lines[0])
        indent = " " * len(item[0] if item else lines[0][:-len(lines[0].lstrip()) or None])
        head = item[0] if item else indent
        texts = [lines[0][len(head):], *(line.strip() for line in lines[1:])]
        self._fill("\n".join(texts), head, indent)

    def _fill(self, text, head, indent):
        """A text with marks, its lines as they are; or filled anew if one of them is too long."""
        words = self._words(text)
        shown = "".join(part for word in words for part, _ in word).split("\n")
        if len(indent) + max(map(len, shown)) > self.width:
            words = [[(" ", ())] if word[0][0] == "\n" else word for word in words]
        line, length = [(head, ())], len(head)
        for word in words:
            n = sum(len(part) for part, _ in word)
            if word[0][0] == "\n" or length + n > self.width and length > len(indent):
                self._end(line)
                line, length = [(indent, ())], len(indent)
                if not word[0][0].strip():
                    continue
            line += word
            length += n
        self._end(line)

    def _words(self, text):
        """Words, blanks between them and ends of lines, each a list of (part, its colours): a word
        may have several, as "**four**," has, and is not torn apart."""
        words = []
        for piece, colours in self._pieces(text, ()):
            for part in re.findall(r"\n|[^\S\n]+|\S+", piece):
                if part.strip() and words and words[-1][-1][0].strip():
                    words[-1].append((part, colours))
                else:
                    words.append([(part, colours)])
        return words

    def _end(self, line):
        """Of a line: words with their colours, painted as far as they have the same."""
        runs = itertools.groupby(line, key=lambda word: word[1])
        self.lines.append("".join(self.paint("".join(word for word, _ in words), *colours)
                                  for colours, words in runs).rstrip())

    def _pieces(self, text, colours):
        """(text, its colours) of a text with marks."""
        at = 0
        for mark in _INLINE.finditer(text):
            yield text[at:mark.start()], colours
            at = mark.end()
            if mark["code"]:
                yield (mark["code"], (*colours, "cyan")) if self.coloured else (mark[0], colours)
            elif mark["strong"]:
                yield from self._pieces(mark["strong"], (*colours, "bold"))
            elif mark["so"]:
                yield from self._pieces(mark["so"], (*colours, "italic"))
            elif mark["words"]:
                yield from self._pieces(mark["words"], colours)
                if "://" in mark["address"]:
                    yield f" ({mark['address']})", colours
            else:
                yield mark["itself"], colours
        yield text[at:], colours


_BLOCKS = ((_blank_lines, _Page.space), (_fenced_lines, _Page.fenced),
           (_heading_lines, _Page.heading), (_indented_lines, _Page.code),
           (_table_lines, _Page.table), (_paragraph_lines, _Page.paragraph))
