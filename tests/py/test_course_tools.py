"""The formats of nbgrader and otter, and Gradescope's set-up, with the real tools, by the steps of
py/rushlight/course/README.md.

They are in an environment of their own, which RUSH_COURSE_VENV names: `make check` makes it.
"""
import atexit
import copy
import csv
import functools
import getpass
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

import course_labs
import pytest
from conftest import ROOT

import rushlight
from rushlight.course import open_lab
from rushlight.lesson import grading

VENV = os.environ.get("RUSH_COURSE_VENV")
HANG_S = 600
ALL = sum(course_labs.POINTS.values())
PROGRAM, ANSWER = "program", "answer-jobs"

pytestmark = pytest.mark.skipif(not VENV, reason="RUSH_COURSE_VENV names no environment")


@functools.cache
def _package():
    """A folder with this Rushlight and nothing else of its environment."""
    folder = tempfile.mkdtemp(prefix="rushlight-package-")
    atexit.register(shutil.rmtree, folder)
    os.symlink(os.path.dirname(os.path.abspath(rushlight.__file__)), f"{folder}/rushlight")
    return folder


def _path():
    """Where commands are looked for: the tools first, then those of Rushlight's own build."""
    return ":".join((os.path.abspath(os.path.join(ROOT, VENV)) + "/bin",
                     os.path.dirname(sys.executable), os.environ["PATH"]))


def follow(heading, folder):
    """Types the commands of a section of course's README."""
    return course_labs.follow(heading, str(folder), _path(), _package())


def run(*argv, cwd, status=0, **env):
    """A command of the environment; its output."""
    ended = subprocess.run(argv, cwd=cwd, timeout=HANG_S, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True,
                           env={**os.environ, "PATH": _path(), "PYTHONPATH": _package(), **env})
    assert ended.returncode == status, ended.stdout
    return ended.stdout


def build(folder, *options, lab=None):
    """A lab in formats; the small one without a name."""
    lab = lab or course_labs.write_lab(f"{folder}/labs")
    run(sys.executable, "-m", "rushlight.cli", "course", "build", lab, "-o", f"{folder}/out",
        *options, cwd=folder)


