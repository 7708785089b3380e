"""What is said over a pipe about a step, believed only if it is what a check can give.

    the step's process ── a line of JSON ──▶ supervisor ── a line of JSON ──▶ grader

Student's code runs in the first process and may write the line itself, if it has found the mark
that belongs in it.  What it says must not end the grader, or reach a report as something that
reports have no words for.
"""
import json

from rushlight.lesson.model import COMMENT_KINDS, ERROR, FAILED, KILLED, PASSED, SKIPPED
from rushlight.lesson.submitted import plain

_DEEPEST = 20           # what is nested deeper than Python's stack can be read, but not shown
_MOST_SECONDS = 1e9


def read(line):
    """The value in a line of JSON; None if it cannot be read, however it was made."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if _is_flat(value, _DEEPEST) else None


def _is_flat(value, deepest):
    """Whether lists and objects stand in each other so many times at most."""
    if not isinstance(value, (dict, list)):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return deepest > 0 and all(_is_flat(one, deepest - 1) for one in inner)


def flaw(outcome, step, by_supervisor=False):
    """Why a step cannot have this outcome, in words; "" if it can.

    by_supervisor: it is the supervisor that says so, of a step that may not have ended by itself.

    >>> flaw({"status": "passed", "seed": 7}, {"seeds": [[7, False]]})
    ''
    >>> flaw({"status": 7}, {"seeds": [[7, False]]})
    'its status is 7'
    """
    if not isinstance(outcome, dict):
        return f"it is {_cut(outcome)}"
    statuses = (*_OF_STEPS, *(_OF_SUPERVISORS if by_supervisor else ()))
    seeds = [seed for seed, _ in step["seeds"]]
    is_good = {**_FIELDS, **({"output": _is_text} if by_supervisor else {}),
               "status": lambda value: value in statuses,
               "seed": lambda value: type(value) is int and value in seeds}
    for key, value in {"status": None, **outcome}.items():
        if key not in is_good:
            return f"it has a field {_cut(key)}"
        if not is_good[key](value):
            return f"its {key} {'are' if key in ('comments', 'seconds') else 'is'} {_cut(value)}"
    return ""


def written(outcome):
    """An outcome whose texts can be written, and shown in a terminal."""
    clean = dict(outcome)
    for key in ("message", "misconception", "output"):
        if key in clean:
            clean[key] = plain(clean[key])
    if "comments" in clean:
        clean["comments"] = [{"kind": c["kind"], "text": plain(c["text"])}
                             for c in clean["comments"]]
    return clean


def _cut(value):
    text = ascii(value)
    return text if len(text) <= 60 else text[:60] + "…"


def _is_text(value):
    return isinstance(value, str)


def _are_seconds(value):
    return type(value) in (int, float) and 0 <= value <= _MOST_SECONDS


def _are_comments(value):
    return isinstance(value, list) and all(
        isinstance(c, dict) and set(c) == {"kind", "text"} and c["kind"] in COMMENT_KINDS
        and _is_text(c["text"]) for c in value)


_OF_STEPS, _OF_SUPERVISORS = (PASSED, FAILED, ERROR), (SKIPPED, KILLED)
_FIELDS = {
    "message": _is_text, "misconception": _is_text, "comments": _are_comments,
    "hidden": lambda value: isinstance(value, bool), "seconds": _are_seconds,
    "value": lambda value: True,        # what a prediction returned, of the solution
}
