"""The secret of a course: hidden data follow from it, graders read it, students get it nowhere."""
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import zipfile

import course_labs
import pytest

from rushlight.cli import main
from rushlight.course import in_notebook, open_lab, secret
from rushlight.course.building import unreadable_by_others
from rushlight.lesson import LessonError, grading, sandbox
from rushlight.lesson.checks import read_checks

HANG_S = 300


@pytest.fixture
def out(tmp_path, monkeypatch):
    """A folder with the small lab in all formats."""
    monkeypatch.chdir(tmp_path)
    assert main(["course", "build", course_labs.write_lab(str(tmp_path / "labs")),
                 "-o", "out"]) == 0
    return tmp_path / "out"


@pytest.fixture
def exercise(tmp_path):
    return open_lab(course_labs.write_lab(str(tmp_path / "labs"))).exercise("python")


def hidden_seeds(exercise, secret):
    check = read_checks(exercise).checks["right"]
    seeds = grading.seeds_of(exercise, check, "ada", secret=secret)
    return [seed for seed, hidden in seeds if hidden]


def own_seed(exercise, secret):
    return grading.seed_of(exercise, "right", "ada", 0, secret)


# ── seeds ──
def test_hidden_seeds_follow_from_the_secret_and_the_students_own_does_not(exercise):
    one, other, none = (hidden_seeds(exercise, secret) for secret in ("one", "other", ""))
    assert len({*one, *other, *none}) == 3
    assert hidden_seeds(exercise, "one") == one
    assert own_seed(exercise, "one") == own_seed(exercise, "other") == own_seed(exercise, "")


def test_without_a_secret_seeds_are_as_they_were(exercise):
    assert [grading.seed_of(exercise, "right", "ada", n) for n in (0, 1)] == [21268, 23354]


# ── what is built ──
def test_build_writes_a_secret_that_its_owner_alone_reads(out):
    text = (out / "secret.txt").read_text()
    assert re.fullmatch(r"[0-9a-f]{64}\n", text)
    assert stat.S_IMODE(os.stat(out / "secret.txt").st_mode) == 0o600


def test_a_second_build_keeps_the_secret_and_says_where_it_is(out, tmp_path, capsys):
    text = (out / "secret.txt").read_text()
    assert main(["course", "build", str(tmp_path / "labs" / course_labs.NAME), "-o", "out"]) == 0
    assert (out / "secret.txt").read_text() == text
    assert (out / "nbgrader" / "secret.txt").read_text() == text
    assert "\nsecret: out/secret.txt: " in capsys.readouterr().out


def test_another_course_has_another_secret(out, tmp_path):
    assert main(["course", "build", str(tmp_path / "labs" / course_labs.NAME), "-o", "two",
                 "--format", "watch"]) == 0
    assert (tmp_path / "two" / "secret.txt").read_text() != (out / "secret.txt").read_text()


def texts(folder):
    """{path in the folder: bytes} of all its files, and of those in its zips."""
    found = {}
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file():
            found[str(path.relative_to(folder))] = path.read_bytes()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as z:
                found |= {f"{path.relative_to(folder)}:{name}": z.read(name)
                          for name in z.namelist()}
    return found


def test_graders_have_the_secret_and_students_have_it_nowhere(out):
    text = (out / "secret.txt").read_text().strip().encode()
    having = sorted(path for path, content in texts(out).items() if text in content)
    name = course_labs.NAME
    assert having == sorted([
        "secret.txt", "nbgrader/secret.txt", f"gradescope/{name}/autograder.zip:secret.txt",
        f"otter/{name}/autograder.zip:secret.txt"])


@pytest.mark.parametrize("format", ["gradescope", "otter"])
def test_in_a_zip_it_is_its_owners_alone_too(out, format):
    with zipfile.ZipFile(out / format / course_labs.NAME / "autograder.zip") as z:
        assert stat.S_IMODE(z.getinfo("secret.txt").external_attr >> 16) == 0o600


@pytest.mark.parametrize("format", ["gradescope", "otter"])
def test_a_zip_with_it_is_its_owners_alone(out, format):
    mode = os.stat(out / format / course_labs.NAME / "autograder.zip").st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("text", ["", "  \n", "short\n"])
def test_a_secret_that_is_none_is_refused(out, tmp_path, capsys, text):
    (out / "secret.txt").write_text(text)
    assert main(["course", "build", str(tmp_path / "labs" / course_labs.NAME), "-o", "out"]) == 2
    assert re.search(r"out/secret\.txt .*remove it, and build again", capsys.readouterr().err)


# ── what grades ──
def test_grade_reads_it(out, tmp_path, capsys, monkeypatch):
    lab = open_lab(str(tmp_path / "labs" / course_labs.NAME))
    course_labs.write("ada/evens.py", course_labs.program(course_labs.RIGHT))
    graded = []
    monkeypatch.setattr("rushlight.course.submission.grade",
                        lambda *_, **given: graded.append(given["secret"]) or [])
    main(["course", "grade", lab.folder, "ada", "--secret", "out/secret.txt"])
    main(["course", "grade", lab.folder, "ada"])
    assert graded == [(out / "secret.txt").read_text().strip(), ""]


