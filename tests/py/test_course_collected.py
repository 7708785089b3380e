"""What a teacher has collected: a folder of students' folders, and what watch mode keeps of answers;
whose each submission is, what of a lab it has, and what the table says."""
import csv
import json
import os
import shutil

import course_labs
import pytest

from rushlight.cli import main
from rushlight.course import collected, open_lab

RIGHT = course_labs.program(course_labs.RIGHT)
ANSWERS = {"jobs": "0", "who": "the caller"}


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return course_labs.write_lab("labs")


def write_state(folder, student, predictions):
    course_labs.write(f"{folder}/.rushlight.json", json.dumps({
        "version": 1, "student": student, "labs": None, "current": None, "passed": [],
        "predictions": predictions, "failing": {}, "hints": {}}))


def of_students(lab, folder="class"):
    return {one.name: one for one in collected.of_students(open_lab(lab), folder)[0]}


# ── a folder of students' folders ──
def test_each_student_has_a_line_and_a_row(lab, capsys):
    course_labs.write("class/ada/evens.py", RIGHT)
    course_labs.write("class/ada/predictions.txt", "python.jobs = 0\npython.who = filter()\n")
    course_labs.write("class/bob/evens.py", course_labs.program(course_labs.EAGER))
    assert main(["course", "grade", lab, "class", "--csv", "points.csv"]) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["ada", "7", "of", "7"],
        "bob 2 of 7 not passed: python.jobs, python.who, python.lazy".split(),
        "2 of 2 submissions graded".split()]
    with open("points.csv", newline="") as f:
        assert list(csv.reader(f)) == [
            ["student", "folder", "points", "max_points", *course_labs.POINTS],
            ["ada", "ada", "7", "7", "1", "1", "2", "3"],
            ["bob", "bob", "2", "7", "0", "0", "2", "0"]]


def test_a_folder_without_the_lab_is_told_of_and_is_the_status(lab, capsys):
    course_labs.write("class/ada/evens.py", RIGHT)
    course_labs.write("class/cy/notes.txt", "no time")
    assert main(["course", "grade", lab, "class", "--csv", "points.csv", "-o", "lines.txt"]) == 1
    with open("lines.txt") as f:
        lines = f.read().splitlines()
    assert lines[1].split(maxsplit=1) == ["cy", "not graded: nothing of lab 42 in it"]
    assert lines[2] == "1 of 2 submissions graded; not graded: cy"
    with open("points.csv") as f:
        assert f.read().splitlines()[-1] == "cy,cy,,,,,,"


@pytest.mark.parametrize("option", ["--student", "--only"])
def test_what_is_for_one_submission_is_refused_for_several(lab, capsys, option):
    course_labs.write("class/ada/evens.py", RIGHT)
    assert main(["course", "grade", lab, "class", option, "python.right"]) == 2
    assert (f"{option} is for one submission, and class has folders of 1: name one of them, or "
            f"leave {option} out") in capsys.readouterr().err


def test_one_submission_has_a_table_of_one_row(lab):
    course_labs.write("ada/evens.py", RIGHT)
    main(["course", "grade", lab, "ada", "--student", "ada@x", "--csv", "points.csv"])
    with open("points.csv") as f:
        assert f.read().splitlines()[1] == "ada@x,ada,5,7,0,0,2,3"


# ── what it says ──
def test_a_reason_names_the_students_file_and_no_folder_of_the_graders(lab, capsys):
    course_labs.write("ada/evens.py", course_labs.program(
        "print(__file__)\nreturn numbers.filter(lambda n: n / 0)"))
    main(["course", "grade", lab, "ada"])
    out = capsys.readouterr().out
    assert "evens.py" in out and "ZeroDivisionError" in out
    assert "submission-0" not in out and "rushlight-lesson" not in out


# ── what watch mode keeps ──
@pytest.mark.parametrize("folder", ["my-lessons", f"my-lessons/{course_labs.NAME}"])
def test_answers_and_name_of_watch_mode_count_wherever_the_folder_is_taken(lab, capsys, folder):
    course_labs.write(f"my-lessons/{course_labs.NAME}/evens.py", RIGHT)
    write_state("my-lessons", "ada", {"42py": ANSWERS})
    assert main(["course", "grade", lab, folder]) == 0
    out = capsys.readouterr().out
    assert "4 of 4 passed, 7 of 7 points\ndata of: ada\n" in out and "left out" not in out


