"""A submission graded: a folder with the students' files and predictions.txt, into a Report.

    folder ─┬─ word_count.py ──▶ lesson.grade() ──▶ an Item a check      (processes with limits)
            └─ predictions.txt ─▶ lesson's truths() ─▶ an Item a prediction

Whatever is wrong with a submission is a failed Item with words for its student; only what is wrong
with the lab is an error.  A prediction is worth a point if it has an answer, right or wrong: the
lab's text promises that a wrong guess costs nothing, and shows later what is right.
"""
import json
import os
import time

from rushlight.course import is_graded_as_packaged
from rushlight.course.report import Item, Report
from rushlight.lesson import LessonError, grade, submitted
from rushlight.lesson.asking import understood
from rushlight.lesson.checks import read_checks
from rushlight.lesson.grading import truths as truths_of
from rushlight.lesson.telling import Telling

PREDICTION_POINTS = 1
PREDICTIONS = "predictions.txt"
_MOST_PREDICTIONS = 64 << 10        # bytes
_MOST_TEXT = 4000


def checks(exercise):
    """The exercise's checks, in order."""
    return list(read_checks(exercise).checks.values())


def truths(exercise):
    """Prediction id → the answer, all of them."""
    found = truths_of(exercise)
    missing = [p.id for p in exercise.predictions if p.id not in found]
    if missing:
        raise LessonError(f"{exercise.check_file}: nothing could be computed for the "
                          f"prediction {missing[0]!r}")
    return found


def expected_items(lab, exercises):
    """What a Report on a lab will have, with no points yet."""
    items = []
    for n, exercise in enumerate(exercises, 1):
        found = [Item(exercise.kind, "prediction", p.id, "Prediction: " + " ".join(p.ask.split()),
                      PREDICTION_POINTS, file=PREDICTIONS) for p in exercise.predictions]
        found += [Item(exercise.kind, "check", check.name, check.title, check.points,
                       file=exercise.file) for check in checks(exercise)]
        for k, item in enumerate(found, 1):
            item.number = f"{n}.{k}"
        items += found
    return items


def unfinished(lab, exercises):
    """The Report of a submission that ended its grader: nothing, and why."""
    text = ("The grader was ended before it could finish: the submission kills processes, or uses "
            "up time or memory far beyond its limits. Nothing could be graded.")
    items = expected_items(lab, exercises)
    for item in items:
        item.status, item.text = "killed", text
    return Report(lab.number, lab.title, "", items, text)


def grade_folder(lab, exercises, folder, student, only=None, limits=None, secret="", answers=None,
                 tells_truth=True):
    """The Report on a folder; of one item with its key in `only`.

    answers       to predictions, by key, for those that predictions.txt has none for
    tells_truth   whether the text of a wrong prediction says what is right
    """
    begin = time.monotonic()
    items = expected_items(lab, exercises)
    if only is not None and only not in [item.key for item in items]:
        raise LessonError(f"lab {lab.number} has no {only!r}; it has "
                          + ", ".join(item.key for item in items))
    why_none = ""
    try:
        answers = {**(answers or {}), **read_answers(folder)}
    except submitted.Refused as e:
        answers, why_none = answers or {}, f"{PREDICTIONS}: {e.why}"
    report = Report(lab.number, lab.title, student, items)
    for exercise in exercises:
        own = [item for item in items if item.exercise == exercise.kind]
        _grade_answers(exercise, [i for i in own if i.what == "prediction"], answers, tells_truth,
                       why_none)
        _grade_file(exercise, [i for i in own if i.what == "check"], folder, report, limits, secret)
    if only is not None:
        report.items = [item for item in items if item.key == only]
    report.seconds = time.monotonic() - begin
    return report


# ── predictions ──
def read_answers(folder):
    """{"python.jobs_before": answer} of lines "python.jobs_before = 0" in a submission's
    predictions.txt; {} without the file."""
    file = submitted.Inside(folder, PREDICTIONS)
    if not os.path.lexists(file):
        return {}
    content = submitted.read(file, _MOST_PREDICTIONS).decode("utf-8", "replace")
    text = submitted.plain(content.replace("\r\n", "\n").replace("\r", "\n"))
    parts = (line.partition("#")[0].partition("=") for line in text.split("\n"))
    return {key.strip(): answer.strip().strip("\"'") for key, _, answer in parts
            if key.strip() and answer.strip()}


