"""Desk: a student's folder and its labs, what most commands begin with."""
import re

from rushlight.lesson import folder, grading, loading
from rushlight.lesson import state as states
from rushlight.lesson.model import SKIPPED, LessonError
from rushlight.lesson.telling import Telling, is_whole

KIND_WORDS = {"python": "Python", "c": "C"}


class Desk:
    """A student's folder: his state, the labs, what is told to him."""

    def __init__(self, told=None):
        self.state = states.here()
        self.labs, self.broken = loading.readable_labs(self.state.labs)
        self.told = told or Telling()
        if not self.labs:
            no_lab(self.state.labs, self.broken)

    @property
    def exercises(self):
        """All of them, in the order in which they are worked on."""
        return [exercise for lab in self.labs for exercise in lab.exercises]

    def exercise(self, name):
        """The one that is named; of a lab alone, its first; without a name, the current one."""
        if name is not None:
            return self.exercises_of(name)[0]
        known = {exercise.name: exercise for exercise in self.exercises}
        return known.get(self.state.current) or self.next_of(None)

    def exercises_of(self, name):
        """Those that are named; of a lab that cannot be read, what is wrong with it."""
        number = _number(name)
        if all(lab.number != number for lab in self.labs):
            for folder_name, error in self.broken.items():
                if folder_name.startswith(f"{number:02}_"):
                    raise error
        return loading.exercises_of(name, self.labs)

    def next_of(self, exercise):
        """The unsolved one that comes after another, or first of all; of the same kind as long as
        there is one, since who works in Python need not have a C compiler.  If all are solved,
        any."""
        at = self.exercises.index(exercise) + 1 if exercise else 0
        in_turn = self.exercises[at:] + self.exercises[:at]
        unsolved = [e for e in in_turn if not self.state.has_passed(e)] or in_turn[-1:]
        kind = exercise.kind if exercise else "python"
        return next((e for e in unsolved if e.kind == kind), unsolved[0])

    def need_started(self, exercise):
        """That there is a file."""
        if not folder.is_started(self.state, exercise):
            raise LessonError(f"{exercise.lab.name}/{exercise.file} is not there: "
                              f"`rushlight lesson start {exercise.word}` hands it out")

    def make_current(self, exercise):
        self.state.current = exercise.name
        self.state.save()

    def grade(self, exercise, seed=None):
        """The verdicts on the student's file, noted."""
        self.need_started(exercise)
        verdicts = grading.grade(exercise, folder.path_of(self.state, exercise),
                                 student=self.state.student, seed=seed)
        if seed is None:
            self._note(exercise, verdicts)
        return verdicts

    def _note(self, exercise, verdicts):
        if is_whole(verdicts):
            self.state.note_pass(exercise)
        self.state.failing.pop(exercise.name, None)
        failed = [v.check for v in verdicts if not v.passed and v.status != SKIPPED]
        if failed:
            self.state.failing[exercise.name] = failed[0]
        self.state.save()

    def progress(self):
        """How many exercises of each kind are solved: who works in Python need not do those in C.
        "Python 2 of 9, C 0 of 10"."""
        counts = []
        for kind, word in KIND_WORDS.items():
            of_kind = [exercise for exercise in self.exercises if exercise.kind == kind]
            if of_kind:
                passed = sum(map(self.state.has_passed, of_kind))
                counts.append(f"{word} {passed} of {len(of_kind)}")
        return ", ".join(counts)

    def step_of(self, exercise):
        """The command that comes next in an exercise."""
        if self.state.has_passed(exercise):
            following = self.next_of(exercise)
            return f"solution {exercise.word}" if self.state.has_passed(following) else (
                f"start {following.word}")
        if not folder.is_started(self.state, exercise):
            return f"start {exercise.word}"
        if not self.state.is_asked(exercise):
            return f"predict {exercise.word}"
        begun = folder.is_begun(self.state, exercise)
        runs = folder.program_of(self.state, exercise) is not None
        return f"{'run' if runs and not begun else 'check'} {exercise.word}"


def no_lab(place, broken):
    """Raises what is wrong with a folder that has no lab to work on."""
    for error in broken.values():
        raise error
    raise LessonError(f"{place} has no lab: a folder like 01_name with a lab.toml")


def _number(name):
    """Of the lab that a command's word names; -1 if it names none."""
    match = re.match(r"\d+", str(name))
    return int(match[0]) if match else -1
