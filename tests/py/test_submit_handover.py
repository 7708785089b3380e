"""A program whose master is a cluster: it goes to the PySpark that is installed, or gets an error.

PySpark is a folder here whose scripts say how they were called; bench/handover.py does it with the
real one and a cluster.
"""
import os
import shutil
import sys

import pytest

from conftest import ROOT, rushlight_command

SAYS = """\
#!/bin/sh
echo "$(basename $0) home=$SPARK_HOME driver=$PYSPARK_DRIVER_PYTHON pid=$$"
for word in "$@"; do echo "[$word]"; done
exit 7
"""


@pytest.fixture
def environment(tmp_path):
    """Variables with a PySpark that this Python finds, and a Java."""
    site = tmp_path / "site"
    for script in ("spark-submit", "pyspark"):
        path = site / "pyspark" / "bin" / script
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SAYS)
        path.chmod(0o755)
    (site / "pyspark" / "__init__.py").write_text("")
    (site / "pyspark" / "version.py").write_text('__version__: str = "4.3.0"\n')
    java = tmp_path / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("")
    paths = [str(site), os.environ.get("PYTHONPATH")]
    return {"PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "JAVA_HOME": str(tmp_path / "java"), "SPARK_HOME": "", "PYSPARK_PYTHON": "",
            "PYSPARK_DRIVER_PYTHON": "", "PYTHONUNBUFFERED": ""}


@pytest.fixture
def submit(run_program, tmp_path, environment):
    """submit (text, flags, arguments, command): status, stdout and stderr."""

    def run(text, flags=(), arguments=(), command="submit", env=None):
        path = tmp_path / "app.py"
        path.write_text(text)
        words = [*flags, path, *arguments] if text else flags
        return run_program(argv=rushlight_command(command, *words),
                           env={**environment, **(env or {})})

    return run


MASTERS = ["spark://h:7077", "yarn", "k8s://https://h:443"]


@pytest.mark.parametrize("master", MASTERS)
def test_the_command_line_names_a_cluster(submit, tmp_path, master):
    flags = ["--master", master, "--conf", "spark.x=a b", "--py-files", "nosuch.zip", "-v"]
    status, out, err = submit("never", flags, ["--summary", "two words"])
    home = tmp_path / "site" / "pyspark"
    assert status == 7
    first, *words = out.splitlines()
    assert first.startswith(f"spark-submit home={home} driver={sys.executable} ")
    given = [*flags, tmp_path / "app.py", "--summary", "two words"]
    assert words == [f"[{word}]" for word in given]
    assert err == (f"rushlight: {master} is a cluster: handing app.py over to PySpark 4.3.0, "
                   f"{home}/bin/spark-submit\n")


def test_a_remote_and_settings_from_files(submit, tmp_path):
    assert submit("never", ["--remote", "sc://h"])[0] == 7
    (tmp_path / "spark-defaults.conf").write_text("spark.master yarn\n")
    env = {"SPARK_CONF_DIR": str(tmp_path)}
    status, out, _ = submit("never", env=env)
    assert status == 7 and out.splitlines()[1:] == [f"[{tmp_path}/app.py]"]
    status, out, _ = submit("print('here')", ["--master", "local[1]"], env=env)
    assert (status, out) == (0, "here\n")


def test_questions_to_a_cluster_are_handed_over(submit):
    status, out, _ = submit("", ["--status", "driver-1", "--master", "spark://h:6066"])
    assert status == 7 and out.splitlines()[1:3] == ["[--status]", "[driver-1]"]


def test_a_shell_on_a_cluster_is_pysparks(submit):
    status, out, _ = submit("", ["--master", "yarn"], command="shell")
    assert status == 7 and out.splitlines()[0].startswith("pyspark home=")
    assert out.splitlines()[1:] == ["[--master]", "[yarn]"]


def test_spark_home_wins(submit, tmp_path):
    home = tmp_path / "spark"
    shutil.copytree(tmp_path / "site" / "pyspark" / "bin", home / "bin")
    status, out, err = submit("never", ["--master", "yarn"], env={"SPARK_HOME": str(home)})
    assert status == 7 and f"home={home} " in out
    assert err.endswith(f"over to PySpark, {home}/bin/spark-submit\n")


