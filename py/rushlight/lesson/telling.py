"""What students read in the terminal: verdicts, lists, questions, on 80 columns.

    ✓ counts words                                                          1 / 1
    ✗ one job, two stages                                                   0 / 2
        a job ran before the action
        This is what one sees who thinks that transformations run at once.  A …
        again: rushlight lesson check 1 --seed 22557
    · nothing shuffled twice                 after: one job, two stages     0 / 1

Colours are left out where nobody sees them: NO_COLOR is set, TERM is dumb, or it is no terminal.
"""
import os
import re
import shutil
import sys
import textwrap

from rushlight.lesson import paging, rendering
from rushlight.lesson.model import ERROR, PASSED, SKIPPED

_CODES = {"green": "32", "red": "31", "yellow": "33", "blue": "34", "cyan": "36", "bold": "1",
          "dim": "2", "italic": "3"}
_MARKS = {PASSED: ("✓", "green"), SKIPPED: ("·", "dim")}
_WIDEST = 80
_SYNTAX = re.compile(r"(Syntax|Indentation|Tab)Error: ")
_COMMENTS = {"essential": "red", "actionable": "yellow", "informative": "blue",
             "celebratory": "green"}


def has_colour(stream):
    """Whether a stream shows colours, and nobody has asked to leave them out."""
    return (not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
            and stream.isatty())


class Telling:
    """Writes for one stream."""

    def __init__(self, stream=None, colour=None):
        self.stream = stream or sys.stdout
        self.colour = has_colour(self.stream) if colour is None else colour

    @property
    def width(self):
        """Of a line: 80 columns, or as many as a narrower terminal has."""
        columns = _WIDEST
        if self.stream.isatty():
            columns = shutil.get_terminal_size((_WIDEST, 24)).columns
        return max(40, min(_WIDEST, columns))

    def paint(self, text, *names):
        """A text in colours.

        >>> Telling(colour=False).paint("done", "green")
        'done'
        """
        if not self.colour or not text or not names:
            return text
        return f"\x1b[{';'.join(_CODES[name] for name in names)}m{text}\x1b[0m"

    def say(self, text=""):
        """A line, or several."""
        print(text, file=self.stream, flush=True)

    def apart(self, left, right, *colours):
        """One line: `left` at its left, `right` at its right."""
        left = _cut(left, self.width - len(right) - 2)
        return self.paint(left, *colours) + " " * (self.width - len(left) - len(right)) + right

    def indented(self, text, indent, *colours):
        """A text with its own line breaks, each line folded where it is too long; what goes on
        from a line that begins with blanks, code or a trace, stands to the right of that."""
        lines = []
        for line in text.splitlines():
            own = line[:len(line) - len(line.lstrip())]
            fold = len(line) + indent > self.width
            lines += textwrap.wrap(line, self.width - indent, break_on_hyphens=not own,
                                   subsequent_indent=own and own + "    ") if fold else [line]
        return "\n".join(" " * indent + self.paint(line, *colours) if line else ""
                         for line in lines)

    def text(self, markdown):
        """Markdown, a screen at a time if it is long."""
        self.long("\n".join(rendering.render(markdown, self.width, self.paint)))

    def long(self, text):
        """A text that may be longer than the screen."""
        paging.show(text, self.stream)

    def then(self, *steps):
        """What can be done next: pairs of a word and a command."""
        for word, command in steps:
            self.say(f"{word + ':':8} rushlight lesson {command}")

    def clear(self):
        """An empty screen, where there is one."""
        if self.stream.isatty():
            self.stream.write("\x1b[H\x1b[2J")

    # ── verdicts ──
    def verdicts(self, exercise, verdicts):
        """All verdicts on a file, with a headline."""
        got, most = sum(v.points for v in verdicts), sum(v.max_points for v in verdicts)
        self.say(self.apart(f"{exercise.word}  {exercise.lab.title}",
                            f"{got:g} of {most:g} points", "bold"))
        told = set()
        for verdict in verdicts:
            again = verdict.status == ERROR and verdict.message in told
            self.say(self.repeated(verdict) if again else self.verdict(exercise, verdict))
            told.add(verdict.message)

    def summary(self, exercise, verdicts):
        """One line on a file."""
        got, most = sum(v.points for v in verdicts), sum(v.max_points for v in verdicts)
        whole = is_whole(verdicts)
        return self.apart(f"  {'✓' if whole else '✗'} {exercise.word:4} {exercise.lab.title}",
                          f"{got:g} / {most:g}", "green" if whole else "red")

    def repeated(self, verdict):
        """One whose error was told with a check before it."""
        words = ("not run: the file is no Python yet" if _SYNTAX.match(verdict.message) else
                 "the same error as above")
        return self._mark(verdict) + "\n" + self.indented(words, 6, "dim")

    def _mark(self, verdict):
        mark, colour = _MARKS.get(verdict.status, ("✗", "red"))
        return self.apart(f"  {mark} {verdict.title}",
                          f"{verdict.points:g} / {verdict.max_points:g}", colour)

    def verdict(self, exercise, verdict):
        """One verdict, as lines."""
        line = self._mark(verdict)
        if verdict.status == SKIPPED:
            return line + "\n" + self.indented(verdict.message, 6, "dim")
        lines = [line]
        if not verdict.passed:
            lines += self._why(exercise, verdict)
        for comment in verdict.comments:
            lines.append(self.indented(comment["text"], 6, _COMMENTS[comment["kind"]]))
        return "\n".join(lines)

    def _why(self, exercise, verdict):
        if verdict.graded:
            yield self.indented(" ".join(verdict.graded.split()), 6, "dim")
        yield self.indented(verdict.message, 6)
        belief = exercise.lab.misconceptions.get(verdict.misconception)
        if belief:
            yield self.indented(self.belief(belief), 6, "yellow")
        if verdict.output.strip():
            yield self.indented("printed:", 6, "dim")
            yield self.indented(_last_lines(verdict.output), 8, "dim")
        if verdict.replay:
            data = " (with data that was hidden)" if verdict.hidden else ""
            yield self.indented(f"again: {verdict.replay}{data}", 6, "dim")

    @staticmethod
    def belief(misconception):
        """A misconception, as it is put to the student."""
        return (f"This is what one sees who thinks that {misconception.says}. "
                f"{misconception.truth}")


def _last_lines(text, most=8):
    lines = text.rstrip().splitlines()
    return "\n".join((["…"] if len(lines) > most else []) + lines[-most:])


def _cut(text, width):
    return text if len(text) <= width else text[:width - 1] + "…"


def is_whole(verdicts):
    """Whether all checks passed.

    >>> is_whole([])
    False
    """
    return bool(verdicts) and all(verdict.passed for verdict in verdicts)
