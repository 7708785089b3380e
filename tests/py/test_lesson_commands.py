"""`rushlight lesson`, as a student types it: what it says, what it leaves, its exit status."""
import json
import os
import pathlib
import re
import subprocess
import sys
import threading

import pytest

from conftest import HANG_S, rushlight_command
from rushlight.lesson import loading
from rushlight.lesson import state as states
from pty_terminal import Terminal
from small_labs import CHECK, SOLUTION, STARTER, TOML, WRONG, make_lab

ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@pytest.fixture(scope="module")
def labs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labs")
    make_lab(folder)
    make_lab(folder, number=2, name="again")
    return folder


@pytest.fixture
def lesson(labs, tmp_path):
    """Runs `rushlight lesson …` in a student's folder: (status, output, errors)."""
    home = tmp_path / "lessons"

    def run(*arguments, cwd=None, stdin="", status=0, **env):
        done = subprocess.run(rushlight_command("lesson", *arguments), cwd=cwd or run.home,
                              input=stdin, capture_output=True, text=True, timeout=HANG_S,
                              env={**os.environ, **env})
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout if status == 0 else done.stdout + done.stderr

    run("init", home, "--student", "ada", "--labs", labs, cwd=tmp_path)
    run.home, run.file = home, home / "01_doubling" / "doubling.py"
    run.state = lambda: json.loads((run.home / states.NAME).read_text())
    return run


# ── folders ──
def test_a_folder_is_made_once(lesson, labs, tmp_path):
    before = lesson.state()
    assert before["student"] == "ada" and before["labs"] == str(labs)
    assert "rushlight lesson watch" in (lesson.home / "README.md").read_text()
    (lesson.home / "README.md").write_text("mine")
    assert "is ada's already; nothing was changed" in lesson("init", ".")
    assert "is ada's: name another folder" in lesson("init", ".", "--student", "bob", status=2)
    assert lesson.state() == before and (lesson.home / "README.md").read_text() == "mine"


def test_init_says_how_the_command_is_found(lesson, tmp_path):
    """Its next lines begin with `rushlight`, which may be in an environment that is not active."""
    activate = pathlib.Path(sys.executable).parent / "activate"
    told = lesson("init", tmp_path / "y", PATH="/nowhere")
    assert (f"first: . {activate} " in told) == activate.is_file()
    (tmp_path / "rushlight").touch(mode=0o755)
    assert "first:" not in lesson("init", tmp_path / "y", PATH=str(tmp_path))


def test_it_is_found_from_below_and_missed_elsewhere(lesson, tmp_path):
    lesson("start")
    assert "Lazy doubling" in lesson("check", cwd=lesson.home / "01_doubling", status=1)
    told = lesson("check", cwd=tmp_path, status=2)
    assert "is no folder of lessons: make one with `rushlight lesson init DIR`" in told


def test_a_folder_that_cannot_be_made(lesson, tmp_path):
    (tmp_path / "file").write_text("")
    told = lesson("init", tmp_path / "file" / "x", status=2)
    assert "name a folder that you can write to" in told


def test_labs_that_are_not_there(lesson, tmp_path):
    told = lesson("init", tmp_path / "y", "--labs", "none", status=2)
    assert "there is no folder of labs" in told


@pytest.mark.parametrize("text, words", [
    ('{"version": 1, ', "is damaged"), ("[]", "it holds no object"),
    ('{"version": 1, "student": 3}', "student is 3"), ('{"version": 9}', "another version")])
def test_a_damaged_state_is_told_and_kept(lesson, text, words):
    lesson("start")
    lesson.file.write_text("mine")
    (lesson.home / states.NAME).write_text(text)
    told = lesson("list", status=2)
    assert words in told and states.NAME in told
    assert (lesson.home / states.NAME).read_text() == text
    lesson("init", ".", "--student", "ada")
    assert (lesson.home / (states.NAME + ".1")).read_text() == text
    assert lesson.state()["student"] == "ada" and lesson.file.read_text() == "mine"


