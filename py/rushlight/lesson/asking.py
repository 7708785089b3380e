"""Predictions: asked before anything runs, and compared with what was measured.

    1. How many jobs has Spark run when line 12 is reached?
         a) 0   b) 1   c) 2
       answer: b                       a letter, or the choice itself
"""
import re
import string

from rushlight.lesson.model import LessonError


def ask(told, exercise, answers, read):
    """Asks those questions of an exercise that have no answer yet; yields (id, answer) as each is
    answered, with None for an empty line, which passes one over.  `read` gives a line, or raises
    EOFError, which ends the asking."""
    for number, prediction in enumerate(exercise.predictions, 1):
        told.say(told.indented(f"{number}. {prediction.ask}", 2, "bold"))
        if answers.get(prediction.id) is not None:
            told.say(f"     you said: {answers[prediction.id]}")
            continue
        if prediction.choices:
            told.say(told.indented(_choices(prediction, told.width), 5))
        try:
            yield prediction.id, _answer(told, prediction, read)
        except EOFError:
            told.say()
            return


def _choices(prediction, width):
    items = [f"{letter}) {choice}" for letter, choice in
             zip(string.ascii_lowercase, prediction.choices)]
    line = "    ".join(items)
    return line if len(line) <= width - 6 else "\n".join(items)


def _answer(told, prediction, read):
    while True:
        line = read("     answer: ").strip()
        if not line:
            return None
        answer = understood(prediction, line)
        if answer is not None:
            return answer
        wanted = (f"one of {', '.join(string.ascii_lowercase[:len(prediction.choices)])}"
                  if prediction.choices else "a number")
        told.say(told.indented(f"{line!r} is no answer here: {wanted}; an empty line passes it "
                               "over", 5, "yellow"))


def understood(prediction, line):
    """The answer that a line is, or None.

    >>> from rushlight.lesson.model import Prediction
    >>> understood(Prediction("jobs", "How many?", ("none", "one")), "b")
    'one'
    >>> understood(Prediction("rows", "How many?"), "1,020,000")
    '1020000'
    >>> understood(Prediction("jobs", "How many?"), "many") is None
    True
    """
    if not prediction.choices:
        line = re.sub(r"(?<=\d),(?=\d{3}\b)", "", line)        # 20,000, as summaries write it
        try:
            float(line)
        except ValueError:
            return None
        return line
    if line in prediction.choices:
        return line
    at = string.ascii_lowercase.find(line.rstrip(").").lower())
    return prediction.choices[at] if len(line.rstrip(").")) == 1 and (
        0 <= at < len(prediction.choices)) else None


def compare(told, exercise, answers, truths):
    """Says what was predicted beside what was measured.  What was not predicted is not told: who
    reads the answer first does not think about the question."""
    right = 0
    asked = [prediction for prediction in exercise.predictions if prediction.id in answers]
    for prediction in asked:
        truth, answer = truths.get(prediction.id), answers[prediction.id]
        if truth is None:
            raise LessonError(f"{exercise.check_file}: prediction {prediction.id} could not be "
                              "computed: `rushlight lesson author` says why")
        hit = prediction.same(answer, truth)
        right += hit
        told.say(told.indented(f"{'✓' if hit else '✗'} {prediction.ask}", 2,
                               "green" if hit else "red"))
        told.say(told.indented(f"measured {truth}, you said {answer}", 4))
        belief = exercise.lab.misconceptions.get(prediction.wrong.get(str(answer)))
        if belief and not hit:
            told.say(told.indented(told.belief(belief), 4, "yellow"))
    if asked:
        told.say(f"  {right} of {len(asked)} predictions right")
    n_left = len(exercise.predictions) - len(asked)
    if n_left:
        told.say(f"  {n_left} without an answer: rushlight lesson predict {exercise.word}")
