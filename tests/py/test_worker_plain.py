"""Runs of plain data (py/ext/worker_plain.c): what workers write for shuffles, against a reader of
the format that is written down in plain_data.py; what they read back; what goes to pickle instead."""
import gc
import math
import pickle
import random
import struct

import pytest
from plain_data import is_plain, load_run
from worker_driver import BINARY, INT32, WorkerUnderTest, batch, runs_batch

from rushlight import _worker
from rushlight.resultiterable import ResultIterable


class Number(int):
    """Not an int: pickle's."""


@pytest.fixture(scope="module")
def worker():
    with WorkerUnderTest() as w:
        yield w


def written(worker, make):
    """The run that a shuffle writes for one pair, of 0 and the list that make() gives."""
    answer = worker.run([("map", lambda _: (0, make())), ("partition", 1, None)],
                        [runs_batch([None])], output="pairs")
    assert answer.error is None, answer.error
    (_, run, n), = answer.rows
    assert n == 1
    return run


def read(run):
    """The list, as workers read it."""
    (zero, values), = _worker.load_run(run)
    assert zero == 0
    return values


def read_pairs(answer):
    """The pairs of a task's runs, as workers read them."""
    assert answer.error is None, answer.error
    return [pair for _, run, _ in answer.rows for pair in _worker.load_run(run)]


def both(run):
    """The list, as workers read it and by the other reader."""
    (_, values), = load_run(run)
    return read(run), values


PLAIN = [
    None, True, False, 0, 1, -1, 127, 128, -128, -129, 2**31 - 1, 2**31, -2**31, -2**31 - 1,
    2**63 - 1, -2**63, 0.0, -0.0, 1.5, 1e300, float("inf"), "", "a", "x" * 255, "x" * 256, "é",
    "é" * 300, "Ω" * 9, "𝄞", "\ud800", "\0", b"", b"\x80\x05", b"b" * 70_000, (), (1,), (1, 2),
    (1, 2, 3), [], [None], list(range(255)), list(range(256)), [[[]]], ((("deep",), 2), [3, (4,)])]


def test_plain_values_come_back_as_they_were(worker):
    run = written(worker, lambda: PLAIN)
    assert is_plain(run)
    for values in both(run):
        assert repr(values) == repr(PLAIN)
        assert [type(v) for v in values] == [type(v) for v in PLAIN]


def test_nan_keeps_its_bits(worker):
    odd, = struct.unpack("<d", bytes.fromhex("010000000000f87f"))
    for values in both(written(worker, lambda: [odd])):
        assert math.isnan(values[0])
        assert struct.pack("<d", values[0]).hex() == "010000000000f87f"


@pytest.mark.parametrize("value", [
    2**63, -2**63 - 1, 2**100, Number(3), 1 + 2j, {"a": 1}, {1, 2}, frozenset([3]), bytearray(b"x"),
    range(3), "a".join, ValueError("no"), [(1, {})]], ids=lambda value: type(value).__name__)
def test_anything_else_is_pickled(worker, value):
    run = written(worker, lambda: [1, value])
    assert run[0] == 0x80
    for values in both(run):
        assert values[0] == 1 and type(values[1]) is type(value)
        assert repr(values[1]) == repr(value) or callable(value)


def test_a_task_that_met_something_else_goes_on_with_pickle(worker):
    pairs = [(0, 1), (1, {}), (2, 2)]
    answer = worker.run([("partition", 3, None)], [runs_batch(pairs)], output="pairs")
    assert [is_plain(run) for _, run, _ in answer.rows] == [True, False, False]
    assert [pair for _, run in answer.runs for pair in run] == pairs


def test_pairs_before_it_are_pickled_with_it(worker):
    pairs = [(0, 1), (0, "two"), (0, {}), (0, 4)]
    answer = worker.run([("partition", 1, None)], [runs_batch(pairs)], output="pairs")
    (_, run, n), = answer.rows
    assert not is_plain(run) and n == 4 and _worker.load_run(run) == pairs


@pytest.mark.parametrize("hold", ["list", "tuple", "group"])
def test_what_a_function_changes_later_is_written_as_it_is_in_the_end(worker, hold):
    """A pair that is in no one else's hands is written at once; others wait for the flush."""
    def count_up(part):
        counter = [0]
        held = {"list": counter, "tuple": (counter, 1), "group": ResultIterable(counter)}[hold]
        for i in range(5):
            counter[0] = i
            yield 0, held

    answer = worker.run([("mapPartitions", count_up), ("partition", 1, None)], [runs_batch([0])],
                        output="pairs")
    values = [v for _, v in read_pairs(answer)]
    assert len(values) == 5 and all(v is values[0] for v in values)
    assert 4 in {"list": lambda v: v, "tuple": lambda v: v[0], "group": list}[hold](values[0])


def test_a_pair_that_its_maker_keeps_is_the_same_again(worker):
    def repeat(part):
        pair, word = (0, "word"), "a word that is long enough"
        yield from [pair, (0, word), pair, (0, word), (0, (word, pair))]

    answer = worker.run([("mapPartitions", repeat), ("partition", 1, None)], [runs_batch([0])],
                        output="pairs")
    assert all(is_plain(run) for _, run, _ in answer.rows)
    pair, first, again, second, third = read_pairs(answer)
    assert pair is again and first[1] is second[1] is third[1][0] and third[1][1] is pair


def test_an_address_is_used_again_within_a_run(worker):
    """Long strings that two refer to while they are written, and that are gone soon after."""
    def words(part):
        for i in range(3000):
            word = f"a word that is long enough: {i}"
            yield 0, (word, word)

    answer = worker.run([("mapPartitions", words), ("partition", 1, None)], [runs_batch([0])],
                        output="pairs")
    assert [v for _, v in read_pairs(answer)] == [
        (f"a word that is long enough: {i}",) * 2 for i in range(3000)]


