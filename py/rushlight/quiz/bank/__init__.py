"""The bank: a module a topic, in the order in which one would learn them."""
import importlib

from rushlight.quiz._questions import QUESTIONS, TOPICS


def questions():
    """{id: Question} of all topics.

    >>> from rushlight.quiz import bank
    >>> len(bank.questions()) >= 200
    True
    """
    for name in TOPICS:
        importlib.import_module(f"rushlight.quiz.bank.{name}")
    return dict(QUESTIONS)
