"""rushlight submit and rushlight dag, in processes of their own: an unmodified PySpark program."""
import json
import os
import pathlib
import re
import shutil
import signal
import sys
import zipfile

import pytest

from conftest import ROOT, rushlight_command

EXAMPLES = pathlib.Path(ROOT) / "lessons" / "examples"


@pytest.fixture
def submit(run_program, tmp_path):
    """Writes a program and submits it: submit (text, flags, arguments)."""

    def run(text, flags=(), arguments=(), command="submit", env=None):
        path = tmp_path / "prog" / "app.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return run_program(argv=rushlight_command(command, *flags, path, *arguments), env=env)

    return run


# ── how a program runs ──
def test_a_programs_file_has_its_whole_path(run_program, tmp_path):
    """As Python gives it, however the path was written: __file__, tracebacks, call sites."""
    (tmp_path / "app.py").write_text(
        "import sys\nprint(__file__, sys._getframe().f_code.co_filename, sys.argv[0])\n")
    _, out, err = run_program(argv=rushlight_command("submit", "app.py"))
    assert out.split() == [str(tmp_path / "app.py")] * 2 + ["app.py"], err


def test_a_program_is_main_as_python_runs_it(submit, tmp_path):
    (tmp_path / "prog").mkdir()
    (tmp_path / "prog" / "helper.py").write_text("def double(x):\n    return 2 * x\n")
    status, out, err = submit("""
import sys, os
import helper
from pyspark import SparkContext
class Point:
    def __init__(self, x): self.x = x
def triple(x): return 3 * x
if __name__ == "__main__":
    sc = SparkContext()
    print(sys.argv[1:], os.path.basename(__file__), os.path.basename(sys.path[0]))
    print(sc.parallelize([1, 2]).map(helper.double).map(triple).map(Point).map(lambda p: p.x).sum())
    print(sc.master, sc.appName)
""", arguments=["--master", "a b"])
    assert (status, err) == (0, "")
    assert out.splitlines() == ["['--master', 'a b'] app.py prog", "18", "local[*] app.py"]


def test_flags_reach_the_program_and_the_program_wins(submit, tmp_path):
    (tmp_path / "my.conf").write_text("spark.master local[7]\nspark.default.parallelism 5\n")
    text = """
from pyspark import SparkConf, SparkContext
sc = SparkContext(conf=SparkConf().setAppName("mine"))
print(sc.master, sc.appName, sc.defaultParallelism, sc.getConf().get("spark.driver.memory"))
"""
    flags = ["--properties-file", tmp_path / "my.conf", "--master", "local[3]", "--name", "theirs",
             "--driver-memory", "600m"]
    status, out, err = submit(text, flags)
    assert (status, out, err) == (0, "local[3] mine 5 600m\n", "")


def test_py_files(submit, tmp_path):
    (tmp_path / "one.py").write_text("x = 1\n")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as z:
        z.writestr("two/__init__.py", "y = 2\n")
    status, out, err = submit("""
import one, two
from pyspark import SparkContext
sc = SparkContext()
print(sc.parallelize([0], 1).map(lambda _: (one.x, __import__("two").y)).collect())
""", ["--py-files", f"{tmp_path}/one.py,{tmp_path}/two.zip"])
    # Imported before the SparkContext as well as in workers.
    assert (status, out, err) == (0, "[(1, 2)]\n", "")


def test_a_session_program(submit):
    status, out, err = submit("""
from pyspark.sql import SparkSession
with SparkSession.builder.appName("s").config("mine", 1).getOrCreate() as spark:
    print(spark.sparkContext.parallelize(range(10)).filter(lambda x: x % 2).count(), spark.version)
""", ["--master", "local[2]"])
    assert (status, out, err) == (0, "5 4.3.0\n", "")


