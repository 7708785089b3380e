"""Gradescope's format: the zip, unpacked as Gradescope does, grades with real processes; every
submission, the hostile ones too, gets results of the documented form."""
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile

import course_labs
import jsonschema
import pytest
from conftest import ROOT

import rushlight
from rushlight.course import FORMATS, open_lab
from rushlight.course.carried import APT_PACKAGES, Carried
from rushlight.lesson import LessonError, labs
from rushlight.lesson.loading import read_text

ALL = sum(course_labs.POINTS.values())
RIGHT_ANSWERS = 'python.jobs = 0\npython.who = "the caller"   # as always\n'
HANG_S = 300


@pytest.fixture(scope="module")
def schema():
    with open(f"{ROOT}/tests/data/course/gradescope_results.schema.json") as f:
        return json.load(f)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The format's folder, of the small lab."""
    folder = tmp_path_factory.mktemp("gradescope")
    lab = open_lab(course_labs.write_lab(str(folder / "labs")))
    FORMATS["gradescope"].build(lab, str(folder), Carried())
    return folder / "gradescope" / course_labs.NAME


@pytest.fixture(scope="module")
def c_lab():
    """The first lab of the package with an exercise in C."""
    return next(lab for lab in labs() if lab.exercise("c"))


class Container:
    """A folder like Gradescope's /autograder, with this Rushlight in place of an installed one."""

    def __init__(self, root, built):
        self.root = str(root)
        for name in ("source", "submission", "results"):
            os.makedirs(f"{root}/{name}")
        with zipfile.ZipFile(built / "autograder.zip") as z:
            z.extractall(f"{root}/source")
        shutil.copy(f"{root}/source/run_autograder", f"{root}/run_autograder")
        os.chmod(f"{root}/run_autograder", 0o755)
        self.python(f'exec {sys.executable} "$@"')
        self.users([{"email": "ada@example.org", "id": 1, "name": "Ada"}])

    def python(self, script):
        path = course_labs.write(f"{self.root}/rushlight/bin/python", f"#!/bin/sh\n{script}\n")
        os.chmod(path, 0o755)

    def users(self, users):
        course_labs.write(f"{self.root}/submission_metadata.json",
                          json.dumps({"id": 7, "users": users, "previous_submissions": []}))

    def grade(self, **files):
        """The results of a submission of files: name=text, with _ for the dot."""
        for name, text in files.items():
            course_labs.write(f"{self.root}/submission/{name.replace('_', '.')}", text)
        package = os.path.dirname(os.path.dirname(rushlight.__file__))
        ended = subprocess.run([f"{self.root}/run_autograder"], cwd="/", timeout=HANG_S,
                               capture_output=True, text=True,
                               env={**os.environ, "AUTOGRADER_ROOT": self.root,
                                    "PYTHONPATH": package})
        assert ended.returncode == 0, ended.stderr
        with open(f"{self.root}/results/results.json") as f:
            results = json.load(f)
        # A warning to the teacher, if this Python is in root's home: test_course_grade.py.
        results["tests"] = [t for t in results["tests"] if t["visibility"] != "hidden"]
        return results


@pytest.fixture
def container(tmp_path, built):
    return Container(tmp_path / "autograder", built)


def by_name(results):
    return {test["name"]: test for test in results["tests"]}


def test_a_right_submission_gets_all_points(container, schema):
    results = container.grade(evens_py=course_labs.program(course_labs.RIGHT),
                              predictions_txt=RIGHT_ANSWERS)
    jsonschema.validate(results, schema)
    assert results["score"] == ALL
    assert {t["status"] for t in results["tests"]} == {"passed"}
    assert "4 of 4 passed, 7 of 7 points" in results["output"]
    assert "Celebratory: only a plan" in by_name(results)["lazily"]["output"]


def test_a_wrong_one_gets_what_it_deserves_with_reasons(container, schema):
    results = container.grade(evens_py=course_labs.program(course_labs.EAGER),
                              predictions_txt="python.jobs = 1\n")
    jsonschema.validate(results, schema)
    tests = by_name(results)
    assert results["score"] == 3 and tests["the even ones"]["score"] == 2
    lazily = tests["lazily"]["output"]
    assert "evens() started 1 jobs" in lazily and "thinks that transformations run at once" in lazily
    assert re.search(r"Again: rushlight lesson check 42 --seed \d+ --file evens\.py", lazily)
    jobs, who = results["tests"][:2]
    assert "You wrote 1; it is 0." in jobs["output"] and "thinks that trans" in jobs["output"]
    assert jobs["score"] == 1       # a wrong guess costs nothing
    assert "no answer python.who" in who["output"] and who["visibility"] == "after_due_date"


def test_numbers_say_which_exercise_and_tags_what_it_is(container):
    tests = container.grade()["tests"]
    assert [t["number"] for t in tests] == ["1.1", "1.2", "1.3", "1.4"]
    assert [t["tags"] for t in tests] == [["python", "prediction"]] * 2 + [["python", "check"]] * 2


def test_a_missing_file_is_told_with_what_is_there(container, schema):
    results = container.grade(even_py="x = 1\n")
    jsonschema.validate(results, schema)
    assert results["score"] == 0
    assert "no file evens.py in the submission; it has even.py" in results["tests"][2]["output"]


