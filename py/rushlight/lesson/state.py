"""What is remembered of a student: .rushlight.json in his folder.

    {"version": 1, "student": "ada", "labs": null, "current": "1py", "passed": ["1py"],
     "predictions": {"1py": {"jobs_before": "0", "jobs_after": null}},
     "failing": {"4py": "one_shuffle"}, "hints": {"1py": [1, 2]}}

Each change is written to a file beside it, which then takes its place, so there is always a whole
one.  One that cannot be read is told of and left as it is.
"""
import getpass
import json
import os

from rushlight._whole_files import write_whole
from rushlight.lesson.model import LessonError

NAME = ".rushlight.json"
_VERSION = 1
_KINDS = {"version": int, "student": str, "labs": (str, type(None)),
          "current": (str, type(None)), "passed": list, "predictions": dict,
          "failing": dict, "hints": dict}
_LATER = {"failing"}        # what states of earlier versions lack


class State:
    """Of one folder; save() writes it."""

    def __init__(self, folder, student, labs=None):
        self.folder = folder
        self.student = student
        self.labs = labs                # a folder of labs, or None for the package's
        self.current = None             # the name of an exercise: 1py
        self.passed = []                # names of exercises
        self.predictions = {}           # exercise → {prediction: answer; None: passed over}
        self.failing = {}               # exercise → the first check that failed the last time
        self.hints = {}                 # exercise → numbers of those that were shown

    @property
    def path(self):
        return os.path.join(self.folder, NAME)

    def save(self):
        """Writes all of it, or nothing."""
        fields = {"version": _VERSION, **{key: getattr(self, key) for key in _KINDS
                                          if key != "version"}}
        try:
            write_whole(self.path, json.dumps(fields, indent=1))
        except OSError as e:
            raise LessonError(f"{self.path}: {e.strerror}: the progress could not be kept"
                              ) from None

    def has_passed(self, exercise):
        return exercise.name in self.passed

    def is_asked(self, exercise):
        """Whether each prediction was asked for, or there is none."""
        answers = self.predictions.get(exercise.name, {})
        return all(prediction.id in answers for prediction in exercise.predictions)

    def answers(self, exercise):
        """prediction → answer, of those that have one."""
        answers = self.predictions.get(exercise.name, {})
        return {id: answer for id, answer in answers.items() if answer is not None}

    def note_pass(self, exercise):
        """Notes that an exercise is solved; once is for ever."""
        if not self.has_passed(exercise):
            self.passed.append(exercise.name)


def load(folder):
    """The State of a folder that has one."""
    path = os.path.join(folder, NAME)
    try:
        with open(path, encoding="utf-8") as f:
            fields = json.load(f)
    except OSError as e:
        raise LessonError(f"{path}: {e.strerror}") from None
    except ValueError as e:
        raise _damaged(path, str(e)) from None
    _check(path, fields)
    state = State(folder, fields["student"])
    for key in _KINDS:
        if key != "version" and key in fields:
            setattr(state, key, fields[key])
    for name, shown in state.hints.items():
        if isinstance(shown, int):          # an earlier version kept how many there were
            state.hints[name] = list(range(1, shown + 1))
    return state


def _check(path, fields):
    if not isinstance(fields, dict):
        raise _damaged(path, "it holds no object")
    if fields.get("version", _VERSION) != _VERSION:
        raise LessonError(f"{path} was written by another version of Rushlight "
                          f"({fields['version']}): install that one, or the newest")
    for key, kind in _KINDS.items():
        if key not in fields:
            if key in _LATER:
                continue
            raise _damaged(path, f"{key} is missing")
        if not isinstance(fields[key], kind):
            raise _damaged(path, f"{key} is {fields[key]!r}")


def _damaged(path, what):
    return LessonError(
        f"{path} is damaged: {what}.  It was left as it is.  Mend it, or begin a new one with "
        f"`rushlight lesson init {os.path.dirname(path)} --student NAME`: the damaged one is kept "
        "beside it, and your programs stay")


def find(start=None):
    """The folder with a state that holds a folder, the current one by default; or None."""
    folder = os.path.abspath(start or os.getcwd())
    while True:
        if os.path.lexists(os.path.join(folder, NAME)):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def here():
    """The State of the current folder."""
    folder = find()
    if folder is None:
        raise LessonError(f"{os.getcwd()} is no folder of lessons: make one with "
                          "`rushlight lesson init DIR`, and go there with `cd DIR`")
    return load(folder)


def default_student():
    """The user's name, or "student"."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "student"