def test_another_python_for_the_program(submit, tmp_path):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nWRAPPED=yes exec {sys.executable} \"$@\"\n")
    python.chmod(0o755)
    flags = ["--conf", f"spark.pyspark.driver.python={python}"]
    assert submit("import os; print(os.environ['WRAPPED'])", flags)[:2] == (0, "yes\n")
    for name in ("PYSPARK_DRIVER_PYTHON", "PYSPARK_PYTHON"):
        env = {name: str(python)}
        assert submit("import os; print(os.environ['WRAPPED'])", env=env)[:2] == (0, "yes\n")
    status, _, err = submit("pass", ["--conf", "spark.pyspark.python=/no/such/python"])
    assert status == 1 and "no Python '/no/such/python'" in err
    python.write_text("#!/bin/sh\nexit 1\n")       # any Python without Rushlight
    status, _, err = submit("pass", env={"PYSPARK_PYTHON": str(python)})
    assert status == 1 and f"{python}" in err and "has no Rushlight" in err


@pytest.mark.parametrize("end,status", [
    ("sys.exit(3)", 3), ("sys.exit()", 0), ("sys.exit('some words')", 1),
    ("raise KeyError('k')", 1), ("1 +", 1), ("raise KeyboardInterrupt", -signal.SIGINT),
])
def test_exit_statuses_are_pythons(submit, end, status):
    text = f"import sys\nfrom pyspark import SparkContext\nsc = SparkContext('local')\n{end}\n"
    got, out, err = submit(text)
    assert (got, out) == (status, "")
    assert "rushlight" not in err               # none of the launcher's frames
    if "Key" in end:
        assert 'app.py", line 4, in <module>' in err
    if end == "1 +":
        assert "SyntaxError" in err


def test_an_exception_of_a_job_is_caught_as_programs_catch_it(submit):
    status, out, err = submit("""
from pyspark import SparkContext
from py4j.protocol import Py4JJavaError
sc = SparkContext("local[2]")
try:
    sc.parallelize([1, 0]).map(lambda x: 1 // x).collect()
except Py4JJavaError as e:
    print("caught", "ZeroDivisionError" in str(e), "PythonException" in str(e.java_exception))
""")
    assert (status, out, err) == (0, "caught True True\n", "")


def test_threads_of_the_program_are_waited_for(submit):
    status, out, err = submit("""
import threading
from pyspark import SparkContext
sc = SparkContext("local[2]")
go = threading.Event()
def work():
    go.wait()
    print(sc.parallelize([1, 2]).count())
threading.Thread(target=work).start()
threading.Timer(0.05, go.set).start()
""")
    assert (status, out, err) == (0, "2\n", "")


# ── what can be seen ──
def test_verbose_redacts(submit):
    status, out, err = submit("pass", ["-v", "--conf", "spark.my.password=abc",
                                        "--conf", "spark.my.url=http://h/?token=abc",
                                        "--name", "x"])
    assert (status, out) == (0, "")
    assert "(spark.app.name,x)" in err and "abc" not in err and "redacted" in err


def test_verbose_is_what_was_understood(submit, tmp_path):
    """The labels and their order are spark-submit's."""
    conf = tmp_path / "conf"
    conf.mkdir()
    (conf / "spark-defaults.conf").write_text("spark.my.a  1\nspark.driver.memory 600m\n"
                                              "other 3\n")
    status, out, err = submit("print('ran')", ["--verbose", "--name", "n", "--num-executors", "3"],
                              ["a", "b"], env={"SPARK_CONF_DIR": str(conf)})
    assert (status, out) == (0, "ran\n")
    lines = err.splitlines()
    assert lines[0] == "Warning: Ignoring non-Spark config property: other"
    assert lines[1] == f"Using properties file: {conf}/spark-defaults.conf"
    assert lines[2:5] == ["Adding default property: spark.my.a=1",
                          "Adding default property: spark.driver.memory=600m",
                          "Adding default property: other=3"]
    arguments = dict(line.split(None, 1) for line in lines if line.startswith("  ")
                     and not line.startswith("  ("))
    assert arguments["master"] == "local[*]" and arguments["driverMemory"] == "600m"
    assert arguments["numExecutors"] == "3" and arguments["childArgs"] == "[a b]"
    assert arguments["queue"] == "null" and arguments["verbose"] == "true"
    assert "  (spark.my.a,1)" in lines and "(spark.my.a,1)" in lines
    main = lines.index("Main class:")
    assert lines[main + 1] == "rushlight.cli.program"
    assert lines[main + 2] == "Arguments:" and lines[main + 4:main + 6] == ["a", "b"]


