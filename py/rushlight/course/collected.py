"""What was collected: whose submissions a folder holds, and what each has of a lab.

    FOLDER/word_count.py                        a submission
    FOLDER/01_lazy_word_count/word_count.py     the same, of who hands in a whole folder of lessons
    FOLDER/ada/…  FOLDER/bob/…                  one a student, each as above

Watch mode keeps a student's name and answers in .rushlight.json, beside the labs' folders.  All of
it is believed as much as predictions.txt is: it names whose data are his own, no more.
"""
import collections
import dataclasses
import json
import os
import re
from dataclasses import dataclass, field

from rushlight.course.submission import PREDICTIONS
from rushlight.lesson import state, submitted

# No formula in a table, nothing that a terminal obeys.
_NAME = re.compile(r"\w[\w .@/'+-]{0,99}")
_MOST_STATE = 1 << 20                           # bytes


@dataclass(frozen=True)
class Submission:
    """Of one student."""

    folder: str                 # where the files lie
    name: str = ""              # of the student's folder, among those of others
    student: str = ""           # whose data it is graded with, where the submission says it
    answers: dict = field(default_factory=dict)     # by key: python.jobs_at_a
    notes: tuple = ()           # for the teacher


def opened(lab, folder, name=""):
    """The Submission that a folder is or holds; None if it has nothing of the lab."""
    inside = os.path.join(folder, lab.name)
    if any(os.path.lexists(os.path.join(folder, file)) for file in _files(lab)):
        is_of_lessons = os.path.basename(os.path.abspath(folder)) == lab.name and not name
        around = os.path.join(folder, os.pardir) if is_of_lessons else folder
        return _with_state(lab, Submission(folder, name, name), around)
    if os.path.isdir(inside) and not os.path.islink(inside):
        return _with_state(lab, Submission(inside, name, name), folder)
    return None


def of_students(lab, folder):
    """(Submissions, names of folders that have nothing of the lab) in a folder of students'
    folders, sorted; no Submissions if it is none."""
    names = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)
                   and not entry.name.startswith((".", "__")))
    found = {name: opened(lab, os.path.join(folder, name), name) for name in names}
    return (_each_with_a_name_of_his_own([one for one in found.values() if one]),
            [name for name, one in found.items() if one is None])


def exercises_of(lab, submission):
    """(exercises to grade, those left out) of a lab: what the student has begun.  `lesson start`
    hands out the files of all."""
    there = [e for e in lab.exercises if os.path.lexists(os.path.join(submission.folder, e.file))]
    begun = [e for e in there if not _is_as_handed_out(e, submission.folder)]
    graded = begun or there[:1] or list(lab.exercises[:1])
    return graded, [e for e in lab.exercises if e not in graded]


def _files(lab):
    return [*(exercise.file for exercise in lab.exercises), PREDICTIONS]


def _is_as_handed_out(exercise, folder):
    try:
        text = submitted.read(submitted.Inside(folder, exercise.file))
    except submitted.Refused:
        return False            # which grading tells of
    with open(exercise.starter, "rb") as f:
        return text.split() == f.read().split()


def _each_with_a_name_of_his_own(submissions):
    """Whom two folders claim to be, neither is: they are graded by their folders' names."""
    claims = collections.Counter(one.student for one in submissions)
    return [one if claims[one.student] == 1 or one.student == one.name else
            dataclasses.replace(one, student=one.name, notes=(
                *one.notes, f"{state.NAME} says {one.student}, as another folder does"))
            for one in submissions]


def _with_state(lab, submission, folder):
    """The submission, with what the state file in a folder adds."""
    file = submitted.Inside(folder, state.NAME)
    if not os.path.lexists(file):
        return submission
    try:
        fields = json.loads(submitted.read(file, _MOST_STATE))
    except submitted.Refused as e:
        return dataclasses.replace(submission, notes=(f"{state.NAME}: {e.why}",))
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        return dataclasses.replace(submission, notes=(
            f"{state.NAME} is damaged: its name and answers are not counted",))
    student = fields.get("student")
    is_name = isinstance(student, str) and _NAME.fullmatch(student)
    return dataclasses.replace(submission, student=student if is_name else submission.student,
                               answers=_answers(lab, fields.get("predictions")))


def _answers(lab, predictions):
    """{"python.jobs_at_a": answer} of what a state file keeps."""
    found = {}
    for exercise in lab.exercises:
        own = predictions.get(exercise.name) if isinstance(predictions, dict) else None
        for id, answer in own.items() if isinstance(own, dict) else ():
            if isinstance(answer, (str, int, float)):
                found[f"{exercise.kind}.{id}"] = submitted.plain(str(answer)[:200])
    return found
