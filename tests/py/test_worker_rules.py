"""Placement of keys and sizes of runs, against what PySpark's own code did (tests/data,
make_python_rules.py)."""
import json
import os
import subprocess
import sys

import pytest
from conftest import ROOT
from worker_driver import WorkerUnderTest, runs_batch

_worker = pytest.importorskip("rushlight._worker")


def recorded(name):
    with open(os.path.join(ROOT, "tests", "data", name), encoding="utf-8") as f:
        return json.load(f)


HASHES = recorded("portable_hash.json")
BATCHING = recorded("python_batching.json")


def hashes_of(keys):
    """In a process whose str hashes are what they were when the file was made."""
    text = ("import json, sys; from rushlight._worker import portable_hash;"
            "print(json.dumps([portable_hash(eval(k)) for k in json.load(sys.stdin)]))")
    out = subprocess.run([sys.executable, "-c", text], input=json.dumps(keys), text=True, check=True,
                         stdout=subprocess.PIPE, env=dict(os.environ, PYTHONHASHSEED="0")).stdout
    return json.loads(out)


def test_portable_hash():
    same = sys.hash_info.algorithm == HASHES["algorithm"]
    wanted = [(k, h) for k, h in HASHES["hashes"] if same or not ("'" in k and "inf" not in k)]
    assert len(wanted) > 30
    assert dict(zip([k for k, _ in wanted], hashes_of([k for k, _ in wanted]))) == dict(wanted)


def test_portable_hash_of_deep_tuples():
    deep = ()
    for _ in range(100_000):
        deep = (deep,)
    with pytest.raises(RecursionError):
        _worker.portable_hash(deep)
    while deep:         # taken apart by hand: the interpreter's own way is recursive, too
        deep = deep[0]


def test_portable_hash_of_unhashable():
    for key in ([], (1, {}), ((1, []), 2)):
        with pytest.raises(TypeError, match="unhashable type"):
            _worker.portable_hash(key)


def test_portable_hash_of_a_named_tuple():
    import collections
    point = collections.namedtuple("point", "x y")
    assert _worker.portable_hash(point(1, None)) == _worker.portable_hash((1, None))


@pytest.mark.parametrize("name,text,expected", BATCHING["runs"], ids=lambda v: str(v)[:30])
def test_runs(name, text, expected):
    with WorkerUnderTest() as worker:
        answer = worker.run([("mapPartitions", lambda it, t=text: eval(t))])
    assert answer.error is None
    assert [[row[1], len(row[0])] for row in answer.rows] == expected


@pytest.mark.parametrize("name,n,text,memory,expected", BATCHING["pairs"], ids=lambda v: str(v)[:30])
def test_buckets(name, n, text, memory, expected):
    with WorkerUnderTest() as worker:
        answer = worker.run([("mapPartitions", lambda it, t=text: eval(t)), ("partition", n, None)],
                            output="pairs", memoryBytes=memory << 20)
    assert answer.error is None
    assert [[row[0], row[2]] for row in answer.rows] == expected


def test_batches_are_bounded():
    """8,192 rows, or some 256 KiB, and a long run alone."""
    with WorkerUnderTest() as worker:
        answer = worker.run([], [runs_batch(range(20_000))], output="lines")
        assert answer.batches == [8192, 8192, 20_000 - 2 * 8192]
        answer = worker.run([("map", lambda i: "x" * 1000)], [runs_batch(range(1000))], output="lines")
        assert max(answer.batches) <= 263
        answer = worker.run([("map", lambda i: "x" * (1_000_000 if i == 5 else 1))],
                            [runs_batch(range(10))], output="lines")
        assert answer.batches == [5, 1, 4]


# ── ranges: the worker's own bisection is functions.range_of ──
@pytest.mark.parametrize("keyfunc", [None, str, lambda x: -x], ids=["none", "str", "minus"])
@pytest.mark.parametrize("last", [None, 4])
@pytest.mark.parametrize("bounds", [[], [3], [1, 1, 4, 8], [2.5, 3, 3.5, 100]], ids=repr)
def test_ranges(bounds, last, keyfunc):
    from rushlight._functions import identity, range_of
    bounds = sorted(map(keyfunc or identity, bounds))
    with WorkerUnderTest() as worker:
        answer = worker.run([("partition", 5, (bounds, keyfunc, last))],
                            [runs_batch([(k, None) for k in range(10)])], output="pairs")
    assert answer.error is None, answer.error
    got = {k: p for p, run in answer.runs for k, _ in run}
    assert got == {k: range_of(bounds, keyfunc or identity, last, k) % 5 for k in range(10)}


def test_a_range_with_keys_that_cannot_be_compared():
    with WorkerUnderTest() as worker:
        command = [("partition", 2, ([3], None, None), "sortByKey at app.py:7")]
        answer = worker.run(command, [runs_batch([("a", 1)])], output="pairs")
        assert answer.error["class"] == "TypeError"
        assert "sortByKey at app.py:7 fails for 'a' (str)" in answer.error["traceback"]
        answer = worker.run([("partition", 2, ([3], lambda k: k["x"], None), "here")],
                            [runs_batch([(1, 1)])], output="pairs")
        assert "not subscriptable" in answer.error["traceback"]
        answer = worker.run([("partition", 2, (3, None))], [runs_batch([(1, 1)])], output="pairs")
        assert "a range must be" in answer.error["traceback"]
