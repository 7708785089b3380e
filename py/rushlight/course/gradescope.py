"""A lab for Gradescope: autograder.zip to upload, and what the students get.

    OUT/gradescope/01_name/
        autograder.zip ─┬─ setup.sh            installs Rushlight; runs once
                        ├─ run_autograder      grades; runs for each submission
                        ├─ unfinished.json     the results of a submission that no grader survives
                        ├─ 01_name/            the lab, with its solutions
                        ├─ secret.txt          what hidden data follow from
                        └─ rushlight-….whl
        handout/        lab.md, the starters, predictions.txt, the wheel

A submission is the students' files, by the names that the handout gives them, and predictions.txt.
The results have the fields of Gradescope's specification; as_results() makes them.
"""
import os
import tempfile

from rushlight.course import carried as parts
from rushlight.course import handout, secret, submission
from rushlight.course.report import json_text

SECONDS = 570           # Gradescope ends a grader after ten minutes, unless told otherwise
_WAY = handout.Way("Upload {files} to Gradescope, which runs the checks.",
                   "the e-mail address that you have on Gradescope")


def build(lab, out, carried):
    """Writes the format; the paths to tell of."""
    folder = parts.fresh(os.path.join(out, "gradescope", lab.name))
    kinds = [e.kind for e in carried.exercises(lab)]
    with tempfile.TemporaryDirectory() as inside:
        parts.write(inside, "setup.sh", parts.setup_sh(carried), executable=True)
        parts.write(inside, "run_autograder",
                    parts.render("gradescope_run_autograder", SECONDS=SECONDS, LAB=lab.name,
                                 KINDS=submission.kinds_option(kinds)), executable=True)
        parts.write(inside, "unfinished.json", json_text(
            as_results(submission.unfinished(lab, carried.exercises(lab)))))
        parts.copy_lab(lab, inside)
        carried.copy_wheel(inside)
        secret.copy(out, inside)
        archive = parts.pack(inside, os.path.join(folder, "autograder.zip"))
    students = handout.write(lab, carried, os.path.join(folder, "handout"), _WAY)
    return [archive, students]


def as_results(report):
    """A Report as Gradescope's results.json has it.

    The checks are shown at once, as they were in the student's own folder; whether predictions
    were right is shown after the due date, and what is wrong with the grading to teachers alone.
    """
    return {"score": report.points, "execution_time": round(report.seconds),
            "output": report.summary, "output_format": "text", "visibility": "visible",
            "stdout_visibility": "hidden", "extra_data": {"student": report.student},
            "tests": [*map(_test, report.items), *map(_warning, report.warnings)]}


def _test(item):
    return {"score": item.points, "max_score": item.max_points,
            "status": "passed" if item.passed else "failed",
            "name": item.title, "number": item.number, "output": item.text,
            "output_format": "text", "tags": [item.exercise, item.what],
            "visibility": "after_due_date" if item.what == "prediction" else "visible"}


def _warning(text):
    """A test that students never see, and that counts nothing."""
    return {"score": 0, "max_score": 0, "status": "failed", "name": "For the teacher",
            "output": text, "output_format": "text", "visibility": "hidden"}
