"""The quiz at the command line: ways to use it, what they take, what they print and write."""
import doctest
import importlib
import itertools
import json
import os
import re
import subprocess
import sys

import pytest
from quiz_typed import HANG_S, command

from rushlight.errors import PySparkRuntimeError
from rushlight.quiz import Workbench, bank


def test_list_prints_one_question_a_line():
    done = command("--list")
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and [line.split()[0] for line in lines] == list(bank.questions())
    few = command("--list", "--topic", "ml", "--level", "3").stdout.splitlines()
    assert few and all(re.match(r"ml\.\w+ +ml +3  \S", line) for line in few)


def test_show_prints_question_answer_trace_and_writes_the_picture(tmp_path):
    picture = str(tmp_path / "run.svg")
    done = command("--show", "counting.word_count", "--seed", "2", "--picture", picture)
    assert done.returncode == 0, done.stderr
    for words in ("How many tasks run in all?", "Answer: ", "Why not", "job 0", "└─▶", "Read: page"):
        assert words in done.stdout
    with open(picture, encoding="utf-8") as f:
        assert "<svg" in f.read()
    again = command("--show", "counting.word_count", "--seed", "2").stdout
    assert done.stdout.split("The trace")[0] == again.split("The trace")[0]


def test_the_command_asks_and_keeps_boxes(tmp_path):
    state = str(tmp_path / "boxes.json")
    done = command("-n", "2", "--topic", "streaming", "--state", state, "--seed", "1",
                   typed="a\n0\na\n0\n")      # whichever of both a question takes
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d of 2 right\. 0 due today, kept in .*boxes\.json", done.stdout)
    with open(state, encoding="utf-8") as f:
        assert len(json.load(f)["cards"]) == 2


def test_it_begins_with_the_easy_ones(tmp_path):
    """A beginner has answered nothing yet, and names no level."""
    done = command("-n", "2", "--topic", "streaming", "--state", str(tmp_path / "boxes.json"),
                   typed="s\ns\n")
    assert done.stdout.count(" · level 1 · ") == 2, done.stdout + done.stderr


def test_boxes_are_in_the_users_state_folder(tmp_path):
    env = dict(os.environ, XDG_STATE_HOME=str(tmp_path))
    command("-n", "1", "--topic", "streaming", "--seed", "1", typed="a\n0\n", env=env)
    assert (tmp_path / "rushlight" / "quiz.json").exists()


@pytest.mark.parametrize("arguments, status", [
    (["--show", "no.such"], 2), (["--topic", "cooking"], 2), (["-n", "0"], 2),
    (["--from", "no_such.py"], 1), (["--from", "app.py", "--show", "joins.skew"], 2),
    (["--show", "streaming.micro_batches", "--picture", "x.svg"], 1)])
def test_misuse(arguments, status, tmp_path):
    (tmp_path / "app.py").write_text("from pyspark import SparkContext\n"
                                     "SparkContext().range(3).sum()\n")
    done = command(*arguments, cwd=tmp_path)
    assert done.returncode == status and done.stderr and "Traceback" not in done.stderr


WAYS = {      # each way to use the quiz: its arguments, and the options that it takes
    "": ([], {"-n", "--topic", "--level", "--seed", "--state"}),
    "--list": (["--list"], {"--topic", "--level"}),
    "--show": (["--show", "streaming.replayed"], {"--seed", "--picture"}),
    "--mock": (["--mock"], {"--topic", "--level", "--seed"}),
    "--page": (["--page", "p.html"], {"-n", "--topic", "--level", "--seed"}),
    "--cards": (["--cards", "c.html"], {"-n", "--topic", "--level", "--seed"}),
    "--page --cards": (["--page", "p.html", "--cards", "c.html"],
                       {"-n", "--topic", "--level", "--seed"}),
    "--from": (["--from", "app.py"], {"-n", "--topic", "--level", "--seed"}),
    "--show --from": (["--show", "all", "--from", "app.py"], set())}
OPTIONS = {"-n": ["-n", "2"], "--topic": ["--topic", "joins"], "--level": ["--level", "1"],
           "--seed": ["--seed", "3"], "--state": ["--state", "boxes.json"],
           "--picture": ["--picture", "run.svg"]}


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("way", WAYS)
def test_each_option_is_taken_or_refused(way, option, capsys):
    from rushlight.cli import quiz
    arguments, takes = WAYS[way]
    if option in takes:
        quiz._options([*arguments, *OPTIONS[option]])
        return
    with pytest.raises(SystemExit) as end:
        quiz._options([*arguments, *OPTIONS[option]])
    assert end.value.code == 2
    assert f"{option} does not go with" in capsys.readouterr().err


@pytest.mark.parametrize("arguments, refusal", [
    (["--show", "all", "--from", "app.py", "-n", "6"],
     "-n does not go with --show and --from; no other option does"),
    (["--show", "joins.skew", "-n", "6"],
     "-n does not go with --show; --seed, --picture do")])
