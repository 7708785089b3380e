"""One authored lab in the formats that teachers use, and the proof that its grading is sound.

    from rushlight.course import FORMATS, open_lab
    from rushlight.course.carried import Carried

    FORMATS["gradescope"].build(open_lab("1"), "out", Carried(wheel="rushlight-….whl"))

    lab ──┬─ watch.py             labs that `rushlight lesson` hands out
          ├─ nbgrader_source.py   a source notebook for `nbgrader generate_assignment`  ┐ cells.py
          ├─ otter_tests.py       a notebook, OK tests and a zip for `otter run`        ┘
          ├─ gradescope.py        a zip: setup.sh, run_autograder
          └─ classroom.py         a template repository with a workflow

README.md has each format's way, step by step.
"""
import filecmp
import importlib
import os
import re

from rushlight.lesson import LessonError, load
from rushlight.lesson.loading import labs_folder

_MODULES = {"watch": "watch", "nbgrader": "nbgrader_source", "otter": "otter_tests",
            "gradescope": "gradescope", "classroom": "classroom"}


class _Formats:
    """Name → the module that builds it; a module is imported when it is asked for."""

    def __iter__(self):
        return iter(_MODULES)

    def __getitem__(self, name):
        return importlib.import_module(f"rushlight.course.{_MODULES[name]}")


FORMATS = _Formats()


def open_lab(word):
    """The Lab that a command's word names: a number, a folder's name, or the path of a folder.

    >>> open_lab("1").number
    1
    """
    word = str(word)
    if os.path.isfile(os.path.join(word, "lab.toml")):
        return load(word)
    for name in sorted(os.listdir(labs_folder())):
        number = re.match(r"(\d\d)_", name)
        if number and word in (name, str(int(number[1]))):
            return load(os.path.join(labs_folder(), name))
    raise LessonError(f"there is no lab {word!r}: give a number (`rushlight lesson list` shows "
                      "them) or a folder with a lab.toml")


def is_packaged(lab):
    """Whether a lab is one that everybody has who has Rushlight.

    >>> is_packaged(open_lab("1"))
    True
    """
    return os.path.samefile(os.path.dirname(lab.folder), labs_folder())


def has_a_packaged_name(lab):
    """Whether a lab is none of the package, and called as one.

    >>> has_a_packaged_name(open_lab("1"))
    False
    """
    return not is_packaged(lab) and os.path.isdir(os.path.join(labs_folder(), lab.name))


def is_graded_as_packaged(exercise):
    """Whether everybody who has Rushlight has the checks of an exercise: a grader's zip has a copy
    of the package's lab.

    >>> is_graded_as_packaged(open_lab("1").exercise("python"))
    True
    """
    packaged = os.path.join(labs_folder(), exercise.lab.name, exercise.kind, "check.py")
    return os.path.isfile(packaged) and filecmp.cmp(packaged, exercise.check_file, shallow=False)