def test_containers_deeper_than_a_hundred_are_pickled(worker):
    def nested(depth):
        x = []
        for _ in range(depth):
            x = [x]
        return x
    for depth in (96, 97, 98, 150):
        run = written(worker, lambda: [nested(depth)])
        assert is_plain(run) == (depth < 97)
        assert repr(read(run)[0]) == repr(nested(depth))


def test_what_is_shared_stays_shared(worker):
    def make():
        word, numbers, pair = "long enough to be kept", [1, 2], (3, [4])
        raw = b"bytes that are long, too"
        return [word, word, numbers, numbers, pair, [pair, pair], raw, raw]
    run = written(worker, make)
    assert is_plain(run) and run.count(b"long") == 2
    for values in both(run):
        assert values == make()
        word, same, numbers, others, pair, pairs, raw, again = values
        assert word is same and numbers is others and raw is again
        assert pairs[0] is pairs[1] and pairs[0] is pair


def test_short_strings_are_not_looked_up(worker):
    word = "short"
    run = written(worker, lambda: [word, word])
    assert run.count(b"short") == 2
    assert read(run) == [word, word]


def test_cycles(worker):
    def make():
        ring = [1]
        ring.append(ring)
        through = ([],)
        through[0].append(through)
        return [ring, through]
    ring, through = read(written(worker, make))
    assert ring[0] == 1 and ring[1] is ring and len(ring) == 2
    assert through[0][0] is through and len(through) == 1


def test_groups_are_plain(worker):
    def make():
        shared = ResultIterable(["kept"])
        shared.index = 1
        return [ResultIterable([1, 2]), ResultIterable([]), shared, shared]
    run = written(worker, make)
    assert is_plain(run)
    for values in both(run):
        assert [type(v) for v in values] == [ResultIterable] * 4
        assert [vars(v) for v in values] == [vars(v) for v in make()]
    assert values[2] is values[3]


def test_a_group_with_an_attribute_of_the_users_is_pickled(worker):
    def make():
        group = ResultIterable([1])
        group.note = "mine"
        return [group]
    run = written(worker, make)
    assert not is_plain(run)
    assert read(run)[0].note == "mine"


def test_tuples_of_numbers_are_no_garbage_collectors_business(worker):
    run = written(worker, lambda: [(1, "a"), ((2.0, None), 3), ([],), ResultIterable([1])])
    values = read(run)
    assert [gc.is_tracked(v) for v in values] == [False, False, True, True]
    assert gc.is_tracked(values) and gc.isenabled()


def test_a_chain_reads_plain_and_pickled_runs_side_by_side(worker):
    run = written(worker, lambda: [1, 2])
    rows = batch((BINARY, [run, pickle.dumps([(0, 3)])]), (INT32, [1, 1]))
    assert worker.run([("values",)], [rows]).objects == [[1, 2], 3]


def test_runs_of_a_chain_are_pickles(worker):
    answer = worker.run([("map", lambda x: x)], [runs_batch([1, 2])])
    assert [run[0] for run, _ in answer.rows] == [0x80, 0x80]


def test_runs_of_a_tagged_side_are_plain(worker):
    answer = worker.run([("tag", 1)], [runs_batch([("a", 2), ("b", 3), ("c", 4)])])
    assert answer.runs == [[("a", (1, 2))], [("b", (1, 3)), ("c", (1, 4))]]
    assert all(is_plain(run) for run, _ in answer.rows)


def test_random_data(worker):
    def value(rng, depth):
        kind = rng.randrange(9 if depth else 7)
        if kind < 3:
            return rng.choice([rng.getrandbits(rng.randrange(1, 63)), -rng.getrandbits(40)])
        if kind < 7:
            return [None, rng.random(), "".join(rng.choices("aé𝄞", k=rng.randrange(40))),
                    rng.randbytes(rng.randrange(40))][kind - 3]
        items = [value(rng, depth - 1) for _ in range(rng.randrange(6))]
        return items if kind == 7 else tuple(items)

    def make():
        rng = random.Random(4)
        known = [value(rng, 4) for _ in range(100)]
        return known + [rng.choice(known) for _ in range(100)]
    run = written(worker, make)
    assert is_plain(run)
    mine, others = both(run)
    assert mine == make() == others


def test_bytes_that_are_cut_off_or_changed_are_refused(worker):
    run = written(worker, lambda: [1, 300, 2**40, 1.5, "word", "é" * 3, b"raw", (1, 2), (3,), [4],
                                   ResultIterable([5])] + [["kept"] * 2] * 2)
    for end in range(len(run)):
        with pytest.raises((ValueError, EOFError)):
            _worker.load_run(run[:end])
    with pytest.raises(ValueError, match="cut off, or is none"):
        _worker.load_run(run + b"\0")
    rng = random.Random(1)
    for _ in range(3000):       # no crash, whatever comes out
        changed = bytearray(run)
        changed[rng.randrange(1, len(run))] = rng.randrange(256)
        try:
            repr(_worker.load_run(bytes(changed)))
        except (ValueError, MemoryError, SystemError, AttributeError, TypeError):
            pass


def test_a_chain_says_that_its_input_is_broken(worker):
    rows = batch((BINARY, [b"\x01\x05\0\0\0"]), (INT32, [5]))
    answer = worker.run([("values",)], [rows])
    assert answer.error["class"] == "ValueError"
    assert "cut off" in answer.error["traceback"]
