"""What the commands `course build` and `course grade` do, with the formats and submissions."""
import os
import stat
import sys

import rushlight
from rushlight._whole_files import write_whole
from rushlight.course import (FORMATS, classroom, collected, gradebook, gradescope,
                              has_a_packaged_name, secret, submission)
from rushlight.course.carried import Carried
from rushlight.course.report import json_text
from rushlight.lesson import LessonError
from rushlight.lesson.limits import Limits

_NOTEBOOKS = ("nbgrader", "otter")
_WITH_RUSHLIGHT = ("otter", "gradescope", "classroom")  # whose graders install it
_WITH_SECRET = ("nbgrader", "otter", "gradescope")      # whose graders have it, and students not


def build_all(labs, names, out, carried):
    """Builds labs in formats; yields a line for each that was built or cannot be, and one on the
    secret of the course."""
    kept = secret.of_course(out)
    built = set()
    for name in names:
        for lab in labs:
            why_not = _without(lab, name, carried)
            if why_not:
                yield f"{name}: lab {lab.number}: {why_not}"
                continue
            built.add(name)
            for path in FORMATS[name].build(lab, out, carried):
                yield f"{name}: lab {lab.number}: {os.path.relpath(path)}"
    without_wheel = [name for name in names if name in built.intersection(_WITH_RUSHLIGHT)]
    if without_wheel and not carried.wheel:
        yield (f"warning: {', '.join(without_wheel)}: what grades asks pip for "
               f"{carried.requirement('.')}, which must be in your package index: build again with "
               "--wheel FILE if it is in none (README.md: Rushlight for graders)")
    if built:
        use = ("hidden data follow from it" if built.intersection(_WITH_SECRET) else
               "for `course grade --secret`, to grade what you collect")
        yield f"secret: {os.path.relpath(kept)}: {use}; keep it, and keep it from students"


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
    """Grades a submission, or those of a folder of students' folders, and writes what was found in
    the form that was asked for; the exit status.

    The forms for other tools end with 0 whatever the submission got: their result says it.
    """
    if not os.path.isdir(folder):
        raise LessonError(f"{folder} is no folder" if os.path.exists(folder) else
                          f"there is no folder {folder}: name the one with the submission's files")
    grader = _Grader(lab, options)
    one = collected.opened(lab, folder)
    if one is None and options.form == "text":
        several, without = collected.of_students(lab, folder)
        if several:
            return _grade_all(grader, folder, several, without)
    return _grade_one(grader, one or collected.Submission(folder))


class _Grader:
    """What is the same for all submissions of one command."""

    def __init__(self, lab, options):
        self.lab, self.options = lab, options
        self.why_as_this_user = _why_as_this_user() if options.as_nobody else ""
        self.limits = Limits(as_nobody=options.as_nobody and not self.why_as_this_user)
        self.secret = secret.read(options.secret) if options.secret else ""

    def exercises(self, one):
        """(exercises to grade, those left out): what was asked for, else what was begun.  Other
        tools have been told of all."""
        options = self.options
        if options.kinds or options.only or options.form != "text":
            kinds = tuple(options.kinds or ("python", "c"))
            return Carried(kinds=kinds).exercises(self.lab), []
        return collected.exercises_of(self.lab, one)

    def report(self, one, student):
        """The Report on a submission."""
        options = self.options
        exercises, left_out = self.exercises(one)
        # Classroom's students read what is told, and push again.
        tells_truth = options.form != "classroom" and options.only is None
        report = submission.grade_folder(self.lab, exercises, one.folder, student, options.only,
                                         self.limits, self.secret, one.answers, tells_truth)
        report.note = "\n".join(f"left out: {e.file}, of which nothing was begun (--kind {e.kind} "
                                "grades it)" for e in left_out)
        report.warnings += one.notes
        return report


def _grade_one(grader, one):
    options = grader.options
    if options.form == "classroom":     # what a crash would leave; the last result of a name counts
        _put(options.output, classroom.as_outputs(submission.unfinished(
            grader.lab, grader.exercises(one)[0])), appended=True)
    student = options.student or ("" if options.form != "text" else one.student)
    if options.metadata:
        student = submission.student_of(options.metadata)
    report = grader.report(one, student)
    if options.metadata and not student:
        report.note = f"{options.metadata} names no student: graded with nobody's data"
    if grader.why_as_this_user:
        report.warnings.append(grader.why_as_this_user)
        print(f"rushlight course: {grader.why_as_this_user}", file=sys.stderr)
    _tell(report, options)
    if options.csv:
        row = gradebook.Row(student or "nobody", os.path.basename(os.path.abspath(one.folder)),
                            report)
        write_whole(options.csv, gradebook.as_csv([row], grader.lab))
    whole = report.points == report.max_points
    return 0 if whole or options.form != "text" else 1


def _grade_all(grader, folder, several, without):
    """The exit status is 1 if a folder could not be graded."""
    options = grader.options
    for option, value in (("--student", options.student), ("--metadata", options.metadata),
                          ("--only", options.only)):
        if value:
            raise LessonError(f"{option} is for one submission, and {folder} has folders of "
                              f"{len(several)}: name one of them, or leave {option} out")
    if grader.why_as_this_user:
        print(f"rushlight course: {grader.why_as_this_user}", file=sys.stderr)
    graded = []
    for row in gradebook.rows(several, without, lambda one: grader.report(one, one.student),
                              grader.lab):
        graded.append(row)
        if options.output is None:
            print(row.as_line(), flush=True)
    lines = [row.as_line() for row in graded] if options.output else []
    _put(options.output, "\n".join([*lines, gradebook.summary(graded)]) + "\n")
    if options.csv:
        write_whole(options.csv, gradebook.as_csv(graded, grader.lab))
    return 0 if all(row.report for row in graded) else 1


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