def test_a_state_is_always_whole(tmp_path):
    """Readers see the one before or the one after, never a part."""
    state = states.State(str(tmp_path), "ada")
    state.save()
    stop = threading.Event()
    seen = []

    def read():
        while not stop.is_set():
            seen.append(states.load(str(tmp_path)).student)

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(200):
        state.student = "ada" * n
        state.save()
    stop.set()
    reader.join()
    assert seen and set(seen) <= {"ada" * n for n in range(200)} | {"ada"}
    assert os.listdir(tmp_path) == [states.NAME]


# ── list ──
def test_the_list_has_a_numbered_line_for_each_lab(lesson):
    assert [line.split() for line in lesson("list").splitlines()] == [
        ["1", "Lazy", "doubling", "python:", "open"], ["2", "Lazy", "again", "python:", "open"]]
    lesson("start", "2")
    lesson.file.parent.with_name("02_again").joinpath("again.py").write_text(SOLUTION)
    lesson("start", "1")
    assert lesson("list").splitlines()[0].endswith("open")
    lesson.file.write_text(STARTER + "# mine\n")
    lesson("check", "2")
    assert [line.split()[-1] for line in lesson("list").splitlines()] == ["begun", "passed"]


def test_the_list_of_the_package_needs_no_folder(lesson, tmp_path):
    lines = lesson("list", cwd=tmp_path).splitlines()
    numbers = [int(line.split()[0]) for line in lines]
    assert numbers and numbers == sorted(set(numbers))


def at_terminal(lesson, *arguments, **settings):
    """What a command prints at a terminal."""
    with Terminal(rushlight_command("lesson", *arguments), cwd=lesson.home,
                  **{"rows": 50, **settings}) as terminal:
        terminal.wait()
        return ESCAPES.sub("", terminal.output).replace("\r\n", "\n")


def test_the_list_tells_progress_and_the_next_step(lesson):
    told = at_terminal(lesson, "list")
    assert "solved:  Python 0 of 2\n" in told and "next:    rushlight lesson start 1\n" in told
    steps = []
    for arguments, text, status in ((["start"], None, 0), (["predict"], None, 0),
                                    (["check"], STARTER + "# mine\n", 1),
                                    (["check"], SOLUTION, 0)):
        if text:
            lesson.file.write_text(text)
        lesson(*arguments, stdin="1\n1\n", status=status)
        steps.append(at_terminal(lesson, "list").splitlines()[-1])
    assert [step.split("lesson ")[1] for step in steps] == [
        "predict 1", "run 1", "check 1", "start 2"]


def test_python_and_c_are_counted_by_themselves(lesson, tmp_path):
    """Who works in Python need not do those in C."""
    kinds = [exercise.kind for lab in loading.labs() for exercise in lab.exercises]
    n_python, n_c = kinds.count("python"), kinds.count("c")
    assert n_python and n_c
    lesson("init", tmp_path / "y")
    lesson.home = tmp_path / "y"
    assert f"solved:  Python 0 of {n_python}, C 0 of {n_c}\n" in at_terminal(lesson, "list")


# ── a lab that is broken ──
def test_a_broken_lab_stops_no_other(lesson, tmp_path):
    labs = tmp_path / "labs"
    make_lab(labs)
    broken = pathlib.Path(make_lab(labs, number=2, name="again")) / "lab.toml"
    lesson("init", tmp_path / "y", "--labs", labs)
    at = {"cwd": tmp_path / "y"}
    broken.write_text("number = 2\ntitle = \n")
    told = lesson("list", status=1, **at)
    assert [line.split() for line in told.splitlines()[:2]] == [
        ["1", "Lazy", "doubling", "python:", "open"], ["2", "again", "broken"]]
    assert str(broken) in "".join(told.split()) and "line 2" in told
    assert "Lazy doubling" in lesson("start", "1", **at)
    assert f"{broken}: Invalid value" in lesson("start", "2", status=2, **at)
    (tmp_path / "y" / "01_doubling" / "doubling.py").write_text(SOLUTION)
    assert "3 of 3" in lesson("check", "1", **at)


def test_two_labs_of_one_number(lesson, tmp_path):
    labs = tmp_path / "labs"
    make_lab(labs)
    make_lab(labs, name="again")
    told = lesson("init", tmp_path / "y", "--labs", labs)
    assert "both have number = 1" in told and "next:" in told
    assert "handed out: 01_again/again.py" in lesson("start", "1", cwd=tmp_path / "y")


