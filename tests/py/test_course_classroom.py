"""GitHub Classroom's format: the workflow's grading step, run as it stands, gives the reporter a result
of the documented form a check; the legacy file's commands pass and fail as they should."""
import base64
import json
import os
import re
import subprocess
import sys

import course_labs
import jsonschema
import pytest
from conftest import ROOT

import rushlight
from rushlight.course import FORMATS, open_lab
from rushlight.course.carried import Carried

RUNNERS = {"predictjobs": 1, "predictwho": 1, "right": 2, "lazy": 3}
RIGHT_ANSWERS = "python.jobs = 0\npython.who = the caller\n"
HANG_S = 300


def schema(name):
    with open(f"{ROOT}/tests/data/course/{name}.schema.json") as f:
        return json.load(f)


@pytest.fixture
def repository(tmp_path):
    """A student's copy of the template."""
    lab = open_lab(course_labs.write_lab(str(tmp_path / "labs")))
    FORMATS["classroom"].build(lab, str(tmp_path), Carried())
    return str(tmp_path / "classroom" / course_labs.NAME)


def run(repository, script):
    """A step's script, where `python` and ~/rushlight/bin/python are this one."""
    home = os.path.join(os.path.dirname(repository), "home")
    for path in (f"{home}/bin/python", f"{home}/rushlight/bin/python"):
        course_labs.write(path, f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        os.chmod(path, 0o755)
    package = os.path.dirname(os.path.dirname(rushlight.__file__))
    env = {**os.environ, "HOME": home, "PATH": f"{home}/bin:{os.environ['PATH']}",
           "PYTHONPATH": package, "GITHUB_OUTPUT": f"{home}/output", "AUTOGRADER_ROOT": home,
           "GITHUB_REPOSITORY": "course/evens-ada"}
    return subprocess.run(["bash", "-e", "-c", script], cwd=repository, env=env, timeout=HANG_S,
                          capture_output=True, text=True)


def workflow(repository):
    with open(f"{repository}/.github/workflows/classroom.yml") as f:
        return f.read()


def graded(repository, **files):
    """{runner: its result} after the step "Grade"; the last output of a name counts."""
    for name, text in files.items():
        course_labs.write(f"{repository}/{name.replace('_', '.')}", text)
    step = workflow(repository).partition("- name: Grade\n")[2]
    step = re.search(r"run: \|\n((?: {8}.*\n)+)", step)[1]
    ended = run(repository, re.sub("^ {8}", "", step, flags=re.M))
    assert ended.returncode == 0, ended.stderr
    with open(f"{os.path.dirname(repository)}/home/output") as f:
        outputs = dict(line.rstrip("\n").split("=", 1) for line in f)
    results = {name: json.loads(base64.b64decode(text)) for name, text in outputs.items()}
    for result in results.values():
        jsonschema.validate(result, schema("classroom_result"))
    return results


def points(results):
    return sum(test["score"] for result in results.values() for test in result["tests"])


def test_a_right_submission_gets_all_points(repository):
    results = graded(repository, evens_py=course_labs.program(course_labs.RIGHT),
                     predictions_txt=RIGHT_ANSWERS)
    assert {name: result["max_score"] for name, result in results.items()} == RUNNERS
    assert {result["status"] for result in results.values()} == {"pass"}
    assert points(results) == 7


def test_a_wrong_one_gets_what_it_deserves_with_reasons(repository):
    results = graded(repository, predictions_txt="python.jobs = 1\n")
    assert points(results) == 3 and results["right"]["status"] == "pass"
    test = results["lazy"]["tests"][0]
    assert test["status"] == "fail" and "evens() started 1 jobs" in test["message"]
    assert (test["name"], test["filename"]) == ("lazily", "evens.py")


def test_the_log_says_whether_a_prediction_is_right_and_not_what_is(repository):
    for answer, words in (("1", "Not right: 1."), ("0", "Right: 0.")):
        results = graded(repository, predictions_txt=f"python.jobs = {answer}\n")
        text = results["predictjobs"]["tests"][0]["message"]
        assert text.startswith(words) and "it is" not in text
    command = next(test["run"] for test in legacy(repository)["tests"] if "jobs" in test["name"])
    course_labs.write(f"{repository}/predictions.txt", "python.jobs = 1\n")
    ended = run(repository, command)
    assert ended.returncode == 0 and "it is 0" not in ended.stdout


def legacy(repository):
    with open(f"{repository}/.github/classroom/autograding.json") as f:
        return json.load(f)


def test_the_reporter_gets_every_result_once_by_the_name_that_it_looks_for(repository):
    text = workflow(repository)
    runners = re.search(r"runners: (\S+)", text)[1]
    assert runners.split(",") == list(RUNNERS)
    assert re.fullmatch(r"([a-zA-Z0-9]+,)*[a-zA-Z0-9]+", runners)       # the reporter's own rule
    named = re.findall(r'(\w+)_RESULTS: "\$\{\{steps\.rushlight\.outputs\.(\w+)\}\}"', text)
    assert named == [(name.upper(), name) for name in RUNNERS]


@pytest.mark.parametrize("what", ["loops", "kills what watches it", "writes where results go"])
def test_a_hostile_submission_gets_results_all_the_same(repository, what):
    results = graded(repository, evens_py=course_labs.HOSTILE[what],
                     predictions_txt=RIGHT_ANSWERS)
    assert set(results) == set(RUNNERS) and points(results) == 2
    assert results["lazy"]["status"] in ("fail", "error")


def test_a_grader_that_dies_has_left_results(repository):
    step = ('python -m rushlight.cli course grade .github/rushlight/42_even_numbers . --as classroom '
            '--output "$GITHUB_OUTPUT" & pid=$!\n'
            'while ! [ -s "$GITHUB_OUTPUT" ]; do kill -0 $pid; done; kill -9 $pid; wait || true')
    course_labs.write(f"{repository}/evens.py", course_labs.HOSTILE["loops"])
    run(repository, step)
    with open(f"{os.path.dirname(repository)}/home/output") as f:
        lines = f.read().splitlines()
    assert [line.split("=")[0] for line in lines] == list(RUNNERS)
    result = json.loads(base64.b64decode(lines[0].split("=", 1)[1]))
    assert result["status"] == "error" and result["tests"][0]["score"] == 0


def test_a_second_build_leaves_the_repository_its_history(repository):
    subprocess.run(["git", "init", "-q"], cwd=repository, check=True, timeout=HANG_S)
    course_labs.write(f"{repository}/old.py", "")
    course_labs.write(f"{repository}/more/old.py", "")
    out = os.path.dirname(os.path.dirname(repository))
    FORMATS["classroom"].build(open_lab(f"{out}/labs/{course_labs.NAME}"), out, Carried())
    assert os.path.isfile(f"{repository}/.git/HEAD") and os.path.isfile(f"{repository}/evens.py")
    assert not {"old.py", "more"} & set(os.listdir(repository))


def test_the_legacy_file_has_a_command_a_check(repository):
    tests = legacy(repository)
    jsonschema.validate(tests, schema("autograding"))
    assert [test["points"] for test in tests["tests"]] == list(RUNNERS.values())
    commands = {test["name"]: test["run"] for test in tests["tests"]}
    assert run(repository, commands["the even ones"]).returncode == 0
    ended = run(repository, commands["lazily"])
    assert ended.returncode == 1 and "evens() started 1 jobs" in ended.stdout


def test_a_lab_of_the_package_is_named_and_the_wheel_lies_in_the_repository(tmp_path):
    wheel = course_labs.write(f"{tmp_path}/rushlight-0.1.0-cp311-cp311-linux_x86_64.whl", "wheel")
    lab = open_lab("1")
    FORMATS["classroom"].build(lab, str(tmp_path), Carried(wheel, ("python",)))
    folder = tmp_path / "classroom" / lab.name
    assert os.listdir(folder / ".github" / "rushlight") == [os.path.basename(wheel)]
    text = workflow(str(folder))
    assert f"course grade {lab.name} . --kind python" in text and "python-version: '3.11'" in text
    assert f"pip install --disable-pip-version-check .github/rushlight/{os.path.basename(wheel)}" in text
    assert sorted(os.listdir(folder)) == [".github", "README.md", "predictions.txt", "word_count.py"]
