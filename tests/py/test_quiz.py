"""The quiz: answers that people type, boxes, the interview, questions about a program, runs.

test_quiz_bank.py looks at the questions themselves, test_quiz_command.py at the command line,
test_quiz_page.py at the page and the cards.
"""
import datetime
import glob
import os
import re
import sys

import pytest
from conftest import ROOT
from pty_terminal import Terminal
from quiz_typed import DAY, ManualClock, asking, command, fixed

from rushlight.errors import PySparkRuntimeError, PySparkValueError
from rushlight.quiz import TOPICS, Belief, Workbench, bank, holds
from rushlight.quiz import _answers as answers
from rushlight.quiz import _explaining as explaining
from rushlight.quiz._asking import chosen, practise
from rushlight.quiz._mock import BUDGET_S, interview, plan
from rushlight.quiz._questions import Asked, Option, Question
from rushlight.quiz._schedule import DAYS, Schedule


def number(answer, **more):
    return Asked(None, 0, "number", "How many?", "", answer=answer, **more)


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
def test_practice_moves_boxes_and_gives_another_variant_each_time(tmp_path):
    clock, schedule = ManualClock(), Schedule(str(tmp_path / "quiz.json"))
    questions = [fixed("counting.a", 5)]
    typed = asking("5")
    assert practise(questions, schedule, None, clock, 3, typed) == (1, 1)
    assert "Right." in "\n".join(typed.told) and schedule.cards["counting.a"].box == 2
    clock.day = schedule.cards["counting.a"].due
    assert practise(questions, schedule, None, clock, 3, asking("5")) == (0, 1)     # now it is 6
    assert schedule.cards["counting.a"].box == 1


def test_new_questions_come_by_level_after_those_that_are_due(tmp_path):
    clock, schedule = ManualClock(), Schedule(str(tmp_path / "quiz.json"))
    questions = [fixed(f"counting.{name}", 5, level) for name, level in (
        ("hard", 3), ("easy", 1), ("due", 3), ("middling", 2), ("simple", 1))]
    schedule.answered("counting.due", False, DAY)
    clock.day = schedule.cards["counting.due"].due
    typed = asking(*["s"] * 5)
    practise(questions, schedule, None, clock, 5, typed)
    levels = re.findall(r"── \d of 5 ── (counting\.\w+) .* level (\d)", "\n".join(typed.told))
    assert [level for _, level in levels] == ["3", "1", "1", "2", "3"]
    assert levels[0][0] == "counting.due"


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


def test_labs_that_are_named_are_there_and_those_in_python_come_first():
    labs = os.path.join(ROOT, "lessons", "labs")
    in_python = {int(name[:2]): os.path.isdir(os.path.join(labs, name, "python"))
                 for name in os.listdir(labs) if re.match(r"\d\d_", name)}
    for topic in TOPICS.values():
        assert all(in_python[lab] for lab in topic.labs), topic.name
        assert topic.labs or not topic.labs_in_c, topic.name
        assert not any(in_python[lab] for lab in topic.labs_in_c), topic.name


def test_pages_that_are_named_are_the_books():
    for topic in TOPICS.values():
        page, = glob.glob(os.path.join(ROOT, "docs", "book", f"{topic.page:02}_*.md"))
        with open(page, encoding="utf-8") as f:
            assert f"\n# {topic.page_title}\n" in f.read(), topic.name


def test_no_question_is_begun_when_the_time_is_over():
    marks, told = interviewed(["5"] * 60, seconds=700)
    assert len(marks) == 3 and "Time is over." in told


def test_the_clock_stands_while_a_question_is_computed():
    clock = ManualClock()

    def computed(v):
        clock.now += 600
        return v.number("How many?", 5, "So.")

    questions = [Question("counting", f"q{i}", 1, f"Q {i}", computed) for i in range(30)]
    typed = asking(*["5"] * 30, clock=clock, seconds=30)
    marks = interview(questions, None, clock, typed, seed=0)
    assert len(marks) == 30 and {mark.seconds for mark in marks} == {30}
    assert "── 2 of 30 · 29:30 left" in "\n".join(typed.told)


