"""`rushlight course grade`: what stands in a report on how it was graded, and what is refused."""
import json
import os
import re
import time

import course_labs
import pytest

from rushlight.cli import main
from rushlight.course import building, cells, in_notebook, open_lab, submission
from rushlight.course.building import build_all
from rushlight.course.carried import Carried
from rushlight.lesson.model import Verdict


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """The small lab, and ada's right program in the folder ada."""
    monkeypatch.chdir(tmp_path)
    course_labs.write("ada/evens.py", course_labs.program(course_labs.RIGHT))
    return course_labs.write_lab("labs")


def gradescope(lab, *options):
    assert main(["course", "grade", lab, "ada", "--as", "gradescope", "-o", "results.json",
                 *options]) == 0
    with open("results.json") as f:
        return json.load(f)


# ── whose data ──
def test_without_a_name_the_report_says_that_the_data_are_nobodys(lab, capsys):
    main(["course", "grade", lab, "ada"])
    assert "\ndata of: nobody (--student NAME grades with a student's own)\n" in (
        capsys.readouterr().out)


@pytest.mark.parametrize("metadata", [None, "", '{"users": []}', '{"users": [{}]}'])
def test_metadata_that_name_nobody_are_told_of(lab, metadata):
    if metadata is not None:
        course_labs.write("who.json", metadata)
    output = gradescope(lab, "--metadata", "who.json")["output"]
    assert "who.json names no student: graded with nobody's data" in output


def test_metadata_that_name_somebody_are_not(lab):
    course_labs.write("who.json", '{"users": [{"email": "ada@example.org"}]}')
    assert "who.json" not in gradescope(lab, "--metadata", "who.json")["output"]


# ── which folder ──
@pytest.mark.parametrize("folder, words", [
    ("bob", "there is no folder bob: name the one with the submission's files"),
    ("ada/evens.py", "ada/evens.py is no folder")])
def test_a_folder_that_is_none_is_an_error(lab, capsys, folder, words):
    assert main(["course", "grade", lab, folder]) == 2
    assert words in capsys.readouterr().err


def test_an_empty_folder_is_a_submission_of_nothing(lab, capsys):
    os.mkdir("eve")
    assert main(["course", "grade", lab, "eve"]) == 1
    assert "it has nothing" in capsys.readouterr().out


def test_files_whose_names_are_no_text_are_told_of_all_the_same(lab):
    os.rename("ada/evens.py", b"ada/even\xff.py")
    assert "it has even?.py" in gradescope(lab)["tests"][2]["output"]


def test_predictions_that_are_no_text_are_looked_at_all_the_same(lab):
    with open("ada/predictions.txt", "wb") as f:
        f.write(b"python.jobs = \xff\xfe\n")
    assert gradescope(lab)["score"] == 5


def test_a_number_in_words_is_told_of_and_is_no_answer(lab):
    course_labs.write("ada/predictions.txt", "python.jobs = five\npython.who = nobody\n")
    jobs, who = gradescope(lab)["tests"][:2]
    assert (jobs["score"], who["score"]) == (0, 0)
    assert jobs["output"] == "You wrote 'five', which is no number: write it in digits, as in 12."
    assert who["output"] == "You wrote 'nobody', which is none of: the caller, filter()."


# ── files that are none, and texts that a terminal would obey ──
@pytest.fixture
def source(tmp_path):
    """What a grader has beside the submission."""
    course_labs.write("source/secret.txt", "s3cret = 1\n")
    course_labs.write("source/solution.py", course_labs.program(course_labs.RIGHT))
    course_labs.write("source/predictions.txt", "python.jobs = 0\npython.who = the caller\n")


@pytest.mark.parametrize("target", ["secret.txt", "solution.py", "none.py"])
def test_a_link_out_of_the_submission_is_not_followed(lab, source, target):
    os.unlink("ada/evens.py")
    os.symlink(f"../source/{target}", "ada/evens.py")
    results = gradescope(lab)
    assert results["score"] == 0 and "s3cret" not in json.dumps(results)
    assert results["tests"][2]["output"] == (
        "evens.py: it is a link to another file: hand in the file itself")


def test_predictions_behind_a_link_are_not_read(lab, source):
    os.symlink("../source/predictions.txt", "ada/predictions.txt")
    results = gradescope(lab)
    assert results["score"] == 5
    assert results["tests"][0]["output"] == (
        "predictions.txt: it is a link to another file: hand in the file itself")


def test_predictions_without_end_are_not_read(lab):
    course_labs.write("ada/predictions.txt", "python.jobs = 0\n" + "#" * (64 << 10))
    results = gradescope(lab)
    assert results["score"] == 5
    assert "predictions.txt: it has more than 64 KiB" in results["tests"][0]["output"]


