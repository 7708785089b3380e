"""A worker's life: tasks one after the other, errors told, ends of all kinds, sizes."""
import os
import pickle
import re
import signal
import sys
import threading

import pytest
from worker_driver import (BATCH, COMMAND, DONE, END_OF_INPUT, ERROR, TASK, WorkerUnderTest,
                           lines_batch, message, read_batch, runs_batch, take_messages)

_worker = pytest.importorskip("rushlight._worker")


@pytest.fixture
def worker():
    with WorkerUnderTest() as worker:
        yield worker


def still_works(worker):
    assert worker.run([("map", str)], [runs_batch([1])]).objects == ["1"]
    return True


# ── errors ──
def test_traceback_shows_user_frames_alone(worker):
    def inner(x):
        return 1 / x

    def outer(x):
        return inner(x)

    answer = worker.run([("map", outer)], [runs_batch([1, 0])])
    text = answer.error["traceback"]
    assert answer.error["class"] == "ZeroDivisionError"
    assert text.startswith("Traceback (most recent call last):\n")
    assert text.index("in outer") < text.index("in inner") < text.index("return 1 / x")
    assert text.count('File "') == 2
    assert "worker.py" not in text


def test_chained_exceptions_are_told(worker):
    def f(x):
        try:
            {}[x]
        except KeyError as e:
            raise RuntimeError("no such thing") from e

    text = worker.run([("map", f)], [runs_batch(["k"])]).error["traceback"]
    assert "KeyError: 'k'" in text and "direct cause" in text and "RuntimeError: no such thing" in text


def test_errors_of_a_user_class(worker):
    class Trouble(Exception):
        def __str__(self):
            raise ValueError("not even that")

    def f(x):
        raise Trouble

    answer = worker.run([("map", f)], [runs_batch([1])])
    assert answer.error["class"].endswith("Trouble")
    assert "exception str() failed" in answer.error["traceback"]
    assert still_works(worker)


def test_text_that_is_no_unicode(worker):
    def f(x):
        raise ValueError("bad \ud800 \x00 text \U0001f600")

    text = worker.run([("map", f)], [runs_batch([1])]).error["traceback"]
    assert "ValueError: bad \\ud800" in text


@pytest.mark.parametrize("leave,kind", [
    (lambda x: sys.exit(3), "SystemExit"), (lambda x: exit_quietly(), "SystemExit"),
    (lambda x: interrupt(), "KeyboardInterrupt")])
def test_exits_are_errors_like_any_other(worker, leave, kind):
    answer = worker.run([("map", leave)], [runs_batch([1])])
    assert answer.error["class"] == kind
    assert still_works(worker)


def exit_quietly():
    raise SystemExit


def interrupt():
    raise KeyboardInterrupt


def test_recursion_error(worker):
    def f(x):
        return f(x)

    assert worker.run([("map", f)], [runs_batch([1])]).error["class"] == "RecursionError"
    assert still_works(worker)


