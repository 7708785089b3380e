"""grade(): the verdicts of an exercise's checks on a student's file.

    file ──▶ sandbox: each check, with the student's own seed and with hidden ones ──▶ Verdicts

A check has one verdict: passed if it passed with all its seeds, and else that of the first seed
that did not.  Seeds come from the student's name, so everybody has data of his own, and the same
each time.  Hidden ones come from a secret as well, where there is one: else who knows the name can
compute them.  The secret stays in the grader; its sandbox gets numbers.
"""
import hashlib
import hmac

from rushlight.lesson import sandbox
from rushlight.lesson.checks import read_checks
from rushlight.lesson.model import PASSED, Verdict

_SEEDS = 100_000        # five digits can be typed again


def grade(exercise, file, *, student="", hidden=True, seed=None, limits=None, secret=""):
    """A Verdict for each check of an exercise, on a file.

    file      its path; of somebody else's, a submitted.Inside
    student   the name that the seeds come from
    hidden    also with the seeds that the student does not know
    seed      this one alone, for every check: a replay
    limits    a limits.Limits
    secret    what hidden seeds come from beside the name

    A LessonError says what is wrong with the exercise, or that the file cannot be read.

    >>> from rushlight.lesson import labs
    >>> exercise = labs()[0].exercises[0]
    >>> {verdict.status for verdict in grade(exercise, exercise.solution, student="ada")}
    {'passed'}
    """
    checks = list(read_checks(exercise).checks.values())
    names = [check.name for check in checks]
    steps = [sandbox.Step(check.name, check.title, 0,
                          seeds_of(exercise, check, student, hidden, seed, secret),
                          check.seconds, [names.index(name) for name in check.after])
             for check in checks]
    outcomes = sandbox.run(exercise, [file], steps, limits)
    return [verdict_of(exercise, check, outcome) for check, outcome in zip(checks, outcomes)]


def seeds_of(exercise, check, student, hidden=True, seed=None, secret=""):
    """[(seed, whether it is hidden)] of a check for a student; first his own."""
    if seed is not None:
        return [(seed, False)]
    n_hidden = check.hidden if hidden else 0
    return [(seed_of(exercise, check.name, student, n, secret), n > 0)
            for n in range(1 + n_hidden)]


def seed_of(exercise, check, student, n, secret=""):
    """From the student's name, as every grader computes it; a hidden one, n > 0, from a secret too.

    >>> from rushlight.lesson import labs
    >>> exercise = labs()[0].exercises[0]
    >>> seed_of(exercise, "one_job", "ada", 0) == seed_of(exercise, "one_job", "ada", 0)
    True
    """
    text = f"{student}/{exercise.lab.name}/{exercise.kind}/{check}/{n}".encode()
    digest = (hmac.digest(secret.encode(), text, "sha256") if n > 0 and secret
              else hashlib.sha256(text).digest())
    return int.from_bytes(digest[:8], "big") % _SEEDS


def truths(exercise, limits=None):
    """The answers of an exercise's predictions, by id: what its @prediction functions return.

    An answer that could not be computed is missing; `rushlight lesson author` says why."""
    outcomes = prediction_outcomes(exercise, limits)
    return {p.id: outcome["value"] for p, outcome in zip(exercise.predictions, outcomes)
            if outcome["status"] == PASSED}


def prediction_outcomes(exercise, limits=None):
    """What became of each prediction's function, in the order of lab.toml."""
    steps = prediction_steps(exercise)
    return sandbox.run(exercise, [exercise.solution], steps, limits) if steps else []


def prediction_steps(exercise, submission=0):
    """Steps that compute the predictions."""
    return [sandbox.Step(p.id, p.ask, submission, [(seed_of(exercise, p.id, "", 0), False)],
                         30, is_prediction=True) for p in exercise.predictions]


def verdict_of(exercise, check, outcome):
    """An outcome, with what the check is called and worth."""
    passed = outcome["status"] == PASSED
    return Verdict(
        exercise.lab.number, exercise.kind, check.name, check.title,
        check.points if passed else 0, check.points, outcome["status"],
        outcome.get("message", ""), outcome.get("misconception", ""),
        outcome.get("comments", []), outcome.get("seed", 0), outcome.get("hidden", False),
        "" if passed or "seed" not in outcome else
        f"rushlight lesson check {exercise.word} --seed {outcome['seed']}",
        outcome.get("seconds", 0.0), outcome.get("output", ""), check.graded)
