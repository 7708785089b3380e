"""What tests of the quiz share: a clock, questions that need no engine, somebody who types.
"""
import datetime
import subprocess
import sys

from rushlight.quiz._asking import Asking
from rushlight.quiz._questions import Question

DAY = datetime.date(2026, 3, 1)
HANG_S = 120


class ManualClock:
    """Days and seconds that only a test moves."""

    def __init__(self, day=DAY):
        self.day, self.now = day, 0.0

    def today(self):
        return self.day

    def seconds(self):
        return self.now


def command(*arguments, typed="", **more):
    return subprocess.run([sys.executable, "-m", "rushlight.cli", "quiz", *arguments],
                          input=typed, capture_output=True, text=True, timeout=HANG_S, **more)


def fixed(id, answer, level=1):
    """A question that needs no engine."""
    topic, name = id.split(".")
    return Question(topic, name, level, id, lambda v: v.number("How many?", answer + v.seed, "So."))


def asking(*typed, clock=None, seconds=0.0):
    """Types these lines, each after so many seconds; what is told is in .told."""
    lines, told = iter(typed), []

    def read(prompt):
        if clock:
            clock.now += seconds
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    made = Asking(read, told.append)
    made.told = told
    return made
