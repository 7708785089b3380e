"""What students get of a lab where there is no `rushlight lesson`: on Gradescope and in Classroom.

    lab.md      the lab's text; ahead of its first section, what stands here for its commands
    starters    and program.py, where one runs with a plug-in
    predictions.txt
    rushlight-….whl, if the teacher has it

A lab's text is written for `rushlight lesson`, and stays as it is: commands stand in sentences and
before what they print.  The section "In this folder" says what to do for each.
"""
import os
import shlex
import textwrap
from dataclasses import dataclass

from rushlight.course import carried as parts
from rushlight.course import cells, is_packaged
from rushlight.course.submission import PREDICTIONS
from rushlight.lesson.loading import read_text


@dataclass(frozen=True)
class Way:
    """How a format takes work in: words for students."""

    hand_in: str            # "Upload {files} to Gradescope, which runs the checks."
    student: str            # whose data it grades with, as --student takes it


def write(lab, carried, folder, way, text_name="lab.md", wheel_folder="."):
    """The folder; in wheel_folder of it the wheel, if there is one."""
    exercises = carried.exercises(lab)
    carried.copy_wheel(os.path.join(folder, wheel_folder))
    first, *others = [text for _, text in cells.sections(read_text(lab.text))]
    here = in_this_folder(lab, exercises, way, carried.how_to_install(wheel_folder))
    parts.write(folder, text_name, "\n\n".join([first, here, *others]) + "\n")
    for exercise in exercises:
        parts.write(folder, exercise.file, read_text(exercise.starter))
        program = _program(exercise)
        if program not in ("", exercise.file):
            parts.write(folder, program, read_text(os.path.join(exercise.folder, program)))
    if _asks(exercises):
        parts.write(folder, PREDICTIONS, _predictions(exercises))
    return folder


def in_this_folder(lab, exercises, way, install):
    """The section that stands for the text's commands."""
    files = [exercise.file for exercise in exercises]
    files += [PREDICTIONS] if _asks(exercises) else []
    names = _listed([f"`{file}`" for file in files])
    blocks = ["## In this folder",
              _folded(f"You work on {names}. {way.hand_in.format(files=names)}"),
              _folded(f"You need Rushlight here: {install}."),
              _folded("The text names commands of `rushlight lesson`, which has its own folders. "
                      "Do this in place of them:")]
    for exercise in exercises:
        blocks += _commands(exercise, way)
    blocks += [_item(f"text {lab.number}", "read on in this file."),
               _item(f"hint {lab.number}", cells.where_hints_are(lab))]
    return "\n\n".join(blocks)


def _commands(exercise, way):
    """Of one exercise."""
    lab = exercise.lab
    as_said = f"{lab.number}c" if exercise.kind == "c" and len(lab.exercises) > 1 else lab.number
    blocks = []
    if exercise.predictions:
        blocks += [_item(f"predict {as_said}", f"write your answers into `{PREDICTIONS}`, before "
                         "you run anything and read on. An answer has its point, right or wrong.")]
    if _program(exercise):
        blocks += [_item(f"run {as_said}", "type this. It shows the jobs, stages and tasks, and "
                         "draws `picture.svg`; the text shows them in other words."),
                   _typed(_run(exercise))]
    if not is_packaged(lab):
        return blocks + [_item(f"check {as_said}", "hand in your file. The checks run there "
                               "alone.")]
    return blocks + [
        _item(f"check {as_said}", f"type this, with {way.student} for YOU: then the data are those "
              "of your grade."),
        _typed([f"rushlight lesson check {exercise.word} --file {exercise.file} --student YOU"])]


def _listed(words):
    """
    >>> _listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _item(command, words):
    return _folded(f"- `rushlight lesson {command}`: {words}", "  ")


def _folded(text, indent=""):
    return textwrap.fill(text, 80, subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False)


def _typed(commands):
    return "\n".join(f"      {command}" for command in commands)


def _run(exercise):
    """The commands that run an exercise's program and draw it."""
    options = ["--summary", "-o", "picture.svg", "--master", exercise.master]
    for key, value in exercise.conf.items():
        options += ["--conf", f"{key}={value}"]
    if exercise.kind == "python":
        return [shlex.join(["rushlight", "dag", *options, exercise.file])]
    built = exercise.file.removesuffix(".c") + ".so"
    options += ["--conf", f"spark.rushlight.plugins={built}"]
    return [shlex.join(["rushlight", "plugin", "build", exercise.file]),
            shlex.join(["rushlight", "dag", *options, _program(exercise)])]


def _program(exercise):
    """The file that is run: of an exercise in C the lab's program, or "" if there is none."""
    if exercise.kind == "python":
        return exercise.file
    return "program.py" if os.path.isfile(os.path.join(exercise.folder, "program.py")) else ""


def _asks(exercises):
    return any(exercise.predictions for exercise in exercises)


def _predictions(exercises):
    """The file for answers."""
    lines = ["# Write your answers behind the = before you run anything: this file stands in for",
             "# `rushlight lesson predict`.  It is graded: an answer has its point, right or",
             "# wrong.  Numbers are digits: 12."]
    for exercise in exercises:
        for p in exercise.predictions:
            lines += ["", *(f"# {line}" for line in p.ask.strip().splitlines())]
            lines += [f"# one of: {', '.join(p.choices)}"] if p.choices else []
            lines += [f"{exercise.kind}.{p.id} ="]
    return "\n".join(lines) + "\n"
