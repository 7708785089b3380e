"""Errors that beginners meet: they name the operator, its line, and the element it stumbled over."""
import inspect
import operator
import os
import pickle
import re
import threading

import pytest

from rushlight.errors import PySparkException, PythonException

HERE = os.path.abspath(__file__)


def message_of(action):
    """What a failing job says, and the line that started it."""
    line = inspect.currentframe().f_back.f_lineno
    with pytest.raises(PythonException) as caught:
        action()
    return str(caught.value), f"{HERE}:{line}"


def add(a, b):
    return a + b


PAIRS = "needs (key, value) pairs, but an element is"
ONE = PAIRS + " 1 (int)"
THREE = PAIRS + " (1, 2, 3) (tuple)"
NO_PAIR, NO_INDEX = "TypeError: cannot unpack non-iterable int", "'int' object is not subscriptable"


# operator: what is done, its data, Python's words (as PySpark shows them), ours
@pytest.mark.parametrize("name,use,data,python,words", [
    ("reduceByKey", lambda r: r.reduceByKey(add), [1, 2], NO_PAIR, ONE),
    ("reduceByKey", lambda r: r.reduceByKey(add), [(1, 2, 3)], "ValueError: too many", THREE),
    ("reduceByKey", lambda r: r.reduceByKey(add), [(1,)], "ValueError: not enough",
     PAIRS + " (1,) (tuple)"),
    ("combineByKey", lambda r: r.combineByKey(list, add, add), [1], NO_PAIR, ONE),
    ("groupByKey", lambda r: r.groupByKey(), [1], NO_PAIR, ONE),
    ("partitionBy", lambda r: r.partitionBy(2), [1], NO_PAIR, ONE),
    ("mapValues", lambda r: r.mapValues(str), [1], NO_INDEX, ONE),
    ("flatMapValues", lambda r: r.flatMapValues(list), [1], NO_INDEX, ONE),
    ("keys", lambda r: r.keys(), [1], NO_INDEX, ONE),
    ("values", lambda r: r.values(), [(7,)], "IndexError", PAIRS + " (7,) (tuple)"),
    ("values", lambda r: r.values(), [{"a": 1}], "KeyError: 1", PAIRS + " {'a': 1} (dict)"),
    ("join", lambda r: r.join(r), [1], NO_INDEX, ONE),
    ("flatMap", lambda r: r.flatMap(lambda x: x), [1], "TypeError: 'int' object is not iterable",
     "needs a function that returns a list, a generator or the like, but it returned 1 (int)"),
    ("flatMapValues", lambda r: r.flatMapValues(lambda x: x), [(1, 2)], "TypeError: 'int'",
     "but it returned 2 (int)"),
    ("mapPartitions", lambda r: r.mapPartitions(lambda part: 5), [1], "TypeError: 'int'",
     "but it returned 5 (int)"),
    ("map", lambda r: r.map(5), [1], "TypeError: 'int' object is not callable",
     "needs a function, but was given 5 (int)"),
    ("filter", lambda r: r.filter("x"), [1], "TypeError: 'str' object is not callable",
     "needs a function, but was given 'x' (str)"),
    ("mapPartitions", lambda r: r.mapPartitions([1]), [1], "TypeError: 'list' object is not call",
     "needs a function, but was given [1] (list)"),
    ("reduceByKey", lambda r: r.reduceByKey(None), [(1, 2), (1, 3)], "'NoneType' object is not",
     "needs a function, but was given None (NoneType)"),
    ("partitionBy", lambda r: r.partitionBy(2, 3), [(1, 2)], "'int' object is not callable",
     "needs a function, but was given 3 (int)"),
    ("reduceByKey", lambda r: r.reduceByKey(add), [([1], 2)], "TypeError: unhashable type: 'list'",
     "needs keys that can be hashed (a tuple instead of a list, …), but a key is [1] (list)"),
    ("groupByKey", lambda r: r.groupByKey(), [({}, 2)], "TypeError: unhashable type: 'dict'",
     "but a key is {} (dict)"),
    ("partitionBy", lambda r: r.partitionBy(2), [([1], 2)], "TypeError: unhashable type: 'list'",
     "but a key is [1] (list)"),
    ("distinct", lambda r: r.distinct(), [[1]], "TypeError: unhashable type: 'list'",
     "but a key is [1] (list)"),
    ("partitionBy", lambda r: r.partitionBy(2, str), [(1, 2)],
     "a partition function must return an int, not str", "fails for 1 (int)"),
    # Functions in C have no frame that would show where they were called.
    ("map", lambda r: r.map(int), ["3", "x"], "ValueError: invalid literal for int()",
     "fails for 'x' (str)"),
    ("mapValues", lambda r: r.mapValues(len), [("a", 1)], "TypeError: object of type 'int' has",
     "fails for 1 (int)"),
    ("keyBy", lambda r: r.keyBy(len), [1], "TypeError: object of type 'int' has",
     "fails for 1 (int)"),
    ("reduceByKey", lambda r: r.reduceByKey(operator.add), [("a", 1), ("a", "b")],
     "TypeError: unsupported operand", "fails for 'b' (str)"),
    ("flatMap", lambda r: r.flatMap(lambda x: map(int, x)), ["12x"], "ValueError: invalid literal",
     "fails"),
    ("mapPartitions", lambda r: r.mapPartitions(sum), [1], "TypeError: 'int' object is not iter",
     "but it returned 1 (int)"),
])
def test_the_operator_its_line_and_the_element(sc, name, use, data, python, words):
    line = use.__code__.co_firstlineno
    with pytest.raises(PythonException) as caught:
        use(sc.parallelize(data, 1)).collect()
    text = str(caught.value)
    assert python in text
    place = re.search(rf"^{name} at {re.escape(HERE)}:(\d+) (.*)$", text, re.MULTILINE)
    assert place, text
    assert int(place.group(1)) in (line, line + 1) and words in place.group(2)
    assert text.count(" at " + HERE) == 1       # told once, by the operator that failed


