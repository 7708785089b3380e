"""A lab for otter-grader: a notebook and tests for students, and the zip that grades.

    OUT/otter/01_name/
        student/word_count.ipynb            the lab, with grader.check("…") cells
        student/tests/….py                  OK tests: the student's own data
        teacher/word_count.ipynb            the same, solved
        autograder.zip ─┬─ tests/           the same OK tests, with hidden cases
                        ├─ otter_config.json, run_otter.py
                        ├─ setup.sh, run_autograder, unfinished.json     for Gradescope
                        ├─ secret.txt        what hidden data follow from
                        └─ rushlight-….whl

The zip is for `otter run` on the teacher's machine and for an upload to Gradescope.  It has what
`otter generate` would put there, but for the environment: setup.sh installs Rushlight and the
libraries that it needs, into a virtual environment.

A check or a prediction is a test file of two cases, which give points together: the one that
students have, and a hidden one: a check's with seeds that they don't know.
"""
import os
import pprint
import tempfile

from rushlight.course import carried as parts
from rushlight.course import cells, gradescope, is_packaged, secret, submission
from rushlight.course.report import json_text
from rushlight.lesson.loading import read_text

PACKAGES = ("otter-grader==7.0.0", "ipykernel==7.4.0")


def build(lab, out, carried):
    """Writes the format; the paths to tell of."""
    exercise = cells.python_exercise(lab)
    folder = parts.fresh(os.path.join(out, "otter", lab.name))
    tests = _tests(exercise)
    name = exercise.file.removesuffix(".py") + ".ipynb"
    for who, solved in (("student", False), ("teacher", True)):
        groups = _groups(exercise, tests, solved)
        cells.write_notebook(os.path.join(folder, who), name,
                             [_start(), *cells.laid_out(exercise, cells.markdown, groups)],
                             otter={"assignment_name": lab.name})
        for test in tests:
            _write_test(os.path.join(folder, who, "tests"), test, seen_by_all=True)
    return [os.path.join(folder, "student"), _archive(exercise, tests, out, folder, carried)]


def _start():
    return cells.code("otter", "import otter\ngrader = otter.Notebook()")


def _groups(exercise, tests, solved):
    """The cells of each place."""
    n = len(exercise.predictions)
    found = {"predictions": [], "checks": [_check_cell(test) for test in tests[n:]]}
    truths = submission.truths(exercise) if solved else {}
    for p, test in zip(exercise.predictions, tests):
        answer = (f"{cells.variable(p)} = {cells.literal(p, truths[p.id])}" if solved
                  else cells.unanswered(p))
        id = p.id.replace("_", "-")
        found["predictions"] += [cells.markdown(f"ask-{id}", cells.question(p)),
                                 cells.code(f"answer-{id}", answer), _check_cell(test)]
    text = read_text(exercise.solution if solved else exercise.starter)
    found["program"] = [cells.code("program", cells.program(text, exercise))]
    # Running the program and drawing it is not part of grading.
    found["run"] = [cells.code("run", cells.run_source(exercise), tags=["otter_ignore"])]
    return found


def _check_cell(test):
    return cells.code("test-" + test["name"].replace("_", "-"), f'grader.check("{test["name"]}")')


def _tests(exercise):
    """The OK tests: of the predictions, then of the checks."""
    lab = exercise.lab.name
    found = []
    for p in exercise.predictions:
        call = f'print(prediction_outcome("{lab}", "{p.id}", {cells.variable(p)}%s))'
        found.append(_test(f"predict_{p.id}", submission.PREDICTION_POINTS, "prediction_outcome",
                           call % "", call % ", graded=True"))
    for check in submission.checks(exercise):
        call = f'print(outcome("{lab}", "{check.name}"%s))'
        found.append(_test(f"check_{check.name}", check.points, "outcome",
                           call % "", call % ", hidden=True"))
    return found


def _test(name, points, function, seen, hidden):
    begin = f">>> from rushlight.course.in_notebook import {function}\n>>> "
    cases = [{"code": f"{begin}{call}\npassed", "hidden": is_hidden, "locked": False}
             for call, is_hidden in ((seen, False), (hidden, True))]
    return {"name": name, "points": points, "all_or_nothing": True,
            "suites": [{"cases": cases, "scored": True, "setup": "", "teardown": "",
                        "type": "doctest"}]}


def _write_test(folder, test, seen_by_all):
    """A test as a Python file; what all see has no hidden cases."""
    if seen_by_all:
        suite = dict(test["suites"][0])
        suite["cases"] = [case for case in suite["cases"] if not case["hidden"]]
        test = {**test, "suites": [suite]}
    text = pprint.pformat(test, width=96, sort_dicts=False)
    parts.write(folder, test["name"] + ".py", f"OK_FORMAT = True\n\ntest = {text}\n")


def _archive(exercise, tests, out, folder, carried):
    lab = exercise.lab
    with tempfile.TemporaryDirectory() as inside:
        for test in tests:
            _write_test(os.path.join(inside, "tests"), test, seen_by_all=False)
        parts.write(inside, "otter_config.json",
                    json_text({"assignment_name": lab.name, "print_summary": True}))
        parts.write(inside, "run_otter.py", parts.render("run_otter.py"))
        parts.write(inside, "setup.sh", parts.setup_sh(carried, *PACKAGES), executable=True)
        parts.write(inside, "run_autograder",
                    parts.render("otter_run_autograder", SECONDS=gradescope.SECONDS),
                    executable=True)
        parts.write(inside, "unfinished.json", json_text(
            gradescope.as_results(submission.unfinished(lab, [exercise]))))
        if not is_packaged(lab):
            parts.copy_lab(lab, os.path.join(inside, "files", ".lab"))
        carried.copy_wheel(inside)
        secret.copy(out, inside)
        return parts.pack(inside, os.path.join(folder, "autograder.zip"))
