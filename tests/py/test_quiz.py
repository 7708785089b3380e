"""The quiz: answers that people type, boxes, the interview, questions about a program, the command.

test_quiz_bank.py looks at the questions themselves.
"""
import datetime
import doctest
import importlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT
from pty_terminal import Terminal

from rushlight.errors import PySparkRuntimeError, PySparkValueError
from rushlight.quiz import Belief, Workbench, bank, holds
from rushlight.quiz import _answers as answers
from rushlight.quiz import _explaining as explaining
from rushlight.quiz._asking import Asking, chosen, practise
from rushlight.quiz._mock import BUDGET_S, interview, plan
from rushlight.quiz._questions import Asked, Option, Question
from rushlight.quiz._schedule import DAYS, Schedule

DAY = datetime.date(2026, 3, 1)
HANG_S = 120


class ManualClock:
    """Days and seconds that only a test moves."""

    def __init__(self, day=DAY):
        self.day, self.now = day, 0.0

    def today(self):
        return self.day

    def seconds(self):
        return self.now


def number(answer, **more):
    return Asked(None, 0, "number", "How many?", "", answer=answer, **more)


def command(*arguments, typed="", **more):
    return subprocess.run([sys.executable, "-m", "rushlight.cli", "quiz", *arguments],
                          input=typed, capture_output=True, text=True, timeout=HANG_S, **more)


# ── what people type ──
@pytest.mark.parametrize("text, unit, value", [
    ("2278", "MiB", 2278), ("2,278", "MiB", 2278), ("2,278 MB", "MiB", 2278),
    ("2278 MiB", "MiB", 2278), ("2 278", "MiB", 2278), ("2'278 mb.", "MiB", 2278),
    ("2278mb", "MiB", 2278), ("2g", "MiB", 2048), ("2 GiB", "MiB", 2048), ("512k", "MiB", 0.5),
    ("1.5 min", "s", 90), ("200 ms", "s", 0.2), ("2m", "s", 120), ("10m", "MiB", 10),
    ("~40", "", 40), ("about 40 tasks", "", 40), ("= 7", "", 7), ("-1", "", -1), ("−1", "", -1),
    ("2.278e3", "MiB", 2278), ("four", "", 4), ("None.", "", 0), ("twice", "", 2),
    ("12 %", "%", 12), ("1 000 000", "", 1e6), ("40 tasks", "", 40), (".5", "", .5)])
def test_numbers_are_read_leniently(text, unit, value):
    assert answers.parse_number(text, unit) == pytest.approx(value)


@pytest.mark.parametrize("text", ["many", "", "  ", "four-ish hundred", "1,2,3", "1.2.3"])
def test_what_is_no_number_is_said_to_be_none(text):
    with pytest.raises(PySparkValueError, match="is no number"):
        answers.parse_number(text)


def test_tolerance_only_where_the_question_says_so():
    assert answers.judge(number(2278), "2278").right
    assert not answers.judge(number(2278), "2279").right
    assert answers.judge(number(2277.6, within=0.01), "2,278 MB").right
    assert not answers.judge(number(2277.6, within=0.01), "2,310").right


def test_a_tempting_number_names_its_belief():
    belief = Belief("the whole heap", "300 MiB are reserved.")
    asked = number(2277.6, unit="MiB", within=0.01, tempting={4096: belief})
    assert answers.judge(asked, "4 GB").belief is belief
    assert answers.judge(asked, "17").belief is None


@pytest.mark.parametrize("text, index", [
    ("a", 0), ("B", 1), ("c)", 2), ("(b)", 1), ("It starts one job.", 1), ("it starts no", 0),
    ("IT STARTS  TWO JOBS", 2)])
def test_options_by_letter_or_text(text, index):
    options = ["It starts no job.", "It starts one job.", "It starts two jobs."]
    assert answers.parse_choice(text, options) == index


@pytest.mark.parametrize("text", ["d", "it starts", "", "perhaps"])
def test_what_is_no_option_is_said_to_be_none(text):
    with pytest.raises(PySparkValueError, match="none of the options"):
        answers.parse_choice(text, ["It starts no job.", "It starts one job.", "It is over."])


def test_a_wrong_option_names_its_belief():
    belief = Belief("eager", "No.")
    asked = Asked(None, 0, "choice", "?", "", options=[Option("x", belief), Option("y", None)])
    assert answers.judge(asked, "a") == answers.Verdict(False, belief)
    assert answers.judge(asked, "b").right and asked.right == 1


def test_the_engine_is_asked_and_may_disagree():
    assert holds(True, "so it is") == "so it is"
    with pytest.raises(PySparkValueError, match="the engine does not agree: so it is"):
        holds(False, "so it is")


