"""Small things at the edges that are as PySpark has them, and programs in odd places."""
import os
import pickle
import subprocess
import sys

import pytest

from rushlight import inheritable_thread_target
from rushlight.errors import PythonException, SparkNoSuchElementException
from rushlight.sql.conf import RuntimeConfig


def test_without_a_context_there_is_nothing_to_inherit():
    assert inheritable_thread_target(lambda: 3)() == 3


def test_a_program_whose_path_is_no_utf8(tmp_path):
    path = os.fsencode(tmp_path) + b"/app\xff.py"
    with open(path, "w") as f:
        f.write("from rushlight import SparkContext\n"
                "print(SparkContext('local[1]', 'x').parallelize([1, 2]).map(str).collect())\n")
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "['1', '2']\n"), done.stderr


def test_sql_settings_have_their_defaults_and_others_none():
    class Engine:
        """A session without settings of its own."""
        set_conf = unset_conf = get_conf = staticmethod(lambda *_: None)

    conf = RuntimeConfig({}, Engine)
    assert conf.get("spark.sql.shuffle.partitions") == "200"
    assert conf.get("spark.sql.shuffle.partitions", None) is None
    for key in ("spark.sql.nothing", "spark.executor.memory"):
        with pytest.raises(SparkNoSuchElementException, match="SQL_CONF_NOT_FOUND"):
            conf.get(key)


def test_partition_by_none_fails_in_the_task(sc):
    placed = sc.parallelize([(1, 1)], 1).partitionBy(2, None)
    with pytest.raises(PythonException, match="'NoneType' object is not callable"):
        placed.collect()


class Run(bytes):
    """Bytes that tell when they go."""

    gone = 0

    def __del__(self):
        Run.gone += 1


def test_pickled_runs_go_as_they_are_read(fake, monkeypatch):
    from rushlight import SparkContext, _jobs
    alive = []
    runs = [[Run(pickle.dumps([i, i])) for i in range(3)] for _ in range(2)]
    monkeypatch.setattr(fake.Context, "run_job", lambda *_: [runs.pop(0) for _ in range(2)])

    def loads(run):
        alive.append(6 - Run.gone)
        return pickle.loads(run)

    monkeypatch.setattr(_jobs, "loader_of", lambda _: loads)
    with SparkContext("local", "x") as sc:
        assert sc.parallelize([1]).collect() == [0, 0, 1, 1, 2, 2] * 2
    assert alive == [6, 5, 4, 3, 2, 1]