def test_misses_are_explained_and_labs_named():
    marks, told = interviewed(["4", "5", "s", "q"], seconds=10)
    assert [mark.points for mark in marks] == [0, 1, 0]
    assert "Score: 1 of 3 (33%)" in told
    assert re.search(r"To read:\n  .*: page \d+ of the book,", told)
    assert re.search(r"Begin with page \d+ of the book, then rushlight lesson start \d+\n", told)
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


RDD_APP = """\
from pyspark import SparkContext
sc = SparkContext("local[2]", "rounds")
pairs = sc.parallelize(range(40), 4).map(lambda x: (x % 5, x))
sums = pairs.reduceByKey(lambda a, b: a + b)
print(sums.count())
print(sums.sortByKey(True, 2).collect())
for _ in range(3):
    sums.count()
"""


@pytest.fixture(scope="module")
def own_rdds(tmp_path_factory):
    """Questions about a program without SQL, as asked, by their titles in their order."""
    from rushlight.quiz._own_program import questions_about, trace_of
    app = tmp_path_factory.mktemp("own") / "rounds.py"
    app.write_text(RDD_APP)
    return {q.title: q.asked(None) for q in questions_about(trace_of(str(app)), str(app))}


def says(asked):
    return {value: belief.says for value, belief in asked.tempting.items()}


def test_a_program_of_rdds_is_not_asked_about_sql(own_rdds):
    assert len(own_rdds) >= 8 and list(own_rdds)[:4] == ["Jobs", "Stages", "Tasks", "The first job"]
    assert not any(title.startswith("If ") for title in own_rdds)       # it sets its master itself
    assert not any("200 is law" in says(asked).values() for asked in own_rdds.values())


def test_wrong_answers_are_what_their_beliefs_would_say(own_rdds):
    assert own_rdds["Jobs"].answer == 7
    assert says(own_rdds["Jobs"]) == {1: "a program is one job", 5: "only actions start jobs"}
    assert says(own_rdds["Jobs of line 5"]) == {}       # one action, one job: all say so
    assert says(own_rdds["Jobs of line 8"]) == {}       # three of each
    assert says(own_rdds["Jobs of line 6"]) == {1: "only actions start jobs"}
    first = own_rdds["The first job"]
    assert first.answer == 5 and says(first) == {3: "transformations run at once"}


def test_an_action_of_several_jobs_is_one_to_who_believes_so(own):
    assert says(own[1]["Jobs of line 6"]) == {1: "each action is one job"}


def test_the_first_questions_about_a_program_are_of_all_of_it(tmp_path):
    (tmp_path / "rounds.py").write_text(RDD_APP)
    done = command("-n", "4", "--from", "rounds.py", typed="s\n" * 4, cwd=tmp_path)
    assert re.findall(r"── \d of 4 ── (\w+)\.own_\d ", done.stdout) == [
        "counting", "counting", "counting", "laziness"], done.stderr


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


def test_a_log_that_is_being_written_is_read_as_far_as_it_is_whole(tmp_path):
    from rushlight.quiz._runs import Run
    log = tmp_path / "local-1"
    (tmp_path / "local-1.inprogress").write_bytes(
        b'{"Event":"SparkListenerApplicationStart","App Name":"a","App ID":"local-1","Timestamp":1,'
        b'"User":"u"}\n{"Event":"SparkListenerTa')
    run = Run("", "local[2]", {}, {}, [])
    run.read_attempts(str(log))
    assert run.attempts == run.failed == 0


def test_what_a_program_raises_comes_out_unless_it_is_to_fail():
    with Workbench() as bench:
        with pytest.raises(ZeroDivisionError):
            bench.run("1 / 0")
        assert isinstance(bench.run("1 / 0", fails=True).error, ZeroDivisionError)
