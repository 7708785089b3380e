"""When things go wrong: exceptions, workers that die, signals, and what is left behind.

Everything here ends; a hang is caught by run_program's guard.
"""
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from conftest import HANG_S, has_ended
from rushlight import SparkConf, SparkContext
from rushlight.errors import (
    ContextStoppedException, EngineError, JobCancelledException, PySparkException,
    PythonException, SparkRuntimeException)


@pytest.fixture
def sc():
    """A context for each test: some make their own."""
    with SparkContext("local[4]", "faults") as context:
        yield context


def children(pid):
    """Process ids of all descendants."""
    found, left = [], [pid]
    while left:
        here = left.pop()
        try:
            with open(f"/proc/{here}/task/{here}/children") as f:
                below = [int(p) for p in f.read().split()]
        except OSError:
            continue
        found += below
        left += below
    return found


def wait_until(condition, what):
    end = time.monotonic() + HANG_S
    while not condition():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.005)


# ── exceptions in functions ──
def divide(x):
    return 1 // x


def test_an_exception_shows_the_users_traceback_and_where_it_came_from(sc):
    with pytest.raises(PythonException) as caught:
        sc.parallelize([2, 1, 0], 3).map(divide).collect()
    text = str(caught.value)
    assert re.search(r"[Tt]ask 2(\.0)? in stage \d+", text)
    assert "Traceback (most recent call last):" in text
    assert f'File "{os.path.abspath(__file__)}"' in text and "in divide" in text
    assert "ZeroDivisionError: integer division or modulo by zero" in text
    assert "worker.py" not in text
    frames = [frame.name for frame in caught.traceback]
    assert frames == ["test_an_exception_shows_the_users_traceback_and_where_it_came_from",
                      "collect"]
    assert isinstance(caught.value, EngineError)
    assert "PythonException" in caught.value.java_exception.toString()


@pytest.mark.parametrize("use,words", [
    (lambda r: r.filter(lambda x: x.nothing), "AttributeError: 'int' object has no attribute"),
    (lambda r: r.flatMap(lambda x: x), "TypeError: 'int' object is not iterable"),
    (lambda r: r.mapPartitions(lambda part: 7), "TypeError"),
    (lambda r: r.reduceByKey(max), "TypeError"),
    (lambda r: r.map(lambda x: (x % 2, x)).reduceByKey(lambda a, b: [][0]), "IndexError"),
    (lambda r: r.map(lambda x: ([x], x)).reduceByKey(max), "TypeError: unhashable type: 'list'"),
    (lambda r: r.map(lambda x: (x, x)).partitionBy(2, lambda k: "x"), "TypeError"),
    (lambda r: r.map(lambda x: next(iter([]))), "StopIteration"),
    (lambda r: r.map(lambda x: next(iter([]))).mapPartitions(list), "StopIteration"),
    (lambda r: r.map(lambda x: (_ for _ in ())), "cannot pickle 'generator' object"),
    (lambda r: r.map(lambda x: sys.exit(3)), "SystemExit: 3"),
])
def test_errors_of_many_kinds_fail_the_job(sc, use, words):
    rdd = sc.parallelize([1, 2, 3, 4], 2)
    with pytest.raises(SparkRuntimeException, match=re.escape(words)):
        use(rdd).collect()
    assert rdd.count() == 4                 # and nothing else


def test_a_context_in_a_worker_is_refused(sc):
    def make(x):
        return SparkContext("local", "inner").appName

    for use in (make, lambda x: SparkContext.getOrCreate().appName):
        with pytest.raises(PythonException, match="CONTEXT_ONLY_VALID_ON_DRIVER"):
            sc.parallelize([1]).map(use).collect()


def test_an_exception_that_cannot_be_pickled_or_shown(sc):
    class Odd(Exception):
        def __str__(self):
            raise RuntimeError("not even that")

    def throw(x):
        raise Odd()

    with pytest.raises(PythonException, match="Odd"):
        sc.parallelize([1]).map(throw).collect()


