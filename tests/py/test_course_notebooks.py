"""Notebooks of nbgrader and otter: what is built, and what its cells do.  The tools themselves run in
test_course_tools.py."""
import json
import os
import re

import course_labs
import pytest

from rushlight.course import FORMATS, cells, in_notebook, open_lab
from rushlight.course.building import build_all
from rushlight.course.carried import Carried

NBGRADER_KEYS = {"schema_version", "grade_id", "grade", "solution", "locked", "task", "cell_type"}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    lab = open_lab(course_labs.write_lab(str(folder / "labs")))
    for name in ("nbgrader", "otter"):
        FORMATS[name].build(lab, str(folder), Carried())
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch, out):
    """Where nbgrader grades ada's notebook."""
    folder = tmp_path / "autograded" / "ada" / course_labs.NAME
    os.makedirs(folder)
    os.symlink(out / "nbgrader" / "labs", tmp_path / "labs")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setattr(in_notebook, "_verdicts", {})
    return folder


def read(path):
    with open(path) as f:
        notebook = json.load(f)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", i) for i in ids)
    return {cell["id"]: cell for cell in notebook["cells"]}


def source(cell):
    return "".join(cell["source"])


@pytest.fixture
def nbgrader(out):
    return read(out / "nbgrader" / "source" / course_labs.NAME / "evens.ipynb")


def test_cells_of_nbgrader_say_what_they_are(nbgrader):
    tables = {id: cell["metadata"]["nbgrader"] for id, cell in nbgrader.items() if id != "run"}
    for id, table in tables.items():
        assert set(table) - {"points"} == NBGRADER_KEYS and table["schema_version"] == 3
        assert table["grade_id"] == id and table["cell_type"] == nbgrader[id]["cell_type"]
        assert table["grade"] == ("points" in table) and table["locked"] == (not table["solution"])
    points = {id: table["points"] for id, table in tables.items() if table["grade"]}
    assert points == {"predicted-jobs": 1, "predicted-who": 1, "check-right": 2, "check-lazy": 3}
    assert [id for id, table in tables.items() if table["solution"]] == [
        "program", "answer-jobs", "answer-who"]


def test_solutions_and_hidden_tests_stand_between_nbgraders_marks(nbgrader):
    for id in ("program", "answer-jobs", "answer-who"):
        assert re.search(r"^ *### BEGIN SOLUTION\n(.*\n)+ *### END SOLUTION",
                         source(nbgrader[id]), re.M)
    assert "jobs = 0\n" in source(nbgrader["answer-jobs"])
    assert "who = 'the caller'\n" in source(nbgrader["answer-who"])
    for id in ("predicted-jobs", "check-lazy"):
        seen, hidden = source(nbgrader[id]).split("### BEGIN HIDDEN TESTS\n")
        assert hidden.endswith("### END HIDDEN TESTS")
        assert "hidden=True" not in seen and "graded=True" not in seen


def test_the_program_is_saved_not_run_and_its_starter_goes_along(nbgrader):
    cell = nbgrader["program"]
    assert source(cell).startswith("%%writefile evens.py\n")
    assert course_labs.RIGHT in source(cell)
    assert cell["metadata"]["rushlight"]["starter"].splitlines()[1:] == course_labs.program(
        course_labs.EAGER).splitlines()


def test_the_text_is_cut_at_headings_and_the_cells_stand_where_it_asks_for_them(nbgrader):
    order = list(nbgrader)
    assert source(nbgrader["text-1"]).endswith("    ## not a heading, but code")
    predict, run, checkpoint = (next(
        id for id in order if source(nbgrader[id]).startswith(f"## {heading}"))
        for heading in ("Predict", "Run", "Checkpoint"))
    assert order.index("program") == order.index(predict) - 1
    assert order[order.index(predict) + 1:order.index(run)] == [
        "ask-jobs", "answer-jobs", "predicted-jobs", "ask-who", "answer-who", "predicted-who"]
    assert order[order.index(run) + 1] == "run"
    assert order[order.index(checkpoint) + 1:][:2] == ["check-right", "check-lazy"]
    assert source(nbgrader["ask-who"]) == (
        "**Prediction `who`.** Who starts them?\\\nselect \\* from \\<them\\>\n\n"
        "One of: `'the caller'`, `'filter()'`")


def test_a_cell_says_what_stands_for_the_texts_commands(nbgrader):
    text = source(nbgrader["how"])
    for command in ("run", "check", "predict", "hint"):
        assert f"`rushlight lesson {command}`" in text
    assert "ask your teacher" in text
    assert "init ../lessons" in cells.how_it_works(open_lab("1").exercise("python"))


def test_all_is_asked_for_even_if_the_text_has_no_such_headings(tmp_path):
    folder = course_labs.write_lab(str(tmp_path))
    course_labs.write(f"{folder}/lab.md", "# Lab 42\n\nText.\n")
    groups = {name: [cells.code(name, "")] for name in ("predictions", "program", "run", "checks")}
    laid = cells.laid_out(open_lab(folder).exercise("python"), cells.markdown, groups)
    assert [cell["id"] for cell in laid] == ["text-0", "how", "program", "predictions", "run",
                                             "checks"]


def test_sections_do_not_begin_inside_of_fences():
    text = "# A\n\n```\n## no\n```\n\n## Yes\n\n~~~text\n## no\n~~~\n"
    assert [heading for heading, _ in cells.sections(text)] == ["", "Yes"]


