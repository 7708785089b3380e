"""prove(): that a lab does what it says.

    starter  ──▶ some check does not pass, as handed out
    solution ──▶ all checks pass, with several students' data; differs in its regions only
    mutants  ──▶ each is caught by the check that it names
    predictions ──▶ have an answer, which no misconception explains
    lab.md   ──▶ what it shows is what happens (text_blocks.py)

One supervisor runs all of an exercise's steps.  No step runs that proves nothing more: of a mutant
the check that is to catch it, of the starter the checks up to the first that does not pass.
"""
import tempfile
import time
from dataclasses import dataclass, field

from rushlight.lesson import grading, mutants, regions, sandbox, text_blocks
from rushlight.lesson.checks import read_checks
from rushlight.lesson.loading import read_text
from rushlight.lesson.model import ERROR, PASSED, SKIPPED, Lab, LessonError

LEAST_MUTANTS = 5
_SEEDS = 3
# Errors of a mutant that does not run at all: it proves nothing about the check.
_BROKEN = ("SyntaxError", "IndentationError", "NameError", "ImportError", "ModuleNotFoundError")


@dataclass
class Report:
    """What a proof found."""

    lab: Lab
    problems: list = field(default_factory=list)    # in words; none: the lab is proved
    n_checks: int = 0
    n_mutants: int = 0
    n_predictions: int = 0
    n_blocks: int = 0           # of lab.md, that were run or compared
    seconds: float = 0.0

    @property
    def ok(self):
        """Whether the lab is proved."""
        return not self.problems


def prove(lab, seeds=_SEEDS, text=True, limits=None):
    """A Report on a lab: all its exercises and its text.

    seeds   how many students' data the solution is graded with
    text    whether the blocks of lab.md are run, too

    >>> from rushlight.lesson import labs
    >>> prove(labs()[0], seeds=1, text=False).ok
    True
    """
    begin = time.monotonic()
    report = Report(lab)
    for exercise in lab.exercises:
        try:
            _prove_exercise(report, exercise, seeds, limits)
        except LessonError as e:
            report.problems.append(str(e))
    if text:
        blocks, problems = text_blocks.check(lab)
        report.n_blocks = blocks
        report.problems += problems
    report.seconds = round(time.monotonic() - begin, 2)
    return report


def _prove_exercise(report, exercise, n_seeds, limits):
    file = read_checks(exercise)
    checks = list(file.checks.values())
    report.n_checks += len(checks)
    report.problems += filter(None, [regions.difference(
        read_text(exercise.starter), read_text(exercise.solution), exercise.starter,
        exercise.solution)])
    wrong = _mutants(report, exercise, file.checks)
    steps, tell = _Steps(exercise), report.problems.append
    for prediction, step in zip(exercise.predictions, grading.prediction_steps(exercise)):
        steps.add(step, _prediction_proof(exercise, prediction, tell))
    starter, starter_steps = [], []
    for check in checks:
        starter_steps.append(steps.add_check(check, exercise.starter, 1, starter.append,
                                             after_passed=starter_steps))
    for check in checks:
        steps.add_check(check, exercise.solution, n_seeds, _solution_proof(exercise, check, tell))
    with tempfile.TemporaryDirectory(prefix="rushlight-lesson-") as folder:
        for mutant in wrong:
            check = file.checks[mutant.caught_by]
            steps.add_check(check, mutants.write(mutant, folder, exercise.suffix), n_seeds,
                            _mutant_proof(exercise, mutant, check, tell))
        steps.run(limits)
    if all(outcome["status"] == PASSED for outcome in starter):
        tell(f"{exercise.starter} passes all checks as handed out")
    report.n_mutants += len(wrong)
    report.n_predictions += len(exercise.predictions)


def _mutants(report, exercise, checks):
    """Those that name one of the checks."""
    if len(exercise.mutants) < LEAST_MUTANTS:
        report.problems.append(f"{exercise.folder}/mutants has {len(exercise.mutants)} files: "
                               f"at least {LEAST_MUTANTS} wrong solutions are needed")
    found = mutants.read_mutants(exercise, report.problems.append)
    for mutant in found:
        if mutant.caught_by not in checks:
            report.problems.append(f"{mutant.path}: caught by {mutant.caught_by}: there is no such "
                                   f"check; there are {', '.join(checks)}")
    return [mutant for mutant in found if mutant.caught_by in checks]


class _Steps:
    """The steps of an exercise's proof, each with what is done with its outcome."""

    def __init__(self, exercise):
        self.exercise = exercise
        self.files, self.steps, self.proofs = [exercise.solution], [], []

    def add(self, step, proof):
        """The step's number."""
        self.steps.append(step)
        self.proofs.append(proof)
        return len(self.steps) - 1

    def add_check(self, check, path, n_seeds, proof, after_passed=()):
        """A check on a file; skipped unless the steps `after_passed` have passed, whatever checks
        the author has it come after.  The step's number."""
        if path not in self.files:
            self.files.append(path)
        seeds = [(grading.seed_of(self.exercise, check.name, f"student {i}", 0), False)
                 for i in range(n_seeds)]
        return self.add(sandbox.Step(check.name, check.title, self.files.index(path), seeds,
                                     check.seconds, list(after_passed)), proof)

    def run(self, limits):
        outcomes = sandbox.run(self.exercise, self.files, self.steps, limits)
        for outcome, proof in zip(outcomes, self.proofs):
            proof(outcome)


def _solution_proof(exercise, check, tell):
    def prove(outcome):
        if outcome["status"] != PASSED:
            tell(f"{exercise.solution} does not pass {check.name} with seed {outcome['seed']} "
                 f"({outcome['status']}): {_indented(outcome)}")
    return prove


def _mutant_proof(exercise, mutant, check, tell):
    def prove(outcome):
        if outcome["status"] in (PASSED, SKIPPED):
            tell(f"{mutant.path} is not caught by {check.name}")
        elif outcome["status"] == ERROR and outcome["message"].startswith(_BROKEN):
            tell(f"{mutant.path} does not run, so it proves nothing: {_indented(outcome)}")
        elif outcome.get("misconception", "") not in ("", *exercise.lab.misconceptions):
            tell(f"{exercise.check_file}: {check.name} names the misconception "
                 f"{outcome['misconception']!r}, which lab.toml lacks")
    return prove


def _prediction_proof(exercise, prediction, tell):
    def prove(outcome):
        at = f"{exercise.check_file}: prediction {prediction.id}"
        if outcome["status"] != PASSED:
            tell(f"{at} was not computed ({outcome['status']}): {_indented(outcome)}")
            return
        truth = outcome["value"]
        if prediction.choices and str(truth) not in prediction.choices:
            tell(f"{at} is {truth!r}, which is none of the choices "
                 f"{', '.join(prediction.choices)}")
        elif not prediction.choices and (isinstance(truth, bool)
                                         or not isinstance(truth, (int, float))):
            tell(f"{at} is {truth!r}: without choices it must be a number")
        for answer in prediction.wrong:
            if prediction.same(answer, truth):
                tell(f"{at} is {truth!r}, and lab.toml has that answer among the wrong ones")
    return prove


def _indented(outcome):
    text = outcome["message"] + (f"\nprinted:\n{outcome['output'].rstrip()}"
                                 if outcome.get("output", "").strip() else "")
    return text.replace("\n", "\n    ")