# ── boxes ──
def test_boxes_double_and_a_miss_goes_back(tmp_path):
    schedule = Schedule(str(tmp_path / "a" / "quiz.json"))
    day = DAY
    for box in (2, 3, 4, 5, 5):
        schedule.answered("x", True, day)
        card = schedule.cards["x"]
        assert card.box == box and card.due == day + datetime.timedelta(days=DAYS[box - 1])
        day = card.due
    schedule.answered("x", False, day)
    card = schedule.cards["x"]
    assert (card.box, card.due, card.asked, card.right) == (1, day + datetime.timedelta(1), 6, 5)


def test_boxes_are_kept_in_a_file(tmp_path):
    path = str(tmp_path / "quiz.json")
    Schedule(path).answered("x", True, DAY)
    again = Schedule(path)
    assert again.cards["x"].box == 2 and again.due(DAY) == []
    assert again.due(DAY + datetime.timedelta(2)) == ["x"]
    assert os.listdir(tmp_path) == ["quiz.json"]


def test_those_due_come_first_then_new_ones_then_the_rest(tmp_path):
    schedule = Schedule(str(tmp_path / "quiz.json"))
    schedule.answered("later", True, DAY)
    schedule.answered("longest due", False, DAY - datetime.timedelta(9))
    schedule.answered("due", False, DAY - datetime.timedelta(2))
    assert schedule.order(["new", "later", "due", "longest due"], DAY) == [
        "longest due", "due", "new", "later"]


@pytest.mark.parametrize("text", ["", "[]", '{"cards": {"x": {"box": 1}}}', '{"cards": 3}', "\0"])
def test_a_file_that_is_none_of_ours_is_refused(tmp_path, text):
    path = tmp_path / "quiz.json"
    path.write_text(text)
    with pytest.raises(PySparkValueError, match="is no file of the quiz"):
        Schedule(str(path))
    assert path.read_text() == text


# ── asking ──
def fixed(id, answer, level=1):
    """A question that needs no engine."""
    topic, name = id.split(".")
    return Question(topic, name, level, id, lambda v: v.number("How many?", answer + v.seed, "So."))


def asking(*typed, clock=None, seconds=0.0):
    """Types these lines, each after so many seconds; what is told is in .told."""
    lines, told = iter(typed), []

    def read(prompt):
        if clock:
            clock.now += seconds
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    made = Asking(read, told.append)
    made.told = told
    return made


def test_practice_moves_boxes_and_gives_another_variant_each_time(tmp_path):
    clock, schedule = ManualClock(), Schedule(str(tmp_path / "quiz.json"))
    questions = [fixed("counting.a", 5)]
    typed = asking("5")
    assert practise(questions, schedule, None, clock, 3, typed) == (1, 1)
    assert "Right." in "\n".join(typed.told) and schedule.cards["counting.a"].box == 2
    clock.day = schedule.cards["counting.a"].due
    assert practise(questions, schedule, None, clock, 3, asking("5")) == (0, 1)     # now it is 6
    assert schedule.cards["counting.a"].box == 1


def test_skipping_quitting_and_nonsense(tmp_path):
    clock, schedule = ManualClock(), Schedule(str(tmp_path / "quiz.json"))
    questions = [fixed("counting.a", 5), fixed("counting.b", 5), fixed("counting.c", 5)]
    typed = asking("", "nonsense", "s", "q")
    assert practise(questions, schedule, None, clock, 3, typed) == (0, 0)
    told = "\n".join(typed.told)
    assert "is no number" in told and "Skipped." in told and schedule.cards == {}


def test_questions_by_topic_and_level():
    questions = bank.questions()
    some = chosen(questions, ["joins"], [3])
    assert some and all(q.topic == "joins" and q.level == 3 for q in some)
    assert len(chosen(questions)) == len(questions)


# ── the interview ──
def test_the_interview_fits_its_time_and_covers_topics():
    questions = list(bank.questions().values())
    for seed in range(20):
        some = plan(questions, seed)
        spent = sum(BUDGET_S[q.level] for q in some)
        assert 30 * 60 - min(BUDGET_S.values()) < spent <= 30 * 60
        assert len({q.id for q in some}) == len(some) and len({q.topic for q in some}) >= 12
    assert plan(questions, 1) == plan(questions, 1) != plan(questions, 2)