def test_what_one_process_does_not_have_is_explained_in_a_line_each(submit):
    flags = ["--class", "Main", "--jars", "a.jar", "--packages", "g:a:1", "--exclude-packages", "g:b",
             "--repositories", "r", "--driver-java-options", "-X", "--driver-library-path", "l",
             "--driver-class-path", "c", "--driver-cores", "2", "--supervise", "--queue", "q",
             "--principal", "p", "--keytab", "k"]
    status, out, err = submit("from pyspark import SparkContext\n"
                              "print(SparkContext().getConf().get('spark.jars'))\n", flags)
    assert (status, out) == (0, "a.jar\n")
    lines = err.splitlines()
    assert lines[0] == "rushlight submit: --class: no effect; the program is Python"
    assert len(lines) == 13 and all("no effect; " in line for line in lines)


def test_summary(submit, tmp_path):
    status, out, err = submit("""
from pyspark import SparkContext
sc = SparkContext()
sc.parallelize([("a", 1)] * 10, 3).reduceByKey(max).count()
print("out")
""", ["--master", "local[2]", "--summary", "--conf", "spark.eventLog.enabled=true",
      "--conf", f"spark.eventLog.dir={tmp_path}"])
    assert (status, out) == (0, "out\n")
    assert re.search(r"job 0  count at app.py:4: 2 stages, 6 tasks, (\d+\.\d\d s|\d+ ms)", err)
    assert re.search(r"stage 0  reduceByKey at app.py:4 +3 tasks .* of work  3 pairs shuffled", err)
    log = re.search(r"event log: (.*)", err).group(1)
    events = [json.loads(line)["Event"] for line in open(log)]
    assert events[0] == "SparkListenerLogStart" and events[-1] == "SparkListenerApplicationEnd"


def test_summary_of_a_simulated_cluster(submit, tmp_path):
    program = "from pyspark import SparkContext\nSparkContext().parallelize([1], 1).count()\n"
    logged = ["--conf", "spark.eventLog.enabled=true", "--conf", f"spark.eventLog.dir={tmp_path}"]
    for flags, told in ((logged, f"rushlight picture timeline {tmp_path}"),
                        ([], "in the event log (spark.eventLog.enabled)")):
        status, _, err = submit(program, ["--master", "sim://", "--summary", *flags])
        assert status == 0 and "the cluster is simulated, and so is the time" in err
        assert told in err
    assert "simulated" not in submit(program, ["--master", "local[1]", "--summary"])[2]


def test_summary_columns(submit):
    status, out, err = submit("""
from pyspark import SparkContext
sc = SparkContext("local[2]")
rdd = sc.parallelize([("a", 1)], 1).reduceByKey(max)
for _ in range(6):
    rdd.count()
""", ["--summary"])
    assert (status, out) == (0, "")
    stages = [line for line in err.splitlines() if line.startswith("  stage")]
    assert len(stages) == 12
    assert "1 pair shuffled" in stages[0] and stages[2].endswith("  skipped")
    ends = {re.search(r"(task|skipped)\b", line).end() for line in stages}
    assert len(ends) == 1       # of two digits or one, skipped or not
    assert "job 1  count at app.py:6: 1 stage (1 skipped), 1 task, " in err