def test_answers_in_predictions_txt_go_first(lab, capsys):
    course_labs.write("ada/evens.py", RIGHT)
    course_labs.write("ada/predictions.txt", "python.jobs = many\n")
    write_state("ada", "ada", {"42py": ANSWERS})
    main(["course", "grade", lab, "ada"])
    out = capsys.readouterr().out
    assert "'many', which is no number" in out and "✓ 1/1  Prediction: Who starts them?" in out


def test_a_folder_of_lessons_is_its_students_among_others(lab):
    course_labs.write(f"class/s1/{course_labs.NAME}/evens.py", RIGHT)
    write_state("class/s1", "ada", {"42py": {"jobs": "0", "who": None}})
    course_labs.write("class/s2/evens.py", RIGHT)
    found = of_students(lab)
    assert [(one.student, one.answers) for one in found.values()] == [
        ("ada", {"python.jobs": "0"}), ("s2", {})]
    assert os.path.samefile(found["s1"].folder, f"class/s1/{course_labs.NAME}")


def test_whom_two_folders_claim_to_be_neither_is(lab):
    for folder, student in (("ada", "ada"), ("bob", "ada"), ("cy", "dee"), ("eve", "dee")):
        course_labs.write(f"class/{folder}/evens.py", RIGHT)
        write_state(f"class/{folder}", student, {})
    found = of_students(lab)
    assert [one.student for one in found.values()] == ["ada", "bob", "cy", "eve"]
    assert found["bob"].notes == (".rushlight.json says ada, as another folder does",)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"student": 7, "predictions": []}',
                                  '{"student": "=1+1", "predictions": {"42py": ["0"]}}',
                                  '{"student": "a\\u001b[2J", "predictions": {"42py": {"jobs": []}}}'])
def test_a_state_that_is_none_adds_nothing(lab, text):
    course_labs.write("class/ada/evens.py", RIGHT)
    course_labs.write("class/ada/.rushlight.json", text)
    one = of_students(lab)["ada"]
    assert (one.student, one.answers) == ("ada", {})
    assert bool(one.notes) == ("student" not in text)


def test_a_state_behind_a_link_is_not_read(lab):
    course_labs.write("class/ada/evens.py", RIGHT)
    write_state("other", "dee", {"42py": ANSWERS})
    os.symlink("../../other/.rushlight.json", "class/ada/.rushlight.json")
    one = of_students(lab)["ada"]
    assert (one.student, one.answers) == ("ada", {}) and "it is a link" in one.notes[0]


# ── which exercises ──
def begun(lab, folder="ada"):
    graded, left_out = collected.exercises_of(lab, collected.Submission(folder))
    return [e.kind for e in graded], [e.kind for e in left_out]


@pytest.fixture
def both(tmp_path, monkeypatch):
    """A lab in Python and in C, as `lesson start` hands it out."""
    monkeypatch.chdir(tmp_path)
    lab = open_lab("4")
    os.mkdir("ada")
    for exercise in lab.exercises:
        shutil.copy(exercise.starter, f"ada/{exercise.file}")
    return lab


def test_what_was_handed_out_and_not_begun_is_left_out(both):
    shutil.copy(both.exercise("python").solution, f"ada/{both.exercise('python').file}")
    assert begun(both) == (["python"], ["c"])
    shutil.copy(both.exercise("c").solution, f"ada/{both.exercise('c').file}")
    assert begun(both) == (["python", "c"], [])
    os.unlink(f"ada/{both.exercise('python').file}")
    assert begun(both) == (["c"], ["python"])


def test_of_nothing_that_was_begun_the_first_is_graded(both):
    assert begun(both) == (["python"], ["c"])


def test_what_is_left_out_is_told(both, capsys):
    main(["course", "grade", "4", "ada"])
    file = both.exercise("c").file
    assert (f"\nleft out: {file}, of which nothing was begun (--kind c grades it)\n"
            in capsys.readouterr().out)
