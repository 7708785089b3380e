"""What grading a submission found: a Report of Items, whatever format it is then told in."""
import json
from dataclasses import dataclass, field


@dataclass
class Item:
    """A check or a prediction, and its outcome."""

    exercise: str               # python | c
    what: str                   # check | prediction
    name: str                   # the function's name, or the prediction's id
    title: str
    max_points: float
    points: float = 0
    status: str = "failed"      # a Verdict's
    text: str = ""              # for the student
    number: str = ""            # "1.2": the second of the first exercise
    file: str = ""
    seconds: float = 0.0

    @property
    def passed(self):
        return self.status == "passed"

    @property
    def key(self):
        """How a command names it.

        >>> Item("python", "check", "one_job", "one job", 2).key
        'python.one_job'
        """
        return f"{self.exercise}.{self.name}"


@dataclass
class Report:
    """A submission's items, in order."""

    lab: int
    title: str
    student: str
    items: list = field(default_factory=list)
    note: str = ""              # what concerns the submission as a whole
    warnings: list = field(default_factory=list)    # on the grading, for the teacher alone
    seconds: float = 0.0

    @property
    def points(self):
        return sum(item.points for item in self.items)

    @property
    def max_points(self):
        return sum(item.max_points for item in self.items)

    @property
    def summary(self):
        """A line or two on the whole."""
        passed = sum(item.passed for item in self.items)
        line = (f"Lab {self.lab}, {self.title}: {passed} of {len(self.items)} passed, "
                f"{self.points:g} of {self.max_points:g} points")
        return f"{line}\n{self.note}" if self.note else line

    def as_text(self):
        """What a teacher reads in a terminal."""
        whose = self.student or "nobody (--student NAME grades with a student's own)"
        lines = [self.summary, f"data of: {whose}",
                 *(f"for the teacher: {warning}" for warning in self.warnings)]
        for item in self.items:
            lines.append(f"{'✓' if item.passed else '✗'} {item.points:g}/{item.max_points:g}  "
                         f"{item.title}")
            if not item.passed or item.what == "check":
                lines += ["      " + line for line in item.text.splitlines()]
        return "\n".join(lines) + "\n"


def json_text(value):
    """A JSON text to read."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