def test_a_function_that_prints_megabytes(run_program):
    status, out, err = run_program("""
import sys
from rushlight import SparkContext
def loud(x):
    print("o" * 1_000_000)
    print("e" * 1_000_000, file=sys.stderr)
    return x
sc = SparkContext("local[2]", "loud")
assert sc.parallelize([1, 2, 3, 4], 2).map(loud).count() == 4
""")
    assert status == 0, err[-2000:]
    assert out.count("o") == 4_000_000 and err.count("e") == 4_000_000


def test_a_large_element_and_many_elements(sc):
    assert sc.parallelize([1], 1).map(lambda x: "x" * 50_000_000).map(len).collect() == [50_000_000]
    assert len(sc.parallelize([1], 1).map(lambda x: "x" * 50_000_000).collect()[0]) == 50_000_000
    assert sc.parallelize([1], 1).flatMap(lambda x: range(1_000_000)).count() == 1_000_000


# ── workers that die ──
def kill_once(path, how):
    """A function that kills its own worker the first time it is called."""
    def f(x):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return x
        how()
    return f


def kill_self():
    os.kill(os.getpid(), signal.SIGKILL)


def exit_quietly():
    os._exit(0)


@pytest.mark.parametrize("how", [kill_self, exit_quietly, os.abort])
def test_in_local_mode_the_first_failure_fails_the_job(tmp_path, how):
    with SparkContext("local[2]", "faults") as sc:
        rdd = sc.parallelize(range(4), 2).map(kill_once(str(tmp_path / "once"), how))
        with pytest.raises(SparkRuntimeException, match="failed 1 times"):
            rdd.count()
        assert rdd.count() == 4             # a new worker does it


@pytest.mark.parametrize("master", ["local[2,4]", "local-cluster[2,1,1024]"])
def test_a_worker_that_dies_is_replaced(tmp_path, master):
    with SparkContext(master, "faults") as sc:
        f = kill_once(str(tmp_path / "once"), kill_self)
        rdd = sc.parallelize(range(8), 4).map(f).map(lambda x: (x % 2, x)).reduceByKey(max)
        assert rdd.collectAsMap() == {0: 6, 1: 7}


@pytest.mark.parametrize("master", ["local[2,4]", "local-cluster[2,1,1024]"])
def test_after_four_failures_the_job_fails(tmp_path, master):
    log = str(tmp_path / "attempts")

    def die(x):
        with open(log, "a") as f:
            f.write("x")
        if x == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return x

    with SparkContext(master, "faults") as sc:
        with pytest.raises(SparkRuntimeException, match="failed 4 times"):
            sc.parallelize([3], 1).map(die).count()
        assert open(log).read() == "xxxx"
        assert sc.parallelize([1]).count() == 1


def test_every_worker_is_killed_from_outside(sc):
    assert sc.parallelize(range(8), 4).map(str).count() == 8
    for pid in sc._engine.worker_pids()[1:]:            # the first is the helper
        os.kill(pid, signal.SIGKILL)
    for _ in range(5):
        try:
            if sc.parallelize(range(8), 4).map(str).count() == 8:
                break
        except SparkRuntimeException:
            pass            # a worker that was given out just before it was known to be dead
    else:
        pytest.fail("no job succeeds any more")


# ── cancelling ──
def test_cancelling_a_job_group_from_another_thread(sc):
    import threading
    outcome = []

    def work():
        sc.setJobGroup("slow", "a job that is cancelled", interruptOnCancel=True)
        try:
            outcome.append(sc.parallelize([1, 2], 2).map(lambda x: time.sleep(HANG_S * 10)).count())
        except EngineError as e:
            outcome.append(e)

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(lambda: sc.statusTracker().getJobIdsForGroup("slow"), "the job runs")
    sc.cancelJobGroup("slow")
    thread.join(HANG_S)
    assert isinstance(outcome[0], (JobCancelledException, SparkRuntimeException))
    assert "cancelled" in str(outcome[0])
    assert sc.parallelize([1]).count() == 1


