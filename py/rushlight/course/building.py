"""What the commands `course build` and `course grade` do, with the formats and submissions."""
import os
import stat
import sys

import rushlight
from rushlight.course import FORMATS, classroom, gradescope, secret, submission
from rushlight.course.carried import Carried
from rushlight.course.report import json_text
from rushlight.lesson.limits import Limits

_NOTEBOOKS = ("nbgrader", "otter")


def build_all(labs, names, out, carried):
    """Builds labs in formats; yields a line for each that was built or cannot be, and one on the
    secret of the course."""
    kept = secret.of_course(out)
    for name in names:
        for lab in labs:
            why_not = _without(lab, name, carried)
            if why_not:
                yield f"{name}: lab {lab.number}: {why_not}"
                continue
            for path in FORMATS[name].build(lab, out, carried):
                yield f"{name}: lab {lab.number}: {os.path.relpath(path)}"
    yield (f"secret: {os.path.relpath(kept)}: hidden data follow from it; keep it, and keep it "
           "from students")


def _without(lab, name, carried):
    """Why a lab cannot be had in a format; "" if it can."""
    if name in _NOTEBOOKS and (lab.exercise("python") is None or "python" not in carried.kinds):
        return "left out: its exercise is in C, and notebooks have exercises in Python alone"
    if not any(e.kind in carried.kinds for e in lab.exercises):
        return "left out: it has no exercise of that kind"
    return ""


def grade_into(lab, folder, options):
    """Grades a submission and writes the report in the form that was asked for; the exit status.

    The forms for other tools end with 0 whatever the submission got: their result says it.
    """
    exercises = Carried(kinds=tuple(options.kinds or ("python", "c"))).exercises(lab)
    student = submission.student_of(options.metadata) if options.metadata else options.student
    limits = Limits(as_nobody=options.as_nobody and all_may_run_python())
    if options.form == "classroom":     # what a crash would leave; the last result of a name counts
        _put(options.output, classroom.as_outputs(submission.unfinished(lab, exercises)),
             appended=True)
    report = submission.grade_folder(lab, exercises, folder, student, options.only, limits,
                                     secret.read(options.secret) if options.secret else "")
    if options.form == "gradescope":
        _put(options.output, json_text(gradescope.as_results(report)))
    elif options.form == "classroom":
        print(report.as_text(), file=sys.stderr)
        _put(options.output, classroom.as_outputs(report), appended=True)
    else:
        _put(options.output, report.as_text())
    whole = report.points == report.max_points
    return 0 if whole or options.form != "text" else 1


def all_may_run_python():
    """Whether every user may read this Python and this package; in a root's home nobody may.

    >>> all_may_run_python() in (True, False)
    True
    """
    for path in (sys.executable, os.__file__, rushlight.__file__):
        path = os.path.realpath(path)
        needed = stat.S_IROTH
        while True:
            if os.stat(path).st_mode & needed != needed:
                print(f"rushlight course: other users may not read {path}, so the submission runs "
                      "as this one", file=sys.stderr)
                return False
            if path == "/":
                break
            path, needed = os.path.dirname(path), stat.S_IXOTH
    return True


def _put(path, text, appended=False):
    """Onto the standard output, or into a file, at once or not at all."""
    if path is None:
        sys.stdout.write(text)
    elif appended:              # what GitHub gives a step to write its outputs into
        with open(path, "a", encoding="utf-8") as f:
            f.write(text)
    else:
        unfinished = f"{path}.{os.getpid()}"
        with open(unfinished, "w", encoding="utf-8") as f:
            f.write(text)
        os.replace(unfinished, path)
