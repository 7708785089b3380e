"""Reading labs, grading files, and proving labs: each mistake of an author is told."""
import pkgutil
from types import SimpleNamespace

import pytest

import rushlight.lesson
from docstring_examples import examples_of, run_example
from rushlight.lesson import LessonError, console, grade, load, sandbox
from rushlight.lesson.grading import seed_of, truths
from rushlight.lesson.loading import exercises_of, hints, labs
from rushlight.lesson.model import Verdict
from rushlight.lesson.mutants import read_mutant
from rushlight.lesson.proof import prove
from rushlight.lesson.telling import Telling
from small_labs import CHECK, MUTANTS, SOLUTION, STARTER, TOML, WRONG, make_lab, mutant


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return load(make_lab(tmp_path_factory.mktemp("labs")))


def exercise_with(tmp_path, **files):
    return load(make_lab(tmp_path, **files)).exercises[0]


def written(tmp_path, text):
    path = tmp_path / "doubling.py"
    path.write_text(text)
    return path


# ── reading ──
def test_a_lab_is_read(lab):
    assert (lab.number, lab.name, lab.title) == (1, "01_doubling", "Lazy doubling")
    exercise, = lab.exercises
    assert (exercise.name, exercise.file, exercise.minutes) == ("1py", "doubling.py", 5)
    assert exercise.lab is lab and exercise.master == "local[2]"
    assert [p.id for p in exercise.predictions] == ["jobs_before", "jobs_after"]
    assert len(hints(exercise)) == 2 and len(exercise.mutants) == len(MUTANTS)


@pytest.mark.parametrize("files, words", [
    (dict(toml="number = "), "lab.toml: "),
    (dict(toml=TOML.replace("title", "titel")), "lab.toml: title is missing"),
    (dict(toml=TOML.replace("minutes = 5", "minutes = 5\nlimit = 3")), "limit is not known here"),
    (dict(toml=TOML.replace("minutes = 5", "minutes = '5'")), "minutes must be a whole number"),
    (dict(toml=TOML.replace('"1" = "eager"', '"1" = "lazy"')), "names the misconception 'lazy'"),
    (dict(toml=TOML.replace('"1" = "eager"', '"5" = "eager"')), "has '5', which is no choice"),
    (dict(toml=TOML.replace("{name}.py", "json.py")), "called as a module of Python's own"),
    (dict(toml=TOML.replace("{name}.py", "a/b.py")), "file must be a name that ends in .py"),
    (dict(toml=TOML.replace("[python]", "[c]").replace("[[python.", "[[c.")), "belong together"),
    (dict(toml=TOML.replace("jobs_after", "jobs_before")), "two predictions are called"),
    (dict(starter=None), "there is no file"),
    (dict(text=None), "the lab's text"),
    (dict(hints="## 2\nx\n"), "headed ## 1, ## 2, … in order; found ## 2"),
])
def test_mistakes_in_a_folder_are_told(tmp_path, files, words):
    with pytest.raises(LessonError) as told:
        load(make_lab(tmp_path, **files))
    assert words in str(told.value) and str(tmp_path) in str(told.value)


@pytest.mark.parametrize("check, words", [
    ("1 +", "SyntaxError"),
    ("x = 1", "has no check"),
    (CHECK.replace('after="doubles"', 'after="later"'), "comes after 'later'"),
    (CHECK.replace('@prediction("jobs_after")', ""), "computes the prediction 'jobs_after'"),
    (CHECK.replace('"jobs_after"', '"later"'), "nothing computes the prediction 'jobs_after'"),
    (CHECK.replace("points=2", "points=-2"), "must not be negative"),
])
def test_mistakes_in_check_files_are_told(tmp_path, check, words):
    with pytest.raises(LessonError) as told:
        grade(exercise_with(tmp_path, check=check), "doubling.py")
    assert words in str(told.value)