def test_summary_names_the_programs_lines(submit):
    """Spark names these jobs after places in its own files; people look for theirs."""
    status, _, err = submit("""
from pyspark.sql import SparkSession
spark = SparkSession.builder.config("spark.sql.shuffle.partitions", 2).getOrCreate()
few = spark.createDataFrame([(1, "a"), (2, "b")], ["id", "name"])
spark.range(4).join(few, "id").groupBy("name").count().orderBy("name").show()
""", ["--master", "local[2]", "--summary"])
    assert status == 0 and ".java" not in err
    lines = [line for line in err.splitlines() if line.startswith(("query", "job"))]
    assert lines[0].startswith("query 0  show at app.py:5: 3 jobs (0, 1, 2), ")
    whys = [line.partition("app.py:5")[2].partition(":")[0] for line in lines[1:]]
    assert sorted(whys[:-1]) == [" (adaptive stage)", " (broadcast)"]
    assert whys[-1] == ""


def test_summary_of_several(submit):
    status, out, err = submit("""
from pyspark import SparkContext
for name in "one", "two":
    with SparkContext("local[1]", name) as sc:
        if name == "one":
            sc.parallelize([1]).count()
""", ["--summary"])
    assert (status, out) == (0, "")
    assert re.fullmatch(r"one\njob 0  count .*\n  stage 0 .*\n\ntwo\nno jobs\n", err)


def test_summary_of_a_failure(submit):
    status, out, err = submit("""
from pyspark import SparkContext
sc = SparkContext("local[1]")
sc.parallelize([1]).map(lambda x: 1 / 0).count()
""", ["--summary"])
    assert status == 1
    assert re.search(r"job 0  count at app.py:4: 1 stage, 0 tasks, .*, "
                     r"failed: ZeroDivisionError: division by zero\n", err)


def test_trace_bridge(submit):
    status, out, err = submit("""
from pyspark import SparkContext
sc = SparkContext("local[2]")
print(sc.parallelize([1, 2, 3], 2).map(lambda x: x).collect())
""", ["--trace-bridge"])
    assert (status, out) == (0, "[1, 2, 3]\n")
    lines = [line.split() for line in err.splitlines()]
    assert {line[0] for line in lines} == {"bridge"}
    names = [line[1] for line in lines]
    assert names.index("Context.parallelize") < names.index("Context.run_job")
    assert any(re.search(r"\d+ bytes", line) for line in err.splitlines())


PICTURE = """
from pyspark import SparkContext
sc = SparkContext("local[2]")
rdd = sc.parallelize([("a", 1)], 2).reduceByKey(max)
rdd.count()
rdd.count()
"""


@pytest.mark.parametrize("name,start", [("x.svg", b"<svg"), ("x.png", b"\x89PNG"),
                                        ("x.pdf", b"%PDF-"), ("x.dot", b"digraph")])
def test_dag(submit, tmp_path, name, start):
    status, out, err = submit(PICTURE, ["-o", tmp_path / name], command="dag")
    assert (status, out) == (0, "") and f"drew {tmp_path / name}" in err
    assert (tmp_path / name).read_bytes().startswith(start)


def test_settings_without_an_effect_are_told(submit):
    status, out, err = submit("from pyspark import SparkContext\n"
                              "print(SparkContext().getConf().contains('foo'))\n",
                              ["--conf", "foo=1", "--executor-cores", "2", "--num-executors", "3",
                               "--total-executor-cores", "6",
                               "--conf", "spark.sql.shuffle.partitions=8"])
    assert (status, out) == (0, "False\n")
    lines = err.splitlines()
    assert lines[0] == "Warning: Ignoring non-Spark config property: foo"
    for key in ("spark.executor.cores=2", "spark.executor.instances=3", "spark.cores.max=6"):
        assert sum(f"{key}: no effect" in line for line in lines) == 1, err
    assert len(lines) == 4


