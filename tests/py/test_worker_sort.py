"""The op `sort`, through a real worker: what sorted() gives, on keys of any kind."""
import functools
import random

import pytest
from worker_driver import BINARY, INT32, WorkerUnderTest, batch, plain_batches, runs_batch

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
    "ints of each length": [s * n for n in (0, 1, 127, 128, 2**15, 2**31 - 1, 2**31, 2**40, 2**59,
                                            2**60, 2**63 - 1) for s in (1, -1)] * 2 + [-2**63],
    "ints of both signs": [RANDOM.randrange(-10**6, 10**6) for _ in range(3000)],
    "floats": [RANDOM.uniform(-1, 1) * 10.0**RANDOM.randrange(-300, 300) for _ in range(900)],
    "zeros": [RANDOM.choice([0.0, -0.0, 1.0, -1.0]) for _ in range(200)],
    "infinities": [float(f"{RANDOM.choice('+-')}inf") for _ in range(20)] + [1e308, -1e308, 5e-324],
    "ints, then a float": [3, 1, 2] * 50 + [2.5],
    "truths": [True, False] * 9,
}


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("name", KEYS)
def test_sort_is_sorted(worker, name, ascending):
    pairs = pairs_of(KEYS[name])
    answer = worker.run([("sort", None, ascending)], [runs_batch(pairs[:9], pairs[9:])])
    assert answer.objects == expected(pairs, None, ascending)


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("name", [name for name in KEYS if name != "large ints"])
def test_what_comes_as_plain_data_is_sorted_alike(worker, name, ascending):
    pairs = pairs_of(KEYS[name])
    answer = worker.run([("sort", None, ascending)], plain_batches(worker, pairs))
    in_order = expected(pairs, None, ascending)
    assert repr(answer.objects) == repr(in_order)       # -0.0 is 0.0, but not as text
    assert answer.done["objectsIn"] == answer.done["objectsOut"] == len(pairs)


@pytest.mark.parametrize("ascending", [True, False])
def test_nan_leaves_pairs_where_sorted_does(worker, ascending):
    pairs = pairs_of([2.0, 1.0, float("nan"), 0.5, 3.0, float("nan"), -1.0, 2.0] * 40)
    for batches in ([runs_batch(pairs)], plain_batches(worker, pairs)):
        answer = worker.run([("sort", None, ascending)], batches)
        assert repr(answer.objects) == repr(expected(pairs, None, ascending))


def test_values_of_any_plain_kind_come_back(worker):
    values = [None, True, 7, -2**40, 1.5, "w", "é" * 300, b"raw", b"r" * 300, (), (1, 2, 3), [4],
              [[], ["deep"]], list(range(300)), ("pair", (None, [False]))]
    pairs = [(len(values) - i, v) for i, v in enumerate(values)]
    answer = worker.run([("sort", None, True)], plain_batches(worker, pairs))
    assert answer.objects == pairs[::-1]


def test_pairs_that_share_a_value_still_do(worker):
    def share(part):
        word, known = "a word that is long enough", (5, "a pair that two have")
        yield from [(9, "alone"), (3, word), (1, word), (2, known), (4, known), (0, "alone")]

    runs = worker.run([("mapPartitions", share), ("partition", 1, None)], [runs_batch([0])],
                      output="pairs").rows
    batches = [batch((BINARY, [run for _, run, _ in runs]), (INT32, [n for _, _, n in runs]))]
    chain = [("sort", None, True), ("glom",),
             ("map", lambda part: [[k for k, _ in part], part[1][1] is part[3][1],
                                   part[2][1] is part[4][1]])]
    assert worker.run(chain, batches).objects == [[[0, 1, 2, 3, 4, 9], True, True]]


def test_keys_that_cannot_be_compared_fail_in_plain_data_too(worker):
    for keys in ([1, 2, "three"], ["three", 1, 2], [1.5, None], [1, (2,)]):
        answer = worker.run([("sort", None, True)], plain_batches(worker, pairs_of(keys)))
        assert answer.error["class"] == "TypeError"
        assert "not supported between instances of" in answer.error["traceback"]


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