def test_grade_says_that_there_is_no_such_secret(out, tmp_path, capsys):
    lab = str(tmp_path / "labs" / course_labs.NAME)
    assert main(["course", "grade", lab, ".", "--secret", "none.txt"]) == 2
    assert "none.txt: No such file" in capsys.readouterr().err


def test_a_program_made_for_the_seeds_that_all_can_know_fails(out, tmp_path, capsys):
    """It is right for the data that follow from the name, and for no others."""
    lab = open_lab(str(tmp_path / "labs" / course_labs.NAME))
    exercise = lab.exercise("python")
    known = [grading.seed_of(exercise, "right", "ada", n) for n in (0, 1)]
    course_labs.write("ada/evens.py", course_labs.program(
        course_labs.RIGHT_FOR.format(seeds=known)))
    told = []
    for more in ([], ["--secret", "out/secret.txt"]):
        main(["course", "grade", lab.folder, "ada", "--student", "ada", "--only", "python.right",
              *more])
        told.append(capsys.readouterr().out)
    assert "1 of 1 passed" in told[0] and "0 of 1 passed" in told[1]


# ── where each format's grader finds it ──
@pytest.fixture
def notebook(monkeypatch):
    """The secret that a notebook's grader uses in a folder."""
    monkeypatch.setattr(in_notebook, "_verdicts", {})
    used = []
    monkeypatch.setattr(in_notebook, "grade", lambda *_, **given: used.append(given) or [])

    def secret_in(folder, hidden=True):
        os.makedirs(folder, exist_ok=True)
        monkeypatch.chdir(folder)
        course_labs.write("evens.py", "")
        with pytest.raises(KeyError):
            in_notebook.outcome(course_labs.NAME, "right", hidden)
        in_notebook._verdicts.clear()
        return used[-1]["secret"]

    return secret_in


def test_nbgraders_notebooks_find_it_in_the_course(out, notebook, monkeypatch):
    text = (out / "secret.txt").read_text().strip()
    course = out / "nbgrader"
    assert notebook(course / "source" / course_labs.NAME) == text
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert notebook(course / "autograded" / "ada" / course_labs.NAME) == text


def test_otters_notebooks_find_it_in_the_zip(out, notebook, tmp_path):
    with zipfile.ZipFile(out / "otter" / course_labs.NAME / "autograder.zip") as z:
        z.extractall(tmp_path / "autograder" / "source")
    os.makedirs(tmp_path / "autograder" / "submission")
    shutil.copytree(tmp_path / "autograder" / "source" / "files" / ".lab",
                    tmp_path / "autograder" / "submission" / ".lab")
    assert notebook(tmp_path / "autograder" / "submission") == (
        out / "secret.txt").read_text().strip()


def test_a_students_own_notebook_has_none(out, notebook, tmp_path):
    shutil.copytree(tmp_path / "labs" / course_labs.NAME,
                    tmp_path / "home" / "ada" / ".lab" / course_labs.NAME)
    assert notebook(tmp_path / "home" / "ada", hidden=False) == ""


# ── Gradescope, where submissions run as nobody ──
@pytest.fixture
def autograder(out, tmp_path):
    """Gradescope's /autograder after a submission, whose path is in its `root`."""
    root = tmp_path / "autograder"
    with zipfile.ZipFile(out / "gradescope" / course_labs.NAME / "autograder.zip") as z:
        z.extractall(root / "source")
    python = course_labs.write(f"{root}/rushlight/bin/python",
                               f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    os.chmod(python, 0o755)

    def results_of(body):
        course_labs.write(f"{root}/submission/evens.py", course_labs.program(body))
        subprocess.run(["bash", f"{root}/source/run_autograder"], cwd="/", timeout=HANG_S,
                       check=True, env={**sandbox.environment(), "AUTOGRADER_ROOT": str(root)})
        return json.loads((root / "results" / "results.json").read_text())

    results_of.root = root
    return results_of


def test_gradescopes_grader_shuts_what_it_grades_with(autograder):
    (autograder.root / "source").chmod(0o755)
    assert autograder(course_labs.RIGHT)["score"] == 5
    assert stat.S_IMODE(os.stat(autograder.root / "source").st_mode) == 0o700


@pytest.mark.skipif(os.getuid() != 0 or bool(unreadable_by_others()),
                    reason="submissions run as nobody only if root grades with a Python for all")
def test_gradescopes_submissions_cannot_read_what_grades_them(autograder, tmp_path):
    for folder in (tmp_path, *tmp_path.parents):
        if pathlib.Path("/tmp") in folder.parents:
            folder.chmod(0o755)
    results = autograder(f"""\
import os, pathlib
assert os.getuid() == 65534
found = []
for name in ("secret.txt", "{course_labs.NAME}/python/solution.py", "unfinished.json"):
    try:
        found.append((pathlib.Path({str(autograder.root)!r}) / "source" / name).read_text())
    except PermissionError:
        pass
assert not found, found
{course_labs.RIGHT}""")
    assert results["score"] == 5, results["tests"]


def test_reading_a_secret(tmp_path):
    path = course_labs.write(f"{tmp_path}/secret.txt", "0123456789abcdef\n")
    assert secret.read(path) == "0123456789abcdef"
    with pytest.raises(LessonError, match="No such file"):
        secret.read(f"{tmp_path}/none.txt")
