"""addFile, addPyFile, addArchive and SparkFiles: what the driver adds, tasks find."""
import functools
import http.server
import os
import sys
import tarfile
import threading
import zipfile

import pytest

from rushlight import SparkConf, SparkContext, SparkFiles
from rushlight.errors import EngineError, PySparkRuntimeError


@pytest.fixture
def sc():
    with SparkContext("local[2]", "one test's") as context:
        yield context


@pytest.fixture
def write(tmp_path):
    """Makes a file, in folders as its name says; its path."""

    def make(name, text="x"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    return make


@pytest.fixture
def zipped(tmp_path):
    """Makes an archive of modules, name=text; its path."""

    def make(name, **modules):
        with zipfile.ZipFile(tmp_path / name, "w") as z:
            for module, text in modules.items():
                z.writestr(f"{module}.py", text)
        return str(tmp_path / name)

    return make


def in_task(sc, f, n=1):
    """What f() gives in `n` tasks."""
    return sc.parallelize(range(n), n).map(lambda _: f()).collect()


def read(name):
    with open(SparkFiles.get(name)) as f:
        return f.read()


# ── files ──
def test_driver_and_workers_find_it(sc, write):
    path = write("a.txt", "hello")
    sc.addFile(path)
    assert sc.listFiles == ["file:" + path]
    assert read("a.txt") == "hello"
    assert in_task(sc, lambda: read("a.txt"), 3) == ["hello"] * 3
    roots = in_task(sc, SparkFiles.getRootDirectory, 2)
    assert set(roots) == {SparkFiles.getRootDirectory()}
    assert SparkFiles.get("a.txt") == os.path.join(SparkFiles.getRootDirectory(), "a.txt")


def test_workers_that_live_see_new_files(sc, write):
    assert in_task(sc, lambda: os.listdir(SparkFiles.getRootDirectory())) == [[]]
    for n in range(3):
        sc.addFile(write(f"{n}.txt", str(n)))
        assert in_task(sc, lambda: read(f"{n}.txt")) == [str(n)]


def test_it_is_a_copy(sc, write):
    path = write("a.txt", "first")
    sc.addFile(path)
    write("a.txt", "second")
    sc.addFile(path)        # added once, it is not looked at again
    assert (read("a.txt"), sc.listFiles) == ("first", ["file:" + path])
    os.unlink(path)
    assert in_task(sc, lambda: read("a.txt")) == ["first"]


def test_tasks_may_run_it(sc, write):
    sc.addFile(write("hi.sh", "#!/bin/sh\necho hi\n"))
    assert in_task(sc, lambda: os.popen(SparkFiles.get("hi.sh")).read()) == ["hi\n"]


def test_folders(sc, write, tmp_path):
    write("d/a.txt", "A")
    write("d/e/b.txt", "B")
    with pytest.raises(EngineError, match=r"UNSUPPORTED_ADD_FILE.DIRECTORY.*/d is a directory"):
        sc.addFile(str(tmp_path / "d"))
    sc.addFile(str(tmp_path / "d"), recursive=True)
    sc.addFile(str(tmp_path / "d") + "/", True)
    assert sc.listFiles == [f"file:{tmp_path}/d/"]
    assert in_task(sc, lambda: (read("d/a.txt"), read("d/e/b.txt"))) == [("A", "B")]


def test_addresses(sc, write):
    path = write("a b.txt", "spaces")
    sc.addFile("file://" + path.replace(" ", "%20"))
    assert sc.listFiles == ["file://" + path.replace(" ", "%20")]
    assert read("a b.txt") == "spaces"
    os.chdir(os.path.dirname(write("rel/c.txt", "C")))
    sc.addFile("c.txt")
    assert read("c.txt") == "C"


def test_web(sc, write, tmp_path):
    write("served/w.txt", "from afar")
    handler = functools.partial(Quiet, directory=str(tmp_path / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        sc.addFile(address + "/w.txt")
        assert sc.listFiles == [address + "/w.txt"]
        with pytest.raises(EngineError, match="/nope.txt cannot be read: HTTP Error 404"):
            sc.addFile(address + "/nope.txt")
        server.shutdown()
    assert in_task(sc, lambda: read("w.txt")) == ["from afar"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_two_files_of_one_name(sc, write):
    """PySpark's words.  Unlike there, nothing is broken by it."""
    sc.addFile(write("a.txt", "one"))
    with pytest.raises(EngineError, match="exists and does not match contents of file:.*/sub/a.txt"):
        sc.addFile(write("sub/a.txt", "two"))
    sc.addFile(write("same/a.txt", "one"))      # equal ones are no question
    assert in_task(sc, lambda: read("a.txt")) == ["one"]
    assert len(sc.listFiles) == 2


@pytest.mark.parametrize("path,words", [
    ("/no/such/file", "File file:/no/such/file does not exist"),
    ("foo://x/y", 'No FileSystem for scheme "foo"'),
    (5, r"addFile\(\[class java.lang.Integer, class java.lang.Boolean\]\) does not exist"),
    (None, "addFile")])
def test_what_cannot_be_added(sc, path, words):
    with pytest.raises(EngineError, match=words):
        sc.addFile(path)
    assert sc.listFiles == []


def test_spark_files_is_no_object():
    with pytest.raises(NotImplementedError, match="Do not construct SparkFiles objects"):
        SparkFiles()


# ── modules ──
def test_modules(sc, write, zipped):
    sc.addPyFile(write("mod_one.py", "x = 1"))
    sc.addPyFile(zipped("pack.zip", mod_two="y = 2", mod_three="z = 3"))

    def use():
        import mod_one
        import mod_three
        import mod_two
        return mod_one.x + mod_two.y + mod_three.z

    assert in_task(sc, use, 3) == [6, 6, 6]
    assert use() == 6       # on the driver, too
    assert [os.path.basename(path) for path in sc.listFiles] == ["mod_one.py", "pack.zip"]


def test_workers_that_live_see_new_modules(sc, write):
    pids = set(in_task(sc, os.getpid))
    for n in range(3):
        sc.addPyFile(write(f"late_{n}.py", f"x = {n}"))
        assert in_task(sc, lambda: __import__(f"late_{n}").x) == [n]
        pids |= set(in_task(sc, os.getpid))
    assert len(pids) <= 2       # no worker had to be replaced


def test_functions_of_added_modules_go_by_name(sc, write):
    sc.addPyFile(write("named.py", "def double(x): return 2 * x"))
    import named
    assert sc.parallelize([1, 2], 2).map(named.double).collect() == [2, 4]


def test_of_the_context(write, zipped):
    with SparkContext("local[1]", "t", pyFiles=[write("given.py", "x = 5")]) as sc:
        assert in_task(sc, lambda: __import__("given").x) == [5]
        assert len(sc.listFiles) == 1
    conf = SparkConf().setMaster("local[1]").setAppName("t")
    conf.set("spark.submit.pyFiles", zipped("set.zip", set_by_conf="x = 6"))
    conf.set("spark.files", write("f.txt", "F")).set("spark.archives", zipped("a.zip", inner="I"))
    with SparkContext(conf=conf) as sc:
        assert in_task(sc, lambda: (__import__("set_by_conf").x, read("f.txt"),
                                    read("a.zip/inner.py"))) == [(6, "F", "I")]
    before = list(sys.path)
    with pytest.raises(EngineError, match="does not exist"):
        SparkContext("local[1]", "t", pyFiles=["/no/such.py"])
    assert SparkContext._active_spark_context is None
    assert sys.path == before
    with pytest.raises(PySparkRuntimeError):
        SparkFiles.getRootDirectory()


def test_stopping_takes_everything_away(write):
    before = list(sys.path)
    with SparkContext("local[1]", "t") as sc:
        root = SparkFiles.getRootDirectory()
        sc.addPyFile(write("gone.py", "x = 1"))
        assert root in sys.path and in_task(sc, lambda: __import__("gone").x) == [1]
    assert not os.path.exists(root)
    assert sys.path == before
    for use in (SparkFiles.getRootDirectory, lambda: SparkFiles.get("gone.py"),
                lambda: sc.addFile("x"), lambda: sc.addPyFile("x"), lambda: sc.addArchive("x")):
        with pytest.raises((PySparkRuntimeError, EngineError)):
            use()


# ── archives ──
def test_archives(sc, write, zipped, tmp_path):
    with tarfile.open(tmp_path / "t.tar.gz", "w:gz") as tar:
        tar.add(write("in.txt", "tarred"), "in.txt")
    archive = zipped("z.zip", deeper="zipped")
    for path in (archive, archive, archive + "#other", str(tmp_path / "t.tar.gz")):
        sc.addArchive(path)
    assert sc.listArchives == [f"file:{archive}", f"file:{archive}#other",
                               f"file:{tmp_path}/t.tar.gz"]
    assert in_task(sc, lambda: (read("z.zip/deeper.py"), read("other/deeper.py"),
                                read("t.tar.gz/in.txt"))) == [("zipped", "zipped", "tarred")]
    assert sc.listFiles == []


def test_an_archive_of_the_same_name_takes_the_place(sc, zipped):
    sc.addArchive(zipped("one.zip", one="1") + "#data")
    sc.addArchive(zipped("two.zip", two="2") + "#data")
    assert os.listdir(SparkFiles.get("data")) == ["two.py"]


def test_an_archive_stays_in_its_folder(sc, zipped, tmp_path):
    """A folder of the same name is removed: it must not be anybody else's."""
    keep = tmp_path / "mine" / "keep.txt"
    keep.parent.mkdir()
    keep.write_text("x")
    archive, root = zipped("in.zip", deeper="1"), SparkFiles.getRootDirectory()
    for name in (str(keep.parent), "..", ".", "a/../..", os.path.relpath(keep.parent, root)):
        with pytest.raises(EngineError, match="leads out of the folder of added files"):
            sc.addArchive(f"{archive}#{name}")
    assert keep.exists() and os.path.isdir(root) and sc.listArchives == []
    sc.addArchive(archive + "#deep/er")
    assert os.listdir(SparkFiles.get("deep/er")) == ["deeper.py"]


def test_what_is_no_archive_is_copied(sc, write):
    sc.addArchive(write("plain.txt", "as it is"))
    assert read("plain.txt") == "as it is"
    with pytest.raises(EngineError, match="does not exist"):
        sc.addArchive("/no/such.zip")
    with pytest.raises(EngineError, match="addArchive"):
        sc.addArchive(5)


def test_nothing_half_made_stays(sc, write):
    before = sorted(os.listdir(sc._engine.local_dir()))
    with pytest.raises(zipfile.BadZipFile):
        sc.addArchive(write("broken.zip", "this is no archive"))
    assert sc.listArchives == [] and os.listdir(SparkFiles.getRootDirectory()) == []
    assert sorted(os.listdir(sc._engine.local_dir())) == before


def test_resources(sc):
    assert sc.resources == {}