def test_a_folder_in_place_of_the_file_is_told_of(lab):
    os.unlink("ada/evens.py")
    os.mkdir("ada/evens.py")
    assert "evens.py: it is no ordinary file" in gradescope(lab)["tests"][2]["output"]


@pytest.mark.parametrize("line, answer", [
    ("python.jobs = 0", "0"), ("  python.jobs=0  # none", "0"), ("python.jobs = '0'", "0"),
    ("python.jobs = a = b", "a = b"), ("python.jobs =", None), ("python.jobs", None),
    ("python.jobs = " + " " * 60_000 + "x", "x"), ("= 0", None), ("#python.jobs = 0", None)])
def test_an_answer_is_what_stands_behind_the_equals_sign(lab, line, answer):
    course_labs.write("ada/predictions.txt", f"{line}\n")
    assert submission.read_answers("ada").get("python.jobs") == answer


def test_blanks_cost_no_time(lab):
    """As many as 64 KiB hold: what tries each pair of them takes much longer."""
    course_labs.write("ada/predictions.txt", "a.b = x" + " " * 65_000 + "y")
    begin = time.process_time()
    assert len(submission.read_answers("ada")["a.b"]) == 65_002
    assert time.process_time() - begin < 5


def test_what_a_terminal_would_obey_reaches_no_report(lab, capsys):
    course_labs.write("ada/evens.py", "raise ValueError('\\x1b]0;x\\x07\\x9b2J\\x1b[8m')\n")
    course_labs.write("ada/predictions.txt", "python.jobs = 1\x1b[2J\n")
    course_labs.write("ada/\x1b[1mb.py", "")
    main(["course", "grade", lab, "ada"])
    os.unlink("ada/evens.py")
    main(["course", "grade", lab, "ada"])
    out = capsys.readouterr().out
    assert "ValueError: ?]0;x??2J?[8m" in out and "1?[2J" in out
    assert "it has ?[1mb.py" in out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", out)


# ── as nobody ──
@pytest.fixture
def unprotected(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(building, "unreadable_by_others", lambda: "/root/python")
    monkeypatch.setattr(submission, "grade", lambda *_, **given: [])


def test_a_submission_that_could_not_run_as_nobody_is_told_of_where_the_teacher_reads(
        lab, unprotected, capsys):
    results = gradescope(lab, "--as-nobody")
    told = [test for test in results["tests"] if test["visibility"] == "hidden"]
    assert len(told) == 1 and (told[0]["score"], told[0]["max_score"]) == (0, 0)
    assert "other users may not read /root/python" in told[0]["output"]
    assert "root" not in results["output"]
    assert "other users may not read /root/python" in capsys.readouterr().err
    main(["course", "grade", lab, "ada", "--as-nobody"])
    assert "\nfor the teacher: other users may not read /root/python" in capsys.readouterr().out


def test_who_is_not_root_cannot_let_it_run_as_nobody(lab, unprotected, monkeypatch, capsys):
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    main(["course", "grade", lab, "ada", "--as-nobody"])
    assert "for the teacher: only root can run a submission as nobody" in capsys.readouterr().out


def test_without_as_nobody_there_is_nothing_to_tell(lab, unprotected, capsys):
    main(["course", "grade", lab, "ada"])
    assert "for the teacher" not in capsys.readouterr().out


# ── what a submission says ──
def test_a_misconception_that_the_lab_lacks_is_left_out(lab):
    exercise = open_lab(lab).exercise("python")
    verdict = Verdict(42, "python", "lazy", "lazily", 0, 3, "failed", "no", "flat earth")
    assert submission.verdict_text(exercise, verdict) == "no"


# ── which lab a notebook is graded with ──
def test_a_notebook_cannot_bring_a_lab_of_the_package_itself(tmp_path, monkeypatch):
    os.makedirs(tmp_path / "source" / "evens")
    monkeypatch.chdir(tmp_path / "source" / "evens")
    packaged = open_lab("1")
    for folder in (".lab", "../../labs"):
        path = os.path.join(course_labs.write_lab(folder), "..", packaged.name)
        os.rename(os.path.join(folder, course_labs.NAME), path)
    assert in_notebook.find(packaged.name).folder == packaged.folder


def test_a_lab_of_ones_own_with_a_packaged_name_is_in_no_notebook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = open_lab("1").name
    os.rename(course_labs.write_lab("labs"), f"labs/{name}")
    lab = open_lab(f"labs/{name}")
    told = list(build_all([lab], ["nbgrader", "otter", "classroom"], "out", Carried()))
    assert told[:2] == [
        f"{format}: lab 42: left out: the package has a lab {name}, too, which a notebook would be "
        "graded with: give the folder another name" for format in ("nbgrader", "otter")]
    assert told[2].startswith("classroom: lab 42: out/classroom")
    assert cells.python_exercise(lab)
