"""The op `records`: runs through serializers of the user's, and runs of other lengths."""
import marshal
import pickle
import zlib

import pytest
from worker_driver import BINARY, INT32, WorkerUnderTest, batch, runs_batch

pytest.importorskip("rushlight._worker")


@pytest.fixture(scope="module")
def worker():
    with WorkerUnderTest() as worker:
        yield worker


class Compressed:
    """As pyspark.serializers.CompressedSerializer."""

    def dumps(self, objects):
        return zlib.compress(pickle.dumps(objects), 1)

    def loads(self, run):
        return pickle.loads(zlib.decompress(run))


def batch_by(dumps, *runs):
    return batch((BINARY, [dumps(list(r)) for r in runs]), (INT32, [len(r) for r in runs]))


@pytest.mark.parametrize("dumps,loads", [
    (marshal.dumps, marshal.loads), (Compressed().dumps, Compressed().loads),
    (lambda xs: repr(xs).encode(), lambda run: tuple(eval(run))),
    (lambda xs: bytearray(pickle.dumps(xs)), pickle.loads)],
    ids=["marshal", "compressed", "a tuple", "a bytearray"])
def test_both_ways(worker, dumps, loads):
    chain = [("records", loads, dumps, 0), ("map", lambda x: x + 1)]
    answer = worker.run(chain, [batch_by(dumps, range(5), range(5, 9))])
    assert [list(loads(run)) for run, _ in answer.rows] == [[1], [2, 3], [4, 5, 6, 7], [8, 9]]
    assert [n for _, n in answer.rows] == [1, 2, 4, 2]


def test_one_way(worker):
    read = [("records", marshal.loads, None, 0)]
    assert worker.run(read, [batch_by(marshal.dumps, [1, 2])]).objects == [1, 2]
    write = [("records", None, marshal.dumps, 0)]
    assert marshal.loads(worker.run(write, [runs_batch([3])]).rows[0][0]) == [3]


def test_pairs_for_a_shuffle(worker):
    chain = [("records", None, marshal.dumps, 0), ("partition", 2, None)]
    answer = worker.run(chain, [runs_batch([(1, "a"), (2, "b"), (3, "c")])], output="pairs")
    assert [(p, marshal.loads(run), n) for p, run, n in answer.rows] == [
        (1, [(1, "a"), (3, "c")], 2), (0, [(2, "b")], 1)]


@pytest.mark.parametrize("length,runs", [
    (1, [[i] for i in range(9)]), (4, [[0, 1, 2, 3], [4, 5, 6, 7], [8]]), (9, [list(range(9))]),
    (-1, [list(range(9))]), (0, [[0], [1, 2], [3, 4, 5, 6], [7, 8]])])
def test_lengths(worker, length, runs):
    answer = worker.run([("records", None, None, length)], [runs_batch(range(5), range(5, 9))])
    assert answer.runs == runs


def test_no_elements(worker):
    for length in (-1, 0, 3):
        assert worker.run([("records", None, fail, length)], []).rows == []


def fail(*_):
    raise ZeroDivisionError("in the serializer")


@pytest.mark.parametrize("op,name,words", [
    (("records", fail, None, 0), "ZeroDivisionError", "in the serializer"),
    (("records", None, fail, 0), "ZeroDivisionError", "in the serializer"),
    (("records", lambda run: 5, None, 0), "TypeError", "not iterable"),
    (("records", None, lambda xs: "text", 0), "TypeError", "cannot convert 'str' object to bytes"),
    (("records", None, None, "ten"), "TypeError", "'str' object cannot be interpreted"),
])
def test_errors(worker, op, name, words):
    answer = worker.run([op], [runs_batch([1])])
    assert answer.error["class"] == name and words in answer.error["traceback"]
    assert worker.run([], [runs_batch([1])]).objects == [1]


def test_records_come_first(worker):
    answer = worker.run([("count",), ("records", None, None, 0)], [])
    assert "`records` must be the first op of a command" in answer.error["traceback"]