def test_two_labs_cannot_have_one_number(tmp_path):
    make_lab(tmp_path, name="one")
    make_lab(tmp_path / "x", name="other")
    (tmp_path / "x" / "01_other").rename(tmp_path / "02_other")
    with pytest.raises(LessonError, match="both have number = 1"):
        labs(tmp_path)


@pytest.mark.parametrize("name, words", [
    ("one", "names no exercise"), ("7", "there is no lab 7"), ("1c", "no exercise 1c; it has 1py")])
def test_names_of_exercises(lab, name, words):
    assert [e.name for e in exercises_of("1", [lab])] == ["1py"]
    with pytest.raises(LessonError, match=words):
        exercises_of(name, [lab])


# ── grading ──
def test_a_solution_gets_all_points(lab):
    exercise, = lab.exercises
    doubles, lazily = grade(exercise, exercise.solution, student="ada")
    assert doubles.passed and lazily.passed
    assert (doubles.points, lazily.points, lazily.max_points) == (1, 2, 2)
    assert doubles.hidden and not lazily.hidden     # the last seed that it passed with
    assert lazily.comments == [{"kind": "celebratory", "text": "nothing ran too early"}]
    assert Verdict.from_json(lazily.as_json()) == lazily


def test_what_the_student_raises_is_told_with_his_line(lab):
    exercise, = lab.exercises
    doubles, lazily = grade(exercise, exercise.starter, student="ada")
    assert doubles.status == "error" and doubles.points == 0
    assert doubles.message.startswith("NotImplementedError: double the numbers\n  doubling.py, line")
    assert lazily.status == "skipped" and "doubles" in lazily.message and lazily.replay == ""


def test_a_failure_names_its_misconception(lab, tmp_path):
    doubles, lazily = grade(lab.exercises[0], written(tmp_path, WRONG["eager"]), student="ada")
    assert doubles.passed
    assert (lazily.status, lazily.misconception) == ("failed", "eager")


def test_a_file_that_does_not_compile(lab, tmp_path):
    doubles, _ = grade(lab.exercises[0], written(tmp_path, "x = 1\ndef f(:\n"))
    assert doubles.status == "error" and "(doubling.py, line 2)" in doubles.message


def test_a_forgotten_return_is_asked_for(lab, tmp_path):
    text = "def doubled(sc, numbers):\n    sc.parallelize(numbers, 2)\n"
    doubles, _ = grade(lab.exercises[0], written(tmp_path, text))
    assert "does a function of yours return nothing?" in doubles.message


def test_an_error_in_a_task_is_told(lab, tmp_path):
    text = "def doubled(sc, numbers):\n    return sc.parallelize(numbers).map(lambda n: n / 0)\n"
    doubles, _ = grade(lab.exercises[0], written(tmp_path, text))
    assert doubles.status == "error" and "ZeroDivisionError" in doubles.message


CONTEXTS = """\
from rushlight.lesson.checks import check, prediction
jobs_before = prediction("jobs_before")(lambda case: 0)
jobs_after = prediction("jobs_after")(lambda case: 0)

@check("one after another")
def after(case):
    first = case.sc
    with case.context(conf={"spark.app.name": "other"}, master="local[3]") as spark:
        assert spark.sparkContext.appName == "other" and spark.sparkContext.master == "local[3]"
        assert first is not spark.sparkContext
    assert case.sc.master == "local[2]" and case.sc is not first
    assert case.sc.parallelize([1]).count() == 1

@check("not two at once")
def nested(case):
    with case.context(), case.context():
        pass

@check("a student's own")
def own(case):
    from rushlight import SparkContext
    SparkContext("local[1]", "mine")
    with case.context():
        pass
"""


def test_there_is_one_context_at_a_time(tmp_path):
    exercise = exercise_with(tmp_path, check=CONTEXTS)
    after, nested, own = grade(exercise, exercise.solution)
    assert after.passed, after.message
    assert "another context is running" in nested.message and "is running" in own.message