# ── what cells call ──
def test_a_check_passes_or_raises_its_reasons(here, capfd):
    course_labs.write("evens.py", course_labs.program(course_labs.EAGER))
    in_notebook.graded(course_labs.NAME, "right", hidden=True)
    with pytest.raises(in_notebook.NotYet, match="evens\\(\\) started 1 jobs\n.*thinks that transf"):
        in_notebook.graded(course_labs.NAME, "lazy")
    course_labs.write("evens.py", course_labs.program(course_labs.RIGHT))
    in_notebook.graded(course_labs.NAME, "lazy")
    assert capfd.readouterr() == ("passed\npassed\n", "")


def test_a_check_without_the_file_says_which_cell_writes_it(here):
    with pytest.raises(in_notebook.NotYet, match="run the cell that begins with %%writefile evens"):
        in_notebook.graded(course_labs.NAME, "right")


@pytest.mark.parametrize("what", ["loops", "ends the process", "kills what watches it"])
def test_a_hostile_program_leaves_the_notebook_alone(here, capfd, what, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_ROOT", str(here))
    course_labs.write("evens.py", course_labs.HOSTILE[what])
    with pytest.raises(in_notebook.NotYet):
        in_notebook.graded(course_labs.NAME, "right")
    assert capfd.readouterr() == ("", "")


def test_a_prediction_is_taken_down_and_needs_an_answer_when_it_is_graded(here, capfd):
    with pytest.raises(in_notebook.NotYet, match="jobs: no answer yet"):
        in_notebook.predicted(course_labs.NAME, "jobs", None)
    in_notebook.predicted(course_labs.NAME, "jobs", 1)
    for answer in (0, 1):           # a wrong guess costs nothing
        in_notebook.predicted(course_labs.NAME, "jobs", answer, graded=True)
    with pytest.raises(in_notebook.NotYet, match="'five', which is no number: write it in digits"):
        in_notebook.predicted(course_labs.NAME, "jobs", "five", graded=True)
    in_notebook.predicted(course_labs.NAME, "who", "the caller", graded=True)
    with pytest.raises(in_notebook.NotYet, match="'3.5', which is none of: the caller, filter"):
        in_notebook.predicted(course_labs.NAME, "who", 3.5, graded=True)
    assert capfd.readouterr() == ("You wrote 1.\n", "")


def test_a_lab_that_only_the_teacher_has_is_not_checked_by_students(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    in_notebook.graded("43_unknown", "right")
    in_notebook.predicted("43_unknown", "jobs", 1)
    assert capfd.readouterr().out == ("This check runs when your teacher grades the notebook.\n"
                                      "You wrote 1.\n")


def test_nothing_is_given_for_a_lab_that_the_grader_does_not_find(here, tmp_path, monkeypatch):
    course_labs.write("evens.py", course_labs.program(course_labs.RIGHT))
    monkeypatch.chdir(tmp_path)         # as a cell may have done
    with pytest.raises(in_notebook.NotYet, match="is not here.*changed the folder"):
        in_notebook.graded(course_labs.NAME, "right", hidden=True)
    with pytest.raises(in_notebook.NotYet, match="is not here"):
        in_notebook.predicted(course_labs.NAME, "jobs", 0, graded=True)


def test_a_teachers_lab_lies_in_the_course_and_not_in_what_is_released(out):
    course = out / "nbgrader"
    assert os.listdir(course / "labs") == [course_labs.NAME]
    assert os.listdir(course / "source" / course_labs.NAME) == ["evens.ipynb"]


def test_whose_data_it_is(here, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "bob")
    assert in_notebook.student() == "ada"
    monkeypatch.delenv("NBGRADER_EXECUTION")
    assert in_notebook.student() == "bob"
    course_labs.write("../submission_metadata.json", '{"users": [{"email": "eve@example.org"}]}')
    assert in_notebook.student() == "eve@example.org"


# ── otter ──
def test_otters_tests_are_of_its_ok_format_and_students_have_no_hidden_cases(out):
    folder = out / "otter" / course_labs.NAME
    names = sorted(os.listdir(folder / "student" / "tests"))
    assert names == ["check_lazy.py", "check_right.py", "predict_jobs.py", "predict_who.py"]
    for name in names:
        env = {}
        exec((folder / "student" / "tests" / name).read_text(), env)
        test = env["test"]
        assert env["OK_FORMAT"] is True and test["name"] + ".py" == name
        assert set(test) == {"name", "points", "all_or_nothing", "suites"}
        suite, = test["suites"]
        assert set(suite) == {"cases", "scored", "setup", "teardown", "type"}
        case, = suite["cases"]
        assert set(case) == {"code", "hidden", "locked"} and not case["hidden"]


def test_otters_notebook_asks_for_the_tests_and_only_the_teachers_is_solved(out):
    folder = out / "otter" / course_labs.NAME
    student, teacher = (read(folder / who / "evens.ipynb") for who in ("student", "teacher"))
    assert list(student) == list(teacher)
    assert course_labs.RIGHT not in source(student["program"])
    assert course_labs.RIGHT in source(teacher["program"])
    assert source(student["answer-who"]) == "who = None      # your answer"
    assert source(teacher["answer-who"]) == "who = 'the caller'"
    assert source(student["test-check-lazy"]) == 'grader.check("check_lazy")'
    assert student["run"]["metadata"] == {"tags": ["otter_ignore"]}


def test_exercises_in_c_are_left_out_and_said_to_be(out, tmp_path):
    lab = open_lab(str(out / "labs" / course_labs.NAME))
    lines = list(build_all([lab], ["nbgrader", "otter"], str(tmp_path), Carried(kinds=("c",))))
    assert lines == [f"{name}: lab 42: left out: its exercise is in C, and notebooks have exercises "
                     "in Python alone" for name in ("nbgrader", "otter")]
