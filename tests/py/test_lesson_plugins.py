"""Exercises in C: the student's file is built once, within limits, and stands in the engine."""
import os
import shutil

import pytest

from rushlight.lesson import LessonError, commands, folder, grade, load
from rushlight.lesson.grading import truths
from rushlight.lesson.limits import Limits
from rushlight.lesson.proof import prove
from small_labs import make_lab, mutant

pytestmark = pytest.mark.skipif(not (shutil.which("cc") and shutil.which("pkg-config")),
                                reason="there is no C compiler")

TOML = """\
number = {number}
title = "Policy"
[c]
file = "{name}.c"
minutes = 5
[[c.predict]]
id = "twice"
ask = "What is twice 21?"
"""
SOLUTION = """\
#include "core/scheduler/seams.h"

int
twice (int n)
{
  /* BEGIN SOLUTION */
  return 2 * n;
  /* END SOLUTION */
}

static void
go_on (RushLocalityState *state, gint64 now_us)
{
  state->current = state->n_levels - 1;
}

static const RushLocalityWait hasty = { "hasty", go_on, NULL };
RUSH_PLUGIN (RUSH_LOCALITY_WAIT_PART (&hasty));
"""
CHECK = """\
import ctypes
from rushlight.lesson.checks import check, prediction

def twice(path, n):
    return ctypes.CDLL(path).twice(n)

@prediction("twice")
def predicted(case):
    return twice(case.reference_plugin, 21)

@check("twice", hidden=1)
def right(case):
    "Twice a number."
    n = case.random.randrange(1000)
    assert twice(case.plugin, n) == twice(case.reference_plugin, n), f"wrong for {n}"

@check("in the engine")
def in_engine(case):
    key = "spark.rushlight.plugins"
    assert case.sc.getConf().get(key) == case.plugin
    assert case.sc.parallelize(range(10), 2).map(abs).count() == 10

@check("without it")
def without(case):
    with case.context(plugin=False) as spark:
        assert spark.sparkContext.getConf().get("spark.rushlight.plugins", "") == ""
"""
STARTER = SOLUTION.replace("return 2 * n", "return 0")
MUTANTS = {f"times_{n}": mutant(f"times {n}", "right", SOLUTION.replace("2 * n", f"{n} * n"),
                                solution=SOLUTION) for n in (3, 4, 5, 6, 7)}


def make_lab_in_c(folder, number=1):
    """Writes the folder of a lab that has an exercise in C alone; gives its path."""
    lab = make_lab(folder, number, "policy", toml=TOML, check=CHECK, text="# Policy\n", mutants={})
    c = os.path.join(lab, "c")
    os.rename(os.path.join(lab, "python"), c)
    files = {"starter.c": STARTER, "solution.c": SOLUTION,
             **{f"mutants/{name}.diff": diff for name, diff in MUTANTS.items()}}
    for name, text in files.items():
        with open(os.path.join(c, name), "w") as f:
            f.write(text)
    for name in ("starter.py", "solution.py"):
        os.unlink(os.path.join(c, name))
    return lab


@pytest.fixture(scope="module")
def exercise(tmp_path_factory):
    return load(make_lab_in_c(tmp_path_factory.mktemp("labs"))).exercises[0]


@pytest.fixture
def verdicts_of(exercise, tmp_path):
    def verdicts(text):
        path = tmp_path / "policy.c"
        path.write_text(text)
        return grade(exercise, path, student="ada")
    return verdicts


def test_a_lab_in_c_is_proved(exercise):
    assert prove(exercise.lab).problems == []
    assert truths(exercise) == {"twice": 42} and exercise.name == "1c"


def test_right_and_wrong(verdicts_of):
    assert [v.status for v in verdicts_of(SOLUTION)] == ["passed"] * 3
    assert [v.status for v in verdicts_of(STARTER)] == ["failed", "passed", "passed"]


def test_what_does_not_compile_is_told_once(verdicts_of):
    first, second, third = verdicts_of(SOLUTION.replace("2 * n;", "2 * m;"))
    assert first.status == "error"
    assert first.message.startswith("it does not compile:\npolicy.c:")
    assert "policy.c:7: error: 'm' undeclared" in first.message
    assert (second.status, second.message) == ("skipped", "first: a file that compiles")
    assert third.status == "skipped"


def test_the_solution_cannot_be_included(verdicts_of):
    first = verdicts_of('#include "../lab/solution.c"\n')[0]
    assert first.status == "error" and "No such file" in first.message


def test_what_crashes_is_told(verdicts_of):
    right, in_engine, without = verdicts_of(SOLUTION.replace("2 * n;", "*(volatile int *) 0;"))
    assert right.status == "killed" and "SIGSEGV, an invalid access" in right.message
    assert in_engine.passed and without.passed


def test_a_compiler_that_does_not_end(exercise, tmp_path):
    """An include without end is ended as a program is."""
    path = tmp_path / "policy.c"
    path.write_text('#include "/dev/zero"\n' + SOLUTION)
    first, second, _ = grade(exercise, path, limits=Limits(seconds=2))
    assert first.status in ("killed", "error") and second.status == "skipped"


def test_the_next_exercise_is_of_the_same_kind(tmp_path, monkeypatch):
    """Who works in Python is led to C only when all of Python is solved."""
    make_lab(tmp_path / "labs", 1)
    make_lab_in_c(tmp_path / "labs", 2)
    make_lab(tmp_path / "labs", 3)
    folder.init(tmp_path / "home", "ada", tmp_path / "labs")
    monkeypatch.chdir(tmp_path / "home")
    desk = commands.Desk()
    first, second, third = desk.exercises
    assert [e.name for e in (first, second, third)] == ["1py", "2c", "3py"]
    assert desk.next_of(None) is first and desk.next_of(first) is third
    assert desk.next_of(second) is second and desk.next_of(third) is first
    desk.state.passed = ["1py", "3py"]
    assert desk.next_of(third) is second and desk.next_of(None) is second


def test_without_a_compiler(exercise, monkeypatch):
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(LessonError) as told:
        grade(exercise, exercise.solution)
    assert "1c needs a C compiler" in str(told.value) and "apt install gcc" in str(told.value)
