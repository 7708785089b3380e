"""`rushlight course`: what its three commands say and end with."""
import os
import re

import course_labs
import pytest

from rushlight.cli import main


@pytest.fixture
def lab(tmp_path):
    return course_labs.write_lab(str(tmp_path / "labs"))


def test_build_makes_all_formats_and_says_where(lab, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["course", "build", lab, "--format", "gradescope", "--format", "nbgrader"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"gradescope: lab 42: course/gradescope/{course_labs.NAME}/autograder.zip",
        f"gradescope: lab 42: course/gradescope/{course_labs.NAME}/handout",
        f"nbgrader: lab 42: course/nbgrader/source/{course_labs.NAME}",
        "warning: gradescope: what grades asks pip for rushlight==0.1.0, which must be in your "
        "package index: build again with --wheel FILE if it is in none (README.md: Rushlight for graders)",
        "secret: course/secret.txt: hidden data follow from it; keep it, and keep it from students"]
    assert sorted(os.listdir("course")) == ["gradescope", "nbgrader", "secret.txt"]


@pytest.mark.parametrize("format", ["watch", "classroom"])
def test_of_formats_that_have_no_secret_build_does_not_say_that_their_data_follow_from_it(
        lab, tmp_path, capsys, monkeypatch, format):
    monkeypatch.chdir(tmp_path)
    assert main(["course", "build", lab, "--format", format]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "secret: course/secret.txt: for `course grade --secret`, to grade what you collect; "
        "keep it, and keep it from students")


def test_of_nothing_that_was_built_nothing_is_said_of_the_secret(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["course", "build", "7", "--format", "otter"]) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["otter"]


def test_a_second_build_replaces_the_first_and_leaves_other_labs(lab, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    course_labs.write("course/classroom/43_other/README.md", "other")
    for _ in range(2):
        assert main(["course", "build", lab, "--format", "classroom"]) == 0
        course_labs.write(f"course/classroom/{course_labs.NAME}/old.txt", "old")
    assert main(["course", "build", lab, "--format", "classroom"]) == 0
    assert not os.path.exists(f"course/classroom/{course_labs.NAME}/old.txt")
    assert os.path.exists("course/classroom/43_other/README.md")


def test_what_is_built_names_no_host_and_no_folder_of_this_machine(lab, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["course", "build", lab]) == 0
    for folder, _, names in os.walk("course"):
        for name in names:
            with open(os.path.join(folder, name), errors="replace") as f:
                text = f.read()
            assert str(tmp_path) not in text and not re.search(r"https?://", text), name


def test_what_cannot_be_built_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["course", "build", "99"]) == 2
    assert "there is no lab '99'" in capsys.readouterr().err
    assert main(["course", "build", "1", "--wheel", "none.whl"]) == 2
    assert "there is no file none.whl" in capsys.readouterr().err


def test_with_a_wheel_and_where_nothing_is_installed_there_is_no_warning(
        lab, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wheel = course_labs.write("dist/rushlight-0.1.0-cp311-cp311-linux_x86_64.whl", "wheel")
    assert main(["course", "build", lab, "--wheel", wheel]) == 0
    assert main(["course", "build", lab, "--format", "watch", "--format", "nbgrader"]) == 0
    assert "warning" not in capsys.readouterr().out


# ── check ──
def test_check_proves_a_lab(lab, capsys):
    assert main(["course", "check", lab, "--quick"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"42 Even numbers +2 +5 +2 +\d+\.\d  proved", lines[1])
    assert re.fullmatch(r"1 of 1 labs proved, \d+ s", lines[-1])


@pytest.mark.parametrize("broken, words", [
    ({"solution": "return numbers"}, "does not pass right"),
    ({"mutants": {f"same{i}": (course_labs.RIGHT + "  # again", "right") for i in range(5)}},
     "is not caught by right"),
    ({"mutants": {f"same{i}": (course_labs.RIGHT, "right") for i in range(5)}}, "changes nothing"),
    ({"mutants": {}}, "at least 5 wrong solutions are needed"),
    ({"solution": course_labs.EAGER}, "does not pass lazy")])
def test_check_finds_what_is_wrong_with_a_lab(tmp_path, capsys, broken, words):
    lab = course_labs.write_lab(str(tmp_path), **broken)
    assert main(["course", "check", lab, "--quick"]) == 1
    out = capsys.readouterr().out
    assert words in out and "0 of 1 labs proved" in out


def test_check_tells_of_a_lab_that_ends_its_proof(lab, capsys, monkeypatch):
    course_labs.write(f"{lab}/python/check.py", "import os\nos._exit(3)\n")
    assert main(["course", "check", lab]) == 1
    assert "the proof ended with status 3" in capsys.readouterr().out


def test_a_quick_check_says_which_labs_it_leaves_out(capsys):
    assert main(["course", "check", "7", "8", "--quick"]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "left out, in C alone: lab 7, 8", "0 of 0 labs proved, 0 s"]


# ── grade ──
def test_grade_tells_a_teacher_what_a_submission_got(lab, tmp_path, capsys):
    course_labs.write(f"{tmp_path}/ada/evens.py", course_labs.program(course_labs.EAGER))
    assert main(["course", "grade", lab, f"{tmp_path}/ada", "--student", "ada"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["Lab 42, Even numbers: 1 of 4 passed, 2 of 7 points", "data of: ada"]
    assert "✓ 2/2  the even ones" in lines and "✗ 0/3  lazily" in lines


def test_grade_ends_with_0_for_all_points(lab, tmp_path, capsys):
    course_labs.write(f"{tmp_path}/ada/evens.py", course_labs.program(course_labs.RIGHT))
    course_labs.write(f"{tmp_path}/ada/predictions.txt", "python.jobs=0\npython.who='the caller'")
    assert main(["course", "grade", lab, f"{tmp_path}/ada"]) == 0
    assert "4 of 4 passed" in capsys.readouterr().out


def test_grade_of_one_check(lab, tmp_path, capsys):
    course_labs.write(f"{tmp_path}/ada/evens.py", course_labs.program(course_labs.EAGER))
    for key, status in (("python.right", 0), ("python.lazy", 1), ("python.who", 1)):
        assert main(["course", "grade", lab, f"{tmp_path}/ada", "--only", key]) == status
    assert main(["course", "grade", lab, f"{tmp_path}/ada", "--only", "python.none"]) == 2
    assert "it has python.jobs, python.who, python.right, python.lazy" in capsys.readouterr().err
