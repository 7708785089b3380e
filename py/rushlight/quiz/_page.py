"""The quiz as one HTML file: it needs no server and no network, and answers are in it.

    questions ──▶ asked, for a seed ──▶ JSON in page.html, whose script asks and judges

The script reads numbers as _answers.py does; what it shows goes in as text, never as markup.
"""
import json
import os

from rushlight.quiz import _explaining as explaining
from rushlight.quiz._questions import TOPICS

_TEMPLATE = os.path.join(os.path.dirname(__file__), "page.html")
_MARK = "/*QUESTIONS*/"


def write_page(all_asked, path):
    """Writes the page.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "quiz.html")
    >>> write_page([], path)
    >>> os.path.getsize(path) > 5000
    True
    """
    with open(_TEMPLATE, encoding="utf-8") as f:
        template = f.read()
    data = json.dumps({"names": explaining.NAMES,
                       "topics": {t.name: t.title for t in TOPICS.values()},
                       "questions": [as_data(asked) for asked in all_asked]},
                      ensure_ascii=False, separators=(",", ":"))
    safe = data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    with open(path, "w", encoding="utf-8") as f:
        f.write(template.replace(_MARK, safe))


def as_data(asked):
    """A question as the script wants it.

    >>> from rushlight.quiz import bank, Workbench
    >>> with Workbench() as bench:
    ...     asked = bank.questions()["laziness.which_line"].asked(bench)
    >>> data = as_data(asked)
    >>> data["kind"], data["options"][data["right"]]
    ('choice', 'line 4')
    """
    question = asked.question
    data = {"id": question.id, "topic": question.topic, "level": question.level,
            "title": question.title, "kind": asked.kind, "ask": asked.ask, "why": asked.why,
            "programs": explaining.programs(asked),
            "traces": [explaining.trace(run, i if len(asked.runs) > 1 else 0)
                       for i, run in enumerate(asked.runs, 1)],
            "notes": asked.notes, "reading": explaining.reading(asked),
            "shown": explaining.answer(asked)}
    if asked.options:
        data |= {"options": [option.text for option in asked.options], "right": asked.right,
                 "beliefs": [option.belief and [option.belief.says, option.belief.truth]
                             for option in asked.options]}
    else:
        data |= {"answer": asked.answer, "unit": asked.unit, "within": asked.within,
                 "tempting": [[value, belief.says, belief.truth]
                              for value, belief in asked.tempting.items()]}
    return data
