"""What the tests of the Python package share.

`sc` is a real SparkContext("local[4]") for the tests of one file; `fake` puts fake_engine.py in the
engine's place, for tests of what the package asks of it.
"""
import os
import subprocess
import sys
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HANG_S = 60         # a guard: nothing here takes that long

# For programs whose answers were recorded where NumPy was not installed.
WITHOUT_NUMPY = {"PYTHONPATH": os.pathsep.join(filter(None, [
    os.path.join(ROOT, "tests", "py", "without_numpy"), os.environ.get("PYTHONPATH")]))}



@pytest.fixture(scope="module")
def sc():
    from rushlight import SparkContext
    with SparkContext("local[4]", "tests") as context:
        yield context


@pytest.fixture(scope="module")
def session_of():
    """A new SparkSession in UTC of a context with ample memory, or with so little ("12m") that queries
    spill: session_of(memory), or session_of(((key, value), …)) with the keys that say how much.
    There is one context at a time; a change of memory stops it."""
    from rushlight.sql import SparkSession
    zone, os.environ["TZ"] = os.environ.get("TZ"), "UTC"
    time.tzset()
    made = {}

    def stop():
        for session in made.values():
            session.stop()
        made.clear()

    def new_session(memory=None):
        if memory not in made:
            stop()
            builder = SparkSession.builder.master("local[2]").appName("tests")
            if isinstance(memory, str):
                memory_conf = {"spark.testing.memory": memory, "spark.testing.reservedMemory": "0"}
            else:
                memory_conf = dict(memory or ())
            for key, value in memory_conf.items():
                builder = builder.config(key, value)
            made[memory] = builder.getOrCreate()
        session = made[memory].newSession()
        session.conf.set("spark.sql.session.timeZone", "UTC")
        return session

    yield new_session
    stop()
    os.environ.pop("TZ") if zone is None else os.environ.update(TZ=zone)
    time.tzset()


@pytest.fixture(autouse=True)
def no_local_properties():
    """Job groups and pools of one test are not the next one's."""
    yield
    context = sys.modules.get("rushlight.context")
    active = context and context.SparkContext._active_spark_context
    if active:
        active._local.properties.clear()


@pytest.fixture
def fake(monkeypatch):
    import fake_engine
    from rushlight import context
    from rushlight.sql.session import SparkSession
    monkeypatch.setattr(context, "_engine", fake_engine)
    monkeypatch.setattr(context.SparkContext, "_active_spark_context", None)
    monkeypatch.setattr(SparkSession, "_instantiated", None)
    fake_engine.reset()
    yield fake_engine
    active = context.SparkContext._active_spark_context
    if active is not None:
        active.stop()


@pytest.fixture
def run_program(tmp_path):
    """Runs a program's text, or a command, in a process of its own: (status, stdout, stderr)."""

    def run(text=None, *arguments, argv=None, env=None, **kwargs):
        if text is not None:
            path = tmp_path / "app.py"
            path.write_text(text)
            argv = [sys.executable, str(path)]
        done = subprocess.run([*argv, *map(str, arguments)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=HANG_S, cwd=tmp_path,
                              env=dict(os.environ, **(env or {})), **kwargs)
        return done.returncode, done.stdout, done.stderr

    return run


def has_ended(pid):
    """Whether a process is gone, or waits for nothing but its parent's or init's look at it."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def rushlight_command(*arguments):
    """The command line of `rushlight …` with this interpreter."""
    return [sys.executable, "-m", "rushlight.cli", *map(str, arguments)]