def test_a_seed_plays_a_verdict_again(lab, tmp_path):
    """Wrong for numbers from 60 on: some data show it, some do not, and a seed is the data."""
    path = written(tmp_path, "def doubled(sc, numbers):\n    doubles = [2 * n if n < 60 else 0 "
                             "for n in numbers]\n    return sc.parallelize(doubles)\n")
    exercise, = lab.exercises
    failed = grade(exercise, path, student="ada")[0]
    assert failed.status == "failed"
    assert failed.replay == f"rushlight lesson check 1 --seed {failed.seed}"
    again = grade(exercise, path, seed=failed.seed)[0]
    assert (again.status, again.seed, again.message) == ("failed", failed.seed, failed.message)


def test_students_have_data_of_their_own(lab):
    exercise, = lab.exercises
    seeds = {seed_of(exercise, "doubles", student, n) for student in ("ada", "bob") for n in (0, 1)}
    assert len(seeds) == 4


def test_hidden_seeds_can_be_left_out(lab):
    exercise, = lab.exercises
    assert not grade(exercise, exercise.solution, hidden=False)[0].hidden


def test_a_file_that_is_not_there(lab):
    with pytest.raises(LessonError, match="nowhere.py: there is no such file"):
        grade(lab.exercises[0], "nowhere.py")


def test_predictions_are_computed(lab):
    assert truths(lab.exercises[0]) == {"jobs_before": 0, "jobs_after": 1}


# ── proofs ──
def test_a_good_lab_is_proved(lab):
    report = prove(lab)
    assert report.problems == [] and report.ok
    assert (report.n_checks, report.n_predictions, report.n_mutants) == (2, 2, 5)
    assert report.n_blocks == 3


def test_the_starter_is_run_up_to_the_first_check_that_fails(tmp_path, monkeypatch):
    lab = load(make_lab(tmp_path, check=CHECK.replace(', after="doubles"', "")))
    ran = []

    def run(exercise, files, steps, limits=None):
        outcomes = sandbox.run(exercise, files, steps, limits)
        ran.extend((files[step.submission], step.name, outcome["status"])
                   for step, outcome in zip(steps, outcomes))
        return outcomes

    monkeypatch.setattr("rushlight.lesson.proof.sandbox", SimpleNamespace(
        run=run, Step=sandbox.Step))
    assert prove(lab, text=False).ok
    starter = lab.exercises[0].starter
    assert [of for of in ran if of[0] == starter] == [
        (starter, "doubles", "error"), (starter, "lazily", "skipped")]


WRONG_TEXT = """\
# Lazy doubling

```python starter
def doubled(s, numbers):
```

```console solved
$ rushlight submit doubling.py
[2, 4, 5]
```

```pycon
>>> sc.parallelize([1, 2]).count()
3
```

```console
$ ls
```

```python
x = 1
```

```
x
```

{}
""".format("x" * 81)
WRONG_MUTANTS = {
    "nameless": "x = 1\n", "same": "a\ncaught by: lazily\n",
    "gone": mutant("a", "lazily", "x\n", "y\n"), "unknown": mutant("a", "none", WRONG["eager"]),
    "right": mutant("a", "lazily", SOLUTION.replace("2 * n", "n * 2")),
    "broken": mutant("a", "doubles", SOLUTION.replace("sc.par", "cs.par")),
    "eager": MUTANTS["eager"]}