def test_a_folder_without_labs(lesson, tmp_path):
    (tmp_path / "none").mkdir()
    told = lesson("init", tmp_path / "y", "--labs", tmp_path / "none", status=2)
    assert "has no lab: a folder like 01_name with a lab.toml" in told


# ── start, predict, text ──
def test_start_hands_out_and_keeps_what_is_there(lesson):
    told = lesson("start")
    assert "Lazy doubling\n════" in told and "handed out: 01_doubling/doubling.py" in told
    assert "first:   rushlight lesson predict 1\n" in told
    assert lesson.file.read_text() == STARTER
    lesson.file.write_text("mine")
    assert "handed out" not in lesson("start", "1")
    assert lesson.file.read_text() == "mine" and lesson.state()["current"] == "1py"


def test_predictions_are_asked_and_kept(lesson):
    lesson("start")
    told = lesson("predict", "1", stdin="z\nb\nmany\n1\n")
    assert "a) 0    b) 1    c) 2" in told
    assert "'z' is no answer here: one of a, b, c" in told
    assert "'many' is no answer here: a number" in told
    assert lesson.state()["predictions"] == {"1py": {"jobs_before": "1", "jobs_after": "1"}}
    assert "noted: 2 of 2" in told and told.endswith("next:    rushlight lesson run 1\n")


def test_what_was_answered_is_shown_and_the_rest_asked(lesson):
    lesson("start")
    assert "noted: 1 of 2" in lesson("predict", stdin="\n3\n")
    assert lesson.state()["predictions"] == {"1py": {"jobs_before": None, "jobs_after": "3"}}
    told = lesson("predict", stdin="b\n")
    assert told.count("answer: ") == 1 and "you said: 3" in told and "noted: 2 of 2" in told
    told = lesson("predict")
    assert "answer: " not in told and "you said: 1" in told and "you said: 3" in told
    assert "anew:    rushlight lesson predict 1 --anew" in told
    assert lesson("predict", "--anew", stdin="a\n2\n").count("answer: ") == 2
    assert lesson.state()["predictions"] == {"1py": {"jobs_before": "0", "jobs_after": "2"}}


def test_answers_are_forgotten_before_anew_is_asked(lesson):
    lesson("start")
    lesson("predict", stdin="a\n2\n")
    assert "noted: 0 of 2" in lesson("predict", "--anew", stdin="")
    assert lesson.state()["predictions"].get("1py", {}) == {}


def test_the_end_of_input_ends_the_asking(lesson):
    lesson("start")
    assert "noted: 1 of 2" in lesson("predict", "1", stdin="a\n")
    assert "first:   rushlight lesson predict 1" in lesson("start")


def test_start_does_not_tell_what_is_asked(lesson, labs, tmp_path):
    """It stops at the end of the section Predict, until there are answers."""
    lab = make_lab(tmp_path / "labs", text="# X\n\n## Predict\n\nThink.\n\n## Run\n\nIt is 42.\n")
    lesson("init", tmp_path / "y", "--labs", lab)
    told = lesson("start", "1", cwd=tmp_path / "y")
    assert "Think." in told and "42" not in told
    lesson("predict", stdin="1\n1\n", cwd=tmp_path / "y")
    assert "It is 42." in lesson("start", "1", cwd=tmp_path / "y")
    assert "read on: rushlight lesson text 1\n" in lesson("run", status=1, cwd=tmp_path / "y")
    rest = lesson("text", cwd=tmp_path / "y")
    assert rest.startswith("Run\n") and "It is 42." in rest and "Think." not in rest
    assert "Think." in lesson("text", "--all", cwd=tmp_path / "y")


def test_the_text_is_shown(lesson):
    told = lesson("text", "2")
    assert told.startswith("Lazy doubling\n═════════════\n\n    def doubled(sc, numbers):\n")
    assert told.endswith("\n\nnext:    rushlight lesson start 2\n")


LONG = "# Long\n\n" + "".join(f"Line {n}.\n" for n in range(1, 61))