def test_an_action_that_is_made_of_operators_is_named_itself(sc):
    text, place = message_of(lambda: sc.parallelize(["a"], 1).sum())
    assert f"sum at {place} fails" in text and "unsupported operand" in text


def test_what_fails_in_the_users_function_is_shown_by_its_traceback_alone(sc):
    for use in (lambda r: r.map(lambda x: x / 0), lambda r: r.mapPartitions(lambda p: [1 / 0]),
                lambda r: r.reduceByKey(lambda a, b: a / 0),
                lambda r: r.map(lambda x: x[0] / 0).mapPartitions(list)):
        with pytest.raises(PythonException) as caught:
            use(sc.parallelize([(1, 2), (1, 3)], 1)).collect()
        assert "in <lambda>" in str(caught.value) and " at " + HERE not in str(caught.value)


def test_the_operator_that_failed_is_named_not_those_behind_it(sc):
    text, _ = message_of(
        lambda: sc.parallelize([1], 1).keys().mapPartitions(list).map(str).glom().collect())
    assert text.count(" at " + HERE) == 1 and "keys at " + HERE in text


class Unshowable:
    def __repr__(self):
        raise RuntimeError("no")


def test_elements_that_are_long_or_cannot_be_shown(sc):
    text, _ = message_of(lambda: sc.parallelize(["x" * 5000], 1).map(int).collect())
    place = next(line for line in text.splitlines() if line.startswith("map at "))
    assert "…" in place or "..." in place
    assert len(place) < 500
    text, _ = message_of(lambda: sc.parallelize([Unshowable()], 1).keys().collect())
    assert PAIRS in text and "Unshowable" in text


# ── what is shown of an error ──
def lines_of_ours(err):
    return [line for line in err.splitlines() if "/rushlight/" in line and "File " in line]


