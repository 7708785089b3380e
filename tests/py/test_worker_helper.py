"""The helper process: forks, kills and reaps workers as it is told, and leaves nobody behind."""
import os
import signal
import subprocess
import sys
import time

import pytest

from conftest import has_ended
from worker_driver import GUARD_S, HelperUnderTest, runs_batch

pytest.importorskip("rushlight._worker")


@pytest.fixture
def helper():
    with HelperUnderTest() as helper:
        yield helper


def await_end(pid):
    deadline = time.monotonic() + GUARD_S
    while not has_ended(pid):
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_two_workers(helper):
    one, two = helper.fork(1), helper.fork(2)
    assert one.pid != two.pid
    for worker in (one, two):
        answer = worker.run([("map", lambda x: (os.getpid(), os.getppid(), os.getpgrp()))],
                            [runs_batch([0])])
        assert answer.objects == [(worker.pid, helper.process.pid, worker.pid)]
    one.socket.close()
    assert helper.hear() == ["exited", "1", "0"]


def test_kill_takes_the_children_too(helper):
    worker = helper.fork(7)
    answer = worker.run([("map", lambda x: __import__("subprocess").Popen(["sleep", "1000"]).pid)],
                        [runs_batch([0])])
    helper.say("kill 7")
    verb, worker_id, status = helper.hear()
    assert (verb, worker_id) == ("exited", "7")
    assert os.WTERMSIG(int(status)) == signal.SIGKILL
    await_end(worker.pid)
    await_end(answer.objects[0])


def test_what_a_worker_leaves_running_goes_with_it(helper):
    worker = helper.fork(7)

    def leave(_):
        import subprocess
        return subprocess.Popen(["sleep", "1000"]).pid

    (left,) = worker.run([("map", leave)], [runs_batch([0])]).objects
    worker.socket.close()
    assert helper.hear() == ["exited", "7", "0"]
    await_end(left)


def test_kill_of_one_that_has_ended(helper):
    worker = helper.fork(1)
    worker.socket.close()
    assert helper.hear()[0] == "exited"
    helper.say("kill 1")
    helper.say("kill 99")
    assert helper.fork(2).run([], [runs_batch([1])]).objects == [1]


def test_signals_of_the_terminal_do_not_matter(helper):
    worker = helper.fork(1)
    os.kill(helper.process.pid, signal.SIGINT)
    os.kill(worker.pid, signal.SIGINT)
    assert worker.run([("map", lambda x: x)], [runs_batch([1])]).objects == [1]


def test_workers_end_with_the_control_socket():
    with HelperUnderTest() as helper:
        idle, busy = helper.fork(1), helper.fork(2)
        busy.socket.sendall(b"\1\0\0\0")       # it waits for the rest
    await_end(idle.pid)
    await_end(busy.pid)


def test_workers_end_with_the_helper():
    helper = HelperUnderTest()
    worker = helper.fork(1)
    helper.process.kill()
    helper.process.wait(GUARD_S)
    await_end(worker.pid)


def test_driver_is_killed_though_somebody_else_holds_its_socket(tmp_path):
    """A process that the driver has forked keeps the control socket open; the helper looks at its
    parent too."""
    text = """
import os, sys, time
sys.path[:0] = [%r]
from worker_driver import HelperUnderTest
helper = HelperUnderTest()
worker = helper.fork(1)
holder = os.fork()
if holder == 0:
    time.sleep(1000)
print(helper.process.pid, worker.pid, holder, flush=True)
time.sleep(1000)
""" % os.path.dirname(os.path.abspath(__file__))
    driver = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)
    helper, worker, holder = map(int, driver.stdout.readline().split())
    driver.kill()
    driver.wait()
    try:
        await_end(helper)
        await_end(worker)
    finally:
        os.kill(holder, signal.SIGKILL)
    driver.stdout.close()


def test_random_numbers_differ_between_workers(helper):
    def draw(_):
        import random
        return random.random()

    workers = [helper.fork(i) for i in range(3)]
    drawn = {worker.run([("map", draw)], [runs_batch([0])]).objects[0] for worker in workers}
    assert len(drawn) == 3


def test_import_pyspark_finds_rushlight():
    pytest.importorskip("rushlight._alias")
    with HelperUnderTest(alias_pyspark=True) as helper:
        answer = helper.fork(1).run([("map", lambda x: __import__("pyspark").__file__)],
                                    [runs_batch([0])])
        assert "rushlight" in answer.objects[0]


def test_worker_module_brings_little_along():
    """What it imports is paid at each start: of the package nothing but itself."""
    text = ("import sys; import rushlight.worker; print(*(m for m in sys.modules"
            " if m.startswith('rushlight')))")
    out = subprocess.run([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True, check=True)
    assert set(out.stdout.split()) <= {"rushlight", "rushlight._version", "rushlight._worker",
                                       "rushlight.worker"}