def test_whose_python_runs_the_driver(submit):
    for name in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"):
        _, out, _ = submit("never", ["--master", "yarn"], env={name: "python9"})
        assert f"driver={'python9' if 'DRIVER' in name else ''} " in out


# ── the program names the cluster ──
CONTEXT = """
from pyspark import SparkConf, SparkContext
print("begun")
SparkContext(conf=SparkConf().setMaster("spark://h:7077"))
print("never")
"""
SESSION = """
from pyspark.sql import SparkSession
SparkSession.builder.remote("sc://h:15002").getOrCreate()
print("never")
"""


@pytest.mark.parametrize("text", [CONTEXT, SESSION])
def test_the_program_names_a_cluster(submit, tmp_path, text):
    flags = ["--conf", "spark.x=1"]
    status, out, err = submit(text, flags, ["argument"])
    lines = out.splitlines()
    assert status == 7 and "never" not in out
    # What it printed before stood in a buffer still: the program that starts over prints it.
    assert lines[0].startswith("spark-submit home=")
    assert lines[1:] == ["[--conf]", "[spark.x=1]", f"[{tmp_path}/app.py]", "[argument]"]
    assert err.count("\n") == 1 and "is a cluster: handing app.py over" in err


def test_not_after_a_context_has_run(submit):
    status, out, err = submit("""
from pyspark import SparkContext
with SparkContext("local[1]") as sc:
    print(sc.parallelize([1]).count())
SparkContext("spark://h:7077")
""")
    assert (status, out) == (1, "1\n")
    assert "PySparkRuntimeError: spark://h:7077 is a cluster" in err
    assert "rushlight submit --master spark://h:7077" in err


def test_not_without_the_launcher(run_program, environment):
    text = "from rushlight import SparkContext\nSparkContext({})\n"
    status, _, err = run_program(text.format("'yarn'"), env=environment)
    assert status == 1 and "yarn is a cluster" in err and "start it with rushlight submit" in err
    environment["SPARK_REMOTE"] = "sc://h"
    status, _, err = run_program(text.format(""), env=environment)
    assert status == 1 and "sc://h is a cluster" in err
    assert run_program(text.format("'local'"), env=environment) == (0, "", "")


@pytest.mark.parametrize("flags,command", [
    (["--summary"], "submit"), (["-o", "x.svg"], "submit"), (["--trace-bridge"], "submit"),
    ([], "dag")])
def test_rushlights_own_flags_cannot_go(submit, flags, command):
    status, out, err = submit("never", [*flags, "--master", "yarn"], command=command)
    assert (status, out) == (1, "") and "cannot go with yarn" in err
    status, out, err = submit(CONTEXT, flags, command=command)
    assert status == 1 and "cannot go with spark://h:7077" in err


# ── there is none ──
def test_without_pyspark(submit):
    status, out, err = submit("never", ["--master", "spark://h:7077"],
                              env={"PYTHONPATH": os.environ.get("PYTHONPATH", "")})
    if status == 7:
        pytest.skip("this Python has a PySpark")
    assert (status, out) == (1, "")
    assert "one machine" in err and "pip install pyspark" in err and "Java 17" in err
    assert "--simulate SCENARIO" in err and "sim://" in err


def test_without_java(submit):
    status, out, err = submit("never", ["--master", "yarn"], env={"JAVA_HOME": "/nosuch"})
    assert (status, out) == (1, "") and "needs Java" in err and "JAVA_HOME" in err


def test_a_spark_home_without_spark(submit, tmp_path):
    status, _, err = submit("never", ["--master", "yarn"], env={"SPARK_HOME": str(tmp_path)})
    assert status == 1 and f"no bin/spark-submit in SPARK_HOME, {tmp_path}" in err


def test_the_word_count_stays_here(submit):
    """The same environment, a local master: PySpark is not asked."""
    with open(os.path.join(ROOT, "lessons", "examples", "wordcount.py"), encoding="utf-8") as f:
        text = f.read()
    status, out, err = submit(text, ["--master", "local[2]"], [__file__, "3"])
    assert (status, err) == (0, "") and len(out.splitlines()) == 3
