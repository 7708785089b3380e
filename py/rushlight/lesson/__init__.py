"""Lessons: labs that grade how a result was computed, from the engine's own events.

    from rushlight.lesson import grade, labs
    from rushlight.lesson.proof import prove

    labs()                                    the package's labs: model.Lab, with its exercises
    grade(exercise, "word_count.py", student="ada")         a list of model.Verdict, one a check
    prove(lab)                                a Report: starter fails, solution passes, mutants
                                              are caught, text and predictions are true

README.md has the files in reading order.
"""
from rushlight.lesson.grading import grade
from rushlight.lesson.loading import labs, load
from rushlight.lesson.model import (Exercise, Lab, LessonError, Misconception, Prediction,
                                    Verdict)

__all__ = ["Exercise", "Lab", "LessonError", "Misconception", "Prediction", "Verdict", "grade",
           "labs", "load"]
