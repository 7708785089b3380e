"""Disks that are full, files that vanish, folders that cannot be written: a clear error that names
the file, and nothing left behind that looks finished.

Everything runs in a process of its own; a limit on the size of files stands for a full disk.
"""
import os

import pytest

from conftest import has_ended

LIMITED = """
import os, resource, signal, sys
from rushlight import SparkConf, SparkContext
from rushlight.errors import EngineError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
conf = SparkConf().setMaster({master!r}).setAppName("x").set("spark.local.dir", {local!r})
for key, value in {settings!r}:
    conf.set(key, value)
sc = SparkContext(conf=conf)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
def children():
    with open(f"/proc/self/task/{{os.getpid()}}/children") as f:
        return f.read().split()
sc.parallelize([1], 1).map(str).count()
try:
    {action}
    print("done")
except EngineError as e:
    print("refused:", e)
print("children:", *children())
"""


@pytest.fixture
def limited(run_program, tmp_path):
    """Runs an action where no file may be larger than 100,000 bytes: what it says, after a look at
    what is left of the program."""

    def run(action, master="local[2]", settings=()):
        local = tmp_path / "local"
        status, out, err = run_program(LIMITED.format(
            action=action, master=master, local=str(local), settings=list(settings)))
        assert status == 0, err
        said, children = out.rsplit("children:", 1)
        assert os.listdir(local) == []
        assert children.split() and all(map(has_ended, children.split()))
        return said

    return run


# ── a full disk ──
@pytest.mark.parametrize("master", ["local[2]", "local-cluster[2,1,512]"])
def test_output_that_does_not_fit(limited, tmp_path, master):
    out = tmp_path / "deep" / "out"
    said = limited(f"sc.parallelize(range(10), 5).map(lambda x: 'x' * 60_000 if x > 3 else 'x')"
                   f".saveAsTextFile({str(out)!r})", master)
    assert "refused:" in said and "File too large" in said
    assert f"{out}/_temporary/" in said and "/part-0000" in said
    assert not (tmp_path / "deep").exists()     # what the job made, it has taken away


def test_output_into_a_folder_that_exists_leaves_what_was_there(limited, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "part-00000").write_text("old")
    (out / "_SUCCESS").write_text("")
    said = limited(f"sc.parallelize(range(4), 2).map(lambda x: 'x' * 60_000)"
                   f".saveAsTextFile({str(out)!r})",
                   settings=[("spark.hadoop.validateOutputSpecs", "false")])
    assert "refused:" in said and "File too large" in said
    assert sorted(os.listdir(out)) == ["_SUCCESS", "part-00000"]
    assert (out / "part-00000").read_text() == "old"


# With 1 MiB of memory for execution and storage a shuffle of 8 MB goes to disk.
SMALL = [("spark.testing.memory", "2m"), ("spark.testing.reservedMemory", "0"),
         ("spark.memory.fraction", "0.5"), ("spark.shuffle.compress", "false"),
         ("spark.shuffle.spill.compress", "false")]


@pytest.mark.parametrize("shuffle", ["groupByKey()", "partitionBy(4)",
                                     "reduceByKey(lambda a, b: max(a, b))"])
def test_a_shuffle_that_does_not_fit(limited, tmp_path, shuffle):
    said = limited(f"print(sc.parallelize(range(800), 4).map(lambda x: (x, str(x) * 5_000))"
                   f".{shuffle}.count())", settings=SMALL)
    assert "refused:" in said and "File too large" in said
    assert f"{tmp_path}/local/rushlight-" in said, said


def test_a_job_after_one_that_did_not_fit(limited, tmp_path):
    out = tmp_path / "out"
    said = limited(f"""sc.parallelize(['x' * 200_000], 1).saveAsTextFile({str(out)!r})
except EngineError:
    sc.parallelize(['x'], 1).saveAsTextFile({str(out)!r})
    print("then:", sc.textFile({str(out)!r}).collect())
try:
    pass""")
    assert "then: ['x']" in said
    assert sorted(os.listdir(out)) == ["_SUCCESS", "part-00000"]


# ── files that vanish ──
def test_a_source_that_vanishes_before_the_action(run_program, tmp_path):
    status, out, err = run_program(f"""
import os
from rushlight import SparkContext
from rushlight.errors import EngineError
sc = SparkContext("local[2]", "x")
path = {str(tmp_path / "lines.txt")!r}
for counted in (False, True):
    with open(path, "w") as f:
        f.write("a\\nb\\n")
    lines = sc.textFile(path)
    if counted:
        lines.getNumPartitions()
    os.unlink(path)
    try:
        lines.collect()
    except EngineError as e:
        print(counted, str(e).splitlines()[0])
print(sc.parallelize([1]).count())
""")
    assert status == 0 and err == ""
    first, second, last = out.splitlines()
    assert first == f"False Input path does not exist: file:{tmp_path}/lines.txt"
    assert second.startswith("True Job aborted due to stage failure: Task ")
    assert f"File file:{tmp_path}/lines.txt does not exist: it was there when" in second, out
    assert last == "1"


# ── folders that cannot be written ──
START = """
from rushlight import SparkConf, SparkContext
from rushlight.errors import EngineError
try:
    conf = SparkConf().setMaster("local").setAppName("x").set("spark.local.dir", {!r})
    sc = SparkContext(conf=conf)
    print(sc.parallelize([1], 1).map(str).collect())
except EngineError as e:
    print("refused:", e)
"""


@pytest.mark.parametrize("kind", ["below a file", "a file", "read-only", "below read-only"])
def test_a_local_dir_that_cannot_be_written(run_program, tmp_path, kind):
    (tmp_path / "file").write_text("")
    # Nobody can make folders there, whatever the permissions.
    local = {"below a file": str(tmp_path / "file" / "local"), "a file": str(tmp_path / "file"),
             "read-only": "/proc/self", "below read-only": "/sys/kernel/rushlight/local"}[kind]
    status, out, err = run_program(START.format(local))
    assert (status, err) == (0, "")
    assert out.startswith("refused:") and "spark.local.dir" in out and local in out
    if kind == "below a file":
        assert "Not a directory" in out
    if kind == "below read-only":
        assert "No such file" not in out, out


def test_a_folder_for_temporary_files_that_cannot_be_written(run_program, tmp_path):
    """TMPDIR is Python's; the engine writes to spark.local.dir alone."""
    status, out, err = run_program(START.format(str(tmp_path / "local")),
                                   env={"TMPDIR": "/proc/self/none"})
    assert (status, out, err) == (0, "['1']\n", "")
