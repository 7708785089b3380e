"""What cells of a lab's notebook call: predicted(), graded(), show_run(), show_predictions().

    %%writefile word_count.py ──▶ word_count.py ──▶ graded("01_…", "one_job") ──▶ lesson.grade()

A check that fails raises: nbgrader and Jupyter take that for a failure.  Nothing is written to
stderr, which nbgrader would take for one, too.  The student's program runs in the grader's own
processes, never in the notebook's.
"""
import contextlib
import getpass
import hashlib
import os
import tempfile
from dataclasses import dataclass

from rushlight.course import secret, submission
from rushlight.lesson import grade, load, submitted
from rushlight.lesson.asking import compare
from rushlight.lesson.loading import labs_folder
from rushlight.lesson.telling import Telling

_verdicts = {}          # (lab, student, hidden, digest of the file) → {check: Verdict}


class NotYet(AssertionError):
    """A check that did not pass; a notebook shows its words alone."""

    def _render_traceback_(self):
        return str(self).splitlines()


def find(name):
    """The lab: of the package, or the teacher's, where it is graded; None where it is not.

    The package's first: else a cell could write a lab of that name, which passes everything.
    nbgrader grades in COURSE/autograded/STUDENT/ASSIGNMENT, its teacher runs the notebook in
    COURSE/source/ASSIGNMENT, and the course has labs/; otter's zip brings .lab/ along.
    """
    for folder in (os.path.join(labs_folder(), name), os.path.join(_course(), "labs", name),
                   os.path.join(".lab", name)):
        if os.path.isdir(folder):
            return load(folder)
    return None


def student():
    """Whose data this notebook is graded with.

    nbgrader grades in autograded/STUDENT/ASSIGNMENT; otter beside submission_metadata.json; on a
    hub the user's name is what nbgrader calls the student, elsewhere it is the login's.
    """
    if _is_autograded():
        return os.path.basename(os.path.dirname(os.getcwd()))
    by_upload = submission.student_of(os.path.join("..", "submission_metadata.json"))
    return by_upload or os.environ.get("JUPYTERHUB_USER") or getpass.getuser()


def _secret():
    """What hidden data follow from: of nbgrader's course, or in otter's zip; "" in neither."""
    for folder in (_course(), os.path.join("..", "source")):
        path = os.path.join(folder, secret.NAME)
        if os.path.isfile(path):
            return secret.read(path)
    return ""


def _course():
    """The folder of nbgrader's course, if this is a notebook of one."""
    return os.path.join(*([".."] * (3 if _is_autograded() else 2)))


def _is_autograded():
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


def outcome(name, check, hidden=False):
    """"passed", or why not: of a check on the file that the notebook wrote."""
    lab = find(name)
    if lab is None:
        return _not_here(name) if hidden else "passed"
    verdict = _verdict(lab.exercise("python"), check, hidden)
    if isinstance(verdict, str):
        return verdict
    text = submission.verdict_text(lab.exercise("python"), verdict)
    return "passed" if verdict.passed else f"{verdict.status}: {text}"


def prediction_outcome(name, id, answer, graded=False):
    """"passed", or why there is no answer: what was written is looked at with `graded` alone."""
    if answer is None or not str(answer).strip():
        return f"{id}: no answer yet"
    if not graded:
        return "passed"
    lab = find(name)
    if lab is None:
        return _not_here(name)
    prediction = next(p for p in lab.exercise("python").predictions if p.id == id)
    return submission.no_answer(prediction, answer) or "passed"


def _not_here(name):
    """What only a grader asks for needs the lab: a notebook that changes folders gains nothing."""
    return f"the lab {name} is not here, so nothing can be graded: has a cell changed the folder?"


def graded(name, check, hidden=False):
    """Runs a check on the file that the notebook wrote; raises NotYet if it does not pass.

    hidden: also with the seeds that the student does not know.
    """
    said = outcome(name, check, hidden)
    if said != "passed":
        raise NotYet(said)
    print("passed" if find(name) else "This check runs when your teacher grades the notebook.")


def predicted(name, id, answer, graded=False):
    """Takes down a prediction; raises NotYet if there is none, with `graded` if it is no answer."""
    said = prediction_outcome(name, id, answer, graded)
    if said != "passed":
        raise NotYet(said)
    if not graded:
        print(f"You wrote {answer}.")


def show_run(file, master, conf=None):
    """Runs the file that the notebook wrote, and shows what it made the engine do.

    Not while the notebook is graded: the program would have no limits, and nobody would look.
    """
    if os.environ.get("NBGRADER_EXECUTION"):
        return
    from rushlight.lesson import running
    with _printed():
        status, traces, pictures = running.run(os.path.abspath(file), _Program(master, conf or {}))
    print("\n\n".join(traces) or f"the program ended with status {status} and ran no job")
    if pictures:
        from IPython.display import SVG, display
        for name in pictures:
            display(SVG(filename=name))


@contextlib.contextmanager
def _printed():
    """What programs write to the two standard files meanwhile is printed when they have ended: a
    notebook may miss what does not come from its own process."""
    kept = os.dup(1), os.dup(2)
    with tempfile.TemporaryFile() as f:
        os.dup2(f.fileno(), 1)
        os.dup2(f.fileno(), 2)
        try:
            yield
        finally:
            for number, copy in enumerate(kept, 1):
                os.dup2(copy, number)
                os.close(copy)
        f.seek(0)
        print(f.read().decode("utf-8", "replace"))


def show_predictions(name, answers):
    """What was predicted, {id: answer}, beside what was measured."""
    lab = find(name)
    if lab is not None and not os.environ.get("NBGRADER_EXECUTION"):
        exercise = lab.exercise("python")
        compare(Telling(), exercise, {id: a for id, a in answers.items() if a is not None},
                submission.truths(exercise))


@dataclass
class _Program:
    """What running.run() asks of an exercise."""

    master: str
    conf: dict


def _verdict(exercise, check, hidden):
    """A check's Verdict; the whole file is graded at the first question about it."""
    file = submitted.Inside(os.getcwd(), exercise.file)
    try:
        digest = hashlib.sha256(submitted.read(file)).hexdigest()
    except submitted.Refused as e:
        return f"{exercise.file}: {e.why}" if os.path.lexists(file) else (
            f"there is no file {exercise.file}: run the cell that begins with "
            f"%%writefile {exercise.file}")
    seen = _verdicts.get((exercise.lab.name, student(), False, digest), {}).get(check)
    if hidden and seen and not seen.passed:
        return seen             # his own seed is the first of them
    key = (exercise.lab.name, student(), hidden, digest)
    if key not in _verdicts:
        _verdicts[key] = {verdict.check: verdict for verdict in grade(
            exercise, file, student=student(), hidden=hidden,
            secret=_secret() if hidden else "")}
    return _verdicts[key][check]
