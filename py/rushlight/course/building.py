"""What the commands `course build` and `course grade` do, with the formats and submissions."""
import os
import stat
import sys

import rushlight
from rushlight._whole_files import write_whole
from rushlight.course import (FORMATS, classroom, gradescope, has_a_packaged_name, secret,
                              submission)
from rushlight.course.carried import Carried
from rushlight.course.report import json_text
from rushlight.lesson import LessonError
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
    if name in _NOTEBOOKS and has_a_packaged_name(lab):
        return (f"left out: the package has a lab {lab.name}, too, which a notebook would be "
                "graded with: give the folder another name")
    return ""


def grade_into(lab, folder, options):
    """Grades a submission and writes the report in the form that was asked for; the exit status.

    The forms for other tools end with 0 whatever the submission got: their result says it.
    """
    if not os.path.isdir(folder):
        raise LessonError(f"{folder} is no folder" if os.path.exists(folder) else
                          f"there is no folder {folder}: name the one with the submission's files")
    exercises = Carried(kinds=tuple(options.kinds or ("python", "c"))).exercises(lab)
    student = submission.student_of(options.metadata) if options.metadata else options.student
    why_as_this_user = _why_as_this_user() if options.as_nobody else ""
    limits = Limits(as_nobody=options.as_nobody and not why_as_this_user)
    if options.form == "classroom":     # what a crash would leave; the last result of a name counts
        _put(options.output, classroom.as_outputs(submission.unfinished(lab, exercises)),
             appended=True)
    # Classroom's students read what is told, and push again.
    tells_truth = options.form != "classroom" and options.only is None
    report = submission.grade_folder(lab, exercises, folder, student, options.only, limits,
                                     secret.read(options.secret) if options.secret else "",
                                     tells_truth=tells_truth)
    if options.metadata and not student:
        report.note = f"{options.metadata} names no student: graded with nobody's data"
    if why_as_this_user:
        report.warnings.append(why_as_this_user)
        print(f"rushlight course: {why_as_this_user}", file=sys.stderr)
    _tell(report, options)
    whole = report.points == report.max_points
    return 0 if whole or options.form != "text" else 1


def _tell(report, options):
    if options.form == "gradescope":
        _put(options.output, json_text(gradescope.as_results(report)))
    elif options.form == "classroom":
        print(report.as_text(), file=sys.stderr)
        _put(options.output, classroom.as_outputs(report), appended=True)
    else:
        _put(options.output, report.as_text())


def _why_as_this_user():
    """Why a submission cannot run as nobody, in words; "" if it can."""
    if os.getuid() != 0:
        return "only root can run a submission as nobody: it ran as the user who graded it"
    path = unreadable_by_others()
    return path and (f"other users may not read {path}, so the submission ran as root, which may "
                     "read all that grades it: install Python and Rushlight where all may read "
                     "them")


def unreadable_by_others():
    """The path that keeps other users from this Python or this package: in root's home all of them
    do; "" if all users may run both."""
    for path in (sys.executable, os.__file__, rushlight.__file__):
        path = os.path.realpath(path)
        needed = stat.S_IROTH
        while True:
            if os.stat(path).st_mode & needed != needed:
                return path
            if path == "/":
                break
            path, needed = os.path.dirname(path), stat.S_IXOTH
    return ""


def _put(path, text, appended=False):
    """Onto the standard output, or into a file, at once or not at all."""
    if path is None:
        sys.stdout.write(text)
    elif appended:              # what GitHub gives a step to write its outputs into
        with open(path, "a", encoding="utf-8") as f:
            f.write(text)
    else:
        write_whole(path, text)