def test_stop_while_a_job_runs():
    import threading
    sc = SparkContext("local[2]", "faults")
    outcome = []

    def work():
        try:
            sc.parallelize([1], 1).map(lambda x: time.sleep(HANG_S * 10)).count()
        except Exception as e:
            outcome.append(e)

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(lambda: sc.statusTracker().getActiveJobsIds(), "the job runs")
    sc.stop()
    thread.join(HANG_S)
    assert isinstance(outcome[0], (ContextStoppedException, SparkRuntimeException))


# ── signals, and what is left behind ──
SLOW = """
import os, sys, threading, time
from rushlight import SparkConf, SparkContext
sc = SparkContext(conf=SparkConf().setMaster("local[2]").setAppName("slow")
                  .set("spark.local.dir", sys.argv[1]))
sc.parallelize([("a", 1)] * 100, 2).reduceByKey(max).count()
running = sys.argv[2]
def slow(x):
    open(running, "w").close()
    time.sleep(600)
job = sc.parallelize([1, 2], 2).map(slow).count
if "threads" in sys.argv:
    thread = threading.Thread(target=job)
    thread.start()
    job = thread.join
try:
    job()
except KeyboardInterrupt:
    if "threads" in sys.argv:
        raise
    print("interrupted", sc.parallelize([1, 2]).count(), flush=True)
    if "again" in sys.argv:
        raise
"""


def mind_signals():
    """Whoever runs the tests in the background (&, nohup) may have told them to ignore these."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture
def slow(tmp_path):
    """A program in the middle of a job that takes ten minutes, and its local folder."""
    started = []

    def start(*arguments):
        (tmp_path / "slow.py").write_text(SLOW)
        local = tmp_path / "local"
        local.mkdir()
        running = tmp_path / "running"          # made by a task of the slow job
        process = subprocess.Popen(
            [sys.executable, str(tmp_path / "slow.py"), str(local), str(running), *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            preexec_fn=mind_signals)
        started.append(process)
        wait_until(lambda: running.exists() or process.poll() is not None, "the job runs")
        assert process.poll() is None, process.stderr.read()
        return process, local

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def finish(process, below, local):
    out, err = process.communicate(timeout=HANG_S)
    wait_until(lambda: all(map(has_ended, below)), "every child process is gone")
    assert os.listdir(local) == []
    return out, err


def test_ctrl_c_cancels_the_job_and_gives_the_prompt_back(slow):
    process, local = slow()
    below = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)           # as a terminal does: to the whole group
    out, err = finish(process, below, local)
    assert (process.returncode, out) == (0, "interrupted 2\n"), err


def test_ctrl_c_ends_the_jobs_of_other_threads(slow):
    """As in PySpark: or Python would wait for those threads when the main one has ended."""
    process, local = slow("threads")
    below = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    out, err = finish(process, below, local)
    assert process.returncode == -signal.SIGINT and "cancelled" in err


def test_ctrl_c_that_ends_the_program(slow):
    process, local = slow("again")
    below = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    out, err = finish(process, below, local)
    assert process.returncode == -signal.SIGINT and "KeyboardInterrupt" in err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_program_dies_with_the_signal_and_leaves_nothing(slow, number):
    process, local = slow()
    below = children(process.pid)
    os.kill(process.pid, number)
    out, err = finish(process, below, local)
    assert process.returncode == -number and "Traceback" not in err


def test_a_program_that_is_killed_leaves_no_process(slow):
    """SIGKILL cannot be caught: its folders stay, its processes do not."""
    process, _ = slow()
    below = children(process.pid)
    process.kill()
    process.communicate(timeout=HANG_S)
    wait_until(lambda: all(map(has_ended, below)), "every child process is gone")


@pytest.mark.parametrize("end", ["", "sc.stop()", "sys.exit(4)", "raise ValueError('x')",
                                 "del sc, rdd", "os._exit(5)"])
def test_nothing_is_left_behind_however_the_program_ends(run_program, tmp_path, end):
    local = tmp_path / "local"
    local.mkdir()
    status, out, err = run_program(f"""
import os, sys
from rushlight import SparkConf, SparkContext
sc = SparkContext(conf=SparkConf().setMaster("local[2]").setAppName("x")
                  .set("spark.local.dir", {str(local)!r}))
