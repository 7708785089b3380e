"""What the chain loop of a Python worker costs, beside the floor: the same functions called in a
bare C loop (floor_ext.c).

    meson setup build-bench -Dbench=true && ninja -C build-bench
    PYTHONPATH=build-bench/py/package:build-bench/bench python bench/worker_chain.py [TEXT]

Seconds are CPU time of the process that runs the user's functions, the least of several runs.
Without TEXT, 64 MB are made from /usr/share/common-licenses.
"""
import os
import pickle
import resource
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "py"))
import floor_ext  # noqa: E402
from worker_driver import WorkerUnderTest, lines_batch, runs_batch  # noqa: E402

RUNS = 5


def licenses(size=64 << 20):
    text = b""
    for name in sorted(os.listdir("/usr/share/common-licenses")):
        with open(os.path.join("/usr/share/common-licenses", name), "rb") as f:
            text += f.read()
    return (text * (size // len(text) + 1))[:size]


def in_child(run):
    """(CPU seconds, wall seconds) of `run` in a forked process."""
    began = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    pid = os.fork()
    if pid == 0:
        run()
        os._exit(0)
    os.waitpid(pid, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            time.perf_counter() - began)


def in_worker(batches, chain, **task):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with WorkerUnderTest() as worker:
        answer = worker.run(chain, batches, timeout=600, **task)
        wall = time.perf_counter() - began
    assert answer.error is None, answer.error
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def least(measure, *args, **kwargs):
    return tuple(map(min, zip(*(measure(*args, **kwargs) for _ in range(RUNS)))))


def split(line):
    return line.split()


def add(a, b):
    return a + b


def word_count(text):
    chain = [("flatMap", lambda line: line.split()), ("map", lambda word: (word, 1)),
             ("combine", None, add, add), ("partition", 2, None)]
    functions = [chain[0][1], chain[1][1], chain[2][2]]
    lines = text.split(b"\n")
    batches = [lines_batch(lines[i:i + 4096]) for i in range(0, len(lines), 4096)]
    floor = least(in_child, lambda: floor_ext.word_count(text, *functions))
    ours = least(in_worker, batches, chain, input="lines", output="pairs")
    print(f"word count of {len(text) >> 20} MB, {len(lines)} lines, {len(text.split())} words")
    print(f"  floor   cpu {floor[0]:6.2f} s   wall {floor[1]:6.2f} s")
    print(f"  worker  cpu {ours[0]:6.2f} s   wall {ours[1]:6.2f} s")
    print(f"  ratio   cpu {ours[0] / floor[0]:6.2f}     wall {ours[1] / floor[1]:6.2f}")


def per_element(n=2_000_000):
    """ns an element of each op, as the difference to a chain without it."""
    numbers = [runs_batch(*(range(j, j + 1000) for j in range(i, i + 8000, 1000)))
               for i in range(0, n, 8000)]
    pairs = [runs_batch(*([(k % 1000, k) for k in range(j, j + 1000)]
                          for j in range(i, i + 8000, 1000))) for i in range(0, n, 8000)]
    end = ("count",)
    cases = [
        ("map x + 1", numbers, [("map", lambda x: x + 1)]),
        ("filter x & 1", numbers, [("filter", lambda x: x & 1)]),
        ("flatMap [x]", numbers, [("flatMap", lambda x: [x])]),
        ("mapPartitions (same iterator)", numbers, [("mapPartitions", lambda it: it)]),
        ("mapValues v + 1", pairs, [("mapValues", lambda v: v + 1)]),
        ("keys", pairs, [("keys",)]),
        ("combine, 1,000 keys", pairs, [("combine", None, add, add)]),
        ("mergeCombiners, 1,000 keys", pairs, [("mergeCombiners", lambda a, b: a + b)]),
        ("group, 1,000 keys", pairs, [("group",)]),
    ]
    base = {id(numbers): least(in_worker, numbers, [end])[0],
            id(pairs): least(in_worker, pairs, [end])[0]}
    print(f"{'input: ints (unpickled, counted)':<36}{base[id(numbers)] / n * 1e9:7.1f} ns")
    print(f"{'input: pairs of ints':<36}{base[id(pairs)] / n * 1e9:7.1f} ns")
    for name, batches, ops in cases:
        cpu = least(in_worker, batches, [*ops, end])[0] - base[id(batches)]
        print(f"{name:<36}{cpu / n * 1e9:7.1f} ns")
    print(f"{'output: runs of ints':<36}"
          f"{(least(in_worker, numbers, [])[0] - base[id(numbers)]) / n * 1e9:7.1f} ns")
    began = time.perf_counter()
    add = (lambda x: x + 1)
    for x in range(n):
        add(x)
    print(f"{'(a Python loop calling x + 1)':<36}{(time.perf_counter() - began) / n * 1e9:7.1f} ns")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        with open(sys.argv[1], "rb") as f:
            data = f.read()
    else:
        data = licenses()
    word_count(data)
    per_element()