@pytest.fixture
def long_text(lesson, tmp_path):
    """The same with a lab whose text is longer than a screen."""
    lesson("init", tmp_path / "y", "--labs", make_lab(tmp_path / "long", text=LONG))
    lesson.home = tmp_path / "y"
    return lesson


def test_a_long_text_is_paged_at_a_terminal(long_text):
    pager = {"PAGER": "sed -n '1p;$s/^/last: /p'"}
    assert at_terminal(long_text, "text", rows=24, env=pager) == (
        "Long\nlast: Line 60.\n\nnext:    rushlight lesson start 1\n")
    assert "Line 30." in at_terminal(long_text, "text", rows=90, env=pager)     # it fits
    assert "Line 30." in long_text("text", **pager)                             # no terminal


@pytest.mark.parametrize("pager", ["", "cat", "no-such-pager"])
def test_a_text_is_shown_whatever_the_pager(long_text, pager):
    told = at_terminal(long_text, "text", rows=24, env={"PAGER": pager})
    assert [f"Line {n}.\n" in told for n in (1, 30, 60)] == 3 * [True]


@pytest.mark.parametrize("pager", ["sed --no-such-option", "exit 5", "cat - >/dev/null; false"])
def test_a_text_is_shown_if_the_pager_fails(long_text, pager):
    told = at_terminal(long_text, "text", rows=24, env={"PAGER": pager})
    assert [told.count(f"Line {n}.\n") for n in (1, 30, 60)] == 3 * [1]


@pytest.mark.parametrize("pager", ["kill -INT $$", "sh -c 'kill -TERM $$'; exit $?"])
def test_a_pager_that_a_signal_ends_was_left(long_text, pager):
    """Somebody pressed Ctrl-C, or closed it: he does not want the text."""
    told = at_terminal(long_text, "text", rows=24, env={"PAGER": pager})
    assert "Line 60." not in told and "next:    rushlight lesson start 1\n" in told


def test_a_pager_may_be_left_early(long_text):
    told = at_terminal(long_text, "text", rows=24, env={"PAGER": "head -1"})
    assert told == "Long\n\nnext:    rushlight lesson start 1\n"


# ── run ──
def test_run_shows_what_happened_beside_what_was_expected(lesson):
    lesson("start")
    lesson("predict", stdin="1\n1\n")
    lesson.file.write_text(SOLUTION)
    told = lesson("run")
    assert told.startswith("[2, 4, 6]\n\njob 0  collect at doubling.py:12\n")
    assert "▮▮ 2 tasks" in told and "drawn: picture.svg and timeline.svg, in 01_doubling/" in told
    assert "measured 0, you said 1" in told and "measured 1, you said 1" in told
    assert "thinks that transformations run at once" in told
    assert "1 of 2 predictions right" in told
    for name in ("picture.svg", "timeline.svg"):
        assert "</svg>" in (lesson.file.parent / name).read_text()


def test_run_of_a_program_that_fails(lesson):
    lesson("start")
    told = lesson("run", status=1)
    assert "NotImplementedError: double the numbers" in told and "ended with status 1" in told


def test_run_of_a_program_without_a_job(lesson):
    lesson("start")
    lesson.file.write_text("print('nothing')\n")
    assert lesson("run").startswith("nothing\n")
    assert not (lesson.file.parent / "picture.svg").exists()


def test_run_of_what_was_not_handed_out(lesson):
    assert "`rushlight lesson start 2` hands it out" in lesson("run", "2", status=2)


# ── check ──
def test_check_grades_and_remembers(lesson):
    lesson("start")
    assert "NotImplementedError" in lesson("check", status=1) and lesson.state()["passed"] == []
    lesson.file.write_text(SOLUTION)
    told = lesson("check")
    assert "3 of 3 points" in told and "next:    rushlight lesson start 2\n" in told
    assert "so far:  Python 1 of 2\n" in told
    assert lesson.state()["passed"] == ["1py"]
    lesson.file.write_text(STARTER)
    lesson("check", status=1)
    assert lesson.state()["passed"] == ["1py"]      # once is for ever