def test_many_errors_in_a_row(worker):
    for i in range(50):
        answer = worker.run([("map", lambda x: 1 // x)], [runs_batch([1, 1, 0]), runs_batch([1])])
        assert answer.error["class"] == "ZeroDivisionError"
    assert still_works(worker)


# ── what cannot be pickled ──
def test_unpicklable_results(worker):
    answer = worker.run([("map", lambda x: (x, {"a": [threading.Lock()]}))], [runs_batch([1])])
    assert answer.error["class"] == "_pickle.PicklingError"
    text = answer.error["traceback"]
    assert "Could not serialize object: TypeError: cannot pickle '_thread.lock' object" in text
    assert "holds a _thread.lock" in text
    assert "worker.py" not in text and "cloudpickle" not in text
    answer = worker.run([("map", lambda x: (x, (i for i in []))), ("partition", 2, None)],
                        [runs_batch([1])], output="pairs")
    assert "generator" in answer.error["traceback"]
    assert still_works(worker)


def test_what_only_cloudpickle_can(worker):
    """A class of the script, a lambda: the standard pickler refuses both."""
    class Point:
        def __init__(self, x):
            self.x = x

    answer = worker.run([("map", lambda x: Point(x))], [runs_batch(range(20))])
    assert [p.x for p in answer.objects] == list(range(20))
    add = worker.run([("map", lambda x: lambda y: x + y)], [runs_batch([1])]).objects[0]
    assert add(4) == 5
    answer = worker.run([("map", lambda x: (x, Point(x))), ("partition", 2, None)],
                        [runs_batch(range(4))], output="pairs")
    assert [(k, [p.x for _, p in pairs]) for k, pairs in answer.runs] == [(0, [0, 2]), (1, [1, 3])]


# ── the end of a task before the end of its input ──
def test_done_before_the_input_is(worker):
    lines = [lines_batch(["x" * 1000] * 1000) for _ in range(20)]
    for chain in ([("mapPartitions", lambda it: [])], [("mapPartitions", lambda it: [next(it)])],
                  [("map", lambda line: 1 // 0)]):
        answer = worker.run(chain, lines, input="lines")
        assert answer.done or answer.error["class"] == "ZeroDivisionError"
        assert still_works(worker)


def test_next_task_right_behind_the_rest_of_the_input(worker):
    """What follows END_OF_INPUT may arrive in one piece with it."""
    task = message(TASK, b'{"input":"runs","output":"runs"}')
    ignores, counts = pickle.dumps([("mapPartitions", bool)]), pickle.dumps([("count",)])
    assert worker.run([], [runs_batch([1])]).objects == [1]
    worker.socket.setblocking(True)
    worker.socket.settimeout(60)
    worker.socket.sendall(
        task + message(COMMAND, ignores) + runs_batch([1]) * 100 + message(END_OF_INPUT)
        + task + message(COMMAND, counts) + runs_batch([1, 2, 3]) * 5 + message(END_OF_INPUT))
    received, messages = bytearray(), []
    while [kind for kind, _ in messages] != [ERROR, BATCH, DONE]:
        got = worker.socket.recv(65536)
        assert got
        received += got
        messages += take_messages(received)
    assert b"'bool' object is not iterable" in messages[0][1]
    assert pickle.loads(read_batch(messages[1][1])[0][0]) == [15]


def test_generators_are_closed_when_their_task_ends(worker, tmp_path):
    path = tmp_path / "closed"

    def chain(fail):
        def careful(it):
            try:
                for x in it:
                    yield x
            finally:
                with open(path, "a") as f:
                    f.write("closed ")

        return [("mapPartitions", careful), ("mapPartitions", lambda it: [next(it)]),
                ("map", lambda x: 1 // 0 if fail else x)]

    assert worker.run(chain(False), [runs_batch([1, 2, 3])]).objects == [1]
    assert worker.run(chain(True), [runs_batch([1, 2, 3])]).error["class"] == "ZeroDivisionError"
    assert path.read_text() == "closed closed "


def test_iterator_outlives_its_task(worker):
    def keep(it):
        import builtins
        builtins.kept = it
        return [1]

    def use(it):
        import builtins
        return [next(builtins.kept)]

    assert worker.run([("mapPartitions", keep)], [runs_batch([1])]).objects == [1]
    text = worker.run([("mapPartitions", use)], [runs_batch([1])]).error["traceback"]
    assert "RuntimeError: the iterator over a partition ends with its task" in text


def test_iterator_is_not_entered_twice(worker):
    def chain():
        box = []

        def keep(it):
            box.append(it)
            return it

        return [("mapPartitions", lambda it: it), ("mapPartitions", keep),
                ("map", lambda x: x), ("mapPartitions", lambda it: [next(it), next(box[0])])]

    assert worker.run(chain(), [runs_batch([1, 2])]).objects == [1, 2]

    def reenter():
        box = []

        def keep(it):
            box.append(it)
            return it

        return [("map", lambda x: next(box[0]) if box else x), ("mapPartitions", keep)]

    text = worker.run(reenter(), [runs_batch([1, 2])]).error["traceback"]
    assert "ValueError: the iterator over a partition is already executing" in text


def test_threads_of_user_code(worker):
    def count(it):
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda x: x + 1, it))

    batches = [runs_batch(range(i, i + 100)) for i in range(0, 1000, 100)]
    assert worker.run([("mapPartitions", count)], batches).objects == list(range(1, 1001))


# ── sizes ──
def test_huge_element(worker):
    size = 50_000_000
    answer = worker.run([("map", lambda line: line + "!")], [lines_batch(["x" * size, "y"])],
                        input="lines")
    assert [len(x) for x in answer.objects] == [size + 1, 2]
    answer = worker.run([("map", len)], [runs_batch(["z" * size])])
    assert answer.objects == [size]


def test_result_that_is_too_large():
    with WorkerUnderTest(max_message=1 << 20) as worker:
        answer = worker.run([("map", lambda x: bytes(1 << 20))], [runs_batch([1])])
        assert answer.error["class"] == "ValueError"
        assert re.search(r"a run of elements takes 10485\d\d bytes; at most 1044480 can",
                         answer.error["traceback"])
        assert still_works(worker)


def test_much_output_for_little_input(worker):
    answer = worker.run([("flatMap", lambda n: (str(i) * 100 for i in range(n)))],
                        [runs_batch([100_000])])
    assert len(answer.objects) == 100_000


def test_memory_is_given_back(worker):
    """After each way that a task can go, hundreds of times."""
    def resident(_):
        with open("/proc/self/statm") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    pairs = [runs_batch([(i % 50, "x" * 100) for i in range(2000)])]
    chains = [
        [("group",), ("mapValues", len)], [("flatMapValues", list), ("count",)],
        [("mapPartitions", lambda it: [next(it)])], [("map", lambda x: 1 // 0)],
        [("flatMap", lambda kv: iter(kv)), ("filter", lambda x: x == 1)],
        [("combine", None, lambda a, b: 1 // 0, max)], [("keys",), ("map", threading.Lock)],
        [("glom",), ("mapPartitions", lambda it: it)], [("keyBy", str), ("glom",)],
        [("map", lambda x: next(iter([])))], [("mapPartitions", lambda it: (1 // 0 for x in it))]]

    def rounds(n):
        for _ in range(n):
            for chain in chains:
                worker.run(chain, pairs)
            worker.run([("partition", 3, None)], pairs, output="pairs")
            worker.run([("keys",), ("partition", 3, None)], pairs, output="pairs")
        return worker.run([("map", resident)], [runs_batch([0])]).objects[0]

    before = rounds(10)
    assert rounds(60) - before < 2 << 20


def test_many_small_batches(worker):
    answer = worker.run([("count",)], [runs_batch([i]) for i in range(20_000)])
    assert answer.objects == [20_000]
    assert answer.done["objectsIn"] == 20_000


# ── the description of the task ──
def test_current_task(worker):
    def describe(_):
        from rushlight.worker import current_task
        task = current_task()
        return task["stage"], task["partition"], task["properties"]

    answer = worker.run([("map", describe)], [runs_batch([1])], partition=4, properties={"k": "v"})
    assert answer.objects == [(1, 4, {"k": "v"})]


def test_no_current_task_between_tasks():
    assert _worker.current_task() is None


# ── ends of the process ──
def test_worker_ends_when_its_socket_closes():
    worker = WorkerUnderTest()
    assert still_works(worker)
    assert worker.close() == 0


def test_worker_ends_in_the_middle_of_a_task():
    worker = WorkerUnderTest()
    worker.socket.sendall(message(TASK, b'{"input":"runs","output":"runs"}')
                          + message(2, pickle.dumps([("glom",)])) + runs_batch([1]))
    assert worker.close() == 0


def test_worker_ends_in_the_middle_of_a_message():
    worker = WorkerUnderTest()
    worker.socket.sendall(message(BATCH, b"x" * 100)[:50])
    assert worker.close() == 0


def test_killed_worker(worker):
    answer = worker.run([("map", lambda x: os.kill(os.getpid(), signal.SIGKILL))], [runs_batch([1])])
    assert answer.lost
    worker.close()
    assert os.WTERMSIG(worker.status) == signal.SIGKILL


def test_worker_that_exits(worker):
    answer = worker.run([("map", lambda x: os._exit(7))], [runs_batch([1])])
    assert answer.lost
    worker.close()
    assert os.WEXITSTATUS(worker.status) == 7


# ── printing ──
def test_prints_are_there_before_the_answer():
    read, write = os.pipe()
    with WorkerUnderTest(stdout=write) as worker:
        answer = worker.run([("map", lambda x: print("no newline", x, end=""))], [runs_batch([5])])
        assert answer.objects == [None]
        assert os.read(read, 1000) == b"no newline 5"
    os.close(read)
    os.close(write)


def test_printing_megabytes(tmp_path):
    with open(tmp_path / "out", "wb") as out, WorkerUnderTest(stdout=out.fileno()) as worker:
        answer = worker.run([("map", lambda x: print("y" * 100_000))], [runs_batch(range(50))])
        assert answer.objects == [None] * 50
    assert os.path.getsize(tmp_path / "out") == 50 * 100_001


def test_closed_stdout(worker):
    answer = worker.run([("map", lambda x: sys.stdout.close())], [runs_batch([1])])
    assert answer.objects == [None]
    assert still_works(worker)