def test_data_are_the_students_own(container):
    wrong = course_labs.program("return numbers")
    seeds = []
    for users in ([{"email": "ada@example.org"}], [{"email": "bob@example.org"}],
                  [{"email": "bob@example.org"}, {"email": "ada@example.org"}],
                  [{"email": "ada@example.org"}, {"email": "bob@example.org"}]):
        container.users(users)
        results = container.grade(evens_py=wrong)
        seeds.append(re.search(r"--seed (\d+)", results["tests"][2]["output"])[1])
    assert len(set(seeds[:3])) == 3 and seeds[2] == seeds[3]
    assert results["extra_data"] == {"student": "ada@example.org+bob@example.org"}


@pytest.mark.parametrize("metadata", ["", "[]", '{"users": [{}]}', '{"users": ["ada"]}'])
def test_unreadable_metadata_are_nobodys(container, metadata):
    course_labs.write(f"{container.root}/submission_metadata.json", metadata)
    results = container.grade(evens_py=course_labs.program(course_labs.RIGHT))
    assert results["score"] == 5 and results["extra_data"] == {"student": ""}


@pytest.mark.parametrize("what", course_labs.HOSTILE)
def test_a_hostile_submission_gets_results_all_the_same(container, schema, what):
    before = set(os.listdir("/"))
    results = container.grade(evens_py=course_labs.HOSTILE[what], predictions_txt=RIGHT_ANSWERS)
    jsonschema.validate(results, schema)
    assert results["score"] <= 2 and len(results["tests"]) == 4
    assert {t["status"] for t in results["tests"][2:]} == {"failed"}
    assert all(t["output"] for t in results["tests"])
    assert not os.path.exists(f"{container.root}/evens-was-here")
    assert set(os.listdir("/")) == before


@pytest.mark.parametrize("how", ["kill -9 $$", "exit 1", "exit 0"])
def test_a_grader_that_dies_has_left_results(container, schema, how):
    container.python(how)
    results = container.grade(evens_py=course_labs.program(course_labs.RIGHT))
    jsonschema.validate(results, schema)
    assert results["score"] == 0 and len(results["tests"]) == 4
    assert "Nothing could be graded" in results["output"]


def test_exercises_in_c_are_graded(tmp_path, schema, c_lab):
    exercise = c_lab.exercise("c")
    FORMATS["gradescope"].build(c_lab, str(tmp_path), Carried(kinds=("c",)))
    built = tmp_path / "gradescope" / c_lab.name
    assert exercise.file in os.listdir(built / "handout")
    container = Container(tmp_path / "autograder", built)
    for source, is_right in ((read_text(exercise.solution), True), ("int main (void) {", False)):
        course_labs.write(f"{container.root}/submission/{exercise.file}", source)
        results = container.grade()
        jsonschema.validate(results, schema)
        checks = [test for test in results["tests"] if "check" in test["tags"]]
        assert checks and all((test["status"] == "passed") == is_right for test in checks), checks


def test_the_zip_has_its_two_scripts_at_its_root_to_be_executed(built):
    with zipfile.ZipFile(built / "autograder.zip") as z:
        for name in ("setup.sh", "run_autograder"):
            assert z.getinfo(name).external_attr >> 16 & stat.S_IXUSR
            assert z.read(name).startswith(b"#!/usr/bin/env bash\n")
        assert f"{course_labs.NAME}/python/solution.py" in z.namelist()


def test_setup_installs_by_name_and_version_or_the_wheel_for_its_python(tmp_path):
    lab = open_lab(course_labs.write_lab(str(tmp_path / "labs")))
    wheel = course_labs.write(f"{tmp_path}/rushlight-0.1.0-cp312-cp312-linux_x86_64.whl", "wheel")
    for given, words in (("", '"rushlight==0.1.0"'),
                         (wheel, '"$ROOT/source/rushlight-0.1.0-cp312-cp312-linux_x86_64.whl"')):
        FORMATS["gradescope"].build(lab, str(tmp_path), Carried(given))
        with zipfile.ZipFile(tmp_path / "gradescope" / course_labs.NAME / "autograder.zip") as z:
            script = z.read("setup.sh").decode()
            assert (os.path.basename(wheel) in z.namelist()) == bool(given)
        assert f"-m pip install --disable-pip-version-check {words}\n" in script
        python = "python3.12" if given else "python3"
        assert f"\n{python} -m venv" in script and f" {python}-venv " in script
        assert subprocess.run(["bash", "-n"], input=script, text=True).returncode == 0


def test_what_is_no_wheel_is_refused_with_the_way_to_one(tmp_path):
    with pytest.raises(LessonError, match="pip wheel --no-deps"):
        Carried(str(tmp_path / "none.whl"))
    with pytest.raises(LessonError, match="must be like rushlight-0.1.0-cp311"):
        Carried(course_labs.write(f"{tmp_path}/numpy-1-cp311-cp311-linux.whl", ""))


def test_packages_are_those_that_the_makefile_builds_with():
    with open(f"{ROOT}/Makefile") as f:
        line = re.search(r"APT_PACKAGES := ((?:.*\\\n)*.*)", f.read())[1]
    assert set(APT_PACKAGES) == set(line.replace("\\", "").split()) - {"python3-dev", "python3-venv"}


def test_students_get_the_text_the_starter_and_a_file_for_predictions(built):
    handout = built / "handout"
    assert sorted(os.listdir(handout)) == ["evens.py", "lab.md", "predictions.txt"]
    assert (handout / "evens.py").read_text() == course_labs.program(course_labs.EAGER)
    text = (handout / "predictions.txt").read_text()
    assert ("\n# Who starts them?\n# select * from <them>\n# one of: the caller, filter()\n"
            "python.who =\n") in text
