"""Functions that fork: the child is no worker, whatever it does next.

It has a copy of all that its worker holds, also of the socket to the runner: were it to keep that, a
result could come twice, or the death of the worker go unnoticed for as long as the child lives.
"""
import os
import signal

import pytest

from rushlight import SparkContext
from rushlight.errors import SparkRuntimeException


@pytest.fixture
def sc():
    with SparkContext("local[2]", "forks") as context:
        yield context


def test_a_child_that_returns_from_the_function_gives_nothing(sc):
    def fork(x):
        os.fork()
        return x

    for _ in range(10):
        assert sc.parallelize(range(4), 2).map(fork).collect() == [0, 1, 2, 3]


@pytest.mark.parametrize("end", [lambda: 1 // 0, exit, os.abort, lambda: os._exit(3)])
def test_however_a_child_ends_the_worker_goes_on(sc, end):
    def fork(x):
        child = os.fork()
        if child == 0:
            os.close(2)         # what it says is not asked for here
            end()
        os.waitpid(child, 0)
        return x

    assert sc.parallelize(range(4), 2).map(fork).collect() == [0, 1, 2, 3]
    assert sc.parallelize(range(4), 2).count() == 4


def test_a_worker_that_dies_is_missed_at_once_though_a_child_lives_on(sc, tmp_path):
    path = str(tmp_path / "child")

    def die(x):
        ready, tell = os.pipe()
        child = os.fork()
        if child == 0:
            os.setsid()         # not killed with its worker
            os.write(tell, b"x")
            signal.pause()      # until the end of the test
        os.read(ready, 1)
        with open(path, "w") as f:
            f.write(str(child))
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(SparkRuntimeException, match="SIGKILL"):
        sc.parallelize([1], 1).map(die).collect()
    with open(path) as f:
        os.kill(int(f.read()), signal.SIGKILL)      # it is still there


def test_a_pool_of_processes_in_a_function(sc):
    def use_pool(x):
        import multiprocessing
        with multiprocessing.get_context("fork").Pool(2) as pool:
            return sum(pool.map(abs, [x, -1]))

    assert sc.parallelize([1, 2], 2).map(use_pool).collect() == [2, 3]
