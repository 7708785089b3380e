"""Interview practice: questions whose answers the engine computes.

    rushlight quiz                 asks, explains, and asks again when it is due
    rushlight quiz --list          all questions, one a line

    bank/         the questions, a module a topic
    _questions    what a question is
    _beliefs      misconceptions by name, from which wrong options come
    _workbench    runs, settings, memory, simulations: where answers come from
    _runs         what was seen of a program
    _answers      what people type, read leniently
    _explaining   questions and explanations as text
    _schedule     when a question comes again
    _asking       one question after the other; _mock: an interview of 30 minutes
    _own_program  questions about the user's program
    _page, _cards what can be opened in a browser, or printed
"""
from rushlight.quiz._questions import TOPICS, Asked, Belief, holds, topic
from rushlight.quiz._workbench import Workbench

__all__ = ["TOPICS", "Asked", "Belief", "Workbench", "holds", "topic"]