def interviewed(typed, seconds, n=30):
    clock = ManualClock()
    questions = [fixed(f"{topic}.q{i}", 5, 1 + i % 3) for i in range(n)
                 for topic in ("counting", "joins")]
    typed = asking(*typed, clock=clock, seconds=seconds)
    marks = interview(questions, None, clock, typed, seed=0)
    return marks, "\n".join(typed.told)


def test_an_answer_in_time_counts_whole_a_late_one_half():
    marks, told = interviewed(["5"] * 60, seconds=30)
    assert all(mark.points == 1 for mark in marks) and "(100%)" in told and "To read" not in told
    marks, told = interviewed(["5"] * 60, seconds=90)
    assert {mark.points for mark in marks if mark.asked.question.level == 1} == {0.5}
    assert {mark.points for mark in marks if mark.asked.question.level == 2} == {1.0}
    assert "Over budget: " in told and "1:30 for 1:00" in told


def test_labs_that_are_named_are_there():
    from rushlight.quiz import TOPICS
    there = {int(name[:2]) for name in os.listdir(os.path.join(ROOT, "lessons", "labs"))
             if re.match(r"\d\d_", name)}
    assert {lab for topic in TOPICS.values() for lab in topic.labs} <= there


def test_no_question_is_begun_when_the_time_is_over():
    marks, told = interviewed(["5"] * 60, seconds=700)
    assert len(marks) == 3 and "Time is over." in told


def test_misses_are_explained_and_labs_named():
    marks, told = interviewed(["4", "5", "s", "q"], seconds=10)
    assert [mark.points for mark in marks] == [0, 1, 0]
    assert "Score: 1 of 3 (33%)" in told and re.search(r"To read: .*lab", told)
    assert re.search(r"Begin with lab (\d+): rushlight lesson start \1\n", told)
    assert told.count("Answer: 5") == 2
    assert "No answers" in interviewed(["q"], seconds=1)[1]


@pytest.mark.parametrize("text", ["q\n", "5\n"])
def test_what_was_typed_before_a_question_is_no_answer_to_it(tmp_path, text):
    script = tmp_path / "ask.py"
    script.write_text("""\
import sys
from rushlight.quiz._asking import Asking
from rushlight.quiz._questions import Asked
print("computing", flush=True)
sys.stdin.buffer.raw.read(1)            # until something has been typed; the rest is waiting
asked = Asked(None, 0, "number", "How many?", "So.", answer=7)
print("verdict", Asking().answer(asked), flush=True)
""")
    with Terminal([sys.executable, script]) as terminal:
        terminal.wait_for("computing")
        terminal.type("x" + text)
        terminal.wait_for("answer ")
        terminal.type("7\n")
        terminal.wait_for("verdict Verdict.right=True")
        assert terminal.wait() == 0