@pytest.mark.parametrize("use,words", [
    ("r.map(lambda x: r.count()).collect()", "An RDD was used inside a function"),
    ("r.map(lambda x: r.count()).take(2)", "An RDD was used inside a function"),
    ("r.map(lambda x: sc.version).count()", "A SparkContext was used inside a function"),
    ("r.map(str).filter(lambda x: lock).foreach(print)", "cannot pickle '_thread.lock' object"),
])
def test_what_cannot_be_sent_to_workers_is_told_once(run_program, use, words):
    status, _, err = run_program(
        "import threading\nfrom rushlight import SparkContext\nlock = threading.Lock()\n"
        f"sc = SparkContext('local[1]')\nr = sc.parallelize([1])\n{use}\n")
    assert status == 1 and err.count(words) == 1
    assert err.count("Traceback") == 1 and len(lines_of_ours(err)) <= 1, err
    assert "PySparkPicklingError: Could not serialize object: " in err
    assert re.search(r"\(in what was given to (map|filter) at .*app.py:6\)$", err.strip())


def test_what_cannot_be_sent_to_workers_is_a_pickling_error(sc):
    rdd = sc.parallelize([1])
    with pytest.raises(pickle.PicklingError, match="RDD_TRANSFORM_ONLY_VALID_ON_DRIVER"):
        rdd.map(lambda x: rdd.count()).collect()


def test_data_that_cannot_be_sent_never_becomes_a_task(sc):
    with pytest.raises(pickle.PicklingError, match="cannot pickle '_thread.lock' object"):
        sc.parallelize([1, threading.Lock()], 2)
    assert sc.statusTracker().getActiveJobsIds() == []
    assert sc.parallelize([1], 1).count() == 1


class Stubborn:
    def __reduce__(self):
        raise ValueError("no")


def test_the_users_own_code_that_fails_while_it_is_sent_is_shown(sc):
    stubborn = Stubborn()
    with pytest.raises(PySparkException, match="ValueError: no") as caught:
        sc.parallelize([1]).map(lambda x: stubborn).collect()
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_failed_job_ends_with_what_the_user_can_mend(run_program):
    status, _, err = run_program("from rushlight import SparkContext\n"
                                 "SparkContext('local[1]').parallelize([1]).map(len).sum()\n")
    assert status == 1
    assert err.strip().endswith("app.py:2 fails for 1 (int)"), err
    assert "Driver stacktrace" not in err and len(lines_of_ours(err)) <= 1


def test_a_traceback_ends_in_the_users_line_and_the_operator_he_called(run_program):
    for use, name in (("r.map(len).sum()", "sum"), ("sc.textFile('none').count()", "count"),
                      ("(r + r).map(len).reduce(max)", "reduce"),
                      ("r.saveAsTextFile('app.py')", "saveAsTextFile")):
        status, _, err = run_program("from rushlight import SparkContext\n"
                                     "sc = SparkContext('local[1]')\n"
                                     f"r = sc.parallelize([1])\n{use}\n")
        frames = re.findall(r'^  File "(.*)", line (\d+), in (.*)\n    (.*)\n', err, re.MULTILINE)
        shown = [frame for frame in frames if "worker" not in frame[0]]
        assert status == 1 and "noted" not in err and "_callsite" not in err, err
        (path, line, where, text), (ours, _, operator_name, definition) = shown[-2:]
        assert path.endswith("app.py") and (line, where, text) == ("4", "<module>", use)
        assert "/rushlight/" in ours and operator_name == name
        assert definition.startswith(f"def {name}(self"), err


def test_a_function_that_fails_on_the_driver_keeps_its_frames(sc):
    def merge(a, b):
        raise PySparkException("mine")

    with pytest.raises(PySparkException, match="mine") as caught:
        sc.parallelize([1, 2], 2).reduce(merge)
    assert caught.traceback[-1].name == "merge"


def test_a_dag_at_the_prompt_says_what_it_is_of(sc):
    rdd = sc.parallelize([1])
    rdd.count()
    assert repr(rdd.dag()).startswith(f"<Dag of RDD {rdd.id()}; save(")
    assert repr(sc.dag(0)).startswith("<Dag of job 0; save(")
