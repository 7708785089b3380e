"""What an author writes in check.py.

    from rushlight.lesson.checks import check, prediction, fail

    @prediction("jobs_before")              the id of a [[python.predict]] in lab.toml
    def jobs_before(case):
        …
        return len(t.jobs)                  the truth, by running the reference

    @check("one job, two stages", points=2, hidden=2, after="counts_words")
    def one_job(case):
        "What is graded, one sentence for the report."
        …
        t.assert_jobs(1)                    whatever raises fails the check

`case` is a rushlight.lesson.case.Case.  The functions of a file are its checks, in their order.
"""
import inspect
import types
from dataclasses import dataclass

from rushlight.lesson.model import LessonError

DEFAULT_SECONDS = 10


class CheckFailed(AssertionError):
    """What fail() raises."""

    def __init__(self, message, means=""):
        super().__init__(message)
        self.means = means


@dataclass(frozen=True)
class Check:
    """What @check says of a function."""

    name: str
    title: str
    graded: str
    points: float
    hidden: int
    after: tuple
    seconds: float
    function: object


def check(title, points=1, hidden=0, after=(), seconds=DEFAULT_SECONDS):
    """Makes a function a check.

    points   what it is worth: all or nothing
    hidden   also run with so many seeds that the student does not know
    after    the name of a check, or several, that must have passed; skipped otherwise
    seconds  of processor time that one run may take

    >>> @check("nothing is asked for", points=2)
    ... def nothing(case):
    ...     "The easiest one."
    >>> nothing.__check__.points
    2
    """
    names = (after,) if isinstance(after, str) else tuple(after)

    def mark(function):
        function.__check__ = Check(function.__name__, title, inspect.getdoc(function) or "",
                                   points, hidden, names, seconds, function)
        return function

    return mark


def prediction(id):
    """Makes a function the truth of a prediction: it returns a number, or one of the choices.

    >>> @prediction("jobs_before")
    ... def jobs_before(case):
    ...     return 0
    >>> jobs_before.__prediction__
    'jobs_before'
    """
    def mark(function):
        function.__prediction__ = id
        return function

    return mark


def fail(message, means=""):
    """Ends the check as failed; `means`: the misconception that this failure shows.

    >>> fail("a job has run before the action", means="eager")
    Traceback (most recent call last):
    ...
    rushlight.lesson.checks.CheckFailed: a job has run before the action
    """
    raise CheckFailed(message, means)


class CheckFile:
    """A check.py: its checks and predictions, in the order in which they are written."""

    def __init__(self, path):
        module = types.ModuleType("check")
        module.__file__ = path
        with open(path, "rb") as f:
            code = compile(f.read(), path, "exec", dont_inherit=True)
        exec(code, module.__dict__)
        functions = [f for f in vars(module).values() if callable(f)]
        self.checks = {f.__check__.name: f.__check__ for f in functions
                       if hasattr(f, "__check__")}
        self.predictions = {f.__prediction__: f for f in functions
                            if hasattr(f, "__prediction__")}


def read_checks(exercise):
    """The CheckFile of an exercise, as lab.toml goes with it."""
    path = exercise.check_file
    try:
        found = CheckFile(path)
    except Exception as e:
        raise LessonError(f"{path}: {type(e).__name__}: {e}") from e
    if not found.checks:
        raise LessonError(f"{path} has no check: mark functions with @check(…)")
    earlier = []
    for one in found.checks.values():
        for name in one.after:
            if name not in earlier:
                raise LessonError(f"{path}: {one.name} comes after {name!r}, and no check above "
                                  "it is called so")
        if one.points < 0 or one.hidden < 0:
            raise LessonError(f"{path}: {one.name}: points and hidden must not be negative")
        earlier.append(one.name)
    asked = {p.id for p in exercise.predictions}
    for id in asked - set(found.predictions):
        raise LessonError(f"{path}: nothing computes the prediction {id!r}: mark a function "
                          f'with @prediction("{id}")')
    for id in set(found.predictions) - asked:
        raise LessonError(f"{path}: @prediction({id!r}) is not asked for: "
                          f"[[{exercise.kind}.predict]] in lab.toml has no such id")
    return found
