"""A lab for GitHub Classroom: a template repository, with a workflow that grades each push.

    OUT/classroom/01_name/              push this as the assignment's template
        README.md                       the lab's text
        word_count.py, predictions.txt  what the students change
        .github/workflows/classroom.yml grades, and hands each check's result to the reporter
        .github/classroom/autograding.json      the same for courses that still use it
        .github/rushlight/rushlight-….whl

A result is a JSON text in base64, one a check: the reporter counts tests, not their points, so each
goes by itself.  What grades lies in the students' repository, as always in Classroom: a lab that is
not in the package is in it with its solutions.
"""
import base64
import json
import os
import shlex

from rushlight.course import carried as parts
from rushlight.course import handout, is_packaged, submission
from rushlight.course.report import json_text

MINUTES = 10
_IMAGE = "ubuntu-24.04"
_INSIDE = ".github/rushlight"
_WAY = handout.Way("Commit {files} and push: GitHub runs the checks.",
                   "OWNER/NAME of your repository on GitHub")


def build(lab, out, carried):
    """Writes the format; the paths to tell of."""
    folder = parts.fresh(os.path.join(out, "classroom", lab.name))
    exercises = carried.exercises(lab)
    handout.write(lab, carried, folder, _WAY, text_name="README.md", wheel_folder=_INSIDE)
    word = lab.name
    if not is_packaged(lab):
        parts.copy_lab(lab, os.path.join(folder, _INSIDE))
        word = f"{_INSIDE}/{lab.name}"
    items = submission.expected_items(lab, exercises)
    kinds = submission.kinds_option([e.kind for e in exercises])
    parts.write(folder, ".github/workflows/classroom.yml",
                _workflow(items, word, kinds, carried))
    parts.write(folder, ".github/classroom/autograding.json",
                json_text(_legacy(items, word, kinds, carried)))
    return [folder]


def runner_name(item):
    """What the reporter calls an item: letters and digits alone, as it asks for.

    >>> from rushlight.course.report import Item
    >>> runner_name(Item("python", "check", "one_job", "one job", 2))
    'onejob'
    """
    words = ("c" if item.exercise == "c" else "",
             "predict" if item.what == "prediction" else "", item.name)
    return "".join(filter(str.isalnum, "".join(words))).lower()


def as_outputs(report):
    """A Report as the lines of a workflow step's outputs: name=base64."""
    return "".join(f"{runner_name(item)}={encode(as_result(item))}\n" for item in report.items)


def as_result(item):
    """One item as the reporter reads it."""
    ended = "pass" if item.passed else "error" if item.status in ("error", "killed") else "fail"
    test = {"name": item.title, "status": ended, "score": item.points, "message": item.text,
            "test_code": "", "filename": item.file, "line_no": 0,
            "duration": round(item.seconds * 1000)}
    return {"version": 1, "status": ended, "max_score": item.max_points, "tests": [test]}


def encode(result):
    """A result in base64, as it goes from one step to the next."""
    return base64.b64encode(json.dumps(result).encode()).decode()


def _workflow(items, word, kinds, carried):
    names = [runner_name(item) for item in items]
    results = "\n".join(f'        {name.upper()}_RESULTS: "${{{{steps.rushlight.outputs.{name}}}}}"'
                        for name in names)
    version = carried.python_version if carried.wheel else "3.12"
    return parts.render("classroom.yml", IMAGE=_IMAGE, MINUTES=MINUTES, PYTHON_VERSION=version,
                        APT_PACKAGES=" ".join(parts.APT_PACKAGES),
                        REQUIREMENTS=carried.requirement(_INSIDE), LAB=word, KINDS=kinds,
                        RESULTS=results, RUNNERS=",".join(names))


def _legacy(items, word, kinds, carried):
    """autograding.json: a command a check, whose status says whether it passed."""
    python = "~/rushlight/bin/python"
    setup = ("sudo apt-get update && sudo apt-get install -y --no-install-recommends "
             f"{' '.join((*parts.APT_PACKAGES, *carried.python_packages))} && "
             f"python{carried.python_version} -m venv ~/rushlight && "
             f"{python} -m pip install {carried.requirement(_INSIDE)}")
    command = f"{python} -m rushlight.cli course grade {word} . {kinds} --only "
    return {"tests": [{"name": item.title, "setup": setup if i == 0 else "",
                       "run": command + shlex.quote(item.key),
                       "input": "", "output": "", "comparison": "included",
                       "timeout": MINUTES, "points": item.max_points}
                      for i, item in enumerate(items)]}
