"""What a lab is, and what a grade is.

    Lab ─┬─ misconceptions                a belief that an answer or a failure shows
         └─ exercises: python, c ─┬─ predictions        asked before anything runs
                                  ├─ starter, solution, mutants: files
                                  └─ check.py ──grading──▶ Verdicts
"""
import dataclasses
import os
from dataclasses import dataclass, field

PASSED, FAILED, ERROR, SKIPPED, KILLED = "passed", "failed", "error", "skipped", "killed"
COMMENT_KINDS = ("essential", "actionable", "informative", "celebratory")
SHORT_KINDS = {"python": "py", "c": "c"}        # as in `rushlight lesson check 4py`


class LessonError(Exception):
    """What a student or an author can mend; the text says what, where and how."""


@dataclass(frozen=True)
class Misconception:
    """A belief that is wrong: its words, and one to three sentences of what is true."""

    id: str
    says: str
    truth: str


@dataclass(frozen=True)
class Prediction:
    """A question that is asked before the program runs; scored, never in the way."""

    id: str
    ask: str
    choices: tuple = ()                         # none: a number is asked
    wrong: dict = field(default_factory=dict)   # answer → id of the misconception that it shows

    def same(self, answer, truth):
        """Whether an answer is the truth: numbers as numbers, choices as they are written.

        >>> Prediction("jobs", "How many?").same("2.0", 2)
        True
        >>> Prediction("yes", "Does it?", ("yes", "no")).same("no", "yes")
        False
        """
        if self.choices:
            return str(answer).strip() == str(truth)
        try:
            return float(answer) == float(truth)
        except ValueError:
            return False


@dataclass(frozen=True)
class Exercise:
    """One file that the student writes, and what it is graded with."""

    kind: str                   # python | c
    folder: str                 # of starter, solution, check.py, hints.md, mutants
    file: str                   # its name in the student's folder
    minutes: int
    predictions: tuple
    master: str = "local[2]"
    conf: dict = field(default_factory=dict)
    lab: "Lab" = field(default=None, repr=False, compare=False)

    @property
    def name(self):
        """What tells it from all others, in files, too.

        >>> from rushlight.lesson.loading import labs
        >>> [exercise.name for lab in labs() for exercise in lab.exercises][:1]
        ['1py']
        """
        return f"{self.lab.number}{SHORT_KINDS[self.kind]}"

    @property
    def word(self):
        """How students are told of it, and what they type: 4py; where a lab has no other, 4.

        >>> from rushlight.lesson.loading import labs
        >>> [exercise.word for lab in labs() for exercise in lab.exercises][:1]
        ['1']
        """
        return str(self.lab.number) if len(self.lab.exercises) == 1 else self.name

    @property
    def suffix(self):
        return ".py" if self.kind == "python" else ".c"

    @property
    def starter(self):
        """The path of what the student gets."""
        return os.path.join(self.folder, "starter" + self.suffix)

    @property
    def solution(self):
        """The path of the file solved."""
        return os.path.join(self.folder, "solution" + self.suffix)

    @property
    def check_file(self):
        """The path of the predictions and checks."""
        return os.path.join(self.folder, "check.py")

    @property
    def mutants(self):
        """The paths of wrong solutions, sorted; mutants.py reads them."""
        folder = os.path.join(self.folder, "mutants")
        if not os.path.isdir(folder):
            return []
        return sorted(os.path.join(folder, name) for name in os.listdir(folder)
                      if name.endswith(".diff"))


@dataclass(frozen=True)
class Lab:
    """A folder of lessons/labs."""

    number: int
    name: str                   # of the folder: 01_lazy_word_count
    title: str
    folder: str
    misconceptions: dict        # id → Misconception
    exercises: tuple

    @property
    def text(self):
        """The path of lab.md."""
        return os.path.join(self.folder, "lab.md")

    def exercise(self, kind):
        """The exercise of a kind, or None."""
        return next((e for e in self.exercises if e.kind == kind), None)


@dataclass
class Verdict:
    """The outcome of one check on one file; as_json() and from_json() are each other's inverse."""

    lab: int
    exercise: str               # its kind
    check: str                  # the function's name
    title: str
    points: float               # got: all of max_points, or 0
    max_points: float
    status: str                 # passed | failed | error | skipped | killed
    message: str = ""
    misconception: str = ""     # its id
    comments: list = field(default_factory=list)    # of {"kind": …, "text": …}
    seed: int = 0               # of the run that the verdict tells of
    hidden: bool = False        # whether that is a seed that the student does not know
    replay: str = ""            # the command that plays it again
    seconds: float = 0.0
    output: str = ""            # what the check's run printed, cut
    graded: str = ""            # the check's sentence on what is graded

    @property
    def passed(self):
        return self.status == PASSED

    def as_json(self):
        """A dict of plain values.

        >>> verdict = Verdict(1, "python", "one_job", "one job", 2, 2, PASSED)
        >>> Verdict.from_json(verdict.as_json()) == verdict
        True
        """
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, fields):
        """The verdict that as_json() gave."""
        return cls(**fields)
