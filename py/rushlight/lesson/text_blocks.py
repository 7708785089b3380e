"""The fenced blocks of lab.md, held to the truth.

    ```console            commands, `$ rushlight …`, and what they print, run in the lab's
                          folder of a new student
    ```console solved     the same with the exercise solved
    ```pycon              Python's prompt, with sc and spark; a fresh context for each block,
                          in an empty folder
    ```python starter     lines that stand so, together, in starter.py; also `python solution`,
                          `c starter`, `c solution`
    ```text               anything else: not looked at

In what is printed `...` stands for anything: for some words, or by itself for any lines.
"""
import contextlib
import doctest
import os
import re
import shutil
import tempfile
import textwrap

from rushlight.lesson import console, folder
from rushlight.lesson.loading import read_text
from rushlight.lesson.model import LessonError

_FENCE = re.compile(r"^```(.*?)\n(.*?)^```[ ]*$", re.M | re.S)
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
MASTER = "local[2]"


class Block:
    """A fenced block: what its fence says, its text, and the line of the fence."""

    def __init__(self, words, text, line):
        self.words, self.text, self.line = words, text, line


def blocks_of(text):
    """The fenced blocks of a text.

    >>> [block.words for block in blocks_of("```text\\nno more\\n```\\n")]
    [['text']]
    """
    return [Block(match[1].split(), match[2], text.count("\n", 0, match.start()) + 1)
            for match in _FENCE.finditer(text)]


def check(lab):
    """How many blocks of a lab's text were run or compared, and the problems found."""
    n, problems = 0, []
    try:
        text = read_text(lab.text)
    except LessonError as e:
        return 0, [str(e)]
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > 80 and "](" not in line:
            problems.append(f"{lab.text}:{number}: longer than 80 columns")
    for block in blocks_of(text):
        proof = _PROOFS.get(block.words[0] if block.words else "")
        if proof is None:
            problem = ("a fence says what its block is: " + ", ".join(_PROOFS))
        else:
            problem = proof(lab, block)
            n += block.words[0] != "text"
        if problem:
            problems.append(f"{lab.text}:{block.line}: {problem}")
    return n, problems


def _snippet(lab, block):
    """Lines of starter or solution."""
    kind, which = block.words[0], " ".join(block.words[1:])
    if which not in ("starter", "solution"):
        return f"```{kind} needs the word starter or solution; to run lines, use ```pycon"
    exercise = lab.exercise(kind)
    if exercise is None:
        return f"the lab has no exercise in {kind}"
    path = getattr(exercise, which)
    wanted = [line.rstrip() for line in block.text.rstrip().splitlines()]
    lines = [line.rstrip() for line in read_text(path).splitlines()]
    if not any(_dedented(lines[at:at + len(wanted)]) == _dedented(wanted)
               for at in range(len(lines) - len(wanted) + 1)):
        return f"these lines do not stand so, together, in {path}"
    return None


def _dedented(lines):
    return textwrap.dedent("\n".join(lines))


def _prompt(lab, block):
    """Examples of Python's prompt, through doctest."""
    from rushlight.sql import SparkSession
    from rushlight.testing import recording
    with recording(), _new_folder():
        session = (SparkSession.builder.master(MASTER).appName("lesson")
                   .config("spark.ui.showConsoleProgress", "false").getOrCreate())
        try:
            said = []
            test = doctest.DocTestParser().get_doctest(
                block.text, {"sc": session.sparkContext, "spark": session}, lab.name, lab.text,
                block.line)
            doctest.DocTestRunner(optionflags=_FLAGS, verbose=False).run(
                test, out=said.append)
        finally:
            session.stop()
    return "".join(said).strip().replace("\n", "\n    ") or None


@contextlib.contextmanager
def _new_folder():
    """An empty current folder, for the length of a block: examples write files."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder_of_block:
        os.chdir(folder_of_block)
        try:
            yield
        finally:
            os.chdir(before)


def _console(lab, block):
    """Commands, in the lab's folder of a new student."""
    with tempfile.TemporaryDirectory() as place:
        state, _ = folder.init(place, "student", lab.folder)
        folder.hand_out(state, lab)
        if block.words[1:] == ["solved"]:
            for exercise in lab.exercises:
                shutil.copyfile(exercise.solution, folder.path_of(state, exercise))
        return console.differences(block.text, folder.folder_of(state, lab))


_PROOFS = {"console": _console, "pycon": _prompt, "python": _snippet, "c": _snippet,
           "text": lambda lab, block: None}