def read(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def changed(notebook, cell_id, text):
    """A notebook with another source in a cell."""
    notebook = copy.deepcopy(notebook)
    next(c for c in notebook["cells"] if c.get("id") == cell_id)["source"] = text
    return notebook


def program(body):
    return f"%%writefile {course_labs.FILE}\n{body}"


def known_data(student):
    """A program that is right for all data that follow from a student's name."""
    with tempfile.TemporaryDirectory() as folder:
        exercise = open_lab(course_labs.write_lab(folder)).exercise("python")
        seeds = [grading.seed_of(exercise, "right", student, n) for n in (0, 1)]
    return course_labs.program(course_labs.RIGHT_FOR.format(seeds=seeds))


# ── nbgrader ──
@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course after generate_assignment and autograde: {student: points}, and its folder."""
    folder = tmp_path_factory.mktemp("nbgrader")
    build(folder, "--format", "nbgrader")
    course, name = folder / "out" / "nbgrader", course_labs.NAME
    course_labs.write(f"{course}/source/{name}/evens.py", "what running the notebook has left")
    run("nbgrader", "generate_assignment", name, cwd=course)
    source = read(course / "source" / name / "evens.ipynb")
    unchanged = program(course_labs.program("return numbers"))
    submitted = {
        "ada": changed(source, PROGRAM, unchanged), "bob": changed(source, PROGRAM, unchanged),
        "knows": changed(source, PROGRAM, program(known_data("knows"))),
        "loops": changed(source, PROGRAM, program(course_labs.HOSTILE["loops"])),
        "dies": changed(source, ANSWER, "import os\nos._exit(0)"),
        "waits": changed(source, ANSWER, "import time\njobs = 0\ntime.sleep(10000)")}
    for student, notebook in submitted.items():
        course_labs.write(f"{course}/submitted/{student}/{name}/evens.ipynb", json.dumps(notebook))
    run("nbgrader", "autograde", name, "--ExecutePreprocessor.timeout=25", cwd=course)
    points = json.loads(run(
        "python", "-c", "import json; from nbgrader.api import Gradebook\n"
        "with Gradebook('sqlite:///gradebook.db') as book:\n"
        f"    found = book.assignment_submissions('{name}')\n"
        "    print(json.dumps({s.student.id: [s.score, s.max_score, s.needs_manual_grade]"
        " for s in found}))", cwd=course).splitlines()[-1])
    return points, course


def outputs(course, student):
    """{cell: what it put out} of an autograded notebook."""
    cells = read(course / "autograded" / student / course_labs.NAME / "evens.ipynb")["cells"]
    return {c["metadata"].get("nbgrader", {}).get("grade_id"): json.dumps(c.get("outputs"))
            for c in cells}


def test_the_release_version_has_the_starter_and_nothing_hidden(graded):
    _, course = graded
    cells = {c["metadata"].get("nbgrader", {}).get("grade_id"): "".join(c["source"])
             for c in read(course / "release" / course_labs.NAME / "evens.ipynb")["cells"]}
    assert cells["program"] + "\n" == program(course_labs.program(course_labs.EAGER))
    assert cells["answer-who"] == "who = None      # your answer"
    assert os.listdir(course / "release" / course_labs.NAME) == ["evens.ipynb"]
    text = "\n".join(cells.values())
    assert "HIDDEN" not in text and "hidden=True" not in text and course_labs.RIGHT not in text


def test_nbgrader_gives_each_submission_its_points(graded):
    points, _ = graded
    assert points == {student: [expected, ALL, False] for student, expected in {
        "ada": 2, "bob": 2, "knows": 2, "loops": 2, "dies": 0, "waits": ALL}.items()}


def test_nbgraders_students_have_data_of_their_own_and_read_why(graded):
    _, course = graded
    seen = [outputs(course, student)["check-right"] for student in ("ada", "bob")]
    assert all("evens() of" in text for text in seen)
    assert len({re.search(r"--seed (\d+)", text)[1] for text in seen}) == 2
    assert "an endless loop?" in outputs(course, "loops")["check-right"]
    assert "this cell ended the kernel" in outputs(course, "dies")["answer-jobs"]


def test_jupyter_runs_the_solved_notebook_and_shows_the_students_run(graded, tmp_path):
    _, course = graded
    source = tmp_path / "source" / course_labs.NAME
    shutil.copytree(course / "source" / course_labs.NAME, source)
    shutil.copytree(course / "labs", tmp_path / "labs")
    run("jupyter", "nbconvert", "--to", "notebook", "--execute", "--output", "run.ipynb",
        "evens.ipynb", cwd=source)
    cell = next(c for c in read(source / "run.ipynb")["cells"] if c.get("id") == "run")
    streams = [o for o in cell["outputs"] if o["output_type"] == "stream"]
    assert {o["name"] for o in streams} == {"stdout"}
    text = "".join("".join(o["text"]) for o in streams)
    assert "[0, 2, 4]" in text and "job 0  collect at evens.py:" in text
    assert sum("image/svg+xml" in o.get("data", {}) for o in cell["outputs"]) == 2


def test_the_readmes_way_with_nbgrader(tmp_path):
    follow("nbgrader", tmp_path)
    course = tmp_path / "out" / "nbgrader"
    with open(course / "grades.csv", newline="") as f:
        rows = {row["student_id"]: row for row in csv.DictReader(f)}
    assert {name: (row["score"], row["max_score"]) for name, row in rows.items()} == {
        "ada": ("16.0", "16.0"), "bob": ("3.0", "16.0")}
    feedback = course / "feedback" / "bob" / "01_lazy_word_count" / "word_count.html"
    assert "Again: rushlight lesson check 1 --seed" in feedback.read_text()


# ── otter ──
def test_the_readmes_way_with_otter(tmp_path):
    follow("otter-grader", tmp_path)
    folder = tmp_path / "out" / "otter" / "01_lazy_word_count"
    assert points_of(folder / "right")[:2] == (16, 16)
    assert points_of(folder / "wrong")[:2] == (3, 16)


def points_of(folder):
    """(points, most points, {test: points}) of otter's results."""
    tests = [t for t in read(folder / "results.json")["tests"] if "max_score" in t]
    return (sum(t["score"] for t in tests), sum(t["max_score"] for t in tests),
            {t["name"]: t["score"] for t in tests})


@pytest.mark.parametrize("text", [course_labs.HOSTILE["loops"], known_data(getpass.getuser())],
                         ids=["loops", "knows"])
def test_otter_grades_a_program_that_loops_or_knows_its_data(tmp_path, text):
    build(tmp_path, "--format", "otter")
    folder = tmp_path / "out" / "otter" / course_labs.NAME
    text = json.dumps(changed(read(folder / "teacher" / "evens.ipynb"), PROGRAM,
                              program(text)))
    course_labs.write(f"{tmp_path}/evens.ipynb", text)
    run("otter", "run", "-a", f"{folder}/autograder.zip", "-o", ".", "--no-logo", "evens.ipynb",
        cwd=tmp_path)
    assert points_of(tmp_path) == (2, ALL, {
        "predict_jobs": 1, "predict_who": 1, "check_right": 0, "check_lazy": 0})


@pytest.fixture
def container(tmp_path):
    """A folder like Gradescope's /autograder, with the tools' environment as the installed one."""
    def unpacked(archive):
        root = tmp_path / "autograder"
        for name in ("source", "submission", "results"):
            os.makedirs(root / name)
        with zipfile.ZipFile(archive) as z:
            z.extractall(root / "source")
        shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
        os.chmod(root / "run_autograder", 0o755)
        course_labs.write(f"{root}/submission_metadata.json",
                          '{"users": [{"email": "ada@example.org"}]}')
        return root

    return unpacked


@pytest.mark.parametrize("source, expected", [("jobs = 0", ALL), ("import os\nos._exit(0)", 0)])
def test_otters_zip_grades_like_gradescope_and_leaves_results_of_every_notebook(
        container, tmp_path, source, expected):
    build(tmp_path, "--format", "otter")
    folder = tmp_path / "out" / "otter" / course_labs.NAME
    root = container(folder / "autograder.zip")
    os.symlink(os.path.abspath(os.path.join(ROOT, VENV)), root / "rushlight")
    notebook = changed(read(folder / "teacher" / "evens.ipynb"), ANSWER, source)
    course_labs.write(f"{root}/submission/evens.ipynb", json.dumps(notebook))
    run(f"{root}/run_autograder", cwd="/", AUTOGRADER_ROOT=str(root))
    results = read(root / "results" / "results.json")
    assert sum(t.get("score", 0) for t in results["tests"]) == expected


# ── Gradescope and Classroom ──
@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The path of Rushlight's wheel: RUSH_COURSE_WHEEL, or one made of the Makefile's build."""
    given = os.environ.get("RUSH_COURSE_WHEEL")
    if given:
        return given
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--no-build-isolation", "--config-settings=build-dir=build",
        "--config-settings=setup-args=-Dtests=true", "-w", str(folder), ROOT, cwd=ROOT)
    found, = folder.glob("rushlight-*.whl")
    return str(found)


def test_gradescopes_setup_installs_the_wheel_and_its_grader_grades(wheel, container, tmp_path):
    build(tmp_path, "--format", "gradescope", "--wheel", wheel)
    root = container(tmp_path / "out" / "gradescope" / course_labs.NAME / "autograder.zip")
    python = re.search(r"-cp3(\d+)-", wheel)[1]
    for name, script in (("apt-get", 'echo "$@" >> "$AUTOGRADER_ROOT/apt"'),
                         (f"python3.{python}", f'exec {sys._base_executable} "$@"')):
        os.chmod(course_labs.write(f"{tmp_path}/bin/{name}", f"#!/bin/sh\n{script}\n"), 0o755)
    env = {"AUTOGRADER_ROOT": str(root), "PYTHONPATH": "",
           "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    said = run("bash", f"{root}/source/setup.sh", cwd="/", **env)
    assert said.splitlines()[-1].startswith("rushlight 0.1.0")
    with open(root / "apt") as f:
        assert f.readline() == "update\n" and f"python3.{python}-venv" in f.readline()
    course_labs.write(f"{root}/submission/evens.py", course_labs.program(course_labs.RIGHT))
    run(f"{root}/run_autograder", cwd="/", **env)
    assert read(root / "results" / "results.json")["score"] == 5


def test_classrooms_workflow_is_what_github_reads(tmp_path):
    build(tmp_path, "--format", "classroom")
    path = f"{tmp_path}/out/classroom/{course_labs.NAME}/.github/workflows/classroom.yml"
    workflow = json.loads(run("python", "-c", "import json, sys, yaml\n"
                              "print(json.dumps(yaml.safe_load(open(sys.argv[1]))))", path,
                              cwd=tmp_path))
    assert workflow["on"] == ["push", "repository_dispatch"]
    job, = workflow["jobs"].values()
    steps = {step["name"]: step for step in job["steps"]}
    assert list(steps) == ["Checkout code", "Python", "Install Rushlight", "Grade",
                           "Autograding Reporter"]
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])
    reporter = steps["Autograding Reporter"]
    for runner in reporter["with"]["runners"].split(","):
        assert reporter["env"][f"{runner.upper()}_RESULTS"] == (
            "${{steps.%s.outputs.%s}}" % (steps["Grade"]["id"], runner))
