"""The worker's side of what tasks share: which messages it sends, and what it keeps meanwhile.

worker_driver plays the runner; the tests of whole programs are test_accumulators.py,
test_broadcast.py, test_task_context.py, test_files.py and test_barrier.py.
"""
import pickle

import pytest
from worker_driver import (WorkerUnderTest, barrier_answer, barrier_refusal, lines_batch,
                           plain_batches, runs_batch)

from rushlight import accumulators, taskcontext

NUMBER = accumulators.INT_ACCUMULATOR_PARAM


@pytest.fixture
def worker():
    with WorkerUnderTest() as worker:
        yield worker


@pytest.fixture
def acc():
    """An accumulator as the driver makes it."""
    return accumulators.Accumulator(7000, 0, NUMBER)


def barrier():
    taskcontext.BarrierTaskContext.get().barrier()


def gather(text):
    return taskcontext.BarrierTaskContext.get().allGather(text)


# ── accumulators ──
def test_sums_come_before_done(worker, acc):
    answer = worker.run([("map", lambda x: acc.add(x))], [runs_batch([1, 2], [3])])
    assert (answer.accumulators, answer.objects) == ([(7000, 6)], [None] * 3)


def test_no_message_without_accumulators(worker, acc):
    worker.run([("map", lambda x: acc.add(x))], [runs_batch([1])])
    assert worker.run([("map", str)], [runs_batch([1])]).accumulators is None


def test_each_task_adds_from_zero(worker, acc):
    chain = [("map", lambda x: acc.add(x))]
    assert [worker.run(chain, [runs_batch([n])]).accumulators for n in (1, 2)] == [
        [(7000, 1)], [(7000, 2)]]


def test_an_accumulator_that_nothing_was_added_to(worker, acc):
    """Its zero is sent: the driver adds it, as PySpark's does."""
    assert worker.run([("map", lambda x: acc and x)], []).accumulators == [(7000, 0)]


def test_an_error_sends_no_sums(worker, acc):
    answer = worker.run([("map", lambda x: acc.add(1 // x))], [runs_batch([1, 0])])
    assert answer.accumulators is None and answer.error["class"] == "ZeroDivisionError"


def test_sums_that_are_too_large():
    with WorkerUnderTest(max_message=10_000) as worker:
        big = accumulators.Accumulator(7001, "", accumulators.AddingAccumulatorParam(""))
        answer = worker.run([("map", lambda x: big.add("x" * 20_000))], [runs_batch([0])])
        assert "added to its accumulators takes 20" in answer.error["traceback"]
        assert worker.run([("map", str)], [runs_batch([1])]).objects == ["1"]


# ── broadcasts ──
def test_broadcasts_are_read_when_asked_for(worker, tmp_path):
    from rushlight.broadcast import _from_id
    path = tmp_path / "value"

    def use(version, chain, broadcasts=True):
        named = [[3, version, str(path)]] if broadcasts else []
        return worker.run(chain, [runs_batch([0])], broadcasts=named)

    holds = [("map", lambda _: _from_id(3) is not None)]
    reads = [("map", lambda _: _from_id(3).value)]
    assert use(0, holds).objects == [True]      # there is no file yet
    path.write_bytes(pickle.dumps("first"))
    assert use(0, reads).objects == ["first"]
    path.write_bytes(pickle.dumps("second"))
    assert use(0, reads).objects == ["first"]
    assert use(1, reads).objects == ["second"]
    assert "BROADCAST_VARIABLE_NOT_LOADED" in use(1, reads, False).error["traceback"]
    path.write_bytes(pickle.dumps("third"))
    assert use(1, reads).objects == ["third"]   # it was forgotten in between


# ── barriers ──
def test_questions_and_answers(worker):
    def meet(part):
        barrier()
        return [gather("é"), list(part), gather("")]

    answer = worker.run([("mapPartitions", meet)], [runs_batch([1, 2])], barrier=True,
                        answers=[barrier_answer("", ""), barrier_answer("a", "é"),
                                 barrier_answer("", "\0")])
    assert answer.objects == [["a", "é"], [1, 2], ["", "\0"]]
    assert answer.barriers == [(0, ""), (1, "é"), (1, "")]


@pytest.mark.parametrize("answer_last", [False, True])
@pytest.mark.parametrize("kind", ["runs", "plain", "lines"])
def test_input_goes_on_where_it_was(worker, kind, answer_last):
    """Whether the answer overtakes the input or comes behind all of it: a batch that is being
    walked, and those that come in between, are read as if nothing had been."""
    batches = {"runs": [runs_batch(["a", "b"], ["c"]), runs_batch(["d"]), runs_batch(["e", "f"])],
               "plain": [b for part in ("abc", "d", "ef")
                         for b in plain_batches(worker, [(x, x) for x in part])],
               "lines": [lines_batch("abc"), lines_batch("d"), lines_batch("ef")]}[kind]

    def meet_often(part):
        for n, x in enumerate(part):
            if n in (0, 1, 3):
                barrier()
            yield x
        barrier()

    chain = [("values",)] * (kind == "plain") + [("mapPartitions", meet_often)]
    answer = worker.run(chain, batches, input="lines" if kind == "lines" else "runs", barrier=True,
                        answers=[barrier_answer("")] * 4, answer_last=answer_last)
    assert answer.objects == list("abcdef")
    assert worker.run([("map", str)], [runs_batch([1])]).objects == ["1"]


def test_output_before_a_barrier_is_not_lost(worker):
    def give(part):
        yield from range(1000)
        barrier()
        yield from part

    answer = worker.run([("mapPartitions", give)], [runs_batch([-1])], barrier=True,
                        answers=[barrier_answer("")])
    assert answer.objects == [*range(1000), -1]


def test_refusals_are_exceptions(worker):
    def insist(part):
        try:
            barrier()
        except RuntimeError as e:
            yield str(e)
        yield from part

    answer = worker.run([("mapPartitions", insist)], [runs_batch([1])], barrier=True,
                        answers=[barrier_refusal("nobody came")])
    assert answer.objects == ["nobody came", 1]


def test_many_and_long_messages(worker):
    texts = [str(n) * 10_000 for n in range(300)]
    answer = worker.run([("mapPartitions", lambda part: gather("x" * 1_000_000))], barrier=True,
                        answers=[barrier_answer(*texts)])
    assert answer.objects == texts and len(answer.barriers[0][1]) == 1_000_000


def test_messages_that_are_too_large():
    with WorkerUnderTest(max_message=10_000) as worker:
        answer = worker.run([("mapPartitions", lambda part: gather("x" * 20_000))], barrier=True)
        assert "a message to the other tasks of a stage takes 20000 bytes" in answer.error[
            "traceback"]


def test_not_without_a_task():
    from rushlight import _worker
    with pytest.raises(RuntimeError, match="no task is running"):
        _worker.barrier_sync(0, "")