def test_after_a_lab_of_both_kinds_comes_one_of_the_kind_that_was_solved(lesson, tmp_path):
    home = tmp_path / "y"
    lesson("init", home)
    lesson("start", "4", cwd=home)
    solution = next(e for e in loading.labs()[3].exercises if e.kind == "python").solution
    (home / "04_combining" / "combining.py").write_text(pathlib.Path(solution).read_text())
    assert "next:    rushlight lesson start 5\n" in lesson("check", "4", cwd=home)


def test_a_failed_check_is_played_again_by_the_line_that_it_shows(lesson):
    lesson("start")
    lesson.file.write_text(WRONG["triples"])
    told = lesson("check", status=1)
    line = next(line for line in told.splitlines() if "again:" in line)
    again = lesson(*line.split("again: rushlight lesson ")[1].split(), status=1)
    assert line.split("--seed ")[1] in again and "✗ doubles" in again


def test_a_replay_is_no_pass(lesson):
    lesson("start")
    lesson.file.write_text(SOLUTION)
    lesson("check", "1", "--seed", "7")
    assert lesson.state()["passed"] == []


def test_check_of_any_file(lesson, labs, tmp_path):
    lab = labs / "01_doubling"
    assert "3 of 3" in lesson("check", "1py", "--lab", lab, "--file",
                              lab / "python" / "solution.py", cwd=tmp_path)
    assert "which exercise" in lesson("check", "--file", "x.py", cwd=tmp_path, status=2)
    assert "--lab goes with --file" in lesson("check", "1", "--lab", lab, status=2)
    assert "--student goes with --file" in lesson("check", "1", "--student", "bob", status=2)


@pytest.mark.parametrize("arguments, words", [
    (["check", "9"], "there is no lab 9"), (["check", "1c"], "has no exercise 1c; it has 1py"),
    (["check", "first"], "names no exercise"), (["fly"], "invalid choice"), ([], "COMMAND")])
def test_misuse(lesson, arguments, words):
    assert words in lesson(*arguments, status=2)


def test_an_error_of_the_whole_file_is_told_once(lesson):
    lab = lesson.home.parent / "labs"
    lesson("init", lesson.home.parent / "y", "--labs",
           make_lab(lab, check=CHECK.replace(', after="doubles"', "")))
    lesson.home = lesson.home.parent / "y"
    lesson("start")
    path = lesson.home / "01_doubling" / "doubling.py"
    path.write_text("def doubled(sc, numbers:\n    pass\n")
    told = lesson("check", status=1)
    assert told.count("SyntaxError: ") == 1 and told.count("doubling.py, line 1") == 1
    assert "✗ lazily" in told and told.count("not run: the file is no Python yet") == 1
    path.write_text("import no_such_module\n")
    told = lesson("check", status=1)
    assert told.count("No module named") == 1 and told.count("the same error as above") == 1


# ── hint, reset, solution ──
def test_hints_come_one_by_one(lesson):
    lesson("start")
    first, second, third = lesson("hint"), lesson("hint", "1"), lesson("hint")
    assert first.endswith("\nnext:    rushlight lesson check 1\n")
    assert first.startswith("hint 1 of 2\nWhich method")
    assert second.startswith("hint 2 of 2 (the last one)\n`map`")
    assert third.startswith("hint 2 of 2 (again: all were shown)\n`map`")
    assert lesson.state()["hints"] == {"1py": [1, 2]}


HINTS = """\
## 1
Read on.

## 2 doubles, by_two
What is twice?

## 3 lazily
What runs at once?

## 4 lazily
Nothing does.
"""


@pytest.fixture
def hinted(lesson, tmp_path):
    check = CHECK + """

@check("by two", after="doubles")
def by_two(case):
    assert not case.student.doubled(case.sc, []).collect()
"""
    lesson("init", tmp_path / "y", "--labs", make_lab(tmp_path / "hints", hints=HINTS, check=check))
    lesson.home = tmp_path / "y"
    lesson.file = lesson.home / "01_doubling" / "doubling.py"
    lesson("start")
    return lesson


def shown(told):
    return re.findall(r"hint (\d) of", told)