# ── questions about a program ──
APP = """\
import sys
from pyspark.sql import SparkSession, functions as F
spark = SparkSession.builder.appName("orders").getOrCreate()
orders = spark.range(0, 1000, 1, 4).selectExpr("id % 50 AS customer", "id AS amount")
customers = spark.range(50).selectExpr("id AS customer")
orders.groupBy("customer").agg(F.sum("amount")).join(customers, "customer").collect()
pairs = spark.sparkContext.parallelize(range(40), 4).map(lambda x: (x % 5, x))
sums = pairs.reduceByKey(lambda a, b: a + b)
print(sums.count(), sums.collect(), sys.argv[1:])
spark.stop()
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """(the run of a program, its questions by their titles, as asked)"""
    from rushlight.quiz._own_program import questions_about, trace_of
    app = tmp_path_factory.mktemp("own") / "orders.py"
    app.write_text(APP)
    run = trace_of(str(app), ["--rows", "3"])
    return run, {q.title: q.asked(None) for q in questions_about(run, str(app), ["--rows", "3"])}


def test_questions_about_a_program(own):
    run, questions = own
    assert len(questions) >= 12
    assert questions["Jobs"].answer == run.jobs
    assert questions["Stages"].answer == run.stages
    assert questions["Tasks"].answer == run.tasks
    assert questions["Shuffles"].answer == run.shuffles == 2
    assert questions["Skipped stages"].answer == run.skipped > 0
    join = questions["The join"]
    assert join.options[join.right].text == "BroadcastHashJoin"
    off = questions["If adaptive execution is turned off"]
    assert off.answer >= 200 > run.tasks
    for asked in questions.values():
        assert asked.is_computed and explaining.explanation(asked)
        assert re.search(r"Now|instead", asked.ask) is None


def test_questions_about_lines_of_a_program(own):
    run, questions = own
    query, both = questions["Jobs of line 6"], questions["Jobs of line 9"]
    assert (query.answer, both.answer) == (3, 2) and run.jobs == 5
    told = explaining.question(query)
    assert "  6  orders.groupBy(" in told and "SparkSession" not in told
    why = explaining.explanation(query)
    assert "collect at orders.py:6" in why and "orders.py:9" not in why


def test_a_program_is_told_once_with_its_own_master(own):
    from rushlight.quiz._own_program import program
    run, questions = own
    told = program(run)
    assert "orders.py --rows 3" in told and "local[*]" in told and "shuffle.partitions" not in told
    assert told.count("spark.stop()") == 1
    assert all("spark.stop()" not in explaining.question(asked) for asked in questions.values())


def test_the_trace_of_a_program_comes_after_its_questions(tmp_path):
    (tmp_path / "orders.py").write_text(APP)
    done = command("-n", "3", "--seed", "1", "--from", "orders.py", "--", "--rows", "3",
                   typed="1\n2\ns\n", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    asked, end = done.stdout.split(" of 2 right.")
    assert asked.count("spark.stop()") == 1 and "orders.py --rows 3, on local[*]" in asked
    assert "job 0" not in asked and "job 0" in end


def test_a_changed_run_is_what_its_question_explains(own):
    _, questions = own
    why = explaining.explanation(questions["If spark.sql.shuffle.partitions is 7"])
    assert "hashpartitioning(customer, 7)" in why


@pytest.mark.parametrize("text, what", [
    ("1 / 0", "ended with status 1"), ("print('no Spark')", "made no SparkContext"),
    ("from pyspark import SparkContext\nSparkContext().range(3)", "starts no job")])
def test_a_program_that_cannot_be_asked_about(tmp_path, text, what):
    from rushlight.quiz._own_program import questions_about, trace_of
    app = tmp_path / "app.py"
    app.write_text(text)
    with pytest.raises(PySparkRuntimeError, match=what):
        questions_about(trace_of(str(app)), str(app))


# ── the workbench ──
def test_a_run_has_numbers_of_its_own_program_alone():
    with Workbench() as bench:
        one = bench.run("sc.parallelize(range(8), 2).map(abs).groupBy(bool).count()")
        two = bench.run("sc.parallelize(range(8), 2).map(abs).groupBy(bool).count()")
        assert (one.jobs, one.stages, one.tasks, one.value) == (1, 2, 4, 2)
        assert one.picture == two.picture and "job 0" in two.picture
        assert "count at program.py:1" in two.picture


def test_settings_last_for_one_run():
    with Workbench() as bench:
        key = "spark.sql.shuffle.partitions"
        get = f"spark.conf.get({key!r})"
        assert bench.run(get, conf={key: "9"}).value == "9"
        assert bench.run(get).value == "4"
        assert bench.run("sc.defaultParallelism", master="local[3]").value == 3
        assert bench.run("sc.defaultParallelism").value == 4


def test_what_a_program_raises_comes_out_unless_it_is_to_fail():
    with Workbench() as bench:
        with pytest.raises(ZeroDivisionError):
            bench.run("1 / 0")
        assert isinstance(bench.run("1 / 0", fails=True).error, ZeroDivisionError)


# ── the command ──
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
    for words in ("How many tasks run in all?", "Answer: ", "Why not", "job 0", "└─▶", "Read: lab"):
        assert words in done.stdout
    with open(picture, encoding="utf-8") as f:
        assert "<svg" in f.read()
    again = command("--show", "counting.word_count", "--seed", "2").stdout
    assert done.stdout.split("The trace")[0] == again.split("The trace")[0]


def test_the_command_asks_and_keeps_boxes(tmp_path):
    state = str(tmp_path / "boxes.json")
    done = command("-n", "2", "--topic", "streaming", "--state", state, "--seed", "1",
                   typed="a\na\n0\n0\n")
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d of 2 right\. 0 due today, kept in .*boxes\.json", done.stdout)
    with open(state, encoding="utf-8") as f:
        assert len(json.load(f)["cards"]) == 2


def test_boxes_are_in_the_users_state_folder(tmp_path):
    env = dict(os.environ, XDG_STATE_HOME=str(tmp_path))
    command("-n", "1", "--topic", "streaming", "--seed", "1", typed="a\n0\n", env=env)
    assert (tmp_path / "rushlight" / "quiz.json").exists()


@pytest.mark.parametrize("arguments, status", [
    (["--show", "no.such"], 2), (["--topic", "cooking"], 2), (["-n", "0"], 2),
    (["--from", "no_such.py"], 1), (["--from", "app.py", "--show", "joins.skew"], 2),
    (["--show", "streaming.micro_batches", "--picture", "x.svg"], 1)])
def test_misuse(arguments, status, tmp_path):
    (tmp_path / "app.py").write_text("from pyspark import SparkContext\nSparkContext().range(3).sum()\n")
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
           "quiz._answers", "quiz._explaining", "quiz._schedule", "quiz._mock", "quiz._page",
           "quiz._cards"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings(name):
    module = importlib.import_module("rushlight." + name)
    told = []
    finder, runner = doctest.DocTestFinder(exclude_empty=True), doctest.DocTestRunner(
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for test in finder.find(module):
        runner.run(test, out=told.append)
    assert runner.failures == 0, "".join(told)


# ── the page and the cards ──
def asked_questions():
    """Two of each kind, with text that HTML must not take for markup."""
    eager = Belief("<b>eager</b>", "It is not & never was.")
    question = fixed("laziness.q", 1)
    return [Asked(question, 0, "number", "How <many>?", "a < b", answer=2277.6, unit="MiB",
                  within=0.01, tempting={4096: eager}),
            Asked(question, 0, "choice", "Which?", "</script> so", options=[
                Option("x", eager), Option("y & z", None), Option("w", eager)])]


def test_the_page_holds_questions_as_data_that_cannot_break_out(tmp_path):
    from rushlight.quiz._page import write_page
    path = tmp_path / "quiz.html"
    write_page(asked_questions(), str(path))
    text = path.read_text(encoding="utf-8")
    assert text.count("</script>") == 2 and "http://" not in text and "https://" not in text
    assert "default-src 'none'" in text
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S)[1])
    first, second = data["questions"]
    assert first["answer"] == 2277.6 and first["tempting"] == [
        [4096, "<b>eager</b>", "It is not & never was."]]
    assert second["right"] == 1 and second["why"] == "</script> so"


@pytest.mark.skipif(not shutil.which("node"), reason="the page's script needs node to be tested")
def test_the_pages_script_reads_numbers_as_the_command_does(tmp_path):
    from rushlight.quiz import _page
    with open(_page._TEMPLATE, encoding="utf-8") as f:
        script = re.findall(r"<script>(.*?)</script>", f.read(), re.S)[0]
    typed = [("2,278 MB", "MiB"), ("2g", "MiB"), ("2 278", "MiB"), ("1.5 min", "s"), ("2m", "s"),
             ("~40", ""), ("about 40 tasks", ""), ("four", ""), ("None.", ""), ("−1", ""),
             ("2.278e3", "MiB"), ("512k", "MiB"), ("many", ""), ("1,2,3", ""), ("1.2.3", ""), ("", "")]
    script += f"\nconsole.log(JSON.stringify({json.dumps(typed)}.map(a => parseNumber(...a))));"
    file = tmp_path / "script.js"
    file.write_text(script, encoding="utf-8")
    done = subprocess.run(["node", str(file)], capture_output=True, text=True, timeout=HANG_S)
    assert done.returncode == 0, done.stderr

    def ours(text, unit):
        try:
            return answers.parse_number(text, unit)
        except PySparkValueError:
            return None
    assert json.loads(done.stdout) == [ours(*one) for one in typed]


def test_answers_lie_behind_their_questions(tmp_path):
    from rushlight.quiz._cards import write_cards
    path = tmp_path / "cards.html"
    some = []
    for i in range(7):
        asked = asked_questions()[0]
        asked.question = fixed(f"laziness.q{i}", i)
        some.append(asked)
    write_cards(some, str(path))
    text = path.read_text(encoding="utf-8")
    sheets = re.split(r'<section class="sheet ', text)[1:]
    ids = [re.findall(r"laziness\.(q\d)", sheet) for sheet in sheets]
    assert ids == [["q0", "q1", "q2", "q3", "q4", "q5"], ["q1", "q0", "q3", "q2", "q5", "q4"],
                   ["q6"], ["q6"]]
    assert sheets[3].index('class="card"></div>') < sheets[3].index("q6")
    assert "How &lt;many&gt;?" in text and "<b>eager" not in text and "size: A4" in text


def test_page_and_cards_of_the_command(tmp_path):
    done = command("--page", "p.html", "--cards", "c.html", "--topic", "streaming", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "p.html: 12 questions" in done.stdout and "c.html: 12 questions" in done.stdout


def test_a_simulated_cluster_is_drawn_as_a_timeline(tmp_path):
    picture = tmp_path / "run.svg"
    done = command("--show", "faults.speculation_run", "--picture", str(picture))
    assert done.returncode == 0, done.stderr
    assert "<svg" in picture.read_text(encoding="utf-8")