def test_dag_of_a_program_that_fails_and_of_several_contexts(submit, tmp_path):
    status, _, err = submit(PICTURE + "sc.stop()\n" + PICTURE + "1/0\n",
                            ["-o", tmp_path / "x.dot"], command="dag")
    assert status == 1 and "ZeroDivisionError" in err
    for name in ("x.dot", "x-2.dot"):
        assert (tmp_path / name).exists()
        assert f"rushlight: drew {tmp_path / name}\n" in err


def test_dag_without_a_job(submit, tmp_path):
    status, _, err = submit("from pyspark import SparkContext\nSparkContext('local')\n",
                            ["-o", tmp_path / "x.svg"], command="dag")
    assert status == 1 and "ran no job" in err and not (tmp_path / "x.svg").exists()


def test_plan_of_the_last_query(submit, tmp_path):
    status, _, err = submit("from pyspark.sql import SparkSession\n"
                            "spark = SparkSession.builder.getOrCreate()\n"
                            "spark.range(3).count()\n"
                            "spark.range(70).selectExpr('id % 7 as k').groupBy('k').count().collect()\n",
                            ["--summary", "--plan", tmp_path / "x.dot"])
    assert status == 0, err
    picture = (tmp_path / "x.dot").read_text()
    assert "Query 1" in picture and "HashAggregate" in picture and "14 rows" in picture
    assert "query 0  count at" in err and "query 1  collect at" in err


def test_plan_without_a_query(submit, tmp_path):
    status, _, err = submit(PICTURE, ["--plan", tmp_path / "x.svg"])
    assert status == 1 and "ran no query" in err and not (tmp_path / "x.svg").exists()


# ── the examples, as their owners would type them ──
def test_word_count(run_program):
    licences = "/usr/share/common-licenses"
    if not os.path.isdir(licences):
        pytest.skip("no common licences on this machine")
    status, out, err = run_program(argv=rushlight_command("submit", EXAMPLES / "wordcount.py",
                                                          licences + "/*", 5))
    counts = {}
    for name in os.listdir(licences):
        with open(os.path.join(licences, name), encoding="utf-8", errors="replace") as f:
            for word in re.findall(r"[a-z']+", f.read().lower()):
                counts[word] = counts.get(word, 0) + 1
    want = sorted(counts.items(), key=lambda wc: (-wc[1], wc[0]))[:5]
    assert (status, err) == (0, "")
    assert [line.split() for line in out.splitlines()] == [[str(n), word] for word, n in want]


def test_inverted_index(run_program, tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "a").write_text("no warranty at all\nthe patent\nthe warranty\n")
    (texts / "b").write_text("the patent patent\n")
    (texts / "c").write_text("the Warranty, the PATENT\n")
    status, out, err = run_program(argv=rushlight_command(
        "submit", "--master", "local[2]", EXAMPLES / "inverted_index.py", texts, tmp_path / "out"))
    assert (status, err) == (0, "")
    assert "4 words in 3 files" in out
    assert "the             3 files, most often in a" in out
    assert "Files with warranty and patent: a, c" in out
    lines = "".join((tmp_path / "out" / f"part-{i:05d}").read_text() for i in range(4)).splitlines()
    assert sorted(lines) == ["all: a(1)", "patent: a(1), b(1), c(1)", "the: a(2), b(1), c(1)",
                             "warranty: a(2), c(1)"]


def test_log_analysis(run_program):
    """The output of real PySpark stands in tests/data."""
    status, out, err = run_program(argv=rushlight_command("submit", EXAMPLES / "log_analysis.py"))
    assert (status, err) == (0, "")
    assert out == (pathlib.Path(ROOT) / "tests/data/log_analysis.txt").read_text()


def test_the_script_is_installed():
    script = os.path.join(os.path.dirname(sys.executable), "rushlight")
    if not os.path.exists(script):
        pytest.skip("the package is not installed beside this interpreter")
    assert shutil.which(script)
