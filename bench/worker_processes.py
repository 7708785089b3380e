"""How long Python workers take to be there: the helper's start, a fork, a task's round trip.

    PYTHONPATH=build-bench/py/package python bench/worker_processes.py
"""
import os
import statistics
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "py"))
from worker_driver import HelperUnderTest, runs_batch  # noqa: E402


def ms(samples):
    return f"{statistics.median(samples) * 1e3:8.2f} ms   (least {min(samples) * 1e3:.2f})"


def main(runs=15):
    start, fork, first, again = [], [], [], []
    task = ([("map", abs)], [runs_batch([1])])
    for _ in range(runs):
        began = time.perf_counter()
        with HelperUnderTest() as helper:
            workers = [helper.fork(0)]
            start.append(time.perf_counter() - began)
            for i in range(1, 10):
                began = time.perf_counter()
                workers.append(helper.fork(i))
                fork.append(time.perf_counter() - began)
                workers[-1].run(*task)
                first.append(time.perf_counter() - began)
                began = time.perf_counter()
                workers[-1].run(*task)
                again.append(time.perf_counter() - began)
    print(f"helper: start to first worker forked   {ms(start)}")
    print(f"worker: fork to `forked`               {ms(fork)}")
    print(f"worker: fork to first answer           {ms(first)}")
    print(f"worker: the next task's round trip     {ms(again)}")


if __name__ == "__main__":
    main()