def test_a_refusal_is_a_sentence_about_what_was_asked_for(arguments, refusal, capsys):
    from rushlight.cli import quiz
    with pytest.raises(SystemExit):
        quiz._options(arguments)
    assert capsys.readouterr().err.endswith(f": error: {refusal}\n")


def test_ways_that_do_not_go_together_are_refused(capsys):
    from rushlight.cli import quiz
    known = {frozenset(way.split()) for way in WAYS}
    names = [way for way in WAYS if way and " " not in way]
    for one, other in itertools.combinations(names, 2):
        arguments = [*WAYS[one][0], *WAYS[other][0]]
        if {one, other} in known:
            quiz._options(arguments)
            continue
        with pytest.raises(SystemExit):
            quiz._options(arguments)
        assert f"{one} and {other} do not go together" in capsys.readouterr().err


def test_arguments_of_the_program_that_begin_with_a_dash(capsys):
    from rushlight.cli import quiz
    options = quiz._options(["--show", "all", "--from", "app.py", "in.csv", "--", "--rows", "--"])
    assert options.own == ["app.py", "in.csv", "--rows", "--"] and options.show == "all"
    for arguments, words in ((["--from", "app.py", "--rows", "3"], "They stand behind --"),
                             (["--mock", "--", "-x"], "of the program of --from")):
        with pytest.raises(SystemExit):
            quiz._options(arguments)
        assert words in capsys.readouterr().err


def test_a_number_of_questions_on_page_and_cards(tmp_path):
    arguments = ("--topic", "streaming", "-n", "5", "--seed", "4")
    done = command("--page", "p.html", "--cards", "c.html", *arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "p.html: 5 questions" in done.stdout and "c.html: 5 questions" in done.stdout
    again = command("--page", "again.html", *arguments, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "p.html").read_bytes() == (tmp_path / "again.html").read_bytes()


@pytest.mark.parametrize("page, cards", [
    ("p.html", "p.html"), ("p.html", "./p.html"), ("p.html", "link.html")])
def test_page_and_cards_are_two_files(page, cards, tmp_path):
    (tmp_path / "link.html").symlink_to("p.html")
    done = command("--page", page, "--cards", cards, cwd=tmp_path)
    assert done.returncode == 2 and not (tmp_path / "p.html").exists()
    assert "--page and --cards name the same file, p.html" in done.stderr


def test_a_program_of_two_contexts_is_refused(tmp_path):
    """Each has a log of its own, and questions are about all that the program runs."""
    (tmp_path / "app.py").write_text("""\
from pyspark import SparkContext
for name in ("first", "second"):
    with SparkContext("local[2]", name) as sc:
        sc.range(3).count()
""")
    done = command("--from", "app.py", "--show", "all", cwd=tmp_path)
    assert done.returncode == 1 and "Jobs" not in done.stdout
    assert "app.py makes 2 SparkContexts" in done.stderr and "a program of one" in done.stderr


def test_whoever_reads_may_leave_early():
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as nobody:
        done = subprocess.run([sys.executable, "-m", "rushlight.cli", "quiz", "--list"],
                              stdout=nobody, stderr=subprocess.PIPE, text=True, timeout=HANG_S)
    assert done.stderr == ""


def test_mock_of_the_command():
    done = command("--mock", "--seed", "3", typed="q\n")
    assert done.returncode == 0 and "30 minutes" in done.stdout and "No answers" in done.stdout


def test_listing_needs_no_engine():
    """It would take longer than all the rest of the start."""
    code = ("import sys; from rushlight.quiz import bank; bank.questions();"
            "sys.exit(any(m in sys.modules for m in ('rushlight._engine', 'pandas', 'numpy')))")
    assert subprocess.run([sys.executable, "-c", code], timeout=HANG_S).returncode == 0


def test_another_context_is_refused():
    from rushlight import SparkContext
    with SparkContext("local[1]", "another"), Workbench() as bench:
        for ask in (lambda: bench.run("1"), lambda: bench.pool("1g")):
            with pytest.raises(PySparkRuntimeError, match="stop\\(\\) it first"):
                ask()


MODULES = ["quiz", "cli.quiz", "quiz.bank", "quiz._questions", "quiz._workbench", "quiz._runs",
           "quiz._answers", "quiz._asking", "quiz._explaining", "quiz._schedule", "quiz._mock",
           "quiz._page", "quiz._cards"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings(name):
    module = importlib.import_module("rushlight." + name)
    told = []
    finder, runner = doctest.DocTestFinder(exclude_empty=True), doctest.DocTestRunner(
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for test in finder.find(module):
        runner.run(test, out=told.append)
    assert runner.failures == 0, "".join(told)
