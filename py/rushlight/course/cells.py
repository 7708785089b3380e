"""A lab as the cells of a notebook; nbgrader_source.py and otter_tests.py add what tools need.

    lab.md, a section a cell ─┬─ …            then the program: a cell that writes the file
                              ├─ Predict …    then an answer cell a prediction
                              ├─ Run …        then a cell that runs it and shows the picture
                              ├─ Build …
                              ├─ Checkpoint   then a cell a check
                              └─ questions, …

The program's cell begins with %%writefile: it is saved, not run.  So the student's program runs
where the grader's limits hold, never in the notebook's own process, and a loop in it costs no more
than its check.  Exercises in C need a compiler and a plug-in; they are not in notebooks.
"""
import json
import re

from rushlight.course import carried as parts
from rushlight.course import is_packaged
from rushlight.lesson import LessonError
from rushlight.lesson.loading import read_text

# What the first word of a section's heading says of the cells that follow it.
_PLACES = {"predict": "predictions", "run": "run", "checkpoint": "checks"}
_ORDER = ("program", "predictions", "run", "checks")


def python_exercise(lab):
    """The exercise that a notebook can have."""
    exercise = lab.exercise("python")
    if exercise is None:
        raise LessonError(f"lab {lab.number} has no exercise in Python: in notebooks there are no "
                          "others; build it for watch, gradescope or classroom")
    return exercise


def markdown(id, text, **metadata):
    """A Markdown cell."""
    return {"cell_type": "markdown", "id": id, "metadata": metadata, "source": _lines(text)}


def code(id, text, **metadata):
    """A code cell that has not run."""
    return {"cell_type": "code", "id": id, "metadata": metadata, "source": _lines(text),
            "execution_count": None, "outputs": []}


def notebook(cells, **metadata):
    """The text of an .ipynb file."""
    ids = [cell["id"] for cell in cells]
    assert len(set(ids)) == len(ids), "two cells have one id"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5,
                       "metadata": {"kernelspec": kernel, "language_info": {"name": "python"},
                                    **metadata}}, indent=1, ensure_ascii=False) + "\n"


def sections(text):
    """(heading, text with it) of each part of a lab.md; fenced blocks are not looked into.

    >>> sections("# A lab\\n\\nText.\\n\\n## Run\\n\\nDo.\\n")
    [('', '# A lab\\n\\nText.'), ('Run', '## Run\\n\\nDo.')]
    """
    found, heading, lines, fence = [], "", [], ""
    for line in text.splitlines():
        mark = re.match(r" {0,3}(```+|~~~+)", line)
        if mark and not fence:
            fence = mark[1]
        elif fence and line.strip() == fence:
            fence = ""
        new = None if fence else re.match(r"## +(.*\S)", line)
        if new:
            found.append((heading, "\n".join(lines).strip()))
            heading, lines = new[1], []
        lines.append(line)
    found.append((heading, "\n".join(lines).strip()))
    return [part for part in found if part[1]]


def laid_out(exercise, texts, groups):
    """All cells in order: of a section's text by texts(id, text); of what the lab asks for by
    groups, a dict of lists of cells by the names in _ORDER."""
    cells, done = [], set()

    def place(upto):
        for name in _ORDER[:_ORDER.index(upto) + 1]:
            if name not in done:
                cells.extend(groups[name])
                done.add(name)

    for i, (heading, text) in enumerate(sections(read_text(exercise.lab.text))):
        first = re.match(r"\w*", heading.lower())[0]
        if first in _PLACES:            # what is predicted, run and checked stands before that
            place("program")
        cells.append(texts(f"text-{i}", text))
        if i == 0:
            cells.append(texts("how", how_it_works(exercise)))
        if first in _PLACES:
            place(_PLACES[first])
    place("checks")
    return cells


def how_it_works(exercise):
    """What stands for the text's commands."""
    file = exercise.file
    text = f"""\
**This notebook.** The cell that begins with `%%writefile {file}` is your program. Running that cell
saves the file; it does not run the program. After every change run the cell again. Where the text
says `rushlight lesson run`, run the cell with `show_run`. Where it says `rushlight lesson check`,
run the cells after *Checkpoint*. Where it says `rushlight lesson predict`, write your answers into
the cells after *Predict*, before you run anything. `rushlight lesson hint`: \
{where_hints_are(exercise.lab)}"""
    if exercise.lab.exercise("c") is not None:
        text += "\n\nThis lab has a part in C as well. It is not in the notebook."
    return text


def where_hints_are(lab):
    """What stands for `rushlight lesson hint`."""
    if not is_packaged(lab):
        return "ask your teacher, who has the hints."
    return ("the hints are in Rushlight. `rushlight lesson init ../lessons`, typed in a terminal, "
            "makes a folder where all commands work as the text has them.")


def program(text, exercise):
    """The source of the cell that writes the student's file."""
    return f"%%writefile {exercise.file}\n{text.rstrip()}\n"


def run_source(exercise):
    """The source of the cell that runs the file and puts what was predicted beside what it did."""
    conf = f", conf={exercise.conf}" if exercise.conf else ""
    lines = [f'show_run("{exercise.file}", master="{exercise.master}"{conf})']
    names = "show_run"
    if exercise.predictions:
        names = "show_predictions, show_run"
        answers = ", ".join(f'"{p.id}": {variable(p)}' for p in exercise.predictions)
        lines.append(f'show_predictions("{exercise.lab.name}", {{{answers}}})')
    return "\n".join([f"from rushlight.course.in_notebook import {names}", *lines])


def question(prediction):
    """A prediction, asked."""
    text = f"**Prediction `{prediction.id}`.** {plain(prediction.ask)}"
    if prediction.choices:
        text += "\n\nOne of: " + ", ".join(f"`{literal(prediction, c)}`"
                                           for c in prediction.choices)
    return text


def plain(text):
    r"""A text with its line breaks and signs, as Markdown; what is in backticks is code.

    >>> print(plain("select * from `a_b`\nwhere <x>"))
    select \* from `a_b`\
    where \<x\>
    """
    parts = re.split(r"(`[^`]*`)", text.strip())
    parts[::2] = [re.sub(r"([\\*_<>\[\]#|])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts).replace("\n", "\\\n")


def literal(prediction, answer):
    """An answer as Python writes it."""
    return repr(str(answer)) if prediction.choices else f"{float(answer):g}"


def unanswered(prediction):
    """The source of the answer cell as the student gets it."""
    return f"{variable(prediction)} = None      # your answer"


def variable(prediction):
    """The name that an answer has in a notebook."""
    return re.sub(r"\W", "_", prediction.id)


def write_notebook(folder, name, cells, **metadata):
    """The path of the notebook that it writes."""
    return parts.write(folder, name, notebook(cells, **metadata))


def _lines(text):
    """A cell's source as notebooks keep it: a list of lines."""
    return text.rstrip("\n").splitlines(keepends=True)