def test_the_hints_of_the_check_that_fails_come_first(hinted):
    hinted.file.write_text(WRONG["eager"])
    hinted("check", status=1)
    assert hinted.state()["failing"] == {"1py": "lazily"}
    assert [shown(hinted("hint")) for _ in range(6)] == [["3"], ["4"], ["1"], ["2"], ["4"], ["4"]]
    hinted.file.write_text(WRONG["triples"])
    hinted("check", status=1)
    assert shown(hinted("hint")) == ["2"]
    hinted.file.write_text(SOLUTION)
    hinted("check")
    assert hinted.state()["failing"] == {}


def test_hints_of_a_lab_that_has_fewer_than_were_shown(hinted):
    (hinted.home / states.NAME).write_text(json.dumps(
        {**hinted.state(), "hints": {"1py": [1, 2, 4, 5, 6, 7]}}))
    assert hinted("hint").startswith("hint 3 of 4 (the last one)\n")
    assert hinted.state()["hints"] == {"1py": [1, 2, 4, 5, 6, 7, 3]}
    assert "(again: all were shown)\n" in hinted("hint")
    assert hinted.state()["hints"] == {"1py": [1, 2, 4, 5, 6, 7, 3]}


def test_hints_before_any_check_come_in_order(hinted):
    assert [shown(hinted("hint")) for _ in range(4)] == [["1"], ["2"], ["3"], ["4"]]


def test_a_hint_for_no_check_is_an_error(hinted, tmp_path):
    lab = make_lab(tmp_path / "wrong", hints="## 1 doubels\nx\n")
    told = hinted("init", tmp_path / "z", "--labs", lab, status=2)
    assert "hints.md: ## 1 is for the check 'doubels', and " in told


def test_hints_of_an_earlier_version_stay_shown(hinted):
    fields = hinted.state()
    del fields["failing"]
    (hinted.home / states.NAME).write_text(json.dumps({**fields, "hints": {"1py": 2}}))
    assert shown(hinted("hint")) == ["3"]


def test_a_hint_may_begin_with_code(lesson, tmp_path):
    """Its lines keep the place that they have beside each other."""
    lab = make_lab(tmp_path / "labs", hints="## 1\n\n    a = 1\n    b = 2\n\n## 2\n\nAdd.\n")
    lesson("init", tmp_path / "y", "--labs", lab)
    lesson("start", "1", cwd=tmp_path / "y")
    assert lesson("hint", cwd=tmp_path / "y") .startswith(
        "hint 1 of 2\n    a = 1\n    b = 2\n\nnext:")


def test_reset_loses_nothing(lesson):
    lesson("start")
    for n in (1, 2):
        lesson.file.write_text(f"mine {n}")
        assert f"yours is kept as doubling.py.{n}" in lesson("reset", "1")
        assert lesson.file.read_text() == STARTER
    kept = [lesson.file.parent / f"doubling.py.{n}" for n in (1, 2)]
    assert [path.read_text() for path in kept] == ["mine 1", "mine 2"]


def test_a_solution_is_for_who_has_passed(lesson):
    lesson("start")
    assert "lab 1 is not solved yet" in lesson("solution", status=1)
    lesson.file.write_text(SOLUTION)
    lesson("check")
    assert lesson("solution", "1") == SOLUTION


# ── authors ──
def test_an_author_proves_labs(lesson, labs, tmp_path):
    told = lesson("author", labs / "01_doubling", cwd=tmp_path)
    assert "proved" in told and "2 checks, 2 predictions, 5 mutants, 3 blocks" in told
    bad = make_lab(tmp_path, number=3, toml=TOML, check=CHECK, starter=SOLUTION, mutants={})
    told = lesson("author", "--no-text", bad, status=1, cwd=tmp_path)
    assert "not proved" in told and "- " + bad in told


# ── surroundings ──
def test_it_works_without_network_and_compiler(lesson):
    """With a PATH that has nothing: labs in Python need no other program."""
    lesson("start")
    lesson.file.write_text(SOLUTION)
    assert "3 of 3" in lesson("check", PATH="/nowhere", CC="")


def test_another_pyspark_python_is_left_alone(lesson):
    lesson("start")
    lesson.file.write_text(SOLUTION)
    assert "3 of 3" in lesson("check", PYSPARK_PYTHON="/nowhere/python")
    assert "[2, 4, 6]" in lesson("run", PYSPARK_PYTHON="/nowhere/python")
