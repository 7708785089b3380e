"""Mutants: wrong solutions, each told as what differs from the right one.

    mutants/no_reduce.diff ──┐
       what is wrong         ├─▶ Mutant: its text, and the check that is to catch it
       caught by: one_job    │
       a unified diff        │
    solution.py ─────────────┘

A solution is changed more often than its mutants.  So a hunk is found by its lines, and its number
tells only which of several equal places is meant; one that is found nowhere is an error.
"""
import os
import re
from dataclasses import dataclass

from rushlight.lesson.loading import read_text
from rushlight.lesson.model import LessonError

_CAUGHT_BY = re.compile(r"caught by: *(\w+)\s*")
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")


@dataclass(frozen=True)
class Mutant:
    """A wrong solution."""

    path: str           # of its diff
    says: str           # what is wrong
    caught_by: str      # the name of the check that shows it
    text: str           # the whole file


def read_mutant(path, solution):
    """The Mutant of a diff against a text.  A LessonError says what is wrong with the file."""
    lines = read_text(path).splitlines(keepends=True)
    match = _CAUGHT_BY.fullmatch(lines[1]) if len(lines) > 1 else None
    if match is None:
        raise LessonError(f"{path}: the first line says what is wrong, the second `caught by: "
                          "NAME` of the check that shows it; a unified diff follows")
    hunks = _hunks(lines[2:])
    if not hunks:
        raise LessonError(f"{path} changes nothing: `diff -u` of the solution and a wrong one "
                          "belongs under its two lines")
    try:
        text = apply(hunks, solution)
    except ValueError as e:
        raise LessonError(f"{path}: {e}: make the diff anew") from None
    return Mutant(path, lines[0].strip(), match[1], text)


def apply(hunks, text):
    """A text with its hunks, of (line number, lines before, lines after), put in.

    >>> apply([(2, ["b\\n"], ["B\\n"])], "a\\nb\\n")
    'a\\nB\\n'
    >>> apply([(9, ["c\\n"], [])], "a\\nb\\n")
    Traceback (most recent call last):
    ...
    ValueError: the solution has no such lines as the hunk at line 9
    """
    lines = text.splitlines(keepends=True)
    for number, old, new in reversed(hunks):        # so that earlier numbers stay true
        at = _place(lines, old, number)
        lines[at:at + len(old)] = new
    return "".join(lines)


def _place(lines, old, number):
    """Where a hunk's old lines stand: the place that is nearest to its number."""
    places = [at for at in range(len(lines) - len(old) + 1) if lines[at:at + len(old)] == old]
    if not places:
        raise ValueError(f"the solution has no such lines as the hunk at line {number}")
    return min(places, key=lambda at: abs(at + 1 - number))


def _hunks(lines):
    """Those of a unified diff, in its order."""
    hunks = []
    for line in lines:
        match = _HUNK.match(line)
        if match:
            hunks.append((int(match[1]), [], []))
        elif hunks:
            _, old, new = hunks[-1]
            sign, rest = line[:1], line[1:] or "\n"     # editors cut a blank at a line's end
            if sign in " -\n":
                old.append(rest)
            if sign in " +\n":
                new.append(rest)
    return hunks


def read_mutants(exercise, tell):
    """The mutants of an exercise, by their files' names; `tell` is called with the words on each
    file that is none."""
    solution = read_text(exercise.solution)
    found = []
    for path in exercise.mutants:
        try:
            found.append(read_mutant(path, solution))
        except LessonError as e:
            tell(str(e))
    return found


def write(mutant, folder, suffix):
    """Writes its text into a folder, for a grader; the path."""
    name = os.path.splitext(os.path.basename(mutant.path))[0]
    path = os.path.join(folder, name + suffix)
    with open(path, "w", encoding="utf-8") as f:
        f.write(mutant.text)
    return path
