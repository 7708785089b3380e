"""The table of combine and its kin (py/ext/worker_table.h) behaves as a dict: the same keys are
equal, they come out in the order of arrival, whatever their types and in whatever mixture."""
import random

import pytest
from worker_driver import WorkerUnderTest, runs_batch

pytest.importorskip("rushlight._worker")

GROUP = [("group",)]


class Word(str):
    """Equal to the str that it is, with its hash."""


class Loud(str):
    """Equal to nothing but itself."""

    def __eq__(self, other):
        return self is other

    __hash__ = str.__hash__


class Clash:
    """All have one hash; equal by name."""

    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return 7

    def __eq__(self, other):
        return isinstance(other, Clash) and self.name == other.name


class Refuses:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        raise ValueError("not to be compared")


def grouped(pairs):
    """What a dict makes of it."""
    out = {}
    for k, v in pairs:
        out.setdefault(k, []).append(v)
    return list(out.items())


def run(elements, chain=GROUP):
    with WorkerUnderTest() as worker:
        return worker.run(chain, [runs_batch(elements)])


@pytest.mark.parametrize("keys", [
    ["to", "be", "or", "not", "to", "be", ""],
    ["é", "e", "é", "日本", "日本語", "日本", "\U0001f600", "\U0001f600x", "\U0001f600"],
    [1, True, 1.0, 0, False, -0.0, 2 ** 70, 2 ** 70],
    [-1, -2, 0, 1, -1, -2, 2 ** 60 - 1, 2 ** 60, -2 ** 60, 2 ** 60 - 1, 2 ** 60, 1.0, True, -2.0],
    [5, 7, 5, "a", 7.0, 5, "a"],
    ["a", 1, "a", None, (1, "a"), 1, (1, "a"), "b", "a"],
    [1, "a", 1, "a"],
    ["a", Word("a"), "b", Word("b"), "a"],
    [Word("a"), "a", "a"],
    [(), ((),), (), ("a",), ["a"][0]],
    [b"a", "a", b"a"],
], ids=repr)
def test_keys_as_in_a_dict(keys):
    pairs = [(k, i) for i, k in enumerate(keys)]
    answer = run(pairs)
    assert answer.error is None
    got, want = answer.objects, grouped(pairs)
    assert got == want
    assert [type(k) for k, _ in got] == [type(k) for k, _ in want]


def test_nan_is_equal_to_itself_alone():
    def pairs(nan):
        return [(nan, 1), (nan, 2), (float("nan"), 3)]

    answer = run([float("nan")], [("flatMap", pairs), ("group",)])
    assert [v for _, v in answer.objects] == [[1, 2], [3]]


def test_a_str_that_is_equal_to_nothing_else():
    pairs = [("a", 1), (Loud("a"), 2), (Loud("a"), 3), ("a", 4)]
    assert [v for _, v in run(pairs).objects] == [[1, 4], [2], [3]]


def test_keys_of_one_hash():
    pairs = [(Clash(n % 50), n) for n in range(500)]
    assert [(k.name, v) for k, v in run(pairs).objects] == \
        [(k.name, v) for k, v in grouped(pairs)]


def test_comparison_that_raises():
    answer = run([(Refuses(), 1), (Refuses(), 2)])
    assert answer.error["class"] == "ValueError"
    assert "not to be compared" in answer.error["traceback"]


@pytest.mark.parametrize("seed", range(5))
def test_many_random_keys(seed):
    rng = random.Random(seed)
    makers = [lambda: "w%d" % rng.randrange(20000), lambda: rng.randrange(-9000, 9000),
              lambda: (rng.randrange(100), "x" * rng.randrange(20)), lambda: float(rng.randrange(99))]
    makers = makers[:1] if seed == 0 else makers
    pairs = [(rng.choice(makers)(), i) for i in range(60000)]
    assert run(pairs).objects == grouped(pairs)


def test_merge_in_place_keeps_the_object():
    def append(values, v):
        values.append(v)
        return values

    answer = run([("a", 1), ("b", 2), ("a", 3)], [("combine", lambda v: [v], append, max)])
    assert answer.objects == [("a", [1, 3]), ("b", [2])]