rdd = sc.parallelize([("a", 1)] * 10, 2).reduceByKey(max)
rdd.count()
print(*sc._engine.worker_pids(), flush=True)
{end}
""")
    statuses = {"sys.exit(4)": 4, "raise ValueError('x')": 1, "os._exit(5)": 5}
    assert status == statuses.get(end, 0), err
    pids = [int(p) for p in out.split()]
    assert len(pids) >= 2
    wait_until(lambda: all(map(has_ended, pids)), "workers are gone")
    if end != "os._exit(5)":                # which skips everything that cleans up
        assert os.listdir(local) == []
    assert ("Traceback" in err) == end.startswith("raise")


def test_programs_are_quiet(run_program):
    status, out, err = run_program("""
from rushlight import SparkContext
sc = SparkContext("local[2]", "quiet")
sc.parallelize([("a", 1)] * 10, 2).reduceByKey(max).collect()
""")
    assert (status, out, err) == (0, "", "")


# ── outputs ──
def test_a_file_size_limit_fails_the_job(run_program, tmp_path):
    """A write that the system refuses half-way: no part of it looks finished."""
    out = tmp_path / "out"
    status, text, err = run_program(f"""
import resource, signal
from rushlight import SparkContext
from rushlight.errors import EngineError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sc = SparkContext("local[2]", "x")
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    sc.parallelize(range(10), 2).map(lambda x: "x" * 50_000).saveAsTextFile({str(out)!r})
except EngineError as e:
    print("refused:", e)
""")
    assert status == 0 and "refused:" in text and "File too large" in text, err
    left = os.listdir(out) if out.exists() else []
    assert not [name for name in left if name == "_SUCCESS" or name.startswith("part-")]


# ── settings ──
def test_variables_of_the_workers(monkeypatch):
    monkeypatch.setenv("KEPT", "from the driver")
    conf = SparkConf().setMaster("local[2]").setAppName("x").setExecutorEnv("MINE", "a=b c")
    with SparkContext(conf=conf, environment={"OTHER": "x"}) as sc:
        names = ["MINE", "OTHER", "KEPT", "PYTHONHASHSEED"]
        seen = sc.parallelize(names, 2).map(lambda name: os.environ.get(name)).collect()
    assert seen == ["a=b c", "x", "from the driver", os.environ.get("PYTHONHASHSEED", "0")]
    assert "MINE" not in os.environ


def test_another_python_for_the_workers(tmp_path, monkeypatch):
    """Here it is this one, under another name."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nWRAPPED=yes exec {sys.executable} \"$@\"\n")
    python.chmod(0o755)
    conf = SparkConf().setMaster("local[1]").setAppName("x")
    with SparkContext(conf=conf.set("spark.pyspark.python", python)) as sc:
        assert sc.parallelize([0]).map(lambda _: os.environ["WRAPPED"]).collect() == ["yes"]
    with pytest.raises(EngineError, match="/no/such/python"):
        SparkContext(conf=conf.set("spark.pyspark.python", "/no/such/python"))
    monkeypatch.setenv("PYSPARK_PYTHON", str(python))
    with SparkContext("local[1]", "x") as sc:
        assert sc.parallelize([0]).map(lambda _: os.environ["WRAPPED"]).collect() == ["yes"]


@pytest.mark.parametrize("key,value,words", [
    ("spark.master", "local[x]", "local\\[x\\]"),
    ("spark.master", "nowhere", "nowhere"),
    ("spark.master", "yarn", "yarn"),
    ("spark.master", "spark://host:7077", "spark://host:7077"),
    ("spark.task.maxFailures", "many", "spark.task.maxFailures.*many"),
    ("spark.default.parallelism", "0", "spark.default.parallelism"),
])
def test_a_bad_setting_is_refused_with_its_key_and_value(key, value, words):
    with pytest.raises(PySparkException, match=words):
        SparkContext(conf=SparkConf().setMaster("local").setAppName("x").set(key, value))
    with SparkContext("local", "after") as sc:
        assert sc.parallelize([1]).count() == 1
