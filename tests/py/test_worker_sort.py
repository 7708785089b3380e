"""The op `sort`, through a real worker: what sorted() gives, on keys of any kind."""
import functools
import random

import pytest
from worker_driver import WorkerUnderTest, runs_batch

pytest.importorskip("rushlight._worker")


@pytest.fixture(scope="module")
def worker():
    with WorkerUnderTest() as worker:
        yield worker


def pairs_of(keys):
    """Each key with its number, which shows whether the sort is stable."""
    return [(k, i) for i, k in enumerate(keys)]


def expected(pairs, f, ascending):
    return sorted(pairs, key=(lambda p: f(p[0])) if f else (lambda p: p[0]), reverse=not ascending)


RANDOM = random.Random(3)
KEYS = {
    "none": [],
    "one": [7],
    "ints": [RANDOM.randrange(50) for _ in range(3000)],
    "large ints": [RANDOM.randrange(10**30) for _ in range(200)],
    "words": [f"w{RANDOM.randrange(90)}" for _ in range(3000)],
    "floats with an infinity": [RANDOM.random() for _ in range(50)] + [float("inf"), -1.0],
    "tuples": [(RANDOM.randrange(4), chr(97 + RANDOM.randrange(4))) for _ in range(500)],
    "ints and floats": [2, 1.5, 1, 2.0, True],
    "sorted already": list(range(500)),
    "backwards": list(range(500, 0, -1)),
    "all equal": ["k"] * 500,
}


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("name", KEYS)
def test_sort_is_sorted(worker, name, ascending):
    pairs = pairs_of(KEYS[name])
    answer = worker.run([("sort", None, ascending)], [runs_batch(pairs[:9], pairs[9:])])
    assert answer.objects == expected(pairs, None, ascending)


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("f", [str.lower, len, lambda k: (len(k), k), lambda k: None or k[1:]])
def test_a_function_of_the_key(worker, f, ascending):
    pairs = pairs_of("Bb a C bb A Ccc b B".split() * 3)
    answer = worker.run([("sort", f, ascending)], [runs_batch(pairs)])
    assert answer.objects == expected(pairs, f, ascending)


def test_the_function_is_asked_once_a_pair(worker):
    def counted(log, k):
        log.append(k)
        return k

    log = []
    chain = [("sort", functools.partial(counted, log), True),
             ("mapPartitions", lambda it: [len(list(it)), len(log)])]
    answer = worker.run(chain, [runs_batch(pairs_of([3, 1, 2]))])
    assert answer.objects == [3, 3]


def test_elements_may_be_any_that_have_a_first(worker):
    answer = worker.run([("sort", None, True)], [runs_batch(["b", ["a", "list"], ("aa",), "a2"])])
    assert answer.objects == [["a", "list"], "a2", ("aa",), "b"]


def test_sort_between_other_ops(worker):
    chain = [("map", lambda x: (x % 10, x)), ("sort", None, False), ("values",),
             ("filter", lambda x: x > 50), ("keyBy", lambda x: x), ("partition", 2, None)]
    answer = worker.run(chain, [runs_batch(range(60))], output="pairs")
    in_order = [x for x in sorted(range(60), key=lambda x: x % 10, reverse=True) if x > 50]
    assert answer.runs == [(1, [(x, x) for x in in_order if x % 2]),
                           (0, [(x, x) for x in in_order if x % 2 == 0])]


def test_what_is_not_wanted_is_not_given(worker):
    chain = [("sort", None, True), ("mapPartitions", lambda it: [next(it), next(it)])]
    answer = worker.run(chain, [runs_batch(pairs_of(range(5000, 0, -1)))])
    assert answer.objects == [(1, 4999), (2, 4998)]


def fail(*_):
    raise ZeroDivisionError("in the key")


@pytest.mark.parametrize("op,data,name,words", [
    (("sort", None, True, "sortByKey at app.py:3"), [(1, "a"), ("x", "b")], "TypeError",
     "sortByKey at app.py:3 fails"),
    (("sort", None, True, "sortByKey at app.py:3"), [(1, "a"), 5], "TypeError",
     "sortByKey at app.py:3 needs (key, value) pairs, but an element is 5 (int)"),
    (("sort", len, True, "sortByKey at app.py:3"), [("a", 1), (2, 3)], "TypeError",
     "sortByKey at app.py:3 fails for 2 (int)"),
    (("sort", fail, True, "sortByKey at app.py:3"), [(1, "a")], "ZeroDivisionError", "in the key"),
    (("sort", next, True), [(iter([]), "a")], "PySparkRuntimeError", "StopIteration"),
])
def test_errors_say_where(worker, op, data, name, words):
    answer = worker.run([op], [runs_batch(data)])
    assert answer.error["class"].endswith(name)
    assert words in answer.error["traceback"]
    again = worker.run([("sort", None, True)], [runs_batch([(2, 0), (1, 0)])])
    assert again.objects == [(1, 0), (2, 0)]