def _grade_answers(exercise, items, answers, tells_truth, why_none):
    right = truths(exercise) if items else {}
    for prediction, item in zip(exercise.predictions, items):
        answer = answers.get(item.key)
        if answer is None:
            item.text = why_none or f"{PREDICTIONS} has no answer {item.key} = …"
            continue
        item.text = no_answer(prediction, answer)
        if item.text:
            continue
        item.status, item.points = "passed", item.max_points
        item.text = judged(exercise, prediction, answer, right[prediction.id], tells_truth)


def no_answer(prediction, answer):
    """Why a text is no answer to a prediction, in words; "" if it is one, right or wrong.

    >>> from rushlight.lesson.model import Prediction
    >>> no_answer(Prediction("jobs", "How many?"), "five")
    "You wrote 'five', which is no number: write it in digits, as in 12."
    >>> no_answer(Prediction("jobs", "How many?"), "5")
    ''
    """
    answer = str(answer)
    if understood(prediction, answer.strip()) is not None:
        return ""
    if prediction.choices:
        return f"You wrote {answer!r}, which is none of: {', '.join(prediction.choices)}."
    return f"You wrote {answer!r}, which is no number: write it in digits, as in 12."


def judged(exercise, prediction, answer, truth, tells_truth=True):
    """Whether an answer is right; what is, and what who gave another may believe, if that may be
    told."""
    answer = understood(prediction, str(answer).strip())
    if prediction.same(answer, truth):
        return f"Right: {answer}."
    if not tells_truth:
        return f"Not right: {answer}. Run the program, and see. The point is for the answer."
    text = f"You wrote {answer}; it is {truth}. The point is for the answer."
    id = prediction.wrong.get(answer)
    if id:
        text += "\n" + Telling.belief(exercise.lab.misconceptions[id])
    return text


# ── files ──
def _grade_file(exercise, items, folder, report, limits, secret):
    file = submitted.Inside(folder, exercise.file)
    try:
        verdicts = grade(exercise, file, student=report.student, limits=limits, secret=secret)
    except submitted.Refused as e:
        there = os.path.lexists(file)
        for item in items:
            item.text = f"{exercise.file}: {e.why}" if there else _what_is_there(exercise, folder)
        return
    for item, verdict in zip(items, verdicts):
        item.points, item.status, item.seconds = verdict.points, verdict.status, verdict.seconds
        item.text = verdict_text(exercise, verdict)


def _what_is_there(exercise, folder):
    """In place of the file."""
    names = [submitted.plain(name).replace("\n", "?") for name in sorted(os.listdir(folder))]
    return (f"There is no file {exercise.file} in the submission; it has "
            f"{', '.join(names[:20]) or 'nothing'}.")


def verdict_text(exercise, verdict):
    """A Verdict, for the student."""
    lines = []
    if not verdict.passed:
        lines.append(verdict.message)
        belief = exercise.lab.misconceptions.get(verdict.misconception)
        if belief:
            lines.append(Telling.belief(belief))
    lines += [f"{comment['kind'].capitalize()}: {comment['text']}" for comment in verdict.comments]
    if verdict.replay:
        lines.append(f"Again: {verdict.replay} --file {exercise.file}" + (
            "" if is_graded_as_packaged(exercise) else
            f" --lab {exercise.lab.name}   (your teacher has that folder)"))
    return "\n".join(line for line in lines if line)[:_MOST_TEXT]


# ── as commands and metadata have it ──
def kinds_option(kinds):
    """The option that names exercises.

    >>> kinds_option(["python"])
    '--kind python'
    """
    return " ".join(f"--kind {kind}" for kind in kinds)


def student_of(metadata):
    """Whose data a submission is graded with, by Gradescope's submission_metadata.json: all that
    handed it in together.  Without the file, or in one of another form, nobody's."""
    try:
        with open(metadata, encoding="utf-8") as f:
            users = json.load(f)["users"]
        return "+".join(sorted(str(user.get("email") or user["id"]) for user in users))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return ""
