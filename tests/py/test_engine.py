"""rushlight._engine alone: what the package never asks of it, and what a fork of the program does."""
import pytest

from rushlight import SparkContext
from rushlight.errors import EngineError, IllegalArgumentException

CALL = ("map", "map at app.py:1", "<module> (app.py:1)")


@pytest.fixture
def engine(sc):
    return sc._engine


# ── a fork of the program: no engine thread follows it there ──
FORK = """
import os, sys
from rushlight import SparkContext
sc = SparkContext("local[2]", "forks")
rdd = sc.parallelize([("a", 1)] * 4, 2).reduceByKey(max)
assert rdd.count() == 1
child = os.fork()
if child == 0:
    {in_child}
    sys.exit(7)
status = os.waitpid(child, 0)[1]
print(os.waitstatus_to_exitcode(status), rdd.count(), sc.parallelize([1, 2], 2).map(str).count())
"""


@pytest.mark.parametrize("in_child", ["pass", "del sc, rdd", "import gc; del rdd; gc.collect()"])
def test_a_fork_of_the_program_ends_without_hurting_it(run_program, in_child):
    status, out, err = run_program(FORK.format(in_child=in_child))
    assert (status, out, err) == (0, "7 1 2\n", "")


@pytest.mark.parametrize("use", ["rdd.count()", "sc.stop()", "sc.parallelize([1])"])
def test_a_fork_of_the_program_cannot_use_its_context(run_program, use):
    status, out, err = run_program(FORK.format(in_child=use))
    assert (status, out) == (0, "1 1 2\n")
    assert "this SparkContext belongs to process" in err


# ── limits ──
def test_a_command_that_is_too_large_for_a_message(sc, engine):
    """Its zeros are never looked at, so they take no memory."""
    command = bytes((1 << 30) + 1)
    with pytest.raises(IllegalArgumentException, match="1073741825 bytes when pickled"):
        engine.python_rdd(sc.parallelize([1])._engine(), command, "runs", False, [], "runs", [],
                          False, CALL)


def test_an_error_that_names_a_file_of_odd_bytes_is_told(sc, engine, tmp_path):
    name = str(tmp_path / "odd").encode() + b"\xff.gz"
    with open(name, "wb") as f:
        f.write(b"\x1f\x8b\x08 nothing more")
    with pytest.raises(EngineError, match="odd"):
        sc.textFile(str(tmp_path)).count()
    job = engine.job_info(engine.job_ids()[-1])
    assert job["status"] == "FAILED" and "odd\ufffd.gz" in job["error"]


# ── the bridge trace ──
def test_a_trace_hook_that_takes_itself_away(engine):
    from rushlight import _engine
    seen = []

    def hook(*call):
        _engine.set_trace(None)
        seen.append(call)

    _engine.set_trace(hook)
    del hook
    engine.parallelize([[]], CALL)
    engine.parallelize([[]], CALL)
    assert [call[0] for call in seen] == ["Context.parallelize"]


def test_a_trace_hook_that_raises_fails_the_call(engine):
    from rushlight import _engine
    _engine.set_trace(lambda *call: 1 // 0)
    try:
        with pytest.raises(ZeroDivisionError):
            engine.parallelize([[]], CALL)
    finally:
        _engine.set_trace(None)


# ── misuse ──
@pytest.mark.parametrize("use,error", [
    (lambda e: e.parallelize([[b"no objects"]], CALL), TypeError),
    (lambda e: e.parallelize([[(b"x",)]], CALL), TypeError),
    (lambda e: e.parallelize([], ("two", "words")), TypeError),
    (lambda e: e.parallelize([], "no call"), TypeError),
    (lambda e: e.union([], CALL), ValueError),
    (lambda e: e.union([1], CALL), TypeError),
    (lambda e: e.run_job(e.parallelize([[]], CALL), [-1], "action", {}, CALL),
     IllegalArgumentException),
    (lambda e: e.run_job(e.parallelize([[]], CALL), [2 ** 70], "action", {}, CALL),
     IllegalArgumentException),
    (lambda e: e.text_file("x", -1, CALL), IllegalArgumentException),
    (lambda e: e.text_file("x", 2 ** 32, CALL), OverflowError),
    (lambda e: e.shuffled(e.parallelize([[]], CALL), 2 ** 32 + 2, 0, CALL), OverflowError),
    (lambda e: e.run_job(e.parallelize([[]], CALL), ["x"], "action", {}, CALL), TypeError),
    (lambda e: e.run_job(e.parallelize([[]], CALL), None, "action", {"k": 1}, CALL), TypeError),
    (lambda e: e.dag_job(-1, "svg"), ValueError),
    (lambda e: e.dag_all("gif"), ValueError),
    (lambda e: e.__init__({}, "python", [], False), RuntimeError),
    (lambda e: type(e).__new__(type(e)).conf(), RuntimeError),
])
def test_misuse_is_an_exception(engine, use, error):
    with pytest.raises(error):
        use(engine)


def test_the_module_of_workers_may_be_looked_at_by_the_driver(sc):
    """Documentation tools import every module of a package."""
    import rushlight.worker
    assert not rushlight.worker.in_worker
    sc.stop()
    with SparkContext("local[1]", "after") as other:
        assert other.parallelize([1]).map(lambda x: x).collect() == [1]