FAULTS = [
    (dict(solution=SOLUTION.replace("Doubles", "Triples"), mutants=WRONG_MUTANTS, text=WRONG_TEXT,
          check=CHECK.replace('means="eager"', 'means="lazy"').replace(
              "collect()\n    return len(t.jobs)", "collect()\n    return 'none'"),
          toml=TOML.replace('"1" = "eager"', '"0" = "eager"')),
     ["differ outside of BEGIN/END SOLUTION", "the second `caught by: NAME`",
      "same.diff changes nothing",
      "gone.diff: the solution has no such lines as the hunk at line 1",
      "unknown.diff: caught by none: there is no such check", "right.diff is not caught by lazily",
      "broken.diff does not run", "names the misconception 'lazy'", "must be a number",
      "among the wrong ones", "lab.md:3: these lines do not stand so, together",
      "lab.md:7: $ rushlight submit doubling.py:", "lab.md:12: ",
      "lab.md:17: $ ls: only `rushlight …` is run here", "lab.md:21: ```python needs the word",
      "lab.md:25: a fence says what its block is", "lab.md:29: longer than 80 columns"]),
    (dict(starter=SOLUTION, solution=STARTER,
          mutants={"eager": mutant("a", "lazily", WRONG["eager"], STARTER)},
          toml=TOML.replace('"0", "1", "2"', '"1", "2"'),
          check=CHECK.replace("case.reference.doubled(case.sc, [1, 2])\n    return",
                              "pass\n    return")),
     ["passes all checks as handed out", "does not pass doubles with seed",
      "at least 5 wrong solutions are needed", "none of the choices 1, 2",
      "jobs_after was not computed (error): NotImplementedError"]),
    (dict(starter=STARTER.replace("### END SOLUTION", "")), ["has no END SOLUTION"]),
]


def test_a_hunk_is_found_by_its_lines(tmp_path):
    above = "x\n" * 9
    (tmp_path / "triples.diff").write_text(MUTANTS["triples"])
    mutant = read_mutant(str(tmp_path / "triples.diff"), above + SOLUTION + SOLUTION)
    assert mutant.text == above + WRONG["triples"] + SOLUTION      # the nearer one of two
    assert (mutant.says, mutant.caught_by) == ("three times", "doubles")


@pytest.mark.parametrize("files, wanted", FAULTS, ids=["much", "turned round", "open region"])
def test_what_is_not_true_is_told(tmp_path, files, wanted):
    problems = prove(load(make_lab(tmp_path, **files)), seeds=1).problems
    missing = [words for words in wanted if not any(words in problem for problem in problems)]
    assert missing == [], "\n".join(problems)
    assert len(problems) <= len(wanted) + 2     # some are told of twice, in other words


@pytest.mark.parametrize("wanted, printed, same", [
    ("a\nb\n", "a\n\n  b\n", True), ("a  b", "a b", True), ("a\n", "a\nb\n", False),
    ("a\n...\n", "a\n", True), ("...\nb\n", "a\nb\n", True), ("a\n...\nc\n", "a\nb\nb\nc\n", True),
    ("a\n...\nc\n", "a\nb\n", False), ("a ... c\n", "a b c\n", True), ("a.c\n", "abc\n", False)])
def test_outputs_are_compared(wanted, printed, same):
    assert console.matches(wanted, printed) == same


# ── words ──
def test_verdicts_as_they_are_read(lab, tmp_path, capsys):
    exercise, = lab.exercises
    verdicts = grade(exercise, written(tmp_path, WRONG["eager"]), student="ada")
    Telling().verdicts(exercise, verdicts)
    assert capsys.readouterr().out.splitlines() == [
        "1  Lazy doubling" + " " * 51 + "1 of 3 points",
        "  ✓ doubles" + " " * 64 + "1 / 1",
        "  ✗ lazily" + " " * 65 + "0 / 2",
        "      No job runs before the action.",
        "      a job ran before the action",
        "      This is what one sees who thinks that transformations run at once. A",
        "      transformation only adds to the lineage; an action starts a job.",
        f"      again: {verdicts[1].replay}"]


@pytest.mark.parametrize("example", examples_of(
    (f"rushlight.lesson.{found.name}" for found in pkgutil.iter_modules(rushlight.lesson.__path__)),
    "rushlight.lesson."))
def test_examples_in_docstrings(example):
    run_example(example)
